/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/exchange/valija-exchange-client.h"

G_BEGIN_DECLS

/* Many items of one mailbox, as many at once as a request may name. */

typedef ValijaEwsRequest *(*ValijaExchangeBuildFunc) (ValijaEwsSchema           schema,
                                                      const char * const       *ids,
                                                      gpointer                  user_data);
/* Must not await. @message is (transfer none). FALSE with @error ends it. */
typedef gboolean          (*ValijaExchangeTakeFunc)  (const char               *id,
                                                      const ValijaEwsNode      *message,
                                                      const ValijaEwsResult    *result,
                                                      gpointer                  user_data,
                                                      GError                  **error);

/* Runs what @build makes of @ids, at most @most at once, until each of them has an answer that is not "later": what a
 * busy server left is asked again. @take is called once for each id. */
gboolean valija_exchange_run_all_fiber (ValijaExchangeClient   *client,
                                        const char * const     *ids,
                                        guint                   most,
                                        ValijaExchangeBuildFunc build,
                                        ValijaExchangeTakeFunc  take,
                                        gpointer                user_data,
                                        GError                **error);

/* The same for GetItem with @shape. */
gboolean valija_exchange_get_items_fiber (ValijaExchangeClient   *client,
                                          const char * const     *ids,
                                          guint                   most,
                                          ValijaEwsShape          shape,
                                          ValijaExchangeTakeFunc  take,
                                          gpointer                user_data,
                                          GError                **error);

G_END_DECLS
