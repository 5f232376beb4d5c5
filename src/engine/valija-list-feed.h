/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/valija-engine-private.h"

G_BEGIN_DECLS

/* What keeps one message list equal to the store: it belongs to its list, listens to the store, and asks again,
 * never more than one question at a time, however often the store changes. */
#define VALIJA_TYPE_LIST_FEED (valija_list_feed_get_type ())
G_DECLARE_FINAL_TYPE (ValijaListFeed, valija_list_feed, VALIJA, LIST_FEED, GObject)

/* The messages of @folder. (transfer full) the list, which holds its feed */
ValijaMessageList *valija_list_feed_new_folder (ValijaEngine     *engine,
                                                gint64            folder,
                                                ValijaListFilter  filter) G_GNUC_WARN_UNUSED_RESULT;

/* Its conversations: each is one row, the newest of its messages in @folder. */
ValijaMessageList *valija_list_feed_new_conversations (ValijaEngine     *engine,
                                                       gint64            folder,
                                                       ValijaListFilter  filter) G_GNUC_WARN_UNUSED_RESULT;

/* The messages of all inboxes, or their conversations. */
ValijaMessageList *valija_list_feed_new_inboxes (ValijaEngine     *engine,
                                                 gboolean          conversations,
                                                 ValijaListFilter  filter) G_GNUC_WARN_UNUSED_RESULT;

/* What @query finds, in @account and @folder where they are given, or in all inboxes; and what @server (nullable) has
 * found as far as it lies there. @conversations: each is one row, the newest of what was found of it. */
ValijaMessageList *valija_list_feed_new_search (ValijaEngine       *engine,
                                                ValijaSearchQuery  *query,
                                                const char         *account,
                                                gint64              folder,
                                                gboolean            inboxes,
                                                ValijaServerSearch *server,
                                                gboolean            conversations) G_GNUC_WARN_UNUSED_RESULT;

/* Each conversation of @found (ValijaFoundMessage) once, in the order of the newest of it that was: (transfer full) of
 * GArray of gint64, its key and the ids of those, as valija_store_load_found_rows() takes them. */
GPtrArray         *valija_list_feed_group_found (GArray *found) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
