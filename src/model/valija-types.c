/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-types.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  guint value;
  const char *nick;
} Nick;

static const struct
{
  const char *nick;
  const char *label;
  const char *icon;
} roles[] = {
  [VALIJA_FOLDER_ROLE_NONE] = { "none", NULL, "folder-symbolic" },
  [VALIJA_FOLDER_ROLE_INBOX] = { "inbox", NC_("folder", "Inbox"), "mail-inbox-symbolic" },
  [VALIJA_FOLDER_ROLE_DRAFTS] = { "drafts", NC_("folder", "Drafts"), "document-edit-symbolic" },
  [VALIJA_FOLDER_ROLE_SENT] = { "sent", NC_("folder", "Sent"), "mail-send-symbolic" },
  [VALIJA_FOLDER_ROLE_ARCHIVE] = { "archive", NC_("folder", "Archive"), "valija-archive-symbolic" },
  [VALIJA_FOLDER_ROLE_JUNK] = { "junk", NC_("folder", "Junk"), "mail-mark-junk-symbolic" },
  [VALIJA_FOLDER_ROLE_TRASH] = { "trash", NC_("folder", "Trash"), "user-trash-symbolic" },
  [VALIJA_FOLDER_ROLE_ALL] = { "all", NC_("folder", "All Mail"), "mail-unread-symbolic" },
  [VALIJA_FOLDER_ROLE_FLAGGED] = { "flagged", NC_("folder", "Flagged"), "starred-symbolic" },
};

static const char * const keep_sent_nicks[] = {
  [VALIJA_KEEP_SENT_SERVER] = "server",
  [VALIJA_KEEP_SENT_HERE] = "here",
  [VALIJA_KEEP_SENT_NOT] = "not",
};

static const char * const folder_policy_nicks[] = {
  [VALIJA_FOLDER_POLICY_ACCOUNT] = "account",
  [VALIJA_FOLDER_POLICY_HEADERS] = "headers",
  [VALIJA_FOLDER_POLICY_WHOLE] = "whole",
  [VALIJA_FOLDER_POLICY_NEVER] = "never",
};

static const char * const outbox_state_nicks[] = {
  [VALIJA_OUTBOX_PENDING] = "pending",
  [VALIJA_OUTBOX_SENDING] = "sending",
  [VALIJA_OUTBOX_SENT] = "sent",
  [VALIJA_OUTBOX_ERROR] = "error",
  [VALIJA_OUTBOX_UNCERTAIN] = "uncertain",
};

static const Nick flags_nicks[] = {
  { VALIJA_FLAG_SEEN, "seen" },
  { VALIJA_FLAG_ANSWERED, "answered" },
  { VALIJA_FLAG_FLAGGED, "flagged" },
  { VALIJA_FLAG_DELETED, "deleted" },
  { VALIJA_FLAG_DRAFT, "draft" },
  { VALIJA_FLAG_FORWARDED, "forwarded" },
  { VALIJA_FLAG_JUNK, "junk" },
  { VALIJA_FLAG_NOT_JUNK, "not-junk" },
  { VALIJA_FLAG_MDN_SENT, "mdn-sent" },
};

static const Nick capability_nicks[] = {
  { VALIJA_CAPABILITY_READ, "read" },
  { VALIJA_CAPABILITY_SEND, "send" },
  { VALIJA_CAPABILITY_ORGANIZE, "organize" },
  { VALIJA_CAPABILITY_FOLDERS, "folders" },
  { VALIJA_CAPABILITY_KEEPS_SENT, "keeps-sent" },
  { VALIJA_CAPABILITY_INSTANT, "instant" },
  { VALIJA_CAPABILITY_OFFLINE, "offline" },
  { VALIJA_CAPABILITY_SEARCH, "search" },
  { VALIJA_CAPABILITY_DELIVERY_RECEIPT, "delivery-receipt" },
  { VALIJA_CAPABILITY_INTERNATIONAL, "international" },
  { VALIJA_CAPABILITY_LABELS, "labels" },
};

const char *
valija_folder_owner_to_nick (ValijaFolderOwner owner)
{
  static const char * const nicks[] = { "user", "others", "all" };

  g_return_val_if_fail (owner < G_N_ELEMENTS (nicks), NULL);

  return nicks[owner];
}

const char *
valija_folder_owner_get_label (ValijaFolderOwner owner)
{
  if (owner == VALIJA_FOLDER_OWNER_OTHERS)
    /* Translators: the heading above folders of other people, which they let the user see */
    return _("Other People’s Folders");

  /* Translators: the heading above folders that many people share */
  return owner == VALIJA_FOLDER_OWNER_ALL ? _("Shared Folders") : NULL;
}

const char *
valija_folder_role_to_nick (ValijaFolderRole role)
{
  g_return_val_if_fail (role < G_N_ELEMENTS (roles), NULL);

  return roles[role].nick;
}

gboolean
valija_folder_role_from_nick (const char       *nick,
                              ValijaFolderRole *role)
{
  g_return_val_if_fail (role != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      if (g_strcmp0 (nick, roles[i].nick) == 0)
        {
          *role = i;
          return TRUE;
        }
    }

  return FALSE;
}

const char *
valija_folder_policy_to_nick (ValijaFolderPolicy policy)
{
  g_return_val_if_fail (policy < G_N_ELEMENTS (folder_policy_nicks), NULL);

  return folder_policy_nicks[policy];
}

const char *
valija_keep_sent_to_nick (ValijaKeepSent keep)
{
  g_return_val_if_fail (keep < G_N_ELEMENTS (keep_sent_nicks), NULL);

  return keep_sent_nicks[keep];
}

gboolean
valija_keep_sent_from_nick (const char     *nick,
                            ValijaKeepSent *keep)
{
  g_return_val_if_fail (keep != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (keep_sent_nicks); i++)
    {
      if (g_strcmp0 (nick, keep_sent_nicks[i]) == 0)
        {
          *keep = i;
          return TRUE;
        }
    }

  return FALSE;
}

const char *
valija_outbox_state_to_nick (ValijaOutboxState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (outbox_state_nicks), NULL);

  return outbox_state_nicks[state];
}

char *
valija_flags_to_string (ValijaFlags flags)
{
  g_autoptr(GString) words = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (flags_nicks); i++)
    {
      if ((flags & flags_nicks[i].value) == 0)
        continue;

      if (words->len > 0)
        g_string_append_c (words, ' ');
      g_string_append (words, flags_nicks[i].nick);
    }

  return g_string_free (g_steal_pointer (&words), FALSE);
}

gboolean
valija_flags_from_string (const char  *words,
                          ValijaFlags *flags)
{
  g_auto(GStrv) split = NULL;
  guint result = VALIJA_FLAG_NONE;

  g_return_val_if_fail (words != NULL, FALSE);
  g_return_val_if_fail (flags != NULL, FALSE);

  split = g_strsplit_set (words, " ,", -1);

  for (guint i = 0; split[i] != NULL; i++)
    {
      gboolean known = split[i][0] == '\0';

      for (guint j = 0; !known && j < G_N_ELEMENTS (flags_nicks); j++)
        {
          if (strcmp (split[i], flags_nicks[j].nick) == 0)
            {
              result |= flags_nicks[j].value;
              known = TRUE;
            }
        }

      if (!known)
        return FALSE;
    }

  *flags = result;

  return TRUE;
}

const char **
valija_capabilities_to_nicks (ValijaCapabilities capabilities)
{
  const char **nicks = g_new0 (const char *, G_N_ELEMENTS (capability_nicks) + 1);
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (capability_nicks); i++)
    {
      if ((capabilities & capability_nicks[i].value) != 0)
        nicks[n++] = capability_nicks[i].nick;
    }

  return nicks;
}

const char *
valija_folder_role_get_label (ValijaFolderRole role)
{
  g_return_val_if_fail (role < G_N_ELEMENTS (roles), NULL);

  return roles[role].label != NULL ? g_dpgettext2 (GETTEXT_PACKAGE, "folder", roles[role].label) : NULL;
}

const char *
valija_folder_role_get_icon (ValijaFolderRole role)
{
  g_return_val_if_fail (role < G_N_ELEMENTS (roles), NULL);

  return roles[role].icon;
}
