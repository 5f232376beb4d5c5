/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "base/valija-promise.h"
#include "base/valija-spool.h"
#include "mime/valija-mime-message.h"

/* What is fetched in the blink of an eye is not shown with what goes on in the account. */
#define SHOWN_FROM_OCTETS (1024 * 1024)

/* Of what is larger the text is fetched first. That costs two turns: at 50 ms each, as long as this takes on a line of
 * 20 Mbit/s. */
#define OUTLINE_FROM_OCTETS (256 * 1024)

typedef struct
{
  ValijaEngine *engine;
  ValijaMessage *message;
  ValijaProgress *progress;  /* nullable */
  DexPromise *outline;       /* nullable: settled */
  gint64 id;
} MessageFlow;

static MessageFlow *
message_flow_new (ValijaEngine *engine, ValijaMessage *message, gint64 id)
{
  MessageFlow *flow = g_new0 (MessageFlow, 1);

  flow->engine = g_object_ref (engine);
  g_set_object (&flow->message, message);
  flow->id = id;
  return flow;
}

/* Once; @message is nullable: nothing is to be read before all of it is here. */
static void
settle_outline (MessageFlow *flow, ValijaMimeMessage *message)
{
  GValue value = G_VALUE_INIT;
  GError *error = NULL;

  if (flow->outline == NULL)
    return;

  if (message != NULL)
    {
      g_value_init (&value, VALIJA_TYPE_MIME_MESSAGE);
      g_value_set_object (&value, message);
      valija_promise_resolve (flow->outline, &value);
      g_value_unset (&value);
    }
  else
    {
      /* Nobody is told: all of it comes. */
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "No outline");
      valija_promise_reject (flow->outline, error);
    }
  dex_clear (&flow->outline);
}

static void
message_flow_free (MessageFlow *flow)
{
  g_object_unref (flow->engine);
  g_clear_object (&flow->message);
  g_clear_object (&flow->progress);
  settle_outline (flow, NULL);
  g_free (flow);
}

static void
set_message_gone (GError **error)
{
  valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("The message is no longer there."));
}

/* ---- Finding ---- */

static gboolean
fill_fiber (ValijaEngine *self, ValijaMessage *message, GError **error)
{
  gint64 id = valija_message_get_id (message);
  g_autoptr(GPtrArray) rows = NULL;
  ValijaMessageRow *row;
  ValijaFolder *folder;

  if (!(rows = dex_await_boxed (valija_store_load_rows (self->store, &id, 1), error)))
    return FALSE;

  row = rows->len > 0 ? g_ptr_array_index (rows, 0) : NULL;
  folder = row != NULL ? valija_engine_find_folder_by_id (self, row->folder_id) : NULL;
  if (folder == NULL)
    {
      set_message_gone (error);
      return FALSE;
    }

  valija_message_fill (message, folder, row);
  return TRUE;
}

static DexFuture *
complete_fiber (gpointer data)
{
  MessageFlow *flow = data;
  g_autoptr(GError) error = NULL;

  if (!fill_fiber (flow->engine, flow->message, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_object (g_object_ref (flow->message));
}

DexFuture *
valija_engine_complete_message (ValijaEngine *self, ValijaMessage *message)
{
  if (valija_message_get_folder (message) != NULL)
    return dex_future_new_take_object (g_object_ref (message));

  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "complete message", complete_fiber,
                              message_flow_new (self, message, 0), (GDestroyNotify) message_flow_free);
}

DexFuture *
valija_engine_find_message (ValijaEngine *self, gint64 id)
{
  g_autoptr(ValijaMessage) message = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  message = valija_message_new (id);
  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "find message", complete_fiber,
                              message_flow_new (self, message, 0), (GDestroyNotify) message_flow_free);
}

/* ---- Sources ---- */

/* Nullable, without an error: then the server has to be asked. */
static GBytes *
load_twin_fiber (ValijaEngine *self, gint64 id)
{
  return dex_await_boxed (valija_store_load_twin_source (self->store, id), NULL);
}

static GBytes *
keep_source_fiber (ValijaEngine *self, gint64 id, GBytes *bytes, GError **error)
{
  g_autoptr(GPtrArray) unread = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_unread_source_free);
  g_autoptr(GPtrArray) stored = NULL;
  ValijaUnreadSource *source = g_new0 (ValijaUnreadSource, 1);

  source->message = id;
  source->source = g_bytes_ref (bytes);
  g_ptr_array_add (unread, source);

  if (!(stored = dex_await_boxed (valija_engine_index_sources (g_steal_pointer (&unread)), error)) ||
      !dex_await (valija_store_write_sources (self->store, stored), error))
    return NULL;

  return g_bytes_ref (bytes);
}

/* Nullable: what the server has of @message. */
static ValijaFetched *
fetch_shown_fiber (ValijaAccountRuntime *runtime, DexFuture *fetching, ValijaMessage *message, ValijaProgress *progress,
                   GError **error)
{
  gboolean shown = valija_message_get_size (message) >= SHOWN_FROM_OCTETS;
  ValijaFetched *fetched;

  if (shown)
    valija_account_runtime_begin_progress (runtime, progress);
  fetched = dex_await_boxed (fetching, error);
  if (shown)
    valija_account_runtime_end_progress (runtime, progress);

  return fetched;
}

static gpointer
parse_outline_in_thread (gpointer user_data, GError **error)
{
  return valija_mime_message_parse_outline (user_data);
}

/* Nullable: whatever is the matter, the message itself is then asked for, and has the last word. */
static ValijaMimeMessage *
fetch_outline_fiber (MessageFlow *flow, ValijaMailReader *reader, const char *folder_id, const char *remote_id,
                     ValijaProgress *progress)
{
  GCancellable *cancellable = valija_progress_get_cancellable (progress);
  g_autoptr(GBytes) outline = NULL;

  outline = dex_await_boxed (valija_engine_race (flow->engine,
                                                 valija_mail_reader_fetch_outline (reader, folder_id, remote_id),
                                                 cancellable), NULL);

  return outline != NULL ? dex_await_object (valija_future_run_in_thread (VALIJA_TYPE_MIME_MESSAGE,
                                                                          parse_outline_in_thread,
                                                                          g_steal_pointer (&outline),
                                                                          (GDestroyNotify) g_bytes_unref), NULL)
                         : NULL;
}

static GBytes *
fetch_source_fiber (MessageFlow *flow, GError **error)
{
  ValijaEngine *self = flow->engine;
  ValijaMessage *message = flow->message;
  ValijaFolder *folder = valija_message_get_folder (message);
  ValijaAccountRuntime *found = valija_engine_find_runtime (self, valija_folder_get_account (folder));
  g_autoptr(ValijaAccountRuntime) runtime = found != NULL ? g_object_ref (found) : NULL;
  g_autoptr(ValijaMailReader) reader = NULL;
  g_autoptr(ValijaProgress) progress = NULL;
  g_autoptr(ValijaFetched) fetched = NULL;
  g_autofree char *folder_id = g_strdup (valija_folder_get_remote_id (folder));
  g_autofree char *remote_id = g_strdup (valija_message_get_remote_id (message));
  DexFuture *fetching;

  if (runtime == NULL || folder_id[0] == '\0' || remote_id[0] == '\0')
    {
      set_message_gone (error);
      return NULL;
    }

  if (!(reader = valija_account_runtime_dup_reader (runtime, error)))
    return NULL;

  progress = flow->progress != NULL ? g_object_ref (flow->progress)
                                    : valija_progress_new_octets (_("Fetching a message"));
  valija_progress_update (progress, 0, valija_message_get_size (message));
  if (flow->outline != NULL && valija_message_get_size (message) >= OUTLINE_FROM_OCTETS)
    {
      g_autoptr(ValijaMimeMessage) outline = fetch_outline_fiber (flow, reader, folder_id, remote_id, progress);

      settle_outline (flow, outline);
    }

  fetching = valija_engine_race (self, valija_mail_reader_fetch_message (reader, folder_id, remote_id, progress),
                                 valija_progress_get_cancellable (progress));
  if (!(fetched = fetch_shown_fiber (runtime, fetching, message, progress, error)))
    return NULL;

  return keep_source_fiber (self, valija_message_get_id (message), fetched->source, error);
}

static gboolean
has_remote_id (ValijaMessage *message)
{
  return valija_message_get_remote_id (message) != NULL && valija_message_get_remote_id (message)[0] != '\0';
}

static GBytes *
load_source_fiber (MessageFlow *flow, GError **error)
{
  ValijaEngine *self = flow->engine;
  ValijaMessage *message = flow->message;
  g_autoptr(GError) missing = NULL;
  ValijaAccount *account;
  GBytes *source;

  if ((source = dex_await_boxed (valija_store_load_source (self->store, valija_message_get_id (message)), &missing)))
    return source;

  if (!g_error_matches (missing, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&missing));
      return NULL;
    }

  if ((source = load_twin_fiber (self, valija_message_get_id (message))))
    {
      g_autoptr(GBytes) twin = source;

      return keep_source_fiber (self, valija_message_get_id (message), twin, error);
    }

  if (!fill_fiber (self, message, error))
    return NULL;

  /* Its move waits in the journal, and until that is done it has no name in its new folder. */
  account = valija_folder_get_account (valija_message_get_folder (message));
  if (!has_remote_id (message) &&
      (!dex_await (valija_engine_flush (self, account), error) || !fill_fiber (self, message, error)))
    return NULL;

  return fetch_source_fiber (flow, error);
}

static DexFuture *
load_source_flow_fiber (gpointer data)
{
  MessageFlow *flow = data;
  g_autoptr(GError) error = NULL;
  GBytes *source;

  if (!(source = load_source_fiber (flow, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_boxed (G_TYPE_BYTES, source);
}

DexFuture *
valija_engine_load_source (ValijaEngine *self, ValijaMessage *message, ValijaProgress *progress, DexFuture **outline)
{
  MessageFlow *flow;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_MESSAGE (message));

  flow = message_flow_new (self, message, 0);
  g_set_object (&flow->progress, progress);
  if (outline != NULL)
    {
      flow->outline = dex_promise_new ();
      *outline = DEX_FUTURE (dex_ref (flow->outline));
    }
  /* What was asked for is fetched and kept even when nobody looks any more: it will be wanted again. */
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "load source", load_source_flow_fiber, flow,
                              (GDestroyNotify) message_flow_free);
}

static gpointer
load_file_in_thread (gpointer user_data, GError **error)
{
  return valija_spool_load_file (user_data, error);
}

DexFuture *
valija_engine_load_file (GFile *file)
{
  dex_return_error_if_fail (G_IS_FILE (file));

  return valija_future_run_in_thread (G_TYPE_BYTES, load_file_in_thread, g_object_ref (file), g_object_unref);
}

static gpointer
parse_in_thread (gpointer user_data, GError **error)
{
  return valija_mime_message_parse (user_data);
}

DexFuture *
valija_engine_parse_source (ValijaEngine *self, GBytes *source)
{
  dex_return_error_if_fail (source != NULL);

  return valija_future_run_in_thread (VALIJA_TYPE_MIME_MESSAGE, parse_in_thread, g_bytes_ref (source),
                                      (GDestroyNotify) g_bytes_unref);
}

static DexFuture *
load_message_fiber (gpointer data)
{
  MessageFlow *flow = data;
  g_autoptr(ValijaMimeMessage) parsed = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GError) error = NULL;

  if (!(source = dex_await_boxed (valija_engine_load_source (flow->engine, flow->message, NULL, NULL), &error)) ||
      !(parsed = dex_await_object (valija_engine_parse_source (flow->engine, source), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_object (g_steal_pointer (&parsed));
}

DexFuture *
valija_engine_load_message (ValijaEngine *self, ValijaMessage *message)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_MESSAGE (message));

  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "load message", load_message_fiber,
                              message_flow_new (self, message, 0), (GDestroyNotify) message_flow_free);
}

/* ---- Filing here ---- */

typedef struct
{
  ValijaEngine *engine;
  gint64 folder;
  GBytes *source;
  ValijaFlags flags;
  gint64 outbox;             /* whose copy it is, 0 for none */
} Filing;

static void
filing_free (Filing *filing)
{
  g_object_unref (filing->engine);
  g_bytes_unref (filing->source);
  g_free (filing);
}

static DexFuture *
file_locally_fiber (gpointer data)
{
  Filing *filing = data;
  g_autoptr(ValijaReadSource) read = NULL;
  g_autofree char *remote_id = g_uuid_string_random ();
  g_autoptr(GError) error = NULL;
  gint64 id;

  if (!(read = dex_await_boxed (valija_engine_read_source (filing->source, remote_id), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  read->info->flags = filing->flags;
  if (!valija_await_int64 (valija_store_add_message (filing->engine->store, filing->folder, read->info, read->stored,
                                                     filing->outbox), &id, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_for_int64 (id);
}

DexFuture *
valija_engine_file_copy (ValijaEngine *self, gint64 folder, GBytes *source, ValijaFlags flags, gint64 outbox)
{
  Filing *filing = g_new0 (Filing, 1);

  filing->engine = g_object_ref (self);
  filing->folder = folder;
  filing->source = g_bytes_ref (source);
  filing->flags = flags;
  filing->outbox = outbox;
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "file here", file_locally_fiber, filing,
                              (GDestroyNotify) filing_free);
}

DexFuture *
valija_engine_file_locally (ValijaEngine *self, gint64 folder, GBytes *source, ValijaFlags flags)
{
  return valija_engine_file_copy (self, folder, source, flags, 0);
}
