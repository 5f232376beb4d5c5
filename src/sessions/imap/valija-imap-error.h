/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-error.h"
#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* What a NO, BAD or BYE means for whoever asked: the code says what can be done, the server's words travel with
 * it. @refusal is what a NO means that does not say why. (transfer full) */
GError *valija_imap_error_from_response (const ValijaImapResponse *response,
                                         ValijaErrorCode           refusal) G_GNUC_WARN_UNUSED_RESULT;

/* The server's words for a person: valid UTF-8, one line. (transfer full) */
char   *valija_imap_response_dup_words  (const ValijaImapResponse *response);

G_END_DECLS
