/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-server.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define DAY (24 * 60 * 60)
#define DEADLINE_SECONDS 20
/* No handler of a sound test runs on when its client is gone. */
#define MAX_CONNECTIONS 20

struct _ValijaTestAuthority
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  char *file;
};

struct _ValijaTestServer
{
  GSocketService *service;
  guint16 port;
  ValijaTestHandler handler;
  gpointer user_data;

  guint started; /* main thread only */

  GMutex mutex; /* guards what follows */
  GTlsCertificate *certificate;
  guint ended;
  gsize received;
};

static gnutls_x509_privkey_t
make_key (void)
{
  gnutls_x509_privkey_t key;

  gnutls_x509_privkey_init (&key);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                   ==, 0);
  return key;
}

static gnutls_x509_crt_t
make_certificate (gnutls_x509_privkey_t key, const char *name, int first_day, int last_day)
{
  guint32 serial = g_random_int () & 0x7fffffff;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gnutls_x509_crt_t crt;

  gnutls_x509_crt_init (&crt);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, &serial, sizeof serial);
  gnutls_x509_crt_set_activation_time (crt, now + (gint64) first_day * DAY);
  gnutls_x509_crt_set_expiration_time (crt, now + (gint64) last_day * DAY);
  gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (guint) strlen (name));
  gnutls_x509_crt_set_key (crt, key);

  return crt;
}

static void
add_name (gnutls_x509_crt_t crt, const char *name)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (name);

  if (address != NULL)
    gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes (address),
                                          (guint) g_inet_address_get_native_size (address), GNUTLS_FSAN_APPEND);
  else
    gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, name, (guint) strlen (name), GNUTLS_FSAN_APPEND);
}

static char *
take_pem (gnutls_datum_t datum)
{
  char *pem = g_strndup ((const char *) datum.data, datum.size);

  gnutls_free (datum.data);
  return pem;
}

static char *
export_certificate (gnutls_x509_crt_t crt)
{
  gnutls_datum_t datum;

  g_assert_cmpint (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &datum), ==, 0);
  return take_pem (datum);
}

ValijaTestAuthority *
valija_test_authority_new (const char *name)
{
  ValijaTestAuthority *self = g_new0 (ValijaTestAuthority, 1);
  g_autofree char *pem = NULL;
  g_autoptr(GError) error = NULL;
  int fd;

  self->key = make_key ();
  self->crt = make_certificate (self->key, name, -400, 400);
  gnutls_x509_crt_set_basic_constraints (self->crt, 1, -1);
  gnutls_x509_crt_set_key_usage (self->crt, GNUTLS_KEY_KEY_CERT_SIGN);
  g_assert_cmpint (gnutls_x509_crt_sign2 (self->crt, self->crt, self->key, GNUTLS_DIG_SHA256, 0), ==, 0);

  pem = export_certificate (self->crt);
  fd = g_file_open_tmp ("valija-authority-XXXXXX.pem", &self->file, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (self->file, pem, -1, &error);
  g_assert_no_error (error);

  return self;
}

void
valija_test_authority_free (ValijaTestAuthority *self)
{
  g_unlink (self->file);
  g_free (self->file);
  gnutls_x509_crt_deinit (self->crt);
  gnutls_x509_privkey_deinit (self->key);
  g_free (self);
}

const char *
valija_test_authority_get_file (ValijaTestAuthority *self)
{
  return self->file;
}

GTlsCertificate *
valija_test_authority_issue (ValijaTestAuthority *self, const char *name, int first_day, int last_day)
{
  gnutls_x509_privkey_t key = make_key ();
  gnutls_x509_crt_t crt = make_certificate (key, name, first_day, last_day);
  g_autofree char *crt_pem = NULL;
  g_autofree char *key_pem = NULL;
  g_autofree char *both = NULL;
  g_autoptr(GError) error = NULL;
  GTlsCertificate *certificate;
  gnutls_datum_t datum;

  add_name (crt, name);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, self != NULL ? self->crt : crt, self != NULL ? self->key : key,
                                          GNUTLS_DIG_SHA256, 0),
                   ==, 0);

  crt_pem = export_certificate (crt);
  g_assert_cmpint (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, 0, &datum), ==, 0);
  key_pem = take_pem (datum);
  both = g_strconcat (crt_pem, key_pem, NULL);
  certificate = g_tls_certificate_new_from_pem (both, -1, &error);
  g_assert_no_error (error);

  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);

  return certificate;
}

static gboolean
run_cb (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  ValijaTestServer *self = user_data;

  g_socket_set_timeout (g_socket_connection_get_socket (connection), DEADLINE_SECONDS);
  self->handler (self, connection);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);

  g_mutex_lock (&self->mutex);
  self->ended++;
  g_mutex_unlock (&self->mutex);
  g_main_context_wakeup (NULL);

  return TRUE;
}

static gboolean
incoming_cb (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  ValijaTestServer *self = user_data;

  self->started++;
  return FALSE;
}

ValijaTestServer *
valija_test_server_new (ValijaTestHandler handler, gpointer user_data)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;
  g_autoptr(GError) error = NULL;
  ValijaTestServer *self = g_new0 (ValijaTestServer, 1);

  g_mutex_init (&self->mutex);
  self->handler = handler;
  self->user_data = user_data;
  self->service = g_threaded_socket_service_new (MAX_CONNECTIONS);
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
  g_signal_connect (self->service, "run", G_CALLBACK (run_cb), self);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_socket_service_start (self->service);

  return self;
}

void
valija_test_server_free (ValijaTestServer *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));

  /* The client's end may need the main loop to come about. */
  valija_test_server_wait (self, self->started);

  g_object_unref (self->service);
  g_clear_object (&self->certificate);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

guint16
valija_test_server_get_port (ValijaTestServer *self)
{
  return self->port;
}

gpointer
valija_test_server_get_data (ValijaTestServer *self)
{
  return self->user_data;
}

void
valija_test_server_set_certificate (ValijaTestServer *self, GTlsCertificate *certificate)
{
  g_mutex_lock (&self->mutex);
  g_set_object (&self->certificate, certificate);
  g_mutex_unlock (&self->mutex);
}

GIOStream *
valija_test_server_start_tls (ValijaTestServer *self, GIOStream *base)
{
  g_autoptr(GTlsCertificate) certificate = NULL;
  g_autoptr(GIOStream) tls = NULL;
  g_autoptr(GError) error = NULL;

  g_mutex_lock (&self->mutex);
  certificate = g_object_ref (self->certificate);
  g_mutex_unlock (&self->mutex);

  tls = g_tls_server_connection_new (base, certificate, &error);
  g_assert_no_error (error);

  return g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, NULL) ? g_steal_pointer (&tls) : NULL;
}

void
valija_test_server_wait (ValijaTestServer *self, guint handlers)
{
  gboolean done = FALSE;

  while (!done)
    {
      g_mutex_lock (&self->mutex);
      done = self->ended >= handlers;
      g_mutex_unlock (&self->mutex);

      if (!done)
        g_main_context_iteration (NULL, TRUE);
    }
}

void
valija_test_server_count_received (ValijaTestServer *self, gsize bytes)
{
  g_mutex_lock (&self->mutex);
  self->received += bytes;
  g_mutex_unlock (&self->mutex);
}

gsize
valija_test_server_get_received (ValijaTestServer *self)
{
  gsize received;

  g_mutex_lock (&self->mutex);
  received = self->received;
  g_mutex_unlock (&self->mutex);

  return received;
}
