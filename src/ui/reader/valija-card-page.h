/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* The HTML of one message among others, as high as it is. Pictures that are far away are asked for by a button, for
 * this message alone. Signals: "link-activated" (char *uri, char *label, nullable); "failed" (char *why). */
#define VALIJA_TYPE_CARD_PAGE (valija_card_page_get_type ())
G_DECLARE_FINAL_TYPE (ValijaCardPage, valija_card_page, VALIJA, CARD_PAGE, AdwBin)

/* @message must have HTML; it is held. (transfer floating) */
GtkWidget *valija_card_page_new      (ValijaMimeMessage *message);

/* All of the message is here, with the same HTML: only its pictures were absent. */
void       valija_card_page_complete (ValijaCardPage *self, ValijaMimeMessage *message);

G_END_DECLS
