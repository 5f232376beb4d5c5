/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-types.h"

G_BEGIN_DECLS

/* What a person types into the search box, cut into its terms and understood; the store and the sessions each make of
 * them what they search by.
 *
 * Terms stand side by side, and all of them must be met. OR between two of them asks for either, and binds closer. A
 * minus before a term asks for what does not meet it, and quotation marks hold words together. Operators and what
 * stands behind them may be written in English, which always works, or in the user's language. */

typedef enum
{
  VALIJA_SEARCH_KEY_WORD,    /* no operator: anywhere */
  VALIJA_SEARCH_KEY_FROM,
  VALIJA_SEARCH_KEY_TO,      /* any recipient */
  VALIJA_SEARCH_KEY_CC,
  VALIJA_SEARCH_KEY_SUBJECT,
  VALIJA_SEARCH_KEY_BODY,
  VALIJA_SEARCH_KEY_FILENAME,
  VALIJA_SEARCH_KEY_ID,
  VALIJA_SEARCH_KEY_IN,
  VALIJA_SEARCH_KEY_LABEL,
  VALIJA_SEARCH_KEY_HAS,     /* attachments: there is nothing else to have */
  VALIJA_SEARCH_KEY_IS,
  VALIJA_SEARCH_KEY_BEFORE,
  VALIJA_SEARCH_KEY_AFTER,
  VALIJA_SEARCH_KEY_ON,
  VALIJA_SEARCH_KEY_LARGER,
  VALIJA_SEARCH_KEY_SMALLER,
  VALIJA_SEARCH_N_KEYS,
} ValijaSearchKey;

/* A piece of it: `-operator:text`, with all but the text left out perhaps. */
typedef struct
{
  ValijaSearchKey key;
  gboolean negated;
  gboolean alternative;     /* to the term before it */
  char *text;               /* without operator and quotation marks; "" while nothing is typed behind the operator */
  gboolean quoted;
  gboolean last;            /* nothing was typed behind it, not even a space */
  gsize start;              /* of all of it, with OR and minus, in octets of what was typed */
  gsize end;
  ValijaFlags flags;        /* IS: of those in @mask a message has exactly these */
  ValijaFlags mask;
  gint64 from;              /* BEFORE, AFTER, ON: the day, month or year that is named, from its beginning */
  gint64 to;                /* to the beginning of the next; seconds since 1970 */
  guint64 size;             /* LARGER, SMALLER: octets */
  char *problem;            /* nullable: @text means nothing here, in words with the way out; the term is left out */
  char *hint;               /* nullable: it looks like an operator and is none, in words */
} ValijaSearchTerm;

/* Of ValijaSearchTerm, at most 64 of the first 4096 octets; what is beyond is not searched. (transfer full) */
GPtrArray *valija_search_terms_parse     (const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* The same as of another time than now: what "yesterday" is. */
GPtrArray *valija_search_terms_parse_at  (const char *text, GDateTime *now) G_GNUC_WARN_UNUSED_RESULT;

/* Whether there is something to search by: it is no operator without a value, and none whose value means nothing. */
gboolean   valija_search_term_counts     (const ValijaSearchTerm *self);

/* For people, translated: "From: Ana", "Before 3 March 2026", "Except “Unread”". (transfer full) */
char      *valija_search_term_dup_label  (const ValijaSearchTerm *self) G_GNUC_WARN_UNUSED_RESULT;

/* What is wrong with the first operator of @text whose value means nothing, in words with the way out:
 * "before:nonsense". (transfer full) (nullable): everything means something */
char      *valija_search_text_check      (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the folder is meant by "in:@text": by its role ("inbox", or as the user's language has it), its name or its
 * path; with @beginning by the beginning of one. @path nullable. */
gboolean   valija_search_names_folder    (const char       *text,
                                          gboolean          beginning,
                                          ValijaFolderRole  role,
                                          const char       *name,
                                          const char       *path);

/* ---- Operators ---- */

/* As it is typed in the user's language, and what it finds, in words. NULL for WORD. (transfer none) */
const char *valija_search_key_get_name        (ValijaSearchKey key);
const char *valija_search_key_get_explanation (ValijaSearchKey key);
/* "from": the same in all languages. */
const char *valija_search_key_get_nick        (ValijaSearchKey key);

/* In English or the user's language, with or without accents; FALSE for what is no operator. */
gboolean    valija_search_key_from_name       (const char *name, ValijaSearchKey *key);

/* Whether @text is among @words (separated by spaces), whatever its case and accents; with @beginning whether one of
 * them begins with it. */
gboolean    valija_search_is_word             (const char *text, const char *words, gboolean beginning);

/* Without case and accents, for comparison. (transfer full) */
char       *valija_search_fold                (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Values ---- */

/* A day, month or year: "2026-05-31", "2026-05", "2026", "31.5.2026", "3 March", "March 2026", "yesterday", "monday",
 * "2w" (two weeks ago; d w m y). Month and day names in English and in the user's language; a month or weekday without
 * a year is the last one. FALSE when it is none of these. */
gboolean    valija_search_period_parse        (const char *text, GDateTime *now, gint64 *from, gint64 *to);

/* "10M", "1.5 MB", "500k", "2000", in octets. */
gboolean    valija_search_size_parse          (const char *text, guint64 *size);

/* "unread" "read" "starred" "answered", one after the other, in the user's language; NULL behind the last. */
const char *valija_search_state_get_name      (guint index);
/* What is: `state` of a message, FALSE when it is none. */
gboolean    valija_search_state_parse         (const char *text, ValijaFlags *flags, ValijaFlags *mask);
/* "attachment" in the user's language. */
const char *valija_search_attachment_get_name (void);
gboolean    valija_search_attachment_parse    (const char *text);

/* ---- Places ---- */

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

/* @text in quotation marks, those in it doubled: one term, whatever is in it. (transfer full) */
char      *valija_search_quote           (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* @text with @place before each term that names none: "plans hike" in the subject is "subject:plans subject:hike".
 * (transfer full) */
char      *valija_search_text_in         (const char *text, ValijaSearchPlace place) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
