/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* HTML as a stream of events, always balanced: every start has its end, elements without content
 * too. Names are in lower case, entities resolved, comments, declarations and processing
 * instructions gone. Contents that are no text to read (scripts, titles, drawings, plug-ins,
 * frames, media) come as no event at all but for style sheets, which are given whole. */
typedef struct
{
  /* @name can be kept until the parse ends. @attributes: name, value (nullable), …, NULL; or NULL */
  void (*start) (const char *name, const char **attributes, gpointer user_data);
  void (*end)   (const char *name, gpointer user_data);
  void (*text)  (const char *text, gsize length, gpointer user_data);
  /* Nullable: for who has no use for style sheets */
  void (*style) (const char *css, gpointer user_data);
} ValijaHtmlHandler;

/* Bounded: what lies behind 8 MiB, or in more than 512 levels of elements, is not read. Takes time
 * linear in its input. */
void valija_html_parse (const char              *html,
                        const ValijaHtmlHandler *handler,
                        gpointer                 user_data);

/* An attribute's value, "" when it has none, NULL when it is not there. (transfer none) */
const char *valija_html_get_attribute (const char **attributes,
                                       const char  *name);

G_END_DECLS
