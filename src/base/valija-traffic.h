/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What a session cost on the wire. A turn is one change from listening to speaking: bytes are
 * sent after something was received (the first bytes sent count as well). Plain counters, main
 * thread only; refcounted. */
typedef struct _ValijaTraffic ValijaTraffic;

struct _ValijaTraffic
{
  grefcount ref_count;
  guint64 bytes_in;
  guint64 bytes_out;
  guint turns;
  guint connections;
};

ValijaTraffic *valija_traffic_new   (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaTraffic *valija_traffic_ref   (ValijaTraffic *self);
void           valija_traffic_unref (ValijaTraffic *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaTraffic, valija_traffic_unref)

G_END_DECLS
