/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the pictures of a message may come from. */
typedef enum
{
  VALIJA_HTML_LOCAL_ONLY,      /* cid: parts of the same message */
  VALIJA_HTML_REMOTE_IMAGES,   /* and https: images, for this one message, after a click */
} ValijaHtmlPolicy;

/* What was seen while a document was made safe. */
typedef struct
{
  guint n_blocked;   /* remote things that were left out and could be shown */
  gboolean rtl;      /* as a whole it goes from right to left */
} ValijaHtmlOutcome;

/* A whole safe document from a message's HTML: an allow-list of elements, attributes, CSS
 * properties and URL schemes (http, https, mailto; for pictures cid, and data: of the usual bitmap
 * formats), with a Content-Security-Policy in front; no script, form, frame, media, link hint,
 * style import, font. Bounded in size (8 MiB) and depth (256). @outcome (out) (nullable).
 * (transfer full) never NULL */
char *valija_html_sanitise (const char        *html,
                            ValijaHtmlPolicy   policy,
                            ValijaHtmlOutcome *outcome);

/* The same; the quotation with which the message ends, where own words stand before it, is in an element with the
 * attribute data-valija-quote, behind a link to VALIJA_HTML_FOLD_URI with the words for showing it (data-valija-show)
 * and for hiding it (data-valija-hide): a style sheet that hides one of them, and what follows it, makes a fold of it.
 * No sender can write any of these. (transfer full) never NULL */
char *valija_html_sanitise_folded (const char        *html,
                                   ValijaHtmlPolicy   policy,
                                   ValijaHtmlOutcome *outcome);

#define VALIJA_HTML_FOLD_URI "valija:quote"

/* A readable plain text of it: paragraphs, lists, links as "text <url>", quotes as ">".
 * (transfer full) */
char *valija_html_to_text (const char *html);

/* Whether what a link says differs from where it goes: a host in the text that is not the target's,
 * nor one above it. */
gboolean valija_html_link_deceives (const char *text,
                                    const char *uri);

G_END_DECLS
