/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-types.h"

G_BEGIN_DECLS

/* What a person typed into the search box, as the store searches by it: the terms of model/valija-search-term.h. Words
 * are searched in subjects, people, bodies and attachment names; the last word also as a beginning (as you type).
 * Immutable, refcounted. */
typedef struct _ValijaSearchQuery ValijaSearchQuery;

ValijaSearchQuery *valija_search_query_new      (const char *text) G_GNUC_WARN_UNUSED_RESULT; /* never fails */
ValijaSearchQuery *valija_search_query_ref      (ValijaSearchQuery *self);
void               valija_search_query_unref    (ValijaSearchQuery *self);
gboolean           valija_search_query_is_empty (ValijaSearchQuery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSearchQuery, valija_search_query_unref)

G_END_DECLS
