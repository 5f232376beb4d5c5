/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include "mime/valija-mime-header.h"

/* Messages that a change puts into a folder: filed, copied, moved. When the connection goes after the server has done
 * it and before its answer has come, the line is still there and is tried again. So where the folder stands is written
 * down first, and whoever tries again looks for what has come since. */

/* Where the server does not tell the new names of more moved messages than this, the next round lists them anew */
#define ASK_LIMIT 200

typedef struct
{
  ValijaMailOrganizer *organizer;
  ValijaOperation *operation;
  const char *target;
  GStrv message_ids;
  GArray *sizes;
  GPtrArray *new_ids;        /* of char *, "" where not known */
} Put;

static void
put_clear (Put *self)
{
  g_strfreev (self->message_ids);
  g_clear_pointer (&self->sizes, g_array_unref);
  g_clear_pointer (&self->new_ids, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Put, put_clear)

static GStrv
dup_strings (GPtrArray *strings)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < strings->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (strings, i));

  return g_strv_builder_end (builder);
}

static gboolean
is_known (GPtrArray *ids, guint i)
{
  const char *id = i < ids->len ? g_ptr_array_index (ids, i) : "";

  return id[0] != '\0';
}

static gboolean
mark_fiber (ValijaEngine *self, Put *put, GError **error)
{
  g_autofree char *mark = NULL;

  mark = dex_await_string (valija_mail_organizer_mark (put->organizer, put->target), error);
  if (mark == NULL || !dex_await (valija_store_begin_operations (self->store, &put->operation->id, 1, mark), error))
    return FALSE;

  put->operation->mark = g_steal_pointer (&mark);
  return TRUE;
}

/* Gives those found names to @put that no other of its messages has: copies of one message are all found by its
 * Message-ID. */
static void
take_found (Put *put, GArray *unknown, GPtrArray *found)
{
  g_autoptr(GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < put->new_ids->len; i++)
    if (is_known (put->new_ids, i))
      g_hash_table_add (taken, g_ptr_array_index (put->new_ids, i));

  for (guint i = 0; i < unknown->len; i++)
    {
      char **new_id = (char **) &g_ptr_array_index (put->new_ids, g_array_index (unknown, guint, i));

      if (!is_known (found, i) || g_hash_table_contains (taken, g_ptr_array_index (found, i)))
        continue;
      g_set_str (new_id, g_ptr_array_index (found, i));
      g_hash_table_add (taken, *new_id);
    }
}

/* Fills in the new names of those that are there already. Without a mark a repeat does no harm, and nothing tells a
 * copy from an older one. */
static gboolean
find_fiber (Put *put, GError **error)
{
  g_autoptr(GArray) unknown = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr(GArray) sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) message_ids = NULL;
  g_autoptr(GPtrArray) found = NULL;

  if (put->operation->mark[0] == '\0')
    return TRUE;

  for (guint i = 0; i < put->new_ids->len; i++)
    if (!is_known (put->new_ids, i))
      {
        g_array_append_val (unknown, i);
        g_array_append_val (sizes, g_array_index (put->sizes, guint64, i));
        g_strv_builder_add (builder, put->message_ids[i]);
      }
  message_ids = g_strv_builder_end (builder);

  found = dex_await_boxed (valija_mail_organizer_find (put->organizer, put->target, put->operation->mark,
                                                       (const char * const *) message_ids,
                                                       (const guint64 *) (const void *) sizes->data), error);
  if (found == NULL)
    return FALSE;

  take_found (put, unknown, found);
  return TRUE;
}

/* The messages whose copies are (@known) there, or are not. */
static GStrv
list_ids (Put *put, gboolean known)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < put->new_ids->len; i++)
    if (is_known (put->new_ids, i) == known)
      g_strv_builder_add (builder, g_ptr_array_index (put->operation->remote_ids, i));

  return g_strv_builder_end (builder);
}

static guint
count_unknown (Put *put)
{
  guint n = 0;

  for (guint i = 0; i < put->new_ids->len; i++)
    n += !is_known (put->new_ids, i);

  return n;
}

static gboolean
carry_rest_fiber (Put *put, GError **error)
{
  ValijaOperation *operation = put->operation;
  g_auto(GStrv) ids = list_ids (put, FALSE);
  const char * const *rest = (const char * const *) ids;
  g_autoptr(GPtrArray) new_ids = NULL;
  guint at = 0;

  if (ids[0] == NULL)
    return TRUE;

  new_ids = dex_await_boxed (operation->kind == VALIJA_OPERATION_MOVE
                               ? valija_mail_organizer_move (put->organizer, operation->folder, rest, put->target)
                               : valija_mail_organizer_copy (put->organizer, operation->folder, rest, put->target),
                             error);
  if (new_ids == NULL)
    return FALSE;

  for (guint i = 0; i < put->new_ids->len; i++)
    if (!is_known (put->new_ids, i))
      {
        g_free (g_ptr_array_index (put->new_ids, i));
        g_ptr_array_index (put->new_ids, i) = g_strdup (is_known (new_ids, at) ? g_ptr_array_index (new_ids, at) : "");
        at++;
      }

  return TRUE;
}

static gboolean
carry_fiber (Put *put, gboolean again, GError **error)
{
  ValijaOperation *operation = put->operation;
  gboolean move = operation->kind == VALIJA_OPERATION_MOVE;
  g_auto(GStrv) done = NULL;
  g_autoptr(GError) failure = NULL;

  if (again && !find_fiber (put, error))
    return FALSE;

  done = list_ids (put, TRUE);
  if (move && done[0] != NULL &&
      !dex_await (valija_mail_organizer_delete (put->organizer, operation->folder, (const char * const *) done), error))
    return FALSE;

  if (!carry_rest_fiber (put, error))
    return FALSE;

  /* It is done. What they are called now is worth a question: the rows can stay, and what waits behind; copies can be
   * taken back */
  if (count_unknown (put) > 0 && count_unknown (put) <= ASK_LIMIT && !find_fiber (put, &failure))
    g_debug ("The new names of messages could not be asked for: %s", failure->message);

  return TRUE;
}

/* What the user has deleted here meanwhile is not to come there any more. */
static gboolean
was_dropped_fiber (ValijaEngine *self, ValijaOperation *operation)
{
  g_autoptr(GPtrArray) rows = NULL;

  if (operation->origin >= 0)
    return FALSE;

  rows = dex_await_boxed (valija_store_load_rows (self->store, &operation->origin, 1), NULL);
  return rows != NULL && rows->len == 0;
}

static gboolean
append_fiber (ValijaEngine *self, Put *put, gboolean again, GError **error)
{
  ValijaOperation *operation = put->operation;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GBytes) whole = NULL;
  g_autofree char *message_id = NULL;
  g_autofree char *remote_id = NULL;
  g_autoptr(GError) failure = NULL;
  guint64 size;

  if (!(source = dex_await_boxed (valija_store_load_operation_source (self->store, operation->id), error)))
    return FALSE;

  whole = valija_mime_ensure_message_id (source, &message_id);
  size = g_bytes_get_size (whole);
  put->message_ids = g_new0 (char *, 2);
  put->message_ids[0] = g_steal_pointer (&message_id);
  g_array_append_val (put->sizes, size);
  g_ptr_array_add (put->new_ids, g_strdup (""));
  if (again && !find_fiber (put, error))
    return FALSE;
  if (is_known (put->new_ids, 0))
    return TRUE;

  if (operation->carries && was_dropped_fiber (self, operation))
    {
      g_ptr_array_set_size (put->new_ids, 0);
      return TRUE;
    }

  remote_id = dex_await_string (valija_mail_organizer_append (put->organizer, operation->folder, whole, operation->add,
                                                              operation->received), &failure);
  if (remote_id != NULL)
    {
      g_free (g_ptr_array_index (put->new_ids, 0));
      g_ptr_array_index (put->new_ids, 0) = g_steal_pointer (&remote_id);
      /* It is done. Nothing would tell an unnamed draft from what comes under its Message-ID later */
      if (!operation->carries || is_known (put->new_ids, 0) || find_fiber (put, &failure))
        return TRUE;
      /* Its labels are told by its name: it is asked for again before they are lost */
      if (valija_labels_is_empty ((const char * const *) operation->add_labels))
        {
          g_debug ("The new name of a filed message could not be asked for: %s", failure->message);
          return TRUE;
        }
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  /* The answer was lost, and perhaps that alone */
  if (operation->carries && operation->mark[0] != '\0' && valija_error_is_transient (failure) &&
      find_fiber (put, NULL) && is_known (put->new_ids, 0))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
valija_engine_put_fiber (ValijaEngine         *self,
                         ValijaMailOrganizer  *organizer,
                         ValijaOperation      *operation,
                         GPtrArray           **new_ids,
                         GError              **error)
{
  gboolean again = operation->mark != NULL;
  g_auto(Put) put = { .organizer = organizer, .operation = operation };

  put.target = operation->kind == VALIJA_OPERATION_APPEND ? operation->folder : operation->target;
  put.sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  put.new_ids = g_ptr_array_new_with_free_func (g_free);
  if (!again && !mark_fiber (self, &put, error))
    return FALSE;

  if (operation->kind == VALIJA_OPERATION_APPEND)
    {
      if (!append_fiber (self, &put, again, error))
        return FALSE;
      *new_ids = g_steal_pointer (&put.new_ids);
      return TRUE;
    }

  put.message_ids = dup_strings (operation->message_ids);
  g_array_append_vals (put.sizes, operation->sizes->data, operation->sizes->len);
  for (guint i = 0; i < operation->remote_ids->len; i++)
    g_ptr_array_add (put.new_ids, g_strdup (""));
  if (!carry_fiber (&put, again, error))
    return FALSE;

  *new_ids = g_steal_pointer (&put.new_ids);
  return TRUE;
}

/* ---- Several at once ---- */

typedef struct
{
  ValijaMailOrganizer *organizer;
  GPtrArray *lines;          /* of ValijaOperation, all of one folder and with one mark */
  const char *folder;
  char *mark;
  GPtrArray *sources;        /* of GBytes, with a Message-ID each */
  GPtrArray *message_ids;    /* of char * */
  GArray *sizes;             /* guint64 */
  GPtrArray *new_ids;        /* of char *, "" where not known, NULL for one that is not to come there any more */
} PutMany;

static void
put_many_clear (PutMany *self)
{
  g_free (self->mark);
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  g_clear_pointer (&self->message_ids, g_ptr_array_unref);
  g_clear_pointer (&self->sizes, g_array_unref);
  g_clear_pointer (&self->new_ids, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PutMany, put_many_clear)

/* Those that are too much at once, and those behind one that cannot be had, are left out; FALSE when that is the
 * first. */
static gboolean
load_many_fiber (ValijaEngine *self, PutMany *put, GError **error)
{
  g_autoptr(GError) failure = NULL;
  gsize octets = 0;

  while (put->sources->len < put->lines->len && octets < VALIJA_OCTETS_AT_ONCE)
    {
      ValijaOperation *line = g_ptr_array_index (put->lines, put->sources->len);
      g_autoptr(GBytes) source = NULL;
      char *message_id = NULL;
      guint64 size;

      if (!(source = dex_await_boxed (valija_store_load_operation_source (self->store, line->id), &failure)))
        break;

      g_ptr_array_add (put->sources, valija_mime_ensure_message_id (source, &message_id));
      g_ptr_array_add (put->message_ids, message_id);
      size = g_bytes_get_size (g_ptr_array_index (put->sources, put->sources->len - 1));
      g_array_append_val (put->sizes, size);
      g_ptr_array_add (put->new_ids, g_strdup (""));
      octets += size;
    }

  g_ptr_array_set_size (put->lines, put->sources->len);
  if (put->lines->len > 0)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
begin_many_fiber (ValijaEngine *self, PutMany *put, const char *mark, GError **error)
{
  g_autoptr(GArray) ids = valija_engine_list_line_ids (put->lines);

  g_set_str (&put->mark, mark);
  return dex_await (valija_store_begin_operations (self->store, (const gint64 *) (const void *) ids->data, ids->len,
                                                   mark), error);
}

static gboolean
mark_many_fiber (ValijaEngine *self, PutMany *put, GError **error)
{
  g_autofree char *mark = dex_await_string (valija_mail_organizer_mark (put->organizer, put->folder), error);

  return mark != NULL && begin_many_fiber (self, put, mark, error);
}

static gboolean
find_many_fiber (PutMany *put, GError **error)
{
  g_auto(GStrv) ids = dup_strings (put->message_ids);
  g_autoptr(GPtrArray) found = NULL;

  if (put->mark[0] == '\0')
    return TRUE;

  found = dex_await_boxed (valija_mail_organizer_find (put->organizer, put->folder, put->mark,
                                                       (const char * const *) ids,
                                                       (const guint64 *) (const void *) put->sizes->data), error);
  if (found == NULL)
    return FALSE;

  for (guint i = 0; i < put->new_ids->len; i++)
    if (is_known (found, i) && g_ptr_array_index (put->new_ids, i) != NULL)
      {
        g_free (g_ptr_array_index (put->new_ids, i));
        g_ptr_array_index (put->new_ids, i) = g_strdup (g_ptr_array_index (found, i));
      }

  return TRUE;
}

/* Those that are not there yet and that somebody still wants there. */
static GPtrArray *
list_filings_fiber (ValijaEngine *self, PutMany *put)
{
  GPtrArray *filings = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_filing_free);

  for (guint i = 0; i < put->lines->len; i++)
    {
      ValijaOperation *line = g_ptr_array_index (put->lines, i);

      if (is_known (put->new_ids, i))
        continue;
      if (was_dropped_fiber (self, line))
        g_clear_pointer (&g_ptr_array_index (put->new_ids, i), g_free);
      else
        g_ptr_array_add (filings, valija_filing_new (g_ptr_array_index (put->sources, i), line->add, line->received));
    }

  return filings;
}

static gboolean
all_are_there (PutMany *put)
{
  for (guint i = 0; i < put->new_ids->len; i++)
    if (g_ptr_array_index (put->new_ids, i) != NULL && !is_known (put->new_ids, i))
      return FALSE;

  return TRUE;
}

gboolean
valija_engine_wants_each (const GError *failure)
{
  return valija_engine_is_refusal (failure) || valija_engine_is_nonsense (failure) ||
         valija_engine_is_put_off (failure) ||
         g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_RENUMBERED);
}

static gboolean
fail_many_fiber (ValijaEngine  *self,
                 PutMany       *put,
                 gboolean       again,
                 const GError  *failure,
                 gboolean      *each,
                 GError       **error)
{
  gboolean refused = valija_engine_is_refusal (failure);

  *each = valija_engine_wants_each (failure);

  /* All else may have come after it was done, nonsense too */
  if (!refused && failure->domain == VALIJA_ERROR && put->mark[0] != '\0' &&
      find_many_fiber (put, NULL) && all_are_there (put))
    {
      *each = FALSE;
      return TRUE;
    }

  if (!*each)
    {
      g_propagate_error (error, g_error_copy (failure));
      return FALSE;
    }

  return !refused || again || begin_many_fiber (self, put, NULL, error);
}

gboolean
valija_engine_put_many_fiber (ValijaEngine         *self,
                              ValijaMailOrganizer  *organizer,
                              GPtrArray            *lines,
                              GPtrArray           **new_ids,
                              gboolean             *each,
                              GError              **error)
{
  ValijaOperation *first = g_ptr_array_index (lines, 0);
  gboolean again = first->mark != NULL;
  g_auto(PutMany) put = { .organizer = organizer, .lines = lines, .folder = first->folder };
  g_autoptr(GPtrArray) filings = NULL;
  g_autoptr(GError) failure = NULL;

  put.mark = g_strdup (first->mark);
  put.sources = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  put.message_ids = g_ptr_array_new_with_free_func (g_free);
  put.sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  put.new_ids = g_ptr_array_new_with_free_func (g_free);
  *each = FALSE;

  if (!load_many_fiber (self, &put, error))
    return FALSE;
  if (lines->len < 2)
    {
      *each = TRUE;
      return TRUE;
    }

  if (!(again ? find_many_fiber (&put, error) : mark_many_fiber (self, &put, error)))
    return FALSE;

  filings = list_filings_fiber (self, &put);
  if (filings->len > 0 &&
      !dex_await (valija_mail_organizer_append_many (organizer, put.folder, filings), &failure) &&
      !fail_many_fiber (self, &put, again, failure, each, error))
    return FALSE;

  g_clear_error (&failure);
  if (first->copies && !*each && !find_many_fiber (&put, &failure))
    g_debug ("The names of copies could not be asked for: %s", failure->message);

  *new_ids = g_steal_pointer (&put.new_ids);
  return TRUE;
}
