/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-promise.h"

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
  gboolean value;
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
valija_imap_later (GDestroyNotify func,
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

  if (settlement->error != NULL)
    dex_promise_reject (settlement->promise, settlement->error);
  else
    dex_promise_resolve_boolean (settlement->promise, settlement->value);
  dex_unref (settlement->promise);
  g_free (settlement);
}

static void
settle_later (DexPromise **promise,
              gboolean     value,
              const GError *error)
{
  Settlement *settlement;

  if (*promise == NULL)
    return;

  settlement = g_new0 (Settlement, 1);
  settlement->promise = g_steal_pointer (promise);
  settlement->value = value;
  settlement->error = error != NULL ? g_error_copy (error) : NULL;
  valija_imap_later (settle, settlement);
}

void
valija_imap_promise_fulfil (DexPromise **promise)
{
  settle_later (promise, TRUE, NULL);
}

void
valija_imap_promise_resolve (DexPromise **promise,
                             gboolean     value)
{
  settle_later (promise, value, NULL);
}

void
valija_imap_promise_reject (DexPromise  **promise,
                            const GError *error)
{
  settle_later (promise, FALSE, error);
}

gboolean
valija_imap_promise_is_wanted (DexPromise *promise)
{
  return !g_cancellable_is_cancelled (dex_promise_get_cancellable (promise));
}
