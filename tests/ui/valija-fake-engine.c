/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-fake-engine.h"

#include "base/valija-future.h"
#include "sessions/valija-methods-table.h"

#include <string.h>

/* ---- Undo: what was moved and flagged before ---- */

struct _ValijaUndo
{
  GObject parent_instance;

  char *label;
  GArray *ids;                /* of gint64 */
  GArray *folders;            /* of gint64, before */
  GArray *flags;              /* of ValijaFlags, before */
};

G_DEFINE_FINAL_TYPE (ValijaUndo, valija_undo, G_TYPE_OBJECT)

static void
valija_undo_finalize (GObject *object)
{
  ValijaUndo *self = VALIJA_UNDO (object);

  g_free (self->label);
  g_array_unref (self->ids);
  g_array_unref (self->folders);
  g_array_unref (self->flags);

  G_OBJECT_CLASS (valija_undo_parent_class)->finalize (object);
}

static void
valija_undo_class_init (ValijaUndoClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = valija_undo_finalize;
}

static void
valija_undo_init (ValijaUndo *self)
{
  self->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->folders = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->flags = g_array_new (FALSE, FALSE, sizeof (ValijaFlags));
}

const char *
valija_undo_get_label (ValijaUndo *self)
{
  return self->label;
}

gboolean
valija_undo_can_undo (ValijaUndo *self)
{
  return self->ids->len > 0;
}

/* ---- The engine ---- */

struct _ValijaEngine
{
  GObject parent_instance;

  GListStore *accounts;
  GHashTable *statuses;       /* ValijaAccount -> ValijaAccountStatus */
  GHashTable *folder_lists;   /* ValijaAccount -> GListStore */
  GHashTable *folders;        /* gint64 * -> ValijaFolder */
  GListStore *inboxes;        /* of ValijaFolder */
  ValijaFolder *all_inboxes;
  GHashTable *traffic;        /* ValijaAccount -> ValijaTraffic */
  GListStore *outbox;
  GPtrArray *rows;            /* of ValijaMessageRow, newest first */
  GHashTable *sources;        /* gint64 * -> GBytes */
  GPtrArray *lists;           /* of GWeakRef to ValijaMessageList */
  GError *failure;
  DexPromise *held;
  GBytes *sent;
  gint64 next_id;
  gboolean slow;
  ValijaSyncFlags sync_flags;
  guint n_fetched;
  guint n_sent;
  guint n_drafts;
  guint n_released;
  guint n_withdrawn;
  gint64 last_due;
  char *searched;
  ValijaAutoReplies *replies; /* nullable */
  gboolean decided;           /* about the one certificate that there is */
  gboolean trusted;
};

G_DEFINE_FINAL_TYPE (ValijaEngine, valija_engine, G_TYPE_OBJECT)

#define ALL_INBOXES (-1)

typedef struct
{
  GWeakRef list;
  ValijaEngine *engine;       /* (transfer none) */
  gint64 folder;              /* 0: any; or ALL_INBOXES */
  ValijaShow show;
  char *text;                 /* nullable: what is searched */
  gboolean conversations;
} Feed;

static const ValijaMethod * const methods[] = {
  &valija_method_notes, &valija_method_outlook, &valija_method_exchange, &valija_method_smtp,
  &valija_method_pop3, &valija_method_mixed, &valija_method_imap, NULL
};

static void
feed_free (gpointer data)
{
  Feed *feed = data;

  g_weak_ref_clear (&feed->list);
  g_free (feed->text);
  g_free (feed);
}

static gint64 *
dup_id (gint64 id)
{
  return g_memdup2 (&id, sizeof id);
}

static ValijaMessageRow *
find_row (ValijaEngine *self, gint64 id)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      ValijaMessageRow *row = g_ptr_array_index (self->rows, i);

      if (row->id == id)
        return row;
    }

  return NULL;
}

/* Words are in the subject, people in from:, states are states; the rest is met by all. */
static gboolean
meets_term (const ValijaSearchTerm *term, const ValijaMessageRow *row)
{
  if (!valija_search_term_counts (term))
    return TRUE;
  if (term->key == VALIJA_SEARCH_KEY_WORD || term->key == VALIJA_SEARCH_KEY_SUBJECT)
    return g_str_match_string (term->text, row->subject, TRUE);
  if (term->key == VALIJA_SEARCH_KEY_FROM)
    return g_str_match_string (term->text, row->sender, TRUE) ||
           g_str_match_string (term->text, row->sender_address, TRUE);
  if (term->key == VALIJA_SEARCH_KEY_IS)
    return (row->flags & term->mask) == term->flags;

  return TRUE;
}

static gboolean
meets (const char *text, const ValijaMessageRow *row)
{
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text);

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (meets_term (term, row) == term->negated)
        return FALSE;
    }

  return TRUE;
}

static gboolean
feed_shows (Feed *feed, const ValijaMessageRow *row)
{
  ValijaFolder *folder = g_hash_table_lookup (feed->engine->folders, &row->folder_id);

  if (feed->folder == ALL_INBOXES && valija_folder_get_role (folder) != VALIJA_FOLDER_ROLE_INBOX)
    return FALSE;
  if (feed->folder > 0 && row->folder_id != feed->folder)
    return FALSE;
  if (feed->show == VALIJA_SHOW_UNREAD && (row->flags & VALIJA_FLAG_SEEN) != 0)
    return FALSE;
  if (feed->show == VALIJA_SHOW_FLAGGED && (row->flags & VALIJA_FLAG_FLAGGED) == 0)
    return FALSE;
  return feed->text == NULL || meets (feed->text, row);
}

static gboolean
contains (GArray *ids, gint64 id)
{
  for (guint i = 0; i < ids->len; i++)
    {
      if (g_array_index (ids, gint64, i) == id)
        return TRUE;
    }

  return FALSE;
}

static void
feed_fill (Feed *feed)
{
  g_autoptr(ValijaMessageList) list = g_weak_ref_get (&feed->list);
  GArray *ids;

  if (list == NULL)
    return;

  ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < feed->engine->rows->len; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (feed->engine->rows, i);

      if (!feed_shows (feed, row))
        continue;
      if (!feed->conversations)
        g_array_append_val (ids, row->id);
      else if (!contains (ids, row->conversation))
        g_array_append_val (ids, row->conversation);
    }

  valija_message_list_set_ids (list, ids);
}

static void
add_person (GPtrArray *people, const ValijaMessageRow *row)
{
  ValijaParticipant *person = NULL;

  for (guint i = 0; i < people->len && person == NULL; i++)
    {
      ValijaParticipant *other = g_ptr_array_index (people, i);

      if (g_str_equal (other->address, row->sender_address))
        person = other;
    }

  if (person == NULL)
    {
      person = valija_participant_new (row->sender, row->sender_address);
      g_ptr_array_add (people, person);
    }
  person->unread = person->unread || (row->flags & VALIJA_FLAG_SEEN) == 0;
}

static gboolean
is_in (Feed *feed, const ValijaMessageRow *row)
{
  ValijaFolder *folder = g_hash_table_lookup (feed->engine->folders, &row->folder_id);

  return feed->folder == ALL_INBOXES ? valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_INBOX
                                     : row->folder_id == feed->folder;
}

/* As the store does: the newest in the folder, with what is true of any. */
static ValijaMessageRow *
dup_conversation (Feed *feed, gint64 key)
{
  ValijaMessageRow *copy = NULL;
  GArray *members = g_array_new (FALSE, FALSE, sizeof (gint64));
  GPtrArray *people = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_participant_free);

  for (guint i = feed->engine->rows->len; i > 0; i--)
    {
      const ValijaMessageRow *row = g_ptr_array_index (feed->engine->rows, i - 1);
      g_autoptr(ValijaMessageRow) before = NULL;

      if (row->conversation != key)
        continue;

      add_person (people, row);
      before = copy;
      if (!is_in (feed, row) && before != NULL)
        {
          copy = g_steal_pointer (&before);
          copy->n_messages++;
          continue;
        }

      copy = valija_message_row_copy (row);
      copy->n_messages = 1;
      if (is_in (feed, row))
        {
          g_array_append_val (members, row->id);
          copy->n_unread = (row->flags & VALIJA_FLAG_SEEN) == 0;
        }
      if (before == NULL)
        continue;

      copy->n_messages += before->n_messages;
      copy->n_unread += before->n_unread;
      copy->flags |= before->flags & VALIJA_FLAG_FLAGGED;
      if (copy->n_unread > 0)
        copy->flags &= ~VALIJA_FLAG_SEEN;
      copy->has_attachments = copy->has_attachments || before->has_attachments;
    }

  if (copy == NULL)
    {
      g_array_unref (members);
      g_ptr_array_unref (people);
      return NULL;
    }

  copy->members = members;
  copy->people = people;
  return copy;
}

static void
load_cb (ValijaMessageList *list, const gint64 *ids, guint n_ids, gpointer data)
{
  Feed *feed = data;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);

  for (guint i = 0; i < n_ids; i++)
    {
      const ValijaMessageRow *row = find_row (feed->engine, ids[i]);
      ValijaMessageRow *copy = feed->conversations ? dup_conversation (feed, ids[i])
                                                   : row != NULL ? valija_message_row_copy (row) : NULL;

      if (copy != NULL)
        g_ptr_array_add (rows, copy);
    }

  valija_message_list_take_rows (list, rows, feed->engine->folders);
}

static void
count (ValijaEngine *self)
{
  GHashTableIter iter;
  gint64 all_total = 0, all_unread = 0;
  gpointer folder;

  g_hash_table_iter_init (&iter, self->folders);
  while (g_hash_table_iter_next (&iter, NULL, &folder))
    {
      gint64 total = 0, unread = 0;

      for (guint i = 0; i < self->rows->len; i++)
        {
          const ValijaMessageRow *row = g_ptr_array_index (self->rows, i);

          if (row->folder_id != valija_folder_get_id (folder))
            continue;
          total++;
          unread += (row->flags & VALIJA_FLAG_SEEN) == 0;
        }

      valija_folder_set_counts (folder, total, unread);
      if (valija_folder_get_role (folder) != VALIJA_FOLDER_ROLE_INBOX)
        continue;
      all_total += total;
      all_unread += unread;
    }

  valija_folder_set_counts (self->all_inboxes, all_total, all_unread);
}

static void
changed (ValijaEngine *self)
{
  count (self);
  for (guint i = 0; i < self->lists->len; i++)
    {
      Feed *feed = g_ptr_array_index (self->lists, i);
      g_autoptr(ValijaMessageList) list = g_weak_ref_get (&feed->list);

      if (list == NULL)
        continue;
      feed_fill (feed);
      valija_message_list_invalidate (list, NULL, 0);
    }
}

static ValijaMessageList *
new_list (ValijaEngine *self, gint64 folder, ValijaShow show, const char *text, gboolean conversations)
{
  Feed *feed = g_new0 (Feed, 1);
  ValijaMessageList *list = valija_message_list_new (load_cb, feed, NULL);

  g_weak_ref_init (&feed->list, list);
  feed->engine = self;
  feed->folder = folder;
  feed->show = show;
  feed->text = g_strdup (text);
  feed->conversations = conversations;
  if (conversations)
    valija_message_list_set_conversations (list);
  g_ptr_array_add (self->lists, feed);
  feed_fill (feed);

  return list;
}

static DexFuture *
answer_true (ValijaEngine *self)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  return dex_future_new_true ();
}

static void
valija_engine_finalize (GObject *object)
{
  ValijaEngine *self = VALIJA_ENGINE (object);

  g_clear_object (&self->accounts);
  g_clear_object (&self->outbox);
  g_clear_object (&self->inboxes);
  g_clear_object (&self->all_inboxes);
  g_hash_table_unref (self->statuses);
  g_hash_table_unref (self->folder_lists);
  g_hash_table_unref (self->folders);
  g_hash_table_unref (self->traffic);
  g_ptr_array_unref (self->rows);
  g_hash_table_unref (self->sources);
  g_ptr_array_unref (self->lists);
  g_clear_error (&self->failure);
  dex_clear (&self->held);
  g_clear_pointer (&self->sent, g_bytes_unref);
  g_clear_pointer (&self->replies, valija_auto_replies_free);
  g_free (self->searched);

  G_OBJECT_CLASS (valija_engine_parent_class)->finalize (object);
}

static void
valija_engine_class_init (ValijaEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = valija_engine_finalize;

  g_signal_new ("notice", VALIJA_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("new-mail", VALIJA_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                VALIJA_TYPE_FOLDER, G_TYPE_UINT);
  g_signal_new ("outbox-changed", VALIJA_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("draft-edited", VALIJA_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_INT64, G_TYPE_INT64);
}

static void
valija_engine_init (ValijaEngine *self)
{
  self->accounts = g_list_store_new (VALIJA_TYPE_ACCOUNT);
  self->outbox = g_list_store_new (VALIJA_TYPE_OUTBOX_ITEM);
  self->inboxes = g_list_store_new (VALIJA_TYPE_FOLDER);
  self->all_inboxes = valija_folder_new (NULL, 0);
  valija_folder_update (self->all_inboxes, NULL, 0, "All Inboxes", VALIJA_FOLDER_ROLE_INBOX, 0, TRUE, FALSE);
  self->statuses = g_hash_table_new_full (NULL, NULL, g_object_unref, g_object_unref);
  self->folder_lists = g_hash_table_new_full (NULL, NULL, g_object_unref, g_object_unref);
  self->folders = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  self->traffic = g_hash_table_new_full (NULL, NULL, g_object_unref, (GDestroyNotify) valija_traffic_unref);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);
  self->sources = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->lists = g_ptr_array_new_with_free_func (feed_free);
  self->next_id = 1;
}

/* ---- What the tests set up ---- */

ValijaAccount *
valija_fake_engine_add_account (ValijaEngine *self, const char *method, const char *email, gboolean sends)
{
  static const ValijaFolderRole roles[] = {
    VALIJA_FOLDER_ROLE_INBOX, VALIJA_FOLDER_ROLE_DRAFTS, VALIJA_FOLDER_ROLE_SENT,
    VALIJA_FOLDER_ROLE_ARCHIVE, VALIJA_FOLDER_ROLE_JUNK, VALIJA_FOLDER_ROLE_TRASH, VALIJA_FOLDER_ROLE_NONE,
  };
  g_autoptr(ValijaAccount) account = valija_account_new (method);
  GListStore *folders = g_list_store_new (VALIJA_TYPE_FOLDER);
  ValijaAccountStatus *status = valija_account_status_new (account);
  const char * const facts[] = { "Software: Dovecot", "Security: TLS 1.3", NULL };
  ValijaCapabilities capabilities = VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_ORGANIZE | VALIJA_CAPABILITY_FOLDERS;

  g_object_set (account, "email", email, "full-name", "Ana Núñez", NULL);
  if (g_str_equal (method, "smtp"))
    capabilities = VALIJA_CAPABILITY_SEND;
  else if (sends)
    capabilities |= VALIJA_CAPABILITY_SEND;

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      gint64 id = self->next_id++;
      g_autoptr(ValijaFolder) folder = valija_folder_new (account, id);
      const char *label = valija_folder_role_get_label (roles[i]);

      if (g_str_equal (method, "smtp") && roles[i] != VALIJA_FOLDER_ROLE_DRAFTS && roles[i] != VALIJA_FOLDER_ROLE_SENT)
        continue;

      valija_folder_update (folder, label != NULL ? label : "gtk", 0, label != NULL ? label : "Lists", roles[i],
                            roles[i] == VALIJA_FOLDER_ROLE_NONE ? 1 : 0, TRUE, FALSE);
      g_list_store_append (folders, folder);
      g_hash_table_insert (self->folders, dup_id (id), g_object_ref (folder));
    }

  valija_account_status_set_server (status, capabilities, facts);
  valija_account_status_set_last_checked (status, g_get_real_time () / G_USEC_PER_SEC);
  g_hash_table_insert (self->statuses, g_object_ref (account), status);
  g_hash_table_insert (self->folder_lists, g_object_ref (account), folders);
  g_hash_table_insert (self->traffic, g_object_ref (account), valija_traffic_new ());
  g_list_store_append (self->accounts, account);
  if ((capabilities & VALIJA_CAPABILITY_READ) != 0)
    g_list_store_append (self->inboxes, valija_engine_find_folder (self, account, "inbox"));

  return account;
}

/* That of the message it answers, which has come before; @id when there is none. */
static gint64
find_conversation (ValijaEngine *self, ValijaFolder *folder, const ValijaMessageInfo *info, gint64 id)
{
  for (guint i = 0; i < self->rows->len && info->in_reply_to[0] != '\0'; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (self->rows, i);

      ValijaFolder *other = g_hash_table_lookup (self->folders, &row->folder_id);

      if (valija_folder_get_account (other) == valija_folder_get_account (folder) &&
          g_str_equal (row->message_id, info->in_reply_to))
        return row->conversation;
    }

  return id;
}

gint64
valija_fake_engine_add_message (ValijaEngine *self, ValijaFolder *folder, const char *source, ValijaFlags flags)
{
  g_autoptr(GBytes) bytes = g_bytes_new (source, strlen (source));
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse (bytes);
  const ValijaMessageInfo *info = valija_mime_message_get_info (message);
  ValijaMessageRow *row = valija_message_row_new ();
  const ValijaAddress *from = info->from->len > 0 ? g_ptr_array_index (info->from, 0) : NULL;

  row->id = self->next_id++;
  row->folder_id = valija_folder_get_id (folder);
  row->conversation = find_conversation (self, folder, info, row->id);
  row->remote_id = g_strdup_printf ("%" G_GINT64_FORMAT, row->id);
  row->message_id = g_strdup (info->message_id);
  row->subject = g_strdup (info->subject);
  row->sender = from != NULL ? valija_address_to_label (from) : g_strdup ("");
  row->sender_address = g_strdup (from != NULL ? from->address : "");
  row->recipients = valija_address_list_to_text (info->to);
  row->date = info->date;
  row->size = g_bytes_get_size (bytes);
  row->flags = flags;
  row->has_attachments = valija_mime_message_get_attachments (message)->len > 0;
  row->has_source = TRUE;
  row->preview = valija_mime_message_dup_preview (message);
  g_ptr_array_insert (self->rows, 0, row);
  g_hash_table_insert (self->sources, dup_id (row->id), g_bytes_ref (bytes));
  changed (self);

  return row->id;
}

void
valija_fake_engine_add_many (ValijaEngine *self, ValijaFolder *folder, guint n_messages)
{
  for (guint i = 0; i < n_messages; i++)
    {
      ValijaMessageRow *row = valija_message_row_new ();

      row->id = self->next_id++;
      row->folder_id = valija_folder_get_id (folder);
      row->conversation = row->id;
      row->remote_id = g_strdup_printf ("%" G_GINT64_FORMAT, row->id);
      row->message_id = g_strdup ("");
      row->subject = g_strdup_printf ("Message %u of many", i + 1);
      row->sender = g_strdup ("Robot");
      row->sender_address = g_strdup ("robot@example.org");
      row->recipients = g_strdup ("");
      row->date = 1700000000 - i * 3600;
      row->flags = VALIJA_FLAG_SEEN;
      g_ptr_array_add (self->rows, row);
    }

  changed (self);
}

gint64
valija_fake_engine_add_outbox (ValijaEngine *self, ValijaAccount *account, const char *subject, ValijaOutboxState state,
                               const char *words, gint64 due)
{
  g_autoptr(ValijaOutboxItem) item = valija_outbox_item_new (self->next_id++, account);

  valija_outbox_item_update (item, subject, "bo@example.org", state, words, g_get_real_time () / G_USEC_PER_SEC,
                             words != NULL, due);
  g_list_store_append (self->outbox, item);
  g_signal_emit_by_name (self, "outbox-changed");

  return valija_outbox_item_get_id (item);
}

void
valija_fake_engine_fail_next (ValijaEngine *self, GError *error)
{
  g_clear_error (&self->failure);
  self->failure = error;
}

DexPromise *
valija_fake_engine_hold_next (ValijaEngine *self)
{
  dex_clear (&self->held);
  self->held = dex_promise_new ();

  return dex_ref (self->held);
}

static DexFuture *
released_cb (DexFuture *future, gpointer user_data)
{
  return dex_ref (DEX_FUTURE (user_data));
}

/* @answer: (transfer full) */
static DexFuture *
hold (ValijaEngine *self, DexFuture *answer)
{
  if (self->held == NULL)
    return answer;

  return dex_future_then (DEX_FUTURE (g_steal_pointer (&self->held)), released_cb, answer, dex_unref);
}

guint
valija_fake_engine_get_n_sent (ValijaEngine *self)
{
  return self->n_sent;
}

guint
valija_fake_engine_get_n_withdrawn (ValijaEngine *self)
{
  return self->n_withdrawn;
}

gint64
valija_fake_engine_get_last_due (ValijaEngine *self)
{
  return self->last_due;
}

void
valija_fake_engine_set_slow (ValijaEngine *self, gboolean slow)
{
  self->slow = slow;
}

ValijaSyncFlags
valija_fake_engine_get_sync_flags (ValijaEngine *self)
{
  return self->sync_flags;
}

guint
valija_fake_engine_get_n_fetched (ValijaEngine *self)
{
  return self->n_fetched;
}

guint
valija_fake_engine_get_n_drafts (ValijaEngine *self)
{
  return self->n_drafts;
}

guint
valija_fake_engine_get_n_released (ValijaEngine *self)
{
  return self->n_released;
}

const char *
valija_fake_engine_get_searched (ValijaEngine *self)
{
  return self->searched;
}

GBytes *
valija_fake_engine_get_sent (ValijaEngine *self)
{
  return self->sent;
}

/* ---- The engine's own interface ---- */

ValijaEngine *
valija_engine_new (GFile *profile)
{
  return g_object_new (VALIJA_TYPE_ENGINE, NULL);
}

DexFuture *
valija_engine_open (ValijaEngine *self)
{
  return answer_true (self);
}

DexFuture *
valija_engine_close (ValijaEngine *self)
{
  return dex_future_new_true ();
}

void
valija_engine_start (ValijaEngine *self)
{
}

const ValijaMethod * const *
valija_engine_list_methods (ValijaEngine *self)
{
  return methods;
}

const ValijaMethod *
valija_engine_find_method (ValijaEngine *self, const char *id)
{
  for (guint i = 0; methods[i] != NULL; i++)
    if (g_strcmp0 (methods[i]->id, id) == 0)
      return methods[i];

  return NULL;
}

GListModel *
valija_engine_get_accounts (ValijaEngine *self)
{
  return G_LIST_MODEL (self->accounts);
}

ValijaAccount *
valija_engine_find_account (ValijaEngine *self, const char *id_name_or_address)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->accounts)); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);

      if (g_str_equal (valija_account_get_id (account), id_name_or_address) ||
          g_str_equal (valija_account_get_email (account), id_name_or_address))
        return account;
    }

  return NULL;
}

ValijaAccountStatus *
valija_engine_get_status (ValijaEngine *self, ValijaAccount *account)
{
  return g_hash_table_lookup (self->statuses, account);
}

DexFuture *
valija_engine_add_account (ValijaEngine *self, ValijaAccount *account, ValijaSecret *incoming, ValijaSecret *outgoing)
{
  return answer_true (self);
}

DexFuture *
valija_engine_update_account (ValijaEngine *self, ValijaAccount *account, ValijaSecret *incoming,
                              ValijaSecret *outgoing)
{
  return answer_true (self);
}

DexFuture *
valija_engine_remove_account (ValijaEngine *self, ValijaAccount *account, gboolean local_mail)
{
  guint position;

  if (g_list_store_find (self->accounts, account, &position))
    g_list_store_remove (self->accounts, position);
  if (g_list_store_find (self->inboxes, valija_engine_find_folder (self, account, "inbox"), &position))
    g_list_store_remove (self->inboxes, position);

  return answer_true (self);
}

/* Servers of the domain private.example have a certificate of their own. */
DexFuture *
valija_engine_test_account (ValijaEngine *self, ValijaAccount *account, ValijaSecret *incoming, ValijaSecret *outgoing,
                            GListStore *steps)
{
  g_autoptr(ValijaCertificate) certificate = NULL;
  GError *error = NULL;

  if (!g_str_has_suffix (valija_account_get_email (account), "@private.example") || self->trusted)
    return answer_true (self);

  certificate = valija_certificate_new ("imap.private.example", 993, "CN=imap.private.example", "imap.private.example",
                                        "CN=Private", 1767225600, 1798761600,
                                        "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
                                        "10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F",
                                        VALIJA_CERTIFICATE_PROBLEM_UNKNOWN_ISSUER);
  valija_error_set (&error, VALIJA_ERROR_CERTIFICATE, "%s",
                    self->decided ? "You decided never to trust this." : "Unknown.");
  valija_error_set_certificate (error, certificate);

  return dex_future_new_for_error (error);
}

/* What comes of it is said by the domain of the address. */
DexFuture *
valija_engine_discover (ValijaEngine *self, ValijaAccount *account, ValijaSecret *secret, const char * const *allowed)
{
  const char *domain = strrchr (valija_account_get_email (account), '@') + 1;
  ValijaDiscovery *discovery;
  GError *error = NULL;

  if (g_str_equal (domain, "silent.example"))
    return DEX_FUTURE (dex_promise_new_cancellable ());

  if (g_str_equal (domain, "nowhere.example"))
    {
      valija_error_set (&error, VALIJA_ERROR_RESOLVE, "No server was found for %s.", domain);
      return dex_future_new_for_error (error);
    }

  if (g_str_equal (domain, "online.example"))
    discovery = valija_discovery_new (VALIJA_DISCOVERY_ELSEWHERE, NULL, 0, NULL, "outlook");
  else if (g_str_equal (domain, "stranger.example") && !g_strv_contains (allowed, "ad.hoster.example"))
    discovery = valija_discovery_new (VALIJA_DISCOVERY_ASKS, "ad.hoster.example", 0, NULL, NULL);
  else
    discovery = valija_discovery_new (VALIJA_DISCOVERY_FOUND, "mail.example.org", 443, "autodiscover.example.org",
                                      NULL);

  return dex_future_new_take_boxed (VALIJA_TYPE_DISCOVERY, discovery);
}

gboolean
valija_engine_decide_certificate (ValijaEngine *self, ValijaCertificate *certificate, gboolean trust, GError **error)
{
  self->decided = TRUE;
  self->trusted = trust;

  return TRUE;
}

DexFuture *
valija_engine_connect_account (ValijaEngine *self, ValijaAccount *account)
{
  valija_account_status_set_state (valija_engine_get_status (self, account), VALIJA_SESSION_OPEN);

  return answer_true (self);
}

DexFuture *
valija_engine_disconnect_account (ValijaEngine *self, ValijaAccount *account)
{
  valija_account_status_set_state (valija_engine_get_status (self, account), VALIJA_SESSION_CLOSED);

  return answer_true (self);
}

char *
valija_engine_dup_transcript (ValijaEngine *self, ValijaAccount *account)
{
  return g_strdup ("S: * OK ready\nC: a1 LOGIN …\nS: a1 OK\n");
}

ValijaTraffic *
valija_engine_get_traffic (ValijaEngine *self, ValijaAccount *account)
{
  return g_hash_table_lookup (self->traffic, account);
}

char *
valija_engine_why_not (ValijaEngine *self, ValijaAccount *account, ValijaFolder *folder, ValijaAction action)
{
  ValijaCapabilities capabilities;

  if (account == NULL && folder != NULL && valija_folder_gathers (folder))
    return action == VALIJA_ACTION_CREATE_FOLDER || action == VALIJA_ACTION_RENAME_FOLDER ||
           action == VALIJA_ACTION_REMOVE_FOLDER ? g_strdup ("Choose a folder of one account first.") : NULL;
  if (account == NULL)
    return g_strdup ("There is no account yet.");

  capabilities = valija_account_status_get_capabilities (valija_engine_get_status (self, account));
  if ((action == VALIJA_ACTION_COMPOSE || action == VALIJA_ACTION_REPLY || action == VALIJA_ACTION_FORWARD) &&
      (capabilities & VALIJA_CAPABILITY_SEND) == 0)
    return g_strdup ("POP3 reads only. Add an SMTP server to reply.");
  if ((action == VALIJA_ACTION_RENAME_FOLDER || action == VALIJA_ACTION_REMOVE_FOLDER) &&
      valija_folder_get_role (folder) != VALIJA_FOLDER_ROLE_NONE)
    return g_strdup ("Folders such as Inbox stay as they are.");
  if (action == VALIJA_ACTION_READ && (capabilities & VALIJA_CAPABILITY_READ) == 0)
    return g_strdup ("SMTP only sends. Add an account with IMAP or POP3 to read.");
  return NULL;
}

GListModel *
valija_engine_get_folders (ValijaEngine *self, ValijaAccount *account)
{
  return g_hash_table_lookup (self->folder_lists, account);
}

ValijaFolder *
valija_engine_find_folder (ValijaEngine *self, ValijaAccount *account, const char *name_or_role)
{
  GListModel *folders = valija_engine_get_folders (self, account);

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (g_str_equal (valija_folder_role_to_nick (valija_folder_get_role (folder)), name_or_role) ||
          g_str_equal (valija_folder_get_name (folder), name_or_role))
        return folder;
    }

  return NULL;
}

ValijaFolder *
valija_engine_find_folder_by_id (ValijaEngine *self, gint64 id)
{
  return g_hash_table_lookup (self->folders, &id);
}

static DexFuture *
new_undo (const char *label)
{
  ValijaUndo *undo = g_object_new (VALIJA_TYPE_UNDO, NULL);

  undo->label = g_strdup (label);

  return dex_future_new_take_object (undo);
}

DexFuture *
valija_engine_set_folder_policy (ValijaEngine *self, ValijaFolder *folder, ValijaFolderPolicy policy)
{
  valija_folder_set_keeping (folder, policy, valija_folder_get_last_checked (folder));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_measure (ValijaEngine *self, ValijaAccount *account, ValijaFolder *folder)
{
  g_autoptr(ValijaMailSize) size = g_new0 (ValijaMailSize, 1);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (self->rows, i);
      ValijaFolder *other = g_hash_table_lookup (self->folders, &row->folder_id);

      if (folder != NULL ? other != folder : valija_folder_get_account (other) != account)
        continue;

      size->messages++;
      size->whole += row->has_source;
      size->bytes_listed += (gint64) row->size;
      size->bytes_here += row->has_source ? (gint64) row->size : 0;
    }

  return dex_future_new_take_boxed (VALIJA_TYPE_MAIL_SIZE, g_steal_pointer (&size));
}

DexFuture *
valija_engine_set_paused (ValijaEngine *self, ValijaAccount *account, gboolean paused)
{
  ValijaAccountStatus *status = valija_engine_get_status (self, account);
  ValijaProgress *progress = valija_account_status_get_progress (status);

  g_object_set (account, "paused", paused, NULL);
  if (paused && progress != NULL)
    {
      valija_progress_cancel (progress);
      valija_account_status_set_progress (status, NULL);
    }
  valija_account_status_set_paused (status, paused ? "Paused" : NULL);

  return dex_future_new_true ();
}

DexFuture *
valija_engine_set_body_days (ValijaEngine *self, ValijaAccount *account, int days)
{
  g_object_set (account, "body-days", days, NULL);

  return dex_future_new_true ();
}

DexFuture *
valija_engine_create_folder (ValijaEngine *self, ValijaAccount *account, ValijaFolder *parent, const char *name)
{
  gint64 id = self->next_id++;
  g_autoptr(ValijaFolder) folder = valija_folder_new (account, id);

  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  valija_folder_update (folder, name, parent != NULL ? valija_folder_get_id (parent) : 0, name,
                        VALIJA_FOLDER_ROLE_NONE, parent != NULL ? valija_folder_get_depth (parent) + 1 : 0, TRUE,
                        FALSE);
  g_list_store_append (g_hash_table_lookup (self->folder_lists, account), folder);
  g_hash_table_insert (self->folders, dup_id (id), g_object_ref (folder));

  return new_undo ("Folder created");
}

DexFuture *
valija_engine_rename_folder (ValijaEngine *self, ValijaFolder *folder, const char *name)
{
  valija_folder_update (folder, name, valija_folder_get_parent_id (folder), name, VALIJA_FOLDER_ROLE_NONE,
                        valija_folder_get_depth (folder), TRUE, FALSE);

  return new_undo ("Folder renamed");
}

DexFuture *
valija_engine_remove_folder (ValijaEngine *self, ValijaFolder *folder)
{
  GListStore *folders = g_hash_table_lookup (self->folder_lists, valija_folder_get_account (folder));
  gint64 id = valija_folder_get_id (folder);
  guint position;

  if (g_list_store_find (folders, folder, &position))
    g_list_store_remove (folders, position);
  g_hash_table_remove (self->folders, &id);

  return new_undo ("Folder removed");
}

ValijaMessageList *
valija_engine_list_messages (ValijaEngine *self, ValijaFolder *folder, ValijaShow show)
{
  gint64 id = valija_folder_gathers (folder) ? ALL_INBOXES : valija_folder_get_id (folder);

  return new_list (self, id, show, NULL, FALSE);
}

ValijaMessageList *
valija_engine_list_conversations (ValijaEngine *self, ValijaFolder *folder, ValijaShow show)
{
  gint64 id = valija_folder_gathers (folder) ? ALL_INBOXES : valija_folder_get_id (folder);

  return new_list (self, id, show, NULL, TRUE);
}

DexFuture *
valija_engine_load_conversation (ValijaEngine *self, ValijaMessage *message)
{
  const ValijaMessageRow *asked = find_row (self, valija_message_get_id (message));
  GPtrArray *messages = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = self->rows->len; i > 0 && asked != NULL; i--)
    {
      const ValijaMessageRow *row = g_ptr_array_index (self->rows, i - 1);
      ValijaMessage *member;

      if (row->conversation != asked->conversation)
        continue;

      member = valija_message_new (row->id);
      valija_message_fill (member, g_hash_table_lookup (self->folders, &row->folder_id), row);
      g_ptr_array_add (messages, member);
    }

  return valija_future_new_take_ptr_array (messages);
}

ValijaMessageList *
valija_engine_search_messages (ValijaEngine *self, const char *text, ValijaAccount *account, ValijaFolder *folder,
                               GArray *found)
{
  g_set_str (&self->searched, text);

  return new_list (self, folder != NULL ? valija_folder_get_id (folder) : 0, VALIJA_SHOW_ALL, text, FALSE);
}

DexFuture *
valija_engine_find_message (ValijaEngine *self, gint64 id)
{
  ValijaMessageRow *row = find_row (self, id);
  ValijaMessage *message;

  if (row == NULL)
    return dex_future_new_reject (VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND, "Not found");

  message = valija_message_new (id);
  valija_message_fill (message, g_hash_table_lookup (self->folders, &row->folder_id), row);

  return dex_future_new_take_object (message);
}

/* The server finds the first message that there is. */
DexFuture *
valija_engine_search_server (ValijaEngine *self, ValijaAccount *account, ValijaFolder *folder, const char *text)
{
  ValijaServerAnswer *answer;
  ValijaMessageRow *first = self->rows->len > 0 ? g_ptr_array_index (self->rows, 0) : NULL;

  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  answer = valija_server_answer_new ();
  if (first != NULL)
    g_array_append_val (answer->messages, first->id);
  answer->n_folders = 1;

  return dex_future_new_take_boxed (VALIJA_TYPE_SERVER_ANSWER, answer);
}

/* The senders of what is there. */
DexFuture *
valija_engine_find_people (ValijaEngine *self, const char *text, guint limit)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *people = valija_address_list_new ();
  g_autofree char *wanted = valija_search_fold (text);

  for (guint i = 0; i < self->rows->len && people->len < limit; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (self->rows, i);
      g_autofree char *name = valija_search_fold (row->sender);

      if (strstr (name, wanted) != NULL && g_hash_table_add (seen, row->sender_address))
        g_ptr_array_add (people, valija_address_new (row->sender, row->sender_address));
    }

  return valija_future_new_take_ptr_array (people);
}

DexFuture *
valija_engine_sync_account (ValijaEngine *self, ValijaAccount *account, ValijaSyncFlags flags, ValijaProgress *progress)
{
  self->sync_flags = flags;

  return hold (self, dex_future_new_for_uint (0));
}

DexFuture *
valija_engine_sync_folder (ValijaEngine *self, ValijaFolder *folder, ValijaSyncFlags flags, ValijaProgress *progress)
{
  return dex_future_new_for_uint (0);
}

DexFuture *
valija_engine_watch_folder (ValijaEngine *self, ValijaFolder *folder)
{
  return dex_future_new_infinite ();
}

DexFuture *
valija_engine_load_source (ValijaEngine *self, ValijaMessage *message, ValijaProgress *progress)
{
  gint64 id = valija_message_get_id (message);
  GBytes *source = g_hash_table_lookup (self->sources, &id);

  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));
  if (source == NULL)
    return dex_future_new_reject (VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND, "The message is no longer there.");

  self->n_fetched++;
  if (self->slow && progress != NULL)
    {
      valija_progress_update (progress, 12 * 1000 * 1000, 40 * 1000 * 1000);
      return dex_cancellable_new_from_cancellable (valija_progress_get_cancellable (progress));
    }

  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_ref (source));
}

DexFuture *
valija_engine_parse_source (ValijaEngine *self, GBytes *source)
{
  return dex_future_new_take_object (valija_mime_message_parse (source));
}

DexFuture *
valija_engine_load_message (ValijaEngine *self, ValijaMessage *message)
{
  gint64 id = valija_message_get_id (message);
  GBytes *source = g_hash_table_lookup (self->sources, &id);

  if (source == NULL)
    return dex_future_new_reject (VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND, "The message is no longer there.");

  return valija_engine_parse_source (self, source);
}

static void
change_one (ValijaEngine *self, ValijaUndo *undo, gint64 id, ValijaFlags add, ValijaFlags remove, gint64 folder)
{
  ValijaMessageRow *row = find_row (self, id);

  g_assert_nonnull (row);
  g_array_append_val (undo->ids, row->id);
  g_array_append_val (undo->folders, row->folder_id);
  g_array_append_val (undo->flags, row->flags);
  row->flags = (row->flags | add) & ~remove;
  if (folder != 0)
    row->folder_id = folder;
}

/* A message, or all of the conversation that it stands for. */
static void
change_whole (ValijaEngine *self, ValijaUndo *undo, ValijaMessage *message, ValijaFlags add, ValijaFlags remove,
              gint64 folder)
{
  GArray *members = valija_message_get_members (message);

  if (members == NULL)
    change_one (self, undo, valija_message_get_id (message), add, remove, folder);
  for (guint i = 0; members != NULL && i < members->len; i++)
    change_one (self, undo, g_array_index (members, gint64, i), add, remove, folder);
}

/* Changes each of @messages, remembering how it was. */
static DexFuture *
change (ValijaEngine *self, GPtrArray *messages, ValijaFlags add, ValijaFlags remove, gint64 folder, const char *label)
{
  ValijaUndo *undo = g_object_new (VALIJA_TYPE_UNDO, NULL);

  if (self->failure != NULL)
    {
      g_object_unref (undo);
      return dex_future_new_for_error (g_steal_pointer (&self->failure));
    }

  undo->label = g_strdup (label);
  for (guint i = 0; i < messages->len; i++)
    change_whole (self, undo, g_ptr_array_index (messages, i), add, remove, folder);
  changed (self);

  return dex_future_new_take_object (undo);
}

DexFuture *
valija_engine_change_flags (ValijaEngine *self, GPtrArray *messages, ValijaFlags add, ValijaFlags remove)
{
  return change (self, messages, add, remove, 0, "Changed");
}

DexFuture *
valija_engine_move_messages (ValijaEngine *self, GPtrArray *messages, ValijaFolder *target)
{
  return change (self, messages, VALIJA_FLAG_NONE, VALIJA_FLAG_NONE, valija_folder_get_id (target), "Moved");
}

GListModel *
valija_engine_get_inboxes (ValijaEngine *self)
{
  return G_LIST_MODEL (self->inboxes);
}

ValijaFolder *
valija_engine_get_all_inboxes (ValijaEngine *self)
{
  return self->all_inboxes;
}

/* Each to its own account, with one undo for all. */
DexFuture *
valija_engine_move_to_role (ValijaEngine *self, GPtrArray *messages, ValijaFolderRole role)
{
  ValijaUndo *undo = g_object_new (VALIJA_TYPE_UNDO, NULL);

  undo->label = g_strdup ("Moved");
  for (guint i = 0; i < messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (messages, i);
      ValijaAccount *account = valija_folder_get_account (valija_message_get_folder (message));
      ValijaFolder *target = valija_engine_find_folder (self, account, valija_folder_role_to_nick (role));

      change_whole (self, undo, message, VALIJA_FLAG_NONE, VALIJA_FLAG_NONE, valija_folder_get_id (target));
    }
  changed (self);

  return dex_future_new_take_object (undo);
}

guint
valija_engine_count_final (ValijaEngine *self, GPtrArray *messages, ValijaFolder *folder)
{
  guint n_final = 0;

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaFolder *where = valija_message_get_folder (g_ptr_array_index (messages, i));

      n_final += valija_folder_get_role (where != NULL ? where : folder) == VALIJA_FOLDER_ROLE_TRASH;
    }

  return n_final;
}

DexFuture *
valija_engine_delete_messages (ValijaEngine *self, GPtrArray *messages)
{
  ValijaFolder *folder = valija_message_get_folder (g_ptr_array_index (messages, 0));
  ValijaFolder *trash = valija_engine_find_folder (self, valija_folder_get_account (folder), "trash");

  return change (self, messages, VALIJA_FLAG_NONE, VALIJA_FLAG_NONE, valija_folder_get_id (trash), "Deleted");
}

DexFuture *
valija_engine_undo (ValijaEngine *self, ValijaUndo *undo)
{
  for (guint i = 0; i < undo->ids->len; i++)
    {
      ValijaMessageRow *row = find_row (self, g_array_index (undo->ids, gint64, i));

      row->folder_id = g_array_index (undo->folders, gint64, i);
      row->flags = g_array_index (undo->flags, ValijaFlags, i);
    }
  changed (self);

  return dex_future_new_true ();
}

DexFuture *
valija_engine_flush (ValijaEngine *self, ValijaAccount *account)
{
  return dex_future_new_true ();
}

DexFuture *
valija_engine_send (ValijaEngine *self, ValijaAccount *account, ValijaComposition *composition, gint64 due)
{
  GError *error = NULL;

  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  g_clear_pointer (&self->sent, g_bytes_unref);
  self->sent = valija_composition_build (composition, FALSE, &error);
  if (self->sent == NULL)
    return dex_future_new_for_error (error);

  self->n_sent++;
  self->last_due = due;

  return hold (self, dex_future_new_for_int64 (valija_fake_engine_add_outbox (self, account, "Sent",
                                                                              VALIJA_OUTBOX_PENDING, NULL, due)));
}

DexFuture *
valija_engine_send_source (ValijaEngine *self, ValijaAccount *account, GBytes *source,
                           const char * const *extra_recipients, gint64 due)
{
  self->n_sent++;

  return dex_future_new_for_int64 (self->next_id++);
}

DexFuture *
valija_engine_search_directory (ValijaEngine *self, ValijaAccount *account, const char *text, guint limit)
{
  GPtrArray *people = valija_address_list_new ();

  if (g_str_has_prefix ("bo", text))
    {
      g_ptr_array_add (people, valija_address_new ("Bo Lindqvist", "BO@example.org"));
      g_ptr_array_add (people, valija_address_new ("Borg, Anna", "anna.borg@example.org"));
    }

  return valija_future_new_take_ptr_array (people);
}

gboolean
valija_engine_has_auto_replies (ValijaEngine *self, ValijaAccount *account)
{
  return TRUE;
}

DexFuture *
valija_engine_load_auto_replies (ValijaEngine *self, ValijaAccount *account)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  return dex_future_new_take_boxed (VALIJA_TYPE_AUTO_REPLIES,
                                    self->replies != NULL ? valija_auto_replies_copy (self->replies)
                                                          : valija_auto_replies_new ());
}

DexFuture *
valija_engine_save_auto_replies (ValijaEngine *self, ValijaAccount *account, const ValijaAutoReplies *replies)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  g_clear_pointer (&self->replies, valija_auto_replies_free);
  self->replies = valija_auto_replies_copy (replies);
  valija_account_status_set_away (valija_engine_get_status (self, account),
                                  replies->state != VALIJA_REPLIES_OFF ? "Automatic replies are on" : NULL);

  return dex_future_new_true ();
}

gboolean
valija_engine_can_empty (ValijaEngine *self, ValijaFolder *folder)
{
  return valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_TRASH ||
         valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_JUNK;
}

DexFuture *
valija_engine_list_to_empty (ValijaEngine *self, ValijaFolder *folder)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (self->rows, i);

      if (g_hash_table_lookup (self->folders, &row->folder_id) == folder)
        g_ptr_array_add (messages, valija_message_new (row->id));
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&messages));
}

DexFuture *
valija_engine_empty_folder (ValijaEngine *self, ValijaFolder *folder, GPtrArray *messages)
{
  g_autoptr(ValijaUndo) undo = g_object_new (VALIJA_TYPE_UNDO, NULL);

  for (guint i = 0; i < messages->len; i++)
    g_ptr_array_remove (self->rows, find_row (self, valija_message_get_id (g_ptr_array_index (messages, i))));
  undo->label = g_strdup ("Emptied");
  changed (self);

  return dex_future_new_take_object (g_steal_pointer (&undo));
}

DexFuture *
valija_engine_check_address (ValijaEngine *self, ValijaAccount *account, const char *address)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  return dex_future_new_take_boxed (VALIJA_TYPE_ADDRESS_CHECK,
                                    valija_address_check_new (VALIJA_ADDRESS_REFUSED, "550 5.1.1 no such user"));
}

DexFuture *
valija_engine_answer_confirmation (ValijaEngine *self, ValijaMessage *message, gboolean confirm)
{
  find_row (self, valija_message_get_id (message))->flags |= VALIJA_FLAG_MDN_SENT;
  self->n_sent += confirm;
  changed (self);

  return dex_future_new_true ();
}

GListModel *
valija_engine_get_outbox (ValijaEngine *self)
{
  return G_LIST_MODEL (self->outbox);
}

DexFuture *
valija_engine_flush_outbox (ValijaEngine *self, ValijaAccount *account)
{
  return dex_future_new_for_uint (0);
}

DexFuture *
valija_engine_retry_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  valija_outbox_item_update (item, valija_outbox_item_get_subject (item), valija_outbox_item_get_recipients (item),
                             VALIJA_OUTBOX_PENDING, NULL, valija_outbox_item_get_date (item), 2, 0);

  return dex_future_new_true ();
}

DexFuture *
valija_engine_confirm_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  valija_outbox_item_update (item, valija_outbox_item_get_subject (item), valija_outbox_item_get_recipients (item),
                             VALIJA_OUTBOX_SENT, NULL, valija_outbox_item_get_date (item), 1, 0);
  g_signal_emit_by_name (self, "outbox-changed");

  return dex_future_new_true ();
}

DexFuture *
valija_engine_remove_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  guint position;

  if (g_list_store_find (self->outbox, item, &position))
    g_list_store_remove (self->outbox, position);

  return dex_future_new_true ();
}

/* Resolves to a message of the inbox: there are no drafts here. */
DexFuture *
valija_engine_withdraw_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  self->n_withdrawn++;
  dex_future_disown (valija_engine_remove_outbox_item (self, item));
  g_signal_emit_by_name (self, "outbox-changed");

  return dex_future_new_for_int64 (((ValijaMessageRow *) g_ptr_array_index (self->rows, 0))->id);
}

ValijaOutboxItem *
valija_engine_find_outbox_item (ValijaEngine *self, gint64 id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->outbox)); i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (G_LIST_MODEL (self->outbox), i);

      if (valija_outbox_item_get_id (item) == id)
        return item;
    }

  return NULL;
}

DexFuture *
valija_engine_end_undo_send (ValijaEngine *self)
{
  return dex_future_new_true ();
}

char *
valija_engine_describe_sent_copy (ValijaEngine *self, ValijaAccount *account)
{
  return g_strdup ("A copy is kept in Sent on the server.");
}

DexFuture *
valija_engine_save_draft (ValijaEngine *self, ValijaAccount *account, ValijaComposition *composition, gint64 replaces)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  self->n_drafts += replaces == 0;

  return hold (self, dex_future_new_for_int64 (replaces != 0 ? replaces : self->next_id++));
}

void
valija_engine_hold_draft (ValijaEngine *self, gint64 draft)
{
}

DexFuture *
valija_engine_release_draft (ValijaEngine *self, ValijaAccount *account, gint64 draft)
{
  self->n_released++;

  return dex_future_new_true ();
}

DexFuture *
valija_engine_list_unfinished (ValijaEngine *self)
{
  return valija_future_new_take_ptr_array (g_ptr_array_new_with_free_func (g_object_unref));
}

DexFuture *
valija_engine_settle_draft (ValijaEngine *self, gint64 draft, gint64 theirs)
{
  return dex_future_new_true ();
}

DexFuture *
valija_engine_drop_draft (ValijaEngine *self, gint64 draft)
{
  self->n_drafts--;

  return dex_future_new_true ();
}
