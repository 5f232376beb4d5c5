/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include <stdlib.h>
#include <string.h>

/* Writing what a synchronisation brings. */

typedef struct
{
  gint64 folder;            /* public id */
  ValijaChanges *changes;
  gint64 sources_since;
} WriteArgs;

/* One call's work */
typedef struct
{
  ValijaStoreContext *context;
  ValijaDatabase *database;
  gboolean durable;
  gint64 folder;            /* row of @database */
  char *account;
  char *remote_id;
  gint64 round;
  gboolean restarted;
  gboolean has_journal;     /* lines wait for this account */
  gboolean has_deleted;     /* messages of this folder were deleted here */
  gint64 sources_since;     /* when those were received whose sources come next */
  gint64 first_id;          /* of the rows that were added; 0 for none */
  ValijaWritten *written;
} Writing;

/* What is known of a message */
typedef struct
{
  gint64 id;
  ValijaFlags flags;
  ValijaFlags server_flags;
  char *server_labels;      /* nullable: none */
  guint64 size;
  gint64 date;
  gint64 round;
  gboolean pending;
  gboolean gone;
  gboolean same;            /* the message it was, not another one under its remote id */
  gboolean linked;          /* its references were seen */
} Known;

static void
write_args_free (WriteArgs *self)
{
  valija_changes_unref (self->changes);
  g_free (self);
}

static void
writing_clear (Writing *self)
{
  g_free (self->account);
  g_free (self->remote_id);
  g_clear_pointer (&self->written, valija_written_free);
}

static void
known_clear (Known *self)
{
  g_free (self->server_labels);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Writing, writing_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Known, known_clear)

static gboolean
load_folder (Writing  *writing,
             GError  **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;
  gint64 n_lines, n_deleted;

  statement = valija_database_query (writing->database, error,
                                     "SELECT account, remote_id, round, restarted FROM folder WHERE id = ?1",
                                     "i", writing->folder);
  if (statement == NULL)
    return FALSE;

  if (!valija_database_step (writing->database, statement, &local_error))
    {
      if (local_error == NULL)
        return valija_store_fail_no_folder (error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  writing->account = valija_store_dup_text (statement, 0);
  writing->remote_id = valija_store_dup_text (statement, 1);
  writing->round = sqlite3_column_int64 (statement, 2);
  writing->restarted = sqlite3_column_int (statement, 3) != 0;
  sqlite3_reset (statement);

  if (!valija_database_get_int64 (writing->context->local, 0, &n_lines, error,
                                  "SELECT EXISTS (SELECT 1 FROM operation"
                                  " WHERE account = ?1)", "s", writing->account) ||
      !valija_database_get_int64 (writing->context->local, 0, &n_deleted, error,
                                  "SELECT EXISTS (SELECT 1 FROM deleted WHERE folder = ?1)", "i", writing->folder))
    return FALSE;

  writing->has_journal = !writing->durable && n_lines > 0;
  writing->has_deleted = writing->durable && n_deleted > 0;

  return TRUE;
}

/* Rows from the number in "restarted" on were first seen since a round last came to its end. */
static gboolean
begin_round (Writing  *writing,
             GError  **error)
{
  writing->round++;
  writing->restarted = TRUE;

  return valija_database_run (writing->database, error,
                              "UPDATE folder SET round = ?2,"
                              " restarted = CASE restarted WHEN 0 THEN (SELECT ifnull (max (id), 0) + 1 FROM message)"
                              " ELSE restarted END WHERE id = ?1",
                              "ii", writing->folder, writing->round);
}

/* A loose size tells nothing. What is written on keeps its remote id where the server lets it, and only the name of its
 * content tells; of other messages that says no more than their headers do. */
static gboolean
has_other_content (const Known             *known,
                   const char              *email_id,
                   const ValijaMessageInfo *info)
{
  if ((info->flags & VALIJA_FLAG_DRAFT) != 0 && email_id != NULL && info->email_id != NULL)
    return strcmp (email_id, info->email_id) != 0;

  return !info->size_is_loose && known->size != 0 && info->size != 0 && known->size != info->size;
}

/* In local truth nothing is replaced: there a name of its own says enough, and servers are not exact about sizes. */
static gboolean
is_named (const Writing           *writing,
          const ValijaMessageInfo *info)
{
  return writing->durable && info->message_id != NULL && *info->message_id != '\0';
}

/* @known->id is 0 for a message that is not known. @info (nullable) to compare with. */
static gboolean
load_known (Writing            *writing,
            const char         *remote_id,
            ValijaMessageInfo  *info,
            Known              *known,
            GError            **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  known->id = 0;
  statement = valija_database_query (writing->database, error,
                                     "SELECT id, flags, server_flags, round, pending, gone, message_id, subject, size,"
                                     " conversation IS NOT NULL, server_labels, email_id, date"
                                     " FROM message WHERE home = ?1 AND remote_id = ?2",
                                     "is", writing->folder, remote_id);
  if (statement == NULL)
    return FALSE;

  if (valija_database_step (writing->database, statement, &local_error))
    {
      known->id = sqlite3_column_int64 (statement, 0);
      known->flags = sqlite3_column_int (statement, 1);
      known->server_flags = sqlite3_column_int (statement, 2);
      known->round = sqlite3_column_int64 (statement, 3);
      known->pending = sqlite3_column_int64 (statement, 4) > 0;
      known->gone = sqlite3_column_int (statement, 5) != 0;
      known->linked = sqlite3_column_int (statement, 9) != 0;
      known->server_labels = valija_store_dup_text (statement, 10);

      known->size = sqlite3_column_int64 (statement, 8);
      known->date = sqlite3_column_int64 (statement, 12);

      known->same = info != NULL &&
                    g_strcmp0 ((const char *) sqlite3_column_text (statement, 6), info->message_id) == 0 &&
                    (is_named (writing, info) ||
                     (g_strcmp0 ((const char *) sqlite3_column_text (statement, 7), info->subject) == 0 &&
                      (!writing->durable || known->date == info->date) &&
                      !has_other_content (known, (const char *) sqlite3_column_text (statement, 11), info)));
      sqlite3_reset (statement);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* What the server says of the flags of a known message. In local truth the flags are the user's
 * alone. */
static gboolean
write_flags (Writing      *writing,
             const Known  *known,
             ValijaFlags   flags,
             GError      **error)
{
  if (writing->durable || (known->server_flags == flags && known->round == writing->round && !known->gone))
    return TRUE;

  if (known->server_flags != flags)
    {
      writing->written->n_changed++;
      valija_store_context_tell_message (writing->context, writing->database, known->id);
    }

  if (known->pending)
    return valija_database_run (writing->database, error,
                                "UPDATE message SET server_flags = ?2, round = ?3, gone = 0 WHERE id = ?1",
                                "iii", known->id, (gint64) flags, writing->round) &&
           valija_store_overlay_refresh (writing->context, known->id, error);

  if (known->server_flags == flags)
    return valija_database_run (writing->database, error, "UPDATE message SET round = ?2, gone = 0 WHERE id = ?1",
                                "ii", known->id, writing->round);

  return valija_database_run (writing->database, error,
                              "UPDATE message SET server_flags = ?2, flags = ?2, round = ?3, gone = 0 WHERE id = ?1",
                              "iii", known->id, (gint64) flags, writing->round);
}

/* And of its labels. @labels: nullable: it has told of none. */
static gboolean
write_labels (Writing             *writing,
              const Known         *known,
              const char * const  *labels,
              GError             **error)
{
  g_autofree char *text = NULL;

  if (writing->durable || labels == NULL)
    return TRUE;

  text = valija_labels_to_text (labels);
  if (g_strcmp0 (text, known->server_labels) == 0)
    return TRUE;

  writing->written->n_changed++;
  valija_store_context_tell_message (writing->context, writing->database, known->id);

  return valija_database_run (writing->database, error,
                              "UPDATE message SET server_labels = ?2,"
                              " labels = CASE pending WHEN 0 THEN ?2 ELSE labels END WHERE id = ?1",
                              "is", known->id, text) &&
         (!known->pending || valija_store_overlay_refresh (writing->context, known->id, error));
}

/* What was deleted here is gone from its server where that has given its name to another message, which nobody has
 * deleted. */
static gboolean
was_deleted_here (Writing                  *writing,
                  const ValijaMessageInfo  *info,
                  gboolean                 *deleted,
                  GError                  **error)
{
  gint64 n_deleted = 0;

  if (writing->has_deleted &&
      (!valija_database_run (writing->database, error,
                             "DELETE FROM deleted WHERE folder = ?1 AND remote_id = ?2 AND (id_hash <> ?3"
                             " OR (NOT ?4 AND (date <> ?5 OR (size <> ?6 AND size <> 0 AND ?6 <> 0))))",
                             "isiiii", writing->folder, info->remote_id, (gint64) g_str_hash (info->message_id),
                             (gint64) is_named (writing, info), info->date, (gint64) info->size) ||
       !valija_database_get_int64 (writing->database, 0, &n_deleted, error,
                                   "SELECT count(*) FROM deleted WHERE folder = ?1 AND remote_id = ?2",
                                   "is", writing->folder, info->remote_id)))
    return FALSE;

  *deleted = n_deleted > 0;

  return TRUE;
}

static gboolean
add_message (Writing            *writing,
             ValijaMessageInfo  *info,
             gint64             *shown_id,
             GError            **error)
{
  gint64 id, folder, flags = info->flags;
  gboolean deleted;

  if (!was_deleted_here (writing, info, &deleted, error))
    return FALSE;
  if (deleted)
    return TRUE;

  if (!valija_store_insert_message (writing->context, writing->database, writing->account, writing->folder,
                                    writing->round, info, &id, error))
    return FALSE;
  if (writing->first_id == 0)
    writing->first_id = id;

  if (writing->has_journal)
    {
      if (!valija_store_overlay_adopt (writing->context, writing->account, writing->remote_id, info->remote_id, id,
                                       error) ||
          !valija_database_get_int64 (writing->database, 0, &folder, error, "SELECT folder FROM message WHERE id = ?1",
                                      "i", id) ||
          !valija_database_get_int64 (writing->database, 0, &flags, error, "SELECT flags FROM message WHERE id = ?1",
                                      "i", id))
        return FALSE;

      /* The user has moved it away or deleted it: it is no news */
      if (folder != writing->folder)
        return TRUE;
    }

  *shown_id = valija_database_to_public (writing->database, id);
  writing->written->n_added++;
  if ((flags & VALIJA_FLAG_SEEN) == 0)
    writing->written->n_unread++;

  return TRUE;
}

static gboolean
write_added (Writing            *writing,
             ValijaMessageInfo  *info,
             gint64             *shown_id,
             GError            **error)
{
  g_auto(Known) known = { 0, };

  *shown_id = 0;

  if (!load_known (writing, info->remote_id, info, &known, error))
    return FALSE;
  /* RFC 1939 §7 lets a server give the name of a message that is gone to another one; so does another server */
  if (known.id != 0 && writing->durable && !known.same)
    {
      if (!valija_database_run (writing->database, error, "UPDATE message SET remote_id = NULL WHERE id = ?1",
                                "i", known.id))
        return FALSE;
      known.id = 0;
    }

  if (known.id == 0)
    return add_message (writing, info, shown_id, error);

  if ((!known.linked || !known.same) &&
      !valija_store_link_message (writing->context, writing->database, writing->account, known.id, info, error))
    return FALSE;

  if (!known.same)
    {
      if (!valija_store_replace_message (writing->database, known.id, info, error) ||
          !valija_store_draft_replaced (writing->context->local, writing->account, writing->remote_id,
                                        info->remote_id, error))
        return FALSE;
      writing->written->n_changed += known.server_flags == info->flags;
      valija_store_context_tell_message (writing->context, writing->database, known.id);
    }
  else if (!writing->durable && info->size != 0 && known.size != info->size &&
           !valija_database_run (writing->database, error, "UPDATE message SET size = ?2 WHERE id = ?1",
                                 "ii", known.id, (gint64) info->size))
    return FALSE;

  return write_labels (writing, &known, (const char * const *) info->labels, error) &&
         write_flags (writing, &known, info->flags, error);
}

static int
compare_received (gconstpointer a,
                  gconstpointer b,
                  gpointer      data)
{
  GPtrArray *infos = data;
  const ValijaMessageInfo *info_a = g_ptr_array_index (infos, *(const guint *) a);
  const ValijaMessageInfo *info_b = g_ptr_array_index (infos, *(const guint *) b);

  if (info_a->received != info_b->received)
    return info_a->received < info_b->received ? -1 : 1;

  return (*(const guint *) a > *(const guint *) b) - (*(const guint *) a < *(const guint *) b);
}

/* Oldest first, whichever way the batch is sorted, so that what was received later has the larger row: the search table
 * takes rising keys at once and falling ones each for itself. */
static gboolean
write_all_added (Writing    *writing,
                 GPtrArray  *infos,
                 GError    **error)
{
  g_autoptr(GArray) order = g_array_sized_new (FALSE, FALSE, sizeof (guint), infos->len);

  for (guint i = 0; i < infos->len; i++)
    g_array_append_val (order, i);
  g_array_sort_with_data (order, compare_received, infos);

  g_array_set_size (writing->written->added_ids, infos->len);

  for (guint i = 0; i < order->len; i++)
    {
      guint position = g_array_index (order, guint, i);

      if (!write_added (writing, g_ptr_array_index (infos, position),
                        &g_array_index (writing->written->added_ids, gint64, position), error))
        return FALSE;
    }

  return writing->first_id == 0 ||
         valija_store_index_unsearched (writing->database, writing->first_id, writing->sources_since, error);
}

static gboolean
write_all_flags (Writing    *writing,
                 GPtrArray  *changes,
                 GError    **error)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const ValijaFlagsChange *change = g_ptr_array_index (changes, i);
      g_auto(Known) known = { 0, };

      if (!load_known (writing, change->remote_id, NULL, &known, error) ||
          (known.id != 0 &&
           (!write_labels (writing, &known, (const char * const *) change->labels, error) ||
            !write_flags (writing, &known,
                          (known.server_flags & ~change->told) | (change->flags & change->told), error))))
        return FALSE;
    }

  return TRUE;
}

/* A row on which changes wait is not taken away here: whether it still has a place depends on
 * them. */
static gboolean
drop_row (Writing  *writing,
          gint64    id,
          gboolean  pending,
          GError  **error)
{
  writing->written->n_gone++;

  if (!pending)
    return valija_store_lose_message (writing->database, id, error);

  return valija_database_run (writing->database, error, "UPDATE message SET gone = 1 WHERE id = ?1", "i", id) &&
         valija_store_overlay_refresh (writing->context, id, error);
}

static gboolean
write_all_gone (Writing    *writing,
                GPtrArray  *gone,
                GError    **error)
{
  for (guint i = 0; i < gone->len; i++)
    {
      const char *remote_id = g_ptr_array_index (gone, i);
      g_auto(Known) known = { 0, };

      if (writing->durable)
        {
          /* What the server has forgotten need not be remembered as deleted */
          if (writing->has_deleted &&
              !valija_database_run (writing->database, error, "DELETE FROM deleted"
                                                              " WHERE folder = ?1 AND remote_id = ?2",
                                    "is", writing->folder, remote_id))
            return FALSE;
          continue;
        }

      if (!load_known (writing, remote_id, NULL, &known, error) ||
          (known.id != 0 && !known.gone && !drop_row (writing, known.id, known.pending, error)))
        return FALSE;
    }

  return TRUE;
}

/* Drops the rows that @sql finds, by folder and round; changes wait on all of them, or on none. */
static gboolean
drop_rows (Writing     *writing,
           const char  *sql,
           gboolean     pending,
           GError     **error)
{
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (writing->database, error, sql, "ii", writing->folder, writing->round);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (writing->database, statement, &local_error))
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      g_array_append_val (ids, id);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  for (guint i = 0; i < ids->len; i++)
    {
      if (!drop_row (writing, g_array_index (ids, gint64, i), pending, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
drop_unlisted (Writing  *writing,
               GError  **error)
{
  guint n_lost = 0;

  if ((writing->has_journal && !valija_store_renumber (writing->context, writing->account, writing->remote_id,
                                                        writing->folder, writing->round, error)) ||
      !drop_rows (writing, "SELECT id FROM message WHERE pending <> 0 AND home = ?1 AND round <> ?2 AND gone = 0", TRUE,
                  error) ||
      !valija_store_lose_unlisted (writing->database, writing->folder, writing->round, &n_lost, error))
    return FALSE;

  writing->written->n_gone += n_lost;

  return TRUE;
}

/* What was moved here by us and away by another before any round could list it: no server tells that it is gone. */
static gboolean
drop_never_listed (Writing  *writing,
                   GError  **error)
{
  return drop_rows (writing, "SELECT id FROM message WHERE home = ?1 AND round = -1 AND gone = 0 AND pending <> 0"
                             " AND ?2 >= 0", TRUE, error) &&
         drop_rows (writing, "SELECT id FROM message WHERE home = ?1 AND round = -1 AND gone = 0 AND pending = 0"
                             " AND ?2 >= 0", FALSE, error);
}

static gboolean
end_round (Writing  *writing,
           GError  **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (!writing->durable &&
      !((writing->restarted ? drop_unlisted (writing, error) : drop_never_listed (writing, error)) &&
        valija_store_forget_lost (writing->database, error)))
    return FALSE;

  return valija_database_run (writing->database, error,
                              "UPDATE folder SET restarted = 0, last_synced = ?2, beyond_total = 0, beyond_unread = 0"
                              " WHERE id = ?1", "ii", writing->folder, now);
}

static gboolean
write_changes (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  WriteArgs *args = data;
  ValijaChanges *changes = args->changes;
  g_auto(Writing) writing = { 0, };

  writing.context = context;
  writing.database = valija_store_context_database (context, args->folder);
  writing.durable = args->folder < 0;
  writing.folder = valija_database_to_row (writing.database, args->folder);
  writing.sources_since = args->sources_since;
  writing.written = g_new0 (ValijaWritten, 1);
  writing.written->added_ids = g_array_new (FALSE, TRUE, sizeof (gint64));

  if (!load_folder (&writing, error) ||
      (changes->restart && !begin_round (&writing, error)) ||
      !write_all_added (&writing, changes->added, error) ||
      !write_all_flags (&writing, changes->flags, error) ||
      !write_all_gone (&writing, changes->gone, error))
    return FALSE;

  if (changes->cursor != NULL &&
      !valija_database_run (writing.database, error, "INSERT OR REPLACE INTO cursor (folder, data) VALUES (?1, ?2)",
                            "ib", writing.folder, changes->cursor))
    return FALSE;

  if (changes->final && !end_round (&writing, error))
    return FALSE;

  if (changes->final || writing.written->n_added + writing.written->n_changed + writing.written->n_gone > 0)
    valija_store_context_tell_folder (context, writing.database, writing.folder);

  g_value_init (result, VALIJA_TYPE_WRITTEN);
  g_value_take_boxed (result, g_steal_pointer (&writing.written));

  return TRUE;
}

static gboolean
load_cursor (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  gint64 folder = *(gint64 *) data;
  ValijaDatabase *database = valija_store_context_database (context, folder);
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error, "SELECT data FROM cursor WHERE folder = ?1", "i",
                                     valija_database_to_row (database, folder));
  if (statement == NULL)
    return FALSE;

  if (valija_database_step (database, statement, &local_error))
    valija_store_take_bytes (result, valija_store_dup_bytes (statement, 0));
  else if (local_error == NULL)
    valija_store_take_bytes (result, g_bytes_new (NULL, 0));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));

  return G_IS_VALUE (result);
}

/**
 * valija_store_load_cursor:
 *
 * Returns: (transfer full): a future that resolves to #GBytes, of no bytes when there is no cursor
 */
DexFuture *
valija_store_load_cursor (ValijaStore *self,
                          gint64       folder)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, load_cursor, g_memdup2 (&folder, sizeof folder), g_free);
}

/**
 * valija_store_write_changes:
 * @changes: not to be changed any more
 *
 * Returns: (transfer full): a future that resolves to ValijaWritten once the batch and its cursor
 *   are written
 */
DexFuture *
valija_store_write_changes (ValijaStore   *self,
                            gint64         folder,
                            ValijaChanges *changes)
{
  return valija_store_write_changes_before_sources (self, folder, changes, G_MAXINT64);
}

/**
 * valija_store_write_changes_before_sources:
 * @changes: not to be changed any more
 * @since: seconds since 1970
 *
 * Does what valija_store_write_changes() does. The sources of what was received at @since or later are to be written
 * soon, and so its place in the search waits for them; a search in between still finds it.
 *
 * Returns: (transfer full): a future that resolves to ValijaWritten once the batch and its cursor
 *   are written
 */
DexFuture *
valija_store_write_changes_before_sources (ValijaStore   *self,
                                           gint64         folder,
                                           ValijaChanges *changes,
                                           gint64         since)
{
  WriteArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (changes != NULL);

  args = g_new0 (WriteArgs, 1);
  args->folder = folder;
  args->changes = valija_changes_ref (changes);
  args->sources_since = since;

  return valija_store_write (self, write_changes, args, (GDestroyNotify) write_args_free);
}
