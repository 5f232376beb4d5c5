/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-link.h"
#include "wire/imap/valija-imap-mailbox.h"

G_BEGIN_DECLS

/* How a folder was when somebody looked, by the numbers that a server tells without its being opened. */

/* For who compares within a session. */
typedef struct
{
  guint32 uid_validity;
  guint32 uid_next;
  guint64 mod_seq;           /* 0: the folder has none */
  guint32 exists;
} ValijaImapMark;

/* As SELECT told; what came since then counts as a change. (transfer full), freed by g_free() like all of them */
ValijaImapMark *valija_imap_mark_new            (const ValijaImapSelected *selected) G_GNUC_WARN_UNUSED_RESULT;
/* The same from what valija_imap_state_format() wrote. */
ValijaImapMark *valija_imap_mark_new_from_state (const char *state) G_GNUC_WARN_UNUSED_RESULT;

/* Whether nothing lies between the two. */
gboolean        valija_imap_mark_equal          (const ValijaImapMark *one, const ValijaImapMark *other);
/* What a STATUS leaves out is no difference. */
gboolean        valija_imap_mark_differs        (const ValijaImapMark *self, const ValijaImapStatus *status);

/* For who compares with the next list of folders: the state of ValijaFolderInfo. NULL where @status leaves something
 * out, and *whole FALSE with it. *whole: no change can leave it as it is, since the folder has mod-sequences (RFC 7162
 * §3.1.7). Without them what neither comes nor goes nor is read is not seen. (transfer full) (nullable) */
char           *valija_imap_state_format        (const ValijaImapStatus *status, gboolean *whole);

G_END_DECLS
