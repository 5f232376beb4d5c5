/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Autodiscover against hosts that answer as such hosts do. What matters as much as what is found: who was told the
 * password, and who was asked at all. */

#include "config.h"

#include "base/valija-error.h"
#include "model/valija-discovery.h"
#include "sessions/exchange/valija-exchange-discovery.h"

#include <string.h>

#include "support/valija-contract-server.h"
#include "support/valija-script-server.h"
#include "support/valija-test-network.h"

#define EWS "https://mail.example.org/EWS/Exchange.asmx"
#define MAIL "'mail.example.org': {'kind': 'exchange', 'autodiscover': []}"
#define ONLY(_dialect) "{'kind': 'exchange', 'autodiscover': ['" _dialect "'], 'ews': false}"
#define TO(_url) "{'kind': 'redirect', 'location': '" _url "'}"
#define PAGE "{'kind': 'page'}"
#define AUTO "/autodiscover/autodiscover.xml"

typedef struct
{
  const char *name;
  const char *hosts;        /* JSON, with ' for " */
  const char *record;       /* nullable */
  const char *ews_url;      /* nullable: EWS */
  const char *redirects;    /* nullable: JSON, by address */
  const char *allowed;      /* nullable */
  guint timeout;            /* seconds; 0: 1 */
  const char *expected;
  const char *told;         /* the hosts that a password was sent to, in order */
} Case;

static const Case cases[] = {
  { "json", "{'autodiscover.example.org': " ONLY ("json") ", " MAIL "}",
    .expected = "found mail.example.org:443 by autodiscover.example.org" },
  { "json-at-the-domain", "{'example.org': " ONLY ("json") ", " MAIL "}",
    .expected = "found mail.example.org:443 by example.org" },
  { "pox", "{'autodiscover.example.org': " ONLY ("pox") ", " MAIL "}",
    .expected = "found mail.example.org:443 by autodiscover.example.org", .told = "autodiscover.example.org" },
  { "soap", "{'autodiscover.example.org': " ONLY ("soap") ", " MAIL "}",
    .expected = "found mail.example.org:443 by autodiscover.example.org", .told = "autodiscover.example.org" },

  /* What stands at a domain is most often a web site */
  { "web-site-at-the-domain", "{'example.org': " PAGE ", 'autodiscover.example.org': " ONLY ("pox") ", " MAIL "}",
    .expected = "found mail.example.org:443 by autodiscover.example.org", .told = "autodiscover.example.org" },
  { "web-site-moved-elsewhere",
    "{'example.org': " TO ("https://www.hoster.example" AUTO) ", 'autodiscover.example.org': " ONLY ("json") ", "
    MAIL "}",
    .expected = "found mail.example.org:443 by autodiscover.example.org" },
  { "silence-at-the-domain",
    "{'example.org': {'kind': 'silence'}, 'autodiscover.example.org': " ONLY ("json") ", " MAIL "}",
    .expected = "found mail.example.org:443 by autodiscover.example.org" },
  { "garbage-at-the-domain",
    "{'example.org': {'kind': 'garbage'}, 'autodiscover.example.org': " ONLY ("json") ", " MAIL "}",
    .expected = "found mail.example.org:443 by autodiscover.example.org" },

  /* Both are asked at once, and what the first says counts, however late */
  { "both-at-once", "{'example.org': {'kind': 'exchange', 'autodiscover': ['json'], 'ews': false, 'after': "
    "'autodiscover.example.org'}, 'autodiscover.example.org': " ONLY ("pox") ", " MAIL "}",
    .timeout = 20, .expected = "found mail.example.org:443 by example.org" },

  /* The way to another host */
  { "redirect-within", "{'autodiscover.example.org': " TO ("https://owa.example.org" AUTO) ", 'owa.example.org': "
    ONLY ("pox") ", " MAIL "}",
    .expected = "found mail.example.org:443 by owa.example.org", .told = "owa.example.org" },
  { "redirect-out", "{'autodiscover.example.org': " TO ("https://ad.hoster.example" AUTO) ", 'ad.hoster.example': "
    ONLY ("pox") ", " MAIL "}",
    .expected = "asks ad.hoster.example" },
  { "redirect-out-allowed",
    "{'autodiscover.example.org': " TO ("https://ad.hoster.example" AUTO) ", 'ad.hoster.example': "
    ONLY ("pox") ", " MAIL "}", .allowed = "ad.hoster.example",
    .expected = "found mail.example.org:443 by ad.hoster.example", .told = "ad.hoster.example" },
  { "redirect-like-our-name", "{'autodiscover.example.org': " TO ("https://notexample.org" AUTO) "}",
    .expected = "asks notexample.org" },
  { "redirect-upwards-is-out", "{'autodiscover.example.org': " TO ("https://autodiscover.org" AUTO) "}",
    .expected = "asks autodiscover.org" },
  { "redirect-to-http", "{'autodiscover.example.org': " TO ("http://owa.example.org" AUTO) ", 'owa.example.org': "
    ONLY ("pox") "}", .expected = "F(resolve)" },
  { "redirect-to-a-form", "{'autodiscover.example.org': " TO ("https://sso.hoster.example/login") "}",
    .expected = "F(resolve)" },
  { "redirect-with-a-name", "{'autodiscover.example.org': " TO ("https://owa.example.org@ad.hoster.example" AUTO) "}",
    .expected = "F(resolve)" },
  { "redirect-in-circles", "{'example.org': " TO ("https://autodiscover.example.org" AUTO)
    ", 'autodiscover.example.org': " TO ("https://example.org" AUTO) "}", .expected = "F(resolve)" },
  { "plain-http-redirect", "{'http://autodiscover.example.org': " TO ("https://owa.example.org" AUTO)
    ", 'owa.example.org': " ONLY ("pox") ", " MAIL "}",
    .expected = "found mail.example.org:443 by owa.example.org", .told = "owa.example.org" },
  { "plain-http-redirect-out", "{'http://autodiscover.example.org': " TO ("https://ad.hoster.example" AUTO) "}",
    .expected = "asks ad.hoster.example" },
  { "plain-http-page", "{'http://autodiscover.example.org': " PAGE "}", .expected = "F(resolve)" },

  /* The service record */
  { "record-within", "{'owa.example.org': " ONLY ("pox") ", " MAIL "}", .record = "owa.example.org. 443 0 0",
    .expected = "found mail.example.org:443 by owa.example.org", .told = "owa.example.org" },
  { "record-out", "{'ad.hoster.example': " ONLY ("pox") "}", .record = "ad.hoster.example 443 0 0",
    .expected = "asks ad.hoster.example" },
  { "record-of-another-port", "{'owa.example.org': " ONLY ("pox") "}", .record = "owa.example.org 8443 0 0",
    .expected = "F(resolve)" },

  /* What Autodiscover itself says */
  { "redirect-url", "{'autodiscover.example.org': " ONLY ("pox") ", 'owa.example.org': " ONLY ("json") ", " MAIL "}",
    .redirects = "{'ana@example.org': 'https://owa.example.org" AUTO "'}",
    .expected = "found mail.example.org:443 by owa.example.org", .told = "autodiscover.example.org" },
  { "redirect-address", "{'autodiscover.example.org': " ONLY ("pox") "}",
    .redirects = "{'ana@example.org': 'ana@hoster.example'}",
    .expected = "asks hoster.example", .told = "autodiscover.example.org" },
  { "redirect-address-allowed",
    "{'autodiscover.example.org': " ONLY ("pox") ", 'autodiscover.hoster.example': " ONLY ("json") ", " MAIL "}",
    .redirects = "{'ana@example.org': 'ana@hoster.example'}", .allowed = "hoster.example",
    .expected = "found mail.example.org:443 by autodiscover.hoster.example", .told = "autodiscover.example.org" },
  { "redirect-address-to-itself", "{'autodiscover.example.org': " ONLY ("pox") "}",
    .redirects = "{'ana@example.org': 'ana@example.org'}", .expected = "F(resolve)",
    .told = "autodiscover.example.org" },
  { "server-outside", "{'autodiscover.example.org': " ONLY ("json") "}",
    .ews_url = "https://mail.hoster.example/EWS/Exchange.asmx", .expected = "asks mail.hoster.example" },
  { "server-outside-allowed",
    "{'autodiscover.example.org': " ONLY ("json") ", 'mail.hoster.example': {'kind': 'exchange'}}",
    .ews_url = "https://mail.hoster.example/EWS/Exchange.asmx", .allowed = "mail.hoster.example",
    .expected = "found mail.hoster.example:443 by autodiscover.example.org" },
  { "server-without-tls", "{'autodiscover.example.org': " ONLY ("json") "}",
    .ews_url = "http://mail.example.org/EWS/Exchange.asmx", .expected = "F(resolve)" },
  { "server-that-is-down", "{'autodiscover.example.org': " ONLY ("json") "}",
    .expected = "found mail.example.org:443 by autodiscover.example.org" },

  /* Exchange Online */
  { "online-by-plain-http",
    "{'http://autodiscover.example.org': " TO ("https://autodiscover-s.outlook.com" AUTO) "}",
    .expected = "elsewhere outlook" },
  { "online-by-its-server", "{'autodiscover.example.org': " ONLY ("json") "}",
    .ews_url = "https://outlook.office365.com/EWS/Exchange.asmx", .expected = "elsewhere outlook" },
  { "online-by-address", "{'autodiscover.example.org': " ONLY ("pox") "}",
    .redirects = "{'ana@example.org': 'ana@example.mail.onmicrosoft.com'}",
    .expected = "elsewhere outlook", .told = "autodiscover.example.org" },
  { "online-by-record", "{}", .record = "autodiscover.outlook.com 443 0 0", .expected = "elsewhere outlook" },

  /* Nobody */
  { "nothing", "{}", .expected = "F(resolve)" },
  { "pages", "{'example.org': " PAGE ", 'autodiscover.example.org': " PAGE "}", .expected = "F(resolve)" },
  { "missing", "{'example.org': {'kind': 'missing'}, 'autodiscover.example.org': {'kind': 'missing'}}",
    .expected = "F(resolve)" },
  { "garbage", "{'autodiscover.example.org': {'kind': 'garbage'}}", .expected = "F(resolve)" },
};

static ValijaContractServer *server;
static guint timeout;

/* As if it had just been started, and the hosts of @c around it. */
static void
prepare (const Case *c)
{
  valija_contract_server_tell (server, "{'do': 'hosts', 'hosts': %s}", c->hosts);
  valija_contract_server_tell (server, "{'do': 'set', 'name': 'ews_url', 'value': '%s'}",
                               c->ews_url != NULL ? c->ews_url : EWS);
  valija_contract_server_tell (server, "{'do': 'set', 'name': 'redirects', 'value': %s}",
                               c->redirects != NULL ? c->redirects : "{}");
  valija_contract_server_tell (server, "{'do': 'password', 'value': '%s'}",
                               valija_contract_server_get (server, "password"));
  valija_contract_server_tell (server, "{'do': 'visits'}");
  valija_test_network_set_record (c->record);
  timeout = MAX (c->timeout, 1);
}

static DexFuture *
discover_with (ValijaTrust *trust,
               const char  *authorities,
               const char  *email,
               const char  *password,
               const char  *allowed)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("exchange");
  g_autoptr(ValijaSecret) secret = valija_secret_new (password, -1);
  g_autoptr(ValijaSessionContext) context = NULL;
  const char *hosts[] = { allowed, NULL };

  g_object_set (account, "timeout", timeout, "email", email, NULL);
  g_object_set (valija_account_get_incoming (account),
                "ca-file", authorities, NULL);
  context = valija_session_context_new (account, NULL, trust);
  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);

  return valija_exchange_discover (context, hosts);
}

static DexFuture *
discover (const char *email,
          const char *password,
          const char *allowed)
{
  return discover_with (NULL, valija_contract_server_get (server, "ca"), email, password, allowed);
}

static char *
await_discovery (DexFuture *future)
{
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);
  g_autofree char *told = NULL;
  ValijaDiscovery *discovery;

  if (value == NULL)
    told = g_strdup_printf ("F(%s)", valija_error_code_to_nick (error));
  else
    {
      discovery = g_value_get_boxed (value);
      switch (discovery->kind)
        {
        case VALIJA_DISCOVERY_FOUND:
          told = g_strdup_printf ("found %s:%u by %s", discovery->host, discovery->port, discovery->source);
          break;
        case VALIJA_DISCOVERY_ASKS:
          told = g_strdup_printf ("asks %s", discovery->host);
          break;
        case VALIJA_DISCOVERY_ELSEWHERE:
        default:
          told = g_strdup_printf ("elsewhere %s", discovery->method);
        }
    }
  dex_unref (future);

  return g_steal_pointer (&told);
}

/* Who was sent a secret, in order and each once; and how often. */
static char *
list_told (guint *n_times)
{
  g_autoptr(JsonNode) visits = valija_contract_server_order (server, "{'do': 'visits'}");
  JsonArray *array = json_node_get_array (visits);
  g_autoptr(GString) told = g_string_new (NULL);
  const char *last = "";

  *n_times = 0;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *visit = json_array_get_object_element (array, i);
      const char *host = json_object_get_string_member (visit, "host");

      if (json_object_get_null_member (visit, "authorization"))
        continue;

      g_assert_cmpint (json_object_get_int_member (visit, "port"), ==, 443);
      (*n_times)++;
      if (!g_str_equal (host, last))
        g_string_append_printf (told, "%s%s", told->len > 0 ? " " : "", host);
      last = host;
    }

  return g_string_free (g_steal_pointer (&told), FALSE);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *outcome = NULL;
  g_autofree char *told = NULL;
  guint n_times;

  prepare (c);
  outcome = await_discovery (discover ("ana@example.org", valija_contract_server_get (server, "password"), c->allowed));
  told = list_told (&n_times);
  g_assert_cmpstr (outcome, ==, c->expected);
  g_assert_cmpstr (told, ==, c->told != NULL ? c->told : "");
}

/* Two hosts would take it; a third one is not asked, and the account is not locked. */
static void
test_wrong_password (void)
{
  static const Case c = {
    "wrong-password",
    "{'example.org': " ONLY ("pox") ", 'autodiscover.example.org': " ONLY ("pox") ", 'owa.example.org': " ONLY ("pox")
    "}", .record = "owa.example.org 443 0 0"
  };
  g_autoptr(JsonNode) stats = NULL;
  g_autofree char *outcome = NULL;
  g_autofree char *told = NULL;
  guint n_times;

  prepare (&c);
  valija_contract_server_tell (server, "{'do': 'reset-stats'}");
  outcome = await_discovery (discover ("ana@example.org", "wrong", NULL));
  g_assert_cmpstr (outcome, ==, "F(authentication)");
  told = list_told (&n_times);
  g_assert_cmpstr (told, ==, "example.org autodiscover.example.org");

  stats = valija_contract_server_order (server, "{'do': 'stats'}");
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (json_node_get_object (stats), "refused"),
                                               "ntlm"), ==, 2);
}

/* A certificate for another name: nobody is asked to accept it, and nothing is said there. */
static void
test_wrong_certificate (void)
{
  static const Case c = {
    "wrong-certificate", "{'autodiscover.wrong.example': {'kind': 'exchange'}, 'wrong.example': {'kind': 'exchange'}}"
  };
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) visits = NULL;

  prepare (&c);
  future = discover ("ana@wrong.example", valija_contract_server_get (server, "password"), NULL);
  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_RESOLVE);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_DISCOVER);
  g_assert_nonnull (strstr (error->message, "The certificate of wrong.example is not trusted."));
  visits = valija_contract_server_order (server, "{'do': 'visits'}");
  g_assert_cmpuint (json_array_get_length (json_node_get_array (visits)), ==, 0);
}

static GError *
dup_refusal (DexFuture *future)
{
  GError *error = NULL;

  g_assert_null (valija_test_await (future, &error));
  dex_unref (future);

  return error;
}

/* An authority that only the organisation knows: the user is asked about the certificate and told that nobody typed the
 * server, nothing is said there before, and then the search goes on. */
static void
test_own_authority (void)
{
  static const Case c = {
    "own-authority", "{'example.org': " PAGE ", 'autodiscover.example.org': " ONLY ("pox") ", " MAIL "}"
  };
  g_autoptr(ValijaTrust) trust = valija_trust_new (NULL);
  const char *password = valija_contract_server_get (server, "password");
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) visits = NULL;
  g_autofree char *outcome = NULL;
  g_autofree char *told = NULL;
  guint n_times;

  prepare (&c);
  error = dup_refusal (discover_with (trust, NULL, "ana@example.org", password, NULL));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SECURE);
  g_assert_cmpstr (valija_error_get_certificate (error)->host, ==, "autodiscover.example.org");
  g_assert_true (valija_error_get_certificate (error)->problems & VALIJA_CERTIFICATE_PROBLEM_GUESSED_HOST);
  g_assert_nonnull (strstr (error->message, "not typed by you"));
  visits = valija_contract_server_order (server, "{'do': 'visits'}");
  g_assert_cmpuint (json_array_get_length (json_node_get_array (visits)), ==, 0);

  g_assert_true (valija_trust_decide (trust, valija_error_get_certificate (error), VALIJA_TRUST_ACCEPTED, NULL));
  outcome = await_discovery (discover_with (trust, NULL, "ana@example.org", password, NULL));
  g_assert_cmpstr (outcome, ==, "found mail.example.org:443 by autodiscover.example.org");
  told = list_told (&n_times);
  g_assert_cmpstr (told, ==, "autodiscover.example.org");
}

/* Another certificate was trusted there before: who was in between would be asked about in its place. */
static void
test_changed_certificate (void)
{
  static const Case c = {
    "changed-certificate", "{'autodiscover.example.org': " ONLY ("pox") ", " MAIL "}"
  };
  static const char * const hosts[] = { "example.org", "autodiscover.example.org" };
  g_autoptr(ValijaTrust) trust = valija_trust_new (NULL);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr(ValijaCertificate) other = NULL;

      other = valija_certificate_new (hosts[i], 443, NULL, NULL, NULL, 0, 0, "AB:CD",
                                      VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED);
      g_assert_true (valija_trust_decide (trust, other, VALIJA_TRUST_ACCEPTED, NULL));
    }

  prepare (&c);
  error = dup_refusal (discover_with (trust, NULL, "ana@example.org", valija_contract_server_get (server, "password"),
                                      NULL));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_RESOLVE);
  g_assert_null (valija_error_get_certificate (error));
  g_assert_nonnull (strstr (error->message, "It is not the certificate that was trusted for this server before."));
}

/* ---- What no server here can be given: a list of authorities that finds something wrong ---- */

#define TEST_TYPE_AUTHORITIES (test_authorities_get_type ())
G_DECLARE_FINAL_TYPE (TestAuthorities, test_authorities, TEST, AUTHORITIES, GTlsDatabase)

struct _TestAuthorities
{
  GTlsDatabase parent_instance;

  GTlsCertificateFlags flags;
};

G_DEFINE_FINAL_TYPE (TestAuthorities, test_authorities, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
test_authorities_verify_chain (GTlsDatabase            *database,
                               GTlsCertificate         *chain,
                               const char              *purpose,
                               GSocketConnectable      *identity,
                               GTlsInteraction         *interaction,
                               GTlsDatabaseVerifyFlags  flags,
                               GCancellable            *cancellable,
                               GError                 **error)
{
  return TEST_AUTHORITIES (database)->flags;
}

static void
test_authorities_class_init (TestAuthoritiesClass *klass)
{
  G_TLS_DATABASE_CLASS (klass)->verify_chain = test_authorities_verify_chain;
}

static void
test_authorities_init (TestAuthorities *self)
{
}

/* Nobody is asked to accept what its issuer takes back or anybody may have made, unlike what is only unknown. */
static void
test_bad_certificate (void)
{
  static const Case c = { "bad-certificate", "{'autodiscover.example.org': " ONLY ("pox") ", " MAIL "}" };
  static const struct
  {
    GTlsCertificateFlags flags;
    const char *reason;       /* NULL: the user is asked */
  } verdicts[] = {
    { G_TLS_CERTIFICATE_UNKNOWN_CA, NULL },
    { G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_REVOKED, "Its issuer has revoked it." },
    { G_TLS_CERTIFICATE_REVOKED, "Its issuer has revoked it." },
    { G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_INSECURE, "It is made in a way that is no longer secure." },
    { G_TLS_CERTIFICATE_INSECURE, "It is made in a way that is no longer secure." },
  };
  g_autoptr(TestAuthorities) authorities = g_object_new (TEST_TYPE_AUTHORITIES, NULL);
  const char *password = valija_contract_server_get (server, "password");

  g_tls_backend_set_default_database (g_tls_backend_get_default (), G_TLS_DATABASE (authorities));

  for (gsize i = 0; i < G_N_ELEMENTS (verdicts); i++)
    {
      g_autoptr(ValijaTrust) trust = valija_trust_new (NULL);
      g_autoptr(GError) error = NULL;

      authorities->flags = verdicts[i].flags;
      prepare (&c);
      error = dup_refusal (discover_with (trust, NULL, "ana@example.org", password, NULL));
      g_assert_error (error, VALIJA_ERROR,
                      (int) (verdicts[i].reason == NULL ? VALIJA_ERROR_CERTIFICATE : VALIJA_ERROR_RESOLVE));
      g_assert_cmpint (valija_error_get_certificate (error) != NULL, ==, verdicts[i].reason == NULL);
      g_assert_nonnull (strstr (error->message, verdicts[i].reason != NULL ? verdicts[i].reason : "not typed by you"));
    }

  g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
}

static void
test_no_address (void)
{
  g_autofree char *outcome = await_discovery (discover ("ana", "x", NULL));

  g_assert_cmpstr (outcome, ==, "F(invalid)");
}

/* Whoever gives up is waited for by nobody. */
static void
test_given_up (void)
{
  static const Case c = { "given-up", "{'example.org': {'kind': 'silence'}}" };

  prepare (&c);
  for (guint turns = 0; turns < 40; turns++)
    {
      DexFuture *future = discover ("ana@example.org", "x", NULL);

      for (guint i = 0; i < turns; i++)
        g_main_context_iteration (NULL, FALSE);
      dex_unref (future);
    }
  valija_test_drain ();
}

int
main (int   argc,
      char *argv[])
{
  const char *arguments[] = { "--auth", "negotiate,ntlm,basic", NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  valija_test_network_init ();
  server = valija_contract_server_new ("exchange", arguments);
  valija_test_network_set_proxy (valija_contract_server_get (server, "proxy"));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/exchange/discovery/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/exchange/discovery/wrong-password", test_wrong_password);
  g_test_add_func ("/exchange/discovery/wrong-certificate", test_wrong_certificate);
  g_test_add_func ("/exchange/discovery/own-authority", test_own_authority);
  g_test_add_func ("/exchange/discovery/changed-certificate", test_changed_certificate);
  g_test_add_func ("/exchange/discovery/bad-certificate", test_bad_certificate);
  g_test_add_func ("/exchange/discovery/no-address", test_no_address);
  g_test_add_func ("/exchange/discovery/given-up", test_given_up);

  status = g_test_run ();
  valija_contract_server_free (server);

  return status;
}
