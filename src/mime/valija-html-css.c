/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html-css.h"

#include "mime/valija-html-url.h"

#include <string.h>

#define SHEET_LIMIT (512 * 1024)
#define ATTRIBUTE_LIMIT (16 * 1024)
#define VALUE_LIMIT 4096
#define SELECTOR_LIMIT 2048
#define RULES_LIMIT 10000

/* Nothing here moves an element out of its place (position, transform, z-index), fetches, animates
 * or makes text. Sorted. */
static const char *const properties[] = {
  "background", "background-color", "background-image", "background-position", "background-repeat",
  "background-size", "border", "border-bottom", "border-bottom-color", "border-bottom-left-radius",
  "border-bottom-right-radius", "border-bottom-style", "border-bottom-width", "border-collapse",
  "border-color", "border-left", "border-left-color", "border-left-style", "border-left-width",
  "border-radius", "border-right", "border-right-color", "border-right-style", "border-right-width",
  "border-spacing", "border-style", "border-top", "border-top-color", "border-top-left-radius",
  "border-top-right-radius", "border-top-style", "border-top-width", "border-width", "box-sizing",
  "caption-side", "clear", "color", "direction", "display", "empty-cells", "float", "font",
  "font-family", "font-size", "font-stretch", "font-style", "font-variant", "font-weight", "height",
  "letter-spacing", "line-height", "list-style", "list-style-position", "list-style-type", "margin",
  "margin-bottom", "margin-left", "margin-right", "margin-top", "max-height", "max-width",
  "min-height", "min-width", "opacity", "overflow", "overflow-wrap", "overflow-x", "overflow-y",
  "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "table-layout",
  "text-align", "text-decoration", "text-decoration-color", "text-decoration-line",
  "text-decoration-style", "text-indent", "text-overflow", "text-transform", "unicode-bidi",
  "vertical-align", "visibility", "white-space", "width", "word-break", "word-spacing", "word-wrap",
  "writing-mode",
};

static const char *const functions[] = { "calc", "hsl", "hsla", "rgb", "rgba" };

typedef struct
{
  ValijaHtmlPolicy policy;
  guint *n_blocked;
  guint n_rules;
} Filter;

static int
compare_names (const void *a,
               const void *b)
{
  return strcmp (a, *(const char *const *) b);
}

static gboolean
is_listed (const char        *name,
           const char *const *list,
           gsize              n)
{
  return bsearch (name, list, n, sizeof *list, compare_names) != NULL;
}

static const char *
skip_blanks (const char *p,
             const char *end)
{
  while (p < end && g_ascii_isspace (*p))
    p++;

  return p;
}

/* Comments become blanks; so do the marks with which pages of old hide their styles. */
static char *
drop_comments (const char *css,
               gsize       limit)
{
  const char *end = css + strnlen (css, limit);
  GString *out = g_string_sized_new (end - css + 1);

  for (const char *p = css; p < end;)
    {
      if (end - p >= 2 && p[0] == '/' && p[1] == '*')
        {
          const char *close = g_strstr_len (p + 2, end - p - 2, "*/");

          g_string_append_c (out, ' ');
          p = close != NULL ? close + 2 : end;
        }
      else if (end - p >= 4 && memcmp (p, "<!--", 4) == 0)
        p += 4;
      else if (end - p >= 3 && memcmp (p, "-->", 3) == 0)
        p += 3;
      else
        g_string_append_c (out, *p++);
    }

  return g_string_free (out, FALSE);
}

/* The first of @stops outside strings, brackets and braces; @end if there is none. */
static const char *
find_stop (const char *p,
           const char *end,
           const char *stops)
{
  guint depth = 0;
  char quote = '\0';

  for (; p < end; p++)
    {
      if (quote != '\0')
        {
          if (*p == quote || *p == '\n')
            quote = '\0';
          else if (*p == '\\' && p + 1 < end)
            p++;
        }
      else if (depth == 0 && strchr (stops, *p) != NULL)
        return p;
      else if (*p == '"' || *p == '\'')
        quote = *p;
      else if (*p == '(' || *p == '[' || *p == '{')
        depth++;
      else if ((*p == ')' || *p == ']' || *p == '}') && depth > 0)
        depth--;
    }

  return end;
}

/* url(…) at @p, just behind the bracket. Appends the allowed picture; NULL drops the whole
 * declaration. */
static const char *
filter_url (Filter     *self,
            GString    *out,
            const char *p,
            const char *end)
{
  g_autofree char *raw = NULL;
  g_autofree char *url = NULL;
  gboolean remote = FALSE;
  const char *close;
  char quote = '\0';

  p = skip_blanks (p, end);
  if (p < end && (*p == '"' || *p == '\''))
    quote = *p++;
  for (close = p; close < end && *close != (quote != '\0' ? quote : ')'); close++)
    if (*close == '\\' || *close == '\n')
      return NULL;
  raw = g_strndup (p, close - p);
  if (quote != '\0')
    close = skip_blanks (close < end ? close + 1 : close, end);
  if (close == end || *close != ')')
    return NULL;

  url = valija_html_url_check_image (raw, self->policy, &remote);
  if (remote && self->n_blocked != NULL)
    (*self->n_blocked)++;
  if (url == NULL || g_str_has_prefix (url, "data:"))
    return NULL;
  for (const char *c = url; *c != '\0'; c++)
    if (strchr ("()\\", *c) != NULL)
      return NULL;
  g_string_append_printf (out, "url(\"%s\")", url);

  return close + 1;
}

/* A name at @p, and the bracket behind it when it is a function. NULL drops the declaration. */
static const char *
filter_word (Filter     *self,
             GString    *out,
             const char *p,
             const char *end,
             guint      *depth)
{
  const char *start = p;
  g_autofree char *name = NULL;

  while (p < end && (g_ascii_isalnum (*p) || *p == '-' || *p == '_' || *p == '.'))
    p++;
  if (p == end || *p != '(')
    {
      g_string_append_len (out, start, p - start);
      return p;
    }

  name = g_ascii_strdown (start, p - start);
  if (strcmp (name, "url") == 0)
    return filter_url (self, out, p + 1, end);
  if (!is_listed (name, functions, G_N_ELEMENTS (functions)))
    return NULL;
  g_string_append_printf (out, "%s(", name);
  (*depth)++;

  return p + 1;
}

/* A string: only the name of a font can be meant. NULL drops the declaration. */
static const char *
filter_string (GString    *out,
               const char *p,
               const char *end)
{
  char quote = *p++;

  g_string_append_c (out, '"');
  for (; p < end && *p != quote; p++)
    {
      if ((guchar) *p < 0x80 && !g_ascii_isalnum (*p) && strchr (" _-.,+&", *p) == NULL)
        return NULL;
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');

  return p < end ? p + 1 : NULL;
}

static gboolean
filter_value (Filter     *self,
              GString    *out,
              const char *p,
              const char *end)
{
  gsize start = out->len;
  guint depth = 0;

  if (end - p > VALUE_LIMIT)
    return FALSE;

  while (p != NULL && p < end)
    {
      if (g_ascii_isalpha (*p) || *p == '_' || (*p == '-' && p + 1 < end && g_ascii_isalpha (p[1])))
        p = filter_word (self, out, p, end, &depth);
      else if (*p == '"' || *p == '\'')
        p = filter_string (out, p, end);
      else if (*p == '(' && depth > 0)
        {
          g_string_append_c (out, *p++);
          depth++;
        }
      else if (*p == ')' && depth > 0)
        {
          g_string_append_c (out, *p++);
          depth--;
        }
      else if (g_ascii_isspace (*p))
        {
          if (out->len > start && out->str[out->len - 1] != ' ')
            g_string_append_c (out, ' ');
          p++;
        }
      else if (g_ascii_isdigit (*p) || strchr ("#%.,/+-!", *p) != NULL ||
               (*p == '*' && depth > 0 && out->str[out->len - 1] != '/'))
        g_string_append_c (out, *p++);
      else
        return FALSE;
    }

  return p != NULL && depth == 0 && out->len > start;
}

static void
filter_declarations (Filter     *self,
                     GString    *out,
                     const char *p,
                     const char *end)
{
  while (p < end)
    {
      const char *stop = find_stop (p, end, ";");
      const char *colon = memchr (p, ':', stop - p);

      p = skip_blanks (p, stop);
      if (colon != NULL && colon >= p)
        {
          g_autofree char *name = g_strchomp (g_ascii_strdown (p, colon - p));
          gsize start = out->len;

          if (is_listed (name, properties, G_N_ELEMENTS (properties)))
            {
              g_string_append_printf (out, "%s:", name);
              if (filter_value (self, out, skip_blanks (colon + 1, stop), stop))
                g_string_append_c (out, ';');
              else
                g_string_truncate (out, start);
            }
        }
      p = stop < end ? stop + 1 : end;
    }
}

char *
valija_html_css_filter_declarations (const char       *css,
                                     ValijaHtmlPolicy  policy,
                                     guint            *n_blocked)
{
  Filter filter = { policy, n_blocked, 0 };
  g_autofree char *plain = drop_comments (css, ATTRIBUTE_LIMIT);
  GString *out = g_string_new (NULL);

  filter_declarations (&filter, out, plain, plain + strlen (plain));

  return g_string_free (out, FALSE);
}

/* Elements, classes, ids, pseudo-classes. No attribute selectors: with them a sheet can ask what
 * stands in the message. */
static gboolean
is_selector (const char *p,
             const char *end)
{
  if (p == end || end - p > SELECTOR_LIMIT)
    return FALSE;

  for (; p < end; p++)
    if (!g_ascii_isalnum (*p) && !g_ascii_isspace (*p) && strchr (".#,*>+~:_-", *p) == NULL)
      return FALSE;

  return TRUE;
}

static gboolean
is_media_query (const char *p,
                const char *end)
{
  if (end - p > SELECTOR_LIMIT)
    return FALSE;

  for (; p < end; p++)
    if (!g_ascii_isalnum (*p) && !g_ascii_isspace (*p) && strchr (":(),.-/", *p) == NULL)
      return FALSE;

  return TRUE;
}

static void
filter_rules (Filter *self, GString *out, const char *p, const char *end, gboolean within_media);

/* @media is looked into, once; of all other at-rules nothing is kept. Returns what is behind. */
static const char *
filter_at_rule (Filter     *self,
                GString    *out,
                const char *p,
                const char *end,
                gboolean    within_media)
{
  const char *open = find_stop (p, end, "{;");
  const char *close;

  if (open == end || *open == ';')
    return open == end ? end : open + 1;

  close = find_stop (open + 1, end, "}");
  if (!within_media && g_ascii_strncasecmp (p, "@media", 6) == 0 && is_media_query (p + 6, open))
    {
      g_string_append (out, "@media");
      g_string_append_len (out, p + 6, open - p - 6);
      g_string_append_c (out, '{');
      filter_rules (self, out, open + 1, close, TRUE);
      g_string_append (out, "}\n");
    }

  return close < end ? close + 1 : end;
}

static void
filter_rules (Filter     *self,
              GString    *out,
              const char *p,
              const char *end,
              gboolean    within_media)
{
  while ((p = skip_blanks (p, end)) < end && self->n_rules++ < RULES_LIMIT)
    {
      const char *open;
      const char *close;
      gsize start = out->len;

      if (*p == '@')
        {
          p = filter_at_rule (self, out, p, end, within_media);
          continue;
        }

      open = find_stop (p, end, "{");
      close = open < end ? find_stop (open + 1, end, "}") : end;
      if (open < end && is_selector (p, open))
        {
          gsize empty;

          g_string_append_len (out, p, open - p);
          g_string_append_c (out, '{');
          empty = out->len;
          filter_declarations (self, out, open + 1, close);
          if (out->len == empty)
            g_string_truncate (out, start);
          else
            g_string_append (out, "}\n");
        }
      p = close < end ? close + 1 : end;
    }
}

char *
valija_html_css_filter_sheet (const char       *css,
                              ValijaHtmlPolicy  policy,
                              guint            *n_blocked)
{
  Filter filter = { policy, n_blocked, 0 };
  g_autofree char *plain = drop_comments (css, SHEET_LIMIT);
  GString *out = g_string_new (NULL);

  filter_rules (&filter, out, plain, plain + strlen (plain), FALSE);

  return g_string_free (out, FALSE);
}
