/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "mime/valija-html.h"
#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* A message's HTML, made safe to show. Boxed. */
typedef struct
{
  char *document;
  ValijaHtmlOutcome outcome;
  gboolean own_colors;      /* it says colours of its own, and expects white paper */
} ValijaSafeHtml;

#define VALIJA_TYPE_SAFE_HTML (valija_safe_html_get_type ())
GType      valija_safe_html_get_type (void) G_GNUC_CONST;

/* Off the main thread. Resolves to a ValijaSafeHtml. @message must have HTML. @folded: the quotation at the end can be
 * hidden. */
DexFuture *valija_safe_html_make     (ValijaMimeMessage *message,
                                      ValijaHtmlPolicy   policy,
                                      gboolean           folded) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
