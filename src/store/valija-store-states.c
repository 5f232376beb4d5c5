/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

/* What the server told of a folder in the list behind which it was synchronised. It is kept beside the cursor, and goes
 * with every cursor that is written, so that a round which does not come to its end leaves none. */

typedef struct
{
  gint64 folder;
  char *state;
} StateArgs;

static void
state_args_free (StateArgs *self)
{
  g_free (self->state);
  g_free (self);
}

static gboolean
load_states (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  g_autoptr(GHashTable) states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (context->cache, error,
                                     "SELECT remote_id, state FROM cursor JOIN folder ON folder.id = cursor.folder"
                                     " WHERE account = ?1 AND state IS NOT NULL AND folder.id NOT IN"
                                     " (SELECT home FROM message WHERE pending <> 0"
                                     " UNION SELECT message.folder FROM message WHERE pending <> 0)",
                                     "s", (const char *) data);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (context->cache, statement, &local_error))
    g_hash_table_insert (states, valija_store_dup_text (statement, 0), valija_store_dup_text (statement, 1));

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  g_value_init (result, G_TYPE_HASH_TABLE);
  g_value_take_boxed (result, g_steal_pointer (&states));

  return TRUE;
}

static gboolean
write_state (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  StateArgs *args = data;

  return args->folder < 0 ||
         valija_database_run (context->cache, error, "UPDATE cursor SET state = ?2 WHERE folder = ?1", "is",
                              args->folder, args->state);
}

DexFuture *
valija_store_load_folder_states (ValijaStore *self,
                                 const char  *account)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);

  return valija_store_read (self, load_states, g_strdup (account), g_free);
}

DexFuture *
valija_store_write_folder_state (ValijaStore *self,
                                 gint64       folder,
                                 const char  *state)
{
  StateArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (state != NULL);

  args = g_new0 (StateArgs, 1);
  args->folder = folder;
  args->state = g_strdup (state);

  return valija_store_write (self, write_state, args, (GDestroyNotify) state_args_free);
}
