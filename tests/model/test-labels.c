/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Labels as sets of names. */

#include "config.h"

#include "model/valija-labels.h"
#include "model/valija-message.h"
#include "model/valija-search-term.h"

#include <string.h>

static void
check (char       **labels,
       const char  *expected)
{
  g_autofree char *text = g_strjoinv ("|", labels);

  g_assert_cmpstr (text, ==, expected);
  g_strfreev (labels);
}

static char **
parse (const char *text)
{
  return g_strsplit (text, "|", -1);
}

static void
test_sets (void)
{
  static const struct { const char *labels, *add, *remove, *result; } cases[] = {
    { "", "", "", "" },
    { "Work|later", "", "", "later|Work" },
    { "Work|work|WORK", "", "", "Work" },
    { "Work", "a|Zebra", "", "a|Work|Zebra" },
    { "Work|a", "", "WORK|none", "a" },
    { "Work", "WORK", "", "Work" },
    { "Work", "x", "x", "Work" },
    { "Ärger", "ärger|ÄRGER", "", "Ärger" },
    { "Ärger|Øl", "", "ärger", "Øl" },
    { "  To \n Do |\t|\x01x", "", "", "To Do|x" },
    { "会议|ab", "", "", "ab|会议" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(GStrv) labels = parse (cases[i].labels);
      g_auto(GStrv) add = parse (cases[i].add);
      g_auto(GStrv) remove = parse (cases[i].remove);

      check (valija_labels_change ((const char * const *) labels, (const char * const *) add,
                                   (const char * const *) remove), cases[i].result);
    }

  check (valija_labels_change (NULL, NULL, NULL), "");
}

static void
test_bounds (void)
{
  g_autofree char *longest = g_strnfill (VALIJA_LABEL_MAX_LENGTH, 'x');
  g_autofree char *longer = g_strnfill (VALIJA_LABEL_MAX_LENGTH + 1, 'x');
  g_autofree char *clean = valija_label_clean (longest);
  g_autofree char *none = valija_label_clean (longer);
  g_autofree char *broken = valija_label_clean ("a\xff");
  g_autoptr(GStrvBuilder) many = g_strv_builder_new ();
  g_auto(GStrv) names = NULL;
  g_auto(GStrv) set = NULL;

  g_assert_cmpstr (clean, ==, longest);
  g_assert_null (none);
  g_assert_true (g_utf8_validate (broken, -1, NULL));

  for (guint i = 0; i < 3 * VALIJA_LABELS_MAX; i++)
    g_strv_builder_take (many, g_strdup_printf ("%03u", i));
  names = g_strv_builder_end (many);
  set = valija_labels_new ((const char * const *) names);
  g_assert_cmpuint (g_strv_length (set), ==, VALIJA_LABELS_MAX);
}

static void
test_filter (void)
{
  g_auto(GStrv) labels = parse ("a|b|C");
  g_auto(GStrv) others = parse ("c|d");

  check (valija_labels_filter ((const char * const *) labels, (const char * const *) others, FALSE), "C");
  check (valija_labels_filter ((const char * const *) labels, (const char * const *) others, TRUE), "a|b");
  check (valija_labels_filter ((const char * const *) labels, NULL, TRUE), "a|b|C");
  check (valija_labels_filter (NULL, (const char * const *) others, FALSE), "");
}

static void
test_text (void)
{
  g_auto(GStrv) labels = parse ("To Do|Work");
  g_autofree char *text = valija_labels_to_text ((const char * const *) labels);
  static const char * const none[] = { NULL };

  g_assert_cmpstr (text, ==, "To Do\nWork");
  check (valija_labels_from_text (text), "To Do|Work");
  check (valija_labels_from_text (NULL), "");
  g_assert_null (valija_labels_to_text (none));
  g_assert_null (valija_labels_to_text (NULL));
  g_assert_true (valija_labels_equal (NULL, none));
}

static void
test_words (void)
{
  static const struct { const char *name, *typed; gboolean beginning, meant; } cases[] = {
    { "Work", "work", FALSE, TRUE },
    { "Work", "wor", FALSE, FALSE },
    { "Work", "wor", TRUE, TRUE },
    { "$label4", "to do", FALSE, TRUE },
    { "$label4", "$LABEL4", FALSE, TRUE },
    { "$Label4", "to", TRUE, TRUE },
    { "$Labeltodo", "to do", FALSE, TRUE },
    { "$LabelWork", "work", FALSE, TRUE },
    { "Núñez", "nunez", FALSE, TRUE },
    { "Work", "$label2", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folded = valija_search_fold (cases[i].typed);

      g_assert_cmpint (valija_label_is_meant (cases[i].name, folded, cases[i].beginning), ==, cases[i].meant);
    }
}

static void
count_cb (guint *n)
{
  (*n)++;
}

/* Only what is new is told. */
static void
test_message (void)
{
  g_autoptr(ValijaMessage) message = valija_message_new (7);
  g_autoptr(ValijaMessageRow) row = valija_message_row_new ();
  g_autoptr(ValijaMessageRow) copy = NULL;
  static const char * const labels[] = { "Later", "Work", NULL };
  guint n = 0;

  g_signal_connect_swapped (message, "notify::labels", G_CALLBACK (count_cb), &n);
  g_assert_cmpuint (g_strv_length ((char **) valija_message_get_labels (message)), ==, 0);

  row->id = 7;
  row->labels = g_strdupv ((char **) labels);
  copy = valija_message_row_copy (row);
  g_assert_cmpstrv (copy->labels, labels);
  valija_message_fill (message, NULL, row);
  g_assert_cmpstrv (valija_message_get_labels (message), labels);
  g_assert_cmpuint (n, ==, 1);

  valija_message_set_labels (message, labels);
  g_assert_cmpuint (n, ==, 1);
  valija_message_set_labels (message, NULL);
  g_assert_cmpuint (n, ==, 2);
  {
    g_auto(GStrv) told = NULL;

    g_object_get (message, "labels", &told, NULL);
    g_assert_cmpuint (g_strv_length (told), ==, 0);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/labels/sets", test_sets);
  g_test_add_func ("/model/labels/bounds", test_bounds);
  g_test_add_func ("/model/labels/filter", test_filter);
  g_test_add_func ("/model/labels/text", test_text);
  g_test_add_func ("/model/labels/words", test_words);
  g_test_add_func ("/model/labels/message", test_message);

  return g_test_run ();
}
