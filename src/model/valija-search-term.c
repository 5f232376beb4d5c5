/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-search-term.h"

#include "model/valija-labels.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What is beyond is not searched: a person types less, and a longer expression only costs time. */
#define MAX_QUERY_BYTES 4096
#define MAX_TERMS 64

static const char * const operators[] = {
  [VALIJA_SEARCH_ANYWHERE] = NULL,
  [VALIJA_SEARCH_BODY] = "body",
  [VALIJA_SEARCH_SUBJECT] = "subject",
  [VALIJA_SEARCH_SENDER] = "from",
  [VALIJA_SEARCH_RECIPIENTS] = "to",
  [VALIJA_SEARCH_MESSAGE_ID] = "id",
};

/* Where one piece between spaces begins and ends. */
typedef struct
{
  const char *start;
  const char *end;
} Piece;

static void
term_free (gpointer data)
{
  ValijaSearchTerm *self = data;

  g_free (self->text);
  g_free (self->problem);
  g_free (self->hint);
  g_free (self);
}

/* ---- Cutting ---- */

/* The next piece from @p on: up to a space outside quotation marks; marks that are not closed reach to the end. A mark
 * that is doubled closes nothing, as it opens again at once. */
static gboolean
next_piece (const char **p,
            Piece       *piece)
{
  gboolean quoted = FALSE;

  while (**p != '\0' && g_unichar_isspace (g_utf8_get_char (*p)))
    *p = g_utf8_next_char (*p);

  piece->start = *p;
  for (; **p != '\0'; *p = g_utf8_next_char (*p))
    {
      if (**p == '"')
        quoted = !quoted;
      else if (!quoted && g_unichar_isspace (g_utf8_get_char (*p)))
        break;
    }
  piece->end = *p;

  return piece->end > piece->start;
}

static char *
unquote (const char *text,
         gboolean   *quoted)
{
  g_autoptr(GString) out = NULL;

  *quoted = text[0] == '"';
  if (!*quoted)
    return g_strdup (text);

  out = g_string_new (NULL);
  for (const char *p = text + 1; *p != '\0'; p++)
    {
      if (p[0] == '"' && p[1] == '\0')
        break;
      if (p[0] == '"' && p[1] == '"')
        p++;
      g_string_append_c (out, *p);
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
valija_search_quote (const char *text)
{
  g_autoptr(GString) out = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  out = g_string_new ("\"");
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
is_or (const Piece *piece)
{
  g_autofree char *word = g_strndup (piece->start, piece->end - piece->start);
  g_autofree char *upper = NULL;

  if (g_str_equal (word, "OR") || g_str_equal (word, "|"))
    return TRUE;

  /* Translators: between two words of a search, of which either will do; only in capital letters */
  upper = g_utf8_strup (C_("search operator", "OR"), -1);

  return g_str_equal (word, upper);
}

/* ---- Understanding ---- */

static void
understand_state (ValijaSearchTerm *self)
{
  if (!valija_search_state_parse (self->text, &self->flags, &self->mask))
    self->problem = g_strdup_printf (_("“%s” is no state of a message. There are %s:%s, %s:%s, %s:%s and %s:%s."),
                                     self->text, valija_search_key_get_name (VALIJA_SEARCH_KEY_IS),
                                     valija_search_state_get_name (0),
                                     valija_search_key_get_name (VALIJA_SEARCH_KEY_IS),
                                     valija_search_state_get_name (1),
                                     valija_search_key_get_name (VALIJA_SEARCH_KEY_IS),
                                     valija_search_state_get_name (2),
                                     valija_search_key_get_name (VALIJA_SEARCH_KEY_IS),
                                     valija_search_state_get_name (3));
}

static void
understand (ValijaSearchTerm *self,
            GDateTime        *now)
{
  switch (self->key)
    {
    case VALIJA_SEARCH_KEY_IS:
      understand_state (self);
      break;

    case VALIJA_SEARCH_KEY_HAS:
      if (!valija_search_attachment_parse (self->text))
        self->problem = g_strdup_printf (_("A message cannot be searched for having “%s”. There is %s:%s."), self->text,
                                         valija_search_key_get_name (VALIJA_SEARCH_KEY_HAS),
                                         valija_search_attachment_get_name ());
      break;

    case VALIJA_SEARCH_KEY_BEFORE:
    case VALIJA_SEARCH_KEY_AFTER:
    case VALIJA_SEARCH_KEY_ON:
      if (!valija_search_period_parse (self->text, now, &self->from, &self->to))
        self->problem = g_strdup_printf (_("“%s” is no date. Write a day like 2026-05-31, a month like 2026-05, "
                                           "“yesterday”, or “2w” for two weeks ago."), self->text);
      break;

    case VALIJA_SEARCH_KEY_LARGER:
    case VALIJA_SEARCH_KEY_SMALLER:
      if (!valija_search_size_parse (self->text, &self->size))
        self->problem = g_strdup_printf (_("“%s” is no size. Write a number with K, M or G, like 10M."), self->text);
      break;

    case VALIJA_SEARCH_KEY_WORD:
    case VALIJA_SEARCH_KEY_FROM:
    case VALIJA_SEARCH_KEY_TO:
    case VALIJA_SEARCH_KEY_CC:
    case VALIJA_SEARCH_KEY_SUBJECT:
    case VALIJA_SEARCH_KEY_BODY:
    case VALIJA_SEARCH_KEY_FILENAME:
    case VALIJA_SEARCH_KEY_ID:
    case VALIJA_SEARCH_KEY_IN:
    case VALIJA_SEARCH_KEY_LABEL:
    case VALIJA_SEARCH_N_KEYS:
    default:
      break;
    }
}

/* Not of what has a colon by nature: a time, a link, a path. */
static gboolean
looks_like_operator (const char *name,
                     const char *value)
{
  guint n_letters = 0;

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p), n_letters++)
    if (!g_unichar_isalpha (g_utf8_get_char (p)))
      return FALSE;

  return n_letters > 1 && value[0] != '\0' && value[0] != '/' && value[0] != '\\' && value[0] != ':';
}

static void
take_word (ValijaSearchTerm *self,
           const char       *piece,
           const char       *name,
           const char       *value)
{
  self->text = unquote (piece, &self->quoted);
  if (name != NULL && looks_like_operator (name, value))
    /* Translators: %s is what stands before a colon in a search */
    self->hint = g_strdup_printf (_("“%s:” is no operator of the search: it is looked for as a word."), name);
}

static ValijaSearchTerm *
parse_term (const char  *text,
            const Piece *piece,
            GDateTime   *now)
{
  ValijaSearchTerm *self = g_new0 (ValijaSearchTerm, 1);
  gboolean negated = *piece->start == '-' && piece->end - piece->start > 1;
  g_autofree char *whole = g_strndup (piece->start + negated, piece->end - piece->start - negated);
  const char *colon = whole[0] != '"' ? strchr (whole, ':') : NULL;
  g_autofree char *name = colon != NULL && colon != whole ? g_strndup (whole, colon - whole) : NULL;

  self->negated = negated;
  self->last = *piece->end == '\0';
  self->start = piece->start - text;
  self->end = piece->end - text;

  if (name == NULL || !valija_search_key_from_name (name, &self->key))
    {
      self->key = VALIJA_SEARCH_KEY_WORD;
      take_word (self, whole, name, colon != NULL ? colon + 1 : NULL);
      return self;
    }

  self->text = unquote (colon + 1, &self->quoted);
  if (self->text[0] != '\0')
    understand (self, now);

  return self;
}

GPtrArray *
valija_search_terms_parse_at (const char *text,
                              GDateTime  *now)
{
  GPtrArray *terms = g_ptr_array_new_with_free_func (term_free);
  g_autofree char *valid = NULL;
  const char *alternative = NULL;
  const char *p;
  Piece piece;

  g_return_val_if_fail (text != NULL, terms);
  g_return_val_if_fail (now != NULL, terms);

  valid = g_utf8_make_valid (text, strnlen (text, MAX_QUERY_BYTES));
  p = valid;

  while (terms->len < MAX_TERMS && next_piece (&p, &piece))
    {
      ValijaSearchTerm *term;

      if (terms->len > 0 && alternative == NULL && is_or (&piece))
        {
          alternative = piece.start;
          continue;
        }

      term = parse_term (valid, &piece, now);
      if (alternative != NULL)
        {
          term->alternative = TRUE;
          term->start = alternative - valid;
        }
      alternative = NULL;
      g_ptr_array_add (terms, term);
    }

  return terms;
}

GPtrArray *
valija_search_terms_parse (const char *text)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();

  return valija_search_terms_parse_at (text, now);
}

gboolean
valija_search_term_counts (const ValijaSearchTerm *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->text[0] != '\0' && self->problem == NULL;
}

/* ---- In words ---- */

static char *
dup_day (gint64 seconds)
{
  g_autoptr(GDateTime) day = g_date_time_new_from_unix_local (seconds);
  /* Translators: a day in the explanation of a search, as of g_date_time_format(): 3 March 2026 */
  char *text = day != NULL ? g_date_time_format (day, C_("search date", "%-d %B %Y")) : NULL;

  return text != NULL ? text : g_strdup ("");
}

static char *
dup_period (const ValijaSearchTerm *term)
{
  g_autoptr(GDateTime) start = g_date_time_new_from_unix_local (term->from);
  gint64 n_days = (term->to - term->from) / (24 * 60 * 60);
  char *text = NULL;

  if (start != NULL && n_days > 300)
    text = g_date_time_format (start, "%Y");
  else if (start != NULL && n_days > 2)
    /* Translators: a month in the explanation of a search, as of g_date_time_format(): March 2026 */
    text = g_date_time_format (start, C_("search date", "%B %Y"));

  return text != NULL ? text : dup_day (term->from);
}

static char *
dup_state (const ValijaSearchTerm *term)
{
  if (term->mask == VALIJA_FLAG_SEEN)
    return g_strdup (term->flags != 0 ? C_("search", "Read") : C_("search", "Unread"));

  return g_strdup (term->mask == VALIJA_FLAG_FLAGGED ? C_("search", "Starred") : C_("search", "Answered"));
}

static char *
dup_plain_label (const ValijaSearchTerm *term)
{
  g_autofree char *value = NULL;

  switch (term->key)
    {
    case VALIJA_SEARCH_KEY_FROM:
      /* Translators: parts of a search, each shown on a small label of its own; %s is what was typed */
      return g_strdup_printf (C_("search", "From: %s"), term->text);
    case VALIJA_SEARCH_KEY_TO:
      return g_strdup_printf (C_("search", "To: %s"), term->text);
    case VALIJA_SEARCH_KEY_CC:
      return g_strdup_printf (C_("search", "Copy to: %s"), term->text);
    case VALIJA_SEARCH_KEY_SUBJECT:
      return g_strdup_printf (C_("search", "Subject: %s"), term->text);
    case VALIJA_SEARCH_KEY_BODY:
      return g_strdup_printf (C_("search", "Text: %s"), term->text);
    case VALIJA_SEARCH_KEY_FILENAME:
      return g_strdup_printf (C_("search", "Attached file: %s"), term->text);
    case VALIJA_SEARCH_KEY_ID:
      return g_strdup_printf (C_("search", "Message ID: %s"), term->text);
    case VALIJA_SEARCH_KEY_IN:
      return g_strdup_printf (C_("search", "Folder: %s"), term->text);
    case VALIJA_SEARCH_KEY_LABEL:
      value = valija_label_dup_display (term->text);
      return g_strdup_printf (C_("search", "Label: %s"), value);
    case VALIJA_SEARCH_KEY_HAS:
      return g_strdup (C_("search", "With attachments"));
    case VALIJA_SEARCH_KEY_IS:
      return dup_state (term);
    case VALIJA_SEARCH_KEY_BEFORE:
      value = dup_day (term->from);
      return g_strdup_printf (C_("search", "Before %s"), value);
    case VALIJA_SEARCH_KEY_AFTER:
      value = dup_day (term->from);
      return g_strdup_printf (C_("search", "Since %s"), value);
    case VALIJA_SEARCH_KEY_ON:
      value = dup_period (term);
      /* Translators: %s is a day, a month or a year */
      return g_strdup_printf (C_("search", "Date: %s"), value);
    case VALIJA_SEARCH_KEY_LARGER:
      value = g_format_size (term->size);
      return g_strdup_printf (C_("search", "Larger than %s"), value);
    case VALIJA_SEARCH_KEY_SMALLER:
      value = g_format_size (term->size);
      return g_strdup_printf (C_("search", "Smaller than %s"), value);
    case VALIJA_SEARCH_KEY_WORD:
    case VALIJA_SEARCH_N_KEYS:
    default:
      return g_strdup_printf (C_("search", "“%s”"), term->text);
    }
}

char *
valija_search_term_dup_label (const ValijaSearchTerm *self)
{
  g_autofree char *plain = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (valija_search_term_counts (self) || self->key == VALIJA_SEARCH_KEY_WORD)
    plain = dup_plain_label (self);
  else
    plain = g_strdup_printf ("%s:%s", valija_search_key_get_name (self->key), self->text);

  /* Translators: what a search leaves out; %s is another part of it, as "From: Ana" */
  return self->negated ? g_strdup_printf (C_("search", "Except “%s”"), plain) : g_steal_pointer (&plain);
}

char *
valija_search_text_check (const char *text)
{
  g_autoptr(GPtrArray) terms = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  terms = valija_search_terms_parse (text);
  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (term->problem != NULL)
        return g_strdup (term->problem);
    }

  return NULL;
}

/* ---- Places ---- */

char *
valija_search_text_in (const char        *text,
                       ValijaSearchPlace  place)
{
  g_autoptr(GPtrArray) terms = NULL;
  g_autoptr(GString) out = g_string_new (NULL);
  g_autofree char *valid = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (place < G_N_ELEMENTS (operators), NULL);

  if (operators[place] == NULL)
    return g_strdup (text);

  valid = g_utf8_make_valid (text, strnlen (text, MAX_QUERY_BYTES));
  terms = valija_search_terms_parse (valid);
  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (i > 0)
        g_string_append_c (out, ' ');

      if (term->key != VALIJA_SEARCH_KEY_WORD)
        g_string_append_len (out, valid + term->start, term->end - term->start);
      else
        {
          g_autofree char *text_in = term->quoted ? valija_search_quote (term->text) : g_strdup (term->text);

          g_string_append_printf (out, "%s%s%s:%s", term->alternative ? "OR " : "", term->negated ? "-" : "",
                                  operators[place], text_in);
        }

      /* What is being typed is a beginning; what a space ended is a word. */
      if (i + 1 == terms->len && !term->last)
        g_string_append_c (out, ' ');
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}
