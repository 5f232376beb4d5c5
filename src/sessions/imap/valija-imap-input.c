/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-input.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-spool.h"

/* One message; the parser's own limit is above it */
#define SPOOL_LIMIT (G_GUINT64_CONSTANT (1) << 30)
/* Reads that a layer answered at once, before the main loop gets its turn */
#define READS_IN_A_ROW 4

struct _ValijaImapInput
{
  ValijaStream *stream;
  ValijaImapInputFunc respond;
  ValijaImapFailFunc fail;
  GObject *owner;            /* borrowed */
  ValijaImapParser *parser;
  GPtrArray *spools;         /* of ValijaSpool: large literals of the response that is coming */
  guint64 n_literal;         /* octets of the last of them that have come */
  ValijaProgress *progress;  /* nullable */
  guint holds;
  gboolean reading;
  gboolean stopped;          /* another layer is to begin */
  gboolean ended;
  GSource *resume;           /* nullable: reading goes on in the main loop's next turn */
};

static void
clear_resume (ValijaImapInput *self)
{
  if (self->resume != NULL)
    g_source_destroy (self->resume);
  g_clear_pointer (&self->resume, g_source_unref);
}

ValijaImapInput *
valija_imap_input_new (ValijaStream       *stream,
                       ValijaImapInputFunc respond,
                       ValijaImapFailFunc  fail,
                       GObject            *owner)
{
  ValijaImapInput *self = g_new0 (ValijaImapInput, 1);

  self->stream = g_object_ref (stream);
  self->respond = respond;
  self->fail = fail;
  self->owner = owner;
  self->parser = valija_imap_parser_new ();
  self->spools = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_spool_free);

  return self;
}

void
valija_imap_input_free (ValijaImapInput *self)
{
  clear_resume (self);
  g_clear_object (&self->stream);
  g_clear_object (&self->progress);
  g_clear_pointer (&self->parser, valija_imap_parser_free);
  g_clear_pointer (&self->spools, g_ptr_array_unref);
  g_free (self);
}

/* ---- Taking apart ---- */

static void
handle_response (ValijaImapInput    *self,
                 ValijaImapResponse *response)
{
  for (guint i = 0; i < self->spools->len; i++)
    {
      g_autoptr(GError) error = NULL;
      GBytes *bytes = valija_spool_finish (g_ptr_array_index (self->spools, i), &error);

      if (bytes == NULL)
        {
          self->fail (g_steal_pointer (&error), self->owner);
          return;
        }
      valija_imap_response_take_stream (response, i, bytes);
    }
  g_ptr_array_set_size (self->spools, 0);

  self->respond (response, self->owner);
}

static void
handle_literal (ValijaImapInput       *self,
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
      self->fail (error, self->owner);
      return;
    }

  self->n_literal += event->length;
  if (self->progress != NULL)
    valija_progress_update (self->progress, self->n_literal, event->total);
}

static void
process (ValijaImapInput *self)
{
  while (!self->ended && !self->stopped)
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
          self->fail (error, self->owner);
          return;

        case VALIJA_IMAP_PARSER_NEED_MORE:
        default:
          return;
        }
    }
}

/* ---- Reading ---- */

static void
handle_end (ValijaImapInput *self)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("%s closed the connection."),
                    valija_stream_get_host (self->stream));
  self->fail (error, self->owner);
}

/* What a read brought. */
static void
take (ValijaImapInput *self,
      DexFuture       *future)
{
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  GBytes *bytes;

  if (value == NULL)
    {
      self->fail (error, self->owner);
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
  ValijaImapInput *self = user_data;

  self->reading = FALSE;
  take (self, future);
  valija_imap_input_run (self);

  return NULL;
}

static void
release_owner (gpointer user_data)
{
  ValijaImapInput *self = user_data;

  g_object_unref (self->owner);
}

static gboolean
resume_cb (gpointer user_data)
{
  ValijaImapInput *self = user_data;

  g_clear_pointer (&self->resume, g_source_unref);
  valija_imap_input_run (self);

  return G_SOURCE_REMOVE;
}

static void
run_later (ValijaImapInput *self)
{
  self->resume = g_idle_source_new ();
  g_source_set_priority (self->resume, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->resume, resume_cb, self, NULL);
  g_source_attach (self->resume, g_main_context_get_thread_default ());
}

void
valija_imap_input_run (ValijaImapInput *self)
{
  g_autoptr(GObject) alive = g_object_ref (self->owner);

  for (guint i = 0; !self->reading && !self->stopped && self->holds == 0 && self->resume == NULL && !self->ended; i++)
    {
      g_autoptr(DexFuture) future = NULL;

      if (i == READS_IN_A_ROW)
        {
          run_later (self);
          return;
        }

      self->reading = TRUE;
      future = valija_stream_read (self->stream);
      if (dex_future_is_pending (future))
        {
          g_object_ref (self->owner);
          /* Disowned: the connection lives as long as its read, which closing the stream ends */
          dex_future_disown (dex_future_finally (g_steal_pointer (&future), read_cb, self, release_owner));
          return;
        }

      self->reading = FALSE;
      take (self, future);
    }
}

void
valija_imap_input_end (ValijaImapInput *self)
{
  self->ended = TRUE;
  clear_resume (self);
}

/* ---- Layers ---- */

void
valija_imap_input_stop (ValijaImapInput *self)
{
  self->stopped = TRUE;
}

gboolean
valija_imap_input_is_stopped (ValijaImapInput *self)
{
  return self->stopped;
}

gsize
valija_imap_input_get_pending (ValijaImapInput *self)
{
  return valija_imap_parser_get_pending (self->parser);
}

GBytes *
valija_imap_input_steal_pending (ValijaImapInput *self)
{
  return valija_imap_parser_steal_pending (self->parser);
}

void
valija_imap_input_resume (ValijaImapInput *self)
{
  g_clear_pointer (&self->parser, valija_imap_parser_free);
  self->parser = valija_imap_parser_new ();
  self->stopped = FALSE;
  valija_imap_input_run (self);
}

/* ---- How fast, and how far ---- */

void
valija_imap_input_hold (ValijaImapInput *self)
{
  self->holds++;
}

void
valija_imap_input_release (ValijaImapInput *self)
{
  g_return_if_fail (self->holds > 0);

  self->holds--;
  valija_imap_input_run (self);
}

void
valija_imap_input_set_progress (ValijaImapInput *self,
                                ValijaProgress  *progress)
{
  g_set_object (&self->progress, progress);
}

ValijaProgress *
valija_imap_input_get_progress (ValijaImapInput *self)
{
  return self->progress;
}
