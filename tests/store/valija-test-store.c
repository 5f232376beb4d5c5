/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"
#include "store/valija-store-schema.h"
#include "store/valija-store-tokenizer.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <unistd.h>

/* These stand before the system's own, for SQLite as well. Only a loss of power loses what was written and not flushed,
 * and no test takes the power away; a disk that others use makes each flush wait, and there are thousands. */
int
fsync (int fd)
{
  return 0;
}

int
fdatasync (int fd)
{
  return 0;
}

void
test_remove (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      test_remove (child);
    }

  g_remove (path);
}

ValijaStore *
test_store_make (const char *directory)
{
  g_autoptr(GFile) cache = g_file_new_build_filename (directory, "cache", NULL);
  g_autoptr(GFile) data = g_file_new_build_filename (directory, "data", NULL);

  return valija_store_new (cache, data);
}

void
test_store_open (TestStore *self)
{
  self->store = test_store_make (self->directory);
  self->notices = test_await_boxed (valija_store_open (self->store));
}

void
test_store_close (TestStore *self)
{
  test_await (valija_store_close (self->store));
  g_assert_finalize_object (self->store);
  self->store = NULL;
  g_clear_pointer (&self->notices, g_ptr_array_unref);
}

TestStore *
test_store_new (void)
{
  TestStore *self = g_new0 (TestStore, 1);
  g_autoptr(GError) error = NULL;

  self->directory = g_dir_make_tmp ("valija-store-XXXXXX", &error);
  g_assert_no_error (error);
  test_store_open (self);

  return self;
}

void
test_store_free (TestStore *self)
{
  if (self->store != NULL)
    test_store_close (self);
  test_remove (self->directory);
  g_free (self->directory);
  g_free (self);
}

char *
test_store_path (TestStore  *self,
                 const char *name)
{
  return g_build_filename (self->directory, name, NULL);
}

static void
wait_for (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
}

gboolean
test_try (DexFuture  *future,
          GError    **error)
{
  gboolean resolved;

  wait_for (future);
  resolved = dex_future_get_value (future, error) != NULL;
  dex_unref (future);

  return resolved;
}

void
test_await (DexFuture *future)
{
  g_autoptr(GError) error = NULL;

  test_try (future, &error);
  g_assert_no_error (error);
}

gint64
test_await_int64 (DexFuture *future)
{
  g_autoptr(GError) error = NULL;
  const GValue *value;
  gint64 number;

  wait_for (future);
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  number = g_value_get_int64 (value);
  dex_unref (future);

  return number;
}

gpointer
test_await_boxed (DexFuture *future)
{
  g_autoptr(GError) error = NULL;
  const GValue *value;
  gpointer boxed;

  wait_for (future);
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  boxed = g_value_dup_boxed (value);
  dex_unref (future);

  return boxed;
}

void
test_await_error (DexFuture *future,
                  int        code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (test_try (future, &error));
  g_assert_error (error, VALIJA_ERROR, code);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_STORE);
}

void
test_write_folders (TestStore  *self,
                    const char *account,
                    gboolean    durable,
                    const char *remote_ids)
{
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  g_auto(GStrv) names = g_strsplit (remote_ids, " ", -1);

  for (guint i = 0; names[i] != NULL && names[i][0] != '\0'; i++)
    {
      ValijaFolderInfo *info = valija_folder_info_new (names[i], names[i]);

      if (g_str_equal (names[i], "INBOX"))
        info->role = VALIJA_FOLDER_ROLE_INBOX;
      else if (g_str_equal (names[i], "Trash"))
        info->role = VALIJA_FOLDER_ROLE_TRASH;
      g_ptr_array_add (infos, info);
    }

  test_await (valija_store_write_folders (self->store, account, infos, durable));
}

ValijaStoredFolder *
test_load_folder (TestStore  *self,
                  const char *account,
                  gint64      id)
{
  g_autoptr(GPtrArray) folders = test_await_boxed (valija_store_list_folders (self->store, account));

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (folders, i);

      if (folder->id == id)
        {
          ValijaStoredFolder *copy = g_memdup2 (folder, sizeof *folder);

          copy->name = g_strdup (folder->name);
          copy->remote_id = g_strdup (folder->remote_id);
          return copy;
        }
    }

  return NULL;
}

gint64
test_folder (TestStore  *self,
             const char *account,
             const char *remote_id)
{
  g_autoptr(GPtrArray) folders = test_await_boxed (valija_store_list_folders (self->store, account));

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (folders, i);

      if (g_str_equal (folder->remote_id, remote_id))
        return folder->id;
    }

  return 0;
}

ValijaMessageInfo *
test_info (const char  *remote_id,
           const char  *subject,
           gint64       received,
           ValijaFlags  flags)
{
  ValijaMessageInfo *info = valija_message_info_new (remote_id);

  g_set_str (&info->subject, subject);
  g_free (info->message_id);
  info->message_id = g_strdup_printf ("%s@example.org", remote_id);
  g_ptr_array_add (info->from, valija_address_new ("Ana Núñez", "ana@example.org"));
  g_ptr_array_add (info->to, valija_address_new ("Bo", "bo@example.net"));
  info->date = received;
  info->received = received;
  info->size = 1000;
  info->flags = flags;

  return info;
}

ValijaChanges *
test_added (const char  *remote_ids,
            ValijaFlags  flags)
{
  ValijaChanges *changes = valija_changes_new ();
  g_auto(GStrv) names = g_strsplit (remote_ids, " ", -1);

  for (guint i = 0; names[i] != NULL && names[i][0] != '\0'; i++)
    g_ptr_array_add (changes->added,
                     test_info (names[i], names[i], 1000 + g_ascii_strtoll (names[i], NULL, 10), flags));

  return changes;
}

ValijaWritten *
test_write (TestStore     *self,
            gint64         folder,
            ValijaChanges *changes)
{
  static guint n_written;
  /* Whether their sources come next makes no difference to who looks */
  gint64 since = n_written++ % 2 == 0 ? G_MAXINT64 : 0;
  ValijaWritten *written =
    test_await_boxed (valija_store_write_changes_before_sources (self->store, folder, changes, since));

  valija_changes_unref (changes);

  return written;
}

void
test_sync (TestStore     *self,
           gint64         folder,
           ValijaChanges *changes)
{
  valija_written_free (test_write (self, folder, changes));
}

gint64
test_find (TestStore  *self,
           gint64      folder,
           const char *remote_id)
{
  g_autoptr(DexFuture) future = valija_store_find_remote (self->store, folder, remote_id);
  const GValue *value;

  wait_for (future);
  value = dex_future_get_value (future, NULL);

  return value != NULL ? g_value_get_int64 (value) : 0;
}

static GPtrArray *
load_rows (TestStore *self,
           GArray    *ids)
{
  return test_await_boxed (valija_store_load_rows (self->store, (const gint64 *) (gpointer) ids->data, ids->len));
}

GArray *
test_index (TestStore        *self,
            const gint64     *folders,
            guint             n_folders,
            ValijaListFilter  filter,
            gboolean          conversations)
{
  g_autoptr(ValijaIndexWalk) walk = valija_index_walk_new (folders, n_folders, filter, conversations);
  g_autoptr(GArray) pieces = g_array_new (FALSE, FALSE, sizeof (gint64));
  GArray *ids =
      test_await_boxed (valija_store_load_index (self->store, folders, n_folders, conversations, filter, 0));
  gboolean ended = FALSE;

  while (!ended)
    {
      guint limit = g_test_rand_int_range (1, 5 + (int) ids->len / 4);
      g_autoptr(GArray) piece = test_await_boxed (valija_store_walk_index (self->store, walk, limit));

      g_assert_cmpuint (piece->len, <=, limit);
      g_array_append_vals (pieces, piece->data, piece->len);
      ended = piece->len < limit;
    }
  g_assert_cmpmem (pieces->data, pieces->len * sizeof (gint64), ids->data, ids->len * sizeof (gint64));

  return ids;
}

char *
test_list (TestStore        *self,
           gint64            folder,
           ValijaListFilter  filter)
{
  g_autoptr(GArray) ids = test_index (self, &folder, 1, filter, FALSE);
  g_autoptr(GPtrArray) rows = load_rows (self, ids);
  GString *text = g_string_new (NULL);

  g_assert_cmpuint (rows->len, ==, ids->len);

  for (guint i = rows->len; i > 0; i--)
    {
      ValijaMessageRow *row = g_ptr_array_index (rows, i - 1);
      g_autofree char *labels = row->labels != NULL ? g_strjoinv ("#", row->labels) : NULL;

      g_assert_cmpint (row->id, ==, g_array_index (ids, gint64, i - 1));
      g_assert_cmpint (row->folder_id, ==, folder);
      g_string_append_printf (text, "%s%s%s%s%s%s", text->len > 0 ? " " : "", row->subject,
                              (row->flags & VALIJA_FLAG_SEEN) == 0 ? "*" : "",
                              (row->flags & VALIJA_FLAG_FLAGGED) != 0 ? "!" : "", labels != NULL ? "#" : "",
                              labels != NULL ? labels : "");
    }

  return g_string_free (text, FALSE);
}

char *
test_journal (TestStore  *self,
              const char *account)
{
  static const char * const kinds[] = { "flags", "move", "copy", "delete", "append" };
  g_autoptr(GPtrArray) operations = test_await_boxed (valija_store_list_operations (self->store, account));
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < operations->len; i++)
    {
      ValijaOperation *operation = g_ptr_array_index (operations, i);

      g_string_append_printf (text, "%s%s %s%s%s ", text->len > 0 ? "; " : "",
                              valija_operation_is_of_labels (operation) ? "labels" : kinds[operation->kind],
                              operation->folder, operation->target != NULL ? ">" : "",
                              operation->target != NULL ? operation->target : "");
      for (guint j = 0; j < operation->remote_ids->len; j++)
        g_string_append_printf (text, "%s%s", j > 0 ? "," : "", (char *) g_ptr_array_index (operation->remote_ids, j));
    }

  return g_string_free (text, FALSE);
}

char *
test_search (TestStore  *self,
             const char *typed)
{
  g_autoptr(ValijaSearchQuery) query = valija_search_query_new (typed);
  g_autoptr(GArray) ids = test_await_boxed (valija_store_search (self->store, query, NULL, NULL, 0, NULL, 0, 0));
  g_autoptr(GPtrArray) rows = load_rows (self, ids);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      ValijaMessageRow *row = g_ptr_array_index (rows, i);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", row->subject);
    }

  return g_string_free (text, FALSE);
}

static sqlite3 *
open_file (TestStore  *self,
           const char *name)
{
  g_autofree char *path = test_store_path (self, name);
  sqlite3 *handle = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (handle, 5000);
  g_assert_cmpint (valija_store_tokenizer_register (handle), ==, SQLITE_OK);

  return handle;
}

gint64
test_sql (TestStore  *self,
          const char *name,
          const char *sql)
{
  sqlite3 *handle = open_file (self, name);
  sqlite3_stmt *statement = NULL;
  gint64 number = 0;
  int result;

  if (sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (handle));
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    number = sqlite3_column_int64 (statement, 0);
  else if (result != SQLITE_DONE)
    g_error ("%s: %s", sql, sqlite3_errmsg (handle));
  sqlite3_finalize (statement);
  sqlite3_close (handle);

  return number;
}

static void
check_file (TestStore  *self,
            const char *name)
{
  sqlite3 *handle = open_file (self, name);
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (handle, "PRAGMA integrity_check", -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, "ok");
  sqlite3_finalize (statement);
  sqlite3_close (handle);

  g_assert_cmpint (test_sql (self, name,
                             "SELECT count(*) FROM folder f WHERE"
                             " total <> (SELECT count(*) FROM message m WHERE m.folder = f.id) OR"
                             " unread <> (SELECT count(*) FROM message m WHERE m.folder = f.id AND (m.flags & 1) = 0)"),
                   ==, 0);
  g_assert_cmpint (
      test_sql (self, name,
                "SELECT count(*) FROM source WHERE message NOT IN (SELECT id FROM message WHERE has_source)"),
      ==, 0);
  g_assert_cmpint (
      test_sql (self, name, "SELECT count(*) FROM message WHERE has_source AND id NOT IN (SELECT message FROM source)"),
      ==, 0);
  g_assert_cmpint (
      test_sql (self, name, "SELECT (SELECT count(*) FROM search_docsize) + (SELECT count(*) FROM unsearched)"
                            " - (SELECT count(*) FROM message)"), ==, 0);
  g_assert_cmpint (
      test_sql (self, name, "SELECT count(*) FROM unsearched u JOIN message m ON m.id = u.message WHERE m.has_source"),
      ==, 0);
}

void
test_check (TestStore *self)
{
  check_file (self, "cache/cache.db");
  check_file (self, "data/local.db");
  g_assert_cmpint (
      test_sql (self, "cache/cache.db",
                "SELECT count(*) FROM message WHERE pending = 0 AND (folder <> home OR flags <> server_flags)"),
      ==, 0);
}

void
test_make_old (const char         *path,
               ValijaDatabaseKind  kind,
               guint               version,
               guint               n_messages,
               gboolean            with_sources)
{
  ValijaDatabase *database = valija_database_open (path, kind, TRUE, NULL, NULL);
  const char * const *scripts = kind == VALIJA_DATABASE_CACHE ? valija_store_cache_scripts : valija_store_local_scripts;

  g_assert_true (valija_store_schema_migrate (database, scripts, version, NULL, NULL));
  g_assert_true (valija_database_begin (database, NULL));
  g_assert_true (valija_database_run (database, NULL, "INSERT INTO folder (account, remote_id, name)"
                                                      " VALUES ('a', 'INBOX', 'INBOX')", ""));
  g_assert_true (valija_database_run (database, NULL, "INSERT INTO cursor (folder, data) VALUES (1, 'old')", ""));

  for (guint i = 0; i < n_messages; i++)
    {
      gboolean answers = i % 2 == 1;
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *message_id = g_strdup_printf ("%u@example.org", i);
      g_autofree char *source = answers
        ? g_strdup_printf ("Subject: x\r\nreferences: <nobody@example.org>\r\n <%u@example.org>\r\n"
                           "\r\nReferences: <0@x>", i - 1)
        : g_strdup ("Subject: x\n\nReferences: <1@example.org>\n");
      g_autoptr(GBytes) bytes = g_bytes_new (source, strlen (source));

      g_assert_true (valija_database_run (database, NULL,
                                          "INSERT INTO message (home, folder, remote_id, received, date, size, flags,"
                                          " server_flags, id_hash, message_id, subject, sender, sender_address,"
                                          " recipients, people, has_source)"
                                          " VALUES (1, 1, ?1, ?2, ?2, 1, 1, 1, ?3, ?4, ?1, '', '', '', '', ?5)",
                                          "siisi", name, (gint64) 1700000000 + i, (gint64) g_str_hash (message_id),
                                          message_id, (gint64) with_sources));
      if (with_sources)
        g_assert_true (valija_database_run (database, NULL, "INSERT INTO source (message, data) VALUES (?1, ?2)",
                                            "ib", (gint64) i + 1, bytes));
      g_assert_true (valija_database_run (database, NULL,
                                          "INSERT INTO search (rowid, subject, sender, recipients, body, files)"
                                          " SELECT search_key, subject, '', '', '', '' FROM message WHERE id = ?1",
                                          "i", (gint64) i + 1));
    }

  g_assert_true (valija_database_commit (database, NULL));
  valija_database_close (database);
}
