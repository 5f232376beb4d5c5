/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-stream-private.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-promise.h"
#include "base/valija-secret.h"
#include "net/valija-net-error.h"
#include "net/valija-tls.h"

#define READ_SIZE 65536
/* How long the goodbye of TLS may take before the connection is simply dropped */
#define GOODBYE_SECONDS 2

typedef struct
{
  GCancellable *cancellable;
  GSource *deadline;
} Goodbye;

G_DEFINE_FINAL_TYPE (ValijaStream, valija_stream, G_TYPE_OBJECT)

static void start_read (ValijaStream *self);
static void start_write (ValijaStream *self);

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = { .dispatch = source_dispatch };

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;

  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Starts the wait anew while the other side owes us something, and ends it else. One source
 * whose time is moved costs less than one a read. */
static void
watch_silence (ValijaStream *self)
{
  gboolean owed = self->reader != NULL || self->writing;

  if (self->silence == NULL)
    return;

  g_source_set_ready_time (self->silence, owed && self->timeout > 0
                                            ? g_get_monotonic_time () + (gint64) self->timeout * G_USEC_PER_SEC
                                            : -1);
}

static gboolean
silence_cb (gpointer user_data)
{
  ValijaStream *self = user_data;
  g_autoptr(GError) error = valija_net_explain_silence (self->host, self->timeout);

  valija_stream_fail (self, error);

  return G_SOURCE_CONTINUE;
}

static void
deliver (ValijaStream *self, gsize length)
{
  g_autoptr(DexPromise) reader = g_steal_pointer (&self->reader);

  if (self->transcript != NULL && length > 0)
    valija_transcript_received (self->transcript, self->buffer, length);

  watch_silence (self);
  valija_promise_resolve_boxed (reader, G_TYPE_BYTES, g_bytes_new (self->buffer, length));
}

/* Delivers what the layer can give, or asks the wire for more. */
static void
read_deflated (ValijaStream *self)
{
  g_autoptr(GError) error = NULL;
  gsize produced;

  if (!valija_deflate_inflate (self->deflate, self->buffer, READ_SIZE, &produced, &error))
    valija_stream_fail (self, error);
  else if (produced > 0 || valija_deflate_is_ended (self->deflate))
    deliver (self, produced);
  else
    start_read (self);
}

/* A read gives no more than one record of TLS, and some servers make small ones: what else is there already is taken
 * with it. What went wrong then is for the next read. */
static gsize
read_on (ValijaStream *self, gsize length)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->io));
  gssize more = 1;

  while (more > 0 && length < READ_SIZE)
    {
      more = g_pollable_input_stream_read_nonblocking (input, self->buffer + length, READ_SIZE - length, NULL,
                                                       &self->read_failure);
      if (more > 0)
        length += (gsize) more;
    }

  if (g_error_matches (self->read_failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    g_clear_error (&self->read_failure);

  return length;
}

/* Many servers end the connection without the goodbye of TLS. Whether something is missing is for the protocol to
 * see. */
static void
end_read (ValijaStream *self)
{
  if (g_error_matches (self->read_failure, G_TLS_ERROR, G_TLS_ERROR_EOF))
    {
      deliver (self, 0);
    }
  else
    {
      g_autoptr(GError) explained = valija_net_explain_io (self->host, self->read_failure);

      valija_stream_fail (self, explained);
    }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(ValijaStream) self = user_data;
  g_autoptr(GError) error = NULL;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  self->reading = FALSE;

  if (self->failure != NULL)
    {
      valija_stream_end_close (self);
      return;
    }

  if (length < 0)
    {
      self->read_failure = g_steal_pointer (&error);
      end_read (self);
      return;
    }

  if (length > 0 && self->tls != NULL)
    length = (gssize) read_on (self, (gsize) length);

  if (length > 0)
    self->speaking = FALSE;
  if (self->traffic != NULL)
    self->traffic->bytes_in += (guint64) length;

  if (self->deflate == NULL || length == 0)
    {
      deliver (self, (gsize) length);
      return;
    }

  watch_silence (self);
  valija_deflate_feed (self->deflate, self->buffer, (gsize) length);
  read_deflated (self);
}

static void
start_read (ValijaStream *self)
{
  if (self->read_failure != NULL)
    {
      end_read (self);
      return;
    }

  self->reading = TRUE;
  watch_silence (self);
  g_input_stream_read_async (g_io_stream_get_input_stream (self->io), self->buffer, READ_SIZE, G_PRIORITY_DEFAULT,
                             self->cancellable, read_cb, g_object_ref (self));
}

static void
write_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(ValijaStream) self = user_data;
  g_autoptr(GError) error = NULL;
  gssize length = g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, &error);

  self->writing = FALSE;

  if (self->failure != NULL)
    {
      g_clear_pointer (&self->piece, g_bytes_unref);
      valija_stream_end_close (self);
      return;
    }

  if (length < 0)
    {
      /* The server may have said why before it hung up: reading goes on to its own end. */
      self->write_failure = valija_net_explain_io (self->host, error);
      g_clear_pointer (&self->piece, g_bytes_unref);
      watch_silence (self);
      valija_write_queue_fail (self->writes, self->write_failure);
      return;
    }

  if (self->traffic != NULL)
    self->traffic->bytes_out += (guint64) length;

  self->piece_done += (gsize) length;
  if (self->piece_done == g_bytes_get_size (self->piece))
    {
      g_clear_pointer (&self->piece, g_bytes_unref);
      valija_write_queue_done (self->writes);
    }

  /* A waiter may have closed the stream. */
  if (self->failure == NULL)
    start_write (self);
  watch_silence (self);
}

static void
start_write (ValijaStream *self)
{
  const guint8 *data;
  gsize length;

  if (self->piece == NULL)
    {
      if ((self->piece = valija_write_queue_pull (self->writes)) == NULL)
        return;

      self->piece_done = 0;
      self->taken += g_bytes_get_size (self->piece);

      if (self->deflate != NULL)
        {
          g_autoptr(GBytes) plain = g_steal_pointer (&self->piece);

          self->piece = valija_deflate_compress (self->deflate, plain);
        }
    }

  if (!self->speaking && self->traffic != NULL)
    self->traffic->turns++;
  self->speaking = TRUE;

  self->writing = TRUE;
  watch_silence (self);
  data = g_bytes_get_data (self->piece, &length);
  g_output_stream_write_async (g_io_stream_get_output_stream (self->io), data + self->piece_done,
                               length - self->piece_done, G_PRIORITY_DEFAULT, self->cancellable, write_cb,
                               g_object_ref (self));
}

static gboolean
flush_cb (gpointer user_data)
{
  g_autoptr(ValijaStream) self = g_object_ref (user_data);

  clear_source (&self->flush);
  start_write (self);

  return G_SOURCE_REMOVE;
}

static gboolean
goodbye_late_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);

  return G_SOURCE_REMOVE;
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Goodbye *goodbye = user_data;

  g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
  clear_source (&goodbye->deadline);
  g_object_unref (goodbye->cancellable);
  g_free (goodbye);
}

static void
say_goodbye (GIOStream *io)
{
  Goodbye *goodbye = g_new0 (Goodbye, 1);

  goodbye->cancellable = g_cancellable_new ();
  goodbye->deadline = g_timeout_source_new_seconds (GOODBYE_SECONDS);
  g_source_set_callback (goodbye->deadline, goodbye_late_cb, goodbye->cancellable, NULL);
  g_source_attach (goodbye->deadline, g_main_context_get_thread_default ());
  g_io_stream_close_async (io, G_PRIORITY_DEFAULT, goodbye->cancellable, closed_cb, goodbye);
}

static void
valija_stream_dispose (GObject *object)
{
  ValijaStream *self = VALIJA_STREAM (object);

  valija_stream_close (self);

  g_clear_object (&self->trust);
  g_clear_pointer (&self->traffic, valija_traffic_unref);
  g_clear_pointer (&self->transcript, valija_transcript_unref);

  G_OBJECT_CLASS (valija_stream_parent_class)->dispose (object);
}

static void
valija_stream_finalize (GObject *object)
{
  ValijaStream *self = VALIJA_STREAM (object);

  g_free (self->host);
  g_free (self->identity);
  g_free (self->ca_file);
  g_free (self->proxy);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->deflate, valija_deflate_free);
  g_clear_pointer (&self->refused, valija_certificate_unref);
  g_clear_error (&self->failure);
  g_clear_error (&self->write_failure);
  g_clear_error (&self->read_failure);
  g_clear_pointer (&self->writes, valija_write_queue_free);
  g_free (self->buffer);

  G_OBJECT_CLASS (valija_stream_parent_class)->finalize (object);
}

static void
valija_stream_class_init (ValijaStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_stream_dispose;
  object_class->finalize = valija_stream_finalize;
}

static void
valija_stream_init (ValijaStream *self)
{
  self->cancellable = g_cancellable_new ();
  self->buffer = g_malloc (READ_SIZE);
  self->round_trip = G_MAXINT64;
  self->writes = valija_write_queue_new ();

  self->silence = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->silence, "valija-stream-silence");
  g_source_set_callback (self->silence, silence_cb, self, NULL);
  g_source_attach (self->silence, g_main_context_get_thread_default ());
}

/* Without a connection yet. (transfer full) */
ValijaStream *
valija_stream_new (const ValijaEndpoint *endpoint,
                   ValijaTrust          *trust,
                   ValijaTraffic        *traffic,
                   ValijaTranscript     *transcript)
{
  ValijaStream *self = g_object_new (VALIJA_TYPE_STREAM, NULL);

  self->host = g_strdup (endpoint->host);
  self->identity = valija_net_dup_identity (endpoint->host);
  self->port = endpoint->port;
  self->ca_file = g_strdup (endpoint->ca_file);
  self->timeout = endpoint->timeout;
  self->patience = endpoint->timeout;
  g_set_object (&self->trust, trust);
  self->traffic = traffic != NULL ? valija_traffic_ref (traffic) : NULL;
  self->transcript = transcript != NULL ? valija_transcript_ref (transcript) : NULL;

  return self;
}

/* Makes @io (transfer full) the uppermost layer. What was read through the one before is wiped. */
void
valija_stream_take_io (ValijaStream *self, GIOStream *io)
{
  g_assert (!self->reading && !self->writing);

  valija_wipe (self->buffer, READ_SIZE);
  g_clear_object (&self->io);
  self->io = io;

  if (G_IS_TLS_CONNECTION (io))
    self->tls = G_TLS_CONNECTION (io);
}

/* Ends everything because of @error, which all waiters get. */
void
valija_stream_fail (ValijaStream *self, const GError *error)
{
  g_autoptr(ValijaStream) alive = g_object_ref (self);
  g_autoptr(DexPromise) reader = NULL;

  if (self->failure != NULL)
    return;

  self->failure = g_error_copy (error);
  if (self->transcript != NULL)
    valija_transcript_note (self->transcript, "%s", error->message);

  clear_source (&self->silence);
  clear_source (&self->flush);
  g_cancellable_cancel (self->cancellable);

  reader = g_steal_pointer (&self->reader);
  if (reader != NULL)
    valija_promise_reject (reader, g_error_copy (error));
  valija_write_queue_fail (self->writes, error);

  valija_stream_end_close (self);
}

/* Closes what is below, once nothing is under way there any more. */
void
valija_stream_end_close (ValijaStream *self)
{
  g_autoptr(GIOStream) io = NULL;

  if (self->io == NULL || self->reading || self->writing || self->handshaking)
    return;

  io = g_steal_pointer (&self->io);

  /* Closing a socket does not wait; the goodbye of TLS may. */
  if (self->tls != NULL)
    say_goodbye (io);
  else
    g_io_stream_close (io, NULL, NULL);

  self->tls = NULL;
}

/**
 * valija_stream_read:
 * @self: a stream with no read outstanding
 *
 * Dropping the future does not stop the read.
 *
 * Returns: (transfer full): a future that resolves to #GBytes (boxed) of 1..65536 bytes, or of none
 *   at the end of the stream; rejects with TIMED_OUT, DISCONNECTED or TLS
 */
DexFuture *
valija_stream_read (ValijaStream *self)
{
  g_autoptr(DexPromise) promise = NULL;

  dex_return_error_if_fail (VALIJA_IS_STREAM (self));
  dex_return_error_if_fail (self->reader == NULL);
  dex_return_error_if_fail (!self->handshaking);

  if (self->failure != NULL)
    return dex_future_new_for_error (g_error_copy (self->failure));

  promise = dex_promise_new ();
  self->reader = dex_ref (promise);

  if (self->deflate != NULL)
    read_deflated (self);
  else
    start_read (self);

  return DEX_FUTURE (g_steal_pointer (&promise));
}

/**
 * valija_stream_write:
 * @self: a stream
 * @bytes: (transfer none): what to send
 * @secret: whether they hold a secret, of which the transcript tells only the length
 *
 * Queues @bytes behind what is queued already. Dropping the future takes nothing back.
 *
 * Returns: (transfer full): a future that resolves to %TRUE when @bytes are handed to the system
 */
DexFuture *
valija_stream_write (ValijaStream *self, GBytes *bytes, gboolean secret)
{
  DexFuture *written;
  gconstpointer data;
  gsize length;

  dex_return_error_if_fail (VALIJA_IS_STREAM (self));
  dex_return_error_if_fail (bytes != NULL);
  dex_return_error_if_fail (!self->handshaking);

  if (self->failure != NULL || self->write_failure != NULL)
    return dex_future_new_for_error (g_error_copy (self->failure != NULL ? self->failure : self->write_failure));

  data = g_bytes_get_data (bytes, &length);
  if (length == 0)
    return dex_future_new_true ();

  if (self->transcript != NULL)
    valija_transcript_sent (self->transcript, data, length, secret);

  written = valija_write_queue_push (self->writes, bytes, secret);

  if (!self->writing && self->flush == NULL)
    {
      self->flush = g_idle_source_new ();
      g_source_set_priority (self->flush, G_PRIORITY_DEFAULT);
      g_source_set_static_name (self->flush, "valija-stream-flush");
      g_source_set_callback (self->flush, flush_cb, self, NULL);
      g_source_attach (self->flush, g_main_context_get_thread_default ());
    }

  return written;
}

/**
 * valija_stream_get_taken:
 * @self: a stream
 *
 * Returns: how many octets, from the first on, of all that was given to valija_stream_write() the system has, or may
 *   have; also once the stream is closed
 */
guint64
valija_stream_get_taken (ValijaStream *self)
{
  g_return_val_if_fail (VALIJA_IS_STREAM (self), 0);

  return self->taken;
}

/**
 * valija_stream_flush:
 * @self: a stream
 *
 * Returns: (transfer full): a future that resolves to %TRUE when all that was given to valija_stream_write() is handed
 *   to the system, and rejects as that does
 */
DexFuture *
valija_stream_flush (ValijaStream *self)
{
  dex_return_error_if_fail (VALIJA_IS_STREAM (self));

  return valija_write_queue_flush (self->writes);
}

/**
 * valija_stream_start_deflate:
 * @self: a stream with no read outstanding and nothing left to write
 * @leftover: (transfer none) (nullable): bytes read already that belong to the new layer
 * @error: VALIJA_ERROR_DISCONNECTED
 *
 * Puts DEFLATE (RFC 4978) over what is read and written from now on.
 *
 * Returns: whether it is there
 */
gboolean
valija_stream_start_deflate (ValijaStream *self, GBytes *leftover, GError **error)
{
  g_return_val_if_fail (VALIJA_IS_STREAM (self), FALSE);
  g_return_val_if_fail (self->reader == NULL && !self->writing && valija_write_queue_is_empty (self->writes), FALSE);
  g_return_val_if_fail (self->deflate == NULL, FALSE);

  if (self->failure != NULL)
    {
      g_propagate_error (error, g_error_copy (self->failure));
      return FALSE;
    }

  self->deflate = valija_deflate_new ();

  if (leftover != NULL && g_bytes_get_size (leftover) > 0)
    {
      gsize length;
      gconstpointer data = g_bytes_get_data (leftover, &length);

      valija_deflate_feed (self->deflate, data, length);
    }

  return TRUE;
}

/**
 * valija_stream_set_timeout:
 * @self: a stream
 * @seconds: how long the other side may be silent while something is outstanding; 0 is for ever
 */
void
valija_stream_set_timeout (ValijaStream *self, guint seconds)
{
  g_return_if_fail (VALIJA_IS_STREAM (self));

  self->timeout = seconds;
  watch_silence (self);
}

/**
 * valija_stream_close:
 * @self: a stream
 *
 * Ends reads and writes at once with VALIJA_ERROR_DISCONNECTED, and closes. May be called twice.
 */
void
valija_stream_close (ValijaStream *self)
{
  g_autoptr(GError) error = NULL;

  g_return_if_fail (VALIJA_IS_STREAM (self));

  if (self->failure != NULL)
    return;

  valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection to %s is closed."), self->host);
  valija_stream_fail (self, error);
}

/**
 * valija_stream_is_closed:
 * @self: a stream
 *
 * Returns: whether it was closed or has failed; the other side's end of the stream is seen by
 *   reading only
 */
gboolean
valija_stream_is_closed (ValijaStream *self)
{
  g_return_val_if_fail (VALIJA_IS_STREAM (self), TRUE);

  return self->failure != NULL;
}

/**
 * valija_stream_is_encrypted:
 * @self: a stream
 *
 * Returns: whether TLS is on
 */
gboolean
valija_stream_is_encrypted (ValijaStream *self)
{
  g_return_val_if_fail (VALIJA_IS_STREAM (self), FALSE);

  return self->tls != NULL;
}

/**
 * valija_stream_get_round_trip:
 * @self: a stream
 *
 * Of words only their protocol knows what answers what.
 *
 * Returns: how long the handshake of TLS took, in microseconds: at most so far away is the server; G_MAXINT64 before it
 */
gint64
valija_stream_get_round_trip (ValijaStream *self)
{
  g_return_val_if_fail (VALIJA_IS_STREAM (self), G_MAXINT64);

  return self->round_trip;
}

/**
 * valija_stream_get_host:
 * @self: a stream
 *
 * Returns: (transfer none): the server's name as it was asked for
 */
const char *
valija_stream_get_host (ValijaStream *self)
{
  g_return_val_if_fail (VALIJA_IS_STREAM (self), NULL);

  return self->host;
}

/**
 * valija_stream_dup_description:
 * @self: a stream
 *
 * Returns: (transfer full): how it is protected, in words
 */
char *
valija_stream_dup_description (ValijaStream *self)
{
  g_return_val_if_fail (VALIJA_IS_STREAM (self), NULL);

  return self->tls != NULL ? valija_tls_describe_connection (self->tls) : g_strdup (_("not encrypted"));
}

/**
 * valija_stream_dup_channel_binding:
 * @self: a stream
 * @type: "tls-exporter", "tls-server-end-point" or "tls-unique"
 *
 * Returns: (transfer full) (nullable): the channel binding data (RFC 5929, RFC 9266), if the
 *   connection has some of that type
 */
GBytes *
valija_stream_dup_channel_binding (ValijaStream *self, const char *type)
{
  g_return_val_if_fail (VALIJA_IS_STREAM (self), NULL);
  g_return_val_if_fail (type != NULL, NULL);

  return self->tls != NULL ? valija_tls_dup_channel_binding (self->tls, type) : NULL;
}
