/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* A message being written. It is saved as a draft as it grows, when it is closed too; only
 * "Discard" throws it away, which can be undone. */
#define VALIJA_TYPE_COMPOSER (valija_composer_get_type ())
G_DECLARE_FINAL_TYPE (ValijaComposer, valija_composer, VALIJA, COMPOSER, AdwApplicationWindow)

/* @account: from whom; NULL or one that cannot send: the first that can. @draft: the id of the
 * stored version, 0 for none. */
GtkWidget *valija_composer_new          (GtkApplication    *application,
                                         ValijaEngine      *engine,
                                         ValijaAccount     *account,
                                         ValijaComposition *composition,
                                         gint64             draft) G_GNUC_WARN_UNUSED_RESULT;

/* Once it is sent @message gets @flag (answered or forwarded). */
void       valija_composer_set_original (ValijaComposer *self, ValijaMessage *message, ValijaFlags flag);

/* Shows it, and it stays, though it was closed and waits for what is on its way, or was discarded a moment ago. */
void       valija_composer_present      (ValijaComposer *self);

/* Closes it, as soon as what was written is safe as a draft; or, when it was discarded, once its draft is gone. */
void       valija_composer_finish       (ValijaComposer *self);

/* Nobody can undo any more: what was discarded goes for good. */
void       valija_composer_end_undo     (ValijaComposer *self);

/* The row of the store under which what was written is safe; 0 before it was kept the first time. */
gint64     valija_composer_get_draft    (ValijaComposer *self);

G_END_DECLS
