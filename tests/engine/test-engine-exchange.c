/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The engine with the session of Exchange under it, against the contract server. */

#include "config.h"

#include <string.h>

#include "sessions/exchange/valija-exchange-session.h"
#include "support/valija-contract-server.h"
#include "support/valija-test-network.h"
#include "support/valija-wait.h"
#include "valija-test-engine.h"

static ValijaContractServer *server;

static ValijaSession *
create_session (ValijaSessionContext *context, ValijaSide side, gpointer user_data, GError **error)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new (valija_contract_server_get (server, "password"), -1);

  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);
  return valija_exchange_session_new (context);
}

static void
use_server (TestEngine *test, const char *host, guint port)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);

  runtime->factory = create_session;
  g_object_set (test->account, "timeout", 20, NULL);
  g_object_set (valija_account_get_incoming (test->account), "host", host, "port", port, "security",
                (int) VALIJA_SECURITY_TLS, "user", valija_contract_server_get (server, "user"), "ca-file",
                valija_contract_server_get (server, "ca"), NULL);
}

static TestEngine *
create_engine (const char *host, guint port)
{
  TestEngine *test = test_engine_new ("exchange");

  use_server (test, host, port);
  return test;
}

static gboolean
has_total (TestEngine *test, const char *name, gint64 total)
{
  ValijaFolder *folder = valija_engine_find_folder (test->engine, test->account, name);

  return folder != NULL && valija_folder_get_total (folder) == total;
}

/* Whether they are here whole by now depends. */
static void
assert_subjects (TestEngine *test, const char *folder, const char *expected)
{
  g_autofree char *list = test_engine_list (test, folder);
  g_auto(GStrv) pieces = g_strsplit (list, "+", -1);
  g_autofree char *subjects = g_strjoinv ("", pieces);

  g_assert_cmpstr (subjects, ==, expected);
}

static gint64
count (const char *operation)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (server, "{'do': 'stats'}");
  JsonObject *operations = json_object_get_object_member (json_node_get_object (stats), "operations");

  return json_object_has_member (operations, operation) ? json_object_get_int_member (operations, operation) : 0;
}

/* What comes is shown without being asked for; so is what goes. */
static void
test_watch (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  gint64 streams = count ("GetStreamingEvents");

  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'one'}");
  valija_engine_start (test->engine);
  valija_wait_until (has_total (test, "inbox", 1) && count ("GetStreamingEvents") > streams);

  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'two'}");
  valija_wait_until (has_total (test, "inbox", 2));
  assert_subjects (test, "inbox", "two one");

  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'subject': 'one'}");
  valija_wait_until (has_total (test, "inbox", 1));
  assert_subjects (test, "inbox", "two");

  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'subject': 'two'}");
  valija_wait_until (has_total (test, "inbox", 0));
}

static void
test_away (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);
  g_autoptr(ValijaAutoReplies) replies = valija_auto_replies_new ();
  g_autoptr(ValijaAutoReplies) kept = NULL;

  g_assert_true (valija_engine_has_auto_replies (test->engine, test->account));
  replies->state = VALIJA_REPLIES_ON;
  test_await_error (valija_engine_save_auto_replies (test->engine, test->account, replies), VALIJA_ERROR_INVALID);
  g_set_str (&replies->inside, "Back on Monday.\nAna <3");
  test_await (valija_engine_save_auto_replies (test->engine, test->account, replies));
  g_assert_nonnull (valija_account_status_get_away (status));

  kept = test_await_boxed (valija_engine_load_auto_replies (test->engine, test->account));
  g_assert_cmpint (kept->state, ==, VALIJA_REPLIES_ON);
  g_assert_cmpint (kept->audience, ==, VALIJA_AUDIENCE_NOBODY);
  g_assert_cmpstr (kept->inside, ==, "Back on Monday.\nAna <3");

  /* A new start finds it out by itself */
  valija_account_status_set_away (status, NULL);
  valija_engine_start (test->engine);
  valija_wait_until (valija_account_status_get_away (status) != NULL);

  kept->state = VALIJA_REPLIES_OFF;
  test_await (valija_engine_save_auto_replies (test->engine, test->account, kept));
  g_assert_null (valija_account_status_get_away (status));
}

/* The junk that was seen goes for good, and nothing else. */
static void
test_empty (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(ValijaUndo) undo = NULL;

  valija_contract_server_tell (server, "{'do': 'fill', 'folder': 'junkemail', 'count': 130}");
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);
  g_assert_true (has_total (test, "junk", 130));
  test_await_error (valija_engine_list_to_empty (test->engine, test_engine_folder (test, "inbox")),
                    VALIJA_ERROR_UNSUPPORTED);
  messages = test_await_boxed (valija_engine_list_to_empty (test->engine, test_engine_folder (test, "junk")));
  valija_contract_server_tell (server, "{'do': 'deliver', 'folder': 'junkemail', 'subject': 'unseen'}");
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);

  test_await_error (valija_engine_empty_folder (test->engine, test_engine_folder (test, "inbox"), messages),
                    VALIJA_ERROR_UNSUPPORTED);
  undo = test_await_object (valija_engine_empty_folder (test->engine, test_engine_folder (test, "junk"), messages));
  g_assert_cmpstr (valija_undo_get_label (undo), ==, "130 messages deleted for good");
  test_await (valija_engine_flush (test->engine, test->account));
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);
  assert_subjects (test, "junk", "unseen");
  g_assert_true (has_total (test, "trash", 0));
}

/* A colleague's mailbox that is being moved keeps nothing else from coming, and what is here of it stays, also where
 * this Valija has never seen it. */
static void
test_shared_away (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));

  g_object_set (test->account, "shared", "team@example.org", NULL);
  valija_contract_server_tell (server, "{'do': 'deliver', 'user': 'team', 'subject': 'ours'}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_subjects (test, "team@example.org/Inbox", "ours");

  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'mine'}");
  valija_contract_server_tell (server, "{'do': 'inject', 'operation': 'SyncFolderHierarchy', 'fault': 'entry', "
                                       "'code': 'ErrorMailboxMoveInProgress', 'after': 1}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_subjects (test, "inbox", "mine");
  assert_subjects (test, "team@example.org/Inbox", "ours");
  g_assert_nonnull (strstr (valija_account_status_get_alert (valija_engine_get_status (test->engine, test->account)),
                            "team@example.org"));

  test_engine_close (test);
  test_engine_open (test);
  use_server (test, "localhost", valija_contract_server_get_port (server));
  g_object_set (test->account, "shared", "team@example.org", NULL);
  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'more'}");
  valija_contract_server_tell (server, "{'do': 'inject', 'operation': 'GetFolder', 'fault': 'entry', "
                                       "'code': 'ErrorMailboxMoveInProgress', 'after': 6, 'times': 2}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_subjects (test, "inbox", "more mine");
  assert_subjects (test, "team@example.org/Inbox", "ours");

  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'subject': 'mine'}");
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'subject': 'more'}");
}

/* The names of the folders whose role is that of the trash */
static char *
dup_trashes (TestEngine *test)
{
  GListModel *folders = valija_engine_get_folders (test->engine, test->account);
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_TRASH)
        g_string_append (names, valija_folder_get_owner (folder) == VALIJA_FOLDER_OWNER_USER ? "own " : "shared ");
    }

  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
delete_ours (TestEngine *test, const char *folder)
{
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, folder, "ours");
  g_autoptr(ValijaUndo) undo = test_await_object (valija_engine_delete_messages (test->engine, messages));

  test_await (valija_engine_flush (test->engine, test->account));
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
}

/* What is deleted in a shared mailbox goes to its own Deleted Items, or to the user's where that one is closed. */
static void
test_shared_trash (gconstpointer data)
{
  gboolean is_closed = GPOINTER_TO_INT (data);
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  g_autofree char *trashes = NULL;

  valija_contract_server_tell (server, "{'do': 'set', 'name': 'closed_trash', 'value': [%s]}",
                               is_closed ? "'team@example.org'" : "");
  g_object_set (test->account, "shared", "team@example.org", NULL);
  valija_contract_server_tell (server, "{'do': 'change', 'user': 'team', 'what': 'folder-create', 'value': 'T%d'}",
                               is_closed);
  valija_contract_server_tell (server, "{'do': 'deliver', 'user': 'team', 'folder': 'T%d', 'subject': 'ours'}",
                               is_closed);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  trashes = dup_trashes (test);
  g_assert_cmpstr (trashes, ==, is_closed ? "own " : "own shared ");

  delete_ours (test, is_closed ? "team@example.org/T1" : "team@example.org/T0");
  assert_subjects (test, is_closed ? "team@example.org/T1" : "team@example.org/T0", "");
  assert_subjects (test, "trash", is_closed ? "ours" : "");
  assert_subjects (test, "team@example.org/Deleted Items", is_closed ? "" : "ours");

  /* In there it goes for good */
  delete_ours (test, is_closed ? "trash" : "team@example.org/Deleted Items");
  assert_subjects (test, "trash", "");
  assert_subjects (test, "team@example.org/Deleted Items", "");
}

/* The server of before has no services any more; Autodiscover knows the new one. */
static void
test_moved (void)
{
  g_autoptr(TestEngine) test = create_engine ("old.example.org", 443);

  valija_contract_server_tell (server, "{'do': 'hosts', 'hosts': {'old.example.org': {'kind': 'missing'}, "
                               "'autodiscover.example.org': {'kind': 'exchange', 'autodiscover': ['json'], "
                               "'ews': false}, 'mail.example.org': {'kind': 'exchange', 'autodiscover': []}}}");
  valija_contract_server_tell (server, "{'do': 'set', 'name': 'ews_url', "
                               "'value': 'https://mail.example.org/EWS/Exchange.asmx'}");
  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'there'}");
  valija_engine_start (test->engine);
  valija_wait_until (has_total (test, "inbox", 1));
  g_assert_cmpstr (valija_server_get_host (valija_account_get_incoming (test->account)), ==, "mail.example.org");
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (test->notices, 0), "mail.example.org"));
}

/* One that is not of the address's domain is named, and told nothing. */
static void
test_moved_out (void)
{
  g_autoptr(TestEngine) test = create_engine ("old.example.org", 443);

  valija_contract_server_tell (server, "{'do': 'hosts', 'hosts': {'old.example.org': {'kind': 'missing'}, "
                               "'autodiscover.example.org': {'kind': 'exchange', 'autodiscover': ['json'], "
                               "'ews': false}}}");
  valija_contract_server_tell (server, "{'do': 'set', 'name': 'ews_url', "
                               "'value': 'https://mail.hoster.example/EWS/Exchange.asmx'}");
  valija_engine_start (test->engine);
  valija_wait_until (test->notices->len == 1);
  g_assert_nonnull (strstr (g_ptr_array_index (test->notices, 0), "mail.hoster.example"));
  g_assert_cmpstr (valija_server_get_host (valija_account_get_incoming (test->account)), ==, "old.example.org");
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  valija_test_network_init ();

  server = valija_contract_server_new ("exchange", NULL);
  valija_test_network_set_proxy (valija_contract_server_get (server, "proxy"));

  g_test_add_func ("/engine/exchange/watch", test_watch);
  g_test_add_func ("/engine/exchange/away", test_away);
  g_test_add_func ("/engine/exchange/empty", test_empty);
  g_test_add_func ("/engine/exchange/shared-away", test_shared_away);
  g_test_add_data_func ("/engine/exchange/shared-trash", GINT_TO_POINTER (FALSE), test_shared_trash);
  g_test_add_data_func ("/engine/exchange/shared-trash/closed", GINT_TO_POINTER (TRUE), test_shared_trash);
  g_test_add_func ("/engine/exchange/moved-out", test_moved_out);
  g_test_add_func ("/engine/exchange/moved", test_moved);
  status = g_test_run ();

  valija_contract_server_free (server);
  return status;
}
