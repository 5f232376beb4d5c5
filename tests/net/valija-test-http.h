/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-error.h"
#include "net/valija-http.h"
#include "valija-http-server.h"
#include "valija-test-server.h"

G_BEGIN_DECLS

/* What the tests of HTTP share: a client that trusts an authority made for the run, servers that send back what they
 * get, and servers that say exactly what they are told. */

#define USER "ana"
/* Basic leaves open in what encoding others would be. */
#define PASSWORD "correct horse"
#define NTLM_PASSWORD "correct horse ñ林"

extern ValijaTestAuthority *test_http_authority;
extern GTlsCertificate *test_http_certificate; /* of "localhost" */

/* Instead of g_test_init() and g_test_run(): the two above live in between. */
void                test_http_init          (int *argc, char ***argv);
int                 test_http_run           (void);

/* ---- The client ---- */

typedef struct
{
  const char *password;
  guint asked;
} TestSecret;

/* For valija_http_set_auth(); @user_data is a TestSecret. */
DexFuture          *test_secret_cb          (gpointer user_data);

ValijaHttp         *test_make_http_at       (guint16 port, guint timeout, ValijaTraffic *traffic,
                                             ValijaTranscript *transcript);
ValijaHttp         *test_make_http          (guint16 port);
ValijaHttpRequest  *test_make_post          (const char *uri, const char *body, gboolean idempotent);

/* (nullable) with @error set */
ValijaHttpResponse *test_await_response     (DexFuture *future, GError **error);
ValijaHttpResponse *test_send               (ValijaHttp *http, ValijaHttpRequest *request, GError **error);
char               *test_read_text          (ValijaHttpResponse *response, GError **error);

/* Sends and reads all, which must go well. */
char               *test_ask                (ValijaHttp *http, ValijaHttpRequest *request, guint status);
char               *test_post               (ValijaHttp *http, const char *uri, const char *body, gboolean idempotent);
DexFuture          *test_wait_for           (ValijaHttp *http, ValijaHttpRequest *request);

/* ---- Servers that answer ---- */

/* Sends the request's body back, or what its path asks for. */
void                test_answer             (SoupServerMessage *message);

/* The same: to anybody, to USER by Basic, to USER by NTLM. */
void                test_open_handler       (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data);
void                test_basic_handler      (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data);
void                test_ntlm_handler       (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data);

/* ---- Servers that say exactly what they are told ---- */

typedef struct
{
  GIOStream *io;
  GDataInputStream *input;
  guint64 length; /* of the request's body */
} TestPeer;

/* For the handlers of a test_raw_server(): NULL when there was no handshake. */
TestPeer           *test_peer_new           (ValijaTestServer *server, GSocketConnection *connection);
void                test_peer_free          (TestPeer *peer);
gboolean            test_peer_hear_headers  (TestPeer *peer);
guint64             test_peer_hear_body     (TestPeer *peer, guint64 length);
gboolean            test_peer_hear          (TestPeer *peer);
gboolean            test_peer_say           (TestPeer *peer, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestPeer, test_peer_free)

/* Says the text that is the server's data, once, and hangs up without the goodbye of TLS. */
void                test_cut_handler        (ValijaTestServer *server, GSocketConnection *connection);
ValijaTestServer   *test_raw_server         (ValijaTestHandler handler, gpointer data);
char               *test_raw_uri            (ValijaTestServer *server);

G_END_DECLS
