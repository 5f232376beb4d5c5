/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"
#include "ui/list/valija-message-pane.h"

G_BEGIN_DECLS

/* What waits to be sent, is being sent, was sent or could not be, in words. */
#define VALIJA_TYPE_OUTBOX_PAGE (valija_outbox_page_get_type ())
G_DECLARE_FINAL_TYPE (ValijaOutboxPage, valija_outbox_page, VALIJA, OUTBOX_PAGE, AdwBin)

void valija_outbox_page_set_engine (ValijaOutboxPage *self, ValijaEngine *engine); /* open; once */
/* Gives one of its rows the focus. */
void valija_outbox_page_step       (ValijaOutboxPage *self, ValijaPaneStep step);

G_END_DECLS
