/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-store-database.h"
#include "store/valija-store.h"

G_BEGIN_DECLS

/* What the tests of the store share: a store in a directory of its own, and futures waited for
 * on the test's main context. */

typedef struct
{
  char *directory;          /* holds cache/ and data/ */
  ValijaStore *store;       /* open */
  GPtrArray *notices;       /* of char *, what opening it said */
} TestStore;

TestStore *test_store_new    (void) G_GNUC_WARN_UNUSED_RESULT;
void       test_store_free   (TestStore *self);                 /* closes, and removes the directory */
void       test_store_close  (TestStore *self);
void       test_store_open   (TestStore *self);                 /* again, after test_store_close() */
char      *test_store_path   (TestStore *self, const char *name); /* "cache/cache.db" */

ValijaStore *test_store_make (const char *directory) G_GNUC_WARN_UNUSED_RESULT; /* not opened */
void         test_remove     (const char *directory);           /* with all that is in it */

/* Waits for @future (transfer full), and fails the test when it rejects. */
void       test_await        (DexFuture *future);
gint64     test_await_int64  (DexFuture *future);
gpointer   test_await_boxed  (DexFuture *future);               /* (transfer full) */
/* Waits and answers whether it resolved; @error tells why not. */
gboolean   test_try          (DexFuture *future, GError **error);
/* Waits, and fails the test unless it rejects with @code and step STORE. */
void       test_await_error  (DexFuture *future, int code);

/* A folder in the cache, made with test_write_folders(). */
gint64     test_folder       (TestStore *self, const char *account, const char *remote_id);
/* "INBOX Sent" */
void test_write_folders (TestStore  *self,
                         const char *account,
                         gboolean    durable,
                         const char *remote_ids);
ValijaStoredFolder *test_load_folder (TestStore *self, const char *account, gint64 id);

/* "1 2 3" */
ValijaMessageInfo *test_info (const char *remote_id, const char *subject, gint64 received, ValijaFlags flags);
/* received in the order of their names as numbers */
ValijaChanges *test_added (const char  *remote_ids,
                           ValijaFlags  flags);
ValijaWritten     *test_write (TestStore *self, gint64 folder, ValijaChanges *changes /* (transfer full) */);
void               test_sync  (TestStore *self, gint64 folder, ValijaChanges *changes /* (transfer full) */);

gint64     test_find         (TestStore *self, gint64 folder, const char *remote_id); /* 0: not there */
/* The whole index of folders, which is the same in one piece and in several. */
GArray    *test_index        (TestStore        *self,
                              const gint64     *folders,
                              guint             n_folders,
                              ValijaListFilter  filter,
                              gboolean          conversations);
/* What a folder shows, oldest first, by subject: "1 2* 3!#Work" (* unread, ! flagged, # labels). */
char      *test_list         (TestStore *self, gint64 folder, ValijaListFilter filter);
/* The journal: "flags INBOX 1,2; move INBOX>Archive 3". */
char      *test_journal      (TestStore *self, const char *account);
/* What a search finds, newest first, by subject. */
char      *test_search       (TestStore *self, const char *text);
/* Fails the test unless the files are whole and the counts of all folders are what their rows
 * say. */
void       test_check        (TestStore *self);
/* A file as it was written by a Valija whose schema was @version, with an INBOX of @n_messages; each second one answers
 * the one before it, by what its source says. */
void       test_make_old     (const char         *path,
                              ValijaDatabaseKind  kind,
                              guint               version,
                              guint               n_messages,
                              gboolean            with_sources);
/* one number out of "cache/cache.db" */
gint64 test_sql (TestStore  *self,
                 const char *name,
                 const char *sql);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestStore, test_store_free)

G_END_DECLS
