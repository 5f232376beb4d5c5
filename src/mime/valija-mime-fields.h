/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The fields of a header (RFC 5322 §2.2) as slices of the block they stand in: no copy, no
 * allocation, linear in its length. */
typedef struct
{
  const char *name;
  gsize name_length;
  const char *value;        /* folded as it came, no line break at its end; any bytes */
  gsize value_length;
} ValijaMimeField;

typedef struct
{
  const char *at;           /* once there are no more fields: where the body begins */
  const char *end;
} ValijaMimeFields;

/* Begins at the first field of @block, behind the separator line of an mbox file; a block whose first line is no
 * field has none. @block is borrowed: it must outlive what is read. */
void valija_mime_fields_init (ValijaMimeFields *self,
                              const char       *block,
                              gsize             length);

/* FALSE at the empty line, at the end, and where text begins that is no header. */
gboolean valija_mime_fields_next (ValijaMimeFields *self,
                                  ValijaMimeField  *field);

/* In any case of letters (RFC 5322 §1.2.2). */
gboolean valija_mime_field_is (const ValijaMimeField *self,
                               const char            *name);

/* The first field called @name in a block. */
gboolean valija_mime_fields_find (const char      *block,
                                  gsize            length,
                                  const char      *name,
                                  ValijaMimeField *field);

G_END_DECLS
