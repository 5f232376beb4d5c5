/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-quota.h"
#include "sessions/imap/valija-imap-connection.h"
#include "sessions/valija-session-context.h"
#include "wire/imap/valija-imap-capability.h"

G_BEGIN_DECLS

/* A connection on which somebody is signed in: what its server can, and which folder is selected on it. Signals:
 * "alert" (string), "closed". */
#define VALIJA_TYPE_IMAP_LINK (valija_imap_link_get_type ())
G_DECLARE_FINAL_TYPE (ValijaImapLink, valija_imap_link, VALIJA, IMAP_LINK, GObject)

/* What SELECT told. Refcounted; replaced, not changed, by the next SELECT. */
typedef struct
{
  grefcount ref_count;
  char *folder;
  guint32 exists;             /* kept up to date */
  guint32 first_exists;       /* as SELECT told */
  guint32 uid_validity;
  guint32 uid_next;           /* 0: not told */
  guint64 mod_seq;            /* HIGHESTMODSEQ; 0: the folder has none */
  gboolean read_only;
  gboolean fixed_keywords;    /* there are @keywords and no others */
  char **keywords;            /* nullable: the labels among PERMANENTFLAGS */
  gboolean complete;          /* OK has come */
} ValijaImapSelected;

/* The count is not atomic: main context only. */
ValijaImapSelected *valija_imap_selected_ref   (ValijaImapSelected *self);
void                valija_imap_selected_unref (ValijaImapSelected *self);

/* Where a folder was left: for SELECT with QRESYNC (RFC 7162 §3.2.5). */
typedef struct
{
  guint32 uid_validity;
  guint64 mod_seq;
  guint32 first_uid;          /* what is known lies between these two */
  guint32 last_uid;
} ValijaImapResync;

/* @primary: the first of a session tells its steps to the context and asks for the list of folders while it is
 * at it. */
ValijaImapLink        *valija_imap_link_new                (ValijaSessionContext *context,
                                                            gboolean              primary) G_GNUC_WARN_UNUSED_RESULT;

/* Connects, secures, signs in. Resolves to TRUE; errors are located. */
DexFuture             *valija_imap_link_open               (ValijaImapLink *self) G_GNUC_WARN_UNUSED_RESULT;

/* At once, without LOGOUT: what is under way fails. One that was never opened counts as closed. */
void                   valija_imap_link_close              (ValijaImapLink *self);
gboolean               valija_imap_link_is_closed          (ValijaImapLink *self);

/* (transfer none) (nullable) until it is open */
ValijaImapConnection  *valija_imap_link_get_connection     (ValijaImapLink *self);
gboolean               valija_imap_link_has                (ValijaImapLink *self, ValijaImapCapabilities capability);
/* Whether labels can be given: until a folder tells otherwise. */
gboolean               valija_imap_link_takes_labels       (ValijaImapLink *self);

/* Whether names on the wire are UTF-8; whether VANISHED comes in place of EXPUNGE. */
gboolean               valija_imap_link_is_utf8            (ValijaImapLink *self);
/* Whether a SEARCH for other than ASCII must say that it is UTF-8. With UTF8=ACCEPT it must not (RFC 6855 §3); RFC 9051
 * §6.4.4 has nothing else, but not all who are IMAP4rev2 know (Cyrus 3.10). */
gboolean               valija_imap_link_names_charset      (ValijaImapLink *self);
gboolean               valija_imap_link_is_qresync         (ValijaImapLink *self);

/* What a message to be filed may weigh at most (RFC 7889); 0: the server does not say. */
guint64                valija_imap_link_get_append_limit   (ValijaImapLink *self);
/* Whether it does when asked for one folder. */
gboolean               valija_imap_link_limits_folders     (ValijaImapLink *self);

/* What the server said of itself, "Label: value". (transfer full) */
char                 **valija_imap_link_dup_facts          (ValijaImapLink *self);

/* The folder that is selected and settled, or NULL. (transfer none) */
ValijaImapSelected    *valija_imap_link_get_selected       (ValijaImapLink *self);

/**
 * valija_imap_link_select:
 * @resync: (nullable): asks for what changed since, where the link can
 * @respond: (nullable): as of valija_imap_connection_run(); gets VANISHED and FETCH
 *
 * Returns: (transfer full): a future that resolves to %TRUE; valija_imap_link_get_selected() then tells
 */
DexFuture             *valija_imap_link_select             (ValijaImapLink         *self,
                                                            const char             *folder,
                                                            const ValijaImapResync *resync,
                                                            ValijaImapResponseFunc  respond,
                                                            gpointer                user_data,
                                                            GDestroyNotify          destroy) G_GNUC_WARN_UNUSED_RESULT;

/* Selects @folder unless it is selected. Resolves to TRUE. */
DexFuture             *valija_imap_link_ensure_selected    (ValijaImapLink *self,
                                                            const char     *folder) G_GNUC_WARN_UNUSED_RESULT;

/* Before much is fetched: what comes from now on is compressed (RFC 4978), where that is worth it. Commands run after
 * this wait for its answer; what was asked for before it comes as it is, so that it costs no turn of its own. */
void                   valija_imap_link_compress           (ValijaImapLink *self);

/* Lets go of whatever is selected, without expunging (RFC 3691). Resolves to TRUE. */
DexFuture             *valija_imap_link_unselect           (ValijaImapLink *self) G_GNUC_WARN_UNUSED_RESULT;

/* What the server tells of all folders, once it is asked for it: valija-imap-notify.h. (transfer none) */
struct _ValijaImapNotify;
struct _ValijaImapNotify *valija_imap_link_get_notify      (ValijaImapLink *self);

/* Where folders are and whose, once the server has told it: of ValijaImapNamespace. (transfer none) (nullable) */
GPtrArray             *valija_imap_link_get_namespaces     (ValijaImapLink *self);

/* Asks how much room the inbox has (RFC 9208 §4.1.2, RFC 2087). Resolves to TRUE; what is told is then known. */
DexFuture             *valija_imap_link_ask_quota          (ValijaImapLink *self) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the server has told within @seconds (0: ever) what it limits. *quota is NULL where it limits nothing. */
gboolean               valija_imap_link_get_quota          (ValijaImapLink  *self,
                                                            guint            seconds,
                                                            ValijaQuota    **quota);

/* What the list of folders (of ValijaFolderInfo) has just told of their messages. */
void                   valija_imap_link_learn_counts       (ValijaImapLink *self, GPtrArray *folders);
/* How many messages @folder has or had a moment ago; 0 where nobody knows. */
guint                  valija_imap_link_get_count          (ValijaImapLink *self, const char *folder);
/* The list of folders that was asked for when the link opened a moment ago, once: a future as of
 * valija_imap_folders_query(). (transfer full) (nullable) */
DexFuture             *valija_imap_link_steal_folders      (ValijaImapLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapSelected, valija_imap_selected_unref)

G_END_DECLS
