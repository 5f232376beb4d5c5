/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A set of UIDs or sequence numbers (RFC 9051 sequence-set, RFC 4466 and 7162): ranges in ascending order that
 * do not touch. A million UIDs without holes are one range. */
typedef struct _ValijaImapSet ValijaImapSet;

typedef struct
{
  guint32 first;
  guint32 last;
} ValijaImapRange;

/* Empty, and a copy that shares nothing. (transfer full) */
ValijaImapSet         *valija_imap_set_new        (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaImapSet         *valija_imap_set_copy       (const ValijaImapSet *self) G_GNUC_WARN_UNUSED_RESULT;
void                   valija_imap_set_free       (ValijaImapSet *self);

/* Reads "1:3,5,9:7". "*" is @star, or an error where that is 0. NULL when it is no set. (transfer full) */
ValijaImapSet         *valija_imap_set_parse      (const char *text, guint32 star) G_GNUC_WARN_UNUSED_RESULT;

/* Adds @first to @last, in either order; 0 is no number and left out. Ascending calls cost nothing; others are
 * sorted in when it is next looked at. */
void                   valija_imap_set_add        (ValijaImapSet *self, guint32 first, guint32 last);
void                   valija_imap_set_add_set    (ValijaImapSet *self, const ValijaImapSet *other);
void                   valija_imap_set_remove_set (ValijaImapSet *self, const ValijaImapSet *other);

/* Forgets what is outside of @first to @last. */
void                   valija_imap_set_clip       (ValijaImapSet *self, guint32 first, guint32 last);

/* Each number counts once, however often it was added. */
gboolean               valija_imap_set_contains   (const ValijaImapSet *self, guint32 number);
guint64                valija_imap_set_count      (const ValijaImapSet *self);
gboolean               valija_imap_set_is_empty   (const ValijaImapSet *self);

/* The ranges. (transfer none) */
const ValijaImapRange *valija_imap_set_get_ranges (const ValijaImapSet *self, guint *n_ranges);

/* "1:3,5". (transfer full) "" for the empty set, which no command takes. */
char                  *valija_imap_set_to_string  (const ValijaImapSet *self);

/* The numbers in the order of @text, which "304,319:320" of COPYUID (RFC 4315) says. NULL when it is no set or
 * has more than @limit. (transfer full) */
/* of guint32 */
GArray                *valija_imap_set_parse_list (const char *text, guint limit) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapSet, valija_imap_set_free)

G_END_DECLS
