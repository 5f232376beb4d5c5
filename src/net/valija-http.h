/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "base/valija-endpoint.h"
#include "base/valija-secret.h"
#include "base/valija-traffic.h"
#include "net/valija-http-request.h"
#include "net/valija-http-response.h"
#include "net/valija-transcript.h"
#include "net/valija-trust.h"

G_BEGIN_DECLS

/* Everything that one account says by HTTP: connections that are kept (HTTP/1.1, as NTLM binds the
 * sign-in to the connection), cookies, compression, one way of signing in, a queue in order with a
 * cap on what runs at once, pauses that the server asks for, counters, transcript. It follows no
 * redirect. Every failure is a VALIJA_ERROR: with the step CONNECT or SECURE nothing was sent; and
 * VALIJA_ERROR_UNCERTAIN tells that a request that is not idempotent was sent whole and never
 * answered. Main context only. */
#define VALIJA_TYPE_HTTP (valija_http_get_type ())
G_DECLARE_FINAL_TYPE (ValijaHttp, valija_http, VALIJA, HTTP, GObject)

/* How an account signs in. There is no "whatever the server likes best". */
typedef enum
{
  VALIJA_HTTP_AUTH_NONE,
  VALIJA_HTTP_AUTH_BASIC,
  VALIJA_HTTP_AUTH_NTLM,      /* version 2, bound to the TLS channel (Extended Protection) */
  VALIJA_HTTP_AUTH_NEGOTIATE, /* Kerberos with the ticket of the desktop; no secret is asked for */
  VALIJA_HTTP_AUTH_BEARER,    /* the secret is the token, sent with every request */
} ValijaHttpAuth;

/* Gives the account's secret: a future that resolves to a ValijaSecret (boxed). Called when the
 * first request needs it and again only after valija_http_set_auth(). */
typedef DexFuture *(*ValijaHttpSecretFunc) (gpointer user_data);

/* @endpoint: the one server that gets the secret, and only over TLS unless its security is NONE;
 * port 0 is the scheme's own. Its time-out and ca_file hold for all requests, to whatever server.
 * @trust, @traffic (a turn is a request), @transcript: (nullable) */
ValijaHttp *valija_http_new (const ValijaEndpoint *endpoint,
                             ValijaTrust          *trust,
                             ValijaTraffic        *traffic,
                             ValijaTranscript     *transcript) G_GNUC_WARN_UNUSED_RESULT;

/* Another server gets the secret from now on, and no longer the one before (Autodiscover). */
void valija_http_approve (ValijaHttp    *self,
                          const char    *host,
                          guint16        port,
                          ValijaSecurity security);

/* Exactly this way of signing in from now on; until it is called there is none. Kept connections
 * and cookies are dropped. @user: (nullable) as the server wants it ("user@domain", "DOMAIN\user"); @func is
 * NULL for NONE and NEGOTIATE. */
void valija_http_set_auth (ValijaHttp          *self,
                           ValijaHttpAuth       auth,
                           const char          *user,
                           ValijaHttpSecretFunc func,
                           gpointer             user_data,
                           GDestroyNotify       destroy);

/* How many requests may run at once (1 at least; 2 at first). A request runs until its response
 * is read to the end or dropped. Streaming requests are outside of it. */
void valija_http_set_concurrency (ValijaHttp *self, guint requests);

/* No request of this account starts for that long, from now; a longer pause under way stays. The
 * Retry-After of a 429 or 503 does the same by itself. */
void valija_http_back_off (ValijaHttp *self, guint milliseconds);

/* Queues @request, which is not changed by it and may be sent again. Resolves to a
 * ValijaHttpResponse (object) of whatever status when its headers are there. Rejects with RESOLVE,
 * CONNECT, OFFLINE, CERTIFICATE, TLS, TIMED_OUT, DISCONNECTED, UNCERTAIN; AUTHENTICATION when the
 * secret was refused (then everything that waits rejects with it, and nothing is sent with that
 * secret again until it is renewed); NO_MECHANISM when the server does not offer the chosen way;
 * what the secret's future rejects with. Dropping the future takes the request back or ends it. */
DexFuture *valija_http_send (ValijaHttp *self, ValijaHttpRequest *request) G_GNUC_WARN_UNUSED_RESULT;

/* Drops all that waits and runs, with VALIJA_ERROR_DISCONNECTED, and the kept connections. */
void valija_http_close (ValijaHttp *self);

G_END_DECLS
