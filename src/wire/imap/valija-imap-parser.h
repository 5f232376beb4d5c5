/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* Bytes in, responses out (RFC 3501 §7, RFC 9051 §7). It can stop at any byte and goes on where it stopped;
 * nesting is an array of its own, not the C stack; what is larger than a header block leaves in chunks and never
 * stays in memory. No I/O. */
typedef struct _ValijaImapParser ValijaImapParser;

typedef enum
{
  VALIJA_IMAP_PARSER_NEED_MORE, /* all that was fed is used up */
  VALIJA_IMAP_PARSER_RESPONSE,  /* a response is complete */
  VALIJA_IMAP_PARSER_LITERAL,   /* the next octets of a large literal, in the midst of a response */
  VALIJA_IMAP_PARSER_FAILED,    /* VALIJA_ERROR_PROTOCOL or VALIJA_ERROR_LIMIT; there is no way on */
} ValijaImapParserStatus;

typedef struct
{
  ValijaImapResponse *response; /* of LITERAL: as far as it came, to see whose octets these are */
  const guint8 *data;           /* of LITERAL */
  gsize length;                 /* of LITERAL */
  guint stream;                 /* of LITERAL: which large literal of this response, from 0 */
  guint64 total;                /* of LITERAL: octets of the whole literal */
} ValijaImapEvent;

/* Before the greeting, nothing fed. (transfer full) */
ValijaImapParser      *valija_imap_parser_new              (void) G_GNUC_WARN_UNUSED_RESULT;
void                   valija_imap_parser_free             (ValijaImapParser *self);

/* Literals of more than @octets leave in chunks (64 KiB unless told). */
void                   valija_imap_parser_set_inline_limit (ValijaImapParser *self, gsize octets);

/* Takes a reference to @bytes (transfer none). */
void                   valija_imap_parser_feed             (ValijaImapParser *self, GBytes *bytes);

/**
 * valija_imap_parser_next:
 * @event: (out): filled for RESPONSE and LITERAL; valid until the next call
 *
 * Goes through what was fed up to the next event.
 *
 * Returns: what it found; %VALIJA_IMAP_PARSER_FAILED with @error set, then and at every later call
 */
ValijaImapParserStatus valija_imap_parser_next             (ValijaImapParser *self,
                                                            ValijaImapEvent  *event,
                                                            GError          **error);

/* Octets that were fed and not used yet. After the answer to STARTTLS anything here is an injection (RFC 9051
 * §6.2.1). */
gsize                  valija_imap_parser_get_pending      (ValijaImapParser *self);

/* Takes those octets away: after the answer to COMPRESS they belong to the layer that begins (RFC 4978 §3).
 * (transfer full) */
GBytes                *valija_imap_parser_steal_pending    (ValijaImapParser *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapParser, valija_imap_parser_free)

G_END_DECLS
