/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-engine.h"

#include "base/valija-error.h"

#define SYNC_HEADERS (VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS)

static TestEngine *
make_engine (void)
{
  TestEngine *test = test_engine_new ("imap");

  fake_server_add_message (test->server, "INBOX", "one");
  fake_server_add_message (test->server, "INBOX", "two");
  fake_server_add_message (test->server, "Archive", "old");
  test_engine_sync (test, SYNC_HEADERS);
  fake_server_clear_log (test->server);

  return test;
}

static guint
count_found (TestEngine *test, const char *text, ValijaFolder *folder, GArray *found)
{
  g_autoptr(GPtrArray) messages = test_await_boxed (valija_engine_load_found (test->engine, text, NULL, folder, found,
                                                                              0));

  return messages->len;
}

static void
ask_again (TestEngine *test, ValijaServerSearch *server, ValijaAccount *account, ValijaFolder *folder, const char *text)
{
  test_await (valija_engine_search_server (test->engine, account, folder, text, server));
  g_assert_false (valija_server_search_get_asking (server));
}

static ValijaServerSearch *
ask (TestEngine *test, ValijaAccount *account, ValijaFolder *folder, const char *text)
{
  ValijaServerSearch *server = valija_server_search_new ();

  ask_again (test, server, account, folder, text);
  return server;
}

static guint
count_messages (ValijaServerSearch *server)
{
  return valija_server_search_get_messages (server)->len;
}

/* Of a message whose headers alone are here its text is not; the server finds it, and it is listed without being
 * fetched. */
static void
test_text (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerSearch) server = NULL;

  g_assert_cmpuint (count_found (test, "\"body of two\"", NULL, NULL), ==, 0);
  server = ask (test, test->account, NULL, "\"body of two\"");
  g_assert_cmpuint (count_messages (server), ==, 1);
  g_assert_cmpuint (valija_server_search_get_problems (server)->len, ==, 0);
  g_assert_cmpuint (valija_server_search_get_n_folders (server), >, 1);
  g_assert_cmpuint (valija_server_search_get_n_older (server), ==, 0);
  g_assert_nonnull (strstr (test->server->log->str, "search INBOX"));
  g_assert_nonnull (strstr (test->server->log->str, "search Archive"));
  g_assert_null (strstr (test->server->log->str, "headers"));
  g_assert_null (strstr (test->server->log->str, "fetch"));
  g_assert_cmpuint (count_found (test, "\"body of two\"", NULL, valija_server_search_get_messages (server)), ==, 1);
}

/* Of what is not known here the headers come, as the server tells them; one folder is asked after the other, so that
 * a connection is left for the user. */
static void
test_unknown (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerSearch) server = NULL;
  const char *three = fake_server_add_message (test->server, "INBOX", "three");

  fake_server_set_flags (test->server, "INBOX", three, VALIJA_FLAG_SEEN);
  server = ask (test, test->account, NULL, "\"body of three\"");
  g_assert_cmpuint (count_messages (server), ==, 1);
  g_assert_nonnull (strstr (test->server->log->str, "search INBOX; headers INBOX; search "));
  g_assert_null (strstr (test->server->log->str, "fetch"));
  assert_list (test, "INBOX", "three* two one");

  /* Nothing of it is in the way of the next round */
  test_engine_sync (test, SYNC_HEADERS);
  assert_list (test, "INBOX", "three* two one");
}

static gboolean
has_found (ValijaServerSearch *server, ValijaMessage *message)
{
  GArray *messages = valija_server_search_get_messages (server);

  for (guint i = 0; i < messages->len; i++)
    if (g_array_index (messages, gint64, i) == valija_message_get_id (message))
      return TRUE;

  return FALSE;
}

/* The newest of each folder come first; how many more there are is told, and they come when somebody asks again. What
 * has answered to the end is left in peace. */
static void
test_limits (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerSearch) server = NULL;
  g_autoptr(ValijaMessage) newest = NULL;
  g_autoptr(ValijaMessage) last = NULL;

  for (guint i = 0; i < 450; i++)
    {
      g_autofree char *subject = g_strdup_printf ("m%u", i);

      fake_server_add_message (test->server, "INBOX", subject);
    }

  server = ask (test, test->account, NULL, "ody");
  newest = test_engine_find (test, "INBOX", "m449");
  last = test_engine_find (test, "INBOX", "m250");
  g_assert_true (has_found (server, newest));
  g_assert_true (has_found (server, last));
  g_assert_cmpuint (count_messages (server), ==, 200 + 1);
  g_assert_cmpuint (valija_server_search_get_n_older (server), ==, 252);

  fake_server_clear_log (test->server);
  ask_again (test, server, test->account, NULL, "ody");
  g_assert_cmpuint (count_messages (server), ==, 400 + 1);
  g_assert_cmpuint (valija_server_search_get_n_older (server), ==, 52);
  g_assert_cmpstr (test->server->log->str, ==, "search INBOX; headers INBOX");

  ask_again (test, server, test->account, NULL, "ody");
  g_assert_cmpuint (count_messages (server), ==, 452 + 1);
  g_assert_cmpuint (valija_server_search_get_n_older (server), ==, 0);
}

/* All folders are asked, however many there are. */
static void
test_folders (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerSearch) server = NULL;

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *name = g_strdup_printf ("Project %02u", i);

      fake_server_add_folder (test->server, name, VALIJA_FOLDER_ROLE_NONE);
    }
  fake_server_add_message (test->server, "Project 49", "far");
  test_engine_sync (test, SYNC_HEADERS);

  server = ask (test, test->account, NULL, "\"body of far\"");
  g_assert_cmpuint (count_messages (server), ==, 1);
  g_assert_cmpuint (valija_server_search_get_n_folders (server), ==, 54);
}

/* Once nobody wants to know no other folder is asked. */
static void
abandon_cb (FakeServer *fake, gpointer user_data)
{
  valija_server_search_abandon (user_data);
}

static void
test_abandoned (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerSearch) server = valija_server_search_new ();

  test->server->on_question = abandon_cb;
  test->server->user_data = server;
  ask_again (test, server, test->account, NULL, "ody");
  g_assert_cmpstr (test->server->log->str, ==, "search INBOX");
}

/* A message that is fetched because it is read is found by its text as well. */
static void
test_read (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaMessage) row = test_engine_find (test, "INBOX", "two");
  g_autoptr(ValijaMimeMessage) message = NULL;

  g_assert_cmpuint (count_found (test, "\"body of two\"", NULL, NULL), ==, 0);
  message = test_await_object (valija_engine_load_message (test->engine, row));
  g_assert_cmpuint (count_found (test, "\"body of two\"", NULL, NULL), ==, 1);
}

/* A server finds words inside others: they are listed though nothing here has them, where they lie in the scope and are
 * what else was asked for. */
static void
test_scope (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  ValijaFolder *inbox = test_engine_folder (test, "INBOX");
  ValijaFolder *archive = test_engine_folder (test, "archive");
  g_autoptr(ValijaServerSearch) server = ask (test, test->account, NULL, "ody");
  g_autoptr(ValijaServerSearch) of_folder = NULL;
  g_autoptr(ValijaServerSearch) of_inboxes = NULL;
  g_autoptr(ValijaServerSearch) of_term = NULL;
  GArray *found = valija_server_search_get_messages (server);

  g_assert_cmpuint (found->len, ==, 3);
  g_assert_cmpuint (count_found (test, "ody", NULL, NULL), ==, 0);
  g_assert_cmpuint (count_found (test, "ody", NULL, found), ==, 3);
  g_assert_cmpuint (count_found (test, "ody", archive, found), ==, 1);
  g_assert_cmpuint (count_found (test, "ody", valija_engine_get_all_inboxes (test->engine), found), ==, 2);
  g_assert_cmpuint (count_found (test, "ody is:starred", NULL, found), ==, 0);

  of_folder = ask (test, NULL, archive, "ody");
  g_assert_cmpuint (valija_server_search_get_n_folders (of_folder), ==, 1);
  g_assert_cmpuint (count_messages (of_folder), ==, 1);
  of_inboxes = ask (test, NULL, valija_engine_get_all_inboxes (test->engine), "ody");
  g_assert_cmpuint (valija_server_search_get_n_folders (of_inboxes), ==, 1);
  g_assert_cmpuint (count_messages (of_inboxes), ==, 2);

  fake_server_clear_log (test->server);
  of_term = ask (test, NULL, NULL, "ody in:archive");
  g_assert_cmpuint (count_messages (of_term), ==, 1);
  g_assert_null (strstr (test->server->log->str, "search INBOX"));
  g_assert_true (inbox != archive);
}

static void
assert_problem (ValijaServerSearch *server, const char *words)
{
  GPtrArray *problems = valija_server_search_get_problems (server);

  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (problems, 0), words));
}

/* A folder that is refused keeps nobody from the others, and is asked again the next time. */
static void
test_refused (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerSearch) server = NULL;

  test->server->refuse_search = "INBOX";
  server = ask (test, test->account, NULL, "ody");
  g_assert_cmpuint (count_messages (server), ==, 1);
  assert_problem (server, "could not be searched: This folder is not for you.");

  test->server->refuse_search = NULL;
  ask_again (test, server, test->account, NULL, "ody");
  g_assert_cmpuint (count_messages (server), ==, 3);
  g_assert_cmpuint (valija_server_search_get_problems (server)->len, ==, 0);
}

/* A server that does not let us in is asked for no other folder, and one that puts off several for no more of them. */
static void
test_put_off (void)
{
  static const struct { ValijaStep step; guint most; } cases[] = {
    { VALIJA_STEP_SIGN_IN, 1 },
    { VALIJA_STEP_OPEN_FOLDER, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(TestEngine) test = make_engine ();
      g_autoptr(ValijaServerSearch) server = valija_server_search_new ();
      guint before;

      for (guint n = 0; n < 20; n++)
        {
          g_autofree char *name = g_strdup_printf ("F%02u", n);

          fake_server_add_folder (test->server, name, VALIJA_FOLDER_ROLE_NONE);
        }
      test_engine_sync (test, SYNC_HEADERS);

      before = test->server->questions;
      test->server->fail_at = before + 1;
      test->server->stays_down = TRUE;
      test->server->fail_code = VALIJA_ERROR_TRY_LATER;
      test->server->fail_step = cases[i].step;
      test_await_error (valija_engine_search_server (test->engine, test->account, NULL, "ody", server),
                        VALIJA_ERROR_TRY_LATER);
      g_assert_cmpuint (test->server->questions - before, <=, cases[i].most);
    }
}

/* What was found before the connection broke is not lost. */
static void
test_broken (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerSearch) server = NULL;

  test->server->fail_at = test->server->questions + 3;
  test->server->fail_code = VALIJA_ERROR_TIMED_OUT;
  test->server->stays_down = TRUE;
  server = ask (test, test->account, NULL, "ody");
  g_assert_cmpuint (count_messages (server), ==, 2);
  assert_problem (server, "Not all folders of");
}

/* Of several accounts one that fails is told of, beside what the others have found; one alone fails. */
static void
test_failures (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerSearch) failed = valija_server_search_new ();
  g_autoptr(ValijaServerSearch) server = NULL;
  g_autoptr(ValijaServerSearch) partly = NULL;

  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_TIMED_OUT;
  test->server->stays_down = TRUE;
  test_await_error (valija_engine_search_server (test->engine, test->account, NULL, "ody", failed),
                    VALIJA_ERROR_TIMED_OUT);
  g_assert_error (valija_server_search_get_error (failed), VALIJA_ERROR, VALIJA_ERROR_TIMED_OUT);
  g_assert_false (valija_server_search_get_asking (failed));
  test->server->fail_at = 0;

  test_engine_add (test, "pop3");
  server = ask (test, NULL, NULL, "ody");
  g_assert_cmpuint (count_messages (server), ==, 3);
  g_assert_cmpuint (valija_server_search_get_problems (server)->len, ==, 0);

  test_engine_add (test, "imap");
  test->server->fail_at = test->server->questions + 1;
  partly = ask (test, NULL, NULL, "ody");
  g_assert_cmpuint (valija_server_search_get_problems (partly)->len, >=, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (valija_server_search_get_problems (partly), 0), "could not be asked"));
}

/* Where all mail is here nobody is to be asked. */
static void
test_nobody (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3");
  g_autoptr(ValijaServerSearch) server = valija_server_search_new ();

  test_await_error (valija_engine_search_server (test->engine, test->account, NULL, "x", server),
                    VALIJA_ERROR_UNSUPPORTED);
  test_await_error (valija_engine_search_server (test->engine, NULL, NULL, "x", server), VALIJA_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/engine/search/text", test_text);
  g_test_add_func ("/engine/search/unknown", test_unknown);
  g_test_add_func ("/engine/search/limits", test_limits);
  g_test_add_func ("/engine/search/folders", test_folders);
  g_test_add_func ("/engine/search/abandoned", test_abandoned);
  g_test_add_func ("/engine/search/read", test_read);
  g_test_add_func ("/engine/search/scope", test_scope);
  g_test_add_func ("/engine/search/refused", test_refused);
  g_test_add_func ("/engine/search/put-off", test_put_off);
  g_test_add_func ("/engine/search/broken", test_broken);
  g_test_add_func ("/engine/search/failures", test_failures);
  g_test_add_func ("/engine/search/nobody", test_nobody);

  return g_test_run ();
}
