/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#define ALL (VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_EVERYTHING)

/* A round that was broken off and taken up again goes on for so long at least: taking it up costs some turns, and what
 * was on its way is lost. */
#define LEAST_SECONDS 3

/* One synchronisation, from the turn to the last body. */
typedef struct
{
  ValijaEngine *engine;            /* unowned, like the others: the flow holds them */
  ValijaAccountRuntime *runtime;
  ValijaMailReader *reader;
  ValijaProgress *progress;
  ValijaFolderStates *states;      /* nullable: the folders were not listed; owned, like the next ones */
  ValijaTurn *turn;                /* nullable */
  char *renumbered;                /* nullable: the folder that it lists for the sake of its lines */
  guint flags;
  guint n_new;
  gboolean with_bodies;            /* the headers are here, and whole messages are fetched */
  GPtrArray *skipped;              /* of ValijaFolder, owned: left out, and not asked for anything more */
  guint n_left_out;                /* of them, for what others may have as well */
  GError *left_out;                /* nullable: why the first of them was */
} Sync;

/* The headers of one folder, in one stretch or in several. */
typedef struct
{
  ValijaFolder *folder;            /* unowned */
  guint n_stretches;
  gint64 began;                    /* when the first of the stretch came, monotonic */
  guint64 done;                    /* by the stretches before */
  guint n_unread;
  gboolean first_time;
  gboolean final;
} Round;

static void
sync_clear (Sync *sync)
{
  g_clear_pointer (&sync->states, valija_folder_states_free);
  g_clear_pointer (&sync->turn, valija_turn_unref);
  g_clear_pointer (&sync->renumbered, g_free);
  g_clear_pointer (&sync->skipped, g_ptr_array_unref);
  g_clear_error (&sync->left_out);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sync, sync_clear)

static DexFuture *
race (Sync *sync, DexFuture *future)
{
  return valija_engine_race (sync->engine, future, valija_progress_get_cancellable (sync->progress));
}

static GBytes *
load_cursor_fiber (Sync *sync, gint64 folder, GError **error)
{
  return dex_await_boxed (valija_store_load_cursor (sync->engine->store, folder), error);
}

/* Whether whole messages are fetched behind the headers of @folder, and from when on. */
static gboolean
fetches_bodies (Sync *sync, ValijaFolder *folder, gint64 *since)
{
  return (sync->flags & VALIJA_SYNC_HEADERS) == 0 &&
         !((sync->flags & VALIJA_SYNC_BACKGROUND) != 0 && valija_engine_spares (sync->engine, sync->runtime)) &&
         valija_engine_wants_bodies (sync->runtime, folder, sync->flags, since);
}

/* Whoever waits goes before, but it is the user's turn for what the user looks at, or has asked for by itself. The
 * account may be gone by then, or be at another server. @folder: nullable */
static gboolean
enter_fiber (Sync *sync, ValijaFolder *folder, gboolean asked, GError **error)
{
  gboolean users = asked || (folder != NULL && valija_engine_is_in_view (sync->engine, folder));
  DexFuture *entered;

  g_clear_pointer (&sync->turn, valija_turn_unref);
  entered = valija_lane_enter (sync->runtime->lane, users ? VALIJA_HASTE_USER : VALIJA_HASTE_BACKGROUND, folder);
  return (sync->turn = dex_await_boxed (race (sync, entered), error)) != NULL &&
         valija_account_runtime_still_has (sync->runtime, VALIJA_SESSION (sync->reader), error);
}

static gboolean
write_changes_fiber (Sync *sync, Round *round, ValijaChanges *changes, GError **error)
{
  gint64 id = valija_folder_get_id (round->folder);
  g_autoptr(ValijaWritten) written = NULL;
  gint64 since;

  if (!fetches_bodies (sync, round->folder, &since))
    since = G_MAXINT64;

  if (!(written = dex_await_boxed (valija_store_write_changes_before_sources (sync->engine->store, id, changes, since),
                                   error)))
    return FALSE;

  sync->n_new += written->n_added;
  round->n_unread += written->n_unread;
  valija_progress_update (sync->progress, round->done + changes->done,
                          changes->total > 0 ? round->done + changes->total : 0);
  return TRUE;
}

/* Whether the user waits for something else, and the round can go on from @changes later. The whole mailbox of POP3 is
 * one folder: there is nothing else, and going on means to sign in again. */
static gboolean
gives_way (Sync *sync, Round *round, ValijaChanges *changes)
{
  gint64 now = g_get_monotonic_time ();

  if (round->began == 0)
    round->began = now;

  return !changes->final && changes->cursor != NULL && !valija_account_runtime_is_durable (sync->runtime) &&
         (round->n_stretches == 1 || now - round->began >= LEAST_SECONDS * G_USEC_PER_SEC) &&
         valija_lane_is_urgent (sync->runtime->lane, round->folder);
}

/* Each batch is written with its cursor while the next one is on its way; wherever it ends, what was written stays and
 * the next stretch goes on from there. Where it gives way, what is on its way is not used: it was told before what is
 * done in between. */
static gboolean
list_stretch_fiber (Sync *sync, Round *round, GError **error)
{
  g_autoptr(GBytes) cursor = NULL;
  g_autoptr(DexChannel) channel = NULL;
  g_autoptr(DexFuture) next = NULL;
  gboolean ok = TRUE;

  if (!(cursor = load_cursor_fiber (sync, valija_folder_get_id (round->folder), error)))
    return FALSE;

  round->first_time = round->first_time || g_bytes_get_size (cursor) == 0;
  round->began = 0;
  round->n_stretches++;
  channel = valija_mail_reader_sync_folder (sync->reader, valija_folder_get_remote_id (round->folder),
                                            g_bytes_get_size (cursor) > 0 ? cursor : NULL);
  next = dex_channel_receive (channel);

  while (ok && next != NULL)
    {
      g_autoptr(ValijaChanges) changes = NULL;

      if (!(changes = dex_await_boxed (race (sync, g_steal_pointer (&next)), error)))
        ok = FALSE;
      else
        {
          if (!changes->final && !gives_way (sync, round, changes))
            next = dex_channel_receive (channel);

          ok = write_changes_fiber (sync, round, changes, error);
          round->final = ok && changes->final;
          round->done += next == NULL ? changes->done : 0;
        }
    }

  dex_channel_close_receive (channel);
  return ok;
}

static gboolean
sync_round_fiber (Sync *sync, ValijaFolder *folder, GError **error)
{
  Round round = { .folder = folder };

  valija_progress_set_detail (sync->progress, valija_folder_get_display_name (folder));
  valija_progress_update (sync->progress, 0, 0);

  while (!round.final)
    if ((round.n_stretches > 0 && !enter_fiber (sync, folder, FALSE, error)) ||
        !list_stretch_fiber (sync, &round, error))
      return FALSE;

  if (!round.first_time && round.n_unread > 0 && valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX))
    g_signal_emit_by_name (sync->engine, "new-mail", folder, round.n_unread);

  return TRUE;
}

static gboolean
list_folders_fiber (Sync *sync, GError **error)
{
  const char *account = valija_account_runtime_get_id (sync->runtime);
  g_autoptr(GPtrArray) infos = NULL;

  g_clear_pointer (&sync->states, valija_folder_states_free);
  return (infos = dex_await_boxed (race (sync, valija_mail_reader_list_folders (sync->reader)), error)) != NULL &&
         (sync->states = valija_engine_compare_states_fiber (sync->engine, sync->runtime, infos, sync->flags,
                                                             error)) != NULL &&
         dex_await (valija_store_write_folders (sync->engine->store, account, infos,
                                                valija_account_runtime_is_durable (sync->runtime)), error) &&
         dex_await (valija_engine_load_folders (sync->engine, sync->runtime), error);
}

/* What is to be synchronised: the folders that the server has. What the user looks at is the first of them, then the
 * inbox. */
static GPtrArray *
choose_folders (Sync *sync)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *folders = G_LIST_MODEL (sync->runtime->folders);

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (valija_folder_get_remote_id (folder)[0] != '\0' && valija_folder_get_selectable (folder) &&
          valija_folder_get_policy (folder) != VALIJA_FOLDER_POLICY_NEVER &&
          ((sync->flags & ALL) != 0 || valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX)))
        g_ptr_array_insert (chosen, valija_engine_is_in_view (sync->engine, folder) ? 0 : -1, g_object_ref (folder));
    }

  return chosen;
}

gboolean
valija_engine_may_be_of_more (const GError *error)
{
  return g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_TRY_LATER) ||
         g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL);
}

gboolean
valija_engine_is_of_folder (const GError *error)
{
  return (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED) ||
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT) ||
          valija_engine_may_be_of_more (error)) && valija_engine_was_let_in (error);
}

/* The server only says that it does not open what it was asked to. (transfer full) */
static GError *
name_folder (const GError *failure, ValijaFolder *folder)
{
  gboolean gone = g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND);
  const char *name = valija_folder_get_name (folder);
  g_autofree char *sentence = NULL;
  GError *named = NULL;

  if ((!gone && !g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_REFUSED)) ||
      valija_error_get_step (failure) != VALIJA_STEP_OPEN_FOLDER)
    return g_error_copy (failure);

  /* Translators: %s is the name of a folder */
  sentence = gone ? g_strdup_printf (_("The folder “%s” is no longer on the server."), name)
                  /* Translators: %s is the name of a folder */
                  : g_strdup_printf (_("The folder “%s” could not be opened."), name);
  valija_error_set_server (&named, (ValijaErrorCode) failure->code, valija_error_get_server_line (failure), "%s",
                           sentence);
  valija_error_locate (&named, valija_error_get_side (failure), VALIJA_STEP_OPEN_FOLDER);

  return named;
}

/* What a server does not do now, or does not do right, is told; what it does not give is not, but messages of which it
 * gave the headers. What others share may be kept elsewhere than the account's own. FALSE where it may have happened to
 * too many to be about each of them. */
static gboolean
leave_out (Sync *sync, ValijaFolder *folder, const GError *failure)
{
  gboolean counts = valija_engine_may_be_of_more (failure);
  gboolean told = counts || (sync->with_bodies && !g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND));

  if (!told || valija_folder_get_owner (folder) != VALIJA_FOLDER_OWNER_USER)
    return TRUE;
  if (counts && ++sync->n_left_out > VALIJA_MAX_LEFT_OUT)
    return FALSE;
  if (sync->left_out != NULL)
    return TRUE;

  /* Translators: the name of a folder, and the reason, a sentence */
  valija_error_set_server (&sync->left_out, (ValijaErrorCode) failure->code, valija_error_get_server_line (failure),
                           _("The folder “%s” was left out: %s"), valija_folder_get_name (folder), failure->message);
  valija_error_locate (&sync->left_out, valija_error_get_side (failure), valija_error_get_step (failure));
  return TRUE;
}

/* Whether @failure, of a folder that may be @needed, keeps back the others. */
static gboolean
fails_all (Sync *sync, ValijaFolder *folder, gboolean needed, const GError *failure)
{
  if (needed || !valija_engine_is_of_folder (failure) || !leave_out (sync, folder, failure))
    return TRUE;

  g_ptr_array_add (sync->skipped, g_object_ref (folder));
  g_message ("Folder “%s” was left out: %s", valija_folder_get_name (folder), failure->message);
  return FALSE;
}

/* Between two folders others have their turn, by which a folder may go. */
static gboolean
sync_headers_fiber (Sync *sync, GPtrArray *folders, GError **error)
{
  for (guint i = 0; i < folders->len; i++)
    {
      ValijaFolder *folder = g_ptr_array_index (folders, i);
      gboolean needed = folders->len == 1 || valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX);
      gboolean unchanged = valija_folder_states_is_unchanged (sync->states, folder);
      g_autoptr(GError) failure = NULL;

      if (i > 0 && !unchanged && !enter_fiber (sync, folder, FALSE, error))
        return FALSE;
      if (i > 0 && !g_list_store_find (sync->runtime->folders, folder, NULL))
        continue;

      if (unchanged || (sync_round_fiber (sync, folder, &failure) &&
                        valija_engine_keep_state_fiber (sync->engine, sync->states, folder, &failure)))
        {
          if (valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_SENT) &&
              !dex_await (valija_engine_settle_by_sent (sync->engine, sync->runtime, folder), error))
            return FALSE;
          continue;
        }

      if (fails_all (sync, folder, needed, failure))
        {
          g_propagate_error (error, name_folder (failure, folder));
          return FALSE;
        }
    }

  return TRUE;
}

/* Whether whole messages of @folder are to be fetched, and from when on. */
static gboolean
wants_bodies (Sync *sync, ValijaFolder *folder, gint64 *since)
{
  return !g_ptr_array_find (sync->skipped, folder, NULL) &&
         valija_engine_wants_bodies (sync->runtime, folder, sync->flags, since);
}

/* How much there is to do, before it begins. */
static gboolean
count_bodies_fiber (Sync *sync, GPtrArray *folders, GError **error)
{
  guint64 total = 0;
  gint64 count;
  gint64 since;

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaFolder *folder = g_ptr_array_index (folders, i);

      if (!wants_bodies (sync, folder, &since))
        continue;
      if (!valija_await_int64 (valija_store_count_without_source (sync->engine->store, valija_folder_get_id (folder),
                                                                  since), &count, error))
        return FALSE;
      total += (guint64) count;
    }

  if (total > 0)
    valija_progress_set_title (sync->progress, _("Fetching whole messages"));
  valija_progress_update (sync->progress, 0, total);
  return TRUE;
}

/* Since the headers of all are here, one folder fails only whoever has asked for it by itself. */
static gboolean
sync_bodies_fiber (Sync *sync, GPtrArray *folders, gboolean asked_for_one, GError **error)
{
  gint64 since;

  if ((sync->flags & VALIJA_SYNC_BACKGROUND) != 0 && valija_engine_spares (sync->engine, sync->runtime))
    return TRUE;
  if (!count_bodies_fiber (sync, folders, error))
    return FALSE;

  sync->with_bodies = TRUE;

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaFolder *folder = g_ptr_array_index (folders, i);
      g_autoptr(GError) failure = NULL;

      if (!wants_bodies (sync, folder, &since))
        continue;

      /* It may be so from one folder to the next. */
      if ((sync->flags & VALIJA_SYNC_BACKGROUND) != 0 && valija_engine_spares (sync->engine, sync->runtime))
        return TRUE;

      dex_await_uint (valija_engine_fetch_bodies (sync->engine, sync->runtime, folder, since, sync->flags,
                                                  sync->progress), &failure);
      if (failure != NULL && fails_all (sync, folder, asked_for_one, failure))
        {
          g_propagate_error (error, name_folder (failure, folder));
          return FALSE;
        }
    }

  return TRUE;
}

/* What was left out is told until a look at all of them leaves nothing out. */
static void
tell_left_out (Sync *sync)
{
  ValijaAccountRuntime *runtime = sync->runtime;

  if ((sync->flags & ALL) == 0 && sync->left_out == NULL)
    return;

  g_clear_error (&runtime->left_out);
  if (sync->left_out != NULL)
    runtime->left_out = g_error_copy (sync->left_out);
}

/* What waits in the journal goes out first, so that the server does not tell us what we have changed meanwhile. A
 * line that fails has told so itself and does not keep the mail from coming. */
static gboolean
replay_fiber (Sync *sync, GError **error)
{
  g_autoptr(GError) failure = NULL;

  if (dex_await (valija_engine_replay_journal (sync->engine, sync->runtime), &failure) ||
      !valija_error_is_cancelled (failure))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* The same for drafts that wait here for their server. */
static gboolean
file_drafts_fiber (Sync *sync, GError **error)
{
  ValijaFolder *here = valija_account_runtime_find_role (sync->runtime, VALIJA_FOLDER_ROLE_DRAFTS, TRUE);
  ValijaFolder *there = valija_account_runtime_find_role (sync->runtime, VALIJA_FOLDER_ROLE_DRAFTS, FALSE);
  g_autoptr(GError) failure = NULL;

  if (here != NULL && there != NULL)
    valija_folder_states_forget (sync->states, there);

  if (valija_engine_file_drafts_fiber (sync->engine, sync->runtime, TRUE, &failure) ||
      !valija_error_is_cancelled (failure))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* A folder whose lines could not be done since its messages are called otherwise now is listed too. */
static void
add_renumbered (Sync *sync, GPtrArray *folders)
{
  ValijaFolder *folder = NULL;

  sync->renumbered = g_steal_pointer (&sync->runtime->renumbered);
  if (sync->renumbered != NULL)
    folder = valija_account_runtime_find_folder (sync->runtime, sync->renumbered);
  if (folder != NULL && !g_ptr_array_find (folders, folder, NULL))
    g_ptr_array_add (folders, g_object_ref (folder));
}

/* And then its lines are done, or told to be lost. */
static gboolean
replay_relisted_fiber (Sync *sync, GError **error)
{
  gboolean ok;

  if (sync->renumbered == NULL)
    return TRUE;

  g_free (sync->runtime->relisted);
  sync->runtime->relisted = g_steal_pointer (&sync->renumbered);
  ok = replay_fiber (sync, error);
  g_clear_pointer (&sync->runtime->relisted, g_free);

  return ok;
}

/* What seldom changes is no part of the usual look, which comes often and costs little. */
static gboolean
asks_all (Sync *sync)
{
  return (sync->flags & ALL) != 0 &&
         (sync->flags & (VALIJA_SYNC_BACKGROUND | VALIJA_SYNC_THOROUGH)) != VALIJA_SYNC_BACKGROUND;
}

static gboolean
sync_fiber (Sync *sync, ValijaFolder *only, GError **error)
{
  ValijaAccountRuntime *runtime = sync->runtime;
  gboolean asked = (sync->flags & VALIJA_SYNC_BACKGROUND) == 0;
  g_autoptr(GPtrArray) folders = NULL;

  if (!enter_fiber (sync, only, asked, error) ||
      !dex_await (race (sync, valija_account_runtime_open (runtime, VALIJA_SESSION (sync->reader))), error) ||
      !replay_fiber (sync, error))
    return FALSE;

  if (only != NULL)
    {
      folders = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (folders, g_object_ref (only));
    }
  else
    {
      /* Looking into a known inbox alone must not cost a turn for the names of the others. */
      folders = choose_folders (sync);
      if (folders->len == 0 || (sync->flags & ALL) != 0)
        {
          if (!list_folders_fiber (sync, error))
            return FALSE;
          g_ptr_array_unref (folders);
          folders = choose_folders (sync);
        }

      if (!file_drafts_fiber (sync, error))
        return FALSE;
    }

  /* Whoever waited for this sees the counts as they are now. */
  add_renumbered (sync, folders);
  if (!sync_headers_fiber (sync, folders, error) ||
      !replay_relisted_fiber (sync, error) ||
      !dex_await (valija_engine_load_folders (sync->engine, runtime), error))
    return FALSE;

  tell_left_out (sync);
  if (asks_all (sync) && !valija_engine_check_quota_fiber (sync->engine, runtime, sync->reader, error))
    return FALSE;

  valija_account_runtime_take_facts (runtime);
  valija_account_status_set_last_checked (runtime->status, g_get_real_time () / G_USEC_PER_SEC);

  /* Bodies leave the lane to others: they change nothing that the journal could overtake. */
  g_clear_pointer (&sync->turn, valija_turn_unref);
  if ((sync->flags & VALIJA_SYNC_HEADERS) != 0)
    return TRUE;

  if (!sync_bodies_fiber (sync, folders, only != NULL && asked, error))
    return FALSE;

  tell_left_out (sync);
  return dex_await (valija_engine_clear_drop (sync->engine, runtime), error);
}

static DexFuture *
sync_flow_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaAccountRuntime *runtime = flow->runtime;
  g_autoptr(ValijaMailReader) reader = NULL;
  g_autoptr(ValijaProgress) progress = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(Sync) sync = { 0 };
  gboolean ok;

  if ((flow->flags & VALIJA_SYNC_BACKGROUND) == 0)
    valija_account_runtime_forgive (runtime);

  if (!(reader = valija_account_runtime_dup_reader (runtime, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  progress = flow->progress != NULL ? g_object_ref (flow->progress)
                                    : valija_progress_new (_("Looking for new mail"));
  valija_account_runtime_begin_progress (runtime, progress);
  valija_account_runtime_add_sync (runtime, progress);

  sync.engine = flow->engine;
  sync.runtime = runtime;
  sync.reader = reader;
  sync.progress = progress;
  sync.skipped = g_ptr_array_new_with_free_func (g_object_unref);
  sync.flags = flow->flags;

  ok = sync_fiber (&sync, flow->folder, &error);
  g_clear_pointer (&sync.turn, valija_turn_unref);
  valija_account_runtime_note (runtime, ok ? NULL : error);
  valija_account_runtime_end_progress (runtime, progress);

  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (runtime->stalled && (flow->flags & VALIJA_SYNC_BACKGROUND) == 0)
    valija_account_runtime_wake (runtime);
  return dex_future_new_for_uint (sync.n_new);
}

static DexFuture *
start_sync (ValijaEngine   *self,
            ValijaAccount  *account,
            ValijaFolder   *folder,
            guint           flags,
            ValijaProgress *progress)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (self, account);
  ValijaFlow *flow;

  if (runtime == NULL)
    return valija_engine_reject_unknown_account ();

  flow = valija_flow_new (self, runtime);
  flow->flags = flags;
  g_set_object (&flow->folder, folder);
  g_set_object (&flow->progress, progress);
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "synchronise", sync_flow_fiber, flow,
                              (GDestroyNotify) valija_flow_free);
}

DexFuture *
valija_engine_sync_account (ValijaEngine   *self,
                            ValijaAccount  *account,
                            ValijaSyncFlags flags,
                            ValijaProgress *progress)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));

  return start_sync (self, account, NULL, flags, progress);
}

DexFuture *
valija_engine_sync_folder (ValijaEngine *self, ValijaFolder *folder, ValijaSyncFlags flags, ValijaProgress *progress)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_FOLDER (folder));

  /* A folder that is only here has nothing to ask a server for. */
  if (valija_folder_get_remote_id (folder)[0] == '\0' ||
      valija_folder_get_policy (folder) == VALIJA_FOLDER_POLICY_NEVER)
    return dex_future_new_for_uint (0);

  return start_sync (self, valija_folder_get_account (folder), folder, flags, progress);
}

DexFuture *
valija_engine_watch_folder (ValijaEngine *self, ValijaFolder *folder)
{
  ValijaAccountRuntime *runtime;
  g_autoptr(ValijaMailReader) reader = NULL;
  g_autoptr(GError) error = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_FOLDER (folder));

  if (!(runtime = valija_engine_find_runtime (self, valija_folder_get_account (folder))))
    return valija_engine_reject_unknown_account ();
  if (!(reader = valija_account_runtime_dup_reader (runtime, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_engine_race (self, valija_mail_reader_watch (reader, valija_folder_get_remote_id (folder)), NULL);
}
