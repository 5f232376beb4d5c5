/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "model/valija-search-term.h"

/* What was typed, in any place, at one moment; whatever it is, it is understood or told, and can be put into words. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *typed = size > 0 ? g_strndup ((const char *) data, size) : g_strdup ("");
  g_autofree char *in_subject = valija_search_text_in (typed, VALIJA_SEARCH_SUBJECT);
  g_autofree char *problem = valija_search_text_check (in_subject);
  g_autoptr(GDateTime) now = g_date_time_new_utc (2026, 3, 18, 15, 30, 0);
  g_autoptr(GPtrArray) terms = valija_search_terms_parse_at (typed, now);
  gsize end = 0;

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);
      g_autofree char *label = valija_search_term_dup_label (term);

      g_assert_true (g_utf8_validate (label, -1, NULL));
      g_assert_true (term->start >= end && term->end > term->start);
      g_assert_true (term->problem == NULL || !valija_search_term_counts (term));
      end = term->end;
    }

  return 0;
}
