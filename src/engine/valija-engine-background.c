/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

/* All of it in seconds. How often a look is due where the server does not tell is for the user to say. */
#define FULL_INTERVAL 1800         /* where it tells, and for what a usual look does not see */
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
  gboolean all;              /* it does */
  GPtrArray *changed;        /* of char *, remote-ids; nullable: it is not known what changed */
  gint64 last_full;          /* when all folders were looked at, in seconds since the system began; 0: never */
  gint64 last_tried;         /* the same, whatever came of it */
  gint64 last_thorough;      /* and at whatever is in them */
} Watch;

static void
watch_clear (Watch *watch)
{
  g_clear_pointer (&watch->changed, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

static void
set_watches_inbox (ValijaFlow *flow, gboolean watches)
{
  if (flow->runtime->watches_inbox == watches)
    return;

  flow->runtime->watches_inbox = watches;
  valija_engine_view_changed (flow->engine);
}

static gint64
get_seconds (void)
{
  return g_get_monotonic_time () / G_USEC_PER_SEC;
}

/* How often a look is due, in seconds. */
static gint64
get_interval (Watch *watch)
{
  return (gint64) watch->flow->engine->check_interval * watch->flow->engine->minute;
}

/* The same of one at all folders: what the server tells is not asked for, and what it does not count is not opened
 * all the time. */
static gint64
get_full_interval (Watch *watch)
{
  gint64 interval = get_interval (watch);

  return watch->all || !watch->flow->runtime->tells_states ? MAX (interval, FULL_INTERVAL) : interval;
}

/* Until a look is due: at the folders that are not watched with @watched, else at any. */
static DexFuture *
wait_until_due (Watch *watch, gboolean watched)
{
  gint64 left = get_full_interval (watch) - (get_seconds () - watch->last_tried);

  if (!watched)
    left = MIN (left, get_interval (watch));
  return valija_engine_sleep ((guint) (MAX (left, 1) * 1000));
}

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

  watch->all = TRUE;
  set_watches_inbox (watch->flow, FALSE);
  all = valija_engine_race (engine, valija_mail_reader_watch_all (reader), NULL);
  if (!dex_await (dex_future_first (dex_ref (all), wait_for_wake (runtime), wait_until_due (watch, TRUE), NULL), error))
    {
      watch->all = FALSE;
      return FALSE;
    }

  value = dex_future_is_resolved (all) ? dex_future_get_value (all, NULL) : NULL;
  if (value != NULL && G_VALUE_HOLDS (value, G_TYPE_PTR_ARRAY))
    watch->changed = g_value_dup_boxed (value);
  return TRUE;
}

static gboolean
watch_inbox_fiber (Watch *watch, ValijaFolder *inbox, GError **error)
{
  set_watches_inbox (watch->flow, TRUE);
  valija_engine_retry_view (watch->flow->engine);
  return dex_await (dex_future_first (valija_engine_watch_folder (watch->flow->engine, inbox),
                                      wait_for_wake (watch->flow->runtime), wait_until_due (watch, TRUE), NULL), error);
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
  DexFuture *due;
  gboolean ok;

  g_set_object (&inbox, valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_INBOX,
                                                          valija_account_runtime_is_durable (runtime)));
  if (inbox == NULL || !instant)
    return pause_fiber (flow, dex_future_first (wait_for_wake (runtime), wait_until_due (watch, FALSE), NULL));

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
  due = g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED) ? wait_until_due (watch, FALSE)
                                                                       : valija_engine_sleep (WATCH_RETRY * 1000);
  return pause_fiber (flow, dex_future_first (wait_for_wake (runtime), due, NULL));
}

/* Looks at the folders that the server named. FALSE without an error when one of them is not known here, or not there
 * any more: then all must be looked at. */
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
      if (failure != NULL && valija_engine_is_of_folder (failure))
        return FALSE;
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
look_fiber (Watch *watch, GError **error)
{
  ValijaFlow *flow = watch->flow;
  g_autoptr(GPtrArray) changed = g_steal_pointer (&watch->changed);
  gint64 now = get_seconds ();
  gboolean all = flow->runtime->look_at_all || watch->last_full == 0;
  gboolean full = all || now - watch->last_full >= get_full_interval (watch);
  gboolean thorough = full && (all || now - watch->last_thorough >= FULL_INTERVAL);
  guint flags = VALIJA_SYNC_BACKGROUND | (thorough ? VALIJA_SYNC_THOROUGH : 0);
  g_autoptr(GError) failure = NULL;

  watch->last_tried = full ? now : watch->last_tried;
  flow->runtime->look_at_all = FALSE;
  if (!full && changed != NULL)
    {
      if (sync_changed_fiber (flow, changed, &failure))
        return TRUE;
      full = failure == NULL;
    }

  if (failure == NULL)
    dex_await_uint (valija_engine_sync_account (flow->engine, flow->runtime->account,
                                                flags | (full ? VALIJA_SYNC_ALL_FOLDERS : 0), NULL), &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  /* Whether people are answered may change by the clock alone, and from elsewhere */
  if (thorough && valija_engine_has_auto_replies (flow->engine, flow->runtime->account))
    valija_future_forget (valija_engine_load_auto_replies (flow->engine, flow->runtime->account), "automatic replies");

  watch->last_full = full ? now : watch->last_full;
  watch->last_thorough = thorough ? now : watch->last_thorough;
  return TRUE;
}

/* Whether nobody is to look by himself: the user has paused the account, or wants to be the one who asks. What he asks
 * for by what he sets is asked for, and so are the folders of an account that has none yet. */
static gboolean
waits_for_user (ValijaFlow *flow)
{
  ValijaAccountRuntime *runtime = flow->runtime;

  return valija_account_get_paused (runtime->account) ||
         (flow->engine->check_interval == 0 && !runtime->look_at_all &&
          valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_INBOX,
                                            valija_account_runtime_is_durable (runtime)) != NULL);
}

/* What the user has done goes out all the same. */
static gboolean
pause_unasked_fiber (ValijaFlow *flow, guint *n_failures)
{
  DexFuture *wake = wait_for_wake (flow->runtime);
  g_autoptr(GError) error = NULL;

  set_watches_inbox (flow, FALSE);
  dex_await (valija_engine_flush (flow->engine, flow->runtime->account), &error);
  if (error == NULL || !valija_error_is_transient (error))
    {
      *n_failures = 0;
      return pause_fiber (flow, wake);
    }

  return pause_fiber (flow, dex_future_first (wake, valija_engine_sleep (retry_delay ((*n_failures)++)), NULL));
}

static DexFuture *
run_account_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaAccountRuntime *runtime = flow->runtime;
  g_auto(Watch) watch = { .flow = flow };
  guint n_failures = 0;
  gboolean go_on = TRUE;

  while (go_on)
    {
      g_autoptr(GError) error = NULL;

      if (waits_for_user (flow))
        {
          go_on = pause_unasked_fiber (flow, &n_failures);
          continue;
        }

      if (look_fiber (&watch, &error))
        {
          n_failures = 0;
          go_on = waits_for_user (flow) || pause_after_success_fiber (&watch);
        }
      else if (valija_error_is_cancelled (error))
        {
          /* The user has stopped it: what is left comes with the next look. Or all of it ends. */
          go_on = waits_for_user (flow) || pause_after_success_fiber (&watch);
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

  set_watches_inbox (flow, FALSE);
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
  valija_engine_watch_view (self);

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
