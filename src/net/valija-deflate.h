/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Both directions of the DEFLATE layer of RFC 4978: raw deflate, each write flushed so that the
 * other side can read all of it. No I/O; what comes in is inflated piece by piece, so that a few
 * bytes that swell to gigabytes cost no memory. */
typedef struct _ValijaDeflate ValijaDeflate;

ValijaDeflate *valija_deflate_new      (void) G_GNUC_WARN_UNUSED_RESULT;
void           valija_deflate_free     (ValijaDeflate *self);
GBytes        *valija_deflate_compress (ValijaDeflate *self,
                                        GBytes        *bytes) G_GNUC_WARN_UNUSED_RESULT;
void           valija_deflate_feed     (ValijaDeflate *self,
                                        const void    *data,
                                        gsize          length);
gboolean       valija_deflate_inflate  (ValijaDeflate *self,
                                        guint8        *buffer,
                                        gsize          size,
                                        gsize         *produced,
                                        GError       **error);
gboolean       valija_deflate_is_ended (ValijaDeflate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaDeflate, valija_deflate_free)

G_END_DECLS
