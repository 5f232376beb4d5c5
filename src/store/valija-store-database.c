/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-database.h"

#include "base/valija-error.h"
#include "store/valija-store-checkpoint.h"
#include "store/valija-store-labels.h"
#include "store/valija-store-tokenizer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <unistd.h>

/* Another connection of ours may hold the file for the length of a checkpoint, never for longer. */
#define BUSY_MILLISECONDS 5000

/* A source is one value; SQLite's own default, named. */
#define MAX_VALUE_BYTES (1000 * 1000 * 1000)

struct _ValijaDatabase
{
  sqlite3 *handle;
  char *path;
  ValijaDatabaseKind kind;
  gboolean damaged;
  gboolean writable;
  gboolean limited;         /* the cache of pages is */
  ValijaCheckpoint *checkpoint; /* nullable: of a writer */
  GHashTable *statements;   /* const char * SQL, by address -> sqlite3_stmt */
};

static const char common_settings[] =
  "PRAGMA journal_mode = WAL;"
  "PRAGMA journal_size_limit = 16777216;"
  "PRAGMA foreign_keys = ON;"
  "PRAGMA trusted_schema = OFF;"
  "PRAGMA temp_store = MEMORY;";

/* The size is in KiB, negative by SQLite's convention. */
static const char writer_settings[] = "PRAGMA cache_size = -16000;";
static const char reader_settings[] = "PRAGMA cache_size = -8000; PRAGMA query_only = ON;";
/* The words of the index of the search, for who knows the beginning of one. Of the connection alone. */
static const char reader_tables[] = "CREATE VIRTUAL TABLE temp.word USING fts5vocab (main, search, instance);";
static const char limited_settings[] = "PRAGMA cache_size = -1000;";

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

/* SQLite makes its files readable for everybody that the umask allows; mail is for its owner.
 * The files beside it (-wal, -shm) take over the mode of this one. */
static void
create_private (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd >= 0)
    close (fd);
}

ValijaDatabase *
valija_database_open (const char         *path,
                      ValijaDatabaseKind  kind,
                      gboolean            writable,
                      gboolean           *damaged,
                      GError            **error)
{
  g_autoptr(ValijaDatabase) self = g_new0 (ValijaDatabase, 1);
  int result;

  self->path = g_strdup (path);
  self->kind = kind;
  self->writable = writable;
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, finalize_statement);

  if (writable)
    create_private (path);

  result = sqlite3_open_v2 (path, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (result != SQLITE_OK)
    {
      valija_database_fail (self, result, error);
      return NULL;
    }

  sqlite3_extended_result_codes (self->handle, 1);
  sqlite3_busy_timeout (self->handle, BUSY_MILLISECONDS);
  sqlite3_limit (self->handle, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);

  result = valija_store_tokenizer_register (self->handle);
  if (result == SQLITE_OK)
    result = valija_store_labels_register (self->handle);
  if (result != SQLITE_OK)
    {
      valija_database_fail (self, result, error);
      return NULL;
    }

  if (!valija_database_run_script (self, common_settings, error) ||
      (!writable && !valija_database_run_script (self, reader_tables, error)) ||
      !valija_database_run_script (self, writable ? writer_settings : reader_settings, error) ||
      !valija_database_run_script (
          self, kind == VALIJA_DATABASE_LOCAL ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", error))
    {
      if (damaged != NULL)
        *damaged = self->damaged;
      return NULL;
    }

  if (writable)
    self->checkpoint = valija_checkpoint_new (self->handle, path);

  return g_steal_pointer (&self);
}

void
valija_database_close (ValijaDatabase *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->statements, g_hash_table_unref);
  g_clear_pointer (&self->checkpoint, valija_checkpoint_free);
  sqlite3_close_v2 (self->handle);
  g_free (self->path);
  g_free (self);
}

sqlite3 *
valija_database_get_handle (ValijaDatabase *self)
{
  return self->handle;
}

const char *
valija_database_get_path (ValijaDatabase *self)
{
  return self->path;
}

gboolean
valija_database_is_damaged (ValijaDatabase *self)
{
  return self->damaged;
}

gint64
valija_database_to_public (ValijaDatabase *self,
                           gint64          id)
{
  return self->kind == VALIJA_DATABASE_LOCAL ? -id : id;
}

gint64
valija_database_to_row (ValijaDatabase *self,
                        gint64          id)
{
  return self->kind == VALIJA_DATABASE_LOCAL ? -id : id;
}

gboolean
valija_database_fail (ValijaDatabase  *self,
                      int              result,
                      GError         **error)
{
  int cause = self->handle != NULL ? sqlite3_system_errno (self->handle) : 0;

  g_debug ("“%s”: %s", self->path, self->handle != NULL ? sqlite3_errmsg (self->handle) : sqlite3_errstr (result));

  switch (result & 0xff)
    {
    case SQLITE_FULL:
      valija_error_set (error, VALIJA_ERROR_DISK_FULL,
                        _("There is no room left on this computer for “%s”. Make some room and try"
                          " again."), self->path);
      break;

    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      valija_error_set (error, VALIJA_ERROR_STORAGE,
                        _("“%s” is in use by another program. Close that one and try again."), self->path);
      break;

    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      valija_error_set (error, VALIJA_ERROR_STORAGE,
                        _("“%s” cannot be written. Check who owns it and whether its folder may be"
                          " written."), self->path);
      break;

    /* What is asked of the database is constant and right: where SQLite cannot make sense of it,
     * the schema or the header is not what was written there ("unsupported file format", "no such
     * table") */
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_FORMAT:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      self->damaged = TRUE;
      valija_error_set (error, VALIJA_ERROR_STORAGE,
                        _("“%s” is damaged. Close Valija and start it again to have it repaired."), self->path);
      break;

    case SQLITE_IOERR:
      if (cause == ENOSPC)
        return valija_database_fail (self, SQLITE_FULL, error);
      if (cause == 0 || cause == EIO)
        valija_error_set (error, VALIJA_ERROR_STORAGE, _("“%s” could not be read or written: the disk failed."),
                          self->path);
      else
        valija_error_set (error, VALIJA_ERROR_STORAGE, _("“%s” could not be read or written: %s."), self->path,
                          valija_reason_of_errno (cause));
      break;

    case SQLITE_NOMEM:
      valija_error_set (error, VALIJA_ERROR_STORAGE,
                        _("There is too little memory for “%s”. Close other programs and try again."), self->path);
      break;

    default:
      valija_error_set (error, VALIJA_ERROR_STORAGE,
                        _("“%s” could not be used. Close Valija and start it again."), self->path);
      break;
    }

  return FALSE;
}

static sqlite3_stmt *
prepare (ValijaDatabase  *self,
         const char      *sql,
         GError         **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  int result;

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }

  result = sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (result != SQLITE_OK)
    {
      valija_database_fail (self, result, error);
      return NULL;
    }

  g_hash_table_insert (self->statements, (gpointer) sql, statement);

  return statement;
}

static sqlite3_stmt *
query_valist (ValijaDatabase  *self,
              GError         **error,
              const char      *sql,
              const char      *types,
              va_list          values)
{
  sqlite3_stmt *statement = prepare (self, sql, error);
  int result = SQLITE_OK;

  if (statement == NULL)
    return NULL;

  for (int i = 0; types[i] != '\0' && result == SQLITE_OK; i++)
    {
      const char *text;
      GBytes *bytes;

      switch (types[i])
        {
        case 'i':
          result = sqlite3_bind_int64 (statement, i + 1, va_arg (values, gint64));
          break;

        case 's':
          text = va_arg (values, const char *);
          result = sqlite3_bind_text (statement, i + 1, text, -1, SQLITE_STATIC);
          break;

        case 'b':
        case 'B':
          bytes = va_arg (values, GBytes *);
          if (bytes != NULL && types[i] == 'B' && g_bytes_get_size (bytes) > VALIJA_DATABASE_WHOLE)
            {
              valija_database_limit_cache (self, TRUE);
              result = sqlite3_bind_zeroblob64 (statement, i + 1, g_bytes_get_size (bytes));
            }
          else if (bytes != NULL && g_bytes_get_size (bytes) == 0)
            result = sqlite3_bind_zeroblob (statement, i + 1, 0);
          else if (bytes != NULL)
            result = sqlite3_bind_blob64 (statement, i + 1, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                          SQLITE_STATIC);
          break;

        default:
          g_assert_not_reached ();
        }
    }

  if (result == SQLITE_OK)
    return statement;

  if (result == SQLITE_TOOBIG)
    valija_error_set (error, VALIJA_ERROR_TOO_LARGE, _("The message is too large to be kept on this computer."));
  else
    valija_database_fail (self, result, error);

  return NULL;
}

sqlite3_stmt *
valija_database_query (ValijaDatabase  *self,
                       GError         **error,
                       const char      *sql,
                       const char      *types,
                       ...)
{
  sqlite3_stmt *statement;
  va_list values;

  va_start (values, types);
  statement = query_valist (self, error, sql, types, values);
  va_end (values);

  return statement;
}

gboolean
valija_database_step (ValijaDatabase  *self,
                      sqlite3_stmt    *statement,
                      GError         **error)
{
  int result = sqlite3_step (statement);

  if (result == SQLITE_ROW)
    return TRUE;

  /* The words are gone after the reset */
  if (result != SQLITE_DONE)
    valija_database_fail (self, result, error);
  sqlite3_reset (statement);

  return FALSE;
}

gboolean
valija_database_run (ValijaDatabase  *self,
                     GError         **error,
                     const char      *sql,
                     const char      *types,
                     ...)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;
  va_list values;

  va_start (values, types);
  statement = query_valist (self, error, sql, types, values);
  va_end (values);

  if (statement == NULL)
    return FALSE;

  while (valija_database_step (self, statement, &local_error));

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return TRUE;
}

gboolean
valija_database_get_int64 (ValijaDatabase  *self,
                           gint64           fallback,
                           gint64          *value,
                           GError         **error,
                           const char      *sql,
                           const char      *types,
                           ...)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;
  va_list values;

  va_start (values, types);
  statement = query_valist (self, error, sql, types, values);
  va_end (values);

  if (statement == NULL)
    return FALSE;

  *value = fallback;
  if (valija_database_step (self, statement, &local_error))
    {
      *value = sqlite3_column_int64 (statement, 0);
      sqlite3_reset (statement);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return TRUE;
}

void
valija_database_reset (ValijaDatabase *self)
{
  GHashTableIter iter;
  gpointer statement;

  g_hash_table_iter_init (&iter, self->statements);
  while (g_hash_table_iter_next (&iter, NULL, &statement))
    sqlite3_reset (statement);
}

gboolean
valija_database_begin (ValijaDatabase  *self,
                       GError         **error)
{
  return valija_database_run (self, error, "BEGIN", "");
}

gboolean
valija_database_commit (ValijaDatabase  *self,
                        GError         **error)
{
  gboolean done;

  valija_database_reset (self);
  done = valija_database_run (self, error, "COMMIT", "");
  valija_database_limit_cache (self, FALSE);

  return done;
}

void
valija_database_rollback (ValijaDatabase *self)
{
  valija_database_reset (self);

  /* Some failures have rolled back already */
  if (!sqlite3_get_autocommit (self->handle))
    valija_database_run (self, NULL, "ROLLBACK", "");
  valija_database_limit_cache (self, FALSE);
}

void
valija_database_limit_cache (ValijaDatabase *self,
                             gboolean        limited)
{
  if (self->limited == limited)
    return;

  self->limited = limited;
  valija_database_run_script (self,
                              limited ? limited_settings : self->writable ? writer_settings : reader_settings, NULL);
}

gboolean
valija_database_run_script (ValijaDatabase  *self,
                            const char      *sql,
                            GError         **error)
{
  int result = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);

  return result == SQLITE_OK || valija_database_fail (self, result, error);
}
