/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/valija-error.h"

G_BEGIN_DECLS

/* Something that lasts, with numbers and Cancel. Properties: title, detail, done, total (uint64; total 0: not known), finished,
 * fraction (double, 0..1; -1 not known). */
#define VALIJA_TYPE_PROGRESS (valija_progress_get_type ())
G_DECLARE_FINAL_TYPE (ValijaProgress, valija_progress, VALIJA, PROGRESS, GObject)

ValijaProgress *valija_progress_new             (const char *title) G_GNUC_WARN_UNUSED_RESULT;
void            valija_progress_set_detail      (ValijaProgress *self, const char *detail);
void            valija_progress_update          (ValijaProgress *self, guint64 done, guint64 total);
void            valija_progress_finish          (ValijaProgress *self);
void            valija_progress_cancel          (ValijaProgress *self);
GCancellable   *valija_progress_get_cancellable (ValijaProgress *self); /* (transfer none) */
const char     *valija_progress_get_title       (ValijaProgress *self);
const char     *valija_progress_get_detail      (ValijaProgress *self); /* (nullable) */
guint64         valija_progress_get_done        (ValijaProgress *self);
guint64         valija_progress_get_total       (ValijaProgress *self);
gboolean        valija_progress_get_finished    (ValijaProgress *self);
double          valija_progress_get_fraction    (ValijaProgress *self);

/* One step of an account test as a person sees it. Properties: side, step (ints), label (translated), state (int), detail (what
 * came out: "TLS 1.3, certificate of mail.example.org", "12 folders"), error (boxed GError, nullable). */
typedef enum
{
  VALIJA_TEST_WAITING,
  VALIJA_TEST_RUNNING,
  VALIJA_TEST_PASSED,
  VALIJA_TEST_FAILED,
  VALIJA_TEST_SKIPPED,
} ValijaTestState;

#define VALIJA_TYPE_TEST_STEP (valija_test_step_get_type ())
G_DECLARE_FINAL_TYPE (ValijaTestStep, valija_test_step, VALIJA, TEST_STEP, GObject)

ValijaTestStep *valija_test_step_new        (ValijaSide side, ValijaStep step) G_GNUC_WARN_UNUSED_RESULT;
void            valija_test_step_set        (ValijaTestStep *self, ValijaTestState state, const char *detail, const GError *error);
ValijaSide      valija_test_step_get_side   (ValijaTestStep *self);
ValijaStep      valija_test_step_get_step   (ValijaTestStep *self);
ValijaTestState valija_test_step_get_state  (ValijaTestStep *self);
const char     *valija_test_step_get_label  (ValijaTestStep *self);
const char     *valija_test_step_get_detail (ValijaTestStep *self); /* (nullable) */
const GError   *valija_test_step_get_error  (ValijaTestStep *self); /* (nullable) */
const char     *valija_test_state_to_nick   (ValijaTestState state);

G_END_DECLS
