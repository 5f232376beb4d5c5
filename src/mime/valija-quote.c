/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-quote.h"

#include <string.h>

/* A line that says who wrote what follows is not longer, also when it is wrapped into two. */
#define MAX_ATTRIBUTION 200
#define MIN_DASHES 4

static gsize
count_blanks (const char *line)
{
  return strspn (line, " \t");
}

static gsize
line_length (const char *line)
{
  return strcspn (line, "\n");
}

static gboolean
is_empty (const char *line)
{
  gsize blanks = count_blanks (line);

  return line[blanks] == '\n' || line[blanks] == '\r' || line[blanks] == '\0';
}

/* The beginning of the line before the one that begins at @line; NULL at the first. */
static const char *
previous_line (const char *text,
               const char *line)
{
  if (line == text)
    return NULL;

  for (line--; line > text && line[-1] != '\n'; line--);

  return line;
}

/* "-----Original Message-----" in any language */
static gboolean
is_divider (const char *line)
{
  gsize length = line_length (line);
  gsize dashes = strspn (line, "-");
  gsize last = 0;

  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  while (last < length && line[length - 1 - last] == '-')
    last++;

  return dashes >= MIN_DASHES && last >= MIN_DASHES && dashes + last < length;
}

/* Back over "Ana wrote:", which may be wrapped, and the empty lines around it. */
static const char *
skip_attribution (const char *text,
                  const char *quote)
{
  const char *line = previous_line (text, quote);
  const char *before;
  const char *above;
  gsize length;

  while (line != NULL && is_empty (line))
    line = previous_line (text, line);
  if (line == NULL)
    return quote;

  length = line_length (line);
  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  if (length == 0 || length > MAX_ATTRIBUTION || line[length - 1] != ':')
    return quote;

  /* A paragraph of its own, of one line or two */
  before = previous_line (text, line);
  if (before == NULL || is_empty (before))
    return line;

  above = previous_line (text, before);
  return above != NULL && is_empty (above) && line_length (before) < MAX_ATTRIBUTION ? before : quote;
}

static const char *
find_divider (const char *text)
{
  for (const char *line = text; *line != '\0'; line += line_length (line) + (line[line_length (line)] == '\n'))
    {
      if (is_divider (line))
        return line;
    }

  return NULL;
}

gsize
valija_quote_find (const char *text)
{
  gsize length = strlen (text);
  const char *quote = NULL;
  const char *line;

  if ((line = find_divider (text)) != NULL)
    quote = line;
  else
    {
      line = text + length;
      while ((line = previous_line (text, line)) != NULL && (*line == '>' || is_empty (line)))
        {
          if (*line == '>')
            quote = line;
        }

      if (quote != NULL)
        quote = skip_attribution (text, quote);
    }

  if (quote == NULL)
    return length;

  for (line = text; line < quote; line++)
    {
      if (!g_ascii_isspace (*line))
        return quote - text;
    }

  return length;
}
