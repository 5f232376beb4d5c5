/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-search-term.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What is beyond is not searched: a person types less, and a longer expression only costs time. */
#define MAX_QUERY_BYTES 4096
#define MAX_TERMS 64

static const struct
{
  const char *nick;
  const char *operator;
} places[] = {
  [VALIJA_SEARCH_ANYWHERE] = { "anywhere", NULL },
  [VALIJA_SEARCH_BODY] = { "body", "body" },
  [VALIJA_SEARCH_SUBJECT] = { "subject", "subject" },
  [VALIJA_SEARCH_SENDER] = { "sender", "from" },
  [VALIJA_SEARCH_RECIPIENTS] = { "recipients", "to" },
  [VALIJA_SEARCH_MESSAGE_ID] = { "message-id", "id" },
};

static const char * const operators[] = {
  "from", "to", "subject", "body", "filename", "is", "has", "before", "after", "id", NULL
};

static void
term_free (gpointer data)
{
  ValijaSearchTerm *self = data;

  g_free (self->operator);
  g_free (self->text);
  g_free (self->whole);
  g_free (self);
}

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

static ValijaSearchTerm *
parse_term (const char *start,
            const char *end)
{
  g_autofree char *piece = g_strndup (start, end - start);
  ValijaSearchTerm *self = g_new0 (ValijaSearchTerm, 1);
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

gboolean
valija_search_date_parse (const char *text,
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

GPtrArray *
valija_search_terms_parse (const char *text)
{
  GPtrArray *terms = g_ptr_array_new_with_free_func (term_free);
  g_autofree char *valid = NULL;
  const char *p;

  g_return_val_if_fail (text != NULL, terms);

  valid = g_utf8_make_valid (text, strnlen (text, MAX_QUERY_BYTES));
  p = valid;

  while (terms->len < MAX_TERMS)
    {
      const char *end;

      while (*p != '\0' && g_unichar_isspace (g_utf8_get_char (p)))
        p = g_utf8_next_char (p);
      if (*p == '\0')
        break;

      end = find_end (p);
      g_ptr_array_add (terms, parse_term (p, end));
      p = end;
    }

  return terms;
}

static char *
check_term (const ValijaSearchTerm *term)
{
  gint64 seconds;

  if (g_strcmp0 (term->operator, "is") == 0 && g_ascii_strcasecmp (term->text, "unread") != 0 &&
      g_ascii_strcasecmp (term->text, "read") != 0 && g_ascii_strcasecmp (term->text, "flagged") != 0)
    return g_strdup_printf (_("“is:%s” means nothing. There are is:unread, is:read and is:flagged."), term->text);

  if (g_strcmp0 (term->operator, "has") == 0 && g_ascii_strcasecmp (term->text, "attachment") != 0)
    return g_strdup_printf (_("“has:%s” means nothing. There is has:attachment."), term->text);

  if ((g_strcmp0 (term->operator, "before") == 0 || g_strcmp0 (term->operator, "after") == 0) &&
      !valija_search_date_parse (term->text, &seconds))
    return g_strdup_printf (_("“%s” is no date behind “%s:”. Write year, month and day: %s:2026-05-31."),
                            term->text, term->operator, term->operator);

  return NULL;
}

char *
valija_search_text_check (const char *text)
{
  g_autoptr(GPtrArray) terms = NULL;
  char *wrong = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  terms = valija_search_terms_parse (text);
  for (guint i = 0; i < terms->len && wrong == NULL; i++)
    wrong = check_term (g_ptr_array_index (terms, i));

  return wrong;
}

char *
valija_search_text_in (const char        *text,
                       ValijaSearchPlace  place)
{
  g_autoptr(GPtrArray) terms = NULL;
  g_autoptr(GString) out = g_string_new (NULL);

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (place < G_N_ELEMENTS (places), NULL);

  if (places[place].operator == NULL)
    return g_strdup (text);

  terms = valija_search_terms_parse (text);
  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (i > 0)
        g_string_append_c (out, ' ');

      if (term->operator != NULL && g_strv_contains (operators, term->operator))
        g_string_append_printf (out, term->quoted ? "%s:\"%s\"" : "%s:%s", term->operator, term->text);
      else
        g_string_append_printf (out, term->operator == NULL && term->quoted ? "%s:\"%s\"" : "%s:%s",
                                places[place].operator, term->whole);

      /* What is being typed is a beginning; what a space ended is a word. */
      if (i + 1 == terms->len && !term->last)
        g_string_append_c (out, ' ');
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

gboolean
valija_search_place_from_nick (const char        *nick,
                               ValijaSearchPlace *place)
{
  g_return_val_if_fail (nick != NULL, FALSE);
  g_return_val_if_fail (place != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_str_equal (places[i].nick, nick))
      {
        *place = (ValijaSearchPlace) i;
        return TRUE;
      }

  return FALSE;
}
