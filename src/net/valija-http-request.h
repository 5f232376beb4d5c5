/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is asked by HTTP: a refcounted value (boxed), not changed once it was sent. Its body is made
 * of parts and can be sent as often as needed. */
typedef struct _ValijaHttpRequest ValijaHttpRequest;

#define VALIJA_TYPE_HTTP_REQUEST (valija_http_request_get_type ())

GType              valija_http_request_get_type (void) G_GNUC_CONST;

/* @method: "GET", "POST", …; @uri: absolute, http or https */
ValijaHttpRequest *valija_http_request_new      (const char *method,
                                                 const char *uri) G_GNUC_WARN_UNUSED_RESULT;
ValijaHttpRequest *valija_http_request_ref      (ValijaHttpRequest *self);
void               valija_http_request_unref    (ValijaHttpRequest *self);

/* Replaces the header of that name. Accept-Encoding, Cookie, Host and the like are the facade's. */
void valija_http_request_set_header       (ValijaHttpRequest *self,
                                           const char        *name,
                                           const char        *value);

/* Also for an empty body. */
void valija_http_request_set_content_type (ValijaHttpRequest *self, const char *content_type);

/* Appends to the body: bytes as they are, or in Base64 (without line breaks) as they are sent, so
 * that a mapped file costs no memory. The padding is at the end of each such part. */
void valija_http_request_add_bytes        (ValijaHttpRequest *self, GBytes *bytes);
void valija_http_request_add_text         (ValijaHttpRequest *self, const char *text);
void valija_http_request_add_base64       (ValijaHttpRequest *self, GBytes *bytes);

/* Told how many of the @total octets of the body went out, before and behind each piece, each time it is sent. FALSE,
 * as long as that is not all, ends the request with G_IO_ERROR_CANCELLED: the server does not have it. */
typedef gboolean (*ValijaHttpGoneFunc) (guint64 gone, guint64 total, gpointer user_data);
void valija_http_request_set_gone_func    (ValijaHttpRequest  *self,
                                           ValijaHttpGoneFunc  func,
                                           gpointer            user_data,
                                           GDestroyNotify      destroy);

/* Doing it twice does what doing it once does: kept connections are used, and it is sent again
 * (once) where a kept connection turns out dead. FALSE at first, but for GET, HEAD, PUT and DELETE. */
void valija_http_request_set_idempotent   (ValijaHttpRequest *self, gboolean idempotent);

/* How long the server may be silent, in seconds, instead of the account's; 0 is for ever. */
void valija_http_request_set_timeout      (ValijaHttpRequest *self, guint seconds);

/* Its response stays open for minutes: it takes a connection beside the others, and is no part of
 * their number. */
void valija_http_request_set_streaming    (ValijaHttpRequest *self, gboolean streaming);

/* No sign-in, whatever the account has: a 401 is a response like others. */
void valija_http_request_set_anonymous    (ValijaHttpRequest *self, gboolean anonymous);

/* How large the response's body may get, decompressed, before VALIJA_ERROR_LIMIT; 256 MiB at
 * first. */
void valija_http_request_set_limit        (ValijaHttpRequest *self, guint64 bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaHttpRequest, valija_http_request_unref)

G_END_DECLS
