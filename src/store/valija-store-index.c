/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include <string.h>

/* The index of folders, of either database, as if they were one: each is read in its order by its index alone, piece by
 * piece, and what came is merged. Nothing is sorted and no more is held than the next piece of each folder, so that the
 * newest of a million messages cost as much as those of ten, and the others can be read between other questions. */

/* How many entries of a folder are read ahead at most. */
#define MAX_ENTRIES 8192

typedef struct
{
  gint64 received;
  gint64 id;                /* public, like */
  gint64 key;               /* what is listed: the message or its conversation */
} Entry;

/* What is left of one folder. */
typedef struct
{
  gint64 folder;            /* public */
  GArray *ahead;            /* of Entry: what was read of it */
  guint next;               /* in it */
  gint64 received;          /* of the last that was read, like */
  gint64 row;
  gboolean ended;
} Run;

struct _ValijaIndexWalk
{
  gatomicrefcount ref_count;
  GPtrArray *runs;          /* of Run */
  ValijaListFilter filter;
  gboolean conversations;   /* each once, in the place of its newest message */
  GByteArray *seen[2];      /* a bit for each of those that were listed, by database */
};

typedef struct
{
  ValijaIndexWalk *walk;
  guint limit;
} Step;

#define ENTRY_COLUMNS "SELECT received, id, conversation FROM message WHERE folder = ?1"
#define NEWEST_FIRST " ORDER BY received DESC, id DESC LIMIT ?4"
#define SAME_TIME " AND received = ?2 AND id < ?3" NEWEST_FIRST
#define BEFORE " AND received < ?2 AND ?3" NEWEST_FIRST

/* What goes on behind an entry: the others of its second, and all before. Each is answered by its index alone, without
 * a look at what was read already. */
static const char * const entry_queries[][2] = {
  [VALIJA_LIST_ALL] = { ENTRY_COLUMNS SAME_TIME, ENTRY_COLUMNS BEFORE },
  [VALIJA_LIST_UNREAD] = { ENTRY_COLUMNS " AND (flags & 1) = 0" SAME_TIME,
                           ENTRY_COLUMNS " AND (flags & 1) = 0" BEFORE },
  [VALIJA_LIST_FLAGGED] = { ENTRY_COLUMNS " AND (flags & 4) <> 0" SAME_TIME,
                            ENTRY_COLUMNS " AND (flags & 4) <> 0" BEFORE },
};

static void
run_free (Run *self)
{
  g_array_unref (self->ahead);
  g_free (self);
}

static void
step_free (Step *self)
{
  valija_index_walk_unref (self->walk);
  g_free (self);
}

/* Whether @conversation was not met before. */
static gboolean
meet (ValijaIndexWalk *self,
      gint64           conversation)
{
  GByteArray *seen = self->seen[conversation < 0];
  guint64 number = ABS (conversation);
  guint8 bit = 1 << number % 8;

  if (number / 8 >= seen->len)
    {
      guint before = seen->len;

      g_byte_array_set_size (seen, MAX (number / 8 + 1, before * 2));
      memset (seen->data + before, 0, seen->len - before);
    }

  if ((seen->data[number / 8] & bit) != 0)
    return FALSE;

  seen->data[number / 8] |= bit;

  return TRUE;
}

static gboolean
read_entries (ValijaIndexWalk  *self,
              ValijaDatabase   *database,
              Run              *run,
              const char       *sql,
              guint             n_entries,
              GError          **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error, sql, "iiii", valija_database_to_row (database, run->folder),
                                     run->received, run->row, (gint64) n_entries);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    {
      gint64 conversation = sqlite3_column_int64 (statement, 2);
      Entry entry;

      run->received = entry.received = sqlite3_column_int64 (statement, 0);
      run->row = sqlite3_column_int64 (statement, 1);
      entry.id = entry.key = valija_database_to_public (database, run->row);
      /* Who is alone can still be met again: others are in the conversation of its number */
      if (self->conversations && conversation != 0)
        entry.key = valija_database_to_public (database, conversation);
      g_array_append_val (run->ahead, entry);
    }
  sqlite3_reset (statement);

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

static gboolean
read_ahead (ValijaIndexWalk     *self,
            ValijaStoreContext  *context,
            Run                 *run,
            guint                n_entries,
            GError             **error)
{
  ValijaDatabase *database = valija_store_context_database (context, run->folder);
  const char * const *queries = entry_queries[self->filter];

  if (g_cancellable_set_error_if_cancelled (context->waiting, error))
    return FALSE;

  g_array_set_size (run->ahead, 0);
  run->next = 0;
  if (!read_entries (self, database, run, queries[0], n_entries, error) ||
      (run->ahead->len < n_entries &&
       !read_entries (self, database, run, queries[1], n_entries - run->ahead->len, error)))
    return FALSE;

  run->ended = run->ahead->len < n_entries;

  return TRUE;
}

/* Rows of the two databases may have the same number: then the cache's comes first. */
static gboolean
comes_before (const Entry *a,
              const Entry *b)
{
  if (a->received != b->received)
    return a->received > b->received;
  if (ABS (a->id) != ABS (b->id))
    return ABS (a->id) > ABS (b->id);

  return a->id > b->id;
}

/* The newest that is left; @next is NULL when none is. */
static gboolean
take_next (ValijaIndexWalk     *self,
           ValijaStoreContext  *context,
           guint                n_entries,
           const Entry        **next,
           GError             **error)
{
  Run *newest = NULL;

  *next = NULL;
  for (guint i = 0; i < self->runs->len; i++)
    {
      Run *run = g_ptr_array_index (self->runs, i);
      const Entry *entry;

      if (run->next == run->ahead->len && !run->ended && !read_ahead (self, context, run, n_entries, error))
        return FALSE;
      if (run->next == run->ahead->len)
        continue;

      entry = &g_array_index (run->ahead, Entry, run->next);
      if (*next == NULL || comes_before (entry, *next))
        {
          *next = entry;
          newest = run;
        }
    }

  if (newest != NULL)
    newest->next++;

  return TRUE;
}

static gboolean
walk (ValijaStoreContext  *context,
      gpointer             data,
      GValue              *result,
      GError             **error)
{
  Step *step = data;
  ValijaIndexWalk *self = step->walk;
  guint n_entries = MIN (step->limit, MAX_ENTRIES);
  g_autoptr(GArray) keys = g_array_new (FALSE, FALSE, sizeof (gint64));

  while (keys->len < step->limit)
    {
      const Entry *entry;

      if (!take_next (self, context, n_entries, &entry, error))
        return FALSE;
      if (entry == NULL)
        break;
      if (!self->conversations || meet (self, entry->key))
        g_array_append_val (keys, entry->key);
    }

  valija_store_take_ids (result, g_steal_pointer (&keys));

  return TRUE;
}

/**
 * valija_index_walk_new:
 * @folders: (array length=n_folders): of either database, each once
 * @conversations: whether they are listed by their conversations
 *
 * Returns: (transfer full): a walk through the index of @folders, from the newest on
 */
ValijaIndexWalk *
valija_index_walk_new (const gint64     *folders,
                       guint             n_folders,
                       ValijaListFilter  filter,
                       gboolean          conversations)
{
  ValijaIndexWalk *self;

  g_return_val_if_fail (folders != NULL || n_folders == 0, NULL);
  g_return_val_if_fail (filter < G_N_ELEMENTS (entry_queries), NULL);

  self = g_new0 (ValijaIndexWalk, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) run_free);
  self->filter = filter;
  self->conversations = conversations;
  for (guint i = 0; i < G_N_ELEMENTS (self->seen); i++)
    self->seen[i] = g_byte_array_new ();

  for (guint i = 0; i < n_folders; i++)
    {
      Run *run = g_new0 (Run, 1);

      run->folder = folders[i];
      run->ahead = g_array_new (FALSE, FALSE, sizeof (Entry));
      run->received = run->row = G_MAXINT64;
      g_ptr_array_add (self->runs, run);
    }

  return self;
}

ValijaIndexWalk *
valija_index_walk_ref (ValijaIndexWalk *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_index_walk_unref (ValijaIndexWalk *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (self->seen); i++)
    g_byte_array_unref (self->seen[i]);
  g_ptr_array_unref (self->runs);
  g_free (self);
}

/**
 * valija_store_walk_index:
 * @walk: where to go on; no other step of it may be under way
 * @limit: how many at most, not 0
 *
 * Ends early when nobody waits for it any more; @walk is of no use then.
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64, the next messages, or the keys of their
 *   conversations: less than @limit only at the end
 */
DexFuture *
valija_store_walk_index (ValijaStore     *self,
                         ValijaIndexWalk *walk_to,
                         guint            limit)
{
  Step *step;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (walk_to != NULL);
  dex_return_error_if_fail (limit > 0);

  step = g_new0 (Step, 1);
  step->walk = valija_index_walk_ref (walk_to);
  step->limit = limit;

  return valija_store_read (self, walk, step, (GDestroyNotify) step_free);
}

/**
 * valija_store_load_index:
 * @folders: (array length=n_folders): of either database, each once
 * @conversations: whether they are listed by their conversations
 * @limit: how many of the newest, 0 for all
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64, newest first, whichever folder they are in:
 *   messages, or the keys of conversations, in the order of their newest messages there; with a filter, of their newest
 *   unread or flagged ones
 */
DexFuture *
valija_store_load_index (ValijaStore      *self,
                         const gint64     *folders,
                         guint             n_folders,
                         gboolean          conversations,
                         ValijaListFilter  filter,
                         guint             limit)
{
  g_autoptr(ValijaIndexWalk) whole = NULL;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (folders != NULL || n_folders == 0);
  dex_return_error_if_fail (filter < G_N_ELEMENTS (entry_queries));

  whole = valija_index_walk_new (folders, n_folders, filter, conversations);
  return valija_store_walk_index (self, whole, limit > 0 ? limit : G_MAXUINT);
}
