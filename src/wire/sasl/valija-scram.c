/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/sasl/valija-sasl-private.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

/* RFC 5802 §5.1 and RFC 7677 §4: fewer iterations give the password away to who guesses. More than the maximum are
 * an attack on our processor: 10 million take about ten seconds of a common one (SHA-256, 2025). */
#define ITERATIONS_MIN 4096
#define ITERATIONS_MAX (10 * 1000 * 1000)

#define CHALLENGE_LIMIT (8 * 1024)
#define SALT_LIMIT 1024
#define NONCE_BYTES 18
#define HASH_MAX 32

typedef enum
{
  STATE_FIRST,
  STATE_FINAL,
  STATE_VERIFY,
  STATE_VERIFIED,
  STATE_FAILED,
} State;

struct _ValijaScram
{
  gnutls_mac_algorithm_t mac;
  gnutls_digest_algorithm_t digest;
  gsize hash_length;
  State state;
  char *user;               /* prepared and escaped */
  ValijaSecret *password;   /* prepared, if it can be */
  char *nonce;
  char *gs2_header;
  GBytes *binding;          /* nullable */
  char *first_bare;
  guint8 server_signature[HASH_MAX];
};

void
valija_scram_free (ValijaScram *self)
{
  g_clear_pointer (&self->password, valija_secret_unref);
  valija_wipe (self->server_signature, sizeof self->server_signature);
  g_free (self->user);
  g_free (self->nonce);
  g_free (self->gs2_header);
  g_free (self->first_bare);
  g_clear_pointer (&self->binding, g_bytes_unref);
  g_free (self);
}

static ValijaSecret *
fail_protocol (ValijaScram  *self,
               GError      **error)
{
  self->state = STATE_FAILED;
  valija_error_set (error, VALIJA_ERROR_PROTOCOL,
                    _("The server’s part of signing in (SCRAM) makes no sense."));
  return NULL;
}

/* RFC 5802 §5.1: "," and "=" have a meaning of their own. */
static char *
escape_name (const char *name)
{
  GString *escaped = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p == ',')
        g_string_append (escaped, "=2C");
      else if (*p == '=')
        g_string_append (escaped, "=3D");
      else
        g_string_append_c (escaped, *p);
    }

  return g_string_free_and_steal (escaped);
}

ValijaScram *
valija_scram_new (gboolean       sha256,
                  const char    *user,
                  ValijaSecret  *secret,
                  char           flag,
                  const char    *binding_type,
                  GBytes        *binding,
                  GError       **error)
{
  g_autoptr(ValijaScram) self = g_new0 (ValijaScram, 1);
  g_autofree char *prepared_user = valija_sasl_prepare (user, -1, TRUE);
  g_autofree guint8 *random = g_malloc (NONCE_BYTES);
  const char *password;
  char *prepared;
  gsize length;

  self->mac = sha256 ? GNUTLS_MAC_SHA256 : GNUTLS_MAC_SHA1;
  self->digest = sha256 ? GNUTLS_DIG_SHA256 : GNUTLS_DIG_SHA1;
  self->hash_length = sha256 ? 32 : 20;

  if (prepared_user == NULL || prepared_user[0] == '\0')
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The user name holds characters that cannot be used for signing in."));
      return NULL;
    }

  /* A password that SASLprep forbids was stored by a server that does not prepare either: it is used as it is */
  password = valija_secret_peek (secret, &length);
  prepared = valija_sasl_prepare (password, length, FALSE);
  self->password = prepared != NULL ? valija_secret_new_take (prepared) : valija_secret_ref (secret);

  if (gnutls_rnd (GNUTLS_RND_NONCE, random, NONCE_BYTES) < 0)
    {
      valija_error_set (error, VALIJA_ERROR_FAILED, _("This computer gives no random numbers."));
      return NULL;
    }

  self->user = escape_name (prepared_user);
  self->nonce = g_base64_encode (random, NONCE_BYTES);
  if (binding_type != NULL)
    self->gs2_header = g_strdup_printf ("p=%s,,", binding_type);
  else
    self->gs2_header = g_strdup_printf ("%c,,", flag);
  if (binding != NULL)
    self->binding = g_bytes_ref (binding);

  return g_steal_pointer (&self);
}

void
valija_scram_set_nonce (ValijaScram *self,
                        const char  *nonce)
{
  g_set_str (&self->nonce, nonce);
}

gboolean
valija_scram_is_verified (ValijaScram *self)
{
  return self->state == STATE_VERIFIED;
}

static ValijaSecret *
step_first (ValijaScram *self)
{
  g_autofree char *message = NULL;

  self->first_bare = g_strdup_printf ("n=%s,r=%s", self->user, self->nonce);
  self->state = STATE_FINAL;
  message = g_strconcat (self->gs2_header, self->first_bare, NULL);

  return valija_secret_new (message, -1);
}

/* The value of "@letter=…" when @text begins with it, and the place behind it. The attributes of SCRAM come in a
 * fixed order. */
static char *
take_attribute (const char **text,
                char         letter)
{
  const char *end;
  char *value;

  if ((*text)[0] != letter || (*text)[1] != '=')
    return NULL;

  end = strchrnul (*text, ',');
  value = g_strndup (*text + 2, end - *text - 2);
  *text = *end == ',' ? end + 1 : end;

  return value;
}

static gboolean
compute_proof (ValijaScram  *self,
               const guint8 *salt,
               gsize         salt_length,
               guint         iterations,
               const char   *auth_message,
               guint8       *proof)
{
  guint8 salted[HASH_MAX], client_key[HASH_MAX], stored_key[HASH_MAX], server_key[HASH_MAX], signature[HASH_MAX];
  gsize password_length;
  const char *password = valija_secret_peek (self->password, &password_length);
  gnutls_datum_t key = { (unsigned char *) password, password_length };
  gnutls_datum_t salt_datum = { (unsigned char *) salt, salt_length };
  gsize n = self->hash_length;
  gsize message_length = strlen (auth_message);
  gboolean good;

  good = gnutls_pbkdf2 (self->mac, &key, &salt_datum, iterations, salted, n) == 0 &&
         gnutls_hmac_fast (self->mac, salted, n, "Client Key", 10, client_key) == 0 &&
         gnutls_hash_fast (self->digest, client_key, n, stored_key) == 0 &&
         gnutls_hmac_fast (self->mac, stored_key, n, auth_message, message_length, signature) == 0 &&
         gnutls_hmac_fast (self->mac, salted, n, "Server Key", 10, server_key) == 0 &&
         gnutls_hmac_fast (self->mac, server_key, n, auth_message, message_length, self->server_signature) == 0;

  for (gsize i = 0; good && i < n; i++)
    proof[i] = client_key[i] ^ signature[i];

  valija_wipe (salted, sizeof salted);
  valija_wipe (client_key, sizeof client_key);
  valija_wipe (stored_key, sizeof stored_key);
  valija_wipe (server_key, sizeof server_key);
  valija_wipe (signature, sizeof signature);

  return good;
}

static char *
encode_binding (ValijaScram *self)
{
  g_autoptr(GByteArray) input = g_byte_array_new ();

  g_byte_array_append (input, (const guint8 *) self->gs2_header, strlen (self->gs2_header));
  if (self->binding != NULL)
    g_byte_array_append (input, g_bytes_get_data (self->binding, NULL), g_bytes_get_size (self->binding));

  return g_base64_encode (input->data, input->len);
}

static ValijaSecret *
step_final (ValijaScram  *self,
            const char   *challenge,
            GError      **error)
{
  const char *rest = challenge;
  /* "m=", an extension that must be understood, ends here as well */
  g_autofree char *nonce = take_attribute (&rest, 'r');
  g_autofree char *salt_text = take_attribute (&rest, 's');
  g_autofree char *count_text = take_attribute (&rest, 'i');
  g_autofree guint8 *salt = NULL;
  g_autofree char *binding = NULL;
  g_autofree char *without_proof = NULL;
  g_autofree char *auth_message = NULL;
  g_autofree char *proof_text = NULL;
  g_autofree char *message = NULL;
  guint8 proof[HASH_MAX];
  gsize salt_length;
  guint64 iterations;

  if (nonce == NULL || salt_text == NULL || count_text == NULL ||
      !g_str_has_prefix (nonce, self->nonce) || strlen (nonce) == strlen (self->nonce) ||
      !(salt = valija_sasl_decode_base64 (salt_text, &salt_length)) || salt_length == 0 || salt_length > SALT_LIMIT ||
      !g_ascii_string_to_unsigned (count_text, 10, 1, G_MAXUINT32, &iterations, NULL))
    return fail_protocol (self, error);

  if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX)
    {
      self->state = STATE_FAILED;
      valija_error_set (error, VALIJA_ERROR_LIMIT,
                        _("The server asks for %u rounds of SCRAM; only %d to %d are safe."),
                        (guint) iterations, ITERATIONS_MIN, ITERATIONS_MAX);
      return NULL;
    }

  binding = encode_binding (self);
  without_proof = g_strdup_printf ("c=%s,r=%s", binding, nonce);
  auth_message = g_strdup_printf ("%s,%s,%s", self->first_bare, challenge, without_proof);

  if (!compute_proof (self, salt, salt_length, iterations, auth_message, proof))
    {
      self->state = STATE_FAILED;
      valija_error_set (error, VALIJA_ERROR_FAILED, _("This computer’s cryptography refuses what SCRAM needs."));
      return NULL;
    }

  proof_text = g_base64_encode (proof, self->hash_length);
  message = g_strdup_printf ("%s,p=%s", without_proof, proof_text);
  self->state = STATE_VERIFY;

  return valija_secret_new (message, -1);
}

static ValijaSecret *
step_verify (ValijaScram  *self,
             const char   *challenge,
             GError      **error)
{
  const char *rest = challenge;
  g_autofree char *reason = take_attribute (&rest, 'e');
  g_autofree char *verifier = reason == NULL ? take_attribute (&rest, 'v') : NULL;
  g_autofree guint8 *signature = NULL;
  gsize length;

  if (reason != NULL)
    {
      self->state = STATE_FAILED;
      valija_error_set_server (error, VALIJA_ERROR_AUTHENTICATION, reason,
                               _("The server refused the name or the password."));
      return NULL;
    }

  if (verifier == NULL || !(signature = valija_sasl_decode_base64 (verifier, &length)) || length == 0)
    return fail_protocol (self, error);

  if (length != self->hash_length || gnutls_memcmp (signature, self->server_signature, length) != 0)
    {
      self->state = STATE_FAILED;
      valija_error_set (error, VALIJA_ERROR_AUTHENTICATION,
                        _("The server could not prove that it knows the password: it may be another one than it "
                          "says."));
      return NULL;
    }

  self->state = STATE_VERIFIED;
  return valija_secret_new ("", 0);
}

/* @challenge: (nullable): NULL in the first step */
ValijaSecret *
valija_scram_step (ValijaScram  *self,
                   const char   *challenge,
                   GError      **error)
{
  if (self->state == STATE_FIRST && challenge == NULL)
    return step_first (self);

  if (challenge == NULL || strlen (challenge) > CHALLENGE_LIMIT)
    return fail_protocol (self, error);

  if (self->state == STATE_FINAL)
    return step_final (self, challenge, error);

  if (self->state == STATE_VERIFY)
    return step_verify (self, challenge, error);

  return fail_protocol (self, error);
}
