/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-http.h"

#include <string.h>

#include "support/valija-script-server.h"

#define MEGABYTE (1024 * 1024)

ValijaTestAuthority *test_http_authority;
GTlsCertificate *test_http_certificate;

DexFuture *
test_secret_cb (gpointer user_data)
{
  TestSecret *secret = user_data;

  secret->asked++;
  return dex_future_new_take_boxed (VALIJA_TYPE_SECRET, valija_secret_new (secret->password, -1));
}

ValijaHttp *
test_make_http_at (guint16 port, guint timeout, ValijaTraffic *traffic, ValijaTranscript *transcript)
{
  g_autoptr(ValijaEndpoint) endpoint = valija_endpoint_new ("localhost", port, VALIJA_SECURITY_TLS, timeout,
                                                            valija_test_authority_get_file (test_http_authority));

  return valija_http_new (endpoint, NULL, traffic, transcript);
}

ValijaHttp *
test_make_http (guint16 port)
{
  return test_make_http_at (port, 10, NULL, NULL);
}

ValijaHttpRequest *
test_make_post (const char *uri, const char *body, gboolean idempotent)
{
  ValijaHttpRequest *request = valija_http_request_new ("POST", uri);

  valija_http_request_set_content_type (request, "text/xml; charset=utf-8");
  valija_http_request_add_text (request, body);
  valija_http_request_set_idempotent (request, idempotent);

  return request;
}

ValijaHttpResponse *
test_await_response (DexFuture *future, GError **error)
{
  const GValue *value = valija_test_await (future, error);

  return value != NULL ? g_value_dup_object (value) : NULL;
}

ValijaHttpResponse *
test_send (ValijaHttp *http, ValijaHttpRequest *request, GError **error)
{
  g_autoptr(DexFuture) future = valija_http_send (http, request);

  return test_await_response (future, error);
}

char *
test_read_text (ValijaHttpResponse *response, GError **error)
{
  g_autoptr(DexFuture) future = valija_http_response_read_all (response, 64 * MEGABYTE);
  const GValue *value = valija_test_await (future, error);
  gsize length;
  const char *data;

  if (value == NULL)
    return NULL;

  data = g_bytes_get_data (g_value_get_boxed (value), &length);
  return g_strndup (data != NULL ? data : "", length);
}

/* Sends @request and reads all. */
char *
test_ask (ValijaHttp *http, ValijaHttpRequest *request, guint status)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaHttpResponse) response = test_send (http, request, &error);
  char *text;

  g_assert_no_error (error);
  g_assert_cmpuint (valija_http_response_get_status (response), ==, status);
  text = test_read_text (response, &error);
  g_assert_no_error (error);

  return text;
}

char *
test_post (ValijaHttp *http, const char *uri, const char *body, gboolean idempotent)
{
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, body, idempotent);

  return test_ask (http, request, 200);
}

/* Sends the request's body back, or what its path asks for. */
void
test_answer (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *path = g_uri_get_path (soup_server_message_get_uri (message));

  soup_message_headers_append (headers, "Set-Cookie", "backend=secret-cookie; Path=/");
  soup_message_headers_append (headers, "Set-Cookie", "bare-secret");

  if (g_str_equal (path, "/moved"))
    {
      soup_message_headers_append (headers, "Location", "/owa/auth/logon.aspx?code=told#token=told");
      soup_server_message_set_status (message, SOUP_STATUS_FOUND, NULL);
      return;
    }

  if (g_str_equal (path, "/same"))
    {
      soup_message_headers_set_content_length (headers, 1000);
      soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
      return;
    }

  if (g_str_equal (path, "/busy"))
    {
      soup_message_headers_append (headers, "Retry-After", "1");
      soup_server_message_set_status (message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
      return;
    }

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  if (g_str_equal (path, "/cookie"))
    {
      const char *cookie = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Cookie");

      soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, cookie != NULL ? cookie : "",
                                        cookie != NULL ? strlen (cookie) : 0);
    }
  else
    soup_server_message_set_response (message, "Text/XML; charset=utf-8", SOUP_MEMORY_COPY, body->data,
                                      (gsize) body->length);
}

void
test_open_handler (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data)
{
  test_answer (message);
}

void
test_basic_handler (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data)
{
  if (valija_http_server_check_basic (server, message, USER, PASSWORD))
    test_answer (message);
}

void
test_ntlm_handler (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data)
{
  if (valija_http_server_check_ntlm (server, message, USER, NTLM_PASSWORD))
    test_answer (message);
}

static DexFuture *
pass_on_cb (DexFuture *future, gpointer user_data)
{
  return dex_ref (future);
}

/* Somebody waits; dropping it is giving up. */
DexFuture *
test_wait_for (ValijaHttp *http, ValijaHttpRequest *request)
{
  return dex_future_finally (valija_http_send (http, request), pass_on_cb, NULL, NULL);
}

TestPeer *
test_peer_new (ValijaTestServer *server, GSocketConnection *connection)
{
  GIOStream *io = valija_test_server_start_tls (server, G_IO_STREAM (connection));
  TestPeer *peer;

  if (io == NULL)
    return NULL;

  peer = g_new0 (TestPeer, 1);
  peer->io = io;
  peer->input = g_data_input_stream_new (g_io_stream_get_input_stream (io));
  g_data_input_stream_set_newline_type (peer->input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (peer->input), FALSE);

  return peer;
}

void
test_peer_free (TestPeer *peer)
{
  g_object_unref (peer->input);
  g_object_unref (peer->io);
  g_free (peer);
}

gboolean
test_peer_hear_headers (TestPeer *peer)
{
  gboolean any = FALSE;

  peer->length = 0;

  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (peer->input, NULL, NULL, NULL);

      if (line == NULL)
        return FALSE;
      if (*line == '\0')
        return any;
      if (g_ascii_strncasecmp (line, "Content-Length: ", 16) == 0)
        peer->length = g_ascii_strtoull (line + 16, NULL, 10);
      any = TRUE;
    }
}

guint64
test_peer_hear_body (TestPeer *peer, guint64 length)
{
  g_autofree char *buffer = g_malloc (65536);
  guint64 heard = 0;

  while (heard < length)
    {
      gssize size = g_input_stream_read (G_INPUT_STREAM (peer->input), buffer, MIN (65536, length - heard), NULL, NULL);

      if (size <= 0)
        break;
      heard += (guint64) size;
    }

  return heard;
}

gboolean
test_peer_hear (TestPeer *peer)
{
  return test_peer_hear_headers (peer) && test_peer_hear_body (peer, peer->length) == peer->length;
}

gboolean
test_peer_say (TestPeer *peer, const char *text)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (peer->io), text, strlen (text), NULL, NULL, NULL);
}

/* Says the text that the test gives, once, and hangs up without the goodbye of TLS. */
void
test_cut_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(TestPeer) peer = test_peer_new (server, connection);

  if (peer != NULL && test_peer_hear (peer))
    test_peer_say (peer, valija_test_server_get_data (server));
}

ValijaTestServer *
test_raw_server (ValijaTestHandler handler, gpointer data)
{
  ValijaTestServer *server = valija_test_server_new (handler, data);

  valija_test_server_set_certificate (server, test_http_certificate);
  return server;
}

char *
test_raw_uri (ValijaTestServer *server)
{
  return g_strdup_printf ("https://localhost:%u/EWS", valija_test_server_get_port (server));
}

void
test_http_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  dex_init ();
  test_http_authority = valija_test_authority_new ("Valija Test Authority");
  test_http_certificate = valija_test_authority_issue (test_http_authority, "localhost", -1, 365);
}

int
test_http_run (void)
{
  int status = g_test_run ();

  g_clear_object (&test_http_certificate);
  g_clear_pointer (&test_http_authority, valija_test_authority_free);

  return status;
}
