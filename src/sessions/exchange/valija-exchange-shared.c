/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The mailboxes that others share with the user: a team's, or that of whom one stands in for. */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "sessions/exchange/valija-exchange-item.h"

#include <glib/gi18n-lib.h>

#define ROOT "msgfolderroot"
#define INBOX "inbox"

/* What stands there as its own special folders do. Its drafts are others' to write on. */
static const struct
{
  const char *name;
  ValijaFolderRole role;
} special[] = {
  { ROOT, VALIJA_FOLDER_ROLE_NONE },
  { INBOX, VALIJA_FOLDER_ROLE_INBOX },
  { "sentitems", VALIJA_FOLDER_ROLE_SENT },
  { "junkemail", VALIJA_FOLDER_ROLE_JUNK },
  { "deleteditems", VALIJA_FOLDER_ROLE_TRASH },
};

/* How many folders of a mailbox are watched; the others are looked at now and then. */
#define WATCHED_LIMIT 500

/* Never forgets one: a list that is under way may hold it. */
static ValijaExchangeTree *
find_tree (ValijaExchangeSession *self,
           const char            *mailbox)
{
  ValijaExchangeTree *tree;

  for (guint i = 0; i < self->shared->len; i++)
    {
      tree = g_ptr_array_index (self->shared, i);
      if (g_ascii_strcasecmp (tree->mailbox, mailbox) == 0)
        return tree;
    }

  tree = valija_exchange_tree_new (mailbox);
  g_ptr_array_add (self->shared, tree);

  return tree;
}

/* Another way than the other folders' to be called by: who may see the inbox alone does not learn of what is above. */
static const char *
get_heading_id (ValijaExchangeTree *tree)
{
  return tree->root != NULL ? tree->root : tree->mailbox;
}

static const ValijaEwsNode *
find_folder (const ValijaEwsNode *message)
{
  const ValijaEwsNode *folders = valija_ews_node_find (message, "Folders");

  return folders != NULL ? valija_ews_node_get_first (folders) : NULL;
}

static void
set_failure (const ValijaEwsNode *message,
             GError             **error)
{
  ValijaEwsResult result;

  valija_ews_result_read (message, &result);
  if (result.reaction != VALIJA_EWS_FINE)
    valija_ews_result_set_error (&result, error);
  else
    valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));
}

/* Where there is no right to the root. Where the inbox is not denied as well, @error (inout) becomes its failure. */
static gboolean
take_inbox (ValijaExchangeTree   *tree,
            const ValijaEwsNode  *message,
            GError              **error)
{
  const ValijaEwsNode *inbox = find_folder (message);
  ValijaFolderInfo *info = inbox != NULL ? valija_exchange_read_folder (inbox) : NULL;
  g_autoptr(GError) failure = NULL;

  if (info != NULL)
    {
      info->owner = VALIJA_FOLDER_OWNER_ALL;
      info->role = VALIJA_FOLDER_ROLE_INBOX;
      g_hash_table_remove_all (tree->folders);
      g_hash_table_replace (tree->folders, info->remote_id, info);
      return TRUE;
    }

  set_failure (message, &failure);
  if (!valija_ews_result_denies_mailbox (failure))
    {
      g_clear_error (error);
      g_propagate_error (error, g_steal_pointer (&failure));
    }

  return FALSE;
}

/* Who may not put anything into its Deleted Items deletes into their own. */
static void
take_roles (ValijaExchangeTree  *tree,
            ValijaExchangeReply *reply)
{
  g_hash_table_remove_all (tree->roles);
  for (guint i = 1; i < MIN (reply->messages->len, G_N_ELEMENTS (special)); i++)
    {
      const ValijaEwsNode *folder = find_folder (g_ptr_array_index (reply->messages, i));
      const char *id = folder != NULL ? valija_ews_node_find_id (folder, "FolderId") : NULL;

      if (id != NULL && (special[i].role != VALIJA_FOLDER_ROLE_TRASH ||
                         valija_ews_node_find_boolean (folder, "EffectiveRights/CreateContents")))
        g_hash_table_insert (tree->roles, g_strdup (id), GINT_TO_POINTER (special[i].role));
    }
}

/* Its root; or its inbox, where that is all that was shared. */
static gboolean
open_tree_fiber (ValijaExchangeClient *client,
                 ValijaExchangeTree   *tree,
                 GError              **error)
{
  g_autofree ValijaEwsFolderRef *refs = g_new0 (ValijaEwsFolderRef, G_N_ELEMENTS (special));
  g_autoptr(ValijaExchangeReply) reply = NULL;
  g_autoptr(GError) failure = NULL;
  const ValijaEwsNode *root;

  for (gsize i = 0; i < G_N_ELEMENTS (special); i++)
    refs[i] = (ValijaEwsFolderRef) { .distinguished = special[i].name, .mailbox = tree->mailbox };

  reply = valija_exchange_client_run_fiber (client,
                                            valija_ews_get_folders (valija_exchange_client_get_schema (client), refs,
                                                                    G_N_ELEMENTS (special)),
                                            error);
  if (reply == NULL)
    return FALSE;

  root = find_folder (g_ptr_array_index (reply->messages, 0));
  if (root != NULL && valija_ews_node_find_id (root, "FolderId") != NULL)
    {
      g_hash_table_remove_all (tree->folders);
      g_free (tree->root);
      tree->root = g_strdup (valija_ews_node_find_id (root, "FolderId"));
      take_roles (tree, reply);
      return TRUE;
    }

  set_failure (g_ptr_array_index (reply->messages, 0), &failure);
  if (valija_ews_result_denies_mailbox (failure) && reply->messages->len > 1 &&
      take_inbox (tree, g_ptr_array_index (reply->messages, 1), &failure))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

static gboolean
look_fiber (ValijaExchangeSession *self,
            ValijaExchangeClient  *client,
            ValijaExchangeTree    *tree,
            GError               **error)
{
  if (tree->root == NULL && !open_tree_fiber (client, tree, error))
    return FALSE;

  return tree->root == NULL || valija_exchange_session_sync_tree_fiber (self, client, tree, error);
}

/* Whether the account's own mailbox would have failed like that too. @error is located. */
static gboolean
is_of_connection (const GError *error)
{
  if (error->domain != VALIJA_ERROR)
    return TRUE;

  switch (error->code)
    {
    case VALIJA_ERROR_RESOLVE:
    case VALIJA_ERROR_CONNECT:
    case VALIJA_ERROR_DISCONNECTED:
    case VALIJA_ERROR_OFFLINE:
    case VALIJA_ERROR_CERTIFICATE:
    case VALIJA_ERROR_TLS:
    case VALIJA_ERROR_NO_MECHANISM:
    case VALIJA_ERROR_NO_SECRET:
    case VALIJA_ERROR_KEYRING:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
begin_sentence (GString *notice)
{
  if (notice->len > 0)
    g_string_append_c (notice, ' ');
}

/* It is being moved, or what keeps it is down: what was known of it stays. */
static void
note_absence (ValijaExchangeTree *tree,
              const GError       *error,
              GString            *notice)
{
  tree->is_away = TRUE;
  begin_sentence (notice);
  /* Translators: a mailbox's address, and a sentence that says why */
  g_string_append_printf (notice, _("The shared mailbox %s is out of reach for now, and stays as it was at the last "
                                    "look. The reason: %s"), tree->mailbox, error->message);
}

static void
note_refusal (ValijaExchangeTree *tree,
              const GError       *error,
              GString            *notice)
{
  g_hash_table_remove_all (tree->folders);
  g_clear_pointer (&tree->hierarchy, g_free);
  g_clear_pointer (&tree->root, g_free);
  tree->is_away = FALSE;
  begin_sentence (notice);
  if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED))
    g_string_append_printf (notice, _("You have no right to open the shared mailbox %s: ask its owner or your "
                                      "administrator for it."), tree->mailbox);
  else
    g_string_append_printf (notice, _("The server knows no shared mailbox %s that you may open: check the address in "
                                      "the account’s settings."), tree->mailbox);
}

static void
add_tree (ValijaExchangeTree *tree,
          GPtrArray          *list)
{
  ValijaFolderInfo *heading = valija_folder_info_new (get_heading_id (tree), tree->mailbox);
  guint first = list->len + 1;

  heading->selectable = FALSE;
  heading->incomplete = tree->is_away;
  heading->owner = VALIJA_FOLDER_OWNER_ALL;
  heading->total = heading->unread = -1;
  g_ptr_array_add (list, heading);
  valija_exchange_tree_add_folders (tree, list);

  for (guint i = first; i < list->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (list, i);

      if (info->parent_id != NULL && g_hash_table_contains (tree->folders, info->parent_id))
        continue;

      /* The tree's own is in lists that were given out before, too */
      list->pdata[i] = valija_folder_info_copy (info);
      valija_folder_info_unref (info);
      info = list->pdata[i];
      g_set_str (&info->parent_id, heading->remote_id);
    }
}

gboolean
valija_exchange_session_add_shared_fiber (ValijaExchangeSession *self,
                                          ValijaExchangeClient  *client,
                                          GPtrArray             *list,
                                          GError               **error)
{
  g_auto(GStrv) mailboxes = valija_account_dup_shared (valija_session_context_get_account (self->context));
  g_autoptr(GString) notice = g_string_new (NULL);

  for (guint i = 0; mailboxes[i] != NULL; i++)
    {
      ValijaExchangeTree *tree = find_tree (self, mailboxes[i]);
      g_autoptr(GError) failure = NULL;

      if (look_fiber (self, client, tree, &failure))
        {
          tree->is_away = FALSE;
          add_tree (tree, list);
          continue;
        }

      valija_error_locate (&failure, VALIJA_SIDE_BOTH, VALIJA_STEP_LIST_FOLDERS);
      if (is_of_connection (failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }

      if (valija_ews_result_denies_mailbox (failure))
        note_refusal (tree, failure, notice);
      else
        {
          note_absence (tree, failure, notice);
          add_tree (tree, list);
        }
    }

  valija_exchange_session_watch_shared (self);
  valija_session_notice (VALIJA_SESSION (self), notice->len > 0 ? notice->str : NULL);

  return TRUE;
}

void
valija_exchange_session_watch_shared (ValijaExchangeSession *self)
{
  for (guint i = 0; self->watch != NULL && i < self->shared->len; i++)
    {
      const ValijaExchangeTree *tree = g_ptr_array_index (self->shared, i);
      g_autoptr(GPtrArray) ids = g_hash_table_get_keys_as_ptr_array (tree->folders);

      g_ptr_array_sort_values (ids, (GCompareFunc) strcmp);
      g_ptr_array_set_size (ids, (int) MIN (ids->len, WATCHED_LIMIT));
      g_ptr_array_add (ids, NULL);
      valija_exchange_watch_set_shared (self->watch, tree->mailbox, (const char * const *) ids->pdata);
    }
}
