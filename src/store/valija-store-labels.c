/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-labels.h"

#include "store/valija-store-private.h"

/* Kept with one question; more than that many sets of labels have no two messages in common. */
#define MAX_ANSWERS 4096

char **
valija_store_dup_labels (sqlite3_stmt *statement,
                         int           column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? valija_labels_from_text (text) : NULL;
}

static char **
dup_value (sqlite3_value *value)
{
  return valija_labels_from_text ((const char *) sqlite3_value_text (value));
}

static void
change_labels (sqlite3_context  *context,
               int               n_values,
               sqlite3_value   **values)
{
  g_auto(GStrv) labels = dup_value (values[0]);
  g_auto(GStrv) add = dup_value (values[1]);
  g_auto(GStrv) remove = dup_value (values[2]);
  g_auto(GStrv) changed = valija_labels_change ((const char * const *) labels, (const char * const *) add,
                                                (const char * const *) remove);

  sqlite3_result_text (context, valija_labels_to_text ((const char * const *) changed), -1, g_free);
}

static gboolean
is_one_meant (const char *text,
              const char *folded,
              gboolean    beginning)
{
  g_auto(GStrv) labels = valija_labels_from_text (text);

  for (guint i = 0; labels[i] != NULL; i++)
    if (valija_label_is_meant (labels[i], folded, beginning))
      return TRUE;

  return FALSE;
}

/* Most messages share their labels with others: what was found out of some is kept with the question, for as long as
 * that is asked. */
static GHashTable *
get_answers (sqlite3_context *context)
{
  GHashTable *answers = sqlite3_get_auxdata (context, 1);

  if (answers != NULL && g_hash_table_size (answers) < MAX_ANSWERS)
    return answers;

  sqlite3_set_auxdata (context, 1, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                       (GDestroyNotify) g_hash_table_unref);

  return sqlite3_get_auxdata (context, 1);
}

static void
has_label (sqlite3_context  *context,
           int               n_values,
           sqlite3_value   **values)
{
  const char *text = (const char *) sqlite3_value_text (values[0]);
  const char *folded = (const char *) sqlite3_value_text (values[1]);
  GHashTable *answers = get_answers (context);
  gpointer answer = NULL;

  if (text != NULL && folded != NULL &&
      (answers == NULL || !g_hash_table_lookup_extended (answers, text, NULL, &answer)))
    {
      answer = GINT_TO_POINTER (is_one_meant (text, folded, sqlite3_value_int (values[2]) != 0));
      if (answers != NULL)
        g_hash_table_insert (answers, g_strdup (text), answer);
    }

  sqlite3_result_int (context, GPOINTER_TO_INT (answer));
}

int
valija_store_labels_register (sqlite3 *handle)
{
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  int result = sqlite3_create_function_v2 (handle, "change_labels", 3, flags, NULL, change_labels, NULL, NULL, NULL);

  return result != SQLITE_OK ? result
                             : sqlite3_create_function_v2 (handle, "has_label", 3, flags, NULL, has_label, NULL, NULL,
                                                           NULL);
}

/* By folder, so that the index of what has labels answers it. */
static const char list_sql[] =
  "SELECT DISTINCT m.labels FROM folder f JOIN message m ON m.folder = f.id"
  " WHERE m.labels IS NOT NULL AND (?1 IS NULL OR f.account = ?1)";

static gboolean
add_labels (ValijaDatabase  *database,
            const char      *account,
            GHashTable      *labels,
            GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement = valija_database_query (database, error, list_sql, "s", account);

  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    {
      g_auto(GStrv) some = valija_store_dup_labels (statement, 0);

      for (guint i = 0; some[i] != NULL; i++)
        g_hash_table_add (labels, g_strdup (some[i]));
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

static int
compare_labels (gconstpointer a,
                gconstpointer b)
{
  g_autofree char *one = g_utf8_casefold (*(const char * const *) a, -1);
  g_autofree char *other = g_utf8_casefold (*(const char * const *) b, -1);

  return g_strcmp0 (one, other);
}

static gboolean
list_labels (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  const char *account = data;
  g_autoptr(GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GPtrArray) list = NULL;

  if (!add_labels (context->cache, account, labels, error) || !add_labels (context->local, account, labels, error))
    return FALSE;

  list = g_hash_table_get_keys_as_ptr_array (labels);
  g_ptr_array_sort (list, compare_labels);
  for (guint i = 1; i < list->len;)
    {
      if (valija_label_equal (g_ptr_array_index (list, i - 1), g_ptr_array_index (list, i)))
        g_ptr_array_remove_index (list, i);
      else
        i++;
    }
  g_ptr_array_add (list, NULL);

  g_value_init (result, G_TYPE_STRV);
  g_value_set_boxed (result, list->pdata);

  return TRUE;
}

/**
 * valija_store_list_labels:
 * @account: (nullable): an account's id
 *
 * Returns: (transfer full): a future that resolves to the labels (%G_TYPE_STRV) that messages have, sorted
 */
DexFuture *
valija_store_list_labels (ValijaStore *self,
                          const char  *account)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, list_labels, g_strdup (account), g_free);
}
