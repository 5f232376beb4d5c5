/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/valija-engine.h"
#include "model/valija-address.h"

G_BEGIN_DECLS

/* Whom a message may be from: an address and the account that sends for it. */
#define VALIJA_TYPE_SENDER (valija_sender_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSender, valija_sender, VALIJA, SENDER, GObject)

/* (transfer full): the senders of @account, its own address first */
GListModel          *valija_sender_list_new    (ValijaEngine *engine, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;
/* The address, and the account where others send from the same one; (transfer full) */
char                *valija_sender_dup_label   (ValijaSender *self) G_GNUC_WARN_UNUSED_RESULT;
ValijaAccount       *valija_sender_get_account (ValijaSender *self);
const ValijaAddress *valija_sender_get_address (ValijaSender *self);

G_END_DECLS
