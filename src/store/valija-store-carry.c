/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

/* A message that moves between two stores: from this computer to a server, or from one server to another. It is filed
 * by a line of the journal of where it goes, and goes from where it was in the step in which that line is finished. So
 * whoever is interrupted in between finds the line, which looks on the server before it files anything again. */

typedef struct
{
  gint64 folder;
  GPtrArray *messages;      /* of ValijaCarried */
  ValijaCarry how;
} CarryArgs;

typedef struct
{
  gint64 folder;
  GPtrArray *remote_ids;    /* of char * */
} RemoteArgs;

static void
carry_args_free (CarryArgs *self)
{
  g_ptr_array_unref (self->messages);
  g_free (self);
}

static void
remote_args_free (RemoteArgs *self)
{
  g_ptr_array_unref (self->remote_ids);
  g_free (self);
}

/**
 * valija_carried_new:
 * @origin: a message here, or of another account
 * @received: seconds since 1970, 0 for now
 *
 * Returns: (transfer full): one of what valija_store_carry_messages() is asked for
 */
ValijaCarried *
valija_carried_new (gint64       origin,
                    GBytes      *source,
                    ValijaFlags  flags,
                    gint64       received)
{
  ValijaCarried *self;

  g_return_val_if_fail (origin != 0, NULL);
  g_return_val_if_fail (source != NULL, NULL);

  self = g_new0 (ValijaCarried, 1);
  self->origin = origin;
  self->source = g_bytes_ref (source);
  self->flags = flags;
  self->received = received;

  return self;
}

void
valija_carried_free (ValijaCarried *self)
{
  if (self == NULL)
    return;

  g_bytes_unref (self->source);
  g_strfreev (self->labels);
  g_free (self);
}

void
valija_store_origin_clear (ValijaStoreOrigin *self)
{
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->remote_id, g_free);
  g_clear_pointer (&self->message_id, g_free);
}

gboolean
valija_store_origin_read (ValijaDatabase     *database,
                          sqlite3_stmt       *statement,
                          ValijaStoreOrigin  *origin,
                          gboolean           *found,
                          GError            **error)
{
  g_autoptr(GError) local_error = NULL;

  if (statement == NULL)
    return FALSE;

  *found = valija_database_step (database, statement, &local_error);
  if (*found)
    {
      origin->message = sqlite3_column_int64 (statement, 0);
      origin->account = valija_store_dup_text (statement, 1);
      origin->folder = valija_store_dup_text (statement, 2);
      origin->remote_id = valija_store_dup_text (statement, 3);
      origin->message_id = valija_store_dup_text (statement, 4);
      origin->date = sqlite3_column_int64 (statement, 5);
      origin->size = sqlite3_column_int64 (statement, 6);
      sqlite3_reset (statement);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

gboolean
valija_store_origin_describe (ValijaStoreContext  *context,
                              gint64               public,
                              ValijaStoreOrigin   *origin,
                              GError             **error)
{
  ValijaDatabase *database = valija_store_context_database (context, public);
  gboolean found;

  if (!valija_store_origin_read (database,
                    valija_database_query (database, error,
                                           database == context->local
                                             ? "SELECT -id, '', '', '', '', 0, 0 FROM message WHERE id = ?1"
                                             : "SELECT m.id, f.account, f.remote_id, ifnull (m.remote_id, ''),"
                                               " m.message_id, m.date, m.size"
                                               " FROM message m JOIN folder f ON f.id = m.home WHERE m.id = ?1",
                                           "i", valija_database_to_row (database, public)), origin, &found, error))
    return FALSE;

  return found || valija_store_fail_no_message (error);
}

/* The line that carries @origin; 0 for none. After the cache was made anew, or a power cut took its tail, its rows have
 * other numbers: by its place on its server it is known all the same. */
static gboolean
find_carrying (ValijaStoreContext  *context,
               gint64               public,
               gint64              *line,
               GError             **error)
{
  g_auto(ValijaStoreOrigin) origin = { 0, };
  g_autoptr(GError) local_error = NULL;

  if (public < 0)
    return valija_database_get_int64 (context->local, 0, line, error,
                                      "SELECT operation FROM operation_origin WHERE message = ?1", "i", public);

  *line = 0;
  if (!valija_store_origin_describe (context, public, &origin, &local_error))
    {
      if (g_error_matches (local_error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return valija_database_get_int64 (context->local, 0, line, error,
                                    "SELECT operation FROM operation_origin"
                                    " WHERE (message = ?4 AND message_id = ?5 AND date = ?6)"
                                    " OR (account = ?1 AND folder = ?2 AND remote_id = ?3 AND remote_id <> '')"
                                    " ORDER BY message = ?4 DESC LIMIT 1",
                                    "sssisi", origin.account, origin.folder, origin.remote_id, public,
                                    origin.message_id, origin.date) &&
         (*line == 0 ||
          valija_database_run (context->local, error, "UPDATE operation_origin SET message = ?2 WHERE operation = ?1",
                               "ii", *line, public));
}

static gboolean
fail_on_its_way (GError **error)
{
  valija_error_set (error, VALIJA_ERROR_INVALID,
                    _("This message is on its way to another folder. Try again when it is there."));

  return FALSE;
}

gboolean
valija_store_carry_check (ValijaStoreContext  *context,
                          gint64               origin,
                          GError             **error)
{
  gint64 line;

  if (!find_carrying (context, origin, &line, error))
    return FALSE;

  return line == 0 || fail_on_its_way (error);
}

/* The line that carries @origin to where it is to go already; 0 for none, as of each copy that is asked for. */
static gboolean
find_line (ValijaStoreContext  *context,
           const CarryArgs     *args,
           gint64               origin,
           gint64              *line,
           GError             **error)
{
  g_autofree char *account = NULL;
  g_autofree char *remote_id = NULL;
  gint64 there;

  *line = 0;
  if (args->how != VALIJA_CARRY_COPY && !find_carrying (context, origin, line, error))
    return FALSE;
  if (*line == 0)
    return TRUE;

  if (!valija_store_load_place (context->cache, args->folder, &account, &remote_id, error) ||
      !valija_database_get_int64 (context->local, 0, &there, error,
                                  "SELECT count(*) FROM operation WHERE id = ?1 AND account = ?2 AND folder = ?3",
                                  "iss", *line, account, remote_id))
    return FALSE;

  return there > 0 || fail_on_its_way (error);
}

gboolean
valija_store_carry_follow (ValijaStoreContext  *context,
                           gint64               message,
                           const char          *folder,
                           const char          *remote_id,
                           GError             **error)
{
  /* Below 0 are, of lines of the journal, messages that the cache does not have; of origins, those of this computer */
  if (message <= 0)
    return TRUE;

  return valija_database_run (context->local, error,
                              "UPDATE operation_origin SET folder = ?2, remote_id = ?3 WHERE message = ?1", "iss",
                              message, folder, remote_id);
}

/* Of a copy nothing is to be done where it comes from, neither now nor later: so that is not told. */
static void
forget_place (ValijaStoreOrigin *origin)
{
  origin->message = 0;
  g_set_str (&origin->account, "");
  g_set_str (&origin->folder, "");
  g_set_str (&origin->remote_id, "");
}

static gboolean
add_line (ValijaStoreContext   *context,
          const CarryArgs      *args,
          const ValijaCarried  *message,
          gint64               *line,
          GError              **error)
{
  g_auto(ValijaStoreOrigin) origin = { 0, };
  g_autofree char *labels = valija_labels_to_text ((const char * const *) message->labels);

  if (!valija_store_origin_describe (context, message->origin, &origin, error))
    return FALSE;
  if (args->how == VALIJA_CARRY_COPY)
    forget_place (&origin);

  return valija_store_journal_append (context, args->folder, message->source, message->flags, line, error) &&
         (labels == NULL ||
          valija_database_run (context->local, error, "UPDATE operation SET add_labels = ?2 WHERE id = ?1", "is", *line,
                               labels)) &&
         valija_database_run (context->local, error,
                              "INSERT INTO operation_origin VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                              "iiiissssii", *line, (gint64) args->how, message->received, origin.message,
                              origin.account, origin.folder, origin.remote_id, origin.message_id, origin.date,
                              origin.size) &&
         valija_store_draft_begin (context->local, origin.message, *line, error);
}

static gboolean
carry_messages (ValijaStoreContext  *context,
                gpointer             data,
                GValue              *result,
                GError             **error)
{
  const CarryArgs *args = data;
  g_autoptr(GArray) lines = g_array_sized_new (FALSE, FALSE, sizeof (gint64), args->messages->len);

  for (guint i = 0; i < args->messages->len; i++)
    {
      const ValijaCarried *message = g_ptr_array_index (args->messages, i);
      gint64 line;

      if (!find_line (context, args, message->origin, &line, error) ||
          (line == 0 && !add_line (context, args, message, &line, error)) ||
          !valija_database_run (context->local, error,
                                "UPDATE operation_origin SET keep = ?2 WHERE operation = ?1", "ii", line,
                                (gint64) args->how))
        return FALSE;

      g_array_append_val (lines, line);
    }

  valija_store_take_ids (result, g_steal_pointer (&lines));

  return TRUE;
}

/* A row of the cache may have another id since, and may be gone with the cache: its server has it all the same. And
 * where a power cut took the cache's tail, its id may be another message's: the id alone is not believed. */
static gboolean
delete_from_server (ValijaStoreContext       *context,
                    const ValijaStoreOrigin  *origin,
                    GError                  **error)
{
  gint64 row;

  if (!valija_database_get_int64 (context->cache, 0, &row, error,
                                  "SELECT ifnull ((SELECT id FROM message WHERE id = ?4 AND lost_account IS NULL"
                                  " AND message_id = ?5 AND date = ?6),"
                                  " (SELECT m.id FROM message m JOIN folder f ON f.id = m.home"
                                  " WHERE f.account = ?1 AND f.remote_id = ?2 AND m.remote_id = ?3))",
                                  "sssisi", origin->account, origin->folder, origin->remote_id, origin->message,
                                  origin->message_id, origin->date))
    return FALSE;
  if (row != 0)
    return valija_store_journal_delete (context, row, error);

  return valija_database_run (context->local, error,
                              "INSERT INTO operation (sequence, account, kind, folder)"
                              " VALUES ((SELECT ifnull (max (sequence), 0) + 1 FROM operation), ?1, ?2, ?3)",
                              "sis", origin->account, (gint64) VALIJA_OPERATION_DELETE, origin->folder) &&
         valija_database_run (context->local, error,
                              "INSERT INTO operation_message"
                              " (operation, position, message, remote_id, message_id, date, size) VALUES"
                              " (?1, 0, (SELECT min (0, ifnull (min (message), 0)) - 1 FROM operation_message),"
                              " ?2, ?3, ?4, ?5)",
                              "issii", (gint64) sqlite3_last_insert_rowid (valija_database_get_handle (context->local)),
                              origin->remote_id, origin->message_id, origin->date, origin->size);
}

gboolean
valija_store_origin_delete (ValijaStoreContext       *context,
                            const ValijaStoreOrigin  *origin,
                            GError                  **error)
{
  if (origin->message < 0)
    return valija_store_journal_delete (context, origin->message, error);

  /* One whose move waited had no name there yet, and one of an account that was removed is nobody's */
  return origin->remote_id[0] == '\0' || origin->account[0] == '\0' || delete_from_server (context, origin, error);
}

/* A draft that was discarded or sent while the server took it is not to stay there. */
static gboolean
delete_orphan (ValijaStoreContext  *context,
               gint64               line,
               const char          *remote_id,
               GError             **error)
{
  g_auto(ValijaStoreOrigin) orphan = { 0, };
  gboolean found;

  return valija_store_origin_read (context->local,
                                   valija_database_query (context->local, error,
                                                          "SELECT 0, o.account, o.folder, ?2, c.message_id, c.date,"
                                                          " c.size FROM operation o"
                                                          " JOIN operation_origin c ON c.operation = o.id"
                                                          " WHERE o.id = ?1 AND c.keep = ?3 AND NOT EXISTS"
                                                          " (SELECT 1 FROM draft d"
                                                          " WHERE d.line = o.id OR d.message = -c.message)",
                                                          "isi", line, remote_id, (gint64) VALIJA_CARRY_DRAFT),
                                   &orphan, &found, error) &&
         (!found || valija_store_origin_delete (context, &orphan, error));
}

/* Labels are no part of what is filed: they get a line of their own, which knows the message by its new name. */
static gboolean
label_filed (ValijaStoreContext  *context,
             gint64               line,
             const char          *remote_id,
             GError             **error)
{
  sqlite3 *handle = valija_database_get_handle (context->local);

  if (remote_id[0] == '\0')
    return TRUE;

  if (!valija_database_run (context->local, error,
                            "INSERT INTO operation (sequence, account, kind, folder, add_labels)"
                            " SELECT (SELECT max (sequence) + 1 FROM operation), account, ?2, folder, add_labels"
                            " FROM operation WHERE id = ?1 AND add_labels IS NOT NULL",
                            "ii", line, (gint64) VALIJA_OPERATION_FLAGS))
    return FALSE;

  return sqlite3_changes (handle) == 0 ||
         valija_database_run (context->local, error,
                              "INSERT INTO operation_message"
                              " (operation, position, message, remote_id, message_id, date, size) SELECT"
                              " ?2, 0, (SELECT min (0, ifnull (min (message), 0)) - 1 FROM operation_message),"
                              " ?3, message_id, date, size FROM operation_origin WHERE operation = ?1",
                              "iis", line, (gint64) sqlite3_last_insert_rowid (handle), remote_id);
}

gboolean
valija_store_carry_finish (ValijaStoreContext  *context,
                           gint64               line,
                           const char          *new_remote_id,
                           GError             **error)
{
  g_auto(ValijaStoreOrigin) origin = { 0, };
  gboolean found;

  if (!valija_store_origin_read (context->local,
                                 valija_database_query (context->local, error,
                                                        "SELECT CASE keep WHEN 0 THEN message ELSE 0 END, account,"
                                                        " folder, remote_id, message_id, date, size"
                                                        " FROM operation_origin WHERE operation = ?1", "i", line),
                                 &origin, &found, error))
    return FALSE;

  if (!found)
    return TRUE;

  /* Dropped before it was filed: what the server has of a newer version stays until that one is there */
  if (new_remote_id == NULL)
    return valija_database_run (context->local, error, "UPDATE draft SET line = 0 WHERE line = ?1", "i", line);

  return delete_orphan (context, line, new_remote_id, error) &&
         valija_store_draft_uploaded (context, line, new_remote_id, error) &&
         label_filed (context, line, new_remote_id, error) &&
         valija_store_origin_delete (context, &origin, error);
}

static gboolean
delete_remote (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  const RemoteArgs *args = data;
  g_auto(ValijaStoreOrigin) origin = { 0, };

  if (!valija_store_load_place (context->cache, args->folder, &origin.account, &origin.folder, error))
    return FALSE;

  g_set_str (&origin.message_id, "");
  for (guint i = 0; i < args->remote_ids->len; i++)
    {
      g_set_str (&origin.remote_id, g_ptr_array_index (args->remote_ids, i));
      if (!valija_store_origin_delete (context, &origin, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
valija_store_carry_forget_rows (ValijaDatabase  *local,
                                GError         **error)
{
  return valija_database_run (local, error, "UPDATE operation_origin SET message = 0 WHERE message > 0", "") &&
         valija_database_run (local, error, "UPDATE draft SET base = 0", "");
}

static gboolean
drop_carrying (ValijaStoreContext  *context,
               gpointer             data,
               GValue              *result,
               GError             **error)
{
  const GArray *lines = data;

  for (guint i = 0; i < lines->len; i++)
    {
      if (!valija_database_run (context->local, error,
                                "DELETE FROM operation WHERE id = ?1 AND mark IS NULL"
                                " AND EXISTS (SELECT 1 FROM operation_origin WHERE operation = ?1"
                                " AND (message < 0 OR account <> '' OR keep = ?2))", "ii",
                                g_array_index (lines, gint64, i), (gint64) VALIJA_CARRY_COPY))
        return FALSE;
    }

  return TRUE;
}

/**
 * valija_store_carry_messages:
 * @folder: a folder on a server
 * @messages: (element-type ValijaCarried): each once
 * @how: what becomes of them where they are
 *
 * Returns: (transfer full): a future that resolves, when all are durable, to a #GArray of int64: the lines in the
 *   journal, in the order of @messages
 */
DexFuture *
valija_store_carry_messages (ValijaStore *self,
                             gint64       folder,
                             GPtrArray   *messages,
                             ValijaCarry  how)
{
  CarryArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (messages != NULL);

  args = g_new0 (CarryArgs, 1);
  args->folder = folder;
  args->messages = g_ptr_array_ref (messages);
  args->how = how;

  return valija_store_write (self, carry_messages, args, (GDestroyNotify) carry_args_free);
}

/**
 * valija_store_delete_remote:
 * @folder: a folder on a server
 * @remote_ids: (element-type utf8): messages in it, whether or not a round has listed them here
 *
 * Deletes for good, as valija_store_delete_messages() does; each by a line of its own.
 *
 * Returns: (transfer full): a future that resolves to true when it is durable
 */
DexFuture *
valija_store_delete_remote (ValijaStore *self,
                            gint64       folder,
                            GPtrArray   *remote_ids)
{
  RemoteArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (remote_ids != NULL);

  args = g_new0 (RemoteArgs, 1);
  args->folder = folder;
  args->remote_ids = valija_store_copy_strings (remote_ids);

  return valija_store_write (self, delete_remote, args, (GDestroyNotify) remote_args_free);
}

/**
 * valija_store_drop_carrying:
 * @lines: (array length=n_lines): as of valija_store_carry_messages()
 *
 * Returns: (transfer full): a future that resolves to true, also where there are no such lines any more
 */
DexFuture *
valija_store_drop_carrying (ValijaStore  *self,
                            const gint64 *lines,
                            guint         n_lines)
{
  GArray *copy;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  copy = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_lines);
  g_array_append_vals (copy, lines, n_lines);

  return valija_store_write (self, drop_carrying, copy, (GDestroyNotify) g_array_unref);
}
