/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-node.h"

#include <string.h>

struct _ValijaEwsNode
{
  char *name;
  char **attributes;        /* nullable: names and values in turn */
  GString *text;            /* nullable */
  ValijaEwsNode *first;
  ValijaEwsNode *last;
  ValijaEwsNode *next;
};

ValijaEwsNode *
valija_ews_node_new (const char         *name,
                     const char * const *attributes)
{
  ValijaEwsNode *self = g_new0 (ValijaEwsNode, 1);

  self->name = g_strdup (name);
  if (attributes != NULL && attributes[0] != NULL)
    self->attributes = g_strdupv ((char **) attributes);

  return self;
}

/* The reader bounds the depth, so this may call itself. */
void
valija_ews_node_free (ValijaEwsNode *self)
{
  ValijaEwsNode *child = self->first;

  while (child != NULL)
    {
      ValijaEwsNode *next = child->next;

      valija_ews_node_free (child);
      child = next;
    }

  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_strfreev (self->attributes);
  g_free (self->name);
  g_free (self);
}

void
valija_ews_node_append (ValijaEwsNode *self,
                        ValijaEwsNode *child)
{
  g_return_if_fail (self != NULL && child != NULL);

  if (self->last != NULL)
    self->last->next = child;
  else
    self->first = child;
  self->last = child;
}

void
valija_ews_node_append_text (ValijaEwsNode *self,
                             const char    *text,
                             gsize          length)
{
  g_return_if_fail (self != NULL);

  if (self->text == NULL)
    self->text = g_string_new (NULL);
  g_string_append_len (self->text, text, length);
}

const char *
valija_ews_node_get_name (const ValijaEwsNode *self)
{
  return self->name;
}

const char *
valija_ews_node_get_text (const ValijaEwsNode *self)
{
  return self->text != NULL ? self->text->str : "";
}

const char *
valija_ews_node_get_attribute (const ValijaEwsNode *self,
                               const char          *name)
{
  for (gsize i = 0; self->attributes != NULL && self->attributes[i] != NULL; i += 2)
    {
      if (strcmp (self->attributes[i], name) == 0)
        return self->attributes[i + 1];
    }

  return NULL;
}

gboolean
valija_ews_node_is (const ValijaEwsNode *self,
                    const char          *name)
{
  return strcmp (self->name, name) == 0;
}

const ValijaEwsNode *
valija_ews_node_get_first (const ValijaEwsNode *self)
{
  return self != NULL ? self->first : NULL;
}

const ValijaEwsNode *
valija_ews_node_get_next (const ValijaEwsNode *self)
{
  return self != NULL ? self->next : NULL;
}

static const ValijaEwsNode *
find_child (const ValijaEwsNode *self,
            const char          *name,
            gsize                length)
{
  for (const ValijaEwsNode *child = self->first; child != NULL; child = child->next)
    {
      if (strncmp (child->name, name, length) == 0 && child->name[length] == '\0')
        return child;
    }

  return NULL;
}

const ValijaEwsNode *
valija_ews_node_find (const ValijaEwsNode *self,
                      const char          *path)
{
  while (self != NULL && *path != '\0')
    {
      gsize length = strcspn (path, "/");

      self = find_child (self, path, length);
      path += length;
      if (*path == '/')
        path++;
    }

  return self;
}

const char *
valija_ews_node_find_text (const ValijaEwsNode *self,
                           const char          *path)
{
  const ValijaEwsNode *node = valija_ews_node_find (self, path);

  return node != NULL ? valija_ews_node_get_text (node) : NULL;
}

gboolean
valija_ews_node_find_boolean (const ValijaEwsNode *self,
                              const char          *path)
{
  const char *text = valija_ews_node_find_text (self, path);

  return text != NULL && (strcmp (text, "true") == 0 || strcmp (text, "1") == 0);
}

gint64
valija_ews_node_find_int (const ValijaEwsNode *self,
                          const char          *path,
                          gint64               otherwise)
{
  const char *text = valija_ews_node_find_text (self, path);
  gint64 value;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
    return otherwise;

  return value;
}

gint64
valija_ews_node_find_time (const ValijaEwsNode *self,
                           const char          *path)
{
  const char *text = valija_ews_node_find_text (self, path);
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return time != NULL ? g_date_time_to_unix (time) : 0;
}

const char *
valija_ews_node_find_id (const ValijaEwsNode *self,
                         const char          *path)
{
  const ValijaEwsNode *node = valija_ews_node_find (self, path);

  return node != NULL ? valija_ews_node_get_attribute (node, "Id") : NULL;
}
