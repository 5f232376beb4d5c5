/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-deflate.h"

#include <glib/gi18n-lib.h>
#include <zlib.h>

#include "base/valija-error.h"

/* Raw deflate: no header, no checksum */
#define RAW_WINDOW_BITS (-MAX_WBITS)
#define MEMORY_LEVEL 8

struct _ValijaDeflate
{
  z_stream out;
  z_stream in;
  GByteArray *input; /* fed and not consumed yet */
  gsize input_start;
  gboolean ended;
};

/**
 * valija_deflate_new:
 *
 * Returns: (transfer full): a layer with both windows empty
 */
ValijaDeflate *
valija_deflate_new (void)
{
  ValijaDeflate *self = g_new0 (ValijaDeflate, 1);

  self->input = g_byte_array_new ();

  if (deflateInit2 (&self->out, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW_WINDOW_BITS, MEMORY_LEVEL,
                    Z_DEFAULT_STRATEGY) != Z_OK ||
      inflateInit2 (&self->in, RAW_WINDOW_BITS) != Z_OK)
    g_error ("No memory for compression");

  return self;
}

/**
 * valija_deflate_free:
 * @self: (transfer full): a layer
 */
void
valija_deflate_free (ValijaDeflate *self)
{
  g_return_if_fail (self != NULL);

  deflateEnd (&self->out);
  inflateEnd (&self->in);
  g_byte_array_unref (self->input);
  g_free (self);
}

/**
 * valija_deflate_compress:
 * @self: a layer
 * @bytes: what to send; not empty
 *
 * Returns: (transfer full): what goes over the wire for it, flushed
 */
GBytes *
valija_deflate_compress (ValijaDeflate *self, GBytes *bytes)
{
  g_autoptr(GByteArray) result = NULL;
  gconstpointer data;
  gsize length;
  gsize done = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (g_bytes_get_size (bytes) > 0 && g_bytes_get_size (bytes) <= G_MAXUINT, NULL);

  data = g_bytes_get_data (bytes, &length);
  result = g_byte_array_new ();

  self->out.next_in = (Bytef *) data;
  self->out.avail_in = (uInt) length;

  /* Room left in the buffer is zlib's sign that the flush is complete. */
  do
    {
      g_byte_array_set_size (result, (guint) (done + MAX (length / 2, 256)));
      self->out.next_out = result->data + done;
      self->out.avail_out = (uInt) (result->len - done);
      deflate (&self->out, Z_SYNC_FLUSH);
      done = result->len - self->out.avail_out;
    }
  while (self->out.avail_out == 0);

  g_byte_array_set_size (result, (guint) done);
  return g_byte_array_free_to_bytes (g_steal_pointer (&result));
}

/**
 * valija_deflate_feed:
 * @self: a layer
 * @data: (array length=length): what came over the wire, copied
 * @length: how many bytes
 */
void
valija_deflate_feed (ValijaDeflate *self, const void *data, gsize length)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (length <= G_MAXUINT);

  if (self->input_start > 0)
    {
      g_byte_array_remove_range (self->input, 0, (guint) self->input_start);
      self->input_start = 0;
    }

  g_byte_array_append (self->input, data, (guint) length);
}

/**
 * valija_deflate_inflate:
 * @self: a layer
 * @buffer: (array length=size): where the plain bytes go
 * @size: its size
 * @produced: (out): how many there are; 0 means: feed more, or valija_deflate_is_ended()
 * @error: VALIJA_ERROR_PROTOCOL when what was fed is no deflate
 *
 * Returns: whether the input makes sense
 */
gboolean
valija_deflate_inflate (ValijaDeflate *self, guint8 *buffer, gsize size, gsize *produced, GError **error)
{
  int status;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (size <= G_MAXUINT, FALSE);

  *produced = 0;
  if (self->ended)
    return TRUE;

  self->in.next_in = self->input->data + self->input_start;
  self->in.avail_in = (uInt) (self->input->len - self->input_start);
  self->in.next_out = buffer;
  self->in.avail_out = (uInt) size;

  status = inflate (&self->in, Z_SYNC_FLUSH);

  self->input_start = self->input->len - self->in.avail_in;
  *produced = size - self->in.avail_out;

  if (status == Z_STREAM_END)
    self->ended = TRUE;
  else if (status != Z_OK && status != Z_BUF_ERROR)
    {
      valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("The server’s compressed data is damaged."));
      return FALSE;
    }

  return TRUE;
}

/**
 * valija_deflate_is_ended:
 * @self: a layer
 *
 * Returns: whether the other side has ended its deflate stream; nothing more will come
 */
gboolean
valija_deflate_is_ended (ValijaDeflate *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->ended;
}
