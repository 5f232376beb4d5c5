/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Glue for futures: what libdex 0.10 lacks, written once. */

/* Work that blocks and may run on any thread. Returns a future's result as (transfer full)
 * pointer or NULL with @error. */
typedef gpointer (*ValijaThreadFunc) (gpointer user_data, GError **error);

/**
 * valija_fiber_spawn: (skip)
 * @func: the body; named `*_fiber` and static where it is written
 * @data: (transfer full): its argument, freed with @destroy when the fiber ends
 *
 * Returns: (transfer full): a future that resolves or rejects as @func's does
 */
DexFuture *valija_fiber_spawn (DexFiberFunc   func,
                               gpointer       data,
                               GDestroyNotify destroy) G_GNUC_WARN_UNUSED_RESULT;

/* Settles as @future (transfer full) does. When it is dropped before, what @future is made of is told that nobody waits
 * any more, which neither a promise nor a fiber notices by itself: the promise's cancellable is cancelled, the fiber
 * ends. */
DexFuture *valija_future_guard (DexFuture *future) G_GNUC_WARN_UNUSED_RESULT;

/* Settles as @future (transfer full) does, or rejects with G_IO_ERROR_CANCELLED as soon as @cancellable (nullable) is
 * cancelled; then nobody waits for @future any more. */
DexFuture *valija_future_until_cancelled (DexFuture    *future,
                                          GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* Rejects with VALIJA_ERROR_TIMED_OUT when @future (transfer full) has not settled after
 * @milliseconds. 0 means never. */
DexFuture *valija_future_with_timeout (DexFuture *future,
                                       guint      milliseconds) G_GNUC_WARN_UNUSED_RESULT;

/* A task (transfer full) to be answered on any thread, by a GValue or an error: that settles *@future (transfer full),
 * on the main context on which it was made. @source_tag: the function that makes it */
GTask *valija_future_new_task (gpointer    source_tag,
                               DexFuture **future) G_GNUC_WARN_UNUSED_RESULT;

/* Runs @func on a thread of GLib's pool. Resolves to a boxed of @boxed_type (or to a GObject,
 * when @boxed_type is an object type). @data is freed on that thread after @func. */
DexFuture *valija_future_run_in_thread (GType            result_type,
                                        ValijaThreadFunc func,
                                        gpointer         data,
                                        GDestroyNotify   destroy) G_GNUC_WARN_UNUSED_RESULT;

/* A resolved future that holds @array (transfer full); dex_await_boxed() gives it back. */
DexFuture *valija_future_new_take_ptr_array (GPtrArray *array) G_GNUC_WARN_UNUSED_RESULT;

/* Calls @callback on the main context once @future (transfer full) has settled, unless @owner (a
 * GObject) is gone by then. For ui/ and cli/, which do not await. The callback gets the settled
 * future (transfer none); on failure dex_future_get_value (future, &error) tells why. */
typedef void (*ValijaFutureCallback) (DexFuture *future, gpointer owner);
void valija_future_then (DexFuture *future, gpointer owner, ValijaFutureCallback callback);

/* Lets @future (transfer full) run with nobody waiting; a failure is logged with @what at debug
 * level. */
void valija_future_forget (DexFuture *future, const char *what);

/* Whether @error is libdex's own "fiber cancelled". Everybody but valija_error_is_cancelled()
 * asks that one instead. */
gboolean valija_future_is_cancellation (const GError *error);

/* For fibers: until @future (transfer full) has settled, whether it failed or its time is up. FALSE where nobody waits
 * for the fiber any more and it has to end. */
gboolean valija_await_settled (DexFuture *future, GError **error);

G_END_DECLS
