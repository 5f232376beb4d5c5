/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/valija-secret.h"

G_BEGIN_DECLS

/* The client's messages of NTLM (MS-NLMP), without I/O: version 2 and nothing weaker, with the
 * channel's binding (Extended Protection) and the integrity code. */

/* The first message. (transfer full) */
GBytes *valija_ntlm_negotiate    (void) G_GNUC_WARN_UNUSED_RESULT;

/* The third message, which answers @challenge, the second.
 *
 * @negotiate: the first message
 * @user: "DOMAIN\user", "user@domain" or "user", which is of the server's own domain
 * @host: whom the request is for
 * @binding: (nullable): the tls-server-end-point of the connection (RFC 5929)
 * Returns: (transfer full): or NULL with VALIJA_ERROR_PROTOCOL */
GBytes *valija_ntlm_authenticate (GBytes       *negotiate,
                                  GBytes       *challenge,
                                  const char   *user,
                                  ValijaSecret *password,
                                  const char   *host,
                                  GBytes       *binding,
                                  GError      **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
