/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-name.h"

#include "wire/imap/valija-imap-quirks.h"

#include <string.h>

/* In front of a name that is kept as the server spells it. No decoded name begins with it: DEL has to be encoded. */
#define RAW_MARK '\x7f'

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static void
encode_unit (GString *result,
             guint32 *bits,
             guint   *n_bits,
             guint16  unit)
{
  *bits = *bits << 16 | unit;
  *n_bits += 16;
  while (*n_bits >= 6)
    {
      *n_bits -= 6;
      g_string_append_c (result, digits[*bits >> *n_bits & 0x3f]);
    }
}

static gboolean
is_plain (char     c,
          gboolean atom)
{
  return c >= ' ' && c <= '~' && (!atom || strchr (" (){%*\"\\]", c) == NULL);
}

/* One run of characters that cannot stand there as they are; returns what is behind it. */
static const char *
encode_run (GString    *result,
            const char *p,
            gboolean    atom)
{
  guint32 bits = 0;
  guint n_bits = 0;

  g_string_append_c (result, '&');
  for (; *p != '\0' && !is_plain (*p, atom); p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c >= 0x10000)
        {
          encode_unit (result, &bits, &n_bits, 0xd800 + ((c - 0x10000) >> 10));
          encode_unit (result, &bits, &n_bits, 0xdc00 + ((c - 0x10000) & 0x3ff));
        }
      else
        encode_unit (result, &bits, &n_bits, c);
    }
  if (n_bits > 0)
    g_string_append_c (result, digits[bits << (6 - n_bits) & 0x3f]);
  g_string_append_c (result, '-');

  return p;
}

static char *
encode_utf7 (const char *name,
             gboolean    atom)
{
  GString *result = g_string_new (NULL);
  const char *p = name;

  while (*p != '\0')
    {
      if (!is_plain (*p, atom))
        {
          p = encode_run (result, p, atom);
          continue;
        }
      g_string_append (result, *p == '&' ? "&-" : "");
      if (*p != '&')
        g_string_append_c (result, *p);
      p++;
    }

  return g_string_free (result, FALSE);
}

/* The characters of one "&…-", from behind the "&". Returns what is behind the "-", or NULL. */
static const char *
decode_run (GString    *result,
            const char *p)
{
  guint32 bits = 0;
  guint n_bits = 0;
  gunichar high = 0;

  if (*p == '-')
    {
      g_string_append_c (result, '&');
      return p + 1;
    }

  for (; *p != '-'; p++)
    {
      const char *digit = *p != '\0' ? strchr (digits, *p) : NULL;
      guint16 unit;

      if (digit == NULL)
        return NULL;
      bits = (bits << 6 | (guint32) (digit - digits)) & 0x3fffff;
      n_bits += 6;
      if (n_bits < 16)
        continue;

      n_bits -= 16;
      unit = bits >> n_bits;
      if (high != 0)
        {
          if (unit < 0xdc00 || unit > 0xdfff)
            return NULL;
          g_string_append_unichar (result, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
          high = 0;
        }
      else if (unit >= 0xd800 && unit <= 0xdbff)
        high = unit;
      else if (unit == 0 || (unit >= 0xdc00 && unit <= 0xdfff))
        return NULL;
      else
        g_string_append_unichar (result, unit);
    }

  return high == 0 ? p + 1 : NULL;
}

/* NULL when it is not modified UTF-7. */
static char *
decode_utf7 (const char *name)
{
  g_autoptr(GString) result = g_string_new (NULL);
  const char *p = name;

  while (p != NULL && *p != '\0')
    {
      if (*p < ' ' || *p > '~')
        return NULL;
      if (*p == '&')
        {
          p = decode_run (result, p + 1);
          continue;
        }
      g_string_append_c (result, *p++);
    }

  return p != NULL ? g_string_free (g_steal_pointer (&result), FALSE) : NULL;
}

static gboolean
has_controls (const char *name)
{
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return TRUE;

  return FALSE;
}

/* The octets that are no UTF-8 are written as \xNN, so that the name can be stored as text. */
static char *
keep_raw (const char *name)
{
  GString *raw = g_string_new (NULL);

  g_string_append_c (raw, RAW_MARK);
  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p >= ' ' && *p <= '~' && *p != '\\')
        g_string_append_c (raw, *p);
      else
        g_string_append_printf (raw, "\\x%02x", (guint8) *p);
    }

  return g_string_free (raw, FALSE);
}

static char *
restore_raw (const char *raw)
{
  GString *name = g_string_new (NULL);

  for (const char *p = raw; *p != '\0'; p++)
    {
      if (p[0] == '\\' && p[1] == 'x' && g_ascii_isxdigit (p[2]) && g_ascii_isxdigit (p[3]))
        {
          g_string_append_c (name, g_ascii_xdigit_value (p[2]) << 4 | g_ascii_xdigit_value (p[3]));
          p += 3;
        }
      else
        g_string_append_c (name, *p);
    }

  return g_string_free (name, FALSE);
}

char *
valija_imap_name_decode (const char *name,
                         gboolean    utf8)
{
  g_autofree char *decoded = NULL;
  g_autofree char *again = NULL;

  if (utf8)
    decoded = g_utf8_validate (name, -1, NULL) ? g_strdup (name) : NULL;
  else
    decoded = decode_utf7 (name);
  if (decoded == NULL || has_controls (decoded))
    return keep_raw (name);

  again = valija_imap_name_encode (decoded, utf8);

  return strcmp (again, name) == 0 ? g_steal_pointer (&decoded) : keep_raw (name);
}

char *
valija_imap_name_encode (const char *name,
                         gboolean    utf8)
{
  if (name[0] == RAW_MARK)
    return restore_raw (name + 1);

  return utf8 ? g_strdup (name) : encode_utf7 (name, FALSE);
}

char *
valija_imap_name_encode_atom (const char *name)
{
  return encode_utf7 (name, TRUE);
}

char *
valija_imap_name_decode_atom (const char *atom)
{
  g_autofree char *decoded = decode_utf7 (atom);
  g_autofree char *again = decoded != NULL ? encode_utf7 (decoded, TRUE) : NULL;

  if (g_strcmp0 (again, atom) == 0 && !has_controls (decoded))
    return g_steal_pointer (&decoded);

  return g_utf8_validate (atom, -1, NULL) && !has_controls (atom) ? g_strdup (atom) : NULL;
}

char *
valija_imap_name_to_display (const char *name)
{
  g_autofree char *raw = NULL;

  if (name[0] != RAW_MARK)
    return g_strdup (name);

  raw = restore_raw (name + 1);

  return g_utf8_make_valid (raw, -1);
}
