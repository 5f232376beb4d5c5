/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/pop3/valija-pop3-command.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* RFC 2449 §4 says 255 octets; tokens in base64 are longer. */
#define ARGUMENT_LIMIT (16 * 1024)

static GBytes *
join (const char *verb,
      const char *argument,
      gsize       length)
{
  g_autofree char *before = g_strconcat (verb, argument != NULL && *verb != '\0' ? " " : NULL, NULL);
  g_autoptr(ValijaSecret) secret =
      valija_secret_new_joined (before, -1, argument != NULL ? argument : "", length, "\r\n");

  return valija_secret_to_bytes (secret);
}

static gboolean
check_argument (const char  *argument,
                gsize        length,
                GError     **error)
{
  if (length > ARGUMENT_LIMIT ||
      memchr (argument, '\r', length) != NULL ||
      memchr (argument, '\n', length) != NULL ||
      memchr (argument, '\0', length) != NULL)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The user name or password holds characters that POP3 cannot send."));
      return FALSE;
    }

  return TRUE;
}

GBytes *
valija_pop3_command_new (const char  *verb,
                         const char  *argument,
                         GError     **error)
{
  g_return_val_if_fail (verb != NULL, NULL);

  if (argument != NULL && !check_argument (argument, strlen (argument), error))
    return NULL;

  return join (verb, argument, argument != NULL ? strlen (argument) : 0);
}

GBytes *
valija_pop3_command_new_secret (const char    *verb,
                                ValijaSecret  *argument,
                                GError       **error)
{
  gsize length;
  const char *bytes;

  g_return_val_if_fail (verb != NULL, NULL);
  g_return_val_if_fail (argument != NULL, NULL);

  bytes = valija_secret_peek (argument, &length);
  if (!check_argument (bytes, length, error))
    return NULL;

  return join (verb, bytes, length);
}

GBytes *
valija_pop3_command_new_number (const char *verb,
                                guint       number)
{
  char *line = g_strdup_printf ("%s %u\r\n", verb, number);

  return g_bytes_new_take (line, strlen (line));
}

GBytes *
valija_pop3_command_new_top (guint number,
                             guint n_lines)
{
  char *line = g_strdup_printf ("TOP %u %u\r\n", number, n_lines);

  return g_bytes_new_take (line, strlen (line));
}

GBytes *
valija_pop3_command_new_apop (const char    *greeting,
                              const char    *user,
                              ValijaSecret  *secret,
                              GError       **error)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  const char *start = strchr (greeting, '<');
  const char *end = start != NULL ? strchr (start, '>') : NULL;
  g_autofree char *argument = NULL;
  gsize length;
  const char *bytes = valija_secret_peek (secret, &length);

  if (end == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_NO_MECHANISM, _("The server does not offer the way of signing in “%s”."),
                        "APOP");
      return NULL;
    }

  g_checksum_update (checksum, (const guchar *) start, end - start + 1);
  g_checksum_update (checksum, (const guchar *) bytes, length);
  argument = g_strdup_printf ("%s %s", user, g_checksum_get_string (checksum));

  return valija_pop3_command_new ("APOP", argument, error);
}
