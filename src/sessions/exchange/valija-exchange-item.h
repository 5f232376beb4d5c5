/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-changes.h"
#include "wire/ews/valija-ews-node.h"

G_BEGIN_DECLS

/* The item in a response message or change (whatever its kind is called: Message, MeetingRequest, or one that does not
 * exist yet), or NULL. @parent: (nullable) the element around it. */
const ValijaEwsNode *valija_exchange_find_item     (const ValijaEwsNode *parent);

/* The value of an extended property, or NULL. The server writes the tag as it likes: 0x300b, 0x300B. */
const char          *valija_exchange_find_property (const ValijaEwsNode *item,
                                                    guint64              tag);

/* The same of one that is asked for by its number in a named set. */
const char          *valija_exchange_find_named    (const ValijaEwsNode *item,
                                                    const char          *number);

/* Where the next page of a FindItem begins, 0 when @root (nullable) was the last one. A short page need not be that;
 * one that does not go on is. */
guint                valija_exchange_get_next_page (const ValijaEwsNode *root,
                                                    guint                offset);

/* The categories of @item, as they stand there: of char *. (transfer full), never NULL */
GPtrArray           *valija_exchange_list_categories (const ValijaEwsNode *item) G_GNUC_WARN_UNUSED_RESULT;

/* @item: with what VALIJA_EWS_SHAPE_SUMMARY asks for. (transfer full) */
ValijaMessageInfo   *valija_exchange_read_item     (const ValijaEwsNode *item) G_GNUC_WARN_UNUSED_RESULT;

/* A name for what is written in @item: the same for the same content, whatever flags are set on it, and by whomever it
 * was moved. It has what VALIJA_EWS_SHAPE_PROPERTIES asks for. (transfer full), nullable */
char                *valija_exchange_dup_content_id (const ValijaEwsNode *item) G_GNUC_WARN_UNUSED_RESULT;

/* @folder: as SyncFolderHierarchy and GetFolder tell it. NULL for one that holds no mail or is hidden.
 * (transfer full) */
ValijaFolderInfo    *valija_exchange_read_folder   (const ValijaEwsNode *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
