/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/exchange/valija-exchange-client.h"

G_BEGIN_DECLS

/* One subscription to all folders of a mailbox, and what it told that nobody has taken yet. An answer stays open in
 * which the server tells at once; where that does not get through, the server is asked each minute. Refcounted, main
 * context only. */
typedef struct _ValijaExchangeWatch ValijaExchangeWatch;

/* Holds @client, and subscribes to nothing yet. An answer in which nothing comes for @silence seconds is given up. */
ValijaExchangeWatch *valija_exchange_watch_new        (ValijaExchangeClient *client,
                                                       guint                 silence) G_GNUC_WARN_UNUSED_RESULT;
ValijaExchangeWatch *valija_exchange_watch_ref        (ValijaExchangeWatch  *self);
void                 valija_exchange_watch_unref      (ValijaExchangeWatch  *self);

/* Ends it for good; the client is closed by whoever has it. */
void                 valija_exchange_watch_stop       (ValijaExchangeWatch  *self);

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
