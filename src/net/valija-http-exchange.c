/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-http-private.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-promise.h"
#include "net/valija-http-body.h"
#include "net/valija-net-error.h"
#include "net/valija-tls.h"

/* Connecting and the handshake end some time, also when the silence of the server may last for
 * ever. */
#define LONGEST_WAIT_SECONDS 120
/* To be told that the proxy asks, to answer, and the same again on connections that are found dead */
#define MOST_WAYS 6
/* A refusal may have been of the connection; three are not. */
#define MAX_TICKETS 3

typedef struct
{
  ValijaHttpExchange *exchange;
  DexPromise *promise;
} Sending;

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = { .dispatch = source_dispatch };

static const char *
host_of (ValijaHttpExchange *self)
{
  return self->identity;
}

static guint
patience (ValijaHttpExchange *self)
{
  if (self->phase == VALIJA_HTTP_PHASE_EXCHANGE)
    return self->timeout;

  return self->timeout > 0 ? MIN (self->timeout, LONGEST_WAIT_SECONDS) : LONGEST_WAIT_SECONDS;
}

static gboolean
silence_cb (gpointer user_data)
{
  ValijaHttpExchange *self = user_data;

  valija_http_exchange_watch (self, FALSE);
  if (self->phase == VALIJA_HTTP_PHASE_EXCHANGE)
    valija_http_exchange_fail (self, valija_net_explain_silence (host_of (self), self->timeout));
  else
    {
      g_autoptr(GError) cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "");

      valija_http_exchange_fail (self, valija_http_exchange_explain (self, cause));
    }

  return G_SOURCE_CONTINUE;
}

/* Time is counted anew from now, or not at all. */
void
valija_http_exchange_watch (ValijaHttpExchange *self, gboolean waiting)
{
  guint seconds = patience (self);

  if (self->silence == NULL)
    return;

  g_source_set_ready_time (self->silence, waiting && seconds > 0
                                            ? g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC
                                            : -1);
}

static void
note_connection (ValijaHttpExchange *self, GIOStream *connection)
{
  ValijaTranscript *transcript = valija_http_get_transcript (self->http);
  g_autoptr(GSocketAddress) address = NULL;
  g_autofree char *text = NULL;

  if (transcript == NULL)
    return;

  if (G_IS_SOCKET_CONNECTION (connection))
    address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  if (address != NULL && G_IS_SOCKET_CONNECTABLE (address))
    text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

  valija_transcript_note (transcript, "%s:%u (%s)", host_of (self), self->port, text != NULL ? text : "?");
}

static void
note_proxy (ValijaHttpExchange *self, GIOStream *connection)
{
  g_autoptr(GSocketAddress) address = NULL;

  if (G_IS_SOCKET_CONNECTION (connection))
    address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  g_free (self->proxy);
  self->proxy = valija_net_dup_proxy (address);
  self->proxy_reached = FALSE;
}

/* To a proxy that refuses what the system's settings have for it, libsoup would offer the same for ever. */
static void
note_way (ValijaHttpExchange *self)
{
  g_autoptr(GError) cause = NULL;

  self->proxy_reached = TRUE;
  if (self->proxy == NULL || ++self->n_ways < MOST_WAYS)
    return;

  cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED, "407");
  valija_http_exchange_fail (self, valija_net_explain_connect (host_of (self), self->port, self->proxy, TRUE, cause));
}

static void
note_security (ValijaHttpExchange *self, GTlsConnection *tls)
{
  ValijaTranscript *transcript = valija_http_get_transcript (self->http);
  g_autofree char *description = NULL;

  if (!valija_tls_is_recent (tls))
    {
      g_autoptr(GError) cause = g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE, "a version no longer safe");

      valija_http_exchange_fail (self, valija_net_explain_secure (host_of (self), self->port, NULL, NULL, cause));
      return;
    }

  if (transcript == NULL)
    return;

  description = valija_tls_describe_connection (tls);
  valija_transcript_note (transcript, "%s", description);
}

static void
network_event_cb (ValijaHttpExchange *self, GSocketClientEvent event, GIOStream *connection)
{
  ValijaTraffic *traffic = valija_http_get_traffic (self->http);

  self->fresh = TRUE;

  switch (event)
    {
    case G_SOCKET_CLIENT_RESOLVING:
    case G_SOCKET_CLIENT_RESOLVED:
    case G_SOCKET_CLIENT_PROXY_NEGOTIATING:
    case G_SOCKET_CLIENT_PROXY_NEGOTIATED:
      self->phase = VALIJA_HTTP_PHASE_CONNECT;
      break;
    case G_SOCKET_CLIENT_CONNECTING:
      note_proxy (self, connection);
      self->phase = VALIJA_HTTP_PHASE_CONNECT;
      break;
    case G_SOCKET_CLIENT_CONNECTED:
      if (traffic != NULL)
        traffic->connections++;
      note_connection (self, connection);
      note_way (self);
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKING:
      self->phase = VALIJA_HTTP_PHASE_SECURE;
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKED:
      note_security (self, G_TLS_CONNECTION (connection));
      break;
    case G_SOCKET_CLIENT_COMPLETE:
      self->phase = VALIJA_HTTP_PHASE_EXCHANGE;
      break;
    default:
      break;
    }

  valija_http_exchange_watch (self, TRUE);
}

static gboolean
accept_certificate_cb (ValijaHttpExchange *self, GTlsCertificate *peer, GTlsCertificateFlags flags)
{
  ValijaCertificate *refused = valija_tls_judge_certificate (peer, flags, self->identity, self->port,
                                                             valija_http_get_trust (self->http));

  if (refused == NULL)
    return TRUE;

  g_clear_pointer (&self->refused, valija_certificate_unref);
  self->refused = refused;
  return FALSE;
}

static gboolean
authenticate_cb (ValijaHttpExchange *self, SoupAuth *auth, gboolean retrying)
{
  /* A refused secret is never sent again, and a proxy never gets it. */
  if (retrying || soup_auth_is_for_proxy (auth) || !self->signs_in || !valija_http_answers (self->http->auth, auth))
    return FALSE;

  switch (valija_http_permit (self->http, self))
    {
    case VALIJA_HTTP_PERMIT_YES:
      soup_auth_authenticate (auth, valija_http_peek_user (self->http),
                              valija_secret_peek (valija_http_peek_secret (self->http), NULL));
      return TRUE;
    case VALIJA_HTTP_PERMIT_LATER:
      self->postponed = TRUE;
      return FALSE;
    case VALIJA_HTTP_PERMIT_NO:
    default:
      return FALSE;
    }
}

static void
set_body (ValijaHttpExchange *self, gboolean whole)
{
  g_autoptr(GInputStream) body = NULL;

  if (self->request->content_type == NULL)
    return;

  if (!whole)
    {
      g_autoptr(GBytes) nothing = g_bytes_new (NULL, 0);

      soup_message_set_request_body_from_bytes (self->message, self->request->content_type, nothing);
      return;
    }

  body = valija_http_body_new (self->request);
  soup_message_set_request_body (self->message, self->request->content_type, body,
                                 (gssize) self->request->length);
}

/* libsoup drops the body before it sends a message again. */
static void
restarted_cb (ValijaHttpExchange *self)
{
  self->sent = FALSE;
  set_body (self, self->whole);
}

static void
starting_cb (ValijaHttpExchange *self)
{
  ValijaTraffic *traffic = valija_http_get_traffic (self->http);
  ValijaTranscript *transcript = valija_http_get_transcript (self->http);

  self->phase = VALIJA_HTTP_PHASE_EXCHANGE;
  if (traffic != NULL)
    traffic->turns++;
  if (transcript != NULL)
    valija_http_log_request (transcript, self);
  valija_http_exchange_watch (self, TRUE);
}

static void
wrote_headers_cb (ValijaHttpExchange *self)
{
  ValijaTraffic *traffic = valija_http_get_traffic (self->http);
  SoupMessageMetrics *metrics = soup_message_get_metrics (self->message);

  if (traffic != NULL && metrics != NULL)
    traffic->bytes_out += soup_message_metrics_get_request_header_bytes_sent (metrics);
  valija_http_exchange_watch (self, TRUE);
}

static void
wrote_body_data_cb (ValijaHttpExchange *self, guint size)
{
  ValijaTraffic *traffic = valija_http_get_traffic (self->http);

  if (traffic != NULL)
    traffic->bytes_out += size;
  valija_http_exchange_watch (self, TRUE);
}

static void
wrote_body_cb (ValijaHttpExchange *self)
{
  self->sent = self->whole;
}

/* libsoup makes a new ticket for each refusal, twenty times, and then has no words but its own. */
static void
judge_ticket (ValijaHttpExchange *self)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (self->message);
  gboolean refused;

  if (valija_http_get_auth (self->http) != VALIJA_HTTP_AUTH_NEGOTIATE || !self->signs_in ||
      soup_message_get_status (self->message) != SOUP_STATUS_UNAUTHORIZED ||
      soup_message_headers_get_one (headers, "Authorization") == NULL || ++self->n_tickets < MAX_TICKETS)
    return;

  /* It was answered, and not done */
  self->sent = FALSE;
  valija_http_exchange_fail (self, valija_http_explain_unauthorized (self, &refused));
}

static void
got_headers_cb (ValijaHttpExchange *self)
{
  ValijaTraffic *traffic = valija_http_get_traffic (self->http);
  ValijaTranscript *transcript = valija_http_get_transcript (self->http);
  SoupMessageMetrics *metrics = soup_message_get_metrics (self->message);

  self->connection = soup_message_get_connection_id (self->message);
  self->received = 0;
  if (traffic != NULL && metrics != NULL)
    traffic->bytes_in += soup_message_metrics_get_response_header_bytes_received (metrics);
  if (transcript != NULL)
    valija_http_log_response (transcript, self);
  valija_http_exchange_watch (self, TRUE);
  judge_ticket (self);
}

static void
got_body_data_cb (ValijaHttpExchange *self, guint size)
{
  ValijaTraffic *traffic = valija_http_get_traffic (self->http);

  self->received += size;
  if (traffic != NULL)
    traffic->bytes_in += size;
}

static void
set_headers (ValijaHttpExchange *self, const char *authorization)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (self->message);

  for (guint i = 0; i < self->request->headers->len; i++)
    {
      ValijaHttpHeader *header = g_ptr_array_index (self->request->headers, i);

      soup_message_headers_replace (headers, header->name, header->value);
    }

  if (authorization != NULL)
    soup_message_headers_replace (headers, "Authorization", authorization);
}

static SoupMessageFlags
choose_flags (ValijaHttpExchange *self)
{
  ValijaHttpAuth auth = valija_http_get_auth (self->http);
  SoupMessageFlags flags = SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_COLLECT_METRICS;

  /* What was signed in must not speak for who asks without a name. */
  if (self->request->anonymous)
    return flags | SOUP_MESSAGE_NEW_CONNECTION;

  /* This alone lets libsoup use a kept connection for a POST; it sends none again by itself. Where
   * the sign-in belongs to the connection, a new one would cost the body three times over. */
  if (self->request->idempotent || auth == VALIJA_HTTP_AUTH_NTLM || auth == VALIJA_HTTP_AUTH_NEGOTIATE)
    flags |= SOUP_MESSAGE_IDEMPOTENT;

  return flags;
}

static void
listen (ValijaHttpExchange *self)
{
  SoupMessage *message = self->message;

  g_signal_connect_swapped (message, "network-event", G_CALLBACK (network_event_cb), self);
  g_signal_connect_swapped (message, "accept-certificate", G_CALLBACK (accept_certificate_cb), self);
  g_signal_connect_swapped (message, "authenticate", G_CALLBACK (authenticate_cb), self);
  g_signal_connect_swapped (message, "restarted", G_CALLBACK (restarted_cb), self);
  /* When libsoup has added its headers */
  g_signal_connect_data (message, "starting", G_CALLBACK (starting_cb), self, NULL,
                         G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_swapped (message, "wrote-headers", G_CALLBACK (wrote_headers_cb), self);
  g_signal_connect_swapped (message, "wrote-body-data", G_CALLBACK (wrote_body_data_cb), self);
  g_signal_connect_swapped (message, "wrote-body", G_CALLBACK (wrote_body_cb), self);
  g_signal_connect_swapped (message, "got-headers", G_CALLBACK (got_headers_cb), self);
  g_signal_connect_swapped (message, "got-body-data", G_CALLBACK (got_body_data_cb), self);
}

static void
forget_message (ValijaHttpExchange *self)
{
  if (self->message == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
}

static void
make_message (ValijaHttpExchange *self, const char *authorization, gboolean whole)
{
  forget_message (self);
  g_clear_pointer (&self->refused, valija_certificate_unref);
  self->phase = VALIJA_HTTP_PHASE_EXCHANGE;
  self->fresh = FALSE;
  self->whole = whole;
  self->sent = FALSE;
  self->answered = FALSE;
  self->postponed = FALSE;
  self->connection = 0;

  self->message = soup_message_new_from_uri (self->request->method, self->uri);
  soup_message_set_flags (self->message, choose_flags (self));
  soup_message_set_force_http1 (self->message, TRUE);
  if (!self->signs_in)
    soup_message_disable_feature (self->message, SOUP_TYPE_AUTH_MANAGER);
  set_headers (self, authorization);
  set_body (self, whole);
  listen (self);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Sending *sending = user_data;
  ValijaHttpExchange *self = sending->exchange;
  g_autoptr(GInputStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GValue) value = G_VALUE_INIT;

  stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->ended)
    ; /* nobody waits any more; dropping the stream ends it */
  else if (stream == NULL)
    valija_promise_reject (sending->promise, g_steal_pointer (&error));
  else
    {
      self->answered = TRUE;
      valija_http_exchange_watch (self, FALSE);
      g_value_init (&value, G_TYPE_INPUT_STREAM);
      g_value_set_object (&value, stream);
      valija_promise_resolve (sending->promise, &value);
    }

  valija_http_exchange_unref (self);
  dex_unref (sending->promise);
  g_free (sending);
}

/**
 * valija_http_exchange_send:
 * @self: an exchange with no attempt under way
 * @authorization: (nullable): the header that signs it in
 * @whole: whether its body goes along; else an empty one does
 *
 * Returns: (transfer full): a future that resolves to the #GInputStream (object) of the answer's
 *   body when the headers are there, or rejects with what GIO or libsoup say
 */
DexFuture *
valija_http_exchange_send (ValijaHttpExchange *self, const char *authorization, gboolean whole)
{
  Sending *sending = g_new0 (Sending, 1);
  DexPromise *promise = dex_promise_new ();

  make_message (self, authorization, whole);
  valija_http_exchange_watch (self, TRUE);

  sending->exchange = valija_http_exchange_ref (self);
  sending->promise = dex_ref (promise);
  soup_session_send_async (self->lane->session, self->message, G_PRIORITY_DEFAULT, self->cancellable, sent_cb, sending);

  return DEX_FUTURE (promise);
}

/* Ends it because of @error (transfer full), which its waiter gets. */
void
valija_http_exchange_fail (ValijaHttpExchange *self, GError *error)
{
  if (self->failure != NULL || self->ended)
    {
      g_error_free (error);
      return;
    }

  self->failure = error;
  g_cancellable_cancel (self->cancellable);
}

/**
 * valija_http_exchange_explain:
 * @self: an exchange
 * @cause: what GIO or libsoup say of it
 *
 * Returns: (transfer full): the same in our words
 */
GError *
valija_http_exchange_explain (ValijaHttpExchange *self, const GError *cause)
{
  g_autoptr(GError) lost = NULL;
  GError *error = NULL;

  /* By the request's own word, while its body went out */
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED) && self->failure == NULL)
    return g_error_copy (cause);

  if (self->failure != NULL)
    cause = self->failure;
  else if (self->phase == VALIJA_HTTP_PHASE_CONNECT)
    return valija_net_explain_connect (host_of (self), self->port, self->proxy, self->proxy_reached, cause);
  else if (self->phase == VALIJA_HTTP_PHASE_SECURE || self->refused != NULL)
    return valija_net_explain_secure (host_of (self), self->port, self->refused, valija_http_get_trust (self->http),
                                      cause);

  /* Behind the handshake TLS has many words for a connection that is gone, some of them only said to who asks twice. */
  if (cause->domain == G_TLS_ERROR)
    {
      lost = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, cause->message);
      cause = lost;
    }

  /* Whether the server has done it cannot be known. */
  if (self->sent && !self->answered && !self->request->idempotent && self->phase == VALIJA_HTTP_PHASE_EXCHANGE)
    {
      valija_error_set (&error, VALIJA_ERROR_UNCERTAIN,
                        _("The connection to %s was lost before it confirmed: it may have been done or not."),
                        host_of (self));
      return error;
    }

  if (cause->domain == SOUP_SESSION_ERROR)
    {
      valija_error_set_server (&error, VALIJA_ERROR_PROTOCOL, cause->message,
                               _("%s answered with something that is not HTTP."), host_of (self));
      return error;
    }

  return self->failure != NULL ? g_error_copy (self->failure) : valija_net_explain_io (host_of (self), cause);
}

/**
 * valija_http_exchange_new:
 * @http: the account
 * @request: what is asked
 * @uri: its parsed URI
 *
 * Returns: (transfer full): an exchange that has not begun
 */
ValijaHttpExchange *
valija_http_exchange_new (ValijaHttp *http, ValijaHttpRequest *request, GUri *uri)
{
  ValijaHttpExchange *self = g_new0 (ValijaHttpExchange, 1);
  gboolean https = g_str_equal (g_uri_get_scheme (uri), "https");

  g_ref_count_init (&self->ref_count);
  self->http = g_object_ref (http);
  self->request = valija_http_request_ref (request);
  self->uri = g_uri_ref (uri);
  self->identity = valija_net_dup_identity (g_uri_get_host (uri));
  self->port = g_uri_get_port (uri) > 0 ? (guint16) g_uri_get_port (uri) : https ? 443 : 80;
  self->timeout = request->has_timeout ? request->timeout : valija_http_get_timeout (http);
  self->signs_in = !request->anonymous && valija_http_signs_in_at (http, uri);
  self->cancellable = g_cancellable_new ();

  self->silence = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->silence, "valija-http-silence");
  g_source_set_callback (self->silence, silence_cb, self, NULL);
  g_source_attach (self->silence, g_main_context_get_thread_default ());

  return self;
}

ValijaHttpExchange *
valija_http_exchange_ref (ValijaHttpExchange *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_http_exchange_unref (ValijaHttpExchange *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->ended);
  g_clear_object (&self->http);
  g_clear_pointer (&self->request, valija_http_request_unref);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_pointer (&self->refused, valija_certificate_unref);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->failure);
  g_free (self->identity);
  g_free (self->proxy);
  g_free (self);
}

/* It holds no connection, place or time any more; may be called twice. */
void
valija_http_exchange_end (ValijaHttpExchange *self)
{
  if (self->ended)
    return;

  self->ended = TRUE;
  g_source_destroy (self->silence);
  g_clear_pointer (&self->silence, g_source_unref);
  forget_message (self);
  g_cancellable_cancel (self->cancellable);
  valija_http_release (self->http, self);
}
