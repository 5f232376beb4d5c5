/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-account.h"
#include "net/valija-http-response.h"

G_BEGIN_DECLS

/* A mailbox may be on another server than the account says: that one answers 451 and names the other, in X-MS-Location.
 * The way goes on by itself as in Autodiscover: over TLS, to the same host or one of the mail address's domain.
 *
 * *@location: where to ask instead, or NULL where @response says nothing of the kind. FALSE with UNSUPPORTED and words
 * about where the mailbox is. @shared: (nullable) the address of the mailbox that was asked about, where it is not the
 * account's own: the account does not move for that one. @uri: where was asked */
gboolean valija_exchange_find_moved (ValijaAccount      *account,
                                     const char         *shared,
                                     const char         *uri,
                                     ValijaHttpResponse *response,
                                     GUri              **location,
                                     GError            **error);

G_END_DECLS
