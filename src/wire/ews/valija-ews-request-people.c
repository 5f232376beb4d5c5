/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-writer.h"

ValijaEwsRequest *
valija_ews_resolve_names (ValijaEwsSchema  schema,
                          const char      *text)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "ResolveNames");

  /* With all of the contact, as the mailbox may be named by its X.500 address, which is of no use */
  valija_ews_writer_attribute (writer, "ReturnFullContactData", "true");
  valija_ews_writer_attribute (writer, "SearchScope", "ActiveDirectoryContacts");
  valija_ews_writer_attribute (writer, "ContactDataShape", "AllProperties");
  valija_ews_writer_element (writer, "m:UnresolvedEntry", text);

  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_find_people (ValijaEwsSchema  schema,
                        const char      *text,
                        guint            most)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "FindPeople");

  valija_ews_writer_start (writer, "m:PersonaShape");
  valija_ews_writer_element (writer, "t:BaseShape", "Default");
  valija_ews_writer_end (writer);
  valija_ews_writer_view (writer, 0, most);
  valija_ews_writer_folders (writer, "m:ParentFolderId", VALIJA_EWS_DISTINGUISHED ("directory"));
  valija_ews_writer_element (writer, "m:QueryString", text);

  return valija_ews_writer_finish (writer, 1, TRUE);
}

static void
write_mailbox (ValijaEwsWriter *self,
               const char      *address)
{
  valija_ews_writer_start (self, "t:Mailbox");
  valija_ews_writer_element (self, "t:Address", address);
  valija_ews_writer_end (self);
}

ValijaEwsRequest *
valija_ews_get_replies (ValijaEwsSchema  schema,
                        const char      *address)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "GetUserOofSettingsRequest");

  write_mailbox (writer, address);

  return valija_ews_writer_finish (writer, 1, TRUE);
}

static void
write_reply (ValijaEwsWriter *self,
             const char      *name,
             const char      *html)
{
  valija_ews_writer_start (self, name);
  valija_ews_writer_element (self, "t:Message", html);
  valija_ews_writer_end (self);
}

ValijaEwsRequest *
valija_ews_set_replies (ValijaEwsSchema    schema,
                        const char        *address,
                        ValijaEwsReplies   replies,
                        ValijaEwsAudience  audience,
                        gint64             start,
                        gint64             end,
                        const char        *inside,
                        const char        *outside)
{
  static const char *const states[] = {
    [VALIJA_EWS_REPLIES_OFF] = "Disabled",
    [VALIJA_EWS_REPLIES_ON] = "Enabled",
    [VALIJA_EWS_REPLIES_SCHEDULED] = "Scheduled",
  };
  static const char *const audiences[] = {
    [VALIJA_EWS_AUDIENCE_NONE] = "None",
    [VALIJA_EWS_AUDIENCE_KNOWN] = "Known",
    [VALIJA_EWS_AUDIENCE_ALL] = "All",
  };
  ValijaEwsWriter *writer;

  g_return_val_if_fail (replies < G_N_ELEMENTS (states), NULL);
  g_return_val_if_fail (audience < G_N_ELEMENTS (audiences), NULL);

  writer = valija_ews_writer_new (schema, "SetUserOofSettingsRequest");
  write_mailbox (writer, address);
  valija_ews_writer_start (writer, "t:UserOofSettings");
  valija_ews_writer_element (writer, "t:OofState", states[replies]);
  valija_ews_writer_element (writer, "t:ExternalAudience", audiences[audience]);
  if (replies == VALIJA_EWS_REPLIES_SCHEDULED)
    {
      valija_ews_writer_start (writer, "t:Duration");
      valija_ews_writer_time (writer, "t:StartTime", start);
      valija_ews_writer_time (writer, "t:EndTime", end);
      valija_ews_writer_end (writer);
    }
  write_reply (writer, "t:InternalReply", inside);
  write_reply (writer, "t:ExternalReply", outside);

  return valija_ews_writer_finish (writer, 1, TRUE);
}
