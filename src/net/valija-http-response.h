/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Which ways a server offers with a 401. */
typedef enum
{
  VALIJA_HTTP_OFFER_NONE = 0,
  VALIJA_HTTP_OFFER_BASIC = 1 << 0,
  VALIJA_HTTP_OFFER_NTLM = 1 << 1,
  VALIJA_HTTP_OFFER_NEGOTIATE = 1 << 2,
  VALIJA_HTTP_OFFER_BEARER = 1 << 3,
  VALIJA_HTTP_OFFER_OTHER = 1 << 4,
} ValijaHttpOffers;

/* What a server answered: the headers are there, the body is read piece by piece, and the server
 * waits for whoever reads. Dropping the last reference ends what is still to come. */
#define VALIJA_TYPE_HTTP_RESPONSE (valija_http_response_get_type ())
G_DECLARE_FINAL_TYPE (ValijaHttpResponse, valija_http_response, VALIJA, HTTP_RESPONSE, GObject)

/* 200, 302, 503, … */
guint       valija_http_response_get_status (ValijaHttpResponse *self);

/* What a 401 offers; NONE for any other. */
ValijaHttpOffers valija_http_response_get_offers (ValijaHttpResponse *self);

/* "503 Service Unavailable": for valija_error_set_server(). (transfer full) */
char       *valija_http_response_dup_status_line (ValijaHttpResponse *self);

/* (transfer none) (nullable); several of one name are joined by ", " */
const char *valija_http_response_get_header (ValijaHttpResponse *self, const char *name);

/* In lower case and without parameters: "text/xml", or "". (transfer none) */
const char *valija_http_response_get_content_type (ValijaHttpResponse *self);

/* The Location header made absolute. (transfer full) (nullable) */
char       *valija_http_response_dup_location (ValijaHttpResponse *self);

/* One outstanding read. Resolves to GBytes (boxed, G_TYPE_BYTES) of 1..65536 bytes, decompressed,
 * or of none at the end. Rejects with TIMED_OUT, DISCONNECTED (also when the server ended in mid
 * body), TLS, LIMIT, PROTOCOL (broken compression). Dropping the future does not stop the read;
 * dropping the response does. */
DexFuture  *valija_http_response_read (ValijaHttpResponse *self) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to the rest of the body (boxed, G_TYPE_BYTES); more than @limit bytes rejects with
 * VALIJA_ERROR_LIMIT. */
DexFuture  *valija_http_response_read_all (ValijaHttpResponse *self, gsize limit) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
