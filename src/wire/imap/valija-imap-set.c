/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-set.h"

struct _ValijaImapSet
{
  GArray *ranges;  /* of ValijaImapRange */
  gboolean sorted;
};

ValijaImapSet *
valija_imap_set_new (void)
{
  ValijaImapSet *self = g_new0 (ValijaImapSet, 1);

  self->ranges = g_array_new (FALSE, FALSE, sizeof (ValijaImapRange));
  self->sorted = TRUE;

  return self;
}

ValijaImapSet *
valija_imap_set_copy (const ValijaImapSet *self)
{
  ValijaImapSet *copy = valija_imap_set_new ();

  g_array_append_vals (copy->ranges, self->ranges->data, self->ranges->len);
  copy->sorted = self->sorted;

  return copy;
}

void
valija_imap_set_free (ValijaImapSet *self)
{
  g_array_unref (self->ranges);
  g_free (self);
}

static ValijaImapRange *
get_range (const ValijaImapSet *self,
           guint                i)
{
  return &g_array_index (self->ranges, ValijaImapRange, i);
}

static int
compare_ranges (gconstpointer a,
                gconstpointer b)
{
  const ValijaImapRange *one = a;
  const ValijaImapRange *other = b;

  return (one->first > other->first) - (one->first < other->first);
}

/* Sorting changes how the set is kept, not which set it is. */
static void
ensure_sorted (const ValijaImapSet *set)
{
  ValijaImapSet *self = (ValijaImapSet *) set;
  guint n = 0;

  if (self->sorted)
    return;

  g_array_sort (self->ranges, compare_ranges);
  for (guint i = 1; i < self->ranges->len; i++)
    {
      ValijaImapRange *last = get_range (self, n);
      ValijaImapRange *range = get_range (self, i);

      if (range->first - 1 <= last->last)
        last->last = MAX (last->last, range->last);
      else
        *get_range (self, ++n) = *range;
    }
  g_array_set_size (self->ranges, n + 1);
  self->sorted = TRUE;
}

void
valija_imap_set_add (ValijaImapSet *self,
                     guint32        first,
                     guint32        last)
{
  ValijaImapRange range = { MAX (MIN (first, last), 1), MAX (first, last) };
  ValijaImapRange *end;

  if (range.last == 0)
    return;

  if (self->ranges->len == 0)
    {
      g_array_append_val (self->ranges, range);
      return;
    }

  end = get_range (self, self->ranges->len - 1);
  if (self->sorted && range.first >= end->first && range.first - 1 <= end->last)
    {
      end->last = MAX (end->last, range.last);
      return;
    }

  self->sorted = self->sorted && range.first > end->last;
  g_array_append_val (self->ranges, range);
}

void
valija_imap_set_add_set (ValijaImapSet       *self,
                         const ValijaImapSet *other)
{
  if (other->ranges->len == 0)
    return;

  g_array_append_vals (self->ranges, other->ranges->data, other->ranges->len);
  self->sorted = FALSE;
}

void
valija_imap_set_remove_set (ValijaImapSet       *self,
                            const ValijaImapSet *other)
{
  g_autoptr(GArray) left = g_array_new (FALSE, FALSE, sizeof (ValijaImapRange));
  guint j = 0;

  ensure_sorted (self);
  ensure_sorted (other);

  for (guint i = 0; i < self->ranges->len; i++)
    {
      guint64 first = get_range (self, i)->first;
      guint64 last = get_range (self, i)->last;

      while (j < other->ranges->len && get_range (other, j)->last < first)
        j++;

      for (guint k = j; first <= last && k < other->ranges->len && get_range (other, k)->first <= last; k++)
        {
          ValijaImapRange before = { first, get_range (other, k)->first - 1 };

          if (get_range (other, k)->first > first)
            g_array_append_val (left, before);
          first = (guint64) get_range (other, k)->last + 1;
        }

      if (first <= last)
        {
          ValijaImapRange rest = { first, last };

          g_array_append_val (left, rest);
        }
    }

  g_array_unref (self->ranges);
  self->ranges = g_steal_pointer (&left);
}

void
valija_imap_set_clip (ValijaImapSet *self,
                      guint32        first,
                      guint32        last)
{
  guint n = 0;

  ensure_sorted (self);
  for (guint i = 0; i < self->ranges->len; i++)
    {
      ValijaImapRange range = *get_range (self, i);

      range.first = MAX (range.first, first);
      range.last = MIN (range.last, last);
      if (range.first <= range.last)
        *get_range (self, n++) = range;
    }
  g_array_set_size (self->ranges, n);
}

gboolean
valija_imap_set_contains (const ValijaImapSet *self,
                          guint32              number)
{
  guint low = 0;
  guint high;

  ensure_sorted (self);
  high = self->ranges->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const ValijaImapRange *range = get_range (self, middle);

      if (number < range->first)
        high = middle;
      else if (number > range->last)
        low = middle + 1;
      else
        return TRUE;
    }

  return FALSE;
}

guint64
valija_imap_set_count (const ValijaImapSet *self)
{
  guint64 count = 0;

  ensure_sorted (self);
  for (guint i = 0; i < self->ranges->len; i++)
    count += (guint64) get_range (self, i)->last - get_range (self, i)->first + 1;

  return count;
}

gboolean
valija_imap_set_is_empty (const ValijaImapSet *self)
{
  return self->ranges->len == 0;
}

const ValijaImapRange *
valija_imap_set_get_ranges (const ValijaImapSet *self,
                            guint               *n_ranges)
{
  ensure_sorted (self);
  *n_ranges = self->ranges->len;

  return (const ValijaImapRange *) self->ranges->data;
}

char *
valija_imap_set_to_string (const ValijaImapSet *self)
{
  GString *text = g_string_new (NULL);

  ensure_sorted (self);
  for (guint i = 0; i < self->ranges->len; i++)
    {
      const ValijaImapRange *range = get_range (self, i);

      g_string_append_printf (text, "%s%u", i > 0 ? "," : "", range->first);
      if (range->last > range->first)
        g_string_append_printf (text, ":%u", range->last);
    }

  return g_string_free (text, FALSE);
}

/* A number or "*" at @text; NULL when it is neither. */
static const char *
parse_number (const char *text,
              guint32     star,
              guint32    *number)
{
  guint64 value = 0;

  if (*text == '*')
    {
      *number = star;
      return star > 0 ? text + 1 : NULL;
    }
  if (!g_ascii_isdigit (*text))
    return NULL;

  for (; g_ascii_isdigit (*text); text++)
    {
      value = value * 10 + (*text - '0');
      if (value > G_MAXUINT32)
        return NULL;
    }
  *number = value;

  return value > 0 ? text : NULL;
}

/* One range at @text. Returns what is behind it and a comma, or NULL. */
static const char *
parse_range (const char      *text,
             guint32          star,
             ValijaImapRange *range)
{
  text = parse_number (text, star, &range->first);
  if (text == NULL)
    return NULL;

  range->last = range->first;
  if (*text == ':' && (text = parse_number (text + 1, star, &range->last)) == NULL)
    return NULL;
  if (*text == ',')
    return text[1] != '\0' ? text + 1 : NULL;

  return *text == '\0' ? text : NULL;
}

ValijaImapSet *
valija_imap_set_parse (const char *text,
                       guint32     star)
{
  g_autoptr(ValijaImapSet) self = valija_imap_set_new ();

  do
    {
      ValijaImapRange range;

      text = parse_range (text, star, &range);
      if (text == NULL)
        return NULL;
      valija_imap_set_add (self, range.first, range.last);
    }
  while (*text != '\0');

  return g_steal_pointer (&self);
}

GArray *
valija_imap_set_parse_list (const char *text,
                            guint       limit)
{
  g_autoptr(GArray) list = g_array_new (FALSE, FALSE, sizeof (guint32));

  do
    {
      ValijaImapRange range;
      gint64 step;

      text = parse_range (text, 0, &range);
      if (text == NULL || (guint64) ABS ((gint64) range.last - range.first) + list->len >= limit)
        return NULL;

      step = range.last >= range.first ? 1 : -1;
      for (gint64 number = range.first; number != range.last + step; number += step)
        {
          guint32 value = number;

          g_array_append_val (list, value);
        }
    }
  while (*text != '\0');

  return g_steal_pointer (&list);
}
