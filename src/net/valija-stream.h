/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "base/valija-endpoint.h"
#include "base/valija-traffic.h"
#include "net/valija-transcript.h"
#include "net/valija-trust.h"

G_BEGIN_DECLS

/* One connection to a mail server: TCP (IPv6 and IPv4 raced, system proxy), TLS at once or
 * later, time-outs, counters, transcript. Protocol-blind. It gives away no GIO stream: what is
 * read goes through valija_stream_read(), so that nothing can stay behind in a buffer when TLS
 * starts. Every failure is a VALIJA_ERROR. Main context only. */
#define VALIJA_TYPE_STREAM (valija_stream_get_type ())
G_DECLARE_FINAL_TYPE (ValijaStream, valija_stream, VALIJA, STREAM, GObject)

/**
 * valija_stream_connect:
 * @endpoint: (transfer none): with %VALIJA_SECURITY_TLS the handshake is done before the future
 *   resolves; STARTTLS and NONE connect in clear
 * @trust: (nullable): the user's exceptions
 * @traffic: (nullable): counted into
 * @transcript: (nullable): written into
 *
 * Returns: (transfer full): a future that resolves to a ValijaStream (object) or rejects with
 *   RESOLVE, CONNECT, TIMED_OUT, CERTIFICATE (with the certificate attached), TLS, OFFLINE.
 *   Cancelling the future closes what was half open.
 */
DexFuture *valija_stream_connect (const ValijaEndpoint *endpoint,
                                  ValijaTrust          *trust,
                                  ValijaTraffic        *traffic,
                                  ValijaTranscript     *transcript) G_GNUC_WARN_UNUSED_RESULT;

/* Starts TLS on a stream in clear (RFC 3207, 2595, 9051 §6.2.1). The caller has consumed the
 * server's answer; @leftover is the number of bytes that it still holds unparsed: more than 0 is
 * an injection, and closes the stream with VALIJA_ERROR_NO_STARTTLS. Resolves to TRUE. */
DexFuture *valija_stream_start_tls (ValijaStream *self, gsize leftover) G_GNUC_WARN_UNUSED_RESULT;

/* One outstanding read. Resolves to GBytes (boxed, G_TYPE_BYTES) of 1..65536 bytes, or of none
 * at the end of the stream. Rejects with TIMED_OUT, DISCONNECTED, TLS. Its cancellation belongs
 * to the stream: dropping the future does not stop the read; valija_stream_close() does. */
DexFuture *valija_stream_read (ValijaStream *self) G_GNUC_WARN_UNUSED_RESULT;

/* Queues @bytes behind what is queued already, and writes as fast as the other side takes.
 * Resolves to TRUE when @bytes are handed to the system.
 * @secret: the bytes hold a secret; the transcript says "[n bytes hidden]". Writes queued in one
 * main loop turn leave in one segment. */
DexFuture *valija_stream_write (ValijaStream *self,
                                GBytes       *bytes,
                                gboolean      secret) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to TRUE when all that was written is handed to the system. */
DexFuture *valija_stream_flush (ValijaStream *self) G_GNUC_WARN_UNUSED_RESULT;

/* How many octets of all that was given to valija_stream_write() the system has, or may have: none of the others was
 * ever sent. */
guint64 valija_stream_get_taken (ValijaStream *self);

/* Puts DEFLATE (RFC 4978) over what is read and written from now on. @leftover as above: those
 * bytes belong to the new layer and are given here. */
gboolean valija_stream_start_deflate (ValijaStream *self, GBytes *leftover, GError **error);

/* Sets how long the other side may be silent while a read is outstanding, in seconds; 0 is for
 * ever (IDLE). */
void valija_stream_set_timeout (ValijaStream *self, guint seconds);

/* Ends reads and writes at once with VALIJA_ERROR_DISCONNECTED and closes. May be called twice. */
void valija_stream_close (ValijaStream *self);

gboolean    valija_stream_is_closed       (ValijaStream *self);
gboolean    valija_stream_is_encrypted    (ValijaStream *self);
const char *valija_stream_get_host        (ValijaStream *self);
gint64      valija_stream_get_round_trip  (ValijaStream *self);
/* "TLS 1.3, certificate of mail.example.org by …" or "not encrypted" */
char       *valija_stream_dup_description (ValijaStream *self);

/* The channel binding data (RFC 5929, 9266) of @type "tls-exporter", "tls-server-end-point" or
 * "tls-unique". (transfer full) NULL if the connection has none of that type. */
GBytes *valija_stream_dup_channel_binding (ValijaStream *self, const char *type);

G_END_DECLS
