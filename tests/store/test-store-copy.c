/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Copies between two stores: what is copied stays, and is nothing to its copy from then on. */

#include "config.h"

#include "valija-test-store.h"

static GArray *
copy (TestStore *self,
      gint64     message,
      gint64     folder)
{
  g_autoptr(GPtrArray) carried = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_carried_free);
  g_autoptr(GBytes) source = g_bytes_new_static ("Subject: x\r\n\r\n", 14);

  g_ptr_array_add (carried, valija_carried_new (message, source, VALIJA_FLAG_NONE, 0));

  return test_await_boxed (valija_store_carry_messages (self->store, folder, carried, VALIJA_CARRY_COPY));
}

static void
finish (TestStore  *self,
        gint64      line,
        const char *remote_id)
{
  g_autoptr(GPtrArray) new_ids = g_ptr_array_new ();

  g_ptr_array_add (new_ids, (char *) remote_id);
  test_await (valija_store_finish_operation (self->store, line, new_ids));
}

static void
assert_journal (TestStore  *self,
                const char *account,
                const char *expected)
{
  g_autofree char *journal = test_journal (self, account);

  g_assert_cmpstr (journal, ==, expected);
}

static void
assert_list (TestStore  *self,
             gint64      folder,
             const char *expected)
{
  g_autofree char *list = test_list (self, folder, VALIJA_LIST_ALL);

  g_assert_cmpstr (list, ==, expected);
}

static gint64
add_here (TestStore *self,
          gint64     folder)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("Subject: x\r\n\r\n", 14);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "", NULL, FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "here", 5, VALIJA_FLAG_SEEN);

  return test_await_int64 (valija_store_add_message (self->store, folder, info, source, 0));
}

static void
make_folders (TestStore *self)
{
  test_write_folders (self, "a", FALSE, "INBOX");
  test_write_folders (self, "b", FALSE, "INBOX Archive");
  test_write_folders (self, "here", TRUE, "Archive Drafts");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("1 2", 0));
}

/* It is copied as often as that is asked for, also while it is on its way elsewhere; and goes on being what it is. */
static void
test_original_stays (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GArray) first = NULL;
  g_autoptr(GArray) second = NULL;
  g_autoptr(GArray) third = NULL;
  gint64 inbox, message;

  make_folders (self);
  inbox = test_folder (self, "a", "INBOX");
  message = test_find (self, inbox, "1");

  first = copy (self, message, test_folder (self, "b", "INBOX"));
  second = copy (self, message, test_folder (self, "b", "Archive"));
  third = copy (self, message, test_folder (self, "b", "Archive"));
  g_assert_cmpint (g_array_index (second, gint64, 0), !=, g_array_index (third, gint64, 0));
  test_await_int64 (valija_store_change_flags (self->store, &message, 1, VALIJA_FLAG_SEEN, 0));
  finish (self, g_array_index (first, gint64, 0), "11");
  finish (self, g_array_index (second, gint64, 0), "");

  assert_journal (self, "a", "flags INBOX 1");
  assert_journal (self, "b", "append Archive ");
  assert_list (self, inbox, "1 2*");
  test_check (self);
}

/* What becomes of the original while a copy of it waits is nothing to the copy. */
static void
test_original_goes (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GArray) theirs = NULL;
  g_autoptr(GArray) ours = NULL;
  g_autoptr(GPtrArray) operations = NULL;
  gint64 message, here;

  make_folders (self);
  message = test_find (self, test_folder (self, "a", "INBOX"), "1");
  here = add_here (self, test_folder (self, "here", "Archive"));
  theirs = copy (self, message, test_folder (self, "b", "INBOX"));
  ours = copy (self, here, test_folder (self, "b", "INBOX"));
  test_await_int64 (valija_store_delete_messages (self->store, &message, 1));
  test_await_int64 (valija_store_delete_messages (self->store, &here, 1));

  operations = test_await_boxed (valija_store_list_operations (self->store, "b"));
  g_assert_cmpuint (operations->len, ==, 2);
  for (guint i = 0; i < operations->len; i++)
    {
      ValijaOperation *operation = g_ptr_array_index (operations, i);

      g_assert_true (operation->carries && operation->copies);
      g_assert_false (operation->is_last);
      g_assert_cmpint (operation->origin, ==, 0);
    }

  finish (self, g_array_index (theirs, gint64, 0), "11");
  finish (self, g_array_index (ours, gint64, 0), "12");
  assert_journal (self, "a", "delete INBOX 1");
  assert_journal (self, "b", "");
  test_check (self);
}

/* A copy of a draft is a message, and not what is still written on. */
static void
test_draft (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) bytes = g_bytes_new_static ("Subject: x\r\n\r\n", 14);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "", NULL, FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "draft", 5, VALIJA_FLAG_DRAFT);
  g_autoptr(ValijaStoredDraft) stored = NULL;
  g_autoptr(GArray) lines = NULL;
  gint64 draft;

  make_folders (self);
  draft = test_await_int64 (valija_store_save_draft (self->store, test_folder (self, "here", "Drafts"), info, source,
                                                     0));
  lines = copy (self, draft, test_folder (self, "b", "Archive"));
  finish (self, g_array_index (lines, gint64, 0), "11");

  assert_journal (self, "b", "");
  stored = test_await_boxed (valija_store_load_draft (self->store, draft));
  g_assert_false (stored->uploaded || stored->known);
  test_check (self);
}

/* Nobody needs a copy in an account that is gone. One that was not begun can be given up. */
static void
test_dropped (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GArray) dropped = NULL;
  gint64 message;

  make_folders (self);
  message = test_find (self, test_folder (self, "a", "INBOX"), "1");
  dropped = copy (self, message, test_folder (self, "b", "INBOX"));
  test_await (valija_store_drop_carrying (self->store, &g_array_index (dropped, gint64, 0), 1));
  assert_journal (self, "b", "");

  g_array_unref (copy (self, message, test_folder (self, "b", "INBOX")));
  test_await (valija_store_remove_account (self->store, "b", FALSE));
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM operation_source"), ==, 0);
  test_check (self);
}

/* To this computer, from a server and from here: told by their ids, and the originals stay. */
static void
test_here (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_info_unref);
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("Subject: x\r\n\r\n", 14);
  g_autoptr(GArray) ids = NULL;
  gint64 inbox, archive, here;

  make_folders (self);
  inbox = test_folder (self, "a", "INBOX");
  archive = test_folder (self, "here", "Archive");
  here = add_here (self, archive);
  g_ptr_array_add (infos, test_info ("one", "one", 6, VALIJA_FLAG_SEEN));
  g_ptr_array_add (sources, valija_stored_source_new (test_find (self, inbox, "1"), bytes, "", NULL, FALSE));
  g_ptr_array_add (infos, test_info ("two", "two", 7, VALIJA_FLAG_SEEN));
  g_ptr_array_add (sources, valija_stored_source_new (here, bytes, "", NULL, FALSE));

  ids = test_await_boxed (valija_store_supersede_messages (self->store, archive, infos, sources, TRUE));
  g_assert_cmpuint (ids->len, ==, 2);
  assert_list (self, archive, "here one two");
  assert_list (self, inbox, "1* 2*");
  assert_journal (self, "a", "");

  test_await_int64 (valija_store_delete_messages (self->store, (const gint64 *) (const void *) ids->data, ids->len));
  assert_list (self, archive, "here");
  test_check (self);
}

/* What a server has, by its name there: also before a round has listed it, and then it is not shown. */
static void
test_delete_remote (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  gint64 inbox;

  make_folders (self);
  inbox = test_folder (self, "a", "INBOX");
  g_ptr_array_add (names, (char *) "2");
  g_ptr_array_add (names, (char *) "7");
  test_await (valija_store_delete_remote (self->store, inbox, names));

  assert_list (self, inbox, "1*");
  assert_journal (self, "a", "delete INBOX 2; delete INBOX 7");
  test_sync (self, inbox, test_added ("7 8", 0));
  assert_list (self, inbox, "1* 8*");
  test_check (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/copy/original-stays", test_original_stays);
  g_test_add_func ("/store/copy/original-goes", test_original_goes);
  g_test_add_func ("/store/copy/draft", test_draft);
  g_test_add_func ("/store/copy/dropped", test_dropped);
  g_test_add_func ("/store/copy/here", test_here);
  g_test_add_func ("/store/copy/delete-remote", test_delete_remote);

  return g_test_run ();
}
