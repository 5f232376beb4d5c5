/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-watch-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* How long an answer stays open, in minutes; the most that a server takes. */
#define STREAM_MINUTES 30
/* An answer that ends before that did not hold */
#define HOLD_SECONDS 20
#define BROKEN_LIMIT 3

/* Pages of news at once */
#define PULL_PAGES 100

/* Where a busy server does not say how long */
#define BACK_OFF_MS 10000

ValijaExchangeWatch *
valija_exchange_watch_new (ValijaExchangeClient *client,
                           guint                 silence,
                           guint                 interval)
{
  ValijaExchangeWatch *self = g_new0 (ValijaExchangeWatch, 1);

  g_ref_count_init (&self->ref_count);
  self->client = valija_exchange_client_ref (client);
  self->silence = silence;
  self->interval = interval;
  self->places = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_exchange_place_unref);
  self->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

ValijaExchangeWatch *
valija_exchange_watch_ref (ValijaExchangeWatch *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_exchange_watch_unref (ValijaExchangeWatch *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  dex_clear (&self->news);
  g_ptr_array_unref (self->places);
  g_clear_error (&self->failure);
  g_hash_table_unref (self->changed);
  valija_exchange_client_unref (self->client);
  g_free (self->subscription);
  g_free (self->watermark);
  g_free (self);
}

void
valija_exchange_watch_stop (ValijaExchangeWatch *self)
{
  self->stopped = TRUE;
  for (guint i = 0; i < self->places->len; i++)
    valija_exchange_place_stop (g_ptr_array_index (self->places, i));
  valija_promise_fulfil (&self->news);
}

gboolean
valija_exchange_watch_is_lost (ValijaExchangeWatch *self)
{
  return self->is_lost;
}

gboolean
valija_exchange_watch_is_in_doubt (ValijaExchangeWatch *self)
{
  return self->is_in_doubt;
}

gboolean
valija_exchange_watch_has_folders (ValijaExchangeWatch *self)
{
  return self->has_folders;
}

GHashTable *
valija_exchange_watch_take (ValijaExchangeWatch *self)
{
  GHashTable *changed = g_steal_pointer (&self->changed);

  self->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->has_folders = FALSE;
  self->is_in_doubt = FALSE;
  self->is_lost = FALSE;

  return changed;
}

static gboolean
has_news (ValijaExchangeWatch *self)
{
  return g_hash_table_size (self->changed) > 0 || self->has_folders || self->is_in_doubt || self->is_lost;
}

/* ---- What is told ---- */

static void
note_folder (ValijaExchangeWatch *self,
             const ValijaEwsNode *event,
             const char          *path)
{
  const char *id = valija_ews_node_find_id (event, path);

  if (id != NULL)
    g_hash_table_add (self->changed, g_strdup (id));
}

/* [MS-OXWSNTIF] An event is a reason to look, no more: what it says of a message may be over already. */
static void
note_event (ValijaExchangeWatch  *self,
            const ValijaEwsNode  *event,
            char                **watermark)
{
  const char *behind = valija_ews_node_find_text (event, "Watermark");

  if (behind != NULL)
    g_set_str (watermark, behind);

  if (valija_ews_node_find (event, "ItemId") != NULL)
    {
      note_folder (self, event, "ParentFolderId");
      note_folder (self, event, "OldParentFolderId");
    }
  else if (valija_ews_node_is (event, "ModifiedEvent"))
    {
      /* With the number of unread ones what is in it has changed, else its name perhaps */
      note_folder (self, event, "FolderId");
      if (valija_ews_node_find (event, "UnreadCount") == NULL)
        self->is_in_doubt = TRUE;
    }
  else if (valija_ews_node_find (event, "FolderId") != NULL)
    self->has_folders = TRUE;
}

void
valija_exchange_watch_note (ValijaExchangeWatch  *self,
                            const ValijaEwsNode  *notification,
                            char                **watermark)
{
  for (const ValijaEwsNode *child = valija_ews_node_get_first (notification); child != NULL;
       child = valija_ews_node_get_next (child))
    {
      if (g_str_has_suffix (valija_ews_node_get_name (child), "Event"))
        note_event (self, child, watermark);
    }

  if (has_news (self))
    valija_promise_fulfil (&self->news);
}

static void
forget_subscription (ValijaExchangeWatch *self)
{
  g_clear_pointer (&self->subscription, g_free);
  g_clear_pointer (&self->watermark, g_free);
}

static void
fall_back (ValijaExchangeWatch *self,
           Mode                 mode,
           const char          *why)
{
  g_debug ("The mailbox is watched otherwise: %s", why);
  forget_subscription (self);
  self->n_broken = 0;
  self->mode = mode;
  if (mode == MODE_PULL)
    valija_exchange_watch_drop_shared (self);
}

gboolean
valija_exchange_watch_is_refusal (const GError *error)
{
  return g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED) ||
         g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED) ||
         g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL);
}

static gboolean
subscribe_fiber (ValijaExchangeWatch  *self,
                 GError              **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (self->client);
  gboolean is_pull = self->mode == MODE_PULL;
  g_autoptr(GError) failure = NULL;
  g_autoptr(ValijaExchangeReply) reply = NULL;
  const ValijaEwsNode *message;

  reply = valija_exchange_client_ask_fiber (self->client,
                                            is_pull ? valija_ews_subscribe_pull (schema, NULL,
                                                                                 VALIJA_EXCHANGE_PULL_MINUTES)
                                                    : valija_ews_subscribe (schema, NULL),
                                            &failure);
  message = reply != NULL ? g_ptr_array_index (reply->messages, 0) : NULL;

  if (message == NULL && !valija_exchange_watch_is_refusal (failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  if (valija_ews_node_find_text (message, "SubscriptionId") == NULL)
    {
      fall_back (self, is_pull ? MODE_NONE : MODE_PULL, failure != NULL ? failure->message : "no name was given");
      return TRUE;
    }

  g_set_str (&self->subscription, valija_ews_node_find_text (message, "SubscriptionId"));
  g_set_str (&self->watermark, valija_ews_node_find_text (message, "Watermark"));
  self->is_lost = TRUE;
  valija_promise_fulfil (&self->news);

  return TRUE;
}

/* ---- An answer that stays open ---- */

/* FALSE when this answer is of no further use. */
static gboolean
take_message (const ValijaEwsNode *message,
              gpointer             user_data)
{
  ValijaExchangeWatch *self = user_data;
  const ValijaEwsNode *notifications = valija_ews_node_find (message, "Notifications");
  ValijaEwsResult result;

  valija_ews_result_read (message, &result);
  if (result.reaction != VALIJA_EWS_FINE)
    {
      if (result.reaction == VALIJA_EWS_SUBSCRIBE_ANEW && valija_exchange_watch_lose (self, message))
        self->is_excused = TRUE;
      else if (result.reaction == VALIJA_EWS_SUBSCRIBE_ANEW)
        forget_subscription (self);
      else if (strcmp (result.code, "ErrorServerBusy") == 0)
        valija_exchange_client_back_off (self->client, &result, BACK_OFF_MS);
      else if (result.reaction == VALIJA_EWS_RETRY)
        self->n_broken++;
      else if (valija_exchange_watch_drop_shared (self))
        self->is_excused = TRUE;
      else
        fall_back (self, MODE_PULL, result.code);
      return FALSE;
    }

  self->is_alive = TRUE;
  for (const ValijaEwsNode *child = valija_ews_node_get_first (notifications); child != NULL;
       child = valija_ews_node_get_next (child))
    valija_exchange_watch_note (self, child, &self->watermark);

  /* Others are to be told of as well: in another answer */
  if (valija_exchange_watch_is_stale (self))
    self->is_excused = self->is_given_up = TRUE;

  return !self->stopped && !self->is_excused &&
         g_strcmp0 (valija_ews_node_find_text (message, "ConnectionStatus"), "Closed") != 0;
}

/* What was on its way when an answer ended before its end the server takes for told. */
static void
note_loss (ValijaExchangeWatch *self)
{
  self->is_lost = TRUE;
  valija_promise_fulfil (&self->news);
}

static gboolean
read_stream_fiber (ValijaExchangeWatch  *self,
                   GError              **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (self->client);
  gint64 began_at = g_get_monotonic_time ();
  g_auto(GStrv) subscriptions = valija_exchange_watch_dup_subscriptions (self);
  g_autoptr(GError) failure = NULL;
  gboolean is_refused;

  self->is_alive = self->is_excused = self->is_given_up = FALSE;
  valija_exchange_client_stream_fiber (self->client,
                                       valija_ews_stream_events (schema, (const char * const *) subscriptions,
                                                                 STREAM_MINUTES),
                                       self->silence, take_message, self, &failure);
  if (self->is_alive && (failure != NULL || self->is_given_up))
    note_loss (self);
  if (self->mode != MODE_STREAM || self->stopped || self->is_excused)
    return TRUE;

  is_refused = valija_exchange_watch_is_refusal (failure);
  if (is_refused && valija_exchange_watch_drop_shared (self))
    return TRUE;

  if (is_refused || (!self->is_alive && g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_TIMED_OUT)))
    {
      fall_back (self, MODE_PULL, failure->message);
      return TRUE;
    }

  /* It has held for a while: at once again. The subscription remembers what is told between. */
  if (g_get_monotonic_time () - began_at >= (gint64) HOLD_SECONDS * G_USEC_PER_SEC)
    valija_exchange_watch_held (self);
  else if (++self->n_broken >= BROKEN_LIMIT && failure == NULL)
    fall_back (self, MODE_PULL, "the answers do not stay open");
  else if (failure != NULL && (self->n_broken >= BROKEN_LIMIT || !self->is_alive))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  return TRUE;
}

static DexFuture *
stream_fiber (gpointer data)
{
  ValijaExchangeWatch *self = data;
  GError *error = NULL;

  while (self->mode == MODE_STREAM && !self->stopped && error == NULL)
    {
      if (self->subscription == NULL)
        subscribe_fiber (self, &error);
      else
        {
          self->is_stale = FALSE;
          valija_exchange_watch_subscribe_shared_fiber (self);
          read_stream_fiber (self, &error);
        }
    }

  self->is_streaming = FALSE;
  if (!self->stopped)
    self->failure = g_steal_pointer (&error);
  g_clear_error (&error);
  valija_promise_fulfil (&self->news);

  return dex_future_new_true ();
}

/* Until there is something to look at; whoever else waits goes on waiting for the same. */
static gboolean
rest_fiber (ValijaExchangeWatch  *self,
            guint                 seconds,
            GError              **error)
{
  if (self->news == NULL)
    self->news = dex_promise_new ();

  return valija_await_settled (dex_future_first (dex_ref (DEX_FUTURE (self->news)),
                                                 dex_timeout_new_seconds ((int) seconds), NULL), error);
}

static gboolean
wait_for_stream_fiber (ValijaExchangeWatch  *self,
                       guint                 seconds,
                       GError              **error)
{
  if (self->failure != NULL)
    {
      self->n_broken = 0;
      g_propagate_error (error, g_steal_pointer (&self->failure));
      return FALSE;
    }

  if (!self->is_streaming)
    {
      /* It goes on while nobody waits, so that nothing is missed, and ends with the client */
      self->is_streaming = TRUE;
      valija_future_forget (valija_fiber_spawn (stream_fiber, valija_exchange_watch_ref (self),
                                                (GDestroyNotify) valija_exchange_watch_unref), "Exchange watch");
    }

  return rest_fiber (self, seconds, error);
}

/* ---- Asking again and again ---- */

static gboolean
pull_page_fiber (ValijaExchangeWatch  *self,
                 gboolean             *is_last,
                 GError              **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (self->client);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  const ValijaEwsNode *notification;
  ValijaEwsResult result;

  *is_last = TRUE;
  if (self->subscription == NULL)
    return subscribe_fiber (self, error);

  reply = valija_exchange_client_run_fiber (self->client,
                                            valija_ews_get_events (schema, self->subscription,
                                                                   self->watermark != NULL ? self->watermark : ""),
                                            error);
  if (reply == NULL)
    return FALSE;

  valija_ews_result_read (g_ptr_array_index (reply->messages, 0), &result);
  if (result.reaction == VALIJA_EWS_SUBSCRIBE_ANEW)
    {
      if (++self->n_broken >= BROKEN_LIMIT)
        fall_back (self, MODE_NONE, "the server forgets each subscription");
      else
        forget_subscription (self);
      *is_last = FALSE;
      return TRUE;
    }

  if (result.reaction != VALIJA_EWS_FINE)
    {
      valija_ews_result_set_error (&result, error);
      return FALSE;
    }

  self->n_broken = 0;
  notification = valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "Notification");
  valija_exchange_watch_note (self, notification, &self->watermark);
  if (valija_ews_node_find_boolean (notification, "MoreEvents"))
    *is_last = FALSE;

  return TRUE;
}

static gboolean
pull_fiber (ValijaExchangeWatch  *self,
            guint                 seconds,
            GError              **error)
{
  gboolean is_last = FALSE;

  for (guint i = 0; i < PULL_PAGES && !is_last && self->mode == MODE_PULL; i++)
    {
      if (!pull_page_fiber (self, &is_last, error))
        return FALSE;
    }

  return has_news (self) || self->mode != MODE_PULL || self->stopped ||
         rest_fiber (self, MIN (seconds, self->interval), error);
}

/* ---- */

gboolean
valija_exchange_watch_wait_fiber (ValijaExchangeWatch  *self,
                                  guint                 seconds,
                                  GError              **error)
{
  gint64 until = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  gint64 now;

  while (!has_news (self) && (now = g_get_monotonic_time ()) < until)
    {
      guint left = (guint) ((until - now) / G_USEC_PER_SEC) + 1;

      if (self->stopped)
        {
          valija_error_set (error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
          return FALSE;
        }

      if (self->mode == MODE_NONE)
        {
          valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                            _("The server does not tell what changes in all folders."));
          return FALSE;
        }

      if (!(self->mode == MODE_STREAM ? wait_for_stream_fiber (self, left, error) : pull_fiber (self, left, error)))
        return FALSE;
    }

  return TRUE;
}
