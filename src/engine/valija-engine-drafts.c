/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

/* A draft is written here while somebody works on it: at once, safe, and without a network. When they have done with
 * it, it goes where the account keeps its drafts; what could not be taken there waits here for the next round. */

#define DRAFT_FLAGS (VALIJA_FLAG_DRAFT | VALIJA_FLAG_SEEN)

typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  ValijaComposition *composition;
  gint64 replaces;
} Save;

static void
save_free (Save *save)
{
  g_object_unref (save->engine);
  g_object_unref (save->runtime);
  g_object_unref (save->composition);
  g_free (save);
}

static gpointer
build_in_thread (gpointer user_data, GError **error)
{
  return valija_composition_build (user_data, TRUE, error);
}

static void
hold (ValijaEngine *self, gint64 draft)
{
  g_hash_table_add (self->open_drafts, g_memdup2 (&draft, sizeof draft));
}

/* What is on a server goes by way of the journal of its account, whichever that is. */
static void
release (ValijaEngine *self, gint64 draft)
{
  g_hash_table_remove (self->open_drafts, &draft);
  if (draft > 0)
    valija_engine_journals_changed (self);
}

/* The new version comes in the step in which the old one goes. */
static DexFuture *
save_fiber (gpointer data)
{
  Save *save = data;
  ValijaEngine *self = save->engine;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GError) error = NULL;
  gint64 folder;
  gint64 id;

  if (!(source = dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, build_in_thread,
                                                               g_object_ref (save->composition), g_object_unref),
                                  &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!valija_await_int64 (valija_engine_ensure_local_folder (self, save->runtime, VALIJA_FOLDER_ROLE_DRAFTS),
                           &folder, &error) ||
      !valija_await_int64 (save->replaces != 0
                             ? valija_engine_replace_locally (self, save->replaces, folder, source, DRAFT_FLAGS)
                             : valija_engine_file_locally (self, folder, source, DRAFT_FLAGS), &id, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  hold (self, id);
  release (self, save->replaces);

  /* The folder may only now have something to show. */
  if (valija_account_runtime_find_role (save->runtime, VALIJA_FOLDER_ROLE_DRAFTS, TRUE) == NULL &&
      !dex_await (valija_engine_load_folders (self, save->runtime), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_for_int64 (id);
}

DexFuture *
valija_engine_save_draft (ValijaEngine *self, ValijaAccount *account, ValijaComposition *composition, gint64 replaces)
{
  ValijaAccountRuntime *runtime;
  Save *save;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_COMPOSITION (composition));

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  save = g_new0 (Save, 1);
  save->engine = g_object_ref (self);
  save->runtime = g_object_ref (runtime);
  save->composition = g_object_ref (composition);
  save->replaces = replaces;
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "save draft", save_fiber, save, (GDestroyNotify) save_free);
}

static DexFuture *
dropped_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  /* Gone already is gone. */
  if (dex_future_get_value (future, &error) != NULL ||
      g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
    return dex_future_new_true ();

  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
valija_engine_drop_draft (ValijaEngine *self, gint64 draft)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  release (self, draft);
  return dex_future_finally (valija_store_delete_messages (self->store, &draft, 1), dropped_cb, NULL, NULL);
}

void
valija_engine_hold_draft (ValijaEngine *self, gint64 draft)
{
  g_return_if_fail (VALIJA_IS_ENGINE (self));

  hold (self, draft);
}

/* ---- To the server ---- */

/* Those of @here that nobody works on. */
static GPtrArray *
list_finished_fiber (ValijaEngine *self, ValijaFolder *here, GError **error)
{
  GPtrArray *messages;

  if (!(messages = dex_await_boxed (valija_engine_load_messages (self, here, VALIJA_SHOW_ALL, 0), error)))
    return NULL;

  for (guint i = messages->len; i > 0; i--)
    {
      gint64 id = valija_message_get_id (g_ptr_array_index (messages, i - 1));

      if (g_hash_table_contains (self->open_drafts, &id))
        g_ptr_array_remove_index (messages, i - 1);
    }

  return messages;
}

gboolean
valija_engine_file_drafts_fiber (ValijaEngine *self, ValijaAccountRuntime *runtime, gboolean in_turn, GError **error)
{
  g_autoptr(ValijaFolder) here = NULL;
  g_autoptr(ValijaFolder) there = NULL;
  g_autoptr(GPtrArray) messages = NULL;

  g_set_object (&here, valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_DRAFTS, TRUE));
  g_set_object (&there, valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_DRAFTS, FALSE));
  if (here == NULL || there == NULL)
    return TRUE;

  if (!(messages = list_finished_fiber (self, here, error)))
    return FALSE;
  if (messages->len == 0)
    return TRUE;
  if (!valija_engine_carry_fiber (self, messages, there, in_turn, NULL, error))
    return FALSE;

  valija_future_forget (valija_engine_sync_folder (self, there, VALIJA_SYNC_HEADERS, NULL), "list the drafts");
  return TRUE;
}

/* The folder here was left out as long as all in it was open. */
static DexFuture *
release_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(GError) error = NULL;

  if (!dex_await (valija_engine_load_folders (flow->engine, flow->runtime), &error) ||
      !valija_engine_file_drafts_fiber (flow->engine, flow->runtime, FALSE, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_release_draft (ValijaEngine *self, ValijaAccount *account, gint64 draft)
{
  ValijaAccountRuntime *runtime;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  g_hash_table_remove (self->open_drafts, &draft);
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "release a draft", release_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}
