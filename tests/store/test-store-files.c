/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What can be wrong with the files when the store is opened. */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"
#include "store/valija-store-checkpoint.h"
#include "store/valija-store-schema.h"
#include "support/valija-wait.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A store with one message on each side. */
static TestStore *
make_store (void)
{
  TestStore *self = test_store_new ();
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "", NULL, FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "here", 5, 0);
  gint64 local;

  test_write_folders (self, "a", FALSE, "INBOX");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("1 2 3", 0));
  local = test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_SENT, "Sent"));
  test_await_int64 (valija_store_add_message (self->store, local, info, source, 0));

  return self;
}

/* A closed one with what is in @model, which is closed as well. */
static TestStore *
copy_store (TestStore *model)
{
  static const char * const names[] = { "cache/cache.db", "data/local.db" };
  TestStore *self = g_new0 (TestStore, 1);

  self->directory = g_dir_make_tmp ("valija-store-XXXXXX", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = test_store_path (model, names[i]);
      g_autofree char *to = test_store_path (self, names[i]);
      g_autofree char *directory = g_path_get_dirname (to);
      g_autofree char *contents = NULL;
      gsize length;

      g_assert_cmpint (g_mkdir (directory, 0700), ==, 0);
      g_assert_true (g_file_get_contents (from, &contents, &length, NULL));
      g_assert_true (g_file_set_contents (to, contents, length, NULL));
    }

  return self;
}

static void
overwrite (TestStore  *self,
           const char *name,
           goffset     offset,
           gsize       n_bytes)
{
  g_autofree char *path = test_store_path (self, name);
  int fd = open (path, O_WRONLY);

  g_assert_cmpint (fd, >=, 0);
  for (gsize i = 0; i < n_bytes; i++)
    {
      guint8 byte = g_test_rand_int_range (0, 256);

      g_assert_cmpint (pwrite (fd, &byte, 1, offset + i), ==, 1);
    }
  close (fd);
}

static void
cut (TestStore  *self,
     const char *name,
     double      part)
{
  g_autofree char *path = test_store_path (self, name);
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (truncate (path, status.st_size * part), ==, 0);
}

static guint
count_aside (TestStore *self)
{
  g_autofree char *path = test_store_path (self, "data");
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, "local.db.damaged-20") && !g_str_has_suffix (name, "-wal") &&
         !g_str_has_suffix (name, "-shm");

  return n;
}

static void
mark_unclean (TestStore *self)
{
  g_autofree char *cache = test_store_path (self, "cache/lock");
  g_autofree char *data = test_store_path (self, "data/lock");

  g_assert_true (g_file_set_contents (cache, "in use\n", -1, NULL));
  g_assert_true (g_file_set_contents (data, "in use\n", -1, NULL));
}

/* Works as a new one. */
static void
check_usable (TestStore *self)
{
  test_write_folders (self, "a", FALSE, "INBOX");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("1 2 3", 0));
  test_check (self);
}

/* Closes and opens again, as after a kill between the commits of the two databases: the cache is what it was. */
static void
reopen_behind (TestStore  *self,
               const char *saved,
               gsize       length)
{
  g_autofree char *cache = test_store_path (self, "cache/cache.db");

  test_store_close (self);
  g_assert_true (g_file_set_contents (cache, saved, length, NULL));
  mark_unclean (self);
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
}

/* The line of a change is gone, and its row is as if it still waited: whether it was done or taken back nobody knows
 * but the server, which is asked for all of the folder. Nothing is listed that was deleted, or twice. */
static void
test_killed_between (void)
{
  g_autoptr(TestStore) self = make_store ();
  g_autofree char *cache = test_store_path (self, "cache/cache.db");
  g_autofree char *saved = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *there = NULL;
  g_autoptr(GBytes) cursor = NULL;
  ValijaChanges *changes = test_added ("4", 0);
  gint64 inbox, archive, lines[3], ids[3];
  gsize length;

  test_write_folders (self, "a", FALSE, "INBOX Archive");
  inbox = test_folder (self, "a", "INBOX");
  archive = test_folder (self, "a", "Archive");
  changes->cursor = g_bytes_new_static ("4", 1);
  test_sync (self, inbox, changes);
  for (guint i = 0; i < 3; i++)
    ids[i] = test_find (self, inbox, (const char *[]) { "1", "2", "3" }[i]);
  lines[0] = test_await_int64 (valija_store_delete_messages (self->store, &ids[0], 1));
  lines[1] = test_await_int64 (valija_store_move_messages (self->store, &ids[1], 1, archive));
  lines[2] = test_await_int64 (valija_store_delete_messages (self->store, &ids[2], 1));

  test_store_close (self);
  g_assert_true (g_file_get_contents (cache, &saved, &length, NULL));
  test_store_open (self);
  test_await (valija_store_finish_operation (self->store, lines[0], NULL));
  test_await (valija_store_finish_operation (self->store, lines[1], NULL));
  test_await (valija_store_undo_operation (self->store, lines[2]));
  reopen_behind (self, saved, length);

  before = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (before, ==, "4*");
  there = test_list (self, archive, VALIJA_LIST_ALL);
  g_assert_cmpstr (there, ==, "");
  cursor = test_await_boxed (valija_store_load_cursor (self->store, inbox));
  g_assert_cmpuint (g_bytes_get_size (cursor), ==, 0);

  changes = test_added ("3 4", 0);
  changes->restart = TRUE;
  changes->final = TRUE;
  test_sync (self, inbox, changes);
  after = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (after, ==, "3* 4*");
  test_check (self);
}

static void
test_private (void)
{
  static const char * const names[] = { "cache",          "data",
                                       "cache/cache.db", "cache/cache.db-wal",
                                       "data/local.db",  "data/local.db-wal" };
  g_autoptr(TestStore) self = make_store ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = test_store_path (self, names[i]);
      struct stat status;

      g_assert_cmpint (stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_mode & 077, ==, 0);
    }
}

#define PAGE_BYTES 4096

static void
run_sql (sqlite3    *handle,
         const char *sql)
{
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

/* In one transaction. */
static void
write_pages (sqlite3 *handle,
             guint    n_pages)
{
  g_autofree char *sql = g_strdup_printf ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT %u)"
                                          " INSERT INTO page SELECT randomblob (4000) FROM n", n_pages);

  run_sql (handle, sql);
}

/* Of the database itself, without its log. */
static guint
count_pages (const char *path)
{
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);

  return (guint) (status.st_size / PAGE_BYTES);
}

/* It is asked for again with each transaction, for the thread of before may not have ended. */
static gboolean
is_taken_over (sqlite3    *handle,
               const char *path,
               guint       n_pages,
               guint      *n_more)
{
  if (count_pages (path) >= n_pages)
    return TRUE;

  write_pages (handle, 1);
  g_assert_cmpuint (++*n_more, <, 1000);

  return FALSE;
}

/* The log begins anew when all of it was taken over, also with a transaction that is longer than it was. */
static void
test_log_anew (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *path = test_store_path (self, "log.db");
  sqlite3 *handle;
  ValijaCheckpoint *checkpoint;
  guint n_more = 0;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  run_sql (handle, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE page (content)");
  checkpoint = valija_checkpoint_new (handle, path);
  write_pages (handle, 4500);
  valija_wait_until (count_pages (path) >= 4500);
  /* Busy while it is under way; this takes over what is left */
  valija_wait_until (sqlite3_wal_checkpoint_v2 (handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK);
  write_pages (handle, 4700);
  valija_wait_until (is_taken_over (handle, path, 9000, &n_more));
  valija_checkpoint_free (checkpoint);
  sqlite3_close (handle);
}

/* Where the lock cannot be written it says what it said: not, as an empty one does, that the store was closed. */
static void
test_lock_full (void)
{
  g_autoptr(TestStore) self = make_store ();
  g_autofree char *lock = test_store_path (self, "data/lock");
  g_autofree char *mark = NULL;
  struct rlimit limit, none;

  test_store_close (self);
  mark_unclean (self);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  none = limit;
  none.rlim_cur = 0;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  self->store = test_store_make (self->directory);
  test_try (valija_store_open (self->store), NULL);
  test_try (valija_store_close (self->store), NULL);
  g_clear_object (&self->store);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);

  g_assert_true (g_file_get_contents (lock, &mark, NULL, NULL));
  g_assert_true (g_str_has_prefix (mark, "in use"));
  test_store_open (self);
  check_usable (self);
}

static void
test_cache_no_database (void)
{
  g_autoptr(TestStore) self = make_store ();

  test_store_close (self);
  overwrite (self, "cache/cache.db", 0, 4096);
  test_store_open (self);

  g_assert_cmpuint (self->notices->len, ==, 1);
  g_assert_cmpint (test_folder (self, "a", "INBOX"), ==, 0);
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM message"), ==, 1);
  g_assert_cmpuint (count_aside (self), ==, 0);
  check_usable (self);
}

static void
test_cache_cut (void)
{
  g_autoptr(TestStore) self = make_store ();

  test_store_close (self);
  cut (self, "cache/cache.db", 0.5);
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 1);
  check_usable (self);
}

/* Damage in the middle shows after a crash at once, and otherwise when it is met: then the next
 * opening looks. */
static void
test_cache_damaged (void)
{
  g_autoptr(TestStore) self = make_store ();
  g_autoptr(GError) error = NULL;
  gint64 page = test_sql (self, "cache/cache.db", "SELECT rootpage FROM sqlite_schema WHERE name = 'message'");
  gint64 id = test_find (self, test_folder (self, "a", "INBOX"), "1");

  test_store_close (self);
  overwrite (self, "cache/cache.db", (page - 1) * 4096, 4096);
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  g_assert_cmpint (test_folder (self, "a", "INBOX"), !=, 0);
  g_assert_false (test_try (valija_store_load_rows (self->store, &id, 1), &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_STORAGE);
  test_store_close (self);

  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 1);
  check_usable (self);
}

static void
test_cache_damaged_unclean (void)
{
  g_autoptr(TestStore) self = make_store ();
  gint64 n_pages = test_sql (self, "cache/cache.db", "PRAGMA page_count");

  test_store_close (self);
  overwrite (self, "cache/cache.db", 3 * 4096, (n_pages - 3) * 4096);
  mark_unclean (self);
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 1);
  check_usable (self);
}

/* Who was killed has written all that it had written: nothing is looked through, unless that is how the last two ended
 * or the system has been started since. */
static void
test_killed (void)
{
  g_autoptr(TestStore) self = make_store ();
  g_autofree char *cache = test_store_path (self, "cache/lock");
  g_autofree char *data = test_store_path (self, "data/lock");
  g_autofree char *in_use = NULL;
  g_autofree char *again = NULL;
  gint64 page = test_sql (self, "cache/cache.db", "SELECT rootpage FROM sqlite_schema WHERE name = 'message'");

  g_assert_true (g_file_get_contents (cache, &in_use, NULL, NULL));
  g_assert_true (g_str_has_prefix (in_use, "in use "));
  test_store_close (self);
  overwrite (self, "cache/cache.db", (page - 1) * 4096, 4096);
  g_assert_true (g_file_set_contents (cache, in_use, -1, NULL));
  g_assert_true (g_file_set_contents (data, in_use, -1, NULL));
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  g_assert_true (g_file_get_contents (cache, &again, NULL, NULL));
  test_store_close (self);

  g_assert_true (g_file_set_contents (cache, again, -1, NULL));
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 1);
  check_usable (self);
  test_store_close (self);

  overwrite (self, "cache/cache.db", (page - 1) * 4096, 4096);
  g_assert_true (g_file_set_contents (cache, "in use 01234567-89ab-cdef-0123-456789abcdef\n", -1, NULL));
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 1);
}

static void
test_local_damaged (void)
{
  g_autoptr(TestStore) self = make_store ();

  for (guint round = 1; round <= 2; round++)
    {
      const char *notice;

      test_store_close (self);
      if (round == 1)
        overwrite (self, "data/local.db", 0, 4096);
      else
        cut (self, "data/local.db", 0.4);
      test_store_open (self);

      g_assert_cmpuint (self->notices->len, ==, 1);
      notice = g_ptr_array_index (self->notices, 0);
      g_assert_nonnull (strstr (notice, "local.db.damaged-20"));
      g_assert_cmpuint (count_aside (self), ==, round);
      g_assert_cmpint (test_folder (self, "a", "INBOX"), !=, 0);
      check_usable (self);
    }
}

/* Whatever bytes change, the store opens, or says in words why not, and works or is made anew. */
static void
test_random_damage (void)
{
  for (int round = 0; round < 12; round++)
    {
      g_autoptr(TestStore) self = make_store ();
      gboolean local = round % 2 == 1;
      const char *name = local ? "data/local.db" : "cache/cache.db";
      gint64 n_pages = test_sql (self, name, "PRAGMA page_count");

      test_store_close (self);
      for (int i = 0; i < 20; i++)
        overwrite (self, name, g_test_rand_int_range (0, n_pages * 4096 - 64), 64);
      mark_unclean (self);
      test_store_open (self);
      g_assert_cmpuint (self->notices->len, <=, 1);
      g_assert_cmpuint (count_aside (self), ==, local ? self->notices->len : 0);
      if (self->notices->len == 1)
        check_usable (self);
    }
}

static void
write_byte (TestStore  *self,
            const char *name,
            goffset     offset,
            guint8      byte)
{
  g_autofree char *path = test_store_path (self, name);
  int fd = open (path, O_WRONLY);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (pwrite (fd, &byte, 1, offset), ==, 1);
  close (fd);
}

/* The last byte of user_version: another small number there is not to be told from a newer Valija, or from an older
 * one whose upgrade then fails. */
#define VERSION_OFFSET 63

/* Each byte of the header with several values: the store has what it had, or has put the file aside
 * (made the cache anew), and works. */
static void
damage_header (const char *name,
               gboolean    unclean)
{
  static const guint8 masks[] = { 0x01, 0x06, 0xff };
  gboolean local = g_str_equal (name, "data/local.db");
  g_autoptr(TestStore) model = make_store ();
  guint n_kept = 0, n_renewed = 0;

  test_store_close (model);

  for (goffset offset = 0; offset < 100; offset++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
        {
          g_autoptr(TestStore) self = copy_store (model);
          g_autofree char *path = test_store_path (self, name);
          g_autofree char *contents = NULL;
          gsize length;

          g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
          write_byte (self, name, offset, (guint8) contents[offset] ^ masks[i]);
          if (unclean)
            mark_unclean (self);

          if (offset == VERSION_OFFSET)
            {
              g_autoptr(ValijaStore) store = test_store_make (self->directory);
              g_autoptr(GError) error = NULL;

              if (!test_try (valija_store_open (store), &error) &&
                  !g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_STORAGE))
                g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_NEWER_DATA);
              test_await (valija_store_close (store));
              continue;
            }

          test_store_open (self);
          g_assert_cmpuint (self->notices->len, <=, 1);
          g_assert_cmpuint (count_aside (self), ==, local ? self->notices->len : 0);
          if (self->notices->len == 0)
            {
              g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM message"), ==, 1);
              g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM message"), ==, 3);
              n_kept++;
            }
          else
            n_renewed++;
          check_usable (self);
        }
    }

  g_test_message ("%u kept, %u made anew", n_kept, n_renewed);
}

static void
test_header_local (void)
{
  damage_header ("data/local.db", FALSE);
}

static void
test_header_cache (void)
{
  damage_header ("cache/cache.db", FALSE);
}

static void
test_header_unclean (void)
{
  damage_header ("data/local.db", TRUE);
}

static void
test_newer (void)
{
  static const char * const names[] = { "cache/cache.db", "data/local.db" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(TestStore) self = make_store ();
      g_autoptr(ValijaStore) store = NULL;
      g_autofree char *set_version = NULL;

      test_store_close (self);
      test_sql (self, names[i], "PRAGMA user_version = 99");
      store = test_store_make (self->directory);
      test_await_error (valija_store_open (store), VALIJA_ERROR_NEWER_DATA);
      test_await_error (valija_store_list_folders (store, "a"), VALIJA_ERROR_STORAGE);
      test_await (valija_store_close (store));

      /* It was left as it was, and is there for the newer one */
      g_assert_cmpint (test_sql (self, names[i], "PRAGMA user_version"), ==, 99);
      set_version = g_strdup_printf ("PRAGMA user_version = %u",
                                     i == 0 ? valija_store_n_cache_scripts : valija_store_n_local_scripts);
      test_sql (self, names[i], set_version);
      test_store_open (self);
      g_assert_cmpuint (self->notices->len, ==, 0);
      g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM message"), ==, 1);
      g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM message"), ==, 3);
    }
}

static void
test_two_stores (void)
{
  g_autoptr(TestStore) self = make_store ();
  g_autoptr(ValijaStore) store = test_store_make (self->directory);
  gint64 before = g_get_monotonic_time ();

  test_await_error (valija_store_open (store), VALIJA_ERROR_IN_USE);
  g_assert_cmpint (g_get_monotonic_time () - before, <, G_USEC_PER_SEC);
  test_store_close (self);

  /* Refused once it may be tried again */
  g_ptr_array_unref (test_await_boxed (valija_store_open (store)));
  test_await (valija_store_close (store));
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
}

static void
test_one_directory (void)
{
  g_autofree char *directory = g_dir_make_tmp ("valija-store-XXXXXX", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (directory);
  g_autoptr(ValijaStore) store = valija_store_new (file, file);

  g_ptr_array_unref (test_await_boxed (valija_store_open (store)));
  test_await (valija_store_close (store));
  test_remove (directory);
}

static void
test_no_directory (void)
{
  g_autofree char *directory = g_dir_make_tmp ("valija-store-XXXXXX", NULL);
  g_autofree char *in_the_way = g_build_filename (directory, "data", NULL);
  g_autoptr(ValijaStore) store = test_store_make (directory);

  g_assert_true (g_file_set_contents (in_the_way, "a file", -1, NULL));
  test_await_error (valija_store_open (store), VALIJA_ERROR_STORAGE);
  test_await (valija_store_close (store));
  test_remove (directory);
}

static void
test_read_only (void)
{
  g_autoptr(TestStore) self = make_store ();
  g_autoptr(ValijaStore) store = NULL;
  g_autofree char *data = test_store_path (self, "data");
  g_autofree char *lock = test_store_path (self, "data/lock");
  g_autofree char *local = test_store_path (self, "data/local.db");

  if (geteuid () == 0)
    {
      g_test_skip ("The superuser may write everywhere");
      return;
    }

  test_store_close (self);
  store = test_store_make (self->directory);
  g_assert_cmpint (chmod (local, 0400), ==, 0);
  test_await_error (valija_store_open (store), VALIJA_ERROR_STORAGE);
  g_assert_cmpint (chmod (lock, 0400), ==, 0);
  test_await_error (valija_store_open (store), VALIJA_ERROR_STORAGE);
  g_assert_cmpint (chmod (data, 0500), ==, 0);
  test_await_error (valija_store_open (store), VALIJA_ERROR_STORAGE);
  test_await (valija_store_close (store));
  g_assert_cmpint (chmod (data, 0700), ==, 0);
}

/* ---- Migrations, with scripts of the test's own ---- */

static const char * const scripts[] = {
  "CREATE TABLE a (x); INSERT INTO a VALUES (1);",
  "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1;",
  "CREATE TABLE b AS SELECT y FROM a;",
};

static const char * const failing[] = {
  "CREATE TABLE a (x); INSERT INTO a VALUES (1);",
  "UPDATE a SET x = 2;",
  "CREATE TABLE b (x); UPDATE a SET x = 3; INSERT INTO nowhere VALUES (1);",
};

typedef struct
{
  char *directory;
  char *path;
  char *backup;
  ValijaDatabase *database;
} Migration;

static void
migration_init (Migration *self)
{
  self->directory = g_dir_make_tmp ("valija-store-XXXXXX", NULL);
  self->path = g_build_filename (self->directory, "local.db", NULL);
  self->backup = g_build_filename (self->directory, "backup", NULL);
  self->database = valija_database_open (self->path, VALIJA_DATABASE_LOCAL, TRUE, NULL, NULL);
  g_assert_nonnull (self->database);
}

static void
migration_clear (Migration *self)
{
  valija_database_close (self->database);
  test_remove (self->directory);
  g_free (self->directory);
  g_free (self->path);
  g_free (self->backup);
}

static gint64
number (Migration  *self,
        const char *sql)
{
  gint64 value;

  g_assert_true (valija_database_get_int64 (self->database, -1, &value, NULL, sql, ""));

  return value;
}

static void
test_migrate_from_each (void)
{
  for (guint from = 0; from <= G_N_ELEMENTS (scripts); from++)
    {
      g_autoptr(GError) error = NULL;
      Migration self;

      migration_init (&self);
      g_assert_true (valija_store_schema_migrate (self.database, scripts, from, self.backup, &error));
      g_assert_cmpint (number (&self, "PRAGMA user_version"), ==, from);
      g_assert_true (valija_store_schema_migrate (self.database, scripts, G_N_ELEMENTS (scripts), self.backup, &error));
      g_assert_no_error (error);
      g_assert_cmpint (number (&self, "PRAGMA user_version"), ==, G_N_ELEMENTS (scripts));
      g_assert_cmpint (number (&self, "SELECT y FROM b"), ==, 2);
      g_assert_false (g_file_test (self.backup, G_FILE_TEST_EXISTS));

      /* And back is refused */
      if (from < G_N_ELEMENTS (scripts))
        {
          g_assert_false (valija_store_schema_migrate (self.database, scripts, from, self.backup, &error));
          g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_NEWER_DATA);
        }
      migration_clear (&self);
    }
}

static void
test_migrate_fails (void)
{
  g_autoptr(GError) error = NULL;
  Migration self;
  ValijaDatabase *copy;
  gint64 value;

  migration_init (&self);
  g_assert_true (valija_store_schema_migrate (self.database, failing, 1, self.backup, NULL));
  g_assert_false (valija_store_schema_migrate (self.database, failing, 3, self.backup, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, self.backup));

  /* Nothing of it is there: neither the step before nor the version */
  g_assert_cmpint (number (&self, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (number (&self, "SELECT x FROM a"), ==, 1);
  g_assert_cmpint (number (&self, "SELECT count(*) FROM sqlite_schema"), ==, 1);

  /* And the copy is whole */
  copy = valija_database_open (self.backup, VALIJA_DATABASE_LOCAL, TRUE, NULL, NULL);
  g_assert_true (valija_database_get_int64 (copy, -1, &value, NULL, "SELECT x FROM a", ""));
  g_assert_cmpint (value, ==, 1);
  valija_database_close (copy);
  migration_clear (&self);
}

/* What touches no mail needs no copy of it. */
static void
test_migrate_light (void)
{
  static const char * const light[] = {
    "CREATE TABLE a (x);",
    VALIJA_STORE_LIGHT "INSERT INTO nowhere VALUES (1);",
  };
  g_autoptr(GError) error = NULL;
  Migration self;

  migration_init (&self);
  g_assert_true (valija_store_schema_migrate (self.database, light, 1, self.backup, NULL));
  g_assert_false (valija_store_schema_migrate (self.database, light, 2, self.backup, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_STORAGE);
  g_assert_false (g_file_test (self.backup, G_FILE_TEST_EXISTS));
  g_assert_cmpint (number (&self, "PRAGMA user_version"), ==, 1);
  migration_clear (&self);
}

static void
wait_for_indexes (TestStore *self)
{
  static const char sql[] = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'later~_%' ESCAPE '~'";

  while (test_sql (self, "cache/cache.db", sql) + test_sql (self, "data/local.db", sql) <
         2 * valija_store_n_later_indexes)
    g_main_context_iteration (NULL, TRUE);
}

/* Some indexes are made behind the window: without them all is well, whenever it ends. */
static void
test_later_indexes (void)
{
  g_autoptr(TestStore) self = make_store ();

  wait_for_indexes (self);
  test_store_close (self);
  mark_unclean (self);
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  test_store_close (self);

  test_sql (self, "cache/cache.db", "DROP INDEX later_answered");
  test_sql (self, "cache/cache.db", "DROP INDEX later_large");
  test_sql (self, "data/local.db", "DROP INDEX later_attached");
  mark_unclean (self);
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  g_assert_cmpint (test_folder (self, "a", "INBOX"), !=, 0);
  wait_for_indexes (self);
  test_check (self);
}

/* The schema that this Valija makes is the one that its oldest data come to. */
static void
test_migrate_ours (void)
{
  g_autoptr(TestStore) self = test_store_new ();

  g_assert_cmpint (test_sql (self, "cache/cache.db", "PRAGMA user_version"), ==, valija_store_n_cache_scripts);
  g_assert_cmpint (test_sql (self, "data/local.db", "PRAGMA user_version"), ==, valija_store_n_local_scripts);
}

/* What the first Valija kept is kept by this one. */
static void
test_migrate_first (void)
{
  g_autoptr(GError) error = NULL;
  Migration self;

  migration_init (&self);
  g_assert_true (valija_store_schema_migrate (self.database, valija_store_local_scripts, 1, self.backup, &error));
  g_assert_true (valija_database_run_script (
      self.database,
      "INSERT INTO folder (account, name) VALUES ('a', 'INBOX');"
      "INSERT INTO message (home, folder, remote_id, received, date, size, flags, server_flags, id_hash, message_id,"
      " subject, sender, sender_address, recipients, people)"
      " VALUES (1, 1, '9', 5, 5, 5, 0, 0, 0, 'x', '', '', '', '', '');"
      "INSERT INTO source (message, data) VALUES (1, x'61');",
      &error));
  g_assert_true (valija_store_schema_migrate (self.database, valija_store_local_scripts, valija_store_n_local_scripts,
                                              self.backup, &error));
  g_assert_no_error (error);
  g_assert_true (valija_store_schema_check (self.database, valija_store_local_scripts, valija_store_n_local_scripts,
                                            &error));
  g_assert_cmpint (number (&self, "SELECT count(*) FROM message m JOIN source s ON s.message = m.id"
                                  " WHERE m.remote_id = '9' AND m.email_id IS NULL AND m.lost_account IS NULL"), ==, 1);
  g_assert_cmpint (number (&self, "SELECT unread FROM folder"), ==, 1);
  migration_clear (&self);
}

/* A list is answered by an index, and never by looking at messages. */
static void
test_plans (void)
{
  static const char * const queries[] = {
    "SELECT id FROM message WHERE folder = 1 ORDER BY received DESC, id DESC",
    "SELECT id FROM message WHERE folder = 1 AND (flags & 1) = 0 ORDER BY received DESC, id DESC",
    "SELECT id FROM message WHERE folder = 1 AND (flags & 4) <> 0 ORDER BY received DESC, id DESC",
  };
  g_autoptr(TestStore) self = make_store ();
  g_autofree char *path = test_store_path (self, "cache/cache.db");
  ValijaDatabase *database = valija_database_open (path, VALIJA_DATABASE_CACHE, FALSE, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", queries[i], NULL);
      sqlite3_stmt *statement = valija_database_query (database, NULL, explain, "");

      g_assert_true (valija_database_step (database, statement, NULL));
      g_assert_nonnull (strstr ((const char *) sqlite3_column_text (statement, 3), "USING COVERING INDEX"));
      g_assert_false (valija_database_step (database, statement, NULL));
      valija_database_reset (database);
      /* The key is the address of the text, which goes now */
      valija_database_close (database);
      database = valija_database_open (path, VALIJA_DATABASE_CACHE, FALSE, NULL, NULL);
    }

  valija_database_close (database);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/files/private", test_private);
  g_test_add_func ("/store/files/cache-no-database", test_cache_no_database);
  g_test_add_func ("/store/files/cache-cut", test_cache_cut);
  g_test_add_func ("/store/files/cache-damaged", test_cache_damaged);
  g_test_add_func ("/store/files/cache-damaged-unclean", test_cache_damaged_unclean);
  g_test_add_func ("/store/files/killed", test_killed);
  g_test_add_func ("/store/files/local-damaged", test_local_damaged);
  g_test_add_func ("/store/files/random-damage", test_random_damage);
  g_test_add_func ("/store/files/header-local", test_header_local);
  g_test_add_func ("/store/files/header-cache", test_header_cache);
  g_test_add_func ("/store/files/header-unclean", test_header_unclean);
  g_test_add_func ("/store/files/newer", test_newer);
  g_test_add_func ("/store/files/two-stores", test_two_stores);
  g_test_add_func ("/store/files/one-directory", test_one_directory);
  g_test_add_func ("/store/files/no-directory", test_no_directory);
  g_test_add_func ("/store/files/read-only", test_read_only);
  g_test_add_func ("/store/files/migrate-from-each", test_migrate_from_each);
  g_test_add_func ("/store/files/migrate-fails", test_migrate_fails);
  g_test_add_func ("/store/files/killed-between", test_killed_between);
  g_test_add_func ("/store/files/lock-full", test_lock_full);
  g_test_add_func ("/store/files/log-anew", test_log_anew);
  g_test_add_func ("/store/files/migrate-ours", test_migrate_ours);
  g_test_add_func ("/store/files/migrate-light", test_migrate_light);
  g_test_add_func ("/store/files/later-indexes", test_later_indexes);
  g_test_add_func ("/store/files/migrate-first", test_migrate_first);
  g_test_add_func ("/store/files/plans", test_plans);

  return g_test_run ();
}
