/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* Everything that is known of a failure: title, sentence, what to do, side, step and the
 * server's own line; for a certificate also the certificate itself with the two decisions. */
#define VALIJA_TYPE_ERROR_DIALOG (valija_error_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaErrorDialog, valija_error_dialog, VALIJA, ERROR_DIALOG, AdwDialog)

/* @account: (nullable): whose failure it is; then a password that it wants can be given. @error is copied. Holds
 * @engine and @account. (transfer floating) */
AdwDialog *valija_error_dialog_new (ValijaEngine  *engine,
                                    ValijaAccount *account,
                                    const GError  *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
