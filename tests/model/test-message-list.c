/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-message-list.h"

#define MANY 1000000

/* A store that answers when it is told to, and remembers what it was asked. */
typedef struct
{
  ValijaMessageList *list;
  GArray *asked;            /* of gint64 */
  guint n_calls;
  guint n_changes;
  guint position;
  guint removed;
  guint added;
} Fixture;

static void
load_cb (ValijaMessageList *list,
         const gint64      *ids,
         guint              n_ids,
         gpointer           user_data)
{
  Fixture *fixture = user_data;

  fixture->n_calls++;
  g_array_append_vals (fixture->asked, ids, n_ids);
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  Fixture *fixture = user_data;

  fixture->n_changes++;
  fixture->position = position;
  fixture->removed = removed;
  fixture->added = added;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->asked = g_array_new (FALSE, FALSE, sizeof (gint64));
  fixture->list = valija_message_list_new (load_cb, fixture, NULL);
  g_signal_connect (fixture->list, "items-changed", G_CALLBACK (items_changed_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_finalize_object (g_steal_pointer (&fixture->list));
  g_array_unref (fixture->asked);
}

static void
turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* @first, @first - 1, … as a folder with the newest message on top has it */
static GArray *
descending (gint64 first,
            guint  n)
{
  GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n);

  for (guint i = 0; i < n; i++)
    {
      gint64 id = first - i;

      g_array_append_val (ids, id);
    }

  return ids;
}

static void
answer (Fixture    *fixture,
        const char *subject)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);
  g_autoptr(GHashTable) folders = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  g_autoptr(ValijaAccount) account = valija_account_new ("imap");
  gint64 folder_id = 7;

  g_hash_table_insert (folders, g_memdup2 (&folder_id, sizeof folder_id), valija_folder_new (account, folder_id));

  for (guint i = 0; i < fixture->asked->len; i++)
    {
      ValijaMessageRow *row = valija_message_row_new ();

      row->id = g_array_index (fixture->asked, gint64, i);
      row->folder_id = folder_id;
      row->subject = g_strdup_printf ("%s %" G_GINT64_FORMAT, subject, row->id);
      g_ptr_array_add (rows, row);
    }

  g_array_set_size (fixture->asked, 0);
  valija_message_list_take_rows (fixture->list, rows, folders);
}

static guint
get_n_unloaded (Fixture *fixture)
{
  guint n_unloaded;

  g_object_get (fixture->list, "n-unloaded", &n_unloaded, NULL);

  return n_unloaded;
}

static void
assert_change (Fixture *fixture,
               guint    position,
               guint    removed,
               guint    added)
{
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  g_assert_cmpuint (fixture->position, ==, position);
  g_assert_cmpuint (fixture->removed, ==, removed);
  g_assert_cmpuint (fixture->added, ==, added);
  fixture->n_changes = 0;
}

static void
test_empty (Fixture      *fixture,
            gconstpointer data)
{
  g_assert_false (valija_message_list_get_ready (fixture->list));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->list)), ==, 0);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (fixture->list), 0));
  g_assert_cmpint (valija_message_list_get_id (fixture->list, 0), ==, 0);

  valija_message_list_set_ids (fixture->list, descending (0, 0));
  g_assert_true (valija_message_list_get_ready (fixture->list));
  g_assert_cmpuint (fixture->n_changes, ==, 0);
}

static GPtrArray *
make_rows (gint64 first,
           guint  n)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);

  for (guint i = 0; i < n; i++)
    {
      ValijaMessageRow *row = valija_message_row_new ();

      row->id = first - i;
      row->folder_id = 7;
      g_ptr_array_add (rows, row);
    }

  return rows;
}

/* A view gets a few of them first, and all the same what comes and goes meanwhile. */
static void
test_limit (Fixture      *fixture,
            gconstpointer data)
{
  valija_message_list_limit (fixture->list, 10);
  valija_message_list_set_ids (fixture->list, descending (1000, 100));
  assert_change (fixture, 0, 0, 10);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->list)), ==, 10);
  g_assert_cmpuint (valija_message_list_get_length (fixture->list), ==, 100);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (fixture->list), 10));
  g_assert_cmpuint (valija_message_list_find (fixture->list, 901), ==, 99);

  valija_message_list_limit (fixture->list, 16);
  assert_change (fixture, 10, 0, 6);

  valija_message_list_set_ids (fixture->list, descending (1000, 200));
  g_assert_cmpuint (fixture->n_changes, ==, 0);
  valija_message_list_set_ids (fixture->list, descending (1001, 201));
  assert_change (fixture, 0, 16, 16);
  valija_message_list_set_ids (fixture->list, descending (1001, 5));
  assert_change (fixture, 5, 11, 0);
  valija_message_list_set_ids (fixture->list, descending (1001, 201));
  assert_change (fixture, 5, 0, 11);

  valija_message_list_limit (fixture->list, G_MAXUINT);
  assert_change (fixture, 16, 0, 185);
}

/* What is known of the first rows before they are in the list is not asked for. */
static void
test_first_rows (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr(GPtrArray) rows = make_rows (1000, 70);
  g_autoptr(GHashTable) folders = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_object_unref);
  g_autoptr(ValijaAccount) account = valija_account_new ("imap");
  g_autoptr(ValijaMessage) first = NULL;
  g_autoptr(ValijaMessage) far = NULL;
  gint64 folder_id = 7;

  g_hash_table_insert (folders, &folder_id, valija_folder_new (account, folder_id));
  valija_message_list_take_first (fixture->list, rows, folders);
  valija_message_list_set_ids (fixture->list, descending (1000, 500));
  first = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  g_assert_true (valija_message_get_loaded (first));
  g_assert_cmpuint (get_n_unloaded (fixture), ==, 0);

  far = g_list_model_get_item (G_LIST_MODEL (fixture->list), 100);
  g_assert_false (valija_message_get_loaded (far));
  turn ();
  g_assert_cmpuint (fixture->n_calls, ==, 1);
  g_assert_cmpuint (fixture->asked->len, ==, 58);
  g_assert_cmpint (g_array_index (fixture->asked, gint64, 0), ==, 900);
}

static void
test_pages (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr(ValijaMessage) first = NULL;
  g_autoptr(ValijaMessage) again = NULL;
  g_autoptr(ValijaMessage) far = NULL;

  valija_message_list_set_ids (fixture->list, descending (1000, 1000));
  assert_change (fixture, 0, 0, 1000);

  first = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  again = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  far = g_list_model_get_item (G_LIST_MODEL (fixture->list), 999);
  g_assert_true (first == again);
  g_assert_cmpint (valija_message_get_id (first), ==, 1000);
  g_assert_cmpint (valija_message_get_id (far), ==, 1);
  g_assert_false (valija_message_get_loaded (first));
  g_assert_false (valija_message_get_unread (first));

  /* Nothing is asked within the turn; then it is all one question: a page of 64, and the last one of 40 */
  g_assert_cmpuint (fixture->n_calls, ==, 0);
  turn ();
  g_assert_cmpuint (fixture->n_calls, ==, 1);
  g_assert_cmpuint (fixture->asked->len, ==, 64 + 40);
  g_assert_cmpuint (get_n_unloaded (fixture), ==, 2);

  answer (fixture, "Row");
  g_assert_cmpuint (get_n_unloaded (fixture), ==, 0);
  g_assert_true (valija_message_get_loaded (first));
  g_assert_cmpstr (valija_message_get_subject (first), ==, "Row 1000");
  g_assert_cmpint (valija_folder_get_id (valija_message_get_folder (first)), ==, 7);

  /* The neighbours came along */
  g_clear_object (&again);
  again = g_list_model_get_item (G_LIST_MODEL (fixture->list), 63);
  g_assert_true (valija_message_get_loaded (again));
  turn ();
  g_assert_cmpuint (fixture->n_calls, ==, 1);
}

static void
test_splice (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr(ValijaMessage) kept = NULL;
  g_autoptr(ValijaMessage) after = NULL;
  GArray *ids;

  valija_message_list_set_ids (fixture->list, descending (1000, 1000));
  fixture->n_changes = 0;
  kept = g_list_model_get_item (G_LIST_MODEL (fixture->list), 10);

  valija_message_list_set_ids (fixture->list, descending (1000, 1000));
  g_assert_cmpuint (fixture->n_changes, ==, 0);

  /* New on top */
  valija_message_list_set_ids (fixture->list, descending (1003, 1003));
  assert_change (fixture, 0, 0, 3);

  /* One gone in the middle */
  ids = descending (1003, 1003);
  g_array_remove_index (ids, 500);
  valija_message_list_set_ids (fixture->list, ids);
  assert_change (fixture, 500, 1, 0);

  /* The end gone */
  ids = descending (1003, 900);
  g_array_remove_index (ids, 500);
  valija_message_list_set_ids (fixture->list, ids);
  assert_change (fixture, 899, 103, 0);

  /* Two places at once are one splice of what lies between */
  ids = descending (1003, 900);
  g_array_remove_index (ids, 20);
  valija_message_list_set_ids (fixture->list, ids);
  assert_change (fixture, 20, 480, 480);

  after = g_list_model_get_item (G_LIST_MODEL (fixture->list), 13);
  g_assert_true (kept == after);
  g_assert_cmpuint (valija_message_list_find (fixture->list, 990), ==, 13);
  g_assert_cmpuint (valija_message_list_find (fixture->list, 5000), ==, G_MAXUINT);

  valija_message_list_set_ids (fixture->list, descending (0, 0));
  assert_change (fixture, 0, 899, 0);
}

static void
test_gone_while_loading (Fixture      *fixture,
                         gconstpointer data)
{
  g_autoptr(ValijaMessage) shown = NULL;
  g_autoptr(ValijaMessage) back = NULL;

  valija_message_list_set_ids (fixture->list, descending (10, 10));
  shown = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  turn ();
  g_assert_cmpuint (get_n_unloaded (fixture), ==, 1);

  /* Nobody will answer for what is not there any more */
  valija_message_list_set_ids (fixture->list, descending (0, 0));
  g_assert_cmpuint (get_n_unloaded (fixture), ==, 0);

  /* An undone removal asks anew */
  g_array_set_size (fixture->asked, 0);
  valija_message_list_set_ids (fixture->list, descending (10, 10));
  back = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  g_assert_true (back == shown);
  turn ();
  g_assert_cmpuint (fixture->asked->len, ==, 1);
  answer (fixture, "Back");
  g_assert_cmpstr (valija_message_get_subject (shown), ==, "Back 10");
}

static void
test_invalidate (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr(ValijaMessage) shown = NULL;
  g_autoptr(ValijaMessage) other = NULL;
  const gint64 id = 100;

  valija_message_list_set_ids (fixture->list, descending (100, 100));
  shown = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  turn ();
  answer (fixture, "Old");

  valija_message_list_invalidate (fixture->list, &id, 1);
  turn ();
  g_assert_cmpuint (fixture->asked->len, ==, 1);
  answer (fixture, "New");
  g_assert_cmpstr (valija_message_get_subject (shown), ==, "New 100");

  /* All: the one shown is loaded again, the others are forgotten */
  valija_message_list_invalidate (fixture->list, NULL, 0);
  turn ();
  g_assert_cmpuint (fixture->asked->len, ==, 1);
  answer (fixture, "Newest");
  g_assert_cmpstr (valija_message_get_subject (shown), ==, "Newest 100");

  other = g_list_model_get_item (G_LIST_MODEL (fixture->list), 1);
  g_assert_false (valija_message_get_loaded (other));
}

static void
test_changed_while_loading (Fixture      *fixture,
                            gconstpointer data)
{
  g_autoptr(ValijaMessage) shown = NULL;
  const gint64 id = 1;

  valija_message_list_set_ids (fixture->list, descending (1, 1));
  shown = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  turn ();
  valija_message_list_invalidate (fixture->list, &id, 1);
  answer (fixture, "Stale");
  g_assert_cmpuint (get_n_unloaded (fixture), ==, 1);

  turn ();
  answer (fixture, "Fresh");
  g_assert_cmpuint (get_n_unloaded (fixture), ==, 0);
  g_assert_cmpstr (valija_message_get_subject (shown), ==, "Fresh 1");
}

static void
test_bounded (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr(ValijaMessage) first = NULL;
  guint loaded = 0;

  valija_message_list_set_ids (fixture->list, descending (10000, 10000));

  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr(ValijaMessage) message = g_list_model_get_item (G_LIST_MODEL (fixture->list), i);

      if (i % 64 == 63)
        {
          turn ();
          loaded += fixture->asked->len;
          answer (fixture, "Row");
        }
    }

  g_assert_cmpuint (loaded, ==, 10000 - 10000 % 64);

  /* The beginning was let go, and nobody waits for it */
  first = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  g_assert_false (valija_message_get_loaded (first));
}

static void
test_million (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr(ValijaMessage) shown = NULL;
  GArray *ids = descending (MANY, MANY);
  GArray *more = descending (MANY + 1, MANY + 1);
  gint64 start = g_get_monotonic_time ();
  double seconds;

  valija_message_list_set_ids (fixture->list, ids);
  shown = g_list_model_get_item (G_LIST_MODEL (fixture->list), MANY / 2);
  valija_message_list_set_ids (fixture->list, more);
  g_assert_cmpuint (valija_message_list_find (fixture->list, 1), ==, MANY);
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;

  g_assert_cmpuint (fixture->position, ==, 0);
  g_assert_cmpuint (fixture->added, ==, 1);
  g_assert_cmpuint (fixture->removed, ==, 0);
  g_test_minimized_result (seconds, "a new message in a list of a million: %.1f ms", seconds * 1000);
}

static void
test_outlived (void)
{
  Fixture fixture = { NULL, };
  g_autoptr(ValijaMessage) message = NULL;

  set_up (&fixture, NULL);
  valija_message_list_set_ids (fixture.list, descending (100, 100));
  message = g_list_model_get_item (G_LIST_MODEL (fixture.list), 5);

  /* With a question still to be asked */
  tear_down (&fixture, NULL);
  turn ();
  g_assert_cmpuint (fixture.n_calls, ==, 0);
  g_assert_cmpint (valija_message_get_id (message), ==, 95);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

/* A row that stands for a conversation is known by its key, and may become another message. */
static void
test_conversation (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr(GHashTable) folders = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr(ValijaMessage) message = NULL;

  valija_message_list_set_conversations (fixture->list);
  valija_message_list_set_ids (fixture->list, descending (7, 1));
  message = g_list_model_get_item (G_LIST_MODEL (fixture->list), 0);
  g_assert_cmpint (valija_message_get_id (message), ==, 0);
  turn ();
  g_assert_cmpint (g_array_index (fixture->asked, gint64, 0), ==, 7);

  for (guint n = 1; n <= 2; n++)
    {
      g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);
      ValijaMessageRow *row = valija_message_row_new ();

      row->id = 100 + n;
      row->conversation = 7;
      row->n_messages = n;
      row->members = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_array_append_val (row->members, row->id);
      g_ptr_array_add (rows, row);
      valija_message_list_take_rows (fixture->list, rows, folders);

      g_assert_cmpint (valija_message_get_key (message), ==, 7);
      g_assert_cmpint (valija_message_get_id (message), ==, 100 + n);
      g_assert_cmpuint (valija_message_get_n_messages (message), ==, n);
      g_assert_cmpuint (valija_message_list_find (fixture->list, valija_message_get_key (message)), ==, 0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/model/message-list/empty", test_empty);
  ADD ("/model/message-list/limit", test_limit);
  ADD ("/model/message-list/first-rows", test_first_rows);
  ADD ("/model/message-list/pages", test_pages);
  ADD ("/model/message-list/splice", test_splice);
  ADD ("/model/message-list/gone-while-loading", test_gone_while_loading);
  ADD ("/model/message-list/invalidate", test_invalidate);
  ADD ("/model/message-list/changed-while-loading", test_changed_while_loading);
  ADD ("/model/message-list/bounded", test_bounded);
  ADD ("/model/message-list/million", test_million);
  ADD ("/model/message-list/conversation", test_conversation);
  g_test_add_func ("/model/message-list/outlived", test_outlived);

  return g_test_run ();
}
