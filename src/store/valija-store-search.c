/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "model/valija-search-term.h"
#include "store/valija-search-query-private.h"
#include "store/valija-store-tokenizer.h"

#include <string.h>

/* How many rows pass between two looks at whether anybody still wants them. */
#define ROWS_BETWEEN_LOOKS 256

typedef struct
{
  ValijaSearchQuery *query;
  char *account;
  GArray *folders;          /* gint64, public ids; empty: all */
  GArray *more;             /* gint64, public ids, found whatever the query says */
  guint limit;
} SearchArgs;

typedef struct
{
  gint64 received;
  gint64 id;                /* public */
} Hit;

/* A search that is still to be asked. */
typedef struct
{
  ValijaStore *store;
  SearchArgs *args;
} Question;

/* A folder as "in:" knows it. */
typedef struct
{
  gint64 id;
  gint64 parent;
  char *name;
  ValijaFolderRole role;
  gboolean wanted;          /* by account and folders */
} Place;

/* One search in one of the two databases. */
typedef struct
{
  ValijaStoreContext *context;
  ValijaDatabase *database;
  const SearchArgs *args;
  GPtrArray *places;        /* of Place */
  GHashTable *wanted;       /* nullable, of gint64: the folders it is narrowed to; NULL: all */
  GHashTable *words;        /* ValijaSearchTest -> GArray of gint64: the sorted rows of the table that have them */
  GHashTable *named;        /* ValijaSearchTest -> set of gint64: the folders that "in:" means */
  GArray *hits;             /* of Hit */
  gint64 from;
  gint64 to;
} Search;

/* The columns of a row that tests look at. */
typedef struct
{
  gint64 received;
  gint64 id;
  gint64 folder;
  ValijaFlags flags;
  gint64 size;
  gboolean has_attachments;
} Row;

#define ROW_COLUMNS "SELECT m.received, m.id, m.folder, m.flags, m.size, m.has_attachments"
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

static const char row_sql[] = ROW_COLUMNS " FROM message m WHERE m.id = ?1 AND m.folder <> 0";

static void
search_args_free (SearchArgs *self)
{
  valija_search_query_unref (self->query);
  g_free (self->account);
  g_array_unref (self->folders);
  g_array_unref (self->more);
  g_free (self);
}

static Question *
question_new (ValijaStore *store,
              SearchArgs  *args)
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
place_free (gpointer data)
{
  Place *self = data;

  g_free (self->name);
  g_free (self);
}

static void
search_clear (Search *self)
{
  g_clear_pointer (&self->places, g_ptr_array_unref);
  g_clear_pointer (&self->wanted, g_hash_table_unref);
  g_clear_pointer (&self->words, g_hash_table_unref);
  g_clear_pointer (&self->named, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

static GHashTable *
new_id_set (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

static void
add_id (GHashTable *set,
        gint64      id)
{
  g_hash_table_add (set, g_memdup2 (&id, sizeof id));
}

/* ---- Where ---- */

static gboolean
is_asked_for (const Search *self,
              gint64        id,
              const char   *account)
{
  gint64 shown = valija_database_to_public (self->database, id);

  if (self->args->account != NULL && g_strcmp0 (self->args->account, account) != 0)
    return FALSE;

  for (guint i = 0; i < self->args->folders->len; i++)
    if (g_array_index (self->args->folders, gint64, i) == shown)
      return TRUE;

  return self->args->folders->len == 0;
}

static gboolean
load_places (Search  *self,
             GError **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  self->places = g_ptr_array_new_with_free_func (place_free);
  statement = valija_database_query (self->database, error, "SELECT id, parent, name, role, account FROM folder", "");
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (self->database, statement, &local_error))
    {
      Place *place = g_new0 (Place, 1);

      place->id = sqlite3_column_int64 (statement, 0);
      place->parent = sqlite3_column_int64 (statement, 1);
      place->name = valija_store_dup_text (statement, 2);
      place->role = (ValijaFolderRole) sqlite3_column_int64 (statement, 3);
      place->wanted = is_asked_for (self, place->id, (const char *) sqlite3_column_text (statement, 4));
      g_ptr_array_add (self->places, place);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static const Place *
find_place (const Search *self,
            gint64        id)
{
  for (guint i = 0; i < self->places->len && id != 0; i++)
    {
      const Place *place = g_ptr_array_index (self->places, i);

      if (place->id == id)
        return place;
    }

  return NULL;
}

/* A folder that is its own parent's parent would be damage. */
static char *
dup_path (const Search *self,
          const Place  *place)
{
  GString *path = g_string_new (place->name);
  guint depth = 0;

  for (const Place *p = find_place (self, place->parent);
       p != NULL && depth < self->places->len;
       p = find_place (self, p->parent), depth++)
    {
      g_string_prepend_c (path, '/');
      g_string_prepend (path, p->name);
    }

  return g_string_free (path, FALSE);
}

static GHashTable *
list_called (const Search *self,
             const char   *text,
             gboolean      beginning)
{
  GHashTable *named = new_id_set ();

  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = g_ptr_array_index (self->places, i);
      g_autofree char *path = dup_path (self, place);

      if (valija_search_names_folder (text, beginning, place->role, place->name, path))
        add_id (named, place->id);
    }

  return named;
}

/* A whole name is no beginning of others. */
static GHashTable *
list_named (const Search           *self,
            const ValijaSearchTest *test)
{
  g_autoptr(GHashTable) named = list_called (self, test->text, FALSE);

  return g_hash_table_size (named) > 0 || !test->beginning ? g_steal_pointer (&named)
                                                           : list_called (self, test->text, TRUE);
}

static void
narrow_places (Search *self)
{
  const ValijaSearchTest *alone = valija_search_query_find_alone (self->args->query, VALIJA_SEARCH_TEST_FOLDER);
  GHashTable *named = alone != NULL ? g_hash_table_lookup (self->named, alone) : NULL;

  for (guint i = 0; i < self->places->len; i++)
    {
      Place *place = g_ptr_array_index (self->places, i);

      place->wanted = place->wanted && (named == NULL || g_hash_table_contains (named, &place->id));
    }

  if (self->args->account == NULL && self->args->folders->len == 0 && named == NULL)
    return;

  self->wanted = new_id_set ();
  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = g_ptr_array_index (self->places, i);

      if (place->wanted)
        add_id (self->wanted, place->id);
    }
}

/* ---- What ---- */

static int
compare_keys (gconstpointer a,
              gconstpointer b)
{
  const gint64 *key_a = a;
  const gint64 *key_b = b;

  return (*key_a > *key_b) - (*key_a < *key_b);
}

/* The keys come in rising order. */
static GArray *
list_with_words (const Search           *self,
                 const ValijaSearchTest *test,
                 GError                **error)
{
  g_autoptr(GArray) keys = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement =
      valija_database_query (self->database, error, "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid",
                             "s", test->text);

  if (statement == NULL)
    return NULL;

  while (valija_database_step (self->database, statement, &local_error))
    {
      gint64 key = sqlite3_column_int64 (statement, 0);

      g_array_append_val (keys, key);
    }

  if (local_error == NULL)
    return g_steal_pointer (&keys);

  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/* What tests of words and of folders are answered by. */
static gboolean
prepare_test (Search                  *self,
              ValijaSearchTest        *test,
              GError                 **error)
{
  GArray *keys;

  if (test->kind == VALIJA_SEARCH_TEST_FOLDER)
    g_hash_table_insert (self->named, test, list_named (self, test));

  if (test->kind != VALIJA_SEARCH_TEST_WORDS)
    return TRUE;

  if (!(keys = list_with_words (self, test, error)))
    return FALSE;

  g_hash_table_insert (self->words, test, keys);
  return TRUE;
}

static gboolean
prepare_tests (Search  *self,
               GError **error)
{
  GPtrArray *clauses = valija_search_query_get_clauses (self->args->query);

  self->named = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_hash_table_unref);
  self->words = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);

  for (guint i = 0; i < clauses->len; i++)
    {
      GPtrArray *clause = g_ptr_array_index (clauses, i);

      for (guint j = 0; j < clause->len; j++)
        if (!prepare_test (self, g_ptr_array_index (clause, j), error))
          return FALSE;
    }

  return TRUE;
}

/* People are told apart by lines: those of To come first, and their labels are the recipients; a list of those that was
 * cut tells of no more than it holds. */
static const char *
skip_to (const char *people,
         const char *recipients)
{
  while (*recipients != '\0' && *people != '\0')
    {
      const char *end = strchr (people, '\n');
      g_autofree char *line = NULL;
      char *address;
      const char *label;

      if (end == NULL)
        break;

      line = g_strndup (people, end - people);
      address = strrchr (line, ' ');
      if (address == NULL)
        break;

      *address++ = '\0';
      label = line[0] != '\0' ? line : address;
      if (!g_str_has_prefix (recipients, label))
        break;

      recipients += strlen (label);
      if (g_str_has_prefix (recipients, ", "))
        recipients += 2;
      people = end + 1;
    }

  return people;
}

static gboolean
check_text (Search                 *self,
            const ValijaSearchTest *test,
            gint64                  id,
            gboolean               *holds,
            GError                **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement =
      valija_database_query (self->database, error, "SELECT message_id, recipients, people FROM message WHERE id = ?1",
                             "i", id);

  if (statement == NULL)
    return FALSE;

  *holds = FALSE;
  if (valija_database_step (self->database, statement, &local_error))
    {
      const char *message_id = (const char *) sqlite3_column_text (statement, 0);
      const char *recipients = (const char *) sqlite3_column_text (statement, 1);
      const char *people = (const char *) sqlite3_column_text (statement, 2);

      if (test->kind == VALIJA_SEARCH_TEST_ID)
        *holds = g_strcmp0 (message_id, test->text) == 0;
      else
        *holds = valija_store_tokenizer_contains (valija_database_get_handle (self->database),
                                                  skip_to (people != NULL ? people : "",
                                                           recipients != NULL ? recipients : ""),
                                                  test->text, test->beginning);
    }
  sqlite3_reset (statement);

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
has_words (const Search           *self,
           const ValijaSearchTest *test,
           const Row              *row)
{
  GArray *keys = g_hash_table_lookup (self->words, test);
  gint64 key = row->received << 29 | row->id;

  return g_array_binary_search (keys, &key, compare_keys, NULL);
}

static gboolean
check_test (Search                 *self,
            const ValijaSearchTest *test,
            const Row              *row,
            gboolean               *holds,
            GError                **error)
{
  switch (test->kind)
    {
    case VALIJA_SEARCH_TEST_FLAGS:
      *holds = (row->flags & test->mask) == test->flags;
      break;
    case VALIJA_SEARCH_TEST_ATTACHMENT:
      *holds = row->has_attachments;
      break;
    case VALIJA_SEARCH_TEST_PERIOD:
      *holds = row->received >= test->from && row->received < test->to;
      break;
    case VALIJA_SEARCH_TEST_SIZE:
      *holds = row->size >= test->from && row->size < test->to;
      break;
    case VALIJA_SEARCH_TEST_FOLDER:
      *holds = g_hash_table_contains (g_hash_table_lookup (self->named, test), &row->folder);
      break;
    case VALIJA_SEARCH_TEST_WORDS:
      *holds = has_words (self, test, row);
      break;
    case VALIJA_SEARCH_TEST_ID:
    case VALIJA_SEARCH_TEST_CC:
    default:
      if (!check_text (self, test, row->id, holds, error))
        return FALSE;
      break;
    }

  *holds = *holds != test->negated;
  return TRUE;
}

static gboolean
is_of_words (const ValijaSearchTest *test)
{
  return test->kind == VALIJA_SEARCH_TEST_WORDS || test->kind == VALIJA_SEARCH_TEST_CC ||
         test->kind == VALIJA_SEARCH_TEST_ID;
}

/* @trusting: words are met already, somebody else has looked. */
static gboolean
check_clauses (Search     *self,
               const Row  *row,
               gboolean    trusting,
               gboolean   *holds,
               GError    **error)
{
  GPtrArray *clauses = valija_search_query_get_clauses (self->args->query);

  *holds = TRUE;
  for (guint i = 0; i < clauses->len && *holds; i++)
    {
      GPtrArray *clause = g_ptr_array_index (clauses, i);

      *holds = FALSE;
      for (guint j = 0; j < clause->len && !*holds; j++)
        {
          const ValijaSearchTest *test = g_ptr_array_index (clause, j);

          if (trusting && is_of_words (test))
            *holds = TRUE;
          else if (!check_test (self, test, row, holds, error))
            return FALSE;
        }
    }

  return TRUE;
}

/* ---- The walk ---- */

static void
read_row (sqlite3_stmt *statement,
          Row          *row)
{
  row->received = sqlite3_column_int64 (statement, 0);
  row->id = sqlite3_column_int64 (statement, 1);
  row->folder = sqlite3_column_int64 (statement, 2);
  row->flags = (ValijaFlags) sqlite3_column_int64 (statement, 3);
  row->size = sqlite3_column_int64 (statement, 4);
  row->has_attachments = sqlite3_column_int64 (statement, 5) != 0;
}

static void
add_hit (Search    *self,
         const Row *row)
{
  Hit hit = { row->received, valija_database_to_public (self->database, row->id) };

  g_array_append_val (self->hits, hit);
}

/* As many of the newest as are wanted of those that @statement brings. */
static gboolean
walk (Search        *self,
      sqlite3_stmt  *statement,
      GError       **error)
{
  g_autoptr(GError) local_error = NULL;
  guint limit = self->args->limit;
  guint n_found = 0;

  for (guint n_rows = 1; valija_database_step (self->database, statement, &local_error); n_rows++)
    {
      gboolean holds;
      Row row;

      if (n_rows % ROWS_BETWEEN_LOOKS == 0 && g_cancellable_set_error_if_cancelled (self->context->waiting, error))
        return FALSE;

      read_row (statement, &row);
      if (self->wanted != NULL && !g_hash_table_contains (self->wanted, &row.folder))
        continue;
      if (!check_clauses (self, &row, FALSE, &holds, error))
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

static const char *
choose_folder_sql (ValijaSearchQuery *query)
{
  const ValijaSearchTest *alone = valija_search_query_find_alone (query, VALIJA_SEARCH_TEST_FLAGS);

  if (alone == NULL || (alone->mask == VALIJA_FLAG_SEEN && alone->flags != 0))
    return folder_sql;
  if (alone->mask == VALIJA_FLAG_SEEN)
    return unread_sql;

  return alone->mask == VALIJA_FLAG_FLAGGED ? flagged_sql : folder_sql;
}

static gboolean
walk_folders (Search  *self,
              GError **error)
{
  const char *sql = choose_folder_sql (self->args->query);

  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = g_ptr_array_index (self->places, i);
      sqlite3_stmt *statement;

      if (!place->wanted)
        continue;

      statement = valija_database_query (self->database, error, sql, "iii", place->id, self->from, self->to);
      if (statement == NULL || !walk (self, statement, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
walk_all (Search  *self,
          GError **error)
{
  const char *match = valija_search_query_get_match (self->args->query);
  const ValijaSearchTest *id = valija_search_query_find_alone (self->args->query, VALIJA_SEARCH_TEST_ID);
  sqlite3_stmt *statement;

  if (match != NULL)
    statement = valija_database_query (self->database, error, match_sql, "sii", match, self->from, self->to);
  else if (id != NULL)
    statement = valija_database_query (self->database, error, message_id_sql, "iii", (gint64) g_str_hash (id->text),
                                       self->from, self->to);
  else
    return walk_folders (self, error);

  return statement != NULL && walk (self, statement, error);
}

/* A server finds words also inside others; what else is asked for is known better here. */
static gboolean
add_trusted (Search        *self,
             sqlite3_stmt  *statement,
             GError       **error)
{
  gboolean holds;
  Row row;

  read_row (statement, &row);
  if ((self->wanted != NULL && !g_hash_table_contains (self->wanted, &row.folder)) || row.received < self->from ||
      row.received >= self->to)
    return TRUE;

  if (!check_clauses (self, &row, TRUE, &holds, error))
    return FALSE;
  if (holds)
    add_hit (self, &row);

  return TRUE;
}

/* What a server has found, and was not found here anyway. */
static gboolean
add_more (Search  *self,
          guint    first,
          GError **error)
{
  g_autoptr(GHashTable) found = new_id_set ();

  for (guint i = first; i < self->hits->len; i++)
    add_id (found, g_array_index (self->hits, Hit, i).id);

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
search_database (ValijaStoreContext  *context,
                 ValijaDatabase      *database,
                 const SearchArgs    *args,
                 GArray              *hits,
                 GError             **error)
{
  g_auto(Search) self = { context, database, args };
  guint first = hits->len;

  self.hits = hits;
  valija_search_query_get_period (args->query, &self.from, &self.to);

  if (!load_places (&self, error) || !prepare_tests (&self, error))
    return FALSE;

  narrow_places (&self);

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
      (!search_database (context, context->cache, args, hits, error) ||
       !search_database (context, context->local, args, hits, error)))
    return FALSE;

  g_array_sort (hits, compare_hits);

  for (guint i = 0; i < hits->len && (args->limit == 0 || i < args->limit); i++)
    g_array_append_val (ids, g_array_index (hits, Hit, i).id);

  valija_store_take_ids (result, g_steal_pointer (&ids));

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
  return valija_store_index_unsearched (context->cache, error) && valija_store_index_unsearched (context->local, error);
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
  SearchArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (query != NULL);

  args = g_new0 (SearchArgs, 1);
  args->query = valija_search_query_ref (query);
  args->account = g_strdup (account);
  args->folders = copy_ids (folders, n_folders);
  args->more = copy_ids (more, n_more);
  args->limit = limit;

  return dex_future_then (valija_store_read (self, find_unsearched, NULL, NULL), found_unsearched_cb,
                          question_new (self, args), question_free);
}
