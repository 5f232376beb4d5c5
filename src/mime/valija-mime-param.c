/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-param.h"

#include "mime/valija-mime-charset.h"
#include "mime/valija-mime-header.h"
#include "mime/valija-mime-words.h"

#include <string.h>

/* More of a field is not read; more parameters and pieces of one are not looked at. */
#define VALUE_LIMIT (64 * 1024)
#define PARAMS_LIMIT 1000
#define PIECES_LIMIT 100

/* One `name*3*=value` as it stands. */
typedef struct
{
  const char *name;
  gsize name_length;        /* without the star, number and star */
  int number;               /* -1: no continuation */
  gboolean extended;        /* percent-encoded, and the first piece says the charset */
  GString *value;           /* unquoted */
} Param;

typedef struct
{
  GString *bytes[PIECES_LIMIT];
  gboolean extended[PIECES_LIMIT];
} Pieces;

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* Blanks and comments, nested or not. */
static const char *
skip_blanks (const char *p,
             const char *end)
{
  guint depth = 0;

  for (; p < end; p++)
    {
      if (*p == '(')
        depth++;
      else if (*p == ')' && depth > 0)
        depth--;
      else if (depth > 0 && *p == '\\' && p + 1 < end)
        p++;
      else if (depth == 0 && !is_space (*p))
        break;
    }

  return p;
}

/* The semicolon behind the word that the field begins with, comments apart. */
static const char *
skip_word (const char *p,
           const char *end)
{
  while ((p = skip_blanks (p, end)) < end && *p != ';')
    p++;

  return p;
}

static const char *
scan_quoted (const char *p,
             const char *end,
             GString    *value)
{
  for (p++; p < end && *p != '"'; p++)
    {
      /* Only what needs it is taken as escaped: Windows programs write their paths as they are */
      if (*p == '\\' && p + 1 < end && (p[1] == '"' || p[1] == '\\'))
        p++;
      if (*p != '\r' && *p != '\n')
        g_string_append_c (value, *p);
    }

  return p < end ? p + 1 : p;
}

/* A value without quotes ends at the semicolon: names with spaces come that way too. */
static const char *
scan_bare (const char *p,
           const char *end,
           GString    *value)
{
  for (; p < end && *p != ';'; p++)
    if (*p != '\r' && *p != '\n')
      g_string_append_c (value, *p);

  while (value->len > 0 && is_space (value->str[value->len - 1]))
    g_string_truncate (value, value->len - 1);

  return p;
}

static void
split_name (Param *param)
{
  const char *end = param->name + param->name_length;
  const char *star = memchr (param->name, '*', param->name_length);
  const char *p;
  int number = 0;

  param->number = -1;
  param->extended = FALSE;
  if (star == NULL)
    return;

  param->name_length = star - param->name;
  p = star + 1;
  while (p < end && g_ascii_isdigit (*p) && number < PIECES_LIMIT)
    number = number * 10 + (*p++ - '0');
  if (p > star + 1)
    param->number = number;
  param->extended = p == end ? p == star + 1 : *p == '*';
}

/* The next parameter at or behind *@p; FALSE at the end. @param->value is reused. */
static gboolean
next_param (const char **p,
            const char  *end,
            Param       *param)
{
  while (*p < end)
    {
      const char *start;

      *p = skip_blanks (*p, end);
      while (*p < end && **p == ';')
        *p = skip_blanks (*p + 1, end);

      start = *p;
      while (*p < end && **p != '=' && **p != ';' && !is_space (**p))
        (*p)++;
      param->name = start;
      param->name_length = *p - start;

      *p = skip_blanks (*p, end);
      if (*p == end || **p != '=')
        {
          /* A word that says nothing */
          if (*p == start && *p < end)
            (*p)++;
          continue;
        }

      *p = skip_blanks (*p + 1, end);
      g_string_truncate (param->value, 0);
      if (*p < end && **p == '"')
        *p = scan_quoted (*p, end, param->value);
      else
        *p = scan_bare (*p, end, param->value);
      split_name (param);

      return TRUE;
    }

  return FALSE;
}

static void
append_percent_decoded (GString    *out,
                        const char *text,
                        gsize       length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '%' && i + 2 < length && g_ascii_isxdigit (text[i + 1]) &&
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

/* Joins the pieces 0, 1, 2, …; the first extended one begins with charset'language'. */
static GString *
join (Pieces  *pieces,
      char   **charset)
{
  GString *bytes = g_string_new (NULL);

  for (guint i = 0; i < PIECES_LIMIT && pieces->bytes[i] != NULL; i++)
    {
      const char *piece = pieces->bytes[i]->str;
      gsize length = pieces->bytes[i]->len;
      const char *quote = i == 0 && pieces->extended[0] ? memchr (piece, '\'', length) : NULL;
      const char *second = quote != NULL ? memchr (quote + 1, '\'', piece + length - quote - 1)
                                         : NULL;

      if (second != NULL)
        {
          *charset = g_strndup (piece, quote - piece);
          length -= second + 1 - piece;
          piece = second + 1;
        }
      if (pieces->extended[i])
        append_percent_decoded (bytes, piece, length);
      else
        g_string_append_len (bytes, piece, length);
    }

  return bytes;
}

/* The bytes of a parameter, or NULL. *@encoded says whether RFC 2231 was at work: that form can say
 * more, so it wins. */
static GString *
find (const char  *raw,
      gsize        length,
      const char  *name,
      gboolean    *encoded,
      char       **charset)
{
  g_autoptr(GString) value = g_string_new (NULL);
  g_autoptr(GString) plain = NULL;
  Param param = { .value = value };
  Pieces pieces = { 0 };
  const char *end = raw + MIN (length, VALUE_LIMIT);
  const char *p = skip_word (raw, end);

  *encoded = FALSE;
  for (guint n = 0; n < PARAMS_LIMIT && next_param (&p, end, &param); n++)
    {
      int number = MAX (param.number, 0);

      if (strlen (name) != param.name_length ||
          g_ascii_strncasecmp (param.name, name, param.name_length) != 0 || number >= PIECES_LIMIT)
        continue;

      if (param.number < 0 && !param.extended)
        {
          if (plain == NULL)
            plain = g_string_new_len (value->str, value->len);
        }
      else if (pieces.bytes[number] == NULL)
        {
          pieces.bytes[number] = g_string_new_len (value->str, value->len);
          pieces.extended[number] = param.extended;
        }
    }

  if (pieces.bytes[0] != NULL)
    {
      if (plain != NULL)
        g_string_free (g_steal_pointer (&plain), TRUE);
      plain = join (&pieces, charset);
      *encoded = TRUE;
    }
  for (guint i = 0; i < PIECES_LIMIT; i++)
    if (pieces.bytes[i] != NULL)
      g_string_free (pieces.bytes[i], TRUE);

  return g_steal_pointer (&plain);
}

char *
valija_mime_param_dup (const char *raw,
                       gsize       length,
                       const char *name,
                       const char *fallback)
{
  g_autofree char *charset = NULL;
  g_autoptr(GString) text = NULL;
  g_autoptr(GString) bytes = NULL;
  gboolean encoded;

  bytes = find (raw, length, name, &encoded, &charset);
  if (bytes == NULL)
    return NULL;
  if (!encoded)
    return valija_mime_words_decode (bytes->str, bytes->len, fallback);

  text = g_string_new (NULL);
  valija_mime_charset_append (text, charset, bytes->str, bytes->len, fallback);

  return valija_mime_clean_text (text->str, text->len);
}

GString *
valija_mime_param_dup_bytes (const char *raw,
                             gsize       length,
                             const char *name)
{
  g_autofree char *charset = NULL;
  gboolean encoded;

  return find (raw, length, name, &encoded, &charset);
}

char *
valija_mime_param_dup_value (const char *raw,
                             gsize       length)
{
  const char *end = raw + MIN (length, VALUE_LIMIT);
  g_autoptr(GString) out = g_string_new (NULL);

  for (const char *p = skip_blanks (raw, end);
       p < end && *p != ';' && *p != '(' && *p != ',' && out->len < 200; p++)
    if (*p > ' ' && *p < 127)
      g_string_append_c (out, g_ascii_tolower (*p));

  return g_string_free (g_steal_pointer (&out), FALSE);
}

gboolean
valija_mime_type_is_guess_of_attachments (const char *raw,
                                          gsize       length)
{
  static const char *const none[] = { "text", "multipart/", "message/delivery-status",
                                      "message/disposition-notification" };

  if (length >= 15 && g_ascii_strncasecmp (raw, "multipart/mixed", 15) == 0)
    return TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    if (length >= strlen (none[i]) && g_ascii_strncasecmp (raw, none[i], strlen (none[i])) == 0)
      return FALSE;

  return memchr (raw, '/', length) != NULL;
}
