/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/smtp/valija-smtp-connection.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "wire/smtp/valija-smtp-parser.h"

#include <glib/gi18n-lib.h>

/* RFC 5321 §4.5.3.2.6 wants ten minutes for the answer to a message, as giving up makes it uncertain; other answers
 * are quick. */
#define PATIENCE 5

typedef struct
{
  ValijaSmtpRequest request;
  DexPromise *promise;
} Command;

struct _ValijaSmtpConnection
{
  GObject parent_instance;

  ValijaStream *stream;
  ValijaSmtpParser *parser;
  guint timeout;
  GQueue pending;           /* of Command: not sent */
  GQueue in_flight;         /* of Command: sent, not answered */
  guint64 said;             /* octets that the stream was given */
  GError *error;            /* nullable: why it is over */
  gboolean pipelining;
  gboolean held;            /* between the last answer in clear and TLS */
};

enum
{
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ValijaSmtpConnection, valija_smtp_connection, G_TYPE_OBJECT)

static void read_more (ValijaSmtpConnection *self);

static void
command_free (Command *command)
{
  g_clear_pointer (&command->request.bytes, g_bytes_unref);
  g_clear_pointer (&command->request.content, g_bytes_unref);
  dex_unref (command->promise);
  g_free (command);
}

static void
fail (ValijaSmtpConnection *self,
      const GError         *error)
{
  g_autoptr(ValijaSmtpConnection) alive = g_object_ref (self);
  Command *command;

  if (self->error != NULL)
    return;

  self->error = g_error_copy (error);
  valija_stream_close (self->stream);

  while ((command = g_queue_pop_head (&self->in_flight)) != NULL ||
         (command = g_queue_pop_head (&self->pending)) != NULL)
    {
      valija_promise_reject (command->promise, g_error_copy (self->error));
      command_free (command);
    }

  g_signal_emit (self, signals[ENDED], 0);
}

/* A server that owes nothing may be silent for as long as it likes. */
static void
update_timeout (ValijaSmtpConnection *self)
{
  Command *awaited = g_queue_peek_head (&self->in_flight);

  if (awaited == NULL)
    valija_stream_set_timeout (self->stream, 0);
  else
    valija_stream_set_timeout (self->stream, awaited->request.patient ? self->timeout * PATIENCE : self->timeout);
}

static DexFuture *
write_bytes (ValijaSmtpConnection *self,
             GBytes               *bytes,
             gboolean              secret)
{
  self->said += g_bytes_get_size (bytes);

  return valija_stream_write (self->stream, bytes, secret);
}

static void
send_pending (ValijaSmtpConnection *self)
{
  while (!self->held && !g_queue_is_empty (&self->pending) && (self->pipelining || g_queue_is_empty (&self->in_flight)))
    {
      Command *command = g_queue_pop_head (&self->pending);

      if (g_cancellable_is_cancelled (dex_promise_get_cancellable (command->promise)))
        {
          command_free (command);
          continue;
        }

      g_queue_push_tail (&self->in_flight, command);
      update_timeout (self);

      /* When writing fails reading does as well, and tells more: the server's last words */
      if (command->request.bytes != NULL)
        valija_future_forget (write_bytes (self, command->request.bytes, command->request.secret), "SMTP write");
      if (command->request.content != NULL)
        valija_future_forget (write_bytes (self, command->request.content, TRUE), "SMTP write");
    }
}

static void
handle_reply (ValijaSmtpConnection *self,
              ValijaSmtpReply      *reply)
{
  Command *command = g_queue_pop_head (&self->in_flight);

  /* Nothing was asked: the server's goodbye (421), or a message that it does not want to hear to its end */
  if (command == NULL)
    {
      g_autoptr(GError) error = NULL;

      valija_smtp_reply_set_error (reply, VALIJA_SMTP_AT_MESSAGE, &error);
      fail (self, error);
      return;
    }

  self->held = command->request.last && valija_smtp_reply_is_ok (reply);
  update_timeout (self);
  valija_promise_resolve_boxed (command->promise, VALIJA_TYPE_SMTP_REPLY, valija_smtp_reply_ref (reply));
  command_free (command);
}

/* All that is there already. Stops at the last answer before TLS: what follows it must not be looked at. */
static void
handle_replies (ValijaSmtpConnection *self)
{
  g_autoptr(GError) error = NULL;
  ValijaSmtpParserStatus status = VALIJA_SMTP_REPLY;

  while (self->error == NULL && !self->held && status == VALIJA_SMTP_REPLY)
    {
      g_autoptr(ValijaSmtpReply) reply = NULL;

      status = valija_smtp_parser_next (self->parser, &reply, &error);
      if (status == VALIJA_SMTP_REPLY)
        handle_reply (self, reply);
      else if (status == VALIJA_SMTP_FAILED)
        fail (self, error);
    }

  if (self->error == NULL)
    send_pending (self);
}

static void
read_cb (DexFuture *future,
         gpointer   owner)
{
  g_autoptr(ValijaSmtpConnection) self = g_object_ref (owner);
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  GBytes *bytes;

  if (value == NULL)
    {
      fail (self, error);
      return;
    }

  bytes = g_value_get_boxed (value);
  if (g_bytes_get_size (bytes) == 0)
    {
      valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The server closed the connection."));
      fail (self, error);
      return;
    }

  valija_smtp_parser_feed (self->parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  handle_replies (self);
  if (self->error == NULL && !self->held)
    read_more (self);
}

static void
read_more (ValijaSmtpConnection *self)
{
  valija_future_then (valija_stream_read (self->stream), self, read_cb);
}

static void
valija_smtp_connection_dispose (GObject *object)
{
  ValijaSmtpConnection *self = VALIJA_SMTP_CONNECTION (object);

  valija_smtp_connection_close (self);

  G_OBJECT_CLASS (valija_smtp_connection_parent_class)->dispose (object);
}

static void
valija_smtp_connection_finalize (GObject *object)
{
  ValijaSmtpConnection *self = VALIJA_SMTP_CONNECTION (object);

  g_clear_pointer (&self->parser, valija_smtp_parser_free);
  g_clear_object (&self->stream);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (valija_smtp_connection_parent_class)->finalize (object);
}

static void
valija_smtp_connection_class_init (ValijaSmtpConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_smtp_connection_dispose;
  object_class->finalize = valija_smtp_connection_finalize;

  /**
   * ValijaSmtpConnection::ended:
   * @self: a connection
   *
   * It is over, for whatever reason; everybody who waited knows.
   */
  signals[ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
valija_smtp_connection_init (ValijaSmtpConnection *self)
{
  self->parser = valija_smtp_parser_new ();
  g_queue_init (&self->pending);
  g_queue_init (&self->in_flight);
}

/**
 * valija_smtp_connection_new:
 * @stream: a connected stream, of which nothing was read
 * @timeout: seconds that the server may be silent while it owes an answer
 *
 * Returns: (transfer full): a connection that begins to read
 */
ValijaSmtpConnection *
valija_smtp_connection_new (ValijaStream *stream,
                            guint         timeout)
{
  ValijaSmtpConnection *self;

  g_return_val_if_fail (VALIJA_IS_STREAM (stream), NULL);

  self = g_object_new (VALIJA_TYPE_SMTP_CONNECTION, NULL);
  self->stream = g_object_ref (stream);
  self->timeout = timeout;
  read_more (self);

  return self;
}

void
valija_smtp_connection_set_pipelining (ValijaSmtpConnection *self,
                                       gboolean              pipelining)
{
  g_return_if_fail (VALIJA_IS_SMTP_CONNECTION (self));

  self->pipelining = pipelining;
}

gboolean
valija_smtp_connection_is_alive (ValijaSmtpConnection *self)
{
  g_return_val_if_fail (VALIJA_IS_SMTP_CONNECTION (self), FALSE);

  return self->error == NULL;
}

DexFuture *
valija_smtp_connection_run (ValijaSmtpConnection    *self,
                            const ValijaSmtpRequest *request)
{
  Command *command;
  DexFuture *future;

  g_return_val_if_fail (VALIJA_IS_SMTP_CONNECTION (self), NULL);
  g_return_val_if_fail (request != NULL, NULL);

  command = g_new0 (Command, 1);
  command->request = *request;
  command->promise = dex_promise_new_cancellable ();

  future = valija_future_guard (dex_ref (DEX_FUTURE (command->promise)));

  if (self->error != NULL)
    {
      valija_promise_reject (command->promise, g_error_copy (self->error));
      command_free (command);
      return future;
    }

  g_queue_push_tail (&self->pending, command);
  send_pending (self);

  return future;
}

DexFuture *
valija_smtp_connection_write (ValijaSmtpConnection *self,
                              GBytes               *content)
{
  g_return_val_if_fail (VALIJA_IS_SMTP_CONNECTION (self), NULL);
  g_return_val_if_fail (g_queue_is_empty (&self->pending), NULL);

  if (self->error != NULL)
    return dex_future_new_for_error (g_error_copy (self->error));

  valija_stream_set_timeout (self->stream, self->timeout);

  return write_bytes (self, content, TRUE);
}

static DexFuture *
tls_started_cb (DexFuture *future,
                gpointer   user_data)
{
  ValijaSmtpConnection *self = user_data;

  /* Nothing of what was said in clear survives */
  g_clear_pointer (&self->parser, valija_smtp_parser_free);
  self->parser = valija_smtp_parser_new ();
  self->held = FALSE;
  read_more (self);
  send_pending (self);

  return dex_ref (future);
}

DexFuture *
valija_smtp_connection_start_tls (ValijaSmtpConnection *self)
{
  g_return_val_if_fail (VALIJA_IS_SMTP_CONNECTION (self), NULL);
  g_return_val_if_fail (self->held, NULL);

  valija_stream_set_timeout (self->stream, self->timeout);

  return dex_future_then (valija_stream_start_tls (self->stream, valija_smtp_parser_get_unread (self->parser)),
                          tls_started_cb, g_object_ref (self), g_object_unref);
}

guint64
valija_smtp_connection_get_said (ValijaSmtpConnection *self)
{
  g_return_val_if_fail (VALIJA_IS_SMTP_CONNECTION (self), 0);

  return self->said;
}

gboolean
valija_smtp_connection_may_be_out (ValijaSmtpConnection *self,
                                   guint64               said)
{
  g_return_val_if_fail (VALIJA_IS_SMTP_CONNECTION (self), TRUE);

  return valija_stream_get_taken (self->stream) >= said;
}

void
valija_smtp_connection_close (ValijaSmtpConnection *self)
{
  g_autoptr(GError) error = NULL;

  g_return_if_fail (VALIJA_IS_SMTP_CONNECTION (self));

  valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
  fail (self, error);
}
