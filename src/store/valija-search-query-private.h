/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-search-query.h"

G_BEGIN_DECLS

/* What the store asks of a query. */

/* The words as an FTS5 expression, in which everything that was typed is quoted; NULL when no
 * word is asked for. (transfer none) */
const char *valija_search_query_get_match        (ValijaSearchQuery *self);
/* A message's identity, without angle brackets; NULL: any. (transfer none) */
const char *valija_search_query_get_message_id   (ValijaSearchQuery *self);
/* Of the flags in @mask a message must have exactly those of the result. */
ValijaFlags valija_search_query_get_flags        (ValijaSearchQuery *self, ValijaFlags *mask);
gboolean    valija_search_query_wants_attachment (ValijaSearchQuery *self);
/* Received at or after @from and before @to, seconds since 1970. */
void        valija_search_query_get_period       (ValijaSearchQuery *self, gint64 *from, gint64 *to);

G_END_DECLS
