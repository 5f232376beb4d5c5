/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "engine/valija-account-files.h"
#include "sessions/valija-methods.h"

/* How often a look is due, in minutes, until somebody says otherwise. */
#define CHECK_INTERVAL 10

/* A fiber of the engine. Unowned by the engine: it holds the engine itself, and leaves when it ends. */
typedef struct
{
  ValijaEngine *engine;
  DexFuture *fiber;          /* unowned: it owns this struct */
  DexFiberFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Flow;

enum
{
  NOTICE,
  NEW_MAIL,
  OUTBOX_CHANGED,
  DRAFT_EDITED,
  N_SIGNALS,
};

enum
{
  PROP_0,
  PROP_CHECK_INTERVAL,
  N_PROPS,
};

static guint signals[N_SIGNALS];
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ValijaEngine, valija_engine, G_TYPE_OBJECT)

static void
flow_leave (Flow *flow)
{
  g_ptr_array_remove_fast (flow->engine->flows, flow);
}

static void
flow_free (Flow *flow)
{
  flow_leave (flow);
  if (flow->destroy != NULL)
    flow->destroy (flow->data);
  g_object_unref (flow->engine);
  g_free (flow);
}

static DexFuture *
flow_fiber (gpointer data)
{
  Flow *flow = data;
  g_autoptr(DexFuture) result = flow->func (flow->data);
  GError *error = NULL;

  flow_leave (flow);

  if (dex_future_get_value (result, &error) == NULL)
    {
      valija_error_locate (&error, VALIJA_SIDE_NONE, VALIJA_STEP_NONE);
      return dex_future_new_for_error (error);
    }

  return g_steal_pointer (&result);
}

static DexFuture *
settled_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_true ();
}

static ValijaSession *
create_session (ValijaSessionContext *context, ValijaSide side, gpointer user_data, GError **error)
{
  if (side == VALIJA_SIDE_OUTGOING)
    return valija_methods_create_paired_sender (context, error);

  return valija_methods_create_session (context, error);
}

static void
store_folder_changed_cb (ValijaEngine *self, gint64 folder)
{
  valija_engine_folder_changed (self, folder);
}

static gboolean
reload_outbox_cb (gpointer user_data)
{
  ValijaEngine *self = user_data;

  self->outbox_reload_source = 0;
  valija_future_forget (valija_engine_load_outbox (self), "outbox");
  return G_SOURCE_REMOVE;
}

static void
store_outbox_changed_cb (ValijaEngine *self)
{
  if (self->open && !g_cancellable_is_cancelled (self->stop) && self->outbox_reload_source == 0)
    self->outbox_reload_source = g_idle_add (reload_outbox_cb, self);
}

static void
tell_notes (ValijaEngine *self, GPtrArray *notes)
{
  for (guint i = 0; i < notes->len; i++)
    valija_engine_notice (self, "%s", (const char *) g_ptr_array_index (notes, i));
}

static DexFuture *
open_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaEngine *self = flow->engine;
  g_autoptr(GPtrArray) notes = NULL;
  g_autoptr(GPtrArray) files = NULL;
  g_autoptr(GError) error = NULL;

  if (self->open)
    return dex_future_new_true ();

  if (!(notes = dex_await_boxed (valija_store_open (self->store), &error)) ||
      !(files = dex_await_boxed (valija_account_files_load (self->config_directory), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  tell_notes (self, notes);

  for (guint i = 0; i < files->len; i++)
    {
      ValijaAccountFile *file = g_ptr_array_index (files, i);
      ValijaAccountRuntime *runtime;

      if (file->account == NULL)
        {
          /* Translators: the name of a file, and what is wrong with it */
          valija_engine_notice (self, _("The account in “%s” cannot be used: %s"), file->name,
                                file->error->message);
          continue;
        }

      runtime = valija_engine_add_runtime (self, file->account);
      if (!dex_await (valija_engine_prepare_folders (self, runtime), &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }

  self->open = TRUE;

  if (!dex_await (valija_engine_load_outbox (self), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static DexFuture *
close_fiber (gpointer data)
{
  ValijaEngine *self = data;
  g_autoptr(GPtrArray) runtimes = valija_engine_list_runtimes (self);
  g_autoptr(GError) error = NULL;

  g_cancellable_cancel (self->stop);
  valija_engine_stop_background (self);

  for (guint i = 0; i < runtimes->len; i++)
    dex_await (valija_account_runtime_close (g_ptr_array_index (runtimes, i)), NULL);

  while (self->flows->len > 0)
    {
      Flow *flow = g_ptr_array_index (self->flows, 0);

      dex_await (dex_future_finally (dex_ref (flow->fiber), settled_cb, NULL, NULL), NULL);
    }

  self->open = FALSE;
  dex_await (valija_store_close (self->store), &error);
  self->closed = TRUE;
  dex_clear (&self->closing);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static void
valija_engine_dispose (GObject *object)
{
  ValijaEngine *self = VALIJA_ENGINE (object);

  valija_engine_stop_background (self);
  g_clear_handle_id (&self->outbox_reload_source, g_source_remove);
  g_clear_handle_id (&self->upload_source, g_source_remove);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);

  g_clear_pointer (&self->runtimes, g_hash_table_unref);
  g_clear_object (&self->outbox);
  g_clear_object (&self->inboxes);
  g_clear_object (&self->all_inboxes);
  g_clear_object (&self->in_view);
  dex_clear (&self->view_moved);
  g_clear_object (&self->accounts);
  g_clear_object (&self->last_test);
  g_clear_object (&self->last_test_outgoing);
  g_clear_object (&self->store);
  g_clear_object (&self->credentials);
  g_clear_object (&self->trust);
  g_clear_object (&self->stop);
  g_clear_object (&self->config_directory);
  g_clear_object (&self->data_directory);
  g_clear_object (&self->cache_directory);
  dex_clear (&self->closing);

  G_OBJECT_CLASS (valija_engine_parent_class)->dispose (object);
}

static void
valija_engine_finalize (GObject *object)
{
  ValijaEngine *self = VALIJA_ENGINE (object);

  g_ptr_array_unref (self->flows);
  g_hash_table_unref (self->open_drafts);

  G_OBJECT_CLASS (valija_engine_parent_class)->finalize (object);
}

static void
valija_engine_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ValijaEngine *self = VALIJA_ENGINE (object);

  if (prop_id == PROP_CHECK_INTERVAL)
    g_value_set_uint (value, self->check_interval);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

/* It holds at once: who waits for the end of the old one looks now, or no more. */
static void
set_check_interval (ValijaEngine *self, guint minutes)
{
  GHashTableIter iter;
  gpointer runtime;

  if (self->check_interval == minutes)
    return;

  self->check_interval = minutes;
  g_hash_table_iter_init (&iter, self->runtimes);
  while (g_hash_table_iter_next (&iter, NULL, &runtime))
    valija_account_runtime_wake (runtime);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHECK_INTERVAL]);
}

static void
valija_engine_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_CHECK_INTERVAL)
    set_check_interval (VALIJA_ENGINE (object), g_value_get_uint (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
valija_engine_class_init (ValijaEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_engine_dispose;
  object_class->finalize = valija_engine_finalize;
  object_class->get_property = valija_engine_get_property;
  object_class->set_property = valija_engine_set_property;

  properties[PROP_CHECK_INTERVAL] =
    g_param_spec_uint ("check-interval", NULL, NULL, 0, 24 * 60, CHECK_INTERVAL,
                       G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[NOTICE] =
    g_signal_new ("notice", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[NEW_MAIL] =
    g_signal_new ("new-mail", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, VALIJA_TYPE_FOLDER, G_TYPE_UINT);
  signals[OUTBOX_CHANGED] =
    g_signal_new ("outbox-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
  signals[DRAFT_EDITED] =
    g_signal_new ("draft-edited", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_INT64);
}

static void
valija_engine_init (ValijaEngine *self)
{
  self->accounts = g_list_store_new (VALIJA_TYPE_ACCOUNT);
  self->outbox = g_list_store_new (VALIJA_TYPE_OUTBOX_ITEM);
  self->inboxes = g_list_store_new (VALIJA_TYPE_FOLDER);
  self->all_inboxes = valija_folder_new (NULL, 0);
  valija_folder_update (self->all_inboxes, NULL, 0, _("All Inboxes"), VALIJA_FOLDER_ROLE_INBOX, 0, TRUE, FALSE);
  self->runtimes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->open_drafts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->flows = g_ptr_array_new ();
  self->stop = g_cancellable_new ();
  self->factory = create_session;
  self->check_interval = CHECK_INTERVAL;
  self->minute = 60;
}

static GFile *
choose_directory (GFile *profile, const char *name, const char *user_directory)
{
  if (profile != NULL)
    return g_file_get_child (profile, name);

  return g_file_new_build_filename (user_directory, "valija", NULL);
}

/**
 * valija_engine_new:
 * @profile: (nullable): one directory for everything, or %NULL for the user's own
 *
 * Returns: (transfer full): an engine that has read nothing yet
 */
ValijaEngine *
valija_engine_new (GFile *profile)
{
  g_autoptr(GFile) config = choose_directory (profile, "config", g_get_user_config_dir ());
  g_autoptr(GFile) trusted = g_file_get_child (config, "certificates");
  ValijaEngine *self;

  g_return_val_if_fail (profile == NULL || G_IS_FILE (profile), NULL);

  self = g_object_new (VALIJA_TYPE_ENGINE, NULL);
  self->config_directory = g_file_get_child (config, "accounts");
  self->data_directory = choose_directory (profile, "data", g_get_user_data_dir ());
  self->cache_directory = choose_directory (profile, "cache", g_get_user_cache_dir ());
  self->credentials = valija_credentials_new ();
  self->trust = valija_trust_new (trusted);
  self->store = valija_store_new (self->cache_directory, self->data_directory);

  g_signal_connect_swapped (self->store, "folder-changed", G_CALLBACK (store_folder_changed_cb), self);
  g_signal_connect_swapped (self->store, "outbox-changed", G_CALLBACK (store_outbox_changed_cb), self);
  return self;
}

void
valija_engine_set_session_factory (ValijaEngine *self, ValijaSessionFactory factory, gpointer user_data)
{
  g_return_if_fail (VALIJA_IS_ENGINE (self));
  g_return_if_fail (!self->open);

  self->factory = factory;
  self->factory_data = user_data;
}

DexFuture *
valija_engine_open (ValijaEngine *self)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "open", open_fiber,
                              valija_flow_new (self, NULL), (GDestroyNotify) valija_flow_free);
}

DexFuture *
valija_engine_close (ValijaEngine *self)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  if (self->closed)
    return dex_future_new_true ();

  /* Not one of the flows that it waits for; disowned, because a store that is half closed helps nobody. */
  if (self->closing == NULL)
    {
      self->closing = valija_fiber_spawn (close_fiber, g_object_ref (self), g_object_unref);
      valija_future_forget (dex_ref (self->closing), "close");
    }

  return dex_ref (self->closing);
}

const ValijaMethod * const *
valija_engine_list_methods (ValijaEngine *self)
{
  return valija_methods_list ();
}

const ValijaMethod *
valija_engine_find_method (ValijaEngine *self, const char *id)
{
  return valija_methods_find (id);
}

/* ---- Flows ---- */

DexFuture *
valija_engine_spawn (ValijaEngine   *self,
                     ValijaFlowOwner owner,
                     const char     *what,
                     DexFiberFunc    func,
                     gpointer        data,
                     GDestroyNotify  destroy)
{
  Flow *flow;
  DexFuture *fiber;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);

  if (g_cancellable_is_cancelled (self->stop))
    {
      if (destroy != NULL)
        destroy (data);
      return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Closing");
    }

  flow = g_new0 (Flow, 1);
  flow->engine = g_object_ref (self);
  flow->func = func;
  flow->data = data;
  flow->destroy = destroy;
  g_ptr_array_add (self->flows, flow);

  fiber = valija_fiber_spawn (flow_fiber, flow, (GDestroyNotify) flow_free);
  flow->fiber = fiber;

  /* A second observer, so that a caller who goes does not end what must be finished. */
  if (owner == VALIJA_FLOW_OWNED)
    valija_future_forget (dex_ref (fiber), what);

  return fiber;
}

DexFuture *
valija_engine_race (ValijaEngine *self, DexFuture *future, GCancellable *cancellable)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (DEX_IS_FUTURE (future), NULL);

  return valija_future_until_cancelled (valija_future_until_cancelled (future, self->stop), cancellable);
}

gboolean
valija_await_int64 (DexFuture *future, gint64 *value, GError **error)
{
  g_autoptr(GError) failure = NULL;
  gint64 result = dex_await_int64 (future, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  if (value != NULL)
    *value = result;
  return TRUE;
}

DexFuture *
valija_engine_reject_unknown_account (void)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_NOT_FOUND, _("This account is not set up here."));
  return dex_future_new_for_error (error);
}

DexFuture *
valija_engine_sleep (guint milliseconds)
{
  return dex_future_catch (dex_timeout_new_msec ((int) MIN (milliseconds, G_MAXINT)), settled_cb, NULL, NULL);
}

void
valija_engine_notice (ValijaEngine *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  g_return_if_fail (VALIJA_IS_ENGINE (self));

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_signal_emit (self, signals[NOTICE], 0, text);
}

ValijaFlow *
valija_flow_new (ValijaEngine *engine, ValijaAccountRuntime *runtime)
{
  ValijaFlow *self = g_new0 (ValijaFlow, 1);

  g_set_object (&self->engine, engine);
  g_set_object (&self->runtime, runtime);
  return self;
}

void
valija_flow_free (ValijaFlow *self)
{
  g_clear_object (&self->engine);
  g_clear_object (&self->runtime);
  g_clear_object (&self->folder);
  g_clear_object (&self->progress);
  g_free (self->text);
  g_free (self);
}
