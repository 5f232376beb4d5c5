/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-set.h"
#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* Answers about mailboxes, as values. */

typedef enum
{
  VALIJA_IMAP_MAILBOX_NOSELECT = 1 << 0,
  VALIJA_IMAP_MAILBOX_NONEXISTENT = 1 << 1,
  VALIJA_IMAP_MAILBOX_NOINFERIORS = 1 << 2,
  VALIJA_IMAP_MAILBOX_HAS_CHILDREN = 1 << 3,
  VALIJA_IMAP_MAILBOX_HAS_NO_CHILDREN = 1 << 4,
  VALIJA_IMAP_MAILBOX_SUBSCRIBED = 1 << 5,
  VALIJA_IMAP_MAILBOX_MARKED = 1 << 6,
  /* RFC 6154; XLIST's names mean the same */
  VALIJA_IMAP_MAILBOX_ALL = 1 << 7,
  VALIJA_IMAP_MAILBOX_ARCHIVE = 1 << 8,
  VALIJA_IMAP_MAILBOX_DRAFTS = 1 << 9,
  VALIJA_IMAP_MAILBOX_FLAGGED = 1 << 10,
  VALIJA_IMAP_MAILBOX_JUNK = 1 << 11,
  VALIJA_IMAP_MAILBOX_SENT = 1 << 12,
  VALIJA_IMAP_MAILBOX_TRASH = 1 << 13,
} ValijaImapMailboxAttributes;

/* LIST or LSUB */
typedef struct
{
  char *name;                /* decoded; any spelling of INBOX is "INBOX" (Q7) */
  char delimiter;            /* 0: none */
  ValijaImapMailboxAttributes attributes;
  char *old_name;            /* nullable: what it was called before it was renamed (RFC 9051 §6.3.9.7) */
} ValijaImapList;

/* FALSE for what is neither LIST nor LSUB, or has no name. @utf8: names are UTF-8 as they stand, not modified
 * UTF-7. What is in *list is cleared by the caller, in both cases. */
gboolean valija_imap_list_parse (const ValijaImapResponse *response, gboolean utf8, ValijaImapList *list);
void     valija_imap_list_clear (ValijaImapList *list);

/* STATUS; -1 where it did not tell */
typedef struct
{
  char *name;
  gint64 messages;
  gint64 unseen;
  gint64 uid_next;
  gint64 uid_validity;
  gint64 highest_mod_seq;
  gint64 size;               /* RFC 8438 */
  gint64 append_limit;       /* RFC 7889 */
  char *mailbox_id;          /* nullable: RFC 8474 */
} ValijaImapStatus;

/* FALSE for what is no STATUS, or has no name. *status is cleared by the caller, in both cases. */
gboolean valija_imap_status_parse (const ValijaImapResponse *response, gboolean utf8, ValijaImapStatus *status);
void     valija_imap_status_clear (ValijaImapStatus *status);

/* SEARCH, or ESEARCH (RFC 4731, 9051): what both can tell. */
typedef struct
{
  ValijaImapSet *found;      /* nullable: numbers or UIDs, if all were told */
  guint32 min;
  guint32 max;
  gint64 count;              /* -1: not told */
} ValijaImapSearch;

/* FALSE for what is neither. *search is cleared by the caller, in both cases. */
gboolean valija_imap_search_parse (const ValijaImapResponse *response, ValijaImapSearch *search);
void     valija_imap_search_clear (ValijaImapSearch *search);

/* The same for who wants to know no more than what was found: adds that to @found. */
gboolean valija_imap_search_collect (const ValijaImapResponse *response, ValijaImapSet *found);

/* Whether @response may answer the command @tag: an ESEARCH says whose it is (RFC 9051 §7.3.4), nothing else does. */
gboolean valija_imap_search_may_answer (const ValijaImapResponse *response, const char *tag);

/* The UIDs of VANISHED (RFC 7162). (transfer full) (nullable) */
ValijaImapSet *valija_imap_vanished_parse (const ValijaImapResponse *response, gboolean *earlier);

/* The used and allowed units of @resource ("STORAGE": KiB) in a QUOTA response (RFC 9208 §4.2.1). */
gboolean valija_imap_quota_parse (const ValijaImapResponse *response,
                                  const char               *resource,
                                  guint64                  *usage,
                                  guint64                  *limit);

/* Where folders are, and whose (RFC 2342, RFC 9051 §6.3.10) */
typedef enum
{
  VALIJA_IMAP_NAMESPACE_PERSONAL,
  VALIJA_IMAP_NAMESPACE_OTHERS,
  VALIJA_IMAP_NAMESPACE_SHARED,
} ValijaImapNamespaceKind;

typedef struct
{
  ValijaImapNamespaceKind kind;
  char *prefix;              /* decoded; "INBOX.", "Other Users/", "" */
  char delimiter;            /* 0: none */
} ValijaImapNamespace;

/* ValijaImapNamespace in the order of the response. NULL for any other response. (transfer full) (nullable) */
GPtrArray *valija_imap_namespaces_parse (const ValijaImapResponse *response, gboolean utf8) G_GNUC_WARN_UNUSED_RESULT;

/* "name" and "version" of the server's ID (RFC 2971) in one line; NULL when it tells none (Q13). (transfer
 * full), not necessarily UTF-8 */
char *valija_imap_id_parse (const ValijaImapResponse *response);

/* Two lists of the same length out of COPYUID's code (RFC 4315): what was copied and what it is there. FALSE
 * when they make no sense. */
gboolean valija_imap_copyuid_parse (const ValijaImapResponse  *response,
                                    guint32                   *uid_validity,
                                    GArray                   **sources,
                                    GArray                   **targets);

/* UIDVALIDITY and UID out of APPENDUID's code. */
gboolean valija_imap_appenduid_parse (const ValijaImapResponse *response, guint32 *uid_validity, guint32 *uid);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ValijaImapList, valija_imap_list_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ValijaImapStatus, valija_imap_status_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ValijaImapSearch, valija_imap_search_clear)

G_END_DECLS
