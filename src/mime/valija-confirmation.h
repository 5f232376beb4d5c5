/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* Confirmations of reading: message disposition notifications, RFC 8098. */

/**
 * valija_confirmation_list_wanted_by:
 *
 * Whom the author wants to be told that the message was read: the addresses of Disposition-Notification-To. Nobody,
 * where the message is a report itself (§2.1), or so many addresses are named that it cannot be meant.
 *
 * Returns: (transfer full): a list of ValijaAddress, empty when nobody asks
 */
GPtrArray *valija_confirmation_list_wanted_by (ValijaMimeMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the answer would go to somebody else than the author. */
gboolean   valija_confirmation_goes_elsewhere (ValijaMimeMessage *message);

/**
 * valija_confirmation_build:
 * @message: one that asks for it
 * @reader: who confirms
 * @envelope: (out): to whom it goes; its sender is <>, so that nothing answers it (§3)
 *
 * Builds the report: what a person reads, what a program reads, and the header of the message. It says that the
 * message was displayed and that the reader chose to tell so, and nothing of this computer.
 *
 * Returns: (transfer full): the source, or NULL with VALIJA_ERROR_INVALID
 */
GBytes    *valija_confirmation_build          (ValijaMimeMessage    *message,
                                               const ValijaAddress  *reader,
                                               ValijaEnvelope      **envelope,
                                               GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
