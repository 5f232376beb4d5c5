/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-session.h"
#include "support/valija-script-server.h"
#include "support/valija-wait.h"
#include "valija-test-engine.h"

/* What a look at all folders costs, and what it must not miss. */

#define ALL        (VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS)
#define BACKGROUND (ALL | VALIJA_SYNC_BACKGROUND)
#define N_FOLDERS  20

/* A server that tells all, and three messages that are here. */
static TestEngine *
begin (gboolean whole)
{
  TestEngine *test = test_engine_new ("imap");

  test->server->tells_states = TRUE;
  test->server->tells_whole_states = whole;
  fake_server_add_message (test->server, "INBOX", "a");
  fake_server_add_message (test->server, "INBOX", "b");
  fake_server_add_message (test->server, "Archive", "c");
  test_engine_sync (test, ALL);
  g_assert_cmpstr (test->server->log->str, ==, "open; list; batch INBOX; batch Sent; batch Archive; batch Trash");
  fake_server_clear_log (test->server);

  return test;
}

static void
assert_look (TestEngine *test, guint flags, const char *log)
{
  test_engine_sync (test, flags);
  g_assert_cmpstr (test->server->log->str, ==, log);
  fake_server_clear_log (test->server);
}

static void
assert_counts (TestEngine *test, const char *name, gint64 total, gint64 unread)
{
  ValijaFolder *folder = test_engine_folder (test, name);

  g_assert_cmpint (valija_folder_get_total (folder), ==, total);
  g_assert_cmpint (valija_folder_get_unread (folder), ==, unread);
}

/* Only what has changed is opened, whatever has; and each but once. */
static void
test_whole (void)
{
  g_autoptr(TestEngine) test = begin (TRUE);

  assert_look (test, ALL, "list");
  assert_look (test, BACKGROUND, "list");

  fake_server_add_message (test->server, "Archive", "d");
  assert_look (test, ALL, "list; batch Archive");
  assert_list (test, "archive", "d c");
  assert_counts (test, "archive", 2, 2);

  fake_server_set_flags (test->server, "INBOX", "1", VALIJA_FLAG_FLAGGED);
  assert_look (test, BACKGROUND, "list; batch INBOX");
  assert_list (test, "INBOX", "b a!");

  fake_server_remove (test->server, "INBOX", "2");
  assert_look (test, BACKGROUND, "list; batch INBOX");
  assert_counts (test, "INBOX", 1, 1);
  assert_look (test, ALL, "list");

  /* What was told is known after a restart too */
  test_engine_close (test);
  test_engine_open (test);
  assert_look (test, ALL, "open; list");
  assert_counts (test, "INBOX", 1, 1);

  /* Each anew, though as many */
  fake_server_renumber (test->server, "Archive");
  assert_look (test, ALL, "list; batch Archive");
  assert_list (test, "archive", "d c");
}

/* Where the server does not tell of stars, they are seen by who looks thoroughly or asks himself. */
static void
test_partial (void)
{
  g_autoptr(TestEngine) test = begin (FALSE);

  assert_look (test, BACKGROUND, "list");
  fake_server_set_flags (test->server, "INBOX", "1", VALIJA_FLAG_SEEN);
  assert_look (test, BACKGROUND, "list; batch INBOX");
  assert_list (test, "INBOX", "b a*");

  fake_server_set_flags (test->server, "INBOX", "1", VALIJA_FLAG_SEEN | VALIJA_FLAG_FLAGGED);
  assert_look (test, BACKGROUND, "list");
  assert_list (test, "INBOX", "b a*");
  assert_look (test, BACKGROUND | VALIJA_SYNC_THOROUGH,
               "list; batch INBOX; batch Sent; batch Archive; batch Trash");
  assert_list (test, "INBOX", "b a*!");
  assert_look (test, BACKGROUND, "list");

  fake_server_set_flags (test->server, "Archive", "3", VALIJA_FLAG_FLAGGED);
  test_await_uint (valija_engine_sync_folder (test->engine, test_engine_folder (test, "archive"), 0, NULL));
  assert_list (test, "archive", "c!");
  fake_server_clear_log (test->server);
  assert_look (test, ALL, "list; batch INBOX; batch Sent; batch Archive; batch Trash");
}

/* A round that broke is gone on with, though nothing has changed since. */
static void
test_broken (void)
{
  g_autoptr(TestEngine) test = begin (TRUE);

  for (guint i = 0; i < 4; i++)
    fake_server_add_message (test->server, "Archive", "more");
  test->server->fail_at = test->server->questions + 3;
  g_assert_false (test_try (valija_engine_sync_account (test->engine, test->account, ALL, NULL), NULL));
  g_assert_cmpstr (test->server->log->str, ==, "list; batch Archive; batch Archive");
  fake_server_clear_log (test->server);

  assert_look (test, BACKGROUND, "open; list; batch Archive");
  assert_counts (test, "archive", 5, 5);
  assert_look (test, BACKGROUND, "list");
}

/* Nor is one skipped on which something waits. */
static void
test_journal (void)
{
  g_autoptr(TestEngine) test = begin (TRUE);
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, "INBOX", "a");

  g_object_unref (test_await_object (valija_engine_change_flags (test->engine, messages, VALIJA_FLAG_SEEN, 0)));
  test->server->fail_at = test->server->questions + 1;
  test->server->fail_code = VALIJA_ERROR_TRY_LATER;
  test_engine_sync (test, BACKGROUND);
  g_assert_nonnull (strstr (test->server->log->str, "list; batch INBOX"));
  g_assert_null (strstr (test->server->log->str, "batch Archive"));
  assert_list (test, "INBOX", "b a*");

  test_engine_sync (test, BACKGROUND);
  assert_server (test, "INBOX", "1:a* 2:b");
  fake_server_clear_log (test->server);
  test_engine_sync (test, BACKGROUND);
  fake_server_clear_log (test->server);
  assert_look (test, BACKGROUND, "list");
}

/* Whole messages that are missing are fetched, though their folder need not be opened for it. */
static void
test_bodies (void)
{
  g_autoptr(TestEngine) test = begin (TRUE);

  g_object_set (test->account, "body-days", -1, NULL);
  assert_look (test, VALIJA_SYNC_ALL_FOLDERS, "list; fetch 2; fetch 1; fetch 3");
  assert_list (test, "INBOX", "b+ a+");
}

/* ---- On the wire ---- */

static ValijaSession *
create_session (ValijaSessionContext *context, ValijaSide side, gpointer user_data, GError **error)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new ("secret", -1);

  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);
  return valija_imap_session_new (context);
}

static void
use_script (TestEngine *test, ValijaScriptServer *server)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);

  runtime->factory = create_session;
  g_object_set (test->account, "timeout", 20, NULL);
  g_object_set (valija_account_get_incoming (test->account), "host", "localhost", "port",
                (guint) valija_script_server_get_port (server), "security", (int) VALIJA_SECURITY_NONE, "user", "ana",
                "cleartext-password", TRUE, NULL);
}

static char *
folder_name (guint i)
{
  return i == 0 ? g_strdup ("INBOX") : g_strdup_printf ("F%02u", i);
}

/* @list_status: in one answer, else each for itself. The numbers are those of empty folders, but for the last one's
 * mod-sequence. */
static void
add_list (GString *script, guint *tag, gboolean list_status, guint mod_seq)
{
  g_string_append_printf (script, "C: V%u LIST \"\" \"*\"%s\n", *tag,
                          list_status ? " RETURN (STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ))" : "");
  for (guint i = 0; i < N_FOLDERS; i++)
    {
      g_autofree char *name = folder_name (i);

      g_string_append_printf (script, "S: * LIST () \"/\" %s\n", name);
    }
  if (!list_status)
    {
      g_string_append_printf (script, "S: V%u OK x\n", (*tag)++);
      for (guint i = 0; i < N_FOLDERS; i++)
        {
          /* In the order of names */
          g_autofree char *name = folder_name ((i + 1) % N_FOLDERS);

          g_string_append_printf (script, "C: V%u STATUS %s (MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ)\n",
                                  *tag + i, name);
        }
    }
  for (guint i = 0; i < N_FOLDERS; i++)
    {
      guint which = list_status ? i : (i + 1) % N_FOLDERS;
      g_autofree char *name = folder_name (which);

      g_string_append_printf (script, "S: * STATUS %s (MESSAGES 0 UNSEEN 0 UIDNEXT 1 UIDVALIDITY 7 HIGHESTMODSEQ %u)\n",
                              name, which == N_FOLDERS - 1 ? mod_seq : 5);
      if (!list_status)
        g_string_append_printf (script, "S: V%u OK x\n", *tag + i);
    }
  if (list_status)
    g_string_append_printf (script, "S: V%u OK x\n", (*tag)++);
  else
    *tag += N_FOLDERS;
}

static void
add_select (GString *script, guint *tag, guint which, guint mod_seq)
{
  g_autofree char *name = folder_name (which);

  g_string_append_printf (script, "C: V%u SELECT %s (CONDSTORE)\nS: * 0 EXISTS\nS: * OK [UIDVALIDITY 7] x\n"
                                  "S: * OK [UIDNEXT 1] x\nS: * OK [HIGHESTMODSEQ %u] x\nS: V%u OK x\n",
                          *tag, name, mod_seq, *tag);
  (*tag)++;
}

static guint
count_turns (TestEngine *test)
{
  return valija_engine_get_traffic (test->engine, test->account)->turns;
}

/* Twenty folders in which nothing has happened are one turn, or two where LIST does not count; and each that has
 * changed is one more. */
static void
test_turns (gconstpointer data)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(TestEngine) test = test_engine_new ("imap");
  g_autoptr(GString) script = g_string_new (NULL);
  gboolean list_status = GPOINTER_TO_INT (data);
  guint look = list_status ? 1 : 2;
  guint tag = 2;
  guint before;

  g_string_append_printf (script, "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n"
                                  "C: V1 AUTHENTICATE PLAIN AGFuYQBzZWNyZXQ=\n"
                                  "S: V1 OK [CAPABILITY IMAP4rev1 CONDSTORE UNSELECT%s] in\n",
                          list_status ? " LIST-STATUS" : "");
  add_list (script, &tag, list_status, 5);
  for (guint i = 0; i < N_FOLDERS; i++)
    add_select (script, &tag, i, 5);
  for (guint round = 0; round < 3; round++)
    {
      /* RFC 9051 §6.3.11: what is selected is not counted */
      if (round != 1)
        g_string_append_printf (script, "C: V%u UNSELECT\nS: V%u OK x\n", tag, tag);
      tag += round != 1;
      add_list (script, &tag, list_status, round == 0 ? 5 : 6);
      if (round == 1)
        add_select (script, &tag, N_FOLDERS - 1, 6);
    }
  g_string_append_printf (script, "C: V%u LOGOUT\nS: * BYE x\nS: V%u OK x\n", tag, tag);
  valija_script_server_add (server, script->str);

  use_script (test, server);
  test_engine_sync (test, ALL);

  before = count_turns (test);
  test_engine_sync (test, ALL);
  g_assert_cmpuint (count_turns (test) - before, ==, look);

  before = count_turns (test);
  test_engine_sync (test, BACKGROUND);
  g_assert_cmpuint (count_turns (test) - before, ==, look + 1);

  before = count_turns (test);
  test_engine_sync (test, BACKGROUND);
  g_assert_cmpuint (count_turns (test) - before, ==, look);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/look/whole", test_whole);
  g_test_add_func ("/engine/look/partial", test_partial);
  g_test_add_func ("/engine/look/broken", test_broken);
  g_test_add_func ("/engine/look/journal", test_journal);
  g_test_add_func ("/engine/look/bodies", test_bodies);
  g_test_add_data_func ("/engine/look/turns/list-status", GINT_TO_POINTER (TRUE), test_turns);
  g_test_add_data_func ("/engine/look/turns/status", GINT_TO_POINTER (FALSE), test_turns);

  return g_test_run ();
}
