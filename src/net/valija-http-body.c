/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-http-body.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "net/valija-http-request-private.h"

struct _ValijaHttpBody
{
  GInputStream parent_instance;
  ValijaHttpRequest *request;
  guint part;
  gsize offset; /* into the part, before Base64 */
  char rest[8]; /* Base64 for which the reader had no room */
  gsize rest_start;
  gsize rest_end;
  guint64 gone; /* octets that were read */
};

static void valija_http_body_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ValijaHttpBody, valija_http_body, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, valija_http_body_pollable_init))

/* Encodes @size bytes, of which only the last of a part are no multiple of 3. */
static gsize
encode (const guint8 *data, gsize size, char *target)
{
  int state = 0;
  int save = 0;
  gsize length = g_base64_encode_step (data, size, FALSE, target, &state, &save);

  return length + g_base64_encode_close (FALSE, target + length, &state, &save);
}

static gsize
take_rest (ValijaHttpBody *self, char *target, gsize room)
{
  gsize length = MIN (self->rest_end - self->rest_start, room);

  memcpy (target, self->rest + self->rest_start, length);
  self->rest_start += length;

  return length;
}

static gsize
take_base64 (ValijaHttpBody *self, const guint8 *data, gsize size, char *target, gsize room)
{
  gsize taken = MIN (size, room / 4 * 3);

  if (taken == 0)
    {
      taken = MIN (size, 3);
      self->rest_start = 0;
      self->rest_end = encode (data, taken, self->rest);
      self->offset += taken;
      return take_rest (self, target, room);
    }

  self->offset += taken;
  return encode (data, taken, target);
}

static gssize
valija_http_body_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  ValijaHttpBody *self = VALIJA_HTTP_BODY (stream);
  GArray *parts = self->request->parts;
  gsize length;

  /* What was read may go out: all of it is not taken back */
  if (self->request->gone_func != NULL &&
      !self->request->gone_func (self->gone, self->request->length, self->request->gone_data) &&
      self->gone < self->request->length)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("It was cancelled."));
      return -1;
    }

  length = take_rest (self, buffer, count);

  while (length < count && self->part < parts->len)
    {
      ValijaHttpPart *part = &g_array_index (parts, ValijaHttpPart, self->part);
      gsize size;
      const guint8 *data = g_bytes_get_data (part->bytes, &size);
      gsize piece;

      if (self->offset == size)
        {
          self->part++;
          self->offset = 0;
          continue;
        }

      data += self->offset;
      size -= self->offset;

      if (part->base64)
        length += take_base64 (self, data, size, (char *) buffer + length, count - length);
      else
        {
          piece = MIN (size, count - length);
          memcpy ((char *) buffer + length, data, piece);
          self->offset += piece;
          length += piece;
        }
    }

  self->gone += length;
  if (self->request->gone_func != NULL)
    self->request->gone_func (self->gone, self->request->length, self->request->gone_data);

  return (gssize) length;
}

static gboolean
valija_http_body_is_readable (GPollableInputStream *stream)
{
  return TRUE;
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { .dispatch = source_dispatch };

static GSource *
valija_http_body_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr(GSource) ready = g_source_new (&source_funcs, sizeof (GSource));

  g_source_set_ready_time (ready, 0);
  return g_pollable_source_new_full (stream, ready, cancellable);
}

static void
valija_http_body_finalize (GObject *object)
{
  ValijaHttpBody *self = VALIJA_HTTP_BODY (object);

  g_clear_pointer (&self->request, valija_http_request_unref);

  G_OBJECT_CLASS (valija_http_body_parent_class)->finalize (object);
}

static void
valija_http_body_class_init (ValijaHttpBodyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = valija_http_body_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = valija_http_body_read;
}

static void
valija_http_body_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = valija_http_body_is_readable;
  iface->create_source = valija_http_body_create_source;
}

static void
valija_http_body_init (ValijaHttpBody *self)
{
}

/**
 * valija_http_body_new:
 * @request: (transfer none): a request that does not change any more
 *
 * Returns: (transfer full): its body, from the beginning
 */
GInputStream *
valija_http_body_new (ValijaHttpRequest *request)
{
  ValijaHttpBody *self = g_object_new (VALIJA_TYPE_HTTP_BODY, NULL);

  self->request = valija_http_request_ref (request);

  return G_INPUT_STREAM (self);
}
