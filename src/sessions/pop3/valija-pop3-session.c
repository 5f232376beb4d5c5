/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-session.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/pop3/valija-pop3-session-private.h"
#include "wire/pop3/valija-pop3-command.h"

#include <glib/gi18n-lib.h>

/* How long the mailbox is kept from others after the last work. */
#define IDLE_SECONDS 10

#define FOLDER "INBOX"

static void valija_pop3_session_session_iface_init (ValijaSessionInterface *iface);
static void valija_pop3_session_mail_reader_iface_init (ValijaMailReaderInterface *iface);
static void valija_pop3_session_mail_drop_iface_init (ValijaMailDropInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ValijaPop3Session, valija_pop3_session, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_SESSION, valija_pop3_session_session_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_READER,
                                                      valija_pop3_session_mail_reader_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_DROP, valija_pop3_session_mail_drop_iface_init))

/* ---- State ---- */

static void
set_state (ValijaPop3Session  *self,
           ValijaSessionState  state)
{
  if (self->state == state)
    return;

  self->state = state;
  valija_session_notify_state (VALIJA_SESSION (self));
}

void
valija_pop3_session_stop_idle (ValijaPop3Session *self)
{
  if (self->idle != NULL)
    g_source_destroy (self->idle);
  g_clear_pointer (&self->idle, g_source_unref);
}

static void
drop_login (ValijaPop3Session *self)
{
  valija_pop3_session_stop_idle (self);
  if (self->login != NULL)
    g_signal_handlers_disconnect_by_data (self->login->connection, self);
  g_clear_pointer (&self->login, valija_pop3_login_free);
  g_clear_pointer (&self->maildrop, valija_pop3_maildrop_unref);
  self->sealed = FALSE;
}

static void
connection_ended_cb (ValijaPop3Session *self)
{
  if (self->state == VALIJA_SESSION_OPEN)
    set_state (self, VALIJA_SESSION_CLOSED);
}

static char **
create_facts (const ValijaPop3Login *login)
{
  g_autoptr(GStrvBuilder) facts = g_strv_builder_new ();
  g_autoptr(GString) extensions = g_string_new (NULL);
  const ValijaPop3Capabilities *c = login->capabilities;
  const struct { gboolean has; const char *name; } names[] = {
    { c->top, "TOP" }, { c->uidl, "UIDL" }, { c->pipelining, "PIPELINING" }, { c->utf8, "UTF8" }, { c->stls, "STLS" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (names[i].has)
        g_string_append_printf (extensions, "%s%s", extensions->len > 0 ? ", " : "", names[i].name);
    }

  if (c->implementation != NULL)
    g_strv_builder_take (facts, g_strdup_printf (_("Software: %s"), c->implementation));
  g_strv_builder_take (facts, g_strdup_printf (_("Encryption: %s"), login->protection));
  g_strv_builder_take (facts, g_strdup_printf (_("Sign-in: %s"), login->mechanism));
  if (extensions->len > 0)
    g_strv_builder_take (facts, g_strdup_printf (_("Extensions: %s"), extensions->str));
  if (c->expire_days >= 0)
    g_strv_builder_take (facts,
                         g_strdup_printf (ngettext ("Mail is kept there for: %d day",
                                                    "Mail is kept there for: %d days", c->expire_days),
                                                 c->expire_days));

  return g_strv_builder_end (facts);
}

/* ---- Opening and closing ---- */

typedef struct
{
  ValijaPop3Session *session;
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

static DexFuture *
open_fiber (gpointer data)
{
  Opening *opening = data;
  ValijaPop3Session *self = opening->session;
  g_autoptr(ValijaPop3Login) login = NULL;
  g_autoptr(GError) error = NULL;

  if (!(login = valija_pop3_login_fiber (self->context, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (opening->generation != self->generation)
    {
      valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
      valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_CLOSE);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  self->login = g_steal_pointer (&login);
  g_signal_connect_object (self->login->connection, "ended", G_CALLBACK (connection_ended_cb), self, G_CONNECT_SWAPPED);
  g_strfreev (self->facts);
  self->facts = create_facts (self->login);
  self->capabilities = VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_OFFLINE |
                       (self->login->capabilities->utf8 ? VALIJA_CAPABILITY_INTERNATIONAL : 0);
  set_state (self, VALIJA_SESSION_OPEN);
  /* The server may have ended it right behind its last answer */
  if (!valija_pop3_connection_is_alive (self->login->connection))
    connection_ended_cb (self);
  if (self->n_users == 0)
    valija_pop3_session_start_idle (self);

  return dex_future_new_true ();
}

static DexFuture *
valija_pop3_session_open (ValijaSession *session)
{
  ValijaPop3Session *self = VALIJA_POP3_SESSION (session);
  Opening *opening;

  if (self->state == VALIJA_SESSION_OPEN && self->login != NULL &&
      valija_pop3_connection_is_alive (self->login->connection))
    return dex_future_new_true ();

  if (self->state == VALIJA_SESSION_OPENING && self->opening != NULL && dex_future_is_pending (self->opening))
    return dex_ref (self->opening);

  drop_login (self);
  dex_clear (&self->opening);
  set_state (self, VALIJA_SESSION_OPENING);

  opening = g_new0 (Opening, 1);
  opening->session = g_object_ref (self);
  opening->generation = ++self->generation;
  self->opening = valija_fiber_spawn (open_fiber, opening, (GDestroyNotify) opening_free);

  return dex_ref (self->opening);
}

gboolean
valija_pop3_session_quit_fiber (ValijaPop3Session  *self,
                                GError            **error)
{
  g_autoptr(ValijaPop3Reply) reply = NULL;

  if (self->login == NULL || !valija_pop3_connection_is_alive (self->login->connection))
    {
      drop_login (self);
      set_state (self, VALIJA_SESSION_CLOSED);
      valija_error_set (error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
      return FALSE;
    }

  set_state (self, VALIJA_SESSION_CLOSING);
  reply = valija_pop3_ask_fiber (self->login->connection, valija_pop3_command_new ("QUIT", NULL, NULL), FALSE, error);

  /* Somebody may have closed and opened while the answer came */
  if (self->state == VALIJA_SESSION_CLOSING)
    {
      drop_login (self);
      set_state (self, VALIJA_SESSION_CLOSED);
    }

  if (reply == NULL)
    return FALSE;

  if (!reply->ok)
    valija_pop3_set_error (reply, VALIJA_ERROR_REFUSED, _("The server did not end the visit as it should."), error);

  return reply->ok;
}

static DexFuture *
close_fiber (gpointer data)
{
  ValijaPop3Session *self = data;

  valija_pop3_session_quit_fiber (self, NULL);

  return dex_future_new_true ();
}

static DexFuture *
valija_pop3_session_close (ValijaSession *session)
{
  ValijaPop3Session *self = VALIJA_POP3_SESSION (session);

  self->generation++;
  dex_clear (&self->opening);
  valija_pop3_session_stop_idle (self);

  return valija_fiber_spawn (close_fiber, g_object_ref (self), g_object_unref);
}

static gboolean
idle_cb (gpointer user_data)
{
  ValijaPop3Session *self = user_data;

  valija_pop3_session_stop_idle (self);
  if (self->n_users == 0 && self->state == VALIJA_SESSION_OPEN)
    valija_future_forget (valija_pop3_session_close (VALIJA_SESSION (self)), "POP3 goodbye");

  return G_SOURCE_REMOVE;
}

void
valija_pop3_session_start_idle (ValijaPop3Session *self)
{
  valija_pop3_session_stop_idle (self);
  self->idle = g_timeout_source_new_seconds (IDLE_SECONDS);
  g_source_set_callback (self->idle, idle_cb, self, NULL);
  g_source_attach (self->idle, g_main_context_get_thread_default ());
}

/* ---- Interfaces ---- */

static ValijaSessionState
valija_pop3_session_get_state (ValijaSession *session)
{
  return VALIJA_POP3_SESSION (session)->state;
}

static ValijaCapabilities
valija_pop3_session_get_capabilities (ValijaSession *session)
{
  return VALIJA_POP3_SESSION (session)->capabilities;
}

static char **
valija_pop3_session_dup_facts (ValijaSession *session)
{
  ValijaPop3Session *self = VALIJA_POP3_SESSION (session);

  return self->facts != NULL ? g_strdupv (self->facts) : g_new0 (char *, 1);
}

static void
valija_pop3_session_session_iface_init (ValijaSessionInterface *iface)
{
  iface->open = valija_pop3_session_open;
  iface->close = valija_pop3_session_close;
  iface->get_state = valija_pop3_session_get_state;
  iface->get_capabilities = valija_pop3_session_get_capabilities;
  iface->dup_facts = valija_pop3_session_dup_facts;
}

static DexFuture *
list_folders_fiber (gpointer data)
{
  ValijaPop3Session *self = data;
  g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  g_autoptr(GError) error = NULL;
  ValijaFolderInfo *info;

  if (!dex_await (valija_session_open (VALIJA_SESSION (self)), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  info = valija_folder_info_new (FOLDER, valija_folder_role_get_label (VALIJA_FOLDER_ROLE_INBOX));
  info->role = VALIJA_FOLDER_ROLE_INBOX;
  info->selectable = TRUE;
  info->total = self->maildrop != NULL ? (gint64) valija_pop3_maildrop_get_length (self->maildrop) : -1;
  info->unread = -1;
  g_ptr_array_add (folders, info);

  if (self->n_users == 0 && self->state == VALIJA_SESSION_OPEN)
    valija_pop3_session_start_idle (self);

  return valija_future_new_take_ptr_array (g_steal_pointer (&folders));
}

static DexFuture *
valija_pop3_session_list_folders (ValijaMailReader *reader)
{
  return valija_fiber_spawn (list_folders_fiber, g_object_ref (reader), g_object_unref);
}

static GError *
create_error (ValijaErrorCode  code,
              ValijaStep       step,
              const char      *sentence)
{
  GError *error = NULL;

  valija_error_set (&error, code, "%s", sentence);
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, step);

  return error;
}

static DexChannel *
create_failed_channel (GError *error)
{
  DexChannel *channel = dex_channel_new (1);

  dex_future_disown (dex_channel_send (channel, dex_future_new_for_error (error)));
  dex_channel_close_send (channel);

  return channel;
}

static DexChannel *
valija_pop3_session_sync_folder (ValijaMailReader *reader,
                                 const char       *folder,
                                 GBytes           *cursor)
{
  if (g_strcmp0 (folder, FOLDER) != 0)
    return create_failed_channel (create_error (VALIJA_ERROR_NOT_FOUND, VALIJA_STEP_OPEN_FOLDER,
                                                _("POP3 has only the inbox.")));

  return valija_pop3_session_sync (VALIJA_POP3_SESSION (reader), cursor);
}

static DexChannel *
valija_pop3_session_fetch_messages (ValijaMailReader   *reader,
                                    const char         *folder,
                                    const char * const *remote_ids,
                                    ValijaProgress     *progress)
{
  if (g_strcmp0 (folder, FOLDER) != 0)
    return create_failed_channel (create_error (VALIJA_ERROR_NOT_FOUND, VALIJA_STEP_OPEN_FOLDER,
                                                _("POP3 has only the inbox.")));

  return valija_pop3_session_fetch (VALIJA_POP3_SESSION (reader), remote_ids, progress);
}

static DexFuture *
valija_pop3_session_mail_reader_fetch_outline (ValijaMailReader *reader,
                                               const char       *folder,
                                               const char       *remote_id)
{
  return valija_pop3_session_fetch_outline (VALIJA_POP3_SESSION (reader), remote_id);
}

static DexFuture *
valija_pop3_session_search (ValijaMailReader *reader,
                            const char       *folder,
                            const char       *text,
                            guint             limit)
{
  return dex_future_new_for_error (create_error (VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH,
                                                 _("A POP3 server cannot be searched.")));
}

static DexFuture *
valija_pop3_session_watch (ValijaMailReader *reader,
                           const char       *folder)
{
  return dex_future_new_for_error (create_error (VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_OPEN_FOLDER,
                                                 _("A POP3 server does not tell when mail arrives.")));
}

static void
valija_pop3_session_mail_reader_iface_init (ValijaMailReaderInterface *iface)
{
  iface->list_folders = valija_pop3_session_list_folders;
  iface->sync_folder = valija_pop3_session_sync_folder;
  iface->fetch_messages = valija_pop3_session_fetch_messages;
  iface->fetch_outline = valija_pop3_session_mail_reader_fetch_outline;
  iface->search = valija_pop3_session_search;
  iface->watch = valija_pop3_session_watch;
}

static GBytes *
valija_pop3_session_mail_drop_doubt (ValijaMailDrop     *drop,
                                     GBytes             *cursor,
                                     const char * const *remote_ids)
{
  return valija_pop3_cursor_doubt (cursor, remote_ids);
}

static DexFuture *
valija_pop3_session_mail_drop_clear (ValijaMailDrop     *drop,
                                     GBytes             *cursor,
                                     const char * const *remote_ids)
{
  return valija_pop3_session_clear (VALIJA_POP3_SESSION (drop), cursor, remote_ids);
}

static void
valija_pop3_session_mail_drop_iface_init (ValijaMailDropInterface *iface)
{
  iface->doubt = valija_pop3_session_mail_drop_doubt;
  iface->clear = valija_pop3_session_mail_drop_clear;
}

/* ---- Object ---- */

static void
valija_pop3_session_dispose (GObject *object)
{
  ValijaPop3Session *self = VALIJA_POP3_SESSION (object);

  drop_login (self);
  dex_clear (&self->opening);
  dex_clear (&self->changed);
  g_clear_object (&self->context);
  g_clear_pointer (&self->facts, g_strfreev);

  G_OBJECT_CLASS (valija_pop3_session_parent_class)->dispose (object);
}

static void
valija_pop3_session_class_init (ValijaPop3SessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_pop3_session_dispose;
}

static void
valija_pop3_session_init (ValijaPop3Session *self)
{
  self->state = VALIJA_SESSION_CLOSED;
  self->capabilities = VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_OFFLINE | VALIJA_CAPABILITY_INTERNATIONAL;
  self->changed = dex_promise_new ();
}

/**
 * valija_pop3_session_new:
 * @context: what the session gets from outside
 *
 * Returns: (transfer full): a closed session that reads the account's incoming server
 */
ValijaSession *
valija_pop3_session_new (ValijaSessionContext *context)
{
  ValijaPop3Session *self;

  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (context), NULL);

  self = g_object_new (VALIJA_TYPE_POP3_SESSION, NULL);
  self->context = g_object_ref (context);

  return VALIJA_SESSION (self);
}
