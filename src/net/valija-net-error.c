/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-net-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"

/* Asked only after a failure, so that a monitor in error keeps nobody from connecting. */
static gboolean
is_offline (const char *host)
{
  g_autofree char *identity = valija_net_dup_identity (host);

  return !valija_net_is_loopback (identity) &&
         !g_network_monitor_get_network_available (g_network_monitor_get_default ());
}

/* Somebody answered, so there is a network. */
static gboolean
is_of_proxy (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED);
}

static GError *
explain_refused_certificate (const char *host, ValijaCertificate *refused, ValijaTrust *trust)
{
  g_autofree char *reasons = valija_certificate_dup_reasons (refused);
  GError *error = NULL;

  g_strdelimit (reasons, "\n", ' ');

  if (trust != NULL && valija_trust_lookup (trust, refused) == VALIJA_TRUST_REJECTED)
    valija_error_set (&error, VALIJA_ERROR_CERTIFICATE,
                      /* Translators: a server, then sentences that say what is wrong */
                      _("You decided never to trust this certificate of %s. %s"), host, reasons);
  else
    valija_error_set (&error, VALIJA_ERROR_CERTIFICATE,
                      /* Translators: a server, then sentences that say what is wrong */
                      _("The certificate of %s is not trusted. %s"), host, reasons);

  valija_error_set_certificate (error, refused);
  return error;
}

/**
 * valija_net_dup_identity:
 * @host: a server's name as a person wrote it
 *
 * Returns: (transfer full): what is looked up and what a certificate must name: ASCII, and an
 *   address without the brackets that a person may have put around it
 */
char *
valija_net_dup_identity (const char *host)
{
  gsize length = strlen (host);
  char *ascii;

  if (length > 2 && host[0] == '[' && host[length - 1] == ']')
    return g_strndup (host + 1, length - 2);

  ascii = g_hostname_to_ascii (host);
  return ascii != NULL ? ascii : g_strdup (host);
}

/**
 * valija_net_is_loopback:
 * @identity: a name or an address
 *
 * Returns: whether it is this very computer, which is reached by no proxy
 */
gboolean
valija_net_is_loopback (const char *identity)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (identity);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);

  return g_ascii_strcasecmp (identity, "localhost") == 0 || g_str_has_suffix (identity, ".localhost");
}

/**
 * valija_net_dup_proxy:
 * @address: (nullable): where a connection goes at first
 *
 * Returns: (transfer full) (nullable): the host and port of the proxy that it is, without what signs in to it; %NULL
 *   when it is none
 */
char *
valija_net_dup_proxy (GSocketAddress *address)
{
  g_autoptr(GUri) uri = NULL;
  guint16 port;

  if (address == NULL || !G_IS_PROXY_ADDRESS (address))
    return NULL;

  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  uri = g_uri_parse (g_proxy_address_get_uri (G_PROXY_ADDRESS (address)), G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    {
      g_autofree char *ip =
        g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));

      return g_strdup_printf ("%s:%u", ip, port);
    }

  return g_strdup_printf (strchr (g_uri_get_host (uri), ':') != NULL ? "[%s]:%u" : "%s:%u", g_uri_get_host (uri), port);
}

/* It answered, and does not do what is asked of it. */
static GError *
explain_refusing_proxy (const char *host, guint16 port, const char *proxy, const GError *cause)
{
  GError *error = NULL;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH) ||
      g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED))
    /* Translators: a proxy and a server */
    valija_error_set (&error, VALIJA_ERROR_CONNECT,
                      _("The proxy %s on the way to %s wants a name and a password, and the system’s settings have "
                        "none that it accepts."), proxy, host);
  else
    /* Translators: a server, a port and a proxy */
    valija_error_set (&error, VALIJA_ERROR_CONNECT,
                      _("%s cannot be reached at port %u: the proxy %s does not let it through."), host, port, proxy);

  return error;
}

/* It did not answer itself. */
static GError *
explain_lost_proxy (const char *host, const char *proxy, const GError *cause, gboolean timed_out)
{
  GError *error = NULL;

  if (timed_out)
    /* Translators: a proxy and a server */
    valija_error_set (&error, VALIJA_ERROR_TIMED_OUT, _("The proxy %s on the way to %s does not answer."), proxy, host);
  else
    /* Translators: a proxy, a server, and why */
    valija_error_set (&error, VALIJA_ERROR_CONNECT, _("The proxy %s on the way to %s cannot be reached: %s."), proxy,
                      host, valija_reason_of_error (cause));

  return error;
}

/**
 * valija_net_explain_connect:
 * @host: the server, as a person wrote it
 * @port: its port
 * @proxy: (nullable): the host and port of the proxy that was tried last
 * @reached: whether that proxy was connected to
 * @cause: what GIO says of the attempt to connect
 *
 * Returns: (transfer full): a VALIJA_ERROR at the step of connecting, or the cancellation that it was
 */
GError *
valija_net_explain_connect (const char *host, guint16 port, const char *proxy, gboolean reached, const GError *cause)
{
  g_autoptr(GError) located = g_error_copy (cause);
  gboolean refused = g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  gboolean timed_out;
  GError *error = NULL;

  valija_error_locate (&located, VALIJA_SIDE_NONE, VALIJA_STEP_CONNECT);
  timed_out = g_error_matches (located, VALIJA_ERROR, VALIJA_ERROR_TIMED_OUT);

  if (valija_error_is_cancelled (located))
    return g_steal_pointer (&located);

  if (proxy != NULL && is_of_proxy (cause))
    error = explain_refusing_proxy (host, port, proxy, cause);
  else if (proxy != NULL && !reached && (refused || !is_offline (host)))
    error = explain_lost_proxy (host, proxy, cause, timed_out);
  else if (refused)
    valija_error_set (&error, VALIJA_ERROR_CONNECT, _("%s refuses connections at port %u."), host, port);
  else if (!is_of_proxy (cause) && is_offline (host))
    valija_error_set (&error, VALIJA_ERROR_OFFLINE,
                      _("This computer is not connected to a network, so %s cannot be reached."), host);
  else if (g_error_matches (located, VALIJA_ERROR, VALIJA_ERROR_RESOLVE))
    valija_error_set (&error, VALIJA_ERROR_RESOLVE,
                      _("There is no server with the name “%s”, or its name cannot be looked up now."), host);
  else if (timed_out)
    valija_error_set (&error, VALIJA_ERROR_TIMED_OUT, _("%s does not answer at port %u."), host, port);
  else
    /* Translators: a server, a port, and why */
    valija_error_set (&error, VALIJA_ERROR_CONNECT, _("%s cannot be reached at port %u: %s."), host, port,
                      valija_reason_of_error (cause));

  valija_error_locate (&error, VALIJA_SIDE_NONE, VALIJA_STEP_CONNECT);
  return error;
}

/**
 * valija_net_explain_secure:
 * @host: the server, as a person wrote it
 * @port: its port
 * @refused: (nullable): the certificate that ended the handshake
 * @trust: (nullable): what the user decided
 * @cause: what GIO says of the handshake
 *
 * Returns: (transfer full): a VALIJA_ERROR at the step of securing, with the certificate, or the
 *   cancellation that it was
 */
GError *
valija_net_explain_secure (const char        *host,
                           guint16            port,
                           ValijaCertificate *refused,
                           ValijaTrust       *trust,
                           const GError      *cause)
{
  GError *error = NULL;

  if (refused != NULL)
    error = explain_refused_certificate (host, refused, trust);
  else if (valija_error_is_cancelled (cause) || g_error_matches (cause, VALIJA_ERROR, VALIJA_ERROR_INVALID))
    error = g_error_copy (cause);
  else if (g_error_matches (cause, VALIJA_ERROR, VALIJA_ERROR_TIMED_OUT) ||
           g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    valija_error_set (&error, VALIJA_ERROR_TIMED_OUT, _("%s does not answer the request for a secure connection."),
                      host);
  else if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE))
    valija_error_set (&error, VALIJA_ERROR_TLS,
                      _("This computer cannot make secure connections: the package glib-networking is missing."));
  else if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    valija_error_set (&error, VALIJA_ERROR_TLS, _("%s does not speak TLS at port %u."), host, port);
  else if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_EOF) ||
           g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    valija_error_set (&error, VALIJA_ERROR_TLS, _("%s closed the connection when it was asked for TLS."), host);
  else
    /* The library's own words are in another language and for experts: they are for the transcript */
    valija_error_set (&error, VALIJA_ERROR_TLS,
                      _("%s does not speak TLS at port %u, or in no way that this computer holds to be safe."),
                      host, port);

  valija_error_locate (&error, VALIJA_SIDE_NONE, VALIJA_STEP_SECURE);
  return error;
}

/**
 * valija_net_explain_io:
 * @host: the server, as a person wrote it
 * @cause: what GIO says of a read or a write
 *
 * Returns: (transfer full): a VALIJA_ERROR, or the cancellation that it was
 */
GError *
valija_net_explain_io (const char *host, const GError *cause)
{
  g_autoptr(GError) located = g_error_copy (cause);
  GError *error = NULL;

  valija_error_locate (&located, VALIJA_SIDE_NONE, VALIJA_STEP_NONE);

  if (valija_error_is_cancelled (located) ||
      g_error_matches (located, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL) ||
      g_error_matches (located, VALIJA_ERROR, VALIJA_ERROR_OFFLINE))
    return g_steal_pointer (&located);

  if (g_error_matches (located, VALIJA_ERROR, VALIJA_ERROR_TIMED_OUT))
    valija_error_set (&error, VALIJA_ERROR_TIMED_OUT, _("%s does not answer any more."), host);
  else if (g_error_matches (located, VALIJA_ERROR, VALIJA_ERROR_TLS))
    valija_error_set (&error, VALIJA_ERROR_TLS, _("The secure connection to %s broke."), host);
  else
    valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection to %s was lost."), host);

  return error;
}

/**
 * valija_net_explain_silence:
 * @host: the server, as a person wrote it
 * @seconds: for how long it has said nothing
 *
 * Returns: (transfer full): VALIJA_ERROR_TIMED_OUT
 */
GError *
valija_net_explain_silence (const char *host, guint seconds)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_TIMED_OUT,
                    g_dngettext (GETTEXT_PACKAGE, "%s has said nothing for %u second.",
                                 "%s has said nothing for %u seconds.", seconds),
                    host, seconds);
  return error;
}
