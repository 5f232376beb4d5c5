/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "model/valija-test-step.h"

G_BEGIN_DECLS

/* Something that lasts, with numbers and Cancel. Properties: title, detail, done, total (uint64; total 0: not known),
 * finished, fraction (double, 0..1; -1 not known). Its numbers are things, or octets. */
#define VALIJA_TYPE_PROGRESS (valija_progress_get_type ())
G_DECLARE_FINAL_TYPE (ValijaProgress, valija_progress, VALIJA, PROGRESS, GObject)

/* The numbers of _new_octets() are octets, and shown as sizes; those of the other count things. Each setter
 * notifies only what changed. To finish is for who does the work; to cancel, for who waits: it cancels the
 * cancellable, and the work ends when it has seen that. The getters answer the properties, (transfer none). */
ValijaProgress *valija_progress_new             (const char *title) G_GNUC_WARN_UNUSED_RESULT;
ValijaProgress *valija_progress_new_octets      (const char *title) G_GNUC_WARN_UNUSED_RESULT;
void            valija_progress_set_title       (ValijaProgress *self, const char *title);
void            valija_progress_set_detail      (ValijaProgress *self, const char *detail);
void            valija_progress_update          (ValijaProgress *self, guint64 done, guint64 total);
void            valija_progress_finish          (ValijaProgress *self);
void            valija_progress_cancel          (ValijaProgress *self);
GCancellable   *valija_progress_get_cancellable (ValijaProgress *self); /* (transfer none) */
const char     *valija_progress_get_title       (ValijaProgress *self);
const char     *valija_progress_get_detail      (ValijaProgress *self); /* (nullable) */
gboolean        valija_progress_get_octets      (ValijaProgress *self);
guint64         valija_progress_get_done        (ValijaProgress *self);
guint64         valija_progress_get_total       (ValijaProgress *self);
gboolean        valija_progress_get_finished    (ValijaProgress *self);
double          valija_progress_get_fraction    (ValijaProgress *self);

G_END_DECLS
