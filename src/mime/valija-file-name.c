/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-file-name.h"

#include "mime/valija-mime-header.h"

#include <string.h>

#define NAME_LIMIT 200
/* What follows the last dot counts as an extension up to here. */
#define EXTENSION_LIMIT 20

static const struct
{
  const char *type;
  const char *extension;
} extensions[] = {
  { "application/ics", ".ics" },
  { "application/json", ".json" },
  { "application/msword", ".doc" },
  { "application/ms-tnef", ".dat" },
  { "application/pdf", ".pdf" },
  { "application/pgp-keys", ".asc" },
  { "application/pgp-signature", ".asc" },
  { "application/pkcs7-mime", ".p7m" },
  { "application/pkcs7-signature", ".p7s" },
  { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx" },
  { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx" },
  { "application/x-pkcs7-signature", ".p7s" },
  { "application/zip", ".zip" },
  { "audio/mpeg", ".mp3" },
  { "image/gif", ".gif" },
  { "image/jpeg", ".jpg" },
  { "image/png", ".png" },
  { "image/svg+xml", ".svg" },
  { "image/webp", ".webp" },
  { "message/delivery-status", ".txt" },
  { "message/disposition-notification", ".txt" },
  { "message/global", ".eml" },
  { "message/rfc822", ".eml" },
  { "text/calendar", ".ics" },
  { "text/csv", ".csv" },
  { "text/html", ".html" },
  { "text/plain", ".txt" },
  { "text/rfc822-headers", ".txt" },
  { "text/vcard", ".vcf" },
  { "text/x-vcard", ".vcf" },
};

/* Names that open a device on the systems a folder may be shared with. */
static gboolean
is_device (const char *name)
{
  static const char *const devices[] = { "con", "prn", "aux", "nul" };
  gsize length = strcspn (name, ".");

  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    if (length == 3 && g_ascii_strncasecmp (name, devices[i], 3) == 0)
      return TRUE;

  return length == 4 && g_ascii_isdigit (name[3]) &&
         (g_ascii_strncasecmp (name, "com", 3) == 0 || g_ascii_strncasecmp (name, "lpt", 3) == 0);
}

static gboolean
is_invisible (gunichar c)
{
  return g_unichar_iscntrl (c) || g_unichar_iszerowidth (c) ||
         g_unichar_type (c) == G_UNICODE_FORMAT || g_unichar_type (c) == G_UNICODE_PRIVATE_USE ||
         g_unichar_type (c) == G_UNICODE_UNASSIGNED;
}

/* The last component of @name, with one blank for many (blanks push an extension out of sight). */
static GString *
take_component (const char *name)
{
  g_autofree char *text = valija_mime_clean_text (name, -1);
  const char *start = text;
  GString *out;

  for (const char *p = text; *p != '\0'; p++)
    if ((*p == '/' || *p == '\\') && p[1] != '\0')
      start = p + 1;

  out = g_string_sized_new (strlen (start));
  for (const char *p = start; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        {
          if (out->len > 0 && out->str[out->len - 1] != ' ')
            g_string_append_c (out, ' ');
        }
      else if (c < 0x80 && strchr ("/\\:*?\"<>|", (int) c) != NULL)
        g_string_append_c (out, '_');
      else if (g_unichar_type (c) == G_UNICODE_NON_SPACING_MARK || !is_invisible (c))
        g_string_append_unichar (out, c);
    }

  return out;
}

static void
strip_ends (GString *name)
{
  gsize start = strspn (name->str, ".-~ ");

  g_string_erase (name, 0, start);
  while (name->len > 0 && (name->str[name->len - 1] == '.' || name->str[name->len - 1] == ' '))
    g_string_truncate (name, name->len - 1);
}

/* Cuts in front of the extension, between two characters. */
static void
shorten (GString *name)
{
  const char *dot = strrchr (name->str, '.');
  gsize extension = dot != NULL && strlen (dot) <= EXTENSION_LIMIT ? strlen (dot) : 0;
  gsize keep;

  if (name->len <= NAME_LIMIT)
    return;

  keep = NAME_LIMIT - extension;
  while (keep > 0 && ((guchar) name->str[keep] & 0xc0) == 0x80)
    keep--;
  g_string_erase (name, keep, name->len - extension - keep);
}

char *
valija_file_name_make_safe (const char *name,
                            const char *type)
{
  g_autoptr(GString) safe = take_component (name != NULL ? name : "");

  strip_ends (safe);
  shorten (safe);
  strip_ends (safe);

  if (safe->len == 0)
    {
      g_string_assign (safe, "attachment");
      for (gsize i = 0; type != NULL && i < G_N_ELEMENTS (extensions); i++)
        if (g_ascii_strcasecmp (type, extensions[i].type) == 0)
          g_string_append (safe, extensions[i].extension);
    }
  else if (is_device (safe->str))
    g_string_prepend_c (safe, '_');

  return g_string_free (g_steal_pointer (&safe), FALSE);
}
