/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-pipeline.h"

#include "base/valija-error.h"

/* How much is asked for ahead: enough for a line of 50 ms and 1 Gbit/s, and no more than memory bears (a message
 * beyond 256 KiB is on the disk). It is refilled when half of it has come, so that the commands leave together. */
#define WINDOW_COUNT 400
#define WINDOW_BYTES (8 * 1024 * 1024)

/* What a header is taken to have. */
#define HEADER_BYTES 2048

typedef struct
{
  ValijaPop3Entry *entry;
  DexFuture *future;
} Wanted;

struct _ValijaPop3Pipeline
{
  ValijaPop3Session *session;
  ValijaPop3Maildrop *maildrop;
  GPtrArray *entries;
  gboolean headers;
  ValijaProgress *progress; /* nullable */
  guint next;
  GQueue wanted;            /* of Wanted, oldest first */
  guint64 wanted_bytes;
};

ValijaPop3Pipeline *
valija_pop3_pipeline_new (ValijaPop3Session  *session,
                          ValijaPop3Maildrop *maildrop,
                          GPtrArray          *entries,
                          gboolean            headers,
                          ValijaProgress     *progress)
{
  ValijaPop3Pipeline *self = g_new0 (ValijaPop3Pipeline, 1);

  self->session = g_object_ref (session);
  self->maildrop = valija_pop3_maildrop_ref (maildrop);
  self->entries = g_ptr_array_ref (entries);
  self->headers = headers;
  g_set_object (&self->progress, progress);
  g_queue_init (&self->wanted);

  return self;
}

static void
wanted_free (Wanted *wanted)
{
  dex_clear (&wanted->future);
  g_free (wanted);
}

void
valija_pop3_pipeline_free (ValijaPop3Pipeline *self)
{
  g_queue_clear_full (&self->wanted, (GDestroyNotify) wanted_free);
  g_clear_object (&self->progress);
  g_ptr_array_unref (self->entries);
  valija_pop3_maildrop_unref (self->maildrop);
  g_object_unref (self->session);
  g_free (self);
}

static guint64
estimate (ValijaPop3Pipeline    *self,
          const ValijaPop3Entry *entry)
{
  return self->headers ? HEADER_BYTES : entry->size;
}

static void
ask_ahead (ValijaPop3Pipeline *self)
{
  if (self->wanted.length > WINDOW_COUNT / 2 || self->wanted_bytes > WINDOW_BYTES / 2)
    return;

  while (self->next < self->entries->len && self->wanted.length < WINDOW_COUNT &&
         (self->wanted.length == 0 || self->wanted_bytes < WINDOW_BYTES))
    {
      Wanted *wanted = g_new0 (Wanted, 1);

      wanted->entry = g_ptr_array_index (self->entries, self->next++);
      wanted->future = self->headers ? valija_pop3_session_request_header (self->session, wanted->entry)
                                     : valija_pop3_session_request_message (self->session, wanted->entry,
                                                                            self->progress);
      self->wanted_bytes += estimate (self, wanted->entry);
      g_queue_push_tail (&self->wanted, wanted);
    }
}

gboolean
valija_pop3_pipeline_next_fiber (ValijaPop3Pipeline  *self,
                                 ValijaPop3Entry    **entry,
                                 ValijaPop3Reply    **reply,
                                 GError             **error)
{
  Wanted *wanted;

  *entry = NULL;
  *reply = NULL;

  if (!valija_pop3_session_check_list (self->session, self->maildrop, error))
    return FALSE;

  ask_ahead (self);
  if (!(wanted = g_queue_pop_head (&self->wanted)))
    return TRUE;

  *entry = wanted->entry;
  self->wanted_bytes -= estimate (self, wanted->entry);
  *reply = dex_await_boxed (g_steal_pointer (&wanted->future), error);
  wanted_free (wanted);

  return *reply != NULL;
}
