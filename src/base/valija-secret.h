/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A password or token: refcounted bytes in memory that is wiped when the last reference goes,
 * and which has no way to be printed. NUL bytes are allowed inside; the bytes are always
 * followed by a NUL that does not count. */
typedef struct _ValijaSecret ValijaSecret;

#define VALIJA_TYPE_SECRET (valija_secret_get_type ())

GType         valija_secret_get_type  (void) G_GNUC_CONST;
ValijaSecret *valija_secret_new       (const char *bytes, gssize length) G_GNUC_WARN_UNUSED_RESULT;
/* wipes and frees @string */
ValijaSecret *valija_secret_new_take  (char *string) G_GNUC_WARN_UNUSED_RESULT;
ValijaSecret *valija_secret_new_joined (const char *before, gssize before_length, const char *bytes, gsize length,
                                        const char *behind) G_GNUC_WARN_UNUSED_RESULT;
ValijaSecret *valija_secret_ref       (ValijaSecret *self);
void          valija_secret_unref     (ValijaSecret *self);
/* (transfer none) */
const char   *valija_secret_peek      (ValijaSecret *self, gsize *length);
GBytes       *valija_secret_to_bytes  (ValijaSecret *self);

/* Wipes @length bytes at @memory in a way that the compiler keeps. */
void valija_wipe (void *memory, gsize length);
/* Wipes and frees a string. NULL is allowed. */
void valija_wipe_string (char *string);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSecret, valija_secret_unref)

G_END_DECLS
