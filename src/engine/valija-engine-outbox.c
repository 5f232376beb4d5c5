/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include "engine/valija-outbox-verdict.h"

/* What has been sent stays visible for a while. */
#define KEEP_SENT_ITEMS (7 * 24 * 60 * 60)

/* After what could not be written of an item, in seconds. */
#define SETTLE_RETRY 60

/* ---- The list ---- */

static void
show_items (ValijaEngine *self, GPtrArray *stored)
{
  g_autoptr(GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  GListModel *model = G_LIST_MODEL (self->outbox);
  guint n_old = g_list_model_get_n_items (model);
  gboolean same = n_old == stored->len;

  g_array_set_size (ids, n_old);
  for (guint i = 0; i < n_old; i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (model, i);
      gint64 *id = &g_array_index (ids, gint64, i);

      *id = valija_outbox_item_get_id (item);
      g_hash_table_insert (known, id, item);
    }

  for (guint i = 0; i < stored->len; i++)
    {
      ValijaStoredOutbox *row = g_ptr_array_index (stored, i);
      ValijaOutboxItem *item = g_hash_table_lookup (known, &row->id);
      ValijaAccountRuntime *runtime = valija_engine_find_runtime_by_id (self, row->account);
      ValijaAccount *account = runtime != NULL ? runtime->account : NULL;

      if (item != NULL && valija_outbox_item_get_account (item) == account)
        g_object_ref (item);
      else
        item = valija_outbox_item_new (row->id, account);

      valija_outbox_item_update (item, row->subject, row->recipients, row->state, row->words, row->date,
                                 row->attempts, row->not_before);
      same = same && g_hash_table_lookup (known, &row->id) == item && g_array_index (ids, gint64, i) == row->id;
      g_ptr_array_add (items, item);
    }

  if (!same)
    g_list_store_splice (self->outbox, 0, n_old, items->pdata, items->len);

  g_signal_emit_by_name (self, "outbox-changed");
}

/* When the next item is due: it wakes the engine by itself. */
static void
schedule_next (ValijaEngine *self, GPtrArray *stored)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < stored->len; i++)
    {
      ValijaStoredOutbox *row = g_ptr_array_index (stored, i);

      ValijaAccountRuntime *runtime = valija_engine_find_runtime_by_id (self, row->account);

      /* Of an account that is gone nothing is ever sent. */
      if (runtime == NULL)
        continue;

      if (g_hash_table_contains (runtime->unwritten, &row->id))
        next = MIN (next, now + SETTLE_RETRY);
      else if (row->state == VALIJA_OUTBOX_PENDING)
        next = MIN (next, row->not_before);
      else if (row->state == VALIJA_OUTBOX_SENT && row->copy_owed)
        next = MIN (next, now + VALIJA_OUTBOX_LAST_RETRY);
    }

  if (next != G_MAXINT64)
    valija_engine_outbox_due (self, (guint) CLAMP (next - now, 1, VALIJA_OUTBOX_LAST_RETRY));
}

static DexFuture *
load_outbox_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaEngine *self = flow->engine;
  gint64 oldest = g_get_real_time () / G_USEC_PER_SEC - KEEP_SENT_ITEMS;
  g_autoptr(GPtrArray) stored = NULL;
  g_autoptr(GError) error = NULL;

  if (!(stored = dex_await_boxed (valija_store_list_outbox (self->store), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = stored->len; i > 0; i--)
    {
      ValijaStoredOutbox *row = g_ptr_array_index (stored, i - 1);

      if (row->state != VALIJA_OUTBOX_SENT || row->copy_owed || row->date >= oldest)
        continue;

      valija_future_forget (valija_store_remove_outbox (self->store, row->id), "old outbox item");
      g_ptr_array_remove_index (stored, i - 1);
    }

  show_items (self, stored);
  schedule_next (self, stored);
  return dex_future_new_true ();
}

DexFuture *
valija_engine_load_outbox (ValijaEngine *self)
{
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "outbox", load_outbox_fiber,
                              valija_flow_new (self, NULL), (GDestroyNotify) valija_flow_free);
}

GListModel *
valija_engine_get_outbox (ValijaEngine *self)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  return G_LIST_MODEL (self->outbox);
}

static gboolean
outbox_due_cb (gpointer user_data)
{
  ValijaEngine *self = user_data;

  self->outbox_flush_source = 0;
  valija_future_forget (valija_engine_flush_outbox (self, NULL), "outbox");
  return G_SOURCE_REMOVE;
}

void
valija_engine_outbox_due (ValijaEngine *self, guint seconds)
{
  if (!self->started)
    return;

  g_clear_handle_id (&self->outbox_flush_source, g_source_remove);
  self->outbox_flush_source = g_timeout_add_seconds (seconds, outbox_due_cb, self);
}

/* ---- From outside ---- */

static DexFuture *
flush_outbox_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(GPtrArray) runtimes = NULL;
  g_autoptr(GError) last = NULL;
  g_autoptr(GError) error = NULL;
  guint n_sent = 0;

  if (flow->runtime != NULL)
    {
      runtimes = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (runtimes, g_object_ref (flow->runtime));
    }
  else
    runtimes = valija_engine_list_runtimes (flow->engine);

  for (guint i = 0; i < runtimes->len; i++)
    {
      g_autoptr(GError) failure = NULL;

      n_sent += dex_await_uint (valija_engine_send_account (flow->engine, g_ptr_array_index (runtimes, i)), &failure);
      if (failure != NULL)
        {
          g_clear_error (&last);
          last = g_steal_pointer (&failure);
        }
    }

  if (!dex_await (valija_engine_load_outbox (flow->engine), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (last != NULL)
    return dex_future_new_for_error (g_steal_pointer (&last));

  return dex_future_new_for_uint (n_sent);
}

DexFuture *
valija_engine_flush_outbox (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  if (account != NULL && !(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "flush the outbox", flush_outbox_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}

static DexFuture *
reloaded_cb (DexFuture *future, gpointer user_data)
{
  return valija_engine_load_outbox (user_data);
}

/* What the list shows may be older than what the store knows, which decides. */
DexFuture *
valija_engine_retry_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_OUTBOX_ITEM (item));

  valija_engine_outbox_due (self, 0);
  return dex_future_then (valija_store_retry_outbox (self->store, valija_outbox_item_get_id (item)),
                          reloaded_cb, g_object_ref (self), g_object_unref);
}

DexFuture *
valija_engine_remove_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_OUTBOX_ITEM (item));

  return dex_future_then (valija_store_remove_outbox (self->store, valija_outbox_item_get_id (item)),
                          reloaded_cb, g_object_ref (self), g_object_unref);
}
