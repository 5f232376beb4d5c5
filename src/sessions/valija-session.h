/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "model/valija-changes.h"
#include "sessions/valija-session-context.h"

G_BEGIN_DECLS

/* What every provider is. Main context only. Every future rejects with VALIJA_ERROR located at
 * its side and step, or with G_IO_ERROR_CANCELLED. Cancelling a waiter never breaks the
 * connection. */
#define VALIJA_TYPE_SESSION (valija_session_get_type ())
G_DECLARE_INTERFACE (ValijaSession, valija_session, VALIJA, SESSION, GObject)

struct _ValijaSessionInterface
{
  GTypeInterface parent;

  DexFuture           *(*open)             (ValijaSession *self);
  DexFuture           *(*close)            (ValijaSession *self);
  ValijaSessionState   (*get_state)        (ValijaSession *self);
  ValijaCapabilities   (*get_capabilities) (ValijaSession *self);
  char               **(*dup_facts)        (ValijaSession *self);
};

/**
 * valija_session_open:
 *
 * Connects, secures, signs in. Opening an open session resolves at once; opening a failed one tries
 * anew; concurrent calls share one attempt.
 *
 * Returns: (transfer full): a future that resolves to TRUE
 */
DexFuture         *valija_session_open             (ValijaSession *self) G_GNUC_WARN_UNUSED_RESULT;

/* Says goodbye where the protocol has a word for it and closes. What was asked before is
 * answered or fails. Resolves to TRUE, always. */
DexFuture         *valija_session_close            (ValijaSession *self) G_GNUC_WARN_UNUSED_RESULT;

ValijaSessionState valija_session_get_state        (ValijaSession *self);

/* What the open session can do with this server; before it was opened, what its method can at
 * best. */
ValijaCapabilities valija_session_get_capabilities (ValijaSession *self);

/* What the server said of itself, "Label: value" lines for a person: software, extensions,
 * encryption, sign-in mechanism, quota. (transfer full) */
char             **valija_session_dup_facts        (ValijaSession *self);

/* Of what a session says in a provider's place: the side of the server that mail is read from and filed with. */
ValijaSide         valija_session_get_mail_side    (ValijaSession *self);

/* For providers. */
/* emits "state-changed" */
void valija_session_notify_state (ValijaSession *self);
/* emits "alert" (string): the server's words, which the user must read */
void valija_session_alert        (ValijaSession *self, const char *text);
/* emits "notice" (string, nullable): our own words on how things are, until others come in their place */
void valija_session_notice       (ValijaSession *self, const char *text);

G_END_DECLS
