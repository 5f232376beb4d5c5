/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Folders that wait to be made, renamed or removed on a server, and what the server says meanwhile. */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"

#include <glib/gstdio.h>
#include <string.h>

#define ACCOUNT "a"

/* "INBOX Work/Plans": names with those of their parents, in the order of the list. */
static char *
list_folders (TestStore *self)
{
  g_autoptr(GPtrArray) folders = test_await_boxed (valija_store_list_folders (self->store, ACCOUNT));
  g_autoptr(GHashTable) paths = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  g_autoptr(GString) list = g_string_new (NULL);

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (folders, i);
      const char *parent = g_hash_table_lookup (paths, &folder->parent_id);
      char *path = parent != NULL ? g_strconcat (parent, "/", folder->name, NULL) : g_strdup (folder->name);

      g_hash_table_insert (paths, &folder->id, path);
      g_string_append_printf (list, "%s%s", i > 0 ? " " : "", path);
    }

  return g_string_free (g_steal_pointer (&list), FALSE);
}

#define assert_folders(self, expected) \
  G_STMT_START { \
    g_autofree char *folders_ = list_folders (self); \
    g_assert_cmpstr (folders_, ==, expected); \
  } G_STMT_END
#define assert_list(self, folder, expected) \
  G_STMT_START { \
    g_autofree char *list_ = test_list (self, folder, VALIJA_LIST_ALL); \
    g_assert_cmpstr (list_, ==, expected); \
  } G_STMT_END

static gint64
find_by_name (TestStore  *self,
              const char *name)
{
  g_autoptr(GPtrArray) folders = test_await_boxed (valija_store_list_folders (self->store, ACCOUNT));

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (folders, i);

      if (g_str_equal (folder->name, name))
        return folder->id;
    }

  return 0;
}

/* The server's list: "Work Work/Plans", where the path is the remote id; "Work=7" has the object id "7", "Job<Work" was
 * called "Work" before. */
static void
write_paths (TestStore  *self,
             const char *paths)
{
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  g_auto(GStrv) split = g_strsplit (paths, " ", -1);

  for (guint i = 0; split[i] != NULL; i++)
    {
      g_auto(GStrv) words = g_strsplit_set (split[i], "=<", 2);
      const char *slash = strrchr (words[0], '/');
      ValijaFolderInfo *info = valija_folder_info_new (words[0], slash != NULL ? slash + 1 : words[0]);

      if (strchr (split[i], '=') != NULL)
        info->object_id = g_strdup (words[1]);
      else
        info->former_id = g_strdup (words[1]);
      if (slash != NULL)
        info->parent_id = g_strndup (words[0], slash - words[0]);
      info->selectable = TRUE;
      info->total = info->unread = -1;
      g_ptr_array_add (infos, info);
    }

  test_await (valija_store_write_folders (self->store, ACCOUNT, infos, FALSE));
}

static gint64
first_line (TestStore *self)
{
  g_autoptr(GPtrArray) operations = test_await_boxed (valija_store_list_operations (self->store, ACCOUNT));

  g_assert_cmpuint (operations->len, >, 0);

  return ((ValijaOperation *) g_ptr_array_index (operations, 0))->id;
}

static void
finish (TestStore  *self,
        const char *remote_id)
{
  g_autoptr(ValijaFolderInfo) info = valija_folder_info_new (remote_id, remote_id);

  test_await (valija_store_finish_folder (self->store, first_line (self), info));
}

/* The list came with the folder in it before we heard that it was made: the two are one. */
static void
test_listed_first (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 inbox, message;

  write_paths (self, "INBOX");
  inbox = test_folder (self, ACCOUNT, "INBOX");
  test_sync (self, inbox, test_added ("1 2", VALIJA_FLAG_SEEN));
  test_await_int64 (valija_store_create_folder (self->store, ACCOUNT, 0, "Work"));
  message = test_find (self, inbox, "1");
  test_await_int64 (valija_store_move_messages (self->store, &message, 1, find_by_name (self, "Work")));
  assert_list (self, inbox, "2");

  write_paths (self, "INBOX Work");
  assert_folders (self, "INBOX Work Work");
  finish (self, "Work");
  assert_folders (self, "INBOX Work");
  assert_list (self, test_folder (self, ACCOUNT, "Work"), "1");
  test_check (self);
}

/* Killed when local truth knew that it was made and the cache did not: the next list makes one of the two. */
static void
test_killed_between (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 inbox, message, plans;

  write_paths (self, "INBOX Other");
  inbox = test_folder (self, ACCOUNT, "INBOX");
  test_sync (self, inbox, test_added ("1 2", VALIJA_FLAG_SEEN));
  test_await_int64 (valija_store_create_folder (self->store, ACCOUNT, 0, "Work"));
  test_await_int64 (valija_store_create_folder (self->store, ACCOUNT, test_folder (self, ACCOUNT, "Other"), "Plans"));
  test_await_int64 (valija_store_create_folder (self->store, ACCOUNT, test_folder (self, ACCOUNT, "Other"), "Gone"));
  message = test_find (self, inbox, "1");
  test_await_int64 (valija_store_move_messages (self->store, &message, 1, find_by_name (self, "Work")));
  plans = find_by_name (self, "Plans");

  test_store_close (self);
  test_sql (self, "data/local.db", "UPDATE operation SET target = 'Work' WHERE target IN"
                                   " (SELECT folder FROM operation WHERE target = 'Work')");
  test_sql (self, "data/local.db", "DELETE FROM operation WHERE target IN ('Work', 'Gone') AND folder <> 'INBOX'");
  test_store_open (self);
  assert_folders (self, "INBOX Other Work Other/Plans Other/Gone");

  write_paths (self, "INBOX Other Work");
  assert_folders (self, "INBOX Other Work Other/Plans");
  g_assert_cmpint (find_by_name (self, "Plans"), ==, plans);
  assert_list (self, inbox, "2");
  assert_list (self, test_folder (self, ACCOUNT, "Work"), "1");
  write_paths (self, "INBOX Other Work");
  assert_list (self, test_folder (self, ACCOUNT, "Work"), "1");
  test_check (self);
}

/* A list that knows nothing of it leaves it, and a lost cache loses no line. */
static void
test_waits (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *cache = test_store_path (self, "cache/cache.db");
  g_autoptr(GPtrArray) operations = NULL;
  ValijaOperation *operation;

  write_paths (self, "INBOX Work");
  test_await_int64 (valija_store_create_folder (self->store, ACCOUNT, test_folder (self, ACCOUNT, "Work"), "Plans"));
  write_paths (self, "INBOX Work");
  assert_folders (self, "INBOX Work Work/Plans");

  test_store_close (self);
  g_assert_cmpint (g_unlink (cache), ==, 0);
  test_store_open (self);
  write_paths (self, "INBOX Work");
  operations = test_await_boxed (valija_store_list_operations (self->store, ACCOUNT));
  g_assert_cmpuint (operations->len, ==, 1);
  operation = g_ptr_array_index (operations, 0);
  g_assert_cmpint (operation->kind, ==, VALIJA_OPERATION_CREATE_FOLDER);
  g_assert_cmpstr (operation->target, ==, "Plans");
  g_assert_cmpstr (g_ptr_array_index (operation->remote_ids, 0), ==, "Work");
  finish (self, "Work/Plans");
  write_paths (self, "INBOX Work Work/Plans");
  assert_folders (self, "INBOX Work Work/Plans");
  test_check (self);
}

/* A renamed folder and those in it keep what is here, by whichever names they go now. */
static void
test_renamed_tree (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(ValijaFolderInfo) info = valija_folder_info_new ("Job", "Job");
  gint64 plans, message;

  write_paths (self, "INBOX Work Work/Plans Other");
  plans = test_folder (self, ACCOUNT, "Work/Plans");
  test_sync (self, plans, test_added ("1 2", VALIJA_FLAG_SEEN));
  test_await_int64 (valija_store_rename_folder (self->store, test_folder (self, ACCOUNT, "Work"), "Job"));
  assert_folders (self, "INBOX Job Job/Plans Other");

  message = test_find (self, plans, "1");
  test_await_int64 (valija_store_change_flags (self->store, &message, 1, VALIJA_FLAG_FLAGGED, 0));
  test_await (valija_store_finish_folder (self->store, first_line (self), info));
  write_paths (self, "INBOX Job Job/Plans Other");
  assert_folders (self, "INBOX Job Job/Plans Other");
  g_assert_cmpint (test_folder (self, ACCOUNT, "Job/Plans"), ==, plans);
  assert_list (self, plans, "1! 2");

  {
    g_autoptr(GPtrArray) operations = test_await_boxed (valija_store_list_operations (self->store, ACCOUNT));

    g_assert_cmpstr (((ValijaOperation *) g_ptr_array_index (operations, 0))->folder, ==, "Job/Plans");
  }
  test_check (self);
}

/* Gone with its mail, and with what was to be done to that. */
static void
test_removed (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 work, message;

  write_paths (self, "INBOX Work");
  work = test_folder (self, ACCOUNT, "Work");
  test_sync (self, work, test_added ("1", VALIJA_FLAG_SEEN));
  test_await_int64 (valija_store_remove_folder (self->store, work, 0));
  assert_folders (self, "INBOX");
  write_paths (self, "INBOX Work");
  assert_folders (self, "INBOX");

  message = test_find (self, work, "1");
  test_await_int64 (valija_store_change_flags (self->store, &message, 1, VALIJA_FLAG_FLAGGED, 0));
  test_await (valija_store_finish_folder (self->store, first_line (self), NULL));
  g_assert_cmpint (test_find (self, work, "1"), ==, 0);
  {
    g_autoptr(GPtrArray) operations = test_await_boxed (valija_store_list_operations (self->store, ACCOUNT));

    g_assert_cmpuint (operations->len, ==, 0);
  }
  test_check (self);
}

/* In local truth nothing is lost, and what POP3 gave is not fetched again. */
static void
test_local (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 inbox, trash, kept, message;

  test_write_folders (self, ACCOUNT, TRUE, "INBOX");
  inbox = test_folder (self, ACCOUNT, "INBOX");
  trash = test_await_int64 (valija_store_ensure_local_folder (self->store, ACCOUNT, VALIJA_FOLDER_ROLE_TRASH, "Trash"));
  kept = test_await_int64 (valija_store_create_local_folder (self->store, ACCOUNT, 0, "Kept"));
  test_sync (self, inbox, test_added ("1 2", VALIJA_FLAG_SEEN));
  message = test_find (self, inbox, "1");
  test_await_int64 (valija_store_move_messages (self->store, &message, 1, kept));
  g_assert_cmpint (test_await_int64 (valija_store_rename_folder (self->store, kept, "Kept well")), ==, 0);
  assert_folders (self, "INBOX Trash Kept well");

  test_await_error (valija_store_remove_folder (self->store, kept, 0), VALIJA_ERROR_NOT_FOUND);
  g_assert_cmpint (test_await_int64 (valija_store_remove_folder (self->store, kept, trash)), ==, 0);
  assert_folders (self, "INBOX Trash");
  assert_list (self, trash, "1");
  test_sync (self, inbox, test_added ("1 2", VALIJA_FLAG_SEEN));
  assert_list (self, inbox, "2");
  test_check (self);
}

static ValijaFolderPolicy
get_policy (TestStore  *self,
            const char *name)
{
  g_autoptr(GPtrArray) folders = test_await_boxed (valija_store_list_folders (self->store, ACCOUNT));

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (folders, i);

      if (g_str_equal (folder->name, name))
        return folder->policy;
    }

  g_assert_not_reached ();
}

/* What is wanted of a folder outlives the cache, and a new name; it goes with the account. */
static void
test_policy (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  ValijaFolderInfo *info;
  gint64 line;

  write_paths (self, "Work Work/Plans Other");
  test_await (valija_store_set_folder_policy (self->store, find_by_name (self, "Plans"), VALIJA_FOLDER_POLICY_WHOLE));
  test_await (valija_store_set_folder_policy (self->store, find_by_name (self, "Other"), VALIJA_FOLDER_POLICY_NEVER));
  g_assert_cmpint (get_policy (self, "Plans"), ==, VALIJA_FOLDER_POLICY_WHOLE);
  g_assert_cmpint (get_policy (self, "Other"), ==, VALIJA_FOLDER_POLICY_NEVER);
  g_assert_cmpint (get_policy (self, "Work"), ==, VALIJA_FOLDER_POLICY_ACCOUNT);

  /* Renamed here, with its parent */
  line = test_await_int64 (valija_store_rename_folder (self->store, find_by_name (self, "Work"), "Job"));
  info = valija_folder_info_new ("Job", "Job");
  test_await (valija_store_finish_folder (self->store, line, info));
  valija_folder_info_unref (info);
  write_paths (self, "Job Job/Plans Other");
  g_assert_cmpint (get_policy (self, "Plans"), ==, VALIJA_FOLDER_POLICY_WHOLE);

  test_await (valija_store_set_folder_policy (self->store, find_by_name (self, "Other"), VALIJA_FOLDER_POLICY_ACCOUNT));
  g_assert_cmpint (get_policy (self, "Other"), ==, VALIJA_FOLDER_POLICY_ACCOUNT);
  test_await_error (valija_store_set_folder_policy (self->store, 4711, VALIJA_FOLDER_POLICY_NEVER),
                    VALIJA_ERROR_NOT_FOUND);

  test_await (valija_store_remove_account (self->store, ACCOUNT, FALSE));
  write_paths (self, "Job Job/Plans");
  g_assert_cmpint (get_policy (self, "Plans"), ==, VALIJA_FOLDER_POLICY_ACCOUNT);
  test_check (self);
}

static const struct
{
  const char *name;
  const char *before;     /* Work has the messages 1 and 2, Other has 3 */
  const char *after;
  const char *folders;
  const char *work;       /* what the folder that was called Work is called now, NULL: it is gone */
  const char *other;
} renames[] = {
  { "by-id", "INBOX=1 Work=2 Other=3", "INBOX=1 Job=2 Other=3", "INBOX Job Other", "Job", "Other" },
  { "swapped", "INBOX=1 Work=2 Other=3", "INBOX=1 Work=3 Other=2", "INBOX Work Other", "Other", "Work" },
  { "made-again", "INBOX=1 Work=2 Other=3", "INBOX=1 Work=4 Other=3 Job=2", "INBOX Work Other Job", "Job", "Other" },
  { "over-one-that-is-gone", "INBOX=1 Work=2 Other=3", "INBOX=1 Other=2", "INBOX Other", "Other", NULL },
  { "tree", "INBOX=1 Work=2 Work/Plans=5 Other=3", "INBOX=1 Job=2 Job/Plans=5 Other=3", "INBOX Job Job/Plans Other",
    "Job", "Other" },
  { "told", "INBOX Work Other", "INBOX Job<Work Other", "INBOX Job Other", "Job", "Other" },
  { "told-of-one-that-is-there", "INBOX Work Other", "INBOX Work Job<Work Other", "INBOX Work Job Other", "Work",
    "Other" },
  { "told-and-known", "INBOX Work Other", "INBOX Other<Work", "INBOX Other", NULL, "Other" },
  { "not-known", "INBOX Work Other", "INBOX=1 Job=2 Other=3", "INBOX Job Other", NULL, "Other" },
  { "ids-for-two", "INBOX=1 Work=2 Other=3", "INBOX=1 Work=2 Job=2 Other=3", "INBOX Work Job Other", "Work", "Other" },
  { "id-not-told", "INBOX=1 Work=2 Other=3", "INBOX Work Other", "INBOX Work Other", "Work", "Other" },
};

static void
assert_kept (TestStore  *self,
             gint64      folder,
             const char *name,
             const char *messages)
{
  if (name == NULL)
    return;

  g_assert_cmpint (test_folder (self, ACCOUNT, name), ==, folder);
  assert_list (self, folder, messages);
}

/* What somebody else has renamed keeps what is here of it: its messages, what waits to be done with them, and what the
 * user wants of it. */
static void
test_renamed_elsewhere (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr(TestStore) self = test_store_new ();
  gint64 work, other, message;

  write_paths (self, renames[i].before);
  work = test_folder (self, ACCOUNT, "Work");
  other = test_folder (self, ACCOUNT, "Other");
  test_sync (self, work, test_added ("1 2", VALIJA_FLAG_SEEN));
  test_sync (self, other, test_added ("3", VALIJA_FLAG_SEEN));
  test_await (valija_store_set_folder_policy (self->store, work, VALIJA_FOLDER_POLICY_WHOLE));
  message = test_find (self, work, "1");
  test_await_int64 (valija_store_change_flags (self->store, &message, 1, VALIJA_FLAG_FLAGGED, 0));

  write_paths (self, renames[i].after);
  assert_folders (self, renames[i].folders);
  assert_kept (self, work, renames[i].work, "1! 2");
  assert_kept (self, other, renames[i].other, "3");

  if (renames[i].work != NULL)
    {
      g_autoptr(GPtrArray) operations = test_await_boxed (valija_store_list_operations (self->store, ACCOUNT));
      g_autoptr(GPtrArray) folders = test_await_boxed (valija_store_list_folders (self->store, ACCOUNT));

      g_assert_cmpuint (operations->len, ==, 1);
      g_assert_cmpstr (((ValijaOperation *) g_ptr_array_index (operations, 0))->folder, ==, renames[i].work);
      for (guint n = 0; n < folders->len; n++)
        {
          ValijaStoredFolder *folder = g_ptr_array_index (folders, n);

          g_assert_cmpint (folder->policy == VALIJA_FOLDER_POLICY_WHOLE, ==, folder->id == work);
        }
    }
  test_check (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/folders/listed-first", test_listed_first);
  g_test_add_func ("/store/folders/killed-between", test_killed_between);
  g_test_add_func ("/store/folders/waits", test_waits);
  g_test_add_func ("/store/folders/renamed-tree", test_renamed_tree);
  g_test_add_func ("/store/folders/removed", test_removed);
  g_test_add_func ("/store/folders/local", test_local);
  g_test_add_func ("/store/folders/policy", test_policy);
  for (gsize i = 0; i < G_N_ELEMENTS (renames); i++)
    {
      g_autofree char *path = g_strconcat ("/store/folders/renamed-elsewhere/", renames[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_renamed_elsewhere);
    }

  return g_test_run ();
}
