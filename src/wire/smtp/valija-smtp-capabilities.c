/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/smtp/valija-smtp-capabilities.h"

#include <string.h>

#define MECHANISMS_LIMIT 64

static void
add_mechanisms (ValijaSmtpCapabilities *self,
                const char             *text)
{
  g_auto(GStrv) words = g_strsplit_set (text, " \t", -1);

  self->auth = TRUE;
  for (gsize i = 0; words[i] != NULL && self->mechanisms->len < MECHANISMS_LIMIT; i++)
    {
      if (words[i][0] != '\0')
        g_ptr_array_add (self->mechanisms, g_ascii_strup (words[i], -1));
    }
}

static void
add_keyword (ValijaSmtpCapabilities *self,
             const char             *line)
{
  gsize length = strcspn (line, " \t=");
  g_autofree char *name = g_ascii_strup (line, length);
  const char *rest = line + length + strspn (line + length, " \t=");

  if (strcmp (name, "PIPELINING") == 0)
    self->pipelining = TRUE;
  else if (strcmp (name, "STARTTLS") == 0)
    self->starttls = TRUE;
  else if (strcmp (name, "8BITMIME") == 0)
    self->eightbitmime = TRUE;
  else if (strcmp (name, "SMTPUTF8") == 0)
    self->smtputf8 = TRUE;
  else if (strcmp (name, "CHUNKING") == 0)
    self->chunking = TRUE;
  else if (strcmp (name, "DSN") == 0)
    self->dsn = TRUE;
  else if (strcmp (name, "ENHANCEDSTATUSCODES") == 0)
    self->enhanced_codes = TRUE;
  else if (strcmp (name, "AUTH") == 0)
    /* "AUTH=LOGIN" is what servers said before the RFC, and some still say both */
    add_mechanisms (self, rest);
  else if (strcmp (name, "SIZE") == 0)
    {
      self->size = TRUE;
      if (!g_ascii_string_to_unsigned (rest, 10, 0, G_MAXUINT64, &self->size_limit, NULL))
        self->size_limit = 0;
    }
}

ValijaSmtpCapabilities *
valija_smtp_capabilities_new (const ValijaSmtpReply *reply)
{
  ValijaSmtpCapabilities *self = g_new0 (ValijaSmtpCapabilities, 1);

  self->mechanisms = g_ptr_array_new_null_terminated (4, g_free, TRUE);

  /* The first line is the server's name and greeting */
  for (guint i = 1; reply != NULL && i < reply->lines->len; i++)
    add_keyword (self, g_ptr_array_index (reply->lines, i));

  return self;
}

void
valija_smtp_capabilities_free (ValijaSmtpCapabilities *self)
{
  g_ptr_array_unref (self->mechanisms);
  g_free (self);
}

const char * const *
valija_smtp_capabilities_get_mechanisms (ValijaSmtpCapabilities *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->mechanisms->pdata;
}
