/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-flags.h"

/* The first spelling of a flag is what we send; the others are what other programs left (Thunderbird's Junk and
 * NonJunk, for one). */
static const struct
{
  ValijaImapFlags flag;
  const char *word;
} words[] = {
  { VALIJA_IMAP_FLAG_SEEN, "\\Seen" },
  { VALIJA_IMAP_FLAG_ANSWERED, "\\Answered" },
  { VALIJA_IMAP_FLAG_FLAGGED, "\\Flagged" },
  { VALIJA_IMAP_FLAG_DELETED, "\\Deleted" },
  { VALIJA_IMAP_FLAG_DRAFT, "\\Draft" },
  { VALIJA_IMAP_FLAG_FORWARDED, "$Forwarded" },
  { VALIJA_IMAP_FLAG_FORWARDED, "Forwarded" },
  { VALIJA_IMAP_FLAG_JUNK, "$Junk" },
  { VALIJA_IMAP_FLAG_JUNK, "Junk" },
  { VALIJA_IMAP_FLAG_NOT_JUNK, "$NotJunk" },
  { VALIJA_IMAP_FLAG_NOT_JUNK, "NotJunk" },
  { VALIJA_IMAP_FLAG_NOT_JUNK, "NonJunk" },
  { VALIJA_IMAP_FLAG_MDN_SENT, "$MDNSent" },
  { VALIJA_IMAP_FLAG_MDN_SENT, "MDNSent" },
  { VALIJA_IMAP_FLAG_ANY_KEYWORD, "\\*" },
};

ValijaImapFlags
valija_imap_flags_parse (ValijaImapValue list)
{
  ValijaImapIter iter = valija_imap_value_iter (list);
  ValijaImapValue value;
  ValijaImapFlags flags = 0;

  while (valija_imap_iter_next (&iter, &value))
    for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
      if (valija_imap_value_is_atom (value, words[i].word))
        flags |= words[i].flag;

  return flags;
}

gboolean
valija_imap_flags_has_word (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (word, words[i].word) == 0)
      return TRUE;

  return FALSE;
}

char *
valija_imap_flags_to_words (ValijaImapFlags flags)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if ((flags & words[i].flag) == 0 || words[i].flag == VALIJA_IMAP_FLAG_ANY_KEYWORD)
        continue;
      if (text->len > 0)
        g_string_append_c (text, ' ');
      g_string_append (text, words[i].word);
      flags &= ~words[i].flag;
    }

  return g_string_free (text, FALSE);
}
