/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-session-private.h"

#include "base/valija-error.h"
#include "base/valija-promise.h"
#include "wire/pop3/valija-pop3-command.h"

#include <glib/gi18n-lib.h>

/* What is fetched first comes a second time with the whole message: no more than this share of it. Lines are counted
 * as those of base64 (RFC 2045 §6.8), which what is large mostly is. */
#define BEGINNING_SHARE 4
#define LINE_OCTETS 78

static void
wake_waiting (ValijaPop3Session *self)
{
  g_autoptr(DexPromise) changed = g_steal_pointer (&self->changed);

  self->changed = dex_promise_new ();
  valija_promise_resolve_boolean (changed, TRUE);
}

static gboolean
check_connection (ValijaPop3Session     *self,
                  ValijaPop3Connection  *connection,
                  GError               **error)
{
  if (self->login != NULL && self->login->connection == connection)
    return TRUE;

  valija_error_set (error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
  return FALSE;
}

gboolean
valija_pop3_session_check_list (ValijaPop3Session   *self,
                                ValijaPop3Maildrop  *maildrop,
                                GError             **error)
{
  if (self->login != NULL && self->maildrop == maildrop)
    return TRUE;

  valija_error_set (error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
  return FALSE;
}

static void
take_uidl_cb (const char *line,
              gsize       length,
              gpointer    user_data)
{
  valija_pop3_maildrop_take_uidl (user_data, line, length);
}

static void
take_list_cb (const char *line,
              gsize       length,
              gpointer    user_data)
{
  valija_pop3_maildrop_take_list (user_data, line, length);
}

static DexFuture *
request_listing (ValijaPop3Session  *self,
                 ValijaPop3Maildrop *maildrop,
                 const char         *verb,
                 ValijaPop3LineFunc  func)
{
  ValijaPop3Request request = {
    .bytes = valija_pop3_command_new (verb, NULL, NULL),
    .shape = VALIJA_POP3_LINES,
    .line_func = func,
    .line_data = valija_pop3_maildrop_ref (maildrop),
    .line_destroy = (GDestroyNotify) valija_pop3_maildrop_unref,
  };

  return valija_pop3_connection_run (self->login->connection, &request);
}

gboolean
valija_pop3_session_retrieve_instead_fiber (ValijaPop3Session      *self,
                                            const ValijaPop3Entry  *entry,
                                            ValijaPop3Reply       **reply,
                                            GError                **error)
{
  ValijaPop3Capabilities *capabilities = self->login->capabilities;

  /* What was not listed was worth a try, once */
  if (!capabilities->known)
    {
      capabilities->known = TRUE;
      capabilities->top = FALSE;
    }

  g_clear_pointer (reply, valija_pop3_reply_unref);
  *reply = dex_await_boxed (valija_pop3_session_request_message (self, entry, NULL), error);

  return *reply != NULL;
}

/* Names what the server gave no unique id, which costs its header; rare. */
static gboolean
name_nameless_fiber (ValijaPop3Session     *self,
                     ValijaPop3Connection  *connection,
                     ValijaPop3Maildrop    *maildrop,
                     GError               **error)
{
  for (guint i = 0; i < valija_pop3_maildrop_get_length (maildrop); i++)
    {
      ValijaPop3Entry *entry = valija_pop3_maildrop_get (maildrop, i);
      g_autoptr(ValijaPop3Reply) reply = NULL;
      gsize length;
      const void *header;

      if (entry->remote_id != NULL)
        continue;

      if (!check_connection (self, connection, error) ||
          !(reply = dex_await_boxed (valija_pop3_session_request_header (self, entry), error)))
        return FALSE;

      if (!reply->ok &&
          (!check_connection (self, connection, error) ||
           !valija_pop3_session_retrieve_instead_fiber (self, entry, &reply, error)))
        return FALSE;

      if (reply->content == NULL)
        continue;

      header = g_bytes_get_data (reply->content, &length);
      valija_pop3_maildrop_name (maildrop, entry, header, length);
    }

  return TRUE;
}

static gboolean
list_fiber (ValijaPop3Session  *self,
            GError            **error)
{
  g_autoptr(ValijaPop3Connection) connection = g_object_ref (self->login->connection);
  g_autoptr(ValijaPop3Maildrop) maildrop = valija_pop3_maildrop_new ();
  g_autoptr(DexFuture) uidl = request_listing (self, maildrop, "UIDL", take_uidl_cb);
  g_autoptr(DexFuture) list = request_listing (self, maildrop, "LIST", take_list_cb);
  g_autoptr(ValijaPop3Reply) uidl_reply = NULL;
  g_autoptr(ValijaPop3Reply) list_reply = NULL;

  if (!(uidl_reply = dex_await_boxed (g_steal_pointer (&uidl), error)) ||
      !(list_reply = dex_await_boxed (g_steal_pointer (&list), error)))
    return FALSE;

  /* UIDL is optional, LIST is not */
  if (!list_reply->ok)
    {
      valija_pop3_set_error (list_reply, VALIJA_ERROR_REFUSED, _("The server does not list the mail."), error);
      return FALSE;
    }

  if (!valija_pop3_maildrop_finish (maildrop))
    {
      valija_error_set (error, VALIJA_ERROR_LIMIT, _("There is more mail in the mailbox than can be listed."));
      return FALSE;
    }

  if (!name_nameless_fiber (self, connection, maildrop, error) || !check_connection (self, connection, error))
    return FALSE;

  self->maildrop = g_steal_pointer (&maildrop);

  return TRUE;
}

static gboolean
is_ready (ValijaPop3Session *self,
          ValijaPop3Use      use)
{
  return self->state == VALIJA_SESSION_OPEN && self->maildrop != NULL &&
         !(use == VALIJA_POP3_USE_FRESH && self->sealed && self->n_users == 1);
}

/* With nobody else: opens and lists, from a new connection where the list is known already. */
static gboolean
prepare_fiber (ValijaPop3Session  *self,
               ValijaPop3Use       use,
               GError            **error)
{
  ValijaSession *session = VALIJA_SESSION (self);

  /* A goodbye that fails has ended the old connection as well */
  if (self->state == VALIJA_SESSION_OPEN && self->maildrop != NULL && !is_ready (self, use))
    valija_pop3_session_quit_fiber (self, NULL);

  if (!dex_await (valija_session_open (session), error))
    return FALSE;

  if (self->login == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
      return FALSE;
    }

  if (self->maildrop != NULL)
    return TRUE;

  valija_session_context_begin_step (self->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_OPEN_FOLDER);
  if (!list_fiber (self, error))
    {
      valija_error_locate (error, VALIJA_SIDE_INCOMING, VALIJA_STEP_OPEN_FOLDER);
      return FALSE;
    }
  valija_session_context_end_step (self->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_OPEN_FOLDER, NULL);

  return TRUE;
}

gboolean
valija_pop3_session_enter_fiber (ValijaPop3Session  *self,
                                 ValijaPop3Use       use,
                                 GError            **error)
{
  gboolean ready;

  while (self->alone || (use == VALIJA_POP3_USE_ALONE && self->n_users > 0))
    {
      if (!dex_await (dex_ref (DEX_FUTURE (self->changed)), error))
        return FALSE;
    }

  valija_pop3_session_stop_idle (self);
  self->n_users++;
  if (use != VALIJA_POP3_USE_ALONE && is_ready (self, use))
    return TRUE;

  self->alone = TRUE;
  ready = prepare_fiber (self, use, error);
  if (ready && use == VALIJA_POP3_USE_ALONE)
    return TRUE;

  self->alone = FALSE;
  if (!ready)
    valija_pop3_session_leave (self, VALIJA_POP3_USE_SHARED);
  else
    wake_waiting (self);

  return ready;
}

void
valija_pop3_session_leave (ValijaPop3Session *self,
                           ValijaPop3Use      use)
{
  self->n_users--;
  if (use == VALIJA_POP3_USE_ALONE)
    self->alone = FALSE;

  if (self->n_users == 0 && self->state == VALIJA_SESSION_OPEN)
    valija_pop3_session_start_idle (self);

  wake_waiting (self);
}

DexFuture *
valija_pop3_session_request_header (ValijaPop3Session     *self,
                                    const ValijaPop3Entry *entry)
{
  ValijaPop3Capabilities *capabilities = self->login->capabilities;
  ValijaPop3Request request = {
    .shape = VALIJA_POP3_CONTENT,
    .content_limit = VALIJA_POP3_HEADER_LIMIT,
    .cut_content = TRUE,
  };

  /* TOP is optional: without it there is nothing shorter than the message */
  request.bytes = capabilities->known && !capabilities->top ? valija_pop3_command_new_number ("RETR", entry->number)
                                                            : valija_pop3_command_new_top (entry->number, 0);

  return valija_pop3_connection_run (self->login->connection, &request);
}

DexFuture *
valija_pop3_session_request_beginning (ValijaPop3Session     *self,
                                       const ValijaPop3Entry *entry)
{
  ValijaPop3Request request = {
    .bytes = valija_pop3_command_new_top (entry->number,
                                          MIN (entry->size / BEGINNING_SHARE, VALIJA_POP3_BEGINNING_LIMIT) /
                                            LINE_OCTETS),
    .shape = VALIJA_POP3_CONTENT,
    .content_limit = VALIJA_POP3_BEGINNING_LIMIT,
    .cut_content = TRUE,
  };

  return valija_pop3_connection_run (self->login->connection, &request);
}

DexFuture *
valija_pop3_session_request_message (ValijaPop3Session     *self,
                                     const ValijaPop3Entry *entry,
                                     ValijaProgress        *progress)
{
  DexFuture *arriving = valija_pop3_connection_join (self->login->connection, entry->number, progress);
  ValijaPop3Request request = {
    .shape = VALIJA_POP3_CONTENT,
    .content_limit = VALIJA_POP3_MESSAGE_LIMIT,
    .content_size = entry->size,
    .number = entry->number,
  };

  if (arriving != NULL)
    return arriving;

  request.bytes = valija_pop3_command_new_number ("RETR", entry->number);
  request.progress = progress != NULL ? g_object_ref (progress) : NULL;

  return valija_pop3_connection_run (self->login->connection, &request);
}
