/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define VALIJA_TYPE_PREFERENCES_DIALOG (valija_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaPreferencesDialog,
                      valija_preferences_dialog, VALIJA, PREFERENCES_DIALOG, AdwPreferencesDialog)

/* Of the whole application: each row is bound to a key of its settings. (transfer floating) */
AdwDialog *valija_preferences_dialog_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
