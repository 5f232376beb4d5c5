/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-search-query-private.h"

#include "store/valija-store-tokenizer.h"

#include <string.h>

/* What is beyond is not searched: a person types less, and a longer expression only costs time. */
#define MAX_QUERY_BYTES 4096
#define MAX_TERMS 64

/* One letter begins too many words to be worth looking at all of them while somebody types. */
#define MIN_PREFIX_LETTERS 2

struct _ValijaSearchQuery
{
  gatomicrefcount ref_count;
  char *match;
  char *message_id;
  ValijaFlags flags;
  ValijaFlags flags_mask;
  gboolean wants_attachment;
  gint64 from;
  gint64 to;
  gboolean empty;
};

/* A piece of what was typed: `operator:text`, either part perhaps in quotation marks */
typedef struct
{
  char *operator;           /* nullable */
  char *text;               /* without the operator */
  char *whole;              /* as it stands, without quotation marks around all of it */
  gboolean quoted;          /* @text was in quotation marks */
  gboolean last;            /* nothing was typed behind it, not even a space */
} Term;

static const struct
{
  const char *operator;
  const char *columns;
} places[] = {
  { "from", "{sender}" },
  { "to", "{recipients}" },
  { "subject", "{subject}" },
  { "body", "{body}" },
  { "filename", "{files}" },
};

static const struct
{
  const char *operator;
  const char *text;
  ValijaFlags flag;
  gboolean set;
} states[] = {
  { "is", "unread", VALIJA_FLAG_SEEN, FALSE },
  { "is", "read", VALIJA_FLAG_SEEN, TRUE },
  { "is", "flagged", VALIJA_FLAG_FLAGGED, TRUE },
};

G_DEFINE_BOXED_TYPE (ValijaSearchQuery, valija_search_query, valija_search_query_ref, valija_search_query_unref)

static void
term_free (Term *self)
{
  g_free (self->operator);
  g_free (self->text);
  g_free (self->whole);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Term, term_free)

/* Up to a space outside quotation marks; marks that are not closed reach to the end. */
static const char *
find_end (const char *p)
{
  gboolean quoted = FALSE;

  for (; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (*p == '"')
        quoted = !quoted;
      else if (!quoted && g_unichar_isspace (g_utf8_get_char (p)))
        break;
    }

  return p;
}

static char *
unquote (const char *text,
         gboolean   *quoted)
{
  gsize length = strlen (text);

  *quoted = text[0] == '"';
  if (!*quoted)
    return g_strdup (text);

  if (length > 1 && text[length - 1] == '"')
    return g_strndup (text + 1, length - 2);

  return g_strdup (text + 1);
}

static Term *
parse_term (const char *start,
            const char *end)
{
  g_autofree char *piece = g_strndup (start, end - start);
  Term *self = g_new0 (Term, 1);
  const char *colon = piece[0] != '"' ? strchr (piece, ':') : NULL;
  gboolean whole_quoted;

  self->last = *end == '\0';
  self->whole = unquote (piece, &whole_quoted);

  if (colon != NULL && colon != piece && colon[1] != '\0')
    {
      g_autofree char *operator = g_strndup (piece, colon - piece);

      self->operator = g_ascii_strdown (operator, -1);
      self->text = unquote (colon + 1, &self->quoted);
    }
  else
    {
      self->text = g_strdup (self->whole);
      self->quoted = whole_quoted;
    }

  return self;
}

/* YYYY-MM-DD, the beginning of that day where the user is. */
static gboolean
parse_date (const char *text,
            gint64     *seconds)
{
  g_autoptr(GDateTime) date = NULL;
  int fields[3] = { 0, };
  const char *p = text;

  for (int i = 0; i < 3; i++)
    {
      int n_digits = i == 0 ? 4 : 2;

      for (int j = 0; j < n_digits; j++, p++)
        {
          if (!g_ascii_isdigit (*p))
            return FALSE;
          fields[i] = fields[i] * 10 + g_ascii_digit_value (*p);
        }

      if (i < 2 && *p++ != '-')
        return FALSE;
    }

  if (*p != '\0' || (date = g_date_time_new_local (fields[0], fields[1], fields[2], 0, 0, 0)) == NULL)
    return FALSE;

  *seconds = g_date_time_to_unix (date);

  return TRUE;
}

/* An operator that is no word to look for. FALSE for anything else, which is then searched as it
 * stands. */
static gboolean
take_filter (ValijaSearchQuery *self,
             const Term        *term)
{
  gint64 seconds;

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      if (g_strcmp0 (term->operator, states[i].operator) != 0 || g_ascii_strcasecmp (term->text, states[i].text) != 0)
        continue;

      self->flags_mask |= states[i].flag;
      self->flags = states[i].set ? self->flags | states[i].flag : self->flags & ~states[i].flag;
      return TRUE;
    }

  if (g_strcmp0 (term->operator, "has") == 0 && g_ascii_strcasecmp (term->text, "attachment") == 0)
    {
      self->wants_attachment = TRUE;
      return TRUE;
    }

  if (g_strcmp0 (term->operator, "before") == 0 && parse_date (term->text, &seconds))
    {
      self->to = MIN (self->to, seconds);
      return TRUE;
    }

  if (g_strcmp0 (term->operator, "after") == 0 && parse_date (term->text, &seconds))
    {
      self->from = MAX (self->from, seconds);
      return TRUE;
    }

  if (g_strcmp0 (term->operator, "id") == 0)
    {
      gsize length = strlen (term->text);
      gboolean bracketed = length > 1 && term->text[0] == '<' && term->text[length - 1] == '>';

      g_free (self->message_id);
      self->message_id = bracketed ? g_strndup (term->text + 1, length - 2) : g_strdup (term->text);
      return TRUE;
    }

  return FALSE;
}

static const char *
find_columns (const Term *term)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      if (g_strcmp0 (term->operator, places[i].operator) == 0)
        return places[i].columns;
    }

  return NULL;
}

/* Between quotation marks, with those inside doubled, nothing means anything to FTS5. */
static void
append_quoted (GString    *match,
               const char *text)
{
  g_string_append_c (match, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (match, '"');
      g_string_append_c (match, *p);
    }
  g_string_append_c (match, '"');
}

static gboolean
is_prefix (const Term *term)
{
  gsize n_chars = g_utf8_strlen (term->text, -1);

  /* A sign of a script without letters is a whole word, and cannot begin another */
  return term->last && !term->quoted && (n_chars >= MIN_PREFIX_LETTERS || g_utf8_get_char (term->text) >= 0x0e00);
}

static void
append_word (GString    *match,
             const Term *term)
{
  const char *columns = find_columns (term);
  const char *text = columns != NULL ? term->text : term->whole;

  if (!valija_store_tokenizer_has_words (text))
    return;

  if (match->len > 0)
    g_string_append (match, " AND ");
  if (columns != NULL)
    g_string_append_printf (match, "%s : ", columns);
  append_quoted (match, text);
  if (is_prefix (term))
    g_string_append_c (match, '*');
}

/**
 * valija_search_query_new:
 * @text: what was typed, in whatever form
 *
 * Returns: (transfer full): a query
 */
ValijaSearchQuery *
valija_search_query_new (const char *text)
{
  ValijaSearchQuery *self = g_new0 (ValijaSearchQuery, 1);
  g_autoptr(GString) match = g_string_new (NULL);
  g_autofree char *valid = NULL;
  const char *p;

  g_atomic_ref_count_init (&self->ref_count);
  self->from = 0;
  self->to = G_MAXINT64;

  valid = text != NULL ? g_utf8_make_valid (text, strnlen (text, MAX_QUERY_BYTES)) : g_strdup ("");
  p = valid;

  for (guint i = 0; i < MAX_TERMS; i++)
    {
      g_autoptr(Term) term = NULL;
      const char *end;

      while (*p != '\0' && g_unichar_isspace (g_utf8_get_char (p)))
        p = g_utf8_next_char (p);
      if (*p == '\0')
        break;

      end = find_end (p);
      term = parse_term (p, end);
      if (!take_filter (self, term))
        append_word (match, term);
      p = end;
    }

  if (match->len > 0)
    self->match = g_strdup (match->str);
  self->empty = self->match == NULL && self->message_id == NULL && self->flags_mask == 0 && !self->wants_attachment &&
                self->from == 0 && self->to == G_MAXINT64;

  return self;
}

/**
 * valija_search_query_ref:
 *
 * Returns: (transfer full): @self
 */
ValijaSearchQuery *
valija_search_query_ref (ValijaSearchQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * valija_search_query_unref:
 * @self: (transfer full) (nullable):
 */
void
valija_search_query_unref (ValijaSearchQuery *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->match);
  g_free (self->message_id);
  g_free (self);
}

/**
 * valija_search_query_is_empty:
 *
 * Returns: whether there is nothing to look for
 */
gboolean
valija_search_query_is_empty (ValijaSearchQuery *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->empty;
}

const char *
valija_search_query_get_match (ValijaSearchQuery *self)
{
  return self->match;
}

const char *
valija_search_query_get_message_id (ValijaSearchQuery *self)
{
  return self->message_id;
}

ValijaFlags
valija_search_query_get_flags (ValijaSearchQuery *self,
                               ValijaFlags       *mask)
{
  *mask = self->flags_mask;

  return self->flags;
}

gboolean
valija_search_query_wants_attachment (ValijaSearchQuery *self)
{
  return self->wants_attachment;
}

void
valija_search_query_get_period (ValijaSearchQuery *self,
                                gint64            *from,
                                gint64            *to)
{
  *from = self->from;
  *to = self->to;
}
