/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One element of an answer with all below it. Names are local names: which prefix a server chose for its namespaces
 * says nothing. Immutable for everybody but the reader; what is returned lives as long as the node. */
typedef struct _ValijaEwsNode ValijaEwsNode;

/* @attributes: (array zero-terminated=1): names and values in turn */
ValijaEwsNode *valija_ews_node_new           (const char          *name,
                                              const char * const  *attributes) G_GNUC_WARN_UNUSED_RESULT;
void           valija_ews_node_free          (ValijaEwsNode       *self);
/* @child: (transfer full) */
void           valija_ews_node_append        (ValijaEwsNode       *self,
                                              ValijaEwsNode       *child);
void           valija_ews_node_append_text   (ValijaEwsNode       *self,
                                              const char          *text,
                                              gsize                length);

/* Without the prefix of its namespace. */
const char    *valija_ews_node_get_name      (const ValijaEwsNode *self);
/* Its own text, without that of its children; "" where there is none, never NULL */
const char    *valija_ews_node_get_text      (const ValijaEwsNode *self);
/* (nullable) */
const char    *valija_ews_node_get_attribute (const ValijaEwsNode *self,
                                              const char          *name);
/* Whether it is called so, in just these letters. */
gboolean       valija_ews_node_is            (const ValijaEwsNode *self,
                                              const char          *name);

/* (nullable): the first child, the next sibling; of NULL it is NULL */
const ValijaEwsNode *valija_ews_node_get_first (const ValijaEwsNode *self);
const ValijaEwsNode *valija_ews_node_get_next  (const ValijaEwsNode *self);

/* The first element down @path ("Folder/ParentFolderId"), or NULL; of NULL it is NULL. */
const ValijaEwsNode *valija_ews_node_find      (const ValijaEwsNode *self,
                                                const char          *path);

/* What stands at @path. Where nothing (or nonsense) stands: NULL, FALSE, @otherwise, 0. */
const char *valija_ews_node_find_text    (const ValijaEwsNode *self, const char *path);
gboolean    valija_ews_node_find_boolean (const ValijaEwsNode *self, const char *path);
gint64      valija_ews_node_find_int     (const ValijaEwsNode *self, const char *path, gint64 otherwise);
/* xs:dateTime as seconds since 1970 */
gint64      valija_ews_node_find_time    (const ValijaEwsNode *self, const char *path);
/* The attribute Id of the element there: of an ItemId, FolderId, AttachmentId */
const char *valija_ews_node_find_id      (const ValijaEwsNode *self, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaEwsNode, valija_ews_node_free)

G_END_DECLS
