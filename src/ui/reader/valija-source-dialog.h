/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The source of a message, as it is. */
#define VALIJA_TYPE_SOURCE_DIALOG (valija_source_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSourceDialog, valija_source_dialog, VALIJA, SOURCE_DIALOG, AdwDialog)

/* @source is copied, as far as it is shown: of a very large one the beginning, with a word about that. */
AdwDialog *valija_source_dialog_new (GBytes *source) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
