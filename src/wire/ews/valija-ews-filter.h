/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes of what a server sends what an XML parser takes. Exchange emits characters that XML forbids (bare, and as
 * references such as &#x1;, which subjects of stray mail hold); a parser that meets one gives the whole answer up.
 * Each becomes U+FFFD here, as does what is not UTF-8. It also finds where an envelope ends: a streaming answer is many
 * documents one behind the other. Pure, resumable at any byte. */
typedef struct _ValijaEwsFilter ValijaEwsFilter;

/* Ready for the first octet of an answer. (transfer full) */
ValijaEwsFilter *valija_ews_filter_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void             valija_ews_filter_free (ValijaEwsFilter *self);

/**
 * valija_ews_filter_feed:
 * @output: is appended to
 * @ended: (out): whether the last byte taken ended an envelope
 *
 * Returns: how many of the bytes were taken: all of them, or those up to the end of an envelope
 */
gsize            valija_ews_filter_feed (ValijaEwsFilter *self,
                                         const void      *data,
                                         gsize            length,
                                         GString         *output,
                                         gboolean        *ended);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaEwsFilter, valija_ews_filter_free)

G_END_DECLS
