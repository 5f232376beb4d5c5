/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

/* Which folders are as they were: by what the server has just told of all of them at once, and by what it told of each
 * before the last time that it was synchronised to the end. */

struct _ValijaFolderStates
{
  GHashTable *told;          /* remote-id to state */
  GHashTable *unchanged;     /* set of remote-ids, which told owns */
};

void
valija_folder_states_free (ValijaFolderStates *self)
{
  g_hash_table_unref (self->unchanged);
  g_hash_table_unref (self->told);
  g_free (self);
}

/* Also where nobody has told that only flags have changed: who asks himself wants to know that as well, and who looks
 * all the time wants it from time to time. */
static gboolean
trusts_partial_states (guint flags)
{
  return (flags & VALIJA_SYNC_BACKGROUND) != 0 && (flags & VALIJA_SYNC_THOROUGH) == 0;
}

ValijaFolderStates *
valija_engine_compare_states_fiber (ValijaEngine         *self,
                                    ValijaAccountRuntime *runtime,
                                    GPtrArray            *infos,
                                    guint                 flags,
                                    GError              **error)
{
  ValijaFolderStates *states;
  g_autoptr(GHashTable) before = NULL;

  if (!(before = dex_await_boxed (valija_store_load_folder_states (self->store,
                                                                   valija_account_runtime_get_id (runtime)), error)))
    return NULL;

  runtime->tells_states = FALSE;
  states = g_new0 (ValijaFolderStates, 1);
  states->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  states->unchanged = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < infos->len; i++)
    {
      const ValijaFolderInfo *info = g_ptr_array_index (infos, i);
      char *key;

      if (info->state == NULL)
        continue;

      key = g_strdup (info->remote_id);
      runtime->tells_states = TRUE;
      g_hash_table_replace (states->told, key, g_strdup (info->state));
      if ((info->state_is_whole || trusts_partial_states (flags)) &&
          g_strcmp0 (g_hash_table_lookup (before, info->remote_id), info->state) == 0)
        g_hash_table_add (states->unchanged, key);
    }

  return states;
}

gboolean
valija_folder_states_is_unchanged (ValijaFolderStates *self, ValijaFolder *folder)
{
  return self != NULL && g_hash_table_contains (self->unchanged, valija_folder_get_remote_id (folder));
}

void
valija_folder_states_forget (ValijaFolderStates *self, ValijaFolder *folder)
{
  if (self == NULL)
    return;

  g_hash_table_remove (self->unchanged, valija_folder_get_remote_id (folder));
  g_hash_table_remove (self->told, valija_folder_get_remote_id (folder));
}

gboolean
valija_engine_keep_state_fiber (ValijaEngine *self, ValijaFolderStates *states, ValijaFolder *folder, GError **error)
{
  const char *state = states != NULL ? g_hash_table_lookup (states->told, valija_folder_get_remote_id (folder)) : NULL;

  return state == NULL ||
         dex_await (valija_store_write_folder_state (self->store, valija_folder_get_id (folder), state), error);
}
