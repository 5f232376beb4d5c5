/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Mailbox names: UTF-8 here, modified UTF-7 (RFC 3501 §5.1.3) or UTF-8 (RFC 9051, 6855) on the wire.
 *
 * Decoding loses nothing: a name that would not be spelled the same again (Q8: not canonical, not valid, with
 * control characters) is kept as it is, with a DEL in front. So encode (decode (x)) = x for every x, and whoever
 * stores a decoded name can always name the mailbox again. */

/* (transfer full) valid UTF-8 */
char *valija_imap_name_decode     (const char *name, gboolean utf8) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) */
char *valija_imap_name_encode     (const char *name, gboolean utf8) G_GNUC_WARN_UNUSED_RESULT;

/* The same for names that have to be atoms (RFC 9051 §9): all else is encoded too. What was encoded in another way is
 * not decoded; NULL for what is no UTF-8 or has control characters. (transfer full) */
char *valija_imap_name_encode_atom (const char *name) G_GNUC_WARN_UNUSED_RESULT;
char *valija_imap_name_decode_atom (const char *atom) G_GNUC_WARN_UNUSED_RESULT; /* (nullable) */

/* What a person reads for a decoded name, or a part of it. (transfer full) valid UTF-8 */
char *valija_imap_name_to_display (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
