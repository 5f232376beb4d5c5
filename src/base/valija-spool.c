/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-spool.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/valija-error.h"

/* What stays in memory, and what is written at once beyond it */
#define MEMORY_LIMIT (256 * 1024)
/* How much of a file is read at a time */
#define READ_SIZE (64 * 1024)

struct _ValijaSpool
{
  guint64 limit;
  guint64 length;
  GByteArray *pending;
  int fd;
};

static void
set_errno (GError **error, int code)
{
  if (code == ENOSPC || code == EDQUOT)
    valija_error_set (error, VALIJA_ERROR_DISK_FULL,
                      _("There is no room left on this computer’s disk."));
  else
    valija_error_set (error, VALIJA_ERROR_STORAGE,
                      _("A temporary file could not be written: %s."), valija_reason_of_errno (code));
}

/* The user's cache is on a disk; /tmp often is memory, which is what a spool is there to save. */
static int
open_unlinked (GError **error)
{
  g_autofree char *path = NULL;
  int code;
  int fd;

  if (g_mkdir_with_parents (g_get_user_cache_dir (), 0700) == 0)
    {
      fd = open (g_get_user_cache_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
      if (fd >= 0)
        return fd;
    }

  path = g_build_filename (g_get_tmp_dir (), "valija-XXXXXX", NULL);
  fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  code = errno;
  if (fd < 0)
    set_errno (error, code);
  else
    g_unlink (path);

  return fd;
}

static gboolean
flush (ValijaSpool *self, GError **error)
{
  gsize done = 0;

  if (self->fd < 0 && (self->fd = open_unlinked (error)) < 0)
    return FALSE;

  while (done < self->pending->len)
    {
      gssize written = write (self->fd, self->pending->data + done, self->pending->len - done);
      int code = errno;

      if (written < 0 && code == EINTR)
        continue;

      if (written < 0)
        {
          set_errno (error, code);
          return FALSE;
        }

      done += (gsize) written;
    }

  g_byte_array_set_size (self->pending, 0);
  return TRUE;
}

static void
empty (ValijaSpool *self)
{
  g_clear_pointer (&self->pending, g_byte_array_unref);
  g_clear_fd (&self->fd, NULL);
  self->length = 0;
}

/**
 * valija_spool_new:
 * @limit: how many bytes it takes at most
 *
 * Returns: (transfer full): an empty spool
 */
ValijaSpool *
valija_spool_new (guint64 limit)
{
  ValijaSpool *self = g_new0 (ValijaSpool, 1);

  self->limit = limit;
  self->fd = -1;

  return self;
}

/**
 * valija_spool_free:
 * @self: (transfer full): a spool
 */
void
valija_spool_free (ValijaSpool *self)
{
  g_return_if_fail (self != NULL);

  empty (self);
  g_free (self);
}

/**
 * valija_spool_append:
 * @self: a spool
 * @data: (array length=length): bytes, copied
 * @length: how many
 * @error: VALIJA_ERROR_LIMIT, VALIJA_ERROR_DISK_FULL or VALIJA_ERROR_STORAGE
 *
 * Returns: whether all of @data is kept; a spool that failed is of no further use
 */
gboolean
valija_spool_append (ValijaSpool *self, const void *data, gsize length, GError **error)
{
  const guint8 *bytes = data;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);

  if (length > self->limit - self->length)
    {
      g_autofree char *size = g_format_size (self->limit);

      valija_error_set (error, VALIJA_ERROR_LIMIT,
                        /* Translators: the argument is a size like "100 MB" */
                        _("The server sent more than %s in one piece."), size);
      return FALSE;
    }

  if (self->pending == NULL)
    self->pending = g_byte_array_new ();

  self->length += length;

  while (length > 0)
    {
      gsize part = MIN (length, MEMORY_LIMIT);

      if (self->pending->len + part > MEMORY_LIMIT && !flush (self, error))
        return FALSE;

      g_byte_array_append (self->pending, bytes, (guint) part);
      bytes += part;
      length -= part;
    }

  return TRUE;
}

/**
 * valija_spool_length:
 * @self: a spool
 *
 * Returns: how many bytes it holds
 */
guint64
valija_spool_length (ValijaSpool *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->length;
}

GBytes *
valija_spool_peek (ValijaSpool *self, gsize length)
{
  g_autofree guint8 *data = NULL;
  gsize done = 0;
  gssize n = 1;

  g_return_val_if_fail (self != NULL, NULL);

  length = MIN (length, self->length);
  data = g_malloc (length);
  while (self->fd >= 0 && n != 0)
    {
      n = pread (self->fd, data + done, length - done, (goffset) done);
      if (n < 0 && errno != EINTR)
        break;
      done += (gsize) MAX (n, 0);
    }

  /* Not behind a hole, where the file could not be read */
  if (done < length && done == self->length - self->pending->len)
    {
      memcpy (data + done, self->pending->data, length - done);
      done = length;
    }

  return g_bytes_new_take (g_steal_pointer (&data), done);
}

/**
 * valija_spool_finish:
 * @self: a spool, which is empty afterwards and can be used again
 * @error: VALIJA_ERROR_DISK_FULL or VALIJA_ERROR_STORAGE
 *
 * Returns: (transfer full): all that was appended, or %NULL with @error
 */
GBytes *
valija_spool_finish (ValijaSpool *self, GError **error)
{
  g_autoptr(GMappedFile) mapped = NULL;
  g_autoptr(GError) local_error = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->fd < 0)
    {
      GBytes *bytes = self->pending != NULL
                        ? g_byte_array_free_to_bytes (g_steal_pointer (&self->pending))
                        : g_bytes_new_static ("", 0);

      empty (self);
      return bytes;
    }

  if (!flush (self, error))
    return NULL;

  mapped = g_mapped_file_new_from_fd (self->fd, FALSE, &local_error);
  empty (self);

  if (mapped == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_STORAGE,
                        _("A temporary file could not be read: %s."), valija_reason_of_error (local_error));
      return NULL;
    }

  return g_mapped_file_get_bytes (mapped);
}

GBytes *
valija_spool_load_file (GFile *file, GError **error)
{
  g_autoptr(ValijaSpool) self = valija_spool_new (G_MAXUINT64);
  g_autoptr(GFileInputStream) stream = NULL;
  g_autofree char *piece = g_malloc (READ_SIZE);
  gssize length;

  if (!(stream = g_file_read (file, NULL, error)))
    return NULL;

  while ((length = g_input_stream_read (G_INPUT_STREAM (stream), piece, READ_SIZE, NULL, error)) > 0)
    if (!valija_spool_append (self, piece, (gsize) length, error))
      return NULL;

  return length == 0 ? valija_spool_finish (self, error) : NULL;
}
