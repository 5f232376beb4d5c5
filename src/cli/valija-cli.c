/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Of a line in a list: to no terminal, and at least. */
#define LINE_COLUMNS 120
#define LEAST_COLUMNS 60

void
valija_cli_print (ValijaCli *cli, const char *format, ...)
{
  va_list args;

  if (cli->json != NULL)
    return;

  va_start (args, format);
  vfprintf (stdout, format, args);
  va_end (args);
}

char *
valija_cli_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *clean = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\n' || c == '\t' || !g_unichar_iscntrl (c))
        g_string_append_unichar (clean, c);
      else if (c != '\r')
        g_string_append_unichar (clean, 0xfffd);
    }

  return g_string_free (clean, FALSE);
}

gboolean
valija_cli_set_usage (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  valija_error_set (error, VALIJA_ERROR_INVALID, "%s", text);
  return FALSE;
}

ValijaCliExit
valija_cli_exit_of (const GError *error)
{
  if (error == NULL)
    return VALIJA_CLI_DONE;
  if (valija_error_is_cancelled (error))
    return VALIJA_CLI_INTERRUPTED;
  if (error->domain == G_OPTION_ERROR)
    return VALIJA_CLI_USAGE;
  if (error->domain != VALIJA_ERROR)
    return VALIJA_CLI_FAILED;

  switch ((ValijaErrorCode) error->code)
    {
    case VALIJA_ERROR_INVALID:
      return VALIJA_CLI_USAGE;
    case VALIJA_ERROR_NOT_FOUND:
      return VALIJA_CLI_NOT_FOUND;
    case VALIJA_ERROR_RESOLVE:
    case VALIJA_ERROR_CONNECT:
    case VALIJA_ERROR_TIMED_OUT:
    case VALIJA_ERROR_DISCONNECTED:
    case VALIJA_ERROR_OFFLINE:
    case VALIJA_ERROR_TRY_LATER:
      return VALIJA_CLI_NETWORK;
    case VALIJA_ERROR_CERTIFICATE:
    case VALIJA_ERROR_TLS:
    case VALIJA_ERROR_NO_STARTTLS:
      return VALIJA_CLI_INSECURE;
    case VALIJA_ERROR_AUTHENTICATION:
    case VALIJA_ERROR_NO_MECHANISM:
    case VALIJA_ERROR_NO_SECRET:
    case VALIJA_ERROR_KEYRING:
      return VALIJA_CLI_SIGN_IN;
    case VALIJA_ERROR_PROTOCOL:
    case VALIJA_ERROR_LIMIT:
    case VALIJA_ERROR_REFUSED:
    case VALIJA_ERROR_OVER_QUOTA:
    case VALIJA_ERROR_RECIPIENT:
    case VALIJA_ERROR_TOO_LARGE:
    case VALIJA_ERROR_RENUMBERED:
      return VALIJA_CLI_REFUSED;
    case VALIJA_ERROR_UNSUPPORTED:
      return VALIJA_CLI_UNSUPPORTED;
    case VALIJA_ERROR_STORAGE:
    case VALIJA_ERROR_IN_USE:
    case VALIJA_ERROR_DISK_FULL:
    case VALIJA_ERROR_NEWER_DATA:
      return VALIJA_CLI_STORAGE;
    case VALIJA_ERROR_UNCERTAIN:
      return VALIJA_CLI_UNCERTAIN;
    case VALIJA_ERROR_FAILED:
    default:
      return VALIJA_CLI_FAILED;
    }
}

/* ---- What arguments name ---- */

static guint
count_accounts_called (GListModel *accounts, const char *name)
{
  guint count = 0;

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);

      count += g_str_equal (valija_account_get_name (account), name) ||
               g_ascii_strcasecmp (valija_account_get_email (account), name) == 0;
    }

  return count;
}

gpointer
valija_cli_hold (ValijaCli *cli, gpointer object)
{
  if (object != NULL)
    g_ptr_array_add (cli->held, g_object_ref (object));

  return object;
}

ValijaAccount *
valija_cli_find_account (ValijaCli *cli, const char *name, GError **error)
{
  GListModel *accounts = valija_engine_get_accounts (cli->engine);
  ValijaAccount *account;

  if (name == NULL)
    {
      g_autoptr(ValijaAccount) only = g_list_model_get_item (accounts, 0);

      if (g_list_model_get_n_items (accounts) == 1)
        return valija_cli_hold (cli, only);

      valija_cli_set_usage (error, "%s",
                            only == NULL ? _("No account is set up. See “valijactl account add --help”.")
                                         : _("There are several accounts. Say which one with --account, or behind "
                                             "the command where it takes an ACCOUNT."));
      return NULL;
    }

  if (!(account = valija_engine_find_account (cli->engine, name)))
    valija_error_set (error, VALIJA_ERROR_NOT_FOUND,
                      _("There is no account “%s”. “valijactl account list” lists them."), name);
  else if (!g_str_equal (valija_account_get_id (account), name) && count_accounts_called (accounts, name) > 1)
    {
      valija_cli_set_usage (error, _("“%s” means several accounts. Name one by its id: “valijactl account list”."),
                            name);
      return NULL;
    }

  return valija_cli_hold (cli, account);
}

ValijaFolder *
valija_cli_find_folder (ValijaCli *cli, ValijaAccount *account, const char *name, GError **error)
{
  ValijaFolder *folder = valija_engine_find_folder (cli->engine, account, name != NULL ? name : "INBOX");
  g_autofree char *reason = NULL;

  if (folder == NULL && name == NULL)
    reason = valija_engine_why_not (cli->engine, account, NULL, VALIJA_ACTION_READ);

  if (reason != NULL)
    valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, "%s", reason);
  else if (folder == NULL)
    valija_error_set (error, VALIJA_ERROR_NOT_FOUND,
                      _("The account “%s” has no folder “%s” yet. See “valijactl folders”, after “valijactl sync”."),
                      valija_account_get_name (account), name != NULL ? name : "INBOX");
  return valija_cli_hold (cli, folder);
}

GBytes *
valija_cli_load_file_fiber (const char *name, GError **error)
{
  g_autoptr(GFile) file = g_file_new_for_commandline_arg (name);
  g_autoptr(GError) failure = NULL;
  GBytes *source = dex_await_boxed (valija_engine_load_file (file), &failure);

  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("There is no file “%s”."), name);
  else if (failure != NULL && failure->domain != VALIJA_ERROR)
    valija_error_set (error, VALIJA_ERROR_INVALID, _("The file “%s” cannot be read. The system says: %s"), name,
                      failure->message);
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return source;
}

/* Numbers of mail that is kept only here are negative. */
static gboolean
parse_id (const char *text, gint64 *id)
{
  return g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, id, NULL) && *id != 0;
}

GPtrArray *
valija_cli_find_messages (ValijaCli *cli, guint first, GError **error)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

  if (cli->n_arguments <= first)
    {
      valija_cli_set_usage (error, _("Say which message by its number. “valijactl list” shows them."));
      return NULL;
    }

  for (guint i = first; i < cli->n_arguments; i++)
    {
      ValijaMessage *message;
      gint64 id;

      if (!parse_id (cli->arguments[i], &id))
        {
          valija_cli_set_usage (error, _("“%s” is not the number of a message."), cli->arguments[i]);
          return NULL;
        }

      if (!(message = dex_await_object (valija_engine_find_message (cli->engine, id), error)))
        return NULL;
      g_ptr_array_add (messages, message);
    }

  return g_steal_pointer (&messages);
}

ValijaMessage *
valija_cli_find_message (ValijaCli *cli, GError **error)
{
  g_autoptr(GPtrArray) messages = NULL;

  if (cli->n_arguments > 1)
    {
      valija_cli_set_usage (error, _("This is for one message at a time."));
      return NULL;
    }

  messages = valija_cli_find_messages (cli, 0, error);
  return messages != NULL ? g_object_ref (g_ptr_array_index (messages, 0)) : NULL;
}

gboolean
valija_cli_find_word (const char          *word,
                      const char * const  *words,
                      int                 *value,
                      GError             **error)
{
  g_autofree char *list = g_strjoinv (", ", (char **) words);

  *value = 0;
  for (int i = 0; word != NULL && words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      {
        *value = i;
        return TRUE;
      }

  /* Translators: a word, then those that would be right */
  return word == NULL || valija_cli_set_usage (error, _("“%s” is none of these: %s."), word, list);
}

/* As GLib reads it: seconds are put in where there are none, blanks are taken out. (transfer full) */
static char *
make_exact (const char *written)
{
  static const gsize minutes = sizeof "2026-03-09T08:00" - 1;
  g_autoptr(GString) text = g_string_new (written);

  g_strchug (g_strchomp (text->str));
  g_string_truncate (text, strlen (text->str));
  if (text->len > 10 && text->str[10] == ' ')
    text->str[10] = 'T';
  g_string_replace (text, " ", "", 0);
  if (text->len >= minutes && text->str[minutes] != ':')
    g_string_insert (text, (gssize) minutes, ":00");

  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
valija_cli_parse_time (const char *text, gint64 *seconds, GError **error)
{
  g_autoptr(GTimeZone) zone = g_time_zone_new_local ();
  g_autofree char *exact = make_exact (text);
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601 (exact, zone);

  if (time == NULL)
    return valija_cli_set_usage (error, _("“%s” is not a time. Write it as “2026-03-09 08:00”."), text);

  *seconds = g_date_time_to_unix (time);
  return TRUE;
}

void
valija_cli_print_no_accounts (ValijaCli *cli)
{
  if (cli->json == NULL && g_list_model_get_n_items (valija_engine_get_accounts (cli->engine)) == 0)
    fprintf (stderr, "valijactl: %s\n", _("No account is set up. See “valijactl account add --help”."));
}

/* ---- For people ---- */

char *
valija_cli_dup_folder_path (ValijaCli *cli, ValijaFolder *folder)
{
  g_autoptr(GString) path = g_string_new (valija_folder_get_name (folder));
  ValijaFolder *parent = folder;

  while (valija_folder_get_parent_id (parent) != 0 &&
         (parent = valija_engine_find_folder_by_id (cli->engine, valija_folder_get_parent_id (parent))) != NULL)
    {
      g_string_prepend_c (path, '/');
      g_string_prepend (path, valija_folder_get_name (parent));
    }

  return g_string_free (g_steal_pointer (&path), FALSE);
}

static guint
columns_of (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

static guint
measure (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += columns_of (g_utf8_get_char (p));

  return width;
}

/* With an ellipsis, as a terminal counts. */
static char *
cut (const char *text, guint columns)
{
  const char *end = text;

  if (measure (text) <= columns)
    return g_strdup (text);

  for (guint width = 0; (width += columns_of (g_utf8_get_char (end))) < columns;)
    end = g_utf8_next_char (end);

  return g_strdup_printf ("%.*s…", (int) (end - text), text);
}

/* How wide a line may be. */
static guint
line_columns (void)
{
  struct winsize size;

  if (isatty (STDOUT_FILENO) && ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return MAX (size.ws_col, LEAST_COLUMNS);

  return LINE_COLUMNS;
}

/* printf counts bytes. */
char *
valija_cli_pad (const char *text, guint columns)
{
  guint width = measure (text);

  return g_strdup_printf ("%s%*s", text, width < columns ? (int) (columns - width) : 0, "");
}

char *
valija_cli_dup_time (gint64 seconds)
{
  g_autoptr(GDateTime) time = seconds != 0 ? g_date_time_new_from_unix_local (seconds) : NULL;

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("-");
}

/* Who wrote in a conversation, and how many messages it has. */
static char *
dup_people (ValijaMessage *message)
{
  GPtrArray *people = valija_message_get_people (message);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; people != NULL && i < people->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            ((const ValijaParticipant *) g_ptr_array_index (people, i))->label);

  if (valija_message_get_n_messages (message) > 1)
    g_string_append_printf (text, " (%u)", valija_message_get_n_messages (message));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static ValijaAccount *
get_account (ValijaMessage *message)
{
  return valija_folder_get_account (valija_message_get_folder (message));
}

static gboolean
are_of_several_accounts (GPtrArray *messages)
{
  for (guint i = 1; i < messages->len; i++)
    if (get_account (g_ptr_array_index (messages, i)) != get_account (g_ptr_array_index (messages, 0)))
      return TRUE;

  return FALSE;
}

/* With the blanks behind it. */
static char *
dup_account_column (ValijaMessage *message)
{
  g_autofree char *name = valija_cli_clean (valija_account_get_name (get_account (message)));
  g_autofree char *short_name = cut (name, 18);
  g_autofree char *padded = valija_cli_pad (short_name, 18);

  return g_strconcat (padded, "  ", NULL);
}

/* Who is named in the list: whom it is to where all is from oneself. */
static char *
dup_correspondent (ValijaMessage *message)
{
  ValijaFolderRole role = valija_folder_get_role (valija_message_get_folder (message));
  const char *recipients = valija_message_get_recipients (message);
  g_autofree char *people = dup_people (message);
  g_autofree char *to = NULL;

  if (role == VALIJA_FOLDER_ROLE_SENT || role == VALIJA_FOLDER_ROLE_DRAFTS)
    {
      to = g_strdup_printf (_("To: %s"), recipients != NULL && recipients[0] != '\0' ? recipients : _("nobody yet"));
      return valija_cli_clean (to);
    }

  return valija_cli_clean (people[0] != '\0' ? people : valija_message_get_sender (message));
}

char *
valija_cli_dup_labels (ValijaMessage *message)
{
  g_autofree char *words = valija_labels_dup_words (valija_message_get_labels (message));

  return valija_cli_clean (words);
}

void
valija_cli_print_messages (ValijaCli *cli, GPtrArray *messages)
{
  gboolean mixed = are_of_several_accounts (messages);
  guint columns = line_columns ();

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (messages, i);
      g_autofree char *time = valija_cli_dup_time (valija_message_get_date (message));
      g_autofree char *person = dup_correspondent (message);
      g_autofree char *short_person = cut (person, 24);
      g_autofree char *padded = valija_cli_pad (short_person, 24);
      g_autofree char *subject = valija_cli_clean (valija_message_get_subject (message));
      g_autofree char *account = mixed ? dup_account_column (message) : g_strdup ("");
      g_autofree char *labels = valija_cli_dup_labels (message);
      g_autofree char *begin = NULL;
      g_autofree char *whole = NULL;
      g_autofree char *line = NULL;

      begin = g_strdup_printf ("%8" G_GINT64_FORMAT " %c%c%c %s  %s%s  ", valija_message_get_id (message),
                               valija_message_get_unread (message) ? 'N' : '-',
                               valija_message_get_flagged (message) ? '*' : '-',
                               valija_message_get_has_attachments (message) ? '@' : '-', time, account, padded);
      whole = g_strconcat (begin, g_strdelimit (subject, "\n\t", ' '), labels[0] != '\0' ? "  [" : "", labels,
                           labels[0] != '\0' ? "]" : "", NULL);
      line = cut (whole, columns);
      valija_cli_print (cli, "%s\n", line);
    }
}

/* Each line of @text on its own. */
static void
print_indented (ValijaCli *cli, const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      valija_cli_print (cli, "         %s\n", lines[i]);
}

void
valija_cli_print_outbox (ValijaCli *cli, ValijaOutboxItem *item)
{
  ValijaAccount *account = valija_outbox_item_get_account (item);
  gboolean later = valija_outbox_item_get_state (item) == VALIJA_OUTBOX_PENDING &&
                   valija_outbox_item_get_due (item) > g_get_real_time () / G_USEC_PER_SEC;
  const char *state = later && !valija_outbox_item_is_retry (item)
                      ? _("scheduled") : valija_outbox_state_to_nick (valija_outbox_item_get_state (item));
  g_autofree char *padded = valija_cli_pad (state, 10);
  g_autofree char *name = valija_cli_clean (account != NULL ? valija_account_get_name (account)
                                                            : _("(account removed)"));
  g_autofree char *time = valija_cli_dup_time (valija_outbox_item_get_date (item));
  g_autofree char *recipients = valija_cli_clean (valija_outbox_item_get_recipients (item));
  g_autofree char *subject = valija_cli_clean (valija_outbox_item_get_subject (item));
  g_autofree char *words = valija_cli_clean (valija_outbox_item_get_words (item));

  valija_cli_print (cli, "%8" G_GINT64_FORMAT " %s %s  %s  %s  %s\n", valija_outbox_item_get_id (item), padded, time,
                    name, recipients, subject);
  if (later)
    {
      g_autofree char *due = valija_cli_dup_time (valija_outbox_item_get_due (item));

      valija_cli_print (cli, valija_outbox_item_is_retry (item) ? _("         next try: %s\n")
                                                                : _("         to be sent: %s\n"), due);
    }
  print_indented (cli, words);
}
