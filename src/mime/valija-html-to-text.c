/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html.h"

#include "mime/valija-html-hidden.h"
#include "mime/valija-html-parser.h"
#include "mime/valija-html-url.h"

#include <string.h>

#define QUOTE_LIMIT 16
#define LIST_LIMIT 16

/* Sorted. Elements that stand on lines of their own; those with TRUE with an empty line around
 * them. */
static const struct
{
  const char *name;
  gboolean spaced;
} blocks[] = {
  { "address", FALSE },    { "article", FALSE }, { "aside", FALSE },   { "blockquote", TRUE },
  { "body", FALSE },       { "caption", FALSE }, { "center", FALSE },  { "dd", FALSE },
  { "details", FALSE },    { "div", FALSE },     { "dl", TRUE },       { "dt", FALSE },
  { "figcaption", FALSE }, { "figure", FALSE },  { "footer", FALSE },  { "form", FALSE },
  { "h1", TRUE },          { "h2", TRUE },       { "h3", TRUE },       { "h4", TRUE },
  { "h5", TRUE },          { "h6", TRUE },       { "header", FALSE },  { "html", FALSE },
  { "li", FALSE },         { "main", FALSE },    { "ol", TRUE },       { "p", TRUE },
  { "pre", TRUE },         { "section", FALSE }, { "summary", FALSE }, { "table", FALSE },
  { "tr", FALSE },         { "ul", TRUE },
};

typedef struct
{
  GString *out;
  ValijaHtmlHidden *hidden;
  guint line_breaks;        /* wanted before the next word */
  gboolean blank;           /* wanted before the next word, in its line */
  gboolean line_open;       /* something stands in the last line */
  guint quotes;
  guint gap_quotes;         /* how deep what stood before the wanted breaks was quoted */
  guint preformatted;
  int lists[LIST_LIMIT];    /* the next number, 0 for a list without */
  guint n_lists;
  char *href;               /* nullable: of the link that is open */
  gsize href_start;         /* where its text begins */
} Text;

static int
compare_block (const void *name,
               const void *block)
{
  return strcmp (name, *(const char *const *) block);
}

static void
want_breaks (Text  *self,
             guint  breaks)
{
  if (self->line_breaks == 0)
    self->gap_quotes = self->quotes;
  self->line_breaks = MAX (self->line_breaks, breaks);
  self->blank = FALSE;
}

/* Begins the line, if it has to be, that the next word goes to. */
static void
begin_word (Text *self)
{
  if (self->line_breaks > 0 && self->out->len > 0)
    {
      for (guint i = 0; i < self->line_breaks; i++)
        {
          g_string_append_c (self->out, '\n');
          if (i + 1 < self->line_breaks)
            for (guint q = 0; q < MIN (self->quotes, self->gap_quotes); q++)
              g_string_append_c (self->out, '>');
        }
      self->line_open = FALSE;
    }
  self->line_breaks = 0;

  if (!self->line_open)
    {
      for (guint i = 0; i < self->quotes; i++)
        g_string_append (self->out, "> ");
      self->line_open = TRUE;
    }
  else if (self->blank)
    g_string_append_c (self->out, ' ');
  self->blank = FALSE;
}

static void
append_word (Text       *self,
             const char *word,
             gsize       length)
{
  begin_word (self);
  g_string_append_len (self->out, word, length);
}

static void
begin_item (Text *self)
{
  int *number = self->n_lists > 0 && self->n_lists <= LIST_LIMIT ? &self->lists[self->n_lists - 1]
                                                                 : NULL;
  g_autofree char *mark = number != NULL && *number > 0 ? g_strdup_printf ("%d.", (*number)++)
                                                        : g_strdup ("•");

  want_breaks (self, 1);
  begin_word (self);
  for (guint i = 1; i < MIN (self->n_lists, LIST_LIMIT); i++)
    g_string_append (self->out, "  ");
  append_word (self, mark, strlen (mark));
  self->blank = TRUE;
}

static void
begin_list (Text       *self,
            const char *name)
{
  if (self->n_lists < LIST_LIMIT)
    self->lists[self->n_lists] = strcmp (name, "ol") == 0 ? 1 : 0;
  self->n_lists++;
}

static void
begin_block (Text       *self,
             const char *name)
{
  gboolean spaced;
  typeof (*blocks) *block = bsearch (name, blocks, G_N_ELEMENTS (blocks), sizeof *blocks,
                                     compare_block);

  if (block == NULL)
    return;

  spaced = block->spaced && (self->n_lists == 0 || strcmp (name, "p") == 0);
  want_breaks (self, spaced ? 2 : 1);
}

static void
start_cb (const char  *name,
          const char **attributes,
          gpointer     user_data)
{
  Text *self = user_data;

  valija_html_hidden_start (self->hidden, name, attributes);
  if (valija_html_hidden_is_gone (self->hidden))
    return;

  begin_block (self, name);
  if (strcmp (name, "br") == 0)
    {
      /* Breaks add up, unlike those around blocks */
      want_breaks (self, MIN (self->line_breaks + 1, 3));
    }
  else if (strcmp (name, "hr") == 0)
    {
      want_breaks (self, 1);
      append_word (self, "----------", 10);
      want_breaks (self, 1);
    }
  else if (strcmp (name, "li") == 0)
    begin_item (self);
  else if (strcmp (name, "ul") == 0 || strcmp (name, "ol") == 0)
    begin_list (self, name);
  else if (strcmp (name, "blockquote") == 0 && self->quotes < QUOTE_LIMIT)
    self->quotes++;
  else if (strcmp (name, "pre") == 0)
    self->preformatted++;
  else if (strcmp (name, "td") == 0 || strcmp (name, "th") == 0)
    self->blank = self->line_open && self->line_breaks == 0;
  else if (strcmp (name, "a") == 0)
    {
      g_free (self->href);
      self->href = valija_html_url_check_link (valija_html_get_attribute (attributes, "href"));
      self->href_start = self->out->len;
    }
  else if (strcmp (name, "img") == 0)
    {
      const char *alt = valija_html_get_attribute (attributes, "alt");

      if (alt != NULL && alt[strspn (alt, " \n\t")] != '\0')
        append_word (self, alt, strlen (alt));
    }
}

/* "text <url>", unless the text says the same. */
static void
end_link (Text *self)
{
  const char *shown = self->href_start <= self->out->len ? self->out->str + self->href_start : "";
  const char *target = self->href != NULL ? strchr (self->href, ':') : NULL;

  if (target != NULL)
    {
      target += 1 + strspn (target + 1, "/");
      if (strstr (shown, target) == NULL && *shown != '\0' && strlen (self->href) < 2000)
        {
          const char *href = g_str_has_prefix (self->href, "mailto:") ? self->href + 7 : self->href;
          g_autofree char *text = g_strdup_printf ("<%s>", href);

          self->blank = TRUE;
          append_word (self, text, strlen (text));
        }
    }
  g_clear_pointer (&self->href, g_free);
}

static void
end_cb (const char *name,
        gpointer    user_data)
{
  Text *self = user_data;
  gboolean gone = valija_html_hidden_is_gone (self->hidden);

  valija_html_hidden_end (self->hidden);
  if (gone)
    return;

  if (strcmp (name, "a") == 0)
    end_link (self);
  if ((strcmp (name, "ul") == 0 || strcmp (name, "ol") == 0) && self->n_lists > 0)
    self->n_lists--;
  if (strcmp (name, "pre") == 0 && self->preformatted > 0)
    self->preformatted--;
  begin_block (self, name);
  if (strcmp (name, "blockquote") == 0 && self->quotes > 0)
    self->quotes--;
}

static void
append_preformatted (Text       *self,
                     const char *text,
                     gsize       length)
{
  for (const char *p = text; p < text + length;)
    {
      const char *end = memchr (p, '\n', text + length - p);
      gsize line = (end != NULL ? end : text + length) - p;

      if (line > 0)
        append_word (self, p, line);
      if (end != NULL)
        want_breaks (self, MIN (self->line_breaks + 1, 3));
      p += line + (end != NULL ? 1 : 0);
    }
}

/* The length of the blank at @p, 0 for none: ASCII blanks, U+00A0, and what is only there to fill
 * up hidden previews. */
static gsize
blank_length (const char *p,
              gsize       length)
{
  if (g_ascii_isspace (*p))
    return 1;
  if (length >= 2 && p[0] == '\302' && (p[1] == '\240' || p[1] == '\255'))
    return 2;
  if (length >= 3 && p[0] == '\342' && p[1] == '\200' && (p[2] == '\213' || p[2] == '\214'))
    return 3;
  if (length >= 2 && p[0] == '\315' && p[1] == '\217')
    return 2;

  return 0;
}

static void
text_cb (const char *text,
         gsize       length,
         gpointer    user_data)
{
  Text *self = user_data;
  const char *end = text + length;

  if (valija_html_hidden_hides (self->hidden))
    return;
  if (self->preformatted > 0)
    {
      append_preformatted (self, text, length);
      return;
    }

  for (const char *p = text; p < end;)
    {
      gsize blank = blank_length (p, end - p);
      const char *word = p;

      if (blank > 0)
        {
          /* Soft hyphens and zero-width marks are no blanks, they are nothing */
          self->blank |= g_ascii_isspace (*p) || p[1] == '\240';
          p += blank;
          continue;
        }
      while (p < end && blank_length (p, end - p) == 0)
        p++;
      append_word (self, word, p - word);
    }
}

static void
style_cb (const char *css,
          gpointer    user_data)
{
  Text *self = user_data;

  valija_html_hidden_add_sheet (self->hidden, css);
}

/**
 * valija_html_to_text:
 * @html: HTML as a sender wrote it, UTF-8
 *
 * Makes text that can be read, quoted and searched: of what a reader sees, not of what the sender hid.
 *
 * Returns: (transfer full): the text, without a line break at its end
 */
char *
valija_html_to_text (const char *html)
{
  static const ValijaHtmlHandler handler = { start_cb, end_cb, text_cb, style_cb };
  g_autoptr(ValijaHtmlHidden) hidden = NULL;
  Text text = { 0 };

  g_return_val_if_fail (html != NULL, NULL);

  text.out = g_string_new (NULL);
  text.hidden = hidden = valija_html_hidden_new ();
  valija_html_parse (html, &handler, &text);
  g_free (text.href);

  return g_string_free (text.out, FALSE);
}
