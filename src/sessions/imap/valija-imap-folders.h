/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-changes.h"
#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* Asks for all folders, in one turn where the server has LIST-STATUS (RFC 5819). Resolves to a GPtrArray (boxed)
 * of ValijaFolderInfo, parents before children. */
DexFuture *valija_imap_folders_query      (ValijaImapLink *link) G_GNUC_WARN_UNUSED_RESULT;

/* @parent is nullable: the top. Each resolves to ValijaFolderInfo (remove: TRUE). */
DexFuture *valija_imap_folders_create     (ValijaImapLink *link,
                                           const char     *parent,
                                           const char     *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_imap_folders_rename     (ValijaImapLink *link,
                                           const char     *folder,
                                           const char     *parent,
                                           const char     *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_imap_folders_remove     (ValijaImapLink *link, const char *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
