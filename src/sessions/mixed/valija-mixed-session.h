/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-mail-drop.h"
#include "sessions/valija-mail-reader.h"
#include "sessions/valija-mail-sender.h"

G_BEGIN_DECLS

/* Reads by POP3 and sends by SMTP. A ValijaSession, ValijaMailReader, ValijaMailDrop and ValijaMailSender that owns
 * one session of each.
 *
 * Opening it opens both, so that a failure of either is seen; reading opens only the incoming one and sending only
 * the outgoing one. Its state is that of the incoming half, as its list is what a person looks at; errors keep the
 * side on which they happened. */
#define VALIJA_TYPE_MIXED_SESSION (valija_mixed_session_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMixedSession, valija_mixed_session, VALIJA, MIXED_SESSION, GObject)

ValijaSession *valija_mixed_session_new (ValijaSessionContext *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
