/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The requests that the session makes, one function for each. Exchange refuses a request whose elements are in another
 * order than the schema's; so nobody else writes elements. */

/* The dialects, oldest first. What is asked for must not be newer than the server ([MS-OXWSCDATA]
 * RequestServerVersion); the server itself may be newer than any of these. */
typedef enum
{
  VALIJA_EWS_2010_SP1,
  VALIJA_EWS_2010_SP2,
  VALIJA_EWS_2013,
  VALIJA_EWS_2013_SP1,
} ValijaEwsSchema;

/* What goes into the body of one POST: @head, then @content in base64 (if any), then @tail. */
typedef struct _ValijaEwsRequest ValijaEwsRequest;
struct _ValijaEwsRequest
{
  gatomicrefcount ref_count;
  const char *operation;    /* static: "GetFolder" */
  GBytes *head;
  GBytes *content;          /* nullable */
  GBytes *tail;             /* nullable: without content there is none */
  guint n_expected;         /* how many response messages it must bring */
  gboolean repeatable;      /* doing it twice is as doing it once */
  char *mailbox;            /* nullable: the address of the one that it is about, where that is not the user's own */
};

/* The count is atomic. The last reference lets go of the octets of the request, which hold no secret. */
ValijaEwsRequest *valija_ews_request_ref   (ValijaEwsRequest *self);
void              valija_ews_request_unref (ValijaEwsRequest *self);

/* @mailbox: whose server is to answer. Returns @self */
ValijaEwsRequest *valija_ews_request_about (ValijaEwsRequest *self, const char *mailbox);

/* A folder by its id, or by what it is for ("inbox", "sentitems", "msgfolderroot"). */
typedef struct
{
  const char *id;            /* nullable */
  const char *distinguished; /* used where @id is NULL */
  const char *mailbox;       /* nullable: with @distinguished, the address of another mailbox */
} ValijaEwsFolderRef;

#define VALIJA_EWS_FOLDER(_id) ((ValijaEwsFolderRef) { .id = (_id) })
#define VALIJA_EWS_DISTINGUISHED(_name) ((ValijaEwsFolderRef) { .distinguished = (_name) })

/* ---- Folders ---- */

/* One response message for each of @folders, also for those that are not there. */
ValijaEwsRequest *valija_ews_get_folders     (ValijaEwsSchema           schema,
                                              const ValijaEwsFolderRef *folders,
                                              guint                     n_folders) G_GNUC_WARN_UNUSED_RESULT;
/* The number that the next message in @folder gets: PR_ARTICLE_NUM_NEXT */
ValijaEwsRequest *valija_ews_get_next_number (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        folder) G_GNUC_WARN_UNUSED_RESULT;
/* What the mailbox holds and may hold: PR_MESSAGE_SIZE_EXTENDED in octets, PR_PROHIBIT_SEND_QUOTA and
 * PR_PROHIBIT_RECEIVE_QUOTA in kilobytes */
ValijaEwsRequest *valija_ews_get_quota       (ValijaEwsSchema           schema) G_GNUC_WARN_UNUSED_RESULT;
/* @state: (nullable) of the last answer. Always of the same @root. */
ValijaEwsRequest *valija_ews_sync_hierarchy  (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        root,
                                              const char               *state) G_GNUC_WARN_UNUSED_RESULT;
ValijaEwsRequest *valija_ews_create_folder   (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        parent,
                                              const char               *name) G_GNUC_WARN_UNUSED_RESULT;
ValijaEwsRequest *valija_ews_rename_folder   (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        folder,
                                              const char               *name) G_GNUC_WARN_UNUSED_RESULT;
ValijaEwsRequest *valija_ews_move_folder     (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        folder,
                                              ValijaEwsFolderRef        parent) G_GNUC_WARN_UNUSED_RESULT;
/* @for_good: else it goes to Deleted Items with all that is in it */
ValijaEwsRequest *valija_ews_delete_folder   (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        folder,
                                              gboolean                  for_good) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Items ---- */

/* What is asked of an item for its row and headers. */
typedef enum
{
  VALIJA_EWS_SHAPE_ID,
  VALIJA_EWS_SHAPE_CATEGORIES,
  VALIJA_EWS_SHAPE_NUMBER,     /* its number in the folder, and what it is known by */
  VALIJA_EWS_SHAPE_SUMMARY,
  VALIJA_EWS_SHAPE_MIME,
  VALIJA_EWS_SHAPE_PROPERTIES, /* all that a message can be made of where its MIME cannot be had */
} ValijaEwsShape;

/* 1 to 512 */
#define VALIJA_EWS_MOST_CHANGES 512

/* What changed in a folder since @state (nullable: from the beginning), at most @most changes, by id alone. */
ValijaEwsRequest *valija_ews_sync_items      (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        folder,
                                              const char               *state,
                                              guint                     most) G_GNUC_WARN_UNUSED_RESULT;
/* At least one of @ids; one response message for each, in their order. */
ValijaEwsRequest *valija_ews_get_items       (ValijaEwsSchema           schema,
                                              ValijaEwsShape            shape,
                                              const char * const       *ids) G_GNUC_WARN_UNUSED_RESULT;

/* Newest first. Of @query (the server's content index), @message_id and neither: everything. */
ValijaEwsRequest *valija_ews_find_items      (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        folder,
                                              const char               *query,
                                              const char               *message_id,
                                              guint                     offset,
                                              guint                     most) G_GNUC_WARN_UNUSED_RESULT;
/* What must stand somewhere */
typedef struct
{
  const char *field;        /* nullable: in the subject, the body, or the names; "item:Subject": there */
  const char *text;
} ValijaEwsWord;

/* The same by at least one of @words, all of which must be met; for servers without an index. */
ValijaEwsRequest *valija_ews_find_words      (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        folder,
                                              const ValijaEwsWord      *words,
                                              guint                     n_words,
                                              guint                     offset,
                                              guint                     most) G_GNUC_WARN_UNUSED_RESULT;

/* Of each of @message_ids (without brackets), and for "" of the messages that have none and are of the size beside it
 * (0: not known). With each comes what tells it from an older one: its number in the folder. */
ValijaEwsRequest *valija_ews_find_copies     (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        folder,
                                              const char * const       *message_ids,
                                              const guint64            *sizes,
                                              guint                     offset,
                                              guint                     most) G_GNUC_WARN_UNUSED_RESULT;

/* Files @source in @folder. @is_read, @is_draft: a message that is filed without saying is a draft for ever. */
ValijaEwsRequest *valija_ews_file_item       (ValijaEwsSchema           schema,
                                              ValijaEwsFolderRef        folder,
                                              GBytes                   *source,
                                              gboolean                  is_read,
                                              gboolean                  is_draft,
                                              gint64                    received) G_GNUC_WARN_UNUSED_RESULT;
/* @from: (nullable): the address in whose name it is sent, where that is not the account's own. @bcc: (array
 * zero-terminated=1): recipients that @source does not name */
ValijaEwsRequest *valija_ews_send_source     (ValijaEwsSchema           schema,
                                              GBytes                   *source,
                                              const char               *from,
                                              const char * const       *bcc,
                                              gboolean                  keep_copy) G_GNUC_WARN_UNUSED_RESULT;

/* What one update changes. */
typedef enum
{
  VALIJA_EWS_READ = 1 << 0,
  VALIJA_EWS_FLAGGED = 1 << 1,
  VALIJA_EWS_ANSWERED = 1 << 2,
  VALIJA_EWS_FORWARDED = 1 << 3,
} ValijaEwsMarks;

/* Sets @set and clears @clear of all @ids; never sends a receipt that the user did not agree to, where the server is
 * new enough to be told. */
ValijaEwsRequest *valija_ews_update_items    (ValijaEwsSchema           schema,
                                              const char * const       *ids,
                                              ValijaEwsMarks            set,
                                              ValijaEwsMarks            clear) G_GNUC_WARN_UNUSED_RESULT;
/* Gives each of @ids the categories of @lists and no others, where it still has the change key of @keys (nullable
 * each); both are in the order of @ids. */
ValijaEwsRequest *valija_ews_update_categories (ValijaEwsSchema            schema,
                                                const char * const        *ids,
                                                const char * const        *keys,
                                                const char * const * const *lists) G_GNUC_WARN_UNUSED_RESULT;
/* The answer tells the new ids in the order of @ids. */
ValijaEwsRequest *valija_ews_move_items      (ValijaEwsSchema           schema,
                                              const char * const       *ids,
                                              ValijaEwsFolderRef        target) G_GNUC_WARN_UNUSED_RESULT;
ValijaEwsRequest *valija_ews_copy_items      (ValijaEwsSchema           schema,
                                              const char * const       *ids,
                                              ValijaEwsFolderRef        target) G_GNUC_WARN_UNUSED_RESULT;
/* 2013 and later: moves @ids to the junk folder, or from there to the inbox, and lets the server learn whose they are.
 * The answer tells the new ids. */
ValijaEwsRequest *valija_ews_mark_as_junk    (ValijaEwsSchema           schema,
                                              const char * const       *ids,
                                              gboolean                  is_junk) G_GNUC_WARN_UNUSED_RESULT;
/* For good */
ValijaEwsRequest *valija_ews_delete_items    (ValijaEwsSchema           schema,
                                              const char * const       *ids) G_GNUC_WARN_UNUSED_RESULT;
ValijaEwsRequest *valija_ews_get_attachment  (ValijaEwsSchema           schema,
                                              const char               *id) G_GNUC_WARN_UNUSED_RESULT;

/* ---- News ---- */

/* For a streaming answer. @folders: (nullable): of one mailbox, which may be another than the user's own; NULL: all of
 * that one. It ends by itself when nobody asks for it any more. */
ValijaEwsRequest *valija_ews_subscribe       (ValijaEwsSchema           schema,
                                              const char * const       *folders) G_GNUC_WARN_UNUSED_RESULT;
/* An answer that lasts @minutes (1 to 30), about all of @subscriptions */
ValijaEwsRequest *valija_ews_stream_events   (ValijaEwsSchema           schema,
                                              const char * const       *subscriptions,
                                              guint                     minutes) G_GNUC_WARN_UNUSED_RESULT;
/* To be asked for again and again; @minutes (1 to 1440) it lives unasked */
ValijaEwsRequest *valija_ews_subscribe_pull  (ValijaEwsSchema           schema,
                                              const char * const       *folders,
                                              guint                     minutes) G_GNUC_WARN_UNUSED_RESULT;
/* What came since @watermark, which is the one that the subscription or the last answer gave. */
ValijaEwsRequest *valija_ews_get_events      (ValijaEwsSchema           schema,
                                              const char               *subscription,
                                              const char               *watermark) G_GNUC_WARN_UNUSED_RESULT;

/* ---- People ---- */

/* Names and addresses of the organisation that begin with @text; at most 100 */
ValijaEwsRequest *valija_ews_resolve_names   (ValijaEwsSchema           schema,
                                              const char               *text) G_GNUC_WARN_UNUSED_RESULT;
/* 2013 and later */
ValijaEwsRequest *valija_ews_find_people     (ValijaEwsSchema           schema,
                                              const char               *text,
                                              guint                     most) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  VALIJA_EWS_REPLIES_OFF,
  VALIJA_EWS_REPLIES_ON,
  VALIJA_EWS_REPLIES_SCHEDULED,
} ValijaEwsReplies;

/* What the mailbox of @address answers by itself. */
ValijaEwsRequest *valija_ews_get_replies     (ValijaEwsSchema           schema,
                                              const char               *address) G_GNUC_WARN_UNUSED_RESULT;
/* People elsewhere who get an answer */
typedef enum
{
  VALIJA_EWS_AUDIENCE_NONE,
  VALIJA_EWS_AUDIENCE_KNOWN, /* who is among the user's contacts */
  VALIJA_EWS_AUDIENCE_ALL,
} ValijaEwsAudience;

/* @start, @end: seconds since 1970, with SCHEDULED. @inside, @outside: HTML */
ValijaEwsRequest *valija_ews_set_replies     (ValijaEwsSchema           schema,
                                              const char               *address,
                                              ValijaEwsReplies          replies,
                                              ValijaEwsAudience         audience,
                                              gint64                    start,
                                              gint64                    end,
                                              const char               *inside,
                                              const char               *outside) G_GNUC_WARN_UNUSED_RESULT;

/* "Exchange2013_SP1" (transfer none) */
const char       *valija_ews_schema_get_name (ValijaEwsSchema           schema);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaEwsRequest, valija_ews_request_unref)

G_END_DECLS
