/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

/* Folders that somebody else has renamed: what is here of them stays. They are known again by the name that the server
 * has for them for good, or since it tells what they were called before. */

/* No server gives that: where a folder is while others change their names too. */
#define AWAY_MARK '\002'

typedef struct
{
  gint64 id;
  char *remote_id;
  char *object_id;          /* nullable */
  const char *target;       /* nullable, unowned: what it is called now */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->remote_id);
  g_free (row->object_id);
  g_free (row);
}

typedef struct
{
  GPtrArray *rows;          /* of Row */
  GHashTable *by_remote;    /* of Row */
  GHashTable *by_object;
  GHashTable *listed;       /* remote id to ValijaFolderInfo */
  GHashTable *objects;      /* object ids that are listed */
} Names;

static void
names_clear (Names *self)
{
  g_clear_pointer (&self->by_remote, g_hash_table_unref);
  g_clear_pointer (&self->by_object, g_hash_table_unref);
  g_clear_pointer (&self->listed, g_hash_table_unref);
  g_clear_pointer (&self->objects, g_hash_table_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Names, names_clear)

static gboolean
load_rows (Names          *self,
           ValijaDatabase *cache,
           const char     *account,
           GError        **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  self->rows = g_ptr_array_new_with_free_func (row_free);
  self->by_remote = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_object = g_hash_table_new (g_str_hash, g_str_equal);
  statement = valija_database_query (cache, error,
                                     "SELECT id, remote_id, object_id FROM folder WHERE account = ?1"
                                     " AND remote_id <> '' ORDER BY id", "s", account);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (cache, statement, &local_error))
    {
      Row *row;

      if (valija_store_folder_is_new ((const char *) sqlite3_column_text (statement, 1)))
        continue;

      row = g_new0 (Row, 1);
      row->id = sqlite3_column_int64 (statement, 0);
      row->remote_id = valija_store_dup_text (statement, 1);
      if (sqlite3_column_type (statement, 2) != SQLITE_NULL)
        row->object_id = valija_store_dup_text (statement, 2);
      g_ptr_array_add (self->rows, row);
      g_hash_table_insert (self->by_remote, row->remote_id, row);
      if (row->object_id != NULL)
        g_hash_table_insert (self->by_object, row->object_id, row);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* The row of what is called otherwise now, or NULL. */
static Row *
find_renamed (Names                  *self,
              const ValijaFolderInfo *info)
{
  Row *row = info->object_id != NULL ? g_hash_table_lookup (self->by_object, info->object_id) : NULL;
  const ValijaFolderInfo *namesake;

  if (row == NULL)
    {
      if (info->former_id == NULL || g_hash_table_contains (self->by_remote, info->remote_id) ||
          g_hash_table_contains (self->listed, info->former_id))
        return NULL;
      row = g_hash_table_lookup (self->by_remote, info->former_id);
    }

  if (row == NULL || row->target != NULL || g_str_equal (row->remote_id, info->remote_id))
    return NULL;

  /* A server that has one name for two folders has none for either */
  namesake = g_hash_table_lookup (self->listed, row->remote_id);

  return namesake == NULL || g_strcmp0 (namesake->object_id, row->object_id) != 0 ? row : NULL;
}

/* Whether the user renames it as well: the line in the journal will tell. */
static gboolean
is_being_renamed (ValijaDatabase *local,
                  const char     *account,
                  const char     *remote_id,
                  gboolean       *renamed,
                  GError        **error)
{
  gint64 count;

  if (!valija_database_get_int64 (local, 0, &count, error,
                                  "SELECT count(*) FROM operation WHERE account = ?1 AND folder = ?2 AND kind = ?3",
                                  "ssi", account, remote_id, (gint64) VALIJA_OPERATION_RENAME_FOLDER))
    return FALSE;

  *renamed = count > 0;

  return TRUE;
}

/* Nobody has that name, or one who goes away, or one that is there no more and goes now. Otherwise @row is a folder
 * like any other, and *again says that the others must be looked at once more. */
static gboolean
make_room (Names               *self,
           ValijaStoreContext  *context,
           Row                 *row,
           gboolean            *again,
           GError             **error)
{
  Row *there = g_hash_table_lookup (self->by_remote, row->target);
  gint64 id;

  if (there == NULL || there->target != NULL)
    return TRUE;

  if (there->object_id == NULL || g_hash_table_contains (self->objects, there->object_id))
    {
      row->target = NULL;
      *again = TRUE;
      return TRUE;
    }

  id = there->id;
  g_hash_table_remove (self->by_remote, row->target);
  if (!valija_store_remove_cached_folder (context->cache, id, error))
    return FALSE;
  valija_store_context_tell_folder (context, context->cache, id);

  return TRUE;
}

static gboolean
rename_row (ValijaStoreContext  *context,
            const char          *account,
            Row                 *row,
            const char          *name,
            GError             **error)
{
  g_autofree char *old = g_steal_pointer (&row->remote_id);

  row->remote_id = g_strdup (name);

  return valija_store_folder_lines_rename (context->local, account, old, name, error) &&
         valija_database_run (context->cache, error, "UPDATE folder SET remote_id = ?2 WHERE id = ?1", "is", row->id,
                              name);
}

/* All leave before one arrives: two may have changed their names with each other. */
static gboolean
rename_rows (Names               *self,
             ValijaStoreContext  *context,
             const char          *account,
             GError             **error)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);
      g_autofree char *away = g_strdup_printf ("%c%" G_GINT64_FORMAT, AWAY_MARK, row->id);

      if (row->target != NULL && !rename_row (context, account, row, away, error))
        return FALSE;
    }

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);

      if (row->target != NULL && !rename_row (context, account, row, row->target, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
valija_store_follow_renamed (ValijaStoreContext  *context,
                             const char          *account,
                             GPtrArray           *infos,
                             GError             **error)
{
  g_auto(Names) names = {
    .listed = g_hash_table_new (g_str_hash, g_str_equal),
    .objects = g_hash_table_new (g_str_hash, g_str_equal),
  };
  gboolean again;

  if (!load_rows (&names, context->cache, account, error))
    return FALSE;

  for (guint i = 0; i < infos->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (infos, i);

      g_hash_table_insert (names.listed, info->remote_id, info);
      if (info->object_id != NULL)
        g_hash_table_add (names.objects, info->object_id);
    }

  for (guint i = 0; i < infos->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (infos, i);
      Row *row = find_renamed (&names, info);
      gboolean ours = FALSE;

      if (row != NULL && !is_being_renamed (context->local, account, row->remote_id, &ours, error))
        return FALSE;
      if (row != NULL && !ours)
        row->target = info->remote_id;
    }

  do
    {
      again = FALSE;
      for (guint i = 0; i < names.rows->len; i++)
        {
          Row *row = g_ptr_array_index (names.rows, i);

          if (row->target != NULL && !make_room (&names, context, row, &again, error))
            return FALSE;
        }
    }
  while (again);

  return rename_rows (&names, context, account, error);
}
