/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "model/valija-progress.h"
#include "net/valija-stream.h"
#include "wire/pop3/valija-pop3-parser.h"

G_BEGIN_DECLS

/* One socket of POP3: owns stream, parser and command queue, reads with one outstanding read, and fails everybody
 * when it ends. Signal: "ended" (). */
#define VALIJA_TYPE_POP3_CONNECTION (valija_pop3_connection_get_type ())
G_DECLARE_FINAL_TYPE (ValijaPop3Connection, valija_pop3_connection, VALIJA, POP3_CONNECTION, GObject)

/* What the server answered to one command. */
typedef struct
{
  grefcount ref_count;
  gboolean ok;
  gboolean challenge;       /* neither yes nor no: @text is base64 (RFC 5034) */
  char *text;               /* the status line behind +OK or -ERR, valid UTF-8 */
  GBytes *content;          /* nullable: the message */
} ValijaPop3Reply;

#define VALIJA_TYPE_POP3_REPLY (valija_pop3_reply_get_type ())

/* The count is not atomic: main context only. */
GType            valija_pop3_reply_get_type (void) G_GNUC_CONST;
ValijaPop3Reply *valija_pop3_reply_ref      (ValijaPop3Reply *self);
void             valija_pop3_reply_unref    (ValijaPop3Reply *self);

/* Called for each line of a list as it arrives. Must not call the connection. */
typedef void (*ValijaPop3LineFunc) (const char *line, gsize length, gpointer user_data);

/* What is to be asked. @bytes: (transfer full) nullable: only an answer is awaited (the greeting). */
typedef struct
{
  GBytes *bytes;
  gboolean secret;          /* not for the transcript */
  gboolean last;            /* reading stops behind the answer: what comes next is TLS */
  ValijaPop3Shape shape;
  ValijaPop3LineFunc line_func;   /* nullable */
  gpointer line_data;
  GDestroyNotify line_destroy;
  guint64 content_limit;    /* of CONTENT, in bytes */
  guint64 content_size;     /* as the server says, 0 unknown; for @progress alone */
  ValijaProgress *progress; /* nullable: told how much of CONTENT has come */
  guint number;             /* of the message whose whole CONTENT it is, 0 for none */
  gboolean cut_content;     /* what is beyond the limit is dropped; else it is VALIJA_ERROR_LIMIT, and all goes on */
} ValijaPop3Request;

/* @timeout: seconds of silence. @transcript: (nullable). Without pipelining (RFC 2449 §6.6) each command waits for
 * the answer to the one before. A connection is alive until something failed or it was closed. */
ValijaPop3Connection *valija_pop3_connection_new            (ValijaStream *stream, ValijaTranscript *transcript,
                                                             guint timeout) G_GNUC_WARN_UNUSED_RESULT;
void                  valija_pop3_connection_set_pipelining (ValijaPop3Connection *self, gboolean pipelining);
gboolean              valija_pop3_connection_is_alive       (ValijaPop3Connection *self);

/**
 * valija_pop3_connection_run:
 * @request: copied; what it points to is taken over
 *
 * Queues a command. Dropping the future drops a command that was not sent; one that was sent completes, and its
 * answer goes nowhere.
 *
 * Returns: (transfer full): a future that resolves to ValijaPop3Reply (boxed), also for -ERR; it rejects only when
 * the connection ends or the
 *   message cannot be kept
 */
DexFuture            *valija_pop3_connection_run            (ValijaPop3Connection    *self,
                                                             const ValijaPop3Request *request)
                                                             G_GNUC_WARN_UNUSED_RESULT;

/* What somebody has asked for already, the message @number, for others as well: as of _run(), and no second time on the
 * line. @progress (nullable) is told, unless another one is. (nullable): nobody has asked for it. */
DexFuture            *valija_pop3_connection_join           (ValijaPop3Connection *self, guint number,
                                                             ValijaProgress *progress) G_GNUC_WARN_UNUSED_RESULT;

/* The first @octets of it, or all, for who does not want to wait for the rest: resolves to GBytes as soon as they are
 * here. (nullable): the same. */
DexFuture            *valija_pop3_connection_peek           (ValijaPop3Connection *self, guint number,
                                                             gsize octets) G_GNUC_WARN_UNUSED_RESULT;

/* After the answer to a request that was `last`. Resolves to TRUE; rejects with NO_STARTTLS when the server said
 * more before the handshake. */
DexFuture            *valija_pop3_connection_start_tls      (ValijaPop3Connection *self) G_GNUC_WARN_UNUSED_RESULT;

/* Ends everything at once. */
void                  valija_pop3_connection_close          (ValijaPop3Connection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaPop3Reply, valija_pop3_reply_unref)

G_END_DECLS
