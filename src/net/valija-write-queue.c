/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-write-queue.h"

#include "base/valija-promise.h"
#include "base/valija-secret.h"

/* Small writes are put together up to this size; larger ones leave in pieces of it. */
#define PIECE_SIZE 65536

typedef struct
{
  GBytes *bytes;
  gboolean secret;
  gsize offset; /* what is before it is in a piece already */
  DexPromise *promise;
} Write;

struct _ValijaWriteQueue
{
  GQueue writes;       /* of Write: not in a piece, or not to their end */
  GPtrArray *promises; /* of DexPromise: those that end with the piece that was pulled last */
};

static void
write_free (Write *write)
{
  g_bytes_unref (write->bytes);
  dex_unref (write->promise);
  g_free (write);
}

static gsize
get_rest (const Write *write)
{
  return g_bytes_get_size (write->bytes) - write->offset;
}

static GPtrArray *
new_promises (void)
{
  return g_ptr_array_new_with_free_func (dex_unref);
}

ValijaWriteQueue *
valija_write_queue_new (void)
{
  ValijaWriteQueue *self = g_new0 (ValijaWriteQueue, 1);

  self->promises = new_promises ();

  return self;
}

void
valija_write_queue_free (ValijaWriteQueue *self)
{
  g_queue_clear_full (&self->writes, (GDestroyNotify) write_free);
  g_ptr_array_unref (self->promises);
  g_free (self);
}

DexFuture *
valija_write_queue_push (ValijaWriteQueue *self, GBytes *bytes, gboolean secret)
{
  Write *write = g_new0 (Write, 1);

  write->bytes = g_bytes_ref (bytes);
  write->secret = secret;
  write->promise = dex_promise_new ();
  g_queue_push_tail (&self->writes, write);

  return DEX_FUTURE (dex_ref (write->promise));
}

/* How much fits into one piece. */
static guint
measure_piece (ValijaWriteQueue *self)
{
  gsize size = 0;

  for (GList *link = self->writes.head; link != NULL && size + get_rest (link->data) <= PIECE_SIZE; link = link->next)
    size += get_rest (link->data);

  return (guint) size;
}

GBytes *
valija_write_queue_pull (ValijaWriteQueue *self)
{
  Write *first = g_queue_peek_head (&self->writes);
  g_autoptr(GByteArray) piece = NULL;
  gboolean secret = FALSE;

  if (first == NULL)
    return NULL;

  if (get_rest (first) > PIECE_SIZE)
    {
      GBytes *part = g_bytes_new_from_bytes (first->bytes, first->offset, PIECE_SIZE);

      first->offset += PIECE_SIZE;
      return part;
    }

  /* Of its size from the start: growing it would leave pieces of a password behind */
  piece = g_byte_array_sized_new (measure_piece (self));

  while ((first = g_queue_peek_head (&self->writes)) != NULL && piece->len + get_rest (first) <= PIECE_SIZE)
    {
      const guint8 *data = g_bytes_get_data (first->bytes, NULL);

      g_byte_array_append (piece, data + first->offset, (guint) get_rest (first));
      g_ptr_array_add (self->promises, dex_ref (first->promise));
      secret = secret || first->secret;
      write_free (g_queue_pop_head (&self->writes));
    }

  if (secret)
    {
      g_autoptr(ValijaSecret) wiped = valija_secret_new ((const char *) piece->data, piece->len);

      valija_wipe (piece->data, piece->len);
      return valija_secret_to_bytes (wiped);
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&piece));
}

void
valija_write_queue_done (ValijaWriteQueue *self)
{
  g_autoptr(GPtrArray) promises = g_steal_pointer (&self->promises);

  self->promises = new_promises ();
  for (guint i = 0; i < promises->len; i++)
    valija_promise_resolve_boolean (g_ptr_array_index (promises, i), TRUE);
}

void
valija_write_queue_fail (ValijaWriteQueue *self, const GError *error)
{
  g_autoptr(GPtrArray) promises = g_steal_pointer (&self->promises);
  Write *write;

  self->promises = new_promises ();

  while ((write = g_queue_pop_head (&self->writes)) != NULL)
    {
      g_ptr_array_add (promises, dex_ref (write->promise));
      write_free (write);
    }

  for (guint i = 0; i < promises->len; i++)
    valija_promise_reject (g_ptr_array_index (promises, i), g_error_copy (error));
}

DexFuture *
valija_write_queue_flush (ValijaWriteQueue *self)
{
  Write *last = g_queue_peek_tail (&self->writes);

  if (last != NULL)
    return DEX_FUTURE (dex_ref (last->promise));
  if (self->promises->len > 0)
    return dex_ref (g_ptr_array_index (self->promises, self->promises->len - 1));

  return dex_future_new_true ();
}

gboolean
valija_write_queue_is_empty (ValijaWriteQueue *self)
{
  return g_queue_is_empty (&self->writes);
}
