/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "support/valija-test-certificate.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <time.h>

#define DAY (24 * 60 * 60)

static GTlsCertificate *certificate;
static char *file_name;

static void
remove_file (void)
{
  g_unlink (file_name);
}

static char *
take_pem (const gnutls_datum_t *datum)
{
  char *pem = g_strndup ((const char *) datum->data, datum->size);

  gnutls_free (datum->data);
  return pem;
}

static void
fill_certificate (gnutls_x509_crt_t crt)
{
  static const guint8 loopback[] = { 127, 0, 0, 1 };
  static const guint8 serial[] = { 1 };
  time_t now = time (NULL);

  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, serial, sizeof serial);
  gnutls_x509_crt_set_activation_time (crt, now - DAY);
  gnutls_x509_crt_set_expiration_time (crt, now + DAY);
  gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, "localhost", 9);
  gnutls_x509_crt_set_basic_constraints (crt, 1, -1);
  gnutls_x509_crt_set_key_usage (crt, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_CERT_SIGN);
  gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET);
  gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback, GNUTLS_FSAN_APPEND);
}

static void
make_certificate (void)
{
  g_autofree char *certificate_pem = NULL;
  g_autofree char *key_pem = NULL;
  g_autofree char *both = NULL;
  g_autoptr(GError) error = NULL;
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  gnutls_datum_t datum;
  int fd;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  gnutls_x509_crt_init (&crt);
  fill_certificate (crt);
  gnutls_x509_crt_set_key (crt, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0), ==, 0);

  gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &datum);
  certificate_pem = take_pem (&datum);
  gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, 0, &datum);
  key_pem = take_pem (&datum);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);

  both = g_strconcat (certificate_pem, key_pem, NULL);
  certificate = g_tls_certificate_new_from_pem (both, -1, &error);
  g_assert_no_error (error);

  fd = g_file_open_tmp ("valija-test-ca-XXXXXX.pem", &file_name, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (file_name, certificate_pem, -1, &error);
  g_assert_no_error (error);
  atexit (remove_file);
}

static void
ensure_certificate (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      make_certificate ();
      g_once_init_leave (&once, 1);
    }
}

GTlsCertificate *
valija_test_certificate_get (void)
{
  ensure_certificate ();
  return certificate;
}

const char *
valija_test_certificate_get_file (void)
{
  ensure_certificate ();
  return file_name;
}
