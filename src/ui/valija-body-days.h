/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How many days back whole messages are fetched unasked, as a choice: its labels, the place of what is set (or what
 * comes next to it, where it was set by hand), and the days of a place. */
GListModel *valija_body_days_new_model (void) G_GNUC_WARN_UNUSED_RESULT;
guint       valija_body_days_find      (int days);
int         valija_body_days_get       (guint place);

G_END_DECLS
