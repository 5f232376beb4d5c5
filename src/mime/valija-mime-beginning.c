/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-beginning.h"

#include "base/valija-error.h"
#include "mime/valija-mime-body.h"

static ValijaMimeNode *
scan (GBytes *octets)
{
  gsize length;
  const char *data = g_bytes_get_data (octets, &length);
  gboolean truncated;

  return valija_mime_tree_scan (data != NULL ? data : "", length, &truncated);
}

/* Where the last part ends behind which a boundary came, 0 for none. Everything that is still open ends with all. */
static gsize
find_end (const ValijaMimeNode *root)
{
  const ValijaMimeNode *node = root;
  gsize end = 0;

  while (node->part.children->len > 0 && valija_mime_node_is (node, "multipart/"))
    {
      GPtrArray *children = node->part.children;

      node = g_ptr_array_index (children, children->len - 1);
      if (node->body_end < root->body_end)
        return node->body_end;
      if (children->len > 1)
        end = ((const ValijaMimeNode *) g_ptr_array_index (children, children->len - 2))->body_end;
    }

  return end;
}

/* What is in a message within the message is not its text, though there may be no other yet. */
static gboolean
begins_with_text (ValijaMimeNode *root)
{
  g_autoptr(ValijaMimeBody) body = valija_mime_body_choose (root);

  return body->text->len > 0 && !((const ValijaMimeNode *) g_ptr_array_index (body->text, 0))->nested;
}

GBytes *
valija_mime_beginning_to_outline (GBytes  *octets,
                                  GError **error)
{
  g_autoptr(ValijaMimeNode) root = scan (octets);
  g_autoptr(GBytes) outline = g_bytes_new_from_bytes (octets, 0, find_end (root));
  g_autoptr(ValijaMimeNode) whole = scan (outline);

  if (whole->part.children->len > 0 && begins_with_text (whole))
    return g_steal_pointer (&outline);

  valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, "No outline");

  return NULL;
}
