/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "net/valija-http-response.h"

G_BEGIN_DECLS

/* What the status of HTTP says where Exchange Web Services were asked. */

/* Whether the answer is one of theirs, a fault too. */
gboolean valija_exchange_status_is_envelope  (ValijaHttpResponse *response);

/* Whether who answers so may have handed the request on, or broken down in the middle of it. */
gboolean valija_exchange_status_leaves_doubt (ValijaHttpResponse *response);

/* What it means that it is none. */
void     valija_exchange_status_set_error    (ValijaHttpResponse *response,
                                              GError            **error);

G_END_DECLS
