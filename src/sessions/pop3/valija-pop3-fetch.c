/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "model/valija-changes.h"
#include "sessions/pop3/valija-pop3-pipeline.h"

#include <glib/gi18n-lib.h>

/* Messages that wait for the receiver. */
#define CHANNEL_CAPACITY 32

typedef struct
{
  ValijaPop3Session *session;
  DexChannel *channel;
  char **remote_ids;
  gboolean entered;
  GPtrArray *entries;       /* of ValijaPop3Entry */
  ValijaPop3Maildrop *maildrop;
  ValijaProgress *progress; /* nullable */
} Fetch;

static void
fetch_free (Fetch *fetch)
{
  if (fetch->entered)
    valija_pop3_session_leave (fetch->session, VALIJA_POP3_USE_SHARED);

  dex_channel_close_send (fetch->channel);
  dex_clear (&fetch->channel);
  g_strfreev (fetch->remote_ids);
  g_clear_pointer (&fetch->entries, g_ptr_array_unref);
  g_clear_pointer (&fetch->maildrop, valija_pop3_maildrop_unref);
  g_clear_object (&fetch->progress);
  g_object_unref (fetch->session);
  g_free (fetch);
}

/* Where the messages stand today. What is not listed any more is passed over. */
static void
find_entries (Fetch *fetch)
{
  fetch->entries = g_ptr_array_new ();

  for (gsize i = 0; fetch->remote_ids[i] != NULL; i++)
    {
      ValijaPop3Entry *entry = valija_pop3_maildrop_find (fetch->maildrop, fetch->remote_ids[i]);

      if (entry != NULL)
        g_ptr_array_add (fetch->entries, entry);
    }
}

static gboolean
fetch_all_fiber (Fetch   *fetch,
                 GError **error)
{
  g_autoptr(ValijaPop3Pipeline) pipeline = valija_pop3_pipeline_new (fetch->session, fetch->maildrop, fetch->entries,
                                                                     FALSE, fetch->progress);

  while (TRUE)
    {
      g_autoptr(ValijaPop3Reply) reply = NULL;
      ValijaPop3Entry *entry;

      if (!valija_pop3_pipeline_next_fiber (pipeline, &entry, &reply, error))
        return FALSE;

      if (entry == NULL)
        return TRUE;

      /* -ERR: the server lists it and cannot give it */
      if (reply->content != NULL &&
          !dex_await (dex_channel_send (fetch->channel,
                                        dex_future_new_take_boxed (VALIJA_TYPE_FETCHED,
                                                                   valija_fetched_new (entry->remote_id,
                                                                                       reply->content))),
                      error))
        return FALSE;
    }
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Fetch *fetch = data;
  ValijaPop3Session *self = fetch->session;
  g_autoptr(GError) error = NULL;

  fetch->entered = valija_pop3_session_enter_fiber (self, VALIJA_POP3_USE_SHARED, &error);

  if (fetch->entered)
    {
      fetch->maildrop = valija_pop3_maildrop_ref (self->maildrop);
      find_entries (fetch);
      valija_session_context_begin_step (self->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_FETCH);
      if (fetch_all_fiber (fetch, &error))
        valija_session_context_end_step (self->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_FETCH, NULL);
    }

  if (error == NULL)
    return dex_future_new_true ();

  /* When nobody receives any more there is nobody to tell */
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_FETCH);
  if (dex_channel_can_send (fetch->channel))
    dex_future_disown (dex_channel_send (fetch->channel, dex_future_new_for_error (g_error_copy (error))));

  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexChannel *
valija_pop3_session_fetch (ValijaPop3Session  *self,
                           const char * const *remote_ids,
                           ValijaProgress     *progress)
{
  Fetch *fetch = g_new0 (Fetch, 1);
  DexChannel *channel = dex_channel_new (CHANNEL_CAPACITY);

  fetch->session = g_object_ref (self);
  fetch->channel = dex_ref (channel);
  fetch->remote_ids = g_strdupv ((char **) remote_ids);
  g_set_object (&fetch->progress, progress);

  /* It ends by itself: with the last message, with the connection, or when the receiver closes its side */
  valija_future_forget (valija_fiber_spawn (fetch_fiber, fetch, (GDestroyNotify) fetch_free), "POP3 fetch");

  return channel;
}
