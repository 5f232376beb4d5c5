/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-rebuild.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-composition-rebuild.h"
#include "mime/valija-file-name.h"
#include "sessions/exchange/valija-exchange-item.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Of one message; more are left out, and named. */
#define ATTACHMENTS_LIMIT 500

/* What the message is made of; handed to the thread that puts it together. */
typedef struct
{
  ValijaMessageInfo *info;
  ValijaComposition *content;
} Parts;

static void
parts_free (Parts *parts)
{
  valija_message_info_unref (parts->info);
  g_object_unref (parts->content);
  g_free (parts);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parts, parts_free)

static gpointer
put_together (gpointer   data,
              GError   **error)
{
  Parts *parts = data;

  return valija_composition_rebuild (parts->info, parts->content,
                                     "from its properties; the server could not give the message as it was sent",
                                     error);
}

static char *
dup_moment (const char *text)
{
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;
  g_autoptr(GDateTime) local = time != NULL ? g_date_time_to_local (time) : NULL;

  return local != NULL ? g_date_time_format (local, "%x %H:%M") : NULL;
}

/* When and where a meeting is: of another message nothing. */
static char *
describe_meeting (const ValijaEwsNode *item)
{
  g_autofree char *start = dup_moment (valija_exchange_find_property (item, 0x0060));
  g_autofree char *end = dup_moment (valija_exchange_find_property (item, 0x0061));
  const char *place = valija_exchange_find_named (item, "33288");
  GString *text = g_string_new (NULL);

  if (start != NULL && end != NULL)
    /* Translators: two times, the beginning and the end of a meeting */
    g_string_append_printf (text, _("When: %s – %s"), start, end);
  if (place != NULL && *place != '\0')
    {
      if (text->len > 0)
        g_string_append_c (text, '\n');
      /* Translators: the place of a meeting */
      g_string_append_printf (text, _("Where: %s"), place);
    }

  return g_string_free (text, FALSE);
}

static char *
dup_body (const ValijaEwsNode *item,
          const ValijaEwsNode *body,
          gboolean             is_html)
{
  const char *text = body != NULL ? valija_ews_node_get_text (body) : "";
  g_autofree char *meeting = describe_meeting (item);
  g_autofree char *escaped = g_markup_escape_text (meeting, -1);

  if (*meeting == '\0')
    return g_strdup (text);

  return is_html ? g_strdup_printf ("<pre>%s</pre>%s", escaped, text) : g_strdup_printf ("%s\n\n%s", meeting, text);
}

static Parts *
take_item (const ValijaEwsNode *item)
{
  const ValijaEwsNode *body = valija_ews_node_find (item, "Body");
  const char *type = body != NULL ? valija_ews_node_get_attribute (body, "BodyType") : NULL;
  gboolean is_html = type != NULL && g_ascii_strcasecmp (type, "HTML") == 0;
  g_autofree char *text = dup_body (item, body, is_html);
  Parts *parts = g_new0 (Parts, 1);

  parts->info = valija_exchange_read_item (item);
  parts->content = valija_composition_new ();
  if (*text != '\0')
    g_object_set (parts->content, is_html ? "html" : "text", text, NULL);

  return parts;
}

static void
add_attachment (Parts               *parts,
                const ValijaEwsNode *node,
                GBytes              *content,
                const char          *remark)
{
  const char *given = valija_ews_node_find_text (node, "Name");
  const char *type = valija_ews_node_find_text (node, "ContentType");
  const char *content_id = valija_ews_node_find_text (node, "ContentId");
  gboolean is_item = valija_ews_node_is (node, "ItemAttachment");
  g_autofree char *name = valija_file_name_make_safe (given != NULL ? given : "", type);
  g_autofree char *text_name = g_strconcat (name, ".txt", NULL);
  g_autoptr(GBytes) text = content == NULL ? g_bytes_new (remark, strlen (remark)) : NULL;
  g_autoptr(ValijaAttachment) attachment = NULL;

  if (is_item)
    type = "message/rfc822";
  else if (type == NULL || strchr (type, '/') == NULL)
    type = "application/octet-stream";

  attachment = valija_attachment_new_for_bytes (content != NULL ? name : text_name,
                                                content != NULL ? type : "text/plain; charset=utf-8",
                                                content != NULL ? content : text);
  if (content != NULL && content_id != NULL && *content_id != '\0' &&
      valija_ews_node_find_boolean (node, "IsInline"))
    valija_attachment_set_content_id (attachment, content_id);
  valija_composition_add_attachment (parts->content, attachment);
}

/* One that the server cannot give is named, with the reason in its place. */
static gboolean
load_attachment_fiber (ValijaExchangeClient  *client,
                       Parts                 *parts,
                       const ValijaEwsNode   *node,
                       GError               **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
  const char *id = valija_ews_node_find_id (node, "AttachmentId");
  const char *remark = _("The server does not give this attachment.");
  g_autoptr(ValijaExchangeReply) reply = NULL;
  g_autoptr(GError) failure = NULL;

  /* A reference is a link to elsewhere, and has no content here */
  if (id != NULL && !valija_ews_node_is (node, "ReferenceAttachment"))
    reply = valija_exchange_client_ask_fiber (client, valija_ews_get_attachment (schema, id), &failure);

  if (failure != NULL && !g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_REFUSED) &&
      !g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  add_attachment (parts, node, reply != NULL ? reply->content : NULL, failure != NULL ? failure->message : remark);

  return TRUE;
}

GBytes *
valija_exchange_rebuild_fiber (ValijaExchangeClient  *client,
                               const char            *id,
                               GError               **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
  g_autofree const char **ids = g_new0 (const char *, 2);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  g_autoptr(Parts) parts = NULL;
  const ValijaEwsNode *item;
  guint n = 0;

  ids[0] = id;
  if (!(reply = valija_exchange_client_ask_fiber (client,
                                                  valija_ews_get_items (schema, VALIJA_EWS_SHAPE_PROPERTIES, ids),
                                                  error)))
    return NULL;

  item = valija_exchange_find_item (valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "Items"));
  if (item == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_REFUSED, _("The server cannot put this message together."));
      return NULL;
    }

  parts = take_item (item);
  for (const ValijaEwsNode *node = valija_ews_node_get_first (valija_ews_node_find (item, "Attachments"));
       node != NULL && n < ATTACHMENTS_LIMIT; node = valija_ews_node_get_next (node), n++)
    {
      if (!load_attachment_fiber (client, parts, node, error))
        return NULL;
    }

  return dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, put_together, g_steal_pointer (&parts),
                                                       (GDestroyNotify) parts_free), error);
}
