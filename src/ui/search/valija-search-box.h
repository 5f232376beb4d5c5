/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* Where a search is typed. Operators that are complete become chips that say in words what they ask for; below stands
 * what may be meant with what is being typed. Signals: "changed", after typing has paused or a chip has come or gone;
 * "activated", when the search is finished and wants its results. */
#define VALIJA_TYPE_SEARCH_BOX (valija_search_box_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSearchBox, valija_search_box, VALIJA, SEARCH_BOX, AdwBin)

void         valija_search_box_set_engine (ValijaSearchBox *self, ValijaEngine *engine); /* once */
/* What is being typed, without the chips: for a search bar to watch for keys. (transfer none) */
GtkEditable *valija_search_box_get_entry  (ValijaSearchBox *self);

/* All of it, chips and what is in the entry, as model/valija-search-term.h reads it; "" for nothing. (transfer full) */
char        *valija_search_box_dup_text   (ValijaSearchBox *self);
void         valija_search_box_clear      (ValijaSearchBox *self);

/* Stands beside the entry, or (once) below all else: suggestions come below that, and go when it has the focus. */
void         valija_search_box_append       (ValijaSearchBox *self, GtkWidget *widget);
void         valija_search_box_append_below (ValijaSearchBox *self, GtkWidget *widget);

/* It led to something: it is offered again. */
void         valija_search_box_remember   (ValijaSearchBox *self);

G_END_DECLS
