/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "base/valija-error.h"
#include "store/valija-store-schema.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CACHE_NAME "cache.db"
#define LOCAL_NAME "local.db"
#define LOCK_NAME "lock"

/* The header of a database in words of 32 bits; https://sqlite.org/fileformat2.html, 1.3 */
#define HEADER_SIZE 100
#define FREE_LIST_START 8
#define FREE_LIST_LENGTH 9
#define AUTO_VACUUM_ROOT 13
#define AUTO_VACUUM_INCREMENTAL 16

/* Stands in the lock file as long as a store is open; found there by the next one, it says that the last was not
 * closed. Behind it is which start of the system that was: what a process that was killed had written is all there as
 * long as that lasts, so that nothing need be checked. After the second time in a row it is, whatever ended them. */
#define IN_USE "in use"
#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"
#define MAX_MARK 128

/* How whoever had the directory last has left it. */
typedef enum
{
  LEFT_CLOSED,
  LEFT_KILLED,
  LEFT_UNKNOWN, /* with the system, or with damage */
} Left;

static const char * const companions[] = { "", "-wal", "-shm" };

static gboolean
make_directory (const char  *path,
                GError     **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;

  valija_error_set (error, errno == ENOSPC ? VALIJA_ERROR_DISK_FULL : VALIJA_ERROR_STORAGE,
                    _("The folder “%s” cannot be made: %s."), path, valija_reason_of_errno (errno));

  return FALSE;
}

/* (transfer full): "in use" by somebody of this start of the system, as far as that can be told. */
static char *
dup_mark (void)
{
  g_autofree char *boot_id = NULL;

  if (!g_file_get_contents (BOOT_ID_PATH, &boot_id, NULL, NULL))
    return g_strdup (IN_USE "\n");

  return g_strdup_printf (IN_USE " %s\n", g_strstrip (boot_id));
}

/* Without the mark a crash would go unnoticed: no reason not to open. Never empty: that means closed. */
static void
mark_directory (int         fd,
                const char *mark)
{
  gsize length = strlen (mark);

  if (fd >= 0 && (pwrite (fd, mark, length, 0) < 0 || ftruncate (fd, length) != 0 || fdatasync (fd) != 0))
    g_debug ("A lock file could not be marked: %s", g_strerror (errno));
}

static Left
read_mark (int         fd,
           const char *mark)
{
  char found[MAX_MARK + 1] = "";

  if (pread (fd, found, MAX_MARK, 0) < 0)
    return LEFT_UNKNOWN;
  if (found[0] == '\0')
    return LEFT_CLOSED;

  return g_str_equal (found, mark) && !g_str_equal (mark, IN_USE "\n") ? LEFT_KILLED : LEFT_UNKNOWN;
}

/* Takes the directory. Returns: the lock, -1 on failure */
static int
lock_directory (const char  *directory,
                Left        *left,
                GError     **error)
{
  g_autofree char *path = g_build_filename (directory, LOCK_NAME, NULL);
  g_autofree char *mark = dup_mark ();
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      valija_error_set (error, errno == ENOSPC ? VALIJA_ERROR_DISK_FULL : VALIJA_ERROR_STORAGE,
                        _("The folder “%s” cannot be written: %s."), directory, valija_reason_of_errno (errno));
      return -1;
    }

  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno == EWOULDBLOCK)
        valija_error_set (error, VALIJA_ERROR_IN_USE, _("Another Valija is using the mail in “%s”."), directory);
      else
        valija_error_set (error, VALIJA_ERROR_STORAGE, _("The folder “%s” cannot be taken for this Valija alone: %s."),
                          directory, valija_reason_of_errno (errno));
      close (fd);
      return -1;
    }

  *left = read_mark (fd, mark);
  if (*left == LEFT_CLOSED)
    mark_directory (fd, mark);
  else if (*left == LEFT_KILLED)
    mark_directory (fd, IN_USE "\n");

  return fd;
}

static void
unlock_directory (int      *fd,
                  gboolean  clean)
{
  if (*fd < 0)
    return;

  mark_directory (*fd, clean ? "" : IN_USE "\n");
  g_clear_fd (fd, NULL);
}

static char *
companion_path (const char *path,
                guint       i)
{
  return g_strconcat (path, companions[i], NULL);
}

/* What the header says of the file as a whole must agree with it. A file cut short answers as if
 * its last pages were empty, which nothing would notice until they are read; pages beyond the
 * count, or wrongly taken for free ones, would be overwritten. */
static gboolean
has_other_extent (ValijaDatabase *database)
{
  const char *path = valija_database_get_path (database);
  g_autofree char *wal = companion_path (path, 1);
  guint32 header[HEADER_SIZE / sizeof (guint32)] = { 0 };
  struct stat status;
  gint64 n_pages, page_size;
  int fd;

  /* What the file lacks may be in the log */
  if (g_stat (wal, &status) == 0 && status.st_size > 0)
    return FALSE;

  if ((fd = open (path, O_RDONLY | O_CLOEXEC)) < 0)
    return FALSE;
  if (pread (fd, header, sizeof header, 0) < 0 || fstat (fd, &status) != 0)
    status.st_size = 0;
  close (fd);

  if (status.st_size == 0 ||
      !valija_database_get_int64 (database, 0, &n_pages, NULL, "PRAGMA page_count", "") ||
      !valija_database_get_int64 (database, 0, &page_size, NULL, "PRAGMA page_size", ""))
    return FALSE;

  return status.st_size != n_pages * page_size ||
         (header[FREE_LIST_START] == 0) != (header[FREE_LIST_LENGTH] == 0) ||
         GUINT32_FROM_BE (header[FREE_LIST_START]) > n_pages || GUINT32_FROM_BE (header[FREE_LIST_LENGTH]) >= n_pages ||
         header[AUTO_VACUUM_ROOT] != 0 || header[AUTO_VACUUM_INCREMENTAL] != 0;
}

/* Settings that SQLite believes the header about, and would write in another way for. */
static gboolean
has_other_format (ValijaDatabase *database)
{
  sqlite3 *handle = valija_database_get_handle (database);
  gint64 auto_vacuum, utf8;
  int reserved = -1;

  /* Not because of the file's mode: a version of the format that only a newer SQLite may write */
  if (sqlite3_db_readonly (handle, NULL) == 1 && access (valija_database_get_path (database), W_OK) == 0)
    return TRUE;

  return sqlite3_file_control (handle, NULL, SQLITE_FCNTL_RESERVE_BYTES, &reserved) != SQLITE_OK || reserved != 0 ||
         !valija_database_get_int64 (database, 0, &auto_vacuum, NULL, "PRAGMA auto_vacuum", "") || auto_vacuum != 0 ||
         !valija_database_get_int64 (database, 0, &utf8, NULL,
                                     "SELECT count(*) FROM pragma_encoding WHERE encoding = 'UTF-8'", "") || utf8 != 1;
}

/* Fails, with the database known as damaged, when it is. */
static gboolean
check (ValijaDatabase           *database,
       const char * const       *scripts,
       guint                     n_scripts,
       gboolean                  thoroughly,
       GError                  **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  if (has_other_format (database) || has_other_extent (database))
    return valija_database_fail (database, SQLITE_CORRUPT, error);

  if (!thoroughly)
    return TRUE;

  if ((statement = valija_database_query (database, error, "PRAGMA quick_check(1)", "")) == NULL)
    return FALSE;

  if (valija_database_step (database, statement, &local_error) &&
      g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") != 0)
    {
      g_debug ("“%s”: %s", valija_database_get_path (database), sqlite3_column_text (statement, 0));
      sqlite3_reset (statement);
      return valija_database_fail (database, SQLITE_CORRUPT, error);
    }
  valija_database_reset (database);

  if (local_error == NULL)
    return valija_store_schema_check (database, scripts, n_scripts, error);

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* Opens, checks and migrates. NULL with @damaged where only a new file can help. */
static ValijaDatabase *
open_one (const char          *path,
          ValijaDatabaseKind   kind,
          gboolean             thoroughly,
          gboolean            *damaged,
          GError             **error)
{
  g_autofree char *backup = g_strconcat (path, ".before-upgrade", NULL);
  g_autoptr(ValijaDatabase) self = NULL;
  gboolean local = kind == VALIJA_DATABASE_LOCAL;
  const char * const *scripts = local ? valija_store_local_scripts : valija_store_cache_scripts;
  guint n_scripts = local ? valija_store_n_local_scripts : valija_store_n_cache_scripts;

  if ((self = valija_database_open (path, kind, TRUE, damaged, error)) == NULL)
    return NULL;

  if (check (self, scripts, n_scripts, thoroughly, error) &&
      valija_store_schema_migrate (self, scripts, n_scripts, local ? backup : NULL, error))
    return g_steal_pointer (&self);

  /* A copy is left by an upgrade that failed: what it began with was whole */
  *damaged = valija_database_is_damaged (self) && !g_file_test (backup, G_FILE_TEST_EXISTS);

  return NULL;
}

static ValijaDatabase *
open_cache (const char  *directory,
            gboolean     thoroughly,
            GPtrArray   *messages,
            GError     **error)
{
  g_autofree char *path = g_build_filename (directory, CACHE_NAME, NULL);
  g_autoptr(GError) local_error = NULL;
  ValijaDatabase *self;
  gboolean damaged = FALSE;

  if ((self = open_one (path, VALIJA_DATABASE_CACHE, thoroughly, &damaged, &local_error)) != NULL)
    return self;

  if (!damaged)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  for (guint i = 0; i < G_N_ELEMENTS (companions); i++)
    {
      g_autofree char *name = companion_path (path, i);

      g_unlink (name);
    }

  if ((self = open_one (path, VALIJA_DATABASE_CACHE, FALSE, &damaged, error)) == NULL)
    return NULL;

  g_ptr_array_add (messages, g_strdup (_("The copy of your mail on this computer was damaged. "
                                         "It is fetched anew from the server.")));

  return self;
}

/* Keeps what is damaged under a name with the date, whole, for whoever may still read something
 * out of it. */
static char *
set_aside (const char  *path,
           GError     **error)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d-%H%M%S");
  g_autofree char *aside = g_strdup_printf ("%s.damaged-%s", path, date);

  for (guint n = 2; g_file_test (aside, G_FILE_TEST_EXISTS); n++)
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.damaged-%s-%u", path, date, n);
    }

  for (guint i = 0; i < G_N_ELEMENTS (companions); i++)
    {
      g_autofree char *from = companion_path (path, i);
      g_autofree char *to = companion_path (aside, i);

      if (g_rename (from, to) != 0 && errno != ENOENT)
        {
          valija_error_set (error, VALIJA_ERROR_STORAGE,
                            _("“%s” is damaged and cannot be put aside: %s."), path, valija_reason_of_errno (errno));
          return NULL;
        }
    }

  return g_steal_pointer (&aside);
}

static ValijaDatabase *
open_local (const char  *directory,
            gboolean     thoroughly,
            GPtrArray   *messages,
            GError     **error)
{
  g_autofree char *path = g_build_filename (directory, LOCAL_NAME, NULL);
  g_autoptr(GError) local_error = NULL;
  g_autofree char *aside = NULL;
  ValijaDatabase *self;
  gboolean damaged = FALSE;

  if ((self = open_one (path, VALIJA_DATABASE_LOCAL, thoroughly, &damaged, &local_error)) != NULL)
    return self;

  if (!damaged)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  if ((aside = set_aside (path, error)) == NULL ||
      (self = open_one (path, VALIJA_DATABASE_LOCAL, FALSE, &damaged, error)) == NULL)
    return NULL;

  g_ptr_array_add (messages,
                   g_strdup_printf (_("The mail that is kept only on this computer was damaged. "
                                      "What is left of it was put aside as “%s”."), aside));

  return self;
}

/* The journal names rows of one cache. Of another it only knows the remote ids, until those
 * messages are listed again. */
static gboolean
match_generation (ValijaStoreContext  *context,
                  GError             **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autofree char *generation = NULL;
  sqlite3_stmt *statement;
  gint64 same;

  statement = valija_database_query (context->cache, error, "SELECT value FROM property WHERE name = 'generation'", "");
  if (statement == NULL)
    return FALSE;
  if (valija_database_step (context->cache, statement, &local_error))
    generation = valija_store_dup_text (statement, 0);
  valija_database_reset (context->cache);

  if (generation == NULL)
    return valija_database_fail (context->cache, SQLITE_CORRUPT, error);

  if (!valija_database_get_int64 (context->local, 0, &same, error,
                                  "SELECT count(*) FROM property WHERE name = 'cache-generation' AND value = ?1",
                                  "s", generation))
    return FALSE;

  return same > 0 ||
         (valija_database_run (context->local, error,
                               "UPDATE operation_message SET message ="
                               " (SELECT min (0, min (message))"
                               " FROM operation_message) - message WHERE message > 0", "") &&
          valija_store_carry_forget_rows (context->local, error) &&
          valija_database_run (context->local, error,
                               "INSERT OR REPLACE INTO property VALUES ('cache-generation', ?1)", "s", generation));
}

static gboolean
recover (ValijaStoreContext  *context,
         gboolean             unclean,
         GError             **error)
{
  if (valija_database_begin (context->local, error) &&
      valija_database_begin (context->cache, error) &&
      match_generation (context, error) &&
      valija_store_outbox_recover (context, error) &&
      (!unclean || valija_store_overlay_rebuild (context, error)) &&
      valija_database_commit (context->local, error) &&
      valija_database_commit (context->cache, error))
    return TRUE;

  valija_database_rollback (context->local);
  valija_database_rollback (context->cache);

  return FALSE;
}

static gboolean
is_damaged (ValijaStoreContext *context)
{
  return (context->cache != NULL && valija_database_is_damaged (context->cache)) ||
         (context->local != NULL && valija_database_is_damaged (context->local));
}

static void
close_context (ValijaStoreContext *context)
{
  g_clear_pointer (&context->cache, valija_database_close);
  g_clear_pointer (&context->local, valija_database_close);
}

static gboolean
open_all (ValijaStoreContext  *writer,
          ValijaStoreContext  *reader,
          const char          *cache_directory,
          const char          *data_directory,
          Left                 left,
          GPtrArray           *messages,
          GError             **error)
{
  gboolean thoroughly = left == LEFT_UNKNOWN;

  return (writer->local = open_local (data_directory, thoroughly, messages, error)) != NULL &&
         (writer->cache = open_cache (cache_directory, thoroughly, messages, error)) != NULL &&
         recover (writer, left != LEFT_CLOSED, error) &&
         (reader->local = valija_database_open (valija_database_get_path (writer->local), VALIJA_DATABASE_LOCAL, FALSE,
                                                NULL, error)) != NULL &&
         (reader->cache = valija_database_open (valija_database_get_path (writer->cache), VALIJA_DATABASE_CACHE, FALSE,
                                                NULL, error)) != NULL;
}

gboolean
valija_store_files_open (ValijaStoreContext  *writer,
                         ValijaStoreContext  *reader,
                         const char          *cache_directory,
                         const char          *data_directory,
                         GPtrArray           *messages,
                         GError             **error)
{
  Left cache_left = LEFT_CLOSED;
  Left data_left = LEFT_CLOSED;

  if (writer->cache != NULL)
    return TRUE;

  /* In one directory for both there is one lock */
  if (make_directory (data_directory, error) &&
      make_directory (cache_directory, error) &&
      (writer->data_lock = lock_directory (data_directory, &data_left, error)) >= 0 &&
      (g_str_equal (cache_directory, data_directory) ||
       (writer->cache_lock = lock_directory (cache_directory, &cache_left, error)) >= 0) &&
      open_all (writer, reader, cache_directory, data_directory, MAX (data_left, cache_left), messages, error))
    {
      g_autofree char *mark = dup_mark ();

      /* It was looked at */
      if (MAX (data_left, cache_left) == LEFT_UNKNOWN)
        {
          mark_directory (writer->data_lock, mark);
          mark_directory (writer->cache_lock, mark);
        }

      return TRUE;
    }

  /* What was found damaged only now is looked at more closely next time */
  if (is_damaged (writer) || is_damaged (reader))
    data_left = LEFT_UNKNOWN;
  close_context (reader);
  close_context (writer);
  unlock_directory (&writer->cache_lock, MAX (data_left, cache_left) == LEFT_CLOSED);
  unlock_directory (&writer->data_lock, data_left == LEFT_CLOSED);

  return FALSE;
}

void
valija_store_files_close (ValijaStoreContext *writer,
                          ValijaStoreContext *reader)
{
  /* What was found damaged is looked at more closely next time */
  gboolean clean = writer->cache != NULL && writer->local != NULL && !writer->overlay_stale &&
                   !is_damaged (writer) && !is_damaged (reader);

  close_context (reader);
  /* The last connection to go writes the log back into the database */
  close_context (writer);
  unlock_directory (&writer->cache_lock, clean);
  unlock_directory (&writer->data_lock, clean);
}
