/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "model/valija-search-suggest.h"

G_BEGIN_DECLS

/* A line below the search box: what it offers, and what that means. */
#define VALIJA_TYPE_SUGGESTION_ROW (valija_suggestion_row_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSuggestionRow, valija_suggestion_row, VALIJA, SUGGESTION_ROW, GtkListBoxRow)

/* For a field of addresses: takes its text from @person. */
GtkWidget *valija_suggestion_row_new_person (const ValijaAddress *person) G_GNUC_WARN_UNUSED_RESULT;
/* @suggestion NULL: the line that clears what was searched before. */
GtkWidget *valija_suggestion_row_new (ValijaSearchSuggestion *suggestion) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer none) (nullable) */
ValijaSearchSuggestion *valija_suggestion_row_get_suggestion (ValijaSuggestionRow *self);

G_END_DECLS
