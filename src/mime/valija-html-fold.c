/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html-fold.h"

#include "mime/valija-html-parser.h"
#include "mime/valija-html.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef enum
{
  OTHER,
  QUOTE,                    /* what is in it */
  ATTRIBUTION,              /* "Ana wrote:", before one of those */
  REST,                     /* all from it on */
} Kind;

static gboolean
has_class (const char **attributes,
           const char  *wanted)
{
  const char *value = valija_html_get_attribute (attributes, "class");
  g_auto(GStrv) classes = value != NULL ? g_strsplit_set (value, " \t\r\n", -1) : NULL;

  return classes != NULL && g_strv_contains ((const char *const *) classes, wanted);
}

static Kind
find_kind (const char  *name,
           const char **attributes)
{
  const char *type = valija_html_get_attribute (attributes, "type");
  const char *id = valija_html_get_attribute (attributes, "id");

  if (strcmp (name, "blockquote") == 0 && type != NULL && g_ascii_strcasecmp (type, "cite") == 0)
    return QUOTE;
  if (has_class (attributes, "gmail_quote") || has_class (attributes, "yahoo_quoted"))
    return QUOTE;
  if (has_class (attributes, "moz-cite-prefix"))
    return ATTRIBUTION;
  if (g_strcmp0 (id, "divRplyFwdMsg") == 0 || g_strcmp0 (id, "appendonsend") == 0)
    return REST;

  return OTHER;
}

/* What is put between the parts of a table or a list, a browser puts elsewhere. */
static gboolean
takes_any (const char *parent)
{
  static const char *const strict[] = { "col", "colgroup", "dl", "ol", "table", "tbody", "tfoot", "thead", "tr", "ul",
                                        NULL };

  return parent == NULL || !g_strv_contains (strict, parent);
}

static void
forget (ValijaHtmlFold *self)
{
  self->start = -1;
  self->end = -1;
  self->before = -1;
}

static void
begin (ValijaHtmlFold *self,
       Kind            kind,
       gboolean        around,
       guint           level,
       gsize           position)
{
  gboolean attributed = self->before >= 0 && self->level == level;

  self->inside = TRUE;
  self->level = level;
  self->attribution = kind == ATTRIBUTION;
  self->rest = kind == REST;
  self->around = kind == QUOTE && around;
  self->nested = 0;
  self->told = FALSE;

  if (kind == ATTRIBUTION)
    {
      if (self->start < 0)
        self->before = (gssize) position;
      return;
    }

  /* Two in a row are one, in one element and with nothing to see between them. */
  if (self->start >= 0 && (self->over || self->start_level != level))
    forget (self);
  if (self->start < 0 && self->own)
    {
      self->start = attributed ? self->before : (gssize) position;
      self->start_level = level;
      self->over = FALSE;
    }
  self->end = -1;
  self->before = -1;
}

/* What is seen at this place within an element that is marked as quoted stands below a quotation in it: an answer to a
 * part of it. */
static gboolean
is_answer (ValijaHtmlFold *self)
{
  return self->inside && self->around && self->told && self->nested == 0;
}

static void
take_own (ValijaHtmlFold *self)
{
  self->inside = FALSE;
  self->own = TRUE;
  forget (self);
}

void
valija_html_fold_start (ValijaHtmlFold  *self,
                        const char      *name,
                        const char     **attributes,
                        const char      *parent,
                        gboolean         seen,
                        guint            level,
                        gsize            position)
{
  Kind kind;

  if (self->inside)
    {
      if (strcmp (name, "img") == 0 && is_answer (self))
        take_own (self);
      else if (strcmp (name, "blockquote") == 0 && self->nested == 0)
        self->nested = level;
      return;
    }

  /* A picture after the quotation may be the sender's counter: it is seen, and says nothing. */
  if (strcmp (name, "img") == 0)
    {
      self->own |= seen;
      self->over = TRUE;
      self->before = -1;
    }

  kind = find_kind (name, attributes);
  if (kind != OTHER && takes_any (parent))
    begin (self, kind, strcmp (name, "blockquote") != 0, level, position);
}

void
valija_html_fold_end (ValijaHtmlFold *self,
                      guint           level,
                      gsize           before,
                      gsize           after)
{
  if (level < self->start_level)
    self->over = TRUE;
  if (self->nested > 0 && level == self->nested)
    {
      self->nested = 0;
      self->told = TRUE;
    }

  if (!self->inside)
    {
      /* An attribution is one only of what stands beside it. */
      if (self->before >= 0 && level < self->level)
        {
          self->before = -1;
          self->own = TRUE;
        }
      return;
    }

  if (self->rest ? level >= self->level : level != self->level)
    return;

  self->inside = FALSE;
  if (self->start >= 0 && !self->attribution)
    self->end = (gssize) (self->rest ? before : after);
}

static gboolean
is_blank (const char *text,
          gsize       length)
{
  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char_validated (p, text + length - p);

      if (c >= (gunichar) -2 || (!g_unichar_isspace (c) && !g_unichar_iszerowidth (c)))
        return FALSE;
    }

  return TRUE;
}

void
valija_html_fold_text (ValijaHtmlFold *self,
                       const char     *text,
                       gsize           length,
                       gboolean        seen)
{
  if (is_blank (text, length))
    return;
  if (is_answer (self))
    take_own (self);
  if (self->inside)
    return;

  /* Where it is wrong that this is not seen, nothing is folded that should not be. */
  self->own |= seen;
  forget (self);
}

void
valija_html_fold_apply (ValijaHtmlFold *self,
                        GString        *document)
{
  g_autofree char *show = NULL;
  g_autofree char *hide = NULL;
  g_autofree char *markup = NULL;

  if (self->start < 0)
    return;

  show = g_markup_escape_text (_("Show Quoted Text"), -1);
  hide = g_markup_escape_text (_("Hide Quoted Text"), -1);
  markup = g_strdup_printf ("<a href=\"" VALIJA_HTML_FOLD_URI "\" role=\"button\" data-valija-fold=\"\">"
                            "<span aria-hidden=\"true\">⋯</span>"
                            "<span data-valija-show=\"\">%s</span><span data-valija-hide=\"\">%s</span></a>"
                            "<div data-valija-quote=\"\">", show, hide);

  g_string_insert (document, self->end >= 0 ? self->end : (gssize) document->len, "</div>");
  g_string_insert (document, self->start, markup);
}
