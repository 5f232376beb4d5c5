/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "base/valija-traffic.h"
#include "cli/valija-cli.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <stdio.h>

static char *opt_profile;
static char *opt_keyring_key;
static gboolean opt_json;
static gboolean opt_stats;
static gboolean opt_version;
static gboolean opt_help;

static const GOptionEntry common_options[] = {
  { "profile", 0, 0, G_OPTION_ARG_FILENAME, &opt_profile, N_("Keep settings, store and all else in this directory"),
    "DIR" },
  { "keyring-key", 0, 0, G_OPTION_ARG_FILENAME, &opt_keyring_key,
    N_("Keep passwords in an encrypted file, not in the desktop’s keyring; FILE is its key, made if missing"), "FILE" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &opt_json, N_("Answer for machines"), NULL },
  { "stats", 0, 0, G_OPTION_ARG_NONE, &opt_stats, N_("Tell what it cost: turns, bytes, seconds"), NULL },
  { "version", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &opt_version, NULL, NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry help_option[] = {
  { "help", 'h', 0, G_OPTION_ARG_NONE, &opt_help, NULL, NULL },
  G_OPTION_ENTRY_NULL
};

static const ValijaCliCommand * const tables[] = {
  valija_cli_method_commands,
  valija_cli_account_commands,
  valija_cli_mail_commands,
  valija_cli_folder_commands,
  valija_cli_message_commands,
  valija_cli_organize_commands,
  valija_cli_people_commands,
  valija_cli_replies_commands,
  valija_cli_send_commands,
  NULL
};

/* One run of one command. */
typedef struct
{
  ValijaCli cli;
  const ValijaCliCommand *command;
  GMainLoop *loop;
  gint64 begun;              /* microseconds, monotonic */
  ValijaCliExit exit;
} Run;

/* ---- What came out ---- */

/* Each line of @text under the first one of the message. */
static void
print_indented (const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      fprintf (stderr, "  %s\n", lines[i]);
}

/* What was typed is wrong: the sentence says it all. */
static gboolean
is_about_words (const GError *error)
{
  return valija_error_get_step (error) == VALIJA_STEP_NONE &&
         (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_INVALID) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND));
}

static void
print_error (const GError *error)
{
  g_autofree char *title = valija_error_dup_title (error);
  g_autofree char *detail = valija_error_dup_detail (error);
  g_autofree char *advice = valija_error_dup_advice (error);
  ValijaCertificate *certificate = valija_error_get_certificate (error);

  if (is_about_words (error))
    {
      fprintf (stderr, "valijactl: %s\n", detail);
      return;
    }

  fprintf (stderr, "valijactl: %s\n", title);
  if (!g_str_equal (title, detail))
    print_indented (valija_error_says_all_in_title (error) ? strchrnul (detail, '\n') : detail);
  if (certificate != NULL)
    {
      g_autofree char *reasons = valija_certificate_dup_reasons (certificate);
      g_autofree char *line = g_strdelimit (g_strdup (reasons), "\n", ' ');

      if (strstr (detail, line) == NULL)
        print_indented (reasons);
      fprintf (stderr, "  SHA-256 %s\n", certificate->sha256);
    }
  print_indented (advice);
  if (opt_keyring_key != NULL && g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NO_SECRET))
    print_indented (_("If it was stored with another key, give that one; or store it anew with “account password”."));
  else if (opt_keyring_key == NULL && g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_KEYRING))
    print_indented (_("Without a desktop give --keyring-key FILE: the passwords are then in an encrypted file."));
}

static void
add_traffic (ValijaTraffic *sum, ValijaEngine *engine, ValijaAccount *account)
{
  ValijaTraffic *traffic = valija_engine_get_traffic (engine, account);

  if (traffic == NULL)
    return;

  sum->bytes_in += traffic->bytes_in;
  sum->bytes_out += traffic->bytes_out;
  sum->turns += traffic->turns;
  sum->connections += traffic->connections;
}

static ValijaTraffic *
sum_traffic (ValijaCli *cli)
{
  ValijaTraffic *sum = valija_traffic_new ();
  GListModel *accounts = cli->engine != NULL ? valija_engine_get_accounts (cli->engine) : NULL;

  /* An account that was tested has sessions of its own, whether it is stored or not. */
  if (cli->account != NULL)
    {
      add_traffic (sum, cli->engine, cli->account);
      return sum;
    }

  for (guint i = 0; accounts != NULL && i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);

      add_traffic (sum, cli->engine, account);
    }

  return sum;
}

static void
report_stats (Run *run)
{
  g_autoptr(ValijaTraffic) sum = sum_traffic (&run->cli);
  double seconds = (double) (g_get_monotonic_time () - run->begun) / G_USEC_PER_SEC;
  JsonBuilder *json = run->cli.json;

  if (json == NULL)
    {
      fprintf (stderr,
               "%u turns, %" G_GUINT64_FORMAT " bytes in, %" G_GUINT64_FORMAT " bytes out, %u connections, %.3f s\n",
               sum->turns, sum->bytes_in, sum->bytes_out, sum->connections, seconds);
      return;
    }

  json_builder_set_member_name (json, "stats");
  json_builder_begin_object (json);
  valija_cli_json_int (json, "turns", sum->turns);
  valija_cli_json_int (json, "bytes_in", (gint64) sum->bytes_in);
  valija_cli_json_int (json, "bytes_out", (gint64) sum->bytes_out);
  valija_cli_json_int (json, "connections", sum->connections);
  json_builder_set_member_name (json, "seconds");
  json_builder_add_double_value (json, seconds);
  json_builder_end_object (json);
}

static void
finish (Run *run, const GError *error)
{
  run->exit = valija_cli_exit_of (error);
  if (opt_stats)
    report_stats (run);

  if (run->cli.json != NULL)
    {
      g_autoptr(JsonNode) root = NULL;
      g_autofree char *text = NULL;

      if (error != NULL)
        valija_cli_json_error (run->cli.json, "error", error);
      json_builder_end_object (run->cli.json);
      root = json_builder_get_root (run->cli.json);
      text = json_to_string (root, !run->cli.lines);
      if (!run->cli.lines || json_object_get_size (json_node_get_object (root)) > 0)
        puts (text);
    }
  else if (error != NULL && run->exit != VALIJA_CLI_INTERRUPTED)
    {
      fflush (stdout);
      print_error (error);
    }
  fflush (stdout);
}

/* ---- Running ---- */

static void
notice_cb (ValijaEngine *engine, const char *text)
{
  g_autofree char *clean = valija_cli_clean (text);

  fprintf (stderr, "valijactl: %s\n", clean);
}

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;
  g_autoptr(GError) error = NULL;

  if (run->cli.engine == NULL || dex_await (valija_engine_open (run->cli.engine), &error))
    run->command->run_fiber (&run->cli, &error);

  finish (run, error);
  if (run->cli.engine != NULL)
    dex_await (valija_engine_close (run->cli.engine), NULL);

  g_main_loop_quit (run->loop);
  return dex_future_new_true ();
}

static gboolean
interrupt_cb (gpointer user_data)
{
  Run *run = user_data;

  valija_promise_reject (DEX_PROMISE (run->cli.stop),
                         g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Interrupted"));
  /* Closing ends what the command waits for, and with it the command. */
  if (run->cli.engine != NULL)
    valija_future_forget (valija_engine_close (run->cli.engine), "interrupted");
  else
    g_main_loop_quit (run->loop);

  run->exit = VALIJA_CLI_INTERRUPTED;
  return G_SOURCE_CONTINUE;
}

static ValijaCliExit
run_command (const ValijaCliCommand *command, char **arguments)
{
  Run run = { .command = command, .begun = g_get_monotonic_time () };
  g_autoptr(GFile) profile = opt_profile != NULL ? g_file_new_for_commandline_arg (opt_profile) : NULL;
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(DexFuture) future = NULL;
  guint interrupt;
  guint terminate;

  run.loop = loop;
  run.cli.stop = DEX_FUTURE (dex_promise_new ());
  run.cli.held = g_ptr_array_new_with_free_func (g_object_unref);
  run.cli.arguments = arguments;
  run.cli.keyring_file = opt_keyring_key != NULL;
  run.cli.n_arguments = g_strv_length (arguments);
  if (opt_json)
    {
      run.cli.json = json_builder_new ();
      json_builder_begin_object (run.cli.json);
    }
  if (!command->without_engine)
    {
      run.cli.engine = valija_engine_new (profile);
      g_signal_connect (run.cli.engine, "notice", G_CALLBACK (notice_cb), NULL);
    }

  interrupt = g_unix_signal_add (SIGINT, interrupt_cb, &run);
  terminate = g_unix_signal_add (SIGTERM, interrupt_cb, &run);
  future = valija_fiber_spawn (run_fiber, &run, NULL);
  g_main_loop_run (loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);

  g_clear_object (&run.cli.account);
  dex_clear (&run.cli.stop);
  g_clear_pointer (&run.cli.held, g_ptr_array_unref);
  g_clear_object (&run.cli.engine);
  g_clear_object (&run.cli.json);
  return run.exit;
}

/* ---- The command line ---- */

/* Whether @word is an option whose value is the next word. */
static gboolean
takes_value (const GOptionEntry *options, const char *word)
{
  if (options == NULL || !g_str_has_prefix (word, "--"))
    return FALSE;

  for (guint i = 0; options[i].long_name != NULL; i++)
    if (options[i].arg != G_OPTION_ARG_NONE && g_str_equal (options[i].long_name, word + 2))
      return TRUE;

  return FALSE;
}

/* "-17" is the number of a message and no option. */
static void
protect_numbers (char **argv, const ValijaCliCommand *command)
{
  for (guint i = 1; argv[i] != NULL; i++)
    if (argv[i][0] == '-' && g_ascii_isdigit (argv[i][1]) && !takes_value (command->options, argv[i - 1]))
      {
        char *protected = g_strconcat ("\001", argv[i], NULL);

        g_free (argv[i]);
        argv[i] = protected;
      }
}

static void
restore_numbers (char **argv)
{
  for (guint i = 0; argv[i] != NULL; i++)
    if (argv[i][0] == '\001')
      memmove (argv[i], argv[i] + 1, strlen (argv[i]));
}

/* The longest name that @words begin with: "account add" before "account". */
static const ValijaCliCommand *
find_command (char **words, guint *n_words)
{
  g_autofree char *two = words[0] != NULL && words[1] != NULL ? g_strconcat (words[0], " ", words[1], NULL) : NULL;

  for (guint length = 2; length > 0; length--)
    for (guint i = 0; tables[i] != NULL; i++)
      for (guint j = 0; tables[i][j].name != NULL; j++)
        {
          const char *wanted = length == 2 ? two : words[0];

          if (wanted != NULL && g_str_equal (tables[i][j].name, wanted))
            {
              *n_words = length;
              return &tables[i][j];
            }
        }

  return NULL;
}

/* How many letters have to be changed, put in or left out to make @b of @a. */
static guint
distance (const char *a, const char *b)
{
  gsize length = strlen (b);
  g_autofree guint *row = g_new (guint, length + 1);

  for (gsize j = 0; j <= length; j++)
    row[j] = (guint) j;

  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint before = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < length; j++)
        {
          guint above = row[j + 1];

          row[j + 1] = MIN (MIN (above, row[j]) + 1, before + (a[i] != b[j]));
          before = above;
        }
    }

  return row[length];
}

/* The command that is written most like @words; NULL where none is near. */
static const char *
find_nearest (char **words)
{
  g_autofree char *two = words[1] != NULL ? g_strconcat (words[0], " ", words[1], NULL) : NULL;
  const char *nearest = NULL;
  guint least = 3;

  for (guint i = 0; tables[i] != NULL; i++)
    for (guint j = 0; tables[i][j].name != NULL; j++)
      {
        const char *name = tables[i][j].name;
        guint one = distance (words[0], name);
        guint away = two != NULL ? MIN (one, distance (two, name)) : one;

        if (away < least)
          {
            least = away;
            nearest = name;
          }
      }

  return nearest;
}

/* Whether commands of two words begin with @word. */
static gboolean
begins_commands (const char *word)
{
  g_autofree char *begin = g_strconcat (word, " ", NULL);

  for (guint i = 0; tables[i] != NULL; i++)
    for (guint j = 0; tables[i][j].name != NULL; j++)
      if (g_str_has_prefix (tables[i][j].name, begin))
        return TRUE;

  return FALSE;
}

/* (transfer full) */
static char *
describe_unknown (char **words)
{
  gboolean two = words[1] != NULL && begins_commands (words[0]);
  g_autofree char *said = two ? g_strconcat (words[0], " ", words[1], NULL) : g_strdup (words[0]);
  const char *nearest = find_nearest (words);

  if (nearest != NULL)
    return g_strdup_printf (_("There is no command “%s”. Is it “%s”?"), said, nearest);

  return g_strdup_printf (_("There is no command “%s”."), said);
}

static gboolean
takes_settings (const GOptionEntry *options)
{
  for (guint i = 0; options != NULL && options[i].long_name != NULL; i++)
    if (g_str_equal (options[i].long_name, "set"))
      return TRUE;

  return FALSE;
}

static gboolean
parse (char ***argv, const ValijaCliCommand *command, GError **error)
{
  g_autofree char *summary = command != NULL ? g_strconcat (command->name, " ", command->arguments, NULL) : NULL;
  g_autoptr(GOptionContext) context = g_option_context_new (summary);

  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common_options, GETTEXT_PACKAGE);
  if (command == NULL)
    {
      /* What comes before the command only: the rest is the command's. The page of help is our own. */
      g_option_context_set_help_enabled (context, FALSE);
      g_option_context_add_main_entries (context, help_option, GETTEXT_PACKAGE);
      g_option_context_set_strict_posix (context, TRUE);
    }
  else
    {
      g_option_context_set_summary (context, _(command->summary));
      if (command->options != NULL)
        g_option_context_add_main_entries (context, command->options, GETTEXT_PACKAGE);
      if (takes_settings (command->options))
        {
          g_autofree char *keys = valija_cli_describe_keys ();

          g_option_context_set_description (context, keys);
        }
    }

  return g_option_context_parse_strv (context, argv, error);
}

static ValijaCliExit
usage_error (const char *text)
{
  fprintf (stderr, "valijactl: %s\n", text);
  fprintf (stderr, _("See “valijactl --help”.\n"));
  return VALIJA_CLI_USAGE;
}

/* valijactl has no children that what it has in its environment could come to. */
static gboolean
use_keyring_file (GError **error)
{
  g_autofree char *told = NULL;
  gboolean made;

  if (!valija_engine_use_keyring_file (opt_keyring_key, opt_profile, &made, error))
    return FALSE;

  /* Translators: the argument is the name of a file */
  told = g_strdup_printf (_("A new key is in “%s”. Whoever has it and the keyring file can read the passwords."),
                          opt_keyring_key);
  if (made)
    fprintf (stderr, "valijactl: %s\n", told);
  return TRUE;
}

int
main (int argc, char *argv[])
{
  const char *locale_directory = g_getenv ("VALIJA_LOCALEDIR"); /* of a build that is not installed */
  g_auto(GStrv) words = NULL;
  const ValijaCliCommand *command;
  g_autoptr(GError) error = NULL;
  guint n_words = 0;

  dex_init ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_directory != NULL ? locale_directory : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("valijactl");

  words = g_strdupv (argv);
  if (!parse (&words, NULL, &error))
    return usage_error (error->message);

  if (opt_version)
    {
      puts ("valijactl " PACKAGE_VERSION);
      return VALIJA_CLI_DONE;
    }
  if (opt_help || words[1] == NULL || g_str_equal (words[1], "help"))
    {
      valija_cli_print_help (tables);
      return opt_help || words[1] != NULL ? VALIJA_CLI_DONE : VALIJA_CLI_USAGE;
    }
  if (!(command = find_command (words + 1, &n_words)))
    {
      g_autofree char *text = describe_unknown (words + 1);

      return usage_error (text);
    }

  protect_numbers (words, command);
  if (!parse (&words, command, &error))
    return usage_error (error->message);

  if (opt_keyring_key == NULL)
    opt_keyring_key = g_strdup (g_getenv (VALIJA_KEYRING_KEY_VARIABLE));
  if (opt_keyring_key != NULL && !command->without_engine && !use_keyring_file (&error))
    {
      print_error (error);
      return valija_cli_exit_of (error);
    }

  restore_numbers (words);
  return (int) run_command (command, words + 1 + n_words);
}
