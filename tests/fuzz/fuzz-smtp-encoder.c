/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "wire/smtp/valija-smtp-encoder.h"

#include <string.h>

static GByteArray *
encode (ValijaSmtpFrame  frame,
        const guint8    *data,
        gsize            size,
        gsize            step)
{
  g_autoptr(ValijaSmtpEncoder) encoder = valija_smtp_encoder_new (frame);
  GByteArray *output = g_byte_array_new ();

  for (gsize i = 0; i < size; i += step)
    valija_smtp_encoder_feed (encoder, data + i, MIN (step, size - i), output);
  valija_smtp_encoder_finish (encoder, output);

  return output;
}

/* Whatever goes in: only whole line ends come out, and the end of the message stands at the end and nowhere else. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr(GByteArray) whole = encode (VALIJA_SMTP_FRAME_DATA, data, size, MAX (size, 1));
  g_autoptr(GByteArray) bytes = encode (VALIJA_SMTP_FRAME_DATA, data, size, 1);
  g_autoptr(GByteArray) counted = encode (VALIJA_SMTP_FRAME_BDAT, data, size, 5);
  ValijaSmtpMeasure measure;
  const guint8 *end;

  g_assert_cmpmem (whole->data, whole->len, bytes->data, bytes->len);

  for (guint i = 0; i < whole->len; i++)
    {
      if (whole->data[i] == '\r')
        g_assert_true (i + 1 < whole->len && whole->data[i + 1] == '\n');
      if (whole->data[i] == '\n')
        g_assert_true (i > 0 && whole->data[i - 1] == '\r');
    }

  if (whole->len > 3)
    {
      end = memmem (whole->data, whole->len, "\r\n.\r\n", 5);
      g_assert_true (end == whole->data + whole->len - 5);
      g_assert_true (memcmp (whole->data, ".\r\n", 3) != 0);
    }

  valija_smtp_measure (data, size, &measure);
  g_assert_cmpuint (measure.size, ==, counted->len);

  return 0;
}
