/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/valija-mail-reader.h"

#include "support/valija-script-server.h"

/* A reader that has one message in each folder but "empty", and breaks in "broken". */
#define FAKE_TYPE_READER (fake_reader_get_type ())
G_DECLARE_FINAL_TYPE (FakeReader, fake_reader, FAKE, READER, GObject)

struct _FakeReader
{
  GObject parent_instance;
};

static DexChannel *
fake_fetch_messages (ValijaMailReader   *reader,
                     const char         *folder,
                     const char * const *remote_ids,
                     ValijaProgress     *progress)
{
  DexChannel *channel = dex_channel_new (1);
  DexFuture *item = NULL;

  if (g_str_equal (folder, "broken"))
    item = dex_future_new_reject (VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED, "Gone.");
  else if (!g_str_equal (folder, "empty"))
    {
      g_autoptr(GBytes) source = g_bytes_new_static ("Subject: x\r\n\r\n", 14);

      item = dex_future_new_take_boxed (VALIJA_TYPE_FETCHED, valija_fetched_new (remote_ids[0], source));
    }

  if (item != NULL)
    valija_future_forget (dex_channel_send (channel, item), "fake");
  dex_channel_close_send (channel);

  return channel;
}

static void
fake_reader_session_init (ValijaSessionInterface *iface)
{
}

static void
fake_reader_mail_reader_init (ValijaMailReaderInterface *iface)
{
  iface->fetch_messages = fake_fetch_messages;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeReader, fake_reader, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_SESSION, fake_reader_session_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_READER, fake_reader_mail_reader_init))

static void
fake_reader_class_init (FakeReaderClass *klass)
{
}

static void
fake_reader_init (FakeReader *self)
{
}

static void
assert_rejects (DexFuture *future, ValijaErrorCode code, ValijaSide side, ValijaStep step)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, (int) code);
  g_assert_cmpint (valija_error_get_side (error), ==, side);
  g_assert_cmpint (valija_error_get_step (error), ==, step);
}

static void
test_fetch_message (void)
{
  g_autoptr(FakeReader) reader = g_object_new (FAKE_TYPE_READER, NULL);
  ValijaMailReader *mail = VALIJA_MAIL_READER (reader);
  g_autoptr(DexFuture) fetch = valija_mail_reader_fetch_message (mail, "inbox", "7", NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (fetch, &error);
  ValijaFetched *fetched;

  g_assert_no_error (error);
  fetched = g_value_get_boxed (value);
  g_assert_cmpstr (fetched->remote_id, ==, "7");
  g_assert_cmpuint (g_bytes_get_size (fetched->source), ==, 14);

  assert_rejects (valija_mail_reader_fetch_message (mail, "empty", "7", NULL), VALIJA_ERROR_NOT_FOUND,
                  VALIJA_SIDE_INCOMING, VALIJA_STEP_FETCH);
  assert_rejects (valija_mail_reader_fetch_message (mail, "broken", "7", NULL), VALIJA_ERROR_DISCONNECTED,
                  VALIJA_SIDE_NONE, VALIJA_STEP_NONE);
}

static void
note_alert_cb (ValijaSession *session, const char *text, GString *log)
{
  g_string_append_printf (log, "alert %s;", text);
}

static void
note_state_cb (ValijaSession *session, GString *log)
{
  g_string_append (log, "state;");
}

static void
test_signals (void)
{
  g_autoptr(FakeReader) reader = g_object_new (FAKE_TYPE_READER, NULL);
  g_autoptr(GString) log = g_string_new (NULL);

  g_signal_connect (reader, "alert", G_CALLBACK (note_alert_cb), log);
  g_signal_connect (reader, "state-changed", G_CALLBACK (note_state_cb), log);
  valija_session_notify_state (VALIJA_SESSION (reader));
  valija_session_alert (VALIJA_SESSION (reader), "closed at noon");
  g_assert_cmpstr (log->str, ==, "state;alert closed at noon;");
}

static ValijaSessionContext *
make_context (const char *security)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("mixed");
  g_autoptr(GError) error = NULL;

  for (int i = 0; i < 2; i++)
    {
      const char *side = i == 0 ? "incoming" : "outgoing";
      g_autofree char *host = g_strconcat (side, ".host", NULL);
      g_autofree char *kind = g_strconcat (side, ".security", NULL);

      g_assert_true (valija_account_set_key (account, host, "127.0.0.1", &error));
      g_assert_true (valija_account_set_key (account, kind, security, &error));
    }

  return valija_session_context_new (account, NULL, NULL);
}

static void
test_secret (void)
{
  g_autoptr(ValijaSessionContext) context = make_context ("none");
  g_autoptr(ValijaSecret) secret = valija_secret_new ("pencil", -1);
  g_autoptr(DexFuture) lookup = NULL;

  assert_rejects (valija_session_context_lookup_secret (context, VALIJA_SIDE_OUTGOING), VALIJA_ERROR_NO_SECRET,
                  VALIJA_SIDE_OUTGOING, VALIJA_STEP_SIGN_IN);
  valija_session_context_preset_secret (context, VALIJA_SIDE_OUTGOING, secret);
  lookup = valija_session_context_lookup_secret (context, VALIJA_SIDE_OUTGOING);
  g_assert_true (g_value_get_boxed (valija_test_await (lookup, NULL)) == secret);
  assert_rejects (valija_session_context_lookup_secret (context, VALIJA_SIDE_INCOMING), VALIJA_ERROR_NO_SECRET,
                  VALIJA_SIDE_INCOMING, VALIJA_STEP_SIGN_IN);
  valija_session_context_preset_secret (context, VALIJA_SIDE_OUTGOING, NULL);
  assert_rejects (valija_session_context_lookup_secret (context, VALIJA_SIDE_OUTGOING), VALIJA_ERROR_NO_SECRET,
                  VALIJA_SIDE_OUTGOING, VALIJA_STEP_SIGN_IN);
}

/* The port of the protocol is taken where the account names none; a failure tells its side. */
static void
test_connect (void)
{
  g_autoptr(ValijaSessionContext) context = make_context ("none");
  g_autoptr(DexFuture) connect = NULL;
  g_autoptr(GError) error = NULL;
  guint16 ports[] = { 1, 1, 1 };

  {
    g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
    g_autoptr(DexFuture) end = NULL;
    ValijaStream *stream;

    valija_script_server_add (server, "CLOSE");
    ports[VALIJA_SECURITY_NONE] = valija_script_server_get_port (server);
    connect = valija_session_context_connect (context, VALIJA_SIDE_INCOMING, ports);
    stream = g_value_get_object (valija_test_await (connect, &error));
    g_assert_no_error (error);
    end = valija_stream_read (stream);
    g_assert_nonnull (valija_test_await (end, NULL));
    g_assert_cmpuint (valija_session_context_get_traffic (context)->connections, ==, 1);
  }

  assert_rejects (valija_session_context_connect (context, VALIJA_SIDE_OUTGOING, ports), VALIJA_ERROR_CONNECT,
                  VALIJA_SIDE_OUTGOING, VALIJA_STEP_CONNECT);
}

static void
note_began_cb (ValijaSessionContext *context, int side, int step, GString *log)
{
  g_string_append_printf (log, "%s %s;", valija_side_to_nick (side), valija_step_to_nick (step));
}

static void
note_ended_cb (ValijaSessionContext *context, int side, int step, const char *detail, GString *log)
{
  g_string_append_printf (log, "%s “%s”;", valija_step_to_nick (step), detail);
}

static void
test_steps (void)
{
  g_autoptr(ValijaSessionContext) context = make_context ("tls");
  g_autoptr(GString) log = g_string_new (NULL);

  g_signal_connect (context, "step-began", G_CALLBACK (note_began_cb), log);
  g_signal_connect (context, "step-ended", G_CALLBACK (note_ended_cb), log);
  valija_session_context_begin_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SECURE);
  valija_session_context_end_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SECURE, "TLS 1.3");
  valija_session_context_end_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SIGN_IN, NULL);
  g_assert_cmpstr (log->str, ==, "incoming secure;secure “TLS 1.3”;sign-in “”;");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sessions/reader/fetch-message", test_fetch_message);
  g_test_add_func ("/sessions/session/signals", test_signals);
  g_test_add_func ("/sessions/context/secret", test_secret);
  g_test_add_func ("/sessions/context/connect", test_connect);
  g_test_add_func ("/sessions/context/steps", test_steps);

  return g_test_run ();
}
