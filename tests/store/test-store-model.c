/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Random things are done to a store and to a model of it that has no database and no cleverness:
 * each message has its own list of changes that wait. What is shown and what is still to be done
 * must be the same after every step. */

#include "config.h"

#include "valija-test-store.h"

#include <string.h>

#define ACCOUNT "a"
#define N_FOLDERS 3
#define N_WALKS 12
#define N_STEPS 150

static const char * const folder_names[N_FOLDERS] = { "INBOX", "Archive", "Trash" };

/* A change that waits, of one message */
typedef struct
{
  guint change;             /* the same number for all messages of one change of the user's */
  ValijaOperationKind kind;
  int folder;
  int target;
  ValijaFlags add;
  ValijaFlags remove;
  guint remote_id;          /* 0: not known yet */
} Wait;

typedef struct
{
  guint subject;
  int home;
  guint remote_id;
  ValijaFlags flags;        /* the server's */
  gboolean here;
  gboolean gone;
  gboolean unlisted;        /* a move of ours has put it there, and no round has listed it there yet */
  GArray *waits;            /* of Wait */
} Mail;

typedef struct
{
  TestStore *store;
  gint64 folders[N_FOLDERS];
  GPtrArray *mails;
  guint n_subjects;
  guint n_remote_ids;
  guint n_changes;
} Model;

typedef struct
{
  int folder;               /* -1: nowhere */
  ValijaFlags flags;
  gboolean moved;
} Shown;

static int
dice (int n)
{
  return g_test_rand_int_range (0, n);
}

static void
mail_free (Mail *self)
{
  g_array_unref (self->waits);
  g_free (self);
}

static gboolean
has_target (ValijaOperationKind kind)
{
  return kind == VALIJA_OPERATION_MOVE || kind == VALIJA_OPERATION_COPY;
}

static Shown
show (const Mail *mail)
{
  Shown shown = { mail->here ? mail->home : -1, mail->flags, FALSE };

  for (guint i = 0; i < mail->waits->len; i++)
    {
      const Wait *wait = &g_array_index (mail->waits, Wait, i);

      if (wait->kind == VALIJA_OPERATION_FLAGS)
        shown.flags = (shown.flags | wait->add) & ~wait->remove;
      else if (wait->kind == VALIJA_OPERATION_MOVE)
        shown.folder = wait->target;
      else if (wait->kind == VALIJA_OPERATION_DELETE)
        shown.folder = -1;
      shown.moved = shown.moved || wait->kind == VALIJA_OPERATION_MOVE;
    }

  if (!mail->here)
    shown.folder = -1;

  return shown;
}

static void
settle (Mail *mail)
{
  if (mail->gone && !show (mail).moved)
    mail->here = mail->gone = FALSE;
}

/* After the first @from waits a message is in @folder as @remote_id: those behind, up to the
 * next move, are told. */
static void
redirect (Mail *mail,
          guint from,
          int   folder,
          guint remote_id)
{
  for (guint i = from; i < mail->waits->len;)
    {
      Wait *wait = &g_array_index (mail->waits, Wait, i);
      gboolean moves = wait->kind == VALIJA_OPERATION_MOVE;

      wait->folder = folder;
      wait->remote_id = remote_id;

      if (!moves)
        i++;
      else if (wait->target == folder)
        g_array_remove_index (mail->waits, i);
      else
        return;
    }
}

/* ---- What is done to both ---- */

static gint64
row_of (Model *self,
        Mail  *mail)
{
  Shown shown = show (mail);
  g_autoptr(GArray) ids = test_await_boxed (valija_store_load_index (self->store->store, &self->folders[shown.folder],
                                                                     1, FALSE, VALIJA_LIST_ALL, 0));
  g_autoptr(GPtrArray) rows =
      test_await_boxed (valija_store_load_rows (self->store->store, (gint64 *) (gpointer) ids->data, ids->len));
  g_autofree char *subject = g_strdup_printf ("%u", mail->subject);

  for (guint i = 0; i < rows->len; i++)
    {
      ValijaMessageRow *row = g_ptr_array_index (rows, i);

      if (g_str_equal (row->subject, subject))
        return row->id;
    }

  g_assert_not_reached ();
}

static void
add_wait (Mail       *mail,
          const Wait *change,
          int         folder)
{
  Wait wait = *change;

  wait.folder = folder;
  wait.remote_id = show (mail).moved ? 0 : mail->remote_id;
  g_array_append_val (mail->waits, wait);
}

static void
step_user (Model *self)
{
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  Wait change = { .change = ++self->n_changes };
  int folder = dice (N_FOLDERS);
  gint64 *rows;

  switch (dice (9))
    {
    case 8:
      change.kind = VALIJA_OPERATION_COPY;
      change.target = dice (N_FOLDERS);
      break;
    case 0: case 1: case 2:
      change.kind = VALIJA_OPERATION_MOVE;
      change.target = dice (N_FOLDERS);
      break;
    case 3:
      change.kind = VALIJA_OPERATION_DELETE;
      break;
    default:
      change.kind = VALIJA_OPERATION_FLAGS;
      *(dice (2) ? &change.add : &change.remove) = dice (2) ? VALIJA_FLAG_SEEN : VALIJA_FLAG_FLAGGED;
      break;
    }

  for (guint i = 0; i < self->mails->len; i++)
    {
      Mail *mail = g_ptr_array_index (self->mails, i);
      Shown shown = show (mail);
      gboolean matters = change.kind == VALIJA_OPERATION_DELETE || change.kind == VALIJA_OPERATION_COPY ||
                         (change.kind == VALIJA_OPERATION_MOVE && change.target != folder) ||
                         (change.kind == VALIJA_OPERATION_FLAGS &&
                          ((shown.flags | change.add) & ~change.remove) != shown.flags);

      if (shown.folder == folder && dice (3) == 0)
        {
          gint64 id = row_of (self, mail);

          g_array_append_val (ids, id);
          if (matters)
            add_wait (mail, &change, folder);
        }
    }

  if (ids->len == 0)
    return;

  rows = (gint64 *) (gpointer) ids->data;
  if (change.kind == VALIJA_OPERATION_MOVE)
    test_await_int64 (valija_store_move_messages (self->store->store, rows, ids->len, self->folders[change.target]));
  else if (change.kind == VALIJA_OPERATION_COPY)
    test_await_int64 (valija_store_copy_messages (self->store->store, rows, ids->len, self->folders[change.target]));
  else if (change.kind == VALIJA_OPERATION_DELETE)
    test_await_int64 (valija_store_delete_messages (self->store->store, rows, ids->len));
  else
    test_await_int64 (valija_store_change_flags (self->store->store, rows, ids->len, change.add, change.remove));
}

static ValijaFlags
random_flags (void)
{
  return (dice (2) ? VALIJA_FLAG_SEEN : 0) | (dice (3) == 0 ? VALIJA_FLAG_FLAGGED : 0);
}

static void
list_mail (ValijaChanges *changes,
           Mail          *mail)
{
  g_autofree char *remote_id = g_strdup_printf ("%u", mail->remote_id);
  g_autofree char *subject = g_strdup_printf ("%u", mail->subject);
  ValijaMessageInfo *info = test_info (remote_id, subject, 1000 + mail->subject, mail->flags);

  /* The same message wherever it is */
  g_free (info->message_id);
  info->message_id = g_strdup (subject);
  g_ptr_array_add (changes->added, info);
}

static void
server_lists (Model         *self,
              ValijaChanges *changes,
              Mail          *mail)
{
  mail->flags = random_flags ();
  mail->here = TRUE;
  mail->gone = FALSE;
  mail->unlisted = FALSE;
  list_mail (changes, mail);
}

static void
step_sync (Model *self)
{
  ValijaChanges *changes = valija_changes_new ();
  int folder = dice (N_FOLDERS);
  int n_new = dice (4);

  changes->restart = dice (4) == 0;
  changes->final = TRUE;

  for (guint i = 0; i < self->mails->len; i++)
    {
      Mail *mail = g_ptr_array_index (self->mails, i);
      int what = dice (changes->restart ? 4 : 10);

      if (mail->home != folder || (!mail->here && mail->waits->len == 0))
        continue;

      /* What is new there is listed, or has gone again and is never told of */
      if (changes->restart ? what > 0 : what == 0 || (mail->unlisted && what < 8))
        {
          server_lists (self, changes, mail);
        }
      else if (changes->restart || what == 1 || mail->unlisted)
        {
          if (!changes->restart && !mail->unlisted)
            g_ptr_array_add (changes->gone, g_strdup_printf ("%u", mail->remote_id));
          mail->gone = mail->here;
          mail->unlisted = FALSE;
          settle (mail);
        }
      else if (what == 2)
        {
          g_autofree char *remote_id = g_strdup_printf ("%u", mail->remote_id);
          ValijaFlags flags = random_flags ();

          g_ptr_array_add (changes->flags, valija_flags_change_new (remote_id, flags));
          if (mail->here)
            {
              mail->flags = flags;
              mail->gone = FALSE;
            }
        }
    }

  for (int i = 0; i < n_new; i++)
    {
      Mail *mail = g_new0 (Mail, 1);

      mail->subject = ++self->n_subjects;
      mail->home = folder;
      mail->remote_id = ++self->n_remote_ids;
      mail->waits = g_array_new (FALSE, TRUE, sizeof (Wait));
      g_ptr_array_add (self->mails, mail);
      server_lists (self, changes, mail);
    }

  test_sync (self->store, self->folders[folder], changes);
}

static guint
find_wait (Mail                  *mail,
           const ValijaOperation *operation,
           guint                  change)
{
  for (guint i = 0; i < mail->waits->len; i++)
    {
      const Wait *wait = &g_array_index (mail->waits, Wait, i);

      if (wait->change == change && g_str_equal (folder_names[wait->folder], operation->folder))
        return i;
    }

  return G_MAXUINT;
}

/* The subjects of the messages of a line that are in the cache, shown or not, as a set of numbers. */
static GHashTable *
subjects_of (Model                *self,
             const ValijaOperation *operation)
{
  GHashTable *subjects = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < operation->messages->len; i++)
    {
      gint64 id = g_array_index (operation->messages, gint64, i);
      g_autofree char *sql = g_strdup_printf ("SELECT ifnull ((SELECT subject FROM message WHERE id = %" G_GINT64_FORMAT
                                              "), 0)", id);
      gint64 subject = test_sql (self->store, "cache/cache.db", sql);

      if (subject != 0)
        g_hash_table_add (subjects, GUINT_TO_POINTER ((guint) subject));
    }

  return subjects;
}

/* The messages of a line, which is recognised by its kind, its folder, the remote ids and, since
 * those are not known behind a move, by the messages that are in the cache. A change not above
 * @after is another line's. */
static GPtrArray *
find_mails (Model                 *self,
            const ValijaOperation *operation,
            guint                  after,
            guint                 *change)
{
  g_autoptr(GHashTable) subjects = subjects_of (self, operation);

  for (guint candidate = after + 1; candidate <= self->n_changes; candidate++)
    {
      g_autoptr(GPtrArray) mails = g_ptr_array_new ();
      gboolean fits = TRUE;
      guint n_known = 0;

      for (guint i = 0; i < self->mails->len && fits; i++)
        {
          Mail *mail = g_ptr_array_index (self->mails, i);
          guint position = find_wait (mail, operation, candidate);

          if (position == G_MAXUINT)
            continue;

          fits = g_array_index (mail->waits, Wait, position).kind == operation->kind;
          g_ptr_array_add (mails, mail);
        }

      fits = fits && mails->len == operation->messages->len;
      for (guint i = 0; i < mails->len && fits; i++)
        {
          Mail *mail = g_ptr_array_index (mails, i);
          const Wait *wait = &g_array_index (mail->waits, Wait, find_wait (mail, operation, candidate));
          g_autofree char *remote_id = g_strdup_printf ("%u", wait->remote_id);
          gboolean known = g_hash_table_contains (subjects, GUINT_TO_POINTER (mail->subject));

          n_known += known;
          fits = known == mail->here &&
                 wait->add == operation->add && wait->remove == operation->remove &&
                 g_ptr_array_find_with_equal_func (operation->remote_ids, wait->remote_id == 0 ? "" : remote_id,
                                                   g_str_equal, NULL);
        }

      if (fits && mails->len > 0 && n_known == g_hash_table_size (subjects))
        {
          *change = candidate;
          return g_steal_pointer (&mails);
        }
    }

  g_assert_not_reached ();
}

static gboolean
are_alike (const ValijaOperation *a,
           const ValijaOperation *b)
{
  if (a->kind != b->kind || a->add != b->add || a->remove != b->remove || !g_str_equal (a->folder, b->folder) ||
      a->messages->len != b->messages->len)
    return FALSE;

  for (guint i = 0; i < a->messages->len; i++)
    {
      if (!g_ptr_array_find_with_equal_func (b->remote_ids, g_ptr_array_index (a->remote_ids, i), g_str_equal, NULL))
        return FALSE;
    }

  return TRUE;
}

/* Lines that are alike, such as a flag that was set, taken away and set again, come in the order
 * of the changes. */
static GPtrArray *
mails_of (Model     *self,
          GPtrArray *operations,
          guint      position,
          guint     *change)
{
  const ValijaOperation *operation = g_ptr_array_index (operations, position);

  *change = 0;
  for (guint i = 0; i < position; i++)
    {
      if (are_alike (g_ptr_array_index (operations, i), operation))
        g_ptr_array_unref (find_mails (self, g_ptr_array_index (operations, i), *change, change));
    }

  return find_mails (self, operation, *change, change);
}

static Mail *
mail_with_remote_id (GPtrArray             *mails,
                     const ValijaOperation *operation,
                     guint                  position)
{
  guint remote_id = g_ascii_strtoull (g_ptr_array_index (operation->remote_ids, position), NULL, 10);

  for (guint i = 0; i < mails->len; i++)
    {
      Mail *mail = g_ptr_array_index (mails, i);

      if (g_array_index (mail->waits, Wait, 0).remote_id == remote_id)
        return mail;
    }

  g_assert_not_reached ();
}

static void
finish_mail (Model *self,
             Mail  *mail,
             guint  new_remote_id)
{
  Wait wait = g_array_index (mail->waits, Wait, 0);

  g_array_remove_index (mail->waits, 0);

  if (wait.kind == VALIJA_OPERATION_FLAGS)
    {
      if (mail->here)
        mail->flags = (mail->flags | wait.add) & ~wait.remove;
    }
  else if (wait.kind == VALIJA_OPERATION_DELETE || (wait.kind == VALIJA_OPERATION_MOVE && new_remote_id == 0))
    {
      mail->here = FALSE;
      g_array_set_size (mail->waits, 0);
    }
  else if (wait.kind == VALIJA_OPERATION_MOVE)
    {
      mail->home = wait.target;
      mail->remote_id = new_remote_id;
      mail->gone = FALSE;
      mail->unlisted = mail->here;
      redirect (mail, 0, wait.target, new_remote_id);
    }

  settle (mail);
}

static void
step_replay (Model *self)
{
  g_autoptr(GPtrArray) operations = test_await_boxed (valija_store_list_operations (self->store->store, ACCOUNT));
  g_autoptr(GPtrArray) remote_ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GPtrArray) mails = NULL;
  g_autoptr(GPtrArray) ordered = g_ptr_array_new ();
  ValijaOperation *operation;
  guint change;

  if (operations->len == 0)
    return;

  operation = g_ptr_array_index (operations, 0);
  mails = mails_of (self, operations, 0, &change);

  for (guint i = 0; i < operation->remote_ids->len; i++)
    g_ptr_array_add (ordered, mail_with_remote_id (mails, operation, i));

  for (guint i = 0; i < ordered->len; i++)
    {
      guint new_remote_id = operation->kind == VALIJA_OPERATION_MOVE && dice (5) > 0 ? ++self->n_remote_ids : 0;

      g_ptr_array_add (remote_ids, new_remote_id != 0 ? g_strdup_printf ("%u", new_remote_id) : g_strdup (""));
      finish_mail (self, g_ptr_array_index (ordered, i), new_remote_id);
    }

  test_await (valija_store_finish_operation (self->store->store, operation->id, remote_ids));
}

static void
step_take_back (Model *self)
{
  g_autoptr(GPtrArray) operations = test_await_boxed (valija_store_list_operations (self->store->store, ACCOUNT));
  g_autoptr(GPtrArray) mails = NULL;
  ValijaOperation *operation;
  guint chosen, change;

  if (operations->len == 0)
    return;

  chosen = dice (operations->len);
  operation = g_ptr_array_index (operations, chosen);
  mails = mails_of (self, operations, chosen, &change);

  for (guint i = 0; i < mails->len; i++)
    {
      Mail *mail = g_ptr_array_index (mails, i);
      guint position = find_wait (mail, operation, change);
      Wait wait = g_array_index (mail->waits, Wait, position);

      g_array_remove_index (mail->waits, position);
      if (wait.kind == VALIJA_OPERATION_MOVE)
        redirect (mail, position, wait.folder, wait.remote_id);
      settle (mail);
    }

  test_await (dice (2)
              ? valija_store_undo_operation (self->store->store, operation->id)
              : valija_store_fail_operation (self->store->store, operation->id, "no", TRUE));
}

/* ---- What must be the same ---- */

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (a, b);
}

static void
compare_lists (Model *self)
{
  for (int folder = 0; folder < N_FOLDERS; folder++)
    {
      g_autoptr(GString) expected = g_string_new (NULL);
      g_autofree char *list = test_list (self->store, self->folders[folder], VALIJA_LIST_ALL);
      g_autoptr(ValijaStoredFolder) stored = test_load_folder (self->store, ACCOUNT, self->folders[folder]);
      gint64 total = 0, unread = 0;

      for (guint i = 0; i < self->mails->len; i++)
        {
          Mail *mail = g_ptr_array_index (self->mails, i);
          Shown shown = show (mail);

          if (shown.folder != folder)
            continue;

          g_string_append_printf (expected, "%s%u%s%s", expected->len > 0 ? " " : "", mail->subject,
                                  (shown.flags & VALIJA_FLAG_SEEN) == 0 ? "*" : "",
                                  (shown.flags & VALIJA_FLAG_FLAGGED) != 0 ? "!" : "");
          total++;
          unread += (shown.flags & VALIJA_FLAG_SEEN) == 0;
        }

      g_assert_cmpstr (list, ==, expected->str);
      g_assert_cmpint (stored->total, ==, total);
      g_assert_cmpint (stored->unread, ==, unread);
    }
}

static char *
describe (ValijaOperationKind  kind,
          const char          *folder,
          const char          *target,
          ValijaFlags          add,
          ValijaFlags          remove,
          const char          *remote_id)
{
  return g_strdup_printf ("%d %s>%s +%u -%u %s", kind, folder, target, add, remove, remote_id);
}

static void
compare_journals (Model *self)
{
  g_autoptr(GPtrArray) operations = test_await_boxed (valija_store_list_operations (self->store->store, ACCOUNT));
  g_autoptr(GPtrArray) stored = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GPtrArray) expected = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < operations->len; i++)
    {
      ValijaOperation *operation = g_ptr_array_index (operations, i);

      g_assert_cmpuint (operation->remote_ids->len, >, 0);
      for (guint j = 0; j < operation->remote_ids->len; j++)
        g_ptr_array_add (stored,
                         describe (operation->kind, operation->folder,
                                   operation->target != NULL ? operation->target : "", operation->add,
                                   operation->remove, g_ptr_array_index (operation->remote_ids, j)));
    }

  for (guint i = 0; i < self->mails->len; i++)
    {
      Mail *mail = g_ptr_array_index (self->mails, i);

      for (guint j = 0; j < mail->waits->len; j++)
        {
          const Wait *wait = &g_array_index (mail->waits, Wait, j);
          g_autofree char *remote_id = wait->remote_id != 0 ? g_strdup_printf ("%u", wait->remote_id) : g_strdup ("");

          g_ptr_array_add (expected, describe (wait->kind, folder_names[wait->folder],
                                               has_target (wait->kind) ? folder_names[wait->target] : "",
                                               wait->add, wait->remove, remote_id));
        }
    }

  g_ptr_array_sort_values (stored, compare_strings);
  g_ptr_array_sort_values (expected, compare_strings);
  g_assert_cmpuint (stored->len, ==, expected->len);
  for (guint i = 0; i < stored->len; i++)
    g_assert_cmpstr (g_ptr_array_index (stored, i), ==, g_ptr_array_index (expected, i));
}

static void
find_folders (Model *self)
{
  for (int i = 0; i < N_FOLDERS; i++)
    self->folders[i] = test_folder (self->store, ACCOUNT, folder_names[i]);
}

static void
test_walk (void)
{
  for (int walk = 0; walk < N_WALKS; walk++)
    {
      g_autoptr(TestStore) store = test_store_new ();
      Model self = { store, };

      self.mails = g_ptr_array_new_with_free_func ((GDestroyNotify) mail_free);
      test_write_folders (store, ACCOUNT, FALSE, "INBOX Archive Trash");
      find_folders (&self);

      for (int step = 0; step < N_STEPS; step++)
        {
          int what = dice (20);

          if (what < 9)
            step_user (&self);
          else if (what < 14)
            step_sync (&self);
          else if (what < 17)
            step_replay (&self);
          else if (what < 19)
            step_take_back (&self);
          else
            {
              test_store_close (store);
              test_store_open (store);
            }

          compare_lists (&self);
          compare_journals (&self);
        }

      test_check (store);
      g_ptr_array_unref (self.mails);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/model/walk", test_walk);

  return g_test_run ();
}
