/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "auth/valija-credentials.h"
#include "base/valija-endpoint.h"
#include "model/valija-account.h"
#include "net/valija-http.h"
#include "net/valija-stream.h"

G_BEGIN_DECLS

/* What a session gets from outside, in one place: the account, where secrets come from, the
 * user's certificate exceptions, and where traffic and transcript go. */
#define VALIJA_TYPE_SESSION_CONTEXT (valija_session_context_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSessionContext, valija_session_context, VALIJA, SESSION_CONTEXT, GObject)

/* @credentials and @trust are nullable. */
ValijaSessionContext *valija_session_context_new (ValijaAccount     *account,
                                                  ValijaCredentials *credentials,
                                                  ValijaTrust       *trust) G_GNUC_WARN_UNUSED_RESULT;

/* A secret that is used instead of the keyring's (account test, `--password-stdin`). */
void       valija_session_context_preset_secret (ValijaSessionContext *self,
                                                 ValijaSide            side,
                                                 ValijaSecret         *secret);

/* Resolves to ValijaSecret; rejects with NO_SECRET or KEYRING. */
DexFuture *valija_session_context_lookup_secret (ValijaSessionContext *self,
                                                 ValijaSide            side) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to ValijaStream for that side of the account; @default_ports is indexed by
 * ValijaSecurity. Errors are located at @side. */
DexFuture *valija_session_context_connect       (ValijaSessionContext *self,
                                                 ValijaSide            side,
                                                 const guint16        *default_ports) G_GNUC_WARN_UNUSED_RESULT;

/* The same for what speaks HTTP: nothing is connected yet. */
ValijaHttp *valija_session_context_create_http  (ValijaSessionContext *self,
                                                 ValijaSide            side) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none), each */
ValijaAccount    *valija_session_context_get_account    (ValijaSessionContext *self);
ValijaTraffic    *valija_session_context_get_traffic    (ValijaSessionContext *self);
ValijaTranscript *valija_session_context_get_transcript (ValijaSessionContext *self);
/* (nullable) */
ValijaTrust      *valija_session_context_get_trust      (ValijaSessionContext *self);

/* Tells whoever listens that @step of @side begins, or (with @detail) what came of it. For the
 * account test and the status line. */
void valija_session_context_begin_step (ValijaSessionContext *self,
                                        ValijaSide            side,
                                        ValijaStep            step);
void valija_session_context_end_step   (ValijaSessionContext *self,
                                        ValijaSide            side,
                                        ValijaStep            step,
                                        const char           *detail);

/* Signals: "step-began" (int side, int step), "step-ended" (int side, int step, string detail). */

G_END_DECLS
