/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include "sessions/valija-mail-drop.h"

/* Taking messages off a server that only holds them until they are fetched: where the account says so, and once
 * the copy here is whole and safe and its time has come, or the user has deleted it for good. */

#define SECONDS_PER_DAY (24 * 60 * 60)

/* What is about to go is doubted before it goes: no kill, and no answer that does not come, leaves a cursor behind by
 * which the next message of that name would be taken for it, and deleted unread. */
static gboolean
clear_inbox_fiber (ValijaFlow *flow, ValijaMailDrop *drop, const char * const *ripe, GError **error)
{
  ValijaFolder *inbox = valija_account_runtime_find_role (flow->runtime, VALIJA_FOLDER_ROLE_INBOX, TRUE);
  gint64 folder = inbox != NULL ? valija_folder_get_id (inbox) : 0;
  g_autoptr(ValijaChanges) changes = valija_changes_new ();
  g_autoptr(GBytes) cursor = NULL;

  if (folder == 0)
    return TRUE;

  /* That of another server is not to come back */
  if (!(cursor = dex_await_boxed (valija_store_load_cursor (flow->engine->store, folder), error)) ||
      !valija_account_runtime_still_has (flow->runtime, VALIJA_SESSION (drop), error))
    return FALSE;

  /* What was filed here from elsewhere has a name that no server knows, and is passed over there */
  if (!(changes->cursor = valija_mail_drop_doubt (drop, cursor, ripe)))
    return TRUE;

  return dex_await (valija_store_write_changes (flow->engine->store, folder, changes), error) &&
         dex_await (valija_mail_drop_clear (drop, cursor, ripe), error);
}

/* In its turn, so that no round goes on meanwhile from a cursor without doubts. */
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
  g_autoptr(ValijaTurn) turn = NULL;
  g_autoptr(GPtrArray) ripe = NULL;
  g_autoptr(GError) error = NULL;

  if (!(turn = dex_await_boxed (valija_lane_enter (flow->runtime->lane, VALIJA_HASTE_BACKGROUND, NULL), &error)) ||
      !(reader = valija_account_runtime_dup_reader (flow->runtime, &error)) ||
      !(ripe = dex_await_boxed (valija_store_list_ripe (flow->engine->store, account, since, removed), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (ripe->len == 0)
    return dex_future_new_true ();

  g_ptr_array_add (ripe, NULL);
  if (!clear_inbox_fiber (flow, VALIJA_MAIL_DROP (reader), (const char * const *) ripe->pdata, &error))
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
