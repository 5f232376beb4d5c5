/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* Tests an account, step by step and in words. Signals: "accepted" (the account may be stored), "edit" (back to the
 * servers). */
#define VALIJA_TYPE_TEST_PAGE (valija_test_page_get_type ())
G_DECLARE_FINAL_TYPE (ValijaTestPage, valija_test_page, VALIJA, TEST_PAGE, AdwNavigationPage)

/* Secrets are nullable: those that are stored are used. @accept_label: what the button says that ends the page. */
void valija_test_page_start      (ValijaTestPage *self,
                                  ValijaEngine   *engine,
                                  ValijaAccount  *account,
                                  ValijaSecret   *incoming,
                                  ValijaSecret   *outgoing,
                                  const char     *accept_label);

/* Storing what was accepted goes on, or (FALSE) is over. */
void valija_test_page_set_busy   (ValijaTestPage *self, gboolean busy);
void valija_test_page_show_error (ValijaTestPage *self, const GError *error);

G_END_DECLS
