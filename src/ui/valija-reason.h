/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Shows on @widget, a button named @label, that it cannot be used and why (@reason), or (NULL)
 * that it can. It looks insensitive and is announced so, but keeps the keyboard's focus: else
 * nobody without a pointer would learn the reason. */
void valija_widget_set_reason (GtkWidget *widget, const char *label, const char *reason);

G_END_DECLS
