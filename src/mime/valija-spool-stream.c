/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-spool-stream.h"

#define VALIJA_TYPE_SPOOL_STREAM (valija_spool_stream_get_type ())
GType valija_spool_stream_get_type (void);

typedef struct
{
  GMimeStream parent_instance;

  ValijaSpool *spool;
  GError *error;
} ValijaSpoolStream;

typedef GMimeStreamClass ValijaSpoolStreamClass;

G_DEFINE_TYPE (ValijaSpoolStream, valija_spool_stream, GMIME_TYPE_STREAM)

static ValijaSpoolStream *
cast (gpointer stream)
{
  return G_TYPE_CHECK_INSTANCE_CAST (stream, VALIJA_TYPE_SPOOL_STREAM, ValijaSpoolStream);
}

static ssize_t
valija_spool_stream_write (GMimeStream *stream,
                           const char  *data,
                           size_t       length)
{
  ValijaSpoolStream *self = cast (stream);

  if (self->error != NULL || !valija_spool_append (self->spool, data, length, &self->error))
    return -1;
  stream->position += length;

  return length;
}

static ssize_t
valija_spool_stream_read (GMimeStream *stream,
                          char        *data,
                          size_t       length)
{
  return -1;
}

static int
valija_spool_stream_flush (GMimeStream *stream)
{
  return cast (stream)->error == NULL ? 0 : -1;
}

static gboolean
valija_spool_stream_eos (GMimeStream *stream)
{
  return TRUE;
}

static gint64
valija_spool_stream_tell (GMimeStream *stream)
{
  return stream->position;
}

static void
valija_spool_stream_finalize (GObject *object)
{
  g_clear_error (&cast (object)->error);

  G_OBJECT_CLASS (valija_spool_stream_parent_class)->finalize (object);
}

static void
valija_spool_stream_class_init (ValijaSpoolStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = valija_spool_stream_finalize;

  klass->write = valija_spool_stream_write;
  klass->read = valija_spool_stream_read;
  klass->flush = valija_spool_stream_flush;
  klass->eos = valija_spool_stream_eos;
  klass->tell = valija_spool_stream_tell;
}

static void
valija_spool_stream_init (ValijaSpoolStream *self)
{
}

GMimeStream *
valija_spool_stream_new (ValijaSpool *spool)
{
  ValijaSpoolStream *self = g_object_new (VALIJA_TYPE_SPOOL_STREAM, NULL);

  self->spool = spool;
  g_mime_stream_construct (GMIME_STREAM (self), 0, -1);

  return GMIME_STREAM (self);
}

gboolean
valija_spool_stream_finish (GMimeStream  *stream,
                            GError      **error)
{
  ValijaSpoolStream *self = cast (stream);

  if (self->error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&self->error));

  return FALSE;
}
