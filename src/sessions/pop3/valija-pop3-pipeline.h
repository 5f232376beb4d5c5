/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/pop3/valija-pop3-session-private.h"

G_BEGIN_DECLS

/* Retrieves messages or headers one after the other while many are on their way: what is waited for is the oldest,
 * and what is asked for is so much that the line never stands still. Freeing it drops what was not sent. */
typedef struct _ValijaPop3Pipeline ValijaPop3Pipeline;

/* @entries: of ValijaPop3Entry of @maildrop, in the order wanted. @progress (nullable) is told of the message under
 * way. */
ValijaPop3Pipeline *valija_pop3_pipeline_new        (ValijaPop3Session  *session,
                                                     ValijaPop3Maildrop *maildrop,
                                                     GPtrArray          *entries,
                                                     gboolean            headers,
                                                     ValijaProgress     *progress) G_GNUC_WARN_UNUSED_RESULT;
void                valija_pop3_pipeline_free       (ValijaPop3Pipeline *self);

/* For fibers. TRUE with the next one, or with @entry NULL when there is none left; @reply may be a -ERR. FALSE with
 * @error. */
gboolean            valija_pop3_pipeline_next_fiber (ValijaPop3Pipeline  *self,
                                                     ValijaPop3Entry    **entry,
                                                     ValijaPop3Reply    **reply,
                                                     GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaPop3Pipeline, valija_pop3_pipeline_free)

G_END_DECLS
