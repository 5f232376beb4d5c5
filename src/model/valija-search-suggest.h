/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-address.h"
#include "model/valija-search-term.h"

G_BEGIN_DECLS

/* What may be meant with what is being typed into the search box: operators with their explanation, values that go
 * with the last of them, people, folders, and what was searched before. */

typedef enum
{
  VALIJA_SEARCH_SUGGESTION_RECENT,
  VALIJA_SEARCH_SUGGESTION_OPERATOR,
  VALIJA_SEARCH_SUGGESTION_VALUE,
  VALIJA_SEARCH_SUGGESTION_PERSON,
  VALIJA_SEARCH_SUGGESTION_FOLDER,
} ValijaSearchSuggestionKind;

/* A GObject, so that lists can hold it. */
#define VALIJA_TYPE_SEARCH_SUGGESTION (valija_search_suggestion_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSearchSuggestion, valija_search_suggestion, VALIJA, SEARCH_SUGGESTION, GObject)

/* What it was made from, and so how it is shown. */
ValijaSearchSuggestionKind valija_search_suggestion_get_kind   (ValijaSearchSuggestion *self);
/* A person as such, for lines of addresses: the text is name and address. */
ValijaSearchSuggestion    *valija_search_suggestion_new_person (const ValijaAddress *person) G_GNUC_WARN_UNUSED_RESULT;

/* All that is to stand in the box when it is taken. (transfer none) */
const char          *valija_search_suggestion_get_text   (ValijaSearchSuggestion *self);
/* What is shown, and (nullable) what it means. (transfer none) */
const char          *valija_search_suggestion_get_title  (ValijaSearchSuggestion *self);
const char          *valija_search_suggestion_get_detail (ValijaSearchSuggestion *self);

/* What people are to be looked up by while @text is typed: the value behind from:, to: or cc:, or the last word; NULL
 * for nobody. (transfer full) (nullable) */
char      *valija_search_suggest_whom (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_search_suggest:
 * @text: what is typed, its end being where the writing goes on
 * @recent: (nullable): earlier searches, the newest first
 * @people: (nullable) (element-type ValijaAddress): as valija_search_suggest_whom() asks for
 * @folders: (nullable): names of folders
 * @labels: (nullable): labels that messages have
 *
 * Returns: (transfer full) (element-type ValijaSearchSuggestion): the likeliest first; at most a dozen
 */
GPtrArray *valija_search_suggest      (const char         *text,
                                       const char * const *recent,
                                       GPtrArray          *people,
                                       const char * const *folders,
                                       const char * const *labels) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
