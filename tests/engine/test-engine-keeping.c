/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-engine.h"

/* What is fetched of each folder, how much of it is here, and what pausing and cancelling leave. */

static void
set_policy (TestEngine *test, const char *folder, ValijaFolderPolicy policy)
{
  test_await (valija_engine_set_folder_policy (test->engine, test_engine_folder (test, folder), policy));
}

static ValijaMailSize *
measure (TestEngine *test, const char *folder)
{
  return test_await_boxed (valija_engine_measure (test->engine, test->account,
                                                  folder != NULL ? test_engine_folder (test, folder) : NULL));
}

/* Each folder has what was chosen for it, whatever the account says. */
static void
test_policy (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GPtrArray) moved = NULL;

  g_object_set (test->account, "body-days", 0, NULL);
  fake_server_add_message (test->server, "INBOX", "a");
  fake_server_add_message (test->server, "Archive", "b");
  fake_server_add_message (test->server, "Sent", "c");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "INBOX", "a");
  assert_list (test, "archive", "b");

  set_policy (test, "archive", VALIJA_FOLDER_POLICY_WHOLE);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "INBOX", "a");
  assert_list (test, "archive", "b+");

  g_object_set (test->account, "body-days", -1, NULL);
  set_policy (test, "sent", VALIJA_FOLDER_POLICY_HEADERS);
  set_policy (test, "archive", VALIJA_FOLDER_POLICY_NEVER);
  fake_server_add_message (test->server, "Archive", "d");
  fake_server_clear_log (test->server);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "INBOX", "a+");
  assert_list (test, "sent", "c");
  assert_list (test, "archive", "b+");
  g_assert_null (strstr (test->server->log->str, "Archive"));
  test_await_uint (valija_engine_sync_folder (test->engine, test_engine_folder (test, "archive"), 0, NULL));
  g_assert_null (strstr (test->server->log->str, "Archive"));

  /* It takes in what the user puts there all the same. */
  moved = test_engine_find_all (test, "INBOX", "a");
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, moved,
                                                                  test_engine_folder (test, "archive"))));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_server (test, "INBOX", "");

  /* The choice is as durable as the mail that is only here. */
  test_engine_close (test);
  test_engine_open (test);
  g_assert_cmpint (valija_folder_get_policy (test_engine_folder (test, "archive")), ==, VALIJA_FOLDER_POLICY_NEVER);
  set_policy (test, "archive", VALIJA_FOLDER_POLICY_ACCOUNT);
  g_object_set (test->account, "body-days", -1, NULL);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "archive", "d+ b+ a+");
}

static void
test_policy_refused (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(TestEngine) pop3 = test_engine_new ("pop3");

  fake_server_add_message (test->server, "INBOX", "a");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  test_await_error (valija_engine_set_folder_policy (test->engine, test_engine_folder (test, "inbox"),
                                                     VALIJA_FOLDER_POLICY_NEVER), VALIJA_ERROR_INVALID);

  fake_server_add_message (pop3->server, "INBOX", "a");
  test_engine_sync (pop3, VALIJA_SYNC_ALL_FOLDERS);
  test_await_error (valija_engine_set_folder_policy (pop3->engine, test_engine_folder (pop3, "inbox"),
                                                     VALIJA_FOLDER_POLICY_HEADERS), VALIJA_ERROR_UNSUPPORTED);
}

/* Only the user's own inbox is always looked at. */
static void
test_policy_of_shared_inbox (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaFolder *inbox;

  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  inbox = test_engine_folder (test, "INBOX");
  valija_folder_set_owner (inbox, VALIJA_FOLDER_OWNER_OTHERS, FALSE);
  test_await (valija_engine_set_folder_policy (test->engine, inbox, VALIJA_FOLDER_POLICY_NEVER));
}

static void
note_total_cb (ValijaProgress *progress, GParamSpec *pspec, guint64 *total)
{
  *total = MAX (*total, valija_progress_get_total (progress));
}

/* All of it once, with the whole number told before it begins. */
static void
test_everything (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaProgress) progress = valija_progress_new ("all");
  g_autoptr(ValijaMailSize) before = NULL;
  g_autoptr(ValijaMailSize) after = NULL;
  g_autoptr(ValijaMailSize) inbox = NULL;
  guint64 total = 0;

  g_object_set (test->account, "body-days", 0, NULL);
  for (guint i = 0; i < 7; i++)
    fake_server_add_message (test->server, i < 4 ? "INBOX" : "Archive", "a");
  fake_server_add_message (test->server, "Trash", "b");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  set_policy (test, "archive", VALIJA_FOLDER_POLICY_HEADERS);
  set_policy (test, "trash", VALIJA_FOLDER_POLICY_NEVER);
  before = measure (test, NULL);
  g_assert_cmpint (before->messages, ==, 8);
  g_assert_cmpint (before->whole, ==, 0);
  g_assert_cmpint (before->bytes_here, ==, 0);

  g_signal_connect (progress, "notify::total", G_CALLBACK (note_total_cb), &total);
  test_await_uint (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_EVERYTHING, progress));
  g_assert_cmpint ((gint64) total, ==, 7);
  g_assert_cmpint ((gint64) valija_progress_get_done (progress), ==, 7);
  after = measure (test, NULL);
  g_assert_cmpint (after->messages, ==, 8);
  g_assert_cmpint (after->whole, ==, 7);
  g_assert_cmpint (after->bytes_here, >, 0);
  inbox = measure (test, "inbox");
  g_assert_cmpint (inbox->messages, ==, 4);
  g_assert_cmpint (inbox->whole, ==, 4);
  g_assert_cmpint (inbox->bytes_here, <, after->bytes_here);
}

/* What the server says of its room is known without it too, and told once when little is left. */
static void
test_quota (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);
  g_autoptr(ValijaMailSize) none = NULL;
  g_autoptr(ValijaMailSize) later = NULL;
  g_autoptr(ValijaMailSize) gone = NULL;

  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_assert_null (valija_account_status_get_quota (status));
  none = measure (test, NULL);
  g_assert_cmpint ((gint64) none->quota.limit, ==, 0);

  test->server->quota = (ValijaQuota) { 899, 1000 };
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_assert_cmpint ((gint64) valija_account_status_get_quota (status)->used, ==, 899);
  g_assert_cmpuint (test->notices->len, ==, 0);

  test->server->quota.used = 900;
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  test->server->quota.used = 1200;
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_assert_true (valija_quota_is_tight (valija_account_status_get_quota (status)));
  g_assert_cmpfloat (valija_quota_get_fraction (valija_account_status_get_quota (status)), >=, 1);
  g_assert_cmpuint (test->notices->len, ==, 1);

  test_engine_close (test);
  test_engine_open (test);
  later = measure (test, NULL);
  g_assert_cmpint ((gint64) later->quota.used, ==, 1200);
  g_assert_cmpint ((gint64) later->quota.limit, ==, 1000);

  test->server->quota.limit = 0;
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  gone = measure (test, NULL);
  g_assert_cmpint ((gint64) gone->quota.limit, ==, 0);
}

/* Of a folder that is not listed here the server tells how large it is, if it can, while it is connected anyway. */
static void
test_not_listed (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaMailSize) listed = NULL;
  g_autoptr(ValijaMailSize) told = NULL;
  g_autoptr(ValijaMailSize) untold = NULL;
  g_autoptr(ValijaMailSize) alone = NULL;

  fake_server_add_message (test->server, "Archive", "b");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  test->server->octets = 123456;
  listed = measure (test, "archive");
  g_assert_cmpint (listed->bytes_listed, <, 123456);

  set_policy (test, "archive", VALIJA_FOLDER_POLICY_NEVER);
  told = measure (test, "archive");
  g_assert_cmpint (told->bytes_listed, ==, 123456);
  g_assert_cmpint (told->messages, ==, 1);

  test->server->octets = 0;
  untold = measure (test, "archive");
  g_assert_cmpint (untold->bytes_listed, ==, listed->bytes_listed);

  test->server->octets = 123456;
  test_await (valija_engine_disconnect_account (test->engine, test->account));
  fake_server_clear_log (test->server);
  alone = measure (test, "archive");
  g_assert_cmpint (alone->bytes_listed, ==, listed->bytes_listed);
  g_assert_cmpstr (test->server->log->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/engine/keeping/policy", test_policy);
  g_test_add_func ("/engine/keeping/policy-refused", test_policy_refused);
  g_test_add_func ("/engine/keeping/policy-of-shared-inbox", test_policy_of_shared_inbox);
  g_test_add_func ("/engine/keeping/everything", test_everything);
  g_test_add_func ("/engine/keeping/quota", test_quota);
  g_test_add_func ("/engine/keeping/not-listed", test_not_listed);

  return g_test_run ();
}
