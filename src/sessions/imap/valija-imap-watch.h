/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Waits by IDLE (RFC 2177) on a link of its own, on which @folder is selected. Resolves to TRUE as soon as the
 * server tells of a change, or after 9 minutes, when IDLE has to be renewed; cancelling ends the IDLE and
 * leaves the link fit for the next. What happens between two of them is told at the beginning of the second. */
DexFuture *valija_imap_watch_run (ValijaImapLink *link) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
