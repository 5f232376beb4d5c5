/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A child writes, saying what was acknowledged, and is killed at some moment, round after round
 * on the same files. Nothing that it was told is lost, nothing is there by half, and what was
 * being sent is known to be uncertain. */

#include "config.h"

#include "valija-test-store.h"

#include "store/valija-store-schema.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_ROUNDS 30
#define BATCH 20

/* Of an older store */
#define N_OLD 2000

typedef struct
{
  gint64 cursor;            /* messages 1 to this were acknowledged */
  GHashTable *local;        /* gint64 * ids of messages kept here */
  GHashTable *outbox;       /* gint64 * */
  GHashTable *journal;      /* gint64 * */
} Facts;

static void
say (const char *what,
     gint64      number)
{
  char line[64];
  int length = g_snprintf (line, sizeof line, "%s %" G_GINT64_FORMAT "\n", what, number);

  /* In one piece and at once: the next instruction may be the last */
  if (write (STDOUT_FILENO, line, length) != length)
    _exit (1);
}

static gint64
read_cursor (TestStore *self,
             gint64     folder)
{
  g_autoptr(GBytes) bytes = test_await_boxed (valija_store_load_cursor (self->store, folder));
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

static void
child_sync (TestStore *self,
            gint64     inbox)
{
  gint64 cursor = read_cursor (self, inbox);
  g_autoptr(GString) names = g_string_new (NULL);
  g_autofree char *text = NULL;
  ValijaChanges *changes;

  for (int i = 1; i <= BATCH; i++)
    g_string_append_printf (names, "%s%" G_GINT64_FORMAT, i > 1 ? " " : "", cursor + i);

  changes = test_added (names->str, 0);
  text = g_strdup_printf ("%" G_GINT64_FORMAT, cursor + BATCH);
  changes->cursor = g_bytes_new (text, strlen (text));
  test_sync (self, inbox, changes);
  say ("cursor", cursor + BATCH);
}

static void
child_outbox (TestStore *self,
              GRand     *dice)
{
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new ("me@example.org");
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_malloc0 (30000), 30000);
  gint64 id;

  g_ptr_array_add (envelope->recipients, g_strdup ("a@example.org"));
  id = test_await_int64 (valija_store_add_outbox (self->store, "a", envelope, "", "", "", bytes, bytes, 0));
  say ("outbox", id);

  if (g_rand_boolean (dice))
    {
      test_await (valija_store_set_outbox_state (self->store, id, VALIJA_OUTBOX_PENDING,
                                                 VALIJA_OUTBOX_SENDING, NULL, 0, NULL));
      say ("sending", id);
    }
  else if (g_rand_boolean (dice))
    {
      say ("removing", id);
      test_await (valija_store_remove_outbox (self->store, id));
    }
}

static void
child_journal (TestStore *self,
               gint64     inbox,
               gint64     archive,
               GRand     *dice)
{
  g_autoptr(GArray) ids =
      test_await_boxed (valija_store_load_index (self->store, &inbox, 1, FALSE, VALIJA_LIST_ALL, 5));
  gint64 line;

  if (ids->len == 0)
    return;

  line = g_rand_boolean (dice)
    ? test_await_int64 (valija_store_move_messages (self->store, (gint64 *) (gpointer) ids->data, ids->len, archive))
    : test_await_int64 (valija_store_change_flags (self->store, (gint64 *) (gpointer) ids->data, ids->len,
                                                   VALIJA_FLAG_SEEN, 0));
  if (line == 0)
    return;
  say ("journal", line);

  if (g_rand_boolean (dice))
    {
      say ("finishing", line);
      test_await (valija_store_finish_operation (self->store, line, NULL));
    }
}

static int
child (const char *directory,
       guint32     seed)
{
  g_autoptr(GRand) dice = g_rand_new_with_seed (seed);
  TestStore *self = g_new0 (TestStore, 1);
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_malloc0 (12000), 12000);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "local", 5, 0);
  gint64 inbox, archive, sent;

  self->directory = g_strdup (directory);
  test_store_open (self);
  say ("open", self->notices->len);
  test_write_folders (self, "a", FALSE, "INBOX Archive");
  inbox = test_folder (self, "a", "INBOX");
  archive = test_folder (self, "a", "Archive");
  sent = test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_SENT, "Sent"));

  while (TRUE)
    {
      g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "text", NULL, FALSE);

      child_sync (self, inbox);
      say ("local", test_await_int64 (valija_store_add_message (self->store, sent, info, source, 0)));
      child_outbox (self, dice);
      child_journal (self, inbox, archive, dice);
    }

  return 0;
}

static void
set_add (GHashTable *set,
         gint64      id)
{
  g_hash_table_add (set, g_memdup2 (&id, sizeof id));
}

static void
learn (Facts      *facts,
       const char *line)
{
  g_auto(GStrv) words = g_strsplit (line, " ", 2);
  gint64 number = words[1] != NULL ? g_ascii_strtoll (words[1], NULL, 10) : 0;

  if (g_str_equal (words[0], "open"))
    g_assert_cmpint (number, ==, 0);
  else if (g_str_equal (words[0], "cursor"))
    facts->cursor = number;
  else if (g_str_equal (words[0], "local"))
    set_add (facts->local, number);
  else if (g_str_equal (words[0], "outbox"))
    set_add (facts->outbox, number);
  else if (g_str_equal (words[0], "removing"))
    g_hash_table_remove (facts->outbox, &number);
  else if (g_str_equal (words[0], "journal"))
    set_add (facts->journal, number);
  else if (g_str_equal (words[0], "finishing"))
    g_hash_table_remove (facts->journal, &number);
}

static void
check_set (TestStore  *self,
           GHashTable *set,
           const char *format)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, ABS (*(gint64 *) id));
      g_autofree char *sql = g_strconcat (format, number, NULL);

      g_assert_cmpint (test_sql (self, "data/local.db", sql), ==, 1);
    }
}

static void
check (TestStore *self,
       Facts     *facts)
{
  gint64 inbox, cursor;

  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  test_check (self);

  inbox = test_folder (self, "a", "INBOX");
  cursor = inbox != 0 ? read_cursor (self, inbox) : 0;
  g_assert_cmpint (cursor, >=, facts->cursor);
  g_assert_cmpint (cursor, <=, facts->cursor + BATCH);
  /* Batches are whole: there were as many messages, also of those that have gone since, as the
   * cursor says */
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT seq FROM sqlite_sequence WHERE name = 'message'"), ==,
                   cursor);
  facts->cursor = cursor;

  check_set (self, facts->local, "SELECT count(*) FROM source WHERE length (data) = 12000 AND message = ");
  check_set (self, facts->outbox,
             "SELECT count(*) FROM outbox JOIN outbox_source ON item = id WHERE length (copy) = 30000 AND id = ");
  check_set (self, facts->journal, "SELECT count(*) FROM operation WHERE id = ");
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM outbox WHERE state = 1"), ==, 0);
  test_store_close (self);
}

static void
run_round (TestStore *self,
           Facts     *facts)
{
  g_autofree char *seed = g_strdup_printf ("%u", (guint) g_test_rand_int ());
  const char *argv[] = { "/proc/self/exe", "--child", self->directory, seed, NULL };
  gint64 deadline = g_get_monotonic_time () + g_test_rand_int_range (1000, 120000);
  g_autoptr(GError) error = NULL;
  GPid pid;
  FILE *output;
  char line[128];
  int fd, status;

  g_assert_true (g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                                           NULL, &fd, NULL, &error));
  g_assert_no_error (error);

  /* The moment is counted from the first word, so that slow machines come as far as fast ones */
  output = fdopen (fd, "r");
  while (fgets (line, sizeof line, output) != NULL)
    {
      g_strchomp (line);
      learn (facts, line);
      if (g_str_has_prefix (line, "open"))
        deadline = g_get_monotonic_time () + g_test_rand_int_range (1000, 120000);
      if (g_get_monotonic_time () >= deadline)
        kill (pid, SIGKILL);
    }

  fclose (output);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
}

static void
test_kill (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  Facts facts = { 0, };

  facts.local = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  facts.outbox = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  facts.journal = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  test_store_close (self);

  for (int round = 0; round < N_ROUNDS; round++)
    {
      run_round (self, &facts);
      check (self, &facts);
    }

  g_test_message ("%" G_GINT64_FORMAT " messages, %u kept here, %u in the outbox, %u lines", facts.cursor,
                  g_hash_table_size (facts.local), g_hash_table_size (facts.outbox), g_hash_table_size (facts.journal));
  g_assert_cmpint (facts.cursor, >, 0);
  g_hash_table_unref (facts.local);
  g_hash_table_unref (facts.outbox);
  g_hash_table_unref (facts.journal);
}

/* ---- Killed while an older store is brought up to date ---- */

static int
upgrading_child (const char *directory)
{
  TestStore *self = g_new0 (TestStore, 1);

  self->directory = g_strdup (directory);
  say ("begin", 0);
  test_store_open (self);
  say ("open", self->notices->len);
  /* Then older mail is sorted, slice by slice */
  while (TRUE)
    g_main_context_iteration (NULL, TRUE);

  return 0;
}

/* How long it takes to be open; with @limit (microseconds) it is killed that long after it began. */
static gint64
run_upgrade (TestStore *self,
             gint64     limit)
{
  const char *argv[] = { "/proc/self/exe", "--upgrade", self->directory, NULL };
  g_autoptr(GError) error = NULL;
  gint64 begin = 0;
  gint64 lasted = 0;
  GPid pid;
  FILE *output;
  char line[128];
  int fd, status;

  g_assert_true (g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                                           NULL, &fd, NULL, &error));
  g_assert_no_error (error);
  output = fdopen (fd, "r");
  while (fgets (line, sizeof line, output) != NULL)
    {
      if (g_str_has_prefix (line, "begin"))
        begin = g_get_monotonic_time ();
      else
        lasted = g_get_monotonic_time () - begin;

      if (limit > 0)
        {
          while (g_get_monotonic_time () < begin + limit)
            g_thread_yield ();
          kill (pid, SIGKILL);
        }
      else if (lasted > 0)
        kill (pid, SIGKILL);
    }

  fclose (output);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);

  return lasted;
}

/* Both files, with changes and messages that wait. */
static void
make_old_store (TestStore *self,
                guint      cache_version,
                guint      local_version)
{
  static const char * const waiting[] = {
    "INSERT INTO operation (sequence, account, kind, folder, add_flags) VALUES (1, 'a', 0, 'INBOX', 4)",
    "INSERT INTO operation_message (operation, position, message, remote_id) VALUES (1, 0, 7, '6')",
    "INSERT INTO operation (sequence, account, kind, folder) VALUES (2, 'a', 4, 'INBOX')",
    "INSERT INTO operation_source VALUES (2, zeroblob (9000))",
    "INSERT INTO outbox (account, sender, delivery_receipt, subject, recipients, message_id, date, not_before, state)"
    " VALUES ('a', 'me@example.org', 0, '', '', '', 1, 0, 0)",
    "INSERT INTO outbox_source VALUES (1, zeroblob (9000), zeroblob (9000))",
  };
  static const char * const names[] = { "cache/cache.db", "data/local.db" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = test_store_path (self, names[i]);
      g_autofree char *wal = g_strconcat (path, "-wal", NULL);
      g_autofree char *shm = g_strconcat (path, "-shm", NULL);

      g_unlink (path);
      g_unlink (wal);
      g_unlink (shm);
      test_make_old (path, i == 0 ? VALIJA_DATABASE_CACHE : VALIJA_DATABASE_LOCAL,
                     i == 0 ? cache_version : local_version, N_OLD, TRUE);
    }

  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    test_sql (self, names[1], waiting[i]);
}

/* Nothing is lost, nothing is there twice, and it is what a store of today is. */
static void
check_upgraded (TestStore *self)
{
  static const char * const names[] = { "cache/cache.db", "data/local.db" };

  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpint (test_sql (self, names[i], "PRAGMA user_version"), ==,
                       i == 0 ? valija_store_n_cache_scripts : valija_store_n_local_scripts);
      g_assert_cmpint (test_sql (self, names[i], "SELECT count(*) FROM message"), ==, N_OLD);
      g_assert_cmpint (test_sql (self, names[i], "SELECT count(DISTINCT remote_id) FROM message"), ==, N_OLD);
      g_assert_cmpint (test_sql (self, names[i], "SELECT count(*) FROM source WHERE length (data) > 10"), ==, N_OLD);
    }
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM operation"), ==, 2);
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM operation_message"), ==, 1);
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM operation_source"), ==, 1);
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM outbox JOIN outbox_source ON item = id"), ==,
                   1);
  test_check (self);
  test_store_close (self);
}

static void
test_kill_upgrade (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  guint n_versions = MAX (valija_store_n_cache_scripts, valija_store_n_local_scripts);
  guint n_kills = g_test_slow () ? 20 : 1; /* from each version */
  guint n_early = 0;

  test_store_close (self);
  for (guint version = 1; version <= n_versions; version++)
    {
      guint cache = MIN (version, valija_store_n_cache_scripts);
      guint local = MIN (version, valija_store_n_local_scripts);
      gint64 whole;

      make_old_store (self, cache, local);
      whole = run_upgrade (self, 0);
      check_upgraded (self);

      for (guint i = 0; i < n_kills; i++)
        {
          make_old_store (self, cache, local);
          /* As often as it takes, each time a little further or not */
          for (guint again = 0; again < 2; again++)
            n_early += run_upgrade (self, g_test_rand_int_range (1, MAX (whole, 2))) == 0;
          check_upgraded (self);
        }
    }

  g_test_message ("%u of %u upgrades were killed before they were done", n_early, n_versions * n_kills * 2);
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 4 && g_str_equal (argv[1], "--child"))
    {
      dex_init ();
      return child (argv[2], g_ascii_strtoull (argv[3], NULL, 10));
    }

  if (argc == 3 && g_str_equal (argv[1], "--upgrade"))
    {
      dex_init ();
      return upgrading_child (argv[2]);
    }

  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/kill", test_kill);
  g_test_add_func ("/store/kill-upgrade", test_kill_upgrade);

  return g_test_run ();
}
