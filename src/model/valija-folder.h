/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-account.h"

G_BEGIN_DECLS

/* A folder as the interface shows it. Properties: account (ValijaAccount), id (int64, the store's row), remote-id,
 * name, display-name (the role's translated name, else the name), role (int), depth (uint, 0 at the top), selectable,
 * local (kept on this computer only), total, unread (int64), policy (int, ValijaFolderPolicy), last-checked (int64,
 * seconds since 1970, 0 never), owner (int, ValijaFolderOwner), heading (nullable: of the first of those that are not
 * the user's own). Those that change notify. */
#define VALIJA_TYPE_FOLDER (valija_folder_get_type ())
G_DECLARE_FINAL_TYPE (ValijaFolder, valija_folder, VALIJA, FOLDER, GObject)

/* @account is NULL for what only gathers folders of several accounts, which takes nothing in: all inboxes. */
ValijaFolder    *valija_folder_new              (ValijaAccount *account, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
ValijaAccount   *valija_folder_get_account      (ValijaFolder *self); /* (transfer none) (nullable) */
gboolean         valija_folder_gathers          (ValijaFolder *self); /* has no account, as above */
gint64           valija_folder_get_id           (ValijaFolder *self);
const char      *valija_folder_get_remote_id    (ValijaFolder *self);
gint64           valija_folder_get_parent_id    (ValijaFolder *self); /* 0 at the top */
const char      *valija_folder_get_name         (ValijaFolder *self);
const char      *valija_folder_get_display_name (ValijaFolder *self);
ValijaFolderRole valija_folder_get_role         (ValijaFolder *self);
guint            valija_folder_get_depth        (ValijaFolder *self);
gboolean         valija_folder_get_selectable   (ValijaFolder *self);
gboolean         valija_folder_get_local        (ValijaFolder *self);
gint64           valija_folder_get_total        (ValijaFolder *self);
gint64           valija_folder_get_unread       (ValijaFolder *self);
ValijaFolderPolicy valija_folder_get_policy     (ValijaFolder *self);
gint64           valija_folder_get_last_checked (ValijaFolder *self);
ValijaFolderOwner valija_folder_get_owner       (ValijaFolder *self);
/* Whether it is the user's own folder for @role: those of what others share have roles too. */
gboolean         valija_folder_is_own           (ValijaFolder *self, ValijaFolderRole role);
const char      *valija_folder_get_heading      (ValijaFolder *self);
/* How many messages of @folders, of ValijaFolder, are only on this computer. */
guint            valija_folders_count_local     (GListModel *folders);
guint64          valija_folders_count_unread    (GListModel *folders);

/* For engine/, which owns them. */
void valija_folder_update     (ValijaFolder    *self,
                               const char      *remote_id,
                               gint64           parent_id,
                               const char      *name,
                               ValijaFolderRole role,
                               guint            depth,
                               gboolean         selectable,
                               gboolean         local);
void valija_folder_set_counts (ValijaFolder *self, gint64 total, gint64 unread);
void valija_folder_set_owner   (ValijaFolder *self, ValijaFolderOwner owner, gboolean first);
void valija_folder_set_keeping (ValijaFolder *self, ValijaFolderPolicy policy, gint64 last_checked);

G_END_DECLS
