/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

#include <glib/gi18n-lib.h>

static char *opt_add;
static char *opt_remove;
static char **opt_labels;
static char **opt_unlabels;
static char *opt_to;
static char *opt_account;
static gboolean opt_queue;

#define QUEUE_OPTION \
  { "queue", 0, 0, G_OPTION_ARG_NONE, &opt_queue, N_("Change it here only; the server hears of it next time"), NULL }

static const GOptionEntry flag_options[] = {
  { "add", 0, 0, G_OPTION_ARG_STRING, &opt_add, N_("Marks to set: seen, flagged, answered, junk …"), "WORDS" },
  { "remove", 0, 0, G_OPTION_ARG_STRING, &opt_remove, N_("Marks to take away"), "WORDS" },
  QUEUE_OPTION,
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry label_options[] = {
  { "add", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_labels, N_("A label to give; can be repeated"), "NAME" },
  { "remove", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_unlabels, N_("A label to take away; can be repeated"), "NAME" },
  QUEUE_OPTION,
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry target_options[] = {
  { "to", 't', 0, G_OPTION_ARG_STRING, &opt_to, N_("The folder where they are to be"), "FOLDER" },
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("The account of that folder, if it is another"),
    "ACCOUNT" },
  QUEUE_OPTION,
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry delete_options[] = { QUEUE_OPTION, G_OPTION_ENTRY_NULL };

static gboolean
parse_flags (const char *words, ValijaFlags *flags, GError **error)
{
  g_autofree char *spaced = g_strdelimit (g_strdup (words != NULL ? words : ""), ",", ' ');

  *flags = VALIJA_FLAG_NONE;
  if (spaced[0] == '\0' || valija_flags_from_string (spaced, flags))
    return TRUE;

  return valija_cli_set_usage (error, _("“%s” is not a mark. Marks are seen, answered, flagged, deleted, draft, "
                                        "forwarded, junk and not-junk."), words);
}

/* Tells the servers, one after the other. */
static gboolean
flush_fiber (ValijaCli *cli, GPtrArray *messages, GError **error)
{
  g_autoptr(GHashTable) accounts = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  g_autoptr(GPtrArray) list = NULL;

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaFolder *folder = valija_message_get_folder (g_ptr_array_index (messages, i));

      if (!valija_folder_get_local (folder))
        g_hash_table_add (accounts, g_object_ref (valija_folder_get_account (folder)));
    }

  list = g_hash_table_get_keys_as_ptr_array (accounts);
  for (guint i = 0; i < list->len; i++)
    if (!dex_await (valija_engine_flush (cli->engine, g_ptr_array_index (list, i)), error))
      return FALSE;

  return TRUE;
}

static gboolean
finish_fiber (ValijaCli *cli, GPtrArray *messages, DexFuture *change, GError **error)
{
  g_autoptr(ValijaUndo) undo = NULL;

  if (!(undo = dex_await_object (change, error)))
    return FALSE;

  if (cli->json != NULL)
    {
      valija_cli_json_int (cli->json, "changed", messages->len);
      valija_cli_json_string (cli->json, "label", valija_undo_get_label (undo));
    }
  valija_cli_print (cli, "%s\n", valija_undo_get_label (undo));
  return opt_queue || flush_fiber (cli, messages, error);
}

static gboolean
flag_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(GPtrArray) messages = NULL;
  ValijaFlags add;
  ValijaFlags remove;

  if (!parse_flags (opt_add, &add, error) || !parse_flags (opt_remove, &remove, error))
    return FALSE;
  if (add == 0 && remove == 0)
    return valija_cli_set_usage (error, _("Say which marks with --add and --remove."));

  return (messages = valija_cli_find_messages (cli, 0, error)) != NULL &&
         finish_fiber (cli, messages, valija_engine_change_flags (cli->engine, messages, add, remove), error);
}

static gboolean
check_labels (char **labels, GError **error)
{
  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    {
      g_autofree char *clean = valija_label_clean (labels[i]);

      if (clean == NULL)
        return valija_cli_set_usage (error, _("A label has a name of at most %d characters."),
                                     VALIJA_LABEL_MAX_LENGTH);
    }

  return TRUE;
}

static gboolean
may_label (ValijaCli *cli, GPtrArray *messages, GError **error)
{
  for (guint i = 0; i < messages->len; i++)
    {
      ValijaFolder *folder = valija_message_get_folder (g_ptr_array_index (messages, i));
      g_autofree char *reason = valija_engine_why_not (cli->engine, NULL, folder, VALIJA_ACTION_LABEL);

      if (reason == NULL)
        continue;

      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, "%s", reason);
      return FALSE;
    }

  return TRUE;
}

static gboolean
label_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(GPtrArray) messages = NULL;

  if (opt_labels == NULL && opt_unlabels == NULL)
    return valija_cli_set_usage (error, _("Say which labels with --add and --remove."));
  if (!check_labels (opt_labels, error) || !check_labels (opt_unlabels, error))
    return FALSE;

  return (messages = valija_cli_find_messages (cli, 0, error)) != NULL && may_label (cli, messages, error) &&
         finish_fiber (cli, messages, valija_engine_change_labels (cli->engine, messages,
                                                                   (const char * const *) opt_labels,
                                                                   (const char * const *) opt_unlabels), error);
}

typedef DexFuture *(*TakeFunc) (ValijaEngine *engine, GPtrArray *messages, ValijaFolder *target);

static gboolean
take_fiber (ValijaCli *cli, TakeFunc take, GError **error)
{
  g_autoptr(GPtrArray) messages = NULL;
  ValijaAccount *account;
  ValijaFolder *target;

  if (opt_to == NULL)
    return valija_cli_set_usage (error, _("Say where to with --to."));
  if (!(messages = valija_cli_find_messages (cli, 0, error)))
    return FALSE;

  if (opt_account != NULL)
    account = valija_cli_find_account (cli, opt_account, error);
  else
    account = valija_folder_get_account (valija_message_get_folder (g_ptr_array_index (messages, 0)));

  return account != NULL && (target = valija_cli_find_folder (cli, account, opt_to, error)) != NULL &&
         finish_fiber (cli, messages, take (cli->engine, messages, target), error);
}

static gboolean
move_fiber (ValijaCli *cli, GError **error)
{
  return take_fiber (cli, valija_engine_move_messages, error);
}

static gboolean
copy_fiber (ValijaCli *cli, GError **error)
{
  return take_fiber (cli, valija_engine_copy_messages, error);
}

static gboolean
delete_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(GPtrArray) messages = NULL;

  return (messages = valija_cli_find_messages (cli, 0, error)) != NULL &&
         finish_fiber (cli, messages, valija_engine_delete_messages (cli->engine, messages), error);
}

const ValijaCliCommand valija_cli_organize_commands[] = {
  { "flag", "MESSAGE…", N_("Mark messages"), flag_options, flag_fiber },
  { "label", "MESSAGE…", N_("Give messages labels, or take them away"), label_options, label_fiber },
  { "move", "MESSAGE…", N_("Move messages to another folder"), target_options, move_fiber },
  { "copy", "MESSAGE…", N_("Copy messages to another folder"), target_options, copy_fiber },
  { "delete", "MESSAGE…", N_("Move messages to the trash; those that are in it are deleted for good"), delete_options,
    delete_fiber },
  { NULL }
};
