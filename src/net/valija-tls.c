/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-tls.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <unistd.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-text.h"

#define NAMES_LIMIT 100
#define TEXT_LIMIT 1024

typedef struct gnutls_x509_crt_int Crt;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Crt, gnutls_x509_crt_deinit)

static Crt *
import (GTlsCertificate *certificate)
{
  g_autoptr(GByteArray) der = NULL;
  g_autoptr(Crt) crt = NULL;
  gnutls_datum_t datum;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL || gnutls_x509_crt_init (&crt) < 0)
    return NULL;

  datum.data = der->data;
  datum.size = der->len;

  return gnutls_x509_crt_import (crt, &datum, GNUTLS_X509_FMT_DER) < 0 ? NULL : g_steal_pointer (&crt);
}

typedef int (*NameFunc) (gnutls_x509_crt_t crt, gnutls_datum_t *name, unsigned int flags);

static char *
dup_name (Crt *crt, NameFunc func)
{
  gnutls_datum_t name = { NULL, 0 };
  char *clean;

  if (func (crt, &name, 0) < 0)
    return g_strdup ("");

  clean = valija_text_clean ((const char *) name.data, name.size, TEXT_LIMIT);
  gnutls_free (name.data);

  return clean;
}

typedef int (*PartFunc) (gnutls_x509_crt_t crt, const char *oid, unsigned int index, unsigned int raw, void *buffer,
                         size_t *size);

/* The first of @oids that the name has, or NULL. */
static char *
dup_part (Crt *crt, PartFunc func, const char * const *oids)
{
  for (gsize i = 0; oids[i] != NULL; i++)
    {
      char part[256];
      gsize size = sizeof part;

      if (func (crt, oids[i], 0, 0, part, &size) >= 0 && size > 0)
        return valija_text_clean (part, (gssize) size, sizeof part);
    }

  return NULL;
}

static char *
format_alternative_name (const guint8 *name, gsize size, int type)
{
  if (type == GNUTLS_SAN_DNSNAME)
    return valija_text_clean ((const char *) name, (gssize) size, TEXT_LIMIT);

  if (type == GNUTLS_SAN_IPADDRESS && (size == 4 || size == 16))
    {
      g_autoptr(GInetAddress) address =
        g_inet_address_new_from_bytes (name, size == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);

      return g_inet_address_to_string (address);
    }

  return NULL;
}

static char *
dup_alternative_names (Crt *crt)
{
  g_autoptr(GString) names = g_string_new (NULL);

  for (unsigned int i = 0; i < NAMES_LIMIT && names->len < TEXT_LIMIT; i++)
    {
      guint8 buffer[512];
      gsize size = sizeof buffer;
      int type = gnutls_x509_crt_get_subject_alt_name (crt, i, buffer, &size, NULL);
      g_autofree char *name = NULL;

      if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        break;

      if (type < 0 || (name = format_alternative_name (buffer, size, type)) == NULL)
        continue;

      if (names->len > 0)
        g_string_append (names, ", ");
      g_string_append (names, name);
    }

  return g_string_free (g_steal_pointer (&names), FALSE);
}

static char *
dup_print (Crt *crt)
{
  guint8 digest[32];
  gsize size = sizeof digest;
  GString *print;

  if (gnutls_x509_crt_get_fingerprint (crt, GNUTLS_DIG_SHA256, digest, &size) < 0)
    return g_strdup ("");

  print = g_string_sized_new (3 * sizeof digest);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (print, i > 0 ? ":%02X" : "%02X", digest[i]);

  return g_string_free (print, FALSE);
}

/* GIO promises only that at least one of its flags is set, and it takes a whole chain for one
 * certificate. What can be seen on the certificate itself is looked at here; a flag that this
 * does not explain stays as OTHER. */
static ValijaCertificateProblems
find_problems (Crt *crt, GTlsCertificateFlags flags, const char *host)
{
  ValijaCertificateProblems problems = VALIJA_CERTIFICATE_PROBLEM_NONE;
  GTlsCertificateFlags explained = G_TLS_CERTIFICATE_BAD_IDENTITY | G_TLS_CERTIFICATE_UNKNOWN_CA |
                                   G_TLS_CERTIFICATE_REVOKED | G_TLS_CERTIFICATE_INSECURE;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if ((flags & G_TLS_CERTIFICATE_BAD_IDENTITY) || !gnutls_x509_crt_check_hostname (crt, host))
    problems |= VALIJA_CERTIFICATE_PROBLEM_WRONG_NAME;

  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    problems |= gnutls_x509_crt_check_issuer (crt, crt) ? VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED
                                                        : VALIJA_CERTIFICATE_PROBLEM_UNKNOWN_ISSUER;

  if (gnutls_x509_crt_get_expiration_time (crt) < now)
    {
      problems |= VALIJA_CERTIFICATE_PROBLEM_EXPIRED;
      explained |= G_TLS_CERTIFICATE_EXPIRED;
    }

  if (gnutls_x509_crt_get_activation_time (crt) > now)
    {
      problems |= VALIJA_CERTIFICATE_PROBLEM_NOT_YET_VALID;
      explained |= G_TLS_CERTIFICATE_NOT_ACTIVATED;
    }

  if (flags & G_TLS_CERTIFICATE_REVOKED)
    problems |= VALIJA_CERTIFICATE_PROBLEM_REVOKED;

  if (flags & G_TLS_CERTIFICATE_INSECURE)
    problems |= VALIJA_CERTIFICATE_PROBLEM_INSECURE;

  if (flags & ~explained)
    problems |= VALIJA_CERTIFICATE_PROBLEM_OTHER;

  return problems;
}

/* As a person is shown it, with every problem that it has. (transfer full) */
static ValijaCertificate *
describe_certificate (GTlsCertificate     *certificate,
                      GTlsCertificateFlags flags,
                      const char          *host,
                      guint16              port)
{
  g_autoptr(Crt) crt = import (certificate);
  g_autofree char *subject = NULL;
  g_autofree char *names = NULL;
  g_autofree char *issuer = NULL;
  g_autofree char *print = NULL;

  if (crt == NULL)
    return valija_certificate_new (host, port, NULL, NULL, NULL, 0, 0, NULL, VALIJA_CERTIFICATE_PROBLEM_OTHER);

  subject = dup_name (crt, gnutls_x509_crt_get_dn3);
  names = dup_alternative_names (crt);
  issuer = dup_name (crt, gnutls_x509_crt_get_issuer_dn3);
  print = dup_print (crt);

  return valija_certificate_new (host, port, subject, names, issuer,
                                 gnutls_x509_crt_get_activation_time (crt),
                                 gnutls_x509_crt_get_expiration_time (crt),
                                 print, find_problems (crt, flags, host));
}

/**
 * valija_tls_judge_certificate:
 * @certificate: what the server showed
 * @flags: what GIO found wrong with it
 * @host: the server that was asked for, in ASCII
 * @port: its port
 * @trust: (nullable): what the user decided
 *
 * Returns: (transfer full) (nullable): %NULL when the user trusts this very certificate for that
 *   server, and else what is to be shown of it
 */
ValijaCertificate *
valija_tls_judge_certificate (GTlsCertificate     *certificate,
                              GTlsCertificateFlags flags,
                              const char          *host,
                              guint16              port,
                              ValijaTrust         *trust)
{
  g_autoptr(ValijaCertificate) described = describe_certificate (certificate, flags, host, port);

  if (trust != NULL && valija_trust_lookup (trust, described) == VALIJA_TRUST_ACCEPTED)
    return NULL;

  if (trust != NULL && valija_trust_has_other (trust, described))
    described->problems |= VALIJA_CERTIFICATE_PROBLEM_CHANGED;

  return g_steal_pointer (&described);
}

/* FALSE with errno set. GIO tells a file that is not there from one without certificates by its words only. */
static gboolean
check_readable (const char *path)
{
  g_autofd int file = open (path, O_RDONLY | O_CLOEXEC);
  char first;

  return file >= 0 && read (file, &first, 1) >= 0;
}

static gpointer
load_authorities (gpointer data, GError **error)
{
  const char *file = data;
  g_autofree char *path = NULL;
  g_autoptr(GError) local_error = NULL;
  GTlsDatabase *database;

  if (*file == '\0')
    {
      database = g_tls_backend_get_default_database (g_tls_backend_get_default ());
      if (database == NULL)
        valija_error_set (error, VALIJA_ERROR_INVALID,
                          _("This computer’s list of authorities for certificates cannot be read."));
      return database;
    }

  path = g_canonicalize_filename (file, NULL);
  if (!check_readable (path))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("The file of authorities “%s” cannot be used: %s."), file,
                        valija_reason_of_errno (errno));
      return NULL;
    }

  database = g_tls_file_database_new (path, &local_error);
  if (database == NULL)
    {
      g_debug ("“%s”: %s", path, local_error->message);
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The file of authorities “%s” is none. Choose one with certificates in the format PEM."),
                        file);
    }

  return database;
}

/**
 * valija_tls_load_authorities:
 * @ca_file: (nullable): a PEM file; %NULL for the system's, which are a few hundred
 *
 * Reads on a thread.
 *
 * Returns: (transfer full): a future that resolves to a #GTlsDatabase (object), or rejects with
 *   VALIJA_ERROR_INVALID
 */
DexFuture *
valija_tls_load_authorities (const char *ca_file)
{
  return valija_future_run_in_thread (G_TYPE_TLS_DATABASE, load_authorities,
                                      g_strdup (ca_file != NULL ? ca_file : ""), g_free);
}

static const char *
version_name (GTlsConnection *connection)
{
  switch (g_tls_connection_get_protocol_version (connection))
    {
    case G_TLS_PROTOCOL_VERSION_TLS_1_2:
      return "TLS 1.2";
    case G_TLS_PROTOCOL_VERSION_TLS_1_3:
      return "TLS 1.3";
    case G_TLS_PROTOCOL_VERSION_UNKNOWN:
    case G_TLS_PROTOCOL_VERSION_SSL_3_0:
    case G_TLS_PROTOCOL_VERSION_TLS_1_0:
    case G_TLS_PROTOCOL_VERSION_TLS_1_1:
    case G_TLS_PROTOCOL_VERSION_DTLS_1_0:
    case G_TLS_PROTOCOL_VERSION_DTLS_1_2:
    default:
      return "TLS";
    }
}

/**
 * valija_tls_describe_connection:
 * @connection: a connection after its handshake
 *
 * Returns: (transfer full): "TLS 1.3, certificate of mail.example.org by Example Authority",
 *   translated
 */
char *
valija_tls_describe_connection (GTlsConnection *connection)
{
  static const char * const subject_oids[] = { GNUTLS_OID_X520_COMMON_NAME, GNUTLS_OID_X520_ORGANIZATION_NAME, NULL };
  static const char * const issuer_oids[] = { GNUTLS_OID_X520_ORGANIZATION_NAME, GNUTLS_OID_X520_COMMON_NAME, NULL };
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);
  g_autoptr(Crt) crt = certificate != NULL ? import (certificate) : NULL;
  g_autofree char *subject = NULL;
  g_autofree char *issuer = NULL;

  if (crt == NULL)
    return g_strdup (version_name (connection));

  /* Newer certificates name the server in the alternative names alone. */
  if ((subject = dup_part (crt, gnutls_x509_crt_get_dn_by_oid, subject_oids)) == NULL)
    subject = dup_alternative_names (crt);

  if ((issuer = dup_part (crt, gnutls_x509_crt_get_issuer_dn_by_oid, issuer_oids)) == NULL)
    issuer = dup_name (crt, gnutls_x509_crt_get_issuer_dn3);

  /* Translators: "TLS 1.3, certificate of mail.example.org by Example Authority" */
  return g_strdup_printf (_("%s, certificate of %s by %s"), version_name (connection), subject, issuer);
}

/**
 * valija_tls_is_recent:
 * @connection: a connection after its handshake
 *
 * Returns: whether it speaks TLS 1.2 or newer (RFC 8314 §4.1, RFC 8996)
 */
gboolean
valija_tls_is_recent (GTlsConnection *connection)
{
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (connection);

  return version == G_TLS_PROTOCOL_VERSION_TLS_1_2 || version == G_TLS_PROTOCOL_VERSION_TLS_1_3;
}

/**
 * valija_tls_dup_end_point:
 * @certificate: what the server showed
 *
 * Returns: (transfer full) (nullable): the tls-server-end-point of its connections (RFC 5929 §4), for
 *   who has only the certificate
 */
GBytes *
valija_tls_dup_end_point (GTlsCertificate *certificate)
{
  g_autoptr(Crt) crt = import (certificate);
  g_autoptr(GByteArray) der = NULL;
  gnutls_digest_algorithm_t hash;
  guint8 digest[64];
  int algorithm;

  if (crt == NULL || (algorithm = gnutls_x509_crt_get_signature_algorithm (crt)) < 0)
    return NULL;

  hash = gnutls_sign_get_hash_algorithm ((gnutls_sign_algorithm_t) algorithm);
  if (hash == GNUTLS_DIG_MD5 || hash == GNUTLS_DIG_SHA1)
    hash = GNUTLS_DIG_SHA256;

  g_object_get (certificate, "certificate", &der, NULL);
  if (gnutls_hash_get_len (hash) == 0 || gnutls_hash_get_len (hash) > sizeof digest ||
      gnutls_hash_fast (hash, der->data, der->len, digest) < 0)
    return NULL;

  return g_bytes_new (digest, gnutls_hash_get_len (hash));
}

/**
 * valija_tls_dup_channel_binding:
 * @connection: a connection after its handshake
 * @type: "tls-exporter", "tls-server-end-point" or "tls-unique"
 *
 * Returns: (transfer full) (nullable): what binds an authentication to this very connection (RFC
 *   5929, RFC 9266)
 */
GBytes *
valija_tls_dup_channel_binding (GTlsConnection *connection, const char *type)
{
  g_autoptr(GByteArray) data = g_byte_array_new ();
  gboolean tls13 = g_tls_connection_get_protocol_version (connection) == G_TLS_PROTOCOL_VERSION_TLS_1_3;
  GTlsChannelBindingType binding;

  /* tls-unique is not defined for TLS 1.3, and tls-exporter is only safe before it with an
   * extension that GIO does not tell of (RFC 9266 §3, §4.2). */
  if (g_str_equal (type, "tls-exporter") && tls13)
    binding = G_TLS_CHANNEL_BINDING_TLS_EXPORTER;
  else if (g_str_equal (type, "tls-unique") && !tls13)
    binding = G_TLS_CHANNEL_BINDING_TLS_UNIQUE;
  else if (g_str_equal (type, "tls-server-end-point"))
    binding = G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT;
  else
    return NULL;

  if (!g_tls_connection_get_channel_binding_data (connection, binding, data, NULL) || data->len == 0)
    return NULL;

  return g_byte_array_free_to_bytes (g_steal_pointer (&data));
}
