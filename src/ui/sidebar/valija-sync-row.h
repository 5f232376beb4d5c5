/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* How the synchronising of one account is doing: its numbers, Pause and Cancel. */
#define VALIJA_TYPE_SYNC_ROW (valija_sync_row_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSyncRow, valija_sync_row, VALIJA, SYNC_ROW, GtkListBoxRow)

/* Holds @engine, and follows the state of @account. (transfer floating) */
GtkWidget *valija_sync_row_new  (ValijaEngine *engine, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;
void       valija_sync_row_tick (ValijaSyncRow *self); /* time has passed */

/* "Fetching whole messages, 1,200 of 5,000", "Paused", "Checked 3 minutes ago". (transfer full) */
char      *valija_sync_row_dup_text (ValijaAccountStatus *status);

G_END_DECLS
