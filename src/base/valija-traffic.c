/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-traffic.h"

/**
 * valija_traffic_new:
 *
 * Returns: (transfer full): counters at zero
 */
ValijaTraffic *
valija_traffic_new (void)
{
  ValijaTraffic *self = g_new0 (ValijaTraffic, 1);

  g_ref_count_init (&self->ref_count);
  return self;
}

/**
 * valija_traffic_ref:
 * @self: counters
 *
 * Returns: (transfer full): @self
 */
ValijaTraffic *
valija_traffic_ref (ValijaTraffic *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * valija_traffic_unref:
 * @self: (transfer full): counters
 */
void
valija_traffic_unref (ValijaTraffic *self)
{
  g_return_if_fail (self != NULL);

  if (g_ref_count_dec (&self->ref_count))
    g_free (self);
}
