/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-store-private.h"

G_BEGIN_DECLS

/* Which messages belong together: a conversation is what Message-ID, In-Reply-To and References
 * (RFC 5322, 3.6.4) hold together within one account and one database.
 *
 * A conversation has the number of one of its messages. A message's column says which one it is
 * in: 0 stands for its own number, NULL for references that were never seen (rows older than
 * conversations are). The table "link" keeps, for each id that was referred to, the conversation
 * that it leads to: so a reply finds its parent, a parent its replies and replies each other, in
 * whichever order they come. Messages that nobody answers cost no row of it. */

typedef struct
{
  gint64 token;
  gint64 conversation;      /* where it leads so far, 0: it is new */
} ValijaStoreToken;

/* What is found out before a message is written, and written after it. */
typedef struct
{
  GArray *tokens;           /* of ValijaStoreToken: the ids that the message refers to, without its own */
  gint64 conversation;      /* row of the database, 0: none but its own */
  gint64 answer;            /* for an answer that names nothing: the hash of its subject, else 0 */
} ValijaStoreLink;

/* What it has found; not itself, which stands on the stack. */
void valija_store_link_clear (ValijaStoreLink *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ValijaStoreLink, valija_store_link_clear)

/* A message as far as it matters here; all borrowed. */
typedef struct
{
  const char *account;
  gint64 id;                /* 0: not written yet */
  const char *message_id;
  const char *in_reply_to;
  const char *references;
  const char *subject;
  const char *sender_address;
  const char *people;       /* "name address\n" of each recipient */
  gint64 received;
} ValijaStoreLinkable;

/* Finds, and joins where the message is what was missing between them, the conversations that it
 * belongs to. */
gboolean valija_store_link_begin (ValijaStoreContext        *context,
                                  ValijaDatabase            *database,
                                  const ValijaStoreLinkable *message,
                                  ValijaStoreLink           *link,
                                  GError                   **error);
/* @id is written, with the conversation and the answer of @link. */
gboolean valija_store_link_end (ValijaDatabase *database, ValijaStoreLink *link, gint64 id, GError **error);
/* Both, for a row that is there. */
gboolean valija_store_link_row (ValijaStoreContext        *context,
                                ValijaDatabase            *database,
                                const ValijaStoreLinkable *message,
                                GError                   **error);

/* The key of a message id in the table of links; and what is in it of the column id_hash. */
gint64 valija_store_link_token   (const char *account, const char *message_id);
guint  valija_store_link_id_hash (gint64 token);

/* The conversation of row @id; 0 when there is no such row. */
gboolean valija_store_link_find (ValijaDatabase *database, gint64 id, gint64 *conversation, GError **error);

G_END_DECLS
