/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

/* Changes that the user makes: each is a line of the journal when a server must hear of it. What
 * becomes of the lines is in valija-store-operations.c. */

typedef struct
{
  ValijaOperationKind kind;
  GArray *messages;         /* of gint64 */
  ValijaFlags add;
  ValijaFlags remove;
  char **add_labels;        /* nullable, both: none */
  char **remove_labels;
  gint64 folder;            /* the target, or where to append */
  GBytes *source;
  gint64 outbox;
} Change;

/* Where the messages of a change are */
typedef struct
{
  gint64 id;
  char *account;
  char *remote_id;
} Place;

typedef struct
{
  gint64 folder;
  ValijaFlags flags;
  char **labels;            /* nullable: none */
  char *remote_id;          /* "": of a move that waits */
  char *home_id;            /* remote id in @home, nullable */
  gint64 home;
  char *message_id;
  gint64 date;
  gint64 size;
} Subject;

static void
change_free (Change *self)
{
  g_clear_pointer (&self->messages, g_array_unref);
  g_clear_pointer (&self->source, g_bytes_unref);
  g_strfreev (self->add_labels);
  g_strfreev (self->remove_labels);
  g_free (self);
}

static void
place_clear (Place *self)
{
  g_free (self->account);
  g_free (self->remote_id);
}

static void
subject_clear (Subject *self)
{
  g_clear_pointer (&self->remote_id, g_free);
  g_clear_pointer (&self->home_id, g_free);
  g_clear_pointer (&self->message_id, g_free);
  g_clear_pointer (&self->labels, g_strfreev);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

static gboolean
load_place (ValijaDatabase  *database,
            gint64           folder,
            Place           *place,
            GError         **error)
{
  place->id = folder;

  return valija_store_load_place (database, folder, &place->account, &place->remote_id, error);
}

static gboolean
waits_for_move (ValijaStoreContext  *context,
                gint64               id,
                gboolean            *waits,
                GError             **error)
{
  gint64 n_moves;

  if (!valija_database_get_int64 (context->local, 0, &n_moves, error,
                                  "SELECT count(*) FROM operation_message m JOIN operation o ON o.id = m.operation"
                                  " WHERE m.message = ?1 AND o.kind = ?2",
                                  "ii", id, (gint64) VALIJA_OPERATION_MOVE))
    return FALSE;

  *waits = n_moves > 0;

  return TRUE;
}

/* @found is FALSE for a row that is gone, or nowhere to be seen. */
static gboolean
load_subject (ValijaStoreContext  *context,
              ValijaDatabase      *database,
              gint64               id,
              Subject             *subject,
              gboolean            *found,
              GError             **error)
{
  g_autoptr(GError) local_error = NULL;
  gboolean pending = FALSE;
  gboolean waits = FALSE;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error,
                                     "SELECT folder, flags, remote_id, pending, home, message_id, date, size, labels"
                                     " FROM message WHERE id = ?1 AND folder <> 0", "i", id);
  if (statement == NULL)
    return FALSE;

  *found = valija_database_step (database, statement, &local_error);
  if (*found)
    {
      subject->folder = sqlite3_column_int64 (statement, 0);
      subject->flags = sqlite3_column_int (statement, 1);
      subject->home_id = valija_store_dup_text (statement, 2);
      pending = sqlite3_column_int64 (statement, 3) > 0;
      subject->home = sqlite3_column_int64 (statement, 4);
      subject->message_id = valija_store_dup_text (statement, 5);
      subject->date = sqlite3_column_int64 (statement, 6);
      subject->size = sqlite3_column_int64 (statement, 7);
      subject->labels = valija_store_dup_labels (statement, 8);
      sqlite3_reset (statement);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (pending && !waits_for_move (context, id, &waits, error))
    return FALSE;

  subject->remote_id = g_strdup (waits || subject->home_id == NULL ? "" : subject->home_id);

  return TRUE;
}

static gboolean
add_line (ValijaStoreContext  *context,
          const Change        *change,
          const Place         *place,
          const char          *target,
          gint64              *id,
          GError             **error)
{
  g_autofree char *add_labels = valija_labels_to_text ((const char * const *) change->add_labels);
  g_autofree char *remove_labels = valija_labels_to_text ((const char * const *) change->remove_labels);

  if (!valija_database_run (context->local, error,
                            "INSERT INTO operation (sequence, account, kind, folder, target, add_flags, remove_flags,"
                            " add_labels, remove_labels)"
                            " VALUES ((SELECT ifnull (max (sequence), 0) + 1 FROM operation), ?1, ?2, ?3, ?4, ?5, ?6,"
                            " ?7, ?8)",
                            "sissiiss", place->account, (gint64) change->kind, place->remote_id, target,
                            (gint64) change->add, (gint64) change->remove, add_labels, remove_labels))
    return FALSE;

  *id = sqlite3_last_insert_rowid (valija_database_get_handle (context->local));

  return TRUE;
}

static gboolean
changes_labels (const Change  *change,
                const Subject *subject)
{
  g_auto(GStrv) labels = valija_labels_change ((const char * const *) subject->labels,
                                               (const char * const *) change->add_labels,
                                               (const char * const *) change->remove_labels);

  return !valija_labels_equal ((const char * const *) labels, (const char * const *) subject->labels);
}

/* Whether the change makes a difference to @subject. */
static gboolean
matters (const Change  *change,
         const Subject *subject,
         gint64         target)
{
  if (change->kind == VALIJA_OPERATION_FLAGS)
    return ((subject->flags | change->add) & ~change->remove) != subject->flags || changes_labels (change, subject);

  return change->kind != VALIJA_OPERATION_MOVE || subject->folder != target;
}

static gboolean
change_local_message (ValijaStoreContext  *context,
                      const Change        *change,
                      gint64               id,
                      const Subject       *subject,
                      gint64               target,
                      GError             **error)
{
  g_autofree char *add_labels = valija_labels_to_text ((const char * const *) change->add_labels);
  g_autofree char *remove_labels = valija_labels_to_text ((const char * const *) change->remove_labels);

  valija_store_context_tell_folder (context, context->local, subject->folder);
  valija_store_context_tell_message (context, context->local, id);

  if (change->kind == VALIJA_OPERATION_FLAGS)
    return valija_database_run (context->local, error,
                                "UPDATE message SET flags = (flags | ?2) & ~?3,"
                                " labels = change_labels (labels, ?4, ?5) WHERE id = ?1",
                                "iiiss", id, (gint64) change->add, (gint64) change->remove, add_labels, remove_labels);

  if (change->kind == VALIJA_OPERATION_MOVE)
    {
      valija_store_context_tell_folder (context, context->local, target);
      return valija_database_run (context->local, error, "UPDATE message SET folder = ?2"
                                                         " WHERE id = ?1", "ii", id, target);
    }

  /* The server still has what it gave out, and would give it again */
  if (subject->home_id != NULL &&
      !valija_database_run (context->local, error, "INSERT OR REPLACE INTO deleted"
                                                   " (folder, remote_id, added_at, id_hash, date, size)"
                                                   " SELECT ?1, ?2, added_at, id_hash, date, size FROM message"
                                                   " WHERE id = ?3",
                            "isi", subject->home, subject->home_id, id))
    return FALSE;

  return valija_database_run (context->local, error, "DELETE FROM message WHERE id = ?1", "i", id);
}

static gboolean
change_cached_message (ValijaStoreContext  *context,
                       gint64               line,
                       gint64               position,
                       gint64               id,
                       const Subject       *subject,
                       GError             **error)
{
  return valija_database_run (context->local, error,
                              "INSERT INTO operation_message"
                              " (operation, position, message, remote_id, message_id, date, size)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", "iiissii", line, position, id,
                              subject->remote_id, subject->message_id, subject->date, subject->size) &&
         valija_store_overlay_refresh (context, id, error);
}

static gboolean
has_target (const Change *change)
{
  return change->kind == VALIJA_OPERATION_MOVE || change->kind == VALIJA_OPERATION_COPY;
}

/* Where the change leads, and whether it may. */
static gboolean
load_target (ValijaStoreContext  *context,
             const Change        *change,
             ValijaDatabase      *database,
             const Place         *place,
             Place               *target,
             GError             **error)
{
  if (!has_target (change))
    return TRUE;

  if (valija_store_context_database (context, change->folder) != database)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("A message cannot be moved between a server and this computer without copying it first."));
      return FALSE;
    }

  if (!load_place (database, valija_database_to_row (database, change->folder), target, error))
    return FALSE;

  if (database == context->cache && g_strcmp0 (place->account, target->account) != 0)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("A message cannot be moved between two servers without copying it first."));
      return FALSE;
    }

  return TRUE;
}

/* Two passes, since the folder of the first message that is still there decides, and nothing is
 * written before all are known to be in it. */
static gboolean
load_common_place (ValijaStoreContext  *context,
                   const Change        *change,
                   ValijaDatabase      *database,
                   Place               *place,
                   GError             **error)
{
  gint64 folder = 0;

  for (guint i = 0; i < change->messages->len; i++)
    {
      gint64 public = g_array_index (change->messages, gint64, i);
      g_auto(Subject) subject = { 0, };
      gboolean found = FALSE;
      gboolean fits = valija_store_context_database (context, public) == database;

      if (fits && !load_subject (context, database, valija_database_to_row (database, public), &subject, &found, error))
        return FALSE;

      if (!fits || (found && folder != 0 && subject.folder != folder))
        {
          valija_error_set (error, VALIJA_ERROR_INVALID, _("The messages are no longer all in one"
                                                           " folder. Choose them again."));
          return FALSE;
        }

      if (found)
        folder = subject.folder;
    }

  return folder == 0 ? valija_store_fail_no_message (error) : load_place (database, folder, place, error);
}

static gboolean
change_messages (ValijaStoreContext  *context,
                 gpointer             data,
                 GValue              *result,
                 GError             **error)
{
  const Change *change = data;
  ValijaDatabase *database = valija_store_context_database (context, g_array_index (change->messages, gint64, 0));
  g_auto(Place) place = { 0, };
  g_auto(Place) target = { 0, };
  gint64 line = 0;

  if (!load_common_place (context, change, database, &place, error) ||
      !load_target (context, change, database, &place, &target, error))
    return FALSE;

  for (guint i = 0; i < change->messages->len; i++)
    {
      gint64 id = valija_database_to_row (database, g_array_index (change->messages, gint64, i));
      g_auto(Subject) subject = { 0, };
      gboolean found;

      if (!load_subject (context, database, id, &subject, &found, error))
        return FALSE;
      if (!found || !matters (change, &subject, target.id))
        continue;

      if (database == context->local)
        {
          if (!change_local_message (context, change, id, &subject, target.id, error))
            return FALSE;
          continue;
        }

      if ((line == 0 && !add_line (context, change, &place, target.remote_id, &line, error)) ||
          !change_cached_message (context, line, i, id, &subject, error))
        return FALSE;
    }

  valija_store_take_int64 (result, line);

  return TRUE;
}

gboolean
valija_store_journal_append (ValijaStoreContext  *context,
                             gint64               folder,
                             GBytes              *source,
                             ValijaFlags          flags,
                             gint64              *line,
                             GError             **error)
{
  Change change = { .kind = VALIJA_OPERATION_APPEND, .add = flags };
  g_auto(Place) place = { 0, };

  if (folder < 0)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("This folder is on this computer only."));
      return FALSE;
    }

  return load_place (context->cache, folder, &place, error) &&
         add_line (context, &change, &place, NULL, line, error) &&
         valija_database_run (context->local, error, "INSERT INTO operation_source (operation, data) VALUES (?1, ?2)",
                              "iB", *line, source) &&
         valija_database_write_bytes (context->local, "operation_source", "data", *line, source, error);
}

static gboolean
append_message (ValijaStoreContext  *context,
                gpointer             data,
                GValue              *result,
                GError             **error)
{
  const Change *change = data;
  gint64 line;

  if (!valija_store_journal_append (context, change->folder, change->source, change->add, &line, error) ||
      !valija_store_outbox_copy_kept (context, change->outbox, error))
    return FALSE;

  valija_store_take_int64 (result, line);

  return TRUE;
}

gboolean
valija_store_journal_delete (ValijaStoreContext  *context,
                             gint64               message,
                             GError             **error)
{
  g_autoptr(GArray) messages = g_array_new (FALSE, FALSE, sizeof (gint64));
  Change change = { .kind = VALIJA_OPERATION_DELETE, .messages = messages };
  g_auto(GValue) result = G_VALUE_INIT;
  g_autoptr(GError) local_error = NULL;

  g_array_append_val (messages, message);
  if (change_messages (context, &change, &result, &local_error) ||
      g_error_matches (local_error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

static Change *
change_new (ValijaOperationKind  kind,
            const gint64        *messages,
            guint                n_messages,
            ValijaFlags          add,
            ValijaFlags          remove,
            gint64               folder)
{
  Change *change = g_new0 (Change, 1);

  change->kind = kind;
  change->messages = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_messages);
  g_array_append_vals (change->messages, messages, n_messages);
  change->add = add;
  change->remove = remove;
  change->folder = folder;

  return change;
}

/* @change: (transfer full) */
static DexFuture *
write_change (ValijaStore *self,
              Change      *change)
{
  if (change->messages->len > 0)
    return valija_store_write (self, change_messages, change, (GDestroyNotify) change_free);

  change_free (change);

  return dex_future_new_for_int64 (0);
}

/**
 * valija_store_change_flags:
 * @messages: (array length=n_messages): all in one folder; those that are gone are left out
 *
 * Returns: (transfer full): a future that resolves to the id of the line in the journal (int64), 0
 *   where none is needed
 */
DexFuture *
valija_store_change_flags (ValijaStore  *self,
                           const gint64 *messages,
                           guint         n_messages,
                           ValijaFlags   add,
                           ValijaFlags   remove)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return write_change (self, change_new (VALIJA_OPERATION_FLAGS, messages, n_messages, add, remove, 0));
}

/**
 * valija_store_change_labels:
 * @messages: (array length=n_messages): all in one folder; those that are gone are left out
 * @add: (nullable): a set of labels
 * @remove: (nullable): another
 *
 * Returns: (transfer full): a future that resolves to the id of the line in the journal (int64), 0
 *   where none is needed
 */
DexFuture *
valija_store_change_labels (ValijaStore        *self,
                            const gint64       *messages,
                            guint               n_messages,
                            const char * const *add,
                            const char * const *remove)
{
  Change *change;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  change = change_new (VALIJA_OPERATION_FLAGS, messages, n_messages, 0, 0, 0);
  change->add_labels = valija_labels_new (add);
  change->remove_labels = valija_labels_new (remove);

  return write_change (self, change);
}

/**
 * valija_store_move_messages:
 * @messages: (array length=n_messages): all in one folder; those that are gone are left out
 * @target: a folder of the same account and on the same side; in local truth of any account
 *
 * Returns: (transfer full): a future that resolves to the id of the line in the journal (int64), 0
 *   where none is needed
 */
DexFuture *
valija_store_move_messages (ValijaStore  *self,
                            const gint64 *messages,
                            guint         n_messages,
                            gint64        target)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return write_change (self, change_new (VALIJA_OPERATION_MOVE, messages, n_messages, 0, 0, target));
}

/**
 * valija_store_copy_messages:
 * @messages: (array length=n_messages): all in one folder on a server; those that are gone are left out
 * @target: a folder of the same account on its server, also that one
 *
 * Returns: (transfer full): a future that resolves to the id of the line in the journal (int64)
 */
DexFuture *
valija_store_copy_messages (ValijaStore  *self,
                            const gint64 *messages,
                            guint         n_messages,
                            gint64        target)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (n_messages == 0 || messages[0] > 0);

  return write_change (self, change_new (VALIJA_OPERATION_COPY, messages, n_messages, 0, 0, target));
}

/**
 * valija_store_delete_messages:
 * @messages: (array length=n_messages): all in one folder; those that are gone are left out
 *
 * Deletes for good: in local truth at once, on a server when the line is done.
 *
 * Returns: (transfer full): a future that resolves to the id of the line in the journal (int64), 0
 *   where none is needed
 */
DexFuture *
valija_store_delete_messages (ValijaStore  *self,
                              const gint64 *messages,
                              guint         n_messages)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return write_change (self, change_new (VALIJA_OPERATION_DELETE, messages, n_messages, 0, 0, 0));
}

/**
 * valija_store_append_message:
 * @folder: a folder on a server
 * @outbox: the item of the outbox whose copy it is, 0 for none
 *
 * Returns: (transfer full): a future that resolves, when it is durable, to the id of the line in
 *   the journal (int64)
 */
DexFuture *
valija_store_append_message (ValijaStore *self,
                             gint64       folder,
                             GBytes      *source,
                             ValijaFlags  flags,
                             gint64       outbox)
{
  Change *change;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (source != NULL);

  change = g_new0 (Change, 1);
  change->kind = VALIJA_OPERATION_APPEND;
  change->folder = folder;
  change->add = flags;
  change->source = g_bytes_ref (source);
  change->outbox = outbox;

  return valija_store_write (self, append_message, change, (GDestroyNotify) change_free);
}
