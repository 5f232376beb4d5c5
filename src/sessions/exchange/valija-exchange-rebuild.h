/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/exchange/valija-exchange-client.h"

G_BEGIN_DECLS

/* A message that the server cannot put together, made of its properties; it says so in its header. Within a fiber.
 * (transfer full) NULL with @error, which is VALIJA_ERROR_REFUSED where even that cannot be had. */
GBytes *valija_exchange_rebuild_fiber (ValijaExchangeClient  *client,
                                       const char            *id,
                                       GError               **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
