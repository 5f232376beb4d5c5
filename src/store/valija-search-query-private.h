/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-search-query.h"

G_BEGIN_DECLS

/* What the store asks of a query: the words that all messages must have are one expression, by which they are found;
 * what is left is a list of clauses that each must meet. */

typedef enum
{
  VALIJA_SEARCH_TEST_FLAGS,
  VALIJA_SEARCH_TEST_ATTACHMENT,
  VALIJA_SEARCH_TEST_PERIOD,
  VALIJA_SEARCH_TEST_SIZE,
  VALIJA_SEARCH_TEST_FOLDER,
  VALIJA_SEARCH_TEST_ID,
  VALIJA_SEARCH_TEST_CC,
  VALIJA_SEARCH_TEST_LABEL,
  VALIJA_SEARCH_TEST_WORDS,
} ValijaSearchTestKind;

/* One thing that may be true of a message. */
typedef struct
{
  ValijaSearchTestKind kind;
  gboolean negated;
  ValijaFlags flags;        /* FLAGS: of those in @mask a message has exactly these */
  ValijaFlags mask;
  gint64 from;              /* PERIOD, received from here on; SIZE: at least so large */
  gint64 to;                /* and before here; below that */
  char *text;               /* FOLDER, ID, CC: what was typed; LABEL: that, folded; WORDS: an expression for FTS5 */
  gboolean beginning;       /* @text may go on */
} ValijaSearchTest;

/* The words as an FTS5 expression, in which everything that was typed is quoted; NULL when no
 * word is asked for that a message must have. (transfer none) */
const char *valija_search_query_get_match    (ValijaSearchQuery *self);
/* Of GPtrArray of ValijaSearchTest: of each of them at least one test holds. (transfer none) */
GPtrArray  *valija_search_query_get_clauses  (ValijaSearchQuery *self);
/* Received at or after @from and before @to, seconds since 1970; no clause says it again. */
void        valija_search_query_get_period   (ValijaSearchQuery *self, gint64 *from, gint64 *to);
/* The test that stands alone in a clause and is not negated; (transfer none) (nullable) */
const ValijaSearchTest *valija_search_query_find_alone (ValijaSearchQuery *self, ValijaSearchTestKind kind);

G_END_DECLS
