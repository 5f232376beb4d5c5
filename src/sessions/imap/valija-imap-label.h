/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-link.h"
#include "wire/imap/valija-imap-fetch.h"

G_BEGIN_DECLS

/* Labels as this server keeps them: in its own way where it is Gmail, and otherwise as keywords. */

typedef enum
{
  VALIJA_IMAP_LABELS_KEYWORDS,
  VALIJA_IMAP_LABELS_GMAIL,
  VALIJA_IMAP_LABELS_GMAIL_UTF8, /* names are UTF-8 as they stand */
} ValijaImapLabelStyle;

/* Of the server behind @link. */
ValijaImapLabelStyle valija_imap_label_get_style (ValijaImapLink *link);

/* The item of FETCH that tells of them, beside FLAGS; NULL for none. (transfer none) */
const char *valija_imap_label_get_item   (ValijaImapLabelStyle style);

/* What was told of a message: a set of valija-labels.h, NULL where nothing was. (transfer full) (nullable) */
char      **valija_imap_label_dup_told   (ValijaImapLabelStyle   style,
                                          const ValijaImapFetch *fetch) G_GNUC_WARN_UNUSED_RESULT;

/* Another number for another set, 0 for an empty one. */
guint32     valija_imap_label_hash       (const char * const *labels);

/* Item and list of STORE that add (or take away) what of @labels is to be; FALSE with REFUSED where one may not be in
 * this folder. */
gboolean    valija_imap_label_append     (ValijaImapLink      *link,
                                          ValijaImapCommand   *command,
                                          const char * const  *labels,
                                          gboolean             add,
                                          GError             **error);

/* The key of SEARCH for what a person calls @text. */
void        valija_imap_label_append_key (ValijaImapLink *link, ValijaImapCommand *command, const char *text);

G_END_DECLS
