/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Promises are settled later, one at a time, when no fiber is ready to run. With libdex 0.10 it must be so: a
 * fiber that was cancelled waits for its turn like any other, and when what it waited for settles before that it
 * is lost, or used after it was freed. What is done later runs behind the turn of every fiber. Main context
 * only. */

/* Each clears *promise. NULL is allowed. */
void valija_imap_promise_fulfil  (DexPromise **promise); /* resolves to TRUE */
void valija_imap_promise_resolve (DexPromise **promise, gboolean value);
void valija_imap_promise_reject  (DexPromise **promise, const GError *error);

/* Anything else by which promises may be settled. */
void valija_imap_later           (GDestroyNotify func, gpointer data);

/* Whether anybody still waits for @promise, which dex_promise_new_cancellable() made. */
gboolean valija_imap_promise_is_wanted (DexPromise *promise);

G_END_DECLS
