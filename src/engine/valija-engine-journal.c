/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* The journal is replayed a moment after a change, so that a quick Undo need not ask the server. */
#define FLUSH_DELAY_SECONDS 2

/* A line that the server answers with nonsense is tried this often; one that it puts off so often no longer keeps the
 * others waiting. */
#define MAX_ATTEMPTS 5

/* It is given up once it was put off so often, each time so long after the last that counts, and while the server did
 * others. Behind one of a folder nothing is done, by which it would be known: there the time alone says that it is
 * about this line. */
#define MAX_PUT_OFF            25
#define PUT_OFF_MINUTES        10
#define PUT_OFF_FOLDER_MINUTES 60

/* ---- One line ---- */

/* A folder keeps its parent when it is renamed. */
static const char *
get_parent (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaOperation *operation)
{
  ValijaFolder *folder = valija_account_runtime_find_folder (runtime, operation->folder);
  ValijaFolder *parent = NULL;

  if (folder != NULL && valija_folder_get_parent_id (folder) != 0)
    parent = valija_engine_find_folder_by_id (self, valija_folder_get_parent_id (folder));

  return parent != NULL ? valija_folder_get_remote_id (parent) : NULL;
}

static DexFuture *
run_folder_operation (ValijaEngine         *self,
                      ValijaAccountRuntime *runtime,
                      ValijaMailOrganizer  *organizer,
                      ValijaOperation      *operation)
{
  const char *parent = operation->remote_ids->len > 0 ? g_ptr_array_index (operation->remote_ids, 0) : "";

  if (operation->kind == VALIJA_OPERATION_CREATE_FOLDER)
    return valija_mail_organizer_create_folder (organizer, parent[0] != '\0' ? parent : NULL, operation->target);
  if (operation->kind == VALIJA_OPERATION_RENAME_FOLDER)
    return valija_mail_organizer_rename_folder (organizer, operation->folder, get_parent (self, runtime, operation),
                                                operation->target);

  return valija_mail_organizer_remove_folder (organizer, operation->folder);
}

DexFuture *
valija_engine_run_operation (ValijaMailOrganizer *organizer, ValijaOperation *operation)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) strv = NULL;
  const char * const *ids;

  for (guint i = 0; i < operation->remote_ids->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (operation->remote_ids, i));
  strv = g_strv_builder_end (builder);
  ids = (const char * const *) strv;

  switch (operation->kind)
    {
    case VALIJA_OPERATION_FLAGS:
      if (valija_operation_is_of_labels (operation))
        return valija_mail_organizer_set_labels (organizer, operation->folder, ids,
                                                 (const char * const *) operation->add_labels,
                                                 (const char * const *) operation->remove_labels);
      return valija_mail_organizer_set_flags (organizer, operation->folder, ids, operation->add, operation->remove);
    case VALIJA_OPERATION_DELETE:
      return valija_mail_organizer_delete (organizer, operation->folder, ids);
    case VALIJA_OPERATION_MOVE:
    case VALIJA_OPERATION_COPY:
    case VALIJA_OPERATION_APPEND:
    case VALIJA_OPERATION_CREATE_FOLDER:
    case VALIJA_OPERATION_RENAME_FOLDER:
    case VALIJA_OPERATION_REMOVE_FOLDER:
    default:
      g_assert_not_reached ();
    }
}

/* Only a move tells new names of rows that we have. */
static gboolean
operation_gives_ids (ValijaOperation *operation)
{
  return operation->kind == VALIJA_OPERATION_MOVE;
}

static gboolean
operation_puts_messages (ValijaOperation *operation)
{
  return operation->kind == VALIJA_OPERATION_MOVE || operation->kind == VALIJA_OPERATION_COPY ||
         operation->kind == VALIJA_OPERATION_APPEND;
}

static gboolean
operation_is_of_folder (ValijaOperation *operation)
{
  return operation->kind >= VALIJA_OPERATION_CREATE_FOLDER;
}

/* Who does not let us in has not heard what we want. */
gboolean
valija_engine_was_let_in (const GError *error)
{
  ValijaStep step = valija_error_get_step (error);

  return step < VALIJA_STEP_DISCOVER || step > VALIJA_STEP_SIGN_IN;
}

gboolean
valija_engine_is_refusal (const GError *error)
{
  return (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_TOO_LARGE) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_OVER_QUOTA) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_INVALID) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND)) && valija_engine_was_let_in (error);
}

gboolean
valija_engine_is_nonsense (const GError *error)
{
  return (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_FAILED)) && valija_engine_was_let_in (error);
}

gboolean
valija_engine_is_put_off (const GError *error)
{
  return g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_TRY_LATER) && valija_engine_was_let_in (error);
}

static ValijaPutOff *
get_put_off (ValijaAccountRuntime *runtime, ValijaOperation *operation)
{
  ValijaPutOff *put_off = g_hash_table_lookup (runtime->put_off, &operation->id);

  if (put_off == NULL)
    {
      put_off = g_new0 (ValijaPutOff, 1);
      g_hash_table_insert (runtime->put_off, g_memdup2 (&operation->id, sizeof operation->id), put_off);
    }

  return put_off;
}

/* Whether it is time for another one that counts: the user may do many things in the minute in which the server is
 * busy. */
static gboolean
put_off_counts (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaOperation *operation)
{
  gint64 minutes = operation_is_of_folder (operation) ? PUT_OFF_FOLDER_MINUTES : PUT_OFF_MINUTES;
  gint64 counted_at = get_put_off (runtime, operation)->counted_at;

  return counted_at == 0 || g_get_monotonic_time () - counted_at >= minutes * self->minute * G_USEC_PER_SEC;
}

/* Whether the server's answer was a no to this very line. Everything else (no network, no password, no trust)
 * leaves it waiting. Behind a folder waits all that is of it, so that none can be passed by. */
static gboolean
refusal_is_final (ValijaEngine *self, ValijaAccountRuntime *runtime, const GError *error, ValijaOperation *operation)
{
  return valija_engine_is_refusal (error) ||
         (valija_engine_is_nonsense (error) && operation->attempts + 1 >= MAX_ATTEMPTS) ||
         (valija_engine_is_put_off (error) && operation_is_of_folder (operation) &&
          operation->attempts + 1 >= MAX_PUT_OFF && put_off_counts (self, runtime, operation));
}

static char *
dup_labels_words (guint n, const char *reason)
{
  /* Translators: the second %s is the reason, a sentence */
  return g_strdup_printf (ngettext ("The labels of %u message could not be changed on the server: %s",
                                    "The labels of %u messages could not be changed on the server: %s", n), n, reason);
}

static char *
dup_copy_words (guint n, const char *reason)
{
  /* Translators: the second %s is the reason, a sentence */
  return g_strdup_printf (ngettext ("%u message could not be copied on the server: %s",
                                    "%u messages could not be copied on the server: %s", n), n, reason);
}

static char *
dup_failure_words (ValijaOperation *operation, const GError *error)
{
  guint n = operation->remote_ids->len;

  switch (operation->kind)
    {
    case VALIJA_OPERATION_FLAGS:
      if (valija_operation_is_of_labels (operation))
        return dup_labels_words (n, error->message);
      /* Translators: the second %s is the reason, a sentence */
      return g_strdup_printf (ngettext ("%u message could not be marked on the server: %s",
                                        "%u messages could not be marked on the server: %s", n), n, error->message);
    case VALIJA_OPERATION_MOVE:
      return g_strdup_printf (ngettext ("%u message could not be moved on the server: %s",
                                        "%u messages could not be moved on the server: %s", n), n, error->message);
    case VALIJA_OPERATION_COPY:
      return dup_copy_words (n, error->message);
    case VALIJA_OPERATION_DELETE:
      return g_strdup_printf (ngettext ("%u message could not be deleted on the server: %s",
                                        "%u messages could not be deleted on the server: %s", n), n, error->message);
    case VALIJA_OPERATION_APPEND:
      if (operation->copies)
        return dup_copy_words (1, error->message);
      /* Nothing is to be kept of it: it is where it was */
      if (!operation->is_last)
        return g_strdup_printf (ngettext ("%u message could not be moved on the server: %s",
                                          "%u messages could not be moved on the server: %s", 1), 1u, error->message);
      /* Translators: %s is the reason, a sentence */
      return g_strdup_printf (_("A message could not be filed on the server. It is in Sent on this computer: %s"),
                              error->message);
    case VALIJA_OPERATION_CREATE_FOLDER:
      /* Translators: the name of a folder, and the reason, a sentence */
      return g_strdup_printf (_("The folder “%s” could not be made on the server: %s"), operation->target,
                              error->message);
    case VALIJA_OPERATION_RENAME_FOLDER:
      return g_strdup_printf (_("A folder could not be renamed to “%s” on the server: %s"), operation->target,
                              error->message);
    case VALIJA_OPERATION_REMOVE_FOLDER:
      /* Translators: %s is the reason, a sentence */
      return g_strdup_printf (_("A folder could not be removed on the server: %s"), error->message);
    default:
      g_assert_not_reached ();
    }
}

/* ---- The whole journal ---- */

/* What was to be filed exists nowhere else: it is kept here before its line goes. */
static gboolean
keep_source_fiber (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaOperation *operation, GError **error)
{
  g_autoptr(GBytes) source = NULL;
  gint64 folder;

  return (source = dex_await_boxed (valija_store_load_operation_source (self->store, operation->id), error)) != NULL &&
         valija_await_int64 (valija_engine_ensure_local_folder (self, runtime, VALIJA_FOLDER_ROLE_SENT), &folder,
                             error) &&
         valija_await_int64 (valija_engine_file_locally (self, folder, source, operation->add), NULL, error);
}

/* Its messages are called otherwise now: the folder is listed again, which carries the line over. What is not
 * recognised then never will be. */
static gboolean
is_of_lost_messages (ValijaAccountRuntime *runtime, ValijaOperation *operation, GError *failure)
{
  if (!g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_RENUMBERED))
    return FALSE;
  if (g_strcmp0 (runtime->relisted, operation->folder) == 0)
    return TRUE;

  g_set_str (&runtime->renumbered, operation->folder);
  return FALSE;
}

static gboolean
give_up_line_fiber (ValijaEngine          *self,
                    ValijaAccountRuntime  *runtime,
                    ValijaOperation       *operation,
                    const GError          *failure,
                    GError               **error)
{
  g_autofree char *words = NULL;

  if (operation->kind == VALIJA_OPERATION_APPEND && operation->is_last &&
      !keep_source_fiber (self, runtime, operation, error))
    return FALSE;

  words = dup_failure_words (operation, failure);
  if (!dex_await (valija_store_fail_operation (self->store, operation->id, words, TRUE), error))
    return FALSE;

  if (!valija_account_runtime_tell_line (runtime, operation->id, VALIJA_LINE_REFUSED))
    valija_engine_notice (self, "%s", words);
  return !operation_is_of_folder (operation) || dex_await (valija_engine_load_folders (self, runtime), error);
}

static void
count_put_off_fiber (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaOperation *operation,
                     const GError *failure)
{
  get_put_off (runtime, operation)->counted_at = g_get_monotonic_time ();
  dex_await (valija_store_fail_operation (self->store, operation->id, failure->message, FALSE), NULL);
}

/* Returns whether the next line may be tried. */
static gboolean
fail_line_fiber (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaOperation *operation, GError *failure,
                 GError **error)
{
  if (!valija_error_is_cancelled (failure) &&
      (refusal_is_final (self, runtime, failure, operation) || is_of_lost_messages (runtime, operation, failure)))
    return give_up_line_fiber (self, runtime, operation, failure, error);

  if (valija_engine_is_nonsense (failure))
    dex_await (valija_store_fail_operation (self->store, operation->id, failure->message, FALSE), NULL);
  else if (valija_engine_is_put_off (failure) && operation_is_of_folder (operation) &&
           put_off_counts (self, runtime, operation))
    count_put_off_fiber (self, runtime, operation, failure);
  g_propagate_error (error, g_error_copy (failure));
  return FALSE;
}

/* What is in a renamed folder may be called otherwise too, which only the server's list tells. */
static gboolean
list_again_fiber (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaMailOrganizer *organizer, GError **error)
{
  g_autoptr(GPtrArray) infos = NULL;

  return (infos = dex_await_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (organizer)), error)) != NULL &&
         dex_await (valija_store_write_folders (self->store, valija_account_runtime_get_id (runtime), infos, FALSE),
                    error);
}

/* What was asked for once before is refused now: since it has happened then, and only the answer was lost? Gets the
 * folder as it is now called (nullable: one that is removed). */
static gboolean
was_done_fiber (ValijaEngine         *self,
                ValijaAccountRuntime *runtime,
                ValijaMailOrganizer  *organizer,
                ValijaOperation      *operation,
                ValijaFolderInfo    **found)
{
  g_autofree char *parent = NULL;
  g_autoptr(GPtrArray) infos = NULL;
  gboolean old_is_there = FALSE;

  if (operation->kind == VALIJA_OPERATION_RENAME_FOLDER)
    parent = g_strdup (get_parent (self, runtime, operation));
  else if (operation->remote_ids->len > 0 && *(char *) g_ptr_array_index (operation->remote_ids, 0) != '\0')
    parent = g_strdup (g_ptr_array_index (operation->remote_ids, 0));

  infos = dex_await_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (organizer)), NULL);
  for (guint i = 0; infos != NULL && i < infos->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (infos, i);

      /* What is not told of is not gone */
      if (info->incomplete)
        return FALSE;

      old_is_there = old_is_there || g_strcmp0 (info->remote_id, operation->folder) == 0;
      if (operation->kind != VALIJA_OPERATION_REMOVE_FOLDER && *found == NULL &&
          g_strcmp0 (info->name, operation->target) == 0 && g_strcmp0 (info->parent_id, parent) == 0)
        *found = valija_folder_info_ref (info);
    }

  return infos != NULL && !old_is_there && (*found != NULL || operation->kind == VALIJA_OPERATION_REMOVE_FOLDER);
}

static gboolean
run_folder_line_fiber (ValijaEngine         *self,
                       ValijaAccountRuntime *runtime,
                       ValijaMailOrganizer  *organizer,
                       ValijaOperation      *operation,
                       GError              **error)
{
  gboolean again = operation->mark != NULL;
  g_autoptr(ValijaFolderInfo) info = NULL;
  g_autoptr(GError) failure = NULL;
  DexFuture *running;

  if (!again && !dex_await (valija_store_begin_operations (self->store, &operation->id, 1, ""), error))
    return FALSE;

  running = run_folder_operation (self, runtime, organizer, operation);
  if (operation->kind == VALIJA_OPERATION_REMOVE_FOLDER)
    dex_await (running, &failure);
  else
    info = dex_await_boxed (running, &failure);

  if (failure != NULL &&
      !(again && refusal_is_final (self, runtime, failure, operation) &&
        was_done_fiber (self, runtime, organizer, operation, &info)))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  return dex_await (valija_store_finish_folder (self->store, operation->id, info), error) &&
         (operation->kind != VALIJA_OPERATION_RENAME_FOLDER || list_again_fiber (self, runtime, organizer, error)) &&
         dex_await (valija_engine_load_folders (self, runtime), error);
}

/* What is filed gets its labels by its name there, which not every server tells. */
static void
tell_lost_labels (ValijaEngine *self, ValijaOperation *operation, GPtrArray *new_ids)
{
  gboolean labelled = !valija_labels_is_empty ((const char * const *) operation->add_labels);
  g_autofree char *words = NULL;

  if (operation->kind != VALIJA_OPERATION_APPEND || !labelled || new_ids->len == 0 ||
      *(const char *) g_ptr_array_index (new_ids, 0) != '\0')
    return;

  words = dup_labels_words (1, _("The server does not tell which of its messages this is."));
  valija_engine_notice (self, "%s", words);
}

/* What is new on the server is listed by a round of that folder, for which nobody waits. */
static void
list_copies (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaOperation *operation)
{
  ValijaFolder *target = valija_account_runtime_find_folder (runtime, operation->target);

  if (target != NULL)
    valija_future_forget (valija_engine_sync_folder (self, target, VALIJA_SYNC_HEADERS, NULL), "list the copies");
}

static gboolean
run_line_fiber (ValijaEngine         *self,
                ValijaAccountRuntime *runtime,
                ValijaMailOrganizer  *organizer,
                ValijaOperation      *operation,
                GError              **error)
{
  g_autoptr(GPtrArray) new_ids = NULL;

  if (operation_is_of_folder (operation))
    return run_folder_line_fiber (self, runtime, organizer, operation, error);

  if (operation_puts_messages (operation))
    {
      if (!valija_engine_put_fiber (self, organizer, operation, &new_ids, error))
        return FALSE;
    }
  else if (!dex_await (valija_engine_run_operation (organizer, operation), error))
    return FALSE;

  if (!dex_await (valija_store_finish_operation (self->store, operation->id, new_ids), error))
    return FALSE;

  tell_lost_labels (self, operation, new_ids);
  if (new_ids != NULL)
    valija_account_runtime_name_copies (runtime, operation->id, new_ids->pdata, new_ids->len);
  if (operation->kind == VALIJA_OPERATION_COPY)
    list_copies (self, runtime, operation);
  valija_account_runtime_tell_line (runtime, operation->id, VALIJA_LINE_DONE);
  if (operation->carries)
    valija_engine_journals_changed (self);
  return TRUE;
}

/* What was taken back for good is in no list that is made from now on. */
static gboolean
is_gone_cb (gpointer operation, gpointer gone, gpointer user_data)
{
  return GPOINTER_TO_INT (gone);
}

/* One pass over the journal as it was listed. */
typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  ValijaMailOrganizer *organizer;
  GPtrArray *operations;     /* of ValijaOperation */
  guint at;
  guint n_alone;             /* so many of the next are done each by itself */
  gboolean again;            /* the journal is to be listed again */
  gboolean done;             /* the server did one of them */
  GHashTable *passed;        /* gint64: lines that were passed by, which wait with all that is of their messages: */
  GHashTable *held;          /* gint64 */
  GError *put_off;           /* nullable: why the first was */
  GError *refused;           /* nullable: the first */
} Replay;

static void
replay_clear (Replay *replay)
{
  g_clear_object (&replay->organizer);
  g_clear_pointer (&replay->operations, g_ptr_array_unref);
  g_clear_pointer (&replay->passed, g_hash_table_unref);
  g_clear_pointer (&replay->held, g_hash_table_unref);
  g_clear_error (&replay->put_off);
  g_clear_error (&replay->refused);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Replay, replay_clear)

static void
set_on_their_way (Replay *replay, GPtrArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    {
      ValijaOperation *line = g_ptr_array_index (lines, i);

      g_hash_table_add (replay->runtime->on_their_way, g_memdup2 (&line->id, sizeof line->id));
    }
}

static void
hold_messages (Replay *replay, ValijaOperation *operation)
{
  for (guint i = 0; i < operation->messages->len; i++)
    g_hash_table_add (replay->held, g_memdup2 (&g_array_index (operation->messages, gint64, i), sizeof (gint64)));
}

/* Whether it speaks of a message that an earlier line still waits for. */
static gboolean
is_held (Replay *replay, ValijaOperation *operation)
{
  for (guint i = 0; i < operation->messages->len; i++)
    if (g_hash_table_contains (replay->held, &g_array_index (operation->messages, gint64, i)))
      return TRUE;

  return g_hash_table_contains (replay->passed, &operation->id);
}

/* Steals @failure, of a line that keeps waiting: whether the others need not. */
static gboolean
pass_line (Replay *replay, ValijaOperation *operation, GError **failure)
{
  if (!valija_engine_is_put_off (*failure) || operation_is_of_folder (operation) ||
      ++get_put_off (replay->runtime, operation)->n_tried < MAX_ATTEMPTS)
    return FALSE;

  g_hash_table_add (replay->passed, g_memdup2 (&operation->id, sizeof operation->id));
  hold_messages (replay, operation);
  replay->again = FALSE;
  if (replay->put_off == NULL)
    replay->put_off = g_steal_pointer (failure);
  return TRUE;
}

/* Steals @failure. */
static gboolean
refuse_line_fiber (Replay *replay, ValijaOperation *operation, GError **failure, GError **error)
{
  g_autoptr(GError) waits = NULL;

  if (!fail_line_fiber (replay->engine, replay->runtime, operation, *failure, &waits))
    {
      if (pass_line (replay, operation, failure))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&waits));
      return FALSE;
    }

  /* Taking a change back may change what the later lines speak of */
  replay->again = TRUE;
  if (replay->refused == NULL)
    replay->refused = g_steal_pointer (failure);
  return TRUE;
}

static gboolean
replay_together_fiber (Replay *replay, GPtrArray *lines, GError **error)
{
  ValijaAccountRuntime *runtime = replay->runtime;
  ValijaOperation *first = g_ptr_array_index (lines, 0);
  /* Of marks only the last was told */
  ValijaOperation *asked = first->kind == VALIJA_OPERATION_FLAGS ? g_ptr_array_index (lines, lines->len - 1) : first;
  g_autoptr(GError) failure = NULL;
  g_autoptr(GPtrArray) new_ids = NULL;
  gboolean each = FALSE;
  gboolean done;

  set_on_their_way (replay, lines);
  done = valija_engine_run_together_fiber (replay->engine, replay->organizer, lines, &new_ids, &each, &failure);
  g_hash_table_remove_all (runtime->on_their_way);
  if (!done)
    return refuse_line_fiber (replay, asked, &failure, error);

  if (each)
    {
      replay->n_alone = lines->len;
      /* What was written down of them is another thing now */
      replay->again = TRUE;
      return TRUE;
    }

  replay->done = TRUE;
  for (guint i = 0; i < lines->len; i++)
    {
      ValijaOperation *line = g_ptr_array_index (lines, i);

      if (new_ids != NULL)
        valija_account_runtime_name_copies (runtime, line->id, &new_ids->pdata[i], 1);
      valija_account_runtime_tell_line (runtime, line->id, VALIJA_LINE_DONE);
    }
  if (first->carries)
    valija_engine_journals_changed (replay->engine);
  replay->at += lines->len;
  replay->again = first->carries;
  return TRUE;
}

static gboolean
replay_line_fiber (Replay *replay, ValijaOperation *operation, GError **error)
{
  ValijaAccountRuntime *runtime = replay->runtime;
  g_autoptr(GError) failure = NULL;
  gboolean done;

  replay->n_alone -= replay->n_alone > 0;
  replay->at++;
  /* After a move its messages have other names, which later lines must use, and so has a folder; what was carried is to
   * be deleted where it was */
  replay->again = operation_gives_ids (operation) || operation_is_of_folder (operation) || operation->carries;
  g_hash_table_add (runtime->on_their_way, g_memdup2 (&operation->id, sizeof operation->id));
  done = run_line_fiber (replay->engine, runtime, replay->organizer, operation, &failure);
  replay->done = replay->done || done;
  g_hash_table_remove_all (runtime->on_their_way);

  return done || refuse_line_fiber (replay, operation, &failure, error);
}

/* Until the journal is to be listed again, or all of it is done. */
static gboolean
replay_pass_fiber (Replay *replay, GError **error)
{
  ValijaEngine *self = replay->engine;

  while (replay->at < replay->operations->len && !replay->again)
    {
      ValijaOperation *operation = g_ptr_array_index (replay->operations, replay->at);
      g_autoptr(GPtrArray) lines = NULL;

      if (g_cancellable_is_cancelled (self->stop))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Closing");
          return FALSE;
        }

      /* Those behind it may speak of where it would have left its messages. */
      if (g_hash_table_contains (replay->runtime->taken_back, &operation->id))
        {
          replay->again = TRUE;
          continue;
        }

      if (replay->put_off != NULL && operation_is_of_folder (operation))
        return TRUE;
      if (is_held (replay, operation))
        {
          hold_messages (replay, operation);
          replay->at++;
          continue;
        }

      if (replay->n_alone == 0 && replay->put_off == NULL)
        lines = valija_engine_list_together (replay->runtime, replay->organizer, replay->operations, replay->at);
      if (!(lines != NULL ? replay_together_fiber (replay, lines, error)
                          : replay_line_fiber (replay, operation, error)))
        return FALSE;
    }

  return TRUE;
}

/* Since the server did others meanwhile, it may be about these, and counts against them. */
static gboolean
give_up_passed_fiber (Replay *replay, GError **error)
{
  const char *account = valija_account_runtime_get_id (replay->runtime);
  g_autoptr(GPtrArray) operations = NULL;
  gboolean waits = FALSE;

  if (!(operations = dex_await_boxed (valija_store_list_operations (replay->engine->store, account), error)))
    return FALSE;

  for (guint i = 0; i < operations->len; i++)
    {
      ValijaOperation *operation = g_ptr_array_index (operations, i);

      if (!g_hash_table_contains (replay->passed, &operation->id))
        continue;
      if (!put_off_counts (replay->engine, replay->runtime, operation))
        waits = TRUE;
      else if (operation->attempts + 1 < MAX_PUT_OFF)
        {
          count_put_off_fiber (replay->engine, replay->runtime, operation, replay->put_off);
          waits = TRUE;
        }
      else if (!give_up_line_fiber (replay->engine, replay->runtime, operation, replay->put_off, error))
        return FALSE;
    }

  if (!waits && replay->refused == NULL)
    replay->refused = g_steal_pointer (&replay->put_off);
  return TRUE;
}

/* @error (nullable): why a line waits though the server answers, which is told until it does not wait any more. */
static void
tell_held_up (ValijaAccountRuntime *runtime, const GError *error)
{
  gboolean changes = (error != NULL) != (runtime->held_up != NULL);

  g_clear_error (&runtime->held_up);
  runtime->held_up = error != NULL ? g_error_copy (error) : NULL;
  if (changes)
    valija_account_runtime_note (runtime, NULL);
}

static DexFuture *
replay_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaStore *store = flow->engine->store;
  const char *account = valija_account_runtime_get_id (flow->runtime);
  g_auto(Replay) replay = { .engine = flow->engine, .runtime = flow->runtime, .again = TRUE };
  GError *error = NULL;

  replay.passed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  replay.held = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  while (replay.again)
    {
      g_hash_table_foreach_remove (flow->runtime->taken_back, is_gone_cb, NULL);
      g_clear_pointer (&replay.operations, g_ptr_array_unref);
      replay.at = 0;
      replay.again = FALSE;
      if (!(replay.operations = dex_await_boxed (valija_store_list_operations (store, account), &error)) ||
          (replay.operations->len > 0 && replay.organizer == NULL &&
           !(replay.organizer = valija_account_runtime_dup_organizer (flow->runtime, &error))) ||
          !replay_pass_fiber (&replay, &error))
        {
          if (valija_engine_is_put_off (error) || valija_engine_is_nonsense (error))
            tell_held_up (flow->runtime, error);
          return dex_future_new_for_error (error);
        }
    }

  if (replay.put_off != NULL && replay.done && !give_up_passed_fiber (&replay, &error))
    return dex_future_new_for_error (error);

  if (replay.put_off == NULL)
    g_hash_table_remove_all (flow->runtime->put_off);
  tell_held_up (flow->runtime, replay.put_off);
  if (replay.refused != NULL)
    return dex_future_new_for_error (g_steal_pointer (&replay.refused));
  if (replay.put_off != NULL)
    return dex_future_new_for_error (g_steal_pointer (&replay.put_off));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_replay_journal (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "replay the journal", replay_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}

/* ---- From outside ---- */

static ValijaFolder *
dup_renumbered (ValijaAccountRuntime *runtime)
{
  ValijaFolder *folder = NULL;

  if (runtime->renumbered != NULL)
    folder = valija_account_runtime_find_folder (runtime, runtime->renumbered);

  return folder != NULL ? g_object_ref (folder) : NULL;
}

static DexFuture *
flush_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  DexFuture *entered = valija_lane_enter (flow->runtime->lane, VALIJA_HASTE_USER, NULL);
  g_autoptr(ValijaTurn) turn = NULL;
  g_autoptr(ValijaFolder) folder = NULL;
  g_autoptr(GError) error = NULL;

  if (!(turn = dex_await_boxed (valija_engine_race (flow->engine, entered, NULL), &error)) ||
      !dex_await (valija_engine_replay_journal (flow->engine, flow->runtime), &error))
    {
      folder = g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_RENUMBERED) ? dup_renumbered (flow->runtime) : NULL;
      if (folder != NULL)
        {
          /* Which takes the turn, and does the rest of the journal */
          g_clear_pointer (&turn, valija_turn_unref);
          g_clear_error (&error);
          dex_await_uint (valija_engine_sync_folder (flow->engine, folder, VALIJA_SYNC_HEADERS, NULL), &error);
          return error != NULL ? dex_future_new_for_error (g_steal_pointer (&error)) : dex_future_new_true ();
        }

      valija_account_runtime_note (flow->runtime, error);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_true ();
}

DexFuture *
valija_engine_flush (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "flush", flush_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}

static gboolean
flush_cb (gpointer user_data)
{
  ValijaFlow *flow = user_data;

  flow->runtime->flush_source = 0;
  valija_future_forget (valija_engine_flush (flow->engine, flow->runtime->account), "flush");
  return G_SOURCE_REMOVE;
}

void
valija_engine_journal_changed (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  if (self->started && runtime->flush_source == 0)
    runtime->flush_source = g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, FLUSH_DELAY_SECONDS, flush_cb,
                                                        valija_flow_new (self, runtime),
                                                        (GDestroyNotify) valija_flow_free);
}

void
valija_engine_journals_changed (ValijaEngine *self)
{
  g_autoptr(GPtrArray) runtimes = valija_engine_list_runtimes (self);

  for (guint i = 0; i < runtimes->len; i++)
    valija_engine_journal_changed (self, g_ptr_array_index (runtimes, i));
}
