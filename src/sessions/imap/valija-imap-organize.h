/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "model/valija-types.h"
#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Changes of messages, by UID alone. Messages that are gone, or of another UIDVALIDITY, are passed over. */

/* TRUE */
DexFuture *valija_imap_organize_set_flags (ValijaImapLink     *link,
                                           const char         *folder,
                                           const char * const *remote_ids,
                                           ValijaFlags         add,
                                           ValijaFlags         remove) G_GNUC_WARN_UNUSED_RESULT;

/* Sets of valija-labels.h. TRUE; REFUSED where the folder takes no such labels. */
DexFuture *valija_imap_organize_set_labels (ValijaImapLink     *link,
                                            const char         *folder,
                                            const char * const *remote_ids,
                                            const char * const *add,
                                            const char * const *remove) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_imap_organize_copy:
 * @move: the originals go, each once its copy is known to be there: by MOVE (RFC 6851); else by COPY, and then
 *   STORE and UID EXPUNGE of those that
 *   COPYUID names (RFC 4315). Never by a plain EXPUNGE, which would take along what others have marked: on a server
 *   without UIDPLUS
 *   the originals stay, marked as deleted
 *
 * Returns: (transfer full): a future that resolves to a GPtrArray (boxed) of char *: the new remote-ids in the
 *   order of @remote_ids, "" where the
 *   server does not tell
 */
DexFuture *valija_imap_organize_copy      (ValijaImapLink     *link,
                                           const char         *folder,
                                           const char * const *remote_ids,
                                           const char         *target,
                                           gboolean            move) G_GNUC_WARN_UNUSED_RESULT;

/* STORE \Deleted and UID EXPUNGE of these and no others; on a server without UIDPLUS they stay marked. TRUE */
DexFuture *valija_imap_organize_delete    (ValijaImapLink     *link,
                                           const char         *folder,
                                           const char * const *remote_ids) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
