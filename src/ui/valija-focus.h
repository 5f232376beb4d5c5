/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* For @widget, a window or a bin with breakpoints: who writes in it goes on writing when it crosses one of them.
 * Libadwaita hides what is inside for a frame, and the focus is lost by that. */
void valija_focus_keep (GtkWidget *widget);

G_END_DECLS
