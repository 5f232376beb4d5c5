/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* Accounts with their folders, and the outbox while something is in it. Signals:
 * "folder-selected" (ValijaFolder), "outbox-selected", "account-activated" (ValijaAccount),
 * "messages-dropped" (ValijaFolder; gboolean): the selected messages, onto it, to be copied or moved there. */
#define VALIJA_TYPE_SIDEBAR (valija_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSidebar, valija_sidebar, VALIJA, SIDEBAR, AdwBin)

void valija_sidebar_set_engine    (ValijaSidebar *self, ValijaEngine *engine); /* open; once */
void valija_sidebar_settle        (ValijaSidebar *self);                       /* the user has begun to work */
void valija_sidebar_select_folder (ValijaSidebar *self, ValijaFolder *folder); /* emits nothing */
void valija_sidebar_select_outbox (ValijaSidebar *self);                       /* emits nothing */

/* What is opened where nothing else is chosen, in the place of what is gone: the inbox of the first account that has
 * one, also while it is out of sight; without any what gathers them. (transfer full) */
ValijaFolder *valija_sidebar_dup_default (ValijaSidebar *self);

/* Gives the focus to what is open: the row of the folder, or the outbox. The sidebar must be on screen. */
void valija_sidebar_focus           (ValijaSidebar *self);
void valija_sidebar_popup_main_menu (ValijaSidebar *self);

/* Asks for the name of a new folder: in the one that has the focus, else at the top of the account that is shown. */
void       valija_sidebar_new_folder (ValijaSidebar *self);

/* Shows the properties of the folder that has the focus, else of the one that is shown. */
void       valija_sidebar_folder_properties (ValijaSidebar *self);

G_END_DECLS
