/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* From "what do you have?" to a stored account: the methods, one method's explanation, who you are, the servers, what
 * will happen, the test, done. Signals: "account-added" (ValijaAccount), "close" (the person is done). */
#define VALIJA_TYPE_SETUP_ASSISTANT (valija_setup_assistant_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSetupAssistant, valija_setup_assistant, VALIJA, SETUP_ASSISTANT, AdwBin)

GtkWidget *valija_setup_assistant_new          (ValijaEngine *engine) G_GNUC_WARN_UNUSED_RESULT;
void       valija_setup_assistant_show_method  (ValijaSetupAssistant *self, const char *method, ValijaAccount *account);
void       valija_setup_assistant_edit_account (ValijaSetupAssistant *self, ValijaAccount *account);

G_END_DECLS
