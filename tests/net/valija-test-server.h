/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An authority made for one test, and certificates of every kind of wrongness. */
typedef struct _ValijaTestAuthority ValijaTestAuthority;

ValijaTestAuthority *valija_test_authority_new      (const char *name) G_GNUC_WARN_UNUSED_RESULT;
void                 valija_test_authority_free     (ValijaTestAuthority *self);
/* PEM, removed with it */
const char          *valija_test_authority_get_file (ValijaTestAuthority *self);

/* For @name (DNS or an address), valid between two days counted from today. @self NULL: signed
 * by itself. */
GTlsCertificate     *valija_test_authority_issue    (ValijaTestAuthority *self,
                                                     const char          *name,
                                                     int                  first_day,
                                                     int                  last_day) G_GNUC_WARN_UNUSED_RESULT;

/* A server on a free loopback port that runs @handler for each connection on a thread of its
 * own, with blocking calls. */
typedef struct _ValijaTestServer ValijaTestServer;
typedef void (*ValijaTestHandler) (ValijaTestServer *server, GSocketConnection *connection);

ValijaTestServer *valija_test_server_new             (ValijaTestHandler handler,
                                                      gpointer          user_data) G_GNUC_WARN_UNUSED_RESULT;
/* waits for the handlers */
void              valija_test_server_free            (ValijaTestServer *self);
guint16           valija_test_server_get_port        (ValijaTestServer *self);
gpointer          valija_test_server_get_data        (ValijaTestServer *self);
void              valija_test_server_set_certificate (ValijaTestServer *self,
                                                      GTlsCertificate  *certificate);

/* For handlers: the server's side of a handshake; NULL when the client did not want it.
 * (transfer full) */
GIOStream        *valija_test_server_start_tls       (ValijaTestServer *self,
                                                      GIOStream        *base) G_GNUC_WARN_UNUSED_RESULT;

/* How many handlers have ended; the test waits for that with valija_test_server_wait(), running
 * its main loop. */
void              valija_test_server_wait            (ValijaTestServer *self,
                                                      guint             handlers);

/* What a handler tells: bytes that the client sent in it. */
void              valija_test_server_count_received  (ValijaTestServer *self,
                                                      gsize             bytes);
gsize             valija_test_server_get_received    (ValijaTestServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaTestAuthority, valija_test_authority_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaTestServer, valija_test_server_free)

G_END_DECLS
