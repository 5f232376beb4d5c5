/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "support/valija-wait.h"
#include "valija-test-engine.h"

static void
fill (TestEngine *test, const char *first, const char *second)
{
  fake_server_add_message (test->server, "INBOX", first);
  fake_server_add_message (test->server, "INBOX", second);
}

static void
sync_all (TestEngine *test)
{
  GListModel *accounts = valija_engine_get_accounts (test->engine);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);

      test_await_uint (valija_engine_sync_account (test->engine, account, 0, NULL));
    }
}

/* "two@imap": subjects with the account of each, newest first */
static char *
list_inboxes (TestEngine *test, ValijaShow show, guint limit)
{
  ValijaFolder *all = valija_engine_get_all_inboxes (test->engine);
  g_autoptr(GPtrArray) messages = test_await_boxed (valija_engine_load_messages (test->engine, all, show, limit));
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (messages, i);
      ValijaAccount *account = valija_folder_get_account (valija_message_get_folder (message));

      g_string_append_printf (list, "%s%s@%s", i > 0 ? " " : "", valija_message_get_subject (message),
                              valija_account_get_name (account));
    }

  return g_string_free (list, FALSE);
}

#define assert_inboxes(test, show, limit, expected) \
  G_STMT_START { \
    g_autofree char *list_ = list_inboxes (test, show, limit); \
    g_assert_cmpstr (list_, ==, expected); \
  } G_STMT_END

/* One account keeps its mail on the server, the other here: each is in one of the two databases. */
static void
test_merged (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GPtrArray) chosen = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *inboxes = valija_engine_get_inboxes (test->engine);
  g_autoptr(ValijaFolder) first = NULL;
  g_autoptr(ValijaUndo) undo = NULL;

  assert_inboxes (test, VALIJA_SHOW_ALL, 0, "");
  fill (test, "m1", "m2");
  test_engine_sync (test, 0);
  g_assert_cmpuint (g_list_model_get_n_items (inboxes), ==, 1);
  assert_inboxes (test, VALIJA_SHOW_ALL, 0, "m2@imap m1@imap");

  test_engine_add (test, "pop3");
  sync_all (test);
  g_assert_cmpuint (g_list_model_get_n_items (inboxes), ==, 2);
  first = g_list_model_get_item (inboxes, 0);
  g_assert_true (first == test_engine_folder (test, "INBOX"));
  assert_inboxes (test, VALIJA_SHOW_ALL, 0, "m2@imap m2@pop3 m1@imap m1@pop3");
  assert_inboxes (test, VALIJA_SHOW_ALL, 3, "m2@imap m2@pop3 m1@imap");

  /* What is done to one is done to that of its account alone. */
  g_ptr_array_add (chosen, test_engine_find (test, "INBOX", "m2"));
  undo = test_await_object (valija_engine_change_flags (test->engine, chosen, VALIJA_FLAG_SEEN, VALIJA_FLAG_NONE));
  assert_inboxes (test, VALIJA_SHOW_UNREAD, 0, "m2@pop3 m1@imap m1@pop3");
}

static gint64
count (TestEngine *test, ValijaAccount *account, const char *role)
{
  return valija_folder_get_total (valija_engine_find_folder (test->engine, account, role));
}

/* Messages of several accounts go where each belongs, and come back together. */
static void
test_routed (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaFolder *all = valija_engine_get_all_inboxes (test->engine);
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(ValijaUndo) undo = NULL;
  ValijaAccount *other;

  fill (test, "m1", "m2");
  other = test_engine_add (test, "pop3");
  sync_all (test);
  messages = test_await_boxed (valija_engine_load_messages (test->engine, all, VALIJA_SHOW_ALL, 0));
  g_assert_cmpuint (messages->len, ==, 4);
  g_assert_cmpuint (valija_engine_count_final (test->engine, messages, all), ==, 0);
  valija_wait_until (valija_folder_get_unread (all) == 4);

  undo = test_await_object (valija_engine_move_to_role (test->engine, messages, VALIJA_FOLDER_ROLE_ARCHIVE));
  assert_inboxes (test, VALIJA_SHOW_ALL, 0, "");
  valija_wait_until (count (test, test->account, "archive") == 2 && count (test, other, "archive") == 2 &&
                     valija_folder_get_total (all) == 0);

  test_await (valija_engine_undo (test->engine, undo));
  assert_inboxes (test, VALIJA_SHOW_ALL, 0, "m2@imap m2@pop3 m1@imap m1@pop3");

  /* Where one account lacks the folder nothing is moved, of the other account neither. */
  test_await_error (valija_engine_move_to_role (test->engine, messages, VALIJA_FOLDER_ROLE_JUNK),
                    VALIJA_ERROR_NOT_FOUND);
  assert_inboxes (test, VALIJA_SHOW_ALL, 0, "m2@imap m2@pop3 m1@imap m1@pop3");

  g_ptr_array_remove_range (messages, 2, 2);
  g_object_unref (test_await_object (valija_engine_delete_messages (test->engine, messages)));
  g_clear_pointer (&messages, g_ptr_array_unref);
  messages = test_await_boxed (valija_engine_load_messages (test->engine, test_engine_folder (test, "Trash"),
                                                            VALIJA_SHOW_ALL, 0));
  g_assert_cmpuint (messages->len, ==, 1);
  g_assert_cmpuint (valija_engine_count_final (test->engine, messages, all), ==, 1);
}

/* It is no folder of any account: what would change it says so in words. */
static void
test_reasons (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaFolder *all = valija_engine_get_all_inboxes (test->engine);
  g_autofree char *remove = valija_engine_why_not (test->engine, NULL, all, VALIJA_ACTION_REMOVE_FOLDER);
  g_autofree char *flag = valija_engine_why_not (test->engine, NULL, all, VALIJA_ACTION_FLAG);

  g_autofree char *search = valija_engine_why_not (test->engine, NULL, all, VALIJA_ACTION_SEARCH_SERVER);

  g_assert_nonnull (remove);
  g_assert_null (search);
  g_assert_null (flag);
  g_assert_cmpstr (valija_folder_get_display_name (all), ==, "All Inboxes");
}

static gboolean
holds (ValijaMessageList *list, guint n_items)
{
  return valija_message_list_get_ready (list) && g_list_model_get_n_items (G_LIST_MODEL (list)) == n_items;
}

static void
wait_for (ValijaMessageList *list, guint n_items)
{
  valija_wait_until (holds (list, n_items));
}

/* It follows messages and accounts as they come and go. */
static void
test_live (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaMessageList) list = valija_engine_list_messages (test->engine,
                                                                   valija_engine_get_all_inboxes (test->engine),
                                                                   VALIJA_SHOW_ALL);
  g_autoptr(ValijaMessage) newest = NULL;
  ValijaAccount *other;

  wait_for (list, 0);
  fill (test, "m1", "m2");
  test_engine_sync (test, 0);
  wait_for (list, 2);

  other = test_engine_add (test, "pop3");
  test_await_uint (valija_engine_sync_account (test->engine, other, 0, NULL));
  wait_for (list, 4);

  fake_server_add_message (test->server, "INBOX", "m3");
  test_await_uint (valija_engine_sync_account (test->engine, other, 0, NULL));
  wait_for (list, 5);
  newest = g_list_model_get_item (G_LIST_MODEL (list), 0);
  valija_wait_until (valija_message_get_loaded (newest));
  g_assert_cmpstr (valija_message_get_subject (newest), ==, "m3");
  g_assert_true (valija_folder_get_account (valija_message_get_folder (newest)) == other);

  /* The mail that is on this computer stays, and is nobody's any more. */
  test_await (valija_engine_remove_account (test->engine, other, FALSE));
  wait_for (list, 2);
}

static void
add_mail (TestEngine *test, const char *folder, const char *name, const char *parent)
{
  g_autofree char *source = g_strdup_printf ("Subject: %s\r\nMessage-ID: <%s@example.org>\r\n"
                                             "From: %s <%s@example.org>\r\n%s%s%s\r\nThe body.\r\n", name, name, name,
                                             name, parent != NULL ? "In-Reply-To: <" : "",
                                             parent != NULL ? parent : "", parent != NULL ? "@example.org>\r\n" : "");

  fake_server_add_source (test->server, folder, source);
}

/* "b(2)@imap": the newest subject of each, with how many messages there are, own answers among them. */
static char *
list_conversations (TestEngine *test, ValijaShow show, guint limit)
{
  ValijaFolder *all = valija_engine_get_all_inboxes (test->engine);
  g_autoptr(GPtrArray) rows = test_await_boxed (valija_engine_load_conversations (test->engine, all, show, limit));
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      ValijaMessage *row = g_ptr_array_index (rows, i);
      ValijaAccount *account = valija_folder_get_account (valija_message_get_folder (row));

      g_string_append_printf (list, "%s%s(%u)@%s", i > 0 ? " " : "", valija_message_get_subject (row),
                              valija_message_get_n_messages (row), valija_account_get_name (account));
    }

  return g_string_free (list, FALSE);
}

#define assert_conversations(test, show, limit, expected) \
  G_STMT_START { \
    g_autofree char *list_ = list_conversations (test, show, limit); \
    g_assert_cmpstr (list_, ==, expected); \
  } G_STMT_END

/* Each account has its own, of which what was sent is a part; what is done to several goes to where each belongs. */
static void
test_conversations (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  ValijaFolder *all = valija_engine_get_all_inboxes (test->engine);
  g_autoptr(ValijaMessageList) list = NULL;
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(ValijaUndo) undo = NULL;
  ValijaAccount *other;

  add_mail (test, "INBOX", "a", NULL);
  add_mail (test, "INBOX", "alone", NULL);
  add_mail (test, "Sent", "own", "a");
  add_mail (test, "INBOX", "b", "a");
  other = test_engine_add (test, "pop3");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  test_await_uint (valija_engine_sync_account (test->engine, other, 0, NULL));

  assert_conversations (test, VALIJA_SHOW_ALL, 0, "b(3)@imap b(2)@pop3 alone(1)@imap alone(1)@pop3");
  assert_conversations (test, VALIJA_SHOW_ALL, 3, "b(3)@imap b(2)@pop3 alone(1)@imap");

  list = valija_engine_list_conversations (test->engine, all, VALIJA_SHOW_ALL);
  wait_for (list, 4);
  rows = test_await_boxed (valija_engine_load_conversations (test->engine, all, VALIJA_SHOW_ALL, 2));
  undo = test_await_object (valija_engine_move_to_role (test->engine, rows, VALIJA_FOLDER_ROLE_ARCHIVE));
  assert_conversations (test, VALIJA_SHOW_ALL, 0, "alone(1)@imap alone(1)@pop3");
  wait_for (list, 2);
  valija_wait_until (count (test, test->account, "archive") == 2 && count (test, other, "archive") == 2);
  g_assert_cmpint (count (test, test->account, "sent"), ==, 1);

  test_await (valija_engine_undo (test->engine, undo));
  assert_conversations (test, VALIJA_SHOW_ALL, 0, "b(3)@imap b(2)@pop3 alone(1)@imap alone(1)@pop3");
  wait_for (list, 4);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/inboxes/merged", test_merged);
  g_test_add_func ("/engine/inboxes/routed", test_routed);
  g_test_add_func ("/engine/inboxes/reasons", test_reasons);
  g_test_add_func ("/engine/inboxes/live", test_live);
  g_test_add_func ("/engine/inboxes/conversations", test_conversations);

  return g_test_run ();
}
