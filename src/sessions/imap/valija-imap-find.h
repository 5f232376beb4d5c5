/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Whether a message that was to be put into a folder is there already: by the UIDs that the folder has given since it
 * was marked. A mark is of valija_imap_status_mark(). */

/* Resolves to a GPtrArray of char *, as of valija_mail_organizer_find(). */
DexFuture *valija_imap_find_run (ValijaImapLink     *link,
                                 const char         *folder,
                                 const char         *mark,
                                 const char * const *message_ids,
                                 const guint64      *sizes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
