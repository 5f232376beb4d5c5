/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-quirks.h"

#include <string.h>

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

/* What a refusal begins with that would be none later. */
static const char * const delays[] = {
  /* Q24 */
  "Request is throttled",
  "User is authenticated but not connected",
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
  ValijaImapResponseKind kind = valija_imap_response_get_kind (response);
  const char *text;

  if (code != VALIJA_IMAP_CODE_NONE || (kind != VALIJA_IMAP_RESPONSE_NO && kind != VALIJA_IMAP_RESPONSE_BAD))
    return code;

  text = valija_imap_response_get_text (response);
  for (gsize i = 0; i < G_N_ELEMENTS (delays); i++)
    if (g_ascii_strncasecmp (text, delays[i], strlen (delays[i])) == 0)
      return VALIJA_IMAP_CODE_UNAVAILABLE;

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (kind == VALIJA_IMAP_RESPONSE_NO && g_ascii_strcasecmp (text, refusals[i].text) == 0)
      return refusals[i].code;

  return code;
}
