/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* What STATUS tells of one folder (RFC 9051 §6.3.11), which need not be selected. */

/**
 * valija_imap_status_measure:
 * @folder: its name
 *
 * Asks how large a folder is (RFC 8438).
 *
 * Returns: (transfer full): a future that resolves to an int64, the octets of all messages; rejects with UNSUPPORTED
 *   where the server does not tell
 */
DexFuture *valija_imap_status_measure (ValijaImapLink *link,
                                       const char     *folder) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_imap_status_mark:
 * @folder: its name
 *
 * Asks which UID the next message will have: a mark, "UIDVALIDITY.UIDNEXT", for valija_imap_find_run().
 *
 * Returns: (transfer full): a future that resolves to a string, as of valija_mail_organizer_mark(); rejects with
 *   PROTOCOL where the server does not tell
 */
DexFuture *valija_imap_status_mark    (ValijaImapLink *link,
                                       const char     *folder) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_imap_status_limit:
 * @folder: its name
 *
 * Asks how large a message of that folder may be (RFC 7889 §4).
 *
 * Returns: (transfer full): a future that resolves to an int64, octets, or -1 where there is no limit
 */
DexFuture *valija_imap_status_limit   (ValijaImapLink *link,
                                       const char     *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
