/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/exchange/valija-exchange-rebuild.h"

#include <glib/gi18n-lib.h>

/* Messages that wait for the receiver. */
#define CHANNEL_CAPACITY 8

typedef struct
{
  ValijaExchangeSession *session;
  DexChannel *channel;
  char **remote_ids;
  ValijaExchangeClient *client;
  ValijaProgress *progress; /* nullable */
} Fetch;

static void
fetch_free (Fetch *fetch)
{
  dex_channel_close_send (fetch->channel);
  dex_clear (&fetch->channel);
  g_clear_pointer (&fetch->client, valija_exchange_client_unref);
  g_clear_object (&fetch->progress);
  g_strfreev (fetch->remote_ids);
  g_object_unref (fetch->session);
  g_free (fetch);
}

/* One request for each: it comes as one text, and goes to a file as it comes. */
GBytes *
valija_exchange_fetch_source_fiber (ValijaExchangeClient    *client,
                                    const char              *remote_id,
                                    ValijaExchangeTransfer  *transfer,
                                    GError                 **error)
{
  const char *ids[] = { remote_id, NULL };
  ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  g_autoptr(GError) failure = NULL;

  reply = valija_exchange_client_transfer_fiber (client, valija_ews_get_items (schema, VALIJA_EWS_SHAPE_MIME, ids),
                                                 transfer, &failure);
  valija_exchange_transfer_end (transfer);

  if (reply != NULL && reply->content != NULL)
    return g_bytes_ref (reply->content);
  if (failure == NULL || g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_REFUSED))
    return valija_exchange_rebuild_fiber (client, remote_id, error);

  g_propagate_error (error, g_steal_pointer (&failure));

  return NULL;
}

/* What is on its way, or comes now. */
static GBytes *
get_source_fiber (Fetch       *fetch,
                  const char  *id,
                  GError     **error)
{
  ValijaExchangeAhead *found = fetch->session->ahead;
  g_autoptr(ValijaExchangeTransfer) transfer = NULL;

  if (found != NULL && g_str_equal (found->remote_id, id))
    {
      g_autoptr(ValijaExchangeAhead) ahead = g_steal_pointer (&fetch->session->ahead);

      valija_exchange_transfer_set_progress (ahead->transfer, fetch->progress);
      return dex_await_boxed (g_steal_pointer (&ahead->source), error);
    }

  transfer = valija_exchange_transfer_new ();
  valija_exchange_transfer_set_progress (transfer, fetch->progress);

  return valija_exchange_fetch_source_fiber (fetch->client, id, transfer, error);
}

static gboolean
fetch_one_fiber (Fetch       *fetch,
                 const char  *id,
                 GError     **error)
{
  g_autoptr(GError) failure = NULL;
  g_autoptr(GBytes) source = get_source_fiber (fetch, id, &failure);
  ValijaFetched *fetched;

  /* What is gone is left out */
  if (g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
    return TRUE;

  if (source == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  fetched = valija_fetched_new (id, source);

  return dex_await (dex_channel_send (fetch->channel, dex_future_new_take_boxed (VALIJA_TYPE_FETCHED, fetched)), error);
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Fetch *fetch = data;
  ValijaSessionContext *context = fetch->session->context;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) bad_item = NULL;

  fetch->client = valija_exchange_session_enter_fiber (fetch->session, &error);
  valija_session_context_begin_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_FETCH);

  for (gsize i = 0; error == NULL && fetch->remote_ids[i] != NULL; i++)
    {
      /* One that the server cannot put together does not keep the others away */
      if (!fetch_one_fiber (fetch, fetch->remote_ids[i], &error) &&
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED))
        {
          g_clear_error (&bad_item);
          bad_item = g_steal_pointer (&error);
        }
    }

  if (error == NULL)
    error = g_steal_pointer (&bad_item);
  if (error == NULL)
    {
      valija_session_context_end_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_FETCH, NULL);
      return dex_future_new_true ();
    }

  /* When nobody receives any more there is nobody to tell */
  valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_FETCH);
  if (dex_channel_can_send (fetch->channel))
    dex_future_disown (dex_channel_send (fetch->channel, dex_future_new_for_error (g_error_copy (error))));

  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexChannel *
valija_exchange_session_fetch (ValijaExchangeSession *self,
                               const char * const    *remote_ids,
                               ValijaProgress        *progress)
{
  Fetch *fetch = g_new0 (Fetch, 1);
  DexChannel *channel = dex_channel_new (CHANNEL_CAPACITY);

  fetch->session = g_object_ref (self);
  fetch->channel = dex_ref (channel);
  fetch->remote_ids = g_strdupv ((char **) remote_ids);
  g_set_object (&fetch->progress, progress);

  /* It ends by itself: with the last message, with the connection, or when the receiver closes its side */
  valija_future_forget (valija_fiber_spawn (fetch_fiber, fetch, (GDestroyNotify) fetch_free), "Exchange fetch");

  return channel;
}
