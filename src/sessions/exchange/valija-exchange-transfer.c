/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-transfer.h"

#include "base/valija-error.h"
#include "base/valija-promise.h"
#include "base/valija-spool.h"

/* Some organisations let messages of 150 MB through. */
#define CONTENT_LIMIT (G_GUINT64_CONSTANT (200) * 1024 * 1024)

struct _ValijaExchangeTransfer
{
  grefcount ref_count;
  ValijaSpool *spool;       /* nullable */
  ValijaProgress *progress; /* nullable */
  DexPromise *beginning;    /* nullable */
  gsize n_beginning;
  gboolean gone;            /* the server may have all of what goes out */
};

ValijaExchangeTransfer *
valija_exchange_transfer_new (void)
{
  ValijaExchangeTransfer *self = g_new0 (ValijaExchangeTransfer, 1);

  g_ref_count_init (&self->ref_count);

  return self;
}

ValijaExchangeTransfer *
valija_exchange_transfer_ref (ValijaExchangeTransfer *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_exchange_transfer_unref (ValijaExchangeTransfer *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  valija_exchange_transfer_end (self);
  g_clear_pointer (&self->spool, valija_spool_free);
  g_clear_object (&self->progress);
  g_free (self);
}

/* The server does not say how much it will be; whoever asks may know. */
static void
tell_progress (ValijaExchangeTransfer *self)
{
  if (self->progress != NULL && self->spool != NULL)
    valija_progress_update (self->progress, valija_spool_length (self->spool),
                            valija_progress_get_total (self->progress));
}

void
valija_exchange_transfer_set_progress (ValijaExchangeTransfer *self,
                                       ValijaProgress         *progress)
{
  g_set_object (&self->progress, progress);
  tell_progress (self);
}

static void
settle_beginning (ValijaExchangeTransfer *self)
{
  g_autoptr(DexPromise) beginning = g_steal_pointer (&self->beginning);

  if (beginning != NULL)
    valija_promise_resolve_boxed (beginning, G_TYPE_BYTES, valija_spool_peek (self->spool, self->n_beginning));
}

static void
settle_when_there (ValijaExchangeTransfer *self)
{
  if (self->spool != NULL && valija_spool_length (self->spool) >= self->n_beginning)
    settle_beginning (self);
}

DexFuture *
valija_exchange_transfer_peek (ValijaExchangeTransfer *self,
                               gsize                   octets)
{
  DexFuture *future;

  dex_return_error_if_fail (self->beginning == NULL);

  self->beginning = dex_promise_new ();
  self->n_beginning = octets;
  future = dex_ref (DEX_FUTURE (self->beginning));
  settle_when_there (self);

  return future;
}

typedef struct
{
  ValijaExchangeTransfer *transfer;
  guint64 length;           /* of the content, which makes up nearly all of the request */
} Upload;

static void
upload_free (Upload *upload)
{
  valija_exchange_transfer_unref (upload->transfer);
  g_free (upload);
}

static gboolean
gone_cb (guint64  gone,
         guint64  total,
         gpointer user_data)
{
  const Upload *upload = user_data;
  ValijaProgress *progress = upload->transfer->progress;

  upload->transfer->gone = gone == total;
  if (progress == NULL)
    return TRUE;

  valija_progress_update (progress, (guint64) ((double) gone / total * upload->length), upload->length);

  return !g_cancellable_is_cancelled (valija_progress_get_cancellable (progress));
}

void
valija_exchange_transfer_watch_upload (ValijaExchangeTransfer *self,
                                       ValijaHttpRequest      *post,
                                       GBytes                 *content)
{
  Upload *upload = g_new0 (Upload, 1);

  upload->transfer = valija_exchange_transfer_ref (self);
  upload->length = g_bytes_get_size (content);
  valija_http_request_set_gone_func (post, gone_cb, upload, (GDestroyNotify) upload_free);
}

static DexFuture *
cancelled_cb (DexFuture *future,
              gpointer   user_data)
{
  ValijaExchangeTransfer *self = user_data;

  /* Too late; NULL is libdex's word for "as it ended" */
  return self->gone ? dex_future_new_infinite () : NULL;
}

DexFuture *
valija_exchange_transfer_until_cancelled (ValijaExchangeTransfer *self,
                                          DexFuture              *future)
{
  DexFuture *cancelled;

  if (self->progress == NULL)
    return future;

  cancelled = dex_cancellable_new_from_cancellable (valija_progress_get_cancellable (self->progress));

  return dex_future_first (future,
                           dex_future_catch (cancelled, cancelled_cb, valija_exchange_transfer_ref (self),
                                             (GDestroyNotify) valija_exchange_transfer_unref), NULL);
}

void
valija_exchange_transfer_begin (ValijaExchangeTransfer *self)
{
  g_clear_pointer (&self->spool, valija_spool_free);
}

gboolean
valija_exchange_transfer_take (ValijaExchangeTransfer  *self,
                               const void              *data,
                               gsize                    length,
                               GError                 **error)
{
  if (self->progress != NULL &&
      g_cancellable_set_error_if_cancelled (valija_progress_get_cancellable (self->progress), error))
    return FALSE;

  if (self->spool == NULL)
    self->spool = valija_spool_new (CONTENT_LIMIT);
  if (!valija_spool_append (self->spool, data, length, error))
    return FALSE;

  tell_progress (self);
  settle_when_there (self);

  return TRUE;
}

GBytes *
valija_exchange_transfer_finish (ValijaExchangeTransfer  *self,
                                 GError                 **error)
{
  if (self->spool == NULL)
    return NULL;

  settle_beginning (self);

  return valija_spool_finish (self->spool, error);
}

void
valija_exchange_transfer_end (ValijaExchangeTransfer *self)
{
  g_autoptr(DexPromise) beginning = g_steal_pointer (&self->beginning);
  GError *error = NULL;

  if (beginning == NULL)
    return;

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "No outline");
  valija_promise_reject (beginning, error);
}
