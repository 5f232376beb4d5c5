/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-reader.h"

#include "base/valija-error.h"
#include "wire/ews/valija-ews-filter.h"

#include <glib/gi18n-lib.h>
#include <libxml/parser.h>
#include <string.h>

#define DEPTH_LIMIT 64
/* Of one response message. A page of SyncFolderItems with all its 512 changes has some 4,000 elements and 500 kB, a
 * SyncState more than 100 kB. */
#define ELEMENTS_LIMIT (200 * 1000)
#define TEXT_LIMIT (16 * 1024 * 1024)
#define ATTRIBUTES_LIMIT 32

/* How deep things stand: Envelope / Body / FindItemResponse / ResponseMessages / FindItemResponseMessage. */
#define LEVEL_ENVELOPE 1
#define LEVEL_PART 2
#define LEVEL_ANSWER 3
#define LEVEL_MESSAGES 4
#define LEVEL_MESSAGE 5

struct _ValijaEwsReader
{
  const ValijaEwsHandler *handler;
  gpointer user_data;
  ValijaEwsFilter *filter;
  xmlParserCtxtPtr context; /* nullable between two envelopes */
  GString *clean;           /* what the filter made of the last bytes */
  GPtrArray *open;          /* of ValijaEwsNode, owned: the elements that nodes are made of, outermost first */
  guint level;              /* how many elements are open */
  guint root_level;         /* where nodes begin */
  guint n_elements;         /* of this message */
  gsize n_text;
  guint n_documents;        /* that came to their end */
  gboolean is_document;     /* no envelope is expected */
  gboolean in_body;
  gboolean has_messages;    /* this answer has a list of response messages */
  gboolean in_content;
  int base64_state;
  guint base64_save;
  GError *error;            /* nullable: why it is over */
};

/* ---- Limits and failures ---- */

static void
fail (ValijaEwsReader *self,
      ValijaErrorCode  code,
      const char      *sentence)
{
  if (self->error == NULL)
    valija_error_set (&self->error, code, "%s", sentence);
  xmlStopParser (self->context);
}

static gboolean
count_text (ValijaEwsReader *self,
            gsize            length)
{
  self->n_text += length;
  if (self->n_text > TEXT_LIMIT)
    fail (self, VALIJA_ERROR_LIMIT, _("The server’s answer is larger than makes sense."));

  return self->error == NULL;
}

/* ---- Elements ---- */

static ValijaEwsNode *
create_node (ValijaEwsReader *self,
             const xmlChar   *name,
             int              n_attributes,
             const xmlChar  **attributes)
{
  g_autoptr(GStrvBuilder) pairs = g_strv_builder_new ();
  g_auto(GStrv) strings = NULL;

  if (++self->n_elements > ELEMENTS_LIMIT || n_attributes > ATTRIBUTES_LIMIT)
    {
      fail (self, VALIJA_ERROR_LIMIT, _("The server’s answer is larger than makes sense."));
      return NULL;
    }

  /* Five for each: local name, prefix, namespace, where the value begins and where it ends */
  for (int i = 0; i < n_attributes; i++)
    {
      const char *value = (const char *) attributes[i * 5 + 3];
      gsize length = (const char *) attributes[i * 5 + 4] - value;

      if (!count_text (self, length))
        return NULL;
      g_strv_builder_add (pairs, (const char *) attributes[i * 5]);
      g_strv_builder_take (pairs, g_strndup (value, length));
    }
  strings = g_strv_builder_end (pairs);

  return valija_ews_node_new ((const char *) name, (const char * const *) strings);
}

static void
tell_version (ValijaEwsReader     *self,
              const ValijaEwsNode *node)
{
  const char *major = valija_ews_node_get_attribute (node, "MajorVersion");
  const char *minor = valija_ews_node_get_attribute (node, "MinorVersion");
  guint64 numbers[2];

  if (self->handler->version != NULL && major != NULL && minor != NULL &&
      g_ascii_string_to_unsigned (major, 10, 0, G_MAXUINT, &numbers[0], NULL) &&
      g_ascii_string_to_unsigned (minor, 10, 0, G_MAXUINT, &numbers[1], NULL))
    self->handler->version (numbers[0], numbers[1], self->user_data);
}

static gboolean
is_content (ValijaEwsReader *self,
            const char      *name)
{
  const ValijaEwsNode *parent = self->open->len > 0 ? g_ptr_array_index (self->open, self->open->len - 1) : NULL;

  return strcmp (name, "MimeContent") == 0 ||
         (strcmp (name, "Content") == 0 && parent != NULL && valija_ews_node_is (parent, "FileAttachment"));
}

static void
start_cb (void           *user_data,
          const xmlChar  *name,
          const xmlChar  *prefix,
          const xmlChar  *uri,
          int             n_namespaces,
          const xmlChar **namespaces,
          int             n_attributes,
          int             n_defaulted,
          const xmlChar **attributes)
{
  ValijaEwsReader *self = user_data;
  const char *local = (const char *) name;
  ValijaEwsNode *node;

  if (self->error != NULL)
    return;

  if (++self->level > DEPTH_LIMIT)
    {
      fail (self, VALIJA_ERROR_LIMIT, _("The server’s answer is nested deeper than makes sense."));
      return;
    }

  if (!self->is_document && self->level == LEVEL_ENVELOPE && strcmp (local, "Envelope") != 0)
    {
      fail (self, VALIJA_ERROR_PROTOCOL, _("What answers there is not an Exchange server."));
      return;
    }

  if (!self->is_document && self->level == LEVEL_PART)
    self->in_body = strcmp (local, "Body") == 0;

  if (self->level < self->root_level)
    return;

  if (!(node = create_node (self, name, n_attributes, attributes)))
    return;

  self->in_content = !self->is_document && is_content (self, local);
  self->base64_state = 0;
  self->base64_save = 0;
  g_ptr_array_add (self->open, node);
  if (self->in_body && self->level == LEVEL_MESSAGES && strcmp (local, "ResponseMessages") == 0)
    self->has_messages = TRUE;
}

static void
deliver (ValijaEwsReader *self,
         ValijaEwsNode   *node)
{
  self->n_elements = 0;
  self->n_text = 0;
  self->handler->message (node, self->user_data);
}

static void
end_cb (void          *user_data,
        const xmlChar *name,
        const xmlChar *prefix,
        const xmlChar *uri)
{
  ValijaEwsReader *self = user_data;
  guint level = self->level;
  ValijaEwsNode *node;

  if (self->error != NULL)
    return;

  self->level--;
  if (level < self->root_level)
    return;

  self->in_content = FALSE;
  node = g_ptr_array_steal_index (self->open, self->open->len - 1);

  if (level > self->root_level && !(self->has_messages && level == LEVEL_MESSAGE))
    valija_ews_node_append (g_ptr_array_index (self->open, self->open->len - 1), node);
  else if (self->is_document || (self->in_body && (level == LEVEL_MESSAGE || !self->has_messages)))
    deliver (self, node);
  else
    {
      if (valija_ews_node_is (node, "ServerVersionInfo"))
        tell_version (self, node);
      valija_ews_node_free (node);
    }

  if (level == LEVEL_ANSWER)
    self->has_messages = FALSE;
}

/* ---- Text ---- */

static void
decode_content (ValijaEwsReader *self,
                const char      *text,
                gsize            length)
{
  guchar decoded[3072 + 3];

  while (length > 0 && self->error == NULL)
    {
      gsize piece = MIN (length, 4096);
      gsize n = g_base64_decode_step (text, piece, decoded, &self->base64_state, &self->base64_save);

      if (n > 0 && self->handler->content != NULL &&
          !self->handler->content (decoded, n, self->user_data, &self->error))
        xmlStopParser (self->context);
      text += piece;
      length -= piece;
    }
}

static void
text_cb (void          *user_data,
         const xmlChar *text,
         int            length)
{
  ValijaEwsReader *self = user_data;

  if (self->error != NULL || self->open->len == 0)
    return;

  if (self->in_content)
    decode_content (self, (const char *) text, length);
  else if (count_text (self, length))
    valija_ews_node_append_text (g_ptr_array_index (self->open, self->open->len - 1), (const char *) text, length);
}

/* A document type can define entities that grow without end; no server has a use for one here. */
static void
document_type_cb (void          *user_data,
                  const xmlChar *name,
                  const xmlChar *external_id,
                  const xmlChar *system_id)
{
  fail (user_data, VALIJA_ERROR_PROTOCOL, _("What answers there is not an Exchange server."));
}

static void
complaint_cb (void             *user_data,
              const xmlError   *complaint)
{
  /* What libxml2 returns says enough; without this it would write to the terminal */
}

/* ---- Documents ---- */

static void
begin_document (ValijaEwsReader *self)
{
  static xmlSAXHandler sax = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = start_cb,
    .endElementNs = end_cb,
    .characters = text_cb,
    .cdataBlock = text_cb,
    .internalSubset = document_type_cb,
    .serror = (xmlStructuredErrorFunc) complaint_cb,
  };

  self->context = xmlCreatePushParserCtxt (&sax, self, NULL, 0, NULL);
  /* The filter made it UTF-8, whatever the declaration says. HUGE: a message is one text of 60 MB; the bounds
   * are ours. */
  xmlCtxtUseOptions (self->context, XML_PARSE_HUGE | XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
  self->level = 0;
  self->in_body = FALSE;
  self->has_messages = FALSE;
  self->in_content = FALSE;
  self->n_elements = 0;
  self->n_text = 0;
}

static void
end_document (ValijaEwsReader *self)
{
  g_clear_pointer (&self->context, xmlFreeParserCtxt);
  g_ptr_array_set_size (self->open, 0);
  self->n_documents++;
}

static void
parse (ValijaEwsReader *self,
       gboolean         is_last)
{
  const char *text = self->clean->str;
  gsize length = self->clean->len;

  /* Between envelopes there may be white space, and a byte order mark */
  while (self->context == NULL && length > 0 && (g_ascii_isspace (*text) || strchr ("\357\273\277", *text) != NULL))
    {
      text++;
      length--;
    }

  if (length == 0 && self->context == NULL)
    return;

  if (self->context == NULL)
    begin_document (self);

  if (xmlParseChunk (self->context, text, length, is_last) != XML_ERR_OK && self->error == NULL)
    valija_error_set (&self->error, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));

  if (is_last)
    end_document (self);
}

static gboolean
tell_error (ValijaEwsReader  *self,
            GError          **error)
{
  if (self->error == NULL)
    return TRUE;

  if (error != NULL)
    *error = g_error_copy (self->error);

  return FALSE;
}

ValijaEwsReader *
valija_ews_reader_new (const ValijaEwsHandler *handler,
                       gpointer                user_data)
{
  ValijaEwsReader *self = g_new0 (ValijaEwsReader, 1);

  self->handler = handler;
  self->user_data = user_data;
  self->filter = valija_ews_filter_new ();
  self->clean = g_string_new (NULL);
  self->open = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_ews_node_free);
  self->root_level = LEVEL_ANSWER;

  return self;
}

void
valija_ews_reader_free (ValijaEwsReader *self)
{
  g_clear_pointer (&self->context, xmlFreeParserCtxt);
  g_ptr_array_unref (self->open);
  g_string_free (self->clean, TRUE);
  valija_ews_filter_free (self->filter);
  g_clear_error (&self->error);
  g_free (self);
}

gboolean
valija_ews_reader_feed (ValijaEwsReader  *self,
                        const void       *data,
                        gsize             length,
                        GError          **error)
{
  const char *bytes = data;

  g_return_val_if_fail (self != NULL, FALSE);

  while (length > 0 && self->error == NULL)
    {
      gboolean ended;
      gsize taken = valija_ews_filter_feed (self->filter, bytes, length, self->clean, &ended);

      parse (self, ended);
      g_string_truncate (self->clean, 0);
      bytes += taken;
      length -= taken;
    }

  return tell_error (self, error);
}

gboolean
valija_ews_reader_finish (ValijaEwsReader  *self,
                          GError          **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->error == NULL && (self->context != NULL || self->n_documents == 0))
    valija_error_set (&self->error, VALIJA_ERROR_PROTOCOL, _("The server’s answer ends in the middle."));

  return tell_error (self, error);
}

static void
keep_root (ValijaEwsNode *node,
           gpointer       user_data)
{
  ValijaEwsNode **root = user_data;

  g_clear_pointer (root, valija_ews_node_free);
  *root = node;
}

ValijaEwsNode *
valija_ews_parse_document (const void  *data,
                           gsize        length,
                           GError     **error)
{
  static const ValijaEwsHandler handler = { .message = keep_root };
  g_autoptr(ValijaEwsNode) root = NULL;
  g_autoptr(ValijaEwsReader) self = valija_ews_reader_new (&handler, &root);

  self->is_document = TRUE;
  self->root_level = 1;

  if (!valija_ews_reader_feed (self, data, length, error))
    return NULL;

  /* It ended without our knowing, as only envelopes are known by their end */
  if (self->context != NULL)
    parse (self, TRUE);
  if (self->n_documents > 1)
    fail (self, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));
  if (!valija_ews_reader_finish (self, error))
    return NULL;

  return g_steal_pointer (&root);
}
