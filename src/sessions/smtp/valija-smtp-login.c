/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/smtp/valija-smtp-login.h"

#include "base/valija-error.h"
#include "sessions/valija-sign-in.h"
#include "wire/smtp/valija-smtp-command.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* RFC 5321 §4.5.3.1.4: what a line of a command may hold, and so an initial response (RFC 4954 §4). */
#define COMMAND_LIMIT 512

/* No mechanism has more than four; a server that always asks again would otherwise keep us for ever. */
#define ROUNDS_LIMIT 10

/* What we call ourselves: an address literal (RFC 5321 §4.1.3), which tells nobody the name of this computer. */
#define CLIENT_NAME "[127.0.0.1]"

/* By ValijaSecurity. */
static const guint16 default_ports[] = { 465, 587, 25 };

typedef struct
{
  ValijaSessionContext *context;  /* borrowed from the caller */
  ValijaSmtpLogin *login;
  ValijaStream *stream;
} Flow;

static void
flow_free (Flow *flow)
{
  g_clear_pointer (&flow->login, valija_smtp_login_free);
  g_clear_object (&flow->stream);
  g_free (flow);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Flow, flow_free)

void
valija_smtp_login_free (ValijaSmtpLogin *self)
{
  if (self->connection != NULL)
    valija_smtp_connection_close (self->connection);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->capabilities, valija_smtp_capabilities_free);
  g_free (self->server_name);
  g_free (self->mechanism);
  g_free (self->protection);
  g_free (self);
}

static ValijaServer *
get_server (Flow *flow)
{
  return valija_account_get_outgoing (valija_session_context_get_account (flow->context));
}

ValijaSmtpReply *
valija_smtp_ask_fiber (ValijaSmtpConnection  *connection,
                       GBytes                *bytes,
                       gboolean               secret,
                       GError               **error)
{
  ValijaSmtpRequest request = { .bytes = bytes, .secret = secret };

  return dex_await_boxed (valija_smtp_connection_run (connection, &request), error);
}

static void
begin (Flow       *flow,
       ValijaStep  step)
{
  valija_session_context_begin_step (flow->context, VALIJA_SIDE_OUTGOING, step);
}

static gboolean
end (Flow       *flow,
     ValijaStep  step,
     const char *detail)
{
  valija_session_context_end_step (flow->context, VALIJA_SIDE_OUTGOING, step, detail);
  return TRUE;
}

static gboolean
connect_fiber (Flow    *flow,
               GError **error)
{
  ValijaAccount *account = valija_session_context_get_account (flow->context);

  begin (flow, VALIJA_STEP_CONNECT);
  flow->stream = dex_await_object (valija_session_context_connect (flow->context, VALIJA_SIDE_OUTGOING,
                                                                   default_ports), error);
  if (flow->stream == NULL)
    return FALSE;

  flow->login->connection = valija_smtp_connection_new (flow->stream, valija_account_get_timeout (account));
  end (flow, VALIJA_STEP_CONNECT, valija_stream_get_host (flow->stream));

  if (valija_stream_is_encrypted (flow->stream))
    {
      g_autofree char *description = valija_stream_dup_description (flow->stream);

      begin (flow, VALIJA_STEP_SECURE);
      end (flow, VALIJA_STEP_SECURE, description);
    }

  return TRUE;
}

/* EHLO, or HELO where the server is older than that. */
static gboolean
introduce_fiber (Flow    *flow,
                 GError **error)
{
  ValijaSmtpConnection *connection = flow->login->connection;
  g_autoptr(ValijaSmtpReply) reply = NULL;
  gboolean extended = TRUE;

  g_clear_pointer (&flow->login->capabilities, valija_smtp_capabilities_free);

  if (!(reply = valija_smtp_ask_fiber (connection, valija_smtp_command_new ("EHLO", CLIENT_NAME, NULL), FALSE, error)))
    return FALSE;

  if (reply->code / 100 == 5)
    {
      extended = FALSE;
      g_clear_pointer (&reply, valija_smtp_reply_unref);
      if (!(reply = valija_smtp_ask_fiber (connection, valija_smtp_command_new ("HELO", CLIENT_NAME, NULL), FALSE,
                                           error)))
        return FALSE;
    }

  if (!valija_smtp_reply_is_ok (reply))
    {
      valija_smtp_reply_set_error (reply, VALIJA_SMTP_AT_GREETING, error);
      return FALSE;
    }

  flow->login->capabilities = valija_smtp_capabilities_new (extended ? reply : NULL);
  g_set_str (&flow->login->server_name, g_ptr_array_index (reply->lines, 0));
  valija_smtp_connection_set_pipelining (connection, flow->login->capabilities->pipelining);

  return TRUE;
}

static gboolean
greet_fiber (Flow    *flow,
             GError **error)
{
  g_autoptr(ValijaSmtpReply) reply = NULL;

  begin (flow, VALIJA_STEP_GREETING);
  if (!(reply = valija_smtp_ask_fiber (flow->login->connection, NULL, FALSE, error)))
    return FALSE;

  if (!valija_smtp_reply_is_ok (reply))
    {
      valija_smtp_reply_set_error (reply, VALIJA_SMTP_AT_GREETING, error);
      return FALSE;
    }

  return introduce_fiber (flow, error) && end (flow, VALIJA_STEP_GREETING, g_ptr_array_index (reply->lines, 0));
}

static gboolean
secure_fiber (Flow    *flow,
              GError **error)
{
  ValijaSmtpRequest request = { .last = TRUE };
  g_autoptr(ValijaSmtpReply) reply = NULL;
  g_autofree char *description = NULL;

  if (valija_server_get_security (get_server (flow)) != VALIJA_SECURITY_STARTTLS)
    return TRUE;

  begin (flow, VALIJA_STEP_SECURE);

  if (!flow->login->capabilities->starttls)
    {
      valija_error_set (error, VALIJA_ERROR_NO_STARTTLS,
                        _("The server offers no encryption on this port (STARTTLS), or somebody on the way hides it."));
      return FALSE;
    }

  request.bytes = valija_smtp_command_new ("STARTTLS", NULL, NULL);
  if (!(reply = dex_await_boxed (valija_smtp_connection_run (flow->login->connection, &request), error)))
    return FALSE;

  if (!valija_smtp_reply_is_ok (reply))
    {
      g_autofree char *line = valija_smtp_reply_dup_line (reply);

      valija_error_set_server (error, VALIJA_ERROR_NO_STARTTLS, line,
                               _("The server refuses to encrypt the connection."));
      return FALSE;
    }

  if (!dex_await (valija_smtp_connection_start_tls (flow->login->connection), error))
    return FALSE;

  description = valija_stream_dup_description (flow->stream);
  end (flow, VALIJA_STEP_SECURE, description);

  /* What was said in clear may have been said by anybody */
  return introduce_fiber (flow, error);
}

/* RFC 4954 §4: an exchange that makes no sense is ended with "*", which the server answers with its 501. Always
 * FALSE. */
static gboolean
call_off_fiber (ValijaSmtpConnection  *connection,
                GError               **error)
{
  g_autoptr(ValijaSmtpReply) reply = NULL;

  if (!valija_error_is_cancelled (*error))
    reply = valija_smtp_ask_fiber (connection, valija_smtp_command_new ("*", NULL, NULL), FALSE, NULL);

  return FALSE;
}

static gboolean
has_room (ValijaSasl   *sasl,
          ValijaSecret *initial)
{
  gsize length;

  valija_secret_peek (initial, &length);
  return strlen ("AUTH  \r\n") + strlen (valija_sasl_get_mechanism (sasl)) + length <= COMMAND_LIMIT;
}

static gboolean
exchange_fiber (Flow        *flow,
                ValijaSasl  *sasl,
                GError     **error)
{
  ValijaSmtpConnection *connection = flow->login->connection;
  g_autoptr(ValijaSecret) response = NULL;
  g_autoptr(ValijaSmtpReply) reply = NULL;
  gboolean sent;
  GBytes *command;

  if (valija_sasl_is_client_first (sasl) && !(response = dex_await_boxed (valija_sign_in_step (sasl, NULL), error)))
    return FALSE;

  sent = response != NULL && has_room (sasl, response);
  if (!(command = valija_smtp_command_new_auth (valija_sasl_get_mechanism (sasl), sent ? response : NULL, error)) ||
      !(reply = valija_smtp_ask_fiber (connection, command, TRUE, error)))
    return FALSE;

  for (int i = 0; reply->code == 334 && i < ROUNDS_LIMIT; i++)
    {
      /* Where the first command had no room for it, the first challenge is empty and asks for what was computed
       * already */
      if (response == NULL || sent)
        {
          g_clear_pointer (&response, valija_secret_unref);
          response = dex_await_boxed (valija_sign_in_step (sasl, g_ptr_array_index (reply->lines, 0)), error);
        }
      sent = TRUE;

      if (response == NULL || !(command = valija_smtp_command_new_auth (NULL, response, error)))
        return call_off_fiber (connection, error);

      g_clear_pointer (&reply, valija_smtp_reply_unref);
      if (!(reply = valija_smtp_ask_fiber (connection, command, TRUE, error)))
        return FALSE;
    }

  if (!valija_smtp_reply_is_ok (reply))
    {
      valija_smtp_reply_set_error (reply, VALIJA_SMTP_AT_SIGN_IN, error);
      return FALSE;
    }

  g_set_str (&flow->login->mechanism, valija_sasl_get_mechanism (sasl));

  return valija_sasl_finish (sasl, error);
}

static gboolean
sign_in_fiber (Flow    *flow,
               GError **error)
{
  g_autoptr(ValijaSasl) sasl = NULL;

  begin (flow, VALIJA_STEP_SIGN_IN);

  /* Without a name the server knows us by where we are */
  if (valija_server_get_user (get_server (flow))[0] == '\0')
    return end (flow, VALIJA_STEP_SIGN_IN, _("without a name"));

  sasl = dex_await_boxed (valija_sign_in_begin (flow->context, VALIJA_SIDE_OUTGOING, flow->stream,
                                                valija_smtp_capabilities_get_mechanisms (flow->login->capabilities)),
                          error);

  return sasl != NULL && exchange_fiber (flow, sasl, error) && end (flow, VALIJA_STEP_SIGN_IN, flow->login->mechanism);
}

ValijaSmtpLogin *
valija_smtp_login_fiber (ValijaSessionContext  *context,
                         GError               **error)
{
  static const struct
  {
    gboolean (*run) (Flow *flow, GError **error);
    ValijaStep step;
  } parts[] = {
    { connect_fiber, VALIJA_STEP_CONNECT },
    { greet_fiber, VALIJA_STEP_GREETING },
    { secure_fiber, VALIJA_STEP_SECURE },
    { sign_in_fiber, VALIJA_STEP_SIGN_IN },
  };
  g_autoptr(Flow) flow = g_new0 (Flow, 1);
  GError *failure = NULL;

  flow->context = context;
  flow->login = g_new0 (ValijaSmtpLogin, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (!parts[i].run (flow, &failure))
        {
          valija_error_locate (&failure, VALIJA_SIDE_OUTGOING, parts[i].step);
          g_propagate_error (error, failure);
          return NULL;
        }
    }

  flow->login->protection = valija_stream_dup_description (flow->stream);

  return g_steal_pointer (&flow->login);
}
