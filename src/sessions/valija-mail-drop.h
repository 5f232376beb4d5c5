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

  DexFuture *(*clear) (ValijaMailDrop *self, const char * const *remote_ids);
};

/**
 * valija_mail_drop_clear:
 * @remote_ids: (array zero-terminated=1): messages of which a durable copy is on this computer, or was until it was
 *   deleted here for good
 *
 * Deletes exactly these on the server and ends the connection, for that is when the server does it.
 * Those that are gone already are no failure. To be called by the engine once the copies are
 * durable and the account's `delete-after-days` have passed, or with what was deleted here
 * where it has `delete-removed`.
 *
 * Returns: (transfer full): a future that resolves to TRUE once the server has confirmed; rejects
 *   with UNSUPPORTED, before anything is sent, when the account does not allow it
 *   (valija_account_deletes_on_server())
 */
DexFuture *valija_mail_drop_clear (ValijaMailDrop *self, const char * const *remote_ids) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
