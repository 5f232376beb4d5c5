/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  char *account;
  ValijaEnvelope *envelope;
  char *subject;
  char *recipients;
  char *message_id;
  GBytes *source;
  GBytes *copy;
  gint64 not_before;
} AddArgs;

typedef struct
{
  gint64 id;
  ValijaOutboxState from;
  ValijaOutboxState state;
  char *words;
  gint64 not_before;
  GPtrArray *remaining;     /* nullable */
} StateArgs;

typedef struct
{
  gint64 id;
  gboolean copy;
} LoadArgs;

typedef struct
{
  gint64 id;
  gboolean owed;
} OweArgs;

static void
add_args_free (AddArgs *self)
{
  g_free (self->account);
  valija_envelope_unref (self->envelope);
  g_free (self->subject);
  g_free (self->recipients);
  g_free (self->message_id);
  g_bytes_unref (self->source);
  g_bytes_unref (self->copy);
  g_free (self);
}

static void
state_args_free (StateArgs *self)
{
  g_free (self->words);
  g_clear_pointer (&self->remaining, g_ptr_array_unref);
  g_free (self);
}

static gboolean
fail_no_item (GError **error)
{
  valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("This message is no longer in the outbox."));

  return FALSE;
}

/* Nothing was changed: since the item is not there, or since somebody else has it. */
static gboolean
fail_unchanged (ValijaStoreContext  *context,
                gint64               id,
                GError             **error)
{
  gint64 n_items;

  if (!valija_database_get_int64 (context->local, 0, &n_items, error, "SELECT count(*) FROM outbox WHERE id = ?1", "i",
                                  id))
    return FALSE;
  if (n_items == 0)
    return fail_no_item (error);

  valija_error_set (error, VALIJA_ERROR_INVALID, _("This message is being sent or was sent already."));

  return FALSE;
}

static gboolean
was_changed (ValijaStoreContext *context)
{
  return sqlite3_changes (valija_database_get_handle (context->local)) > 0;
}

gboolean
valija_store_outbox_copy_kept (ValijaStoreContext  *context,
                               gint64               item,
                               GError             **error)
{
  return item == 0 ||
         valija_database_run (context->local, error, "UPDATE outbox SET copy_kept = 1 WHERE id = ?1", "i", item);
}

static gboolean
expect_source (ValijaStoreContext  *context,
               gint64               item,
               GError             **error)
{
  return valija_database_expect_bytes (context->local, "SELECT length (source) FROM outbox_source WHERE item = ?1",
                                       item, error);
}

gboolean
valija_store_outbox_withdraw (ValijaStoreContext  *context,
                              gint64               item,
                              GError             **error)
{
  context->news->outbox = TRUE;

  return expect_source (context, item, error) &&
         valija_database_run (context->local, error, "DELETE FROM outbox WHERE id = ?1 AND state NOT IN (?2, ?3)",
                              "iii", item, (gint64) VALIJA_OUTBOX_SENDING, (gint64) VALIJA_OUTBOX_SENT) &&
         (was_changed (context) || fail_unchanged (context, item, error));
}

static gboolean
write_recipients (ValijaDatabase  *local,
                  gint64           item,
                  GPtrArray       *recipients,
                  GError         **error)
{
  if (!valija_database_run (local, error, "DELETE FROM outbox_recipient WHERE item = ?1", "i", item))
    return FALSE;

  for (guint i = 0; i < recipients->len; i++)
    {
      if (!valija_database_run (local, error,
                                "INSERT INTO outbox_recipient (item, position, address) VALUES (?1, ?2, ?3)",
                                "iis", item, (gint64) i, g_ptr_array_index (recipients, i)))
        return FALSE;
    }

  return TRUE;
}

static gboolean
add_outbox (ValijaStoreContext  *context,
            gpointer             data,
            GValue              *result,
            GError             **error)
{
  AddArgs *args = data;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 id;

  if (!valija_database_run (context->local, error,
                            "INSERT INTO outbox (account, sender, delivery_receipt, envelope_id, subject, recipients,"
                            " message_id, date, not_before, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                            "ssissssiii", args->account, args->envelope->sender,
                            (gint64) args->envelope->delivery_receipt, args->envelope->envelope_id, args->subject,
                            args->recipients, args->message_id, now, args->not_before, (gint64) VALIJA_OUTBOX_PENDING))
    return FALSE;

  id = sqlite3_last_insert_rowid (valija_database_get_handle (context->local));

  if (!write_recipients (context->local, id, args->envelope->recipients, error) ||
      !valija_database_run (context->local, error, "INSERT INTO outbox_source (item, source, copy) VALUES (?1, ?2, ?3)",
                            "iBB", id, args->source, args->copy) ||
      !valija_database_write_bytes (context->local, "outbox_source", "source", id, args->source, error) ||
      !valija_database_write_bytes (context->local, "outbox_source", "copy", id, args->copy, error))
    return FALSE;

  context->news->outbox = TRUE;
  valija_store_take_int64 (result, id);

  return TRUE;
}

static gboolean
list_outbox (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_outbox_free);
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->local, error,
                                     "SELECT id, account, subject, recipients, state, words, date,"
                                     " not_before, attempts,"
                                     " message_id, copy_kept FROM outbox ORDER BY id", "");
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (context->local, statement, &local_error))
    {
      ValijaStoredOutbox *item = g_new0 (ValijaStoredOutbox, 1);

      item->id = sqlite3_column_int64 (statement, 0);
      item->account = valija_store_dup_text (statement, 1);
      item->subject = valija_store_dup_text (statement, 2);
      item->recipients = valija_store_dup_text (statement, 3);
      item->state = sqlite3_column_int (statement, 4);
      item->words = valija_store_dup_text (statement, 5);
      item->date = sqlite3_column_int64 (statement, 6);
      item->not_before = sqlite3_column_int64 (statement, 7);
      item->attempts = sqlite3_column_int (statement, 8);
      item->message_id = valija_store_dup_text (statement, 9);
      item->copy_kept = sqlite3_column_int (statement, 10) > 0;
      item->copy_owed = sqlite3_column_int (statement, 10) < 0;
      g_ptr_array_add (items, item);
    }

  if (local_error == NULL)
    valija_store_take_ptr_array (result, g_steal_pointer (&items));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));

  return G_IS_VALUE (result);
}

static gboolean
load_source (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  LoadArgs *args = data;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->local, error,
                                     args->copy
                                       ? "SELECT " VALIJA_DATABASE_BYTES ("copy") " FROM outbox_source WHERE item = ?1"
                                       : "SELECT " VALIJA_DATABASE_BYTES ("source")
                                         " FROM outbox_source WHERE item = ?1", "i", args->id);

  return valija_store_load_bytes (context->local, statement, "outbox_source", args->copy ? "copy" : "source", args->id,
                                  result, error) &&
         (G_IS_VALUE (result) || fail_no_item (error));
}

static gboolean
load_envelope (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  gint64 id = *(gint64 *) data;
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->local, error,
                                     "SELECT o.sender, o.delivery_receipt, o.envelope_id, r.address FROM outbox o"
                                     " LEFT JOIN outbox_recipient r ON r.item = o.id"
                                     " WHERE o.id = ?1 ORDER BY r.position",
                                     "i", id);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (context->local, statement, &local_error))
    {
      if (envelope == NULL)
        {
          envelope = valija_envelope_new ((const char *) sqlite3_column_text (statement, 0));
          envelope->delivery_receipt = sqlite3_column_int (statement, 1) != 0;
          envelope->envelope_id = valija_store_dup_text (statement, 2);
        }

      if (sqlite3_column_type (statement, 3) != SQLITE_NULL)
        g_ptr_array_add (envelope->recipients, valija_store_dup_text (statement, 3));
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (envelope == NULL)
    return fail_no_item (error);

  g_value_init (result, VALIJA_TYPE_ENVELOPE);
  g_value_take_boxed (result, g_steal_pointer (&envelope));

  return TRUE;
}

static gboolean
update_state (ValijaStoreContext  *context,
              const StateArgs     *args,
              GError             **error)
{
  return valija_database_run (context->local, error,
                              "UPDATE outbox SET state = ?2, words = ?3, not_before = ?4,"
                              " attempts = attempts + (?2 = ?5 OR ?2 = ?6),"
                              " date = CASE ?2 WHEN ?7 THEN unixepoch () ELSE date END"
                              " WHERE id = ?1 AND state = ?6", "iisiiii", args->id, (gint64) args->state, args->words,
                              args->not_before, (gint64) VALIJA_OUTBOX_SENDING, (gint64) args->from,
                              (gint64) VALIJA_OUTBOX_SENT);
}

static gboolean
set_state (ValijaStoreContext  *context,
           gpointer             data,
           GValue              *result,
           GError             **error)
{
  StateArgs *args = data;

  if (!update_state (context, args, error))
    return FALSE;

  if (!was_changed (context))
    return fail_unchanged (context, args->id, error);

  context->news->outbox = TRUE;

  return args->remaining == NULL || write_recipients (context->local, args->id, args->remaining, error);
}

static gboolean
begin_items (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  GArray *ids = data;
  g_autoptr(GHashTable) begun = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; i < ids->len; i++)
    {
      gint64 id = g_array_index (ids, gint64, i);
      StateArgs args = { .id = id, .from = VALIJA_OUTBOX_PENDING, .state = VALIJA_OUTBOX_SENDING };

      if (!update_state (context, &args, error))
        return FALSE;
      if (was_changed (context))
        g_hash_table_add (begun, g_memdup2 (&id, sizeof id));
    }

  context->news->outbox = TRUE;
  g_value_init (result, G_TYPE_HASH_TABLE);
  g_value_take_boxed (result, g_steal_pointer (&begun));

  return TRUE;
}

/* -1: owed; what is filed already stays so. */
static gboolean
owe_copy (ValijaStoreContext  *context,
          gpointer             data,
          GValue              *result,
          GError             **error)
{
  OweArgs *args = data;

  return valija_database_run (context->local, error,
                              "UPDATE outbox SET copy_kept = ?2 WHERE id = ?1 AND copy_kept <= 0", "ii", args->id,
                              args->owed ? (gint64) -1 : (gint64) 0);
}

static gboolean
retry_item (ValijaStoreContext  *context,
            gpointer             data,
            GValue              *result,
            GError             **error)
{
  gint64 id = *(gint64 *) data;

  context->news->outbox = TRUE;

  return valija_database_run (context->local, error,
                              "UPDATE outbox SET state = ?2, words = NULL, not_before = 0, attempts = min (attempts, 1)"
                              " WHERE id = ?1 AND state NOT IN (?3, ?4)",
                              "iiii", id, (gint64) VALIJA_OUTBOX_PENDING, (gint64) VALIJA_OUTBOX_SENDING,
                              (gint64) VALIJA_OUTBOX_SENT) &&
         (was_changed (context) || fail_unchanged (context, id, error));
}

static gboolean
remove_item (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  gint64 id = *(gint64 *) data;
  g_autoptr(GError) local_error = NULL;

  context->news->outbox = TRUE;
  if (!expect_source (context, id, error) ||
      !valija_database_run (context->local, error, "DELETE FROM outbox WHERE id = ?1 AND state <> ?2", "ii", id,
                            (gint64) VALIJA_OUTBOX_SENDING))
    return FALSE;

  if (was_changed (context) || fail_unchanged (context, id, &local_error) ||
      g_error_matches (local_error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* What was being sent when the last Valija ended may have gone out: nobody but the user may send
 * it again. */
gboolean
valija_store_outbox_recover (ValijaStoreContext  *context,
                             GError             **error)
{
  return valija_database_run (context->local, error, "UPDATE outbox SET state = ?2, words = ?3 WHERE state = ?1", "iis",
                              (gint64) VALIJA_OUTBOX_SENDING, (gint64) VALIJA_OUTBOX_UNCERTAIN,
                              _("Valija ended while it was sending this message. It may have been sent: "
                                "look for it in the sent mail before you send it again."));
}

/**
 * valija_store_add_outbox:
 * @source: what is sent
 * @copy: what is kept, with Bcc
 * @not_before: seconds since 1970, 0 for at once
 *
 * Returns: (transfer full): a future that resolves, when it is durable, to the item's id (int64)
 */
DexFuture *
valija_store_add_outbox (ValijaStore    *self,
                         const char     *account,
                         ValijaEnvelope *envelope,
                         const char     *subject,
                         const char     *recipients,
                         const char     *message_id,
                         GBytes         *source,
                         GBytes         *copy,
                         gint64          not_before)
{
  AddArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);
  dex_return_error_if_fail (envelope != NULL);
  dex_return_error_if_fail (source != NULL);
  dex_return_error_if_fail (copy != NULL);

  args = g_new0 (AddArgs, 1);
  args->account = g_strdup (account);
  args->envelope = valija_envelope_ref (envelope);
  args->subject = g_strdup (subject != NULL ? subject : "");
  args->recipients = g_strdup (recipients != NULL ? recipients : "");
  args->message_id = g_strdup (message_id != NULL ? message_id : "");
  args->source = g_bytes_ref (source);
  args->copy = g_bytes_ref (copy);
  args->not_before = not_before;

  return valija_store_write (self, add_outbox, args, (GDestroyNotify) add_args_free);
}

/**
 * valija_store_list_outbox:
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of ValijaStoredOutbox, oldest
 *   first
 */
DexFuture *
valija_store_list_outbox (ValijaStore *self)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, list_outbox, NULL, NULL);
}

static DexFuture *
read_bytes (ValijaStore *self,
            gint64       id,
            gboolean     copy)
{
  LoadArgs *args = g_new0 (LoadArgs, 1);

  args->id = id;
  args->copy = copy;

  return valija_store_read (self, load_source, args, g_free);
}

/**
 * valija_store_load_outbox_source:
 *
 * Returns: (transfer full): a future that resolves to #GBytes, what is sent
 */
DexFuture *
valija_store_load_outbox_source (ValijaStore *self,
                                 gint64       id)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return read_bytes (self, id, FALSE);
}

/**
 * valija_store_load_outbox_copy:
 *
 * Returns: (transfer full): a future that resolves to #GBytes, what is kept
 */
DexFuture *
valija_store_load_outbox_copy (ValijaStore *self,
                               gint64       id)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return read_bytes (self, id, TRUE);
}

/**
 * valija_store_load_outbox_envelope:
 *
 * Returns: (transfer full): a future that resolves to ValijaEnvelope, with the recipients that are
 *   still to be served
 */
DexFuture *
valija_store_load_outbox_envelope (ValijaStore *self,
                                   gint64       id)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, load_envelope, g_memdup2 (&id, sizeof id), g_free);
}

/**
 * valija_store_set_outbox_state:
 * @from: the state that it must be in
 * @words: (nullable): the server's, or why it failed and what to do
 * @not_before: seconds since 1970, 0 for at once
 * @remaining: (nullable) (element-type utf8): the recipients still to be served, %NULL for those of
 *   before
 *
 * Returns: (transfer full): a future that resolves to true when it is durable; rejects with INVALID where the item is
 *   in another state
 */
DexFuture *
valija_store_set_outbox_state (ValijaStore       *self,
                               gint64             id,
                               ValijaOutboxState  from,
                               ValijaOutboxState  state,
                               const char        *words,
                               gint64             not_before,
                               GPtrArray         *remaining)
{
  StateArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = g_new0 (StateArgs, 1);
  args->id = id;
  args->from = from;
  args->state = state;
  args->words = g_strdup (words);
  args->not_before = not_before;
  if (remaining != NULL)
    args->remaining = valija_store_copy_strings (remaining);

  return valija_store_write (self, set_state, args, (GDestroyNotify) state_args_free);
}

/**
 * valija_store_begin_outbox:
 * @ids: (element-type gint64): items that are to be sent now
 *
 * Those of them that are there and wait are marked as being sent, in one transaction.
 *
 * Returns: (transfer full): a future that resolves, when it is durable, to a #GHashTable, the set of those (gint64 *)
 */
DexFuture *
valija_store_begin_outbox (ValijaStore *self,
                           GArray      *ids)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (ids != NULL);

  return valija_store_write (self, begin_items, g_array_copy (ids), (GDestroyNotify) g_array_unref);
}

/**
 * valija_store_owe_outbox_copy:
 * @owed: whether what is kept of it is still to be filed
 *
 * Returns: (transfer full): a future that resolves to true when it is durable, also where there is no such item, or
 *   where it was filed already
 */
DexFuture *
valija_store_owe_outbox_copy (ValijaStore *self,
                              gint64       id,
                              gboolean     owed)
{
  OweArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = g_new0 (OweArgs, 1);
  args->id = id;
  args->owed = owed;

  return valija_store_write (self, owe_copy, args, g_free);
}

/**
 * valija_store_retry_outbox:
 *
 * Of what was tried before it only counts that it was.
 *
 * Returns: (transfer full): a future that resolves to true when it is durable; rejects with INVALID where the item is
 *   being sent or was sent
 */
DexFuture *
valija_store_retry_outbox (ValijaStore *self,
                           gint64       id)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_write (self, retry_item, g_memdup2 (&id, sizeof id), g_free);
}

/**
 * valija_store_remove_outbox:
 *
 * Returns: (transfer full): a future that resolves to true, also where there is no such item any
 *   more; rejects with INVALID where it is being sent
 */
DexFuture *
valija_store_remove_outbox (ValijaStore *self,
                            gint64       id)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_write (self, remove_item, g_memdup2 (&id, sizeof id), g_free);
}
