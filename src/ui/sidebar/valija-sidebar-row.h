/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* A row of the sidebar: an account (ValijaAccount) or a folder (ValijaFolder). Property:
 * summary, what a screen reader says. Signals: "details" (ValijaAccount), "messages-dropped"
 * (ValijaFolder; gboolean, whether they are to be copied). */
#define VALIJA_TYPE_SIDEBAR_ROW (valija_sidebar_row_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSidebarRow, valija_sidebar_row, VALIJA, SIDEBAR_ROW, AdwBin)

/* Shows nothing until it is bound to @item, an account or a folder, which it then holds and follows until it is
 * unbound: as a list factory uses its rows again. */
GtkWidget *valija_sidebar_row_new    (void) G_GNUC_WARN_UNUSED_RESULT;
void       valija_sidebar_row_bind   (ValijaSidebarRow *self, ValijaEngine *engine, GtkTreeListRow *row, GObject *item);
void       valija_sidebar_row_unbind (ValijaSidebarRow *self);

/* A folder or an account; NULL in a row that shows none. (transfer none) */
GObject   *valija_sidebar_row_get_item (ValijaSidebarRow *self);

G_END_DECLS
