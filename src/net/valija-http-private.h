/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libsoup/soup.h>

#include "net/valija-http-request-private.h"
#include "net/valija-http.h"

G_BEGIN_DECLS

/* Shared by valija-http.c (the account), valija-http-queue.c (turns, lanes, pauses), valija-http-exchange.c (one
 * request on its way), valija-http-ntlm.c, valija-http-auth.c (signing in), valija-http-log.c (the transcript) and
 * valija-http-response.c (reading). */

/* How far a message has come; what failed is told by it. */
typedef enum
{
  VALIJA_HTTP_PHASE_CONNECT,
  VALIJA_HTTP_PHASE_SECURE,
  VALIJA_HTTP_PHASE_EXCHANGE,
} ValijaHttpPhase;

/* One connection at a time, and what it is known for: a SoupSession of its own, for NTLM signs in a
 * connection and no request, and libsoup tells nobody which one it will take. */
typedef struct
{
  SoupSession *session;
  guint generation;    /* of the secret */
  gboolean streaming;
  guint64 signed_in;   /* the number of the connection that NTLM signed in; 0: none */
  gint64 rested_at;    /* since when nothing uses it, monotonic time */
} ValijaHttpLane;

typedef struct _ValijaHttpExchange ValijaHttpExchange;

/* Refcounted; ended exactly once by whoever holds it: the fiber that sends, then the response. */
struct _ValijaHttpExchange
{
  grefcount ref_count;
  ValijaHttp *http;
  ValijaHttpRequest *request;
  GUri *uri;
  char *identity; /* the server's name as certificates have it */
  char *proxy; /* nullable: the host and port of the one that was tried last */
  gboolean proxy_reached; /* and it answered */
  guint n_ways; /* how often one was connected to */
  guint16 port;
  guint timeout; /* of the other side's silence, in seconds; 0: for ever */
  gboolean signs_in;
  guint generation; /* of the secret */

  SoupMessage *message; /* nullable: the attempt under way */
  GCancellable *cancellable;
  GSource *silence;
  GError *failure; /* nullable: why we ended it ourselves */
  ValijaCertificate *refused; /* nullable */
  ValijaHttpPhase phase;
  guint64 received;         /* of the body as it came over the wire */
  gboolean fresh;           /* a connection was made for it */
  gboolean whole;           /* with its body */
  gboolean sent;            /* and all of it was */
  gboolean answered;        /* the headers are there */
  guint n_tickets;          /* that were refused */
  gboolean postponed;       /* another one tries the secret first */
  guint64 connection;       /* the number of the connection that it was sent on */

  gboolean complete;        /* read to the end: the connection is kept */

  ValijaHttpLane *lane; /* nullable: not its turn */
  gboolean ended;
};

typedef enum
{
  VALIJA_HTTP_PERMIT_NO,
  VALIJA_HTTP_PERMIT_YES,
  VALIJA_HTTP_PERMIT_LATER,
} ValijaHttpPermit;

struct _ValijaHttp
{
  GObject parent_instance;

  char *host; /* the approved one, in ASCII */
  guint16 port;
  ValijaSecurity security;
  char *ca_file; /* nullable */
  guint timeout;
  ValijaTrust *trust; /* nullable, as are the next two */
  ValijaTraffic *traffic;
  ValijaTranscript *transcript;

  GQueue lanes; /* of ValijaHttpLane: those at rest, the last used first */
  SoupCookieJar *cookies;
  GTlsDatabase *authorities; /* nullable until then */

  ValijaHttpAuth auth;
  char *user;
  ValijaHttpSecretFunc func;
  gpointer func_data;
  GDestroyNotify func_destroy;
  DexFuture *lookup;      /* nullable: the secret, or when it will be there */
  ValijaSecret *secret;   /* nullable */
  guint generation;       /* of the secret */
  gboolean proven;        /* it was accepted */
  gboolean open;          /* the server answered without asking for it */
  ValijaHttpExchange *proving; /* nullable, borrowed: the one that tries it */
  GError *refusal;        /* nullable: nothing is sent with it any more */

  guint concurrency;
  guint running; /* streaming ones apart */
  GQueue waiting; /* of Turn */
  GPtrArray *live; /* of ValijaHttpExchange, borrowed: all that have not ended */
  gint64 paused_until; /* monotonic time; 0: not */
  GSource *pause;
  gboolean closed;
};

/* One request on its way, from the queue to its answer or failure; holds @http and @request. It must have ended,
 * by one of the two, before its last reference goes. The count is not atomic: main context only. */
ValijaHttpExchange *valija_http_exchange_new   (ValijaHttp        *http,
                                                ValijaHttpRequest *request,
                                                GUri              *uri) G_GNUC_WARN_UNUSED_RESULT;
ValijaHttpExchange *valija_http_exchange_ref   (ValijaHttpExchange *self);
void                valija_http_exchange_unref (ValijaHttpExchange *self);
void                valija_http_exchange_end   (ValijaHttpExchange *self);
void                valija_http_exchange_fail  (ValijaHttpExchange *self, GError *error);
void                valija_http_exchange_watch (ValijaHttpExchange *self, gboolean waiting);
DexFuture          *valija_http_exchange_send  (ValijaHttpExchange *self,
                                                const char         *authorization,
                                                gboolean            whole) G_GNUC_WARN_UNUSED_RESULT;
GError             *valija_http_exchange_explain (ValijaHttpExchange *self,
                                                  const GError       *cause) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaHttpExchange, valija_http_exchange_unref)

/* In valija-http-queue.c: whose turn it is, on which lane, and who may send the secret. */
void                valija_http_pump           (ValijaHttp *self);
DexFuture          *valija_http_take_turn      (ValijaHttp         *self,
                                                ValijaHttpExchange *exchange) G_GNUC_WARN_UNUSED_RESULT;
void                valija_http_give_back_turn (ValijaHttp *self, ValijaHttpExchange *exchange);
void                valija_http_reject_turns   (ValijaHttp *self, const GError *error);
void                valija_http_drop_lanes     (ValijaHttp *self);
void                valija_http_drop_surplus_lanes (ValijaHttp *self);
gboolean            valija_http_needs_secret   (ValijaHttp *self);
void                valija_http_release        (ValijaHttp *self, ValijaHttpExchange *exchange);
ValijaHttpPermit    valija_http_permit         (ValijaHttp *self, ValijaHttpExchange *exchange);

/* In valija-http.c: what an exchange asks of its account. */
const char         *valija_http_peek_user      (ValijaHttp *self);
ValijaSecret       *valija_http_peek_secret    (ValijaHttp *self);
ValijaHttpAuth      valija_http_get_auth       (ValijaHttp *self);
guint               valija_http_get_timeout    (ValijaHttp *self);
ValijaTrust        *valija_http_get_trust      (ValijaHttp *self);
ValijaTraffic      *valija_http_get_traffic    (ValijaHttp *self);
ValijaTranscript   *valija_http_get_transcript (ValijaHttp *self);
gboolean            valija_http_signs_in_at    (ValijaHttp *self, GUri *uri);

ValijaHttpResponse *valija_http_response_new   (ValijaHttpExchange *exchange,
                                                GInputStream       *stream) G_GNUC_WARN_UNUSED_RESULT;

/* In valija-http-log.c: what the transcript is told. */
void                valija_http_log_request    (ValijaTranscript *transcript, ValijaHttpExchange *exchange);
void                valija_http_log_response   (ValijaTranscript *transcript, ValijaHttpExchange *exchange);
void                valija_http_log_body       (ValijaTranscript   *transcript,
                                                ValijaHttpExchange *exchange,
                                                GBytes             *first);

/* In valija-http-ntlm.c: for a fiber, whose exchange was answered by 401, or goes out on a connection that is not
 * signed in. NULL without @error set: it has to take its turn again. */
gboolean            valija_http_wants_ntlm     (ValijaHttpExchange *exchange);
GInputStream       *valija_http_send_by_ntlm   (ValijaHttpExchange *exchange,
                                                GError            **error) G_GNUC_WARN_UNUSED_RESULT;

/* In valija-http-auth.c */
ValijaHttpOffers    valija_http_parse_offers   (SoupMessageHeaders *headers);
GError             *valija_http_explain_unauthorized (ValijaHttpExchange *exchange,
                                                      gboolean           *refused) G_GNUC_WARN_UNUSED_RESULT;
void                valija_http_choose_auth    (SoupSession *session, ValijaHttpAuth auth);
gboolean            valija_http_answers        (ValijaHttpAuth auth, SoupAuth *scheme);

G_END_DECLS
