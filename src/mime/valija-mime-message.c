/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-message-private.h"

#include "base/valija-error.h"
#include "base/valija-spool.h"
#include "mime/valija-html-private.h"
#include "mime/valija-mime-body.h"
#include "mime/valija-mime-content.h"
#include "mime/valija-mime-fields.h"
#include "mime/valija-mime-header.h"
#include "mime/valija-mime-param.h"
#include "mime/valija-mime-tree.h"
#include "mime/valija-mime-words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Text beyond this is not shown; its part can still be saved. */
#define TEXT_LIMIT (8 * 1024 * 1024)
/* And beyond this not searched: a book is less, and it is held several times over on its way. */
#define SEARCH_LIMIT (1024 * 1024)
/* More parts are not joined into one text: they are an attack and not a letter. */
#define JOINED_PARTS_LIMIT 100
#define RAW_HEADERS_LIMIT (1024 * 1024)
#define PREVIEW_CHARACTERS 200

struct _ValijaMimeMessage
{
  GObject parent_instance;

  GBytes *source;
  gsize text_limit;
  gboolean outline;
  ValijaMessageInfo *info;
  ValijaMimeNode *root;
  GPtrArray *attachments;
  GHashTable *content_ids;  /* of char * → ValijaMimeNode *, both owned by the tree */
  char *text;
  char *html;
  gboolean truncated;
};

G_DEFINE_FINAL_TYPE (ValijaMimeMessage, valija_mime_message, G_TYPE_OBJECT)

const char *
valija_mime_message_peek_source (ValijaMimeMessage *self,
                                 gsize             *length)
{
  const char *data = g_bytes_get_data (self->source, length);

  return data != NULL ? data : "";
}

/* What its Content-Disposition says of a part without content; 0 where nothing is. */
static guint64
find_said_size (ValijaMimeMessage    *self,
                const ValijaMimeNode *node)
{
  const char *data = valija_mime_message_peek_source (self, NULL);
  g_autofree char *said = NULL;
  ValijaMimeField field = { 0 };
  guint64 size;

  if (node->body_end > node->body_start ||
      !valija_mime_fields_find (data + node->header_start, node->body_start - node->header_start,
                                "Content-Disposition", &field))
    return 0;

  said = valija_mime_param_dup (field.value, field.value_length, "size", NULL);

  return said != NULL && g_ascii_string_to_unsigned (said, 10, 0, G_MAXINT64, &size, NULL) ? size : 0;
}

/* Fills in what takes a look at the content: sizes, and who is called by which content id. */
static void
measure (ValijaMimeMessage *self,
         ValijaMimeNode    *node)
{
  const char *data = valija_mime_message_peek_source (self, NULL);

  node->part.size = node->part.children->len == 0 || !valija_mime_node_is (node, "multipart/")
                        ? valija_mime_content_size (node, data)
                        : 0;
  if (self->outline && node->part.size == 0)
    {
      node->part.size = find_said_size (self, node);
      node->part.absent = node->part.size > 0;
    }
  if (node->part.content_id != NULL &&
      !g_hash_table_contains (self->content_ids, node->part.content_id))
    g_hash_table_insert (self->content_ids, node->part.content_id, node);

  for (guint i = 0; i < node->part.children->len; i++)
    measure (self, g_ptr_array_index (node->part.children, i));
}

static char *
dup_leaf_text (ValijaMimeMessage    *self,
               const ValijaMimeNode *node)
{
  return valija_mime_content_dup_text (node, valija_mime_message_peek_source (self, NULL), self->text_limit,
                                       &self->truncated);
}

static void
join_text (ValijaMimeMessage    *self,
           const ValijaMimeBody *body)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < MIN (body->text->len, JOINED_PARTS_LIMIT) && out->len < self->text_limit; i++)
    {
      const ValijaMimeNode *node = g_ptr_array_index (body->text, i);
      g_autofree char *text = dup_leaf_text (self, node);

      if (strcmp (node->part.type, "text/html") == 0)
        {
          g_autofree char *html = g_steal_pointer (&text);

          text = valija_html_to_text (html);
        }
      if (out->len > 0 && out->str[out->len - 1] != '\n')
        g_string_append_c (out, '\n');
      if (out->len > 0)
        g_string_append_c (out, '\n');
      g_string_append (out, text);
    }

  self->truncated |= body->text->len > JOINED_PARTS_LIMIT;
  self->text = g_string_free (g_steal_pointer (&out), FALSE);
}

/* Several parts in one document could reach into each other by an attribute or element left open,
 * so each is closed first. */
static void
join_html (ValijaMimeMessage    *self,
           const ValijaMimeBody *body)
{
  g_autoptr(GString) out = NULL;

  if (!body->has_html)
    return;
  if (body->html->len == 1)
    {
      self->html = dup_leaf_text (self, g_ptr_array_index (body->html, 0));
      return;
    }

  out = g_string_new (NULL);
  for (guint i = 0; i < MIN (body->html->len, JOINED_PARTS_LIMIT) && out->len < self->text_limit; i++)
    {
      const ValijaMimeNode *node = g_ptr_array_index (body->html, i);
      g_autofree char *text = dup_leaf_text (self, node);
      g_autofree char *fragment = NULL;

      if (strcmp (node->part.type, "text/html") == 0)
        fragment = valija_html_sanitise_fragment (text, VALIJA_HTML_REMOTE_IMAGES);
      else
        fragment = valija_html_fragment_from_text (text);
      g_string_append_printf (out, "<div>%s</div>\n", fragment);
    }

  self->truncated |= body->html->len > JOINED_PARTS_LIMIT;
  self->html = g_string_free (g_steal_pointer (&out), FALSE);
}

static void
valija_mime_message_finalize (GObject *object)
{
  ValijaMimeMessage *self = VALIJA_MIME_MESSAGE (object);

  g_clear_pointer (&self->content_ids, g_hash_table_unref);
  g_clear_pointer (&self->attachments, g_ptr_array_unref);
  g_clear_pointer (&self->root, valija_mime_tree_free);
  g_clear_pointer (&self->info, valija_message_info_unref);
  g_clear_pointer (&self->source, g_bytes_unref);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->html, g_free);

  G_OBJECT_CLASS (valija_mime_message_parent_class)->finalize (object);
}

static void
valija_mime_message_class_init (ValijaMimeMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = valija_mime_message_finalize;
}

static void
valija_mime_message_init (ValijaMimeMessage *self)
{
  self->content_ids = g_hash_table_new (g_str_hash, g_str_equal);
}

static ValijaMimeMessage *
parse (GBytes  *source,
       gsize    text_limit,
       gboolean outline)
{
  ValijaMimeMessage *self = g_object_new (VALIJA_TYPE_MIME_MESSAGE, NULL);
  g_autoptr(ValijaMimeBody) body = NULL;
  const char *data;
  gsize length;

  self->source = g_bytes_ref (source);
  self->text_limit = text_limit;
  self->outline = outline;
  data = valija_mime_message_peek_source (self, &length);

  self->root = valija_mime_tree_scan (data, length, &self->truncated);
  measure (self, self->root);

  body = valija_mime_body_choose (self->root);
  join_text (self, body);
  join_html (self, body);
  self->attachments = valija_mime_body_mark_attachments (body, self->root, self->html);

  return self;
}

/* Where only the text is searched, nobody asks for it. */
static void
ensure_info (ValijaMimeMessage *self)
{
  if (self->info != NULL)
    return;

  self->info = valija_mime_parse_header_block ("", valija_mime_message_peek_source (self, NULL),
                                               self->root->body_start);
  self->info->size = g_bytes_get_size (self->source);
  self->info->has_attachments = self->attachments->len > 0;
}

/**
 * valija_mime_message_parse:
 * @source: the octets of a message, RFC 5322; kept, not copied
 *
 * Takes a message apart. Nothing is refused.
 *
 * Returns: (transfer full): the message
 */
ValijaMimeMessage *
valija_mime_message_parse (GBytes *source)
{
  ValijaMimeMessage *self = parse (source, TEXT_LIMIT, FALSE);

  ensure_info (self);

  return self;
}

/**
 * valija_mime_message_parse_for_search:
 * @source: the octets of a message, RFC 5322; kept, not copied
 *
 * Returns: (transfer full): the message, with the first megabyte of its text
 */
ValijaMimeMessage *
valija_mime_message_parse_for_search (GBytes *source)
{
  return parse (source, SEARCH_LIMIT, FALSE);
}

/**
 * valija_mime_message_parse_outline:
 * @source: a message of which not all has come; kept, not copied
 *
 * Returns: (transfer full): the message, with parts that are absent
 */
ValijaMimeMessage *
valija_mime_message_parse_outline (GBytes *source)
{
  ValijaMimeMessage *self = parse (source, TEXT_LIMIT, TRUE);

  ensure_info (self);

  return self;
}

ValijaMessageInfo *
valija_mime_message_get_info (ValijaMimeMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);

  ensure_info (self);

  return self->info;
}

const ValijaMimePart *
valija_mime_message_get_root (ValijaMimeMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);

  return &self->root->part;
}

GPtrArray *
valija_mime_message_get_attachments (ValijaMimeMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);

  return self->attachments;
}

gboolean
valija_mime_message_get_truncated (ValijaMimeMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), FALSE);

  return self->truncated;
}

const char *
valija_mime_message_get_text (ValijaMimeMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);

  return self->text;
}

const char *
valija_mime_message_get_html (ValijaMimeMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);

  return self->html;
}

/* Also what attached messages say: a person who looks for it knows that it came with this mail. */
static void
append_nested_text (ValijaMimeMessage    *self,
                    const ValijaMimeNode *node,
                    GString              *out)
{
  if (out->len > self->text_limit)
    return;

  if (node->nested && node->part.children->len == 0 && !node->says_attachment &&
      valija_mime_node_is (node, "text/plain"))
    {
      gboolean truncated;
      g_autofree char *text =
          valija_mime_content_dup_text (node, valija_mime_message_peek_source (self, NULL), self->text_limit,
                                        &truncated);

      g_string_append_c (out, '\n');
      g_string_append (out, text);
    }
  for (guint i = 0; i < node->part.children->len; i++)
    append_nested_text (self, g_ptr_array_index (node->part.children, i), out);
}

gboolean
valija_mime_message_reads_like (ValijaMimeMessage *self,
                                ValijaMimeMessage *other)
{
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), FALSE);
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (other), FALSE);

  return strcmp (self->text, other->text) == 0 && g_strcmp0 (self->html, other->html) == 0;
}

char *
valija_mime_message_dup_search_text (ValijaMimeMessage *self)
{
  GString *out;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);

  out = g_string_new (self->text);
  for (guint i = 0; i < self->attachments->len; i++)
    {
      const ValijaMimePart *part = g_ptr_array_index (self->attachments, i);

      g_string_append_c (out, '\n');
      g_string_append (out, part->name != NULL ? part->name : part->safe_name);
    }
  append_nested_text (self, self->root, out);

  return g_string_free (out, FALSE);
}

/* Appends words of @text up to the limit; without quotations, or with them where there is nothing
 * else. */
static void
append_preview (GString    *out,
                const char *text,
                gboolean    with_quotes)
{
  long characters = 0;
  gboolean blank = FALSE;
  gboolean line_start = TRUE;

  for (const char *p = text; *p != '\0' && characters < PREVIEW_CHARACTERS;
       p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (line_start && (strncmp (p, "-- \n", 4) == 0 || (*p == '>' && !with_quotes)))
        {
          gsize length = strcspn (p, "\n");

          if (*p == '-' || p[length] == '\0')
            break;
          p += length;
          continue;
        }
      line_start = c == '\n';
      if (g_unichar_isspace (c) || g_unichar_iszerowidth (c))
        {
          blank |= g_unichar_isspace (c);
          continue;
        }
      if (blank && out->len > 0)
        {
          if (characters + 2 > PREVIEW_CHARACTERS)
            break;
          g_string_append_c (out, ' ');
          characters++;
        }
      blank = FALSE;
      g_string_append_unichar (out, c);
      characters++;
    }
}

char *
valija_mime_message_dup_preview (ValijaMimeMessage *self)
{
  g_autoptr(GString) out = NULL;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);

  out = g_string_new (NULL);
  append_preview (out, self->text, FALSE);
  if (out->len == 0)
    append_preview (out, self->text, TRUE);

  return valija_mime_clean_text (out->str, out->len);
}

static gboolean
append_sink (const char  *bytes,
             gsize        length,
             gpointer     user_data,
             GError     **error)
{
  return valija_spool_append (user_data, bytes, length, error);
}

/**
 * valija_mime_message_load_part:
 * @part: a part of @self that is no multipart
 *
 * The decoded content; for a message/rfc822 part the whole message within.
 *
 * Returns: (transfer full) (nullable): the bytes, sharing the source's memory where nothing had
 * to be decoded; NULL with VALIJA_ERROR_INVALID, or where a large one finds no room on the disk
 */
GBytes *
valija_mime_message_load_part (ValijaMimeMessage     *self,
                               const ValijaMimePart  *part,
                               GError               **error)
{
  const ValijaMimeNode *node = (const ValijaMimeNode *) part;
  g_autoptr(ValijaSpool) spool = NULL;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);
  g_return_val_if_fail (part != NULL, NULL);

  if (part->children->len > 0 && valija_mime_node_is (node, "multipart/"))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("This part of the message only holds other parts."));
      return NULL;
    }

  if (valija_mime_content_is_plain (node))
    return g_bytes_new_from_bytes (self->source, node->body_start,
                                   node->body_end - node->body_start);

  spool = valija_spool_new (G_MAXUINT64);
  if (!valija_mime_content_decode (node, valija_mime_message_peek_source (self, NULL), append_sink, spool, error))
    return NULL;

  return valija_spool_finish (spool, error);
}

const ValijaMimePart *
valija_mime_message_find_content_id (ValijaMimeMessage *self,
                                     const char        *content_id)
{
  const ValijaMimeNode *node;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);
  g_return_val_if_fail (content_id != NULL, NULL);

  node = g_hash_table_lookup (self->content_ids, content_id);

  return node != NULL ? &node->part : NULL;
}

gboolean
valija_mime_message_awaits (ValijaMimeMessage    *self,
                            const ValijaMimePart *part)
{
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), FALSE);

  return part != NULL ? part->absent : self->outline;
}

char *
valija_mime_message_dup_header (ValijaMimeMessage *self,
                                const char        *name)
{
  ValijaMimeField field;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  if (!valija_mime_fields_find (valija_mime_message_peek_source (self, NULL), self->root->body_start, name, &field))
    return NULL;

  return valija_mime_words_decode (field.value, field.value_length, self->root->part.charset);
}

char *
valija_mime_message_dup_raw_headers (ValijaMimeMessage *self)
{
  g_autofree char *text = NULL;
  ValijaMimeNode header = { 0 };
  gboolean truncated;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);

  header.part.type = (char *) "text/rfc822-headers";
  header.body_end = self->root->body_start;

  return valija_mime_content_dup_text (&header, valija_mime_message_peek_source (self, NULL), RAW_HEADERS_LIMIT,
                                       &truncated);
}
