/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-pack.h"

#include "store/valija-store-database.h"

#include <zstd.h>

/* The fastest: the next ones take twice as long for a twentieth less. */
#define LEVEL 1

/* Less is not worth being unpacked. */
#define WORTH_BYTES 512

static void
free_context (gpointer context)
{
  ZSTD_freeCCtx (context);
}

/* Of each thread one, since making it takes longer than packing a message. */
static ZSTD_CCtx *
get_context (void)
{
  static GPrivate context = G_PRIVATE_INIT (free_context);
  ZSTD_CCtx *self = g_private_get (&context);

  if (self == NULL)
    {
      self = ZSTD_createCCtx ();
      g_assert (self != NULL);
      ZSTD_CCtx_setParameter (self, ZSTD_c_compressionLevel, LEVEL);
      ZSTD_CCtx_setParameter (self, ZSTD_c_checksumFlag, 1);
      g_private_set (&context, self);
    }

  return self;
}

GBytes *
valija_store_pack (GBytes *source)
{
  gsize length;
  const char *data = g_bytes_get_data (source, &length);
  gsize bound = ZSTD_compressBound (length);
  g_autofree char *packed = NULL;
  gsize n_packed;

  if (length < WORTH_BYTES || length > VALIJA_DATABASE_WHOLE)
    return NULL;

  packed = g_malloc (bound);
  n_packed = ZSTD_compress2 (get_context (), packed, bound, data, length);
  if (ZSTD_isError (n_packed) || n_packed > length - length / 8)
    return NULL;

  return g_bytes_new (packed, n_packed);
}

GBytes *
valija_store_unpack (GBytes *packed,
                     gint64  length)
{
  gsize n_packed;
  const char *data = g_bytes_get_data (packed, &n_packed);
  g_autofree char *source = NULL;

  if (length <= 0 || length > VALIJA_DATABASE_WHOLE)
    return NULL;

  source = g_malloc (length);
  if (ZSTD_decompress (source, length, data, n_packed) != (gsize) length)
    return NULL;

  return g_bytes_new_take (g_steal_pointer (&source), length);
}
