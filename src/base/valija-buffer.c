/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-buffer.h"

#include "base/valija-secret.h"

#include <string.h>

/* What an empty buffer keeps allocated; one long line must not hold its size for ever. */
#define KEPT_CAPACITY (256 * 1024)
#define FIRST_CAPACITY (4 * 1024)

struct _ValijaBuffer
{
  guint8 *data;
  gsize capacity;
  gsize start;
  gsize end;
  gsize searched; /* no LF before this index */
};

static void
release (ValijaBuffer *self)
{
  if (self->data != NULL)
    valija_wipe (self->data, self->capacity);

  g_clear_pointer (&self->data, g_free);
  self->capacity = self->start = self->end = self->searched = 0;
}

static void
make_room (ValijaBuffer *self, gsize length)
{
  gsize used = self->end - self->start;
  gsize wanted;

  if (length <= self->capacity - self->end)
    return;

  g_assert (length <= G_MAXSIZE / 2 - used);

  /* Moving pays only when it frees at least as much as it moves; else the cost is quadratic. */
  if (self->start >= used && length <= self->capacity - used)
    {
      memmove (self->data, self->data + self->start, used);
      self->searched -= self->start;
      self->end = used;
      self->start = 0;
      return;
    }

  wanted = MAX (self->capacity, FIRST_CAPACITY);
  while (wanted < self->end + length)
    wanted *= 2;

  self->data = g_realloc (self->data, wanted);
  self->capacity = wanted;
}

/**
 * valija_buffer_new:
 *
 * Returns: (transfer full): an empty buffer
 */
ValijaBuffer *
valija_buffer_new (void)
{
  return g_new0 (ValijaBuffer, 1);
}

/**
 * valija_buffer_free:
 * @self: (transfer full): a buffer
 *
 * Wipes and frees.
 */
void
valija_buffer_free (ValijaBuffer *self)
{
  g_return_if_fail (self != NULL);

  release (self);
  g_free (self);
}

/**
 * valija_buffer_append:
 * @self: a buffer
 * @data: (array length=length): bytes, copied
 * @length: how many
 *
 * Adds bytes at the end.
 */
void
valija_buffer_append (ValijaBuffer *self, const void *data, gsize length)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (data != NULL || length == 0);

  if (length == 0)
    return;

  make_room (self, length);
  memcpy (self->data + self->end, data, length);
  self->end += length;
}

/**
 * valija_buffer_peek:
 * @self: a buffer
 * @length: (out): how many bytes there are
 *
 * Returns: (transfer none): the bytes not consumed yet, valid until the next call; never %NULL
 */
const guint8 *
valija_buffer_peek (ValijaBuffer *self, gsize *length)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (length != NULL, NULL);

  *length = self->end - self->start;
  return self->data != NULL ? self->data + self->start : (const guint8 *) "";
}

/**
 * valija_buffer_consume:
 * @self: a buffer
 * @length: at most as many as valija_buffer_peek() told
 *
 * Forgets bytes at the front.
 */
void
valija_buffer_consume (ValijaBuffer *self, gsize length)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (length <= self->end - self->start);

  self->start += length;
  self->searched = MAX (self->searched, self->start);

  if (self->start < self->end)
    return;

  if (self->capacity > KEPT_CAPACITY)
    release (self);
  else
    self->start = self->end = self->searched = 0;
}

/**
 * valija_buffer_find_line:
 * @self: a buffer
 *
 * Looks for the end of the first line, going on where the last call stopped.
 *
 * Returns: the offset just behind the first LF, or 0 when there is none yet
 */
gsize
valija_buffer_find_line (ValijaBuffer *self)
{
  const guint8 *found;

  g_return_val_if_fail (self != NULL, 0);

  if (self->searched == self->end)
    return 0;

  found = memchr (self->data + self->searched, '\n', self->end - self->searched);
  if (found == NULL)
    {
      self->searched = self->end;
      return 0;
    }

  self->searched = found - self->data;
  return self->searched - self->start + 1;
}
