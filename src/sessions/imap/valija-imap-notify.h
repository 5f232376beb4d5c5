/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-link.h"
#include "wire/imap/valija-imap-mailbox.h"

G_BEGIN_DECLS

/* All folders watched on one connection (RFC 5465). The server tells of each that changes by a STATUS, at any time;
 * what it told is gathered here until somebody asks. */
typedef struct _ValijaImapNotify ValijaImapNotify;

/* @link is borrowed: it is the one that owns this. */
ValijaImapNotify *valija_imap_notify_new   (ValijaImapLink *link) G_GNUC_WARN_UNUSED_RESULT;
void              valija_imap_notify_free  (ValijaImapNotify *self);

/* Asks for it. The server says first how all folders are now. Resolves to TRUE; rejects where it is refused. */
DexFuture        *valija_imap_notify_start (ValijaImapNotify *self) G_GNUC_WARN_UNUSED_RESULT;

/* Every response of the connection goes through here, whoever it was meant for. */
void              valija_imap_notify_apply (ValijaImapNotify         *self,
                                            const ValijaImapResponse *response);

/* Whether the server has given up telling (NOTIFICATIONOVERFLOW): then it must be asked anew. */
gboolean          valija_imap_notify_is_over (ValijaImapNotify *self);

/* Whether @status tells something else than what was known of the folder. */
typedef gboolean (*ValijaImapNotifyFunc) (const ValijaImapStatus *status, gpointer user_data);

/* The names of the folders that changed since the last call, "" among them when the list of folders itself did.
 * @func has the last word on each that was told by a STATUS. (transfer full) (element-type utf8) */
GPtrArray        *valija_imap_notify_take  (ValijaImapNotify     *self,
                                            ValijaImapNotifyFunc  func,
                                            gpointer              user_data);

/* Adds to @renamed (name to former name, both owned) which folders were renamed since the last call. */
void              valija_imap_notify_take_renamed (ValijaImapNotify *self, GHashTable *renamed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapNotify, valija_imap_notify_free)

G_END_DECLS
