/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"
#include "store/valija-store-pack.h"

#include <string.h>

#define CACHE "cache/cache.db"
#define LOCAL "data/local.db"

/* A message of @length bytes, of words that come again. */
static GBytes *
make_source (gsize length)
{
  static const char * const words[] = { "harbour", "lamps", "quiet", "boats", "late", "home", "Núñez", "会议" };
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);
  GString *source = g_string_new ("Subject: The quiet harbour\r\nReferences: <a@x> <b@x>\r\n\r\n");

  while (source->len < length)
    g_string_append_printf (source, "%s ", words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))]);
  g_string_truncate (source, length);

  return g_string_free_to_bytes (source);
}

static void
test_round (void)
{
  static const gsize lengths[] = { 512, 513, 4096, 8400, 65537, VALIJA_DATABASE_WHOLE };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr(GBytes) source = make_source (lengths[i]);
      g_autoptr(GBytes) packed = valija_store_pack (source);
      g_autoptr(GBytes) unpacked = NULL;

      g_assert_nonnull (packed);
      g_assert_cmpuint (g_bytes_get_size (packed), <, lengths[i] * 7 / 8);
      unpacked = valija_store_unpack (packed, lengths[i]);
      g_assert_nonnull (unpacked);
      g_assert_true (g_bytes_equal (unpacked, source));
    }
}

/* What would not become smaller, what is too small to matter, and what goes in pieces. */
static void
test_as_it_came (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (11);
  g_autoptr(GBytes) empty = g_bytes_new (NULL, 0);
  g_autoptr(GBytes) small = make_source (511);
  g_autoptr(GBytes) large = make_source (VALIJA_DATABASE_WHOLE + 1);
  g_autoptr(GBytes) noise = NULL;
  guint32 *numbers = g_new (guint32, 2000);

  for (int i = 0; i < 2000; i++)
    numbers[i] = g_rand_int (rand);
  noise = g_bytes_new_take (numbers, 2000 * sizeof *numbers);

  g_assert_null (valija_store_pack (empty));
  g_assert_null (valija_store_pack (small));
  g_assert_null (valija_store_pack (large));
  g_assert_null (valija_store_pack (noise));
}

/* Each bit that turned on the disk, and each end that is missing, is seen. */
static void
test_damaged (void)
{
  g_autoptr(GBytes) source = make_source (3000);
  g_autoptr(GBytes) packed = valija_store_pack (source);
  g_autoptr(GBytes) empty = g_bytes_new (NULL, 0);
  gsize length;
  const char *data = g_bytes_get_data (packed, &length);

  g_assert_null (valija_store_unpack (empty, 3000));
  g_assert_null (valija_store_unpack (packed, 0));
  g_assert_null (valija_store_unpack (packed, -1));
  g_assert_null (valija_store_unpack (packed, 2999));
  g_assert_null (valija_store_unpack (packed, 3001));
  g_assert_null (valija_store_unpack (packed, G_MAXINT64));

  for (gsize i = 0; i < length; i++)
    {
      g_autoptr(GBytes) cut = g_bytes_new (data, i);

      g_assert_null (valija_store_unpack (cut, 3000));

      for (int bit = 0; bit < 8; bit++)
        {
          g_autofree char *turned = g_memdup2 (data, length);
          g_autoptr(GBytes) bytes = NULL;
          g_autoptr(GBytes) unpacked = NULL;

          turned[i] ^= 1 << bit;
          bytes = g_bytes_new (turned, length);
          unpacked = valija_store_unpack (bytes, 3000);
          g_assert_true (unpacked == NULL || g_bytes_equal (unpacked, source));
        }
    }
}

static void
write_source (TestStore *self,
              gint64     id,
              GBytes    *bytes,
              gboolean   pack)
{
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  ValijaStoredSource *source = valija_stored_source_new (id, bytes, "text", NULL, FALSE);

  if (pack)
    valija_stored_source_pack (source);
  g_ptr_array_add (sources, source);
  test_await (valija_store_write_sources (self->store, sources));
}

static void
assert_source (TestStore *self,
               gint64     id,
               GBytes    *bytes)
{
  g_autoptr(GBytes) loaded = test_await_boxed (valija_store_load_source (self->store, id));

  g_assert_true (g_bytes_equal (loaded, bytes));
}

/* Packed over one that is as it came, and the other way: what is read is what was written last. */
static void
test_store (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) bytes = make_source (8400);
  g_autoptr(GBytes) other = make_source (4000);
  gint64 id;

  test_write_folders (self, "a", FALSE, "INBOX");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("1", 0));
  id = test_find (self, test_folder (self, "a", "INBOX"), "1");

  write_source (self, id, bytes, TRUE);
  g_assert_cmpint (test_sql (self, CACHE, "SELECT length (data) FROM source"), <, 8400 / 2);
  assert_source (self, id, bytes);
  write_source (self, id, other, FALSE);
  g_assert_cmpint (test_sql (self, CACHE, "SELECT length (data) FROM source"), ==, 4000);
  assert_source (self, id, other);
  write_source (self, id, bytes, TRUE);
  test_store_close (self);
  test_store_open (self);
  assert_source (self, id, bytes);
  test_check (self);
}

/* One that is damaged in the cache is as if only its headers were there; in local truth it is told, and no other one
 * suffers. */
static void
test_store_damaged (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) bytes = make_source (8400);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "text", NULL, FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "sent", 0, VALIJA_FLAG_SEEN);
  gint64 cached, folder, local, second;

  test_write_folders (self, "a", FALSE, "INBOX");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("1", 0));
  cached = test_find (self, test_folder (self, "a", "INBOX"), "1");
  write_source (self, cached, bytes, TRUE);
  folder = test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_SENT, "Sent"));
  valija_stored_source_pack (source);
  local = test_await_int64 (valija_store_add_message (self->store, folder, info, source, 0));
  second = test_await_int64 (valija_store_add_message (self->store, folder, info, source, 0));

  test_sql (self, CACHE, "UPDATE source SET data = substr (data, 1, length (data) - 1)");
  test_sql (self, LOCAL, "UPDATE source SET unpacked_length = unpacked_length - 1"
                         " WHERE message = (SELECT min (message) FROM source)");
  test_await_error (valija_store_load_source (self->store, cached), VALIJA_ERROR_NOT_FOUND);
  test_await_error (valija_store_load_source (self->store, local), VALIJA_ERROR_STORAGE);
  assert_source (self, second, bytes);

  write_source (self, cached, bytes, TRUE);
  assert_source (self, cached, bytes);
  test_check (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  dex_init ();

  g_test_add_func ("/store/pack/round", test_round);
  g_test_add_func ("/store/pack/as-it-came", test_as_it_came);
  g_test_add_func ("/store/pack/damaged", test_damaged);
  g_test_add_func ("/store/pack/store", test_store);
  g_test_add_func ("/store/pack/store-damaged", test_store_damaged);

  return g_test_run ();
}
