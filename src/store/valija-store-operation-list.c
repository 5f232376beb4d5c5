/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-line.h"

/* What waits in the journal, for who does it. */

static gboolean
load_operation (ValijaDatabase   *local,
                ValijaOperation  *operation,
                GError          **error)
{
  g_autoptr(GArray) entries = valija_store_line_load_entries (local, operation->id, error);

  if (entries == NULL)
    return FALSE;

  operation->remote_ids = g_ptr_array_new_with_free_func (g_free);
  operation->messages = g_array_new (FALSE, FALSE, sizeof (gint64));
  operation->message_ids = g_ptr_array_new_with_free_func (g_free);
  operation->sizes = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint i = 0; i < entries->len; i++)
    {
      ValijaStoreEntry *entry = &g_array_index (entries, ValijaStoreEntry, i);
      gint64 message = MAX (entry->message, 0);

      g_ptr_array_add (operation->remote_ids, g_steal_pointer (&entry->remote_id));
      g_array_append_val (operation->messages, message);
      g_ptr_array_add (operation->message_ids, g_steal_pointer (&entry->message_id));
      g_array_append_val (operation->sizes, entry->size);
    }

  return TRUE;
}

static void
clear_operation (gpointer data)
{
  ValijaOperation *operation = data;

  /* Half loaded after a failure */
  if (operation->remote_ids == NULL)
    operation->remote_ids = g_ptr_array_new ();
  if (operation->messages == NULL)
    operation->messages = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (operation->message_ids == NULL)
    operation->message_ids = g_ptr_array_new ();
  if (operation->sizes == NULL)
    operation->sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  valija_operation_free (operation);
}

static gboolean
list_operations (ValijaStoreContext  *context,
                 gpointer             data,
                 GValue              *result,
                 GError             **error)
{
  g_autoptr(GPtrArray) operations = g_ptr_array_new_with_free_func (clear_operation);
  g_autoptr(GError) local_error = NULL;
  const char *account = data;
  sqlite3_stmt *statement;

  /* One look at the journal, whatever is written meanwhile */
  if (!valija_database_begin (context->local, error))
    return FALSE;

  statement = valija_database_query (context->local, error,
                                     "SELECT " VALIJA_STORE_LINE_COLUMNS ", o.attempts, o.words, o.mark,"
                                     " c.message, c.received, c.message >= 0 AND c.account = '' AND c.keep <> ?2,"
                                     " c.keep = ?2"
                                     " FROM operation o LEFT JOIN operation_origin c ON c.operation = o.id"
                                     " WHERE o.account = ?1 ORDER BY o.sequence, o.id",
                                     "si", account, (gint64) VALIJA_CARRY_COPY);

  while (statement != NULL && valija_database_step (context->local, statement, &local_error))
    {
      g_autoptr(ValijaStoreLine) line = valija_store_line_read (statement);
      ValijaOperation *operation = g_new0 (ValijaOperation, 1);

      operation->id = line->id;
      operation->account = g_steal_pointer (&line->account);
      operation->kind = line->kind;
      operation->folder = g_steal_pointer (&line->folder);
      operation->target = g_steal_pointer (&line->target);
      operation->add = line->add;
      operation->remove = line->remove;
      operation->add_labels = valija_labels_from_text (line->add_labels);
      operation->remove_labels = valija_labels_from_text (line->remove_labels);
      operation->attempts = sqlite3_column_int (statement, VALIJA_STORE_LINE_N_COLUMNS);
      operation->words = valija_store_dup_text (statement, VALIJA_STORE_LINE_N_COLUMNS + 1);
      operation->mark = valija_store_dup_text (statement, VALIJA_STORE_LINE_N_COLUMNS + 2);
      operation->carries = sqlite3_column_type (statement, VALIJA_STORE_LINE_N_COLUMNS + 3) != SQLITE_NULL;
      operation->origin = sqlite3_column_int64 (statement, VALIJA_STORE_LINE_N_COLUMNS + 3);
      operation->received = sqlite3_column_int64 (statement, VALIJA_STORE_LINE_N_COLUMNS + 4);
      operation->copies = sqlite3_column_int (statement, VALIJA_STORE_LINE_N_COLUMNS + 6) != 0;
      operation->is_last = !operation->carries || sqlite3_column_int (statement, VALIJA_STORE_LINE_N_COLUMNS + 5) != 0;
      g_ptr_array_add (operations, operation);
    }

  for (guint i = 0; statement != NULL && local_error == NULL && i < operations->len; i++)
    load_operation (context->local, g_ptr_array_index (operations, i), &local_error);

  valija_database_rollback (context->local);

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (statement != NULL)
    valija_store_take_ptr_array (result, g_steal_pointer (&operations));

  return G_IS_VALUE (result);
}

static gboolean
load_operation_source (ValijaStoreContext  *context,
                       gpointer             data,
                       GValue              *result,
                       GError             **error)
{
  gint64 line = *(gint64 *) data;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->local, error,
                                     "SELECT " VALIJA_DATABASE_BYTES ("data")
                                     " FROM operation_source WHERE operation = ?1", "i", line);

  return valija_store_load_bytes (context->local, statement, "operation_source", "data", line, result, error) &&
         (G_IS_VALUE (result) || valija_store_fail_no_message (error));
}

/**
 * valija_store_list_operations:
 * @account: an account's id
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of ValijaOperation, in the order
 *   in which they must be done
 */
DexFuture *
valija_store_list_operations (ValijaStore *self,
                              const char  *account)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);

  return valija_store_read (self, list_operations, g_strdup (account), g_free);
}

/**
 * valija_store_load_operation_source:
 *
 * Returns: (transfer full): a future that resolves to #GBytes, what a line of APPEND files; rejects with NOT_FOUND
 *   where there is no such line
 */
DexFuture *
valija_store_load_operation_source (ValijaStore *self,
                                    gint64       operation)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, load_operation_source, g_memdup2 (&operation, sizeof operation), g_free);
}
