/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CAPABILITIES \
  (VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_SEND | VALIJA_CAPABILITY_ORGANIZE | VALIJA_CAPABILITY_FOLDERS | \
   VALIJA_CAPABILITY_KEEPS_SENT | VALIJA_CAPABILITY_OFFLINE | VALIJA_CAPABILITY_SEARCH | \
   VALIJA_CAPABILITY_INTERNATIONAL | VALIJA_CAPABILITY_INSTANT | VALIJA_CAPABILITY_LABELS)

/* After the first of some changes, for the others: they come in swarms. */
#define SETTLE_SECONDS 2
/* A sign of life comes each 45 to 60 seconds; a proxy that keeps them to itself keeps the news too. */
#define SILENCE_SECONDS 150
/* Where the server does not tell by itself */
#define PULL_SECONDS 60
/* How long a watch lasts when nothing happens. */
#define WATCH_SECONDS (29 * 60)

static void valija_exchange_session_session_iface_init (ValijaSessionInterface *iface);
static void valija_exchange_session_mail_reader_iface_init (ValijaMailReaderInterface *iface);
static void valija_exchange_session_mail_organizer_iface_init (ValijaMailOrganizerInterface *iface);
static void valija_exchange_session_mail_sender_iface_init (ValijaMailSenderInterface *iface);
static void valija_exchange_session_mail_directory_iface_init (ValijaMailDirectoryInterface *iface);
static void valija_exchange_session_mail_responder_iface_init (ValijaMailResponderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ValijaExchangeSession, valija_exchange_session, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_SESSION, valija_exchange_session_session_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_READER,
                                                      valija_exchange_session_mail_reader_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_ORGANIZER,
                                                      valija_exchange_session_mail_organizer_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_SENDER,
                                                      valija_exchange_session_mail_sender_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_DIRECTORY,
                                                      valija_exchange_session_mail_directory_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_RESPONDER,
                                                      valija_exchange_session_mail_responder_iface_init))

static void
set_state (ValijaExchangeSession *self,
           ValijaSessionState     state)
{
  if (self->state == state)
    return;

  self->state = state;
  valija_session_notify_state (VALIJA_SESSION (self));
}

static void
drop_client (ValijaExchangeSession *self)
{
  if (self->watch != NULL)
    valija_exchange_watch_stop (self->watch);
  g_clear_pointer (&self->watch, valija_exchange_watch_unref);
  g_clear_pointer (&self->ahead, valija_exchange_ahead_free);
  if (self->client != NULL)
    valija_exchange_client_close (self->client);
  g_clear_pointer (&self->client, valija_exchange_client_unref);
}

/* ---- Opening and closing ---- */

typedef struct
{
  ValijaExchangeSession *session;
  guint generation;
} Opening;

/* Also reached when the attempt was given up. */
static void
opening_free (Opening *opening)
{
  if (opening->generation == opening->session->generation && opening->session->state == VALIJA_SESSION_OPENING)
    set_state (opening->session, VALIJA_SESSION_CLOSED);

  g_object_unref (opening->session);
  g_free (opening);
}

static char **
create_facts (ValijaExchangeClient *client)
{
  g_autoptr(GStrvBuilder) facts = g_strv_builder_new ();
  g_autofree char *software = valija_exchange_client_dup_server (client);
  ValijaEwsSchema schema = valija_exchange_client_get_schema (client);

  if (software != NULL)
    g_strv_builder_take (facts, g_strdup_printf (_("Software: %s"), software));
  g_strv_builder_take (facts, g_strdup_printf (_("Sign-in: %s"), valija_exchange_client_get_sign_in (client)));
  g_strv_builder_take (facts, g_strdup_printf (_("Extensions: %s"), valija_ews_schema_get_name (schema)));

  return g_strv_builder_end (facts);
}

static gboolean
open_client_fiber (ValijaExchangeSession *self,
                   ValijaExchangeClient  *client,
                   GError               **error)
{
  ValijaSessionContext *context = self->context;
  ValijaServer *server = valija_account_get_incoming (valija_session_context_get_account (context));

  valija_session_context_begin_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_CONNECT);
  if (!valija_exchange_client_sign_in_fiber (client, error))
    {
      valija_error_locate (error, VALIJA_SIDE_BOTH, VALIJA_STEP_CONNECT);
      return FALSE;
    }
  valija_session_context_end_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_CONNECT, NULL);

  /* The handshake is over by then, and the certificate was right */
  if (valija_server_get_security (server) == VALIJA_SECURITY_TLS)
    {
      valija_session_context_begin_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SECURE);
      valija_session_context_end_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SECURE, NULL);
    }

  valija_session_context_begin_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SIGN_IN);
  if (!valija_exchange_session_look_around_fiber (self, client, error))
    {
      valija_error_locate (error, VALIJA_SIDE_BOTH, VALIJA_STEP_SIGN_IN);
      return FALSE;
    }
  valija_session_context_end_step (context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SIGN_IN,
                                   valija_exchange_client_get_sign_in (client));

  return TRUE;
}

static DexFuture *
open_fiber (gpointer data)
{
  Opening *opening = data;
  ValijaExchangeSession *self = opening->session;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_client_new (self->context);
  g_autoptr(GError) error = NULL;

  if (!open_client_fiber (self, client, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (opening->generation != self->generation)
    {
      valija_exchange_client_close (client);
      valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_CLOSE);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  g_strfreev (self->facts);
  self->facts = create_facts (client);
  self->client = g_steal_pointer (&client);
  set_state (self, VALIJA_SESSION_OPEN);

  return dex_future_new_true ();
}

static DexFuture *
valija_exchange_session_open (ValijaSession *session)
{
  ValijaExchangeSession *self = VALIJA_EXCHANGE_SESSION (session);
  Opening *opening;

  if (self->state == VALIJA_SESSION_OPEN)
    return dex_future_new_true ();

  if (self->state == VALIJA_SESSION_OPENING && self->opening != NULL && dex_future_is_pending (self->opening))
    return dex_ref (self->opening);

  dex_clear (&self->opening);
  set_state (self, VALIJA_SESSION_OPENING);

  opening = g_new0 (Opening, 1);
  opening->session = g_object_ref (self);
  opening->generation = ++self->generation;
  self->opening = valija_fiber_spawn (open_fiber, opening, (GDestroyNotify) opening_free);

  return dex_ref (self->opening);
}

/* HTTP has no goodbye. */
static DexFuture *
valija_exchange_session_close (ValijaSession *session)
{
  ValijaExchangeSession *self = VALIJA_EXCHANGE_SESSION (session);

  self->generation++;
  self->n_closed++;
  dex_clear (&self->opening);
  drop_client (self);
  set_state (self, VALIJA_SESSION_CLOSED);

  return dex_future_new_true ();
}

ValijaExchangeClient *
valija_exchange_session_enter_fiber (ValijaExchangeSession *self,
                                     GError               **error)
{
  if (!dex_await (valija_exchange_session_open (VALIJA_SESSION (self)), error))
    return NULL;

  if (self->client == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
      return NULL;
    }

  return valija_exchange_client_ref (self->client);
}

/* ---- Interfaces ---- */

static ValijaSessionState
valija_exchange_session_get_state (ValijaSession *session)
{
  return VALIJA_EXCHANGE_SESSION (session)->state;
}

static ValijaCapabilities
valija_exchange_session_get_capabilities (ValijaSession *session)
{
  return CAPABILITIES;
}

static char **
valija_exchange_session_dup_facts (ValijaSession *session)
{
  ValijaExchangeSession *self = VALIJA_EXCHANGE_SESSION (session);

  return self->facts != NULL ? g_strdupv (self->facts) : g_new0 (char *, 1);
}

static void
valija_exchange_session_session_iface_init (ValijaSessionInterface *iface)
{
  iface->open = valija_exchange_session_open;
  iface->close = valija_exchange_session_close;
  iface->get_state = valija_exchange_session_get_state;
  iface->get_capabilities = valija_exchange_session_get_capabilities;
  iface->dup_facts = valija_exchange_session_dup_facts;
}

static DexFuture *
valija_exchange_session_reader_list_folders (ValijaMailReader *reader)
{
  return valija_exchange_session_list_folders (VALIJA_EXCHANGE_SESSION (reader));
}

static DexChannel *
valija_exchange_session_reader_sync_folder (ValijaMailReader *reader,
                                            const char       *folder,
                                            GBytes           *cursor)
{
  return valija_exchange_session_sync (VALIJA_EXCHANGE_SESSION (reader), folder, cursor);
}

/* An id says by itself where its message is. */
static DexChannel *
valija_exchange_session_reader_fetch_messages (ValijaMailReader   *reader,
                                               const char         *folder,
                                               const char * const *remote_ids,
                                               ValijaProgress     *progress)
{
  return valija_exchange_session_fetch (VALIJA_EXCHANGE_SESSION (reader), remote_ids, progress);
}

static DexFuture *
valija_exchange_session_reader_fetch_outline (ValijaMailReader *reader,
                                              const char       *folder,
                                              const char       *remote_id)
{
  return valija_exchange_session_fetch_outline (VALIJA_EXCHANGE_SESSION (reader), remote_id);
}

static DexFuture *
valija_exchange_session_reader_fetch_headers (ValijaMailReader   *reader,
                                              const char         *folder,
                                              const char * const *remote_ids)
{
  return valija_exchange_session_fetch_headers (VALIJA_EXCHANGE_SESSION (reader), remote_ids);
}

static DexFuture *
valija_exchange_session_reader_search (ValijaMailReader *reader,
                                       const char       *folder,
                                       const char       *text,
                                       guint             limit)
{
  return valija_exchange_session_search (VALIJA_EXCHANGE_SESSION (reader), folder, text, limit);
}

/* All of them are told of at once, or none. */
static void
describe_tree (const ValijaExchangeTree *tree,
               GString                  *text)
{
  g_autoptr(GList) ids = g_list_sort (g_hash_table_get_keys (tree->folders), (GCompareFunc) strcmp);

  for (GList *item = ids; item != NULL; item = item->next)
    {
      const ValijaFolderInfo *info = g_hash_table_lookup (tree->folders, item->data);

      g_string_append_printf (text, "%s\n%s\n%s\n", info->remote_id, info->name,
                              info->parent_id != NULL ? info->parent_id : "");
    }
}

/* What folders there are and what they are called */
static char *
describe_folders (ValijaExchangeSession *self)
{
  GString *text = g_string_new (NULL);

  describe_tree (self->own, text);
  for (guint i = 0; i < self->shared->len; i++)
    describe_tree (g_ptr_array_index (self->shared, i), text);

  return g_string_free (text, FALSE);
}

static void
add_unknown (GPtrArray  *list,
             const char *id)
{
  if (!g_ptr_array_find_with_equal_func (list, id, g_str_equal, NULL))
    g_ptr_array_add (list, g_strdup (id));
}

/* No await in here: what is taken is told. */
static GPtrArray *
take_news (ValijaExchangeSession *self,
           ValijaExchangeWatch   *watch,
           gboolean               has_folders)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  gboolean is_lost = valija_exchange_watch_is_lost (watch);
  g_autoptr(GHashTable) changed = valija_exchange_watch_take (watch);
  GHashTableIter iter;
  const char *id;

  if (has_folders)
    g_ptr_array_add (list, g_strdup (""));

  /* The server tells of calendars too */
  g_hash_table_iter_init (&iter, changed);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    {
      if (g_hash_table_contains (self->own->folders, id) || g_hash_table_contains (self->synced, id))
        g_ptr_array_add (list, g_strdup (id));
    }

  /* Between the last look and this subscription something may have happened that nobody told */
  g_hash_table_iter_init (&iter, self->synced);
  while (is_lost && g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    add_unknown (list, id);

  return list;
}

static GPtrArray *
wait_for_news_fiber (ValijaExchangeSession  *self,
                     ValijaExchangeWatch    *watch,
                     GError                **error)
{
  gint64 until = g_get_monotonic_time () + (gint64) WATCH_SECONDS * G_USEC_PER_SEC;
  g_autoptr(GPtrArray) list = NULL;
  gint64 now;

  while ((list == NULL || list->len == 0) && (now = g_get_monotonic_time ()) < until)
    {
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      gboolean has_folders;

      g_clear_pointer (&list, g_ptr_array_unref);
      if (!valija_exchange_watch_wait_fiber (watch, (guint) ((until - now) / G_USEC_PER_SEC) + 1, error))
        return NULL;

      if (!valija_exchange_watch_is_lost (watch) &&
          !valija_await_settled (dex_timeout_new_seconds (SETTLE_SECONDS), error))
        return NULL;

      if (valija_exchange_watch_is_in_doubt (watch) && !valija_exchange_watch_has_folders (watch))
        {
          before = describe_folders (self);
          if (!dex_await (valija_exchange_session_list_folders (self), error))
            return NULL;
          after = describe_folders (self);
        }

      has_folders = valija_exchange_watch_has_folders (watch) || g_strcmp0 (before, after) != 0;
      list = take_news (self, watch, has_folders);
    }

  return list != NULL ? g_steal_pointer (&list) : g_ptr_array_new_with_free_func (g_free);
}

typedef struct
{
  ValijaExchangeSession *session;
  char *folder;             /* nullable: all */
  guint n_closed;           /* when it was asked for */
} Watching;

static void
watching_free (gpointer data)
{
  Watching *self = data;

  g_object_unref (self->session);
  g_free (self->folder);
  g_free (self);
}

static Watching *
watching_new (ValijaExchangeSession *session,
              const char            *folder,
              guint                  n_closed)
{
  Watching *self = g_new0 (Watching, 1);

  self->session = g_object_ref (session);
  self->folder = g_strdup (folder);
  self->n_closed = n_closed;

  return self;
}

/* It opens the session, but not one that was closed since somebody wanted it. */
static ValijaExchangeClient *
enter_watch_fiber (Watching  *watching,
                   GError   **error)
{
  if (watching->n_closed == watching->session->n_closed)
    return valija_exchange_session_enter_fiber (watching->session, error);

  valija_error_set (error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));

  return NULL;
}

static DexFuture *
watch_all_fiber (gpointer data)
{
  Watching *watching = data;
  ValijaExchangeSession *self = watching->session;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = enter_watch_fiber (watching, &error);
  g_autoptr(ValijaExchangeWatch) watch = NULL;
  g_autoptr(GPtrArray) list = NULL;

  if (client != NULL)
    {
      if (self->watch == NULL)
        self->watch = valija_exchange_watch_new (client, self->silence, self->interval);
      valija_exchange_session_watch_shared (self);
      watch = valija_exchange_watch_ref (self->watch);
      list = wait_for_news_fiber (self, watch, &error);
    }

  if (list == NULL)
    {
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_SYNC);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&list));
}

static DexFuture *
valija_exchange_session_reader_watch_all (ValijaMailReader *reader)
{
  ValijaExchangeSession *self = VALIJA_EXCHANGE_SESSION (reader);

  return valija_fiber_spawn (watch_all_fiber, watching_new (self, NULL, self->n_closed), watching_free);
}

static DexFuture *
watch_folder_fiber (gpointer data)
{
  Watching *self = data;

  for (;;)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) list = NULL;

      list = dex_await_boxed (valija_fiber_spawn (watch_all_fiber, watching_new (self->session, NULL, self->n_closed),
                                                  watching_free), &error);
      if (list == NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));
      if (g_ptr_array_find_with_equal_func (list, self->folder, g_str_equal, NULL))
        return dex_future_new_true ();
    }
}

/* The server tells of all folders at once; what comes of others meanwhile is not told again. */
static DexFuture *
valija_exchange_session_reader_watch (ValijaMailReader *reader,
                                      const char       *folder)
{
  ValijaExchangeSession *self = VALIJA_EXCHANGE_SESSION (reader);

  return valija_fiber_spawn (watch_folder_fiber, watching_new (self, folder, self->n_closed), watching_free);
}

static DexFuture *
valija_exchange_session_reader_get_quota (ValijaMailReader *reader)
{
  return valija_exchange_session_get_quota (VALIJA_EXCHANGE_SESSION (reader));
}

static void
valija_exchange_session_mail_reader_iface_init (ValijaMailReaderInterface *iface)
{
  iface->list_folders = valija_exchange_session_reader_list_folders;
  iface->sync_folder = valija_exchange_session_reader_sync_folder;
  iface->fetch_messages = valija_exchange_session_reader_fetch_messages;
  iface->fetch_outline = valija_exchange_session_reader_fetch_outline;
  iface->fetch_headers = valija_exchange_session_reader_fetch_headers;
  iface->search = valija_exchange_session_reader_search;
  iface->watch = valija_exchange_session_reader_watch;
  iface->watch_all = valija_exchange_session_reader_watch_all;
  iface->get_quota = valija_exchange_session_reader_get_quota;
}

static DexFuture *
valija_exchange_session_organizer_set_flags (ValijaMailOrganizer *organizer,
                                             const char          *folder,
                                             const char * const  *remote_ids,
                                             ValijaFlags          add,
                                             ValijaFlags          remove)
{
  return valija_exchange_session_set_flags (VALIJA_EXCHANGE_SESSION (organizer), remote_ids, add, remove);
}

static DexFuture *
valija_exchange_session_organizer_set_labels (ValijaMailOrganizer *organizer,
                                              const char          *folder,
                                              const char * const  *remote_ids,
                                              const char * const  *add,
                                              const char * const  *remove)
{
  return valija_exchange_session_set_labels (VALIJA_EXCHANGE_SESSION (organizer), remote_ids, add, remove);
}

static DexFuture *
valija_exchange_session_organizer_move (ValijaMailOrganizer *organizer,
                                        const char          *folder,
                                        const char * const  *remote_ids,
                                        const char          *target)
{
  return valija_exchange_session_transfer (VALIJA_EXCHANGE_SESSION (organizer), folder, remote_ids, target, TRUE);
}

static DexFuture *
valija_exchange_session_organizer_copy (ValijaMailOrganizer *organizer,
                                        const char          *folder,
                                        const char * const  *remote_ids,
                                        const char          *target)
{
  return valija_exchange_session_transfer (VALIJA_EXCHANGE_SESSION (organizer), folder, remote_ids, target, FALSE);
}

static DexFuture *
valija_exchange_session_organizer_delete (ValijaMailOrganizer *organizer,
                                          const char          *folder,
                                          const char * const  *remote_ids)
{
  return valija_exchange_session_delete (VALIJA_EXCHANGE_SESSION (organizer), remote_ids);
}

static DexFuture *
valija_exchange_session_organizer_append (ValijaMailOrganizer *organizer,
                                          const char          *folder,
                                          GBytes              *source,
                                          ValijaFlags          flags,
                                          gint64               received)
{
  return valija_exchange_session_append (VALIJA_EXCHANGE_SESSION (organizer), folder, source, flags, received);
}

static DexFuture *
valija_exchange_session_organizer_create_folder (ValijaMailOrganizer *organizer,
                                                 const char          *parent,
                                                 const char          *name)
{
  return valija_exchange_session_create_folder (VALIJA_EXCHANGE_SESSION (organizer), parent, name);
}

static DexFuture *
valija_exchange_session_organizer_rename_folder (ValijaMailOrganizer *organizer,
                                                 const char          *folder,
                                                 const char          *parent,
                                                 const char          *name)
{
  return valija_exchange_session_rename_folder (VALIJA_EXCHANGE_SESSION (organizer), folder, parent, name);
}

static DexFuture *
valija_exchange_session_organizer_remove_folder (ValijaMailOrganizer *organizer,
                                                 const char          *folder)
{
  return valija_exchange_session_remove_folder (VALIJA_EXCHANGE_SESSION (organizer), folder);
}

static DexFuture *
valija_exchange_session_organizer_mark (ValijaMailOrganizer *organizer,
                                        const char          *folder)
{
  return valija_exchange_session_mark (VALIJA_EXCHANGE_SESSION (organizer), folder);
}

static DexFuture *
valija_exchange_session_organizer_find (ValijaMailOrganizer *organizer,
                                        const char          *folder,
                                        const char          *mark,
                                        const char * const  *message_ids,
                                        const guint64       *sizes)
{
  return valija_exchange_session_find (VALIJA_EXCHANGE_SESSION (organizer), folder, mark, message_ids, sizes);
}

static void
valija_exchange_session_mail_organizer_iface_init (ValijaMailOrganizerInterface *iface)
{
  iface->set_flags = valija_exchange_session_organizer_set_flags;
  iface->set_labels = valija_exchange_session_organizer_set_labels;
  iface->move = valija_exchange_session_organizer_move;
  iface->copy = valija_exchange_session_organizer_copy;
  iface->delete_ = valija_exchange_session_organizer_delete;
  iface->append = valija_exchange_session_organizer_append;
  iface->create_folder = valija_exchange_session_organizer_create_folder;
  iface->rename_folder = valija_exchange_session_organizer_rename_folder;
  iface->remove_folder = valija_exchange_session_organizer_remove_folder;
  iface->mark = valija_exchange_session_organizer_mark;
  iface->find = valija_exchange_session_organizer_find;
}

static DexFuture *
valija_exchange_session_sender_send (ValijaMailSender *sender,
                                     ValijaEnvelope   *envelope,
                                     GBytes           *source,
                                     ValijaProgress   *progress)
{
  return valija_exchange_session_send (VALIJA_EXCHANGE_SESSION (sender), envelope, source, progress);
}

static void
valija_exchange_session_mail_sender_iface_init (ValijaMailSenderInterface *iface)
{
  iface->send = valija_exchange_session_sender_send;
}

static DexFuture *
valija_exchange_session_directory_find_people (ValijaMailDirectory *directory,
                                               const char          *text,
                                               guint                limit)
{
  return valija_exchange_session_find_people (VALIJA_EXCHANGE_SESSION (directory), text, limit);
}

static void
valija_exchange_session_mail_directory_iface_init (ValijaMailDirectoryInterface *iface)
{
  iface->find_people = valija_exchange_session_directory_find_people;
}

static DexFuture *
valija_exchange_session_responder_load_replies (ValijaMailResponder *responder)
{
  return valija_exchange_session_load_replies (VALIJA_EXCHANGE_SESSION (responder));
}

static DexFuture *
valija_exchange_session_responder_save_replies (ValijaMailResponder     *responder,
                                                const ValijaAutoReplies *replies)
{
  return valija_exchange_session_save_replies (VALIJA_EXCHANGE_SESSION (responder), replies);
}

static void
valija_exchange_session_mail_responder_iface_init (ValijaMailResponderInterface *iface)
{
  iface->load_replies = valija_exchange_session_responder_load_replies;
  iface->save_replies = valija_exchange_session_responder_save_replies;
}

/* ---- Object ---- */

static void
valija_exchange_session_dispose (GObject *object)
{
  ValijaExchangeSession *self = VALIJA_EXCHANGE_SESSION (object);

  drop_client (self);
  dex_clear (&self->opening);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (valija_exchange_session_parent_class)->dispose (object);
}

static void
valija_exchange_session_finalize (GObject *object)
{
  ValijaExchangeSession *self = VALIJA_EXCHANGE_SESSION (object);

  g_clear_pointer (&self->facts, g_strfreev);
  g_clear_pointer (&self->own, valija_exchange_tree_free);
  g_clear_pointer (&self->shared, g_ptr_array_unref);
  g_clear_pointer (&self->synced, g_hash_table_unref);

  G_OBJECT_CLASS (valija_exchange_session_parent_class)->finalize (object);
}

static void
valija_exchange_session_class_init (ValijaExchangeSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_exchange_session_dispose;
  object_class->finalize = valija_exchange_session_finalize;
}

static void
valija_exchange_session_init (ValijaExchangeSession *self)
{
  self->state = VALIJA_SESSION_CLOSED;
  self->silence = SILENCE_SECONDS;
  self->interval = PULL_SECONDS;
  self->synced = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->own = valija_exchange_tree_new (NULL);
  self->shared = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_exchange_tree_free);
}

/**
 * valija_exchange_session_new:
 * @context: what the session gets from outside
 *
 * Returns: (transfer full): a closed session with the mailbox on the account's incoming server
 */
ValijaSession *
valija_exchange_session_new (ValijaSessionContext *context)
{
  ValijaExchangeSession *self;

  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (context), NULL);

  self = g_object_new (VALIJA_TYPE_EXCHANGE_SESSION, NULL);
  self->context = g_object_ref (context);

  return VALIJA_SESSION (self);
}
