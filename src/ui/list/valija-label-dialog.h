/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/valija-engine.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Asks which labels messages are to have. Signal "applied" (GPtrArray of ValijaMessage, those that were asked about;
 * GStrv of the labels to add, GStrv of those to remove). */
#define VALIJA_TYPE_LABEL_DIALOG (valija_label_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaLabelDialog, valija_label_dialog, VALIJA, LABEL_DIALOG, AdwDialog)

/* @account: whose labels are offered; NULL where @messages (of ValijaMessage) are of several: those of all */
AdwDialog *valija_label_dialog_new (ValijaEngine  *engine,
                                    ValijaAccount *account,
                                    GPtrArray     *messages) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
