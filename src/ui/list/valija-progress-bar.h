/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "model/valija-progress.h"

G_BEGIN_DECLS

/* Something that lasts, with its numbers and Cancel; hidden while nothing does. Signal:
 * "cancelled". */
#define VALIJA_TYPE_PROGRESS_BAR (valija_progress_bar_get_type ())
G_DECLARE_FINAL_TYPE (ValijaProgressBar, valija_progress_bar, VALIJA, PROGRESS_BAR, AdwBin)

void valija_progress_bar_set_progress (ValijaProgressBar *self, ValijaProgress *progress); /* nullable */

G_END_DECLS
