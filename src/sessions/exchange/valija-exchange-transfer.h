/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-progress.h"
#include "net/valija-http-request.h"

#include <libdex.h>

G_BEGIN_DECLS

/* Large content on its way: a message or an attachment that comes with an answer, and goes to a file, or that goes out
 * with a request. Whoever waits for it may change meanwhile. Refcounted, main context only. */
typedef struct _ValijaExchangeTransfer ValijaExchangeTransfer;

/* Nothing has come, and nobody is told. */
ValijaExchangeTransfer *valija_exchange_transfer_new          (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaExchangeTransfer *valija_exchange_transfer_ref          (ValijaExchangeTransfer *self);
/* The last reference is its end: see valija_exchange_transfer_end(). */
void                    valija_exchange_transfer_unref        (ValijaExchangeTransfer *self);

/* @progress (nullable) is told how many octets have come or gone, from now on, and its Cancel ends it: what goes as
 * long as the server does not have all of it. */
void                    valija_exchange_transfer_set_progress (ValijaExchangeTransfer *self,
                                                               ValijaProgress         *progress);

/* Resolves to GBytes, the first @octets of it once they are there, or all where that is less; rejects with UNSUPPORTED
 * where it ends without. Once for each transfer. */
DexFuture              *valija_exchange_transfer_peek         (ValijaExchangeTransfer *self,
                                                               gsize                   octets)
                                                               G_GNUC_WARN_UNUSED_RESULT;

/* Of whoever asks and waits: settles as @future (transfer full) does, or rejects as soon as it is cancelled. */
DexFuture              *valija_exchange_transfer_until_cancelled (ValijaExchangeTransfer *self,
                                                                  DexFuture              *future)
                                                                  G_GNUC_WARN_UNUSED_RESULT;

/* Of whoever asks: @post takes @content along. */
void                    valija_exchange_transfer_watch_upload (ValijaExchangeTransfer *self,
                                                               ValijaHttpRequest      *post,
                                                               GBytes                 *content);

/* Of whoever reads the answer: it begins, also once more; octets of it have come (FALSE with @error, also where it was
 * cancelled); it is whole ((transfer full), NULL without an error where nothing came); nothing comes any more. */
void                    valija_exchange_transfer_begin        (ValijaExchangeTransfer *self);
gboolean                valija_exchange_transfer_take         (ValijaExchangeTransfer *self,
                                                               const void             *data,
                                                               gsize                   length,
                                                               GError                **error);
GBytes                 *valija_exchange_transfer_finish       (ValijaExchangeTransfer *self,
                                                               GError                **error) G_GNUC_WARN_UNUSED_RESULT;
void                    valija_exchange_transfer_end          (ValijaExchangeTransfer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaExchangeTransfer, valija_exchange_transfer_unref)

G_END_DECLS
