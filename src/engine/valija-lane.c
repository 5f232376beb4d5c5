/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-lane.h"

#include "base/valija-promise.h"

/* So many of the user's go before one of the background that waits: what is small and never ends must not keep it away
 * for ever. */
#define USERS_BEFORE 8

typedef struct
{
  DexPromise *promise;
  gconstpointer subject;     /* nullable; compared only */
} Waiter;

struct _ValijaLane
{
  grefcount ref_count;
  GQueue waiting[VALIJA_N_HASTES]; /* of Waiter */
  guint n_before;            /* of the user's, since one of the background waits */
  gboolean busy;
};

struct _ValijaTurn
{
  grefcount ref_count;
  ValijaLane *lane;
};

G_DEFINE_BOXED_TYPE (ValijaTurn, valija_turn, valija_turn_ref, valija_turn_unref)

static void
waiter_free (Waiter *waiter)
{
  dex_unref (waiter->promise);
  g_free (waiter);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Waiter, waiter_free)

static ValijaTurn *
valija_turn_new (ValijaLane *lane)
{
  ValijaTurn *self = g_new0 (ValijaTurn, 1);

  g_ref_count_init (&self->ref_count);
  self->lane = valija_lane_ref (lane);
  lane->busy = TRUE;
  return self;
}

static Waiter *
take_next (ValijaLane *self)
{
  GQueue *users = &self->waiting[VALIJA_HASTE_USER];
  GQueue *others = &self->waiting[VALIJA_HASTE_BACKGROUND];

  if (!g_queue_is_empty (users) && (g_queue_is_empty (others) || self->n_before < USERS_BEFORE))
    {
      self->n_before = g_queue_is_empty (others) ? 0 : self->n_before + 1;
      return g_queue_pop_head (users);
    }

  self->n_before = 0;
  return g_queue_pop_head (others);
}

/* A turn that nobody takes is released by its promise, and so comes back here for the next. */
static void
lane_advance (ValijaLane *self)
{
  g_autoptr(Waiter) next = take_next (self);

  self->busy = FALSE;
  if (next != NULL)
    valija_promise_resolve_boxed (next->promise, VALIJA_TYPE_TURN, valija_turn_new (self));
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
  for (guint i = 0; i < VALIJA_N_HASTES; i++)
    g_queue_init (&self->waiting[i]);
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
  for (guint i = 0; i < VALIJA_N_HASTES; i++)
    g_assert (g_queue_is_empty (&self->waiting[i]));
  g_free (self);
}

/**
 * valija_lane_enter:
 * @subject: (nullable): what the turn is for, if others may be for the same
 *
 * Returns: (transfer full): a future that resolves to a ValijaTurn; releasing it lets the next one in
 */
DexFuture *
valija_lane_enter (ValijaLane *self, ValijaHaste haste, gconstpointer subject)
{
  Waiter *waiter;

  g_return_val_if_fail (self != NULL, NULL);

  if (!self->busy)
    return dex_future_new_take_boxed (VALIJA_TYPE_TURN, valija_turn_new (self));

  waiter = g_new0 (Waiter, 1);
  waiter->promise = dex_promise_new_cancellable ();
  waiter->subject = subject;
  g_queue_push_tail (&self->waiting[haste], waiter);
  return DEX_FUTURE (dex_ref (waiter->promise));
}

gboolean
valija_lane_is_urgent (ValijaLane *self, gconstpointer subject)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (GList *item = self->waiting[VALIJA_HASTE_USER].head; item != NULL; item = item->next)
    {
      Waiter *waiter = item->data;

      if ((waiter->subject == NULL || waiter->subject != subject) && valija_promise_is_wanted (waiter->promise))
        return TRUE;
    }

  return FALSE;
}
