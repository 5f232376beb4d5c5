/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-fields.h"

#include <string.h>

/* Longer than any name in use; text with a colon far in is a sentence. */
#define NAME_LIMIT 128

/* Just behind the line that begins at @at. */
static const char *
next_line (const char *at,
           const char *end)
{
  const char *feed = memchr (at, '\n', end - at);

  return feed != NULL ? feed + 1 : end;
}

static gboolean
is_empty_line (const char *at,
               const char *end)
{
  return at == end || *at == '\n' || (*at == '\r' && (at + 1 == end || at[1] == '\n'));
}

/* The length of the field name at @at, 0 if there is none; @colon is set to its colon. */
static gsize
scan_name (const char  *at,
           const char  *end,
           const char **colon)
{
  const char *p = at;
  gsize length;

  end = MIN (end, at + NAME_LIMIT);
  while (p < end && *p > ' ' && *p < 127 && *p != ':')
    p++;
  length = p - at;

  /* RFC 5322 §4.5: blanks before the colon were once allowed */
  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  if (p == end || *p != ':')
    return 0;
  *colon = p;

  return length;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* A line that is no field: skipped when the header clearly goes on behind it, else the body has
 * begun without an empty line. */
static gboolean
skip_noise (ValijaMimeFields *self)
{
  const char *next = next_line (self->at, self->end);
  const char *colon;

  if (next == self->end || (!is_blank (*next) && !is_empty_line (next, self->end) &&
                            scan_name (next, self->end, &colon) == 0))
    return FALSE;
  self->at = next;

  return TRUE;
}

void
valija_mime_fields_init (ValijaMimeFields *self,
                         const char       *block,
                         gsize             length)
{
  const char *colon;

  self->at = block;
  self->end = block + length;

  /* The separator line of mbox files */
  if (length > 5 &&
      (memcmp (block, "From ", 5) == 0 || (length > 6 && memcmp (block, ">From ", 6) == 0)))
    {
      self->at = next_line (self->at, self->end);
      return;
    }

  /* Without a field in its first line there is no header at all */
  if (length > 0 && !is_blank (*block) && !is_empty_line (block, self->end) &&
      scan_name (block, self->end, &colon) == 0)
    self->end = self->at;
}

gboolean
valija_mime_fields_next (ValijaMimeFields *self,
                         ValijaMimeField  *field)
{
  while (self->at < self->end)
    {
      const char *colon;
      const char *stop;
      gsize length;

      if (is_empty_line (self->at, self->end))
        {
          self->at = next_line (self->at, self->end);
          self->end = self->at;
          return FALSE;
        }

      length = scan_name (self->at, self->end, &colon);
      if (length == 0)
        {
          if (is_blank (*self->at))
            self->at = next_line (self->at, self->end);
          else if (!skip_noise (self))
            self->end = self->at;
          continue;
        }

      field->name = self->at;
      field->name_length = length;
      field->value = colon + 1;
      self->at = next_line (colon, self->end);
      while (self->at < self->end && is_blank (*self->at))
        self->at = next_line (self->at, self->end);

      stop = self->at;
      while (stop > field->value && (stop[-1] == '\n' || stop[-1] == '\r'))
        stop--;
      while (field->value < stop && is_blank (*field->value))
        field->value++;
      field->value_length = stop - field->value;

      return TRUE;
    }

  return FALSE;
}

gboolean
valija_mime_field_is (const ValijaMimeField *self,
                      const char            *name)
{
  return strlen (name) == self->name_length &&
         g_ascii_strncasecmp (self->name, name, self->name_length) == 0;
}

gboolean
valija_mime_fields_find (const char      *block,
                         gsize            length,
                         const char      *name,
                         ValijaMimeField *field)
{
  ValijaMimeFields fields;

  valija_mime_fields_init (&fields, block, length);
  while (valija_mime_fields_next (&fields, field))
    if (valija_mime_field_is (field, name))
      return TRUE;

  return FALSE;
}
