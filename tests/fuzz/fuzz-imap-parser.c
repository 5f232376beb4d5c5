/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "wire/imap/imap-dump.h"
#include "wire/imap/valija-imap-capability.h"
#include "wire/imap/valija-imap-fetch.h"
#include "wire/imap/valija-imap-labels.h"
#include "wire/imap/valija-imap-mailbox.h"
#include "wire/imap/valija-imap-name.h"
#include "wire/imap/valija-imap-outline.h"
#include "wire/imap/valija-imap-quirks.h"

#include <string.h>

/* Small, so that short inputs reach the way of large literals too. */
#define INLINE_LIMIT 16

static void
read_lists (const ValijaImapResponse *response)
{
  g_auto(ValijaImapList) list = { NULL };
  g_auto(ValijaImapStatus) status = { NULL };

  if (valija_imap_list_parse (response, FALSE, &list))
    {
      g_autofree char *encoded = valija_imap_name_encode (list.name, FALSE);
      g_autofree char *again = valija_imap_name_decode (encoded, FALSE);

      g_assert_true (g_utf8_validate (list.name, -1, NULL));
      g_assert_cmpstr (again, ==, list.name);
    }
  valija_imap_status_parse (response, TRUE, &status);
}

/* What was a keyword can be told to the server as one, and means the same. */
static void
read_labels (const ValijaImapFetch *fetch)
{
  g_autoptr(GPtrArray) keywords = valija_imap_keywords_parse (fetch->flag_list);
  g_autoptr(GPtrArray) labels = valija_imap_gmail_labels_parse (fetch->gmail_labels, FALSE);

  for (guint i = 0; keywords != NULL && i < keywords->len; i++)
    {
      const char *name = g_ptr_array_index (keywords, i);
      g_autofree char *encoded = valija_imap_keyword_encode (name);
      g_autofree char *again = encoded != NULL ? valija_imap_keyword_decode (encoded) : NULL;

      g_assert_true (g_utf8_validate (name, -1, NULL));
      g_assert_true (encoded == NULL || (strpbrk (encoded, " (){%*\"\\]\r\n") == NULL && g_str_is_ascii (encoded)));
      g_assert_true (encoded == NULL || g_strcmp0 (again, name) == 0);
    }
  for (guint i = 0; labels != NULL && i < labels->len; i++)
    g_assert_true (g_utf8_validate (g_ptr_array_index (labels, i), -1, NULL));
}

/* A message is made of whatever is said of the parts. */
static void
read_outline (const ValijaImapResponse *response,
              const ValijaImapFetch    *fetch)
{
  g_autoptr(ValijaImapOutline) outline = valija_imap_outline_new (fetch->body_structure);
  g_autoptr(GBytes) header = valija_imap_value_dup_bytes (fetch->header);
  g_autoptr(GBytes) content = g_bytes_new_static ("\r\n--b.1\r\n", 9);
  g_autoptr(GBytes) message = NULL;
  const char * const *sections;
  gboolean decoded;

  if (outline == NULL)
    return;

  sections = valija_imap_outline_get_sections (outline);
  for (guint i = 0; sections[i] != NULL; i++)
    {
      g_autoptr(GBytes) part = valija_imap_value_dup_bytes (
          valija_imap_fetch_find_section (response, sections[i], &decoded));

      valija_imap_outline_take (outline, sections[i], part != NULL ? part : content, i % 2 == 0);
    }
  message = valija_imap_outline_write (outline, header != NULL ? header : content, "b");
  g_assert_nonnull (message);
}

/* Every value that a response could be taken for: none may crash, whatever the response is. */
static void
read_values (const ValijaImapResponse *response)
{
  g_auto(ValijaImapSearch) search = { NULL };
  g_autoptr(ValijaImapSet) vanished = NULL;
  g_autoptr(GArray) sources = NULL;
  g_autoptr(GArray) targets = NULL;
  g_autoptr(GPtrArray) spaces = NULL;
  g_auto(GStrv) words = NULL;
  g_autofree char *id = valija_imap_id_parse (response);
  ValijaImapFetch fetch;
  guint64 usage, limit;
  guint32 validity, uid;
  gboolean earlier;

  read_lists (response);
  valija_imap_search_parse (response, &search);
  vanished = valija_imap_vanished_parse (response, &earlier);
  valija_imap_quota_parse (response, "STORAGE", &usage, &limit);
  spaces = valija_imap_namespaces_parse (response, FALSE);
  valija_imap_copyuid_parse (response, &validity, &sources, &targets);
  valija_imap_appenduid_parse (response, &validity, &uid);
  valija_imap_capabilities_parse (valija_imap_response_iter_code (response), NULL, &words);
  valija_imap_capabilities_get_append_limit ((const char * const *) words);
  valija_imap_quirks_get_code (response);

  if (valija_imap_fetch_parse (response, &fetch))
    {
      read_outline (response, &fetch);
      read_labels (&fetch);
    }
}

static void
read_all (const guint8 *data,
          gsize         size)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_autoptr(GBytes) bytes = g_bytes_new (data, size);

  valija_imap_parser_feed (parser, bytes);
  for (;;)
    {
      g_autoptr(GError) error = NULL;
      ValijaImapEvent event;

      switch (valija_imap_parser_next (parser, &event, &error))
        {
        case VALIJA_IMAP_PARSER_RESPONSE:
          read_values (event.response);
          break;

        case VALIJA_IMAP_PARSER_LITERAL:
          break;

        case VALIJA_IMAP_PARSER_NEED_MORE:
        case VALIJA_IMAP_PARSER_FAILED:
        default:
          return;
        }
    }
}

/* Whole, byte by byte and in pieces the parser must see the same. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *whole = imap_dump (data, size, 0, INLINE_LIMIT);
  g_autofree char *bytes = imap_dump (data, size, 1, INLINE_LIMIT);
  g_autofree char *pieces = imap_dump (data, size, 7, INLINE_LIMIT);

  g_assert_cmpstr (whole, ==, bytes);
  g_assert_cmpstr (whole, ==, pieces);
  read_all (data, size);

  return 0;
}
