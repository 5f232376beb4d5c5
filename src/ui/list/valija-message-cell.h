/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "model/valija-message.h"

G_BEGIN_DECLS

/* A row of the message list. It is empty until its message is loaded. Property: summary, what a
 * screen reader says. Signal: "clicked": a plain click on it. */
#define VALIJA_TYPE_MESSAGE_CELL (valija_message_cell_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMessageCell, valija_message_cell, VALIJA, MESSAGE_CELL, AdwBin)

/* (transfer floating), for a list item to hold. */
GtkWidget     *valija_message_cell_new         (void) G_GNUC_WARN_UNUSED_RESULT;
void           valija_message_cell_set_message (ValijaMessageCell *self, ValijaMessage *message); /* nullable */
/* Whose each message is, by name and colour; @accounts (nullable: it is not shown) gives each its own. */
void           valija_message_cell_show_account (ValijaMessageCell *self, GListModel *accounts);
/* In which folder each message lies, and whether only a server has found it. */
void           valija_message_cell_show_place  (ValijaMessageCell *self, gboolean folder, gboolean from_server);
/* (transfer none) (nullable) */
ValijaMessage *valija_message_cell_get_message (ValijaMessageCell *self);

G_END_DECLS
