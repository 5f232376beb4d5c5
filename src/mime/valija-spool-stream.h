/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-spool.h"
#include "mime/valija-gmime.h"

G_BEGIN_DECLS

/* A GMime stream that appends what is written to @spool, which has to live longer.
 * (transfer full) */
GMimeStream *valija_spool_stream_new (ValijaSpool *spool) G_GNUC_WARN_UNUSED_RESULT;

/* Whether all was written; else FALSE with what the spool said. */
gboolean valija_spool_stream_finish (GMimeStream  *stream,
                                     GError      **error);

G_END_DECLS
