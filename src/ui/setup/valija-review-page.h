/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "model/valija-account.h"
#include "model/valija-method.h"

G_BEGIN_DECLS

/* What will happen, said of this very account before anything is contacted. Signal "next". */
#define VALIJA_TYPE_REVIEW_PAGE (valija_review_page_get_type ())
G_DECLARE_FINAL_TYPE (ValijaReviewPage, valija_review_page, VALIJA, REVIEW_PAGE, AdwNavigationPage)

/* What will happen with @account, of which nothing is kept. */
void valija_review_page_load (ValijaReviewPage *self, const ValijaMethod *method, ValijaAccount *account);

G_END_DECLS
