/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-http.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "support/valija-script-server.h"

#define MEGABYTE (1024 * 1024)

static void
test_get (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_open_handler, NULL);
  g_autoptr(ValijaTraffic) traffic = valija_traffic_new ();
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();
  g_autoptr(ValijaHttp) http = test_make_http_at (valija_http_server_get_port (server), 10, traffic, transcript);
  g_autofree char *uri = valija_http_server_dup_uri (server, "/cookie");
  g_autofree char *echo = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = valija_http_request_new ("GET", uri);
  g_autoptr(ValijaHttpRequest) upload = test_make_post (echo, "<one/>", TRUE);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("\0\xff not for the transcript", 25);
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autofree char *first = test_ask (http, request, 200);
  g_autofree char *second = test_ask (http, request, 200);
  g_autofree char *line = NULL;
  g_autofree char *body = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr (first, ==, "");
  g_assert_cmpstr (second, ==, "backend=secret-cookie; bare-secret");

  valija_http_request_add_base64 (upload, bytes);
  valija_http_request_add_text (upload, "<two/>");
  valija_http_request_set_header (upload, "X-AnchorMailbox", "ana@example.org");
  response = test_send (http, upload, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (valija_http_response_get_content_type (response), ==, "text/xml");
  g_assert_cmpstr (valija_http_response_get_header (response, "set-cookie"), !=, NULL);
  line = valija_http_response_dup_status_line (response);
  g_assert_cmpstr (line, ==, "200 OK");
  body = test_read_text (response, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (body, ==, "<one/>AP8gbm90IGZvciB0aGUgdHJhbnNjcmlwdA==<two/>");

  g_assert_cmpuint (traffic->connections, ==, 1);
  g_assert_cmpuint (traffic->turns, ==, 3);
  g_assert_cmpuint (traffic->bytes_out, >, 300);
  g_assert_cmpuint (traffic->bytes_in, >, 300);

  text = valija_transcript_to_text (transcript);
  g_assert_nonnull (strstr (text, "C: X-AnchorMailbox: ana@example.org"));
  g_assert_nonnull (strstr (text, "C: <one/>[25 bytes hidden]"));
  g_assert_nonnull (strstr (text, "-- TLS 1.3, certificate of "));
  g_assert_nonnull (strstr (text, "bytes of content]"));
  g_assert_null (strstr (text, "secret-cookie"));
  g_assert_null (strstr (text, "bare-secret"));
}

static void
test_base64 (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_open_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autofree guint8 *data = g_malloc (100003);

  for (gsize i = 0; i < 100003; i++)
    data[i] = (guint8) (i * 7 + i / 251);

  for (gsize size = 0; size <= 100003; size = size < 9 ? size + 1 : size == 9 ? 99999 : size + 1)
    {
      g_autoptr(GBytes) bytes = g_bytes_new (data, size);
      g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "(", TRUE);
      g_autofree char *encoded = g_base64_encode (data, size);
      g_autofree char *expected = g_strdup_printf ("(%s%s)", encoded, encoded);
      g_autofree char *text = NULL;

      valija_http_request_add_base64 (request, bytes);
      valija_http_request_add_base64 (request, bytes);
      valija_http_request_add_text (request, ")");
      text = test_ask (http, request, 200);
      g_assert_cmpstr (text, ==, expected);
    }
}

static void
test_reuse (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_open_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *text = test_post (http, uri, "<a/>", TRUE);

      g_assert_cmpstr (text, ==, "<a/>");
    }

  g_assert_cmpuint (valija_http_server_get_connections (server), ==, 1);

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *text = test_post (http, uri, "<a/>", FALSE);

      g_assert_cmpstr (text, ==, "<a/>");
    }

  g_assert_cmpuint (valija_http_server_get_connections (server), ==, 3);
}

static void
test_redirect (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_open_handler, NULL);
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();
  g_autoptr(ValijaHttp) http = test_make_http_at (valija_http_server_get_port (server), 10, NULL, transcript);
  g_autofree char *uri = valija_http_server_dup_uri (server, "/moved?login_hint=told");
  g_autofree char *expected = valija_http_server_dup_uri (server, "/owa/auth/logon.aspx?code=told#token=told");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(ValijaHttpResponse) response = test_send (http, request, NULL);
  g_autofree char *location = NULL;
  g_autofree char *log = NULL;

  g_assert_cmpuint (valija_http_response_get_status (response), ==, 302);
  location = valija_http_response_dup_location (response);
  g_assert_cmpstr (location, ==, expected);
  g_assert_cmpuint (valija_http_server_get_requests (server), ==, 1);

  log = valija_transcript_to_text (transcript);
  g_assert_nonnull (strstr (log, "/moved?[15 bytes hidden]"));
  g_assert_nonnull (strstr (log, "Location: /owa/auth/logon.aspx?[20 bytes hidden]"));
  g_assert_null (strstr (log, "told"));
}

static void
test_no_body (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_open_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *same = valija_http_server_dup_uri (server, "/same");
  g_autofree char *echo = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) get = valija_http_request_new ("GET", same);
  g_autoptr(ValijaHttpRequest) head = valija_http_request_new ("HEAD", echo);
  g_autofree char *first = test_ask (http, get, 304);
  g_autofree char *second = test_ask (http, head, 200);
  g_autofree char *third = test_ask (http, get, 304);

  g_assert_cmpstr (first, ==, "");
  g_assert_cmpstr (second, ==, "");
  g_assert_cmpuint (valija_http_server_get_connections (server), ==, 1);
}

static void
test_back_off (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_open_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autofree char *busy = valija_http_server_dup_uri (server, "/busy");
  g_autoptr(ValijaHttpRequest) request = test_make_post (busy, "<a/>", TRUE);
  g_autofree char *text = NULL;
  g_autofree char *refusal = NULL;
  gint64 start = g_get_monotonic_time ();

  valija_http_back_off (http, 300);
  valija_http_back_off (http, 10);
  text = test_post (http, uri, "<a/>", TRUE);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 300 * 1000);

  refusal = test_ask (http, request, 503);
  start = g_get_monotonic_time ();
  g_free (text);
  text = test_post (http, uri, "<a/>", TRUE);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 900 * 1000);
}

static void
test_certificate (void)
{
  g_autoptr(GTlsCertificate) self_signed = valija_test_authority_issue (NULL, "localhost", -1, 365);
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (self_signed, test_open_handler, NULL);
  g_autoptr(ValijaTrust) trust = valija_trust_new (NULL);
  g_autoptr(ValijaEndpoint) endpoint = NULL;
  g_autoptr(ValijaHttp) http = NULL;
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", FALSE);
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  ValijaCertificate *shown;

  endpoint = valija_endpoint_new ("localhost", valija_http_server_get_port (server), VALIJA_SECURITY_TLS, 10,
                                  valija_test_authority_get_file (test_http_authority));
  http = valija_http_new (endpoint, trust, NULL, NULL);
  g_assert_null (test_send (http, request, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SECURE);
  shown = valija_error_get_certificate (error);
  g_assert_nonnull (shown);
  g_assert_cmpstr (shown->host, ==, "localhost");
  g_assert_cmpuint (shown->port, ==, valija_http_server_get_port (server));
  g_assert_cmphex (shown->problems, ==, VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED);
  g_assert_cmpuint (valija_http_server_get_requests (server), ==, 0);

  g_assert_true (valija_trust_decide (trust, shown, VALIJA_TRUST_ACCEPTED, NULL));
  text = test_ask (http, request, 200);
  g_assert_cmpstr (text, ==, "<a/>");
}

static void
test_cut (void)
{
  static const struct
  {
    const char *said;
    ValijaErrorCode idempotent;
    ValijaErrorCode other;
  } cases[] = {
    { "", VALIJA_ERROR_DISCONNECTED, VALIJA_ERROR_UNCERTAIN },
    { "HTTP/1.1 200 OK\r\nContent-", VALIJA_ERROR_DISCONNECTED, VALIJA_ERROR_UNCERTAIN },
    { "220 mail ESMTP\r\n\r\n", VALIJA_ERROR_PROTOCOL, VALIJA_ERROR_UNCERTAIN },
    { "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf of it", VALIJA_ERROR_DISCONNECTED, VALIJA_ERROR_DISCONNECTED },
    { "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 20\r\n\r\nhalf of it", VALIJA_ERROR_DISCONNECTED,
      VALIJA_ERROR_DISCONNECTED },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\nhalf of it", VALIJA_ERROR_DISCONNECTED,
      VALIJA_ERROR_DISCONNECTED },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", VALIJA_ERROR_DISCONNECTED,
      VALIJA_ERROR_DISCONNECTED },
  };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      gboolean idempotent = i % 2 == 0;
      g_autoptr(ValijaTestServer) server = test_raw_server (test_cut_handler, (gpointer) cases[i / 2].said);
      g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
      g_autofree char *uri = test_raw_uri (server);
      g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", idempotent);
      g_autoptr(ValijaHttpResponse) response = NULL;
      g_autofree char *text = NULL;
      g_autoptr(GError) error = NULL;

      response = test_send (http, request, &error);
      if (response != NULL)
        text = test_read_text (response, &error);
      g_assert_null (text);
      /* libsoup takes half of the headers for headers, if it is told of the end in time. */
      if (i == 2 && g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL))
        continue;
      g_assert_error (error, VALIJA_ERROR, (int) (idempotent ? cases[i / 2].idempotent : cases[i / 2].other));
    }
}

/* Hangs up in the middle of what the client sends. */
static void
deaf_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(TestPeer) peer = test_peer_new (server, connection);

  if (peer != NULL && test_peer_hear_headers (peer))
    test_peer_hear_body (peer, 100000);
}

static void
test_cut_upload (void)
{
  g_autoptr(ValijaTestServer) server = test_raw_server (deaf_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
  g_autofree char *uri = test_raw_uri (server);
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", FALSE);
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_malloc0 (8 * MEGABYTE), 8 * MEGABYTE);
  g_autoptr(GError) error = NULL;

  valija_http_request_add_base64 (request, bytes);
  g_assert_null (test_send (http, request, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
}

/* Answers one request a connection as if it were kept, and hangs up when the next one comes. */
static void
forgetful_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(TestPeer) peer = test_peer_new (server, connection);

  if (peer == NULL || !test_peer_hear (peer))
    return;

  test_peer_say (peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  test_peer_hear_headers (peer);
}

static void
test_dead_connection (void)
{
  g_autoptr(ValijaTestServer) server = test_raw_server (forgetful_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
  g_autofree char *uri = test_raw_uri (server);

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = test_post (http, uri, "<a/>", TRUE);

      g_assert_cmpstr (text, ==, "ok");
    }
}

/* Hears, and says nothing but what the test gives. */
static void
silent_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(TestPeer) peer = test_peer_new (server, connection);

  if (peer == NULL || !test_peer_hear (peer))
    return;

  test_peer_say (peer, valija_test_server_get_data (server));
  test_peer_hear_headers (peer);
}

static void
test_silence (void)
{
  static const char * const said[] = { "", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf of it" };

  for (gsize i = 0; i < 4; i++)
    {
      g_autoptr(ValijaTestServer) server = test_raw_server (silent_handler, (gpointer) said[i / 2]);
      g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
      g_autofree char *uri = test_raw_uri (server);
      g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", i % 2 == 0);
      g_autoptr(ValijaHttpResponse) response = NULL;
      g_autofree char *text = NULL;
      g_autoptr(GError) error = NULL;

      valija_http_request_set_timeout (request, 1);
      response = test_send (http, request, &error);
      if (response != NULL)
        text = test_read_text (response, &error);
      g_assert_null (text);
      g_assert_error (error, VALIJA_ERROR, (int) (i == 1 ? VALIJA_ERROR_UNCERTAIN : VALIJA_ERROR_TIMED_OUT));
    }
}

/* Says nothing at all, not even to the handshake. */
static void
mute_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  char byte;

  while (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), &byte, 1, NULL, NULL) > 0)
    ;
}

static void
test_not_there (void)
{
  g_autoptr(ValijaTestServer) server = test_raw_server (mute_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http_at (valija_test_server_get_port (server), 1, NULL, NULL);
  g_autofree char *uri = test_raw_uri (server);
  g_autofree char *nobody = NULL;
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", FALSE);
  g_autoptr(ValijaHttpRequest) refused = NULL;
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  g_autoptr(GError) error = NULL;
  guint16 port;

  g_assert_null (test_send (http, request, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_TIMED_OUT);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SECURE);
  g_clear_error (&error);

  port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_socket_listener_close (listener);
  nobody = g_strdup_printf ("https://localhost:%u/", port);
  refused = test_make_post (nobody, "<a/>", FALSE);
  g_assert_null (test_send (http, refused, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CONNECT);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_CONNECT);
}

/* Whatever moment the waiter leaves at, the place is free again: there is one. */
static void
test_cancel (void)
{
  static const char * const said[] = { "", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf of it" };

  for (gsize i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autoptr(ValijaTestServer) server = test_raw_server (silent_handler, (gpointer) said[i]);
      g_autoptr(ValijaHttpServer) other = valija_http_server_new (test_http_certificate, test_open_handler, NULL);
      g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
      g_autofree char *uri = test_raw_uri (server);
      g_autofree char *good = valija_http_server_dup_uri (other, "/echo");
      g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", FALSE);

      valija_http_set_concurrency (http, 1);

      /* After ever more turns of the main loop */
      for (guint turns = 0; turns < 40; turns++)
        {
          g_autoptr(DexFuture) running = test_wait_for (http, request);
          g_autoptr(DexFuture) waiting = test_wait_for (http, request);

          for (guint n = 0; n < turns; n++)
            g_main_context_iteration (NULL, FALSE);
        }

      if (*said[i] != '\0')
        {
          g_autoptr(ValijaHttpResponse) response = test_send (http, request, NULL);
          g_autoptr(DexFuture) first = valija_http_response_read (response);
          g_autoptr(DexFuture) second = NULL;

          g_assert_nonnull (valija_test_await (first, NULL));
          second = valija_http_response_read (response);
          valija_test_drain ();
        }
      else
        {
          g_autoptr(DexFuture) running = test_wait_for (http, request);
          gint64 start = g_get_monotonic_time ();

          while (g_get_monotonic_time () - start < 50 * 1000)
            g_main_context_iteration (NULL, FALSE);
        }

      {
        g_autofree char *text = test_post (http, good, "<a/>", TRUE);

        g_assert_cmpstr (text, ==, "<a/>");
      }
    }
}

static void
test_close (void)
{
  g_autoptr(ValijaTestServer) server = test_raw_server (silent_handler, (gpointer) "");
  g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
  g_autofree char *uri = test_raw_uri (server);
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);

  for (guint i = 0; i < 5; i++)
    g_ptr_array_add (futures, valija_http_send (http, request));
  for (guint n = 0; n < 20; n++)
    g_main_context_iteration (NULL, FALSE);
  valija_http_close (http);
  g_ptr_array_add (futures, valija_http_send (http, request));

  for (guint i = 0; i < futures->len; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (valija_test_await (g_ptr_array_index (futures, i), &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
    }
}

/* Chunks that end anywhere, and compressed: every byte in a segment of its own. */
static void
dribble_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  static const char said[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "5\r\n<one>\r\n1\r\n<\r\n6\r\n/one><\r\n4\r\ntwo/\r\n1\r\n>\r\n0\r\n\r\n";
  g_autoptr(TestPeer) peer = test_peer_new (server, connection);

  if (peer == NULL || !test_peer_hear (peer))
    return;

  for (const char *p = said; *p != '\0'; p++)
    {
      char byte[2] = { *p, '\0' };

      test_peer_say (peer, byte);
    }
}

static void
test_streaming (void)
{
  g_autoptr(ValijaTestServer) server = test_raw_server (dribble_handler, NULL);
  const char *begun = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
  g_autoptr(ValijaTestServer) open = test_raw_server (silent_handler, (gpointer) begun);
  g_autoptr(ValijaHttpServer) other = valija_http_server_new (test_http_certificate, test_open_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
  g_autofree char *uri = test_raw_uri (server);
  g_autofree char *stream_uri = test_raw_uri (open);
  g_autofree char *good = valija_http_server_dup_uri (other, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(ValijaHttpRequest) streaming = test_make_post (stream_uri, "<a/>", TRUE);
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autoptr(DexFuture) first = NULL;
  g_autoptr(DexFuture) second = NULL;
  g_autofree char *text = NULL;
  const GValue *value;

  valija_http_set_concurrency (http, 1);
  valija_http_request_set_streaming (streaming, TRUE);
  valija_http_request_set_timeout (streaming, 0);

  response = test_send (http, streaming, NULL);
  first = valija_http_response_read (response);
  value = valija_test_await (first, NULL);
  g_assert_cmpuint (g_bytes_get_size (g_value_get_boxed (value)), ==, 3);
  second = valija_http_response_read (response);

  /* The others go on meanwhile. */
  text = test_ask (http, request, 200);
  g_assert_cmpstr (text, ==, "<one></one><two/>");
  g_free (text);
  text = test_post (http, good, "<a/>", TRUE);
  g_assert_cmpstr (text, ==, "<a/>");
  g_assert_true (dex_future_is_pending (second));
}

/* Answers with 64 megabytes of nothing, which are 64 kilobytes when compressed. */
static void
bomb_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(TestPeer) peer = test_peer_new (server, connection);
  g_autoptr(GConverter) gzip = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr(GOutputStream) output = g_converter_output_stream_new (memory, gzip);
  g_autofree char *zeros = g_malloc0 (MEGABYTE);

  for (guint i = 0; i < 64; i++)
    g_assert_true (g_output_stream_write_all (output, zeros, MEGABYTE, NULL, NULL, NULL));
  g_output_stream_close (output, NULL, NULL);

  if (peer == NULL || !test_peer_hear (peer))
    return;

  test_peer_say (peer, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
  g_output_stream_write_all (g_io_stream_get_output_stream (peer->io),
                             g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)),
                             g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (memory)), NULL, NULL, NULL);
}

/* Memory of this process alone, in bytes; what is mapped from files does not count. */
static gint64
get_memory (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "RssAnon:");
  g_assert_nonnull (line);

  return g_ascii_strtoll (line + 8, NULL, 10) * 1024;
}

/* AddressSanitizer keeps what was freed for a while. */
static void
check_growth (gint64 growth)
{
  g_test_message ("growth %" G_GINT64_FORMAT " KiB", growth / 1024);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpint (growth, <, 8 * MEGABYTE);
#endif
}

static gint64
read_away (ValijaHttpResponse *response, gint64 memory, guint64 *length, GError **error)
{
  gint64 growth = 0;

  *length = 0;

  for (;;)
    {
      g_autoptr(DexFuture) read = valija_http_response_read (response);
      const GValue *value = valija_test_await (read, error);
      gsize size;

      if (value == NULL)
        return growth;

      size = g_bytes_get_size (g_value_get_boxed (value));
      g_assert_cmpuint (size, <=, 65536);
      *length += size;
      if (size == 0)
        return growth;
      growth = MAX (growth, get_memory () - memory);
    }
}

static void
test_bomb (void)
{
  g_autoptr(ValijaTestServer) server = test_raw_server (bomb_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
  g_autofree char *uri = test_raw_uri (server);
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  guint64 length;
  gint64 growth;

  valija_http_request_set_limit (request, 20 * MEGABYTE);
  response = test_send (http, request, &error);
  g_assert_no_error (error);
  growth = read_away (response, get_memory (), &length, &error);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
  g_assert_cmpuint (length, <=, 20 * MEGABYTE);
  check_growth (growth);
}

/* Takes what comes and gives 40 megabytes back. */
static void
large_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(TestPeer) peer = test_peer_new (server, connection);
  g_autofree char *piece = g_strnfill (65535, 'x');

  if (peer == NULL || !test_peer_hear (peer))
    return;

  valija_test_server_count_received (server, peer->length);
  test_peer_say (peer, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 41942400\r\n\r\n");
  for (guint i = 0; i < 640 && test_peer_say (peer, piece); i++)
    ;
}

static gboolean
sample_cb (gpointer user_data)
{
  gint64 *most = user_data;

  *most = MAX (*most, get_memory ());
  return G_SOURCE_CONTINUE;
}

static void
test_large (void)
{
  g_autoptr(ValijaTestServer) server = test_raw_server (large_handler, NULL);
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();
  g_autoptr(ValijaHttp) http = test_make_http_at (valija_test_server_get_port (server), 10, NULL, transcript);
  g_autofree char *uri = test_raw_uri (server);
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<MimeContent>", TRUE);
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autofree char *path = NULL;
  g_autoptr(GMappedFile) file = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;
  int fd = g_file_open_tmp ("valija-large-XXXXXX", &path, &error);
  gint64 start = get_memory ();
  gint64 most = start;
  gint64 growth;
  guint sampler;
  guint64 length;

  g_assert_no_error (error);
  g_unlink (path);
  g_assert_cmpint (ftruncate (fd, 30 * MEGABYTE), ==, 0);
  file = g_mapped_file_new_from_fd (fd, FALSE, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  bytes = g_mapped_file_get_bytes (file);

  valija_http_request_add_base64 (request, bytes);
  valija_http_request_add_text (request, "</MimeContent>");
  sampler = g_timeout_add (5, sample_cb, &most);
  response = test_send (http, request, &error);
  g_source_remove (sampler);
  g_assert_no_error (error);
  g_assert_cmpuint (valija_test_server_get_received (server), ==, 40 * MEGABYTE + 13 + 14);
  growth = read_away (response, start, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (length, ==, 41942400);

  growth = MAX (growth, most - start);
  check_growth (growth);
}

int
main (int argc, char *argv[])
{
  test_http_init (&argc, &argv);

  g_test_add_func ("/net/http/get", test_get);
  g_test_add_func ("/net/http/base64", test_base64);
  g_test_add_func ("/net/http/reuse", test_reuse);
  g_test_add_func ("/net/http/redirect", test_redirect);
  g_test_add_func ("/net/http/no-body", test_no_body);
  g_test_add_func ("/net/http/back-off", test_back_off);
  g_test_add_func ("/net/http/certificate", test_certificate);
  g_test_add_func ("/net/http/cut", test_cut);
  g_test_add_func ("/net/http/cut-upload", test_cut_upload);
  g_test_add_func ("/net/http/dead-connection", test_dead_connection);
  g_test_add_func ("/net/http/silence", test_silence);
  g_test_add_func ("/net/http/not-there", test_not_there);
  g_test_add_func ("/net/http/cancel", test_cancel);
  g_test_add_func ("/net/http/close", test_close);
  g_test_add_func ("/net/http/streaming", test_streaming);
  g_test_add_func ("/net/http/bomb", test_bomb);
  g_test_add_func ("/net/http/large", test_large);

  return test_http_run ();
}
