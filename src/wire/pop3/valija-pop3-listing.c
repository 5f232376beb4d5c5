/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/pop3/valija-pop3-listing.h"

#include <string.h>

/* RFC 1939 allows 70 printable characters; some servers use more. */
#define UID_LIMIT 512
#define SASL_LIMIT 64
#define IMPLEMENTATION_LIMIT 200

/* Takes decimal digits off the front. FALSE when there are none or they are more than a guint64. */
static gboolean
take_number (const char **text,
             gsize       *length,
             guint64     *number)
{
  guint64 value = 0;
  gsize i;

  for (i = 0; i < *length && g_ascii_isdigit ((*text)[i]); i++)
    {
      guint digit = (*text)[i] - '0';

      if (value > (G_MAXUINT64 - digit) / 10)
        return FALSE;

      value = value * 10 + digit;
    }

  *text += i;
  *length -= i;
  *number = value;

  return i > 0;
}

static void
skip_spaces (const char **text,
             gsize       *length)
{
  while (*length > 0 && (**text == ' ' || **text == '\t'))
    {
      (*text)++;
      (*length)--;
    }
}

static gboolean
take_message_number (const char **text,
                     gsize       *length,
                     guint       *number)
{
  guint64 value;

  skip_spaces (text, length);
  if (!take_number (text, length, &value) || value == 0 || value > G_MAXUINT)
    return FALSE;

  *number = value;

  return *length == 0 || **text == ' ' || **text == '\t';
}

gboolean
valija_pop3_parse_uidl (const char  *line,
                        gsize        length,
                        guint       *number,
                        const char **uid,
                        gsize       *uid_length)
{
  if (!take_message_number (&line, &length, number))
    return FALSE;

  skip_spaces (&line, &length);
  while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
    length--;

  if (length > UID_LIMIT)
    return FALSE;

  *uid = line;
  *uid_length = length;

  return TRUE;
}

gboolean
valija_pop3_parse_list (const char *line,
                        gsize       length,
                        guint      *number,
                        guint64    *size)
{
  if (!take_message_number (&line, &length, number))
    return FALSE;

  skip_spaces (&line, &length);

  /* RFC 1939 lets more follow the size */
  return take_number (&line, &length, size);
}

ValijaPop3Code
valija_pop3_parse_code (const char *text,
                        gsize       length)
{
  static const struct
  {
    const char *name;
    ValijaPop3Code code;
  } codes[] = {
    { "[AUTH]", VALIJA_POP3_CODE_AUTH },
    { "[IN-USE]", VALIJA_POP3_CODE_IN_USE },
    { "[LOGIN-DELAY]", VALIJA_POP3_CODE_LOGIN_DELAY },
    { "[SYS/TEMP]", VALIJA_POP3_CODE_SYS_TEMP },
    { "[SYS/PERM]", VALIJA_POP3_CODE_SYS_PERM },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      gsize n = strlen (codes[i].name);

      if (length >= n && g_ascii_strncasecmp (text, codes[i].name, n) == 0)
        return codes[i].code;
    }

  return VALIJA_POP3_CODE_NONE;
}

ValijaPop3Capabilities *
valija_pop3_capabilities_new (void)
{
  ValijaPop3Capabilities *self = g_new0 (ValijaPop3Capabilities, 1);

  self->sasl = g_ptr_array_new_null_terminated (4, g_free, TRUE);
  self->expire_days = -1;

  return self;
}

void
valija_pop3_capabilities_free (ValijaPop3Capabilities *self)
{
  g_ptr_array_unref (self->sasl);
  g_free (self->implementation);
  g_free (self);
}

const char * const *
valija_pop3_capabilities_get_sasl (ValijaPop3Capabilities *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->sasl->pdata;
}

static void
add_mechanisms (ValijaPop3Capabilities *self,
                char                  **words)
{
  for (gsize i = 0; words[i] != NULL && self->sasl->len < SASL_LIMIT; i++)
    {
      if (words[i][0] != '\0')
        g_ptr_array_add (self->sasl, g_ascii_strup (words[i], -1));
    }
}

void
valija_pop3_capabilities_add_line (ValijaPop3Capabilities *self,
                                   const char             *line,
                                   gsize                   length)
{
  g_autofree char *text = g_strndup (line, length);
  g_auto(GStrv) words = g_strsplit_set (text, " \t", -1);
  const char *name = words[0] != NULL ? words[0] : "";

  g_return_if_fail (self != NULL);

  self->known = TRUE;

  if (g_ascii_strcasecmp (name, "TOP") == 0)
    self->top = TRUE;
  else if (g_ascii_strcasecmp (name, "UIDL") == 0)
    self->uidl = TRUE;
  else if (g_ascii_strcasecmp (name, "USER") == 0)
    self->user = TRUE;
  else if (g_ascii_strcasecmp (name, "PIPELINING") == 0)
    self->pipelining = TRUE;
  else if (g_ascii_strcasecmp (name, "STLS") == 0)
    self->stls = TRUE;
  else if (g_ascii_strcasecmp (name, "SASL") == 0)
    add_mechanisms (self, words + 1);
  else if (g_ascii_strcasecmp (name, "UTF8") == 0)
    {
      self->utf8 = TRUE;
      self->utf8_user = words[1] != NULL && g_ascii_strcasecmp (words[1], "USER") == 0;
    }
  else if (g_ascii_strcasecmp (name, "EXPIRE") == 0)
    {
      const char *value = words[1] != NULL ? words[1] : "";
      gsize value_length = strlen (value);
      guint64 days;

      if (take_number (&value, &value_length, &days) && days <= G_MAXINT)
        self->expire_days = days;
    }
  else if (g_ascii_strcasecmp (name, "IMPLEMENTATION") == 0 && self->implementation == NULL)
    {
      self->implementation = g_strndup (text + MIN (strlen (name) + 1, strlen (text)), IMPLEMENTATION_LIMIT);
      for (char *p = self->implementation; *p != '\0'; p++)
        {
          if (!g_ascii_isprint (*p))
            *p = '?';
        }
    }
}
