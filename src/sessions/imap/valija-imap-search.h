/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Resolves to ValijaSearchHits (boxed), of which the newest @limit are named: the messages in @folder that @text finds,
 * which is as of model/valija-search-term.h. */
DexFuture *valija_imap_search_run (ValijaImapLink *link,
                                   const char     *folder,
                                   const char     *text,
                                   guint           limit) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
