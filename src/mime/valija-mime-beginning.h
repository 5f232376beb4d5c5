/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * valija_mime_beginning_to_outline:
 * @octets: the first octets of a message, RFC 5322, cut anywhere
 * @error: VALIJA_ERROR_UNSUPPORTED
 *
 * Keeps of it the parts that have come whole.
 *
 * Returns: (transfer full) (nullable): what valija_mime_message_parse_outline() takes; %NULL with @error where the
 *   text that the message begins with has not come whole
 */
GBytes *valija_mime_beginning_to_outline (GBytes  *octets,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
