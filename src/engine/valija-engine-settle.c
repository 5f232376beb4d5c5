/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* Messages of the outbox of which nobody knows whether they were sent: the answer was lost. They were when the user
 * says so, or when the server itself has put a copy among the sent mail. */

typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;   /* nullable: the account is gone */
  ValijaFolder *sent;              /* nullable */
  gint64 item;
} Settle;

static void
settle_free (Settle *settle)
{
  g_object_unref (settle->engine);
  g_clear_object (&settle->runtime);
  g_clear_object (&settle->sent);
  g_free (settle);
}

static gboolean
set_sent_fiber (Settle *settle, ValijaStoredOutbox *item, const char *words, GError **error)
{
  return dex_await (valija_store_set_outbox_state (settle->engine->store, item->id, VALIJA_OUTBOX_UNCERTAIN,
                                                   VALIJA_OUTBOX_SENT, words, 0, NULL), error);
}

/* ---- Because the user says so ---- */

static ValijaStoredOutbox *
find_item (GPtrArray *items, gint64 id)
{
  for (guint i = 0; i < items->len; i++)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i);

      if (item->id == id)
        return item;
    }

  return NULL;
}

/* The copy first, as when the server had answered. */
static DexFuture *
confirm_fiber (gpointer data)
{
  Settle *settle = data;
  ValijaStoredOutbox *item;
  g_autoptr(GPtrArray) items = NULL;
  g_autoptr(GError) error = NULL;

  if (!(items = dex_await_boxed (valija_store_list_outbox (settle->engine->store), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  item = find_item (items, settle->item);
  if (item == NULL || item->state != VALIJA_OUTBOX_UNCERTAIN)
    {
      valija_error_set (&error, VALIJA_ERROR_INVALID, _("Of this message it is known what became of it."));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if ((settle->runtime != NULL &&
       !valija_engine_keep_sent_fiber (settle->engine, settle->runtime, item, FALSE, &error)) ||
      !set_sent_fiber (settle, item, _("You said that it was sent."), &error) ||
      !dex_await (valija_engine_load_outbox (settle->engine), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_confirm_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  ValijaAccount *account;
  Settle *settle;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_OUTBOX_ITEM (item));

  account = valija_outbox_item_get_account (item);
  settle = g_new0 (Settle, 1);
  settle->engine = g_object_ref (self);
  if (account != NULL)
    g_set_object (&settle->runtime, valija_engine_find_runtime (self, account));
  settle->item = valija_outbox_item_get_id (item);
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "settle", confirm_fiber, settle, (GDestroyNotify) settle_free);
}

/* ---- Because the server has it ---- */

static gboolean
has_uncertain (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  GListModel *items = G_LIST_MODEL (self->outbox);

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (items, i);

      if (valija_outbox_item_get_state (item) == VALIJA_OUTBOX_UNCERTAIN &&
          valija_outbox_item_get_account (item) == runtime->account)
        return TRUE;
    }

  return FALSE;
}

/* Nothing but a server that keeps what it sends can have filed it, when we have not; and not before the first attempt,
 * which may have reached only some. */
static gboolean
can_be_told_by_sent (Settle *settle, ValijaStoredOutbox *item)
{
  return item->state == VALIJA_OUTBOX_UNCERTAIN && !item->copy_kept && item->attempts == 1 &&
         item->message_id[0] != '\0' &&
         g_str_equal (item->account, valija_account_runtime_get_id (settle->runtime));
}

static DexFuture *
settle_fiber (gpointer data)
{
  Settle *settle = data;
  gint64 folder = valija_folder_get_id (settle->sent);
  gboolean any = FALSE;
  g_autoptr(GPtrArray) items = NULL;
  g_autoptr(GError) error = NULL;

  if (!(items = dex_await_boxed (valija_store_list_outbox (settle->engine->store), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = 0; i < items->len; i++)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i);
      g_autoptr(GArray) there = NULL;

      if (!can_be_told_by_sent (settle, item))
        continue;
      if (!(there = dex_await_boxed (valija_store_find_message_id (settle->engine->store, folder, item->message_id),
                                     &error)) ||
          (there->len > 0 &&
           !set_sent_fiber (settle, item, _("The server has it among the sent mail: it was sent."), &error)))
        return dex_future_new_for_error (g_steal_pointer (&error));

      any = any || there->len > 0;
    }

  if (any && !dex_await (valija_engine_load_outbox (settle->engine), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_settle_by_sent (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaFolder *sent)
{
  Settle *settle;

  if (!has_uncertain (self, runtime))
    return dex_future_new_true ();

  settle = g_new0 (Settle, 1);
  settle->engine = g_object_ref (self);
  settle->runtime = g_object_ref (runtime);
  settle->sent = g_object_ref (sent);
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "settle", settle_fiber, settle, (GDestroyNotify) settle_free);
}
