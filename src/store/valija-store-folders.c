/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  char *account;
  GPtrArray *infos;         /* nullable: of ValijaFolderInfo */
  char *name;               /* nullable */
  ValijaFolderRole role;
  gint64 folder;
  gboolean local;
} FolderArgs;

static FolderArgs *
folder_args_new (const char *account)
{
  FolderArgs *self = g_new0 (FolderArgs, 1);

  self->account = g_strdup (account);

  return self;
}

static void
folder_args_free (FolderArgs *self)
{
  g_free (self->account);
  g_clear_pointer (&self->infos, g_ptr_array_unref);
  g_free (self->name);
  g_free (self);
}

static gboolean
read_folders (ValijaDatabase  *database,
              const char      *account,
              GPtrArray       *folders,
              GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error,
                                     "SELECT id, parent, remote_id, name, role, selectable, total + beyond_total,"
                                     " unread + beyond_unread, last_synced, owner FROM folder"
                                     " WHERE account = ?1 ORDER BY position, id", "s", account);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    {
      ValijaStoredFolder *folder = g_new0 (ValijaStoredFolder, 1);

      folder->id = valija_database_to_public (database, sqlite3_column_int64 (statement, 0));
      folder->parent_id = valija_database_to_public (database, sqlite3_column_int64 (statement, 1));
      folder->remote_id = valija_store_dup_text (statement, 2);
      folder->name = valija_store_dup_text (statement, 3);
      folder->role = sqlite3_column_int (statement, 4);
      folder->selectable = sqlite3_column_int (statement, 5) != 0;
      folder->total = MAX (sqlite3_column_int64 (statement, 6), 0);
      folder->unread = MAX (sqlite3_column_int64 (statement, 7), 0);
      folder->last_synced = sqlite3_column_int64 (statement, 8);
      folder->owner = CLAMP (sqlite3_column_int (statement, 9), VALIJA_FOLDER_OWNER_USER, VALIJA_FOLDER_OWNER_ALL);
      g_ptr_array_add (folders, folder);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* Moves the folders of @from whose parent is listed already to @to, round after round. Those in
 * a ring of parents, which a server can claim and nobody can show, go to the top. */
static GPtrArray *
sort_parents_first (GPtrArray *from)
{
  GPtrArray *to = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_folder_free);
  g_autoptr(GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);

  while (from->len > 0)
    {
      guint n_before = from->len;

      for (guint i = 0; i < from->len;)
        {
          ValijaStoredFolder *folder = g_ptr_array_index (from, i);

          if (folder->parent_id != 0 && !g_hash_table_contains (known, &folder->parent_id))
            {
              i++;
              continue;
            }

          g_ptr_array_add (to, g_ptr_array_steal_index (from, i));
          g_hash_table_add (known, &folder->id);
        }

      if (from->len == n_before)
        ((ValijaStoredFolder *) g_ptr_array_index (from, 0))->parent_id = 0;
    }

  return to;
}

static gboolean
list_folders (ValijaStoreContext  *context,
              gpointer             data,
              GValue              *result,
              GError             **error)
{
  g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_folder_free);
  FolderArgs *args = data;

  if (!read_folders (context->cache, args->account, folders, error) ||
      !valija_store_policies_apply (context->local, args->account, folders, error) ||
      !valija_store_folder_lines_apply (context->local, args->account, folders, error) ||
      !read_folders (context->local, args->account, folders, error))
    return FALSE;

  valija_store_take_ptr_array (result, sort_parents_first (folders));

  return TRUE;
}

static gboolean
find_folder (ValijaDatabase  *database,
             const char      *account,
             const char      *remote_id,
             gint64          *id,
             GError         **error)
{
  return valija_database_get_int64 (database, 0, id, error,
                                    "SELECT id FROM folder WHERE account = ?1 AND remote_id = ?2 AND remote_id <> ''",
                                    "ss", account, remote_id);
}

/* What the server counts and is not here is added to what is, until a round has brought it. With
 * changes waiting in the folder the two counts cannot be compared, and in one that is as it was when a round
 * has brought all of it there is nothing to add. */
static gboolean
write_counts (ValijaStoreContext  *context,
              gint64               id,
              ValijaFolderInfo    *info,
              GError             **error)
{
  ValijaDatabase *database = context->cache;
  gint64 n_same = 0;

  if (info->state != NULL &&
      !valija_database_get_int64 (database, 0, &n_same, error,
                                  "SELECT count(*) FROM cursor WHERE folder = ?1 AND state = ?2", "is", id,
                                  info->state))
    return FALSE;
  if (n_same > 0)
    return TRUE;

  valija_store_context_tell_folder (context, database, id);

  if (info->total >= 0 &&
      !valija_database_run (database, error,
                            "UPDATE folder SET beyond_total = ?2 - total WHERE id = ?1 AND NOT EXISTS"
                            " (SELECT 1 FROM message WHERE pending <> 0 AND ?1 IN (home, message.folder))",
                            "ii", id, info->total))
    return FALSE;

  return info->unread < 0 ||
         valija_database_run (database, error,
                              "UPDATE folder SET beyond_unread = ?2 - unread WHERE id = ?1 AND NOT EXISTS"
                              " (SELECT 1 FROM message WHERE pending <> 0 AND ?1 IN (home, message.folder))",
                              "ii", id, info->unread);
}

/* A folder that is not known, in a parent that is, by the name of one that the server no longer lists under its remote
 * id: its parent was renamed, and what is here of it stays. */
static gboolean
adopt_child (ValijaStoreContext  *context,
             const char          *account,
             ValijaFolderInfo    *info,
             GHashTable          *remote_ids,
             gint64              *id,
             GError             **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autofree char *old = NULL;
  sqlite3_stmt *statement;
  gint64 parent = 0;

  if (info->parent_id == NULL || !find_folder (context->cache, account, info->parent_id, &parent, error) || parent == 0)
    return info->parent_id == NULL || parent == 0;

  statement = valija_database_query (
      context->cache, error, "SELECT id, remote_id FROM folder WHERE account = ?1 AND parent = ?2 AND name = ?3", "sis",
      account, parent, info->name);
  if (statement == NULL)
    return FALSE;

  while (old == NULL && valija_database_step (context->cache, statement, &local_error))
    {
      const char *remote_id = (const char *) sqlite3_column_text (statement, 1);

      if (g_hash_table_contains (remote_ids, remote_id) || valija_store_folder_is_new (remote_id))
        continue;

      *id = sqlite3_column_int64 (statement, 0);
      old = valija_store_dup_text (statement, 1);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  sqlite3_reset (statement);

  return old == NULL ||
         (valija_store_folder_lines_rename (context->local, account, old, info->remote_id, error) &&
          valija_database_run (context->cache, error, "UPDATE folder SET remote_id = ?2 WHERE id = ?1",
                               "is", *id, info->remote_id));
}

/* @remote_ids: of all that the server lists; %NULL in local truth */
static gboolean
write_folder (ValijaStoreContext  *context,
              ValijaDatabase      *database,
              const char          *account,
              guint                position,
              ValijaFolderInfo    *info,
              GHashTable          *remote_ids,
              gint64              *id,
              GError             **error)
{
  if (!find_folder (database, account, info->remote_id, id, error) ||
      (*id == 0 && remote_ids != NULL && !adopt_child (context, account, info, remote_ids, id, error)))
    return FALSE;

  if (*id != 0)
    return valija_database_run (database, error,
                                "UPDATE folder SET position = ?2, name = ?3, role = ?4, selectable = ?5, owner = ?6,"
                                " object_id = ifnull (?7, object_id) WHERE id = ?1",
                                "iisiiis", *id, (gint64) position, info->name, (gint64) info->role,
                                (gint64) info->selectable, (gint64) info->owner, info->object_id);

  if (!valija_database_run (database, error,
                            "INSERT INTO folder"
                            " (account, position, remote_id, name, role, selectable, owner, object_id)"
                            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                            "sissiiis", account, (gint64) position, info->remote_id, info->name, (gint64) info->role,
                            (gint64) info->selectable, (gint64) info->owner, info->object_id))
    return FALSE;

  *id = sqlite3_last_insert_rowid (valija_database_get_handle (database));

  return TRUE;
}

gboolean
valija_store_remove_cached_folder (ValijaDatabase  *database,
                                   gint64           id,
                                   GError         **error)
{
  /* What waits to be moved into it has its home elsewhere, and stays there */
  return valija_store_lose_folder (database, id, error) &&
         valija_database_run (database, error, "UPDATE message SET folder = 0 WHERE folder = ?1", "i", id) &&
         valija_database_run (database, error, "DELETE FROM folder WHERE id = ?1", "i", id);
}

static gboolean
remove_missing (ValijaStoreContext  *context,
                const char          *account,
                GHashTable          *listed,
                GError             **error)
{
  g_autoptr(GArray) missing = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GHashTable) fresh = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_autoptr(GError) local_error = NULL;
  GHashTableIter iter;
  gpointer key, mark;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->cache, error,
                                     "SELECT id, remote_id FROM folder WHERE account = ?1 AND remote_id <> ''", "s",
                                     account);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (context->cache, statement, &local_error))
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      if (g_hash_table_contains (listed, &id))
        continue;
      if (valija_store_folder_is_new ((const char *) sqlite3_column_text (statement, 1)))
        g_hash_table_insert (fresh, g_memdup2 (&id, sizeof id), valija_store_dup_text (statement, 1));
      else
        g_array_append_val (missing, id);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  for (guint i = 0; i < missing->len; i++)
    {
      gint64 id = g_array_index (missing, gint64, i);

      if (!valija_store_remove_cached_folder (context->cache, id, error))
        return FALSE;
      valija_store_context_tell_folder (context, context->cache, id);
    }

  g_hash_table_iter_init (&iter, fresh);
  while (g_hash_table_iter_next (&iter, &key, &mark))
    if (!valija_store_settle_new_folder (context, account, *(gint64 *) key, mark, error))
      return FALSE;

  return TRUE;
}

/* What could not be asked for stays as it is, with its mail: @info's folder, which may have had another name for the
 * server, and all beneath it go to @listed. @known: (out) whether it is there and called otherwise. */
static gboolean
keep_beneath (ValijaDatabase    *cache,
              const char        *account,
              ValijaFolderInfo  *info,
              GHashTable        *listed,
              gboolean          *known,
              GError           **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;
  gint64 same;

  if (!find_folder (cache, account, info->remote_id, &same, error))
    return FALSE;

  *known = FALSE;
  statement = valija_database_query (cache, error,
                                     "WITH RECURSIVE beneath (id) AS (SELECT id FROM folder WHERE account = ?1"
                                     " AND CASE WHEN ?2 <> 0 THEN id = ?2 ELSE remote_id <> '' AND parent = 0"
                                     " AND owner = ?3 AND name = ?4 COLLATE NOCASE END"
                                     " UNION SELECT folder.id FROM folder JOIN beneath ON folder.parent = beneath.id)"
                                     " SELECT id FROM beneath",
                                     "siis", account, same, (gint64) info->owner, info->name);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (cache, statement, &local_error))
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      *known = same == 0;
      g_hash_table_add (listed, g_memdup2 (&id, sizeof id));
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

static gboolean
write_parents (ValijaDatabase  *database,
               const char      *account,
               GPtrArray       *infos,
               GError         **error)
{
  for (guint i = 0; i < infos->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (infos, i);
      gint64 parent = 0;

      if (info->parent_id != NULL && !find_folder (database, account, info->parent_id, &parent, error))
        return FALSE;

      if (!valija_database_run (database, error, "UPDATE folder SET parent = ?3 WHERE account = ?1 AND remote_id = ?2",
                                "ssi", account, info->remote_id, parent))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_folders (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  g_autoptr(GHashTable) listed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr(GHashTable) remote_ids = g_hash_table_new (g_str_hash, g_str_equal);
  FolderArgs *args = data;
  ValijaDatabase *database = args->local ? context->local : context->cache;

  for (guint i = 0; i < args->infos->len; i++)
    g_hash_table_add (remote_ids, ((ValijaFolderInfo *) g_ptr_array_index (args->infos, i))->remote_id);

  if (!args->local && !valija_store_follow_renamed (context, args->account, args->infos, error))
    return FALSE;

  for (guint i = 0; i < args->infos->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (args->infos, i);
      gboolean known = FALSE;
      gint64 id;

      if (!args->local && info->incomplete && !keep_beneath (database, args->account, info, listed, &known, error))
        return FALSE;
      if (known)
        continue;

      if (!write_folder (context, database, args->account, i, info, args->local ? NULL : remote_ids, &id, error) ||
          (!args->local && !write_counts (context, id, info, error)))
        return FALSE;

      g_hash_table_add (listed, g_memdup2 (&id, sizeof id));
      if (args->local)
        valija_store_context_tell_folder (context, database, id);
    }

  if (!write_parents (database, args->account, args->infos, error) ||
      (!args->local && !remove_missing (context, args->account, listed, error)))
    return FALSE;

  valija_store_context_tell_folder (context, database, 0);

  return TRUE;
}

static gboolean
insert_local_folder (ValijaStoreContext  *context,
                     FolderArgs          *args,
                     GValue              *result,
                     GError             **error)
{
  gint64 id;

  if (!valija_database_run (context->local, error,
                            "INSERT INTO folder (account, parent, position, name, role) VALUES (?1, ?2,"
                            " (SELECT ifnull (max (position), -1) + 1 FROM folder WHERE account = ?1), ?3, ?4)",
                            "sisi", args->account, -args->folder, args->name, (gint64) args->role))
    return FALSE;

  id = sqlite3_last_insert_rowid (valija_database_get_handle (context->local));
  valija_store_context_tell_folder (context, context->local, id);
  valija_store_context_tell_folder (context, context->local, 0);
  valija_store_take_int64 (result, -id);

  return TRUE;
}

static gboolean
ensure_local_folder (ValijaStoreContext  *context,
                     gpointer             data,
                     GValue              *result,
                     GError             **error)
{
  FolderArgs *args = data;
  gint64 id;

  if (!valija_database_get_int64 (context->local, 0, &id, error,
                                  "SELECT id FROM folder WHERE account = ?1 AND role = ?2"
                                  " AND (role <> 0 OR name = ?3) ORDER BY id LIMIT 1",
                                  "sis", args->account, (gint64) args->role, args->name))
    return FALSE;

  if (id == 0)
    return insert_local_folder (context, args, result, error);

  valija_store_take_int64 (result, -id);

  return TRUE;
}

static gboolean
create_local_folder (ValijaStoreContext  *context,
                     gpointer             data,
                     GValue              *result,
                     GError             **error)
{
  FolderArgs *args = data;
  gint64 n_parents, n_same;

  if (!valija_database_get_int64 (context->local, 0, &n_parents, error,
                                  "SELECT count(*) FROM folder WHERE id = ?1 AND account = ?2",
                                  "is", -args->folder, args->account) ||
      !valija_database_get_int64 (context->local, 0, &n_same, error,
                                  "SELECT count(*) FROM folder WHERE account = ?1 AND parent = ?2 AND name = ?3",
                                  "sis", args->account, -args->folder, args->name))
    return FALSE;

  if (args->folder != 0 && n_parents == 0)
    return valija_store_fail_no_folder (error);

  if (n_same > 0)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("There is a folder of this name already. Choose another name."));
      return FALSE;
    }

  return insert_local_folder (context, args, result, error);
}

static gboolean
remove_mail (ValijaDatabase  *database,
             const char      *account,
             GError         **error)
{
  return valija_database_run (database, error,
                              "DELETE FROM message WHERE home IN (SELECT id FROM folder WHERE account = ?1)"
                              " OR folder IN (SELECT id FROM folder WHERE account = ?1) OR lost_account = ?1", "s",
                              account) &&
         valija_database_run (database, error, "DELETE FROM folder WHERE account = ?1", "s", account);
}

static gboolean
remove_account (ValijaStoreContext  *context,
                gpointer             data,
                GValue              *result,
                GError             **error)
{
  FolderArgs *args = data;

  /* Lines that only say what a server should change are of no use without it; what waits to be filed there is mail, but
   * where it is still where it was */
  if (!remove_mail (context->cache, args->account, error) ||
      !valija_database_run (context->cache, error, "DELETE FROM property WHERE name = 'quota ' || ?1", "s",
                            args->account) ||
      !valija_database_run (context->local, error, "DELETE FROM folder_policy WHERE account = ?1", "s",
                            args->account) ||
      !valija_database_run (context->local, error, "DELETE FROM operation WHERE account = ?1 AND kind <> ?2",
                            "si", args->account, (gint64) VALIJA_OPERATION_APPEND) ||
      !valija_database_run (context->local, error,
                            "DELETE FROM operation WHERE account = ?1 AND id IN"
                            " (SELECT operation FROM operation_origin WHERE message < 0 OR account NOT IN ('', ?1)"
                            " OR keep = ?2)", "si", args->account, (gint64) VALIJA_CARRY_COPY) ||
      !valija_database_run (context->local, error, "UPDATE operation_origin SET account = '' WHERE account = ?1", "s",
                            args->account))
    return FALSE;

  if (args->local &&
      (!remove_mail (context->local, args->account, error) ||
       !valija_database_run (context->local, error, "DELETE FROM operation WHERE account = ?1", "s", args->account) ||
       !valija_database_run (context->local, error, "DELETE FROM outbox WHERE account = ?1", "s", args->account)))
    return FALSE;

  /* It may be of an account again, and is then not to go without a word */
  if (!args->local &&
      !valija_database_run (context->local, error, "UPDATE outbox SET state = ?2, words = ?3"
                                                   " WHERE account = ?1 AND state = ?4",
                            "sisi", args->account, (gint64) VALIJA_OUTBOX_ERROR,
                            _("The account was removed before this was sent."), (gint64) VALIJA_OUTBOX_PENDING))
    return FALSE;

  context->news->outbox = TRUE;
  valija_store_context_tell_folder (context, context->cache, 0);

  return TRUE;
}

/**
 * valija_store_list_folders:
 * @account: an account's id
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of ValijaStoredFolder, parents
 *   before children
 */
DexFuture *
valija_store_list_folders (ValijaStore *self,
                           const char  *account)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);

  return valija_store_read (self, list_folders, folder_args_new (account), (GDestroyNotify) folder_args_free);
}

/**
 * valija_store_write_folders:
 * @infos: (element-type ValijaFolderInfo): all that the server lists; what is here beneath one that is incomplete stays
 * @durable: whether they live in local truth
 *
 * Returns: (transfer full): a future that resolves to true
 */
DexFuture *
valija_store_write_folders (ValijaStore *self,
                            const char  *account,
                            GPtrArray   *infos,
                            gboolean     durable)
{
  FolderArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);
  dex_return_error_if_fail (infos != NULL);

  args = folder_args_new (account);
  args->infos = g_ptr_array_ref (infos);
  args->local = durable;

  return valija_store_write (self, write_folders, args, (GDestroyNotify) folder_args_free);
}

/**
 * valija_store_ensure_local_folder:
 * @role: what it is for; with VALIJA_FOLDER_ROLE_NONE it is found by @name
 * @name: what it is called if it has to be made
 *
 * Returns: (transfer full): a future that resolves to the folder's id (int64)
 */
DexFuture *
valija_store_ensure_local_folder (ValijaStore      *self,
                                  const char       *account,
                                  ValijaFolderRole  role,
                                  const char       *name)
{
  FolderArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);
  dex_return_error_if_fail (name != NULL);

  args = folder_args_new (account);
  args->role = role;
  args->name = g_strdup (name);

  return valija_store_write (self, ensure_local_folder, args, (GDestroyNotify) folder_args_free);
}

/**
 * valija_store_create_local_folder:
 * @parent: a folder of local truth, 0 for the top
 *
 * Returns: (transfer full): a future that resolves to the folder's id (int64), or rejects with
 *   INVALID where the name is taken
 */
DexFuture *
valija_store_create_local_folder (ValijaStore *self,
                                  const char  *account,
                                  gint64       parent,
                                  const char  *name)
{
  FolderArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);
  dex_return_error_if_fail (name != NULL);

  args = folder_args_new (account);
  args->folder = parent;
  args->name = g_strdup (name);

  return valija_store_write (self, create_local_folder, args, (GDestroyNotify) folder_args_free);
}

static gboolean
change_server (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  const char *account = data;

  return valija_database_run (context->local, error, "DELETE FROM cursor WHERE folder IN"
                                                     " (SELECT id FROM folder WHERE account = ?1)", "s", account) &&
         valija_database_run (context->local, error, "DELETE FROM deleted WHERE folder IN"
                                                     " (SELECT id FROM folder WHERE account = ?1)", "s", account);
}

/**
 * valija_store_change_server:
 *
 * Returns: (transfer full): a future that resolves to true
 */
DexFuture *
valija_store_change_server (ValijaStore *self,
                            const char  *account)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);

  return valija_store_write (self, change_server, g_strdup (account), g_free);
}

/**
 * valija_store_remove_account:
 * @local_truth: whether also what cannot be fetched again goes, with what waits in the outbox
 *
 * Returns: (transfer full): a future that resolves to true
 */
DexFuture *
valija_store_remove_account (ValijaStore *self,
                             const char  *account,
                             gboolean     local_truth)
{
  FolderArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);

  args = folder_args_new (account);
  args->local = local_truth;

  return valija_store_write (self, remove_account, args, (GDestroyNotify) folder_args_free);
}
