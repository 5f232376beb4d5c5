/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-confirmation.h"

#include "base/valija-error.h"
#include "mime/valija-composition-private.h"
#include "mime/valija-gmime.h"
#include "mime/valija-mime-fields.h"
#include "mime/valija-mime-header.h"
#include "mime/valija-mime-message-private.h"
#include "mime/valija-mime-words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A list longer than this is no wish to be told, but a trap. */
#define MAX_ADDRESSES 5

static gboolean
find_field (ValijaMimeMessage *message,
            const char        *name,
            ValijaMimeField   *field)
{
  gsize length;
  const char *source = valija_mime_message_peek_source (message, &length);

  return valija_mime_fields_find (source, length, name, field);
}

GPtrArray *
valija_confirmation_list_wanted_by (ValijaMimeMessage *message)
{
  g_autoptr(GPtrArray) list = valija_address_list_new ();
  g_autofree char *type = NULL;
  ValijaMimeField field;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (message), NULL);

  type = valija_mime_message_dup_header (message, "Content-Type");
  if ((type != NULL && g_ascii_strncasecmp (type, "multipart/report", strlen ("multipart/report")) == 0) ||
      !find_field (message, "Disposition-Notification-To", &field))
    return g_steal_pointer (&list);

  valija_mime_words_add_addresses (list, field.value, field.value_length, NULL);
  for (guint i = list->len; i > 0; i--)
    {
      const ValijaAddress *address = g_ptr_array_index (list, i - 1);

      if (!valija_address_is_valid (address->address))
        g_ptr_array_remove_index (list, i - 1);
    }

  if (list->len > MAX_ADDRESSES)
    g_ptr_array_set_size (list, 0);

  return g_steal_pointer (&list);
}

static gboolean
contains (GPtrArray  *list,
          const char *address)
{
  for (guint i = 0; i < list->len; i++)
    if (g_ascii_strcasecmp (((const ValijaAddress *) g_ptr_array_index (list, i))->address, address) == 0)
      return TRUE;

  return FALSE;
}

gboolean
valija_confirmation_goes_elsewhere (ValijaMimeMessage *message)
{
  g_autoptr(GPtrArray) wanted_by = valija_confirmation_list_wanted_by (message);
  const ValijaMessageInfo *info = valija_mime_message_get_info (message);

  for (guint i = 0; i < wanted_by->len; i++)
    if (!contains (info->from, ((const ValijaAddress *) g_ptr_array_index (wanted_by, i))->address))
      return TRUE;

  return FALSE;
}

/* ---- Building ---- */

static void
add_part (GMimeMultipart       *report,
          const char           *type,
          const char           *subtype,
          const char           *charset,
          const char           *content,
          GMimeContentEncoding  encoding)
{
  g_autoptr(GMimeStream) stream = g_mime_stream_mem_new_with_buffer (content, strlen (content));
  g_autoptr(GMimeDataWrapper) wrapper = g_mime_data_wrapper_new_with_stream (stream, GMIME_CONTENT_ENCODING_DEFAULT);
  g_autoptr(GMimeObject) part = GMIME_OBJECT (g_mime_part_new_with_type (type, subtype));

  if (charset != NULL)
    g_mime_object_set_content_type_parameter (part, "charset", charset);
  g_mime_part_set_content_encoding (GMIME_PART (part), encoding);
  g_mime_part_set_content (GMIME_PART (part), wrapper);
  g_mime_multipart_add (report, part);
}

/* What a program reads (§3.1). */
static char *
make_fields (ValijaMimeMessage *message,
             const char        *reader)
{
  const ValijaMessageInfo *info = valija_mime_message_get_info (message);
  const char *type = g_str_is_ascii (reader) ? "rfc822" : "utf-8";
  g_autofree char *original = valija_mime_message_dup_header (message, "Original-Recipient");
  GString *fields = g_string_new (NULL);

  if (original != NULL && g_str_is_ascii (original) && strpbrk (original, "\r\n") == NULL)
    g_string_append_printf (fields, "Original-Recipient: %s\n", original);
  g_string_append_printf (fields, "Final-Recipient: %s;%s\n", type, reader);
  if (info->message_id[0] != '\0' && g_str_is_ascii (info->message_id))
    g_string_append_printf (fields, "Original-Message-ID: <%s>\n", info->message_id);
  g_string_append (fields, "Disposition: manual-action/MDN-sent-manually; displayed\n");

  return g_string_free (fields, FALSE);
}

static char *
make_text (ValijaMimeMessage *message)
{
  const ValijaMessageInfo *info = valija_mime_message_get_info (message);
  g_autoptr(GDateTime) date = info->date != 0 ? g_date_time_new_from_unix_utc (info->date) : NULL;
  g_autofree char *when = date != NULL ? g_date_time_format (date, "%Y-%m-%d %H:%M UTC") : g_strdup ("–");

  /* Translators: what the author of a message is told; %s are its subject and its date */
  return g_strdup_printf (_("Your message “%s” of %s was displayed. That does not say that it was read or "
                            "understood.\n"), info->subject, when);
}

static GMimeObject *
make_report (ValijaMimeMessage *message,
             const char        *reader)
{
  g_autofree char *text = make_text (message);
  g_autofree char *fields = make_fields (message, reader);
  g_autofree char *headers = valija_mime_message_dup_raw_headers (message);
  GMimeMultipart *report = g_mime_multipart_new_with_subtype ("report");

  g_mime_object_set_content_type_parameter (GMIME_OBJECT (report), "report-type", "disposition-notification");
  add_part (report, "text", "plain", "utf-8", text, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  add_part (report, "message", "disposition-notification", NULL, fields,
            g_str_is_ascii (fields) ? GMIME_CONTENT_ENCODING_7BIT : GMIME_CONTENT_ENCODING_8BIT);
  add_part (report, "text", "rfc822-headers", "utf-8", headers, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);

  return GMIME_OBJECT (report);
}

GBytes *
valija_confirmation_build (ValijaMimeMessage    *message,
                           const ValijaAddress  *reader,
                           ValijaEnvelope      **envelope,
                           GError              **error)
{
  g_autoptr(GPtrArray) wanted_by = NULL;
  g_autoptr(ValijaEnvelope) to = valija_envelope_new ("");
  g_autoptr(GMimeMessage) report = NULL;
  g_autoptr(GMimeObject) body = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autofree char *wire = NULL;
  g_autofree char *subject = NULL;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (message), NULL);
  g_return_val_if_fail (reader != NULL, NULL);
  g_return_val_if_fail (envelope != NULL, NULL);

  wanted_by = valija_confirmation_list_wanted_by (message);
  if (wanted_by->len == 0 || !valija_composition_add_recipients (to, wanted_by, error))
    {
      if (error != NULL && *error == NULL)
        valija_error_set (error, VALIJA_ERROR_INVALID, _("The message asks for no confirmation."));
      return NULL;
    }

  valija_composition_begin_gmime ();
  wire = valija_composition_wire_address (reader->address);
  /* Translators: the subject of a confirmation of reading; %s is that of the message */
  subject = g_strdup_printf (_("Read: %s"), valija_mime_message_get_info (message)->subject);

  report = valija_composition_new_message (reader, wanted_by, subject,
                                           valija_mime_message_get_info (message)->message_id);
  body = make_report (message, wire);
  g_mime_message_set_mime_part (report, body);

  if (!(source = valija_composition_write_message (report, error)))
    return NULL;

  *envelope = g_steal_pointer (&to);

  return g_steal_pointer (&source);
}
