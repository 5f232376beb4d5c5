/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-buffer.h"

#include <string.h>

static void
assert_content (ValijaBuffer *buffer, const char *expected)
{
  gsize length;
  const guint8 *data = valija_buffer_peek (buffer, &length);

  g_assert_cmpmem (data, length, expected, strlen (expected));
}

static void
test_empty (void)
{
  g_autoptr(ValijaBuffer) buffer = valija_buffer_new ();

  assert_content (buffer, "");
  g_assert_cmpuint (valija_buffer_find_line (buffer), ==, 0);
  valija_buffer_consume (buffer, 0);
  valija_buffer_append (buffer, NULL, 0);
  assert_content (buffer, "");
}

static void
test_lines (void)
{
  g_autoptr(ValijaBuffer) buffer = valija_buffer_new ();
  const char *text = "one\r\n\ntwo\nrest";
  const gsize expected[] = { 5, 1, 4 };
  guint found = 0;

  /* A byte at a time: the search goes on where it stopped. */
  for (const char *p = text; *p != '\0'; p++)
    {
      gsize end;

      valija_buffer_append (buffer, p, 1);
      end = valija_buffer_find_line (buffer);
      g_assert_cmpuint (end, ==, valija_buffer_find_line (buffer));

      if (end > 0)
        {
          g_assert_cmpuint (end, ==, expected[found++]);
          valija_buffer_consume (buffer, end);
        }
    }

  g_assert_cmpuint (found, ==, G_N_ELEMENTS (expected));
  assert_content (buffer, "rest");
}

static void
test_lines_at_once (void)
{
  g_autoptr(ValijaBuffer) buffer = valija_buffer_new ();

  valija_buffer_append (buffer, "a\nbb\n", 5);
  g_assert_cmpuint (valija_buffer_find_line (buffer), ==, 2);
  valija_buffer_append (buffer, "ccc\n", 4);
  valija_buffer_consume (buffer, 2);
  g_assert_cmpuint (valija_buffer_find_line (buffer), ==, 3);
  valija_buffer_consume (buffer, 3);
  g_assert_cmpuint (valija_buffer_find_line (buffer), ==, 4);
  valija_buffer_consume (buffer, 2);
  g_assert_cmpuint (valija_buffer_find_line (buffer), ==, 2);
}

/* Against a plain GByteArray, with sizes on both sides of every limit. */
static void
test_random (void)
{
  g_autoptr(ValijaBuffer) buffer = valija_buffer_new ();
  g_autoptr(GByteArray) model = g_byte_array_new ();
  guint8 byte = 0;

  for (int i = 0; i < 2000; i++)
    {
      gsize add = (gsize) g_test_rand_int_range (0, i % 50 == 0 ? 300000 : 3000);
      g_autofree guint8 *data = g_malloc (add + 1);
      const guint8 *content;
      gsize length;
      gsize eat;

      for (gsize j = 0; j < add; j++)
        data[j] = byte++;

      valija_buffer_append (buffer, data, add);
      g_byte_array_append (model, data, (guint) add);

      content = valija_buffer_peek (buffer, &length);
      g_assert_cmpmem (content, length, model->data, model->len);

      eat = (gsize) g_test_rand_int_range (0, (int) length + 1);
      if (i % 7 == 0)
        eat = length;

      valija_buffer_consume (buffer, eat);
      g_byte_array_remove_range (model, 0, (guint) eat);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/buffer/empty", test_empty);
  g_test_add_func ("/base/buffer/lines", test_lines);
  g_test_add_func ("/base/buffer/lines-at-once", test_lines_at_once);
  g_test_add_func ("/base/buffer/random", test_random);

  return g_test_run ();
}
