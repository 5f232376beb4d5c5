/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "support/valija-wait.h"
#include "valija-test-engine.h"

/* Copies: within an account, from one store to another, taken back, and interrupted. */

static TestEngine *
new_filled (void)
{
  TestEngine *test = test_engine_new ("imap");

  g_object_set (test->account, "body-days", 0, NULL);
  fake_server_add_message (test->server, "INBOX", "a");
  fake_server_add_message (test->server, "INBOX", "b");
  fake_server_add_message (test->server, "INBOX", "c");
  test->server->marks = TRUE;
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  fake_server_clear_log (test->server);
  return test;
}

static DexFuture *
begin_copy (TestEngine *test, const char *folder, const char *subjects, ValijaFolder *target)
{
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, folder, subjects);

  return valija_engine_copy_messages (test->engine, messages, target);
}

static ValijaUndo *
copy (TestEngine *test, const char *folder, const char *subjects, ValijaFolder *target)
{
  return test_await_object (begin_copy (test, folder, subjects, target));
}

static void
flush (TestEngine *test)
{
  test_await (valija_engine_flush (test->engine, test->account));
}

static void
sync_all (TestEngine *test)
{
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
}

static GPtrArray *
load (TestEngine *test, ValijaFolder *folder)
{
  return test_await_boxed (valija_engine_load_messages (test->engine, folder, VALIJA_SHOW_ALL, 0));
}

/* All of them are as old as each other, and come in any order. */
static void
assert_in (TestEngine *test, ValijaFolder *folder, const char *expected)
{
  g_autoptr(GPtrArray) messages = load (test, folder);
  g_auto(GStrv) subjects = g_strsplit (expected, " ", -1);

  g_assert_cmpuint (messages->len, ==, g_strv_length (subjects));
  for (guint i = 0; i < messages->len; i++)
    g_assert_true (g_strv_contains ((const char * const *) subjects,
                                    valija_message_get_subject (g_ptr_array_index (messages, i))));
}

static void
assert_there (TestEngine *test, const char *folder, const char *expected)
{
  g_autofree char *list = fake_server_list (test->server, folder);
  g_auto(GStrv) subjects = g_strsplit (expected, " ", -1);

  g_assert_cmpuint (strlen (list), ==, strlen ("4:a 5:b"));
  for (guint i = 0; subjects[i] != NULL; i++)
    g_assert_nonnull (strstr (list, subjects[i]));
}

/* The server copies, behind what was changed before, and a round of that folder lists what came of it: nobody has to
 * ask for one. */
static void
test_same_account (void)
{
  g_autoptr(TestEngine) test = new_filled ();
  g_autoptr(GPtrArray) seen = test_engine_find_all (test, "INBOX", "a");
  g_autoptr(ValijaUndo) undo = NULL;

  g_object_unref (test_await_object (valija_engine_change_flags (test->engine, seen, VALIJA_FLAG_SEEN, 0)));
  undo = copy (test, "INBOX", "a b", test_engine_folder (test, "Archive"));
  g_assert_cmpstr (valija_undo_get_label (undo), ==, "2 messages copied to Archive");
  g_assert_true (valija_undo_can_undo (undo));
  assert_list (test, "INBOX", "c b a*");

  flush (test);
  g_assert_true (g_str_has_prefix (test->server->log->str,
                                   "flags INBOX 1 +1 -0; mark Archive; copy 1,2 INBOX>Archive"));
  assert_server (test, "INBOX", "1:a* 2:b 3:c");
  assert_server (test, "Archive", "4:a* 5:b");
  g_assert_true (valija_undo_can_undo (undo));
  valija_wait_until (valija_folder_get_total (test_engine_folder (test, "Archive")) == 2);
  assert_list (test, "Archive", "b a*");
  assert_list (test, "INBOX", "c b a*");
}

static void
test_undo_early (void)
{
  g_autoptr(TestEngine) test = new_filled ();
  g_autoptr(ValijaUndo) undo = copy (test, "INBOX", "a b", test_engine_folder (test, "Archive"));

  test_await (valija_engine_undo (test->engine, undo));
  flush (test);
  g_assert_cmpstr (test->server->log->str, ==, "");
  assert_list (test, "INBOX", "c b a");
}

/* Once they are there they are deleted there, by the names that the server has told, and nothing else is. */
static void
test_undo_late (void)
{
  g_autoptr(TestEngine) test = new_filled ();
  g_autoptr(ValijaUndo) undo = NULL;

  g_object_unref (copy (test, "INBOX", "a", test_engine_folder (test, "Archive")));
  undo = copy (test, "INBOX", "a b", test_engine_folder (test, "Archive"));
  flush (test);
  assert_server (test, "Archive", "4:a 5:a 6:b");
  test_await (valija_engine_undo (test->engine, undo));
  flush (test);
  assert_server (test, "Archive", "4:a");
  assert_server (test, "INBOX", "1:a 2:b 3:c");
  sync_all (test);
  assert_list (test, "Archive", "a");
}

/* What the server does not name nobody deletes: it is not offered, and refused to who asks for it all the same. */
static void
test_undo_nameless (void)
{
  g_autoptr(TestEngine) test = new_filled ();
  g_autoptr(ValijaUndo) undo = NULL;

  test->server->marks = FALSE;
  test->server->nameless = TRUE;
  undo = copy (test, "INBOX", "a b", test_engine_folder (test, "Archive"));
  g_assert_true (valija_undo_can_undo (undo));
  flush (test);
  g_assert_false (valija_undo_can_undo (undo));
  test_await_error (valija_engine_undo (test->engine, undo), VALIJA_ERROR_REFUSED);
  flush (test);
  assert_server (test, "Archive", "4:a 5:b");
}

static void
test_refused (void)
{
  g_autoptr(TestEngine) test = new_filled ();
  g_autoptr(ValijaUndo) undo = copy (test, "INBOX", "a", test_engine_folder (test, "Archive"));

  test->server->fail_at = test->server->questions + 2;
  test->server->fail_code = VALIJA_ERROR_OVER_QUOTA;
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_OVER_QUOTA);
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (test->notices, 0),
                                   "1 message could not be copied on the server"));
  test_await_error (valija_engine_undo (test->engine, undo), VALIJA_ERROR_REFUSED);
  assert_list (test, "INBOX", "c b a");
  assert_server (test, "Archive", "");
}

/* Interrupted at each question, and Valija ends: each copy is there once when all is done. */
static void
test_interrupted (gconstpointer late)
{
  gboolean failed = TRUE;

  for (guint fail_at = 1; failed; fail_at++)
    {
      g_autoptr(TestEngine) test = new_filled ();

      g_object_unref (copy (test, "INBOX", "a b", test_engine_folder (test, "Archive")));
      test->server->questions = 0;
      test->server->fail_at = fail_at;
      test->server->fail_late = GPOINTER_TO_INT (late);
      failed = !test_try (valija_engine_flush (test->engine, test->account), NULL);
      test->server->fail_at = 0;
      test_engine_close (test);
      test_engine_open (test);
      sync_all (test);

      assert_list (test, "INBOX", "c b a");
      assert_list (test, "Archive", "b a");
      assert_server (test, "Archive", "4:a 5:b");
      g_assert_cmpuint (test->notices->len, ==, 0);
      g_assert_true (failed || fail_at > 2);
    }
}

/* To this computer, within it, and from it: the originals stay, and each step is taken back. */
static void
test_across (void)
{
  g_autoptr(TestEngine) test = new_filled ();
  ValijaAccount *other = test_engine_add (test, "pop3");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, other, "archive");
  ValijaFolder *trash = valija_engine_find_folder (test->engine, other, "trash");
  g_autoptr(GPtrArray) here = NULL;
  g_autoptr(ValijaUndo) down = copy (test, "INBOX", "a b", archive);
  g_autoptr(ValijaUndo) within = NULL;
  g_autoptr(ValijaUndo) up = NULL;

  assert_in (test, archive, "b a");
  here = load (test, archive);
  within = test_await_object (valija_engine_copy_messages (test->engine, here, trash));
  assert_in (test, trash, "b a");
  up = test_await_object (valija_engine_copy_messages (test->engine, here, test_engine_folder (test, "Archive")));
  assert_there (test, "Archive", "a b");
  assert_server (test, "INBOX", "1:a 2:b 3:c");
  assert_in (test, archive, "b a");
  g_assert_cmpstr (valija_undo_get_label (up), ==, "2 messages copied to Archive");
  g_assert_true (valija_undo_can_undo (up) && valija_undo_can_undo (within) && valija_undo_can_undo (down));

  test_await (valija_engine_undo (test->engine, up));
  test_await (valija_engine_undo (test->engine, within));
  flush (test);
  assert_server (test, "Archive", "");
  assert_in (test, trash, "");
  assert_in (test, archive, "b a");
  test_await (valija_engine_undo (test->engine, down));
  assert_in (test, archive, "");
  assert_server (test, "INBOX", "1:a 2:b 3:c");
}

/* Where several are filed in one go the server does not name them: they are looked for, so that they can be taken
 * back. */
static void
test_across_servers (void)
{
  g_autoptr(TestEngine) test = new_filled ();
  ValijaAccount *other = test_engine_add (test, "imap");
  g_autoptr(ValijaUndo) undo = NULL;

  test->server->files_many = TRUE;
  test_await (valija_engine_sync_account (test->engine, other, VALIJA_SYNC_HEADERS, NULL));
  fake_server_clear_log (test->server);
  undo = copy (test, "INBOX", "a b", valija_engine_find_folder (test->engine, other, "archive"));
  g_assert_nonnull (strstr (test->server->log->str, "append Archive * 2; find Archive"));
  flush (test);
  assert_server (test, "INBOX", "1:a 2:b 3:c");
  assert_server (test, "Archive", "4:a 5:b");

  test_await (valija_engine_undo (test->engine, undo));
  test_await (valija_engine_flush (test->engine, other));
  assert_server (test, "Archive", "");
  assert_server (test, "INBOX", "1:a 2:b 3:c");
}

/* From here to a server, interrupted at each question: the copies are there once, or none is; the originals stay. */
static void
test_across_interrupted (gconstpointer late)
{
  for (guint fail_at = 1; fail_at < 5; fail_at++)
    {
      g_autoptr(TestEngine) test = new_filled ();
      ValijaFolder *archive = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
      g_autofree char *there = NULL;
      g_autoptr(GPtrArray) here = NULL;

      test->server->files_many = TRUE;
      g_object_unref (copy (test, "INBOX", "a b", archive));
      here = load (test, archive);
      test->server->fail_at = test->server->questions + fail_at;
      test->server->fail_late = GPOINTER_TO_INT (late);
      test->server->stays_down = TRUE;
      test_try (valija_engine_copy_messages (test->engine, here, test_engine_folder (test, "Archive")), NULL);
      g_clear_pointer (&here, g_ptr_array_unref);
      test_engine_close (test);
      test->server->stays_down = FALSE;
      test->server->fail_at = 0;
      test_engine_open (test);
      sync_all (test);

      there = fake_server_list (test->server, "Archive");
      if (fail_at > 2 || there[0] != '\0')
        assert_there (test, "Archive", "a b");
      assert_in (test, valija_engine_find_folder (test->engine, valija_engine_find_account (test->engine, "pop3"),
                                                  "archive"), "b a");
      g_assert_cmpuint (test->notices->len, ==, 0);
    }
}

/* The one who asked for it is told that the server did not take it: nobody else. */
static void
test_across_refused (void)
{
  g_autoptr(TestEngine) test = new_filled ();
  ValijaFolder *archive = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
  g_autoptr(GPtrArray) here = NULL;

  g_object_unref (copy (test, "INBOX", "a", archive));
  here = load (test, archive);
  test->server->fail_at = test->server->questions + 2;
  test->server->fail_code = VALIJA_ERROR_OVER_QUOTA;
  test_await_error (valija_engine_copy_messages (test->engine, here, test_engine_folder (test, "Archive")),
                    VALIJA_ERROR_OVER_QUOTA);
  flush (test);
  assert_server (test, "Archive", "");
  assert_in (test, archive, "a");
  g_assert_cmpuint (test->notices->len, ==, 0);
}

/* Begun and interrupted, it is refused the next time: nobody waits for it then, and the user is told in words. */
static void
test_across_refused_later (void)
{
  g_autoptr(TestEngine) test = new_filled ();
  ValijaFolder *archive = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
  g_autoptr(GPtrArray) here = NULL;

  g_object_unref (copy (test, "INBOX", "a", archive));
  here = load (test, archive);
  test->server->fail_at = test->server->questions + 2;
  test->server->stays_down = TRUE;
  test_await_error (valija_engine_copy_messages (test->engine, here, test_engine_folder (test, "Archive")),
                    VALIJA_ERROR_DISCONNECTED);
  test->server->stays_down = FALSE;
  test->server->fail_at = test->server->questions + 2;
  test->server->fail_code = VALIJA_ERROR_REFUSED;
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_REFUSED);
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (test->notices, 0),
                                   "1 message could not be copied on the server"));
  assert_list (test, "Sent", "");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/copy/same-account", test_same_account);
  g_test_add_func ("/engine/copy/undo-early", test_undo_early);
  g_test_add_func ("/engine/copy/undo-late", test_undo_late);
  g_test_add_func ("/engine/copy/undo-nameless", test_undo_nameless);
  g_test_add_func ("/engine/copy/refused", test_refused);
  g_test_add_data_func ("/engine/copy/lost-questions", GINT_TO_POINTER (FALSE), test_interrupted);
  g_test_add_data_func ("/engine/copy/lost-answers", GINT_TO_POINTER (TRUE), test_interrupted);
  g_test_add_func ("/engine/copy/across", test_across);
  g_test_add_func ("/engine/copy/across-servers", test_across_servers);
  g_test_add_data_func ("/engine/copy/across-lost-questions", GINT_TO_POINTER (FALSE), test_across_interrupted);
  g_test_add_data_func ("/engine/copy/across-lost-answers", GINT_TO_POINTER (TRUE), test_across_interrupted);
  g_test_add_func ("/engine/copy/across-refused", test_across_refused);
  g_test_add_func ("/engine/copy/across-refused-later", test_across_refused_later);

  return g_test_run ();
}
