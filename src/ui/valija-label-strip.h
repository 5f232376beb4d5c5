/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The labels of a message, each on a pill of a colour that its name gives it. It is there only where there are any. In
 * one line, of several that do not all have room there only the first and how many more; with the property "wrap" all
 * of them, in as many lines as it takes. */
#define VALIJA_TYPE_LABEL_STRIP (valija_label_strip_get_type ())
G_DECLARE_FINAL_TYPE (ValijaLabelStrip, valija_label_strip, VALIJA, LABEL_STRIP, AdwBin)

/* @labels: a set of valija-labels.h. */
void        valija_label_strip_set_labels (ValijaLabelStrip *self, const char * const *labels);

/* The style class of the colour of @label: "blue". (transfer none) */
const char *valija_label_get_color        (const char *label);

G_END_DECLS
