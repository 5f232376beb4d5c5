/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-line.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

void
valija_store_line_free (ValijaStoreLine *self)
{
  g_free (self->account);
  g_free (self->folder);
  g_free (self->target);
  g_free (self->add_labels);
  g_free (self->remove_labels);
  g_free (self);
}

static void
entry_clear (gpointer data)
{
  ValijaStoreEntry *self = data;

  g_free (self->remote_id);
  g_free (self->message_id);
}

ValijaStoreLine *
valija_store_line_read (sqlite3_stmt *statement)
{
  ValijaStoreLine *line = g_new0 (ValijaStoreLine, 1);

  line->id = sqlite3_column_int64 (statement, 0);
  line->sequence = sqlite3_column_int64 (statement, 1);
  line->account = valija_store_dup_text (statement, 2);
  line->kind = sqlite3_column_int (statement, 3);
  line->folder = valija_store_dup_text (statement, 4);
  line->target = valija_store_dup_text (statement, 5);
  line->add = sqlite3_column_int (statement, 6);
  line->remove = sqlite3_column_int (statement, 7);
  line->add_labels = valija_store_dup_text (statement, 8);
  line->remove_labels = valija_store_dup_text (statement, 9);

  return line;
}

ValijaStoreLine *
valija_store_line_load (ValijaDatabase  *local,
                        gint64           id,
                        GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;
  ValijaStoreLine *line = NULL;

  statement = valija_database_query (local, error,
                                     "SELECT " VALIJA_STORE_LINE_COLUMNS " FROM operation o WHERE o.id = ?1", "i", id);
  if (statement == NULL)
    return NULL;

  if (valija_database_step (local, statement, &local_error))
    {
      line = valija_store_line_read (statement);
      sqlite3_reset (statement);
    }

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (line == NULL)
    valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("This change cannot be taken back any more."));

  return line;
}

GArray *
valija_store_line_load_entries (ValijaDatabase  *local,
                                gint64           line,
                                GError         **error)
{
  g_autoptr(GArray) entries = g_array_new (FALSE, FALSE, sizeof (ValijaStoreEntry));
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  g_array_set_clear_func (entries, entry_clear);

  statement = valija_database_query (local, error,
                                     "SELECT message, remote_id, message_id, size FROM operation_message"
                                     " WHERE operation = ?1 ORDER BY position",
                                     "i", line);
  if (statement == NULL)
    return NULL;

  while (valija_database_step (local, statement, &local_error))
    {
      ValijaStoreEntry entry = { sqlite3_column_int64 (statement, 0), valija_store_dup_text (statement, 1),
                      valija_store_dup_text (statement, 2), (guint64) sqlite3_column_int64 (statement, 3) };

      g_array_append_val (entries, entry);
    }

  if (local_error == NULL)
    return g_steal_pointer (&entries);

  g_propagate_error (error, g_steal_pointer (&local_error));

  return NULL;
}
