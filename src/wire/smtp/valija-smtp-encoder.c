/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/smtp/valija-smtp-encoder.h"

#include <string.h>

struct _ValijaSmtpEncoder
{
  ValijaSmtpFrame frame;
  gboolean line_start;
  gboolean after_cr;  /* a CR was made a line end: a LF that follows belongs to it */
};

ValijaSmtpEncoder *
valija_smtp_encoder_new (ValijaSmtpFrame frame)
{
  ValijaSmtpEncoder *self = g_new0 (ValijaSmtpEncoder, 1);

  self->frame = frame;
  self->line_start = TRUE;

  return self;
}

void
valija_smtp_encoder_free (ValijaSmtpEncoder *self)
{
  g_free (self);
}

/* The first CR or LF, or @end. Two passes of memchr() over one line are faster than one loop of ours. */
static const char *
find_line_end (const char *text,
               const char *end)
{
  const char *lf = memchr (text, '\n', end - text);
  const char *cr;

  if (lf == NULL)
    lf = end;

  cr = memchr (text, '\r', lf - text);
  return cr != NULL ? cr : lf;
}

void
valija_smtp_encoder_feed (ValijaSmtpEncoder *self,
                          const void        *data,
                          gsize              length,
                          GByteArray        *output)
{
  const char *text = data;
  const char *end = text + length;

  g_return_if_fail (self != NULL);
  g_return_if_fail (output != NULL);

  while (text < end)
    {
      const char *line_end;

      if (self->after_cr)
        {
          self->after_cr = FALSE;
          if (*text == '\n')
            {
              text++;
              continue;
            }
        }

      if (self->line_start && *text == '.' && self->frame == VALIJA_SMTP_FRAME_DATA)
        g_byte_array_append (output, (const guint8 *) ".", 1);

      line_end = find_line_end (text, end);
      g_byte_array_append (output, (const guint8 *) text, line_end - text);
      self->line_start = FALSE;

      if (line_end < end)
        {
          g_byte_array_append (output, (const guint8 *) "\r\n", 2);
          self->line_start = TRUE;
          self->after_cr = *line_end == '\r';
          line_end++;
        }

      text = line_end;
    }
}

void
valija_smtp_encoder_finish (ValijaSmtpEncoder *self,
                            GByteArray        *output)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (output != NULL);

  if (!self->line_start)
    g_byte_array_append (output, (const guint8 *) "\r\n", 2);
  if (self->frame == VALIJA_SMTP_FRAME_DATA)
    g_byte_array_append (output, (const guint8 *) ".\r\n", 3);

  self->line_start = TRUE;
}

void
valija_smtp_measure (const void        *data,
                     gsize              length,
                     ValijaSmtpMeasure *measure)
{
  const char *text = data;
  const char *end = text + length;
  gboolean in_header = TRUE;

  g_return_if_fail (measure != NULL);

  *measure = (ValijaSmtpMeasure) { 0 };

  while (text < end)
    {
      const char *line_end = find_line_end (text, end);

      if (line_end == text)
        in_header = FALSE;

      for (const char *p = text; !(measure->eightbit && !in_header) && p < line_end; p++)
        {
          if ((guint8) *p > 127)
            {
              measure->eightbit = TRUE;
              measure->eightbit_header |= in_header;
            }
        }

      measure->size += line_end - text + 2;

      if (line_end < end)
        line_end += line_end + 1 < end && line_end[0] == '\r' && line_end[1] == '\n' ? 2 : 1;
      text = line_end;
    }
}
