/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "net/valija-http.h"
#include "sessions/exchange/valija-exchange-transfer.h"
#include "sessions/valija-session-context.h"
#include "wire/ews/valija-ews-request.h"
#include "wire/ews/valija-ews-result.h"

G_BEGIN_DECLS

/* How often one request is made when the server asks to come again. */
#define VALIJA_EXCHANGE_ATTEMPTS 4
/* The first pause where it does not say how long to wait */
#define VALIJA_EXCHANGE_PAUSE_MS 1000

/* One mailbox's Exchange Web Services: requests go out, response messages come back, pauses that the server asks for
 * are kept. Refcounted, main context only; functions named _fiber are called within a fiber. */
typedef struct _ValijaExchangeClient ValijaExchangeClient;

/* For the incoming server of the account, and connects to nothing yet. The last reference closes it. */
ValijaExchangeClient *valija_exchange_client_new        (ValijaSessionContext *context) G_GNUC_WARN_UNUSED_RESULT;
ValijaExchangeClient *valija_exchange_client_ref        (ValijaExchangeClient *self);
void                  valija_exchange_client_unref      (ValijaExchangeClient *self);

/* Ends what is under way and what waits, with VALIJA_ERROR_DISCONNECTED. */
void                  valija_exchange_client_close      (ValijaExchangeClient *self);

/* Connects, and chooses how to sign in by the first answer. FALSE with a failure to connect, with what an answer means
 * that is not the usual 401, or as valija_exchange_choose_auth() says. */
gboolean              valija_exchange_client_sign_in_fiber (ValijaExchangeClient *self,
                                                            GError              **error);

/* What the requests are written for; EWS 2013 SP1 until it is found that the server is older. */
ValijaEwsSchema       valija_exchange_client_get_schema (ValijaExchangeClient *self);
void                  valija_exchange_client_set_schema (ValijaExchangeClient *self,
                                                         ValijaEwsSchema       schema);
/* "Exchange Server 2016 (15.1)" once it answered, else NULL. (transfer full) */
char                 *valija_exchange_client_dup_server (ValijaExchangeClient *self);
/* "NTLM" (transfer none) */
const char           *valija_exchange_client_get_sign_in (ValijaExchangeClient *self);

/* Requests go on to where the server says that the mailbox is (valija_exchange_find_moved()). */

/* What one request brought. */
typedef struct
{
  GPtrArray *messages;      /* of ValijaEwsNode, as they came */
  GBytes *content;          /* nullable: the message or attachment that came with them */
} ValijaExchangeReply;

/* What it gave away must have been stolen out of it. */
void                  valija_exchange_reply_free        (ValijaExchangeReply  *self);

/* @request: (transfer full). A fault is a failure; what the response messages say is not looked at. Repeats what was
 * not done where that is safe. NULL with VALIJA_ERROR_UNCERTAIN: it may have been done. */
ValijaExchangeReply  *valija_exchange_client_run_fiber  (ValijaExchangeClient *self,
                                                         ValijaEwsRequest     *request,
                                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a request with a single response message, which must be FINE. */
ValijaExchangeReply  *valija_exchange_client_ask_fiber  (ValijaExchangeClient *self,
                                                         ValijaEwsRequest     *request,
                                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, for content that may be large: @transfer is told of what comes or, where the request has some, goes. */
ValijaExchangeReply  *valija_exchange_client_transfer_fiber (ValijaExchangeClient    *self,
                                                             ValijaEwsRequest        *request,
                                                             ValijaExchangeTransfer  *transfer,
                                                             GError                 **error) G_GNUC_WARN_UNUSED_RESULT;

/* Must not await. FALSE: what still comes is of no use. */
typedef gboolean (*ValijaExchangeStreamFunc) (const ValijaEwsNode *message,
                                              gpointer             user_data);

/* The same for a request whose answer stays open, on a connection beside the others: each response message, a fault
 * too, is told as it comes. @seconds: how long the server may be silent. TRUE when the server or @take ended it; FALSE
 * with @error, also after messages have come. */
gboolean              valija_exchange_client_stream_fiber  (ValijaExchangeClient    *self,
                                                            ValijaEwsRequest        *request,
                                                            guint                    seconds,
                                                            ValijaExchangeStreamFunc take,
                                                            gpointer                 user_data,
                                                            GError                 **error);

/* No request starts for as long as @result says, or where it does not say for so many milliseconds. */
void                  valija_exchange_client_back_off      (ValijaExchangeClient  *self,
                                                            const ValijaEwsResult *result,
                                                            guint                  milliseconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaExchangeClient, valija_exchange_client_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaExchangeReply, valija_exchange_reply_free)

G_END_DECLS
