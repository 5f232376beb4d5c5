/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-changes.h"
#include "store/valija-store.h"

G_BEGIN_DECLS

/* A message that waits is tried again at the latest after so many seconds. */
#define VALIJA_OUTBOX_LAST_RETRY (60 * 60)

/* What an attempt to send a message of the outbox has made of it. */
typedef struct
{
  ValijaOutboxState state;
  char *words;              /* nullable: what the user is told of it */
  gint64 not_before;        /* 0 unless it waits for the next attempt */
  GPtrArray *remaining;     /* nullable: of char *, the recipients for whom the server did not take it; NULL for all */
  gboolean unreached;       /* it waits for a server that cannot be reached */
  gboolean owes_copy;       /* what is to be kept of it could not be filed */
} ValijaOutboxVerdict;

/* @item was in the state @from when it failed. */
ValijaOutboxVerdict *valija_outbox_judge_failure (const ValijaStoredOutbox *item,
                                                  ValijaOutboxState         from,
                                                  const GError             *failure) G_GNUC_WARN_UNUSED_RESULT;

/* The server, of @capabilities, has taken it: for some of the recipients at least. */
ValijaOutboxVerdict *valija_outbox_judge_receipt (const ValijaStoredOutbox *item,
                                                  const ValijaEnvelope     *envelope,
                                                  const ValijaReceipt      *receipt,
                                                  ValijaCapabilities        capabilities) G_GNUC_WARN_UNUSED_RESULT;

/* The user has stopped the sending before its turn. */
ValijaOutboxVerdict *valija_outbox_judge_stop    (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaOutboxVerdict *valija_outbox_verdict_copy  (const ValijaOutboxVerdict *self) G_GNUC_WARN_UNUSED_RESULT;
void                 valija_outbox_verdict_free  (ValijaOutboxVerdict *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaOutboxVerdict, valija_outbox_verdict_free)

G_END_DECLS
