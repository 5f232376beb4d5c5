/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "net/valija-deflate.h"
#include "net/valija-stream.h"
#include "net/valija-write-queue.h"

G_BEGIN_DECLS

/* Shared by valija-stream.c (reading, writing, closing) and valija-stream-connect.c (connecting,
 * TLS). */
struct _ValijaStream
{
  GObject parent_instance;

  char *host;     /* as a person wrote it */
  char *identity; /* in ASCII: what is looked up and what the certificate must name */
  guint16 port;
  char *ca_file; /* nullable */
  char *proxy; /* nullable: the host and port of the one that was tried last */
  gboolean proxy_reached; /* and it answered */
  ValijaTrust *trust; /* nullable, as are the next two */
  ValijaTraffic *traffic;
  ValijaTranscript *transcript;

  GIOStream *io; /* the uppermost layer; NULL once closed */
  GTlsConnection *tls; /* nullable: the same, when it is encrypted */
  GCancellable *cancellable; /* cancelled by closing alone */
  ValijaDeflate *deflate; /* nullable */
  GError *failure; /* nullable: why it is closed */
  ValijaCertificate *refused; /* nullable: the certificate that ended a handshake */

  /* GIO's operations under way; nothing may be closed below them */
  gboolean reading;
  gboolean writing;
  gboolean handshaking;

  DexPromise *reader; /* nullable: the outstanding read */
  guint8 *buffer;
  GError *read_failure; /* nullable: what ended it, behind all that was delivered */

  ValijaWriteQueue *writes;
  GSource *flush; /* nullable: the next piece leaves when the main loop comes to it */
  GBytes *piece; /* nullable: the piece that is being written, compressed where all is */
  gsize piece_done;
  guint64 taken; /* octets of what was to be written that are, or were, in a piece */
  GError *write_failure; /* nullable: writing is over, what the server still says can be read */

  GSource *silence;
  guint timeout;            /* for reading and writing, in seconds */
  guint patience;           /* the same for connecting and the handshake, as the endpoint says */
  gboolean speaking; /* nothing was received since the last bytes were sent */
  gint64 round_trip; /* of the handshake, in microseconds; G_MAXINT64 before it */
};

ValijaStream *valija_stream_new       (const ValijaEndpoint *endpoint,
                                       ValijaTrust          *trust,
                                       ValijaTraffic        *traffic,
                                       ValijaTranscript     *transcript) G_GNUC_WARN_UNUSED_RESULT;
void          valija_stream_take_io   (ValijaStream *self,
                                       GIOStream    *io);
void          valija_stream_fail      (ValijaStream *self,
                                       const GError *error);
void          valija_stream_end_close (ValijaStream *self);

G_END_DECLS
