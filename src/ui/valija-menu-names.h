/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* From now on the items of all menus have names for a screen reader. GTK (4.18) says that an item is named by its
 * label, which it keeps from the accessibility tree, and so leaves it without a name. */
void valija_menu_names_install (void);

G_END_DECLS
