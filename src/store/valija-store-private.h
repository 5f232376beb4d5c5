/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-store-database.h"
#include "store/valija-store.h"

G_BEGIN_DECLS

/* What the files that make up ValijaStore share. A public call packs its arguments and hands
 * them, with a function, to the writer's or the reader's thread; the function works on that
 * thread's context and leaves its result in a GValue. */

/* What a transaction changed, told on the main context once it is written. */
typedef struct
{
  GHashTable *folders;      /* gint64 * set of public ids */
  GHashTable *messages;     /* gint64 * set of public ids */
  gboolean outbox;
} ValijaStoreNews;

typedef struct
{
  ValijaDatabase *cache;    /* NULL until opened */
  ValijaDatabase *local;
  ValijaStoreNews *news;    /* the writer's only */
  int cache_lock;           /* file descriptors of the lock files, -1: not held */
  int data_lock;
  gboolean overlay_stale;   /* the journal was written and the cache was not */
  GCancellable *waiting;    /* nullable: cancelled when nobody waits any more for the look that is being taken */
} ValijaStoreContext;

/* Runs on a thread of the store; the writer's in a transaction over both databases, which is
 * rolled back on FALSE. @result is unset; left so, the future resolves to TRUE. */
typedef gboolean (*ValijaStoreFunc) (ValijaStoreContext *context, gpointer args, GValue *result, GError **error);

/* @args (transfer full) are freed with @destroy on the thread. Returns: (transfer full): the
 * future of the public call */
DexFuture *valija_store_write (ValijaStore     *self,
                               ValijaStoreFunc  func,
                               gpointer         args,
                               GDestroyNotify   destroy) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_store_read (ValijaStore     *self,
                              ValijaStoreFunc  func,
                              gpointer         args,
                              GDestroyNotify   destroy) G_GNUC_WARN_UNUSED_RESULT;

/* The database of a public id. */
static inline ValijaDatabase *
valija_store_context_database (ValijaStoreContext *context,
                               gint64              id)
{
  return id < 0 ? context->local : context->cache;
}

/* News; ids are rows of @database. A folder of 0 means that the list of folders itself has
 * changed. */
void valija_store_context_tell_folder  (ValijaStoreContext *context, ValijaDatabase *database, gint64 folder);
void valija_store_context_tell_message (ValijaStoreContext *context, ValijaDatabase *database, gint64 message);

/* A new message in @folder (a public id) of local truth. */
gboolean valija_store_add_local (ValijaStoreContext  *context,
                                 gint64               folder,
                                 ValijaMessageInfo   *info,
                                 ValijaStoredSource  *source,
                                 gint64              *id,
                                 GError             **error);

/* Results */
void valija_store_take_ptr_array (GValue *result, GPtrArray *array);
void valija_store_take_bytes     (GValue *result, GBytes *bytes);
void valija_store_take_ids       (GValue *result, GArray *ids);
void valija_store_take_int64     (GValue *result, gint64 number);

/* Columns. (transfer full): "" or NULL as it is stored; no bytes for NULL */
char   *valija_store_dup_text  (sqlite3_stmt *statement, int column);
char  **valija_store_dup_labels (sqlite3_stmt *statement, int column); /* nullable: none */
GBytes *valija_store_dup_bytes (sqlite3_stmt *statement, int column);

/* What @statement (nullable: that failed, and has set @error), a query for the VALIJA_DATABASE_BYTES() of @column and
 * (@number: nullable) a number, finds in @row of @table. (transfer full) (nullable): no row is no failure. */
GBytes *valija_store_find_bytes (ValijaDatabase  *database,
                                 sqlite3_stmt    *statement,
                                 const char      *table,
                                 const char      *column,
                                 gint64           row,
                                 gint64          *number,
                                 GError         **error);

/* The same, without the number, for a result. No row is no failure: then @result stays unset. */
gboolean valija_store_load_bytes (ValijaDatabase  *database,
                                  sqlite3_stmt    *statement,
                                  const char      *table,
                                  const char      *column,
                                  gint64           row,
                                  GValue          *result,
                                  GError         **error);

/* The round of a row that was put into a folder by a move: no round has listed it there yet. The next one does, or it
 * is gone from there already. */
#define VALIJA_STORE_NO_ROUND (-1)

/* A GPtrArray of char * that shares nothing with @strings (nullable). */
GPtrArray *valija_store_copy_strings (GPtrArray *strings);

/* Whose a folder is and what its server calls it: both are (transfer full). */
gboolean valija_store_load_place (ValijaDatabase  *database,
                                  gint64           folder,
                                  char           **account,
                                  char           **remote_id,
                                  GError         **error);

/* A message as lists show it: what valija_store_read_row() reads, from the first column on. */
#define VALIJA_STORE_ROW_COLUMNS \
  "id, folder, CASE WHEN home = folder THEN remote_id END, message_id, subject, sender, sender_address, recipients," \
  " date, size, flags, has_attachments, has_source, preview," \
  " CASE ifnull (conversation, 0) WHEN 0 THEN id ELSE conversation END, labels"
#define VALIJA_STORE_N_ROW_COLUMNS 16
ValijaMessageRow *valija_store_read_row (ValijaDatabase *database, sqlite3_stmt *statement) G_GNUC_WARN_UNUSED_RESULT;

/* Rejections that several calls share; each answers FALSE. */
gboolean valija_store_fail_no_folder  (GError **error);
gboolean valija_store_fail_no_message (GError **error);

/* ---- valija-store-files.c: opening and closing, on the writer's thread ---- */
gboolean valija_store_files_open  (ValijaStoreContext *writer,
                                   ValijaStoreContext *reader,
                                   const char         *cache_directory,
                                   const char         *data_directory,
                                   GPtrArray          *messages,
                                   GError            **error);
void     valija_store_files_close (ValijaStoreContext *writer, ValijaStoreContext *reader);

/* ---- valija-store-journal.c ---- */

/* A line that files @source in @folder, which is on a server. */
gboolean valija_store_journal_append (ValijaStoreContext  *context,
                                      gint64               folder,
                                      GBytes              *source,
                                      ValijaFlags          flags,
                                      gint64              *line,
                                      GError             **error);
/* Deletes @message (a public id) for good, as valija_store_delete_messages() does. One that is gone is no failure. */
gboolean valija_store_journal_delete (ValijaStoreContext *context, gint64 message, GError **error);

/* ---- valija-store-carry.c ---- */

/* A message that goes from where it is when another one is there in its place: what operation_origin and draft keep of
 * it. */
typedef struct
{
  gint64 message;           /* a public id, 0 for one of a cache that is gone */
  char *account;            /* "" for one of this computer, and for none */
  char *folder;
  char *remote_id;
  char *message_id;
  gint64 date;
  gint64 size;
} ValijaStoreOrigin;
void valija_store_origin_clear (ValijaStoreOrigin *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ValijaStoreOrigin, valija_store_origin_clear)

/* Its fields are the columns of @statement (nullable: a failure), in that order; @found is FALSE for no row. */
gboolean valija_store_origin_read (ValijaDatabase     *database,
                                   sqlite3_stmt       *statement,
                                   ValijaStoreOrigin  *origin,
                                   gboolean           *found,
                                   GError            **error);
gboolean valija_store_origin_describe (ValijaStoreContext  *context,
                                       gint64               public,
                                       ValijaStoreOrigin   *origin,
                                       GError             **error);
/* For good, as valija_store_delete_messages() does. */
gboolean valija_store_origin_delete (ValijaStoreContext       *context,
                                     const ValijaStoreOrigin  *origin,
                                     GError                  **error);

/* What @line has filed elsewhere goes from where it was; there it is called @new_remote_id ("" where not known,
 * NULL where it was not filed since it is not here any more). */
gboolean valija_store_carry_finish (ValijaStoreContext  *context,
                                    gint64               line,
                                    const char          *new_remote_id,
                                    GError             **error);
/* INVALID where a line carries @origin: it may be in another folder already. */
gboolean valija_store_carry_check (ValijaStoreContext *context, gint64 origin, GError **error);
/* @message is in @folder now, under @remote_id. */
gboolean valija_store_carry_follow (ValijaStoreContext  *context,
                                    gint64               message,
                                    const char          *folder,
                                    const char          *remote_id,
                                    GError             **error);
/* The rows of the cache have other ids now. */
gboolean valija_store_carry_forget_rows (ValijaDatabase *local, GError **error);

/* ---- valija-store-drafts.c ---- */

/* @line files @public, if that is a draft. */
gboolean valija_store_draft_begin (ValijaDatabase *local, gint64 public, gint64 line, GError **error);
/* What @remote_id names in @folder is another message than it was: somebody wrote on it there, and it is the version of
 * no draft of ours any more. */
gboolean valija_store_draft_replaced (ValijaDatabase  *local,
                                      const char      *account,
                                      const char      *folder,
                                      const char      *remote_id,
                                      GError         **error);
/* What it filed is called @remote_id on its server: the version that was there goes. */
gboolean valija_store_draft_uploaded (ValijaStoreContext  *context,
                                      gint64               line,
                                      const char          *remote_id,
                                      GError             **error);

/* ---- valija-store-overlay.c: the journal's effect on the rows of the cache ---- */

/* Works out anew where message @id of the cache is shown and with which flags, from what the
 * server said and the lines that wait. */
gboolean valija_store_overlay_refresh (ValijaStoreContext *context, gint64 id, GError **error);
/* The same for a row that was just added: finds the lines that know it by its remote id. */
gboolean valija_store_overlay_adopt (ValijaStoreContext  *context,
                                     const char          *account,
                                     const char          *folder,
                                     const char          *remote_id,
                                     gint64               id,
                                     GError             **error);
/* The same for all rows that the journal concerns or once concerned. */
gboolean valija_store_overlay_rebuild (ValijaStoreContext *context, GError **error);

/* At the end of a round that has listed all of @folder (a row of the cache): changes that wait on messages which are no
 * longer called so are carried over to those that are recognised by Message-ID, date and size. */
gboolean valija_store_renumber (ValijaStoreContext  *context,
                                const char          *account,
                                const char          *folder_remote_id,
                                gint64               folder,
                                gint64               round,
                                GError             **error);

/* ---- valija-store-folders.c ---- */
gboolean valija_store_remove_cached_folder (ValijaDatabase *database, gint64 id, GError **error);

/* ---- valija-store-renamed.c ---- */

/* Gives folders of @account that the server lists (@infos) by another name than before their new one. */
gboolean valija_store_follow_renamed (ValijaStoreContext  *context,
                                      const char          *account,
                                      GPtrArray           *infos,
                                      GError             **error);

/* ---- valija-store-folder-changes.c ---- */

/* Whether it is the mark of a folder that its server has not named yet. */
gboolean valija_store_folder_is_new       (const char *remote_id);
/* Such a folder @id, of which nothing waits in the journal any more, becomes one with what the server lists. */
gboolean valija_store_settle_new_folder   (ValijaStoreContext  *context,
                                           const char          *account,
                                           gint64               id,
                                           const char          *mark,
                                           GError             **error);
/* Lays what waits in the journal over @folders (of ValijaStoredFolder), as the server listed them. */
gboolean valija_store_folder_lines_apply (ValijaDatabase  *local,
                                          const char      *account,
                                          GPtrArray       *folders,
                                          GError         **error);
/* The folder @old is called @fresh now. */
gboolean valija_store_folder_lines_rename (ValijaDatabase  *local,
                                           const char      *account,
                                           const char      *old,
                                           const char      *fresh,
                                           GError         **error);

/* ---- valija-store-keeping.c ---- */

/* Writes into @folders (of ValijaStoredFolder) what the user wants to have of each. */
gboolean valija_store_policies_apply (ValijaDatabase *local, const char *account, GPtrArray *folders, GError **error);

/* ---- valija-store-outbox.c ---- */
gboolean valija_store_outbox_recover (ValijaStoreContext *context, GError **error);
/* What @item was is filed elsewhere in this same step. INVALID when it is being sent or was sent. */
gboolean valija_store_outbox_withdraw (ValijaStoreContext  *context,
                                       gint64               item,
                                       GError             **error);
/* The copy of @item (0: none) is filed in this same step. */
gboolean valija_store_outbox_copy_kept (ValijaStoreContext  *context,
                                        gint64               item,
                                        GError             **error);

/* ---- valija-store-records.c: writing one message ---- */

/* What an address list, a subject and so on become in a row. It is found by a search when its source is written, or
 * valija_store_index_unsearched() is done. */
gboolean valija_store_insert_message (ValijaStoreContext  *context,
                                      ValijaDatabase      *database,
                                      const char          *account,
                                      gint64               folder,
                                      gint64               round,
                                      ValijaMessageInfo   *info,
                                      gint64              *id,
                                      GError             **error);
/* Writes the rows in the search table that wait for a source, of messages from @first on that were received before
 * @before: all in one go, since FTS5 writes a segment of its index whenever another row is written in between. */
gboolean valija_store_index_unsearched (ValijaDatabase  *database,
                                        gint64           first,
                                        gint64           before,
                                        GError         **error);
/* Puts the row @id, which is there, into the conversation that @info's references lead to. */
gboolean valija_store_link_message (ValijaStoreContext  *context,
                                    ValijaDatabase      *database,
                                    const char          *account,
                                    gint64               id,
                                    ValijaMessageInfo   *info,
                                    GError             **error);
/* Its server has it no more where it was: the row goes, but for its source, which is kept for a while where it can be
 * recognised in another folder (valija_store_find_twins()). One message, all in @home that were not listed in @round,
 * and all in @home. */
gboolean valija_store_lose_message  (ValijaDatabase *database, gint64 id, GError **error);
gboolean valija_store_lose_unlisted (ValijaDatabase  *database,
                                     gint64           home,
                                     gint64           round,
                                     guint           *n_gone,
                                     GError         **error);
gboolean valija_store_lose_folder   (ValijaDatabase *database, gint64 home, GError **error);
/* Ends that while. */
gboolean valija_store_forget_lost   (ValijaDatabase *database, GError **error);
/* The headers of a known message, when the server says it is another one under the same name:
 * what was known of its inside goes. */
gboolean valija_store_replace_message (ValijaDatabase *database, gint64 id, ValijaMessageInfo *info, GError **error);
gboolean valija_store_insert_source (ValijaDatabase      *database,
                                     gint64               id,
                                     ValijaStoredSource  *source,
                                     gboolean            *found,
                                     GError             **error);

G_END_DECLS
