/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

#define VALIJA_TYPE_OUTBOX_ROW (valija_outbox_row_get_type ())
G_DECLARE_FINAL_TYPE (ValijaOutboxRow, valija_outbox_row, VALIJA, OUTBOX_ROW, GtkListBoxRow)

/* A message of the outbox, kept true as @item changes. Holds both; (transfer floating). */
GtkWidget *valija_outbox_row_new (ValijaEngine *engine, ValijaOutboxItem *item) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
