/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-writer.h"

static void
write_event_types (ValijaEwsWriter *self)
{
  static const char *const types[] = {
    "CopiedEvent", "CreatedEvent", "DeletedEvent", "ModifiedEvent", "MovedEvent", "NewMailEvent",
  };

  valija_ews_writer_start (self, "t:EventTypes");
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    valija_ews_writer_element (self, "t:EventType", types[i]);
  valija_ews_writer_end (self);
}

/* Whose news there are to be */
static void
write_folders (ValijaEwsWriter    *self,
               const char * const *folders)
{
  if (folders == NULL)
    {
      valija_ews_writer_attribute (self, "SubscribeToAllFolders", "true");
      return;
    }

  valija_ews_writer_start (self, "t:FolderIds");
  for (gsize i = 0; folders[i] != NULL; i++)
    valija_ews_writer_folder (self, VALIJA_EWS_FOLDER (folders[i]));
  valija_ews_writer_end (self);
}

static void
write_minutes (ValijaEwsWriter *self,
               const char      *name,
               guint            minutes)
{
  g_autofree char *text = g_strdup_printf ("%u", minutes);

  valija_ews_writer_element (self, name, text);
}

ValijaEwsRequest *
valija_ews_subscribe (ValijaEwsSchema     schema,
                      const char * const *folders)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "Subscribe");

  valija_ews_writer_start (writer, "m:StreamingSubscriptionRequest");
  write_folders (writer, folders);
  write_event_types (writer);

  /* One subscription too many ends by itself */
  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_stream_events (ValijaEwsSchema     schema,
                          const char * const *subscriptions,
                          guint               minutes)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "GetStreamingEvents");

  valija_ews_writer_start (writer, "m:SubscriptionIds");
  for (gsize i = 0; subscriptions[i] != NULL; i++)
    valija_ews_writer_element (writer, "t:SubscriptionId", subscriptions[i]);
  valija_ews_writer_end (writer);
  write_minutes (writer, "m:ConnectionTimeout", CLAMP (minutes, 1, 30));

  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_subscribe_pull (ValijaEwsSchema     schema,
                           const char * const *folders,
                           guint               minutes)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "Subscribe");

  valija_ews_writer_start (writer, "m:PullSubscriptionRequest");
  write_folders (writer, folders);
  write_event_types (writer);
  write_minutes (writer, "t:Timeout", CLAMP (minutes, 1, 1440));

  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_get_events (ValijaEwsSchema  schema,
                       const char      *subscription,
                       const char      *watermark)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "GetEvents");

  valija_ews_writer_element (writer, "m:SubscriptionId", subscription);
  valija_ews_writer_element (writer, "m:Watermark", watermark);

  return valija_ews_writer_finish (writer, 1, TRUE);
}
