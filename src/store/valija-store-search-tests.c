/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-search-private.h"

#include "store/valija-store-tokenizer.h"

#include <string.h>

/* What a search asks of a message beside the words that all must have. */

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
list_with_words (const ValijaStoreSearch  *self,
                 const ValijaSearchTest   *test,
                 GError                  **error)
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
prepare_test (ValijaStoreSearch  *self,
              ValijaSearchTest   *test,
              GError            **error)
{
  GArray *keys;

  if (test->kind == VALIJA_SEARCH_TEST_FOLDER)
    g_hash_table_insert (self->named, test, valija_store_search_list_named (self, test));

  if (test->kind != VALIJA_SEARCH_TEST_WORDS)
    return TRUE;

  if (!(keys = list_with_words (self, test, error)))
    return FALSE;

  g_hash_table_insert (self->words, test, keys);
  return TRUE;
}

gboolean
valija_store_search_prepare_tests (ValijaStoreSearch  *self,
                                   GError            **error)
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
check_text (ValijaStoreSearch       *self,
            const ValijaSearchTest  *test,
            gint64                   id,
            gboolean                *holds,
            GError                 **error)
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
check_labels (ValijaStoreSearch       *self,
              const ValijaSearchTest  *test,
              gint64                   id,
              gboolean                *holds,
              GError                 **error)
{
  gint64 found;

  if (!valija_database_get_int64 (self->database, 0, &found, error,
                                  "SELECT has_label (labels, ?2, ?3) FROM message"
                                  " WHERE id = ?1 AND labels IS NOT NULL", "isi", id, test->text,
                                  (gint64) test->beginning))
    return FALSE;

  *holds = found != 0;

  return TRUE;
}

static gboolean
has_words (const ValijaStoreSearch    *self,
           const ValijaSearchTest     *test,
           const ValijaStoreSearchRow *row)
{
  GArray *keys = g_hash_table_lookup (self->words, test);
  gint64 key = row->received << 29 | row->id;

  return g_array_binary_search (keys, &key, compare_keys, NULL);
}

static gboolean
check_test (ValijaStoreSearch           *self,
            const ValijaSearchTest      *test,
            const ValijaStoreSearchRow  *row,
            gboolean                    *holds,
            GError                     **error)
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
    case VALIJA_SEARCH_TEST_LABEL:
      if (!check_labels (self, test, row->id, holds, error))
        return FALSE;
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

gboolean
valija_store_search_check_clauses (ValijaStoreSearch           *self,
                                   const ValijaStoreSearchRow  *row,
                                   gboolean                     trusting,
                                   gboolean                    *holds,
                                   GError                     **error)
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
