/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* The dialog that explains the seven methods and leads from one of them to an account. What is inside is a
 * ValijaSetupAssistant, which can also be shown as a page of its own. Signal "account-added" (ValijaAccount): it is
 * stored; the dialog stays open on its last page. */
#define VALIJA_TYPE_METHODS_DIALOG (valija_methods_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMethodsDialog, valija_methods_dialog, VALIJA, METHODS_DIALOG, AdwDialog)

/* Opens on the overview of the methods. */
AdwDialog *valija_methods_dialog_new             (ValijaEngine *engine) G_GNUC_WARN_UNUSED_RESULT;

/* Opens on the explanation of @method; @account (nullable) adds what its server in fact offers, and takes "Set Up"
 * away. */
AdwDialog *valija_methods_dialog_new_for_method  (ValijaEngine  *engine,
                                                  const char    *method,
                                                  ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

/* Opens on the servers of a stored account, to change them: the same pages, ending with the account updated. */
AdwDialog *valija_methods_dialog_new_for_account (ValijaEngine  *engine,
                                                  ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

/* The same at the password that @error, of @account, wants. */
AdwDialog *valija_methods_dialog_new_for_password (ValijaEngine  *engine,
                                                   ValijaAccount *account,
                                                   const GError  *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
