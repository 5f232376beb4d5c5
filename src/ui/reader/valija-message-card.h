/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* One message of a conversation: a line, or, expanded, its text with what it quotes folded away, or its HTML. Its
 * buttons are the reader's actions. Signals: "active": it is what the user is at; "toggled": it was expanded or
 * collapsed; "loaded": its loading has ended, well or not; "link-activated" (char *uri, char *label, nullable). */
#define VALIJA_TYPE_MESSAGE_CARD (valija_message_card_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMessageCard, valija_message_card, VALIJA, MESSAGE_CARD, AdwBin)

/* Collapsed, and not loaded. Holds @engine and @message; (transfer floating). */
GtkWidget         *valija_message_card_new           (ValijaEngine *engine, ValijaMessage *message);
ValijaMessage     *valija_message_card_get_message   (ValijaMessageCard *self); /* (transfer none) */
/* What is known of the same message now. */
void               valija_message_card_set_message   (ValijaMessageCard *self, ValijaMessage *message);

/* To expand it loads nothing: "toggled", which is emitted where this changes something, tells whoever does that. */
gboolean           valija_message_card_get_expanded  (ValijaMessageCard *self);
void               valija_message_card_set_expanded  (ValijaMessageCard *self, gboolean expanded);

/* Nothing is loaded before this, and of a large message its text first: "loaded" comes twice then, and there is no
 * source before the second. Expanded cards that want it are known by "toggled". */
gboolean           valija_message_card_wants_load    (ValijaMessageCard *self);
gboolean           valija_message_card_get_loading   (ValijaMessageCard *self);
void               valija_message_card_load          (ValijaMessageCard *self);

ValijaMimeMessage *valija_message_card_get_mime      (ValijaMessageCard *self); /* (transfer none) (nullable) */
GBytes            *valija_message_card_get_source    (ValijaMessageCard *self); /* (transfer none) (nullable) */

/* A page costs memory, so that whoever knows all cards says which have one. It goes when the card is collapsed; the
 * user can have it and do without it, and a card that was asked for its text wants none. */
gboolean           valija_message_card_has_html       (ValijaMessageCard *self);
gboolean           valija_message_card_wants_page     (ValijaMessageCard *self);
gboolean           valija_message_card_get_page_shown (ValijaMessageCard *self);
void               valija_message_card_show_page      (ValijaMessageCard *self, gboolean shown);

/* To its head, which expands and collapses it. */
void               valija_message_card_grab_focus    (ValijaMessageCard *self);

G_END_DECLS
