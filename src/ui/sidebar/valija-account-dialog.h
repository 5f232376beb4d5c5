/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* The page of an account: how it is doing, what its method is and what its server offers, the
 * last conversation with it; connect, disconnect, edit, remove. */
#define VALIJA_TYPE_ACCOUNT_DIALOG (valija_account_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAccountDialog, valija_account_dialog, VALIJA, ACCOUNT_DIALOG, AdwDialog)

/* Holds both. (transfer floating) */
AdwDialog *valija_account_dialog_new (ValijaEngine *engine, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
