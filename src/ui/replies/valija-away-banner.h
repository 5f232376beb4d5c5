/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* Says, for as long as it is so, that the server of an account answers for its owner. */
#define VALIJA_TYPE_AWAY_BANNER (valija_away_banner_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAwayBanner, valija_away_banner, VALIJA, AWAY_BANNER, AdwBin)

/* Once. */
void valija_away_banner_set_engine (ValijaAwayBanner *self, ValijaEngine *engine);

G_END_DECLS
