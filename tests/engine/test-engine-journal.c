/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-engine.h"

/* What the user does to messages: shown at once, told to the server in order, and taken back. */

static TestEngine *
new_filled (const char *kind)
{
  TestEngine *test = test_engine_new (kind);

  g_object_set (test->account, "body-days", 0, NULL);
  fake_server_add_message (test->server, "INBOX", "a");
  fake_server_add_message (test->server, "INBOX", "b");
  fake_server_add_message (test->server, "INBOX", "c");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  fake_server_clear_log (test->server);
  return test;
}

static ValijaUndo *
change (TestEngine *test, const char *folder, const char *subjects, ValijaFlags add, ValijaFlags remove)
{
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, folder, subjects);

  return test_await_object (valija_engine_change_flags (test->engine, messages, add, remove));
}

static ValijaUndo *
move (TestEngine *test, const char *folder, const char *subjects, const char *target)
{
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, folder, subjects);

  return test_await_object (valija_engine_move_messages (test->engine, messages, test_engine_folder (test, target)));
}

static ValijaUndo *
delete (TestEngine *test, const char *folder, const char *subjects)
{
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, folder, subjects);

  return test_await_object (valija_engine_delete_messages (test->engine, messages));
}

static void
flush (TestEngine *test)
{
  test_await (valija_engine_flush (test->engine, test->account));
}

static void
test_order (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) flags = change (test, "INBOX", "a b", VALIJA_FLAG_SEEN, 0);
  g_autoptr(ValijaUndo) moved = move (test, "INBOX", "b", "Archive");
  g_autoptr(ValijaUndo) deleted = delete (test, "INBOX", "c");

  assert_list (test, "INBOX", "a*");
  assert_list (test, "Archive", "b*");
  assert_list (test, "Trash", "c");
  g_assert_cmpstr (test->server->log->str, ==, "");
  g_assert_cmpstr (valija_undo_get_label (flags), ==, "2 messages marked as read");
  g_assert_cmpstr (valija_undo_get_label (moved), ==, "1 message moved to Archive");

  flush (test);
  g_assert_cmpstr (test->server->log->str, ==, "flags INBOX 1,2 +1 -0; move 2 INBOX>Archive; move 3 INBOX>Trash");
  assert_server (test, "INBOX", "1:a*");
  assert_server (test, "Archive", "4:b*");
  assert_server (test, "Trash", "5:c");

  /* The rows have their new names already: the next round changes nothing. */
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "Archive", "b*");
  assert_list (test, "Trash", "c");
}

/* Two sentences are not one. */
static void
test_labels (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) both = change (test, "INBOX", "a b", VALIJA_FLAG_SEEN | VALIJA_FLAG_FLAGGED, 0);
  g_autoptr(ValijaUndo) swapped = change (test, "INBOX", "a", VALIJA_FLAG_SEEN, VALIJA_FLAG_FLAGGED);
  g_autoptr(ValijaUndo) plain = change (test, "INBOX", "a", 0, VALIJA_FLAG_SEEN);

  g_assert_cmpstr (valija_undo_get_label (both), ==, "2 messages marked");
  g_assert_cmpstr (valija_undo_get_label (swapped), ==, "1 message marked");
  g_assert_cmpstr (valija_undo_get_label (plain), ==, "1 message marked as unread");
}

static void
test_later_lines_use_new_names (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (move (test, "INBOX", "b", "Archive"));
  g_object_unref (change (test, "Archive", "b", VALIJA_FLAG_FLAGGED, 0));
  flush (test);
  assert_server (test, "Archive", "4:b");
  g_assert_nonnull (strstr (test->server->log->str, "flags Archive 4 "));
  assert_list (test, "Archive", "b!");
}

static void
test_waits_for_the_network (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (change (test, "INBOX", "a", VALIJA_FLAG_SEEN, 0));
  test->server->fail_at = test->server->questions + 1;
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_DISCONNECTED);
  assert_list (test, "INBOX", "c b a*");

  /* What the server says meanwhile does not undo it, nor does a restart. */
  test_engine_close (test);
  test_engine_open (test);
  assert_list (test, "INBOX", "c b a*");
  g_assert_cmpuint (test->notices->len, ==, 0);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  assert_server (test, "INBOX", "1:a* 2:b 3:c");
}

static void
test_refused_is_taken_back (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (change (test, "INBOX", "a", VALIJA_FLAG_SEEN, 0));
  g_object_unref (move (test, "INBOX", "b", "Archive"));
  g_object_unref (change (test, "INBOX", "c", VALIJA_FLAG_SEEN, 0));
  test->server->fail_at = test->server->questions + 2;
  test->server->fail_code = VALIJA_ERROR_REFUSED;
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_REFUSED);

  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (test->notices, 0), "1 message could not be moved on the server"));
  assert_list (test, "INBOX", "c* b a*");
  assert_list (test, "Archive", "");
  assert_server (test, "INBOX", "1:a* 2:b 3:c*");
}

static const struct
{
  int code;
  ValijaStep step;
} shut_doors[] = {
  { VALIJA_ERROR_INVALID, VALIJA_STEP_SECURE },
  { VALIJA_ERROR_PROTOCOL, VALIJA_STEP_GREETING },
  { VALIJA_ERROR_REFUSED, VALIJA_STEP_SIGN_IN },
  { VALIJA_ERROR_NOT_FOUND, VALIJA_STEP_DISCOVER },
};

/* Whoever does not let us in has not refused what waits, however often. */
static void
test_waits_to_be_let_in (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shut_doors); i++)
    {
      g_autoptr(TestEngine) test = new_filled ("imap");

      g_object_unref (change (test, "INBOX", "a", VALIJA_FLAG_SEEN, 0));
      g_object_unref (delete (test, "INBOX", "b"));
      g_object_unref (delete (test, "INBOX", "c"));
      test->server->fail_code = shut_doors[i].code;
      test->server->fail_step = shut_doors[i].step;
      for (guint n = 0; n < 10; n++)
        {
          test->server->fail_at = test->server->questions + 1;
          test_await_error (valija_engine_flush (test->engine, test->account), shut_doors[i].code);
        }

      g_assert_cmpuint (test->notices->len, ==, 0);
      flush (test);
      assert_server (test, "INBOX", "1:a*");
    }
}

/* Nor does the network that was away count when the server answers with nonsense for once. */
static void
test_counts_nonsense_alone (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (change (test, "INBOX", "a", VALIJA_FLAG_SEEN, 0));
  for (guint n = 0; n < 10; n++)
    {
      test->server->fail_at = test->server->questions + 1;
      test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_DISCONNECTED);
    }

  test->server->fail_code = VALIJA_ERROR_PROTOCOL;
  for (guint n = 0; n < 4; n++)
    {
      test->server->fail_at = test->server->questions + 1;
      test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_PROTOCOL);
      g_assert_cmpuint (test->notices->len, ==, 0);
    }

  test->server->fail_at = test->server->questions + 1;
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_PROTOCOL);
  g_assert_cmpuint (test->notices->len, ==, 1);
  assert_list (test, "INBOX", "c b a");
}

/* The server answers every question about one message so. */
static void
put_off (FakeServer *server, gpointer question)
{
  const char *last = strrchr (server->log->str, ';');

  if (g_str_has_prefix (last != NULL ? last + 2 : server->log->str, question))
    server->fail_at = server->questions;
}

static void
put_off_from_now_on (TestEngine *test, const char *question)
{
  test->server->fail_code = VALIJA_ERROR_TRY_LATER;
  test->server->on_question = put_off;
  test->server->user_data = (gpointer) question;
}

static const GError *
get_error (TestEngine *test)
{
  return valija_account_status_get_error (valija_engine_get_status (test->engine, test->account));
}

/* The server does this one, the @n-th from 0, and puts the other off again. */
static void
do_another (TestEngine *test, guint n)
{
  g_object_unref (change (test, "INBOX", "a", n % 2 == 0 ? 0 : VALIJA_FLAG_SEEN, n % 2 == 0 ? VALIJA_FLAG_SEEN : 0));
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_TRY_LATER);
}

/* A line that the server puts off again and again keeps back only what is of its messages, and is seen to wait. It is
 * given up when the server does others for hours. */
static void
test_put_off (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (move (test, "INBOX", "b", "Archive"));
  g_object_unref (change (test, "Archive", "b", VALIJA_FLAG_SEEN, 0));
  g_object_unref (change (test, "INBOX", "a", VALIJA_FLAG_SEEN, 0));
  g_object_unref (delete (test, "INBOX", "c"));
  put_off_from_now_on (test, "move 2");
  for (guint n = 0; n < 3; n++)
    test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_TRY_LATER);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  g_assert_error (get_error (test), VALIJA_ERROR, VALIJA_ERROR_TRY_LATER);
  assert_server (test, "INBOX", "1:a 2:b 3:c");

  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_TRY_LATER);
  assert_server (test, "INBOX", "1:a* 2:b");
  assert_server (test, "Trash", "4:c");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  g_assert_error (get_error (test), VALIJA_ERROR, VALIJA_ERROR_TRY_LATER);
  assert_list (test, "Archive", "b*");

  /* It may be about all that it is asked */
  for (guint n = 0; n < 30; n++)
    test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_TRY_LATER);
  g_assert_cmpuint (test->notices->len, ==, 0);

  /* Or be over in a few minutes */
  for (guint n = 0; n < 31; n++)
    do_another (test, n);
  g_assert_cmpuint (test->notices->len, ==, 0);

  /* The first of the 25 was that of before */
  test->engine->minute = 0;
  for (guint n = 31; n < 54; n++)
    do_another (test, n);
  g_assert_cmpuint (test->notices->len, ==, 0);
  do_another (test, 54);
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (test->notices, 0), "1 message could not be moved on the server"));
  assert_list (test, "INBOX", "b* a");
  assert_list (test, "Archive", "");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  g_assert_no_error (get_error (test));
  assert_server (test, "INBOX", "1:a 2:b*");
}

/* Of what is told together only the one is put off. */
static void
test_put_off_together (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (delete (test, "INBOX", "a b c"));
  flush (test);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_object_unref (delete (test, "Trash", "a"));
  g_object_unref (delete (test, "Trash", "b"));
  g_object_unref (delete (test, "Trash", "c"));
  assert_server (test, "Trash", "4:a 5:b 6:c");

  test->server->fail_at = test->server->questions + 1;
  put_off_from_now_on (test, "delete Trash 5");
  test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_TRY_LATER);
  assert_server (test, "Trash", "5:b 6:c");
  for (guint n = 0; n < 4; n++)
    test_await_error (valija_engine_flush (test->engine, test->account), VALIJA_ERROR_TRY_LATER);
  assert_server (test, "Trash", "5:b");

  /* And once it is done nothing is told any more */
  g_assert_error (get_error (test), VALIJA_ERROR, VALIJA_ERROR_TRY_LATER);
  test->server->on_question = NULL;
  flush (test);
  assert_server (test, "Trash", "");
  g_assert_no_error (get_error (test));
  g_assert_cmpuint (test->notices->len, ==, 0);
}

static void
test_undo_before_and_after (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) early = change (test, "INBOX", "a b", VALIJA_FLAG_SEEN, 0);
  g_autoptr(ValijaUndo) late = NULL;

  g_assert_true (valija_undo_can_undo (early));
  test_await (valija_engine_undo (test->engine, early));
  assert_list (test, "INBOX", "c b a");
  flush (test);
  g_assert_cmpstr (test->server->log->str, ==, "");

  /* Nor is it remembered for good */
  g_assert_cmpuint (g_hash_table_size (valija_engine_find_runtime (test->engine, test->account)->taken_back), ==, 0);

  late = move (test, "INBOX", "b", "Archive");
  flush (test);
  test_await (valija_engine_undo (test->engine, late));
  assert_list (test, "INBOX", "c b a");
  flush (test);
  assert_server (test, "Archive", "");
}

/* Only what was not so before is changed, and so only that comes back. */
static void
test_undo_is_exact (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) undo = NULL;

  g_object_unref (change (test, "INBOX", "a", VALIJA_FLAG_SEEN, 0));
  undo = change (test, "INBOX", "a b c", VALIJA_FLAG_SEEN | VALIJA_FLAG_FLAGGED, 0);
  assert_list (test, "INBOX", "c*! b*! a*!");
  test_await (valija_engine_undo (test->engine, undo));
  assert_list (test, "INBOX", "c b a*");
}

typedef struct
{
  TestEngine *test;
  ValijaUndo *undo;
  const char *when;          /* the question during which it is taken back */
  DexFuture *undoing;
} Meanwhile;

static void
undo_meanwhile (FakeServer *server, gpointer user_data)
{
  Meanwhile *meanwhile = user_data;

  if (meanwhile->undoing == NULL && strstr (server->log->str, meanwhile->when) != NULL)
    meanwhile->undoing = valija_engine_undo (meanwhile->test->engine, meanwhile->undo);
}

/* A line that waits behind the one on its way is not told to the server any more. */
static void
test_undo_while_another_runs (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) undo = NULL;
  Meanwhile meanwhile = { .test = test, .when = "flags INBOX 1" };

  g_object_unref (change (test, "INBOX", "a", VALIJA_FLAG_SEEN, 0));
  undo = meanwhile.undo = change (test, "INBOX", "b", VALIJA_FLAG_SEEN, 0);
  test->server->on_question = undo_meanwhile;
  test->server->user_data = &meanwhile;
  flush (test);
  g_assert_nonnull (meanwhile.undoing);
  test_await (g_steal_pointer (&meanwhile.undoing));
  flush (test);

  assert_server (test, "INBOX", "1:a* 2:b 3:c");
  assert_list (test, "INBOX", "c b a*");
}

/* What the server is doing at this moment cannot be called back, and nobody says that it was. */
static void
test_undo_while_it_runs (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) undo = NULL;
  Meanwhile meanwhile = { .test = test, .when = "delete Trash" };

  g_object_unref (delete (test, "INBOX", "a"));
  flush (test);
  undo = meanwhile.undo = delete (test, "Trash", "a");
  test->server->on_question = undo_meanwhile;
  test->server->user_data = &meanwhile;
  flush (test);
  g_assert_nonnull (meanwhile.undoing);
  test_await_error (g_steal_pointer (&meanwhile.undoing), VALIJA_ERROR_REFUSED);
  assert_server (test, "Trash", "");
  assert_list (test, "Trash", "");
}

static void
test_delete_for_good (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) undo = NULL;

  g_object_unref (delete (test, "INBOX", "a"));
  flush (test);
  undo = delete (test, "Trash", "a");
  assert_list (test, "Trash", "");
  flush (test);
  assert_server (test, "Trash", "");
  test_await_error (valija_engine_undo (test->engine, undo), VALIJA_ERROR_REFUSED);
}

static void
test_here (void)
{
  g_autoptr(TestEngine) test = new_filled ("pop3");

  g_object_unref (change (test, "INBOX", "a", VALIJA_FLAG_SEEN | VALIJA_FLAG_FLAGGED, 0));
  g_object_unref (move (test, "INBOX", "b", "Archive"));
  g_object_unref (delete (test, "INBOX", "c"));
  assert_list (test, "INBOX", "a*!+");
  assert_list (test, "Archive", "b+");
  assert_list (test, "Trash", "c+");
  g_object_unref (delete (test, "Trash", "c"));
  assert_list (test, "Trash", "");

  /* The server lists all three as ever; here they stay as they were filed. */
  test_engine_sync (test, 0);
  assert_list (test, "INBOX", "a*!+");
  assert_list (test, "Archive", "b+");
  g_assert_null (strstr (test->server->log->str, "flags"));
}

static void
test_across (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaAccount *other = test_engine_add (test, "pop3");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, other, "archive");
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a b");
  g_autoptr(GPtrArray) here = NULL;

  /* From the server to here: the copy is whole before the original is deleted. */
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, archive)));
  assert_list (test, "INBOX", "c");
  flush (test);
  assert_server (test, "INBOX", "3:c");
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  g_assert_cmpuint (here->len, ==, 2);
  g_assert_true (valija_message_get_has_source (g_ptr_array_index (here, 0)));

  /* And back; one that a server does not take stays where it is, and only that. */
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_OVER_QUOTA;
  test_await_error (valija_engine_move_messages (test->engine, here, test_engine_folder (test, "INBOX")),
                    VALIJA_ERROR_OVER_QUOTA);
  g_clear_pointer (&here, g_ptr_array_unref);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  g_assert_cmpuint (here->len, ==, 1);

  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, here,
                                                                  test_engine_folder (test, "INBOX"))));
  g_clear_pointer (&here, g_ptr_array_unref);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  g_assert_cmpuint (here->len, ==, 0);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  g_assert_cmpint (valija_folder_get_total (test_engine_folder (test, "INBOX")), >=, 1);
  g_assert_nonnull (strstr (test->server->log->str, "append INBOX"));
}

/* How the second question ends. */
static const struct
{
  int code;
  gboolean late;
} togethers[] = {
  { 0, FALSE },
  { VALIJA_ERROR_REFUSED, FALSE },
  { VALIJA_ERROR_DISCONNECTED, TRUE },
  { VALIJA_ERROR_PROTOCOL, TRUE },
  { VALIJA_ERROR_PROTOCOL, FALSE },
};

/* Several go to a server in one go. One that is refused takes the others with it, and each is tried by itself; when the
 * answer alone is lost, or makes no sense, none is there twice. */
static void
test_across_together (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaAccount *other = test_engine_add (test, "pop3");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, other, "archive");

  test->server->marks = TRUE;
  test->server->files_many = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (togethers); i++)
    {
      g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a b");
      g_autoptr(GPtrArray) here = NULL;
      g_autoptr(GPtrArray) left = NULL;

      g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, archive)));
      flush (test);
      here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
      g_assert_cmpuint (here->len, ==, 2);

      /* The mark is the first question */
      fake_server_clear_log (test->server);
      test->server->fail_at = togethers[i].code != 0 ? test->server->questions + 2 : 0;
      test->server->fail_code = togethers[i].code;
      test->server->fail_late = togethers[i].late;
      g_object_unref (test_await_object (valija_engine_move_messages (test->engine, here,
                                                                      test_engine_folder (test, "INBOX"))));
      test->server->fail_late = FALSE;
      g_assert_nonnull (strstr (test->server->log->str, "append INBOX * 2"));
      left = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
      g_assert_cmpuint (left->len, ==, 0);
      test_engine_sync (test, VALIJA_SYNC_HEADERS);
      g_assert_cmpint (valija_folder_get_total (test_engine_folder (test, "INBOX")), ==, 3);
    }
}

/* From one server to another: each has a line of its own, and the servers are told of all of them at once. */
static void
test_across_servers (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaAccount *other = test_engine_add (test, "imap");
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a b c");

  test->server->files_many = TRUE;
  test_await (valija_engine_sync_account (test->engine, other, VALIJA_SYNC_HEADERS, NULL));
  fake_server_clear_log (test->server);
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages,
                                                                  valija_engine_find_folder (test->engine, other,
                                                                                             "archive"))));
  assert_list (test, "INBOX", "");
  g_assert_nonnull (strstr (test->server->log->str, "append Archive * 3"));
  flush (test);
  g_assert_nonnull (strstr (test->server->log->str, "delete INBOX 1,2,3"));
  assert_server (test, "INBOX", "");
  assert_server (test, "Archive", "4:a 5:b 6:c");
}

/* A server that takes one at a time is asked for each of them once. */
static void
test_across_one_at_a_time (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaAccount *other = test_engine_add (test, "imap");
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a b");

  test->server->marks = TRUE;
  test_await (valija_engine_sync_account (test->engine, other, VALIJA_SYNC_HEADERS, NULL));
  fake_server_clear_log (test->server);
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages,
                                                                  valija_engine_find_folder (test->engine, other,
                                                                                             "archive"))));
  g_assert_cmpstr (test->server->log->str, ==,
                   "fetch 1; fetch 2; mark Archive; append Archive; mark Archive; append Archive");
}

/* Of several that are deleted at once the server does not know one folder any more: each is done by itself. */
static void
test_deletes_refused_together (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(ValijaUndo) first = NULL;
  g_autoptr(ValijaUndo) second = NULL;

  g_object_unref (delete (test, "INBOX", "a b"));
  flush (test);
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  first = delete (test, "Trash", "a");
  second = delete (test, "Trash", "b");
  fake_server_clear_log (test->server);
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_REFUSED;
  flush (test);
  g_assert_nonnull (strstr (test->server->log->str, "delete Trash 4,5; delete Trash 4; delete Trash 5"));
  assert_server (test, "Trash", "");
  g_assert_cmpuint (test->notices->len, ==, 0);
}

static void
cancel_copying (FakeServer *server, gpointer user_data)
{
  TestEngine *test = user_data;
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);
  ValijaProgress *progress = valija_account_status_get_progress (status);

  if (g_str_has_suffix (server->log->str, "fetch 2"))
    {
      g_assert_cmpuint (valija_progress_get_done (progress), ==, 1);
      g_assert_cmpuint (valija_progress_get_total (progress), ==, 3);
      valija_progress_cancel (progress);
    }
}

/* What was carried over stays there, the rest stays here, nothing is in neither. */
static void
test_across_cancelled (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaAccount *other = test_engine_add (test, "pop3");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, other, "archive");
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a b c");
  g_autoptr(GPtrArray) here = NULL;
  g_autoptr(GError) error = NULL;

  test->server->on_question = cancel_copying;
  test->server->user_data = test;
  g_assert_false (test_try (valija_engine_move_messages (test->engine, messages, archive), &error));
  g_assert_true (valija_error_is_cancelled (error));
  test->server->on_question = NULL;
  g_assert_null (valija_account_status_get_progress (valija_engine_get_status (test->engine, test->account)));

  assert_list (test, "INBOX", "c");
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  g_assert_cmpuint (here->len, ==, 2);
}

static void
append (TestEngine *test, const char *text)
{
  g_autoptr(GBytes) source = g_bytes_new (text, strlen (text));

  test_await_int64 (valija_store_append_message (test->engine->store,
                                                 valija_folder_get_id (test_engine_folder (test, "Sent")), source,
                                                 VALIJA_FLAG_SEEN, 0));
}

/* The answer to each question is lost once, or does not even come to be; then the engine begins anew, as after a kill.
 * Each message is there once in the end, also the one without a Message-ID, and what waited behind the move is done. */
static void
test_lost_answers (gconstpointer late)
{
  gboolean failed = TRUE;

  for (guint fail_at = 1; failed; fail_at++)
    {
      g_autoptr(TestEngine) test = new_filled ("imap");

      test->server->marks = TRUE;
      g_object_unref (move (test, "INBOX", "b", "Archive"));
      g_object_unref (change (test, "Archive", "b", VALIJA_FLAG_SEEN, 0));
      append (test, "Subject: sent\r\nMessage-ID: <sent@example.org>\r\n\r\nHello\r\n");
      append (test, "Subject: bare\r\n\r\nHello\r\n");
      test->server->questions = 0;
      test->server->fail_at = fail_at;
      test->server->fail_late = GPOINTER_TO_INT (late);
      failed = !test_try (valija_engine_flush (test->engine, test->account), NULL);
      test->server->fail_at = 0;
      test_engine_close (test);
      test_engine_open (test);
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);

      assert_list (test, "INBOX", "c a");
      assert_list (test, "Archive", "b*");
      assert_list (test, "Sent", "bare* sent*");
      assert_server (test, "INBOX", "1:a 3:c");
      assert_server (test, "Archive", "4:b*");
      assert_server (test, "Sent", "5:sent* 6:bare*");
      g_assert_cmpuint (test->notices->len, ==, 0);
      g_assert_true (failed || fail_at > 6);
    }
}

/* Moved there by us and away by another before a round could list it: no server tells that it went. */
static void
test_moved_on_elsewhere (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (move (test, "INBOX", "b", "Archive"));
  g_object_unref (move (test, "INBOX", "c", "Archive"));
  flush (test);
  assert_list (test, "Archive", "c b");
  fake_server_take_in_silence (test->server, "Archive", "4");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "Archive", "c");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "Archive", "c");
}

/* Of two copies of one message the one that is still there is not taken for the other, which is gone. */
static void
test_copies_together (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  g_autoptr(GPtrArray) messages = NULL;

  fake_server_set_flags (test->server, "INBOX", fake_server_copy (test->server, "INBOX", "2", "INBOX"),
                         VALIJA_FLAG_SEEN);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_list (test, "INBOX", "c b* b a");
  messages = test_await_boxed (valija_engine_load_messages (test->engine, test_engine_folder (test, "INBOX"),
                                                            VALIJA_SHOW_ALL, 0));
  g_ptr_array_remove_index (messages, 3);
  g_ptr_array_remove_index (messages, 0);
  test->server->marks = TRUE;
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages,
                                                                  test_engine_folder (test, "Archive"))));
  fake_server_remove (test->server, "INBOX", "2");
  flush (test);
  assert_server (test, "Archive", "5:b*");
  assert_list (test, "Archive", "b*");
}

/* What waits is carried over to the messages that are there still, as far as they are recognised; for the other one the
 * user is told. */
static void
test_renumbered (gconstpointer by_flush)
{
  g_autoptr(TestEngine) test = new_filled ("imap");

  g_object_unref (change (test, "INBOX", "a b", VALIJA_FLAG_SEEN, 0));
  g_object_unref (move (test, "INBOX", "c", "Archive"));
  g_object_unref (change (test, "Archive", "c", VALIJA_FLAG_FLAGGED, 0));
  fake_server_renumber (test->server, "INBOX");
  fake_server_remove (test->server, "INBOX", "5");
  if (GPOINTER_TO_INT (by_flush))
    test_try (valija_engine_flush (test->engine, test->account), NULL);
  else
    test_try (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_HEADERS, NULL), NULL);

  assert_server (test, "INBOX", "4:a*");
  assert_server (test, "Archive", "7:c");
  assert_list (test, "INBOX", "a*");
  assert_list (test, "Archive", "c!");
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (test->notices, 0), "1 message could not be marked"));
}

/* The same for what is filed at once, from this computer. */
static void
test_lost_answer_across (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaAccount *other = test_engine_add (test, "pop3");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, other, "archive");
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a");
  g_autoptr(GPtrArray) here = NULL;

  test->server->marks = TRUE;
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, archive)));
  flush (test);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  test->server->fail_at = test->server->questions + 2;
  test->server->fail_late = TRUE;
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, here,
                                                                  test_engine_folder (test, "Archive"))));
  assert_server (test, "Archive", "4:a");
  g_clear_pointer (&here, g_ptr_array_unref);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  g_assert_cmpuint (here->len, ==, 0);
}

static guint
count_here (TestEngine *test, const char *kind)
{
  ValijaAccount *account = valija_engine_find_account (test->engine, kind);
  ValijaFolder *archive = valija_engine_find_folder (test->engine, account, "archive");
  g_autoptr(GPtrArray) messages = NULL;

  messages = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  return messages->len;
}

#define LATE    1
#define SEVERAL 2

/* Interrupted at whichever question while mail goes from here to a server and Valija ends: each message is in one
 * place, once all is done. Nothing of it was told to be lost. */
static void
test_interrupted_across (gconstpointer data)
{
  gboolean late = (GPOINTER_TO_INT (data) & LATE) != 0;
  gboolean several = (GPOINTER_TO_INT (data) & SEVERAL) != 0;

  for (guint fail_at = 1; fail_at < 5; fail_at++)
    {
      g_autoptr(TestEngine) test = new_filled ("imap");
      ValijaFolder *archive = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
      g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", several ? "b a" : "a");
      g_autoptr(GPtrArray) here = NULL;

      test->server->marks = TRUE;
      test->server->files_many = TRUE;
      g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, archive)));
      flush (test);
      g_assert_cmpuint (count_here (test, "pop3"), ==, messages->len);
      here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));

      /* From then on nobody answers any more */
      test->server->fail_at = test->server->questions + fail_at;
      test->server->fail_late = late;
      test->server->stays_down = TRUE;
      test_try (valija_engine_move_messages (test->engine, here, test_engine_folder (test, "Archive")), NULL);
      g_clear_pointer (&here, g_ptr_array_unref);
      test_engine_close (test);
      test->server->stays_down = FALSE;
      test->server->fail_at = 0;
      test_engine_open (test);
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);

      if (count_here (test, "pop3") > 0)
        {
          assert_server (test, "Archive", "");
          g_assert_cmpuint (count_here (test, "pop3"), ==, messages->len);
          g_assert_cmpuint (fail_at, <=, 2);
        }
      else
        assert_server (test, "Archive", several ? "4:a 5:b" : "4:a");
      g_assert_cmpuint (test->notices->len, ==, 0);
    }
}

/* Of lines that are told together none may be told for ever, because what they carry cannot be read any more: each is
 * given up, and its message stays. */
static void
test_across_unreadable (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "b a");
  g_autoptr(GPtrArray) here = NULL;

  test->server->marks = TRUE;
  test->server->files_many = TRUE;
  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, archive)));
  flush (test);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  test->server->fail_at = test->server->questions + 2;
  test->server->stays_down = TRUE;
  test_try (valija_engine_move_messages (test->engine, here, test_engine_folder (test, "Archive")), NULL);
  test->server->stays_down = FALSE;
  test->server->fail_at = 0;

  test_engine_write (test, "DELETE FROM operation_source");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  assert_server (test, "Archive", "");
  g_assert_cmpuint (count_here (test, "pop3"), ==, 2);
  g_assert_cmpuint (test->notices->len, ==, 2);
}

/* Of a message on its way to one place nobody can say whether it is there already: it goes nowhere else meanwhile. */
static void
test_elsewhere_across (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaAccount *other = test_engine_add (test, "imap");
  ValijaFolder *here = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a");

  test->server->marks = TRUE;
  test_await (valija_engine_sync_account (test->engine, other, VALIJA_SYNC_HEADERS, NULL));
  test->server->fail_at = test->server->questions + 3;
  test->server->fail_late = TRUE;
  test->server->stays_down = TRUE;
  test_await_error (valija_engine_move_messages (test->engine, messages,
                                                 valija_engine_find_folder (test->engine, other, "archive")),
                    VALIJA_ERROR_DISCONNECTED);
  test->server->stays_down = FALSE;
  test->server->fail_at = 0;
  test_await_error (valija_engine_move_messages (test->engine, messages, here), VALIJA_ERROR_INVALID);
  g_assert_cmpuint (count_here (test, "pop3"), ==, 0);

  test_await (valija_engine_flush (test->engine, other));
  flush (test);
  assert_server (test, "Archive", "4:a");
  assert_server (test, "INBOX", "2:b 3:c");
}

/* Asked for twice at the same time it goes there once, and both are told so. */
static void
test_twice_across (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaFolder *here = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
  ValijaFolder *there = test_engine_folder (test, "Archive");
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a");
  g_autoptr(GPtrArray) moved = NULL;
  DexFuture *first;
  DexFuture *second;

  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, here)));
  flush (test);
  moved = test_await_boxed (valija_engine_load_messages (test->engine, here, VALIJA_SHOW_ALL, 0));
  first = valija_engine_move_messages (test->engine, moved, there);
  second = valija_engine_move_messages (test->engine, moved, there);
  g_object_unref (test_await_object (first));
  g_object_unref (test_await_object (second));
  assert_server (test, "Archive", "4:a");
  g_assert_cmpuint (count_here (test, "pop3"), ==, 0);
}

/* Refused, it stays where it was, and the one who asked for it is told: nobody else. */
static void
test_refused_across (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap");
  ValijaFolder *archive = valija_engine_find_folder (test->engine, test_engine_add (test, "pop3"), "archive");
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a");
  g_autoptr(GPtrArray) here = NULL;

  g_object_unref (test_await_object (valija_engine_move_messages (test->engine, messages, archive)));
  flush (test);
  here = test_await_boxed (valija_engine_load_messages (test->engine, archive, VALIJA_SHOW_ALL, 0));
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_OVER_QUOTA;
  test_await_error (valija_engine_move_messages (test->engine, here, test_engine_folder (test, "Archive")),
                    VALIJA_ERROR_OVER_QUOTA);
  flush (test);
  assert_server (test, "Archive", "");
  g_assert_cmpuint (count_here (test, "pop3"), ==, 1);
  g_assert_cmpuint (test->notices->len, ==, 0);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/journal/order", test_order);
  g_test_add_func ("/engine/journal/labels", test_labels);
  g_test_add_func ("/engine/journal/new-names", test_later_lines_use_new_names);
  g_test_add_func ("/engine/journal/waits-for-the-network", test_waits_for_the_network);
  g_test_add_func ("/engine/journal/refused-is-taken-back", test_refused_is_taken_back);
  g_test_add_func ("/engine/journal/waits-to-be-let-in", test_waits_to_be_let_in);
  g_test_add_func ("/engine/journal/counts-nonsense-alone", test_counts_nonsense_alone);
  g_test_add_func ("/engine/journal/put-off", test_put_off);
  g_test_add_func ("/engine/journal/put-off-together", test_put_off_together);
  g_test_add_func ("/engine/journal/undo", test_undo_before_and_after);
  g_test_add_func ("/engine/journal/undo-is-exact", test_undo_is_exact);
  g_test_add_func ("/engine/journal/undo-while-another-runs", test_undo_while_another_runs);
  g_test_add_func ("/engine/journal/undo-while-it-runs", test_undo_while_it_runs);
  g_test_add_func ("/engine/journal/delete-for-good", test_delete_for_good);
  g_test_add_data_func ("/engine/journal/interrupted-across", GINT_TO_POINTER (0), test_interrupted_across);
  g_test_add_data_func ("/engine/journal/interrupted-across-late", GINT_TO_POINTER (LATE), test_interrupted_across);
  g_test_add_data_func ("/engine/journal/interrupted-across-several", GINT_TO_POINTER (SEVERAL),
                        test_interrupted_across);
  g_test_add_data_func ("/engine/journal/interrupted-across-several-late", GINT_TO_POINTER (SEVERAL | LATE),
                        test_interrupted_across);
  g_test_add_func ("/engine/journal/elsewhere-across", test_elsewhere_across);
  g_test_add_func ("/engine/journal/twice-across", test_twice_across);
  g_test_add_func ("/engine/journal/refused-across", test_refused_across);
  g_test_add_func ("/engine/journal/here", test_here);
  g_test_add_func ("/engine/journal/across", test_across);
  g_test_add_func ("/engine/journal/across-unreadable", test_across_unreadable);
  g_test_add_data_func ("/engine/journal/lost-questions", GINT_TO_POINTER (FALSE), test_lost_answers);
  g_test_add_data_func ("/engine/journal/lost-answers", GINT_TO_POINTER (TRUE), test_lost_answers);
  g_test_add_func ("/engine/journal/lost-answer-across", test_lost_answer_across);
  g_test_add_func ("/engine/journal/moved-on-elsewhere", test_moved_on_elsewhere);
  g_test_add_func ("/engine/journal/copies-together", test_copies_together);
  g_test_add_data_func ("/engine/journal/renumbered/flush", GINT_TO_POINTER (TRUE), test_renumbered);
  g_test_add_data_func ("/engine/journal/renumbered/sync", GINT_TO_POINTER (FALSE), test_renumbered);
  g_test_add_func ("/engine/journal/across-cancelled", test_across_cancelled);
  g_test_add_func ("/engine/journal/across-together", test_across_together);
  g_test_add_func ("/engine/journal/across-servers", test_across_servers);
  g_test_add_func ("/engine/journal/across-one-at-a-time", test_across_one_at_a_time);
  g_test_add_func ("/engine/journal/deletes-refused-together", test_deletes_refused_together);

  return g_test_run ();
}
