/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a stranger wrote, made fit for one line that a person reads: valid UTF-8, without control
 * characters and without those that reorder or hide text, white space stripped at both ends, cut
 * at @limit bytes. @length is -1 for a string that ends with a NUL. (transfer full) never NULL */
char *valija_text_clean (const char *text, gssize length, gsize limit) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
