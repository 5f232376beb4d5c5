/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-http-private.h"

#include "base/valija-promise.h"
#include "net/valija-net-error.h"

#define IDLE_SECONDS 60

/* A request that waits for its turn. */
typedef struct
{
  ValijaHttpExchange *exchange;
  DexPromise *promise;
} Turn;

static void
turn_free (Turn *turn)
{
  valija_http_exchange_unref (turn->exchange);
  dex_unref (turn->promise);
  g_free (turn);
}

static void
lane_free (gpointer data)
{
  ValijaHttpLane *lane = data;

  g_object_unref (lane->session);
  g_free (lane);
}

/* Kept connections and what libsoup remembers of the secret go; what is under way ends as it may. */
void
valija_http_drop_lanes (ValijaHttp *self)
{
  self->generation++;
  g_queue_clear_full (&self->lanes, lane_free);
}

static ValijaHttpLane *
lane_new (ValijaHttp *self, gboolean streaming)
{
  ValijaHttpLane *lane = g_new0 (ValijaHttpLane, 1);

  lane->generation = self->generation;
  lane->streaming = streaming;
  lane->session = g_object_new (SOUP_TYPE_SESSION,
                                "max-conns-per-host", 1,
                                "idle-timeout", IDLE_SECONDS,
                                "user-agent", "Valija/" PACKAGE_VERSION,
                                NULL);

  if (valija_net_is_loopback (self->host))
    soup_session_set_proxy_resolver (lane->session, NULL);
  soup_session_add_feature (lane->session, SOUP_SESSION_FEATURE (self->cookies));
  valija_http_choose_auth (lane->session, self->auth);

  return lane;
}

/* The one last used is most likely to have a connection that is signed in. */
static ValijaHttpLane *
take_lane (ValijaHttp *self, gboolean streaming)
{
  for (GList *item = self->lanes.head; item != NULL; item = item->next)
    {
      ValijaHttpLane *lane = item->data;

      if (lane->streaming == streaming)
        {
          g_queue_delete_link (&self->lanes, item);
          if (g_get_monotonic_time () - lane->rested_at >= (gint64) IDLE_SECONDS * G_USEC_PER_SEC)
            lane->signed_in = 0;
          return lane;
        }
    }

  return lane_new (self, streaming);
}

static void
give_back_lane (ValijaHttp *self, ValijaHttpLane *lane)
{
  if (lane->generation != self->generation || self->closed)
    lane_free (lane);
  else
    g_queue_push_head (&self->lanes, lane);
}

/* Kept connections count among those that are allowed. */
void
valija_http_drop_surplus_lanes (ValijaHttp *self)
{
  guint lanes = self->running;
  GList *next;

  for (GList *item = self->lanes.head; item != NULL; item = next)
    {
      ValijaHttpLane *lane = item->data;

      next = item->next;
      if (lane->streaming || ++lanes <= self->concurrency)
        continue;

      g_queue_delete_link (&self->lanes, item);
      lane_free (lane);
    }
}

/* Whether @exchange may begin now, its turn being there. */
static gboolean
may_begin (ValijaHttp *self, ValijaHttpExchange *exchange)
{
  if (!exchange->request->streaming && self->running >= self->concurrency)
    return FALSE;

  /* While nobody knows whether the secret is right, one alone tries it. */
  return !exchange->signs_in || self->proven || self->open || self->proving == NULL;
}

static void
begin (ValijaHttp *self, Turn *turn)
{
  ValijaHttpExchange *exchange = turn->exchange;

  exchange->lane = take_lane (self, exchange->request->streaming);
  if (!exchange->request->streaming)
    self->running++;

  if (exchange->signs_in && !self->proven && !self->open)
    self->proving = exchange;

  valija_promise_resolve_boolean (turn->promise, TRUE);
}

void
valija_http_pump (ValijaHttp *self)
{
  GList *next;

  for (GList *item = self->waiting.head; item != NULL; item = next)
    {
      Turn *turn = item->data;
      const GError *refusal = turn->exchange->signs_in ? self->refusal : NULL;

      next = item->next;

      if (!turn->exchange->ended && refusal == NULL &&
          (self->paused_until > 0 || !may_begin (self, turn->exchange)))
        continue;

      g_queue_delete_link (&self->waiting, item);

      if (refusal != NULL)
        valija_promise_reject (turn->promise, g_error_copy (refusal));
      else if (!turn->exchange->ended)
        begin (self, turn);
      turn_free (turn);
    }
}

/* Resolves when @exchange may begin. */
DexFuture *
valija_http_take_turn (ValijaHttp *self, ValijaHttpExchange *exchange)
{
  Turn *turn = g_new0 (Turn, 1);
  DexPromise *promise = dex_promise_new ();

  turn->exchange = valija_http_exchange_ref (exchange);
  turn->promise = dex_ref (promise);
  g_queue_push_tail (&self->waiting, turn);
  valija_http_pump (self);

  return DEX_FUTURE (promise);
}

void
valija_http_give_back_turn (ValijaHttp *self, ValijaHttpExchange *exchange)
{
  ValijaHttpLane *lane = g_steal_pointer (&exchange->lane);

  if (lane != NULL)
    {
      if (!lane->streaming)
        self->running--;
      if (!exchange->complete)
        lane->signed_in = 0;
      lane->rested_at = g_get_monotonic_time ();
      give_back_lane (self, lane);
      valija_http_drop_surplus_lanes (self);
    }

  if (self->proving == exchange)
    self->proving = NULL;
}

/* Everything that waits gets @error. */
void
valija_http_reject_turns (ValijaHttp *self, const GError *error)
{
  Turn *turn;

  while ((turn = g_queue_pop_head (&self->waiting)) != NULL)
    {
      valija_promise_reject (turn->promise, g_error_copy (error));
      turn_free (turn);
    }
}

gboolean
valija_http_needs_secret (ValijaHttp *self)
{
  return self->auth == VALIJA_HTTP_AUTH_BASIC || self->auth == VALIJA_HTTP_AUTH_NTLM ||
         self->auth == VALIJA_HTTP_AUTH_BEARER;
}

/* Its place is free again, and it is no longer part of the account. */
void
valija_http_release (ValijaHttp *self, ValijaHttpExchange *exchange)
{
  g_ptr_array_remove_fast (self->live, exchange);
  valija_http_give_back_turn (self, exchange);
  valija_http_pump (self);
}

/* Whether @exchange may send the secret now that the server asks for it. */
ValijaHttpPermit
valija_http_permit (ValijaHttp *self, ValijaHttpExchange *exchange)
{
  if (exchange->generation != self->generation)
    return VALIJA_HTTP_PERMIT_LATER;

  if (!valija_http_signs_in_at (self, exchange->uri))
    return VALIJA_HTTP_PERMIT_NO;

  if (self->refusal != NULL || (valija_http_needs_secret (self) && self->secret == NULL))
    return VALIJA_HTTP_PERMIT_NO;

  if (self->proven)
    return VALIJA_HTTP_PERMIT_YES;

  if (self->proving != NULL && self->proving != exchange)
    return VALIJA_HTTP_PERMIT_LATER;

  self->proving = exchange;
  self->open = FALSE;
  return VALIJA_HTTP_PERMIT_YES;
}
