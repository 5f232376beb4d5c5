/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-item.h"

#include "base/valija-text.h"
#include "mime/valija-mime-header.h"

#include <string.h>

/* PR_LAST_VERB_EXECUTED: to the sender, to all, on */
#define VERB_REPLY 102
#define VERB_REPLY_ALL 103
#define VERB_FORWARD 104

/* PR_FLAG_STATUS */
#define FLAG_STATUS_FLAGGED 2

#define SUBJECT_LIMIT 998

const ValijaEwsNode *
valija_exchange_find_item (const ValijaEwsNode *parent)
{
  for (const ValijaEwsNode *child = valija_ews_node_get_first (parent); child != NULL;
       child = valija_ews_node_get_next (child))
    {
      if (valija_ews_node_find_id (child, "ItemId") != NULL)
        return child;
    }

  return NULL;
}

const char *
valija_exchange_find_property (const ValijaEwsNode *item,
                               guint64              tag)
{
  for (const ValijaEwsNode *child = valija_ews_node_get_first (item); child != NULL;
       child = valija_ews_node_get_next (child))
    {
      const ValijaEwsNode *field = valija_ews_node_find (child, "ExtendedFieldURI");
      const char *text = field != NULL ? valija_ews_node_get_attribute (field, "PropertyTag") : NULL;

      if (text != NULL && valija_ews_node_is (child, "ExtendedProperty") && g_ascii_strtoull (text, NULL, 0) == tag)
        return valija_ews_node_find_text (child, "Value");
    }

  return NULL;
}

const char *
valija_exchange_find_named (const ValijaEwsNode *item,
                            const char          *number)
{
  for (const ValijaEwsNode *child = valija_ews_node_get_first (item); child != NULL;
       child = valija_ews_node_get_next (child))
    {
      const ValijaEwsNode *field = valija_ews_node_find (child, "ExtendedFieldURI");

      if (field != NULL && g_strcmp0 (valija_ews_node_get_attribute (field, "PropertyId"), number) == 0)
        return valija_ews_node_find_text (child, "Value");
    }

  return NULL;
}

guint
valija_exchange_get_next_page (const ValijaEwsNode *root,
                               guint                offset)
{
  const char *last = root != NULL ? valija_ews_node_get_attribute (root, "IncludesLastItemInRange") : NULL;
  const char *text = root != NULL ? valija_ews_node_get_attribute (root, "IndexedPagingOffset") : NULL;
  guint64 next;

  if (g_strcmp0 (last, "true") == 0 || text == NULL ||
      !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &next, NULL) || next <= offset)
    return 0;

  return (guint) next;
}

/* An X.500 name of the directory is no address: it is neither shown nor sent to. */
static void
add_mailboxes (const ValijaEwsNode *parent,
               GPtrArray           *list)
{
  for (const ValijaEwsNode *child = valija_ews_node_get_first (parent); child != NULL;
       child = valija_ews_node_get_next (child))
    {
      const char *name = valija_ews_node_find_text (child, "Name");
      const char *address = valija_ews_node_find_text (child, "EmailAddress");
      const char *routing = valija_ews_node_find_text (child, "RoutingType");
      gboolean is_usable = address != NULL && (routing == NULL || g_ascii_strcasecmp (routing, "SMTP") == 0);

      if (valija_ews_node_is (child, "Mailbox") && (name != NULL || is_usable))
        {
          g_autofree char *clean = name != NULL ? valija_text_clean (name, -1, SUBJECT_LIMIT) : NULL;

          g_ptr_array_add (list, valija_address_new (clean, is_usable ? address : ""));
        }
    }
}

static ValijaFlags
read_flags (const ValijaEwsNode *item)
{
  const char *status = valija_ews_node_find_text (item, "Flag/FlagStatus");
  const char *old_status = valija_exchange_find_property (item, 0x1090);
  const char *verb_text = valija_exchange_find_property (item, 0x1081);
  guint64 verb = verb_text != NULL ? g_ascii_strtoull (verb_text, NULL, 10) : 0;
  ValijaFlags flags = VALIJA_FLAG_NONE;

  if (valija_ews_node_find_boolean (item, "IsRead"))
    flags |= VALIJA_FLAG_SEEN;
  if (valija_ews_node_find_boolean (item, "IsDraft"))
    flags |= VALIJA_FLAG_DRAFT;
  if (status != NULL ? strcmp (status, "Flagged") == 0
                     : old_status != NULL && g_ascii_strtoull (old_status, NULL, 10) == FLAG_STATUS_FLAGGED)
    flags |= VALIJA_FLAG_FLAGGED;
  if (verb == VERB_REPLY || verb == VERB_REPLY_ALL)
    flags |= VALIJA_FLAG_ANSWERED;
  if (verb == VERB_FORWARD)
    flags |= VALIJA_FLAG_FORWARDED;

  return flags;
}

static void
take_ids (char       **field,
          const char  *text)
{
  if (text == NULL)
    return;

  g_free (*field);
  *field = valija_mime_normalise_ids (text);
}

GPtrArray *
valija_exchange_list_categories (const ValijaEwsNode *item)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (const ValijaEwsNode *child = valija_ews_node_get_first (valija_ews_node_find (item, "Categories"));
       child != NULL; child = valija_ews_node_get_next (child))
    {
      const char *name = valija_ews_node_get_text (child);

      if (valija_ews_node_is (child, "String") && name[0] != '\0')
        g_ptr_array_add (names, g_strdup (name));
    }

  return names;
}

ValijaMessageInfo *
valija_exchange_read_item (const ValijaEwsNode *item)
{
  ValijaMessageInfo *info = valija_message_info_new (valija_ews_node_find_id (item, "ItemId"));
  const char *subject = valija_ews_node_find_text (item, "Subject");
  const char *preview = valija_ews_node_find_text (item, "Preview");
  g_autoptr(GPtrArray) categories = valija_exchange_list_categories (item);

  take_ids (&info->message_id, valija_ews_node_find_text (item, "InternetMessageId"));
  take_ids (&info->in_reply_to, valija_ews_node_find_text (item, "InReplyTo"));
  take_ids (&info->references, valija_ews_node_find_text (item, "References"));
  if (strchr (info->in_reply_to, ' ') != NULL)
    *strchr (info->in_reply_to, ' ') = '\0';

  if (subject != NULL)
    {
      g_free (info->subject);
      info->subject = valija_text_clean (subject, -1, SUBJECT_LIMIT);
    }
  if (preview != NULL)
    info->preview = valija_text_clean (preview, -1, SUBJECT_LIMIT);

  add_mailboxes (valija_ews_node_find (item, "From"), info->from);
  add_mailboxes (valija_ews_node_find (item, "ReplyTo"), info->reply_to);
  add_mailboxes (valija_ews_node_find (item, "ToRecipients"), info->to);
  add_mailboxes (valija_ews_node_find (item, "CcRecipients"), info->cc);
  add_mailboxes (valija_ews_node_find (item, "BccRecipients"), info->bcc);

  info->date = valija_ews_node_find_time (item, "DateTimeSent");
  info->received = valija_ews_node_find_time (item, "DateTimeReceived");
  if (info->received == 0)
    info->received = info->date != 0 ? info->date : g_get_real_time () / G_USEC_PER_SEC;
  info->size = MAX (valija_ews_node_find_int (item, "Size", 0), 0);
  info->size_is_loose = TRUE;
  info->flags = read_flags (item);
  g_ptr_array_add (categories, NULL);
  info->labels = valija_labels_new ((const char * const *) categories->pdata);
  info->has_attachments = valija_ews_node_find_boolean (item, "HasAttachments");
  /* PR_SEARCH_KEY survives a move, by whomever */
  info->email_id = g_strdup (valija_exchange_find_property (item, 0x300b));

  return info;
}

/* What the server finds out anew each time it is asked is left out. */
static void
digest_node (GChecksum           *checksum,
             const ValijaEwsNode *node)
{
  static const char *const passing[] = { "AttachmentId", "MailboxType", "ItemId", NULL };
  const char *name = valija_ews_node_get_name (node);
  const char *text = valija_ews_node_get_text (node);

  if (g_strv_contains (passing, name))
    return;

  /* With their NULs, so that one does not run into the next */
  g_checksum_update (checksum, (const guchar *) name, strlen (name) + 1);
  g_checksum_update (checksum, (const guchar *) text, strlen (text) + 1);
  for (const ValijaEwsNode *child = valija_ews_node_get_first (node); child != NULL;
       child = valija_ews_node_get_next (child))
    digest_node (checksum, child);
  g_checksum_update (checksum, (const guchar *) "", 1);
}

char *
valija_exchange_dup_content_id (const ValijaEwsNode *item)
{
  static const char *const written[] = {
    "Subject", "Body", "Attachments", "From", "ReplyTo", "ToRecipients", "CcRecipients", "BccRecipients",
  };
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *key = valija_exchange_find_property (item, 0x300b);

  if (key == NULL)
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (written); i++)
    {
      const ValijaEwsNode *node = valija_ews_node_find (item, written[i]);

      if (node != NULL)
        digest_node (checksum, node);
    }

  return g_strdup_printf ("%s:%s", key, g_checksum_get_string (checksum));
}

ValijaFolderInfo *
valija_exchange_read_folder (const ValijaEwsNode *folder)
{
  const char *id = valija_ews_node_find_id (folder, "FolderId");
  const char *class = valija_ews_node_find_text (folder, "FolderClass");
  const char *name = valija_ews_node_find_text (folder, "DisplayName");
  const char *hidden = valija_exchange_find_property (folder, 0x10f4);
  ValijaFolderInfo *info;

  if (id == NULL || !valija_ews_node_is (folder, "Folder") || g_strcmp0 (hidden, "true") == 0 ||
      (class != NULL && *class != '\0' && strcmp (class, "IPF.Note") != 0 && !g_str_has_prefix (class, "IPF.Note.")))
    return NULL;

  info = valija_folder_info_new (id, name != NULL ? name : "");
  info->parent_id = g_strdup (valija_ews_node_find_id (folder, "ParentFolderId"));
  info->selectable = TRUE;
  info->total = valija_ews_node_find_int (folder, "TotalCount", -1);
  info->unread = valija_ews_node_find_int (folder, "UnreadCount", -1);

  return info;
}
