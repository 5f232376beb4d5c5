/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-flags.h"

G_BEGIN_DECLS

/* What a FETCH response told (RFC 9051 §7.5.2); borrowed from it. What it did not tell is 0, and the values are
 * NONE. */
typedef struct
{
  guint32 number;
  guint32 uid;
  gboolean has_flags;
  ValijaImapFlags flags;
  ValijaImapValue flag_list;     /* FLAGS as they came */
  ValijaImapValue gmail_labels;  /* X-GM-LABELS */
  gint64 received;               /* INTERNALDATE in seconds since 1970 */
  guint64 size;                  /* RFC822.SIZE */
  guint64 mod_seq;               /* RFC 7162 */
  const char *email_id;          /* nullable: RFC 8474 */
  const char *preview;           /* nullable: RFC 8970 */
  ValijaImapValue body_structure;
  ValijaImapValue header;        /* BODY[HEADER…] */
  ValijaImapValue body;          /* BODY[], RFC822 or BINARY[] */
} ValijaImapFetch;

/* FALSE when it is not a FETCH response. Items that are not known are passed over (Q19). */
gboolean        valija_imap_fetch_parse        (const ValijaImapResponse *response, ValijaImapFetch *fetch);

/* The part called @section ("1.2") in a FETCH response, whole or its beginning: of BODY[1.2] or, then *decoded is set,
 * of BINARY[1.2] (RFC 3516). NONE where it is not there. */
ValijaImapValue valija_imap_fetch_find_section (const ValijaImapResponse *response,
                                                const char               *section,
                                                gboolean                 *decoded);

G_END_DECLS
