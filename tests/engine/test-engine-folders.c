/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-engine.h"

/* Folders that are made, renamed and removed: shown at once, told to the server in order, and taken back. */

static TestEngine *
new_filled (const char *kind)
{
  TestEngine *test = test_engine_new (kind);

  g_object_set (test->account, "body-days", 0, NULL);
  fake_server_add_message (test->server, "INBOX", "a");
  fake_server_add_message (test->server, "INBOX", "b");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  fake_server_clear_log (test->server);
  return test;
}

/* "Inbox", "Work/Plans": all folders in the order of the sidebar. */
static char *
list_folders (TestEngine *test)
{
  GListModel *folders = valija_engine_get_folders (test->engine, test->account);
  g_autoptr(GString) list = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_NONE)
        g_string_append_printf (list, "%s%*s%s", list->len > 0 ? " " : "", (int) valija_folder_get_depth (folder), "",
                                valija_folder_get_name (folder));
    }

  return g_string_free (g_steal_pointer (&list), FALSE);
}

#define assert_folders(test, expected) \
  G_STMT_START { \
    g_autofree char *folders_ = list_folders (test); \
    g_assert_cmpstr (folders_, ==, expected); \
  } G_STMT_END

static ValijaUndo *
create (TestEngine *test, const char *parent, const char *name)
{
  return test_await_object (valija_engine_create_folder (test->engine, test->account,
                                                         parent != NULL ? test_engine_folder (test, parent) : NULL,
                                                         name));
}

static ValijaUndo *
rename_to (TestEngine *test, const char *folder, const char *name)
{
  return test_await_object (valija_engine_rename_folder (test->engine, test_engine_folder (test, folder), name));
}

static ValijaUndo *
remove_it (TestEngine *test, const char *folder)
{
  return test_await_object (valija_engine_remove_folder (test->engine, test_engine_folder (test, folder)));
}

static void
move (TestEngine *test, const char *folder, const char *subjects, const char *target)
{
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, folder, subjects);

  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages,
                                                                  test_engine_folder (test, target))));
}

static void
flush (TestEngine *test)
{
  test_await (valija_engine_flush (test->engine, test->account));
}

/* All of it without the server, across a restart, and then in one go: mail waits in a folder that is not there yet. */
static void
test_order (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) made = create (test, NULL, " Work ");

  g_assert_cmpstr (valija_undo_get_label (made), ==, "Folder “Work” created");
  g_object_unref (create (test, "Work", "Plans"));
  move (test, "INBOX", "a", "Work/Plans");
  g_object_unref (rename_to (test, "Work", "Job"));
  assert_folders (test, "Job  Plans");
  assert_list (test, "Job/Plans", "a");
  g_assert_cmpstr (test->server->log->str, ==, "");

  test_engine_close (test);
  test_engine_open (test);
  assert_folders (test, "Job  Plans");
  assert_list (test, "Job/Plans", "a");

  flush (test);
  g_assert_nonnull (strstr (test->server->log->str,
                            "create Work; create Work/Plans; move 1 INBOX>Work/Plans; rename Work>Job; list"));
  assert_folders (test, "Job  Plans");
  assert_server (test, "Job/Plans", "3:a");
  assert_list (test, "Job/Plans", "a");

  /* The rows are known by their new names: nothing comes or goes with the next round. */
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_folders (test, "Job  Plans");
  assert_list (test, "Job/Plans", "a");
}

static void
test_remove (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (create (test, NULL, "Work"));
  g_object_unref (create (test, "Work", "Plans"));
  flush (test);
  test_await_error (valija_engine_remove_folder (test->engine, test_engine_folder (test, "Work")),
                    VALIJA_ERROR_UNSUPPORTED);

  g_object_unref (remove_it (test, "Work/Plans"));
  assert_folders (test, "Work");
  g_object_unref (remove_it (test, "Work"));
  assert_folders (test, "");

  /* A list that comes before the server has heard of it does not bring it back. */
  test->server->fail_at = test->server->questions + 1;
  test_try (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS, NULL), NULL);
  assert_folders (test, "");

  fake_server_clear_log (test->server);
  flush (test);
  g_assert_nonnull (strstr (test->server->log->str, "remove Work/Plans; remove Work"));
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_folders (test, "");
}

static void
test_undo (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) made = create (test, NULL, "Work");
  g_autoptr(ValijaUndo) renamed = NULL;
  g_autoptr(ValijaUndo) removed = NULL;

  /* With the folder goes what was to happen in it. */
  g_object_unref (create (test, "Work", "Plans"));
  move (test, "INBOX", "a", "Work/Plans");
  test_await (valija_engine_undo (test->engine, made));
  test_await (valija_engine_load_folders (test->engine, valija_engine_find_runtime (test->engine, test->account)));
  assert_folders (test, "");
  assert_list (test, "INBOX", "b a");
  flush (test);
  g_assert_cmpstr (test->server->log->str, ==, "");

  g_object_unref (create (test, NULL, "Work"));
  flush (test);
  renamed = rename_to (test, "Work", "Job");
  removed = remove_it (test, "Job");
  test_await (valija_engine_undo (test->engine, removed));
  test_await (valija_engine_undo (test->engine, renamed));
  test_await (valija_engine_load_folders (test->engine, valija_engine_find_runtime (test->engine, test->account)));
  assert_folders (test, "Work");
  removed = (g_object_unref (removed), remove_it (test, "Work"));
  flush (test);
  test_await_error (valija_engine_undo (test->engine, removed), VALIJA_ERROR_REFUSED);
}

static void
test_refused (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (create (test, NULL, "Work"));
  move (test, "INBOX", "a", "Work");
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_REFUSED;
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_REFUSED);
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (test->notices, 0),
                                   "The folder “Work” could not be made on the server: "));
  assert_folders (test, "");
  assert_list (test, "INBOX", "b a");
  assert_server (test, "INBOX", "1:a 2:b");
}

static void
put_off_cb (FakeServer *server, gpointer user_data)
{
  if (g_str_has_suffix (server->log->str, "create Work"))
    server->fail_at = server->questions;
}

/* One that the server puts off is not given up in the minutes in which it is busy, but in the end. */
static void
test_put_off (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (create (test, NULL, "Work"));
  test->server->fail_code = VALIJA_ERROR_TRY_LATER;
  test->server->on_question = put_off_cb;
  for (guint n = 0; n < 30; n++)
    test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_TRY_LATER);
  assert_folders (test, "Work");

  /* Of which the first counts */
  test->engine->minute = 0;
  for (guint n = 0; n < 23; n++)
    test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_TRY_LATER);
  g_assert_cmpuint (test->notices->len, ==, 0);
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_TRY_LATER);
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (test->notices, 0),
                                   "The folder “Work” could not be made on the server: "));
  assert_folders (test, "");
}

static void
test_names (void)
{
  static const char * const bad[] = { "", "  ", "a/b", "a\nb", "Work" };
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autofree char *long_name = g_strnfill (300, 'x');

  g_object_unref (create (test, NULL, "Work"));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    test_await_error (valija_engine_create_folder (test->engine, test->account, NULL, bad[i]), VALIJA_ERROR_INVALID);
  test_await_error (valija_engine_create_folder (test->engine, test->account, NULL, long_name), VALIJA_ERROR_INVALID);
  test_await_error (valija_engine_rename_folder (test->engine, test_engine_folder (test, "INBOX"), "Box"),
                    VALIJA_ERROR_UNSUPPORTED);
  assert_folders (test, "Work");
}

/* What the server of a POP3 account cannot hold is held here, with the same calls. */
static void
test_here (void)
{
  g_autoptr(TestEngine) test = new_filled ("pop3");

  test_engine_sync (test, 0);
  g_object_unref (create (test, NULL, "Work"));
  g_object_unref (create (test, "Work", "Plans"));
  move (test, "INBOX", "a", "Work/Plans");
  g_object_unref (rename_to (test, "Work/Plans", "Ideas"));
  assert_folders (test, "Work  Ideas");
  assert_list (test, "Work/Ideas", "a+");

  g_object_unref (remove_it (test, "Work/Ideas"));
  assert_folders (test, "Work");
  assert_list (test, "Trash", "a+");
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "b+");
  assert_list (test, "Trash", "a+");
}

/* The answer to each question is lost once: what was done then is not refused the second time. */
static void
test_lost_answers (void)
{
  for (guint fail_at = 1; fail_at <= 7; fail_at++)
    {
      g_autoptr(TestEngine) test = new_filled ("imap");

      fake_server_add_folder (test->server, "Old", VALIJA_FOLDER_ROLE_NONE);
      fake_server_add_folder (test->server, "Before", VALIJA_FOLDER_ROLE_NONE);
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
      g_object_unref (create (test, NULL, "Work"));
      g_object_unref (create (test, "Work", "Plans"));
      move (test, "INBOX", "a", "Work/Plans");
      g_object_unref (rename_to (test, "Before", "After"));
      g_object_unref (remove_it (test, "Old"));
      test->server->fail_late = TRUE;
      test->server->questions = 0;
      test->server->fail_at = fail_at;
      test_try (valija_engine_flush (test->engine, test->account), NULL);
      test->server->fail_at = 0;
      test_engine_close (test);
      test_engine_open (test);
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);

      assert_folders (test, "After Work  Plans");
      assert_list (test, "Work/Plans", "a");
      assert_server (test, "Work/Plans", "3:a");
      g_assert_cmpuint (test->notices->len, ==, 0);
    }
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/folders/order", test_order);
  g_test_add_func ("/engine/folders/remove", test_remove);
  g_test_add_func ("/engine/folders/undo", test_undo);
  g_test_add_func ("/engine/folders/refused", test_refused);
  g_test_add_func ("/engine/folders/put-off", test_put_off);
  g_test_add_func ("/engine/folders/names", test_names);
  g_test_add_func ("/engine/folders/here", test_here);
  g_test_add_func ("/engine/folders/lost-answers", test_lost_answers);

  return g_test_run ();
}
