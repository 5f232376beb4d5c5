/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "wire/pop3/valija-pop3-listing.h"
#include "wire/pop3/valija-pop3-parser.h"

/* The events of @data fed in pieces of @step bytes, written down. Runs of content are joined: how they are cut is
 * not promised. */
static GString *
play (const guint8 *data,
      gsize         size,
      gsize         step)
{
  g_autoptr(ValijaPop3Parser) parser = valija_pop3_parser_new ();
  g_autoptr(ValijaPop3Capabilities) capabilities = valija_pop3_capabilities_new ();
  GString *log = g_string_new (NULL);
  ValijaPop3Event event;
  guint n_replies = 0;

  for (gsize i = 0; i < size; i += step)
    {
      valija_pop3_parser_feed (parser, data + i, MIN (step, size - i));

      while (valija_pop3_parser_next (parser, &event, NULL) != VALIJA_POP3_NEED_MORE)
        {
          guint number;
          guint64 octets;
          const char *uid;
          gsize uid_length;

          if (event.type != VALIJA_POP3_CHUNK)
            g_string_append_printf (log, "\n%d %d ", event.type, event.ok);
          g_string_append_len (log, event.text, event.length);

          if (event.type == VALIJA_POP3_FAILED)
            return log;

          if (event.type == VALIJA_POP3_STATUS && event.ok)
            valija_pop3_parser_expect (parser, n_replies++ % 3);

          valija_pop3_parse_uidl (event.text, event.length, &number, &uid, &uid_length);
          valija_pop3_parse_list (event.text, event.length, &number, &octets);
          valija_pop3_parse_code (event.text, event.length);
          if (event.type == VALIJA_POP3_LINE)
            valija_pop3_capabilities_add_line (capabilities, event.text, event.length);
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

  g_assert_cmpstr (whole->str, ==, bytes->str);
  g_assert_cmpmem (whole->str, whole->len, bytes->str, bytes->len);
  g_assert_cmpmem (whole->str, whole->len, pieces->str, pieces->len);

  g_string_free (whole, TRUE);
  g_string_free (bytes, TRUE);
  g_string_free (pieces, TRUE);

  return 0;
}
