/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include "sessions/valija-mail-drop.h"

/* Taking messages off a server that only holds them until they are fetched: where the account says so, and once
 * the copy here is whole and safe and its time has come, or the user has deleted it for good. */

#define SECONDS_PER_DAY (24 * 60 * 60)

static DexFuture *
clear_drop_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  const char *account = valija_account_runtime_get_id (flow->runtime);
  ValijaAccount *settings = flow->runtime->account;
  gint64 days = valija_account_get_delete_after_days (settings);
  gint64 since = days >= 0 ? g_get_real_time () / G_USEC_PER_SEC - days * SECONDS_PER_DAY : G_MININT64;
  gboolean removed = valija_account_get_delete_removed (settings);
  g_autoptr(ValijaMailReader) reader = NULL;
  g_autoptr(GPtrArray) ripe = NULL;
  g_autoptr(GError) error = NULL;

  if (!(reader = valija_account_runtime_dup_reader (flow->runtime, &error)) ||
      !(ripe = dex_await_boxed (valija_store_list_ripe (flow->engine->store, account, since, removed), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (ripe->len == 0)
    return dex_future_new_true ();

  /* What was filed here from elsewhere has a name that no server knows, and is passed over there */
  g_ptr_array_add (ripe, NULL);
  if (!dex_await (valija_mail_drop_clear (VALIJA_MAIL_DROP (reader), (const char * const *) ripe->pdata), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_clear_drop (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  if (!valija_account_deletes_on_server (runtime->account) || !VALIJA_IS_MAIL_DROP (runtime->session))
    return dex_future_new_true ();

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "take mail off the server", clear_drop_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}
