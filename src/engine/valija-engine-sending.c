/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include "engine/valija-outbox-verdict.h"

#include <glib/gi18n-lib.h>

/* What of the outbox is of one account goes to its server, and its copies to where sent mail is kept. */

/* As much is on its way at one time, where that saves turns. Were Valija killed then, it would not know of any of these
 * messages whether it was sent. The next begin together, when a quarter is left: one by one each would be a turn. */
#define AHEAD_COUNT 32
#define AHEAD_BYTES (2 * 1024 * 1024)
/* What takes long enough for somebody to ask how far it is. */
#define SHOWN_FROM_OCTETS (256 * 1024)

typedef struct
{
  ValijaEngine *engine;            /* the flow holds them */
  ValijaAccountRuntime *runtime;
  ValijaMailSender *sender;
  guint n_sent;
  ValijaProgress *progress;        /* of all of them, in messages */
  GQueue flights;                  /* of Flight, in the order in which they were started */
  gsize size;                      /* of those */
} Sending;

/* From @from, or not at all: the item may have been taken back or sent since it was listed. */
static gboolean
set_state_fiber (Sending                    *sending,
                 gint64                      id,
                 ValijaOutboxState           from,
                 const ValijaOutboxVerdict  *verdict,
                 GError                    **error)
{
  if (verdict->unreached)
    g_hash_table_add (sending->runtime->unreached, g_memdup2 (&id, sizeof id));
  else
    g_hash_table_remove (sending->runtime->unreached, &id);

  return dex_await (valija_store_set_outbox_state (sending->engine->store, id, from, verdict->state, verdict->words,
                                                   verdict->not_before, verdict->remaining), error);
}

/* What became of one that was being sent, which is in @state still. Nobody else knows it: where it cannot be written it
 * is remembered. */
static gboolean
settle_item_fiber (Sending                    *sending,
                   gint64                      id,
                   ValijaOutboxState           state,
                   const ValijaOutboxVerdict  *verdict,
                   GError                    **error)
{
  g_autoptr(ValijaOutboxVerdict) copy = valija_outbox_verdict_copy (verdict);
  g_autoptr(GError) owing = NULL;
  g_autoptr(GError) failure = NULL;

  if (copy->owes_copy)
    dex_await (valija_store_owe_outbox_copy (sending->engine->store, id, TRUE), &owing);
  if (state == VALIJA_OUTBOX_SENDING)
    set_state_fiber (sending, id, VALIJA_OUTBOX_SENDING, copy, &failure);
  if (owing == NULL && failure == NULL)
    {
      g_hash_table_remove (sending->runtime->unwritten, &id);
      return TRUE;
    }

  g_hash_table_replace (sending->runtime->unwritten, g_memdup2 (&id, sizeof id), g_steal_pointer (&copy));
  g_propagate_error (error, failure != NULL ? g_steal_pointer (&failure) : g_steal_pointer (&owing));
  return FALSE;
}

/* Those that are still marked as being sent, while nothing is: it could not be written what became of them. */
static gboolean
settle_left_fiber (Sending *sending, GError **error)
{
  g_autoptr(GError) broken_off = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  g_autoptr(GPtrArray) items = NULL;

  if (!(items = dex_await_boxed (valija_store_list_outbox (sending->engine->store), error)))
    return FALSE;

  for (guint i = 0; i < items->len; i++)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i);
      const ValijaOutboxVerdict *known = g_hash_table_lookup (sending->runtime->unwritten, &item->id);
      g_autoptr(ValijaOutboxVerdict) unknown = valija_outbox_judge_failure (item, VALIJA_OUTBOX_SENDING, broken_off);

      if ((known != NULL || item->state == VALIJA_OUTBOX_SENDING) &&
          g_str_equal (item->account, valija_account_runtime_get_id (sending->runtime)) &&
          !settle_item_fiber (sending, item->id, item->state, known != NULL ? known : unknown, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
fail_item_fiber (Sending             *sending,
                 ValijaStoredOutbox  *item,
                 ValijaOutboxState    from,
                 const GError        *failure,
                 GError             **error)
{
  g_autoptr(ValijaOutboxVerdict) verdict = valija_outbox_judge_failure (item, from, failure);

  return from == VALIJA_OUTBOX_SENDING ? settle_item_fiber (sending, item->id, from, verdict, error)
                                       : set_state_fiber (sending, item->id, from, verdict, error);
}

/* ---- Copies ---- */

gboolean
valija_engine_keep_sent_fiber (ValijaEngine          *self,
                               ValijaAccountRuntime  *runtime,
                               ValijaStoredOutbox    *item,
                               gboolean               server_kept_copy,
                               GError               **error)
{
  ValijaSentCopy plan = server_kept_copy ? VALIJA_SENT_COPY_BY_SERVER : valija_engine_plan_sent_copy (runtime);
  ValijaFolder *folder;
  g_autoptr(GBytes) copy = NULL;
  gint64 id;

  if (item->copy_kept)
    return TRUE;
  if (plan != VALIJA_SENT_COPY_APPENDED && plan != VALIJA_SENT_COPY_HERE)
    return !item->copy_owed || dex_await (valija_store_owe_outbox_copy (self->store, item->id, FALSE), error);

  if (!(copy = dex_await_boxed (valija_store_load_outbox_copy (self->store, item->id), error)))
    return FALSE;

  folder = valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_SENT, FALSE);
  if (plan == VALIJA_SENT_COPY_APPENDED && folder != NULL)
    {
      valija_engine_journal_changed (self, runtime);
      id = valija_folder_get_id (folder);
      return valija_await_int64 (valija_store_append_message (self->store, id, copy, VALIJA_FLAG_SEEN, item->id), NULL,
                                 error);
    }

  return valija_await_int64 (valija_engine_ensure_local_folder (self, runtime, VALIJA_FOLDER_ROLE_SENT), &id, error) &&
         valija_await_int64 (valija_engine_file_copy (self, id, copy, VALIJA_FLAG_SEEN, item->id), NULL, error);
}

/* Those that were sent when their copy could not be kept. */
static gboolean
keep_owed_fiber (Sending *sending, GError **error)
{
  g_autoptr(GPtrArray) items = NULL;

  if (!(items = dex_await_boxed (valija_store_list_outbox (sending->engine->store), error)))
    return FALSE;

  for (guint i = 0; i < items->len; i++)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i);
      g_autoptr(GError) failure = NULL;

      if (item->state == VALIJA_OUTBOX_SENT && item->copy_owed &&
          g_str_equal (item->account, valija_account_runtime_get_id (sending->runtime)) &&
          !valija_engine_keep_sent_fiber (sending->engine, sending->runtime, item, FALSE, &failure))
        g_debug ("The copy still could not be kept: %s", failure->message);
    }

  return TRUE;
}

/* ---- One message ---- */

/* The copy comes before the last word: whoever pulls the plug in between finds the message as uncertain, with its
 * copy in Sent, and not as sent with no copy at all. */
static gboolean
finish_item_fiber (Sending            *sending,
                   ValijaStoredOutbox *item,
                   ValijaEnvelope     *envelope,
                   ValijaReceipt      *receipt,
                   GError            **error)
{
  ValijaCapabilities capabilities = valija_session_get_capabilities (VALIJA_SESSION (sending->sender));
  g_autoptr(ValijaOutboxVerdict) verdict = valija_outbox_judge_receipt (item, envelope, receipt, capabilities);
  g_autoptr(GError) failure = NULL;

  sending->n_sent++;
  if (!valija_engine_keep_sent_fiber (sending->engine, sending->runtime, item, receipt->server_kept_copy, &failure))
    {
      /* Translators: the subject of a message, and the reason, a sentence */
      valija_engine_notice (sending->engine, _("“%s” was sent, but its copy could not be kept: %s"), item->subject,
                            failure->message);
      verdict->owes_copy = TRUE;
    }

  return settle_item_fiber (sending, item->id, VALIJA_OUTBOX_SENDING, verdict, error);
}

/* Whether it came no further than to the server's door, where the next message would fare no better, and a wrong
 * password would be given once more. */
static gboolean
failure_is_of_connection (const GError *error)
{
  ValijaStep step = valija_error_get_step (error);

  return step != VALIJA_STEP_NONE && step <= VALIJA_STEP_SIGN_IN;
}

/* The user has said Cancel. */
static gboolean
is_stopped (Sending *sending)
{
  return g_cancellable_is_cancelled (valija_progress_get_cancellable (sending->progress));
}

/* One that is on its way, or about to be. */
typedef struct
{
  ValijaStoredOutbox *item;  /* of the list */
  ValijaEnvelope *envelope;
  GBytes *source;            /* nullable once it is on its way */
  gsize size;
  ValijaAccountRuntime *shown; /* nullable: who shows the next */
  ValijaProgress *progress;  /* nullable until then, in octets */
  DexFuture *receipt;        /* nullable until then */
} Flight;

static void
flight_free (Flight *flight)
{
  g_clear_pointer (&flight->envelope, valija_envelope_unref);
  g_clear_pointer (&flight->source, g_bytes_unref);
  if (flight->shown != NULL)
    valija_account_runtime_end_progress (flight->shown, flight->progress);
  g_clear_object (&flight->shown);
  g_clear_object (&flight->progress);
  dex_clear (&flight->receipt);
  g_free (flight);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Flight, flight_free)

/* NULL without @error where it was taken back since it was listed. */
static Flight *
load_flight_fiber (Sending *sending, ValijaStoredOutbox *item, GError **error)
{
  ValijaStore *store = sending->engine->store;
  g_autoptr(Flight) flight = g_new0 (Flight, 1);
  g_autoptr(GError) failure = NULL;

  flight->item = item;
  if ((flight->envelope = dex_await_boxed (valija_store_load_outbox_envelope (store, item->id), &failure)) &&
      (flight->source = dex_await_boxed (valija_store_load_outbox_source (store, item->id), &failure)))
    {
      flight->size = g_bytes_get_size (flight->source);
      return g_steal_pointer (&flight);
    }

  if (!g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&failure));

  return NULL;
}

/* From *@next on, as many as may be on their way, each read before any begins. NULL with @error. */
static GPtrArray *
load_flights_fiber (Sending *sending, GPtrArray *items, guint *next, GError **error)
{
  g_autoptr(GPtrArray) flights = g_ptr_array_new_with_free_func ((GDestroyNotify) flight_free);
  guint limit = valija_mail_sender_overlaps (sending->sender) ? AHEAD_COUNT : 1;
  gsize size = sending->size;

  for (; *next < items->len && sending->flights.length + flights->len < limit && size < AHEAD_BYTES; (*next)++)
    {
      g_autoptr(GError) failure = NULL;
      Flight *flight = load_flight_fiber (sending, g_ptr_array_index (items, *next), &failure);

      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (flight == NULL)
        continue;

      size += flight->size;
      g_ptr_array_add (flights, flight);
    }

  return g_steal_pointer (&flights);
}

/* Cancel is meant for all that is to be sent, and may have been said already. A large one shows how far it is. */
static void
watch_flight (Sending *sending, Flight *flight)
{
  GCancellable *cancellable = valija_progress_get_cancellable (sending->progress);

  flight->progress = valija_progress_new_octets (_("Sending a message"));
  valija_progress_update (flight->progress, 0, flight->size);
  g_signal_connect_object (valija_progress_get_cancellable (flight->progress), "cancelled",
                           G_CALLBACK (valija_progress_cancel), sending->progress, G_CONNECT_SWAPPED);
  g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (valija_progress_cancel), flight->progress,
                           G_CONNECT_SWAPPED);
  if (g_cancellable_is_cancelled (cancellable))
    valija_progress_cancel (flight->progress);

  if (flight->size < SHOWN_FROM_OCTETS)
    return;

  flight->shown = g_object_ref (sending->runtime);
  valija_account_runtime_begin_progress (flight->shown, flight->progress);
}

/* Returns FALSE when the batch must end, with @error. What is to begin is marked in one go, durable before the first
 * byte of it goes. Nothing is started where somebody was faster: it may have been taken back or sent since it was
 * listed. */
static gboolean
start_items_fiber (Sending *sending, GPtrArray *items, guint *next, GError **error)
{
  g_autoptr(GPtrArray) flights = NULL;
  g_autoptr(GHashTable) begun = NULL;
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint first = *next;

  if (!(flights = load_flights_fiber (sending, items, next, error)))
    return FALSE;

  /* Nothing has begun */
  if (is_stopped (sending))
    {
      *next = first;
      return TRUE;
    }

  for (guint i = 0; i < flights->len; i++)
    g_array_append_val (ids, ((Flight *) g_ptr_array_index (flights, i))->item->id);
  if (!(begun = dex_await_boxed (valija_store_begin_outbox (sending->engine->store, ids), error)))
    return FALSE;

  while (flights->len > 0)
    {
      g_autoptr(Flight) flight = g_ptr_array_steal_index (flights, 0);
      g_autoptr(GBytes) source = g_steal_pointer (&flight->source);

      if (!g_hash_table_contains (begun, &flight->item->id))
        continue;

      watch_flight (sending, flight);
      flight->receipt = valija_mail_sender_send (sending->sender, flight->envelope, source, flight->progress);
      sending->size += flight->size;
      g_queue_push_tail (&sending->flights, g_steal_pointer (&flight));
    }

  return TRUE;
}

/* Whether the user took it back, and the server does not have it: by the sender's word, or since the connection failed
 * before it was handed over, which is as good. */
static gboolean
was_stopped (Sending *sending, const GError *failure)
{
  return is_stopped (sending) && !g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_UNCERTAIN) &&
         (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
          (failure->domain == VALIJA_ERROR && valija_error_is_transient (failure)));
}

static gboolean
stop_flight_fiber (Sending *sending, Flight *flight, GError **error)
{
  g_autoptr(ValijaOutboxVerdict) held = valija_outbox_judge_stop ();

  return settle_item_fiber (sending, flight->item->id, VALIJA_OUTBOX_SENDING, held, error);
}

/* Returns FALSE when the batch must end. A message that the server refuses does not end it: *@last tells of it. */
static gboolean
finish_flight_fiber (Sending *sending, GError **last)
{
  g_autoptr(Flight) flight = g_queue_pop_head (&sending->flights);
  g_autoptr(ValijaReceipt) receipt = NULL;
  g_autoptr(GError) error = NULL;

  sending->size -= flight->size;
  /* Not raced with anything: the message is on its way, and only the session knows how far it came. */
  if ((receipt = dex_await_boxed (g_steal_pointer (&flight->receipt), &error)))
    {
      if (finish_item_fiber (sending, flight->item, flight->envelope, receipt, &error))
        return TRUE;
    }
  else if (was_stopped (sending, error))
    {
      g_clear_error (&error);
      if (stop_flight_fiber (sending, flight, &error))
        return TRUE;
    }
  else
    {
      g_autoptr(GError) failure = g_steal_pointer (&error);

      g_clear_error (last);
      *last = g_error_copy (failure);
      if (fail_item_fiber (sending, flight->item, VALIJA_OUTBOX_SENDING, failure, &error))
        return !failure_is_of_connection (failure) && !valija_error_is_transient (failure) &&
               !valija_error_is_cancelled (failure);
    }

  g_clear_error (last);
  g_propagate_error (last, g_steal_pointer (&error));
  return FALSE;
}

static GPtrArray *
list_due_fiber (Sending *sending, GError **error)
{
  ValijaAccountRuntime *runtime = sending->runtime;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  GPtrArray *items;

  if (!(items = dex_await_boxed (valija_store_list_outbox (sending->engine->store), error)))
    return NULL;

  for (guint i = items->len; i > 0; i--)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i - 1);

      gboolean due = item->not_before <= now ||
                     (runtime->reachable && g_hash_table_contains (runtime->unreached, &item->id));

      if (item->state != VALIJA_OUTBOX_PENDING || !due ||
          !g_str_equal (item->account, valija_account_runtime_get_id (runtime)))
        g_ptr_array_remove_index (items, i - 1);
    }

  runtime->reachable = FALSE;
  return items;
}

/* The connection could not be had. Nothing was sent: each item from @first on says why, and waits or asks for the
 * user. */
static void
fail_rest_fiber (Sending *sending, GPtrArray *items, guint first, const GError *failure)
{
  for (guint i = first; i < items->len; i++)
    {
      g_autoptr(GError) error = NULL;

      if (!fail_item_fiber (sending, g_ptr_array_index (items, i), VALIJA_OUTBOX_PENDING, failure, &error))
        g_debug ("The outbox could not be written: %s", error->message);
    }
}

/* They would otherwise begin again at once. */
static void
hold_rest_fiber (Sending *sending, GPtrArray *items, guint first)
{
  g_autoptr(ValijaOutboxVerdict) held = valija_outbox_judge_stop ();

  for (guint i = first; i < items->len; i++)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i);
      g_autoptr(GError) error = NULL;

      if (!set_state_fiber (sending, item->id, VALIJA_OUTBOX_PENDING, held, &error))
        g_debug ("The outbox could not be written: %s", error->message);
    }
}

/* One connection for all; it costs nothing when it is open, and is made again when a message before broke it. */
static gboolean
open_sender_fiber (Sending *sending, GError **error)
{
  DexFuture *opened = valija_account_runtime_open (sending->runtime, VALIJA_SESSION (sending->sender));

  return dex_await (valija_engine_race (sending->engine, opened, valija_progress_get_cancellable (sending->progress)),
                    error);
}

/* Whether the next messages are to wait for those that are on their way. */
static gboolean
is_full (Sending *sending)
{
  return sending->flights.length > (valija_mail_sender_overlaps (sending->sender) ? AHEAD_COUNT / 4 : 0) ||
         sending->size > AHEAD_BYTES / 4;
}

/* Starts and finishes until nothing is left, or nothing more is to be started; what is on its way comes to its end in
 * any case. */
static void
send_items_fiber (Sending *sending, GPtrArray *items, GError **last)
{
  gboolean stop = FALSE;
  guint next = 0;

  while (sending->flights.length > 0 || (next < items->len && !stop))
    {
      g_autoptr(GError) error = NULL;

      /* What is done, and not what was begun */
      valija_progress_update (sending->progress, next - sending->flights.length, items->len);
      if (stop || next == items->len || is_full (sending))
        {
          stop = !finish_flight_fiber (sending, last) || stop;
          continue;
        }

      if (is_stopped (sending))
        {
          hold_rest_fiber (sending, items, next);
          next = items->len;
          continue;
        }

      if (!open_sender_fiber (sending, &error))
        {
          if (is_stopped (sending))
            continue;
          fail_rest_fiber (sending, items, next, error);
          next = items->len;
        }
      else if (start_items_fiber (sending, items, &next, &error))
        continue;

      stop = TRUE;
      g_clear_error (last);
      *last = g_steal_pointer (&error);
    }

  if (*last != NULL && failure_is_of_connection (*last))
    fail_rest_fiber (sending, items, next, *last);
}

static DexFuture *
send_account_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaAccountRuntime *runtime = flow->runtime;
  DexFuture *entered = valija_lane_enter (runtime->sending, VALIJA_HASTE_USER, NULL);
  g_autoptr(ValijaProgress) progress = NULL;
  g_autoptr(ValijaTurn) turn = NULL;
  g_autoptr(ValijaMailSender) sender = NULL;
  g_autoptr(GPtrArray) items = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) last = NULL;
  Sending sending = { .engine = flow->engine, .runtime = runtime, .flights = G_QUEUE_INIT };

  if (!(turn = dex_await_boxed (valija_engine_race (flow->engine, entered, NULL), &error)) ||
      !settle_left_fiber (&sending, &error) ||
      !keep_owed_fiber (&sending, &error) ||
      !(items = list_due_fiber (&sending, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (items->len > 0 && !(sender = valija_account_runtime_dup_sender (runtime, &error)))
    {
      fail_rest_fiber (&sending, items, 0, error);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  sending.sender = sender;
  /* Cancelling stops before the next message; what is on its way comes to its end, unless it is large and the server
   * does not have all of it yet */
  progress = valija_progress_new (_("Sending messages"));
  sending.progress = progress;
  if (items->len > 0)
    valija_account_runtime_begin_progress (runtime, progress);
  send_items_fiber (&sending, items, &last);
  if (items->len > 0)
    valija_account_runtime_end_progress (runtime, progress);
  if (last != NULL)
    return dex_future_new_for_error (g_steal_pointer (&last));

  return dex_future_new_for_uint (sending.n_sent);
}

DexFuture *
valija_engine_send_account (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "send", send_account_fiber, valija_flow_new (self, runtime),
                              (GDestroyNotify) valija_flow_free);
}
