/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183) from their raw values. */

/* The word in front of the parameters in lower case: "text/plain", "attachment"; "" where there is
 * none. (transfer full) */
char *valija_mime_param_dup_value (const char *raw,
                                   gsize       length);

/* A parameter's value, decoded: RFC 2231 with its continuations, quoted strings, and the encoded
 * words that programs put there against the rules. As the sender has it but for controls and marks
 * of direction. NULL if there is none. (transfer full) */
char *valija_mime_param_dup (const char *raw,
                             gsize       length,
                             const char *name,
                             const char *fallback);

/* The same as the bytes that the sender wrote, unquoted, for comparing: a boundary. */
GString *valija_mime_param_dup_bytes (const char *raw,
                                      gsize       length,
                                      const char *name);

/* Whether a message of this Content-Type probably has attachments: multipart/mixed, or one part
 * that is no text. */
gboolean valija_mime_type_is_guess_of_attachments (const char *raw,
                                                   gsize       length);

G_END_DECLS
