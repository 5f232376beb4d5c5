/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-mime-tree.h"

G_BEGIN_DECLS

/* Takes decoded bytes; FALSE with @error stops. */
typedef gboolean (*ValijaMimeSink) (const char  *bytes,
                                    gsize        length,
                                    gpointer     user_data,
                                    GError     **error);

/* Whether the octets of a leaf are its content, with no encoding around them. */
gboolean valija_mime_content_is_plain (const ValijaMimeNode *node);

/* Decodes a leaf's transfer encoding piece by piece. */
gboolean valija_mime_content_decode (const ValijaMimeNode  *node,
                                     const char            *source,
                                     ValijaMimeSink         sink,
                                     gpointer               user_data,
                                     GError               **error);

/* The decoded octets of a leaf, counted without keeping them. */
guint64 valija_mime_content_size (const ValijaMimeNode *node,
                                  const char           *source);

/* A text leaf in UTF-8 with LF line ends, without NULs and controls, format=flowed undone; at most
 * @limit octets of it, then *@truncated is set. (transfer full) */
char *valija_mime_content_dup_text (const ValijaMimeNode *node,
                                    const char           *source,
                                    gsize                 limit,
                                    gboolean             *truncated);

G_END_DECLS
