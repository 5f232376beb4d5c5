/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Writes one request of each kind and of each schema into a directory, for test-ews-contract.py. */

#include "config.h"

#include "wire/ews/valija-ews-request.h"

#include <stdio.h>

static GBytes *
create_source (void)
{
  return g_bytes_new_static ("From: a@b\r\n", 11);
}

static gboolean
write_request (const char       *directory,
               ValijaEwsSchema   schema,
               const char       *label,
               ValijaEwsRequest *request)
{
  g_autoptr(ValijaEwsRequest) owned = request;
  g_autofree char *name = g_strdup_printf ("%s-%s-%s.xml", valija_ews_schema_get_name (schema), request->operation,
                                           label);
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr(GString) text = g_string_new_len (g_bytes_get_data (request->head, NULL), g_bytes_get_size (request->head));
  g_autoptr(GError) error = NULL;

  if (request->content != NULL)
    {
      g_autofree char *content = g_base64_encode (g_bytes_get_data (request->content, NULL),
                                                  g_bytes_get_size (request->content));

      g_string_append (text, content);
      g_string_append_len (text, g_bytes_get_data (request->tail, NULL), g_bytes_get_size (request->tail));
    }

  if (!g_file_set_contents (path, text->str, text->len, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return FALSE;
    }

  return TRUE;
}

static gboolean
write_all (const char      *directory,
           ValijaEwsSchema  schema)
{
  g_autoptr(GBytes) source = create_source ();
  const char *one[] = { "AAA=", NULL }, *two[] = { "AAA=", "aaa=", NULL };
  const char *keys[] = { "CQ==", NULL };
  const char * const some[] = { "Work", "a & <b>", NULL };
  const char * const * const lists[] = { some, some + 2 };
  const ValijaEwsWord words[] = { { NULL, "a & <b>" }, { "item:Subject", "\303\261" } };
  const char *bcc[] = { "c@d.example", NULL };
  const char *ids[] = { "", "a&b@c", NULL };
  const guint64 sizes[] = { 4711, 0 };
  const ValijaEwsFolderRef inbox = VALIJA_EWS_DISTINGUISHED ("inbox"), folder = VALIJA_EWS_FOLDER ("AAA=");
  const ValijaEwsFolderRef shared = { .distinguished = "inbox", .mailbox = "shared@d.example" };
  const ValijaEwsFolderRef three[] = { inbox, folder, shared };
  const struct { const char *label; ValijaEwsRequest *request; } requests[] = {
    { "three", valija_ews_get_folders (schema, three, 3) },
    { "first", valija_ews_sync_hierarchy (schema, VALIJA_EWS_DISTINGUISHED ("msgfolderroot"), NULL) },
    { "next", valija_ews_sync_hierarchy (schema, shared, "AAAA") },
    { "in", valija_ews_create_folder (schema, inbox, "a \001<b>") },
    { "name", valija_ews_rename_folder (schema, folder, "n\303\241me") },
    { "to", valija_ews_move_folder (schema, folder, inbox) },
    { "trash", valija_ews_delete_folder (schema, folder, FALSE) },
    { "good", valija_ews_delete_folder (schema, folder, TRUE) },
    { "first", valija_ews_sync_items (schema, inbox, NULL, 512) },
    { "too-many", valija_ews_sync_items (schema, shared, "AAAA", 5000) },
    { "id", valija_ews_get_items (schema, VALIJA_EWS_SHAPE_ID, one) },
    { "summary", valija_ews_get_items (schema, VALIJA_EWS_SHAPE_SUMMARY, two) },
    { "mime", valija_ews_get_items (schema, VALIJA_EWS_SHAPE_MIME, one) },
    { "properties", valija_ews_get_items (schema, VALIJA_EWS_SHAPE_PROPERTIES, one) },
    { "query", valija_ews_find_items (schema, folder, "\"x\"", NULL, 0, 100) },
    { "message-id", valija_ews_find_items (schema, folder, NULL, "<a@b>", 0, 1) },
    { "all", valija_ews_find_items (schema, folder, NULL, NULL, 100, 100) },
    { "copy", valija_ews_find_copies (schema, folder, &ids[1], NULL, 0, 250) },
    { "copies", valija_ews_find_copies (schema, folder, ids, sizes, 250, 250) },
    { "number", valija_ews_get_next_number (schema, folder) },
    { "quota", valija_ews_get_quota (schema) },
    { "word", valija_ews_find_words (schema, folder, &words[1], 1, 0, 100) },
    { "words", valija_ews_find_words (schema, folder, words, 2, 0, 100) },
    { "draft", valija_ews_file_item (schema, inbox, source, TRUE, TRUE, 0) },
    { "append", valija_ews_file_item (schema, folder, source, FALSE, FALSE, 1577934245) },
    { "send", valija_ews_send_source (schema, source, NULL, bcc, TRUE) },
    { "send-only", valija_ews_send_source (schema, source, NULL, NULL, FALSE) },
    { "send-as", valija_ews_send_source (schema, source, "team@d.example", bcc, TRUE) },
    { "set", valija_ews_update_items (schema, two, VALIJA_EWS_READ | VALIJA_EWS_FLAGGED | VALIJA_EWS_ANSWERED, 0) },
    { "clear", valija_ews_update_items (schema, one, 0, VALIJA_EWS_READ | VALIJA_EWS_FLAGGED | VALIJA_EWS_FORWARDED) },
    { "categories", valija_ews_update_categories (schema, two, keys, lists) },
    { "forwarded", valija_ews_update_items (schema, one, VALIJA_EWS_FORWARDED, 0) },
    { "two", valija_ews_move_items (schema, two, inbox) },
    { "two", valija_ews_copy_items (schema, two, folder) },
    { "two", valija_ews_delete_items (schema, two) },
    { "one", valija_ews_get_attachment (schema, "AAA=") },
    { "streaming", valija_ews_subscribe (schema, NULL) },
    { "streaming-two", valija_ews_subscribe (schema, two) },
    { "hour", valija_ews_stream_events (schema, one, 60) },
    { "two", valija_ews_stream_events (schema, two, 30) },
    { "pull", valija_ews_subscribe_pull (schema, NULL, 30) },
    { "pull-two", valija_ews_subscribe_pull (schema, two, 30) },
    { "one", valija_ews_get_events (schema, "JwB==", "AAAA") },
    { "bob", valija_ews_resolve_names (schema, "bob") },
    { "alice", valija_ews_get_replies (schema, "alice@d.example") },
    { "off", valija_ews_set_replies (schema, "alice@d.example", VALIJA_EWS_REPLIES_OFF, VALIJA_EWS_AUDIENCE_NONE, 0, 0,
                                     "", "") },
    { "on", valija_ews_set_replies (schema, "alice@d.example", VALIJA_EWS_REPLIES_ON, VALIJA_EWS_AUDIENCE_ALL, 0, 0,
                                    "<p>Away</p>", "") },
    { "scheduled", valija_ews_set_replies (schema, "alice@d.example", VALIJA_EWS_REPLIES_SCHEDULED,
                                           VALIJA_EWS_AUDIENCE_KNOWN, 1796112000, 1796490000, "<p>Away</p>",
                                           "<p>Away</p>") },
  };
  gboolean is_fine = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    is_fine &= write_request (directory, schema, requests[i].label, requests[i].request);

  if (schema >= VALIJA_EWS_2013)
    {
      is_fine &= write_request (directory, schema, "bob", valija_ews_find_people (schema, "bob", 50));
      is_fine &= write_request (directory, schema, "junk", valija_ews_mark_as_junk (schema, two, TRUE));
      is_fine &= write_request (directory, schema, "not-junk", valija_ews_mark_as_junk (schema, one, FALSE));
    }

  return is_fine;
}

int
main (int   argc,
      char *argv[])
{
  if (argc != 2)
    return 2;

  for (ValijaEwsSchema schema = VALIJA_EWS_2010_SP1; schema <= VALIJA_EWS_2013_SP1; schema++)
    {
      if (!write_all (argv[1], schema))
        return 1;
    }

  return 0;
}
