/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "net/valija-stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "support/valija-script-server.h"
#include "valija-test-server.h"

#define MEGABYTE (1024 * 1024)
#define LARGE (8 * MEGABYTE)
#define RECORD_SIZE 300
#define N_RECORDS 100
#define CANARY "kAnArIeNvOgEl"

static void
echo_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(GIOStream) tls = NULL;
  GIOStream *io = G_IO_STREAM (connection);
  g_autofree guint8 *buffer = g_malloc (65536);
  gssize length;

  if (valija_test_server_get_data (server) != NULL)
    io = tls = valija_test_server_start_tls (server, io);

  while ((length = g_input_stream_read (g_io_stream_get_input_stream (io), buffer, 65536, NULL, NULL)) > 0)
    g_output_stream_write_all (g_io_stream_get_output_stream (io), buffer, (gsize) length, NULL, NULL, NULL);
}

/* Answers each segment with its length. */
static void
measuring_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  GIOStream *io = G_IO_STREAM (connection);
  char buffer[4096];
  gssize length;

  while ((length = g_input_stream_read (g_io_stream_get_input_stream (io), buffer, sizeof buffer, NULL, NULL)) > 0)
    {
      g_autofree char *answer = g_strdup_printf ("%d\n", (int) length);

      g_output_stream_write_all (g_io_stream_get_output_stream (io), answer, strlen (answer), NULL, NULL, NULL);
    }
}

static void
silent_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  char buffer[4096];

  while (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, sizeof buffer, NULL,
                              NULL) > 0)
    ;
}

/* Takes nothing that is sent. */
static void
deaf_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_async_queue_pop (valija_test_server_get_data (server));
}

/* Over TLS where there is data. */
static void
farewell_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  GIOStream *io = G_IO_STREAM (connection);
  g_autoptr(GIOStream) tls = NULL;

  if (valija_test_server_get_data (server) != NULL)
    io = tls = valija_test_server_start_tls (server, io);

  g_output_stream_write_all (g_io_stream_get_output_stream (io), "421 bye\r\n", 9, NULL, NULL, NULL);
}

/* Many small records of TLS. */
static void
records_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(GIOStream) tls = valija_test_server_start_tls (server, G_IO_STREAM (connection));
  char record[RECORD_SIZE];

  memset (record, 'x', sizeof record);
  for (guint i = 0; i < N_RECORDS; i++)
    g_output_stream_write_all (g_io_stream_get_output_stream (tls), record, sizeof record, NULL, NULL, NULL);
}

static ValijaStream *
connect_full (ValijaTestServer *server,
              ValijaSecurity    security,
              guint             timeout,
              const char       *ca_file,
              ValijaTraffic    *traffic,
              ValijaTranscript *transcript)
{
  g_autoptr(ValijaEndpoint) endpoint =
    valija_endpoint_new ("localhost", valija_test_server_get_port (server), security, timeout, ca_file);
  g_autoptr(DexFuture) connect = valija_stream_connect (endpoint, NULL, traffic, transcript);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (connect, &error);

  g_assert_no_error (error);
  return g_value_dup_object (value);
}

static ValijaStream *
connect_plain (ValijaTestServer *server)
{
  return connect_full (server, VALIJA_SECURITY_NONE, 20, NULL, NULL, NULL);
}

static DexFuture *
write_text (ValijaStream *stream, const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  return valija_stream_write (stream, bytes, FALSE);
}

static GBytes *
read_bytes (ValijaStream *stream)
{
  g_autoptr(DexFuture) read = valija_stream_read (stream);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (read, &error);

  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

static void
assert_read (ValijaStream *stream, const char *expected)
{
  g_autoptr(GBytes) bytes = read_bytes (stream);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, strlen (expected));
}

static void
assert_rejects (DexFuture *future, ValijaErrorCode code)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, (int) code);
}

static void
assert_connect_rejects (const char *host, guint16 port, ValijaErrorCode code, ValijaErrorCode or_code)
{
  g_autoptr(ValijaEndpoint) endpoint = valija_endpoint_new (host, port, VALIJA_SECURITY_NONE, 20, NULL);
  g_autoptr(DexFuture) connect = valija_stream_connect (endpoint, NULL, NULL, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (connect, &error));
  g_assert_true (error->domain == VALIJA_ERROR);
  g_assert_true (error->code == (int) code || error->code == (int) or_code);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_CONNECT);
}

static void
test_not_reached (void)
{
  guint16 closed_port;

  {
    g_autoptr(ValijaTestServer) server = valija_test_server_new (silent_handler, NULL);

    closed_port = valija_test_server_get_port (server);
  }

  assert_connect_rejects ("localhost", closed_port, VALIJA_ERROR_CONNECT, VALIJA_ERROR_CONNECT);
  assert_connect_rejects ("127.0.0.1", closed_port, VALIJA_ERROR_CONNECT, VALIJA_ERROR_CONNECT);
  /* Without a network there is nobody to ask for the name. */
  assert_connect_rejects ("nowhere.invalid", 143, VALIJA_ERROR_RESOLVE, VALIJA_ERROR_OFFLINE);
  assert_connect_rejects ("", 143, VALIJA_ERROR_INVALID, VALIJA_ERROR_INVALID);
  assert_connect_rejects ("localhost", 0, VALIJA_ERROR_INVALID, VALIJA_ERROR_INVALID);
}

/* Three writes of one turn, one segment; and what that counts for. */
static void
test_coalesced (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (measuring_handler, NULL);
  g_autoptr(ValijaTraffic) traffic = valija_traffic_new ();
  g_autoptr(ValijaStream) stream = connect_full (server, VALIJA_SECURITY_NONE, 20, NULL, traffic, NULL);
  g_autoptr(DexFuture) all = NULL;

  g_assert_cmpuint (traffic->connections, ==, 1);
  g_assert_cmpuint (traffic->turns, ==, 0);

  all = dex_future_all (write_text (stream, "one\n"), write_text (stream, "two\n"),
                        write_text (stream, "three\n"), NULL);
  valija_test_await (all, NULL);
  g_assert_true (dex_future_is_resolved (all));
  g_assert_cmpuint (traffic->turns, ==, 1);
  assert_read (stream, "14\n");

  valija_future_forget (write_text (stream, "x"), "test");
  assert_read (stream, "1\n");
  g_assert_cmpuint (traffic->turns, ==, 2);
  g_assert_cmpuint (traffic->bytes_out, ==, 15);
  g_assert_cmpuint (traffic->bytes_in, ==, 5);
  g_assert_cmpuint (traffic->connections, ==, 1);
}

static GBytes *
make_large (void)
{
  guint8 *data = g_malloc (LARGE);

  for (gsize i = 0; i < LARGE; i++)
    data[i] = (guint8) (i * 2654435761u >> 13);

  return g_bytes_new_take (data, LARGE);
}

static void
exchange_large (ValijaStream *stream)
{
  g_autoptr(GBytes) large = make_large ();
  g_autoptr(DexFuture) write = valija_stream_write (stream, large, FALSE);
  g_autoptr(DexFuture) tail = write_text (stream, "tail");
  g_autoptr(GByteArray) back = g_byte_array_new ();

  while (back->len < LARGE + 4)
    {
      g_autoptr(GBytes) bytes = read_bytes (stream);

      g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
      g_assert_cmpuint (g_bytes_get_size (bytes), <=, 65536);
      g_byte_array_append (back, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
    }

  g_assert_true (dex_future_is_resolved (write));
  g_assert_true (dex_future_is_resolved (tail));
  g_assert_cmpint (memcmp (back->data, g_bytes_get_data (large, NULL), LARGE), ==, 0);
  g_assert_cmpint (memcmp (back->data + LARGE, "tail", 4), ==, 0);
}

static void
test_large (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (echo_handler, NULL);
  g_autoptr(ValijaStream) stream = connect_plain (server);

  exchange_large (stream);
}

static void
test_large_over_tls (void)
{
  g_autoptr(ValijaTestAuthority) authority = valija_test_authority_new ("Authority");
  g_autoptr(GTlsCertificate) certificate = valija_test_authority_issue (authority, "localhost", -1, 1);
  g_autoptr(ValijaTestServer) server = valija_test_server_new (echo_handler, authority);
  g_autoptr(ValijaStream) stream = NULL;

  valija_test_server_set_certificate (server, certificate);
  stream = connect_full (server, VALIJA_SECURITY_TLS, 20, valija_test_authority_get_file (authority), NULL, NULL);
  exchange_large (stream);
}

/* An echo of compressed bytes is compressed bytes; both windows meet themselves again. */
static void
test_large_deflated (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (echo_handler, NULL);
  g_autoptr(ValijaTraffic) traffic = valija_traffic_new ();
  g_autoptr(ValijaStream) stream = connect_full (server, VALIJA_SECURITY_NONE, 20, NULL, traffic, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (valija_stream_start_deflate (stream, NULL, &error));
  g_assert_no_error (error);
  exchange_large (stream);
  g_assert_cmpuint (traffic->bytes_in, ==, traffic->bytes_out);
}

static void
test_deflate_script (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaEndpoint) endpoint = NULL;
  g_autoptr(DexFuture) connect = NULL;
  ValijaStream *stream;

  valija_script_server_add (server, "C: a1 COMPRESS DEFLATE\n"
                                    "S: a1 OK\n"
                                    "DEFLATE\n"
                                    "C: a2 NOOP\n"
                                    "S: a2 OK\n"
                                    "C: a3 LOGOUT\n"
                                    "S: a3 OK\n"
                                    "CLOSE");
  endpoint = valija_endpoint_new ("127.0.0.1", valija_script_server_get_port (server), VALIJA_SECURITY_NONE, 20, NULL);
  connect = valija_stream_connect (endpoint, NULL, NULL, NULL);
  stream = g_value_get_object (valija_test_await (connect, NULL));

  valija_future_forget (write_text (stream, "a1 COMPRESS DEFLATE\r\n"), "test");
  assert_read (stream, "a1 OK\r\n");
  g_assert_true (valija_stream_start_deflate (stream, NULL, NULL));
  valija_future_forget (write_text (stream, "a2 NOOP\r\n"), "test");
  assert_read (stream, "a2 OK\r\n");
  valija_future_forget (write_text (stream, "a3 LOGOUT\r\n"), "test");
  assert_read (stream, "a3 OK\r\n");
  assert_read (stream, "");
  valija_stream_close (stream);
}

/* Those that are there are one read. */
static void
test_records (void)
{
  g_autoptr(ValijaTestAuthority) authority = valija_test_authority_new ("Authority");
  g_autoptr(GTlsCertificate) certificate = valija_test_authority_issue (authority, "localhost", -1, 1);
  g_autoptr(ValijaTestServer) server = valija_test_server_new (records_handler, NULL);
  g_autoptr(ValijaStream) stream = NULL;
  g_autoptr(GBytes) bytes = NULL;

  valija_test_server_set_certificate (server, certificate);
  stream = connect_full (server, VALIJA_SECURITY_TLS, 20, valija_test_authority_get_file (authority), NULL, NULL);
  valija_test_server_wait (server, 1);
  bytes = read_bytes (stream);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, N_RECORDS * RECORD_SIZE);
  assert_read (stream, "");
}

/* Words tell nothing, whoever speaks first; the handshake does. */
static void
test_round_trip (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaEndpoint) endpoint = NULL;
  g_autoptr(DexFuture) connect = NULL;
  g_autoptr(DexFuture) secure = NULL;
  ValijaStream *stream;
  gint64 first;

  valija_script_server_add (server, "C: a1 STARTTLS\nS: a1 OK\nTLS\nC: a2 NOOP\nS: a2 OK\nCLOSE");
  endpoint = valija_endpoint_new ("127.0.0.1", valija_script_server_get_port (server), VALIJA_SECURITY_STARTTLS, 20,
                                  valija_script_server_get_ca_file ());
  connect = valija_stream_connect (endpoint, NULL, NULL, NULL);
  stream = g_value_get_object (valija_test_await (connect, NULL));

  valija_future_forget (write_text (stream, "a1 STARTTLS\r\n"), "test");
  assert_read (stream, "a1 OK\r\n");
  g_assert_cmpint (valija_stream_get_round_trip (stream), ==, G_MAXINT64);
  secure = valija_stream_start_tls (stream, 0);
  g_assert_nonnull (valija_test_await (secure, NULL));
  first = valija_stream_get_round_trip (stream);
  g_assert_cmpint (first, <, G_MAXINT64);
  valija_future_forget (write_text (stream, "a2 NOOP\r\n"), "test");
  assert_read (stream, "a2 OK\r\n");
  g_assert_cmpint (valija_stream_get_round_trip (stream), ==, first);
  valija_stream_close (stream);
}

static void
test_end (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (farewell_handler, NULL);
  g_autoptr(ValijaStream) stream = connect_plain (server);

  valija_test_server_wait (server, 1);
  assert_read (stream, "421 bye\r\n");
  assert_read (stream, "");
  assert_read (stream, "");
  g_assert_false (valija_stream_is_closed (stream));
}

/* Both may be there at once, and are told one after the other. */
static void
test_end_over_tls (void)
{
  g_autoptr(ValijaTestAuthority) authority = valija_test_authority_new ("Authority");
  g_autoptr(GTlsCertificate) certificate = valija_test_authority_issue (authority, "localhost", -1, 1);
  g_autoptr(ValijaTestServer) server = valija_test_server_new (farewell_handler, authority);
  g_autoptr(ValijaStream) stream = NULL;

  valija_test_server_set_certificate (server, certificate);
  stream = connect_full (server, VALIJA_SECURITY_TLS, 20, valija_test_authority_get_file (authority), NULL, NULL);
  valija_test_server_wait (server, 1);
  assert_read (stream, "421 bye\r\n");
  assert_read (stream, "");
  assert_read (stream, "");
  g_assert_false (valija_stream_is_closed (stream));
}

/* The server's last words are read although our own do not get through any more. */
static void
test_last_words (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (farewell_handler, NULL);
  g_autoptr(ValijaStream) stream = connect_plain (server);
  g_autoptr(GError) error = NULL;

  valija_test_server_wait (server, 1);

  /* The first bytes may still leave; what comes back then ends the writing. */
  while (error == NULL)
    {
      g_autoptr(DexFuture) write = write_text (stream, "MAIL FROM:<>\r\n");

      valija_test_await (write, &error);
    }

  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
  g_assert_false (valija_stream_is_closed (stream));
  assert_rejects (write_text (stream, "x"), VALIJA_ERROR_DISCONNECTED);
  assert_read (stream, "421 bye\r\n");
}

static void
test_silence (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (silent_handler, NULL);
  g_autoptr(ValijaStream) stream = connect_full (server, VALIJA_SECURITY_NONE, 1, NULL, NULL, NULL);
  g_autoptr(DexFuture) pause = dex_timeout_new_msec (1500);
  DexFuture *read;

  /* For ever, and then not */
  valija_stream_set_timeout (stream, 0);
  read = valija_stream_read (stream);
  valija_test_await (pause, NULL);
  g_assert_true (dex_future_is_pending (read));
  valija_stream_set_timeout (stream, 1);
  assert_rejects (read, VALIJA_ERROR_TIMED_OUT);
  g_assert_true (valija_stream_is_closed (stream));
  assert_rejects (valija_stream_read (stream), VALIJA_ERROR_TIMED_OUT);
  assert_rejects (write_text (stream, "x"), VALIJA_ERROR_TIMED_OUT);
}

/* How many sockets of this process are asked whether they live before @seconds of silence. */
static guint
count_kept_alive (int seconds)
{
  guint n = 0;

  for (int fd = 0; fd < 1024; fd++)
    {
      int alive = 0, idle = 0;
      socklen_t length = sizeof alive;

      if (getsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &alive, &length) == 0 && alive != 0 &&
          getsockopt (fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &length) == 0 && idle <= seconds)
        n++;
    }

  return n;
}

/* The kernel's own two hours are longer than any IDLE. */
static void
test_keep_alive (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (echo_handler, NULL);
  guint before = count_kept_alive (300);
  g_autoptr(ValijaStream) stream = connect_plain (server);

  g_assert_cmpuint (count_kept_alive (300), ==, before + 1);
}

static void
test_deaf (void)
{
  g_autoptr(GAsyncQueue) end = g_async_queue_new ();
  g_autoptr(ValijaTestServer) server = valija_test_server_new (deaf_handler, end);
  g_autoptr(ValijaStream) stream = connect_full (server, VALIJA_SECURITY_NONE, 1, NULL, NULL, NULL);
  g_autoptr(GBytes) large = make_large ();

  assert_rejects (valija_stream_write (stream, large, FALSE), VALIJA_ERROR_TIMED_OUT);
  g_async_queue_push (end, end);
}

static void
test_close (void)
{
  g_autoptr(GAsyncQueue) end = g_async_queue_new ();
  g_autoptr(ValijaTestServer) server = valija_test_server_new (deaf_handler, end);
  g_autoptr(ValijaStream) stream = connect_plain (server);
  g_autoptr(GBytes) large = make_large ();
  g_autoptr(DexFuture) read = valija_stream_read (stream);
  g_autoptr(DexFuture) first = valija_stream_write (stream, large, FALSE);
  g_autoptr(DexFuture) second = write_text (stream, "behind");

  for (int i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);

  valija_stream_close (stream);
  valija_stream_close (stream);
  g_assert_true (valija_stream_is_closed (stream));
  assert_rejects (dex_ref (read), VALIJA_ERROR_DISCONNECTED);
  assert_rejects (dex_ref (first), VALIJA_ERROR_DISCONNECTED);
  assert_rejects (dex_ref (second), VALIJA_ERROR_DISCONNECTED);
  assert_rejects (valija_stream_read (stream), VALIJA_ERROR_DISCONNECTED);
  g_async_queue_push (end, end);
}

/* Nobody holds the stream any more: the server sees the end. */
static void
test_dropped (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (silent_handler, NULL);
  ValijaStream *stream = connect_plain (server);

  g_object_unref (stream);
  valija_test_server_wait (server, 1);
}

/* Dropping a future stops neither the read nor the write. */
static void
test_dropped_futures (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (echo_handler, NULL);
  g_autoptr(ValijaStream) stream = connect_plain (server);
  DexFuture *waiter = dex_future_first (valija_stream_read (stream), dex_future_new_infinite (), NULL);

  dex_unref (write_text (stream, "kept\n"));
  g_assert_true (dex_future_is_pending (waiter));
  dex_unref (waiter);

  /* The first read is still under way and takes the first echo. */
  valija_test_drain ();
  g_assert_false (valija_stream_is_closed (stream));
  valija_stream_close (stream);
}

static void
test_empty_write (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (silent_handler, NULL);
  g_autoptr(ValijaStream) stream = connect_plain (server);
  g_autoptr(DexFuture) write = write_text (stream, "");

  g_assert_true (dex_future_is_resolved (write));
}

static void
test_transcript (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (echo_handler, NULL);
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();
  g_autoptr(ValijaStream) stream = connect_full (server, VALIJA_SECURITY_NONE, 20, NULL, NULL, transcript);
  g_autoptr(GBytes) secret = g_bytes_new_static (CANARY "\r\n", strlen (CANARY) + 2);
  g_autofree char *text = NULL;

  valija_future_forget (write_text (stream, "HELLO\r\n"), "test");
  assert_read (stream, "HELLO\r\n");
  valija_transcript_set_content (transcript, TRUE);
  valija_future_forget (valija_stream_write (stream, secret, TRUE), "test");
  assert_read (stream, CANARY "\r\n");
  valija_transcript_set_content (transcript, FALSE);

  text = valija_transcript_to_text (transcript);
  g_assert_nonnull (strstr (text, "-- localhost:"));
  g_assert_nonnull (strstr (text, "C: HELLO\nS: HELLO\nC: [15 bytes hidden]\nS: [15 bytes of content]\n"));
  g_assert_null (strstr (text, CANARY));
}

static void
test_description (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (silent_handler, NULL);
  g_autoptr(ValijaStream) stream = connect_plain (server);
  g_autofree char *description = valija_stream_dup_description (stream);

  g_assert_cmpstr (description, ==, "not encrypted");
  g_assert_false (valija_stream_is_encrypted (stream));
  g_assert_null (valija_stream_dup_channel_binding (stream, "tls-exporter"));
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/stream/not-reached", test_not_reached);
  g_test_add_func ("/net/stream/coalesced", test_coalesced);
  g_test_add_func ("/net/stream/large", test_large);
  g_test_add_func ("/net/stream/large-over-tls", test_large_over_tls);
  g_test_add_func ("/net/stream/large-deflated", test_large_deflated);
  g_test_add_func ("/net/stream/deflate-script", test_deflate_script);
  g_test_add_func ("/net/stream/records", test_records);
  g_test_add_func ("/net/stream/round-trip", test_round_trip);
  g_test_add_func ("/net/stream/end", test_end);
  g_test_add_func ("/net/stream/end-over-tls", test_end_over_tls);
  g_test_add_func ("/net/stream/last-words", test_last_words);
  g_test_add_func ("/net/stream/silence", test_silence);
  g_test_add_func ("/net/stream/keep-alive", test_keep_alive);
  g_test_add_func ("/net/stream/deaf", test_deaf);
  g_test_add_func ("/net/stream/close", test_close);
  g_test_add_func ("/net/stream/dropped", test_dropped);
  g_test_add_func ("/net/stream/dropped-futures", test_dropped_futures);
  g_test_add_func ("/net/stream/empty-write", test_empty_write);
  g_test_add_func ("/net/stream/transcript", test_transcript);
  g_test_add_func ("/net/stream/description", test_description);

  return g_test_run ();
}
