/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A name that a message gives to its attachment, made safe as a file name: one path component, no
 * leading dot or dash, no separator, control or direction-override character, no trailing dot or
 * space, at most 200 bytes with its extension kept, never empty (then "attachment" with an
 * extension for @type, nullable). (transfer full) */
char *valija_file_name_make_safe (const char *name,
                                  const char *type);

G_END_DECLS
