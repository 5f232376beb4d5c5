/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A message as it goes over the wire. Each CRLF, bare LF and bare CR becomes one CRLF, the last line gets an end:
 * what one server takes for a line end and another does not is how a message is smuggled into a message. */
typedef enum
{
  VALIJA_SMTP_FRAME_DATA,   /* dots at the start of a line are doubled; ends with "." CRLF */
  VALIJA_SMTP_FRAME_BDAT,   /* counted: nothing is added */
} ValijaSmtpFrame;

typedef struct _ValijaSmtpEncoder ValijaSmtpEncoder;

/* At the beginning of a message. (transfer full) */
ValijaSmtpEncoder *valija_smtp_encoder_new    (ValijaSmtpFrame frame) G_GNUC_WARN_UNUSED_RESULT;
void               valija_smtp_encoder_free   (ValijaSmtpEncoder *self);

/* Appends to @output what @data (any piece of the message) becomes. */
void               valija_smtp_encoder_feed   (ValijaSmtpEncoder *self, const void *data, gsize length,
                                               GByteArray *output);
void               valija_smtp_encoder_finish (ValijaSmtpEncoder *self, GByteArray *output);

/* What has to be known before the first byte is sent. */
typedef struct
{
  guint64 size;             /* octets with line ends made right, without doubled dots: what SIZE= and BDAT count */
  gboolean eightbit;        /* octets above 127 anywhere */
  gboolean eightbit_header; /* and in the header: it is of RFC 6532 */
} ValijaSmtpMeasure;

/* Reads all of the message, @length octets of it, and fills *measure. */
void               valija_smtp_measure        (const void *data, gsize length, ValijaSmtpMeasure *measure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSmtpEncoder, valija_smtp_encoder_free)

G_END_DECLS
