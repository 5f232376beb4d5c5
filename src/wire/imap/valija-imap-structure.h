/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* BODYSTRUCTURE or BODY (RFC 9051 §7.5.2) as a tree of values; a message within the message is a leaf of it. */
typedef struct _ValijaImapPart ValijaImapPart;
struct _ValijaImapPart
{
  char *section;                /* "1.2", what BODY[…] calls it; "" for the outermost multipart */
  char *type;                   /* "multipart", lower case */
  char *subtype;                /* "mixed" */
  char **parameters;            /* name, value, name, value…; names in lower case */
  char *id;                     /* nullable, each of these */
  char *encoding;               /* lower case */
  char *disposition;            /* "attachment", lower case */
  char **disposition_parameters; /* never NULL */
  guint64 size;                 /* octets as they are transferred */
  GPtrArray *children;          /* of ValijaImapPart: parts of a multipart; never NULL */
};

/**
 * valija_imap_structure_parse:
 *
 * Nesting deeper than 64 and more than 10,000 parts are left out.
 *
 * Returns: (transfer full) (nullable): the tree, or %NULL when @value is no structure at all
 */
ValijaImapPart *valija_imap_structure_parse (ValijaImapValue value) G_GNUC_WARN_UNUSED_RESULT;
void            valija_imap_part_free       (ValijaImapPart *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapPart, valija_imap_part_free)

G_END_DECLS
