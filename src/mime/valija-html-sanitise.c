/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html-private.h"

#include "mime/valija-html-css.h"
#include "mime/valija-html-fold.h"
#include "mime/valija-html-hidden.h"
#include "mime/valija-html-parser.h"
#include "mime/valija-html-url.h"

#include <string.h>

/* The document is written anew from the events of the parser: elements and attributes of the lists
 * below, all text and all values escaped, each element closed, no comments, nothing raw but style
 * sheets that hold no "<". What a browser reads is thus what is written here, in whatever way it
 * would have read the original. */

#define DEPTH_LIMIT 256
#define VALUE_LIMIT 4096

/* Sorted. */
static const char *const elements[] = {
  "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote",
  "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn",
  "dir", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4",
  "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "menu", "nav", "ol",
  "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike", "strong",
  "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u",
  "ul", "var", "wbr",
};

static const char *const empty_elements[] = { "br", "col", "hr", "img", "wbr" };

/* Those whose value is only words or numbers. */
static const char *const attributes_allowed[] = {
  "abbr", "align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "class", "clear",
  "color", "cols", "colspan", "compact", "datetime", "dir", "face", "frame", "height", "hspace",
  "id", "lang", "noshade", "nowrap", "open", "reversed", "rowspan", "rules", "scope", "size",
  "span", "start", "summary", "title", "type", "valign", "value", "vspace", "width",
};

typedef struct
{
  const char *name;         /* the parser's */
  gboolean written;
} Element;

typedef struct
{
  ValijaHtmlPolicy policy;
  GString *body;
  GString *sheet;           /* nullable: style sheets are left out */
  GArray *open;             /* of Element: those that are open */
  ValijaHtmlFold *fold;     /* nullable */
  ValijaHtmlHidden *hidden; /* with that */
  guint depth;              /* how many of them were */
  gboolean rtl;             /* all of it goes from right to left */
  guint n_blocked;
} Writer;

static int
compare_names (const void *a,
               const void *b)
{
  return strcmp (a, *(const char *const *) b);
}

#define IS_LISTED(name, list)                                                                      \
  (bsearch (name, list, G_N_ELEMENTS (list), sizeof *list, compare_names) != NULL)

static void
append_escaped (GString    *out,
                const char *text,
                gsize       length)
{
  for (const char *p = text; p < text + length; p++)
    {
      guchar c = *p;

      if (c == '&')
        g_string_append (out, "&amp;");
      else if (c == '<')
        g_string_append (out, "&lt;");
      else if (c == '>')
        g_string_append (out, "&gt;");
      else if (c == '"')
        g_string_append (out, "&quot;");
      else if (c == '`')
        g_string_append (out, "&#96;");
      else if (c == '\n' || c == '\t' || (c >= ' ' && c != 127))
        g_string_append_c (out, *p);
    }
}

static void
append_attribute (GString    *out,
                  const char *name,
                  const char *value)
{
  g_string_append_printf (out, " %s=\"", name);
  append_escaped (out, value, strlen (value));
  g_string_append_c (out, '"');
}

static void
write_style (Writer     *self,
             const char *css)
{
  g_autofree char *safe = valija_html_css_filter_declarations (css, self->policy, &self->n_blocked);

  if (*safe != '\0')
    append_attribute (self->body, "style", safe);
}

/* A picture of the web that may not be shown leaves its frame and its words. */
static void
write_image_source (Writer     *self,
                    const char *name,
                    const char *value)
{
  gboolean remote = FALSE;
  g_autofree char *url = valija_html_url_check_image (value, self->policy, &remote);

  if (remote)
    self->n_blocked++;
  if (url == NULL)
    return;
  if (strcmp (name, "src") == 0)
    append_attribute (self->body, "src", url);
  else
    {
      g_autofree char *css = g_strdup_printf ("background-image:url(\"%s\")", url);

      write_style (self, css);
    }
}

static void
write_attributes (Writer      *self,
                  const char  *element,
                  const char **attributes)
{
  gboolean styled = valija_html_get_attribute (attributes, "style") != NULL;

  for (gsize i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
    {
      const char *name = attributes[i];
      const char *value = attributes[i + 1] != NULL ? attributes[i + 1] : "";

      if (strcmp (name, "style") == 0)
        write_style (self, value);
      else if (strcmp (name, "href") == 0 && strcmp (element, "a") == 0)
        {
          g_autofree char *url = valija_html_url_check_link (value);

          if (url != NULL)
            append_attribute (self->body, "href", url);
          if (url != NULL && *url != '#')
            append_attribute (self->body, "rel", "noopener noreferrer");
        }
      else if ((strcmp (name, "src") == 0 && strcmp (element, "img") == 0) ||
               (strcmp (name, "background") == 0 && !styled))
        write_image_source (self, name, value);
      else if (IS_LISTED (name, attributes_allowed) && strlen (value) <= VALUE_LIMIT)
        append_attribute (self->body, name, value);
    }
}

/* That of the body wins over that of the document. */
static void
note_direction (Writer      *self,
                const char **attributes)
{
  const char *direction = valija_html_get_attribute (attributes, "dir");

  if (direction != NULL)
    self->rtl = g_ascii_strcasecmp (direction, "rtl") == 0;
}

static void
start_cb (const char  *name,
          const char **attributes,
          gpointer     user_data)
{
  Writer *self = user_data;
  const char *parent = self->open->len > 0 ? g_array_index (self->open, Element, self->open->len - 1).name : NULL;
  Element element = { name, FALSE };
  gboolean body = strcmp (name, "body") == 0;
  gboolean written = (body || IS_LISTED (name, elements)) && self->depth < DEPTH_LIMIT;

  if (body || strcmp (name, "html") == 0)
    note_direction (self, attributes);
  if (self->hidden != NULL)
    valija_html_hidden_start (self->hidden, name, attributes);
  if (written)
    {
      gsize start = self->body->len;
      gsize named;

      if (self->fold != NULL)
        valija_html_fold_start (self->fold, name, attributes, parent, !valija_html_hidden_hides (self->hidden),
                                self->open->len, start);
      g_string_append_printf (self->body, "<%s", body ? "div" : name);
      named = self->body->len;
      write_attributes (self, name, attributes);
      g_string_append_c (self->body, '>');

      /* The body's colours stay, on an element that can also stand within another document */
      written = !body || self->body->len > named + 1;
      if (!written)
        g_string_truncate (self->body, start);
      self->depth += written;
    }
  element.written = written;
  g_array_append_val (self->open, element);
}

static void
end_cb (const char *name,
        gpointer    user_data)
{
  Writer *self = user_data;
  gsize before = self->body->len;
  gboolean written;

  if (self->open->len == 0)
    return;

  written = g_array_index (self->open, Element, self->open->len - 1).written;
  g_array_set_size (self->open, self->open->len - 1);
  if (written)
    {
      self->depth--;
      if (strcmp (name, "body") == 0)
        g_string_append (self->body, "</div>");
      else if (!IS_LISTED (name, empty_elements))
        g_string_append_printf (self->body, "</%s>", name);
    }

  if (self->hidden != NULL)
    valija_html_hidden_end (self->hidden);
  if (self->fold != NULL)
    valija_html_fold_end (self->fold, self->open->len, before, self->body->len);
}

static void
text_cb (const char *text,
         gsize       length,
         gpointer    user_data)
{
  Writer *self = user_data;

  if (self->fold != NULL)
    valija_html_fold_text (self->fold, text, length, !valija_html_hidden_hides (self->hidden));
  append_escaped (self->body, text, length);
}

static void
style_cb (const char *css,
          gpointer    user_data)
{
  Writer *self = user_data;
  g_autofree char *safe = NULL;

  if (self->hidden != NULL)
    valija_html_hidden_add_sheet (self->hidden, css);
  if (self->sheet == NULL)
    return;

  safe = valija_html_css_filter_sheet (css, self->policy, &self->n_blocked);
  g_string_append (self->sheet, safe);
}

static void
write_html (Writer     *self,
            const char *html)
{
  static const ValijaHtmlHandler handler = { start_cb, end_cb, text_cb, style_cb };

  self->open = g_array_new (FALSE, FALSE, sizeof (Element));
  valija_html_parse (html, &handler, self);
  g_array_unref (self->open);
}

/* A document around @body. Scripts and what is fetched are refused once more, by the
 * engine itself. What goes from right to left and is wider than its place goes on to the left, where it
 * can be scrolled to. */
static char *
wrap (const char       *sheet,
      const char       *body,
      gboolean          rtl,
      ValijaHtmlPolicy  policy)
{
  return g_strdup_printf ("<!DOCTYPE html><html%s><head><meta charset=\"utf-8\">"
                          "<meta http-equiv=\"Content-Security-Policy\" content=\""
                          "default-src 'none'; img-src cid: data:%s; style-src 'unsafe-inline'; "
                          "form-action 'none'; base-uri 'none'\">"
                          "<meta name=\"referrer\" content=\"no-referrer\">"
                          "<meta name=\"viewport\" content=\"width=device-width\">"
                          "<style>%s</style></head><body>%s</body></html>",
                          rtl ? " dir=\"rtl\"" : "",
                          policy == VALIJA_HTML_REMOTE_IMAGES ? " https:" : "", sheet, body);
}

static char *
sanitise (const char        *html,
          ValijaHtmlPolicy   policy,
          ValijaHtmlFold    *fold,
          ValijaHtmlOutcome *outcome)
{
  g_autoptr(GString) body = g_string_new (NULL);
  g_autoptr(GString) sheet = g_string_new (NULL);
  g_autoptr(ValijaHtmlHidden) hidden = fold != NULL ? valija_html_hidden_new () : NULL;
  Writer writer = { .policy = policy, .body = body, .sheet = sheet, .fold = fold, .hidden = hidden };

  write_html (&writer, html);
  if (fold != NULL)
    valija_html_fold_apply (fold, body);
  if (outcome != NULL)
    *outcome = (ValijaHtmlOutcome) { .n_blocked = writer.n_blocked, .rtl = writer.rtl };

  return wrap (sheet->str, body->str, writer.rtl, policy);
}

/**
 * valija_html_sanitise:
 * @html: HTML as a sender wrote it, UTF-8
 * @outcome: (out) (optional): what was left out of it, and where it begins
 *
 * Makes a document that is safe to show. Sanitising its result again changes nothing that matters.
 *
 * Returns: (transfer full): the document
 */
char *
valija_html_sanitise (const char        *html,
                      ValijaHtmlPolicy   policy,
                      ValijaHtmlOutcome *outcome)
{
  g_return_val_if_fail (html != NULL, NULL);

  return sanitise (html, policy, NULL, outcome);
}

char *
valija_html_sanitise_folded (const char        *html,
                             ValijaHtmlPolicy   policy,
                             ValijaHtmlOutcome *outcome)
{
  ValijaHtmlFold fold = VALIJA_HTML_FOLD_INIT;

  g_return_val_if_fail (html != NULL, NULL);

  return sanitise (html, policy, &fold, outcome);
}

char *
valija_html_sanitise_fragment (const char       *html,
                               ValijaHtmlPolicy  policy)
{
  Writer writer = { .policy = policy, .body = g_string_new (NULL) };

  write_html (&writer, html);

  return g_string_free (writer.body, FALSE);
}
