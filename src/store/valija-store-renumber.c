/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

/* A server may number the messages of a folder anew (IMAP: UIDVALIDITY). What waits in the journal speaks of the old
 * numbers: it is carried over to the messages that are recognised in what was listed. */

typedef struct
{
  gint64 operation;
  gint64 position;
  gint64 message;
  char *remote_id;
  char *message_id;
  gint64 date;
  gint64 size;
} Entry;

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->remote_id);
  g_free (entry->message_id);
}

/* The entries of @folder's lines that name a message; those behind a move name none yet. */
static GArray *
load_entries (ValijaStoreContext  *context,
              const char          *account,
              const char          *folder,
              GError             **error)
{
  g_autoptr(GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  g_array_set_clear_func (entries, entry_clear);
  statement = valija_database_query (context->local, error,
                                     "SELECT m.operation, m.position, m.message, m.remote_id, m.message_id, m.date,"
                                     " m.size FROM operation o JOIN operation_message m ON m.operation = o.id"
                                     " WHERE o.account = ?1 AND o.folder = ?2 AND o.kind < ?3 AND m.remote_id <> ''"
                                     " ORDER BY o.sequence, o.id, m.position",
                                     "ssi", account, folder, (gint64) VALIJA_OPERATION_APPEND);
  if (statement == NULL)
    return NULL;

  while (valija_database_step (context->local, statement, &local_error))
    {
      Entry entry = { sqlite3_column_int64 (statement, 0), sqlite3_column_int64 (statement, 1),
                      sqlite3_column_int64 (statement, 2), valija_store_dup_text (statement, 3),
                      valija_store_dup_text (statement, 4), sqlite3_column_int64 (statement, 5),
                      sqlite3_column_int64 (statement, 6) };

      g_array_append_val (entries, entry);
    }

  if (local_error == NULL)
    return g_steal_pointer (&entries);

  g_propagate_error (error, g_steal_pointer (&local_error));

  return NULL;
}

static gboolean
is_listed (ValijaStoreContext  *context,
           gint64               folder,
           gint64               round,
           const char          *remote_id,
           gboolean            *listed,
           GError             **error)
{
  gint64 n_rows;

  if (!valija_database_get_int64 (context->cache, 0, &n_rows, error,
                                  "SELECT count(*) FROM message WHERE home = ?1 AND remote_id = ?2 AND round = ?3",
                                  "isi", folder, remote_id, round))
    return FALSE;

  *listed = n_rows > 0;

  return TRUE;
}

/* Of messages that are alike each is taken once: what changes wait on is taken already. One that was there before the
 * round is another one, as where nothing was numbered anew and one of two is gone. */
static gboolean
find_new_row (ValijaStoreContext  *context,
              const Entry         *entry,
              gint64               folder,
              gint64               round,
              gint64              *row,
              GError             **error)
{
  /* Nothing that would tell it from others */
  if (entry->message_id[0] == '\0' && (entry->date == 0 || entry->size == 0))
    {
      *row = 0;
      return TRUE;
    }

  return valija_database_get_int64 (context->cache, 0, row, error,
                                    "SELECT id FROM message WHERE id_hash = ?1 AND home = ?2 AND round = ?3"
                                    " AND message_id = ?4 AND date = ?5 AND (?6 = 0 OR size = 0 OR size = ?6)"
                                    " AND pending = 0 AND id >= (SELECT restarted FROM folder WHERE id = ?2) LIMIT 1",
                                    "iiisii", (gint64) g_str_hash (entry->message_id), folder, round,
                                    entry->message_id, entry->date, entry->size);
}

static gboolean
carry_over (ValijaStoreContext  *context,
            const Entry         *entry,
            gint64               row,
            GError             **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autofree char *remote_id = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->cache, error, "SELECT remote_id FROM message WHERE id = ?1", "i", row);
  if (statement == NULL)
    return FALSE;

  if (valija_database_step (context->cache, statement, &local_error))
    {
      remote_id = valija_store_dup_text (statement, 0);
      sqlite3_reset (statement);
    }
  if (remote_id == NULL)
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return local_error == NULL;
    }

  /* All lines of the message, also those behind a move that name nothing yet */
  return valija_database_run (context->local, error,
                              "UPDATE operation_message SET remote_id = ?3 WHERE message = ?1 AND remote_id = ?2",
                              "iss", entry->message, entry->remote_id, remote_id) &&
         valija_database_run (context->local, error, "UPDATE operation_message SET message = ?2 WHERE message = ?1",
                              "ii", entry->message, row) &&
         valija_store_overlay_refresh (context, row, error) &&
         valija_store_overlay_refresh (context, entry->message, error);
}

/* What is not recognised must not keep the rest of its line from being done: it gets a line of its own. */
static gboolean
split_off (ValijaStoreContext  *context,
           const Entry         *entry,
           GError             **error)
{
  gint64 n_entries;

  if (!valija_database_get_int64 (context->local, 0, &n_entries, error,
                                  "SELECT count(*) FROM operation_message WHERE operation = ?1", "i",
                                  entry->operation))
    return FALSE;
  if (n_entries < 2)
    return TRUE;

  return valija_database_run (context->local, error,
                              "INSERT INTO operation (sequence, account, kind, folder, target, add_flags,"
                              " remove_flags, add_labels, remove_labels, mark) SELECT sequence, account, kind, folder,"
                              " target, add_flags, remove_flags, add_labels, remove_labels, mark"
                              " FROM operation WHERE id = ?1", "i", entry->operation) &&
         valija_database_run (context->local, error,
                              "UPDATE operation_message SET operation = ?3, position = 0"
                              " WHERE operation = ?1 AND position = ?2", "iii", entry->operation, entry->position,
                              (gint64) sqlite3_last_insert_rowid (valija_database_get_handle (context->local)));
}

gboolean
valija_store_renumber (ValijaStoreContext  *context,
                       const char          *account,
                       const char          *folder_remote_id,
                       gint64               folder,
                       gint64               round,
                       GError             **error)
{
  g_autoptr(GHashTable) carried = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GArray) lost = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr(GArray) entries = load_entries (context, account, folder_remote_id, error);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);
      gboolean listed = FALSE;
      gint64 row = 0;

      if (g_hash_table_contains (carried, entry->remote_id))
        continue;
      if (!is_listed (context, folder, round, entry->remote_id, &listed, error) ||
          (!listed && !find_new_row (context, entry, folder, round, &row, error)) ||
          (row != 0 && !carry_over (context, entry, row, error)))
        return FALSE;

      if (row != 0)
        g_hash_table_add (carried, entry->remote_id);
      else if (!listed)
        g_array_append_val (lost, i);
    }

  for (guint i = 0; g_hash_table_size (carried) > 0 && i < lost->len; i++)
    {
      if (!split_off (context, &g_array_index (entries, Entry, g_array_index (lost, guint, i)), error))
        return FALSE;
    }

  return entries != NULL;
}
