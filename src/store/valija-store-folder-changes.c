/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

/* Folders that the user makes, renames and removes. Those in local truth change at once. For one on a server there is
 * a line in the journal, and the row of the cache stays as the server said last: what waits is laid over it when the
 * folders are listed. A folder that is only to be made has a row of its own, so that mail can be moved into it; its
 * remote id is a mark that no server gives, until the server has named it. */

#define NEW_MARK '\001'

typedef struct
{
  char *account;
  gint64 folder;            /* public: what changes, or the parent; 0 the top */
  gint64 trash;             /* public: where the mail of a local folder goes */
  gint64 line;
  char *name;
  ValijaFolderInfo *info;   /* nullable */
} FolderChange;

static void
folder_change_free (FolderChange *self)
{
  g_free (self->account);
  g_free (self->name);
  g_clear_pointer (&self->info, valija_folder_info_unref);
  g_free (self);
}

gboolean
valija_store_folder_is_new (const char *remote_id)
{
  return remote_id[0] == NEW_MARK;
}

/* ---- Listing ---- */

static ValijaStoredFolder *
find_listed (GPtrArray  *folders,
             const char *remote_id,
             guint      *position)
{
  for (guint i = 0; i < folders->len; i++)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (folders, i);

      if (g_str_equal (folder->remote_id, remote_id))
        {
          *position = i;
          return folder;
        }
    }

  return NULL;
}

gboolean
valija_store_folder_lines_apply (ValijaDatabase  *local,
                                 const char      *account,
                                 GPtrArray       *folders,
                                 GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (local, error,
                                     "SELECT kind, folder, target FROM operation WHERE account = ?1"
                                     " AND kind IN (?2, ?3) ORDER BY sequence, id", "sii", account,
                                     (gint64) VALIJA_OPERATION_RENAME_FOLDER, (gint64) VALIJA_OPERATION_REMOVE_FOLDER);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (local, statement, &local_error))
    {
      g_autofree char *remote_id = valija_store_dup_text (statement, 1);
      ValijaStoredFolder *folder;
      guint position;

      if (!(folder = find_listed (folders, remote_id, &position)))
        continue;

      if (sqlite3_column_int (statement, 0) == VALIJA_OPERATION_REMOVE_FOLDER)
        {
          g_ptr_array_remove_index (folders, position);
          continue;
        }

      g_free (folder->name);
      folder->name = valija_store_dup_text (statement, 2);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  /* The mark is the store's own affair */
  for (guint i = 0; i < folders->len; i++)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (folders, i);

      if (valija_store_folder_is_new (folder->remote_id))
        folder->remote_id[0] = '\0';
    }

  return TRUE;
}

/* ---- What the user does ---- */

static gboolean
add_line (ValijaStoreContext   *context,
          ValijaOperationKind   kind,
          const char           *account,
          const char           *remote_id,
          const char           *name,
          gint64               *line,
          GError              **error)
{
  if (!valija_database_run (context->local, error,
                            "INSERT INTO operation (sequence, account, kind, folder, target)"
                            " VALUES ((SELECT ifnull (max (sequence), 0) + 1 FROM operation), ?1, ?2, ?3, ?4)",
                            "siss", account, (gint64) kind, remote_id, name))
    return FALSE;

  *line = sqlite3_last_insert_rowid (valija_database_get_handle (context->local));

  return TRUE;
}

static gboolean
create_folder (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  FolderChange *args = data;
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *mark = g_strdup_printf ("%c%s", NEW_MARK, uuid);
  g_autofree char *account = NULL;
  g_autofree char *parent = NULL;
  gint64 id, line;

  if (args->folder < 0)
    return valija_store_fail_no_folder (error);

  if (args->folder != 0 && !valija_store_load_place (context->cache, args->folder, &account, &parent, error))
    return FALSE;

  if (!valija_database_run (context->cache, error,
                            "INSERT INTO folder (account, parent, position, remote_id, name) VALUES (?1, ?2,"
                            " (SELECT ifnull (max (position), -1) + 1 FROM folder WHERE account = ?1), ?3, ?4)",
                            "siss", args->account, args->folder, mark, args->name))
    return FALSE;

  id = sqlite3_last_insert_rowid (valija_database_get_handle (context->cache));

  /* The parent stands where other lines have a message */
  if (!add_line (context, VALIJA_OPERATION_CREATE_FOLDER, args->account, mark, args->name, &line, error) ||
      !valija_database_run (context->local, error,
                            "INSERT INTO operation_message (operation, position, message, remote_id)"
                            " VALUES (?1, 0, 0, ?2)", "is", line, parent != NULL ? parent : ""))
    return FALSE;

  valija_store_context_tell_folder (context, context->cache, id);
  valija_store_context_tell_folder (context, context->cache, 0);
  valija_store_take_int64 (result, line);

  return TRUE;
}

static gboolean
rename_local (ValijaStoreContext  *context,
              FolderChange        *args,
              GError             **error)
{
  gint64 id = -args->folder;

  valija_store_context_tell_folder (context, context->local, id);

  return valija_database_run (context->local, error, "UPDATE folder SET name = ?2 WHERE id = ?1", "is", id,
                              args->name);
}

/* Nothing in it is lost: its mail goes to the trash here. */
static gboolean
remove_local (ValijaStoreContext  *context,
              FolderChange        *args,
              GError             **error)
{
  gint64 id = -args->folder;

  if (args->trash >= 0 || args->trash == args->folder)
    return valija_store_fail_no_folder (error);

  valija_store_context_tell_folder (context, context->local, id);
  valija_store_context_tell_folder (context, context->local, -args->trash);

  return valija_database_run (context->local, error, "UPDATE message SET folder = ?2 WHERE folder = ?1", "ii", id,
                              -args->trash) &&
         valija_database_run (context->local, error, "UPDATE message SET home = ?2 WHERE home = ?1", "ii", id,
                              -args->trash) &&
         valija_database_run (context->local, error, "DELETE FROM folder WHERE id = ?1", "i", id);
}

static gboolean
change_folder (ValijaStoreContext   *context,
               FolderChange         *args,
               ValijaOperationKind   kind,
               GValue               *result,
               GError              **error)
{
  ValijaDatabase *database = valija_store_context_database (context, args->folder);
  g_autofree char *account = NULL;
  g_autofree char *remote_id = NULL;
  gint64 line = 0;

  if (!valija_store_load_place (database, valija_database_to_row (database, args->folder), &account, &remote_id, error))
    return FALSE;

  if (database == context->cache)
    {
      if (!add_line (context, kind, account, remote_id, args->name, &line, error))
        return FALSE;
    }
  else if (kind == VALIJA_OPERATION_RENAME_FOLDER ? !rename_local (context, args, error)
                                                  : !remove_local (context, args, error))
    return FALSE;

  valija_store_context_tell_folder (context, database, 0);
  valija_store_take_int64 (result, line);

  return TRUE;
}

static gboolean
rename_folder (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  return change_folder (context, data, VALIJA_OPERATION_RENAME_FOLDER, result, error);
}

static gboolean
remove_folder (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  return change_folder (context, data, VALIJA_OPERATION_REMOVE_FOLDER, result, error);
}

/* ---- What becomes of the lines ---- */

/* Lines that wait know folders by their remote ids. */
gboolean
valija_store_folder_lines_rename (ValijaDatabase  *local,
                                  const char      *account,
                                  const char      *old,
                                  const char      *fresh,
                                  GError         **error)
{
  return valija_database_run (local, error,
                              "UPDATE OR REPLACE folder_policy SET remote_id = ?3"
                              " WHERE account = ?1 AND remote_id = ?2",
                              "sss", account, old, fresh) &&
         valija_database_run (local, error, "UPDATE operation SET folder = ?3 WHERE account = ?1 AND folder = ?2",
                              "sss", account, old, fresh) &&
         valija_database_run (local, error,
                              "UPDATE operation SET target = ?3 WHERE account = ?1 AND target = ?2 AND kind < ?4",
                              "sssi", account, old, fresh, (gint64) VALIJA_OPERATION_CREATE_FOLDER) &&
         valija_database_run (local, error,
                              "UPDATE operation_message SET remote_id = ?3 WHERE remote_id = ?2 AND operation IN"
                              " (SELECT id FROM operation WHERE account = ?1 AND kind = ?4)",
                              "sssi", account, old, fresh, (gint64) VALIJA_OPERATION_CREATE_FOLDER);
}

static gboolean
find_cached (ValijaStoreContext  *context,
             const char          *account,
             const char          *remote_id,
             gint64              *id,
             GError             **error)
{
  return valija_database_get_int64 (context->cache, 0, id, error,
                                    "SELECT id FROM folder WHERE account = ?1 AND remote_id = ?2",
                                    "ss", account, remote_id);
}

/* All that is in the row @id goes to @twin. */
static gboolean
merge_folder (ValijaDatabase  *cache,
              gint64           id,
              gint64           twin,
              GError         **error)
{
  return valija_database_run (cache, error, "UPDATE message SET folder = ?2 WHERE folder = ?1", "ii", id, twin) &&
         valija_database_run (cache, error, "UPDATE folder SET parent = ?2 WHERE parent = ?1", "ii", id, twin) &&
         valija_store_remove_cached_folder (cache, id, error);
}

/* The server has named it. Where it was listed before we heard of that, the row that is known already takes over. */
static gboolean
name_folder (ValijaStoreContext  *context,
             const char          *account,
             const char          *old,
             ValijaFolderInfo    *info,
             GError             **error)
{
  gint64 id, twin;

  if (!find_cached (context, account, old, &id, error) ||
      !find_cached (context, account, info->remote_id, &twin, error) ||
      !valija_store_folder_lines_rename (context->local, account, old, info->remote_id, error))
    return FALSE;

  if (id != 0 && twin != 0 && twin != id)
    return merge_folder (context->cache, id, twin, error);

  return valija_database_run (context->cache, error, "UPDATE folder SET remote_id = ?2, name = ?3 WHERE id = ?1",
                              "iss", id, info->remote_id, info->name);
}

/* The line of @id goes from local truth before the row here gets its name: a kill between the two leaves the mark. Then
 * the folder that the server lists by that name, if it does, is the one. */
gboolean
valija_store_settle_new_folder (ValijaStoreContext  *context,
                                const char          *account,
                                gint64               id,
                                const char          *mark,
                                GError             **error)
{
  g_autofree char *owner = NULL;
  g_autofree char *fresh = NULL;
  gint64 n_lines, twin;

  if (!valija_database_get_int64 (context->local, 0, &n_lines, error,
                                  "SELECT count(*) FROM operation WHERE account = ?1 AND kind = ?2 AND folder = ?3",
                                  "sis", account, (gint64) VALIJA_OPERATION_CREATE_FOLDER, mark))
    return FALSE;
  if (n_lines > 0)
    return TRUE;

  if (!valija_database_get_int64 (context->cache, 0, &twin, error,
                                  "SELECT other.id FROM folder other JOIN folder ON folder.id = ?1"
                                  " WHERE other.id <> ?1 AND other.account = folder.account"
                                  " AND other.parent = folder.parent AND other.name = folder.name", "i", id))
    return FALSE;

  valija_store_context_tell_folder (context, context->cache, id);
  if (twin == 0)
    return valija_store_remove_cached_folder (context->cache, id, error);

  valija_store_context_tell_folder (context, context->cache, twin);

  return valija_store_load_place (context->cache, twin, &owner, &fresh, error) &&
         valija_store_folder_lines_rename (context->local, account, mark, fresh, error) &&
         merge_folder (context->cache, id, twin, error);
}

static gboolean
forget_folder (ValijaStoreContext  *context,
               const char          *account,
               const char          *remote_id,
               GError             **error)
{
  gint64 id;

  return find_cached (context, account, remote_id, &id, error) &&
         valija_database_run (context->local, error,
                              "DELETE FROM operation WHERE account = ?1 AND folder = ?2 AND kind <> ?3",
                              "ssi", account, remote_id, (gint64) VALIJA_OPERATION_APPEND) &&
         (id == 0 || valija_store_remove_cached_folder (context->cache, id, error));
}

static gboolean
finish_folder (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  FolderChange *args = data;
  g_autoptr(GError) local_error = NULL;
  g_autofree char *account = NULL;
  g_autofree char *remote_id = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->local, error, "SELECT account, folder FROM operation WHERE id = ?1", "i",
                                     args->line);
  if (statement == NULL)
    return FALSE;

  if (valija_database_step (context->local, statement, &local_error))
    {
      account = valija_store_dup_text (statement, 0);
      remote_id = valija_store_dup_text (statement, 1);
      sqlite3_reset (statement);
    }

  if (account == NULL)
    {
      if (local_error == NULL)
        return valija_store_fail_no_folder (error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  valija_store_context_tell_folder (context, context->cache, 0);

  /* The line itself goes first, so that it does not take part in what becomes of the others */
  return valija_database_run (context->local, error, "DELETE FROM operation WHERE id = ?1", "i", args->line) &&
         (args->info != NULL ? name_folder (context, account, remote_id, args->info, error)
                             : forget_folder (context, account, remote_id, error));
}

static FolderChange *
folder_change_new (gint64      folder,
                   const char *name)
{
  FolderChange *self = g_new0 (FolderChange, 1);

  self->folder = folder;
  self->name = g_strdup (name);

  return self;
}

/**
 * valija_store_create_folder:
 * @parent: a folder on the same server, 0 for the top
 *
 * Makes a folder on a server: it is listed at once, without a remote id until its line is done.
 *
 * Returns: (transfer full): a future that resolves to the id of the line in the journal (int64)
 */
DexFuture *
valija_store_create_folder (ValijaStore *self,
                            const char  *account,
                            gint64       parent,
                            const char  *name)
{
  FolderChange *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);
  dex_return_error_if_fail (name != NULL);

  args = folder_change_new (parent, name);
  args->account = g_strdup (account);

  return valija_store_write (self, create_folder, args, (GDestroyNotify) folder_change_free);
}

/**
 * valija_store_rename_folder:
 *
 * Returns: (transfer full): a future that resolves to the id of the line in the journal (int64), 0
 *   for a folder of local truth, which has its new name then
 */
DexFuture *
valija_store_rename_folder (ValijaStore *self,
                            gint64       folder,
                            const char  *name)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (name != NULL);

  return valija_store_write (self, rename_folder, folder_change_new (folder, name),
                             (GDestroyNotify) folder_change_free);
}

/**
 * valija_store_remove_folder:
 * @trash: for a folder of local truth: where its mail goes, a folder of local truth too
 *
 * A folder on a server goes with its mail when the line is done.
 *
 * Returns: (transfer full): a future that resolves to the id of the line in the journal (int64), 0
 *   for a folder of local truth, which is gone then
 */
DexFuture *
valija_store_remove_folder (ValijaStore *self,
                            gint64       folder,
                            gint64       trash)
{
  FolderChange *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = folder_change_new (folder, NULL);
  args->trash = trash;

  return valija_store_write (self, remove_folder, args, (GDestroyNotify) folder_change_free);
}

/**
 * valija_store_finish_folder:
 * @operation: a line that makes, renames or removes a folder
 * @info: (nullable): what the server calls it now; %NULL when it was removed
 *
 * Returns: (transfer full): a future that resolves to true, or rejects with NOT_FOUND where there
 *   is no such line
 */
DexFuture *
valija_store_finish_folder (ValijaStore      *self,
                            gint64            operation,
                            ValijaFolderInfo *info)
{
  FolderChange *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = folder_change_new (0, NULL);
  args->line = operation;
  if (info != NULL)
    args->info = valija_folder_info_ref (info);

  return valija_store_write (self, finish_folder, args, (GDestroyNotify) folder_change_free);
}
