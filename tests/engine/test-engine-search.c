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

static ValijaServerAnswer *
ask (TestEngine *test, ValijaAccount *account, ValijaFolder *folder, const char *text)
{
  return test_await_boxed (valija_engine_search_server (test->engine, account, folder, text));
}

/* Of a message whose headers alone are here its text is not; the server finds it, and from then on it is found here. */
static void
test_text (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerAnswer) answer = NULL;
  g_autoptr(ValijaServerAnswer) again = NULL;

  g_assert_cmpuint (count_found (test, "\"body of two\"", NULL, NULL), ==, 0);
  answer = ask (test, test->account, NULL, "\"body of two\"");
  g_assert_cmpuint (answer->messages->len, ==, 1);
  g_assert_cmpuint (answer->problems->len, ==, 0);
  g_assert_cmpuint (answer->n_folders, >, 1);
  g_assert_nonnull (strstr (test->server->log->str, "search INBOX"));
  g_assert_nonnull (strstr (test->server->log->str, "search Archive"));
  g_assert_nonnull (strstr (test->server->log->str, "fetch 2"));
  g_assert_cmpuint (count_found (test, "\"body of two\"", NULL, NULL), ==, 1);

  /* What is whole here is named, and not fetched again */
  fake_server_clear_log (test->server);
  again = ask (test, test->account, NULL, "\"body of two\"");
  g_assert_cmpuint (again->messages->len, ==, 1);
  g_assert_null (strstr (test->server->log->str, "fetch"));
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
  g_autoptr(ValijaServerAnswer) answer = ask (test, test->account, NULL, "ody");
  g_autoptr(ValijaServerAnswer) of_folder = NULL;
  g_autoptr(ValijaServerAnswer) of_inboxes = NULL;
  g_autoptr(ValijaServerAnswer) of_term = NULL;

  g_assert_cmpuint (answer->messages->len, ==, 3);
  g_assert_cmpuint (count_found (test, "ody", NULL, NULL), ==, 0);
  g_assert_cmpuint (count_found (test, "ody", NULL, answer->messages), ==, 3);
  g_assert_cmpuint (count_found (test, "ody", archive, answer->messages), ==, 1);
  g_assert_cmpuint (count_found (test, "ody", valija_engine_get_all_inboxes (test->engine), answer->messages), ==, 2);
  g_assert_cmpuint (count_found (test, "ody is:starred", NULL, answer->messages), ==, 0);

  of_folder = ask (test, NULL, archive, "ody");
  g_assert_cmpuint (of_folder->n_folders, ==, 1);
  g_assert_cmpuint (of_folder->messages->len, ==, 1);
  of_inboxes = ask (test, NULL, valija_engine_get_all_inboxes (test->engine), "ody");
  g_assert_cmpuint (of_inboxes->n_folders, ==, 1);
  g_assert_cmpuint (of_inboxes->messages->len, ==, 2);

  fake_server_clear_log (test->server);
  of_term = ask (test, NULL, NULL, "ody in:archive");
  g_assert_cmpuint (of_term->messages->len, ==, 1);
  g_assert_null (strstr (test->server->log->str, "search INBOX"));
  g_assert_true (inbox != archive);
}

/* Of several accounts one that fails is told of, beside what the others have found; one alone fails. */
static void
test_failures (void)
{
  g_autoptr(TestEngine) test = make_engine ();
  g_autoptr(ValijaServerAnswer) answer = NULL;
  g_autoptr(ValijaServerAnswer) partly = NULL;

  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_TIMED_OUT;
  test_await_error (valija_engine_search_server (test->engine, test->account, NULL, "ody"), VALIJA_ERROR_TIMED_OUT);

  test_engine_add (test, "pop3");
  answer = ask (test, NULL, NULL, "ody");
  g_assert_cmpuint (answer->messages->len, ==, 3);
  g_assert_cmpuint (answer->problems->len, ==, 0);

  test_engine_add (test, "imap");
  test->server->fail_at = test->server->questions + 1;
  partly = ask (test, NULL, NULL, "ody");
  g_assert_cmpuint (partly->problems->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (partly->problems, 0), "could not be asked"));
}

/* Where all mail is here nobody is to be asked. */
static void
test_nobody (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3");

  test_await_error (valija_engine_search_server (test->engine, test->account, NULL, "x"), VALIJA_ERROR_UNSUPPORTED);
  test_await_error (valija_engine_search_server (test->engine, NULL, NULL, "x"), VALIJA_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/engine/search/text", test_text);
  g_test_add_func ("/engine/search/read", test_read);
  g_test_add_func ("/engine/search/scope", test_scope);
  g_test_add_func ("/engine/search/failures", test_failures);
  g_test_add_func ("/engine/search/nobody", test_nobody);

  return g_test_run ();
}
