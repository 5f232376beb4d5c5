/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-lane.h"

#include "base/valija-promise.h"

struct _ValijaLane
{
  grefcount ref_count;
  GQueue waiting;            /* of DexPromise */
  gboolean busy;
};

struct _ValijaTurn
{
  grefcount ref_count;
  ValijaLane *lane;
};

G_DEFINE_BOXED_TYPE (ValijaTurn, valija_turn, valija_turn_ref, valija_turn_unref)

static ValijaTurn *
valija_turn_new (ValijaLane *lane)
{
  ValijaTurn *self = g_new0 (ValijaTurn, 1);

  g_ref_count_init (&self->ref_count);
  self->lane = valija_lane_ref (lane);
  lane->busy = TRUE;
  return self;
}

/* A turn that nobody takes is released by its promise, and so comes back here for the next. */
static void
lane_advance (ValijaLane *self)
{
  g_autoptr(DexPromise) promise = g_queue_pop_head (&self->waiting);

  self->busy = FALSE;
  if (promise != NULL)
    valija_promise_resolve_boxed (promise, VALIJA_TYPE_TURN, valija_turn_new (self));
}

ValijaTurn *
valija_turn_ref (ValijaTurn *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_turn_unref (ValijaTurn *self)
{
  g_return_if_fail (self != NULL);

  if (!g_ref_count_dec (&self->ref_count))
    return;

  lane_advance (self->lane);
  valija_lane_unref (self->lane);
  g_free (self);
}

ValijaLane *
valija_lane_new (void)
{
  ValijaLane *self = g_new0 (ValijaLane, 1);

  g_ref_count_init (&self->ref_count);
  g_queue_init (&self->waiting);
  return self;
}

ValijaLane *
valija_lane_ref (ValijaLane *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_lane_unref (ValijaLane *self)
{
  g_return_if_fail (self != NULL);

  if (!g_ref_count_dec (&self->ref_count))
    return;

  /* Each turn holds its lane: nobody can be waiting now. */
  g_assert (g_queue_is_empty (&self->waiting));
  g_free (self);
}

/**
 * valija_lane_enter:
 *
 * Returns: (transfer full): a future that resolves to a ValijaTurn; releasing it lets the next one in
 */
DexFuture *
valija_lane_enter (ValijaLane *self)
{
  DexPromise *promise;

  g_return_val_if_fail (self != NULL, NULL);

  if (!self->busy)
    return dex_future_new_take_boxed (VALIJA_TYPE_TURN, valija_turn_new (self));

  promise = dex_promise_new ();
  g_queue_push_tail (&self->waiting, dex_ref (promise));
  return DEX_FUTURE (promise);
}
