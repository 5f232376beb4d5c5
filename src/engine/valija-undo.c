/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

struct _ValijaUndo
{
  GObject parent_instance;

  char *label;
  GPtrArray *steps;          /* of ValijaUndoStep */
};

G_DEFINE_FINAL_TYPE (ValijaUndo, valija_undo, G_TYPE_OBJECT)

static void
step_free (ValijaUndoStep *step)
{
  if (step->copies)
    g_hash_table_remove (step->runtime->copied, &step->operation);
  g_array_unref (step->messages);
  g_object_unref (step->runtime);
  g_strfreev (step->added_labels);
  g_strfreev (step->removed_labels);
  g_free (step);
}

static void
valija_undo_finalize (GObject *object)
{
  ValijaUndo *self = VALIJA_UNDO (object);

  g_free (self->label);
  g_ptr_array_unref (self->steps);

  G_OBJECT_CLASS (valija_undo_parent_class)->finalize (object);
}

static void
valija_undo_class_init (ValijaUndoClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = valija_undo_finalize;
}

static void
valija_undo_init (ValijaUndo *self)
{
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) step_free);
}

ValijaUndo *
valija_undo_new (void)
{
  return g_object_new (VALIJA_TYPE_UNDO, NULL);
}

ValijaUndoStep *
valija_undo_add_step (ValijaUndo *self, ValijaAccountRuntime *runtime)
{
  ValijaUndoStep *step = g_new0 (ValijaUndoStep, 1);

  step->messages = g_array_new (FALSE, FALSE, sizeof (gint64));
  step->runtime = g_object_ref (runtime);
  g_ptr_array_add (self->steps, step);
  return step;
}

ValijaUndoStep *
valija_undo_add_copies (ValijaUndo *self, ValijaAccountRuntime *runtime, gint64 operation, gint64 target)
{
  ValijaUndoStep *step = valija_undo_add_step (self, runtime);

  step->copies = TRUE;
  step->operation = operation;
  step->target = target;
  if (operation != 0)
    g_hash_table_insert (runtime->copied, g_memdup2 (&operation, sizeof operation), NULL);
  return step;
}

void
valija_undo_set_label (ValijaUndo *self, char *label)
{
  g_free (self->label);
  self->label = label;
}

const char *
valija_undo_get_label (ValijaUndo *self)
{
  g_return_val_if_fail (VALIJA_IS_UNDO (self), NULL);

  return self->label;
}

/* What the copies of @step are called on their server: NULL until they are there. */
static GPtrArray *
get_names (ValijaUndoStep *step)
{
  return g_hash_table_lookup (step->runtime->copied, &step->operation);
}

/* What is there under a name that nobody has told cannot be told from the original. */
static gboolean
has_lost_copies (ValijaUndoStep *step)
{
  GPtrArray *names = step->copies ? get_names (step) : NULL;

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (*(const char *) g_ptr_array_index (names, i) == '\0')
      return TRUE;

  return FALSE;
}

gboolean
valija_undo_can_undo (ValijaUndo *self)
{
  g_return_val_if_fail (VALIJA_IS_UNDO (self), FALSE);

  for (guint i = 0; i < self->steps->len; i++)
    {
      ValijaUndoStep *step = g_ptr_array_index (self->steps, i);

      /* What was deleted for good comes back only as long as the journal holds it. */
      if ((step->final && step->operation == 0) || has_lost_copies (step))
        return FALSE;
    }

  return self->steps->len > 0;
}

/* ---- Taking it back ---- */

typedef struct
{
  ValijaEngine *engine;
  ValijaUndo *undo;
} Undo;

static void
undo_free (Undo *undo)
{
  g_object_unref (undo->engine);
  g_object_unref (undo->undo);
  g_free (undo);
}

/* What the server is being told at this moment can be called back no more: then it is waited for, and NOT_FOUND tells
 * that it was done. A replay that has listed the line already learns by the runtime that it is gone. */
static gboolean
take_back_fiber (ValijaEngine *self, ValijaUndoStep *step, GError **error)
{
  ValijaAccountRuntime *runtime = step->runtime;
  g_autoptr(ValijaTurn) turn = NULL;

  if (g_hash_table_contains (runtime->on_their_way, &step->operation) &&
      !(turn = dex_await_boxed (valija_engine_race (self, valija_lane_enter (runtime->lane, VALIJA_HASTE_USER, NULL),
                                                    NULL), error)))
    return FALSE;

  g_hash_table_insert (runtime->taken_back, g_memdup2 (&step->operation, sizeof step->operation),
                       GINT_TO_POINTER (FALSE));
  if (dex_await (valija_store_undo_operation (self->store, step->operation), error))
    {
      g_hash_table_insert (runtime->taken_back, g_memdup2 (&step->operation, sizeof step->operation),
                           GINT_TO_POINTER (TRUE));
      return TRUE;
    }

  g_hash_table_remove (runtime->taken_back, &step->operation);
  return FALSE;
}

/* They go for good: the originals are where they were. */
static gboolean
delete_copies_fiber (ValijaEngine *self, ValijaUndoStep *step, GError **error)
{
  const gint64 *ids = (const gint64 *) (const void *) step->messages->data;
  GPtrArray *names = get_names (step);

  if (step->operation == 0)
    return valija_await_int64 (valija_store_delete_messages (self->store, ids, step->messages->len), NULL, error);
  if (names != NULL && !has_lost_copies (step))
    return dex_await (valija_store_delete_remote (self->store, step->target, names), error);

  valija_error_set (error, VALIJA_ERROR_REFUSED, _("This cannot be taken back any more."));
  return FALSE;
}

/* A line that the server has not seen is taken back; what it knows already is done the other way round. */
static gboolean
undo_step_fiber (ValijaEngine *self, ValijaUndoStep *step, GError **error)
{
  const gint64 *ids = (const gint64 *) (const void *) step->messages->data;
  g_autoptr(GError) failure = NULL;

  if (step->operation != 0)
    {
      if (take_back_fiber (self, step, &failure))
        return TRUE;

      if (!g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }

  if (step->final)
    {
      valija_error_set (error, VALIJA_ERROR_REFUSED, _("This cannot be taken back any more."));
      return FALSE;
    }

  if (step->copies)
    return delete_copies_fiber (self, step, error);

  if (step->target != 0)
    return valija_await_int64 (valija_store_move_messages (self->store, ids, step->messages->len, step->source),
                               NULL, error);

  if (step->added_labels != NULL)
    return valija_await_int64 (valija_store_change_labels (self->store, ids, step->messages->len,
                                                           (const char * const *) step->removed_labels,
                                                           (const char * const *) step->added_labels), NULL, error);

  return valija_await_int64 (valija_store_change_flags (self->store, ids, step->messages->len,
                                                        step->removed, step->added), NULL, error);
}

static DexFuture *
undo_fiber (gpointer data)
{
  Undo *args = data;
  GPtrArray *steps = args->undo->steps;
  g_autoptr(GError) error = NULL;

  for (guint i = steps->len; i > 0; i--)
    {
      ValijaUndoStep *step = g_ptr_array_index (steps, i - 1);

      if (!undo_step_fiber (args->engine, step, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));

      valija_engine_journal_changed (args->engine, step->runtime);
    }

  return dex_future_new_true ();
}

DexFuture *
valija_engine_undo (ValijaEngine *self, ValijaUndo *undo)
{
  Undo *args;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_UNDO (undo));

  args = g_new0 (Undo, 1);
  args->engine = g_object_ref (self);
  args->undo = g_object_ref (undo);
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "undo", undo_fiber, args, (GDestroyNotify) undo_free);
}
