/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-future.h"
#include "cli/valija-cli.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A message from standard input longer than this is none. */
#define MAX_BODY (64 * 1024 * 1024)
#define READ_SIZE 65536

static char *opt_account;
static char *opt_from;
static char **opt_to;
static char **opt_cc;
static char **opt_bcc;
static char *opt_subject;
static char *opt_html;
static char **opt_attach;
static char *opt_source;
static char *opt_priority;
static char *opt_confidentiality;
static gboolean opt_read_confirmation;
static gboolean opt_delivery_receipt;
static char *opt_at;
static gboolean opt_queue;
static gboolean opt_draft;
static gboolean opt_print;
static gboolean opt_with_bcc;
static gboolean opt_server;
static char *opt_reply;
static ValijaMessage *answered; /* what the message replies to or forwards; nullable */
static char *opt_reply_all;
static char *opt_forward;

static const GOptionEntry send_options[] = {
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" },
  { "from", 'f', 0, G_OPTION_ARG_STRING, &opt_from,
    N_("The sender: the account’s address or one of its setting “senders”"), "ADDRESS" },
  { "to", 't', 0, G_OPTION_ARG_STRING_ARRAY, &opt_to, N_("Recipients; may be given many times"), "ADDRESSES" },
  { "cc", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_cc, N_("Recipients of a copy"), "ADDRESSES" },
  { "bcc", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_bcc, N_("Recipients that the others do not see"), "ADDRESSES" },
  { "subject", 's', 0, G_OPTION_ARG_STRING, &opt_subject, N_("The subject"), "TEXT" },
  { "html", 0, 0, G_OPTION_ARG_FILENAME, &opt_html, N_("The body as HTML too"), "FILE" },
  { "attach", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &opt_attach, N_("Attach a file; may be given many times"), "FILE" },
  { "source", 0, 0, G_OPTION_ARG_FILENAME, &opt_source, N_("Send this message file; Bcc is taken out"), "FILE" },
  { "reply", 0, 0, G_OPTION_ARG_STRING, &opt_reply, N_("Reply to a message"), "MESSAGE" },
  { "reply-all", 0, 0, G_OPTION_ARG_STRING, &opt_reply_all, N_("Reply to everybody"), "MESSAGE" },
  { "forward", 0, 0, G_OPTION_ARG_STRING, &opt_forward, N_("Forward a message"), "MESSAGE" },
  { "priority", 0, 0, G_OPTION_ARG_STRING, &opt_priority, N_("normal, high or low"), "WORD" },
  { "confidentiality", 0, 0, G_OPTION_ARG_STRING, &opt_confidentiality,
    N_("none, personal, private or confidential"), "WORD" },
  { "read-confirmation", 0, 0, G_OPTION_ARG_NONE, &opt_read_confirmation,
    N_("Ask the reader to confirm"), NULL },
  { "delivery-receipt", 0, 0, G_OPTION_ARG_NONE, &opt_delivery_receipt,
    N_("Ask the servers for a receipt"), NULL },
  { "print", 0, 0, G_OPTION_ARG_NONE, &opt_print, N_("Do not send it: write its source"), NULL },
  { "with-bcc", 0, 0, G_OPTION_ARG_NONE, &opt_with_bcc, N_("With --print: with the Bcc field"), NULL },
  { "draft", 0, 0, G_OPTION_ARG_NONE, &opt_draft, N_("Do not send it: keep it as a draft"), NULL },
  { "at", 0, 0, G_OPTION_ARG_STRING, &opt_at,
    N_("Send it then: “2026-03-09 08:00”; what is due is sent by the application, or by “outbox send”"), "TIME" },
  { "queue", 0, 0, G_OPTION_ARG_NONE, &opt_queue, N_("Put it into the outbox only"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry outbox_options[] = {
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" },
  G_OPTION_ENTRY_NULL
};

/* ---- Making the message ---- */

static const char * const priorities[] = { "normal", "high", "low", NULL };
static const char * const confidentialities[] = { "none", "personal", "private", "confidential", NULL };

static char *
read_body_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(GInputStream) stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr(GString) body = g_string_new (NULL);

  while (body->len < MAX_BODY)
    {
      g_autoptr(GBytes) bytes = NULL;

      bytes = dex_await_boxed (dex_future_first (dex_input_stream_read_bytes (stream, READ_SIZE, G_PRIORITY_DEFAULT),
                                                 dex_ref (cli->stop), NULL),
                               error);
      if (bytes == NULL)
        return NULL;
      if (g_bytes_get_size (bytes) == 0)
        break;
      g_string_append_len (body, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
    }

  return g_utf8_make_valid (body->str, (gssize) body->len);
}

static char *
join (char **addresses)
{
  return addresses != NULL ? g_strjoinv (", ", addresses) : NULL;
}

static void
set_list (ValijaComposition *composition, const char *property, char **addresses)
{
  g_autofree char *text = join (addresses);

  if (text != NULL)
    g_object_set (composition, property, text, NULL);
}

static gboolean
add_attachments (ValijaComposition *composition, GError **error)
{
  for (guint i = 0; opt_attach != NULL && opt_attach[i] != NULL; i++)
    {
      g_autoptr(GFile) file = g_file_new_for_commandline_arg (opt_attach[i]);
      g_autoptr(ValijaAttachment) attachment = NULL;

      if (!g_file_query_exists (file, NULL))
        {
          valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("There is no file “%s”."), opt_attach[i]);
          return FALSE;
        }
      if (!(attachment = valija_attachment_new_for_file (file, error)))
        return FALSE;
      valija_composition_add_attachment (composition, attachment);
    }

  return TRUE;
}

static gboolean
set_html_fiber (ValijaComposition *composition, GError **error)
{
  g_autoptr(GBytes) bytes = NULL;
  g_autofree char *html = NULL;

  if (opt_html == NULL)
    return TRUE;

  if (!(bytes = valija_cli_load_file_fiber (opt_html, error)))
    return FALSE;

  html = g_utf8_make_valid (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  g_object_set (composition, "html", html, NULL);
  return TRUE;
}

/* The message that --reply and its like name, if they do. */
static gboolean
find_answered_fiber (ValijaCli *cli, GError **error)
{
  const char *id = opt_reply != NULL ? opt_reply : opt_reply_all != NULL ? opt_reply_all : opt_forward;
  gint64 number;

  if (id == NULL)
    return TRUE;
  if (!g_ascii_string_to_signed (id, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return valija_cli_set_usage (error, _("“%s” is not the number of a message."), id);

  return (answered = dex_await_object (valija_engine_find_message (cli->engine, number), error)) != NULL;
}

/* The account that is named; else that of the message that is answered, where it sends. */
static ValijaAccount *
find_sending_account (ValijaCli *cli, GError **error)
{
  ValijaFolder *folder = answered != NULL ? valija_message_get_folder (answered) : NULL;
  ValijaAccount *account = folder != NULL ? valija_folder_get_account (folder) : NULL;
  g_autofree char *reason = NULL;

  if (opt_account == NULL && account != NULL)
    reason = valija_engine_why_not (cli->engine, account, folder, VALIJA_ACTION_REPLY);
  if (opt_account == NULL && account != NULL && reason == NULL)
    return valija_cli_hold (cli, account);

  return valija_cli_find_account (cli, opt_account, error);
}

/* An empty composition from the first of @senders, or the answer to what is answered, from whom that was for. */
static ValijaComposition *
begin_composition_fiber (ValijaCli *cli, ValijaAccount *account, GPtrArray *senders, GError **error)
{
  ValijaReplyKind kind = opt_reply != NULL ? VALIJA_REPLY : opt_reply_all != NULL ? VALIJA_REPLY_ALL : VALIJA_FORWARD;
  g_autoptr(ValijaMimeMessage) original = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(ValijaAddress) sender = NULL;
  g_autoptr(GPtrArray) own = NULL;

  if (answered == NULL)
    {
      ValijaComposition *composition = valija_composition_new ();

      g_object_set (composition, "from", g_ptr_array_index (senders, 0), NULL);
      return composition;
    }

  if (!(source = dex_await_boxed (valija_engine_load_source (cli->engine, answered, NULL, NULL), error)) ||
      !(original = dex_await_object (valija_engine_parse_source (cli->engine, source), error)))
    return NULL;

  sender = valija_composition_choose_sender (original, senders);
  own = valija_account_list_senders (account);
  return valija_composition_new_reply (original, source, kind, sender, own);
}

/* What is typed comes before what is quoted. */
static void
put_body_first (ValijaComposition *composition, const char *body)
{
  g_autofree char *quoted = NULL;
  g_autofree char *text = NULL;

  g_object_get (composition, "text", &quoted, NULL);
  text = quoted != NULL && quoted[0] != '\0' ? g_strconcat (body, "\n", quoted, NULL) : g_strdup (body);
  g_object_set (composition, "text", text, NULL);
}

/* The one that --from names, else all that the account has. (nullable) (transfer full) */
static GPtrArray *
list_senders (ValijaAccount *account, GError **error)
{
  g_autoptr(GPtrArray) senders = valija_account_list_senders (account);
  g_autoptr(GPtrArray) named = valija_address_list_new ();

  if (opt_from == NULL)
    return g_steal_pointer (&senders);

  for (guint i = 0; i < senders->len && named->len == 0; i++)
    {
      const ValijaAddress *sender = g_ptr_array_index (senders, i);

      if (g_ascii_strcasecmp (sender->address, opt_from) == 0)
        g_ptr_array_add (named, valija_address_copy (sender));
    }
  if (named->len > 0)
    return g_steal_pointer (&named);

  valija_cli_set_usage (error, _("“%s” is not a sender address of “%s”. Add it to the account’s setting “senders” "
                                 "first."), opt_from, valija_account_get_name (account));
  return NULL;
}

static ValijaComposition *
compose_fiber (ValijaCli *cli, ValijaAccount *account, GError **error)
{
  g_autoptr(GPtrArray) senders = NULL;
  g_autoptr(ValijaComposition) composition = NULL;
  g_autofree char *body = NULL;
  int priority;
  int confidentiality;

  if (!(senders = list_senders (account, error)) ||
      !valija_cli_find_word (opt_priority, priorities, &priority, error) ||
      !valija_cli_find_word (opt_confidentiality, confidentialities, &confidentiality, error) ||
      !(composition = begin_composition_fiber (cli, account, senders, error)) ||
      !(body = read_body_fiber (cli, error)))
    return NULL;

  put_body_first (composition, body);
  set_list (composition, "to", opt_to);
  set_list (composition, "cc", opt_cc);
  set_list (composition, "bcc", opt_bcc);
  if (opt_subject != NULL)
    g_object_set (composition, "subject", opt_subject, NULL);
  g_object_set (composition,
                "priority", priority,
                "confidentiality", confidentiality,
                "read-confirmation", opt_read_confirmation,
                "delivery-receipt", opt_delivery_receipt,
                NULL);

  if (!set_html_fiber (composition, error) || !add_attachments (composition, error))
    return NULL;

  return g_steal_pointer (&composition);
}

/* ---- send ---- */

/* Bare addresses, for the envelope of a finished source. */
static char **
split_addresses (char **lists)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; lists != NULL && lists[i] != NULL; i++)
    {
      g_auto(GStrv) words = g_strsplit (lists[i], ",", -1);

      for (guint j = 0; words[j] != NULL; j++)
        if (g_strstrip (words[j])[0] != '\0')
          g_strv_builder_add (builder, words[j]);
    }

  return g_strv_builder_end (builder);
}

/* The time of --at in seconds since 1970, 0 without one. */
static gboolean
parse_due (gint64 *due, GError **error)
{
  *due = 0;
  if (opt_at == NULL)
    return TRUE;
  if (opt_draft || opt_print)
    return valija_cli_set_usage (error, _("A draft and a printed source are not sent: --at does not go with --draft "
                                          "and --print."));

  if (!valija_cli_parse_time (opt_at, due, error))
    return FALSE;

  if (*due <= g_get_real_time () / G_USEC_PER_SEC)
    return valija_cli_set_usage (error, _("“%s” has passed. Give a time that is still to come."), opt_at);

  return TRUE;
}

static DexFuture *
enqueue_fiber (ValijaCli *cli, ValijaAccount *account, gint64 due, GError **error)
{
  g_autoptr(ValijaComposition) composition = NULL;
  g_autoptr(GBytes) source = NULL;
  g_auto(GStrv) recipients = NULL;

  if (opt_source != NULL && opt_from != NULL)
    {
      valija_cli_set_usage (error, _("A message file names its sender: --source and --from do not go together."));
      return NULL;
    }

  if (opt_source == NULL)
    {
      if (!(composition = compose_fiber (cli, account, error)))
        return NULL;
      return valija_engine_send (cli->engine, account, composition, due);
    }

  if (!(source = valija_cli_load_file_fiber (opt_source, error)))
    return NULL;

  recipients = split_addresses (opt_to);
  return valija_engine_send_source (cli->engine, account, source, (const char * const *) recipients, due);
}

static void
show_item (ValijaCli *cli, gint64 id)
{
  ValijaOutboxItem *item = valija_engine_find_outbox_item (cli->engine, id);

  if (item == NULL)
    return;

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "item");
      valija_cli_json_outbox (cli->json, item);
    }
  valija_cli_print_outbox (cli, item);
}

/* Sent to some, and refused for the others: the item says to whom. */
static gboolean
check_all_have_it (ValijaCli *cli, gint64 id, GError **error)
{
  ValijaOutboxItem *item = valija_cli_hold (cli, valija_engine_find_outbox_item (cli->engine, id));

  if (item == NULL || valija_outbox_item_get_state (item) != VALIJA_OUTBOX_ERROR)
    return TRUE;

  valija_error_set (error, VALIJA_ERROR_RECIPIENT, _("Not every recipient has the message."));
  valija_error_locate (error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_RECIPIENTS);
  return FALSE;
}

/* The original shows from now on that it was answered. */
static gboolean
mark_answered_fiber (ValijaCli *cli, GError **error)
{
  ValijaFlags flag = opt_forward != NULL ? VALIJA_FLAG_FORWARDED : VALIJA_FLAG_ANSWERED;
  g_autoptr(ValijaMessage) message = g_steal_pointer (&answered);
  g_autoptr(GPtrArray) messages = g_ptr_array_new ();
  g_autoptr(ValijaUndo) undo = NULL;

  if (message == NULL)
    return TRUE;

  g_ptr_array_add (messages, message);
  undo = dex_await_object (valija_engine_change_flags (cli->engine, messages, flag, VALIJA_FLAG_NONE), error);
  return undo != NULL;
}

/* Hands the draft @id over to the account's drafts, and tells where it is then: here, where the server cannot have it
 * now, which is @error with FALSE. */
static gboolean
file_draft_fiber (ValijaCli *cli, ValijaAccount *account, gint64 id, GError **error)
{
  g_autoptr(GError) failure = NULL;
  gint64 filed = dex_await_int64 (valija_engine_file_draft (cli->engine, account, id), &failure);

  if (failure != NULL)
    filed = id;
  valija_cli_print (cli, "%s\n", filed < 0 ? _("The draft is kept on this computer.")
                                           : _("The draft is in the drafts folder on the server."));
  if (cli->json != NULL && filed != 0)
    valija_cli_json_int (cli->json, "draft", filed);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
draft_fiber (ValijaCli *cli, ValijaAccount *account, GError **error)
{
  g_autoptr(ValijaComposition) composition = NULL;
  g_autoptr(GError) failure = NULL;
  gint64 id;

  if (opt_source != NULL)
    return valija_cli_set_usage (error, _("A message file is sent as it is: --source and --draft do not go together."));
  if (!(composition = compose_fiber (cli, account, error)))
    return FALSE;

  id = dex_await_int64 (valija_engine_save_draft (cli->engine, account, composition, 0), &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  if (!opt_queue)
    return file_draft_fiber (cli, account, id, error);

  valija_cli_print (cli, "%s\n", _("The draft is kept on this computer."));
  if (cli->json != NULL)
    valija_cli_json_int (cli->json, "draft", id);

  return dex_await (valija_engine_leave_draft (cli->engine, id), error);
}

static gpointer
build_in_thread (gpointer user_data, GError **error)
{
  return valija_composition_build (user_data, opt_with_bcc, error);
}

static gboolean
print_fiber (ValijaCli *cli, ValijaAccount *account, GError **error)
{
  g_autoptr(ValijaComposition) composition = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autofree char *text = NULL;
  gsize length;
  const char *data;

  if (opt_source != NULL)
    return valija_cli_set_usage (error,
                                 _("A message file is its own source: --source and --print do not go together."));
  if (!(composition = compose_fiber (cli, account, error)) ||
      !(source = dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, build_in_thread,
                                                               g_object_ref (composition), g_object_unref), error)))
    return FALSE;

  data = g_bytes_get_data (source, &length);
  if (cli->json == NULL)
    return fwrite (data, 1, length, stdout) == length;

  text = g_utf8_make_valid (data, (gssize) length);
  valija_cli_json_string (cli->json, "raw", text);
  return TRUE;
}

static gboolean
send_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  DexFuture *queued;
  g_autoptr(GError) failure = NULL;
  gboolean later = opt_queue || opt_at != NULL;
  gint64 due;
  gint64 id;

  if (!parse_due (&due, error) || !find_answered_fiber (cli, error) ||
      !(account = find_sending_account (cli, error)))
    return FALSE;
  if (opt_print)
    return print_fiber (cli, account, error);
  if (opt_draft)
    return draft_fiber (cli, account, error);

  if (!(queued = enqueue_fiber (cli, account, due, error)))
    return FALSE;

  id = dex_await_int64 (queued, &failure);
  if (failure == NULL && !later)
    dex_await_uint (valija_engine_flush_outbox (cli->engine, account), &failure);

  if (id != 0)
    show_item (cli, id);

  if (failure == NULL)
    mark_answered_fiber (cli, &failure);

  /* The copy and the mark go to the server by way of the journal. */
  if (failure == NULL && !later)
    dex_await (valija_engine_flush (cli->engine, account), &failure);

  if (failure == NULL)
    return later || check_all_have_it (cli, id, error);

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* ---- outbox ---- */

static gboolean
outbox_list_fiber (ValijaCli *cli, GError **error)
{
  GListModel *items = valija_engine_get_outbox (cli->engine);

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "items");
      json_builder_begin_array (cli->json);
    }
  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (items, i);

      if (cli->json != NULL)
        valija_cli_json_outbox (cli->json, item);
      valija_cli_print_outbox (cli, item);
    }
  if (cli->json != NULL)
    json_builder_end_array (cli->json);
  return TRUE;
}

static gboolean
outbox_send_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account = NULL;
  g_autoptr(GError) failure = NULL;
  guint n_sent;

  if (opt_account != NULL && !(account = valija_cli_find_account (cli, opt_account, error)))
    return FALSE;

  n_sent = dex_await_uint (valija_engine_flush_outbox (cli->engine, account), &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  if (cli->json != NULL)
    valija_cli_json_int (cli->json, "sent", n_sent);
  valija_cli_print (cli, ngettext ("%u message sent\n", "%u messages sent\n", n_sent), n_sent);
  return TRUE;
}

static ValijaOutboxItem *
item_from_arguments (ValijaCli *cli, GError **error)
{
  ValijaOutboxItem *item = NULL;
  gint64 id;

  if (cli->n_arguments != 1 ||
      !g_ascii_string_to_signed (cli->arguments[0], 10, G_MININT64, G_MAXINT64, &id, NULL))
    {
      valija_cli_set_usage (error, _("Say which message by its number. “valijactl outbox” shows them."));
      return NULL;
    }

  if (!(item = valija_engine_find_outbox_item (cli->engine, id)))
    valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("The outbox has no message %s."), cli->arguments[0]);

  return valija_cli_hold (cli, item);
}

static gboolean
outbox_retry_fiber (ValijaCli *cli, GError **error)
{
  ValijaOutboxItem *item = item_from_arguments (cli, error);
  g_autoptr(GError) failure = NULL;
  gint64 id;

  if (item == NULL)
    return FALSE;

  id = valija_outbox_item_get_id (item);
  if (!dex_await (valija_engine_retry_outbox_item (cli->engine, item), error))
    return FALSE;

  dex_await_uint (valija_engine_flush_outbox (cli->engine, valija_outbox_item_get_account (item)), &failure);
  show_item (cli, id);
  if (failure == NULL)
    return check_all_have_it (cli, id, error);

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Nothing is asked of a server. */
static gboolean
outbox_confirm_fiber (ValijaCli *cli, GError **error)
{
  ValijaOutboxItem *item = item_from_arguments (cli, error);
  gint64 id;

  if (item == NULL)
    return FALSE;

  id = valija_outbox_item_get_id (item);
  if (!dex_await (valija_engine_confirm_outbox_item (cli->engine, item), error))
    return FALSE;

  show_item (cli, id);
  return TRUE;
}

/* It is a draft then, to be found and changed among them. */
static gboolean
outbox_withdraw_fiber (ValijaCli *cli, GError **error)
{
  ValijaOutboxItem *item = item_from_arguments (cli, error);
  g_autoptr(ValijaAccount) account = NULL;
  g_autoptr(GError) failure = NULL;
  gint64 draft;

  if (item == NULL)
    return FALSE;
  if (valija_outbox_item_get_state (item) == VALIJA_OUTBOX_SENT)
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        _("Message %s was sent and cannot be taken back. “outbox remove” takes it out of this list."),
                        cli->arguments[0]);
      return FALSE;
    }

  g_set_object (&account, valija_outbox_item_get_account (item));
  draft = dex_await_int64 (valija_engine_withdraw_outbox_item (cli->engine, item), &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  valija_cli_print (cli, "%s\n", _("The message is no longer in the outbox. It is a draft again."));

  /* It is withdrawn, whatever the server of the drafts says */
  if (!file_draft_fiber (cli, account, draft, &failure))
    fprintf (stderr, "valijactl: %s\n", failure->message);

  return TRUE;
}

static gboolean
outbox_remove_fiber (ValijaCli *cli, GError **error)
{
  ValijaOutboxItem *item = item_from_arguments (cli, error);

  return item != NULL && dex_await (valija_engine_remove_outbox_item (cli->engine, item), error);
}

/* ---- check ---- */

static const GOptionEntry check_options[] = {
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" },
  { "server", 0, 0, G_OPTION_ARG_NONE, &opt_server, N_("Ask the account’s outgoing server too; sends nothing"), NULL },
  G_OPTION_ENTRY_NULL
};

static void
report_check (ValijaCli *cli, const char *address, const char *verdict, const char *words, const char *line)
{
  if (cli->json != NULL)
    {
      json_builder_begin_object (cli->json);
      valija_cli_json_string (cli->json, "address", address);
      valija_cli_json_string (cli->json, "verdict", verdict);
      valija_cli_json_string (cli->json, "server_line", line);
      json_builder_end_object (cli->json);
    }
  valija_cli_print (cli, "%s: %s%s%s\n", address, words, line != NULL ? " " : "", line != NULL ? line : "");
}

static gboolean
check_one_fiber (ValijaCli *cli, ValijaAccount *account, const char *address, GError **error)
{
  g_autoptr(ValijaAddressCheck) check = NULL;

  if (!valija_address_is_valid (address))
    {
      report_check (cli, address, "invalid", _("This is not a mail address."), NULL);
      return TRUE;
    }
  if (account == NULL)
    {
      report_check (cli, address, "valid", _("This is written as a mail address is."), NULL);
      return TRUE;
    }

  if (!(check = dex_await_boxed (valija_engine_check_address (cli->engine, account, address), error)))
    return FALSE;

  report_check (cli, address, valija_address_verdict_to_nick (check->verdict),
                valija_address_verdict_get_label (check->verdict), check->server_line);
  return TRUE;
}

static gboolean
check_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account = NULL;
  gboolean done = TRUE;

  if (cli->n_arguments == 0)
    return valija_cli_set_usage (error, _("Say which addresses."));
  if (opt_server && !(account = valija_cli_find_account (cli, opt_account, error)))
    return FALSE;

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "addresses");
      json_builder_begin_array (cli->json);
    }
  for (guint i = 0; i < cli->n_arguments && done; i++)
    done = check_one_fiber (cli, account, cli->arguments[i], error);
  if (cli->json != NULL)
    json_builder_end_array (cli->json);

  return done;
}

const ValijaCliCommand valija_cli_send_commands[] = {
  { "send", NULL, N_("Send a message; its text comes from standard input"), send_options, send_fiber },
  { "check", "ADDRESS…", N_("Say whether addresses are written right, and what the server thinks of them"),
    check_options, check_fiber },
  { "outbox send", NULL, N_("Send what waits in the outbox"), outbox_options, outbox_send_fiber },
  { "outbox retry", "ITEM", N_("Send a message now that failed, is uncertain or waits for its time"), NULL,
    outbox_retry_fiber },
  { "outbox confirm", "ITEM", N_("Say that an uncertain message was sent: look for it among the sent mail first"), NULL,
    outbox_confirm_fiber },
  { "outbox withdraw", "ITEM", N_("Take a message out of the outbox and make it a draft again"), NULL,
    outbox_withdraw_fiber },
  { "outbox remove", "ITEM", N_("Take a message out of the outbox"), NULL, outbox_remove_fiber },
  { "outbox", NULL, N_("List what waits, was sent, or failed"), NULL, outbox_list_fiber },
  { NULL }
};
