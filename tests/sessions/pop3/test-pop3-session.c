/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-future.h"
#include "valija-test-pop3.h"

#include <string.h>

static const Setting tls = { .security = VALIJA_SECURITY_TLS, .delete_after_days = -1 };
static const Setting starttls = { .security = VALIJA_SECURITY_STARTTLS, .delete_after_days = -1 };
static const Setting clear_text = { .security = VALIJA_SECURITY_NONE, .cleartext = TRUE, .delete_after_days = -1 };
static const Setting hasty_starttls = { .security = VALIJA_SECURITY_STARTTLS, .delete_after_days = -1, .hasty = TRUE };
static const Setting hasty = {
  .security = VALIJA_SECURITY_NONE, .cleartext = TRUE, .delete_after_days = -1, .hasty = TRUE,
};

/* Dropping a fiber does not cancel it; dropping what waits for it does. */
static DexFuture *
spawn (DexFiberFunc   func,
       ValijaSession *session)
{
  return dex_future_finally (valija_fiber_spawn (func, session, g_object_unref), pass_on_cb, NULL, NULL);
}

static char *
fetch (ValijaSession      *session,
       const char * const *remote_ids,
       GError            **error)
{
  g_autoptr(DexChannel) channel = valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", remote_ids,
                                                                     NULL);
  g_autoptr(GString) log = g_string_new (NULL);

  while (TRUE)
    {
      g_autoptr(DexFuture) future = dex_channel_receive (channel);
      const GValue *value = valija_test_await (future, error);
      ValijaFetched *fetched;
      gsize length;
      const char *source;

      if (value == NULL)
        break;

      fetched = g_value_get_boxed (value);
      source = g_bytes_get_data (fetched->source, &length);
      g_string_append_printf (log, "%s(%.*s)", fetched->remote_id, (int) length, source);
    }

  return g_string_free_and_steal (g_steal_pointer (&log));
}

static void
assert_fetch (ValijaSession      *session,
              const char * const *remote_ids,
              const char         *expected)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *log = fetch (session, remote_ids, &error);

  g_assert_error (error, DEX_ERROR, DEX_ERROR_CHANNEL_CLOSED);
  g_assert_cmpstr (log, ==, expected);
}

#define FULL \
  BEGIN LIST_2 \
  "C: TOP 2 0\nC: TOP 1 0\n" \
  "S: +OK\nS: Subject: two\nS:\nS: .\nS: +OK\nS: Subject: one\nS:\nS: .\n" \
  "C: RETR 1\nC: RETR 2\n" \
  "S: +OK\nS: Subject: one\nS:\nS: ..dot\nS: .\nS: +OK\nS: Subject: two\nS:\nS: .\n" \
  QUIT

/* Everything that reading does; and no DELE in it, for the script knows every line */
static void
test_full (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(GBytes) cursor = NULL;
  const char * const ids[] = { "aa", "unknown", "bb", NULL };

  valija_script_server_add_tls (server, FULL);
  session = new_session (valija_script_server_get_port (server), &tls);
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_CLOSED);

  assert_round (session, &cursor, "restart+bb 40 two +aa 30 one ");
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_OPEN);
  assert_fetch (session, ids, "aa(Subject: one\r\n\r\n.dot\r\n)bb(Subject: two\r\n\r\n)");
  await_true (valija_session_close (session));
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_CLOSED);
}

static DexFuture *
full_fiber (gpointer data)
{
  ValijaSession *session = data;
  g_autoptr(DexChannel) sync = NULL;
  g_autoptr(DexChannel) messages = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) ids = g_strsplit ("aa bb", " ", -1);
  gboolean final = FALSE;

  sync = valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL);
  while (!final)
    {
      g_autoptr(ValijaChanges) changes = NULL;

      if (!(changes = dex_await_boxed (dex_channel_receive (sync), &error)))
        return dex_future_new_for_error (g_steal_pointer (&error));
      final = changes->final;
    }

  messages = valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", (const char * const *) ids,
                                                NULL);
  while (error == NULL)
    {
      g_autoptr(ValijaFetched) fetched = NULL;

      fetched = dex_await_boxed (dex_channel_receive (messages), &error);
    }
  if (!g_error_matches (error, DEX_ERROR, DEX_ERROR_CHANNEL_CLOSED))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_session_close (session);
}

static DexFuture *
full_flow (guint16  port,
           gpointer user_data)
{
  return spawn (full_fiber, new_session (port, user_data));
}

static void
test_faults (void)
{
  const char * const scripts[] = { FULL, NULL };

  valija_test_faults (scripts, FALSE, full_flow, (gpointer) &hasty);
}

#define STLS_BEGIN \
  "S: +OK ready\nC: CAPA\nS: +OK\nS: STLS\nS: SASL PLAIN\nS: .\nC: STLS\nS: +OK begin\nTLS\nC: CAPA\n" CAPA_PLAIN

static void
test_starttls (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_auto(GStrv) facts = NULL;

  valija_script_server_add (server, STLS_BEGIN SIGN_IN "C: CAPA\n" CAPA_PLAIN QUIT);
  session = new_session (valija_script_server_get_port (server), &starttls);
  await_true (valija_session_open (session));
  facts = valija_session_dup_facts (session);
  g_assert_true (g_strv_contains ((const char * const *) facts, "Sign-in: PLAIN"));
  await_true (valija_session_close (session));
}

static DexFuture *
open_fiber (gpointer data)
{
  ValijaSession *session = data;
  g_autoptr(GError) error = NULL;

  if (!dex_await (valija_session_open (session), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_session_close (session);
}

static DexFuture *
open_flow (guint16  port,
           gpointer user_data)
{
  return spawn (open_fiber, new_session (port, user_data));
}

static void
test_starttls_faults (void)
{
  const char * const scripts[] = { STLS_BEGIN SIGN_IN "C: CAPA\n" CAPA_PLAIN QUIT, NULL };

  valija_test_faults (scripts, FALSE, open_flow, (gpointer) &hasty_starttls);
}

typedef struct
{
  const char *name;
  const char *script;
  const Setting *setting;
  ValijaErrorCode code;
  ValijaStep step;
} FailureCase;

static const Setting unencrypted = { .security = VALIJA_SECURITY_NONE, .delete_after_days = -1 };
static const Setting forced_cram = {
  .security = VALIJA_SECURITY_NONE, .mechanism = "CRAM-MD5", .delete_after_days = -1,
};
static const Setting forced_scram = {
  .security = VALIJA_SECURITY_NONE, .mechanism = "SCRAM-SHA-1", .delete_after_days = -1,
};
static const Setting apop = { .security = VALIJA_SECURITY_NONE, .mechanism = "APOP", .delete_after_days = -1 };
static const Setting starttls_apop = {
  .security = VALIJA_SECURITY_STARTTLS, .mechanism = "APOP", .delete_after_days = -1,
};
static const Setting with_line_end = {
  .security = VALIJA_SECURITY_NONE, .mechanism = "USER", .password = "a\r\nDELE 1", .cleartext = TRUE,
  .delete_after_days = -1,
};

static const FailureCase failure_cases[] = {
  { "stls-missing", "S: +OK\nC: CAPA\nS: +OK\nS: SASL PLAIN\nS: .\n",
    &starttls, VALIJA_ERROR_NO_STARTTLS, VALIJA_STEP_SECURE },
  { "stls-refused", "S: +OK\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: -ERR no\n",
    &starttls, VALIJA_ERROR_NO_STARTTLS, VALIJA_STEP_SECURE },
  { "stls-refused-no-capa", "S: +OK\nC: CAPA\nS: -ERR\nC: STLS\nS: -ERR no\n",
    &starttls, VALIJA_ERROR_NO_STARTTLS, VALIJA_STEP_SECURE },
  { "stls-injected", "S: +OK\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: +OK go\nS: +OK injected\nSILENCE\n",
    &starttls,
    VALIJA_ERROR_NO_STARTTLS, VALIJA_STEP_SECURE },
  { "greeting-imap", "S: * OK IMAP4rev1\nSILENCE\n", &clear_text, VALIJA_ERROR_PROTOCOL, VALIJA_STEP_GREETING },
  { "greeting-refused", "S: -ERR too busy\nSILENCE\n", &clear_text, VALIJA_ERROR_TRY_LATER, VALIJA_STEP_GREETING },
  { "greeting-never", "SILENCE\n", &hasty, VALIJA_ERROR_TIMED_OUT, VALIJA_STEP_GREETING },
  { "greeting-closed", "CLOSE\n", &clear_text, VALIJA_ERROR_DISCONNECTED, VALIJA_STEP_GREETING },
  { "clear-text-not-wanted", "S: +OK\nC: CAPA\nS: +OK\nS: USER\nS: SASL PLAIN LOGIN\nS: .\n",
    &unencrypted, VALIJA_ERROR_NO_MECHANISM,
    VALIJA_STEP_SIGN_IN },
  { "clear-text-not-wanted-no-capa", "S: +OK\nC: CAPA\nS: -ERR what\n",
    &unencrypted, VALIJA_ERROR_NO_MECHANISM, VALIJA_STEP_SIGN_IN },
  { "wrong-password", "S: +OK\nC: CAPA\nS: +OK\nS: SASL PLAIN\nS: .\nC: AUTH PLAIN AGFuYQBzZWNyZXQ=\nS: -ERR no\n",
    &clear_text,
    VALIJA_ERROR_AUTHENTICATION, VALIJA_STEP_SIGN_IN },
  { "wrong-user", "S: +OK\nC: CAPA\nS: -ERR\nC: USER ana\nS: -ERR never heard\n",
    &clear_text, VALIJA_ERROR_AUTHENTICATION, VALIJA_STEP_SIGN_IN },
  { "in-use", "S: +OK\nC: CAPA\nS: -ERR\nC: USER ana\nS: +OK\nC: PASS secret\nS: -ERR [IN-USE] busy\n",
    &clear_text, VALIJA_ERROR_TRY_LATER,
    VALIJA_STEP_SIGN_IN },
  { "forced-not-offered", "S: +OK\nC: CAPA\nS: +OK\nS: USER\nS: SASL PLAIN\nS: .\n",
    &forced_cram, VALIJA_ERROR_NO_MECHANISM, VALIJA_STEP_SIGN_IN },
  { "scram-nonsense", "S: +OK\nC: CAPA\nS: +OK\nS: SASL SCRAM-SHA-1\nS: .\nC? AUTH SCRAM-SHA-1 biw*\nS: + AAAA\n"
    "C: *\nS: -ERR\n", &forced_scram,
    VALIJA_ERROR_PROTOCOL, VALIJA_STEP_SIGN_IN },
  { "scram-too-early", "S: +OK\nC: CAPA\nS: +OK\nS: SASL SCRAM-SHA-1\nS: .\nC? AUTH SCRAM-SHA-1 biw*\n"
    "S: +OK welcome\n", &forced_scram,
    VALIJA_ERROR_AUTHENTICATION, VALIJA_STEP_SIGN_IN },
  { "apop-refused", "S: +OK <1@x> hi\nC: CAPA\nS: -ERR\nC: APOP ana 37257aa37904a2ac86c6572e6528a18c\nS: -ERR no\n",
    &apop, VALIJA_ERROR_AUTHENTICATION, VALIJA_STEP_SIGN_IN },
  { "apop-not-offered", "S: +OK hi\nC: CAPA\nS: -ERR\n", &apop, VALIJA_ERROR_NO_MECHANISM, VALIJA_STEP_SIGN_IN },
  /* The greeting was read in clear: nothing may be made of it */
  { "apop-after-stls", "S: +OK <1@x> hi\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: +OK\nTLS\n"
    "C: CAPA\nS: +OK\nS: .\n", &starttls_apop, VALIJA_ERROR_NO_MECHANISM, VALIJA_STEP_SIGN_IN },
  { "password-injects", "S: +OK\nC: CAPA\nS: -ERR\nC: USER ana\nS: +OK\n",
    &with_line_end, VALIJA_ERROR_INVALID, VALIJA_STEP_SIGN_IN },
};

static void
test_failure (gconstpointer data)
{
  const FailureCase *c = data;
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;

  valija_script_server_add (server, c->script);
  session = new_session (valija_script_server_get_port (server), c->setting);
  await_error (valija_session_open (session), c->code, c->step);
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_CLOSED);
}

static void
test_long_line (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autofree char *line = g_strnfill (1024 * 1024, 'x');
  g_autofree char *script = g_strconcat ("S: +OK ", line, "\nSILENCE\n", NULL);

  valija_script_server_add (server, script);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  await_error (valija_session_open (session), VALIJA_ERROR_LIMIT, VALIJA_STEP_GREETING);
}

/* Neither CAPA nor TOP nor UIDL: RFC 1939's least. Headers come by RETR, names from them. */
static void
test_least (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(GBytes) cursor = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *log = NULL;

  valija_script_server_add (server,
                            "S: +OK\nC: CAPA\nS: -ERR\nC: USER ana\nS: +OK\nC: PASS secret\nS: +OK\n"
                            "C: UIDL\nS: -ERR\nC: LIST\nS: +OK\nS: 1 30\nS: .\n"
                            "C: TOP 1 0\nS: -ERR\n"
                            "C: RETR 1\nS: +OK\nS: Subject: one\nS:\nS: body\nS: .\n"
                            "C: RETR 1\nS: +OK\nS: Subject: one\nS:\nS: body\nS: .\n"
                            "C: QUIT\nS: +OK\n");
  session = new_session (valija_script_server_get_port (server), &clear_text);
  log = play_round (session, &cursor, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (log, ==,
                   "restart+\tsha256 65cf2a71f62d1f8df25273ee09dd661a3c1f96655d556c9be4674991e0b3d194 30 one ");
  await_true (valija_session_close (session));
}

/* A second round on the same session signs in anew; the third finds what went and came. Ids are repeated and
 * forgotten. */
static void
test_rounds (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(GBytes) cursor = NULL;

  valija_script_server_add (server, BEGIN LIST_2
                                    "C: TOP 2 0\nC: TOP 1 0\n"
                                    "S: +OK\nS: Subject: two\nS:\nS: .\nS: +OK\nS: Subject: one\nS:\nS: .\n" QUIT);
  valija_script_server_add (server, BEGIN LIST_2 QUIT);
  valija_script_server_add (server, BEGIN
                                    "C: UIDL\nC: LIST\nS: +OK\nS: 1 bb\nS: 2 bb\nS: 3\nS: nonsense\nS: .\nS: +OK\n"
                                    "S: 1 40\nS: 2 41\nS: 3 42\nS: .\n"
                                    "C: TOP 3 0\nS: +OK\nS: Subject: three\nS:\nS: .\n"
                                    "C: TOP 3 0\nC: TOP 2 0\nS: +OK\nS: Subject: three\nS:\nS: .\nS: +OK\n"
                                    "S: Subject: again\nS:\nS: .\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);

  assert_round (session, &cursor, "restart+bb 40 two +aa 30 one ");
  assert_round (session, &cursor, "");
  assert_round (session, &cursor,
                "+\tsha256 479e17865a90f681f2deec14ea03cee13f66705a6676573d8766c43001aed002 42 three +bb\t2 41 again "
                "-aa ");
  await_true (valija_session_close (session));
}

static void
test_cursor_of_others (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(GBytes) cursor = g_bytes_new_static ("\001\377zz\0", 5);

  valija_script_server_add (server, BEGIN "C: UIDL\nC: LIST\nS: +OK\nS: .\nS: +OK\nS: .\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  assert_round (session, &cursor, "restart");
  await_true (valija_session_close (session));
}

/* Without PIPELINING one command waits for the other; and when the receiver goes, what was not sent by then is never
 * sent */
static void
test_receiver_goes (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(DexChannel) channel = NULL;
  g_autoptr(DexFuture) first = NULL;
  const char * const ids[] = { "aa", "bb", "cc", "dd", "ee", NULL };

  valija_script_server_add (server,
                            "S: +OK\nC: CAPA\nS: -ERR\nC: USER ana\nS: +OK\nC: PASS secret\nS: +OK\n"
                            "C: UIDL\nS: +OK\nS: 1 aa\nS: 2 bb\nS: 3 cc\nS: 4 dd\nS: 5 ee\nS: .\nC: LIST\nS: +OK\n"
                            "S: .\n"
                            "C: RETR 1\nS: +OK\nS: x\nS: .\nC: RETR 2\nS: +OK\nS: x\nS: .\nC: RETR 3\nS: +OK\n"
                            "S: x\nS: .\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  channel = valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", ids, NULL);
  first = dex_channel_receive (channel);
  valija_test_await (first, NULL);
  dex_channel_close_receive (channel);
  await_true (valija_session_close (session));
}

static void
test_progress (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(DexFuture) future = NULL;

  valija_script_server_add (server,
                            "S: +OK\nC: CAPA\nS: -ERR\nC: USER ana\nS: +OK\nC: PASS secret\nS: +OK\n"
                            "C: UIDL\nS: +OK\nS: 1 aa\nS: .\nC: LIST\nS: +OK\nS: 1 30\nS: .\n"
                            "C: RETR 1\nS: +OK\nS: Subject: one\nS:\nS: text\nS: .\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  future = valija_mail_reader_fetch_message (VALIJA_MAIL_READER (session), "INBOX", "aa", progress);
  g_assert_nonnull (valija_test_await (future, NULL));
  /* What came, of what the server's list says */
  g_assert_cmpuint (valija_progress_get_done (progress), ==, 22);
  g_assert_cmpuint (valija_progress_get_total (progress), ==, 30);
  await_true (valija_session_close (session));
}

#define LARGE "S: Subject: Pictures\nS: Content-Type: multipart/mixed; boundary=b\nS:\nS: --b\nS:\n"
#define CUT "S: --b\nS: Content-Type: image/jpeg\nS:\nS: 4AAQ\nS: .\n"

static DexFuture *
fetch_outline (ValijaSession *session,
               const char    *remote_id)
{
  return valija_mail_reader_fetch_outline (VALIJA_MAIL_READER (session), "INBOX", remote_id);
}

/* As many lines as are no more than a quarter of the message, nor many; then all of it on the same connection. */
static void
test_outline (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = new_session (valija_script_server_get_port (server), &clear_text);
  static const char whole[] = "Subject: Pictures\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                              "--b\r\n\r\n.text";
  const char * const ids[] = { "cc", NULL };
  g_autoptr(DexFuture) future = NULL;
  const GValue *value;
  GBytes *outline;

  valija_script_server_add (server, BEGIN
                            "C: UIDL\nC: LIST\nS: +OK\nS: 1 aa\nS: 2 bb\nS: 3 cc\nS: .\nS: +OK\nS: 1 7800000\n"
                            "S: 2 312000\nS: 3 312000\nS: .\n"
                            "C: TOP 1 3360\nS: +OK\n" LARGE "S: ..text\n" CUT
                            "C: TOP 2 1000\nS: +OK\n" LARGE "S: too long\nS: .\n"
                            "C: TOP 3 1000\nS: -ERR\n"
                            "C: RETR 3\nS: +OK\nS: Subject: three\nS:\nS: .\n" QUIT);
  future = fetch_outline (session, "aa");
  g_assert_nonnull (value = valija_test_await (future, NULL));
  outline = g_value_get_boxed (value);
  g_assert_cmpmem (g_bytes_get_data (outline, NULL), g_bytes_get_size (outline), whole, strlen (whole));
  await_error (fetch_outline (session, "bb"), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);
  await_error (fetch_outline (session, "cc"), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);
  await_error (fetch_outline (session, "dd"), VALIJA_ERROR_NOT_FOUND, VALIJA_STEP_FETCH);
  assert_fetch (session, ids, "cc(Subject: three\r\n\r\n)");
  await_true (valija_session_close (session));
}

/* Of a message that is being fetched the text is there before all of it, and who asks for that waits for the same. */
static void
test_outline_of_arriving (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = new_session (valija_script_server_get_port (server), &clear_text);
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(GString) script = g_string_new (BEGIN "C: UIDL\nC: LIST\nS: +OK\nS: 1 aa\nS: 2 bb\nS: 3 cc\nS: .\nS: +OK\n"
                                            "S: 1 7800000\nS: 2 7800000\nS: .\nC: RETR 1\nC: RETR 2\n"
                                            "S: +OK\n" LARGE "S: text\nS: --b\nS:\n");
  const char * const ids[] = { "aa", "bb", NULL };
  ValijaMailReader *reader = VALIJA_MAIL_READER (session);
  g_autoptr(DexChannel) channel = NULL;
  g_autoptr(DexFuture) received = NULL;
  g_autoptr(DexFuture) outline = NULL;
  g_autoptr(DexFuture) first = NULL;
  g_autoptr(DexFuture) third = NULL;
  g_autoptr(GError) error = NULL;

  for (int i = 0; i < 4000; i++)
    g_string_append (script, "S: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
  /* Only behind the outline */
  g_string_append (script, "C: RETR 3\nS: .\nS: +OK\n" LARGE);
  valija_script_server_add (server, script->str);

  await_true (valija_session_open (session));
  channel = valija_mail_reader_fetch_messages (reader, "INBOX", ids, NULL);
  outline = fetch_outline (session, "aa");
  g_assert_nonnull (valija_test_await (outline, &error));
  g_assert_no_error (error);

  first = valija_mail_reader_fetch_message (reader, "INBOX", "aa", progress);
  third = valija_mail_reader_fetch_message (reader, "INBOX", "cc", NULL);
  g_assert_nonnull (valija_test_await (first, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (valija_progress_get_total (progress), ==, 7800000);
  received = dex_channel_receive (channel);
  g_assert_nonnull (valija_test_await (received, NULL));

  /* It goes with the connection */
  await_error (fetch_outline (session, "bb"), VALIJA_ERROR_DISCONNECTED, VALIJA_STEP_FETCH);
  g_assert_null (valija_test_await (third, NULL));
  await_true (valija_session_close (session));
}

/* What was not sent yet when its receiver went has no beginning; and who waited for that holds up no new list. */
static void
test_outline_of_given_up (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = new_session (valija_script_server_get_port (server), &clear_text);
  g_autoptr(DexChannel) channel = NULL;
  g_autoptr(GBytes) cursor = NULL;
  const char * const ids[] = { "aa", "bb", "cc", NULL };

  valija_script_server_add (server,
                            "S: +OK\nC: CAPA\nS: -ERR\nC: USER ana\nS: +OK\nC: PASS secret\nS: +OK\n"
                            "C: UIDL\nS: +OK\nS: 1 aa\nS: 2 bb\nS: 3 cc\nS: .\nC: LIST\nS: +OK\nS: .\n"
                            "C: TOP 3 0\nS: +OK\nS:\nS: .\nC: TOP 2 0\nS: +OK\nS:\nS: .\n"
                            "C: TOP 1 0\nS: +OK\nS:\nS: .\n"
                            "C: RETR 1\nS: +OK\nS: x\nS: .\nC: RETR 2\nS: +OK\nS: x\nS: .\n" QUIT);
  valija_script_server_add (server, BEGIN LIST_2 QUIT);

  g_free (play_round (session, &cursor, NULL));
  channel = valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", ids, NULL);
  dex_channel_close_receive (channel);
  await_error (fetch_outline (session, "cc"), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);

  assert_round (session, &cursor, "-cc ");
  await_true (valija_session_close (session));
}

/* Behind one that was given up, and is on its way still, there may be one that is wanted: nobody asks once more. */
static void
test_join_behind_given_up (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = new_session (valija_script_server_get_port (server), &clear_text);
  ValijaMailReader *reader = VALIJA_MAIL_READER (session);
  g_autoptr(DexChannel) channel = NULL;
  g_autoptr(DexFuture) first = NULL;
  g_autoptr(DexFuture) second = NULL;
  g_autoptr(DexFuture) third = NULL;
  g_autoptr(GError) error = NULL;
  const char * const ids[] = { "aa", "bb", NULL };

  valija_script_server_add (server, BEGIN LIST_2
                            "C: RETR 1\nC: RETR 2\nS: +OK\nS: x\nS: .\n"
                            "C: RETR 2\nS: +OK\nS: y\nS: .\nS: +OK\nS: y\nS: .\n" QUIT);
  channel = valija_mail_reader_fetch_messages (reader, "INBOX", ids, NULL);
  first = valija_mail_reader_fetch_message (reader, "INBOX", "aa", NULL);
  dex_channel_close_receive (channel);
  g_assert_nonnull (valija_test_await (first, &error));

  second = valija_mail_reader_fetch_message (reader, "INBOX", "bb", NULL);
  third = valija_mail_reader_fetch_message (reader, "INBOX", "bb", NULL);
  valija_test_await (second, &error);
  g_assert_no_error (error);
  valija_test_await (third, &error);
  g_assert_no_error (error);
  await_true (valija_session_close (session));
}

/* Who says not to know TOP is not asked. */
static void
test_no_outline (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = new_session (valija_script_server_get_port (server), &clear_text);

  valija_script_server_add (server, "S: +OK\nC: CAPA\nS: +OK\nS: UIDL\nS: SASL PLAIN\nS: .\n" SIGN_IN
                            "C: CAPA\nS: +OK\nS: UIDL\nS: .\n"
                            "C: UIDL\nS: +OK\nS: 1 aa\nS: .\nC: LIST\nS: +OK\nS: 1 7800000\nS: .\n" QUIT);
  await_error (fetch_outline (session, "aa"), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);
  await_true (valija_session_close (session));
}

static void
test_alone (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = new_session (valija_script_server_get_port (server), &clear_text);
  ValijaMailReader *reader = VALIJA_MAIL_READER (session);
  g_autoptr(DexChannel) channel = NULL;

  await_error (valija_mail_reader_search (reader, "INBOX", "x", 1), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);
  await_error (valija_mail_reader_watch (reader, "INBOX"), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_OPEN_FOLDER);
  channel = valija_mail_reader_sync_folder (reader, "Sent", NULL);
  await_error (dex_channel_receive (channel), VALIJA_ERROR_NOT_FOUND, VALIJA_STEP_OPEN_FOLDER);
}

/* The server hangs up between two works: the next one opens again */
static void
test_hang_up (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;

  valija_script_server_add (server, BEGIN "S: -ERR idle for too long\nCLOSE\n");
  valija_script_server_add (server, BEGIN QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  await_true (valija_session_open (session));
  while (valija_session_get_state (session) != VALIJA_SESSION_CLOSED)
    g_main_context_iteration (NULL, TRUE);
  await_true (valija_session_open (session));
  await_true (valija_session_close (session));
}

static void
test_dribble (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(GBytes) cursor = NULL;
  const char * const ids[] = { "aa", "bb", NULL };

  valija_script_server_set_dribble (server, TRUE);
  valija_script_server_add (server, FULL);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  assert_round (session, &cursor, "restart+bb 40 two +aa 30 one ");
  assert_fetch (session, ids, "aa(Subject: one\r\n\r\n.dot\r\n)bb(Subject: two\r\n\r\n)");
  await_true (valija_session_close (session));
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/pop3/session/full", test_full);
  g_test_add_func ("/pop3/session/dribble", test_dribble);
  g_test_add_func ("/pop3/session/faults", test_faults);
  g_test_add_func ("/pop3/session/starttls", test_starttls);
  g_test_add_func ("/pop3/session/starttls-faults", test_starttls_faults);
  for (gsize i = 0; i < G_N_ELEMENTS (failure_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/session/failure/", failure_cases[i].name, NULL);

      g_test_add_data_func (path, &failure_cases[i], test_failure);
    }
  g_test_add_func ("/pop3/session/failure/long-line", test_long_line);
  g_test_add_func ("/pop3/session/least", test_least);
  g_test_add_func ("/pop3/session/rounds", test_rounds);
  g_test_add_func ("/pop3/session/cursor-of-others", test_cursor_of_others);
  g_test_add_func ("/pop3/session/receiver-goes", test_receiver_goes);
  g_test_add_func ("/pop3/session/progress", test_progress);
  g_test_add_func ("/pop3/session/outline", test_outline);
  g_test_add_func ("/pop3/session/outline-of-arriving", test_outline_of_arriving);
  g_test_add_func ("/pop3/session/outline-of-given-up", test_outline_of_given_up);
  g_test_add_func ("/pop3/session/join-behind-given-up", test_join_behind_given_up);
  g_test_add_func ("/pop3/session/no-outline", test_no_outline);
  g_test_add_func ("/pop3/session/unsupported", test_alone);
  g_test_add_func ("/pop3/session/hang-up", test_hang_up);

  /* What learnt last of all that its server is gone has still to end */
  status = g_test_run ();
  valija_test_drain ();

  return status;
}
