/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "net/valija-stream.h"
#include "net/valija-tls.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "support/valija-script-server.h"
#include "valija-test-server.h"

#define YEAR 365

static ValijaTestAuthority *authority;
static ValijaTestAuthority *other_authority;
static ValijaTestAuthority *forged_authority; /* has the name of the trusted one */

/* Counts and sends back what comes, until the client ends. */
static void
echo (ValijaTestServer *server, GIOStream *io)
{
  GInputStream *input = g_io_stream_get_input_stream (io);
  GOutputStream *output = g_io_stream_get_output_stream (io);
  guint8 buffer[4096];
  gssize length;

  while ((length = g_input_stream_read (input, buffer, sizeof buffer, NULL, NULL)) > 0)
    {
      valija_test_server_count_received (server, (gsize) length);
      g_output_stream_write_all (output, buffer, (gsize) length, NULL, NULL, NULL);
    }
}

static void
tls_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(GIOStream) tls = valija_test_server_start_tls (server, G_IO_STREAM (connection));

  if (tls != NULL)
    echo (server, tls);
}

/* "GO" in clear from the server, then TLS */
static void
upgrade_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(GIOStream) tls = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "GO", 2, NULL, NULL, NULL);
  tls = valija_test_server_start_tls (server, G_IO_STREAM (connection));

  if (tls != NULL)
    echo (server, tls);
}

static void
assert_read (ValijaStream *stream, const char *expected)
{
  g_autoptr(DexFuture) read = valija_stream_read (stream);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (read, &error);
  GBytes *bytes;

  g_assert_no_error (error);
  bytes = g_value_get_boxed (value);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, strlen (expected));
}

static void
assert_echo (ValijaStream *stream)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("hello", 5);
  g_autoptr(DexFuture) write = valija_stream_write (stream, bytes, FALSE);
  g_autoptr(GError) error = NULL;

  valija_test_await (write, &error);
  g_assert_no_error (error);
  assert_read (stream, "hello");
}

/* By either path: TLS at once, or after the server's word. */
static ValijaStream *
connect_to (ValijaTestServer *server,
            const char       *host,
            const char       *ca_file,
            ValijaTrust      *trust,
            ValijaSecurity    security,
            GError          **error)
{
  g_autoptr(ValijaEndpoint) endpoint =
    valija_endpoint_new (host, valija_test_server_get_port (server), security, 10, ca_file);
  g_autoptr(DexFuture) connect = valija_stream_connect (endpoint, trust, NULL, NULL);
  g_autoptr(DexFuture) upgrade = NULL;
  g_autoptr(ValijaStream) stream = NULL;
  const GValue *value = valija_test_await (connect, error);

  if (value == NULL)
    return NULL;

  stream = g_value_dup_object (value);
  if (security == VALIJA_SECURITY_TLS)
    return g_steal_pointer (&stream);

  g_assert_false (valija_stream_is_encrypted (stream));
  assert_read (stream, "GO");
  upgrade = valija_stream_start_tls (stream, 0);
  if (valija_test_await (upgrade, error) != NULL)
    return g_steal_pointer (&stream);

  g_assert_true (valija_stream_is_closed (stream));
  return NULL;
}

static ValijaTestHandler
handler_for (ValijaSecurity security)
{
  return security == VALIJA_SECURITY_TLS ? tls_handler : upgrade_handler;
}

static void
check_good (ValijaSecurity security, const char *host)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (handler_for (security), NULL);
  g_autoptr(GTlsCertificate) certificate = valija_test_authority_issue (authority, host, -1, YEAR);
  g_autoptr(ValijaStream) stream = NULL;
  g_autofree char *description = NULL;
  g_autofree char *expected = NULL;
  g_autoptr(GError) error = NULL;

  valija_test_server_set_certificate (server, certificate);
  stream = connect_to (server, host, valija_test_authority_get_file (authority), NULL, security, &error);
  g_assert_no_error (error);
  g_assert_true (valija_stream_is_encrypted (stream));
  g_assert_cmpstr (valija_stream_get_host (stream), ==, host);
  assert_echo (stream);

  description = valija_stream_dup_description (stream);
  expected = g_strdup_printf ("TLS 1.3, certificate of %s by Valija Test Authority", host);
  g_assert_cmpstr (description, ==, expected);
  valija_stream_close (stream);
  g_assert_false (valija_stream_is_encrypted (stream));
  valija_test_server_wait (server, 1);
}

static void
test_good (void)
{
  check_good (VALIJA_SECURITY_TLS, "localhost");
  check_good (VALIJA_SECURITY_TLS, "127.0.0.1");
  check_good (VALIJA_SECURITY_STARTTLS, "localhost");
  check_good (VALIJA_SECURITY_STARTTLS, "127.0.0.1");
}

static void
test_channel_binding (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (tls_handler, NULL);
  g_autoptr(GTlsCertificate) certificate = valija_test_authority_issue (authority, "localhost", -1, YEAR);
  g_autoptr(ValijaStream) stream = NULL;
  g_autoptr(GBytes) exporter = NULL;
  g_autoptr(GBytes) end_point = NULL;
  g_autoptr(GBytes) by_certificate = NULL;
  g_autoptr(GByteArray) der = NULL;
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;

  valija_test_server_set_certificate (server, certificate);
  stream = connect_to (server, "localhost", valija_test_authority_get_file (authority), NULL,
                       VALIJA_SECURITY_TLS, NULL);

  exporter = valija_stream_dup_channel_binding (stream, "tls-exporter");
  g_assert_cmpuint (g_bytes_get_size (exporter), ==, 32);

  g_object_get (certificate, "certificate", &der, NULL);
  g_checksum_update (checksum, der->data, der->len);
  g_checksum_get_digest (checksum, digest, &length);
  end_point = valija_stream_dup_channel_binding (stream, "tls-server-end-point");
  g_assert_cmpmem (g_bytes_get_data (end_point, NULL), g_bytes_get_size (end_point), digest, length);
  by_certificate = valija_tls_dup_end_point (certificate);
  g_assert_true (g_bytes_equal (end_point, by_certificate));

  g_assert_null (valija_stream_dup_channel_binding (stream, "tls-unique"));
  g_assert_null (valija_stream_dup_channel_binding (stream, "tls-unheard-of"));
}

/* A server whose versions are chosen by GnuTLS's priority string; GIO does not let us choose. */
static void
version_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  const char *priority = valija_test_server_get_data (server);
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  g_autoptr(GTlsCertificate) certificate = valija_test_authority_issue (authority, "localhost", -1, YEAR);
  g_autofree char *crt = NULL;
  g_autofree char *key = NULL;
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  gnutls_datum_t crt_datum;
  gnutls_datum_t key_datum;
  char byte;

  g_object_get (certificate, "certificate-pem", &crt, "private-key-pem", &key, NULL);
  crt_datum = (gnutls_datum_t) { (guint8 *) crt, (guint) strlen (crt) };
  key_datum = (gnutls_datum_t) { (guint8 *) key, (guint) strlen (key) };

  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_certificate_set_x509_key_mem (credentials, &crt_datum, &key_datum, GNUTLS_X509_FMT_PEM);
  gnutls_init (&session, GNUTLS_SERVER);
  g_assert_cmpint (gnutls_priority_set_direct (session, priority, NULL), ==, 0);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  g_socket_set_blocking (g_socket_connection_get_socket (connection), TRUE);
  gnutls_transport_set_int (session, fd);
  gnutls_transport_set_pull_timeout_function (session, gnutls_system_recv_timeout);

  while (gnutls_handshake (session) == GNUTLS_E_AGAIN)
    g_socket_condition_wait (g_socket_connection_get_socket (connection), G_IO_IN, NULL, NULL);

  while (gnutls_record_recv (session, &byte, 1) == GNUTLS_E_AGAIN)
    g_socket_condition_wait (g_socket_connection_get_socket (connection), G_IO_IN, NULL, NULL);

  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
}

static void
test_tls_1_2 (void)
{
  const char *priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
  g_autoptr(ValijaTestServer) server = valija_test_server_new (version_handler, (gpointer) priority);
  g_autoptr(ValijaStream) stream = NULL;
  g_autoptr(GBytes) unique = NULL;
  g_autoptr(GBytes) end_point = NULL;
  g_autofree char *description = NULL;
  g_autoptr(GError) error = NULL;

  stream = connect_to (server, "localhost", valija_test_authority_get_file (authority), NULL,
                       VALIJA_SECURITY_TLS, &error);
  g_assert_no_error (error);
  description = valija_stream_dup_description (stream);
  g_assert_true (g_str_has_prefix (description, "TLS 1.2, "));
  unique = valija_stream_dup_channel_binding (stream, "tls-unique");
  g_assert_cmpuint (g_bytes_get_size (unique), ==, 12);
  end_point = valija_stream_dup_channel_binding (stream, "tls-server-end-point");
  g_assert_cmpuint (g_bytes_get_size (end_point), ==, 32);
  g_assert_null (valija_stream_dup_channel_binding (stream, "tls-exporter"));
}

static void
test_too_old (void)
{
  static const char * const priorities[] = { "NORMAL:-VERS-ALL:+VERS-TLS1.1", "NORMAL:-VERS-ALL:+VERS-TLS1.0" };

  for (gsize i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      g_autoptr(ValijaTestServer) server = valija_test_server_new (version_handler, (gpointer) priorities[i]);
      g_autoptr(GError) error = NULL;

      g_assert_null (connect_to (server, "localhost", valija_test_authority_get_file (authority), NULL,
                                 VALIJA_SECURITY_TLS, &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_TLS);
    }
}

static void
check_refused (GTlsCertificate *certificate, ValijaCertificateProblems problems, const char *words)
{
  for (ValijaSecurity security = VALIJA_SECURITY_TLS; security <= VALIJA_SECURITY_STARTTLS; security++)
    {
      g_autoptr(ValijaTestServer) server = valija_test_server_new (handler_for (security), NULL);
      g_autoptr(ValijaStream) stream = NULL;
      g_autoptr(GError) error = NULL;
      ValijaCertificate *shown;

      valija_test_server_set_certificate (server, certificate);
      stream = connect_to (server, "localhost", valija_test_authority_get_file (authority), NULL, security, &error);
      g_assert_null (stream);
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE);
      g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SECURE);

      shown = valija_error_get_certificate (error);
      g_assert_nonnull (shown);
      g_assert_cmphex (shown->problems, ==, problems);
      g_assert_cmpstr (shown->host, ==, "localhost");
      g_assert_cmpuint (shown->port, ==, valija_test_server_get_port (server));
      g_assert_cmpuint (strlen (shown->sha256), ==, 32 * 3 - 1);
      g_assert_nonnull (strstr (error->message, words));

      valija_test_server_wait (server, 1);
      g_assert_cmpuint (valija_test_server_get_received (server), ==, 0);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    int issuer; /* 0: itself, 1: the trusted one, 2: another, 3: a forged one */
    const char *name;
    int first_day;
    int last_day;
    ValijaCertificateProblems problems;
    const char *words;
  } cases[] = {
    { 1, "localhost", -20, -2, VALIJA_CERTIFICATE_PROBLEM_EXPIRED, "It expired on " },
    { 1, "localhost", 2, 20, VALIJA_CERTIFICATE_PROBLEM_NOT_YET_VALID, "It is only valid from " },
    { 1, "mail.example.org", -1, 20, VALIJA_CERTIFICATE_PROBLEM_WRONG_NAME,
      "It was issued for “mail.example.org”, not for “localhost”." },
    { 1, "127.0.0.1", -1, 20, VALIJA_CERTIFICATE_PROBLEM_WRONG_NAME,
      "It was issued for “127.0.0.1”, not for “localhost”." },
    { 0, "localhost", -1, 20, VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED, "It is signed by itself" },
    { 2, "localhost", -1, 20, VALIJA_CERTIFICATE_PROBLEM_UNKNOWN_ISSUER,
      "It was issued by “CN=Another Authority”, which is not trusted here." },
    { 3, "localhost", -1, 20, VALIJA_CERTIFICATE_PROBLEM_OTHER, "It cannot be verified." },
    { 1, "mail.example.org", -20, -2, VALIJA_CERTIFICATE_PROBLEM_WRONG_NAME | VALIJA_CERTIFICATE_PROBLEM_EXPIRED,
      "It expired on " },
    { 0, "mail.example.org", 2, 20,
      VALIJA_CERTIFICATE_PROBLEM_WRONG_NAME | VALIJA_CERTIFICATE_PROBLEM_NOT_YET_VALID |
        VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED,
      "It is signed by itself" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ValijaTestAuthority *issuers[] = { NULL, authority, other_authority, forged_authority };
      g_autoptr(GTlsCertificate) certificate = NULL;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      certificate = valija_test_authority_issue (issuers[cases[i].issuer], cases[i].name, cases[i].first_day,
                                                 cases[i].last_day);
      check_refused (certificate, cases[i].problems, cases[i].words);
    }
}

static void
test_exception (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (tls_handler, NULL);
  g_autoptr(GTlsCertificate) first = valija_test_authority_issue (NULL, "localhost", -1, YEAR);
  g_autoptr(GTlsCertificate) second = valija_test_authority_issue (NULL, "localhost", -1, YEAR);
  g_autoptr(ValijaTrust) trust = valija_trust_new (NULL);
  g_autoptr(ValijaCertificate) shown = NULL;
  g_autoptr(ValijaStream) stream = NULL;
  g_autoptr(GError) error = NULL;

  valija_test_server_set_certificate (server, first);
  g_assert_null (connect_to (server, "localhost", NULL, trust, VALIJA_SECURITY_TLS, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE);
  shown = valija_certificate_ref (valija_error_get_certificate (error));
  g_assert_cmphex (shown->problems, ==, VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED);
  g_clear_error (&error);

  g_assert_true (valija_trust_decide (trust, shown, VALIJA_TRUST_ACCEPTED, &error));
  stream = connect_to (server, "localhost", NULL, trust, VALIJA_SECURITY_TLS, &error);
  g_assert_no_error (error);
  assert_echo (stream);
  g_clear_object (&stream);

  /* Not by another name for the same server */
  g_assert_null (connect_to (server, "127.0.0.1", NULL, trust, VALIJA_SECURITY_TLS, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE);
  g_clear_error (&error);

  /* Not for another certificate at the same place */
  valija_test_server_set_certificate (server, second);
  g_assert_null (connect_to (server, "localhost", NULL, trust, VALIJA_SECURITY_TLS, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE);
  g_assert_cmphex (valija_error_get_certificate (error)->problems, ==,
                   VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED | VALIJA_CERTIFICATE_PROBLEM_CHANGED);
  g_clear_error (&error);

  /* And no longer than it is wanted, also when the session could be resumed */
  valija_test_server_set_certificate (server, first);
  g_assert_true (valija_trust_decide (trust, shown, VALIJA_TRUST_REJECTED, &error));
  g_assert_null (connect_to (server, "localhost", NULL, trust, VALIJA_SECURITY_TLS, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, "never to trust"));
}

static void
test_authorities_file (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (tls_handler, NULL);
  g_autoptr(GTlsCertificate) certificate = valija_test_authority_issue (authority, "localhost", -1, YEAR);
  g_autoptr(GError) error = NULL;

  valija_test_server_set_certificate (server, certificate);
  g_assert_null (connect_to (server, "localhost", "/nonexistent/ca.pem", NULL, VALIJA_SECURITY_TLS, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "/nonexistent/ca.pem"));
  g_clear_error (&error);

  /* The system's authorities are used where no file is given; they do not know ours. */
  g_assert_null (connect_to (server, "localhost", NULL, NULL, VALIJA_SECURITY_TLS, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE);
}

static void
garbage_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  GIOStream *io = G_IO_STREAM (connection);
  char buffer[2048];

  g_input_stream_read (g_io_stream_get_input_stream (io), buffer, sizeof buffer, NULL, NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (io), "* OK no TLS here\r\n", 18, NULL, NULL, NULL);
  g_input_stream_read (g_io_stream_get_input_stream (io), buffer, sizeof buffer, NULL, NULL);
}

static void
closing_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  char buffer[2048];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, sizeof buffer, NULL, NULL);
}

static void
silent_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  char buffer[2048];
  gssize length;

  while ((length = g_input_stream_read (input, buffer, sizeof buffer, NULL, NULL)) > 0)
    valija_test_server_count_received (server, (gsize) length);
}

static void
check_no_handshake (ValijaTestHandler handler, ValijaErrorCode code)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (handler, NULL);
  g_autoptr(ValijaEndpoint) endpoint =
    valija_endpoint_new ("127.0.0.1", valija_test_server_get_port (server), VALIJA_SECURITY_TLS, 1, NULL);
  g_autoptr(DexFuture) connect = valija_stream_connect (endpoint, NULL, NULL, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (connect, &error));
  g_assert_error (error, VALIJA_ERROR, (int) code);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SECURE);
  /* A whole sentence of ours, without words of the library, which end in a dot of their own */
  g_test_message ("%s", error->message);
  g_assert_null (strstr (error->message, ".."));
  g_assert_null (strstr (error->message, "TLS handshake"));
  valija_test_server_wait (server, 1);
}

static void
test_no_handshake (void)
{
  check_no_handshake (garbage_handler, VALIJA_ERROR_TLS);
  check_no_handshake (closing_handler, VALIJA_ERROR_TLS);
  check_no_handshake (silent_handler, VALIJA_ERROR_TIMED_OUT);
}

static ValijaStream *
connect_in_clear (ValijaTestServer *server)
{
  g_autoptr(ValijaEndpoint) endpoint = valija_endpoint_new ("localhost", valija_test_server_get_port (server),
                                                            VALIJA_SECURITY_STARTTLS, 10, NULL);
  g_autoptr(DexFuture) connect = valija_stream_connect (endpoint, NULL, NULL, NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (connect, &error);

  g_assert_no_error (error);
  return g_value_dup_object (value);
}

static void
assert_injection_is_seen (ValijaStream *stream, gsize leftover)
{
  g_autoptr(DexFuture) upgrade = valija_stream_start_tls (stream, leftover);
  g_autoptr(DexFuture) read = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (upgrade, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_NO_STARTTLS);
  g_assert_true (valija_stream_is_closed (stream));
  g_assert_false (valija_stream_is_encrypted (stream));
  g_clear_error (&error);

  read = valija_stream_read (stream);
  g_assert_null (valija_test_await (read, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_NO_STARTTLS);
}

static void
test_injected_leftover (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (silent_handler, NULL);
  g_autoptr(ValijaStream) stream = connect_in_clear (server);

  assert_injection_is_seen (stream, 1);
  valija_test_server_wait (server, 1);
  g_assert_cmpuint (valija_test_server_get_received (server), ==, 0);
}

typedef struct
{
  GAsyncQueue *read;
  GAsyncQueue *sent;
} Signals;

/* Sends its second word only after the client has read the first. */
static void
two_words_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  GIOStream *io = G_IO_STREAM (connection);
  Signals *signals = valija_test_server_get_data (server);

  g_output_stream_write_all (g_io_stream_get_output_stream (io), "GO", 2, NULL, NULL, NULL);
  g_async_queue_pop (signals->read);
  g_output_stream_write_all (g_io_stream_get_output_stream (io), "a1 OK injected\r\n", 16, NULL, NULL, NULL);
  g_async_queue_push (signals->sent, signals);
  silent_handler (server, connection);
}

static void
test_injected_behind (void)
{
  g_autoptr(GAsyncQueue) read = g_async_queue_new ();
  g_autoptr(GAsyncQueue) sent = g_async_queue_new ();
  Signals both = { read, sent };
  g_autoptr(ValijaTestServer) server = valija_test_server_new (two_words_handler, &both);
  g_autoptr(ValijaStream) stream = connect_in_clear (server);

  assert_read (stream, "GO");
  g_async_queue_push (read, read);
  g_async_queue_pop (sent);
  assert_injection_is_seen (stream, 0);
  valija_test_server_wait (server, 1);
}

static DexFuture *
pass_on_cb (DexFuture *future, gpointer user_data)
{
  return dex_ref (future);
}

/* Somebody waits, and after @turns of the main loop gives up. The server must see the end. */
static void
check_cancel_connect (ValijaSecurity security, int turns)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (silent_handler, NULL);
  g_autoptr(ValijaEndpoint) endpoint =
    valija_endpoint_new ("127.0.0.1", valija_test_server_get_port (server), security, 10, NULL);
  DexFuture *waiter = dex_future_finally (valija_stream_connect (endpoint, NULL, NULL, NULL), pass_on_cb, NULL, NULL);

  for (int i = 0; i < turns; i++)
    g_main_context_iteration (NULL, FALSE);

  dex_unref (waiter);
  valija_test_drain ();

  /* Freeing waits for whatever handler there is, and none ends before its client has closed. */
}

static void
test_cancel_connect (void)
{
  for (int turns = 0; turns < 40; turns++)
    {
      check_cancel_connect (VALIJA_SECURITY_TLS, turns);
      check_cancel_connect (VALIJA_SECURITY_NONE, turns);
    }
}

static void
test_cancel_handshake (void)
{
  for (int turns = 0; turns < 20; turns++)
    {
      g_autoptr(ValijaTestServer) server = valija_test_server_new (silent_handler, NULL);
      g_autoptr(ValijaStream) stream = connect_in_clear (server);
      DexFuture *waiter = dex_future_finally (valija_stream_start_tls (stream, 0), pass_on_cb, NULL, NULL);

      for (int i = 0; i < turns; i++)
        g_main_context_iteration (NULL, FALSE);

      dex_unref (waiter);
      valija_test_server_wait (server, 0);
      valija_test_drain ();

      /* A fiber that had not begun yet does nothing; every other one closes. */
      valija_stream_close (stream);
      valija_test_server_wait (server, 1);
    }
}

/* The head of a record, and then nothing. */
static void
half_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "GO", 2, NULL, NULL, NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "\x16\x03\x03\x10", 4, NULL,
                             NULL, NULL);
  silent_handler (server, connection);
}

static void
half_tls_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "\x16\x03\x03\x10", 4, NULL,
                             NULL, NULL);
  silent_handler (server, connection);
}

static void
go_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "GO", 2, NULL, NULL, NULL);
  silent_handler (server, connection);
}

/* The time-out of the account holds for the handshake too, also when the protocol has switched off
 * the one for reading because it waits for nothing. */
static void
check_silent_handshake (ValijaTestHandler handler,
                        int               timeout)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (handler, NULL);
  g_autoptr(ValijaEndpoint) endpoint = valija_endpoint_new ("localhost", valija_test_server_get_port (server),
                                                            VALIJA_SECURITY_STARTTLS, 1, NULL);
  g_autoptr(DexFuture) connect = valija_stream_connect (endpoint, NULL, NULL, NULL);
  g_autoptr(DexFuture) upgrade = NULL;
  g_autoptr(ValijaStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  gint64 before = g_get_monotonic_time ();

  stream = g_value_dup_object (valija_test_await (connect, NULL));
  assert_read (stream, "GO");
  if (timeout >= 0)
    valija_stream_set_timeout (stream, (guint) timeout);
  upgrade = valija_stream_start_tls (stream, 0);

  g_assert_null (valija_test_await (upgrade, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_TIMED_OUT);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SECURE);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 10 * G_USEC_PER_SEC);
  g_assert_true (valija_stream_is_closed (stream));
  valija_test_server_wait (server, 1);
}

static void
test_silent_handshake (void)
{
  check_silent_handshake (go_handler, -1);
  check_silent_handshake (go_handler, 0);
  check_no_handshake (half_tls_handler, VALIJA_ERROR_TIMED_OUT);
}

/* With half a record the bytes are there before the handshake and count as injected, or come in it
 * and are waited for. */
static void
test_half_handshake (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (half_handler, NULL);
  g_autoptr(ValijaEndpoint) endpoint = valija_endpoint_new ("localhost", valija_test_server_get_port (server),
                                                            VALIJA_SECURITY_STARTTLS, 1, NULL);
  g_autoptr(DexFuture) connect = valija_stream_connect (endpoint, NULL, NULL, NULL);
  g_autoptr(DexFuture) read = NULL;
  g_autoptr(DexFuture) upgrade = NULL;
  g_autoptr(ValijaStream) stream = NULL;
  g_autoptr(GError) error = NULL;

  stream = g_value_dup_object (valija_test_await (connect, NULL));
  read = valija_stream_read (stream);
  valija_test_await (read, NULL);
  valija_stream_set_timeout (stream, 0);
  upgrade = valija_stream_start_tls (stream, 0);
  g_assert_null (valija_test_await (upgrade, &error));
  g_assert_true (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_TIMED_OUT) ||
                 g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NO_STARTTLS));
  valija_test_server_wait (server, 1);
}

static void
test_close_in_handshake (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (silent_handler, NULL);
  g_autoptr(ValijaStream) stream = connect_in_clear (server);
  g_autoptr(DexFuture) upgrade = valija_stream_start_tls (stream, 0);
  g_autoptr(GError) error = NULL;

  for (int i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);

  valija_stream_close (stream);
  g_assert_null (valija_test_await (upgrade, &error));
  valija_test_server_wait (server, 1);
}

int
main (int argc, char *argv[])
{
  int status;

  dex_init ();
  g_test_init (&argc, &argv, NULL);
  authority = valija_test_authority_new ("Valija Test Authority");
  other_authority = valija_test_authority_new ("Another Authority");
  forged_authority = valija_test_authority_new ("Valija Test Authority");

  g_test_add_func ("/net/tls/good", test_good);
  g_test_add_func ("/net/tls/channel-binding", test_channel_binding);
  g_test_add_func ("/net/tls/tls-1.2", test_tls_1_2);
  g_test_add_func ("/net/tls/too-old", test_too_old);
  g_test_add_func ("/net/tls/refused", test_refused);
  g_test_add_func ("/net/tls/exception", test_exception);
  g_test_add_func ("/net/tls/authorities-file", test_authorities_file);
  g_test_add_func ("/net/tls/no-handshake", test_no_handshake);
  g_test_add_func ("/net/tls/injected-leftover", test_injected_leftover);
  g_test_add_func ("/net/tls/injected-behind", test_injected_behind);
  g_test_add_func ("/net/tls/cancel-connect", test_cancel_connect);
  g_test_add_func ("/net/tls/cancel-handshake", test_cancel_handshake);
  g_test_add_func ("/net/tls/silent-handshake", test_silent_handshake);
  g_test_add_func ("/net/tls/half-handshake", test_half_handshake);
  g_test_add_func ("/net/tls/close-in-handshake", test_close_in_handshake);
  status = g_test_run ();

  valija_test_authority_free (authority);
  valija_test_authority_free (other_authority);
  valija_test_authority_free (forged_authority);

  return status;
}
