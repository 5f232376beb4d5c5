/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-search-suggest.h"

#include "model/valija-labels.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_SUGGESTIONS 12
#define MAX_RECENT 5
#define MAX_PEOPLE 6

/* One letter begins too many names. */
#define MIN_NAME_LETTERS 2

struct _ValijaSearchSuggestion
{
  GObject parent_instance;

  ValijaSearchSuggestionKind kind;
  char *text;
  char *title;
  char *detail;
};

G_DEFINE_FINAL_TYPE (ValijaSearchSuggestion, valija_search_suggestion, G_TYPE_OBJECT)

/* Where the writing is. */
typedef struct
{
  GPtrArray *terms;
  const ValijaSearchTerm *term;   /* nullable: a new one begins */
  char *before;                   /* what stands before it stays, with a minus */
  GPtrArray *found;
} Place;

static void
valija_search_suggestion_finalize (GObject *object)
{
  ValijaSearchSuggestion *self = VALIJA_SEARCH_SUGGESTION (object);

  g_free (self->text);
  g_free (self->title);
  g_free (self->detail);

  G_OBJECT_CLASS (valija_search_suggestion_parent_class)->finalize (object);
}

static void
valija_search_suggestion_class_init (ValijaSearchSuggestionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = valija_search_suggestion_finalize;
}

static void
valija_search_suggestion_init (ValijaSearchSuggestion *self)
{
}

ValijaSearchSuggestion *
valija_search_suggestion_new_person (const ValijaAddress *person)
{
  ValijaSearchSuggestion *self;

  g_return_val_if_fail (person != NULL, NULL);

  self = g_object_new (VALIJA_TYPE_SEARCH_SUGGESTION, NULL);
  self->kind = VALIJA_SEARCH_SUGGESTION_PERSON;
  self->text = valija_address_to_text (person);
  self->title = valija_address_to_label (person);
  self->detail = person->name[0] != '\0' ? g_strdup (person->address) : NULL;

  return self;
}

static void
place_clear (Place *self)
{
  g_clear_pointer (&self->terms, g_ptr_array_unref);
  g_free (self->before);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static void
place_init (Place      *self,
            const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  gsize end = strlen (valid);

  self->terms = valija_search_terms_parse (valid);
  if (self->terms->len > 0)
    {
      const ValijaSearchTerm *last = g_ptr_array_index (self->terms, self->terms->len - 1);

      if (last->last)
        self->term = last;
    }

  /* OR and a minus are kept with what stands before */
  if (self->term != NULL)
    {
      const char *piece = valid + self->term->end;

      while (piece > valid + self->term->start && !g_ascii_isspace (piece[-1]))
        piece--;
      if (self->term->quoted || strchr (self->term->text, ' ') != NULL)
        piece = valid + self->term->start;
      end = piece - valid + (self->term->negated && *piece == '-');
    }

  self->before = g_strndup (valid, end);
}

static void
add (Place                *place,
     ValijaSearchSuggestionKind  kind,
     char                 *text,
     char                 *title,
     char                 *detail)
{
  ValijaSearchSuggestion *suggestion = g_object_new (VALIJA_TYPE_SEARCH_SUGGESTION, NULL);

  suggestion->kind = kind;
  suggestion->text = text;
  suggestion->title = title;
  suggestion->detail = detail;
  g_ptr_array_add (place->found, suggestion);
}

/* A space of any script ends a term. */
static gboolean
is_one_term (const char *value)
{
  for (const char *p = value; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == '"' || g_unichar_isspace (g_utf8_get_char (p)))
      return FALSE;

  return TRUE;
}

/* A term that is complete: a blank stands behind it. */
static void
add_term (Place                *place,
          ValijaSearchSuggestionKind  kind,
          ValijaSearchKey       key,
          const char           *value,
          const char           *title,
          const char           *detail)
{
  g_autofree char *written = is_one_term (value) ? g_strdup (value) : valija_search_quote (value);
  g_autofree char *term = g_strdup_printf ("%s:%s ", valija_search_key_get_name (key), written);
  g_autoptr(GPtrArray) parsed = NULL;

  if (title == NULL)
    parsed = valija_search_terms_parse (term);

  add (place, kind, g_strconcat (place->before, term, NULL),
       parsed != NULL ? valija_search_term_dup_label (g_ptr_array_index (parsed, 0)) : g_strdup (title),
       detail != NULL ? g_strdup (detail) : g_strndup (term, strlen (term) - 1));
}

static gboolean
begins (const char *word,
        const char *with)
{
  g_autofree char *folded_word = valija_search_fold (word);
  g_autofree char *folded_with = valija_search_fold (with);

  return g_str_has_prefix (folded_word, folded_with);
}

static void
add_recent (Place              *place,
            const char * const *recent,
            const char         *text)
{
  guint n = 0;

  for (guint i = 0; recent != NULL && recent[i] != NULL && n < MAX_RECENT; i++)
    if (begins (recent[i], text))
      {
        add (place, VALIJA_SEARCH_SUGGESTION_RECENT, g_strdup (recent[i]), g_strdup (recent[i]), NULL);
        n++;
      }
}

/* @word may be "" for all of them. */
static void
add_operators (Place      *place,
               const char *word)
{
  for (guint i = VALIJA_SEARCH_KEY_WORD + 1; i < VALIJA_SEARCH_N_KEYS; i++)
    {
      const char *name = valija_search_key_get_name ((ValijaSearchKey) i);
      const char *nick = valija_search_key_get_nick ((ValijaSearchKey) i);

      /* The identity of a message is for those who know it */
      if ((i == VALIJA_SEARCH_KEY_ID && word[0] == '\0') || (!begins (name, word) && !begins (nick, word)))
        continue;

      add (place, VALIJA_SEARCH_SUGGESTION_OPERATOR,
           g_strdup_printf ("%s%s:", place->before, begins (name, word) ? name : nick),
           g_strdup_printf ("%s:", begins (name, word) ? name : nick),
           g_strdup (valija_search_key_get_explanation ((ValijaSearchKey) i)));
    }
}

static void
add_people (Place           *place,
            ValijaSearchKey  key,
            GPtrArray       *people)
{
  for (guint i = 0; people != NULL && i < people->len && i < MAX_PEOPLE; i++)
    {
      const ValijaAddress *person = g_ptr_array_index (people, i);
      g_autofree char *label = valija_address_to_label (person);
      gboolean named = person->name[0] != '\0';

      add_term (place, VALIJA_SEARCH_SUGGESTION_PERSON, key, person->address, label, named ? person->address : NULL);
    }
}

static void
add_folders (Place              *place,
             const char * const *folders,
             const char         *value)
{
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    if (begins (folders[i], value))
      add_term (place, VALIJA_SEARCH_SUGGESTION_FOLDER, VALIJA_SEARCH_KEY_IN, folders[i], folders[i], NULL);
}

static void
add_labels (Place              *place,
            const char * const *labels,
            const char         *value)
{
  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    {
      g_autofree char *display = valija_label_dup_display (labels[i]);

      if (begins (labels[i], value) || begins (display, value))
        add_term (place, VALIJA_SEARCH_SUGGESTION_VALUE, VALIJA_SEARCH_KEY_LABEL, display, NULL, NULL);
    }
}

static void
add_value (Place           *place,
           ValijaSearchKey  key,
           const char      *value,
           const char      *typed)
{
  if (begins (value, typed))
    add_term (place, VALIJA_SEARCH_SUGGESTION_VALUE, key, value, NULL, NULL);
}

static void
add_values (Place           *place,
            ValijaSearchKey  key,
            const char      *typed)
{
  const char *dates[] = {
    C_("search date", "today"), C_("search date", "yesterday"),
    /* Translators: how long ago, offered in the search box: one week, one month, one year; as the words of "search
     * unit" have it */
    C_("search value", "1w"), C_("search value", "1m"), C_("search value", "1y"),
  };
  static const char * const sizes[] = { "100K", "1M", "5M", "10M", "25M" };

  if (key == VALIJA_SEARCH_KEY_HAS)
    add_value (place, key, valija_search_attachment_get_name (), typed);

  for (guint i = 0; key == VALIJA_SEARCH_KEY_IS && valija_search_state_get_name (i) != NULL; i++)
    add_value (place, key, valija_search_state_get_name (i), typed);

  if (key == VALIJA_SEARCH_KEY_BEFORE || key == VALIJA_SEARCH_KEY_AFTER || key == VALIJA_SEARCH_KEY_ON)
    for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
      add_value (place, key, dates[i], typed);

  if (key == VALIJA_SEARCH_KEY_LARGER || key == VALIJA_SEARCH_KEY_SMALLER)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      add_value (place, key, sizes[i], typed);
}

static gboolean
is_of_people (ValijaSearchKey key)
{
  return key == VALIJA_SEARCH_KEY_FROM || key == VALIJA_SEARCH_KEY_TO || key == VALIJA_SEARCH_KEY_CC;
}

char *
valija_search_suggest_whom (const char *text)
{
  g_auto(Place) place = { NULL };
  const ValijaSearchTerm *term;

  g_return_val_if_fail (text != NULL, NULL);

  place_init (&place, text);
  term = place.term;
  if (term == NULL || (term->key != VALIJA_SEARCH_KEY_WORD && !is_of_people (term->key)) ||
      g_utf8_strlen (term->text, -1) < (term->key == VALIJA_SEARCH_KEY_WORD ? MIN_NAME_LETTERS : 1))
    return NULL;

  return g_strdup (term->text);
}

GPtrArray *
valija_search_suggest (const char         *text,
                       const char * const *recent,
                       GPtrArray          *people,
                       const char * const *folders,
                       const char * const *labels)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto(Place) place = { NULL };
  const ValijaSearchTerm *term;

  g_return_val_if_fail (text != NULL, found);

  place_init (&place, text);
  place.found = found;
  term = place.term;

  if (text[0] == '\0' || place.terms->len == 1)
    add_recent (&place, recent, text);

  if (term == NULL && place.terms->len == 0)
    add_operators (&place, "");
  else if (term != NULL && term->key == VALIJA_SEARCH_KEY_WORD && !term->quoted && term->text[0] != '\0')
    {
      add_operators (&place, term->text);
      add_people (&place, VALIJA_SEARCH_KEY_FROM, people);
    }
  else if (term != NULL && is_of_people (term->key))
    add_people (&place, term->key, people);
  else if (term != NULL && term->key == VALIJA_SEARCH_KEY_IN)
    add_folders (&place, folders, term->text);
  else if (term != NULL && term->key == VALIJA_SEARCH_KEY_LABEL)
    add_labels (&place, labels, term->text);
  else if (term != NULL)
    add_values (&place, term->key, term->text);

  if (found->len > MAX_SUGGESTIONS && text[0] != '\0')
    g_ptr_array_set_size (found, MAX_SUGGESTIONS);

  return found;
}

ValijaSearchSuggestionKind
valija_search_suggestion_get_kind (ValijaSearchSuggestion *self)
{
  g_return_val_if_fail (VALIJA_IS_SEARCH_SUGGESTION (self), VALIJA_SEARCH_SUGGESTION_RECENT);

  return self->kind;
}

const char *
valija_search_suggestion_get_text (ValijaSearchSuggestion *self)
{
  g_return_val_if_fail (VALIJA_IS_SEARCH_SUGGESTION (self), NULL);

  return self->text;
}

const char *
valija_search_suggestion_get_title (ValijaSearchSuggestion *self)
{
  g_return_val_if_fail (VALIJA_IS_SEARCH_SUGGESTION (self), NULL);

  return self->title;
}

const char *
valija_search_suggestion_get_detail (ValijaSearchSuggestion *self)
{
  g_return_val_if_fail (VALIJA_IS_SEARCH_SUGGESTION (self), NULL);

  return self->detail;
}
