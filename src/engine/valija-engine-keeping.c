/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "engine/valija-account-files.h"

/* What the user wants to have of a folder, and whether an account's mail is fetched at all for now. */

#define SECONDS_PER_DAY (24 * 60 * 60)

gboolean
valija_engine_wants_bodies (ValijaAccountRuntime *runtime, ValijaFolder *folder, guint flags, gint64 *since)
{
  ValijaFolderPolicy policy = valija_folder_get_policy (folder);
  int days = valija_account_get_body_days (runtime->account);

  *since = 0;

  /* What is kept only here is fetched whole: it may not be there later. */
  if (valija_account_runtime_is_durable (runtime))
    return TRUE;
  if (policy == VALIJA_FOLDER_POLICY_NEVER)
    return FALSE;
  if ((flags & VALIJA_SYNC_EVERYTHING) != 0 || policy == VALIJA_FOLDER_POLICY_WHOLE)
    return TRUE;
  if (policy == VALIJA_FOLDER_POLICY_HEADERS || days == 0)
    return FALSE;

  if (days > 0)
    *since = g_get_real_time () / G_USEC_PER_SEC - (gint64) days * SECONDS_PER_DAY;
  return TRUE;
}

static DexFuture *
set_policy_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaFolderPolicy policy = flow->flags;
  g_autoptr(GError) error = NULL;

  if (!dex_await (valija_store_set_folder_policy (flow->engine->store, valija_folder_get_id (flow->folder), policy),
                  &error) ||
      !dex_await (valija_engine_load_folders (flow->engine, flow->runtime), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* What is wanted now is fetched now. */
  valija_engine_tell_paused (flow->engine, flow->runtime);
  flow->runtime->look_at_all = TRUE;
  valija_account_runtime_wake (flow->runtime);
  return dex_future_new_true ();
}

DexFuture *
valija_engine_set_folder_policy (ValijaEngine *self, ValijaFolder *folder, ValijaFolderPolicy policy)
{
  ValijaAccountRuntime *runtime;
  ValijaFlow *flow;
  g_autofree char *reason = NULL;
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_FOLDER (folder));

  if ((reason = valija_engine_why_not (self, NULL, folder, VALIJA_ACTION_SET_POLICY)) != NULL)
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "%s", reason);
      return dex_future_new_for_error (error);
    }

  if (policy == VALIJA_FOLDER_POLICY_NEVER && valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX))
    {
      valija_error_set (&error, VALIJA_ERROR_INVALID,
                        _("The inbox is always looked at. To fetch nothing for a while, pause the account."));
      return dex_future_new_for_error (error);
    }

  runtime = valija_engine_find_runtime (self, valija_folder_get_account (folder));
  flow = valija_flow_new (self, runtime);
  flow->flags = policy;
  g_set_object (&flow->folder, folder);
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "folder policy", set_policy_fiber, flow,
                              (GDestroyNotify) valija_flow_free);
}

/* ---- Of an account ---- */

static DexFuture *
save_setting_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaAccountRuntime *runtime = flow->runtime;
  g_autoptr(GError) error = NULL;

  if (!dex_await (valija_account_files_save (flow->engine->config_directory, runtime->account), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

/* It holds at once, and its file follows. */
static DexFuture *
setting_changed (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  valija_engine_tell_paused (self, runtime);
  runtime->look_at_all = TRUE;
  valija_account_runtime_wake (runtime);
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "save a setting", save_setting_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}

DexFuture *
valija_engine_set_paused (ValijaEngine *self, ValijaAccount *account, gboolean paused)
{
  ValijaAccountRuntime *runtime;
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  if (!g_strv_contains (valija_account_list_keys (runtime->account), "paused"))
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED,
                        _("This account fetches no mail, so there is nothing to pause."));
      return dex_future_new_for_error (error);
    }

  g_object_set (runtime->account, "paused", paused, NULL);
  if (paused)
    valija_account_runtime_cancel_syncs (runtime);
  return setting_changed (self, runtime);
}

DexFuture *
valija_engine_set_body_days (ValijaEngine *self, ValijaAccount *account, int days)
{
  ValijaAccountRuntime *runtime;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));
  dex_return_error_if_fail (days >= -1);

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  g_object_set (runtime->account, "body-days", days, NULL);
  return setting_changed (self, runtime);
}
