/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static char *opt_account;
static gboolean opt_queue;
static gboolean opt_with_mail;

static const GOptionEntry folder_options[] = {
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" },
  { "queue", 0, 0, G_OPTION_ARG_NONE, &opt_queue, N_("Change it here only; the server hears of it next time"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry remove_options[] = {
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" },
  { "queue", 0, 0, G_OPTION_ARG_NONE, &opt_queue, N_("Change it here only; the server hears of it next time"), NULL },
  { "with-mail", 0, 0, G_OPTION_ARG_NONE, &opt_with_mail, N_("Also where it holds mail, which goes with it"), NULL },
  G_OPTION_ENTRY_NULL
};

/* Tells what was done, and the server. */
static gboolean
finish_fiber (ValijaCli *cli, ValijaAccount *account, DexFuture *change, GError **error)
{
  g_autoptr(ValijaUndo) undo = NULL;

  if (!(undo = dex_await_object (change, error)))
    return FALSE;

  if (cli->json != NULL)
    valija_cli_json_string (cli->json, "label", valija_undo_get_label (undo));
  valija_cli_print (cli, "%s\n", valija_undo_get_label (undo));

  return opt_queue || dex_await (valija_engine_flush (cli->engine, account), error);
}

/* The folder that the first argument names. */
static ValijaFolder *
find_folder (ValijaCli *cli, ValijaAccount **account, guint n_arguments, GError **error)
{
  if (cli->n_arguments != n_arguments)
    {
      valija_cli_set_usage (error, _("Say which folder, by its path: “Lists/gtk”."));
      return NULL;
    }

  if (!(*account = valija_cli_find_account (cli, opt_account, error)))
    return NULL;

  return valija_cli_find_folder (cli, *account, cli->arguments[0], error);
}

static gboolean
create_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  ValijaFolder *parent = NULL;
  g_autofree char *path = NULL;
  char *slash;

  if (cli->n_arguments != 1)
    return valija_cli_set_usage (error, _("Say which folder, by its path: “Lists/gtk”."));

  if (!(account = valija_cli_find_account (cli, opt_account, error)))
    return FALSE;

  path = g_strdup (cli->arguments[0]);
  if ((slash = strrchr (path, '/')) != NULL)
    {
      *slash = '\0';
      if (!(parent = valija_cli_find_folder (cli, account, path, error)))
        return FALSE;
    }

  return finish_fiber (cli, account,
                       valija_engine_create_folder (cli->engine, account, parent, slash != NULL ? slash + 1 : path),
                       error);
}

static gboolean
rename_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  ValijaFolder *folder;

  return (folder = find_folder (cli, &account, 2, error)) != NULL &&
         finish_fiber (cli, account, valija_engine_rename_folder (cli->engine, folder, cli->arguments[1]), error);
}

/* A server keeps nothing of it. */
static gboolean
check_empty (ValijaFolder *folder, GError **error)
{
  guint n_messages = (guint) valija_folder_get_total (folder);

  if (opt_with_mail || valija_folder_get_local (folder) || n_messages == 0)
    return TRUE;

  return valija_cli_set_usage (error, ngettext ("There is %u message in that folder, which would be deleted for good "
                                                "on the server. --with-mail does so.",
                                                "There are %u messages in that folder, which would be deleted for "
                                                "good on the server. --with-mail does so.", n_messages), n_messages);
}

static gboolean
remove_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  ValijaFolder *folder;

  return (folder = find_folder (cli, &account, 1, error)) != NULL && check_empty (folder, error) &&
         finish_fiber (cli, account, valija_engine_remove_folder (cli->engine, folder), error);
}

static gboolean
empty_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  ValijaFolder *folder;
  g_autoptr(GPtrArray) messages = NULL;

  return (folder = find_folder (cli, &account, 1, error)) != NULL &&
         (messages = dex_await_boxed (valija_engine_list_to_empty (cli->engine, folder), error)) != NULL &&
         finish_fiber (cli, account, valija_engine_empty_folder (cli->engine, folder, messages), error);
}

static gboolean
show_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  ValijaFolder *folder;
  g_autoptr(ValijaMailSize) size = NULL;
  g_autofree char *path = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *here = NULL;
  g_autofree char *listed = NULL;
  g_autofree char *checked = NULL;

  if (!(folder = find_folder (cli, &account, 1, error)) ||
      !(size = dex_await_boxed (valija_engine_measure (cli->engine, account, folder), error)))
    return FALSE;

  path = valija_cli_dup_folder_path (cli, folder);
  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "folder");
      valija_cli_json_folder (cli->json, folder, path);
      valija_cli_json_size (cli->json, size);
    }

  clean = valija_cli_clean (path);
  here = g_format_size ((guint64) size->bytes_here);
  listed = g_format_size ((guint64) size->bytes_listed);
  checked = valija_cli_dup_time (valija_folder_get_last_checked (folder));
  valija_cli_print (cli, "%s\n", clean);
  /* Translators: numbers of messages; the last are on this computer with all that is in them */
  valija_cli_print (cli, _("  messages: %u, unread: %u, whole: %u\n"), (guint) valija_folder_get_total (folder),
                    (guint) valija_folder_get_unread (folder), (guint) size->whole);
  if (valija_folder_get_local (folder))
    /* Translators: a size, such as "12 kB" */
    valija_cli_print (cli, _("  on this computer: %s\n"), here);
  else
    /* Translators: two sizes, such as "12 kB": of what is stored, packed, and of all as the server counts it */
    valija_cli_print (cli, _("  on this computer: %s, on the server: %s\n"), here, listed);
  /* Translators: a time, and a word for what is fetched: account, headers, whole or never */
  valija_cli_print (cli, _("  last check: %s, policy: %s\n"), checked,
                    valija_folder_policy_to_nick (valija_folder_get_policy (folder)));
  return TRUE;
}

static gboolean
set_fiber (ValijaCli *cli, GError **error)
{
  static const char * const words[] = { "account", "headers", "whole", "never", NULL };
  ValijaAccount *account;
  ValijaFolder *folder;
  int policy;

  if (!(folder = find_folder (cli, &account, 2, error)) ||
      !valija_cli_find_word (cli->arguments[1], words, &policy, error) ||
      !dex_await (valija_engine_set_folder_policy (cli->engine, folder, (ValijaFolderPolicy) policy), error))
    return FALSE;

  if (cli->json != NULL)
    valija_cli_json_string (cli->json, "policy", words[policy]);
  valija_cli_print (cli, "%s: %s\n", valija_folder_get_display_name (folder), words[policy]);
  return TRUE;
}

static const GOptionEntry account_options[] = {
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" },
  G_OPTION_ENTRY_NULL
};

const ValijaCliCommand valija_cli_folder_commands[] = {
  { "folder show", "PATH", N_("Tell how much is in a folder, on the server and here"), account_options, show_fiber },
  { "folder set", "PATH POLICY", N_("What is fetched of a folder: account, headers, whole or never"), account_options,
    set_fiber },
  { "folder create", "PATH", N_("Make a folder: “Lists/gtk” in “Lists”"), folder_options, create_fiber },
  { "folder rename", "PATH NAME", N_("Give a folder another name"), folder_options, rename_fiber },
  { "folder remove", "PATH", N_("Remove a folder; on this computer its mail goes to the trash"), remove_options,
    remove_fiber },
  { "folder empty", "PATH", N_("Delete for good all messages in a folder for trash or junk"), folder_options,
    empty_fiber },
  { NULL }
};
