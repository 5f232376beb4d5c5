/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"

/* What is here of a server that only gives messages out (POP3). */

#define LOCAL "data/local.db"

/* What is ripe, with blanks between. */
static void
assert_ripe (TestStore  *self,
             gint64      since,
             gboolean    removed,
             const char *expected)
{
  g_autoptr(GPtrArray) ripe = test_await_boxed (valija_store_list_ripe (self->store, "p", since, removed));
  g_autoptr(GString) words = g_string_new (NULL);

  for (guint i = 0; i < ripe->len; i++)
    g_string_append_printf (words, "%s%s", i > 0 ? " " : "", (const char *) g_ptr_array_index (ripe, i));
  g_assert_cmpstr (words->str, ==, expected);
}

static void
test_durable (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *list = NULL;
  g_autofree char *again = NULL;
  g_autofree char *filed = NULL;
  g_autofree char *renamed = NULL;
  g_autofree char *named = NULL;
  ValijaChanges *changes;
  ValijaMessageInfo *info;
  gint64 inbox, folder, id;

  test_write_folders (self, "p", TRUE, "INBOX");
  inbox = test_folder (self, "p", "INBOX");
  g_assert_cmpint (inbox, <, 0);
  g_assert_cmpint (
      test_await_int64 (valija_store_ensure_local_folder (self->store, "p", VALIJA_FOLDER_ROLE_INBOX, "In")), ==,
      inbox);
  test_sync (self, inbox, test_added ("1 2 3", 0));

  /* Here flags and filing are the user's alone */
  id = test_find (self, inbox, "1");
  g_assert_cmpint (id, <, 0);
  g_assert_cmpint (test_await_int64 (valija_store_change_flags (self->store, &id, 1, VALIJA_FLAG_SEEN, 0)), ==, 0);
  folder = test_await_int64 (valija_store_create_local_folder (self->store, "p", 0, "Filed"));
  test_await_error (valija_store_create_local_folder (self->store, "p", 0, "Filed"), VALIJA_ERROR_INVALID);
  test_await_error (valija_store_create_local_folder (self->store, "p", -99, "X"), VALIJA_ERROR_NOT_FOUND);
  id = test_find (self, inbox, "2");
  g_assert_cmpint (test_await_int64 (valija_store_move_messages (self->store, &id, 1, folder)), ==, 0);
  id = test_find (self, inbox, "3");
  g_assert_cmpint (test_await_int64 (valija_store_delete_messages (self->store, &id, 1)), ==, 0);

  assert_ripe (self, 0, TRUE, "3");
  assert_ripe (self, 0, FALSE, "");
  assert_ripe (self, g_get_real_time () / G_USEC_PER_SEC - 60, FALSE, "");
  assert_ripe (self, G_MAXINT64, FALSE, "3");

  /* The server lists everything again, and says that one is gone */
  changes = test_added ("1 2 3 4", 0);
  changes->restart = TRUE;
  g_ptr_array_add (changes->gone, g_strdup ("1"));
  changes->final = TRUE;
  test_sync (self, inbox, changes);
  list = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (list, ==, "1 4*");
  filed = test_list (self, folder, VALIJA_LIST_ALL);
  g_assert_cmpstr (filed, ==, "2*");

  /* What the server has forgotten may come under the same name again */
  changes = valija_changes_new ();
  g_ptr_array_add (changes->gone, g_strdup ("3"));
  test_sync (self, inbox, changes);
  test_sync (self, inbox, test_added ("3", 0));
  again = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (again, ==, "1 3* 4*");

  /* Nor is a message another one because it has its name: on another server, or where names are used again. What is
   * here stays, and none of it is taken for what that server has. */
  id = test_find (self, inbox, "3");
  g_assert_cmpint (test_await_int64 (valija_store_delete_messages (self->store, &id, 1)), ==, 0);
  changes = test_added ("1 4", 0);
  info = g_ptr_array_index (changes->added, 1);
  g_set_str (&info->subject, "5");
  g_set_str (&info->message_id, "five@example.org");
  changes->cursor = g_bytes_new_static ("1 4", 3);
  test_sync (self, inbox, changes);
  renamed = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (renamed, ==, "1 4* 5*");
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM message WHERE remote_id = '4'"), ==, 1);
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM cursor"), ==, 1);
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM deleted"), ==, 1);

  /* What was deleted stays so, whatever its size is today; another one of that name was not meant. */
  changes = test_added ("3", 0);
  ((ValijaMessageInfo *) g_ptr_array_index (changes->added, 0))->size = 7;
  test_sync (self, inbox, changes);
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM deleted"), ==, 1);
  changes = test_added ("3", 0);
  info = g_ptr_array_index (changes->added, 0);
  g_set_str (&info->subject, "6");
  g_set_str (&info->message_id, "six@example.org");
  test_sync (self, inbox, changes);
  named = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (named, ==, "1 6* 4* 5*");
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM deleted"), ==, 0);
  id = test_find (self, inbox, "3");
  g_assert_cmpint (test_await_int64 (valija_store_delete_messages (self->store, &id, 1)), ==, 0);
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM deleted"), ==, 1);

  test_await (valija_store_change_server (self->store, "p"));
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM cursor"), ==, 0);
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM deleted"), ==, 0);

  /* No list of folders takes anything away, and no account unless it is said */
  test_write_folders (self, "p", TRUE, "");
  test_await (valija_store_remove_account (self->store, "p", FALSE));
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM message"), ==, 4);
  test_await (valija_store_remove_account (self->store, "p", TRUE));
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM message"), ==, 0);
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM folder"), ==, 0);
  test_check (self);
}

/* A message without a name of its own. */
static ValijaChanges *
add_nameless (const char *remote_id,
              gint64      date,
              guint64     size)
{
  ValijaChanges *changes = valija_changes_new ();
  ValijaMessageInfo *info = test_info (remote_id, "Alarm", date, 0);

  g_set_str (&info->message_id, "");
  info->size = size;
  g_ptr_array_add (changes->added, info);

  return changes;
}

static gint64
count_alarms (TestStore *self)
{
  return test_sql (self, LOCAL, "SELECT count(*) FROM message WHERE subject = 'Alarm'");
}

/* Of messages that look alike the date tells as well: here, and of what was deleted here. */
static void
test_nameless (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 inbox, id;

  test_write_folders (self, "p", TRUE, "INBOX");
  inbox = test_folder (self, "p", "INBOX");
  test_sync (self, inbox, add_nameless ("1", 1000, 50));
  test_sync (self, inbox, add_nameless ("1", 1000, 50));
  g_assert_cmpint (count_alarms (self), ==, 1);
  test_sync (self, inbox, add_nameless ("1", 2000, 50));
  g_assert_cmpint (count_alarms (self), ==, 2);

  id = test_find (self, inbox, "1");
  g_assert_cmpint (test_await_int64 (valija_store_delete_messages (self->store, &id, 1)), ==, 0);
  test_sync (self, inbox, add_nameless ("1", 2000, 50));
  test_sync (self, inbox, add_nameless ("1", 2000, 0));
  g_assert_cmpint (count_alarms (self), ==, 1);
  test_sync (self, inbox, add_nameless ("1", 2000, 51));
  g_assert_cmpint (count_alarms (self), ==, 2);

  id = test_find (self, inbox, "1");
  g_assert_cmpint (test_await_int64 (valija_store_delete_messages (self->store, &id, 1)), ==, 0);
  test_sync (self, inbox, add_nameless ("1", 3000, 51));
  g_assert_cmpint (count_alarms (self), ==, 2);
  g_assert_cmpint (test_sql (self, LOCAL, "SELECT count(*) FROM deleted"), ==, 0);
  test_check (self);
}

/* An earlier Valija remembered nothing but the name. */
static void
test_of_old (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 inbox;

  test_write_folders (self, "p", TRUE, "INBOX");
  inbox = test_folder (self, "p", "INBOX");
  test_store_close (self);
  test_sql (self, LOCAL, "INSERT INTO deleted (folder, remote_id) SELECT id, '1' FROM folder WHERE account = 'p'");
  test_store_open (self);
  test_sync (self, inbox, test_added ("1 2", 0));
  g_assert_cmpint (test_find (self, inbox, "1"), ==, 0);
  g_assert_cmpint (test_find (self, inbox, "2"), !=, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/drop/durable", test_durable);
  g_test_add_func ("/store/drop/nameless", test_nameless);
  g_test_add_func ("/store/drop/of-old", test_of_old);

  return g_test_run ();
}
