/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-fake-server.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-mime-header.h"
#include "model/valija-search-term.h"

typedef struct
{
  char *remote_id;
  GBytes *source;
  ValijaFlags flags;
  gint64 received;
  char *email_id;            /* nullable */
} FakeMessage;

/* One thing that happened to a folder; a cursor is how many of them were told. */
typedef struct
{
  char kind;                 /* + added, * flags, - gone */
  char *remote_id;
} FakeEvent;

typedef struct
{
  char *name;
  ValijaFolderRole role;
  GPtrArray *messages;       /* of FakeMessage, oldest first */
  GPtrArray *events;         /* of FakeEvent */
  guint first_id;            /* messages below it were called so before they were numbered anew */
} FakeFolder;

static void
message_free (FakeMessage *message)
{
  g_free (message->remote_id);
  g_free (message->email_id);
  g_bytes_unref (message->source);
  g_free (message);
}

static void
event_free (FakeEvent *event)
{
  g_free (event->remote_id);
  g_free (event);
}

static void
folder_free (FakeFolder *folder)
{
  g_free (folder->name);
  g_ptr_array_unref (folder->messages);
  g_ptr_array_unref (folder->events);
  g_free (folder);
}

static FakeFolder *
add_folder (FakeServer *self, const char *name, ValijaFolderRole role)
{
  FakeFolder *folder = g_new0 (FakeFolder, 1);

  folder->name = g_strdup (name);
  folder->role = role;
  folder->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_free);
  folder->events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_free);
  g_ptr_array_add (self->folders, folder);
  return folder;
}

static FakeFolder *
find_folder (FakeServer *self, const char *name)
{
  for (guint i = 0; i < self->folders->len; i++)
    {
      FakeFolder *folder = g_ptr_array_index (self->folders, i);

      if (g_str_equal (folder->name, name))
        return folder;
    }

  return NULL;
}

static FakeMessage *
find_message (FakeFolder *folder, const char *remote_id, guint *position)
{
  for (guint i = 0; i < folder->messages->len; i++)
    {
      FakeMessage *message = g_ptr_array_index (folder->messages, i);

      if (g_str_equal (message->remote_id, remote_id))
        {
          if (position != NULL)
            *position = i;
          return message;
        }
    }

  return NULL;
}

static void
add_event (FakeFolder *folder, char kind, const char *remote_id)
{
  FakeEvent *event = g_new0 (FakeEvent, 1);

  event->kind = kind;
  event->remote_id = g_strdup (remote_id);
  g_ptr_array_add (folder->events, event);
}

static FakeMessage *
put_message (FakeServer *self, FakeFolder *folder, GBytes *source, ValijaFlags flags)
{
  FakeMessage *message = g_new0 (FakeMessage, 1);

  message->remote_id = g_strdup_printf ("%u", ++self->next_id);
  message->received = 1772445600 + self->next_id;
  if (self->names_content)
    message->email_id = g_strdup_printf ("E%u", self->next_id);
  message->source = g_bytes_ref (source);
  message->flags = flags;
  g_ptr_array_add (folder->messages, message);
  add_event (folder, '+', message->remote_id);
  if (self->watches_all)
    {
      if (self->changed == NULL)
        self->changed = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (self->changed, g_strdup (folder->name));
    }
  if (self->watch != NULL && dex_future_is_pending (DEX_FUTURE (self->watch)))
    dex_promise_resolve_boolean (self->watch, TRUE);
  return message;
}

FakeServer *
fake_server_new (void)
{
  FakeServer *self = g_new0 (FakeServer, 1);

  self->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) folder_free);
  self->sent = g_ptr_array_new_with_free_func (g_free);
  self->log = g_string_new (NULL);
  self->batch = 3;
  self->fail_code = VALIJA_ERROR_DISCONNECTED;
  add_folder (self, "INBOX", VALIJA_FOLDER_ROLE_INBOX);
  add_folder (self, "Sent", VALIJA_FOLDER_ROLE_SENT);
  add_folder (self, "Archive", VALIJA_FOLDER_ROLE_ARCHIVE);
  add_folder (self, "Trash", VALIJA_FOLDER_ROLE_TRASH);
  return self;
}

void
fake_server_free (FakeServer *self)
{
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->sent);
  g_string_free (self->log, TRUE);
  dex_clear (&self->watch);
  dex_clear (&self->stall);
  g_clear_pointer (&self->changed, g_ptr_array_unref);
  g_free (self);
}

void
fake_server_add_folder (FakeServer *self, const char *name, ValijaFolderRole role)
{
  add_folder (self, name, role);
}

const char *
fake_server_add_message (FakeServer *self, const char *folder, const char *subject)
{
  g_autofree char *text = g_strdup_printf ("From: Luis <luis@example.org>\r\nTo: ana@example.org\r\n"
                                           "Subject: %s\r\nMessage-ID: <%s@example.org>\r\n"
                                           "Date: Mon, 02 Mar 2026 10:00:00 +0000\r\n\r\n"
                                           "The body of %s.\r\n", subject, subject, subject);

  return fake_server_add_source (self, folder, text);
}

const char *
fake_server_add_source (FakeServer *self, const char *folder, const char *source)
{
  g_autoptr(GBytes) bytes = g_bytes_new (source, strlen (source));

  return put_message (self, find_folder (self, folder), bytes, VALIJA_FLAG_NONE)->remote_id;
}

void
fake_server_set_flags (FakeServer *self, const char *folder, const char *remote_id, ValijaFlags flags)
{
  FakeFolder *found = find_folder (self, folder);

  find_message (found, remote_id, NULL)->flags = flags;
  add_event (found, '*', remote_id);
}

void
fake_server_remove (FakeServer *self, const char *folder, const char *remote_id)
{
  FakeFolder *found = find_folder (self, folder);
  guint position;

  if (find_message (found, remote_id, &position) == NULL)
    return;

  add_event (found, '-', remote_id);
  g_ptr_array_remove_index (found->messages, position);
}

const char *
fake_server_copy (FakeServer *self, const char *folder, const char *remote_id, const char *target)
{
  FakeMessage *original = find_message (find_folder (self, folder), remote_id, NULL);
  FakeMessage *copy = put_message (self, find_folder (self, target), original->source, original->flags);

  copy->received = original->received;
  g_set_str (&copy->email_id, original->email_id);
  return copy->remote_id;
}

void
fake_server_take_in_silence (FakeServer *self, const char *folder, const char *remote_id)
{
  FakeFolder *found = find_folder (self, folder);
  guint position = 0;

  g_assert_nonnull (find_message (found, remote_id, &position));
  g_ptr_array_remove_index (found->messages, position);
  for (guint i = found->events->len; i > 0; i--)
    if (g_str_equal (((FakeEvent *) g_ptr_array_index (found->events, i - 1))->remote_id, remote_id))
      g_ptr_array_remove_index (found->events, i - 1);
}

void
fake_server_renumber (FakeServer *self, const char *folder)
{
  FakeFolder *found = find_folder (self, folder);

  found->first_id = self->next_id + 1;
  g_ptr_array_set_size (found->events, 0);
  for (guint i = 0; i < found->messages->len; i++)
    {
      FakeMessage *message = g_ptr_array_index (found->messages, i);

      g_free (message->remote_id);
      message->remote_id = g_strdup_printf ("%u", ++self->next_id);
    }
}

char *
fake_server_list (FakeServer *self, const char *folder)
{
  FakeFolder *found = find_folder (self, folder);
  g_autoptr(GString) list = g_string_new (NULL);

  for (guint i = 0; i < found->messages->len; i++)
    {
      FakeMessage *message = g_ptr_array_index (found->messages, i);
      gsize length;
      const char *text = g_bytes_get_data (message->source, &length);
      g_autoptr(ValijaMessageInfo) info = valija_mime_parse_header_block ("", text, length);

      g_string_append_printf (list, "%s%s:%s%s", i > 0 ? " " : "", message->remote_id, info->subject,
                              (message->flags & VALIJA_FLAG_SEEN) != 0 ? "*" : "");
    }

  return g_string_free (g_steal_pointer (&list), FALSE);
}

void
fake_server_clear_log (FakeServer *self)
{
  g_string_truncate (self->log, 0);
}

/* ---- Sessions ---- */

typedef struct
{
  GObject parent_instance;

  FakeServer *server;
  ValijaSessionState state;
} FakeSession;

typedef struct
{
  GObjectClass parent_class;
} FakeSessionClass;

GType fake_session_get_type (void);
static void fake_session_session_init (ValijaSessionInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FakeSession, fake_session, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_SESSION, fake_session_session_init))

static FakeServer *
server_of (gpointer session)
{
  return ((FakeSession *) session)->server;
}

static DexFuture *
fail (gpointer session)
{
  GError *error = NULL;

  ((FakeSession *) session)->state = VALIJA_SESSION_CLOSED;
  valija_session_notify_state (session);
  if (server_of (session)->fail_cancelled)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Closing");

  valija_error_set_server (&error, server_of (session)->fail_code, "no", "The test wants this to fail.");
  return dex_future_new_for_error (error);
}

/* Notes the question. NULL, or the failure that the test wants here. */
static DexFuture *
ask (gpointer session, const char *format, ...)
{
  FakeServer *server = server_of (session);
  g_autofree char *question = NULL;
  va_list args;

  va_start (args, format);
  question = g_strdup_vprintf (format, args);
  va_end (args);

  g_string_append_printf (server->log, "%s%s", server->log->len > 0 ? "; " : "", question);
  server->questions++;
  if (server->on_question != NULL)
    server->on_question (server, server->user_data);
  server->lost_answer = server->fail_late && server->questions == server->fail_at;
  if (server->stays_down && server->fail_at != 0 && server->questions > server->fail_at)
    return fail (session);
  if (server->questions != server->fail_at || server->fail_late)
    return NULL;

  return fail (session);
}

/* @future (transfer full), or that it was lost on its way. */
static DexFuture *
answer (gpointer session, DexFuture *future)
{
  if (!server_of (session)->lost_answer)
    return future;

  server_of (session)->lost_answer = FALSE;
  dex_unref (future);
  return fail (session);
}

static DexFuture *
fake_session_open (ValijaSession *session)
{
  FakeSession *self = (FakeSession *) session;
  DexFuture *failure;

  if (self->state == VALIJA_SESSION_OPEN)
    return dex_future_new_true ();
  if ((failure = ask (self, "open")) != NULL)
    return failure;

  self->state = VALIJA_SESSION_OPEN;
  valija_session_notify_state (session);
  return dex_future_new_true ();
}

static DexFuture *
fake_session_close (ValijaSession *session)
{
  ((FakeSession *) session)->state = VALIJA_SESSION_CLOSED;
  valija_session_notify_state (session);
  return dex_future_new_true ();
}

static ValijaSessionState
fake_session_get_state (ValijaSession *session)
{
  return ((FakeSession *) session)->state;
}

static ValijaCapabilities
fake_session_get_capabilities (ValijaSession *session)
{
  return server_of (session)->capabilities;
}

static char **
fake_session_dup_facts (ValijaSession *session)
{
  return g_strsplit ("Software: Fake", "\n", -1);
}

static void
fake_session_session_init (ValijaSessionInterface *iface)
{
  iface->open = fake_session_open;
  iface->close = fake_session_close;
  iface->get_state = fake_session_get_state;
  iface->get_capabilities = fake_session_get_capabilities;
  iface->dup_facts = fake_session_dup_facts;
}

static void
fake_session_class_init (FakeSessionClass *klass)
{
}

static void
fake_session_init (FakeSession *self)
{
}

/* ---- Reading ---- */

/* The name is the whole path, and the remote-id. */
static ValijaFolderInfo *
describe_folder (FakeFolder *folder)
{
  const char *slash = strrchr (folder->name, '/');
  ValijaFolderInfo *info = valija_folder_info_new (folder->name, slash != NULL ? slash + 1 : folder->name);

  if (slash != NULL)
    info->parent_id = g_strndup (folder->name, slash - folder->name);
  info->role = folder->role;
  info->selectable = TRUE;
  info->total = info->unread = -1;
  return info;
}

static DexFuture *
fake_list_folders (ValijaMailReader *reader)
{
  FakeServer *server = server_of (reader);
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  DexFuture *failure;

  if ((failure = ask (reader, "list")) != NULL)
    return failure;

  for (guint i = 0; i < server->folders->len; i++)
    {
      FakeFolder *folder = g_ptr_array_index (server->folders, i);
      ValijaFolderInfo *info = describe_folder (folder);

      g_ptr_array_add (infos, info);
      if (!VALIJA_IS_MAIL_ORGANIZER (reader))
        break;
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&infos));
}

static ValijaMessageInfo *
describe (FakeMessage *message)
{
  gsize length;
  const char *text = g_bytes_get_data (message->source, &length);
  ValijaMessageInfo *info = valija_mime_parse_header_block (message->remote_id, text, length);

  info->flags = message->flags;
  info->size = length;
  info->received = message->received;
  info->email_id = g_strdup (message->email_id);
  return info;
}

typedef struct
{
  ValijaMailReader *reader;
  DexChannel *channel;
  char *folder;
  char **remote_ids;
  guint listed;              /* of the newest messages, when the list was begun */
  guint told;                /* events */
  gboolean restart;
  ValijaProgress *progress;  /* nullable */
} Round;

static void
round_free (Round *round)
{
  dex_channel_close_send (round->channel);
  dex_unref (round->channel);
  g_object_unref (round->reader);
  g_free (round->folder);
  g_strfreev (round->remote_ids);
  g_clear_object (&round->progress);
  g_free (round);
}

static void
fill_list (Round *round, FakeFolder *folder, guint batch, ValijaChanges *changes)
{
  guint n = folder->messages->len;

  for (guint i = 0; i < batch && round->listed < n; i++, round->listed++)
    g_ptr_array_add (changes->added, describe (g_ptr_array_index (folder->messages, n - 1 - round->listed)));

  changes->restart = round->restart;
  round->restart = FALSE;
  changes->final = round->listed == n;
  changes->done = round->listed;
  changes->total = n;
}

static void
fill_events (Round *round, FakeFolder *folder, guint batch, ValijaChanges *changes)
{
  for (guint i = 0; i < batch && round->told < folder->events->len; i++, round->told++)
    {
      FakeEvent *event = g_ptr_array_index (folder->events, round->told);
      FakeMessage *message = find_message (folder, event->remote_id, NULL);

      if (event->kind == '-')
        g_ptr_array_add (changes->gone, g_strdup (event->remote_id));
      else if (event->kind == '+' && message != NULL)
        g_ptr_array_add (changes->added, describe (message));
      else if (message != NULL)
        g_ptr_array_add (changes->flags, valija_flags_change_new (event->remote_id, message->flags));
    }

  changes->final = round->told == folder->events->len;
}

/* A cursor is "l LISTED TOLD FIRST" in the middle of a first list, and "e TOLD FIRST" from then on; it is of no use
 * once the folder is numbered anew. */
static DexFuture *
round_fiber (gpointer data)
{
  Round *round = data;
  FakeServer *server = server_of (round->reader);
  FakeFolder *folder = find_folder (server, round->folder);
  gboolean listing = round->listed != G_MAXUINT;
  gboolean done = FALSE;

  while (!done)
    {
      g_autoptr(ValijaChanges) changes = NULL;
      g_autofree char *cursor = NULL;
      DexFuture *failure = ask (round->reader, "batch %s", round->folder);
      DexFuture *sent;

      if (failure != NULL)
        {
          dex_await (dex_channel_send (round->channel, failure), NULL);
          break;
        }

      changes = valija_changes_new ();
      if (listing)
        fill_list (round, folder, server->batch, changes);
      else
        fill_events (round, folder, server->batch, changes);

      done = changes->final;
      cursor = listing && !done ? g_strdup_printf ("l %u %u %u", round->listed, round->told, folder->first_id)
                                : g_strdup_printf ("e %u %u", round->told, folder->first_id);
      changes->cursor = g_bytes_new (cursor, strlen (cursor));
      sent = dex_future_new_take_boxed (VALIJA_TYPE_CHANGES, g_steal_pointer (&changes));
      if (!dex_await (dex_channel_send (round->channel, sent), NULL))
        break;
    }

  return dex_future_new_true ();
}

static DexChannel *
fake_sync_folder (ValijaMailReader *reader, const char *name, GBytes *cursor)
{
  FakeFolder *folder = find_folder (server_of (reader), name);
  Round *round = g_new0 (Round, 1);
  g_auto(GStrv) words = NULL;

  round->reader = g_object_ref (reader);
  round->channel = dex_channel_new (1);
  round->folder = g_strdup (name);
  if (cursor != NULL)
    {
      g_autofree char *text = g_strndup (g_bytes_get_data (cursor, NULL), g_bytes_get_size (cursor));

      words = g_strsplit (text, " ", -1);
    }

  if (words != NULL && g_ascii_strtoull (words[g_strv_length (words) - 1], NULL, 10) == folder->first_id)
    {
      round->listed = words[0][0] == 'l' ? (guint) g_ascii_strtoull (words[1], NULL, 10) : G_MAXUINT;
      round->told = (guint) g_ascii_strtoull (words[words[0][0] == 'l' ? 2 : 1], NULL, 10);
    }
  else
    {
      round->restart = TRUE;
      round->told = folder->events->len;
    }

  dex_ref (round->channel);
  {
    DexChannel *channel = round->channel;

    valija_future_forget (valija_fiber_spawn (round_fiber, round, (GDestroyNotify) round_free), "fake round");
    return channel;
  }
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Round *round = data;
  FakeFolder *folder = find_folder (server_of (round->reader), round->folder);

  for (guint i = 0; round->remote_ids[i] != NULL; i++)
    {
      FakeMessage *message = find_message (folder, round->remote_ids[i], NULL);
      DexFuture *answer = ask (round->reader, "fetch %s", round->remote_ids[i]);
      gboolean failed = answer != NULL;

      if (message == NULL && !failed)
        continue;
      if (!failed && server_of (round->reader)->stall != NULL)
        {
          valija_progress_update (round->progress, g_bytes_get_size (message->source) / 2,
                                  g_bytes_get_size (message->source));
          dex_await (dex_ref (server_of (round->reader)->stall), NULL);
        }
      if (!failed)
        answer = dex_future_new_take_boxed (VALIJA_TYPE_FETCHED,
                                            valija_fetched_new (message->remote_id, message->source));
      if (!dex_await (dex_channel_send (round->channel, answer), NULL) || failed)
        break;
    }

  return dex_future_new_true ();
}

static DexChannel *
fake_fetch_messages (ValijaMailReader *reader, const char *name, const char * const *remote_ids,
                     ValijaProgress *progress)
{
  Round *round = g_new0 (Round, 1);
  DexChannel *channel = dex_channel_new (2);

  round->reader = g_object_ref (reader);
  round->channel = dex_ref (channel);
  round->folder = g_strdup (name);
  round->remote_ids = g_strdupv ((char **) remote_ids);
  g_set_object (&round->progress, progress);
  valija_future_forget (valija_fiber_spawn (fetch_fiber, round, (GDestroyNotify) round_free), "fake fetch");
  return channel;
}

static DexFuture *
reject_unsupported (void)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "This server cannot.");
  return dex_future_new_for_error (error);
}

static DexFuture *
fake_search (ValijaMailReader *reader, const char *name, const char *text)
{
  FakeFolder *folder = find_folder (server_of (reader), name);
  DexFuture *failure = ask (reader, "search %s", name);
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text);
  const ValijaSearchTerm *first = terms->len > 0 ? g_ptr_array_index (terms, 0) : NULL;
  GPtrArray *found;

  if (failure != NULL)
    return failure;

  /* The first word alone, also inside others */
  found = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < folder->messages->len && first != NULL; i++)
    {
      FakeMessage *message = g_ptr_array_index (folder->messages, i);
      gsize size;
      const char *source = g_bytes_get_data (message->source, &size);

      if (g_strstr_len (source, size, first->text) != NULL)
        g_ptr_array_add (found, g_strdup (message->remote_id));
    }

  return valija_future_new_take_ptr_array (found);
}

static DexFuture *
fake_watch (ValijaMailReader *reader, const char *folder)
{
  FakeServer *server = server_of (reader);
  DexFuture *failure;

  if (!VALIJA_IS_MAIL_ORGANIZER (reader))
    return reject_unsupported ();
  if ((failure = ask (reader, "watch %s", folder)) != NULL)
    return failure;

  dex_clear (&server->watch);
  server->watch = dex_promise_new ();
  return dex_ref (DEX_FUTURE (server->watch));
}

static DexFuture *
told_cb (DexFuture *future, gpointer user_data)
{
  return valija_future_new_take_ptr_array (g_steal_pointer (&((FakeServer *) user_data)->changed));
}

static DexFuture *
fake_watch_all (ValijaMailReader *reader)
{
  FakeServer *server = server_of (reader);
  DexFuture *failure;

  if (!server->watches_all)
    return reject_unsupported ();
  if ((failure = ask (reader, "watch all")) != NULL)
    return failure;

  dex_clear (&server->watch);
  server->watch = dex_promise_new ();
  if (server->changed != NULL)
    dex_promise_resolve_boolean (server->watch, TRUE);
  return dex_future_then (dex_ref (DEX_FUTURE (server->watch)), told_cb, server, NULL);
}

static DexFuture *
fake_get_quota (ValijaMailReader *reader)
{
  FakeServer *server = server_of (reader);
  DexFuture *failure;

  if (server->quota.limit == 0)
    return reject_unsupported ();
  if ((failure = ask (reader, "quota")) != NULL)
    return failure;

  return dex_future_new_take_boxed (VALIJA_TYPE_QUOTA, valija_quota_copy (&server->quota));
}

static DexFuture *
fake_measure (ValijaMailReader *reader, const char *folder)
{
  FakeServer *server = server_of (reader);
  DexFuture *failure;

  if (server->octets == 0)
    return reject_unsupported ();
  if ((failure = ask (reader, "measure %s", folder)) != NULL)
    return failure;

  return dex_future_new_for_int64 (server->octets);
}

static void
fake_reader_init (ValijaMailReaderInterface *iface)
{
  iface->list_folders = fake_list_folders;
  iface->sync_folder = fake_sync_folder;
  iface->fetch_messages = fake_fetch_messages;
  iface->search = fake_search;
  iface->watch = fake_watch;
  iface->watch_all = fake_watch_all;
  iface->get_quota = fake_get_quota;
  iface->measure = fake_measure;
}

/* ---- Organising ---- */

/* NULL, or that one of them is a name of before. */
static DexFuture *
check_names (ValijaMailOrganizer *self, const char *name, const char * const *ids)
{
  FakeFolder *folder = find_folder (server_of (self), name);
  GError *error = NULL;

  for (guint i = 0; ids[i] != NULL; i++)
    if (g_ascii_strtoull (ids[i], NULL, 10) < folder->first_id)
      {
        valija_error_set (&error, VALIJA_ERROR_RENUMBERED, "Numbered anew.");
        return dex_future_new_for_error (error);
      }

  return NULL;
}

static DexFuture *
fake_set_flags (ValijaMailOrganizer *self,
                const char          *name,
                const char * const  *ids,
                ValijaFlags          add,
                ValijaFlags          remove)
{
  g_autofree char *joined = g_strjoinv (",", (char **) ids);
  DexFuture *failure = ask (self, "flags %s %s +%u -%u", name, joined, add, remove);

  if (failure == NULL)
    failure = check_names (self, name, (const char * const *) ids);

  for (guint i = 0; failure == NULL && ids[i] != NULL; i++)
    {
      FakeMessage *message = find_message (find_folder (server_of (self), name), ids[i], NULL);

      if (message != NULL)
        fake_server_set_flags (server_of (self), name, ids[i], (message->flags | add) & ~remove);
    }

  return failure != NULL ? failure : answer (self, dex_future_new_true ());
}

static DexFuture *
carry (ValijaMailOrganizer *self, const char *verb, const char *name, const char * const *ids, const char *target)
{
  g_autofree char *joined = g_strjoinv (",", (char **) ids);
  DexFuture *failure = ask (self, "%s %s %s>%s", verb, joined, name, target);
  GPtrArray *fresh;

  if (failure == NULL)
    failure = check_names (self, name, (const char * const *) ids);

  if (failure != NULL)
    return failure;

  fresh = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      FakeMessage *message = find_message (find_folder (server_of (self), name), ids[i], NULL);
      FakeMessage *copy;

      if (message == NULL)
        {
          g_ptr_array_add (fresh, g_strdup (""));
          continue;
        }
      copy = put_message (server_of (self), find_folder (server_of (self), target), message->source, message->flags);
      g_ptr_array_add (fresh, g_strdup (copy->remote_id));
      if (g_str_equal (verb, "move"))
        fake_server_remove (server_of (self), name, ids[i]);
    }

  return answer (self, valija_future_new_take_ptr_array (fresh));
}

static DexFuture *
fake_move (ValijaMailOrganizer *self, const char *folder, const char * const *ids, const char *target)
{
  return carry (self, "move", folder, ids, target);
}

static DexFuture *
fake_copy (ValijaMailOrganizer *self, const char *folder, const char * const *ids, const char *target)
{
  return carry (self, "copy", folder, ids, target);
}

static DexFuture *
fake_delete (ValijaMailOrganizer *self, const char *name, const char * const *ids)
{
  g_autofree char *joined = g_strjoinv (",", (char **) ids);
  DexFuture *failure = ask (self, "delete %s %s", name, joined);

  if (failure == NULL)
    failure = check_names (self, name, (const char * const *) ids);

  for (guint i = 0; failure == NULL && ids[i] != NULL; i++)
    fake_server_remove (server_of (self), name, ids[i]);
  return failure != NULL ? failure : answer (self, dex_future_new_true ());
}

static DexFuture *
fake_append (ValijaMailOrganizer *self, const char *name, GBytes *source, ValijaFlags flags, gint64 received)
{
  DexFuture *failure = ask (self, "append %s", name);
  const char *remote_id;

  if (failure != NULL)
    return failure;

  remote_id = put_message (server_of (self), find_folder (server_of (self), name), source, flags)->remote_id;
  return answer (self, dex_future_new_for_string (server_of (self)->nameless ? "" : remote_id));
}

static DexFuture *
fake_append_many (ValijaMailOrganizer *self, const char *name, GPtrArray *filings)
{
  FakeServer *server = server_of (self);
  DexFuture *failure;

  if (!server->files_many)
    return reject_unsupported ();
  if ((failure = ask (self, "append %s * %u", name, filings->len)) != NULL)
    return failure;

  for (guint i = 0; i < filings->len; i++)
    {
      const ValijaFiling *filing = g_ptr_array_index (filings, i);

      put_message (server, find_folder (server, name), filing->source, filing->flags);
    }

  return answer (self, dex_future_new_true ());
}

static DexFuture *
refuse (int code)
{
  GError *error = NULL;

  valija_error_set (&error, code, "It is not so.");
  return dex_future_new_for_error (error);
}

static DexFuture *
fake_create_folder (ValijaMailOrganizer *self, const char *parent, const char *name)
{
  g_autofree char *path = parent != NULL ? g_strconcat (parent, "/", name, NULL) : g_strdup (name);
  DexFuture *failure = ask (self, "create %s", path);

  if (failure != NULL)
    return failure;
  if (find_folder (server_of (self), path) != NULL)
    return refuse (VALIJA_ERROR_REFUSED);

  return answer (self, dex_future_new_take_boxed (VALIJA_TYPE_FOLDER_INFO,
                                                  describe_folder (add_folder (server_of (self), path,
                                                                               VALIJA_FOLDER_ROLE_NONE))));
}

static DexFuture *
fake_rename_folder (ValijaMailOrganizer *self, const char *old, const char *parent, const char *name)
{
  FakeServer *server = server_of (self);
  g_autofree char *path = parent != NULL ? g_strconcat (parent, "/", name, NULL) : g_strdup (name);
  g_autofree char *inside = g_strconcat (old, "/", NULL);
  DexFuture *failure = ask (self, "rename %s>%s", old, path);
  ValijaFolderInfo *info;

  if (failure != NULL)
    return failure;
  if (find_folder (server, old) == NULL)
    return refuse (VALIJA_ERROR_NOT_FOUND);

  for (guint i = 0; i < server->folders->len; i++)
    {
      FakeFolder *folder = g_ptr_array_index (server->folders, i);

      if (g_str_equal (folder->name, old) || g_str_has_prefix (folder->name, inside))
        {
          char *fresh = g_strconcat (path, folder->name + strlen (old), NULL);

          g_free (folder->name);
          folder->name = fresh;
        }
    }

  info = describe_folder (find_folder (server, path));
  return answer (self, dex_future_new_take_boxed (VALIJA_TYPE_FOLDER_INFO, info));
}

static DexFuture *
fake_remove_folder (ValijaMailOrganizer *self, const char *name)
{
  DexFuture *failure = ask (self, "remove %s", name);

  if (failure != NULL)
    return failure;

  if (find_folder (server_of (self), name) == NULL)
    return refuse (VALIJA_ERROR_NOT_FOUND);

  g_ptr_array_remove (server_of (self)->folders, find_folder (server_of (self), name));
  return answer (self, dex_future_new_true ());
}

static DexFuture *
fake_mark (ValijaMailOrganizer *self, const char *name)
{
  DexFuture *failure;

  if (!server_of (self)->marks)
    return dex_future_new_for_string ("");
  if ((failure = ask (self, "mark %s", name)) != NULL)
    return failure;

  return answer (self, dex_future_new_take_string (g_strdup_printf ("%u", server_of (self)->next_id)));
}

static DexFuture *
fake_find (ValijaMailOrganizer *self,
           const char          *name,
           const char          *mark,
           const char * const  *message_ids,
           const guint64       *sizes)
{
  FakeFolder *folder = find_folder (server_of (self), name);
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  DexFuture *failure = server_of (self)->marks ? ask (self, "find %s", name) : NULL;

  if (failure != NULL)
    return failure;

  for (guint i = 0; message_ids[i] != NULL; i++)
    {
      const char *remote_id = "";

      for (guint j = 0; server_of (self)->marks && j < folder->messages->len; j++)
        {
          FakeMessage *message = g_ptr_array_index (folder->messages, j);
          g_autoptr(ValijaMessageInfo) info = describe (message);

          if (g_str_equal (info->message_id, message_ids[i]) &&
              g_ascii_strtoull (message->remote_id, NULL, 10) > g_ascii_strtoull (mark, NULL, 10))
            remote_id = message->remote_id;
        }
      g_ptr_array_add (found, g_strdup (remote_id));
    }

  return answer (self, valija_future_new_take_ptr_array (g_steal_pointer (&found)));
}

static void
fake_organizer_init (ValijaMailOrganizerInterface *iface)
{
  iface->set_flags = fake_set_flags;
  iface->move = fake_move;
  iface->copy = fake_copy;
  iface->delete_ = fake_delete;
  iface->append = fake_append;
  iface->append_many = fake_append_many;
  iface->create_folder = fake_create_folder;
  iface->rename_folder = fake_rename_folder;
  iface->remove_folder = fake_remove_folder;
  iface->mark = fake_mark;
  iface->find = fake_find;
}

/* ---- Sending ---- */

static DexFuture *
fake_send (ValijaMailSender *self, ValijaEnvelope *envelope, GBytes *source)
{
  FakeServer *server = server_of (self);
  g_autoptr(GPtrArray) accepted = g_ptr_array_new ();
  g_autofree char *joined = NULL;
  DexFuture *failure = ask (self, "send");
  ValijaReceipt *receipt;

  if (failure != NULL)
    return failure;

  receipt = valija_receipt_new ("250 2.0.0 queued", server->keeps_sent);
  for (guint i = 0; i < envelope->recipients->len; i++)
    {
      const char *recipient = g_ptr_array_index (envelope->recipients, i);
      gboolean refused = g_strcmp0 (recipient, server->refuse_recipient) == 0;

      if (refused && server->refuse_for_now)
        {
          g_autoptr(GError) error = NULL;

          valija_error_set_server (&error, VALIJA_ERROR_TRY_LATER, "450 4.2.0 greylisted", "The server is busy.");
          valija_receipt_refuse (receipt, recipient, error);
          continue;
        }

      valija_receipt_add (receipt, recipient, !refused, refused ? "550 5.1.1 no such user" : "250 2.1.5 ok");
      if (!refused)
        g_ptr_array_add (accepted, (gpointer) recipient);
    }

  g_ptr_array_add (accepted, NULL);
  joined = g_strjoinv (",", (char **) accepted->pdata);
  g_ptr_array_add (server->sent, g_strdup_printf ("%s>%s", envelope->sender, joined));
  return dex_future_new_take_boxed (VALIJA_TYPE_RECEIPT, receipt);
}

static gboolean
fake_overlaps (ValijaMailSender *self)
{
  return server_of (self)->overlaps;
}

static DexFuture *
fake_check_address (ValijaMailSender *self, const char *sender, const char *address)
{
  FakeServer *server = server_of (self);
  gboolean refused = g_strcmp0 (address, server->refuse_recipient) == 0;
  DexFuture *failure = ask (self, "check %s>%s", sender, address);

  if (failure != NULL)
    return failure;

  return dex_future_new_take_boxed (VALIJA_TYPE_ADDRESS_CHECK,
                                    valija_address_check_new (refused ? VALIJA_ADDRESS_REFUSED
                                                                      : VALIJA_ADDRESS_ACCEPTED,
                                                              refused ? "550 no" : "250 ok"));
}

static void
fake_sender_init (ValijaMailSenderInterface *iface)
{
  iface->check_address = fake_check_address;
  iface->overlaps = fake_overlaps;
  iface->send = fake_send;
}

/* ---- The three kinds ---- */

typedef FakeSession FakeReaderSession;
typedef FakeSessionClass FakeReaderSessionClass;
GType fake_reader_session_get_type (void);
G_DEFINE_TYPE_WITH_CODE (FakeReaderSession, fake_reader_session, fake_session_get_type (),
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_READER, fake_reader_init))

static void
fake_reader_session_class_init (FakeReaderSessionClass *klass)
{
}

static void
fake_reader_session_init (FakeReaderSession *self)
{
}

typedef FakeSession FakeOrganizerSession;
typedef FakeSessionClass FakeOrganizerSessionClass;
GType fake_organizer_session_get_type (void);
G_DEFINE_TYPE_WITH_CODE (FakeOrganizerSession, fake_organizer_session, fake_session_get_type (),
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_READER, fake_reader_init)
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_ORGANIZER, fake_organizer_init))

static void
fake_organizer_session_class_init (FakeOrganizerSessionClass *klass)
{
}

static void
fake_organizer_session_init (FakeOrganizerSession *self)
{
}

typedef FakeSession FakeSenderSession;
typedef FakeSessionClass FakeSenderSessionClass;
GType fake_sender_session_get_type (void);
G_DEFINE_TYPE_WITH_CODE (FakeSenderSession, fake_sender_session, fake_session_get_type (),
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_SENDER, fake_sender_init))

static void
fake_sender_session_class_init (FakeSenderSessionClass *klass)
{
}

static void
fake_sender_session_init (FakeSenderSession *self)
{
}

static ValijaSession *
new_session (GType type, FakeServer *server)
{
  FakeSession *session = g_object_new (type, NULL);

  session->server = server;
  return VALIJA_SESSION (session);
}

ValijaSession *
fake_reader_session_new (FakeServer *server)
{
  return new_session (fake_reader_session_get_type (), server);
}

ValijaSession *
fake_organizer_session_new (FakeServer *server)
{
  return new_session (fake_organizer_session_get_type (), server);
}

ValijaSession *
fake_sender_session_new (FakeServer *server)
{
  return new_session (fake_sender_session_get_type (), server);
}

ValijaSession *
fake_server_create_session (ValijaSessionContext *context, ValijaSide side, gpointer user_data, GError **error)
{
  ValijaAccount *account = valija_session_context_get_account (context);
  const char *method = valija_account_get_method (account);

  if (side == VALIJA_SIDE_OUTGOING)
    {
      if (valija_account_has_side (account, VALIJA_SIDE_OUTGOING))
        return fake_sender_session_new (user_data);
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, "Not paired.");
      return NULL;
    }

  if (g_str_equal (method, "imap"))
    return fake_organizer_session_new (user_data);
  if (g_str_equal (method, "smtp"))
    return fake_sender_session_new (user_data);

  return fake_reader_session_new (user_data);
}
