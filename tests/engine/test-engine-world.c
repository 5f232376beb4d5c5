/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The engine with the session of IMAP under it, against the Dovecot of tests/world. */

#include "config.h"

#include <json-glib/json-glib.h>

#include "sessions/imap/valija-imap-session.h"
#include "support/valija-wait.h"
#include "valija-test-engine.h"

#define N_INBOX   2000
#define N_OTHER   600
#define N_MOVED   20

static JsonObject *world;

static ValijaSession *
create_session (ValijaSessionContext *context, ValijaSide side, gpointer user_data, GError **error)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new (json_object_get_string_member (world, "password"), -1);

  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);
  return valija_imap_session_new (context);
}

/* What others have delivered, into a folder that the server has made. */
static void
deliver (const char *user, const char *folder, guint n)
{
  g_autofree char *directory = g_build_filename (json_object_get_string_member (world, "directory"), "mail", user,
                                                 "Maildir", folder, "new", NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%u.M%uP1.world", directory, 1700000000 + i, i);
      g_autofree char *text = g_strdup_printf ("From: luis@example.org\nSubject: m%s%u\n"
                                               "Message-ID: <%s.%u@example.org>\n"
                                               "Date: Tue, 14 Nov 2023 22:13:20 +0000\n\nText\n", folder, i, folder, i);
      g_autoptr(GError) error = NULL;

      g_file_set_contents_full (name, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, &error);
      g_assert_no_error (error);
    }
}

static TestEngine *
create_engine (const char *user)
{
  g_autofree char *address = g_strconcat (user, "@example.org", NULL);
  TestEngine *test = test_engine_new ("imap");

  valija_engine_find_runtime (test->engine, test->account)->factory = create_session;
  g_object_set (test->account, "timeout", 30, "body-days", 0, NULL);
  g_object_set (valija_account_get_incoming (test->account), "host", json_object_get_string_member (world, "host"),
                "port", (guint) json_object_get_int_member (world, "imaps_port"), "security",
                (int) VALIJA_SECURITY_TLS, "user", address, "ca-file",
                json_object_get_string_member (world, "ca"), NULL);
  return test;
}

/* @user has much mail, of which nothing is here yet. */
static TestEngine *
create_filled (const char *user)
{
  g_autoptr(TestEngine) before = create_engine (user);
  g_autoptr(ValijaMailOrganizer) organizer = NULL;

  test_engine_sync (before, VALIJA_SYNC_ALL_FOLDERS);
  organizer = valija_account_runtime_dup_organizer (valija_engine_find_runtime (before->engine, before->account), NULL);
  valija_folder_info_unref (test_await_boxed (valija_mail_organizer_create_folder (organizer, NULL, "Projects")));
  deliver (user, "Projects", N_OTHER);
  deliver (user, ".", N_INBOX);
  return create_engine (user);
}

static GPtrArray *
load (TestEngine *test, const char *folder, guint limit)
{
  return test_await_boxed (valija_engine_load_messages (test->engine, test_engine_folder (test, folder),
                                                        VALIJA_SHOW_ALL, limit));
}

static guint
count (TestEngine *test, const char *folder)
{
  g_autoptr(GPtrArray) rows = load (test, folder, 0);

  return rows->len;
}

static gboolean
is_journal_empty (TestEngine *test)
{
  g_autoptr(GPtrArray) lines = test_await_boxed (valija_store_list_operations (test->engine->store,
                                                                               test->account_id));

  return lines->len == 0;
}

/* The account is synchronised for the first time, and the newest of its inbox are there. */
static DexFuture *
begin (TestEngine *test)
{
  g_autoptr(ValijaProgress) progress = valija_progress_new ("test");
  DexFuture *sync = valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_ALL_FOLDERS, progress);

  valija_wait_until (valija_progress_get_done (progress) > 0);
  return sync;
}

static void
note_progress_cb (ValijaProgress *progress, GParamSpec *pspec, guint64 *before)
{
  guint64 done = valija_progress_get_done (progress);

  /* Back to nothing is another folder */
  g_assert_true (done == 0 || done >= *before);
  *before = done;
}

/* What the user opens and marks then does not wait for the rest of it. */
static void
test_user_first (void)
{
  g_autoptr(TestEngine) test = create_filled ("mei");
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);
  g_autoptr(DexFuture) sync = begin (test);
  g_autoptr(GPtrArray) newest = load (test, "INBOX", 1);
  ValijaFolder *projects = test_engine_folder (test, "Projects");
  g_autoptr(ValijaUndo) undo = NULL;
  g_autoptr(DexFuture) flushing = NULL;
  g_autoptr(ValijaMessage) again = NULL;
  guint64 before = 0;
  guint n_listed;

  g_signal_connect (valija_account_status_get_progress (status), "notify::done", G_CALLBACK (note_progress_cb),
                    &before);
  undo = test_await_object (valija_engine_change_flags (test->engine, newest, VALIJA_FLAG_FLAGGED, VALIJA_FLAG_SEEN));
  flushing = valija_engine_flush (test->engine, test->account);
  valija_engine_set_folder_in_view (test->engine, projects);
  g_assert_cmpuint (test_await_uint (valija_engine_sync_folder (test->engine, projects, VALIJA_SYNC_HEADERS, NULL)),
                    ==, N_OTHER);
  test_await (g_steal_pointer (&flushing));
  g_assert_true (is_journal_empty (test));
  n_listed = count (test, "INBOX");
  g_test_message ("%u were listed by then", n_listed);
  g_assert_true (dex_future_is_pending (sync));

  g_assert_cmpuint (n_listed, <, N_INBOX);

  g_assert_cmpuint (test_await_uint (g_steal_pointer (&sync)), ==, N_INBOX);
  g_assert_cmpuint (count (test, "INBOX"), ==, N_INBOX);
  g_assert_cmpuint (test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS), ==, 0);
  again = test_engine_find (test, "INBOX", valija_message_get_subject (newest->pdata[0]));
  g_assert_cmpint (valija_message_get_flags (again) & (VALIJA_FLAG_FLAGGED | VALIJA_FLAG_SEEN), ==,
                   VALIJA_FLAG_FLAGGED);
}

/* What is moved while its folder is listed is in the other one then, once, and nothing else is missing. */
static void
test_moved_meanwhile (void)
{
  g_autoptr(TestEngine) test = create_filled ("omar");
  g_autoptr(DexFuture) sync = begin (test);
  g_autoptr(GPtrArray) some = load (test, "INBOX", N_MOVED);
  ValijaFolder *projects = test_engine_folder (test, "Projects");
  g_autoptr(ValijaUndo) undo = test_await_object (valija_engine_move_messages (test->engine, some, projects));

  test_await (valija_engine_flush (test->engine, test->account));
  g_assert_true (dex_future_is_pending (sync));
  test_await_uint (g_steal_pointer (&sync));

  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (count (test, "INBOX"), ==, N_INBOX - N_MOVED);
      g_assert_cmpuint (count (test, "Projects"), ==, N_OTHER + N_MOVED);
      g_assert_cmpuint (test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS), ==, 0);
    }
}

int
main (int argc, char *argv[])
{
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GError) error = NULL;

  dex_init ();
  g_test_init (&argc, &argv, NULL);
  json_parser_load_from_file (parser, g_getenv ("VALIJA_WORLD"), &error);
  g_assert_no_error (error);
  world = json_node_get_object (json_parser_get_root (parser));

  g_test_add_func ("/engine/world/user-first", test_user_first);
  g_test_add_func ("/engine/world/moved-meanwhile", test_moved_meanwhile);

  return g_test_run ();
}
