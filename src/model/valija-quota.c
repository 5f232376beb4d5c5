/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-quota.h"

#include <glib/gi18n-lib.h>

G_DEFINE_BOXED_TYPE (ValijaQuota, valija_quota, valija_quota_copy, valija_quota_free)

ValijaQuota *
valija_quota_new (guint64 used,
                  guint64 limit)
{
  ValijaQuota *self;

  g_return_val_if_fail (limit > 0, NULL);

  self = g_new0 (ValijaQuota, 1);
  self->used = used;
  self->limit = limit;

  return self;
}

ValijaQuota *
valija_quota_copy (const ValijaQuota *self)
{
  return g_memdup2 (self, sizeof *self);
}

void
valija_quota_free (ValijaQuota *self)
{
  g_free (self);
}

double
valija_quota_get_fraction (const ValijaQuota *self)
{
  g_return_val_if_fail (self != NULL && self->limit > 0, 0);

  return MIN ((double) self->used / (double) self->limit, 1);
}

gboolean
valija_quota_is_tight (const ValijaQuota *self)
{
  return self != NULL && valija_quota_get_fraction (self) >= VALIJA_QUOTA_TIGHT;
}

char *
valija_quota_dup_text (const ValijaQuota *self)
{
  g_autofree char *used = NULL;
  g_autofree char *limit = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  used = g_format_size (self->used);
  limit = g_format_size (self->limit);

  /* Translators: how much of the room for mail on the server is used, and how much there is */
  return g_strdup_printf (_("%s of %s used"), used, limit);
}
