/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/exchange/valija-exchange-item.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ROOT "msgfolderroot"

/* Bounds the loop over a server that always has one more page. */
#define PAGES_LIMIT 1000

/* The first is the root; the order is that of the request. */
static const struct
{
  const char *name;
  ValijaFolderRole role;
} special[] = {
  { ROOT, VALIJA_FOLDER_ROLE_NONE },
  { "inbox", VALIJA_FOLDER_ROLE_INBOX },
  { "drafts", VALIJA_FOLDER_ROLE_DRAFTS },
  { "sentitems", VALIJA_FOLDER_ROLE_SENT },
  { "deleteditems", VALIJA_FOLDER_ROLE_TRASH },
  { "junkemail", VALIJA_FOLDER_ROLE_JUNK },
};

/* ---- What the special folders are ---- */

static ValijaExchangeReply *
get_special_fiber (ValijaExchangeClient *client,
                   GError              **error)
{
  g_autofree ValijaEwsFolderRef *refs = g_new0 (ValijaEwsFolderRef, G_N_ELEMENTS (special));

  for (gsize i = 0; i < G_N_ELEMENTS (special); i++)
    refs[i] = VALIJA_EWS_DISTINGUISHED (special[i].name);

  return valija_exchange_client_run_fiber (client,
                                           valija_ews_get_folders (valija_exchange_client_get_schema (client), refs,
                                                                   G_N_ELEMENTS (special)),
                                           error);
}

static const char *
find_folder_id (const ValijaEwsNode *message)
{
  const ValijaEwsNode *folder = valija_ews_node_get_first (valija_ews_node_find (message, "Folders"));

  return folder != NULL ? valija_ews_node_find_id (folder, "FolderId") : NULL;
}

static gboolean
take_special (ValijaExchangeSession *self,
              ValijaExchangeReply   *reply,
              GError               **error)
{
  g_hash_table_remove_all (self->own->roles);
  g_clear_pointer (&self->own->root, g_free);

  for (guint i = 0; i < MIN (reply->messages->len, G_N_ELEMENTS (special)); i++)
    {
      const ValijaEwsNode *message = g_ptr_array_index (reply->messages, i);
      const char *id = find_folder_id (message);
      ValijaEwsResult result;

      valija_ews_result_read (message, &result);

      /* A mailbox may lack a junk folder; without a root, or a right to it, there is no mailbox */
      if (i == 0 && (result.reaction != VALIJA_EWS_FINE || id == NULL))
        {
          if (result.reaction != VALIJA_EWS_FINE)
            valija_ews_result_set_error (&result, error);
          else
            valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));
          return FALSE;
        }

      if (id == NULL)
        continue;

      if (i == 0)
        self->own->root = g_strdup (id);
      else
        g_hash_table_insert (self->own->roles, g_strdup (id), GINT_TO_POINTER (special[i].role));
    }

  return TRUE;
}

gboolean
valija_exchange_session_look_around_fiber (ValijaExchangeSession *self,
                                           ValijaExchangeClient  *client,
                                           GError               **error)
{
  static const ValijaEwsSchema schemas[] = { VALIJA_EWS_2013_SP1, VALIJA_EWS_2010_SP2, VALIJA_EWS_2010_SP1 };

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr(ValijaExchangeReply) reply = NULL;
      g_autoptr(GError) failure = NULL;

      valija_exchange_client_set_schema (client, schemas[i]);
      if ((reply = get_special_fiber (client, &failure)) != NULL)
        return take_special (self, reply, error);

      if (i + 1 == G_N_ELEMENTS (schemas) || !g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }

  g_assert_not_reached ();
}

/* ---- The hierarchy ---- */

ValijaExchangeTree *
valija_exchange_tree_new (const char *mailbox)
{
  ValijaExchangeTree *self = g_new0 (ValijaExchangeTree, 1);

  self->mailbox = g_strdup (mailbox);
  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) valija_folder_info_unref);
  self->roles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
valija_exchange_tree_free (ValijaExchangeTree *tree)
{
  g_hash_table_unref (tree->folders);
  g_free (tree->hierarchy);
  g_free (tree->mailbox);
  g_free (tree->root);
  g_hash_table_unref (tree->roles);
  g_free (tree);
}

/* The top of a mailbox that is shared is shown: there it says whose it is. */
static void
apply_folder (ValijaExchangeTree  *tree,
              const ValijaEwsNode *folder)
{
  const char *id = valija_ews_node_find_id (folder, "FolderId");
  ValijaFolderInfo *info = valija_exchange_read_folder (folder);

  if (info == NULL)
    {
      if (id != NULL)
        g_hash_table_remove (tree->folders, id);
      return;
    }

  info->role = GPOINTER_TO_INT (g_hash_table_lookup (tree->roles, info->remote_id));
  if (tree->mailbox != NULL)
    info->owner = VALIJA_FOLDER_OWNER_ALL;
  else if (g_strcmp0 (info->parent_id, tree->root) == 0)
    g_clear_pointer (&info->parent_id, g_free);
  g_hash_table_replace (tree->folders, info->remote_id, info);
}

static void
apply_hierarchy (ValijaExchangeTree  *tree,
                 const ValijaEwsNode *message)
{
  for (const ValijaEwsNode *change = valija_ews_node_get_first (valija_ews_node_find (message, "Changes"));
       change != NULL; change = valija_ews_node_get_next (change))
    {
      const char *gone = valija_ews_node_find_id (change, "FolderId");

      if (valija_ews_node_is (change, "Delete") && gone != NULL)
        g_hash_table_remove (tree->folders, gone);
      else if (valija_ews_node_get_first (change) != NULL)
        apply_folder (tree, valija_ews_node_get_first (change));
    }

  g_free (tree->hierarchy);
  tree->hierarchy = g_strdup (valija_ews_node_find_text (message, "SyncState"));
}

static void
forget_hierarchy (ValijaExchangeTree *tree)
{
  g_hash_table_remove_all (tree->folders);
  g_clear_pointer (&tree->hierarchy, g_free);
}

/* One page. @is_last: (out) */
static gboolean
sync_hierarchy_page_fiber (ValijaExchangeSession *self,
                           ValijaExchangeClient  *client,
                           ValijaExchangeTree    *tree,
                           gboolean              *is_last,
                           GError               **error)
{
  const ValijaEwsFolderRef root = { .distinguished = ROOT, .mailbox = tree->mailbox };
  g_autoptr(ValijaExchangeReply) reply =
    valija_exchange_client_run_fiber (client,
                                      valija_ews_sync_hierarchy (valija_exchange_client_get_schema (client), root,
                                                                 tree->hierarchy),
                                      error);
  ValijaEwsResult result;

  if (reply == NULL)
    return FALSE;

  valija_ews_result_read (g_ptr_array_index (reply->messages, 0), &result);
  if (result.reaction == VALIJA_EWS_SYNC_ANEW && tree->hierarchy != NULL)
    {
      forget_hierarchy (tree);
      return TRUE;
    }
  if (result.reaction != VALIJA_EWS_FINE)
    {
      valija_ews_result_set_error (&result, error);
      return FALSE;
    }

  apply_hierarchy (tree, g_ptr_array_index (reply->messages, 0));
  *is_last = valija_ews_node_find_boolean (g_ptr_array_index (reply->messages, 0), "IncludesLastFolderInRange");

  return TRUE;
}

gboolean
valija_exchange_session_sync_tree_fiber (ValijaExchangeSession *self,
                                         ValijaExchangeClient  *client,
                                         ValijaExchangeTree    *tree,
                                         GError               **error)
{
  gboolean is_last = FALSE;

  for (guint i = 0; i < PAGES_LIMIT && !is_last; i++)
    {
      if (!sync_hierarchy_page_fiber (self, client, tree, &is_last, error))
        return FALSE;
    }

  if (!is_last)
    valija_error_set (error, VALIJA_ERROR_LIMIT, _("The server’s list of folders has no end."));

  return is_last;
}

static void
add_with_children (GHashTable *children,
                   const char *parent,
                   guint       depth,
                   GPtrArray  *list)
{
  GPtrArray *found = g_hash_table_lookup (children, parent);

  /* A server that makes a folder its own grandparent is not followed for ever */
  for (guint i = 0; found != NULL && depth < 64 && i < found->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (found, i);

      g_ptr_array_add (list, valija_folder_info_ref (info));
      add_with_children (children, info->remote_id, depth + 1, list);
    }
}

/* A folder whose parent holds no mail (or is hidden) stands at the top. */
void
valija_exchange_tree_add_folders (ValijaExchangeTree *tree,
                                  GPtrArray          *list)
{
  g_autoptr(GHashTable) children = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                          (GDestroyNotify) g_ptr_array_unref);
  GHashTableIter iter;
  ValijaFolderInfo *info;

  g_hash_table_iter_init (&iter, tree->folders);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &info))
    {
      const char *parent = info->parent_id != NULL && g_hash_table_contains (tree->folders, info->parent_id)
                             ? info->parent_id : "";
      GPtrArray *siblings = g_hash_table_lookup (children, parent);

      if (siblings == NULL)
        g_hash_table_insert (children, (char *) parent, siblings = g_ptr_array_new ());
      g_ptr_array_add (siblings, info);
    }
  add_with_children (children, "", 0, list);
}

static DexFuture *
list_folders_fiber (gpointer data)
{
  ValijaExchangeSession *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (self, &error);
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  g_autoptr(GPtrArray) shared = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);

  if (client == NULL || !valija_exchange_session_sync_tree_fiber (self, client, self->own, &error) ||
      !valija_exchange_session_add_shared_fiber (self, client, shared, &error))
    {
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_LIST_FOLDERS);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  valija_exchange_tree_add_folders (self->own, list);
  g_ptr_array_extend_and_steal (list, g_steal_pointer (&shared));

  return valija_future_new_take_ptr_array (g_steal_pointer (&list));
}

DexFuture *
valija_exchange_session_list_folders (ValijaExchangeSession *self)
{
  return valija_fiber_spawn (list_folders_fiber, g_object_ref (self), g_object_unref);
}

/* ---- Changing it ---- */

typedef struct
{
  ValijaExchangeSession *session;
  char *folder;             /* nullable */
  char *parent;             /* nullable: the top */
  char *name;               /* nullable: it is removed */
} FolderChange;

static void
folder_change_free (FolderChange *change)
{
  g_object_unref (change->session);
  g_free (change->folder);
  g_free (change->parent);
  g_free (change->name);
  g_free (change);
}

/* (nullable) (transfer none) */
static const ValijaFolderInfo *
find_known (ValijaExchangeSession *self,
            const char            *id)
{
  const ValijaFolderInfo *info = id != NULL ? g_hash_table_lookup (self->own->folders, id) : NULL;

  for (guint i = 0; id != NULL && info == NULL && i < self->shared->len; i++)
    info = g_hash_table_lookup (((ValijaExchangeTree *) g_ptr_array_index (self->shared, i))->folders, id);

  return info;
}

/* What is made in a mailbox that is shared is shared. */
static ValijaFolderOwner
find_owner (ValijaExchangeSession *self,
            const char            *parent)
{
  const ValijaFolderInfo *info = find_known (self, parent);
  gboolean is_shared = info != NULL && info->owner == VALIJA_FOLDER_OWNER_ALL;

  for (guint i = 0; parent != NULL && i < self->shared->len; i++)
    is_shared |= g_strcmp0 (((ValijaExchangeTree *) g_ptr_array_index (self->shared, i))->root, parent) == 0;

  return is_shared ? VALIJA_FOLDER_OWNER_ALL : VALIJA_FOLDER_OWNER_USER;
}

static ValijaEwsFolderRef
ref_of (const char *id)
{
  return id != NULL ? VALIJA_EWS_FOLDER (id) : VALIJA_EWS_DISTINGUISHED (ROOT);
}

static DexFuture *
create_folder_fiber (gpointer data)
{
  FolderChange *change = data;
  ValijaExchangeSession *self = change->session;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (self, &error);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  const char *id;
  ValijaFolderInfo *info;

  if (client == NULL ||
      !(reply = valija_exchange_client_ask_fiber (client,
                                                  valija_ews_create_folder (valija_exchange_client_get_schema (client),
                                                                            ref_of (change->parent), change->name),
                                                  &error)))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  if (!(id = find_folder_id (g_ptr_array_index (reply->messages, 0))))
    {
      valija_error_set (&error, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));
      return valija_exchange_refuse_change (g_steal_pointer (&error));
    }

  info = valija_folder_info_new (id, change->name);
  info->parent_id = g_strdup (change->parent);
  info->owner = find_owner (self, change->parent);
  info->selectable = TRUE;
  info->total = info->unread = 0;

  return dex_future_new_take_boxed (VALIJA_TYPE_FOLDER_INFO, info);
}

static DexFuture *
rename_folder_fiber (gpointer data)
{
  FolderChange *change = data;
  ValijaExchangeSession *self = change->session;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (self, &error);
  g_autoptr(ValijaExchangeReply) renamed = NULL;
  g_autoptr(ValijaExchangeReply) moved = NULL;
  const ValijaEwsFolderRef folder = VALIJA_EWS_FOLDER (change->folder);
  const ValijaFolderInfo *known;
  ValijaFolderInfo *info;
  ValijaEwsSchema schema;

  if (client == NULL)
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  schema = valija_exchange_client_get_schema (client);
  if (!(renamed = valija_exchange_client_ask_fiber (client,
                                                    valija_ews_rename_folder (schema, folder, change->name),
                                                    &error)))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  known = find_known (self, change->folder);
  if ((known == NULL || g_strcmp0 (known->parent_id, change->parent) != 0) &&
      !(moved = valija_exchange_client_ask_fiber (client,
                                                  valija_ews_move_folder (schema, folder, ref_of (change->parent)),
                                                  &error)))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  info = valija_folder_info_new (change->folder, change->name);
  info->parent_id = g_strdup (change->parent);
  info->owner = find_owner (self, change->parent);
  info->selectable = TRUE;
  info->role = GPOINTER_TO_INT (g_hash_table_lookup (self->own->roles, change->folder));
  info->total = info->unread = -1;

  return dex_future_new_take_boxed (VALIJA_TYPE_FOLDER_INFO, info);
}

static DexFuture *
remove_folder_fiber (gpointer data)
{
  FolderChange *change = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (change->session, &error);
  g_autoptr(ValijaExchangeReply) reply = NULL;

  if (client == NULL ||
      !(reply = valija_exchange_client_ask_fiber (client,
                                                  valija_ews_delete_folder (valija_exchange_client_get_schema (client),
                                                                            VALIJA_EWS_FOLDER (change->folder), FALSE),
                                                  &error)))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static DexFuture *
spawn_change (ValijaExchangeSession *self,
              DexFiberFunc           func,
              const char            *folder,
              const char            *parent,
              const char            *name)
{
  FolderChange *change = g_new0 (FolderChange, 1);

  change->session = g_object_ref (self);
  change->folder = g_strdup (folder);
  change->parent = g_strdup (parent);
  change->name = g_strdup (name);

  return valija_fiber_spawn (func, change, (GDestroyNotify) folder_change_free);
}

DexFuture *
valija_exchange_session_create_folder (ValijaExchangeSession *self,
                                       const char            *parent,
                                       const char            *name)
{
  return spawn_change (self, create_folder_fiber, NULL, parent, name);
}

DexFuture *
valija_exchange_session_rename_folder (ValijaExchangeSession *self,
                                       const char            *folder,
                                       const char            *parent,
                                       const char            *name)
{
  return spawn_change (self, rename_folder_fiber, folder, parent, name);
}

DexFuture *
valija_exchange_session_remove_folder (ValijaExchangeSession *self,
                                       const char            *folder)
{
  return spawn_change (self, remove_folder_fiber, folder, NULL, NULL);
}
