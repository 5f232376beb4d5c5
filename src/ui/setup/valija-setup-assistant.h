/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* From "what do you have?" to a stored account: the methods, one method's explanation, who you are, the servers, what
 * will happen, the test, done. Signals: "account-added" (ValijaAccount), "close" (the person is done). */
#define VALIJA_TYPE_SETUP_ASSISTANT (valija_setup_assistant_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSetupAssistant, valija_setup_assistant, VALIJA, SETUP_ASSISTANT, AdwBin)

/* At the overview of the methods. (transfer floating) */
GtkWidget *valija_setup_assistant_new          (ValijaEngine *engine) G_GNUC_WARN_UNUSED_RESULT;
/* The page of the method whose id is @method; with @account (nullable) as it is for that one, and nothing to go
 * back to. */
void       valija_setup_assistant_show_method  (ValijaSetupAssistant *self, const char *method, ValijaAccount *account);
/* Its settings, in a copy: @account changes when the person has gone through to the end. */
void       valija_setup_assistant_edit_account (ValijaSetupAssistant *self, ValijaAccount *account);
/* The same at the password of @side; what is typed is tried at once. */
void       valija_setup_assistant_ask_password (ValijaSetupAssistant *self, ValijaAccount *account, ValijaSide side);

G_END_DECLS
