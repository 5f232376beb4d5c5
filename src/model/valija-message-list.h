/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "model/valija-message.h"

G_BEGIN_DECLS

/* The index-backed list: a sorted array of row ids (or of keys of conversations, whose rows say how many messages they
 * stand for), and pages of rows on demand. A GListModel of ValijaMessage.
 * Property: n-unloaded (uint) pages asked for and not there yet; ready (boolean) FALSE until the first index has
 * come. */
#define VALIJA_TYPE_MESSAGE_LIST (valija_message_list_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMessageList, valija_message_list, VALIJA, MESSAGE_LIST, GObject)

/* Asks for the rows of @ids; the answer comes by valija_message_list_take_rows(). Called on the main context. */
typedef void (*ValijaMessageListLoad) (ValijaMessageList *list, const gint64 *ids, guint n_ids, gpointer user_data);

ValijaMessageList *valija_message_list_new        (ValijaMessageListLoad load,
                                                   gpointer              user_data,
                                                   GDestroyNotify        destroy) G_GNUC_WARN_UNUSED_RESULT;

/* Its ids are keys of conversations. Before the first index. */
void               valija_message_list_set_conversations (ValijaMessageList *self);
/* @messages: (transfer full): a set of gint64, those that the conversations of the index that comes next are there for.
 * Whether @id is one of them, or, where rows are messages, one of the rows. */
void               valija_message_list_set_messages      (ValijaMessageList *self, GHashTable *messages);
gboolean           valija_message_list_holds             (ValijaMessageList *self, gint64 id);

/* Replaces the index by @ids (transfer full, gint64), emitting items-changed for what differs only (common head and
 * tail stay, with their objects). */
void               valija_message_list_set_ids    (ValijaMessageList *self, GArray *ids);

/* Shows no more than that of it. */
void               valija_message_list_limit      (ValijaMessageList *self, guint limit);

/* The same rows as of valija_message_list_take_rows(), before the index that they are in. */
void               valija_message_list_take_first (ValijaMessageList *self, GPtrArray *rows, GHashTable *folders);

/* Fills the rows that came; @folder_of finds each row's folder. Rows that nobody shows any more are dropped. */
void               valija_message_list_take_rows  (ValijaMessageList *self,
                                                   GPtrArray         *rows,     /* of ValijaMessageRow */
                                                   GHashTable        *folders); /* gint64 * -> ValijaFolder */

/* The rows of @ids (NULL: all that are alive) have changed in the store: those that somebody shows are loaded again. */
void               valija_message_list_invalidate (ValijaMessageList *self, const gint64 *ids, guint n_ids);

/* The position, G_MAXUINT if it is not there. */
guint              valija_message_list_find       (ValijaMessageList *self, gint64 id);
/* 0 past the end; loads nothing. */
gint64             valija_message_list_get_id     (ValijaMessageList *self, guint position);
guint              valija_message_list_get_length (ValijaMessageList *self);
gboolean           valija_message_list_get_ready  (ValijaMessageList *self);

G_END_DECLS
