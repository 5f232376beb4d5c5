/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>
#include <webkit/webkit.h>

G_BEGIN_DECLS

/* Gives a web view the height of its page, without a script that would ask the page for it: what the view says it would
 * like to have is the size of the page, but never less than the view has. So the view is one pixel high for as long as
 * it is measured. The wheel is left to whatever scrolls around it. Property "cut": the page is longer than is shown.
 * The process of a page that is not laid out in time is ended. */
#define VALIJA_TYPE_WEB_FIT (valija_web_fit_get_type ())
G_DECLARE_FINAL_TYPE (ValijaWebFit, valija_web_fit, VALIJA, WEB_FIT, GtkWidget)

/* Around @view, from before it loads anything. Needs something that scrolls sideways around it, for pages that do not
 * fit. (transfer floating) */
GtkWidget *valija_web_fit_new (WebKitWebView *view);

/* The page has become longer or shorter. */
void       valija_web_fit_measure_again (ValijaWebFit *self);

G_END_DECLS
