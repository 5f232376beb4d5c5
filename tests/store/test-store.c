/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"

static void
test_smoke (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *list = NULL;
  g_autofree char *found = NULL;
  g_autofree char *journal = NULL;
  gint64 inbox, id;

  test_write_folders (self, "a", FALSE, "INBOX Archive");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1 2 3", 0));
  id = test_find (self, inbox, "2");
  g_assert_cmpint (test_await_int64 (valija_store_change_flags (self->store, &id, 1, VALIJA_FLAG_SEEN, 0)), ==, 1);
  list = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (list, ==, "1* 2 3*");
  journal = test_journal (self, "a");
  g_assert_cmpstr (journal, ==, "flags INBOX 2");
  found = test_search (self, "nunez");
  g_assert_cmpstr (found, ==, "3 2 1");
  test_check (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/smoke", test_smoke);

  return g_test_run ();
}
