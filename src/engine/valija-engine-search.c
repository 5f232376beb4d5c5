/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* Searching on servers, and what the search box offers. */

/* Of what is found in a folder the newest come, and so many more each time that somebody asks for older ones. */
#define STEP 200

/* What is asked of one account, one folder at a time: a session has few connections, and whoever opens a message
 * meanwhile needs one. */
typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  ValijaMailReader *reader;
  GPtrArray *folders;        /* of ValijaFolder */
  guint n_answered;
  guint n_left_out;          /* of them, for what others may have as well */
  char *text;
  ValijaServerSearch *search;
  ValijaProgress *progress;
  GError *failure;           /* nullable: why no more of them are asked */
} Asking;

static void
asking_free (Asking *self)
{
  g_object_unref (self->engine);
  g_object_unref (self->runtime);
  g_clear_object (&self->reader);
  g_ptr_array_unref (self->folders);
  g_free (self->text);
  g_object_unref (self->search);
  g_clear_object (&self->progress);
  g_clear_error (&self->failure);
  g_free (self);
}

/* ---- One folder ---- */

/* Those of @remote_ids that are here, and in @unknown (nullable) the others. */
static gboolean
find_known_fiber (Asking        *self,
                  ValijaFolder  *folder,
                  char         **remote_ids,
                  guint          n,
                  GArray        *known,
                  GStrvBuilder  *unknown,
                  GError       **error)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) failure = NULL;
      gint64 id;

      id = dex_await_int64 (valija_store_find_remote (self->engine->store, valija_folder_get_id (folder),
                                                      remote_ids[i]), &failure);
      if (failure == NULL)
        g_array_append_val (known, id);
      else if (!g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      else if (unknown != NULL)
        g_strv_builder_add (unknown, remote_ids[i]);
    }

  return TRUE;
}

/* A hit that the store has not heard of yet comes in as an addition of the folder, without a cursor: the next
 * round lists it anyway. */
static gboolean
fetch_hits_fiber (Asking *self, ValijaFolder *folder, char **remote_ids, GError **error)
{
  DexFuture *fetching = valija_mail_reader_fetch_headers (self->reader, valija_folder_get_remote_id (folder),
                                                          (const char * const *) remote_ids);
  g_autoptr(ValijaChanges) changes = valija_changes_new ();
  g_autoptr(GPtrArray) infos = NULL;

  if (!(infos = dex_await_boxed (valija_engine_race (self->engine, fetching,
                                                     valija_progress_get_cancellable (self->progress)), error)))
    return FALSE;

  g_clear_pointer (&changes->added, g_ptr_array_unref);
  changes->added = g_steal_pointer (&infos);
  return dex_await (valija_store_write_changes (self->engine->store, valija_folder_get_id (folder), changes), error);
}

/* What is here already is only named. */
static gboolean
ask_folder_fiber (Asking *self, ValijaFolder *folder, GError **error)
{
  guint limit = valija_server_search_get_n_listed (self->search, folder) + STEP;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr(GArray) known = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(ValijaSearchHits) hits = NULL;
  g_auto(GStrv) unknown = NULL;
  DexFuture *searching;

  searching = valija_mail_reader_search (self->reader, valija_folder_get_remote_id (folder), self->text, limit);
  if (!(hits = dex_await_boxed (valija_engine_race (self->engine, searching,
                                                    valija_progress_get_cancellable (self->progress)), error)) ||
      !find_known_fiber (self, folder, (char **) hits->remote_ids->pdata, hits->remote_ids->len, known, builder, error))
    return FALSE;

  unknown = g_strv_builder_end (builder);
  if (unknown[0] != NULL &&
      (!fetch_hits_fiber (self, folder, unknown, error) ||
       !find_known_fiber (self, folder, unknown, g_strv_length (unknown), known, NULL, error)))
    return FALSE;

  valija_server_search_take (self->search, folder, known, hits->remote_ids->len,
                             hits->total - MIN (hits->total, hits->remote_ids->len));
  return TRUE;
}

/* ---- One account ---- */

/* Whether the server may tell of other folders all the same. */
static gboolean
leaves_out (Asking *self, const GError *error)
{
  if (self->folders->len == 1 || (!valija_engine_is_of_folder (error) &&
                                  !g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_RENUMBERED)))
    return FALSE;

  return !valija_engine_may_be_of_more (error) || ++self->n_left_out <= VALIJA_MAX_LEFT_OUT;
}

static void
note_folder (Asking *self, ValijaFolder *folder, const GError *error)
{
  /* Translators: the name of a folder, and why it could not be searched */
  g_autofree char *problem = g_strdup_printf (_("“%s” could not be searched: %s"),
                                              valija_folder_get_display_name (folder), error->message);

  valija_server_search_add_problem (self->search, problem);
}

static void
ask_folders_fiber (Asking *self)
{
  if (!(self->reader = valija_account_runtime_dup_reader (self->runtime, &self->failure)))
    return;

  for (guint i = 0; i < self->folders->len && self->failure == NULL; i++)
    {
      ValijaFolder *folder = g_ptr_array_index (self->folders, i);
      g_autoptr(GError) error = NULL;

      if (valija_server_search_is_abandoned (self->search))
        return;

      if (ask_folder_fiber (self, folder, &error))
        self->n_answered++;
      else if (leaves_out (self, error))
        note_folder (self, folder, error);
      else
        self->failure = g_steal_pointer (&error);

      valija_progress_update (self->progress, i + 1, self->folders->len);
    }
}

/* What some folders have answered is not lost with the others. */
static DexFuture *
ask_account_fiber (gpointer data)
{
  Asking *self = data;
  const char *name = valija_account_get_name (self->runtime->account);
  g_autofree char *problem = NULL;

  self->progress = valija_progress_new (_("Searching on the server"));
  valija_account_runtime_begin_progress (self->runtime, self->progress);
  ask_folders_fiber (self);
  valija_account_runtime_end_progress (self->runtime, self->progress);

  if (self->failure == NULL)
    return dex_future_new_true ();
  if (self->n_answered == 0)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  if (valija_error_is_cancelled (self->failure))
    problem = g_strdup_printf (_("Not all folders of “%s” were searched."), name);
  else
    /* Translators: the name of an account, and why its server could not be asked to the end */
    problem = g_strdup_printf (_("Not all folders of “%s” could be searched: %s"), name, self->failure->message);
  valija_server_search_add_problem (self->search, problem);

  return dex_future_new_true ();
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
  if (valija_folder_get_selectable (folder) && !valija_folder_get_local (folder))
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
asking_new (ValijaEngine         *engine,
            ValijaAccountRuntime *runtime,
            GPtrArray            *folders,
            const char           *text,
            ValijaServerSearch   *search)
{
  Asking *self = g_new0 (Asking, 1);

  self->engine = g_object_ref (engine);
  self->runtime = g_object_ref (runtime);
  self->folders = folders;
  self->text = g_strdup (text);
  self->search = g_object_ref (search);
  return self;
}

/* All that is asked at once, each account on its own. */
typedef struct
{
  ValijaEngine *engine;
  ValijaServerSearch *search;
  GPtrArray *accounts;       /* of ValijaAccount */
  GPtrArray *questions;      /* of DexFuture, in the same order */
} Search;

static void
search_free (Search *self)
{
  g_object_unref (self->engine);
  g_object_unref (self->search);
  g_ptr_array_unref (self->accounts);
  g_ptr_array_unref (self->questions);
  g_free (self);
}

static Search *
search_new (ValijaEngine *engine, ValijaServerSearch *search)
{
  Search *self = g_new0 (Search, 1);

  self->engine = g_object_ref (engine);
  self->search = g_object_ref (search);
  self->accounts = g_ptr_array_new_with_free_func (g_object_unref);
  self->questions = g_ptr_array_new_with_free_func ((GDestroyNotify) dex_unref);
  return self;
}

/* What has answered to the end is not asked again. */
static void
drop_answered (GPtrArray *folders, ValijaServerSearch *search)
{
  for (guint i = folders->len; i > 0; i--)
    if (!valija_server_search_wants (search, g_ptr_array_index (folders, i - 1)))
      g_ptr_array_remove_index (folders, i - 1);
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
  drop_answered (folders, self->search);

  g_ptr_array_add (self->accounts, g_object_ref (account));
  g_ptr_array_add (self->questions, valija_engine_spawn (self->engine, VALIJA_FLOW_CALLERS, "search on the server",
                                                         ask_account_fiber,
                                                         asking_new (self->engine, runtime, folders, text,
                                                                     self->search),
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

/* Of several, those that fail are told of beside what the others have found. */
static gboolean
await_answers_fiber (Search *self, GError **error)
{
  for (guint i = 0; i < self->questions->len; i++)
    {
      ValijaAccount *account = g_ptr_array_index (self->accounts, i);
      g_autofree char *problem = NULL;
      g_autoptr(GError) failure = NULL;

      if (dex_await (dex_ref (g_ptr_array_index (self->questions, i)), &failure))
        continue;

      if (self->questions->len == 1 || valija_error_is_cancelled (failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }

      /* Translators: the name of an account, and why its server could not be asked */
      problem = g_strdup_printf (_("%s could not be asked: %s"), valija_account_get_name (account), failure->message);
      valija_server_search_add_problem (self->search, problem);
    }

  return TRUE;
}

static DexFuture *
search_fiber (gpointer data)
{
  Search *self = data;
  g_autoptr(GError) error = NULL;

  await_answers_fiber (self, &error);
  valija_server_search_end (self->search, error);

  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_search_server (ValijaEngine       *self,
                             ValijaAccount      *account,
                             ValijaFolder       *folder,
                             const char         *text,
                             ValijaServerSearch *server)
{
  g_autofree char *reason = NULL;
  GError *error = NULL;
  Search *search;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (account == NULL || VALIJA_IS_ACCOUNT (account));
  dex_return_error_if_fail (folder == NULL || VALIJA_IS_FOLDER (folder));
  dex_return_error_if_fail (text != NULL);
  dex_return_error_if_fail (VALIJA_IS_SERVER_SEARCH (server) && !valija_server_search_get_asking (server));

  if (folder != NULL && !valija_folder_gathers (folder))
    account = valija_folder_get_account (folder);
  if (account != NULL && valija_engine_find_runtime (self, account) == NULL)
    return valija_engine_reject_unknown_account ();

  search = search_new (self, server);
  valija_server_search_begin (server);
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
  valija_server_search_end (server, error);
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
