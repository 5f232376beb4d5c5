/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/smtp/valija-smtp-connection.h"
#include "sessions/valija-session-context.h"
#include "wire/smtp/valija-smtp-capabilities.h"

G_BEGIN_DECLS

/* A connection that is ready to send, with what was learnt on the way. Freeing it closes. */
typedef struct
{
  ValijaSmtpConnection *connection;
  ValijaSmtpCapabilities *capabilities;
  char *server_name;        /* how it calls itself */
  char *mechanism;          /* nullable: how it signed in */
  char *protection;         /* "TLS 1.3, …", "not encrypted" */
} ValijaSmtpLogin;

/* Closes the connection unless it was stolen out of it. */
void valija_smtp_login_free (ValijaSmtpLogin *self);

/* Connects, secures, signs in (where the account has a user name); runs in a fiber. (transfer full) NULL with
 * @error, located. */
ValijaSmtpLogin *valija_smtp_login_fiber (ValijaSessionContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Runs @bytes (transfer full) and waits for the reply; for fibers. (transfer full) NULL with @error when the
 * connection is over. */
ValijaSmtpReply *valija_smtp_ask_fiber   (ValijaSmtpConnection *connection, GBytes *bytes, gboolean secret,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSmtpLogin, valija_smtp_login_free)

G_END_DECLS
