/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-endpoint.h"

static const struct
{
  ValijaSecurity security;
  const char *nick;
} nicks[] = {
  { VALIJA_SECURITY_TLS, "tls" },
  { VALIJA_SECURITY_STARTTLS, "starttls" },
  { VALIJA_SECURITY_NONE, "none" },
};

/**
 * valija_endpoint_new:
 * @host: a name or an address
 * @port: a port
 * @security: how the connection is protected
 * @timeout: seconds that the other side may be silent; 0 is for ever
 * @ca_file: (nullable): PEM file of authorities trusted instead of the system's; "" is %NULL
 *
 * Returns: (transfer full): an endpoint
 */
ValijaEndpoint *
valija_endpoint_new (const char    *host,
                     guint16        port,
                     ValijaSecurity security,
                     guint          timeout,
                     const char    *ca_file)
{
  ValijaEndpoint *self;

  g_return_val_if_fail (host != NULL, NULL);

  self = g_new0 (ValijaEndpoint, 1);
  self->host = g_strdup (host);
  self->port = port;
  self->security = security;
  self->timeout = timeout;
  self->ca_file = ca_file != NULL && *ca_file != '\0' ? g_strdup (ca_file) : NULL;

  return self;
}

/**
 * valija_endpoint_copy:
 * @self: an endpoint
 *
 * Returns: (transfer full): the same again
 */
ValijaEndpoint *
valija_endpoint_copy (const ValijaEndpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return valija_endpoint_new (self->host, self->port, self->security, self->timeout, self->ca_file);
}

/**
 * valija_endpoint_free:
 * @self: (transfer full): an endpoint
 */
void
valija_endpoint_free (ValijaEndpoint *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->host);
  g_free (self->ca_file);
  g_free (self);
}

/**
 * valija_security_to_nick:
 * @security: how a connection is protected
 *
 * Returns: (transfer none): "tls", "starttls" or "none"
 */
const char *
valija_security_to_nick (ValijaSecurity security)
{
  for (gsize i = 0; i < G_N_ELEMENTS (nicks); i++)
    if (nicks[i].security == security)
      return nicks[i].nick;

  g_return_val_if_reached ("none");
}

/**
 * valija_security_from_nick:
 * @nick: (nullable): a word
 * @security: (out): what it stands for
 *
 * Returns: %FALSE, with @security untouched, for a word that is none of ours
 */
gboolean
valija_security_from_nick (const char *nick, ValijaSecurity *security)
{
  g_return_val_if_fail (security != NULL, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (nicks); i++)
    if (g_strcmp0 (nicks[i].nick, nick) == 0)
      {
        *security = nicks[i].security;
        return TRUE;
      }

  return FALSE;
}
