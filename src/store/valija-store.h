/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "model/valija-changes.h"
#include "model/valija-mail-size.h"
#include "model/valija-message.h"
#include "store/valija-search-query.h"

G_BEGIN_DECLS

/* What is kept on this computer, in two SQLite databases on threads of their own: every call
 * returns a future and never blocks.
 *
 *  - the cache (cache.db in the cache directory): folders and messages of servers that keep them.
 *    WAL, synchronous=NORMAL; rebuilt when damaged.
 *  - local truth (local.db in the data directory): messages that cannot be fetched again (POP3,
 *    copies of sent mail, drafts), outbox, journal. WAL, synchronous=FULL; nothing is deleted but
 *    by the user; a failed upgrade keeps the old file; damaged, it is kept aside.
 *
 * Ids of folders and messages are unique over both: positive in the cache, negative in local truth.
 * Writes go through one connection, in the order of the calls; reads through another, so that a
 * list never waits for a synchronisation: a read sees every write whose future has resolved. Every
 * future rejects with VALIJA_ERROR_STORAGE, DISK_FULL, NEWER_DATA, NOT_FOUND or INVALID (a folder
 * or message of the wrong kind), step STORE. A write whose future was dropped is done all the same;
 * a read that was dropped before its turn is left out. Both directories belong to one store at a
 * time: a second one, in whichever process, is refused by valija_store_open(). */
#define VALIJA_TYPE_STORE (valija_store_get_type ())
G_DECLARE_FINAL_TYPE (ValijaStore, valija_store, VALIJA, STORE, GObject)

ValijaStore *valija_store_new   (GFile *cache_directory, GFile *data_directory) G_GNUC_WARN_UNUSED_RESULT;

/* Opens and migrates. Resolves to a GPtrArray of char *: what the user must know (translated): "The
 * cache was damaged and is built anew". */
DexFuture   *valija_store_open  (ValijaStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* Finishes what was asked, checkpoints and closes. Resolves to TRUE. What is asked afterwards rejects with STORAGE. */
DexFuture   *valija_store_close (ValijaStore *self) G_GNUC_WARN_UNUSED_RESULT;

/* Signals, on the main context, after the transaction: "folder-changed" (int64 folder-id: its index
 * and counts; 0: the folders themselves), "messages-changed" (GArray of gint64: rows),
 * "outbox-changed" (). Those of several transactions are joined into one where they come together. */

/* ---- Folders ---- */

typedef struct
{
  gint64 id;
  gint64 parent_id;          /* 0 at the top */
  char *remote_id;           /* "" for a folder that is only here */
  char *name;
  ValijaFolderRole role;
  gboolean selectable;
  /* of the rows that are here; what the server last told of beyond them is added until the next whole round */
  gint64 total;
  gint64 unread;
  gint64 last_synced;        /* when a round last came to its end: seconds since 1970, 0 never */
  ValijaFolderPolicy policy;
  ValijaFolderOwner owner;
} ValijaStoredFolder;
/* NULL is nothing to free. */
void valija_stored_folder_free (ValijaStoredFolder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaStoredFolder, valija_stored_folder_free)

/* GPtrArray of ValijaStoredFolder of both databases, parents before children. */
DexFuture *valija_store_list_folders       (ValijaStore *self, const char *account) G_GNUC_WARN_UNUSED_RESULT;
/* The server's whole list (ValijaFolderInfo): new ones are added, known ones updated, missing ones
 * removed with their cached messages, but for those that have another name now. @durable: the
 * folders live in local truth (POP3), and none is ever removed. Resolves to TRUE. */
DexFuture *valija_store_write_folders (ValijaStore *self,
                                       const char  *account,
                                       GPtrArray   *infos,
                                       gboolean     durable) G_GNUC_WARN_UNUSED_RESULT;
/* A folder in local truth by role, made when missing. Resolves to its id (int64). */
DexFuture *valija_store_ensure_local_folder (ValijaStore      *self,
                                             const char       *account,
                                             ValijaFolderRole  role,
                                             const char       *name) G_GNUC_WARN_UNUSED_RESULT;
/* Another folder in local truth, by name. Resolves to its id (int64). */
DexFuture *valija_store_create_local_folder (ValijaStore *self,
                                             const char  *account,
                                             gint64       parent,
                                             const char  *name) G_GNUC_WARN_UNUSED_RESULT;
/* What is fetched of @folder, which is on a server; kept in local truth, and with the folder when it is renamed. TRUE;
 * NOT_FOUND for any other folder. */
DexFuture *valija_store_set_folder_policy (ValijaStore        *self,
                                           gint64              folder,
                                           ValijaFolderPolicy  policy) G_GNUC_WARN_UNUSED_RESULT;
/* What valija_store_measure() tells of the room on the server from now on. TRUE */
DexFuture *valija_store_set_quota (ValijaStore       *self,
                                   const char        *account,
                                   const ValijaQuota *quota) G_GNUC_WARN_UNUSED_RESULT;
/* How much there is of @folder, or with 0 of all of @account in both databases: ValijaMailSize. */
DexFuture *valija_store_measure (ValijaStore *self,
                                 const char  *account,
                                 gint64       folder) G_GNUC_WARN_UNUSED_RESULT;
/* Another server has the account from now on. Where mail is only here, what was seen and deleted on the one before says
 * nothing of it: all is listed and compared anew. TRUE */
DexFuture *valija_store_change_server (ValijaStore *self, const char *account) G_GNUC_WARN_UNUSED_RESULT;
/* Forgets the account: its cache always; its local truth only with @local_truth, else what waits in the outbox is held
 * there until somebody sends it. */
DexFuture *valija_store_remove_account (ValijaStore *self,
                                        const char  *account,
                                        gboolean     local_truth) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Synchronising ---- */

/* Resolves to GBytes, of no bytes when there is no cursor. */
DexFuture *valija_store_load_cursor   (ValijaStore *self, gint64 folder) G_GNUC_WARN_UNUSED_RESULT;

/* The states of those folders of @account that were as the server told when they were synchronised last, and on which
 * nothing waits in the journal: GHashTable of char * (remote id) to char *. */
DexFuture *valija_store_load_folder_states (ValijaStore *self, const char *account) G_GNUC_WARN_UNUSED_RESULT;
/* @state was told before the round of @folder that has just come to its end; the next cursor forgets it. TRUE */
DexFuture *valija_store_write_folder_state (ValijaStore *self,
                                            gint64       folder,
                                            const char  *state) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  guint n_added;             /* not known before */
  guint n_unread;            /* of those, unread */
  guint n_changed;
  guint n_gone;
  GArray *added_ids;         /* gint64, in the order of the batch; 0 for one that was known */
} ValijaWritten;

/* A copy has a list of ids of its own; NULL may be freed. */
#define VALIJA_TYPE_WRITTEN (valija_written_get_type ())
GType          valija_written_get_type (void) G_GNUC_CONST;
ValijaWritten *valija_written_copy     (const ValijaWritten *self);
void           valija_written_free     (ValijaWritten *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaWritten, valija_written_free)

/* Writes a batch and its cursor in one transaction; keeps what waits in the journal on top of what
 * the server says (flags, moved and deleted messages do not come back); after the final batch of a
 * round that began with `restart`, drops what was not listed. In a durable folder `gone` is
 * ignored, nothing is dropped, and what the user deleted here is not added again. Resolves to
 * ValijaWritten. */
DexFuture *valija_store_write_changes (ValijaStore   *self,
                                       gint64         folder,
                                       ValijaChanges *changes) G_GNUC_WARN_UNUSED_RESULT;
/* The same where the sources of what was received at @since or later come next: each is written into the search table
 * once, together with its text. */
DexFuture *valija_store_write_changes_before_sources (ValijaStore   *self,
                                                      gint64         folder,
                                                      ValijaChanges *changes,
                                                      gint64         since) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Sources and text ---- */

/* A message's source with what was read out of it; plain struct, freed by the store. */
typedef struct
{
  gint64 message;
  GBytes *source;
  GBytes *packed;            /* nullable: as it is written; see valija_stored_source_pack() */
  char *search_text;         /* body and attachment names */
  char *preview;             /* nullable: what is known stays */
  gboolean has_attachments;
  /* nullable: the attachment names apart, one a line, which filename: searches; set after _new() */
  char *file_names;
} ValijaStoredSource;
ValijaStoredSource *valija_stored_source_new (gint64      message,
                                              GBytes     *source,
                                              const char *search_text,
                                              const char *preview,
                                              gboolean    has_attachments);
/* Packs it, so that less is written; on a thread, since that takes some milliseconds for a megabyte. */
void                valija_stored_source_pack (ValijaStoredSource *self);
ValijaStoredSource *valija_stored_source_copy (const ValijaStoredSource *self);
void                valija_stored_source_free (ValijaStoredSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaStoredSource, valija_stored_source_free)

/* Writes all of @sources (GPtrArray of ValijaStoredSource) and their index in one transaction;
 * durable when it resolves, for local truth. Those whose message is gone meanwhile are left out.
 * TRUE */
DexFuture *valija_store_write_sources        (ValijaStore *self, GPtrArray *sources) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to GBytes; NOT_FOUND when only the headers are here. */
DexFuture *valija_store_load_source          (ValijaStore *self, gint64 message) G_GNUC_WARN_UNUSED_RESULT;
/* The newest messages of @folder without a source, received since @since, and listed behind the message @behind:
 * GPtrArray of ValijaMessageRow. */
DexFuture *valija_store_list_without_source (ValijaStore *self,
                                             gint64       folder,
                                             gint64       since,
                                             gint64       behind,
                                             guint        limit) G_GNUC_WARN_UNUSED_RESULT;
/* How many valija_store_list_without_source() would list without a limit: int64. */
DexFuture *valija_store_count_without_source (ValijaStore *self,
                                              gint64       folder,
                                              gint64       since) G_GNUC_WARN_UNUSED_RESULT;
/* Which of @messages (GArray of gint64) are here already because the account has, or had a moment ago, the same one
 * in another folder: the server says so (EMAILID), or Message-ID, size, dates, subject and sender are the same. GArray
 * of gint64, those of @messages. */
DexFuture *valija_store_find_twins (ValijaStore *self, GArray *messages) G_GNUC_WARN_UNUSED_RESULT;
/* GBytes of such a twin of @message; NOT_FOUND where there is none, or none any more. */
DexFuture *valija_store_load_twin_source (ValijaStore *self, gint64 message) G_GNUC_WARN_UNUSED_RESULT;
/* What a server that only gives messages out need not keep any more, by its remote-ids (GPtrArray): what is whole here
 * and came before @since (seconds since 1970), and what was deleted here for good: with @removed all of that, else what
 * came before @since. By then such a name may be another message's there. */
DexFuture *valija_store_list_ripe (ValijaStore *self,
                                   const char  *account,
                                   gint64       since,
                                   gboolean     removed) G_GNUC_WARN_UNUSED_RESULT;
/* A new message in a folder of local truth. Durable when it resolves, to its id (int64). @outbox: as of
 * valija_store_append_message(). */
DexFuture *valija_store_add_message (ValijaStore        *self,
                                     gint64              folder,
                                     ValijaMessageInfo  *info,
                                     ValijaStoredSource *source,
                                     gint64              outbox) G_GNUC_WARN_UNUSED_RESULT;

/* The same for several. Unless they are copies (@keep), each is in the place of the message, anywhere, that its source
 * names: that one is deleted for good in that step; it may be gone. GArray of int64, their ids. */
DexFuture *valija_store_supersede_messages (ValijaStore *self,
                                            gint64       folder,
                                            GPtrArray   *infos,
                                            GPtrArray   *sources,
                                            gboolean     keep) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Drafts: messages of local truth that are written on. A server may have an earlier version of one, which goes
 * when a later one is there ---- */

typedef struct
{
  char *home;                /* the account that it is of */
  char *message_id;
  gboolean open;             /* somebody writes on it, or did when Valija ended */
  gboolean uploaded;         /* a server has this very version */
  gboolean known;            /* it has some version of it */
  gboolean named;            /* and it has told how it calls that */
  gint64 base;               /* that one, as far as it is listed: a message of the cache, 0 for none */
} ValijaStoredDraft;

/* A copy has texts of its own; NULL may be freed. */
#define VALIJA_TYPE_STORED_DRAFT (valija_stored_draft_get_type ())
GType              valija_stored_draft_get_type (void) G_GNUC_CONST;
ValijaStoredDraft *valija_stored_draft_copy     (const ValijaStoredDraft *self);
void               valija_stored_draft_free     (ValijaStoredDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaStoredDraft, valija_stored_draft_free)

/* A version of a draft in @folder of local truth, open, in the place of @replaces: an earlier version, which goes in
 * the same step, or one on a server, which stays there until this one is; 0: the first. Its id (int64). */
DexFuture *valija_store_save_draft (ValijaStore        *self,
                                    gint64              folder,
                                    ValijaMessageInfo  *info,
                                    ValijaStoredSource *source,
                                    gint64              replaces) G_GNUC_WARN_UNUSED_RESULT;
/* Somebody writes on @draft, a message of local truth; or nobody does any more. TRUE */
DexFuture *valija_store_open_draft (ValijaStore *self, gint64 draft, gboolean open) G_GNUC_WARN_UNUSED_RESULT;
/* Deletes it for good, also what a server has of it. TRUE, also where it is gone. */
DexFuture *valija_store_drop_draft (ValijaStore *self, gint64 draft) G_GNUC_WARN_UNUSED_RESULT;
/* ValijaStoredDraft; nobody has opened what is not known as one. NOT_FOUND */
DexFuture *valija_store_load_draft (ValijaStore *self, gint64 draft) G_GNUC_WARN_UNUSED_RESULT;
/* @base, a message of the cache, is what a server has of it; 0: none has it. TRUE */
DexFuture *valija_store_set_draft_base (ValijaStore *self,
                                        gint64       draft,
                                        gint64       base,
                                        gboolean     uploaded) G_GNUC_WARN_UNUSED_RESULT;
/* Those that are open: GArray of gint64. */
DexFuture *valija_store_list_open_drafts (ValijaStore *self) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Lists ---- */

typedef enum
{
  VALIJA_LIST_ALL,
  VALIJA_LIST_UNREAD,
  VALIJA_LIST_FLAGGED,
} ValijaListFilter;

/* Of several folders as if they were one. Resolves to a GArray (boxed, G_TYPE_ARRAY) of gint64, newest first: messages,
 * or with @conversations the keys of theirs (valija_store_load_conversation_rows()), in the order of their newest that
 * @filter lets through. @limit 0: all. */
DexFuture *valija_store_load_index (ValijaStore      *self,
                                    const gint64     *folders,
                                    guint             n_folders,
                                    gboolean          conversations,
                                    ValijaListFilter  filter,
                                    guint             limit) G_GNUC_WARN_UNUSED_RESULT;
/* The same piece by piece: what comes first need not wait for what comes last, and questions between the pieces are
 * answered in between. Refcounted. */
typedef struct _ValijaIndexWalk ValijaIndexWalk;
ValijaIndexWalk *valija_index_walk_new      (const gint64     *folders,
                                             guint             n_folders,
                                             ValijaListFilter  filter,
                                             gboolean          conversations) G_GNUC_WARN_UNUSED_RESULT;
ValijaIndexWalk *valija_index_walk_ref      (ValijaIndexWalk *self);
void             valija_index_walk_unref    (ValijaIndexWalk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaIndexWalk, valija_index_walk_unref)
/* A GArray of the next gint64s: less than @limit only at the end. */
DexFuture *valija_store_walk_index (ValijaStore     *self,
                                    ValijaIndexWalk *walk,
                                    guint            limit) G_GNUC_WARN_UNUSED_RESULT;
/* @account and @folders narrow the search: nothing for everything. @more: messages that a server has found, which
 * belong to what is found where they lie there. */
DexFuture *valija_store_search (ValijaStore       *self,
                                ValijaSearchQuery *query,
                                const char        *account,
                                const gint64      *folders,
                                guint              n_folders,
                                const gint64      *more,
                                guint              n_more,
                                guint              limit) G_GNUC_WARN_UNUSED_RESULT;
/* A message that was found, and the key of its conversation. */
typedef struct
{
  gint64 id;
  gint64 conversation;
} ValijaFoundMessage;

/* The same with the conversations: GArray of ValijaFoundMessage. Where the two databases have one conversation each
 * that belong together, it is found by the key of the cache's. */
DexFuture *valija_store_search_conversations (ValijaStore       *self,
                                              ValijaSearchQuery *query,
                                              const char        *account,
                                              const gint64      *folders,
                                              guint              n_folders,
                                              const gint64      *more,
                                              guint              n_more,
                                              guint              limit) G_GNUC_WARN_UNUSED_RESULT;
/* The labels that messages of @account (nullable: of all) have: a set, G_TYPE_STRV. */
DexFuture *valija_store_list_labels (ValijaStore *self, const char *account) G_GNUC_WARN_UNUSED_RESULT;
/* People whose name or address has a word that begins with @text: GPtrArray of ValijaAddress, those with most and
 * newest mail first. */
DexFuture *valija_store_find_people (ValijaStore *self,
                                     const char  *text,
                                     guint        limit) G_GNUC_WARN_UNUSED_RESULT;
/* GPtrArray of ValijaMessageRow in the order of @ids; ids that are gone are missing in it. A row
 * whose move the server has not heard of yet shows its new folder and an empty remote_id, since
 * there is none in that folder. */
DexFuture *valija_store_load_rows  (ValijaStore *self, const gint64 *ids, guint n_ids) G_GNUC_WARN_UNUSED_RESULT;
/* The same by conversations: messages of one account that Message-ID, In-Reply-To and References
 * hold together, wherever they lie. A conversation is named by a key, the id of one of its messages,
 * which stays the same unless it turns out to belong to another one. */
DexFuture *valija_store_load_conversation_rows (ValijaStore  *self,
                                                gint64        folder,
                                                const gint64 *keys,
                                                guint         n_keys) G_GNUC_WARN_UNUSED_RESULT;
/* The same of several folders as if they were one: each conversation is shown in the first of @folders that has mail of
 * it, of the database that its key is of. */
DexFuture *valija_store_load_merged_conversation_rows (ValijaStore  *self,
                                                       const gint64 *folders,
                                                       guint         n_folders,
                                                       const gint64 *keys,
                                                       guint         n_keys) G_GNUC_WARN_UNUSED_RESULT;
/* Of what was found: @groups are GArrays of gint64, each a key and the ids of those that were found of it. A row is the
 * newest of them; what was thrown away is left out where there is something else. */
DexFuture *valija_store_load_found_rows (ValijaStore *self, GPtrArray *groups) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_store_load_conversation (ValijaStore *self, gint64 message) G_GNUC_WARN_UNUSED_RESULT;
/* The messages in @folder with @message_id: GArray of gint64. */
DexFuture *valija_store_find_message_id (ValijaStore *self,
                                         gint64       folder,
                                         const char  *message_id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a row id (int64), or rejects with NOT_FOUND. */
DexFuture *valija_store_find_remote (ValijaStore *self, gint64 folder, const char *remote_id) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Changes by the user: shown at once, and written to the journal in the same transaction where
 * a server must hear of them ---- */

typedef enum
{
  VALIJA_OPERATION_FLAGS,
  VALIJA_OPERATION_MOVE,
  VALIJA_OPERATION_COPY,
  VALIJA_OPERATION_DELETE,   /* for good */
  VALIJA_OPERATION_APPEND,
  VALIJA_OPERATION_CREATE_FOLDER, /* behind it only those of folders */
  VALIJA_OPERATION_RENAME_FOLDER,
  VALIJA_OPERATION_REMOVE_FOLDER,
} ValijaOperationKind;

/* One line of the journal. Behind a MOVE that is not finished the remote ids of its messages are
 * "": list again once it is. */
typedef struct
{
  gint64 id;
  char *account;
  ValijaOperationKind kind;
  char *folder;              /* remote-id of the folder */
  char *target;              /* nullable: remote-id of the target folder; the name of one that is made or renamed */
  GPtrArray *remote_ids;     /* of char *; for CREATE_FOLDER the parent alone, "" at the top */
  GArray *messages;          /* gint64, the rows concerned, in the order of @remote_ids; 0: not in the cache now */
  GPtrArray *message_ids;    /* of char *, and */
  GArray *sizes;             /* guint64, in the same order: "" and 0 where not known */
  ValijaFlags add;
  ValijaFlags remove;
  char **add_labels;         /* sets, also of what APPEND carries; FLAGS is of flags or of these */
  char **remove_labels;
  char *mark;                /* nullable: it was never tried; see valija_store_begin_operations() */
  guint attempts;
  char *words;               /* nullable: why it failed last */
  gboolean carries;          /* what it files comes from elsewhere; see valija_store_carry_messages() */
  gboolean copies;           /* and stays there, for good */
  gint64 origin;             /* and is this message there; 0: not in the cache now */
  gint64 received;           /* seconds since 1970, 0 for now; of one that carries */
  gboolean is_last;          /* what it files is nowhere else: its account was removed, or it carries nothing */
} ValijaOperation;

/* Of FLAGS: whether labels are changed, and no flags. */
gboolean valija_operation_is_of_labels (const ValijaOperation *self);
void     valija_operation_free         (ValijaOperation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaOperation, valija_operation_free)

/* All of @messages are in one folder. Messages of local truth change at once and leave no journal
 * line. Each resolves to the id of the journal line, int64, 0 where none is needed (also when
 * nothing changes). Undo of a line that has not been sent takes it back: see
 * valija_store_undo_operation(). */
DexFuture *valija_store_change_flags (ValijaStore  *self,
                                      const gint64 *messages,
                                      guint         n_messages,
                                      ValijaFlags   add,
                                      ValijaFlags   remove) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_store_change_labels (ValijaStore        *self,
                                       const gint64       *messages,
                                       guint               n_messages,
                                       const char * const *add,
                                       const char * const *remove) G_GNUC_WARN_UNUSED_RESULT;
/* From and to the cache within one account; or within local truth. Across (server to here, here to
 * server) the engine copies the source first. */
DexFuture *valija_store_move_messages (ValijaStore  *self,
                                       const gint64 *messages,
                                       guint         n_messages,
                                       gint64        target) G_GNUC_WARN_UNUSED_RESULT;
/* Within the cache, and one account: the copies are listed by the next round of @target behind the line. */
DexFuture *valija_store_copy_messages (ValijaStore  *self,
                                       const gint64 *messages,
                                       guint         n_messages,
                                       gint64        target) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_store_delete_messages (ValijaStore  *self,
                                         const gint64 *messages,
                                         guint         n_messages) G_GNUC_WARN_UNUSED_RESULT;
/* The same for what @folder, of a server, has as @remote_ids (of char *): also before it is listed here. TRUE */
DexFuture *valija_store_delete_remote (ValijaStore *self,
                                       gint64       folder,
                                       GPtrArray   *remote_ids) G_GNUC_WARN_UNUSED_RESULT;
/* @folder is on a server; the message is listed once that folder's next round brings it. @outbox: the item whose copy
 * it is, marked as kept in the same step; 0 for none. */
DexFuture *valija_store_append_message (ValijaStore *self,
                                        gint64       folder,
                                        GBytes      *source,
                                        ValijaFlags  flags,
                                        gint64       outbox) G_GNUC_WARN_UNUSED_RESULT;

/* One that goes from where it is to a folder on a server. */
typedef struct
{
  gint64 origin;
  GBytes *source;
  ValijaFlags flags;
  char **labels;             /* nullable: none; set after _new() */
  gint64 received;
} ValijaCarried;
ValijaCarried *valija_carried_new  (gint64      origin,
                                    GBytes     *source,
                                    ValijaFlags flags,
                                    gint64      received) G_GNUC_WARN_UNUSED_RESULT;
void           valija_carried_free (ValijaCarried *self);

typedef enum
{
  VALIJA_CARRY_MOVE,
  VALIJA_CARRY_DRAFT,        /* it is still written on here: only the version of it that a server has goes */
  VALIJA_CARRY_COPY,         /* it stays, and what becomes of it from then on is nothing to its copy */
} ValijaCarry;

/* The same for all of @messages (of ValijaCarried) in the place of their origins, messages here or of another account:
 * each of these is deleted for good in the step in which its line is finished, and shown where it is until then. Where
 * one is on its way there already, that line; INVALID where one is on its way elsewhere, and then none is carried. With
 * a draft goes the version of it that a server has. GArray of int64, a line for each */
DexFuture *valija_store_carry_messages (ValijaStore *self,
                                        gint64       folder,
                                        GPtrArray   *messages,
                                        ValijaCarry  how) G_GNUC_WARN_UNUSED_RESULT;

/* Folders on a server; @parent 0 at the top. What changes is listed so at once; each resolves to
 * the id of the journal line, int64. A new folder has the remote-id "" until its line is done.
 * Renaming and removing do for folders of local truth too, at once and with 0 for the line; the
 * mail of one that is removed goes to @trash. That a name is free and a folder empty of others is
 * for the caller to see to. */
DexFuture *valija_store_create_folder (ValijaStore *self,
                                       const char  *account,
                                       gint64       parent,
                                       const char  *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_store_rename_folder (ValijaStore *self, gint64 folder, const char *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_store_remove_folder (ValijaStore *self, gint64 folder, gint64 trash) G_GNUC_WARN_UNUSED_RESULT;
/* The line is done on the server: @info as it is called now, NULL where it was removed. TRUE */
DexFuture *valija_store_finish_folder (ValijaStore      *self,
                                       gint64            operation,
                                       ValijaFolderInfo *info) G_GNUC_WARN_UNUSED_RESULT;

/* GPtrArray of ValijaOperation, in order. */
DexFuture *valija_store_list_operations  (ValijaStore *self, const char *account) G_GNUC_WARN_UNUSED_RESULT;
/* GBytes: what a line of APPEND files. */
DexFuture *valija_store_load_operation_source (ValijaStore *self, gint64 operation) G_GNUC_WARN_UNUSED_RESULT;
/* They are about to be tried for the first time: from now on they may have happened. With @mark NULL that is taken
 * back: the server has said that they have not. TRUE */
DexFuture *valija_store_begin_operations (ValijaStore  *self,
                                          const gint64 *operations,
                                          guint         n_operations,
                                          const char   *mark) G_GNUC_WARN_UNUSED_RESULT;
/* It is done on the server: the line goes; rows moved take their new remote-ids (@new_remote_ids
 * nullable, "" where unknown: the row goes and comes back with the target's next synchronisation).
 * TRUE */
DexFuture *valija_store_finish_operation (ValijaStore *self,
                                          gint64       operation,
                                          GPtrArray   *new_remote_ids) G_GNUC_WARN_UNUSED_RESULT;
/* The same for several lines in one step, each with one of @new_remote_ids, in their order: NULL for one that was not
 * filed since it is not here any more. TRUE */
DexFuture *valija_store_finish_together  (ValijaStore  *self,
                                          const gint64 *operations,
                                          guint         n_operations,
                                          GPtrArray    *new_remote_ids) G_GNUC_WARN_UNUSED_RESULT;
/* It failed: @words are kept; @give_up takes the change back, as the server has it. With the line
 * of an APPEND its source goes too: who gives up on one files it here first. TRUE */
DexFuture *valija_store_fail_operation (ValijaStore *self,
                                        gint64       operation,
                                        const char  *words,
                                        gboolean     give_up) G_GNUC_WARN_UNUSED_RESULT;
/* Takes a line back that was not sent to the server yet. Resolves to TRUE; NOT_FOUND when it is too late. */
DexFuture *valija_store_undo_operation   (ValijaStore *self, gint64 operation) G_GNUC_WARN_UNUSED_RESULT;
/* Takes back lines that carry a message, but for those that were begun: what became of them only their server knows,
 * and they stay. TRUE */
DexFuture *valija_store_drop_carrying    (ValijaStore  *self,
                                          const gint64 *lines,
                                          guint         n_lines) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Outbox ---- */

typedef struct
{
  gint64 id;
  char *account;
  char *subject;
  char *recipients;          /* for people */
  ValijaOutboxState state;
  char *words;               /* nullable */
  gint64 date;               /* when it was put here, and then when it was sent */
  gint64 not_before;         /* do not send earlier */
  guint attempts;
  char *message_id;
  gboolean copy_kept;        /* what is kept of it was filed, by an attempt before */
  gboolean copy_owed;        /* it is still to be filed: this is the only one */
} ValijaStoredOutbox;
/* NULL is nothing to free. */
void valija_stored_outbox_free (ValijaStoredOutbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaStoredOutbox, valija_stored_outbox_free)

/* Durable when it resolves, to the id (int64). */
DexFuture *valija_store_add_outbox (ValijaStore    *self,
                                    const char     *account,
                                    ValijaEnvelope *envelope,
                                    const char     *subject,
                                    const char     *recipients,
                                    const char     *message_id,
                                    GBytes         *source,
                                    GBytes         *copy, /* with Bcc */
                                    gint64          not_before) G_GNUC_WARN_UNUSED_RESULT;
/* GPtrArray of ValijaStoredOutbox, oldest first */
DexFuture *valija_store_list_outbox (ValijaStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* GBytes: what is sent */
DexFuture *valija_store_load_outbox_source (ValijaStore *self,
                                            gint64       id) G_GNUC_WARN_UNUSED_RESULT;
/* GBytes: what is kept */
DexFuture *valija_store_load_outbox_copy (ValijaStore *self,
                                          gint64       id) G_GNUC_WARN_UNUSED_RESULT;
/* ValijaEnvelope: recipients not yet accepted */
DexFuture *valija_store_load_outbox_envelope (ValijaStore *self,
                                              gint64       id) G_GNUC_WARN_UNUSED_RESULT;
/* @remaining (nullable, char *): the recipients still to be served. SENDING counts an attempt.
 * Durable when it resolves. Rejects with INVALID, and changes nothing, where the item is not in the
 * state @from: somebody else has it. An item found in SENDING when the store is opened becomes
 * UNCERTAIN. TRUE */
DexFuture *valija_store_set_outbox_state (ValijaStore       *self,
                                          gint64             id,
                                          ValijaOutboxState  from,
                                          ValijaOutboxState  state,
                                          const char        *words,
                                          gint64             not_before,
                                          GPtrArray         *remaining) G_GNUC_WARN_UNUSED_RESULT;
/* From PENDING to SENDING, those of @ids (gint64) that are there and PENDING, in one transaction. Durable when it
 * resolves, to the set of them (GHashTable of gint64 *) */
DexFuture *valija_store_begin_outbox     (ValijaStore *self, GArray *ids) G_GNUC_WARN_UNUSED_RESULT;
/* What is kept of it could not be filed, or need not be any more. TRUE */
DexFuture *valija_store_owe_outbox_copy  (ValijaStore *self, gint64 id, gboolean owed) G_GNUC_WARN_UNUSED_RESULT;
/* To PENDING, from all but SENDING and SENT: INVALID. TRUE */
DexFuture *valija_store_retry_outbox    (ValijaStore *self, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
/* Becomes a message in @folder of local truth, in the same step. From all but SENDING and SENT: INVALID. Its id
 * (int64). */
DexFuture *valija_store_withdraw_outbox (ValijaStore        *self,
                                         gint64              item,
                                         gint64              folder,
                                         ValijaMessageInfo  *info,
                                         ValijaStoredSource *source) G_GNUC_WARN_UNUSED_RESULT;
/* From all but SENDING: INVALID. TRUE */
DexFuture *valija_store_remove_outbox   (ValijaStore *self, gint64 id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
