/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* What the server of an account answers while its owner is away: read from the server when it opens, and kept there. */
#define VALIJA_TYPE_REPLIES_DIALOG (valija_replies_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaRepliesDialog, valija_replies_dialog, VALIJA, REPLIES_DIALOG, AdwDialog)

/* Holds both, and begins to read at once. (transfer floating) */
AdwDialog *valija_replies_dialog_new (ValijaEngine *engine, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
