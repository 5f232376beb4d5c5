/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/smtp/valija-smtp-command.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* RFC 5321 §4.5.3.1.3 says 256 octets. */
#define ADDRESS_LIMIT 1000

/* RFC 3461 §4.4 */
#define ENVELOPE_ID_LIMIT 100

static gboolean
check_argument (const char  *argument,
                gsize        length,
                GError     **error)
{
  if (memchr (argument, '\r', length) != NULL || memchr (argument, '\n', length) != NULL ||
      memchr (argument, '\0', length) != NULL)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("What should be sent holds characters that SMTP cannot send."));
      return FALSE;
    }

  return TRUE;
}

/* A path must not end before its end: angle brackets and spaces only inside quotes, controls nowhere. */
static gboolean
check_address (const char  *address,
               GError     **error)
{
  gboolean quoted = FALSE;
  const char *p = address;

  for (; *p != '\0'; p++)
    {
      if (*p == '"')
        quoted = !quoted;
      else if (quoted && *p == '\\' && p[1] != '\0')
        p++;

      if (g_ascii_iscntrl (*p) || (!quoted && strchr ("<> ", *p) != NULL))
        break;
    }

  if (*p == '\0' && !quoted && p - address <= ADDRESS_LIMIT && g_utf8_validate (address, -1, NULL))
    return TRUE;

  valija_error_set (error, VALIJA_ERROR_INVALID, _("An address holds characters that SMTP cannot send."));
  return FALSE;
}

static GBytes *
take_line (GString *line)
{
  gsize length;

  g_string_append (line, "\r\n");
  length = line->len;

  return g_bytes_new_take (g_string_free_and_steal (line), length);
}

GBytes *
valija_smtp_command_new (const char  *verb,
                         const char  *argument,
                         GError     **error)
{
  GString *line;

  g_return_val_if_fail (verb != NULL, NULL);

  if (argument != NULL && !check_argument (argument, strlen (argument), error))
    return NULL;

  line = g_string_new (verb);
  if (argument != NULL)
    g_string_append_printf (line, " %s", argument);

  return take_line (line);
}

GBytes *
valija_smtp_command_new_auth (const char    *mechanism,
                              ValijaSecret  *response,
                              GError       **error)
{
  g_autofree char *before = NULL;
  g_autoptr(ValijaSecret) secret = NULL;
  const char *bytes = "";
  gsize length = 0;

  if (response != NULL)
    {
      bytes = valija_secret_peek (response, &length);
      if (!check_argument (bytes, length, error))
        return NULL;

      if (mechanism != NULL && length == 0)
        {
          bytes = "=";
          length = 1;
        }
    }

  if (mechanism != NULL)
    before = g_strdup_printf (response != NULL ? "AUTH %s " : "AUTH %s", mechanism);
  secret = valija_secret_new_joined (before != NULL ? before : "", -1, bytes, length, "\r\n");

  return valija_secret_to_bytes (secret);
}

/* RFC 3461 §4. (transfer full) */
static char *
xtext_encode (const char *text)
{
  GString *xtext = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (g_ascii_isgraph (*p) && *p != '+' && *p != '=')
        g_string_append_c (xtext, *p);
      else
        g_string_append_printf (xtext, "+%02X", (guint8) *p);
    }

  return g_string_free_and_steal (xtext);
}

GBytes *
valija_smtp_command_new_mail (const char                   *sender,
                              const ValijaSmtpMailOptions  *options,
                              GError                      **error)
{
  GString *line;

  g_return_val_if_fail (sender != NULL, NULL);
  g_return_val_if_fail (options != NULL, NULL);

  if (!check_address (sender, error))
    return NULL;

  line = g_string_new (NULL);
  g_string_append_printf (line, "MAIL FROM:<%s>", sender);
  if (options->size > 0)
    g_string_append_printf (line, " SIZE=%" G_GUINT64_FORMAT, options->size);
  if (options->eightbit)
    g_string_append (line, " BODY=8BITMIME");
  if (options->smtputf8)
    g_string_append (line, " SMTPUTF8");
  if (options->return_headers)
    g_string_append (line, " RET=HDRS");
  if (options->envelope_id != NULL && options->envelope_id[0] != '\0')
    {
      g_autofree char *id = g_strndup (options->envelope_id, ENVELOPE_ID_LIMIT);
      g_autofree char *xtext = xtext_encode (id);

      g_string_append_printf (line, " ENVID=%s", xtext);
    }

  return take_line (line);
}

GBytes *
valija_smtp_command_new_rcpt (const char  *recipient,
                              gboolean     notify,
                              GError     **error)
{
  GString *line;

  g_return_val_if_fail (recipient != NULL, NULL);

  if (recipient[0] == '\0' || !check_address (recipient, error))
    {
      if (recipient[0] == '\0')
        valija_error_set (error, VALIJA_ERROR_INVALID, _("A recipient has no address."));
      return NULL;
    }

  line = g_string_new (NULL);
  g_string_append_printf (line, "RCPT TO:<%s>", recipient);
  if (notify)
    {
      g_string_append (line, " NOTIFY=SUCCESS,FAILURE,DELAY");

      /* xtext knows no characters outside ASCII; without ORCPT a report names the address as it was delivered to */
      if (g_str_is_ascii (recipient))
        {
          g_autofree char *xtext = xtext_encode (recipient);

          g_string_append_printf (line, " ORCPT=rfc822;%s", xtext);
        }
    }

  return take_line (line);
}

GBytes *
valija_smtp_command_new_bdat (gsize    length,
                              gboolean last)
{
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "BDAT %" G_GSIZE_FORMAT "%s", length, last ? " LAST" : "");

  return take_line (line);
}

char *
valija_smtp_address_to_ascii (const char *address)
{
  const char *at;
  g_autofree char *domain = NULL;

  g_return_val_if_fail (address != NULL, NULL);

  at = strrchr (address, '@');
  if (at == NULL || g_str_is_ascii (at) || !(domain = g_hostname_to_ascii (at + 1)))
    return g_strdup (address);

  return g_strdup_printf ("%.*s@%s", (int) (at - address), address, domain);
}
