/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* What servers keep of a user's own labels: keywords among the flags (RFC 9051 §2.3.2), or the labels of Gmail
 * (X-GM-EXT-1). Names are UTF-8 here. */

/* More of one message are not read. */
#define VALIJA_IMAP_LABELS_LIMIT 200

/* A keyword as it is spelled on the wire: what is no atom is written as in mailbox names, in modified UTF-7, also the
 * blank. NULL for a name that servers or programs use among themselves: "$Forwarded", "Junk". (transfer full)
 * (nullable) */
char *valija_imap_keyword_encode (const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* As some programs spell it, with "&" as it is; NULL where that is no other spelling. (transfer full) (nullable) */
char *valija_imap_keyword_dup_plain (const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* And back from either. NULL for what is no label of a user, and for what would not be spelled so again.
 * (transfer full) (nullable) */
char *valija_imap_keyword_decode (const char *keyword) G_GNUC_WARN_UNUSED_RESULT;

/* The labels in a list of flags: GPtrArray of char *, NULL where there are none. (transfer full) (nullable) */
GPtrArray *valija_imap_keywords_parse     (ValijaImapValue list) G_GNUC_WARN_UNUSED_RESULT;
/* The same of X-GM-LABELS, without those of Gmail itself: "\Inbox". */
GPtrArray *valija_imap_gmail_labels_parse (ValijaImapValue list, gboolean utf8) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
