/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

/* What the user did and the server has not heard of lies on top of what the server says. It is
 * never patched step by step but always worked out anew from the row and the lines of the
 * journal: so it is right whatever came in between, in whichever order. */

typedef struct
{
  gint64 home;
  gint64 folder;
  ValijaFlags flags;
  ValijaFlags server_flags;
  char *labels;             /* nullable, both: none */
  char *server_labels;
  gint64 pending;
  gboolean gone;
} Row;

typedef struct
{
  gint64 folder;
  ValijaFlags flags;
  char **labels;
  gint64 pending;
  gboolean moved;
} Overlay;

static void
row_clear (Row *self)
{
  g_free (self->labels);
  g_free (self->server_labels);
}

static void
overlay_clear (Overlay *self)
{
  g_strfreev (self->labels);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Row, row_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Overlay, overlay_clear)

static gboolean
load_row (ValijaStoreContext  *context,
          gint64               id,
          Row                 *row,
          gboolean            *found,
          GError             **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->cache, error,
                                     "SELECT home, folder, flags, server_flags, pending, gone, labels, server_labels"
                                     " FROM message WHERE id = ?1",
                                     "i", id);
  if (statement == NULL)
    return FALSE;

  *found = valija_database_step (context->cache, statement, &local_error);
  if (*found)
    {
      row->home = sqlite3_column_int64 (statement, 0);
      row->folder = sqlite3_column_int64 (statement, 1);
      row->flags = sqlite3_column_int (statement, 2);
      row->server_flags = sqlite3_column_int (statement, 3);
      row->pending = sqlite3_column_int64 (statement, 4);
      row->gone = sqlite3_column_int (statement, 5) != 0;
      row->labels = valija_store_dup_text (statement, 6);
      row->server_labels = valija_store_dup_text (statement, 7);
      sqlite3_reset (statement);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* Of a line that changes labels, those that it adds and takes away are its columns 5 and 6. */
static void
apply_labels (sqlite3_stmt *line,
              Overlay      *overlay)
{
  g_auto(GStrv) add = valija_store_dup_labels (line, 5);
  g_auto(GStrv) remove = valija_store_dup_labels (line, 6);
  char **labels;

  if (add == NULL && remove == NULL)
    return;

  labels = valija_labels_change ((const char * const *) overlay->labels, (const char * const *) add,
                                 (const char * const *) remove);
  g_strfreev (overlay->labels);
  overlay->labels = labels;
}

static gboolean
apply_line (ValijaStoreContext  *context,
            sqlite3_stmt        *line,
            Overlay             *overlay,
            GError             **error)
{
  overlay->pending++;

  switch ((ValijaOperationKind) sqlite3_column_int (line, 0))
    {
    case VALIJA_OPERATION_FLAGS:
      overlay->flags |= sqlite3_column_int (line, 1);
      overlay->flags &= ~sqlite3_column_int (line, 2);
      apply_labels (line, overlay);
      return TRUE;

    case VALIJA_OPERATION_MOVE:
      overlay->moved = TRUE;
      return valija_database_get_int64 (context->cache, 0, &overlay->folder, error,
                                        "SELECT id FROM folder"
                                        " WHERE account = ?1 AND remote_id = ?2 AND remote_id <> ''",
                                        "ss", sqlite3_column_text (line, 3), sqlite3_column_text (line, 4));

    case VALIJA_OPERATION_DELETE:
      overlay->folder = 0;
      return TRUE;

    case VALIJA_OPERATION_COPY:
    case VALIJA_OPERATION_APPEND:
    case VALIJA_OPERATION_CREATE_FOLDER:
    case VALIJA_OPERATION_RENAME_FOLDER:
    case VALIJA_OPERATION_REMOVE_FOLDER:
    default:
      return TRUE;
    }
}

static gboolean
work_out (ValijaStoreContext  *context,
          gint64               id,
          const Row           *row,
          Overlay             *overlay,
          GError             **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *lines;

  overlay->folder = row->home;
  overlay->flags = row->server_flags;
  overlay->labels = valija_labels_from_text (row->server_labels);

  lines = valija_database_query (context->local, error,
                                 "SELECT o.kind, o.add_flags, o.remove_flags, o.account, o.target, o.add_labels,"
                                 " o.remove_labels"
                                 " FROM operation_message m JOIN operation o ON o.id = m.operation"
                                 " WHERE m.message = ?1 ORDER BY o.sequence, o.id", "i", id);
  if (lines == NULL)
    return FALSE;

  while (valija_database_step (context->local, lines, &local_error))
    {
      if (!apply_line (context, lines, overlay, error))
        return FALSE;
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

gboolean
valija_store_overlay_refresh (ValijaStoreContext  *context,
                              gint64               id,
                              GError             **error)
{
  g_auto(Overlay) overlay = { 0, };
  g_auto(Row) row = { 0, };
  g_autofree char *labels = NULL;
  gboolean found;

  if (!load_row (context, id, &row, &found, error))
    return FALSE;
  if (!found)
    return TRUE;

  if (!work_out (context, id, &row, &overlay, error))
    return FALSE;

  /* Gone from its home it is still shown where it is about to be, until that is known */
  if (row.gone && !overlay.moved)
    {
      valija_store_context_tell_folder (context, context->cache, row.folder);
      return valija_database_run (context->cache, error, "DELETE FROM message WHERE id = ?1", "i", id);
    }

  labels = valija_labels_to_text ((const char * const *) overlay.labels);
  if (overlay.folder == row.folder && overlay.flags == row.flags && overlay.pending == row.pending &&
      g_strcmp0 (labels, row.labels) == 0)
    return TRUE;

  if (row.folder != 0)
    valija_store_context_tell_folder (context, context->cache, row.folder);
  if (overlay.folder != 0)
    valija_store_context_tell_folder (context, context->cache, overlay.folder);
  valija_store_context_tell_message (context, context->cache, id);

  return valija_database_run (context->cache, error,
                              "UPDATE message SET folder = ?2, flags = ?3, pending = ?4, labels = ?5 WHERE id = ?1",
                              "iiiis", id, overlay.folder, (gint64) overlay.flags, overlay.pending, labels);
}

gboolean
valija_store_overlay_adopt (ValijaStoreContext  *context,
                            const char          *account,
                            const char          *folder,
                            const char          *remote_id,
                            gint64               id,
                            GError             **error)
{
  gint64 known_as;

  /* Lines after a move have no remote id yet, so the row that was lost is what holds the lines
   * of one message together */
  if (!valija_database_get_int64 (context->local, 0, &known_as, error,
                                  "SELECT m.message FROM operation_message m JOIN operation o ON o.id = m.operation"
                                  " WHERE m.remote_id = ?3 AND o.account = ?1 AND o.folder = ?2 LIMIT 1",
                                  "sss", account, folder, remote_id))
    return FALSE;

  return known_as == 0 ||
         (valija_database_run (context->local, error, "UPDATE operation_message SET message = ?2 WHERE message = ?1",
                               "ii", known_as, id) &&
          valija_store_overlay_refresh (context, id, error));
}

static gboolean
collect (ValijaDatabase  *database,
         const char      *sql,
         GHashTable      *ids,
         GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement = valija_database_query (database, error, sql, "");

  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      g_hash_table_add (ids, g_memdup2 (&id, sizeof id));
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* The journal says that the line of this row is done or taken back, and the row does not: what was written into the
 * cache with that was lost. Which of the two it was only the server knows. Until it has listed the folder again, what
 * is shown elsewhere is shown nowhere; waiting, the row takes what that round says. */
static gboolean
doubt_row (ValijaStoreContext  *context,
           gint64               id,
           GError             **error)
{
  g_auto(Row) row = { 0, };
  gboolean found;

  if (!load_row (context, id, &row, &found, error))
    return FALSE;
  if (!found || row.pending == 0)
    return TRUE;

  if (row.folder != 0)
    valija_store_context_tell_folder (context, context->cache, row.folder);

  /* It is not where it was, whatever became of the line */
  if (row.gone)
    return valija_database_run (context->cache, error, "DELETE FROM message WHERE id = ?1", "i", id);

  return valija_database_run (context->cache, error, "UPDATE message SET folder = 0 WHERE id = ?1 AND folder <> home",
                              "i", id) &&
         valija_database_run (context->cache, error, "DELETE FROM cursor WHERE folder = ?1", "i", row.home);
}

static gboolean
rebuild_row (ValijaStoreContext  *context,
             gint64               id,
             GError             **error)
{
  gint64 n_lines;

  if (!valija_database_get_int64 (context->local, 0, &n_lines, error,
                                  "SELECT count(*) FROM operation_message WHERE message = ?1", "i", id))
    return FALSE;

  return n_lines > 0 ? valija_store_overlay_refresh (context, id, error) : doubt_row (context, id, error);
}

gboolean
valija_store_overlay_rebuild (ValijaStoreContext  *context,
                              GError             **error)
{
  g_autoptr(GHashTable) ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer id;

  if (!collect (context->local, "SELECT DISTINCT message FROM operation_message WHERE message > 0", ids, error) ||
      !collect (context->cache, "SELECT id FROM message WHERE pending <> 0", ids, error))
    return FALSE;

  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      if (!rebuild_row (context, *(gint64 *) id, error))
        return FALSE;
    }

  return TRUE;
}
