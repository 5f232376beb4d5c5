/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include "sessions/valija-mail-drop.h"

/* Taking messages off a server that only holds them until they are fetched: where the account says so, and once
 * the copy here is whole and safe. */

#define SECONDS_PER_DAY (24 * 60 * 60)

/* How many rows are looked at at a time. */
#define PAGE_SIZE 1000

/* Which of these rows may go. What was filed here from elsewhere has a name that no server knows, and is passed
 * over there. */
static void
take_ripe (GPtrArray *rows, gint64 newest, GStrvBuilder *remote_ids, guint *n_ripe)
{
  for (guint i = 0; i < rows->len; i++)
    {
      ValijaMessageRow *row = g_ptr_array_index (rows, i);

      if (!row->has_source || row->remote_id == NULL || row->remote_id[0] == '\0' || row->date > newest)
        continue;

      g_strv_builder_add (remote_ids, row->remote_id);
      (*n_ripe)++;
    }
}

static gboolean
collect_folder_fiber (ValijaEngine *self,
                      gint64        folder,
                      gint64        newest,
                      GStrvBuilder *remote_ids,
                      guint        *n_ripe,
                      GError      **error)
{
  g_autoptr(GArray) ids = NULL;

  if (!(ids = dex_await_boxed (valija_store_load_index (self->store, folder, VALIJA_LIST_ALL, 0), error)))
    return FALSE;

  for (guint i = 0; i < ids->len; i += PAGE_SIZE)
    {
      g_autoptr(GPtrArray) rows = NULL;

      if (!(rows = dex_await_boxed (valija_store_load_rows (self->store, &g_array_index (ids, gint64, i),
                                                            MIN (PAGE_SIZE, ids->len - i)), error)))
        return FALSE;

      take_ripe (rows, newest, remote_ids, n_ripe);
    }

  return TRUE;
}

static DexFuture *
clear_drop_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  gint64 days = valija_account_get_delete_after_days (flow->runtime->account);
  gint64 newest = g_get_real_time () / G_USEC_PER_SEC - days * SECONDS_PER_DAY;
  g_autoptr(ValijaMailReader) reader = NULL;
  g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) remote_ids = NULL;
  g_autoptr(GError) error = NULL;
  guint n_ripe = 0;

  if (!(reader = valija_account_runtime_dup_reader (flow->runtime, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* Also what the user has filed in other folders here. */
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (flow->runtime->folders)); i++)
    g_ptr_array_add (folders, g_list_model_get_item (G_LIST_MODEL (flow->runtime->folders), i));

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaFolder *folder = g_ptr_array_index (folders, i);

      if (valija_folder_get_local (folder) &&
          !collect_folder_fiber (flow->engine, valija_folder_get_id (folder), newest, builder, &n_ripe, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }

  remote_ids = g_strv_builder_end (builder);
  if (n_ripe > 0 &&
      !dex_await (valija_mail_drop_clear (VALIJA_MAIL_DROP (reader), (const char * const *) remote_ids), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_clear_drop (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  if (valija_account_get_delete_after_days (runtime->account) < 0 || !VALIJA_IS_MAIL_DROP (runtime->session))
    return dex_future_new_true ();

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "take mail off the server", clear_drop_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}
