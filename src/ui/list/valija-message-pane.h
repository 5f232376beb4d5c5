/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

typedef enum
{
  VALIJA_PANE_NEXT,
  VALIJA_PANE_PREVIOUS,
  VALIJA_PANE_FIRST,
  VALIJA_PANE_LAST,
} ValijaPaneStep;

/* The messages of a folder or of a search, filtered, with the account's state. Signals:
 * "selection-changed"; "message-activated" (ValijaMessage): it shall be opened;
 * "progress-cancelled". */
#define VALIJA_TYPE_MESSAGE_PANE (valija_message_pane_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMessagePane, valija_message_pane, VALIJA, MESSAGE_PANE, AdwBin)

void           valija_message_pane_set_engine     (ValijaMessagePane *self, ValijaEngine *engine); /* open; once */
/* Lists it, and leaves a search that is on. Nothing happens where it is listed already. */
void           valija_message_pane_show_folder    (ValijaMessagePane *self, ValijaFolder *folder);
ValijaFolder  *valija_message_pane_get_folder     (ValijaMessagePane *self);            /* (transfer none) (nullable) */
/* Opens the search, with the cursor in it. */
void           valija_message_pane_begin_search   (ValijaMessagePane *self);
/* How many rows are: a conversation is one. */
guint          valija_message_pane_get_n_selected (ValijaMessagePane *self);
/* (transfer full), of ValijaMessage */
GPtrArray     *valija_message_pane_dup_selected   (ValijaMessagePane *self);
typedef void (*ValijaMessagesFunc) (gpointer owner, GPtrArray *messages, gpointer data);
/* Calls @change with the selected messages, of which there may be none: at once where all their rows are there, else
 * when they have come (without those that have gone by then), if @owner, a GObject, has not gone. @data: (nullable): a
 * GObject, held until then */
void           valija_message_pane_change_selected (ValijaMessagePane *self, ValijaMessagesFunc change,
                                                    gpointer owner, gpointer data);
/* (transfer full) (nullable) unless exactly one */
ValijaMessage *valija_message_pane_dup_single     (ValijaMessagePane *self);
/* (transfer full) (nullable) if not listed */
ValijaMessage *valija_message_pane_dup_message    (ValijaMessagePane *self, gint64 key);
/* Selects the next row from the selection, as @step says; without a selection, the first. An empty list stays as
 * it is. */
void           valija_message_pane_step           (ValijaMessagePane *self, ValijaPaneStep step);

/* Gives the focus to the row that is selected, or to the first, as soon as there are rows. */
void           valija_message_pane_focus          (ValijaMessagePane *self);

/* Selects what comes after the selected messages, which are about to leave. */
void           valija_message_pane_advance        (ValijaMessagePane *self);

/* Shows the unread messages alone, or all again. */
void               valija_message_pane_toggle_unread  (ValijaMessagePane *self);

G_END_DECLS
