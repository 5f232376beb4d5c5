/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-watch-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"

#include <glib/gi18n-lib.h>

/* The mailboxes beside the user's own. A subscription to all folders is for that one alone, so that theirs name each of
 * their folders. One answer tells of all, which is what a server can do that keeps all of them; which ones that are is
 * not asked beforehand, but learned when it does not know a subscription that it has just given out. */

/* How often in turn that may be, before the mailbox is asked for by itself. */
#define BROKEN_LIMIT 2
/* Pauses after failures grow so far. */
#define PAUSE_LIMIT (30 * 60)

/* ---- One of them ---- */

static ValijaExchangePlace *
place_new (const char *mailbox)
{
  ValijaExchangePlace *place = g_new0 (ValijaExchangePlace, 1);

  g_ref_count_init (&place->ref_count);
  place->mailbox = g_strdup (mailbox);

  return place;
}

static ValijaExchangePlace *
place_ref (ValijaExchangePlace *place)
{
  g_ref_count_inc (&place->ref_count);
  return place;
}

static gpointer
ref_place (gconstpointer place,
           gpointer      user_data)
{
  return place_ref ((ValijaExchangePlace *) place);
}

void
valija_exchange_place_unref (ValijaExchangePlace *place)
{
  if (!g_ref_count_dec (&place->ref_count))
    return;

  dex_clear (&place->pause);
  g_strfreev (place->folders);
  g_free (place->mailbox);
  g_free (place->subscription);
  g_free (place->watermark);
  g_free (place);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaExchangePlace, valija_exchange_place_unref)

void
valija_exchange_place_stop (ValijaExchangePlace *place)
{
  place->stopped = TRUE;
  valija_promise_fulfil (&place->pause);
}

static void
forget_subscription (ValijaExchangePlace *place)
{
  g_clear_pointer (&place->subscription, g_free);
  g_clear_pointer (&place->watermark, g_free);
}

/* What happened there before the subscription nobody told. */
static void
tell_all (ValijaExchangeWatch *self,
          ValijaExchangePlace *place)
{
  for (gsize i = 0; place->folders[i] != NULL; i++)
    g_hash_table_add (self->changed, g_strdup (place->folders[i]));
  valija_promise_fulfil (&self->news);
}

/* FALSE with @error. UNSUPPORTED and the like: the server will not. */
static gboolean
subscribe_fiber (ValijaExchangeWatch  *self,
                 ValijaExchangePlace  *place,
                 GError              **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (self->client);
  const char * const *folders = (const char * const *) place->folders;
  g_autoptr(ValijaExchangeReply) reply = NULL;
  ValijaEwsRequest *request;
  const ValijaEwsNode *message;
  const char *subscription;

  /* In the answer that tells of all, it is the server of the user's own that is meant */
  if (place->is_pulled)
    request = valija_ews_request_about (valija_ews_subscribe_pull (schema, folders, VALIJA_EXCHANGE_PULL_MINUTES),
                                        place->mailbox);
  else
    request = valija_ews_subscribe (schema, folders);

  if (!(reply = valija_exchange_client_ask_fiber (self->client, request, error)))
    return FALSE;

  message = g_ptr_array_index (reply->messages, 0);
  if ((subscription = valija_ews_node_find_text (message, "SubscriptionId")) == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));
      return FALSE;
    }

  g_set_str (&place->subscription, subscription);
  g_set_str (&place->watermark, valija_ews_node_find_text (message, "Watermark"));
  tell_all (self, place);

  return TRUE;
}

/* Seconds until it is tried again. */
static guint
note_attempt (ValijaExchangeWatch *self,
              ValijaExchangePlace *place,
              gboolean             done)
{
  place->n_failed = done ? 0 : place->n_failed + 1;

  return MIN (self->interval << MIN (place->n_failed, 5), MAX (self->interval, PAUSE_LIMIT));
}

/* ---- Asked for by itself ---- */

typedef struct
{
  ValijaExchangeWatch *watch;
  ValijaExchangePlace *place;
} Pull;

static void
pull_free (Pull *pull)
{
  valija_exchange_watch_unref (pull->watch);
  valija_exchange_place_unref (pull->place);
  g_free (pull);
}

/* *@more: there is more to be told at once. */
static gboolean
pull_page_fiber (ValijaExchangeWatch  *self,
                 ValijaExchangePlace  *place,
                 gboolean             *more,
                 GError              **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (self->client);
  const char *watermark = place->watermark != NULL ? place->watermark : "";
  g_autoptr(ValijaExchangeReply) reply = NULL;
  const ValijaEwsNode *notification;
  ValijaEwsResult result;

  reply = valija_exchange_client_run_fiber (self->client,
                                            valija_ews_request_about (valija_ews_get_events (schema,
                                                                                             place->subscription,
                                                                                             watermark),
                                                                      place->mailbox),
                                            error);
  if (reply == NULL)
    return FALSE;

  valija_ews_result_read (g_ptr_array_index (reply->messages, 0), &result);
  if (result.reaction == VALIJA_EWS_SUBSCRIBE_ANEW)
    {
      forget_subscription (place);
      *more = ++place->n_broken < BROKEN_LIMIT;
      return TRUE;
    }

  if (result.reaction != VALIJA_EWS_FINE)
    {
      valija_ews_result_set_error (&result, error);
      return FALSE;
    }

  place->n_broken = 0;
  notification = valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "Notification");
  valija_exchange_watch_note (self, notification, &place->watermark);
  *more = valija_ews_node_find_boolean (notification, "MoreEvents");

  return TRUE;
}

static DexFuture *
pull_fiber (gpointer data)
{
  Pull *pull = data;
  ValijaExchangeWatch *self = pull->watch;
  ValijaExchangePlace *place = pull->place;

  while (!place->stopped)
    {
      g_autoptr(GError) error = NULL;
      gboolean more = FALSE;
      gboolean done = place->subscription == NULL ? subscribe_fiber (self, place, &error)
                                                  : pull_page_fiber (self, place, &more, &error);
      DexPromise *pause;
      guint seconds;

      /* A refusal is of today: it may be on its way to another server, or back from there */
      seconds = note_attempt (self, place, done);
      if (more || place->stopped)
        continue;

      valija_promise_fulfil (&place->pause);
      place->pause = pause = dex_promise_new ();
      dex_await (dex_future_first (dex_ref (DEX_FUTURE (pause)), dex_timeout_new_seconds ((int) seconds), NULL), NULL);
    }

  return dex_future_new_true ();
}

static void
begin_pull (ValijaExchangeWatch *self,
            ValijaExchangePlace *place)
{
  Pull *pull = g_new0 (Pull, 1);

  g_debug ("A shared mailbox is asked for by itself");
  forget_subscription (place);
  place->is_pulled = TRUE;
  place->n_broken = place->n_failed = 0;
  pull->watch = valija_exchange_watch_ref (self);
  pull->place = place_ref (place);

  /* It ends with the watch */
  valija_future_forget (valija_fiber_spawn (pull_fiber, pull, (GDestroyNotify) pull_free), "Exchange shared mailbox");
}

/* ---- All of them ---- */

static ValijaExchangePlace *
find_place (ValijaExchangeWatch *self,
            const char          *mailbox,
            guint               *index)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      ValijaExchangePlace *place = g_ptr_array_index (self->places, i);

      if (g_ascii_strcasecmp (place->mailbox, mailbox) == 0)
        {
          *index = i;
          return place;
        }
    }

  return NULL;
}

/* One that is pulled stays so: its server is another one than the user's. */
void
valija_exchange_watch_set_shared (ValijaExchangeWatch *self,
                                  const char          *mailbox,
                                  const char * const  *folders)
{
  ValijaExchangePlace *place;
  gboolean is_pulled = FALSE;
  guint index;

  if ((place = find_place (self, mailbox, &index)) != NULL)
    {
      if (g_strv_equal ((const char * const *) place->folders, folders))
        return;

      is_pulled = place->is_pulled;
      valija_exchange_place_stop (place);
      g_ptr_array_remove_index (self->places, index);
      self->is_stale = TRUE;
    }

  if (self->stopped || self->mode == MODE_NONE || folders[0] == NULL)
    return;

  place = place_new (mailbox);
  place->folders = g_strdupv ((char **) folders);
  g_ptr_array_add (self->places, place);
  if (is_pulled || self->mode == MODE_PULL)
    begin_pull (self, place);
}

gboolean
valija_exchange_watch_drop_shared (ValijaExchangeWatch *self)
{
  gboolean is_any = FALSE;

  for (guint i = 0; i < self->places->len; i++)
    {
      ValijaExchangePlace *place = g_ptr_array_index (self->places, i);

      if (place->is_pulled)
        continue;

      is_any = TRUE;
      begin_pull (self, place);
    }

  return is_any;
}

static gboolean
is_due (const ValijaExchangePlace *place)
{
  return place->subscription == NULL && !place->is_pulled && !place->stopped &&
         g_get_monotonic_time () >= place->again_at;
}

gboolean
valija_exchange_watch_is_stale (ValijaExchangeWatch *self)
{
  gboolean is_stale = self->is_stale;

  for (guint i = 0; i < self->places->len; i++)
    is_stale |= is_due (g_ptr_array_index (self->places, i));

  return is_stale;
}

void
valija_exchange_watch_subscribe_shared_fiber (ValijaExchangeWatch *self)
{
  g_autoptr(GPtrArray) places = g_ptr_array_copy (self->places, ref_place, NULL);

  for (guint i = 0; i < places->len; i++)
    {
      ValijaExchangePlace *place = g_ptr_array_index (places, i);
      g_autoptr(GError) failure = NULL;
      gint64 pause;

      if (!is_due (place))
        continue;

      /* What keeps it may be down for now: the others are told of meanwhile */
      pause = note_attempt (self, place, subscribe_fiber (self, place, &failure));
      place->again_at = failure != NULL ? g_get_monotonic_time () + pause * G_USEC_PER_SEC : 0;
      if (valija_exchange_watch_is_refusal (failure) && !place->stopped)
        begin_pull (self, place);
    }
}

char **
valija_exchange_watch_dup_subscriptions (ValijaExchangeWatch *self)
{
  g_autoptr(GStrvBuilder) subscriptions = g_strv_builder_new ();

  g_strv_builder_add (subscriptions, self->subscription);
  for (guint i = 0; i < self->places->len; i++)
    {
      const ValijaExchangePlace *place = g_ptr_array_index (self->places, i);

      if (place->subscription != NULL && !place->is_pulled)
        g_strv_builder_add (subscriptions, place->subscription);
    }

  return g_strv_builder_end (subscriptions);
}

static gboolean
names (const ValijaEwsNode *list,
       const char          *subscription)
{
  for (const ValijaEwsNode *item = list != NULL ? valija_ews_node_get_first (list) : NULL; item != NULL;
       item = valija_ews_node_get_next (item))
    {
      if (g_strcmp0 (valija_ews_node_get_text (item), subscription) == 0)
        return TRUE;
    }

  return FALSE;
}

gboolean
valija_exchange_watch_lose (ValijaExchangeWatch *self,
                            const ValijaEwsNode *message)
{
  const ValijaEwsNode *list = valija_ews_node_find (message, "ErrorSubscriptionIds");
  gboolean is_shared = FALSE;

  if (list == NULL)
    return valija_exchange_watch_drop_shared (self);

  for (guint i = 0; i < self->places->len; i++)
    {
      ValijaExchangePlace *place = g_ptr_array_index (self->places, i);

      if (place->subscription == NULL || place->is_pulled || !names (list, place->subscription))
        continue;

      is_shared = TRUE;
      forget_subscription (place);
      if (++place->n_broken >= BROKEN_LIMIT)
        begin_pull (self, place);
    }

  return is_shared && !names (list, self->subscription);
}

void
valija_exchange_watch_held (ValijaExchangeWatch *self)
{
  self->n_broken = 0;
  for (guint i = 0; i < self->places->len; i++)
    {
      ValijaExchangePlace *place = g_ptr_array_index (self->places, i);

      if (!place->is_pulled)
        place->n_broken = 0;
    }
}
