/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-mime-header.h"
#include "sessions/pop3/valija-pop3-pipeline.h"

#include <glib/gi18n-lib.h>

/* The first batch is what fits a screen; later ones are as large as one transaction of the store likes. */
#define FIRST_BATCH 50
#define BATCH 500

/* A cursor names every message, so it is told again only when it has grown by a quarter: a round that breaks lists
 * these anew, and no more. */
#define CURSOR_GROWTH 4
#define CURSOR_STEP_MIN 1000

typedef struct
{
  char *remote_id;
  guint64 size;
  GBytes *block;
} Header;

typedef struct
{
  ValijaChanges *changes;
  GPtrArray *headers;       /* of Header: what is added */
} Batch;

typedef struct
{
  ValijaPop3Session *session;
  DexChannel *channel;
  GBytes *cursor;           /* nullable: what was given */
  gboolean entered;
  ValijaPop3Maildrop *maildrop;
  GHashTable *told;         /* what the next cursor says */
  GHashTable *gone;         /* and the last one said of what is not listed any more */
  GPtrArray *added;         /* of ValijaPop3Entry, newest first */
  Batch *batch;             /* nullable */
  gboolean restart;
  guint done;
  guint untold;             /* messages described since the last cursor */
} Sync;

static void
header_free (Header *header)
{
  g_bytes_unref (header->block);
  g_free (header->remote_id);
  g_free (header);
}

static void
batch_free (Batch *batch)
{
  valija_changes_unref (batch->changes);
  g_ptr_array_unref (batch->headers);
  g_free (batch);
}

static void
sync_free (Sync *sync)
{
  if (sync->entered)
    valija_pop3_session_leave (sync->session, VALIJA_POP3_USE_FRESH);

  dex_channel_close_send (sync->channel);
  dex_clear (&sync->channel);
  g_clear_pointer (&sync->batch, batch_free);
  g_clear_pointer (&sync->added, g_ptr_array_unref);
  g_clear_pointer (&sync->gone, g_hash_table_unref);
  g_clear_pointer (&sync->told, g_hash_table_unref);
  g_clear_pointer (&sync->maildrop, valija_pop3_maildrop_unref);
  g_clear_pointer (&sync->cursor, g_bytes_unref);
  g_object_unref (sync->session);
  g_free (sync);
}

/* What the list has more and less than the cursor. What may be another message by the name of one that is known is
 * described anew: whoever has it tells by its header whether it is the same. */
static void
compare (Sync *sync)
{
  g_autoptr(GHashTable) known = sync->cursor != NULL ? valija_pop3_cursor_decode (sync->cursor) : NULL;
  GHashTableIter iter;
  gpointer id, size;

  sync->restart = known == NULL;
  if (known == NULL)
    known = valija_pop3_cursor_new_table ();

  sync->told = valija_pop3_cursor_new_table ();
  sync->added = g_ptr_array_new ();
  sync->gone = valija_pop3_cursor_new_table ();

  for (guint i = valija_pop3_maildrop_get_length (sync->maildrop); i > 0; i--)
    {
      ValijaPop3Entry *entry = valija_pop3_maildrop_get (sync->maildrop, i - 1);

      if (entry->remote_id == NULL)
        continue;

      if (valija_pop3_cursor_knows (known, entry))
        valija_pop3_cursor_add (sync->told, entry);
      else
        g_ptr_array_add (sync->added, entry);
    }

  g_hash_table_iter_init (&iter, known);
  while (g_hash_table_iter_next (&iter, &id, &size))
    {
      if (valija_pop3_maildrop_find (sync->maildrop, id) == NULL)
        g_hash_table_insert (sync->gone, g_strdup (id), size);
    }
}

static void
begin_batch (Sync *sync)
{
  sync->batch = g_new0 (Batch, 1);
  sync->batch->changes = valija_changes_new ();
  sync->batch->changes->restart = sync->restart;
  sync->batch->headers = g_ptr_array_new_with_free_func ((GDestroyNotify) header_free);
  sync->restart = FALSE;
}

static gpointer
describe_in_thread (gpointer   data,
                    GError   **error)
{
  Batch *batch = data;

  for (guint i = 0; i < batch->headers->len; i++)
    {
      const Header *header = g_ptr_array_index (batch->headers, i);
      gsize length;
      const char *block = g_bytes_get_data (header->block, &length);
      ValijaMessageInfo *info = valija_mime_parse_header_block (header->remote_id, block, length);

      info->size = header->size;
      g_ptr_array_add (batch->changes->added, info);
    }

  return valija_changes_ref (batch->changes);
}

/* Borrows the remote-ids. */
static void
add_table (GHashTable *table,
           GHashTable *more)
{
  GHashTableIter iter;
  gpointer id, size;

  g_hash_table_iter_init (&iter, more);
  while (g_hash_table_iter_next (&iter, &id, &size))
    g_hash_table_insert (table, id, size);
}

static GBytes *
make_cursor (Sync     *sync,
             gboolean  final)
{
  g_autoptr(GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);

  add_table (table, sync->told);
  if (!final)
    add_table (table, sync->gone);

  return valija_pop3_cursor_encode (table);
}

static gboolean
send_batch_fiber (Sync      *sync,
                  gboolean   final,
                  GError   **error)
{
  Batch *batch = g_steal_pointer (&sync->batch);
  ValijaChanges *changes = batch->changes;
  GHashTableIter iter;
  DexFuture *described;
  gpointer id;

  changes->done = sync->done;
  changes->total = sync->added->len;
  changes->final = final;

  /* What is gone is told when the round has succeeded, and not before. Messages that are told gone and a cursor that
   * still names them would be told again: so both go together. */
  g_hash_table_iter_init (&iter, sync->gone);
  while (final && g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (changes->gone, g_strdup (id));

  if (final || sync->untold >= MAX (CURSOR_STEP_MIN, g_hash_table_size (sync->told) / CURSOR_GROWTH))
    {
      changes->cursor = make_cursor (sync, final);
      sync->untold = 0;
    }

  described = valija_future_run_in_thread (VALIJA_TYPE_CHANGES, describe_in_thread, batch, (GDestroyNotify) batch_free);
  return dex_await (dex_channel_send (sync->channel, described), error);
}

static void
take_header (Sync            *sync,
             ValijaPop3Entry *entry,
             GBytes          *block)
{
  Header *header = g_new0 (Header, 1);

  header->remote_id = g_strdup (entry->remote_id);
  header->size = entry->size;
  header->block = g_bytes_ref (block);
  g_ptr_array_add (sync->batch->headers, header);
  valija_pop3_cursor_add (sync->told, entry);
  sync->untold++;
}

static gboolean
describe_all_fiber (Sync    *sync,
                    GError **error)
{
  g_autoptr(ValijaPop3Pipeline) pipeline = valija_pop3_pipeline_new (sync->session, sync->maildrop, sync->added, TRUE,
                                                                     NULL);

  begin_batch (sync);

  while (TRUE)
    {
      g_autoptr(ValijaPop3Reply) reply = NULL;
      ValijaPop3Entry *entry;

      if (!valija_pop3_pipeline_next_fiber (pipeline, &entry, &reply, error))
        return FALSE;

      if (entry == NULL)
        return send_batch_fiber (sync, TRUE, error);

      if (!reply->ok &&
          (!valija_pop3_session_check_list (sync->session, sync->maildrop, error) ||
           !valija_pop3_session_retrieve_instead_fiber (sync->session, entry, &reply, error)))
        return FALSE;

      /* One that cannot be had at all is left out of the cursor, and tried again next time */
      if (reply->content != NULL)
        take_header (sync, entry, reply->content);
      sync->done++;

      if (sync->batch->headers->len == (sync->done <= FIRST_BATCH ? FIRST_BATCH : BATCH))
        {
          if (!send_batch_fiber (sync, FALSE, error))
            return FALSE;
          begin_batch (sync);
        }
    }
}

static DexFuture *
sync_fiber (gpointer data)
{
  Sync *sync = data;
  ValijaPop3Session *self = sync->session;
  g_autoptr(GError) error = NULL;
  g_autofree char *detail = NULL;

  sync->entered = valija_pop3_session_enter_fiber (self, VALIJA_POP3_USE_FRESH, &error);

  if (sync->entered)
    {
      sync->maildrop = valija_pop3_maildrop_ref (self->maildrop);
      self->sealed = TRUE;
      compare (sync);

      valija_session_context_begin_step (self->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SYNC);
      if (describe_all_fiber (sync, &error))
        {
          detail = g_strdup_printf (ngettext ("%u new message", "%u new messages", sync->added->len), sync->added->len);
          valija_session_context_end_step (self->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SYNC, detail);
        }
    }

  if (error == NULL)
    return dex_future_new_true ();

  /* When nobody receives any more there is nobody to tell */
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_SYNC);
  if (dex_channel_can_send (sync->channel))
    dex_future_disown (dex_channel_send (sync->channel, dex_future_new_for_error (g_error_copy (error))));

  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexChannel *
valija_pop3_session_sync (ValijaPop3Session *self,
                          GBytes            *cursor)
{
  Sync *sync = g_new0 (Sync, 1);
  DexChannel *channel = dex_channel_new (2);

  sync->session = g_object_ref (self);
  sync->channel = dex_ref (channel);
  sync->cursor = cursor != NULL ? g_bytes_ref (cursor) : NULL;

  /* It ends by itself: with the round, with the connection, or when the receiver closes its side */
  valija_future_forget (valija_fiber_spawn (sync_fiber, sync, (GDestroyNotify) sync_free), "POP3 sync");

  return channel;
}
