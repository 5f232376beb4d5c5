/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-future.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-promise.h"

typedef struct
{
  GType result_type;
  ValijaThreadFunc func;
  gpointer data;
  GDestroyNotify destroy;
} ThreadCall;

typedef struct
{
  GWeakRef owner;
  ValijaFutureCallback callback;
} Then;

static DexFuture *
timed_out_cb (DexFuture *future, gpointer user_data)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_TIMED_OUT, _("It took too long."));
  return dex_future_new_for_error (error);
}

static void
take_result (GValue *value, gpointer result)
{
  if (G_TYPE_IS_OBJECT (G_VALUE_TYPE (value)))
    g_value_take_object (value, result);
  else
    g_value_take_boxed (value, result);
}

static void
call_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  ThreadCall *call = task_data;
  g_auto(GValue) value = G_VALUE_INIT;
  GError *error = NULL;

  g_value_init (&value, call->result_type);
  take_result (&value, call->func (call->data, &error));

  if (call->destroy != NULL)
    call->destroy (call->data);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_value (task, &value);
}

static void
task_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(DexPromise) promise = user_data;
  g_auto(GValue) value = G_VALUE_INIT;
  GError *error = NULL;

  if (g_task_propagate_value (G_TASK (result), &value, &error))
    valija_promise_resolve (promise, &value);
  else
    valija_promise_reject (promise, error);
}

static void
then_free (Then *then)
{
  g_weak_ref_clear (&then->owner);
  g_free (then);
}

static DexFuture *
then_cb (DexFuture *future, gpointer user_data)
{
  Then *then = user_data;
  g_autoptr(GObject) owner = g_weak_ref_get (&then->owner);

  if (owner != NULL)
    then->callback (future, owner);

  return NULL;
}

static DexFuture *
forgotten_cb (DexFuture *future, gpointer user_data)
{
  const char *what = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    g_debug ("%s: %s", what, error->message);

  return NULL;
}

/**
 * valija_fiber_spawn: (skip)
 * @func: the body
 * @data: (transfer full): its argument
 * @destroy: (nullable): frees @data when the fiber ends
 *
 * Runs @func in a fiber of the calling thread's scheduler.
 *
 * Returns: (transfer full): a future that resolves or rejects as @func's does
 */
DexFuture *
valija_fiber_spawn (DexFiberFunc func, gpointer data, GDestroyNotify destroy)
{
  dex_return_error_if_fail (func != NULL);

  return dex_scheduler_spawn (dex_scheduler_get_thread_default (), 0, func, data, destroy);
}

/* NULL is libdex's word for "as it ended". */
static DexFuture *
pass_on_cb (DexFuture *future, gpointer user_data)
{
  return NULL;
}

/**
 * valija_future_guard:
 * @future: (transfer full): a future
 *
 * Returns: (transfer full): a future that settles as @future does; when it is dropped before, that is cancelled
 */
DexFuture *
valija_future_guard (DexFuture *future)
{
  dex_return_error_if_fail (DEX_IS_FUTURE (future));

  return dex_future_finally (future, pass_on_cb, NULL, NULL);
}

/**
 * valija_future_until_cancelled:
 * @future: (transfer full): a future
 * @cancellable: (nullable): what ends the waiting
 *
 * Returns: (transfer full): a future that settles as @future does, or rejects with %G_IO_ERROR_CANCELLED
 */
DexFuture *
valija_future_until_cancelled (DexFuture *future, GCancellable *cancellable)
{
  dex_return_error_if_fail (DEX_IS_FUTURE (future));

  return cancellable != NULL ? dex_future_first (future, dex_cancellable_new_from_cancellable (cancellable), NULL)
                             : future;
}

/**
 * valija_future_with_timeout:
 * @future: (transfer full): a future
 * @milliseconds: how long it may take; 0 is for ever
 *
 * Returns: (transfer full): a future that settles as @future does, or rejects with
 *   VALIJA_ERROR_TIMED_OUT
 */
DexFuture *
valija_future_with_timeout (DexFuture *future, guint milliseconds)
{
  DexFuture *timeout;

  dex_return_error_if_fail (DEX_IS_FUTURE (future));

  if (milliseconds == 0)
    return future;

  timeout = dex_future_catch (dex_timeout_new_msec ((int) MIN (milliseconds, G_MAXINT)),
                              timed_out_cb, NULL, NULL);
  return dex_future_first (future, timeout, NULL);
}

/**
 * valija_future_new_task:
 * @source_tag: the function that makes it
 * @future: (out) (transfer full): settles as the task is answered, by g_task_return_value() or g_task_return_error()
 *
 * Returns: (transfer full): a task to be answered on any thread
 */
GTask *
valija_future_new_task (gpointer source_tag, DexFuture **future)
{
  DexPromise *promise = dex_promise_new ();
  GTask *task = g_task_new (NULL, NULL, task_done_cb, dex_ref (promise));

  g_task_set_source_tag (task, source_tag);
  *future = DEX_FUTURE (promise);

  return task;
}

/**
 * valija_future_run_in_thread:
 * @result_type: a boxed or object type
 * @func: what to do; returns a (transfer full) pointer of @result_type, or sets its error
 * @data: (transfer full): its argument
 * @destroy: (nullable): frees @data on that thread after @func
 *
 * Runs @func on a thread of GLib's pool. It runs to its end even when nobody waits any more.
 *
 * Returns: (transfer full): a future that resolves to a @result_type
 */
DexFuture *
valija_future_run_in_thread (GType            result_type,
                             ValijaThreadFunc func,
                             gpointer         data,
                             GDestroyNotify   destroy)
{
  g_autoptr(GTask) task = NULL;
  DexFuture *future;
  ThreadCall *call;

  dex_return_error_if_fail (G_TYPE_IS_OBJECT (result_type) || G_TYPE_IS_BOXED (result_type));
  dex_return_error_if_fail (func != NULL);

  call = g_new0 (ThreadCall, 1);
  call->result_type = result_type;
  call->func = func;
  call->data = data;
  call->destroy = destroy;

  task = valija_future_new_task (valija_future_run_in_thread, &future);
  g_task_set_task_data (task, call, g_free);
  g_task_run_in_thread (task, call_in_thread);

  return future;
}

/**
 * valija_future_new_take_ptr_array:
 * @array: (transfer full): an array
 *
 * Returns: (transfer full): a future that resolves to @array (boxed, %G_TYPE_PTR_ARRAY)
 */
DexFuture *
valija_future_new_take_ptr_array (GPtrArray *array)
{
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, array);
}

/**
 * valija_future_then:
 * @future: (transfer full): a future
 * @owner: (type GObject): whoever wants to know
 * @callback: called on this thread's main context once @future has settled, unless @owner is gone
 *
 * For code that does not await. The future goes on when @owner goes.
 */
void
valija_future_then (DexFuture *future, gpointer owner, ValijaFutureCallback callback)
{
  Then *then;

  g_return_if_fail (DEX_IS_FUTURE (future));
  g_return_if_fail (G_IS_OBJECT (owner));
  g_return_if_fail (callback != NULL);

  then = g_new0 (Then, 1);
  g_weak_ref_init (&then->owner, owner);
  then->callback = callback;

  /* Disowned because the owner may go first; the callback then sees that and does nothing. */
  dex_future_disown (dex_future_finally (future, then_cb, then, (GDestroyNotify) then_free));
}

/**
 * valija_future_forget:
 * @future: (transfer full): a future
 * @what: a static string that names it in the log
 *
 * Lets @future run with nobody waiting; a failure is logged at debug level.
 */
void
valija_future_forget (DexFuture *future, const char *what)
{
  g_return_if_fail (DEX_IS_FUTURE (future));

  dex_future_disown (dex_future_finally (future, forgotten_cb, (gpointer) what, NULL));
}

/**
 * valija_future_is_cancellation:
 * @error: an error
 *
 * Returns: whether @error is libdex's word for a fiber that was cancelled
 */
gboolean
valija_future_is_cancellation (const GError *error)
{
  return g_error_matches (error, DEX_ERROR, DEX_ERROR_FIBER_CANCELLED);
}

gboolean
valija_await_settled (DexFuture  *future,
                      GError    **error)
{
  g_autoptr(GError) failure = NULL;

  if (dex_await (future, &failure) || !valija_future_is_cancellation (failure))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}
