/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* How long counts may lag behind a running synchronisation. */
#define RELOAD_DELAY 120

typedef struct
{
  ValijaStoredFolder *stored; /* unowned */
  GPtrArray *children;        /* of Node */
} Node;

static void
node_free (Node *node)
{
  g_ptr_array_unref (node->children);
  g_free (node);
}

static Node *
node_new (ValijaStoredFolder *stored)
{
  Node *node = g_new0 (Node, 1);

  node->stored = stored;
  node->children = g_ptr_array_new ();
  return node;
}

/* Inbox first, then what people look for, then the rest by name; what is not the user's own after all that is. */
static guint
role_rank (ValijaFolderRole role)
{
  switch (role)
    {
    case VALIJA_FOLDER_ROLE_INBOX: return 0;
    case VALIJA_FOLDER_ROLE_FLAGGED: return 1;
    case VALIJA_FOLDER_ROLE_DRAFTS: return 2;
    case VALIJA_FOLDER_ROLE_SENT: return 3;
    case VALIJA_FOLDER_ROLE_ARCHIVE: return 4;
    case VALIJA_FOLDER_ROLE_ALL: return 5;
    case VALIJA_FOLDER_ROLE_JUNK: return 6;
    case VALIJA_FOLDER_ROLE_TRASH: return 7;
    case VALIJA_FOLDER_ROLE_NONE:
    default: return 8;
    }
}

static int
compare_nodes (gconstpointer a, gconstpointer b)
{
  const Node *first = *(Node *const *) a;
  const Node *second = *(Node *const *) b;
  guint first_rank = role_rank (first->stored->role);
  guint second_rank = role_rank (second->stored->role);

  if (first->stored->owner != second->stored->owner)
    return first->stored->owner < second->stored->owner ? -1 : 1;
  if (first_rank != second_rank)
    return first_rank < second_rank ? -1 : 1;

  return g_utf8_collate (first->stored->name, second->stored->name);
}

/* Depth first without recursion: a server may nest folders as deep as it likes. */
static GPtrArray *
sort_folders (GPtrArray *stored, GArray *depths)
{
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
  g_autoptr(GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr(GPtrArray) stack = g_ptr_array_new ();
  g_autoptr(GArray) levels = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr(GPtrArray) top = g_ptr_array_new ();
  guint level = 0;

  for (guint i = 0; i < stored->len; i++)
    {
      Node *node = node_new (g_ptr_array_index (stored, i));
      Node *parent = g_hash_table_lookup (by_id, &node->stored->parent_id);

      g_ptr_array_add (nodes, node);
      g_hash_table_insert (by_id, &node->stored->id, node);
      g_ptr_array_add (parent != NULL ? parent->children : top, node);
    }

  g_ptr_array_sort (top, compare_nodes);
  for (guint i = top->len; i > 0; i--)
    {
      g_ptr_array_add (stack, g_ptr_array_index (top, i - 1));
      g_array_append_val (levels, level);
    }

  while (stack->len > 0)
    {
      Node *node = g_ptr_array_steal_index (stack, stack->len - 1);

      level = g_array_index (levels, guint, levels->len - 1);
      g_array_set_size (levels, levels->len - 1);
      g_ptr_array_add (sorted, node->stored);
      g_array_append_val (depths, level);

      level++;
      g_ptr_array_sort (node->children, compare_nodes);
      for (guint i = node->children->len; i > 0; i--)
        {
          g_ptr_array_add (stack, g_ptr_array_index (node->children, i - 1));
          g_array_append_val (levels, level);
        }
    }

  return g_steal_pointer (&sorted);
}

/* Known folders keep their objects; the list only changes where the order does. */
static void
show_folders (ValijaAccountRuntime *runtime, GPtrArray *stored)
{
  g_autoptr(GArray) depths = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr(GPtrArray) sorted = sort_folders (stored, depths);
  g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  GListModel *model = G_LIST_MODEL (runtime->folders);
  guint n_old = g_list_model_get_n_items (model);
  ValijaFolderOwner owner = VALIJA_FOLDER_OWNER_USER;
  guint head = 0;
  guint tail = 0;

  g_array_set_size (ids, n_old);
  for (guint i = 0; i < n_old; i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (model, i);
      gint64 *id = &g_array_index (ids, gint64, i);

      *id = valija_folder_get_id (folder);
      g_hash_table_insert (known, id, folder);
    }

  for (guint i = 0; i < sorted->len; i++)
    {
      ValijaStoredFolder *row = g_ptr_array_index (sorted, i);
      ValijaFolder *folder = g_hash_table_lookup (known, &row->id);

      folder = folder != NULL ? g_object_ref (folder) : valija_folder_new (runtime->account, row->id);
      valija_folder_update (folder, row->remote_id, row->parent_id, row->name, row->role,
                            g_array_index (depths, guint, i), row->selectable, row->id < 0);
      valija_folder_set_counts (folder, row->total, row->unread);
      valija_folder_set_keeping (folder, row->policy, row->last_synced);
      valija_folder_set_owner (folder, row->owner, row->owner != owner);
      owner = row->owner;
      g_ptr_array_add (folders, folder);
    }

  while (head < n_old && head < folders->len &&
         g_array_index (ids, gint64, head) == valija_folder_get_id (g_ptr_array_index (folders, head)))
    head++;
  while (tail < n_old - head && tail < folders->len - head &&
         g_array_index (ids, gint64, n_old - 1 - tail) ==
           valija_folder_get_id (g_ptr_array_index (folders, folders->len - 1 - tail)))
    tail++;

  if (head + tail < n_old || head + tail < folders->len)
    g_list_store_splice (runtime->folders, head, n_old - head - tail, folders->pdata + head,
                         folders->len - head - tail);
}

static gboolean
has_on_server (GPtrArray *stored, ValijaFolderRole role)
{
  for (guint i = 0; i < stored->len; i++)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (stored, i);

      if (folder->id > 0 && folder->role == role && folder->owner == VALIJA_FOLDER_OWNER_USER)
        return TRUE;
    }

  return FALSE;
}

/* Where the server has a folder for drafts or for what was sent, the one here is only for what waits or could not be
 * filed there. */
static gboolean
is_spare (GPtrArray *stored, ValijaStoredFolder *folder)
{
  return folder->id < 0 && folder->role != VALIJA_FOLDER_ROLE_NONE && has_on_server (stored, folder->role);
}

/* Whether all that is in @folder is being written on, and seen in its windows. */
static gboolean
is_all_open_fiber (ValijaEngine *self, gint64 folder, gboolean *all_open, GError **error)
{
  g_autoptr(GArray) ids = NULL;

  if (!(ids = dex_await_boxed (valija_store_load_index (self->store, &folder, 1, FALSE, VALIJA_LIST_ALL, 0), error)))
    return FALSE;

  *all_open = TRUE;
  for (guint i = 0; i < ids->len && *all_open; i++)
    *all_open = g_hash_table_contains (self->open_drafts, &g_array_index (ids, gint64, i));

  return TRUE;
}

/* Two folders for drafts in one account are only shown when there is a reason. */
static gboolean
leave_out_open_drafts_fiber (ValijaEngine *self, GPtrArray *stored, GError **error)
{
  for (guint i = stored->len; i > 0; i--)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (stored, i - 1);
      gboolean all_open = FALSE;

      if (folder->role == VALIJA_FOLDER_ROLE_DRAFTS && is_spare (stored, folder) &&
          !is_all_open_fiber (self, folder->id, &all_open, error))
        return FALSE;
      if (all_open)
        g_ptr_array_remove_index (stored, i - 1);
    }

  return TRUE;
}

/* It is of no interest while it is empty. */
static void
leave_out_empty (GPtrArray *stored)
{
  for (guint i = stored->len; i > 0; i--)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (stored, i - 1);

      if (folder->total == 0 && is_spare (stored, folder))
        g_ptr_array_remove_index (stored, i - 1);
    }
}

/* Until this Valija has looked itself, what the one before knew holds. */
static void
show_last_check (ValijaAccountRuntime *runtime, GPtrArray *stored)
{
  gint64 when = valija_account_status_get_last_checked (runtime->status);

  for (guint i = 0; i < stored->len; i++)
    when = MAX (when, ((ValijaStoredFolder *) g_ptr_array_index (stored, i))->last_synced);

  valija_account_status_set_last_checked (runtime->status, when);
}

static DexFuture *
load_folders_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(GPtrArray) stored = NULL;
  g_autoptr(GError) error = NULL;

  if (!(stored = dex_await_boxed (valija_store_list_folders (flow->engine->store,
                                                             valija_account_runtime_get_id (flow->runtime)),
                                  &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  leave_out_empty (stored);
  if (!leave_out_open_drafts_fiber (flow->engine, stored, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (!flow->runtime->removed)
    {
      show_folders (flow->runtime, stored);
      show_last_check (flow->runtime, stored);
      valija_engine_update_inboxes (flow->engine);
    }

  return dex_future_new_true ();
}

DexFuture *
valija_engine_load_folders (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "folders", load_folders_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}

static DexFuture *
prepare_folders_fiber (gpointer data)
{
  static const ValijaFolderRole durable_roles[] = {
    VALIJA_FOLDER_ROLE_DRAFTS, VALIJA_FOLDER_ROLE_SENT, VALIJA_FOLDER_ROLE_ARCHIVE, VALIJA_FOLDER_ROLE_TRASH,
  };
  ValijaFlow *flow = data;
  ValijaAccountRuntime *runtime = flow->runtime;
  g_autoptr(GError) error = NULL;
  guint n_roles = 0;

  /* What the server cannot hold is held here. An account that only sends writes drafts too. */
  if (valija_account_runtime_is_durable (runtime))
    n_roles = G_N_ELEMENTS (durable_roles);
  else if ((valija_account_runtime_get_capabilities (runtime) & VALIJA_CAPABILITY_READ) == 0)
    n_roles = valija_account_get_keep_sent (runtime->account) == VALIJA_KEEP_SENT_HERE ? 2 : 1;

  for (guint i = 0; i < n_roles; i++)
    {
      if (!valija_await_int64 (valija_engine_ensure_local_folder (flow->engine, runtime, durable_roles[i]), NULL,
                               &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if (!dex_await (valija_engine_load_folders (flow->engine, runtime), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_prepare_folders (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "prepare folders", prepare_folders_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}

DexFuture *
valija_engine_ensure_local_folder (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaFolderRole role)
{
  return valija_store_ensure_local_folder (self->store, valija_account_runtime_get_id (runtime), role,
                                           valija_folder_role_get_label (role));
}

static gboolean
reload_cb (gpointer user_data)
{
  ValijaFlow *flow = user_data;

  flow->runtime->reload_source = 0;
  valija_future_forget (valija_engine_load_folders (flow->engine, flow->runtime), "folders");
  return G_SOURCE_REMOVE;
}

static void
schedule_reload (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  if (runtime->reload_source == 0)
    runtime->reload_source =
      g_timeout_add_full (G_PRIORITY_DEFAULT_IDLE, RELOAD_DELAY, reload_cb,
                          valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}

void
valija_engine_folder_changed (ValijaEngine *self, gint64 folder)
{
  ValijaFolder *known = valija_engine_find_folder_by_id (self, folder);
  GHashTableIter iter;
  gpointer runtime;

  if (!self->open || g_cancellable_is_cancelled (self->stop))
    return;

  if (known != NULL)
    {
      schedule_reload (self, valija_engine_find_runtime (self, valija_folder_get_account (known)));
      return;
    }

  /* A folder that nobody has seen: it may be anybody's. */
  g_hash_table_iter_init (&iter, self->runtimes);
  while (g_hash_table_iter_next (&iter, NULL, &runtime))
    schedule_reload (self, runtime);
}

GListModel *
valija_engine_get_folders (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  runtime = valija_engine_find_runtime (self, account);
  return runtime != NULL ? G_LIST_MODEL (runtime->folders) : NULL;
}

/* "Lists/gtk": the names of the parents, then its own. */
static gboolean
folder_has_path (ValijaEngine *self, ValijaFolder *folder, const char *path)
{
  g_autoptr(GString) full = g_string_new (valija_folder_get_name (folder));
  ValijaFolder *parent = folder;

  while (valija_folder_get_parent_id (parent) != 0 &&
         (parent = valija_engine_find_folder_by_id (self, valija_folder_get_parent_id (parent))) != NULL)
    {
      g_string_prepend_c (full, '/');
      g_string_prepend (full, valija_folder_get_name (parent));
    }

  return g_str_equal (full->str, path);
}

ValijaFolder *
valija_engine_find_folder (ValijaEngine *self, ValijaAccount *account, const char *name_or_role)
{
  ValijaAccountRuntime *runtime;
  ValijaFolderRole role = VALIJA_FOLDER_ROLE_NONE;
  ValijaFolder *by_role;
  GListModel *folders;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (name_or_role != NULL, NULL);

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return NULL;

  folders = G_LIST_MODEL (runtime->folders);
  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (folder_has_path (self, folder, name_or_role) ||
          (g_ascii_strcasecmp (name_or_role, "inbox") == 0 &&
           valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX)))
        return folder;
    }

  if (!valija_folder_role_from_nick (name_or_role, &role) || role == VALIJA_FOLDER_ROLE_NONE)
    return NULL;

  by_role = valija_account_runtime_find_role (runtime, role, FALSE);
  return by_role != NULL ? by_role : valija_account_runtime_find_role (runtime, role, TRUE);
}

ValijaFolder *
valija_engine_find_folder_by_id (ValijaEngine *self, gint64 id)
{
  GHashTableIter iter;
  gpointer value;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  g_hash_table_iter_init (&iter, self->runtimes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      GListModel *folders = G_LIST_MODEL (((ValijaAccountRuntime *) value)->folders);

      for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
        {
          g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

          if (valija_folder_get_id (folder) == id)
            return folder;
        }
    }

  return NULL;
}

void
valija_engine_set_folder_in_view (ValijaEngine *self, ValijaFolder *folder)
{
  g_return_if_fail (VALIJA_IS_ENGINE (self));
  g_return_if_fail (folder == NULL || VALIJA_IS_FOLDER (folder));

  if (g_set_object (&self->in_view, folder))
    valija_engine_view_changed (self);
}

gboolean
valija_engine_is_in_view (ValijaEngine *self, ValijaFolder *folder)
{
  return folder == self->in_view ||
         (self->in_view == self->all_inboxes && valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX));
}
