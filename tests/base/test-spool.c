/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "base/valija-spool.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MANY (3 * 1024 * 1024 + 17)

static void
append_pattern (ValijaSpool *spool, GChecksum *checksum, gsize total, gsize piece)
{
  g_autoptr(GError) error = NULL;
  g_autofree guint8 *data = g_malloc (piece);
  guint8 byte = 0;

  while (total > 0)
    {
      gsize length = MIN (total, piece);

      for (gsize i = 0; i < length; i++)
        data[i] = (guint8) (byte++ * 31);

      g_assert_true (valija_spool_append (spool, data, length, &error));
      g_assert_no_error (error);
      g_checksum_update (checksum, data, (gssize) length);
      total -= length;
    }
}

static void
check (gsize total, gsize piece)
{
  g_autoptr(ValijaSpool) spool = valija_spool_new (G_MAXUINT64);
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GBytes) all = NULL;
  g_autoptr(GBytes) half = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *found = NULL;

  append_pattern (spool, checksum, total, piece);
  g_assert_cmpuint (valija_spool_length (spool), ==, total);
  all = valija_spool_peek (spool, G_MAXSIZE);
  half = valija_spool_peek (spool, total / 2);

  bytes = valija_spool_finish (spool, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (all, bytes));
  g_assert_cmpmem (g_bytes_get_data (half, NULL), g_bytes_get_size (half), g_bytes_get_data (bytes, NULL), total / 2);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, total);
  found = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_assert_cmpstr (found, ==, g_checksum_get_string (checksum));
  g_assert_cmpuint (valija_spool_length (spool), ==, 0);
}

static void
test_sizes (void)
{
  const gsize limit = 256 * 1024;

  check (0, 1);
  check (1, 1);
  check (limit - 1, 1000);
  check (limit, limit);
  check (limit + 1, 4096);
  check (limit + 1, limit + 1);
  check (MANY, 65536);
  check (MANY, MANY);
}

static void
test_twice (void)
{
  g_autoptr(ValijaSpool) spool = valija_spool_new (1000);
  g_autoptr(GError) error = NULL;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr(GBytes) bytes = NULL;

      g_assert_true (valija_spool_append (spool, "abc", 3, &error));
      bytes = valija_spool_finish (spool, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abc", 3);
    }
}

static void
test_limit (void)
{
  g_autoptr(ValijaSpool) spool = valija_spool_new (5);
  g_autoptr(GError) error = NULL;

  g_assert_true (valija_spool_append (spool, "12345", 5, &error));
  g_assert_true (valija_spool_append (spool, "", 0, &error));
  g_assert_no_error (error);
  g_assert_false (valija_spool_append (spool, "6", 1, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
}

/* Thrown away half-way: nothing stays behind. */
static void
test_drop (void)
{
  g_autoptr(ValijaSpool) spool = valija_spool_new (G_MAXUINT64);
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  append_pattern (spool, checksum, MANY, 65536);
}

/* What is on the disk can be written from here on, and not be read. */
static void
break_file (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);
      int fd;

      if (target == NULL || !g_str_has_suffix (target, " (deleted)"))
        continue;

      fd = open (path, O_WRONLY | O_CLOEXEC);
      g_assert_cmpint (fd, >=, 0);
      g_assert_cmpint (dup2 (fd, (int) g_ascii_strtoll (name, NULL, 10)), >=, 0);
      close (fd);
    }
}

/* What follows a hole is not taken for the beginning. */
static void
test_unreadable (void)
{
  g_autoptr(ValijaSpool) spool = valija_spool_new (G_MAXUINT64);
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr(GBytes) bytes = NULL;

  append_pattern (spool, checksum, MANY, 65536);
  break_file ();
  bytes = valija_spool_peek (spool, G_MAXSIZE);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
}

static void
test_file (void)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "large", NULL);
  g_autofree char *data = g_strnfill (MANY, 'x');
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_cache_dir (), 0700), ==, 0);
  g_assert_null (valija_spool_load_file (file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, data, MANY, &error));
  bytes = valija_spool_load_file (file, &error);
  g_assert_no_error (error);

  /* It is what it was, whatever becomes of the file */
  g_assert_true (g_file_set_contents (path, "short", -1, &error));
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), data, MANY);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/base/spool/sizes", test_sizes);
  g_test_add_func ("/base/spool/twice", test_twice);
  g_test_add_func ("/base/spool/limit", test_limit);
  g_test_add_func ("/base/spool/drop", test_drop);
  g_test_add_func ("/base/spool/unreadable", test_unreadable);
  g_test_add_func ("/base/spool/file", test_file);

  return g_test_run ();
}
