/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-session.h"
#include "support/valija-script-server.h"
#include "valija-test-engine.h"

/* Mail that is taken off a POP3 server, which gives the names of what is gone to other messages (RFC 1939 §7). */

#define CAPA "C: CAPA\nS: +OK\nS: TOP\nS: UIDL\nS: SASL PLAIN\nS: .\n"
#define BEGIN "S: +OK\n" CAPA "C: AUTH PLAIN AGFuYQBzZWNyZXQ=\nS: +OK\n" CAPA
#define QUIT "C: QUIT\nS: +OK\n"

/* The mailbox holds one message, or none */
#define NONE "C: UIDL\nS: +OK\nS: .\nC: LIST\nS: +OK\nS: .\n"
#define ONE(size) "C: UIDL\nS: +OK\nS: 1 1\nS: .\nC: LIST\nS: +OK\nS: 1 " size "\nS: .\n"
#define HEADER(name) "S: +OK\nS: Message-ID: <" name "@example.org>\nS: Subject: " name "\nS:\n"
#define TOP(name) "C: TOP 1 0\n" HEADER (name) "S: .\n"
#define RETR(name) "C: RETR 1\n" HEADER (name) "S: text\nS: .\n"
#define DELE "C: DELE 1\nS: +OK\n"

static ValijaSession *
create_session (ValijaSessionContext *context, ValijaSide side, gpointer user_data, GError **error)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new ("secret", -1);

  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);
  return valija_pop3_session_new (context);
}

static void
use_script (TestEngine *test, ValijaScriptServer *server, int days, gboolean removed)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);

  runtime->factory = create_session;
  g_object_set (test->account, "timeout", 20, "delete-after-days", days, "delete-removed", removed, NULL);
  g_object_set (valija_account_get_incoming (test->account), "host", "127.0.0.1", "port",
                (guint) valija_script_server_get_port (server), "security", (int) VALIJA_SECURITY_NONE, "user", "ana",
                "cleartext-password", TRUE, NULL);
}

/* As after a kill: what was written is all that is known. */
static void
restart (TestEngine *test, ValijaScriptServer *server, int days)
{
  test_engine_close (test);
  test_engine_open (test);
  use_script (test, server, days, FALSE);
}

static void
assert_sync_fails (TestEngine *test)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (test_try (valija_engine_sync_account (test->engine, test->account, 0, NULL), &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
}

/* What comes by the name of what was taken off is fetched before it goes, though it is as large; and when there is
 * nothing to take off, nobody signs in for it. */
static void
test_name_again (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(TestEngine) test = test_engine_new ("pop3");

  valija_script_server_add (server, BEGIN ONE ("90") TOP ("one") RETR ("one") DELE QUIT);
  valija_script_server_add (server, BEGIN ONE ("90") TOP ("two") RETR ("two") DELE QUIT);
  valija_script_server_add (server, BEGIN NONE QUIT);
  valija_script_server_add (server, BEGIN ONE ("90") TOP ("three") RETR ("three") DELE QUIT);
  use_script (test, server, 0, FALSE);

  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "one+");
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "two+ one+");
  test_engine_sync (test, 0);
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "three+ two+ one+");
}

/* It is over when the server has done it, and before it has said so. */
static void
test_killed_after (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(TestEngine) test = test_engine_new ("pop3");

  valija_script_server_add (server, BEGIN ONE ("90") TOP ("one") RETR ("one") DELE "C: QUIT\nCLOSE\n");
  valija_script_server_add (server, BEGIN ONE ("90") TOP ("two") RETR ("two") DELE QUIT);
  use_script (test, server, 0, FALSE);

  assert_sync_fails (test);
  restart (test, server, 0);
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "two+ one+");
}

/* Or before the server has done it: then it is the same message, which is not there twice, and goes the next time. A
 * server that says that it has, and has not, is no other. */
static void
test_killed_before (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(TestEngine) test = test_engine_new ("pop3");

  valija_script_server_add (server, BEGIN ONE ("90") TOP ("one") RETR ("one") "C: DELE 1\nCLOSE\n");
  valija_script_server_add (server, BEGIN ONE ("90") TOP ("one") DELE QUIT);
  valija_script_server_add (server, BEGIN ONE ("90") TOP ("one") DELE QUIT);
  use_script (test, server, 0, FALSE);

  assert_sync_fails (test);
  restart (test, server, 0);
  test_engine_sync (test, 0);
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "one+");
}

/* Another program has taken it off, of which nobody hears: then the size tells. */
static void
test_taken_by_others (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(TestEngine) test = test_engine_new ("pop3");

  valija_script_server_add (server, BEGIN ONE ("90") TOP ("one") RETR ("one") QUIT);
  valija_script_server_add (server, BEGIN ONE ("91") TOP ("two") RETR ("two") DELE QUIT);
  use_script (test, server, 30, FALSE);
  test_engine_sync (test, 0);

  restart (test, server, 0);
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "two+ one+");
}

/* What was deleted here for good stays so, and takes nothing else with it. */
static void
test_deleted (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(TestEngine) test = test_engine_new ("pop3");
  g_autoptr(GPtrArray) messages = NULL;
  gint64 id;

  valija_script_server_add (server, BEGIN ONE ("90") TOP ("one") RETR ("one") QUIT);
  valija_script_server_add (server, BEGIN ONE ("90") DELE QUIT);
  valija_script_server_add (server, BEGIN ONE ("90") TOP ("one") DELE QUIT);
  valija_script_server_add (server, BEGIN ONE ("90") TOP ("two") RETR ("two") QUIT);
  use_script (test, server, -1, TRUE);
  test_engine_sync (test, 0);
  messages = test_engine_find_all (test, "INBOX", "one");
  id = valija_message_get_id (g_ptr_array_index (messages, 0));
  test_await_int64 (valija_store_delete_messages (test->engine->store, &id, 1));

  test_engine_sync (test, 0);
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "");
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "two+");
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/engine/drop/name-again", test_name_again);
  g_test_add_func ("/engine/drop/killed-after", test_killed_after);
  g_test_add_func ("/engine/drop/killed-before", test_killed_before);
  g_test_add_func ("/engine/drop/taken-by-others", test_taken_by_others);
  g_test_add_func ("/engine/drop/deleted", test_deleted);

  status = g_test_run ();
  valija_test_drain ();

  return status;
}
