/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

/* The index of several folders, of either database, as if they were one: each is read in its order by its index alone,
 * and what came is merged. Nothing is sorted, so that a million messages cost two passes more than in one folder. */

typedef struct
{
  GArray *folders;          /* of gint64, public */
  ValijaListFilter filter;
  guint limit;
  gboolean conversations;   /* each once, in the place of its newest message */
} MergeArgs;

typedef struct
{
  gint64 received;
  gint64 id;                /* public, like */
  gint64 key;               /* what is listed: the message or its conversation */
} Entry;

static const char * const entry_queries[] = {
  [VALIJA_LIST_ALL] =
    "SELECT received, id, conversation FROM message WHERE folder = ?1 ORDER BY received DESC, id DESC LIMIT ?2",
  [VALIJA_LIST_UNREAD] =
    "SELECT received, id, conversation FROM message WHERE folder = ?1 AND (flags & 1) = 0"
    " ORDER BY received DESC, id DESC LIMIT ?2",
  [VALIJA_LIST_FLAGGED] =
    "SELECT received, id, conversation FROM message WHERE folder = ?1 AND (flags & 4) <> 0"
    " ORDER BY received DESC, id DESC LIMIT ?2",
};

static void
merge_args_free (MergeArgs *self)
{
  g_array_unref (self->folders);
  g_free (self);
}

/* FALSE for a conversation that was met before. */
static gboolean
take_entry (ValijaDatabase *database,
            sqlite3_stmt   *statement,
            GHashTable     *seen,
            Entry          *entry)
{
  gint64 id = sqlite3_column_int64 (statement, 1);
  gint64 conversation = sqlite3_column_int64 (statement, 2);

  entry->received = sqlite3_column_int64 (statement, 0);
  entry->id = entry->key = valija_database_to_public (database, id);
  if (seen == NULL)
    return TRUE;

  entry->key = valija_database_to_public (database, conversation != 0 ? conversation : id);
  if (g_hash_table_contains (seen, &entry->key))
    return FALSE;

  g_hash_table_add (seen, g_memdup2 (&entry->key, sizeof entry->key));

  return TRUE;
}

static GArray *
load_entries (ValijaStoreContext  *context,
              const MergeArgs     *args,
              gint64               folder,
              GHashTable          *seen,
              GError             **error)
{
  ValijaDatabase *database = valija_store_context_database (context, folder);
  g_autoptr(GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error, entry_queries[args->filter], "ii",
                                     valija_database_to_row (database, folder),
                                     args->limit > 0 && seen == NULL ? (gint64) args->limit : (gint64) -1);
  if (statement == NULL)
    return NULL;

  while ((args->limit == 0 || entries->len < args->limit) && valija_database_step (database, statement, &local_error))
    {
      Entry entry;

      if (take_entry (database, statement, seen, &entry))
        g_array_append_val (entries, entry);
    }
  sqlite3_reset (statement);

  if (local_error == NULL)
    return g_steal_pointer (&entries);

  g_propagate_error (error, g_steal_pointer (&local_error));

  return NULL;
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

static GArray *
merge (const GArray *a,
       const GArray *b)
{
  GArray *merged = g_array_sized_new (FALSE, FALSE, sizeof (Entry), a->len + b->len);
  guint i = 0, j = 0;

  while (i < a->len && j < b->len)
    {
      const Entry *entry_a = &g_array_index (a, Entry, i);
      const Entry *entry_b = &g_array_index (b, Entry, j);
      gboolean first = comes_before (entry_a, entry_b);

      g_array_append_vals (merged, first ? entry_a : entry_b, 1);
      if (first)
        i++;
      else
        j++;
    }

  g_array_append_vals (merged, (const Entry *) (gconstpointer) a->data + i, a->len - i);
  g_array_append_vals (merged, (const Entry *) (gconstpointer) b->data + j, b->len - j);

  return merged;
}

/* The shortest are merged first, so that a long folder is copied once. */
static gboolean
load_merged_index (ValijaStoreContext  *context,
                   gpointer             data,
                   GValue              *result,
                   GError             **error)
{
  MergeArgs *args = data;
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GHashTable) seen = NULL;

  if (args->conversations)
    seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; i < args->folders->len; i++)
    {
      GArray *entries = load_entries (context, args, g_array_index (args->folders, gint64, i), seen, error);

      if (entries == NULL)
        return FALSE;
      g_ptr_array_add (runs, entries);
    }

  while (runs->len > 1)
    {
      guint shortest = 0, second = 1;
      GArray *merged;

      for (guint i = 1; i < runs->len; i++)
        {
          guint length = ((GArray *) g_ptr_array_index (runs, i))->len;

          if (length < ((GArray *) g_ptr_array_index (runs, shortest))->len)
            {
              second = shortest;
              shortest = i;
            }
          else if (length < ((GArray *) g_ptr_array_index (runs, second))->len)
            second = i;
        }

      merged = merge (g_ptr_array_index (runs, shortest), g_ptr_array_index (runs, second));
      g_ptr_array_remove_index_fast (runs, MAX (shortest, second));
      g_ptr_array_remove_index_fast (runs, MIN (shortest, second));
      g_ptr_array_add (runs, merged);
    }

  if (runs->len == 1)
    {
      const GArray *entries = g_ptr_array_index (runs, 0);
      guint n = args->limit > 0 ? MIN (args->limit, entries->len) : entries->len;

      g_array_set_size (ids, n);
      for (guint i = 0; i < n; i++)
        g_array_index (ids, gint64, i) = g_array_index (entries, Entry, i).key;
    }

  valija_store_take_ids (result, g_steal_pointer (&ids));

  return TRUE;
}

static DexFuture *
load (ValijaStore      *self,
      const gint64     *folders,
      guint             n_folders,
      gboolean          conversations,
      ValijaListFilter  filter,
      guint             limit)
{
  MergeArgs *args = g_new0 (MergeArgs, 1);

  args->folders = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_folders);
  if (n_folders > 0)
    g_array_append_vals (args->folders, folders, n_folders);
  args->filter = filter;
  args->limit = limit;
  args->conversations = conversations;

  return valija_store_read (self, load_merged_index, args, (GDestroyNotify) merge_args_free);
}

/**
 * valija_store_load_merged_index:
 * @folders: (array length=n_folders): of either database, each once
 * @limit: how many of the newest, 0 for all
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64, newest first, whichever folder they are in
 */
DexFuture *
valija_store_load_merged_index (ValijaStore      *self,
                                const gint64     *folders,
                                guint             n_folders,
                                ValijaListFilter  filter,
                                guint             limit)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (folders != NULL || n_folders == 0);
  dex_return_error_if_fail (filter < G_N_ELEMENTS (entry_queries));

  return load (self, folders, n_folders, FALSE, filter, limit);
}

/**
 * valija_store_load_merged_conversation_index:
 * @folders: (array length=n_folders): of either database, each once
 * @limit: how many of the newest, 0 for all
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64, the keys of the conversations, in the order
 *   of their newest messages in whichever folder
 */
DexFuture *
valija_store_load_merged_conversation_index (ValijaStore      *self,
                                             const gint64     *folders,
                                             guint             n_folders,
                                             ValijaListFilter  filter,
                                             guint             limit)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (folders != NULL || n_folders == 0);
  dex_return_error_if_fail (filter < G_N_ELEMENTS (entry_queries));

  return load (self, folders, n_folders, TRUE, filter, limit);
}
