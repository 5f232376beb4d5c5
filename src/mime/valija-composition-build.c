/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-composition-private.h"

#include "base/valija-error.h"
#include "mime/valija-composition-rebuild.h"
#include "mime/valija-html.h"
#include "mime/valija-mime-header.h"
#include "mime/valija-spool-stream.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* Larger messages no server takes. */
#define MESSAGE_LIMIT (G_GUINT64_CONSTANT (4) * 1024 * 1024 * 1024)
/* RFC 5322 §2.1.1: as it is, text goes only in lines that need no folding anywhere. */
#define PLAIN_LINE_LIMIT 78
/* And nothing at all in longer ones. */
#define LINE_LIMIT 998

static const char *const priorities[] = {
  [VALIJA_PRIORITY_NORMAL] = NULL,
  [VALIJA_PRIORITY_HIGH] = "1 (Highest)",
  [VALIJA_PRIORITY_LOW] = "5 (Lowest)",
};

static const char *const importances[] = {
  [VALIJA_PRIORITY_NORMAL] = NULL,
  [VALIJA_PRIORITY_HIGH] = "high",
  [VALIJA_PRIORITY_LOW] = "low",
};

/* RFC 2156 §5.3.4 */
static const char *const sensitivities[] = {
  [VALIJA_CONFIDENTIALITY_NONE] = NULL,
  [VALIJA_CONFIDENTIALITY_PERSONAL] = "Personal",
  [VALIJA_CONFIDENTIALITY_PRIVATE] = "Private",
  [VALIJA_CONFIDENTIALITY_CONFIDENTIAL] = "Company-Confidential",
};

void
valija_composition_begin_gmime (void)
{
  static gsize initialised = 0;

  if (g_once_init_enter (&initialised))
    {
      g_mime_init ();
      g_once_init_leave (&initialised, 1);
    }
}

/* What a body of bytes needs to travel. */
typedef struct
{
  gsize length;
  gsize longest_line;
  gsize high;               /* bytes beyond ASCII */
  gboolean binary;          /* NULs, or CRs that end no line */
  gboolean from_line;       /* a line that mbox files would take for theirs */
} Shape;

static Shape
examine (const char *bytes,
         gsize       length)
{
  Shape shape = { .length = length };
  gsize line = 0;

  for (gsize i = 0; i < length; i++)
    {
      guchar c = bytes[i];

      shape.high += c >= 0x80;
      shape.binary |= c == '\0' || (c == '\r' && (i + 1 == length || bytes[i + 1] != '\n'));
      shape.from_line |= line == 0 && length - i >= 5 && memcmp (bytes + i, "From ", 5) == 0;
      line = c == '\n' ? 0 : line + (c != '\r');
      shape.longest_line = MAX (shape.longest_line, line);
    }

  return shape;
}

static GMimeObject *
make_part (const char           *type,
           GMimeStream          *stream,
           GMimeContentEncoding  from,
           GMimeContentEncoding  to)
{
  g_autoptr(GMimeContentType) parsed = g_mime_content_type_parse (NULL, type);
  g_autoptr(GMimeDataWrapper) wrapper = g_mime_data_wrapper_new_with_stream (stream, from);
  GMimePart *part = g_mime_part_new ();

  g_mime_object_set_content_type (GMIME_OBJECT (part), parsed);
  g_mime_part_set_content_encoding (part, to);
  g_mime_part_set_content (part, wrapper);

  return GMIME_OBJECT (part);
}

/* @text with CR LF line ends, and one at its end. */
static GString *
make_lines (const char *text)
{
  GString *out = g_string_sized_new (strlen (text) + 2);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '\r' && p[1] == '\n')
        continue;
      if (*p == '\n' || *p == '\r')
        g_string_append (out, "\r\n");
      else
        g_string_append_c (out, *p);
    }
  if (out->len > 0 && !g_str_has_suffix (out->str, "\r\n"))
    g_string_append (out, "\r\n");

  return out;
}

/* Quoted-printable, with the "F" of a "From " that begins a line encoded too. */
static GString *
encode_quoted_printable (const GString *lines)
{
  GMimeEncoding state;
  GString *out = g_string_new (NULL);
  g_autofree char *buffer = NULL;
  gsize written;

  g_mime_encoding_init_encode (&state, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  buffer = g_malloc (g_mime_encoding_outlen (&state, lines->len));
  written = g_mime_encoding_flush (&state, lines->str, lines->len, buffer);

  for (gsize i = 0; i < written; i++)
    {
      if (buffer[i] == 'F' && (i == 0 || buffer[i - 1] == '\n') && written - i >= 5 &&
          memcmp (buffer + i, "From ", 5) == 0)
        g_string_append (out, "=46");
      else
        g_string_append_c (out, buffer[i]);
    }

  return out;
}

static GMimeObject *
make_text (const char *type,
           const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr(GString) lines = make_lines (valid);
  g_autoptr(GString) quoted = NULL;
  g_autoptr(GMimeStream) stream = NULL;
  Shape shape = examine (lines->str, lines->len);
  GMimeContentEncoding from = GMIME_CONTENT_ENCODING_DEFAULT;
  GMimeContentEncoding to = GMIME_CONTENT_ENCODING_7BIT;
  GMimeObject *part;

  if (shape.high > shape.length / 3)
    to = GMIME_CONTENT_ENCODING_BASE64;
  else if (shape.high > 0 || shape.longest_line > PLAIN_LINE_LIMIT || shape.from_line ||
           shape.binary)
    {
      quoted = encode_quoted_printable (lines);
      from = to = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
    }

  stream = g_mime_stream_mem_new_with_buffer (quoted != NULL ? quoted->str : lines->str,
                                              quoted != NULL ? quoted->len : lines->len);
  part = make_part (type, stream, from, to);
  g_mime_object_set_content_type_parameter (part, "charset", shape.high > 0 ? "utf-8" : "us-ascii");

  return part;
}

static GMimeStream *
open_bytes (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return g_mime_stream_mem_new_with_buffer (data != NULL ? data : "", length);
}

static gboolean
set_unreadable (ValijaAttachment  *attachment,
                const GError      *reason,
                GError           **error)
{
  valija_error_set (error, VALIJA_ERROR_INVALID, _("The attachment “%s” cannot be read: %s."),
                    valija_attachment_get_name (attachment), valija_reason_of_error (reason));

  return FALSE;
}

/* A message may not be encoded as a whole (RFC 2046 §5.2.1). One that no transport would leave as
 * it is goes as a file. */
static GMimeObject *
make_message_part (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autoptr(GMimeStream) stream = open_bytes (bytes);
  Shape shape = examine (data, length);

  if (shape.binary || shape.longest_line > LINE_LIMIT)
    return make_part ("application/octet-stream", stream, GMIME_CONTENT_ENCODING_DEFAULT,
                      GMIME_CONTENT_ENCODING_BASE64);

  return make_part ("message/rfc822", stream, GMIME_CONTENT_ENCODING_DEFAULT,
                    shape.high > 0 ? GMIME_CONTENT_ENCODING_8BIT : GMIME_CONTENT_ENCODING_7BIT);
}

/* The content of @attachment as a whole: of messages, and of files that are only reached through
 * GVfs. */
static GBytes *
load_attachment (ValijaAttachment  *attachment,
                 GError           **error)
{
  GFile *file = valija_attachment_get_file (attachment);
  g_autoptr(GError) local_error = NULL;
  GBytes *bytes;

  if (file == NULL)
    return g_bytes_ref (valija_attachment_get_bytes (attachment));

  bytes = valija_spool_load_file (file, &local_error);
  if (bytes == NULL)
    set_unreadable (attachment, local_error, error);

  return bytes;
}

/* The content as it is read while the message is written; files not mapped, for one that shrinks
 * meanwhile would end the program. */
static GMimeStream *
open_attachment (ValijaAttachment  *attachment,
                 GError           **error)
{
  GFile *file = valija_attachment_get_file (attachment);
  const char *path = file != NULL ? g_file_peek_path (file) : NULL;
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GBytes) bytes = NULL;
  GMimeStream *stream;

  if (path == NULL)
    {
      bytes = load_attachment (attachment, error);
      return bytes != NULL ? open_bytes (bytes) : NULL;
    }

  stream = g_mime_stream_fs_open (path, O_RDONLY | O_CLOEXEC, 0, &local_error);
  if (stream == NULL)
    set_unreadable (attachment, local_error, error);

  return stream;
}

static GMimeObject *
make_attachment (ValijaAttachment  *attachment,
                 GError           **error)
{
  const char *type = valija_attachment_get_mime_type (attachment);
  const char *content_id = valija_attachment_get_content_id (attachment);
  g_autoptr(GMimeStream) stream = NULL;
  g_autoptr(GBytes) bytes = NULL;
  GMimeObject *part;

  if (strcmp (type, "message/rfc822") == 0)
    {
      bytes = load_attachment (attachment, error);
      part = bytes != NULL ? make_message_part (bytes) : NULL;
    }
  else
    {
      stream = open_attachment (attachment, error);
      part = stream != NULL ? make_part (type, stream, GMIME_CONTENT_ENCODING_DEFAULT,
                                         GMIME_CONTENT_ENCODING_BASE64)
                            : NULL;
    }
  if (part == NULL)
    return NULL;

  g_mime_object_set_disposition (part, content_id != NULL ? GMIME_DISPOSITION_INLINE
                                                          : GMIME_DISPOSITION_ATTACHMENT);
  g_mime_part_set_filename (GMIME_PART (part), valija_attachment_get_name (attachment));
  if (content_id != NULL)
    g_mime_object_set_content_id (part, content_id);

  return part;
}

/* Puts @part (transfer full) and the attachments that are, or are not, inline pictures into a
 * multipart/@subtype, if there are any. */
static GMimeObject *
add_attachments (ValijaComposition  *self,
                 GMimeObject        *part,
                 gboolean            inlined,
                 const char         *subtype,
                 GError            **error)
{
  g_autoptr(GMimeObject) first = part;
  g_autoptr(GMimeMultipart) multipart = NULL;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->attachments));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(ValijaAttachment) attachment =
        g_list_model_get_item (G_LIST_MODEL (self->attachments), i);
      g_autoptr(GMimeObject) child = NULL;

      if ((valija_attachment_get_content_id (attachment) != NULL && self->html != NULL) != inlined)
        continue;
      child = make_attachment (attachment, error);
      if (child == NULL)
        return NULL;
      if (multipart == NULL)
        {
          multipart = g_mime_multipart_new_with_subtype (subtype);
          g_mime_multipart_add (multipart, first);
        }
      g_mime_multipart_add (multipart, child);
    }

  return multipart != NULL ? GMIME_OBJECT (g_steal_pointer (&multipart)) : g_steal_pointer (&first);
}

static GMimeObject *
make_body (ValijaComposition  *self,
           GError            **error)
{
  g_autofree char *derived = NULL;
  g_autoptr(GMimeObject) text = NULL;
  g_autoptr(GMimeObject) html = NULL;
  GMimeMultipart *alternative;

  if (self->html == NULL)
    return make_text ("text/plain", self->text);

  if (*self->text == '\0')
    derived = valija_html_to_text (self->html);
  text = make_text ("text/plain", derived != NULL ? derived : self->text);
  html = add_attachments (self, make_text ("text/html", self->html), TRUE, "related", error);
  if (html == NULL)
    return NULL;

  alternative = g_mime_multipart_new_with_subtype ("alternative");
  g_mime_multipart_add (alternative, text);
  g_mime_multipart_add (alternative, html);

  return GMIME_OBJECT (alternative);
}

static void
add_addresses (GMimeMessage     *message,
               GMimeAddressType  type,
               const char       *typed)
{
  InternetAddressList *target = g_mime_message_get_addresses (message, type);
  g_autoptr(GPtrArray) list = valija_mime_parse_addresses (typed);

  for (guint i = 0; i < list->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (list, i);
      g_autofree char *wire = valija_composition_wire_address (address->address);
      g_autoptr(InternetAddress) mailbox = NULL;

      mailbox = internet_address_mailbox_new (*address->name != '\0' ? address->name : NULL, wire);
      internet_address_set_charset (mailbox, "utf-8");
      internet_address_list_add (target, mailbox);
    }
}

/* "a@b c@d" → "<a@b> <c@d>" */
static char *
format_ids (const char *ids)
{
  g_autofree char *clean = valija_mime_normalise_ids (ids);
  g_auto(GStrv) parts = g_strsplit (clean, " ", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_string_append_printf (out, "%s<%s>", out->len > 0 ? " " : "", parts[i]);

  return g_string_free (out, FALSE);
}

static void
set_header (GMimeMessage *message,
            const char   *name,
            const char   *value)
{
  if (value != NULL && *value != '\0')
    g_mime_object_set_header (GMIME_OBJECT (message), name, value, NULL);
}

/* The id says where the message comes from and nothing of the computer. */
static char *
create_message_id (const char *address)
{
  g_autofree char *wire = valija_composition_wire_address (address);
  g_autofree char *uuid = g_uuid_string_random ();
  const char *at = strrchr (wire, '@');
  const char *domain = at != NULL && at[1] != '\0' && at[1] != '[' ? at + 1 : "valija.invalid";

  return g_strdup_printf ("%s@%s", uuid, domain);
}

void
valija_composition_ensure_message_id (ValijaComposition *self)
{
  if (self->message_id == NULL)
    self->message_id = create_message_id (self->from != NULL ? self->from->address : "");
}

GMimeMessage *
valija_composition_new_message (const ValijaAddress *from,
                                GPtrArray           *to,
                                const char          *subject,
                                const char          *in_reply_to)
{
  GMimeMessage *message = g_mime_message_new (TRUE);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autoptr(GPtrArray) authors = valija_address_list_new ();
  g_autofree char *clean = valija_mime_clean_text (subject, -1);
  g_autofree char *author = NULL;
  g_autofree char *recipients = valija_composition_format_addresses (to);
  g_autofree char *id = create_message_id (from->address);
  g_autofree char *ids = format_ids (in_reply_to);

  g_ptr_array_add (authors, valija_address_copy (from));
  author = valija_composition_format_addresses (authors);
  add_addresses (message, GMIME_ADDRESS_TYPE_FROM, author);
  add_addresses (message, GMIME_ADDRESS_TYPE_TO, recipients);
  g_mime_message_set_subject (message, clean, "utf-8");
  g_mime_message_set_date (message, now);
  g_mime_message_set_message_id (message, id);
  set_header (message, "In-Reply-To", ids);
  set_header (message, "References", ids);

  return message;
}

static void
set_headers (ValijaComposition *self,
             GMimeMessage      *message,
             gboolean           with_bcc)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *subject = valija_mime_clean_text (self->subject, -1);
  g_autofree char *in_reply_to = format_ids (self->in_reply_to);
  g_autofree char *references = format_ids (self->references);
  g_autofree char *from = NULL;

  if (self->from != NULL)
    {
      g_autoptr(GPtrArray) list = valija_address_list_new ();

      g_ptr_array_add (list, valija_address_copy (self->from));
      from = valija_composition_format_addresses (list);
      add_addresses (message, GMIME_ADDRESS_TYPE_FROM, from);
    }
  add_addresses (message, GMIME_ADDRESS_TYPE_TO, self->to);
  add_addresses (message, GMIME_ADDRESS_TYPE_CC, self->cc);
  if (with_bcc)
    add_addresses (message, GMIME_ADDRESS_TYPE_BCC, self->bcc);
  if (*subject != '\0')
    g_mime_message_set_subject (message, subject, "utf-8");
  g_mime_message_set_date (message, now);
  g_mime_message_set_message_id (message, self->message_id);

  set_header (message, "In-Reply-To", in_reply_to);
  set_header (message, "References", references);
  set_header (message, "X-Priority", priorities[self->priority]);
  set_header (message, "Importance", importances[self->priority]);
  set_header (message, "Sensitivity", sensitivities[self->confidentiality]);

  /* RFC 8098 §2.1: without a name, so that the reader sees who is told */
  if (self->read_confirmation && self->from != NULL &&
      valija_address_is_valid (self->from->address))
    {
      g_autofree char *wire = valija_composition_wire_address (self->from->address);

      set_header (message, "Disposition-Notification-To", wire);
    }
  /* Belongs to the envelope; noted for a draft that is taken up again */
  if (with_bcc && self->delivery_receipt)
    set_header (message, "X-Valija-Delivery-Receipt", "yes");
}

GBytes *
valija_composition_write_message (GMimeMessage  *message,
                                  GError       **error)
{
  g_autoptr(GMimeFormatOptions) options = g_mime_format_options_new ();
  g_autoptr(ValijaSpool) spool = valija_spool_new (MESSAGE_LIMIT);
  g_autoptr(GMimeStream) stream = valija_spool_stream_new (spool);

  g_mime_format_options_set_newline_format (options, GMIME_NEWLINE_FORMAT_DOS);
  g_mime_format_options_set_param_encoding_method (options, GMIME_PARAM_ENCODING_METHOD_RFC2231);
  if (g_mime_object_write_to_stream (GMIME_OBJECT (message), options, stream) < 0 ||
      !valija_spool_stream_finish (stream, error))
    {
      if (error != NULL && *error == NULL)
        valija_error_set (error, VALIJA_ERROR_STORAGE, _("The message could not be put together."));
      return NULL;
    }

  return valija_spool_finish (spool, error);
}

GBytes *
valija_composition_build (ValijaComposition  *self,
                          gboolean            with_bcc,
                          GError            **error)
{
  g_autoptr(GMimeMessage) message = NULL;
  g_autoptr(GMimeObject) body = NULL;

  g_return_val_if_fail (VALIJA_IS_COMPOSITION (self), NULL);

  valija_composition_begin_gmime ();
  body = make_body (self, error);
  if (body == NULL)
    return NULL;
  body = add_attachments (self, g_steal_pointer (&body), FALSE, "mixed", error);
  if (body == NULL)
    return NULL;

  valija_composition_ensure_message_id (self);
  message = g_mime_message_new (TRUE);
  set_headers (self, message, with_bcc);
  g_mime_message_set_mime_part (message, body);

  return valija_composition_write_message (message, error);
}

static void
add_people (GMimeMessage     *message,
            GMimeAddressType  type,
            GPtrArray        *list)
{
  InternetAddressList *target = g_mime_message_get_addresses (message, type);

  /* A person whose address nobody tells is named all the same */
  for (guint i = 0; i < list->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (list, i);
      g_autofree char *wire = valija_composition_wire_address (address->address);
      g_autoptr(InternetAddress) mailbox = NULL;

      if (*address->address != '\0')
        mailbox = internet_address_mailbox_new (*address->name != '\0' ? address->name : NULL, wire);
      else
        mailbox = internet_address_group_new (address->name);
      internet_address_set_charset (mailbox, "utf-8");
      internet_address_list_add (target, mailbox);
    }
}

GBytes *
valija_composition_rebuild (const ValijaMessageInfo  *info,
                            ValijaComposition        *content,
                            const char               *remark,
                            GError                  **error)
{
  g_autoptr(GMimeMessage) message = NULL;
  g_autoptr(GMimeObject) body = NULL;
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc (info->date != 0 ? info->date : info->received);
  g_autofree char *subject = valija_mime_clean_text (info->subject, -1);
  g_autofree char *in_reply_to = format_ids (info->in_reply_to);
  g_autofree char *references = format_ids (info->references);

  g_return_val_if_fail (VALIJA_IS_COMPOSITION (content), NULL);

  valija_composition_begin_gmime ();
  body = make_body (content, error);
  if (body == NULL)
    return NULL;
  body = add_attachments (content, g_steal_pointer (&body), FALSE, "mixed", error);
  if (body == NULL)
    return NULL;

  message = g_mime_message_new (TRUE);
  add_people (message, GMIME_ADDRESS_TYPE_FROM, info->from);
  add_people (message, GMIME_ADDRESS_TYPE_REPLY_TO, info->reply_to);
  add_people (message, GMIME_ADDRESS_TYPE_TO, info->to);
  add_people (message, GMIME_ADDRESS_TYPE_CC, info->cc);
  add_people (message, GMIME_ADDRESS_TYPE_BCC, info->bcc);
  if (*subject != '\0')
    g_mime_message_set_subject (message, subject, "utf-8");
  if (date != NULL)
    g_mime_message_set_date (message, date);
  if (*info->message_id != '\0')
    g_mime_message_set_message_id (message, info->message_id);
  set_header (message, "In-Reply-To", in_reply_to);
  set_header (message, "References", references);
  set_header (message, "X-Valija-Rebuilt", remark);
  g_mime_message_set_mime_part (message, body);

  return valija_composition_write_message (message, error);
}
