/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-mime-beginning.h"

/* The text of nearly all messages. */
#define BEGINNING_OCTETS (256 * 1024)

/* All of the message that is on its way. */
typedef struct
{
  ValijaExchangeClient *client;
  char *remote_id;
  ValijaExchangeTransfer *transfer;
} Whole;

typedef struct
{
  ValijaExchangeSession *session;
  char *remote_id;
} Outline;

static void
whole_free (Whole *whole)
{
  valija_exchange_client_unref (whole->client);
  g_free (whole->remote_id);
  valija_exchange_transfer_unref (whole->transfer);
  g_free (whole);
}

static DexFuture *
whole_fiber (gpointer data)
{
  Whole *whole = data;
  GError *error = NULL;
  GBytes *source = valija_exchange_fetch_source_fiber (whole->client, whole->remote_id, whole->transfer, &error);

  return source != NULL ? dex_future_new_take_boxed (G_TYPE_BYTES, source) : dex_future_new_for_error (error);
}

static ValijaExchangeAhead *
ahead_new (ValijaExchangeClient *client,
           const char           *remote_id)
{
  ValijaExchangeAhead *ahead = g_new0 (ValijaExchangeAhead, 1);
  Whole *whole = g_new0 (Whole, 1);

  ahead->remote_id = g_strdup (remote_id);
  ahead->transfer = valija_exchange_transfer_new ();
  whole->client = valija_exchange_client_ref (client);
  whole->remote_id = g_strdup (remote_id);
  whole->transfer = valija_exchange_transfer_ref (ahead->transfer);
  ahead->source = valija_future_guard (valija_fiber_spawn (whole_fiber, whole, (GDestroyNotify) whole_free));

  return ahead;
}

void
valija_exchange_ahead_free (ValijaExchangeAhead *ahead)
{
  dex_clear (&ahead->source);
  valija_exchange_transfer_unref (ahead->transfer);
  g_free (ahead->remote_id);
  g_free (ahead);
}

static void
outline_free (Outline *outline)
{
  g_free (outline->remote_id);
  g_object_unref (outline->session);
  g_free (outline);
}

static gpointer
cut_in_thread (gpointer   user_data,
               GError   **error)
{
  return valija_mime_beginning_to_outline (user_data, error);
}

/* (transfer full), nullable with @error: the first octets of the message. */
static GBytes *
fetch_beginning_fiber (Outline  *outline,
                       GError  **error)
{
  ValijaExchangeSession *self = outline->session;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (self, error);
  GBytes *beginning;

  if (client == NULL)
    return NULL;

  g_clear_pointer (&self->ahead, valija_exchange_ahead_free);
  self->ahead = ahead_new (client, outline->remote_id);
  beginning = dex_await_boxed (valija_exchange_transfer_peek (self->ahead->transfer, BEGINNING_OCTETS), error);

  /* Nobody waits any more */
  if (beginning == NULL && self->ahead != NULL && g_str_equal (self->ahead->remote_id, outline->remote_id) &&
      (error == NULL || valija_error_is_cancelled (*error)))
    g_clear_pointer (&self->ahead, valija_exchange_ahead_free);

  return beginning;
}

static DexFuture *
fetch_outline_fiber (gpointer data)
{
  g_autoptr(GBytes) beginning = NULL;
  g_autoptr(GBytes) outline = NULL;
  g_autoptr(GError) error = NULL;

  if (!(beginning = fetch_beginning_fiber (data, &error)) ||
      !(outline = dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, cut_in_thread, g_bytes_ref (beginning),
                                                                (GDestroyNotify) g_bytes_unref), &error)))
    {
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_FETCH);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&outline));
}

DexFuture *
valija_exchange_session_fetch_outline (ValijaExchangeSession *self,
                                       const char            *remote_id)
{
  Outline *outline = g_new0 (Outline, 1);

  outline->session = g_object_ref (self);
  outline->remote_id = g_strdup (remote_id);

  return valija_fiber_spawn (fetch_outline_fiber, outline, (GDestroyNotify) outline_free);
}
