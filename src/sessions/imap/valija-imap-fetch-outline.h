/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Fetches header and texts of one message, in two turns: what valija_mail_reader_fetch_outline() resolves to. */
DexFuture *valija_imap_fetch_outline_run (ValijaImapLink *link,
                                          const char     *folder,
                                          const char     *remote_id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
