/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-link-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "mime/valija-mime-header.h"
#include "sessions/imap/valija-imap-error.h"
#include "sessions/imap/valija-imap-folders.h"
#include "sessions/valija-sign-in.h"

/* From greeting to a link that can be worked with. */

/* A link that answers sooner than this is so near that compressing costs more than it saves (microseconds) */
#define NEAR_ROUND_TRIP 25000

static const guint16 default_ports[] = {
  [VALIJA_SECURITY_TLS] = 993,
  [VALIJA_SECURITY_STARTTLS] = 143,
  [VALIJA_SECURITY_NONE] = 143,
};

static DexFuture *
run (ValijaImapLink    *self,
     ValijaImapCommand *command,
     ValijaImapRunFlags flags)
{
  return valija_imap_connection_run (self->connection, command, flags, NULL, NULL, NULL, NULL);
}

static void
begin_step (ValijaImapLink *self,
            ValijaStep      step)
{
  if (self->primary)
    valija_session_context_begin_step (self->context, VALIJA_SIDE_INCOMING, step);
}

static void
end_step (ValijaImapLink *self,
          ValijaStep      step,
          const char     *detail)
{
  if (self->primary)
    valija_session_context_end_step (self->context, VALIJA_SIDE_INCOMING, step, detail);
}

static DexFuture *
reject (ValijaImapLink *self,
        ValijaStep      step,
        GError         *error)
{
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, step);
  valija_imap_link_close (self);

  return dex_future_new_for_error (error);
}

static ValijaServer *
get_server (ValijaImapLink *self)
{
  return valija_account_get_incoming (valija_session_context_get_account (self->context));
}

/* An exchange of SASL: challenges come by the connection's callback, which the fiber may not outlive. */
typedef struct
{
  grefcount ref_count;
  char *challenge;
  DexPromise *arrival;
} Exchange;

static Exchange *
exchange_new (void)
{
  Exchange *exchange = g_new0 (Exchange, 1);

  g_ref_count_init (&exchange->ref_count);

  return exchange;
}

static Exchange *
exchange_ref (Exchange *exchange)
{
  g_ref_count_inc (&exchange->ref_count);
  return exchange;
}

static void
exchange_unref (Exchange *exchange)
{
  if (!g_ref_count_dec (&exchange->ref_count))
    return;

  dex_clear (&exchange->arrival);
  g_free (exchange->challenge);
  g_free (exchange);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Exchange, exchange_unref)

static void
challenge_cb (const char *text,
              gpointer    user_data)
{
  Exchange *exchange = user_data;

  g_set_str (&exchange->challenge, text);
  valija_promise_fulfil (&exchange->arrival);
}

static void
finish_exchange (gpointer data)
{
  valija_promise_fulfil (&((Exchange *) data)->arrival);
  exchange_unref (data);
}

/* The command's hold on it goes when the command has ended, however it did. Later: when its future has settled,
 * so that one of the two is seen. */
static void
exchange_end (gpointer data)
{
  valija_later (finish_exchange, data);
}

/* Resolves when there is a challenge, or when the command has ended. */
static DexFuture *
wait_for_challenge (Exchange  *exchange,
                    DexFuture *done)
{
  if (!dex_future_is_pending (done))
    return dex_future_new_true ();

  dex_clear (&exchange->arrival);
  exchange->arrival = dex_promise_new_cancellable ();

  return DEX_FUTURE (dex_ref (exchange->arrival));
}

typedef struct
{
  ValijaImapLink *link;
  ValijaSasl *sasl;
} Authenticate;

static void
authenticate_free (gpointer data)
{
  Authenticate *args = data;

  g_object_unref (args->link);
  valija_sasl_unref (args->sasl);
  g_free (args);
}

static void
send_response (ValijaImapLink *self,
               ValijaSecret   *response)
{
  gsize length;
  const char *line = valija_secret_peek (response, &length);

  valija_imap_connection_continue (self->connection, line, length, TRUE);
}

static ValijaImapCommand *
authenticate_command (ValijaSasl   *sasl,
                      ValijaSecret *initial)
{
  ValijaImapCommand *command = valija_imap_command_new ("AUTHENTICATE");

  valija_imap_command_append_atom (command, valija_sasl_get_mechanism (sasl));
  if (initial != NULL)
    {
      gsize length;
      const char *response = valija_secret_peek (initial, &length);

      /* RFC 4959 §3: a response of no octets is "=" */
      valija_imap_command_append_secret (command, length > 0 ? response : "=");
    }

  return command;
}

static DexFuture *
authenticate_fiber (gpointer data)
{
  Authenticate *args = data;
  ValijaImapLink *self = args->link;
  gboolean client_first = valija_sasl_is_client_first (args->sasl);
  gboolean answered = FALSE;
  g_autoptr(Exchange) exchange = exchange_new ();
  g_autoptr(ValijaSecret) initial = NULL;
  g_autoptr(ValijaImapCommand) command = NULL;
  g_autoptr(DexFuture) done = NULL;
  g_autoptr(GError) error = NULL;

  if (client_first && valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_SASL_IR))
    {
      if (!(initial = dex_await_boxed (valija_sign_in_step (args->sasl, NULL), &error)))
        return dex_future_new_for_error (g_steal_pointer (&error));
      client_first = FALSE;
    }

  command = authenticate_command (args->sasl, initial);
  done = valija_imap_connection_run (self->connection, command, VALIJA_IMAP_RUN_ALONE | VALIJA_IMAP_RUN_SIGN_IN,
                                     NULL, challenge_cb, exchange_ref (exchange), exchange_end);

  for (;;)
    {
      g_autoptr(ValijaSecret) response = NULL;

      if (!dex_await (wait_for_challenge (exchange, done), &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
      if (!dex_future_is_pending (done))
        {
          if (!dex_await (g_steal_pointer (&done), &error))
            return dex_future_new_for_error (g_steal_pointer (&error));
          break;
        }

      response = dex_await_boxed (valija_sign_in_step (args->sasl, client_first ? NULL : exchange->challenge), &error);
      client_first = FALSE;
      if (response == NULL)
        {
          /* RFC 9051 §6.2.2: how an exchange is given up; the answer is a BAD and of no interest */
          valija_imap_connection_continue (self->connection, "*", -1, FALSE);
          return dex_future_new_for_error (g_steal_pointer (&error));
        }

      if (answered)
        continue;

      send_response (self, response);
      /* Nobody else's turn comes before the end. A server that refuses hears an empty line, and then that we go */
      answered = valija_sasl_owes_empty (args->sasl);
      if (answered)
        valija_imap_connection_continue (self->connection, "", 0, TRUE);
    }

  if (!valija_sasl_finish (args->sasl, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static DexFuture *
authenticate (ValijaImapLink *self,
              ValijaSasl     *sasl)
{
  Authenticate *args = g_new0 (Authenticate, 1);

  args->link = g_object_ref (self);
  args->sasl = valija_sasl_ref (sasl);

  return valija_fiber_spawn (authenticate_fiber, args, authenticate_free);
}

/* The LOGIN command is what is left where the server names no mechanism that suits. It shows the password. */
static gboolean
can_login (ValijaImapLink *self)
{
  ValijaServer *server = get_server (self);
  const char *forced = valija_server_get_mechanism (server);

  return !valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_LOGINDISABLED) &&
         (forced[0] == '\0' || g_ascii_strcasecmp (forced, "LOGIN") == 0 ||
          g_ascii_strcasecmp (forced, "PLAIN") == 0) &&
         (valija_stream_is_encrypted (valija_imap_connection_get_stream (self->connection)) ||
          valija_server_get_cleartext_password (server));
}

static DexFuture *
login (ValijaImapLink *self,
       ValijaSecret   *secret)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("LOGIN");

  valija_imap_command_append_string (command, valija_server_get_user (get_server (self)));
  valija_imap_command_append_string (command, valija_secret_peek (secret, NULL));
  valija_imap_command_set_secret (command);

  return run (self, command, VALIJA_IMAP_RUN_ALONE | VALIJA_IMAP_RUN_SIGN_IN);
}

static DexFuture *
sign_in_fiber (gpointer data)
{
  static const char * const none[] = { NULL };
  ValijaImapLink *self = data;
  const char * const *offered = self->mechanisms != NULL ? (const char * const *) self->mechanisms : none;
  g_autoptr(ValijaSasl) sasl = NULL;
  g_autoptr(ValijaSecret) secret = NULL;
  g_autoptr(GError) error = NULL;

  sasl = dex_await_boxed (valija_sign_in_begin (self->context, VALIJA_SIDE_INCOMING,
                                                valija_imap_connection_get_stream (self->connection), offered), &error);
  if (sasl != NULL)
    {
      if (!dex_await (authenticate (self, sasl), &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
      self->sign_in = g_strdup (valija_sasl_get_mechanism (sasl));
      return dex_future_new_true ();
    }

  if (!g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NO_MECHANISM) || !can_login (self))
    return dex_future_new_for_error (g_steal_pointer (&error));

  g_clear_error (&error);
  if (!(secret = dex_await_boxed (valija_session_context_lookup_secret (self->context, VALIJA_SIDE_INCOMING), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (!dex_await (login (self, secret), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  self->sign_in = g_strdup ("LOGIN");

  return dex_future_new_true ();
}

static DexFuture *
sign_in (ValijaImapLink *self)
{
  return valija_fiber_spawn (sign_in_fiber, g_object_ref (self), g_object_unref);
}

static DexFuture *
ask_capabilities (ValijaImapLink *self)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("CAPABILITY");

  return run (self, command, VALIJA_IMAP_RUN_NONE);
}

static DexFuture *
start_tls_fiber (gpointer data)
{
  ValijaImapLink *self = data;
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("STARTTLS");
  g_autoptr(GError) error = NULL;
  GError *missing = NULL;

  if (self->capabilities_known && !valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_STARTTLS))
    {
      valija_error_set (&error, VALIJA_ERROR_NO_STARTTLS, _("The server does not offer STARTTLS."));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if (!dex_await (run (self, command, VALIJA_IMAP_RUN_ALONE | VALIJA_IMAP_RUN_STOP), &error))
    {
      if (!g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED) &&
          !g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL))
        return dex_future_new_for_error (g_steal_pointer (&error));

      valija_error_set_server (&missing, VALIJA_ERROR_NO_STARTTLS, valija_error_get_server_line (error),
                               _("The server refused STARTTLS."));
      return dex_future_new_for_error (missing);
    }

  /* What came in clear may have come from anybody */
  valija_imap_link_forget_capabilities (self);
  g_set_str (&self->greeting, "");

  if (!dex_await (valija_imap_connection_start_tls (self->connection), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static DexFuture *
start_tls (ValijaImapLink *self)
{
  return valija_fiber_spawn (start_tls_fiber, g_object_ref (self), g_object_unref);
}

static DexFuture *
identify (ValijaImapLink *self)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("ID");

  valija_imap_command_open_list (command);
  valija_imap_command_append_atom (command, "\"name\" \"Valija\" \"version\" \"" PACKAGE_VERSION "\"");
  valija_imap_command_close_list (command);

  return run (self, command, VALIJA_IMAP_RUN_NONE);
}

/* Once for all that is to be enabled (RFC 5161). IMAP4rev2 and UTF8=ACCEPT spell the names of folders as they are. The
 * answer is not waited for: only what names such a folder is. */
static void
enable (ValijaImapLink *self)
{
  static const struct { ValijaImapCapabilities capability; const char *word; ValijaImapRunFlags flags; } words[] = {
    { VALIJA_IMAP_CAPABILITY_QRESYNC, "QRESYNC", VALIJA_IMAP_RUN_NONE },
    { VALIJA_IMAP_CAPABILITY_IMAP4REV2, "IMAP4rev2", VALIJA_IMAP_RUN_SPELLING },
    { VALIJA_IMAP_CAPABILITY_UTF8_ACCEPT, "UTF8=ACCEPT", VALIJA_IMAP_RUN_SPELLING },
  };
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("ENABLE");
  ValijaImapRunFlags flags = VALIJA_IMAP_RUN_NONE;
  guint n_words = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      /* A server that is nothing else needs not be told */
      if (!valija_imap_link_has (self, words[i].capability) ||
          (words[i].capability == VALIJA_IMAP_CAPABILITY_IMAP4REV2 && self->utf8))
        continue;
      valija_imap_command_append_atom (command, words[i].word);
      flags |= words[i].flags;
      n_words++;
    }

  if (n_words > 0)
    valija_future_forget (run (self, command, flags), "imap enable");
}

/* All that can be asked in one turn once signed in. Nothing of it is waited for here. */
static void
prepare (ValijaImapLink *self)
{
  self->qresync = valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_QRESYNC);
  if (valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_ID))
    valija_future_forget (identify (self), "imap id");
  enable (self);

  if (self->primary)
    {
      if (valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_QUOTA))
        valija_future_forget (valija_imap_link_ask_quota (self), "imap quota");
      self->folders = valija_imap_folders_query (self);
      self->listed_at = g_get_monotonic_time ();
    }
}

/* A link on which the new layer has not begun is of no use any more. */
static DexFuture *
compress_fiber (gpointer data)
{
  ValijaImapLink *self = data;
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("COMPRESS");
  g_autoptr(GError) error = NULL;

  valija_imap_command_append_atom (command, "DEFLATE");
  if (dex_await (run (self, command, VALIJA_IMAP_RUN_LAST | VALIJA_IMAP_RUN_STOP), &error))
    {
      if (!valija_imap_connection_start_deflate (self->connection, &error))
        valija_imap_link_close (self);
    }
  else
    {
      self->compressed = FALSE;
      /* RFC 4978 §3: a NO changes nothing (COMPRESSIONACTIVE) */
      if (!g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED))
        valija_imap_link_close (self);
    }

  return dex_future_new_true ();
}

void
valija_imap_link_compress (ValijaImapLink *self)
{
  gint64 round_trip = valija_imap_connection_get_round_trip (self->connection);

  if (self->asked_to_compress || !valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_COMPRESS_DEFLATE) ||
      round_trip == G_MAXINT64 || round_trip < NEAR_ROUND_TRIP)
    return;

  self->asked_to_compress = TRUE;
  self->compressed = TRUE;
  /* Of nobody that asks for messages: a layer that has begun at the server must begin here, whoever gives up */
  valija_future_forget (valija_fiber_spawn (compress_fiber, g_object_ref (self), g_object_unref), "imap compress");
}

static DexFuture *
secure_fiber (gpointer data)
{
  ValijaImapLink *self = data;
  ValijaStream *stream = valija_imap_connection_get_stream (self->connection);
  gboolean required = valija_server_get_security (get_server (self)) == VALIJA_SECURITY_STARTTLS;
  gboolean signed_in;
  g_autofree char *description = NULL;
  g_autoptr(GError) error = NULL;

  begin_step (self, VALIJA_STEP_GREETING);
  signed_in = dex_await_boolean (valija_imap_connection_greet (self->connection), &error);
  if (error != NULL)
    return reject (self, VALIJA_STEP_GREETING, g_steal_pointer (&error));
  end_step (self, VALIJA_STEP_GREETING, self->greeting);

  if (required && signed_in)
    {
      /* RFC 9051 §11.3: STARTTLS is not allowed any more, and who we are was decided without it */
      valija_error_set (
          &error, VALIJA_ERROR_NO_STARTTLS,
          _("The server takes you for signed in before the connection is encrypted. Somebody may be in between."));
      return reject (self, VALIJA_STEP_SECURE, g_steal_pointer (&error));
    }
  if (required)
    {
      begin_step (self, VALIJA_STEP_SECURE);
      if (!dex_await (start_tls (self), &error))
        return reject (self, VALIJA_STEP_SECURE, g_steal_pointer (&error));
      description = valija_stream_dup_description (stream);
      end_step (self, VALIJA_STEP_SECURE, description);
      self->secure = TRUE;
    }
  if (!self->capabilities_known && !dex_await (ask_capabilities (self), &error))
    return reject (self, VALIJA_STEP_GREETING, g_steal_pointer (&error));

  return dex_future_new_for_boolean (signed_in);
}

static DexFuture *
open_fiber (gpointer data)
{
  ValijaImapLink *self = data;
  g_autoptr(ValijaStream) stream = NULL;
  g_autofree char *description = NULL;
  g_autoptr(GError) error = NULL;
  gboolean signed_in;

  begin_step (self, VALIJA_STEP_CONNECT);
  if (!(stream = dex_await_object (valija_session_context_connect (self->context, VALIJA_SIDE_INCOMING, default_ports),
                                   &error)))
    return reject (self, VALIJA_STEP_CONNECT, g_steal_pointer (&error));
  end_step (self, VALIJA_STEP_CONNECT, valija_stream_get_host (stream));
  if (valija_stream_is_encrypted (stream))
    {
      begin_step (self, VALIJA_STEP_SECURE);
      description = valija_stream_dup_description (stream);
      end_step (self, VALIJA_STEP_SECURE, description);
    }
  self->secure = valija_server_get_security (get_server (self)) != VALIJA_SECURITY_STARTTLS;
  valija_imap_link_adopt (self, valija_imap_connection_new (
                                    stream, valija_session_context_get_transcript (self->context),
                                    valija_account_get_timeout (valija_session_context_get_account (self->context))));

  signed_in = dex_await_boolean (valija_fiber_spawn (secure_fiber, g_object_ref (self), g_object_unref), &error);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!signed_in)
    {
      begin_step (self, VALIJA_STEP_SIGN_IN);
      /* What it can is told anew with the OK, or asked for: it may be more than before */
      self->capabilities_known = FALSE;
      if (!dex_await (sign_in (self), &error) ||
          (!self->capabilities_known && !dex_await (ask_capabilities (self), &error)))
        return reject (self, VALIJA_STEP_SIGN_IN, g_steal_pointer (&error));
      end_step (self, VALIJA_STEP_SIGN_IN, self->sign_in);
    }

  prepare (self);

  return dex_future_new_true ();
}

DexFuture *
valija_imap_link_open (ValijaImapLink *self)
{
  return valija_fiber_spawn (open_fiber, g_object_ref (self), g_object_unref);
}
