/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/exchange/valija-exchange-batch.h"
#include "sessions/exchange/valija-exchange-item.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The first page is what fits a screen. */
#define FIRST_PAGE 50
#define PAGE VALIJA_EWS_MOST_CHANGES
/* Summaries in one GetItem. */
#define SUMMARIES 100
/* And texts of drafts. */
#define DRAFTS 20

/* In front of the state, which is Base64. What was listed before there was such a form tells of no labels: it is listed
 * again. */
#define CURSOR_FORM "2:"

typedef struct
{
  ValijaExchangeSession *session;
  DexChannel *channel;
  char *folder;
  char *state;              /* nullable: from the beginning */
  ValijaExchangeClient *client;
  ValijaChanges *batch;     /* nullable */
  GPtrArray *changed;       /* of char *: items whose summaries are wanted */
  gboolean restart;
  gboolean is_last;
  guint64 done;
  guint n_pages;
} Sync;

static void
sync_free (Sync *sync)
{
  dex_channel_close_send (sync->channel);
  dex_clear (&sync->channel);
  g_clear_pointer (&sync->batch, valija_changes_unref);
  g_clear_pointer (&sync->changed, g_ptr_array_unref);
  g_clear_pointer (&sync->client, valija_exchange_client_unref);
  g_object_unref (sync->session);
  g_free (sync->folder);
  g_free (sync->state);
  g_free (sync);
}

static void
take_change (Sync                *sync,
             const ValijaEwsNode *change)
{
  const char *id = valija_ews_node_find_id (change, "ItemId");
  const ValijaEwsNode *item;

  if (valija_ews_node_is (change, "Delete"))
    {
      if (id != NULL)
        g_ptr_array_add (sync->batch->gone, g_strdup (id));
    }
  else if (valija_ews_node_is (change, "ReadFlagChange"))
    {
      gboolean is_read = valija_ews_node_find_boolean (change, "IsRead");

      if (id != NULL)
        g_ptr_array_add (sync->batch->flags, valija_flags_change_new_some (id, is_read ? VALIJA_FLAG_SEEN : 0,
                                                                          VALIJA_FLAG_SEEN));
    }
  else if ((item = valija_exchange_find_item (change)) != NULL)
    g_ptr_array_add (sync->changed, g_strdup (valija_ews_node_find_id (item, "ItemId")));
}

static void
begin_batch (Sync *sync)
{
  g_clear_pointer (&sync->batch, valija_changes_unref);
  g_clear_pointer (&sync->changed, g_ptr_array_unref);
  sync->batch = valija_changes_new ();
  sync->batch->restart = sync->restart;
  sync->changed = g_ptr_array_new_with_free_func (g_free);
}

/* Fills the batch with one page of changes, and asks for what they are about. */
static gboolean
read_page_fiber (Sync    *sync,
                 GError **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (sync->client);
  guint most = sync->n_pages == 0 && sync->state == NULL ? FIRST_PAGE : PAGE;
  g_autoptr(ValijaExchangeReply) reply = NULL;
  const ValijaEwsNode *message;
  ValijaEwsResult result;
  const char *state;

  begin_batch (sync);
  reply = valija_exchange_client_run_fiber (sync->client,
                                            valija_ews_sync_items (schema, VALIJA_EWS_FOLDER (sync->folder),
                                                                   sync->state, most),
                                            error);
  if (reply == NULL)
    return FALSE;

  message = g_ptr_array_index (reply->messages, 0);
  valija_ews_result_read (message, &result);
  if (result.reaction == VALIJA_EWS_SYNC_ANEW && sync->state != NULL)
    {
      g_clear_pointer (&sync->state, g_free);
      sync->restart = TRUE;
      sync->n_pages = 0;
      return read_page_fiber (sync, error);
    }
  if (result.reaction != VALIJA_EWS_FINE)
    {
      valija_ews_result_set_error (&result, error);
      return FALSE;
    }

  if (!(state = valija_ews_node_find_text (message, "SyncState")))
    {
      valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));
      return FALSE;
    }

  for (const ValijaEwsNode *change = valija_ews_node_get_first (valija_ews_node_find (message, "Changes"));
       change != NULL; change = valija_ews_node_get_next (change))
    take_change (sync, change);

  sync->is_last = valija_ews_node_find_boolean (message, "IncludesLastItemInRange");

  /* There is more, it says, and brings nothing: that would go on for ever */
  if (!sync->is_last && g_strcmp0 (state, sync->state) == 0 && sync->changed->len == 0 &&
      sync->batch->flags->len == 0 && sync->batch->gone->len == 0)
    {
      valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));
      return FALSE;
    }

  g_free (sync->state);
  sync->state = g_strdup (state);
  sync->n_pages++;

  return TRUE;
}

static gboolean
take_summary (const char            *id,
              const ValijaEwsNode   *message,
              const ValijaEwsResult *result,
              gpointer               user_data,
              GError               **error)
{
  GPtrArray *infos = user_data;
  const ValijaEwsNode *item = valija_exchange_find_item (valija_ews_node_find (message, "Items"));

  /* Gone again since the page was made: the next round tells. Damaged: it has a row all the same, so that one knows
   * that it is there. Everything else would be lost with the state of this page. */
  if (result->reaction == VALIJA_EWS_FINE && item != NULL)
    g_ptr_array_add (infos, valija_exchange_read_item (item));
  else if (result->reaction == VALIJA_EWS_BAD_ITEM)
    {
      ValijaMessageInfo *info = valija_message_info_new (id);

      g_free (info->subject);
      info->subject = g_strdup (_("This message is damaged on the server."));
      info->received = g_get_real_time () / G_USEC_PER_SEC;
      g_ptr_array_add (infos, info);
    }
  else if (result->reaction != VALIJA_EWS_GONE && result->reaction != VALIJA_EWS_FINE)
    {
      valija_ews_result_set_error (result, error);
      return FALSE;
    }

  return TRUE;
}

/* ---- Drafts ---- */

static gboolean
take_content (const char            *id,
              const ValijaEwsNode   *message,
              const ValijaEwsResult *result,
              gpointer               user_data,
              GError               **error)
{
  GHashTable *drafts = user_data;
  const ValijaEwsNode *item = valija_exchange_find_item (valija_ews_node_find (message, "Items"));
  ValijaMessageInfo *info = g_hash_table_lookup (drafts, id);

  if (result->reaction == VALIJA_EWS_FINE && item != NULL && info != NULL)
    {
      g_free (info->email_id);
      info->email_id = valija_exchange_dup_content_id (item);
    }
  else if (result->reaction != VALIJA_EWS_GONE && result->reaction != VALIJA_EWS_BAD_ITEM &&
           result->reaction != VALIJA_EWS_FINE)
    {
      valija_ews_result_set_error (result, error);
      return FALSE;
    }

  return TRUE;
}

/* Who writes on a draft elsewhere leaves it its name, and perhaps its size; its change key and the time of the last
 * change move with each flag. So what is in those that changed is looked at. One that cannot be looked at goes without
 * a name for its content. */
static gboolean
name_contents_fiber (Sync    *sync,
                     GError **error)
{
  g_autoptr(GHashTable) drafts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();
  g_autoptr(GError) failure = NULL;

  for (guint i = 0; i < sync->batch->added->len; i++)
    {
      ValijaMessageInfo *info = g_ptr_array_index (sync->batch->added, i);

      if ((info->flags & VALIJA_FLAG_DRAFT) == 0)
        continue;
      g_clear_pointer (&info->email_id, g_free);
      g_hash_table_insert (drafts, info->remote_id, info);
      g_ptr_array_add (ids, info->remote_id);
    }
  g_ptr_array_add (ids, NULL);

  if (valija_exchange_get_items_fiber (sync->client, (const char * const *) ids->pdata, DRAFTS,
                                       VALIJA_EWS_SHAPE_PROPERTIES, take_content, drafts, &failure) ||
      g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_LIMIT))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

/* ---- */

static gboolean
send_batch_fiber (Sync    *sync,
                  GError **error)
{
  ValijaChanges *batch = g_steal_pointer (&sync->batch);
  g_autofree char *cursor = NULL;

  sync->done += batch->added->len;
  sync->restart = FALSE;
  batch->done = sync->done;
  batch->final = sync->is_last;
  cursor = g_strconcat (CURSOR_FORM, sync->state, NULL);
  batch->cursor = g_bytes_new (cursor, strlen (cursor));

  return dex_await (dex_channel_send (sync->channel, dex_future_new_take_boxed (VALIJA_TYPE_CHANGES, batch)), error);
}

static gboolean
sync_all_fiber (Sync    *sync,
                GError **error)
{
  if (!(sync->client = valija_exchange_session_enter_fiber (sync->session, error)))
    return FALSE;

  g_hash_table_add (sync->session->synced, g_strdup (sync->folder));
  while (!sync->is_last)
    {
      if (!read_page_fiber (sync, error))
        return FALSE;

      g_ptr_array_add (sync->changed, NULL);
      if (!valija_exchange_get_items_fiber (sync->client, (const char * const *) sync->changed->pdata, SUMMARIES,
                                            VALIJA_EWS_SHAPE_SUMMARY, take_summary, sync->batch->added, error) ||
          !name_contents_fiber (sync, error) ||
          !send_batch_fiber (sync, error))
        return FALSE;
    }

  return TRUE;
}

/* NULL: from the beginning. */
static char *
dup_state (GBytes *cursor)
{
  g_autofree char *text = NULL;

  if (cursor == NULL)
    return NULL;

  text = g_strndup (g_bytes_get_data (cursor, NULL), g_bytes_get_size (cursor));

  return g_str_has_prefix (text, CURSOR_FORM) ? g_strdup (text + strlen (CURSOR_FORM)) : NULL;
}

static DexFuture *
sync_fiber (gpointer data)
{
  Sync *sync = data;
  ValijaSessionContext *context = sync->session->context;
  g_autoptr(GError) error = NULL;
  g_autofree char *detail = NULL;

  valija_session_context_begin_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SYNC);
  if (sync_all_fiber (sync, &error))
    {
      detail = g_strdup_printf (ngettext ("%u new message", "%u new messages", (guint) sync->done), (guint) sync->done);
      valija_session_context_end_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SYNC, detail);
      return dex_future_new_true ();
    }

  /* When nobody receives any more there is nobody to tell */
  valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_SYNC);
  if (dex_channel_can_send (sync->channel))
    dex_future_disown (dex_channel_send (sync->channel, dex_future_new_for_error (g_error_copy (error))));

  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexChannel *
valija_exchange_session_sync (ValijaExchangeSession *self,
                              const char            *folder,
                              GBytes                *cursor)
{
  Sync *sync = g_new0 (Sync, 1);
  DexChannel *channel = dex_channel_new (2);

  sync->session = g_object_ref (self);
  sync->channel = dex_ref (channel);
  sync->folder = g_strdup (folder);
  sync->state = dup_state (cursor);
  sync->restart = sync->state == NULL;

  /* It ends by itself: with the round, with the connection, or when the receiver closes its side */
  valija_future_forget (valija_fiber_spawn (sync_fiber, sync, (GDestroyNotify) sync_free), "Exchange sync");

  return channel;
}

/* ---- Some that were found ---- */

typedef struct
{
  ValijaExchangeSession *session;
  char **remote_ids;
} Headers;

static void
headers_free (Headers *headers)
{
  g_object_unref (headers->session);
  g_strfreev (headers->remote_ids);
  g_free (headers);
}

/* What is in a draft is named when its folder is synchronised. */
static DexFuture *
fetch_headers_fiber (gpointer data)
{
  Headers *headers = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (headers->session, &error);
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_info_unref);

  if (client == NULL ||
      !valija_exchange_get_items_fiber (client, (const char * const *) headers->remote_ids, SUMMARIES,
                                        VALIJA_EWS_SHAPE_SUMMARY, take_summary, infos, &error))
    {
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_FETCH);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  for (guint i = 0; i < infos->len; i++)
    {
      ValijaMessageInfo *info = g_ptr_array_index (infos, i);

      if ((info->flags & VALIJA_FLAG_DRAFT) != 0)
        g_clear_pointer (&info->email_id, g_free);
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&infos));
}

DexFuture *
valija_exchange_session_fetch_headers (ValijaExchangeSession *self,
                                       const char * const    *remote_ids)
{
  Headers *headers = g_new0 (Headers, 1);

  headers->session = g_object_ref (self);
  headers->remote_ids = g_strdupv ((char **) remote_ids);

  return valija_fiber_spawn (fetch_headers_fiber, headers, (GDestroyNotify) headers_free);
}
