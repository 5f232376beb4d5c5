/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-fetch-messages.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "model/valija-changes.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "sessions/imap/valija-imap-gate.h"
#include "wire/imap/valija-imap-fetch.h"

/* Messages of one command, and commands asked ahead */
#define MESSAGES_A_COMMAND 100
#define COMMANDS_AHEAD     4
/* Octets that have come and were not taken yet */
#define GATE_MARK          (8 * 1024 * 1024)

/* What has come. The connection fills it, the fiber empties it; refcounted. */
typedef struct
{
  grefcount ref_count;
  guint32 uid_validity;
  GQueue messages;       /* of ValijaFetched */
  ValijaImapGate *gate;
  DexPromise *arrival;   /* nullable: somebody waits */
  gboolean abandoned;    /* nobody takes what still comes */
} Arrivals;

static Arrivals *
arrivals_ref (Arrivals *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
arrivals_unref (Arrivals *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->messages, (GDestroyNotify) valija_fetched_unref);
  valija_imap_gate_unref (self->gate);
  dex_clear (&self->arrival);
  g_free (self);
}

typedef struct
{
  ValijaImapLink *link;
  char *folder;
  char **remote_ids;
  guint next;            /* index into remote_ids */
  DexChannel *channel;
  Arrivals *arrivals;
  ValijaProgress *progress;  /* nullable */
  GQueue commands;       /* of DexFuture, oldest first */
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *self = data;

  if (self->arrivals != NULL)
    {
      self->arrivals->abandoned = TRUE;
      g_queue_clear_full (&self->arrivals->messages, (GDestroyNotify) valija_fetched_unref);
      valija_imap_gate_abandon (self->arrivals->gate);
      arrivals_unref (self->arrivals);
    }
  /* What is still to come is thrown away, and nobody's business */
  if (self->progress != NULL)
    valija_imap_connection_drop_progress (valija_imap_link_get_connection (self->link), self->progress);
  g_clear_object (&self->progress);
  g_queue_clear_full (&self->commands, dex_unref);
  dex_clear (&self->channel);
  g_strfreev (self->remote_ids);
  g_free (self->folder);
  g_object_unref (self->link);
  g_free (self);
}

static void
finish_command (gpointer data)
{
  valija_promise_fulfil (&((Arrivals *) data)->arrival);
  arrivals_unref (data);
}

/* A command's hold on it goes when the command has ended, however it did. Later: when its future has settled, so
 * that one of the two is seen. */
static void
arrivals_end (gpointer data)
{
  valija_later (finish_command, data);
}

static gboolean
respond_cb (ValijaImapResponse *response,
            gpointer            user_data)
{
  Arrivals *self = user_data;
  g_autofree char *remote_id = NULL;
  g_autoptr(GBytes) source = NULL;
  ValijaImapFetch fetch;

  if (!valija_imap_fetch_parse (response, &fetch) || fetch.uid == 0 ||
      valija_imap_value_get_kind (fetch.body) == VALIJA_IMAP_VALUE_NONE)
    return FALSE;

  if (self->abandoned || (source = valija_imap_value_dup_bytes (fetch.body)) == NULL)
    return TRUE;

  remote_id = valija_imap_remote_id_format (self->uid_validity, fetch.uid);
  g_queue_push_tail (&self->messages, valija_fetched_new (remote_id, source));
  valija_imap_gate_raise (self->gate, g_bytes_get_size (source));
  valija_promise_fulfil (&self->arrival);

  return TRUE;
}

/* The UIDs of the next messages that can be there; empty at the end. */
static ValijaImapSet *
take_uids (Fetch *self)
{
  ValijaImapSet *uids = valija_imap_set_new ();

  for (guint n = 0; n < MESSAGES_A_COMMAND && self->remote_ids[self->next] != NULL; self->next++)
    {
      guint32 uid = valija_imap_remote_id_parse (self->remote_ids[self->next], self->arrivals->uid_validity);

      if (uid == 0)
        continue;
      valija_imap_set_add (uids, uid, uid);
      n++;
    }

  return uids;
}

static void
ask_ahead (Fetch *self)
{
  while (self->commands.length < COMMANDS_AHEAD)
    {
      g_autoptr(ValijaImapSet) uids = take_uids (self);
      g_autoptr(ValijaImapCommand) command = NULL;

      if (valija_imap_set_is_empty (uids))
        return;

      command = valija_imap_command_new ("UID FETCH");
      valija_imap_command_append_set (command, uids);
      valija_imap_command_append_atom (command, "(UID BODY.PEEK[])");
      g_queue_push_tail (&self->commands,
                         valija_imap_connection_run (valija_imap_link_get_connection (self->link), command,
                                                     VALIJA_IMAP_RUN_CONTENT, respond_cb, NULL,
                                                     arrivals_ref (self->arrivals), arrivals_end));
    }
}

/* Resolves when a message has come or a command has ended; rejects when it was cancelled. */
static DexFuture *
wait_for_arrival (Fetch *self)
{
  Arrivals *arrivals = self->arrivals;

  dex_clear (&arrivals->arrival);
  arrivals->arrival = dex_promise_new_cancellable ();

  return valija_future_until_cancelled (DEX_FUTURE (dex_ref (arrivals->arrival)),
                                        self->progress != NULL ? valija_progress_get_cancellable (self->progress)
                                                               : NULL);
}

static gboolean
send_fiber (Fetch         *self,
            ValijaFetched *fetched,
            GError       **error)
{
  gsize size = g_bytes_get_size (fetched->source);
  gboolean ok;

  if (!dex_channel_can_send (self->channel))
    {
      valija_fetched_unref (fetched);
      return FALSE;
    }

  ok = dex_await (dex_channel_send (self->channel, dex_future_new_take_boxed (VALIJA_TYPE_FETCHED, fetched)), error);
  valija_imap_gate_lower (self->arrivals->gate, size);

  return ok;
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Fetch *self = data;
  ValijaImapSelected *selected;
  g_autoptr(GError) error = NULL;

  if (!dex_await (valija_imap_link_ensure_selected (self->link, self->folder), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  selected = valija_imap_link_get_selected (self->link);
  self->arrivals->uid_validity = selected != NULL ? selected->uid_validity : 0;
  if (self->progress != NULL)
    valija_imap_connection_set_progress (valija_imap_link_get_connection (self->link), self->progress);
  if (g_strv_length (self->remote_ids) > MESSAGES_A_COMMAND)
    valija_imap_link_compress (self->link);

  for (;;)
    {
      ValijaFetched *fetched;
      DexFuture *command;

      ask_ahead (self);
      fetched = g_queue_pop_head (&self->arrivals->messages);
      command = g_queue_peek_head (&self->commands);
      if (fetched == NULL && command == NULL)
        return dex_future_new_true ();

      if (fetched != NULL)
        {
          if (!send_fiber (self, fetched, &error))
            {
              /* Nobody receives any more: what is asked for already comes and is thrown away */
              if (error != NULL && valija_error_is_cancelled (error))
                return dex_future_new_for_error (g_steal_pointer (&error));
              return dex_future_new_true ();
            }
        }
      else if (dex_future_is_pending (command))
        {
          if (!dex_await (wait_for_arrival (self), &error))
            return dex_future_new_for_error (g_steal_pointer (&error));
        }
      else if (!dex_await (g_queue_pop_head (&self->commands), &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
}

DexFuture *
valija_imap_fetch_messages_run (ValijaImapLink     *link,
                                const char         *folder,
                                const char * const *remote_ids,
                                DexChannel         *channel,
                                ValijaProgress     *progress)
{
  Fetch *self = g_new0 (Fetch, 1);

  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->remote_ids = g_strdupv ((char **) remote_ids);
  self->channel = dex_ref (channel);
  g_set_object (&self->progress, progress);
  self->arrivals = g_new0 (Arrivals, 1);
  g_ref_count_init (&self->arrivals->ref_count);
  g_queue_init (&self->arrivals->messages);
  self->arrivals->gate = valija_imap_gate_new (valija_imap_link_get_connection (link), GATE_MARK);
  g_queue_init (&self->commands);

  return valija_fiber_spawn (fetch_fiber, self, fetch_free);
}
