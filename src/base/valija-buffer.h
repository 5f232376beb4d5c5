/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a parser is fed: bytes are appended at the end, looked at in place and consumed at the
 * front, without moving the rest each time. */
typedef struct _ValijaBuffer ValijaBuffer;

ValijaBuffer *valija_buffer_new     (void) G_GNUC_WARN_UNUSED_RESULT;
void          valija_buffer_free    (ValijaBuffer *self);
void          valija_buffer_append  (ValijaBuffer *self, const void *data, gsize length);
/* (transfer none) valid until the next call */
const guint8 *valija_buffer_peek    (ValijaBuffer *self, gsize *length);
void          valija_buffer_consume (ValijaBuffer *self, gsize length);

/* The offset just behind the next LF at or after @from, or 0 when there is none yet. Remembers
 * how far it looked. */
gsize valija_buffer_find_line (ValijaBuffer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaBuffer, valija_buffer_free)

G_END_DECLS
