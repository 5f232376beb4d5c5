/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "store/valija-search-query-private.h"

typedef struct
{
  ValijaSearchQuery *query;
  char *account;
  gint64 folder;            /* public id, 0: all */
  guint limit;
} SearchArgs;

typedef struct
{
  gint64 received;
  gint64 id;                /* public */
} Hit;

#define HIT_COLUMNS "SELECT m.received, m.id"

/* Bound the same in every form of the question. */
#define CONDITIONS \
  " m.folder <> 0 AND (m.flags & ?2) = ?3 AND m.has_attachments >= ?4 AND m.received >= ?5 AND m.received < ?6" \
  " AND (?7 = 0 OR m.folder = ?7)" \
  " AND (?8 IS NULL OR m.folder IN (SELECT id FROM folder WHERE account = ?8))" \
  " AND (?10 IS NULL OR (m.id_hash = ?11 AND m.message_id = ?10))"

/* The key of a row of the search table begins with the time and ends with the id: walking it
 * backwards is newest first, and the walk stops at the limit. The period bounds the walk as
 * well. */
static const char match_sql[] =
  HIT_COLUMNS " FROM search s JOIN message m ON m.id = (s.rowid & 536870911)"
  " WHERE search MATCH ?1 AND s.rowid >= (?5 << 29) AND s.rowid < (min (?6, 17179869183) << 29) AND" CONDITIONS
  " ORDER BY s.rowid DESC LIMIT ?9";

static const char message_id_sql[] =
  HIT_COLUMNS " FROM message m WHERE ?1 IS NULL AND m.id_hash = ?11 AND" CONDITIONS
  " ORDER BY m.received DESC, m.id DESC LIMIT ?9";

static const char all_sql[] =
  HIT_COLUMNS " FROM message m WHERE ?1 IS NULL AND" CONDITIONS
  " ORDER BY m.received DESC, m.id DESC LIMIT ?9";

/* The unread and the flagged are few, and have indexes of their own. */
static const char unread_sql[] =
  HIT_COLUMNS " FROM message m WHERE ?1 IS NULL AND (m.flags & 1) = 0 AND" CONDITIONS
  " ORDER BY m.received DESC, m.id DESC LIMIT ?9";

static const char flagged_sql[] =
  HIT_COLUMNS " FROM message m WHERE ?1 IS NULL AND (m.flags & 4) <> 0 AND" CONDITIONS
  " ORDER BY m.received DESC, m.id DESC LIMIT ?9";

static void
search_args_free (SearchArgs *self)
{
  valija_search_query_unref (self->query);
  g_free (self->account);
  g_free (self);
}

static const char *
choose_sql (ValijaSearchQuery *query)
{
  ValijaFlags mask;
  ValijaFlags flags = valija_search_query_get_flags (query, &mask);

  if (valija_search_query_get_match (query) != NULL)
    return match_sql;
  if (valija_search_query_get_message_id (query) != NULL)
    return message_id_sql;
  if ((mask & VALIJA_FLAG_SEEN) != 0 && (flags & VALIJA_FLAG_SEEN) == 0)
    return unread_sql;
  if ((flags & VALIJA_FLAG_FLAGGED) != 0)
    return flagged_sql;

  return all_sql;
}

static gboolean
search_database (ValijaDatabase    *database,
                 const SearchArgs  *args,
                 GArray            *hits,
                 GError           **error)
{
  const char *match = valija_search_query_get_match (args->query);
  const char *message_id = valija_search_query_get_message_id (args->query);
  g_autoptr(GError) local_error = NULL;
  const char *sql = choose_sql (args->query);
  sqlite3_stmt *statement;
  ValijaFlags flags, mask;
  gint64 from, to;

  flags = valija_search_query_get_flags (args->query, &mask);
  valija_search_query_get_period (args->query, &from, &to);

  statement = valija_database_query (database, error, sql, "siiiiiisisi", match,
                                     (gint64) mask, (gint64) flags,
                                     (gint64) valija_search_query_wants_attachment (args->query), from, to,
                                     valija_database_to_row (database, args->folder), args->account,
                                     args->limit > 0 ? (gint64) args->limit : (gint64) -1,
                                     message_id, message_id != NULL ? (gint64) g_str_hash (message_id) : (gint64) 0);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    {
      Hit hit = {
        sqlite3_column_int64 (statement, 0),
        valija_database_to_public (database, sqlite3_column_int64 (statement, 1)),
      };

      g_array_append_val (hits, hit);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
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

static gboolean
search (ValijaStoreContext  *context,
        gpointer             data,
        GValue              *result,
        GError             **error)
{
  SearchArgs *args = data;
  g_autoptr(GArray) hits = g_array_new (FALSE, FALSE, sizeof (Hit));
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (!valija_search_query_is_empty (args->query) &&
      ((args->folder >= 0 && !search_database (context->cache, args, hits, error)) ||
       (args->folder <= 0 && !search_database (context->local, args, hits, error))))
    return FALSE;

  g_array_sort (hits, compare_hits);

  for (guint i = 0; i < hits->len && (args->limit == 0 || i < args->limit); i++)
    g_array_append_val (ids, g_array_index (hits, Hit, i).id);

  valija_store_take_ids (result, g_steal_pointer (&ids));

  return TRUE;
}

/**
 * valija_store_search:
 * @account: (nullable): an account's id
 * @folder: 0 for all
 * @limit: how many of the newest, 0 for all
 *
 * Nothing is found for an empty query.
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64, newest first
 */
DexFuture *
valija_store_search (ValijaStore       *self,
                     ValijaSearchQuery *query,
                     const char        *account,
                     gint64             folder,
                     guint              limit)
{
  SearchArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (query != NULL);

  args = g_new0 (SearchArgs, 1);
  args->query = valija_search_query_ref (query);
  args->account = g_strdup (account);
  args->folder = folder;
  args->limit = limit;

  return valija_store_read (self, search, args, (GDestroyNotify) search_args_free);
}
