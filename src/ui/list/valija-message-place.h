/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "model/valija-account.h"

G_BEGIN_DECLS

/* Where a message of a list lies: in which folder, of whose account, and whether only a server has found it. */
#define VALIJA_TYPE_MESSAGE_PLACE (valija_message_place_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMessagePlace, valija_message_place, VALIJA, MESSAGE_PLACE, GtkBox)

/* (transfer floating) */
GtkWidget *valija_message_place_new  (void) G_GNUC_WARN_UNUSED_RESULT;
/* @folder (nullable): its name. @account (nullable): one of @accounts, which gives each a colour of its own. What is
 * not told is not shown. */
void       valija_message_place_show (ValijaMessagePlace *self,
                                      const char         *folder,
                                      gboolean            from_server,
                                      ValijaAccount      *account,
                                      GListModel         *accounts);

G_END_DECLS
