/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-list-feed.h"

/* What is on the screen at once comes first, with its rows, and then all the rest in pieces, so that rows which are
 * scrolled to meanwhile do not wait for the end of it. */
#define FIRST_ROWS 64
#define PIECE 16384

/* More hits than this nobody reads. */
#define MAX_HITS 5000

/* How long a list may lag behind a running synchronisation. */
#define FOLDER_DELAY 100
#define SEARCH_DELAY 300

struct _ValijaListFeed
{
  GObject parent_instance;

  GWeakRef engine;
  GWeakRef list;             /* it owns us */
  gint64 folder;
  ValijaListFilter filter;
  gboolean conversations;    /* rows are conversations, not messages */
  gboolean inboxes;          /* those of all accounts, not one folder */
  ValijaSearchQuery *query;  /* nullable: a folder's list */
  char *account;             /* nullable */
  ValijaServerSearch *server; /* nullable: what servers have found is listed as well */
  guint n_found;             /* of theirs, in the last question */
  GHashTable *groups;        /* nullable: key of a conversation -> GArray of gint64: it, and what was found of it */
  GCancellable *left;        /* cancelled when nobody shows the list any more */
  guint source;
  gboolean asking;
  gboolean stale;            /* the store has changed since the last question */
};

G_DEFINE_FINAL_TYPE (ValijaListFeed, valija_list_feed, G_TYPE_OBJECT)

typedef struct
{
  ValijaEngine *engine;
  ValijaListFeed *feed;
  GArray *ids;               /* nullable: the rows that are wanted */
} Question;

static void schedule (ValijaListFeed *self);

static Question *
question_new (ValijaEngine *engine, ValijaListFeed *feed)
{
  Question *question = g_new0 (Question, 1);

  question->engine = g_object_ref (engine);
  question->feed = g_object_ref (feed);
  return question;
}

static void
question_free (Question *question)
{
  g_object_unref (question->engine);
  g_object_unref (question->feed);
  g_clear_pointer (&question->ids, g_array_unref);
  g_free (question);
}

/* ---- Rows ---- */

static GHashTable *
find_folders (ValijaEngine *engine, GPtrArray *rows)
{
  GHashTable *folders = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);

  for (guint i = 0; i < rows->len; i++)
    {
      ValijaMessageRow *row = g_ptr_array_index (rows, i);
      ValijaFolder *folder;

      if (g_hash_table_contains (folders, &row->folder_id) ||
          !(folder = valija_engine_find_folder_by_id (engine, row->folder_id)))
        continue;

      g_hash_table_insert (folders, g_memdup2 (&row->folder_id, sizeof row->folder_id), g_object_ref (folder));
    }

  return folders;
}

static DexFuture *
ask_found_rows (ValijaListFeed *self, ValijaEngine *engine, GArray *ids)
{
  g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);

  for (guint i = 0; i < ids->len; i++)
    {
      GArray *group = self->groups != NULL ? g_hash_table_lookup (self->groups, &g_array_index (ids, gint64, i)) : NULL;

      if (group != NULL)
        g_ptr_array_add (groups, g_array_ref (group));
    }

  return valija_store_load_found_rows (engine->store, groups);
}

static DexFuture *
ask_rows (ValijaListFeed *self, ValijaEngine *engine, GArray *ids)
{
  const gint64 *first = (const gint64 *) (const void *) ids->data;

  if (self->conversations && self->query != NULL)
    return ask_found_rows (self, engine, ids);

  if (self->conversations && self->inboxes)
    return valija_engine_ask_inbox_conversations (engine, first, ids->len);

  if (self->conversations)
    return valija_store_load_conversation_rows (engine->store, self->folder, first, ids->len);

  return valija_store_load_rows (engine->store, first, ids->len);
}

/* ---- The index ---- */

static DexFuture *
ask_search (ValijaListFeed *self, ValijaEngine *engine)
{
  GArray *messages = self->server != NULL ? valija_server_search_get_messages (self->server) : NULL;
  const gint64 *found = messages != NULL ? (const gint64 *) (const void *) messages->data : NULL;
  guint n_found = messages != NULL ? messages->len : 0;
  g_autoptr(GArray) folders = NULL;
  const gint64 *first;

  self->n_found = n_found;

  if (self->inboxes)
    folders = valija_engine_list_inboxes (engine);
  else
    folders = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (self->folder != 0)
    g_array_append_val (folders, self->folder);

  first = (const gint64 *) (const void *) folders->data;
  if (self->conversations)
    return valija_store_search_conversations (engine->store, self->query, self->account, first, folders->len, found,
                                              n_found, MAX_HITS);

  return valija_store_search (engine->store, self->query, self->account, first, folders->len, found, n_found,
                              MAX_HITS);
}

GPtrArray *
valija_list_feed_group_found (GArray *found)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr(GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < found->len; i++)
    {
      ValijaFoundMessage *message = &g_array_index (found, ValijaFoundMessage, i);
      GArray *group = g_hash_table_lookup (seen, &message->conversation);

      if (group == NULL)
        {
          group = g_array_new (FALSE, FALSE, sizeof (gint64));
          g_array_append_val (group, message->conversation);
          g_hash_table_insert (seen, &message->conversation, group);
          g_ptr_array_add (groups, group);
        }
      g_array_append_val (group, message->id);
    }

  return groups;
}

/* (transfer full): the keys */
static GArray *
take_found (ValijaListFeed *self, GArray *found)
{
  g_autoptr(ValijaMessageList) list = g_weak_ref_get (&self->list);
  g_autoptr(GHashTable) messages = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr(GPtrArray) groups = valija_list_feed_group_found (found);
  GArray *keys = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_clear_pointer (&self->groups, g_hash_table_unref);
  self->groups = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);

  for (guint i = 0; i < groups->len; i++)
    {
      GArray *group = g_ptr_array_index (groups, i);
      gint64 key = g_array_index (group, gint64, 0);

      g_array_append_val (keys, key);
      g_hash_table_insert (self->groups, g_memdup2 (&key, sizeof key), g_array_ref (group));
    }

  for (guint i = 0; i < found->len; i++)
    {
      gint64 id = g_array_index (found, ValijaFoundMessage, i).id;

      g_hash_table_add (messages, g_memdup2 (&id, sizeof id));
    }
  if (list != NULL)
    valija_message_list_set_messages (list, g_steal_pointer (&messages));

  return keys;
}

static void
take_index (ValijaListFeed *self, GArray *ids)
{
  g_autoptr(ValijaMessageList) list = g_weak_ref_get (&self->list);

  if (list != NULL)
    valija_message_list_set_ids (list, g_array_ref (ids));
}

static gboolean
is_ready (ValijaListFeed *self)
{
  g_autoptr(ValijaMessageList) list = g_weak_ref_get (&self->list);

  return list == NULL || valija_message_list_get_ready (list);
}

/* A row of a conversation tells of messages that it is not named after, in whichever folder; only what is on the screen
 * is asked for again. */
static void
refresh_conversations (ValijaListFeed *self)
{
  g_autoptr(ValijaMessageList) list = g_weak_ref_get (&self->list);

  if (list != NULL)
    valija_message_list_invalidate (list, NULL, 0);
}

static ValijaIndexWalk *
start_walk (ValijaListFeed *self, ValijaEngine *engine)
{
  g_autoptr(GArray) inboxes = NULL;

  if (!self->inboxes)
    return valija_index_walk_new (&self->folder, 1, self->filter, self->conversations);

  inboxes = valija_engine_list_inboxes (engine);
  return valija_index_walk_new ((const gint64 *) (const void *) inboxes->data, inboxes->len, self->filter,
                                self->conversations);
}

/* What an empty list begins with comes to it filled, so that it is drawn once. */
static gboolean
show_first_fiber (Question *question, GArray *ids, GError **error)
{
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GHashTable) folders = NULL;
  g_autoptr(ValijaMessageList) list = NULL;

  if (!(rows = dex_await_boxed (valija_engine_race (question->engine, ask_rows (question->feed, question->engine, ids),
                                                    question->feed->left), error)))
    return FALSE;

  if ((list = g_weak_ref_get (&question->feed->list)) == NULL)
    return TRUE;

  folders = find_folders (question->engine, rows);
  valija_message_list_take_first (list, rows, folders);
  valija_message_list_set_ids (list, g_array_copy (ids));
  return TRUE;
}

/* (transfer full): NULL on failure, and where nobody waits for it any more */
static GArray *
walk_fiber (Question *question, gboolean first, GError **error)
{
  ValijaListFeed *self = question->feed;
  g_autoptr(ValijaIndexWalk) walk = start_walk (self, question->engine);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint limit = first ? FIRST_ROWS : PIECE;
  gboolean ended = FALSE;

  while (!ended)
    {
      DexFuture *step = valija_store_walk_index (question->engine->store, walk, limit);
      g_autoptr(GArray) piece = NULL;

      if (!(piece = dex_await_boxed (valija_engine_race (question->engine, step, self->left), error)))
        return NULL;

      g_array_append_vals (ids, piece->data, piece->len);
      ended = piece->len < limit;
      if (limit == FIRST_ROWS && !show_first_fiber (question, ids, error))
        return NULL;

      limit = PIECE;
    }

  return g_steal_pointer (&ids);
}

static DexFuture *
load_index_fiber (gpointer data)
{
  Question *question = data;
  ValijaListFeed *self = question->feed;
  gboolean first = !is_ready (self);
  g_autoptr(GArray) ids = NULL;
  g_autoptr(GError) error = NULL;

  self->asking = TRUE;
  self->stale = FALSE;

  /* What nobody waits for any more is left, and the next thing that was typed is not behind it */
  if (self->query != NULL)
    ids = dex_await_boxed (valija_engine_race (question->engine, ask_search (self, question->engine), self->left),
                           &error);
  else
    ids = walk_fiber (question, first, &error);

  if (ids != NULL && self->query != NULL && self->conversations)
    {
      g_autoptr(GArray) found = g_steal_pointer (&ids);

      ids = take_found (self, found);
    }
  if (ids != NULL)
    take_index (self, ids);
  if (ids != NULL && self->conversations && !first)
    refresh_conversations (self);

  self->asking = FALSE;
  if (self->stale)
    schedule (self);

  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static void
load_index (ValijaListFeed *self)
{
  g_autoptr(ValijaEngine) engine = g_weak_ref_get (&self->engine);

  if (engine == NULL)
    return;

  valija_future_forget (valija_engine_spawn (engine, VALIJA_FLOW_OWNED, "list", load_index_fiber,
                                             question_new (engine, self), (GDestroyNotify) question_free), "list");
}

static gboolean
due_cb (gpointer user_data)
{
  ValijaListFeed *self = user_data;

  self->source = 0;
  if (!self->asking)
    load_index (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (ValijaListFeed *self)
{
  self->stale = TRUE;
  if (self->source == 0 && !self->asking)
    self->source = g_timeout_add (self->query != NULL ? SEARCH_DELAY : FOLDER_DELAY, due_cb, self);
}

/* ---- Rows that are wanted ---- */

static DexFuture *
load_rows_fiber (gpointer data)
{
  Question *question = data;
  g_autoptr(ValijaMessageList) list = NULL;
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GHashTable) folders = NULL;
  g_autoptr(GError) error = NULL;

  if (!(rows = dex_await_boxed (ask_rows (question->feed, question->engine, question->ids), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if ((list = g_weak_ref_get (&question->feed->list)) != NULL)
    {
      folders = find_folders (question->engine, rows);
      valija_message_list_take_rows (list, rows, folders);
    }

  return dex_future_new_true ();
}

static void
load_rows_cb (ValijaMessageList *list, const gint64 *ids, guint n_ids, gpointer user_data)
{
  ValijaListFeed *self = user_data;
  g_autoptr(ValijaEngine) engine = g_weak_ref_get (&self->engine);
  Question *question;

  if (engine == NULL)
    return;

  question = question_new (engine, self);
  question->ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_ids);
  g_array_append_vals (question->ids, ids, n_ids);
  valija_future_forget (valija_engine_spawn (engine, VALIJA_FLOW_OWNED, "rows", load_rows_fiber, question,
                                             (GDestroyNotify) question_free), "rows");
}

/* ---- What the store tells ---- */

static gboolean
shows_inbox (ValijaListFeed *self, gint64 id)
{
  g_autoptr(ValijaEngine) engine = g_weak_ref_get (&self->engine);
  ValijaFolder *folder = engine != NULL ? valija_engine_find_folder_by_id (engine, id) : NULL;

  return folder != NULL && valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX);
}

static void
folder_changed_cb (ValijaListFeed *self, gint64 folder)
{
  /* Any folder may hold what a search finds. */
  if (self->query != NULL || (self->inboxes ? shows_inbox (self, folder) : folder == self->folder))
    schedule (self);
}

static void
messages_changed_cb (ValijaListFeed *self, GArray *ids)
{
  g_autoptr(ValijaMessageList) list = g_weak_ref_get (&self->list);

  if (self->conversations)
    refresh_conversations (self);
  else if (list != NULL)
    valija_message_list_invalidate (list, (const gint64 *) (const void *) ids->data, ids->len);
}

static void
server_changed_cb (ValijaListFeed *self)
{
  if (valija_server_search_get_messages (self->server)->len != self->n_found)
    schedule (self);
}

static void
valija_list_feed_dispose (GObject *object)
{
  ValijaListFeed *self = VALIJA_LIST_FEED (object);

  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_pointer (&self->query, valija_search_query_unref);

  G_OBJECT_CLASS (valija_list_feed_parent_class)->dispose (object);
}

static void
valija_list_feed_finalize (GObject *object)
{
  ValijaListFeed *self = VALIJA_LIST_FEED (object);

  g_weak_ref_clear (&self->engine);
  g_weak_ref_clear (&self->list);
  g_free (self->account);
  g_clear_object (&self->server);
  g_clear_pointer (&self->groups, g_hash_table_unref);
  g_object_unref (self->left);

  G_OBJECT_CLASS (valija_list_feed_parent_class)->finalize (object);
}

static void
valija_list_feed_class_init (ValijaListFeedClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_list_feed_dispose;
  object_class->finalize = valija_list_feed_finalize;
}

static void
valija_list_feed_init (ValijaListFeed *self)
{
  g_weak_ref_init (&self->engine, NULL);
  g_weak_ref_init (&self->list, NULL);
  self->left = g_cancellable_new ();
}

/* The list is gone: a question that is under way has nobody to answer. */
static void
leave (gpointer user_data)
{
  ValijaListFeed *self = user_data;

  g_cancellable_cancel (self->left);
  g_object_unref (self);
}

/* The list owns the feed. */
static ValijaMessageList *
start (ValijaListFeed *self, ValijaEngine *engine)
{
  ValijaMessageList *list = valija_message_list_new (load_rows_cb, self, leave);

  g_weak_ref_set (&self->engine, engine);
  g_weak_ref_set (&self->list, list);
  if (self->conversations)
    valija_message_list_set_conversations (list);
  g_signal_connect_object (engine->store, "folder-changed", G_CALLBACK (folder_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine->store, "messages-changed", G_CALLBACK (messages_changed_cb), self,
                           G_CONNECT_SWAPPED);
  load_index (self);
  return list;
}

ValijaMessageList *
valija_list_feed_new_folder (ValijaEngine *engine, gint64 folder, ValijaListFilter filter)
{
  ValijaListFeed *self = g_object_new (VALIJA_TYPE_LIST_FEED, NULL);

  self->folder = folder;
  self->filter = filter;
  return start (self, engine);
}

ValijaMessageList *
valija_list_feed_new_conversations (ValijaEngine *engine, gint64 folder, ValijaListFilter filter)
{
  ValijaListFeed *self = g_object_new (VALIJA_TYPE_LIST_FEED, NULL);

  self->folder = folder;
  self->filter = filter;
  self->conversations = TRUE;
  return start (self, engine);
}

ValijaMessageList *
valija_list_feed_new_inboxes (ValijaEngine *engine, gboolean conversations, ValijaListFilter filter)
{
  ValijaListFeed *self = g_object_new (VALIJA_TYPE_LIST_FEED, NULL);

  self->filter = filter;
  self->conversations = conversations;
  self->inboxes = TRUE;
  g_signal_connect_object (valija_engine_get_inboxes (engine), "items-changed", G_CALLBACK (schedule), self,
                           G_CONNECT_SWAPPED);
  return start (self, engine);
}

ValijaMessageList *
valija_list_feed_new_search (ValijaEngine       *engine,
                             ValijaSearchQuery  *query,
                             const char         *account,
                             gint64              folder,
                             gboolean            inboxes,
                             ValijaServerSearch *server,
                             gboolean            conversations)
{
  ValijaListFeed *self = g_object_new (VALIJA_TYPE_LIST_FEED, NULL);

  self->folder = folder;
  self->inboxes = inboxes;
  if (g_set_object (&self->server, server))
    g_signal_connect_object (server, "changed", G_CALLBACK (server_changed_cb), self, G_CONNECT_SWAPPED);
  self->query = valija_search_query_ref (query);
  self->account = g_strdup (account);
  self->conversations = conversations;
  return start (self, engine);
}
