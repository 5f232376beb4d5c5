/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "base/valija-secret.h"

G_BEGIN_DECLS

/* The client's side of SASL (RFC 4422), pure: challenges in, responses out. Mechanisms: SCRAM-SHA-256-PLUS,
 * SCRAM-SHA-256, SCRAM-SHA-1-PLUS, SCRAM-SHA-1 (RFC 5802, 7677, 9266), CRAM-MD5 (RFC 2195), PLAIN (RFC 4616), LOGIN,
 * EXTERNAL (RFC 4422), OAUTHBEARER (RFC 7628), XOAUTH2. Refcounted; not for two threads at once. */
typedef struct _ValijaSasl ValijaSasl;

/* What is known before signing in. Everything is borrowed for the length of the call. */
typedef struct
{
  const char *user;              /* name to sign in with, UTF-8 */
  const char *forced_mechanism;  /* nullable or "": the strongest; else the user's choice (in any case of letters) */
  const char *host;              /* the server as the user named it (OAUTHBEARER tells it) */
  guint16 port;
  gboolean encrypted;            /* TLS is on, and its certificate was accepted */
  gboolean allow_cleartext;      /* the user insists on sending the password over an unprotected connection */
  gboolean has_token;            /* the secret is an OAuth 2.0 access token, not a password */
  GBytes *tls_exporter;          /* nullable: channel binding data of RFC 9266 */
  GBytes *tls_server_end_point;  /* nullable: channel binding data of RFC 5929 §4; used where there is no exporter */
} ValijaSaslTerms;

#define VALIJA_TYPE_SASL (valija_sasl_get_type ())

GType       valija_sasl_get_type (void) G_GNUC_CONST;

/**
 * valija_sasl_choose:
 * @terms: what the connection deserves
 * @offered: (array zero-terminated=1): the mechanisms that the server names, in any case and order
 *
 * Chooses the strongest mechanism that both sides can do. Without TLS no mechanism is chosen that shows the secret,
 * unless the user insisted; with a token only OAUTHBEARER and XOAUTH2 are. EXTERNAL is used only when forced. A
 * forced mechanism is taken when it is offered and safe. Forcing OAUTHBEARER or XOAUTH2 means that the secret is a
 * token. Needs no secret, so that a person is not asked for one in vain.
 *
 * Returns: (transfer none): the name in capital letters, or NULL with VALIJA_ERROR_NO_MECHANISM in words
 */
const char *valija_sasl_choose   (const ValijaSaslTerms  *terms,
                                  const char * const     *offered,
                                  GError                **error);

/* Whether @offered names any of the -PLUS forms. */
gboolean    valija_sasl_offers_binding (const char * const *offered);

/**
 * valija_sasl_new:
 * @mechanism: what valija_sasl_choose() returned
 * @secret: (nullable): password or token; a reference is held. Only EXTERNAL does without
 * @offered: (array zero-terminated=1): as given to valija_sasl_choose(); SCRAM tells the server what it was seen to
 * offer, so that a
 *   man in the middle who removed the -PLUS forms is found out
 *
 * Returns: (transfer full): or NULL with VALIJA_ERROR_NO_MECHANISM (a name that is not known), VALIJA_ERROR_INVALID
 * (a user name or
 *   password that cannot be sent this way: a NUL, or what SASLprep forbids) or VALIJA_ERROR_NO_SECRET
 */
ValijaSasl *valija_sasl_new      (const char             *mechanism,
                                  const ValijaSaslTerms  *terms,
                                  ValijaSecret           *secret,
                                  const char * const     *offered,
                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;
ValijaSasl *valija_sasl_ref      (ValijaSasl *self);
void        valija_sasl_unref    (ValijaSasl *self);

const char *valija_sasl_get_mechanism   (ValijaSasl *self); /* (transfer none) */

/* Whether the client speaks first: then the first step takes no challenge, and its response is the protocol's
 * "initial response" (or the answer to the server's empty first challenge where the protocol has none). LOGIN and
 * CRAM-MD5 wait for the server. */
gboolean    valija_sasl_is_client_first (ValijaSasl *self);

/**
 * valija_sasl_step:
 * @challenge: (nullable): the server's bytes, base64 already undone; NULL only in the first step of a mechanism in
 * which the client speaks first
 * @length: their number
 *
 * SCRAM's second step derives a key with as many iterations as the server asks for, at most 10 million (seconds of
 * one processor): call it off the main thread.
 *
 * Returns: (transfer full): what to send, before base64; may be empty. NULL with VALIJA_ERROR_PROTOCOL (the
 * challenge makes no sense),
 *   VALIJA_ERROR_LIMIT (too long, too many iterations) or VALIJA_ERROR_AUTHENTICATION (the server does not know the
 *   password either, or says why it refuses); then the exchange is to be cancelled with "*"
 */
ValijaSecret *valija_sasl_step        (ValijaSasl *self, const void *challenge, gsize length,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with base64 on both sides, as IMAP, POP3 and SMTP have it. An empty challenge is ""; the response of no
 * bytes is "". */
ValijaSecret *valija_sasl_step_base64 (ValijaSasl *self, const char *challenge, gssize length,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether all that will be owed after the response of the last step is one of no bytes, to which nothing that the
 * server says can add: SCRAM's, after its proof. Where the protocol reads line by line it may be sent with that
 * response, and saves a turn; what the server says is to be given to valija_sasl_step() all the same. */
gboolean      valija_sasl_owes_empty  (ValijaSasl *self);

/* To be called when the server says that signing in succeeded. FALSE with VALIJA_ERROR_AUTHENTICATION when it did so
 * too early: a SCRAM server that has not proved that it knows the password may be anyone. */
gboolean      valija_sasl_finish      (ValijaSasl *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSasl, valija_sasl_unref)

G_END_DECLS
