/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-quirks.h"

/* Who has @mark among its words is not believed what it says of itself. */
static const struct
{
  const char *mark;
  const char *unless;       /* nullable: the word of the versions that are right */
  ValijaImapCapabilities untrue;
} promises[] = {
  /* Q20 */
  { "SNIPPET=FUZZY", "IMAP4rev2", VALIJA_IMAP_CAPABILITY_UTF8_ACCEPT },
};

/* Words in place of a code. */
static const struct
{
  const char *text;
  ValijaImapCode code;
} refusals[] = {
  /* Q22 */
  { "Mailbox does not exist", VALIJA_IMAP_CODE_NONEXISTENT },
  { "Mailbox already exists", VALIJA_IMAP_CODE_ALREADYEXISTS },
};

static gboolean
has_word (const char * const *words,
          const char         *word)
{
  for (gsize i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], word) == 0)
      return TRUE;

  return FALSE;
}

ValijaImapCapabilities
valija_imap_quirks_get_untrue (const char * const *words)
{
  ValijaImapCapabilities untrue = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (promises); i++)
    if (has_word (words, promises[i].mark) && (promises[i].unless == NULL || !has_word (words, promises[i].unless)))
      untrue |= promises[i].untrue;

  return untrue;
}

ValijaImapCode
valija_imap_quirks_get_code (const ValijaImapResponse *response)
{
  ValijaImapCode code = valija_imap_response_get_code (response);

  for (gsize i = 0; i < G_N_ELEMENTS (refusals) && code == VALIJA_IMAP_CODE_NONE; i++)
    if (valija_imap_response_get_kind (response) == VALIJA_IMAP_RESPONSE_NO &&
        g_ascii_strcasecmp (valija_imap_response_get_text (response), refusals[i].text) == 0)
      code = refusals[i].code;

  return code;
}
