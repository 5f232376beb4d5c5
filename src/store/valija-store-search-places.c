/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-search-private.h"

#include "model/valija-search-term.h"

/* Where a search looks: the folders that it is asked for, and those that "in:" means. */

static void
place_free (gpointer data)
{
  ValijaStorePlace *self = data;

  g_free (self->name);
  g_free (self);
}

static gboolean
is_asked_for (const ValijaStoreSearch *self,
              gint64                   id,
              const char              *account)
{
  gint64 shown = valija_database_to_public (self->database, id);

  if (self->args->account != NULL && g_strcmp0 (self->args->account, account) != 0)
    return FALSE;

  for (guint i = 0; i < self->args->folders->len; i++)
    if (g_array_index (self->args->folders, gint64, i) == shown)
      return TRUE;

  return self->args->folders->len == 0;
}

gboolean
valija_store_search_load_places (ValijaStoreSearch  *self,
                                 GError            **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  self->places = g_ptr_array_new_with_free_func (place_free);
  statement = valija_database_query (self->database, error, "SELECT id, parent, name, role, account FROM folder", "");
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (self->database, statement, &local_error))
    {
      ValijaStorePlace *place = g_new0 (ValijaStorePlace, 1);

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

static const ValijaStorePlace *
find_place (const ValijaStoreSearch *self,
            gint64                   id)
{
  for (guint i = 0; i < self->places->len && id != 0; i++)
    {
      const ValijaStorePlace *place = g_ptr_array_index (self->places, i);

      if (place->id == id)
        return place;
    }

  return NULL;
}

/* A folder that is its own parent's parent would be damage. */
static char *
dup_path (const ValijaStoreSearch *self,
          const ValijaStorePlace  *place)
{
  GString *path = g_string_new (place->name);
  guint depth = 0;

  for (const ValijaStorePlace *p = find_place (self, place->parent);
       p != NULL && depth < self->places->len;
       p = find_place (self, p->parent), depth++)
    {
      g_string_prepend_c (path, '/');
      g_string_prepend (path, p->name);
    }

  return g_string_free (path, FALSE);
}

static GHashTable *
list_called (const ValijaStoreSearch *self,
             const char              *text,
             gboolean                 beginning)
{
  GHashTable *named = valija_store_id_set_new ();

  for (guint i = 0; i < self->places->len; i++)
    {
      const ValijaStorePlace *place = g_ptr_array_index (self->places, i);
      g_autofree char *path = dup_path (self, place);

      if (valija_search_names_folder (text, beginning, place->role, place->name, path))
        valija_store_id_set_add (named, place->id);
    }

  return named;
}

/* A whole name is no beginning of others. */
GHashTable *
valija_store_search_list_named (const ValijaStoreSearch *self,
                                const ValijaSearchTest  *test)
{
  g_autoptr(GHashTable) named = list_called (self, test->text, FALSE);

  return g_hash_table_size (named) > 0 || !test->beginning ? g_steal_pointer (&named)
                                                           : list_called (self, test->text, TRUE);
}

void
valija_store_search_narrow_places (ValijaStoreSearch *self)
{
  const ValijaSearchTest *alone = valija_search_query_find_alone (self->args->query, VALIJA_SEARCH_TEST_FOLDER);
  GHashTable *named = alone != NULL ? g_hash_table_lookup (self->named, alone) : NULL;

  for (guint i = 0; i < self->places->len; i++)
    {
      ValijaStorePlace *place = g_ptr_array_index (self->places, i);

      place->wanted = place->wanted && (named == NULL || g_hash_table_contains (named, &place->id));
    }

  if (self->args->account == NULL && self->args->folders->len == 0 && named == NULL)
    return;

  self->wanted = valija_store_id_set_new ();
  for (guint i = 0; i < self->places->len; i++)
    {
      const ValijaStorePlace *place = g_ptr_array_index (self->places, i);

      if (place->wanted)
        valija_store_id_set_add (self->wanted, place->id);
    }
}
