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

/* Binds by @types: `i` gint64, `s` const char * (nullable), `b` GBytes * (nullable), `B` GBytes * that may be large:
 * then it has room made, and is written by valija_database_write_bytes(). The bound strings and bytes must live until
 * the statement is done. The statement is (transfer none), and one SQL text serves one loop at a time. NULL on
 * failure. */
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

/* Values of many megabytes, which SQLite would hold as a whole, and more than once: they are written and read in
 * pieces. Up to so many bytes they are bound and read as any other. */
#define VALIJA_DATABASE_WHOLE 1048576
/* What a query asks for of such a @column (a literal): two columns. */
#define VALIJA_DATABASE_BYTES(column) \
  "length (" column "), CASE WHEN length (" column ") <= " G_STRINGIFY (VALIJA_DATABASE_WHOLE) " THEN " column " END"

/* The value for which a `B` has made room in a row of @table, in the same transaction. */
gboolean        valija_database_write_bytes (ValijaDatabase *self,
                                             const char     *table,
                                             const char     *column,
                                             gint64          row,
                                             GBytes         *bytes,
                                             GError        **error);
/* What @statement found in its columns @at and the next. (transfer full): a large one is a file that is mapped. NULL
 * on failure. */
GBytes         *valija_database_read_bytes  (ValijaDatabase *self,
                                             sqlite3_stmt   *statement,
                                             int             at,
                                             const char     *table,
                                             const char     *column,
                                             gint64          row,
                                             GError        **error) G_GNUC_WARN_UNUSED_RESULT;
/* Before a row goes, with the value whose length @sql asks for: SQLite looks at each of its pages. */
gboolean        valija_database_expect_bytes (ValijaDatabase *self, const char *sql, gint64 row, GError **error);
/* While a large value goes through, its pages are not kept; ended by the end of a transaction too. */
void            valija_database_limit_cache (ValijaDatabase *self, gboolean limited);

/* Runs constant SQL of several statements, outside the kept ones. */
gboolean        valija_database_run_script (ValijaDatabase *self, const char *sql, GError **error);

/* Turns a result of SQLite into a VALIJA_ERROR: no room, not writable, damaged, anything else.
 * Answers FALSE. */
gboolean        valija_database_fail       (ValijaDatabase *self, int result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaDatabase, valija_database_close)

G_END_DECLS
