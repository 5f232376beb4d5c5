/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where in a document that is being written the quotation stands with which the message ends, as programs mark it:
 * Apple Mail, Gmail, Outlook, Thunderbird, Yahoo. Told of every element and text in their order; a @level is how many
 * elements are open around one, a @position how many bytes were written before; @seen: a reader sees it. */
typedef struct
{
  gboolean own;             /* something to read stands before */
  gssize start;             /* of the quotation; -1: there is none yet */
  gssize end;               /* -1: it goes on */
  guint start_level;
  gboolean over;            /* one that follows is another */
  gboolean inside;          /* of the element that began at @level */
  gboolean attribution;     /* which is one of these, and not quoted itself */
  gboolean rest;            /* and with which all begins that is left in the one around it */
  gboolean around;          /* and in which a blockquote may hold what is quoted, with answers below */
  guint nested;             /* the level of such a one that is open; 0: none */
  gboolean told;            /* one has ended */
  guint level;
  gssize before;            /* of an attribution that stands right before; -1: none */
} ValijaHtmlFold;

#define VALIJA_HTML_FOLD_INIT { .start = -1, .end = -1, .before = -1 }

/* An element in @parent (nullable) begins. */
void valija_html_fold_start (ValijaHtmlFold  *self,
                             const char      *name,
                             const char     **attributes,
                             const char      *parent,
                             gboolean         seen,
                             guint            level,
                             gsize            position);
/* The innermost ends. @before, @after: the positions of its end tag */
void valija_html_fold_end   (ValijaHtmlFold *self,
                             guint           level,
                             gsize           before,
                             gsize           after);
/* Between those two. */
void valija_html_fold_text  (ValijaHtmlFold *self,
                             const char     *text,
                             gsize           length,
                             gboolean        seen);
/* Puts the markup around the quotation in @document, if it ends with one that is not all of it. */
void valija_html_fold_apply (ValijaHtmlFold *self,
                             GString        *document);

G_END_DECLS
