/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-queue.h"

#include <string.h>

#include "base/valija-promise.h"
#include "wire/imap/valija-imap-mailbox.h"

/* More than that in flight gains nothing, and some servers stop reading */
#define IN_FLIGHT_LIMIT 64

struct _ValijaImapQueue
{
  GQueue pending;        /* of ValijaImapJob, not sent */
  GQueue in_flight;      /* of ValijaImapJob, sent or being sent, oldest first */
  guint last_tag;
  guint n_contents;      /* in flight with VALIJA_IMAP_RUN_CONTENT */
  guint n_patient;       /* … and with the others */
  guint n_spelling;
};

ValijaImapJob *
valija_imap_job_new (ValijaImapCommand     *command,
                     ValijaImapRunFlags     flags,
                     ValijaImapResponseFunc respond,
                     ValijaImapContinueFunc proceed,
                     gpointer               user_data,
                     GDestroyNotify         destroy)
{
  ValijaImapJob *self = g_new0 (ValijaImapJob, 1);

  self->command = valija_imap_command_ref (command);
  self->flags = flags;
  self->respond = respond;
  self->proceed = proceed;
  self->user_data = user_data;
  self->destroy = destroy;
  self->promise = dex_promise_new_cancellable ();

  return self;
}

void
valija_imap_job_free (ValijaImapJob *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  valija_imap_command_unref (self->command);
  g_clear_pointer (&self->segments, g_ptr_array_unref);
  dex_clear (&self->promise);
  g_free (self);
}

ValijaImapQueue *
valija_imap_queue_new (void)
{
  return g_new0 (ValijaImapQueue, 1);
}

void
valija_imap_queue_free (ValijaImapQueue *self)
{
  g_assert (valija_imap_queue_is_empty (self));
  g_free (self);
}

void
valija_imap_queue_push (ValijaImapQueue *self,
                        ValijaImapJob   *job)
{
  g_queue_push_tail (&self->pending, job);
}

static void
count_job (ValijaImapQueue *self,
           ValijaImapJob   *job,
           int              step)
{
  if ((job->flags & VALIJA_IMAP_RUN_PATIENT) != 0)
    self->n_patient += step;
  if ((job->flags & VALIJA_IMAP_RUN_SPELLING) != 0)
    self->n_spelling += step;
  if ((job->flags & VALIJA_IMAP_RUN_CONTENT) != 0)
    self->n_contents += step;
}

static gboolean
is_submittable (ValijaImapQueue *self,
                ValijaImapJob   *job)
{
  ValijaImapJob *last = g_queue_peek_tail (&self->in_flight);

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

ValijaImapJob *
valija_imap_queue_start (ValijaImapQueue *self,
                         ValijaImapMode   mode)
{
  ValijaImapJob *job;

  while ((job = g_queue_peek_head (&self->pending)) != NULL)
    {
      g_autoptr(GError) error = NULL;

      if (!valija_promise_is_wanted (job->promise))
        {
          g_queue_pop_head (&self->pending);
          valija_imap_job_free (job);
          continue;
        }
      if (!is_submittable (self, job))
        return NULL;

      g_queue_pop_head (&self->pending);
      g_snprintf (job->tag, sizeof job->tag, "V%u", ++self->last_tag);
      job->segments = valija_imap_command_serialize (job->command, job->tag, mode, &error);
      if (job->segments == NULL)
        {
          valija_promise_fail (&job->promise, error);
          valija_imap_job_free (job);
          continue;
        }

      g_queue_push_tail (&self->in_flight, job);
      count_job (self, job, 1);
      return job;
    }

  return NULL;
}

ValijaImapJob *
valija_imap_queue_get_last (ValijaImapQueue *self)
{
  return g_queue_peek_tail (&self->in_flight);
}

ValijaImapJob *
valija_imap_queue_finish (ValijaImapQueue *self,
                          const char      *tag)
{
  for (GList *link = self->in_flight.head; link != NULL; link = link->next)
    {
      ValijaImapJob *job = link->data;

      if (strcmp (job->tag, tag) != 0)
        continue;

      g_queue_delete_link (&self->in_flight, link);
      count_job (self, job, -1);
      return job;
    }

  return NULL;
}

void
valija_imap_queue_show (ValijaImapQueue    *self,
                        ValijaImapResponse *response)
{
  for (GList *link = self->in_flight.head; link != NULL; link = link->next)
    {
      ValijaImapJob *job = link->data;

      /* A server does searches in whichever order it likes */
      if (job->respond != NULL && valija_imap_search_may_answer (response, job->tag) &&
          job->respond (response, job->user_data))
        return;
    }
}

void
valija_imap_queue_end_patience (ValijaImapQueue *self,
                                ValijaImapJob   *job)
{
  if ((job->flags & VALIJA_IMAP_RUN_PATIENT) == 0)
    return;

  job->flags &= ~VALIJA_IMAP_RUN_PATIENT;
  self->n_patient--;
}

static void
reject_all (GQueue       *jobs,
            const GError *error)
{
  ValijaImapJob *job;

  while ((job = g_queue_pop_head (jobs)) != NULL)
    {
      valija_promise_fail (&job->promise, error);
      valija_imap_job_free (job);
    }
}

void
valija_imap_queue_fail (ValijaImapQueue *self,
                        const GError    *error)
{
  GQueue in_flight = self->in_flight;
  GQueue pending = self->pending;

  g_queue_init (&self->in_flight);
  g_queue_init (&self->pending);
  self->n_contents = self->n_patient = self->n_spelling = 0;
  reject_all (&in_flight, error);
  reject_all (&pending, error);
}

gboolean
valija_imap_queue_is_empty (ValijaImapQueue *self)
{
  return self->in_flight.length == 0 && self->pending.length == 0;
}

gboolean
valija_imap_queue_owes (ValijaImapQueue *self)
{
  return self->in_flight.length > self->n_patient;
}

guint
valija_imap_queue_count_contents (ValijaImapQueue *self)
{
  return self->n_contents;
}
