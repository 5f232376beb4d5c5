/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A day and a time of day to be chosen, in the user's zone. Signal: "changed". */
#define VALIJA_TYPE_TIME_ROW (valija_time_row_get_type ())
G_DECLARE_FINAL_TYPE (ValijaTimeRow, valija_time_row, VALIJA, TIME_ROW, AdwActionRow)

/* Seconds since 1970; 0 for an hour that the day does not have. */
gint64 valija_time_row_get_time (ValijaTimeRow *self);
void   valija_time_row_set_time (ValijaTimeRow *self, gint64 seconds);

G_END_DECLS
