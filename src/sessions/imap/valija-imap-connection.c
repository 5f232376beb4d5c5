/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-connection.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "base/valija-secret.h"
#include "base/valija-spool.h"
#include "sessions/imap/valija-imap-error.h"

/* More than that in flight gains nothing, and some servers stop reading */
#define IN_FLIGHT_LIMIT 64
/* One message; the parser's own limit is above it */
#define SPOOL_LIMIT (G_GUINT64_CONSTANT (1) << 30)
/* Reads that a layer answered at once, before the main loop gets its turn */
#define READS_IN_A_ROW 4

typedef struct
{
  ValijaImapCommand *command;
  ValijaImapRunFlags flags;
  ValijaImapResponseFunc respond;
  ValijaImapContinueFunc proceed;
  gpointer user_data;
  GDestroyNotify destroy;
  DexPromise *promise;
  char tag[16];
  gint64 sent;
  GPtrArray *segments;   /* of ValijaImapSegment; NULL before it is sent */
  guint next_segment;
} Job;

struct _ValijaImapConnection
{
  GObject parent_instance;

  ValijaStream *stream;
  ValijaTranscript *transcript;
  ValijaImapParser *parser;
  guint timeout;
  ValijaImapMode mode;
  ValijaImapWatchFunc watch;
  gpointer watch_data;
  DexPromise *greeting;
  GQueue pending;        /* of Job, not sent */
  GQueue in_flight;      /* of Job, sent or being sent, oldest first */
  GPtrArray *spools;     /* of ValijaSpool: large literals of the response that is coming */
  guint64 n_literal;     /* octets of the last of them that have come */
  ValijaProgress *progress;  /* nullable */
  guint last_tag;
  guint holds;
  guint n_contents;      /* jobs in flight with VALIJA_IMAP_RUN_CONTENT */
  guint n_patient;
  guint n_spelling;
  gint64 round_trip;     /* the least of all commands, in microseconds */
  gboolean reading;
  gboolean stopped;      /* another layer is to begin */
  GSource *resume;
  GError *failure;
};

G_DEFINE_FINAL_TYPE (ValijaImapConnection, valija_imap_connection, G_TYPE_OBJECT)

enum
{
  CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void pump (ValijaImapConnection *self);
static void submit (ValijaImapConnection *self);

static void
job_free (Job *job)
{
  if (job->destroy != NULL)
    job->destroy (job->user_data);
  valija_imap_command_unref (job->command);
  g_clear_pointer (&job->segments, g_ptr_array_unref);
  dex_clear (&job->promise);
  g_free (job);
}

static void
update_timeout (ValijaImapConnection *self)
{
  gboolean asked = self->greeting != NULL || self->in_flight.length > self->n_patient;

  if (!valija_stream_is_closed (self->stream))
    valija_stream_set_timeout (self->stream, asked ? self->timeout : 0);
}

/* Once a job is neither pending nor in flight its promise is settled. */
static void
count_job (ValijaImapConnection *self,
           Job                  *job,
           int                   step)
{
  if ((job->flags & VALIJA_IMAP_RUN_PATIENT) != 0)
    self->n_patient += step;

  if ((job->flags & VALIJA_IMAP_RUN_SPELLING) != 0)
    self->n_spelling += step;

  if ((job->flags & VALIJA_IMAP_RUN_CONTENT) != 0)
    {
      self->n_contents += step;
      if (self->transcript != NULL)
        valija_transcript_set_content (self->transcript, self->n_contents > 0);
    }
}

static void
reject_all (GQueue       *jobs,
            const GError *error)
{
  Job *job;

  while ((job = g_queue_pop_head (jobs)) != NULL)
    {
      valija_promise_fail (&job->promise, error);
      job_free (job);
    }
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
  GQueue in_flight = self->in_flight;
  GQueue pending = self->pending;

  if (self->failure != NULL)
    {
      g_error_free (error);
      return;
    }

  self->failure = error;
  if (self->n_contents > 0 && self->transcript != NULL)
    valija_transcript_set_content (self->transcript, FALSE);
  g_queue_init (&self->in_flight);
  g_queue_init (&self->pending);
  valija_later (close_stream, g_object_ref (self->stream));

  valija_promise_fail (&self->greeting, error);
  reject_all (&in_flight, error);
  reject_all (&pending, error);
  g_signal_emit (self, signals[CLOSED], 0);
}

/* Writes up to the next place where the server has its say. */
static void
write_segments (ValijaImapConnection *self,
                Job                  *job)
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

static gboolean
is_submittable (ValijaImapConnection *self,
                Job                  *job)
{
  Job *last = g_queue_peek_tail (&self->in_flight);

  if (self->greeting != NULL || self->stopped)
    return FALSE;
  if (last == NULL)
    return TRUE;
  if ((job->flags & VALIJA_IMAP_RUN_ALONE) != 0 || self->in_flight.length >= IN_FLIGHT_LIMIT)
    return FALSE;
  if (self->n_spelling > 0 && valija_imap_command_has_other_spelling (job->command))
    return FALSE;

  /* Nothing may come between a literal, or a dialogue, and its command */
  return last->next_segment == last->segments->len &&
         (last->flags & (VALIJA_IMAP_RUN_ALONE | VALIJA_IMAP_RUN_LAST)) == 0;
}

static void
submit (ValijaImapConnection *self)
{
  Job *job;

  while ((job = g_queue_peek_head (&self->pending)) != NULL)
    {
      g_autoptr(GError) error = NULL;

      if (!valija_promise_is_wanted (job->promise))
        {
          g_queue_pop_head (&self->pending);
          job_free (job);
          continue;
        }
      if (!is_submittable (self, job))
        break;

      g_queue_pop_head (&self->pending);
      g_snprintf (job->tag, sizeof job->tag, "V%u", ++self->last_tag);
      job->segments = valija_imap_command_serialize (job->command, job->tag, self->mode, &error);
      if (job->segments == NULL)
        {
          valija_promise_fail (&job->promise, error);
          job_free (job);
          continue;
        }

      g_queue_push_tail (&self->in_flight, job);
      count_job (self, job, 1);
      job->sent = g_get_monotonic_time ();
      write_segments (self, job);
    }

  update_timeout (self);
}

static ValijaErrorCode
get_refusal (Job *job)
{
  if ((job->flags & VALIJA_IMAP_RUN_FOLDER) != 0)
    return VALIJA_ERROR_NOT_FOUND;

  return (job->flags & VALIJA_IMAP_RUN_SIGN_IN) != 0 ? VALIJA_ERROR_AUTHENTICATION : VALIJA_ERROR_REFUSED;
}

static void
finish_job (ValijaImapConnection *self,
            Job                  *job,
            ValijaImapResponse   *response)
{
  if (job->respond != NULL)
    job->respond (response, job->user_data);

  if (valija_imap_response_get_kind (response) == VALIJA_IMAP_RESPONSE_OK)
    {
      self->stopped = (job->flags & VALIJA_IMAP_RUN_STOP) != 0;
      valija_promise_fulfil (&job->promise);
    }
  else
    {
      g_autoptr(GError) error = valija_imap_error_from_response (response, get_refusal (job));

      valija_promise_fail (&job->promise, error);
    }

  job_free (job);
}

static void
handle_tagged (ValijaImapConnection *self,
               ValijaImapResponse   *response)
{
  const char *tag = valija_imap_response_get_tag (response);

  for (GList *link = self->in_flight.head; link != NULL; link = link->next)
    {
      Job *job = link->data;

      if (strcmp (job->tag, tag) != 0)
        continue;

      /* What is untagged may be no answer */
      self->round_trip = MIN (self->round_trip, g_get_monotonic_time () - job->sent);
      if (self->watch != NULL)
        self->watch (response, self->watch_data);
      g_queue_delete_link (&self->in_flight, link);
      count_job (self, job, -1);
      finish_job (self, job, response);
      submit (self);
      return;
    }

  {
    GError *error = NULL;

    valija_error_set_server (&error, VALIJA_ERROR_PROTOCOL, valija_imap_response_get_text (response),
                             _("The server answered a question that nobody asked."));
    fail (self, error);
  }
}

static void
handle_continuation (ValijaImapConnection *self,
                     ValijaImapResponse   *response)
{
  Job *job = g_queue_peek_tail (&self->in_flight);

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
  Job *job = g_queue_peek_tail (&self->in_flight);

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

  for (GList *link = self->in_flight.head; link != NULL; link = link->next)
    {
      Job *job = link->data;

      if (job->respond != NULL && job->respond (response, job->user_data))
        return;
    }
}

static void
handle_response (ValijaImapConnection *self,
                 ValijaImapResponse   *response)
{
  for (guint i = 0; i < self->spools->len; i++)
    {
      g_autoptr(GError) error = NULL;
      GBytes *bytes = valija_spool_finish (g_ptr_array_index (self->spools, i), &error);

      if (bytes == NULL)
        {
          fail (self, g_steal_pointer (&error));
          return;
        }
      valija_imap_response_take_stream (response, i, bytes);
    }
  g_ptr_array_set_size (self->spools, 0);

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
handle_literal (ValijaImapConnection *self,
                const ValijaImapEvent *event)
{
  GError *error = NULL;

  if (event->stream == self->spools->len)
    {
      g_ptr_array_add (self->spools, valija_spool_new (SPOOL_LIMIT));
      self->n_literal = 0;
    }

  if (!valija_spool_append (g_ptr_array_index (self->spools, event->stream), event->data, event->length, &error))
    {
      fail (self, error);
      return;
    }

  self->n_literal += event->length;
  if (self->progress != NULL)
    valija_progress_update (self->progress, self->n_literal, event->total);
}

static void
process (ValijaImapConnection *self)
{
  while (self->failure == NULL && !self->stopped)
    {
      ValijaImapEvent event;
      GError *error = NULL;

      switch (valija_imap_parser_next (self->parser, &event, &error))
        {
        case VALIJA_IMAP_PARSER_RESPONSE:
          handle_response (self, event.response);
          break;

        case VALIJA_IMAP_PARSER_LITERAL:
          handle_literal (self, &event);
          break;

        case VALIJA_IMAP_PARSER_FAILED:
          fail (self, error);
          return;

        case VALIJA_IMAP_PARSER_NEED_MORE:
        default:
          return;
        }
    }
}

static void
handle_end (ValijaImapConnection *self)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("%s closed the connection."),
                    valija_stream_get_host (self->stream));
  fail (self, error);
}

/* What a read brought. */
static void
take (ValijaImapConnection *self,
      DexFuture            *future)
{
  GError *error = NULL;
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
      handle_end (self);
      return;
    }

  valija_imap_parser_feed (self->parser, bytes);
  process (self);
}

static DexFuture *
read_cb (DexFuture *future,
         gpointer   user_data)
{
  ValijaImapConnection *self = user_data;

  self->reading = FALSE;
  take (self, future);
  pump (self);

  return NULL;
}

static gboolean
resume_cb (gpointer user_data)
{
  g_autoptr(ValijaImapConnection) self = g_object_ref (user_data);

  g_clear_pointer (&self->resume, g_source_unref);
  pump (self);

  return G_SOURCE_REMOVE;
}

static void
pump_later (ValijaImapConnection *self)
{
  self->resume = g_idle_source_new ();
  g_source_set_priority (self->resume, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->resume, resume_cb, self, NULL);
  g_source_attach (self->resume, g_main_context_get_thread_default ());
}

static void
pump (ValijaImapConnection *self)
{
  g_autoptr(ValijaImapConnection) alive = g_object_ref (self);

  for (guint i = 0;
       !self->reading && !self->stopped && self->holds == 0 && self->resume == NULL && self->failure == NULL; i++)
    {
      g_autoptr(DexFuture) future = NULL;

      if (i == READS_IN_A_ROW)
        {
          pump_later (self);
          return;
        }

      self->reading = TRUE;
      future = valija_stream_read (self->stream);
      if (dex_future_is_pending (future))
        {
          /* Disowned: the connection lives as long as its read, which closing the stream ends */
          dex_future_disown (
              dex_future_finally (g_steal_pointer (&future), read_cb, g_object_ref (self), g_object_unref));
          return;
        }

      self->reading = FALSE;
      take (self, future);
    }
}

static void
valija_imap_connection_dispose (GObject *object)
{
  ValijaImapConnection *self = VALIJA_IMAP_CONNECTION (object);

  if (self->resume != NULL)
    g_source_destroy (self->resume);
  g_clear_pointer (&self->resume, g_source_unref);
  if (self->stream != NULL)
    valija_imap_connection_close (self);

  G_OBJECT_CLASS (valija_imap_connection_parent_class)->dispose (object);
}

static void
valija_imap_connection_finalize (GObject *object)
{
  ValijaImapConnection *self = VALIJA_IMAP_CONNECTION (object);

  g_clear_object (&self->stream);
  g_clear_object (&self->progress);
  g_clear_pointer (&self->transcript, valija_transcript_unref);
  g_clear_pointer (&self->parser, valija_imap_parser_free);
  g_clear_pointer (&self->spools, g_ptr_array_unref);
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
  self->parser = valija_imap_parser_new ();
  self->spools = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_spool_free);
  self->round_trip = G_MAXINT64;
  g_queue_init (&self->pending);
  g_queue_init (&self->in_flight);
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

  g_set_object (&self->progress, progress);
}

void
valija_imap_connection_drop_progress (ValijaImapConnection *self,
                                      ValijaProgress       *progress)
{
  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  if (self->progress == progress)
    g_clear_object (&self->progress);
}

DexFuture *
valija_imap_connection_greet (ValijaImapConnection *self)
{
  DexFuture *future;

  dex_return_error_if_fail (VALIJA_IS_IMAP_CONNECTION (self));
  dex_return_error_if_fail (self->greeting == NULL && !self->reading);

  if (self->failure != NULL)
    return dex_future_new_for_error (g_error_copy (self->failure));

  self->greeting = dex_promise_new_cancellable ();
  future = DEX_FUTURE (dex_ref (self->greeting));
  update_timeout (self);
  pump (self);

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
  Job *job;

  dex_return_error_if_fail (VALIJA_IS_IMAP_CONNECTION (self));
  dex_return_error_if_fail (command != NULL);

  job = g_new0 (Job, 1);
  job->command = valija_imap_command_ref (command);
  job->flags = flags;
  job->respond = respond;
  job->proceed = proceed;
  job->user_data = user_data;
  job->destroy = destroy;
  job->promise = dex_promise_new_cancellable ();
  future = DEX_FUTURE (dex_ref (job->promise));

  if (self->failure != NULL)
    {
      valija_promise_fail (&job->promise, self->failure);
      job_free (job);
      return future;
    }

  g_queue_push_tail (&self->pending, job);
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
  Job *job;

  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  job = g_queue_peek_tail (&self->in_flight);
  if (self->failure != NULL || job == NULL || (job->flags & VALIJA_IMAP_RUN_ALONE) == 0)
    return;

  octets = valija_secret_new_joined ("", 0, line, length < 0 ? strlen (line) : (gsize) length, "\r\n");
  bytes = valija_secret_to_bytes (octets);

  /* From here on its answer is owed soon, also by one that was allowed to be silent */
  if ((job->flags & VALIJA_IMAP_RUN_PATIENT) != 0)
    {
      job->flags &= ~VALIJA_IMAP_RUN_PATIENT;
      self->n_patient--;
    }
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
  g_clear_pointer (&self->parser, valija_imap_parser_free);
  self->parser = valija_imap_parser_new ();
  self->stopped = FALSE;
  pump (self);

  return NULL;
}

DexFuture *
valija_imap_connection_start_tls (ValijaImapConnection *self)
{
  dex_return_error_if_fail (VALIJA_IS_IMAP_CONNECTION (self));
  dex_return_error_if_fail (self->stopped && !self->reading);

  return dex_future_finally (valija_stream_start_tls (self->stream, valija_imap_parser_get_pending (self->parser)),
                             tls_started_cb, g_object_ref (self), g_object_unref);
}

gboolean
valija_imap_connection_start_deflate (ValijaImapConnection *self,
                                      GError              **error)
{
  g_autoptr(GBytes) leftover = NULL;

  g_return_val_if_fail (VALIJA_IS_IMAP_CONNECTION (self), FALSE);
  g_return_val_if_fail (self->stopped && !self->reading, FALSE);

  if (self->failure != NULL)
    {
      g_propagate_error (error, g_error_copy (self->failure));
      return FALSE;
    }

  leftover = valija_imap_parser_steal_pending (self->parser);
  if (!valija_stream_start_deflate (self->stream, leftover, error))
    return FALSE;

  self->stopped = FALSE;
  pump (self);
  submit (self);

  return TRUE;
}

void
valija_imap_connection_hold (ValijaImapConnection *self)
{
  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  self->holds++;
}

void
valija_imap_connection_release (ValijaImapConnection *self)
{
  g_return_if_fail (VALIJA_IS_IMAP_CONNECTION (self));
  g_return_if_fail (self->holds > 0);

  self->holds--;
  pump (self);
}

DexFuture *
valija_imap_connection_log_out (ValijaImapConnection *self)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("LOGOUT");
  DexFuture *answer;
  gboolean idle;

  dex_return_error_if_fail (VALIJA_IS_IMAP_CONNECTION (self));

  idle = self->in_flight.length == 0 && self->pending.length == 0 && self->failure == NULL;
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
