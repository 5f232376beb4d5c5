/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"

#include <string.h>

typedef struct
{
  GPtrArray *events;        /* of char *, in order */
} Log;

static void
folder_changed_cb (ValijaStore *store,
                   gint64       folder,
                   Log         *log)
{
  g_ptr_array_add (log->events, g_strdup_printf ("folder %" G_GINT64_FORMAT, folder));
}

static void
messages_changed_cb (ValijaStore *store,
                     GArray      *ids,
                     Log         *log)
{
  g_ptr_array_add (log->events, g_strdup_printf ("%u messages", ids->len));
}

static void
outbox_changed_cb (ValijaStore *store,
                   Log         *log)
{
  g_ptr_array_add (log->events, g_strdup ("outbox"));
}

static gboolean
log_has (Log        *log,
         const char *event)
{
  return g_ptr_array_find_with_equal_func (log->events, event, g_str_equal, NULL);
}

static void
test_folders (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  g_autoptr(GPtrArray) folders = NULL;
  g_autoptr(GPtrArray) fewer = NULL;
  g_autoptr(ValijaChanges) changes = valija_changes_new ();
  ValijaFolderInfo *child = valija_folder_info_new ("Work/Bills", "Bills");
  ValijaFolderInfo *parent = valija_folder_info_new ("Work", "Work");
  ValijaFolderInfo *ring_a = valija_folder_info_new ("ring-a", "A");
  ValijaFolderInfo *ring_b = valija_folder_info_new ("ring-b", "B");
  ValijaStoredFolder *first, *second;

  child->parent_id = g_strdup ("Work");
  child->total = 10;
  child->unread = 4;
  parent->selectable = FALSE;
  ring_a->parent_id = g_strdup ("ring-b");
  ring_b->parent_id = g_strdup ("ring-a");
  g_ptr_array_add (infos, child);
  g_ptr_array_add (infos, parent);
  g_ptr_array_add (infos, ring_a);
  g_ptr_array_add (infos, ring_b);
  test_await (valija_store_write_folders (self->store, "a", infos, FALSE));

  folders = test_await_boxed (valija_store_list_folders (self->store, "a"));
  g_assert_cmpuint (folders->len, ==, 4);
  first = g_ptr_array_index (folders, 0);
  second = g_ptr_array_index (folders, 1);
  g_assert_cmpstr (first->remote_id, ==, "Work");
  g_assert_cmpint (first->parent_id, ==, 0);
  g_assert_false (first->selectable);
  g_assert_cmpstr (second->name, ==, "Bills");
  g_assert_cmpint (second->parent_id, ==, first->id);
  g_assert_cmpint (second->total, ==, 10);
  g_assert_cmpint (second->unread, ==, 4);
  g_assert_cmpint (second->last_synced, ==, 0);

  /* Of another account nothing is seen, and of a list without it a folder goes with its mail */
  g_assert_cmpint (test_folder (self, "b", "Work"), ==, 0);
  test_sync (self, second->id, test_added ("1 2 3", 0));
  test_write_folders (self, "a", FALSE, "Work");
  fewer = test_await_boxed (valija_store_list_folders (self->store, "a"));
  g_assert_cmpuint (fewer->len, ==, 1);
  g_assert_cmpint (((ValijaStoredFolder *) g_ptr_array_index (fewer, 0))->id, ==, first->id);
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM message"), ==, 0);
  test_await_error (valija_store_write_changes (self->store, second->id, changes), VALIJA_ERROR_NOT_FOUND);
  test_check (self);
}

/* What a server could not tell of stays with its mail, also where it has another name for what is above. */
static void
test_incomplete (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  static const char * const names[] = { "root", "by-name" };
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  ValijaFolderInfo *info;
  gint64 inbox;

  for (guint i = 0; i < 4; i++)
    {
      const char *ids[] = { "root", "team-inbox", "team-old", "gone" };

      info = valija_folder_info_new (ids[i], i == 0 ? "Team@example.org" : ids[i]);
      info->owner = VALIJA_FOLDER_OWNER_ALL;
      info->parent_id = i == 1 ? g_strdup ("root") : i == 2 ? g_strdup ("team-inbox") : NULL;
      g_ptr_array_add (infos, info);
    }
  test_await (valija_store_write_folders (self->store, "a", infos, FALSE));
  inbox = test_folder (self, "a", "team-inbox");
  test_sync (self, inbox, test_added ("1 2 3", 0));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(GPtrArray) away = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);

      info = valija_folder_info_new (names[i], "team@example.org");
      info->owner = VALIJA_FOLDER_OWNER_ALL;
      info->incomplete = TRUE;
      g_ptr_array_add (away, info);
      g_ptr_array_add (away, valija_folder_info_new ("INBOX", "INBOX"));
      test_await (valija_store_write_folders (self->store, "a", away, FALSE));

      g_assert_cmpint (test_folder (self, "a", "team-inbox"), ==, inbox);
      g_assert_cmpint (test_folder (self, "a", "team-old"), !=, 0);
      g_assert_cmpint (test_folder (self, "a", "root"), !=, 0);
      g_assert_cmpint (test_folder (self, "a", "by-name"), ==, 0);
      g_assert_cmpint (test_folder (self, "a", "INBOX"), !=, 0);
      g_assert_cmpint (test_folder (self, "a", "gone"), ==, 0);
      g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM message"), ==, 3);
    }
  test_check (self);

  /* Told whole, it is believed */
  test_write_folders (self, "a", FALSE, "INBOX");
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM message"), ==, 0);
}

/* What a server counts beyond what is here is shown until a round has brought it. */
static void
test_counts (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  ValijaFolderInfo *info = valija_folder_info_new ("INBOX", "INBOX");
  ValijaChanges *changes = test_added ("1 2", 0);
  gint64 inbox, id;

  info->total = 5;
  info->unread = 3;
  g_ptr_array_add (infos, info);

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, changes);
  test_await (valija_store_write_folders (self->store, "a", infos, FALSE));
  {
    g_autoptr(ValijaStoredFolder) folder = test_load_folder (self, "a", inbox);

    g_assert_cmpint (folder->total, ==, 5);
    g_assert_cmpint (folder->unread, ==, 3);
  }

  id = test_find (self, inbox, "1");
  test_await_int64 (valija_store_change_flags (self->store, &id, 1, VALIJA_FLAG_SEEN, 0));
  {
    g_autoptr(ValijaStoredFolder) folder = test_load_folder (self, "a", inbox);

    g_assert_cmpint (folder->unread, ==, 2);
  }

  /* With a change of ours on the way the server's number is not the newer one */
  test_await (valija_store_write_folders (self->store, "a", infos, FALSE));
  {
    g_autoptr(ValijaStoredFolder) folder = test_load_folder (self, "a", inbox);

    g_assert_cmpint (folder->unread, ==, 2);
  }

  changes = test_added ("3 4 5", VALIJA_FLAG_SEEN);
  changes->final = TRUE;
  test_sync (self, inbox, changes);
  {
    g_autoptr(ValijaStoredFolder) folder = test_load_folder (self, "a", inbox);

    g_assert_cmpint (folder->total, ==, 5);
    g_assert_cmpint (folder->unread, ==, 1);
    g_assert_cmpint (folder->last_synced, >, 0);
  }
}

static void
test_changes (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) cursor = NULL;
  g_autofree char *list = NULL;
  ValijaChanges *changes;
  ValijaWritten *written;
  gint64 inbox, id;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  cursor = test_await_boxed (valija_store_load_cursor (self->store, inbox));
  g_assert_cmpuint (g_bytes_get_size (cursor), ==, 0);
  g_clear_pointer (&cursor, g_bytes_unref);

  /* Newest first, as sessions list them */
  changes = test_added ("3 2 1", 0);
  changes->cursor = g_bytes_new_static ("at 3", 4);
  written = test_write (self, inbox, changes);
  g_assert_cmpuint (written->n_added, ==, 3);
  g_assert_cmpuint (written->n_unread, ==, 3);
  g_assert_cmpuint (written->added_ids->len, ==, 3);
  id = test_find (self, inbox, "3");
  g_assert_cmpint (g_array_index (written->added_ids, gint64, 0), ==, id);
  g_assert_cmpint (g_array_index (written->added_ids, gint64, 2), ==, test_find (self, inbox, "1"));
  valija_written_free (written);

  changes = test_added ("4 3", VALIJA_FLAG_SEEN);
  g_ptr_array_add (changes->flags, valija_flags_change_new ("2", VALIJA_FLAG_FLAGGED));
  g_ptr_array_add (changes->flags, valija_flags_change_new ("77", VALIJA_FLAG_FLAGGED));
  g_ptr_array_add (changes->gone, g_strdup ("1"));
  g_ptr_array_add (changes->gone, g_strdup ("78"));
  written = test_write (self, inbox, changes);
  g_assert_cmpuint (written->n_added, ==, 1);
  g_assert_cmpuint (written->n_unread, ==, 0);
  g_assert_cmpuint (written->n_changed, ==, 2);
  g_assert_cmpuint (written->n_gone, ==, 1);
  g_assert_cmpint (g_array_index (written->added_ids, gint64, 0), ==, test_find (self, inbox, "4"));
  g_assert_cmpint (g_array_index (written->added_ids, gint64, 1), ==, 0);
  valija_written_free (written);

  g_assert_cmpint (test_find (self, inbox, "3"), ==, id);
  list = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (list, ==, "2*! 3 4");

  /* A batch without a cursor leaves the one that was there */
  cursor = test_await_boxed (valija_store_load_cursor (self->store, inbox));
  g_assert_cmpmem (g_bytes_get_data (cursor, NULL), g_bytes_get_size (cursor), "at 3", 4);
  test_check (self);
}

/* A message that is another one under the same name, as servers make of a draft, takes nothing
 * over from the old. */
static void
test_replaced (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autofree char *old = NULL;
  g_autofree char *new = NULL;
  ValijaChanges *changes;
  gint64 inbox, id;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1", 0));
  id = test_find (self, inbox, "1");
  g_ptr_array_add (sources, valija_stored_source_new (id, bytes, "aardvark", NULL, FALSE));
  test_await (valija_store_write_sources (self->store, sources));

  changes = valija_changes_new ();
  g_ptr_array_add (changes->added, test_info ("1", "platypus", 2000, 0));
  test_sync (self, inbox, changes);

  g_assert_cmpint (test_find (self, inbox, "1"), ==, id);
  old = test_search (self, "aardvark");
  g_assert_cmpstr (old, ==, "");
  new = test_search (self, "platypus");
  g_assert_cmpstr (new, ==, "platypus");
  test_await_error (valija_store_load_source (self->store, id), VALIJA_ERROR_NOT_FOUND);
  test_check (self);
}

static void
test_rounds (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *during = NULL;
  g_autofree char *resumed = NULL;
  g_autofree char *after = NULL;
  ValijaChanges *changes;
  ValijaWritten *written;
  gint64 inbox;

  test_write_folders (self, "a", FALSE, "INBOX Other");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1 2 3 4", VALIJA_FLAG_SEEN));
  test_sync (self, test_folder (self, "a", "Other"), test_added ("1 2", 0));

  changes = test_added ("5 4", VALIJA_FLAG_SEEN);
  changes->restart = TRUE;
  changes->cursor = g_bytes_new_static ("half", 4);
  test_sync (self, inbox, changes);
  during = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (during, ==, "1 2 3 4 5");

  /* Interrupted, the round goes on where it was */
  test_store_close (self);
  test_store_open (self);
  resumed = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (resumed, ==, "1 2 3 4 5");

  changes = test_added ("2", VALIJA_FLAG_SEEN);
  changes->final = TRUE;
  written = test_write (self, inbox, changes);
  g_assert_cmpuint (written->n_added, ==, 0);
  g_assert_cmpuint (written->n_gone, ==, 2);
  valija_written_free (written);
  after = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (after, ==, "2 4 5");
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM message"), ==, 5);

  /* A round that was not begun anew drops nothing */
  changes = valija_changes_new ();
  changes->final = TRUE;
  test_sync (self, inbox, changes);
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM message"), ==, 5);
  test_check (self);
}

static void
test_lists (void)
{
  static const gint64 nowhere = 99;
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *unread = NULL;
  g_autofree char *flagged = NULL;
  g_autoptr(GArray) first = NULL;
  g_autoptr(GArray) nothing = NULL;
  g_autoptr(GPtrArray) rows = NULL;
  ValijaMessageInfo *info;
  ValijaMessageRow *row;
  ValijaChanges *changes;
  gint64 inbox, ids[3];

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1 2", VALIJA_FLAG_SEEN));
  test_sync (self, inbox, test_added ("3 4", VALIJA_FLAG_FLAGGED));
  changes = valija_changes_new ();
  info = test_info ("5", "five", 5000, VALIJA_FLAG_SEEN | VALIJA_FLAG_ANSWERED);
  g_ptr_array_add (info->to, valija_address_new ("Zoë", "zoe@example.org"));
  info->has_attachments = TRUE;
  info->preview = g_strdup ("Hello");
  info->date = 4999;
  g_ptr_array_add (changes->added, info);
  test_sync (self, inbox, changes);

  unread = test_list (self, inbox, VALIJA_LIST_UNREAD);
  g_assert_cmpstr (unread, ==, "3*! 4*!");
  flagged = test_list (self, inbox, VALIJA_LIST_FLAGGED);
  g_assert_cmpstr (flagged, ==, "3*! 4*!");

  first = test_await_boxed (valija_store_load_index (self->store, &inbox, 1, FALSE, VALIJA_LIST_ALL, 2));
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpint (g_array_index (first, gint64, 0), ==, test_find (self, inbox, "5"));
  g_assert_cmpint (g_array_index (first, gint64, 1), ==, test_find (self, inbox, "4"));
  nothing = test_await_boxed (valija_store_load_index (self->store, &nowhere, 1, FALSE, VALIJA_LIST_ALL, 0));
  g_assert_cmpuint (nothing->len, ==, 0);

  ids[0] = test_find (self, inbox, "1");
  ids[1] = 4711;
  ids[2] = test_find (self, inbox, "5");
  rows = test_await_boxed (valija_store_load_rows (self->store, ids, 3));
  g_assert_cmpuint (rows->len, ==, 2);
  row = g_ptr_array_index (rows, 1);
  g_assert_cmpint (row->id, ==, ids[2]);
  g_assert_cmpint (row->folder_id, ==, inbox);
  g_assert_cmpstr (row->remote_id, ==, "5");
  g_assert_cmpstr (row->message_id, ==, "5@example.org");
  g_assert_cmpstr (row->subject, ==, "five");
  g_assert_cmpstr (row->sender, ==, "Ana Núñez");
  g_assert_cmpstr (row->sender_address, ==, "ana@example.org");
  g_assert_cmpstr (row->recipients, ==, "Bo, Zoë");
  g_assert_cmpint (row->date, ==, 4999);
  g_assert_cmpuint (row->size, ==, 1000);
  g_assert_cmpuint (row->flags, ==, VALIJA_FLAG_SEEN | VALIJA_FLAG_ANSWERED);
  g_assert_true (row->has_attachments);
  g_assert_false (row->has_source);
  g_assert_cmpstr (row->preview, ==, "Hello");

  test_await_error (valija_store_find_remote (self->store, inbox, "4711"), VALIJA_ERROR_NOT_FOUND);
}

static char *
list_merged (TestStore        *self,
             const gint64     *folders,
             guint             n_folders,
             ValijaListFilter  filter,
             guint             limit)
{
  g_autoptr(GArray) ids =
      limit == 0 ? test_index (self, folders, n_folders, filter, FALSE)
                 : test_await_boxed (valija_store_load_index (self->store, folders, n_folders, FALSE, filter, limit));
  g_autoptr(GPtrArray) rows = test_await_boxed (valija_store_load_rows (self->store,
                                                                        (const gint64 *) (gpointer) ids->data,
                                                                        ids->len));
  GString *text = g_string_new (NULL);

  g_assert_cmpuint (rows->len, ==, ids->len);
  for (guint i = 0; i < rows->len; i++)
    {
      ValijaMessageRow *row = g_ptr_array_index (rows, i);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", row->subject);
    }

  return g_string_free (text, FALSE);
}

#define assert_merged(self, folders, n_folders, filter, limit, expected) \
  G_STMT_START { \
    g_autofree char *list_ = list_merged (self, folders, n_folders, filter, limit); \
    g_assert_cmpstr (list_, ==, expected); \
  } G_STMT_END

/* Folders of two servers and one of local truth, as if they were one. */
static void
test_merged (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 folders[3];

  test_write_folders (self, "a", FALSE, "INBOX Sent");
  test_write_folders (self, "b", FALSE, "INBOX");
  test_write_folders (self, "p", TRUE, "INBOX");
  folders[0] = test_folder (self, "a", "INBOX");
  folders[1] = test_folder (self, "p", "INBOX");
  folders[2] = test_folder (self, "b", "INBOX");
  g_assert_cmpint (folders[1], <, 0);

  assert_merged (self, folders, 3, VALIJA_LIST_ALL, 0, "");

  test_sync (self, folders[0], test_added ("1 4 7 9 11", VALIJA_FLAG_SEEN));
  test_sync (self, test_folder (self, "a", "Sent"), test_added ("100", VALIJA_FLAG_NONE));
  test_sync (self, folders[1], test_added ("2 5 10", VALIJA_FLAG_NONE));
  test_sync (self, folders[2], test_added ("3 6 8", VALIJA_FLAG_SEEN | VALIJA_FLAG_FLAGGED));
  test_sync (self, folders[2], test_added ("12", VALIJA_FLAG_NONE));

  assert_merged (self, folders, 3, VALIJA_LIST_ALL, 0, "12 11 10 9 8 7 6 5 4 3 2 1");
  assert_merged (self, folders, 3, VALIJA_LIST_ALL, 4, "12 11 10 9");
  assert_merged (self, folders, 3, VALIJA_LIST_UNREAD, 0, "12 10 5 2");
  assert_merged (self, folders, 3, VALIJA_LIST_FLAGGED, 0, "8 6 3");
  assert_merged (self, folders, 2, VALIJA_LIST_ALL, 0, "11 10 9 7 5 4 2 1");
  assert_merged (self, folders, 1, VALIJA_LIST_ALL, 2, "11 9");
  assert_merged (self, NULL, 0, VALIJA_LIST_ALL, 0, "");
}

/* What comes and goes between two pieces changes nothing of what is not concerned. */
static void
test_walk (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(ValijaIndexWalk) walk = NULL;
  g_autoptr(GArray) first = NULL;
  g_autoptr(GArray) rest = NULL;
  g_autoptr(GArray) nothing = NULL;
  gint64 inbox, gone;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1 2 3 4 5", VALIJA_FLAG_SEEN));
  gone = test_find (self, inbox, "2");

  walk = valija_index_walk_new (&inbox, 1, VALIJA_LIST_ALL, TRUE);
  first = test_await_boxed (valija_store_walk_index (self->store, walk, 2));
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpint (g_array_index (first, gint64, 0), ==, test_find (self, inbox, "5"));

  test_sync (self, inbox, test_added ("6", VALIJA_FLAG_SEEN));
  test_await_int64 (valija_store_delete_messages (self->store, &gone, 1));
  rest = test_await_boxed (valija_store_walk_index (self->store, walk, 100));
  g_assert_cmpuint (rest->len, ==, 2);
  g_assert_cmpint (g_array_index (rest, gint64, 0), ==, test_find (self, inbox, "3"));
  g_assert_cmpint (g_array_index (rest, gint64, 1), ==, test_find (self, inbox, "1"));

  nothing = test_await_boxed (valija_store_walk_index (self->store, walk, 100));
  g_assert_cmpuint (nothing->len, ==, 0);
}

static void
test_sources (void)
{
  static const char octets[] = "Subject: \xff\0\r\n\r\nraw";
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = g_bytes_new_static (octets, sizeof octets - 1);
  g_autoptr(GBytes) empty = g_bytes_new (NULL, 0);
  g_autoptr(GBytes) loaded = NULL;
  g_autoptr(GBytes) loaded_empty = NULL;
  g_autoptr(GPtrArray) without = NULL;
  g_autoptr(GPtrArray) rows = NULL;
  ValijaMessageRow *row;
  gint64 inbox, ids[3];

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1 2 3", 0));
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *remote_id = g_strdup_printf ("%d", i + 1);

      ids[i] = test_find (self, inbox, remote_id);
    }

  test_await_error (valija_store_load_source (self->store, ids[0]), VALIJA_ERROR_NOT_FOUND);
  without = test_await_boxed (valija_store_list_without_source (self->store, inbox, 0, ids[2], 10));
  g_assert_cmpuint (without->len, ==, 2);
  row = g_ptr_array_index (without, 1);
  g_assert_cmpint (row->id, ==, ids[0]);
  g_clear_pointer (&without, g_ptr_array_unref);
  without = test_await_boxed (valija_store_list_without_source (self->store, inbox, 0, ids[0], 10));
  g_assert_cmpuint (without->len, ==, 0);
  g_clear_pointer (&without, g_ptr_array_unref);

  g_ptr_array_add (sources, valija_stored_source_new (ids[2], bytes, "text", "the preview", TRUE));
  g_ptr_array_add (sources, valija_stored_source_new (4711, bytes, "text", "gone meanwhile", TRUE));
  g_ptr_array_add (sources, valija_stored_source_new (ids[0], empty, NULL, NULL, FALSE));
  test_await (valija_store_write_sources (self->store, sources));
  test_await (valija_store_write_sources (self->store, sources));

  loaded = test_await_boxed (valija_store_load_source (self->store, ids[2]));
  g_assert_true (g_bytes_equal (loaded, bytes));
  loaded_empty = test_await_boxed (valija_store_load_source (self->store, ids[0]));
  g_assert_cmpuint (g_bytes_get_size (loaded_empty), ==, 0);

  rows = test_await_boxed (valija_store_load_rows (self->store, ids + 2, 1));
  row = g_ptr_array_index (rows, 0);
  g_assert_true (row->has_source);
  g_assert_true (row->has_attachments);
  g_assert_cmpstr (row->preview, ==, "the preview");

  without = test_await_boxed (valija_store_list_without_source (self->store, inbox, 0, 0, 10));
  g_assert_cmpuint (without->len, ==, 1);
  row = g_ptr_array_index (without, 0);
  g_assert_cmpint (row->id, ==, ids[1]);
  g_assert_cmpstr (row->remote_id, ==, "2");
  g_clear_pointer (&without, g_ptr_array_unref);
  without = test_await_boxed (valija_store_list_without_source (self->store, inbox, 1003, 0, 10));
  g_assert_cmpuint (without->len, ==, 0);
  test_check (self);
}

static void
test_add_message (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) bytes = g_bytes_new_static ("the source", 10);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "wombat", "preview", FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "sent", 0, VALIJA_FLAG_SEEN);
  g_autoptr(GBytes) loaded = NULL;
  g_autofree char *found = NULL;
  g_autofree char *list = NULL;
  gint64 sent, first, second;

  sent = test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_SENT, "Sent"));
  g_assert_cmpint (
      sent, ==,
      test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_SENT, "Other")));
  g_assert_cmpint (
      sent, !=,
      test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_NONE, "Other")));
  first = test_await_int64 (valija_store_add_message (self->store, sent, info, source, 0));
  second = test_await_int64 (valija_store_add_message (self->store, sent, info, source, 0));
  g_assert_cmpint (first, !=, second);
  test_await_error (valija_store_add_message (self->store, 1, info, source, 0), VALIJA_ERROR_INVALID);
  test_await_error (valija_store_add_message (self->store, -99, info, source, 0), VALIJA_ERROR_NOT_FOUND);

  test_store_close (self);
  test_store_open (self);
  loaded = test_await_boxed (valija_store_load_source (self->store, second));
  g_assert_true (g_bytes_equal (loaded, bytes));
  found = test_search (self, "wombat");
  g_assert_cmpstr (found, ==, "sent sent");
  g_assert_cmpint (test_await_int64 (valija_store_delete_messages (self->store, &first, 1)), ==, 0);
  list = test_list (self, sent, VALIJA_LIST_ALL);
  g_assert_cmpstr (list, ==, "sent");
  test_check (self);
}

/* Calls that nobody waits for are done in their order; what reads waits behind those whose
 * future has resolved. */
static void
test_order (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(ValijaChanges) changes = test_added ("1", 0);
  DexFuture *last = NULL;
  gint64 inbox, id;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  dex_unref (valija_store_write_changes (self->store, inbox, changes));
  id = 1;

  for (int i = 0; i < 101; i++)
    {
      dex_clear (&last);
      last = valija_store_change_flags (self->store, &id, 1, i % 2 == 0 ? VALIJA_FLAG_SEEN : 0,
                                        i % 2 == 0 ? 0 : VALIJA_FLAG_SEEN);
    }

  g_assert_cmpint (test_await_int64 (last), ==, 101);
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT flags FROM message"), ==, VALIJA_FLAG_SEEN);
}

static void
test_signals (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  Log log = { g_ptr_array_new_with_free_func (g_free) };
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new ("");
  g_autofree char *event = NULL;
  gint64 inbox, ids[2];

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  event = g_strdup_printf ("folder %" G_GINT64_FORMAT, inbox);
  g_signal_connect (self->store, "folder-changed", G_CALLBACK (folder_changed_cb), &log);
  g_signal_connect (self->store, "messages-changed", G_CALLBACK (messages_changed_cb), &log);
  g_signal_connect (self->store, "outbox-changed", G_CALLBACK (outbox_changed_cb), &log);

  test_sync (self, inbox, test_added ("1 2", 0));
  g_assert_true (log_has (&log, event));
  g_assert_false (log_has (&log, "2 messages"));
  g_ptr_array_set_size (log.events, 0);

  ids[0] = test_find (self, inbox, "1");
  ids[1] = test_find (self, inbox, "2");
  test_await_int64 (valija_store_change_flags (self->store, ids, 2, VALIJA_FLAG_SEEN, 0));
  g_assert_true (log_has (&log, event));
  g_assert_true (log_has (&log, "2 messages"));
  g_ptr_array_set_size (log.events, 0);

  /* Of what is rolled back, and of what changes nothing, nobody hears */
  ids[1] = inbox;
  test_await_error (valija_store_move_messages (self->store, ids, 1, 99), VALIJA_ERROR_NOT_FOUND);
  test_await_int64 (valija_store_change_flags (self->store, ids, 1, VALIJA_FLAG_SEEN, 0));
  test_sync (self, inbox, test_added ("1", 0));
  g_assert_false (log_has (&log, event));
  g_ptr_array_set_size (log.events, 0);

  g_ptr_array_add (sources, valija_stored_source_new (ids[0], bytes, "", "preview", FALSE));
  test_await (valija_store_write_sources (self->store, sources));
  g_assert_true (log_has (&log, "1 messages"));
  test_await_int64 (valija_store_add_outbox (self->store, "a", envelope, "", "", "", bytes, bytes, 0));
  g_assert_true (log_has (&log, "outbox"));

  g_ptr_array_unref (log.events);
}

/* The store may be dropped with calls under way, and closed more than once. */
static void
test_closing (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(DexFuture) future = NULL;
  g_autofree char *list = NULL;
  ValijaStore *store;
  gint64 inbox;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *remote_id = g_strdup_printf ("%d", i);
      g_autoptr(ValijaChanges) changes = test_added (remote_id, 0);

      dex_unref (valija_store_write_changes (self->store, inbox, changes));
    }
  future = valija_store_load_index (self->store, &inbox, 1, FALSE, VALIJA_LIST_ALL, 0);
  g_assert_finalize_object (g_steal_pointer (&self->store));
  g_clear_pointer (&self->notices, g_ptr_array_unref);
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (dex_future_is_resolved (future));

  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM message"), ==, 20);

  store = g_object_ref (self->store);
  test_await (valija_store_close (store));
  test_await (valija_store_close (store));
  test_await_error (valija_store_list_folders (store, "a"), VALIJA_ERROR_STORAGE);
  test_await_error (valija_store_open (store), VALIJA_ERROR_STORAGE);
  g_object_unref (store);
  test_store_close (self);
}

static void
test_not_open (void)
{
  g_autofree char *directory = g_dir_make_tmp ("valija-store-XXXXXX", NULL);
  g_autoptr(ValijaStore) store = test_store_make (directory);

  test_await_error (valija_store_list_folders (store, "a"), VALIJA_ERROR_STORAGE);
  test_await_error (valija_store_remove_outbox (store, 1), VALIJA_ERROR_STORAGE);
  test_await (valija_store_close (store));
  test_remove (directory);
}

static void
test_remove_account (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *other = NULL;
  g_autofree char *journal = NULL;
  gint64 inbox, id;

  test_write_folders (self, "a", FALSE, "INBOX Archive");
  test_write_folders (self, "b", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1 2", 0));
  test_sync (self, test_folder (self, "b", "INBOX"), test_added ("1 2", 0));
  id = test_find (self, inbox, "1");
  test_await_int64 (valija_store_move_messages (self->store, &id, 1, test_folder (self, "a", "Archive")));
  test_await (valija_store_remove_account (self->store, "a", FALSE));

  g_assert_cmpint (test_folder (self, "a", "INBOX"), ==, 0);
  journal = test_journal (self, "a");
  g_assert_cmpstr (journal, ==, "");
  other = test_list (self, test_folder (self, "b", "INBOX"), VALIJA_LIST_ALL);
  g_assert_cmpstr (other, ==, "1* 2*");
  test_check (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/folders", test_folders);
  g_test_add_func ("/store/counts", test_counts);
  g_test_add_func ("/store/incomplete", test_incomplete);
  g_test_add_func ("/store/changes", test_changes);
  g_test_add_func ("/store/replaced", test_replaced);
  g_test_add_func ("/store/rounds", test_rounds);
  g_test_add_func ("/store/lists", test_lists);
  g_test_add_func ("/store/merged", test_merged);
  g_test_add_func ("/store/walk", test_walk);
  g_test_add_func ("/store/sources", test_sources);
  g_test_add_func ("/store/add-message", test_add_message);
  g_test_add_func ("/store/order", test_order);
  g_test_add_func ("/store/signals", test_signals);
  g_test_add_func ("/store/closing", test_closing);
  g_test_add_func ("/store/not-open", test_not_open);
  g_test_add_func ("/store/remove-account", test_remove_account);

  return g_test_run ();
}
