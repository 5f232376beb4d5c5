/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-address.h"

#include <string.h>

/* RFC 5321 §4.5.3.1 */
#define LOCAL_PART_LIMIT 64
#define DOMAIN_LIMIT 255
#define LABEL_LIMIT 63

G_DEFINE_BOXED_TYPE (ValijaAddress, valija_address, valija_address_copy, valija_address_free)

/* Controls, and the characters that turn the direction of what stands around them: a name must not disguise an
 * address. */
static gboolean
is_unsafe (gunichar c)
{
  return g_unichar_iscntrl (c) ||
         c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

static char *
clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_autoptr(GString) result = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!is_unsafe (c))
        g_string_append_unichar (result, c);
    }

  return g_string_free (g_steal_pointer (&result), FALSE);
}

static gboolean
is_atext (gunichar c)
{
  return c >= 0x80 || g_ascii_isalnum (c) || strchr ("!#$%&'*+-/=?^_`{|}~", (int) c) != NULL;
}

static gboolean
is_dot_string (const char *p,
               const char *end)
{
  gboolean dot = TRUE;

  for (; p < end; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '.')
        {
          if (dot)
            return FALSE;
          dot = TRUE;
        }
      else if (is_atext (c) && !is_unsafe (c) && !g_unichar_isspace (c))
        dot = FALSE;
      else
        return FALSE;
    }

  return !dot;
}

static gboolean
is_quoted_string (const char *p,
                  const char *end)
{
  if (end - p < 2 || *p != '"' || end[-1] != '"')
    return FALSE;

  for (p++, end--; p < end; p = g_utf8_next_char (p))
    {
      if (*p == '"' || is_unsafe (g_utf8_get_char (p)))
        return FALSE;

      if (*p == '\\' && ++p == end)
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_address_literal (const char *domain)
{
  gsize length = strlen (domain);

  if (length < 3 || domain[length - 1] != ']')
    return FALSE;

  for (gsize i = 1; i < length - 1; i++)
    {
      if (!g_ascii_isalnum (domain[i]) && strchr (".:-", domain[i]) == NULL)
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_domain (const char *domain)
{
  gsize label = 0;

  for (const char *p = domain; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '.')
        {
          if (label == 0 || p[-1] == '-')
            return FALSE;
          label = 0;
          continue;
        }

      if (!(g_ascii_isalnum (c) || c == '-' || (c >= 0x80 && !is_unsafe (c) && !g_unichar_isspace (c))))
        return FALSE;

      if ((c == '-' && label == 0) || ++label > LABEL_LIMIT)
        return FALSE;
    }

  return label > 0 && domain[strlen (domain) - 1] != '-';
}

ValijaAddress *
valija_address_new (const char *name,
                    const char *address)
{
  ValijaAddress *self = g_new0 (ValijaAddress, 1);

  self->name = clean (name);
  self->address = clean (address);

  return self;
}

ValijaAddress *
valija_address_copy (const ValijaAddress *self)
{
  ValijaAddress *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new0 (ValijaAddress, 1);
  copy->name = g_strdup (self->name);
  copy->address = g_strdup (self->address);

  return copy;
}

void
valija_address_free (ValijaAddress *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->address);
  g_free (self);
}

char *
valija_address_to_label (const ValijaAddress *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_strdup (*self->name != '\0' ? self->name : self->address);
}

char *
valija_address_to_text (const ValijaAddress *self)
{
  g_autoptr(GString) text = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (*self->name == '\0')
    return g_strdup (self->address);

  text = g_string_new (NULL);

  /* RFC 5322 §3.2.3: without quotes these would end the name */
  if (strpbrk (self->name, "()<>[]:;@\\,.\"") != NULL)
    {
      g_string_append_c (text, '"');
      for (const char *p = self->name; *p != '\0'; p++)
        {
          if (*p == '"' || *p == '\\')
            g_string_append_c (text, '\\');
          g_string_append_c (text, *p);
        }
      g_string_append_c (text, '"');
    }
  else
    g_string_append (text, self->name);

  g_string_append_printf (text, " <%s>", self->address);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

GPtrArray *
valija_address_list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) valija_address_free);
}

char *
valija_address_list_to_text (GPtrArray *list)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      g_autofree char *one = valija_address_to_text (g_ptr_array_index (list, i));

      if (i > 0)
        g_string_append (text, ", ");
      g_string_append (text, one);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
valija_address_is_valid (const char *address)
{
  const char *at;

  if (address == NULL || !g_utf8_validate (address, -1, NULL))
    return FALSE;

  at = strrchr (address, '@');
  if (at == NULL || at - address > LOCAL_PART_LIMIT || strlen (at + 1) > DOMAIN_LIMIT)
    return FALSE;

  if (!is_dot_string (address, at) && !is_quoted_string (address, at))
    return FALSE;

  return at[1] == '[' ? is_address_literal (at + 1) : is_domain (at + 1);
}
