/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-changes.h"

G_BEGIN_DECLS

/* Header fields, decoded. Nothing here fails: what cannot be decoded is shown as it is, made valid
 * UTF-8, without control and direction-override characters. Bounded: 1 MiB of header block, 10,000
 * addresses a field. */

/* Fills a ValijaMessageInfo from a header block (RFC 5322, with or without the empty line). @size
 * and flags are left to the caller; has_attachments is a guess from Content-Type (multipart/mixed).
 * (transfer full) */
ValijaMessageInfo *valija_mime_parse_header_block (const char *remote_id,
                                                   const char *block,
                                                   gsize length) G_GNUC_WARN_UNUSED_RESULT;

char      *valija_mime_decode_text      (const char *raw);  /* unstructured text of RFC 2047, with raw UTF-8 (RFC 6532) and raw 8-bit guessed */
char      *valija_mime_decode_phrase    (const char *raw);  /* a display name */
GPtrArray *valija_mime_parse_addresses  (const char *raw);  /* of ValijaAddress, groups flattened; never NULL */
gint64     valija_mime_parse_date       (const char *raw);  /* seconds since 1970, 0 if it is no date */
char      *valija_mime_normalise_ids    (const char *raw);  /* "<a@b> <c@d>" → "a@b c@d", bounded to 100 ids */
char      *valija_mime_clean_text       (const char *text, gssize length); /* valid UTF-8 in one line, without controls and overrides */

G_END_DECLS
