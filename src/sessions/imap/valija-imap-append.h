/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-types.h"
#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Messages that are put into a folder, with their flags and the time at which they were received. */

/* Resolves to the new remote-id (string), "" where the server does not tell. */
DexFuture *valija_imap_append_run      (ValijaImapLink *link,
                                        const char     *folder,
                                        GBytes         *source,
                                        ValijaFlags     flags,
                                        gint64          received) G_GNUC_WARN_UNUSED_RESULT;

/* MULTIAPPEND (RFC 3502): all of @filings (of ValijaFiling) or none. Resolves to TRUE; rejects with UNSUPPORTED where
 * the server does not have it, or cannot take one of them. */
DexFuture *valija_imap_append_run_many (ValijaImapLink *link,
                                        const char     *folder,
                                        GPtrArray      *filings) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
