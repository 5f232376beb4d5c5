/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

#include "base/valija-error.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *settings;
  const char *script;
  int error;              /* -1: it opens */
  ValijaStep step;
} Opening;

static const Opening openings[] = {
  { "sasl-ir", "", OPENING ("") LISTING COUNTING GOODBYE ("V4"), -1, 0 },
  { "greeting-alone", "",
    "S: * OK hello\nC: V1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 AUTH=PLAIN\nS: V1 OK done\n"
    "C: V2 AUTHENTICATE PLAIN\nS: +\nC: AGFuYQBzZWNyZXQ=\nS: V2 OK in\n"
    "C: V3 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: V3 OK done\n"
    "C: V4 LIST \"\" \"*\"\nS: V4 OK listed\n" GOODBYE ("V5"),
    -1, 0 },
  { "auth-login", "mechanism=LOGIN",
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=LOGIN] x\nC: V1 AUTHENTICATE LOGIN\nS: + VXNlcm5hbWU6\nC: YW5h\n"
    "S: + UGFzc3dvcmQ6\nC: c2VjcmV0\nS: V1 OK [CAPABILITY IMAP4rev1] in\nC: V2 LIST \"\" \"*\"\nS: V2 OK x\n" GOODBYE (
        "V3"),
    -1, 0 },
  { "login-command", "",
    "S: * OK [CAPABILITY IMAP4rev1] x\nC: V1 LOGIN ana secret\nS: V1 OK [CAPABILITY IMAP4rev1] in\n"
    "C: V2 LIST \"\" \"*\"\nS: V2 OK x\n" GOODBYE ("V3"),
    -1, 0 },
  { "preauth", "", "S: * PREAUTH [CAPABILITY IMAP4rev1] hello ana\nC: V1 LIST \"\" \"*\"\nS: V1 OK x\n" GOODBYE ("V2"),
    -1, 0 },
  { "starttls", "security=starttls",
    "S: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED AUTH=FAKE] x\nC: V1 STARTTLS\nS: V1 OK begin\nTLS\n"
    "C: V2 CAPABILITY\nS: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\nS: V2 OK x\n"
    "C: V3 AUTHENTICATE PLAIN AGFuYQBzZWNyZXQ=\nS: V3 OK [CAPABILITY IMAP4rev1] in\n"
    "C: V4 LIST \"\" \"*\"\nS: V4 OK x\n" GOODBYE ("V5"),
    -1, 0 },
  { "many-questions", "",
    GREETING SIGN_IN
    "S: V1 OK [CAPABILITY IMAP4rev1 ID ENABLE QRESYNC QUOTA LIST-EXTENDED SPECIAL-USE LIST-STATUS] in\n"
    "C: V2 ID (\"name\" \"Valija\" \"version\" \"" PACKAGE_VERSION
    "\")\nC: V3 ENABLE QRESYNC\nC: V4 GETQUOTAROOT INBOX\n"
    "C: V5 LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (" COUNTS " HIGHESTMODSEQ))\n"
    "S: * ID (\"name\" \"Sample\" \"version\" \"1.0\")\nS: V2 OK x\nS: * ENABLED QRESYNC\nS: V3 OK x\n"
    "S: * QUOTA \"\" (STORAGE 10 512)\nS: V4 OK x\nS: V5 OK x\n" GOODBYE ("V6"),
    -1, 0 },
  { "utf8", "",
    GREETING SIGN_IN "S: V1 OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT] in\nC: V2 ENABLE UTF8=ACCEPT\n"
                     "C: V3 LIST \"\" \"*\"\nS: * ENABLED UTF8=ACCEPT\nS: V2 OK x\nS: V3 OK x\n" GOODBYE ("V4"),
    -1, 0 },

  { "rev2", "",
    GREETING SIGN_IN "S: V1 OK [CAPABILITY IMAP4rev1 IMAP4rev2 QRESYNC] in\nC: V2 ENABLE QRESYNC IMAP4rev2\n"
                     "C: V3 NAMESPACE\nC: V4 LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (" COUNTS " HIGHESTMODSEQ))\n"
                     "S: * ENABLED QRESYNC IMAP4rev2\nS: V2 OK x\nS: V3 OK x\nS: V4 OK x\n" GOODBYE ("V5"),
    -1, 0 },
  { "rev2-alone", "",
    GREETING SIGN_IN "S: V1 OK [CAPABILITY IMAP4rev2] in\n"
                     "C: V2 NAMESPACE\nC: V3 LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (" COUNTS "))\n"
                     "S: V2 OK x\nS: V3 OK x\n" GOODBYE ("V4"),
    -1, 0 },
  { "rev2-refused", "",
    GREETING SIGN_IN "S: V1 OK [CAPABILITY IMAP4rev1 IMAP4rev2] in\nC: V2 ENABLE IMAP4rev2\n"
                     "C: V3 NAMESPACE\nC: V4 LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (" COUNTS "))\n"
                     "S: V2 NO x\nS: V3 NO x\nS: V4 OK x\n" GOODBYE ("V5"),
    -1, 0 },

  /* Refusals */
  { "wrong-password", "", GREETING SIGN_IN "S: V1 NO [AUTHENTICATIONFAILED] no\n", VALIJA_ERROR_AUTHENTICATION,
    VALIJA_STEP_SIGN_IN },
  { "plain-no", "", GREETING SIGN_IN "S: V1 NO no\n", VALIJA_ERROR_AUTHENTICATION, VALIJA_STEP_SIGN_IN },
  { "login-no", "", "S: * OK [CAPABILITY IMAP4rev1] x\nC: V1 LOGIN ana secret\nS: V1 NO bad\n",
    VALIJA_ERROR_AUTHENTICATION, VALIJA_STEP_SIGN_IN },
  { "unavailable", "", GREETING SIGN_IN "S: V1 NO [UNAVAILABLE] later\n", VALIJA_ERROR_TRY_LATER, VALIJA_STEP_SIGN_IN },
  { "throttled", "", GREETING SIGN_IN "S: V1 NO Request is throttled. Suggested Backoff Time: 1 milliseconds\n",
    VALIJA_ERROR_TRY_LATER, VALIJA_STEP_SIGN_IN },
  { "bye-greeting", "", "S: * BYE too many\nCLOSE\n", VALIJA_ERROR_DISCONNECTED, VALIJA_STEP_GREETING },
  { "bye-unavailable", "", "S: * BYE [UNAVAILABLE] too many\nCLOSE\n", VALIJA_ERROR_TRY_LATER, VALIJA_STEP_GREETING },
  { "smtp", "", "S: 220 mail.example.org ESMTP\n", VALIJA_ERROR_PROTOCOL, VALIJA_STEP_GREETING },
  { "pop3", "", "S: +OK ready\n", VALIJA_ERROR_PROTOCOL, VALIJA_STEP_GREETING },
  { "tagged-greeting", "", "S: V1 OK ready\n", VALIJA_ERROR_PROTOCOL, VALIJA_STEP_GREETING },
  { "odd-greeting", "", "S: * 5 EXISTS\n", VALIJA_ERROR_PROTOCOL, VALIJA_STEP_GREETING },
  { "no-mechanism", "", "S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=GSSAPI] x\n", VALIJA_ERROR_NO_MECHANISM,
    VALIJA_STEP_SIGN_IN },
  { "cleartext", "cleartext-password=false", "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN] x\n",
    VALIJA_ERROR_NO_MECHANISM, VALIJA_STEP_SIGN_IN },
  { "unasked-tag", "", GREETING SIGN_IN "S: V9 OK what\n", VALIJA_ERROR_PROTOCOL, VALIJA_STEP_SIGN_IN },
  { "nonsense-challenge", "",
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256] x\nC? V1 AUTHENTICATE SCRAM-SHA-256 *\nS: + Zm9v\nC: "
    "*\nS: V1 BAD cancelled\n",
    VALIJA_ERROR_PROTOCOL, VALIJA_STEP_SIGN_IN },

  /* STARTTLS: what comes in clear is nobody's word */
  { "starttls-missing", "security=starttls", "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\n", VALIJA_ERROR_NO_STARTTLS,
    VALIJA_STEP_SECURE },
  { "starttls-no", "security=starttls", "S: * OK x\nC: V1 STARTTLS\nS: V1 NO no\n", VALIJA_ERROR_NO_STARTTLS,
    VALIJA_STEP_SECURE },
  { "starttls-bad", "security=starttls", "S: * OK x\nC: V1 STARTTLS\nS: V1 BAD no\n", VALIJA_ERROR_NO_STARTTLS,
    VALIJA_STEP_SECURE },
  { "starttls-preauth", "security=starttls", "S: * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hello\n",
    VALIJA_ERROR_NO_STARTTLS, VALIJA_STEP_SECURE },
  { "starttls-injected", "security=starttls",
    "S: * OK x\nC: V1 STARTTLS\nS: V1 OK begin\nS: * CAPABILITY IMAP4rev1 AUTH=PLAIN\n", VALIJA_ERROR_NO_STARTTLS,
    VALIJA_STEP_SECURE },
  { "starttls-half-line", "security=starttls", "S: * OK x\nC: V1 STARTTLS\nS: V1 OK begin\nS+ *\n",
    VALIJA_ERROR_NO_STARTTLS, VALIJA_STEP_SECURE },
};

static void
play_opening (const Opening *test,
              gboolean       dribble)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), test->settings);

  valija_script_server_add (server, test->script);
  valija_script_server_set_dribble (server, dribble);

  if (test->error < 0)
    {
      imap_assert_true (valija_session_open (session));
      imap_assert_listed (session);
    }
  else
    {
      g_autoptr(GError) error = imap_assert_error (valija_session_open (session), test->error);

      g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_INCOMING);
      g_assert_cmpint (valija_error_get_step (error), ==, test->step);
      g_assert_null (strstr (error->message, "secret"));
      g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_CLOSED);
    }

  imap_close (session);
}

static void
test_opening (gconstpointer data)
{
  const Opening *test = data;

  play_opening (test, FALSE);
  /* Dribbling, an injection comes too late to be one: TLS itself refuses it */
  if (test->step != VALIJA_STEP_SECURE)
    play_opening (test, TRUE);
}

/* Does nothing but wait, and keep the session that is its data. */
static DexFuture *
keep_cb (DexFuture *future,
         gpointer   user_data)
{
  return dex_ref (future);
}

static DexFuture *
open_flow (guint16  port,
           gpointer user_data)
{
  const Opening *test = user_data;
  g_autofree char *settings = g_strconcat (test->settings, " timeout=1", NULL);
  g_autoptr(ValijaSession) session = imap_session_new (port, settings);

  return dex_future_finally (valija_session_open (session), keep_cb, g_object_ref (session), g_object_unref);
}

static void
test_opening_faults (gconstpointer data)
{
  const Opening *test = data;
  const char *scripts[] = { test->script, NULL };

  valija_test_faults (scripts, FALSE, open_flow, (gpointer) test);
}

static void
test_tls (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session =
      imap_session_new (valija_script_server_get_port (server), "security=tls cleartext-password=false");
  g_auto(GStrv) facts = NULL;
  g_autofree char *all = NULL;

  valija_script_server_add_tls (server, OPENING ("IDLE APPENDLIMIT=35000000") LISTING COUNTING GOODBYE ("V4"));
  imap_assert_true (valija_session_open (session));
  imap_assert_true (valija_session_open (session));
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_OPEN);

  facts = valija_session_dup_facts (session);
  all = g_strjoinv ("\n", facts);
  g_assert_nonnull (strstr (all, "Sign-in: PLAIN"));
  g_assert_nonnull (strstr (all, "TLS"));
  g_assert_nonnull (strstr (all, "Greeting: ready"));
  g_assert_nonnull (strstr (all, "New mail: told at once, in the inbox"));
  g_assert_nonnull (strstr (all, "Largest message: 35"));
  imap_assert_listed (session);
  imap_close (session);
}

static void
test_untrusted (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "security=tls ca=");
  g_autoptr(GError) error = NULL;

  valija_script_server_add_tls (server, "");
  error = imap_assert_error (valija_session_open (session), VALIJA_ERROR_CERTIFICATE);
  g_assert_nonnull (valija_error_get_certificate (error));
  imap_close (session);
}

static void
count_alert (ValijaSession *session,
             const char    *text,
             GString       *seen)
{
  g_string_append_printf (seen, "[%s]", text);
}

static void
test_alert (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "security=starttls");
  g_autoptr(GString) seen = g_string_new (NULL);

  /* The one in clear is not believed */
  valija_script_server_add (
      server, "S: * OK [ALERT] forged\nC: V1 STARTTLS\nS: V1 OK begin\nTLS\n"
              "C: V2 CAPABILITY\nS: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\nS: V2 OK x\n"
              "C: V3 AUTHENTICATE PLAIN AGFuYQBzZWNyZXQ=\nS: * OK [ALERT] down at noon\nS: V3 OK [ALERT] soon\n"
              "C: V4 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: V4 OK x\n"
              "C: V5 LIST \"\" \"*\"\nS: V5 OK x\n" GOODBYE ("V6"));
  g_signal_connect (session, "alert", G_CALLBACK (count_alert), seen);
  imap_assert_true (valija_session_open (session));
  g_assert_cmpstr (seen->str, ==, "[down at noon][soon]");
  imap_assert_listed (session);
  imap_close (session);
}

/* Two at once share one attempt; one that gives up does not end the other's. */
static void
test_shared_opening (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  DexFuture *one = dex_future_finally (valija_session_open (session), keep_cb, NULL, NULL);
  DexFuture *other = valija_session_open (session);

  valija_script_server_add (server, OPENING ("") LISTING COUNTING GOODBYE ("V4"));
  dex_clear (&one);
  imap_assert_true (other);
  imap_assert_listed (session);
  imap_close (session);
}

/* After the connection was lost the next wish opens it again. */
static void
test_reopen (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(GPtrArray) folders = NULL;

  valija_script_server_add (server, OPENING ("") LISTING COUNTING "S: * BYE going down\nCLOSE\n");
  valija_script_server_add (server, OPENING ("") LISTING COUNTING GOODBYE ("V4"));
  imap_assert_true (valija_session_open (session));
  while (valija_session_get_state (session) == VALIJA_SESSION_OPEN)
    g_main_context_iteration (NULL, TRUE);

  folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  g_assert_cmpuint (folders->len, ==, 1);
  imap_close (session);
}

static void
describe_folder (GString                *out,
                 const ValijaFolderInfo *info)
{
  g_string_append_printf (out, "%s|%s|%s|%d|%d|%d/%d", info->remote_id,
                          info->parent_id != NULL ? info->parent_id : "", info->name, info->role, info->selectable,
                          (int)info->unread, (int)info->total);
  if (info->owner != VALIJA_FOLDER_OWNER_USER)
    g_string_append_printf (out, "|%s", valija_folder_owner_to_nick (info->owner));
  if (info->object_id != NULL)
    g_string_append_printf (out, "|=%s", info->object_id);
  g_string_append_c (out, '\n');
}

static void
test_folders (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(GPtrArray) folders = NULL;
  g_autoptr(GString) out = g_string_new (NULL);

  valija_script_server_add (server, OPENING ("LIST-EXTENDED SPECIAL-USE LIST-STATUS")
                            "C: V2 LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (" COUNTS "))\n"
                            "S: * LIST (\\HasNoChildren) \"/\" Work/2024/Q1\n"
                            "S: * STATUS Work/2024/Q1 (MESSAGES 7 UNSEEN 2)\n"
                            "S: * LIST (\\HasNoChildren \\Sent) \"/\" \"Gesendet\"\n"
                            "S: * LIST (\\NoSelect) \"/\" Work\n"
                            "S: * LIST () \"/\" Sent\n"
                            "S: * LIST () \"/\" \"Entw&APw-rfe\"\n"
                            "S: * LIST () \"/\" \"bad&name\"\n"
                            "S: * LIST () \"/\" trash\n"
                            "S: * LIST () \"/\" inbox\n"
                            "S: V2 OK x\n" GOODBYE ("V3"));
  folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  for (guint i = 0; i < folders->len; i++)
    describe_folder (out, g_ptr_array_index (folders, i));
  g_assert_cmpstr (out->str, ==,
                   "INBOX||INBOX|1|1|-1/-1\n"
                   "Entw\303\274rfe||Entw\303\274rfe|0|1|-1/-1\n"
                   "Gesendet||Gesendet|3|1|-1/-1\n"
                   "Sent||Sent|0|1|-1/-1\n"
                   "Work||Work|0|0|-1/-1\n"
                   "Work/2024|Work|2024|0|0|-1/-1\n"
                   "Work/2024/Q1|Work/2024|Q1|0|1|2/7\n"
                   "trash||trash|6|1|-1/-1\n"
                   "\x7f" "bad&name||bad&name|0|1|-1/-1\n");
  imap_close (session);
}

static void
describe_states (GString   *out,
                 GPtrArray *folders)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const ValijaFolderInfo *info = g_ptr_array_index (folders, i);

      g_string_append_printf (out, "%s %s%s\n", info->name, info->state != NULL ? info->state : "-",
                              info->state_is_whole ? " whole" : "");
    }
}

/* By what another list is compared with this one. With mod-sequences it is all that there is; of a folder that is
 * selected, and cannot be left, nothing is said. */
static void
test_states (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(GPtrArray) folders = NULL;
  g_autoptr(GPtrArray) again = NULL;
  g_autofree char *told = NULL;
  g_autoptr(GString) out = g_string_new (NULL);

#define STATES \
  "S: * LIST () \"/\" INBOX\nS: * STATUS INBOX (MESSAGES 0 UNSEEN 0 UIDNEXT 8 UIDVALIDITY 7 HIGHESTMODSEQ 9)\n" \
  "S: * LIST () \"/\" a\nS: * STATUS a (MESSAGES 3 UNSEEN 2 UIDNEXT 8 UIDVALIDITY 7 HIGHESTMODSEQ 0)\n" \
  "S: * LIST () \"/\" b\nS: * STATUS b (MESSAGES 3 UNSEEN 2 UIDVALIDITY 7 HIGHESTMODSEQ 4)\n"
  valija_script_server_add (server, OPENING ("CONDSTORE LIST-STATUS")
                            "C: V2 LIST \"\" \"*\" RETURN (STATUS (" COUNTS " HIGHESTMODSEQ))\n" STATES "S: V2 OK x\n"
                            "C: V3 SELECT INBOX (CONDSTORE)\nS: * 0 EXISTS\nS: * OK [UIDVALIDITY 7] x\n"
                            "S: * OK [UIDNEXT 1] x\nS: * OK [HIGHESTMODSEQ 9] x\nS: V3 OK x\n"
                            "C: V4 LIST \"\" \"*\" RETURN (STATUS (" COUNTS " HIGHESTMODSEQ))\n" STATES "S: V4 OK x\n"
                            GOODBYE ("V5"));
#undef STATES
  folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  describe_states (out, folders);
  told = imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL), NULL, NULL);
  again = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  describe_states (out, again);
  g_assert_cmpstr (out->str, ==,
                   "INBOX 7.8.0.9.0 whole\na 7.8.3.0.2\nb -\n"
                   "INBOX -\na 7.8.3.0.2\nb -\n");
  imap_close (session);
}

/* Of a folder that was listed and not opened, since it is as it was: what changes before it is watched is told. */
static void
test_watch_listed (void)
{
  for (int changed = 0; changed < 2; changed++)
    {
      g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
      ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");

      valija_script_server_add (server, OPENING ("IDLE LIST-STATUS")
                                "C: V2 LIST \"\" \"*\" RETURN (STATUS (" COUNTS "))\nS: * LIST () \"/\" INBOX\n"
                                "S: * STATUS INBOX (MESSAGES 3 UNSEEN 1 UIDNEXT 8 UIDVALIDITY 7)\nS: V2 OK x\n"
                                GOODBYE ("V3"));
      valija_script_server_add (server, changed
                                ? OPENING ("IDLE LIST-STATUS") "C: V2 SELECT INBOX\nS: * 4 EXISTS\n"
                                  "S: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 9] x\nS: V2 OK x\n"
                                : OPENING ("IDLE LIST-STATUS") "C: V2 SELECT INBOX\nS: * 3 EXISTS\n"
                                  "S: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 8] x\nS: V2 OK x\n"
                                  "C: V3 IDLE\nS: + idling\nS: * 4 EXISTS\nC: DONE\nS: V3 OK x\n");
      imap_assert_listed (session);
      imap_assert_true (valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX"));
      imap_close (session);
    }
}

/* What is not the user's own, and what stays when a folder is renamed. Folders behind "#" are asked for apart. */
static void
test_owners (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(GPtrArray) folders = NULL;
  g_autoptr(GString) out = g_string_new (NULL);

  valija_script_server_add (server, OPENING ("NAMESPACE LIST-EXTENDED SPECIAL-USE LIST-STATUS OBJECTID")
                            "C: V2 NAMESPACE\n"
                            "C: V3 LIST \"\" \"*\" RETURN (STATUS (MAILBOXID))\n"
                            "C: V4 LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (" COUNTS "))\n"
                            "S: * NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\")) ((\"\" \".\")(\"#pub/\" \"/\"))\n"
                            "S: V2 OK x\n"
                            "S: * LIST () \".\" INBOX\nS: * STATUS INBOX (MAILBOXID (F1))\n"
                            "S: * LIST () \".\" INBOX.Sent\nS: * STATUS INBOX.Sent (MAILBOXID (F2))\n"
                            "S: * LIST () \".\" user.luis\nS: * STATUS user.luis (MAILBOXID ())\n"
                            "S: V3 OK x\n"
                            "S: * LIST () \".\" INBOX\nS: * STATUS INBOX (MESSAGES 7 UNSEEN 2)\n"
                            "S: * LIST (\\Sent) \".\" INBOX.Sent\n"
                            "S: * LIST () \".\" user.luis\n"
                            "S: * LIST (\\Sent) \".\" user.luis.Sent\n"
                            "S: * LIST () \".\" Trash\n"
                            "S: V4 OK x\n"
                            "C: V5 LIST \"\" \"#pub/*\" RETURN (SPECIAL-USE STATUS (" COUNTS "))\n"
                            "S: * LIST (\\Noselect) \"/\" #pub\n"
                            "S: * LIST () \"/\" #pub/news\nS: * STATUS #pub/news (MESSAGES 5 UNSEEN 5)\n"
                            "S: V5 OK x\n" GOODBYE ("V6"));
  folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  for (guint i = 0; i < folders->len; i++)
    describe_folder (out, g_ptr_array_index (folders, i));
  g_assert_cmpstr (out->str, ==,
                   "INBOX||INBOX|1|1|2/7|=F1\n"
                   "#pub/news||news|0|1|5/5|all\n"
                   "INBOX.Sent|INBOX|Sent|3|1|-1/-1|=F2\n"
                   "Trash||Trash|0|1|-1/-1|all\n"
                   "user.luis||luis|0|1|-1/-1|others\n"
                   "user.luis.Sent|user.luis|Sent|0|1|-1/-1|others\n");
  imap_close (session);
}

/* How much room there is was asked for with the first question; of several limits the nearest counts. A folder's size
 * is asked for by itself. */
static void
test_room (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(ValijaQuota) quota = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(DexFuture) measured = NULL;
  const GValue *value;

  valija_script_server_add (server, OPENING ("QUOTA STATUS=SIZE")
                            "C: V2 GETQUOTAROOT INBOX\nC: V3 LIST \"\" \"*\"\n"
                            "S: * QUOTAROOT INBOX \"\" user\nS: * QUOTA \"\" (STORAGE 10 512 MESSAGE 5 5)\n"
                            "S: * QUOTA user (STORAGE 200 204)\nS: * QUOTA user (STORAGE 1 0)\nS: V2 OK x\n"
                            "S: V3 OK x\n"
                            "C: V4 STATUS \"a b\" (SIZE)\nS: * STATUS \"a b\" (SIZE 12345678901)\nS: V4 OK x\n"
                            "C: V5 STATUS gone (SIZE)\nS: V5 NO x\n" GOODBYE ("V6"));
  imap_assert_listed (session);
  quota = imap_assert_boxed (valija_mail_reader_get_quota (VALIJA_MAIL_READER (session)));
  g_assert_cmpuint (quota->used, ==, 200 * 1024);
  g_assert_cmpuint (quota->limit, ==, 204 * 1024);
  g_assert_true (valija_quota_is_tight (quota));

  measured = valija_mail_reader_measure (VALIJA_MAIL_READER (session), "a b");
  value = valija_test_await (measured, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_value_get_int64 (value), ==, G_GINT64_CONSTANT (12345678901));
  g_error_free (imap_assert_error (valija_mail_reader_measure (VALIJA_MAIL_READER (session), "gone"),
                                   VALIJA_ERROR_NOT_FOUND));
  imap_close (session);
}

static void
test_no_room (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");

  valija_script_server_add (server, OPENING ("") LISTING COUNTING GOODBYE ("V4"));
  imap_assert_listed (session);
  g_error_free (imap_assert_error (valija_mail_reader_get_quota (VALIJA_MAIL_READER (session)),
                                   VALIJA_ERROR_UNSUPPORTED));
  g_error_free (imap_assert_error (valija_mail_reader_measure (VALIJA_MAIL_READER (session), "INBOX"),
                                   VALIJA_ERROR_UNSUPPORTED));
  imap_close (session);
}

/* One that has not been told is asked for. */
static void
test_room_asked (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");

  valija_script_server_add (server, OPENING ("QUOTA")
                            "C: V2 GETQUOTAROOT INBOX\nC: V3 LIST \"\" \"*\"\nS: V2 NO x\nS: V3 OK x\n"
                            "C: V4 GETQUOTAROOT INBOX\nS: * QUOTAROOT INBOX\nS: V4 OK x\n" GOODBYE ("V5"));
  imap_assert_listed (session);
  g_error_free (imap_assert_error (valija_mail_reader_get_quota (VALIJA_MAIL_READER (session)),
                                   VALIJA_ERROR_UNSUPPORTED));
  /* It has told now that there is none */
  g_error_free (imap_assert_error (valija_mail_reader_get_quota (VALIJA_MAIL_READER (session)),
                                   VALIJA_ERROR_UNSUPPORTED));
  imap_close (session);
}

typedef struct
{
  const char *name;
  const char *folder;
  const char *script;
  const char *search;    /* nullable */
} Spelling;

#define REV2_LISTING \
  OPENING ("IMAP4rev2") "C: V2 ENABLE IMAP4rev2\n" \
  "C: V3 NAMESPACE\nC: V4 LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (" COUNTS "))\n"
#define STATUS_ANSWER(name) \
  "S: * STATUS " name " (UIDVALIDITY 1 UIDNEXT 2)\nS: V5 OK x\n" GOODBYE ("V6")

/* Only a folder whose name is spelled in two ways waits for the answer to ENABLE. */
static const Spelling spellings[] = {
  { "plain", "Work",
    REV2_LISTING "C: V5 STATUS Work (UIDVALIDITY UIDNEXT)\n"
    "S: * ENABLED IMAP4rev2\nS: V2 OK x\nS: V3 OK x\nS: V4 OK x\n" STATUS_ANSWER ("Work") },
  { "other", "Entw\303\274rfe",
    REV2_LISTING "S: * ENABLED IMAP4rev2\nS: V2 OK x\nS: V3 OK x\nS: V4 OK x\n"
    "C: V5 STATUS \"Entw\303\274rfe\" (UIDVALIDITY UIDNEXT)\n" STATUS_ANSWER ("\"Entw\303\274rfe\"") },
  { "ampersand", "a&b",
    REV2_LISTING "S: * ENABLED IMAP4rev2\nS: V2 OK x\nS: V3 OK x\nS: V4 OK x\n"
    "C: V5 STATUS \"a&b\" (UIDVALIDITY UIDNEXT)\n" STATUS_ANSWER ("\"a&b\"") },
  { "refused", "Entw\303\274rfe",
    REV2_LISTING "S: V2 BAD x\nS: V3 OK x\nS: V4 OK x\n"
    "C: V5 STATUS \"Entw&APw-rfe\" (UIDVALIDITY UIDNEXT)\n" STATUS_ANSWER ("\"Entw&APw-rfe\"") },
  { "search", "Work",
    REV2_LISTING "C: V5 SELECT Work\nS: * ENABLED IMAP4rev2\nS: V2 OK x\nS: V3 OK x\nS: V4 OK x\n"
    "S: * 9 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * LIST () \"/\" Work\nS: V5 OK x\n"
    "C: V6 UID SEARCH RETURN (ALL) CHARSET UTF-8 TEXT \"caf\303\251\"\n"
    "S: * ESEARCH (TAG \"V6\") UID ALL 3\nS: V6 OK x\n" GOODBYE ("V7"),
    "caf\303\251" },
};

static void
test_spelling (gconstpointer data)
{
  const Spelling *test = data;
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *mark = NULL;

  valija_script_server_add (server, test->script);
  if (test->search != NULL)
    {
      g_autoptr(ValijaSearchHits) found =
          imap_assert_boxed (valija_mail_reader_search (VALIJA_MAIL_READER (session), test->folder, test->search, 1));

      g_assert_cmpuint (found->remote_ids->len, ==, 1);
      imap_close (session);
      return;
    }

  mark = imap_assert_string (valija_mail_organizer_mark (VALIJA_MAIL_ORGANIZER (session), test->folder));
  g_assert_cmpstr (mark, ==, "1.2");
  imap_close (session);
}

int
main (int   argc,
      char *argv[])
{
  static const char * const faulted[] = { "sasl-ir", "greeting-alone", "auth-login", "many-questions", "rev2",
                                         "starttls", NULL };

  dex_init ();
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (openings); i++)
    {
      g_autofree char *path = g_strconcat ("/imap/session/open/", openings[i].name, NULL);

      g_test_add_data_func (path, &openings[i], test_opening);
      if (g_strv_contains (faulted, openings[i].name))
        {
          g_autofree char *fault_path = g_strconcat ("/imap/session/faults/", openings[i].name, NULL);

          g_test_add_data_func (fault_path, &openings[i], test_opening_faults);
        }
    }
  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_autofree char *path = g_strconcat ("/imap/session/spelling/", spellings[i].name, NULL);

      g_test_add_data_func (path, &spellings[i], test_spelling);
    }
  g_test_add_func ("/imap/session/tls", test_tls);
  g_test_add_func ("/imap/session/untrusted", test_untrusted);
  g_test_add_func ("/imap/session/alert", test_alert);
  g_test_add_func ("/imap/session/shared-opening", test_shared_opening);
  g_test_add_func ("/imap/session/reopen", test_reopen);
  g_test_add_func ("/imap/session/folders", test_folders);
  g_test_add_func ("/imap/session/states", test_states);
  g_test_add_func ("/imap/session/watch-listed", test_watch_listed);
  g_test_add_func ("/imap/session/owners", test_owners);
  g_test_add_func ("/imap/session/room", test_room);
  g_test_add_func ("/imap/session/no-room", test_no_room);
  g_test_add_func ("/imap/session/room-asked", test_room_asked);
  imap_add_sync_tests ();
  imap_add_organize_tests ();
  imap_add_outline_tests ();
  imap_add_cancel_tests ();
  imap_add_links_tests ();

  return g_test_run ();
}
