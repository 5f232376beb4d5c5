/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "sessions/imap/valija-imap-link.h"
#include "sessions/valija-session.h"

G_BEGIN_DECLS

/* The links of one session. The first is opened by the session; a second one joins it while the first is busy,
 * so that a message can be read while a folder is synchronised. Each folder that is watched has one more. */
#define VALIJA_TYPE_IMAP_POOL (valija_imap_pool_get_type ())
G_DECLARE_FINAL_TYPE (ValijaImapPool, valija_imap_pool, VALIJA, IMAP_POOL, GObject)

/* A link that is somebody's alone until the lease is freed. */
typedef struct
{
  ValijaImapPool *pool;
  ValijaImapLink *link;
} ValijaImapLease;

/* Holds @context; no link is open yet. */
ValijaImapPool    *valija_imap_pool_new          (ValijaSessionContext *context) G_GNUC_WARN_UNUSED_RESULT;

/* Opens the first link. Resolves to TRUE; concurrent calls share one attempt. */
DexFuture         *valija_imap_pool_open         (ValijaImapPool *self) G_GNUC_WARN_UNUSED_RESULT;

/* LOGOUT everywhere, then closes. Resolves to TRUE, always. */
DexFuture         *valija_imap_pool_close        (ValijaImapPool *self) G_GNUC_WARN_UNUSED_RESULT;

/* Of the first link, which the others follow. */
ValijaSessionState valija_imap_pool_get_state    (ValijaImapPool *self);

/* The first link while it is open. (transfer none) (nullable) */
ValijaImapLink    *valija_imap_pool_get_primary  (ValijaImapPool *self);

/* For fibers: awaits. A link that is free, if possible one on which @folder (nullable) is selected. Opens the
 * session first. NULL with @error. */
ValijaImapLease   *valija_imap_pool_lease_fiber  (ValijaImapPool  *self,
                                                  const char      *folder,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;

/* For fibers: awaits. The link that watches @folder, opened and selected; "" is all folders, by NOTIFY. *fresh says
 * that it was not there before. A lease like any other. */
ValijaImapLease   *valija_imap_pool_watch_fiber  (ValijaImapPool  *self,
                                                  const char      *folder,
                                                  gboolean        *fresh,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;

/* Closes the links that watch a folder other than the inbox, at once. Whether there were any. */
gboolean           valija_imap_pool_stop_watching (ValijaImapPool *self);

/* Gives the link back, to who waits for one; a link that closed meanwhile is dropped. */
void               valija_imap_lease_free        (ValijaImapLease *lease);

/* For fibers: awaits. Closes the link of @lease, on which much comes that nobody wants any more, once another one is
 * there that can be the first. Where the server tolerates no other it stays as it is. */
void               valija_imap_lease_give_up_fiber (ValijaImapLease *lease);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapLease, valija_imap_lease_free)

/* Signals: "alert" (string), "state-changed". */

G_END_DECLS
