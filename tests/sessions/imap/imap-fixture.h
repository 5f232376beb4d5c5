/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-changes.h"
#include "sessions/imap/valija-imap-session.h"
#include "support/valija-script-server.h"

G_BEGIN_DECLS

/* Conversations that begin alike. The sign-in is ana's with the password "secret". */
#define GREETING "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n"
#define SIGN_IN  "C: V1 AUTHENTICATE PLAIN AGFuYQBzZWNyZXQ=\n"
#define GOODBYE(tag) "C: " tag " LOGOUT\nS: * BYE see you\nS: " tag " OK bye\n"

/* Signs in to a server with @capabilities, of which ID is none; LIST is tag V2. */
#define OPENING(capabilities) \
  GREETING SIGN_IN "S: V1 OK [CAPABILITY IMAP4rev1 " capabilities "] in\n"
/* What is asked of each folder, and HIGHESTMODSEQ of a server that has CONDSTORE */
#define COUNTS "MESSAGES UNSEEN UIDNEXT UIDVALIDITY"
#define LISTING \
  "C: V2 LIST \"\" \"*\"\n" \
  "S: * LIST (\\HasNoChildren) \"/\" INBOX\n" \
  "S: V2 OK listed\n"
#define COUNTING \
  "C? V3 STATUS INBOX (" COUNTS "*)\n" \
  "S: * STATUS INBOX (MESSAGES 3 UNSEEN 1)\n" \
  "S: V3 OK counted\n"

/* A session for the server on @port of localhost. @settings: "key=value" words, of valija_account_set_key();
 * security is none and a password in clear is allowed unless told. (transfer full) */
ValijaSession *imap_session_new (guint16 port, const char *settings);

/* Runs the main context until @future (transfer full) has settled. It must resolve (to a value that is given
 * back), or (@code) must be rejected so. */
void           imap_assert_true    (DexFuture *future);
gpointer       imap_assert_boxed   (DexFuture *future);
char          *imap_assert_string  (DexFuture *future);
GError        *imap_assert_error   (DexFuture *future, int code);

/* All that comes through @channel (transfer full), in words: one line a batch. @cursor (nullable) gets the last
 * one. With @error the channel must end so. */
char          *imap_collect        (DexChannel *channel, GBytes **cursor, GError **error);

/* The list of folders comes, which is asked for whenever a session opens. */
void           imap_assert_listed  (ValijaSession *session);

/* Closes and frees. */
void           imap_close          (ValijaSession *session);

void           imap_add_sync_tests     (void);
void           imap_add_organize_tests (void);
void           imap_add_outline_tests  (void);
void           imap_add_cancel_tests   (void);
void           imap_add_links_tests    (void);

G_END_DECLS
