/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "model/valija-progress.h"

G_BEGIN_DECLS

/* Under a message of which only the text is here: how much of the rest has come, with Cancel; or why it has not, with a
 * button to fetch it. Nothing otherwise. Signal: "fetch". */
#define VALIJA_TYPE_FETCH_BAR (valija_fetch_bar_get_type ())
G_DECLARE_FINAL_TYPE (ValijaFetchBar, valija_fetch_bar, VALIJA, FETCH_BAR, AdwBin)

/* Each in place of the other; NULL for nothing. */
void valija_fetch_bar_set_progress (ValijaFetchBar *self, ValijaProgress *progress);
void valija_fetch_bar_set_error    (ValijaFetchBar *self, const GError *error);

G_END_DECLS
