/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/valija-error.h"

G_BEGIN_DECLS

/* Sources on the disk: as they came, or packed by Zstandard (RFC 8878), whatever is smaller. Text comes to a third, and
 * what need not be written need not be waited for. */

/* (transfer full) (nullable): NULL where it would gain nothing, and for one that is read and written in pieces (see
 * VALIJA_DATABASE_WHOLE). Takes its time: some milliseconds for a megabyte. On any thread. */
GBytes *valija_store_pack   (GBytes *source) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) (nullable): the source of @length bytes that was packed; NULL where @packed is damaged, or is not of
 * that length. */
GBytes *valija_store_unpack (GBytes *packed,
                             gint64  length) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
