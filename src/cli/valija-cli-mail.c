/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#define DEFAULT_LIMIT 50

static char *opt_account;
static char *opt_folder;
static gboolean opt_headers;
static gboolean opt_everything;
static gboolean opt_inbox;
static gboolean opt_all_inboxes;
static gboolean opt_unread;
static gboolean opt_flagged;
static gboolean opt_conversations;
static gboolean opt_server;
static char *opt_in;
static int opt_limit = DEFAULT_LIMIT;
static int opt_count;

#define ACCOUNT_OPTION \
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" }
#define FOLDER_OPTION \
  { "folder", 'f', 0, G_OPTION_ARG_STRING, &opt_folder, N_("Which folder: its path, or inbox, sent …"), "FOLDER" }
#define LIMIT_OPTION \
  { "limit", 'n', 0, G_OPTION_ARG_INT, &opt_limit, N_("At most so many, the newest first; 0 for all"), "N" }

static const GOptionEntry account_options[] = { ACCOUNT_OPTION, G_OPTION_ENTRY_NULL };

static const GOptionEntry sync_options[] = {
  ACCOUNT_OPTION,
  FOLDER_OPTION,
  { "headers", 0, 0, G_OPTION_ARG_NONE, &opt_headers, N_("Headers only, no whole messages"), NULL },
  { "inbox", 0, 0, G_OPTION_ARG_NONE, &opt_inbox, N_("The inbox alone"), NULL },
  { "everything", 0, 0, G_OPTION_ARG_NONE, &opt_everything, N_("Whole messages of all ages and folders"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry list_options[] = {
  ACCOUNT_OPTION,
  FOLDER_OPTION,
  LIMIT_OPTION,
  { "all-inboxes", 0, 0, G_OPTION_ARG_NONE, &opt_all_inboxes, N_("The inboxes of all accounts together"), NULL },
  { "unread", 0, 0, G_OPTION_ARG_NONE, &opt_unread, N_("Unread messages only"), NULL },
  { "flagged", 0, 0, G_OPTION_ARG_NONE, &opt_flagged, N_("Starred messages only"), NULL },
  { "conversations", 0, 0, G_OPTION_ARG_NONE, &opt_conversations,
    N_("One line for each conversation: its newest message, who wrote, and how many messages there are"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry search_options[] = {
  ACCOUNT_OPTION,
  FOLDER_OPTION,
  LIMIT_OPTION,
  { "in", 0, 0, G_OPTION_ARG_STRING, &opt_in, N_("Where to look: body, subject, sender, recipients or message-id"),
    "PLACE" },
  { "server", 0, 0, G_OPTION_ARG_NONE, &opt_server, N_("Ask the server first, and keep what it finds"), NULL },
  { "conversations", 0, 0, G_OPTION_ARG_NONE, &opt_conversations,
    N_("One line for each conversation: the newest message of it that was found"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry watch_options[] = {
  ACCOUNT_OPTION,
  FOLDER_OPTION,
  { "count", 0, 0, G_OPTION_ARG_INT, &opt_count, N_("End after so many changes"), "N" },
  G_OPTION_ENTRY_NULL
};

/* ---- folders ---- */

static void
show_folders (ValijaCli *cli, ValijaAccount *account)
{
  GListModel *folders = valija_engine_get_folders (cli->engine, account);

  valija_cli_print (cli, "%s\n", valija_account_get_name (account));
  valija_cli_print (cli, "  %8s %8s  %s\n", _("unread"), _("total"), _("folder"));
  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);
      g_autofree char *path = valija_cli_dup_folder_path (cli, folder);
      g_autofree char *clean = valija_cli_clean (path);

      if (cli->json != NULL)
        valija_cli_json_folder (cli->json, folder, path);
      valija_cli_print (cli, "  %8" G_GINT64_FORMAT " %8" G_GINT64_FORMAT "  %s%s\n",
                        valija_folder_get_unread (folder), valija_folder_get_total (folder), clean,
                        valija_folder_get_local (folder) ? _(" (on this computer)") : "");
    }
}

/* The accounts that the command is about: the one that is named, or all. */
static GPtrArray *
choose_accounts (ValijaCli *cli, GError **error)
{
  GListModel *accounts = valija_engine_get_accounts (cli->engine);
  g_autoptr(GPtrArray) chosen = g_ptr_array_new_with_free_func (g_object_unref);
  const char *name = opt_account != NULL ? opt_account : cli->arguments[0];

  if (name != NULL)
    {
      ValijaAccount *account = valija_cli_find_account (cli, name, error);

      if (account == NULL)
        return NULL;
      g_ptr_array_add (chosen, g_object_ref (account));
      return g_steal_pointer (&chosen);
    }

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    g_ptr_array_add (chosen, g_list_model_get_item (accounts, i));
  return g_steal_pointer (&chosen);
}

static gboolean
folders_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(GPtrArray) accounts = NULL;

  if (!(accounts = choose_accounts (cli, error)))
    return FALSE;

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "folders");
      json_builder_begin_array (cli->json);
    }
  valija_cli_print_no_accounts (cli);
  for (guint i = 0; i < accounts->len; i++)
    show_folders (cli, g_ptr_array_index (accounts, i));
  if (cli->json != NULL)
    json_builder_end_array (cli->json);
  return TRUE;
}

/* ---- sync ---- */

static void
progress_cb (ValijaProgress *progress)
{
  const char *detail = valija_progress_get_detail (progress);
  g_autofree char *clean = valija_cli_clean (detail != NULL ? detail : "");

  fprintf (stderr, "\r\033[K%s %" G_GUINT64_FORMAT " / %" G_GUINT64_FORMAT, clean, valija_progress_get_done (progress),
           valija_progress_get_total (progress));
  if (valija_progress_get_finished (progress))
    fputs ("\r\033[K", stderr);
}

static gboolean
sync_one_fiber (ValijaCli *cli, ValijaAccount *account, guint *n_new, GError **error)
{
  g_autoptr(ValijaProgress) progress = valija_progress_new (valija_account_get_name (account));
  ValijaSyncFlags flags = (opt_headers ? VALIJA_SYNC_HEADERS : 0) | (opt_everything ? VALIJA_SYNC_EVERYTHING : 0);
  ValijaFolder *folder = NULL;
  g_autoptr(GError) failure = NULL;

  if (isatty (STDERR_FILENO) && cli->json == NULL)
    g_signal_connect (progress, "notify", G_CALLBACK (progress_cb), NULL);

  if (opt_folder != NULL && !(folder = valija_cli_find_folder (cli, account, opt_folder, error)))
    return FALSE;

  if (folder != NULL)
    *n_new = dex_await_uint (valija_engine_sync_folder (cli->engine, folder, flags, progress), &failure);
  else
    *n_new = dex_await_uint (valija_engine_sync_account (cli->engine, account,
                                                         flags | (opt_inbox ? 0 : VALIJA_SYNC_ALL_FOLDERS), progress),
                             &failure);

  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
can_read (ValijaCli *cli, ValijaAccount *account)
{
  g_autofree char *reason = valija_engine_why_not (cli->engine, account, NULL, VALIJA_ACTION_READ);

  return reason == NULL;
}

static void
print_words (ValijaCli *cli, const char *words)
{
  g_autofree char *clean = words != NULL ? valija_cli_clean (words) : NULL;

  if (clean != NULL)
    valija_cli_print (cli, "  %s\n", clean);
}

static void
report_sync (ValijaCli *cli, ValijaAccount *account, guint n_new, const GError *failure)
{
  ValijaAccountStatus *status = valija_engine_get_status (cli->engine, account);
  const char *alert = valija_account_status_get_alert (status);
  const char *notice = valija_account_status_get_notice (status);

  if (cli->json != NULL)
    {
      json_builder_begin_object (cli->json);
      valija_cli_json_string (cli->json, "account", valija_account_get_id (account));
      valija_cli_json_string (cli->json, "name", valija_account_get_name (account));
      valija_cli_json_int (cli->json, "new", n_new);
      valija_cli_json_string (cli->json, "alert", alert);
      valija_cli_json_string (cli->json, "notice", notice);
      valija_cli_json_error (cli->json, "error", failure);
      json_builder_end_object (cli->json);
    }
  else if (failure == NULL)
    valija_cli_print (cli, ngettext ("%s: %u new message\n", "%s: %u new messages\n", n_new),
                      valija_account_get_name (account), n_new);
  else
    valija_cli_print (cli, "%s: %s\n", valija_account_get_name (account), failure->message);

  print_words (cli, notice);
  print_words (cli, alert);
}

/* An account that fails does not keep the others from being looked at; the first failure decides how valijactl ends. */
static gboolean
sync_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(GPtrArray) accounts = NULL;
  g_autoptr(GError) first = NULL;
  gboolean named = opt_account != NULL || cli->n_arguments > 0;

  if (opt_everything && (opt_headers || opt_inbox))
    return valija_cli_set_usage (error, _("“--everything” leaves nothing out: it takes no “--headers” or “--inbox”."));
  if (!(accounts = choose_accounts (cli, error)))
    return FALSE;

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "accounts");
      json_builder_begin_array (cli->json);
    }

  valija_cli_print_no_accounts (cli);
  for (guint i = 0; i < accounts->len; i++)
    {
      ValijaAccount *account = g_ptr_array_index (accounts, i);
      g_autoptr(GError) failure = NULL;
      guint n_new = 0;

      if (!named && !can_read (cli, account))
        continue;

      sync_one_fiber (cli, account, &n_new, &failure);
      report_sync (cli, account, n_new, failure);
      if (first == NULL)
        first = g_steal_pointer (&failure);
    }

  if (cli->json != NULL)
    json_builder_end_array (cli->json);

  if (first == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

/* ---- list, search ---- */

static void
show_messages (ValijaCli *cli, GPtrArray *messages)
{
  valija_cli_print_messages (cli, messages);
  if (cli->json == NULL)
    {
      /* As many as were asked for: there may be more */
      if (opt_limit > 0 && messages->len == (guint) opt_limit)
        fprintf (stderr, _("At most %u are listed; “--limit 0” lists all.\n"), messages->len);
      return;
    }

  json_builder_set_member_name (cli->json, "messages");
  json_builder_begin_array (cli->json);
  for (guint i = 0; i < messages->len; i++)
    valija_cli_json_message (cli->json, g_ptr_array_index (messages, i));
  json_builder_end_array (cli->json);
}

/* Of “list” and of “search”. */
static gboolean
check_options (GError **error)
{
  if (opt_unread && opt_flagged)
    return valija_cli_set_usage (error, _("Give --unread or --flagged, not both."));

  return opt_limit >= 0 || valija_cli_set_usage (error, _("--limit takes a whole number that is not below 0."));
}

static gboolean
list_fiber (ValijaCli *cli, GError **error)
{
  ValijaShow show = opt_unread ? VALIJA_SHOW_UNREAD : opt_flagged ? VALIJA_SHOW_FLAGGED : VALIJA_SHOW_ALL;
  const char *name = opt_folder != NULL ? opt_folder : cli->arguments[0];
  ValijaAccount *account;
  ValijaFolder *folder;
  g_autoptr(GPtrArray) messages = NULL;
  DexFuture *loading;

  if (!check_options (error))
    return FALSE;

  if (opt_all_inboxes && (opt_account != NULL || name != NULL))
    return valija_cli_set_usage (error, _("--all-inboxes is of all accounts: it takes no folder and no account."));

  if (opt_all_inboxes)
    folder = valija_engine_get_all_inboxes (cli->engine);
  else if (!(account = valija_cli_find_account (cli, opt_account, error)) ||
           !(folder = valija_cli_find_folder (cli, account, name, error)))
    return FALSE;

  loading = opt_conversations ? valija_engine_load_conversations (cli->engine, folder, show, opt_limit)
                              : valija_engine_load_messages (cli->engine, folder, show, opt_limit);
  if (!(messages = dex_await_boxed (loading, error)))
    return FALSE;

  show_messages (cli, messages);
  return TRUE;
}

/* What was understood of what was typed: for people only what was not. */
static void
show_terms (ValijaCli *cli, const char *text)
{
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text);

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "terms");
      json_builder_begin_array (cli->json);
    }

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);
      g_autofree char *hint = term->hint != NULL ? valija_cli_clean (term->hint) : NULL;

      if (cli->json != NULL)
        valija_cli_json_term (cli->json, term);
      else if (hint != NULL)
        fprintf (stderr, "%s\n", hint);
    }

  if (cli->json != NULL)
    json_builder_end_array (cli->json);
}

static void
show_answer (ValijaCli *cli, ValijaServerSearch *server)
{
  GArray *messages = valija_server_search_get_messages (server);
  GPtrArray *problems = valija_server_search_get_problems (server);
  guint n_older = (guint) MIN (valija_server_search_get_n_older (server), G_MAXUINT);

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "server");
      json_builder_begin_object (cli->json);
      valija_cli_json_int (cli->json, "folders", valija_server_search_get_n_folders (server));
      valija_cli_json_int (cli->json, "older", n_older);
      json_builder_set_member_name (cli->json, "found");
      json_builder_begin_array (cli->json);
      for (guint i = 0; i < messages->len; i++)
        json_builder_add_int_value (cli->json, g_array_index (messages, gint64, i));
      json_builder_end_array (cli->json);
      json_builder_set_member_name (cli->json, "problems");
      json_builder_begin_array (cli->json);
    }
  else if (n_older > 0)
    {
      fprintf (stderr, ngettext ("%u older one that the server has found is not listed.",
                                 "%u older ones that the server has found are not listed.", n_older), n_older);
      fputc ('\n', stderr);
    }

  for (guint i = 0; i < problems->len; i++)
    {
      g_autofree char *clean = valija_cli_clean (g_ptr_array_index (problems, i));

      if (cli->json != NULL)
        json_builder_add_string_value (cli->json, clean);
      else
        fprintf (stderr, "%s\n", clean);
    }

  if (cli->json != NULL)
    {
      json_builder_end_array (cli->json);
      json_builder_end_object (cli->json);
    }
}

/* As ValijaSearchPlace */
static const char * const places[] = { "anywhere", "body", "subject", "sender", "recipients", "message-id", NULL };

static gboolean
search_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account = NULL;
  ValijaFolder *folder = NULL;
  int place;
  /* GLib leaves the mark where what follows it looks like an option: "-from:ana" */
  gboolean marked = g_strcmp0 (cli->arguments[0], "--") == 0;
  g_autofree char *typed = g_strjoinv (" ", cli->arguments + marked);
  g_autofree char *text = NULL;
  g_autofree char *wrong = NULL;
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(ValijaServerSearch) server = opt_server ? valija_server_search_new () : NULL;
  GArray *found = server != NULL ? valija_server_search_get_messages (server) : NULL;
  DexFuture *loading;

  if (g_strstrip (typed)[0] == '\0')
    return valija_cli_set_usage (error, _("Say what to search for."));
  if (!check_options (error))
    return FALSE;
  if (!valija_cli_find_word (opt_in, places, &place, error))
    return FALSE;
  if ((wrong = valija_search_text_check (typed)) != NULL)
    return valija_cli_set_usage (error, "%s", wrong);

  text = valija_search_text_in (typed, (ValijaSearchPlace) place);
  show_terms (cli, text);

  if ((opt_account != NULL || opt_folder != NULL) &&
      !(account = valija_cli_find_account (cli, opt_account, error)))
    return FALSE;
  if (opt_folder != NULL && !(folder = valija_cli_find_folder (cli, account, opt_folder, error)))
    return FALSE;

  if (server != NULL && !dex_await (valija_engine_search_server (cli->engine, account, folder, text, server), error))
    return FALSE;

  loading = opt_conversations
              ? valija_engine_load_found_conversations (cli->engine, text, account, folder, found, opt_limit)
              : valija_engine_load_found (cli->engine, text, account, folder, found, opt_limit);
  if (!(messages = dex_await_boxed (loading, error)))
    return FALSE;

  show_messages (cli, messages);
  if (messages->len == 0 && cli->json == NULL)
    fprintf (stderr, "%s\n", _("No message was found."));
  if (server != NULL)
    show_answer (cli, server);
  return TRUE;
}

/* ---- watch ---- */

static void
report_change (ValijaFolder *folder, guint n_new, gboolean json)
{
  g_autoptr(JsonBuilder) builder = NULL;
  g_autoptr(JsonNode) root = NULL;
  g_autofree char *line = NULL;

  if (json)
    {
      builder = json_builder_new ();
      json_builder_begin_object (builder);
      valija_cli_json_string (builder, "event", "changed");
      valija_cli_json_string (builder, "folder", valija_folder_get_name (folder));
      valija_cli_json_int (builder, "new", n_new);
      json_builder_end_object (builder);
      root = json_builder_get_root (builder);
      line = json_to_string (root, FALSE);
    }
  else
    line = g_strdup_printf (ngettext ("%s: %u new message", "%s: %u new messages", n_new),
                            valija_folder_get_display_name (folder), n_new);

  puts (line);
  fflush (stdout);
}

static gboolean
look_fiber (ValijaCli *cli, ValijaFolder *folder, guint *n_new, GError **error)
{
  g_autoptr(GError) failure = NULL;

  *n_new = dex_await_uint (valija_engine_sync_folder (cli->engine, folder, 0, NULL), &failure);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Each change is a line of its own at once, with --json too. */
static gboolean
watch_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  ValijaFolder *found;
  g_autoptr(ValijaFolder) folder = NULL;
  guint n_new;

  cli->lines = TRUE;
  if (!(account = valija_cli_find_account (cli, opt_account != NULL ? opt_account : cli->arguments[0], error)) ||
      !(found = valija_cli_find_folder (cli, account, opt_folder, error)))
    return FALSE;

  folder = g_object_ref (found);
  if (!look_fiber (cli, folder, &n_new, error))
    return FALSE;

  for (int n_changes = 0; opt_count == 0 || n_changes < opt_count; n_changes++)
    {
      if (!dex_await (valija_engine_watch_folder (cli->engine, folder), error) ||
          !look_fiber (cli, folder, &n_new, error))
        return FALSE;

      report_change (folder, n_new, cli->json != NULL);
    }

  return TRUE;
}

const ValijaCliCommand valija_cli_mail_commands[] = {
  { "folders", "[ACCOUNT]", N_("List folders, as they were at the last synchronisation"), account_options,
    folders_fiber },
  { "sync", "[ACCOUNT]", N_("Synchronise an account, or all"), sync_options, sync_fiber },
  { "list", "[FOLDER]", N_("List the messages of a folder, the newest first"), list_options, list_fiber },
  { "search", "[--] TEXT…", N_("Search messages"), search_options, search_fiber },
  { "watch", "[ACCOUNT]", N_("Wait for changes and tell of each; the profile is in use until it ends"), watch_options,
    watch_fiber },
  { NULL }
};
