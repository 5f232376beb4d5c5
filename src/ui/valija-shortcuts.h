/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Gives the actions their keys. */
void valija_shortcuts_apply (GtkApplication *application);

/* All keys, from the same table. */
#define VALIJA_TYPE_SHORTCUTS_DIALOG (valija_shortcuts_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaShortcutsDialog, valija_shortcuts_dialog, VALIJA, SHORTCUTS_DIALOG, AdwDialog)

/* (transfer floating) */
AdwDialog *valija_shortcuts_dialog_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
