/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-header.h"

#include "mime/valija-mime-words.h"

#include <string.h>

/* Address lists (RFC 5322 §3.4 and the obsolete forms of §4.4) as they really come. Every list
 * gives something; nothing recurses, and each byte is looked at a fixed number of times. An address
 * is never decoded: what RFC 2047 wraps into one stays visible as the sender wrote it. */

#define ADDRESSES_LIMIT 10000
#define LIST_LIMIT (1024 * 1024)
/* RFC 5321 §4.5.3.1: 64 @ 255, with room for the wrong ones to be seen. */
#define ADDRESS_LIMIT 1000

typedef struct
{
  GPtrArray *list;
  const char *end;
  const char *fallback;
  GString *phrase;          /* what stands before the angle, quotes kept */
  GString *comment;
  GString *angle;
  GString *held;            /* "Smith" of `Smith, John <j@example.org>`, without its quotes */
  gboolean has_angle;
  gboolean quotes_unclosed; /* from here on no quote is ever closed, so none is looked for again */
  gboolean comments_unclosed;
} AddressParser;

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* The closing quote of the string that begins at @p, or NULL. */
static const char *
find_quote (const char *p,
            const char *end)
{
  for (p++; p < end; p++)
    {
      if (*p == '\\' && p + 1 < end)
        p++;
      else if (*p == '"')
        return p;
    }

  return NULL;
}

/* The parenthesis that closes the comment which begins at @p, or NULL. */
static const char *
find_comment_end (const char *p,
                  const char *end)
{
  guint depth = 0;

  for (; p < end; p++)
    {
      if (*p == '\\' && p + 1 < end)
        p++;
      else if (*p == '(')
        depth++;
      else if (*p == ')' && --depth == 0)
        return p;
    }

  return NULL;
}

/* An addr-spec in a form that can be shown: no blanks, controls or marks of direction; the route of
 * old is dropped. */
static char *
clean_address (const char *raw,
               gsize       length)
{
  g_autofree char *text = NULL;
  g_autoptr(GString) out = NULL;
  gboolean quoted = FALSE;
  gsize i;

  if (length > 0 && *raw == '@')
    {
      const char *colon = memchr (raw, ':', length);

      if (colon != NULL)
        {
          length -= colon + 1 - raw;
          raw = colon + 1;
        }
    }

  length = MIN (length, ADDRESS_LIMIT);
  for (i = 0; i < length && raw[i] > ' ' && raw[i] < 127; i++)
    ;
  if (i == length)
    return g_strndup (raw, length);

  /* Not decoded, only made UTF-8 (RFC 6532) */
  text = valija_mime_clean_text (raw, length);
  out = g_string_sized_new (length);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '"')
        quoted = !quoted;
      if ((c == ' ' && quoted) ||
          (!g_unichar_isspace (c) && !g_unichar_iszerowidth (c) && !g_unichar_iscntrl (c)))
        g_string_append_unichar (out, c);
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
add (AddressParser *self,
     char          *name,
     char          *address)
{
  if ((*name != '\0' || *address != '\0') && self->list->len < ADDRESSES_LIMIT)
    g_ptr_array_add (self->list, valija_address_new (name, address));
  g_free (name);
  g_free (address);
}

static char *
decode_name (AddressParser *self,
             const char    *raw,
             gsize          length)
{
  return valija_mime_words_decode_phrase (raw, length, self->fallback);
}

/* A held piece that nothing came for is an address of its own: "root". */
static void
release_held (AddressParser *self)
{
  gboolean words;

  if (self->held->len == 0)
    return;

  words = memchr (self->held->str, ' ', self->held->len) != NULL ||
          strstr (self->held->str, "=?") != NULL ||
          memchr (self->held->str, '"', self->held->len) != NULL;
  if (words)
    add (self, decode_name (self, self->held->str, self->held->len), g_strdup (""));
  else
    add (self, g_strdup (""), clean_address (self->held->str, self->held->len));
  g_string_truncate (self->held, 0);
}

static void
finish_angle (AddressParser *self)
{
  char *name;

  if (self->angle->len + self->phrase->len + self->comment->len + self->held->len == 0)
    return;

  if (self->held->len > 0)
    {
      g_string_append (self->held, ", ");
      g_string_append_len (self->held, self->phrase->str, self->phrase->len);
      name = decode_name (self, self->held->str, self->held->len);
      g_string_truncate (self->held, 0);
    }
  else
    name = decode_name (self, self->phrase->str, self->phrase->len);

  if (*name == '\0' && self->comment->len > 0)
    {
      g_free (name);
      name = decode_name (self, self->comment->str, self->comment->len);
    }

  add (self, name, clean_address (self->angle->str, self->angle->len));
}

/* `name a@b`, `a@b`, `a @ b (name)`: the last word with an @ is the address, what stands before it
 * the name. */
static void
finish_bare (AddressParser *self)
{
  char *text = self->phrase->str;
  gsize length = self->phrase->len;
  gsize start = 0;
  gsize stop = 0;
  gboolean quoted = FALSE;
  gboolean found = FALSE;
  char *name;

  while (length > 0 && is_space (text[length - 1]))
    length--;
  if (length == 0)
    {
      if (self->comment->len > 0)
        add (self, decode_name (self, self->comment->str, self->comment->len), g_strdup (""));
      return;
    }

  for (gsize word = 0, i = 0; i <= length; i++)
    {
      if (i < length && text[i] == '\\' && quoted)
        i++;
      else if (i < length && text[i] == '"')
        quoted = !quoted;
      else if (i == length || (!quoted && text[i] == ' '))
        {
          if (memchr (text + word, '@', MIN (i, length) - word) != NULL)
            {
              start = word;
              stop = MIN (i, length);
              found = TRUE;
            }
          word = i + 1;
        }
    }

  if (!found)
    {
      release_held (self);
      g_string_append_len (self->held, text, length);
      return;
    }

  release_held (self);
  if (start > 0)
    name = decode_name (self, text, start);
  else if (self->comment->len > 0)
    name = decode_name (self, self->comment->str, self->comment->len);
  else
    name = decode_name (self, text + stop, length - stop);
  add (self, name, clean_address (text + start, stop - start));
}

static void
finish_element (AddressParser *self)
{
  if (self->has_angle)
    finish_angle (self);
  else
    finish_bare (self);

  g_string_truncate (self->phrase, 0);
  g_string_truncate (self->comment, 0);
  g_string_truncate (self->angle, 0);
  self->has_angle = FALSE;
}

/* Whether the phrase ends with a word that has an @. */
static gboolean
ends_with_address (GString *phrase)
{
  gsize stop = phrase->len;
  gsize start;

  while (stop > 0 && phrase->str[stop - 1] == ' ')
    stop--;
  for (start = stop; start > 0 && stop - start < ADDRESS_LIMIT && phrase->str[start - 1] != ' ';
       start--)
    if (phrase->str[start - 1] == '@')
      return TRUE;

  return FALSE;
}

/* Adds a byte of a phrase; blanks become one, and none stays beside an @ or a dot of the domain
 * (RFC 5322 §4.4). */
static void
add_byte (AddressParser *self,
          char           c)
{
  GString *phrase = self->phrase;
  char last = phrase->len > 0 ? phrase->str[phrase->len - 1] : '\0';

  if (is_space (c))
    {
      if (last != '\0' && last != ' ' && last != '@' &&
          (last != '.' || !ends_with_address (phrase)))
        g_string_append_c (phrase, ' ');
      return;
    }
  if (last == ' ' && (c == '@' || (c == '.' && ends_with_address (phrase))))
    g_string_truncate (phrase, phrase->len - 1);
  g_string_append_c (phrase, c);
}

static const char *
scan_quoted (AddressParser *self,
             const char    *p)
{
  const char *close = self->quotes_unclosed ? NULL : find_quote (p, self->end);

  if (close == NULL)
    {
      self->quotes_unclosed = TRUE;
      return p + 1;
    }
  g_string_append_len (self->phrase, p, close + 1 - p);

  return close + 1;
}

static const char *
scan_comment (AddressParser *self,
              const char    *p)
{
  const char *close = self->comments_unclosed ? NULL : find_comment_end (p, self->end);

  if (close == NULL)
    {
      self->comments_unclosed = TRUE;
      return p + 1;
    }
  if (self->comment->len > 0)
    g_string_append_c (self->comment, ' ');
  g_string_append_len (self->comment, p + 1, close - p - 1);

  return close + 1;
}

static const char *
scan_angle (AddressParser *self,
            const char    *p)
{
  gboolean route;

  /* Two angles after one name: both are shown, for nobody can tell which one the sender's server
   * meant */
  if (self->has_angle)
    finish_element (self);

  self->has_angle = TRUE;
  p++;
  while (p < self->end && is_space (*p))
    p++;
  route = p < self->end && *p == '@';

  while (p < self->end && *p != '>' && *p != '<' && *p != ';' && (*p != ',' || route))
    {
      const char *close = *p == '"' && !self->quotes_unclosed ? find_quote (p, self->end) : NULL;

      if (*p == ':')
        route = FALSE;
      if (close != NULL)
        {
          g_string_append_len (self->angle, p, close + 1 - p);
          p = close + 1;
          continue;
        }
      if (*p == '"')
        self->quotes_unclosed = TRUE;
      if (!is_space (*p))
        g_string_append_c (self->angle, *p);
      p++;
    }

  return p < self->end && *p == '>' ? p + 1 : p;
}

static const char *
scan (AddressParser *self,
      const char    *p)
{
  switch (*p)
    {
    case '"':
      return scan_quoted (self, p);

    case '(':
      return scan_comment (self, p);

    case '<':
      return scan_angle (self, p);

    case ',':
    case ';':
      finish_element (self);
      if (*p == ';')
        release_held (self);
      return p + 1;

    case ':':
      /* The name of a group says nothing about who is in it */
      if (!self->has_angle && memchr (self->phrase->str, '@', self->phrase->len) == NULL &&
          memchr (self->phrase->str, '[', self->phrase->len) == NULL)
        {
          release_held (self);
          g_string_truncate (self->phrase, 0);
          g_string_truncate (self->comment, 0);
        }
      else
        add_byte (self, ':');
      return p + 1;

    default:
      if (!self->has_angle)
        add_byte (self, *p);
      return p + 1;
    }
}

void
valija_mime_words_add_addresses (GPtrArray  *list,
                                 const char *raw,
                                 gsize       length,
                                 const char *fallback)
{
  g_autoptr(GString) phrase = g_string_sized_new (64);
  g_autoptr(GString) comment = g_string_new (NULL);
  g_autoptr(GString) angle = g_string_sized_new (64);
  g_autoptr(GString) held = g_string_new (NULL);
  AddressParser parser = { .list = list,
                           .fallback = fallback,
                           .phrase = phrase,
                           .comment = comment,
                           .angle = angle,
                           .held = held };

  parser.end = raw + MIN (length, LIST_LIMIT);
  for (const char *p = raw; p < parser.end && list->len < ADDRESSES_LIMIT;)
    p = scan (&parser, p);

  finish_element (&parser);
  release_held (&parser);
}

GPtrArray *
valija_mime_parse_addresses (const char *raw)
{
  GPtrArray *list = valija_address_list_new ();

  if (raw != NULL)
    valija_mime_words_add_addresses (list, raw, strlen (raw), NULL);

  return list;
}
