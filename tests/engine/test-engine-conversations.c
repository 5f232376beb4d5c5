/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Conversations as the application and valijactl see them. */

#include "config.h"

#include "support/valija-wait.h"
#include "valija-test-engine.h"

static void
add (TestEngine *test, const char *folder, const char *name, const char *parent)
{
  g_autofree char *answered = parent != NULL
    ? g_strdup_printf ("In-Reply-To: <%s@example.org>\r\nReferences: <%s@example.org>\r\n", parent, parent)
    : g_strdup ("");
  g_autofree char *source = g_strdup_printf ("Subject: %s\r\nMessage-ID: <%s@example.org>\r\n"
                                             "From: %s <%s@example.org>\r\n%s\r\nThe body.\r\n",
                                             name, name, name, name, answered);

  fake_server_add_source (test->server, folder, source);
}

static void
wait_for_items (ValijaMessageList *list, guint n_items)
{
  valija_wait_until (valija_message_list_get_ready (list) && g_list_model_get_n_items (G_LIST_MODEL (list)) == n_items);
}

static ValijaMessage *
wait_for_row (ValijaMessageList *list, guint position, guint n_messages)
{
  ValijaMessage *row = g_list_model_get_item (G_LIST_MODEL (list), position);

  valija_wait_until (valija_message_get_n_messages (row) == n_messages);

  return row;
}

static char *
dup_subjects (GPtrArray *messages)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            valija_message_get_subject (g_ptr_array_index (messages, i)));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What comes to a conversation changes its row, which stays the same object wherever it moves. */
static void
test_live (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaMessageList) list = NULL;
  g_autoptr(ValijaMessage) row = NULL;
  g_autoptr(ValijaMessage) moved = NULL;
  g_autoptr(GPtrArray) messages = NULL;
  g_autofree char *subjects = NULL;

  add (test, "INBOX", "a", NULL);
  add (test, "INBOX", "x", NULL);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  list = valija_engine_list_conversations (test->engine, test_engine_folder (test, "INBOX"), VALIJA_SHOW_ALL);
  wait_for_items (list, 2);
  row = wait_for_row (list, 1, 1);
  g_assert_cmpstr (valija_message_get_subject (row), ==, "a");

  add (test, "INBOX", "b", "a");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  valija_wait_until (valija_message_get_n_messages (row) == 2 &&
                     valija_message_list_find (list, valija_message_get_key (row)) == 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 2);
  moved = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_assert_true (moved == row);
  g_assert_cmpstr (valija_message_get_subject (row), ==, "b");
  g_assert_cmpuint (valija_message_get_people (row)->len, ==, 2);

  /* One's own answer lies in another folder */
  add (test, "Sent", "c", "b");
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);
  valija_wait_until (valija_message_get_n_messages (row) == 3);
  g_assert_cmpuint (valija_message_get_members (row)->len, ==, 2);

  messages = test_await_boxed (valija_engine_load_conversation (test->engine, row));
  subjects = dup_subjects (messages);
  g_assert_cmpstr (subjects, ==, "a b c");
}

static GPtrArray *
load_first (TestEngine *test, const char *folder)
{
  return test_await_boxed (valija_engine_load_conversations (test->engine, test_engine_folder (test, folder),
                                                             VALIJA_SHOW_ALL, 1));
}

/* What is done to a conversation is done to all of it in this folder, and taken back at once. */
static void
test_changes (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(ValijaUndo) read = NULL;
  g_autoptr(ValijaUndo) moved = NULL;

  add (test, "INBOX", "x", NULL);
  add (test, "INBOX", "a", NULL);
  add (test, "INBOX", "b", "a");
  add (test, "INBOX", "c", "b");
  add (test, "Sent", "d", "c");
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);

  rows = load_first (test, "INBOX");
  g_assert_cmpuint (rows->len, ==, 1);
  read = test_await_object (valija_engine_change_flags (test->engine, rows, VALIJA_FLAG_SEEN, VALIJA_FLAG_NONE));
  assert_list (test, "INBOX", "c* b* a* x");
  assert_list (test, "Sent", "d");

  moved = test_await_object (valija_engine_move_messages (test->engine, rows, test_engine_folder (test, "Archive")));
  g_assert_cmpstr (valija_undo_get_label (moved), ==, "3 messages moved to Archive");
  assert_list (test, "INBOX", "x");
  assert_list (test, "Archive", "c* b* a*");

  test_await (valija_engine_undo (test->engine, moved));
  assert_list (test, "INBOX", "c* b* a* x");
  test_await (valija_engine_undo (test->engine, read));
  assert_list (test, "INBOX", "c b a x");
}

/* What was not shown yet when the user did it stays. */
static void
test_change_of_what_was_shown (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(ValijaUndo) undo = NULL;

  add (test, "INBOX", "a", NULL);
  add (test, "INBOX", "b", "a");
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);
  rows = load_first (test, "INBOX");

  add (test, "INBOX", "c", "b");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  undo = test_await_object (valija_engine_delete_messages (test->engine, rows));
  assert_list (test, "INBOX", "c");
  assert_list (test, "Trash", "b a");
}

/* What is found is listed by its conversations, wherever it lies, and follows what comes; what only a server has found
 * is among it. */
static void
test_found (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaMessageList) list = NULL;
  g_autoptr(ValijaMessageList) merged = NULL;
  g_autoptr(ValijaMessage) row = NULL;
  g_autoptr(ValijaServerSearch) server = valija_server_search_new ();
  GArray *messages;
  GArray *places;

  add (test, "INBOX", "alpha", NULL);
  add (test, "INBOX", "beta", "alpha");
  add (test, "Archive", "gamma", "alpha");
  add (test, "INBOX", "other", NULL);
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);

  list = valija_engine_search_conversations (test->engine, "subject:beta OR subject:gamma", NULL, NULL, NULL);
  wait_for_items (list, 1);
  row = wait_for_row (list, 0, 3);
  g_assert_cmpuint (valija_message_get_members (row)->len, ==, 2);
  places = valija_message_get_places (row);
  g_assert_cmpuint (places->len, ==, 2);
  g_assert_cmpint (g_array_index (places, gint64, 0), !=, g_array_index (places, gint64, 1));
  g_assert_true (valija_message_list_holds (list, g_array_index (valija_message_get_members (row), gint64, 0)));

  add (test, "INBOX", "beta-again", "beta");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  valija_wait_until (valija_message_get_members (row)->len == 3 && valija_message_get_n_messages (row) == 4);

  /* Inside of words nothing is found here; what is found there joins as it comes */
  merged = valija_engine_search_conversations (test->engine, "ody", NULL, NULL, server);
  wait_for_items (merged, 0);
  test_await (valija_engine_search_server (test->engine, test->account, NULL, "ody", server));
  wait_for_items (merged, 2);
  messages = valija_server_search_get_messages (server);
  g_assert_cmpuint (messages->len, ==, 5);
  for (guint i = 0; i < messages->len; i++)
    g_assert_true (valija_message_list_holds (merged, g_array_index (messages, gint64, i)));
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/conversations/live", test_live);
  g_test_add_func ("/engine/conversations/changes", test_changes);
  g_test_add_func ("/engine/conversations/change-of-what-was-shown", test_change_of_what_was_shown);
  g_test_add_func ("/engine/conversations/found", test_found);

  return g_test_run ();
}
