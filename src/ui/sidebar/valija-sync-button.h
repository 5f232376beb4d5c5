/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* When mail was last checked, or what goes on; with the accounts one by one behind it. Hidden while no account
 * reads. */
#define VALIJA_TYPE_SYNC_BUTTON (valija_sync_button_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSyncButton, valija_sync_button, VALIJA, SYNC_BUTTON, AdwBin)

void valija_sync_button_set_engine (ValijaSyncButton *self, ValijaEngine *engine); /* open; once */

G_END_DECLS
