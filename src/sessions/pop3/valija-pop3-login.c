/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-login.h"

#include "base/valija-error.h"
#include "sessions/valija-sign-in.h"
#include "wire/pop3/valija-pop3-command.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* RFC 2449 §4: what a line of a command may hold, and so an initial response (RFC 5034 §4). */
#define COMMAND_LIMIT 255

/* No mechanism has more than four; a server that always asks again would otherwise keep us for ever. */
#define ROUNDS_LIMIT 10

/* By ValijaSecurity. */
static const guint16 default_ports[] = { 995, 110, 110 };

typedef struct
{
  ValijaSessionContext *context;  /* borrowed from the caller */
  ValijaPop3Login *login;
  ValijaStream *stream;
  char *greeting;                 /* nullable: what was said in clear is forgotten once it is secure */
} Flow;

static void
flow_free (Flow *flow)
{
  g_clear_pointer (&flow->login, valija_pop3_login_free);
  g_clear_object (&flow->stream);
  g_free (flow->greeting);
  g_free (flow);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Flow, flow_free)

void
valija_pop3_login_free (ValijaPop3Login *self)
{
  if (self->connection != NULL)
    valija_pop3_connection_close (self->connection);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->capabilities, valija_pop3_capabilities_free);
  g_free (self->mechanism);
  g_free (self->protection);
  g_free (self);
}

static ValijaServer *
get_server (Flow *flow)
{
  return valija_account_get_incoming (valija_session_context_get_account (flow->context));
}

ValijaPop3Reply *
valija_pop3_ask_fiber (ValijaPop3Connection  *connection,
                       GBytes                *bytes,
                       gboolean               secret,
                       GError               **error)
{
  ValijaPop3Request request = { .bytes = bytes, .secret = secret };

  return dex_await_boxed (valija_pop3_connection_run (connection, &request), error);
}

void
valija_pop3_set_error (const ValijaPop3Reply  *reply,
                       ValijaErrorCode         code,
                       const char             *sentence,
                       GError                **error)
{
  switch (valija_pop3_parse_code (reply->text, strlen (reply->text)))
    {
    case VALIJA_POP3_CODE_AUTH:
      code = VALIJA_ERROR_AUTHENTICATION;
      sentence = _("The server refused the name or the password.");
      break;

    case VALIJA_POP3_CODE_IN_USE:
      code = VALIJA_ERROR_TRY_LATER;
      sentence = _("Another program has the mailbox open. POP3 lets only one in at a time.");
      break;

    case VALIJA_POP3_CODE_LOGIN_DELAY:
      code = VALIJA_ERROR_TRY_LATER;
      sentence = _("The server wants more time between two visits.");
      break;

    case VALIJA_POP3_CODE_SYS_TEMP:
      code = VALIJA_ERROR_TRY_LATER;
      sentence = _("The server cannot open the mailbox now.");
      break;

    case VALIJA_POP3_CODE_SYS_PERM:
      code = VALIJA_ERROR_REFUSED;
      sentence = _("The server cannot open the mailbox. Only its administrator can help.");
      break;

    case VALIJA_POP3_CODE_NONE:
    default:
      break;
    }

  valija_error_set_server (error, code, reply->text, "%s", sentence);
}

static void
take_capability_cb (const char *line,
                    gsize       length,
                    gpointer    user_data)
{
  valija_pop3_capabilities_add_line (user_data, line, length);
}

/* A server that does not know CAPA is none that fails: then nothing is known of it. */
static gboolean
ask_capabilities_fiber (Flow    *flow,
                        GError **error)
{
  ValijaPop3Capabilities *capabilities = valija_pop3_capabilities_new ();
  ValijaPop3Request request = {
    .bytes = valija_pop3_command_new ("CAPA", NULL, NULL),
    .shape = VALIJA_POP3_LINES,
    .line_func = take_capability_cb,
    .line_data = capabilities,
  };
  g_autoptr(ValijaPop3Reply) reply = NULL;

  g_clear_pointer (&flow->login->capabilities, valija_pop3_capabilities_free);
  flow->login->capabilities = capabilities;

  if (!(reply = dex_await_boxed (valija_pop3_connection_run (flow->login->connection, &request), error)))
    return FALSE;

  capabilities->known = reply->ok;
  valija_pop3_connection_set_pipelining (flow->login->connection, capabilities->pipelining);

  return TRUE;
}

static void
begin (Flow       *flow,
       ValijaStep  step)
{
  valija_session_context_begin_step (flow->context, VALIJA_SIDE_INCOMING, step);
}

static gboolean
end (Flow       *flow,
     ValijaStep  step,
     const char *detail)
{
  valija_session_context_end_step (flow->context, VALIJA_SIDE_INCOMING, step, detail);
  return TRUE;
}

static gboolean
connect_fiber (Flow    *flow,
               GError **error)
{
  ValijaAccount *account = valija_session_context_get_account (flow->context);

  begin (flow, VALIJA_STEP_CONNECT);
  flow->stream = dex_await_object (valija_session_context_connect (flow->context, VALIJA_SIDE_INCOMING,
                                                                   default_ports), error);
  if (flow->stream == NULL)
    return FALSE;

  flow->login->connection = valija_pop3_connection_new (flow->stream,
                                                        valija_session_context_get_transcript (flow->context),
                                                        valija_account_get_timeout (account));
  end (flow, VALIJA_STEP_CONNECT, valija_stream_get_host (flow->stream));

  if (valija_stream_is_encrypted (flow->stream))
    {
      g_autofree char *description = valija_stream_dup_description (flow->stream);

      begin (flow, VALIJA_STEP_SECURE);
      end (flow, VALIJA_STEP_SECURE, description);
    }

  return TRUE;
}

static gboolean
greet_fiber (Flow    *flow,
             GError **error)
{
  g_autoptr(ValijaPop3Reply) reply = NULL;

  begin (flow, VALIJA_STEP_GREETING);
  if (!(reply = valija_pop3_ask_fiber (flow->login->connection, NULL, FALSE, error)))
    return FALSE;

  if (!reply->ok)
    {
      valija_pop3_set_error (reply, VALIJA_ERROR_TRY_LATER, _("The server does not let anybody in now."), error);
      return FALSE;
    }

  flow->greeting = g_strdup (reply->text);

  return ask_capabilities_fiber (flow, error) && end (flow, VALIJA_STEP_GREETING, reply->text);
}

static gboolean
secure_fiber (Flow    *flow,
              GError **error)
{
  ValijaPop3Capabilities *capabilities = flow->login->capabilities;
  ValijaPop3Request request = { .last = TRUE };
  g_autoptr(ValijaPop3Reply) reply = NULL;
  g_autofree char *description = NULL;

  if (valija_server_get_security (get_server (flow)) != VALIJA_SECURITY_STARTTLS)
    return TRUE;

  begin (flow, VALIJA_STEP_SECURE);

  if (capabilities->known && !capabilities->stls)
    {
      valija_error_set (error, VALIJA_ERROR_NO_STARTTLS,
                        _("The server offers no encryption on this port (STLS), or somebody on the way hides it."));
      return FALSE;
    }

  request.bytes = valija_pop3_command_new ("STLS", NULL, NULL);
  if (!(reply = dex_await_boxed (valija_pop3_connection_run (flow->login->connection, &request), error)))
    return FALSE;

  if (!reply->ok)
    {
      valija_error_set_server (error, VALIJA_ERROR_NO_STARTTLS, reply->text,
                               _("The server refuses to encrypt the connection."));
      return FALSE;
    }

  if (!dex_await (valija_pop3_connection_start_tls (flow->login->connection), error))
    return FALSE;

  description = valija_stream_dup_description (flow->stream);
  end (flow, VALIJA_STEP_SECURE, description);

  /* What was said in clear may have been said by anybody, and no greeting follows STLS (RFC 2595 §4) */
  g_clear_pointer (&flow->greeting, g_free);
  return ask_capabilities_fiber (flow, error);
}

static gboolean
finish_sign_in (const ValijaPop3Reply  *reply,
                GError                **error)
{
  if (reply->ok)
    return TRUE;

  valija_pop3_set_error (reply, VALIJA_ERROR_AUTHENTICATION, _("The server refused the name or the password."), error);
  return FALSE;
}

static gboolean
sign_in_by_password_fiber (Flow    *flow,
                           GError **error)
{
  ValijaPop3Connection *connection = flow->login->connection;
  g_autoptr(ValijaSecret) secret = NULL;
  g_autoptr(ValijaPop3Reply) user_reply = NULL;
  g_autoptr(ValijaPop3Reply) reply = NULL;
  GBytes *command;

  if (!(secret = dex_await_boxed (valija_session_context_lookup_secret (flow->context, VALIJA_SIDE_INCOMING), error)))
    return FALSE;

  if (!(command = valija_pop3_command_new ("USER", valija_server_get_user (get_server (flow)), error)) ||
      !(user_reply = valija_pop3_ask_fiber (connection, command, FALSE, error)) ||
      !finish_sign_in (user_reply, error) ||
      !(command = valija_pop3_command_new_secret ("PASS", secret, error)) ||
      !(reply = valija_pop3_ask_fiber (connection, command, TRUE, error)))
    return FALSE;

  g_set_str (&flow->login->mechanism, "USER");
  return finish_sign_in (reply, error);
}

/* Only ever when the user asks for it: MD5 keeps no password from whoever listens and guesses. */
static gboolean
sign_in_by_apop_fiber (Flow    *flow,
                       GError **error)
{
  g_autoptr(ValijaSecret) secret = NULL;
  g_autoptr(ValijaPop3Reply) reply = NULL;
  GBytes *command;

  if (flow->greeting == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                        _("APOP needs a greeting that nobody could change, and this server’s came before the "
                          "encryption. Choose another way of signing in, or TLS from the start."));
      return FALSE;
    }

  if (!(secret = dex_await_boxed (valija_session_context_lookup_secret (flow->context, VALIJA_SIDE_INCOMING), error)) ||
      !(command = valija_pop3_command_new_apop (flow->greeting, valija_server_get_user (get_server (flow)), secret,
                                                error)) ||
      !(reply = valija_pop3_ask_fiber (flow->login->connection, command, TRUE, error)))
    return FALSE;

  g_set_str (&flow->login->mechanism, "APOP");
  return finish_sign_in (reply, error);
}

/* "AUTH PLAIN" and, where it fits into a line, the response that begins. */
static GBytes *
create_auth_command (ValijaSasl    *sasl,
                     ValijaSecret  *initial,
                     gboolean      *sent_initial,
                     GError       **error)
{
  const char *mechanism = valija_sasl_get_mechanism (sasl);
  g_autofree char *before = g_strdup_printf ("%s ", mechanism);
  g_autoptr(ValijaSecret) argument = NULL;
  gsize length = 0;
  const char *bytes = initial != NULL ? valija_secret_peek (initial, &length) : NULL;

  *sent_initial = initial != NULL && strlen ("AUTH  \r\n") + strlen (mechanism) + length <= COMMAND_LIMIT;
  if (!*sent_initial)
    return valija_pop3_command_new ("AUTH", mechanism, error);

  argument = valija_secret_new_joined (before, -1, bytes, length, length > 0 ? "" : "=");
  return valija_pop3_command_new_secret ("AUTH", argument, error);
}

/* RFC 5034 §4: an exchange that makes no sense is ended with "*", which the server answers with its -ERR. Always
 * FALSE. */
static gboolean
call_off_fiber (ValijaPop3Connection  *connection,
                GError               **error)
{
  g_autoptr(ValijaPop3Reply) reply = NULL;

  if (!valija_error_is_cancelled (*error))
    reply = valija_pop3_ask_fiber (connection, valija_pop3_command_new ("*", NULL, NULL), FALSE, NULL);

  return FALSE;
}

static gboolean
exchange_fiber (Flow        *flow,
                ValijaSasl  *sasl,
                GError     **error)
{
  ValijaPop3Connection *connection = flow->login->connection;
  g_autoptr(ValijaSecret) response = NULL;
  g_autoptr(ValijaPop3Reply) reply = NULL;
  gboolean sent;
  GBytes *command;

  if (valija_sasl_is_client_first (sasl) && !(response = dex_await_boxed (valija_sign_in_step (sasl, NULL), error)))
    return FALSE;

  if (!(command = create_auth_command (sasl, response, &sent, error)) ||
      !(reply = valija_pop3_ask_fiber (connection, command, TRUE, error)))
    return FALSE;

  for (int i = 0; reply->challenge && i < ROUNDS_LIMIT; i++)
    {
      /* Where the first command had no room for it, the first challenge is empty and asks for what was computed
       * already */
      if (response == NULL || sent)
        {
          g_clear_pointer (&response, valija_secret_unref);
          response = dex_await_boxed (valija_sign_in_step (sasl, reply->text), error);
        }
      sent = TRUE;

      if (response == NULL || !(command = valija_pop3_command_new_secret ("", response, error)))
        return call_off_fiber (connection, error);

      g_clear_pointer (&reply, valija_pop3_reply_unref);
      if (!(reply = valija_pop3_ask_fiber (connection, command, TRUE, error)))
        return FALSE;
    }

  g_set_str (&flow->login->mechanism, valija_sasl_get_mechanism (sasl));

  return finish_sign_in (reply, error) && valija_sasl_finish (sasl, error);
}

/* USER and PASS are no mechanism of SASL: what is left when the server offers none that fits, and not less
 * guarded. */
static gboolean
may_use_password (Flow *flow)
{
  ValijaPop3Capabilities *capabilities = flow->login->capabilities;
  const char *forced = valija_server_get_mechanism (get_server (flow));

  if (!valija_stream_is_encrypted (flow->stream) && !valija_server_get_cleartext_password (get_server (flow)))
    return FALSE;

  if (forced[0] != '\0')
    return g_ascii_strcasecmp (forced, "USER") == 0;

  return capabilities->user || !capabilities->known || capabilities->sasl->len == 0;
}

static gboolean
authenticate_fiber (Flow    *flow,
                    GError **error)
{
  ValijaPop3Capabilities *capabilities = flow->login->capabilities;
  const char *forced = valija_server_get_mechanism (get_server (flow));
  g_autoptr(ValijaSasl) sasl = NULL;
  g_autoptr(GError) failure = NULL;

  if (g_ascii_strcasecmp (forced, "APOP") == 0)
    return sign_in_by_apop_fiber (flow, error);

  if (g_ascii_strcasecmp (forced, "USER") == 0 && may_use_password (flow))
    return sign_in_by_password_fiber (flow, error);

  sasl = dex_await_boxed (valija_sign_in_begin (flow->context, VALIJA_SIDE_INCOMING, flow->stream,
                                                valija_pop3_capabilities_get_sasl (capabilities)), &failure);
  if (sasl != NULL)
    return exchange_fiber (flow, sasl, error);

  if (g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NO_MECHANISM) && may_use_password (flow))
    return sign_in_by_password_fiber (flow, error);

  if (g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NO_MECHANISM) && forced[0] == '\0' &&
      !valija_stream_is_encrypted (flow->stream))
    {
      g_clear_error (&failure);
      valija_error_set (&failure, VALIJA_ERROR_NO_MECHANISM,
                        _("The server takes the password only in clear text, and this connection is not encrypted: "
                          "everybody on the way could read it."));
    }

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
sign_in_fiber (Flow    *flow,
               GError **error)
{
  g_autoptr(ValijaPop3Reply) utf8 = NULL;

  begin (flow, VALIJA_STEP_SIGN_IN);

  /* RFC 6856 §2.1: before signing in or never. A server that refuses what it offers goes on as if it had not offered
   * it. */
  if (flow->login->capabilities->utf8 &&
      !(utf8 = valija_pop3_ask_fiber (flow->login->connection, valija_pop3_command_new ("UTF8", NULL, NULL), FALSE,
                                      error)))
    return FALSE;

  if (!authenticate_fiber (flow, error))
    return FALSE;

  end (flow, VALIJA_STEP_SIGN_IN, flow->login->mechanism);

  return TRUE;
}

/* RFC 2449 §5: what a server can do may be more once it knows for whom. */
static gboolean
ask_again_fiber (Flow    *flow,
                 GError **error)
{
  return !flow->login->capabilities->known || ask_capabilities_fiber (flow, error);
}

ValijaPop3Login *
valija_pop3_login_fiber (ValijaSessionContext  *context,
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
    { ask_again_fiber, VALIJA_STEP_SIGN_IN },
  };
  g_autoptr(Flow) flow = g_new0 (Flow, 1);
  GError *failure = NULL;

  flow->context = context;
  flow->login = g_new0 (ValijaPop3Login, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (!parts[i].run (flow, &failure))
        {
          valija_error_locate (&failure, VALIJA_SIDE_INCOMING, parts[i].step);
          g_propagate_error (error, failure);
          return NULL;
        }
    }

  flow->login->protection = valija_stream_dup_description (flow->stream);

  return g_steal_pointer (&flow->login);
}
