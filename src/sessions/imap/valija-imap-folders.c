/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-folders.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/imap/valija-imap-folder-list.h"
#include "wire/imap/valija-imap-mailbox.h"

static DexFuture *
run (ValijaImapLink    *link,
     ValijaImapCommand *command)
{
  return valija_imap_connection_run (valija_imap_link_get_connection (link), command, VALIJA_IMAP_RUN_NONE, NULL, NULL,
                                     NULL, NULL);
}

static DexFuture *
run_list (ValijaImapLink       *link,
          ValijaImapCommand    *command,
          ValijaImapFolderList *list)
{
  return valija_imap_connection_run (valija_imap_link_get_connection (link), command, VALIJA_IMAP_RUN_NONE,
                                     valija_imap_folder_list_apply, NULL, valija_imap_folder_list_ref (list),
                                     (GDestroyNotify) valija_imap_folder_list_unref);
}

/* What is shown, and by what it is known without opening a folder whether anything has changed there. */
static void
append_status_items (ValijaImapLink    *link,
                     ValijaImapCommand *command)
{
  valija_imap_command_open_list (command);
  valija_imap_command_append_atom (command, "MESSAGES UNSEEN UIDNEXT UIDVALIDITY");
  if (valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_CONDSTORE))
    valija_imap_command_append_atom (command, "HIGHESTMODSEQ");
  valija_imap_command_close_list (command);
}

/* LIST "" pattern RETURN (SPECIAL-USE STATUS (MESSAGES …)), or as much of it as the server has */
static ValijaImapCommand *
list_command (ValijaImapLink *link,
              const char     *pattern)
{
  ValijaImapCommand *command = valija_imap_command_new ("LIST");
  gboolean extended = valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_LIST_EXTENDED);
  gboolean special_use = extended && valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_SPECIAL_USE);
  gboolean status = valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_LIST_STATUS);

  valija_imap_command_append_string (command, "");
  valija_imap_command_append_pattern (command, pattern);
  if (!special_use && !status)
    return command;

  valija_imap_command_append_atom (command, "RETURN");
  valija_imap_command_open_list (command);
  if (special_use)
    valija_imap_command_append_atom (command, "SPECIAL-USE");
  if (status)
    {
      valija_imap_command_append_atom (command, "STATUS");
      append_status_items (link, command);
    }
  valija_imap_command_close_list (command);

  return command;
}

/* What stays when a folder is renamed (RFC 8474). Apart from what is counted (Q23), and first: the attributes are those
 * of the list that comes last. */
static void
ask_ids (ValijaImapLink       *link,
         ValijaImapFolderList *list)
{
  g_autoptr(ValijaImapCommand) command = NULL;

  if (!valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_OBJECTID) ||
      !valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_LIST_STATUS))
    return;

  command = valija_imap_command_new ("LIST");
  valija_imap_command_append_string (command, "");
  valija_imap_command_append_pattern (command, "*");
  valija_imap_command_append_atom (command, "RETURN (STATUS (MAILBOXID))");
  valija_future_forget (run_list (link, command, list), "imap folder ids");
}

/* Once for a link: where folders are and whose. */
static void
ask_namespaces (ValijaImapLink *link)
{
  g_autoptr(ValijaImapCommand) command = NULL;

  if (valija_imap_link_get_namespaces (link) != NULL || !valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_NAMESPACE))
    return;

  command = valija_imap_command_new ("NAMESPACE");
  valija_future_forget (run (link, command), "imap namespace");
}

typedef struct
{
  ValijaImapLink *link;
  ValijaImapFolderList *list;
  DexFuture *listed;
} Query;

static void
query_free (gpointer data)
{
  Query *query = data;

  g_object_unref (query->link);
  valija_imap_folder_list_unref (query->list);
  dex_clear (&query->listed);
  g_free (query);
}

/* Counts by a STATUS each; one that is refused has no counts. */
static DexFuture *
ask_statuses (Query *query)
{
  g_autoptr(GPtrArray) names = valija_imap_folder_list_get_uncounted (query->list);
  DexFuture *last = dex_future_new_true ();

  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("STATUS");

      valija_imap_command_append_mailbox (command, g_ptr_array_index (names, i));
      append_status_items (query->link, command);
      valija_future_forget (last, "imap status");
      last = run_list (query->link, command, query->list);
    }

  return last;
}

/* Others' folders that the list has not told of; one that is refused is not there. */
static DexFuture *
ask_hidden (Query *query)
{
  g_autoptr(GPtrArray) prefixes = valija_imap_folder_list_get_hidden (query->list);
  DexFuture *last = dex_future_new_true ();

  for (guint i = 0; i < prefixes->len; i++)
    {
      g_autofree char *pattern = g_strconcat (g_ptr_array_index (prefixes, i), "*", NULL);
      g_autoptr(ValijaImapCommand) command = list_command (query->link, pattern);

      valija_future_forget (last, "imap list");
      last = run_list (query->link, command, query->list);
    }

  return last;
}

static DexFuture *
query_fiber (gpointer data)
{
  Query *query = data;
  g_autoptr(GPtrArray) folders = NULL;
  g_autoptr(GError) error = NULL;

  if (!dex_await (g_steal_pointer (&query->listed), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!dex_await (ask_hidden (query), &error) &&
      (valija_error_is_cancelled (error) || valija_imap_link_is_closed (query->link)))
    return dex_future_new_for_error (g_steal_pointer (&error));
  g_clear_error (&error);

  if (!valija_imap_link_has (query->link, VALIJA_IMAP_CAPABILITY_LIST_STATUS) &&
      !dex_await (ask_statuses (query), &error) &&
      (valija_error_is_cancelled (error) || valija_imap_link_is_closed (query->link)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  folders = valija_imap_folder_list_finish (query->list);
  valija_imap_link_learn_counts (query->link, folders);

  return valija_future_new_take_ptr_array (g_steal_pointer (&folders));
}

DexFuture *
valija_imap_folders_query (ValijaImapLink *link)
{
  g_autoptr(ValijaImapCommand) command = list_command (link, "*");
  Query *query = g_new0 (Query, 1);

  query->link = g_object_ref (link);
  /* RFC 9051 §6.3.11: STATUS is not for the folder that is selected */
  valija_future_forget (valija_imap_link_unselect (link), "imap unselect");
  query->list = valija_imap_folder_list_new (link);
  /* Sent before the fiber runs, so that it leaves with what is being said now */
  ask_namespaces (link);
  ask_ids (link, query->list);
  query->listed = run_list (link, command, query->list);

  return valija_fiber_spawn (query_fiber, query, query_free);
}

/* What creating, renaming and removing need. */
typedef struct
{
  ValijaImapLink *link;
  char *folder;
  char *parent;
  char *name;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_object_unref (change->link);
  g_free (change->folder);
  g_free (change->parent);
  g_free (change->name);
  g_free (change);
}

static Change *
change_new (ValijaImapLink *link,
            const char     *folder,
            const char     *parent,
            const char     *name)
{
  Change *change = g_new0 (Change, 1);

  change->link = g_object_ref (link);
  change->folder = g_strdup (folder);
  change->parent = g_strdup (parent);
  change->name = g_strdup (name);

  return change;
}

static DexFuture *
run_with_name (ValijaImapLink *link,
               const char     *word,
               const char     *name)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new (word);

  valija_imap_command_append_mailbox (command, name);

  return run (link, command);
}

/* Asks for the delimiter and for where the user's own folders are (RFC 2342, and LIST "" "" of RFC 9051 §6.3.9). */
static DexFuture *
ask_hierarchy (ValijaImapLink       *link,
               ValijaImapFolderList *list)
{
  g_autoptr(ValijaImapCommand) command = NULL;

  if (valija_imap_link_get_namespaces (link) != NULL)
    return dex_future_new_true ();
  if (valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_NAMESPACE))
    {
      command = valija_imap_command_new ("NAMESPACE");
      return run (link, command);
    }

  command = valija_imap_command_new ("LIST");
  valija_imap_command_append_string (command, "");
  valija_imap_command_append_string (command, "");

  return run_list (link, command, list);
}

/* The full name, or NULL with VALIJA_ERROR_INVALID. */
static char *
compose_name (ValijaImapFolderList *list,
              const char           *parent,
              const char           *name,
              GError              **error)
{
  char delimiter = valija_imap_folder_list_get_delimiter (list);
  const char *prefix = valija_imap_folder_list_get_prefix (list);

  if (name[0] == '\0' || (delimiter != '\0' && strchr (name, delimiter) != NULL))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("A folder’s name must not be empty and must not hold “%c”."),
                        delimiter);
      return NULL;
    }
  if (parent == NULL)
    return g_strconcat (prefix, name, NULL);
  if (delimiter == '\0')
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, _("This server has no folders within folders."));
      return NULL;
    }

  return g_strdup_printf ("%s%c%s", parent, delimiter, name);
}

static ValijaFolderInfo *
describe (const char *full,
          const char *parent,
          const char *name)
{
  ValijaFolderInfo *info = valija_folder_info_new (full, name);

  info->parent_id = g_strdup (parent);
  info->selectable = TRUE;
  info->total = -1;
  info->unread = -1;

  return info;
}

/* The folders that are for something, to know whether the one that is made is the first of its kind. */
static DexFuture *
ask_special_uses (ValijaImapLink       *link,
                  ValijaImapFolderList *list)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("LIST (SPECIAL-USE)");

  valija_imap_command_append_string (command, "");
  valija_imap_command_append_pattern (command, "*");

  return run_list (link, command, list);
}

static DexFuture *
create_for_use (ValijaImapLink *link,
                const char     *name,
                const char     *use)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("CREATE");

  valija_imap_command_append_mailbox (command, name);
  valija_imap_command_open_list (command);
  valija_imap_command_append_atom (command, "USE");
  valija_imap_command_open_list (command);
  valija_imap_command_append_atom (command, use);
  valija_imap_command_close_list (command);
  valija_imap_command_close_list (command);

  return run (link, command);
}

/* Where the server can be told that the folder is the one for sent mail, so that all programs know it, it is told.
 * *role becomes NONE when it does not want to hear of it ([USEATTR]); then the folder is one like any other. */
static gboolean
create_on_server_fiber (Change               *change,
                        ValijaImapFolderList *list,
                        const char           *full,
                        ValijaFolderRole     *role,
                        GError              **error)
{
  g_autoptr(GError) refusal = NULL;

  if (*role != VALIJA_FOLDER_ROLE_NONE && !valija_imap_folder_list_has_role (list, *role))
    {
      if (dex_await (create_for_use (change->link, full, valija_imap_folder_role_to_use (*role)), &refusal))
        return TRUE;
      if (!g_error_matches (refusal, VALIJA_ERROR, VALIJA_ERROR_REFUSED))
        {
          g_propagate_error (error, g_steal_pointer (&refusal));
          return FALSE;
        }
    }

  *role = VALIJA_FOLDER_ROLE_NONE;

  return dex_await (run_with_name (change->link, "CREATE", full), error);
}

static DexFuture *
create_fiber (gpointer data)
{
  Change *change = data;
  gboolean can_tell = change->parent == NULL &&
                      valija_imap_link_has (change->link, VALIJA_IMAP_CAPABILITY_CREATE_SPECIAL_USE) &&
                      valija_imap_link_has (change->link, VALIJA_IMAP_CAPABILITY_LIST_EXTENDED);
  ValijaFolderRole role = can_tell ? valija_imap_folder_role_guess (change->name) : VALIJA_FOLDER_ROLE_NONE;
  g_autoptr(ValijaImapFolderList) list = valija_imap_folder_list_new (change->link);
  g_autoptr(DexFuture) uses = NULL;
  g_autoptr(ValijaFolderInfo) info = NULL;
  g_autofree char *full = NULL;
  g_autoptr(GError) error = NULL;

  uses = role != VALIJA_FOLDER_ROLE_NONE ? ask_special_uses (change->link, list) : dex_future_new_true ();
  if (!dex_await (ask_hierarchy (change->link, list), &error) || !dex_await (g_steal_pointer (&uses), &error) ||
      !(full = compose_name (list, change->parent, change->name, &error)) ||
      !create_on_server_fiber (change, list, full, &role, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* Other programs show subscribed folders only; that it failed harms nobody here */
  valija_future_forget (run_with_name (change->link, "SUBSCRIBE", full), "imap subscribe");

  info = describe (full, change->parent, change->name);
  info->role = role;

  return dex_future_new_take_boxed (VALIJA_TYPE_FOLDER_INFO, g_steal_pointer (&info));
}

DexFuture *
valija_imap_folders_create (ValijaImapLink *link,
                            const char     *parent,
                            const char     *name)
{
  return valija_fiber_spawn (create_fiber, change_new (link, NULL, parent, name), change_free);
}

static DexFuture *
rename_fiber (gpointer data)
{
  Change *change = data;
  g_autoptr(ValijaImapFolderList) list = valija_imap_folder_list_new (change->link);
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("RENAME");
  g_autofree char *full = NULL;
  g_autoptr(GError) error = NULL;

  if (!dex_await (ask_hierarchy (change->link, list), &error) ||
      !(full = compose_name (list, change->parent, change->name, &error)) ||
      !dex_await (valija_imap_link_unselect (change->link), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  valija_imap_command_append_mailbox (command, change->folder);
  valija_imap_command_append_mailbox (command, full);
  if (!dex_await (run (change->link, command), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  valija_future_forget (run_with_name (change->link, "UNSUBSCRIBE", change->folder), "imap unsubscribe");
  valija_future_forget (run_with_name (change->link, "SUBSCRIBE", full), "imap subscribe");

  return dex_future_new_take_boxed (VALIJA_TYPE_FOLDER_INFO, describe (full, change->parent, change->name));
}

DexFuture *
valija_imap_folders_rename (ValijaImapLink *link,
                            const char     *folder,
                            const char     *parent,
                            const char     *name)
{
  return valija_fiber_spawn (rename_fiber, change_new (link, folder, parent, name), change_free);
}

static DexFuture *
remove_fiber (gpointer data)
{
  Change *change = data;
  g_autoptr(GError) error = NULL;

  if (!dex_await (valija_imap_link_unselect (change->link), &error) ||
      !dex_await (run_with_name (change->link, "DELETE", change->folder), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  valija_future_forget (run_with_name (change->link, "UNSUBSCRIBE", change->folder), "imap unsubscribe");

  return dex_future_new_true ();
}

DexFuture *
valija_imap_folders_remove (ValijaImapLink *link,
                            const char     *folder)
{
  return valija_fiber_spawn (remove_fiber, change_new (link, folder, NULL, NULL), change_free);
}
