/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "wire/ews/valija-ews-autodiscover.h"

#include <string.h>

#define JSON VALIJA_AUTODISCOVER_JSON
#define POX VALIJA_AUTODISCOVER_POX
#define SOAP VALIJA_AUTODISCOVER_SOAP

/* [MS-OXDSCLI] 4.1: the outer and the inner element have namespaces of their own */
#define POX_ANSWER(_inside) \
  "<?xml version=\"1.0\" encoding=\"utf-8\"?>" \
  "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">" \
  "<Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">" \
  "<User><DisplayName>Ana</DisplayName></User>" _inside "</Response></Autodiscover>"
#define PROTOCOL(_type, _url) "<Protocol><Type>" _type "</Type><EwsUrl>" _url "</EwsUrl></Protocol>"
#define SOAP_ANSWER(_inside) \
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header/><s:Body>" \
  "<GetUserSettingsResponseMessage xmlns=\"http://schemas.microsoft.com/exchange/2010/Autodiscover\"><Response>" \
  "<ErrorCode>NoError</ErrorCode><ErrorMessage/>" _inside "</Response></GetUserSettingsResponseMessage>" \
  "</s:Body></s:Envelope>"
#define SOAP_USER(_inside) "<UserResponses><UserResponse>" _inside "</UserResponse></UserResponses>"
#define SETTING(_name, _value) "<UserSetting><Name>" _name "</Name><Value>" _value "</Value></UserSetting>"

typedef struct
{
  const char *name;
  ValijaAutodiscoverDialect dialect;
  const char *input;
  const char *expected;
} AnswerCase;

static const AnswerCase answer_cases[] = {
  { "json", JSON, "{\"Protocol\":\"EWS\",\"Url\":\"https://mail.example.org/EWS/Exchange.asmx\"}",
    "settings https://mail.example.org/EWS/Exchange.asmx" },
  { "json-other-case", JSON, "{\"url\":\"https://a\",\"protocol\":\"ews\"}", "settings https://a" },
  { "json-error", JSON, "{\"ErrorCode\":\"UserNotFound\",\"ErrorMessage\":\"No \\\"such\\\" user\"}",
    "refused No \"such\" user" },
  { "json-without-url", JSON, "{\"Protocol\":\"EWS\"}", "refused " },
  { "json-url-is-no-text", JSON, "{\"Protocol\":\"EWS\",\"Url\":{\"a\":1}}", "refused " },
  { "json-other-protocol", JSON, "{\"Protocol\":\"REST\",\"Url\":\"https://a\"}", "F(protocol)" },
  { "json-list", JSON, "[]", "F(protocol)" },
  { "json-deep", JSON, "{\"Protocol\":\"EWS\",\"Url\":\"https://a\",\"x\":[[[[[[[[[[]]]]]]]]]]}", "F(protocol)" },
  { "json-brackets-in-text", JSON, "{\"Protocol\":\"EWS\",\"x\":\"\\\"[[[[[[[[[[[[\",\"Url\":\"https://a\"}",
    "settings https://a" },
  { "json-html", JSON, "<html><body>Welcome</body></html>", "F(protocol)" },
  { "json-empty", JSON, "", "F(protocol)" },
  { "json-not-utf8", JSON, "{\"Protocol\":\"EWS\",\"Url\":\"\377\"}", "F(protocol)" },

  { "pox-outside-first", POX,
    POX_ANSWER ("<Account><AccountType>email</AccountType><Action>settings</Action>"
                PROTOCOL ("EXCH", "https://inside.example.org/EWS/Exchange.asmx")
                PROTOCOL ("WEB", "https://web.example.org/EWS/Exchange.asmx")
                PROTOCOL ("EXPR", "https://mail.example.org/EWS/Exchange.asmx")
                PROTOCOL ("EXHTTP", "https://mail.example.org/EWS/Exchange.asmx") "</Account>"),
    "settings https://mail.example.org/EWS/Exchange.asmx https://inside.example.org/EWS/Exchange.asmx "
    "https://web.example.org/EWS/Exchange.asmx" },
  { "pox-availability-service", POX,
    POX_ANSWER ("<Account><Protocol Type=\"EXPR\"><ASUrl>https://a/EWS/Exchange.asmx</ASUrl></Protocol></Account>"),
    "settings https://a/EWS/Exchange.asmx" },
  { "pox-without-ews", POX,
    POX_ANSWER ("<Account><Action>settings</Action><Protocol><Type>IMAP</Type></Protocol></Account>"), "refused " },
  { "pox-redirect-address", POX,
    POX_ANSWER ("<Account><Action>redirectAddr</Action><RedirectAddr>ana@b.example</RedirectAddr></Account>"),
    "address ana@b.example" },
  { "pox-redirect-url", POX,
    POX_ANSWER ("<Account><Action>redirectUrl</Action><RedirectUrl>https://b.example/a?b=1&amp;c</RedirectUrl>"
                "</Account>"),
    "url https://b.example/a?b=1&c" },
  { "pox-error", POX,
    "<Autodiscover xmlns=\"x\"><Response><Error Time=\"1\" Id=\"2\"><ErrorCode>500</ErrorCode>"
    "<Message>The e-mail address cannot be found.</Message><DebugData/></Error></Response></Autodiscover>",
    "refused The e-mail address cannot be found." },
  { "pox-mobile", POX, "<Autodiscover><Response><Culture>en:en</Culture></Response></Autodiscover>", "refused " },
  { "pox-other-root", POX, "<html><Response/></html>", "F(protocol)" },
  { "pox-html", POX, "<!DOCTYPE html><html><body>Sign in", "F(protocol)" },
  { "pox-cut", POX, "<Autodiscover><Response><Account>", "F(protocol)" },
  { "pox-json", POX, "{\"Protocol\":\"EWS\"}", "F(protocol)" },
  { "pox-control-characters", POX, POX_ANSWER ("<Account>" PROTOCOL ("EXPR", "https://a&#x1;b") "</Account>"),
    "settings https://a\357\277\275b" },

  { "soap", SOAP,
    SOAP_ANSWER (SOAP_USER ("<ErrorCode>NoError</ErrorCode><UserSettingErrors/><UserSettings>"
                            SETTING ("InternalEwsUrl", "https://inside.example.org/EWS/Exchange.asmx")
                            SETTING ("ExternalEwsUrl", "https://mail.example.org/EWS/Exchange.asmx")
                            "</UserSettings>")),
    "settings https://mail.example.org/EWS/Exchange.asmx https://inside.example.org/EWS/Exchange.asmx" },
  { "soap-redirect-url", SOAP,
    SOAP_ANSWER (SOAP_USER ("<ErrorCode>RedirectUrl</ErrorCode><RedirectTarget>https://b.example/a</RedirectTarget>")),
    "url https://b.example/a" },
  { "soap-redirect-address", SOAP,
    SOAP_ANSWER (SOAP_USER ("<ErrorCode>RedirectAddress</ErrorCode><RedirectTarget>a@b.example</RedirectTarget>")),
    "address a@b.example" },
  { "soap-unknown-user", SOAP,
    SOAP_ANSWER (SOAP_USER ("<ErrorCode>InvalidUser</ErrorCode><ErrorMessage>Unknown</ErrorMessage>")),
    "refused Unknown" },
  { "soap-refused-whole", SOAP,
    "<Envelope><Body><GetUserSettingsResponseMessage><Response><ErrorCode>InvalidRequest</ErrorCode>"
    "<ErrorMessage>No</ErrorMessage><UserResponses/></Response></GetUserSettingsResponseMessage></Body></Envelope>",
    "refused No" },
  { "soap-fault", SOAP, "<Envelope><Body><Fault><faultstring>busy</faultstring></Fault></Body></Envelope>",
    "refused busy" },
  { "soap-twice", SOAP,
    "<Envelope><Body><GetFolderResponse/></Body></Envelope>"
    "<Envelope><Body><Fault><faultstring>busy</faultstring></Fault>"
    "</Body></Envelope>",
    "F(protocol)" },
  { "soap-other-operation", SOAP, "<Envelope><Body><GetFolderResponse/></Body></Envelope>", "F(protocol)" },
  { "soap-pox", SOAP, POX_ANSWER (""), "F(protocol)" },
};

static char *
dump (ValijaAutodiscoverDialect dialect,
      const char               *input)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaAutodiscoverAnswer) answer = valija_autodiscover_read (dialect, input, strlen (input), &error);
  g_autofree char *urls = NULL;

  if (answer == NULL)
    return g_strdup_printf ("F(%s)", valija_error_code_to_nick (error));

  g_assert_no_error (error);
  switch (answer->kind)
    {
    case VALIJA_AUTODISCOVER_SETTINGS:
      urls = g_strjoinv (" ", answer->ews_urls);
      return g_strdup_printf ("settings %s", urls);
    case VALIJA_AUTODISCOVER_REDIRECT_URL:
      return g_strdup_printf ("url %s", answer->target);
    case VALIJA_AUTODISCOVER_REDIRECT_ADDRESS:
      return g_strdup_printf ("address %s", answer->target);
    case VALIJA_AUTODISCOVER_REFUSED:
      return g_strdup_printf ("refused %s", answer->message);
    default:
      g_assert_not_reached ();
    }
}

static void
test_answer (gconstpointer data)
{
  const AnswerCase *c = data;
  g_autofree char *told = dump (c->dialect, c->input);

  g_assert_cmpstr (told, ==, c->expected);
}

/* However many a server tells, each once */
static void
test_limits (void)
{
  g_autoptr(GString) many = g_string_new ("<Autodiscover><Response><Account>");
  g_autoptr(GString) large = g_string_new ("{\"Protocol\":\"EWS\",\"Url\":\"https://a\",\"x\":\"");
  g_autofree char *told = NULL;
  g_autofree char *refused = NULL;
  g_auto(GStrv) words = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (many, "<Protocol><Type>EXPR</Type><EwsUrl>https://%u</EwsUrl></Protocol>", i / 2);
  g_string_append (many, "</Account></Response></Autodiscover>");
  told = dump (POX, many->str);
  words = g_strsplit (told, " ", -1);
  g_assert_cmpuint (g_strv_length (words), ==, 1 + 8);
  g_assert_cmpstr (words[8], ==, "https://7");

  for (guint i = 0; i < 70 * 1024; i++)
    g_string_append_c (large, 'a');
  g_string_append (large, "\"}");
  refused = dump (JSON, large->str);
  g_assert_cmpstr (refused, ==, "F(protocol)");
}

static void
test_questions (void)
{
  const char *email = "o'neill+b&c@example.org";
  g_autofree char *json = valija_autodiscover_dup_path (JSON, email);
  g_autofree char *pox = valija_autodiscover_dup_body (POX, email, "");
  g_autofree char *soap = valija_autodiscover_dup_body (SOAP, email, "https://a/?b=1&c");

  g_assert_cmpstr (json, ==, "/autodiscover/autodiscover.json/v1.0/o%27neill%2Bb%26c@example.org?Protocol=EWS");
  g_assert_null (valija_autodiscover_dup_body (JSON, email, ""));
  g_assert_nonnull (strstr (pox, "<EMailAddress>o&apos;neill+b&amp;c@example.org</EMailAddress>"));
  g_assert_nonnull (strstr (soap, "<a:Mailbox>o&apos;neill+b&amp;c@example.org</a:Mailbox>"));
  g_assert_nonnull (strstr (soap, "<wsa:To>https://a/?b=1&amp;c</wsa:To>"));
}

static void
test_online (void)
{
  static const struct { const char *host; gboolean online; } cases[] = {
    { "outlook.office365.com", TRUE }, { "autodiscover-s.outlook.com", TRUE }, { "OUTLOOK.COM", TRUE },
    { "contoso.mail.onmicrosoft.com", TRUE }, { "outlook.office365.us", TRUE }, { "partner.outlook.cn", TRUE },
    { "mail.example.org", FALSE }, { "notoutlook.com", FALSE }, { "outlook.com.example.org", FALSE },
    { "office365.com.br", FALSE }, { "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (valija_autodiscover_is_online (cases[i].host), ==, cases[i].online);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (answer_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ews/autodiscover/%s", answer_cases[i].name);

      g_test_add_data_func (path, &answer_cases[i], test_answer);
    }
  g_test_add_func ("/ews/autodiscover/limits", test_limits);
  g_test_add_func ("/ews/autodiscover/questions", test_questions);
  g_test_add_func ("/ews/autodiscover/online", test_online);

  return g_test_run ();
}
