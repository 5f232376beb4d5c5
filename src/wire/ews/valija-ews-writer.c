/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-writer.h"

#include <libxml/xmlwriter.h>

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define SCHEMAS "http://schemas.microsoft.com/exchange/services/2006/"

struct _ValijaEwsWriter
{
  const char *operation;
  xmlBufferPtr buffer;
  xmlTextWriterPtr writer;
  GBytes *content;          /* nullable */
  gsize content_at;         /* where it goes */
};

static const xmlChar *
xml (const char *text)
{
  return (const xmlChar *) text;
}

/* libxml2 fails only where there is no memory, and then GLib would not go on either. */
static void
check (int result)
{
  g_assert (result >= 0);
}

const char *
valija_ews_schema_get_name (ValijaEwsSchema schema)
{
  static const char *const names[] = {
    [VALIJA_EWS_2010_SP1] = "Exchange2010_SP1",
    [VALIJA_EWS_2010_SP2] = "Exchange2010_SP2",
    [VALIJA_EWS_2013] = "Exchange2013",
    [VALIJA_EWS_2013_SP1] = "Exchange2013_SP1",
  };

  g_return_val_if_fail (schema < G_N_ELEMENTS (names), NULL);

  return names[schema];
}

ValijaEwsRequest *
valija_ews_request_ref (ValijaEwsRequest *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_ews_request_unref (ValijaEwsRequest *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->head, g_bytes_unref);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_clear_pointer (&self->tail, g_bytes_unref);
  g_free (self->mailbox);
  g_free (self);
}

ValijaEwsRequest *
valija_ews_request_about (ValijaEwsRequest *self,
                          const char       *mailbox)
{
  g_set_str (&self->mailbox, mailbox);
  return self;
}

ValijaEwsWriter *
valija_ews_writer_new (ValijaEwsSchema  schema,
                       const char      *operation)
{
  ValijaEwsWriter *self = g_new0 (ValijaEwsWriter, 1);
  g_autofree char *name = g_strconcat ("m:", operation, NULL);

  self->operation = operation;
  self->buffer = xmlBufferCreate ();
  self->writer = xmlNewTextWriterMemory (self->buffer, 0);
  check (xmlTextWriterStartDocument (self->writer, NULL, "utf-8", NULL));

  valija_ews_writer_start (self, "s:Envelope");
  valija_ews_writer_attribute (self, "xmlns:s", SOAP);
  valija_ews_writer_attribute (self, "xmlns:m", SCHEMAS "messages");
  valija_ews_writer_attribute (self, "xmlns:t", SCHEMAS "types");
  valija_ews_writer_start (self, "s:Header");
  valija_ews_writer_start (self, "t:RequestServerVersion");
  valija_ews_writer_attribute (self, "Version", valija_ews_schema_get_name (schema));
  valija_ews_writer_end (self);
  valija_ews_writer_end (self);
  valija_ews_writer_start (self, "s:Body");
  valija_ews_writer_start (self, name);

  return self;
}

ValijaEwsRequest *
valija_ews_writer_finish (ValijaEwsWriter *self,
                          guint            n_expected,
                          gboolean         repeatable)
{
  ValijaEwsRequest *request = g_new0 (ValijaEwsRequest, 1);
  g_autoptr(GBytes) all = NULL;

  check (xmlTextWriterEndDocument (self->writer));
  all = g_bytes_new (xmlBufferContent (self->buffer), xmlBufferLength (self->buffer));

  g_atomic_ref_count_init (&request->ref_count);
  request->operation = self->operation;
  request->n_expected = n_expected;
  request->repeatable = repeatable;
  if (self->content != NULL)
    {
      request->head = g_bytes_new_from_bytes (all, 0, self->content_at);
      request->tail = g_bytes_new_from_bytes (all, self->content_at, g_bytes_get_size (all) - self->content_at);
      request->content = g_steal_pointer (&self->content);
    }
  else
    request->head = g_steal_pointer (&all);

  xmlFreeTextWriter (self->writer);
  xmlBufferFree (self->buffer);
  g_free (self);

  return request;
}

void
valija_ews_writer_start (ValijaEwsWriter *self,
                         const char      *name)
{
  check (xmlTextWriterStartElement (self->writer, xml (name)));
}

void
valija_ews_writer_end (ValijaEwsWriter *self)
{
  check (xmlTextWriterEndElement (self->writer));
}

/* What a user typed or a message said, without what XML 1.0 §2.2 cannot hold. */
static char *
clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *kept = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if ((c >= 0x20 || c == '\t' || c == '\n' || c == '\r') && c != 0xfffe && c != 0xffff)
        g_string_append_unichar (kept, c);
    }

  return g_string_free (kept, FALSE);
}

void
valija_ews_writer_attribute (ValijaEwsWriter *self,
                             const char      *name,
                             const char      *value)
{
  g_autofree char *cleaned = clean (value);

  check (xmlTextWriterWriteAttribute (self->writer, xml (name), xml (cleaned)));
}

void
valija_ews_writer_element (ValijaEwsWriter *self,
                           const char      *name,
                           const char      *text)
{
  g_autofree char *cleaned = clean (text);

  check (xmlTextWriterWriteElement (self->writer, xml (name), xml (cleaned)));
}

void
valija_ews_writer_content (ValijaEwsWriter *self,
                           GBytes          *content)
{
  g_return_if_fail (self->content == NULL);

  /* Text, even none, ends the start tag */
  check (xmlTextWriterWriteString (self->writer, xml ("")));
  check (xmlTextWriterFlush (self->writer));
  self->content = g_bytes_ref (content);
  self->content_at = xmlBufferLength (self->buffer);
}

void
valija_ews_writer_folder (ValijaEwsWriter    *self,
                          ValijaEwsFolderRef  folder)
{
  if (folder.id != NULL)
    {
      valija_ews_writer_start (self, "t:FolderId");
      valija_ews_writer_attribute (self, "Id", folder.id);
      valija_ews_writer_end (self);
      return;
    }

  valija_ews_writer_start (self, "t:DistinguishedFolderId");
  valija_ews_writer_attribute (self, "Id", folder.distinguished);
  if (folder.mailbox != NULL)
    {
      valija_ews_writer_start (self, "t:Mailbox");
      valija_ews_writer_element (self, "t:EmailAddress", folder.mailbox);
      valija_ews_writer_end (self);
    }
  valija_ews_writer_end (self);
}

void
valija_ews_writer_folders (ValijaEwsWriter    *self,
                           const char         *name,
                           ValijaEwsFolderRef  folder)
{
  valija_ews_writer_start (self, name);
  valija_ews_writer_folder (self, folder);
  valija_ews_writer_end (self);
}

void
valija_ews_writer_items (ValijaEwsWriter    *self,
                         const char * const *ids)
{
  valija_ews_writer_start (self, "m:ItemIds");
  for (gsize i = 0; ids[i] != NULL; i++)
    {
      valija_ews_writer_start (self, "t:ItemId");
      valija_ews_writer_attribute (self, "Id", ids[i]);
      valija_ews_writer_end (self);
    }
  valija_ews_writer_end (self);
}

void
valija_ews_writer_field (ValijaEwsWriter *self,
                         const char      *field)
{
  valija_ews_writer_start (self, "t:FieldURI");
  valija_ews_writer_attribute (self, "FieldURI", field);
  valija_ews_writer_end (self);
}

void
valija_ews_writer_property (ValijaEwsWriter *self,
                            const char      *tag,
                            const char      *type)
{
  valija_ews_writer_start (self, "t:ExtendedFieldURI");
  valija_ews_writer_attribute (self, "PropertyTag", tag);
  valija_ews_writer_attribute (self, "PropertyType", type);
  valija_ews_writer_end (self);
}

void
valija_ews_writer_named (ValijaEwsWriter *self,
                         const char      *set,
                         const char      *number,
                         const char      *type)
{
  valija_ews_writer_start (self, "t:ExtendedFieldURI");
  valija_ews_writer_attribute (self, "DistinguishedPropertySetId", set);
  valija_ews_writer_attribute (self, "PropertyId", number);
  valija_ews_writer_attribute (self, "PropertyType", type);
  valija_ews_writer_end (self);
}

void
valija_ews_writer_view (ValijaEwsWriter *self,
                        guint            offset,
                        guint            most)
{
  g_autofree char *first = g_strdup_printf ("%u", offset);
  g_autofree char *count = g_strdup_printf ("%u", most);

  valija_ews_writer_start (self, "m:IndexedPageItemView");
  valija_ews_writer_attribute (self, "MaxEntriesReturned", count);
  valija_ews_writer_attribute (self, "Offset", first);
  valija_ews_writer_attribute (self, "BasePoint", "Beginning");
  valija_ews_writer_end (self);
}

void
valija_ews_writer_time (ValijaEwsWriter *self,
                        const char      *name,
                        gint64           seconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  valija_ews_writer_element (self, name, text != NULL ? text : "1970-01-01T00:00:00Z");
}
