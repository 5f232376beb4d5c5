/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends @bytes, written in @charset (nullable), to @out as valid UTF-8; what makes no sense
 * becomes U+FFFD. Without a charset, or with one that nobody knows or that the bytes contradict, it
 * is UTF-8 if it can be, then @fallback (nullable: what the message uses elsewhere), then
 * Windows-1252. NULs stay; the bytes are not otherwise cleaned. */
void valija_mime_charset_append (GString    *out,
                                 const char *charset,
                                 const char *bytes,
                                 gsize       length,
                                 const char *fallback);

G_END_DECLS
