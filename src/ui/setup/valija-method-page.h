/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "model/valija-account-status.h"
#include "model/valija-method.h"

G_BEGIN_DECLS

/* One method explained: what it is, who keeps what, what is needed, what to know, what will happen. Signal "set-up". */
#define VALIJA_TYPE_METHOD_PAGE (valija_method_page_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMethodPage, valija_method_page, VALIJA, METHOD_PAGE, AdwNavigationPage)

/* @method is static. (transfer floating) */
AdwNavigationPage *valija_method_page_new (const ValijaMethod *method) G_GNUC_WARN_UNUSED_RESULT;

/* Shows what the server of a stored account in fact offers, and no "Set Up" any more. */
void valija_method_page_set_status (ValijaMethodPage *self, ValijaAccountStatus *status);

G_END_DECLS
