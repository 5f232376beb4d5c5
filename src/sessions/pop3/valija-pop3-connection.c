/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-connection.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "base/valija-spool.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  ValijaPop3Request request;
  DexPromise *promise;
  ValijaPop3Reply *reply;   /* nullable until the status line is there */
  ValijaSpool *spool;       /* nullable: while content arrives */
  guint64 n_content;
  GError *error;            /* nullable: the content could not be kept; the rest of it is read and dropped */
  DexPromise *peek;         /* nullable: somebody waits for the first octets of it, … */
  gsize n_peek;             /* … as many */
} Command;

struct _ValijaPop3Connection
{
  GObject parent_instance;

  ValijaStream *stream;
  ValijaTranscript *transcript; /* nullable */
  ValijaPop3Parser *parser;
  guint timeout;
  GQueue pending;           /* of Command: not sent */
  GQueue in_flight;         /* of Command: sent, not answered to the end */
  guint n_content;          /* commands in flight whose answer is mail */
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

G_DEFINE_FINAL_TYPE (ValijaPop3Connection, valija_pop3_connection, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (ValijaPop3Reply, valija_pop3_reply, valija_pop3_reply_ref, valija_pop3_reply_unref)

static void read_more (ValijaPop3Connection *self);

ValijaPop3Reply *
valija_pop3_reply_ref (ValijaPop3Reply *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_pop3_reply_unref (ValijaPop3Reply *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->content, g_bytes_unref);
  g_free (self->text);
  g_free (self);
}

static ValijaPop3Reply *
reply_new (const ValijaPop3Event *event)
{
  ValijaPop3Reply *self = g_new0 (ValijaPop3Reply, 1);

  g_ref_count_init (&self->ref_count);
  self->ok = event->ok;
  self->challenge = event->type == VALIJA_POP3_CHALLENGE;
  self->text = g_utf8_make_valid (event->text, event->length);

  return self;
}

static void
command_free (Command *command)
{
  if (command->request.line_destroy != NULL)
    command->request.line_destroy (command->request.line_data);
  g_clear_pointer (&command->request.bytes, g_bytes_unref);
  g_clear_object (&command->request.progress);
  g_clear_pointer (&command->reply, valija_pop3_reply_unref);
  g_clear_pointer (&command->spool, valija_spool_free);
  g_clear_error (&command->error);
  dex_clear (&command->peek);
  dex_unref (command->promise);
  g_free (command);
}

/* Once; with what has come. */
static void
settle_peek (Command *command)
{
  g_autoptr(DexPromise) peek = g_steal_pointer (&command->peek);

  if (peek != NULL)
    valija_promise_resolve_boxed (peek, G_TYPE_BYTES,
                                  command->spool != NULL ? valija_spool_peek (command->spool, command->n_peek)
                                                         : g_bytes_new_static ("", 0));
}

static gboolean
is_given_up (const Command *command)
{
  return g_cancellable_is_cancelled (dex_promise_get_cancellable (command->promise));
}

static void
fail (ValijaPop3Connection *self,
      const GError         *error)
{
  g_autoptr(ValijaPop3Connection) alive = g_object_ref (self);
  Command *command;

  if (self->error != NULL)
    return;

  self->error = g_error_copy (error);
  valija_stream_close (self->stream);

  while ((command = g_queue_pop_head (&self->in_flight)) != NULL ||
         (command = g_queue_pop_head (&self->pending)) != NULL)
    {
      valija_promise_reject (command->promise, g_error_copy (self->error));
      if (command->peek != NULL)
        valija_promise_reject (command->peek, g_error_copy (self->error));
      command_free (command);
    }

  g_signal_emit (self, signals[ENDED], 0);
}

/* Mail is counted in the transcript and not written; so it must know before the first of it arrives. */
static void
count_content (ValijaPop3Connection *self,
               Command              *command,
               int                   change)
{
  if (command->request.shape != VALIJA_POP3_CONTENT)
    return;

  self->n_content += change;
  if (self->transcript != NULL && self->n_content == (change > 0 ? 1 : 0))
    valija_transcript_set_content (self->transcript, change > 0);
}

static void
send_pending (ValijaPop3Connection *self)
{
  while (!self->held && !g_queue_is_empty (&self->pending) && (self->pipelining || g_queue_is_empty (&self->in_flight)))
    {
      Command *command = g_queue_pop_head (&self->pending);

      if (is_given_up (command))
        {
          settle_peek (command);
          command_free (command);
          continue;
        }

      /* A server that owes nothing may be silent for as long as it likes */
      if (g_queue_is_empty (&self->in_flight))
        valija_stream_set_timeout (self->stream, self->timeout);
      g_queue_push_tail (&self->in_flight, command);
      count_content (self, command, 1);

      /* When writing fails reading does as well, and tells more: the server's last words */
      if (command->request.bytes != NULL)
        valija_future_forget (valija_stream_write (self->stream, command->request.bytes, command->request.secret),
                              "POP3 write");
    }
}

static void
complete (ValijaPop3Connection *self)
{
  Command *command = g_queue_pop_head (&self->in_flight);

  count_content (self, command, -1);
  if (g_queue_is_empty (&self->in_flight))
    valija_stream_set_timeout (self->stream, 0);
  self->held = command->request.last && command->reply->ok;

  settle_peek (command);
  if (command->spool != NULL && command->error == NULL)
    command->reply->content = valija_spool_finish (command->spool, &command->error);

  if (command->error != NULL)
    valija_promise_reject (command->promise, g_steal_pointer (&command->error));
  else
    valija_promise_resolve_boxed (command->promise, VALIJA_TYPE_POP3_REPLY, g_steal_pointer (&command->reply));

  command_free (command);
}

static void
tell_progress (Command *command)
{
  if (command->request.progress != NULL && !is_given_up (command))
    valija_progress_update (command->request.progress, command->n_content,
                            MAX (command->n_content, command->request.content_size));
}

static void
keep_content (Command    *command,
              const char *data,
              gsize       length)
{
  guint64 room = command->request.content_limit - command->n_content;

  if (command->request.cut_content && length > room)
    length = room;

  command->n_content += length;
  if (command->error == NULL && length > 0)
    valija_spool_append (command->spool, data, length, &command->error);
  if (command->n_content >= command->n_peek)
    settle_peek (command);
  tell_progress (command);
}

/* A status line with nothing asked for: only ever the server's goodbye. */
static void
fail_unasked (ValijaPop3Connection  *self,
              const ValijaPop3Event *event)
{
  g_autofree char *text = g_utf8_make_valid (event->text, event->length);
  g_autoptr(GError) error = NULL;

  valija_error_set_server (&error, event->ok ? VALIJA_ERROR_PROTOCOL : VALIJA_ERROR_DISCONNECTED, text,
                           _("The server ended the connection."));
  fail (self, error);
}

static void
handle_event (ValijaPop3Connection  *self,
              const ValijaPop3Event *event)
{
  Command *command = g_queue_peek_head (&self->in_flight);

  if (command == NULL)
    {
      fail_unasked (self, event);
      return;
    }

  switch (event->type)
    {
    case VALIJA_POP3_STATUS:
    case VALIJA_POP3_CHALLENGE:
      command->reply = reply_new (event);
      if (!event->ok || command->request.shape == VALIJA_POP3_SINGLE)
        {
          complete (self);
          break;
        }

      valija_pop3_parser_expect (self->parser, command->request.shape);
      if (command->request.shape == VALIJA_POP3_CONTENT)
        command->spool = valija_spool_new (command->request.content_limit);
      break;

    case VALIJA_POP3_LINE:
      if (command->request.line_func != NULL)
        command->request.line_func (event->text, event->length, command->request.line_data);
      break;

    case VALIJA_POP3_CHUNK:
      keep_content (command, event->text, event->length);
      break;

    case VALIJA_POP3_END:
      complete (self);
      break;

    case VALIJA_POP3_NEED_MORE:
    case VALIJA_POP3_FAILED:
    default:
      g_assert_not_reached ();
    }
}

/* All that is there already. Stops at the last answer before TLS: what follows it must not be looked at. */
static void
handle_events (ValijaPop3Connection *self)
{
  ValijaPop3Event event;
  g_autoptr(GError) error = NULL;

  while (self->error == NULL && !self->held &&
         valija_pop3_parser_next (self->parser, &event, &error) != VALIJA_POP3_NEED_MORE)
    {
      if (event.type == VALIJA_POP3_FAILED)
        fail (self, error);
      else
        handle_event (self, &event);
    }

  if (self->error == NULL)
    send_pending (self);
}

static void
read_cb (DexFuture *future,
         gpointer   owner)
{
  g_autoptr(ValijaPop3Connection) self = g_object_ref (owner);
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

  valija_pop3_parser_feed (self->parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  handle_events (self);
  if (self->error == NULL && !self->held)
    read_more (self);
}

static void
read_more (ValijaPop3Connection *self)
{
  valija_future_then (valija_stream_read (self->stream), self, read_cb);
}

static void
valija_pop3_connection_dispose (GObject *object)
{
  ValijaPop3Connection *self = VALIJA_POP3_CONNECTION (object);

  valija_pop3_connection_close (self);

  G_OBJECT_CLASS (valija_pop3_connection_parent_class)->dispose (object);
}

static void
valija_pop3_connection_finalize (GObject *object)
{
  ValijaPop3Connection *self = VALIJA_POP3_CONNECTION (object);

  if (self->transcript != NULL && self->n_content > 0)
    valija_transcript_set_content (self->transcript, FALSE);
  g_clear_pointer (&self->transcript, valija_transcript_unref);
  g_clear_pointer (&self->parser, valija_pop3_parser_free);
  g_clear_object (&self->stream);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (valija_pop3_connection_parent_class)->finalize (object);
}

static void
valija_pop3_connection_class_init (ValijaPop3ConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_pop3_connection_dispose;
  object_class->finalize = valija_pop3_connection_finalize;

  /**
   * ValijaPop3Connection::ended:
   * @self: a connection
   *
   * It is over, for whatever reason; everybody who waited knows.
   */
  signals[ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
valija_pop3_connection_init (ValijaPop3Connection *self)
{
  self->parser = valija_pop3_parser_new ();
  g_queue_init (&self->pending);
  g_queue_init (&self->in_flight);
}

/**
 * valija_pop3_connection_new:
 * @stream: a connected stream, of which nothing was read
 * @transcript: (nullable): to be told when mail begins and ends
 * @timeout: seconds that the server may be silent while it owes an answer
 *
 * Returns: (transfer full): a connection that begins to read
 */
ValijaPop3Connection *
valija_pop3_connection_new (ValijaStream     *stream,
                            ValijaTranscript *transcript,
                            guint             timeout)
{
  ValijaPop3Connection *self;

  g_return_val_if_fail (VALIJA_IS_STREAM (stream), NULL);

  self = g_object_new (VALIJA_TYPE_POP3_CONNECTION, NULL);
  self->stream = g_object_ref (stream);
  if (transcript != NULL)
    self->transcript = valija_transcript_ref (transcript);
  self->timeout = timeout;
  read_more (self);

  return self;
}

void
valija_pop3_connection_set_pipelining (ValijaPop3Connection *self,
                                       gboolean              pipelining)
{
  g_return_if_fail (VALIJA_IS_POP3_CONNECTION (self));

  self->pipelining = pipelining;
}

gboolean
valija_pop3_connection_is_alive (ValijaPop3Connection *self)
{
  g_return_val_if_fail (VALIJA_IS_POP3_CONNECTION (self), FALSE);

  return self->error == NULL;
}

static DexFuture *
wait_for (Command *command)
{
  return valija_future_guard (dex_ref (DEX_FUTURE (command->promise)));
}

DexFuture *
valija_pop3_connection_run (ValijaPop3Connection    *self,
                            const ValijaPop3Request *request)
{
  Command *command;
  DexFuture *future;

  g_return_val_if_fail (VALIJA_IS_POP3_CONNECTION (self), NULL);
  g_return_val_if_fail (request != NULL, NULL);

  command = g_new0 (Command, 1);
  command->request = *request;
  command->promise = dex_promise_new_cancellable ();
  future = wait_for (command);

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

static int
compare_wanted (gconstpointer data,
                gconstpointer number)
{
  const Command *command = data;

  return command->request.number == GPOINTER_TO_UINT (number) && !is_given_up (command) ? 0 : 1;
}

/* (nullable) */
static Command *
find_command (ValijaPop3Connection *self,
              guint                 number)
{
  GList *link;

  if (!(link = g_queue_find_custom (&self->in_flight, GUINT_TO_POINTER (number), compare_wanted)))
    link = g_queue_find_custom (&self->pending, GUINT_TO_POINTER (number), compare_wanted);

  return link != NULL ? link->data : NULL;
}

DexFuture *
valija_pop3_connection_join (ValijaPop3Connection *self,
                             guint                 number,
                             ValijaProgress       *progress)
{
  Command *command;

  g_return_val_if_fail (VALIJA_IS_POP3_CONNECTION (self), NULL);
  g_return_val_if_fail (number != 0, NULL);

  if (!(command = find_command (self, number)))
    return NULL;

  if (command->request.progress == NULL)
    g_set_object (&command->request.progress, progress);
  tell_progress (command);

  return wait_for (command);
}

DexFuture *
valija_pop3_connection_peek (ValijaPop3Connection *self,
                             guint                 number,
                             gsize                 octets)
{
  Command *command;
  DexFuture *future;

  g_return_val_if_fail (VALIJA_IS_POP3_CONNECTION (self), NULL);
  g_return_val_if_fail (number != 0, NULL);

  if (!(command = find_command (self, number)))
    return NULL;

  if (command->peek == NULL)
    command->peek = dex_promise_new ();
  command->n_peek = octets;
  future = dex_ref (DEX_FUTURE (command->peek));
  if (command->n_content >= octets)
    settle_peek (command);

  return future;
}

static DexFuture *
tls_started_cb (DexFuture *future,
                gpointer   user_data)
{
  ValijaPop3Connection *self = user_data;

  /* Nothing of what was said in clear survives */
  g_clear_pointer (&self->parser, valija_pop3_parser_free);
  self->parser = valija_pop3_parser_new ();
  self->held = FALSE;
  read_more (self);
  send_pending (self);

  return dex_ref (future);
}

DexFuture *
valija_pop3_connection_start_tls (ValijaPop3Connection *self)
{
  g_return_val_if_fail (VALIJA_IS_POP3_CONNECTION (self), NULL);
  g_return_val_if_fail (self->held, NULL);

  valija_stream_set_timeout (self->stream, self->timeout);

  return dex_future_then (valija_stream_start_tls (self->stream, valija_pop3_parser_get_unread (self->parser)),
                          tls_started_cb, g_object_ref (self), g_object_unref);
}

void
valija_pop3_connection_close (ValijaPop3Connection *self)
{
  g_autoptr(GError) error = NULL;

  g_return_if_fail (VALIJA_IS_POP3_CONNECTION (self));

  valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
  fail (self, error);
}
