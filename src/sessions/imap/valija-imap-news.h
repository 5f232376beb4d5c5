/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-changes.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "sessions/imap/valija-imap-label.h"
#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

/* What the server tells of messages that are known: flags, losses, and which there are. Gathered from SELECT
 * with QRESYNC, FETCH of flags and SEARCH. Refcounted. */
typedef struct _ValijaImapNews ValijaImapNews;

/* Nothing told yet; @style is how the server tells of labels. The count is not atomic: main context only. */
ValijaImapNews      *valija_imap_news_new          (ValijaImapLabelStyle style) G_GNUC_WARN_UNUSED_RESULT;
ValijaImapNews      *valija_imap_news_ref          (ValijaImapNews *self);
void                 valija_imap_news_unref        (ValijaImapNews *self);

/* A ValijaImapResponseFunc; @user_data is the news. */
gboolean             valija_imap_news_respond      (ValijaImapResponse *response, gpointer user_data);

/* Whether all that was told could be kept; else LIMIT. */
gboolean             valija_imap_news_check        (ValijaImapNews *self, GError **error);

/* Each resolves to TRUE. */
DexFuture           *valija_imap_news_fetch_flags  (ValijaImapNews *self,
                                                    ValijaImapLink *link,
                                                    guint32         first,
                                                    guint32         last,
                                                    guint64         changed_since) G_GNUC_WARN_UNUSED_RESULT;
/* NULL: all */
DexFuture           *valija_imap_news_search       (ValijaImapNews      *self,
                                                    ValijaImapLink      *link,
                                                    const ValijaImapSet *uids) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none) (nullable): what a search found; what vanished */
const ValijaImapSet *valija_imap_news_get_found    (ValijaImapNews *self);
const ValijaImapSet *valija_imap_news_get_vanished (ValijaImapNews *self);

/* The UIDs whose flags were told. (transfer full) */
ValijaImapSet       *valija_imap_news_dup_flagged  (ValijaImapNews *self) G_GNUC_WARN_UNUSED_RESULT;

/* The sums over all flags that were told. (transfer full) */
GHashTable          *valija_imap_news_digest       (ValijaImapNews *self) G_GNUC_WARN_UNUSED_RESULT;

/* Makes ValijaFlagsChange of what was told of @known messages, and (@before and @now given) of those alone whose
 * block's sum is another. (transfer full) */
GPtrArray           *valija_imap_news_dup_flags    (ValijaImapNews      *self,
                                                    guint32              uid_validity,
                                                    const ValijaImapSet *known,
                                                    GHashTable          *before,
                                                    GHashTable          *now) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapNews, valija_imap_news_unref)

G_END_DECLS
