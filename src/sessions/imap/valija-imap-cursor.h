/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-flags.h"
#include "wire/imap/valija-imap-set.h"

G_BEGIN_DECLS

/* How far a folder is known: what the engine keeps for us as an opaque cursor. */
typedef struct
{
  guint32 uid_validity;
  guint32 uid_next;          /* nothing from here on was seen */
  guint64 mod_seq;           /* flags and losses are known up to here (RFC 7162); 0: the folder has none */
  /* UIDs below uid_next whose messages are still to be listed, as ranges that may be empty of messages */
  ValijaImapSet *todo;
  ValijaImapSet *known;      /* nullable: UIDs that were listed; kept where the server cannot tell what vanished */
  /* nullable: block of 256 UIDs to a sum over their flags; kept where the server cannot tell what changed */
  GHashTable *digests;
} ValijaImapCursor;

/* Of a folder of which nothing is listed: UIDs begin with 1. (transfer full) */
ValijaImapCursor *valija_imap_cursor_new        (guint32 uid_validity) G_GNUC_WARN_UNUSED_RESULT;
void              valija_imap_cursor_free       (ValijaImapCursor *self);

/* NULL for what is none of ours, or of another version. */
ValijaImapCursor *valija_imap_cursor_from_bytes (GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;
GBytes           *valija_imap_cursor_to_bytes   (const ValijaImapCursor *self) G_GNUC_WARN_UNUSED_RESULT;

/* Digests: a block's is the sum over its messages, so that they can be added in any order. */
#define VALIJA_IMAP_CURSOR_BLOCK(uid) ((uid) >> 8)
void              valija_imap_digests_add       (GHashTable     *digests,
                                                 guint32         uid,
                                                 ValijaImapFlags flags,
                                                 guint32         labels); /* their hash */
gboolean          valija_imap_digests_equal     (GHashTable *one, GHashTable *other, guint32 uid);
GHashTable       *valija_imap_digests_new       (void) G_GNUC_WARN_UNUSED_RESULT;

/* The identity of a message within its folder: "UIDVALIDITY.UID". (transfer full) */
char             *valija_imap_remote_id_format  (guint32 uid_validity, guint32 uid);

/* The UID, or 0 when @remote_id is of another UIDVALIDITY or none of ours. */
guint32           valija_imap_remote_id_parse   (const char *remote_id, guint32 uid_validity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapCursor, valija_imap_cursor_free)

G_END_DECLS
