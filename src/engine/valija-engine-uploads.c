/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

/* Drafts that are written on go to the server's folder of drafts whenever their author pauses. The version that is
 * there goes once the new one is; it is left alone where somebody has put another one in its place meanwhile. */

#define PAUSE_SECONDS 10

/* ---- One of them ---- */

/* Where the draft with @id goes; NULL where that is nowhere, or where there is nothing to do. (transfer full) */
static ValijaFolder *
choose_folder_fiber (ValijaEngine *self, gint64 id)
{
  g_autoptr(ValijaStoredDraft) draft = dex_await_boxed (valija_store_load_draft (self->store, id), NULL);
  ValijaAccountRuntime *runtime;
  ValijaFolder *there;

  if (draft == NULL || !draft->open || draft->uploaded ||
      !(runtime = valija_engine_find_runtime_by_id (self, draft->home)) ||
      !(there = valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_DRAFTS, FALSE)))
    return NULL;

  return g_object_ref (there);
}

gboolean
valija_engine_find_theirs_fiber (ValijaEngine *self, gint64 id, ValijaFolder *there, gint64 *theirs, GError **error)
{
  g_autoptr(ValijaStoredDraft) draft = NULL;
  g_autoptr(GArray) ids = NULL;

  *theirs = 0;
  if (!(draft = dex_await_boxed (valija_store_load_draft (self->store, id), error)))
    return FALSE;
  if (draft->message_id[0] == '\0')
    return TRUE;
  if (!(ids = dex_await_boxed (valija_store_find_message_id (self->store, valija_folder_get_id (there),
                                                             draft->message_id), error)))
    return FALSE;
  if (draft->known && !draft->named && ids->len == 1)
    return dex_await (valija_store_set_draft_base (self->store, id, g_array_index (ids, gint64, 0), draft->uploaded),
                      error);

  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, gint64, i) != draft->base)
      *theirs = MAX (*theirs, g_array_index (ids, gint64, i));

  return TRUE;
}

static gboolean
upload_fiber (ValijaEngine *self, gint64 id, GError **error)
{
  g_autoptr(ValijaFolder) there = NULL;
  g_autoptr(GError) failure = NULL;
  gint64 theirs;

  if (!(there = choose_folder_fiber (self, id)))
    return TRUE;

  dex_await_uint (valija_engine_sync_folder (self, there, VALIJA_SYNC_HEADERS, NULL), &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  if (!valija_engine_find_theirs_fiber (self, id, there, &theirs, error))
    return FALSE;
  if (theirs != 0)
    {
      g_signal_emit_by_name (self, "draft-edited", id, theirs);
      return TRUE;
    }

  /* Written on, sent or discarded meanwhile: the next version has its own turn */
  if (!g_hash_table_contains (self->open_drafts, &id))
    return TRUE;

  if (!valija_engine_copy_draft_fiber (self, id, there, error))
    return FALSE;

  valija_future_forget (valija_engine_sync_folder (self, there, VALIJA_SYNC_HEADERS, NULL), "list the drafts");
  return TRUE;
}

/* ---- All of them ---- */

static DexFuture *
upload_drafts_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(GArray) ids = NULL;
  g_autoptr(GError) last = NULL;
  g_autoptr(GError) error = NULL;

  if (!(ids = dex_await_boxed (valija_store_list_open_drafts (flow->engine->store), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr(GError) failure = NULL;

      if (upload_fiber (flow->engine, g_array_index (ids, gint64, i), &failure))
        continue;
      g_clear_error (&last);
      last = g_steal_pointer (&failure);
    }

  if (last != NULL)
    return dex_future_new_for_error (g_steal_pointer (&last));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_upload_drafts (ValijaEngine *self)
{
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "upload drafts", upload_drafts_fiber,
                              valija_flow_new (self, NULL), (GDestroyNotify) valija_flow_free);
}

static gboolean
paused_cb (gpointer user_data)
{
  ValijaEngine *self = user_data;

  self->upload_source = 0;
  /* Without a network it is safe here, and is taken there when the composer is closed, or by a later pause */
  valija_future_forget (valija_engine_upload_drafts (self), "drafts to their servers");
  return G_SOURCE_REMOVE;
}

void
valija_engine_drafts_changed (ValijaEngine *self)
{
  if (!self->started)
    return;

  g_clear_handle_id (&self->upload_source, g_source_remove);
  self->upload_source = g_timeout_add_seconds (PAUSE_SECONDS, paused_cb, self);
}

static DexFuture *
settled_cb (DexFuture *future, gpointer user_data)
{
  valija_engine_drafts_changed (user_data);
  return dex_ref (future);
}

DexFuture *
valija_engine_settle_draft (ValijaEngine *self, gint64 draft, gint64 theirs)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  return dex_future_then (valija_store_set_draft_base (self->store, draft, theirs, FALSE), settled_cb,
                          g_object_ref (self), g_object_unref);
}
