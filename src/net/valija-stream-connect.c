/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-stream-private.h"

#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "net/valija-net-error.h"
#include "net/valija-tls.h"

/* Silence after which a connection is asked whether it lives, and how often until it counts as dead: after twice that
 * time */
#define KEEPALIVE_SECONDS 180
#define KEEPALIVE_TRIES   4

/* Connecting and the handshake end some time, also when the silence of the server may last for
 * ever. What valija_stream_set_timeout() says in between is about reading: a protocol that waits
 * for nothing just then has switched it off. */
#define LONGEST_WAIT_SECONDS 120

typedef struct
{
  ValijaEndpoint *endpoint;
  ValijaTrust *trust;
  ValijaTraffic *traffic;
  ValijaTranscript *transcript;
} Connect;

typedef struct
{
  ValijaStream *stream;
  DexPromise *promise;
  gint64 begun;
} Handshake;

static void
connect_free (Connect *args)
{
  valija_endpoint_free (args->endpoint);
  g_clear_object (&args->trust);
  g_clear_pointer (&args->traffic, valija_traffic_unref);
  g_clear_pointer (&args->transcript, valija_transcript_unref);
  g_free (args);
}

static void
handshake_free (Handshake *handshake)
{
  g_object_unref (handshake->stream);
  dex_unref (handshake->promise);
  g_free (handshake);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Handshake, handshake_free)

static guint
wait_milliseconds (ValijaStream *self)
{
  guint seconds = self->patience > 0 ? MIN (self->patience, LONGEST_WAIT_SECONDS) : LONGEST_WAIT_SECONDS;

  return seconds * 1000;
}

static gboolean
accept_certificate_cb (GTlsConnection      *connection,
                       GTlsCertificate     *peer,
                       GTlsCertificateFlags flags,
                       ValijaStream        *self)
{
  ValijaCertificate *refused;

  refused = valija_tls_judge_certificate (peer, flags, self->identity, self->port, self->trust);
  if (refused == NULL)
    return TRUE;

  g_clear_pointer (&self->refused, valija_certificate_unref);
  self->refused = refused;
  return FALSE;
}

static void
handshake_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(Handshake) handshake = user_data;
  ValijaStream *self = handshake->stream;
  GError *error = NULL;

  self->handshaking = FALSE;
  if (self->failure != NULL)
    valija_stream_end_close (self);

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    {
      self->round_trip = g_get_monotonic_time () - handshake->begun;
      valija_promise_resolve_boolean (handshake->promise, TRUE);
    }
  else
    valija_promise_reject (handshake->promise, error);
}

/* The operation belongs to the stream: it is cancelled by failing that, and not by dropping the
 * future, because the socket may only be closed when nothing uses it any more. */
static DexFuture *
shake_hands (ValijaStream *self, GTlsConnection *tls)
{
  Handshake *handshake = g_new0 (Handshake, 1);
  DexPromise *promise = dex_promise_new ();

  handshake->stream = g_object_ref (self);
  handshake->promise = dex_ref (promise);
  self->handshaking = TRUE;
  handshake->begun = g_get_monotonic_time ();
  g_tls_connection_handshake_async (tls, G_PRIORITY_DEFAULT, self->cancellable, handshake_cb, handshake);

  return DEX_FUTURE (promise);
}

static gboolean
negotiate_in_fiber (ValijaStream *self, GError **error)
{
  g_autoptr(GSocketConnectable) identity = g_network_address_new (self->identity, self->port);
  g_autoptr(GTlsDatabase) authorities = NULL;
  g_autoptr(GIOStream) tls = NULL;

  authorities = dex_await_object (valija_tls_load_authorities (self->ca_file), error);
  if (authorities == NULL)
    return FALSE;

  if (self->failure != NULL)
    {
      g_propagate_error (error, g_error_copy (self->failure));
      return FALSE;
    }

  tls = g_tls_client_connection_new (self->io, identity, error);
  if (tls == NULL)
    return FALSE;

  g_tls_connection_set_database (G_TLS_CONNECTION (tls), authorities);
  g_signal_connect_object (tls, "accept-certificate", G_CALLBACK (accept_certificate_cb), self, G_CONNECT_DEFAULT);

  if (!dex_await (valija_future_with_timeout (shake_hands (self, G_TLS_CONNECTION (tls)), wait_milliseconds (self)),
                  error))
    return FALSE;

  if (self->failure != NULL)
    {
      g_propagate_error (error, g_error_copy (self->failure));
      return FALSE;
    }

  if (!valija_tls_is_recent (G_TLS_CONNECTION (tls)))
    {
      valija_error_set (error, VALIJA_ERROR_TLS, _("it offers only a version of TLS that is no longer safe"));
      return FALSE;
    }

  valija_stream_take_io (self, g_steal_pointer (&tls));
  return TRUE;
}

/* Ends with TLS on, or with the stream closed and @error set. */
static gboolean
secure_in_fiber (ValijaStream *self, GError **error)
{
  g_autoptr(GError) cause = NULL;

  if (!negotiate_in_fiber (self, &cause))
    {
      g_autoptr(GError) explained = NULL;

      if (self->transcript != NULL && self->refused == NULL)
        valija_transcript_note (self->transcript, "%s", cause->message);
      explained = valija_net_explain_secure (self->host, self->port, self->refused, self->trust, cause);
      valija_stream_fail (self, explained);
      g_propagate_error (error, g_steal_pointer (&explained));
      return FALSE;
    }

  if (self->transcript != NULL)
    {
      g_autofree char *description = valija_stream_dup_description (self);

      valija_transcript_note (self->transcript, "%s", description);
    }

  return TRUE;
}

/* Whatever waits below the answer to STARTTLS was not sent by the server that the handshake will
 * name (CVE-2011-0411). */
static gboolean
was_injected_into (ValijaStream *self)
{
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (self->io));

  return g_socket_get_available_bytes (socket) > 0;
}

static DexFuture *
start_tls_fiber (gpointer data)
{
  ValijaStream *self = data;
  GError *error = NULL;

  if (!secure_in_fiber (self, &error))
    return dex_future_new_for_error (error);

  return dex_future_new_true ();
}

static void
note_connection (ValijaStream *self, GSocketConnection *connection)
{
  g_autoptr(GSocketAddress) address = g_socket_connection_get_remote_address (connection, NULL);
  g_autofree char *text = NULL;

  if (address != NULL && G_IS_SOCKET_CONNECTABLE (address))
    text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

  valija_transcript_note (self->transcript, "%s:%u (%s)", self->host, self->port, text != NULL ? text : "?");
}

static void
take_connection (ValijaStream *self, GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);

  /* Writes are put together here. An idle connection that died must be noticed long before the half hour of IDLE is
   * over, and one that lives must not be forgotten by what is on the way (NAT); the kernel does it, and wakes
   * nobody. */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_SECONDS, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_SECONDS / KEEPALIVE_TRIES, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TRIES, NULL);

  if (self->traffic != NULL)
    self->traffic->connections++;
  if (self->transcript != NULL)
    note_connection (self, connection);

  valija_stream_take_io (self, G_IO_STREAM (connection));
}

static void
note_way_cb (ValijaStream      *self,
             GSocketClientEvent event,
             GSocketConnectable *connectable,
             GIOStream          *connection)
{
  g_autoptr(GSocketAddress) address = NULL;

  switch ((int) event)
    {
    case G_SOCKET_CLIENT_CONNECTING:
      address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
      g_free (self->proxy);
      self->proxy = valija_net_dup_proxy (address);
      self->proxy_reached = FALSE;
      break;
    case G_SOCKET_CLIENT_CONNECTED:
      self->proxy_reached = TRUE;
      break;
    default:
      break;
    }
}

static DexFuture *
connect_fiber (gpointer data)
{
  Connect *args = data;
  g_autoptr(ValijaStream) self = NULL;
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GSocketConnectable) address = NULL;
  g_autoptr(GError) error = NULL;
  GSocketConnection *connection;

  self = valija_stream_new (args->endpoint, args->trust, args->traffic, args->transcript);
  address = g_network_address_new (self->identity, self->port);
  g_socket_client_set_enable_proxy (client, !valija_net_is_loopback (self->identity));
  g_signal_connect_object (client, "event", G_CALLBACK (note_way_cb), self, G_CONNECT_SWAPPED);

  connection = dex_await_object (valija_future_with_timeout (dex_socket_client_connect (client, address),
                                                             wait_milliseconds (self)),
                                 &error);
  if (connection == NULL)
    {
      g_autoptr(GError) explained = valija_net_explain_connect (self->host, self->port, self->proxy,
                                                                 self->proxy_reached, error);

      valija_stream_fail (self, explained);
      return dex_future_new_for_error (g_steal_pointer (&explained));
    }

  take_connection (self, connection);

  if (args->endpoint->security == VALIJA_SECURITY_TLS && !secure_in_fiber (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_object (g_steal_pointer (&self));
}

/**
 * valija_stream_connect:
 * @endpoint: (transfer none): where to; with %VALIJA_SECURITY_TLS the handshake is done before the
 *   future resolves, %VALIJA_SECURITY_STARTTLS and %VALIJA_SECURITY_NONE connect in clear
 * @trust: (nullable): the user's exceptions
 * @traffic: (nullable): counted into
 * @transcript: (nullable): written into
 *
 * Cancelling the future closes what was half open.
 *
 * Returns: (transfer full): a future that resolves to a ValijaStream (object), or rejects with
 *   RESOLVE, CONNECT, TIMED_OUT, OFFLINE, TLS, INVALID, or CERTIFICATE with the certificate
 *   attached
 */
DexFuture *
valija_stream_connect (const ValijaEndpoint *endpoint,
                       ValijaTrust          *trust,
                       ValijaTraffic        *traffic,
                       ValijaTranscript     *transcript)
{
  GError *error = NULL;
  Connect *args;

  dex_return_error_if_fail (endpoint != NULL);
  dex_return_error_if_fail (trust == NULL || VALIJA_IS_TRUST (trust));

  if (*endpoint->host == '\0' || endpoint->port == 0)
    {
      valija_error_set (&error, VALIJA_ERROR_INVALID, _("No server is given."));
      valija_error_locate (&error, VALIJA_SIDE_NONE, VALIJA_STEP_CONNECT);
      return dex_future_new_for_error (error);
    }

  args = g_new0 (Connect, 1);
  args->endpoint = valija_endpoint_copy (endpoint);
  args->trust = trust != NULL ? g_object_ref (trust) : NULL;
  args->traffic = traffic != NULL ? valija_traffic_ref (traffic) : NULL;
  args->transcript = transcript != NULL ? valija_transcript_ref (transcript) : NULL;

  return valija_fiber_spawn (connect_fiber, args, (GDestroyNotify) connect_free);
}

/**
 * valija_stream_start_tls:
 * @self: a stream in clear with no read outstanding, whose STARTTLS command was answered
 * @leftover: how many bytes behind that answer the caller holds unparsed
 *
 * Starts TLS (RFC 3207, RFC 2595, RFC 9051 §6.2.1). Bytes behind the answer are an injection: they
 * close the stream.
 *
 * Returns: (transfer full): a future that resolves to %TRUE, or rejects with NO_STARTTLS, TLS,
 *   TIMED_OUT or CERTIFICATE; then the stream is closed
 */
DexFuture *
valija_stream_start_tls (ValijaStream *self, gsize leftover)
{
  dex_return_error_if_fail (VALIJA_IS_STREAM (self));
  dex_return_error_if_fail (self->tls == NULL && !self->handshaking);
  dex_return_error_if_fail (self->reader == NULL && !self->writing && valija_write_queue_is_empty (self->writes));

  if (self->failure != NULL)
    return dex_future_new_for_error (g_error_copy (self->failure));

  if (leftover > 0 || was_injected_into (self))
    {
      g_autoptr(GError) error = NULL;

      valija_error_set (&error, VALIJA_ERROR_NO_STARTTLS,
                        _("Somebody put commands between %s and this computer before the connection was secure."),
                        self->host);
      valija_error_locate (&error, VALIJA_SIDE_NONE, VALIJA_STEP_SECURE);
      valija_stream_fail (self, error);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return valija_fiber_spawn (start_tls_fiber, g_object_ref (self), g_object_unref);
}
