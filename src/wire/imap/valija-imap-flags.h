/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* Message flags (RFC 9051 §2.3.2 and the keywords registered at IANA by RFC 5788). Other keywords are
 * labels of the user, see valija-imap-labels.h, or of no meaning to us. */
typedef enum
{
  VALIJA_IMAP_FLAG_SEEN = 1 << 0,
  VALIJA_IMAP_FLAG_ANSWERED = 1 << 1,
  VALIJA_IMAP_FLAG_FLAGGED = 1 << 2,
  VALIJA_IMAP_FLAG_DELETED = 1 << 3,
  VALIJA_IMAP_FLAG_DRAFT = 1 << 4,
  VALIJA_IMAP_FLAG_FORWARDED = 1 << 5,
  VALIJA_IMAP_FLAG_JUNK = 1 << 6,
  VALIJA_IMAP_FLAG_NOT_JUNK = 1 << 7,
  VALIJA_IMAP_FLAG_MDN_SENT = 1 << 8,
  VALIJA_IMAP_FLAG_ANY_KEYWORD = 1 << 9, /* "\*" of PERMANENTFLAGS: new keywords may be made */
} ValijaImapFlags;

/* The flags in @list, a list value; anything else is no flag. */
ValijaImapFlags valija_imap_flags_parse    (ValijaImapValue list);

/* Whether @word, in any case, is one of them. */
gboolean        valija_imap_flags_has_word (const char *word);

/* "\Seen $Forwarded" (transfer full) */
char           *valija_imap_flags_to_words (ValijaImapFlags flags);

G_END_DECLS
