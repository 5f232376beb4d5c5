/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-format.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#define DESKTOP_SCHEMA "org.gnome.desktop.interface"

/* The desktop's own choice between 14:05 and 2:05 PM; without a desktop the day has 24 hours. */
static gboolean
clock_is_12h (void)
{
  static int answer = -1;

  if (answer < 0)
    {
      GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
      g_autoptr(GSettingsSchema) schema = NULL;

      if (source != NULL)
        schema = g_settings_schema_source_lookup (source, DESKTOP_SCHEMA, TRUE);

      answer = FALSE;
      if (schema != NULL && g_settings_schema_has_key (schema, "clock-format"))
        {
          g_autoptr(GSettings) settings = g_settings_new (DESKTOP_SCHEMA);
          g_autofree char *format = g_settings_get_string (settings, "clock-format");

          answer = g_str_equal (format, "12h");
        }
    }

  return answer;
}

static char *
format_time (GDateTime *when)
{
  /* Translators: the time of day where the desktop uses twelve hours, see g_date_time_format() */
  const char *twelve = _("%-I:%M %p");
  /* Translators: the time of day where the desktop uses twenty-four hours, see
   * g_date_time_format() */
  const char *twenty_four = _("%H:%M");

  return g_date_time_format (when, clock_is_12h () ? twelve : twenty_four);
}

/* Midnights between two local times; negative when @when is in the future. */
static gint64
days_between (GDateTime *when,
              GDateTime *now)
{
  GDate then_day;
  GDate now_day;
  int year, month, day;

  g_date_time_get_ymd (when, &year, &month, &day);
  g_date_clear (&then_day, 1);
  g_date_set_dmy (&then_day, day, month, year);
  g_date_time_get_ymd (now, &year, &month, &day);
  g_date_clear (&now_day, 1);
  g_date_set_dmy (&now_day, day, month, year);

  return g_date_days_between (&then_day, &now_day);
}

/* (transfer none): the local one. It is looked up in files, which a list would do for each of its rows. */
static GTimeZone *
get_time_zone (void)
{
  static GTimeZone *zone;
  static gint64 looked_up;
  gint64 now = g_get_monotonic_time ();

  if (zone == NULL || now - looked_up > G_USEC_PER_SEC)
    {
      g_clear_pointer (&zone, g_time_zone_unref);
      zone = g_time_zone_new_local ();
      looked_up = now;
    }

  return zone;
}

char *
valija_format_date (gint64     when,
                    GDateTime *now)
{
  g_autoptr(GDateTime) present = now != NULL ? g_date_time_ref (now) : g_date_time_new_now (get_time_zone ());
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc (when);
  g_autoptr(GDateTime) date = moment != NULL ? g_date_time_to_timezone (moment, get_time_zone ()) : NULL;
  gint64 days;

  if (when == 0 || present == NULL || date == NULL)
    return g_strdup ("");

  days = days_between (date, present);

  if (days == 0)
    return format_time (date);

  if (days == 1)
    return g_strdup (_("Yesterday"));

  if (days > 1 && days < 7)
    return g_date_time_format (date, "%a");

  if (g_date_time_get_year (date) == g_date_time_get_year (present))
    /* Translators: a day of this year in a list, see g_date_time_format() */
    return g_date_time_format (date, _("%-d %b"));

  /* Translators: a day of another year, see g_date_time_format() */
  return g_date_time_format (date, _("%-d %b %Y"));
}

char *
valija_format_moment (gint64     when,
                      GDateTime *now)
{
  g_autoptr(GDateTime) present = now != NULL ? g_date_time_ref (now) : g_date_time_new_now_local ();
  g_autoptr(GDateTime) date = NULL;
  g_autofree char *day = NULL;
  g_autofree char *time = NULL;

  if (when == 0 || (date = g_date_time_new_from_unix_local (when)) == NULL)
    return g_strdup ("");

  time = format_time (date);
  if (days_between (date, present) == 0)
    return g_steal_pointer (&time);

  if (g_date_time_get_year (date) == g_date_time_get_year (present))
    /* Translators: a day of this year, see g_date_time_format() */
    day = g_date_time_format (date, _("%a %-d %b"));
  else
    /* Translators: a day of another year, see g_date_time_format() */
    day = g_date_time_format (date, _("%-d %b %Y"));

  /* Translators: a day and a time of day */
  return g_strdup_printf (_("%s, %s"), day, time);
}

char *
valija_format_full (gint64 when)
{
  g_autoptr(GDateTime) date = NULL;
  g_autofree char *day = NULL;
  g_autofree char *time = NULL;

  if (when == 0 || (date = g_date_time_new_from_unix_local (when)) == NULL)
    return g_strdup ("");

  /* Translators: a whole day, see g_date_time_format() */
  day = g_date_time_format (date, _("%A, %-d %B %Y"));
  time = format_time (date);

  /* Translators: a day and a time of day */
  return g_strdup_printf (_("%s, %s"), day, time);
}

char *
valija_format_checked (gint64 when,
                       gint64 now)
{
  gint64 minutes;
  g_autofree char *date = NULL;

  if (when == 0)
    return g_strdup (_("Not checked yet"));

  minutes = ((now != 0 ? now : g_get_real_time () / G_USEC_PER_SEC) - when) / 60;
  if (minutes < 1)
    return g_strdup (_("Checked just now"));

  if (minutes < 60)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Checked %u minute ago", "Checked %u minutes ago",
                                         (guint) minutes), (guint) minutes);

  if (minutes < 24 * 60)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Checked %u hour ago", "Checked %u hours ago",
                                         (guint) minutes / 60), (guint) minutes / 60);

  date = valija_format_date (when, NULL);

  /* Translators: %s is the time of today ("14:05") or a day */
  return g_strdup_printf (_("Last check: %s"), date);
}

char *
valija_format_count (guint64 count)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT, count);
}

/* Both in the unit of the whole, so that they can be compared at a glance. */
static char *
format_octets (guint64 done,
               guint64 total)
{
  const guint64 unit = total < 1000 * 1000 ? 1000 : 1000 * 1000;
  int n_decimals = unit > 1000 && total < 10 * unit ? 1 : 0;
  g_autofree char *part = g_strdup_printf ("%.*f", n_decimals, (double) done / (double) unit);
  g_autofree char *all = g_strdup_printf ("%.*f", n_decimals, (double) total / (double) unit);

  if (unit == 1000)
    /* Translators: how many kilobytes of how many have come */
    return g_strdup_printf (_("%s of %s kB"), part, all);

  /* Translators: how many megabytes of how many have come */
  return g_strdup_printf (_("%s of %s MB"), part, all);
}

char *
valija_format_progress (ValijaProgress *progress)
{
  guint64 done = valija_progress_get_done (progress);
  guint64 total = valija_progress_get_total (progress);
  g_autofree char *part = NULL;
  g_autofree char *all = NULL;

  if (total == 0)
    return NULL;

  if (valija_progress_get_octets (progress))
    return format_octets (MIN (done, total), total);

  part = valija_format_count (done);
  all = valija_format_count (total);

  /* Translators: how much of how much is done: "1,200 of 5,000" */
  return g_strdup_printf (_("%s of %s"), part, all);
}

char *
valija_format_failure (GListModel    *accounts,
                       ValijaAccount *account,
                       const GError  *error)
{
  g_autofree char *title = NULL;

  g_return_val_if_fail (G_IS_LIST_MODEL (accounts), NULL);
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);
  g_return_val_if_fail (error != NULL, NULL);

  title = valija_error_dup_title (error);
  if (g_list_model_get_n_items (accounts) < 2 || g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_OFFLINE) ||
      g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_DISK_FULL))
    return g_steal_pointer (&title);

  /* Translators: an account, and what went wrong with it */
  return g_strdup_printf (_("%s: %s"), valija_account_get_name (account), title);
}
