/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-date.h"

#include <string.h>

#define SECONDS_A_DAY 86400

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* Days from 1970-01-01 to a day of the Gregorian calendar. Years begin in March here, so that the leap day comes
 * last. */
static gint64
days_from_date (int year,
                int month,
                int day)
{
  int shifted_year = month <= 2 ? year - 1 : year;
  int shifted_month = month <= 2 ? month + 9 : month - 3;
  int day_of_year = (153 * shifted_month + 2) / 5 + day - 1;

  return (gint64) shifted_year * 365 + shifted_year / 4 - shifted_year / 100 + shifted_year / 400 + day_of_year -
         719468;
}

/* @n_digits digits at *text, which moves on; -1 when there are others. */
static int
take_digits (const char **text,
             int          n_digits)
{
  int value = 0;

  for (int i = 0; i < n_digits; i++, (*text)++)
    {
      if (!g_ascii_isdigit (**text))
        return -1;
      value = value * 10 + (**text - '0');
    }

  return value;
}

static gboolean
take_char (const char **text,
           char         c)
{
  if (**text != c)
    return FALSE;

  (*text)++;
  return TRUE;
}

static int
take_month (const char **text)
{
  for (int i = 0; i < 12; i++)
    if (g_ascii_strncasecmp (*text, month_names + 3 * i, 3) == 0)
      {
        *text += 3;
        return i + 1;
      }

  return -1;
}

gint64
valija_imap_date_parse (const char *text)
{
  int day, month, year, hour, minute, second, zone_hour, zone_minute;
  gint64 offset;
  char sign;

  while (*text == ' ')
    text++;
  day = take_digits (&text, g_ascii_isdigit (text[0]) && g_ascii_isdigit (text[1]) ? 2 : 1);
  if (day < 1 || day > 31 || !take_char (&text, '-') || (month = take_month (&text)) < 0 || !take_char (&text, '-') ||
      (year = take_digits (&text, 4)) < 0 || !take_char (&text, ' '))
    return 0;
  if ((hour = take_digits (&text, 2)) < 0 || !take_char (&text, ':') || (minute = take_digits (&text, 2)) < 0 ||
      !take_char (&text, ':') || (second = take_digits (&text, 2)) < 0)
    return 0;

  offset = 0;
  if (take_char (&text, ' ') && ((sign = *text) == '+' || sign == '-'))
    {
      text++;
      if ((zone_hour = take_digits (&text, 2)) < 0 || (zone_minute = take_digits (&text, 2)) < 0)
        return 0;
      offset = (zone_hour * 60 + zone_minute) * 60 * (sign == '-' ? -1 : 1);
    }

  return days_from_date (year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second - offset;
}

static char *
format (gint64      time,
        const char *tail)
{
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc (time);
  g_autofree char *rest = NULL;

  if (date == NULL)
    date = g_date_time_new_from_unix_utc (0);
  rest = g_date_time_format (date, tail);

  /* Not %b: a month's name must not follow the locale */
  return g_strdup_printf ("%d-%.3s-%04d%s", g_date_time_get_day_of_month (date),
                          month_names + 3 * (g_date_time_get_month (date) - 1), g_date_time_get_year (date), rest);
}

char *
valija_imap_date_format_time (gint64 time)
{
  g_autofree char *text = format (time, " %H:%M:%S +0000");

  return g_strdup_printf ("%s%s", text[1] == '-' ? " " : "", text);
}

char *
valija_imap_date_format_day (gint64 time)
{
  return format (time, "");
}
