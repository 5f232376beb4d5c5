/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-changes.h"
#include "model/valija-progress.h"
#include "sessions/smtp/valija-smtp-login.h"

G_BEGIN_DECLS

/* One message on one connection: what is said for it, and what became of it. In the order of the calls below. */
typedef struct _ValijaSmtpTransaction ValijaSmtpTransaction;

/* Looks at the message before a byte of it is said. NULL with INVALID, TOO_LARGE, UNSUPPORTED or RECIPIENT, and where
 * it was cancelled already. @progress: (nullable): of one that goes in pieces; its Cancel then ends the connection. */
ValijaSmtpTransaction *valija_smtp_transaction_new          (ValijaSmtpLogin *login, ValijaEnvelope *envelope,
                                                             GBytes *source, ValijaProgress *progress,
                                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void                   valija_smtp_transaction_free         (ValijaSmtpTransaction *self);

/* Whether all of it can be said before anything is answered (PIPELINING, CHUNKING, and small enough), so that the
 * next may follow at once. */
gboolean               valija_smtp_transaction_can_overlap  (ValijaSmtpTransaction *self);

/* Octets that it puts on the wire. */
guint64                valija_smtp_transaction_get_size     (ValijaSmtpTransaction *self);

/* Says as much as may be said without an answer: all of it when it can overlap. With @reset the server is first told
 * to forget what was before. */
void                   valija_smtp_transaction_begin        (ValijaSmtpTransaction *self, gboolean reset);

/* For fibers: says the rest and waits for all answers. (transfer full) NULL with @error, located. @dirty: (out): the
 * server must be reset before the next message. */
ValijaReceipt         *valija_smtp_transaction_finish_fiber (ValijaSmtpTransaction *self, gboolean *dirty,
                                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSmtpTransaction, valija_smtp_transaction_free)

G_END_DECLS
