/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-text.h"

#include <string.h>

static gboolean
is_unfit (gunichar c)
{
  return g_unichar_iscntrl (c) || c == 0x061c || c == 0x200e || c == 0x200f || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/**
 * valija_text_clean:
 * @text: what a stranger wrote
 * @length: how many bytes of it, or -1 when it ends with a NUL
 * @limit: how many bytes the result may have
 *
 * Returns: (transfer full): @text made fit for one line that a person reads
 */
char *
valija_text_clean (const char *text, gssize length, gsize limit)
{
  g_autofree char *valid = NULL;
  GString *clean;
  gsize used;

  g_return_val_if_fail (text != NULL, g_strdup (""));

  /* What is taken out is short of making a flood pass: no more than twice the limit is looked
   * at. */
  used = length < 0 ? strnlen (text, 2 * limit) : MIN ((gsize) length, 2 * limit);
  valid = g_utf8_make_valid (text, (gssize) used);
  clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gsize width = (gsize) (g_utf8_next_char (p) - p);

      if (is_unfit (g_utf8_get_char (p)))
        continue;

      if (clean->len + width > limit)
        break;

      g_string_append_len (clean, p, (gssize) width);
    }

  return g_strstrip (g_string_free (clean, FALSE));
}
