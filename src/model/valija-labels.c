/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-labels.h"

#include "model/valija-search-term.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Labels that Thunderbird, and then Evolution, brought into the world, and that many programs show by these words. */
static const char * const known[] = {
  "$label1", "$Labelimportant", "$label2", "$Labelwork", "$label3", "$Labelpersonal", "$label4", "$Labeltodo",
  "$label5", "$Labellater", NULL,
};

/* Each of two of them */
static const char * const words[] = {
  NC_("label", "Important"), NC_("label", "Work"), NC_("label", "Personal"), NC_("label", "To Do"),
  NC_("label", "Later"),
};

const char * const *
valija_labels_get_known (void)
{
  return known;
}

char *
valija_label_clean (const char *name)
{
  g_autofree char *valid = NULL;
  g_autoptr(GString) clean = g_string_new (NULL);
  gboolean blank = FALSE;

  g_return_val_if_fail (name != NULL, NULL);

  valid = g_utf8_make_valid (name, -1);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c) || g_unichar_iscntrl (c))
        {
          blank = clean->len > 0;
          continue;
        }
      if (blank)
        g_string_append_c (clean, ' ');
      blank = FALSE;
      g_string_append_unichar (clean, c);
    }

  if (clean->len == 0 || g_utf8_strlen (clean->str, clean->len) > VALIJA_LABEL_MAX_LENGTH)
    return NULL;

  return g_string_free (g_steal_pointer (&clean), FALSE);
}

static int
compare_names (const char *a,
               const char *b)
{
  g_autofree char *folded_a = NULL;
  g_autofree char *folded_b = NULL;

  if (g_str_is_ascii (a) && g_str_is_ascii (b))
    return g_ascii_strcasecmp (a, b);

  folded_a = g_utf8_casefold (a, -1);
  folded_b = g_utf8_casefold (b, -1);

  return strcmp (folded_a, folded_b);
}

gboolean
valija_label_equal (const char *a,
                    const char *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return compare_names (a, b) == 0;
}

char *
valija_label_dup_display (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; known[i] != NULL; i++)
    if (valija_label_equal (name, known[i]))
      return g_strdup (g_dpgettext2 (GETTEXT_PACKAGE, "label", words[i / 2]));

  return g_strdup (name);
}

static gboolean
matches (const char *text,
         const char *folded,
         gboolean    beginning)
{
  g_autofree char *other = valija_search_fold (text);

  return beginning ? g_str_has_prefix (other, folded) : g_str_equal (other, folded);
}

gboolean
valija_label_is_meant (const char *name,
                       const char *folded,
                       gboolean    beginning)
{
  g_autofree char *display = NULL;

  g_return_val_if_fail (name != NULL && folded != NULL, FALSE);

  if (matches (name, folded, beginning))
    return TRUE;

  display = valija_label_dup_display (name);

  return !g_str_equal (display, name) && matches (display, folded, beginning);
}

/* Where it is, or where it would have to stand. */
static gboolean
find (GPtrArray  *set,
      const char *name,
      guint      *position)
{
  guint low = 0;
  guint high = set->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = compare_names (g_ptr_array_index (set, middle), name);

      *position = middle;
      if (order == 0)
        return TRUE;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }

  *position = low;

  return FALSE;
}

static void
add_names (GPtrArray          *set,
           const char * const *names)
{
  for (guint i = 0; names != NULL && names[i] != NULL && set->len < VALIJA_LABELS_MAX; i++)
    {
      g_autofree char *name = valija_label_clean (names[i]);
      guint position;

      if (name != NULL && !find (set, name, &position))
        g_ptr_array_insert (set, position, g_steal_pointer (&name));
    }
}

static char **
to_strv (GPtrArray *set)
{
  g_ptr_array_add (set, NULL);

  return (char **) g_ptr_array_free (set, FALSE);
}

char **
valija_labels_new (const char * const *names)
{
  return valija_labels_change (names, NULL, NULL);
}

char **
valija_labels_change (const char * const *labels,
                      const char * const *add,
                      const char * const *remove)
{
  GPtrArray *set = g_ptr_array_new_with_free_func (g_free);

  add_names (set, labels);
  add_names (set, add);
  for (guint i = 0; remove != NULL && remove[i] != NULL; i++)
    {
      guint position;

      if (find (set, remove[i], &position))
        g_ptr_array_remove_index (set, position);
    }

  return to_strv (set);
}

char **
valija_labels_filter (const char * const *labels,
                      const char * const *others,
                      gboolean            without)
{
  GPtrArray *set = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    if (valija_labels_contain (others, labels[i]) != without)
      g_ptr_array_add (set, g_strdup (labels[i]));

  return to_strv (set);
}

gboolean
valija_labels_contain (const char * const *labels,
                       const char         *name)
{
  g_return_val_if_fail (name != NULL, FALSE);

  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    if (valija_label_equal (labels[i], name))
      return TRUE;

  return FALSE;
}

gboolean
valija_labels_equal (const char * const *a,
                     const char * const *b)
{
  static const char * const none[] = { NULL };

  return g_strv_equal (a != NULL ? a : none, b != NULL ? b : none);
}

gboolean
valija_labels_is_empty (const char * const *labels)
{
  return labels == NULL || labels[0] == NULL;
}

char *
valija_labels_dup_words (const char * const *labels)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    {
      g_autofree char *display = valija_label_dup_display (labels[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", display);
    }

  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

char *
valija_labels_to_text (const char * const *labels)
{
  return valija_labels_is_empty (labels) ? NULL : g_strjoinv ("\n", (char **) labels);
}

char **
valija_labels_from_text (const char *text)
{
  return text != NULL && text[0] != '\0' ? g_strsplit (text, "\n", -1) : g_new0 (char *, 1);
}
