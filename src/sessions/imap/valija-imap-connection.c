/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-connection.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "base/valija-secret.h"
#include "sessions/imap/valija-imap-error.h"
#include "sessions/imap/valija-imap-input.h"
#include "sessions/imap/valija-imap-queue.h"

struct _ValijaImapConnection
{
  GObject parent_instance;

  ValijaStream *stream;
  ValijaTranscript *transcript;  /* nullable */
  ValijaImapInput *input;
  ValijaImapQueue *queue;
  guint timeout;
  ValijaImapMode mode;
  ValijaImapWatchFunc watch;
  gpointer watch_data;
  DexPromise *greeting;          /* nullable: it is waited for */
  gint64 round_trip;             /* the least of all commands, in microseconds */
  GError *failure;               /* nullable: it is closed */
};

G_DEFINE_FINAL_TYPE (ValijaImapConnection, valija_imap_connection, G_TYPE_OBJECT)

enum
{
  CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
update_timeout (ValijaImapConnection *self)
{
  gboolean asked = self->greeting != NULL || valija_imap_queue_owes (self->queue);

  if (!valija_stream_is_closed (self->stream))
    valija_stream_set_timeout (self->stream, asked ? self->timeout : 0);
}

/* Mail is none of the transcript's business. */
static void
update_transcript (ValijaImapConnection *self)
{
  if (self->transcript != NULL)
    valija_transcript_set_content (self->transcript, valija_imap_queue_count_contents (self->queue) > 0);
}

static void
close_stream (gpointer data)
{
  g_autoptr(ValijaStream) stream = data;

  valija_stream_close (stream);
}

/* Ends the connection because of @error (transfer full). */
static void
fail (ValijaImapConnection *self,
      GError               *error)
{
  g_autoptr(ValijaImapConnection) alive = g_object_ref (self);

  if (self->failure != NULL)
    {
      g_error_free (error);
      return;
    }

  self->failure = error;
  valija_imap_input_end (self->input);
  if (self->transcript != NULL)
    valija_transcript_set_content (self->transcript, FALSE);
  valija_later (close_stream, g_object_ref (self->stream));

  valija_promise_fail (&self->greeting, error);
  valija_imap_queue_fail (self->queue, error);
  g_signal_emit (self, signals[CLOSED], 0);
}

/* Writes up to the next place where the server has its say. */
static void
write_segments (ValijaImapConnection *self,
                ValijaImapJob        *job)
{
  while (job->next_segment < job->segments->len)
    {
      ValijaImapSegment *segment = g_ptr_array_index (job->segments, job->next_segment++);

      /* Whether it got there is told by the answer, or by the read that ends */
      valija_future_forget (
          valija_stream_write (self->stream, segment->bytes, valija_imap_command_is_secret (job->command)),
          "imap write");
      if (segment->wait)
        return;
    }
}

static void
submit (ValijaImapConnection *self)
{
  ValijaImapJob *job;

  while (self->greeting == NULL && !valija_imap_input_is_stopped (self->input) &&
         (job = valija_imap_queue_start (self->queue, self->mode)) != NULL)
    {
      update_transcript (self);
      job->sent = g_get_monotonic_time ();
      write_segments (self, job);
    }

  update_timeout (self);
}

static ValijaErrorCode
get_refusal (ValijaImapJob *job)
{
  if ((job->flags & VALIJA_IMAP_RUN_FOLDER) != 0)
    return VALIJA_ERROR_NOT_FOUND;

  return (job->flags & VALIJA_IMAP_RUN_SIGN_IN) != 0 ? VALIJA_ERROR_AUTHENTICATION : VALIJA_ERROR_REFUSED;
}

static void
finish_job (ValijaImapConnection *self,
            ValijaImapJob        *job,
            ValijaImapResponse   *response)
{
  if (job->respond != NULL)
    job->respond (response, job->user_data);

  if (valija_imap_response_get_kind (response) == VALIJA_IMAP_RESPONSE_OK)
    {
      if ((job->flags & VALIJA_IMAP_RUN_STOP) != 0)
        valija_imap_input_stop (self->input);
      valija_promise_fulfil (&job->promise);
    }
  else
    {
      g_autoptr(GError) error = valija_imap_error_from_response (response, get_refusal (job));

      if ((job->flags & VALIJA_IMAP_RUN_OPEN) != 0)
        valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_OPEN_FOLDER);
      valija_promise_fail (&job->promise, error);
    }

  valija_imap_job_free (job);
}

static void
handle_tagged (ValijaImapConnection *self,
               ValijaImapResponse   *response)
{
  ValijaImapJob *job = valija_imap_queue_finish (self->queue, valija_imap_response_get_tag (response));
  GError *error = NULL;

  if (job == NULL)
    {
      valija_error_set_server (&error, VALIJA_ERROR_PROTOCOL, valija_imap_response_get_text (response),
                               _("The server answered a question that nobody asked."));
      fail (self, error);
      return;
    }

  /* What is untagged may be no answer */
  self->round_trip = MIN (self->round_trip, g_get_monotonic_time () - job->sent);
  if (self->watch != NULL)
    self->watch (response, self->watch_data);
  update_transcript (self);
  finish_job (self, job, response);
  submit (self);
}

static void
handle_continuation (ValijaImapConnection *self,
                     ValijaImapResponse   *response)
{
  ValijaImapJob *job = valija_imap_queue_get_last (self->queue);

  if (job == NULL)
    return;

  if (job->next_segment < job->segments->len)
    {
      write_segments (self, job);
      submit (self);
    }
  else if (job->proceed != NULL)
    job->proceed (valija_imap_response_get_text (response), job->user_data);
}

static void
handle_greeting (ValijaImapConnection *self,
                 ValijaImapResponse   *response)
{
  ValijaImapResponseKind kind = valija_imap_response_get_kind (response);
  GError *error = NULL;

  if (kind == VALIJA_IMAP_RESPONSE_BYE)
    {
      fail (self, valija_imap_error_from_response (response, VALIJA_ERROR_DISCONNECTED));
      return;
    }
  if (valija_imap_response_get_tag (response) != NULL ||
      (kind != VALIJA_IMAP_RESPONSE_OK && kind != VALIJA_IMAP_RESPONSE_PREAUTH))
    {
      valija_error_set (&error, VALIJA_ERROR_PROTOCOL, _("The server does not greet as an IMAP server does."));
      fail (self, error);
      return;
    }

  if (self->watch != NULL)
    self->watch (response, self->watch_data);
  valija_promise_resolve_boolean (self->greeting, kind == VALIJA_IMAP_RESPONSE_PREAUTH);
  dex_clear (&self->greeting);
  submit (self);
}

static gboolean
is_saying_goodbye (ValijaImapConnection *self)
{
  ValijaImapJob *job = valija_imap_queue_get_last (self->queue);

  return job != NULL && strcmp (valija_imap_command_get_name (job->command), "LOGOUT") == 0;
}

static void
handle_untagged (ValijaImapConnection *self,
                 ValijaImapResponse   *response)
{
  if (self->watch != NULL)
    self->watch (response, self->watch_data);

  if (valija_imap_response_get_kind (response) == VALIJA_IMAP_RESPONSE_BYE && !is_saying_goodbye (self))
    {
      fail (self, valija_imap_error_from_response (response, VALIJA_ERROR_DISCONNECTED));
      return;
    }

  valija_imap_queue_show (self->queue, response);
}

static void
respond_cb (ValijaImapResponse *response,
            gpointer            owner)
{
  ValijaImapConnection *self = owner;

  if (self->greeting != NULL)
    handle_greeting (self, response);
  else if (valija_imap_response_get_kind (response) == VALIJA_IMAP_RESPONSE_CONTINUE)
    handle_continuation (self, response);
  else if (valija_imap_response_get_tag (response) != NULL)
    handle_tagged (self, response);
  else
    handle_untagged (self, response);
}

static void
fail_cb (GError   *error,
         gpointer  owner)
{
  fail (owner, error);
}

static void
valija_imap_connection_dispose (GObject *object)
{
  ValijaImapConnection *self = VALIJA_IMAP_CONNECTION (object);

  if (self->stream != NULL)
    valija_imap_connection_close (self);

  G_OBJECT_CLASS (valija_imap_connection_parent_class)->dispose (object);
}

static void
valija_imap_connection_finalize (GObject *object)
{
  ValijaImapConnection *self = VALIJA_IMAP_CONNECTION (object);

  g_clear_object (&self->stream);
  g_clear_pointer (&self->transcript, valija_transcript_unref);
  g_clear_pointer (&self->input, valija_imap_input_free);
  g_clear_pointer (&self->queue, valija_imap_queue_free);
  g_clear_error (&self->failure);

  G_OBJECT_CLASS (valija_imap_connection_parent_class)->finalize (object);
}

static void
valija_imap_connection_class_init (ValijaImapConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_imap_connection_dispose;
  object_class->finalize = valija_imap_connection_finalize;

  /**
   * ValijaImapConnection::closed:
   * @self: a connection
   *
   * It is of no use any more. Emitted once.
   */
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void
valija_imap_connection_init (ValijaImapConnection *self)
{
  self->queue = valija_imap_queue_new ();
  self->round_trip = G_MAXINT64;
}

ValijaImapConnection *
valija_imap_connection_new (ValijaStream     *stream,
                            ValijaTranscript *transcript,
                            guint             timeout)
{
  ValijaImapConnection *self = g_object_new (VALIJA_TYPE_IMAP_CONNECTION, NULL);

  self->stream = g_object_ref (stream);
  self->transcript = transcript != NULL ? valija_transcript_ref (transcript) : NULL;
  self->timeout = timeout;
  self->input = valija_imap_input_new (stream, respond_cb, fail_cb, G_OBJECT (self));

  return self;
}

void
valija_imap_connection_set_watch (ValijaImapConnection *self,
                                  ValijaImapWatchFunc   watch,
                                  gpointer              user_data)
{
  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  self->watch = watch;
  self->watch_data = user_data;
}

void
valija_imap_connection_set_mode (ValijaImapConnection *self,
                                 ValijaImapMode        mode)
{
  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  self->mode = mode;
}

void
valija_imap_connection_set_progress (ValijaImapConnection *self,
                                     ValijaProgress       *progress)
{
  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  valija_imap_input_set_progress (self->input, progress);
}

void
valija_imap_connection_drop_progress (ValijaImapConnection *self,
                                      ValijaProgress       *progress)
{
  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  if (valija_imap_input_get_progress (self->input) == progress)
    valija_imap_input_set_progress (self->input, NULL);
}

guint
valija_imap_connection_count_mail (ValijaImapConnection *self)
{
  g_return_val_if_fail (VALIJA_IS_IMAP_CONNECTION (self), 0);

  return valija_imap_queue_count_contents (self->queue);
}

DexFuture *
valija_imap_connection_greet (ValijaImapConnection *self)
{
  DexFuture *future;

  dex_return_error_if_fail (VALIJA_IS_IMAP_CONNECTION (self));
  dex_return_error_if_fail (self->greeting == NULL);

  if (self->failure != NULL)
    return dex_future_new_for_error (g_error_copy (self->failure));

  self->greeting = dex_promise_new_cancellable ();
  future = DEX_FUTURE (dex_ref (self->greeting));
  update_timeout (self);
  valija_imap_input_run (self->input);

  return future;
}

DexFuture *
valija_imap_connection_run (ValijaImapConnection  *self,
                            ValijaImapCommand     *command,
                            ValijaImapRunFlags     flags,
                            ValijaImapResponseFunc respond,
                            ValijaImapContinueFunc proceed,
                            gpointer               user_data,
                            GDestroyNotify         destroy)
{
  DexFuture *future;
  ValijaImapJob *job;

  dex_return_error_if_fail (VALIJA_IS_IMAP_CONNECTION (self));
  dex_return_error_if_fail (command != NULL);

  job = valija_imap_job_new (command, flags, respond, proceed, user_data, destroy);
  future = DEX_FUTURE (dex_ref (job->promise));

  if (self->failure != NULL)
    {
      valija_promise_fail (&job->promise, self->failure);
      valija_imap_job_free (job);
      return future;
    }

  valija_imap_queue_push (self->queue, job);
  submit (self);

  return future;
}

void
valija_imap_connection_continue (ValijaImapConnection *self,
                                 const char           *line,
                                 gssize                length,
                                 gboolean              secret)
{
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(ValijaSecret) octets = NULL;
  ValijaImapJob *job;

  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  job = valija_imap_queue_get_last (self->queue);
  if (self->failure != NULL || job == NULL || (job->flags & VALIJA_IMAP_RUN_ALONE) == 0)
    return;

  octets = valija_secret_new_joined ("", 0, line, length < 0 ? strlen (line) : (gsize) length, "\r\n");
  bytes = valija_secret_to_bytes (octets);

  valija_imap_queue_end_patience (self->queue, job);
  update_timeout (self);
  valija_future_forget (valija_stream_write (self->stream, bytes, secret), "imap write");
}

static DexFuture *
tls_started_cb (DexFuture *future,
                gpointer   user_data)
{
  ValijaImapConnection *self = user_data;
  GError *error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    {
      fail (self, g_error_copy (error));
      return dex_future_new_for_error (error);
    }

  /* Nothing of what was said in clear is left */
  valija_imap_input_resume (self->input);

  return NULL;
}

DexFuture *
valija_imap_connection_start_tls (ValijaImapConnection *self)
{
  dex_return_error_if_fail (VALIJA_IS_IMAP_CONNECTION (self));
  dex_return_error_if_fail (valija_imap_input_is_stopped (self->input));

  return dex_future_finally (valija_stream_start_tls (self->stream, valija_imap_input_get_pending (self->input)),
                             tls_started_cb, g_object_ref (self), g_object_unref);
}

gboolean
valija_imap_connection_start_deflate (ValijaImapConnection *self,
                                      GError              **error)
{
  g_autoptr(GBytes) leftover = NULL;

  g_return_val_if_fail (VALIJA_IS_IMAP_CONNECTION (self), FALSE);
  g_return_val_if_fail (valija_imap_input_is_stopped (self->input), FALSE);

  if (self->failure != NULL)
    {
      g_propagate_error (error, g_error_copy (self->failure));
      return FALSE;
    }

  leftover = valija_imap_input_steal_pending (self->input);
  if (!valija_stream_start_deflate (self->stream, leftover, error))
    return FALSE;

  valija_imap_input_resume (self->input);
  submit (self);

  return TRUE;
}

void
valija_imap_connection_hold (ValijaImapConnection *self)
{
  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  valija_imap_input_hold (self->input);
}

void
valija_imap_connection_release (ValijaImapConnection *self)
{
  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  valija_imap_input_release (self->input);
}

DexFuture *
valija_imap_connection_log_out (ValijaImapConnection *self)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("LOGOUT");
  DexFuture *answer;
  gboolean idle;

  dex_return_error_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  idle = valija_imap_queue_is_empty (self->queue) && self->failure == NULL;
  answer = valija_imap_connection_run (self, command, VALIJA_IMAP_RUN_LAST, NULL, NULL, NULL, NULL);
  if (!idle)
    return answer;

  valija_future_forget (answer, "imap logout");

  return valija_stream_flush (self->stream);
}

void
valija_imap_connection_close (ValijaImapConnection *self)
{
  GError *error = NULL;

  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  if (self->failure != NULL)
    return;

  valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection to %s is closed."),
                    valija_stream_get_host (self->stream));
  fail (self, error);
}

gboolean
valija_imap_connection_is_closed (ValijaImapConnection *self)
{
  g_return_val_if_fail (VALIJA_IS_IMAP_CONNECTION (self), TRUE);

  return self->failure != NULL;
}

ValijaStream *
valija_imap_connection_get_stream (ValijaImapConnection *self)
{
  g_return_val_if_fail (VALIJA_IS_IMAP_CONNECTION (self), NULL);

  return self->stream;
}

gint64
valija_imap_connection_get_round_trip (ValijaImapConnection *self)
{
  g_return_val_if_fail (VALIJA_IS_IMAP_CONNECTION (self), G_MAXINT64);

  return MIN (self->round_trip, valija_stream_get_round_trip (self->stream));
}
