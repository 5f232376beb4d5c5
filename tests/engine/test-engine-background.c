/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "support/valija-wait.h"
#include "valija-test-engine.h"

/* What goes on by itself once the application is there. Nothing here sleeps: each test waits for what must happen. */

static gboolean
log_ends_with (TestEngine *test, const char *end)
{
  return g_str_has_suffix (test->server->log->str, end);
}

static gboolean
lists (TestEngine *test, const char *folder, const char *expected)
{
  g_autofree char *list = test_engine_list (test, folder);

  return g_str_equal (list, expected);
}

static gboolean
is_stalled (TestEngine *test)
{
  return valija_engine_find_runtime (test->engine, test->account)->stalled;
}

static void
test_follows_the_server (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaAccountStatus *status;

  fake_server_add_message (test->server, "INBOX", "a");
  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  assert_list (test, "INBOX", "a");
  status = valija_engine_get_status (test->engine, test->account);
  g_assert_cmpint (valija_account_status_get_last_checked (status), >, 0);
  g_assert_null (valija_account_status_get_progress (status));

  fake_server_clear_log (test->server);
  fake_server_add_message (test->server, "INBOX", "b");
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  g_assert_cmpstr (test->server->log->str, ==, "batch INBOX; watch INBOX");
  assert_list (test, "INBOX", "b a");
}

/* Where the server tells of all folders, only those that changed are looked at; one that nobody knows makes it all of
 * them. */
static void
test_follows_all_folders (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  fake_server_add_message (test->server, "INBOX", "a");
  test->server->watches_all = TRUE;
  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch all"));

  fake_server_clear_log (test->server);
  fake_server_add_message (test->server, "Archive", "b");
  valija_wait_until (log_ends_with (test, "watch all"));
  g_assert_cmpstr (test->server->log->str, ==, "batch Archive; watch all");
  assert_list (test, "archive", "b");

  fake_server_clear_log (test->server);
  fake_server_add_folder (test->server, "New", VALIJA_FOLDER_ROLE_NONE);
  fake_server_add_message (test->server, "New", "c");
  valija_wait_until (log_ends_with (test, "watch all"));
  g_assert_true (g_str_has_prefix (test->server->log->str, "list; "));
  assert_list (test, "New", "c");
}

/* "" is no folder, least of all one of this computer: the server tells that others are there now. */
static void
test_follows_the_list (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);

  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  test_await_int64 (valija_engine_ensure_local_folder (test->engine, runtime, VALIJA_FOLDER_ROLE_DRAFTS));
  test_await (valija_engine_load_folders (test->engine, runtime));
  g_assert_cmpstr (valija_folder_get_remote_id (test_engine_folder (test, "drafts")), ==, "");
  test->server->watches_all = TRUE;
  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch all"));

  fake_server_clear_log (test->server);
  fake_server_add_folder (test->server, "New", VALIJA_FOLDER_ROLE_NONE);
  test->server->changed = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (test->server->changed, g_strdup (""));
  fake_server_wake (test->server, "");
  valija_wait_until (log_ends_with (test, "watch all"));
  g_assert_true (g_str_has_prefix (test->server->log->str, "list; "));
  g_assert_nonnull (valija_engine_find_folder (test->engine, test->account, "New"));
}

/* Another program removes a folder between the word that it changed and our look at it: the others are looked at. */
static void
test_follows_what_went (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  test->server->watches_all = TRUE;
  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch all"));

  fake_server_clear_log (test->server);
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_NOT_FOUND;
  test->server->fail_step = VALIJA_STEP_OPEN_FOLDER;
  fake_server_add_message (test->server, "Archive", "a");
  valija_wait_until (log_ends_with (test, "watch all") || is_stalled (test));
  g_assert_false (is_stalled (test));
  g_assert_true (g_str_has_prefix (test->server->log->str, "batch Archive; "));
  g_assert_nonnull (strstr (test->server->log->str, "; list; "));
}

static void
test_sends_and_tells (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "one");
  g_autoptr(GPtrArray) messages = NULL;

  fake_server_add_message (test->server, "INBOX", "a");
  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch INBOX"));

  messages = test_engine_find_all (test, "INBOX", "a");
  g_object_unref (test_await_object (valija_engine_change_flags (test->engine, messages, VALIJA_FLAG_SEEN, 0)));
  test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
  valija_wait_until (test->server->sent->len == 1);
  valija_wait_until (strstr (test->server->log->str, "append Sent") != NULL);
  assert_server (test, "INBOX", "1:a*");
  assert_server (test, "Sent", "2:one*");
}

/* A refused password is given once; then it is the user's turn. */
static void
test_refused_password (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  const GError *error;

  test->server->fail_at = 1;
  test->server->fail_code = VALIJA_ERROR_AUTHENTICATION;
  valija_engine_start (test->engine);
  valija_wait_until (is_stalled (test));
  error = valija_account_status_get_error (valija_engine_get_status (test->engine, test->account));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);

  valija_account_runtime_wake (valija_engine_find_runtime (test->engine, test->account));
  test_engine_settle ();
  valija_wait_until (is_stalled (test));
  g_assert_cmpstr (test->server->log->str, ==, "open");

  test_await (valija_engine_update_account (test->engine, test->account, NULL, NULL));
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  g_assert_null (valija_account_status_get_error (valija_engine_get_status (test->engine, test->account)));
}

/* A server that does not understand us may do so again by itself: it is asked again before anybody does anything. */
static void
test_nonsense (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);

  test->server->fail_at = 2;
  test->server->fail_code = VALIJA_ERROR_PROTOCOL;
  valija_engine_start (test->engine);
  valija_wait_until (valija_account_status_get_error (status) != NULL);
  g_assert_error (valija_account_status_get_error (status), VALIJA_ERROR, VALIJA_ERROR_PROTOCOL);
  test_engine_settle ();
  g_assert_false (is_stalled (test));

  valija_account_runtime_wake (valija_engine_find_runtime (test->engine, test->account));
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  g_assert_null (valija_account_status_get_error (status));
}

/* Whoever asks again ends the session that was refused, and not the one that sends. */
static void
test_refused_beside_sending (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
  g_autoptr(ValijaMailSender) sender = NULL;
  ValijaAccountRuntime *runtime;

  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  runtime = valija_engine_find_runtime (test->engine, test->account);
  sender = valija_account_runtime_dup_sender (runtime, NULL);
  test_await (valija_session_open (VALIJA_SESSION (sender)));

  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_AUTHENTICATION;
  test_await_error (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_HEADERS, NULL),
                    VALIJA_ERROR_AUTHENTICATION);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  g_assert_cmpint (valija_session_get_state (VALIJA_SESSION (sender)), ==, VALIJA_SESSION_OPEN);
}

/* Nothing is asked of the server until the user resumes, not even after a restart; what the user does goes out. */
static void
test_pause (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GPtrArray) messages = NULL;

  fake_server_add_message (test->server, "INBOX", "a");
  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch INBOX"));

  test_await (valija_engine_set_paused (test->engine, test->account, TRUE));
  test_engine_settle ();
  fake_server_clear_log (test->server);
  fake_server_add_message (test->server, "INBOX", "b");
  valija_account_runtime_wake (valija_engine_find_runtime (test->engine, test->account));
  test_engine_settle ();
  g_assert_cmpstr (test->server->log->str, ==, "");
  g_assert_nonnull (valija_account_status_get_paused (valija_engine_get_status (test->engine, test->account)));

  messages = test_engine_find_all (test, "INBOX", "a");
  g_object_unref (test_await_object (valija_engine_change_flags (test->engine, messages, VALIJA_FLAG_SEEN, 0)));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_server (test, "INBOX", "1:a* 2:b");

  test_engine_close (test);
  test_engine_open (test);
  fake_server_clear_log (test->server);
  g_assert_true (valija_account_get_paused (test->account));
  valija_engine_start (test->engine);
  test_engine_settle ();
  g_assert_cmpstr (test->server->log->str, ==, "");
  g_assert_nonnull (valija_account_status_get_paused (valija_engine_get_status (test->engine, test->account)));

  test_await (valija_engine_set_paused (test->engine, test->account, FALSE));
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  assert_list (test, "INBOX", "b a*");
  g_assert_null (valija_account_status_get_paused (valija_engine_get_status (test->engine, test->account)));
}

static void
cancel_cb (FakeServer *server, gpointer user_data)
{
  TestEngine *test = user_data;
  ValijaProgress *progress = valija_account_status_get_progress (valija_engine_get_status (test->engine,
                                                                                           test->account));

  if (progress != NULL && strstr (server->log->str, "fetch ") != NULL)
    valija_progress_cancel (progress);
}

/* What came before the user stopped it stays, no failure is told, and the rest comes with the next look. */
static void
test_cancel (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);

  g_object_set (test->account, "body-days", -1, NULL);
  fake_server_add_message (test->server, "INBOX", "a");
  test->server->on_question = cancel_cb;
  test->server->user_data = test;
  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  g_assert_null (valija_account_status_get_error (status));
  g_assert_null (valija_account_status_get_progress (status));
  assert_list (test, "INBOX", "a");

  test->server->on_question = NULL;
  fake_server_clear_log (test->server);
  fake_server_add_message (test->server, "INBOX", "b");
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  assert_list (test, "INBOX", "b+ a+");
}

/* Nothing is looked at and nothing watched, from the first moment on; what the user does goes out, again and again
 * until it has, and what he asks for comes. */
static void
test_only_when_asked (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);
  g_autoptr(GPtrArray) messages = NULL;

  fake_server_add_message (test->server, "INBOX", "a");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  messages = test_engine_find_all (test, "INBOX", "a");
  test->server->fail_at = test->server->questions + 1;
  g_object_unref (test_await_object (valija_engine_change_flags (test->engine, messages, VALIJA_FLAG_SEEN, 0)));
  test_try (valija_engine_flush (test->engine, test->account), NULL);
  assert_server (test, "INBOX", "1:a");
  fake_server_clear_log (test->server);

  g_object_set (test->engine, "check-interval", 0, NULL);
  valija_engine_start (test->engine);
  fake_server_add_message (test->server, "INBOX", "b");
  valija_wait_until (strstr (test->server->log->str, "flags") != NULL);
  test_engine_settle ();
  assert_server (test, "INBOX", "1:a* 2:b");
  assert_list (test, "INBOX", "a*");

  fake_server_clear_log (test->server);
  valija_account_runtime_wake (runtime);
  valija_engine_set_conditions (test->engine, TRUE, FALSE);
  valija_engine_set_conditions (test->engine, FALSE, FALSE);
  test_engine_settle ();
  g_assert_cmpstr (test->server->log->str, ==, "");

  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  test_engine_settle ();
  assert_list (test, "INBOX", "b a*");
  g_assert_null (strstr (test->server->log->str, "watch"));

  /* No restart is needed, neither to begin nor to end */
  g_object_set (test->engine, "check-interval", 5, NULL);
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  g_object_set (test->engine, "check-interval", 0, NULL);
  test_engine_settle ();
  fake_server_clear_log (test->server);
  fake_server_add_message (test->server, "INBOX", "c");
  test_engine_settle ();
  g_assert_cmpstr (test->server->log->str, ==, "");
}

/* A new account has its folders and its mail listed all the same. */
static void
test_only_when_asked_first (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  fake_server_add_message (test->server, "INBOX", "a");
  g_object_set (test->engine, "check-interval", 0, NULL);
  valija_engine_start (test->engine);
  valija_wait_until (valija_account_status_get_last_checked (valija_engine_get_status (test->engine, test->account)) >
                     0);
  test_engine_settle ();
  assert_list (test, "INBOX", "a");
  g_assert_null (strstr (test->server->log->str, "watch"));
}

/* The interval that is set is the one that is waited for, and all folders are looked at behind it where that costs
 * nothing. */
static void
test_interval (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  test->server->tells_states = TRUE;
  test->server->capabilities &= ~VALIJA_CAPABILITY_INSTANT;
  test->engine->minute = 1;
  g_object_set (test->engine, "check-interval", 1440, NULL);
  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "batch Trash"));
  test_engine_settle ();

  fake_server_clear_log (test->server);
  fake_server_add_message (test->server, "Archive", "a");
  g_object_set (test->engine, "check-interval", 1, NULL);
  valija_wait_until (lists (test, "archive", "a"));
  g_assert_nonnull (strstr (test->server->log->str, "list; batch Archive"));
}

/* Where one folder at a time is watched the one in view is, too, and another when another is; nothing is kept for it
 * when it is the inbox. */
static void
test_follows_the_view (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  fake_server_clear_log (test->server);
  valija_engine_set_folder_in_view (test->engine, test_engine_folder (test, "archive"));
  valija_wait_until (log_ends_with (test, "watch Archive"));

  fake_server_add_message (test->server, "Archive", "a");
  valija_wait_until (g_str_equal (test->server->log->str, "watch Archive; batch Archive; watch Archive"));
  assert_list (test, "archive", "a");

  fake_server_clear_log (test->server);
  valija_engine_set_folder_in_view (test->engine, test_engine_folder (test, "sent"));
  valija_wait_until (log_ends_with (test, "watch Sent"));
  fake_server_add_message (test->server, "Archive", "b");
  fake_server_add_message (test->server, "INBOX", "c");
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  g_assert_cmpstr (test->server->log->str, ==, "watch Sent; batch INBOX; watch INBOX");

  /* The inbox is watched as it is, and once */
  fake_server_clear_log (test->server);
  valija_engine_set_folder_in_view (test->engine, test_engine_folder (test, "INBOX"));
  g_assert_cmpuint (test->server->n_stopped, ==, 0);
  valija_wait_until (test->server->n_stopped == 1);
  fake_server_add_message (test->server, "Sent", "d");
  test_engine_settle ();
  g_assert_cmpstr (test->server->log->str, ==, "");
}

/* Whole messages that come slowly for one do not keep the next one from being watched; they come nevertheless. */
static void
test_follows_the_view_meanwhile (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  g_object_set (test->account, "body-days", -1, NULL);
  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  valija_engine_set_folder_in_view (test->engine, test_engine_folder (test, "archive"));
  valija_wait_until (log_ends_with (test, "watch Archive"));

  test->server->stall = dex_promise_new ();
  fake_server_add_message (test->server, "Archive", "a");
  valija_wait_until (log_ends_with (test, "batch Archive; fetch 1"));
  valija_engine_set_folder_in_view (test->engine, test_engine_folder (test, "sent"));
  valija_wait_until (log_ends_with (test, "watch Sent"));

  assert_list (test, "archive", "a");
  dex_promise_resolve_boolean (test->server->stall, TRUE);
  valija_wait_until (lists (test, "archive", "a+"));
}

static void
test_accounts_come_and_go (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  ValijaAccount *added;

  valija_engine_start (test->engine);
  added = test_engine_add (test, "imap");
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  test_await (valija_engine_remove_account (test->engine, added, FALSE));
  fake_server_clear_log (test->server);
  fake_server_add_message (test->server, "INBOX", "late");
  test_engine_settle ();
  g_assert_cmpstr (test->server->log->str, ==, "");
}

/* Headers come over any line; whole messages wait for one that is not paid by the byte, and are made up for. */
static void
test_metered (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);

  g_object_set (test->account, "body-days", -1, NULL);
  fake_server_add_message (test->server, "INBOX", "a");
  valija_engine_start (test->engine);
  valija_engine_set_conditions (test->engine, TRUE, FALSE);
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  assert_list (test, "INBOX", "a");
  g_assert_cmpstr (valija_account_status_get_paused (status), ==,
                   "Only headers are fetched for now: the network is metered.");

  /* Still, since the battery is low. */
  valija_engine_set_conditions (test->engine, FALSE, TRUE);
  g_assert_cmpstr (valija_account_status_get_paused (status), ==,
                   "Only headers are fetched for now: the computer saves power.");

  fake_server_clear_log (test->server);
  valija_engine_set_conditions (test->engine, FALSE, FALSE);
  g_assert_null (valija_account_status_get_paused (status));
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  assert_list (test, "INBOX", "a+");
}

/* After a sleep everybody looks at once. The bus is one of this test alone. */
static void
test_resume (void)
{
  g_autoptr(GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GDBusConnection) login = NULL;
  g_autoptr(GVariant) owned = NULL;
  g_autoptr(GError) error = NULL;

  g_test_dbus_up (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
  login = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                                  G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                    G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                  NULL, NULL, &error);
  g_assert_no_error (error);
  owned = g_dbus_connection_call_sync (login, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.login1", 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);

  valija_engine_start (test->engine);
  valija_wait_until (log_ends_with (test, "watch INBOX") && test->engine->system_bus != NULL);
  fake_server_clear_log (test->server);
  for (guint i = 0; i < 2; i++)
    g_assert_true (g_dbus_connection_emit_signal (login, NULL, "/org/freedesktop/login1",
                                                  "org.freedesktop.login1.Manager", "PrepareForSleep",
                                                  g_variant_new ("(b)", i == 0), NULL));
  valija_wait_until (log_ends_with (test, "watch INBOX"));
  g_assert_true (g_str_has_prefix (test->server->log->str, "list; "));

  g_dbus_connection_close_sync (login, NULL, NULL);
  g_test_dbus_stop (bus);
}

/* It is visible from the first moment on, also before anything was looked at this time. */
static void
test_last_check (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  gint64 checked;

  g_assert_cmpint (valija_account_status_get_last_checked (valija_engine_get_status (test->engine, test->account)), ==,
                   0);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  checked = valija_account_status_get_last_checked (valija_engine_get_status (test->engine, test->account));
  test_engine_close (test);
  test_engine_open (test);
  g_assert_cmpint (valija_account_status_get_last_checked (valija_engine_get_status (test->engine, test->account)), >=,
                   checked - 60);
}

static guint
n_in_state (TestEngine *test, ValijaOutboxState state)
{
  GListModel *outbox = valija_engine_get_outbox (test->engine);
  guint n_items = 0;

  for (guint i = 0; i < g_list_model_get_n_items (outbox); i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (outbox, i);

      n_items += valija_outbox_item_get_state (item) == state;
    }

  return n_items;
}

/* When the time has come it goes by itself; and when nobody is left to take it back, before. */
static void
test_sends_when_due (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  g_autoptr(ValijaComposition) soon = test_composition ("luis@example.org", "soon");
  g_autoptr(ValijaComposition) undo = test_composition ("luis@example.org", "undo");
  g_autoptr(ValijaComposition) later = test_composition ("luis@example.org", "later");
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  valija_engine_start (test->engine);
  test_await_int64 (valija_engine_send (test->engine, test->account, soon, now + 1));
  test_await_int64 (valija_engine_send (test->engine, test->account, undo, now + 25));
  test_await_int64 (valija_engine_send (test->engine, test->account, later, now + 3600));
  valija_wait_until (n_in_state (test, VALIJA_OUTBOX_SENT) == 1);
  g_assert_cmpuint (test->server->sent->len, ==, 1);
  g_assert_cmpint (g_get_real_time () / G_USEC_PER_SEC, >, now);

  test_await (valija_engine_end_undo_send (test->engine));
  g_assert_cmpuint (test->server->sent->len, ==, 2);
  valija_wait_until (n_in_state (test, VALIJA_OUTBOX_SENT) == 2);
  g_assert_cmpuint (n_in_state (test, VALIJA_OUTBOX_PENDING), ==, 1);
}

static gboolean
was_tried (TestEngine *test, guint position)
{
  GListModel *outbox = valija_engine_get_outbox (test->engine);
  g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (outbox, position);

  return item != NULL && valija_outbox_item_get_state (item) == VALIJA_OUTBOX_PENDING &&
         valija_outbox_item_get_attempts (item) == 1;
}

/* What waits for the network goes when that is back; not so what the server has put off. */
static void
test_sends_when_reachable (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  g_autoptr(ValijaComposition) put_off = test_composition ("luis@example.org", "put off");
  g_autoptr(ValijaComposition) cut_off = test_composition ("luis@example.org", "cut off");

  valija_engine_start (test->engine);
  test->server->fail_at = 2;
  test->server->fail_code = VALIJA_ERROR_TRY_LATER;
  test_await_int64 (valija_engine_send (test->engine, test->account, put_off, 0));
  valija_wait_until (was_tried (test, 0));
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_CONNECT;
  test_await_int64 (valija_engine_send (test->engine, test->account, cut_off, 0));
  valija_wait_until (was_tried (test, 1));

  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  valija_wait_until (n_in_state (test, VALIJA_OUTBOX_SENT) == 1);
  g_assert_true (was_tried (test, 0));
  g_assert_cmpuint (test->server->sent->len, ==, 1);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/background/follows-the-server", test_follows_the_server);
  g_test_add_func ("/engine/background/follows-all-folders", test_follows_all_folders);
  g_test_add_func ("/engine/background/follows-the-list", test_follows_the_list);
  g_test_add_func ("/engine/background/follows-what-went", test_follows_what_went);
  g_test_add_func ("/engine/background/sends-and-tells", test_sends_and_tells);
  g_test_add_func ("/engine/background/refused-password", test_refused_password);
  g_test_add_func ("/engine/background/nonsense", test_nonsense);
  g_test_add_func ("/engine/background/refused-beside-sending", test_refused_beside_sending);
  g_test_add_func ("/engine/background/accounts-come-and-go", test_accounts_come_and_go);
  g_test_add_func ("/engine/background/sends-when-due", test_sends_when_due);
  g_test_add_func ("/engine/background/sends-when-reachable", test_sends_when_reachable);
  g_test_add_func ("/engine/background/metered", test_metered);
  g_test_add_func ("/engine/background/resume", test_resume);
  g_test_add_func ("/engine/background/last-check", test_last_check);
  g_test_add_func ("/engine/background/pause", test_pause);
  g_test_add_func ("/engine/background/cancel", test_cancel);
  g_test_add_func ("/engine/background/only-when-asked", test_only_when_asked);
  g_test_add_func ("/engine/background/only-when-asked-first", test_only_when_asked_first);
  g_test_add_func ("/engine/background/interval", test_interval);
  g_test_add_func ("/engine/background/follows-the-view", test_follows_the_view);
  g_test_add_func ("/engine/background/follows-the-view-meanwhile", test_follows_the_view_meanwhile);

  return g_test_run ();
}
