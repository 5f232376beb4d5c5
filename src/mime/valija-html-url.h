/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-html.h"

G_BEGIN_DECLS

/* A link's target in the form a browser would give it, or NULL when it is none that may be
 * followed. (transfer full) */
char *valija_html_url_check_link (const char *raw);

/* The same for the source of a picture; *@remote is set when it was left out only because of
 * @policy. http: becomes https:. (transfer full) */
char *valija_html_url_check_image (const char       *raw,
                                   ValijaHtmlPolicy  policy,
                                   gboolean         *remote);

/* The host that a browser would go to, in ASCII (RFC 5891) and lower case; the domain of the first
 * address of a mailto: link. NULL if there is none. (transfer full) */
char *valija_html_url_dup_host (const char *uri);

G_END_DECLS
