/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "model/valija-method.h"

G_BEGIN_DECLS

/* One answer of a method as a symbol with words: "✓ Reads mail" on a card, "✓ Yes" in the comparison. */
#define VALIJA_TYPE_ANSWER_LABEL (valija_answer_label_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAnswerLabel, valija_answer_label, VALIJA, ANSWER_LABEL, GtkBox)

/* @words: translated, copied. (transfer floating) */
GtkWidget *valija_answer_label_new (ValijaAnswer answer, const char *words) G_GNUC_WARN_UNUSED_RESULT;

/* The style class that goes with an answer's symbol, beside its shape. */
const char *valija_answer_get_style (ValijaAnswer answer);

G_END_DECLS
