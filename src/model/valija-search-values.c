/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-search-term.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Days and sizes, as people write them. */

#define MAX_TEXT_BYTES 64
#define MAX_PARTS 6
#define MAX_DIGITS 4
#define MAX_SIZE_DIGITS 12

/* A day that is named without a year. */
#define NO_YEAR 0

typedef enum
{
  DAY,
  MONTH,
  YEAR,
} Length;

typedef struct
{
  char *word;               /* nullable: it is a number */
  int number;
  guint n_digits;
} Part;

typedef struct
{
  Part parts[MAX_PARTS];
  guint n_parts;
  char separator;           /* behind the first part, 0: none */
} Date;

static const char * const english_months[] = {
  "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
  "september sep sept", "october oct", "november nov", "december dec",
};

static const char * const english_days[] = {
  "monday mon", "tuesday tue", "wednesday wed", "thursday thu", "friday fri", "saturday sat", "sunday sun",
};

static void
date_clear (Date *self)
{
  for (guint i = 0; i < self->n_parts; i++)
    g_free (self->parts[i].word);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Date, date_clear)

static gboolean
is_separator (char c)
{
  return strchr ("-/., ", c) != NULL;
}

static gboolean
is_filling (const char *word)
{
  /* Translators: what stands between the parts of a date and says nothing, as in "3 of March": words separated by
   * spaces */
  return valija_search_is_word (word, "of the", FALSE) || valija_search_is_word (word, C_("search date", "of"), FALSE);
}

/* Numbers and words; a change between the two ends a part as well: "2w". */
static gboolean
split (const char *text,
       Date       *date)
{
  for (const char *p = text; *p != '\0';)
    {
      const char *start = p;
      Part *part;

      if (is_separator (*p))
        {
          if (date->n_parts == 1 && date->separator == 0)
            date->separator = *p;
          p++;
          continue;
        }

      if (date->n_parts == MAX_PARTS)
        return FALSE;

      part = &date->parts[date->n_parts];
      if (g_ascii_isdigit (*p))
        {
          for (; g_ascii_isdigit (*p); p++)
            part->number = MIN (part->number * 10 + g_ascii_digit_value (*p), 100000);
          part->n_digits = p - start;
          if (part->n_digits > MAX_DIGITS)
            return FALSE;
          date->n_parts++;
          continue;
        }

      while (*p != '\0' && !is_separator (*p) && !g_ascii_isdigit (*p))
        p++;
      part->word = g_strndup (start, p - start);
      if (is_filling (part->word))
        g_clear_pointer (&part->word, g_free);
      else
        date->n_parts++;
    }

  return date->n_parts > 0;
}

/* As the locale has it, in the formats that follow each other: "%B" and "%b". */
static gboolean
is_local_name (GDateTime  *date,
               const char *word,
               const char *long_format,
               const char *short_format)
{
  g_autofree char *long_name = g_date_time_format (date, long_format);
  g_autofree char *short_name = g_date_time_format (date, short_format);
  g_autofree char *names = NULL;

  /* Some write a full stop behind a short name, which has gone as a separator */
  names = g_strconcat (long_name != NULL ? long_name : "", " ", short_name != NULL ? short_name : "", NULL);
  g_strdelimit (names, ".", ' ');

  return valija_search_is_word (word, names, FALSE);
}

/* 1 to 12, 0: it is none. */
static int
find_month (const char *word)
{
  for (int i = 0; i < 12; i++)
    {
      g_autoptr(GDateTime) day = g_date_time_new_utc (2024, i + 1, 1, 0, 0, 0);

      if (valija_search_is_word (word, english_months[i], FALSE) || is_local_name (day, word, "%B", "%b") ||
          is_local_name (day, word, "%OB", "%Ob"))
        return i + 1;
    }

  return 0;
}

/* 1 (Monday) to 7, 0: it is none. */
static int
find_weekday (const char *word)
{
  for (int i = 0; i < 7; i++)
    {
      /* A Monday */
      g_autoptr(GDateTime) day = g_date_time_new_utc (2024, 1, 1 + i, 0, 0, 0);

      if (valija_search_is_word (word, english_days[i], FALSE) || is_local_name (day, word, "%A", "%a"))
        return i + 1;
    }

  return 0;
}

static GDateTime *
midnight_of (GDateTime *time)
{
  return g_date_time_new_local (g_date_time_get_year (time), g_date_time_get_month (time),
                                g_date_time_get_day_of_month (time), 0, 0, 0);
}

static GDateTime *
days_before (GDateTime *now,
             int        n_days)
{
  g_autoptr(GDateTime) today = midnight_of (now);

  return today != NULL ? g_date_time_add_days (today, -n_days) : NULL;
}

static GDateTime *
find_named_day (const char *word,
                GDateTime  *now)
{
  int weekday;

  /* Translators: days in the search box, "after:yesterday"; words separated by spaces */
  if (valija_search_is_word (word, "today", FALSE) || valija_search_is_word (word, C_("search date", "today"), FALSE))
    return days_before (now, 0);
  if (valija_search_is_word (word, "yesterday", FALSE) ||
      valija_search_is_word (word, C_("search date", "yesterday"), FALSE))
    return days_before (now, 1);

  weekday = find_weekday (word);
  if (weekday != 0)
    return days_before (now, (g_date_time_get_day_of_week (now) - weekday + 7) % 7);

  return NULL;
}

/* So many units before today. */
static GDateTime *
find_relative (int         number,
               const char *unit,
               GDateTime  *now)
{
  g_autoptr(GDateTime) today = midnight_of (now);

  if (today == NULL)
    return NULL;

  /* Translators: how long ago, in the search box: "before:2w" is two weeks ago. The letter, then the words for one and
   * for many, separated by spaces; the English ones work in all languages */
  if (valija_search_is_word (unit, "d day days", FALSE) ||
      valija_search_is_word (unit, C_("search unit", "d day days"), FALSE))
    return g_date_time_add_days (today, -number);
  if (valija_search_is_word (unit, "w week weeks", FALSE) ||
      valija_search_is_word (unit, C_("search unit", "w week weeks"), FALSE))
    return g_date_time_add_weeks (today, -number);
  if (valija_search_is_word (unit, "m month months", FALSE) ||
      valija_search_is_word (unit, C_("search unit", "m month months"), FALSE))
    return g_date_time_add_months (today, -number);
  if (valija_search_is_word (unit, "y year years", FALSE) ||
      valija_search_is_word (unit, C_("search unit", "y year years"), FALSE))
    return g_date_time_add_years (today, -number);

  return NULL;
}

/* Whether "3/4/2026" begins with the month where the user is. */
static gboolean
begins_with_month (void)
{
  g_autoptr(GDateTime) example = g_date_time_new_utc (2024, 12, 31, 0, 0, 0);
  g_autofree char *text = g_date_time_format (example, "%x");

  return text != NULL && g_str_has_prefix (text, "12");
}

/* The last one that has begun, where no year is named. */
static GDateTime *
make_day (int        year,
          int        month,
          int        day,
          GDateTime *now)
{
  g_autoptr(GDateTime) found = NULL;

  if (year != NO_YEAR)
    return g_date_time_new_local (year, month, day, 0, 0, 0);

  found = g_date_time_new_local (g_date_time_get_year (now), month, day, 0, 0, 0);
  if (found == NULL || g_date_time_compare (found, now) <= 0)
    return g_steal_pointer (&found);

  return g_date_time_new_local (g_date_time_get_year (now) - 1, month, day, 0, 0, 0);
}

static GDateTime *
find_numeric (const Date *date,
              GDateTime  *now,
              Length     *length)
{
  const Part *parts = date->parts;
  gboolean year_first = parts[0].n_digits == MAX_DIGITS;
  gboolean year_last = parts[date->n_parts - 1].n_digits == MAX_DIGITS;
  gboolean month_first = date->separator == '/' && begins_with_month ();

  for (guint i = 0; i < date->n_parts; i++)
    if (parts[i].number == 0)
      return NULL;

  if (date->n_parts == 1)
    {
      *length = YEAR;
      return year_first ? make_day (parts[0].number, 1, 1, now) : NULL;
    }

  if (date->n_parts == 2 && year_first != year_last)
    {
      *length = MONTH;
      return year_first ? make_day (parts[0].number, parts[1].number, 1, now)
                        : make_day (parts[1].number, parts[0].number, 1, now);
    }

  if (date->n_parts != 3 || year_first == year_last || parts[1].n_digits > 2)
    return NULL;

  *length = DAY;
  if (year_first)
    return make_day (parts[0].number, parts[1].number, parts[2].number, now);
  if (month_first)
    return make_day (parts[2].number, parts[0].number, parts[1].number, now);

  return make_day (parts[2].number, parts[1].number, parts[0].number, now);
}

/* One word and numbers: "3 March 2026", "March 2026", "2w". */
static GDateTime *
find_with_word (const Date *date,
                GDateTime  *now,
                Length     *length)
{
  const char *word = NULL;
  int year = NO_YEAR;
  int day = 0;
  int month;

  for (guint i = 0; i < date->n_parts; i++)
    {
      const Part *part = &date->parts[i];

      if (part->word != NULL && word == NULL)
        word = part->word;
      else if (part->word == NULL && part->n_digits == MAX_DIGITS && year == NO_YEAR && part->number != NO_YEAR)
        year = part->number;
      else if (part->word == NULL && part->n_digits <= 2 && day == 0 && part->number > 0)
        day = part->number;
      else
        return NULL;
    }

  *length = DAY;
  month = find_month (word);
  if (month == 0)
    return date->n_parts == 1 ? find_named_day (word, now) : NULL;

  if (day == 0)
    *length = MONTH;

  return make_day (year, month, MAX (day, 1), now);
}

static GDateTime *
find_start (const Date *date,
            GDateTime  *now,
            Length     *length)
{
  const Part *parts = date->parts;

  if (date->n_parts == 2 && parts[0].word == NULL && parts[1].word != NULL)
    {
      g_autoptr(GDateTime) relative = find_relative (parts[0].number, parts[1].word, now);

      *length = DAY;
      if (relative != NULL)
        return g_steal_pointer (&relative);
    }

  for (guint i = 0; i < date->n_parts; i++)
    if (parts[i].word != NULL)
      return find_with_word (date, now, length);

  return find_numeric (date, now, length);
}

gboolean
valija_search_period_parse (const char *text,
                            GDateTime  *now,
                            gint64     *from,
                            gint64     *to)
{
  g_auto(Date) date = { 0 };
  g_autoptr(GDateTime) start = NULL;
  g_autoptr(GDateTime) end = NULL;
  Length length = DAY;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (now != NULL, FALSE);

  if (strlen (text) > MAX_TEXT_BYTES || !split (text, &date) || !(start = find_start (&date, now, &length)))
    return FALSE;

  end = length == DAY ? g_date_time_add_days (start, 1)
                      : length == MONTH ? g_date_time_add_months (start, 1) : g_date_time_add_years (start, 1);
  if (end == NULL)
    return FALSE;

  *from = g_date_time_to_unix (start);
  *to = g_date_time_to_unix (end);

  return TRUE;
}

gboolean
valija_search_size_parse (const char *text,
                          guint64    *size)
{
  static const struct { const char *units; guint64 factor; } units[] = {
    { "b byte bytes", 1 }, { "k kb", 1000 }, { "m mb", 1000 * 1000 }, { "g gb", 1000 * 1000 * 1000 },
  };
  guint64 whole = 0, thousandths = 0, factor = 100;
  guint n_digits = 0;
  const char *p;

  g_return_val_if_fail (text != NULL, FALSE);

  for (p = text; g_ascii_isdigit (*p); p++, n_digits++)
    if (n_digits < MAX_SIZE_DIGITS)
      whole = whole * 10 + g_ascii_digit_value (*p);

  if (n_digits == 0 || n_digits > MAX_SIZE_DIGITS)
    return FALSE;

  if ((*p == '.' || *p == ',') && g_ascii_isdigit (p[1]))
    for (p++; g_ascii_isdigit (*p); p++, factor /= 10)
      thousandths += factor * g_ascii_digit_value (*p);

  while (*p == ' ')
    p++;

  /* Of single octets there are no parts */
  if (*p == '\0' && thousandths == 0)
    {
      *size = whole;
      return TRUE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (valija_search_is_word (p, units[i].units, FALSE))
      {
        *size = whole * units[i].factor + thousandths * units[i].factor / 1000;
        return TRUE;
      }

  return FALSE;
}
