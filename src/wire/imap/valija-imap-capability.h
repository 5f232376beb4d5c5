/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* What a server says that it can. Looked up by name nowhere else; what another word brings along is added there too. */
typedef enum
{
  VALIJA_IMAP_CAPABILITY_IMAP4REV1 = 1 << 0,
  VALIJA_IMAP_CAPABILITY_IMAP4REV2 = 1 << 1,
  VALIJA_IMAP_CAPABILITY_STARTTLS = 1 << 2,
  VALIJA_IMAP_CAPABILITY_LOGINDISABLED = 1 << 3,
  VALIJA_IMAP_CAPABILITY_SASL_IR = 1 << 4,          /* RFC 4959 */
  VALIJA_IMAP_CAPABILITY_LITERAL_PLUS = 1 << 5,     /* RFC 7888 */
  VALIJA_IMAP_CAPABILITY_LITERAL_MINUS = 1 << 6,
  VALIJA_IMAP_CAPABILITY_ID = 1 << 7,               /* RFC 2971 */
  VALIJA_IMAP_CAPABILITY_ENABLE = 1 << 8,           /* RFC 5161 */
  VALIJA_IMAP_CAPABILITY_CONDSTORE = 1 << 9,        /* RFC 7162 */
  VALIJA_IMAP_CAPABILITY_QRESYNC = 1 << 10,
  VALIJA_IMAP_CAPABILITY_UTF8_ACCEPT = 1 << 11,     /* RFC 6855 */
  VALIJA_IMAP_CAPABILITY_COMPRESS_DEFLATE = 1 << 12, /* RFC 4978 */
  VALIJA_IMAP_CAPABILITY_NAMESPACE = 1 << 13,       /* RFC 2342 */
  VALIJA_IMAP_CAPABILITY_LIST_EXTENDED = 1 << 14,   /* RFC 5258 */
  VALIJA_IMAP_CAPABILITY_LIST_STATUS = 1 << 15,     /* RFC 5819 */
  VALIJA_IMAP_CAPABILITY_SPECIAL_USE = 1 << 16,     /* RFC 6154 */
  VALIJA_IMAP_CAPABILITY_MULTIAPPEND = 1 << 17,     /* RFC 3502 */
  VALIJA_IMAP_CAPABILITY_UIDPLUS = 1 << 18,         /* RFC 4315 */
  VALIJA_IMAP_CAPABILITY_MOVE = 1 << 19,            /* RFC 6851 */
  VALIJA_IMAP_CAPABILITY_ESEARCH = 1 << 20,         /* RFC 4731 */
  VALIJA_IMAP_CAPABILITY_IDLE = 1 << 21,            /* RFC 2177 */
  VALIJA_IMAP_CAPABILITY_BINARY = 1 << 22,          /* RFC 3516 */
  VALIJA_IMAP_CAPABILITY_PREVIEW = 1 << 23,         /* RFC 8970 */
  VALIJA_IMAP_CAPABILITY_OBJECTID = 1 << 24,        /* RFC 8474 */
  VALIJA_IMAP_CAPABILITY_QUOTA = 1 << 25,           /* RFC 9208 */
  VALIJA_IMAP_CAPABILITY_UNSELECT = 1 << 26,        /* RFC 3691 */
  VALIJA_IMAP_CAPABILITY_GMAIL = 1 << 27,           /* X-GM-EXT-1 */
  VALIJA_IMAP_CAPABILITY_NOTIFY = 1 << 28,          /* RFC 5465 */
  VALIJA_IMAP_CAPABILITY_STATUS_SIZE = 1 << 29,     /* RFC 8438 */
  VALIJA_IMAP_CAPABILITY_CREATE_SPECIAL_USE = 1 << 30, /* RFC 6154 */
} ValijaImapCapabilities;

/* Reads the words of a CAPABILITY response or code. IMAP4rev2 brings along what RFC 9051 made part of it, and what a
 * server is known not to do although it says so is left out: see valija-imap-quirks.h.
 * @mechanisms (nullable) gets the AUTH= names, @words all as they came; both (transfer full). */
ValijaImapCapabilities valija_imap_capabilities_parse (ValijaImapIter iter, char ***mechanisms, char ***words);

/* What the server says that a message to be filed may weigh at most (RFC 7889), in octets; 0 where it does not say
 * it for all folders at once. */
guint64                valija_imap_capabilities_get_append_limit (const char * const *words);
/* Whether it says it for each folder by STATUS. */
gboolean               valija_imap_capabilities_limit_folders    (const char * const *words);

G_END_DECLS
