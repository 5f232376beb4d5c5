/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The n-th write to a file fails, for every n until nothing fails any more. Each time: the call
 * says so in our own words or has done what it was asked, and when the disk is well again the
 * files are whole and all that was acknowledged is there. */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"
#include "store/valija-store-database.h"
#include "valija-fault-vfs.h"

#include <string.h>

typedef struct
{
  gboolean opened;
  gboolean listed;          /* folders */
  gboolean synced[2];       /* batches */
  gboolean sourced;
  gboolean moved;
  gboolean flagged;
  gboolean finished;
  gint64 local;             /* 0: not acknowledged */
  gint64 outbox;
  gboolean sending;
  gboolean removed;
} Facts;

static gboolean
attempt (DexFuture *future)
{
  g_autoptr(GError) error = NULL;

  if (test_try (future, &error))
    return TRUE;

  if (!g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_STORAGE) &&
      !g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_DISK_FULL) &&
      !g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
    g_error ("%s %d: %s", g_quark_to_string (error->domain), error->code, error->message);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_STORE);

  return FALSE;
}

static gint64
attempt_int64 (DexFuture *future)
{
  gint64 number = 0;

  dex_ref (future);
  if (attempt (future))
    number = g_value_get_int64 (dex_future_get_value (future, NULL));
  dex_unref (future);

  return number;
}

static GPtrArray *
make_infos (void)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);

  g_ptr_array_add (infos, valija_folder_info_new ("INBOX", "INBOX"));
  g_ptr_array_add (infos, valija_folder_info_new ("Archive", "Archive"));

  return infos;
}

static void
write_cache (ValijaStore *store,
             Facts       *facts)
{
  static const gint64 two = 2;
  g_autoptr(GPtrArray) infos = make_infos ();
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_strnfill (20000, 'm'), 20000);
  g_autoptr(ValijaChanges) first = test_added ("1 2 3 4 5", 0);
  g_autoptr(ValijaChanges) second = test_added ("6 7 8", 0);
  gint64 line;

  first->cursor = g_bytes_new_static ("5", 1);
  second->cursor = g_bytes_new_static ("8", 1);
  g_ptr_array_add (sources, valija_stored_source_new (1, bytes, "some words to be found", "words", FALSE));

  /* Ids are given in order, from 1 */
  facts->listed = attempt (valija_store_write_folders (store, "a", infos, FALSE));
  facts->synced[0] = attempt (valija_store_write_changes (store, 1, first));
  facts->sourced = attempt (valija_store_write_sources (store, sources)) && facts->synced[0];
  line = attempt_int64 (valija_store_move_messages (store, &two, 1, 2));
  facts->moved = line > 0;
  facts->flagged = attempt_int64 (valija_store_change_flags (store, &two, 1, VALIJA_FLAG_SEEN, 0)) > 0;
  facts->synced[1] = attempt (valija_store_write_changes (store, 1, second));

  if (facts->moved)
    {
      g_autoptr(GPtrArray) remote_ids = g_ptr_array_new ();

      g_ptr_array_add (remote_ids, (char *) "22");
      facts->finished = attempt (valija_store_finish_operation (store, line, remote_ids));
    }
}

static void
write_local (ValijaStore *store,
             Facts       *facts)
{
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_strnfill (9000, 'l'), 9000);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "kept", NULL, FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "kept", 5, 0);
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new ("me@example.org");
  gint64 folder, second;

  g_ptr_array_add (envelope->recipients, g_strdup ("a@example.org"));

  folder = attempt_int64 (valija_store_ensure_local_folder (store, "a", VALIJA_FOLDER_ROLE_SENT, "Sent"));
  if (folder != 0)
    facts->local = attempt_int64 (valija_store_add_message (store, folder, info, source, 0));

  facts->outbox = attempt_int64 (valija_store_add_outbox (store, "a", envelope, "s", "r", "m", bytes, bytes, 0));
  if (facts->outbox != 0)
    facts->sending =
        attempt (valija_store_set_outbox_state (store, facts->outbox, VALIJA_OUTBOX_PENDING,
                                                VALIJA_OUTBOX_SENDING, NULL, 0, NULL));

  second = attempt_int64 (valija_store_add_outbox (store, "a", envelope, "s", "r", "m", bytes, bytes, 0));
  if (second != 0)
    facts->removed = attempt (valija_store_remove_outbox (store, second));
}

static void
check_cache (TestStore   *self,
             const Facts *facts)
{
  if (facts->listed)
    g_assert_cmpint (test_folder (self, "a", "Archive"), ==, 2);

  for (guint i = 0; i < 2; i++)
    {
      static const char * const last[] = { "5", "8" };

      /* A batch and its cursor are there both or not at all, and there when it was said */
      if (facts->synced[i])
        g_assert_cmpint (test_find (self, 1, last[i]), !=, 0);
    }

  if (facts->listed)
    {
      g_autoptr(GBytes) cursor = test_await_boxed (valija_store_load_cursor (self->store, 1));
      gsize size;
      const char *data = g_bytes_get_data (cursor, &size);

      g_assert_cmpint (test_find (self, 1, "5") != 0 || test_find (self, 1, "8") != 0, ==, size == 1);
      g_assert_cmpint (test_find (self, 1, "8") != 0, ==, size == 1 && data[0] == '8');
    }

  if (facts->sourced)
    {
      g_autoptr(GBytes) bytes = test_await_boxed (valija_store_load_source (self->store, 1));
      g_autofree char *found = test_search (self, "words found");

      g_assert_cmpuint (g_bytes_get_size (bytes), ==, 20000);
      g_assert_cmpstr (found, ==, "1");
    }

  /* Told that it is done, and failing to write that, the store knows the move for done or for
   * still to be done: the next round of the two folders says which */
  if (facts->moved && facts->flagged && facts->finished)
    {
      g_autofree char *list = test_list (self, 2, VALIJA_LIST_ALL);
      g_autofree char *journal = test_journal (self, "a");

      g_assert_cmpstr (list, ==, "2");
      g_assert_cmpstr (journal, ==, "flags Archive 22");
    }
}

static void
check_local (TestStore   *self,
             const Facts *facts)
{
  g_autoptr(GPtrArray) items = test_await_boxed (valija_store_list_outbox (self->store));
  gboolean found = FALSE;

  if (facts->local != 0)
    {
      g_autoptr(GBytes) bytes = test_await_boxed (valija_store_load_source (self->store, facts->local));

      g_assert_cmpuint (g_bytes_get_size (bytes), ==, 9000);
    }

  for (guint i = 0; i < items->len; i++)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i);

      found = found || item->id == facts->outbox;
      if (item->id == facts->outbox && facts->sending)
        g_assert_cmpint (item->state, ==, VALIJA_OUTBOX_UNCERTAIN);
    }

  if (facts->outbox != 0)
    g_assert_true (found);
  if (facts->removed)
    g_assert_cmpuint (items->len, <=, 1 + (facts->outbox == 0));
}

/* Whether the fault came to pass. */
static gboolean
run (Fault fault,
     guint n)
{
  g_autoptr(TestStore) self = g_new0 (TestStore, 1);
  g_autoptr(ValijaStore) store = NULL;
  Facts facts = { 0, };
  gboolean hit;

  self->directory = g_dir_make_tmp ("valija-store-XXXXXX", NULL);
  store = test_store_make (self->directory);

  fault_vfs_arm (fault, n);
  facts.opened = attempt (valija_store_open (store));
  if (facts.opened)
    {
      write_cache (store, &facts);
      write_local (store, &facts);
    }
  attempt (valija_store_close (store));
  hit = fault_vfs_hit ();
  fault_vfs_arm (fault, 0);

  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  check_cache (self, &facts);
  check_local (self, &facts);
  test_check (self);

  /* And it can be gone on with */
  test_write_folders (self, "a", FALSE, "INBOX Archive");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("100", 0));

  return hit;
}

static void
test_fault (gconstpointer data)
{
  Fault fault = GPOINTER_TO_INT (data);
  guint step = g_test_slow () ? 1 : 7;
  guint n = 1 + g_test_rand_int_range (0, step);

  while (run (fault, n))
    n += step;

  g_test_message ("%u writes", n - 1);
  g_assert_cmpuint (n, >, 60);
}

/* @words: with the path of @database for "FILE" */
static void
assert_words (const char *path, GError *error, ValijaErrorCode code, const char *words)
{
  g_auto(GStrv) parts = g_strsplit (words, "FILE", 2);
  g_autofree char *sentence = g_strjoinv (path, parts);

  g_assert_error (error, VALIJA_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, sentence);
}

static void
assert_fails (ValijaDatabase *database, ValijaErrorCode code, const char *words)
{
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_malloc0 (100000), 100000);
  g_autoptr(GError) error = NULL;

  g_assert_false (valija_database_run (database, &error, "INSERT INTO t VALUES (?1)", "b", bytes));
  assert_words (valija_database_get_path (database), error, code, words);
}

static ValijaDatabase *
open_words (const char *path)
{
  g_autoptr(GError) error = NULL;
  ValijaDatabase *database = valija_database_open (path, VALIJA_DATABASE_LOCAL, TRUE, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (valija_database_run (database, &error, "CREATE TABLE IF NOT EXISTS t (x)", ""));
  g_assert_no_error (error);

  return database;
}

/* What really fails, in our own words. */
static void
test_words (void)
{
  g_autofree char *directory = g_dir_make_tmp ("valija-store-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "words.db", NULL);
  ValijaDatabase *database = open_words (path);
  sqlite3 *other = NULL;

  fault_vfs_arm (FAULT_FULL, 1);
  assert_fails (database, VALIJA_ERROR_DISK_FULL,
                "There is no room left on this computer for “FILE”. Make some room and try again.");
  fault_vfs_arm (FAULT_IO_ONCE, 1);
  assert_fails (database, VALIJA_ERROR_STORAGE, "“FILE” could not be read or written: the disk failed.");
  fault_vfs_arm (FAULT_READ_ONLY, 1);
  assert_fails (database, VALIJA_ERROR_STORAGE, "“FILE” could not be read or written: nothing can be written there.");
  fault_vfs_arm (FAULT_READ_ONLY, 0);

  /* Another program writes, and we do not wait for it */
  sqlite3_busy_timeout (valija_database_get_handle (database), 0);
  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  assert_fails (database, VALIJA_ERROR_STORAGE, "“FILE” is in use by another program. Close that one and try again.");
  sqlite3_close (other);

  sqlite3_limit (valija_database_get_handle (database), SQLITE_LIMIT_LENGTH, 1000);
  assert_fails (database, VALIJA_ERROR_TOO_LARGE, "The message is too large to be kept on this computer.");
  valija_database_close (database);

  database = open_words (path);
  g_assert_cmpint (sqlite3_exec (valija_database_get_handle (database), "PRAGMA query_only = 1", NULL, NULL, NULL), ==,
                   SQLITE_OK);
  assert_fails (database, VALIJA_ERROR_STORAGE,
                "“FILE” cannot be written. Check who owns it and whether its folder may be written.");
  g_assert_false (valija_database_is_damaged (database));
  g_assert_cmpint (sqlite3_exec (valija_database_get_handle (database), "PRAGMA query_only = 0; DROP TABLE t", NULL,
                                 NULL, NULL), ==, SQLITE_OK);
  assert_fails (database, VALIJA_ERROR_STORAGE,
                "“FILE” is damaged. Close Valija and start it again to have it repaired.");
  g_assert_true (valija_database_is_damaged (database));
  valija_database_close (database);
  test_remove (directory);
}

/* What cannot be made to happen here */
static void
test_other_words (void)
{
  static const struct
  {
    int result;
    const char *words;
  } cases[] = {
    { SQLITE_NOMEM, "There is too little memory for “FILE”. Close other programs and try again." },
    { SQLITE_MISUSE, "“FILE” could not be used. Close Valija and start it again." },
    { SQLITE_CANTOPEN, "“FILE” cannot be written. Check who owns it and whether its folder may be written." },
    { SQLITE_NOTADB, "“FILE” is damaged. Close Valija and start it again to have it repaired." },
    { SQLITE_CORRUPT_INDEX, "“FILE” is damaged. Close Valija and start it again to have it repaired." },
    { SQLITE_IOERR_CORRUPTFS, "“FILE” could not be read or written: the disk failed." },
  };
  g_autofree char *directory = g_dir_make_tmp ("valija-store-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "words.db", NULL);
  ValijaDatabase *database = open_words (path);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (valija_database_fail (database, cases[i].result, &error));
      assert_words (path, error, VALIJA_ERROR_STORAGE, cases[i].words);
    }

  valija_database_close (database);
  test_remove (directory);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  fault_vfs_install ();

  g_test_add_data_func ("/store/faults/full-once", GINT_TO_POINTER (FAULT_FULL_ONCE), test_fault);
  g_test_add_data_func ("/store/faults/full", GINT_TO_POINTER (FAULT_FULL), test_fault);
  g_test_add_data_func ("/store/faults/io-once", GINT_TO_POINTER (FAULT_IO_ONCE), test_fault);
  g_test_add_data_func ("/store/faults/read-only", GINT_TO_POINTER (FAULT_READ_ONLY), test_fault);

  g_test_add_func ("/store/faults/words", test_words);
  g_test_add_func ("/store/faults/other-words", test_other_words);

  return g_test_run ();
}
