/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-certificate.h"
#include "base/valija-endpoint.h"
#include "base/valija-text.h"
#include "base/valija-traffic.h"

#include <string.h>

#define DAY G_GINT64_CONSTANT (86400)

static void
test_endpoint (void)
{
  g_autoptr(ValijaEndpoint) endpoint = valija_endpoint_new ("mail.example.org", 993, VALIJA_SECURITY_TLS, 60, "");
  g_autoptr(ValijaEndpoint) other = valija_endpoint_new ("::1", 25, VALIJA_SECURITY_NONE, 0, "/ca.pem");
  g_autoptr(ValijaEndpoint) copy = valija_endpoint_copy (other);

  g_assert_null (endpoint->ca_file);
  g_assert_cmpstr (copy->host, ==, "::1");
  g_assert_cmpuint (copy->port, ==, 25);
  g_assert_cmpint (copy->security, ==, VALIJA_SECURITY_NONE);
  g_assert_cmpstr (copy->ca_file, ==, "/ca.pem");
}

static void
test_security (void)
{
  ValijaSecurity security = VALIJA_SECURITY_STARTTLS;

  for (ValijaSecurity each = VALIJA_SECURITY_TLS; each <= VALIJA_SECURITY_NONE; each++)
    {
      g_assert_true (valija_security_from_nick (valija_security_to_nick (each), &security));
      g_assert_cmpint (security, ==, each);
    }

  security = VALIJA_SECURITY_STARTTLS;
  g_assert_false (valija_security_from_nick ("ssl", &security));
  g_assert_false (valija_security_from_nick (NULL, &security));
  g_assert_cmpint (security, ==, VALIJA_SECURITY_STARTTLS);
}

static void
test_traffic (void)
{
  ValijaTraffic *traffic = valija_traffic_new ();
  g_autoptr(ValijaTraffic) second = valija_traffic_ref (traffic);

  g_assert_cmpuint (traffic->turns + traffic->connections, ==, 0);
  valija_traffic_unref (traffic);
}

static void
assert_reasons (ValijaCertificateProblems problems, const char *expected)
{
  g_autoptr(ValijaCertificate) certificate =
    valija_certificate_new ("mail.example.org", 993, "CN=old", "a.example, b.example", "CN=Nobody", 0, 20515 * DAY,
                            "AB:CD", problems);
  g_autofree char *reasons = valija_certificate_dup_reasons (certificate);

  g_assert_cmpstr (reasons, ==, expected);
}

static void
test_reasons (void)
{
  assert_reasons (VALIJA_CERTIFICATE_PROBLEM_NONE, "");
  assert_reasons (VALIJA_CERTIFICATE_PROBLEM_EXPIRED, "It expired on 3 March 2026.");
  assert_reasons (VALIJA_CERTIFICATE_PROBLEM_NOT_YET_VALID, "It is only valid from 1 January 1970 on.");
  assert_reasons (VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED, "It is signed by itself and by no authority.");
  assert_reasons (VALIJA_CERTIFICATE_PROBLEM_UNKNOWN_ISSUER,
                  "It was issued by “CN=Nobody”, which is not trusted here.");
  assert_reasons (VALIJA_CERTIFICATE_PROBLEM_WRONG_NAME | VALIJA_CERTIFICATE_PROBLEM_CHANGED,
                  "It is not the certificate that was trusted for this server before.\n"
                  "It was issued for “a.example, b.example”, not for “mail.example.org”.");

  for (guint bit = 0; bit <= 9; bit++)
    {
      g_autoptr(ValijaCertificate) certificate =
        valija_certificate_new ("h", 1, NULL, NULL, NULL, G_MININT64, G_MAXINT64, NULL, 1 << bit);
      g_autofree char *reasons = valija_certificate_dup_reasons (certificate);

      g_assert_cmpuint (strlen (reasons), >, 0);
    }
}

static void
test_text (void)
{
  static const struct
  {
    const char *text;
    gssize length;
    gsize limit;
    const char *expected;
  } cases[] = {
    { "", -1, 10, "" },
    { "  plain \r\n", -1, 20, "plain" },
    { "a\tb\x7f\x01", -1, 20, "ab" },
    { "a\0b", 3, 20, "a\xef\xbf\xbd" "b" },
    { "\xff", -1, 20, "\xef\xbf\xbd" },
    { "ñandú", -1, 6, "ñand" },
    { "ñandú", -1, 5, "ñand" },
    { "evil\u202etxt.exe", -1, 40, "eviltxt.exe" },
    { "abcdef", 3, 40, "abc" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean = valija_text_clean (cases[i].text, cases[i].length, cases[i].limit);

      g_assert_cmpstr (clean, ==, cases[i].expected);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/endpoint/copy", test_endpoint);
  g_test_add_func ("/base/endpoint/security", test_security);
  g_test_add_func ("/base/traffic/count", test_traffic);
  g_test_add_func ("/base/certificate/reasons", test_reasons);
  g_test_add_func ("/base/text/clean", test_text);

  return g_test_run ();
}
