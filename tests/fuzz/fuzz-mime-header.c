/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "mime/valija-file-name.h"
#include "mime/valija-mime-header.h"
#include "mime/valija-mime-words.h"

#include <string.h>

/* Fit to be shown: valid UTF-8, one line. */
static void
check (const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_null (strpbrk (text, "\r\n\t"));
}

static void
check_list (GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (list, i);

      check (address->name);
      check (address->address);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *string = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autofree char *text = valija_mime_words_decode (string, strlen (string), NULL);
  g_autofree char *phrase = valija_mime_words_decode_phrase (string, strlen (string), NULL);
  g_autofree char *ids = valija_mime_normalise_ids (string);
  g_autofree char *clean = valija_mime_clean_text ((const char *) data, size);
  g_autofree char *again = valija_mime_clean_text (clean, -1);
  g_autofree char *name = valija_file_name_make_safe (string, "text/plain");
  g_autoptr(GPtrArray) list = valija_mime_parse_addresses (string);
  g_autoptr(ValijaMessageInfo) info = valija_mime_parse_header_block ("", (const char *) data, size);

  check (text);
  check (phrase);
  check (ids);
  check (clean);
  check (name);
  check (info->subject);
  check (info->references);
  check_list (list);
  check_list (info->from);
  check_list (info->to);
  g_assert_cmpstr (again, ==, clean);
  g_assert_null (strchr (name, '/'));
  g_assert_cmpint (valija_mime_parse_date (string), >=, 0);

  return 0;
}
