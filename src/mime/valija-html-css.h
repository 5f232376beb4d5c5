/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-html.h"

G_BEGIN_DECLS

/* CSS rebuilt from an allow-list of properties, functions and characters: what is not understood is
 * not there afterwards. No escapes, no imports, no fonts, no url() but those of pictures that
 * @policy lets through. Blocked ones are added to *@n_blocked. The results hold no "<", so that
 * nothing in them can end a style element. A style attribute, and the content of a style element.
 * (transfer full) */
char *valija_html_css_filter_declarations (const char       *css,
                                           ValijaHtmlPolicy  policy,
                                           guint            *n_blocked);
char *valija_html_css_filter_sheet        (const char       *css,
                                           ValijaHtmlPolicy  policy,
                                           guint            *n_blocked);

G_END_DECLS
