/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

static char *opt_method;
static char **opt_set;
static char **opt_allow_server;
static gboolean opt_password_stdin;
static gboolean opt_local_mail;
static gboolean opt_transcript;

static const GOptionEntry add_options[] = {
  { "method", 'm', 0, G_OPTION_ARG_STRING, &opt_method, N_("Connection method, see “valijactl methods”"), "ID" },
  { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &opt_set, N_("One setting; may be given many times"), "KEY=VALUE" },
  { "password-stdin", 0, 0, G_OPTION_ARG_NONE, &opt_password_stdin,
    N_("Read the password from standard input; a second line is that of the outgoing server"), NULL },
  { "allow-server", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_allow_server,
    N_("A server outside of the address’s domain that may be asked where the mailbox is, and be sent the password"),
    "HOST" },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry password_options[] = {
  { "password-stdin", 0, 0, G_OPTION_ARG_NONE, &opt_password_stdin,
    N_("Read the password from standard input; a second line is that of the outgoing server"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry test_options[] = {
  { "method", 'm', 0, G_OPTION_ARG_STRING, &opt_method, N_("Test an account that is not set up, of this method"),
    "ID" },
  { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &opt_set, N_("One setting; may be given many times"), "KEY=VALUE" },
  { "password-stdin", 0, 0, G_OPTION_ARG_NONE, &opt_password_stdin,
    N_("Read the password from standard input; a second line is that of the outgoing server"), NULL },
  { "allow-server", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_allow_server,
    N_("A server outside of the address’s domain that may be asked where the mailbox is, and be sent the password"),
    "HOST" },
  { "transcript", 0, 0, G_OPTION_ARG_NONE, &opt_transcript,
    N_("Also print what was said on the wire, without secrets"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry change_options[] = {
  { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &opt_set, N_("One setting; may be given many times"), "KEY=VALUE" },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry remove_options[] = {
  { "local-mail", 0, 0, G_OPTION_ARG_NONE, &opt_local_mail,
    N_("Also remove mail that is only on this computer"), NULL },
  G_OPTION_ENTRY_NULL
};

/* ---- Settings ---- */

char *
valija_cli_list_keys (const char *method)
{
  g_autoptr(ValijaAccount) account = valija_account_new (method);

  return g_strjoinv (" ", (char **) valija_account_list_keys (account));
}

/* As valija_cli_list_keys(), with those of a server in a line of their own. */
static void
append_keys (GString *text, const char *method)
{
  g_autoptr(ValijaAccount) account = valija_account_new (method);
  const char * const *keys = valija_account_list_keys (account);

  g_string_append_printf (text, "\n  %-8s ", method);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      gboolean begins = g_str_equal (keys[i], "incoming.host") || g_str_equal (keys[i], "outgoing.host");

      g_string_append_printf (text, "%s%s", i == 0 ? "" : begins ? "\n           " : " ", keys[i]);
    }
}

char *
valija_cli_describe_keys (void)
{
  const ValijaMethod * const *methods = valija_engine_list_methods (NULL);
  g_autoptr(GString) text = g_string_new (_("Settings, for --set KEY=VALUE:"));

  for (guint i = 0; methods[i] != NULL; i++)
    {
      if (methods[i]->available)
        append_keys (text, methods[i]->id);
    }

  g_string_append_printf (text, "\n%s",
                          _("The short names host, port, user, security, ca, mechanism and cleartext-password are "
                            "of the server that the method is about;\nwith “mixed” of both, but for port. security is "
                            "tls, starttls or none; keep-sent is server, here or not; ca is a file."));
  g_string_append_printf (text, "\n%s",
                          _("delete-after-days is how long after it was fetched mail is deleted on the server: 0 is at "
                            "once, also of what is there\nnow, and -1 is never; delete-removed says whether what is "
                            "deleted here for good is deleted there, too."));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What is missing, and the key that sets it: before anything is asked of the account. */
static gboolean
check_complete (ValijaAccount *account, gboolean finds_server, GError **error)
{
  gboolean mixed = g_str_equal (valija_account_get_method (account), "mixed");

  if (valija_account_has_side (account, VALIJA_SIDE_INCOMING))
    {
      ValijaServer *server = valija_account_get_incoming (account);

      if (!finds_server && valija_server_get_host (server)[0] == '\0')
        return valija_cli_set_usage (error,
                                     _("The name of the incoming server is missing. Give it with --set %s=NAME."),
                                     mixed ? "incoming.host" : "host");
      /* Who finds a server finds it by the address, and signs in with that where no name is given */
      if (!finds_server && valija_server_get_user (server)[0] == '\0' &&
          g_ascii_strcasecmp (valija_server_get_mechanism (server), "EXTERNAL") != 0)
        return valija_cli_set_usage (error, _("The user name for the incoming server is missing. Give it with --set "
                                              "%s=NAME."), mixed ? "incoming.user" : "user");
    }

  if (valija_account_has_side (account, VALIJA_SIDE_OUTGOING) &&
      valija_server_get_host (valija_account_get_outgoing (account))[0] == '\0')
    return valija_cli_set_usage (error, _("The name of the outgoing server is missing. Give it with --set %s=NAME."),
                                 valija_account_has_side (account, VALIJA_SIDE_INCOMING) ? "outgoing.host" : "host");

  return TRUE;
}

static gboolean
apply_settings (ValijaAccount *account, GError **error)
{
  for (guint i = 0; opt_set != NULL && opt_set[i] != NULL; i++)
    {
      const char *equals = strchr (opt_set[i], '=');
      g_autofree char *key = NULL;

      if (equals == NULL)
        return valija_cli_set_usage (error, _("“%s” is not of the form KEY=VALUE."), opt_set[i]);

      key = g_strndup (opt_set[i], (gsize) (equals - opt_set[i]));
      if (!valija_account_set_key (account, key, equals + 1, error))
        return FALSE;
    }

  return TRUE;
}

static ValijaAccount *
account_from_options (ValijaCli *cli, GError **error)
{
  g_autoptr(ValijaAccount) account = NULL;
  const ValijaMethod *method;

  if (!(method = valija_engine_find_method (cli->engine, opt_method)))
    {
      valija_cli_set_usage (error, _("There is no method “%s”. “valijactl methods” lists them."), opt_method);
      return NULL;
    }

  if (!method->available)
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, _("This version cannot use %s yet."),
                        valija_method_text (method->name));
      return NULL;
    }

  account = valija_account_new (opt_method);
  if (!apply_settings (account, error) || !check_complete (account, method->finds_server, error))
    return NULL;

  return g_steal_pointer (&account);
}

/* Whether a side of @account has somebody sign in by a password. */
static gboolean
needs_password (ValijaAccount *account)
{
  for (ValijaSide side = VALIJA_SIDE_INCOMING; side <= VALIJA_SIDE_OUTGOING; side++)
    {
      ValijaServer *server = valija_account_get_server (account, side);

      if (valija_account_has_side (account, side) && valija_server_get_user (server)[0] != '\0' &&
          g_ascii_strcasecmp (valija_server_get_mechanism (server), "EXTERNAL") != 0)
        return TRUE;
    }

  return FALSE;
}

/* ---- Looking for the server ---- */

static void
tell_server (ValijaCli *cli, ValijaDiscovery *discovery)
{
  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "server");
      json_builder_begin_object (cli->json);
      valija_cli_json_string (cli->json, "host", discovery->host);
      valija_cli_json_int (cli->json, "port", discovery->port);
      valija_cli_json_string (cli->json, "source", discovery->source);
      json_builder_end_object (cli->json);
      return;
    }

  /* Not among the results that a script reads */
  fprintf (stderr, _("The mailbox is at %s, says %s.\n"), discovery->host, discovery->source);
}

/* A method that finds its server by itself does so, unless the server was given. */
static gboolean
find_server_fiber (ValijaCli *cli, ValijaAccount *account, ValijaSecret *secret, GError **error)
{
  const ValijaMethod *method = valija_engine_find_method (cli->engine, valija_account_get_method (account));
  ValijaServer *server = valija_account_get_incoming (account);
  const ValijaMethod *other;
  g_autoptr(ValijaDiscovery) discovery = NULL;

  if (method == NULL || !method->finds_server || *valija_server_get_host (server) != '\0')
    return TRUE;

  if (!(discovery = dex_await_boxed (valija_engine_discover (cli->engine, account, secret,
                                                             (const char * const *) opt_allow_server),
                                     error)))
    return FALSE;

  switch (discovery->kind)
    {
    case VALIJA_DISCOVERY_FOUND:
      g_object_set (server, "host", discovery->host, "port", (guint) discovery->port,
                    "security", (int) VALIJA_SECURITY_TLS, NULL);
      tell_server (cli, discovery);
      return TRUE;

    case VALIJA_DISCOVERY_ASKS:
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The way to the mailbox leads to %s, which is not of the address’s domain. If you trust it "
                          "with your password, say “--allow-server=%s”."), discovery->host, discovery->host);
      break;

    case VALIJA_DISCOVERY_ELSEWHERE:
    default:
      other = valija_engine_find_method (cli->engine, discovery->method);
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        _("This mailbox is at Microsoft, where this way in is switched off. It is reached by the "
                          "method “%s”."), other != NULL ? valija_method_text (other->name) : discovery->method);
    }

  valija_error_locate (error, VALIJA_SIDE_BOTH, VALIJA_STEP_DISCOVER);
  return FALSE;
}

/* ---- add, list, show, remove ---- */

static gboolean
add_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(ValijaAccount) account = NULL;
  g_autoptr(ValijaSecret) incoming = NULL;
  g_autoptr(ValijaSecret) outgoing = NULL;

  if (opt_method == NULL)
    return valija_cli_set_usage (error, _("Say how to connect with --method. “valijactl methods” explains each."));

  if (!(account = account_from_options (cli, error)))
    return FALSE;

  if (valija_account_get_email (account)[0] == '\0')
    return valija_cli_set_usage (error, _("The mail address is missing. Give it with --set email=ADDRESS."));

  if ((opt_password_stdin && !valija_cli_read_secrets_fiber (cli, account, &incoming, &outgoing, error)) ||
      !find_server_fiber (cli, account, incoming, error) ||
      !dex_await (valija_engine_add_account (cli->engine, account, incoming, outgoing), error))
    return FALSE;

  if (incoming == NULL && outgoing == NULL && needs_password (account))
    fprintf (stderr, "valijactl: %s\n",
             _("No password is stored with the account. Give it with “account password ACCOUNT --password-stdin”."));

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "account");
      valija_cli_json_account (cli->json, account);
    }
  else
    valija_cli_print (cli, "%s\n", valija_account_get_id (account));
  return TRUE;
}

/* Those of which mail is kept here. */
static gboolean
list_removed_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(GPtrArray) removed = NULL;

  if (!(removed = dex_await_boxed (valija_engine_list_removed (cli->engine), error)))
    return FALSE;

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "removed");
      json_builder_begin_array (cli->json);
    }

  for (guint i = 0; i < removed->len; i++)
    {
      ValijaAccount *account = g_ptr_array_index (removed, i);

      if (cli->json != NULL)
        valija_cli_json_account (cli->json, account);
      /* Translators: a method, a name and an address */
      valija_cli_print (cli, _("# Removed, with mail that is kept: %s  %s  <%s>. It comes back when the account is "
                               "added again.\n"),
                        valija_account_get_method (account), valija_account_get_name (account),
                        valija_account_get_email (account));
    }

  if (cli->json != NULL)
    json_builder_end_array (cli->json);
  return TRUE;
}

static gboolean
list_fiber (ValijaCli *cli, GError **error)
{
  GListModel *accounts = valija_engine_get_accounts (cli->engine);

  valija_cli_print_no_accounts (cli);
  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "accounts");
      json_builder_begin_array (cli->json);
    }

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);

      if (cli->json != NULL)
        valija_cli_json_account (cli->json, account);
      valija_cli_print (cli, "%s  %-8s  %s  <%s>%s\n", valija_account_get_id (account),
                        valija_account_get_method (account), valija_account_get_name (account),
                        valija_account_get_email (account),
                        valija_account_get_paused (account) ? _("  (paused)") : "");
    }

  if (cli->json != NULL)
    json_builder_end_array (cli->json);

  return list_removed_fiber (cli, error);
}

static void
show_settings (ValijaCli *cli, ValijaAccount *account)
{
  const char * const *keys = valija_account_list_keys (account);

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "settings");
      json_builder_begin_object (cli->json);
    }

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *value = valija_account_dup_key (account, keys[i]);

      if (cli->json != NULL)
        valija_cli_json_string (cli->json, keys[i], value);
      valija_cli_print (cli, "%s=%s\n", keys[i], value);
    }

  if (cli->json != NULL)
    json_builder_end_object (cli->json);
}

static gboolean
show_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  g_autoptr(ValijaMailSize) size = NULL;
  g_autofree char *copy = NULL;
  g_autofree char *here = NULL;

  if (!(account = valija_cli_find_account (cli, cli->arguments[0], error)) ||
      !(size = dex_await_boxed (valija_engine_measure (cli->engine, account, NULL), error)))
    return FALSE;

  copy = valija_engine_describe_sent_copy (cli->engine, account);
  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "account");
      valija_cli_json_account (cli->json, account);
      valija_cli_json_string (cli->json, "sent_copy", copy);
      valija_cli_json_time (cli->json, "last_checked", valija_account_status_get_last_checked (
                                                           valija_engine_get_status (cli->engine, account)));
      valija_cli_json_size (cli->json, size);
    }
  valija_cli_print (cli, "id=%s\nmethod=%s\n", valija_account_get_id (account), valija_account_get_method (account));
  show_settings (cli, account);
  here = g_format_size ((guint64) size->bytes_here);
  /* Translators: a number of messages, how many of them are here with all that is in them, and their size */
  valija_cli_print (cli, _("# messages: %u, whole: %u, on this computer: %s\n"), (guint) size->messages,
                    (guint) size->whole, here);
  if (size->quota.limit > 0)
    {
      g_autofree char *room = valija_quota_dup_text (&size->quota);

      /* Translators: %s is a text such as "195 MB of 200 MB used" */
      valija_cli_print (cli, _("# on the server: %s\n"), room);
    }

  return TRUE;
}

/* Sets what --set says; the account is as it was where one of them is wrong. */
static gboolean
change_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *found = valija_cli_find_account (cli, cli->arguments[0], error);
  g_autoptr(ValijaAccount) account = found != NULL ? valija_account_copy (found) : NULL;

  if (account == NULL)
    return FALSE;
  if (opt_set == NULL)
    return valija_cli_set_usage (error, _("Say what to change, with --set KEY=VALUE. “valijactl account show” lists "
                                          "the keys."));

  if (!apply_settings (account, error) ||
      !dex_await (valija_engine_update_account (cli->engine, account, NULL, NULL), error))
    return FALSE;

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "account");
      valija_cli_json_account (cli->json, account);
    }
  show_settings (cli, account);
  return TRUE;
}

/* Stores a password anew: it was changed, or the keyring was lost. */
static gboolean
password_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  g_autoptr(ValijaSecret) incoming = NULL;
  g_autoptr(ValijaSecret) outgoing = NULL;

  if (!opt_password_stdin)
    return valija_cli_set_usage (error, _("Passwords are never arguments: give it on standard input, with "
                                          "--password-stdin."));
  if (!(account = valija_cli_find_account (cli, cli->arguments[0], error)) ||
      !valija_cli_read_secrets_fiber (cli, account, &incoming, &outgoing, error) ||
      !dex_await (valija_engine_update_account (cli->engine, account, incoming, outgoing), error))
    return FALSE;

  valija_cli_print (cli, cli->keyring_file ? _("The password of “%s” is in the encrypted keyring file.\n")
                                           : _("The password of “%s” is in the desktop’s keyring.\n"),
                    valija_account_get_name (account));
  return TRUE;
}

static gboolean
remove_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  g_autofree char *name = NULL;
  g_autofree char *email = NULL;
  const char *method;
  guint n_waiting;
  guint n_local;

  if (cli->n_arguments != 1)
    return valija_cli_set_usage (error, _("Say which account to remove."));
  if (!(account = valija_cli_find_account (cli, cli->arguments[0], error)))
    return FALSE;

  name = g_strdup (valija_account_get_name (account));
  method = valija_method_text (valija_engine_find_method (cli->engine, valija_account_get_method (account))->name);
  n_waiting = valija_outbox_items_count_unsent (valija_engine_get_outbox (cli->engine), account);
  if (n_waiting > 0 && !opt_local_mail)
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        ngettext ("%u message of “%s” is in the outbox and would never be sent. Send it, or take it "
                                  "out with “outbox withdraw” or “outbox remove”; with --local-mail it is removed too.",
                                  "%u messages of “%s” are in the outbox and would never be sent. Send them, or take "
                                  "them out with “outbox withdraw” or “outbox remove”; with --local-mail they are "
                                  "removed too.",
                                  n_waiting), n_waiting, name);
      return FALSE;
    }

  n_local = valija_folders_count_local (valija_engine_get_folders (cli->engine, account));
  email = g_strdup (valija_account_get_email (account));
  if (!dex_await (valija_engine_remove_account (cli->engine, account, opt_local_mail), error))
    return FALSE;

  if (cli->json != NULL)
    {
      valija_cli_json_int (cli->json, "kept", opt_local_mail ? 0 : n_local);
      valija_cli_json_int (cli->json, "unsent", n_waiting);
    }
  valija_cli_print (cli, _("The account “%s” is removed; what is on a server stays there.\n"), name);
  if (n_waiting > 0)
    valija_cli_print (cli, ngettext ("%u message that was not sent is removed from the outbox.\n",
                                     "%u messages that were not sent are removed from the outbox.\n", n_waiting),
                      n_waiting);
  if (n_local > 0 && !opt_local_mail && email[0] == '\0')
    /* Translators: a number, then a connection method */
    valija_cli_print (cli, ngettext ("%u message that is only on this computer is kept. It comes back when an account "
                                     "with the method “%s”, the same server and the same user name is added.\n",
                                     "%u messages that are only on this computer are kept. They come back when an "
                                     "account with the method “%s”, the same server and the same user name is added.\n",
                                     n_local),
                      n_local, method);
  else if (n_local > 0 && !opt_local_mail)
    /* Translators: a number, then a connection method and an address */
    valija_cli_print (cli, ngettext ("%u message that is only on this computer is kept. It comes back when an account "
                                     "with the method “%s” and the address %s is added.\n",
                                     "%u messages that are only on this computer are kept. They come back when an "
                                     "account with the method “%s” and the address %s is added.\n", n_local),
                      n_local, method, email);
  return TRUE;
}

/* ---- test ---- */

static ValijaSide
get_side (ValijaCli *cli, ValijaTestStep *step)
{
  return valija_account_name_side (cli->account, valija_test_step_get_side (step));
}

static const char *
describe_side (ValijaSide side)
{
  if (side == VALIJA_SIDE_BOTH)
    return _("server");

  return side == VALIJA_SIDE_OUTGOING ? _("outgoing") : _("incoming");
}

static void
print_step (ValijaCli *cli, ValijaTestStep *step)
{
  const GError *error = valija_test_step_get_error (step);
  g_autofree char *detail = valija_cli_clean (error != NULL ? error->message : valija_test_step_get_detail (step));
  g_autofree char *side = NULL;
  const char *mark = NULL;

  switch (valija_test_step_get_state (step))
    {
    case VALIJA_TEST_PASSED:
      mark = _("done");
      break;
    case VALIJA_TEST_FAILED:
      mark = _("FAILED");
      break;
    case VALIJA_TEST_SKIPPED:
      mark = _("left out");
      break;
    case VALIJA_TEST_WAITING:
    case VALIJA_TEST_RUNNING:
    default:
      return;
    }

  side = valija_cli_pad (describe_side (get_side (cli, step)), 8);
  valija_cli_print (cli, "  %s  %s: %s%s%s\n", side, valija_test_step_get_label (step), mark,
                    detail[0] != '\0' ? ", " : "", detail);
  fflush (stdout);
}

static void
step_changed_cb (ValijaCli *cli, GParamSpec *pspec, ValijaTestStep *step)
{
  print_step (cli, step);
}

static void
steps_changed_cb (ValijaCli *cli, guint position, guint removed, guint added, GListModel *steps)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr(ValijaTestStep) step = g_list_model_get_item (steps, i);

      g_signal_connect_swapped (step, "notify::state", G_CALLBACK (step_changed_cb), cli);
    }
}

static void
json_steps (ValijaCli *cli, GListModel *steps)
{
  json_builder_set_member_name (cli->json, "steps");
  json_builder_begin_array (cli->json);
  for (guint i = 0; i < g_list_model_get_n_items (steps); i++)
    {
      g_autoptr(ValijaTestStep) step = g_list_model_get_item (steps, i);

      json_builder_begin_object (cli->json);
      valija_cli_json_string (cli->json, "side", valija_side_to_nick (get_side (cli, step)));
      valija_cli_json_string (cli->json, "step", valija_step_to_nick (valija_test_step_get_step (step)));
      valija_cli_json_string (cli->json, "label", valija_test_step_get_label (step));
      valija_cli_json_string (cli->json, "state", valija_test_state_to_nick (valija_test_step_get_state (step)));
      valija_cli_json_string (cli->json, "detail", valija_test_step_get_detail (step));
      valija_cli_json_error (cli->json, "error", valija_test_step_get_error (step));
      json_builder_end_object (cli->json);
    }
  json_builder_end_array (cli->json);
}

static void
show_facts (ValijaCli *cli, GPtrArray *facts)
{
  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "facts");
      json_builder_begin_array (cli->json);
    }

  for (guint i = 0; facts != NULL && i < facts->len; i++)
    {
      g_autofree char *fact = valija_cli_clean (g_ptr_array_index (facts, i));

      if (cli->json != NULL)
        json_builder_add_string_value (cli->json, fact);
      valija_cli_print (cli, "  %s\n", fact);
    }

  if (cli->json != NULL)
    json_builder_end_array (cli->json);
}

static void
show_transcript (ValijaCli *cli, ValijaAccount *account)
{
  g_autofree char *transcript = valija_engine_dup_transcript (cli->engine, account);
  g_autofree char *clean = valija_cli_clean (transcript);

  if (cli->json != NULL)
    valija_cli_json_string (cli->json, "transcript", clean);
  valija_cli_print (cli, "%s", clean);
}

static gboolean
test_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(GListStore) steps = g_list_store_new (VALIJA_TYPE_TEST_STEP);
  g_autoptr(ValijaAccount) account = NULL;
  g_autoptr(ValijaSecret) incoming = NULL;
  g_autoptr(ValijaSecret) outgoing = NULL;
  g_autoptr(GPtrArray) facts = NULL;
  g_autoptr(GError) failure = NULL;

  if (opt_method != NULL)
    account = account_from_options (cli, error);
  else if ((account = valija_cli_find_account (cli, cli->arguments[0], error)) != NULL)
    {
      account = valija_account_copy (account);
      if (!apply_settings (account, error))
        return FALSE;
    }

  if (account == NULL ||
      (opt_password_stdin && !valija_cli_read_secrets_fiber (cli, account, &incoming, &outgoing, error)))
    return FALSE;
  if (opt_method != NULL && !opt_password_stdin && needs_password (account))
    return valija_cli_set_usage (error, _("Of an account that is not set up no password is stored: give it on standard "
                                          "input, with --password-stdin."));

  g_set_object (&cli->account, account);
  if (!find_server_fiber (cli, account, incoming, &failure))
    {
      if (opt_transcript)
        show_transcript (cli, account);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  g_signal_connect_swapped (steps, "items-changed", G_CALLBACK (steps_changed_cb), cli);
  facts = dex_await_boxed (valija_engine_test_account (cli->engine, account, incoming, outgoing, steps), &failure);

  if (cli->json != NULL)
    {
      valija_cli_json_bool (cli->json, "ok", failure == NULL);
      json_steps (cli, G_LIST_MODEL (steps));
    }
  show_facts (cli, facts);
  if (opt_transcript)
    show_transcript (cli, account);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return TRUE;
}

static gboolean
set_paused_fiber (ValijaCli *cli, gboolean paused, GError **error)
{
  ValijaAccount *account = valija_cli_find_account (cli, cli->arguments[0], error);

  if (account == NULL || !dex_await (valija_engine_set_paused (cli->engine, account, paused), error))
    return FALSE;

  if (cli->json != NULL)
    valija_cli_json_bool (cli->json, "paused", paused);
  valija_cli_print (cli, paused ? _("“%s” is paused: only “valijactl sync” fetches its mail.\n")
                                : _("“%s” is no longer paused.\n"), valija_account_get_name (account));
  return TRUE;
}

static gboolean
pause_fiber (ValijaCli *cli, GError **error)
{
  return set_paused_fiber (cli, TRUE, error);
}

static gboolean
resume_fiber (ValijaCli *cli, GError **error)
{
  return set_paused_fiber (cli, FALSE, error);
}

const ValijaCliCommand valija_cli_account_commands[] = {
  { "account add", NULL, N_("Set an account up"), add_options, add_fiber, FALSE },
  { "account list", NULL, N_("List the accounts"), NULL, list_fiber, FALSE },
  { "account show", "[ACCOUNT]", N_("Show the settings of an account"), NULL, show_fiber, FALSE },
  { "account change", "[ACCOUNT]", N_("Change settings of an account"), change_options, change_fiber, FALSE },
  { "account test", "[ACCOUNT]", N_("Connect, sign in, look, and hang up"), test_options, test_fiber, FALSE },
  { "account password", "[ACCOUNT]", N_("Store the password of an account anew"), password_options, password_fiber,
    FALSE },
  { "account pause", "[ACCOUNT]", N_("Fetch no mail in the background until it is resumed"), NULL, pause_fiber, FALSE },
  { "account resume", "[ACCOUNT]", N_("Fetch mail again"), NULL, resume_fiber, FALSE },
  { "account remove", "ACCOUNT", N_("Forget an account and its password"), remove_options, remove_fiber, FALSE },
  { NULL }
};
