/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-promise.h"

/* Behind the scheduler of fibers, which has the default priority */
#define LATER_PRIORITY (G_PRIORITY_DEFAULT + 10)

typedef struct
{
  GDestroyNotify func;
  gpointer data;
} Deed;

typedef struct
{
  DexPromise *promise;
  GError *error;        /* nullable: resolve */
  GValue value;
} Settlement;

static GQueue deeds = G_QUEUE_INIT; /* of Deed */
static GSource *source;             /* while there are some */

static gboolean
do_next_cb (gpointer user_data)
{
  Deed *deed = g_queue_pop_head (&deeds);

  deed->func (deed->data);
  g_free (deed);
  if (!g_queue_is_empty (&deeds))
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&source, g_source_unref);

  return G_SOURCE_REMOVE;
}

void
valija_later (GDestroyNotify func,
              gpointer       data)
{
  Deed *deed = g_new0 (Deed, 1);

  deed->func = func;
  deed->data = data;
  g_queue_push_tail (&deeds, deed);
  if (source != NULL)
    return;

  source = g_idle_source_new ();
  g_source_set_priority (source, LATER_PRIORITY);
  g_source_set_callback (source, do_next_cb, NULL, NULL);
  g_source_attach (source, NULL);
}

static void
settle (gpointer data)
{
  Settlement *settlement = data;
  gboolean first = dex_future_is_pending (DEX_FUTURE (settlement->promise));

  if (first && settlement->error != NULL)
    dex_promise_reject (settlement->promise, g_steal_pointer (&settlement->error));
  else if (first)
    dex_promise_resolve (settlement->promise, &settlement->value);

  g_clear_error (&settlement->error);
  if (G_IS_VALUE (&settlement->value))
    g_value_unset (&settlement->value);
  dex_unref (settlement->promise);
  g_free (settlement);
}

static Settlement *
settle_later (DexPromise *promise,
              GType       type)
{
  Settlement *settlement = g_new0 (Settlement, 1);

  settlement->promise = dex_ref (promise);
  if (type != G_TYPE_INVALID)
    g_value_init (&settlement->value, type);
  valija_later (settle, settlement);

  return settlement;
}

void
valija_promise_resolve (DexPromise   *promise,
                        const GValue *value)
{
  g_value_copy (value, &settle_later (promise, G_VALUE_TYPE (value))->value);
}

void
valija_promise_resolve_boolean (DexPromise *promise,
                                gboolean    value)
{
  g_value_set_boolean (&settle_later (promise, G_TYPE_BOOLEAN)->value, value);
}

void
valija_promise_resolve_uint (DexPromise *promise,
                             guint       value)
{
  g_value_set_uint (&settle_later (promise, G_TYPE_UINT)->value, value);
}

void
valija_promise_resolve_boxed (DexPromise *promise,
                              GType       type,
                              gpointer    boxed)
{
  g_value_take_boxed (&settle_later (promise, type)->value, boxed);
}

void
valija_promise_reject (DexPromise *promise,
                       GError     *error)
{
  g_return_if_fail (error != NULL);

  settle_later (promise, G_TYPE_INVALID)->error = error;
}

void
valija_promise_fulfil (DexPromise **promise)
{
  g_autoptr(DexPromise) owned = g_steal_pointer (promise);

  if (owned != NULL)
    valija_promise_resolve_boolean (owned, TRUE);
}

void
valija_promise_fail (DexPromise  **promise,
                     const GError *error)
{
  g_autoptr(DexPromise) owned = g_steal_pointer (promise);

  if (owned != NULL)
    valija_promise_reject (owned, g_error_copy (error));
}

gboolean
valija_promise_is_wanted (DexPromise *promise)
{
  return !g_cancellable_is_cancelled (dex_promise_get_cancellable (promise));
}
