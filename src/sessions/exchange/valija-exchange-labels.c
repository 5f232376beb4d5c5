/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/exchange/valija-exchange-batch.h"
#include "sessions/exchange/valija-exchange-item.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Labels are categories, of which the server takes the whole list at once. So it is read, and written under the change
 * key that it had: where somebody else was faster, all over again. */

/* Changes in one request. */
#define BATCH 100

/* So often somebody else may be faster. */
#define MOST_TRIES 5

typedef struct
{
  char *key;                /* ChangeKey */
  GPtrArray *names;         /* of char *, as the server has them and in its order */
} Categories;

typedef struct
{
  ValijaExchangeSession *session;
  char **remote_ids;
  char **add;
  char **remove;
  GHashTable *found;        /* id -> Categories */
  GPtrArray *again;         /* of char *: somebody else was faster */
} Labels;

static void
categories_free (Categories *self)
{
  g_free (self->key);
  g_ptr_array_unref (self->names);
  g_free (self);
}

static void
labels_free (Labels *labels)
{
  g_object_unref (labels->session);
  g_strfreev (labels->remote_ids);
  g_strfreev (labels->add);
  g_strfreev (labels->remove);
  g_hash_table_unref (labels->found);
  g_ptr_array_unref (labels->again);
  g_free (labels);
}

static gboolean
is_gone (const ValijaEwsResult *result)
{
  return result->reaction == VALIJA_EWS_GONE && strstr (result->code, "Folder") == NULL;
}

/* Labels are shown clean, whatever the server has. */
static gboolean
is_any_of (const char         *name,
           const char * const *labels)
{
  g_autofree char *clean = valija_label_clean (name);

  return clean != NULL && valija_labels_contain (labels, clean);
}

static gboolean
contains (GPtrArray  *names,
          const char *label)
{
  const char * const labels[] = { label, NULL };

  for (guint i = 0; i < names->len; i++)
    if (is_any_of (g_ptr_array_index (names, i), labels))
      return TRUE;

  return FALSE;
}

/* FALSE where nothing changes. */
static gboolean
change (Labels     *labels,
        Categories *categories)
{
  gboolean changed = FALSE;

  for (guint i = categories->names->len; i > 0; i--)
    if (is_any_of (g_ptr_array_index (categories->names, i - 1), (const char * const *) labels->remove))
      {
        g_ptr_array_remove_index (categories->names, i - 1);
        changed = TRUE;
      }

  for (gsize i = 0; labels->add[i] != NULL; i++)
    if (!contains (categories->names, labels->add[i]))
      {
        g_ptr_array_add (categories->names, g_strdup (labels->add[i]));
        changed = TRUE;
      }

  g_ptr_array_add (categories->names, NULL);

  return changed;
}

static gboolean
take_read (const char            *id,
           const ValijaEwsNode   *message,
           const ValijaEwsResult *result,
           gpointer               user_data,
           GError               **error)
{
  Labels *labels = user_data;
  const ValijaEwsNode *item = valija_exchange_find_item (valija_ews_node_find (message, "Items"));
  const ValijaEwsNode *item_id = item != NULL ? valija_ews_node_find (item, "ItemId") : NULL;
  g_autofree Categories *categories = NULL;

  if (result->reaction == VALIJA_EWS_FINE && item_id != NULL)
    {
      categories = g_new0 (Categories, 1);
      categories->key = g_strdup (valija_ews_node_get_attribute (item_id, "ChangeKey"));
      categories->names = valija_exchange_list_categories (item);
      if (change (labels, categories))
        g_hash_table_insert (labels->found, g_strdup (id), g_steal_pointer (&categories));
      else
        categories_free (g_steal_pointer (&categories));
      return TRUE;
    }

  if (result->reaction == VALIJA_EWS_FINE || is_gone (result))
    return TRUE;

  valija_ews_result_set_error (result, error);
  return FALSE;
}

static ValijaEwsRequest *
build_write (ValijaEwsSchema     schema,
             const char * const *ids,
             gpointer            user_data)
{
  Labels *labels = user_data;
  guint n = g_strv_length ((char **) ids);
  g_autofree const char **keys = g_new0 (const char *, n);
  g_autofree const char * const **lists = g_new0 (const char * const *, n);

  for (guint i = 0; i < n; i++)
    {
      const Categories *categories = g_hash_table_lookup (labels->found, ids[i]);

      keys[i] = categories->key;
      lists[i] = (const char * const *) categories->names->pdata;
    }

  return valija_ews_update_categories (schema, ids, keys, lists);
}

static gboolean
take_written (const char            *id,
              const ValijaEwsNode   *message,
              const ValijaEwsResult *result,
              gpointer               user_data,
              GError               **error)
{
  Labels *labels = user_data;

  if (result->reaction == VALIJA_EWS_CONFLICT)
    g_ptr_array_add (labels->again, g_strdup (id));

  if (result->reaction == VALIJA_EWS_CONFLICT || result->reaction == VALIJA_EWS_FINE || is_gone (result))
    return TRUE;

  valija_ews_result_set_error (result, error);
  return FALSE;
}

/* What is left is in labels->again. */
static gboolean
try_fiber (Labels                *labels,
           ValijaExchangeClient  *client,
           const char * const    *ids,
           GError               **error)
{
  g_autofree char **changed = NULL;

  g_hash_table_remove_all (labels->found);
  if (!valija_exchange_get_items_fiber (client, ids, BATCH, VALIJA_EWS_SHAPE_CATEGORIES, take_read, labels,
                                        error))
    return FALSE;

  changed = (char **) g_hash_table_get_keys_as_array (labels->found, NULL);

  return changed[0] == NULL ||
         valija_exchange_run_all_fiber (client, (const char * const *) changed, BATCH, build_write, take_written,
                                        labels, error);
}

static DexFuture *
set_labels_fiber (gpointer data)
{
  Labels *labels = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (labels->session, &error);
  g_auto(GStrv) ids = g_strdupv (labels->remote_ids);

  for (guint i = 0; client != NULL && error == NULL && ids[0] != NULL && i < MOST_TRIES; i++)
    {
      g_ptr_array_set_size (labels->again, 0);
      if (!try_fiber (labels, client, (const char * const *) ids, &error))
        break;

      g_strfreev (ids);
      g_ptr_array_add (labels->again, NULL);
      ids = g_strdupv ((char **) labels->again->pdata);
    }

  if (error == NULL && ids[0] == NULL)
    return dex_future_new_true ();

  if (error == NULL)
    valija_error_set (&error, VALIJA_ERROR_TRY_LATER,
                      _("Somebody else changes these messages at the same time. Try again in a moment."));
  return valija_exchange_refuse_change (g_steal_pointer (&error));
}

DexFuture *
valija_exchange_session_set_labels (ValijaExchangeSession *self,
                                    const char * const    *remote_ids,
                                    const char * const    *add,
                                    const char * const    *remove)
{
  Labels *labels = g_new0 (Labels, 1);

  labels->session = g_object_ref (self);
  labels->remote_ids = g_strdupv ((char **) remote_ids);
  labels->add = g_strdupv ((char **) add);
  labels->remove = g_strdupv ((char **) remove);
  labels->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) categories_free);
  labels->again = g_ptr_array_new_with_free_func (g_free);

  return valija_fiber_spawn (set_labels_fiber, labels, (GDestroyNotify) labels_free);
}
