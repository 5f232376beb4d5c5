/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-search-private.h"

/* How many rows pass between two looks at whether anybody still wants them. */
#define ROWS_BETWEEN_LOOKS 256

typedef struct
{
  gint64 received;
  gint64 id;                /* public */
  gint64 conversation;      /* public */
} Hit;

/* A search that is still to be asked. */
typedef struct
{
  ValijaStore *store;
  ValijaStoreSearchArgs *args;
} Question;

/* Local hits that are looked up in the cache, where their conversation may be as well. */
#define MAX_ELSEWHERE 500

#define ROW_COLUMNS \
  "SELECT m.received, m.id, m.folder, m.flags, m.size, m.has_attachments," \
  " CASE ifnull (m.conversation, 0) WHEN 0 THEN m.id ELSE m.conversation END"
#define PERIOD " AND m.received >= ?2 AND m.received < ?3"
#define NEWEST_FIRST " ORDER BY m.received DESC, m.id DESC"

/* The key of a row of the search table begins with the time and ends with the id: walking it
 * backwards is newest first, and the walk stops at the limit. The period bounds the walk as
 * well. */
static const char match_sql[] =
  ROW_COLUMNS " FROM search s JOIN message m ON m.id = (s.rowid & 536870911)"
  " WHERE search MATCH ?1 AND s.rowid >= (?2 << 29) AND s.rowid < (min (?3, 17179869183) << 29) AND m.folder <> 0"
  " ORDER BY s.rowid DESC";

static const char message_id_sql[] =
  ROW_COLUMNS " FROM message m WHERE m.id_hash = ?1" PERIOD " AND m.folder <> 0" NEWEST_FIRST;

static const char folder_sql[] = ROW_COLUMNS " FROM message m WHERE m.folder = ?1" PERIOD NEWEST_FIRST;

/* The unread and the flagged are few, and have indexes of their own. */
static const char unread_sql[] =
  ROW_COLUMNS " FROM message m WHERE m.folder = ?1" PERIOD " AND (m.flags & 1) = 0" NEWEST_FIRST;

static const char flagged_sql[] =
  ROW_COLUMNS " FROM message m WHERE m.folder = ?1" PERIOD " AND (m.flags & 4) <> 0" NEWEST_FIRST;

/* As of the index. */
#define LARGE_BYTES 65536

/* Those that were made behind the window (valija_store_later_indexes), or will be. */
static const char answered_sql[] =
  ROW_COLUMNS " FROM message m WHERE m.folder = ?1" PERIOD " AND (m.flags & 2) <> 0" NEWEST_FIRST;

static const char attached_sql[] =
  ROW_COLUMNS " FROM message m WHERE m.folder = ?1" PERIOD " AND m.has_attachments <> 0" NEWEST_FIRST;

static const char large_sql[] =
  ROW_COLUMNS " FROM message m WHERE m.folder = ?1" PERIOD
  " AND m.size >= " G_STRINGIFY (LARGE_BYTES) " AND m.size >= ?4" NEWEST_FIRST;

static const char labelled_sql[] =
  ROW_COLUMNS " FROM message m WHERE m.folder = ?1" PERIOD
  " AND m.labels IS NOT NULL AND has_label (m.labels, ?4, ?5)" NEWEST_FIRST;

static const char row_sql[] = ROW_COLUMNS " FROM message m WHERE m.id = ?1 AND m.folder <> 0";

static void
search_args_free (ValijaStoreSearchArgs *self)
{
  valija_search_query_unref (self->query);
  g_free (self->account);
  g_array_unref (self->folders);
  g_array_unref (self->more);
  g_free (self);
}

static Question *
question_new (ValijaStore           *store,
              ValijaStoreSearchArgs *args)
{
  Question *self = g_new0 (Question, 1);

  self->store = g_object_ref (store);
  self->args = args;

  return self;
}

static void
question_free (gpointer data)
{
  Question *self = data;

  g_object_unref (self->store);
  g_clear_pointer (&self->args, search_args_free);
  g_free (self);
}

static void
search_clear (ValijaStoreSearch *self)
{
  g_clear_pointer (&self->places, g_ptr_array_unref);
  g_clear_pointer (&self->wanted, g_hash_table_unref);
  g_clear_pointer (&self->words, g_hash_table_unref);
  g_clear_pointer (&self->named, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ValijaStoreSearch, search_clear)

/* ---- The walk ---- */

static void
read_row (sqlite3_stmt         *statement,
          ValijaStoreSearchRow *row)
{
  row->received = sqlite3_column_int64 (statement, 0);
  row->id = sqlite3_column_int64 (statement, 1);
  row->folder = sqlite3_column_int64 (statement, 2);
  row->flags = (ValijaFlags) sqlite3_column_int64 (statement, 3);
  row->size = sqlite3_column_int64 (statement, 4);
  row->has_attachments = sqlite3_column_int64 (statement, 5) != 0;
  row->conversation = sqlite3_column_int64 (statement, 6);
}

static void
add_hit (ValijaStoreSearch          *self,
         const ValijaStoreSearchRow *row)
{
  Hit hit = { row->received, valija_database_to_public (self->database, row->id),
              valija_database_to_public (self->database, row->conversation) };

  g_array_append_val (self->hits, hit);
}

/* As many of the newest as are wanted of those that @statement brings. */
static gboolean
walk (ValijaStoreSearch  *self,
      sqlite3_stmt       *statement,
      GError            **error)
{
  g_autoptr(GError) local_error = NULL;
  guint limit = self->args->limit;
  guint n_found = 0;

  for (guint n_rows = 1; valija_database_step (self->database, statement, &local_error); n_rows++)
    {
      gboolean holds;
      ValijaStoreSearchRow row;

      if (n_rows % ROWS_BETWEEN_LOOKS == 0 && g_cancellable_set_error_if_cancelled (self->context->waiting, error))
        return FALSE;

      read_row (statement, &row);
      if (self->wanted != NULL && !g_hash_table_contains (self->wanted, &row.folder))
        continue;
      if (!valija_store_search_check_clauses (self, &row, FALSE, &holds, error))
        return FALSE;
      if (!holds)
        continue;

      add_hit (self, &row);
      if (++n_found == limit)
        break;
    }
  sqlite3_reset (statement);

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* By the index of what fewest messages have. */
static const char *
choose_folder_sql (ValijaSearchQuery *query,
                   gint64            *size)
{
  const ValijaSearchTest *flags = valija_search_query_find_alone (query, VALIJA_SEARCH_TEST_FLAGS);
  const ValijaSearchTest *large = valija_search_query_find_alone (query, VALIJA_SEARCH_TEST_SIZE);

  *size = large != NULL ? large->from : 0;
  if (*size >= LARGE_BYTES)
    return large_sql;
  if (flags != NULL && flags->mask == VALIJA_FLAG_SEEN && flags->flags == 0)
    return unread_sql;
  if (flags != NULL && flags->mask == VALIJA_FLAG_FLAGGED && flags->flags != 0)
    return flagged_sql;
  if (flags != NULL && flags->mask == VALIJA_FLAG_ANSWERED && flags->flags != 0)
    return answered_sql;

  return valija_search_query_find_alone (query, VALIJA_SEARCH_TEST_ATTACHMENT) != NULL ? attached_sql : folder_sql;
}

static gboolean
walk_folders (ValijaStoreSearch  *self,
              GError            **error)
{
  gint64 size;
  const ValijaSearchTest *label = valija_search_query_find_alone (self->args->query, VALIJA_SEARCH_TEST_LABEL);
  const char *sql = choose_folder_sql (self->args->query, &size);

  for (guint i = 0; i < self->places->len; i++)
    {
      const ValijaStorePlace *place = g_ptr_array_index (self->places, i);
      sqlite3_stmt *statement;

      if (!place->wanted)
        continue;

      if (label != NULL)
        statement = valija_database_query (self->database, error, labelled_sql, "iiisi", place->id, self->from,
                                           self->to, label->text, (gint64) label->beginning);
      else
        statement = valija_database_query (self->database, error, sql, sql == large_sql ? "iiii" : "iii", place->id,
                                           self->from, self->to, size);
      if (statement == NULL || !walk (self, statement, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
walk_all (ValijaStoreSearch  *self,
          GError            **error)
{
  const char *match = valija_search_query_get_match (self->args->query);
  const ValijaSearchTest *id = valija_search_query_find_alone (self->args->query, VALIJA_SEARCH_TEST_ID);
  g_autofree char *listed = NULL;
  sqlite3_stmt *statement;

  if (match != NULL && !valija_store_search_list_beginnings (self->database, match, &listed, error))
    return FALSE;

  if (match != NULL)
    statement = valija_database_query (self->database, error, match_sql, "sii", listed, self->from, self->to);
  else if (id != NULL)
    statement = valija_database_query (self->database, error, message_id_sql, "iii", (gint64) g_str_hash (id->text),
                                       self->from, self->to);
  else
    return walk_folders (self, error);

  return statement != NULL && walk (self, statement, error);
}

/* A server finds words also inside others; what else is asked for is known better here. */
static gboolean
add_trusted (ValijaStoreSearch  *self,
             sqlite3_stmt       *statement,
             GError            **error)
{
  gboolean holds;
  ValijaStoreSearchRow row;

  read_row (statement, &row);
  if ((self->wanted != NULL && !g_hash_table_contains (self->wanted, &row.folder)) || row.received < self->from ||
      row.received >= self->to)
    return TRUE;

  if (!valija_store_search_check_clauses (self, &row, TRUE, &holds, error))
    return FALSE;
  if (holds)
    add_hit (self, &row);

  return TRUE;
}

/* What a server has found, and was not found here anyway. */
static gboolean
add_more (ValijaStoreSearch  *self,
          guint               first,
          GError            **error)
{
  g_autoptr(GHashTable) found = valija_store_id_set_new ();

  for (guint i = first; i < self->hits->len; i++)
    valija_store_id_set_add (found, g_array_index (self->hits, Hit, i).id);

  for (guint i = 0; i < self->args->more->len; i++)
    {
      gint64 id = g_array_index (self->args->more, gint64, i);
      gboolean here = valija_store_context_database (self->context, id) == self->database;
      sqlite3_stmt *statement;

      if (!here || !g_hash_table_add (found, g_memdup2 (&id, sizeof id)))
        continue;

      statement = valija_database_query (self->database, error, row_sql, "i",
                                         valija_database_to_row (self->database, id));
      if (statement == NULL)
        return FALSE;

      if (valija_database_step (self->database, statement, NULL) && !add_trusted (self, statement, error))
        return FALSE;
      sqlite3_reset (statement);
    }

  return TRUE;
}

static gboolean
search_database (ValijaStoreContext           *context,
                 ValijaDatabase               *database,
                 const ValijaStoreSearchArgs  *args,
                 GArray                       *hits,
                 GError                      **error)
{
  g_auto(ValijaStoreSearch) self = { context, database, args };
  guint first = hits->len;

  self.hits = hits;
  valija_search_query_get_period (args->query, &self.from, &self.to);

  if (!valija_store_search_load_places (&self, error) || !valija_store_search_prepare_tests (&self, error))
    return FALSE;

  valija_store_search_narrow_places (&self);

  return walk_all (&self, error) && add_more (&self, first, error);
}

static int
compare_hits (gconstpointer a,
              gconstpointer b)
{
  const Hit *hit_a = a;
  const Hit *hit_b = b;

  if (hit_a->received != hit_b->received)
    return hit_a->received > hit_b->received ? -1 : 1;

  return (ABS (hit_b->id) > ABS (hit_a->id)) - (ABS (hit_b->id) < ABS (hit_a->id));
}

/* A copy of what was sent is not where the mail of the server is, and still belongs to it. */
static gboolean
join_databases (ValijaStoreContext  *context,
                GArray              *hits,
                GError             **error)
{
  g_autoptr(GHashTable) keys = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);

  for (guint i = 0; i < hits->len; i++)
    {
      Hit *hit = &g_array_index (hits, Hit, i);
      gint64 *key = g_hash_table_lookup (keys, &hit->conversation);
      gint64 found = hit->conversation;

      if (valija_store_context_database (context, hit->id) != context->local)
        continue;

      if (key == NULL)
        {
          if (g_hash_table_size (keys) < MAX_ELSEWHERE &&
              !valija_store_find_conversation_in_cache (context, hit->id, hit->conversation, &found, error))
            return FALSE;
          key = g_memdup2 (&found, sizeof found);
          g_hash_table_insert (keys, g_memdup2 (&hit->conversation, sizeof hit->conversation), key);
        }

      hit->conversation = *key;
    }

  return TRUE;
}

static void
take_messages (GValue *result,
               GArray *hits,
               guint   limit)
{
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < hits->len && (limit == 0 || i < limit); i++)
    g_array_append_val (ids, g_array_index (hits, Hit, i).id);

  valija_store_take_ids (result, g_steal_pointer (&ids));
}

static void
take_conversations (GValue *result,
                    GArray *hits)
{
  g_autoptr(GArray) found = g_array_new (FALSE, FALSE, sizeof (ValijaFoundMessage));

  for (guint i = 0; i < hits->len; i++)
    {
      const Hit *hit = &g_array_index (hits, Hit, i);
      ValijaFoundMessage message = { hit->id, hit->conversation };

      g_array_append_val (found, message);
    }

  valija_store_take_ids (result, g_steal_pointer (&found));
}

static gboolean
search (ValijaStoreContext  *context,
        gpointer             data,
        GValue              *result,
        GError             **error)
{
  ValijaStoreSearchArgs *args = data;
  g_autoptr(GArray) hits = g_array_new (FALSE, FALSE, sizeof (Hit));

  if (!valija_search_query_is_empty (args->query) &&
      (!search_database (context, context->cache, args, hits, error) ||
       !search_database (context, context->local, args, hits, error)))
    return FALSE;

  g_array_sort (hits, compare_hits);

  if (!args->conversations)
    {
      take_messages (result, hits, args->limit);
      return TRUE;
    }

  if (args->limit > 0 && hits->len > args->limit)
    g_array_set_size (hits, args->limit);
  if (!join_databases (context, hits, error))
    return FALSE;
  take_conversations (result, hits);

  return TRUE;
}

static gboolean
find_unsearched (ValijaStoreContext  *context,
                 gpointer             data,
                 GValue              *result,
                 GError             **error)
{
  static const char sql[] = "SELECT EXISTS (SELECT 1 FROM unsearched)";
  gint64 in_cache, in_local;

  if (!valija_database_get_int64 (context->cache, 0, &in_cache, error, sql, "") ||
      !valija_database_get_int64 (context->local, 0, &in_local, error, sql, ""))
    return FALSE;

  valija_store_take_int64 (result, in_cache + in_local);

  return TRUE;
}

static gboolean
index_unsearched (ValijaStoreContext  *context,
                  gpointer             data,
                  GValue              *result,
                  GError             **error)
{
  return valija_store_index_unsearched (context->cache, 0, G_MAXINT64, error) &&
         valija_store_index_unsearched (context->local, 0, G_MAXINT64, error);
}

static DexFuture *
search_cb (DexFuture *future,
           gpointer   user_data)
{
  Question *question = user_data;

  return valija_store_read (question->store, search, g_steal_pointer (&question->args),
                            (GDestroyNotify) search_args_free);
}

static DexFuture *
found_unsearched_cb (DexFuture *future,
                     gpointer   user_data)
{
  Question *question = user_data;

  if (g_value_get_int64 (dex_future_get_value (future, NULL)) == 0)
    return search_cb (future, question);

  return dex_future_then (valija_store_write (question->store, index_unsearched, NULL, NULL), search_cb,
                          question_new (question->store, g_steal_pointer (&question->args)), question_free);
}

static GArray *
copy_ids (const gint64 *ids,
          guint         n_ids)
{
  GArray *copy = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_ids);

  if (n_ids > 0)
    g_array_append_vals (copy, ids, n_ids);

  return copy;
}

static DexFuture *
ask (ValijaStore       *self,
     ValijaSearchQuery *query,
     const char        *account,
     const gint64      *folders,
     guint              n_folders,
     const gint64      *more,
     guint              n_more,
     guint              limit,
     gboolean           conversations)
{
  ValijaStoreSearchArgs *args = g_new0 (ValijaStoreSearchArgs, 1);

  args->query = valija_search_query_ref (query);
  args->account = g_strdup (account);
  args->folders = copy_ids (folders, n_folders);
  args->more = copy_ids (more, n_more);
  args->limit = limit;
  args->conversations = conversations;

  return dex_future_then (valija_store_read (self, find_unsearched, NULL, NULL), found_unsearched_cb,
                          question_new (self, args), question_free);
}

/**
 * valija_store_search:
 * @account: (nullable): an account's id
 * @folders: (nullable): where to look; nothing for everywhere
 * @more: (nullable): messages that belong to what is found whatever the query says, where they
 *   lie in @folders: those that a server has found
 * @limit: how many of the newest, 0 for all
 *
 * Nothing is found for an empty query. Ends early when nobody waits for it any more.
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64, newest first
 */
DexFuture *
valija_store_search (ValijaStore       *self,
                     ValijaSearchQuery *query,
                     const char        *account,
                     const gint64      *folders,
                     guint              n_folders,
                     const gint64      *more,
                     guint              n_more,
                     guint              limit)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (query != NULL);

  return ask (self, query, account, folders, n_folders, more, n_more, limit, FALSE);
}

DexFuture *
valija_store_search_conversations (ValijaStore       *self,
                                   ValijaSearchQuery *query,
                                   const char        *account,
                                   const gint64      *folders,
                                   guint              n_folders,
                                   const gint64      *more,
                                   guint              n_more,
                                   guint              limit)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (query != NULL);

  return ask (self, query, account, folders, n_folders, more, n_more, limit, TRUE);
}
