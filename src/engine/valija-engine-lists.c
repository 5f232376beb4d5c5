/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-list-feed.h"

/* Lists of messages: live ones, which follow the store, and one answer at a time. */

/* How many rows one question loads. */
#define PAGE_SIZE 500

static const ValijaListFilter filters[] = {
  [VALIJA_SHOW_ALL] = VALIJA_LIST_ALL,
  [VALIJA_SHOW_UNREAD] = VALIJA_LIST_UNREAD,
  [VALIJA_SHOW_FLAGGED] = VALIJA_LIST_FLAGGED,
};

ValijaMessageList *
valija_engine_list_messages (ValijaEngine *self, ValijaFolder *folder, ValijaShow show)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (VALIJA_IS_FOLDER (folder), NULL);
  g_return_val_if_fail (show < G_N_ELEMENTS (filters), NULL);

  if (valija_folder_gathers (folder))
    return valija_list_feed_new_inboxes (self, FALSE, filters[show]);

  return valija_list_feed_new_folder (self, valija_folder_get_id (folder), filters[show]);
}

ValijaMessageList *
valija_engine_list_conversations (ValijaEngine *self, ValijaFolder *folder, ValijaShow show)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (VALIJA_IS_FOLDER (folder), NULL);
  g_return_val_if_fail (show < G_N_ELEMENTS (filters), NULL);

  if (valija_folder_gathers (folder))
    return valija_list_feed_new_inboxes (self, TRUE, filters[show]);

  return valija_list_feed_new_conversations (self, valija_folder_get_id (folder), filters[show]);
}

static ValijaMessageList *
search (ValijaEngine       *self,
        const char         *text,
        ValijaAccount      *account,
        ValijaFolder       *folder,
        ValijaServerSearch *server,
        gboolean            conversations)
{
  gboolean gathers = folder != NULL && valija_folder_gathers (folder);
  g_autoptr(ValijaSearchQuery) query = valija_search_query_new (text);

  return valija_list_feed_new_search (self, query, account != NULL ? valija_account_get_id (account) : NULL,
                                      folder != NULL && !gathers ? valija_folder_get_id (folder) : 0, gathers, server,
                                      conversations);
}

ValijaMessageList *
valija_engine_search_messages (ValijaEngine       *self,
                               const char         *text,
                               ValijaAccount      *account,
                               ValijaFolder       *folder,
                               ValijaServerSearch *server)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  return search (self, text, account, folder, server, FALSE);
}

ValijaMessageList *
valija_engine_search_conversations (ValijaEngine       *self,
                                    const char         *text,
                                    ValijaAccount      *account,
                                    ValijaFolder       *folder,
                                    ValijaServerSearch *server)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  return search (self, text, account, folder, server, TRUE);
}

/* ---- Once ---- */

/* No folder has these ids. */
#define OF_NONE 0              /* what is listed is messages */
#define OF_INBOXES G_MAXINT64  /* the conversations of all inboxes */

typedef struct
{
  ValijaEngine *engine;
  gint64 conversations_of;   /* the folder whose conversations they are, or one of these */
  DexFuture *index;          /* of row ids */
} Lookup;

static void
lookup_free (Lookup *lookup)
{
  g_object_unref (lookup->engine);
  dex_clear (&lookup->index);
  g_free (lookup);
}

static void
take_rows (ValijaEngine *self, GPtrArray *messages, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      ValijaMessageRow *row = g_ptr_array_index (rows, i);
      ValijaFolder *folder = valija_engine_find_folder_by_id (self, row->folder_id);
      ValijaMessage *message;

      if (folder == NULL)
        continue;

      message = row->n_messages > 0 ? valija_message_new_conversation (row->conversation)
                                    : valija_message_new (row->id);
      valija_message_fill (message, folder, row);
      g_ptr_array_add (messages, message);
    }
}

GPtrArray *
valija_engine_wrap_rows (ValijaEngine *self, GPtrArray *rows)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func (g_object_unref);

  take_rows (self, messages, rows);
  return messages;
}

static DexFuture *
ask_page (Lookup *lookup, const gint64 *page, guint n)
{
  if (lookup->conversations_of == OF_INBOXES)
    return valija_engine_ask_inbox_conversations (lookup->engine, page, n);
  if (lookup->conversations_of != OF_NONE)
    return valija_store_load_conversation_rows (lookup->engine->store, lookup->conversations_of, page, n);

  return valija_store_load_rows (lookup->engine->store, page, n);
}

static DexFuture *
lookup_fiber (gpointer data)
{
  Lookup *lookup = data;
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GArray) ids = NULL;
  g_autoptr(GError) error = NULL;

  if (!(ids = dex_await_boxed (g_steal_pointer (&lookup->index), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = 0; i < ids->len; i += PAGE_SIZE)
    {
      const gint64 *page = &g_array_index (ids, gint64, i);
      guint n = MIN (PAGE_SIZE, ids->len - i);
      g_autoptr(GPtrArray) rows = NULL;

      if (!(rows = dex_await_boxed (ask_page (lookup, page, n), &error)))
        return dex_future_new_for_error (g_steal_pointer (&error));

      take_rows (lookup->engine, messages, rows);
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&messages));
}

static DexFuture *
look_up (ValijaEngine *self, gint64 conversations_of, DexFuture *index)
{
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->engine = g_object_ref (self);
  lookup->conversations_of = conversations_of;
  lookup->index = index;
  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "look up messages", lookup_fiber, lookup,
                              (GDestroyNotify) lookup_free);
}

DexFuture *
valija_engine_load_messages (ValijaEngine *self, ValijaFolder *folder, ValijaShow show, guint limit)
{
  gint64 id;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_FOLDER (folder));
  dex_return_error_if_fail (show < G_N_ELEMENTS (filters));

  if (valija_folder_gathers (folder))
    return look_up (self, OF_NONE, valija_engine_ask_inboxes (self, FALSE, filters[show], limit));

  id = valija_folder_get_id (folder);
  return look_up (self, OF_NONE, valija_store_load_index (self->store, &id, 1, FALSE, filters[show], limit));
}

DexFuture *
valija_engine_load_conversations (ValijaEngine *self, ValijaFolder *folder, ValijaShow show, guint limit)
{
  gint64 id;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_FOLDER (folder));
  dex_return_error_if_fail (show < G_N_ELEMENTS (filters));

  if (valija_folder_gathers (folder))
    return look_up (self, OF_INBOXES, valija_engine_ask_inboxes (self, TRUE, filters[show], limit));

  id = valija_folder_get_id (folder);
  return look_up (self, id, valija_store_load_index (self->store, &id, 1, TRUE, filters[show], limit));
}

/* ---- One conversation ---- */

typedef struct
{
  ValijaEngine *engine;
  gint64 message;
} Reading;

static void
reading_free (Reading *reading)
{
  g_object_unref (reading->engine);
  g_free (reading);
}

static DexFuture *
load_conversation_fiber (gpointer data)
{
  Reading *reading = data;
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GError) error = NULL;

  if (!(rows = dex_await_boxed (valija_store_load_conversation (reading->engine->store, reading->message), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_future_new_take_ptr_array (valija_engine_wrap_rows (reading->engine, rows));
}

DexFuture *
valija_engine_load_conversation (ValijaEngine *self, ValijaMessage *message)
{
  Reading *reading;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_MESSAGE (message));

  reading = g_new0 (Reading, 1);
  reading->engine = g_object_ref (self);
  reading->message = valija_message_get_id (message);
  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "load conversation", load_conversation_fiber, reading,
                              (GDestroyNotify) reading_free);
}

/* ---- What is found ---- */

/* The folders that a search is narrowed to, none for everywhere. (transfer full) */
static GArray *
list_scope (ValijaEngine *self, ValijaFolder *folder)
{
  GArray *folders;
  gint64 id;

  if (folder != NULL && valija_folder_gathers (folder))
    return valija_engine_list_inboxes (self);

  folders = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (folder != NULL)
    {
      id = valija_folder_get_id (folder);
      g_array_append_val (folders, id);
    }

  return folders;
}

typedef struct
{
  ValijaEngine *engine;
  DexFuture *searching;      /* nullable: of ValijaFoundMessages */
  guint limit;               /* of conversations, 0: all */
} Finding;

static void
finding_free (Finding *finding)
{
  g_object_unref (finding->engine);
  dex_clear (&finding->searching);
  g_free (finding);
}

static DexFuture *
load_found_fiber (gpointer data)
{
  Finding *finding = data;
  g_autoptr(GArray) found = NULL;
  g_autoptr(GPtrArray) groups = NULL;
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GError) error = NULL;

  if (!(found = dex_await_boxed (g_steal_pointer (&finding->searching), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  groups = valija_list_feed_group_found (found);
  if (finding->limit > 0 && groups->len > finding->limit)
    g_ptr_array_set_size (groups, (int) finding->limit);

  if (!(rows = dex_await_boxed (valija_store_load_found_rows (finding->engine->store, groups), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_future_new_take_ptr_array (valija_engine_wrap_rows (finding->engine, rows));
}

DexFuture *
valija_engine_load_found_conversations (ValijaEngine  *self,
                                        const char    *text,
                                        ValijaAccount *account,
                                        ValijaFolder  *folder,
                                        GArray        *found,
                                        guint          limit)
{
  g_autoptr(ValijaSearchQuery) query = NULL;
  g_autoptr(GArray) folders = NULL;
  const gint64 *more = found != NULL ? (const gint64 *) (const void *) found->data : NULL;
  Finding *finding;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (text != NULL);

  query = valija_search_query_new (text);
  folders = list_scope (self, folder);
  finding = g_new0 (Finding, 1);
  finding->engine = g_object_ref (self);
  finding->limit = limit;
  finding->searching = valija_store_search_conversations (self->store, query,
                                                          account != NULL ? valija_account_get_id (account) : NULL,
                                                          (const gint64 *) (const void *) folders->data, folders->len,
                                                          more, found != NULL ? found->len : 0, 0);
  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "found", load_found_fiber, finding,
                              (GDestroyNotify) finding_free);
}

DexFuture *
valija_engine_load_found (ValijaEngine  *self,
                          const char    *text,
                          ValijaAccount *account,
                          ValijaFolder  *folder,
                          GArray        *found,
                          guint          limit)
{
  g_autoptr(ValijaSearchQuery) query = NULL;
  g_autoptr(GArray) folders = NULL;
  const gint64 *more = found != NULL ? (const gint64 *) (const void *) found->data : NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (text != NULL);

  query = valija_search_query_new (text);
  folders = list_scope (self, folder);
  return look_up (self, 0, valija_store_search (self->store, query,
                                                account != NULL ? valija_account_get_id (account) : NULL,
                                                (const gint64 *) (const void *) folders->data, folders->len, more,
                                                found != NULL ? found->len : 0, limit));
}
