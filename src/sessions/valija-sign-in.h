/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "sessions/valija-session-context.h"
#include "wire/sasl/valija-sasl.h"

G_BEGIN_DECLS

/* What IMAP, POP3 and SMTP share of signing in. */

/**
 * valija_sign_in_begin:
 * @stream: the connection, protected by now
 * @offered: (array zero-terminated=1) (transfer none): the mechanisms that the server names; copied
 *
 * Chooses a mechanism by the account's settings for @side and by what @stream is worth (channel binding, TLS), then
 * looks up the secret.
 *
 * Returns: (transfer full): a future that resolves to ValijaSasl (boxed), or rejects with NO_MECHANISM, NO_SECRET,
 * KEYRING or INVALID
 */
DexFuture *valija_sign_in_begin (ValijaSessionContext *context,
                                 ValijaSide            side,
                                 ValijaStream         *stream,
                                 const char * const   *offered) G_GNUC_WARN_UNUSED_RESULT;

/* One valija_sasl_step_base64() on a thread, for it may compute long. @challenge: (nullable) as there. Resolves to
 * ValijaSecret (boxed): the response in base64. */
DexFuture *valija_sign_in_step  (ValijaSasl           *sasl,
                                 const char           *challenge) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
