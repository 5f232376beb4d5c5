/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html-private.h"

#include "mime/valija-html-url.h"

#include <string.h>

/* Deeper quotations look like this one. */
#define QUOTE_LIMIT 16
#define URL_LIMIT 2000
#define LOCAL_PART_LIMIT 64
#define DOMAIN_LIMIT 255

static void
append_escaped (GString    *out,
                const char *text,
                gsize       length)
{
  for (const char *p = text; p < text + length; p++)
    {
      if (*p == '&')
        g_string_append (out, "&amp;");
      else if (*p == '<')
        g_string_append (out, "&lt;");
      else if (*p == '>')
        g_string_append (out, "&gt;");
      else if (*p == '"')
        g_string_append (out, "&quot;");
      else if ((guchar) *p >= ' ' || *p == '\t')
        g_string_append_c (out, *p);
    }
}

static void
append_link (GString    *out,
             const char *prefix,
             const char *text,
             gsize       length)
{
  g_autofree char *raw = g_strdup_printf ("%s%.*s", prefix, (int) length, text);
  g_autofree char *url = valija_html_url_check_link (raw);

  if (url == NULL)
    {
      append_escaped (out, text, length);
      return;
    }
  g_string_append (out, "<a href=\"");
  append_escaped (out, url, strlen (url));
  g_string_append (out, "\" rel=\"noopener noreferrer\">");
  append_escaped (out, text, length);
  g_string_append (out, "</a>");
}

static gboolean
begins_with (const char *p,
             const char *end,
             const char *word)
{
  return (gsize) (end - p) > strlen (word) && g_ascii_strncasecmp (p, word, strlen (word)) == 0;
}

/* How much of @p is one URL: up to a blank or a bracket, without the punctuation of the sentence
 * around it. */
static gsize
measure_url (const char *p,
             const char *end)
{
  const char *stop = p;
  int brackets = 0;

  end = MIN (end, p + URL_LIMIT);
  for (; stop < end && (guchar) *stop > ' ' && *stop != '<' && *stop != '>' && *stop != '"'; stop++)
    brackets += *stop == '(' ? 1 : *stop == ')' ? -1 : 0;

  while (stop > p && strchr (".,;:!?'*_)]}", stop[-1]) != NULL && (stop[-1] != ')' || brackets < 0))
    {
      if (stop[-1] == ')')
        brackets++;
      stop--;
    }
  while (stop > p && stop < end && ((guchar) *stop & 0xc0) == 0x80)
    stop--;

  return stop - p;
}

static gboolean
is_local_part (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr (".!#$%&'*+/=?^_{|}~-", c) != NULL);
}

/* The length of a domain at @p with at least one dot, 0 for none. */
static gsize
measure_domain (const char *p,
                const char *end)
{
  const char *stop = p;
  gboolean dot = FALSE;

  end = MIN (end, p + DOMAIN_LIMIT);
  while (stop < end && (g_ascii_isalnum (*stop) || *stop == '-' || *stop == '.'))
    stop++;
  while (stop > p && (stop[-1] == '.' || stop[-1] == '-'))
    stop--;
  for (const char *c = p; c < stop; c++)
    dot |= *c == '.';

  return dot && *p != '.' ? stop - p : 0;
}

/* One line with its links. */
static void
append_line (GString    *out,
             const char *line,
             const char *end)
{
  const char *plain = line;

  for (const char *p = line; p < end;)
    {
      gboolean word_start = p == line || !g_ascii_isalnum (p[-1]);
      gsize length = 0;
      const char *prefix = "";

      if (word_start && (begins_with (p, end, "http://") || begins_with (p, end, "https://") ||
                         begins_with (p, end, "mailto:") || begins_with (p, end, "www.")))
        length = measure_url (p, end);
      else if (*p == '@' && p > plain && measure_domain (p + 1, end) > 0)
        {
          const char *start = p;

          while (start > plain && p - start < LOCAL_PART_LIMIT && is_local_part (start[-1]))
            start--;
          if (start < p)
            {
              length = p + 1 - start + measure_domain (p + 1, end);
              p = start;
              prefix = "mailto:";
            }
        }

      if (length < 5)
        {
          p++;
          continue;
        }
      append_escaped (out, plain, p - plain);
      append_link (out, prefix, p, length);
      p += length;
      plain = p;
    }

  append_escaped (out, plain, end - plain);
}

static void
set_depth (GString *out,
           guint   *depth,
           guint    wanted)
{
  for (; *depth < wanted; (*depth)++)
    g_string_append (out, "<blockquote type=\"cite\" style=\"margin:0;padding-left:0.8em;"
                          "border-left:2px solid #888;color:#666;\">");
  for (; *depth > wanted; (*depth)--)
    g_string_append (out, "</blockquote>");
}

char *
valija_html_fragment_from_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_sized_new (strlen (valid) + 128);
  guint depth = 0;

  g_string_append (out, "<div style=\"white-space:pre-wrap;overflow-wrap:break-word;\">");
  for (const char *p = valid; *p != '\0';)
    {
      const char *end = p + strcspn (p, "\n");
      const char *line = p;
      guint quotes = 0;

      while (line < end && *line == '>')
        {
          quotes++;
          line++;
          if (line + 1 < end && *line == ' ' && line[1] == '>')
            line++;
        }
      if (quotes > 0 && line < end && *line == ' ')
        line++;

      quotes = MIN (quotes, QUOTE_LIMIT);
      if (quotes != depth)
        set_depth (out, &depth, quotes);
      append_line (out, line, end);
      if (*end == '\n')
        g_string_append_c (out, '\n');
      p = *end == '\n' ? end + 1 : end;
    }
  set_depth (out, &depth, 0);
  g_string_append (out, "</div>");

  return g_string_free (out, FALSE);
}
