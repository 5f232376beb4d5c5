/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-message.h"
#include "support/valija-wait.h"
#include "valija-test-engine.h"

static void
fill (TestEngine *test, guint n)
{
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *subject = g_strdup_printf ("m%u", i);

      fake_server_add_message (test->server, "INBOX", subject);
    }
}

static void
test_rounds (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  fill (test, 7);
  g_assert_cmpuint (test_engine_sync (test, VALIJA_SYNC_HEADERS), ==, 7);
  g_assert_cmpstr (test->server->log->str, ==, "open; list; batch INBOX; batch INBOX; batch INBOX");
  assert_list (test, "INBOX", "m7 m6 m5 m4 m3 m2 m1");

  fake_server_clear_log (test->server);
  fake_server_add_message (test->server, "INBOX", "m8");
  fake_server_set_flags (test->server, "INBOX", "2", VALIJA_FLAG_SEEN);
  fake_server_remove (test->server, "INBOX", "5");
  g_assert_cmpuint (test_engine_sync (test, VALIJA_SYNC_HEADERS), ==, 1);
  assert_list (test, "INBOX", "m8 m7 m6 m4 m3 m2* m1");
  g_assert_cmpstr (test->server->log->str, ==, "batch INBOX");
  g_assert_cmpint (valija_folder_get_total (test_engine_folder (test, "INBOX")), ==, 7);
}

static void
test_all_folders (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  g_object_set (test->account, "body-days", -1, NULL);
  fake_server_add_message (test->server, "Archive", "old");
  fill (test, 1);
  g_assert_cmpuint (test_engine_sync (test, 0), ==, 1);
  assert_list (test, "Archive", "");
  g_assert_cmpuint (test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS), ==, 1);
  assert_list (test, "archive", "old+");
  g_assert_cmpint (valija_folder_get_role (test_engine_folder (test, "trash")), ==, VALIJA_FOLDER_ROLE_TRASH);
}

/* What the user looks at comes first, headers and whole messages. */
static void
test_in_view_first (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  g_object_set (test->account, "body-days", -1, NULL);
  fake_server_add_message (test->server, "Archive", "old");
  fill (test, 1);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);

  valija_engine_set_folder_in_view (test->engine, test_engine_folder (test, "Archive"));
  fake_server_clear_log (test->server);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_assert_cmpstr (test->server->log->str, ==,
                   "list; batch Archive; batch INBOX; batch Sent; batch Trash; fetch 1; fetch 2");

  /* Among all inboxes */
  valija_engine_set_folder_in_view (test->engine, valija_engine_get_all_inboxes (test->engine));
  fake_server_clear_log (test->server);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_assert_cmpstr (test->server->log->str, ==, "list; batch INBOX; batch Sent; batch Archive; batch Trash");
}

static void
test_bodies (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GPtrArray) found = NULL;
  g_autoptr(ValijaMimeMessage) message = NULL;
  g_autoptr(ValijaMessage) row = NULL;

  g_object_set (test->account, "body-days", -1, NULL);
  fill (test, 4);
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "m4+ m3+ m2+ m1+");
  g_assert_nonnull (strstr (test->server->log->str, "fetch 4; fetch 3; fetch 2; fetch 1"));

  found = test_await_boxed (valija_engine_load_found (test->engine, "\"body of m3\"", NULL, NULL, NULL, 0));
  g_assert_cmpuint (found->len, ==, 1);

  fake_server_clear_log (test->server);
  row = test_engine_find (test, "INBOX", "m2");
  message = test_await_object (valija_engine_load_message (test->engine, row));
  g_assert_cmpstr (valija_mime_message_get_text (message), ==, "The body of m2.\n");
  g_assert_cmpstr (test->server->log->str, ==, "");
}

/* Another program has moved messages: those that the server's name for them, or all that is known of them, shows to be
 * the same are not fetched again, whichever folder is looked at first. */
static void
test_moved_elsewhere (gconstpointer data)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GPtrArray) found = NULL;

  test->server->names_content = GPOINTER_TO_INT (data);
  g_object_set (test->account, "body-days", -1, NULL);
  fill (test, 4);
  fake_server_add_message (test->server, "Archive", "old");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);

  fake_server_clear_log (test->server);
  fake_server_copy (test->server, "INBOX", "2", "Archive");
  fake_server_remove (test->server, "INBOX", "2");
  fake_server_copy (test->server, "Archive", "5", "INBOX");
  fake_server_remove (test->server, "Archive", "5");
  fake_server_copy (test->server, "INBOX", "3", "Trash");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "INBOX", "old+ m4+ m3+ m1+");
  assert_list (test, "archive", "m2+");
  assert_list (test, "trash", "m3+");
  g_assert_null (strstr (test->server->log->str, "fetch"));

  found = test_await_boxed (valija_engine_load_found (test->engine, "\"body of m2\"", NULL, NULL, NULL, 0));
  g_assert_cmpuint (found->len, ==, 1);
}

/* What only looks like it is fetched. */
static void
test_look_alikes (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  g_object_set (test->account, "body-days", -1, NULL);
  fake_server_add_source (test->server, "INBOX", "Subject: a\r\nMessage-ID: <a@x>\r\n\r\none\r\n");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  fake_server_clear_log (test->server);

  /* Received at another time */
  fake_server_add_source (test->server, "Archive", "Subject: a\r\nMessage-ID: <a@x>\r\n\r\ntwo\r\n");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_assert_nonnull (strstr (test->server->log->str, "fetch 2"));

  /* The server says that it is another one */
  test->server->names_content = TRUE;
  fake_server_add_source (test->server, "INBOX", "Subject: b\r\nMessage-ID: <b@x>\r\n\r\none\r\n");
  fake_server_add_source (test->server, "Archive", "Subject: b\r\nMessage-ID: <b@x>\r\n\r\none\r\n");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_assert_nonnull (strstr (test->server->log->str, "fetch 3"));
  g_assert_nonnull (strstr (test->server->log->str, "fetch 4"));
}

/* With no bodies wanted, what was read once is still here when it is opened in its new place. */
static void
test_moved_and_opened (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaMessage) row = NULL;
  g_autoptr(ValijaMessage) moved = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GBytes) again = NULL;

  g_object_set (test->account, "body-days", 0, NULL);
  fill (test, 1);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  row = test_engine_find (test, "INBOX", "m1");
  source = test_await_boxed (valija_engine_load_source (test->engine, row, NULL, NULL));
  fake_server_copy (test->server, "INBOX", "1", "Archive");
  fake_server_remove (test->server, "INBOX", "1");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "archive", "m1");

  fake_server_clear_log (test->server);
  moved = test_engine_find (test, "archive", "m1");
  again = test_await_boxed (valija_engine_load_source (test->engine, moved, NULL, NULL));
  g_assert_true (g_bytes_equal (source, again));
  g_assert_cmpstr (test->server->log->str, ==, "");
  assert_list (test, "archive", "m1+");
}

static void
test_load_on_demand (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaMessage) row = NULL;
  g_autoptr(GBytes) source = NULL;

  g_object_set (test->account, "body-days", 0, NULL);
  fill (test, 3);
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "m3 m2 m1");
  row = test_engine_find (test, "INBOX", "m2");
  source = test_await_boxed (valija_engine_load_source (test->engine, row, NULL, NULL));
  g_assert_nonnull (source);
  assert_list (test, "INBOX", "m3 m2+ m1");

  fake_server_remove (test->server, "INBOX", "1");
  g_clear_object (&row);
  row = test_engine_find (test, "INBOX", "m1");
  test_await_error (valija_engine_load_source (test->engine, row, NULL, NULL), VALIJA_ERROR_NOT_FOUND);
}

/* A folder that the server does not open is named. */
static void
test_inbox_gone (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GError) error = NULL;
  g_autofree char *title = NULL;
  g_autofree char *advice = NULL;

  fill (test, 1);
  test_engine_sync (test, 0);
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_NOT_FOUND;
  test->server->fail_step = VALIJA_STEP_OPEN_FOLDER;
  g_assert_false (test_try (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_HEADERS, NULL),
                            &error));
  title = valija_error_dup_title (error);
  advice = valija_error_dup_advice (error);
  g_assert_cmpstr (title, ==, "The folder “INBOX” is no longer on the server");
  g_assert_cmpstr (advice, ==, "It may have been moved or deleted elsewhere. Check for mail to see what is there now.");
  g_assert_cmpstr (valija_error_get_server_line (error), ==, "no");
}

/* A server that does not say why it does not open a folder may have locked it: it is not told to be gone. */
static void
test_inbox_locked (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GError) error = NULL;

  fill (test, 1);
  test_engine_sync (test, 0);
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_REFUSED;
  test->server->fail_step = VALIJA_STEP_OPEN_FOLDER;
  g_assert_false (test_try (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_HEADERS, NULL),
                            &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED);
  g_assert_cmpstr (error->message, ==, "The folder “INBOX” could not be opened.");
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_OPEN_FOLDER);
  g_assert_cmpstr (valija_error_get_server_line (error), ==, "no");
}

static const struct
{
  int code;
  ValijaStep step;
} of_folders[] = {
  { VALIJA_ERROR_PROTOCOL, VALIJA_STEP_NONE },
  { VALIJA_ERROR_TRY_LATER, VALIJA_STEP_OPEN_FOLDER },
};

static const GError *
get_error (TestEngine *test)
{
  return valija_account_status_get_error (valija_engine_get_status (test->engine, test->account));
}

/* One folder that the server cannot tell of is left out, and that is told until it can. */
static void
test_left_out (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (of_folders); i++)
    {
      g_autoptr(TestEngine) test = test_engine_new ("imap");

      fake_server_add_message (test->server, "Trash", "last");
      test->server->fail_at = 4;
      test->server->fail_code = of_folders[i].code;
      test->server->fail_step = of_folders[i].step;
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
      g_assert_true (g_str_has_prefix (test->server->log->str, "open; list; batch INBOX; batch Sent; "));
      assert_list (test, "Trash", "last");
      g_assert_error (get_error (test), VALIJA_ERROR, of_folders[i].code);
      g_assert_nonnull (strstr (get_error (test)->message, "“Sent”"));

      test_engine_sync (test, 0);
      g_assert_error (get_error (test), VALIJA_ERROR, of_folders[i].code);
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
      g_assert_no_error (get_error (test));
    }
}

/* The same where whole messages are fetched, by when another program may have renamed the folder. */
static void
test_left_out_of_bodies (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  guint before = test->server->questions;
  guint n_questions;

  g_object_set (test->account, "body-days", -1, NULL);
  fake_server_add_message (test->server, "Sent", "s1");
  fake_server_add_message (test->server, "Archive", "old");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  /* All but the opening come again, and behind them the first messages */
  n_questions = test->server->questions - before - 1;
  test->server->fail_at = test->server->questions + n_questions + 1;
  test->server->fail_code = VALIJA_ERROR_NOT_FOUND;
  test->server->fail_step = VALIJA_STEP_OPEN_FOLDER;
  fake_server_clear_log (test->server);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_assert_true (g_str_has_suffix (test->server->log->str, "; fetch 1; fetch 2"));
  assert_list (test, "archive", "old+");
  assert_list (test, "Sent", "s1");
  g_assert_no_error (get_error (test));

  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "Sent", "s1+");
}

/* The server answers so whenever it is asked for the message that is called 1. */
static void
fail_fetch_1_cb (FakeServer *server, gpointer user_data)
{
  if (g_str_has_suffix (server->log->str, "fetch 1"))
    server->fail_at = server->questions;
}

/* A message of the inbox that the server does not give keeps nothing back, and that is told. Who asks for the inbox
 * by itself fails. */
static void
test_damaged_message (void)
{
  static const int codes[] = { VALIJA_ERROR_REFUSED, VALIJA_ERROR_PROTOCOL };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr(TestEngine) test = test_engine_new ("imap");

      g_object_set (test->account, "body-days", -1, NULL);
      fake_server_add_message (test->server, "INBOX", "damaged");
      fake_server_add_message (test->server, "Sent", "s1");
      test->server->fail_code = codes[i];
      test->server->fail_step = VALIJA_STEP_FETCH;
      test->server->on_question = fail_fetch_1_cb;
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
      assert_list (test, "INBOX", "damaged");
      assert_list (test, "Sent", "s1+");
      g_assert_error (get_error (test), VALIJA_ERROR, codes[i]);
      g_assert_nonnull (strstr (get_error (test)->message, "“INBOX” was left out"));

      test_engine_sync (test, VALIJA_SYNC_BACKGROUND);
      g_assert_error (get_error (test), VALIJA_ERROR, codes[i]);
      test_await_error (valija_engine_sync_folder (test->engine, test_engine_folder (test, "INBOX"), 0, NULL),
                        codes[i]);

      test->server->on_question = NULL;
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
      assert_list (test, "INBOX", "damaged+");
      g_assert_no_error (get_error (test));
    }
}

static void
fail_two_folders_cb (FakeServer *server, gpointer user_data)
{
  static const char * const questions[] = { "batch Sent", "batch Archive", "fetch 1", "fetch 2" };

  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    if (g_str_has_suffix (server->log->str, questions[i]))
      server->fail_at = server->questions;
}

/* A folder whose headers are left out is not asked for whole messages, and counts once. */
static void
test_left_out_once (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  g_object_set (test->account, "body-days", -1, NULL);
  fake_server_add_message (test->server, "Sent", "s1");
  fake_server_add_message (test->server, "Archive", "old");
  fake_server_add_message (test->server, "Trash", "last");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  test->server->fail_code = VALIJA_ERROR_TRY_LATER;
  test->server->fail_step = VALIJA_STEP_OPEN_FOLDER;
  test->server->on_question = fail_two_folders_cb;
  fake_server_clear_log (test->server);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "Trash", "last+");
  g_assert_null (strstr (test->server->log->str, "fetch 1"));
  g_assert_null (strstr (test->server->log->str, "fetch 2"));
  g_assert_error (get_error (test), VALIJA_ERROR, VALIJA_ERROR_TRY_LATER);
}

/* All of them are none of one folder: the server is left in peace. */
static void
test_all_put_off (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("F%02u", i);

      fake_server_add_folder (test->server, name, VALIJA_FOLDER_ROLE_NONE);
    }

  test->server->fail_at = 4;
  test->server->stays_down = TRUE;
  test->server->fail_code = VALIJA_ERROR_TRY_LATER;
  test->server->fail_step = VALIJA_STEP_OPEN_FOLDER;
  test_await_error (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS, NULL),
                    VALIJA_ERROR_TRY_LATER);
  g_assert_cmpuint (test->server->questions, <, 10);
}

/* A large message shows how far it has come, in its account as well; Cancel ends it, and it can be asked for again. */
static void
test_load_large (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autofree char *lines = g_strnfill (4000000, 'x');
  g_autofree char *text = NULL;
  g_autoptr(ValijaMessage) row = NULL;
  g_autoptr(DexFuture) loading = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 77; i < 4000000; i += 78)
    lines[i] = '\n';
  text = g_strconcat ("Subject: large\r\n\r\n", lines, NULL);
  g_object_set (test->account, "body-days", 0, NULL);
  fake_server_add_source (test->server, "INBOX", text);
  test_engine_sync (test, 0);
  row = test_engine_find (test, "INBOX", "large");

  test->server->stall = dex_promise_new ();
  loading = valija_engine_load_source (test->engine, row, progress, NULL);
  valija_wait_until (valija_progress_get_done (progress) != 0);
  g_assert_cmpuint (valija_progress_get_total (progress), ==, strlen (text));
  g_assert_true (valija_account_status_get_progress (status) == progress);

  valija_progress_cancel (progress);
  g_assert_false (test_try (g_steal_pointer (&loading), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (valija_account_status_get_progress (status));
  g_assert_null (valija_account_status_get_error (status));

  dex_promise_resolve_boolean (test->server->stall, TRUE);
  dex_clear (&test->server->stall);
  source = test_await_boxed (valija_engine_load_source (test->engine, row, NULL, NULL));
  g_assert_cmpuint (g_bytes_get_size (source), ==, strlen (text));
}

/* The text of a large message comes before all of it, and once more with it: what is kept is the message alone. */
static void
test_load_outline (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autofree char *lines = g_strnfill (300000, '\n');
  g_autofree char *text = g_strconcat ("Subject: large\r\n\r\n", lines, NULL);
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(ValijaMimeMessage) first = NULL;
  g_autoptr(ValijaMessage) large = NULL;
  g_autoptr(ValijaMessage) small = NULL;
  g_autoptr(DexFuture) loading = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GError) error = NULL;
  DexFuture *outline;

  g_object_set (test->account, "body-days", 0, NULL);
  fill (test, 1);
  fake_server_add_source (test->server, "INBOX", text);
  test_engine_sync (test, 0);
  small = test_engine_find (test, "INBOX", "m1");
  large = test_engine_find (test, "INBOX", "large");
  test->server->outline = "Subject: large\r\n\r\nto be read\r\n";

  /* It is there while the rest is on its way, and when that was cancelled */
  test->server->stall = dex_promise_new ();
  fake_server_clear_log (test->server);
  loading = valija_engine_load_source (test->engine, large, progress, &outline);
  first = test_await_object (outline);
  g_assert_cmpstr (valija_mime_message_get_text (first), ==, "to be read\n");
  valija_wait_until (valija_progress_get_done (progress) != 0);
  g_assert_cmpstr (test->server->log->str, ==, "outline 2; fetch 2");
  valija_progress_cancel (progress);
  g_assert_false (test_try (g_steal_pointer (&loading), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_list (test, "INBOX", "large m1");
  test_await_error (valija_store_load_source (test->engine->store, valija_message_get_id (large)),
                    VALIJA_ERROR_NOT_FOUND);
  dex_promise_resolve_boolean (test->server->stall, TRUE);
  dex_clear (&test->server->stall);

  /* The line is cut while the text comes: all of it is asked for all the same */
  fake_server_clear_log (test->server);
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_DISCONNECTED;
  source = test_await_boxed (valija_engine_load_source (test->engine, large, NULL, &outline));
  test_await_error (outline, VALIJA_ERROR_UNSUPPORTED);
  g_assert_cmpuint (g_bytes_get_size (source), ==, strlen (text));
  g_assert_cmpstr (test->server->log->str, ==, "outline 2; fetch 2");

  /* What is here, or small, has none */
  fake_server_clear_log (test->server);
  g_clear_pointer (&source, g_bytes_unref);
  source = test_await_boxed (valija_engine_load_source (test->engine, large, NULL, &outline));
  test_await_error (outline, VALIJA_ERROR_UNSUPPORTED);
  g_clear_pointer (&source, g_bytes_unref);
  source = test_await_boxed (valija_engine_load_source (test->engine, small, NULL, &outline));
  test_await_error (outline, VALIJA_ERROR_UNSUPPORTED);
  g_assert_cmpstr (test->server->log->str, ==, "fetch 1");
}

static void
test_durable (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3");

  g_object_set (test->account, "body-days", 0, NULL);
  fill (test, 3);
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "m3+ m2+ m1+");
  g_assert_true (valija_folder_get_local (test_engine_folder (test, "INBOX")));
  g_assert_nonnull (test_engine_folder (test, "sent"));
  g_assert_nonnull (test_engine_folder (test, "drafts"));
  g_assert_nonnull (test_engine_folder (test, "archive"));
  g_assert_nonnull (test_engine_folder (test, "trash"));

  /* Gone there is not gone here. */
  fake_server_remove (test->server, "INBOX", "2");
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "m3+ m2+ m1+");
}

/* The wire breaks at the n-th question, for every n; what was written stays, and the next call goes on from there. */
static void
test_broken_anywhere (gconstpointer data)
{
  const char *kind = data;
  gboolean broke = TRUE;

  for (guint n = 1; broke; n++)
    {
      g_autoptr(TestEngine) test = test_engine_new (kind);
      g_autoptr(GError) error = NULL;

      g_object_set (test->account, "body-days", -1, NULL);
      fill (test, 8);
      test->server->fail_at = n;
      broke = !test_try (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS, NULL),
                         &error);
      g_assert_cmpint (broke, ==, test->server->questions >= n);
      test->server->fail_at = 0;
      if (broke)
        {
          g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
          g_assert_nonnull (valija_account_status_get_error (valija_engine_get_status (test->engine, test->account)));
        }

      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
      assert_list (test, "INBOX", "m8+ m7+ m6+ m5+ m4+ m3+ m2+ m1+");
      g_assert_null (valija_account_status_get_error (valija_engine_get_status (test->engine, test->account)));
    }
}

static void
close_cb (FakeServer *server, gpointer user_data)
{
  TestEngine *test = user_data;

  if (server->questions == server->fail_at)
    valija_future_forget (valija_engine_close (test->engine), "closed in the middle");
}

/* The engine is closed in the middle, wherever that is, and opened again over what it left. */
static void
test_closed_anywhere (void)
{
  gboolean closed = TRUE;

  for (guint n = 1; closed; n++)
    {
      g_autoptr(TestEngine) test = test_engine_new ("imap");
      g_autoptr(GError) error = NULL;

      fill (test, 8);
      test->server->on_question = close_cb;
      test->server->user_data = test;
      test->server->fail_at = n;
      closed = !test_try (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS, NULL),
                          &error);
      test->server->on_question = NULL;
      test->server->fail_at = 0;

      test_engine_close (test);
      test_engine_open (test);
      g_object_set (test->account, "body-days", -1, NULL);
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
      assert_list (test, "INBOX", "m8+ m7+ m6+ m5+ m4+ m3+ m2+ m1+");
    }
}

static void
cancel_cb (FakeServer *server, gpointer user_data)
{
  if (server->questions == 3)
    valija_progress_cancel (user_data);
}

static void
test_cancel (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaProgress) progress = valija_progress_new ("test");
  g_autoptr(GError) error = NULL;

  fill (test, 8);
  test->server->on_question = cancel_cb;
  test->server->user_data = progress;
  g_assert_false (test_try (valija_engine_sync_account (test->engine, test->account, 0, progress), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (valija_progress_get_finished (progress));
  /* The user wanted it: nothing has failed. */
  g_assert_null (valija_account_status_get_error (valija_engine_get_status (test->engine, test->account)));
}

static void
test_wrong_password_once (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaMessage) row = NULL;
  g_autoptr(GPtrArray) messages = NULL;

  fill (test, 2);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  test_await (valija_engine_disconnect_account (test->engine, test->account));
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_AUTHENTICATION;
  test_await_error (valija_engine_sync_account (test->engine, test->account, 0, NULL), VALIJA_ERROR_AUTHENTICATION);

  /* Nothing but the user makes it try again. */
  fake_server_clear_log (test->server);
  row = test_engine_find (test, "INBOX", "m1");
  test_await_error (valija_engine_load_source (test->engine, row, NULL, NULL), VALIJA_ERROR_AUTHENTICATION);
  messages = test_engine_find_all (test, "INBOX", "m1 m2");
  g_object_unref (test_await_object (valija_engine_change_flags (test->engine, messages, VALIJA_FLAG_SEEN, 0)));
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_AUTHENTICATION);
  g_assert_cmpstr (test->server->log->str, ==, "");

  test_await (valija_engine_connect_account (test->engine, test->account));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_server (test, "INBOX", "1:m1* 2:m2*");
}

static void
new_mail_cb (guint *n_new, ValijaFolder *folder, guint n)
{
  *n_new += n;
}

static void
test_new_mail (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  guint n_new = 0;

  fill (test, 5);
  g_signal_connect_swapped (test->engine, "new-mail", G_CALLBACK (new_mail_cb), &n_new);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  g_assert_cmpuint (n_new, ==, 0);
  fake_server_add_message (test->server, "INBOX", "m6");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  g_assert_cmpuint (n_new, ==, 1);
}

static void
test_live_list (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaMessageList) list = NULL;
  g_autoptr(ValijaMessageList) search = NULL;
  g_autoptr(ValijaMessage) first = NULL;

  fill (test, 3);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  list = valija_engine_list_messages (test->engine, test_engine_folder (test, "INBOX"), VALIJA_SHOW_ALL);
  search = valija_engine_search_messages (test->engine, "subject:m4", NULL, NULL, NULL);
  valija_wait_until (valija_message_list_get_ready (list) && valija_message_list_get_ready (search));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 3);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (search)), ==, 0);

  first = g_list_model_get_item (G_LIST_MODEL (list), 0);
  valija_wait_until (valija_message_get_loaded (first));
  g_assert_cmpstr (valija_message_get_subject (first), ==, "m3");
  g_assert_true (valija_message_get_folder (first) == test_engine_folder (test, "INBOX"));

  fake_server_add_message (test->server, "INBOX", "m4");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  valija_wait_until (g_list_model_get_n_items (G_LIST_MODEL (list)) == 4 &&
                     g_list_model_get_n_items (G_LIST_MODEL (search)) == 1);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/sync/rounds", test_rounds);
  g_test_add_func ("/engine/sync/all-folders", test_all_folders);
  g_test_add_func ("/engine/sync/in-view-first", test_in_view_first);
  g_test_add_func ("/engine/sync/bodies", test_bodies);
  g_test_add_func ("/engine/sync/load-on-demand", test_load_on_demand);
  g_test_add_func ("/engine/sync/inbox-gone", test_inbox_gone);
  g_test_add_func ("/engine/sync/inbox-locked", test_inbox_locked);
  g_test_add_func ("/engine/sync/left-out", test_left_out);
  g_test_add_func ("/engine/sync/left-out-of-bodies", test_left_out_of_bodies);
  g_test_add_func ("/engine/sync/damaged-message", test_damaged_message);
  g_test_add_func ("/engine/sync/left-out-once", test_left_out_once);
  g_test_add_func ("/engine/sync/all-put-off", test_all_put_off);
  g_test_add_func ("/engine/sync/load-large", test_load_large);
  g_test_add_func ("/engine/sync/load-outline", test_load_outline);
  g_test_add_data_func ("/engine/sync/moved-elsewhere/told", GINT_TO_POINTER (TRUE), test_moved_elsewhere);
  g_test_add_data_func ("/engine/sync/moved-elsewhere/guessed", GINT_TO_POINTER (FALSE), test_moved_elsewhere);
  g_test_add_func ("/engine/sync/moved-and-opened", test_moved_and_opened);
  g_test_add_func ("/engine/sync/look-alikes", test_look_alikes);
  g_test_add_func ("/engine/sync/durable", test_durable);
  g_test_add_data_func ("/engine/sync/broken-anywhere/imap", "imap", test_broken_anywhere);
  g_test_add_data_func ("/engine/sync/broken-anywhere/pop3", "pop3", test_broken_anywhere);
  g_test_add_func ("/engine/sync/closed-anywhere", test_closed_anywhere);
  g_test_add_func ("/engine/sync/cancel", test_cancel);
  g_test_add_func ("/engine/sync/wrong-password-once", test_wrong_password_once);
  g_test_add_func ("/engine/sync/new-mail", test_new_mail);
  g_test_add_func ("/engine/sync/live-list", test_live_list);

  return g_test_run ();
}
