/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "model/valija-method.h"

G_BEGIN_DECLS

/* The methods at a glance: a row each, a column for each question, and below it the note of the cell that is looked
 * at. Arrow keys go from cell to cell, Tab passes it in one step. Signal "method-activated" (string id). */
#define VALIJA_TYPE_COMPARISON (valija_comparison_get_type ())
G_DECLARE_FINAL_TYPE (ValijaComparison, valija_comparison, VALIJA, COMPARISON, GtkBox)

/* Once. @methods: static, NULL-terminated, a row each in their order. */
void valija_comparison_set_methods (ValijaComparison *self, const ValijaMethod * const *methods);

G_END_DECLS
