/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-session.h"

G_BEGIN_DECLS

/* A session whose server only holds mail until it is fetched (POP3, and the reading half of
 * mixed). Nothing but this takes messages off such a server, and only where the account says so. */
#define VALIJA_TYPE_MAIL_DROP (valija_mail_drop_get_type ())
G_DECLARE_INTERFACE (ValijaMailDrop, valija_mail_drop, VALIJA, MAIL_DROP, ValijaSession)

struct _ValijaMailDropInterface
{
  GTypeInterface parent;

  GBytes    *(*doubt) (ValijaMailDrop *self, GBytes *cursor, const char * const *remote_ids);
  DexFuture *(*clear) (ValijaMailDrop *self, GBytes *cursor, const char * const *remote_ids);
};

/**
 * valija_mail_drop_doubt:
 * @cursor: where the last round ended
 * @remote_ids: (array zero-terminated=1): what valija_mail_drop_clear() is about to take off
 *
 * Once they are gone the server may give their names to other messages (RFC 1939 §7), and nobody knows for certain when
 * that is. The cursor that this gives is stored before anything is deleted: from it the next round describes anew what
 * it finds under these names, so that nothing is taken for what was there.
 *
 * Returns: (transfer full) (nullable): NULL when @cursor knows none of @remote_ids: there is nothing to take off
 */
GBytes *valija_mail_drop_doubt (ValijaMailDrop     *self,
                                GBytes             *cursor,
                                const char * const *remote_ids) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_mail_drop_clear:
 * @cursor: where the last round ended
 * @remote_ids: (array zero-terminated=1): messages of which a durable copy is on this computer, or was until it was
 *   deleted here for good
 *
 * Deletes exactly these on the server and ends the connection, for that is when the server does it. Those that are
 * gone already are no failure, and what @cursor does not know, or knows as another message, stays. To be called by the
 * engine behind valija_mail_drop_doubt(), once the copies are durable and the account's `delete-after-days` have
 * passed, or with what was deleted here where it has `delete-removed`.
 *
 * Returns: (transfer full): a future that resolves to TRUE once the server has confirmed; rejects
 *   with UNSUPPORTED, before anything is sent, when the account does not allow it
 *   (valija_account_deletes_on_server())
 */
DexFuture *valija_mail_drop_clear (ValijaMailDrop     *self,
                                   GBytes             *cursor,
                                   const char * const *remote_ids) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
