/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-discovery.h"

G_DEFINE_BOXED_TYPE (ValijaDiscovery, valija_discovery, valija_discovery_copy, valija_discovery_free)

ValijaDiscovery *
valija_discovery_new (ValijaDiscoveryKind  kind,
                      const char          *host,
                      guint16              port,
                      const char          *source,
                      const char          *method)
{
  ValijaDiscovery *self = g_new0 (ValijaDiscovery, 1);

  self->kind = kind;
  self->host = g_strdup (host);
  self->port = port;
  self->source = g_strdup (source);
  self->method = g_strdup (method);

  return self;
}

ValijaDiscovery *
valija_discovery_copy (const ValijaDiscovery *self)
{
  return valija_discovery_new (self->kind, self->host, self->port, self->source, self->method);
}

void
valija_discovery_free (ValijaDiscovery *self)
{
  g_free (self->host);
  g_free (self->source);
  g_free (self->method);
  g_free (self);
}
