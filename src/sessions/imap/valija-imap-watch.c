/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-watch.h"

#include "base/valija-future.h"
#include "base/valija-promise.h"

/* RFC 2177 §3: servers may drop whoever idles for 30 minutes. A line that is dead and does not say so is found out
 * sooner, and one that goes through an address translation is kept open */
#define IDLE_SECONDS (9 * 60)

typedef struct
{
  grefcount ref_count;
  ValijaImapLink *link;
  DexPromise *change;    /* nullable: resolved when the server told of something, or the command has ended */
  gboolean idling;       /* the server has said "+" */
  gboolean ending;       /* DONE is sent, or is to be sent as soon as the server has said "+" */
  gboolean done;
} Idle;

static Idle *
idle_ref (Idle *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
idle_unref (gpointer data)
{
  Idle *self = data;

  if (!g_ref_count_dec (&self->ref_count))
    return;

  dex_clear (&self->change);
  g_object_unref (self->link);
  g_free (self);
}

/* The command's hold on it goes when the command has ended, however it did. */
static void
idle_end (gpointer data)
{
  valija_promise_fulfil (&((Idle *) data)->change);
  idle_unref (data);
}

static void
end_idle (Idle *self)
{
  if (self->ending || self->done)
    return;

  self->ending = TRUE;
  if (self->idling)
    valija_imap_connection_continue (valija_imap_link_get_connection (self->link), "DONE", -1, FALSE);
}

/* The fiber's hold on it: when the fiber goes, cancelled or not, the IDLE ends. */
typedef Idle IdleGuard;

static void
idle_guard_free (IdleGuard *self)
{
  end_idle (self);
  idle_unref (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdleGuard, idle_guard_free)

static void
proceed_cb (const char *text,
            gpointer    user_data)
{
  Idle *self = user_data;

  if (self->idling)
    return;

  self->idling = TRUE;
  if (self->ending)
    valija_imap_connection_continue (valija_imap_link_get_connection (self->link), "DONE", -1, FALSE);
}

static gboolean
respond_cb (ValijaImapResponse *response,
            gpointer            user_data)
{
  Idle *self = user_data;

  if (valija_imap_response_get_tag (response) != NULL)
    {
      self->done = TRUE;
      return TRUE;
    }

  switch ((int) valija_imap_response_get_kind (response))
    {
    case VALIJA_IMAP_RESPONSE_EXISTS:
    case VALIJA_IMAP_RESPONSE_EXPUNGE:
    case VALIJA_IMAP_RESPONSE_VANISHED:
    case VALIJA_IMAP_RESPONSE_FETCH:
    /* These two are told where NOTIFY asked for it */
    case VALIJA_IMAP_RESPONSE_STATUS:
    case VALIJA_IMAP_RESPONSE_LIST:
      valija_promise_fulfil (&self->change);
      return TRUE;

    default:
      return FALSE;
    }
}

static DexFuture *
watch_fiber (gpointer data)
{
  Idle *self = data;
  g_autoptr(IdleGuard) guard = idle_ref (self);
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("IDLE");
  g_autoptr(DexPromise) change = NULL;
  g_autoptr(DexFuture) done = NULL;
  g_autoptr(GError) error = NULL;

  change = dex_promise_new_cancellable ();
  self->change = dex_ref (change);
  done = valija_imap_connection_run (valija_imap_link_get_connection (self->link), command,
                                     VALIJA_IMAP_RUN_ALONE | VALIJA_IMAP_RUN_PATIENT, respond_cb, proceed_cb,
                                     idle_ref (self), idle_end);

  /* The time-out rejects, and that is no failure: then it is time to look again */
  if (!dex_await (
          dex_future_first (DEX_FUTURE (g_steal_pointer (&change)), dex_timeout_new_seconds (IDLE_SECONDS), NULL),
          &error))
    {
      if (!g_error_matches (error, DEX_ERROR, DEX_ERROR_TIMED_OUT))
        return dex_future_new_for_error (g_steal_pointer (&error));
      g_clear_error (&error);
    }

  end_idle (self);
  if (!dex_await (g_steal_pointer (&done), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_imap_watch_run (ValijaImapLink *link)
{
  Idle *self = g_new0 (Idle, 1);

  g_ref_count_init (&self->ref_count);
  self->link = g_object_ref (link);

  return valija_fiber_spawn (watch_fiber, self, idle_unref);
}
