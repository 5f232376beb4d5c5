/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-http-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "net/valija-net-error.h"
#include "net/valija-tls.h"

#define DEFAULT_CONCURRENCY 2
/* What a server may ask us to wait by Retry-After */
#define LONGEST_RETRY_AFTER_SECONDS (15 * 60)
/* RFC 6585 §4; libsoup has no name for it. */
#define TOO_MANY_REQUESTS 429

typedef struct
{
  ValijaHttpExchange *exchange;
  gboolean handed_over; /* the response ends it */
} Send;

G_DEFINE_FINAL_TYPE (ValijaHttp, valija_http, G_TYPE_OBJECT)

static void
send_free (gpointer data)
{
  Send *args = data;

  if (!args->handed_over)
    valija_http_exchange_end (args->exchange);
  valija_http_exchange_unref (args->exchange);
  g_free (args);
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = { .dispatch = source_dispatch };

static gboolean
pause_cb (gpointer user_data)
{
  ValijaHttp *self = user_data;

  self->paused_until = 0;
  g_source_set_ready_time (self->pause, -1);
  valija_http_pump (self);

  return G_SOURCE_CONTINUE;
}

/* Asked for once, for all that need it. */
static DexFuture *
look_up_secret (ValijaHttp *self)
{
  if (self->lookup != NULL && dex_future_is_rejected (self->lookup))
    dex_clear (&self->lookup);

  if (self->lookup == NULL)
    self->lookup = self->func (self->func_data);

  return dex_ref (self->lookup);
}

/* Loads what the account needs for its first request. */
static gboolean
prepare_in_fiber (ValijaHttp *self, ValijaHttpExchange *exchange, GError **error)
{
  guint generation = self->generation;
  ValijaSecret *secret;

  if (self->authorities == NULL)
    {
      GTlsDatabase *authorities = dex_await_object (valija_tls_load_authorities (self->ca_file), error);

      if (authorities == NULL)
        {
          valija_error_locate (error, VALIJA_SIDE_NONE, VALIJA_STEP_SECURE);
          return FALSE;
        }

      g_clear_object (&self->authorities);
      self->authorities = authorities;
    }

  soup_session_set_tls_database (exchange->lane->session, self->authorities);

  if (!exchange->signs_in || !valija_http_needs_secret (self) || self->secret != NULL)
    return TRUE;

  secret = dex_await_boxed (look_up_secret (self), error);
  if (secret == NULL)
    return FALSE;

  if (generation == self->generation && self->secret == NULL)
    self->secret = valija_secret_ref (secret);
  valija_secret_unref (secret);

  return TRUE;
}

/* (transfer full) (nullable) */
static char *
make_authorization (ValijaHttp *self, ValijaHttpExchange *exchange)
{
  if (!exchange->signs_in || self->auth != VALIJA_HTTP_AUTH_BEARER || self->secret == NULL)
    return NULL;

  return g_strconcat ("Bearer ", valija_secret_peek (self->secret, NULL), NULL);
}

/* Sends it, by whatever way of signing in. NULL without @error set: it has to take its turn again. */
static GInputStream *
send_in_fiber (ValijaHttp *self, ValijaHttpExchange *exchange, GError **error)
{
  for (gboolean again = FALSE;; again = TRUE)
    {
      g_autofree char *authorization = make_authorization (self, exchange);
      g_autoptr(GError) cause = NULL;
      g_autoptr(GError) explained = NULL;
      GInputStream *stream;

      if (valija_http_wants_ntlm (exchange))
        stream = valija_http_send_by_ntlm (exchange, &cause);
      else
        stream = dex_await_object (valija_http_exchange_send (exchange, authorization, TRUE), &cause);

      if (authorization != NULL)
        valija_wipe (authorization, strlen (authorization));
      if (stream != NULL || cause == NULL)
        return stream;

      explained = valija_http_exchange_explain (exchange, cause);

      /* A kept connection may be dead without anybody having noticed. */
      if (!again && !exchange->fresh && exchange->request->idempotent && !self->closed &&
          g_error_matches (explained, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED))
        continue;

      if (self->transcript != NULL)
        valija_transcript_note (self->transcript, "%s", explained->message);
      g_propagate_error (error, g_steal_pointer (&explained));
      return NULL;
    }
}

static void
refuse_secret (ValijaHttp *self, const GError *error)
{
  if (self->refusal != NULL)
    return;

  self->refusal = g_error_copy (error);
  valija_http_pump (self);
}

static guint
retry_after_seconds (SoupMessage *message)
{
  const char *value = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  g_autoptr(GDateTime) date = NULL;
  guint64 seconds;

  if (value == NULL)
    return 0;

  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32, &seconds, NULL))
    return (guint) MIN (seconds, LONGEST_RETRY_AFTER_SECONDS);

  date = soup_date_time_new_from_http_string (value);
  if (date == NULL)
    return 0;

  return (guint) CLAMP (g_date_time_to_unix (date) - g_get_real_time () / G_USEC_PER_SEC, 0,
                        LONGEST_RETRY_AFTER_SECONDS);
}

/* A proxy that opens no way to the server answers in its place: in clear, where the server would have done it within
 * TLS. NULL: it is the server that speaks. */
static GError *
explain_proxy (ValijaHttpExchange *exchange, guint status)
{
  gboolean in_clear = g_str_equal (g_uri_get_scheme (exchange->uri), "https") &&
                      soup_message_get_tls_peer_certificate (exchange->message) == NULL;
  g_autoptr(GError) cause = NULL;
  g_autofree char *proxy = NULL;

  if (status == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED)
    cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH, "407");
  else if (in_clear)
    cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED, "CONNECT");
  else
    return NULL;

  proxy = valija_net_dup_proxy (soup_message_get_remote_address (exchange->message));

  return valija_net_explain_connect (g_uri_get_host (exchange->uri), exchange->port, proxy, TRUE, cause);
}

/* What the headers tell the account. FALSE with @error set, or with @error unset when the exchange
 * has to take its turn again. */
static gboolean
take_headers (ValijaHttp *self, ValijaHttpExchange *exchange, GError **error)
{
  guint status = soup_message_get_status (exchange->message);
  gboolean signed_in = soup_message_headers_get_one (soup_message_get_request_headers (exchange->message),
                                                     "Authorization") != NULL;

  if (status == TOO_MANY_REQUESTS || status == SOUP_STATUS_SERVICE_UNAVAILABLE)
    valija_http_back_off (self, retry_after_seconds (exchange->message) * 1000);

  *error = explain_proxy (exchange, status);
  if (*error != NULL)
    return FALSE;

  if (exchange->signs_in && status == SOUP_STATUS_UNAUTHORIZED)
    {
      gboolean refused;

      if (exchange->postponed || exchange->generation != self->generation)
        return FALSE;

      *error = valija_http_explain_unauthorized (exchange, &refused);
      if (refused)
        refuse_secret (self, *error);
      return FALSE;
    }

  if (exchange->signs_in && exchange->generation == self->generation)
    {
      self->proven = self->proven || signed_in;
      self->open = TRUE;
      if (self->proving == exchange)
        self->proving = NULL;
      valija_http_pump (self);
    }

  return TRUE;
}

static DexFuture *
send_fiber (gpointer data)
{
  Send *args = data;
  ValijaHttpExchange *exchange = args->exchange;
  ValijaHttp *self = exchange->http;
  g_autoptr(GError) error = NULL;

  for (;;)
    {
      g_autoptr(GInputStream) stream = NULL;

      if (!dex_await (valija_http_take_turn (self, exchange), &error))
        return dex_future_new_for_error (g_steal_pointer (&error));

      /* What is approved may be another server by now. */
      exchange->signs_in = !exchange->request->anonymous && valija_http_signs_in_at (self, exchange->uri);
      exchange->generation = self->generation;
      if (!prepare_in_fiber (self, exchange, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));

      if (exchange->failure != NULL)
        return dex_future_new_for_error (g_error_copy (exchange->failure));

      stream = send_in_fiber (self, exchange, &error);
      if (error != NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));

      if (stream != NULL && take_headers (self, exchange, &error))
        {
          args->handed_over = TRUE;
          return dex_future_new_take_object (valija_http_response_new (exchange, stream));
        }

      if (error != NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));

      valija_http_give_back_turn (self, exchange);
    }
}

static void
clear_secret (ValijaHttp *self)
{
  dex_clear (&self->lookup);
  g_clear_pointer (&self->secret, valija_secret_unref);
  g_clear_error (&self->refusal);
  self->proven = FALSE;
  self->open = FALSE;
  self->proving = NULL;
  valija_http_drop_lanes (self);
}

static void
clear_func (ValijaHttp *self)
{
  if (self->func_destroy != NULL)
    self->func_destroy (self->func_data);

  self->func = NULL;
  self->func_data = NULL;
  self->func_destroy = NULL;
}

static void
valija_http_dispose (GObject *object)
{
  ValijaHttp *self = VALIJA_HTTP (object);

  valija_http_close (self);
  clear_func (self);

  if (self->pause != NULL)
    g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
  g_clear_object (&self->trust);
  g_clear_pointer (&self->traffic, valija_traffic_unref);
  g_clear_pointer (&self->transcript, valija_transcript_unref);

  G_OBJECT_CLASS (valija_http_parent_class)->dispose (object);
}

static void
valija_http_finalize (GObject *object)
{
  ValijaHttp *self = VALIJA_HTTP (object);

  /* What was on its way when it was closed may have asked once more */
  clear_secret (self);
  g_free (self->host);
  g_free (self->ca_file);
  g_free (self->user);
  g_clear_object (&self->cookies);
  g_clear_object (&self->authorities);
  g_clear_error (&self->refusal);
  g_ptr_array_unref (self->live);

  G_OBJECT_CLASS (valija_http_parent_class)->finalize (object);
}

static void
valija_http_class_init (ValijaHttpClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_http_dispose;
  object_class->finalize = valija_http_finalize;
}

static void
valija_http_init (ValijaHttp *self)
{
  self->concurrency = DEFAULT_CONCURRENCY;
  self->cookies = soup_cookie_jar_new ();
  self->live = g_ptr_array_new ();
  g_queue_init (&self->waiting);
  g_queue_init (&self->lanes);

  self->pause = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->pause, "valija-http-pause");
  g_source_set_callback (self->pause, pause_cb, self, NULL);
  g_source_attach (self->pause, g_main_context_get_thread_default ());
}

const char *
valija_http_peek_user (ValijaHttp *self)
{
  return self->user != NULL ? self->user : "";
}

/* (transfer none) (nullable) */
ValijaSecret *
valija_http_peek_secret (ValijaHttp *self)
{
  return self->secret;
}

ValijaHttpAuth
valija_http_get_auth (ValijaHttp *self)
{
  return self->auth;
}

guint
valija_http_get_timeout (ValijaHttp *self)
{
  return self->timeout;
}

ValijaTrust *
valija_http_get_trust (ValijaHttp *self)
{
  return self->trust;
}

ValijaTraffic *
valija_http_get_traffic (ValijaHttp *self)
{
  return self->traffic;
}

ValijaTranscript *
valija_http_get_transcript (ValijaHttp *self)
{
  return self->transcript;
}

/* Whether a request to @uri may carry the secret: to the approved server, and encrypted unless the
 * account says otherwise. */
gboolean
valija_http_signs_in_at (ValijaHttp *self, GUri *uri)
{
  gboolean https = g_str_equal (g_uri_get_scheme (uri), "https");
  g_autofree char *identity = valija_net_dup_identity (g_uri_get_host (uri));
  int port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : https ? 443 : 80;
  int approved = self->port > 0 ? self->port : https ? 443 : 80;

  return self->auth != VALIJA_HTTP_AUTH_NONE && (https || self->security == VALIJA_SECURITY_NONE) &&
         port == approved && g_ascii_strcasecmp (identity, self->host) == 0;
}

/**
 * valija_http_new:
 * @endpoint: (transfer none): the one server that gets the secret, and only over TLS unless its
 *   security is %VALIJA_SECURITY_NONE; port 0 is the scheme's own. Its time-out and ca_file hold for
 *   all requests, to whatever server.
 * @trust: (nullable): the user's exceptions
 * @traffic: (nullable): counted into; a turn is a request
 * @transcript: (nullable): written into
 *
 * Returns: (transfer full): an account's HTTP, which does not sign in yet
 */
ValijaHttp *
valija_http_new (const ValijaEndpoint *endpoint,
                 ValijaTrust          *trust,
                 ValijaTraffic        *traffic,
                 ValijaTranscript     *transcript)
{
  ValijaHttp *self = g_object_new (VALIJA_TYPE_HTTP, NULL);

  g_return_val_if_fail (endpoint != NULL, self);

  self->host = valija_net_dup_identity (endpoint->host);
  self->port = endpoint->port;
  self->security = endpoint->security;
  self->ca_file = g_strdup (endpoint->ca_file);
  self->timeout = endpoint->timeout;
  g_set_object (&self->trust, trust);
  self->traffic = traffic != NULL ? valija_traffic_ref (traffic) : NULL;
  self->transcript = transcript != NULL ? valija_transcript_ref (transcript) : NULL;

  return self;
}

/**
 * valija_http_approve:
 * @self: an account's HTTP
 * @host: the server that gets the secret from now on, instead of the one before
 * @port: its port; 0 is the scheme's own
 * @security: %VALIJA_SECURITY_NONE lets the secret go unencrypted
 */
void
valija_http_approve (ValijaHttp *self, const char *host, guint16 port, ValijaSecurity security)
{
  g_return_if_fail (VALIJA_IS_HTTP (self));
  g_return_if_fail (host != NULL);

  g_free (self->host);
  self->host = valija_net_dup_identity (host);
  self->port = port;
  self->security = security;
  self->proven = FALSE;
  self->open = FALSE;
  valija_http_drop_lanes (self);
}

/**
 * valija_http_set_auth:
 * @self: an account's HTTP
 * @auth: exactly this way of signing in, from now on
 * @user: (nullable): as the server wants it: "user@domain" or "DOMAIN\user"
 * @func: (nullable): gives the secret; %NULL where none is needed
 * @user_data: for @func
 * @destroy: (nullable): frees @user_data
 */
void
valija_http_set_auth (ValijaHttp          *self,
                      ValijaHttpAuth       auth,
                      const char          *user,
                      ValijaHttpSecretFunc func,
                      gpointer             user_data,
                      GDestroyNotify       destroy)
{
  g_return_if_fail (VALIJA_IS_HTTP (self));

  clear_func (self);
  self->auth = auth;
  g_set_str (&self->user, user);
  self->func = func;
  self->func_data = user_data;
  self->func_destroy = destroy;
  g_return_if_fail (func != NULL || !valija_http_needs_secret (self));

  /* A cookie may say who somebody was. */
  g_object_unref (self->cookies);
  self->cookies = soup_cookie_jar_new ();
  clear_secret (self);
  valija_http_pump (self);
}

/**
 * valija_http_set_concurrency:
 * @self: an account's HTTP
 * @requests: how many may run at once, 1 at least; streaming ones are not counted
 */
void
valija_http_set_concurrency (ValijaHttp *self, guint requests)
{
  g_return_if_fail (VALIJA_IS_HTTP (self));

  self->concurrency = MAX (requests, 1);
  valija_http_drop_surplus_lanes (self);
  valija_http_pump (self);
}

/**
 * valija_http_back_off:
 * @self: an account's HTTP
 * @milliseconds: for how long no request starts; a longer pause under way stays
 */
void
valija_http_back_off (ValijaHttp *self, guint milliseconds)
{
  gint64 until;

  g_return_if_fail (VALIJA_IS_HTTP (self));

  if (milliseconds == 0 || self->closed)
    return;

  until = g_get_monotonic_time () + (gint64) milliseconds * 1000;
  if (until <= self->paused_until)
    return;

  self->paused_until = until;
  g_source_set_ready_time (self->pause, until);
  if (self->transcript != NULL)
    valija_transcript_note (self->transcript, "no request for %u ms", milliseconds);
}

/* (transfer full) (nullable) */
static GUri *
parse_uri (ValijaHttp *self, ValijaHttpRequest *request, GError **error)
{
  g_autoptr(GUri) uri = g_uri_parse (request->uri, SOUP_HTTP_URI_FLAGS, NULL);

  /* libsoup would send what stands before the @ as name and password. */
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      g_uri_get_userinfo (uri) != NULL ||
      (!g_str_equal (g_uri_get_scheme (uri), "https") && !g_str_equal (g_uri_get_scheme (uri), "http")))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("“%s” is no address of a web server."), request->uri);
      valija_error_locate (error, VALIJA_SIDE_NONE, VALIJA_STEP_CONNECT);
      return NULL;
    }

  if (g_str_equal (g_uri_get_scheme (uri), "http") && !request->anonymous && self->security != VALIJA_SECURITY_NONE)
    {
      valija_error_set (error, VALIJA_ERROR_TLS, _("The connection to %s would not be encrypted."),
                        g_uri_get_host (uri));
      valija_error_locate (error, VALIJA_SIDE_NONE, VALIJA_STEP_SECURE);
      return NULL;
    }

  return g_steal_pointer (&uri);
}

/**
 * valija_http_send:
 * @self: an account's HTTP
 * @request: (transfer none): what to ask; it must not be changed any more, and may be sent again
 *
 * Dropping the future takes the request back or ends it.
 *
 * Returns: (transfer full): a future that resolves to a ValijaHttpResponse (object) of whatever
 *   status when its headers are there. Rejects with RESOLVE, CONNECT, OFFLINE, CERTIFICATE, TLS,
 *   TIMED_OUT, DISCONNECTED, PROTOCOL, INVALID; UNCERTAIN when it is not idempotent, was sent whole and
 *   never answered; AUTHENTICATION when the secret was refused, then and for all that follow until it is
 *   renewed; NO_MECHANISM when the server does not offer the chosen way of signing in
 */
DexFuture *
valija_http_send (ValijaHttp *self, ValijaHttpRequest *request)
{
  g_autoptr(GUri) uri = NULL;
  GError *error = NULL;
  Send *args;

  dex_return_error_if_fail (VALIJA_IS_HTTP (self));
  dex_return_error_if_fail (request != NULL);

  if (self->closed)
    {
      valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection to %s is closed."), self->host);
      return dex_future_new_for_error (error);
    }

  uri = parse_uri (self, request, &error);
  if (uri == NULL)
    return dex_future_new_for_error (error);

  args = g_new0 (Send, 1);
  args->exchange = valija_http_exchange_new (self, request, uri);
  g_ptr_array_add (self->live, args->exchange);

  return valija_fiber_spawn (send_fiber, args, send_free);
}

/**
 * valija_http_close:
 * @self: an account's HTTP
 *
 * Drops all that waits and runs with VALIJA_ERROR_DISCONNECTED, and the kept connections. May be
 * called twice.
 */
void
valija_http_close (ValijaHttp *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) live = NULL;

  g_return_if_fail (VALIJA_IS_HTTP (self));

  if (self->closed)
    return;

  self->closed = TRUE;
  valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection to %s is closed."), self->host);

  valija_http_reject_turns (self, error);

  live = g_ptr_array_copy (self->live, NULL, NULL);
  for (guint i = 0; i < live->len; i++)
    valija_http_exchange_fail (g_ptr_array_index (live, i), g_error_copy (error));

  g_source_set_ready_time (self->pause, -1);
  clear_secret (self);
}
