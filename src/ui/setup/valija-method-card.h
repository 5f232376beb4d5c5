/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "model/valija-method.h"

G_BEGIN_DECLS

/* A method in the overview: symbol, name, kind, whom it is for, and what it can do. */
#define VALIJA_TYPE_METHOD_CARD (valija_method_card_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMethodCard, valija_method_card, VALIJA, METHOD_CARD, GtkListBoxRow)

/* @method is static. (transfer floating) */
GtkWidget          *valija_method_card_new        (const ValijaMethod *method) G_GNUC_WARN_UNUSED_RESULT;
const ValijaMethod *valija_method_card_get_method (ValijaMethodCard *self);

G_END_DECLS
