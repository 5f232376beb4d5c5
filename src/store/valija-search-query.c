/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-search-query-private.h"

#include "model/valija-search-term.h"
#include "store/valija-store-tokenizer.h"

#include <string.h>

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

/* An operator that is no word to look for. FALSE for anything else, which is then searched as it
 * stands. */
static gboolean
take_filter (ValijaSearchQuery *self,
             const ValijaSearchTerm        *term)
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

  if (g_strcmp0 (term->operator, "before") == 0 && valija_search_date_parse (term->text, &seconds))
    {
      self->to = MIN (self->to, seconds);
      return TRUE;
    }

  if (g_strcmp0 (term->operator, "after") == 0 && valija_search_date_parse (term->text, &seconds))
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
find_columns (const ValijaSearchTerm *term)
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
is_prefix (const ValijaSearchTerm *term)
{
  gsize n_chars = g_utf8_strlen (term->text, -1);

  /* A sign of a script without letters is a whole word, and cannot begin another */
  return term->last && !term->quoted && (n_chars >= MIN_PREFIX_LETTERS || g_utf8_get_char (term->text) >= 0x0e00);
}

static void
append_word (GString    *match,
             const ValijaSearchTerm *term)
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
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text != NULL ? text : "");

  g_atomic_ref_count_init (&self->ref_count);
  self->from = 0;
  self->to = G_MAXINT64;

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (!take_filter (self, term))
        append_word (match, term);
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
