/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

/* The inboxes of all accounts, which are shown as if they were one. */

static void
append_inboxes (ValijaAccountRuntime *runtime, GPtrArray *inboxes)
{
  GListModel *folders = G_LIST_MODEL (runtime->folders);

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX) && valija_folder_get_selectable (folder))
        g_ptr_array_add (inboxes, g_steal_pointer (&folder));
    }
}

static void
count (ValijaEngine *self, GPtrArray *inboxes)
{
  gint64 total = 0;
  gint64 unread = 0;

  for (guint i = 0; i < inboxes->len; i++)
    {
      ValijaFolder *folder = g_ptr_array_index (inboxes, i);

      total += valija_folder_get_total (folder);
      unread += valija_folder_get_unread (folder);
    }

  valija_folder_set_counts (self->all_inboxes, total, unread);
}

static gboolean
are_shown (ValijaEngine *self, GPtrArray *inboxes)
{
  GListModel *shown = G_LIST_MODEL (self->inboxes);

  if (g_list_model_get_n_items (shown) != inboxes->len)
    return FALSE;

  for (guint i = 0; i < inboxes->len; i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (shown, i);

      if (folder != g_ptr_array_index (inboxes, i))
        return FALSE;
    }

  return TRUE;
}

/**
 * valija_engine_update_inboxes:
 *
 * Looks again which folders are inboxes and what is in them, after folders, counts or accounts have changed.
 */
void
valija_engine_update_inboxes (ValijaEngine *self)
{
  g_autoptr(GPtrArray) inboxes = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *accounts = G_LIST_MODEL (self->accounts);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);
      ValijaAccountRuntime *runtime = valija_engine_find_runtime (self, account);

      if (runtime != NULL)
        append_inboxes (runtime, inboxes);
    }

  count (self, inboxes);
  if (!are_shown (self, inboxes))
    g_list_store_splice (self->inboxes, 0, g_list_model_get_n_items (G_LIST_MODEL (self->inboxes)), inboxes->pdata,
                         inboxes->len);
}

GListModel *
valija_engine_get_inboxes (ValijaEngine *self)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  return G_LIST_MODEL (self->inboxes);
}

ValijaFolder *
valija_engine_get_all_inboxes (ValijaEngine *self)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  return self->all_inboxes;
}

/* Their ids, (transfer full) of gint64. */
GArray *
valija_engine_list_inboxes (ValijaEngine *self)
{
  GListModel *inboxes = G_LIST_MODEL (self->inboxes);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < g_list_model_get_n_items (inboxes); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (inboxes, i);
      gint64 id = valija_folder_get_id (folder);

      g_array_append_val (ids, id);
    }

  return ids;
}

/**
 * valija_engine_ask_inboxes:
 * @conversations: whether they are listed by their conversations
 * @limit: how many of the newest, 0 for all
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64, the messages of all inboxes, or the keys of
 *   their conversations, newest first
 */
DexFuture *
valija_engine_ask_inboxes (ValijaEngine *self, gboolean conversations, ValijaListFilter filter, guint limit)
{
  g_autoptr(GArray) ids = valija_engine_list_inboxes (self);
  const gint64 *first = (const gint64 *) (const void *) ids->data;

  return valija_store_load_index (self->store, first, ids->len, conversations, filter, limit);
}

/**
 * valija_engine_ask_inbox_conversations:
 * @keys: (array length=n_keys): out of valija_engine_ask_inboxes()
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of ValijaMessageRow in the order of @keys
 */
DexFuture *
valija_engine_ask_inbox_conversations (ValijaEngine *self, const gint64 *keys, guint n_keys)
{
  g_autoptr(GArray) ids = valija_engine_list_inboxes (self);

  return valija_store_load_merged_conversation_rows (self->store, (const gint64 *) (const void *) ids->data, ids->len,
                                                     keys, n_keys);
}
