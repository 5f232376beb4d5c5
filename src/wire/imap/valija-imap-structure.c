/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-structure.h"

#include "wire/imap/valija-imap-quirks.h"

#include <string.h>

#define DEPTH_LIMIT      64
#define PARTS_LIMIT      10000
#define PARAMETERS_LIMIT 1000

typedef struct
{
  guint n_parts;
} Budget;

static ValijaImapPart *parse_part (ValijaImapValue value, const char *section, guint depth, Budget *budget);

static char *
dup_lower (ValijaImapValue value,
           const char     *fallback)
{
  const char *string = valija_imap_value_get_string (value, NULL);

  return string != NULL ? g_ascii_strdown (string, -1) : g_strdup (fallback);
}

static char *
dup_string (ValijaImapValue value)
{
  return g_strdup (valija_imap_value_get_string (value, NULL));
}

static guint64
get_count (ValijaImapValue value)
{
  guint64 number;

  return valija_imap_value_get_number (value, G_MAXINT64, &number) ? number : 0; /* Q10 */
}

static char **
parse_parameters (ValijaImapValue list)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  ValijaImapIter iter = valija_imap_value_iter (list);
  ValijaImapValue pair[2];
  guint n = 0;

  while (n++ < PARAMETERS_LIMIT && valija_imap_iter_next (&iter, &pair[0]))
    {
      const char *value;

      valija_imap_iter_next (&iter, &pair[1]);
      value = valija_imap_value_get_string (pair[1], NULL);
      g_strv_builder_take (builder, dup_lower (pair[0], ""));
      g_strv_builder_add (builder, value != NULL ? value : ""); /* Q16 */
    }

  return g_strv_builder_end (builder);
}

/* ("attachment" ("filename" "a.txt")) or NIL */
static void
parse_disposition (ValijaImapPart *self,
                   ValijaImapValue value)
{
  ValijaImapIter iter = valija_imap_value_iter (value);
  ValijaImapValue fields[2];

  valija_imap_iter_take (&iter, fields, 2);
  self->disposition = dup_lower (fields[0], NULL);
  g_strfreev (self->disposition_parameters);
  self->disposition_parameters = parse_parameters (fields[1]);
}

static char *
child_section (const char *section,
               guint       number)
{
  return section[0] != '\0' ? g_strdup_printf ("%s.%u", section, number) : g_strdup_printf ("%u", number);
}

static void
parse_multipart (ValijaImapPart *self,
                 ValijaImapIter  iter,
                 guint           depth,
                 Budget         *budget)
{
  ValijaImapValue fields[3];
  guint number = 0;

  self->type = g_strdup ("multipart");
  while (valija_imap_iter_next (&iter, &fields[0]) &&
         (valija_imap_value_is_list (fields[0]) || valija_imap_value_is_nil (fields[0])))
    {
      g_autofree char *section = child_section (self->section, ++number);
      ValijaImapPart *child = parse_part (fields[0], section, depth + 1, budget);

      if (child != NULL)
        g_ptr_array_add (self->children, child);
    }

  self->subtype = dup_lower (fields[0], "mixed");
  valija_imap_iter_take (&iter, fields, 2);
  self->parameters = parse_parameters (fields[0]);
  parse_disposition (self, fields[1]);
}

static void
parse_single (ValijaImapPart *self,
              ValijaImapIter  iter)
{
  ValijaImapValue fields[7];
  ValijaImapValue rest[3];

  valija_imap_iter_take (&iter, fields, 7);
  self->type = dup_lower (fields[0], "application"); /* Q16 */
  self->subtype = dup_lower (fields[1], "octet-stream");
  self->parameters = parse_parameters (fields[2]);
  self->id = dup_string (fields[3]);
  self->encoding = dup_lower (fields[5], NULL);
  self->size = get_count (fields[6]);

  if (strcmp (self->type, "message") == 0 &&
      (strcmp (self->subtype, "rfc822") == 0 || strcmp (self->subtype, "global") == 0))
    {
      ValijaImapIter basic = iter;

      /* Envelope, structure and lines of what is inside. Q18: told from any other part by the envelope that must come
       * next */
      valija_imap_iter_take (&iter, rest, 3);
      if (!valija_imap_value_is_list (rest[0]) || !valija_imap_value_is_list (rest[1]))
        iter = basic;
    }
  else if (strcmp (self->type, "text") == 0)
    valija_imap_iter_next (&iter, &rest[0]); /* lines */

  /* MD5, disposition; language and location are of no use to us */
  valija_imap_iter_take (&iter, rest, 2);
  parse_disposition (self, rest[1]);
}

static ValijaImapPart *
parse_part (ValijaImapValue value,
            const char     *section,
            guint           depth,
            Budget         *budget)
{
  ValijaImapIter iter = valija_imap_value_iter (value);
  ValijaImapIter peek = iter;
  ValijaImapValue fields[7];
  ValijaImapPart *self;

  if (!valija_imap_value_is_list (value) || depth >= DEPTH_LIMIT || budget->n_parts >= PARTS_LIMIT)
    return NULL;

  budget->n_parts++;
  valija_imap_iter_take (&peek, fields, 7);
  self = g_new0 (ValijaImapPart, 1);
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_imap_part_free);

  /* Parts come first, or (Q17) NIL or nothing where they should be; then it has fewer fields than the least of a
   * single part */
  if (valija_imap_value_is_list (fields[0]) || valija_imap_value_get_kind (fields[6]) == VALIJA_IMAP_VALUE_NONE)
    {
      self->section = g_strdup (section);
      parse_multipart (self, iter, depth, budget);
    }
  else
    {
      self->section = g_strdup (section[0] != '\0' ? section : "1");
      parse_single (self, iter);
    }

  return self;
}

ValijaImapPart *
valija_imap_structure_parse (ValijaImapValue value)
{
  Budget budget = { 0 };

  return parse_part (value, "", 0, &budget);
}

void
valija_imap_part_free (ValijaImapPart *self)
{
  g_free (self->section);
  g_free (self->type);
  g_free (self->subtype);
  g_strfreev (self->parameters);
  g_free (self->id);
  g_free (self->encoding);
  g_free (self->disposition);
  g_strfreev (self->disposition_parameters);
  g_ptr_array_unref (self->children);
  g_free (self);
}
