/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/mixed/valija-mixed-session.h"
#include "support/valija-script-server.h"

#define POP3 \
  "S: +OK\nC: CAPA\nS: +OK\nS: TOP\nS: UIDL\nS: SASL PLAIN\nS: .\nC: AUTH PLAIN AGFuYQBpbg==\nS: +OK\n" \
  "C: CAPA\nS: +OK\nS: TOP\nS: UIDL\nS: SASL PLAIN\nS: .\n"
#define POP3_QUIT "C: QUIT\nS: +OK\n"
#define SMTP "S: 220 mx\nC: EHLO [127.0.0.1]\nS: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN AGJlYQBvdXQ=\nS: 235 ok\n"
#define SMTP_QUIT "C: QUIT\nS: 221 bye\n"

static void
set_server (ValijaServer *server,
            guint16       port,
            const char   *user)
{
  g_object_set (server,
                "host", "127.0.0.1",
                "port", (guint) port,
                "security", (int) VALIJA_SECURITY_NONE,
                "user", user,
                "cleartext-password", TRUE,
                NULL);
}

/* Each side with its own server, name and password. */
static ValijaSession *
new_session_on (guint16 incoming,
                guint16 outgoing,
                int     timeout)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("mixed");
  g_autoptr(ValijaSecret) in_secret = valija_secret_new ("in", -1);
  g_autoptr(ValijaSecret) out_secret = valija_secret_new ("out", -1);
  g_autoptr(ValijaSessionContext) context = NULL;

  g_object_set (account, "timeout", timeout, NULL);
  set_server (valija_account_get_incoming (account), incoming, "ana");
  set_server (valija_account_get_outgoing (account), outgoing, "bea");
  context = valija_session_context_new (account, NULL, NULL);
  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, in_secret);
  valija_session_context_preset_secret (context, VALIJA_SIDE_OUTGOING, out_secret);

  return valija_mixed_session_new (context);
}

static ValijaSession *
new_session (ValijaScriptServer *incoming,
             ValijaScriptServer *outgoing)
{
  return new_session_on (valija_script_server_get_port (incoming), valija_script_server_get_port (outgoing), 30);
}

static void
await_true (DexFuture *future)
{
  g_autoptr(GError) error = NULL;

  valija_test_await (future, &error);
  g_assert_no_error (error);
  dex_unref (future);
}

static void
await_error (DexFuture       *future,
             ValijaErrorCode  code,
             ValijaSide       side)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, (int) code);
  g_assert_cmpint (valija_error_get_side (error), ==, side);
  dex_unref (future);
}

static DexFuture *
send (ValijaSession *session)
{
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new ("a@x.org");
  g_autoptr(GBytes) source = g_bytes_new_static ("Subject: x\r\n", 12);

  g_ptr_array_add (envelope->recipients, g_strdup ("b@x.org"));

  return valija_mail_sender_send (VALIJA_MAIL_SENDER (session), envelope, source, NULL);
}

static void
test_both (void)
{
  g_autoptr(ValijaScriptServer) incoming = valija_script_server_new ();
  g_autoptr(ValijaScriptServer) outgoing = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_auto(GStrv) facts = NULL;

  valija_script_server_add (incoming, POP3 POP3_QUIT);
  valija_script_server_add (outgoing, SMTP "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@x.org>\nS: 250 ok\n"
                            "C: DATA\nS: 354 go\n"
                                           "C: Subject: x\nC: .\nS: 250 queued\n" SMTP_QUIT);
  session = new_session (incoming, outgoing);
  g_assert_cmpuint (valija_session_get_capabilities (session) & (VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_SEND), ==,
                    VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_SEND);

  await_true (valija_session_open (session));
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_OPEN);
  await_true (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  await_true (send (session));
  facts = valija_session_dup_facts (session);
  g_assert_true (g_strv_contains ((const char * const *) facts, "Incoming server, Sign-in: PLAIN"));
  g_assert_true (g_strv_contains ((const char * const *) facts, "Outgoing server, Sign-in: PLAIN"));
  await_true (valija_session_close (session));
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_CLOSED);
}

/* Reading does not ask the outgoing server, which has no script here; and the other way round */
static void
test_halves (void)
{
  g_autoptr(ValijaScriptServer) reading = valija_script_server_new ();
  g_autoptr(ValijaScriptServer) sending = valija_script_server_new ();
  g_autoptr(ValijaScriptServer) nobody = valija_script_server_new ();
  g_autoptr(ValijaSession) reader = NULL;
  g_autoptr(ValijaSession) sender = NULL;

  valija_script_server_add (reading, POP3 POP3_QUIT);
  reader = new_session (reading, nobody);
  await_true (valija_mail_reader_list_folders (VALIJA_MAIL_READER (reader)));
  await_true (valija_session_close (reader));

  valija_script_server_add (sending, SMTP "C: MAIL FROM:<a@x.org>\nS: 550 5.7.1 no\n" SMTP_QUIT);
  sender = new_session (nobody, sending);
  await_error (send (sender), VALIJA_ERROR_REFUSED, VALIJA_SIDE_OUTGOING);
  await_true (valija_session_close (sender));
}

static void
test_sides (void)
{
  static const struct { const char *incoming, *outgoing; ValijaSide side; } cases[] = {
    { "S: -ERR no\n", SMTP SMTP_QUIT, VALIJA_SIDE_INCOMING },
    { POP3 POP3_QUIT, "S: 421 no\n", VALIJA_SIDE_OUTGOING },
    { "S: -ERR no\n", "S: 421 no\n", VALIJA_SIDE_INCOMING },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaScriptServer) incoming = valija_script_server_new ();
      g_autoptr(ValijaScriptServer) outgoing = valija_script_server_new ();
      g_autoptr(ValijaSession) session = NULL;

      valija_script_server_add (incoming, cases[i].incoming);
      valija_script_server_add (outgoing, cases[i].outgoing);
      session = new_session (incoming, outgoing);
      await_error (valija_session_open (session), VALIJA_ERROR_TRY_LATER, cases[i].side);
      await_true (valija_session_close (session));
    }
}

static void
test_never_deletes (void)
{
  g_autoptr(ValijaScriptServer) nobody = valija_script_server_new ();
  g_autoptr(ValijaSession) session = new_session (nobody, nobody);
  const char * const ids[] = { "aa", NULL };

  g_autoptr(GBytes) cursor = g_bytes_new (NULL, 0);

  await_error (valija_mail_drop_clear (VALIJA_MAIL_DROP (session), cursor, ids), VALIJA_ERROR_UNSUPPORTED,
               VALIJA_SIDE_INCOMING);
}

static DexFuture *
both_fiber (gpointer data)
{
  ValijaSession *session = data;
  g_autoptr(GError) error = NULL;

  /* One side after the other, so that each connection finds its script */
  if (!dex_await (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)), &error) ||
      !dex_await (send (session), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_session_close (session);
}

static DexFuture *
pass_on_cb (DexFuture *future,
            gpointer   user_data)
{
  return NULL;
}

/* Dropping a fiber does not cancel it; dropping what waits for it does. */
static DexFuture *
both_flow (guint16  port,
           gpointer user_data)
{
  ValijaSession *session = new_session_on (port, port, 1);

  return dex_future_finally (valija_fiber_spawn (both_fiber, session, g_object_unref), pass_on_cb, NULL, NULL);
}

static void
test_faults (void)
{
  const char * const scripts[] = {
    POP3 POP3_QUIT,
    SMTP "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@x.org>\nS: 250 ok\n"
    "C: DATA\nS: 354 go\nC: Subject: x\nC: .\nS: 250 queued\n" SMTP_QUIT,
    NULL,
  };

  valija_test_faults (scripts, FALSE, both_flow, NULL);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/mixed/session/both", test_both);
  g_test_add_func ("/mixed/session/halves", test_halves);
  g_test_add_func ("/mixed/session/sides", test_sides);
  g_test_add_func ("/mixed/session/faults", test_faults);
  g_test_add_func ("/mixed/session/never-deletes", test_never_deletes);

  /* What learnt last of all that its server is gone has still to end */
  status = g_test_run ();
  valija_test_drain ();

  return status;
}
