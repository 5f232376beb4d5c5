/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "sessions/valija-methods.h"

/* Each reason carries the way out. Where a method's name stands it is that of the table: "POP3", "SMTP". */

static char *
why_not_without_account (ValijaAction action)
{
  switch (action)
    {
    case VALIJA_ACTION_COMPOSE:
    case VALIJA_ACTION_REPLY:
    case VALIJA_ACTION_FORWARD:
      return g_strdup (_("There is no account yet. Add one that sends first."));
    case VALIJA_ACTION_READ:
    case VALIJA_ACTION_MARK_READ:
    case VALIJA_ACTION_FLAG:
    case VALIJA_ACTION_LABEL:
    case VALIJA_ACTION_MOVE:
    case VALIJA_ACTION_COPY:
    case VALIJA_ACTION_DELETE:
    case VALIJA_ACTION_CREATE_FOLDER:
    case VALIJA_ACTION_RENAME_FOLDER:
    case VALIJA_ACTION_REMOVE_FOLDER:
    case VALIJA_ACTION_SET_POLICY:
    case VALIJA_ACTION_SEARCH_SERVER:
    default:
      return g_strdup (_("There is no account yet. Add one that reads first."));
    }
}

static char *
why_not_send (const char *method, ValijaAction action)
{
  switch (action)
    {
    case VALIJA_ACTION_REPLY:
      /* Translators: %s is a method: IMAP, POP3 */
      return g_strdup_printf (_("%s reads only. Add an SMTP server to reply."), method);
    case VALIJA_ACTION_FORWARD:
      /* Translators: %s is a method: IMAP, POP3 */
      return g_strdup_printf (_("%s reads only. Add an SMTP server to forward."), method);
    case VALIJA_ACTION_READ:
    case VALIJA_ACTION_COMPOSE:
    case VALIJA_ACTION_MARK_READ:
    case VALIJA_ACTION_FLAG:
    case VALIJA_ACTION_LABEL:
    case VALIJA_ACTION_MOVE:
    case VALIJA_ACTION_COPY:
    case VALIJA_ACTION_DELETE:
    case VALIJA_ACTION_CREATE_FOLDER:
    case VALIJA_ACTION_RENAME_FOLDER:
    case VALIJA_ACTION_REMOVE_FOLDER:
    case VALIJA_ACTION_SET_POLICY:
    case VALIJA_ACTION_SEARCH_SERVER:
    default:
      /* Translators: %s is a method: IMAP, POP3 */
      return g_strdup_printf (_("%s reads only. Add an SMTP server to write."), method);
    }
}

/* What is done to mail that is there. In folders on this computer everything can be. */
static char *
why_not_organize (ValijaAccountRuntime *runtime, ValijaFolder *folder, const char *method)
{
  ValijaCapabilities capabilities = valija_account_runtime_get_capabilities (runtime);

  if (folder != NULL && valija_folder_get_local (folder))
    return NULL;
  if ((capabilities & VALIJA_CAPABILITY_READ) == 0)
    /* Translators: %s is a method: SMTP */
    return g_strdup_printf (_("%s only sends, so there is no mail here. Add an account with IMAP or POP3 to read."),
                            method);
  if ((capabilities & VALIJA_CAPABILITY_ORGANIZE) == 0 && !valija_account_runtime_is_durable (runtime))
    return g_strdup (_("This server lets mail be read and not changed. Ask its administrator for the right to do it."));

  return NULL;
}

static char *
why_not_label (ValijaAccountRuntime *runtime, ValijaFolder *folder, const char *method)
{
  ValijaCapabilities capabilities = valija_account_runtime_get_capabilities (runtime);
  char *reason = why_not_organize (runtime, folder, method);

  if (reason != NULL || (folder != NULL && valija_folder_get_local (folder)) ||
      (capabilities & VALIJA_CAPABILITY_LABELS) != 0 || valija_account_runtime_is_durable (runtime))
    return reason;

  return g_strdup (_("This server keeps no labels. Move the messages to a folder of their own, or to one on this "
                     "computer, where they can have labels."));
}

static char *
why_not_folders (ValijaAccountRuntime *runtime, ValijaFolder *folder, const char *method)
{
  ValijaCapabilities capabilities = valija_account_runtime_get_capabilities (runtime);

  if (folder != NULL && valija_folder_get_local (folder))
    return NULL;
  if ((capabilities & VALIJA_CAPABILITY_FOLDERS) == 0 && !valija_account_runtime_is_durable (runtime))
    /* Translators: %s is a method: SMTP */
    return g_strdup_printf (_("%s has no folders on the server. An account with IMAP has them."), method);

  return why_not_organize (runtime, folder, method);
}

static char *
why_not_change_folder (ValijaAccountRuntime *runtime, ValijaFolder *folder, const char *method, gboolean remove)
{
  GListModel *folders = G_LIST_MODEL (runtime->folders);

  if (folder == NULL)
    return g_strdup (_("Choose a folder first."));
  if (valija_folder_get_role (folder) != VALIJA_FOLDER_ROLE_NONE)
    return g_strdup (_("Folders such as Inbox and Sent belong to the account and stay as they are. Other folders can "
                       "be renamed and removed."));

  for (guint i = 0; remove && i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) other = g_list_model_get_item (folders, i);

      if (valija_folder_get_parent_id (other) == valija_folder_get_id (folder))
        return g_strdup (_("There are folders in this folder. Remove them first."));
    }

  return why_not_folders (runtime, folder, method);
}

/* What is kept only here is kept whole. */
static char *
why_not_policy (ValijaAccountRuntime *runtime, ValijaFolder *folder)
{
  if (folder == NULL)
    return g_strdup (_("Choose a folder first."));
  if (valija_folder_get_local (folder) || valija_account_runtime_is_durable (runtime))
    return g_strdup (_("This folder is kept on this computer, with all that is in it."));
  if (!valija_folder_get_selectable (folder))
    return g_strdup (_("This folder only holds other folders. Choose one of those."));
  if (valija_folder_get_remote_id (folder)[0] == '\0')
    return g_strdup (_("This folder is not on the server yet. Try again when it is."));

  return NULL;
}

/* What is done there is done to messages, each of which has an account of its own that is asked. */
static char *
why_not_gathered (ValijaAction action)
{
  switch (action)
    {
    case VALIJA_ACTION_CREATE_FOLDER:
    case VALIJA_ACTION_RENAME_FOLDER:
    case VALIJA_ACTION_REMOVE_FOLDER:
    case VALIJA_ACTION_SET_POLICY:
      return g_strdup (_("This shows the inboxes of all accounts together. Choose a folder of one account first."));
    case VALIJA_ACTION_SEARCH_SERVER:
    case VALIJA_ACTION_READ:
    case VALIJA_ACTION_COMPOSE:
    case VALIJA_ACTION_REPLY:
    case VALIJA_ACTION_FORWARD:
    case VALIJA_ACTION_MARK_READ:
    case VALIJA_ACTION_FLAG:
    case VALIJA_ACTION_LABEL:
    case VALIJA_ACTION_MOVE:
    case VALIJA_ACTION_COPY:
    case VALIJA_ACTION_DELETE:
    default:
      return NULL;
    }
}

char *
valija_engine_why_not (ValijaEngine *self, ValijaAccount *account, ValijaFolder *folder, ValijaAction action)
{
  ValijaAccountRuntime *runtime;
  ValijaCapabilities capabilities;
  const ValijaMethod *method;
  const char *name;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  if (account == NULL && folder != NULL && valija_folder_gathers (folder))
    return why_not_gathered (action);
  if (account == NULL && folder != NULL)
    account = valija_folder_get_account (folder);
  if (account == NULL || !(runtime = valija_engine_find_runtime (self, account)))
    return why_not_without_account (action);

  capabilities = valija_account_runtime_get_capabilities (runtime);
  method = valija_methods_find (valija_account_get_method (account));
  name = method != NULL ? valija_method_text (method->name) : valija_account_get_method (account);

  switch (action)
    {
    case VALIJA_ACTION_COMPOSE:
    case VALIJA_ACTION_REPLY:
    case VALIJA_ACTION_FORWARD:
      return (capabilities & VALIJA_CAPABILITY_SEND) != 0 ? NULL : why_not_send (name, action);

    case VALIJA_ACTION_READ:
    case VALIJA_ACTION_COPY:
      if ((capabilities & VALIJA_CAPABILITY_READ) != 0 || (folder != NULL && valija_folder_get_local (folder)))
        return NULL;
      /* Translators: %s is a method: SMTP */
      return g_strdup_printf (_("%s only sends. Add an account with IMAP or POP3 to read."), name);

    case VALIJA_ACTION_MARK_READ:
    case VALIJA_ACTION_FLAG:
    case VALIJA_ACTION_MOVE:
    case VALIJA_ACTION_DELETE:
      return why_not_organize (runtime, folder, name);

    case VALIJA_ACTION_LABEL:
      return why_not_label (runtime, folder, name);

    case VALIJA_ACTION_CREATE_FOLDER:
      return why_not_folders (runtime, folder, name);

    case VALIJA_ACTION_RENAME_FOLDER:
    case VALIJA_ACTION_REMOVE_FOLDER:
      return why_not_change_folder (runtime, folder, name, action == VALIJA_ACTION_REMOVE_FOLDER);

    case VALIJA_ACTION_SET_POLICY:
      return why_not_policy (runtime, folder);

    case VALIJA_ACTION_SEARCH_SERVER:
      if ((capabilities & VALIJA_CAPABILITY_SEARCH) != 0 && (folder == NULL || !valija_folder_get_local (folder)))
        return NULL;
      /* Translators: %s is a method: POP3, SMTP */
      return g_strdup_printf (_("%s cannot search on the server. All its mail is on this computer: search here."),
                              name);

    default:
      g_return_val_if_reached (NULL);
    }
}
