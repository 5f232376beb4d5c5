/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-http-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "base/valija-spool.h"
#include "net/valija-net-error.h"

#define READ_SIZE 65536

/* Outlives a response that is dropped in mid read. */
typedef struct
{
  ValijaHttpResponse *response; /* NULL once dropped */
  DexPromise *promise;
} Read;

typedef struct
{
  ValijaHttpResponse *response;
  gsize limit;
} ReadAll;

struct _ValijaHttpResponse
{
  GObject parent_instance;
  ValijaHttpExchange *exchange;
  GInputStream *stream; /* nullable: read to the end */
  SoupMessageHeaders *headers;
  guint status;
  char *reason;
  char *content_type;
  char *uri;
  guint64 expected; /* length of the body on the wire, or G_MAXUINT64 */
  guint64 length;   /* read so far, decompressed */
  Read *read;       /* nullable: under way */
  GError *failure;  /* nullable */
};

G_DEFINE_FINAL_TYPE (ValijaHttpResponse, valija_http_response, G_TYPE_OBJECT)

static void
read_free (Read *read)
{
  dex_unref (read->promise);
  g_free (read);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Read, read_free)

static void
read_all_free (gpointer data)
{
  ReadAll *args = data;

  g_object_unref (args->response);
  g_free (args);
}

static void
note_end (ValijaHttpResponse *self)
{
  ValijaTranscript *transcript = valija_http_get_transcript (self->exchange->http);
  g_autofree char *line = NULL;

  if (transcript == NULL || self->length == 0)
    return;

  line = g_strdup_printf ("[%" G_GUINT64_FORMAT " bytes of content]\n", self->length);
  valija_transcript_received (transcript, line, strlen (line));
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ValijaHttpExchange *exchange = user_data;

  exchange->complete = g_input_stream_close_finish (G_INPUT_STREAM (source), result, NULL);
  valija_http_exchange_end (exchange);
  valija_http_exchange_unref (exchange);
}

/* libsoup keeps the connection when its stream is closed, and only then may the next one want it. */
static void
finish (ValijaHttpResponse *self)
{
  g_autoptr(GInputStream) stream = g_steal_pointer (&self->stream);

  note_end (self);
  g_input_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, closed_cb, valija_http_exchange_ref (self->exchange));
}

static void
fail (ValijaHttpResponse *self, Read *read, GError *error)
{
  ValijaTranscript *transcript = valija_http_get_transcript (self->exchange->http);

  if (transcript != NULL)
    valija_transcript_note (transcript, "%s", error->message);

  self->failure = g_error_copy (error);
  valija_promise_reject (read->promise, error);
  g_clear_object (&self->stream);
  valija_http_exchange_end (self->exchange);
}

/* libsoup takes a connection that ends early for the end of the body where it was not to be kept. */
static gboolean
is_cut (ValijaHttpResponse *self)
{
  return self->expected != G_MAXUINT64 && self->exchange->received < self->expected;
}

static void
deliver (ValijaHttpResponse *self, Read *read, GBytes *bytes)
{
  gsize size = g_bytes_get_size (bytes);
  ValijaTranscript *transcript = valija_http_get_transcript (self->exchange->http);
  GError *error = NULL;

  if (size == 0 && is_cut (self))
    {
      g_autoptr(GError) cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "");

      fail (self, read, valija_net_explain_io (self->exchange->identity, cause));
      return;
    }

  if (self->length == 0 && transcript != NULL)
    valija_http_log_body (transcript, self->exchange, bytes);
  self->length += size;

  if (self->length > self->exchange->request->limit)
    {
      valija_error_set (&error, VALIJA_ERROR_LIMIT, _("%s sent more than can be right."), self->exchange->identity);
      fail (self, read, error);
      return;
    }

  valija_promise_resolve_boxed (read->promise, G_TYPE_BYTES, g_bytes_ref (bytes));
  if (size == 0)
    finish (self);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(Read) read = user_data;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaHttpResponse) self = NULL;

  bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  if (read->response == NULL)
    return;

  self = g_object_ref (read->response);
  self->read = NULL;
  valija_http_exchange_watch (self->exchange, FALSE);

  if (bytes != NULL)
    deliver (self, read, bytes);
  else
    fail (self, read, valija_http_exchange_explain (self->exchange, error));
}

static DexFuture *
read_all_fiber (gpointer data)
{
  ReadAll *args = data;
  g_autoptr(ValijaSpool) spool = valija_spool_new (args->limit);
  g_autoptr(GError) error = NULL;
  GBytes *all;

  for (;;)
    {
      g_autoptr(GBytes) bytes = dex_await_boxed (valija_http_response_read (args->response), &error);
      gsize size;
      const void *piece;

      if (bytes == NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));

      piece = g_bytes_get_data (bytes, &size);
      if (size == 0)
        break;

      if (!valija_spool_append (spool, piece, size, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if ((all = valija_spool_finish (spool, &error)) == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_boxed (G_TYPE_BYTES, all);
}

static void
valija_http_response_dispose (GObject *object)
{
  ValijaHttpResponse *self = VALIJA_HTTP_RESPONSE (object);

  if (self->read != NULL)
    self->read->response = NULL;
  self->read = NULL;

  /* After its end the exchange ends when the stream is closed. */
  if (self->stream != NULL)
    valija_http_exchange_end (self->exchange);
  g_clear_object (&self->stream);

  G_OBJECT_CLASS (valija_http_response_parent_class)->dispose (object);
}

static void
valija_http_response_finalize (GObject *object)
{
  ValijaHttpResponse *self = VALIJA_HTTP_RESPONSE (object);

  g_clear_pointer (&self->exchange, valija_http_exchange_unref);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_error (&self->failure);
  g_free (self->reason);
  g_free (self->content_type);
  g_free (self->uri);

  G_OBJECT_CLASS (valija_http_response_parent_class)->finalize (object);
}

static void
valija_http_response_class_init (ValijaHttpResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_http_response_dispose;
  object_class->finalize = valija_http_response_finalize;
}

static void
valija_http_response_init (ValijaHttpResponse *self)
{
}

/* Takes over from whoever sent @exchange to end it. */
ValijaHttpResponse *
valija_http_response_new (ValijaHttpExchange *exchange, GInputStream *stream)
{
  ValijaHttpResponse *self = g_object_new (VALIJA_TYPE_HTTP_RESPONSE, NULL);
  const char *type;

  self->exchange = valija_http_exchange_ref (exchange);
  self->stream = g_object_ref (stream);
  self->headers = soup_message_headers_ref (soup_message_get_response_headers (exchange->message));
  self->status = soup_message_get_status (exchange->message);
  self->reason = g_strdup (soup_message_get_reason_phrase (exchange->message));
  self->uri = g_uri_to_string (exchange->uri);
  type = soup_message_headers_get_content_type (self->headers, NULL);
  self->content_type = g_ascii_strdown (type != NULL ? type : "", -1);

  /* Some answers tell the length of a body that they have not (RFC 9110 §8.6). */
  self->expected = G_MAXUINT64;
  if (soup_message_headers_get_encoding (self->headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      self->status != SOUP_STATUS_NO_CONTENT && self->status != SOUP_STATUS_NOT_MODIFIED &&
      !g_str_equal (exchange->request->method, "HEAD"))
    self->expected = (guint64) soup_message_headers_get_content_length (self->headers);

  return self;
}

/**
 * valija_http_response_get_offers:
 * @self: a response
 *
 * Returns: which ways of signing in it offers, if it is a 401 (RFC 9110 §11.6.1)
 */
ValijaHttpOffers
valija_http_response_get_offers (ValijaHttpResponse *self)
{
  g_return_val_if_fail (VALIJA_IS_HTTP_RESPONSE (self), VALIJA_HTTP_OFFER_NONE);

  return self->status == SOUP_STATUS_UNAUTHORIZED ? valija_http_parse_offers (self->headers) : VALIJA_HTTP_OFFER_NONE;
}

/**
 * valija_http_response_get_status:
 * @self: a response
 *
 * Returns: its status code: 200, 302, 503, …
 */
guint
valija_http_response_get_status (ValijaHttpResponse *self)
{
  g_return_val_if_fail (VALIJA_IS_HTTP_RESPONSE (self), 0);

  return self->status;
}

/**
 * valija_http_response_dup_status_line:
 * @self: a response
 *
 * Returns: (transfer full): "503 Service Unavailable", as the server said it
 */
char *
valija_http_response_dup_status_line (ValijaHttpResponse *self)
{
  g_return_val_if_fail (VALIJA_IS_HTTP_RESPONSE (self), NULL);

  return g_strdup_printf ("%u %s", self->status, self->reason != NULL ? self->reason : "");
}

/**
 * valija_http_response_get_header:
 * @self: a response
 * @name: a header, in any case
 *
 * Returns: (transfer none) (nullable): its value; several are joined by ", "
 */
const char *
valija_http_response_get_header (ValijaHttpResponse *self, const char *name)
{
  g_return_val_if_fail (VALIJA_IS_HTTP_RESPONSE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return soup_message_headers_get_list (self->headers, name);
}

/**
 * valija_http_response_get_content_type:
 * @self: a response
 *
 * Returns: (transfer none): what the body is, in lower case and without parameters, or ""
 */
const char *
valija_http_response_get_content_type (ValijaHttpResponse *self)
{
  g_return_val_if_fail (VALIJA_IS_HTTP_RESPONSE (self), NULL);

  return self->content_type;
}

/**
 * valija_http_response_dup_location:
 * @self: a response
 *
 * Returns: (transfer full) (nullable): where a redirect leads, absolute; %NULL where it leads nowhere
 */
char *
valija_http_response_dup_location (ValijaHttpResponse *self)
{
  const char *location;

  g_return_val_if_fail (VALIJA_IS_HTTP_RESPONSE (self), NULL);

  location = soup_message_headers_get_one (self->headers, "Location");
  return location != NULL ? g_uri_resolve_relative (self->uri, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
}

/**
 * valija_http_response_read:
 * @self: a response with no read outstanding
 *
 * Returns: (transfer full): a future that resolves to #GBytes (boxed) of 1..65536 bytes,
 *   decompressed, or of none at the end; rejects with TIMED_OUT, DISCONNECTED, TLS, LIMIT or
 *   PROTOCOL. Dropping the future does not stop the read.
 */
DexFuture *
valija_http_response_read (ValijaHttpResponse *self)
{
  DexPromise *promise;

  dex_return_error_if_fail (VALIJA_IS_HTTP_RESPONSE (self));
  dex_return_error_if_fail (self->read == NULL);

  if (self->failure != NULL)
    return dex_future_new_for_error (g_error_copy (self->failure));

  if (self->stream == NULL)
    return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_new (NULL, 0));

  promise = dex_promise_new ();
  self->read = g_new0 (Read, 1);
  self->read->response = self;
  self->read->promise = dex_ref (promise);
  valija_http_exchange_watch (self->exchange, TRUE);
  g_input_stream_read_bytes_async (self->stream, READ_SIZE, G_PRIORITY_DEFAULT, self->exchange->cancellable, read_cb,
                                   self->read);

  return DEX_FUTURE (promise);
}

/**
 * valija_http_response_read_all:
 * @self: a response with no read outstanding
 * @limit: how long the rest may be, in bytes
 *
 * Returns: (transfer full): a future that resolves to #GBytes (boxed), the rest of the body; rejects
 *   as valija_http_response_read() does
 */
DexFuture *
valija_http_response_read_all (ValijaHttpResponse *self, gsize limit)
{
  ReadAll *args;

  dex_return_error_if_fail (VALIJA_IS_HTTP_RESPONSE (self));

  args = g_new0 (ReadAll, 1);
  args->response = g_object_ref (self);
  args->limit = limit;

  return valija_fiber_spawn (read_all_fiber, args, read_all_free);
}
