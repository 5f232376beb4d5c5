/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-composition-private.h"

#include "base/valija-error.h"
#include "mime/valija-mime-header.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Longer links are not written by people. */
#define URI_LIMIT (64 * 1024)

/* Percent-decodes; what is no valid escape stays as it is. NULL when a NUL comes out, which no
 * field can hold. */
static char *
decode (const char *text,
        gsize       length)
{
  g_autoptr(GString) out = g_string_sized_new (length + 1);

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (c == '%' && i + 2 < length && g_ascii_isxdigit (text[i + 1]) &&
          g_ascii_isxdigit (text[i + 2]))
        {
          c = (char) (g_ascii_xdigit_value (text[i + 1]) << 4 | g_ascii_xdigit_value (text[i + 2]));
          i += 2;
        }
      if (c == '\0')
        return NULL;
      g_string_append_c (out, c);
    }

  return g_utf8_make_valid (out->str, out->len);
}

static void
append_list (GString    *list,
             const char *addresses)
{
  /* One line: a line break in a link must not become a field of its own */
  g_autofree char *clean = valija_mime_clean_text (addresses, -1);

  if (*clean == '\0')
    return;
  if (list->len > 0)
    g_string_append (list, ", ");
  g_string_append (list, clean);
}

/* Text of several lines, without what no text holds. */
static char *
clean_body (const char *body)
{
  GString *out = g_string_sized_new (strlen (body) + 1);

  for (const char *p = body; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\r')
        c = p[1] == '\n' ? 0 : '\n';
      if (c == '\n' || c == '\t' || (c != 0 && !g_unichar_iscntrl (c)))
        g_string_append_unichar (out, c);
    }

  return g_string_free (out, FALSE);
}

typedef struct
{
  GString *to;
  GString *cc;
  GString *bcc;
  char *subject;
  char *body;
} Fields;

/* One `name=value`. FALSE when it holds a NUL. Every field but five is left out: a link must not
 * attach files or set the sender. */
static gboolean
take_field (Fields     *self,
            const char *field,
            gsize       length)
{
  const char *equals = memchr (field, '=', length);
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  if (equals == NULL)
    return TRUE;

  name = decode (field, equals - field);
  value = decode (equals + 1, field + length - equals - 1);
  if (name == NULL || value == NULL)
    return FALSE;

  if (g_ascii_strcasecmp (name, "to") == 0)
    append_list (self->to, value);
  else if (g_ascii_strcasecmp (name, "cc") == 0)
    append_list (self->cc, value);
  else if (g_ascii_strcasecmp (name, "bcc") == 0)
    append_list (self->bcc, value);
  else if (g_ascii_strcasecmp (name, "subject") == 0 && self->subject == NULL)
    self->subject = valija_mime_clean_text (value, -1);
  else if (g_ascii_strcasecmp (name, "body") == 0 && self->body == NULL)
    self->body = clean_body (value);

  return TRUE;
}

static gboolean
parse (Fields     *self,
       const char *uri)
{
  const char *p = uri + strlen ("mailto:");
  gsize length = strcspn (p, "?#");
  g_autofree char *to = decode (p, length);

  if (to == NULL)
    return FALSE;
  append_list (self->to, to);

  p += length;
  while (*p == '?' || *p == '&')
    {
      p++;
      length = strcspn (p, "&#");
      if (!take_field (self, p, length))
        return FALSE;
      p += length;
    }

  return TRUE;
}

ValijaComposition *
valija_composition_new_mailto (const char  *uri,
                               GError     **error)
{
  g_autoptr(GString) to = g_string_new (NULL);
  g_autoptr(GString) cc = g_string_new (NULL);
  g_autoptr(GString) bcc = g_string_new (NULL);
  Fields fields = { .to = to, .cc = cc, .bcc = bcc };
  ValijaComposition *self = NULL;

  g_return_val_if_fail (uri != NULL, NULL);

  if (g_ascii_strncasecmp (uri, "mailto:", 7) == 0 && strnlen (uri, URI_LIMIT + 1) <= URI_LIMIT &&
      parse (&fields, uri))
    {
      self = valija_composition_new ();
      g_object_set (self, "to", to->str, "cc", cc->str, "bcc", bcc->str, "subject", fields.subject,
                    "text", fields.body, NULL);
    }
  else
    valija_error_set (error, VALIJA_ERROR_INVALID, _("This link is not a valid email link."));

  g_free (fields.subject);
  g_free (fields.body);

  return self;
}
