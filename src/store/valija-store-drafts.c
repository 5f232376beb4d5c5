/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "base/valija-error.h"

/* Drafts that somebody writes on. Each version is a message of its own, which comes in the step in which the one before
 * goes; what is known of the draft goes over to it: that it is open, and what a server has of it. */

typedef struct
{
  gint64 draft;
  gint64 folder;
  ValijaMessageInfo *info;   /* nullable */
  ValijaStoredSource *source; /* nullable */
  gint64 base;
  gboolean flag;
} DraftArgs;

#define BASE_COLUMNS "base, account, folder, remote_id, message_id, date, size"

static void
draft_args_free (DraftArgs *self)
{
  g_clear_pointer (&self->info, valija_message_info_unref);
  g_clear_pointer (&self->source, valija_stored_source_free);
  g_free (self);
}

static DraftArgs *
draft_args_new (gint64 draft)
{
  DraftArgs *self = g_new0 (DraftArgs, 1);

  self->draft = draft;

  return self;
}

/* The version of the draft @public that a server has: its account is "" for none, or where that is no draft. */
static gboolean
load_base (ValijaDatabase     *local,
           gint64              public,
           ValijaStoreOrigin  *base,
           GError            **error)
{
  gboolean found;

  if (!valija_store_origin_read (local,
                                 valija_database_query (local, error,
                                                        "SELECT " BASE_COLUMNS " FROM draft WHERE message = -?1",
                                                        "i", public), base, &found, error))
    return FALSE;

  if (!found)
    base->account = g_strdup ("");

  return TRUE;
}

static gboolean
set_base (ValijaDatabase           *local,
          gint64                    id,
          const ValijaStoreOrigin  *base,
          gboolean                  uploaded,
          GError                  **error)
{
  return valija_database_run (local, error,
                              "UPDATE draft SET base = ?2, account = ?3, folder = ?4, remote_id = ?5, message_id = ?6,"
                              " date = ?7, size = ?8, uploaded = ?9 WHERE message = ?1", "iissssiii", id,
                              base->message, base->account, base->folder, base->remote_id, base->message_id,
                              base->date, base->size, (gint64) uploaded);
}

/* A line that is not done yet has the first word: what it leaves there is the version that the next one replaces. */
gboolean
valija_store_draft_begin (ValijaDatabase  *local,
                          gint64           public,
                          gint64           line,
                          GError         **error)
{
  return valija_database_run (local, error,
                              "UPDATE draft SET line = ?2 WHERE message = -?1"
                              " AND NOT EXISTS (SELECT 1 FROM operation WHERE id = draft.line)", "ii", public, line);
}

#define OF_LINE " FROM draft WHERE line = ?1 OR -message = (SELECT message FROM operation_origin WHERE operation = ?1)"

/* Of the draft itself it is perhaps not the last. */
gboolean
valija_store_draft_uploaded (ValijaStoreContext  *context,
                             gint64               line,
                             const char          *remote_id,
                             GError             **error)
{
  g_auto(ValijaStoreOrigin) base = { 0, };
  gboolean found;

  if (!valija_store_origin_read (context->local,
                                 valija_database_query (context->local, error, "SELECT " BASE_COLUMNS OF_LINE, "i",
                                                        line), &base, &found, error) ||
      (found && !valija_store_origin_delete (context, &base, error)))
    return FALSE;

  return !found ||
         valija_database_run (context->local, error,
                              "UPDATE draft SET line = 0, base = 0, message_id = '', date = 0, size = 0,"
                              " remote_id = ?2, account = (SELECT account FROM operation WHERE id = ?1),"
                              " folder = (SELECT folder FROM operation WHERE id = ?1),"
                              " uploaded = -message = (SELECT message FROM operation_origin WHERE operation = ?1)"
                              " WHERE message = (SELECT message" OF_LINE ")", "is", line, remote_id);
}

gboolean
valija_store_draft_replaced (ValijaDatabase  *local,
                             const char      *account,
                             const char      *folder,
                             const char      *remote_id,
                             GError         **error)
{
  return valija_database_run (local, error,
                              "UPDATE draft SET account = '', base = 0"
                              " WHERE account = ?1 AND folder = ?2 AND remote_id = ?3", "sss", account, folder,
                              remote_id);
}

/* What is known of the version before, or that one itself where it is on a server. */
static gboolean
inherit (ValijaStoreContext  *context,
         gint64               id,
         gint64               replaces,
         GError             **error)
{
  g_auto(ValijaStoreOrigin) base = { 0, };
  g_autoptr(GError) local_error = NULL;

  if (!valija_database_run (context->local, error, "INSERT INTO draft (message) VALUES (?1)", "i", id))
    return FALSE;

  /* Somebody else may have deleted it */
  if (replaces > 0 && !valija_store_origin_describe (context, replaces, &base, &local_error))
    {
      if (g_error_matches (local_error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (replaces > 0)
    return set_base (context->local, id, &base, FALSE, error);

  return replaces == 0 ||
         (load_base (context->local, replaces, &base, error) &&
          (base.account[0] == '\0' || set_base (context->local, id, &base, FALSE, error)) &&
          valija_database_run (context->local, error,
                               "UPDATE draft SET line = ifnull ((SELECT line FROM draft WHERE message = -?2), 0)"
                               " WHERE message = ?1", "ii", id, replaces) &&
          valija_store_journal_delete (context, replaces, error));
}

static gboolean
save_draft (ValijaStoreContext  *context,
            gpointer             data,
            GValue              *result,
            GError             **error)
{
  DraftArgs *args = data;
  gint64 id;

  if (!valija_store_add_local (context, args->folder, args->info, args->source, &id, error) ||
      !inherit (context, id, args->draft, error))
    return FALSE;

  valija_store_take_int64 (result, -id);

  return TRUE;
}

static gboolean
open_draft (ValijaStoreContext  *context,
            gpointer             data,
            GValue              *result,
            GError             **error)
{
  DraftArgs *args = data;

  return valija_database_run (context->local, error,
                              "INSERT INTO draft (message, open) SELECT id, ?2 FROM message WHERE id = -?1"
                              " ON CONFLICT (message) DO UPDATE SET open = excluded.open",
                              "ii", args->draft, (gint64) args->flag);
}

static gboolean
drop_draft (ValijaStoreContext  *context,
            gpointer             data,
            GValue              *result,
            GError             **error)
{
  DraftArgs *args = data;
  g_auto(ValijaStoreOrigin) base = { 0, };

  return load_base (context->local, args->draft, &base, error) &&
         (base.account[0] == '\0' || valija_store_origin_delete (context, &base, error)) &&
         valija_store_journal_delete (context, args->draft, error);
}

/* A name that the server did not tell is known once its folder was listed, by Message-ID; see
 * valija_store_set_draft_base(). */
static gboolean
find_base (ValijaStoreContext       *context,
           const ValijaStoreOrigin  *base,
           gint64                   *id,
           GError                  **error)
{
  return valija_database_get_int64 (context->cache, 0, id, error,
                                    "SELECT m.id FROM message m JOIN folder f ON f.id = m.home"
                                    " WHERE m.folder <> 0 AND (m.id = ?4 OR"
                                    " (f.account = ?1 AND f.remote_id = ?2 AND m.remote_id = ?3)) LIMIT 1",
                                    "sssi", base->account, base->folder, base->remote_id, base->message);
}

static gboolean
load_draft (ValijaStoreContext  *context,
            gpointer             data,
            GValue              *result,
            GError             **error)
{
  DraftArgs *args = data;
  g_autoptr(ValijaStoredDraft) draft = g_new0 (ValijaStoredDraft, 1);
  g_autoptr(GError) local_error = NULL;
  g_auto(ValijaStoreOrigin) base = { 0, };
  sqlite3_stmt *statement;

  statement = valija_database_query (context->local, error,
                                     "SELECT f.account, m.message_id, ifnull (d.open, 0), ifnull (d.uploaded, 0)"
                                     " FROM message m JOIN folder f ON f.id = m.folder"
                                     " LEFT JOIN draft d ON d.message = m.id WHERE m.id = -?1", "i", args->draft);
  if (statement == NULL)
    return FALSE;

  if (valija_database_step (context->local, statement, &local_error))
    {
      draft->home = valija_store_dup_text (statement, 0);
      draft->message_id = valija_store_dup_text (statement, 1);
      draft->open = sqlite3_column_int (statement, 2) != 0;
      draft->uploaded = sqlite3_column_int (statement, 3) != 0;
      sqlite3_reset (statement);
    }
  else if (local_error == NULL)
    return valija_store_fail_no_message (error);
  else
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (!load_base (context->local, args->draft, &base, error) ||
      (base.account[0] != '\0' && !find_base (context, &base, &draft->base, error)))
    return FALSE;

  draft->known = base.account[0] != '\0';
  draft->named = draft->known && (base.remote_id[0] != '\0' || base.message != 0);
  g_value_init (result, VALIJA_TYPE_STORED_DRAFT);
  g_value_take_boxed (result, g_steal_pointer (&draft));

  return TRUE;
}

static gboolean
set_draft_base (ValijaStoreContext  *context,
                gpointer             data,
                GValue              *result,
                GError             **error)
{
  DraftArgs *args = data;
  g_auto(ValijaStoreOrigin) base = { 0, };

  if (args->base == 0)
    return valija_database_run (context->local, error,
                                "UPDATE draft SET account = '', base = 0, uploaded = 0 WHERE message = -?1", "i",
                                args->draft);

  return valija_store_origin_describe (context, args->base, &base, error) &&
         set_base (context->local, -args->draft, &base, args->flag, error);
}

static gboolean
list_open_drafts (ValijaStoreContext  *context,
                  gpointer             data,
                  GValue              *result,
                  GError             **error)
{
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->local, error,
                                     "SELECT -message FROM draft WHERE open <> 0 ORDER BY message", "");
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (context->local, statement, &local_error))
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      g_array_append_val (ids, id);
    }

  if (local_error == NULL)
    valija_store_take_ids (result, g_steal_pointer (&ids));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));

  return G_IS_VALUE (result);
}

/**
 * valija_store_save_draft:
 * @folder: in local truth
 * @source: (transfer none): copied
 * @replaces: the version before, here or on a server, or 0
 *
 * Returns: (transfer full): a future that resolves, when it is durable, to the message's id (int64)
 */
DexFuture *
valija_store_save_draft (ValijaStore        *self,
                         gint64              folder,
                         ValijaMessageInfo  *info,
                         ValijaStoredSource *source,
                         gint64              replaces)
{
  DraftArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (info != NULL);
  dex_return_error_if_fail (source != NULL);

  args = draft_args_new (replaces);
  args->folder = folder;
  args->info = valija_message_info_ref (info);
  args->source = valija_stored_source_copy (source);

  return valija_store_write (self, save_draft, args, (GDestroyNotify) draft_args_free);
}

/**
 * valija_store_open_draft:
 * @draft: a message of local truth; one that is gone is no failure
 *
 * Returns: (transfer full): a future that resolves to true when it is durable
 */
DexFuture *
valija_store_open_draft (ValijaStore *self,
                         gint64       draft,
                         gboolean     open)
{
  DraftArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (draft < 0);

  args = draft_args_new (draft);
  args->flag = open;

  return valija_store_write (self, open_draft, args, (GDestroyNotify) draft_args_free);
}

/**
 * valija_store_drop_draft:
 * @draft: here or on a server
 *
 * Returns: (transfer full): a future that resolves to true when it is durable, also where it is gone
 */
DexFuture *
valija_store_drop_draft (ValijaStore *self,
                         gint64       draft)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_write (self, drop_draft, draft_args_new (draft), (GDestroyNotify) draft_args_free);
}

/**
 * valija_store_load_draft:
 *
 * Returns: (transfer full): a future that resolves to ValijaStoredDraft
 */
DexFuture *
valija_store_load_draft (ValijaStore *self,
                         gint64       draft)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, load_draft, draft_args_new (draft), (GDestroyNotify) draft_args_free);
}

/**
 * valija_store_set_draft_base:
 * @base: a message of the cache, or 0
 * @uploaded: whether it is this very version
 *
 * Returns: (transfer full): a future that resolves to true when it is durable; rejects with NOT_FOUND where @base is
 *   gone
 */
DexFuture *
valija_store_set_draft_base (ValijaStore *self,
                             gint64       draft,
                             gint64       base,
                             gboolean     uploaded)
{
  DraftArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = draft_args_new (draft);
  args->base = base;
  args->flag = uploaded;

  return valija_store_write (self, set_draft_base, args, (GDestroyNotify) draft_args_free);
}

/**
 * valija_store_list_open_drafts:
 *
 * Returns: (transfer full): a future that resolves to a #GArray of gint64, newest first
 */
DexFuture *
valija_store_list_open_drafts (ValijaStore *self)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, list_open_drafts, NULL, NULL);
}
