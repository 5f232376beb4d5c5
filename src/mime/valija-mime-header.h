/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-changes.h"

G_BEGIN_DECLS

/* Header fields, decoded. Nothing here fails: what cannot be decoded is shown as it is, made valid
 * UTF-8, without control and direction-override characters. Bounded: 1 MiB of header block, 10,000
 * addresses a field. */

/* Fills a ValijaMessageInfo from a header block (RFC 5322, with or without the empty line). @size
 * and flags are left to the caller; has_attachments is a guess from Content-Type (multipart/mixed,
 * or one part that is no text).
 * (transfer full) */
ValijaMessageInfo *valija_mime_parse_header_block (const char *remote_id,
                                                   const char *block,
                                                   gsize       length) G_GNUC_WARN_UNUSED_RESULT;

/* @source (transfer none), or where it has no Message-ID the same with one in front that is worked out from its octets:
 * the same each time. @message_id, without angle brackets, gets that of what is given back. (transfer full) */
GBytes *valija_mime_ensure_message_id (GBytes *source, char **message_id) G_GNUC_WARN_UNUSED_RESULT;

/* Of ValijaAddress, groups flattened. (transfer full) never NULL */
GPtrArray *valija_mime_parse_addresses (const char *raw);

/* Seconds since 1970, 0 if it is no date. */
gint64 valija_mime_parse_date (const char *raw);

/* "<a@b> <c@d>" → "a@b c@d", bounded to 100 ids. (transfer full) */
char *valija_mime_normalise_ids (const char *raw);

/* Valid UTF-8 in one line, without controls and overrides. (transfer full) */
char *valija_mime_clean_text (const char *text,
                              gssize      length);

G_END_DECLS
