/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* What has been sent stays visible for a while. */
#define KEEP_SENT_ITEMS (7 * 24 * 60 * 60)

#define FIRST_RETRY 60
#define LAST_RETRY (60 * 60)

/* RFC 5321 §4.5.4.1 gives up after four to five days: these are five, at one an hour, of a computer that is on. */
#define MAX_ATTEMPTS 125

/* As much is on its way at one time, where that saves turns. Were Valija killed then, it would not know of any of these
 * messages whether it was sent. The next begin together, when a quarter is left: one by one each would be a turn. */
#define AHEAD_COUNT 32
#define AHEAD_BYTES (2 * 1024 * 1024)

/* ---- The list ---- */

static void
show_items (ValijaEngine *self, GPtrArray *stored)
{
  g_autoptr(GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  GListModel *model = G_LIST_MODEL (self->outbox);
  guint n_old = g_list_model_get_n_items (model);
  gboolean same = n_old == stored->len;

  g_array_set_size (ids, n_old);
  for (guint i = 0; i < n_old; i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (model, i);
      gint64 *id = &g_array_index (ids, gint64, i);

      *id = valija_outbox_item_get_id (item);
      g_hash_table_insert (known, id, item);
    }

  for (guint i = 0; i < stored->len; i++)
    {
      ValijaStoredOutbox *row = g_ptr_array_index (stored, i);
      ValijaOutboxItem *item = g_hash_table_lookup (known, &row->id);
      ValijaAccountRuntime *runtime = valija_engine_find_runtime_by_id (self, row->account);
      ValijaAccount *account = runtime != NULL ? runtime->account : NULL;

      if (item != NULL && valija_outbox_item_get_account (item) == account)
        g_object_ref (item);
      else
        item = valija_outbox_item_new (row->id, account);

      valija_outbox_item_update (item, row->subject, row->recipients, row->state, row->words, row->date,
                                 row->attempts, row->not_before);
      same = same && g_hash_table_lookup (known, &row->id) == item && g_array_index (ids, gint64, i) == row->id;
      g_ptr_array_add (items, item);
    }

  if (!same)
    g_list_store_splice (self->outbox, 0, n_old, items->pdata, items->len);

  g_signal_emit_by_name (self, "outbox-changed");
}

/* When the next item is due: it wakes the engine by itself. */
static void
schedule_next (ValijaEngine *self, GPtrArray *stored)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < stored->len; i++)
    {
      ValijaStoredOutbox *row = g_ptr_array_index (stored, i);

      /* Of an account that is gone nothing is ever sent. */
      if (valija_engine_find_runtime_by_id (self, row->account) == NULL)
        continue;

      if (row->state == VALIJA_OUTBOX_PENDING)
        next = MIN (next, row->not_before);
      else if (row->state == VALIJA_OUTBOX_SENT && row->copy_owed)
        next = MIN (next, now + LAST_RETRY);
    }

  if (next != G_MAXINT64)
    valija_engine_outbox_due (self, (guint) CLAMP (next - now, 1, LAST_RETRY));
}

static DexFuture *
load_outbox_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaEngine *self = flow->engine;
  gint64 oldest = g_get_real_time () / G_USEC_PER_SEC - KEEP_SENT_ITEMS;
  g_autoptr(GPtrArray) stored = NULL;
  g_autoptr(GError) error = NULL;

  if (!(stored = dex_await_boxed (valija_store_list_outbox (self->store), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = stored->len; i > 0; i--)
    {
      ValijaStoredOutbox *row = g_ptr_array_index (stored, i - 1);

      if (row->state != VALIJA_OUTBOX_SENT || row->copy_owed || row->date >= oldest)
        continue;

      valija_future_forget (valija_store_remove_outbox (self->store, row->id), "old outbox item");
      g_ptr_array_remove_index (stored, i - 1);
    }

  show_items (self, stored);
  schedule_next (self, stored);
  return dex_future_new_true ();
}

DexFuture *
valija_engine_load_outbox (ValijaEngine *self)
{
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "outbox", load_outbox_fiber,
                              valija_flow_new (self, NULL), (GDestroyNotify) valija_flow_free);
}

GListModel *
valija_engine_get_outbox (ValijaEngine *self)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  return G_LIST_MODEL (self->outbox);
}

static gboolean
outbox_due_cb (gpointer user_data)
{
  ValijaEngine *self = user_data;

  self->outbox_flush_source = 0;
  valija_future_forget (valija_engine_flush_outbox (self, NULL), "outbox");
  return G_SOURCE_REMOVE;
}

void
valija_engine_outbox_due (ValijaEngine *self, guint seconds)
{
  if (!self->started)
    return;

  g_clear_handle_id (&self->outbox_flush_source, g_source_remove);
  self->outbox_flush_source = g_timeout_add_seconds (seconds, outbox_due_cb, self);
}

/* ---- Sending one account's part ---- */

typedef struct
{
  ValijaEngine *engine;            /* the flow holds them */
  ValijaAccountRuntime *runtime;
  ValijaMailSender *sender;
  guint n_sent;
  GQueue flights;                  /* of Flight, in the order in which they were started */
  gsize size;                      /* of those */
} Sending;

/* From @from, or not at all: the item may have been taken back or sent since it was listed. */
static gboolean
set_state_fiber (Sending           *sending,
                 gint64             id,
                 ValijaOutboxState  from,
                 ValijaOutboxState  state,
                 const char        *words,
                 gint64             not_before,
                 GPtrArray         *remaining,
                 GError           **error)
{
  return dex_await (valija_store_set_outbox_state (sending->engine->store, id, from, state, words, not_before,
                                                   remaining), error);
}

static gboolean
is_last_attempt (ValijaStoredOutbox *item)
{
  return item->attempts + 1 >= MAX_ATTEMPTS;
}

/* What a failed attempt means for the message. A server that cannot be reached is waited for, for as long as it takes;
 * one that puts the message off again and again is not. */
static ValijaOutboxState
state_after (ValijaStoredOutbox *item, ValijaOutboxState from, const GError *error)
{
  if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNCERTAIN))
    return VALIJA_OUTBOX_UNCERTAIN;
  /* Who breaks it off does not know how far it has come */
  if (valija_error_is_cancelled (error))
    return from == VALIJA_OUTBOX_SENDING ? VALIJA_OUTBOX_UNCERTAIN : VALIJA_OUTBOX_PENDING;
  if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_TRY_LATER) && is_last_attempt (item))
    return VALIJA_OUTBOX_ERROR;

  return valija_error_is_transient (error) ? VALIJA_OUTBOX_PENDING : VALIJA_OUTBOX_ERROR;
}

/* On a line of its own. @line: (nullable) */
static void
append_server_line (GString *words, const char *line)
{
  g_autofree char *quoted = NULL;

  if (line == NULL || line[0] == '\0')
    return;

  quoted = valija_server_line_quote (line);
  g_string_append_printf (words, "%s%s", words->len > 0 ? "\n" : "", quoted);
}

/* What it means, what to do, and behind it what the server said. */
static char *
dup_words (const GError *error)
{
  const char *server_line = valija_error_get_server_line (error);
  g_autofree char *advice = valija_error_dup_advice (error);
  g_autoptr(GString) words = g_string_new (error->message);

  if (advice[0] != '\0')
    g_string_append_printf (words, "\n%s", advice);
  if (server_line != NULL && strstr (error->message, server_line) == NULL)
    append_server_line (words, server_line);

  return g_string_free (g_steal_pointer (&words), FALSE);
}

/* Nullable */
static char *
dup_failure_words (ValijaOutboxState state, const GError *error)
{
  g_autofree char *words = NULL;

  if (valija_error_is_cancelled (error))
    return state != VALIJA_OUTBOX_UNCERTAIN
             ? NULL
             : g_strdup (_("The sending was broken off. The message may have been sent: look for it in the sent mail "
                           "before you send it again."));

  words = dup_words (error);
  if (state != VALIJA_OUTBOX_ERROR || !g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_TRY_LATER))
    return g_steal_pointer (&words);

  return g_strdup_printf ("%s\n%s", words,
                          _("The server has put this message off for five days. Valija does not try again by itself."));
}

static gint64
retry_time (guint attempts)
{
  gint64 delay = (gint64) FIRST_RETRY << MIN (attempts, 6);

  return g_get_real_time () / G_USEC_PER_SEC + MIN (delay, LAST_RETRY);
}

static gboolean
fail_item_fiber (Sending             *sending,
                 ValijaStoredOutbox  *item,
                 ValijaOutboxState    from,
                 const GError        *failure,
                 GError             **error)
{
  ValijaOutboxState state = state_after (item, from, failure);
  g_autofree char *words = dup_failure_words (state, failure);

  return set_state_fiber (sending, item->id, from, state, words,
                          state == VALIJA_OUTBOX_PENDING ? retry_time (item->attempts) : 0, NULL, error);
}

/* Those that the server refused, with what is to be said of them. */
typedef struct
{
  GPtrArray *recipients;     /* of char * */
  gboolean transient;        /* all of them may be accepted later */
  char *words;
} Refused;

static void
refused_free (Refused *refused)
{
  g_ptr_array_unref (refused->recipients);
  g_free (refused->words);
  g_free (refused);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Refused, refused_free)

static char *
dup_refused_words (Refused *refused, gboolean last, const char *lines)
{
  guint n = refused->recipients->len;

  if (!refused->transient)
    return g_strdup_printf (ngettext ("Sent to the others, but the server refused %u recipient:%s",
                                      "Sent to the others, but the server refused %u recipients:%s", n), n, lines);
  if (last)
    return g_strdup_printf (ngettext ("Sent to the others. The server has put off %u recipient for five days, and"
                                      " Valija does not try again by itself:%s",
                                      "Sent to the others. The server has put off %u recipients for five days, and"
                                      " Valija does not try again by itself:%s", n), n, lines);

  return g_strdup_printf (ngettext ("Sent to the others. The server did not take it yet for %u recipient,"
                                    " and Valija tries again:%s",
                                    "Sent to the others. The server did not take it yet for %u"
                                    " recipients, and Valija tries again:%s", n), n, lines);
}

/* NULL when the server took all. */
static Refused *
collect_refused (ValijaReceipt *receipt, gboolean last)
{
  g_autoptr(Refused) refused = g_new0 (Refused, 1);
  g_autoptr(GString) text = g_string_new (NULL);

  refused->recipients = g_ptr_array_new_with_free_func (g_free);
  refused->transient = TRUE;
  for (guint i = 0; i < receipt->recipients->len; i++)
    {
      ValijaRecipientResult *result = g_ptr_array_index (receipt->recipients, i);

      if (result->accepted)
        continue;

      refused->transient &= result->transient;
      g_ptr_array_add (refused->recipients, g_strdup (result->recipient));
      if (result->words != NULL)
        g_string_append_printf (text, "\n%s: %s", result->recipient, result->words);
      else
        g_string_append_printf (text, "\n%s", result->recipient);
      append_server_line (text, result->server_line);
    }

  if (refused->recipients->len == 0)
    return NULL;

  refused->words = dup_refused_words (refused, last, text->str);
  return g_steal_pointer (&refused);
}

gboolean
valija_engine_keep_sent_fiber (ValijaEngine          *self,
                               ValijaAccountRuntime  *runtime,
                               ValijaStoredOutbox    *item,
                               gboolean               server_kept_copy,
                               GError               **error)
{
  ValijaSentCopy plan = server_kept_copy ? VALIJA_SENT_COPY_BY_SERVER : valija_engine_plan_sent_copy (self, runtime);
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

/* (nullable): where a receipt was asked for and none will come, that; and what the server said. */
static char *
dup_sent_words (Sending *sending, ValijaEnvelope *envelope, ValijaReceipt *receipt)
{
  ValijaCapabilities capabilities = valija_session_get_capabilities (VALIJA_SESSION (sending->sender));
  g_autoptr(GString) words = g_string_new (NULL);

  if (envelope->delivery_receipt && (capabilities & VALIJA_CAPABILITY_DELIVERY_RECEIPT) == 0)
    g_string_append (words, _("This server gives no delivery receipts. Ask the reader to confirm instead."));
  append_server_line (words, receipt->server_line);

  return words->len > 0 ? g_string_free (g_steal_pointer (&words), FALSE) : NULL;
}

/* The copy comes before the last word: whoever pulls the plug in between finds the message as uncertain, with its
 * copy in Sent, and not as sent with no copy at all. */
static gboolean
finish_item_fiber (Sending            *sending,
                   ValijaStoredOutbox *item,
                   ValijaEnvelope     *envelope,
                   ValijaReceipt      *receipt,
                   GError            **error)
{
  gboolean last = is_last_attempt (item);
  g_autoptr(Refused) refused = collect_refused (receipt, last);
  g_autofree char *words = NULL;
  g_autoptr(GError) failure = NULL;

  sending->n_sent++;
  if (!valija_engine_keep_sent_fiber (sending->engine, sending->runtime, item, receipt->server_kept_copy, &failure))
    {
      /* Translators: the subject of a message, and the reason, a sentence */
      valija_engine_notice (sending->engine, _("“%s” was sent, but its copy could not be kept: %s"), item->subject,
                            failure->message);
      if (!dex_await (valija_store_owe_outbox_copy (sending->engine->store, item->id, TRUE), error))
        return FALSE;
    }

  if (refused != NULL && refused->transient && !last)
    return set_state_fiber (sending, item->id, VALIJA_OUTBOX_SENDING, VALIJA_OUTBOX_PENDING, refused->words,
                            retry_time (item->attempts), refused->recipients, error);
  if (refused != NULL)
    return set_state_fiber (sending, item->id, VALIJA_OUTBOX_SENDING, VALIJA_OUTBOX_ERROR, refused->words, 0,
                            refused->recipients, error);

  words = dup_sent_words (sending, envelope, receipt);
  return set_state_fiber (sending, item->id, VALIJA_OUTBOX_SENDING, VALIJA_OUTBOX_SENT, words, 0, NULL, error);
}

/* Whether it came no further than to the server's door, where the next message would fare no better, and a wrong
 * password would be given once more. */
static gboolean
failure_is_of_connection (const GError *error)
{
  ValijaStep step = valija_error_get_step (error);

  return step != VALIJA_STEP_NONE && step <= VALIJA_STEP_SIGN_IN;
}

/* One that is on its way, or about to be. */
typedef struct
{
  ValijaStoredOutbox *item;  /* of the list */
  ValijaEnvelope *envelope;
  GBytes *source;            /* nullable once it is on its way */
  gsize size;
  DexFuture *receipt;        /* nullable until then */
} Flight;

static void
flight_free (Flight *flight)
{
  g_clear_pointer (&flight->envelope, valija_envelope_unref);
  g_clear_pointer (&flight->source, g_bytes_unref);
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

/* Returns FALSE when the batch must end, with @error. What is to begin is marked in one go, durable before the first
 * byte of it goes. Nothing is started where somebody was faster: it may have been taken back or sent since it was
 * listed. */
static gboolean
start_items_fiber (Sending *sending, GPtrArray *items, guint *next, GError **error)
{
  g_autoptr(GPtrArray) flights = NULL;
  g_autoptr(GHashTable) begun = NULL;
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (!(flights = load_flights_fiber (sending, items, next, error)))
    return FALSE;

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

      flight->receipt = valija_mail_sender_send (sending->sender, flight->envelope, source);
      sending->size += flight->size;
      g_queue_push_tail (&sending->flights, g_steal_pointer (&flight));
    }

  return TRUE;
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
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  GPtrArray *items;

  if (!(items = dex_await_boxed (valija_store_list_outbox (sending->engine->store), error)))
    return NULL;

  for (guint i = items->len; i > 0; i--)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i - 1);

      if (item->state != VALIJA_OUTBOX_PENDING || item->not_before > now ||
          !g_str_equal (item->account, valija_account_runtime_get_id (sending->runtime)))
        g_ptr_array_remove_index (items, i - 1);
    }

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
  gint64 later = g_get_real_time () / G_USEC_PER_SEC + LAST_RETRY;

  for (guint i = first; i < items->len; i++)
    {
      ValijaStoredOutbox *item = g_ptr_array_index (items, i);
      g_autoptr(GError) error = NULL;

      if (!set_state_fiber (sending, item->id, VALIJA_OUTBOX_PENDING, VALIJA_OUTBOX_PENDING,
                            _("You stopped the sending. It goes on in an hour, or when you say so."), later, NULL,
                            &error))
        g_debug ("The outbox could not be written: %s", error->message);
    }
}

/* One connection for all; it costs nothing when it is open, and is made again when a message before broke it. */
static gboolean
open_sender_fiber (Sending *sending, GError **error)
{
  DexFuture *opened = valija_account_runtime_open (sending->runtime, VALIJA_SESSION (sending->sender));

  return dex_await (valija_engine_race (sending->engine, opened, NULL), error);
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
send_items_fiber (Sending *sending, GPtrArray *items, ValijaProgress *progress, GError **last)
{
  GCancellable *cancellable = valija_progress_get_cancellable (progress);
  gboolean stop = FALSE;
  guint next = 0;

  while (sending->flights.length > 0 || (next < items->len && !stop))
    {
      g_autoptr(GError) error = NULL;

      /* What is done, and not what was begun */
      valija_progress_update (progress, next - sending->flights.length, items->len);
      if (stop || next == items->len || is_full (sending))
        {
          stop = !finish_flight_fiber (sending, last) || stop;
          continue;
        }

      if (g_cancellable_is_cancelled (cancellable))
        {
          hold_rest_fiber (sending, items, next);
          next = items->len;
          continue;
        }

      if (!open_sender_fiber (sending, &error))
        {
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
  DexFuture *entered = valija_lane_enter (runtime->sending);
  g_autoptr(ValijaProgress) progress = NULL;
  g_autoptr(ValijaTurn) turn = NULL;
  g_autoptr(ValijaMailSender) sender = NULL;
  g_autoptr(GPtrArray) items = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) last = NULL;
  Sending sending = { .engine = flow->engine, .runtime = runtime, .flights = G_QUEUE_INIT };

  if (!(turn = dex_await_boxed (valija_engine_race (flow->engine, entered, NULL), &error)) ||
      !keep_owed_fiber (&sending, &error) ||
      !(items = list_due_fiber (&sending, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (items->len > 0 && !(sender = valija_account_runtime_dup_sender (runtime, &error)))
    {
      fail_rest_fiber (&sending, items, 0, error);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  sending.sender = sender;
  /* Cancelling stops before the next message; what is on its way must come to its end */
  progress = valija_progress_new (_("Sending messages"));
  if (items->len > 0)
    valija_account_runtime_begin_progress (runtime, progress);
  send_items_fiber (&sending, items, progress, &last);
  if (items->len > 0)
    valija_account_runtime_end_progress (runtime, progress);
  if (last != NULL)
    return dex_future_new_for_error (g_steal_pointer (&last));

  return dex_future_new_for_uint (sending.n_sent);
}

/* ---- From outside ---- */

static DexFuture *
flush_outbox_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(GPtrArray) runtimes = NULL;
  g_autoptr(GError) last = NULL;
  g_autoptr(GError) error = NULL;
  guint n_sent = 0;

  if (flow->runtime != NULL)
    {
      runtimes = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (runtimes, g_object_ref (flow->runtime));
    }
  else
    runtimes = valija_engine_list_runtimes (flow->engine);

  for (guint i = 0; i < runtimes->len; i++)
    {
      g_autoptr(GError) failure = NULL;

      n_sent += dex_await_uint (valija_engine_spawn (flow->engine, VALIJA_FLOW_OWNED, "send", send_account_fiber,
                                                     valija_flow_new (flow->engine, g_ptr_array_index (runtimes, i)),
                                                     (GDestroyNotify) valija_flow_free), &failure);
      if (failure != NULL)
        {
          g_clear_error (&last);
          last = g_steal_pointer (&failure);
        }
    }

  if (!dex_await (valija_engine_load_outbox (flow->engine), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (last != NULL)
    return dex_future_new_for_error (g_steal_pointer (&last));

  return dex_future_new_for_uint (n_sent);
}

DexFuture *
valija_engine_flush_outbox (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  if (account != NULL && !(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "flush the outbox", flush_outbox_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}

static DexFuture *
reloaded_cb (DexFuture *future, gpointer user_data)
{
  return valija_engine_load_outbox (user_data);
}

/* What the list shows may be older than what the store knows, which decides. */
DexFuture *
valija_engine_retry_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_OUTBOX_ITEM (item));

  valija_engine_outbox_due (self, 0);
  return dex_future_then (valija_store_retry_outbox (self->store, valija_outbox_item_get_id (item)),
                          reloaded_cb, g_object_ref (self), g_object_unref);
}

DexFuture *
valija_engine_remove_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_OUTBOX_ITEM (item));

  return dex_future_then (valija_store_remove_outbox (self->store, valija_outbox_item_get_id (item)),
                          reloaded_cb, g_object_ref (self), g_object_unref);
}
