/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-charset.h"

#include <string.h>
#include <unicode/ucnv.h>

/* A name longer than this is none. */
#define NAME_LIMIT 64

/* Mail says the left and means the right: the larger set that the sender's program really wrote (as
 * WHATWG's Encoding does). */
static const struct
{
  const char *label;
  const char *charset; /* NULL: guess */
} aliases[] = {
  { "us-ascii", NULL },
  { "ascii", NULL },
  { "ansi_x3.4-1968", NULL },
  { "unknown-8bit", NULL },
  { "x-unknown", NULL },
  { "unknown", NULL },
  { "8bit", NULL },
  { "default", NULL },
  { "utf8", "utf-8" },
  { "unicode-1-1-utf-8", "utf-8" },
  { "utf-8mb4", "utf-8" },
  { "iso-8859-1", "windows-1252" },
  { "iso8859-1", "windows-1252" },
  { "iso_8859-1", "windows-1252" },
  { "latin1", "windows-1252" },
  { "latin-1", "windows-1252" },
  { "iso-8859-8-i", "iso-8859-8" },
  { "iso-8859-8-e", "iso-8859-8" },
  { "iso-8859-6-i", "iso-8859-6" },
  { "iso-8859-6-e", "iso-8859-6" },
  { "iso-8859-9", "windows-1254" },
  { "iso-8859-11", "windows-874" },
  { "tis-620", "windows-874" },
  { "gb2312", "gb18030" },
  { "gb_2312-80", "gb18030" },
  { "gbk", "gb18030" },
  { "x-gbk", "gb18030" },
  { "cp936", "gb18030" },
  { "euc-kr", "windows-949" },
  { "ks_c_5601-1987", "windows-949" },
  { "ksc5601", "windows-949" },
  { "shift_jis", "windows-31j" },
  { "shift-jis", "windows-31j" },
  { "x-sjis", "windows-31j" },
  { "sjis", "windows-31j" },
  { "cp932", "windows-31j" },
  { "big5", "big5-hkscs" },
  { "unicode-1-1-utf-7", "utf-7" },
};

/* What @charset means in mail, or NULL where the bytes have to tell. */
static const char *
resolve (const char *charset)
{
  if (charset == NULL || *charset == '\0' || strlen (charset) > NAME_LIMIT)
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_ascii_strcasecmp (charset, aliases[i].label) == 0)
      return aliases[i].charset;

  return charset;
}

static void
append_utf8 (GString    *out,
             const char *bytes,
             gsize       length)
{
  while (length > 0)
    {
      const char *end;
      gsize valid;

      g_utf8_validate_len (bytes, length, &end);
      valid = end - bytes;

      /* GLib also stops at a NUL, which is for the caller to judge */
      if (valid < length && *end == '\0')
        valid++;
      g_string_append_len (out, bytes, valid);
      if (valid < length && valid == (gsize) (end - bytes))
        {
          g_string_append (out, "\357\277\275");
          valid++;
        }

      bytes += valid;
      length -= valid;
    }
}

/* What a server of IMAP that may send no NUL (RFC 3501 §4.3) puts in its place, Dovecot at least. */
#define STANDS_FOR_NUL '\x80'

static gboolean
is_utf8 (const char *bytes,
         gsize       length)
{
  const char *start = bytes;
  gboolean high = FALSE;
  gboolean replaced = FALSE;

  while (length > 0)
    {
      const char *end;
      gsize valid;

      if (g_utf8_validate_len (bytes, length, &end))
        break;
      if (*end != '\0' && *end != STANDS_FOR_NUL)
        return FALSE;

      replaced = replaced || *end != '\0';
      valid = end - bytes + 1;
      bytes += valid;
      length -= valid;
    }

  /* Whether something else speaks for UTF-8 */
  for (const char *p = start; replaced && !high && p < bytes + length; p++)
    high = (guint8) *p >= 0xc0;

  return !replaced || high;
}

/* FALSE, and nothing appended, when ICU does not know @charset. */
static gboolean
append_converted (GString    *out,
                  const char *charset,
                  const char *bytes,
                  gsize       length)
{
  UErrorCode status = U_ZERO_ERROR;
  UConverter *from = ucnv_open (charset, &status);
  UConverter *to = ucnv_open ("UTF-8", &status);
  const char *source = bytes;
  const char *source_end = bytes + length;
  UChar pivot[512];
  UChar *pivot_source = pivot;
  UChar *pivot_target = pivot;
  gboolean first = TRUE;
  gboolean known = U_SUCCESS (status);

  while (known)
    {
      char buffer[2048];
      char *target = buffer;

      status = U_ZERO_ERROR;
      ucnv_convertEx (to, from, &target, buffer + sizeof buffer, &source, source_end, pivot,
                      &pivot_source, &pivot_target, pivot + G_N_ELEMENTS (pivot), first, TRUE,
                      &status);
      first = FALSE;
      g_string_append_len (out, buffer, target - buffer);
      if (status != U_BUFFER_OVERFLOW_ERROR)
        break;
    }

  g_clear_pointer (&from, ucnv_close);
  g_clear_pointer (&to, ucnv_close);

  return known;
}

void
valija_mime_charset_append (GString    *out,
                            const char *charset,
                            const char *bytes,
                            gsize       length,
                            const char *fallback)
{
  const char *name = resolve (charset);

  if (name != NULL && g_ascii_strcasecmp (name, "utf-8") == 0)
    {
      append_utf8 (out, bytes, length);
      return;
    }

  if (name != NULL && append_converted (out, name, bytes, length))
    return;

  if (is_utf8 (bytes, length))
    {
      append_utf8 (out, bytes, length);
      return;
    }

  name = resolve (fallback);
  if (name != NULL && g_ascii_strcasecmp (name, "utf-8") != 0 &&
      append_converted (out, name, bytes, length))
    return;

  if (!append_converted (out, "windows-1252", bytes, length))
    append_utf8 (out, bytes, length);
}
