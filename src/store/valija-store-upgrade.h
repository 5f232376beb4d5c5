/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-store-database.h"

G_BEGIN_DECLS

/* What bringing older databases up to date takes beyond SQL; each runs in the transaction of the
 * script that it belongs to. */

/* Sorts the messages whose sources are here into conversations. */
gboolean valija_store_upgrade_conversations (ValijaDatabase *database, GError **error);

G_END_DECLS
