/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "mime/valija-mime-message.h"
#include "sessions/mixed/valija-mixed-session.h"
#include "support/valija-script-server.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Against the real Dovecot and Postfix of tests/world: what POP3 and SMTP can do there, in an account of both. */

#define USER "ana@example.org"
#define BATCH 100

static JsonObject *world;

static void
set_server (ValijaServer   *server,
            ValijaSecurity  security,
            const char     *tls_port,
            const char     *clear_port,
            const char     *mechanism)
{
  g_object_set (server,
                "host", json_object_get_string_member (world, "host"),
                "port", (guint) json_object_get_int_member (world,
                                                            security == VALIJA_SECURITY_TLS ? tls_port : clear_port),
                "security", (int) security,
                "user", USER,
                "mechanism", mechanism,
                "ca-file", json_object_get_string_member (world, "ca"),
                NULL);
}

static ValijaSession *
new_session (ValijaSecurity         security,
             const char            *incoming_mechanism,
             const char            *outgoing_mechanism,
             const char            *password,
             ValijaSessionContext **context)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("mixed");
  g_autoptr(ValijaSecret) secret = valija_secret_new (password, -1);
  g_autoptr(ValijaSessionContext) made = NULL;

  g_object_set (account, "timeout", 30, "delete-after-days", 0, NULL);
  set_server (valija_account_get_incoming (account), security, "pop3s_port", "pop3_port", incoming_mechanism);
  set_server (valija_account_get_outgoing (account), security, "submissions_port", "submission_port",
              outgoing_mechanism);
  made = valija_session_context_new (account, NULL, NULL);
  valija_session_context_preset_secret (made, VALIJA_SIDE_INCOMING, secret);
  valija_session_context_preset_secret (made, VALIJA_SIDE_OUTGOING, secret);
  if (context != NULL)
    *context = g_object_ref (made);

  return valija_mixed_session_new (made);
}

static void
await_true (DexFuture *future)
{
  g_autoptr(GError) error = NULL;

  valija_test_await (future, &error);
  g_assert_no_error (error);
  dex_unref (future);
}

typedef struct
{
  const char *incoming;
  const char *outgoing;
} Mechanisms;

/* Postfix hands each connection to another process and offers no channel binding: there the forms without it. */
static const Mechanisms mechanisms[] = {
  { "", "" },
  { "PLAIN", "PLAIN" },
  { "LOGIN", "LOGIN" },
  { "USER", "PLAIN" },
  { "CRAM-MD5", "CRAM-MD5" },
  { "SCRAM-SHA-1", "SCRAM-SHA-1" },
  { "SCRAM-SHA-256", "SCRAM-SHA-256" },
  { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1" },
  { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256" },
};

static void
test_mechanism (gconstpointer data)
{
  const Mechanisms *m = data;

  for (ValijaSecurity security = VALIJA_SECURITY_TLS; security <= VALIJA_SECURITY_STARTTLS; security++)
    {
      g_autoptr(ValijaSession) session = new_session (security, m->incoming, m->outgoing,
                                                      json_object_get_string_member (world, "password"), NULL);
      g_auto(GStrv) facts = NULL;
      g_autofree char *text = NULL;

      await_true (valija_session_open (session));
      facts = valija_session_dup_facts (session);
      text = g_strjoinv ("; ", facts);
      g_test_message ("%s", text);
      await_true (valija_session_close (session));
    }
}

static void
test_wrong_password (gconstpointer data)
{
  const Mechanisms *m = data;
  g_autoptr(ValijaSession) session = new_session (VALIJA_SECURITY_TLS, m->incoming, m->outgoing, "wrong", NULL);
  g_autoptr(DexFuture) opening = valija_session_open (session);
  g_autoptr(GError) error = NULL;

  valija_test_await (opening, &error);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
  g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_INCOMING);
  await_true (valija_session_close (session));
}

/* The messages of a whole round, newest first. (transfer full) of ValijaMessageInfo; and where it ended. */
static GPtrArray *
play_round (ValijaSession  *session,
            GBytes        **cursor)
{
  g_autoptr(DexChannel) channel = valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL);
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_info_unref);
  gboolean final = FALSE;

  while (!final)
    {
      g_autoptr(DexFuture) future = dex_channel_receive (channel);
      g_autoptr(GError) error = NULL;
      const GValue *value = valija_test_await (future, &error);
      ValijaChanges *changes;

      g_assert_no_error (error);
      changes = g_value_get_boxed (value);
      for (guint i = 0; i < changes->added->len; i++)
        g_ptr_array_add (infos, valija_message_info_ref (g_ptr_array_index (changes->added, i)));
      if (changes->cursor != NULL)
        {
          g_clear_pointer (cursor, g_bytes_unref);
          *cursor = g_bytes_ref (changes->cursor);
        }
      final = changes->final;
    }

  return infos;
}

/* How many octets the messages have. */
static guint64
fetch_all (ValijaSession *session,
           GPtrArray     *infos)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_null_terminated (infos->len, NULL, TRUE);
  g_autoptr(DexChannel) channel = NULL;
  guint64 octets = 0;

  for (guint i = 0; i < infos->len; i++)
    g_ptr_array_add (ids, ((ValijaMessageInfo *) g_ptr_array_index (infos, i))->remote_id);

  channel = valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX",
                                               (const char * const *) ids->pdata, NULL);
  for (guint i = 0; i < infos->len; i++)
    {
      g_autoptr(DexFuture) future = dex_channel_receive (channel);
      g_autoptr(GError) error = NULL;
      const GValue *value = valija_test_await (future, &error);

      g_assert_no_error (error);
      octets += g_bytes_get_size (((ValijaFetched *) g_value_get_boxed (value))->source);
    }

  return octets;
}

static DexFuture *
send_text (ValijaSession *session,
           const GString *text)
{
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new (USER);
  g_autoptr(GBytes) source = g_bytes_new (text->str, text->len);

  g_ptr_array_add (envelope->recipients, g_strdup (USER));

  return valija_mail_sender_send (VALIJA_MAIL_SENDER (session), envelope, source, NULL);
}

static DexFuture *
send (ValijaSession *session,
      guint          number)
{
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_printf (text, "From: " USER "\nTo: " USER "\nSubject: batch %u\n\n.\n..\n", number);
  for (int i = 0; i < 100; i++)
    g_string_append_printf (text, "line %d of message %u\n", i, number);

  return send_text (session, text);
}

/* Those of @infos whose subject begins so. (transfer container) of char *, NULL-terminated */
static GPtrArray *
list_ids (GPtrArray  *infos,
          const char *subject)
{
  GPtrArray *ids = g_ptr_array_new_null_terminated (infos->len, NULL, TRUE);

  for (guint i = 0; i < infos->len; i++)
    {
      ValijaMessageInfo *info = g_ptr_array_index (infos, i);

      if (g_str_has_prefix (info->subject, subject))
        g_ptr_array_add (ids, info->remote_id);
    }

  return ids;
}

/* Delivery takes its time. The whole round in which all @n are there. (transfer full) */
static GPtrArray *
await_delivery (ValijaSession  *session,
                const char     *subject,
                guint           n,
                GBytes        **cursor)
{
  gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (TRUE)
    {
      g_autoptr(GPtrArray) infos = play_round (session, cursor);
      g_autoptr(GPtrArray) ids = list_ids (infos, subject);

      if (ids->len == n)
        return g_steal_pointer (&infos);

      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

/* A hundred messages go out in few turns, come back with their dots, and leave the server when the account says
 * so. */
static void
test_batch (void)
{
  g_autoptr(ValijaSessionContext) context = NULL;
  g_autoptr(ValijaSession) session = new_session (VALIJA_SECURITY_TLS, "", "",
                                                  json_object_get_string_member (world, "password"), &context);
  g_autoptr(GPtrArray) sent = g_ptr_array_new ();
  g_autoptr(GPtrArray) infos = NULL;
  g_autoptr(GPtrArray) ids = NULL;
  g_autoptr(GBytes) cursor = NULL;
  guint found;

  for (guint i = 0; i < BATCH; i++)
    g_ptr_array_add (sent, send (session, i));
  for (guint i = 0; i < BATCH; i++)
    await_true (g_ptr_array_index (sent, i));
  g_test_message ("%u messages in %u turns", BATCH, valija_session_context_get_traffic (context)->turns);

  infos = await_delivery (session, "batch ", BATCH, &cursor);
  ids = list_ids (infos, "batch ");
  await_true (valija_mail_drop_clear (VALIJA_MAIL_DROP (session), cursor, (const char * const *) ids->pdata));
  found = infos->len;
  g_clear_pointer (&infos, g_ptr_array_unref);
  infos = play_round (session, &cursor);
  g_assert_cmpuint (infos->len, ==, found - BATCH);
  await_true (valija_session_close (session));
}

/* Of a large message the text comes in a small part of it. */
static void
test_outline (void)
{
  g_autoptr(ValijaSessionContext) context = NULL;
  g_autoptr(ValijaSession) session = new_session (VALIJA_SECURITY_TLS, "", "",
                                                  json_object_get_string_member (world, "password"), &context);
  g_autoptr(GString) text = g_string_new ("From: " USER "\nTo: " USER "\nSubject: outline\nMIME-Version: 1.0\n"
                                          "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n.\n..\nHere it is.\n"
                                          "--b\nContent-Type: application/pdf\n"
                                          "Content-Transfer-Encoding: base64\n\n");
  g_autoptr(GPtrArray) infos = NULL;
  g_autoptr(GPtrArray) ids = NULL;
  g_autoptr(GBytes) cursor = NULL;
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(ValijaMimeMessage) outline = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;
  guint64 before;

  for (int i = 0; i < 30000; i++)
    g_string_append (text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
  g_string_append (text, "--b--\n");
  await_true (send_text (session, text));
  infos = await_delivery (session, "outline", 1, &cursor);
  ids = list_ids (infos, "outline");

  before = valija_session_context_get_traffic (context)->bytes_in;
  future = valija_mail_reader_fetch_outline (VALIJA_MAIL_READER (session), "INBOX", g_ptr_array_index (ids, 0));
  value = valija_test_await (future, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (valija_session_context_get_traffic (context)->bytes_in - before, <, 300 * 1000);
  outline = valija_mime_message_parse_outline (g_value_get_boxed (value));
  g_assert_cmpstr (valija_mime_message_get_text (outline), ==, ".\n..\nHere it is.");

  await_true (valija_mail_drop_clear (VALIJA_MAIL_DROP (session), cursor, (const char * const *) ids->pdata));
  await_true (valija_session_close (session));
}

/* The whole mailbox, listed and fetched. */
static void
test_fetch (void)
{
  g_autoptr(ValijaSessionContext) context = NULL;
  g_autoptr(ValijaSession) session = new_session (VALIJA_SECURITY_TLS, "", "",
                                                  json_object_get_string_member (world, "password"), &context);
  gint64 start = g_get_monotonic_time ();
  g_autoptr(GBytes) cursor = NULL;
  g_autoptr(GPtrArray) infos = play_round (session, &cursor);
  gint64 listed = g_get_monotonic_time ();
  guint64 octets = fetch_all (session, infos);
  gint64 end = g_get_monotonic_time ();

  g_test_message ("%u headers in %.2f s, %.1f MB in %.2f s, %u turns", infos->len, (listed - start) / 1e6, octets / 1e6,
                  (end - listed) / 1e6, valija_session_context_get_traffic (context)->turns);
  await_true (valija_session_close (session));
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(JsonParser) parser = json_parser_new ();
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();

  if (!json_parser_load_from_file (parser, g_getenv ("VALIJA_WORLD") != NULL ? g_getenv ("VALIJA_WORLD") : "", NULL))
    g_error ("VALIJA_WORLD names no mail world: run this by tests/world/world.py");
  world = json_node_get_object (json_parser_get_root (parser));

  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      const char *name = mechanisms[i].incoming[0] != '\0' ? mechanisms[i].incoming : "strongest";
      g_autofree char *good = g_strconcat ("/mixed/world/sign-in/", name, NULL);
      g_autofree char *bad = g_strconcat ("/mixed/world/wrong-password/", name, NULL);

      g_test_add_data_func (good, &mechanisms[i], test_mechanism);
      g_test_add_data_func (bad, &mechanisms[i], test_wrong_password);
    }
  g_test_add_func ("/mixed/world/fetch", test_fetch);
  g_test_add_func ("/mixed/world/batch", test_batch);
  g_test_add_func ("/mixed/world/outline", test_outline);

  status = g_test_run ();
  valija_test_drain ();

  return status;
}
