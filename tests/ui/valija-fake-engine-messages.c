/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-fake-engine-private.h"

#include "base/valija-future.h"
#include "base/valija-spool.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (ValijaUndo, valija_undo, G_TYPE_OBJECT)

#define ALL_INBOXES (-1)

typedef struct
{
  GWeakRef list;
  ValijaEngine *engine;       /* (transfer none) */
  gint64 folder;              /* 0: any; or ALL_INBOXES */
  ValijaShow show;
  GPtrArray *terms;           /* nullable: what is searched, of ValijaSearchTerm */
  ValijaServerSearch *server; /* nullable: what servers have found is shown as well */
  gboolean conversations;
} Feed;

static void
valija_undo_finalize (GObject *object)
{
  ValijaUndo *self = VALIJA_UNDO (object);

  g_free (self->label);
  g_array_unref (self->ids);
  g_array_unref (self->folders);
  g_array_unref (self->flags);
  g_ptr_array_unref (self->labels);

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
  self->labels = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
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

void
valija_fake_engine_feed_free (gpointer data)
{
  Feed *feed = data;

  g_weak_ref_clear (&feed->list);
  g_clear_pointer (&feed->terms, g_ptr_array_unref);
  g_clear_object (&feed->server);
  g_free (feed);
}

ValijaMessageRow *
valija_fake_engine_find_row (ValijaEngine *self, gint64 id)
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
  if (term->key == VALIJA_SEARCH_KEY_LABEL)
    return valija_labels_contain ((const char * const *) row->labels, term->text);
  if (term->key == VALIJA_SEARCH_KEY_IS)
    return (row->flags & term->mask) == term->flags;

  return TRUE;
}

static gboolean
meets (GPtrArray *terms, const ValijaMessageRow *row)
{
  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (meets_term (term, row) == term->negated)
        return FALSE;
    }

  return TRUE;
}

static gboolean
was_found (Feed *feed, const ValijaMessageRow *row)
{
  GArray *found = feed->server != NULL ? valija_server_search_get_messages (feed->server) : NULL;

  for (guint i = 0; found != NULL && i < found->len; i++)
    if (g_array_index (found, gint64, i) == row->id)
      return TRUE;

  return FALSE;
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
  return feed->terms == NULL || was_found (feed, row) || meets (feed->terms, row);
}

static GHashTable *
list_shown (Feed *feed)
{
  GHashTable *messages = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; i < feed->engine->rows->len; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (feed->engine->rows, i);

      if (feed_shows (feed, row))
        g_hash_table_add (messages, valija_fake_engine_dup_id (row->id));
    }

  return messages;
}

static void
feed_fill (Feed *feed)
{
  g_autoptr(ValijaMessageList) list = g_weak_ref_get (&feed->list);
  g_autoptr(GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal); /* conversations */
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
      else if (g_hash_table_add (seen, (gpointer) &row->conversation))
        g_array_append_val (ids, row->conversation);
    }

  if (feed->terms != NULL && feed->conversations)
    valija_message_list_set_messages (list, list_shown (feed));
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

  if (feed->terms != NULL)
    return feed_shows (feed, row);

  return feed->folder == ALL_INBOXES ? valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_INBOX
                                     : row->folder_id == feed->folder;
}

/* As the store does: the newest in the folder, with what is true of any. */
static ValijaMessageRow *
dup_conversation (Feed *feed, gint64 key)
{
  ValijaMessageRow *copy = NULL;
  GArray *members = g_array_new (FALSE, FALSE, sizeof (gint64));
  GArray *places = g_array_new (FALSE, FALSE, sizeof (gint64));
  GPtrArray *people = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_participant_free);

  for (guint i = feed->engine->rows->len; i > 0; i--)
    {
      const ValijaMessageRow *row = g_ptr_array_index (feed->engine->rows, i - 1);
      g_autoptr(ValijaMessageRow) before = NULL;
      char **labels;

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
      copy->common_labels = valija_labels_filter ((const char * const *) row->labels,
                                                  (const char * const *) (before != NULL ? before->common_labels
                                                                                         : row->labels), FALSE);
      if (is_in (feed, row))
        {
          g_array_append_val (members, row->id);
          g_array_append_val (places, row->folder_id);
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
      labels = valija_labels_change ((const char * const *) copy->labels, (const char * const *) before->labels, NULL);
      g_strfreev (copy->labels);
      copy->labels = labels;
    }

  if (copy == NULL)
    {
      g_array_unref (members);
      g_array_unref (places);
      g_ptr_array_unref (people);
      return NULL;
    }

  copy->members = members;
  if (feed->terms != NULL)
    copy->places = places;
  else
    g_array_unref (places);
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
      const ValijaMessageRow *row = valija_fake_engine_find_row (feed->engine, ids[i]);
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

void
valija_fake_engine_changed (ValijaEngine *self)
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
new_list (ValijaEngine       *self,
          gint64              folder,
          ValijaShow          show,
          const char         *text,
          ValijaServerSearch *server,
          gboolean            conversations)
{
  Feed *feed = g_new0 (Feed, 1);
  ValijaMessageList *list = valija_message_list_new (load_cb, feed, NULL);

  g_weak_ref_init (&feed->list, list);
  feed->engine = self;
  feed->folder = folder;
  feed->show = show;
  feed->terms = text != NULL ? valija_search_terms_parse (text) : NULL;
  g_set_object (&feed->server, server);
  feed->conversations = conversations;
  if (conversations)
    valija_message_list_set_conversations (list);
  g_ptr_array_add (self->lists, feed);
  feed_fill (feed);

  return list;
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

void
valija_fake_engine_set_labels (ValijaEngine *self, gint64 id, const char *labels)
{
  ValijaMessageRow *row = valija_fake_engine_find_row (self, id);
  g_auto(GStrv) names = g_strsplit (labels, ",", -1);

  g_strfreev (row->labels);
  row->labels = valija_labels_new ((const char * const *) names);
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
  g_hash_table_insert (self->sources, valija_fake_engine_dup_id (row->id), g_bytes_ref (bytes));
  valija_fake_engine_changed (self);

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

  valija_fake_engine_changed (self);
}

void
valija_fake_engine_set_slow (ValijaEngine *self, gboolean slow)
{
  self->slow = slow;
}

void
valija_fake_engine_let_go (ValijaEngine *self)
{
  g_autoptr(DexPromise) waiting = self->slow_ones;

  self->slow_ones = dex_promise_new ();
  dex_promise_resolve_boolean (waiting, TRUE);
}

void
valija_fake_engine_set_outline (ValijaEngine *self, gint64 id, const char *outline)
{
  g_hash_table_replace (self->outlines, valija_fake_engine_dup_id (id), g_bytes_new (outline, strlen (outline)));
}

guint
valija_fake_engine_get_n_fetched (ValijaEngine *self)
{
  return self->n_fetched;
}

const char *
valija_fake_engine_get_searched (ValijaEngine *self)
{
  return self->searched;
}

ValijaMessageList *
valija_engine_list_messages (ValijaEngine *self, ValijaFolder *folder, ValijaShow show)
{
  gint64 id = valija_folder_gathers (folder) ? ALL_INBOXES : valija_folder_get_id (folder);

  return new_list (self, id, show, NULL, NULL, FALSE);
}

ValijaMessageList *
valija_engine_list_conversations (ValijaEngine *self, ValijaFolder *folder, ValijaShow show)
{
  gint64 id = valija_folder_gathers (folder) ? ALL_INBOXES : valija_folder_get_id (folder);

  return new_list (self, id, show, NULL, NULL, TRUE);
}

DexFuture *
valija_engine_load_conversation (ValijaEngine *self, ValijaMessage *message)
{
  const ValijaMessageRow *asked = valija_fake_engine_find_row (self, valija_message_get_id (message));
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
                               ValijaServerSearch *server)
{
  g_set_str (&self->searched, text);

  return new_list (self, folder != NULL ? valija_folder_get_id (folder) : 0, VALIJA_SHOW_ALL, text, server,
                   FALSE);
}

ValijaMessageList *
valija_engine_search_conversations (ValijaEngine *self, const char *text, ValijaAccount *account, ValijaFolder *folder,
                                    ValijaServerSearch *server)
{
  g_set_str (&self->searched, text);

  return new_list (self, folder != NULL ? valija_folder_get_id (folder) : 0, VALIJA_SHOW_ALL, text, server,
                   TRUE);
}

DexFuture *
valija_engine_find_message (ValijaEngine *self, gint64 id)
{
  ValijaMessageRow *row = valija_fake_engine_find_row (self, id);
  ValijaMessage *message;

  if (row == NULL)
    return dex_future_new_reject (VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND, "Not found");

  message = valija_message_new (id);
  valija_message_fill (message, g_hash_table_lookup (self->folders, &row->folder_id), row);

  return dex_future_new_take_object (message);
}

void
valija_fake_engine_set_server (ValijaEngine *self, guint64 n_older, const char *problem)
{
  self->n_older = n_older;
  g_set_str (&self->server_problem, problem);
}

/* The server finds the first messages that there are, one more each time that it is asked. */
static void
find_on_server (ValijaEngine *self, ValijaServerSearch *server)
{
  ValijaMessageRow *first = self->rows->len > 0 ? g_ptr_array_index (self->rows, 0) : NULL;
  ValijaFolder *folder = first != NULL ? g_hash_table_lookup (self->folders, &first->folder_id) : NULL;
  guint n = folder != NULL ? valija_server_search_get_n_listed (server, folder) + 1 : 0;
  g_autoptr(GArray) messages = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (folder == NULL)
    return;

  for (guint i = 0; i < MIN (n, self->rows->len); i++)
    g_array_append_val (messages, ((ValijaMessageRow *) g_ptr_array_index (self->rows, i))->id);
  valija_server_search_take (server, folder, messages, n, self->n_older);
  if (self->server_problem != NULL)
    valija_server_search_add_problem (server, self->server_problem);
  valija_fake_engine_changed (self);
}

DexFuture *
valija_engine_search_server (ValijaEngine       *self,
                             ValijaAccount      *account,
                             ValijaFolder       *folder,
                             const char         *text,
                             ValijaServerSearch *server)
{
  g_autoptr(GError) failure = g_steal_pointer (&self->failure);

  valija_server_search_begin (server);
  if (failure == NULL)
    find_on_server (self, server);
  valija_server_search_end (server, failure);
  if (failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&failure));

  return dex_future_new_true ();
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

static DexFuture *
let_go_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_ref (data));
}

static DexFuture *
dup_outline (ValijaEngine *self, gint64 id)
{
  GBytes *outline = g_hash_table_lookup (self->outlines, &id);

  if (!self->slow || outline == NULL)
    return dex_future_new_reject (VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED, "Nothing comes earlier.");

  return dex_future_new_take_object (valija_mime_message_parse_outline (outline));
}

DexFuture *
valija_engine_load_source (ValijaEngine *self, ValijaMessage *message, ValijaProgress *progress, DexFuture **outline)
{
  gint64 id = valija_message_get_id (message);
  GBytes *source = g_hash_table_lookup (self->sources, &id);

  if (outline != NULL)
    *outline = dup_outline (self, id);
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));
  if (source == NULL)
    return dex_future_new_reject (VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND, "The message is no longer there.");

  self->n_fetched++;
  if (self->slow && progress != NULL)
    {
      valija_progress_update (progress, 12 * 1000 * 1000, 40 * 1000 * 1000);
      return dex_future_then (dex_future_first (dex_ref (self->slow_ones),
                                                dex_cancellable_new_from_cancellable (
                                                  valija_progress_get_cancellable (progress)), NULL),
                              let_go_cb, g_bytes_ref (source), (GDestroyNotify) g_bytes_unref);
    }

  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_ref (source));
}

DexFuture *
valija_engine_load_file (GFile *file)
{
  GError *error = NULL;
  GBytes *source = valija_spool_load_file (file, &error);

  return source != NULL ? dex_future_new_take_boxed (G_TYPE_BYTES, source) : dex_future_new_for_error (error);
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
  ValijaMessageRow *row = valija_fake_engine_find_row (self, id);

  g_assert_nonnull (row);
  g_array_append_val (undo->ids, row->id);
  g_array_append_val (undo->folders, row->folder_id);
  g_array_append_val (undo->flags, row->flags);
  g_ptr_array_add (undo->labels, valija_labels_new ((const char * const *) row->labels));
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
  valija_fake_engine_changed (self);

  return dex_future_new_take_object (undo);
}

DexFuture *
valija_engine_change_flags (ValijaEngine *self, GPtrArray *messages, ValijaFlags add, ValijaFlags remove)
{
  return change (self, messages, add, remove, 0, "Changed");
}

DexFuture *
valija_engine_change_labels (ValijaEngine       *self,
                             GPtrArray          *messages,
                             const char * const *add,
                             const char * const *remove)
{
  DexFuture *changed = change (self, messages, VALIJA_FLAG_NONE, VALIJA_FLAG_NONE, 0, "Labels changed");
  const GValue *value = dex_future_get_value (changed, NULL);
  ValijaUndo *undo = value != NULL ? g_value_get_object (value) : NULL;

  for (guint i = 0; undo != NULL && i < undo->ids->len; i++)
    {
      ValijaMessageRow *row = valija_fake_engine_find_row (self, g_array_index (undo->ids, gint64, i));
      char **labels = valija_labels_change ((const char * const *) row->labels, add, remove);

      g_strfreev (row->labels);
      row->labels = labels;
    }
  valija_fake_engine_changed (self);

  return changed;
}

DexFuture *
valija_engine_list_labels (ValijaEngine *self, ValijaAccount *account)
{
  g_auto(GValue) value = G_VALUE_INIT;
  char **all = valija_labels_new (NULL);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (self->rows, i);
      ValijaFolder *folder = g_hash_table_lookup (self->folders, &row->folder_id);
      char **more;

      if (account != NULL && valija_folder_get_account (folder) != account)
        continue;

      more = valija_labels_change ((const char * const *) all, (const char * const *) row->labels, NULL);
      g_strfreev (all);
      all = more;
    }

  g_value_init (&value, G_TYPE_STRV);
  g_value_take_boxed (&value, all);

  return dex_future_new_for_value (&value);
}

DexFuture *
valija_engine_move_messages (ValijaEngine *self, GPtrArray *messages, ValijaFolder *target)
{
  return change (self, messages, VALIJA_FLAG_NONE, VALIJA_FLAG_NONE, valija_folder_get_id (target), "Moved");
}

static void
copy_one (ValijaEngine *self, ValijaUndo *undo, gint64 id, gint64 folder)
{
  ValijaMessageRow *row = valija_message_row_copy (valija_fake_engine_find_row (self, id));

  row->id = self->next_id++;
  row->conversation = row->id;
  row->folder_id = 0;
  g_ptr_array_insert (self->rows, 0, row);
  g_hash_table_insert (self->sources, valija_fake_engine_dup_id (row->id),
                       g_bytes_ref (g_hash_table_lookup (self->sources, &id)));
  change_one (self, undo, row->id, VALIJA_FLAG_NONE, VALIJA_FLAG_NONE, folder);
}

DexFuture *
valija_engine_copy_messages (ValijaEngine *self, GPtrArray *messages, ValijaFolder *target)
{
  ValijaUndo *undo = g_object_new (VALIJA_TYPE_UNDO, NULL);

  undo->label = g_strdup ("Copied");
  for (guint i = 0; i < messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (messages, i);
      GArray *members = valija_message_get_members (message);

      if (members == NULL)
        copy_one (self, undo, valija_message_get_id (message), valija_folder_get_id (target));
      for (guint j = 0; members != NULL && j < members->len; j++)
        copy_one (self, undo, g_array_index (members, gint64, j), valija_folder_get_id (target));
    }
  valija_fake_engine_changed (self);

  return dex_future_new_take_object (undo);
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
  valija_fake_engine_changed (self);

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
      ValijaMessageRow *row = valija_fake_engine_find_row (self, g_array_index (undo->ids, gint64, i));

      if (g_array_index (undo->folders, gint64, i) == 0)
        {
          g_ptr_array_remove (self->rows, row);
          continue;
        }
      row->folder_id = g_array_index (undo->folders, gint64, i);
      row->flags = g_array_index (undo->flags, ValijaFlags, i);
      g_strfreev (row->labels);
      row->labels = g_strdupv (g_ptr_array_index (undo->labels, i));
    }
  valija_fake_engine_changed (self);

  return dex_future_new_true ();
}

gboolean
valija_engine_can_empty (ValijaEngine *self, ValijaFolder *folder)
{
  return valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_TRASH ||
         valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_JUNK;
}

DexFuture *
valija_engine_empty_folder (ValijaEngine *self, ValijaFolder *folder, GPtrArray *messages)
{
  g_autoptr(ValijaUndo) undo = g_object_new (VALIJA_TYPE_UNDO, NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      gint64 id = valija_message_get_id (g_ptr_array_index (messages, i));

      g_ptr_array_remove (self->rows, valija_fake_engine_find_row (self, id));
    }
  undo->label = g_strdup ("Emptied");
  valija_fake_engine_changed (self);

  return dex_future_new_take_object (g_steal_pointer (&undo));
}
