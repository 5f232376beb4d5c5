/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which elements of a message a reader does not see: those with the attribute hidden, and those
 * that a style attribute or a style sheet takes away (display, visibility, opacity, a font size or
 * a cut height of 0). Fed with what the parser tells, in its order. */
typedef struct _ValijaHtmlHidden ValijaHtmlHidden;

/* (transfer full) */
ValijaHtmlHidden *valija_html_hidden_new       (void);
void              valija_html_hidden_free      (ValijaHtmlHidden  *self);

/* An element begins: @name in lower case, @attributes as the parser gives them. */
void              valija_html_hidden_start     (ValijaHtmlHidden  *self,
                                                const char        *name,
                                                const char       **attributes);
/* The innermost element ends; without an open one, nothing. */
void              valija_html_hidden_end       (ValijaHtmlHidden  *self);
/* What the rules of @css hide from here on; those for print or small screens count for nothing. */
void              valija_html_hidden_add_sheet (ValijaHtmlHidden  *self,
                                                const char        *css);

/* Whether the innermost open element is gone with all that is in it; whether words in it are not
 * seen. */
gboolean          valija_html_hidden_is_gone   (ValijaHtmlHidden  *self);
gboolean          valija_html_hidden_hides     (ValijaHtmlHidden  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaHtmlHidden, valija_html_hidden_free)

G_END_DECLS
