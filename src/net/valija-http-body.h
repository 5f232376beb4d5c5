/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "net/valija-http-request.h"

G_BEGIN_DECLS

/* The body of a request as a stream, from its beginning. It never waits. */
#define VALIJA_TYPE_HTTP_BODY (valija_http_body_get_type ())
G_DECLARE_FINAL_TYPE (ValijaHttpBody, valija_http_body, VALIJA, HTTP_BODY, GInputStream)

GInputStream *valija_http_body_new (ValijaHttpRequest *request) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
