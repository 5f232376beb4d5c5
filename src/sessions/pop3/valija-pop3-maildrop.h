/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a POP3 server lists: messages by number, valid for one connection, with the unique ids that stay. Made of
 * UIDL and LIST; names every message by a remote-id of its own, also where a server repeats a unique id or forgets
 * it. Refcounted. */
typedef struct _ValijaPop3Maildrop ValijaPop3Maildrop;

typedef struct
{
  guint number;
  guint64 size;             /* octets; 0: not told */
  char *remote_id;          /* NULL until valija_pop3_maildrop_name() where the server told none */
} ValijaPop3Entry;

/* Empty, to be filled line by line. The count of references is not atomic: main context only. */
ValijaPop3Maildrop *valija_pop3_maildrop_new        (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaPop3Maildrop *valija_pop3_maildrop_ref        (ValijaPop3Maildrop *self);
void                valija_pop3_maildrop_unref      (ValijaPop3Maildrop *self);

/* A line of UIDL or LIST, in any order; what makes no sense is passed over. */
void                valija_pop3_maildrop_take_uidl  (ValijaPop3Maildrop *self, const char *line, gsize length);
void                valija_pop3_maildrop_take_list  (ValijaPop3Maildrop *self, const char *line, gsize length);

/* To be called once after all lines: orders, and tells repeated ids apart. FALSE when there were more messages than
 * are kept (1,000,000). */
gboolean            valija_pop3_maildrop_finish     (ValijaPop3Maildrop *self);

/* Names a message without unique id by what its header is: the same message is found again next time. */
void                valija_pop3_maildrop_name       (ValijaPop3Maildrop *self, ValijaPop3Entry *entry,
                                                     const void *header, gsize length);

/* By number, ascending. (transfer none) */
guint               valija_pop3_maildrop_get_length (ValijaPop3Maildrop *self);
ValijaPop3Entry    *valija_pop3_maildrop_get        (ValijaPop3Maildrop *self, guint index);
ValijaPop3Entry    *valija_pop3_maildrop_find       (ValijaPop3Maildrop *self, const char *remote_id); /* (nullable) */

/* A cursor is a table of remote-ids with the sizes that LIST told: sorted, each told as what differs from the one
 * before.
 *
 * RFC 1939 §7 lets a server give the name of a message that is gone to another one, as those do whose counter begins
 * anew in an empty maildrop or whose unique id is a hash of the content. So a name is that of the message that it was
 * only where the size is still the same; and where we have had it deleted ourselves not even then, until the header
 * has been looked at. Where a server tells no sizes, the name alone has to do. */
GHashTable         *valija_pop3_cursor_new_table    (void) G_GNUC_WARN_UNUSED_RESULT;
void                valija_pop3_cursor_add          (GHashTable *table, const ValijaPop3Entry *entry);
GBytes             *valija_pop3_cursor_encode       (GHashTable *table) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) (nullable): char * → what is kept of the size; NULL where @cursor is none of ours. */
GHashTable         *valija_pop3_cursor_decode       (GBytes *cursor) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @entry is, as far as its name and size tell, what had that name when the cursor was written. */
gboolean            valija_pop3_cursor_knows        (GHashTable *table, const ValijaPop3Entry *entry);

/* (transfer full) (nullable): @cursor, in which all of @remote_ids are known by name alone, which is not enough; NULL
 * where none of them is known in it. */
GBytes             *valija_pop3_cursor_doubt        (GBytes             *cursor,
                                                     const char * const *remote_ids) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaPop3Maildrop, valija_pop3_maildrop_unref)

G_END_DECLS
