/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-error.h"

G_BEGIN_DECLS

typedef enum
{
  VALIJA_TEST_WAITING,
  VALIJA_TEST_RUNNING,
  VALIJA_TEST_PASSED,
  VALIJA_TEST_FAILED,
  VALIJA_TEST_SKIPPED,
} ValijaTestState;

/* One step of an account test as a person sees it. Properties: side, step (ints), label (translated), state (int),
 * detail (what came out: "TLS 1.3, certificate of mail.example.org", "12 folders"), error (boxed GError, nullable).
 * */
#define VALIJA_TYPE_TEST_STEP (valija_test_step_get_type ())
G_DECLARE_FINAL_TYPE (ValijaTestStep, valija_test_step, VALIJA, TEST_STEP, GObject)

/* The getters answer the properties of the same names, (transfer none). A step begins as WAITING; who plays it
 * sets what came out, with @detail and @error (nullable), both copied. */
ValijaTestStep *valija_test_step_new        (ValijaSide side, ValijaStep step) G_GNUC_WARN_UNUSED_RESULT;
void            valija_test_step_set        (ValijaTestStep *self,
                                             ValijaTestState state,
                                             const char     *detail,
                                             const GError   *error);
ValijaSide      valija_test_step_get_side   (ValijaTestStep *self);
ValijaStep      valija_test_step_get_step   (ValijaTestStep *self);
ValijaTestState valija_test_step_get_state  (ValijaTestStep *self);
const char     *valija_test_step_get_label  (ValijaTestStep *self);
const char     *valija_test_step_get_detail (ValijaTestStep *self); /* (nullable) */
const GError   *valija_test_step_get_error  (ValijaTestStep *self); /* (nullable) */
/* "waiting", "passed": stable, for machines. (transfer none) */
const char     *valija_test_state_to_nick   (ValijaTestState state);

G_END_DECLS
