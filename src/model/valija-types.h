/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "base/valija-endpoint.h"

G_BEGIN_DECLS

/* What a session can do; what the interface offers follows from it. */
typedef enum
{
  VALIJA_CAPABILITY_NONE = 0,
  VALIJA_CAPABILITY_READ = 1 << 0,
  VALIJA_CAPABILITY_SEND = 1 << 1,
  VALIJA_CAPABILITY_ORGANIZE = 1 << 2,      /* flags and filing are kept on the server */
  VALIJA_CAPABILITY_FOLDERS = 1 << 3,       /* more than the inbox */
  VALIJA_CAPABILITY_KEEPS_SENT = 1 << 4,    /* the server files what is sent by itself */
  VALIJA_CAPABILITY_INSTANT = 1 << 5,       /* the server tells at once that mail came */
  VALIJA_CAPABILITY_OFFLINE = 1 << 6,       /* what was read once is here without a network */
  VALIJA_CAPABILITY_SEARCH = 1 << 7,        /* the server can be searched */
  VALIJA_CAPABILITY_DELIVERY_RECEIPT = 1 << 8, /* DSN */
  VALIJA_CAPABILITY_INTERNATIONAL = 1 << 9, /* SMTPUTF8, UTF8=ACCEPT */
  VALIJA_CAPABILITY_LABELS = 1 << 10,       /* labels of the user's own are kept on the server */
} ValijaCapabilities;

typedef enum
{
  VALIJA_FLAG_NONE = 0,
  VALIJA_FLAG_SEEN = 1 << 0,
  VALIJA_FLAG_ANSWERED = 1 << 1,
  VALIJA_FLAG_FLAGGED = 1 << 2,
  VALIJA_FLAG_DELETED = 1 << 3,
  VALIJA_FLAG_DRAFT = 1 << 4,
  VALIJA_FLAG_FORWARDED = 1 << 5,  /* $Forwarded */
  VALIJA_FLAG_JUNK = 1 << 6,       /* $Junk */
  VALIJA_FLAG_NOT_JUNK = 1 << 7,   /* $NotJunk */
  VALIJA_FLAG_MDN_SENT = 1 << 8,   /* $MDNSent */
} ValijaFlags;

typedef enum
{
  VALIJA_FOLDER_ROLE_NONE,
  VALIJA_FOLDER_ROLE_INBOX,
  VALIJA_FOLDER_ROLE_DRAFTS,
  VALIJA_FOLDER_ROLE_SENT,
  VALIJA_FOLDER_ROLE_ARCHIVE,
  VALIJA_FOLDER_ROLE_JUNK,
  VALIJA_FOLDER_ROLE_TRASH,
  VALIJA_FOLDER_ROLE_ALL,
  VALIJA_FOLDER_ROLE_FLAGGED,
} ValijaFolderRole;

typedef enum
{
  VALIJA_SESSION_CLOSED,
  VALIJA_SESSION_OPENING,
  VALIJA_SESSION_OPEN,
  VALIJA_SESSION_CLOSING,
} ValijaSessionState;

/* Where the copy of a sent message goes. */
typedef enum
{
  VALIJA_KEEP_SENT_SERVER,  /* the server's Sent folder (by the server itself, or appended by Valija) */
  VALIJA_KEEP_SENT_HERE,    /* a folder on this computer */
  VALIJA_KEEP_SENT_NOT,
} ValijaKeepSent;

typedef enum
{
  VALIJA_OUTBOX_PENDING,
  VALIJA_OUTBOX_SENDING,
  VALIJA_OUTBOX_SENT,
  VALIJA_OUTBOX_ERROR,
  VALIJA_OUTBOX_UNCERTAIN,
} ValijaOutboxState;

/* What is fetched of a folder by itself. */
typedef enum
{
  VALIJA_FOLDER_POLICY_ACCOUNT, /* what the account says: body-days */
  VALIJA_FOLDER_POLICY_HEADERS,
  VALIJA_FOLDER_POLICY_WHOLE,   /* whole messages, all of them */
  VALIJA_FOLDER_POLICY_NEVER,   /* nothing: what is here stays as it is */
} ValijaFolderPolicy;

/* What a person can want to do with an account, a folder or a message. */
typedef enum
{
  VALIJA_ACTION_READ,
  VALIJA_ACTION_COMPOSE,
  VALIJA_ACTION_REPLY,
  VALIJA_ACTION_FORWARD,
  VALIJA_ACTION_MARK_READ,
  VALIJA_ACTION_FLAG,
  VALIJA_ACTION_LABEL,
  VALIJA_ACTION_MOVE,
  VALIJA_ACTION_COPY,
  VALIJA_ACTION_DELETE,
  VALIJA_ACTION_CREATE_FOLDER,
  VALIJA_ACTION_RENAME_FOLDER,
  VALIJA_ACTION_REMOVE_FOLDER,
  VALIJA_ACTION_SET_POLICY,
  VALIJA_ACTION_SEARCH_SERVER,
} ValijaAction;

/* Whose a folder is. In the order in which they are shown. */
typedef enum
{
  VALIJA_FOLDER_OWNER_USER,    /* the account's own */
  VALIJA_FOLDER_OWNER_OTHERS,  /* somebody else's, who lets the user in */
  VALIJA_FOLDER_OWNER_ALL,     /* shared by many */
} ValijaFolderOwner;

/* "user", "others", "all": stable, for machines. */
const char *valija_folder_owner_to_nick   (ValijaFolderOwner owner);
/* The heading above folders that are not the user's own, translated; NULL for those that are. */
const char *valija_folder_owner_get_label (ValijaFolderOwner owner);

/* Stable names for machines and files ("inbox", "whole", "here", "pending"); the reverse returns FALSE for an unknown
 * word, and leaves what it points to alone. (transfer none) */
const char *valija_folder_role_to_nick   (ValijaFolderRole role);
gboolean    valija_folder_role_from_nick (const char *nick, ValijaFolderRole *role);
const char *valija_folder_policy_to_nick (ValijaFolderPolicy policy);
const char *valija_keep_sent_to_nick     (ValijaKeepSent keep);
gboolean    valija_keep_sent_from_nick   (const char *nick, ValijaKeepSent *keep);
const char *valija_outbox_state_to_nick  (ValijaOutboxState state);

/* "seen flagged" (transfer full) */
char       *valija_flags_to_string       (ValijaFlags flags);
gboolean    valija_flags_from_string     (const char *words, ValijaFlags *flags);

/* "read", "send", … (transfer container): an owned array of static strings, NULL-terminated */
const char **valija_capabilities_to_nicks (ValijaCapabilities capabilities);

/* "Inbox", "Sent": translated, NULL for VALIJA_FOLDER_ROLE_NONE. (transfer none) */
const char *valija_folder_role_get_label (ValijaFolderRole role);
const char *valija_folder_role_get_icon  (ValijaFolderRole role);

G_END_DECLS
