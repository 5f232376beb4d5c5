/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* Messages that move between two stores: from a server to this computer, from here to a server, from one server to
 * another. Each is copied, and goes from where it was in the step that knows its copy to be safe; unless a copy is what
 * is wanted. */

typedef struct
{
  ValijaEngine *engine;
  ValijaFolder *target;
  ValijaAccountRuntime *runtime;   /* nullable: of a target on a server */
  gboolean in_turn;
  ValijaCarry how;
  ValijaUndo *copies;              /* nullable: of VALIJA_CARRY_COPY */
} Carry;

static DexFuture *
replay (Carry *carry)
{
  return carry->in_turn ? valija_engine_replay_journal (carry->engine, carry->runtime)
                        : valija_engine_flush (carry->engine, carry->runtime->account);
}

/* Nobody else may be about to begin them, nor have come to wait for one of them meanwhile. */
static void
drop_lines_fiber (Carry *carry, GArray *lines)
{
  g_autoptr(ValijaTurn) turn = NULL;
  g_autoptr(GError) error = NULL;

  if (!carry->in_turn &&
      !(turn = dex_await_boxed (valija_engine_race (carry->engine,
                                                    valija_lane_enter (carry->runtime->lane, VALIJA_HASTE_USER, NULL),
                                                    NULL), &error)))
    {
      g_debug ("What was not begun waits: %s", error->message);
      return;
    }

  for (guint i = lines->len; i > 0; i--)
    if (g_hash_table_contains (carry->runtime->awaited, &g_array_index (lines, gint64, i - 1)))
      g_array_remove_index (lines, i - 1);

  if (lines->len > 0 &&
      !dex_await (valija_store_drop_carrying (carry->engine->store, (const gint64 *) (const void *) lines->data,
                                              lines->len), &error))
    g_debug ("What was not begun waits: %s", error->message);
}

/* Those that were not begun and that nobody else waits for are taken back; of one that was begun nobody but the server
 * knows whether it is done, so it stays, and is looked for there the next time. */
static gboolean
end_lines_fiber (Carry *carry, GArray *lines, GError *failure, GError **error)
{
  g_autoptr(GArray) waiting = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean done = TRUE;

  for (guint i = 0; i < lines->len; i++)
    {
      gint64 line = g_array_index (lines, gint64, i);
      gboolean last;
      ValijaLineEnd end = valija_account_runtime_take_line (carry->runtime, line, &last);

      done = done && end == VALIJA_LINE_DONE;
      if (end == VALIJA_LINE_WAITS && last)
        g_array_append_val (waiting, line);
    }

  if (done)
    return TRUE;

  if (waiting->len > 0)
    drop_lines_fiber (carry, waiting);
  if (failure != NULL)
    g_propagate_error (error, g_error_copy (failure));
  else
    valija_error_set (error, VALIJA_ERROR_REFUSED, _("The server did not take the message."));
  return FALSE;
}

/* @messages: of ValijaCarried */
static gboolean
carry_to_server_fiber (Carry *carry, GPtrArray *messages, GError **error)
{
  g_autoptr(GArray) lines = NULL;
  g_autoptr(GError) failure = NULL;

  if (!(lines = dex_await_boxed (valija_store_carry_messages (carry->engine->store,
                                                              valija_folder_get_id (carry->target), messages,
                                                              carry->how), error)))
    return FALSE;

  for (guint i = 0; i < lines->len; i++)
    {
      gint64 line = g_array_index (lines, gint64, i);

      valija_account_runtime_await_line (carry->runtime, line);
      if (carry->copies != NULL)
        valija_undo_add_copies (carry->copies, carry->runtime, line, valija_folder_get_id (carry->target));
    }
  dex_await (replay (carry), &failure);
  return end_lines_fiber (carry, lines, failure, error);
}

static gboolean
is_cancelled (ValijaProgress *progress, GError **error)
{
  return progress != NULL &&
         g_cancellable_set_error_if_cancelled (valija_progress_get_cancellable (progress), error);
}

/* The next ones from @from on, as far as they can be had: ValijaCarried. */
static GPtrArray *
load_some_fiber (Carry *carry, GPtrArray *messages, guint from, ValijaProgress *progress, GError **error)
{
  GPtrArray *some = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_carried_free);
  gsize octets = 0;

  for (guint i = from; i < messages->len && some->len < VALIJA_MESSAGES_AT_ONCE && octets < VALIJA_OCTETS_AT_ONCE; i++)
    {
      ValijaMessage *message = g_ptr_array_index (messages, i);
      g_autoptr(GBytes) source = NULL;
      ValijaCarried *carried;

      if (is_cancelled (progress, error) ||
          !(source = dex_await_boxed (valija_engine_load_source (carry->engine, message, NULL, NULL), error)))
        break;

      octets += g_bytes_get_size (source);
      carried = valija_carried_new (valija_message_get_id (message), source, valija_message_get_flags (message),
                                    valija_message_get_date (message));
      carried->labels = g_strdupv ((char **) valija_message_get_labels (message));
      g_ptr_array_add (some, carried);
      /* Having them is what takes its time */
      if (progress != NULL)
        valija_progress_update (progress, i + 1, messages->len);
    }

  return some;
}

static void
note_copies (Carry *carry, GArray *ids)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (carry->engine, valija_folder_get_account (carry->target));
  ValijaUndoStep *step;

  if (carry->copies == NULL || runtime == NULL)
    return;

  step = valija_undo_add_copies (carry->copies, runtime, 0, valija_folder_get_id (carry->target));
  g_array_append_vals (step->messages, ids->data, ids->len);
}

/* @messages: of ValijaCarried. All go in one step, or none. */
static gboolean
file_here_fiber (Carry *carry, GPtrArray *messages, GError **error)
{
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_info_unref);
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GArray) ids = NULL;

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaCarried *carried = g_ptr_array_index (messages, i);
      g_autofree char *remote_id = g_uuid_string_random ();
      g_autoptr(ValijaReadSource) read = NULL;

      if (!(read = dex_await_boxed (valija_engine_read_source (carried->source, remote_id), error)))
        return FALSE;

      read->info->flags = carried->flags;
      read->info->labels = g_strdupv (carried->labels);
      read->stored->message = carried->origin;
      g_ptr_array_add (infos, g_steal_pointer (&read->info));
      g_ptr_array_add (sources, g_steal_pointer (&read->stored));
    }

  if (!(ids = dex_await_boxed (valija_store_supersede_messages (carry->engine->store,
                                                                valija_folder_get_id (carry->target), infos, sources,
                                                                carry->how == VALIJA_CARRY_COPY), error)))
    return FALSE;

  note_copies (carry, ids);
  return TRUE;
}

/* One that cannot be filed does not keep those before it. */
static gboolean
carry_here_fiber (Carry *carry, GPtrArray *messages, GError **error)
{
  g_autoptr(GError) failure = NULL;

  if (file_here_fiber (carry, messages, &failure))
    return TRUE;

  if (messages->len == 1 || valija_error_is_cancelled (failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  for (guint i = 0; i < messages->len; i++)
    {
      g_autoptr(GPtrArray) one = g_ptr_array_new ();

      g_ptr_array_add (one, g_ptr_array_index (messages, i));
      if (!file_here_fiber (carry, one, error))
        return FALSE;
    }

  return TRUE;
}

/* Adds to *n_carried how many it did. */
static gboolean
carry_some_fiber (Carry *carry, GPtrArray *messages, guint *n_carried, ValijaProgress *progress, GError **error)
{
  g_autoptr(GError) missing = NULL;
  g_autoptr(GPtrArray) some = load_some_fiber (carry, messages, *n_carried, progress, &missing);

  /* Those before one that cannot be had are carried all the same */
  if (some->len > 0 &&
      !(carry->runtime != NULL ? carry_to_server_fiber (carry, some, error) : carry_here_fiber (carry, some, error)))
    return FALSE;

  *n_carried += some->len;
  if (missing == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&missing));
  return FALSE;
}

/* Of a folder on a server. */
static ValijaAccountRuntime *
dup_runtime (ValijaEngine *self, ValijaFolder *target, GError **error)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (self, valija_folder_get_account (target));

  if (runtime == NULL)
    valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("This account is not set up here."));

  return runtime != NULL ? g_object_ref (runtime) : NULL;
}

gboolean
valija_engine_carry_fiber (ValijaEngine    *self,
                           GPtrArray       *messages,
                           ValijaFolder    *target,
                           ValijaUndo      *copies,
                           gboolean         in_turn,
                           ValijaProgress  *progress,
                           GError         **error)
{
  g_autoptr(ValijaAccountRuntime) runtime = NULL;
  Carry carry = { .engine = self, .target = target, .in_turn = in_turn, .copies = copies };
  guint n_carried = 0;

  if (!valija_folder_get_local (target) && !(runtime = dup_runtime (self, target, error)))
    return FALSE;

  carry.runtime = runtime;
  carry.how = copies != NULL ? VALIJA_CARRY_COPY : VALIJA_CARRY_MOVE;
  while (n_carried < messages->len)
    if (is_cancelled (progress, error) || !carry_some_fiber (&carry, messages, &n_carried, progress, error))
      return FALSE;

  return TRUE;
}

gboolean
valija_engine_copy_draft_fiber (ValijaEngine *self, gint64 draft, ValijaFolder *target, GError **error)
{
  g_autoptr(ValijaAccountRuntime) runtime = dup_runtime (self, target, error);
  Carry carry = { .engine = self, .target = target, .runtime = runtime, .how = VALIJA_CARRY_DRAFT };
  g_autoptr(GPtrArray) one = NULL;
  g_autoptr(GBytes) source = NULL;
  g_auto(GStrv) labels = NULL;
  ValijaCarried *carried;

  if (runtime == NULL || !(source = dex_await_boxed (valija_store_load_source (self->store, draft), error)) ||
      !valija_engine_read_labels_fiber (self, draft, &labels, error))
    return FALSE;

  carried = valija_carried_new (draft, source, VALIJA_FLAG_DRAFT | VALIJA_FLAG_SEEN, 0);
  carried->labels = g_steal_pointer (&labels);
  one = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_carried_free);
  g_ptr_array_add (one, carried);
  return carry_to_server_fiber (&carry, one, error);
}
