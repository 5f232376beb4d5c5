/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-types.h"

G_BEGIN_DECLS

/* What a person typed into the search box, understood: words are searched in subjects, people,
 * bodies and attachment names; the last word also as a beginning (as you type); "quoted words" as a
 * phrase; from: to: subject: body: filename: id: name the place; is:unread is:read is:flagged
 * has:attachment; before: after: YYYY-MM-DD. What is no operator is searched as it stands.
 * Immutable, refcounted, boxed. */
typedef struct _ValijaSearchQuery ValijaSearchQuery;

#define VALIJA_TYPE_SEARCH_QUERY (valija_search_query_get_type ())
GType              valija_search_query_get_type (void) G_GNUC_CONST;
ValijaSearchQuery *valija_search_query_new      (const char *text) G_GNUC_WARN_UNUSED_RESULT; /* never fails */
ValijaSearchQuery *valija_search_query_ref      (ValijaSearchQuery *self);
void               valija_search_query_unref    (ValijaSearchQuery *self);
gboolean           valija_search_query_is_empty (ValijaSearchQuery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSearchQuery, valija_search_query_unref)

G_END_DECLS
