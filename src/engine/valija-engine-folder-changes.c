/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Making, renaming and removing folders: on a server by way of the journal, else in local truth at once. */

#define MAX_NAME_BYTES 255

typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  ValijaFolder *folder;      /* what changes, or the parent of a new one; nullable */
  char *name;                /* nullable */
  ValijaAction action;
} FolderChange;

static void
folder_change_free (FolderChange *change)
{
  g_object_unref (change->engine);
  g_object_unref (change->runtime);
  g_clear_object (&change->folder);
  g_free (change->name);
  g_free (change);
}

static gboolean
set_invalid (GError **error, const char *text)
{
  valija_error_set (error, VALIJA_ERROR_INVALID, "%s", text);
  return FALSE;
}

/* "/" stands between the names of a path here, whatever the server puts there. */
static gboolean
check_name (FolderChange *change, GError **error)
{
  GListModel *folders = G_LIST_MODEL (change->runtime->folders);
  gboolean create = change->action == VALIJA_ACTION_CREATE_FOLDER;
  gint64 parent = 0;

  if (change->name[0] == '\0')
    return set_invalid (error, _("A folder needs a name."));
  if (strlen (change->name) > MAX_NAME_BYTES)
    return set_invalid (error, _("The name is too long. Choose a shorter one."));
  for (const char *p = change->name; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == '/' || g_unichar_iscntrl (g_utf8_get_char (p)))
      return set_invalid (error, _("The name of a folder must not hold “/” or line ends. Choose another name."));

  if (change->folder != NULL)
    parent = create ? valija_folder_get_id (change->folder) : valija_folder_get_parent_id (change->folder);

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) other = g_list_model_get_item (folders, i);

      if (other != change->folder && valija_folder_get_parent_id (other) == parent &&
          g_str_equal (valija_folder_get_name (other), change->name))
        return set_invalid (error, _("There is a folder of this name already. Choose another name."));
    }

  return TRUE;
}

static gboolean
create_fiber (FolderChange *change, gint64 *line, GError **error)
{
  ValijaStore *store = change->engine->store;
  const char *account = valija_account_runtime_get_id (change->runtime);
  gint64 parent = change->folder != NULL ? valija_folder_get_id (change->folder) : 0;

  if (parent < 0 || (parent == 0 && valija_account_runtime_is_durable (change->runtime)))
    return valija_await_int64 (valija_store_create_local_folder (store, account, parent, change->name), NULL, error);

  return valija_await_int64 (valija_store_create_folder (store, account, parent, change->name), line, error);
}

static gboolean
remove_fiber (FolderChange *change, gint64 *line, GError **error)
{
  gint64 trash = 0;

  if (valija_folder_get_local (change->folder) &&
      !valija_await_int64 (valija_engine_ensure_local_folder (change->engine, change->runtime,
                                                              VALIJA_FOLDER_ROLE_TRASH), &trash, error))
    return FALSE;

  return valija_await_int64 (valija_store_remove_folder (change->engine->store, valija_folder_get_id (change->folder),
                                                         trash), line, error);
}

static gboolean
run_fiber (FolderChange *change, gint64 *line, GError **error)
{
  if (change->action == VALIJA_ACTION_CREATE_FOLDER)
    return create_fiber (change, line, error);
  if (change->action == VALIJA_ACTION_REMOVE_FOLDER)
    return remove_fiber (change, line, error);

  return valija_await_int64 (valija_store_rename_folder (change->engine->store, valija_folder_get_id (change->folder),
                                                         change->name), line, error);
}

static char *
dup_label (FolderChange *change)
{
  switch ((guint) change->action)
    {
    case VALIJA_ACTION_CREATE_FOLDER:
      /* Translators: %s is the name of a folder */
      return g_strdup_printf (_("Folder “%s” created"), change->name);
    case VALIJA_ACTION_RENAME_FOLDER:
      return g_strdup_printf (_("Folder renamed to “%s”"), change->name);
    default:
      return g_strdup_printf (_("Folder “%s” removed"), valija_folder_get_name (change->folder));
    }
}

static DexFuture *
change_fiber (gpointer data)
{
  FolderChange *change = data;
  g_autoptr(ValijaUndo) undo = valija_undo_new ();
  g_autoptr(GError) error = NULL;
  gint64 line = 0;

  valija_undo_set_label (undo, dup_label (change));
  if (!run_fiber (change, &line, &error) ||
      !dex_await (valija_engine_load_folders (change->engine, change->runtime), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (line != 0)
    {
      ValijaUndoStep *step = valija_undo_add_step (undo, change->runtime);

      step->operation = line;
      step->final = TRUE;
      valija_engine_journal_changed (change->engine, change->runtime);
    }

  return dex_future_new_take_object (g_steal_pointer (&undo));
}

static DexFuture *
spawn (ValijaEngine *self, ValijaAccount *account, ValijaFolder *folder, const char *name, ValijaAction action)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (self, account);
  g_autofree char *reason = NULL;
  FolderChange *change;
  GError *error = NULL;

  if (runtime == NULL)
    return valija_engine_reject_unknown_account ();

  if ((reason = valija_engine_why_not (self, account, folder, action)) != NULL)
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "%s", reason);
      return dex_future_new_for_error (error);
    }

  change = g_new0 (FolderChange, 1);
  change->engine = g_object_ref (self);
  change->runtime = g_object_ref (runtime);
  g_set_object (&change->folder, folder);
  change->action = action;
  if (name != NULL)
    change->name = g_strstrip (g_utf8_make_valid (name, -1));

  if (name != NULL && !check_name (change, &error))
    {
      folder_change_free (change);
      return dex_future_new_for_error (error);
    }

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "change a folder", change_fiber, change,
                              (GDestroyNotify) folder_change_free);
}

DexFuture *
valija_engine_create_folder (ValijaEngine *self, ValijaAccount *account, ValijaFolder *parent, const char *name)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));
  dex_return_error_if_fail (parent == NULL || valija_folder_get_account (parent) == account);
  dex_return_error_if_fail (name != NULL);

  return spawn (self, account, parent, name, VALIJA_ACTION_CREATE_FOLDER);
}

DexFuture *
valija_engine_rename_folder (ValijaEngine *self, ValijaFolder *folder, const char *name)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_FOLDER (folder));
  dex_return_error_if_fail (name != NULL);

  return spawn (self, valija_folder_get_account (folder), folder, name, VALIJA_ACTION_RENAME_FOLDER);
}

DexFuture *
valija_engine_remove_folder (ValijaEngine *self, ValijaFolder *folder)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_FOLDER (folder));

  return spawn (self, valija_folder_get_account (folder), folder, NULL, VALIJA_ACTION_REMOVE_FOLDER);
}
