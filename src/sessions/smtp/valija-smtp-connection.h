/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "net/valija-stream.h"
#include "wire/smtp/valija-smtp-reply.h"

G_BEGIN_DECLS

/* One socket of SMTP: owns stream, parser and command queue, reads with one outstanding read, and fails everybody
 * when it ends. Signal: "ended" (). */
#define VALIJA_TYPE_SMTP_CONNECTION (valija_smtp_connection_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSmtpConnection, valija_smtp_connection, VALIJA, SMTP_CONNECTION, GObject)

/* What is to be said, and answered by one reply. */
typedef struct
{
  GBytes *bytes;            /* (transfer full) nullable: nothing is said (the greeting) */
  GBytes *content;          /* (transfer full) nullable: mail that follows at once */
  gboolean secret;          /* @bytes are not for the transcript; @content never is */
  gboolean last;            /* reading stops behind a good answer: what comes next is TLS */
  gboolean patient;         /* the server has mail to put away before it answers */
} ValijaSmtpRequest;

/* @timeout: seconds of silence. Without pipelining (RFC 2920) each command waits for the answer to the one before.
 * A connection is alive until something failed or it was closed. */
ValijaSmtpConnection *valija_smtp_connection_new            (ValijaStream *stream,
                                                             guint timeout) G_GNUC_WARN_UNUSED_RESULT;
void                  valija_smtp_connection_set_pipelining (ValijaSmtpConnection *self, gboolean pipelining);
gboolean              valija_smtp_connection_is_alive       (ValijaSmtpConnection *self);

/**
 * valija_smtp_connection_run:
 * @request: copied; what it points to is taken over
 *
 * Queues a command. Dropping the future drops a command that was not sent; one that was sent completes, and its
 * answer goes nowhere.
 *
 * Returns: (transfer full): a future that resolves to ValijaSmtpReply (boxed), whatever its code; it rejects only
 * when the connection ends
 */
DexFuture            *valija_smtp_connection_run            (ValijaSmtpConnection    *self,
                                                             const ValijaSmtpRequest *request)
                                                             G_GNUC_WARN_UNUSED_RESULT;

/* Mail that is not the last of its message, where one answer comes for the whole of it. No command may wait to be
 * sent. Resolves to TRUE when the system has taken it. */
DexFuture            *valija_smtp_connection_write          (ValijaSmtpConnection *self,
                                                             GBytes *content) G_GNUC_WARN_UNUSED_RESULT;

/* After the answer to a request that was `last`. Resolves to TRUE; rejects with NO_STARTTLS when the server said
 * more before the handshake. */
DexFuture            *valija_smtp_connection_start_tls      (ValijaSmtpConnection *self) G_GNUC_WARN_UNUSED_RESULT;

/* How many octets were said so far, mail included; and whether the last of so many went out, or may have. */
guint64               valija_smtp_connection_get_said       (ValijaSmtpConnection *self);
gboolean              valija_smtp_connection_may_be_out     (ValijaSmtpConnection *self, guint64 said);

/* Ends everything at once. */
void                  valija_smtp_connection_close          (ValijaSmtpConnection *self);

G_END_DECLS
