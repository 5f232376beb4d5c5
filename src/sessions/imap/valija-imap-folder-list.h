/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-changes.h"
#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* What LIST and STATUS say, with the namespaces of the link, put together as folders. Refcounted. */
typedef struct _ValijaImapFolderList ValijaImapFolderList;

/* Holds @link; empty until answers come. */
ValijaImapFolderList *valija_imap_folder_list_new           (ValijaImapLink *link) G_GNUC_WARN_UNUSED_RESULT;
ValijaImapFolderList *valija_imap_folder_list_ref           (ValijaImapFolderList *self);
void                  valija_imap_folder_list_unref         (ValijaImapFolderList *self);

/* A ValijaImapResponseFunc; @user_data is the list. */
gboolean              valija_imap_folder_list_apply         (ValijaImapResponse *response, gpointer user_data);

/* What the names of folders that LIST tells of only when asked begin with. (transfer full) (element-type utf8) */
GPtrArray            *valija_imap_folder_list_get_hidden    (ValijaImapFolderList *self) G_GNUC_WARN_UNUSED_RESULT;

/* The names of folders that can be counted and were not. (transfer full) (element-type utf8) */
GPtrArray            *valija_imap_folder_list_get_uncounted (ValijaImapFolderList *self) G_GNUC_WARN_UNUSED_RESULT;

/* ValijaFolderInfo, parents before children, with parents made up that the server did not list. (transfer full) */
GPtrArray            *valija_imap_folder_list_finish        (ValijaImapFolderList *self) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a folder of the list is for @role. */
gboolean              valija_imap_folder_list_has_role      (ValijaImapFolderList *self, ValijaFolderRole role);

/* What a folder of that name is for, by the names that programs give them and by ours; VALIJA_FOLDER_ROLE_NONE for
 * others. And what CREATE calls it (RFC 6154); NULL where it has no word. */
ValijaFolderRole      valija_imap_folder_role_guess         (const char *name);
const char           *valija_imap_folder_role_to_use        (ValijaFolderRole role);

/* 0: the server has no hierarchy */
char                  valija_imap_folder_list_get_delimiter (ValijaImapFolderList *self);

/* What the names of the user's own folders begin with. (transfer none) */
const char           *valija_imap_folder_list_get_prefix    (ValijaImapFolderList *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapFolderList, valija_imap_folder_list_unref)

G_END_DECLS
