/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "net/valija-deflate.h"

#include <gio/gio.h>
#include <string.h>

/* Takes all out that is there, in pieces of @piece bytes. */
static void
inflate_into (ValijaDeflate *layer, GByteArray *plain, gsize piece)
{
  g_autofree guint8 *buffer = g_malloc (piece);
  g_autoptr(GError) error = NULL;
  gsize produced;

  do
    {
      g_assert_true (valija_deflate_inflate (layer, buffer, piece, &produced, &error));
      g_assert_no_error (error);
      g_byte_array_append (plain, buffer, (guint) produced);
    }
  while (produced > 0);
}

static GBytes *
make_noise (gsize length)
{
  guint8 *data = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    data[i] = (guint8) (i % 3 == 0 ? g_test_rand_int () : 'a');

  return g_bytes_new_take (data, length);
}

/* Each write can be read whole at once, whatever the pieces are. */
static void
test_round_trip (void)
{
  static const gsize lengths[] = { 1, 2, 100, 256, 511, 4096, 65536, 300000, 1 };
  static const gsize pieces[] = { 1, 7, 4096, 65536 };

  for (gsize p = 0; p < G_N_ELEMENTS (pieces); p++)
    {
      g_autoptr(ValijaDeflate) near = valija_deflate_new ();
      g_autoptr(ValijaDeflate) far = valija_deflate_new ();

      for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
        {
          g_autoptr(GBytes) plain = make_noise (lengths[i]);
          g_autoptr(GBytes) wire = valija_deflate_compress (near, plain);
          g_autoptr(GByteArray) result = g_byte_array_new ();
          gsize length;
          const guint8 *data = g_bytes_get_data (wire, &length);

          for (gsize done = 0; done < length; done += MIN (pieces[p] * 3, length - done))
            {
              valija_deflate_feed (far, data + done, MIN (pieces[p] * 3, length - done));
              inflate_into (far, result, pieces[p]);
            }

          g_assert_cmpmem (result->data, result->len, g_bytes_get_data (plain, NULL), lengths[i]);
        }
    }
}

/* What another implementation compressed */
static void
test_foreign (void)
{
  g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 9);
  g_autoptr(ValijaDeflate) layer = valija_deflate_new ();
  g_autoptr(GByteArray) result = g_byte_array_new ();
  g_autoptr(GError) error = NULL;
  guint8 wire[200];
  gsize read;
  gsize written;

  g_converter_convert (G_CONVERTER (compressor), "* OK\r\n", 6, wire, sizeof wire, G_CONVERTER_INPUT_AT_END, &read,
                       &written, &error);
  g_assert_no_error (error);
  valija_deflate_feed (layer, wire, written);
  inflate_into (layer, result, 100);
  g_assert_cmpmem (result->data, result->len, "* OK\r\n", 6);
  g_assert_true (valija_deflate_is_ended (layer));
  valija_deflate_feed (layer, "more", 4);
  inflate_into (layer, result, 100);
  g_assert_cmpuint (result->len, ==, 6);
}

static void
test_garbage (void)
{
  g_autoptr(ValijaDeflate) layer = valija_deflate_new ();
  g_autoptr(GError) error = NULL;
  guint8 buffer[100];
  gsize produced;

  valija_deflate_feed (layer, "\xff\xff\xff* OK", 8);
  g_assert_false (valija_deflate_inflate (layer, buffer, sizeof buffer, &produced, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL);
}

/* A few kilobytes that swell to 100 MB come out piece by piece and only when they are asked for. */
static void
test_bomb (void)
{
  g_autoptr(ValijaDeflate) near = valija_deflate_new ();
  g_autoptr(ValijaDeflate) far = valija_deflate_new ();
  g_autoptr(GBytes) plain = g_bytes_new_take (g_malloc0 (10 * 1024 * 1024), 10 * 1024 * 1024);
  g_autoptr(GBytes) wire = valija_deflate_compress (near, plain);
  g_autoptr(GError) error = NULL;
  guint8 buffer[65536];
  gsize produced;
  gsize length;
  const guint8 *data = g_bytes_get_data (wire, &length);

  g_assert_cmpuint (length, <, 20000);
  valija_deflate_feed (far, data, length);
  g_assert_true (valija_deflate_inflate (far, buffer, sizeof buffer, &produced, &error));
  g_assert_cmpuint (produced, ==, sizeof buffer);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/deflate/round-trip", test_round_trip);
  g_test_add_func ("/net/deflate/foreign", test_foreign);
  g_test_add_func ("/net/deflate/garbage", test_garbage);
  g_test_add_func ("/net/deflate/bomb", test_bomb);

  return g_test_run ();
}
