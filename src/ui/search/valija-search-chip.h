/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A part of a search that was understood, in words, with a button that takes it away; a click on the words puts what
 * was typed back into the box. Signals: "edited", "removed". */
#define VALIJA_TYPE_SEARCH_CHIP (valija_search_chip_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSearchChip, valija_search_chip, VALIJA, SEARCH_CHIP, AdwBin)

/* @text as it was typed: terms of which one is to hold. */
GtkWidget  *valija_search_chip_new       (const char *text) G_GNUC_WARN_UNUSED_RESULT;
const char *valija_search_chip_get_text  (ValijaSearchChip *self);
const char *valija_search_chip_get_label (ValijaSearchChip *self);

G_END_DECLS
