/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-labels.h"

#include "wire/imap/valija-imap-flags.h"
#include "wire/imap/valija-imap-name.h"

#include <string.h>

/* What programs note for themselves, beside the flags that we know. */
static const char * const noise[] = { "JunkRecorded", "Redirected", "receipt-handled", "Recent", "unknown-2" };

/* RFC 9051 §2.3.2: a "$" in front is for what is agreed upon, and no user's own; but for "$label1" and "$Labelwork",
 * which people see since Thunderbird and Evolution gave them out. */
static gboolean
is_agreed (const char *keyword)
{
  if (keyword[0] == '$')
    return g_ascii_strncasecmp (keyword, "$label", 6) != 0 || keyword[6] == '\0';

  for (gsize i = 0; i < G_N_ELEMENTS (noise); i++)
    if (g_ascii_strcasecmp (keyword, noise[i]) == 0)
      return TRUE;

  return keyword[0] == '\0' || keyword[0] == '\\' || valija_imap_flags_has_word (keyword);
}

char *
valija_imap_keyword_encode (const char *name)
{
  return is_agreed (name) ? NULL : valija_imap_name_encode_atom (name);
}

char *
valija_imap_keyword_dup_plain (const char *name)
{
  g_autofree char *keyword = valija_imap_keyword_encode (name);
  g_autoptr(GString) plain = g_string_new (keyword);

  return g_string_replace (plain, "&-", "&", 0) > 0 && g_str_equal (plain->str, name) ? g_strdup (name) : NULL;
}

/* Of one that would be spelled otherwise nobody could take it away. */
char *
valija_imap_keyword_decode (const char *keyword)
{
  g_autofree char *name = is_agreed (keyword) ? NULL : valija_imap_name_decode_atom (keyword);
  g_autofree char *again = name != NULL ? valija_imap_keyword_encode (name) : NULL;
  g_autofree char *plain = again != NULL ? valija_imap_keyword_dup_plain (name) : NULL;

  if (g_strcmp0 (again, keyword) != 0 && g_strcmp0 (plain, keyword) != 0)
    return NULL;

  return g_steal_pointer (&name);
}

static void
add_label (GPtrArray **labels,
           char       *name)
{
  if (name == NULL)
    return;

  if (*labels == NULL)
    *labels = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (*labels, name);
}

GPtrArray *
valija_imap_keywords_parse (ValijaImapValue list)
{
  ValijaImapIter iter = valija_imap_value_iter (list);
  GPtrArray *labels = NULL;
  ValijaImapValue value;

  while ((labels == NULL || labels->len < VALIJA_IMAP_LABELS_LIMIT) && valija_imap_iter_next (&iter, &value))
    {
      const char *word = valija_imap_value_get_string (value, NULL);

      if (word != NULL && word[0] != '\\')
        add_label (&labels, valija_imap_keyword_decode (word));
    }

  return labels;
}

/* Of a name that cannot be decoded nobody could say how it is spelled. */
static char *
decode_gmail (const char *label,
              gboolean    utf8)
{
  g_autofree char *name = valija_imap_name_decode (label, utf8);
  g_autofree char *display = valija_imap_name_to_display (name);

  return strcmp (name, display) == 0 ? g_steal_pointer (&name) : NULL;
}

GPtrArray *
valija_imap_gmail_labels_parse (ValijaImapValue list,
                                gboolean        utf8)
{
  ValijaImapIter iter = valija_imap_value_iter (list);
  GPtrArray *labels = NULL;
  ValijaImapValue value;

  while ((labels == NULL || labels->len < VALIJA_IMAP_LABELS_LIMIT) && valija_imap_iter_next (&iter, &value))
    {
      const char *word = valija_imap_value_get_string (value, NULL);

      /* A label may be called NIL: an astring, whatever it looks like */
      if (word == NULL && valija_imap_value_is_nil (value))
        word = "NIL";
      if (word != NULL && word[0] != '\0' && word[0] != '\\')
        add_label (&labels, decode_gmail (word, utf8));
    }

  return labels;
}
