/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-line.h"

/* What becomes of the lines of the journal: done, failed, taken back. */

typedef struct
{
  gint64 id;
  GArray *ids;              /* of gint64: of what concerns several */
  GPtrArray *new_remote_ids;
  char *words;
  gboolean give_up;
} LineArgs;

static void
line_args_free (LineArgs *self)
{
  g_clear_pointer (&self->ids, g_array_unref);
  g_clear_pointer (&self->new_remote_ids, g_ptr_array_unref);
  g_free (self->words);
  g_free (self);
}

static gboolean
remove_line (ValijaDatabase  *local,
             gint64           line,
             GError         **error)
{
  return valija_database_expect_bytes (local, "SELECT length (data) FROM operation_source WHERE operation = ?1", line,
                                       error) &&
         valija_database_run (local, error, "DELETE FROM operation WHERE id = ?1", "i", line);
}

static gboolean
remove_empty_line (ValijaDatabase  *local,
                   gint64           line,
                   GError         **error)
{
  return valija_database_run (local, error,
                              "DELETE FROM operation WHERE id = ?1 AND NOT EXISTS"
                              " (SELECT 1 FROM operation_message WHERE operation = ?1)", "i", line);
}

/* The lines of @message behind @line, up to and with the next move: those that count on where
 * @line leaves it. */
static GPtrArray *
load_dependents (ValijaDatabase         *local,
                 const ValijaStoreLine  *line,
                 gint64                  message,
                 GError                **error)
{
  g_autoptr(GPtrArray) dependents = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_store_line_free);
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (local, error,
                                     "SELECT " VALIJA_STORE_LINE_COLUMNS " FROM operation_message m JOIN"
                                                            " operation o ON o.id = m.operation"
                                     " WHERE m.message = ?1"
                                     " AND (o.sequence, o.id) > (?2, ?3) ORDER BY o.sequence, o.id",
                                     "iii", message, line->sequence, line->id);
  if (statement == NULL)
    return NULL;

  while (valija_database_step (local, statement, &local_error))
    {
      ValijaStoreLine *dependent = valija_store_line_read (statement);

      g_ptr_array_add (dependents, dependent);
      if (dependent->kind == VALIJA_OPERATION_MOVE)
        {
          sqlite3_reset (statement);
          break;
        }
    }

  if (local_error == NULL)
    return g_steal_pointer (&dependents);

  g_propagate_error (error, g_steal_pointer (&local_error));

  return NULL;
}

/* The line that is as @line but begins in @folder: there is one for each folder among the
 * messages of what was one change. */
static gboolean
find_sibling (ValijaDatabase         *local,
              const ValijaStoreLine  *line,
              const char             *folder,
              gint64                 *sibling,
              GError                **error)
{
  if (!valija_database_get_int64 (local, 0, sibling, error,
                                  "SELECT id FROM operation WHERE sequence = ?1 AND account = ?2 AND folder = ?3",
                                  "iss", line->sequence, line->account, folder))
    return FALSE;

  if (*sibling != 0)
    return TRUE;

  if (!valija_database_run (local, error,
                            "INSERT INTO operation (sequence, account, kind, folder, target, add_flags, remove_flags,"
                            " add_labels, remove_labels) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                            "isissiiss", line->sequence, line->account, (gint64) line->kind, folder, line->target,
                            (gint64) line->add, (gint64) line->remove, line->add_labels, line->remove_labels))
    return FALSE;

  *sibling = sqlite3_last_insert_rowid (valija_database_get_handle (local));

  return TRUE;
}

static gboolean
redirect_dependent (ValijaDatabase         *local,
                    const ValijaStoreLine  *dependent,
                    gint64                  message,
                    const char             *folder,
                    const char             *remote_id,
                    GError                **error)
{
  gint64 sibling;

  if (g_str_equal (dependent->folder, folder))
    return valija_database_run (local, error,
                                "UPDATE operation_message SET remote_id = ?3 WHERE operation = ?1 AND message = ?2",
                                "iis", dependent->id, message, remote_id);

  /* Back to where it never left */
  if (dependent->kind == VALIJA_OPERATION_MOVE && g_strcmp0 (dependent->target, folder) == 0)
    return valija_database_run (local, error, "DELETE FROM operation_message WHERE operation = ?1 AND message = ?2",
                                "ii", dependent->id, message) &&
           remove_empty_line (local, dependent->id, error);

  return find_sibling (local, dependent, folder, &sibling, error) &&
         valija_database_run (local, error,
                              "UPDATE operation_message SET operation = ?3, remote_id = ?4, position ="
                              " (SELECT ifnull (max (position), -1) + 1 FROM operation_message WHERE operation = ?3)"
                              " WHERE operation = ?1 AND message = ?2",
                              "iiis", dependent->id, message, sibling, remote_id) &&
         remove_empty_line (local, dependent->id, error);
}

/* After @line the message is in @folder as @remote_id, whatever was thought before: later lines
 * are told. */
static gboolean
redirect_dependents (ValijaDatabase         *local,
                     const ValijaStoreLine  *line,
                     gint64                  message,
                     const char             *folder,
                     const char             *remote_id,
                     GError                **error)
{
  g_autoptr(GPtrArray) dependents = load_dependents (local, line, message, error);

  while (dependents != NULL && dependents->len > 0)
    {
      g_autoptr(ValijaStoreLine) last = NULL;

      for (guint i = 0; i < dependents->len; i++)
        {
          if (!redirect_dependent (local, g_ptr_array_index (dependents, i), message, folder, remote_id, error))
            return FALSE;
        }

      /* A move that was left out made the next line's remote id unknown: now it is known */
      last = g_ptr_array_steal_index (dependents, dependents->len - 1);
      if (last->kind != VALIJA_OPERATION_MOVE || g_strcmp0 (last->target, folder) != 0)
        return TRUE;

      g_ptr_array_unref (dependents);
      dependents = load_dependents (local, last, message, error);
    }

  return dependents != NULL;
}

/* The row goes, and what waits for it can be done to nothing. With @moved its source is wanted again soon. */
static gboolean
forget_message (ValijaStoreContext  *context,
                gint64               message,
                gboolean             moved,
                GError             **error)
{
  gint64 folder;

  if (!valija_database_get_int64 (context->cache, 0, &folder, error, "SELECT folder"
                                                                     " FROM message WHERE id = ?1", "i", message))
    return FALSE;

  if (folder != 0)
    valija_store_context_tell_folder (context, context->cache, folder);

  return valija_database_run (context->local, error, "DELETE FROM operation_message"
                                                     " WHERE message = ?1", "i", message) &&
         valija_database_run (context->local, error,
                              "DELETE FROM operation WHERE kind < ?1 AND NOT EXISTS"
                              " (SELECT 1 FROM operation_message WHERE operation = operation.id)",
                              "i", (gint64) VALIJA_OPERATION_APPEND) &&
         (!moved || valija_store_lose_message (context->cache, message, error)) &&
         valija_database_run (context->cache, error, "DELETE FROM message WHERE id = ?1 AND lost_account IS NULL", "i",
                              message);
}

/* A round may have brought the message in its new folder before we heard what became of the
 * move. The row that the user knows stays; where it is lost, the new one takes its lines over. @round gets the one that
 * has listed it there. */
static gboolean
join_twin (ValijaStoreContext  *context,
           gint64               message,
           gint64               folder,
           const char          *remote_id,
           gint64              *round,
           GError             **error)
{
  gint64 twin, n_rows;

  if (!valija_database_get_int64 (context->cache, 0, &twin, error,
                                  "SELECT id FROM message WHERE home = ?1 AND remote_id = ?2 AND id <> ?3",
                                  "isi", folder, remote_id, message) ||
      !valija_database_get_int64 (context->cache, VALIJA_STORE_NO_ROUND, round, error,
                                  "SELECT round FROM message WHERE id = ?1", "i", twin) ||
      !valija_database_get_int64 (context->cache, 0, &n_rows, error,
                                  "SELECT count(*) FROM message WHERE id = ?1", "i", message))
    return FALSE;

  if (twin == 0)
    return TRUE;

  if (n_rows == 0)
    return valija_database_run (context->local, error, "UPDATE operation_message SET message = ?2 WHERE message = ?1",
                                "ii", message, twin) &&
           valija_store_overlay_refresh (context, twin, error);

  return valija_database_run (context->local, error, "UPDATE operation_message SET message = ?2 WHERE message = ?1",
                              "ii", twin, message) &&
         valija_database_run (context->cache, error, "DELETE FROM message WHERE id = ?1", "i", twin);
}

static gboolean
finish_move (ValijaStoreContext     *context,
             const ValijaStoreLine  *line,
             gint64                  message,
             const char             *new_remote_id,
             GError                **error)
{
  gint64 target, round;

  if (!valija_database_get_int64 (context->cache, 0, &target, error,
                                  "SELECT id FROM folder WHERE account = ?1 AND remote_id = ?2",
                                  "ss", line->account, line->target))
    return FALSE;

  if (target == 0 || new_remote_id[0] == '\0')
    return forget_message (context, message, target != 0, error);

  valija_store_context_tell_folder (context, context->cache, target);
  valija_store_context_tell_message (context, context->cache, message);

  /* The line itself goes first, so that a twin does not take it over */
  return valija_database_run (context->local, error,
                              "DELETE FROM operation_message WHERE operation = ?1 AND message = ?2",
                              "ii", line->id, message) &&
         redirect_dependents (context->local, line, message, line->target, new_remote_id, error) &&
         valija_store_carry_follow (context, message, line->target, new_remote_id, error) &&
         join_twin (context, message, target, new_remote_id, &round, error) &&
         valija_database_run (context->cache, error,
                              "UPDATE message SET home = ?2, remote_id = ?3, gone = 0, round = ?4 WHERE id = ?1",
                              "iisi", message, target, new_remote_id, round);
}

static gboolean
finish_entry (ValijaStoreContext     *context,
              const ValijaStoreLine  *line,
              gint64                  message,
              const char             *new_remote_id,
              GError                **error)
{
  switch (line->kind)
    {
    case VALIJA_OPERATION_FLAGS:
      return valija_database_run (context->cache, error,
                                  "UPDATE message SET server_flags = (server_flags | ?2) & ~?3,"
                                  " server_labels = change_labels (server_labels, ?4, ?5) WHERE id = ?1",
                                  "iiiss", message, (gint64) line->add, (gint64) line->remove, line->add_labels,
                                  line->remove_labels);

    case VALIJA_OPERATION_MOVE:
      return finish_move (context, line, message, new_remote_id, error);

    case VALIJA_OPERATION_DELETE:
      return forget_message (context, message, FALSE, error);

    case VALIJA_OPERATION_COPY:
    case VALIJA_OPERATION_APPEND:
    case VALIJA_OPERATION_CREATE_FOLDER:
    case VALIJA_OPERATION_RENAME_FOLDER:
    case VALIJA_OPERATION_REMOVE_FOLDER:
    default:
      return TRUE;
    }
}

static gboolean
refresh_entries (ValijaStoreContext  *context,
                 GArray              *entries,
                 GError             **error)
{
  for (guint i = 0; i < entries->len; i++)
    {
      if (!valija_store_overlay_refresh (context, g_array_index (entries, ValijaStoreEntry, i).message, error))
        return FALSE;
    }

  return TRUE;
}

/* @new_remote_ids are @n_new strings; the first of them is that of what was carried. */
static gboolean
finish_line (ValijaStoreContext  *context,
             gint64               id,
             gpointer            *new_remote_ids,
             guint                n_new,
             GError             **error)
{
  g_autoptr(ValijaStoreLine) line = NULL;
  g_autoptr(GArray) entries = NULL;

  if ((line = valija_store_line_load (context->local, id, error)) == NULL ||
      (entries = valija_store_line_load_entries (context->local, id, error)) == NULL)
    return FALSE;

  for (guint i = 0; i < entries->len; i++)
    {
      const char *new_remote_id = i < n_new ? new_remote_ids[i] : "";

      if (!finish_entry (context, line, g_array_index (entries, ValijaStoreEntry, i).message, new_remote_id, error))
        return FALSE;
    }

  return valija_store_carry_finish (context, id, n_new > 0 ? new_remote_ids[0] : NULL, error) &&
         remove_line (context->local, id, error) &&
         refresh_entries (context, entries, error);
}

static gboolean
finish_operation (ValijaStoreContext  *context,
                  gpointer             data,
                  GValue              *result,
                  GError             **error)
{
  LineArgs *args = data;

  return finish_line (context, args->id, args->new_remote_ids->pdata, args->new_remote_ids->len, error);
}

static gboolean
finish_together (ValijaStoreContext  *context,
                 gpointer             data,
                 GValue              *result,
                 GError             **error)
{
  LineArgs *args = data;

  for (guint i = 0; i < args->ids->len; i++)
    {
      gpointer *new_remote_id = i < args->new_remote_ids->len ? &args->new_remote_ids->pdata[i] : NULL;
      guint n_new = new_remote_id != NULL && *new_remote_id != NULL ? 1 : 0;

      if (!finish_line (context, g_array_index (args->ids, gint64, i), new_remote_id, n_new, error))
        return FALSE;
    }

  return TRUE;
}

/* A line that needs the folder that @line makes: 0 where there is none. What waits to be filed in it stays, since it is
 * nowhere else; the server will refuse it, and then it is filed here. */
static gboolean
find_dependent_of_folder (ValijaStoreContext     *context,
                          const ValijaStoreLine  *line,
                          gint64                 *dependent,
                          GError                **error)
{
  *dependent = 0;
  if (line->kind != VALIJA_OPERATION_CREATE_FOLDER)
    return TRUE;

  return valija_database_get_int64 (context->local, 0, dependent, error,
                                    "SELECT id FROM operation o WHERE account = ?1 AND id <> ?2 AND kind <> ?4"
                                    " AND (folder = ?3 OR (kind < ?4 AND target = ?3) OR (kind = ?5 AND EXISTS"
                                    " (SELECT 1 FROM operation_message m"
                                    " WHERE m.operation = o.id AND m.remote_id = ?3))) LIMIT 1",
                                    "sisii", line->account, line->id, line->folder,
                                    (gint64) VALIJA_OPERATION_APPEND, (gint64) VALIJA_OPERATION_CREATE_FOLDER);
}

/* One line on which no other depends. */
static gboolean
take_back_line (ValijaStoreContext     *context,
                const ValijaStoreLine  *line,
                GError                **error)
{
  g_autoptr(GArray) entries = valija_store_line_load_entries (context->local, line->id, error);

  if (entries == NULL)
    return FALSE;

  for (guint i = 0; line->kind == VALIJA_OPERATION_MOVE && i < entries->len; i++)
    {
      ValijaStoreEntry *entry = &g_array_index (entries, ValijaStoreEntry, i);

      if (!redirect_dependents (context->local, line, entry->message, line->folder, entry->remote_id, error))
        return FALSE;
    }

  if (line->kind >= VALIJA_OPERATION_CREATE_FOLDER)
    valija_store_context_tell_folder (context, context->cache, 0);

  return (line->kind != VALIJA_OPERATION_CREATE_FOLDER ||
          valija_database_run (context->cache, error, "DELETE FROM folder WHERE account = ?1 AND remote_id = ?2", "ss",
                               line->account, line->folder)) &&
         remove_line (context->local, line->id, error) &&
         refresh_entries (context, entries, error);
}

/* A folder that will not be made after all: what was to be done with it, and with folders in it, goes first. */
static gboolean
take_back (ValijaStoreContext  *context,
           gint64               id,
           GError             **error)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_store_line_free);
  ValijaStoreLine *line = valija_store_line_load (context->local, id, error);

  while (line != NULL)
    {
      gint64 dependent;

      g_ptr_array_add (lines, line);
      while (lines->len > 0)
        {
          line = g_ptr_array_index (lines, lines->len - 1);
          if (!find_dependent_of_folder (context, line, &dependent, error))
            return FALSE;
          if (dependent != 0)
            break;
          if (!take_back_line (context, line, error))
            return FALSE;
          g_ptr_array_set_size (lines, lines->len - 1);
        }

      if (lines->len == 0)
        return TRUE;
      line = valija_store_line_load (context->local, dependent, error);
    }

  return FALSE;
}

static gboolean
fail_operation (ValijaStoreContext  *context,
                gpointer             data,
                GValue              *result,
                GError             **error)
{
  LineArgs *args = data;

  if (args->give_up)
    return take_back (context, args->id, error);

  return valija_database_run (context->local, error,
                              "UPDATE operation SET attempts = attempts + 1, words = ?2 WHERE id = ?1",
                              "is", args->id, args->words);
}

static gboolean
undo_operation (ValijaStoreContext  *context,
                gpointer             data,
                GValue              *result,
                GError             **error)
{
  LineArgs *args = data;

  return take_back (context, args->id, error);
}

static gboolean
begin_operations (ValijaStoreContext  *context,
                  gpointer             data,
                  GValue              *result,
                  GError             **error)
{
  LineArgs *args = data;

  for (guint i = 0; i < args->ids->len; i++)
    {
      if (!valija_database_run (context->local, error, "UPDATE operation SET mark = ?2 WHERE id = ?1", "is",
                                g_array_index (args->ids, gint64, i), args->words))
        return FALSE;
    }

  return TRUE;
}

static LineArgs *
line_args_new (const gint64 *operations,
               guint         n_operations)
{
  LineArgs *args = g_new0 (LineArgs, 1);

  args->ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_operations);
  g_array_append_vals (args->ids, operations, n_operations);

  return args;
}

/**
 * valija_store_begin_operations:
 * @operations: (array length=n_operations): lines
 * @mark: (nullable): as of valija_mail_organizer_mark(): kept with the lines, for whoever has to try them again; %NULL
 *   where they were not tried after all
 *
 * Returns: (transfer full): a future that resolves to true once it is durable
 */
DexFuture *
valija_store_begin_operations (ValijaStore  *self,
                               const gint64 *operations,
                               guint         n_operations,
                               const char   *mark)
{
  LineArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = line_args_new (operations, n_operations);
  args->words = g_strdup (mark);

  return valija_store_write (self, begin_operations, args, (GDestroyNotify) line_args_free);
}

/**
 * valija_store_finish_operation:
 * @new_remote_ids: (nullable) (element-type utf8): of moved messages, in the order of the line, and
 *   of one that was carried; "" where the server does not tell, and none where nothing was filed
 *
 * Returns: (transfer full): a future that resolves to true, or rejects with NOT_FOUND where there
 *   is no such line
 */
DexFuture *
valija_store_finish_operation (ValijaStore *self,
                               gint64       operation,
                               GPtrArray   *new_remote_ids)
{
  LineArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = g_new0 (LineArgs, 1);
  args->id = operation;
  args->new_remote_ids = valija_store_copy_strings (new_remote_ids);

  return valija_store_write (self, finish_operation, args, (GDestroyNotify) line_args_free);
}

/**
 * valija_store_finish_together:
 * @operations: (array length=n_operations): lines, none of which moves
 * @new_remote_ids: (nullable) (element-type utf8): of what each of them has carried; "" where the server does not tell,
 *   and %NULL where nothing was filed
 *
 * Returns: (transfer full): a future that resolves to true, or rejects with NOT_FOUND where one of them is gone
 */
DexFuture *
valija_store_finish_together (ValijaStore  *self,
                              const gint64 *operations,
                              guint         n_operations,
                              GPtrArray    *new_remote_ids)
{
  LineArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = line_args_new (operations, n_operations);
  args->new_remote_ids = valija_store_copy_strings (new_remote_ids);

  return valija_store_write (self, finish_together, args, (GDestroyNotify) line_args_free);
}

/**
 * valija_store_fail_operation:
 * @words: (nullable): why, for the user
 * @give_up: whether it will not be tried again
 *
 * Returns: (transfer full): a future that resolves to true
 */
DexFuture *
valija_store_fail_operation (ValijaStore *self,
                             gint64       operation,
                             const char  *words,
                             gboolean     give_up)
{
  LineArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = g_new0 (LineArgs, 1);
  args->id = operation;
  args->words = g_strdup (words);
  args->give_up = give_up;

  return valija_store_write (self, fail_operation, args, (GDestroyNotify) line_args_free);
}

/**
 * valija_store_undo_operation:
 *
 * Later changes of the same messages stay, and apply to where these are again.
 *
 * Returns: (transfer full): a future that resolves to true, or rejects with NOT_FOUND when the line
 *   is no longer there
 */
DexFuture *
valija_store_undo_operation (ValijaStore *self,
                             gint64       operation)
{
  LineArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = g_new0 (LineArgs, 1);
  args->id = operation;

  return valija_store_write (self, undo_operation, args, (GDestroyNotify) line_args_free);
}
