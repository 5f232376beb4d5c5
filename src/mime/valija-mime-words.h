/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What valija-mime-header.h does for whole strings, for slices of a header and with the message's
 * own charset (@fallback, nullable) as a hint for raw 8-bit text. All (transfer full). */

/* Without the spaces around it; valid UTF-8. */
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
