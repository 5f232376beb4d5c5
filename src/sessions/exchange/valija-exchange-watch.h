/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/exchange/valija-exchange-client.h"

G_BEGIN_DECLS

/* A subscription to all folders of a mailbox, one to each of those that others share with it, and what they told that
 * nobody has taken yet. One answer stays open for all of them, in which the server tells at once; where that does not
 * get through, the server is asked each minute, also for a single shared mailbox that another server keeps. Refcounted,
 * main context only. */
typedef struct _ValijaExchangeWatch ValijaExchangeWatch;

/* Holds @client, and subscribes to nothing yet. An answer in which nothing comes for @silence seconds is given up;
 * @interval: after how many seconds a server is asked again that does not tell by itself. */
ValijaExchangeWatch *valija_exchange_watch_new        (ValijaExchangeClient *client,
                                                       guint                 silence,
                                                       guint                 interval) G_GNUC_WARN_UNUSED_RESULT;
ValijaExchangeWatch *valija_exchange_watch_ref        (ValijaExchangeWatch  *self);
void                 valija_exchange_watch_unref      (ValijaExchangeWatch  *self);

/* Ends it for good; the client is closed by whoever has it. */
void                 valija_exchange_watch_stop       (ValijaExchangeWatch  *self);

/* Tells of @folders (may be none) of the shared @mailbox, too; the same as before is no change. */
void                 valija_exchange_watch_set_shared (ValijaExchangeWatch  *self,
                                                       const char           *mailbox,
                                                       const char * const   *folders);

/* Within a fiber: until there is news, or @seconds are over. FALSE with VALIJA_ERROR_UNSUPPORTED where the server tells
 * nothing by itself. */
gboolean             valija_exchange_watch_wait_fiber (ValijaExchangeWatch  *self,
                                                       guint                 seconds,
                                                       GError              **error);

/* What there is now. */
gboolean             valija_exchange_watch_is_lost    (ValijaExchangeWatch  *self); /* before this, who knows? */
gboolean             valija_exchange_watch_is_in_doubt (ValijaExchangeWatch *self); /* a folder may be renamed */
gboolean             valija_exchange_watch_has_folders (ValijaExchangeWatch *self); /* one came or went */
/* (transfer full): a set of folder ids */
GHashTable          *valija_exchange_watch_take       (ValijaExchangeWatch  *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaExchangeWatch, valija_exchange_watch_unref)

G_END_DECLS
