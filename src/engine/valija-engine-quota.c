/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* How much room there is on a server. */

/* Once, when it comes so far. */
static void
warn (ValijaEngine *self, ValijaAccountRuntime *runtime, const ValijaQuota *quota)
{
  g_autofree char *text = NULL;

  if (!valija_quota_is_tight (quota) || valija_quota_is_tight (valija_account_status_get_quota (runtime->status)))
    return;

  text = valija_quota_dup_text (quota);
  /* Translators: the name of an account, and a text such as "195 MB of 200 MB used" */
  valija_engine_notice (self, _("The mailbox of “%s” on the server is nearly full: %s"),
                        valija_account_get_name (runtime->account), text);
}

gboolean
valija_engine_check_quota_fiber (ValijaEngine         *self,
                                 ValijaAccountRuntime *runtime,
                                 ValijaMailReader     *reader,
                                 GError              **error)
{
  g_autoptr(ValijaQuota) quota = NULL;
  g_autoptr(GError) failure = NULL;

  quota = dex_await_boxed (valija_engine_race (self, valija_mail_reader_get_quota (reader), NULL), &failure);
  if (failure != NULL && !g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED))
    {
      if (valija_error_is_cancelled (failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }

      /* Mail has come all the same */
      g_debug ("How much room there is was not told: %s", failure->message);
      return TRUE;
    }

  if (runtime->removed)
    return TRUE;

  warn (self, runtime, quota);
  valija_account_status_set_quota (runtime->status, quota);

  return dex_await (valija_store_set_quota (self->store, valija_account_runtime_get_id (runtime), quota), error);
}

/* Whether what is listed here says nothing of what is on the server. */
static gboolean
is_not_listed (ValijaFolder *folder)
{
  return !valija_folder_get_local (folder) && valija_folder_get_selectable (folder) &&
         valija_folder_get_remote_id (folder)[0] != '\0' &&
         (valija_folder_get_last_checked (folder) == 0 ||
          valija_folder_get_policy (folder) == VALIJA_FOLDER_POLICY_NEVER);
}

static DexFuture *
measure_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  const char *account = valija_account_runtime_get_id (flow->runtime);
  ValijaSession *session;
  g_autoptr(ValijaMailSize) size = NULL;
  g_autoptr(ValijaMailReader) reader = NULL;
  g_autoptr(GError) error = NULL;
  gint64 octets;

  if (!(size = dex_await_boxed (valija_store_measure (flow->engine->store, account,
                                                      valija_folder_get_id (flow->folder)), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* Nothing is connected for this alone */
  session = flow->runtime->session;
  if (session != NULL && VALIJA_IS_MAIL_READER (session) && valija_session_get_state (session) == VALIJA_SESSION_OPEN)
    {
      DexFuture *measured;

      reader = g_object_ref (VALIJA_MAIL_READER (session));
      measured = valija_mail_reader_measure (reader, valija_folder_get_remote_id (flow->folder));
      if (valija_await_int64 (valija_engine_race (flow->engine, measured, NULL), &octets, &error))
        size->bytes_listed = octets;
      else if (valija_error_is_cancelled (error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_take_boxed (VALIJA_TYPE_MAIL_SIZE, g_steal_pointer (&size));
}

DexFuture *
valija_engine_measure (ValijaEngine *self, ValijaAccount *account, ValijaFolder *folder)
{
  ValijaAccountRuntime *runtime;
  ValijaFlow *flow;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));
  dex_return_error_if_fail (folder == NULL || valija_folder_get_account (folder) == account);

  runtime = valija_engine_find_runtime (self, account);
  if (folder == NULL || runtime == NULL || !is_not_listed (folder))
    return valija_store_measure (self->store, valija_account_get_id (account),
                                 folder != NULL ? valija_folder_get_id (folder) : 0);

  flow = valija_flow_new (self, runtime);
  g_set_object (&flow->folder, folder);
  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "measure a folder", measure_fiber, flow,
                              (GDestroyNotify) valija_flow_free);
}
