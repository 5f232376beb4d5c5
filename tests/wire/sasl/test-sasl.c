/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "wire/sasl/valija-sasl-private.h"
#include "wire/sasl/valija-sasl.h"

#include <string.h>

static const char * const no_offer[] = { NULL };

static void
assert_response (ValijaSecret *response,
                 const char   *expected,
                 gsize         expected_length)
{
  gsize length;
  const char *bytes;

  g_assert_nonnull (response);
  bytes = valija_secret_peek (response, &length);
  g_assert_cmpmem (bytes, length, expected, expected_length);
}

static ValijaSasl *
new_sasl (const char *mechanism,
          const char *user,
          const char *secret_text,
          gssize      secret_length)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new (secret_text, secret_length);
  ValijaSaslTerms terms = { .user = user, .host = "server.example.com", .port = 143, .encrypted = TRUE };
  g_autoptr(GError) error = NULL;
  ValijaSasl *sasl = valija_sasl_new (mechanism, &terms, secret, no_offer, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (valija_sasl_get_mechanism (sasl), ==, mechanism);

  return sasl;
}

static void
test_plain (void)
{
  g_autoptr(ValijaSasl) sasl = new_sasl ("PLAIN", "tim", "tanstaaftanstaaf", -1);
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaSecret) response = NULL;
  g_autoptr(ValijaSecret) again = NULL;

  g_assert_true (valija_sasl_is_client_first (sasl));
  g_assert_false (valija_sasl_finish (sasl, NULL));
  response = valija_sasl_step (sasl, NULL, 0, &error);
  g_assert_no_error (error);
  assert_response (response, "\0tim\0tanstaaftanstaaf", 21);
  g_assert_true (valija_sasl_finish (sasl, &error));
  g_assert_no_error (error);

  again = valija_sasl_step (sasl, "more?", 5, &error);
  g_assert_null (again);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL);
}

static void
test_plain_nul (void)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new ("a\0b", 3);
  ValijaSaslTerms terms = { .user = "tim", .encrypted = TRUE };
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_sasl_new ("PLAIN", &terms, secret, no_offer, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
}

static void
test_login (void)
{
  g_autoptr(ValijaSasl) sasl = new_sasl ("LOGIN", "tim", "a\0b", 3);
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaSecret) user = NULL;
  g_autoptr(ValijaSecret) password = NULL;

  g_assert_false (valija_sasl_is_client_first (sasl));
  g_assert_null (valija_sasl_step (sasl, NULL, 0, NULL));
  user = valija_sasl_step_base64 (sasl, "VXNlcm5hbWU6", -1, &error);
  g_assert_no_error (error);
  assert_response (user, "dGlt", 4);
  g_assert_false (valija_sasl_finish (sasl, NULL));
  password = valija_sasl_step (sasl, "", 0, &error);
  g_assert_no_error (error);
  assert_response (password, "a\0b", 3);
  g_assert_true (valija_sasl_finish (sasl, &error));
}

/* RFC 2195 §2 */
static void
test_cram_md5 (void)
{
  g_autoptr(ValijaSasl) sasl = new_sasl ("CRAM-MD5", "tim", "tanstaaftanstaaf", -1);
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaSecret) response = NULL;

  g_assert_false (valija_sasl_is_client_first (sasl));
  response = valija_sasl_step_base64 (sasl, "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+", -1, &error);
  g_assert_no_error (error);
  assert_response (response, "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", 48);
  g_assert_true (valija_sasl_finish (sasl, &error));
}

/* What is no Base64 is not read around (RFC 4648 §3.3) */
static void
test_base64 (void)
{
  static const char * const bad[] = { "PDE4OTY", "PDE4*TYu", "PDE4 OTYu", "PDE=OTYu", "P===", "PDE4OTYuN===", "é" };
  g_autoptr(ValijaSasl) login = new_sasl ("LOGIN", "tim", "tanstaaftanstaaf", -1);
  g_autoptr(ValijaSecret) user = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(ValijaSasl) sasl = new_sasl ("CRAM-MD5", "tim", "tanstaaftanstaaf", -1);
      g_autoptr(GError) error = NULL;

      g_assert_null (valija_sasl_step_base64 (sasl, bad[i], -1, &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL);
    }

  user = valija_sasl_step_base64 (login, "User Name", -1, NULL);
  assert_response (user, "dGlt", 4);
}

static void
test_external (void)
{
  ValijaSaslTerms terms = { .user = "", .encrypted = TRUE };
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaSasl) sasl = valija_sasl_new ("EXTERNAL", &terms, NULL, no_offer, &error);
  g_autoptr(ValijaSecret) response = NULL;

  g_assert_no_error (error);
  response = valija_sasl_step_base64 (sasl, NULL, 0, &error);
  g_assert_no_error (error);
  assert_response (response, "", 0);
  g_assert_true (valija_sasl_finish (sasl, &error));
}

/* RFC 7628 §4.1 and §4.3 */
static void
test_oauthbearer (void)
{
  g_autoptr(ValijaSasl) sasl = new_sasl ("OAUTHBEARER", "user@example.com",
                                         "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", -1);
  const char *expected = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9"
                         "QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB";
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaSecret) response = NULL;
  g_autoptr(ValijaSecret) dummy = NULL;

  response = valija_sasl_step_base64 (sasl, NULL, 0, &error);
  g_assert_no_error (error);
  assert_response (response, expected, strlen (expected));

  dummy = valija_sasl_step_base64 (sasl, "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=", -1, &error);
  g_assert_no_error (error);
  assert_response (dummy, "AQ==", 4);
  g_assert_null (valija_sasl_step (sasl, "again", 5, NULL));
}

static void
test_xoauth2 (void)
{
  g_autoptr(ValijaSasl) sasl = new_sasl ("XOAUTH2", "someuser@example.com",
                                         "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg", -1);
  const char *expected = "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52"
                         "YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==";
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaSecret) response = NULL;
  g_autoptr(ValijaSecret) dummy = NULL;

  response = valija_sasl_step_base64 (sasl, NULL, 0, &error);
  g_assert_no_error (error);
  assert_response (response, expected, strlen (expected));
  dummy = valija_sasl_step_base64 (sasl, "e30=", -1, &error);
  g_assert_no_error (error);
  assert_response (dummy, "", 0);
}

static void
test_token_damaged (void)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new ("abc\x01user=root", -1);
  ValijaSaslTerms terms = { .user = "u", .encrypted = TRUE };
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_sasl_new ("XOAUTH2", &terms, secret, no_offer, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
}

typedef struct
{
  const char *name;
  const char *mechanism;
  const char *user;
  const char *password;
  gssize password_length;
  const char *binding_type;
  const char *binding;
  gsize binding_length;
  const char *nonce;
  const char *first;
  const char *server_first;
  const char *final;
  const char *server_final;
} ScramCase;

static const ScramCase scram_cases[] = {
  { "rfc5802-5", "SCRAM-SHA-1", "user", "pencil", -1, NULL, NULL, 0, "fyko+d2lbbFgONRv9qkxdawL",
    "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
  { "rfc7677-3", "SCRAM-SHA-256", "user", "pencil", -1, NULL, NULL, 0, "rOprNGfwEbeRWgbNEkqO",
    "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
  /* Escaped name, NUL in the password, tls-exporter; compared with a second implementation */
  { "exporter", "SCRAM-SHA-256-PLUS", "a,b=c", "p\0w", 3, "tls-exporter",
    "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37", 32, "NONCE",
    "p=tls-exporter,,n=a=2Cb=3Dc,r=NONCE",
    "r=NONCEserver,s=c2FsdHNhbHQ=,i=5000",
    "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,r=NONCEserver,"
    "p=gMJNPnOSyn5Z6/QNqn+tEEXNil7aGJltSBS7Vq2+jGM=",
    "v=USiRWDHmnJj9zIY5f6imMkyFoJ95BZqJ0O/x9lvSCWQ=" },
  /* SASLprep of name and password: soft hyphen, roman numeral nine */
  { "end-point", "SCRAM-SHA-1-PLUS", "us\302\255er", "\303\241\342\205\250", -1, "tls-server-end-point",
    "\377\0\376", 3,
    "NONCE",
    "p=tls-server-end-point,,n=user,r=NONCE",
    "r=NONCEserver,s=c2FsdHNhbHQ=,i=4096",
    "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCws/wD+,r=NONCEserver,p=oKC2nuhfZdbPJ6bWLHHPceRvgxw=",
    "v=he7UrGy030bhgEidLgBpOW+oosI=" },
  /* The connection could be bound, and the server offers no -PLUS: flag y */
  { "no-plus-offered", "SCRAM-SHA-256", "user", "pencil", -1, "tls-exporter", "x", 1, "NONCE",
    "y,,n=user,r=NONCE",
    "r=NONCEserver,s=c2FsdHNhbHQ=,i=4096",
    "c=eSws,r=NONCEserver,p=8gYy9H2fCguHxTRLDUpsCj0j4y3uEXdiS7PggDl+/8g=",
    "v=vHnmT1JO/rSAsuOlqLuSe6pMJf4kf9ncGU85qEQ82eo=" },
};

static ValijaSasl *
new_scram (const ScramCase *c)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new (c->password, c->password_length);
  g_autoptr(GBytes) binding = c->binding != NULL ? g_bytes_new_static (c->binding, c->binding_length) : NULL;
  ValijaSaslTerms terms = { .user = c->user, .encrypted = TRUE };
  const char * const offered[] = { c->mechanism, NULL };
  g_autoptr(GError) error = NULL;
  ValijaSasl *sasl;

  if (g_strcmp0 (c->binding_type, "tls-exporter") == 0)
    terms.tls_exporter = binding;
  else
    terms.tls_server_end_point = binding;

  sasl = valija_sasl_new (c->mechanism, &terms, secret, offered, &error);
  g_assert_no_error (error);
  valija_sasl_set_nonce (sasl, c->nonce);

  return sasl;
}

static void
test_scram (gconstpointer data)
{
  const ScramCase *c = data;
  g_autoptr(ValijaSasl) sasl = new_scram (c);
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaSecret) first = NULL;
  g_autoptr(ValijaSecret) final = NULL;
  g_autoptr(ValijaSecret) last = NULL;

  first = valija_sasl_step (sasl, NULL, 0, &error);
  g_assert_no_error (error);
  assert_response (first, c->first, strlen (c->first));
  g_assert_false (valija_sasl_owes_empty (sasl));

  final = valija_sasl_step (sasl, c->server_first, strlen (c->server_first), &error);
  g_assert_no_error (error);
  assert_response (final, c->final, strlen (c->final));
  g_assert_false (valija_sasl_finish (sasl, NULL));
  g_assert_true (valija_sasl_owes_empty (sasl));

  last = valija_sasl_step (sasl, c->server_final, strlen (c->server_final), &error);
  g_assert_no_error (error);
  assert_response (last, "", 0);
  g_assert_false (valija_sasl_owes_empty (sasl));
  g_assert_true (valija_sasl_finish (sasl, &error));
  g_assert_no_error (error);
  g_assert_null (valija_sasl_step (sasl, "v=", 2, NULL));
}

/* The server offers -PLUS, which was not chosen: neither y, which would be an accusation */
static void
test_scram_flag (void)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new ("pencil", -1);
  g_autoptr(GBytes) binding = g_bytes_new_static ("x", 1);
  ValijaSaslTerms terms = { .user = "user", .encrypted = TRUE, .tls_exporter = binding };
  const char * const offered[] = { "SCRAM-SHA-1", "scram-sha-1-plus", NULL };
  g_autoptr(ValijaSasl) sasl = valija_sasl_new ("SCRAM-SHA-1", &terms, secret, offered, NULL);
  g_autoptr(ValijaSecret) first = valija_sasl_step (sasl, NULL, 0, NULL);

  g_assert_true (g_str_has_prefix (valija_secret_peek (first, NULL), "n,,"));
}

typedef struct
{
  const char *name;
  const char *server_first;
  const char *server_final; /* NULL: it fails before */
  ValijaErrorCode code;
} HostileCase;

static const HostileCase hostile_cases[] = {
  { "empty", "", NULL, VALIJA_ERROR_PROTOCOL },
  { "other-nonce", "r=other,s=c2FsdA==,i=4096", NULL, VALIJA_ERROR_PROTOCOL },
  { "same-nonce", "r=NONCE,s=c2FsdA==,i=4096", NULL, VALIJA_ERROR_PROTOCOL },
  { "extension", "m=must,r=NONCEx,s=c2FsdA==,i=4096", NULL, VALIJA_ERROR_PROTOCOL },
  { "few-rounds", "r=NONCEx,s=c2FsdA==,i=4095", NULL, VALIJA_ERROR_LIMIT },
  { "many-rounds", "r=NONCEx,s=c2FsdA==,i=10000001", NULL, VALIJA_ERROR_LIMIT },
  { "endless-rounds", "r=NONCEx,s=c2FsdA==,i=99999999999999999999", NULL, VALIJA_ERROR_PROTOCOL },
  { "negative-rounds", "r=NONCEx,s=c2FsdA==,i=-1", NULL, VALIJA_ERROR_PROTOCOL },
  { "no-salt", "r=NONCEx,s=,i=4096", NULL, VALIJA_ERROR_PROTOCOL },
  { "bad-salt", "r=NONCEx,s=c2F!dA==,i=4096", NULL, VALIJA_ERROR_PROTOCOL },
  { "bad-padding", "r=NONCEx,s=c2FsdA=,i=4096", NULL, VALIJA_ERROR_PROTOCOL },
  { "refused", "r=NONCEx,s=c2FsdA==,i=4096", "e=invalid-proof", VALIJA_ERROR_AUTHENTICATION },
  { "wrong-signature", "r=NONCEx,s=c2FsdA==,i=4096", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", VALIJA_ERROR_AUTHENTICATION },
  { "short-signature", "r=NONCEx,s=c2FsdA==,i=4096", "v=AAAA", VALIJA_ERROR_AUTHENTICATION },
  { "no-signature", "r=NONCEx,s=c2FsdA==,i=4096", "v=", VALIJA_ERROR_PROTOCOL },
  { "no-final", "r=NONCEx,s=c2FsdA==,i=4096", "", VALIJA_ERROR_PROTOCOL },
  { "not-utf8", "r=NONCE\377,s=c2FsdA==,i=4096", NULL, VALIJA_ERROR_PROTOCOL },
};

static void
test_hostile (gconstpointer data)
{
  const HostileCase *c = data;
  g_autoptr(ValijaSasl) sasl = new_sasl ("SCRAM-SHA-1", "user", "pencil", -1);
  g_autoptr(ValijaSecret) first = NULL;
  g_autoptr(ValijaSecret) final = NULL;
  g_autoptr(GError) error = NULL;

  valija_sasl_set_nonce (sasl, "NONCE");
  first = valija_sasl_step (sasl, NULL, 0, NULL);
  final = valija_sasl_step (sasl, c->server_first, strlen (c->server_first), &error);

  if (c->server_final != NULL)
    {
      g_assert_no_error (error);
      g_assert_null (valija_sasl_step (sasl, c->server_final, strlen (c->server_final), &error));
    }

  g_assert_error (error, VALIJA_ERROR, (int) c->code);
  g_assert_false (valija_sasl_finish (sasl, NULL));
}

static void
test_long_challenge (void)
{
  g_autoptr(ValijaSasl) sasl = new_sasl ("CRAM-MD5", "user", "pencil", -1);
  g_autofree char *challenge = g_strnfill (1024 * 1024, 'x');
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_sasl_step (sasl, challenge, strlen (challenge), &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
}

static void
test_user_injects (void)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new ("x", -1);
  ValijaSaslTerms terms = { .user = "tim\r\nDELE 1", .encrypted = TRUE };
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_sasl_new ("LOGIN", &terms, secret, no_offer, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
}

/* RFC 4013 §3 */
static void
test_prepare (void)
{
  static const struct { const char *input, *expected; } cases[] = {
    { "I\302\255X", "IX" }, { "user", "user" }, { "USER", "USER" }, { "\302\252", "a" }, { "\342\205\250", "IX" },
    { "\007", NULL }, { "\330\2471", NULL }, { "\377", NULL }, { "", "" }, { "a\302\240b", "a b" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *prepared = valija_sasl_prepare (cases[i].input, -1, FALSE);

      g_assert_cmpstr (prepared, ==, cases[i].expected);
    }
}

typedef struct
{
  const char *name;
  const char *offered;      /* separated by spaces */
  const char *forced;
  gboolean encrypted;
  gboolean allow_cleartext;
  gboolean has_token;
  gboolean binding;
  const char *expected;     /* NULL: NO_MECHANISM */
} ChooseCase;

static const ChooseCase choose_cases[] = {
  { "strongest", "LOGIN PLAIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS",
    "", TRUE, FALSE, FALSE, TRUE, "SCRAM-SHA-256-PLUS" },
  { "no-binding", "PLAIN SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS",
    NULL, TRUE, FALSE, FALSE, FALSE, "SCRAM-SHA-256" },
  { "any-case", "plain Scram-Sha-1", NULL, TRUE, FALSE, FALSE, FALSE, "SCRAM-SHA-1" },
  { "plain-before-login", "LOGIN PLAIN", NULL, TRUE, FALSE, FALSE, FALSE, "PLAIN" },
  { "clear-refused", "LOGIN PLAIN", NULL, FALSE, FALSE, FALSE, FALSE, NULL },
  { "clear-insisted", "LOGIN PLAIN", NULL, FALSE, TRUE, FALSE, FALSE, "PLAIN" },
  { "clear-hashed", "LOGIN PLAIN CRAM-MD5", NULL, FALSE, FALSE, FALSE, FALSE, "CRAM-MD5" },
  { "forced-clear-refused", "LOGIN PLAIN", "PLAIN", FALSE, FALSE, FALSE, FALSE, NULL },
  { "forced", "LOGIN PLAIN SCRAM-SHA-256", "login", TRUE, FALSE, FALSE, FALSE, "LOGIN" },
  { "forced-not-offered", "LOGIN PLAIN", "CRAM-MD5", TRUE, FALSE, FALSE, FALSE, NULL },
  { "forced-unknown", "LOGIN PLAIN NTLM", "NTLM", TRUE, FALSE, FALSE, FALSE, NULL },
  { "forced-plus-unbound", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1-PLUS", TRUE, FALSE, FALSE, FALSE, NULL },
  { "forced-external", "EXTERNAL PLAIN", "EXTERNAL", TRUE, FALSE, FALSE, FALSE, "EXTERNAL" },
  { "external-not-by-itself", "EXTERNAL", NULL, TRUE, FALSE, FALSE, FALSE, NULL },
  { "token", "PLAIN XOAUTH2 OAUTHBEARER SCRAM-SHA-1", NULL, TRUE, FALSE, TRUE, FALSE, "OAUTHBEARER" },
  { "token-unencrypted", "PLAIN XOAUTH2", NULL, FALSE, FALSE, TRUE, FALSE, NULL },
  { "token-unwanted", "PLAIN SCRAM-SHA-1", NULL, TRUE, FALSE, TRUE, FALSE, NULL },
  { "password-is-no-token", "XOAUTH2 OAUTHBEARER", NULL, TRUE, FALSE, FALSE, FALSE, NULL },
  { "nothing", "", NULL, TRUE, FALSE, FALSE, FALSE, NULL },
  { "unknown", "NTLM GSSAPI \001\377", NULL, TRUE, FALSE, FALSE, FALSE, NULL },
};

static void
test_choose (gconstpointer data)
{
  const ChooseCase *c = data;
  g_auto(GStrv) offered = g_strsplit (c->offered, " ", -1);
  g_autoptr(GBytes) binding = c->binding ? g_bytes_new_static ("x", 1) : NULL;
  ValijaSaslTerms terms = {
    .user = "user", .forced_mechanism = c->forced, .encrypted = c->encrypted, .allow_cleartext = c->allow_cleartext,
    .has_token = c->has_token, .tls_server_end_point = binding,
  };
  g_autoptr(GError) error = NULL;
  const char *chosen = valija_sasl_choose (&terms, (const char * const *) offered, &error);

  g_assert_cmpstr (chosen, ==, c->expected);
  if (c->expected == NULL)
    {
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_NO_MECHANISM);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  else
    g_assert_no_error (error);
}

#define ADD_CASES(prefix, cases, func) \
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) \
    { \
      g_autofree char *path = g_strconcat (prefix, cases[i].name, NULL); \
      g_test_add_data_func (path, &cases[i], func); \
    }

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/plain/rfc4616", test_plain);
  g_test_add_func ("/sasl/plain/nul", test_plain_nul);
  g_test_add_func ("/sasl/login/two-steps", test_login);
  g_test_add_func ("/sasl/cram-md5/rfc2195", test_cram_md5);
  g_test_add_func ("/sasl/base64", test_base64);
  g_test_add_func ("/sasl/external/no-name", test_external);
  g_test_add_func ("/sasl/oauthbearer/rfc7628", test_oauthbearer);
  g_test_add_func ("/sasl/xoauth2/refused", test_xoauth2);
  g_test_add_func ("/sasl/token/damaged", test_token_damaged);
  ADD_CASES ("/sasl/scram/", scram_cases, test_scram);
  g_test_add_func ("/sasl/scram/flag-not-chosen", test_scram_flag);
  ADD_CASES ("/sasl/hostile/", hostile_cases, test_hostile);
  g_test_add_func ("/sasl/hostile/long-challenge", test_long_challenge);
  g_test_add_func ("/sasl/user/injects", test_user_injects);
  g_test_add_func ("/sasl/prepare/rfc4013", test_prepare);
  ADD_CASES ("/sasl/choose/", choose_cases, test_choose);

  return g_test_run ();
}
