/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The bytes live in pages of their own: kept out of swap (as far as the system lets us) and out
 * of core dumps, and given back to the system when wiped. */
struct _ValijaSecret
{
  gatomicrefcount ref_count;
  gsize length;
  gsize mapped;
  char *bytes;
};

G_DEFINE_BOXED_TYPE (ValijaSecret, valija_secret, valija_secret_ref, valija_secret_unref)

static char *
map_pages (gsize size, gsize *mapped)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  void *memory;

  *mapped = (size + page - 1) / page * page;
  memory = mmap (NULL, *mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    g_error ("No memory for %" G_GSIZE_FORMAT " bytes", size);

  /* Both are best effort: RLIMIT_MEMLOCK may forbid the first. */
  (void) mlock (memory, *mapped);
  (void) madvise (memory, *mapped, MADV_DONTDUMP);

  return memory;
}

static ValijaSecret *
create (gsize length)
{
  ValijaSecret *self = g_new0 (ValijaSecret, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->length = length;
  self->bytes = map_pages (length + 1, &self->mapped);

  return self;
}

/**
 * valija_secret_new:
 * @bytes: (array length=length): the secret, copied
 * @length: its length, or -1 when it ends with a NUL
 *
 * Returns: (transfer full): a secret
 */
ValijaSecret *
valija_secret_new (const char *bytes, gssize length)
{
  ValijaSecret *self;

  g_return_val_if_fail (bytes != NULL, NULL);

  self = create (length < 0 ? strlen (bytes) : (gsize) length);
  memcpy (self->bytes, bytes, self->length);

  return self;
}

/**
 * valija_secret_new_take:
 * @string: (transfer full): the secret, which is wiped and freed here
 *
 * Returns: (transfer full): a secret
 */
ValijaSecret *
valija_secret_new_take (char *string)
{
  ValijaSecret *self;

  g_return_val_if_fail (string != NULL, NULL);

  self = valija_secret_new (string, -1);
  valija_wipe_string (string);

  return self;
}

/**
 * valija_secret_new_joined:
 * @before: (array length=before_length): what comes first
 * @before_length: its length, or -1 when it ends with a NUL
 * @bytes: (array length=length): what comes then
 * @length: its length
 * @behind: what comes last; ends with a NUL
 *
 * Joins them in the pages of the secret, so that no copy stays behind elsewhere.
 *
 * Returns: (transfer full): a secret
 */
ValijaSecret *
valija_secret_new_joined (const char *before,
                          gssize      before_length,
                          const char *bytes,
                          gsize       length,
                          const char *behind)
{
  ValijaSecret *self;
  gsize n_before;
  char *p;

  g_return_val_if_fail (before != NULL && bytes != NULL && behind != NULL, NULL);

  n_before = before_length < 0 ? strlen (before) : (gsize) before_length;
  self = create (n_before + length + strlen (behind));
  p = mempcpy (self->bytes, before, n_before);
  p = mempcpy (p, bytes, length);
  memcpy (p, behind, strlen (behind));

  return self;
}

/**
 * valija_secret_ref:
 * @self: a secret
 *
 * Returns: (transfer full): @self
 */
ValijaSecret *
valija_secret_ref (ValijaSecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * valija_secret_unref:
 * @self: (transfer full): a secret
 *
 * Wipes the bytes when this was the last reference.
 */
void
valija_secret_unref (ValijaSecret *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  valija_wipe (self->bytes, self->mapped);
  munmap (self->bytes, self->mapped);
  g_free (self);
}

/**
 * valija_secret_peek:
 * @self: a secret
 * @length: (out) (optional): how many bytes, without the NUL behind them
 *
 * Returns: (transfer none): the bytes, as long as @self lives
 */
const char *
valija_secret_peek (ValijaSecret *self, gsize *length)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (length != NULL)
    *length = self->length;
  return self->bytes;
}

/**
 * valija_secret_to_bytes:
 * @self: a secret
 *
 * Returns: (transfer full): the same bytes where they are, which keep @self alive
 */
GBytes *
valija_secret_to_bytes (ValijaSecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_bytes_new_with_free_func (self->bytes, self->length, (GDestroyNotify) valija_secret_unref,
                                     valija_secret_ref (self));
}

/**
 * valija_wipe:
 * @memory: (nullable): where; %NULL only with no @length
 * @length: how many bytes
 *
 * Overwrites memory in a way that the compiler keeps.
 */
void
valija_wipe (void *memory, gsize length)
{
  if (length > 0)
    explicit_bzero (memory, length);
}

/**
 * valija_wipe_string:
 * @string: (transfer full) (nullable): a string
 *
 * Wipes and frees it.
 */
void
valija_wipe_string (char *string)
{
  if (string == NULL)
    return;

  valija_wipe (string, strlen (string));
  g_free (string);
}
