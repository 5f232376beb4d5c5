/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-words.h"

#include "mime/valija-mime-charset.h"
#include "mime/valija-mime-header.h"

#include <string.h>

/* Encoded words of RFC 2047. Decoded here and not by GMime, which hands back C strings: a NUL that
 * was encoded would end the text, and with it what the reader sees of a sender's name. */

/* No more of one field is decoded. */
#define TEXT_LIMIT (1024 * 1024)
/* RFC 2047 allows 75; programs in use write whole lines into one word. Bounds the search for its
 * end. */
#define WORD_LIMIT 8192
#define CHARSET_LIMIT 64

typedef struct
{
  const char *charset;
  gsize charset_length;
  char encoding; /* 'B' or 'Q' */
  const char *text;
  gsize text_length;
  const char *end;
} EncodedWord;

/* Neighbouring words of one charset are decoded as one run of bytes: senders split characters, and
 * base64, between them. */
typedef struct
{
  GString *out;
  GString *bytes;
  char charset[CHARSET_LIMIT + 1];
  char encoding;
  int state;
  guint save;
  const char *fallback;
  gboolean open;
} Decoder;

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static gboolean
is_blank_run (const char *p,
              const char *end)
{
  while (p < end && is_space (*p))
    p++;

  return p == end;
}

static gboolean
parse_word (const char  *p,
            const char  *end,
            EncodedWord *word)
{
  const char *limit;

  word->charset = p + 2;
  for (p += 2; p < end && *p != '?'; p++)
    if (*p <= ' ' || *p >= 127 || p - word->charset > CHARSET_LIMIT)
      return FALSE;
  word->charset_length = p - word->charset;
  if (end - p < 5 || word->charset_length == 0 || word->charset_length > CHARSET_LIMIT ||
      p[2] != '?')
    return FALSE;

  word->encoding = g_ascii_toupper (p[1]);
  if (word->encoding != 'B' && word->encoding != 'Q')
    return FALSE;

  word->text = p + 3;
  limit = MIN (end, word->text + WORD_LIMIT);
  for (p = word->text; (p = memchr (p, '?', limit - p)) != NULL; p++)
    {
      if (p + 1 == limit)
        return FALSE;
      if (p[1] == '=')
        {
          word->text_length = p - word->text;
          word->end = p + 2;
          return TRUE;
        }
    }

  return FALSE;
}

static void
append_q (GString    *out,
          const char *text,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '_')
        g_string_append_c (out, ' ');
      else if (text[i] == '=' && i + 2 < length && g_ascii_isxdigit (text[i + 1]) &&
               g_ascii_isxdigit (text[i + 2]))
        {
          g_string_append_c (out, (char)(g_ascii_xdigit_value (text[i + 1]) << 4 |
                                         g_ascii_xdigit_value (text[i + 2])));
          i += 2;
        }
      else
        g_string_append_c (out, text[i]);
    }
}

static void
append_b (Decoder    *self,
          const char *text,
          gsize       length)
{
  gsize old = self->bytes->len;
  gsize written;

  g_string_set_size (self->bytes, old + length / 4 * 3 + 6);
  written = g_base64_decode_step (text, length, (guchar *)self->bytes->str + old, &self->state,
                                  &self->save);
  g_string_set_size (self->bytes, old + written);
}

static void
flush (Decoder *self)
{
  if (!self->open)
    return;

  /* Padding that the sender forgot */
  if (self->encoding == 'B' && self->state > 1)
    append_b (self, "===", 4 - self->state);

  valija_mime_charset_append (self->out, self->charset, self->bytes->str, self->bytes->len,
                              self->fallback);
  g_string_truncate (self->bytes, 0);
  self->open = FALSE;
}

static void
add_word (Decoder           *self,
          const EncodedWord *word)
{
  char charset[CHARSET_LIMIT + 1];
  char *star;

  memcpy (charset, word->charset, word->charset_length);
  charset[word->charset_length] = '\0';

  /* RFC 2231 §5: a language may follow */
  star = strchr (charset, '*');
  if (star != NULL)
    *star = '\0';

  if (self->open && g_ascii_strcasecmp (self->charset, charset) != 0)
    flush (self);
  if (!self->open || self->encoding != word->encoding)
    {
      self->state = 0;
      self->save = 0;
    }

  g_strlcpy (self->charset, charset, sizeof self->charset);
  self->encoding = word->encoding;
  self->open = TRUE;
  if (word->encoding == 'Q')
    append_q (self->bytes, word->text, word->text_length);
  else
    append_b (self, word->text, word->text_length);
}

static void
add_raw (Decoder    *self,
         const char *p,
         const char *end)
{
  if (p == end || (self->open && is_blank_run (p, end)))
    return;

  flush (self);
  valija_mime_charset_append (self->out, NULL, p, end - p, self->fallback);
}

static gboolean
is_plain (const char *p,
          const char *end)
{
  for (; p < end; p++)
    if (*p < ' ' || *p == 127 || (*p == '=' && p + 1 < end && p[1] == '?'))
      return FALSE;

  return TRUE;
}

char *
valija_mime_words_decode (const char *raw,
                          gsize       length,
                          const char *fallback)
{
  const char *end = raw + MIN (length, TEXT_LIMIT);
  const char *run = raw;
  g_autoptr(GString) out = NULL;
  g_autoptr(GString) bytes = NULL;
  Decoder decoder = { 0 };
  EncodedWord word;

  while (raw < end && is_space (*raw))
    raw++;
  while (end > raw && is_space (end[-1]))
    end--;
  if (is_plain (raw, end))
    return g_strndup (raw, end - raw);

  decoder.out = out = g_string_sized_new (end - raw + 1);
  decoder.bytes = bytes = g_string_new (NULL);
  decoder.fallback = fallback;

  run = raw;
  for (const char *p = raw; p < end;)
    {
      p = memchr (p, '=', end - p);
      if (p == NULL || p + 1 == end)
        break;
      if (p[1] != '?' || !parse_word (p, end, &word))
        {
          p++;
          continue;
        }
      add_raw (&decoder, run, p);
      add_word (&decoder, &word);
      run = p = word.end;
    }
  add_raw (&decoder, run, end);
  flush (&decoder);

  return valija_mime_clean_text (out->str, out->len);
}

/* Takes the quotes, the backslashes and the comments out of a phrase (RFC 5322 §3.2.5). */
char *
valija_mime_words_decode_phrase (const char *raw,
                                 gsize       length,
                                 const char *fallback)
{
  const char *end = raw + MIN (length, TEXT_LIMIT);
  g_autoptr(GString) plain = NULL;
  gboolean quoted = FALSE;
  guint comment = 0;

  if (memchr (raw, '"', end - raw) == NULL && memchr (raw, '(', end - raw) == NULL &&
      memchr (raw, '\\', end - raw) == NULL)
    return valija_mime_words_decode (raw, end - raw, fallback);

  plain = g_string_sized_new (end - raw + 1);
  for (const char *p = raw; p < end; p++)
    {
      if (*p == '\\' && p + 1 < end && (quoted || comment > 0))
        p++;
      else if (*p == '"' && comment == 0)
        {
          quoted = !quoted;
          continue;
        }
      else if (*p == '(' && !quoted)
        {
          comment++;
          continue;
        }
      else if (*p == ')' && comment > 0)
        {
          comment--;
          if (comment == 0 && plain->len > 0 && is_space (plain->str[plain->len - 1]))
            g_string_truncate (plain, plain->len - 1);
          continue;
        }
      if (comment == 0)
        g_string_append_c (plain, *p);
    }

  return valija_mime_words_decode (plain->str, plain->len, fallback);
}

/* Controls, line and paragraph separators, the byte order mark, and what turns the direction of the
 * text around it. */
static gboolean
is_unsafe (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb);
}

/* Unfolds at @p (on a CR, LF or TAB): blanks around a line break become one. Returns what is
 * behind. */
static const char *
unfold (GString    *out,
        const char *p,
        const char *end)
{
  gboolean folded = FALSE;

  while (p < end && is_space (*p))
    {
      folded |= *p == '\r' || *p == '\n';
      if (!folded)
        g_string_append_c (out, ' ');
      p++;
    }
  if (folded)
    {
      while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate (out, out->len - 1);
      g_string_append_c (out, ' ');
    }

  return p;
}

char *
valija_mime_clean_text (const char *text,
                        gssize      length)
{
  g_autoptr(GString) out = NULL;
  const char *end;
  char *result;

  if (text == NULL)
    return g_strdup ("");

  end = text + (length < 0 ? strlen (text) : (gsize) length);
  out = g_string_sized_new (end - text + 1);
  for (const char *p = text; p < end;)
    {
      gunichar c;

      if (*p >= ' ' && *p < 127)
        {
          g_string_append_c (out, *p++);
          continue;
        }
      if (is_space (*p))
        {
          p = unfold (out, p, end);
          continue;
        }

      c = g_utf8_get_char_validated (p, end - p);
      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          /* NUL also lands here on some versions of GLib */
          if (*p != '\0')
            g_string_append (out, "\357\277\275");
          p++;
          continue;
        }
      if (c == 0x2028 || c == 0x2029)
        g_string_append_c (out, ' ');
      else if (!is_unsafe (c))
        g_string_append_unichar (out, c);
      p = c == 0 ? p + 1 : g_utf8_next_char (p);
    }

  result = g_string_free (g_steal_pointer (&out), FALSE);

  return g_strstrip (result);
}
