/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

/* Messages of the outbox that are taken back, to be written on: all of them go this way, whether "Undo" was said a
 * moment after sending, or "Edit" while they wait. */

/* The longest that a message waits only so that it can be taken back. */
#define UNDO_SECONDS 30
/* What is not sent when the last window is gone for so long, is sent at the next start. */
#define LAST_FLUSH_SECONDS 30

typedef struct
{
  GBytes *copy;
  GPtrArray *recipients;     /* of char *, those that have not got it yet */
} Narrow;

static void
narrow_free (Narrow *narrow)
{
  g_bytes_unref (narrow->copy);
  g_ptr_array_unref (narrow->recipients);
  g_free (narrow);
}

/* As it was, unless some have got it: then it is for the others. */
static gpointer
narrow_in_thread (gpointer user_data, GError **error)
{
  Narrow *narrow = user_data;
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse (narrow->copy);
  g_autoptr(ValijaComposition) composition = valija_composition_new_draft (message);

  if (valija_composition_keep_recipients (composition, narrow->recipients))
    return valija_composition_build (composition, TRUE, error);

  return g_bytes_ref (narrow->copy);
}

/* What the draft is to be. */
static GBytes *
load_draft_fiber (ValijaEngine *self, gint64 item, GError **error)
{
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GBytes) copy = NULL;
  Narrow *narrow;

  if (!(envelope = dex_await_boxed (valija_store_load_outbox_envelope (self->store, item), error)) ||
      !(copy = dex_await_boxed (valija_store_load_outbox_copy (self->store, item), error)))
    return NULL;

  narrow = g_new0 (Narrow, 1);
  narrow->copy = g_steal_pointer (&copy);
  narrow->recipients = g_ptr_array_ref (envelope->recipients);
  return dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, narrow_in_thread, narrow,
                                                       (GDestroyNotify) narrow_free), error);
}

typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  gint64 item;
} Withdrawal;

static void
withdrawal_free (Withdrawal *withdrawal)
{
  g_object_unref (withdrawal->engine);
  g_object_unref (withdrawal->runtime);
  g_free (withdrawal);
}

static DexFuture *
withdraw_fiber (gpointer data)
{
  Withdrawal *withdrawal = data;
  ValijaEngine *self = withdrawal->engine;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(ValijaReadSource) read = NULL;
  g_autofree char *remote_id = g_uuid_string_random ();
  g_autoptr(GError) error = NULL;
  gint64 folder;
  gint64 draft;

  if (!(source = load_draft_fiber (self, withdrawal->item, &error)) ||
      !(read = dex_await_boxed (valija_engine_read_source (source, remote_id), &error)) ||
      !valija_await_int64 (valija_engine_ensure_local_folder (self, withdrawal->runtime, VALIJA_FOLDER_ROLE_DRAFTS),
                           &folder, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  read->info->flags = VALIJA_FLAG_DRAFT | VALIJA_FLAG_SEEN;
  if (!valija_await_int64 (valija_store_withdraw_outbox (self->store, withdrawal->item, folder, read->info,
                                                         read->stored), &draft, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* Open in the store too, which a draft that was saved is already */
  valija_engine_hold_draft (self, draft);
  /* It is a draft now, whatever the lists show */
  if (!valija_engine_take_draft_fiber (self, withdrawal->runtime, draft, &error) ||
      !dex_await (valija_engine_load_outbox (self), &error))
    g_debug ("The drafts or the outbox could not be listed: %s", error->message);

  return dex_future_new_for_int64 (draft);
}

DexFuture *
valija_engine_withdraw_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  ValijaAccountRuntime *runtime;
  Withdrawal *withdrawal;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_OUTBOX_ITEM (item));

  if (valija_outbox_item_get_account (item) == NULL ||
      !(runtime = valija_engine_find_runtime (self, valija_outbox_item_get_account (item))))
    return valija_engine_reject_unknown_account ();

  withdrawal = g_new0 (Withdrawal, 1);
  withdrawal->engine = g_object_ref (self);
  withdrawal->runtime = g_object_ref (runtime);
  withdrawal->item = valija_outbox_item_get_id (item);
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "withdraw", withdraw_fiber, withdrawal,
                              (GDestroyNotify) withdrawal_free);
}

ValijaOutboxItem *
valija_engine_find_outbox_item (ValijaEngine *self, gint64 id)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->outbox)); i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (G_LIST_MODEL (self->outbox), i);

      /* The list keeps it. */
      if (valija_outbox_item_get_id (item) == id)
        return item;
    }

  return NULL;
}

/* ---- The end of the time to say "Undo" ---- */

/* Returns whether anything is to be sent. */
static gboolean
hurry_fiber (ValijaEngine *self, GPtrArray *items)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gboolean any = FALSE;

  for (guint i = 0; i < items->len; i++)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i);
      g_autoptr(GError) error = NULL;

      if (item->state != VALIJA_OUTBOX_PENDING || item->attempts > 0 || item->words != NULL ||
          item->not_before > now + UNDO_SECONDS)
        continue;

      any = TRUE;
      if (item->not_before > now && !dex_await (valija_store_retry_outbox (self->store, item->id), &error))
        g_debug ("It is no longer to be sent: %s", error->message);
    }

  return any;
}

static DexFuture *
end_undo_send_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(GPtrArray) items = NULL;
  g_autoptr(GError) error = NULL;

  if (!(items = dex_await_boxed (valija_store_list_outbox (flow->engine->store), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* How each of them ended stands in the outbox. */
  if (hurry_fiber (flow->engine, items) &&
      !dex_await (dex_future_first (valija_engine_flush_outbox (flow->engine, NULL),
                                    valija_engine_sleep (LAST_FLUSH_SECONDS * 1000), NULL), &error))
    g_debug ("Not all was sent: %s", error->message);

  return dex_future_new_true ();
}

DexFuture *
valija_engine_end_undo_send (ValijaEngine *self)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  if (!self->started)
    return dex_future_new_true ();

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "end of undo", end_undo_send_fiber,
                              valija_flow_new (self, NULL), (GDestroyNotify) valija_flow_free);
}
