/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-html.h"

G_BEGIN_DECLS

/* The body of valija_html_sanitise() without a document around it: elements all closed, so that
 * fragments of several origins can stand one behind the other. Style sheets are left out, for they
 * would reach beyond. (transfer full) */
char *valija_html_sanitise_fragment (const char       *html,
                                     ValijaHtmlPolicy  policy);

/* The same for plain text. (transfer full) */
char *valija_html_fragment_from_text (const char *text);

G_END_DECLS
