/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-filter.h"

#include <string.h>

#define REPLACEMENT "\357\277\275"

/* The longest reference is &#1114111; with room for leading zeros. */
#define REFERENCE_LIMIT 16
/* Of an end tag enough to see whether it is an envelope's: </PREFIX:Envelope */
#define TAG_LIMIT 64

typedef enum
{
  STATE_TEXT,
  STATE_SEQUENCE,  /* within a character of several bytes */
  STATE_REFERENCE, /* behind & */
  STATE_OPEN,      /* behind < */
  STATE_END_TAG,   /* behind </ */
} State;

struct _ValijaEwsFilter
{
  State state;
  GString *held;   /* the bytes of the sequence, reference or end tag so far */
  guint awaited;   /* SEQUENCE: how many are still to come */
};

ValijaEwsFilter *
valija_ews_filter_new (void)
{
  ValijaEwsFilter *self = g_new0 (ValijaEwsFilter, 1);

  self->held = g_string_new (NULL);

  return self;
}

void
valija_ews_filter_free (ValijaEwsFilter *self)
{
  g_string_free (self->held, TRUE);
  g_free (self);
}

/* XML 1.0 §2.2 */
static gboolean
is_allowed (guint64 c)
{
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
         (c >= 0x10000 && c <= 0x10ffff);
}

static gboolean
is_plain (guchar c)
{
  return (c >= 0x20 && c < 0x7f && c != '&' && c != '<') || c == '\n' || c == '\r' || c == '\t';
}

static void
flush_held (ValijaEwsFilter *self,
            GString         *output)
{
  g_string_append_len (output, self->held->str, self->held->len);
  g_string_truncate (self->held, 0);
  self->state = STATE_TEXT;
}

static void
flush_sequence (ValijaEwsFilter *self,
                GString         *output)
{
  gunichar c = g_utf8_get_char_validated (self->held->str, self->held->len);

  if (c == (gunichar) -1 || c == (gunichar) -2 || !is_allowed (c))
    g_string_assign (self->held, REPLACEMENT);
  flush_held (self, output);
}

/* The held reference is whole, from & to ;. */
static void
flush_reference (ValijaEwsFilter *self,
                 GString         *output)
{
  const char *text = self->held->str;
  guint64 c = 0;
  gboolean is_number = FALSE;

  if (g_str_has_prefix (text, "&#x"))
    is_number = g_ascii_isxdigit (text[3]) && (c = g_ascii_strtoull (text + 3, NULL, 16), TRUE);
  else if (g_str_has_prefix (text, "&#"))
    is_number = g_ascii_isdigit (text[2]) && (c = g_ascii_strtoull (text + 2, NULL, 10), TRUE);

  if (is_number && !is_allowed (c))
    g_string_assign (self->held, REPLACEMENT);
  flush_held (self, output);
}

static gboolean
ends_envelope (const char *tag)
{
  const char *name = strchr (tag, ':');
  gsize length;

  name = name != NULL ? name + 1 : tag + strlen ("</");
  length = strcspn (name, " \t\r\n>");

  return length == strlen ("Envelope") && strncmp (name, "Envelope", length) == 0;
}

/* Returns whether @c was taken; otherwise it is to be looked at again as text. */
static gboolean
take_held (ValijaEwsFilter *self,
           guchar           c,
           GString         *output,
           gboolean        *ended)
{
  switch (self->state)
    {
    case STATE_SEQUENCE:
      if ((c & 0xc0) != 0x80)
        {
          flush_sequence (self, output);
          return FALSE;
        }
      g_string_append_c (self->held, c);
      if (--self->awaited == 0)
        flush_sequence (self, output);
      return TRUE;

    case STATE_REFERENCE:
      if (c != ';' && c != '#' && !g_ascii_isalnum (c))
        {
          flush_held (self, output);
          return FALSE;
        }
      g_string_append_c (self->held, c);
      if (c == ';')
        flush_reference (self, output);
      else if (self->held->len == REFERENCE_LIMIT)
        flush_held (self, output);
      return TRUE;

    case STATE_OPEN:
      if (c != '/')
        {
          flush_held (self, output);
          return FALSE;
        }
      g_string_append_c (self->held, c);
      self->state = STATE_END_TAG;
      return TRUE;

    case STATE_END_TAG:
      if (!is_plain (c))
        {
          flush_held (self, output);
          return FALSE;
        }
      g_string_append_c (self->held, c);
      if (c == '>')
        {
          *ended = ends_envelope (self->held->str);
          flush_held (self, output);
        }
      else if (self->held->len == TAG_LIMIT)
        flush_held (self, output);
      return TRUE;

    case STATE_TEXT:
    default:
      g_assert_not_reached ();
    }
}

static void
take_special (ValijaEwsFilter *self,
              guchar           c,
              GString         *output)
{
  if (c == '&' || c == '<')
    {
      g_string_append_c (self->held, c);
      self->state = c == '&' ? STATE_REFERENCE : STATE_OPEN;
    }
  else if (c >= 0xc2 && c <= 0xf4)
    {
      g_string_append_c (self->held, c);
      self->state = STATE_SEQUENCE;
      self->awaited = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    }
  else if (c == 0x7f)
    g_string_append_c (output, c);
  else
    g_string_append (output, REPLACEMENT);
}

gsize
valija_ews_filter_feed (ValijaEwsFilter *self,
                        const void      *data,
                        gsize            length,
                        GString         *output,
                        gboolean        *ended)
{
  const guchar *bytes = data;
  gsize i = 0;

  g_return_val_if_fail (self != NULL && output != NULL && ended != NULL, 0);

  *ended = FALSE;
  while (i < length && !*ended)
    {
      gsize start = i;

      if (self->state != STATE_TEXT)
        {
          if (take_held (self, bytes[i], output, ended))
            i++;
          continue;
        }

      while (i < length && is_plain (bytes[i]))
        i++;
      g_string_append_len (output, (const char *) bytes + start, i - start);
      if (i < length)
        take_special (self, bytes[i++], output);
    }

  return i;
}
