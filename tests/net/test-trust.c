/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "net/valija-trust.h"

#include <glib/gstdio.h>
#include <string.h>

static ValijaCertificate *
make (const char *host, guint16 port, const char *print)
{
  return valija_certificate_new (host, port, "CN=line\nbreak", NULL, NULL, 0, 0, print,
                                 VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED);
}

static void
assert_decision (ValijaTrust *trust, const char *host, guint16 port, const char *print, ValijaTrustDecision expected)
{
  g_autoptr(ValijaCertificate) certificate = make (host, port, print);

  g_assert_cmpint (valija_trust_lookup (trust, certificate), ==, expected);
}

static void
decide (ValijaTrust *trust, const char *host, guint16 port, const char *print, ValijaTrustDecision decision)
{
  g_autoptr(ValijaCertificate) certificate = make (host, port, print);
  g_autoptr(GError) error = NULL;

  g_assert_true (valija_trust_decide (trust, certificate, decision, &error));
  g_assert_no_error (error);
}

static void
test_exact (void)
{
  g_autoptr(ValijaTrust) trust = valija_trust_new (NULL);

  decide (trust, "mail.example.org", 993, "AB:CD", VALIJA_TRUST_ACCEPTED);
  assert_decision (trust, "mail.example.org", 993, "AB:CD", VALIJA_TRUST_ACCEPTED);
  assert_decision (trust, "MAIL.example.org", 993, "AB:CD", VALIJA_TRUST_ACCEPTED);
  assert_decision (trust, "mail.example.org", 993, "AB:CE", VALIJA_TRUST_UNDECIDED);
  /* Asked once for a server, whose ports share a certificate */
  assert_decision (trust, "mail.example.org", 465, "AB:CD", VALIJA_TRUST_ACCEPTED);
  assert_decision (trust, "mail.example.com", 993, "AB:CD", VALIJA_TRUST_UNDECIDED);
  assert_decision (trust, "mail.example.org", 993, "", VALIJA_TRUST_UNDECIDED);

  decide (trust, "mail.example.org", 587, "AB:CD", VALIJA_TRUST_REJECTED);
  assert_decision (trust, "mail.example.org", 993, "AB:CD", VALIJA_TRUST_REJECTED);
  decide (trust, "mail.example.org", 993, "AB:CD", VALIJA_TRUST_UNDECIDED);
  assert_decision (trust, "mail.example.org", 587, "AB:CD", VALIJA_TRUST_UNDECIDED);
  assert_decision (trust, "mail.example.org", 993, "AB:CD", VALIJA_TRUST_UNDECIDED);
  decide (trust, "mail.example.org", 993, "AB:CD", VALIJA_TRUST_UNDECIDED);
}

static void
test_other (void)
{
  g_autoptr(ValijaTrust) trust = valija_trust_new (NULL);
  g_autoptr(ValijaCertificate) certificate = make ("h", 993, "AB");

  g_assert_false (valija_trust_has_other (trust, certificate));
  decide (trust, "h", 993, "AB", VALIJA_TRUST_ACCEPTED);
  g_assert_false (valija_trust_has_other (trust, certificate));
  decide (trust, "h", 993, "CD", VALIJA_TRUST_REJECTED);
  g_assert_false (valija_trust_has_other (trust, certificate));
  decide (trust, "h", 993, "EF", VALIJA_TRUST_ACCEPTED);
  g_assert_true (valija_trust_has_other (trust, certificate));
}

static void
test_file (void)
{
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "valija", "deep", "trust.ini", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  const char *odd_host = "[::1]\n#=x";

  for (int round = 0; round < 2; round++)
    {
      g_autoptr(ValijaTrust) trust = valija_trust_new (file);
      GStatBuf info;

      assert_decision (trust, "::1", 993, "AB", round == 0 ? VALIJA_TRUST_UNDECIDED : VALIJA_TRUST_ACCEPTED);
      assert_decision (trust, odd_host, 25, "CD", round == 0 ? VALIJA_TRUST_UNDECIDED : VALIJA_TRUST_REJECTED);

      decide (trust, "::1", 993, "AB", VALIJA_TRUST_ACCEPTED);
      decide (trust, odd_host, 25, "CD", VALIJA_TRUST_REJECTED);
      g_assert_cmpint (g_stat (path, &info), ==, 0);
      g_assert_cmpint (info.st_mode & 0777, ==, 0600);
    }
}

static void
test_broken_file (void)
{
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "broken.ini", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ValijaTrust) trust = NULL;
  g_autoptr(GError) error = NULL;

  g_mkdir_with_parents (g_get_user_config_dir (), 0700);
  g_file_set_contents (path, "accepted everything\n[h:993", -1, &error);
  g_assert_no_error (error);
  trust = valija_trust_new (file);
  assert_decision (trust, "h", 993, "AB", VALIJA_TRUST_UNDECIDED);
}

static void
test_unwritable (void)
{
  g_autoptr(GFile) file = g_file_new_for_path ("/proc/valija/trust.ini");
  g_autoptr(ValijaTrust) trust = valija_trust_new (file);
  g_autoptr(ValijaCertificate) certificate = make ("h", 993, "AB");
  g_autoptr(GError) error = NULL;

  g_assert_false (valija_trust_decide (trust, certificate, VALIJA_TRUST_ACCEPTED, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_STORAGE);
  assert_decision (trust, "h", 993, "AB", VALIJA_TRUST_ACCEPTED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/net/trust/exact", test_exact);
  g_test_add_func ("/net/trust/other", test_other);
  g_test_add_func ("/net/trust/file", test_file);
  g_test_add_func ("/net/trust/broken-file", test_broken_file);
  g_test_add_func ("/net/trust/unwritable", test_unwritable);

  return g_test_run ();
}
