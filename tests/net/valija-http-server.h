/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* A SoupServer over TLS on a free loopback port, on a thread of its own. The handler runs there. */
typedef struct _ValijaHttpServer ValijaHttpServer;
typedef void (*ValijaHttpHandler) (ValijaHttpServer  *server,
                                   SoupServerMessage *message,
                                   gpointer           user_data);

ValijaHttpServer *valija_http_server_new             (GTlsCertificate  *certificate,
                                                      ValijaHttpHandler handler,
                                                      gpointer          user_data) G_GNUC_WARN_UNUSED_RESULT;
void              valija_http_server_free            (ValijaHttpServer *self);
guint16           valija_http_server_get_port        (ValijaHttpServer *self);
char             *valija_http_server_dup_uri         (ValijaHttpServer *self,
                                                      const char       *path) G_GNUC_WARN_UNUSED_RESULT;

/* Requests and connections so far. */
guint             valija_http_server_get_requests    (ValijaHttpServer *self);
guint             valija_http_server_get_connections (ValijaHttpServer *self);

/* What a 401 was answered with. */
guint             valija_http_server_get_secrets     (ValijaHttpServer *self);

/* For handlers: whether the message is signed in by Basic as @user with @password; else it is a 401 that
 * offers Basic. */
gboolean          valija_http_server_check_basic     (ValijaHttpServer  *self,
                                                      SoupServerMessage *message,
                                                      const char        *user,
                                                      const char        *password);

/* The same for NTLM: a real challenge, and a NTLMv2 response that is verified (MS-NLMP 3.3.2). The domain is
 * "EXAMPLE". A connection that is signed in stays so. */
gboolean          valija_http_server_check_ntlm      (ValijaHttpServer  *self,
                                                      SoupServerMessage *message,
                                                      const char        *user,
                                                      const char        *password);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaHttpServer, valija_http_server_free)

G_END_DECLS
