/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-format.h"

#include <locale.h>

static GDateTime *
make_now (void)
{
  return g_date_time_new_local (2026, 11, 23, 15, 0, 0);
}

static void
test_date (void)
{
  static const struct
  {
    int year, month, day, hour, minute;
    const char *expected;
  } cases[] = {
    { 2026, 11, 23, 9, 5, "09:05" },
    { 2026, 11, 23, 23, 59, "23:59" }, /* later today: a clock that is fast */
    { 2026, 11, 22, 23, 59, "Yesterday" },
    { 2026, 11, 20, 12, 0, "Fri" },
    { 2026, 11, 17, 0, 0, "Tue" },
    { 2026, 11, 16, 23, 59, "16 Nov" },
    { 2026, 1, 1, 0, 0, "1 Jan" },
    { 2025, 12, 31, 23, 0, "31 Dec 2025" },
    { 2027, 2, 1, 0, 0, "1 Feb 2027" }, /* from the future */
    { 2026, 11, 24, 9, 0, "24 Nov" },
  };
  g_autoptr(GDateTime) now = make_now ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GDateTime) when = g_date_time_new_local (cases[i].year, cases[i].month, cases[i].day, cases[i].hour,
                                                         cases[i].minute, 0);
      g_autofree char *text = valija_format_date (g_date_time_to_unix (when), now);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_moment (void)
{
  g_autoptr(GDateTime) now = make_now ();
  g_autoptr(GDateTime) today = g_date_time_new_local (2026, 11, 23, 9, 5, 0);
  g_autoptr(GDateTime) this_year = g_date_time_new_local (2026, 3, 3, 9, 5, 0);
  g_autoptr(GDateTime) before = g_date_time_new_local (2024, 3, 3, 9, 5, 0);
  g_autofree char *a = valija_format_moment (g_date_time_to_unix (today), now);
  g_autofree char *b = valija_format_moment (g_date_time_to_unix (this_year), now);
  g_autofree char *c = valija_format_moment (g_date_time_to_unix (before), now);
  g_autofree char *full = valija_format_full (g_date_time_to_unix (before));

  g_assert_cmpstr (a, ==, "09:05");
  g_assert_cmpstr (b, ==, "Tue 3 Mar, 09:05");
  g_assert_cmpstr (c, ==, "3 Mar 2024, 09:05");
  g_assert_cmpstr (full, ==, "Sunday, 3 March 2024, 09:05");
}

static void
test_nothing (void)
{
  g_autofree char *none = valija_format_date (0, NULL);
  g_autofree char *far = valija_format_date (G_MAXINT64, NULL);
  g_autofree char *no_moment = valija_format_moment (G_MININT64, NULL);

  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (far, ==, "");
  g_assert_cmpstr (no_moment, ==, "");
}

static void
test_checked (void)
{
  static const struct
  {
    gint64 when;
    const char *text;
  } cases[] = {
    { 0, "Not checked yet" },
    { 1000000, "Checked just now" },
    { 1000000 - 59, "Checked just now" },
    { 1000000 - 60, "Checked 1 minute ago" },
    { 1000000 - 59 * 60, "Checked 59 minutes ago" },
    { 1000000 - 3600, "Checked 1 hour ago" },
    { 1000000 - 23 * 3600, "Checked 23 hours ago" },
    { 1000060, "Checked just now" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = valija_format_checked (cases[i].when, 1000000);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_progress (void)
{
  static const struct
  {
    gboolean octets;
    guint64 done;
    guint64 total;
    const char *expected;
  } cases[] = {
    { FALSE, 3, 50, "3 of 50" },
    { FALSE, 3, 0, NULL },
    { TRUE, 12000000, 40000000, "12 of 40 MB" },
    { TRUE, 0, 40000000, "0 of 40 MB" },
    { TRUE, 1240000, 3500000, "1.2 of 3.5 MB" },
    { TRUE, 120000, 300000, "120 of 300 kB" },
    { TRUE, 41000000, 40000000, "40 of 40 MB" },
    { TRUE, 41000000, 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaProgress) progress = cases[i].octets ? valija_progress_new_octets ("") : valija_progress_new ("");
      g_autofree char *text = NULL;

      valija_progress_update (progress, cases[i].done, cases[i].total);
      text = valija_format_progress (progress);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ui/format/date", test_date);
  g_test_add_func ("/ui/format/moment", test_moment);
  g_test_add_func ("/ui/format/nothing", test_nothing);
  g_test_add_func ("/ui/format/checked", test_checked);
  g_test_add_func ("/ui/format/progress", test_progress);

  return g_test_run ();
}
