/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-tree.h"

#include "mime/valija-file-name.h"
#include "mime/valija-mime-content.h"
#include "mime/valija-mime-fields.h"
#include "mime/valija-mime-header.h"
#include "mime/valija-mime-param.h"
#include "mime/valija-mime-words.h"

#include <string.h>

/* As valija-mime-message.h promises. */
#define DEPTH_LIMIT 64
#define PARTS_LIMIT 10000
/* More of one part's header is not read; its body is still found. */
#define HEADER_LIMIT (1024 * 1024)
/* RFC 2046 §5.1.1 allows 70. */
#define BOUNDARY_LIMIT 1000

/* A multipart whose last boundary has not come yet. */
typedef struct
{
  ValijaMimeNode *node;
  GString *boundary;        /* with the two dashes in front */
} Frame;

typedef struct
{
  const char *source;
  gsize length;
  gsize at;                 /* where the current line begins */
  gsize next;               /* and the one behind it */
  Frame frames[DEPTH_LIMIT + 1];
  guint n_frames;
  ValijaMimeNode *current;  /* what the lines belong to */
  gboolean in_header;
  guint n_parts;
  gboolean truncated;
} Scanner;

typedef enum
{
  BOUNDARY_NONE,
  BOUNDARY_PART,
  BOUNDARY_LAST,
} Boundary;

static void
free_node (gpointer data)
{
  ValijaMimeNode *node = data;

  g_free (node->part.type);
  g_free (node->part.charset);
  g_free (node->part.name);
  g_free (node->part.safe_name);
  g_free (node->part.content_id);
  g_ptr_array_unref (node->part.children);
  g_free (node);
}

void
valija_mime_tree_free (ValijaMimeNode *root)
{
  /* The depth is bounded by the scanner, so this may call itself through the arrays of children */
  g_clear_pointer (&root, free_node);
}

gboolean
valija_mime_node_is (const ValijaMimeNode *self,
                     const char           *prefix)
{
  return g_str_has_prefix (self->part.type, prefix);
}

static ValijaMimeNode *
add_node (Scanner        *self,
          ValijaMimeNode *parent,
          gsize           start)
{
  ValijaMimeNode *node = g_new0 (ValijaMimeNode, 1);

  node->parent = parent;
  node->header_start = start;
  node->body_start = start;
  node->part.index = ++self->n_parts;
  node->part.children = g_ptr_array_new_with_free_func (free_node);
  if (parent != NULL)
    {
      node->part.depth = parent->part.depth + 1;
      node->nested = parent->nested || valija_mime_node_is (parent, "message/");
      g_ptr_array_add (parent->part.children, node);
    }

  return node;
}

static gsize
line_end (Scanner *self,
          gsize    at)
{
  const char *feed = memchr (self->source + at, '\n', self->length - at);

  return feed != NULL ? (gsize) (feed + 1 - self->source) : self->length;
}

static gboolean
is_empty_line (Scanner *self)
{
  gsize length = self->next - self->at;

  return length == 0 || self->source[self->at] == '\n' ||
         (self->source[self->at] == '\r' && length <= 2);
}

/* Which open multipart the current line delimits, looking from the innermost out (RFC 2046 §5.1.2:
 * an outer boundary also ends what is still open within). Blanks may follow a boundary, and nothing
 * else: one boundary may begin like another. */
static Boundary
match_boundary (Scanner *self,
                guint   *frame)
{
  const char *line = self->source + self->at;
  gsize length = self->next - self->at;

  if (length < 3 || line[0] != '-' || line[1] != '-')
    return BOUNDARY_NONE;

  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;

  for (guint i = self->n_frames; i > 0; i--)
    {
      const GString *boundary = self->frames[i - 1].boundary;

      *frame = i - 1;
      if (length == boundary->len && memcmp (line, boundary->str, length) == 0)
        return BOUNDARY_PART;
      if (length == boundary->len + 2 && line[length - 1] == '-' && line[length - 2] == '-' &&
          memcmp (line, boundary->str, boundary->len) == 0)
        return BOUNDARY_LAST;
    }

  return BOUNDARY_NONE;
}

/* Ends @node and what is around it up to @container at offset @end. */
static void
close_nodes (ValijaMimeNode       *node,
             const ValijaMimeNode *container,
             gsize                 end)
{
  for (; node != NULL && node != container; node = node->parent)
    if (!node->closed)
      {
        node->body_end = MAX (end, node->body_start);
        node->closed = TRUE;
      }
}

static void
pop_frames (Scanner *self,
            guint    keep)
{
  while (self->n_frames > keep)
    g_string_free (self->frames[--self->n_frames].boundary, TRUE);
}

static char *
dup_type (const char           *raw,
          gsize                 length,
          const ValijaMimeNode *parent)
{
  g_autofree char *type = valija_mime_param_dup_value (raw, length);
  const char *slash = strchr (type, '/');

  if (slash != NULL && slash > type && slash[1] != '\0')
    return g_steal_pointer (&type);
  if (length == 0 && parent != NULL && strcmp (parent->part.type, "multipart/digest") == 0)
    return g_strdup ("message/rfc822");

  /* RFC 2045 §5.2 */
  return g_strdup (*type == '\0' || strcmp (type, "text") == 0 ? "text/plain"
                                                               : "application/octet-stream");
}

static GMimeContentEncoding
parse_encoding (const char *raw,
                gsize       length)
{
  g_autofree char *word = valija_mime_param_dup_value (raw, length);

  g_strdelimit (word, "\"'", ' ');

  return g_mime_content_encoding_from_string (g_strstrip (word));
}

static void
read_type (ValijaMimeNode        *node,
           const ValijaMimeField *field)
{
  g_autofree char *format = valija_mime_param_dup (field->value, field->value_length, "format",
                                                   NULL);
  g_autofree char *delsp = valija_mime_param_dup (field->value, field->value_length, "delsp", NULL);

  node->part.type = dup_type (field->value, field->value_length, node->parent);
  node->part.charset = valija_mime_param_dup (field->value, field->value_length, "charset", NULL);
  node->flowed = format != NULL && g_ascii_strcasecmp (format, "flowed") == 0;
  node->delsp = delsp != NULL && g_ascii_strcasecmp (delsp, "yes") == 0;
}

static void
read_disposition (ValijaMimeNode        *node,
                  const ValijaMimeField *field)
{
  g_autofree char *word = valija_mime_param_dup_value (field->value, field->value_length);

  /* RFC 2183 §2.8: what one does not know is an attachment */
  node->says_attachment = *word != '\0' && strcmp (word, "inline") != 0;
  node->part.name = valija_mime_param_dup (field->value, field->value_length, "filename",
                                           node->part.charset);
}

static char *
dup_content_id (const ValijaMimeField *field)
{
  g_autofree char *text = valija_mime_words_decode (field->value, field->value_length, NULL);
  char *start = g_strstrip (text);
  gsize length;

  if (*start == '<')
    start++;
  length = strcspn (start, ">");

  return length > 0 ? g_strndup (start, length) : NULL;
}

/* Reads the fields of @node's header, which ends before @end; sets where its body begins. */
static void
read_header (Scanner         *self,
             ValijaMimeNode  *node,
             gsize            end,
             ValijaMimeField *type)
{
  ValijaMimeField disposition = { 0 };
  ValijaMimeFields fields;
  ValijaMimeField field;
  gsize length = end - node->header_start;
  gboolean cut = length > HEADER_LIMIT;

  node->encoding = GMIME_CONTENT_ENCODING_DEFAULT;
  valija_mime_fields_init (&fields, self->source + node->header_start, MIN (length, HEADER_LIMIT));
  while (valija_mime_fields_next (&fields, &field))
    {
      if (g_ascii_tolower (*field.name) != 'c')
        continue;
      if (type->name == NULL && valija_mime_field_is (&field, "Content-Type"))
        *type = field;
      else if (disposition.name == NULL && valija_mime_field_is (&field, "Content-Disposition"))
        disposition = field;
      else if (node->encoding == GMIME_CONTENT_ENCODING_DEFAULT &&
               valija_mime_field_is (&field, "Content-Transfer-Encoding"))
        node->encoding = parse_encoding (field.value, field.value_length);
      else if (node->part.content_id == NULL && valija_mime_field_is (&field, "Content-ID"))
        node->part.content_id = dup_content_id (&field);
    }
  node->body_start = cut ? end : (gsize) (fields.at - self->source);

  if (type->name != NULL)
    read_type (node, type);
  else
    node->part.type = dup_type ("", 0, node->parent);
  if (disposition.name != NULL)
    read_disposition (node, &disposition);
  if (node->part.name == NULL && type->name != NULL)
    node->part.name = valija_mime_param_dup (type->value, type->value_length, "name",
                                             node->part.charset);
}

/* Whether @node's content can be a message to look into: not one that is encoded as a whole, which
 * RFC 2046 §5.2.1 forbids. */
static gboolean
is_message (const ValijaMimeNode *node)
{
  return (strcmp (node->part.type, "message/rfc822") == 0 ||
          strcmp (node->part.type, "message/global") == 0 ||
          strcmp (node->part.type, "message/news") == 0) &&
         valija_mime_content_is_plain (node);
}

/* The header of the current node ends at @end, where a boundary, the end of all, or its empty line
 * is. */
static void
finish_header (Scanner *self,
               gsize    end)
{
  ValijaMimeNode *node = self->current;
  ValijaMimeField type = { 0 };
  gboolean multipart;

  read_header (self, node, end, &type);
  self->in_header = FALSE;
  multipart = valija_mime_node_is (node, "multipart/");

  if ((multipart || is_message (node)) && node->part.depth >= DEPTH_LIMIT)
    {
      node->not_followed = TRUE;
      self->truncated = TRUE;
    }
  else if (multipart)
    {
      g_autoptr(GString) boundary =
        valija_mime_param_dup_bytes (type.value, type.value_length, "boundary");

      while (boundary != NULL && boundary->len > 0 &&
             g_ascii_isspace (boundary->str[boundary->len - 1]))
        g_string_truncate (boundary, boundary->len - 1);
      if (boundary != NULL && boundary->len > 0 && boundary->len <= BOUNDARY_LIMIT)
        {
          Frame *frame = &self->frames[self->n_frames++];

          frame->node = node;
          frame->boundary = g_string_new ("--");
          g_string_append_len (frame->boundary, boundary->str, boundary->len);
        }
    }
  else if (is_message (node) && self->n_parts < PARTS_LIMIT)
    {
      self->current = add_node (self, node, node->body_start);
      self->in_header = TRUE;
    }

  /* Where the body began without an empty line its first lines are looked at again, now knowing the
   * boundary */
  self->next = node->body_start;
}

/* Too many parts: what is left becomes one leaf. */
static void
take_rest (Scanner        *self,
           ValijaMimeNode *container)
{
  ValijaMimeNode *rest = add_node (self, container, self->next);

  rest->part.type = g_strdup ("application/octet-stream");
  rest->encoding = GMIME_CONTENT_ENCODING_BINARY;
  rest->not_followed = TRUE;
  self->current = rest;
  self->in_header = FALSE;
  self->truncated = TRUE;
  self->next = self->length;
}

static void
take_boundary (Scanner  *self,
               Boundary  boundary,
               guint     frame)
{
  ValijaMimeNode *container = self->frames[frame].node;
  gsize end = self->at;

  /* What the header announces may begin before this line: looked at again from there, and now
   * without the header */
  if (self->in_header)
    {
      finish_header (self, self->at);
      return;
    }

  /* The line break in front belongs to the boundary */
  if (end > 0 && self->source[end - 1] == '\n')
    end--;
  if (end > 0 && self->source[end - 1] == '\r')
    end--;

  close_nodes (self->current, container, end);
  pop_frames (self, boundary == BOUNDARY_LAST ? frame : frame + 1);
  self->current = container;

  if (boundary == BOUNDARY_LAST)
    return;
  if (self->n_parts >= PARTS_LIMIT)
    {
      take_rest (self, container);
      return;
    }
  self->current = add_node (self, container, self->next);
  self->in_header = TRUE;
}

static void
scan_lines (Scanner *self)
{
  while (self->at < self->length)
    {
      guint frame;
      Boundary boundary;

      self->next = line_end (self, self->at);
      boundary = self->n_frames > 0 ? match_boundary (self, &frame) : BOUNDARY_NONE;
      if (boundary != BOUNDARY_NONE)
        take_boundary (self, boundary, frame);
      else if (self->in_header && is_empty_line (self))
        finish_header (self, self->next);
      else if (!self->in_header && self->n_frames == 0)
        break;
      self->at = self->next;
    }
}

/* Sets what only the finished tree can tell. A multipart in which no part was found is shown as the
 * text it is. */
static void
finish_node (Scanner        *self,
             ValijaMimeNode *node)
{
  ValijaMimePart *part = &node->part;

  if (part->children->len == 0 && valija_mime_node_is (node, "multipart/") && !node->not_followed)
    {
      g_free (part->type);
      part->type = g_strdup ("text/plain");
      node->encoding = GMIME_CONTENT_ENCODING_8BIT;
    }

  for (guint i = 0; i < part->children->len; i++)
    finish_node (self, g_ptr_array_index (part->children, i));

  if (part->name != NULL && *part->name == '\0')
    g_clear_pointer (&part->name, g_free);
  if (valija_mime_node_is (node, "multipart/") && !node->not_followed)
    return;

  if (part->name == NULL && part->children->len > 0)
    {
      ValijaMimeNode *message = g_ptr_array_index (part->children, 0);
      ValijaMimeField subject = { 0 };
      g_autofree char *text = NULL;

      valija_mime_fields_find (self->source + message->header_start,
                               MIN (message->body_start - message->header_start, HEADER_LIMIT),
                               "Subject", &subject);
      if (subject.name != NULL)
        text = valija_mime_words_decode (subject.value, subject.value_length, NULL);
      if (text != NULL && *text != '\0')
        {
          g_autofree char *name = g_strconcat (text, ".eml", NULL);

          g_strdelimit (name, "/\\", '-');
          part->safe_name = valija_file_name_make_safe (name, part->type);
        }
    }
  if (part->safe_name == NULL)
    part->safe_name = valija_file_name_make_safe (part->name, part->type);
}

ValijaMimeNode *
valija_mime_tree_scan (const char *source,
                       gsize       length,
                       gboolean   *truncated)
{
  Scanner scanner = { .source = source, .length = length, .in_header = TRUE };
  ValijaMimeNode *root = add_node (&scanner, NULL, 0);

  scanner.current = root;
  scan_lines (&scanner);
  for (guint levels = 0; scanner.in_header && levels <= DEPTH_LIMIT; levels++)
    finish_header (&scanner, length);
  close_nodes (scanner.current, NULL, length);
  pop_frames (&scanner, 0);
  finish_node (&scanner, root);
  *truncated = scanner.truncated;

  return root;
}
