/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* One connection to one of the two databases: statements prepared once, values bound, failures
 * in words. Used on one thread at a time. SQL is always a constant of the program: its address
 * is the key under which the statement is kept. */
typedef struct _ValijaDatabase ValijaDatabase;

typedef enum
{
  VALIJA_DATABASE_CACHE,    /* can be fetched again: ids are positive, synchronous=NORMAL */
  VALIJA_DATABASE_LOCAL,    /* cannot: ids are negative outside, synchronous=FULL */
} ValijaDatabaseKind;

/* @damaged (nullable) is set when it fails because the file is damaged. */
ValijaDatabase *valija_database_open       (const char         *path,
                                            ValijaDatabaseKind  kind,
                                            gboolean            writable,
                                            gboolean           *damaged,
                                            GError            **error) G_GNUC_WARN_UNUSED_RESULT;
void            valija_database_close      (ValijaDatabase *self);
sqlite3        *valija_database_get_handle (ValijaDatabase *self);
const char     *valija_database_get_path   (ValijaDatabase *self);

/* Whether SQLite has said of this database that it is damaged, or is none. */
gboolean        valija_database_is_damaged (ValijaDatabase *self);

/* A row's id as the rest of the program knows it, and back: local truth has the negative ones. */
gint64          valija_database_to_public  (ValijaDatabase *self, gint64 id);
gint64          valija_database_to_row     (ValijaDatabase *self, gint64 id);

/* Binds by @types: `i` gint64, `s` const char * (nullable), `b` GBytes * (nullable). The bound
 * strings and bytes must live until the statement is done. The statement is (transfer none), and
 * one SQL text serves one loop at a time. NULL on failure. */
sqlite3_stmt *valija_database_query (ValijaDatabase  *self,
                                     GError         **error,
                                     const char      *sql,
                                     const char      *types,
                                     ...);

/* The next row: TRUE; the end or a failure: FALSE, with @error set for the latter. */
gboolean        valija_database_step       (ValijaDatabase *self, sqlite3_stmt *statement, GError **error);

/* Runs a statement that answers nothing. */
gboolean valija_database_run (ValijaDatabase  *self,
                              GError         **error,
                              const char      *sql,
                              const char      *types,
                              ...);

/* Runs a statement whose answer is one number; @fallback where it has no row. */
gboolean        valija_database_get_int64  (ValijaDatabase *self,
                                            gint64          fallback,
                                            gint64         *value,
                                            GError        **error,
                                            const char     *sql,
                                            const char     *types,
                                            ...);

/* Ends every statement that is still in the middle, so that no read is left open. */
void            valija_database_reset      (ValijaDatabase *self);
gboolean        valija_database_begin      (ValijaDatabase *self, GError **error);
gboolean        valija_database_commit     (ValijaDatabase *self, GError **error);
void            valija_database_rollback   (ValijaDatabase *self);

/* Runs constant SQL of several statements, outside the kept ones. */
gboolean        valija_database_run_script (ValijaDatabase *self, const char *sql, GError **error);

/* Turns a result of SQLite into a VALIJA_ERROR: no room, not writable, damaged, anything else.
 * Answers FALSE. */
gboolean        valija_database_fail       (ValijaDatabase *self, int result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaDatabase, valija_database_close)

G_END_DECLS
