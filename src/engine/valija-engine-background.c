/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

/* All of it in seconds. */
#define POLL_INTERVAL 300          /* where the server cannot tell of new mail */
#define FULL_INTERVAL 1800         /* how often the other folders are looked at */
#define FIRST_RETRY 15
#define LAST_RETRY 900
#define WATCH_RETRY 30             /* after a watch that broke without a reason that a synchronisation would find */

/* What ends a pause of the background flow. */
static DexFuture *
wait_for_wake (ValijaAccountRuntime *runtime)
{
  dex_clear (&runtime->wake);
  runtime->wake = dex_promise_new ();
  return dex_ref (DEX_FUTURE (runtime->wake));
}

static guint
retry_delay (guint n_failures)
{
  guint delay = FIRST_RETRY << MIN (n_failures, 6);

  /* Many accounts on one server must not come back all at once. */
  delay = MIN (delay, LAST_RETRY);
  return delay * 1000 + (guint) g_random_int_range (0, (gint32) delay * 250);
}

/* Returns FALSE when the flow is to end. */
static gboolean
pause_fiber (ValijaFlow *flow, DexFuture *pause)
{
  g_autoptr(GError) error = NULL;

  dex_await (valija_engine_race (flow->engine, pause, NULL), &error);
  return !flow->runtime->removed && !g_cancellable_is_cancelled (flow->engine->stop) &&
         !g_error_matches (error, DEX_ERROR, DEX_ERROR_FIBER_CANCELLED);
}

/* One account's flow, between two looks at its server. */
typedef struct
{
  ValijaFlow *flow;
  gboolean one_by_one;       /* the server does not tell of all folders at once */
  GPtrArray *changed;        /* of char *, remote-ids; nullable: it is not known what changed */
} Watch;

static void
watch_clear (Watch *watch)
{
  g_clear_pointer (&watch->changed, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

/* All folders on one connection. FALSE with UNSUPPORTED where that is not to be had. */
static gboolean
watch_all_fiber (Watch *watch, GError **error)
{
  ValijaEngine *engine = watch->flow->engine;
  ValijaAccountRuntime *runtime = watch->flow->runtime;
  g_autoptr(ValijaMailReader) reader = NULL;
  g_autoptr(DexFuture) all = NULL;
  const GValue *value;

  if (!(reader = valija_account_runtime_dup_reader (runtime, error)))
    return FALSE;

  all = valija_engine_race (engine, valija_mail_reader_watch_all (reader), NULL);
  if (!dex_await (dex_future_first (dex_ref (all), wait_for_wake (runtime),
                                    valija_engine_sleep (FULL_INTERVAL * 1000), NULL), error))
    return FALSE;

  value = dex_future_is_resolved (all) ? dex_future_get_value (all, NULL) : NULL;
  if (value != NULL && G_VALUE_HOLDS (value, G_TYPE_PTR_ARRAY))
    watch->changed = g_value_dup_boxed (value);
  return TRUE;
}

static gboolean
watch_inbox_fiber (Watch *watch, ValijaFolder *inbox, GError **error)
{
  return dex_await (dex_future_first (valija_engine_watch_folder (watch->flow->engine, inbox),
                                      wait_for_wake (watch->flow->runtime),
                                      valija_engine_sleep (FULL_INTERVAL * 1000), NULL), error);
}

/* Waits until there is a reason to look again. */
static gboolean
pause_after_success_fiber (Watch *watch)
{
  ValijaFlow *flow = watch->flow;
  ValijaAccountRuntime *runtime = flow->runtime;
  g_autoptr(ValijaFolder) inbox = NULL;
  gboolean instant = (valija_account_runtime_get_capabilities (runtime) & VALIJA_CAPABILITY_INSTANT) != 0;
  g_autoptr(GError) error = NULL;
  gboolean ok;
  guint delay;

  g_set_object (&inbox, valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_INBOX,
                                                          valija_account_runtime_is_durable (runtime)));
  if (inbox == NULL || !instant)
    return pause_fiber (flow, dex_future_first (wait_for_wake (runtime),
                                                valija_engine_sleep (POLL_INTERVAL * 1000), NULL));

  ok = !watch->one_by_one && watch_all_fiber (watch, &error);
  if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED))
    {
      watch->one_by_one = TRUE;
      g_clear_error (&error);
    }
  if (!ok && error == NULL)
    ok = watch_inbox_fiber (watch, inbox, &error);
  if (ok)
    return pause_fiber (flow, dex_future_new_true ());

  /* A watch that cannot be had becomes a look from time to time. */
  delay = g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED) ? POLL_INTERVAL : WATCH_RETRY;
  return pause_fiber (flow, dex_future_first (wait_for_wake (runtime), valija_engine_sleep (delay * 1000), NULL));
}

/* Looks at the folders that the server named. FALSE without an error when one of them is not known here: then all must
 * be looked at. */
static gboolean
sync_changed_fiber (ValijaFlow *flow, GPtrArray *changed, GError **error)
{
  g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < changed->len; i++)
    {
      ValijaFolder *folder = valija_account_runtime_find_folder (flow->runtime, g_ptr_array_index (changed, i));

      if (folder == NULL)
        return FALSE;
      g_ptr_array_add (folders, g_object_ref (folder));
    }

  for (guint i = 0; i < folders->len; i++)
    {
      g_autoptr(GError) failure = NULL;

      dex_await_uint (valija_engine_sync_folder (flow->engine, g_ptr_array_index (folders, i), VALIJA_SYNC_BACKGROUND,
                                                 NULL), &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }

  return TRUE;
}

/* Looks at what changed, or else at the inbox, and from time to time at all. */
static gboolean
look_fiber (Watch *watch, gint64 *last_full, GError **error)
{
  ValijaFlow *flow = watch->flow;
  g_autoptr(GPtrArray) changed = g_steal_pointer (&watch->changed);
  gint64 now = g_get_monotonic_time () / G_USEC_PER_SEC;
  gboolean full = *last_full == 0 || now - *last_full >= FULL_INTERVAL || flow->runtime->look_at_all;
  g_autoptr(GError) failure = NULL;

  flow->runtime->look_at_all = FALSE;
  if (!full && changed != NULL)
    {
      if (sync_changed_fiber (flow, changed, &failure))
        return TRUE;
      full = failure == NULL;
    }

  if (failure == NULL)
    dex_await_uint (valija_engine_sync_account (flow->engine, flow->runtime->account,
                                                VALIJA_SYNC_BACKGROUND |
                                                  (full ? VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_THOROUGH : 0), NULL),
                    &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  /* Whether people are answered may change by the clock alone, and from elsewhere */
  if (full && valija_engine_has_auto_replies (flow->engine, flow->runtime->account))
    valija_future_forget (valija_engine_load_auto_replies (flow->engine, flow->runtime->account), "automatic replies");

  *last_full = full ? now : *last_full;
  return TRUE;
}

static DexFuture *
run_account_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaAccountRuntime *runtime = flow->runtime;
  g_auto(Watch) watch = { .flow = flow };
  gint64 last_full = 0;
  guint n_failures = 0;
  gboolean go_on = TRUE;

  while (go_on)
    {
      g_autoptr(GError) error = NULL;

      if (valija_account_get_paused (runtime->account))
        {
          go_on = pause_fiber (flow, wait_for_wake (runtime));
          continue;
        }

      if (look_fiber (&watch, &last_full, &error))
        {
          n_failures = 0;
          go_on = pause_after_success_fiber (&watch);
        }
      else if (valija_error_is_cancelled (error))
        {
          /* The user has stopped it: what is left comes with the next look. Or all of it ends. */
          go_on = valija_account_get_paused (runtime->account) || pause_after_success_fiber (&watch);
        }
      else if (valija_engine_follow_fiber (flow->engine, runtime, error))
        watch.one_by_one = FALSE;
      else if (valija_error_is_transient (error) || g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL))
        {
          /* It may be another server that answers next time, or another answer */
          watch.one_by_one = FALSE;
          go_on = pause_fiber (flow, dex_future_first (wait_for_wake (runtime),
                                                       valija_engine_sleep (retry_delay (n_failures++)), NULL));
        }
      else
        {
          /* Nothing changes by itself: the user is told, and must do something. */
          runtime->stalled = TRUE;
          go_on = pause_fiber (flow, wait_for_wake (runtime));
          runtime->stalled = FALSE;
        }
    }

  runtime->running = FALSE;
  return dex_future_new_true ();
}

void
valija_engine_run_account (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  if (runtime->running ||
      (valija_account_runtime_get_capabilities (runtime) & VALIJA_CAPABILITY_READ) == 0)
    return;

  runtime->running = TRUE;
  valija_engine_tell_paused (self, runtime);
  valija_future_forget (valija_engine_spawn (self, VALIJA_FLOW_OWNED, "account", run_account_fiber,
                                             valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free),
                        "account");
}

void
valija_engine_start (ValijaEngine *self)
{
  GHashTableIter iter;
  gpointer runtime;

  g_return_if_fail (VALIJA_IS_ENGINE (self));
  g_return_if_fail (self->open);

  if (self->started)
    return;

  self->started = TRUE;
  valija_engine_watch_conditions (self);

  g_hash_table_iter_init (&iter, self->runtimes);
  while (g_hash_table_iter_next (&iter, NULL, &runtime))
    valija_engine_run_account (self, runtime);

  valija_engine_outbox_due (self, 0);
}

void
valija_engine_stop_background (ValijaEngine *self)
{
  GHashTableIter iter;
  gpointer value;

  self->started = FALSE;
  g_clear_handle_id (&self->outbox_flush_source, g_source_remove);
  g_clear_handle_id (&self->upload_source, g_source_remove);
  g_clear_handle_id (&self->outbox_reload_source, g_source_remove);
  valija_engine_unwatch_conditions (self);

  if (self->runtimes == NULL)
    return;

  g_hash_table_iter_init (&iter, self->runtimes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ValijaAccountRuntime *runtime = value;

      g_clear_handle_id (&runtime->flush_source, g_source_remove);
      g_clear_handle_id (&runtime->reload_source, g_source_remove);
    }
}
