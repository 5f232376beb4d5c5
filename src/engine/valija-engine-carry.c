/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* Messages that move between two stores: from a server to this computer, from here to a server, from one server to
 * another. Each is copied, and goes from where it was in the step that knows its copy to be safe. */

typedef struct
{
  ValijaEngine *engine;
  ValijaFolder *target;
  ValijaAccountRuntime *runtime;   /* nullable: of a target on a server */
  gboolean in_turn;
  gboolean keep;                   /* the original stays */
} Carry;

static DexFuture *
replay (Carry *carry)
{
  return carry->in_turn ? valija_engine_replay_journal (carry->engine, carry->runtime)
                        : valija_engine_flush (carry->engine, carry->runtime->account);
}

/* One that was not begun is taken back; of one that was begun nobody but the server knows whether it is done, so it
 * stays, and is looked for there the next time. */
static gboolean
end_line_fiber (Carry *carry, gint64 line, GError *failure, GError **error)
{
  GHashTable *awaited = carry->runtime->awaited;
  ValijaLineEnd end = GPOINTER_TO_INT (g_hash_table_lookup (awaited, &line));
  g_autoptr(GError) dropped = NULL;

  g_hash_table_remove (awaited, &line);
  if (end == VALIJA_LINE_DONE)
    return TRUE;

  if (end == VALIJA_LINE_WAITS && !dex_await (valija_store_drop_carrying (carry->engine->store, line), &dropped))
    g_debug ("What was not begun waits: %s", dropped->message);

  if (failure != NULL)
    g_propagate_error (error, g_error_copy (failure));
  else
    valija_error_set (error, VALIJA_ERROR_REFUSED, _("The server did not take the message."));
  return FALSE;
}

static gboolean
carry_to_server_fiber (Carry        *carry,
                       gint64        message,
                       GBytes       *source,
                       ValijaFlags   flags,
                       gint64        received,
                       GError      **error)
{
  g_autoptr(GError) failure = NULL;
  gint64 line;

  if (!valija_await_int64 (valija_store_carry_message (carry->engine->store, message,
                                                       valija_folder_get_id (carry->target), source, flags, received,
                                                       carry->keep), &line, error))
    return FALSE;

  g_hash_table_insert (carry->runtime->awaited, g_memdup2 (&line, sizeof line), GINT_TO_POINTER (VALIJA_LINE_WAITS));
  dex_await (replay (carry), &failure);
  return end_line_fiber (carry, line, failure, error);
}

static gboolean
carry_message_fiber (Carry *carry, ValijaMessage *message, GError **error)
{
  ValijaEngine *self = carry->engine;
  g_autoptr(GBytes) source = NULL;

  if (!(source = dex_await_boxed (valija_engine_load_source (self, message, NULL), error)))
    return FALSE;

  if (carry->runtime != NULL)
    return carry_to_server_fiber (carry, valija_message_get_id (message), source, valija_message_get_flags (message),
                                  valija_message_get_date (message), error);

  return valija_await_int64 (valija_engine_replace_locally (self, valija_message_get_id (message),
                                                            valija_folder_get_id (carry->target), source,
                                                            valija_message_get_flags (message)), NULL, error);
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
                           gboolean         in_turn,
                           ValijaProgress  *progress,
                           GError         **error)
{
  g_autoptr(ValijaAccountRuntime) runtime = NULL;
  Carry carry = { .engine = self, .target = target, .in_turn = in_turn };

  if (!valija_folder_get_local (target) && !(runtime = dup_runtime (self, target, error)))
    return FALSE;

  carry.runtime = runtime;
  for (guint i = 0; i < messages->len; i++)
    {
      if (progress != NULL &&
          g_cancellable_set_error_if_cancelled (valija_progress_get_cancellable (progress), error))
        return FALSE;
      if (!carry_message_fiber (&carry, g_ptr_array_index (messages, i), error))
        return FALSE;
      if (progress != NULL)
        valija_progress_update (progress, i + 1, messages->len);
    }

  return TRUE;
}

gboolean
valija_engine_copy_draft_fiber (ValijaEngine *self, gint64 draft, ValijaFolder *target, GError **error)
{
  g_autoptr(ValijaAccountRuntime) runtime = dup_runtime (self, target, error);
  Carry carry = { .engine = self, .target = target, .runtime = runtime, .keep = TRUE };
  g_autoptr(GBytes) source = NULL;

  return runtime != NULL && (source = dex_await_boxed (valija_store_load_source (self->store, draft), error)) != NULL &&
         carry_to_server_fiber (&carry, draft, source, VALIJA_FLAG_DRAFT | VALIJA_FLAG_SEEN, 0, error);
}
