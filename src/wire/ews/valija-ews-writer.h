/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/ews/valija-ews-request.h"

G_BEGIN_DECLS

/* For the request functions alone: an envelope being written. Names carry the prefix of their schema: "m:" for
 * messages, "t:" for types. */
typedef struct _ValijaEwsWriter ValijaEwsWriter;

/* @operation: static; the element of the body is "m:" and that */
ValijaEwsWriter  *valija_ews_writer_new       (ValijaEwsSchema     schema,
                                               const char         *operation) G_GNUC_WARN_UNUSED_RESULT;
/* Ends all that is open. (transfer full) @self is gone */
ValijaEwsRequest *valija_ews_writer_finish    (ValijaEwsWriter    *self,
                                               guint               n_expected,
                                               gboolean            repeatable) G_GNUC_WARN_UNUSED_RESULT;

/* An element within the one that is open, "m:" or "t:" and its name; and the end of the innermost one. */
void              valija_ews_writer_start     (ValijaEwsWriter    *self,
                                               const char         *name);
void              valija_ews_writer_end       (ValijaEwsWriter    *self);
/* Of the element that was started last, before anything stands in it */
void              valija_ews_writer_attribute (ValijaEwsWriter    *self,
                                               const char         *name,
                                               const char         *value);
/* What XML cannot hold (control characters) is left out of @text. */
void              valija_ews_writer_element   (ValijaEwsWriter    *self,
                                               const char         *name,
                                               const char         *text);
/* Where @content goes, once in a request */
void              valija_ews_writer_content   (ValijaEwsWriter    *self,
                                               GBytes             *content);

/* What several operations are made of. */
void              valija_ews_writer_folder    (ValijaEwsWriter    *self,
                                               ValijaEwsFolderRef  folder);
void              valija_ews_writer_folders   (ValijaEwsWriter    *self,
                                               const char         *name,
                                               ValijaEwsFolderRef  folder);
void              valija_ews_writer_items     (ValijaEwsWriter    *self,
                                               const char * const *ids);
void              valija_ews_writer_field     (ValijaEwsWriter    *self,
                                               const char         *field);
void              valija_ews_writer_property  (ValijaEwsWriter    *self,
                                               const char         *tag,
                                               const char         *type);
/* One that has a number within the named @set, and no tag of its own */
void              valija_ews_writer_named     (ValijaEwsWriter    *self,
                                               const char         *set,
                                               const char         *number,
                                               const char         *type);
void              valija_ews_writer_view      (ValijaEwsWriter    *self,
                                               guint               offset,
                                               guint               most);
void              valija_ews_writer_time      (ValijaEwsWriter    *self,
                                               const char         *name,
                                               gint64              seconds);

G_END_DECLS
