/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-http-private.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-promise.h"
#include "net/valija-ntlm.h"
#include "net/valija-tls.h"

/* How often it is begun anew because the connection went in the middle of it */
#define TRIES 2
/* What stands below a 401 */
#define REFUSAL_LIMIT (1024 * 1024)
#define READ_SIZE 65536

typedef struct
{
  ValijaHttpExchange *exchange;
  DexPromise *promise;
  gsize total;
} Drain;

static char *
make_header (GBytes *message)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  g_autofree char *encoded = g_base64_encode (data, size);

  return g_strconcat ("NTLM ", encoded, NULL);
}

/* (transfer full) (nullable): the server's message, if the 401 has one */
static GBytes *
get_challenge (ValijaHttpExchange *self)
{
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, soup_message_get_response_headers (self->message));

  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      if (g_ascii_strcasecmp (name, "WWW-Authenticate") == 0 && g_ascii_strncasecmp (value, "NTLM ", 5) == 0)
        {
          gsize size;
          guint8 *data = g_base64_decode (value + 5, &size);

          return g_bytes_new_take (data, size);
        }
    }

  return NULL;
}

static void
drain_free (Drain *drain)
{
  valija_http_exchange_unref (drain->exchange);
  dex_unref (drain->promise);
  g_free (drain);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Drain, drain_free)

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(Drain) drain = user_data;
  GError *error = NULL;

  if (g_input_stream_close_finish (G_INPUT_STREAM (source), result, &error))
    valija_promise_resolve_boolean (drain->promise, TRUE);
  else
    valija_promise_reject (drain->promise, error);
}

static void
drained_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GInputStream *stream = G_INPUT_STREAM (source);
  g_autoptr(Drain) drain = user_data;
  GError *error = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (stream, result, &error);
  GCancellable *cancellable = drain->exchange->cancellable;
  gsize size;

  if (bytes == NULL)
    {
      valija_promise_reject (drain->promise, error);
      return;
    }

  size = g_bytes_get_size (bytes);
  drain->total += size;
  if (size > 0 && drain->total < REFUSAL_LIMIT)
    g_input_stream_read_bytes_async (stream, READ_SIZE, G_PRIORITY_DEFAULT, cancellable, drained_cb,
                                     g_steal_pointer (&drain));
  else
    g_input_stream_close_async (stream, G_PRIORITY_DEFAULT, cancellable, closed_cb,
                                g_steal_pointer (&drain));
}

/* Reads a refusal to its end, or the connection would not be kept for what follows. Resolves to TRUE. */
static DexFuture *
drain (ValijaHttpExchange *self, GInputStream *stream)
{
  Drain *args = g_new0 (Drain, 1);
  DexPromise *promise = dex_promise_new ();

  args->exchange = valija_http_exchange_ref (self);
  args->promise = dex_ref (promise);
  valija_http_exchange_watch (self, TRUE);
  g_input_stream_read_bytes_async (stream, READ_SIZE, G_PRIORITY_DEFAULT, self->cancellable, drained_cb, args);

  return DEX_FUTURE (promise);
}

static guint
status_of (ValijaHttpExchange *self)
{
  return soup_message_get_status (self->message);
}

/* The third message, for the challenge that was just read. NULL without @error set when another one tries the secret
 * first. */
static char *
answer_challenge (ValijaHttpExchange *self, GBytes *negotiate, GBytes *challenge, GError **error)
{
  GTlsCertificate *certificate = soup_message_get_tls_peer_certificate (self->message);
  g_autoptr(GBytes) binding = certificate != NULL ? valija_tls_dup_end_point (certificate) : NULL;
  g_autoptr(GBytes) message = NULL;

  switch (valija_http_permit (self->http, self))
    {
    case VALIJA_HTTP_PERMIT_YES:
      break;
    case VALIJA_HTTP_PERMIT_LATER:
      return NULL;
    case VALIJA_HTTP_PERMIT_NO:
    default:
      valija_error_set (error, VALIJA_ERROR_AUTHENTICATION, _("%s refused the name or the password."), self->identity);
      valija_error_locate (error, VALIJA_SIDE_NONE, VALIJA_STEP_SIGN_IN);
      return NULL;
    }

  message = valija_ntlm_authenticate (negotiate, challenge, valija_http_peek_user (self->http),
                                      valija_http_peek_secret (self->http), self->identity, binding, error);
  return message != NULL ? make_header (message) : NULL;
}

/* Signs the lane's connection in and sends the whole request with the last message of that. */
static GInputStream *
shake_hands_in_fiber (ValijaHttpExchange *self, GError **error)
{
  g_autoptr(GBytes) negotiate = valija_ntlm_negotiate ();
  g_autofree char *first = make_header (negotiate);

  for (guint tries = 1;; tries++)
    {
      g_autoptr(GInputStream) stream = NULL;
      g_autoptr(GBytes) challenge = NULL;
      g_autofree char *third = NULL;
      guint64 connection;

      stream = dex_await_object (valija_http_exchange_send (self, first, FALSE), error);
      if (stream == NULL)
        return NULL;

      challenge = status_of (self) == SOUP_STATUS_UNAUTHORIZED ? get_challenge (self) : NULL;
      if (challenge == NULL && status_of (self) == SOUP_STATUS_UNAUTHORIZED)
        return g_steal_pointer (&stream);

      connection = self->connection;
      if (!dex_await (drain (self, stream), error))
        return NULL;

      /* It does not ask who is there. */
      if (challenge == NULL)
        return dex_await_object (valija_http_exchange_send (self, NULL, TRUE), error);

      third = answer_challenge (self, negotiate, challenge, error);
      if (third == NULL)
        return NULL;

      g_clear_object (&stream);
      stream = dex_await_object (valija_http_exchange_send (self, third, TRUE), error);
      if (stream == NULL)
        return NULL;

      /* The answer to a challenge that another connection got says nothing of the password. */
      if (status_of (self) == SOUP_STATUS_UNAUTHORIZED && self->connection != connection && tries < TRIES)
        {
          if (!dex_await (drain (self, stream), error))
            return NULL;
          continue;
        }

      if (status_of (self) != SOUP_STATUS_UNAUTHORIZED)
        self->lane->signed_in = self->connection;

      return g_steal_pointer (&stream);
    }
}

/**
 * valija_http_wants_ntlm:
 * @exchange: one whose turn it is
 *
 * Returns: whether it signs in by NTLM
 */
gboolean
valija_http_wants_ntlm (ValijaHttpExchange *exchange)
{
  return exchange->signs_in && valija_http_get_auth (exchange->http) == VALIJA_HTTP_AUTH_NTLM;
}

/**
 * valija_http_send_by_ntlm:
 * @exchange: one whose turn it is
 * @error: what GIO or libsoup say, or our own
 *
 * For fibers. Sends it on the lane's connection if that is signed in (MS-NTHT), and else signs it in first, with an
 * empty body, so that the real one travels once.
 *
 * Returns: (transfer full) (nullable): the answer's body; %NULL without @error set when it has to take its turn again
 */
GInputStream *
valija_http_send_by_ntlm (ValijaHttpExchange *exchange, GError **error)
{
  if (exchange->lane->signed_in != 0)
    {
      g_autoptr(GInputStream) stream = dex_await_object (valija_http_exchange_send (exchange, NULL, TRUE), error);

      if (stream == NULL)
        return NULL;

      if (status_of (exchange) != SOUP_STATUS_UNAUTHORIZED)
        return g_steal_pointer (&stream);

      /* It was another connection, or the server forgot who we are. */
      exchange->lane->signed_in = 0;
      if (!dex_await (drain (exchange, stream), error))
        return NULL;
    }

  return shake_hands_in_fiber (exchange, error);
}
