/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-folder.h"

G_BEGIN_DECLS

/* A row of a message list. It exists at once and is filled when its page has come: `loaded` says whether, and
 * notifies with the others. Properties: id (int64), loaded, folder (ValijaFolder), subject, sender (label of the
 * first From), sender-address, recipients (labels of To), date (int64), flags (uint, ValijaFlags), unread, flagged,
 * has-attachments, size (uint64), preview, has-source (the whole message is on this computer). */
#define VALIJA_TYPE_MESSAGE (valija_message_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMessage, valija_message, VALIJA, MESSAGE, GObject)

/* The values of one row, as the store reads them. */
typedef struct
{
  gint64 id;
  gint64 folder_id;
  char *remote_id;
  char *message_id;
  char *subject;
  char *sender;
  char *sender_address;
  char *recipients;
  gint64 date;
  guint64 size;
  ValijaFlags flags;
  gboolean has_attachments;
  gboolean has_source;
  char *preview;
} ValijaMessageRow;

ValijaMessageRow *valija_message_row_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void              valija_message_row_free (ValijaMessageRow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaMessageRow, valija_message_row_free)

ValijaMessage *valija_message_new                 (gint64 id) G_GNUC_WARN_UNUSED_RESULT;
void           valija_message_fill                (ValijaMessage          *self,
                                                   ValijaFolder           *folder,
                                                   const ValijaMessageRow *row);
void           valija_message_set_flags           (ValijaMessage *self, ValijaFlags flags);
gint64         valija_message_get_id              (ValijaMessage *self);
gboolean       valija_message_get_loaded          (ValijaMessage *self);
ValijaFolder  *valija_message_get_folder          (ValijaMessage *self); /* (transfer none) (nullable) until loaded */
const char    *valija_message_get_remote_id       (ValijaMessage *self);
const char    *valija_message_get_message_id      (ValijaMessage *self);
const char    *valija_message_get_subject         (ValijaMessage *self);
const char    *valija_message_get_sender          (ValijaMessage *self);
const char    *valija_message_get_sender_address  (ValijaMessage *self);
const char    *valija_message_get_recipients      (ValijaMessage *self);
gint64         valija_message_get_date            (ValijaMessage *self);
guint64        valija_message_get_size            (ValijaMessage *self);
ValijaFlags    valija_message_get_flags           (ValijaMessage *self);
gboolean       valija_message_get_unread          (ValijaMessage *self);
gboolean       valija_message_get_flagged         (ValijaMessage *self);
gboolean       valija_message_get_has_attachments (ValijaMessage *self);
gboolean       valija_message_get_has_source      (ValijaMessage *self);
const char    *valija_message_get_preview         (ValijaMessage *self); /* (nullable) */

G_END_DECLS
