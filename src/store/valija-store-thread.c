/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-thread.h"

#include "base/valija-error.h"
#include "base/valija-promise.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  DexPromise *promise;
  ValijaStoreManner manner;
  ValijaStoreFunc func;     /* NULL: the end */
  gpointer args;
  GDestroyNotify destroy;
  GValue result;
  GError *error;
  ValijaStoreNews *news;
} Request;

struct _ValijaStoreMailbag
{
  gatomicrefcount ref_count;
  GMainContext *context;
  GWeakRef owner;
  ValijaStoreTell tell;
  GMutex mutex;
  GQueue finished;          /* of Request; under the mutex */
  gboolean scheduled;       /* under the mutex */
};

struct _ValijaStoreThread
{
  GThread *thread;
  GAsyncQueue *requests;
  ValijaStoreContext *context;
  ValijaStoreMailbag *mailbag;
};

static ValijaStoreNews *
news_new (void)
{
  ValijaStoreNews *self = g_new0 (ValijaStoreNews, 1);

  self->folders = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->messages = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  return self;
}

static void
news_free (ValijaStoreNews *self)
{
  g_hash_table_unref (self->folders);
  g_hash_table_unref (self->messages);
  g_free (self);
}

static void
news_join (ValijaStoreNews *self,
           ValijaStoreNews *other)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, other->folders);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      g_hash_table_iter_steal (&iter);
      g_hash_table_add (self->folders, id);
    }

  g_hash_table_iter_init (&iter, other->messages);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      g_hash_table_iter_steal (&iter);
      g_hash_table_add (self->messages, id);
    }

  self->outbox = self->outbox || other->outbox;
}

static void
request_free (Request *self)
{
  dex_clear (&self->promise);
  if (self->destroy != NULL)
    self->destroy (self->args);
  if (G_IS_VALUE (&self->result))
    g_value_unset (&self->result);
  g_clear_error (&self->error);
  g_clear_pointer (&self->news, news_free);
  g_free (self);
}

static void
request_settle (Request *self)
{
  if (self->error != NULL)
    valija_promise_reject (self->promise, g_steal_pointer (&self->error));
  else
    valija_promise_resolve (self->promise, &self->result);
}

ValijaStoreMailbag *
valija_store_mailbag_new (GMainContext    *context,
                          GObject         *owner,
                          ValijaStoreTell  tell)
{
  ValijaStoreMailbag *self = g_new0 (ValijaStoreMailbag, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->context = g_main_context_ref (context);
  g_weak_ref_init (&self->owner, owner);
  self->tell = tell;
  g_mutex_init (&self->mutex);

  return self;
}

ValijaStoreMailbag *
valija_store_mailbag_ref (ValijaStoreMailbag *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_store_mailbag_unref (ValijaStoreMailbag *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->finished, (GDestroyNotify) request_free);
  g_weak_ref_clear (&self->owner);
  g_mutex_clear (&self->mutex);
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
deliver_cb (gpointer user_data)
{
  ValijaStoreMailbag *self = user_data;
  g_autoptr(GObject) owner = g_weak_ref_get (&self->owner);
  ValijaStoreNews *news = news_new ();
  GQueue finished;
  Request *request;

  g_mutex_lock (&self->mutex);
  finished = self->finished;
  g_queue_init (&self->finished);
  self->scheduled = FALSE;
  g_mutex_unlock (&self->mutex);

  while ((request = g_queue_pop_head (&finished)) != NULL)
    {
      request_settle (request);
      if (request->news != NULL)
        news_join (news, request->news);
      request_free (request);
    }

  if (owner != NULL)
    self->tell (owner, news);
  news_free (news);

  return G_SOURCE_REMOVE;
}

static void
mailbag_put (ValijaStoreMailbag *self,
             Request            *request)
{
  g_autoptr(GSource) source = NULL;

  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->finished, request);
  if (!self->scheduled)
    {
      self->scheduled = TRUE;
      source = g_idle_source_new ();
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_static_name (source, "valija-store");
      g_source_set_callback (source, deliver_cb, valija_store_mailbag_ref (self),
                             (GDestroyNotify) valija_store_mailbag_unref);
      g_source_attach (source, self->context);
    }
  g_mutex_unlock (&self->mutex);
}

/* Local truth first: the journal is what the cache is put right from, never the other way round. */
static gboolean
commit (ValijaStoreContext  *context,
        GError             **error)
{
  if (!valija_database_commit (context->local, error))
    return FALSE;

  if (!valija_database_commit (context->cache, error))
    {
      context->overlay_stale = TRUE;
      return FALSE;
    }

  return TRUE;
}

static gboolean
begin (ValijaStoreContext  *context,
       GError             **error)
{
  if (!valija_database_begin (context->local, error) ||
      !valija_database_begin (context->cache, error))
    return FALSE;

  if (!context->overlay_stale)
    return TRUE;

  if (!valija_store_overlay_rebuild (context, error))
    return FALSE;
  context->overlay_stale = FALSE;

  return TRUE;
}

static gboolean
run_transaction (ValijaStoreContext *context,
                 Request            *request)
{
  gboolean was_stale = context->overlay_stale;

  request->news = context->news = news_new ();

  if (begin (context, &request->error) &&
      request->func (context, request->args, &request->result, &request->error) &&
      commit (context, &request->error))
    return TRUE;

  valija_database_rollback (context->local);
  valija_database_rollback (context->cache);
  context->overlay_stale = context->overlay_stale || was_stale;
  g_clear_pointer (&request->news, news_free);

  return FALSE;
}

static void
run_look (ValijaStoreContext *context,
          Request            *request)
{
  context->waiting = dex_promise_get_cancellable (request->promise);
  if (!g_cancellable_set_error_if_cancelled (context->waiting, &request->error))
    request->func (context, request->args, &request->result, &request->error);
  context->waiting = NULL;

  valija_database_reset (context->cache);
  valija_database_reset (context->local);
}

static void
run_request (ValijaStoreContext *context,
             Request            *request)
{
  if (request->manner == VALIJA_STORE_BARE)
    request->func (context, request->args, &request->result, &request->error);
  else if (context->cache == NULL || context->local == NULL)
    valija_error_set (&request->error, VALIJA_ERROR_STORAGE, _("The mail on this computer is not open."));
  else if (request->manner == VALIJA_STORE_LOOK)
    run_look (context, request);
  else
    run_transaction (context, request);

  context->news = NULL;

  if (request->error != NULL)
    {
      valija_error_locate (&request->error, VALIJA_SIDE_NONE, VALIJA_STEP_STORE);
    }
  else if (!G_IS_VALUE (&request->result))
    {
      g_value_init (&request->result, G_TYPE_BOOLEAN);
      g_value_set_boolean (&request->result, TRUE);
    }

  /* What was handed over is freed here, where the time is */
  if (request->destroy != NULL)
    request->destroy (g_steal_pointer (&request->args));
  request->destroy = NULL;
}

static gpointer
thread_main (gpointer user_data)
{
  ValijaStoreThread *self = user_data;
  gboolean ended = FALSE;

  while (!ended)
    {
      Request *request = g_async_queue_pop (self->requests);

      if (request->func == NULL)
        {
          request_free (request);
          ended = TRUE;
        }
      else
        {
          run_request (self->context, request);
          mailbag_put (self->mailbag, request);
        }
    }

  return NULL;
}

ValijaStoreThread *
valija_store_thread_new (const char         *name,
                         ValijaStoreContext *context,
                         ValijaStoreMailbag *mailbag)
{
  ValijaStoreThread *self = g_new0 (ValijaStoreThread, 1);

  self->requests = g_async_queue_new ();
  self->context = context;
  self->mailbag = valija_store_mailbag_ref (mailbag);
  self->thread = g_thread_new (name, thread_main, self);

  return self;
}

DexFuture *
valija_store_thread_push (ValijaStoreThread *self,
                          ValijaStoreManner  manner,
                          ValijaStoreFunc    func,
                          gpointer           args,
                          GDestroyNotify     destroy)
{
  Request *request = g_new0 (Request, 1);
  DexFuture *future;

  request->promise = manner == VALIJA_STORE_LOOK ? dex_promise_new_cancellable () : dex_promise_new ();
  request->manner = manner;
  request->func = func;
  request->args = args;
  request->destroy = destroy;
  future = dex_ref (DEX_FUTURE (request->promise));

  g_async_queue_push (self->requests, request);

  return future;
}

void
valija_store_thread_end (ValijaStoreThread *self)
{
  g_async_queue_push (self->requests, g_new0 (Request, 1));
}

void
valija_store_thread_join (ValijaStoreThread *self)
{
  g_thread_join (self->thread);
  g_async_queue_unref (self->requests);
  valija_store_mailbag_unref (self->mailbag);
  g_free (self);
}
