/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/imap-dump.h"

#include "base/valija-error.h"

#include <string.h>

static void
dump_octets (GString    *out,
             const char *octets,
             gsize       length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (octets[i] >= ' ' && octets[i] <= '~')
        g_string_append_c (out, octets[i]);
      else
        g_string_append_printf (out, "<%02x>", (guint8) octets[i]);
    }
}

/* Iterative, since fuzzing nests deeper than a recursion here should. */
static void
dump_values (GString       *out,
             ValijaImapIter iter,
             GPtrArray     *streams)
{
  GArray *stack = g_array_new (FALSE, FALSE, sizeof (ValijaImapIter));
  ValijaImapValue value;
  guint stream = 0;
  gsize length;

  for (;;)
    {
      if (!valija_imap_iter_next (&iter, &value))
        {
          if (stack->len == 0)
            break;
          iter = g_array_index (stack, ValijaImapIter, stack->len - 1);
          g_array_set_size (stack, stack->len - 1);
          g_string_append (out, " )");
          continue;
        }

      g_string_append_c (out, ' ');
      switch (valija_imap_value_get_kind (value))
        {
        case VALIJA_IMAP_VALUE_LIST:
          g_string_append_c (out, '(');
          g_array_append_val (stack, iter);
          iter = valija_imap_value_iter (value);
          break;

        case VALIJA_IMAP_VALUE_STREAM:
          {
            GByteArray *octets = g_ptr_array_index (streams, stream++);

            g_string_append (out, "~~");
            dump_octets (out, (const char *) octets->data, octets->len);
            break;
          }

        case VALIJA_IMAP_VALUE_QUOTED:
        case VALIJA_IMAP_VALUE_LITERAL:
        case VALIJA_IMAP_VALUE_ATOM:
          {
            const char *string = valija_imap_value_get_string (value, &length);
            ValijaImapValueKind kind = valija_imap_value_get_kind (value);

            if (kind != VALIJA_IMAP_VALUE_ATOM)
              g_string_append_printf (out, "%c", kind == VALIJA_IMAP_VALUE_QUOTED ? '"' : '=');
            if (string == NULL)
              g_string_append (out, "nil");
            else
              dump_octets (out, string, length);
            break;
          }

        case VALIJA_IMAP_VALUE_NONE:
        default:
          g_assert_not_reached ();
        }
    }

  g_array_unref (stack);
}

static void
dump_response (GString            *out,
               ValijaImapResponse *response,
               GPtrArray          *streams)
{
  const char *tag = valija_imap_response_get_tag (response);

  g_string_append_printf (out, "%s %d", tag != NULL ? tag : "*", valija_imap_response_get_kind (response));
  if (valija_imap_response_get_number (response) != 0)
    g_string_append_printf (out, " #%u", valija_imap_response_get_number (response));
  if (valija_imap_response_get_code (response) != VALIJA_IMAP_CODE_NONE)
    {
      g_string_append_printf (out, " [%d", valija_imap_response_get_code (response));
      dump_values (out, valija_imap_response_iter_code (response), streams);
      g_string_append_c (out, ']');
    }
  dump_values (out, valija_imap_response_iter (response), streams);
  if (*valija_imap_response_get_text (response) != '\0')
    {
      g_string_append (out, " | ");
      dump_octets (out, valija_imap_response_get_text (response), strlen (valija_imap_response_get_text (response)));
    }
  g_string_append_c (out, '\n');
}

/* All that can be had now. FALSE once it failed. */
static gboolean
dump_events (GString          *out,
             ValijaImapParser *parser,
             GPtrArray        *streams)
{
  for (;;)
    {
      g_autoptr(GError) error = NULL;
      ValijaImapEvent event;

      switch (valija_imap_parser_next (parser, &event, &error))
        {
        case VALIJA_IMAP_PARSER_NEED_MORE:
          return TRUE;

        case VALIJA_IMAP_PARSER_LITERAL:
          g_assert_cmpuint (event.length, >, 0);
          if (event.stream == streams->len)
            g_ptr_array_add (streams, g_byte_array_new ());
          g_byte_array_append (g_ptr_array_index (streams, event.stream), event.data, event.length);
          break;

        case VALIJA_IMAP_PARSER_RESPONSE:
          dump_response (out, event.response, streams);
          g_ptr_array_set_size (streams, 0);
          break;

        case VALIJA_IMAP_PARSER_FAILED:
        default:
          g_assert_true (error != NULL && error->domain == VALIJA_ERROR);
          g_string_append (out, error->code == VALIJA_ERROR_LIMIT ? "LIMIT\n" : "PROTOCOL\n");
          return FALSE;
        }
    }
}

char *
imap_dump (const void *input,
           gsize       length,
           gsize       step,
           gsize       inline_limit)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_autoptr(GPtrArray) streams = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  GString *out = g_string_new (NULL);

  valija_imap_parser_set_inline_limit (parser, inline_limit);
  if (step == 0)
    step = MAX (length, 1);

  for (gsize at = 0; at < length; at += step)
    {
      /* A block of its own size, so that reading past its end is seen */
      g_autoptr(GBytes) bytes = g_bytes_new ((const char *) input + at, MIN (step, length - at));

      valija_imap_parser_feed (parser, bytes);
      if (!dump_events (out, parser, streams))
        break;
    }

  return g_string_free (out, FALSE);
}

ValijaImapResponse *
imap_first_response (ValijaImapParser *parser,
                     const char       *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr(GError) error = NULL;
  ValijaImapParserStatus status;
  ValijaImapEvent event;

  valija_imap_parser_feed (parser, bytes);
  status = valija_imap_parser_next (parser, &event, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, VALIJA_IMAP_PARSER_RESPONSE);

  return event.response;
}

ValijaImapValue
imap_fetch_value (ValijaImapParser *parser,
                  const char       *text)
{
  ValijaImapIter iter = valija_imap_response_iter (imap_first_response (parser, text));
  ValijaImapValue value;

  g_assert_true (valija_imap_iter_next (&iter, &value));
  iter = valija_imap_value_iter (value);
  g_assert_true (valija_imap_iter_next (&iter, &value));
  g_assert_true (valija_imap_iter_next (&iter, &value));

  return value;
}
