/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/exchange/valija-exchange-batch.h"
#include "sessions/exchange/valija-exchange-item.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Changes in one request. */
#define BATCH 100

typedef struct
{
  ValijaExchangeSession *session;
  char **remote_ids;        /* nullable */
  char *folder;             /* nullable: where they are */
  char *target;             /* nullable */
  ValijaEwsMarks set;
  ValijaEwsMarks clear;
  gboolean is_move;
  gboolean is_junk;         /* what the server is told of whose they are */
  GHashTable *new_ids;      /* nullable: old id → new id, both owned */
  GBytes *source;           /* nullable */
  ValijaFlags flags;
  gint64 received;
} Organize;

static void
organize_free (Organize *organize)
{
  g_clear_pointer (&organize->new_ids, g_hash_table_unref);
  g_clear_pointer (&organize->source, g_bytes_unref);
  g_strfreev (organize->remote_ids);
  g_free (organize->folder);
  g_free (organize->target);
  g_object_unref (organize->session);
  g_free (organize);
}

static Organize *
organize_new (ValijaExchangeSession *session,
              const char * const    *remote_ids,
              const char            *target)
{
  Organize *organize = g_new0 (Organize, 1);

  organize->session = g_object_ref (session);
  organize->remote_ids = g_strdupv ((char **) remote_ids);
  organize->target = g_strdup (target);

  return organize;
}

DexFuture *
valija_exchange_refuse_change (GError *error)
{
  valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_CHANGE);
  if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNCERTAIN))
    error->code = VALIJA_ERROR_TRY_LATER;

  return dex_future_new_for_error (error);
}

/* A message that is gone already is as good as done. */
static gboolean
take_done (const char            *id,
           const ValijaEwsNode   *message,
           const ValijaEwsResult *result,
           gpointer               user_data,
           GError               **error)
{
  Organize *organize = user_data;
  const ValijaEwsNode *item = valija_exchange_find_item (valija_ews_node_find (message, "Items"));
  const char *new_id = item != NULL ? valija_ews_node_find_id (item, "ItemId")
                                    : valija_ews_node_find_id (message, "MovedItemId");

  if (result->reaction == VALIJA_EWS_FINE && new_id != NULL && organize->new_ids != NULL)
    g_hash_table_insert (organize->new_ids, g_strdup (id), g_strdup (new_id));

  if (result->reaction == VALIJA_EWS_FINE ||
      (result->reaction == VALIJA_EWS_GONE && strstr (result->code, "Folder") == NULL))
    return TRUE;

  valija_ews_result_set_error (result, error);
  return FALSE;
}

/* ---- Flags ---- */

static ValijaEwsMarks
marks_of (ValijaFlags flags)
{
  return (flags & VALIJA_FLAG_SEEN ? VALIJA_EWS_READ : 0) | (flags & VALIJA_FLAG_FLAGGED ? VALIJA_EWS_FLAGGED : 0) |
         (flags & VALIJA_FLAG_ANSWERED ? VALIJA_EWS_ANSWERED : 0) |
         (flags & VALIJA_FLAG_FORWARDED ? VALIJA_EWS_FORWARDED : 0);
}

static ValijaEwsRequest *
build_update (ValijaEwsSchema     schema,
              const char * const *ids,
              gpointer            user_data)
{
  Organize *organize = user_data;

  return valija_ews_update_items (schema, ids, organize->set, organize->clear);
}

static DexFuture *
set_flags_fiber (gpointer data)
{
  Organize *organize = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = NULL;

  /* The other flags have no place on the server */
  if ((organize->set | organize->clear) == 0)
    return dex_future_new_true ();

  if (!(client = valija_exchange_session_enter_fiber (organize->session, &error)) ||
      !valija_exchange_run_all_fiber (client, (const char * const *) organize->remote_ids, BATCH, build_update,
                                      take_done, organize, &error))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_exchange_session_set_flags (ValijaExchangeSession *self,
                                   const char * const    *remote_ids,
                                   ValijaFlags            add,
                                   ValijaFlags            remove)
{
  Organize *organize = organize_new (self, remote_ids, NULL);

  organize->set = marks_of (add);
  organize->clear = marks_of (remove & ~add);

  return valija_fiber_spawn (set_flags_fiber, organize, (GDestroyNotify) organize_free);
}

/* ---- Moving, copying, deleting ---- */

static ValijaEwsRequest *
build_transfer (ValijaEwsSchema     schema,
                const char * const *ids,
                gpointer            user_data)
{
  Organize *organize = user_data;

  return organize->is_move ? valija_ews_move_items (schema, ids, VALIJA_EWS_FOLDER (organize->target))
                           : valija_ews_copy_items (schema, ids, VALIJA_EWS_FOLDER (organize->target));
}

static ValijaEwsRequest *
build_junk (ValijaEwsSchema     schema,
            const char * const *ids,
            gpointer            user_data)
{
  Organize *organize = user_data;

  return valija_ews_mark_as_junk (schema, ids, organize->is_junk);
}

static ValijaFolderRole
get_role (Organize   *organize,
          const char *folder)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (organize->session->own->roles, folder));
}

/* Whether the server itself knows this move: into the junk folder, and from there back to the inbox. */
static gboolean
concerns_junk (Organize             *organize,
               ValijaExchangeClient *client)
{
  organize->is_junk = get_role (organize, organize->target) == VALIJA_FOLDER_ROLE_JUNK;

  return organize->is_move && valija_exchange_client_get_schema (client) >= VALIJA_EWS_2013 &&
         (organize->is_junk || (get_role (organize, organize->folder) == VALIJA_FOLDER_ROLE_JUNK &&
                                get_role (organize, organize->target) == VALIJA_FOLDER_ROLE_INBOX));
}

static gboolean
carry_fiber (Organize              *organize,
             ValijaExchangeClient  *client,
             GError               **error)
{
  const char * const *ids = (const char * const *) organize->remote_ids;
  g_autoptr(GError) failure = NULL;

  if (concerns_junk (organize, client))
    {
      if (valija_exchange_run_all_fiber (client, ids, BATCH, build_junk, take_done, organize, &failure))
        return TRUE;

      /* Not every server that calls itself 2013 knows it */
      if (!g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }

  return valija_exchange_run_all_fiber (client, ids, BATCH, build_transfer, take_done, organize, error);
}

static DexFuture *
transfer_fiber (gpointer data)
{
  Organize *organize = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = NULL;
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  organize->new_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!(client = valija_exchange_session_enter_fiber (organize->session, &error)) ||
      !carry_fiber (organize, client, &error))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  for (gsize i = 0; organize->remote_ids[i] != NULL; i++)
    {
      const char *new_id = g_hash_table_lookup (organize->new_ids, organize->remote_ids[i]);

      g_ptr_array_add (ids, g_strdup (new_id != NULL ? new_id : ""));
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&ids));
}

DexFuture *
valija_exchange_session_transfer (ValijaExchangeSession *self,
                                  const char            *folder,
                                  const char * const    *remote_ids,
                                  const char            *target,
                                  gboolean               is_move)
{
  Organize *organize = organize_new (self, remote_ids, target);

  organize->folder = g_strdup (folder);
  organize->is_move = is_move;

  return valija_fiber_spawn (transfer_fiber, organize, (GDestroyNotify) organize_free);
}

static ValijaEwsRequest *
build_delete (ValijaEwsSchema     schema,
              const char * const *ids,
              gpointer            user_data)
{
  return valija_ews_delete_items (schema, ids);
}

static DexFuture *
delete_fiber (gpointer data)
{
  Organize *organize = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = NULL;

  if (!(client = valija_exchange_session_enter_fiber (organize->session, &error)) ||
      !valija_exchange_run_all_fiber (client, (const char * const *) organize->remote_ids, BATCH, build_delete,
                                      take_done, organize, &error))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_exchange_session_delete (ValijaExchangeSession *self,
                                const char * const    *remote_ids)
{
  return valija_fiber_spawn (delete_fiber, organize_new (self, remote_ids, NULL), (GDestroyNotify) organize_free);
}

/* ---- Filing ---- */

static DexFuture *
append_fiber (gpointer data)
{
  Organize *organize = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (organize->session, &error);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  const ValijaEwsNode *item;
  const char *id;

  if (client == NULL ||
      !(reply = valija_exchange_client_ask_fiber (client,
                                                  valija_ews_file_item (valija_exchange_client_get_schema (client),
                                                                        VALIJA_EWS_FOLDER (organize->target),
                                                                        organize->source,
                                                                        (organize->flags & VALIJA_FLAG_SEEN) != 0,
                                                                        (organize->flags & VALIJA_FLAG_DRAFT) != 0,
                                                                        organize->received),
                                                  &error)))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  item = valija_exchange_find_item (valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "Items"));
  id = item != NULL ? valija_ews_node_find_id (item, "ItemId") : NULL;

  return dex_future_new_take_string (g_strdup (id != NULL ? id : ""));
}

DexFuture *
valija_exchange_session_append (ValijaExchangeSession *self,
                                const char            *folder,
                                GBytes                *source,
                                ValijaFlags            flags,
                                gint64                 received)
{
  Organize *organize = organize_new (self, NULL, folder);

  organize->source = g_bytes_ref (source);
  organize->flags = flags;
  organize->received = received;

  return valija_fiber_spawn (append_fiber, organize, (GDestroyNotify) organize_free);
}
