/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where in @text the quotation begins with which it ends (the lines with ">", or all behind a line like
 * "-----Original Message-----"), with the line that says who wrote it; the length of @text where it ends otherwise, or
 * is nothing but a quotation. */
gsize valija_quote_find (const char *text);

G_END_DECLS
