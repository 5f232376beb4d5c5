/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Slices of a header (RFC 2047, raw UTF-8 of RFC 6532), with the message's own charset (@fallback, nullable) as a hint
 * for raw 8-bit text. All (transfer full). */

/* Unstructured text, and a display name: without the spaces around it, valid UTF-8. */
char *valija_mime_words_decode        (const char *raw,
                                       gsize       length,
                                       const char *fallback);
char *valija_mime_words_decode_phrase (const char *raw,
                                       gsize       length,
                                       const char *fallback);
/* Appends a ValijaAddress for each that @raw names, those in groups too, to @list. */
void  valija_mime_words_add_addresses (GPtrArray  *list,
                                       const char *raw,
                                       gsize       length,
                                       const char *fallback);

G_END_DECLS
