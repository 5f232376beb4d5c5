/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-engine.h"

#include "support/valija-wait.h"

#include <signal.h>

static gint64
enqueue (TestEngine *test, const char *to, const char *subject)
{
  g_autoptr(ValijaComposition) composition = test_composition (to, subject);

  return test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
}

static ValijaOutboxItem *
item (TestEngine *test, guint position)
{
  g_autoptr(ValijaOutboxItem) found = g_list_model_get_item (valija_engine_get_outbox (test->engine), position);

  g_assert_nonnull (found);
  return found;
}

static ValijaOutboxState
state (TestEngine *test, guint position)
{
  return valija_outbox_item_get_state (item (test, position));
}

static DexFuture *
flush (TestEngine *test)
{
  return valija_engine_flush_outbox (test->engine, test->account);
}

static void
fail_next (TestEngine *test, guint questions, int code)
{
  test->server->fail_at = test->server->questions + questions;
  test->server->fail_code = code;
}

static void
test_sent (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  enqueue (test, "luis@example.org", "one");
  enqueue (test, "luis@example.org, mei@example.org", "two");
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 2);
  g_assert_cmpstr (test->server->log->str, ==, "open; send; send");
  g_assert_cmpuint (test->server->sent->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (test->server->sent, 1), ==, "ana@example.org>luis@example.org,mei@example.org");
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_SENT);
  g_assert_cmpstr (valija_outbox_item_get_words (item (test, 0)), ==, "The server said: “250 2.0.0 queued”");

  /* Once is once. */
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  g_assert_cmpuint (test->server->sent->len, ==, 2);
}

/* The subjects in the Sent folder of this computer; NULL where there is none. */
static char *
list_sent_here (TestEngine *test, ValijaAccountRuntime *runtime)
{
  ValijaFolder *folder = valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_SENT, TRUE);
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(GString) list = g_string_new (NULL);

  if (folder == NULL)
    return NULL;

  messages = test_await_boxed (valija_engine_load_messages (test->engine, folder, VALIJA_SHOW_ALL, 0));
  for (guint i = 0; i < messages->len; i++)
    {
      g_assert_true (valija_message_get_has_source (g_ptr_array_index (messages, i)));
      g_assert_false (valija_message_get_unread (g_ptr_array_index (messages, i)));
      g_string_append (list, valija_message_get_subject (g_ptr_array_index (messages, i)));
    }

  return g_string_free (g_steal_pointer (&list), FALSE);
}

static void
test_copies (void)
{
  static const struct
  {
    const char *kind;
    ValijaKeepSent keep;
    gboolean server_keeps;
    const char *here;
    const char *there;
  } cases[] = {
    { "imap+smtp", VALIJA_KEEP_SENT_SERVER, FALSE, NULL, "1:one*" },
    { "imap+smtp", VALIJA_KEEP_SENT_SERVER, TRUE, NULL, "" },
    { "imap+smtp", VALIJA_KEEP_SENT_HERE, FALSE, "one", "" },
    { "imap+smtp", VALIJA_KEEP_SENT_NOT, FALSE, NULL, "" },
    { "pop3+smtp", VALIJA_KEEP_SENT_HERE, FALSE, "one", "" },
    { "pop3+smtp", VALIJA_KEEP_SENT_SERVER, FALSE, "", "" },
    { "smtp", VALIJA_KEEP_SENT_NOT, FALSE, NULL, "" },
    { "smtp", VALIJA_KEEP_SENT_HERE, FALSE, "one", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(TestEngine) test = test_engine_new (cases[i].kind);
      ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);
      g_autofree char *here = NULL;

      g_test_message ("%s, %s", cases[i].kind, valija_keep_sent_to_nick (cases[i].keep));
      g_object_set (test->account, "keep-sent", cases[i].keep, NULL);
      test->server->keeps_sent = cases[i].server_keeps;
      if (!g_str_equal (cases[i].kind, "smtp"))
        test_engine_sync (test, 0);
      enqueue (test, "luis@example.org", "one");
      g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
      if (g_str_has_prefix (cases[i].kind, "imap"))
        test_await (valija_engine_flush (test->engine, test->account));
      test_await (valija_engine_load_folders (test->engine, runtime));

      assert_server (test, "Sent", cases[i].there);
      here = list_sent_here (test, runtime);
      g_assert_cmpstr (here, ==, cases[i].here);
    }
}

static void
test_partly_refused (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  g_object_set (test->account, "keep-sent", VALIJA_KEEP_SENT_HERE, NULL);
  test->server->refuse_recipient = "nobody@example.org";
  enqueue (test, "luis@example.org, nobody@example.org", "one");
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_ERROR);
  g_assert_nonnull (strstr (valija_outbox_item_get_words (item (test, 0)),
                            "nobody@example.org\nThe server said: “550 5.1.1 no such user”"));
  g_assert_null (strstr (valija_outbox_item_get_words (item (test, 0)), "luis@example.org"));

  /* Tried again it goes to whom it has not reached, and to nobody twice. */
  test->server->refuse_recipient = NULL;
  test_await (valija_engine_retry_outbox_item (test->engine, item (test, 0)));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpstr (g_ptr_array_index (test->server->sent, 1), ==, "ana@example.org>nobody@example.org");

  /* One message, one copy. */
  test_await (valija_engine_load_folders (test->engine, valija_engine_find_runtime (test->engine, test->account)));
  assert_list (test, "sent", "one*+");
}

/* Those that are only put off wait for their turn, and those that have got it are left alone. */
static void
test_partly_put_off (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  g_object_set (test->account, "keep-sent", VALIJA_KEEP_SENT_HERE, NULL);
  test->server->refuse_recipient = "grey@example.org";
  test->server->refuse_for_now = TRUE;
  enqueue (test, "luis@example.org, grey@example.org", "one");
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
  g_assert_true (valija_outbox_item_is_retry (item (test, 0)));
  g_assert_cmpint (valija_outbox_item_get_due (item (test, 0)), >, now);
  g_assert_nonnull (strstr (valija_outbox_item_get_words (item (test, 0)),
                            "grey@example.org: The server is busy.\nThe server said: “450 4.2.0 greylisted”"));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);

  test->server->refuse_recipient = NULL;
  test_await (valija_engine_retry_outbox_item (test->engine, item (test, 0)));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpstr (g_ptr_array_index (test->server->sent, 1), ==, "ana@example.org>grey@example.org");
  test_await (valija_engine_load_folders (test->engine, valija_engine_find_runtime (test->engine, test->account)));
  assert_list (test, "sent", "one*+");
}

/* A server that cannot be reached is asked less and less often. */
static void
test_back_off (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  gint64 delays[3];

  enqueue (test, "luis@example.org", "one");
  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      gint64 now = g_get_real_time () / G_USEC_PER_SEC;

      fail_next (test, 1, VALIJA_ERROR_CONNECT);
      test_await_error (flush (test), VALIJA_ERROR_CONNECT);
      g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
      delays[i] = valija_outbox_item_get_due (item (test, 0)) - now;
      /* The time has come */
      test_await (valija_store_set_outbox_state (test->engine->store, valija_outbox_item_get_id (item (test, 0)),
                                                 VALIJA_OUTBOX_PENDING, VALIJA_OUTBOX_PENDING, "x", 0, NULL));
    }

  g_assert_cmpint (delays[0], >=, 60);
  g_assert_cmpint (delays[1], >=, 2 * 60);
  g_assert_cmpint (delays[2], >, delays[1]);
}

/* As if it had been tried that often. */
static void
wear_out (TestEngine *test, guint position, guint attempts)
{
  for (guint i = 0; i < attempts; i++)
    test_await (valija_store_set_outbox_state (test->engine->store, valija_outbox_item_get_id (item (test, position)),
                                               VALIJA_OUTBOX_PENDING, VALIJA_OUTBOX_PENDING, "x", 0, NULL));
}

/* Five days of "later" are a no; a line that is down is none. */
static void
test_put_off_for_good (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  enqueue (test, "luis@example.org", "one");
  wear_out (test, 0, 200);
  fail_next (test, 1, VALIJA_ERROR_CONNECT);
  test_await_error (flush (test), VALIJA_ERROR_CONNECT);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
  wear_out (test, 0, 1);
  fail_next (test, 2, VALIJA_ERROR_TRY_LATER);
  test_await_error (flush (test), VALIJA_ERROR_TRY_LATER);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_ERROR);
  g_assert_nonnull (strstr (valija_outbox_item_get_words (item (test, 0)), "for five days"));

  /* Whoever says "Send Again" begins anew. */
  test_await (valija_engine_retry_outbox_item (test->engine, item (test, 0)));
  fail_next (test, 2, VALIJA_ERROR_TRY_LATER);
  test_await_error (flush (test), VALIJA_ERROR_TRY_LATER);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
}

static void
test_partly_put_off_for_good (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  test->server->refuse_recipient = "grey@example.org";
  test->server->refuse_for_now = TRUE;
  enqueue (test, "luis@example.org, grey@example.org", "one");
  wear_out (test, 0, 124);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_ERROR);
  g_assert_nonnull (strstr (valija_outbox_item_get_words (item (test, 0)), "put off 1 recipient for five days"));

  test->server->refuse_recipient = NULL;
  test_await (valija_engine_retry_outbox_item (test->engine, item (test, 0)));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpstr (g_ptr_array_index (test->server->sent, 1), ==, "ana@example.org>grey@example.org");
}

/* Broken off before anything is said it waits; in the middle nobody knows. */
static void
test_broken_off (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  enqueue (test, "luis@example.org", "one");
  test->server->fail_cancelled = TRUE;
  fail_next (test, 1, 0);
  g_assert_false (test_try (flush (test), NULL));
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
  wear_out (test, 0, 1);
  fail_next (test, 2, 0);
  g_assert_false (test_try (flush (test), NULL));
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_UNCERTAIN);
  g_assert_nonnull (strstr (valija_outbox_item_get_words (item (test, 0)), "sent mail"));
}

static void
test_transient_waits (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  enqueue (test, "luis@example.org", "one");
  enqueue (test, "luis@example.org", "two");
  fail_next (test, 2, VALIJA_ERROR_TRY_LATER);
  test_await_error (flush (test), VALIJA_ERROR_TRY_LATER);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
  g_assert_cmpuint (valija_outbox_item_get_attempts (item (test, 0)), ==, 1);
  g_assert_nonnull (valija_outbox_item_get_words (item (test, 0)));

  /* It is not due yet; the second one is. */
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
  g_assert_cmpint (state (test, 1), ==, VALIJA_OUTBOX_SENT);

  test_await (valija_engine_retry_outbox_item (test->engine, item (test, 0)));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
}

static void
test_wrong_password (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  enqueue (test, "luis@example.org", "one");
  enqueue (test, "luis@example.org", "two");
  fail_next (test, 1, VALIJA_ERROR_AUTHENTICATION);
  test_await_error (flush (test), VALIJA_ERROR_AUTHENTICATION);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_ERROR);
  g_assert_cmpint (state (test, 1), ==, VALIJA_OUTBOX_ERROR);
  g_assert_cmpstr (test->server->log->str, ==, "open");
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  g_assert_cmpstr (test->server->log->str, ==, "open");
}

static void
test_uncertain (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  enqueue (test, "luis@example.org", "one");
  fail_next (test, 2, VALIJA_ERROR_UNCERTAIN);
  test_await_error (flush (test), VALIJA_ERROR_UNCERTAIN);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_UNCERTAIN);

  /* Never again by itself, also not after a restart. */
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  test_engine_close (test);
  test_engine_open (test);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  g_assert_cmpuint (test->server->sent->len, ==, 0);

  test_await (valija_engine_retry_outbox_item (test->engine, item (test, 0)));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
}

/* "It was sent": as if the server had said so, with the copy; and only where nobody knew. */
static void
test_it_was_sent (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  g_object_set (test->account, "keep-sent", VALIJA_KEEP_SENT_HERE, NULL);
  enqueue (test, "luis@example.org", "one");
  test_await_error (valija_engine_confirm_outbox_item (test->engine, item (test, 0)), VALIJA_ERROR_INVALID);
  fail_next (test, 2, VALIJA_ERROR_UNCERTAIN);
  test_await_error (flush (test), VALIJA_ERROR_UNCERTAIN);
  test_await (valija_engine_confirm_outbox_item (test->engine, item (test, 0)));
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_SENT);
  test_await_error (valija_engine_confirm_outbox_item (test->engine, item (test, 0)), VALIJA_ERROR_INVALID);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  g_assert_cmpuint (test->server->sent->len, ==, 0);
  test_await (valija_engine_load_folders (test->engine, valija_engine_find_runtime (test->engine, test->account)));
  assert_list (test, "sent", "one*+");
}

/* A server that files what it sends has it among the sent mail: nobody needs to be asked. What we filed there ourselves
 * proves nothing, and neither does what an earlier attempt left there. */
static void
test_settled_by_sent (void)
{
  static const struct { gboolean there; guint tries; ValijaOutboxState state; } cases[] = {
    { TRUE, 0, VALIJA_OUTBOX_SENT },
    { FALSE, 0, VALIJA_OUTBOX_UNCERTAIN },
    { TRUE, 1, VALIJA_OUTBOX_UNCERTAIN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
      g_autoptr(GBytes) source = NULL;
      g_autofree char *text = NULL;
      gint64 id;

      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
      id = enqueue (test, "luis@example.org", "one");
      source = test_await_boxed (valija_store_load_outbox_source (test->engine->store, id));
      text = g_strndup (g_bytes_get_data (source, NULL), g_bytes_get_size (source));
      wear_out (test, 0, cases[i].tries);
      fail_next (test, 2, VALIJA_ERROR_UNCERTAIN);
      test_await_error (flush (test), VALIJA_ERROR_UNCERTAIN);
      if (cases[i].there)
        fake_server_add_source (test->server, "Sent", text);
      test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
      g_assert_cmpint (state (test, 0), ==, cases[i].state);
    }
}

static guint
count_sending (TestEngine *test)
{
  g_autoptr(GPtrArray) rows = test_await_boxed (valija_store_list_outbox (test->engine->store));
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    n += ((ValijaStoredOutbox *) g_ptr_array_index (rows, i))->state == VALIJA_OUTBOX_SENDING;

  return n;
}

static void
count_cb (FakeServer *server, gpointer user_data)
{
  if (g_str_has_suffix (server->log->str, "send"))
    g_assert_cmpuint (count_sending (user_data), ==, 3);
}

/* Three are on their way at once, all written down before the first; each ends as the server says of it. */
static void
test_overlapping (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  test->server->overlaps = TRUE;
  test->server->on_question = count_cb;
  test->server->user_data = test;
  enqueue (test, "luis@example.org", "one");
  enqueue (test, "luis@example.org", "two");
  enqueue (test, "luis@example.org", "three");
  fail_next (test, 3, VALIJA_ERROR_UNCERTAIN);
  test_await_error (flush (test), VALIJA_ERROR_UNCERTAIN);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_SENT);
  g_assert_cmpint (state (test, 1), ==, VALIJA_OUTBOX_UNCERTAIN);
  g_assert_cmpint (state (test, 2), ==, VALIJA_OUTBOX_SENT);
  g_assert_cmpuint (test->server->sent->len, ==, 2);
  g_assert_cmpstr (test->server->log->str, ==, "open; send; send; send");
}

static void
count_ahead_cb (FakeServer *server, gpointer user_data)
{
  if (g_str_has_suffix (server->log->str, "send"))
    g_assert_cmpuint (count_sending (user_data), ==, server->sent->len < 32 ? 32 : 16);
}

/* The next begin together when few are left, and not one with each answer: that would be a turn for each. */
static void
test_begin_together (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  test->server->overlaps = TRUE;
  for (guint i = 0; i < 40; i++)
    enqueue (test, "luis@example.org", "one");
  test->server->on_question = count_ahead_cb;
  test->server->user_data = test;
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 40);
  g_assert_cmpuint (test->server->sent->len, ==, 40);
}

static void
none_done_cb (FakeServer *server, gpointer user_data)
{
  TestEngine *test = user_data;
  ValijaProgress *progress =
    valija_account_status_get_progress (valija_engine_get_status (test->engine, test->account));

  if (g_str_has_suffix (server->log->str, "send"))
    g_assert_cmpuint (valija_progress_get_done (progress), ==, 0);
}

/* Messages that are on their way at one time are not counted before they have arrived. */
static void
test_progress_counts_what_is_done (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  test->server->overlaps = TRUE;
  test->server->on_question = none_done_cb;
  test->server->user_data = test;
  enqueue (test, "luis@example.org", "one");
  enqueue (test, "luis@example.org", "two");
  enqueue (test, "luis@example.org", "three");
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 3);
}

static void
look_cb (FakeServer *server, gpointer user_data)
{
  TestEngine *test = user_data;

  if (!g_str_has_suffix (server->log->str, "send"))
    return;

  /* Pulled out here, the next start must find that something was going on. */
  server->on_question = NULL;
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr(GPtrArray) rows = test_await_boxed (valija_store_list_outbox (test->engine->store));
      ValijaStoredOutbox *row = g_ptr_array_index (rows, 0);

      g_assert_cmpint (row->state, ==, VALIJA_OUTBOX_SENDING);
    }
}

static void
test_sending_is_written_first (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  enqueue (test, "luis@example.org", "one");
  test->server->on_question = look_cb;
  test->server->user_data = test;
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
}

static void
test_not_sent_without_sense (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3");
  g_autoptr(ValijaComposition) good = test_composition ("luis@example.org", "one");
  g_autoptr(ValijaComposition) bad = test_composition ("", "one");
  g_autoptr(GError) error = NULL;
  g_autofree char *copy = valija_engine_describe_sent_copy (test->engine, test->account);

  g_assert_false (test_try (valija_engine_send (test->engine, test->account, good, 0), &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "POP3 reads only. Add an SMTP server to write.");
  g_assert_nonnull (copy);

  test->account = test_engine_add (test, "smtp");
  test_await_error (valija_engine_send (test->engine, test->account, bad, 0), VALIJA_ERROR_INVALID);
  g_assert_cmpuint (g_list_model_get_n_items (valija_engine_get_outbox (test->engine)), ==, 0);
}

static void
test_source (void)
{
  static const char text[] = "From: Ana <ana@example.org>\r\nTo: luis@example.org\r\nBcc: mei@example.org\r\n"
                             "Subject: raw\r\nMessage-ID: <raw@example.org>\r\n\r\nHello.\r\n";
  static const char * const extra[] = { "omar@example.org", NULL };
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  g_autoptr(GBytes) source = g_bytes_new_static (text, strlen (text));
  g_autoptr(GBytes) sent = NULL;
  g_autofree char *body = NULL;
  gint64 id;

  id = test_await_int64 (valija_engine_send_source (test->engine, test->account, source, extra, 0));
  sent = test_await_boxed (valija_store_load_outbox_source (test->engine->store, id));
  body = g_strndup (g_bytes_get_data (sent, NULL), g_bytes_get_size (sent));
  g_assert_null (strstr (body, "mei@example.org"));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpstr (g_ptr_array_index (test->server->sent, 0), ==,
                   "ana@example.org>luis@example.org,mei@example.org,omar@example.org");
}

/* Nothing leaves but by the user's word, to whom it was asked for, from nobody who could be answered. */
static void
test_confirmation (void)
{
  static const char asking[] = "From: Luis <luis@example.org>\r\nTo: ana@example.org\r\nSubject: read\r\n"
                               "Message-ID: <read@example.org>\r\nDisposition-Notification-To: luis@example.org\r\n"
                               "\r\nRead me.\r\n";
  g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
  g_autoptr(ValijaMessage) message = NULL;
  g_autoptr(ValijaMessage) again = NULL;

  fake_server_add_source (test->server, "INBOX", asking);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  message = test_engine_find (test, "INBOX", "read");
  g_assert_cmpuint (test->server->sent->len, ==, 0);

  test_await (valija_engine_answer_confirmation (test->engine, message, TRUE));
  g_assert_cmpuint (test_await_uint (valija_engine_flush_outbox (test->engine, test->account)), ==, 1);
  g_assert_cmpuint (test->server->sent->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (test->server->sent, 0), ==, ">luis@example.org");
  test_await (valija_engine_flush (test->engine, test->account));
  again = test_engine_find (test, "INBOX", "read");
  g_assert_true ((valija_message_get_flags (again) & VALIJA_FLAG_MDN_SENT) != 0);
  g_assert_nonnull (strstr (test->server->log->str, "flags INBOX 1 +256 -0"));
}

static void
test_confirmation_declined (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaMessage) message = NULL;

  fake_server_add_message (test->server, "INBOX", "a");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  message = test_engine_find (test, "INBOX", "a");
  test_await_error (valija_engine_answer_confirmation (test->engine, message, TRUE), VALIJA_ERROR_UNSUPPORTED);
  test_await (valija_engine_answer_confirmation (test->engine, message, FALSE));
  test_await (valija_engine_flush (test->engine, test->account));
  g_assert_nonnull (strstr (test->server->log->str, "flags INBOX 1 +256 -0"));
  g_assert_cmpuint (g_list_model_get_n_items (valija_engine_get_outbox (test->engine)), ==, 0);
}

/* Without a message, by the account's own sender; what is no address never gets that far. */
static void
test_check_address (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
  g_autoptr(TestEngine) reading = test_engine_new ("pop3");
  g_autoptr(ValijaAddressCheck) check = NULL;

  test->server->refuse_recipient = "gone@example.org";
  check = test_await_boxed (valija_engine_check_address (test->engine, test->account, "gone@example.org"));
  g_assert_cmpint (check->verdict, ==, VALIJA_ADDRESS_REFUSED);
  g_assert_nonnull (strstr (test->server->log->str, "check ana@example.org>gone@example.org"));
  fake_server_clear_log (test->server);
  test_await_error (valija_engine_check_address (test->engine, test->account, "no address"), VALIJA_ERROR_INVALID);
  g_assert_cmpstr (test->server->log->str, ==, "");
  test_await_error (valija_engine_check_address (reading->engine, reading->account, "a@example.org"),
                    VALIJA_ERROR_UNSUPPORTED);
  g_assert_cmpuint (test->server->sent->len, ==, 0);
}

static void
cancel_sending (FakeServer *server, gpointer user_data)
{
  TestEngine *test = user_data;
  ValijaProgress *progress =
      valija_account_status_get_progress (valija_engine_get_status (test->engine, test->account));

  if (g_str_has_suffix (server->log->str, "send"))
    {
      valija_progress_cancel (progress);
    }
}

/* What is on its way comes to its end; what is not waits, and says so. */
static void
test_cancel (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  for (int i = 0; i < 3; i++)
    {
      g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "x");

      test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
    }

  test->server->on_question = cancel_sending;
  test->server->user_data = test;
  g_assert_cmpuint (test_await_uint (valija_engine_flush_outbox (test->engine, test->account)), ==, 1);
  g_assert_null (valija_account_status_get_progress (valija_engine_get_status (test->engine, test->account)));
  test->server->on_question = NULL;
  g_assert_cmpuint (test_await_uint (valija_engine_flush_outbox (test->engine, test->account)), ==, 0);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (valija_engine_get_outbox (test->engine), i);

      if (valija_outbox_item_get_state (item) == VALIJA_OUTBOX_PENDING)
        {
          g_assert_true (g_str_has_prefix (valija_outbox_item_get_words (item), "You stopped the sending."));
          test_await (valija_engine_retry_outbox_item (test->engine, item));
        }
    }
  g_assert_cmpuint (test_await_uint (valija_engine_flush_outbox (test->engine, test->account)), ==, 2);
  g_assert_cmpuint (test->server->sent->len, ==, 3);
}

/* A large one shows how much of it went out, and can be taken back as long as that is not all. */
static void
test_cancel_large (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);
  g_autofree char *text = g_strnfill (400000, 'x');
  g_autoptr(ValijaComposition) large = test_composition ("luis@example.org", text);
  g_autoptr(ValijaComposition) small = test_composition ("luis@example.org", "x");
  g_autoptr(DexFuture) flushed = NULL;

  test_await_int64 (valija_engine_send (test->engine, test->account, large, 0));
  test_await_int64 (valija_engine_send (test->engine, test->account, small, 0));
  test->server->stalls_sending = TRUE;
  flushed = valija_engine_flush_outbox (test->engine, test->account);
  valija_wait_until (valija_account_status_get_progress (status) != NULL &&
                     valija_progress_get_done (valija_account_status_get_progress (status)) > 200000);
  g_assert_cmpuint (valija_progress_get_total (valija_account_status_get_progress (status)), >, 400000);
  valija_progress_cancel (valija_account_status_get_progress (status));
  g_assert_cmpuint (test_await_uint (dex_ref (flushed)), ==, 0);
  g_assert_null (valija_account_status_get_progress (status));

  /* Both wait, and neither is uncertain */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (valija_engine_get_outbox (test->engine), i);

      g_assert_cmpint (valija_outbox_item_get_state (item), ==, VALIJA_OUTBOX_PENDING);
      g_assert_true (g_str_has_prefix (valija_outbox_item_get_words (item), "You stopped the sending."));
    }
  g_assert_cmpuint (test_await_uint (valija_engine_flush_outbox (test->engine, test->account)), ==, 0);
  g_assert_cmpuint (test->server->sent->len, ==, 0);
}

/* The connection is on its way, and then fails as it does when nobody waits any more. */
static void
cancel_opening (FakeServer *server, gpointer user_data)
{
  TestEngine *test = user_data;

  if (g_str_has_suffix (server->log->str, "open"))
    valija_progress_cancel (
        valija_account_status_get_progress (valija_engine_get_status (test->engine, test->account)));
}

static void
assert_stopped (TestEngine *test)
{
  g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (valija_engine_get_outbox (test->engine), 0);

  g_assert_cmpint (valija_outbox_item_get_state (item), ==, VALIJA_OUTBOX_PENDING);
  g_assert_true (g_str_has_prefix (valija_outbox_item_get_words (item), "You stopped the sending."));
  g_assert_cmpuint (test_await_uint (valija_engine_flush_outbox (test->engine, test->account)), ==, 0);
  g_assert_cmpuint (test->server->sent->len, ==, 0);
}

static void
test_cancel_opening (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "x");

  test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
  test->server->on_question = cancel_opening;
  test->server->user_data = test;
  g_assert_cmpuint (test_await_uint (valija_engine_flush_outbox (test->engine, test->account)), ==, 0);
  test->server->on_question = NULL;
  assert_stopped (test);
}

/* Somebody said Cancel because nothing went on; what came of that in the end does not send it again in a minute. */
static void
test_cancel_failing (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "x");

  test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
  test->server->on_question = cancel_sending;
  test->server->user_data = test;
  test->server->fail_at = test->server->questions + 2;
  test->server->fail_code = VALIJA_ERROR_TIMED_OUT;
  g_assert_cmpuint (test_await_uint (valija_engine_flush_outbox (test->engine, test->account)), ==, 0);
  test->server->on_question = NULL;
  test->server->fail_at = 0;
  assert_stopped (test);
}

/* A receipt was asked for, and this server gives none: that is told before what it said. */
static void
test_no_receipts (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "x");
  g_autoptr(ValijaOutboxItem) item = NULL;

  g_object_set (composition, "delivery-receipt", TRUE, NULL);
  test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
  test_await_uint (valija_engine_flush_outbox (test->engine, test->account));
  item = g_list_model_get_item (valija_engine_get_outbox (test->engine), 0);
  g_assert_cmpint (valija_outbox_item_get_state (item), ==, VALIJA_OUTBOX_SENT);
  g_assert_cmpstr (valija_outbox_item_get_words (item), ==,
                   "This server gives no delivery receipts. Ask the reader to confirm instead.\n"
                   "The server said: “250 2.0.0 queued”");
}

static void
test_no_words (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "x");

  test->server->silent = TRUE;
  test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
  test_await_uint (valija_engine_flush_outbox (test->engine, test->account));
  g_assert_cmpint (valija_outbox_item_get_state (item (test, 0)), ==, VALIJA_OUTBOX_SENT);
  g_assert_null (valija_outbox_item_get_words (item (test, 0)));
}

typedef struct
{
  TestEngine *test;
  DexFuture *retried;
  DexFuture *removed;
} Meanwhile;

static void
interfere (FakeServer *server, gpointer user_data)
{
  Meanwhile *meanwhile = user_data;

  if (meanwhile->retried != NULL || !g_str_has_suffix (server->log->str, "send"))
    return;

  meanwhile->retried = valija_engine_retry_outbox_item (meanwhile->test->engine, item (meanwhile->test, 0));
  meanwhile->removed = valija_engine_remove_outbox_item (meanwhile->test->engine, item (meanwhile->test, 0));
}

/* The list shows it as waiting still; the store knows better. */
static void
test_on_its_way (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  Meanwhile meanwhile = { .test = test };

  enqueue (test, "luis@example.org", "one");
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
  test->server->on_question = interfere;
  test->server->user_data = &meanwhile;
  fail_next (test, 2, VALIJA_ERROR_UNCERTAIN);
  test_await_error (flush (test), VALIJA_ERROR_UNCERTAIN);
  test_await_error (g_steal_pointer (&meanwhile.retried), VALIJA_ERROR_INVALID);
  test_await_error (g_steal_pointer (&meanwhile.removed), VALIJA_ERROR_INVALID);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_UNCERTAIN);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
}

static void
be_uncertain (TestEngine *test)
{
  test_await (valija_store_set_outbox_state (test->engine->store, valija_outbox_item_get_id (item (test, 0)),
                                             VALIJA_OUTBOX_SENT, VALIJA_OUTBOX_SENDING, NULL, 0, NULL));
  test_engine_close (test);
  test_engine_open (test);
}

/* Valija ended between the copy and the last word. Whoever sends it again all the same has one copy. */
static void
test_one_copy (void)
{
  static const ValijaKeepSent keeps[] = { VALIJA_KEEP_SENT_HERE, VALIJA_KEEP_SENT_SERVER };

  for (guint i = 0; i < G_N_ELEMENTS (keeps); i++)
    {
      g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
      ValijaAccountRuntime *runtime;
      g_autofree char *here = NULL;

      g_object_set (test->account, "keep-sent", keeps[i], NULL);
      test_engine_sync (test, 0);
      enqueue (test, "luis@example.org", "one");
      g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
      be_uncertain (test);
      g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_UNCERTAIN);
      test_await (valija_engine_retry_outbox_item (test->engine, item (test, 0)));
      g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
      test_await (valija_engine_flush (test->engine, test->account));
      runtime = valija_engine_find_runtime (test->engine, test->account);
      test_await (valija_engine_load_folders (test->engine, runtime));

      here = list_sent_here (test, runtime);
      g_assert_cmpstr (here, ==, keeps[i] == VALIJA_KEEP_SENT_HERE ? "one" : NULL);
      assert_server (test, "Sent", keeps[i] == VALIJA_KEEP_SENT_HERE ? "" : "1:one*");
    }
}

/* A time stands in the store: whoever ends before it finds the message as it was, and it goes once. */
static void
test_due (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr(ValijaComposition) later = test_composition ("luis@example.org", "later");
  g_autoptr(ValijaComposition) passed = test_composition ("luis@example.org", "passed");

  test_await_int64 (valija_engine_send (test->engine, test->account, later, now + 3600));
  test_await_int64 (valija_engine_send (test->engine, test->account, passed, now - 1));
  test_engine_close (test);
  test_engine_open (test);

  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
  g_assert_cmpint (valija_outbox_item_get_due (item (test, 0)), ==, now + 3600);
  g_assert_false (valija_outbox_item_is_retry (item (test, 0)));
  g_assert_cmpint (state (test, 1), ==, VALIJA_OUTBOX_SENT);
  test_engine_close (test);
  test_engine_open (test);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);

  /* "Send Now" */
  test_await (valija_engine_retry_outbox_item (test->engine, item (test, 0)));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpuint (test->server->sent->len, ==, 2);
}

#define PROFILE_VARIABLE "VALIJA_TEST_PROFILE"
#define ACCOUNT_VARIABLE "VALIJA_TEST_ACCOUNT"

/* In a process of its own: somebody writes, sends a message that may still be taken back, and the plug is pulled. */
static void
be_killed (void)
{
  TestEngine *test = g_new0 (TestEngine, 1);
  g_autoptr(ValijaComposition) unfinished = test_composition ("luis@example.org", "unfinished");
  g_autoptr(ValijaComposition) finished = test_composition ("luis@example.org", "finished");
  g_autoptr(ValijaComposition) undo = test_composition ("luis@example.org", "undo");
  gint64 draft;

  test->directory = g_strdup (g_getenv (PROFILE_VARIABLE));
  test->account_id = g_strdup (g_getenv (ACCOUNT_VARIABLE));
  g_assert_nonnull (test->directory);
  test->server = fake_server_new ();
  test->notices = g_ptr_array_new_with_free_func (g_free);
  test_engine_open (test);

  draft = test_await_int64 (valija_engine_save_draft (test->engine, test->account, unfinished, 0));
  test_await_int64 (valija_engine_save_draft (test->engine, test->account, finished, draft));
  test_await_int64 (valija_engine_send (test->engine, test->account, undo,
                                        g_get_real_time () / G_USEC_PER_SEC + 30));
  raise (SIGKILL);
}

/* The last version of the draft is there, once; and so is the message, which waits and then goes once. */
static void
test_killed (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3+smtp");

  test_engine_close (test);
  g_setenv (PROFILE_VARIABLE, test->directory, TRUE);
  g_setenv (ACCOUNT_VARIABLE, test->account_id, TRUE);
  g_test_trap_subprocess ("/engine/outbox/killed/subprocess", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_assert_false (g_test_trap_has_passed ());

  test_engine_open (test);
  assert_list (test, "drafts", "finished*+");
  g_assert_cmpuint (g_list_model_get_n_items (valija_engine_get_outbox (test->engine)), ==, 1);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_PENDING);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);

  test_await (valija_engine_retry_outbox_item (test->engine, item (test, 0)));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  g_assert_cmpuint (test->server->sent->len, ==, 1);
}

static char *
dup_recipients (TestEngine *test, gint64 draft)
{
  g_autoptr(ValijaMessage) message = test_await_object (valija_engine_find_message (test->engine, draft));
  g_autoptr(ValijaMimeMessage) mime = test_await_object (valija_engine_load_message (test->engine, message));
  g_autoptr(ValijaComposition) composition = valija_composition_new_draft (mime);
  g_autofree char *to = NULL;
  g_autofree char *bcc = NULL;

  g_object_get (composition, "to", &to, "bcc", &bcc, NULL);
  return g_strdup_printf ("%s|%s", to, bcc);
}

/* What is taken back is a draft, and for those alone that have not got it. */
static void
test_withdraw (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3+smtp");
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org, Mei <gone@example.org>", "one");
  g_autofree char *all = NULL;
  g_autofree char *rest = NULL;
  gint64 draft;

  g_object_set (composition, "bcc", "omar@example.org", NULL);
  test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
  draft = test_await_int64 (valija_engine_withdraw_outbox_item (test->engine, item (test, 0)));
  g_assert_cmpuint (g_list_model_get_n_items (valija_engine_get_outbox (test->engine)), ==, 0);
  all = dup_recipients (test, draft);
  g_assert_cmpstr (all, ==, "luis@example.org, Mei <gone@example.org>|omar@example.org");
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  test_await (valija_engine_drop_draft (test->engine, draft));

  test->server->refuse_recipient = "gone@example.org";
  test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_ERROR);
  draft = test_await_int64 (valija_engine_withdraw_outbox_item (test->engine, item (test, 0)));
  rest = dup_recipients (test, draft);
  g_assert_cmpstr (rest, ==, "Mei <gone@example.org>|");
}

static void
withdraw_meanwhile (FakeServer *server, gpointer user_data)
{
  Meanwhile *meanwhile = user_data;

  if (meanwhile->removed == NULL && g_str_has_suffix (server->log->str, "send"))
    meanwhile->removed = valija_engine_withdraw_outbox_item (meanwhile->test->engine, item (meanwhile->test, 0));
}

/* "Undo" a moment too late: it is sent, and is no draft. */
static void
test_withdraw_too_late (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3+smtp");
  Meanwhile meanwhile = { .test = test };

  enqueue (test, "luis@example.org", "one");
  test->server->on_question = withdraw_meanwhile;
  test->server->user_data = &meanwhile;
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  test_await_error (g_steal_pointer (&meanwhile.removed), VALIJA_ERROR_INVALID);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_SENT);
  assert_list (test, "drafts", "");
}

#define AGE "UPDATE outbox SET date = date - 8 * 24 * 60 * 60"

static guint
count_items (TestEngine *test)
{
  test_await (valija_engine_load_outbox (test->engine));
  return g_list_model_get_n_items (valija_engine_get_outbox (test->engine));
}

/* A week from when it was sent, however long it had to wait before. */
static void
test_long_wait (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  enqueue (test, "luis@example.org", "one");
  test_engine_write (test, AGE);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpuint (count_items (test), ==, 1);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_SENT);

  test_engine_write (test, AGE);
  g_assert_cmpuint (count_items (test), ==, 0);
}

/* As long as the copy that was wanted could not be kept the outbox has the only one, and tries again. */
static void
test_owed_copy (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  g_object_set (test->account, "keep-sent", VALIJA_KEEP_SENT_HERE, NULL);
  enqueue (test, "luis@example.org", "one");
  test_engine_write (test, "CREATE TRIGGER broken BEFORE INSERT ON message BEGIN SELECT RAISE (ABORT, 'broken'); END");
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 1);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_SENT);
  g_assert_cmpuint (test->notices->len, ==, 1);
  test_engine_write (test, AGE);
  g_assert_cmpuint (count_items (test), ==, 1);
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  g_assert_cmpuint (count_items (test), ==, 1);

  test_engine_write (test, "DROP TRIGGER broken");
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  test_await (valija_engine_load_folders (test->engine, valija_engine_find_runtime (test->engine, test->account)));
  assert_list (test, "sent", "one*+");
  g_assert_cmpuint (test->server->sent->len, ==, 1);
  g_assert_cmpuint (count_items (test), ==, 0);
}

static const struct
{
  int failure;              /* of the server; 0: none */
  ValijaOutboxState state;  /* what comes of it */
} unwritten[] = {
  { 0, VALIJA_OUTBOX_SENT },
  { VALIJA_ERROR_RECIPIENT, VALIJA_OUTBOX_ERROR },
  { VALIJA_ERROR_TRY_LATER, VALIJA_OUTBOX_PENDING },
};

/* What became of a message is written as soon as that can be, as the server said it, and the message goes once. */
static void
test_unwritten (void)
{
  G_STATIC_ASSERT (VALIJA_OUTBOX_SENDING == 1);
  for (guint i = 0; i < G_N_ELEMENTS (unwritten); i++)
    {
      g_autoptr(TestEngine) test = test_engine_new ("smtp");

      enqueue (test, "luis@example.org", "one");
      test_engine_write (test, "CREATE TRIGGER full BEFORE UPDATE OF state ON outbox WHEN new.state <> 1"
                               " BEGIN SELECT RAISE (ABORT, 'full'); END");
      if (unwritten[i].failure != 0)
        fail_next (test, 2, unwritten[i].failure);
      test_await_error (flush (test), VALIJA_ERROR_STORAGE);
      g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_SENDING);
      test_await_error (flush (test), VALIJA_ERROR_STORAGE);
      g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_SENDING);

      test_engine_write (test, "DROP TRIGGER full");
      g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
      g_assert_cmpint (state (test, 0), ==, unwritten[i].state);
      g_assert_cmpuint (test->server->sent->len, ==, unwritten[i].failure == 0);
      g_assert_nonnull (valija_outbox_item_get_words (item (test, 0)));
    }
}

/* Nor does it stay as being sent when nobody knows what became of it. */
static void
test_left_behind (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  enqueue (test, "luis@example.org", "one");
  test_engine_write (test, "UPDATE outbox SET state = 1");
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_UNCERTAIN);
  g_assert_cmpuint (test->server->sent->len, ==, 0);
}

/* It is sent, even if neither its copy can be kept nor that it is owed; and that is made up for. */
static void
test_unwritten_copy (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("smtp");

  g_object_set (test->account, "keep-sent", VALIJA_KEEP_SENT_HERE, NULL);
  enqueue (test, "luis@example.org", "one");
  test_engine_write (test, "CREATE TRIGGER broken BEFORE INSERT ON message BEGIN SELECT RAISE (ABORT, 'broken'); END;"
                           "CREATE TRIGGER full BEFORE UPDATE OF copy_kept ON outbox"
                           " BEGIN SELECT RAISE (ABORT, 'full'); END");
  test_await_error (flush (test), VALIJA_ERROR_STORAGE);
  g_assert_cmpint (state (test, 0), ==, VALIJA_OUTBOX_SENT);

  test_engine_write (test, "DROP TRIGGER broken; DROP TRIGGER full");
  g_assert_cmpuint (test_await_uint (flush (test)), ==, 0);
  test_await (valija_engine_load_folders (test->engine, valija_engine_find_runtime (test->engine, test->account)));
  assert_list (test, "sent", "one*+");
  g_assert_cmpuint (test->server->sent->len, ==, 1);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/outbox/sent", test_sent);
  g_test_add_func ("/engine/outbox/copies", test_copies);
  g_test_add_func ("/engine/outbox/partly-refused", test_partly_refused);
  g_test_add_func ("/engine/outbox/partly-put-off", test_partly_put_off);
  g_test_add_func ("/engine/outbox/back-off", test_back_off);
  g_test_add_func ("/engine/outbox/put-off-for-good", test_put_off_for_good);
  g_test_add_func ("/engine/outbox/partly-put-off-for-good", test_partly_put_off_for_good);
  g_test_add_func ("/engine/outbox/broken-off", test_broken_off);
  g_test_add_func ("/engine/outbox/transient-waits", test_transient_waits);
  g_test_add_func ("/engine/outbox/wrong-password", test_wrong_password);
  g_test_add_func ("/engine/outbox/uncertain", test_uncertain);
  g_test_add_func ("/engine/outbox/it-was-sent", test_it_was_sent);
  g_test_add_func ("/engine/outbox/settled-by-sent", test_settled_by_sent);
  g_test_add_func ("/engine/outbox/overlapping", test_overlapping);
  g_test_add_func ("/engine/outbox/begin-together", test_begin_together);
  g_test_add_func ("/engine/outbox/on-its-way", test_on_its_way);
  g_test_add_func ("/engine/outbox/one-copy", test_one_copy);
  g_test_add_func ("/engine/outbox/sending-is-written-first", test_sending_is_written_first);
  g_test_add_func ("/engine/outbox/not-sent-without-sense", test_not_sent_without_sense);
  g_test_add_func ("/engine/outbox/long-wait", test_long_wait);
  g_test_add_func ("/engine/outbox/owed-copy", test_owed_copy);
  g_test_add_func ("/engine/outbox/unwritten", test_unwritten);
  g_test_add_func ("/engine/outbox/left-behind", test_left_behind);
  g_test_add_func ("/engine/outbox/unwritten-copy", test_unwritten_copy);
  g_test_add_func ("/engine/outbox/source", test_source);
  g_test_add_func ("/engine/outbox/progress", test_progress_counts_what_is_done);

  g_test_add_func ("/engine/outbox/due", test_due);
  g_test_add_func ("/engine/outbox/killed", test_killed);
  g_test_add_func ("/engine/outbox/killed/subprocess", be_killed);
  g_test_add_func ("/engine/outbox/withdraw", test_withdraw);
  g_test_add_func ("/engine/outbox/withdraw-too-late", test_withdraw_too_late);
  g_test_add_func ("/engine/outbox/check-address", test_check_address);
  g_test_add_func ("/engine/outbox/cancel", test_cancel);
  g_test_add_func ("/engine/outbox/cancel-large", test_cancel_large);
  g_test_add_func ("/engine/outbox/cancel-opening", test_cancel_opening);
  g_test_add_func ("/engine/outbox/cancel-failing", test_cancel_failing);
  g_test_add_func ("/engine/outbox/no-receipts", test_no_receipts);
  g_test_add_func ("/engine/outbox/no-words", test_no_words);
  g_test_add_func ("/engine/outbox/confirmation", test_confirmation);
  g_test_add_func ("/engine/outbox/confirmation-declined", test_confirmation_declined);

  return g_test_run ();
}
