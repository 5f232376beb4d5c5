/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* An engine without a store, a keyring or a network, for tests of the interface: it is linked in
 * the place of the real one, holds all in memory, answers at once, and remembers what was asked
 * of it. Not thread-safe. */

/* An account that is there when the engine is opened, with an inbox, drafts, sent, archive and
 * trash. (transfer none) */
ValijaAccount *valija_fake_engine_add_account (ValijaEngine *self, const char *method, const char *email,
                                               gboolean sends);

/* @source: RFC 5322 with LF or CRLF. Returns its id. */
gint64         valija_fake_engine_add_message (ValijaEngine *self, ValijaFolder *folder, const char *source,
                                               ValijaFlags flags);

/* Of the message @id: a set of names with commas. */
void           valija_fake_engine_set_labels (ValijaEngine *self, gint64 id, const char *labels);

/* Rows with no source behind them, for long lists. */
void           valija_fake_engine_add_many    (ValijaEngine *self, ValijaFolder *folder, guint n_messages);

/* Its id. */
gint64         valija_fake_engine_add_outbox  (ValijaEngine *self, ValijaAccount *account, const char *subject,
                                               ValijaOutboxState state, const char *words, gint64 due);

/* What is opened next fails with @error (transfer full). */
void           valija_fake_engine_fail_next   (ValijaEngine *self, GError *error);
guint           valija_fake_engine_get_check_interval (ValijaEngine *self); /* as it was set last */
ValijaSyncFlags valija_fake_engine_get_sync_flags (ValijaEngine *self); /* what an account was last asked for */
guint          valija_fake_engine_get_n_fetched (ValijaEngine *self); /* how often a source was asked for */
/* What the server says to a search: how many older ones it has found as well, and what went wrong (nullable). */
void           valija_fake_engine_set_server  (ValijaEngine *self, guint64 n_older, const char *problem);

/* 12 of 40 MB of each source come, and then nothing until they are let go. Of one with an outline that comes first. */
void           valija_fake_engine_set_slow    (ValijaEngine *self, gboolean slow);
void           valija_fake_engine_let_go      (ValijaEngine *self);
void           valija_fake_engine_set_outline (ValijaEngine *self, gint64 id, const char *outline);

/* The next answer to a draft that is to be kept, a message that is to be sent or an account that is to be synchronised
 * comes when the promise (transfer full) is resolved; rejected, it is that. */
DexPromise    *valija_fake_engine_hold_next   (ValijaEngine *self);

/* How many messages were sent, drafts kept, and the last source that was sent (transfer none)
 * (nullable). */
guint          valija_fake_engine_get_n_sent   (ValijaEngine *self);
guint          valija_fake_engine_get_n_drafts (ValijaEngine *self);
guint          valija_fake_engine_get_n_released (ValijaEngine *self); /* of the drafts, left to the engine */
const char    *valija_fake_engine_get_searched (ValijaEngine *self); /* the last words that were looked for */
guint          valija_fake_engine_get_n_withdrawn (ValijaEngine *self);
gint64         valija_fake_engine_get_last_due (ValijaEngine *self); /* of the last message that was sent */
GBytes        *valija_fake_engine_get_sent     (ValijaEngine *self);

G_END_DECLS
