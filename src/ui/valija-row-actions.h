/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* From now on the rows of dialogs that can be activated say so to a screen reader, and can be by it. libadwaita's have
 * no action that it could name. Before the first of them is made. */
void valija_row_actions_install (void);

G_END_DECLS
