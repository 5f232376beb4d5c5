/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/smtp/valija-smtp-check.h"

#include "base/valija-error.h"
#include "model/valija-address.h"
#include "wire/smtp/valija-smtp-command.h"

#include <glib/gi18n-lib.h>

static ValijaAddressCheck *
make_check (ValijaAddressVerdict   verdict,
            const ValijaSmtpReply *reply)
{
  g_autofree char *line = valija_smtp_reply_dup_line (reply);

  return valija_address_check_new (verdict, line);
}

/* 252 is "ask me by sending" (RFC 5321 §3.5.3), 502 and its like "I do not tell": then *@check stays NULL. */
static gboolean
verify_fiber (ValijaSmtpConnection *connection,
              const char           *address,
              ValijaAddressCheck  **check,
              GError              **error)
{
  g_autofree char *argument = g_str_is_ascii (address) ? g_strdup (address) : g_strconcat (address, " SMTPUTF8", NULL);
  GBytes *command = valija_smtp_command_new ("VRFY", argument, error);
  g_autoptr(ValijaSmtpReply) reply = NULL;

  if (command == NULL || !(reply = valija_smtp_ask_fiber (connection, command, FALSE, error)))
    return FALSE;

  if (reply->code == 250 || reply->code == 251)
    *check = make_check (VALIJA_ADDRESS_CONFIRMED, reply);
  else if (reply->code == 550 || reply->code == 551 || reply->code == 553)
    *check = make_check (VALIJA_ADDRESS_REFUSED, reply);

  return TRUE;
}

static ValijaAddressCheck *
judge (const ValijaSmtpReply *reply)
{
  if (valija_smtp_reply_is_ok (reply))
    return make_check (VALIJA_ADDRESS_ACCEPTED, reply);

  /* "Not now" is no judgement. */
  return make_check (reply->code >= 500 ? VALIJA_ADDRESS_REFUSED : VALIJA_ADDRESS_UNKNOWN, reply);
}

static ValijaAddressCheck *
probe_fiber (ValijaSmtpConnection  *connection,
             const char            *sender,
             const char            *address,
             GError               **error)
{
  ValijaSmtpMailOptions options = { .smtputf8 = !g_str_is_ascii (address) };
  g_autofree char *from = valija_smtp_address_to_ascii (sender);
  g_autoptr(GBytes) mail = NULL;
  g_autoptr(GBytes) rcpt = NULL;
  g_autoptr(ValijaSmtpReply) mail_reply = NULL;
  g_autoptr(ValijaSmtpReply) rcpt_reply = NULL;
  g_autoptr(ValijaSmtpReply) reset_reply = NULL;

  /* Both are written before one is said: an envelope that is begun would be in the way of the next */
  if (!(mail = valija_smtp_command_new_mail (from, &options, error)) ||
      !(rcpt = valija_smtp_command_new_rcpt (address, FALSE, error)) ||
      !(mail_reply = valija_smtp_ask_fiber (connection, g_steal_pointer (&mail), FALSE, error)))
    return NULL;

  if (!valija_smtp_reply_is_ok (mail_reply))
    {
      valija_smtp_reply_set_error (mail_reply, VALIJA_SMTP_AT_SENDER, error);
      valija_error_locate (error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_SENDER);
      return NULL;
    }

  /* Whatever comes of it, the next one begins anew. */
  if (!(rcpt_reply = valija_smtp_ask_fiber (connection, g_steal_pointer (&rcpt), FALSE, error)) ||
      !(reset_reply = valija_smtp_ask_fiber (connection, valija_smtp_command_new ("RSET", NULL, NULL), FALSE,
                                             error)))
    return NULL;

  return judge (rcpt_reply);
}

ValijaAddressCheck *
valija_smtp_check_fiber (ValijaSmtpLogin  *login,
                         const char       *sender,
                         const char       *address,
                         GError          **error)
{
  g_autoptr(ValijaSmtpConnection) connection = g_object_ref (login->connection);
  g_autofree char *adapted = valija_smtp_address_to_ascii (address);
  ValijaAddressCheck *check = NULL;

  if (!valija_address_is_valid (address))
    valija_error_set (error, VALIJA_ERROR_INVALID, _("“%s” is not an address that mail can be sent to."), address);
  else if (!g_str_is_ascii (adapted) && !login->capabilities->smtputf8)
    valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                      _("The outgoing server cannot handle the address “%s”, as it has letters outside ASCII before "
                        "the @."), address);
  else if (verify_fiber (connection, adapted, &check, error))
    return check != NULL ? check : probe_fiber (connection, sender, adapted, error);

  valija_error_locate (error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_RECIPIENTS);

  return NULL;
}
