/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "wire/smtp/valija-smtp-capabilities.h"
#include "wire/smtp/valija-smtp-parser.h"

static GString *
play (const guint8 *data,
      gsize         size,
      gsize         step)
{
  g_autoptr(ValijaSmtpParser) parser = valija_smtp_parser_new ();
  GString *log = g_string_new (NULL);

  for (gsize i = 0; i < size; i += step)
    {
      ValijaSmtpParserStatus status;

      valija_smtp_parser_feed (parser, data + i, MIN (step, size - i));
      do
        {
          g_autoptr(ValijaSmtpReply) reply = NULL;

          status = valija_smtp_parser_next (parser, &reply, NULL);
          if (status == VALIJA_SMTP_REPLY)
            {
              g_autoptr(ValijaSmtpCapabilities) capabilities = valija_smtp_capabilities_new (reply);
              g_autoptr(GError) error = NULL;
              g_autofree char *line = valija_smtp_reply_dup_line (reply);

              valija_smtp_reply_set_error (reply, i % 5, &error);
              g_string_append (log, line);
              g_string_append_c (log, '\n');
            }
        }
      while (status == VALIJA_SMTP_REPLY);

      if (status == VALIJA_SMTP_FAILED)
        {
          g_string_append_c (log, '!');
          break;
        }
    }

  return log;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  GString *whole = play (data, size, MAX (size, 1));
  GString *bytes = play (data, size, 1);
  GString *pieces = play (data, size, 7);

  g_assert_cmpmem (whole->str, whole->len, bytes->str, bytes->len);
  g_assert_cmpmem (whole->str, whole->len, pieces->str, pieces->len);

  g_string_free (whole, TRUE);
  g_string_free (bytes, TRUE);
  g_string_free (pieces, TRUE);

  return 0;
}
