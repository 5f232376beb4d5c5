/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include "base/valija-promise.h"

/* Where a server tells of one folder at a time, the one that the user looks at is watched beside the inbox. The inbox
 * comes first: nothing else is watched of an account whose inbox is not. */

/* Whoever goes through many folders is not followed into each of them, in milliseconds. */
#define SETTLE 1000

void
valija_engine_view_changed (ValijaEngine *self)
{
  if (self->view_moved != NULL && dex_future_is_pending (DEX_FUTURE (self->view_moved)))
    valija_promise_resolve_boolean (self->view_moved, TRUE);
}

void
valija_engine_retry_view (ValijaEngine *self)
{
  if (self->view_failed)
    valija_engine_view_changed (self);
}

/* (transfer full) (nullable) */
static ValijaFolder *
dup_watchable (ValijaEngine *self)
{
  ValijaFolder *folder = self->in_view;
  ValijaAccount *account = folder != NULL ? valija_folder_get_account (folder) : NULL;
  ValijaAccountRuntime *runtime = account != NULL ? valija_engine_find_runtime (self, account) : NULL;

  if (runtime == NULL || !runtime->watches_inbox || valija_folder_get_remote_id (folder)[0] == '\0' ||
      valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX) ||
      valija_folder_get_policy (folder) == VALIJA_FOLDER_POLICY_NEVER)
    return NULL;

  return g_object_ref (folder);
}

/* FALSE when the watch or what follows has failed: it is tried again behind the next look. */
static gboolean
watch_fiber (ValijaEngine *self, ValijaFolder *folder, DexFuture *moved)
{
  g_autoptr(GError) error = NULL;

  if (!dex_await (dex_future_first (valija_engine_watch_folder (self, folder), dex_ref (moved), NULL), &error))
    return FALSE;

  /* Whole messages may take long: they go on by themselves when the user is elsewhere. */
  return !dex_future_is_pending (moved) ||
         dex_await (dex_future_first (valija_engine_sync_folder (self, folder, VALIJA_SYNC_BACKGROUND, NULL),
                                      dex_ref (moved), NULL), &error);
}

/* The connection that is kept for the next folder of @account is of no use for others. */
static void
stop_watching (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (self, account);
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaMailReader) reader = runtime != NULL ? valija_account_runtime_dup_reader (runtime, &error) : NULL;

  if (reader != NULL)
    valija_mail_reader_stop_watching (reader);
}

static DexFuture *
view_fiber (gpointer data)
{
  ValijaEngine *self = ((ValijaFlow *) data)->engine;
  g_autoptr(ValijaAccount) watched = NULL;

  while (!g_cancellable_is_cancelled (self->stop))
    {
      g_autoptr(ValijaFolder) folder = self->view_failed ? NULL : dup_watchable (self);
      ValijaAccount *account = folder != NULL ? valija_folder_get_account (folder) : NULL;
      g_autoptr(DexFuture) moved = NULL;

      if (watched != NULL && watched != account)
        stop_watching (self, watched);
      g_set_object (&watched, account);
      dex_clear (&self->view_moved);
      self->view_moved = dex_promise_new ();
      moved = dex_ref (DEX_FUTURE (self->view_moved));
      if (folder == NULL)
        dex_await (valija_engine_race (self, dex_ref (moved), NULL), NULL);
      else
        self->view_failed = !watch_fiber (self, folder, moved);

      if (dex_future_is_pending (moved))
        continue;

      self->view_failed = FALSE;
      dex_await (valija_engine_race (self, valija_engine_sleep (SETTLE), NULL), NULL);
    }

  return dex_future_new_true ();
}

void
valija_engine_watch_view (ValijaEngine *self)
{
  valija_future_forget (valija_engine_spawn (self, VALIJA_FLOW_OWNED, "view", view_fiber, valija_flow_new (self, NULL),
                                             (GDestroyNotify) valija_flow_free), "view");
}
