/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* The main window: accounts and folders, the message list, the reader. */
#define VALIJA_TYPE_WINDOW (valija_window_get_type ())
G_DECLARE_FINAL_TYPE (ValijaWindow, valija_window, VALIJA, WINDOW, AdwApplicationWindow)

/* Holds @engine, which need not be open yet. The window belongs to @application. */
ValijaWindow *valija_window_new (GtkApplication *application, ValijaEngine *engine) G_GNUC_WARN_UNUSED_RESULT;

/* The engine is open, or (@error) could not be. */
void          valija_window_engine_opened (ValijaWindow *self, const GError *error);

/* Selects it in the sidebar and lists it, in front of whatever page was shown. */
void          valija_window_show_folder   (ValijaWindow *self, ValijaFolder *folder);

/* Whose the folder is that is listed. (transfer none) (nullable): one of all accounts, or none */
ValijaAccount *valija_window_get_account  (ValijaWindow *self);

/* A short notice at the bottom; with @action and @label (nullable) it has a button. */
void          valija_window_show_notice   (ValijaWindow *self, const char *text, const char *label, const char *action);

/* Any other; (transfer full). */
void          valija_window_add_toast     (ValijaWindow *self, AdwToast *toast);

/* The same, whose button and whose key say Undo as long as it stands. */
void          valija_window_offer_undo    (ValijaWindow *self, AdwToast *toast);

/* @undo's label with an Undo button, where it can be undone. */
void          valija_window_show_undo     (ValijaWindow *self, ValijaUndo *undo);

/* @error's title, with everything else behind "Details". A cancellation is not shown. */
void          valija_window_show_error    (ValijaWindow *self, const GError *error);

/* Looks for mail in all folders of @account; where that fails says so, and of whom. */
void          valija_window_check         (ValijaWindow *self, ValijaAccount *account);

G_END_DECLS
