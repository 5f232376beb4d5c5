/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html-hidden.h"

#include "mime/valija-html-css.h"
#include "mime/valija-html-parser.h"

#include <string.h>

/* Names that style sheets of one message may hide. */
#define NAMES_LIMIT 2000
#define CLASSES_LIMIT 100

/* What is known of an element, and of all in it until one says otherwise. */
typedef enum
{
  SHOWN = 0,
  GONE = 1 << 0,        /* with all that is in it */
  SMALL = 1 << 1,       /* letters of no size; an element in it may give its own size */
  INVISIBLE = 1 << 2,   /* an element in it may be visible again */
  CUT = 1 << 3,         /* of no height or width; hides together with CLIPPED */
  CLIPPED = 1 << 4,
  EVERYTHING = (1 << 5) - 1,
} State;

struct _ValijaHtmlHidden
{
  GByteArray *open;      /* a State for each open element */
  GHashTable *names;     /* nullable: selectors, "p", ".preview" or "#top", to Change */
};

/* What a rule of a style sheet sets, and what it takes back. */
typedef struct
{
  State set;
  State clear;
} Change;

/* A number without value: "0", "0px", "0.0em", "0 !important". Less than one pixel counts too. */
static gboolean
is_nothing (const char *value)
{
  char *end;
  double number = g_ascii_strtod (value, &end);

  if (end == value)
    return FALSE;
  if (g_str_has_prefix (end, "px") || g_str_has_prefix (end, "pt"))
    return number <= 1.0;

  return number <= 0.0 || (*end == '%' && number <= 1.0);
}

/* Sizes in relation to the one around leave nothing as nothing. */
static gboolean
is_relative (const char *value)
{
  const char *unit = value + strspn (value, "0123456789.");

  return *unit == '%' || (g_str_has_prefix (unit, "em") || g_str_has_prefix (unit, "ex")) ||
         g_str_has_prefix (value, "inherit");
}

static State
set_if (State    state,
        State    bit,
        gboolean set)
{
  return set ? state | bit : state & ~bit;
}

static State
apply_declaration (State       state,
                   const char *name,
                   const char *value)
{
  if (strcmp (name, "display") == 0)
    return set_if (state, GONE, g_str_has_prefix (value, "none"));
  if (strcmp (name, "opacity") == 0)
    return set_if (state, GONE, is_nothing (value));
  if (strcmp (name, "visibility") == 0 && !g_str_has_prefix (value, "inherit"))
    return set_if (state, INVISIBLE,
                   g_str_has_prefix (value, "hidden") || g_str_has_prefix (value, "collapse"));
  if (strcmp (name, "font-size") == 0 && !(is_relative (value) && !is_nothing (value)))
    return set_if (state, SMALL, is_nothing (value));
  if (strcmp (name, "max-height") == 0 || strcmp (name, "height") == 0 ||
      strcmp (name, "max-width") == 0 || strcmp (name, "width") == 0)
    return is_nothing (value) ? state | CUT : state;
  if (g_str_has_prefix (name, "overflow"))
    return set_if (state, CLIPPED, g_str_has_prefix (value, "hidden"));

  return state;
}

/* Whether the shorthand @value has a size of nothing. A number without unit is a weight. */
static State
apply_font (State       state,
            const char *value)
{
  g_auto(GStrv) words = g_strsplit (value, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *unit;

      if (g_ascii_isdigit (words[i][0]) &&
          (g_ascii_strtod (words[i], &unit) <= 0.0 || (*unit != '\0' && *unit != ',')))
        return apply_declaration (state, "font-size", words[i]);
    }

  return state;
}

/* @css as the filter leaves it: what it drops does not hide when the message is shown either. */
static State
apply_declarations (State       state,
                    const char *css)
{
  g_auto(GStrv) declarations = g_strsplit (css, ";", -1);

  for (guint i = 0; declarations[i] != NULL; i++)
    {
      char *colon = strchr (declarations[i], ':');
      g_autofree char *value = colon != NULL ? g_ascii_strdown (colon + 1, -1) : NULL;
      const char *name;

      if (value == NULL)
        continue;
      *colon = '\0';
      name = g_strstrip (declarations[i]);
      state = strcmp (name, "font") == 0 ? apply_font (state, g_strstrip (value))
                                         : apply_declaration (state, name, g_strstrip (value));
    }

  return state;
}

static State
apply_rule (ValijaHtmlHidden *self,
            State             state,
            const char       *mark,
            const char       *name)
{
  g_autofree char *selector = g_strconcat (mark, name, NULL);
  g_autofree char *lower = g_ascii_strdown (selector, -1);
  const Change *change = g_hash_table_lookup (self->names, lower);

  return change != NULL ? (state & ~change->clear) | change->set : state;
}

static State
apply_sheets (ValijaHtmlHidden  *self,
              State              state,
              const char        *name,
              const char       **attributes)
{
  const char *id = valija_html_get_attribute (attributes, "id");
  const char *list = valija_html_get_attribute (attributes, "class");
  g_auto(GStrv) classes = g_strsplit_set (list != NULL ? list : "", " \t\r\n\f", CLASSES_LIMIT);

  state = apply_rule (self, state, "", name);
  for (guint i = 0; classes[i] != NULL; i++)
    state = apply_rule (self, state, ".", classes[i]);

  return id != NULL ? apply_rule (self, state, "#", id) : state;
}

ValijaHtmlHidden *
valija_html_hidden_new (void)
{
  ValijaHtmlHidden *self = g_new0 (ValijaHtmlHidden, 1);

  self->open = g_byte_array_new ();

  return self;
}

void
valija_html_hidden_free (ValijaHtmlHidden *self)
{
  g_byte_array_unref (self->open);
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_free (self);
}

static State
current (ValijaHtmlHidden *self)
{
  return self->open->len > 0 ? self->open->data[self->open->len - 1] : SHOWN;
}

void
valija_html_hidden_start (ValijaHtmlHidden  *self,
                          const char        *name,
                          const char       **attributes)
{
  const char *style = valija_html_get_attribute (attributes, "style");
  State state = current (self) & (GONE | SMALL | INVISIBLE);
  gboolean gone = (state & GONE) != 0;
  guint8 byte;

  if (!gone && valija_html_get_attribute (attributes, "hidden") != NULL)
    state |= GONE;
  if (!gone && self->names != NULL)
    state = apply_sheets (self, state, name, attributes);
  if (!gone && style != NULL)
    {
      g_autofree char *safe =
          valija_html_css_filter_declarations (style, VALIJA_HTML_LOCAL_ONLY, NULL);

      state = apply_declarations (state, safe);
    }
  if ((state & (CUT | CLIPPED)) == (CUT | CLIPPED))
    state |= GONE;

  byte = (guint8) state;
  g_byte_array_append (self->open, &byte, 1);
}

void
valija_html_hidden_end (ValijaHtmlHidden *self)
{
  if (self->open->len > 0)
    g_byte_array_set_size (self->open, self->open->len - 1);
}

/* One selector of a rule. Of "td.preview" the class is taken. Where it holds only within others, as
 * "div td" does, it is believed when it gives letters a size, and not when it hides: what is seen is
 * not to be lost. */
static void
add_selector (ValijaHtmlHidden *self,
              const char       *selector,
              Change            change,
              gboolean          sometimes)
{
  const char *blank = strpbrk (selector, " \t\r\n*>+~:");
  const char *last = selector + strlen (selector);
  const char *mark;
  g_autofree char *name = NULL;
  Change *known;

  while (last > selector && strchr (" \t\r\n*>+~:", last[-1]) == NULL)
    last--;
  if ((mark = strpbrk (last, ".#")) != NULL)
    last = mark;
  if (last[0] == '\0' || strpbrk (last + 1, ".#") != NULL)
    return;
  if (sometimes || blank != NULL)
    change = (Change) { SHOWN, change.clear & SMALL };

  name = g_ascii_strdown (last, -1);
  if ((known = g_hash_table_lookup (self->names, name)) != NULL)
    {
      known->set = (known->set & ~change.clear) | change.set;
      known->clear = (known->clear & ~change.set) | change.clear;
    }
  else if (change.set + change.clear > 0 && g_hash_table_size (self->names) < NAMES_LIMIT)
    g_hash_table_insert (self->names, g_steal_pointer (&name), g_memdup2 (&change, sizeof change));
}

void
valija_html_hidden_add_sheet (ValijaHtmlHidden *self,
                              const char       *css)
{
  g_autofree char *safe = valija_html_css_filter_sheet (css, VALIJA_HTML_LOCAL_ONLY, NULL);
  g_auto(GStrv) rules = g_strsplit (safe, "}\n", -1);
  gboolean within_media = FALSE;

  if (self->names == NULL)
    self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  /* One rule after the other, as the filter writes them: "@media…{" stands in front of its first
   * one, and its own end is alone. What holds on small screens or in print only hides nothing. */
  for (guint i = 0; rules[i] != NULL; i++)
    {
      char *rule = rules[i];
      char *open = strchr (rule, '{');
      g_auto(GStrv) selectors = NULL;
      Change change;

      if (rule[0] == '@' && open != NULL)
        {
          rule = open + 1;
          open = strchr (rule, '{');
          within_media = open != NULL;
        }
      else if (open == NULL)
        within_media = FALSE;
      if (open == NULL)
        continue;

      *open = '\0';
      change.set = apply_declarations (SHOWN, open + 1);
      change.clear = ~apply_declarations (EVERYTHING, open + 1) & EVERYTHING;
      selectors = g_strsplit (rule, ",", -1);
      for (guint j = 0; selectors[j] != NULL; j++)
        add_selector (self, g_strstrip (selectors[j]), change, within_media);
    }
}

gboolean
valija_html_hidden_is_gone (ValijaHtmlHidden *self)
{
  return (current (self) & GONE) != 0;
}

gboolean
valija_html_hidden_hides (ValijaHtmlHidden *self)
{
  return (current (self) & (GONE | SMALL | INVISIBLE)) != 0;
}
