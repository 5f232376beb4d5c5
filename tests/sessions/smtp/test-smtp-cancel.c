/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A large message that is taken back while it goes out. */

#include "config.h"

#include "base/valija-error.h"
#include "sessions/smtp/valija-smtp-session.h"
#include "support/valija-script-server.h"
#include "support/valija-wait.h"

#include <string.h>

#define BEGIN(extensions) \
  "S: 220 mx ready\nC: EHLO [127.0.0.1]\nS: 250-mx\n" extensions "S: 250 AUTH PLAIN\n" \
  "C: AUTH PLAIN AGFuYQBzZWNyZXQ=\nS: 235 2.7.0 welcome\n"
#define ENVELOPE "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@x.org>\nS: 250 ok\n"
#define QUIT "C: QUIT\nS: 221 2.0.0 bye\n"

#define PIECE 262144
/* More than may be on their way at one time, and a little */
#define N_PIECES 6
#define SIZE (N_PIECES * PIECE + 100)

static ValijaSession *
new_session (guint16 port)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("smtp");
  g_autoptr(ValijaSecret) secret = valija_secret_new ("secret", -1);
  g_autoptr(ValijaSessionContext) context = NULL;

  g_object_set (account, "timeout", 30, NULL);
  g_object_set (valija_account_get_outgoing (account), "host", "127.0.0.1", "port", (guint) port, "security",
                (int) VALIJA_SECURITY_NONE, "user", "ana", "cleartext-password", TRUE, NULL);
  context = valija_session_context_new (account, NULL, NULL);
  valija_session_context_preset_secret (context, VALIJA_SIDE_OUTGOING, secret);

  return valija_smtp_session_new (context);
}

static DexFuture *
send (ValijaSession  *session,
      gsize           size,
      ValijaProgress *progress)
{
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new ("a@x.org");
  g_autoptr(GBytes) source = g_bytes_new_take (g_strnfill (size, 'x'), size);

  g_ptr_array_add (envelope->recipients, g_strdup ("b@x.org"));

  return valija_mail_sender_send (VALIJA_MAIL_SENDER (session), envelope, source, progress);
}

/* The octets at which it is to be cancelled. */
static void
done_cb (ValijaProgress *progress,
         GParamSpec     *pspec,
         gpointer        octets)
{
  g_assert_cmpuint (valija_progress_get_total (progress), ==, SIZE);
  if (valija_progress_get_done (progress) >= GPOINTER_TO_SIZE (octets))
    valija_progress_cancel (progress);
}

static DexFuture *
send_until (ValijaSession *session,
            gsize          octets)
{
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");

  g_signal_connect (progress, "notify::done", G_CALLBACK (done_cb), GSIZE_TO_POINTER (octets));

  return send (session, SIZE, progress);
}

static void
await_true (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  valija_test_await (future, &error);
  g_assert_no_error (error);
}

/* The server never has its end; the next message goes by another connection. */
static void
test_ends (gconstpointer script)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(DexFuture) first = NULL;
  g_autoptr(GError) error = NULL;

  valija_script_server_add (server, script);
  valija_script_server_add (server, BEGIN ("") ENVELOPE "C: DATA\nS: 354 go on\nC: x\nC: .\nS: 250 sent\n" QUIT);
  session = new_session (valija_script_server_get_port (server));
  first = send_until (session, PIECE);
  g_assert_null (valija_test_await (first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  await_true (send (session, 1, NULL));
  await_true (valija_session_close (session));
}

/* A server that says nothing is not waited for. */
static void
test_silent (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(DexFuture) first = NULL;
  g_autoptr(GError) error = NULL;

  valija_script_server_add (server, BEGIN ("") "SILENCE\n");
  valija_script_server_add (server, BEGIN ("") ENVELOPE "C: DATA\nS: 354 go on\nC: x\nC: .\nS: 250 sent\n" QUIT);
  session = new_session (valija_script_server_get_port (server));
  first = send (session, SIZE, progress);
  valija_wait_until (valija_session_get_state (session) == VALIJA_SESSION_OPEN);
  /* Its first command needs nothing of the server any more */
  for (int i = 0; i < 200; i++)
    g_main_context_iteration (NULL, FALSE);
  valija_progress_cancel (progress);
  g_assert_null (valija_test_await (first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  await_true (send (session, 1, NULL));
  await_true (valija_session_close (session));
}

/* Before its turn nothing of it is said, and no connection is made for it. */
static void
test_before (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(DexFuture) first = NULL;
  g_autoptr(GError) error = NULL;

  session = new_session (valija_script_server_get_port (server));
  valija_progress_cancel (progress);
  first = send (session, SIZE, progress);
  g_assert_null (valija_test_await (first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  await_true (valija_session_close (session));
}

/* When the last piece goes it is too late: what becomes of it is the server's word. */
static void
test_too_late (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(GString) script = g_string_new (BEGIN ("S: 250-CHUNKING\n") ENVELOPE);
  g_autofree char *piece = g_strnfill (PIECE, 'x');

  for (int i = 0; i < N_PIECES; i++)
    g_string_append_printf (script, "C: BDAT %d\nC+ %s\nS: 250 got it\n", PIECE, piece);
  g_string_append_printf (script, "C: BDAT 102 LAST\nC: %.100s\nS: 250 all of it\n" QUIT, piece);
  valija_script_server_add (server, script->str);
  session = new_session (valija_script_server_get_port (server));
  await_true (send_until (session, N_PIECES * PIECE));
  await_true (valija_session_close (session));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  dex_init ();

  /* Nothing more is said, and it ends when the client closes */
  g_test_add_data_func ("/smtp/cancel/data", BEGIN ("") ENVELOPE "C: DATA\nS: 354 go on\nSILENCE\n", test_ends);
  g_test_add_data_func ("/smtp/cancel/chunks",
                        BEGIN ("S: 250-CHUNKING\n") ENVELOPE "C: BDAT 262144\nS: 250 got it\nSILENCE\n", test_ends);
  g_test_add_data_func ("/smtp/cancel/pipelined",
                        BEGIN ("S: 250-PIPELINING\nS: 250-CHUNKING\n") "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\n"
                        "S: 250 ok\nS: 250 ok\nC: BDAT 262144\nS: 250 got it\nSILENCE\n", test_ends);
  g_test_add_func ("/smtp/cancel/silent", test_silent);
  g_test_add_func ("/smtp/cancel/before", test_before);
  g_test_add_func ("/smtp/cancel/too-late", test_too_late);

  return g_test_run ();
}
