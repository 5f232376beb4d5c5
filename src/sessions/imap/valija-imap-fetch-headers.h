/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Resolves to a GPtrArray (boxed) of ValijaMessageInfo for those of @remote_ids, messages of @folder, that are there,
 * newest first. One command: they are some hundreds at most. */
DexFuture *valija_imap_fetch_headers_run (ValijaImapLink     *link,
                                          const char         *folder,
                                          const char * const *remote_ids) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
