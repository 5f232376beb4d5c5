/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-store-private.h"

G_BEGIN_DECLS

/* What bringing older databases up to date takes beyond SQL, or takes long: done behind the window in slices of one
 * transaction each, between what others ask of the writer. Wherever it ends, the next opening goes on from there. */

/* Sorts messages whose sources are here, and whose references nobody has looked at, into conversations; all of them
 * before long. */
void valija_store_upgrade (ValijaStore *self);

G_END_DECLS
