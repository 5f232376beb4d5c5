/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "mime/valija-composition.h"
#include "mime/valija-mime-beginning.h"

static void
check_part (ValijaMimeMessage    *message,
            const ValijaMimePart *part)
{
  g_assert_cmpuint (part->depth, <=, 64);
  g_assert_true (part->name == NULL || g_utf8_validate (part->name, -1, NULL));

  if (part->children->len == 0)
    {
      g_autoptr(GBytes) bytes = valija_mime_message_load_part (message, part, NULL);

      g_assert_nonnull (part->safe_name);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, part->size);
    }
  for (guint i = 0; i < part->children->len; i++)
    check_part (message, g_ptr_array_index (part->children, i));
}

/* What is answered or forwarded can be built, and is a message again. */
static void
check_answer (ValijaMimeMessage *message,
              GBytes            *source,
              ValijaReplyKind    kind)
{
  g_autoptr(ValijaAddress) address = valija_address_new ("Me", "me@example.org");
  g_autoptr(ValijaComposition) composition = valija_composition_new_reply (message, source, kind, address, NULL);
  g_autoptr(GBytes) built = valija_composition_build (composition, TRUE, NULL);
  g_autoptr(ValijaMimeMessage) again = valija_mime_message_parse (built);

  g_assert_cmpuint (valija_mime_message_get_info (again)->from->len, ==, 1);
}

/* What would be shown if no more of it came. */
static void
check_beginning (GBytes *source)
{
  g_autoptr(GBytes) outline = valija_mime_beginning_to_outline (source, NULL);
  g_autoptr(ValijaMimeMessage) message = outline != NULL ? valija_mime_message_parse_outline (outline) : NULL;

  g_assert_true (outline == NULL || g_bytes_get_size (outline) <= g_bytes_get_size (source));
  g_assert_true (message == NULL || g_utf8_validate (valija_mime_message_get_text (message), -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr(GBytes) source = g_bytes_new (data, size);
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse (source);
  const char *html = valija_mime_message_get_html (message);
  g_autofree char *search = valija_mime_message_dup_search_text (message);
  g_autofree char *preview = valija_mime_message_dup_preview (message);
  g_autofree char *headers = valija_mime_message_dup_raw_headers (message);
  g_autoptr(ValijaComposition) draft = valija_composition_new_draft (message);
  g_autoptr(GBytes) stripped = NULL;
  g_autoptr(ValijaEnvelope) envelope = valija_source_dup_envelope (source, &stripped, NULL);

  check_part (message, valija_mime_message_get_root (message));
  g_assert_true (g_utf8_validate (valija_mime_message_get_text (message), -1, NULL));
  g_assert_true (html == NULL || g_utf8_validate (html, -1, NULL));
  g_assert_true (g_utf8_validate (search, -1, NULL));
  g_assert_true (g_utf8_validate (headers, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (preview, -1), <=, 200);
  for (ValijaReplyKind kind = VALIJA_REPLY; kind <= VALIJA_FORWARD_ATTACHED; kind++)
    check_answer (message, source, kind);
  g_assert_true ((envelope != NULL) == (stripped != NULL));
  check_beginning (source);

  return 0;
}
