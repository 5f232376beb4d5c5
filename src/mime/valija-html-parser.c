/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html-parser.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#define SIZE_LIMIT (8 * 1024 * 1024)
#define STYLE_LIMIT (512 * 1024)
/* libxml2 looks through all open elements at each stray end tag. */
#define OPEN_LIMIT 512
/* And it compares each attribute with those before it: a tag may have this many pieces, and all
 * tags together this many comparisons. */
#define PIECES_LIMIT 20000
#define COMPARISONS_LIMIT (400 * 1000 * 1000)

/* Elements whose content is not for reading. */
static const char *const dropped[] = {
  "applet", "audio", "canvas", "datalist", "embed", "frame", "frameset", "iframe", "math",
  "noembed", "noframes", "object", "optgroup", "option", "script", "select", "svg", "template",
  "textarea", "title", "video", "xml",
};

/* libxml2 forgets to tell the end of an element whose tag is broken, so the levels are counted
 * here: what is open for us is what was begun on a level that its own stack of names still has. */
typedef struct
{
  htmlParserCtxtPtr context;
  const ValijaHtmlHandler *handler;
  gpointer user_data;
  GPtrArray *open;          /* of const char *, names of the parser's; NULL for a supposed one */
  guint skip_level;         /* how many were open with the dropped one that we are in; 0: in none */
  GString *style;           /* nullable: the style sheet being read */
} Parse;

static int
compare_names (const void *a,
               const void *b)
{
  return strcmp (a, *(const char *const *) b);
}

static gboolean
is_dropped (const char *name)
{
  return bsearch (name, dropped, G_N_ELEMENTS (dropped), sizeof *dropped, compare_names) != NULL;
}

static void
end_skipping (Parse *self)
{
  self->skip_level = 0;
  if (self->style == NULL)
    return;

  if (self->handler->style != NULL)
    self->handler->style (self->style->str, self->user_data);
  g_string_free (g_steal_pointer (&self->style), TRUE);
}

/* Ends what is open beyond @levels. */
static void
close_to (Parse *self,
          guint  levels)
{
  while (self->open->len > levels)
    {
      const char *name = g_ptr_array_index (self->open, self->open->len - 1);

      if (self->skip_level == 0 && name != NULL)
        self->handler->end (name, self->user_data);
      else if (self->skip_level == self->open->len)
        end_skipping (self);
      g_ptr_array_set_size (self->open, self->open->len - 1);
    }
}

/* Called with the element on the parser's stack already. */
static void
start_element_cb (void           *user_data,
                  const xmlChar  *xml_name,
                  const xmlChar **attributes)
{
  Parse *self = user_data;
  const char *name = (const char *) xml_name;

  close_to (self, MAX (self->context->nameNr - 1, 0));

  /* A paragraph that libxml2 only supposes around bare text would come with margins; its name is
   * not one that was read */
  if (!xmlDictOwns (self->context->dict, xml_name))
    name = NULL;
  g_ptr_array_add (self->open, (gpointer) name);
  if (self->open->len > OPEN_LIMIT)
    xmlStopParser (self->context);

  if (self->skip_level > 0 || name == NULL)
    return;
  if (strcmp (name, "style") == 0)
    self->style = g_string_new (NULL);
  if (self->style != NULL || is_dropped (name))
    self->skip_level = self->open->len;
  else
    self->handler->start (name, (const char **) attributes, self->user_data);
}

/* Called with the element still on the parser's stack. */
static void
end_element_cb (void          *user_data,
                const xmlChar *name)
{
  Parse *self = user_data;

  close_to (self, MAX (self->context->nameNr - 1, 0));
}

static void
characters_cb (void          *user_data,
               const xmlChar *text,
               int            length)
{
  Parse *self = user_data;

  if (length <= 0)
    return;
  if (self->style != NULL && self->style->len < STYLE_LIMIT)
    g_string_append_len (self->style, (const char *) text, length);
  if (self->skip_level == 0)
    self->handler->text ((const char *) text, length, self->user_data);
}

/* How much of @html libxml2 can take without being kept busy: up to a tag that has too many
 * attributes. Every blank, slash and quote counts as if another one began there, so this cannot be
 * cheated by a different reading of the quotes. */
static gsize
measure (const char *html,
         gsize       length)
{
  guint64 comparisons = 0;
  gsize tag = 0;

  for (gsize i = 0; i < length; tag = i)
    {
      const char *open = memchr (html + i, '<', length - i);
      guint64 pieces = 0;

      if (open == NULL)
        break;
      tag = open - html;
      for (i = tag + 1; i < length && html[i] != '>'; i++)
        pieces += (html[i] <= ' ' && html[i] > 0 && html[i - 1] > ' ') || html[i] == '/' ||
                  html[i] == '"' || html[i] == '\'';

      /* A picture in a data: URI has many slashes and is one attribute; only tags that could have
       * thousands are dear */
      comparisons += pieces * pieces / 8;
      if (pieces > PIECES_LIMIT && comparisons > COMPARISONS_LIMIT)
        return tag;
      if (comparisons > COMPARISONS_LIMIT)
        return tag;
    }

  return length;
}

/* Whether a mark at @p is none that HTML knows: <![if !mso]>, <![CDATA[, </3>. Browsers skip these
 * up to the next ">"; libxml2 shows them. */
static gboolean
is_bogus (const char *p,
          gsize       length)
{
  if (length < 3)
    return FALSE;

  return (p[1] == '/' && !g_ascii_isalpha (p[2])) ||
         (p[1] == '!' && p[2] != '-' &&
          (length < 9 || g_ascii_strncasecmp (p + 2, "doctype", 7) != 0));
}

/* @html without such marks, which are left alone within comments. */
static GString *
drop_bogus (const char *html,
            gsize       length)
{
  GString *out = g_string_sized_new (length + 1);
  const char *end = html + length;
  const char *kept = html;

  for (const char *p = html; (p = memchr (p, '<', end - p)) != NULL;)
    {
      const char *close;

      if (end - p >= 4 && memcmp (p, "<!--", 4) == 0)
        {
          close = g_strstr_len (p + 2, end - p - 2, "-->");
          p = close != NULL ? close + 3 : end;
        }
      else if (is_bogus (p, end - p))
        {
          g_string_append_len (out, kept, p - kept);
          close = memchr (p, '>', end - p);
          kept = p = close != NULL ? close + 1 : end;
        }
      else
        p++;
    }
  g_string_append_len (out, kept, end - kept);

  return out;
}

static gsize
cut_length (const char *html)
{
  gsize length = strnlen (html, SIZE_LIMIT + 1);

  if (length <= SIZE_LIMIT)
    return length;
  for (length = SIZE_LIMIT; length > 0 && ((guchar) html[length] & 0xc0) == 0x80;)
    length--;

  return length;
}

void
valija_html_parse (const char              *html,
                   const ValijaHtmlHandler *handler,
                   gpointer                 user_data)
{
  static gsize initialised = 0;
  g_autofree char *valid = NULL;
  g_autoptr(GString) plain = NULL;
  gsize length = cut_length (html);
  Parse parse = { .handler = handler, .user_data = user_data };

  if (g_once_init_enter (&initialised))
    {
      xmlInitParser ();
      g_once_init_leave (&initialised, 1);
    }

  if (!g_utf8_validate_len (html, length, NULL))
    {
      html = valid = g_utf8_make_valid (html, length);
      length = cut_length (html);
    }
  plain = drop_bogus (html, length);
  length = measure (plain->str, plain->len);
  if (length == 0)
    return;

  parse.open = g_ptr_array_new ();
  parse.context = htmlNewParserCtxt ();
  memset (parse.context->sax, 0, sizeof *parse.context->sax);
  parse.context->sax->startElement = start_element_cb;
  parse.context->sax->endElement = end_element_cb;
  parse.context->sax->characters = characters_cb;
  parse.context->sax->cdataBlock = characters_cb;
  parse.context->sax->ignorableWhitespace = characters_cb;
  parse.context->userData = &parse;

  /* Without callbacks that build a tree there is none, and nothing is returned */
  htmlCtxtReadMemory (parse.context, plain->str, length, NULL, "UTF-8",
                      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                          HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED | HTML_PARSE_IGNORE_ENC |
                          HTML_PARSE_COMPACT);
  close_to (&parse, 0);
  g_ptr_array_unref (parse.open);
  htmlFreeParserCtxt (parse.context);
}

const char *
valija_html_get_attribute (const char **attributes,
                           const char  *name)
{
  for (gsize i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
    if (strcmp (attributes[i], name) == 0)
      return attributes[i + 1] != NULL ? attributes[i + 1] : "";

  return NULL;
}
