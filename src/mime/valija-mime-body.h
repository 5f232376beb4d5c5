/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-mime-tree.h"

G_BEGIN_DECLS

/* What of a message is read, and what is listed beside it. */
typedef struct
{
  GPtrArray *text;          /* of ValijaMimeNode *, the leaves to be read as plain text, in order */
  GPtrArray *html;          /* the same for HTML; where a passage has no HTML, its text leaf */
  gboolean has_html;        /* there is an HTML leaf in @html */
} ValijaMimeBody;

/* Chooses the leaves of the body. (transfer full) */
ValijaMimeBody *valija_mime_body_choose (ValijaMimeNode *root);
void            valija_mime_body_free   (ValijaMimeBody *self);

/* Sets attachment and inline_image of all parts. @html (nullable) is what refers to pictures.
 * Returns: (transfer container) (element-type ValijaMimePart): the attachments in order */
GPtrArray *valija_mime_body_mark_attachments (ValijaMimeBody *self,
                                              ValijaMimeNode *root,
                                              const char     *html);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaMimeBody, valija_mime_body_free)

G_END_DECLS
