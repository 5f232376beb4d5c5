/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

/* Neighbouring lines of the journal that the server is told in one command: where one takes back what the one before
 * it does, the second alone. Each message that moves between two stores has a line of its own, to be done or taken back
 * by itself; a question for each would be slow. */

static gboolean
fits (ValijaOperation *first, ValijaOperation *line, gboolean files_many)
{
  if (line->kind != first->kind || g_strcmp0 (line->folder, first->folder) != 0 ||
      g_strcmp0 (line->mark, first->mark) != 0)
    return FALSE;

  /* Of drafts it is to be known what each is called there, which the server tells of one at a time. Those that have a
   * mark were filed together before */
  return line->kind == VALIJA_OPERATION_DELETE ||
         (line->kind == VALIJA_OPERATION_APPEND && line->carries && (line->add & VALIJA_FLAG_DRAFT) == 0 &&
          valija_labels_is_empty ((const char * const *) line->add_labels) && (files_many || line->mark != NULL));
}

static gboolean
equal_labels (char **a, char **b)
{
  return valija_labels_equal ((const char * const *) a, (const char * const *) b);
}

/* Whether after the second everything is as if the first had never been: the server may have heard of that one already,
 * in a life of ours that ended before its answer, so that the second is told all the same. */
static gboolean
takes_back (ValijaOperation *line, ValijaOperation *first)
{
  if (line->kind != VALIJA_OPERATION_FLAGS || g_strcmp0 (line->folder, first->folder) != 0 ||
      line->remote_ids->len != first->remote_ids->len ||
      line->add != first->remove || line->remove != first->add ||
      !equal_labels (line->add_labels, first->remove_labels) || !equal_labels (line->remove_labels, first->add_labels))
    return FALSE;

  for (guint i = 0; i < line->remote_ids->len; i++)
    if (g_strcmp0 (g_ptr_array_index (line->remote_ids, i), g_ptr_array_index (first->remote_ids, i)) != 0 ||
        *(const char *) g_ptr_array_index (line->remote_ids, i) == '\0')
      return FALSE;

  return TRUE;
}

GPtrArray *
valija_engine_list_together (ValijaAccountRuntime *runtime,
                             ValijaMailOrganizer  *organizer,
                             GPtrArray            *operations,
                             guint                 from)
{
  gboolean files_many = valija_mail_organizer_files_many (organizer);
  g_autoptr(GPtrArray) lines = g_ptr_array_new ();
  ValijaOperation *first = g_ptr_array_index (operations, from);

  for (guint i = from; i < operations->len && lines->len < VALIJA_MESSAGES_AT_ONCE; i++)
    {
      ValijaOperation *line = g_ptr_array_index (operations, i);

      if (first->kind == VALIJA_OPERATION_FLAGS ? i > from && (lines->len > 1 || !takes_back (line, first))
                                                : !fits (first, line, files_many))
        break;
      if (g_hash_table_contains (runtime->taken_back, &line->id))
        break;
      g_ptr_array_add (lines, line);
    }

  return lines->len > 1 ? g_steal_pointer (&lines) : NULL;
}

GArray *
valija_engine_list_line_ids (GPtrArray *lines)
{
  GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), lines->len);

  for (guint i = 0; i < lines->len; i++)
    g_array_append_val (ids, ((ValijaOperation *) g_ptr_array_index (lines, i))->id);

  return ids;
}

/* What is gone already is no failure, so all of it can be asked for once more. */
static gboolean
delete_many_fiber (ValijaMailOrganizer *organizer, GPtrArray *lines, gboolean *each, GError **error)
{
  ValijaOperation *first = g_ptr_array_index (lines, 0);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) ids = NULL;
  g_autoptr(GError) failure = NULL;

  for (guint i = 0; i < lines->len; i++)
    {
      ValijaOperation *line = g_ptr_array_index (lines, i);

      for (guint j = 0; j < line->remote_ids->len; j++)
        g_strv_builder_add (builder, g_ptr_array_index (line->remote_ids, j));
    }

  ids = g_strv_builder_end (builder);
  if (dex_await (valija_mail_organizer_delete (organizer, first->folder, (const char * const *) ids), &failure))
    return TRUE;

  *each = valija_engine_wants_each (failure);
  if (!*each)
    g_propagate_error (error, g_steal_pointer (&failure));
  return *each;
}

gboolean
valija_engine_run_together_fiber (ValijaEngine         *self,
                                  ValijaMailOrganizer  *organizer,
                                  GPtrArray            *lines,
                                  GPtrArray           **new_ids,
                                  gboolean             *each,
                                  GError              **error)
{
  ValijaOperation *first = g_ptr_array_index (lines, 0);
  g_autoptr(GArray) ids = NULL;

  *each = FALSE;
  if (first->kind == VALIJA_OPERATION_FLAGS)
    {
      if (!dex_await (valija_engine_run_operation (organizer, g_ptr_array_index (lines, lines->len - 1)), error))
        return FALSE;
    }
  else if (!(first->kind == VALIJA_OPERATION_DELETE
               ? delete_many_fiber (organizer, lines, each, error)
               : valija_engine_put_many_fiber (self, organizer, lines, new_ids, each, error)))
    return FALSE;
  if (*each)
    return TRUE;

  ids = valija_engine_list_line_ids (lines);
  return dex_await (valija_store_finish_together (self->store, (const gint64 *) (const void *) ids->data, ids->len,
                                                  *new_ids), error);
}
