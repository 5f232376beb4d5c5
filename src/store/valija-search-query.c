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
  GPtrArray *clauses;
  gint64 from;
  gint64 to;
  gboolean empty;
};

/* While it is made. */
typedef struct
{
  ValijaSearchQuery *query;
  GString *match;
  GString *without;         /* what a message must not have, as alternatives */
} Builder;

static void
test_free (gpointer data)
{
  ValijaSearchTest *self = data;

  g_free (self->text);
  g_free (self);
}

/* Those of words: NULL for the others, "" for all columns. */
static const char *
find_columns (const ValijaSearchTerm *term)
{
  switch (term->key)
    {
    case VALIJA_SEARCH_KEY_WORD:
      return "";
    case VALIJA_SEARCH_KEY_FROM:
      return "{sender} : ";
    case VALIJA_SEARCH_KEY_TO:
    case VALIJA_SEARCH_KEY_CC:
      return "{recipients} : ";
    case VALIJA_SEARCH_KEY_SUBJECT:
      return "{subject} : ";
    case VALIJA_SEARCH_KEY_BODY:
      return "{body} : ";
    case VALIJA_SEARCH_KEY_FILENAME:
      return "{files} : ";
    case VALIJA_SEARCH_KEY_ID:
    case VALIJA_SEARCH_KEY_IN:
    case VALIJA_SEARCH_KEY_LABEL:
    case VALIJA_SEARCH_KEY_HAS:
    case VALIJA_SEARCH_KEY_IS:
    case VALIJA_SEARCH_KEY_BEFORE:
    case VALIJA_SEARCH_KEY_AFTER:
    case VALIJA_SEARCH_KEY_ON:
    case VALIJA_SEARCH_KEY_LARGER:
    case VALIJA_SEARCH_KEY_SMALLER:
    case VALIJA_SEARCH_N_KEYS:
    default:
      return NULL;
    }
}

/* Something to search by; punctuation is not. */
static gboolean
is_useful (const ValijaSearchTerm *term)
{
  return valija_search_term_counts (term) &&
         (find_columns (term) == NULL || valija_store_tokenizer_has_words (term->text));
}

/* Found by the expression alone: who only received a copy the table of the search does not know. */
static gboolean
is_words (const ValijaSearchTerm *term)
{
  return find_columns (term) != NULL && term->key != VALIJA_SEARCH_KEY_CC;
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
is_beginning (const ValijaSearchTerm *term)
{
  gsize n_chars = g_utf8_strlen (term->text, -1);

  /* A sign of a script without letters is a whole word, and cannot begin another */
  return term->last && !term->quoted && (n_chars >= MIN_PREFIX_LETTERS || g_utf8_get_char (term->text) >= 0x0e00);
}

static void
append_words (GString                *match,
              const ValijaSearchTerm *term)
{
  g_string_append (match, find_columns (term));
  append_quoted (match, term->text);
  if (is_beginning (term))
    g_string_append_c (match, '*');
}

static char *
dup_message_id (const char *text)
{
  gsize length = strlen (text);
  gboolean bracketed = length > 1 && text[0] == '<' && text[length - 1] == '>';

  return bracketed ? g_strndup (text + 1, length - 2) : g_strdup (text);
}

static ValijaSearchTest *
make_test (const ValijaSearchTerm *term)
{
  ValijaSearchTest *test = g_new0 (ValijaSearchTest, 1);
  GString *words;

  test->negated = term->negated;
  test->to = G_MAXINT64;

  switch (term->key)
    {
    case VALIJA_SEARCH_KEY_IS:
      test->kind = VALIJA_SEARCH_TEST_FLAGS;
      test->flags = term->flags;
      test->mask = term->mask;
      break;

    case VALIJA_SEARCH_KEY_HAS:
      test->kind = VALIJA_SEARCH_TEST_ATTACHMENT;
      break;

    case VALIJA_SEARCH_KEY_BEFORE:
      test->kind = VALIJA_SEARCH_TEST_PERIOD;
      test->to = term->from;
      break;

    case VALIJA_SEARCH_KEY_AFTER:
    case VALIJA_SEARCH_KEY_ON:
      test->kind = VALIJA_SEARCH_TEST_PERIOD;
      test->from = term->from;
      test->to = term->key == VALIJA_SEARCH_KEY_ON ? term->to : G_MAXINT64;
      break;

    case VALIJA_SEARCH_KEY_LARGER:
      test->kind = VALIJA_SEARCH_TEST_SIZE;
      test->from = (gint64) term->size + 1;
      break;

    case VALIJA_SEARCH_KEY_SMALLER:
      test->kind = VALIJA_SEARCH_TEST_SIZE;
      test->to = term->size;
      break;

    case VALIJA_SEARCH_KEY_ID:
      test->kind = VALIJA_SEARCH_TEST_ID;
      test->text = dup_message_id (term->text);
      break;

    case VALIJA_SEARCH_KEY_IN:
    case VALIJA_SEARCH_KEY_CC:
      test->kind = term->key == VALIJA_SEARCH_KEY_IN ? VALIJA_SEARCH_TEST_FOLDER : VALIJA_SEARCH_TEST_CC;
      test->text = g_strdup (term->text);
      test->beginning = is_beginning (term);
      break;

    case VALIJA_SEARCH_KEY_LABEL:
      test->kind = VALIJA_SEARCH_TEST_LABEL;
      test->text = valija_search_fold (term->text);
      test->beginning = is_beginning (term);
      break;

    case VALIJA_SEARCH_KEY_WORD:
    case VALIJA_SEARCH_KEY_FROM:
    case VALIJA_SEARCH_KEY_TO:
    case VALIJA_SEARCH_KEY_SUBJECT:
    case VALIJA_SEARCH_KEY_BODY:
    case VALIJA_SEARCH_KEY_FILENAME:
    case VALIJA_SEARCH_N_KEYS:
    default:
      words = g_string_new (NULL);
      append_words (words, term);
      test->kind = VALIJA_SEARCH_TEST_WORDS;
      test->text = g_string_free (words, FALSE);
      break;
    }

  return test;
}

static void
add_clause (Builder   *builder,
            GPtrArray *terms)
{
  GPtrArray *clause = g_ptr_array_new_with_free_func (test_free);

  for (guint i = 0; i < terms->len; i++)
    g_ptr_array_add (clause, make_test (g_ptr_array_index (terms, i)));

  g_ptr_array_add (builder->query->clauses, clause);
}

static void
narrow_period (ValijaSearchQuery      *query,
               const ValijaSearchTerm *term)
{
  if (term->key != VALIJA_SEARCH_KEY_BEFORE)
    query->from = MAX (query->from, term->from);
  if (term->key != VALIJA_SEARCH_KEY_AFTER)
    query->to = MIN (query->to, term->key == VALIJA_SEARCH_KEY_ON ? term->to : term->from);
}

static void
append_alternatives (GString   *match,
                     GPtrArray *terms)
{
  g_string_append (match, match->len > 0 ? " AND (" : "(");
  for (guint i = 0; i < terms->len; i++)
    {
      if (i > 0)
        g_string_append (match, " OR ");
      append_words (match, g_ptr_array_index (terms, i));
    }
  g_string_append_c (match, ')');
}

static void
take_single (Builder   *builder,
             GPtrArray *terms)
{
  const ValijaSearchTerm *term = g_ptr_array_index (terms, 0);
  gboolean dated = term->key == VALIJA_SEARCH_KEY_BEFORE || term->key == VALIJA_SEARCH_KEY_AFTER ||
                   term->key == VALIJA_SEARCH_KEY_ON;

  if (term->negated && is_words (term))
    {
      if (builder->without->len > 0)
        g_string_append (builder->without, " OR ");
      append_words (builder->without, term);
      return;
    }

  if (!term->negated && dated)
    {
      narrow_period (builder->query, term);
      return;
    }

  /* Few messages are looked at more closely */
  if (!term->negated && find_columns (term) != NULL)
    append_alternatives (builder->match, terms);
  if (!is_words (term))
    add_clause (builder, terms);
}

/* Terms of which one is to hold. */
static void
take_group (Builder   *builder,
            GPtrArray *terms)
{
  gboolean plain = TRUE;

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      plain = plain && is_words (term) && !term->negated;
    }

  if (terms->len == 0)
    return;

  if (terms->len == 1)
    take_single (builder, terms);
  else if (plain)
    append_alternatives (builder->match, terms);
  else
    add_clause (builder, terms);
}

static void
take_without (Builder *builder)
{
  GPtrArray *clause;
  ValijaSearchTest *test;

  if (builder->without->len == 0)
    return;

  if (builder->match->len > 0)
    {
      g_string_prepend_c (builder->match, '(');
      g_string_append_printf (builder->match, ") NOT (%s)", builder->without->str);
      return;
    }

  test = g_new0 (ValijaSearchTest, 1);
  test->kind = VALIJA_SEARCH_TEST_WORDS;
  test->negated = TRUE;
  test->text = g_strdup (builder->without->str);
  clause = g_ptr_array_new_with_free_func (test_free);
  g_ptr_array_add (clause, test);
  g_ptr_array_add (builder->query->clauses, clause);
}

static void
take_terms (Builder   *builder,
            GPtrArray *terms)
{
  g_autoptr(GPtrArray) group = g_ptr_array_new ();

  for (guint i = 0; i < terms->len; i++)
    {
      ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (!term->alternative)
        {
          take_group (builder, group);
          g_ptr_array_set_size (group, 0);
        }
      if (is_useful (term))
        g_ptr_array_add (group, term);
    }

  take_group (builder, group);
  take_without (builder);
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
  g_autoptr(GString) without = g_string_new (NULL);
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text != NULL ? text : "");
  Builder builder = { self, match, without };

  g_atomic_ref_count_init (&self->ref_count);
  self->clauses = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  self->from = 0;
  self->to = G_MAXINT64;

  take_terms (&builder, terms);
  if (match->len > 0)
    self->match = g_strdup (match->str);
  self->empty = self->match == NULL && self->clauses->len == 0 && self->from == 0 && self->to == G_MAXINT64;

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
  g_ptr_array_unref (self->clauses);
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

GPtrArray *
valija_search_query_get_clauses (ValijaSearchQuery *self)
{
  return self->clauses;
}

void
valija_search_query_get_period (ValijaSearchQuery *self,
                                gint64            *from,
                                gint64            *to)
{
  *from = self->from;
  *to = self->to;
}

const ValijaSearchTest *
valija_search_query_find_alone (ValijaSearchQuery    *self,
                                ValijaSearchTestKind  kind)
{
  for (guint i = 0; i < self->clauses->len; i++)
    {
      GPtrArray *clause = g_ptr_array_index (self->clauses, i);
      const ValijaSearchTest *test = g_ptr_array_index (clause, 0);

      if (clause->len == 1 && test->kind == kind && !test->negated)
        return test;
    }

  return NULL;
}
