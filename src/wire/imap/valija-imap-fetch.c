/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-fetch.h"

#include "wire/imap/valija-imap-date.h"
#include "wire/imap/valija-imap-quirks.h"

#include <string.h>

/* MODSEQ and EMAILID come in parentheses. */
static ValijaImapValue
get_only (ValijaImapValue value)
{
  ValijaImapIter iter = valija_imap_value_iter (value);
  ValijaImapValue only;

  return valija_imap_iter_next (&iter, &only) ? only : value;
}

static gboolean
has_prefix (const char *name,
            const char *prefix)
{
  return g_ascii_strncasecmp (name, prefix, strlen (prefix)) == 0;
}

static gboolean
apply_section (ValijaImapFetch *fetch,
               const char      *name,
               ValijaImapValue  value)
{
  if (has_prefix (name, "BODY[HEADER") || g_ascii_strcasecmp (name, "RFC822.HEADER") == 0)
    fetch->header = value;
  else if (has_prefix (name, "BODY[]") || has_prefix (name, "BINARY[]") || g_ascii_strcasecmp (name, "RFC822") == 0)
    fetch->body = value;
  else
    return FALSE;

  return TRUE;
}

static void
apply_number (ValijaImapFetch *fetch,
              const char      *name,
              ValijaImapValue  value)
{
  guint64 number;

  if (g_ascii_strcasecmp (name, "UID") == 0 && valija_imap_value_get_number (value, G_MAXUINT32, &number))
    fetch->uid = number;
  else if (g_ascii_strcasecmp (name, "RFC822.SIZE") == 0 && valija_imap_value_get_number (value, G_MAXINT64, &number))
    fetch->size = number;
  else if (g_ascii_strcasecmp (name, "MODSEQ") == 0 &&
           valija_imap_value_get_number (get_only (value), G_MAXINT64, &number))
    fetch->mod_seq = number;
}

static void
apply_item (ValijaImapFetch *fetch,
            const char      *name,
            ValijaImapValue  value)
{
  if (g_ascii_strcasecmp (name, "FLAGS") == 0)
    {
      fetch->has_flags = TRUE;
      fetch->flags = valija_imap_flags_parse (value);
      fetch->flag_list = value;
    }
  else if (g_ascii_strcasecmp (name, "INTERNALDATE") == 0)
    {
      const char *date = valija_imap_value_get_string (value, NULL);

      fetch->received = date != NULL ? valija_imap_date_parse (date) : 0;
    }
  else if (g_ascii_strcasecmp (name, "BODYSTRUCTURE") == 0 || g_ascii_strcasecmp (name, "BODY") == 0)
    fetch->body_structure = value;
  else if (g_ascii_strcasecmp (name, "EMAILID") == 0)
    fetch->email_id = valija_imap_value_get_string (get_only (value), NULL);
  else if (g_ascii_strcasecmp (name, "X-GM-MSGID") == 0 && fetch->email_id == NULL)
    fetch->email_id = valija_imap_value_get_string (value, NULL);
  else if (g_ascii_strcasecmp (name, "X-GM-LABELS") == 0)
    fetch->gmail_labels = value;
  else if (g_ascii_strcasecmp (name, "PREVIEW") == 0)
    fetch->preview = valija_imap_value_get_string (value, NULL);
  else if (!apply_section (fetch, name, value))
    apply_number (fetch, name, value);
}

gboolean
valija_imap_fetch_parse (const ValijaImapResponse *response,
                         ValijaImapFetch          *fetch)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  ValijaImapValue value;

  if (valija_imap_response_get_kind (response) != VALIJA_IMAP_RESPONSE_FETCH)
    return FALSE;

  *fetch = (ValijaImapFetch) { .number = valija_imap_response_get_number (response) };
  valija_imap_iter_next (&iter, &value);
  iter = valija_imap_value_iter (value);

  while (valija_imap_iter_next (&iter, &value))
    {
      const char *name = valija_imap_value_get_string (value, NULL);

      if (!valija_imap_iter_next (&iter, &value))
        break;
      if (name != NULL)
        apply_item (fetch, name, value);
    }

  return TRUE;
}

/* "BODY[1.2]" or "BODY[1.2]<0>" */
static gboolean
is_section (const char *name,
            const char *item,
            const char *section)
{
  gsize length = strlen (section);

  if (name == NULL || !has_prefix (name, item))
    return FALSE;

  name += strlen (item);
  return strncmp (name, section, length) == 0 && name[length] == ']';
}

ValijaImapValue
valija_imap_fetch_find_section (const ValijaImapResponse *response,
                                const char               *section,
                                gboolean                 *decoded)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  ValijaImapValue value;

  valija_imap_iter_next (&iter, &value);
  iter = valija_imap_value_iter (value);

  while (valija_imap_iter_next (&iter, &value))
    {
      const char *name = valija_imap_value_get_string (value, NULL);

      *decoded = is_section (name, "BINARY[", section);
      if (valija_imap_iter_next (&iter, &value) && (*decoded || is_section (name, "BODY[", section)))
        break;
    }

  return value;
}
