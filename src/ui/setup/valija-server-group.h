/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "base/valija-secret.h"
#include "model/valija-account.h"

G_BEGIN_DECLS

/* The fields of one server: name, protection, port, user name, password, and behind "Advanced" mechanism and
 * authorities. Signal "changed": something was edited. "submitted": Enter was pressed in a field. */
#define VALIJA_TYPE_SERVER_GROUP (valija_server_group_get_type ())
G_DECLARE_FINAL_TYPE (ValijaServerGroup, valija_server_group, VALIJA, SERVER_GROUP, AdwPreferencesGroup)

/* @ports: the usual ones by ValijaSecurity. @anonymous: the server may do without user name and password. */
void          valija_server_group_load            (ValijaServerGroup *self,
                                                   ValijaServer      *server,
                                                   const guint16     *ports,
                                                   gboolean           anonymous);
void          valija_server_group_store           (ValijaServerGroup *self, ValijaServer *server);

/* NULL when nothing was typed: what is stored stays. (transfer full) (nullable) */
ValijaSecret *valija_server_group_dup_secret      (ValijaServerGroup *self) G_GNUC_WARN_UNUSED_RESULT;

/* Whether user name and password are asked for here, or are those of the other server. */
void          valija_server_group_set_own_sign_in (ValijaServerGroup *self, gboolean own);

/* Puts the cursor where something is missing first; FALSE if nothing is. */
gboolean      valija_server_group_focus_missing   (ValijaServerGroup *self, gboolean password_known);

/* Where one server does all, and is spoken to as the web is: it is looked for, so that its name is shown (show_host)
 * only when it is known or must be typed; it is protected by TLS or not used, and signs in in the ways of the web. */
void valija_server_group_set_one_server (ValijaServerGroup *self, gboolean one_server);
void valija_server_group_show_host      (ValijaServerGroup *self, gboolean visible);
/* What was found. */
void valija_server_group_show_server    (ValijaServerGroup *self, ValijaServer *server);
/* On the password, else on the host. */
void valija_server_group_focus          (ValijaServerGroup *self, gboolean on_password);

G_END_DECLS
