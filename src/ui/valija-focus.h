/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* For @widget, a window or a bin with breakpoints: who writes in it goes on writing when it crosses one of them.
 * Libadwaita hides what is inside for a frame, and the focus is lost by that. */
void valija_focus_keep (GtkWidget *widget);

/* Has @viewport scroll to what gets the focus, as it does by itself, but not for what is higher than it and in sight
 * already: a click into a long page must not go to its beginning. */
void valija_focus_follow (GtkViewport *viewport);

G_END_DECLS
