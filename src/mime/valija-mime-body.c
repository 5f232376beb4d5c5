/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-body.h"

#include <string.h>

/* The functions here call themselves for the children of a part, whose depth the scanner has
 * bounded. */

typedef struct
{
  GPtrArray *leaves;
  gboolean html;            /* of alternatives take HTML */
  gboolean nested;          /* look into messages within the message */
} Walk;

static gboolean
is_text (const ValijaMimeNode *node)
{
  return strcmp (node->part.type, "text/plain") == 0 || strcmp (node->part.type, "text/html") == 0;
}

/* Whether a leaf can be read in the place where it stands. A named text is a file, unless the
 * message begins with it. */
static gboolean
is_readable (const ValijaMimeNode *node,
             const Walk           *walk)
{
  if (node->not_followed || node->part.children->len > 0 || node->says_attachment)
    return FALSE;
  if (node->parent == NULL)
    return valija_mime_node_is (node, "text/");

  return is_text (node) && (node->part.name == NULL || walk->leaves->len == 0);
}

static gboolean
contains (ValijaMimeNode *node,
          const char     *type,
          const Walk     *walk)
{
  if (node->part.children->len == 0)
    return strcmp (node->part.type, type) == 0 && is_readable (node, walk);
  if (!valija_mime_node_is (node, "multipart/"))
    return FALSE;

  for (guint i = 0; i < node->part.children->len; i++)
    if (contains (g_ptr_array_index (node->part.children, i), type, walk))
      return TRUE;

  return FALSE;
}

/* RFC 2046 §5.1.4: the last is the richest. For plain text the first that has it. */
static ValijaMimeNode *
choose_alternative (ValijaMimeNode *node,
                    const Walk     *walk)
{
  GPtrArray *children = node->part.children;

  for (guint i = children->len; walk->html && i > 0; i--)
    if (contains (g_ptr_array_index (children, i - 1), "text/html", walk))
      return g_ptr_array_index (children, i - 1);
  for (guint i = 0; i < children->len; i++)
    if (contains (g_ptr_array_index (children, i), "text/plain", walk))
      return g_ptr_array_index (children, i);
  for (guint i = children->len; i > 0; i--)
    if (contains (g_ptr_array_index (children, i - 1), "text/html", walk))
      return g_ptr_array_index (children, i - 1);

  return NULL;
}

static ValijaMimeNode *
find_document (GPtrArray  *children,
               const Walk *walk)
{
  for (guint i = 0; i < children->len; i++)
    {
      ValijaMimeNode *child = g_ptr_array_index (children, i);

      if (contains (child, "text/html", walk) || contains (child, "text/plain", walk))
        return child;
    }

  return g_ptr_array_index (children, 0);
}

static void
walk_body (ValijaMimeNode *node,
           Walk           *walk)
{
  GPtrArray *children = node->part.children;

  if (children->len == 0)
    {
      if (is_readable (node, walk))
        g_ptr_array_add (walk->leaves, node);
      return;
    }

  if (strcmp (node->part.type, "multipart/alternative") == 0)
    {
      ValijaMimeNode *chosen = choose_alternative (node, walk);

      if (chosen != NULL)
        walk_body (chosen, walk);
      return;
    }

  /* Of related parts the first is the document (RFC 2387), of signed ones the first is what was
   * signed (RFC 1847) */
  if (strcmp (node->part.type, "multipart/related") == 0 ||
      strcmp (node->part.type, "multipart/signed") == 0)
    {
      walk_body (find_document (children, walk), walk);
      return;
    }

  if (!valija_mime_node_is (node, "multipart/") && !walk->nested)
    return;
  for (guint i = 0; i < children->len; i++)
    walk_body (g_ptr_array_index (children, i), walk);
}

static GPtrArray *
choose (ValijaMimeNode *root,
        gboolean        html,
        gboolean        nested)
{
  Walk walk = { g_ptr_array_new (), html, nested };

  walk_body (root, &walk);

  return walk.leaves;
}

ValijaMimeBody *
valija_mime_body_choose (ValijaMimeNode *root)
{
  ValijaMimeBody *self = g_new0 (ValijaMimeBody, 1);

  self->text = choose (root, FALSE, FALSE);
  self->html = choose (root, TRUE, FALSE);

  /* A digest, or a message that only wraps another: then that is what there is to read */
  if (self->text->len == 0 && self->html->len == 0)
    {
      g_ptr_array_unref (self->text);
      g_ptr_array_unref (self->html);
      self->text = choose (root, FALSE, TRUE);
      self->html = choose (root, TRUE, TRUE);
    }

  for (guint i = 0; i < self->html->len; i++)
    self->has_html |= strcmp (((ValijaMimeNode *)g_ptr_array_index (self->html, i))->part.type,
                              "text/html") == 0;

  return self;
}

void
valija_mime_body_free (ValijaMimeBody *self)
{
  g_ptr_array_unref (self->text);
  g_ptr_array_unref (self->html);
  g_free (self);
}

/* The content ids that @html refers to. */
static GHashTable *
find_content_ids (const char *html)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const char *p = html; p != NULL && (p = strchr (p, ':')) != NULL;)
    {
      gsize length;

      p++;
      if (p - html < 4 || g_ascii_strncasecmp (p - 4, "cid:", 4) != 0)
        continue;
      length = strcspn (p, "\"'<>) \n\t");
      if (length > 0)
        {
          g_autofree char *id = g_uri_unescape_segment (p, p + length, NULL);

          g_hash_table_add (ids, id != NULL ? g_steal_pointer (&id) : g_strndup (p, length));
        }
      p += length;
    }

  return ids;
}

/* An alternative that was not chosen, or the text of one that was: the same content in another
 * form. */
static gboolean
is_other_form (const ValijaMimeNode *node)
{
  if (!valija_mime_node_is (node, "text/") || strcmp (node->part.type, "text/calendar") == 0 ||
      node->says_attachment)
    return FALSE;
  if (node->part.name != NULL &&
      (node->parent == NULL || strcmp (node->parent->part.type, "multipart/alternative") != 0))
    return FALSE;

  for (node = node->parent; node != NULL && valija_mime_node_is (node, "multipart/");
       node = node->parent)
    if (strcmp (node->part.type, "multipart/alternative") == 0)
      return TRUE;

  return FALSE;
}

static void
mark (ValijaMimeBody *self,
      ValijaMimeNode *node,
      GHashTable     *ids,
      GPtrArray      *attachments)
{
  ValijaMimePart *part = &node->part;

  for (guint i = 0; i < part->children->len; i++)
    mark (self, g_ptr_array_index (part->children, i), ids, attachments);

  if (valija_mime_node_is (node, "multipart/") && !node->not_followed)
    return;

  part->inline_image = valija_mime_node_is (node, "image/") && part->content_id != NULL &&
                       g_hash_table_contains (ids, part->content_id);

  /* What is within an attached message comes with that message */
  if (node->nested || part->inline_image || is_other_form (node) ||
      g_ptr_array_find (self->text, node, NULL) || g_ptr_array_find (self->html, node, NULL))
    return;
  if (node->parent == NULL && valija_mime_node_is (node, "text/") && !node->says_attachment)
    return;

  part->attachment = TRUE;
  g_ptr_array_add (attachments, part);
}

GPtrArray *
valija_mime_body_mark_attachments (ValijaMimeBody *self,
                                   ValijaMimeNode *root,
                                   const char     *html)
{
  g_autoptr(GHashTable) ids = find_content_ids (html);
  GPtrArray *attachments = g_ptr_array_new ();

  mark (self, root, ids, attachments);

  return attachments;
}
