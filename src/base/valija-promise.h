/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Promises are settled later, one at a time, when no fiber is ready to run. With libdex 0.10 it must be so: a
 * fiber that was cancelled waits for its turn like any other, and when what it waited for settles before that it
 * is lost, or used after it was freed. What is done later runs behind the turn of every fiber. Main context
 * only. */

/* As libdex's own; the promise is held until then, and the first of several holds. */
void valija_promise_resolve         (DexPromise   *promise,
                                     const GValue *value);
void valija_promise_resolve_boolean (DexPromise   *promise,
                                     gboolean      value);
void valija_promise_resolve_uint    (DexPromise   *promise,
                                     guint         value);
/* @boxed and @error are (transfer full). */
void valija_promise_resolve_boxed   (DexPromise   *promise,
                                     GType         type,
                                     gpointer      boxed);
void valija_promise_reject          (DexPromise   *promise,
                                     GError       *error);

/* For a promise kept in a field: each clears *promise. NULL is allowed. */
void valija_promise_fulfil          (DexPromise  **promise); /* resolves to TRUE */
void valija_promise_fail            (DexPromise  **promise,
                                     const GError *error);

/* Anything else by which promises may be settled, as @data (transfer full) is freed or a channel is closed. */
void valija_later                   (GDestroyNotify func,
                                     gpointer       data);

/* Whether anybody still waits for @promise, which dex_promise_new_cancellable() made. */
gboolean valija_promise_is_wanted   (DexPromise   *promise);

G_END_DECLS
