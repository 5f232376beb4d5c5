/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "net/valija-http.h"
#include "sessions/valija-session-context.h"

G_BEGIN_DECLS

/* How the account signs in where @offers is offered: as it says itself, else NTLM before Basic (over TLS alone, unless
 * the account insists), and with the ticket of this computer where no password is wanted. FALSE with
 * VALIJA_ERROR_NO_MECHANISM, or VALIJA_ERROR_INVALID for a way that does not exist. */
gboolean valija_exchange_choose_auth (ValijaSessionContext *context,
                                      ValijaHttpOffers      offers,
                                      ValijaHttpAuth       *auth,
                                      GError              **error);

/* Signs in so from now on, with the account's name (else its address) and password. */
void     valija_exchange_set_auth    (ValijaSessionContext *context,
                                      ValijaHttp           *http,
                                      ValijaHttpAuth        auth);

G_END_DECLS
