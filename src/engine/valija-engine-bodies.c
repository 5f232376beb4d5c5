/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "mime/valija-mime-message.h"

/* How much is asked for, and read and written together: each write to local truth costs a flush of the disk, and what
 * was read and not written is lost with a kill. While one batch is written the next one is read out, so that the
 * writer need not wait for it. */
#define BATCHES 2
#define BATCH_MESSAGES 500
#define BATCH_BYTES (8 * 1024 * 1024)

G_DEFINE_BOXED_TYPE (ValijaReadSource, valija_read_source, valija_read_source_copy, valija_read_source_free)

/* ---- Reading sources on a thread ---- */

void
valija_unread_source_free (ValijaUnreadSource *self)
{
  g_clear_pointer (&self->source, g_bytes_unref);
  g_free (self);
}

static char *
dup_file_names (ValijaMimeMessage *message)
{
  GPtrArray *attachments = valija_mime_message_get_attachments (message);
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint i = 0; i < attachments->len; i++)
    {
      const ValijaMimePart *part = g_ptr_array_index (attachments, i);

      if (part->name != NULL)
        g_string_append_printf (names, "%s\n", part->name);
    }

  return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}

static ValijaStoredSource *
read_out (ValijaMimeMessage *message, gint64 id, GBytes *source)
{
  g_autofree char *text = valija_mime_message_dup_search_text (message);
  g_autofree char *preview = valija_mime_message_dup_preview (message);
  ValijaStoredSource *stored;

  stored = valija_stored_source_new (id, source, text, preview,
                                     valija_mime_message_get_attachments (message)->len > 0);
  stored->file_names = dup_file_names (message);
  valija_stored_source_pack (stored);
  return stored;
}

static gpointer
index_in_thread (gpointer user_data, GError **error)
{
  GPtrArray *sources = user_data;
  GPtrArray *stored = g_ptr_array_new_full (sources->len, (GDestroyNotify) valija_stored_source_free);

  for (guint i = 0; i < sources->len; i++)
    {
      ValijaUnreadSource *unread = g_ptr_array_index (sources, i);
      g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse_for_search (unread->source);

      g_ptr_array_add (stored, read_out (message, unread->message, unread->source));
    }

  return stored;
}

DexFuture *
valija_engine_index_sources (GPtrArray *sources)
{
  return valija_future_run_in_thread (G_TYPE_PTR_ARRAY, index_in_thread, sources, (GDestroyNotify) g_ptr_array_unref);
}

ValijaReadSource *
valija_read_source_copy (ValijaReadSource *self)
{
  ValijaReadSource *copy = g_new0 (ValijaReadSource, 1);

  copy->info = valija_message_info_ref (self->info);
  copy->stored = valija_stored_source_copy (self->stored);
  return copy;
}

void
valija_read_source_free (ValijaReadSource *self)
{
  g_clear_pointer (&self->info, valija_message_info_unref);
  g_clear_pointer (&self->stored, valija_stored_source_free);
  g_free (self);
}

typedef struct
{
  GBytes *source;
  char *remote_id;
} Read;

static void
read_free (Read *read)
{
  g_bytes_unref (read->source);
  g_free (read->remote_id);
  g_free (read);
}

static gpointer
read_in_thread (gpointer user_data, GError **error)
{
  Read *read = user_data;
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse_for_search (read->source);
  ValijaReadSource *result = g_new0 (ValijaReadSource, 1);

  result->info = valija_message_info_ref (valija_mime_message_get_info (message));
  result->stored = read_out (message, 0, read->source);

  /* Nobody else has seen this message yet, so that its info may still be completed. */
  g_set_str (&result->info->remote_id, read->remote_id);
  result->info->size = g_bytes_get_size (read->source);
  result->info->has_attachments = result->stored->has_attachments;
  if (result->info->received == 0)
    result->info->received = result->info->date != 0 ? result->info->date : g_get_real_time () / G_USEC_PER_SEC;
  return result;
}

DexFuture *
valija_engine_read_source (GBytes *source, const char *remote_id)
{
  Read *read = g_new0 (Read, 1);

  read->source = g_bytes_ref (source);
  read->remote_id = g_strdup (remote_id);
  return valija_future_run_in_thread (VALIJA_TYPE_READ_SOURCE, read_in_thread, read, (GDestroyNotify) read_free);
}

/* ---- Writing a batch, while the next one is fetched ---- */

typedef struct
{
  ValijaStore *store;
  GPtrArray *sources;        /* of ValijaUnreadSource */
} Batch;

static void
batch_free (Batch *batch)
{
  g_object_unref (batch->store);
  g_clear_pointer (&batch->sources, g_ptr_array_unref);
  g_free (batch);
}

static DexFuture *
write_batch_fiber (gpointer data)
{
  Batch *batch = data;
  g_autoptr(GPtrArray) stored = NULL;
  g_autoptr(GError) error = NULL;

  if (!(stored = dex_await_boxed (valija_engine_index_sources (g_steal_pointer (&batch->sources)), &error)) ||
      !dex_await (valija_store_write_sources (batch->store, stored), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static DexFuture *
write_batch (ValijaEngine *self, GPtrArray *sources)
{
  Batch *batch = g_new0 (Batch, 1);

  batch->store = g_object_ref (self->store);
  batch->sources = sources;
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "write bodies", write_batch_fiber, batch,
                              (GDestroyNotify) batch_free);
}

/* ---- Fetching ---- */

typedef struct
{
  ValijaEngine *engine;
  ValijaProgress *progress;
  ValijaTurn *turn;          /* nullable: until all is written, so that nobody asks for the same */
  GHashTable *ids;           /* remote-id -> gint64 *, the row; both of the page */
  GPtrArray *sources;        /* of ValijaUnreadSource, not given to the writer yet */
  gsize bytes;
  GQueue writing;            /* of DexFuture: the batches before, oldest first */
  guint n_fetched;
} Fetch;

static void
fetch_clear (Fetch *fetch)
{
  g_clear_pointer (&fetch->ids, g_hash_table_unref);
  g_clear_pointer (&fetch->sources, g_ptr_array_unref);
  g_clear_pointer (&fetch->turn, valija_turn_unref);
  g_queue_clear_full (&fetch->writing, dex_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fetch, fetch_clear)

static GPtrArray *
new_sources (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) valija_unread_source_free);
}

/* A batch before that could not be written does not keep this one from it. */
static gboolean
flush_fiber (Fetch *fetch, GError **error)
{
  gboolean ok = TRUE;

  if (fetch->sources->len == 0)
    return TRUE;

  if (fetch->writing.length == BATCHES)
    ok = dex_await (g_queue_pop_head (&fetch->writing), error);

  g_queue_push_tail (&fetch->writing, write_batch (fetch->engine, g_steal_pointer (&fetch->sources)));
  fetch->sources = new_sources ();
  fetch->bytes = 0;
  return ok;
}

/* What has come is kept, whatever ended the fetching. */
static gboolean
finish_fiber (Fetch *fetch, GError **error)
{
  gboolean ok = flush_fiber (fetch, error);

  while (!g_queue_is_empty (&fetch->writing))
    ok = dex_await (g_queue_pop_head (&fetch->writing), ok ? error : NULL) && ok;

  return ok;
}

static void
add_source (Fetch *fetch, gint64 message, GBytes *source)
{
  ValijaUnreadSource *unread = g_new0 (ValijaUnreadSource, 1);
  guint64 done;

  unread->message = message;
  unread->source = g_bytes_ref (source);
  g_ptr_array_add (fetch->sources, unread);
  fetch->bytes += g_bytes_get_size (source);
  fetch->n_fetched++;
  done = valija_progress_get_done (fetch->progress) + 1;
  valija_progress_update (fetch->progress, done, MAX (done, valija_progress_get_total (fetch->progress)));
}

static gboolean
is_full (Fetch *fetch)
{
  return fetch->sources->len >= BATCH_MESSAGES || fetch->bytes >= BATCH_BYTES;
}

static void
take (Fetch *fetch, ValijaFetched *fetched)
{
  gint64 *id = g_hash_table_lookup (fetch->ids, fetched->remote_id);

  if (id != NULL)
    add_source (fetch, *id, fetched->source);
}

static gboolean
fetch_page_fiber (Fetch *fetch, ValijaMailReader *reader, ValijaFolder *folder, const char * const *remote_ids,
                  GError **error)
{
  g_autoptr(DexChannel) channel = NULL;
  g_autoptr(GError) failure = NULL;

  channel = valija_mail_reader_fetch_messages (reader, valija_folder_get_remote_id (folder), remote_ids, NULL);

  while (failure == NULL)
    {
      g_autoptr(ValijaFetched) fetched = NULL;

      fetched = dex_await_boxed (valija_engine_race (fetch->engine, dex_channel_receive (channel),
                                                     valija_progress_get_cancellable (fetch->progress)), &failure);
      if (fetched == NULL)
        continue;

      take (fetch, fetched);
      if (is_full (fetch))
        flush_fiber (fetch, &failure);
    }

  dex_channel_close_receive (channel);

  if (g_error_matches (failure, DEX_ERROR, DEX_ERROR_CHANNEL_CLOSED))
    g_clear_error (&failure);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  return TRUE;
}

static char **
choose_remote_ids (Fetch *fetch, GPtrArray *rows)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < rows->len; i++)
    {
      ValijaMessageRow *row = g_ptr_array_index (rows, i);

      /* A message that is being moved has no name on the server yet. */
      if (row->remote_id == NULL || row->remote_id[0] == '\0')
        continue;

      g_hash_table_insert (fetch->ids, g_strdup (row->remote_id), g_memdup2 (&row->id, sizeof row->id));
      g_strv_builder_add (builder, row->remote_id);
    }

  return g_strv_builder_end (builder);
}

/* What another folder has or had is taken from there: a message that was moved is not fetched again. Leaves in
 * @rows what the server must be asked for. */
static gboolean
take_twins_fiber (Fetch *fetch, GPtrArray *rows, GError **error)
{
  ValijaStore *store = fetch->engine->store;
  g_autoptr(GArray) ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), rows->len);
  g_autoptr(GHashTable) taken = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr(GArray) twins = NULL;

  for (guint i = 0; i < rows->len; i++)
    g_array_append_val (ids, ((ValijaMessageRow *) g_ptr_array_index (rows, i))->id);

  if (!(twins = dex_await_boxed (valija_store_find_twins (store, ids), error)))
    return FALSE;

  for (guint i = 0; i < twins->len; i++)
    {
      gint64 *found = &g_array_index (twins, gint64, i);
      g_autoptr(GError) gone = NULL;
      g_autoptr(GBytes) source = NULL;

      if (!(source = dex_await_boxed (valija_store_load_twin_source (store, *found), &gone)))
        {
          if (g_error_matches (gone, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
            continue;
          g_propagate_error (error, g_steal_pointer (&gone));
          return FALSE;
        }

      add_source (fetch, *found, source);
      g_hash_table_add (taken, found);
      if (is_full (fetch) && !flush_fiber (fetch, error))
        return FALSE;
    }

  for (guint i = rows->len; i > 0; i--)
    if (g_hash_table_contains (taken, &((ValijaMessageRow *) g_ptr_array_index (rows, i - 1))->id))
      g_ptr_array_remove_index (rows, i - 1);

  return TRUE;
}

/* The next of them, newest first, or none. */
static GPtrArray *
list_page_fiber (ValijaFlow *flow, gint64 last, GError **error)
{
  GPtrArray *rows = dex_await_boxed (valija_store_list_without_source (flow->engine->store,
                                                                       valija_folder_get_id (flow->folder), flow->since,
                                                                       last, BATCH_MESSAGES), error);
  guint64 octets = 0;
  guint n = 0;

  while (rows != NULL && n < rows->len && octets < BATCH_BYTES)
    octets += ((ValijaMessageRow *) g_ptr_array_index (rows, n++))->size;
  if (rows != NULL)
    g_ptr_array_set_size (rows, n);
  return rows;
}

/* The folder that the user has opened or asked for meanwhile goes before the rest of this one. */
static gboolean
enter_fiber (Fetch *fetch, ValijaFlow *flow, ValijaMailReader *reader, GError **error)
{
  ValijaLane *lane = flow->runtime->fetching;
  gboolean users = (flow->flags & VALIJA_SYNC_BACKGROUND) == 0 ||
                   valija_engine_is_in_view (fetch->engine, flow->folder);
  DexFuture *entered;

  if (fetch->turn != NULL && !valija_lane_is_urgent (lane, flow->folder))
    return TRUE;
  if (!finish_fiber (fetch, error))
    return FALSE;

  g_clear_pointer (&fetch->turn, valija_turn_unref);
  entered = valija_engine_race (fetch->engine,
                                valija_lane_enter (lane, users ? VALIJA_HASTE_USER : VALIJA_HASTE_BACKGROUND,
                                                   flow->folder),
                                valija_progress_get_cancellable (fetch->progress));
  return (fetch->turn = dex_await_boxed (entered, error)) != NULL &&
         valija_account_runtime_still_has (flow->runtime, VALIJA_SESSION (reader), error);
}

static gboolean
fetch_pages_fiber (Fetch *fetch, ValijaFlow *flow, ValijaMailReader *reader, GError **error)
{
  gint64 last = 0;

  while (TRUE)
    {
      g_autoptr(GPtrArray) rows = NULL;
      g_auto(GStrv) remote_ids = NULL;

      if (!enter_fiber (fetch, flow, reader, error) || !(rows = list_page_fiber (flow, last, error)))
        return FALSE;
      if (rows->len == 0)
        return TRUE;

      last = ((ValijaMessageRow *) g_ptr_array_index (rows, rows->len - 1))->id;
      g_hash_table_remove_all (fetch->ids);
      if (!take_twins_fiber (fetch, rows, error))
        return FALSE;

      remote_ids = choose_remote_ids (fetch, rows);
      if (remote_ids[0] != NULL &&
          !fetch_page_fiber (fetch, reader, flow->folder, (const char * const *) remote_ids, error))
        return FALSE;
    }
}

static DexFuture *
fetch_bodies_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(ValijaMailReader) reader = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(Fetch) fetch = {
    .engine = flow->engine,
    .progress = flow->progress,
    .ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
    .sources = new_sources (),
  };

  if (!(reader = valija_account_runtime_dup_reader (flow->runtime, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  fetch_pages_fiber (&fetch, flow, reader, &error);
  if (!finish_fiber (&fetch, error == NULL ? &error : NULL))
    g_debug ("Not all that came of “%s” could be written", valija_folder_get_name (flow->folder));

  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_for_uint (fetch.n_fetched);
}

DexFuture *
valija_engine_fetch_bodies (ValijaEngine         *self,
                            ValijaAccountRuntime *runtime,
                            ValijaFolder         *folder,
                            gint64                since,
                            guint                 flags,
                            ValijaProgress       *progress)
{
  ValijaFlow *flow = valija_flow_new (self, runtime);

  flow->since = since;
  flow->flags = flags;
  g_set_object (&flow->folder, folder);
  g_set_object (&flow->progress, progress);
  valija_progress_set_detail (progress, valija_folder_get_display_name (folder));
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "fetch bodies", fetch_bodies_fiber, flow,
                              (GDestroyNotify) valija_flow_free);
}
