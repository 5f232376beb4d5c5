/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "model/valija-progress.h"
#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Fetches the messages of @folder whole, several commands ahead, and sends a ValijaFetched for each that is
 * there into @channel, waiting while it is full. Resolves to TRUE at the end, or when nobody receives any more.
 * @progress: nullable. */
DexFuture *valija_imap_fetch_messages_run (ValijaImapLink     *link,
                                           const char         *folder,
                                           const char * const *remote_ids,
                                           DexChannel         *channel,
                                           ValijaProgress     *progress) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
