/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "base/valija-error.h"
#include "store/valija-store-pack.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  gint64 folder;
  gint64 since;
  gint64 behind;
  guint limit;
  char *remote_id;
  char *text;
} ListArgs;

typedef struct
{
  char *account;
  gint64 since;
  gboolean removed;
} RipeArgs;

typedef struct
{
  gint64 folder;
  ValijaMessageInfo *info;
  ValijaStoredSource *source;
  gint64 outbox;
  gboolean withdraw;         /* the item leaves the outbox */
} AddArgs;

typedef struct
{
  gint64 folder;
  GPtrArray *infos;         /* of ValijaMessageInfo */
  GPtrArray *sources;       /* of ValijaStoredSource */
  gboolean keep;
} SupersedeArgs;

static void
list_args_free (ListArgs *self)
{
  g_free (self->remote_id);
  g_free (self->text);
  g_free (self);
}

static void
ripe_args_free (RipeArgs *self)
{
  g_free (self->account);
  g_free (self);
}

static void
supersede_args_free (SupersedeArgs *self)
{
  g_ptr_array_unref (self->infos);
  g_ptr_array_unref (self->sources);
  g_free (self);
}

static void
add_args_free (AddArgs *self)
{
  valija_message_info_unref (self->info);
  valija_stored_source_free (self->source);
  g_free (self);
}

ValijaMessageRow *
valija_store_read_row (ValijaDatabase *database,
                       sqlite3_stmt   *statement)
{
  ValijaMessageRow *row = valija_message_row_new ();

  row->id = valija_database_to_public (database, sqlite3_column_int64 (statement, 0));
  row->folder_id = valija_database_to_public (database, sqlite3_column_int64 (statement, 1));
  g_set_str (&row->remote_id, sqlite3_column_type (statement, 2) == SQLITE_NULL
                                ? "" : (const char *) sqlite3_column_text (statement, 2));
  g_set_str (&row->message_id, (const char *) sqlite3_column_text (statement, 3));
  g_set_str (&row->subject, (const char *) sqlite3_column_text (statement, 4));
  g_set_str (&row->sender, (const char *) sqlite3_column_text (statement, 5));
  g_set_str (&row->sender_address, (const char *) sqlite3_column_text (statement, 6));
  g_set_str (&row->recipients, (const char *) sqlite3_column_text (statement, 7));
  row->date = sqlite3_column_int64 (statement, 8);
  row->size = sqlite3_column_int64 (statement, 9);
  row->flags = sqlite3_column_int (statement, 10);
  row->has_attachments = sqlite3_column_int (statement, 11) != 0;
  row->has_source = sqlite3_column_int (statement, 12) != 0;
  g_set_str (&row->preview, (const char *) sqlite3_column_text (statement, 13));
  row->conversation = valija_database_to_public (database, sqlite3_column_int64 (statement, 14));
  row->labels = valija_store_dup_labels (statement, 15);

  return row;
}

static gboolean
load_rows (ValijaStoreContext  *context,
           gpointer             data,
           GValue              *result,
           GError             **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);
  g_autoptr(GError) local_error = NULL;
  GArray *ids = data;

  for (guint i = 0; i < ids->len && local_error == NULL; i++)
    {
      gint64 public = g_array_index (ids, gint64, i);
      ValijaDatabase *database = valija_store_context_database (context, public);
      sqlite3_stmt *statement;

      statement = valija_database_query (database, &local_error,
                                         "SELECT " VALIJA_STORE_ROW_COLUMNS
                                         " FROM message WHERE id = ?1 AND folder <> 0", "i",
                                         valija_database_to_row (database, public));
      if (statement != NULL && valija_database_step (database, statement, &local_error))
        {
          g_ptr_array_add (rows, valija_store_read_row (database, statement));
          sqlite3_reset (statement);
        }
    }

  if (local_error == NULL)
    valija_store_take_ptr_array (result, g_steal_pointer (&rows));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));

  return G_IS_VALUE (result);
}

/* What waits to be moved is left until its server has it in one place again; what was filed away
 * here is still in its home there. */
static gboolean
list_without_source (ValijaStoreContext  *context,
                     gpointer             data,
                     GValue              *result,
                     GError             **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);
  ListArgs *args = data;
  ValijaDatabase *database = valija_store_context_database (context, args->folder);
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error,
                                     "SELECT " VALIJA_STORE_ROW_COLUMNS
                                     " FROM message WHERE home = ?1 AND received >= ?2"
                                     " AND has_source = 0 AND remote_id IS NOT NULL AND (folder = home OR ?4)"
                                     " AND (received, id) <"
                                     "  (ifnull ((SELECT received FROM message WHERE id = ?5), ?6), ?5)"
                                     " ORDER BY received DESC, id DESC LIMIT ?3",
                                     "iiiiii", valija_database_to_row (database, args->folder), args->since,
                                     args->limit > 0 ? (gint64) args->limit : (gint64) -1,
                                     (gint64) (args->folder < 0), valija_database_to_row (database, args->behind),
                                     G_MAXINT64);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    g_ptr_array_add (rows, valija_store_read_row (database, statement));

  if (local_error == NULL)
    valija_store_take_ptr_array (result, g_steal_pointer (&rows));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));

  return G_IS_VALUE (result);
}

/* Where the server has no name for the content, its INTERNALDATE is what makes it one message and not two that look
 * alike: it survives COPY and MOVE. In one folder it would be no proof.
 * Programs that give all their messages one Message-ID must not cost a look at each of them for each. */
static const char twin_sql[] =
  "SELECT t.id FROM message m JOIN folder f ON f.id = m.home JOIN message t ON t.id IN"
  "  (SELECT id FROM message WHERE id_hash = (SELECT id_hash FROM message WHERE id = ?1) AND has_source = 1"
  "   AND id <> ?1 ORDER BY id DESC LIMIT 100)"
  " WHERE m.id = ?1 AND m.has_source = 0 AND m.message_id <> '' AND t.message_id = m.message_id"
  " AND ifnull (t.lost_account, (SELECT account FROM folder WHERE id = t.home)) = f.account"
  " AND (t.email_id = m.email_id OR ((t.email_id IS NULL OR m.email_id IS NULL)"
  "      AND (t.home <> m.home OR t.lost_account IS NOT NULL) AND m.size > 0 AND t.size = m.size"
  "      AND t.received = m.received AND t.date = m.date AND t.subject = m.subject"
  "      AND t.sender_address = m.sender_address))"
  " LIMIT 1";

/* 0 where there is none. Local truth has its sources, or will have them from nowhere else. */
static gboolean
find_twin (ValijaStoreContext  *context,
           gint64               message,
           gint64              *twin,
           GError             **error)
{
  *twin = 0;

  return message < 0 || valija_database_get_int64 (context->cache, 0, twin, error, twin_sql, "i", message);
}

static gboolean
find_twins (ValijaStoreContext  *context,
            gpointer             data,
            GValue              *result,
            GError             **error)
{
  g_autoptr(GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  GArray *messages = data;

  for (guint i = 0; i < messages->len; i++)
    {
      gint64 message = g_array_index (messages, gint64, i);
      gint64 twin;

      if (!find_twin (context, message, &twin, error))
        return FALSE;
      if (twin != 0)
        g_array_append_val (found, message);
    }

  valija_store_take_ids (result, g_steal_pointer (&found));

  return TRUE;
}

static gboolean
list_ripe (ValijaStoreContext  *context,
           gpointer             data,
           GValue              *result,
           GError             **error)
{
  RipeArgs *args = data;
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->local, error,
                                     "SELECT m.remote_id FROM message m JOIN folder f ON f.id = m.home"
                                     " WHERE f.account = ?1 AND m.has_source = 1 AND m.remote_id IS NOT NULL"
                                     " AND m.added_at <= ?2"
                                     " UNION SELECT d.remote_id FROM deleted d JOIN folder f ON f.id = d.folder"
                                     " WHERE f.account = ?1 AND (?3 OR d.added_at <= ?2)",
                                     "sii", args->account, args->since, (gint64) args->removed);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (context->local, statement, &local_error))
    g_ptr_array_add (ids, valija_store_dup_text (statement, 0));

  if (local_error == NULL)
    valija_store_take_ptr_array (result, g_steal_pointer (&ids));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));

  return G_IS_VALUE (result);
}

static gboolean
find_remote (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  ListArgs *args = data;
  ValijaDatabase *database = valija_store_context_database (context, args->folder);
  gint64 id;

  if (!valija_database_get_int64 (database, 0, &id, error,
                                  "SELECT id FROM message WHERE home = ?1 AND remote_id = ?2 AND folder <> 0",
                                  "is", valija_database_to_row (database, args->folder), args->remote_id))
    return FALSE;

  if (id == 0)
    return valija_store_fail_no_message (error);

  valija_store_take_int64 (result, valija_database_to_public (database, id));

  return TRUE;
}

static gboolean
find_message_id (ValijaStoreContext  *context,
                 gpointer             data,
                 GValue              *result,
                 GError             **error)
{
  ListArgs *args = data;
  ValijaDatabase *database = valija_store_context_database (context, args->folder);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error,
                                     "SELECT id FROM message WHERE id_hash = ?1 AND message_id = ?2 AND home = ?3"
                                     " AND folder <> 0", "isi", (gint64) g_str_hash (args->text), args->text,
                                     valija_database_to_row (database, args->folder));
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    {
      gint64 id = valija_database_to_public (database, sqlite3_column_int64 (statement, 0));

      g_array_append_val (ids, id);
    }

  if (local_error == NULL)
    valija_store_take_ids (result, g_steal_pointer (&ids));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));

  return G_IS_VALUE (result);
}

/* What is damaged in the cache is as if it were not there: it is fetched again. */
static gboolean
unpack_source (ValijaStoreContext  *context,
               ValijaDatabase      *database,
               GBytes             **bytes,
               gint64               length,
               GError             **error)
{
  GBytes *source = valija_store_unpack (*bytes, length);

  if (source == NULL)
    {
      valija_error_set (error, database == context->cache ? VALIJA_ERROR_NOT_FOUND : VALIJA_ERROR_STORAGE,
                        _("This message is damaged on this computer."));
      return FALSE;
    }

  g_bytes_unref (*bytes);
  *bytes = source;

  return TRUE;
}

static gboolean
load_source (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  gint64 message = *(gint64 *) data;
  ValijaDatabase *database = valija_store_context_database (context, message);
  gint64 row = valija_database_to_row (database, message);
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GBytes) bytes = NULL;
  gint64 unpacked_length = 0;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error,
                                     "SELECT " VALIJA_DATABASE_BYTES ("data") ", unpacked_length"
                                     " FROM source WHERE message = ?1", "i", row);
  if (statement == NULL)
    return FALSE;

  bytes = valija_store_find_bytes (database, statement, "source", "data", row, &unpacked_length, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (bytes == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("Only the headers of this message are on this computer."));
      return FALSE;
    }

  if (unpacked_length != 0 && !unpack_source (context, database, &bytes, unpacked_length, error))
    return FALSE;

  valija_store_take_bytes (result, g_steal_pointer (&bytes));

  return TRUE;
}

/* In one turn of the store: a twin that was found a moment ago may have gone. */
static gboolean
load_twin_source (ValijaStoreContext  *context,
                  gpointer             data,
                  GValue              *result,
                  GError             **error)
{
  gint64 twin;

  return find_twin (context, *(gint64 *) data, &twin, error) && load_source (context, &twin, result, error);
}

/* By row: local truth has the negative ids. */
static int
compare_sources (gconstpointer a,
                 gconstpointer b)
{
  gint64 row_a = ABS (((const ValijaStoredSource *) a)->message);
  gint64 row_b = ABS (((const ValijaStoredSource *) b)->message);

  return (row_a > row_b) - (row_a < row_b);
}

/* Sorted as the search table likes it best, see write_all_added(): older messages were given
 * smaller rows within a batch. */
static gboolean
write_sources (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  GPtrArray *sources = data;
  g_autoptr(GPtrArray) sorted = g_ptr_array_copy (sources, NULL, NULL);

  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort_values (sorted, compare_sources);

  for (guint i = 0; i < sorted->len; i++)
    {
      ValijaStoredSource *source = g_ptr_array_index (sorted, i);
      ValijaDatabase *database = valija_store_context_database (context, source->message);
      gint64 id = valija_database_to_row (database, source->message);
      gboolean found;

      if (!valija_store_insert_source (database, id, source, &found, error))
        return FALSE;
      if (found)
        valija_store_context_tell_message (context, database, id);
    }

  return TRUE;
}

gboolean
valija_store_add_local (ValijaStoreContext  *context,
                        gint64               folder,
                        ValijaMessageInfo   *info,
                        ValijaStoredSource  *source,
                        gint64              *id,
                        GError             **error)
{
  g_autofree char *account = NULL;
  g_autofree char *remote_id = NULL;
  gboolean found;

  if (folder >= 0)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("This folder is on a server, not on this computer."));
      return FALSE;
    }

  if (!valija_store_load_place (context->local, -folder, &account, &remote_id, error) ||
      !valija_store_insert_message (context, context->local, account, -folder, 0, info, id, error) ||
      !valija_store_insert_source (context->local, *id, source, &found, error))
    return FALSE;

  valija_store_context_tell_folder (context, context->local, -folder);

  return TRUE;
}

static gboolean
add_message (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  AddArgs *args = data;
  gint64 id;

  if (!valija_store_add_local (context, args->folder, args->info, args->source, &id, error) ||
      !(args->withdraw ? valija_store_outbox_withdraw (context, args->outbox, error)
                       : valija_store_outbox_copy_kept (context, args->outbox, error)))
    return FALSE;

  valija_store_take_int64 (result, -id);

  return TRUE;
}

static gboolean
supersede_messages (ValijaStoreContext  *context,
                    gpointer             data,
                    GValue              *result,
                    GError             **error)
{
  SupersedeArgs *args = data;
  g_autoptr(GArray) ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), args->sources->len);

  for (guint i = 0; i < args->sources->len; i++)
    {
      ValijaStoredSource *source = g_ptr_array_index (args->sources, i);
      gint64 id;

      if ((!args->keep && !valija_store_carry_check (context, source->message, error)) ||
          !valija_store_add_local (context, args->folder, g_ptr_array_index (args->infos, i), source, &id, error) ||
          (!args->keep && !valija_store_journal_delete (context, source->message, error)))
        return FALSE;

      id = valija_database_to_public (context->local, id);
      g_array_append_val (ids, id);
    }

  valija_store_take_ids (result, g_steal_pointer (&ids));

  return TRUE;
}

/**
 * valija_store_load_rows:
 * @ids: (array length=n_ids): of either database
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of ValijaMessageRow
 */
DexFuture *
valija_store_load_rows (ValijaStore  *self,
                        const gint64 *ids,
                        guint         n_ids)
{
  GArray *copy;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  copy = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_ids);
  if (n_ids > 0)
    g_array_append_vals (copy, ids, n_ids);

  return valija_store_read (self, load_rows, copy, (GDestroyNotify) g_array_unref);
}

/**
 * valija_store_find_message_id:
 * @message_id: without angle brackets
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64, such messages whose place is in @folder, but
 *   for those that are about to be deleted
 */
DexFuture *
valija_store_find_message_id (ValijaStore *self,
                              gint64       folder,
                              const char  *message_id)
{
  ListArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (message_id != NULL);

  args = g_new0 (ListArgs, 1);
  args->folder = folder;
  args->text = g_strdup (message_id);

  return valija_store_read (self, find_message_id, args, (GDestroyNotify) list_args_free);
}

/**
 * valija_store_find_remote:
 *
 * Returns: (transfer full): a future that resolves to the id (int64) of the message that @folder's
 *   server calls @remote_id
 */
DexFuture *
valija_store_find_remote (ValijaStore *self,
                          gint64       folder,
                          const char  *remote_id)
{
  ListArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (remote_id != NULL);

  args = g_new0 (ListArgs, 1);
  args->folder = folder;
  args->remote_id = g_strdup (remote_id);

  return valija_store_read (self, find_remote, args, (GDestroyNotify) list_args_free);
}

/**
 * valija_store_list_without_source:
 * @since: seconds since 1970
 * @behind: the message behind which the list goes on, 0 for all of it; all of it too where that is gone
 * @limit: how many, 0 for all
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of ValijaMessageRow, newest
 *   first
 */
DexFuture *
valija_store_list_without_source (ValijaStore *self,
                                  gint64       folder,
                                  gint64       since,
                                  gint64       behind,
                                  guint        limit)
{
  ListArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = g_new0 (ListArgs, 1);
  args->folder = folder;
  args->since = since;
  args->behind = behind;
  args->limit = limit;

  return valija_store_read (self, list_without_source, args, (GDestroyNotify) list_args_free);
}

/**
 * valija_store_find_twins:
 * @messages: (element-type gint64): copied
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64: those of @messages that are here already
 *   under another id
 */
DexFuture *
valija_store_find_twins (ValijaStore *self,
                         GArray      *messages)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (messages != NULL);

  return valija_store_read (self, find_twins, g_array_copy (messages), (GDestroyNotify) g_array_unref);
}

/**
 * valija_store_load_twin_source:
 * @message: of which only the headers are here
 *
 * Returns: (transfer full): a future that resolves to #GBytes, the source of the same message under another id; rejects
 *   with NOT_FOUND where there is none
 */
DexFuture *
valija_store_load_twin_source (ValijaStore *self,
                               gint64       message)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, load_twin_source, g_memdup2 (&message, sizeof message), g_free);
}

/**
 * valija_store_list_ripe:
 * @since: seconds since 1970
 * @removed: what was deleted here whenever it came
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of strings, each once
 */
DexFuture *
valija_store_list_ripe (ValijaStore *self,
                        const char  *account,
                        gint64       since,
                        gboolean     removed)
{
  RipeArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);

  args = g_new0 (RipeArgs, 1);
  args->account = g_strdup (account);
  args->since = since;
  args->removed = removed;

  return valija_store_read (self, list_ripe, args, (GDestroyNotify) ripe_args_free);
}

/**
 * valija_store_load_source:
 *
 * Returns: (transfer full): a future that resolves to #GBytes, exactly as they were stored
 */
DexFuture *
valija_store_load_source (ValijaStore *self,
                          gint64       message)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, load_source, g_memdup2 (&message, sizeof message), g_free);
}

/**
 * valija_store_write_sources:
 * @sources: (element-type ValijaStoredSource): not to be changed any more
 *
 * Returns: (transfer full): a future that resolves to true
 */
DexFuture *
valija_store_write_sources (ValijaStore *self,
                            GPtrArray   *sources)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (sources != NULL);

  return valija_store_write (self, write_sources, g_ptr_array_ref (sources), (GDestroyNotify) g_ptr_array_unref);
}

static DexFuture *
write_message (ValijaStore        *self,
               gint64              folder,
               ValijaMessageInfo  *info,
               ValijaStoredSource *source,
               gint64              outbox,
               gboolean            withdraw)
{
  AddArgs *args = g_new0 (AddArgs, 1);

  args->folder = folder;
  args->info = valija_message_info_ref (info);
  args->source = valija_stored_source_copy (source);
  args->outbox = outbox;
  args->withdraw = withdraw;

  return valija_store_write (self, add_message, args, (GDestroyNotify) add_args_free);
}

/**
 * valija_store_add_message:
 * @folder: in local truth
 * @source: (transfer none): copied
 * @outbox: the item of the outbox whose copy it is, 0 for none
 *
 * Returns: (transfer full): a future that resolves, when it is durable, to the message's id (int64)
 */
DexFuture *
valija_store_add_message (ValijaStore        *self,
                          gint64              folder,
                          ValijaMessageInfo  *info,
                          ValijaStoredSource *source,
                          gint64              outbox)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (info != NULL);
  dex_return_error_if_fail (source != NULL);

  return write_message (self, folder, info, source, outbox, FALSE);
}

/**
 * valija_store_supersede_messages:
 * @folder: in local truth
 * @infos: (element-type ValijaMessageInfo): what the new messages are, as many as @sources
 * @sources: (element-type ValijaStoredSource): each names the message, of either database, in whose place it is filed
 * @keep: whether those stay, of which these are copies
 *
 * Files all in @folder and deletes those that they are in the place of, in one step: whoever is interrupted has one of
 * each two, and never both.
 *
 * Returns: (transfer full): a future that resolves to a #GArray of int64, the ids of the new messages, when it is
 *   durable; rejects with INVALID, and files none, where one is on its way to another folder
 */
DexFuture *
valija_store_supersede_messages (ValijaStore *self,
                                 gint64       folder,
                                 GPtrArray   *infos,
                                 GPtrArray   *sources,
                                 gboolean     keep)
{
  SupersedeArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (infos != NULL && sources != NULL && infos->len == sources->len);

  args = g_new0 (SupersedeArgs, 1);
  args->folder = folder;
  args->infos = g_ptr_array_ref (infos);
  args->sources = g_ptr_array_ref (sources);
  args->keep = keep;

  return valija_store_write (self, supersede_messages, args, (GDestroyNotify) supersede_args_free);
}

/**
 * valija_store_withdraw_outbox:
 * @item: an item of the outbox that is neither being sent nor was sent
 * @folder: in local truth
 * @source: (transfer none): copied
 *
 * Files @source in @folder and takes @item out of the outbox in one step: it is in one of them at each moment, and
 * never in both.
 *
 * Returns: (transfer full): a future that resolves, when it is durable, to the message's id (int64); rejects with
 *   INVALID, and files nothing, where it is too late
 */
DexFuture *
valija_store_withdraw_outbox (ValijaStore        *self,
                              gint64              item,
                              gint64              folder,
                              ValijaMessageInfo  *info,
                              ValijaStoredSource *source)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (item != 0);
  dex_return_error_if_fail (info != NULL);
  dex_return_error_if_fail (source != NULL);

  return write_message (self, folder, info, source, item, TRUE);
}
