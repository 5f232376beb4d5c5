/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "support/valija-wait.h"
#include "valija-test-engine.h"

/* Who goes first: what the user waits for, and what is done for later. */

/* ---- The lane by itself ---- */

static void
test_one_after_the_other (void)
{
  g_autoptr(ValijaLane) lane = valija_lane_new ();
  g_autoptr(DexFuture) second = NULL;
  g_autoptr(DexFuture) third = NULL;
  ValijaTurn *turn = test_await_boxed (valija_lane_enter (lane, VALIJA_HASTE_USER, NULL));

  second = valija_lane_enter (lane, VALIJA_HASTE_USER, NULL);
  third = valija_lane_enter (lane, VALIJA_HASTE_USER, NULL);
  g_assert_true (dex_future_is_pending (second));

  /* Whoever gives up is passed over. */
  dex_clear (&second);
  g_assert_true (dex_future_is_pending (third));
  valija_turn_unref (turn);
  while (dex_future_is_pending (third))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (dex_future_is_resolved (third));

  /* Its turn ends with it, and the lane is free. */
  dex_clear (&third);
  valija_turn_unref (test_await_boxed (valija_lane_enter (lane, VALIJA_HASTE_USER, NULL)));
}

/* In which order those of @hastes (u, b) have their turn, who all came while somebody had one: "2 0 1 ". */
static char *
order (const char *hastes)
{
  g_autoptr(ValijaLane) lane = valija_lane_new ();
  g_autoptr(GPtrArray) waiting = g_ptr_array_new_with_free_func (dex_unref);
  GString *order = g_string_new (NULL);
  ValijaTurn *turn = test_await_boxed (valija_lane_enter (lane, VALIJA_HASTE_USER, NULL));
  guint n_left = (guint) strlen (hastes);

  for (guint i = 0; hastes[i] != '\0'; i++)
    g_ptr_array_add (waiting, valija_lane_enter (lane, hastes[i] == 'u' ? VALIJA_HASTE_USER : VALIJA_HASTE_BACKGROUND,
                                                 NULL));

  valija_turn_unref (turn);
  for (; n_left > 0; n_left--)
    {
      guint next = G_MAXUINT;

      while (next == G_MAXUINT)
        {
          g_main_context_iteration (NULL, TRUE);
          for (guint i = 0; i < waiting->len; i++)
            if (dex_future_is_resolved (g_ptr_array_index (waiting, i)))
              next = i;
        }

      g_string_append_printf (order, "%u ", next);
      dex_unref (waiting->pdata[next]);
      waiting->pdata[next] = DEX_FUTURE (dex_promise_new ());
    }

  return g_string_free (order, FALSE);
}

static void
test_user_first (void)
{
  g_autofree char *mixed = order ("bubu");
  g_autofree char *many = order ("bbuuuuuuuuuuuuuuuuuuu");

  g_assert_cmpstr (mixed, ==, "1 3 0 2 ");
  /* But what waits for long is not forgotten */
  g_assert_cmpstr (many, ==, "2 3 4 5 6 7 8 9 0 10 11 12 13 14 15 16 17 1 18 19 20 ");
}

static void
test_urgent (void)
{
  g_autoptr(ValijaLane) lane = valija_lane_new ();
  g_autoptr(ValijaTurn) turn = test_await_boxed (valija_lane_enter (lane, VALIJA_HASTE_BACKGROUND, NULL));
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(DexFuture) background = NULL;
  g_autoptr(DexFuture) same = NULL;
  g_autoptr(DexFuture) other = NULL;
  int subject;

  background = valija_lane_enter (lane, VALIJA_HASTE_BACKGROUND, NULL);
  same = valija_lane_enter (lane, VALIJA_HASTE_USER, &subject);
  g_assert_false (valija_lane_is_urgent (lane, &subject));
  g_assert_true (valija_lane_is_urgent (lane, NULL));

  other = valija_future_until_cancelled (valija_lane_enter (lane, VALIJA_HASTE_USER, NULL), cancellable);
  g_assert_true (valija_lane_is_urgent (lane, &subject));
  /* Nobody waits any more */
  g_cancellable_cancel (cancellable);
  valija_wait_until (!dex_future_is_pending (other));
  g_assert_false (valija_lane_is_urgent (lane, &subject));
}

/* ---- In an account ---- */

/* What happens while the server is asked for something. */
typedef struct _Meanwhile Meanwhile;

struct _Meanwhile
{
  TestEngine *test;
  const char *question;      /* that the log ends with */
  DexFuture *(*act) (Meanwhile *meanwhile);
  GPtrArray *messages;       /* nullable */
  DexFuture *done;           /* nullable: of what was done */
};

static void
question_cb (FakeServer *server, gpointer user_data)
{
  Meanwhile *meanwhile = user_data;

  if (!g_str_has_suffix (server->log->str, meanwhile->question))
    return;

  server->on_question = NULL;
  meanwhile->done = meanwhile->act (meanwhile);
}

static DexFuture *
open_archive (Meanwhile *meanwhile)
{
  ValijaFolder *archive = test_engine_folder (meanwhile->test, "Archive");

  valija_engine_set_folder_in_view (meanwhile->test->engine, archive);
  return valija_engine_sync_folder (meanwhile->test->engine, archive, 0, NULL);
}

static DexFuture *
open_inbox (Meanwhile *meanwhile)
{
  return valija_engine_sync_folder (meanwhile->test->engine, test_engine_folder (meanwhile->test, "INBOX"),
                                    VALIJA_SYNC_HEADERS, NULL);
}

static DexFuture *
changed_cb (DexFuture *future, gpointer user_data)
{
  TestEngine *test = user_data;

  return valija_engine_flush (test->engine, test->account);
}

static DexFuture *
mark (Meanwhile *meanwhile)
{
  return dex_future_then (valija_engine_change_flags (meanwhile->test->engine, meanwhile->messages, VALIJA_FLAG_SEEN,
                                                      0), changed_cb, meanwhile->test, NULL);
}

static DexFuture *
move (Meanwhile *meanwhile)
{
  ValijaFolder *trash = test_engine_folder (meanwhile->test, "Trash");

  return dex_future_then (valija_engine_move_messages (meanwhile->test->engine, meanwhile->messages, trash),
                          changed_cb, meanwhile->test, NULL);
}

static DexFuture *
take_turn (Meanwhile *meanwhile)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (meanwhile->test->engine, meanwhile->test->account);

  return valija_lane_enter (runtime->lane, VALIJA_HASTE_USER, NULL);
}

static void
act_at (Meanwhile *meanwhile, TestEngine *test, const char *question, DexFuture *(*act) (Meanwhile *meanwhile))
{
  *meanwhile = (Meanwhile) { .test = test, .question = question, .act = act };
  test->server->on_question = question_cb;
  test->server->user_data = meanwhile;
}

/* Its folders are known, and what is in the archive; the inbox has @n new ones, of which three come at a time. */
static TestEngine *
new_filled (const char *kind, guint n)
{
  TestEngine *test = test_engine_new (kind);

  g_object_set (test->account, "body-days", 0, NULL);
  if (g_str_equal (kind, "imap"))
    fake_server_add_message (test->server, "Archive", "old");
  fake_server_add_message (test->server, "INBOX", "old");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *subject = g_strdup_printf ("m%u", i);

      fake_server_add_message (test->server, "INBOX", subject);
    }
  fake_server_clear_log (test->server);
  return test;
}

/* The positions of the first @earlier and of the last @later in the log. */
static void
assert_before (TestEngine *test, const char *earlier, const char *later)
{
  const char *first = strstr (test->server->log->str, earlier);
  const char *last = g_strrstr (test->server->log->str, later);

  if (first == NULL || last == NULL || first > last)
    g_error ("%s is not before the last %s: %s", earlier, later, test->server->log->str);
}

static void
note_progress_cb (ValijaProgress *progress, GParamSpec *pspec, guint64 *before)
{
  guint64 done = valija_progress_get_done (progress);

  /* Back to nothing is another folder */
  g_assert_true (done == 0 || done >= *before);
  *before = done;
}

/* While an inbox is listed that was never seen, another folder is opened: it does not wait for the whole of it. */
static void
test_opened_meanwhile (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaProgress) progress = valija_progress_new ("test");
  guint64 before = 0;
  Meanwhile meanwhile;

  g_object_set (test->account, "body-days", 0, NULL);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  fake_server_renumber (test->server, "INBOX");
  for (guint i = 0; i < 12; i++)
    fake_server_add_message (test->server, "INBOX", "new");
  fake_server_add_message (test->server, "Archive", "old");
  fake_server_clear_log (test->server);

  act_at (&meanwhile, test, "batch INBOX", open_archive);
  g_signal_connect (progress, "notify::done", G_CALLBACK (note_progress_cb), &before);
  g_assert_cmpuint (test_await_uint (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS,
                                                                 progress)), ==, 12);
  g_assert_cmpuint (test_await_uint (g_steal_pointer (&meanwhile.done)), ==, 1);
  assert_before (test, "batch Archive", "batch INBOX");
  assert_list (test, "INBOX", "new new new new new new new new new new new new");
  assert_list (test, "Archive", "old");
}

/* What the user has done leaves while a folder is listed, and what was on its way says nothing against it. */
static void
test_marked_meanwhile (gconstpointer folder)
{
  g_autoptr(TestEngine) test = new_filled ("imap", 12);
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, folder, "old");
  g_autofree char *line = g_strdup_printf ("flags %s", (const char *) folder);
  Meanwhile meanwhile;

  act_at (&meanwhile, test, "batch INBOX", mark);
  meanwhile.messages = messages;
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  test_await (g_steal_pointer (&meanwhile.done));
  assert_before (test, line, "batch INBOX");
  g_assert_cmpuint (test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS), ==, 0);
  assert_list (test, folder, g_str_equal (folder, "INBOX") ? "m12 m11 m10 m9 m8 m7 m6 m5 m4 m3 m2 m1 old*" : "old*");
}

/* So does a move, whether where it goes was listed before or is after. */
static void
test_moved_meanwhile (gconstpointer question)
{
  g_autoptr(TestEngine) test = new_filled ("imap", 7);
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "Archive", "old");
  Meanwhile meanwhile;

  act_at (&meanwhile, test, question, move);
  meanwhile.messages = messages;
  g_assert_cmpuint (test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS), ==, 7);
  test_await (g_steal_pointer (&meanwhile.done));
  assert_list (test, "Archive", "");
  assert_list (test, "Trash", "old");
  g_assert_cmpuint (test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS), ==, 0);
  assert_list (test, "Trash", "old");
  g_assert_cmpint (valija_folder_get_total (test_engine_folder (test, "Archive")), ==, 0);
}

static guint
count_batches (TestEngine *test)
{
  g_auto(GStrv) parts = g_strsplit (test->server->log->str, "batch INBOX", -1);

  return g_strv_length (parts) - 1;
}

/* Who asks for what is being listed gains nothing by going first; and a POP3 mailbox is all there is. */
static void
test_same_meanwhile (gconstpointer kind)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(TestEngine) test = new_filled (kind, 12);
      Meanwhile meanwhile;

      act_at (&meanwhile, test, "batch INBOX", i == 0 && g_str_equal (kind, "pop3") ? take_turn : open_inbox);
      g_assert_cmpuint (test_engine_sync (test, 0), ==, 12);
      if (meanwhile.act == open_inbox)
        g_assert_cmpuint (test_await_uint (g_steal_pointer (&meanwhile.done)), ==, 0);
      else
        test_await (g_steal_pointer (&meanwhile.done));
      g_assert_cmpuint (count_batches (test), ==, meanwhile.act == open_inbox ? 5 : 4);
    }
}

/* One that waits for its turn ends at once when it is cancelled; what it had is there, and the rest comes later. */
static void
test_cancelled_meanwhile (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap", 12);
  g_autoptr(ValijaProgress) progress = valija_progress_new ("test");
  g_autoptr(DexFuture) sync = NULL;
  g_autoptr(ValijaTurn) turn = NULL;
  g_autoptr(GError) error = NULL;
  Meanwhile meanwhile;

  act_at (&meanwhile, test, "batch INBOX", take_turn);
  sync = valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS, progress);
  valija_wait_until (meanwhile.done != NULL);
  turn = test_await_boxed (g_steal_pointer (&meanwhile.done));
  test_engine_settle ();
  g_assert_true (dex_future_is_pending (sync));

  valija_progress_cancel (progress);
  g_assert_false (test_try (g_steal_pointer (&sync), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_list (test, "INBOX", "m3 m2 m1 old");

  g_clear_pointer (&turn, valija_turn_unref);
  g_assert_cmpuint (test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS), ==, 9);
}

/* Nor does it sign in again for an account that is no more. */
static void
test_removed_meanwhile (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap", 12);
  g_autoptr(DexFuture) sync = NULL;
  g_autoptr(ValijaTurn) turn = NULL;
  Meanwhile meanwhile;

  act_at (&meanwhile, test, "batch INBOX", take_turn);
  sync = valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS, NULL);
  valija_wait_until (meanwhile.done != NULL);
  turn = test_await_boxed (g_steal_pointer (&meanwhile.done));
  test_await (valija_engine_remove_account (test->engine, test->account, TRUE));

  fake_server_clear_log (test->server);
  g_clear_pointer (&turn, valija_turn_unref);
  test_await_error (g_steal_pointer (&sync), VALIJA_ERROR_DISCONNECTED);
  g_assert_cmpstr (test->server->log->str, ==, "");
}

/* Whole messages come for one folder at a time, each once, and next for the one that the user has opened. */
static void
test_bodies_in_view_next (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap", 510);
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);
  g_autoptr(DexFuture) sync = NULL;
  Meanwhile meanwhile;

  test->server->batch = 1000;
  test->server->stall = dex_promise_new ();
  g_object_set (test->account, "body-days", -1, NULL);
  act_at (&meanwhile, test, "fetch 512", open_archive);
  sync = valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS, NULL);
  valija_wait_until (valija_lane_is_urgent (runtime->fetching, NULL));
  dex_promise_resolve_boolean (test->server->stall, TRUE);
  test_await_uint (g_steal_pointer (&sync));
  test_await_uint (g_steal_pointer (&meanwhile.done));

  g_assert_nonnull (strstr (test->server->log->str, "fetch 14; fetch 13; fetch 1; fetch 12; fetch 11;"));
  g_assert_true (g_str_has_suffix (test->server->log->str, "fetch 3; fetch 2"));
  assert_list (test, "Archive", "old+");
}

static DexFuture *
check_archive (Meanwhile *meanwhile)
{
  return valija_engine_sync_folder (meanwhile->test->engine, test_engine_folder (meanwhile->test, "Archive"), 0, NULL);
}

/* And before what is fetched for later, for whoever has asked for it, though he looks elsewhere. */
static void
test_bodies_asked_for_next (void)
{
  g_autoptr(TestEngine) test = new_filled ("imap", 510);
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);
  g_autoptr(DexFuture) sync = NULL;
  Meanwhile meanwhile;

  test->server->batch = 1000;
  test->server->stall = dex_promise_new ();
  g_object_set (test->account, "body-days", -1, NULL);
  act_at (&meanwhile, test, "fetch 512", check_archive);
  sync = valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_BACKGROUND,
                                     NULL);
  valija_wait_until (valija_lane_is_urgent (runtime->fetching, NULL));
  dex_promise_resolve_boolean (test->server->stall, TRUE);
  test_await_uint (g_steal_pointer (&sync));
  test_await_uint (g_steal_pointer (&meanwhile.done));

  g_assert_nonnull (strstr (test->server->log->str, "fetch 14; fetch 13; fetch 1; fetch 12; fetch 11;"));
  g_assert_true (g_str_has_suffix (test->server->log->str, "fetch 3; fetch 2"));
  assert_list (test, "Archive", "old+");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/lane/one-after-the-other", test_one_after_the_other);
  g_test_add_func ("/engine/lane/user-first", test_user_first);
  g_test_add_func ("/engine/lane/urgent", test_urgent);
  g_test_add_func ("/engine/lane/opened-meanwhile", test_opened_meanwhile);
  g_test_add_data_func ("/engine/lane/marked-meanwhile/another", "Archive", test_marked_meanwhile);
  g_test_add_data_func ("/engine/lane/marked-meanwhile/the-same", "INBOX", test_marked_meanwhile);
  g_test_add_data_func ("/engine/lane/moved-meanwhile/before-both", "batch INBOX", test_moved_meanwhile);
  g_test_add_data_func ("/engine/lane/moved-meanwhile/between", "batch Archive", test_moved_meanwhile);
  g_test_add_data_func ("/engine/lane/moved-meanwhile/after", "batch Trash", test_moved_meanwhile);
  g_test_add_data_func ("/engine/lane/same-meanwhile/imap", "imap", test_same_meanwhile);
  g_test_add_data_func ("/engine/lane/same-meanwhile/pop3", "pop3", test_same_meanwhile);
  g_test_add_func ("/engine/lane/cancelled-meanwhile", test_cancelled_meanwhile);
  g_test_add_func ("/engine/lane/removed-meanwhile", test_removed_meanwhile);
  g_test_add_func ("/engine/lane/bodies-in-view-next", test_bodies_in_view_next);
  g_test_add_func ("/engine/lane/bodies-asked-for-next", test_bodies_asked_for_next);

  return g_test_run ();
}
