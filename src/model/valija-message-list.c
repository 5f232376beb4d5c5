/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-message-list.h"

#include <string.h>

/* What is loaded together: about a screenful, one query. */
#define PAGE_ROWS 64
/* Messages kept alive though nobody shows them, so that scrolling back costs nothing. */
#define KEPT_ROWS (16 * PAGE_ROWS)

/* A message object that is alive, and how far its loading is. The list keeps a reference to the most recently used
 * ones; the others live as long as somebody shows them, and a weak notification takes the row out. */
typedef struct
{
  gint64 id;
  ValijaMessageList *list;
  ValijaMessage *message;   /* (transfer none); also owned while `kept` */
  GList link;               /* in `kept`, most recently used first */
  guint kept : 1;
  guint wanted : 1;         /* will be asked for at the end of this main loop turn */
  guint asked : 1;          /* was asked for */
} Row;

struct _ValijaMessageList
{
  GObject parent_instance;

  ValijaMessageListLoad load;
  gpointer load_data;
  GDestroyNotify load_destroy;

  GArray *ids;              /* of gint64, in the order shown */
  GHashTable *rows;         /* gint64 * in Row -> Row */
  GQueue kept;
  GArray *wanted;           /* of gint64 */
  guint wanted_source;
  guint n_pending;          /* rows that are wanted or asked for */
  guint limit;              /* of the index no more than that is shown */
  gboolean ready;
  gboolean conversations;   /* the ids are their keys */
  GHashTable *messages;     /* nullable, set of gint64: those that the conversations are there for */
};

enum
{
  PROP_0,
  PROP_N_UNLOADED,
  PROP_READY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void valija_message_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ValijaMessageList, valija_message_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, valija_message_list_model_init))

static guint
count_pages (ValijaMessageList *self)
{
  return (self->n_pending + PAGE_ROWS - 1) / PAGE_ROWS;
}

static void
set_n_pending (ValijaMessageList *self,
               guint              n_pending)
{
  guint before = count_pages (self);

  self->n_pending = n_pending;

  if (count_pages (self) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_UNLOADED]);
}

static void
settle_row (Row *row)
{
  if (row->wanted || row->asked)
    set_n_pending (row->list, row->list->n_pending - 1);

  row->wanted = FALSE;
  row->asked = FALSE;
}

static void
message_gone_cb (gpointer data,
                 GObject *message)
{
  Row *row = data;

  row->message = NULL;
  settle_row (row);
  g_hash_table_remove (row->list->rows, &row->id);
}

/* Ends the list's own hold on a row. Frees @row when nobody else shows it. */
static void
unkeep_row (Row *row)
{
  if (!row->kept)
    return;

  row->kept = FALSE;
  g_queue_unlink (&row->list->kept, &row->link);
  g_object_unref (row->message);
}

static void
keep_row (Row *row)
{
  ValijaMessageList *self = row->list;

  if (row->kept)
    g_queue_unlink (&self->kept, &row->link);
  else
    {
      g_object_ref (row->message);
      row->kept = TRUE;
    }

  g_queue_push_head_link (&self->kept, &row->link);

  while (self->kept.length > KEPT_ROWS)
    unkeep_row (g_queue_peek_tail (&self->kept));
}

/* One request for all that was wanted in a turn; what nobody shows any more by then is not asked for. */
static gboolean
load_wanted_cb (gpointer data)
{
  g_autoptr(ValijaMessageList) self = g_object_ref (data);
  g_autoptr(GArray) wanted = g_steal_pointer (&self->wanted);
  guint n_ids = 0;

  self->wanted_source = 0;
  self->wanted = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < wanted->len; i++)
    {
      gint64 id = g_array_index (wanted, gint64, i);
      Row *row = g_hash_table_lookup (self->rows, &id);

      if (row == NULL || !row->wanted)
        continue;

      row->wanted = FALSE;
      row->asked = TRUE;
      g_array_index (wanted, gint64, n_ids++) = id;
    }

  if (n_ids > 0)
    self->load (self, &g_array_index (wanted, gint64, 0), n_ids, self->load_data);

  return G_SOURCE_REMOVE;
}

static void
want_row (Row *row)
{
  ValijaMessageList *self = row->list;

  if (row->wanted)
    return;

  if (!row->asked)
    set_n_pending (self, self->n_pending + 1);

  row->wanted = TRUE;
  g_array_append_val (self->wanted, row->id);

  /* Before the frame clock's redraw, so that a row's first frame need not be its empty one */
  if (self->wanted_source == 0)
    self->wanted_source = g_idle_add_full (G_PRIORITY_DEFAULT, load_wanted_cb, self, NULL);
}

static Row *
make_row (ValijaMessageList *self,
          gint64             id)
{
  g_autoptr(ValijaMessage) message = self->conversations ? valija_message_new_conversation (id)
                                                         : valija_message_new (id);
  Row *row = g_new0 (Row, 1);

  row->id = id;
  row->list = self;
  row->message = message;
  row->link.data = row;
  g_object_weak_ref (G_OBJECT (message), message_gone_cb, row);
  g_hash_table_insert (self->rows, &row->id, row);

  keep_row (row);

  return row;
}

static Row *
add_row (ValijaMessageList *self,
         gint64             id)
{
  Row *row = make_row (self, id);

  want_row (row);

  return row;
}

static guint
get_n_shown (ValijaMessageList *self)
{
  return MIN (self->ids->len, self->limit);
}

static GType
valija_message_list_get_item_type (GListModel *model)
{
  return VALIJA_TYPE_MESSAGE;
}

static guint
valija_message_list_get_n_items (GListModel *model)
{
  return get_n_shown (VALIJA_MESSAGE_LIST (model));
}

static gpointer
valija_message_list_get_item (GListModel *model,
                              guint       position)
{
  ValijaMessageList *self = VALIJA_MESSAGE_LIST (model);
  g_autoptr(ValijaMessage) message = NULL;
  gint64 id;
  guint start;
  guint end;
  Row *row;

  if (position >= get_n_shown (self))
    return NULL;

  id = g_array_index (self->ids, gint64, position);
  row = g_hash_table_lookup (self->rows, &id);
  if (row != NULL)
    {
      keep_row (row);
      /* It had been taken out of the index before its answer came */
      if (!row->asked && !valija_message_get_loaded (row->message))
        want_row (row);
      return g_object_ref (row->message);
    }

  row = add_row (self, id);
  message = g_object_ref (row->message);

  start = position - position % PAGE_ROWS;
  end = MIN (start + PAGE_ROWS, get_n_shown (self));
  for (guint i = start; i < end; i++)
    {
      id = g_array_index (self->ids, gint64, i);
      if (!g_hash_table_contains (self->rows, &id))
        add_row (self, id);
    }

  return g_steal_pointer (&message);
}

static void
valija_message_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = valija_message_list_get_item_type;
  iface->get_n_items = valija_message_list_get_n_items;
  iface->get_item = valija_message_list_get_item;
}

static void
valija_message_list_dispose (GObject *object)
{
  ValijaMessageList *self = VALIJA_MESSAGE_LIST (object);
  GHashTableIter iter;
  gpointer value;

  g_clear_handle_id (&self->wanted_source, g_source_remove);

  while (self->kept.length > 0)
    unkeep_row (g_queue_peek_tail (&self->kept));

  /* What the view still shows outlives the list, unfilled */
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Row *row = value;

      g_object_weak_unref (G_OBJECT (row->message), message_gone_cb, row);
      g_hash_table_iter_remove (&iter);
    }

  if (self->load_destroy != NULL)
    g_clear_pointer (&self->load_data, self->load_destroy);
  self->load_destroy = NULL;

  G_OBJECT_CLASS (valija_message_list_parent_class)->dispose (object);
}

static void
valija_message_list_finalize (GObject *object)
{
  ValijaMessageList *self = VALIJA_MESSAGE_LIST (object);

  g_clear_pointer (&self->ids, g_array_unref);
  g_clear_pointer (&self->wanted, g_array_unref);
  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_clear_pointer (&self->messages, g_hash_table_unref);

  G_OBJECT_CLASS (valija_message_list_parent_class)->finalize (object);
}

static void
valija_message_list_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  ValijaMessageList *self = VALIJA_MESSAGE_LIST (object);

  switch (prop_id)
    {
    case PROP_N_UNLOADED:
      g_value_set_uint (value, count_pages (self));
      break;
    case PROP_READY:
      g_value_set_boolean (value, self->ready);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_message_list_class_init (ValijaMessageListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = valija_message_list_dispose;
  object_class->finalize = valija_message_list_finalize;
  object_class->get_property = valija_message_list_get_property;

  properties[PROP_N_UNLOADED] = g_param_spec_uint ("n-unloaded", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_message_list_init (ValijaMessageList *self)
{
  self->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->wanted = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  g_queue_init (&self->kept);
  self->limit = G_MAXUINT;
}

/**
 * valija_message_list_new:
 * @load: asks for rows
 * @user_data: its argument, given to @destroy with the list's end
 *
 * Returns: (transfer full): an empty list that is not ready
 */
ValijaMessageList *
valija_message_list_new (ValijaMessageListLoad load,
                         gpointer              user_data,
                         GDestroyNotify        destroy)
{
  ValijaMessageList *self;

  g_return_val_if_fail (load != NULL, NULL);

  self = g_object_new (VALIJA_TYPE_MESSAGE_LIST, NULL);
  self->load = load;
  self->load_data = user_data;
  self->load_destroy = destroy;

  return self;
}

/* Rows that were on their way and are no longer in the list will not be answered: nothing must wait for them. @old
 * and @ids are the parts of the index before and after that differ. */
static void
settle_removed (ValijaMessageList *self,
                const gint64      *old,
                guint              n_old,
                const gint64      *ids,
                guint              n_ids)
{
  g_autoptr(GHashTable) gone = NULL;
  GHashTableIter iter;
  gpointer key;

  /* The usual case, which makes the pass over a large index cheap */
  if (self->n_pending == 0)
    return;

  gone = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < n_old; i++)
    {
      Row *row = g_hash_table_lookup (self->rows, &old[i]);

      if (row != NULL && (row->wanted || row->asked))
        g_hash_table_add (gone, row);
    }

  for (guint i = 0; i < n_ids && g_hash_table_size (gone) > 0; i++)
    {
      Row *row = g_hash_table_lookup (self->rows, &ids[i]);

      if (row != NULL)
        g_hash_table_remove (gone, row);
    }

  g_hash_table_iter_init (&iter, gone);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    settle_row (key);
}

/**
 * valija_message_list_set_conversations:
 *
 * The index holds keys of conversations: which message stands for one is known with its row.
 */
void
valija_message_list_set_conversations (ValijaMessageList *self)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_LIST (self));
  g_return_if_fail (self->ids->len == 0);

  self->conversations = TRUE;
}

static const gint64 *
get_key (const ValijaMessageRow *values)
{
  return values->n_messages > 0 ? &values->conversation : &values->id;
}

/**
 * valija_message_list_set_ids:
 * @ids: (transfer full) (element-type gint64): the new index, each id once
 *
 * Replaces the index. Costs one pass over it; the objects of ids that stay are the same as before.
 */
void
valija_message_list_set_ids (ValijaMessageList *self,
                             GArray            *ids)
{
  g_autoptr(GArray) old = NULL;
  const gint64 *before;
  const gint64 *after;
  guint n_before;
  guint n_after;
  guint common;
  guint head = 0;
  guint tail = 0;
  guint n_removed;
  guint n_added;

  g_return_if_fail (VALIJA_IS_MESSAGE_LIST (self));
  g_return_if_fail (ids != NULL && g_array_get_element_size (ids) == sizeof (gint64));

  n_before = get_n_shown (self);
  old = g_steal_pointer (&self->ids);
  self->ids = ids;
  n_after = get_n_shown (self);

  before = (const gint64 *) (gpointer) old->data;
  after = (const gint64 *) (gpointer) ids->data;
  common = MIN (n_before, n_after);

  while (head < common && before[head] == after[head])
    head++;
  while (tail < common - head && before[n_before - 1 - tail] == after[n_after - 1 - tail])
    tail++;

  n_removed = n_before - head - tail;
  n_added = n_after - head - tail;

  if (n_removed > 0)
    settle_removed (self, before + head, n_removed, after + head, n_added);

  if (n_removed > 0 || n_added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, n_removed, n_added);

  if (!self->ready)
    {
      self->ready = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
    }
}

/**
 * valija_message_list_limit:
 * @limit: how many; not less than are shown
 *
 * Shows no more than the first @limit messages, until told otherwise: a view that makes all its widgets in one turn is
 * given them a few at a time. Positions are those in the whole index.
 */
void
valija_message_list_limit (ValijaMessageList *self,
                           guint              limit)
{
  guint before;

  g_return_if_fail (VALIJA_IS_MESSAGE_LIST (self));

  before = get_n_shown (self);
  g_return_if_fail (limit >= before);

  self->limit = limit;
  if (get_n_shown (self) > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, get_n_shown (self) - before);
}

/**
 * valija_message_list_take_first:
 * @rows: (element-type ValijaMessageRow) (transfer none): of what the next index begins with
 * @folders: (element-type gint64 ValijaFolder) (transfer none): folders by their ids
 *
 * The messages of @rows are filled from the moment on that they are in the list.
 */
void
valija_message_list_take_first (ValijaMessageList *self,
                                GPtrArray         *rows,
                                GHashTable        *folders)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_LIST (self));
  g_return_if_fail (rows != NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      const gint64 *key = get_key (g_ptr_array_index (rows, i));

      if (!g_hash_table_contains (self->rows, key))
        make_row (self, *key);
    }

  valija_message_list_take_rows (self, rows, folders);
}

/**
 * valija_message_list_take_rows:
 * @rows: (element-type ValijaMessageRow) (transfer none): what the store answered, in any order
 * @folders: (element-type gint64 ValijaFolder) (transfer none): folders by their ids
 *
 * Fills the messages that wait for these rows.
 */
void
valija_message_list_take_rows (ValijaMessageList *self,
                               GPtrArray         *rows,
                               GHashTable        *folders)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_LIST (self));
  g_return_if_fail (rows != NULL);
  g_return_if_fail (folders != NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      const ValijaMessageRow *values = g_ptr_array_index (rows, i);
      Row *row = g_hash_table_lookup (self->rows, get_key (values));
      g_autoptr(ValijaMessage) message = NULL;

      if (row == NULL)
        continue;

      /* A row that has changed since it was asked for is wanted again, and its next answer is the one to wait for */
      if (!row->wanted)
        settle_row (row);

      message = g_object_ref (row->message);
      valija_message_fill (message, g_hash_table_lookup (folders, &values->folder_id), values);
    }
}

/**
 * valija_message_list_invalidate:
 * @ids: (array length=n_ids) (nullable): what changed; NULL for all
 *
 * Has the rows that somebody shows loaded again, and forgets the others.
 */
void
valija_message_list_invalidate (ValijaMessageList *self,
                                const gint64      *ids,
                                guint              n_ids)
{
  g_autoptr(GArray) all = NULL;

  g_return_if_fail (VALIJA_IS_MESSAGE_LIST (self));

  if (ids == NULL)
    {
      GHashTableIter iter;
      gpointer key;

      all = g_array_sized_new (FALSE, FALSE, sizeof (gint64), g_hash_table_size (self->rows));
      g_hash_table_iter_init (&iter, self->rows);
      while (g_hash_table_iter_next (&iter, &key, NULL))
        g_array_append_vals (all, key, 1);

      ids = (const gint64 *) (gpointer) all->data;
      n_ids = all->len;
    }

  for (guint i = 0; i < n_ids; i++)
    {
      gint64 id = ids[i];
      Row *row = g_hash_table_lookup (self->rows, &id);

      if (row == NULL)
        continue;

      /* Without the list's own reference only what somebody shows is left */
      unkeep_row (row);
      row = g_hash_table_lookup (self->rows, &id);
      if (row == NULL)
        continue;

      keep_row (row);
      want_row (row);
    }
}

/**
 * valija_message_list_find:
 *
 * Looks through the whole index: about a millisecond for a million ids.
 *
 * Returns: the position of @id, or G_MAXUINT
 */
guint
valija_message_list_find (ValijaMessageList *self,
                          gint64             id)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_LIST (self), G_MAXUINT);

  for (guint i = 0; i < self->ids->len; i++)
    {
      if (g_array_index (self->ids, gint64, i) == id)
        return i;
    }

  return G_MAXUINT;
}

void
valija_message_list_set_messages (ValijaMessageList *self,
                                  GHashTable        *messages)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_LIST (self));
  g_return_if_fail (messages != NULL);

  g_clear_pointer (&self->messages, g_hash_table_unref);
  self->messages = messages;
}

gboolean
valija_message_list_holds (ValijaMessageList *self,
                           gint64             id)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_LIST (self), FALSE);

  if (self->messages != NULL)
    return g_hash_table_contains (self->messages, &id);

  return valija_message_list_find (self, id) != G_MAXUINT;
}

/**
 * valija_message_list_get_id:
 *
 * Returns: the id at @position, or 0 past the end; loads nothing
 */
gint64
valija_message_list_get_id (ValijaMessageList *self,
                            guint              position)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_LIST (self), 0);

  return position < self->ids->len ? g_array_index (self->ids, gint64, position) : 0;
}

/**
 * valija_message_list_get_length:
 *
 * Returns: how many messages the index has, whether they are shown or not
 */
guint
valija_message_list_get_length (ValijaMessageList *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_LIST (self), 0);

  return self->ids->len;
}

/**
 * valija_message_list_get_ready:
 *
 * Returns: whether the first index has come; before that an empty list means nothing
 */
gboolean
valija_message_list_get_ready (ValijaMessageList *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_LIST (self), FALSE);

  return self->ready;
}
