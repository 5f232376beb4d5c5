/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-progress.h"

#include <libdex.h>

G_BEGIN_DECLS

/* The content of an answer while it comes: a message or an attachment, which may be large and goes to a file. Whoever
 * waits for it may change meanwhile. Refcounted, main context only. */
typedef struct _ValijaExchangeArrival ValijaExchangeArrival;

/* Nothing has come, and nobody is told. */
ValijaExchangeArrival *valija_exchange_arrival_new          (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaExchangeArrival *valija_exchange_arrival_ref          (ValijaExchangeArrival *self);
/* The last reference is its end: see valija_exchange_arrival_end(). */
void                   valija_exchange_arrival_unref        (ValijaExchangeArrival *self);

/* @progress (nullable) is told how many octets have come, from now on, and its Cancel ends it. */
void                   valija_exchange_arrival_set_progress (ValijaExchangeArrival *self,
                                                             ValijaProgress        *progress);

/* Resolves to GBytes, the first @octets of it once they are there, or all where that is less; rejects with UNSUPPORTED
 * where it ends without. Once for each arrival. */
DexFuture             *valija_exchange_arrival_peek         (ValijaExchangeArrival *self,
                                                             gsize                  octets) G_GNUC_WARN_UNUSED_RESULT;

/* Of whoever reads the answer: it begins, also once more; octets of it have come (FALSE with @error, also where it was
 * cancelled); it is whole ((transfer full), NULL without an error where nothing came); nothing comes any more. */
void                   valija_exchange_arrival_begin        (ValijaExchangeArrival *self);
gboolean               valija_exchange_arrival_take         (ValijaExchangeArrival *self,
                                                             const void            *data,
                                                             gsize                  length,
                                                             GError               **error);
GBytes                *valija_exchange_arrival_finish       (ValijaExchangeArrival *self,
                                                             GError               **error) G_GNUC_WARN_UNUSED_RESULT;
void                   valija_exchange_arrival_end          (ValijaExchangeArrival *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaExchangeArrival, valija_exchange_arrival_unref)

G_END_DECLS
