/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/valija-certificate.h"
#include "net/valija-trust.h"

G_BEGIN_DECLS

/* What went wrong on the way to a server, in our words: the same for a socket and for HTTP. */

char    *valija_net_dup_identity    (const char *host) G_GNUC_WARN_UNUSED_RESULT;
gboolean valija_net_is_loopback     (const char *identity);
char    *valija_net_dup_proxy       (GSocketAddress *address) G_GNUC_WARN_UNUSED_RESULT;
GError  *valija_net_explain_connect (const char   *host,
                                     guint16       port,
                                     const char   *proxy,
                                     gboolean      reached,
                                     const GError *cause) G_GNUC_WARN_UNUSED_RESULT;
GError  *valija_net_explain_secure  (const char        *host,
                                     guint16            port,
                                     ValijaCertificate *refused,
                                     ValijaTrust       *trust,
                                     const GError      *cause) G_GNUC_WARN_UNUSED_RESULT;
GError  *valija_net_explain_io      (const char   *host,
                                     const GError *cause) G_GNUC_WARN_UNUSED_RESULT;
GError  *valija_net_explain_silence (const char *host,
                                     guint       seconds) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
