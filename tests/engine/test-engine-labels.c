/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-engine.h"

/* Labels: shown at once, told to the server in order, merged, refused, and taken back. */

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

/* "Work Later" (transfer full) (nullable) */
static ValijaUndo *
label (TestEngine *test, const char *subjects, const char *add, const char *remove)
{
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", subjects);
  g_auto(GStrv) added = g_strsplit (add, " ", -1);
  g_auto(GStrv) removed = g_strsplit (remove, " ", -1);

  return test_await_object (valija_engine_change_labels (test->engine, messages, (const char * const *) added,
                                                         (const char * const *) removed));
}

static void
flush (TestEngine *test)
{
  test_await (valija_engine_flush (test->engine, test->account));
}

static void
theirs (TestEngine *test, const char *remote_id, const char *add, const char *remove)
{
  const char *added[] = { add, NULL };
  const char *removed[] = { remove, NULL };

  fake_server_change_labels (test->server, "INBOX", remote_id, added, removed);
}

static void
test_order (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) one = label (test, "a b", "Work", "");
  g_autoptr(ValijaUndo) other = label (test, "b", "Later", "Work");
  g_autoptr(ValijaUndo) removed = label (test, "a", "", "work");
  g_autoptr(ValijaUndo) again = label (test, "a", "$label1", "");
  g_auto(GStrv) known = NULL;
  static const char * const all[] = { "$label1", "Later", NULL };

  assert_list (test, "INBOX", "b#Later a#$label1");
  g_assert_cmpstr (test->server->log->str, ==, "");
  g_assert_cmpstr (valija_undo_get_label (one), ==, "2 messages labeled “Work”");
  g_assert_cmpstr (valija_undo_get_label (other), ==, "Labels of 1 message changed");
  g_assert_cmpstr (valija_undo_get_label (removed), ==, "Label “work” removed from 1 message");
  g_assert_cmpstr (valija_undo_get_label (again), ==, "1 message labeled “Important”");

  flush (test);
  g_assert_cmpstr (test->server->log->str, ==, "labels INBOX 1,2 +Work -; labels INBOX 2 +Later -Work; "
                                               "labels INBOX 1 + -Work; labels INBOX 1 +$label1 -");
  assert_server (test, "INBOX", "1:a#$label1 2:b#Later");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  assert_list (test, "INBOX", "b#Later a#$label1");

  known = test_await_boxed (valija_engine_list_labels (test->engine, test->account));
  g_assert_cmpstrv (known, all);
}

/* Only what each message lacks is added, and what another program does meanwhile stays. */
static void
test_two_clients (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  theirs (test, "1", "A", NULL);
  theirs (test, "2", "B", NULL);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  assert_list (test, "INBOX", "b#B a#A");

  g_object_unref (label (test, "a b", "A", "B"));
  theirs (test, "1", "Theirs", NULL);
  theirs (test, "2", "Also", NULL);
  flush (test);
  assert_server (test, "INBOX", "1:a#A#Theirs 2:b#A#Also");
  g_assert_null (strstr (test->server->log->str, "INBOX 1 "));
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  assert_list (test, "INBOX", "b#A#Also a#A#Theirs");

  theirs (test, "1", NULL, "A");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  assert_list (test, "INBOX", "b#A#Also a#Theirs");
}

/* What is taken back at once costs one command, which says how it is to be; by Undo none. */
static void
test_merged (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) undo = NULL;

  g_object_unref (label (test, "a b", "Work", ""));
  g_object_unref (label (test, "a b", "", "Work"));
  flush (test);
  g_assert_cmpstr (test->server->log->str, ==, "labels INBOX 1,2 + -Work");
  assert_list (test, "INBOX", "b a");

  /* Another message is between them, or another label */
  fake_server_clear_log (test->server);
  g_object_unref (label (test, "a b", "Work", ""));
  g_object_unref (label (test, "a", "", "Work"));
  flush (test);
  assert_server (test, "INBOX", "1:a 2:b#Work");

  fake_server_clear_log (test->server);
  undo = label (test, "a", "Later", "");
  assert_list (test, "INBOX", "b#Work a#Later");
  test_await (valija_engine_undo (test->engine, undo));
  assert_list (test, "INBOX", "b#Work a");
  flush (test);
  g_assert_cmpstr (test->server->log->str, ==, "");
}

/* What the server knows already is done the other way round. */
static void
test_undone_later (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) undo = NULL;

  theirs (test, "1", "Old", NULL);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  undo = label (test, "a b", "New", "Old");
  flush (test);
  assert_server (test, "INBOX", "1:a#New 2:b#New");
  test_await (valija_engine_undo (test->engine, undo));
  assert_list (test, "INBOX", "b a#Old");
  flush (test);
  assert_server (test, "INBOX", "1:a#Old 2:b");
}

static void
test_refused (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_REFUSED;
  g_object_unref (label (test, "a", "Work", ""));
  assert_list (test, "INBOX", "b a#Work");
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_REFUSED);
  assert_list (test, "INBOX", "b a");
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (test->notices, 0),
                                   "The labels of 1 message could not be changed on the server: "));
}

/* It is offered where the server can, and where the mail is here. */
static void
test_offered (void)
{
  g_autoptr(TestEngine) imap = new_filled ("imap");
  g_autoptr(TestEngine) pop3 = new_filled ("pop3");
  g_autofree char *reason = NULL;
  g_autofree char *none = NULL;

  none = valija_engine_why_not (pop3->engine, pop3->account, NULL, VALIJA_ACTION_LABEL);
  g_assert_null (none);

  none = valija_engine_why_not (imap->engine, imap->account, NULL, VALIJA_ACTION_LABEL);
  g_assert_null (none);

  imap->server->capabilities = VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_ORGANIZE | VALIJA_CAPABILITY_FOLDERS;
  test_engine_close (imap);
  test_engine_open (imap);
  test_engine_sync (imap, VALIJA_SYNC_HEADERS);
  reason = valija_engine_why_not (imap->engine, imap->account, NULL, VALIJA_ACTION_LABEL);
  g_assert_nonnull (reason);
  none = valija_engine_why_not (imap->engine, imap->account, NULL, VALIJA_ACTION_FLAG);
  g_assert_null (none);
}

/* Mail of this computer has labels at once and keeps them, also on its way to a server and back. */
static void
test_here (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaAccount *other = test_engine_add (test, "pop3");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, other, "archive");
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(GPtrArray) here = NULL;
  static const char * const add[] = { "Here", NULL };

  g_object_unref (label (test, "a", "Work", ""));
  flush (test);
  messages = test_engine_find_all (test, "INBOX", "a");
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, archive)));

  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  g_assert_cmpstr (valija_message_get_labels (g_ptr_array_index (here, 0))[0], ==, "Work");
  fake_server_clear_log (test->server);
  g_object_unref (test_await_object (valija_engine_change_labels (test->engine, here, add, NULL)));
  g_assert_null (strstr (test->server->log->str, "labels"));

  g_clear_pointer (&here, g_ptr_array_unref);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  g_assert_cmpstr (valija_message_get_labels (g_ptr_array_index (here, 0))[0], ==, "Here");
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, here,
                                                                  test_engine_folder (test, "INBOX"))));
  flush (test);
  assert_server (test, "INBOX", "2:b 3:a#Here#Work");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  assert_list (test, "INBOX", "a#Here#Work b");
}

/* The server does not tell what is filed there is called, and the question for it fails: the line waits, is not filed
 * again, and its labels come there. */
static void
test_nameless (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(GPtrArray) here = NULL;

  test->server->marks = TRUE;
  test->server->nameless = TRUE;
  g_object_unref (label (test, "a", "Work", ""));
  flush (test);
  messages = test_engine_find_all (test, "INBOX", "a");
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, archive)));
  flush (test);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));

  /* mark, append, find */
  test->server->fail_at = test->server->questions + 3;
  test->server->fail_code = VALIJA_ERROR_DISCONNECTED;
  test->server->stays_down = TRUE;
  test_try (valija_engine_move_messages (test->engine, here, test_engine_folder (test, "Archive")), NULL);
  test->server->stays_down = FALSE;
  test->server->fail_at = 0;
  assert_server (test, "Archive", "3:a");
  flush (test);
  assert_server (test, "Archive", "3:a#Work");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  g_clear_pointer (&here, g_ptr_array_unref);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  g_assert_cmpuint (here->len, ==, 0);
}

/* Nor does it tell what has come: the message is filed, and it is told that its labels are not. */
static void
test_never_named (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(GPtrArray) here = NULL;

  test->server->nameless = TRUE;
  g_object_unref (label (test, "a", "Work", ""));
  flush (test);
  messages = test_engine_find_all (test, "INBOX", "a");
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, archive)));
  flush (test);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  g_assert_cmpuint (test->notices->len, ==, 0);
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, here,
                                                                  test_engine_folder (test, "Archive"))));
  flush (test);
  assert_server (test, "Archive", "3:a");
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (test->notices, 0), ==,
                   "The labels of 1 message could not be changed on the server: "
                   "The server does not tell which of its messages this is.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/engine/labels/order", test_order);
  g_test_add_func ("/engine/labels/two-clients", test_two_clients);
  g_test_add_func ("/engine/labels/merged", test_merged);
  g_test_add_func ("/engine/labels/undone-later", test_undone_later);
  g_test_add_func ("/engine/labels/refused", test_refused);
  g_test_add_func ("/engine/labels/offered", test_offered);
  g_test_add_func ("/engine/labels/here", test_here);
  g_test_add_func ("/engine/labels/nameless", test_nameless);
  g_test_add_func ("/engine/labels/never-named", test_never_named);

  return g_test_run ();
}
