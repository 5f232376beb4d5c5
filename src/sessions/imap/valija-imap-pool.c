/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-pool.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "sessions/imap/valija-imap-notify.h"

/* Providers allow few connections (four at some); two work, the rest is for watching */
#define WORKING_LIMIT  2
#define WATCHING_LIMIT 3
/* A server that does not say goodbye soon is not waited for */
#define GOODBYE_MILLISECONDS 2000

typedef struct
{
  ValijaImapLink *link;
  gboolean leased;
  char *watched;         /* nullable: the folder that is watched on it; "": all */
} Slot;

struct _ValijaImapPool
{
  GObject parent_instance;

  ValijaSessionContext *context;
  ValijaSessionState state;
  GPtrArray *slots;      /* of Slot; the first link is the primary one while it lives */
  GQueue waiters;        /* of DexPromise: for a link to become free */
  DexFuture *attempt;    /* nullable: to open the first link; dropping it cancels */
  GPtrArray *askers;     /* of DexPromise: for the attempt to end */
  guint working_limit;
  guint watching_limit;
};

G_DEFINE_FINAL_TYPE (ValijaImapPool, valija_imap_pool, G_TYPE_OBJECT)

enum
{
  ALERT,
  STATE_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  valija_imap_link_close (slot->link);
  g_object_unref (slot->link);
  g_free (slot->watched);
  g_free (slot);
}

static void
set_state (ValijaImapPool    *self,
           ValijaSessionState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_signal_emit (self, signals[STATE_CHANGED], 0);
}

static void
alert_cb (ValijaImapLink *link,
          const char     *text,
          ValijaImapPool *self)
{
  g_signal_emit (self, signals[ALERT], 0, text);
}

static Slot *
find_slot (ValijaImapPool *self,
           ValijaImapLink *link)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = g_ptr_array_index (self->slots, i);

      if (slot->link == link)
        return slot;
    }

  return NULL;
}

static gboolean
is_primary (ValijaImapPool *self,
            ValijaImapLink *link)
{
  return self->slots->len > 0 && ((Slot *) g_ptr_array_index (self->slots, 0))->link == link;
}

static void
closed_cb (ValijaImapLink *link,
           ValijaImapPool *self)
{
  if (is_primary (self, link) && self->state == VALIJA_SESSION_OPEN)
    set_state (self, VALIJA_SESSION_CLOSED);
}

static Slot *
add_slot (ValijaImapPool *self,
          gboolean        primary,
          const char     *watched)
{
  Slot *slot = g_new0 (Slot, 1);

  slot->link = valija_imap_link_new (self->context, primary);
  slot->watched = g_strdup (watched);
  g_signal_connect_object (slot->link, "alert", G_CALLBACK (alert_cb), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (slot->link, "closed", G_CALLBACK (closed_cb), self, G_CONNECT_DEFAULT);
  g_ptr_array_insert (self->slots, primary ? 0 : -1, slot);

  return slot;
}

static ValijaImapLease *
lease_new (ValijaImapPool *self,
           Slot           *slot)
{
  ValijaImapLease *lease = g_new0 (ValijaImapLease, 1);

  slot->leased = TRUE;
  lease->pool = g_object_ref (self);
  lease->link = g_object_ref (slot->link);

  return lease;
}

/* Those that nobody leases and that are of no use any more. */
static void
drop_closed_slots (ValijaImapPool *self)
{
  for (guint i = self->slots->len; i > 0; i--)
    {
      Slot *slot = g_ptr_array_index (self->slots, i - 1);

      if (!slot->leased && valija_imap_link_is_closed (slot->link))
        g_ptr_array_remove_index (self->slots, i - 1);
    }
}

static void
wake_waiter (ValijaImapPool *self)
{
  DexPromise *waiter;

  while ((waiter = g_queue_pop_head (&self->waiters)) != NULL)
    {
      gboolean wanted = valija_promise_is_wanted (waiter);

      valija_promise_fulfil (&waiter);
      if (wanted)
        return;
    }
}

void
valija_imap_lease_free (ValijaImapLease *lease)
{
  Slot *slot = find_slot (lease->pool, lease->link);

  if (slot != NULL)
    slot->leased = FALSE;
  drop_closed_slots (lease->pool);
  wake_waiter (lease->pool);
  g_object_unref (lease->link);
  g_object_unref (lease->pool);
  g_free (lease);
}

ValijaImapLink *
valija_imap_pool_get_primary (ValijaImapPool *self)
{
  Slot *slot = self->slots->len > 0 ? g_ptr_array_index (self->slots, 0) : NULL;

  return slot != NULL && self->state == VALIJA_SESSION_OPEN && !valija_imap_link_is_closed (slot->link) ? slot->link
                                                                                                        : NULL;
}

ValijaSessionState
valija_imap_pool_get_state (ValijaImapPool *self)
{
  return self->state;
}

static DexFuture *
open_fiber (gpointer data)
{
  ValijaImapPool *self = data;
  g_autoptr(ValijaImapLease) lease = NULL;
  g_autoptr(GError) error = NULL;

  drop_closed_slots (self);
  lease = lease_new (self, add_slot (self, TRUE, NULL));
  if (!dex_await (valija_imap_link_open (lease->link), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static DexFuture *
attempt_cb (DexFuture *future,
            gpointer   user_data)
{
  ValijaImapPool *self = user_data;
  g_autoptr(DexFuture) attempt = g_steal_pointer (&self->attempt);
  g_autoptr(GPtrArray) askers = g_steal_pointer (&self->askers);
  g_autoptr(GError) error = NULL;
  gboolean ok = dex_future_get_value (future, &error) != NULL;

  self->askers = g_ptr_array_new_with_free_func (dex_unref);
  self->working_limit = WORKING_LIMIT;
  self->watching_limit = WATCHING_LIMIT;
  set_state (self, ok ? VALIJA_SESSION_OPEN : VALIJA_SESSION_CLOSED);

  while (askers->len > 0)
    {
      DexPromise *asker = g_ptr_array_steal_index (askers, 0);

      if (ok)
        valija_promise_fulfil (&asker);
      else
        valija_promise_fail (&asker, error);
    }

  return NULL;
}

/* An attempt that nobody waits for any more is given up; who asks from now on gets another. */
static void
asker_cancelled_cb (ValijaImapPool *self)
{
  for (guint i = 0; i < self->askers->len; i++)
    if (valija_promise_is_wanted (g_ptr_array_index (self->askers, i)))
      return;

  if (self->attempt == NULL)
    return;

  dex_clear (&self->attempt);
  g_ptr_array_set_size (self->askers, 0);
  set_state (self, VALIJA_SESSION_CLOSED);
}

DexFuture *
valija_imap_pool_open (ValijaImapPool *self)
{
  DexPromise *asker;

  if (valija_imap_pool_get_primary (self) != NULL)
    return dex_future_new_true ();

  asker = dex_promise_new_cancellable ();
  g_signal_connect_object (dex_promise_get_cancellable (asker), "cancelled", G_CALLBACK (asker_cancelled_cb), self,
                           G_CONNECT_SWAPPED);
  g_ptr_array_add (self->askers, dex_ref (asker));
  if (self->attempt == NULL)
    {
      set_state (self, VALIJA_SESSION_OPENING);
      self->attempt = dex_future_finally (valija_fiber_spawn (open_fiber, g_object_ref (self), g_object_unref),
                                          attempt_cb, self, NULL);
    }

  return DEX_FUTURE (asker);
}

/* What nobody wants any more may still come on a free link, and is in the way of all that is asked for on it. */
static guint
get_fitness (Slot       *slot,
             const char *folder)
{
  ValijaImapSelected *selected;

  if (slot->leased || slot->watched != NULL || valija_imap_link_is_closed (slot->link))
    return 0;
  if (valija_imap_connection_count_mail (valija_imap_link_get_connection (slot->link)) > 0)
    return 1;

  selected = valija_imap_link_get_selected (slot->link);

  return folder != NULL && selected != NULL && g_str_equal (selected->folder, folder) ? 3 : 2;
}

static Slot *
find_free_slot (ValijaImapPool *self,
                const char     *folder)
{
  Slot *best = NULL;

  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = g_ptr_array_index (self->slots, i);

      if (get_fitness (slot, folder) > (best != NULL ? get_fitness (best, folder) : 0))
        best = slot;
    }

  return best;
}

static guint
count_slots (ValijaImapPool *self,
             gboolean        watching)
{
  guint n = 0;

  for (guint i = 0; i < self->slots->len; i++)
    n += (((Slot *) g_ptr_array_index (self->slots, i))->watched != NULL) == watching;

  return n;
}

static DexFuture *
wait_for_turn (ValijaImapPool *self)
{
  DexPromise *waiter = dex_promise_new_cancellable ();

  g_queue_push_tail (&self->waiters, dex_ref (waiter));

  return DEX_FUTURE (waiter);
}

/* Of a folder that somebody looks at, or has looked at. */
static gboolean
is_other_watch (Slot *slot)
{
  return slot->watched != NULL && slot->watched[0] != '\0' && !g_str_equal (slot->watched, "INBOX") &&
         !valija_imap_link_is_closed (slot->link);
}

gboolean
valija_imap_pool_stop_watching (ValijaImapPool *self)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = g_ptr_array_index (self->slots, i);

      if (!is_other_watch (slot))
        continue;
      valija_imap_link_close (slot->link);
      any = TRUE;
    }
  drop_closed_slots (self);

  return any;
}

/* Another link for work. NULL without @error where it would be one more than the server tolerates, even if no folder
 * but the inbox is watched: then the first has to do. */
static ValijaImapLease *
lease_another_fiber (ValijaImapPool *self,
                     GError        **error)
{
  while (TRUE)
    {
      g_autoptr(ValijaImapLease) lease = lease_new (self, add_slot (self, FALSE, NULL));
      g_autoptr(GError) failure = NULL;

      if (dex_await (valija_imap_link_open (lease->link), &failure))
        return g_steal_pointer (&lease);

      if (valija_error_is_cancelled (failure) || valija_imap_pool_get_primary (self) == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }

      g_debug ("No other connection: %s", failure->message);
      if (!valija_imap_pool_stop_watching (self))
        {
          self->working_limit = 1;
          return NULL;
        }
      self->watching_limit = 1;
    }
}

ValijaImapLease *
valija_imap_pool_lease_fiber (ValijaImapPool *self,
                              const char     *folder,
                              GError        **error)
{
  for (;;)
    {
      ValijaImapLease *lease;
      g_autoptr(GError) failure = NULL;
      Slot *slot;

      if (!dex_await (valija_imap_pool_open (self), error))
        return NULL;

      slot = find_free_slot (self, folder);
      if (slot != NULL)
        return lease_new (self, slot);

      if (count_slots (self, FALSE) >= self->working_limit)
        {
          if (!dex_await (wait_for_turn (self), error))
            return NULL;
          continue;
        }

      lease = lease_another_fiber (self, &failure);
      if (lease != NULL)
        return lease;

      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
    }
}

/* (nullable): an open link for work beside @link, whoever leases it: that is how one looks on which somebody signs in,
 * but no folder is open there. */
static Slot *
find_other_slot (ValijaImapPool *self,
                 ValijaImapLink *link)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = g_ptr_array_index (self->slots, i);

      if (slot->link != link && slot->watched == NULL && !valija_imap_link_is_closed (slot->link) &&
          (!slot->leased || valija_imap_link_get_selected (slot->link) != NULL))
        return slot;
    }

  return NULL;
}

/* Whether another link than @link is the first. */
static gboolean
step_aside_fiber (ValijaImapPool *self,
                  ValijaImapLink *link)
{
  g_autoptr(ValijaImapLease) other = NULL;
  g_autoptr(GError) failure = NULL;
  Slot *slot;
  guint position;

  if (!is_primary (self, link))
    return TRUE;

  slot = find_other_slot (self, link);
  if (slot == NULL && count_slots (self, FALSE) < self->working_limit &&
      (other = lease_another_fiber (self, &failure)) != NULL)
    slot = find_slot (self, other->link);
  if (slot == NULL || !is_primary (self, link) || !g_ptr_array_find (self->slots, slot, &position))
    return !is_primary (self, link);

  g_ptr_array_insert (self->slots, 0, g_ptr_array_steal_index (self->slots, position));

  return TRUE;
}

void
valija_imap_lease_give_up_fiber (ValijaImapLease *lease)
{
  if (step_aside_fiber (lease->pool, lease->link))
    valija_imap_link_close (lease->link);
}

static Slot *
find_watch (ValijaImapPool *self,
            const char     *folder)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = g_ptr_array_index (self->slots, i);
      ValijaImapSelected *selected = valija_imap_link_get_selected (slot->link);

      if (!slot->leased && slot->watched != NULL && g_str_equal (slot->watched, folder) &&
          !valija_imap_link_is_closed (slot->link) &&
          (folder[0] == '\0' || (selected != NULL && g_str_equal (selected->folder, folder))))
        return slot;
    }

  return NULL;
}

/* One that is watched no more: somebody looks at another folder now. The inbox is watched again sooner or later. */
static Slot *
find_spare_watch (ValijaImapPool *self)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = g_ptr_array_index (self->slots, i);

      if (!slot->leased && is_other_watch (slot))
        return slot;
    }

  return NULL;
}

static gboolean
can_watch (ValijaImapPool *self,
           const char     *folder)
{
  ValijaImapLink *primary = valija_imap_pool_get_primary (self);

  return primary != NULL && valija_imap_link_has (primary, VALIJA_IMAP_CAPABILITY_IDLE) &&
         (folder[0] != '\0' || valija_imap_link_has (primary, VALIJA_IMAP_CAPABILITY_NOTIFY)) &&
         count_slots (self, TRUE) < self->watching_limit;
}

static void
fail_no_watch (GError **error)
{
  valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                    _("The server cannot tell at once when mail comes to this folder."));
}

/* A connection that cannot be had while another one is open is one more than the server tolerates: no more is tried
 * as long as the session is open. */
static gboolean
open_watch_fiber (ValijaImapPool *self,
                  ValijaImapLink *link,
                  GError        **error)
{
  g_autoptr(GError) failure = NULL;

  if (dex_await (valija_imap_link_open (link), &failure))
    return TRUE;

  if (valija_error_is_cancelled (failure) || valija_imap_pool_get_primary (self) == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  self->watching_limit = count_slots (self, TRUE) - 1;
  g_debug ("No connection for watching: %s", failure->message);
  fail_no_watch (error);

  return FALSE;
}

ValijaImapLease *
valija_imap_pool_watch_fiber (ValijaImapPool *self,
                              const char     *folder,
                              gboolean       *fresh,
                              GError        **error)
{
  g_autoptr(ValijaImapLease) lease = NULL;
  Slot *slot;

  *fresh = FALSE;
  if (!dex_await (valija_imap_pool_open (self), error))
    return NULL;

  drop_closed_slots (self);
  slot = find_watch (self, folder);
  if (slot != NULL)
    return lease_new (self, slot);

  slot = folder[0] != '\0' ? find_spare_watch (self) : NULL;
  if (slot != NULL)
    g_set_str (&slot->watched, folder);
  else if (!can_watch (self, folder))
    {
      fail_no_watch (error);
      return NULL;
    }

  *fresh = TRUE;
  lease = lease_new (self, slot != NULL ? slot : add_slot (self, FALSE, folder));
  if ((slot == NULL && !open_watch_fiber (self, lease->link, error)) ||
      !dex_await (folder[0] != '\0' ? valija_imap_link_ensure_selected (lease->link, folder)
                                    : valija_imap_notify_start (valija_imap_link_get_notify (lease->link)), error))
    {
      valija_imap_link_close (lease->link);
      return NULL;
    }

  return g_steal_pointer (&lease);
}

static DexFuture *
close_fiber (gpointer data)
{
  ValijaImapPool *self = data;
  g_autoptr(GPtrArray) slots = g_steal_pointer (&self->slots);
  g_autoptr(GPtrArray) goodbyes = g_ptr_array_new_with_free_func (dex_unref);
  DexPromise *waiter;

  self->slots = g_ptr_array_new_with_free_func (slot_free);
  if (self->state != VALIJA_SESSION_CLOSED)
    set_state (self, VALIJA_SESSION_CLOSING);

  while ((waiter = g_queue_pop_head (&self->waiters)) != NULL)
    {
      g_autoptr(GError) error = NULL;

      valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The session was closed."));
      valija_promise_fail (&waiter, error);
    }

  for (guint i = 0; i < slots->len; i++)
    {
      Slot *slot = g_ptr_array_index (slots, i);

      if (!valija_imap_link_is_closed (slot->link) && slot->watched == NULL)
        g_ptr_array_add (goodbyes, valija_imap_connection_log_out (valija_imap_link_get_connection (slot->link)));
    }

  /* However it ends, it is the end */
  if (goodbyes->len > 0)
    dex_await (valija_future_with_timeout (dex_future_allv ((DexFuture **) goodbyes->pdata, goodbyes->len),
                                           GOODBYE_MILLISECONDS),
               NULL);

  g_ptr_array_set_size (slots, 0);
  if (self->state == VALIJA_SESSION_CLOSING)
    set_state (self, VALIJA_SESSION_CLOSED);

  return dex_future_new_true ();
}

DexFuture *
valija_imap_pool_close (ValijaImapPool *self)
{
  /* Once the first connection has ended the session is closed, but others may be there yet */
  if (self->state == VALIJA_SESSION_CLOSED && self->slots->len == 0)
    return dex_future_new_true ();

  return valija_fiber_spawn (close_fiber, g_object_ref (self), g_object_unref);
}

static void
valija_imap_pool_dispose (GObject *object)
{
  ValijaImapPool *self = VALIJA_IMAP_POOL (object);

  /* A link that closes is looked for among those that are left, so none of them may be gone */
  while (self->slots->len > 0)
    slot_free (g_ptr_array_steal_index (self->slots, self->slots->len - 1));
  g_queue_clear_full (&self->waiters, dex_unref);
  dex_clear (&self->attempt);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (valija_imap_pool_parent_class)->dispose (object);
}

static void
valija_imap_pool_finalize (GObject *object)
{
  ValijaImapPool *self = VALIJA_IMAP_POOL (object);

  g_ptr_array_unref (self->slots);
  g_ptr_array_unref (self->askers);

  G_OBJECT_CLASS (valija_imap_pool_parent_class)->finalize (object);
}

static void
valija_imap_pool_class_init (ValijaImapPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_imap_pool_dispose;
  object_class->finalize = valija_imap_pool_finalize;

  signals[ALERT] = g_signal_new ("alert", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[STATE_CHANGED] =
      g_signal_new ("state-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
valija_imap_pool_init (ValijaImapPool *self)
{
  self->slots = g_ptr_array_new_with_free_func (slot_free);
  self->askers = g_ptr_array_new_with_free_func (dex_unref);
  g_queue_init (&self->waiters);
  self->working_limit = WORKING_LIMIT;
  self->watching_limit = WATCHING_LIMIT;
}

ValijaImapPool *
valija_imap_pool_new (ValijaSessionContext *context)
{
  ValijaImapPool *self = g_object_new (VALIJA_TYPE_IMAP_POOL, NULL);

  self->context = g_object_ref (context);

  return self;
}
