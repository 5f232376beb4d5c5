/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "model/valija-method.h"

G_BEGIN_DECLS

/* The overview: what do you have, the seven methods, the comparison. Signal "method-activated" (string id, boxed
 * ValijaSuggestion or NULL, boolean set_up): the person wants to read about that method, or (set_up) to set it up at
 * once with what was suggested. */
#define VALIJA_TYPE_METHODS_PAGE (valija_methods_page_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMethodsPage, valija_methods_page, VALIJA, METHODS_PAGE, AdwNavigationPage)

/* Once. @methods: static, NULL-terminated, a card and a row of the comparison each. */
void valija_methods_page_set_methods (ValijaMethodsPage *self, const ValijaMethod * const *methods);

G_END_DECLS
