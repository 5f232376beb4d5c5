/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

typedef struct _ValijaWriteQueue ValijaWriteQueue;

/* What is to be written and was not yet, in pieces that are worth a write each: small ones are put together, large ones
 * are parted. Does not write. */
ValijaWriteQueue *valija_write_queue_new   (void) G_GNUC_WARN_UNUSED_RESULT;
/* Those that wait are left alone: see valija_write_queue_fail(). */
void              valija_write_queue_free  (ValijaWriteQueue *self);

/* @bytes are not empty; the piece that has some of them is wiped if they are @secret. Resolves to TRUE when all of them
 * are written. */
DexFuture        *valija_write_queue_push  (ValijaWriteQueue *self,
                                            GBytes           *bytes,
                                            gboolean          secret) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) (nullable): the next piece, once the one before is done. NULL where there is none. */
GBytes           *valija_write_queue_pull  (ValijaWriteQueue *self);

/* That piece is written, to its last octet. */
void              valija_write_queue_done  (ValijaWriteQueue *self);

/* All that is not done fails with @error. */
void              valija_write_queue_fail  (ValijaWriteQueue *self,
                                            const GError     *error);

/* Resolves as the last that was pushed does; to TRUE where all is done. */
DexFuture        *valija_write_queue_flush (ValijaWriteQueue *self) G_GNUC_WARN_UNUSED_RESULT;

/* Whether valija_write_queue_pull() has nothing more. */
gboolean          valija_write_queue_is_empty (ValijaWriteQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaWriteQueue, valija_write_queue_free)

G_END_DECLS
