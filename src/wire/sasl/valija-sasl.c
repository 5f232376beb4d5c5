/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/sasl/valija-sasl.h"

#include "base/valija-error.h"
#include "wire/sasl/valija-sasl-private.h"

#include <glib/gi18n-lib.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

/* RFC 4954 §4 lets a line of base64 have 12,288 octets; JSON of OAUTHBEARER is the longest challenge there is. */
#define CHALLENGE_LIMIT (16 * 1024)

#define MD5_LENGTH 16

struct _ValijaSasl
{
  gatomicrefcount ref_count;
  const ValijaSaslMechanism *mechanism;
  char *user;
  char *host;
  guint16 port;
  ValijaSecret *secret;     /* nullable with EXTERNAL */
  ValijaScram *scram;       /* nullable */
  guint n_steps;            /* taken so far */
  gboolean complete;        /* has said all it has to say */
};

G_DEFINE_BOXED_TYPE (ValijaSasl, valija_sasl, valija_sasl_ref, valija_sasl_unref)

ValijaSasl *
valija_sasl_ref (ValijaSasl *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_sasl_unref (ValijaSasl *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->secret, valija_secret_unref);
  g_clear_pointer (&self->scram, valija_scram_free);
  g_free (self->user);
  g_free (self->host);
  g_free (self);
}

/* Whether the bytes can stand in a message whose fields are ended by NUL or by control-A. */
static gboolean
check_secret (const ValijaSaslMechanism  *mechanism,
              ValijaSecret               *secret,
              GError                    **error)
{
  gsize length;
  const char *bytes = valija_secret_peek (secret, &length);

  if (mechanism->takes_token)
    {
      for (gsize i = 0; i < length; i++)
        {
          if (!g_ascii_isgraph (bytes[i]))
            {
              valija_error_set (error, VALIJA_ERROR_INVALID, _("The access token is damaged. Sign in again."));
              return FALSE;
            }
        }
    }
  else if (mechanism->kind == VALIJA_SASL_PLAIN && memchr (bytes, '\0', length) != NULL)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The password holds a character that this server cannot be sent."));
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_user (const char  *user,
            GError     **error)
{
  for (const char *p = user; *p != '\0'; p++)
    {
      if (g_ascii_iscntrl (*p))
        {
          valija_error_set (error, VALIJA_ERROR_INVALID,
                            _("The user name holds characters that cannot be used for signing in."));
          return FALSE;
        }
    }

  return TRUE;
}

static ValijaScram *
create_scram (const ValijaSaslMechanism  *mechanism,
              const ValijaSaslTerms      *terms,
              ValijaSecret               *secret,
              const char * const         *offered,
              GError                    **error)
{
  GBytes *binding = terms->tls_exporter != NULL ? terms->tls_exporter : terms->tls_server_end_point;
  const char *type = terms->tls_exporter != NULL ? "tls-exporter" : "tls-server-end-point";
  char flag;

  if (mechanism->binds_channel && binding != NULL)
    return valija_scram_new (mechanism->sha256, terms->user, secret, 'p', type, binding, error);

  /* RFC 5802 §6: 'y' says "I could, but you do not offer it". Were it offered, 'y' would be taken for an attack. */
  flag = binding != NULL && !valija_sasl_offers_binding (offered) ? 'y' : 'n';

  return valija_scram_new (mechanism->sha256, terms->user, secret, flag, NULL, NULL, error);
}

ValijaSasl *
valija_sasl_new (const char             *mechanism,
                 const ValijaSaslTerms  *terms,
                 ValijaSecret           *secret,
                 const char * const     *offered,
                 GError                **error)
{
  g_autoptr(ValijaSasl) self = NULL;
  const ValijaSaslMechanism *found;

  g_return_val_if_fail (mechanism != NULL, NULL);
  g_return_val_if_fail (terms != NULL, NULL);
  g_return_val_if_fail (terms->user != NULL, NULL);

  if (!(found = valija_sasl_find_mechanism (mechanism)))
    {
      valija_error_set (error, VALIJA_ERROR_NO_MECHANISM, _("Valija does not know the way of signing in “%s”."),
                        mechanism);
      return NULL;
    }

  if (secret == NULL && found->kind != VALIJA_SASL_EXTERNAL)
    {
      valija_error_set (error, VALIJA_ERROR_NO_SECRET, _("There is no password to sign in with."));
      return NULL;
    }

  if (!check_user (terms->user, error) || (secret != NULL && !check_secret (found, secret, error)))
    return NULL;

  self = g_new0 (ValijaSasl, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->mechanism = found;
  self->user = g_strdup (terms->user);
  self->host = g_strdup (terms->host != NULL ? terms->host : "");
  self->port = terms->port;
  if (secret != NULL)
    self->secret = valija_secret_ref (secret);

  if (found->kind == VALIJA_SASL_SCRAM && !(self->scram = create_scram (found, terms, secret, offered, error)))
    return NULL;

  return g_steal_pointer (&self);
}

void
valija_sasl_set_nonce (ValijaSasl *self,
                       const char *nonce)
{
  g_assert (self->scram != NULL);

  valija_scram_set_nonce (self->scram, nonce);
}

const char *
valija_sasl_get_mechanism (ValijaSasl *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->mechanism->name;
}

gboolean
valija_sasl_is_client_first (ValijaSasl *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->mechanism->kind != VALIJA_SASL_LOGIN && self->mechanism->kind != VALIJA_SASL_CRAM_MD5;
}

static ValijaSecret *
fail_protocol (ValijaSasl  *self,
               GError     **error)
{
  valija_error_set (error, VALIJA_ERROR_PROTOCOL,
                    _("The server’s part of signing in (%s) makes no sense."), self->mechanism->name);
  return NULL;
}

static ValijaSecret *
join (ValijaSasl *self,
      const char *before,
      gsize       before_length,
      const char *behind)
{
  gsize length;
  const char *secret = valija_secret_peek (self->secret, &length);

  return valija_secret_new_joined (before, before_length, secret, length, behind);
}

/* RFC 4616: no authorization identity, NUL, name, NUL, password. */
static ValijaSecret *
step_plain (ValijaSasl *self)
{
  gsize length = strlen (self->user) + 2;
  g_autofree char *before = g_malloc0 (length + 1);

  memcpy (before + 1, self->user, length - 2);
  self->complete = TRUE;

  return join (self, before, length, "");
}

static ValijaSecret *
step_external (ValijaSasl *self)
{
  self->complete = TRUE;
  return valija_secret_new (self->user, -1);
}

/* The server's words differ ("Username:", "User Name", nothing at all); the order does not. */
static ValijaSecret *
step_login (ValijaSasl *self)
{
  if (self->n_steps == 0)
    return valija_secret_new (self->user, -1);

  self->complete = TRUE;
  return valija_secret_ref (self->secret);
}

static ValijaSecret *
step_cram_md5 (ValijaSasl  *self,
               const char  *challenge,
               gsize        length,
               GError     **error)
{
  gsize secret_length;
  const char *secret = valija_secret_peek (self->secret, &secret_length);
  guint8 digest[MD5_LENGTH];
  g_autoptr(GString) message = g_string_new (self->user);

  if (length == 0)
    return fail_protocol (self, error);

  if (gnutls_hmac_fast (GNUTLS_MAC_MD5, secret, secret_length, challenge, length, digest) < 0)
    {
      valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                        _("This computer’s cryptography refuses what CRAM-MD5 needs."));
      return NULL;
    }

  g_string_append_c (message, ' ');
  for (gsize i = 0; i < MD5_LENGTH; i++)
    g_string_append_printf (message, "%02x", digest[i]);
  self->complete = TRUE;

  return valija_secret_new (message->str, message->len);
}

static ValijaSecret *
step_oauth (ValijaSasl *self)
{
  g_autoptr(GString) before = g_string_new (NULL);

  /* Whatever comes after the token is a refusal with its reason in JSON; the protocol wants it answered before it
   * says so itself */
  if (self->n_steps > 0)
    return valija_secret_new ("\x01", self->mechanism->kind == VALIJA_SASL_OAUTHBEARER ? 1 : 0);

  if (self->mechanism->kind == VALIJA_SASL_OAUTHBEARER)
    {
      g_string_append (before, "n,a=");
      for (const char *p = self->user; *p != '\0'; p++)
        {
          if (*p == ',' || *p == '=')
            g_string_append_printf (before, "=%02X", (guint8) *p);
          else
            g_string_append_c (before, *p);
        }
      g_string_append_printf (before, ",\x01host=%s\x01port=%u\x01", self->host, self->port);
    }
  else
    g_string_append_printf (before, "user=%s\x01", self->user);

  g_string_append (before, "auth=Bearer ");
  self->complete = TRUE;

  return join (self, before->str, before->len, "\x01\x01");
}

static ValijaSecret *
step_scram (ValijaSasl  *self,
            const char  *challenge,
            gsize        length,
            GError     **error)
{
  g_autofree char *text = NULL;
  ValijaSecret *response;

  if (challenge != NULL && (memchr (challenge, '\0', length) != NULL || !g_utf8_validate (challenge, length, NULL)))
    return fail_protocol (self, error);

  text = challenge != NULL ? g_strndup (challenge, length) : NULL;
  response = valija_scram_step (self->scram, text, error);
  self->complete = valija_scram_is_verified (self->scram);

  return response;
}

ValijaSecret *
valija_sasl_step (ValijaSasl  *self,
                  const void  *challenge,
                  gsize        length,
                  GError     **error)
{
  ValijaSecret *response = NULL;
  gboolean first;

  g_return_val_if_fail (self != NULL, NULL);

  first = self->n_steps == 0;

  if (length > CHALLENGE_LIMIT)
    {
      valija_error_set (error, VALIJA_ERROR_LIMIT, _("The server’s part of signing in is too long."));
      return NULL;
    }

  if (challenge == NULL && !(first && valija_sasl_is_client_first (self)))
    return fail_protocol (self, error);

  /* A refusal in JSON follows the token; everybody else has nothing to add */
  if (self->complete && !(self->mechanism->takes_token && self->n_steps == 1))
    return fail_protocol (self, error);

  switch (self->mechanism->kind)
    {
    case VALIJA_SASL_SCRAM:
      response = step_scram (self, challenge, length, error);
      break;

    case VALIJA_SASL_CRAM_MD5:
      response = step_cram_md5 (self, challenge, length, error);
      break;

    case VALIJA_SASL_PLAIN:
      response = step_plain (self);
      break;

    case VALIJA_SASL_LOGIN:
      response = step_login (self);
      break;

    case VALIJA_SASL_EXTERNAL:
      response = step_external (self);
      break;

    case VALIJA_SASL_OAUTHBEARER:
    case VALIJA_SASL_XOAUTH2:
      response = step_oauth (self);
      break;

    default:
      g_assert_not_reached ();
    }

  self->n_steps++;

  return response;
}

guint8 *
valija_sasl_decode_base64 (const char *text,
                           gsize      *length)
{
  gsize n_digits = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  gsize n_pads = strspn (text + n_digits, "=");

  *length = 0;
  if (*text == '\0' || g_str_equal (text, "="))
    return (guint8 *) g_strdup ("");
  if (text[n_digits + n_pads] != '\0' || n_pads > 2 || (n_digits + n_pads) % 4 != 0)
    return NULL;

  return g_base64_decode (text, length);
}

/* The challenges of LOGIN are prompts for people, which some servers send as they are: nothing is read in them. */
ValijaSecret *
valija_sasl_step_base64 (ValijaSasl  *self,
                         const char  *challenge,
                         gssize       length,
                         GError     **error)
{
  g_autoptr(ValijaSecret) response = NULL;
  g_autofree guint8 *decoded = NULL;
  gsize decoded_length = 0;
  const char *bytes;
  gsize n_bytes;

  g_return_val_if_fail (self != NULL, NULL);

  if (challenge != NULL)
    {
      g_autofree char *text = length < 0 ? g_strdup (challenge) : g_strndup (challenge, length);

      decoded = valija_sasl_decode_base64 (g_strstrip (text), &decoded_length);
      if (decoded == NULL && self->mechanism->kind != VALIJA_SASL_LOGIN)
        return fail_protocol (self, error);
      if (decoded == NULL)
        decoded = (guint8 *) g_strdup ("");
    }

  if (!(response = valija_sasl_step (self, decoded, decoded_length, error)))
    return NULL;

  bytes = valija_secret_peek (response, &n_bytes);
  return valija_secret_new_take (g_base64_encode ((const guint8 *) bytes, n_bytes));
}

gboolean
valija_sasl_owes_empty (ValijaSasl *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->mechanism->kind == VALIJA_SASL_SCRAM && self->n_steps == 2;
}

gboolean
valija_sasl_finish (ValijaSasl  *self,
                    GError     **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->complete)
    return TRUE;

  if (self->mechanism->kind == VALIJA_SASL_SCRAM)
    valija_error_set (error, VALIJA_ERROR_AUTHENTICATION,
                      _("The server could not prove that it knows the password: it may be another one than it says."));
  else
    valija_error_set (error, VALIJA_ERROR_PROTOCOL,
                      _("The server’s part of signing in (%s) makes no sense."), self->mechanism->name);

  return FALSE;
}
