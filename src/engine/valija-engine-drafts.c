/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

/* A draft is written here while somebody works on it: at once, safe, and without a network; its server gets it when
 * they pause, see valija-engine-uploads.c. When they have done with it, it goes where the account keeps its drafts;
 * what could not be taken there waits here for the next round. */

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

typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  gint64 draft;
} Release;

static void
release_free (Release *release)
{
  g_object_unref (release->engine);
  g_object_unref (release->runtime);
  g_free (release);
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

gboolean
valija_engine_take_draft_fiber (ValijaEngine *self, ValijaAccountRuntime *runtime, gint64 draft, GError **error)
{
  hold (self, draft);
  valija_engine_drafts_changed (self);

  /* The folder may only now have something to show. */
  return valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_DRAFTS, TRUE) != NULL ||
         dex_await (valija_engine_load_folders (self, runtime), error);
}

gboolean
valija_engine_read_labels_fiber (ValijaEngine *self, gint64 message, char ***labels, GError **error)
{
  g_autoptr(GPtrArray) rows = dex_await_boxed (valija_store_load_rows (self->store, &message, 1), error);

  if (rows == NULL)
    return FALSE;

  *labels = rows->len > 0 ? g_strdupv (((ValijaMessageRow *) g_ptr_array_index (rows, 0))->labels) : NULL;
  return TRUE;
}

/* The new version comes in the step in which the old one goes; one on a server goes when a newer one is there. */
static DexFuture *
save_fiber (gpointer data)
{
  Save *save = data;
  ValijaEngine *self = save->engine;
  g_autofree char *remote_id = g_uuid_string_random ();
  g_autoptr(GBytes) source = NULL;
  g_autoptr(ValijaReadSource) read = NULL;
  g_autoptr(GError) error = NULL;
  gint64 folder;
  gint64 id;

  if (!(source = dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, build_in_thread,
                                                               g_object_ref (save->composition), g_object_unref),
                                  &error)) ||
      !(read = dex_await_boxed (valija_engine_read_source (source, remote_id), &error)) ||
      !valija_await_int64 (valija_engine_ensure_local_folder (self, save->runtime, VALIJA_FOLDER_ROLE_DRAFTS),
                           &folder, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  read->info->flags = VALIJA_FLAG_DRAFT | VALIJA_FLAG_SEEN;
  if (!valija_engine_read_labels_fiber (self, save->replaces, &read->info->labels, &error) ||
      !valija_await_int64 (valija_store_save_draft (self->store, folder, read->info, read->stored, save->replaces),
                           &id, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  g_hash_table_remove (self->open_drafts, &save->replaces);
  if (!valija_engine_take_draft_fiber (self, save->runtime, id, &error))
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
  save->composition = valija_composition_copy (composition);
  save->replaces = replaces;
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "save draft", save_fiber, save, (GDestroyNotify) save_free);
}

static DexFuture *
dropped_cb (DexFuture *future, gpointer user_data)
{
  valija_engine_journals_changed (user_data);
  return dex_ref (future);
}

DexFuture *
valija_engine_drop_draft (ValijaEngine *self, gint64 draft)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  g_hash_table_remove (self->open_drafts, &draft);
  return dex_future_then (valija_store_drop_draft (self->store, draft), dropped_cb, g_object_ref (self),
                          g_object_unref);
}

void
valija_engine_hold_draft (ValijaEngine *self, gint64 draft)
{
  g_return_if_fail (VALIJA_IS_ENGINE (self));

  hold (self, draft);
  /* What is on a server is safe there, until something of it is written here */
  if (draft < 0)
    valija_future_forget (valija_store_open_draft (self->store, draft, TRUE), "open draft");
}

DexFuture *
valija_engine_leave_draft (ValijaEngine *self, gint64 draft)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  g_hash_table_remove (self->open_drafts, &draft);
  return draft < 0 ? valija_store_open_draft (self->store, draft, FALSE) : dex_future_new_true ();
}

/* ---- What was open when Valija ended ---- */

static DexFuture *
list_unfinished_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(GArray) ids = NULL;
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GError) error = NULL;

  if (!(ids = dex_await_boxed (valija_store_list_open_drafts (flow->engine->store), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = ids->len; i > 0; i--)
    if (g_hash_table_contains (flow->engine->open_drafts, &g_array_index (ids, gint64, i - 1)))
      g_array_remove_index (ids, i - 1);

  if (!(rows = dex_await_boxed (valija_store_load_rows (flow->engine->store,
                                                        (const gint64 *) (const void *) ids->data, ids->len), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_future_new_take_ptr_array (valija_engine_wrap_rows (flow->engine, rows));
}

DexFuture *
valija_engine_list_unfinished (ValijaEngine *self)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "unfinished drafts", list_unfinished_fiber,
                              valija_flow_new (self, NULL), (GDestroyNotify) valija_flow_free);
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

/* What the server has already goes here; the rest goes there, one by one: somebody may open one meanwhile. */
static gboolean
file_draft_fiber (ValijaEngine *self, ValijaMessage *message, ValijaFolder *there, gboolean in_turn, GError **error)
{
  gint64 id = valija_message_get_id (message);
  g_autoptr(ValijaStoredDraft) draft = NULL;
  g_autoptr(GPtrArray) one = NULL;
  gint64 theirs;

  /* What is there from elsewhere stays beside it */
  if (!valija_engine_find_theirs_fiber (self, id, there, &theirs, error) ||
      !(draft = dex_await_boxed (valija_store_load_draft (self->store, id), error)))
    return FALSE;
  if (draft->open || g_hash_table_contains (self->open_drafts, &id))
    return TRUE;
  if (draft->uploaded)
    return valija_await_int64 (valija_store_delete_messages (self->store, &id, 1), NULL, error);

  one = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (one, g_object_ref (message));
  return valija_engine_carry_fiber (self, one, there, NULL, in_turn, NULL, error);
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

  for (guint i = 0; i < messages->len; i++)
    if (!file_draft_fiber (self, g_ptr_array_index (messages, i), there, in_turn, error))
      return FALSE;

  if (messages->len > 0)
    valija_future_forget (valija_engine_sync_folder (self, there, VALIJA_SYNC_HEADERS, NULL), "list the drafts");
  return TRUE;
}

/* The folder here was left out as long as all in it was open. */
static DexFuture *
release_fiber (gpointer data)
{
  Release *release = data;
  g_autoptr(GError) error = NULL;

  if (!dex_await (valija_engine_leave_draft (release->engine, release->draft), &error) ||
      !dex_await (valija_engine_load_folders (release->engine, release->runtime), &error) ||
      !valija_engine_file_drafts_fiber (release->engine, release->runtime, FALSE, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static DexFuture *
file_fiber (gpointer data)
{
  Release *release = data;
  ValijaEngine *self = release->engine;
  g_autoptr(ValijaStoredDraft) draft = NULL;
  g_autoptr(ValijaStoredDraft) here = NULL;
  g_autoptr(ValijaFolder) there = NULL;
  g_autoptr(GArray) ids = NULL;
  g_autoptr(GError) error = NULL;

  if (!(draft = dex_await_boxed (valija_store_load_draft (self->store, release->draft), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* All that are finished go; that another one could not is none of ours */
  dex_await (valija_engine_release_draft (self, release->runtime->account, release->draft), &error);
  here = dex_await_boxed (valija_store_load_draft (self->store, release->draft), NULL);
  if (error != NULL && here != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (here != NULL ||
      !g_set_object (&there, valija_account_runtime_find_role (release->runtime, VALIJA_FOLDER_ROLE_DRAFTS, FALSE)))
    return dex_future_new_for_int64 (release->draft);

  dex_await_uint (valija_engine_sync_folder (self, there, VALIJA_SYNC_HEADERS, NULL), NULL);
  if (draft->message_id[0] != '\0')
    ids = dex_await_boxed (valija_store_find_message_id (self->store, valija_folder_get_id (there), draft->message_id),
                           NULL);

  return dex_future_new_for_int64 (ids != NULL && ids->len > 0 ? g_array_index (ids, gint64, ids->len - 1) : 0);
}

static Release *
release_new (ValijaEngine *engine, ValijaAccountRuntime *runtime, gint64 draft)
{
  Release *release = g_new0 (Release, 1);

  release->engine = g_object_ref (engine);
  release->runtime = g_object_ref (runtime);
  release->draft = draft;
  return release;
}

DexFuture *
valija_engine_file_draft (ValijaEngine *self, ValijaAccount *account, gint64 draft)
{
  ValijaAccountRuntime *runtime;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "file a draft", file_fiber, release_new (self, runtime, draft),
                              (GDestroyNotify) release_free);
}

DexFuture *
valija_engine_release_draft (ValijaEngine *self, ValijaAccount *account, gint64 draft)
{
  ValijaAccountRuntime *runtime;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "release a draft", release_fiber,
                              release_new (self, runtime, draft), (GDestroyNotify) release_free);
}
