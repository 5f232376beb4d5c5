/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The journal's overlay: tables of what the user and the server do, in which order, and what is
 * seen and still to be done in the end.
 *
 * The user: seen 1,2 · unseen 1 · star 1 · label 1 Work · unlabel 1 Work · move 1,2 Archive · copy 1,2 Archive ·
 * delete 1 · undo 2 (the 2nd line)
 * The server: add INBOX 4 · flags INBOX 1 seen · labels INBOX 1 Work,Later (- for none) · gone INBOX 1 · relist INBOX
 * 1,2 (a whole round, begun anew) · relist INBOX - (of nothing) The replay, of the first line: done · done 11,12
 * (new remote ids) · fail · give-up This computer: reopen · lose-cache */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"
#include "store/valija-store-schema.h"

#include <glib/gstdio.h>

#define ACCOUNT "a"

typedef struct
{
  const char *name;
  const char *steps;
  const char *seen;         /* INBOX | Archive | Trash */
  const char *journal;
} Case;

typedef struct
{
  TestStore *store;
  GHashTable *ids;          /* subject -> gint64 *, also of what is no longer shown */
} World;

static const char * const folders[] = { "INBOX", "Archive", "Trash" };

static gint64
folder_of (World      *world,
           const char *name)
{
  return test_folder (world->store, ACCOUNT, name);
}

static void
learn (World *world)
{
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      gint64 folder = folder_of (world, folders[i]);
      g_autoptr(GArray) ids =
          test_await_boxed (valija_store_load_index (world->store->store, &folder, 1, FALSE, VALIJA_LIST_ALL, 0));
      g_autoptr(GPtrArray) rows = test_await_boxed (valija_store_load_rows (world->store->store,
                                                                           (gint64 *) (gpointer) ids->data, ids->len));

      for (guint j = 0; j < rows->len; j++)
        {
          ValijaMessageRow *row = g_ptr_array_index (rows, j);

          g_hash_table_replace (world->ids, g_strdup (row->subject), g_memdup2 (&row->id, sizeof row->id));
        }
    }
}

static GArray *
ids_of (World      *world,
        const char *subjects)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto(GStrv) names = g_strsplit (subjects, ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      gint64 *id = g_hash_table_lookup (world->ids, names[i]);

      g_assert_nonnull (id);
      g_array_append_val (ids, *id);
    }

  return ids;
}

static gint64
line_at (World *world,
         guint  position)
{
  g_autoptr(GPtrArray) operations = test_await_boxed (valija_store_list_operations (world->store->store, ACCOUNT));

  g_assert_cmpuint (operations->len, >, position);

  return ((ValijaOperation *) g_ptr_array_index (operations, position))->id;
}

static ValijaFlags
parse_flags (const char *words)
{
  ValijaFlags flags = VALIJA_FLAG_NONE;

  g_assert_true (valija_flags_from_string (words != NULL ? words : "", &flags));

  return flags;
}

static void
do_server (World *world,
           char **step)
{
  gint64 folder = folder_of (world, step[1]);
  g_autofree char *remote_ids = g_strdelimit (g_strdup (step[2]), ",", ' ');
  g_autoptr(ValijaChanges) changes = NULL;
  g_auto(GStrv) names = g_strsplit (remote_ids, " ", -1);

  if (g_str_equal (step[0], "add") || g_str_equal (step[0], "relist"))
    changes = test_added (g_str_equal (remote_ids, "-") ? "" : remote_ids, parse_flags (step[3]));
  else
    changes = valija_changes_new ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (step[0], "flags"))
        g_ptr_array_add (changes->flags, valija_flags_change_new (names[i], parse_flags (step[3])));
      else if (g_str_equal (step[0], "labels"))
        {
          ValijaFlagsChange *change = valija_flags_change_new_some (names[i], 0, 0);
          g_auto(GStrv) labels = g_strsplit (g_str_equal (step[3], "-") ? "" : step[3], ",", -1);

          change->labels = valija_labels_new ((const char * const *) labels);
          g_ptr_array_add (changes->flags, change);
        }
      else if (g_str_equal (step[0], "gone"))
        g_ptr_array_add (changes->gone, g_strdup (names[i]));
    }

  changes->restart = g_str_equal (step[0], "relist");
  changes->final = TRUE;
  test_sync (world->store, folder, g_steal_pointer (&changes));
}

static void
do_user (World *world,
         char **step)
{
  ValijaStore *store = world->store->store;
  g_autoptr(GArray) array = ids_of (world, step[1]);
  const gint64 *ids = (const gint64 *) (gpointer) array->data;

  if (g_str_equal (step[0], "seen"))
    test_await_int64 (valija_store_change_flags (store, ids, array->len, VALIJA_FLAG_SEEN, 0));
  else if (g_str_equal (step[0], "unseen"))
    test_await_int64 (valija_store_change_flags (store, ids, array->len, 0, VALIJA_FLAG_SEEN));
  else if (g_str_equal (step[0], "star"))
    test_await_int64 (valija_store_change_flags (store, ids, array->len, VALIJA_FLAG_FLAGGED, 0));
  else if (g_str_equal (step[0], "label") || g_str_equal (step[0], "unlabel"))
    {
      const char *labels[] = { step[2], NULL };
      gboolean add = g_str_equal (step[0], "label");

      test_await_int64 (valija_store_change_labels (store, ids, array->len, add ? labels : NULL, add ? NULL : labels));
    }
  else if (g_str_equal (step[0], "move"))
    test_await_int64 (valija_store_move_messages (store, ids, array->len, folder_of (world, step[2])));
  else if (g_str_equal (step[0], "copy"))
    test_await_int64 (valija_store_copy_messages (store, ids, array->len, folder_of (world, step[2])));
  else if (g_str_equal (step[0], "delete"))
    test_await_int64 (valija_store_delete_messages (store, ids, array->len));
  else
    g_assert_not_reached ();
}

static void
lose_cache (World *world)
{
  g_autofree char *path = test_store_path (world->store, "cache");

  test_store_close (world->store);
  test_remove (path);
  test_store_open (world->store);
  test_write_folders (world->store, ACCOUNT, FALSE, "INBOX Archive Trash");
}

static void
do_step (World      *world,
         const char *text)
{
  ValijaStore *store = world->store->store;
  g_auto(GStrv) step = g_strsplit (text, " ", -1);

  if (g_str_equal (step[0], "done"))
    {
      g_auto(GStrv) names = step[1] != NULL ? g_strsplit (step[1], ",", -1) : NULL;
      g_autoptr(GPtrArray) remote_ids = g_ptr_array_new ();

      for (guint i = 0; names != NULL && names[i] != NULL; i++)
        g_ptr_array_add (remote_ids, names[i]);
      test_await (valija_store_finish_operation (store, line_at (world, 0), names != NULL ? remote_ids : NULL));
    }
  else if (g_str_equal (step[0], "fail"))
    test_await (valija_store_fail_operation (store, line_at (world, 0), "no", FALSE));
  else if (g_str_equal (step[0], "give-up"))
    test_await (valija_store_fail_operation (store, line_at (world, 0), "no", TRUE));
  else if (g_str_equal (step[0], "undo"))
    test_await (valija_store_undo_operation (store, line_at (world, g_ascii_strtoull (step[1], NULL, 10) - 1)));
  else if (g_str_equal (step[0], "reopen"))
    {
      test_store_close (world->store);
      test_store_open (world->store);
    }
  else if (g_str_equal (step[0], "lose-cache"))
    lose_cache (world);
  else if (step[1] != NULL && g_ascii_isdigit (step[1][0]))
    do_user (world, step);
  else
    do_server (world, step);

  learn (world);
}

static char *
see (World *world)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      gint64 folder = folder_of (world, folders[i]);
      g_autofree char *list = test_list (world->store, folder, VALIJA_LIST_ALL);

      g_string_append_printf (text, "%s%s", i > 0 ? " | " : "", list);
    }

  return g_string_free (text, FALSE);
}

/* Everything begins with 1, 2 and 3 unread in INBOX. */
static const Case cases[] = {
  { "flags-shown-at-once", "seen 1", "1 2* 3* |  | ", "flags INBOX 1" },
  { "flags-over-server", "seen 1; flags INBOX 1 flagged", "1! 2* 3* |  | ", "flags INBOX 1" },
  { "flags-over-relist", "seen 1; relist INBOX 1,2,3", "1 2* 3* |  | ", "flags INBOX 1" },
  { "flags-done", "seen 1; done", "1 2* 3* |  | ", "" },
  { "flags-done-then-server", "seen 1; done; flags INBOX 1 seen,flagged", "1! 2* 3* |  | ", "" },
  { "flags-done-then-unread-elsewhere", "seen 1; done; flags INBOX 1", "1* 2* 3* |  | ", "" },
  { "flags-failed-stay", "seen 1; fail; flags INBOX 1", "1 2* 3* |  | ", "flags INBOX 1" },
  { "flags-given-up", "seen 1; give-up", "1* 2* 3* |  | ", "" },
  { "flags-given-up-keeps-server", "seen 1; flags INBOX 1 flagged; give-up", "1*! 2* 3* |  | ", "" },
  { "flags-undone", "seen 1; undo 1", "1* 2* 3* |  | ", "" },
  { "flags-undo-first-of-two", "seen 1; unseen 1; undo 1", "1* 2* 3* |  | ", "flags INBOX 1" },
  { "flags-undo-second-of-two", "seen 1; unseen 1; undo 2", "1 2* 3* |  | ", "flags INBOX 1" },
  { "flags-first-of-two-done", "seen 1; unseen 1; done", "1* 2* 3* |  | ", "flags INBOX 1" },
  { "flags-both-done", "seen 1; unseen 1; done; done", "1* 2* 3* |  | ", "" },
  { "flags-without-effect", "seen 1; done; seen 1", "1 2* 3* |  | ", "" },
  { "flags-some-without-effect", "seen 1; seen 1,2", "1 2 3* |  | ", "flags INBOX 1; flags INBOX 2" },
  { "flags-gone", "seen 1; gone INBOX 1", "2* 3* |  | ", "flags INBOX 1" },
  { "flags-gone-and-back", "seen 1; gone INBOX 1; add INBOX 1", "1 2* 3* |  | ", "flags INBOX 1" },
  { "flags-gone-done", "seen 1; gone INBOX 1; done", "2* 3* |  | ", "" },
  { "flags-unlisted", "seen 1; relist INBOX 2,3", "2* 3* |  | ", "flags INBOX 1" },

  { "label-shown-at-once", "label 1 Work", "1*#Work 2* 3* |  | ", "labels INBOX 1" },
  { "label-sorted-and-once", "labels INBOX 1 work,Later; label 1 Work; label 1 Ácido",
    "1*#Later#work#Ácido 2* 3* |  | ", "labels INBOX 1" },
  { "label-over-server", "label 1 Work; labels INBOX 1 Later", "1*#Later#Work 2* 3* |  | ", "labels INBOX 1" },
  { "label-of-server-stays-by-flags", "labels INBOX 1 Work; flags INBOX 1 seen", "1#Work 2* 3* |  | ", "" },
  { "label-of-server-goes", "labels INBOX 1 Work; labels INBOX 1 -", "1* 2* 3* |  | ", "" },
  { "label-not-told-by-relist", "labels INBOX 1 Work; relist INBOX 1,2,3", "1*#Work 2* 3* |  | ", "" },
  { "label-added-elsewhere-stays", "label 1 Work; labels INBOX 1 Theirs; done", "1*#Theirs#Work 2* 3* |  | ", "" },
  { "label-removed-elsewhere-stays-so", "labels INBOX 1 A,B; unlabel 1 A; labels INBOX 1 A; done",
    "1* 2* 3* |  | ", "" },
  { "label-done", "label 1 Work; done", "1*#Work 2* 3* |  | ", "" },
  { "label-given-up", "label 1 Work; give-up", "1* 2* 3* |  | ", "" },
  { "label-undone", "labels INBOX 1 A; unlabel 1 A; undo 1", "1*#A 2* 3* |  | ", "" },
  { "label-without-effect", "labels INBOX 1 A; label 1 a; unlabel 1 B", "1*#A 2* 3* |  | ", "" },
  { "label-and-flags", "label 1,2 Work; seen 1; done", "1#Work 2*#Work 3* |  | ", "flags INBOX 1" },
  { "label-carried-by-move", "label 1 Work; move 1 Archive", "2* 3* | 1*#Work | ",
    "labels INBOX 1; move INBOX>Archive 1" },
  { "label-carried-by-move-done", "label 1 Work; move 1 Archive; done; done 11", "2* 3* | 1*#Work | ", "" },
  { "label-behind-move", "move 1 Archive; label 1 Work; done 11", "2* 3* | 1*#Work | ", "labels Archive 11" },
  { "label-behind-move-undone", "move 1 Archive; label 1 Work; undo 1", "1*#Work 2* 3* |  | ", "labels INBOX 1" },
  { "label-over-lost-cache", "label 1 Work; lose-cache; add INBOX 1,2,3", "1*#Work 2* 3* |  | ", "labels INBOX 1" },
  { "label-reopened", "label 1 Work; reopen", "1*#Work 2* 3* |  | ", "labels INBOX 1" },

  { "move-shown-at-once", "move 1 Archive", "2* 3* | 1* | ", "move INBOX>Archive 1" },
  { "move-not-back-by-sync", "move 1 Archive; add INBOX 1", "2* 3* | 1* | ", "move INBOX>Archive 1" },
  { "move-not-back-by-relist", "move 1 Archive; relist INBOX 1,2,3", "2* 3* | 1* | ", "move INBOX>Archive 1" },
  { "move-server-flags", "move 1 Archive; flags INBOX 1 seen", "2* 3* | 1 | ", "move INBOX>Archive 1" },
  { "move-done", "move 1 Archive; done 11", "2* 3* | 1* | ", "" },
  { "move-done-then-sync", "move 1 Archive; done 11; gone INBOX 1; flags Archive 11 seen", "2* 3* | 1 | ", "" },
  { "move-done-then-relist", "move 1 Archive; done 11; relist INBOX 2,3; relist Archive 11", "2* 3* | 11* | ", "" },
  { "move-done-unknown", "move 1 Archive; done", "2* 3* |  | ", "" },
  { "move-done-unknown-then-sync", "move 1 Archive; done; gone INBOX 1; add Archive 11", "2* 3* | 11* | ", "" },
  { "move-gone-before-done", "move 1 Archive; gone INBOX 1; done 11", "2* 3* | 1* | ", "" },
  { "move-gone-stays-shown", "move 1 Archive; gone INBOX 1", "2* 3* | 1* | ", "move INBOX>Archive 1" },
  { "move-gone-given-up", "move 1 Archive; gone INBOX 1; give-up", "2* 3* |  | ", "" },
  { "move-unlisted-undone", "move 1 Archive; relist INBOX 2,3; undo 1", "2* 3* |  | ", "" },
  { "move-gone-and-back", "move 1 Archive; gone INBOX 1; add INBOX 1; undo 1", "1* 2* 3* |  | ", "" },
  { "move-twin-before-done", "move 1 Archive; add Archive 11; done 11", "2* 3* | 1* | ", "" },
  { "move-given-up", "move 1 Archive; give-up", "1* 2* 3* |  | ", "" },
  { "move-undone", "move 1 Archive; undo 1", "1* 2* 3* |  | ", "" },
  { "move-several", "move 1,2,3 Archive; done 11,,13", " | 1* 3* | ", "" },
  { "move-two-to-one-name", "move 1,2 Archive; done 11,11; add Archive 12", "3* | 12* | ", "" },
  { "move-nowhere", "move 1 INBOX", "1* 2* 3* |  | ", "" },

  { "move-twice", "move 1 Archive; move 1 Trash", "2* 3* |  | 1*", "move INBOX>Archive 1; move Archive>Trash " },
  { "move-twice-first-done", "move 1 Archive; move 1 Trash; done 11", "2* 3* |  | 1*", "move Archive>Trash 11" },
  { "move-twice-both-done", "move 1 Archive; move 1 Trash; done 11; done 21", "2* 3* |  | 1*", "" },
  { "move-twice-undo-first", "move 1 Archive; move 1 Trash; undo 1", "2* 3* |  | 1*", "move INBOX>Trash 1" },
  { "move-twice-undo-second", "move 1 Archive; move 1 Trash; undo 2", "2* 3* | 1* | ", "move INBOX>Archive 1" },
  { "move-twice-first-unknown", "move 1 Archive; move 1 Trash; done", "2* 3* |  | ", "" },
  { "move-and-back", "move 1 Archive; move 1 INBOX", "1* 2* 3* |  | ", "move INBOX>Archive 1; move Archive>INBOX " },
  { "move-and-back-done", "move 1 Archive; move 1 INBOX; done 11; done 4", "1* 2* 3* |  | ", "" },
  { "move-and-back-undo-first", "move 1 Archive; move 1 INBOX; undo 1", "1* 2* 3* |  | ", "" },
  { "move-back-undo-then-flags", "move 1 Archive; move 1 INBOX; seen 1; undo 1", "1 2* 3* |  | ", "flags INBOX 1" },
  { "move-thrice-undo-first", "move 1 Archive; move 1 Trash; move 1 INBOX; undo 1; done 21", "1* 2* 3* |  | ",
    "move Trash>INBOX 21" },
  { "move-part-undone", "move 1,2 Archive; add Archive 9; move 1,9 Trash; undo 1", "2* 3* |  | 1* 9*",
    "move Archive>Trash 9; move INBOX>Trash 1" },

  { "move-then-flags", "move 1 Archive; seen 1", "2* 3* | 1 | ", "move INBOX>Archive 1; flags Archive " },
  { "move-then-flags-done", "move 1 Archive; seen 1; done 11", "2* 3* | 1 | ", "flags Archive 11" },
  { "move-then-flags-all-done", "move 1 Archive; seen 1; done 11; done; relist Archive 11 seen", "2* 3* | 11 | ", "" },
  { "move-then-flags-undone", "move 1 Archive; seen 1; undo 1", "1 2* 3* |  | ", "flags INBOX 1" },
  { "move-then-flags-given-up", "move 1 Archive; seen 1; give-up; done", "1 2* 3* |  | ", "" },
  { "move-some-then-flags-all-undone", "move 1 Archive; add Archive 9; seen 1,9; undo 1", "1 2* 3* | 9 | ",
    "flags Archive 9; flags INBOX 1" },
  { "flags-then-move", "seen 1; move 1 Archive; done; done 11", "2* 3* | 1 | ", "" },
  { "flags-then-move-undo-flags", "seen 1; move 1 Archive; undo 1", "2* 3* | 1* | ", "move INBOX>Archive 1" },
  { "move-then-delete", "move 1 Archive; delete 1; done 11", "2* 3* |  | ", "delete Archive 11" },
  { "move-then-delete-undone", "move 1 Archive; delete 1; undo 1", "2* 3* |  | ", "delete INBOX 1" },
  { "move-then-delete-undo-delete", "move 1 Archive; delete 1; undo 2", "2* 3* | 1* | ", "move INBOX>Archive 1" },

  { "copy-waits", "copy 1,2 Archive", "1* 2* 3* |  | ", "copy INBOX>Archive 1,2" },
  { "copy-done-then-listed", "copy 1 Archive; done 11; add Archive 11", "1* 2* 3* | 11* | ", "" },
  { "copy-undone", "copy 1 Archive; undo 1", "1* 2* 3* |  | ", "" },
  { "copy-given-up", "copy 1 Archive; give-up", "1* 2* 3* |  | ", "" },
  { "copy-beside-itself", "copy 1 INBOX; done 4; add INBOX 4", "1* 2* 3* 4* |  | ", "" },
  { "copy-behind-move", "move 1 Archive; copy 1 Trash", "2* 3* | 1* | ", "move INBOX>Archive 1; copy Archive>Trash " },
  { "copy-behind-move-done", "move 1 Archive; copy 1 Trash; done 11", "2* 3* | 1* | ", "copy Archive>Trash 11" },
  { "copy-behind-move-undone", "move 1 Archive; copy 1 Trash; undo 1", "1* 2* 3* |  | ", "copy INBOX>Trash 1" },
  { "copy-then-move", "copy 1 Archive; move 1 Trash; done 11; done 21", "2* 3* |  | 1*", "" },
  { "copy-then-delete", "copy 1 Archive; delete 1; done 11", "2* 3* |  | ", "delete INBOX 1" },
  { "copy-over-lost-cache", "copy 1 Archive; lose-cache; add INBOX 1,2,3", "1* 2* 3* |  | ", "copy INBOX>Archive 1" },

  { "delete-shown-at-once", "delete 2", "1* 3* |  | ", "delete INBOX 2" },
  { "delete-not-back-by-sync", "delete 2; add INBOX 2; relist INBOX 1,2,3", "1* 3* |  | ", "delete INBOX 2" },
  { "delete-gone-then-back", "delete 2; gone INBOX 2; add INBOX 2", "1* 3* |  | ", "delete INBOX 2" },
  { "delete-done", "delete 2; done; gone INBOX 2", "1* 3* |  | ", "" },
  { "delete-given-up", "delete 2; give-up", "1* 2* 3* |  | ", "" },
  { "delete-undone", "delete 2; flags INBOX 2 seen; undo 1", "1* 2 3* |  | ", "" },
  { "delete-gone-undone", "delete 2; gone INBOX 2; undo 1", "1* 3* |  | ", "" },

  { "reopened", "move 1 Archive; seen 2; delete 3; reopen", "2 | 1* | ",
    "move INBOX>Archive 1; flags INBOX 2; delete INBOX 3" },
  { "cache-lost", "move 1 Archive; seen 1; delete 3; lose-cache; add INBOX 1,2,3", "2* | 1 | ",
    "move INBOX>Archive 1; flags Archive ; delete INBOX 3" },
  { "cache-lost-one-folder", "seen 2; move 1 Archive; seen 1; delete 3; lose-cache; relist INBOX 1,2,3", "2 | 1 | ",
    "flags INBOX 2; move INBOX>Archive 1; flags Archive ; delete INBOX 3" },
  { "cache-lost-then-done", "move 1 Archive; seen 1; lose-cache; done 11; add Archive 11", " | 11 | ",
    "flags Archive 11" },
  { "cache-lost-listed-then-done", "move 1 Archive; seen 1; lose-cache; add Archive 11; done 11", " | 11 | ",
    "flags Archive 11" },
  { "cache-lost-twice", "seen 1; move 2 Archive; lose-cache; add INBOX 1; lose-cache; add INBOX 2,1", "1 | 2* | ",
    "flags INBOX 1; move INBOX>Archive 2" },
};

static void
test_case (gconstpointer data)
{
  const Case *this = data;
  g_autoptr(TestStore) store = test_store_new ();
  World world = { store, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };
  g_auto(GStrv) steps = g_strsplit (this->steps, "; ", -1);
  g_autofree char *seen = NULL;
  g_autofree char *journal = NULL;

  test_write_folders (store, ACCOUNT, FALSE, "INBOX Archive Trash");
  do_step (&world, "add INBOX 1,2,3");

  for (guint i = 0; steps[i] != NULL; i++)
    do_step (&world, steps[i]);

  seen = see (&world);
  g_assert_cmpstr (seen, ==, this->seen);
  journal = test_journal (store, ACCOUNT);
  g_assert_cmpstr (journal, ==, this->journal);

  test_check (store);
  g_hash_table_unref (world.ids);
}

static void
test_rejections (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  ValijaStore *store = self->store;
  gint64 inbox, archive, local, other, ids[2], here;
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "", NULL, FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "here", 5, 0);

  test_write_folders (self, "a", FALSE, "INBOX Archive");
  test_write_folders (self, "b", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  archive = test_folder (self, "a", "Archive");
  other = test_folder (self, "b", "INBOX");
  local = test_await_int64 (valija_store_ensure_local_folder (store, "a", VALIJA_FOLDER_ROLE_SENT, "Sent"));
  test_sync (self, inbox, test_added ("1", 0));
  test_sync (self, archive, test_added ("2", 0));
  ids[0] = test_find (self, inbox, "1");
  ids[1] = test_find (self, archive, "2");
  here = test_await_int64 (valija_store_add_message (store, local, info, source, 0));

  /* In two folders; to another account; across; to nowhere; of nothing */
  test_await_error (valija_store_change_flags (store, ids, 2, VALIJA_FLAG_SEEN, 0), VALIJA_ERROR_INVALID);
  test_await_error (valija_store_move_messages (store, ids, 1, other), VALIJA_ERROR_INVALID);
  test_await_error (valija_store_move_messages (store, ids, 1, local), VALIJA_ERROR_INVALID);
  test_await_error (valija_store_move_messages (store, &here, 1, inbox), VALIJA_ERROR_INVALID);
  test_await_error (valija_store_move_messages (store, ids, 1, 4711), VALIJA_ERROR_NOT_FOUND);
  ids[1] = 4711;
  test_await_error (valija_store_delete_messages (store, ids + 1, 1), VALIJA_ERROR_NOT_FOUND);
  g_assert_cmpint (test_await_int64 (valija_store_delete_messages (store, ids, 0)), ==, 0);
  test_await_error (valija_store_undo_operation (store, 4711), VALIJA_ERROR_NOT_FOUND);
  test_await_error (valija_store_finish_operation (store, 4711, NULL), VALIJA_ERROR_NOT_FOUND);
  test_await_error (valija_store_append_message (store, local, bytes, 0, 0), VALIJA_ERROR_INVALID);
  test_await_error (valija_store_append_message (store, 4711, bytes, 0, 0), VALIJA_ERROR_NOT_FOUND);

  /* One of those asked for is gone: the rest is done, and nothing of what was rejected stayed */
  g_assert_cmpint (test_await_int64 (valija_store_change_flags (store, ids, 2, VALIJA_FLAG_SEEN, 0)), >, 0);
  {
    g_autofree char *journal = test_journal (self, "a");

    g_assert_cmpstr (journal, ==, "flags INBOX 1");
  }
  test_check (self);
}

/* Of two that are alike one is deleted, here and by somebody else: the other one was not meant, though all is listed
 * again. */
static void
test_relisted_twin (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  ValijaChanges *changes = valija_changes_new ();
  g_autofree char *journal = NULL;
  g_autofree char *list = NULL;
  gint64 inbox, deleted;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  for (guint i = 1; i <= 2; i++)
    {
      g_autofree char *remote_id = g_strdup_printf ("%u", i);
      ValijaMessageInfo *info = test_info (remote_id, remote_id, 5, 0);

      g_set_str (&info->message_id, "same@example.org");
      g_ptr_array_add (changes->added, info);
    }
  changes->final = TRUE;
  test_sync (self, inbox, changes);
  deleted = test_find (self, inbox, "1");
  test_await_int64 (valija_store_delete_messages (self->store, &deleted, 1));

  changes = test_added ("2", 0);
  g_set_str (&((ValijaMessageInfo *) g_ptr_array_index (changes->added, 0))->message_id, "same@example.org");
  ((ValijaMessageInfo *) g_ptr_array_index (changes->added, 0))->date = 5;
  changes->restart = TRUE;
  changes->final = TRUE;
  test_sync (self, inbox, changes);

  journal = test_journal (self, "a");
  g_assert_cmpstr (journal, ==, "delete INBOX 1");
  list = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (list, ==, "2*");
  test_check (self);
}

static void
test_append (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) source = g_bytes_new_static ("Subject: x\r\n\r\n", 14);
  g_autoptr(GPtrArray) operations = NULL;
  ValijaOperation *operation;
  gint64 inbox, line;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  line = test_await_int64 (valija_store_append_message (self->store, inbox, source, VALIJA_FLAG_SEEN, 0));
  test_await (valija_store_fail_operation (self->store, line, "The mailbox is full", FALSE));

  test_store_close (self);
  test_store_open (self);

  operations = test_await_boxed (valija_store_list_operations (self->store, "a"));
  g_assert_cmpuint (operations->len, ==, 1);
  operation = g_ptr_array_index (operations, 0);
  g_assert_cmpint (operation->id, ==, line);
  g_assert_cmpint (operation->kind, ==, VALIJA_OPERATION_APPEND);
  g_assert_cmpstr (operation->account, ==, "a");
  g_assert_cmpstr (operation->folder, ==, "INBOX");
  g_assert_null (operation->target);
  g_assert_cmpint (operation->add, ==, VALIJA_FLAG_SEEN);
  g_assert_cmpuint (operation->attempts, ==, 1);
  g_assert_cmpstr (operation->words, ==, "The mailbox is full");
  {
    g_autoptr(GBytes) stored = test_await_boxed (valija_store_load_operation_source (self->store, line));

    g_assert_true (g_bytes_equal (stored, source));
  }

  /* What waits to be filed is mail, and outlives its account unless the user says otherwise */
  test_await (valija_store_remove_account (self->store, "a", FALSE));
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM operation_source"), ==, 1);
  test_await (valija_store_remove_account (self->store, "a", TRUE));
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM operation_source"), ==, 0);
}

static gint64
carry_labelled (TestStore  *self,
                gint64      message,
                gint64      folder,
                char      **labels)
{
  g_autoptr(GPtrArray) carried = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_carried_free);
  g_autoptr(GBytes) source = g_bytes_new_static ("Subject: x\r\n\r\n", 14);
  g_autoptr(GArray) lines = NULL;
  ValijaCarried *one = valija_carried_new (message, source, VALIJA_FLAG_NONE, 0);

  one->labels = labels;
  g_ptr_array_add (carried, one);
  lines = test_await_boxed (valija_store_carry_messages (self->store, folder, carried, VALIJA_CARRY_MOVE));

  return g_array_index (lines, gint64, 0);
}

static gint64
carry (TestStore *self,
       gint64     message,
       gint64     folder)
{
  return carry_labelled (self, message, folder, NULL);
}

static void
add_superseding (GPtrArray  *infos,
                 GPtrArray  *sources,
                 gint64      origin,
                 const char *id)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("Subject: x\r\n\r\n", 14);

  g_ptr_array_add (infos, test_info (id, id, 1, VALIJA_FLAG_SEEN));
  g_ptr_array_add (sources, valija_stored_source_new (origin, bytes, "", NULL, FALSE));
}

/* What moves to this computer moves in one step, or not at all where one is on its way somewhere else. */
static void
test_supersede (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_info_unref);
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autofree char *before = NULL;
  g_autofree char *none = NULL;
  g_autofree char *after = NULL;
  g_autofree char *all = NULL;
  g_autofree char *journal = NULL;
  gint64 inbox, here, line;

  test_write_folders (self, "a", FALSE, "INBOX");
  test_write_folders (self, "b", FALSE, "INBOX");
  test_write_folders (self, "here", TRUE, "Archive");
  inbox = test_folder (self, "a", "INBOX");
  here = test_folder (self, "here", "Archive");
  test_sync (self, inbox, test_added ("1 2 3", 0));
  add_superseding (infos, sources, test_find (self, inbox, "1"), "one");
  add_superseding (infos, sources, test_find (self, inbox, "2"), "two");

  line = carry (self, test_find (self, inbox, "2"), test_folder (self, "b", "INBOX"));
  test_await_error (valija_store_supersede_messages (self->store, here, infos, sources, FALSE), VALIJA_ERROR_INVALID);
  before = test_list (self, inbox, VALIJA_LIST_ALL);
  none = test_list (self, here, VALIJA_LIST_ALL);
  g_assert_cmpstr (before, ==, "1* 2* 3*");
  g_assert_cmpstr (none, ==, "");

  test_await (valija_store_drop_carrying (self->store, &line, 1));
  g_array_unref (test_await_boxed (valija_store_supersede_messages (self->store, here, infos, sources, FALSE)));
  after = test_list (self, inbox, VALIJA_LIST_ALL);
  all = test_list (self, here, VALIJA_LIST_ALL);
  g_assert_cmpstr (after, ==, "3*");
  g_assert_cmpstr (all, ==, "one two");
  journal = test_journal (self, "a");
  g_assert_cmpstr (journal, ==, "delete INBOX 1; delete INBOX 2");
}

/* Labels go with a message to another server, in a line that waits until it is filed there. */
static void
test_carry_labels (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  static const char * const labels[] = { "Work", NULL };
  g_autoptr(GPtrArray) new_ids = g_ptr_array_new ();
  g_autoptr(GPtrArray) operations = NULL;
  g_autofree char *journal = NULL;
  g_autofree char *after = NULL;
  g_autofree char *list = NULL;
  gint64 target, line;

  test_write_folders (self, "a", FALSE, "INBOX");
  test_write_folders (self, "b", FALSE, "INBOX");
  target = test_folder (self, "b", "INBOX");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("1", 0));
  line = carry_labelled (self, test_find (self, test_folder (self, "a", "INBOX"), "1"), target,
                         g_strdupv ((char **) labels));

  operations = test_await_boxed (valija_store_list_operations (self->store, "b"));
  g_assert_cmpstrv (((ValijaOperation *) g_ptr_array_index (operations, 0))->add_labels, labels);
  g_ptr_array_add (new_ids, (char *) "21");
  test_await (valija_store_finish_operation (self->store, line, new_ids));
  journal = test_journal (self, "b");
  g_assert_cmpstr (journal, ==, "labels INBOX 21");

  test_sync (self, target, test_added ("21", 0));
  list = test_list (self, target, VALIJA_LIST_ALL);
  g_assert_cmpstr (list, ==, "21*#Work");
  g_clear_pointer (&operations, g_ptr_array_unref);
  operations = test_await_boxed (valija_store_list_operations (self->store, "b"));
  test_await (valija_store_finish_operation (self->store, ((ValijaOperation *) g_ptr_array_index (operations, 0))->id,
                                             NULL));
  after = test_list (self, target, VALIJA_LIST_ALL);
  g_assert_cmpstr (after, ==, "21*#Work");
  test_check (self);
}

/* Mail from before there were labels gets some as any other. What was listed is not listed again for that: a session
 * that needs it tells so by the form of its cursor. */
static void
test_upgrade_labels (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *cache = test_store_path (self, "cache/cache.db");
  g_autofree char *local = test_store_path (self, "data/local.db");
  static const char * const labels[] = { "Work", NULL };
  const gint64 ids[] = { 1, -1 };
  g_autoptr(GBytes) cursor = NULL;
  g_autofree char *there = NULL;
  g_autofree char *here = NULL;
  g_autofree char *found = NULL;
  g_autofree char *journal = NULL;
  ValijaChanges *changes = valija_changes_new ();
  ValijaFlagsChange *told = valija_flags_change_new ("1", VALIJA_FLAG_SEEN);

  test_store_close (self);
  g_assert_cmpint (g_unlink (cache), ==, 0);
  g_assert_cmpint (g_unlink (local), ==, 0);
  test_make_old (cache, VALIJA_DATABASE_CACHE, valija_store_n_cache_scripts - 1, 2, FALSE);
  test_make_old (local, VALIJA_DATABASE_LOCAL, valija_store_n_local_scripts - 1, 2, TRUE);
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  cursor = test_await_boxed (valija_store_load_cursor (self->store, 1));
  g_assert_cmpuint (g_bytes_get_size (cursor), >, 0);

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    test_await_int64 (valija_store_change_labels (self->store, &ids[i], 1, labels, NULL));
  told->labels = valija_labels_new (labels);
  g_ptr_array_add (changes->flags, told);
  test_sync (self, 1, changes);

  there = test_list (self, 1, VALIJA_LIST_ALL);
  g_assert_cmpstr (there, ==, "0#Work 1#Work");
  here = test_list (self, -1, VALIJA_LIST_ALL);
  g_assert_cmpstr (here, ==, "0#Work 1");
  found = test_search (self, "label:work");
  g_assert_cmpstr (found, ==, "1 0 0");
  journal = test_journal (self, "a");
  g_assert_cmpstr (journal, ==, "labels INBOX 0");
  test_check (self);
}

/* What was on its way to an account that is removed stays where it is, and can go elsewhere. Of a message whose own
 * account went first the line is all there is. */
static void
test_remove_target (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "", NULL, FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "here", 5, 0);
  gint64 sent, here, theirs, orphan;

  test_write_folders (self, "target", FALSE, "INBOX");
  test_write_folders (self, "other", FALSE, "INBOX");
  test_write_folders (self, "b", FALSE, "INBOX");
  test_write_folders (self, "c", FALSE, "INBOX");
  test_sync (self, test_folder (self, "b", "INBOX"), test_added ("1", 0));
  test_sync (self, test_folder (self, "c", "INBOX"), test_added ("1", 0));
  sent = test_await_int64 (valija_store_ensure_local_folder (self->store, "b", VALIJA_FOLDER_ROLE_SENT, "Sent"));
  here = test_await_int64 (valija_store_add_message (self->store, sent, info, source, 0));
  theirs = test_find (self, test_folder (self, "b", "INBOX"), "1");

  carry (self, here, test_folder (self, "target", "INBOX"));
  carry (self, theirs, test_folder (self, "target", "INBOX"));
  orphan = carry (self, test_find (self, test_folder (self, "c", "INBOX"), "1"), test_folder (self, "target", "INBOX"));
  test_await (valija_store_remove_account (self->store, "c", FALSE));
  test_await (valija_store_remove_account (self->store, "target", FALSE));

  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM operation"), ==, 1);
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT operation FROM operation_source"), ==, orphan);
  test_await (valija_store_drop_carrying (self->store, &orphan, 1));
  g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM operation_source"), ==, 1);
  carry (self, here, test_folder (self, "other", "INBOX"));
  carry (self, theirs, test_folder (self, "other", "INBOX"));
  test_check (self);
}

/* A message on its way is known by its place on its server after the cache was made anew, also where it was moved
 * meanwhile: it does not go twice, and it goes from where it is. */
static void
test_carry_without_cache (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *cache = test_store_path (self, "cache/cache.db");
  g_autofree char *journal = NULL;
  g_autoptr(GPtrArray) new_ids = g_ptr_array_new ();
  gint64 id, line, moved;

  test_write_folders (self, "a", FALSE, "INBOX Archive");
  test_write_folders (self, "b", FALSE, "INBOX");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("1 2", 0));
  id = test_find (self, test_folder (self, "a", "INBOX"), "1");
  line = carry (self, id, test_folder (self, "b", "INBOX"));
  moved = test_await_int64 (valija_store_move_messages (self->store, &id, 1, test_folder (self, "a", "Archive")));
  g_ptr_array_add (new_ids, (char *) "21");
  test_await (valija_store_finish_operation (self->store, moved, new_ids));

  test_store_close (self);
  g_assert_cmpint (g_unlink (cache), ==, 0);
  test_store_open (self);
  test_write_folders (self, "b", FALSE, "INBOX");
  test_write_folders (self, "a", FALSE, "INBOX Archive");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("2", 0));
  test_sync (self, test_folder (self, "a", "Archive"), test_added ("21", 0));

  id = test_find (self, test_folder (self, "a", "Archive"), "21");
  g_assert_cmpint (carry (self, id, test_folder (self, "b", "INBOX")), ==, line);
  g_ptr_array_index (new_ids, 0) = (char *) "31";
  test_await (valija_store_finish_operation (self->store, line, new_ids));
  journal = test_journal (self, "a");
  g_assert_cmpstr (journal, ==, "delete Archive 21");
  test_check (self);
}

/* A power cut takes the cache's tail, and the next message gets the id that was lost: it is not the one on its way. */
static void
test_carry_other_row (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *swap = NULL;
  g_autofree char *journal = NULL;
  g_autoptr(GPtrArray) new_ids = g_ptr_array_new ();
  gint64 id, line;

  test_write_folders (self, "a", FALSE, "INBOX");
  test_write_folders (self, "b", FALSE, "INBOX");
  test_sync (self, test_folder (self, "a", "INBOX"), test_added ("1 2", 0));
  id = test_find (self, test_folder (self, "a", "INBOX"), "1");
  line = carry (self, id, test_folder (self, "b", "INBOX"));

  test_store_close (self);
  test_sql (self, "cache/cache.db", "UPDATE message SET id = 999 WHERE remote_id = '1'");
  swap = g_strdup_printf ("UPDATE message SET id = %" G_GINT64_FORMAT " WHERE remote_id = '2'", id);
  test_sql (self, "cache/cache.db", swap);
  test_store_open (self);

  g_assert_cmpint (carry (self, id, test_folder (self, "b", "INBOX")), !=, line);
  g_assert_cmpint (carry (self, 999, test_folder (self, "b", "INBOX")), ==, line);
  g_ptr_array_add (new_ids, (char *) "31");
  test_await (valija_store_finish_operation (self->store, line, new_ids));
  journal = test_journal (self, "a");
  g_assert_cmpstr (journal, ==, "delete INBOX 1");
}

/* A change that the cache could not take along is put right when the store is next opened; of one that was finished the
 * server has the word. */
static void
test_cache_behind_journal (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autofree char *lock = test_store_path (self, "cache/lock");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gint64 inbox, archive, id;

  test_write_folders (self, "a", FALSE, "INBOX Archive");
  inbox = test_folder (self, "a", "INBOX");
  archive = test_folder (self, "a", "Archive");
  test_sync (self, inbox, test_added ("1 2 3", 0));
  id = test_find (self, inbox, "1");
  test_await_int64 (valija_store_move_messages (self->store, &id, 1, archive));
  test_store_close (self);

  /* As after a crash between the two commits: of the move, and of one finished */
  test_sql (self, "cache/cache.db", "UPDATE message SET folder = home, pending = 0 WHERE remote_id = '1'");
  test_sql (self, "cache/cache.db", "UPDATE message SET folder = 2, pending = 1 WHERE remote_id = '2'");
  /* A round had missed the third where it was, while its move waited */
  test_sql (self, "cache/cache.db", "UPDATE message SET folder = 2, pending = 1, gone = 1 WHERE remote_id = '3'");
  g_assert_true (g_file_set_contents (lock, "in use\n", -1, NULL));

  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);
  before = test_list (self, inbox, VALIJA_LIST_ALL);
  g_assert_cmpstr (before, ==, "");
  after = test_list (self, archive, VALIJA_LIST_ALL);
  g_assert_cmpstr (after, ==, "1*");
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM message WHERE remote_id = '3'"), ==, 0);
  test_check (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/store/journal/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/store/journal/rejections", test_rejections);
  g_test_add_func ("/store/journal/relisted-twin", test_relisted_twin);
  g_test_add_func ("/store/journal/append", test_append);
  g_test_add_func ("/store/journal/supersede", test_supersede);
  g_test_add_func ("/store/journal/carry-labels", test_carry_labels);
  g_test_add_func ("/store/journal/upgrade-labels", test_upgrade_labels);
  g_test_add_func ("/store/journal/remove-target", test_remove_target);
  g_test_add_func ("/store/journal/carry-without-cache", test_carry_without_cache);
  g_test_add_func ("/store/journal/carry-other-row", test_carry_other_row);
  g_test_add_func ("/store/journal/cache-behind-journal", test_cache_behind_journal);

  return g_test_run ();
}
