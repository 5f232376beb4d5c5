/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-composition-private.h"

#include <string.h>

static int
find_word (ValijaMimeMessage *draft,
           const char        *field,
           const char *const *words,
           int                n)
{
  g_autofree char *value = valija_mime_message_dup_header (draft, field);

  for (int i = 1; value != NULL && i < n; i++)
    if (g_ascii_strcasecmp (value, words[i]) == 0)
      return i;

  return 0;
}

static gboolean
has_header (ValijaMimeMessage *draft,
            const char        *field)
{
  g_autofree char *value = valija_mime_message_dup_header (draft, field);

  return value != NULL;
}

static void
add_parts (ValijaComposition    *self,
           ValijaMimeMessage    *draft,
           const ValijaMimePart *part)
{
  if (part->attachment || part->inline_image)
    {
      g_autoptr(GBytes) bytes = valija_mime_message_load_part (draft, part, NULL);
      g_autoptr(ValijaAttachment) attachment = NULL;
      const char *name;

      if (bytes == NULL)
        return;
      name = part->name != NULL ? part->name : part->safe_name;
      attachment = valija_attachment_new_for_bytes (name, part->type, bytes);
      if (part->inline_image)
        valija_attachment_set_content_id (attachment, part->content_id);
      valija_composition_add_attachment (self, attachment);
      return;
    }

  for (guint i = 0; i < part->children->len; i++)
    add_parts (self, draft, g_ptr_array_index (part->children, i));
}

/* The text without the line break that ends every body on its way. */
static char *
dup_text (ValijaMimeMessage *draft)
{
  const char *text = valija_mime_message_get_text (draft);
  gsize length = strlen (text);

  return g_strndup (text, length > 0 && text[length - 1] == '\n' ? length - 1 : length);
}

/* Importance (RFC 2156), else what other programs write: X-Priority, from 1 for the highest to 5. */
ValijaPriority
valija_composition_read_priority (ValijaMimeMessage *message)
{
  static const char *const importances[3] = { "normal", "high", "low" };
  g_autofree char *number = NULL;
  int importance;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (message), VALIJA_PRIORITY_NORMAL);

  if ((importance = find_word (message, "Importance", importances, 3)) != 0)
    return (ValijaPriority) importance;

  if ((number = valija_mime_message_dup_header (message, "X-Priority")) == NULL)
    return VALIJA_PRIORITY_NORMAL;

  return number[0] == '1' || number[0] == '2'   ? VALIJA_PRIORITY_HIGH
         : number[0] == '4' || number[0] == '5' ? VALIJA_PRIORITY_LOW
                                                : VALIJA_PRIORITY_NORMAL;
}

ValijaConfidentiality
valija_composition_read_confidentiality (ValijaMimeMessage *message)
{
  static const char *const sensitivities[4] = { "", "Personal", "Private", "Company-Confidential" };

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (message), VALIJA_CONFIDENTIALITY_NONE);

  return (ValijaConfidentiality) find_word (message, "Sensitivity", sensitivities, 4);
}

ValijaComposition *
valija_composition_new_draft (ValijaMimeMessage *draft)
{
  const ValijaMessageInfo *info;
  ValijaComposition *self;
  g_autofree char *to = NULL;
  g_autofree char *cc = NULL;
  g_autofree char *bcc = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (draft), NULL);

  info = valija_mime_message_get_info (draft);
  to = valija_composition_format_addresses (info->to);
  cc = valija_composition_format_addresses (info->cc);
  bcc = valija_composition_format_addresses (info->bcc);
  text = dup_text (draft);

  self = valija_composition_new ();
  g_object_set (self,
                "from", info->from->len > 0 ? g_ptr_array_index (info->from, 0) : NULL,
                "to", to,
                "cc", cc,
                "bcc", bcc,
                "subject", info->subject,
                "text", text,
                "html", valija_mime_message_get_html (draft),
                "in-reply-to", info->in_reply_to,
                "references", info->references,
                "priority", (int) valija_composition_read_priority (draft),
                "confidentiality", (int) valija_composition_read_confidentiality (draft),
                "read-confirmation", has_header (draft, "Disposition-Notification-To"),
                "delivery-receipt", has_header (draft, "X-Valija-Delivery-Receipt"),
                NULL);
  self->message_id = *info->message_id != '\0' ? g_strdup (info->message_id) : NULL;
  add_parts (self, draft, valija_mime_message_get_root (draft));

  return self;
}
