/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/pop3/valija-pop3-login.h"
#include "sessions/pop3/valija-pop3-maildrop.h"
#include "sessions/pop3/valija-pop3-session.h"

G_BEGIN_DECLS

/* Shared by valija-pop3-session.c (opening, closing, interfaces), -mailbox.c (who may use the connection, its list),
 * -sync.c, -fetch.c, -fetch-outline.c and -clear.c. */
struct _ValijaPop3Session
{
  GObject parent_instance;

  ValijaSessionContext *context;
  ValijaSessionState state;
  ValijaPop3Login *login;   /* nullable */
  ValijaPop3Maildrop *maildrop; /* nullable: the list of this connection, not looked at yet */
  DexFuture *opening;       /* nullable: the attempt that is under way */
  guint generation;         /* of attempts: one that was closed before it ended must not open */
  DexPromise *changed;      /* resolved and renewed when one of the next two changes */
  guint n_users;            /* works that use the connection */
  gboolean alone;           /* one of them does what no other may disturb */
  gboolean sealed;          /* a round was played on this list: the next one wants a new */
  GSource *idle;            /* nullable: says QUIT when nobody comes */
  char **facts;             /* nullable: what the server last said of itself */
  ValijaCapabilities capabilities;
};

/* What every work on the mailbox begins with: opens where it is closed, lists where it is not listed, one at a time.
 * It is over with valija_pop3_session_leave(), also when it was cancelled. */
typedef enum
{
  VALIJA_POP3_USE_SHARED,   /* the list of this connection, however old */
  VALIJA_POP3_USE_FRESH,    /* a list that no round has used, unless others are at work */
  VALIJA_POP3_USE_ALONE,    /* nobody else, until it leaves */
} ValijaPop3Use;

/* Awaits its turn. FALSE with @error where it could not be opened or listed: then there is nothing to leave. */
gboolean valija_pop3_session_enter_fiber (ValijaPop3Session *self, ValijaPop3Use use, GError **error);
void     valija_pop3_session_leave       (ValijaPop3Session *self, ValijaPop3Use use);

/* Says QUIT, waits for the answer, closes. FALSE with @error when the server did not say +OK. */
gboolean valija_pop3_session_quit_fiber  (ValijaPop3Session *self, GError **error);

/* When nobody has used the connection for a while, it is ended by QUIT, which lets others at the mailbox. */
void     valija_pop3_session_start_idle  (ValijaPop3Session *self);
void     valija_pop3_session_stop_idle   (ValijaPop3Session *self);

/* Whether @maildrop is the list of the connection that is open: not, when somebody closed while one waited. Sets
 * DISCONNECTED. */
gboolean valija_pop3_session_check_list  (ValijaPop3Session *self, ValijaPop3Maildrop *maildrop, GError **error);

/* "TOP n 0", "TOP n 900", "RETR n"; limits in octets. */
#define VALIJA_POP3_HEADER_LIMIT (1024 * 1024)
#define VALIJA_POP3_BEGINNING_LIMIT (256 * 1024)
#define VALIJA_POP3_MESSAGE_LIMIT (G_GUINT64_CONSTANT (1) << 30)

/* All resolve to ValijaPop3Reply (boxed), -ERR too, and reject when the connection ends. What is beyond the limit
 * of a header or a beginning is cut off; a message beyond its own is VALIJA_ERROR_LIMIT. @progress: (nullable). */
DexFuture *valija_pop3_session_request_header    (ValijaPop3Session *self,
                                                  const ValijaPop3Entry *entry) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_pop3_session_request_beginning (ValijaPop3Session *self,
                                                  const ValijaPop3Entry *entry) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_pop3_session_request_message   (ValijaPop3Session *self,
                                                  const ValijaPop3Entry *entry,
                                                  ValijaProgress        *progress) G_GNUC_WARN_UNUSED_RESULT;

/* A server may list TOP and refuse it for one message, or not know it at all: the whole message holds the header as
 * well. Puts its answer, which may be -ERR too, in the place of @reply. FALSE with @error when the connection
 * ended. */
gboolean    valija_pop3_session_retrieve_instead_fiber (ValijaPop3Session *self, const ValijaPop3Entry *entry,
                                                        ValijaPop3Reply **reply, GError **error);

/* What the interfaces promise of them: batches of ValijaChanges, ValijaFetched one by one, the GBytes of an outline,
 * and TRUE once what was deleted is gone from the server. A flow that was begun holds the session, and ends when the
 * receiver closes its side. */
DexChannel *valija_pop3_session_sync          (ValijaPop3Session *self, GBytes *cursor) G_GNUC_WARN_UNUSED_RESULT;
DexChannel *valija_pop3_session_fetch         (ValijaPop3Session *self,
                                               const char * const *remote_ids,
                                               ValijaProgress     *progress) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_pop3_session_fetch_outline (ValijaPop3Session *self,
                                               const char        *remote_id) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_pop3_session_clear         (ValijaPop3Session *self,
                                               GBytes            *cursor,
                                               const char * const *remote_ids) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
