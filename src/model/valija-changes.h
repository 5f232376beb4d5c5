/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-address.h"
#include "model/valija-labels.h"
#include "model/valija-types.h"

G_BEGIN_DECLS

/* What a session tells of folders and messages: plain values, filled by the provider and immutable once handed on;
 * their reference counts are atomic, since the store reads them on its own thread. */

/* A folder as the server lists it. */
typedef struct _ValijaFolderInfo ValijaFolderInfo;
struct _ValijaFolderInfo
{
  gatomicrefcount ref_count;
  char *remote_id;          /* opaque, stable as long as the server keeps the folder */
  char *parent_id;          /* nullable: the remote-id of the parent */
  char *name;               /* decoded last part of the path, UTF-8 */
  ValijaFolderRole role;
  gboolean selectable;      /* can hold messages */
  gint64 total;             /* -1: not known */
  gint64 unread;            /* -1: not known */
  ValijaFolderOwner owner;
  char *object_id;          /* nullable: the server's name for the folder that stays when it is renamed */
  char *former_id;          /* nullable: the remote-id it had, where the server tells that it was renamed */
  gboolean incomplete;      /* what is beneath it could not be asked for: what is known of that still holds */
  char *state;              /* nullable: opaque, compared with that of another list: another one whenever messages
                               have come, gone or been read */
  gboolean state_is_whole;  /* nor does it stay the same when other flags, or labels, change */
};

/* Selectable, with no role and no parent, nothing known of how much it holds. The count of references is atomic;
 * NULL may be freed, as of all the types below. */
#define VALIJA_TYPE_FOLDER_INFO (valija_folder_info_get_type ())
GType             valija_folder_info_get_type (void) G_GNUC_CONST;
ValijaFolderInfo *valija_folder_info_new      (const char *remote_id, const char *name) G_GNUC_WARN_UNUSED_RESULT;
ValijaFolderInfo *valija_folder_info_ref      (ValijaFolderInfo *self);
ValijaFolderInfo *valija_folder_info_copy     (const ValijaFolderInfo *self) G_GNUC_WARN_UNUSED_RESULT;
void              valija_folder_info_unref    (ValijaFolderInfo *self);

/* A message as the server describes it, headers decoded. */
typedef struct _ValijaMessageInfo ValijaMessageInfo;
struct _ValijaMessageInfo
{
  gatomicrefcount ref_count;
  char *remote_id;          /* opaque, unique within its folder */
  char *message_id;         /* without angle brackets, "" if none */
  char *in_reply_to;        /* the first id, without angle brackets, "" if none */
  char *references;         /* ids without angle brackets, space separated, "" if none */
  char *subject;            /* decoded, "" if none */
  GPtrArray *from;          /* of ValijaAddress; never NULL */
  GPtrArray *reply_to;
  GPtrArray *to;
  GPtrArray *cc;
  GPtrArray *bcc;
  gint64 date;              /* the Date field, seconds since 1970; 0 if none or not a date */
  gint64 received;          /* when the server got it; falls back to @date, then to now */
  guint64 size;             /* octets, 0 if not known */
  gboolean size_is_loose;   /* it is that of how the server stores it, with flags, labels and whatever else is set:
                               that it differs says nothing */
  ValijaFlags flags;
  char **labels;            /* nullable: the server does not tell */
  gboolean has_attachments;
  char *preview;            /* nullable: the first words, if the server told */
  char *email_id;           /* nullable: a name for the content, the same in all folders of the account */
};

/* A new one has all fields empty, and its lists made. */
ValijaMessageInfo *valija_message_info_new      (const char *remote_id) G_GNUC_WARN_UNUSED_RESULT;
ValijaMessageInfo *valija_message_info_ref      (ValijaMessageInfo *self);
void               valija_message_info_unref    (ValijaMessageInfo *self);

/* New flags of a known message. */
typedef struct
{
  char *remote_id;
  ValijaFlags flags;
  ValijaFlags told;         /* the server told of these alone; the others stay as they are */
  char **labels;            /* nullable: it did not tell, and they stay as they are; set after _new() */
} ValijaFlagsChange;

/* All @flags, or of those in @told alone. (transfer full) */
ValijaFlagsChange *valija_flags_change_new      (const char *remote_id, ValijaFlags flags) G_GNUC_WARN_UNUSED_RESULT;
ValijaFlagsChange *valija_flags_change_new_some (const char  *remote_id,
                                                 ValijaFlags  flags,
                                                 ValijaFlags  told) G_GNUC_WARN_UNUSED_RESULT;
void               valija_flags_change_free     (ValijaFlagsChange *self);

/* One batch of a folder's synchronisation. The engine writes it and its cursor in one transaction. */
typedef struct _ValijaChanges ValijaChanges;
struct _ValijaChanges
{
  gatomicrefcount ref_count;
  gboolean restart;         /* the old cursor was of no use: this round lists everything again. Messages known before
                               that were not listed by the end of the round are gone; until then they stay. Set in
                               the first batch only. */
  GPtrArray *added;         /* of ValijaMessageInfo; one known already (same remote-id) is updated */
  GPtrArray *flags;         /* of ValijaFlagsChange */
  GPtrArray *gone;          /* of char *, remote-ids */
  GBytes *cursor;           /* where the next round may start once this batch is written; NULL: as before */
  gboolean final;           /* the last batch of the round */
  guint64 done;             /* progress in messages */
  guint64 total;            /* 0: not known */
};

/* No changes, no cursor, not the last batch: the provider fills the lists and gives it away. */
#define VALIJA_TYPE_CHANGES (valija_changes_get_type ())
GType          valija_changes_get_type (void) G_GNUC_CONST;
ValijaChanges *valija_changes_new      (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaChanges *valija_changes_ref      (ValijaChanges *self);
void           valija_changes_unref    (ValijaChanges *self);

/* The source of one message, fetched. */
typedef struct _ValijaFetched ValijaFetched;
struct _ValijaFetched
{
  gatomicrefcount ref_count;
  char *remote_id;
  GBytes *source;           /* RFC 5322 octets, exactly as the server sent them */
};

/* Holds @source, of which nothing is copied. */
#define VALIJA_TYPE_FETCHED (valija_fetched_get_type ())
GType          valija_fetched_get_type (void) G_GNUC_CONST;
ValijaFetched *valija_fetched_new      (const char *remote_id, GBytes *source) G_GNUC_WARN_UNUSED_RESULT;
ValijaFetched *valija_fetched_ref      (ValijaFetched *self);
void           valija_fetched_unref    (ValijaFetched *self);

/* What a search on the server has found in a folder. */
typedef struct _ValijaSearchHits ValijaSearchHits;
struct _ValijaSearchHits
{
  gatomicrefcount ref_count;
  GPtrArray *remote_ids;    /* of char *, the newest first: not more than were asked for */
  guint64 total;            /* how many there are, with those that are older */
};

/* Nothing was found yet: the provider fills it and gives it away. */
#define VALIJA_TYPE_SEARCH_HITS (valija_search_hits_get_type ())
GType             valija_search_hits_get_type (void) G_GNUC_CONST;
ValijaSearchHits *valija_search_hits_new      (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaSearchHits *valija_search_hits_ref      (ValijaSearchHits *self);
void              valija_search_hits_unref    (ValijaSearchHits *self);

/* What to send and to whom: RFC 5321's envelope, apart from the header. */
typedef struct _ValijaEnvelope ValijaEnvelope;
struct _ValijaEnvelope
{
  gatomicrefcount ref_count;
  char *sender;             /* the reverse-path, "" for <> */
  GPtrArray *recipients;    /* of char *, bare addresses, without duplicates */
  gboolean delivery_receipt;/* DSN: NOTIFY=SUCCESS,FAILURE,DELAY and RET=HDRS where the server can */
  char *envelope_id;        /* nullable: ENVID */
};

/* @sender: the reverse-path, "" for <>. Nobody gets it yet. */
#define VALIJA_TYPE_ENVELOPE (valija_envelope_get_type ())
GType           valija_envelope_get_type (void) G_GNUC_CONST;
ValijaEnvelope *valija_envelope_new      (const char *sender) G_GNUC_WARN_UNUSED_RESULT;
ValijaEnvelope *valija_envelope_ref      (ValijaEnvelope *self);
void            valija_envelope_unref    (ValijaEnvelope *self);

/* What became of it. */
typedef struct
{
  char *recipient;
  gboolean accepted;
  gboolean transient;       /* refused, but it may be accepted later */
  char *words;              /* nullable: what the refusal means, a sentence */
  char *server_line;        /* "550 5.1.1 no such user" */
} ValijaRecipientResult;

typedef struct _ValijaReceipt ValijaReceipt;
struct _ValijaReceipt
{
  gatomicrefcount ref_count;
  char *server_line;        /* the server's words for the whole message */
  gboolean server_kept_copy;
  GPtrArray *recipients;    /* of ValijaRecipientResult, in the envelope's order */
};

/* @server_line: (nullable): what the server said to the message as a whole. What became of each recipient is added
 * in the envelope's order, by one of these two: @server_line as the server gave it, (nullable). */
#define VALIJA_TYPE_RECEIPT (valija_receipt_get_type ())
GType          valija_receipt_get_type (void) G_GNUC_CONST;
ValijaReceipt *valija_receipt_new      (const char *server_line, gboolean server_kept_copy) G_GNUC_WARN_UNUSED_RESULT;
void           valija_receipt_add      (ValijaReceipt *self,
                                        const char    *recipient,
                                        gboolean       accepted,
                                        const char    *server_line);
/* @refusal: a VALIJA_ERROR, whose words, server line and kind are kept. */
void           valija_receipt_refuse   (ValijaReceipt *self, const char *recipient, const GError *refusal);
ValijaReceipt *valija_receipt_ref      (ValijaReceipt *self);
void           valija_receipt_unref    (ValijaReceipt *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaFolderInfo, valija_folder_info_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaMessageInfo, valija_message_info_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaFlagsChange, valija_flags_change_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaChanges, valija_changes_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaFetched, valija_fetched_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSearchHits, valija_search_hits_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaEnvelope, valija_envelope_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaReceipt, valija_receipt_unref)

G_END_DECLS
