/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"

static gint64
add (TestStore *self,
     gint64     not_before)
{
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new ("me@example.org");
  g_autoptr(GBytes) source = g_bytes_new_static ("To: a\r\n\r\nhi", 11);
  g_autoptr(GBytes) copy = g_bytes_new_static ("To: a\r\nBcc: c\r\n\r\nhi", 19);

  g_ptr_array_add (envelope->recipients, g_strdup ("a@example.org"));
  g_ptr_array_add (envelope->recipients, g_strdup ("b@example.org"));
  g_ptr_array_add (envelope->recipients, g_strdup ("c@example.org"));
  envelope->delivery_receipt = TRUE;
  envelope->envelope_id = g_strdup ("QQ314159");

  return test_await_int64 (valija_store_add_outbox (self->store, "a", envelope, "hi", "A, B", "1@example.org",
                                                    source, copy, not_before));
}

static ValijaStoredOutbox *
first (GPtrArray *items)
{
  g_assert_cmpuint (items->len, >, 0);

  return g_ptr_array_index (items, 0);
}

static char *
recipients (TestStore *self,
            gint64     id)
{
  g_autoptr(ValijaEnvelope) envelope = test_await_boxed (valija_store_load_outbox_envelope (self->store, id));

  g_assert_cmpstr (envelope->sender, ==, "me@example.org");
  g_assert_true (envelope->delivery_receipt);
  g_assert_cmpstr (envelope->envelope_id, ==, "QQ314159");
  g_ptr_array_add (envelope->recipients, NULL);

  return g_strjoinv (" ", (char **) envelope->recipients->pdata);
}

static void
test_item (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) items = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GBytes) copy = NULL;
  g_autofree char *all = NULL;
  ValijaStoredOutbox *item;
  gint64 id = add (self, 17);

  add (self, 0);
  test_store_close (self);
  test_store_open (self);

  items = test_await_boxed (valija_store_list_outbox (self->store));
  g_assert_cmpuint (items->len, ==, 2);
  item = first (items);
  g_assert_cmpint (item->id, ==, id);
  g_assert_cmpstr (item->account, ==, "a");
  g_assert_cmpstr (item->subject, ==, "hi");
  g_assert_cmpstr (item->recipients, ==, "A, B");
  g_assert_cmpint (item->state, ==, VALIJA_OUTBOX_PENDING);
  g_assert_null (item->words);
  g_assert_cmpint (item->date, >, 0);
  g_assert_cmpint (item->not_before, ==, 17);
  g_assert_cmpuint (item->attempts, ==, 0);
  g_assert_cmpstr (item->message_id, ==, "1@example.org");

  source = test_await_boxed (valija_store_load_outbox_source (self->store, id));
  g_assert_cmpuint (g_bytes_get_size (source), ==, 11);
  copy = test_await_boxed (valija_store_load_outbox_copy (self->store, id));
  g_assert_cmpuint (g_bytes_get_size (copy), ==, 19);
  all = recipients (self, id);
  g_assert_cmpstr (all, ==, "a@example.org b@example.org c@example.org");
}

static void
test_states (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) remaining = g_ptr_array_new ();
  g_autoptr(GPtrArray) items = NULL;
  g_autofree char *rest = NULL;
  g_autofree char *same = NULL;
  gint64 id = add (self, 0);

  test_await (valija_store_set_outbox_state (self->store, id, VALIJA_OUTBOX_PENDING,
                                             VALIJA_OUTBOX_SENDING, NULL, 0, NULL));
  g_ptr_array_add (remaining, (char *) "b@example.org");
  test_await (valija_store_set_outbox_state (self->store, id, VALIJA_OUTBOX_SENDING,
                                             VALIJA_OUTBOX_ERROR, "550 no such user", 99, remaining));
  rest = recipients (self, id);
  g_assert_cmpstr (rest, ==, "b@example.org");
  test_await (valija_store_set_outbox_state (self->store, id, VALIJA_OUTBOX_ERROR,
                                             VALIJA_OUTBOX_PENDING, "550 no such user", 100, NULL));
  same = recipients (self, id);
  g_assert_cmpstr (same, ==, "b@example.org");

  items = test_await_boxed (valija_store_list_outbox (self->store));
  g_assert_cmpint (first (items)->state, ==, VALIJA_OUTBOX_PENDING);
  g_assert_cmpstr (first (items)->words, ==, "550 no such user");
  g_assert_cmpint (first (items)->not_before, ==, 100);
  g_assert_cmpuint (first (items)->attempts, ==, 1);

  test_await (valija_store_remove_outbox (self->store, id));
  test_await (valija_store_remove_outbox (self->store, id));
  test_await_error (valija_store_set_outbox_state (self->store, id, VALIJA_OUTBOX_SENDING,
                                                   VALIJA_OUTBOX_SENT, NULL, 0, NULL),
                    VALIJA_ERROR_NOT_FOUND);
  test_await_error (valija_store_load_outbox_source (self->store, id), VALIJA_ERROR_NOT_FOUND);
  test_await_error (valija_store_load_outbox_copy (self->store, id), VALIJA_ERROR_NOT_FOUND);
  test_await_error (valija_store_load_outbox_envelope (self->store, id), VALIJA_ERROR_NOT_FOUND);
  g_assert_cmpint (test_sql (self, "data/local.db",
                             "SELECT (SELECT count(*) FROM outbox_source) + (SELECT count(*) FROM outbox_recipient)"),
                   ==, 0);
}

/* What was being sent may have been sent: only the user can say that it is to be sent again. */
static void
test_uncertain (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) items = NULL;
  gint64 sending = add (self, 0);
  gint64 sent = add (self, 0);

  test_await (valija_store_set_outbox_state (self->store, sending, VALIJA_OUTBOX_PENDING,
                                             VALIJA_OUTBOX_SENDING, NULL, 0, NULL));
  test_await (valija_store_set_outbox_state (self->store, sent, VALIJA_OUTBOX_PENDING,
                                             VALIJA_OUTBOX_SENT, "250 ok", 0, NULL));
  test_store_close (self);
  test_store_open (self);

  items = test_await_boxed (valija_store_list_outbox (self->store));
  g_assert_cmpint (first (items)->id, ==, sending);
  g_assert_cmpint (first (items)->state, ==, VALIJA_OUTBOX_UNCERTAIN);
  g_assert_nonnull (first (items)->words);
  g_assert_cmpint (((ValijaStoredOutbox *) g_ptr_array_index (items, 1))->state, ==, VALIJA_OUTBOX_SENT);
}

/* Of two that want the same item one gets it. */
static void
test_one_gets_it (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 id = add (self, 0);

  test_await (valija_store_set_outbox_state (self->store, id, VALIJA_OUTBOX_PENDING, VALIJA_OUTBOX_SENDING, NULL, 0,
                                             NULL));
  test_await_error (valija_store_set_outbox_state (self->store, id, VALIJA_OUTBOX_PENDING, VALIJA_OUTBOX_SENDING, NULL,
                                                   0, NULL),
                    VALIJA_ERROR_INVALID);
  test_await_error (valija_store_retry_outbox (self->store, id), VALIJA_ERROR_INVALID);
  test_await_error (valija_store_remove_outbox (self->store, id), VALIJA_ERROR_INVALID);
  test_await (valija_store_set_outbox_state (self->store, id, VALIJA_OUTBOX_SENDING, VALIJA_OUTBOX_SENT, NULL, 0,
                                             NULL));
  test_await_error (valija_store_retry_outbox (self->store, id), VALIJA_ERROR_INVALID);
  test_await (valija_store_remove_outbox (self->store, id));
  test_await_error (valija_store_retry_outbox (self->store, id), VALIJA_ERROR_NOT_FOUND);
}

static gint64
withdraw (TestStore *self,
          gint64     item,
          gint64     folder)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaMessageInfo) info = valija_message_info_new ("draft");
  g_autoptr(GBytes) bytes = g_bytes_new_static ("To: a\r\n\r\nhi", 11);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "hi", "hi", FALSE);
  DexFuture *future = valija_store_withdraw_outbox (self->store, item, folder, info, source);

  if (test_try (dex_ref (future), &error))
    return test_await_int64 (future);

  dex_unref (future);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);

  return 0;
}

/* In the outbox or among the drafts, at each moment, and never in both. */
static void
test_withdrawn (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) items = NULL;
  gint64 drafts = test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_DRAFTS,
                                                                       "Drafts"));
  gint64 waiting = add (self, 0);
  gint64 sending = add (self, 0);

  test_await (valija_store_set_outbox_state (self->store, sending, VALIJA_OUTBOX_PENDING, VALIJA_OUTBOX_SENDING, NULL,
                                             0, NULL));
  g_assert_cmpint (withdraw (self, sending, drafts), ==, 0);
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM message"), ==, 0);
  test_await (valija_store_set_outbox_state (self->store, sending, VALIJA_OUTBOX_SENDING, VALIJA_OUTBOX_SENT, NULL, 0,
                                             NULL));
  g_assert_cmpint (withdraw (self, sending, drafts), ==, 0);
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM message"), ==, 0);

  g_assert_cmpint (withdraw (self, waiting, drafts), <, 0);
  items = test_await_boxed (valija_store_list_outbox (self->store));
  g_assert_cmpuint (items->len, ==, 1);
  g_assert_cmpint (first (items)->id, ==, sending);
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM message WHERE has_source"), ==, 1);
}

static void
test_account_removed (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) items = NULL;

  add (self, 0);
  test_await (valija_store_remove_account (self->store, "a", FALSE));
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM outbox"), ==, 1);
  test_await (valija_store_remove_account (self->store, "a", TRUE));
  items = test_await_boxed (valija_store_list_outbox (self->store));
  g_assert_cmpuint (items->len, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/outbox/item", test_item);
  g_test_add_func ("/store/outbox/states", test_states);
  g_test_add_func ("/store/outbox/uncertain", test_uncertain);
  g_test_add_func ("/store/outbox/one-gets-it", test_one_gets_it);
  g_test_add_func ("/store/outbox/withdrawn", test_withdrawn);
  g_test_add_func ("/store/outbox/account-removed", test_account_removed);

  return g_test_run ();
}
