/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/pop3/valija-pop3-connection.h"
#include "sessions/valija-session-context.h"
#include "wire/pop3/valija-pop3-listing.h"

G_BEGIN_DECLS

/* A connection on which the mailbox is open, with what was learnt on the way. Freeing it closes. */
typedef struct
{
  ValijaPop3Connection *connection;
  ValijaPop3Capabilities *capabilities;
  char *mechanism;          /* how it signed in */
  char *protection;         /* "TLS 1.3, …", "not encrypted" */
} ValijaPop3Login;

/* Closes the connection unless it was stolen out of it. */
void valija_pop3_login_free (ValijaPop3Login *self);

/* Connects, secures, signs in; runs in a fiber. (transfer full) NULL with @error, located. */
ValijaPop3Login *valija_pop3_login_fiber (ValijaSessionContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Runs @bytes (transfer full) and waits for the answer; for fibers. (transfer full) NULL with @error when the
 * connection is over. */
ValijaPop3Reply *valija_pop3_ask_fiber   (ValijaPop3Connection *connection, GBytes *bytes, gboolean secret,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a -ERR means, by its response code or else by @code; with @sentence (translated) where the response code says
 * nothing. */
void             valija_pop3_set_error   (const ValijaPop3Reply *reply, ValijaErrorCode code, const char *sentence,
                                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaPop3Login, valija_pop3_login_free)

G_END_DECLS
