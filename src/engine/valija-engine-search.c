/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* Searching on servers, and what the search box offers. */

/* More hits than this of one folder are not fetched; the newest come first. */
#define MAX_SERVER_HITS 200

/* Of an account with more folders than this only the first are asked: each is a turn of its own. */
#define MAX_FOLDERS 40

/* What is asked of one account. */
typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  GPtrArray *folders;        /* of ValijaFolder */
  char *text;
  ValijaProgress *progress;
  ValijaServerAnswer *answer;
} Asking;

static void
asking_free (Asking *self)
{
  g_object_unref (self->engine);
  g_object_unref (self->runtime);
  g_ptr_array_unref (self->folders);
  g_free (self->text);
  g_clear_object (&self->progress);
  g_clear_pointer (&self->answer, valija_server_answer_free);
  g_free (self);
}

/* ---- One folder ---- */

/* A hit that the store has not heard of yet comes in as an addition of the folder, without a cursor: the next
 * round lists it anyway. */
static gboolean
store_hit_fiber (ValijaEngine *self, gint64 folder, ValijaFetched *fetched, gint64 *id, GError **error)
{
  g_autoptr(ValijaReadSource) read = NULL;
  g_autoptr(ValijaChanges) changes = NULL;
  g_autoptr(ValijaWritten) written = NULL;
  g_autoptr(GPtrArray) sources = NULL;
  g_autoptr(GError) missing = NULL;
  ValijaStoredSource *stored;

  if (!(read = dex_await_boxed (valija_engine_read_source (fetched->source, fetched->remote_id), error)))
    return FALSE;

  *id = dex_await_int64 (valija_store_find_remote (self->store, folder, fetched->remote_id), &missing);
  if (missing != NULL)
    {
      changes = valija_changes_new ();
      g_ptr_array_add (changes->added, valija_message_info_ref (read->info));
      if (!(written = dex_await_boxed (valija_store_write_changes_before_sources (self->store, folder, changes, 0),
                                       error)))
        return FALSE;
      *id = written->added_ids->len > 0 ? g_array_index (written->added_ids, gint64, 0) : 0;
    }

  if (*id == 0)
    return TRUE;

  stored = valija_stored_source_copy (read->stored);
  stored->message = *id;
  sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_ptr_array_add (sources, stored);
  return dex_await (valija_store_write_sources (self->store, sources), error);
}

static void
add_hit (Asking *self, gint64 id)
{
  if (id != 0)
    g_array_append_val (self->answer->messages, id);
}

/* The newest of what was found: those that are whole here already are only named, the others are left in @wanted. */
static gboolean
sort_hits_fiber (Asking *self, ValijaFolder *folder, GPtrArray *hits, GStrvBuilder *wanted, GError **error)
{
  for (guint i = hits->len > MAX_SERVER_HITS ? hits->len - MAX_SERVER_HITS : 0; i < hits->len; i++)
    {
      const char *remote_id = g_ptr_array_index (hits, i);
      g_autoptr(GPtrArray) rows = NULL;
      g_autoptr(GError) missing = NULL;
      gint64 id;

      id = dex_await_int64 (valija_store_find_remote (self->engine->store, valija_folder_get_id (folder), remote_id),
                            &missing);
      if (missing == NULL &&
          !(rows = dex_await_boxed (valija_store_load_rows (self->engine->store, &id, 1), error)))
        return FALSE;

      if (rows != NULL && rows->len > 0 && ((ValijaMessageRow *) g_ptr_array_index (rows, 0))->has_source)
        add_hit (self, id);
      else
        g_strv_builder_add (wanted, remote_id);
    }

  return TRUE;
}

static gboolean
fetch_hits_fiber (Asking *self, ValijaMailReader *reader, ValijaFolder *folder, char **wanted, GError **error)
{
  GCancellable *cancellable = valija_progress_get_cancellable (self->progress);
  g_autoptr(DexChannel) channel = NULL;
  g_autoptr(GError) failure = NULL;

  channel = valija_mail_reader_fetch_messages (reader, valija_folder_get_remote_id (folder),
                                               (const char * const *) wanted, NULL);
  while (failure == NULL)
    {
      DexFuture *received = dex_channel_receive (channel);
      g_autoptr(ValijaFetched) fetched = NULL;
      gint64 id = 0;

      fetched = dex_await_boxed (valija_engine_race (self->engine, received, cancellable), &failure);
      if (fetched != NULL && store_hit_fiber (self->engine, valija_folder_get_id (folder), fetched, &id, &failure))
        add_hit (self, id);
    }

  dex_channel_close_receive (channel);
  if (g_error_matches (failure, DEX_ERROR, DEX_ERROR_CHANNEL_CLOSED))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
ask_folder_fiber (Asking *self, ValijaMailReader *reader, ValijaFolder *folder, GError **error)
{
  GCancellable *cancellable = valija_progress_get_cancellable (self->progress);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr(GPtrArray) hits = NULL;
  g_auto(GStrv) wanted = NULL;
  DexFuture *searching;

  searching = valija_mail_reader_search (reader, valija_folder_get_remote_id (folder), self->text);
  if (!(hits = dex_await_boxed (valija_engine_race (self->engine, searching, cancellable), error)) ||
      !sort_hits_fiber (self, folder, hits, builder, error))
    return FALSE;

  wanted = g_strv_builder_end (builder);
  return wanted[0] == NULL || fetch_hits_fiber (self, reader, folder, wanted, error);
}

/* ---- One account ---- */

static gboolean
ask_folders_fiber (Asking *self, GError **error)
{
  g_autoptr(ValijaMailReader) reader = NULL;

  if (!(reader = valija_account_runtime_dup_reader (self->runtime, error)))
    return FALSE;

  for (guint i = 0; i < self->folders->len; i++)
    {
      valija_progress_update (self->progress, i, self->folders->len);
      if (!ask_folder_fiber (self, reader, g_ptr_array_index (self->folders, i), error))
        return FALSE;
      self->answer->n_folders++;
    }

  return TRUE;
}

static DexFuture *
ask_account_fiber (gpointer data)
{
  Asking *self = data;
  g_autoptr(GError) error = NULL;

  self->progress = valija_progress_new (_("Searching on the server"));
  self->answer = valija_server_answer_new ();
  valija_account_runtime_begin_progress (self->runtime, self->progress);
  ask_folders_fiber (self, &error);
  valija_account_runtime_end_progress (self->runtime, self->progress);

  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_boxed (VALIJA_TYPE_SERVER_ANSWER, g_steal_pointer (&self->answer));
}

/* ---- Whom to ask ---- */

/* "in:" narrows what is asked as it does what is found here. */
static gboolean
is_meant (GPtrArray *terms, ValijaFolder *folder)
{
  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);
      const ValijaSearchTerm *next = i + 1 < terms->len ? g_ptr_array_index (terms, i + 1) : NULL;

      if (term->key != VALIJA_SEARCH_KEY_IN || term->alternative || (next != NULL && next->alternative))
        continue;

      if (valija_search_names_folder (term->text, FALSE, valija_folder_get_role (folder),
                                      valija_folder_get_name (folder),
                                      valija_folder_get_remote_id (folder)) == term->negated)
        return FALSE;
    }

  return TRUE;
}

static void
add_folder (GPtrArray *folders, ValijaFolder *folder)
{
  if (valija_folder_get_selectable (folder) && !valija_folder_get_local (folder) && folders->len < MAX_FOLDERS)
    g_ptr_array_add (folders, g_object_ref (folder));
}

/* Where the server has a folder of all that there is, that one holds the others. */
static GPtrArray *
list_folders (ValijaAccountRuntime *runtime, GPtrArray *terms)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *all = G_LIST_MODEL (runtime->folders);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (all, i);

      if (!is_meant (terms, folder))
        continue;

      if (valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_ALL)
        g_ptr_array_set_size (folders, 0);
      add_folder (folders, folder);
      if (valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_ALL)
        break;
    }

  return folders;
}

static Asking *
asking_new (ValijaEngine *engine, ValijaAccountRuntime *runtime, GPtrArray *folders, const char *text)
{
  Asking *self = g_new0 (Asking, 1);

  self->engine = g_object_ref (engine);
  self->runtime = g_object_ref (runtime);
  self->folders = folders;
  self->text = g_strdup (text);
  return self;
}

/* All that is asked at once, each account on its own. */
typedef struct
{
  ValijaEngine *engine;
  GPtrArray *accounts;       /* of ValijaAccount */
  GPtrArray *questions;      /* of DexFuture, in the same order */
} Search;

static void
search_free (Search *self)
{
  g_object_unref (self->engine);
  g_ptr_array_unref (self->accounts);
  g_ptr_array_unref (self->questions);
  g_free (self);
}

static Search *
search_new (ValijaEngine *engine)
{
  Search *self = g_new0 (Search, 1);

  self->engine = g_object_ref (engine);
  self->accounts = g_ptr_array_new_with_free_func (g_object_unref);
  self->questions = g_ptr_array_new_with_free_func ((GDestroyNotify) dex_unref);
  return self;
}

static void
ask (Search *self, ValijaAccount *account, ValijaFolder *folder, const char *text)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (self->engine, account);
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text);
  g_autofree char *reason = valija_engine_why_not (self->engine, account, folder, VALIJA_ACTION_SEARCH_SERVER);
  GPtrArray *folders;

  if (runtime == NULL || reason != NULL)
    return;

  folders = folder == NULL ? list_folders (runtime, terms) : g_ptr_array_new_with_free_func (g_object_unref);
  if (folder != NULL && is_meant (terms, folder))
    add_folder (folders, folder);

  g_ptr_array_add (self->accounts, g_object_ref (account));
  g_ptr_array_add (self->questions, valija_engine_spawn (self->engine, VALIJA_FLOW_CALLERS, "search on the server",
                                                         ask_account_fiber,
                                                         asking_new (self->engine, runtime, folders, text),
                                                         (GDestroyNotify) asking_free));
}

static void
ask_inboxes (Search *self, const char *text)
{
  GListModel *inboxes = valija_engine_get_inboxes (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (inboxes); i++)
    {
      g_autoptr(ValijaFolder) inbox = g_list_model_get_item (inboxes, i);

      ask (self, valija_folder_get_account (inbox), inbox, text);
    }
}

static void
ask_all (Search *self, const char *text)
{
  GListModel *accounts = valija_engine_get_accounts (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);

      ask (self, account, NULL, text);
    }
}

static void
take_answer (ValijaServerAnswer *all, const ValijaServerAnswer *one)
{
  if (one->messages->len > 0)
    g_array_append_vals (all->messages, one->messages->data, one->messages->len);
  all->n_folders += one->n_folders;
}

/* Of several, those that fail are told of beside what the others have found. */
static DexFuture *
search_fiber (gpointer data)
{
  Search *self = data;
  g_autoptr(ValijaServerAnswer) answer = valija_server_answer_new ();

  for (guint i = 0; i < self->questions->len; i++)
    {
      ValijaAccount *account = g_ptr_array_index (self->accounts, i);
      g_autoptr(ValijaServerAnswer) one = NULL;
      g_autoptr(GError) error = NULL;

      one = dex_await_boxed (dex_ref (g_ptr_array_index (self->questions, i)), &error);
      if (one != NULL)
        take_answer (answer, one);
      else if (self->questions->len == 1 || valija_error_is_cancelled (error))
        return dex_future_new_for_error (g_steal_pointer (&error));
      else
        /* Translators: the name of an account, and why its server could not be asked */
        g_ptr_array_add (answer->problems, g_strdup_printf (_("%s could not be asked: %s"),
                                                            valija_account_get_name (account), error->message));
    }

  return dex_future_new_take_boxed (VALIJA_TYPE_SERVER_ANSWER, g_steal_pointer (&answer));
}

DexFuture *
valija_engine_search_server (ValijaEngine *self, ValijaAccount *account, ValijaFolder *folder, const char *text)
{
  g_autofree char *reason = NULL;
  GError *error = NULL;
  Search *search;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (account == NULL || VALIJA_IS_ACCOUNT (account));
  dex_return_error_if_fail (folder == NULL || VALIJA_IS_FOLDER (folder));
  dex_return_error_if_fail (text != NULL);

  if (folder != NULL && !valija_folder_gathers (folder))
    account = valija_folder_get_account (folder);
  if (account != NULL && valija_engine_find_runtime (self, account) == NULL)
    return valija_engine_reject_unknown_account ();

  search = search_new (self);
  if (folder != NULL && valija_folder_gathers (folder))
    ask_inboxes (search, text);
  else if (account != NULL)
    ask (search, account, folder, text);
  else
    ask_all (search, text);

  if (search->questions->len > 0)
    return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "search on servers", search_fiber, search,
                                (GDestroyNotify) search_free);

  search_free (search);
  reason = account != NULL ? valija_engine_why_not (self, account, folder, VALIJA_ACTION_SEARCH_SERVER)
                           : g_strdup (_("None of your accounts can search on its server. All their mail is on this "
                                         "computer: search here."));
  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "%s", reason);
  return dex_future_new_for_error (error);
}

DexFuture *
valija_engine_list_labels (ValijaEngine *self, ValijaAccount *account)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  return valija_store_list_labels (self->store, account != NULL ? valija_account_get_id (account) : NULL);
}

DexFuture *
valija_engine_find_people (ValijaEngine *self, const char *text, guint limit)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (text != NULL);

  return valija_store_find_people (self->store, text, limit);
}
