/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-future.h"
#include "engine/valija-account-runtime.h"
#include "engine/valija-engine.h"
#include "store/valija-store.h"

G_BEGIN_DECLS

/* What the files of the engine share, and its tests. */

struct _ValijaEngine
{
  GObject parent_instance;

  GFile *config_directory;
  GFile *data_directory;
  GFile *cache_directory;

  ValijaStore *store;
  ValijaCredentials *credentials; /* nullable in tests */
  ValijaTrust *trust;             /* sessions/valija-session-context.h is the bridge to it */
  ValijaSessionFactory factory;
  gpointer factory_data;

  GListStore *accounts;           /* of ValijaAccount */
  GHashTable *runtimes;           /* id -> ValijaAccountRuntime */
  GListStore *inboxes;            /* of ValijaFolder, in the order of the accounts */
  ValijaFolder *all_inboxes;      /* gathers them */
  ValijaFolder *in_view;          /* nullable: what the user looks at */
  DexPromise *view_moved;         /* nullable: he looks at another, or there is another reason to look again */
  gboolean view_failed;           /* it could not be watched */
  GListStore *outbox;             /* of ValijaOutboxItem */
  ValijaSessionContext *last_test; /* of the account test or search that ran last, for its transcript */
  ValijaSessionContext *last_test_outgoing; /* nullable: of its other half, if that had one of its own */

  GHashTable *open_drafts;        /* gint64 * set: drafts that somebody works on */
  guint upload_source;            /* the servers are about to get what is in them */
  GCancellable *stop;             /* cancelled when the engine closes */
  GPtrArray *flows;               /* of Flow, unowned: each leaves it when it ends */
  guint outbox_reload_source;
  guint outbox_flush_source;
  GPowerProfileMonitor *power;    /* nullable: unless it works in the background, like the bus */
  GDBusConnection *system_bus;    /* nullable */
  guint sleep_subscription;
  gboolean metered;               /* the line is paid by the byte */
  gboolean power_saver;           /* the battery is to be spared */
  guint check_interval;           /* minutes; 0: nobody looks by himself */
  guint minute;                   /* seconds: fewer in tests */
  DexFuture *closing;             /* nullable: while it closes */
  gboolean open;
  gboolean started;
  gboolean closed;
};

/* Replaces the table of methods; before valija_engine_open(). For tests. */
void valija_engine_set_session_factory (ValijaEngine *self, ValijaSessionFactory factory, gpointer user_data);

/* ---- Flows ---- */

typedef enum
{
  VALIJA_FLOW_OWNED,        /* the engine wants its end: nobody who stops waiting ends it */
  VALIJA_FLOW_CALLERS,      /* ends when its caller drops the future */
} ValijaFlowOwner;

/* Runs @func in a fiber that holds the engine, that valija_engine_close() waits for, and whose failure is a
 * VALIJA_ERROR or G_IO_ERROR_CANCELLED. */
DexFuture *valija_engine_spawn (ValijaEngine   *self,
                                ValijaFlowOwner owner,
                                const char     *what,
                                DexFiberFunc    func,
                                gpointer        data,
                                GDestroyNotify  destroy) G_GNUC_WARN_UNUSED_RESULT;

/* @future (transfer full), or G_IO_ERROR_CANCELLED as soon as the engine closes or @cancellable (nullable) is
 * cancelled. */
DexFuture *valija_engine_race (ValijaEngine *self,
                               DexFuture    *future,
                               GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* dex_await_int64() that tells 0 from a failure; @value nullable. In fibers only. */
gboolean   valija_await_int64  (DexFuture *future, gint64 *value, GError **error);

/* VALIJA_ERROR_NOT_FOUND: this account is not set up here. */
DexFuture *valija_engine_reject_unknown_account (void) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to TRUE after @milliseconds. */
DexFuture *valija_engine_sleep (guint milliseconds) G_GNUC_WARN_UNUSED_RESULT;

/* Emits "notice": something that the user should know and need not do anything about, a translated sentence. */
void       valija_engine_notice (ValijaEngine *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* An argument that most flows have enough with; each field is nullable. */
typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  ValijaFolder *folder;
  ValijaProgress *progress;
  guint flags;
  gint64 since;
  char *text;
} ValijaFlow;

/* Holds both, (nullable); the rest is empty, for the caller to set. */
ValijaFlow *valija_flow_new  (ValijaEngine *engine, ValijaAccountRuntime *runtime) G_GNUC_WARN_UNUSED_RESULT;
void        valija_flow_free (ValijaFlow *self);

/* ---- Accounts and folders ---- */
/* (transfer none) (nullable) */
ValijaAccountRuntime *valija_engine_find_runtime (ValijaEngine *self, ValijaAccount *account);
/* (transfer none) (nullable) */
ValijaAccountRuntime *valija_engine_find_runtime_by_id (ValijaEngine *self, const char *id);
/* (transfer full) */
GPtrArray            *valija_engine_list_runtimes (ValijaEngine *self);
/* (transfer none) */
ValijaAccountRuntime *valija_engine_add_runtime (ValijaEngine *self, ValijaAccount *account);

/* valija-engine-inboxes.c */
void       valija_engine_update_inboxes (ValijaEngine *self);
GArray    *valija_engine_list_inboxes   (ValijaEngine *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_ask_inboxes (ValijaEngine     *self,
                                      gboolean          conversations,
                                      ValijaListFilter  filter,
                                      guint             limit) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_ask_inbox_conversations (ValijaEngine *self,
                                                  const gint64 *keys,
                                                  guint         n_keys) G_GNUC_WARN_UNUSED_RESULT;

/* Reads the folders of @runtime from the store into its list. TRUE */
DexFuture *valija_engine_load_folders (ValijaEngine         *self,
                                       ValijaAccountRuntime *runtime) G_GNUC_WARN_UNUSED_RESULT;
/* Makes the folders that this kind of account keeps here, then loads them all. TRUE */
DexFuture *valija_engine_prepare_folders (ValijaEngine         *self,
                                          ValijaAccountRuntime *runtime) G_GNUC_WARN_UNUSED_RESULT;
/* The folder on this computer with that role, made when missing: its id (int64). */
DexFuture *valija_engine_ensure_local_folder (ValijaEngine         *self,
                                              ValijaAccountRuntime *runtime,
                                              ValijaFolderRole      role) G_GNUC_WARN_UNUSED_RESULT;
void                  valija_engine_folder_changed      (ValijaEngine *self, gint64 folder);
/* Whether the user looks at @folder, by itself or among all inboxes. */
gboolean              valija_engine_is_in_view          (ValijaEngine *self, ValijaFolder *folder);

/* ---- Room on the server ---- */

/* Has the session say how much of it is used, tells the status and the store, and the user when it is nearly all. FALSE
 * only when it is cancelled, or when the store fails. */
gboolean valija_engine_check_quota_fiber (ValijaEngine         *self,
                                          ValijaAccountRuntime *runtime,
                                          ValijaMailReader     *reader,
                                          GError              **error);

/* ---- Synchronising ---- */

/* How one call of a synchronisation is asked for. */
#define VALIJA_SYNC_BACKGROUND (1u << 16) /* not by the user: a refused password is not tried again */
#define VALIJA_SYNC_THOROUGH   (1u << 17) /* in the background too, flags that the list of folders does not tell of */

/* What the list of folders has told, beside what was told when each was synchronised last. */
typedef struct _ValijaFolderStates ValijaFolderStates;
void                valija_folder_states_free          (ValijaFolderStates *self);
/* Compares @infos, just listed, before they are written; @flags are those of the synchronisation. */
ValijaFolderStates *valija_engine_compare_states_fiber (ValijaEngine         *self,
                                                        ValijaAccountRuntime *runtime,
                                                        GPtrArray            *infos,
                                                        guint                 flags,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a round of @folder would bring nothing. @self is nullable: then nothing is known of any. */
gboolean            valija_folder_states_is_unchanged  (ValijaFolderStates *self, ValijaFolder *folder);
/* What was told of @folder was so before something was done there. @self: nullable */
void                valija_folder_states_forget        (ValijaFolderStates *self, ValijaFolder *folder);
/* The round of @folder has come to its end: remembers what was told before it. @states nullable. */
gboolean            valija_engine_keep_state_fiber     (ValijaEngine       *self,
                                                        ValijaFolderStates *states,
                                                        ValijaFolder       *folder,
                                                        GError            **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaFolderStates, valija_folder_states_free)

/* What waits for the server, in order; the caller has the turn of runtime->lane. TRUE, or the failure of the first
 * line that could not be done. */
DexFuture *valija_engine_replay_journal (ValijaEngine *self, ValijaAccountRuntime *runtime) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the failure of one folder leaves the others worth trying. */
gboolean   valija_engine_is_of_folder (const GError *error);
/* Whether it may be the answer to anything else, too. */
gboolean   valija_engine_may_be_of_more (const GError *error);
/* Of a server that puts off more folders, or answers about more with nonsense, no other is asked for. */
#define VALIJA_MAX_LEFT_OUT 3
/* Does a line that files, copies or moves, but only what of it has not happened yet. @new_ids gets those of what
 * was put there, "" where not known, and none where it is not to come there any more (transfer full). */
gboolean   valija_engine_put_fiber (ValijaEngine         *self,
                                    ValijaMailOrganizer  *organizer,
                                    ValijaOperation      *operation,
                                    GPtrArray           **new_ids,
                                    GError              **error);
/* Messages that are read, or filed, at once: at most so many, and so many octets but for the last of them */
#define VALIJA_MESSAGES_AT_ONCE 50
#define VALIJA_OCTETS_AT_ONCE   (4 * 1024 * 1024)

/* The same for several lines that carry messages into one folder, in one go: as many of @lines as fit, which is cut to
 * them. With @each it is not known that any was done, and each is to be asked for by itself: the server wants it so,
 * its answer made no sense, or there is but one. An entry of @new_ids is NULL for one that is not to come there any
 * more. */
gboolean   valija_engine_put_many_fiber (ValijaEngine         *self,
                                         ValijaMailOrganizer  *organizer,
                                         GPtrArray            *lines,
                                         GPtrArray           **new_ids,
                                         gboolean             *each,
                                         GError              **error);

/* It ended neither signing in nor what comes before. */
gboolean   valija_engine_was_let_in     (const GError *error);
/* The server, which had let us in, answered that it did nothing. */
gboolean   valija_engine_is_refusal     (const GError *error);
/* Its answer made no sense: it may be another one the next time. */
gboolean   valija_engine_is_nonsense    (const GError *error);
/* It does not do it now. */
gboolean   valija_engine_is_put_off     (const GError *error);
/* One that is refused, or put off, takes the others with it, and of an answer of nonsense nobody knows which one it was
 * for. */
gboolean   valija_engine_wants_each     (const GError *failure);

/* A line of flags, labels or deleting. TRUE */
DexFuture *valija_engine_run_operation  (ValijaMailOrganizer *organizer,
                                         ValijaOperation     *operation) G_GNUC_WARN_UNUSED_RESULT;

/* Of the lines of @operations, those from @from on that the server can be told at once: more than one, or %NULL. */
GPtrArray *valija_engine_list_together (ValijaAccountRuntime *runtime,
                                        ValijaMailOrganizer  *organizer,
                                        GPtrArray            *operations,
                                        guint                 from) G_GNUC_WARN_UNUSED_RESULT;
/* gint64 (transfer full) */
GArray    *valija_engine_list_line_ids (GPtrArray *lines) G_GNUC_WARN_UNUSED_RESULT;
/* Does @lines, as listed by that; which is cut to those that were done. @new_ids as of valija_engine_put_many_fiber(),
 * left alone where nothing is filed. With @each it is not known that any was done: each is to be done by itself. */
gboolean   valija_engine_run_together_fiber (ValijaEngine         *self,
                                             ValijaMailOrganizer  *organizer,
                                             GPtrArray            *lines,
                                             GPtrArray           **new_ids,
                                             gboolean             *each,
                                             GError              **error);

/* In a fiber: copies @messages into @target, which is in another store, and deletes each where it was in the step in
 * which its copy is safe; when it is interrupted, there are two copies at worst, and never none. With @copies
 * (nullable) they stay where they are, also within this computer, and that learns what takes the copies back. Those for
 * a server's folder go by the journal of its account, whose turn the caller has (@in_turn) or has not. With @progress
 * (nullable) it can be cancelled in between. */
gboolean   valija_engine_carry_fiber (ValijaEngine    *self,
                                      GPtrArray       *messages,
                                      ValijaFolder    *target,
                                      ValijaUndo      *copies,
                                      gboolean         in_turn,
                                      ValijaProgress  *progress,
                                      GError         **error);
/* The same with @draft of local truth, which stays where it is, and for an earlier version of it that is there. */
gboolean   valija_engine_copy_draft_fiber (ValijaEngine  *self,
                                           gint64         draft,
                                           ValijaFolder  *target,
                                           GError       **error);
/* Replays soon, if the engine works in the background. */
void       valija_engine_journal_changed (ValijaEngine *self, ValijaAccountRuntime *runtime);
/* The same of every account, where it is not known whose it is. */
void       valija_engine_journals_changed (ValijaEngine *self);

/* Whether whole messages of @folder are to be fetched by a synchronisation with @flags, and of which age. */
gboolean   valija_engine_wants_bodies (ValijaAccountRuntime *runtime,
                                       ValijaFolder         *folder,
                                       guint                 flags,
                                       gint64               *since);
/* Fetches, reads and stores whole messages of @folder received since @since, newest first, for a synchronisation with
 * @flags, and adds them to what @progress has done. The number of them (uint). */
DexFuture *valija_engine_fetch_bodies (ValijaEngine         *self,
                                       ValijaAccountRuntime *runtime,
                                       ValijaFolder         *folder,
                                       gint64                since,
                                       guint                 flags,
                                       ValijaProgress       *progress) G_GNUC_WARN_UNUSED_RESULT;

/* Takes messages off a server that only holds them until they are fetched, where the account says so. TRUE */
DexFuture *valija_engine_clear_drop     (ValijaEngine *self, ValijaAccountRuntime *runtime) G_GNUC_WARN_UNUSED_RESULT;

/* Watches the folder that the user looks at, from now on. */
void       valija_engine_watch_view     (ValijaEngine *self);
/* What is watched may not be what is to be watched: it is another folder, or its account watches otherwise. */
void       valija_engine_view_changed   (ValijaEngine *self);
/* The same if the watch has failed. */
void       valija_engine_retry_view     (ValijaEngine *self);

/* Follows the network, the power and the sleep of this computer; and no longer. */
void       valija_engine_watch_conditions   (ValijaEngine *self);
void       valija_engine_unwatch_conditions (ValijaEngine *self);
/* What they are; by what is followed, and for tests. */
void       valija_engine_set_conditions (ValijaEngine *self, gboolean metered, gboolean power_saver);
/* Whether whole messages of @runtime are to be left out in the background. */
gboolean   valija_engine_spares         (ValijaEngine *self, ValijaAccountRuntime *runtime);
/* Says so in its status. */
void       valija_engine_tell_paused    (ValijaEngine *self, ValijaAccountRuntime *runtime);

/* As valija_engine_discover() with the stored password; what the last test showed stays. (transfer full) */
DexFuture *valija_engine_discover_again (ValijaEngine *self, ValijaAccount *account, const char * const *allowed);

/* In a fiber, after the look at the server that ended with @failure: whether the account has found its mailbox at
 * another one since. */
gboolean   valija_engine_follow_fiber   (ValijaEngine *self, ValijaAccountRuntime *runtime, const GError *failure);
void       valija_engine_run_account    (ValijaEngine *self, ValijaAccountRuntime *runtime);
void       valija_engine_stop_background (ValijaEngine *self);

/* ---- Messages ---- */

/* A fetched source before it is read, and what became of it. */
typedef struct
{
  gint64 message;           /* 0: not in the store yet */
  GBytes *source;
} ValijaUnreadSource;

/* Lets go of the source, where there is one. */
void       valija_unread_source_free    (ValijaUnreadSource *self);
/* Reads @sources (transfer full, GPtrArray of ValijaUnreadSource) on a thread: GPtrArray of ValijaStoredSource in
 * the same order. */
DexFuture *valija_engine_index_sources  (GPtrArray *sources) G_GNUC_WARN_UNUSED_RESULT;

/* What a source says of itself, read on a thread. */
typedef struct
{
  ValijaMessageInfo *info;
  ValijaStoredSource *stored;
} ValijaReadSource;
#define VALIJA_TYPE_READ_SOURCE (valija_read_source_get_type ())
GType             valija_read_source_get_type (void) G_GNUC_CONST;
ValijaReadSource *valija_read_source_copy     (ValijaReadSource *self);
void              valija_read_source_free     (ValijaReadSource *self);
DexFuture        *valija_engine_read_source   (GBytes *source, const char *remote_id) G_GNUC_WARN_UNUSED_RESULT;

/* Reads @source and files it in the folder @folder of local truth. Its id (int64). */
DexFuture *valija_engine_file_locally (ValijaEngine *self,
                                       gint64        folder,
                                       GBytes       *source,
                                       ValijaFlags   flags) G_GNUC_WARN_UNUSED_RESULT;
/* The same for the copy of @outbox, an item of the outbox, which is marked as kept in the same step. */
DexFuture *valija_engine_file_copy (ValijaEngine *self,
                                    gint64        folder,
                                    GBytes       *source,
                                    ValijaFlags   flags,
                                    gint64        outbox) G_GNUC_WARN_UNUSED_RESULT;

/* The folder of @message, asked from the store where the row was never loaded. ValijaMessage, loaded. */
/* Those of @rows (ValijaMessageRow) whose folders are known: GPtrArray of ValijaMessage, loaded. (transfer full) */
GPtrArray *valija_engine_wrap_rows (ValijaEngine *self, GPtrArray *rows) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_complete_message (ValijaEngine *self, ValijaMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/* In a fiber: what a new version of @message, wherever that is, has as well. (transfer full) (nullable) */
/* @labels: (out) (nullable): none */
gboolean   valija_engine_read_labels_fiber (ValijaEngine *self, gint64 message, char ***labels, GError **error);

/* In a fiber: @draft, in the drafts here, is worked on from now on, and shown where they are shown. */
gboolean   valija_engine_take_draft_fiber  (ValijaEngine          *self,
                                            ValijaAccountRuntime  *runtime,
                                            gint64                 draft,
                                            GError               **error) G_GNUC_WARN_UNUSED_RESULT;

/* In a fiber: takes the drafts of @runtime that nobody works on to the server's folder of drafts. @in_turn as of
 * valija_engine_carry_fiber(). */
gboolean   valija_engine_file_drafts_fiber (ValijaEngine          *self,
                                            ValijaAccountRuntime  *runtime,
                                            gboolean               in_turn,
                                            GError               **error);

/* In a fiber: what is in the folder @there, as it was listed, under the Message-ID of @draft and is not the version
 * that we know of; 0 for none. The one that the server did not name when it took it is known by that from now on. */
gboolean   valija_engine_find_theirs_fiber (ValijaEngine  *self,
                                            gint64         draft,
                                            ValijaFolder  *there,
                                            gint64        *theirs,
                                            GError       **error);
/* Something was written: the servers get it when there is a pause, if the engine works in the background. */
void       valija_engine_drafts_changed (ValijaEngine *self);
/* They get all that is open, now. TRUE, or the last failure. */
DexFuture *valija_engine_upload_drafts  (ValijaEngine *self) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Outbox ---- */

/* Between the addresses that an outbox item shows. */
#define RECIPIENTS_SEPARATOR ", "

DexFuture *valija_engine_load_outbox    (ValijaEngine *self) G_GNUC_WARN_UNUSED_RESULT; /* TRUE */
/* Sends what is due of one account. Resolves to a uint: how many were sent; rejects with the last failure. */
DexFuture *valija_engine_send_account   (ValijaEngine         *self,
                                         ValijaAccountRuntime *runtime) G_GNUC_WARN_UNUSED_RESULT;
/* In a fiber: what the account keeps of @item, unless it is kept already. */
gboolean   valija_engine_keep_sent_fiber (ValijaEngine         *self,
                                          ValijaAccountRuntime *runtime,
                                          ValijaStoredOutbox   *item,
                                          gboolean              server_kept_copy,
                                          GError              **error);
/* Messages of which nobody knew whether they were sent, and which the server has in @sent, were. TRUE */
DexFuture *valija_engine_settle_by_sent (ValijaEngine         *self,
                                         ValijaAccountRuntime *runtime,
                                         ValijaFolder         *sent) G_GNUC_WARN_UNUSED_RESULT;
/* Sends soon, if the engine works in the background. */
void       valija_engine_outbox_due     (ValijaEngine *self, guint seconds);

/* Where the copy of what @runtime sends goes. */
typedef enum
{
  VALIJA_SENT_COPY_NONE,
  VALIJA_SENT_COPY_BY_SERVER, /* the server files it by itself */
  VALIJA_SENT_COPY_APPENDED,  /* into the server's Sent folder */
  VALIJA_SENT_COPY_HERE,
} ValijaSentCopy;

/* Where the copy of what this account sends goes now: as the user wants it, as far as the server can. With the
 * copy wanted on the server and no Sent folder there, it is kept here; where the server holds no folders, nowhere. */
ValijaSentCopy valija_engine_plan_sent_copy (ValijaAccountRuntime *runtime);

/* ---- Undo ---- */

/* One change that can be taken back: what was done to messages of one folder. */
typedef struct
{
  gint64 operation;          /* the line in the journal, 0 where there was none */
  GArray *messages;          /* gint64 */
  gint64 source;             /* the folder they were in; for a move */
  gint64 target;             /* 0: flags */
  gboolean copies;           /* what @operation makes in @target goes again; without one, @messages */
  ValijaFlags added;
  ValijaFlags removed;
  char **added_labels;       /* nullable, both: it was no change of labels */
  char **removed_labels;
  gboolean final;            /* cannot be taken back once the server knows */
  ValijaAccountRuntime *runtime;
} ValijaUndoStep;

/* Without a step, and without words: who did something adds both. */
ValijaUndo     *valija_undo_new      (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaUndoStep *valija_undo_add_step (ValijaUndo *self, ValijaAccountRuntime *runtime); /* (transfer none) */
/* Of copies in @target, which @operation makes there unless it is 0. (transfer none) */
ValijaUndoStep *valija_undo_add_copies (ValijaUndo           *self,
                                        ValijaAccountRuntime *runtime,
                                        gint64                operation,
                                        gint64                target);
void            valija_undo_set_label (ValijaUndo *self, char *label); /* (transfer full) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaFlow, valija_flow_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaUnreadSource, valija_unread_source_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaReadSource, valija_read_source_free)

G_END_DECLS
