/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Synchronises @folder from @cursor (nullable) on, on a link that is the caller's for so long: sends
 * ValijaChanges into @channel, newest messages first, and waits while it is full. Resolves to TRUE when the last
 * batch was sent, or when nobody receives any more. */
DexFuture *valija_imap_sync_run (ValijaImapLink *link,
                                 const char     *folder,
                                 GBytes         *cursor,
                                 DexChannel     *channel) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
