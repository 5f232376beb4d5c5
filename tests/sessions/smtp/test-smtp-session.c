/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/smtp/valija-smtp-session.h"
#include "support/valija-script-server.h"

#include <string.h>

#define HELLO "C: EHLO [127.0.0.1]\n"
#define BEGIN(extensions) "S: 220 mx ready\n" HELLO "S: 250-mx\n" extensions "S: 250 AUTH PLAIN\n"
/* base64 of NUL ana NUL secret */
#define SIGN_IN "C: AUTH PLAIN AGFuYQBzZWNyZXQ=\nS: 235 2.7.0 welcome\n"
#define QUIT "C: QUIT\nS: 221 2.0.0 bye\n"

#define MESSAGE "Subject: x\r\n\r\n.dot\r\n"
#define BODY "C: Subject: x\nC:\nC: ..dot\nC: .\n"

typedef struct
{
  const char *mechanism;
  const char *user;         /* NULL: "ana" */
  ValijaSecurity security;
  gboolean cleartext;
  gboolean hasty;
} Setting;

static const Setting tls = { .security = VALIJA_SECURITY_TLS };
static const Setting starttls = { .security = VALIJA_SECURITY_STARTTLS };
static const Setting clear_text = { .security = VALIJA_SECURITY_NONE, .cleartext = TRUE };
static const Setting hasty_starttls = { .security = VALIJA_SECURITY_STARTTLS, .hasty = TRUE };
static const Setting hasty_clear_text = { .security = VALIJA_SECURITY_NONE, .cleartext = TRUE, .hasty = TRUE };
static const Setting unencrypted = { .security = VALIJA_SECURITY_NONE };
static const Setting nobody = { .security = VALIJA_SECURITY_NONE, .user = "" };

static ValijaSession *
new_session (guint16        port,
             const Setting *setting)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("smtp");
  g_autoptr(ValijaSecret) secret = valija_secret_new ("secret", -1);
  g_autoptr(ValijaSessionContext) context = NULL;

  /* A slow moment of a busy machine must not be taken for silence, but where silence is meant or any error will do */
  g_object_set (account, "timeout", setting->hasty ? 1 : 30, NULL);
  g_object_set (valija_account_get_outgoing (account),
                "host", "127.0.0.1",
                "port", (guint) port,
                "security", (int) setting->security,
                "user", setting->user != NULL ? setting->user : "ana",
                "mechanism", setting->mechanism != NULL ? setting->mechanism : "",
                "ca-file", valija_script_server_get_ca_file (),
                "cleartext-password", setting->cleartext,
                NULL);
  context = valija_session_context_new (account, NULL, NULL);
  valija_session_context_preset_secret (context, VALIJA_SIDE_OUTGOING, secret);

  return valija_smtp_session_new (context);
}

static DexFuture *
send (ValijaSession *session,
      const char    *sender,
      const char    *recipients,
      const char    *source)
{
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new (sender);
  g_autoptr(GBytes) bytes = g_bytes_new (source, strlen (source));
  g_auto(GStrv) addresses = g_strsplit (recipients, " ", -1);

  for (gsize i = 0; addresses[i] != NULL; i++)
    if (addresses[i][0] != '\0')
      g_ptr_array_add (envelope->recipients, g_strdup (addresses[i]));

  return valija_mail_sender_send (VALIJA_MAIL_SENDER (session), envelope, bytes, NULL);
}

static DexFuture *
pass_on_cb (DexFuture *future,
            gpointer   user_data)
{
  return NULL;
}

/* Dropping a fiber does not cancel it; dropping what waits for it does. */
static DexFuture *
spawn (DexFiberFunc   func,
       ValijaSession *session)
{
  return dex_future_finally (valija_fiber_spawn (func, session, g_object_unref), pass_on_cb, NULL, NULL);
}

static void
await_true (DexFuture *future)
{
  g_autoptr(GError) error = NULL;

  valija_test_await (future, &error);
  g_assert_no_error (error);
  dex_unref (future);
}

/* "250 2.0.0 queued|a@x.org+250 ok|" */
static void
await_receipt (DexFuture  *future,
               const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) log = g_string_new (NULL);
  const GValue *value = valija_test_await (future, &error);
  ValijaReceipt *receipt;

  g_assert_no_error (error);
  receipt = g_value_get_boxed (value);
  g_string_append_printf (log, "%s|", receipt->server_line);
  for (guint i = 0; i < receipt->recipients->len; i++)
    {
      ValijaRecipientResult *result = g_ptr_array_index (receipt->recipients, i);

      g_string_append_printf (log, "%s%c%s|", result->recipient, result->accepted ? '+' : '-', result->server_line);
    }

  g_assert_cmpstr (log->str, ==, expected);
  dex_unref (future);
}

static void
await_error (DexFuture       *future,
             ValijaErrorCode  code,
             ValijaStep       step)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, (int) code);
  g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_OUTGOING);
  g_assert_cmpint (valija_error_get_step (error), ==, step);
  dex_unref (future);
}

typedef struct
{
  const char *name;
  const char *script;
  const char *sender;
  const char *recipients;
  const char *source;
  const char *receipt;      /* NULL: it fails */
  ValijaErrorCode code;
  ValijaStep step;
} SendCase;

#define PLAIN_BEGIN BEGIN ("") SIGN_IN
#define PIPELINING_BEGIN BEGIN ("S: 250-PIPELINING\n") SIGN_IN
#define CHUNKING_BEGIN BEGIN ("S: 250-PIPELINING\nS: 250-CHUNKING\n") SIGN_IN

static const SendCase send_cases[] = {
  { "one-by-one",
    PLAIN_BEGIN "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@x.org>\nS: 250 ok b\nC: RCPT TO:<c@x.org>\n"
    "S: 250 ok c\n"
    "C: DATA\nS: 354 go\n" BODY "S: 250 2.0.0 queued\n" QUIT,
    "a@x.org", "b@x.org c@x.org", MESSAGE, "250 2.0.0 queued|b@x.org+250 ok b|c@x.org+250 ok c|" },
  { "pipelined",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: RCPT TO:<c@x.org>\nC: DATA\n"
    "S: 250 ok\nS: 250 ok b\nS: 250 ok c\nS: 354 go\n" BODY "S: 250 2.0.0 queued\n" QUIT,
    "a@x.org", "b@x.org c@x.org", MESSAGE, "250 2.0.0 queued|b@x.org+250 ok b|c@x.org+250 ok c|" },
  { "chunked",
    CHUNKING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: BDAT 20 LAST\nC: Subject: x\nC:\nC: .dot\n"
    "S: 250 ok\nS: 250 ok b\nS: 250 2.0.0 queued\n" QUIT,
    "a@x.org", "b@x.org", MESSAGE, "250 2.0.0 queued|b@x.org+250 ok b|" },
  { "chunked-not-pipelined",
    BEGIN ("S: 250-CHUNKING\n") SIGN_IN "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@x.org>\nS: 250 ok b\n"
    "C: BDAT 20 LAST\nC: Subject: x\nC:\nC: .dot\nS: 250 2.0.0 queued\n" QUIT,
    "a@x.org", "b@x.org", MESSAGE, "250 2.0.0 queued|b@x.org+250 ok b|" },
  { "helo",
    "S: 220 old\n" HELLO "S: 502 what\nC: HELO [127.0.0.1]\nS: 250 old\n",
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_NO_MECHANISM,
    VALIJA_STEP_SIGN_IN },
  { "all-parameters",
    BEGIN ("S: 250-PIPELINING\nS: 250-SIZE 1000\nS: 250-8BITMIME\nS: 250-SMTPUTF8\n") SIGN_IN
    "C: MAIL FROM:<a@x.org> SIZE=22 BODY=8BITMIME SMTPUTF8\nC: RCPT TO:<é@x.org>\nC: DATA\n"
    "S: 250 ok\nS: 250 ok b\nS: 354 go\nC: Subject: x\nC:\nC: ñandu\nC: .\nS: 250 queued\n" QUIT,
    "a@x.org", "é@x.org", "Subject: x\n\nñandu\n", "250 queued|é@x.org+250 ok b|" },
  { "domain-in-ascii",
    PIPELINING_BEGIN "C: MAIL FROM:<a@xn--bcher-kva.example>\nC: RCPT TO:<b@xn--bcher-kva.example>\nC: DATA\n"
    "S: 250 ok\nS: 250 ok\nS: 354 go\n" BODY "S: 250 queued\n" QUIT,
    "a@bücher.example", "b@bücher.example", MESSAGE, "250 queued|b@bücher.example+250 ok|" },
  { "empty-sender",
    PIPELINING_BEGIN "C: MAIL FROM:<>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
    BODY "S: 250 queued\n" QUIT,
    "", "b@x.org", MESSAGE, "250 queued|b@x.org+250 ok|" },
  { "eight-bits-not-offered",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
    "C: Subject: x\nC:\nC: ñ\nC: .\nS: 250 queued\n" QUIT,
    "a@x.org", "b@x.org", "Subject: x\n\nñ\n", "250 queued|b@x.org+250 ok|" },
  { "bare-line-ends",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
    "C: Subject: x\nC:\nC: a\nC: ..\nC: MAIL FROM:<evil@x.org>\nC: .\nS: 250 queued\n" QUIT,
    "a@x.org", "b@x.org", "Subject: x\n\na\n.\r\nMAIL FROM:<evil@x.org>", "250 queued|b@x.org+250 ok|" },

  /* Refusals */
  { "some-recipients",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: RCPT TO:<c@x.org>\nC: RCPT TO:<d@x.org>\n"
    "C: DATA\n"
    "S: 250 ok\nS: 550 5.1.1 who\nS: 250 ok\nS: 452 4.2.2 full\nS: 354 go\n" BODY "S: 250 queued\n" QUIT,
    "a@x.org", "b@x.org c@x.org d@x.org", MESSAGE, "250 queued|b@x.org-550 5.1.1 who|c@x.org+250 ok|d@x.org-452 "
                                                   "4.2.2 full|" },
  { "no-recipient-left",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: RCPT TO:<c@x.org>\nC: DATA\n"
    "S: 250 ok\nS: 550 5.1.1 who\nS: 550 5.1.1 who\nS: 554 5.5.1 nobody\n" QUIT,
    "a@x.org", "b@x.org c@x.org", MESSAGE, NULL, VALIJA_ERROR_RECIPIENT, VALIJA_STEP_RECIPIENTS },
  { "no-recipient-left-data-accepted",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 550 5.1.1 who\n"
    "S: 354 go\nC: .\nS: 554 nobody\n" QUIT,
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_RECIPIENT, VALIJA_STEP_RECIPIENTS },
  { "no-recipient-left-chunked",
    CHUNKING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: BDAT 20 LAST\nC: Subject: x\nC:\nC: .dot\n"
    "S: 250 ok\nS: 550 5.1.1 who\nS: 503 5.5.1 nobody\n" QUIT,
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_RECIPIENT, VALIJA_STEP_RECIPIENTS },
  { "no-recipient-left-chunked-lost",
    CHUNKING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: BDAT 20 LAST\nC: Subject: x\nC:\nC: .dot\n"
    "S: 250 ok\nS: 550 5.1.1 who\nCLOSE\n",
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_RECIPIENT, VALIJA_STEP_RECIPIENTS },
  { "mailbox-full",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 552 5.2.2 full\n"
    "S: 554 nobody\n" QUIT,
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_OVER_QUOTA, VALIJA_STEP_RECIPIENTS },
  { "greylisted",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: RCPT TO:<c@x.org>\nC: DATA\n"
    "S: 250 ok\nS: 550 5.1.1 who\nS: 450 4.7.1 later\nS: 554 nobody\n" QUIT,
    "a@x.org", "b@x.org c@x.org", MESSAGE, NULL, VALIJA_ERROR_TRY_LATER, VALIJA_STEP_RECIPIENTS },
  { "sender-refused",
    PLAIN_BEGIN "C: MAIL FROM:<a@x.org>\nS: 553 5.1.8 not you\n" QUIT,
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_REFUSED, VALIJA_STEP_SENDER },
  { "sender-later",
    PLAIN_BEGIN "C: MAIL FROM:<a@x.org>\nS: 421 4.3.2 going down\n",
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_TRY_LATER, VALIJA_STEP_SENDER },
  { "data-refused",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 250 ok\n"
    "S: 451 4.3.0 no\n" QUIT,
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_TRY_LATER, VALIJA_STEP_SEND },
  { "message-refused",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
    BODY "S: 554 5.7.1 spam\n" QUIT,
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_REFUSED, VALIJA_STEP_SEND },
  { "message-too-large",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
    BODY "S: 552 5.3.4 size\n" QUIT,
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_TOO_LARGE, VALIJA_STEP_SEND },
  { "lost-before-the-dot",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 250 ok\nCLOSE\n",
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_DISCONNECTED, VALIJA_STEP_SENDER },
  { "lost-after-the-dot",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
    BODY "CLOSE\n",
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_UNCERTAIN, VALIJA_STEP_SEND },
  { "lost-after-the-last-chunk",
    CHUNKING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: BDAT 20 LAST\nC: Subject: x\nC:\nC: .dot\n"
    "S: 250 ok\nCLOSE\n",
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_UNCERTAIN, VALIJA_STEP_SEND },
  { "nonsense-after-the-dot",
    PIPELINING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
    BODY "S: what?\nSILENCE\n",
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_UNCERTAIN, VALIJA_STEP_SEND },

  /* Nothing is said for these */
  { "too-large", BEGIN ("S: 250-SIZE 10\n") SIGN_IN QUIT,
    "a@x.org", "b@x.org", MESSAGE, NULL, VALIJA_ERROR_TOO_LARGE, VALIJA_STEP_SENDER },
  { "international-not-offered", PIPELINING_BEGIN QUIT, "a@x.org", "é@x.org", MESSAGE, NULL,
    VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_RECIPIENTS },
  { "no-recipients", PIPELINING_BEGIN QUIT, "a@x.org", "", MESSAGE, NULL, VALIJA_ERROR_INVALID,
    VALIJA_STEP_RECIPIENTS },
  { "address-injects", PIPELINING_BEGIN QUIT, "a@x.org", "b@x.org>\r\nRCPT\rTO:<c@x.org", MESSAGE, NULL,
    VALIJA_ERROR_INVALID, VALIJA_STEP_RECIPIENTS },
};

static void
test_send (gconstpointer data)
{
  const SendCase *c = data;
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;

  valija_script_server_add (server, c->script);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  if (c->receipt != NULL)
    await_receipt (send (session, c->sender, c->recipients, c->source), c->receipt);
  else
    await_error (send (session, c->sender, c->recipients, c->source), c->code, c->step);
  await_true (valija_session_close (session));
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_CLOSED);
}

typedef struct
{
  const char *name;
  const char *script;
  const Setting *setting;
  ValijaErrorCode code;
  ValijaStep step;
} OpenCase;

static const Setting forced_scram = { .security = VALIJA_SECURITY_NONE, .mechanism = "SCRAM-SHA-256" };

static const OpenCase open_cases[] = {
  { "starttls-missing", "S: 220 mx\n" HELLO "S: 250-mx\nS: 250 AUTH PLAIN\n",
    &starttls, VALIJA_ERROR_NO_STARTTLS, VALIJA_STEP_SECURE },
  { "starttls-refused", "S: 220 mx\n" HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 4.7.0 no\n",
    &starttls, VALIJA_ERROR_NO_STARTTLS,
    VALIJA_STEP_SECURE },
  { "starttls-injected", "S: 220 mx\n" HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nS: 250 injected\n"
    "SILENCE\n", &starttls,
    VALIJA_ERROR_NO_STARTTLS, VALIJA_STEP_SECURE },
  { "starttls-injected-half", "S: 220 mx\n" HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nS+ 25\n"
    "SILENCE\n", &starttls,
    VALIJA_ERROR_NO_STARTTLS, VALIJA_STEP_SECURE },
  { "greeting-pop3", "S: +OK POP3\nSILENCE\n", &clear_text, VALIJA_ERROR_PROTOCOL, VALIJA_STEP_GREETING },
  { "greeting-refused", "S: 554 5.7.1 not you\nSILENCE\n", &clear_text, VALIJA_ERROR_REFUSED, VALIJA_STEP_GREETING },
  { "greeting-later", "S: 421 4.3.2 busy\nSILENCE\n", &clear_text, VALIJA_ERROR_TRY_LATER, VALIJA_STEP_GREETING },
  { "greeting-never", "SILENCE\n", &hasty_clear_text, VALIJA_ERROR_TIMED_OUT, VALIJA_STEP_GREETING },
  { "ehlo-lost", "S: 220 mx\n" HELLO "S: 250-mx\nCLOSE\n",
    &clear_text, VALIJA_ERROR_DISCONNECTED, VALIJA_STEP_GREETING },
  { "clear-text-not-wanted", BEGIN (""), &unencrypted, VALIJA_ERROR_NO_MECHANISM, VALIJA_STEP_SIGN_IN },
  { "wrong-password", BEGIN ("") "C: AUTH PLAIN AGFuYQBzZWNyZXQ=\nS: 535 5.7.8 no\n",
    &clear_text, VALIJA_ERROR_AUTHENTICATION, VALIJA_STEP_SIGN_IN },
  { "auth-down", BEGIN ("") "C: AUTH PLAIN AGFuYQBzZWNyZXQ=\nS: 454 4.7.0 later\n",
    &clear_text, VALIJA_ERROR_TRY_LATER, VALIJA_STEP_SIGN_IN },
  { "auth-endless", BEGIN ("") "C: AUTH PLAIN AGFuYQBzZWNyZXQ=\nS: 334 bW9yZQ==\nC: *\nS: 501 5.5.4 cancelled\n",
    &clear_text, VALIJA_ERROR_PROTOCOL,
    VALIJA_STEP_SIGN_IN },
  { "scram-too-early", "S: 220 mx\n" HELLO "S: 250-mx\nS: 250 AUTH SCRAM-SHA-256\nC? AUTH SCRAM-SHA-256 biws*\n"
    "S: 235 welcome\n", &forced_scram,
    VALIJA_ERROR_AUTHENTICATION, VALIJA_STEP_SIGN_IN },
};

static void
test_open (gconstpointer data)
{
  const OpenCase *c = data;
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
  g_autofree char *script = g_strconcat ("S: 220 ", line, "\nSILENCE\n", NULL);

  valija_script_server_add (server, script);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  await_error (valija_session_open (session), VALIJA_ERROR_LIMIT, VALIJA_STEP_GREETING);
}

#define STARTTLS_SCRIPT \
  "S: 220 mx\n" HELLO "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\n" \
  HELLO "S: 250-mx\nS: 250-SIZE 10240000\nS: 250 AUTH PLAIN\n" \
  SIGN_IN QUIT

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
test_starttls (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_auto(GStrv) facts = NULL;
  const char * const scripts[] = { STARTTLS_SCRIPT, NULL };

  valija_script_server_add (server, STARTTLS_SCRIPT);
  session = new_session (valija_script_server_get_port (server), &starttls);
  await_true (valija_session_open (session));
  facts = valija_session_dup_facts (session);
  g_assert_true (g_strv_contains ((const char * const *) facts, "Sign-in: PLAIN"));
  await_true (valija_session_close (session));

  valija_test_faults (scripts, FALSE, open_flow, (gpointer) &hasty_starttls);
}

static void
test_tls (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;

  valija_script_server_add_tls (server, BEGIN ("") SIGN_IN QUIT);
  session = new_session (valija_script_server_get_port (server), &tls);
  await_true (valija_session_open (session));
  await_true (valija_session_close (session));
}

static void
test_nobody (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;

  valija_script_server_add (server, "S: 220 old\n" HELLO "S: 500 what\nC: HELO [127.0.0.1]\nS: 250 old\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &nobody);
  await_true (valija_session_open (session));
  await_true (valija_session_close (session));
}

/* A long initial response waits for the first challenge (RFC 4954 §4) */
static void
test_long_response (void)
{
  g_autofree char *user = g_strnfill (600, 'u');
  Setting setting = { .security = VALIJA_SECURITY_NONE, .cleartext = TRUE, .user = user };
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;

  valija_script_server_add (server, BEGIN ("") "C: AUTH PLAIN\nS: 334 \nC? AHV1dXV1*\nS: 235 ok\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &setting);
  await_true (valija_session_open (session));
  await_true (valija_session_close (session));
}

#define CHUNK "C: BDAT 20 LAST\nC: Subject: x\nC:\nC: .dot\n"
#define ENVELOPE "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\n"

/* Three messages, all of them said before the first is answered; the second is refused, which is nothing to the
 * third */
#define BATCH \
  CHUNKING_BEGIN ENVELOPE CHUNK "C: RSET\n" ENVELOPE CHUNK "C: RSET\n" ENVELOPE CHUNK \
  "S: 250 ok\nS: 250 ok\nS: 250 one\n" \
  "S: 250 reset\nS: 550 5.1.8 no\nS: 503 no\nS: 503 no\n" \
  "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 three\n" QUIT

static void
test_batch (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  DexFuture *sent[3];

  valija_script_server_add (server, BATCH);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  for (int i = 0; i < 3; i++)
    sent[i] = send (session, "a@x.org", "b@x.org", MESSAGE);

  await_receipt (sent[0], "250 one|b@x.org+250 ok|");
  await_error (sent[1], VALIJA_ERROR_REFUSED, VALIJA_STEP_SENDER);
  await_receipt (sent[2], "250 three|b@x.org+250 ok|");
  await_true (valija_session_close (session));
}

/* One after the other over one connection; after a refusal the server is reset */
static void
test_sequence (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  DexFuture *sent[2];

  valija_script_server_add (server,
                            PIPELINING_BEGIN ENVELOPE "C: DATA\nS: 250 ok\nS: 550 5.1.1 who\nS: 554 nobody\n"
                            "C: RSET\n" ENVELOPE "C: DATA\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
                            BODY "S: 250 two\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  for (int i = 0; i < 2; i++)
    sent[i] = send (session, "a@x.org", "b@x.org", MESSAGE);

  await_error (sent[0], VALIJA_ERROR_RECIPIENT, VALIJA_STEP_RECIPIENTS);
  await_receipt (sent[1], "250 two|b@x.org+250 ok|");
  await_true (valija_session_close (session));
}

/* The line is cut in the first of two: it is uncertain, the second goes over another connection */
static void
test_second_connection (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  DexFuture *sent[2];

  valija_script_server_add (server, PIPELINING_BEGIN ENVELOPE "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
                            BODY "CLOSE\n");
  valija_script_server_add (server, PIPELINING_BEGIN ENVELOPE "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
                            BODY "S: 250 two\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  for (int i = 0; i < 2; i++)
    sent[i] = send (session, "a@x.org", "b@x.org", MESSAGE);

  await_error (sent[0], VALIJA_ERROR_UNCERTAIN, VALIJA_STEP_SEND);
  await_receipt (sent[1], "250 two|b@x.org+250 ok|");
  await_true (valija_session_close (session));
}

/* The line is cut while most is still here: only of the first can anybody think that it went out. */
static void
test_cut_in_batch (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new_narrow ();
  g_autoptr(ValijaSession) session = NULL;
  g_autofree char *text = g_strnfill (60000, 'x');
  g_autofree char *source = g_strconcat ("Subject: x\n\n", text, "\n", NULL);
  DexFuture *sent[20];

  for (gsize i = 70; i < strlen (text); i += 70)
    source[i + 12] = '\n';
  valija_script_server_add (server, CHUNKING_BEGIN "C: MAIL FROM:<a@x.org>\nC: RCPT TO:<b@x.org>\nCLOSE\n");
  session = new_session (valija_script_server_get_port (server), &clear_text);
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
    sent[i] = send (session, "a@x.org", "b@x.org", source);

  await_error (sent[0], VALIJA_ERROR_UNCERTAIN, VALIJA_STEP_SEND);
  for (guint i = 1; i < G_N_ELEMENTS (sent) - 1; i++)
    dex_unref (sent[i]);
  await_error (sent[G_N_ELEMENTS (sent) - 1], VALIJA_ERROR_DISCONNECTED, VALIJA_STEP_SEND);
  await_true (valija_session_close (session));
}

/* Who gives up before it begins is not sent for; who gives up later changes nothing on the wire */
static void
test_given_up (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  DexFuture *waiting[2];
  DexFuture *kept;

  valija_script_server_add (server,
                            PIPELINING_BEGIN ENVELOPE "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
                            BODY "S: 250 one\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  kept = send (session, "a@x.org", "b@x.org", MESSAGE);
  for (int i = 0; i < 2; i++)
    waiting[i] = send (session, "never@x.org", "b@x.org", MESSAGE);
  dex_unref (waiting[0]);
  dex_unref (waiting[1]);

  await_receipt (kept, "250 one|b@x.org+250 ok|");
  await_true (valija_session_close (session));
}

/* Closing gives back what has not begun */
static void
test_close_gives_back (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = new_session (valija_script_server_get_port (server), &clear_text);
  DexFuture *sent = send (session, "a@x.org", "b@x.org", MESSAGE);

  await_true (valija_session_close (session));
  await_error (sent, VALIJA_ERROR_DISCONNECTED, VALIJA_STEP_CLOSE);
}

static void
await_check (DexFuture            *future,
             ValijaAddressVerdict  verdict,
             const char           *line)
{
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);
  const ValijaAddressCheck *check;

  g_assert_no_error (error);
  check = g_value_get_boxed (value);
  g_assert_cmpint (check->verdict, ==, verdict);
  g_assert_cmpstr (check->server_line, ==, line);
  dex_unref (future);
}

static DexFuture *
check_address (ValijaSession *session,
               const char    *address)
{
  return valija_mail_sender_check_address (VALIJA_MAIL_SENDER (session), "a@x.org", address);
}

/* By VRFY where it says something, else by an envelope that is taken back: never with DATA. One that nobody waits for
 * any more leaves no half envelope to the next, and mail waits until one is answered. */
static void
test_check_address (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  DexFuture *unknown, *dropped, *later, *sent;

  valija_script_server_add (server,
                            PLAIN_BEGIN "C: VRFY known@x.org\nS: 250 2.1.5 Known <known@x.org>\n"
                            "C: VRFY gone@x.org\nS: 550 5.1.1 no such user\n"
                            "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@x.org>\nS: 250 ok\n"
                            "C: DATA\nS: 354 go\n" BODY "S: 250 sent\n"
                            "C: VRFY b@x.org\nS: 252 2.0.0 try it\n"
                            "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@x.org>\nS: 250 2.1.5 ok\n"
                            "C: RSET\nS: 250 ok\n"
                            "C: VRFY c@x.org\nS: 502 no\n"
                            "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<c@x.org>\nS: 550 5.1.1 nobody\n"
                            "C: RSET\nS: 250 ok\n"
                            "C: VRFY d@x.org\nS: 502 no\n"
                            "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<d@x.org>\nS: 450 4.2.0 later\n"
                            "C: RSET\nS: 250 ok\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  await_check (check_address (session, "known@x.org"), VALIJA_ADDRESS_CONFIRMED, "250 2.1.5 Known <known@x.org>");

  unknown = check_address (session, "gone@x.org");
  g_main_context_iteration (NULL, FALSE);
  sent = send (session, "a@x.org", "b@x.org", MESSAGE);
  await_check (unknown, VALIJA_ADDRESS_REFUSED, "550 5.1.1 no such user");
  await_receipt (sent, "250 sent|b@x.org+250 ok|");

  await_check (check_address (session, "b@x.org"), VALIJA_ADDRESS_ACCEPTED, "250 2.1.5 ok");
  dropped = check_address (session, "c@x.org");
  later = check_address (session, "d@x.org");
  dex_unref (dropped);
  await_check (later, VALIJA_ADDRESS_UNKNOWN, "450 4.2.0 later");
  await_error (check_address (session, "nobody"), VALIJA_ERROR_INVALID, VALIJA_STEP_RECIPIENTS);
  await_true (valija_session_close (session));
}

/* What is handed over while the session waits to close is sent before it does: QUIT comes last. */
static void
test_close_while_checking (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  DexFuture *unknown, *closed, *sent;

  valija_script_server_add (server,
                            PLAIN_BEGIN "C: VRFY gone@x.org\nS: 550 5.1.1 no such user\n"
                            "C: MAIL FROM:<a@x.org>\nS: 250 ok\nC: RCPT TO:<b@x.org>\nS: 250 ok\n"
                            "C: DATA\nS: 354 go\n" BODY "S: 250 sent\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &clear_text);

  unknown = check_address (session, "gone@x.org");
  while (valija_session_get_state (session) != VALIJA_SESSION_OPEN)
    g_main_context_iteration (NULL, TRUE);
  closed = valija_session_close (session);
  g_main_context_iteration (NULL, FALSE);
  sent = send (session, "a@x.org", "b@x.org", MESSAGE);

  await_check (unknown, VALIJA_ADDRESS_REFUSED, "550 5.1.1 no such user");
  await_receipt (sent, "250 sent|b@x.org+250 ok|");
  await_true (closed);
}

/* Three pieces, the last not whole: each answered, in order */
static void
test_large (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autofree char *line = g_strnfill (1022, 'x');
  g_autoptr(GString) message = g_string_new ("Subject: x\r\n\r\n");
  g_autoptr(GString) script = g_string_new (CHUNKING_BEGIN ENVELOPE "S: 250 ok\nS: 250 ok\nC: BDAT 262144\n"
                                            "C: Subject: x\nC:\n");

  /* 2 MiB and a little; all pieces but the last end in the middle of a line, and four are on their way at most */
  for (int i = 0; i < 2048; i++)
    g_string_append_printf (message, "%s\r\n", line);
  for (int piece = 1; piece <= 8; piece++)
    {
      for (int i = 0; i < 255; i++)
        g_string_append_printf (script, "C: %s\n", line);
      g_string_append_printf (script, "C+ %.1010s\n%sC: BDAT %s\nC: %.12s\n", line, piece >= 4 ? "S: 250 got it\n" : "",
                              piece < 8 ? "262144" : "14 LAST", line);
    }
  g_string_append (script, "S: 250 got it\nS: 250 got it\nS: 250 got it\nS: 250 all of it\n" QUIT);

  valija_script_server_add (server, script->str);
  session = new_session (valija_script_server_get_port (server), &clear_text);
  await_receipt (send (session, "a@x.org", "b@x.org", message->str), "250 all of it|b@x.org+250 ok|");
  await_true (valija_session_close (session));
}

static DexFuture *
batch_fiber (gpointer data)
{
  ValijaSession *session = data;
  g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func (dex_unref);

  for (int i = 0; i < 3; i++)
    g_ptr_array_add (sent, send (session, "a@x.org", "b@x.org", MESSAGE));

  /* Each ends by itself, and not all of them well */
  for (guint i = 0; i < sent->len; i++)
    {
      g_autoptr(GError) error = NULL;

      if (!dex_await (dex_ref (g_ptr_array_index (sent, i)), &error) && error->domain != VALIJA_ERROR)
        return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return valija_session_close (session);
}

static DexFuture *
batch_flow (guint16  port,
            gpointer user_data)
{
  return spawn (batch_fiber, new_session (port, user_data));
}

static void
test_faults (void)
{
  const char * const chunked[] = { BATCH, NULL };
  const char * const pipelined[] = {
    PIPELINING_BEGIN
    ENVELOPE "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY "S: 250 one\n"
    ENVELOPE "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY "S: 250 two\n"
    ENVELOPE "C: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n" BODY "S: 250 three\n" QUIT,
    NULL,
  };

  valija_test_faults (chunked, FALSE, batch_flow, (gpointer) &hasty_clear_text);
  valija_test_faults (pipelined, FALSE, batch_flow, (gpointer) &hasty_clear_text);
}

static DexFuture *
check_fiber (gpointer data)
{
  ValijaSession *session = data;
  g_autoptr(GError) error = NULL;

  if (!dex_await (check_address (session, "b@x.org"), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_session_close (session);
}

static DexFuture *
check_flow (guint16  port,
            gpointer user_data)
{
  return spawn (check_fiber, new_session (port, user_data));
}

static void
test_check_faults (void)
{
  const char * const scripts[] = {
    PLAIN_BEGIN "C: VRFY b@x.org\nS: 252 2.0.0 try it\nC: MAIL FROM:<a@x.org>\nS: 250 ok\n"
    "C: RCPT TO:<b@x.org>\nS: 250 2.1.5 ok\nC: RSET\nS: 250 ok\n" QUIT,
    NULL,
  };

  valija_test_faults (scripts, FALSE, check_flow, (gpointer) &hasty_clear_text);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();

  for (gsize i = 0; i < G_N_ELEMENTS (open_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/smtp/open/", open_cases[i].name, NULL);

      g_test_add_data_func (path, &open_cases[i], test_open);
    }
  g_test_add_func ("/smtp/open/long-line", test_long_line);
  g_test_add_func ("/smtp/open/tls", test_tls);
  g_test_add_func ("/smtp/open/starttls", test_starttls);
  g_test_add_func ("/smtp/open/nobody", test_nobody);
  g_test_add_func ("/smtp/open/long-response", test_long_response);
  for (gsize i = 0; i < G_N_ELEMENTS (send_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/smtp/send/", send_cases[i].name, NULL);

      g_test_add_data_func (path, &send_cases[i], test_send);
    }
  g_test_add_func ("/smtp/send/batch", test_batch);
  g_test_add_func ("/smtp/send/cut-in-batch", test_cut_in_batch);
  g_test_add_func ("/smtp/send/sequence", test_sequence);
  g_test_add_func ("/smtp/send/second-connection", test_second_connection);
  g_test_add_func ("/smtp/send/given-up", test_given_up);
  g_test_add_func ("/smtp/send/close-gives-back", test_close_gives_back);
  g_test_add_func ("/smtp/check-address", test_check_address);
  g_test_add_func ("/smtp/check-address/faults", test_check_faults);
  g_test_add_func ("/smtp/close-while-checking", test_close_while_checking);
  g_test_add_func ("/smtp/send/large", test_large);
  g_test_add_func ("/smtp/send/faults", test_faults);

  /* What learnt last of all that its server is gone has still to end */
  status = g_test_run ();
  valija_test_drain ();

  return status;
}
