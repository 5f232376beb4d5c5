/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-error.h"
#include "sessions/pop3/valija-pop3-session.h"
#include "support/valija-script-server.h"

G_BEGIN_DECLS

/* POP3 against scripts: their pieces, and the client's side. */

#define CAPA_PLAIN "S: +OK\nS: TOP\nS: UIDL\nS: PIPELINING\nS: SASL PLAIN\nS: .\n"

/* base64 of NUL ana NUL secret */
#define SIGN_IN "C: AUTH PLAIN AGFuYQBzZWNyZXQ=\nS: +OK\n"
#define BEGIN "S: +OK ready\nC: CAPA\n" CAPA_PLAIN SIGN_IN "C: CAPA\n" CAPA_PLAIN
#define QUIT "C: QUIT\nS: +OK bye\n"
#define LIST_2 "C: UIDL\nC: LIST\nS: +OK\nS: 1 aa\nS: 2 bb\nS: .\nS: +OK\nS: 1 30\nS: 2 40\nS: .\n"

typedef struct
{
  const char *mechanism;
  const char *password;     /* NULL: "secret" */
  ValijaSecurity security;
  gboolean cleartext;
  int delete_after_days;
  gboolean delete_removed;
  gboolean hasty;
} Setting;

/* A closed one that signs in as ana. (transfer full) */
ValijaSession *new_session  (guint16 port, const Setting *setting);

/* Passes on what its future has come to. */
DexFuture     *pass_on_cb   (DexFuture *future, gpointer user_data);

/* Each waits for @future (transfer full). */
void           await_true   (DexFuture *future);
void           await_error  (DexFuture *future, ValijaErrorCode code, ValijaStep step);

/* What a round tells, in one line: added ids with sizes and subjects, gone ids. (transfer full), NULL with @error.
 * @cursor: (inout) (nullable) */
char          *play_round   (ValijaSession *session, GBytes **cursor, GError **error);
void           assert_round (ValijaSession *session, GBytes **cursor, const char *expected);

G_END_DECLS
