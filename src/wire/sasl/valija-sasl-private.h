/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/sasl/valija-sasl.h"

G_BEGIN_DECLS

typedef enum
{
  VALIJA_SASL_SCRAM,
  VALIJA_SASL_CRAM_MD5,
  VALIJA_SASL_PLAIN,
  VALIJA_SASL_LOGIN,
  VALIJA_SASL_EXTERNAL,
  VALIJA_SASL_OAUTHBEARER,
  VALIJA_SASL_XOAUTH2,
} ValijaSaslKind;

typedef struct
{
  const char *name;
  ValijaSaslKind kind;
  gboolean shows_secret;    /* who reads the wire can use it: needs TLS */
  gboolean takes_token;
  gboolean sha256;          /* SCRAM */
  gboolean binds_channel;   /* SCRAM's -PLUS forms */
} ValijaSaslMechanism;

/* Strongest first. (transfer none) nullable */
const ValijaSaslMechanism *valija_sasl_find_mechanism  (const char *name);

/* SASLprep (RFC 4013) of UTF-8. @query allows code points that Unicode 3.2 did not know. NULL where it is forbidden.
 * To be freed with valija_wipe_string(). */
char                      *valija_sasl_prepare         (const char *text, gssize length,
                                                        gboolean query) G_GNUC_WARN_UNUSED_RESULT;

/* As strict as RFC 4648 §3.3 asks, where GLib's own decoder leaves out what it does not know: that would hide an
 * attack. NULL for what is no Base64; nothing, or a lone "=", stands for nothing. (transfer full) nullable */
guint8                    *valija_sasl_decode_base64   (const char *text, gsize *length);

/* SCRAM by itself. @binding_type and @binding are NULL but for the -PLUS forms; @flag is the gs2 flag without them,
 * 'y' or 'n'. */
typedef struct _ValijaScram ValijaScram;

/* SHA-256 or SHA-1 (RFC 7677, 5802). Holds @secret. NULL with VALIJA_ERROR_INVALID where name or password has
 * characters that SASLprep forbids (RFC 4013). */
ValijaScram  *valija_scram_new        (gboolean      sha256,
                                       const char   *user,
                                       ValijaSecret *secret,
                                       char          flag,
                                       const char   *binding_type,
                                       GBytes       *binding,
                                       GError      **error) G_GNUC_WARN_UNUSED_RESULT;
/* Wipes what was made of the password. */
void          valija_scram_free       (ValijaScram *self);
ValijaSecret *valija_scram_step       (ValijaScram *self, const char *challenge,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the server has proved that it knows the password too: without that a success is none. */
gboolean      valija_scram_is_verified (ValijaScram *self);

/* For the tests, which compare with the examples of the RFCs. */
void          valija_sasl_set_nonce   (ValijaSasl *self, const char *nonce);
void          valija_scram_set_nonce  (ValijaScram *self, const char *nonce);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaScram, valija_scram_free)

G_END_DECLS
