/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a person types into the search box, cut into its terms; the store and the sessions each make of them what they
 * search by. */

/* A piece of it: `operator:text`, either part perhaps in quotation marks. */
typedef struct
{
  char *operator;           /* nullable; lower case, not necessarily one that means anything */
  char *text;               /* without the operator */
  char *whole;              /* as it stands, without quotation marks around all of it */
  gboolean quoted;          /* @text was in quotation marks */
  gboolean last;            /* nothing was typed behind it, not even a space */
} ValijaSearchTerm;

/* Where to look: all places, unless the term names one itself. */
typedef enum
{
  VALIJA_SEARCH_ANYWHERE,
  VALIJA_SEARCH_BODY,
  VALIJA_SEARCH_SUBJECT,
  VALIJA_SEARCH_SENDER,
  VALIJA_SEARCH_RECIPIENTS,
  VALIJA_SEARCH_MESSAGE_ID,
} ValijaSearchPlace;

/* Of ValijaSearchTerm, at most 64 of the first 4096 octets; what is beyond is not searched. (transfer full) */
GPtrArray *valija_search_terms_parse     (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* YYYY-MM-DD, the beginning of that day where the user is, in seconds since 1970. */
gboolean   valija_search_date_parse      (const char *text, gint64 *seconds);

/* What is wrong with the first operator of @text whose value means nothing, in words with the way out:
 * "before:nonsense". (transfer full) (nullable): everything means something */
char      *valija_search_text_check      (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* @text with @place before each term that names none: "plans hike" in the subject is "subject:plans subject:hike".
 * (transfer full) */
char      *valija_search_text_in         (const char *text, ValijaSearchPlace place) G_GNUC_WARN_UNUSED_RESULT;

/* "body", "subject", "sender", "recipients", "message-id", "anywhere" */
gboolean   valija_search_place_from_nick (const char *nick, ValijaSearchPlace *place);

G_END_DECLS
