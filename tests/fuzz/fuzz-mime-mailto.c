/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "mime/valija-composition.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static const char * const fields[] = { "to", "cc", "bcc", "subject" };
  g_autofree char *uri = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaComposition) composition = valija_composition_new_mailto (uri, &error);
  g_autofree char *text = NULL;

  g_assert_true ((composition == NULL) == (error != NULL));
  if (composition == NULL)
    return 0;

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *value = NULL;

      g_object_get (composition, fields[i], &value, NULL);
      g_assert_true (g_utf8_validate (value, -1, NULL));
      g_assert_null (strpbrk (value, "\r\n"));
    }
  g_object_get (composition, "text", &text, NULL);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (valija_composition_get_attachments (composition)), ==, 0);

  return 0;
}
