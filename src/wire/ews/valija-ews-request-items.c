/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-writer.h"

/* What a row and the headers of a message need. */
static const char *const summary_fields[] = {
  "item:ItemClass", "item:Subject", "item:DateTimeReceived", "item:Size", "item:Categories", "item:InReplyTo",
  "item:IsDraft", "item:DateTimeSent", "item:HasAttachments", "message:From", "message:InternetMessageId",
  "message:IsRead", "message:References", "message:ReplyTo", "message:ToRecipients", "message:CcRecipients",
  "message:BccRecipients",
};

static const char *const summary_fields_2013[] = {
  "item:Flag", "item:Preview",
};

/* What a message is made of where the server cannot make its MIME. */
static const char *const property_fields[] = {
  "item:Attachments", "item:Body",
};

static void
write_fields (ValijaEwsWriter    *self,
              const char * const *fields,
              gsize               n_fields)
{
  for (gsize i = 0; i < n_fields; i++)
    valija_ews_writer_field (self, fields[i]);
}

static void
write_shape (ValijaEwsWriter *self,
             ValijaEwsSchema  schema,
             ValijaEwsShape   shape)
{
  valija_ews_writer_start (self, "m:ItemShape");
  valija_ews_writer_element (self, "t:BaseShape", "IdOnly");

  if (shape == VALIJA_EWS_SHAPE_MIME)
    valija_ews_writer_element (self, "t:IncludeMimeContent", "true");

  if (shape == VALIJA_EWS_SHAPE_CATEGORIES)
    {
      valija_ews_writer_start (self, "t:AdditionalProperties");
      valija_ews_writer_field (self, "item:Categories");
      valija_ews_writer_end (self);
    }

  if (shape == VALIJA_EWS_SHAPE_NUMBER)
    {
      valija_ews_writer_start (self, "t:AdditionalProperties");
      valija_ews_writer_field (self, "item:Size");
      valija_ews_writer_field (self, "message:InternetMessageId");
      /* PR_INTERNET_ARTICLE_NUMBER */
      valija_ews_writer_property (self, "0x0E23", "Integer");
      valija_ews_writer_end (self);
    }

  if (shape == VALIJA_EWS_SHAPE_SUMMARY || shape == VALIJA_EWS_SHAPE_PROPERTIES)
    {
      valija_ews_writer_start (self, "t:AdditionalProperties");
      write_fields (self, summary_fields, G_N_ELEMENTS (summary_fields));
      if (schema >= VALIJA_EWS_2013)
        write_fields (self, summary_fields_2013, G_N_ELEMENTS (summary_fields_2013));
      if (shape == VALIJA_EWS_SHAPE_PROPERTIES)
        write_fields (self, property_fields, G_N_ELEMENTS (property_fields));
      /* PR_FLAG_STATUS, PR_LAST_VERB_EXECUTED, PR_SEARCH_KEY */
      valija_ews_writer_property (self, "0x1090", "Integer");
      valija_ews_writer_property (self, "0x1081", "Integer");
      valija_ews_writer_property (self, "0x300B", "Binary");
      if (shape == VALIJA_EWS_SHAPE_PROPERTIES)
        {
          /* PR_TRANSPORT_MESSAGE_HEADERS; of a meeting PR_START_DATE, PR_END_DATE and [MS-OXOCAL] PidLidLocation */
          valija_ews_writer_property (self, "0x007D", "String");
          valija_ews_writer_property (self, "0x0060", "SystemTime");
          valija_ews_writer_property (self, "0x0061", "SystemTime");
          valija_ews_writer_named (self, "Appointment", "33288", "String");
        }
      valija_ews_writer_end (self);
    }

  valija_ews_writer_end (self);
}

ValijaEwsRequest *
valija_ews_sync_items (ValijaEwsSchema     schema,
                       ValijaEwsFolderRef  folder,
                       const char         *state,
                       guint               most)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "SyncFolderItems");
  g_autofree char *count = g_strdup_printf ("%u", CLAMP (most, 1, VALIJA_EWS_MOST_CHANGES));

  write_shape (writer, schema, VALIJA_EWS_SHAPE_ID);
  valija_ews_writer_folders (writer, "m:SyncFolderId", folder);
  if (state != NULL)
    valija_ews_writer_element (writer, "m:SyncState", state);
  valija_ews_writer_element (writer, "m:MaxChangesReturned", count);
  valija_ews_writer_element (writer, "m:SyncScope", "NormalItems");

  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_get_items (ValijaEwsSchema     schema,
                      ValijaEwsShape      shape,
                      const char * const *ids)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "GetItem");

  write_shape (writer, schema, shape);
  valija_ews_writer_items (writer, ids);

  return valija_ews_writer_finish (writer, g_strv_length ((char **) ids), TRUE);
}

/* ---- Finding ---- */

static ValijaEwsWriter *
begin_find (ValijaEwsSchema schema,
            ValijaEwsShape  shape,
            guint           offset,
            guint           most)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "FindItem");

  valija_ews_writer_attribute (writer, "Traversal", "Shallow");
  write_shape (writer, schema, shape);
  valija_ews_writer_view (writer, offset, most);

  return writer;
}

static ValijaEwsRequest *
end_find (ValijaEwsWriter    *writer,
          ValijaEwsFolderRef  folder,
          const char         *query)
{
  valija_ews_writer_start (writer, "m:SortOrder");
  valija_ews_writer_start (writer, "t:FieldOrder");
  valija_ews_writer_attribute (writer, "Order", "Descending");
  valija_ews_writer_field (writer, "item:DateTimeReceived");
  valija_ews_writer_end (writer);
  valija_ews_writer_end (writer);
  valija_ews_writer_folders (writer, "m:ParentFolderIds", folder);
  if (query != NULL)
    valija_ews_writer_element (writer, "m:QueryString", query);

  return valija_ews_writer_finish (writer, 1, TRUE);
}

static void
write_constant (ValijaEwsWriter *self,
                const char      *value)
{
  valija_ews_writer_start (self, "t:Constant");
  valija_ews_writer_attribute (self, "Value", value);
  valija_ews_writer_end (self);
}

static void
write_is_equal (ValijaEwsWriter *self,
                const char      *field,
                const char      *value)
{
  valija_ews_writer_start (self, "t:IsEqualTo");
  valija_ews_writer_field (self, field);
  valija_ews_writer_start (self, "t:FieldURIOrConstant");
  write_constant (self, value);
  valija_ews_writer_end (self);
  valija_ews_writer_end (self);
}

ValijaEwsRequest *
valija_ews_find_items (ValijaEwsSchema     schema,
                       ValijaEwsFolderRef  folder,
                       const char         *query,
                       const char         *message_id,
                       guint               offset,
                       guint               most)
{
  ValijaEwsWriter *writer = begin_find (schema, VALIJA_EWS_SHAPE_ID, offset, most);

  if (message_id != NULL)
    {
      valija_ews_writer_start (writer, "m:Restriction");
      write_is_equal (writer, "message:InternetMessageId", message_id);
      valija_ews_writer_end (writer);
    }

  return end_find (writer, folder, message_id == NULL ? query : NULL);
}

static void
write_contains (ValijaEwsWriter *self,
                const char      *field,
                const char      *text)
{
  valija_ews_writer_start (self, "t:Contains");
  valija_ews_writer_attribute (self, "ContainmentMode", "Substring");
  valija_ews_writer_attribute (self, "ContainmentComparison", "IgnoreCaseAndNonSpacingCharacters");
  valija_ews_writer_field (self, field);
  write_constant (self, text);
  valija_ews_writer_end (self);
}

static void
write_word (ValijaEwsWriter     *self,
            const ValijaEwsWord *word)
{
  static const char *const fields[] = {
    "item:Subject", "item:Body", "message:From", "item:DisplayTo", "item:DisplayCc",
  };

  if (word->field != NULL)
    {
      write_contains (self, word->field, word->text);
      return;
    }

  valija_ews_writer_start (self, "t:Or");
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    write_contains (self, fields[i], word->text);
  valija_ews_writer_end (self);
}

ValijaEwsRequest *
valija_ews_find_words (ValijaEwsSchema      schema,
                       ValijaEwsFolderRef   folder,
                       const ValijaEwsWord *words,
                       guint                n_words,
                       guint                offset,
                       guint                most)
{
  ValijaEwsWriter *writer = begin_find (schema, VALIJA_EWS_SHAPE_ID, offset, most);

  valija_ews_writer_start (writer, "m:Restriction");
  if (n_words > 1)
    valija_ews_writer_start (writer, "t:And");
  for (guint i = 0; i < n_words; i++)
    write_word (writer, &words[i]);
  if (n_words > 1)
    valija_ews_writer_end (writer);
  valija_ews_writer_end (writer);

  return end_find (writer, folder, NULL);
}

static void
write_copy (ValijaEwsWriter *self,
            const char      *message_id,
            guint64          size)
{
  g_autofree char *value = *message_id != '\0' ? g_strdup_printf ("<%s>", message_id)
                                               : g_strdup_printf ("%" G_GUINT64_FORMAT, size);

  write_is_equal (self, *message_id != '\0' ? "message:InternetMessageId" : "item:Size", value);
}

ValijaEwsRequest *
valija_ews_find_copies (ValijaEwsSchema     schema,
                        ValijaEwsFolderRef  folder,
                        const char * const *message_ids,
                        const guint64      *sizes,
                        guint               offset,
                        guint               most)
{
  ValijaEwsWriter *writer = begin_find (schema, VALIJA_EWS_SHAPE_NUMBER, offset, most);
  guint n = g_strv_length ((char **) message_ids);

  valija_ews_writer_start (writer, "m:Restriction");
  if (n > 1)
    valija_ews_writer_start (writer, "t:Or");
  for (guint i = 0; i < n; i++)
    write_copy (writer, message_ids[i], sizes != NULL ? sizes[i] : 0);
  if (n > 1)
    valija_ews_writer_end (writer);
  valija_ews_writer_end (writer);

  return end_find (writer, folder, NULL);
}

/* ---- Making and sending ---- */

static void
write_source (ValijaEwsWriter *self,
              GBytes          *source)
{
  valija_ews_writer_start (self, "t:MimeContent");
  valija_ews_writer_attribute (self, "CharacterSet", "UTF-8");
  valija_ews_writer_content (self, source);
  valija_ews_writer_end (self);
}

ValijaEwsRequest *
valija_ews_file_item (ValijaEwsSchema     schema,
                      ValijaEwsFolderRef  folder,
                      GBytes             *source,
                      gboolean            is_read,
                      gboolean            is_draft,
                      gint64              received)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "CreateItem");
  g_autofree char *flags = g_strdup_printf ("%d", (is_read ? 1 : 0) | (is_draft ? 8 : 0));

  valija_ews_writer_attribute (writer, "MessageDisposition", "SaveOnly");
  valija_ews_writer_folders (writer, "m:SavedItemFolderId", folder);
  valija_ews_writer_start (writer, "m:Items");
  valija_ews_writer_start (writer, "t:Message");
  write_source (writer, source);

  /* PR_MESSAGE_FLAGS: 1 is read, 8 is not sent yet */
  valija_ews_writer_start (writer, "t:ExtendedProperty");
  valija_ews_writer_property (writer, "0x0E07", "Integer");
  valija_ews_writer_element (writer, "t:Value", flags);
  valija_ews_writer_end (writer);

  /* PR_MESSAGE_DELIVERY_TIME: otherwise it was received now */
  if (received != 0)
    {
      valija_ews_writer_start (writer, "t:ExtendedProperty");
      valija_ews_writer_property (writer, "0x0E06", "SystemTime");
      valija_ews_writer_time (writer, "t:Value", received);
      valija_ews_writer_end (writer);
    }

  return valija_ews_writer_finish (writer, 1, FALSE);
}

static void
write_mailbox (ValijaEwsWriter *self,
               const char      *address)
{
  valija_ews_writer_start (self, "t:Mailbox");
  valija_ews_writer_element (self, "t:EmailAddress", address);
  valija_ews_writer_end (self);
}

ValijaEwsRequest *
valija_ews_send_source (ValijaEwsSchema     schema,
                        GBytes             *source,
                        const char         *from,
                        const char * const *bcc,
                        gboolean            keep_copy)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "CreateItem");

  valija_ews_writer_attribute (writer, "MessageDisposition", keep_copy ? "SendAndSaveCopy" : "SendOnly");
  if (keep_copy)
    valija_ews_writer_folders (writer, "m:SavedItemFolderId", VALIJA_EWS_DISTINGUISHED ("sentitems"));
  valija_ews_writer_start (writer, "m:Items");
  valija_ews_writer_start (writer, "t:Message");
  write_source (writer, source);
  if (bcc != NULL && bcc[0] != NULL)
    {
      valija_ews_writer_start (writer, "t:BccRecipients");
      for (gsize i = 0; bcc[i] != NULL; i++)
        write_mailbox (writer, bcc[i]);
      valija_ews_writer_end (writer);
    }
  if (from != NULL)
    {
      valija_ews_writer_start (writer, "t:From");
      write_mailbox (writer, from);
      valija_ews_writer_end (writer);
    }

  return valija_ews_writer_finish (writer, 1, FALSE);
}

/* ---- Changing ---- */

static void
write_property_update (ValijaEwsWriter *self,
                       const char      *tag,
                       const char      *value)
{
  valija_ews_writer_start (self, "t:SetItemField");
  valija_ews_writer_property (self, tag, "Integer");
  valija_ews_writer_start (self, "t:Message");
  valija_ews_writer_start (self, "t:ExtendedProperty");
  valija_ews_writer_property (self, tag, "Integer");
  valija_ews_writer_element (self, "t:Value", value);
  valija_ews_writer_end (self);
  valija_ews_writer_end (self);
  valija_ews_writer_end (self);
}

static void
write_read_update (ValijaEwsWriter *self,
                   gboolean         is_read)
{
  valija_ews_writer_start (self, "t:SetItemField");
  valija_ews_writer_field (self, "message:IsRead");
  valija_ews_writer_start (self, "t:Message");
  valija_ews_writer_element (self, "t:IsRead", is_read ? "true" : "false");
  valija_ews_writer_end (self);
  valija_ews_writer_end (self);
}

static void
write_flag_update (ValijaEwsWriter *self,
                   ValijaEwsSchema  schema,
                   gboolean         is_flagged)
{
  if (schema < VALIJA_EWS_2013)
    {
      /* PR_FLAG_STATUS */
      write_property_update (self, "0x1090", is_flagged ? "2" : "0");
      return;
    }

  valija_ews_writer_start (self, "t:SetItemField");
  valija_ews_writer_field (self, "item:Flag");
  valija_ews_writer_start (self, "t:Message");
  valija_ews_writer_start (self, "t:Flag");
  valija_ews_writer_element (self, "t:FlagStatus", is_flagged ? "Flagged" : "NotFlagged");
  valija_ews_writer_end (self);
  valija_ews_writer_end (self);
  valija_ews_writer_end (self);
}

static void
write_updates (ValijaEwsWriter *self,
               ValijaEwsSchema  schema,
               ValijaEwsMarks   set,
               ValijaEwsMarks   clear)
{
  const ValijaEwsMarks verbs = VALIJA_EWS_ANSWERED | VALIJA_EWS_FORWARDED;

  valija_ews_writer_start (self, "t:Updates");
  if ((set | clear) & VALIJA_EWS_READ)
    write_read_update (self, (set & VALIJA_EWS_READ) != 0);
  if ((set | clear) & VALIJA_EWS_FLAGGED)
    write_flag_update (self, schema, (set & VALIJA_EWS_FLAGGED) != 0);

  /* PR_LAST_VERB_EXECUTED and PR_ICON_INDEX: the server remembers only the last of the two */
  if (set & verbs)
    {
      gboolean is_forward = (set & VALIJA_EWS_FORWARDED) != 0;

      write_property_update (self, "0x1081", is_forward ? "104" : "102");
      write_property_update (self, "0x1080", is_forward ? "262" : "261");
    }
  else if (clear & verbs)
    {
      write_property_update (self, "0x1081", "0");
      write_property_update (self, "0x1080", "-1");
    }
  valija_ews_writer_end (self);
}

static ValijaEwsWriter *
create_update (ValijaEwsSchema  schema,
               const char      *conflicts)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "UpdateItem");

  valija_ews_writer_attribute (writer, "ConflictResolution", conflicts);
  valija_ews_writer_attribute (writer, "MessageDisposition", "SaveOnly");
  if (schema >= VALIJA_EWS_2013)
    valija_ews_writer_attribute (writer, "SuppressReadReceipts", "true");
  valija_ews_writer_start (writer, "m:ItemChanges");

  return writer;
}

static void
start_change (ValijaEwsWriter *self,
              const char      *id,
              const char      *key)
{
  valija_ews_writer_start (self, "t:ItemChange");
  valija_ews_writer_start (self, "t:ItemId");
  valija_ews_writer_attribute (self, "Id", id);
  if (key != NULL)
    valija_ews_writer_attribute (self, "ChangeKey", key);
  valija_ews_writer_end (self);
}

/* Of no categories there is no list. */
static void
write_categories (ValijaEwsWriter    *self,
                  const char * const *names)
{
  valija_ews_writer_start (self, "t:Updates");
  valija_ews_writer_start (self, names[0] != NULL ? "t:SetItemField" : "t:DeleteItemField");
  valija_ews_writer_field (self, "item:Categories");
  if (names[0] != NULL)
    {
      valija_ews_writer_start (self, "t:Message");
      valija_ews_writer_start (self, "t:Categories");
      for (gsize i = 0; names[i] != NULL; i++)
        valija_ews_writer_element (self, "t:String", names[i]);
      valija_ews_writer_end (self);
      valija_ews_writer_end (self);
    }
  valija_ews_writer_end (self);
  valija_ews_writer_end (self);
}

ValijaEwsRequest *
valija_ews_update_categories (ValijaEwsSchema            schema,
                              const char * const        *ids,
                              const char * const        *keys,
                              const char * const * const *lists)
{
  ValijaEwsWriter *writer = create_update (schema, "NeverOverwrite");
  guint n_ids = g_strv_length ((char **) ids);

  for (guint i = 0; i < n_ids; i++)
    {
      start_change (writer, ids[i], keys[i]);
      write_categories (writer, lists[i]);
      valija_ews_writer_end (writer);
    }

  return valija_ews_writer_finish (writer, n_ids, TRUE);
}

ValijaEwsRequest *
valija_ews_update_items (ValijaEwsSchema     schema,
                         const char * const *ids,
                         ValijaEwsMarks      set,
                         ValijaEwsMarks      clear)
{
  ValijaEwsWriter *writer;
  guint n_ids = g_strv_length ((char **) ids);

  g_return_val_if_fail ((set | clear) != 0, NULL);

  writer = create_update (schema, "AlwaysOverwrite");
  for (guint i = 0; i < n_ids; i++)
    {
      start_change (writer, ids[i], NULL);
      write_updates (writer, schema, set, clear);
      valija_ews_writer_end (writer);
    }

  return valija_ews_writer_finish (writer, n_ids, TRUE);
}

static ValijaEwsRequest *
create_transfer (ValijaEwsSchema     schema,
                 const char         *operation,
                 const char * const *ids,
                 ValijaEwsFolderRef  target)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, operation);

  valija_ews_writer_folders (writer, "m:ToFolderId", target);
  /* ReturnNewItemIds is left out: that it is so is the default, and there is a server that takes it the other way */
  valija_ews_writer_items (writer, ids);

  return valija_ews_writer_finish (writer, g_strv_length ((char **) ids), FALSE);
}

ValijaEwsRequest *
valija_ews_move_items (ValijaEwsSchema     schema,
                       const char * const *ids,
                       ValijaEwsFolderRef  target)
{
  return create_transfer (schema, "MoveItem", ids, target);
}

ValijaEwsRequest *
valija_ews_copy_items (ValijaEwsSchema     schema,
                       const char * const *ids,
                       ValijaEwsFolderRef  target)
{
  return create_transfer (schema, "CopyItem", ids, target);
}

ValijaEwsRequest *
valija_ews_mark_as_junk (ValijaEwsSchema     schema,
                         const char * const *ids,
                         gboolean            is_junk)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "MarkAsJunk");

  valija_ews_writer_attribute (writer, "IsJunk", is_junk ? "true" : "false");
  valija_ews_writer_attribute (writer, "MoveItem", "true");
  valija_ews_writer_items (writer, ids);

  return valija_ews_writer_finish (writer, g_strv_length ((char **) ids), FALSE);
}

ValijaEwsRequest *
valija_ews_delete_items (ValijaEwsSchema     schema,
                         const char * const *ids)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "DeleteItem");

  valija_ews_writer_attribute (writer, "DeleteType", "HardDelete");
  /* Without these two an appointment or a task among them is refused */
  valija_ews_writer_attribute (writer, "SendMeetingCancellations", "SendToNone");
  valija_ews_writer_attribute (writer, "AffectedTaskOccurrences", "AllOccurrences");
  if (schema >= VALIJA_EWS_2013)
    valija_ews_writer_attribute (writer, "SuppressReadReceipts", "true");
  valija_ews_writer_items (writer, ids);

  return valija_ews_writer_finish (writer, g_strv_length ((char **) ids), TRUE);
}

ValijaEwsRequest *
valija_ews_get_attachment (ValijaEwsSchema  schema,
                           const char      *id)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "GetAttachment");

  valija_ews_writer_start (writer, "m:AttachmentShape");
  valija_ews_writer_element (writer, "t:IncludeMimeContent", "true");
  valija_ews_writer_end (writer);
  valija_ews_writer_start (writer, "m:AttachmentIds");
  valija_ews_writer_start (writer, "t:AttachmentId");
  valija_ews_writer_attribute (writer, "Id", id);

  return valija_ews_writer_finish (writer, 1, TRUE);
}
