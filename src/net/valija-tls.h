/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "base/valija-certificate.h"
#include "net/valija-trust.h"

G_BEGIN_DECLS

/* What GIO does not tell of a certificate and of a connection, read with GnuTLS; and what is
 * trusted. */

ValijaCertificate *valija_tls_judge_certificate    (GTlsCertificate     *certificate,
                                                    GTlsCertificateFlags flags,
                                                    const char          *host,
                                                    guint16              port,
                                                    ValijaTrust         *trust) G_GNUC_WARN_UNUSED_RESULT;
DexFuture         *valija_tls_load_authorities     (const char *ca_file) G_GNUC_WARN_UNUSED_RESULT;
char              *valija_tls_describe_connection  (GTlsConnection *connection) G_GNUC_WARN_UNUSED_RESULT;
gboolean           valija_tls_is_recent            (GTlsConnection *connection);
GBytes            *valija_tls_dup_end_point        (GTlsCertificate *certificate) G_GNUC_WARN_UNUSED_RESULT;
GBytes            *valija_tls_dup_channel_binding  (GTlsConnection *connection,
                                                    const char     *type) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
