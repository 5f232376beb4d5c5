/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "model/valija-changes.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "sessions/imap/valija-imap-gate.h"
#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* The headers of some messages: one FETCH, whose answers are gathered as they come and made into values on
 * another thread. Refcounted. */
typedef struct _ValijaImapBatch ValijaImapBatch;

/* The count is atomic, since the values are made on another thread. */
ValijaImapBatch *valija_imap_batch_ref      (ValijaImapBatch *self);
void             valija_imap_batch_unref    (ValijaImapBatch *self);

/* Asks for the messages of @uids, or (@uids NULL) for those from sequence number @first on. @gate: raised by 1
 * when all has come. */
ValijaImapBatch *valija_imap_batch_start    (ValijaImapLink      *link,
                                             ValijaImapGate      *gate,
                                             const ValijaImapSet *uids,
                                             guint32              first) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to TRUE once all has come; rejects with LIMIT where more came than was asked for. (transfer full) May be
 * called once. */
DexFuture       *valija_imap_batch_steal_done (ValijaImapBatch *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean         valija_imap_batch_is_done  (ValijaImapBatch *self);

/* The lowest UID that was asked for; 0 when it was by sequence number. */
guint32          valija_imap_batch_get_first (ValijaImapBatch *self);

/* The rest is for a batch that is done. */
ValijaImapSet   *valija_imap_batch_dup_uids (ValijaImapBatch *self) G_GNUC_WARN_UNUSED_RESULT;
void             valija_imap_batch_digest   (ValijaImapBatch *self, GHashTable *digests);

/* Resolves to a GPtrArray (boxed) of ValijaMessageInfo, newest first. @uid_validity goes into their remote-ids. */
DexFuture       *valija_imap_batch_parse    (ValijaImapBatch *self, guint32 uid_validity) G_GNUC_WARN_UNUSED_RESULT;

/* What the model calls the flags of the wire, and back. */
ValijaFlags      valija_imap_flags_to_model   (ValijaImapFlags flags);
ValijaImapFlags  valija_imap_flags_from_model (ValijaFlags flags);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapBatch, valija_imap_batch_unref)

G_END_DECLS
