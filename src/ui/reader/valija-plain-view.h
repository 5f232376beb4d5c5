/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Plain text of a message: quotes dimmed by depth, links marked, and the quotation with which it ends behind a button.
 * Signals: "link-activated" (char *uri), "link-hovered" (char *uri, nullable). */
#define VALIJA_TYPE_PLAIN_VIEW (valija_plain_view_get_type ())
G_DECLARE_FINAL_TYPE (ValijaPlainView, valija_plain_view, VALIJA, PLAIN_VIEW, GtkTextView)

/* Texts longer than a mebibyte are cut, with a word about it. @folded: see valija_quote_find() */
void valija_plain_view_set_text (ValijaPlainView *self, const char *text, gboolean folded);

G_END_DECLS
