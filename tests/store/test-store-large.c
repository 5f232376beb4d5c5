/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Messages of many megabytes: what was put in comes out, and SQLite never holds much of it. */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"
#include "valija-fault-vfs.h"

#include <glib/gstdio.h>

#define LARGE (3 * 1024 * 1024 + 17)
#define HUGE (40 * 1024 * 1024)
/* What SQLite may take for one, where its caches are warm already */
#define MEMORY_LIMIT (4 * 1024 * 1024)

static GBytes *
make_bytes (gsize   length,
            guint32 seed)
{
  guint8 *data = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    {
      seed = seed * 1664525 + 1013904223;
      data[i] = seed >> 24;
    }

  return g_bytes_new_take (data, length);
}

static ValijaStoredSource *
make_source (gint64  message,
             GBytes *bytes)
{
  return valija_stored_source_new (message, bytes, "wombat", "preview", TRUE);
}

static void
write_source (TestStore *self,
              gint64     message,
              GBytes    *bytes)
{
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);

  g_ptr_array_add (sources, make_source (message, bytes));
  test_await (valija_store_write_sources (self->store, sources));
}

static void
assert_bytes (DexFuture *future,
              GBytes    *expected)
{
  g_autoptr(GBytes) found = test_await_boxed (future);

  g_assert_true (g_bytes_equal (found, expected));
}

static DexFuture *
add_outbox (TestStore *self,
            GBytes    *source,
            GBytes    *copy)
{
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new ("me@example.org");

  g_ptr_array_add (envelope->recipients, g_strdup ("a@example.org"));

  return valija_store_add_outbox (self->store, "a", envelope, "hi", "A", "1@example.org", source, copy, 0);
}

static void
test_sizes (void)
{
  static const gsize lengths[] = {
    0, 1, VALIJA_DATABASE_WHOLE - 1, VALIJA_DATABASE_WHOLE, VALIJA_DATABASE_WHOLE + 1, LARGE, 100, LARGE + 4096,
  };
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(ValijaMessageInfo) info = test_info ("", "kept", 5, 0);
  gint64 inbox, local, id;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1", 0));
  id = test_find (self, inbox, "1");
  local = test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_SENT, "Sent"));

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr(GBytes) bytes = make_bytes (lengths[i], i);
      g_autoptr(GBytes) copy = make_bytes (lengths[G_N_ELEMENTS (lengths) - 1 - i], i + 100);
      g_autoptr(ValijaStoredSource) source = make_source (0, bytes);
      gint64 kept, item, line;

      /* In the place of the one before */
      write_source (self, id, bytes);
      kept = test_await_int64 (valija_store_add_message (self->store, local, info, source, 0));
      item = test_await_int64 (add_outbox (self, bytes, copy));
      line = test_await_int64 (valija_store_append_message (self->store, inbox, copy, 0, 0));

      test_store_close (self);
      test_store_open (self);
      assert_bytes (valija_store_load_source (self->store, id), bytes);
      assert_bytes (valija_store_load_source (self->store, kept), bytes);
      assert_bytes (valija_store_load_outbox_source (self->store, item), bytes);
      assert_bytes (valija_store_load_outbox_copy (self->store, item), copy);
      assert_bytes (valija_store_load_operation_source (self->store, line), copy);
      test_await (valija_store_remove_outbox (self->store, item));
    }

  test_check (self);
}

/* What SQLite has taken at most, since @before, for what is being waited for. */
static void
assert_little (gint64      before,
               const char *what)
{
  gint64 most = sqlite3_memory_highwater (TRUE) - before;

  g_test_message ("%s: %" G_GINT64_FORMAT " bytes", what, most);
  g_assert_cmpint (most, <, MEMORY_LIMIT);
}

static gint64
begin_measure (void)
{
  sqlite3_memory_highwater (TRUE);

  return sqlite3_memory_used ();
}

static void
test_memory (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) bytes = make_bytes (HUGE, 1);
  g_autoptr(GPtrArray) remote_ids = g_ptr_array_new ();
  gint64 inbox, id, item, line, before;

  g_ptr_array_add (remote_ids, (char *) "2");
  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1", 0));
  id = test_find (self, inbox, "1");

  for (guint i = 0; i < 2; i++)
    {
      before = begin_measure ();
      write_source (self, id, bytes);
      assert_little (before, "written");

      before = begin_measure ();
      assert_bytes (valija_store_load_source (self->store, id), bytes);
      assert_little (before, "read");
    }

  before = begin_measure ();
  item = test_await_int64 (add_outbox (self, bytes, bytes));
  assert_little (before, "put into the outbox");

  before = begin_measure ();
  assert_bytes (valija_store_load_outbox_source (self->store, item), bytes);
  assert_bytes (valija_store_load_outbox_copy (self->store, item), bytes);
  assert_little (before, "read from the outbox");

  before = begin_measure ();
  line = test_await_int64 (valija_store_append_message (self->store, inbox, bytes, 0, 0));
  assert_bytes (valija_store_load_operation_source (self->store, line), bytes);
  assert_little (before, "put into the journal");

  before = begin_measure ();
  test_await (valija_store_remove_outbox (self->store, item));
  assert_little (before, "taken out of the outbox");

  before = begin_measure ();
  test_await (valija_store_finish_operation (self->store, line, remote_ids));
  assert_little (before, "taken out of the journal");
}

static goffset
get_size (TestStore  *self,
          const char *name)
{
  g_autofree char *path = test_store_path (self, name);
  GStatBuf status;

  return g_stat (path, &status) == 0 ? status.st_size : 0;
}

/* What is written without a pause goes into the database meanwhile, and the log beside it does not grow with it. */
static void
test_log (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) bytes = make_bytes (LARGE, 1);
  goffset most = 0;
  gint64 inbox;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  for (guint i = 1; i <= 40; i++)
    {
      g_autofree char *remote_id = g_strdup_printf ("%u", i);

      test_sync (self, inbox, test_added (remote_id, 0));
      write_source (self, test_find (self, inbox, remote_id), bytes);
      most = MAX (most, get_size (self, "cache/cache.db-wal"));
    }

  g_test_message ("The log: %" G_GOFFSET_FORMAT " bytes at most", most);
  g_assert_cmpint (most, <, 25 * (goffset) LARGE);
  g_assert_cmpint (get_size (self, "cache/cache.db"), >, 10 * (goffset) LARGE);
  assert_bytes (valija_store_load_source (self->store, test_find (self, inbox, "1")), bytes);
  test_check (self);
}

/* The disk fails in the middle of it: it is there as a whole or not at all. */
static void
test_fault (void)
{
  g_autoptr(GBytes) bytes = make_bytes (VALIJA_DATABASE_WHOLE + 4711, 1);
  guint n = 1 + g_test_rand_int_range (0, 100);
  gboolean hit = TRUE;

  for (; hit; n += 401)
    {
      g_autoptr(TestStore) self = test_store_new ();
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) items = NULL;
      gboolean added;

      fault_vfs_arm (FAULT_IO_ONCE, n);
      added = test_try (add_outbox (self, bytes, bytes), &error);
      hit = fault_vfs_hit ();
      fault_vfs_arm (FAULT_IO_ONCE, 0);
      if (!added)
        g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_STORAGE);

      test_store_close (self);
      test_store_open (self);
      items = test_await_boxed (valija_store_list_outbox (self->store));
      g_assert_cmpuint (items->len, >=, added);
      for (guint i = 0; i < items->len; i++)
        {
          gint64 item = ((ValijaStoredOutbox *) g_ptr_array_index (items, i))->id;

          assert_bytes (valija_store_load_outbox_source (self->store, item), bytes);
          assert_bytes (valija_store_load_outbox_copy (self->store, item), bytes);
        }

      /* And the next one fits */
      test_await_int64 (add_outbox (self, bytes, bytes));
      test_check (self);
    }

  g_assert_cmpuint (n, >, 1000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  fault_vfs_install ();
  dex_init ();

  g_test_add_func ("/store/large/sizes", test_sizes);
  g_test_add_func ("/store/large/memory", test_memory);
  g_test_add_func ("/store/large/log", test_log);
  g_test_add_func ("/store/large/fault", test_fault);

  return g_test_run ();
}
