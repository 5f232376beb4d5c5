/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Collects bytes of unknown length. Up to 256 KiB they stay in memory; beyond, they go to an
 * unlinked temporary file, and the result is that file mapped: a 40 MB message costs no 40 MB of
 * memory. */
typedef struct _ValijaSpool ValijaSpool;

/* @limit in bytes; more fails with VALIJA_ERROR_LIMIT. */
ValijaSpool *valija_spool_new    (guint64 limit) G_GNUC_WARN_UNUSED_RESULT;
void         valija_spool_free   (ValijaSpool *self);
gboolean     valija_spool_append (ValijaSpool *self,
                                  const void  *data,
                                  gsize        length,
                                  GError     **error);
guint64      valija_spool_length (ValijaSpool *self);

/* The first @length bytes, or all that there are, copied. */
GBytes      *valija_spool_peek   (ValijaSpool *self, gsize length) G_GNUC_WARN_UNUSED_RESULT;

/* Empties the spool. */
GBytes      *valija_spool_finish (ValijaSpool *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All that is in @file, copied: one that is mapped itself would end the program if it shrank. Blocks. (transfer full);
 * NULL with what GIO says where @file cannot be read, else as the others. */
GBytes      *valija_spool_load_file (GFile *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSpool, valija_spool_free)

G_END_DECLS
