/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* Shows one message. Signal: "shown": the message that was asked for is on screen. Actions:
 * reader.reply, .reply-all, .forward, .view-source, .save-source, .save-attachment (u),
 * .open-attachment (u), .save-attachments. */
#define VALIJA_TYPE_READER (valija_reader_get_type ())
G_DECLARE_FINAL_TYPE (ValijaReader, valija_reader, VALIJA, READER, AdwBreakpointBin)

void valija_reader_set_engine     (ValijaReader *self, ValijaEngine *engine);   /* once */
void valija_reader_show_message   (ValijaReader *self, ValijaMessage *message); /* nullable: none is selected */
/* That so many are selected, and none of them is shown. */
void valija_reader_show_several   (ValijaReader *self, guint n_messages);
/* a message file: what needs a folder is hidden */
void valija_reader_show_source    (ValijaReader *self, GBytes *source);

/* Something was done to what is shown: a conversation is shown as it is now. */
void valija_reader_refresh        (ValijaReader *self);

/* What @account's method (nullable) cannot do in @folder (nullable) shows why on its button. */
void valija_reader_update_reasons (ValijaReader *self, ValijaAccount *account, ValijaFolder *folder);

G_END_DECLS
