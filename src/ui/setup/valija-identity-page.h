/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "model/valija-account.h"
#include "model/valija-method.h"

G_BEGIN_DECLS

/* Who writes: name and address. Signal "next". */
#define VALIJA_TYPE_IDENTITY_PAGE (valija_identity_page_get_type ())
G_DECLARE_FINAL_TYPE (ValijaIdentityPage, valija_identity_page, VALIJA, IDENTITY_PAGE, AdwNavigationPage)

/* Between the rows and @account, whose full name, address and own name they are. What is stored is stripped of the
 * spaces around it. */
void valija_identity_page_load  (ValijaIdentityPage *self, const ValijaMethod *method, ValijaAccount *account);
void valija_identity_page_store (ValijaIdentityPage *self, ValijaAccount *account);

G_END_DECLS
