/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-address-check.h"
#include "model/valija-progress.h"
#include "sessions/valija-session.h"

G_BEGIN_DECLS

#define VALIJA_TYPE_MAIL_SENDER (valija_mail_sender_get_type ())
G_DECLARE_INTERFACE (ValijaMailSender, valija_mail_sender, VALIJA, MAIL_SENDER, ValijaSession)

struct _ValijaMailSenderInterface
{
  GTypeInterface parent;

  DexFuture *(*send)          (ValijaMailSender *self,
                               ValijaEnvelope   *envelope,
                               GBytes           *source,
                               ValijaProgress   *progress);
  DexFuture *(*check_address) (ValijaMailSender *self, const char *sender, const char *address); /* nullable */
  gboolean   (*overlaps)      (ValijaMailSender *self);                                          /* nullable */
};

/**
 * valija_mail_sender_send:
 * @source: RFC 5322 octets; Bcc is taken out by whoever builds it, line ends may be bare LF
 * @progress: (nullable): told how many octets of a large one went out; its Cancel ends the sending as long as not all
 *   of it was handed over, with %G_IO_ERROR_CANCELLED, which means as well: not sent
 *
 * Sends once. When some recipients are refused and others accepted the message goes to those
 * accepted, and the receipt tells of each. All refused is VALIJA_ERROR_RECIPIENT. When the
 * connection is lost after the last byte of the message was handed over and before the answer came
 * it is VALIJA_ERROR_UNCERTAIN; every other failure means: not sent.
 *
 * Returns: (transfer full): a future that resolves to ValijaReceipt
 */
DexFuture *valija_mail_sender_send (ValijaMailSender *self,
                                    ValijaEnvelope   *envelope,
                                    GBytes           *source,
                                    ValijaProgress   *progress) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_mail_sender_overlaps:
 *
 * Returns: whether a message that is given before the one before it is answered saves a turn; where not, it only waits
 */
gboolean valija_mail_sender_overlaps (ValijaMailSender *self);

/**
 * valija_mail_sender_check_address:
 * @sender: a bare address, on whose behalf it is asked
 * @address: a bare address
 *
 * Asks what the server thinks of @address, as far as it can without mail. Servers watch for this and may lock out who
 * does it often: only ever on demand, one address at a time.
 *
 * Returns: (transfer full): a future that resolves to ValijaAddressCheck; rejects with UNSUPPORTED where there is
 *   nothing to ask, and where the server does not let @sender ask
 */
DexFuture *valija_mail_sender_check_address (ValijaMailSender *self,
                                             const char       *sender,
                                             const char       *address) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
