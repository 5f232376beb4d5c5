/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-engine.h"

#include <glib/gstdio.h>

/* ---- Files ---- */

static char *
account_path (TestEngine *test, const char *id)
{
  g_autofree char *name = g_strconcat (id, ".account", NULL);

  return g_build_filename (test->directory, "config", "accounts", name, NULL);
}

static void
write_file (TestEngine *test, const char *id, const char *contents)
{
  g_autofree char *path = account_path (test, id);
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, contents, -1, &error);
  g_assert_no_error (error);
}

static void
test_file (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
  g_autofree char *path = account_path (test, test->account_id);
  g_autofree char *contents = NULL;
  g_autoptr(ValijaAccount) changed = NULL;
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_nonnull (strstr (contents, "mail.example.org"));

  changed = valija_account_copy (test->account);
  g_object_set (changed, "full-name", "Ana Núñez", NULL);
  test_await (valija_engine_update_account (test->engine, changed, NULL, NULL));
  g_assert_cmpstr (valija_account_get_full_name (test->account), ==, "Ana Núñez");

  test_engine_close (test);
  test_engine_open (test);
  g_assert_cmpstr (valija_account_get_full_name (test->account), ==, "Ana Núñez");
  g_assert_true (valija_engine_find_account (test->engine, "imap+smtp") == test->account);
  g_assert_true (valija_engine_find_account (test->engine, "ANA@example.org") == test->account);
  g_assert_null (valija_engine_find_account (test->engine, "somebody"));
}

/* A file that cannot be used is told of, stays as it is, and keeps nothing else from working. */
static void
test_bad_files (void)
{
  static const char * const contents[] = {
    "no key file at all",
    "[Account]\nid=somebody-else\nmethod=imap\n",
    "",
  };
  g_autoptr(TestEngine) test = test_engine_new ("imap");

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autofree char *id = g_strdup_printf ("bad-%u", i);

      write_file (test, id, contents[i]);
    }

  test_engine_close (test);
  test_engine_open (test);
  g_assert_nonnull (test->account);
  g_assert_cmpuint (g_list_model_get_n_items (valija_engine_get_accounts (test->engine)), ==, 1);
  g_assert_cmpuint (test->notices->len, ==, G_N_ELEMENTS (contents));
  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autofree char *id = g_strdup_printf ("bad-%u", i);
      g_autofree char *path = account_path (test, id);

      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

static void
test_remove (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3");
  g_autofree char *path = account_path (test, test->account_id);
  g_autoptr(ValijaAccount) account = g_object_ref (test->account);
  g_autoptr(GPtrArray) rows = NULL;

  fake_server_add_message (test->server, "INBOX", "only-here");
  test_engine_sync (test, 0);
  test_await (valija_engine_remove_account (test->engine, account, FALSE));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (g_list_model_get_n_items (valija_engine_get_accounts (test->engine)), ==, 0);
  test_await_error (valija_engine_sync_account (test->engine, account, 0, NULL), VALIJA_ERROR_NOT_FOUND);

  /* Its mail was not to be thrown away, and comes back with the account. */
  test_await (valija_engine_add_account (test->engine, account, NULL, NULL));
  test->account = account;
  assert_list (test, "INBOX", "only-here+");
  test_await (valija_engine_remove_account (test->engine, account, TRUE));
  test_await (valija_engine_add_account (test->engine, account, NULL, NULL));
  g_assert_null (valija_engine_find_folder (test->engine, account, "INBOX"));
}

/* Who has no address is known by the server and the name there. */
static void
test_remove_without_address (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3");
  g_autoptr(ValijaAccount) other = valija_account_new ("pop3");
  g_autoptr(ValijaAccount) again = valija_account_new ("pop3");

  g_object_set (test->account, "email", "", NULL);
  g_object_set (valija_account_get_incoming (test->account), "user", "ana", NULL);
  test_await (valija_engine_update_account (test->engine, test->account, NULL, NULL));
  fake_server_add_message (test->server, "INBOX", "only-here");
  test_engine_sync (test, 0);
  test_await (valija_engine_remove_account (test->engine, test->account, FALSE));

  g_object_set (valija_account_get_incoming (other), "host", "mail.example.org", "user", "luis", NULL);
  test_await (valija_engine_add_account (test->engine, other, NULL, NULL));
  g_assert_null (valija_engine_find_folder (test->engine, other, "INBOX"));
  g_object_set (valija_account_get_incoming (again), "host", "mail.example.org", "user", "ana", NULL);
  test_await (valija_engine_add_account (test->engine, again, NULL, NULL));
  test->account = again;
  assert_list (test, "INBOX", "only-here+");
}

static void
test_invalid (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaAccount) empty = valija_account_new ("imap");
  g_autofree char *path = account_path (test, valija_account_get_id (empty));

  test_await_error (valija_engine_add_account (test->engine, empty, NULL, NULL), VALIJA_ERROR_INVALID);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  test_await_error (valija_engine_add_account (test->engine, test->account, NULL, NULL), VALIJA_ERROR_INVALID);
}

static ValijaAccount *
account_like (ValijaAccount *account, const char *method)
{
  ValijaAccount *like = valija_account_new (method);
  ValijaServer *server = valija_account_get_incoming (account);

  g_object_set (like, "email", "ANA@example.org", "name", "other", NULL);
  g_object_set (valija_account_get_incoming (like), "host", valija_server_get_host (server),
                "user", valija_server_get_user (server), NULL);
  return like;
}

/* One mailbox is set up once, under whatever name; an address may be at two servers. */
static void
test_twice (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaAccount) same = account_like (test->account, "imap");
  g_autoptr(ValijaAccount) fetched = account_like (test->account, "pop3");
  g_autofree char *path = account_path (test, valija_account_get_id (same));

  test_await_error (valija_engine_add_account (test->engine, same, NULL, NULL), VALIJA_ERROR_INVALID);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  test_await (valija_engine_add_account (test->engine, fetched, NULL, NULL));
  g_object_set (valija_account_get_incoming (same), "host", "new.example.org", NULL);
  test_await (valija_engine_add_account (test->engine, same, NULL, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (valija_engine_get_accounts (test->engine)), ==, 3);
}

/* Nor does one become another by a change; all else of it may change. */
static void
test_changed_to_another (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(ValijaAccount) other = account_like (test->account, "imap");
  g_autoptr(ValijaAccount) changed = NULL;
  g_autofree char *host = g_strdup (valija_server_get_host (valija_account_get_incoming (test->account)));

  g_object_set (valija_account_get_incoming (other), "host", "new.example.org", NULL);
  test_await (valija_engine_add_account (test->engine, other, NULL, NULL));

  changed = valija_account_copy (other);
  g_object_set (valija_account_get_incoming (changed), "host", host, NULL);
  test_await_error (valija_engine_update_account (test->engine, changed, NULL, NULL), VALIJA_ERROR_INVALID);
  g_assert_cmpstr (valija_server_get_host (valija_account_get_incoming (other)), ==, "new.example.org");

  g_object_set (valija_account_get_incoming (changed), "host", "newer.example.org", NULL);
  test_await (valija_engine_update_account (test->engine, changed, NULL, NULL));
  g_assert_cmpstr (valija_server_get_host (valija_account_get_incoming (other)), ==, "newer.example.org");
}

/* Of two that are set up at once one is there, and nothing of the other. */
static void
test_twice_at_once (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3");
  g_autoptr(ValijaAccount) first = account_like (test->account, "imap");
  g_autoptr(ValijaAccount) second = account_like (test->account, "imap");
  g_autofree char *first_path = account_path (test, valija_account_get_id (first));
  g_autofree char *second_path = account_path (test, valija_account_get_id (second));
  DexFuture *first_added = valija_engine_add_account (test->engine, first, NULL, NULL);
  DexFuture *second_added = valija_engine_add_account (test->engine, second, NULL, NULL);
  g_autoptr(GError) error = NULL;
  gboolean first_is_there = test_try (first_added, &error);

  g_assert_cmpint (test_try (second_added, first_is_there ? &error : NULL), ==, !first_is_there);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
  g_assert_cmpuint (g_list_model_get_n_items (valija_engine_get_accounts (test->engine)), ==, 2);
  g_assert_cmpint (g_file_test (first_path, G_FILE_TEST_EXISTS), ==, first_is_there);
  g_assert_cmpint (g_file_test (second_path, G_FILE_TEST_EXISTS), ==, !first_is_there);
}

/* ---- What can be done ---- */

static void
test_why_not (void)
{
  static const struct
  {
    const char *kind;
    ValijaAction action;
    const char *folder;      /* nullable */
    const char *reason;      /* NULL: it can be done */
  } cases[] = {
    { "imap", VALIJA_ACTION_READ, NULL, NULL },
    { "imap", VALIJA_ACTION_REPLY, NULL, "IMAP reads only. Add an SMTP server to reply." },
    { "imap", VALIJA_ACTION_FORWARD, NULL, "IMAP reads only. Add an SMTP server to forward." },
    { "imap", VALIJA_ACTION_COMPOSE, NULL, "IMAP reads only. Add an SMTP server to write." },
    { "imap", VALIJA_ACTION_MOVE, "INBOX", NULL },
    { "imap", VALIJA_ACTION_COPY, "INBOX", NULL },
    { "imap", VALIJA_ACTION_CREATE_FOLDER, NULL, NULL },
    { "imap+smtp", VALIJA_ACTION_REPLY, "INBOX", NULL },
    { "pop3", VALIJA_ACTION_REPLY, "INBOX", "POP3 reads only. Add an SMTP server to reply." },
    { "pop3", VALIJA_ACTION_MARK_READ, "INBOX", NULL },
    { "pop3", VALIJA_ACTION_DELETE, "INBOX", NULL },
    { "pop3", VALIJA_ACTION_MOVE, "INBOX", NULL },
    { "pop3", VALIJA_ACTION_COPY, "INBOX", NULL },
    { "imap", VALIJA_ACTION_RENAME_FOLDER, "INBOX",
      "Folders such as Inbox and Sent belong to the account and stay as they are. Other folders can be renamed and "
      "removed." },
    { "pop3", VALIJA_ACTION_CREATE_FOLDER, NULL, NULL },
    { "smtp", VALIJA_ACTION_CREATE_FOLDER, NULL,
      "SMTP has no folders on the server. An account with IMAP has them." },
    { "pop3", VALIJA_ACTION_SEARCH_SERVER, "INBOX",
      "POP3 cannot search on the server. All its mail is on this computer: search here." },
    { "pop3+smtp", VALIJA_ACTION_COMPOSE, NULL, NULL },
    { "smtp", VALIJA_ACTION_COMPOSE, NULL, NULL },
    { "smtp", VALIJA_ACTION_READ, NULL, "SMTP only sends. Add an account with IMAP or POP3 to read." },
    { "smtp", VALIJA_ACTION_DELETE, NULL,
      "SMTP only sends, so there is no mail here. Add an account with IMAP or POP3 to read." },
    { "smtp", VALIJA_ACTION_DELETE, "drafts", NULL },
    { "smtp", VALIJA_ACTION_COPY, "drafts", NULL },
    { "smtp", VALIJA_ACTION_COPY, NULL, "SMTP only sends. Add an account with IMAP or POP3 to read." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(TestEngine) test = test_engine_new (cases[i].kind);
      ValijaFolder *folder = NULL;
      g_autofree char *reason = NULL;

      g_test_message ("%u: %s", i, cases[i].kind);
      if (!g_str_equal (cases[i].kind, "smtp"))
        test_engine_sync (test, 0);
      if (cases[i].folder != NULL)
        folder = test_engine_folder (test, cases[i].folder);
      reason = valija_engine_why_not (test->engine, test->account, folder, cases[i].action);
      g_assert_cmpstr (reason, ==, cases[i].reason);
    }
}

static void
test_why_not_without_account (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autofree char *reason = valija_engine_why_not (test->engine, NULL, NULL, VALIJA_ACTION_COMPOSE);

  g_assert_cmpstr (reason, ==, "There is no account yet. Add one that sends first.");
}

/* ---- The account test ---- */

static char *
describe_steps (GListStore *steps)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (steps)); i++)
    {
      g_autoptr(ValijaTestStep) step = g_list_model_get_item (G_LIST_MODEL (steps), i);

      g_string_append_printf (text, "%s%s/%s=%s", i > 0 ? " " : "",
                              valija_side_to_nick (valija_test_step_get_side (step)),
                              valija_step_to_nick (valija_test_step_get_step (step)),
                              valija_test_state_to_nick (valija_test_step_get_state (step)));
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_account_test (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
  g_autoptr(GListStore) steps = g_list_store_new (VALIJA_TYPE_TEST_STEP);
  g_autoptr(GPtrArray) facts = NULL;
  g_autofree char *text = NULL;

  fake_server_add_message (test->server, "INBOX", "a");
  test->server->alert = "Down at noon";
  facts = test_await_boxed (valija_engine_test_account (test->engine, test->account, NULL, NULL, steps));
  g_assert_cmpuint (facts->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (facts, 0), ==, "Message of the server: Down at noon");
  g_assert_cmpstr (g_ptr_array_index (facts, 1), ==, "Software: Fake");

  /* These servers are reached without a wire: what a wire would tell is left out. */
  text = describe_steps (steps);
  g_assert_cmpstr (text, ==,
                   "incoming/connect=skipped incoming/secure=skipped incoming/sign-in=skipped "
                   "incoming/list-folders=passed incoming/open-folder=passed incoming/fetch=passed "
                   "outgoing/connect=skipped outgoing/secure=skipped outgoing/sign-in=skipped");
  assert_server (test, "INBOX", "1:a");
  g_assert_null (valija_engine_find_folder (test->engine, test->account, "INBOX"));
}

/* One half that fails does not keep the other from being tried. */
static void
test_account_test_fails (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
  g_autoptr(GListStore) steps = g_list_store_new (VALIJA_TYPE_TEST_STEP);
  g_autofree char *text = NULL;

  test->server->fail_at = 2;
  test->server->fail_code = VALIJA_ERROR_REFUSED;
  test_await_error (valija_engine_test_account (test->engine, test->account, NULL, NULL, steps), VALIJA_ERROR_REFUSED);
  text = describe_steps (steps);
  g_assert_nonnull (strstr (text, "incoming/open-folder=failed incoming/fetch=skipped"));
  g_assert_cmpstr (test->server->log->str, ==, "list; batch INBOX; open");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/accounts/file", test_file);
  g_test_add_func ("/engine/accounts/bad-files", test_bad_files);
  g_test_add_func ("/engine/accounts/remove", test_remove);
  g_test_add_func ("/engine/accounts/remove-without-address", test_remove_without_address);
  g_test_add_func ("/engine/accounts/invalid", test_invalid);
  g_test_add_func ("/engine/accounts/twice", test_twice);
  g_test_add_func ("/engine/accounts/changed-to-another", test_changed_to_another);
  g_test_add_func ("/engine/accounts/twice-at-once", test_twice_at_once);
  g_test_add_func ("/engine/why-not/table", test_why_not);
  g_test_add_func ("/engine/why-not/no-account", test_why_not_without_account);
  g_test_add_func ("/engine/account-test/passes", test_account_test);
  g_test_add_func ("/engine/account-test/fails", test_account_test_fails);

  return g_test_run ();
}
