/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-account.h"

G_BEGIN_DECLS

/* A message that is to be sent, or was. Properties: id (int64), account (ValijaAccount), subject, recipients (text),
 * state (int, ValijaOutboxState), words (nullable: the server's own, or why it failed and what to do), date (int64),
 * attempts (uint), due (int64: not sent before; 0 at once). */
#define VALIJA_TYPE_OUTBOX_ITEM (valija_outbox_item_get_type ())
G_DECLARE_FINAL_TYPE (ValijaOutboxItem, valija_outbox_item, VALIJA, OUTBOX_ITEM, GObject)

/* The getters answer the properties of the same names, (transfer none). An item begins empty, and the engine
 * updates it from the store: only what in fact changed is notified. NULL counts as "" for @subject and
 * @recipients. */
ValijaOutboxItem *valija_outbox_item_new            (gint64 id, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;
void              valija_outbox_item_update         (ValijaOutboxItem *self,
                                                     const char       *subject,
                                                     const char       *recipients,
                                                     ValijaOutboxState state,
                                                     const char       *words,
                                                     gint64            date,
                                                     guint             attempts,
                                                     gint64            due);
gint64            valija_outbox_item_get_id         (ValijaOutboxItem *self);
ValijaAccount    *valija_outbox_item_get_account    (ValijaOutboxItem *self); /* (transfer none) (nullable): gone */
const char       *valija_outbox_item_get_subject    (ValijaOutboxItem *self);
const char       *valija_outbox_item_get_recipients (ValijaOutboxItem *self);
ValijaOutboxState valija_outbox_item_get_state      (ValijaOutboxItem *self);
const char       *valija_outbox_item_get_words      (ValijaOutboxItem *self); /* (nullable) */
gint64            valija_outbox_item_get_date       (ValijaOutboxItem *self);
guint             valija_outbox_item_get_attempts   (ValijaOutboxItem *self);
gint64            valija_outbox_item_get_due        (ValijaOutboxItem *self);
gboolean          valija_outbox_item_is_retry       (ValijaOutboxItem *self);
/* Whether it is neither sent nor going to be without the user: it failed, may have been sent, or lost its account. */
gboolean          valija_outbox_item_is_stuck       (ValijaOutboxItem *self);
/* How many of @items, of ValijaOutboxItem, are. */
guint             valija_outbox_items_count_stuck   (GListModel *items);
/* How many of @items, of ValijaOutboxItem, were not sent. @account: nullable: whosoever they are */
guint             valija_outbox_items_count_unsent  (GListModel *items, ValijaAccount *account);

G_END_DECLS
