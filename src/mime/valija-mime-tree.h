/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gmime/gmime.h>

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* A part and where it stands in the source. */
typedef struct _ValijaMimeNode ValijaMimeNode;
struct _ValijaMimeNode
{
  ValijaMimePart part;      /* first, so that one is the other */
  ValijaMimeNode *parent;   /* nullable */
  gsize header_start;
  gsize body_start;
  gsize body_end;
  gboolean closed;          /* body_end is known */
  GMimeContentEncoding encoding;
  gboolean nested;          /* within a message/rfc822 part */
  gboolean not_followed;    /* a container beyond the limits, kept as one leaf */
  gboolean says_attachment; /* Content-Disposition */
  gboolean flowed;          /* RFC 3676 */
  gboolean delsp;
};

/* The structure of @source (RFC 2046), found in one pass over its lines, without recursion and
 * without a copy. GMime's parser is not used: it calls itself for every level and makes several
 * objects for every part before anybody can say that it is enough. (transfer full) never NULL */
ValijaMimeNode *valija_mime_tree_scan (const char *source,
                                       gsize       length,
                                       gboolean   *truncated);
void            valija_mime_tree_free (ValijaMimeNode *root);

/* Whether its type begins with @prefix: "multipart/", "text/html". */
gboolean valija_mime_node_is (const ValijaMimeNode *self,
                              const char           *prefix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaMimeNode, valija_mime_tree_free)

G_END_DECLS
