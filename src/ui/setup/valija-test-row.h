/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "model/valija-test-step.h"

G_BEGIN_DECLS

/* A step of the account test, live: symbol, what it is, what came out. */
#define VALIJA_TYPE_TEST_ROW (valija_test_row_get_type ())
G_DECLARE_FINAL_TYPE (ValijaTestRow, valija_test_row, VALIJA, TEST_ROW, AdwActionRow)

/* Holds @step, and follows it. (transfer floating) */
GtkWidget *valija_test_row_new (ValijaTestStep *step) G_GNUC_WARN_UNUSED_RESULT;

/* @sentence stands on the page already: the row does not say it again. */
void valija_test_row_leave_out (ValijaTestRow *self, const char *sentence);

G_END_DECLS
