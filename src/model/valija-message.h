/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-folder.h"
#include "model/valija-labels.h"

G_BEGIN_DECLS

/* A row of a message list. It exists at once and is filled when its page has come: `loaded` says whether, and
 * notifies with the others. Properties: id (int64), loaded, folder (ValijaFolder), subject, sender (label of the
 * first From), sender-address, recipients (labels of To), date (int64), flags (uint, ValijaFlags), unread, flagged,
 * labels (a set of valija-labels.h), has-attachments, size (uint64), preview, has-source (the whole message is on this
 * computer). */
#define VALIJA_TYPE_MESSAGE (valija_message_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMessage, valija_message, VALIJA, MESSAGE, GObject)

/* Somebody who wrote in a conversation. */
typedef struct
{
  char *label;
  char *address;
  gboolean unread;          /* there is an unread message of theirs */
} ValijaParticipant;

/* Copies both; of what they wrote nothing is unread yet. */
ValijaParticipant *valija_participant_new  (const char *label, const char *address) G_GNUC_WARN_UNUSED_RESULT;
void               valija_participant_free (ValijaParticipant *self);

/* The values of one row, as the store reads them. In a list of conversations a row is the newest
 * message in the folder, and its flags, labels and attachments are those of any message. */
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
  char **labels;            /* nullable: none */
  gboolean has_attachments;
  gboolean has_source;
  char *preview;
  gint64 conversation;      /* its key */
  /* of a list of conversations only */
  guint n_messages;         /* of all folders; 0: the row is one message */
  guint n_unread;           /* in the folder */
  char **common_labels;     /* nullable: none; those that all of its members have */
  GArray *members;          /* nullable: gint64, the ids in the folder, or those that were found, oldest first */
  GArray *places;           /* nullable: gint64, the folder of each of them, where they were found */
  GPtrArray *people;        /* nullable: ValijaParticipant, in the order in which they first wrote */
} ValijaMessageRow;

/* All empty, for the store to fill. A copy is of the one message: of the conversation it keeps the key alone. NULL
 * may be freed. */
ValijaMessageRow *valija_message_row_new  (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaMessageRow *valija_message_row_copy (const ValijaMessageRow *self) G_GNUC_WARN_UNUSED_RESULT;
void              valija_message_row_free (ValijaMessageRow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaMessageRow, valija_message_row_free)

/* The getters answer the properties of the same names, (transfer none): texts are "" and numbers 0 until the row is
 * filled. */
ValijaMessage *valija_message_new                 (gint64 id) G_GNUC_WARN_UNUSED_RESULT;
/* What a list knows by @key; which message stands for it, its id, is known when it is filled, and 0 before. */
ValijaMessage *valija_message_new_conversation    (gint64 key) G_GNUC_WARN_UNUSED_RESULT;
void           valija_message_fill                (ValijaMessage          *self,
                                                   ValijaFolder           *folder,
                                                   const ValijaMessageRow *row);
void           valija_message_set_flags           (ValijaMessage *self, ValijaFlags flags);
void           valija_message_set_labels          (ValijaMessage *self, const char * const *labels);
gint64         valija_message_get_id              (ValijaMessage *self);
/* What a list asks the store for it by: its own row, or the key of the conversation that it stands for. */
gint64         valija_message_get_key             (ValijaMessage *self);
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
const char * const *valija_message_get_labels     (ValijaMessage *self); /* never NULL */
/* Those of all that it stands for: of a conversation there may be less than of any. (transfer none), never NULL */
const char * const *valija_message_get_common_labels (ValijaMessage *self);
gboolean       valija_message_get_unread          (ValijaMessage *self);
gboolean       valija_message_get_flagged         (ValijaMessage *self);
gboolean       valija_message_get_has_attachments (ValijaMessage *self);
gboolean       valija_message_get_has_source      (ValijaMessage *self);
const char    *valija_message_get_preview         (ValijaMessage *self); /* (nullable) */
gint64         valija_message_get_conversation    (ValijaMessage *self);
/* Where it stands for its whole conversation: how many messages that has, 0 where it does not; the
 * ids in its folder (nullable), or those that were found; the folder of each of them where they were found, else NULL;
 * and who wrote (nullable, of ValijaParticipant). Notified by "n-messages". */
guint          valija_message_get_n_messages      (ValijaMessage *self);
GArray        *valija_message_get_members         (ValijaMessage *self);
GArray        *valija_message_get_places          (ValijaMessage *self);
GPtrArray     *valija_message_get_people          (ValijaMessage *self);

G_END_DECLS
