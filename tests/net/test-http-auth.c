/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-http.h"

#include <string.h>

#include "support/valija-script-server.h"

/* Who one is, to a server of HTTP: by Basic, NTLM, Negotiate and a token. */

#define CANARY "kAnArIeNvOgEl"

static void
check_sign_in (ValijaHttpHandler handler, ValijaHttpAuth auth, const char *user, guint requests)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, handler, NULL);
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();
  g_autoptr(ValijaHttp) http = test_make_http_at (valija_http_server_get_port (server), 10, NULL, transcript);
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autofree char *log = NULL;
  TestSecret secret = { auth == VALIJA_HTTP_AUTH_NTLM ? NTLM_PASSWORD : PASSWORD, 0 };

  valija_http_set_auth (http, auth, user, test_secret_cb, &secret, NULL);

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<body>", TRUE);
      g_autoptr(GBytes) bytes = g_bytes_new_static ("xyz", 3);
      g_autofree char *text = NULL;

      valija_http_request_add_base64 (request, bytes);
      text = test_ask (http, request, 200);
      g_assert_cmpstr (text, ==, "<body>eHl6");
    }

  g_assert_cmpuint (secret.asked, ==, 1);
  g_assert_cmpuint (valija_http_server_get_connections (server), ==, 1);
  g_assert_cmpuint (valija_http_server_get_requests (server), ==, requests);

  log = valija_transcript_to_text (transcript);
  g_assert_nonnull (strstr (log, "Authorization: "));
  g_assert_null (strstr (log, "YW5hOm"));
  g_assert_null (strstr (log, "TlRMTVNTUAAD"));
}

static void
test_basic (void)
{
  check_sign_in (test_basic_handler, VALIJA_HTTP_AUTH_BASIC, USER, 5);
}

static void
test_ntlm (void)
{
  check_sign_in (test_ntlm_handler, VALIJA_HTTP_AUTH_NTLM, "EXAMPLE\\" USER, 5);
  check_sign_in (test_ntlm_handler, VALIJA_HTTP_AUTH_NTLM, USER, 5);
}

/* Not idempotent, and yet the body is sent once and not three times over. */
static void
test_ntlm_kept (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_ntlm_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  TestSecret secret = { NTLM_PASSWORD, 0 };

  valija_http_set_auth (http, VALIJA_HTTP_AUTH_NTLM, USER, test_secret_cb, &secret, NULL);
  first = test_post (http, uri, "<small/>", TRUE);
  second = test_post (http, uri, "<send/>", FALSE);
  g_assert_cmpstr (second, ==, "<send/>");
  g_assert_cmpuint (valija_http_server_get_requests (server), ==, 3);
  g_assert_cmpuint (valija_http_server_get_connections (server), ==, 1);
}

/* No form of a password that could be used: itself, or as Basic and the third message of NTLM carry it. */
static gboolean
is_quiet (const char *text)
{
  static const char * const forms[] = { CANARY, "YW5hOm", "TlRMTVNTUAAD" };

  for (gsize i = 0; text != NULL && i < G_N_ELEMENTS (forms); i++)
    if (strstr (text, forms[i]) != NULL)
      return FALSE;

  return TRUE;
}

static int n_loud; /* atomic */

/* What the program says of itself, at any level */
static GLogWriterOutput
listen_writer (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].length < 0 && !is_quiet (fields[i].value))
      g_atomic_int_inc (&n_loud);

  return g_log_writer_default (level, fields, n_fields, user_data);
}

/* A server that throws back what it was sent, in words and in the body */
static void
echoing_handler (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data)
{
  const char *given = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                    "Authorization");
  g_autofree char *words = g_strdup_printf ("No to %s", given != NULL ? given : "nobody");
  gboolean ntlm = user_data != NULL;
  gboolean known = ntlm ? valija_http_server_check_ntlm (server, message, USER, "other")
                        : valija_http_server_check_basic (server, message, USER, "other");

  g_assert_false (known);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, words, strlen (words));
}

static void
check_quiet (ValijaHttpAuth auth)
{
  gboolean ntlm = auth == VALIJA_HTTP_AUTH_NTLM;
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, echoing_handler,
                                                               GINT_TO_POINTER (ntlm));
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();
  g_autoptr(ValijaHttp) http = test_make_http_at (valija_http_server_get_port (server), 10, NULL, transcript);
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(GError) error = NULL;
  g_autofree char *log = NULL;
  g_autofree char *detail = NULL;
  TestSecret secret = { CANARY, 0 };

  valija_http_set_auth (http, auth, USER, test_secret_cb, &secret, NULL);
  g_assert_null (test_send (http, request, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
  g_assert_cmpuint (valija_http_server_get_secrets (server), ==, 1);

  detail = valija_error_dup_detail (error);
  g_assert_true (is_quiet (error->message));
  g_assert_true (is_quiet (valija_error_get_server_line (error)));
  g_assert_true (is_quiet (detail));

  log = valija_transcript_to_text (transcript);
  g_assert_nonnull (strstr (log, "Authorization: "));
  g_assert_true (is_quiet (log));
}

static void
test_quiet (void)
{
  check_quiet (VALIJA_HTTP_AUTH_BASIC);
  check_quiet (VALIJA_HTTP_AUTH_NTLM);
  g_assert_cmpint (g_atomic_int_get (&n_loud), ==, 0);
}

static void
check_refused (ValijaHttpHandler handler, ValijaHttpAuth auth)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(ValijaHttpRequest) streaming = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);
  g_autofree char *text = NULL;
  TestSecret secret = { "wrong", 0 };
  guint requests;

  valija_http_set_concurrency (http, 4);
  valija_http_set_auth (http, auth, USER, test_secret_cb, &secret, NULL);
  valija_http_request_set_streaming (streaming, TRUE);

  for (guint i = 0; i < 10; i++)
    g_ptr_array_add (futures, valija_http_send (http, i % 2 == 0 ? request : streaming));

  for (guint i = 0; i < futures->len; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (valija_test_await (g_ptr_array_index (futures, i), &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
      g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SIGN_IN);
    }

  g_assert_cmpuint (valija_http_server_get_secrets (server), ==, 1);
  requests = valija_http_server_get_requests (server);

  /* Nothing goes out any more, */
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (test_send (http, request, &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
    }

  g_assert_cmpuint (valija_http_server_get_requests (server), ==, requests);

  /* until the secret is another. */
  secret.password = auth == VALIJA_HTTP_AUTH_NTLM ? NTLM_PASSWORD : PASSWORD;
  valija_http_set_auth (http, auth, USER, test_secret_cb, &secret, NULL);
  text = test_ask (http, request, 200);
  g_assert_cmpstr (text, ==, "<a/>");
  g_assert_cmpuint (secret.asked, ==, 2);
  g_assert_cmpuint (valija_http_server_get_secrets (server), ==, 2);
}

static void
test_refused (void)
{
  check_refused (test_basic_handler, VALIJA_HTTP_AUTH_BASIC);
  check_refused (test_ntlm_handler, VALIJA_HTTP_AUTH_NTLM);
}

/* What was not read to its end took its connection along: the next body is not sent to one that knows nobody. */
static void
test_ntlm_dropped (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_ntlm_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autofree char *text = NULL;
  TestSecret secret = { NTLM_PASSWORD, 0 };

  valija_http_set_concurrency (http, 1);
  valija_http_set_auth (http, VALIJA_HTTP_AUTH_NTLM, USER, test_secret_cb, &secret, NULL);
  response = test_send (http, request, NULL);
  g_assert_nonnull (response);
  g_clear_object (&response);
  text = test_ask (http, request, 200);
  g_assert_cmpuint (valija_http_server_get_requests (server), ==, 4);
  g_assert_cmpuint (valija_http_server_get_connections (server), ==, 2);
}

/* Each connection is signed in once, and there are no more of them than allowed. */
static void
test_several (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_ntlm_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);
  g_autofree char *first = NULL;
  TestSecret secret = { NTLM_PASSWORD, 0 };

  valija_http_set_concurrency (http, 3);
  valija_http_set_auth (http, VALIJA_HTTP_AUTH_NTLM, USER, test_secret_cb, &secret, NULL);
  first = test_post (http, uri, "<first/>", TRUE);

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *body = g_strdup_printf ("<n%u/>", i);
      g_autoptr(ValijaHttpRequest) request = test_make_post (uri, body, i % 2 == 0);

      g_ptr_array_add (futures, valija_http_send (http, request));
    }

  for (guint i = 0; i < futures->len; i++)
    {
      g_autofree char *expected = g_strdup_printf ("<n%u/>", i);
      g_autoptr(ValijaHttpResponse) response = test_await_response (g_ptr_array_index (futures, i), NULL);
      g_autofree char *text = test_read_text (response, NULL);

      g_assert_cmpstr (text, ==, expected);
      /* What has an answer that nobody has read yet keeps its place. */
      g_clear_object (&response);
      g_clear_pointer ((DexFuture **) &g_ptr_array_index (futures, i), dex_unref);
    }

  g_ptr_array_set_free_func (futures, NULL);
  g_assert_cmpuint (valija_http_server_get_connections (server), ==, 3);
  g_assert_cmpuint (valija_http_server_get_secrets (server), ==, 3);
  g_assert_cmpuint (valija_http_server_get_requests (server), ==, 21 + 3);
}

/* The right one works, and the server changes its mind: not one more goes out after the refusal. */
static void
changing_handler (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data)
{
  const char *password = g_atomic_pointer_get ((const char **) user_data);

  if (valija_http_server_check_basic (server, message, USER, password))
    test_answer (message);
}

static void
test_changed (void)
{
  const char *password = PASSWORD;
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, changing_handler, &password);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autofree char *text = NULL;
  TestSecret secret = { PASSWORD, 0 };
  guint secrets;

  valija_http_set_auth (http, VALIJA_HTTP_AUTH_BASIC, USER, test_secret_cb, &secret, NULL);
  text = test_ask (http, request, 200);
  secrets = valija_http_server_get_secrets (server);
  g_atomic_pointer_set (&password, "another");

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (test_send (http, request, &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
    }

  g_assert_cmpuint (valija_http_server_get_secrets (server), ==, secrets + 1);
}

static void
offering_handler (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  g_assert_null (soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization"));
  soup_message_headers_append (headers, "WWW-Authenticate", "Negotiate");
  soup_message_headers_append (headers, "WWW-Authenticate",
                               "Digest realm=\"Basic , Bearer\", qop = auth, NTLM, Unheard realm=NTLM");
  soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
}

static void
test_not_offered (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, offering_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(ValijaHttpRequest) anonymous = valija_http_request_new ("GET", uri);
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  TestSecret secret = { PASSWORD, 0 };

  valija_http_set_auth (http, VALIJA_HTTP_AUTH_BASIC, USER, test_secret_cb, &secret, NULL);
  g_assert_null (test_send (http, request, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_NO_MECHANISM);
  g_assert_nonnull (strstr (error->message, "“Basic”. It offers: NTLM, Negotiate."));

  valija_http_request_set_anonymous (anonymous, TRUE);
  response = test_send (http, anonymous, NULL);
  g_assert_cmphex (valija_http_response_get_offers (response), ==,
                   VALIJA_HTTP_OFFER_NEGOTIATE | VALIJA_HTTP_OFFER_NTLM | VALIJA_HTTP_OFFER_OTHER);
}

static void
negotiate_handler (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_append (headers, "WWW-Authenticate", "Negotiate");
  soup_message_headers_append (headers, "WWW-Authenticate", "Basic realm=\"here\"");
  soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
}

static void
ignore_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
}

/* Kerberos was chosen and there is no ticket: nothing else is tried, and it is said. */
static void
test_no_ticket (void)
{
  g_autoptr(ValijaHttpServer) server = NULL;
  g_autoptr(ValijaHttp) http = NULL;
  g_autofree char *uri = NULL;
  g_autoptr(ValijaHttpRequest) request = NULL;
  g_autoptr(GError) error = NULL;

  /* libsoup warns of it. */
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  guint handler = g_log_set_handler ("libsoup", G_LOG_LEVEL_WARNING, ignore_cb, NULL);

  server = valija_http_server_new (test_http_certificate, negotiate_handler, NULL);
  http = test_make_http (valija_http_server_get_port (server));
  uri = valija_http_server_dup_uri (server, "/echo");
  request = test_make_post (uri, "<a/>", TRUE);
  valija_http_set_auth (http, VALIJA_HTTP_AUTH_NEGOTIATE, NULL, NULL, NULL, NULL);
  g_assert_null (test_send (http, request, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
  g_assert_nonnull (strstr (error->message, "no Kerberos ticket"));
  g_log_remove_handler ("libsoup", handler);
  g_log_set_always_fatal (fatal);
}

/* Another name for the same server is another server; and nothing goes without TLS. */
static void
test_approved (void)
{
  g_autoptr(ValijaHttpServer) server = NULL;
  g_autoptr(GTlsCertificate) other = valija_test_authority_issue (test_http_authority, "127.0.0.1", -1, 365);
  g_autoptr(ValijaHttp) http = NULL;
  g_autoptr(ValijaHttpRequest) request = NULL;
  g_autoptr(ValijaHttpRequest) clear = valija_http_request_new ("GET", "http://localhost/");
  g_autoptr(ValijaHttpRequest) userinfo = valija_http_request_new ("GET", "https://a:b@localhost/");
  g_autofree char *uri = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  TestSecret secret = { PASSWORD, 0 };

  server = valija_http_server_new (other, test_basic_handler, NULL);
  http = test_make_http (valija_http_server_get_port (server));
  valija_http_set_auth (http, VALIJA_HTTP_AUTH_BASIC, USER, test_secret_cb, &secret, NULL);
  uri = g_strdup_printf ("https://127.0.0.1:%u/echo", valija_http_server_get_port (server));
  request = test_make_post (uri, "<a/>", TRUE);
  text = test_ask (http, request, 401);
  g_assert_cmpuint (secret.asked, ==, 0);

  g_assert_null (test_send (http, clear, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_TLS);
  g_clear_error (&error);
  g_assert_null (test_send (http, userinfo, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);

  valija_http_approve (http, "127.0.0.1", valija_http_server_get_port (server), VALIJA_SECURITY_TLS);
  g_free (text);
  text = test_ask (http, request, 200);
  g_assert_cmpuint (valija_http_server_get_secrets (server), ==, 1);
}

static DexFuture *
no_secret_cb (gpointer user_data)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_NO_SECRET, "No password is stored.");
  return dex_future_new_for_error (error);
}

static void
test_no_secret (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_basic_handler, NULL);
  g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autoptr(GError) error = NULL;

  valija_http_set_auth (http, VALIJA_HTTP_AUTH_BASIC, USER, no_secret_cb, NULL, NULL);
  g_assert_null (test_send (http, request, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_NO_SECRET);
  g_assert_cmpuint (valija_http_server_get_requests (server), ==, 0);
}

static void
bearer_handler (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data)
{
  const char *given = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                    "Authorization");

  if (g_strcmp0 (given, "Bearer new-token") == 0)
    {
      test_answer (message);
      return;
    }

  soup_message_headers_append (soup_server_message_get_response_headers (message), "WWW-Authenticate",
                               "Bearer error=\"invalid_token\"");
  soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
}

static void
test_bearer (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, bearer_handler, NULL);
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();
  g_autoptr(ValijaHttp) http = test_make_http_at (valija_http_server_get_port (server), 10, NULL, transcript);
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);
  g_autofree char *text = NULL;
  g_autofree char *log = NULL;
  g_autoptr(GError) error = NULL;
  TestSecret secret = { "old-token", 0 };

  valija_http_set_auth (http, VALIJA_HTTP_AUTH_BEARER, NULL, test_secret_cb, &secret, NULL);
  g_assert_null (test_send (http, request, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);

  secret.password = "new-token";
  valija_http_set_auth (http, VALIJA_HTTP_AUTH_BEARER, NULL, test_secret_cb, &secret, NULL);
  text = test_ask (http, request, 200);
  g_assert_cmpuint (valija_http_server_get_requests (server), ==, 2);

  log = valija_transcript_to_text (transcript);
  g_assert_nonnull (strstr (log, "Authorization: Bearer [10 bytes hidden]"));
}

/* Before the password was asked for nothing can have been done. */
static void
test_ntlm_cut (void)
{
  g_autoptr(ValijaTestServer) server = test_raw_server (test_cut_handler, (gpointer) "");
  g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
  g_autofree char *uri = test_raw_uri (server);
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", FALSE);
  g_autoptr(GError) error = NULL;
  TestSecret secret = { NTLM_PASSWORD, 0 };

  valija_http_set_auth (http, VALIJA_HTTP_AUTH_NTLM, USER, test_secret_cb, &secret, NULL);
  g_assert_null (test_send (http, request, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
}

static void
test_cancel_ntlm (void)
{
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (test_http_certificate, test_ntlm_handler, NULL);
  g_autofree char *uri = valija_http_server_dup_uri (server, "/echo");
  g_autoptr(ValijaHttpRequest) request = test_make_post (uri, "<a/>", TRUE);

  for (guint turns = 0; turns < 120; turns += 3)
    {
      g_autoptr(ValijaHttp) http = test_make_http (valija_http_server_get_port (server));
      g_autoptr(DexFuture) running = NULL;
      g_autofree char *text = NULL;
      TestSecret secret = { NTLM_PASSWORD, 0 };

      valija_http_set_concurrency (http, 1);
      valija_http_set_auth (http, VALIJA_HTTP_AUTH_NTLM, USER, test_secret_cb, &secret, NULL);
      running = test_wait_for (http, request);
      for (guint n = 0; n < turns && dex_future_is_pending (running); n++)
        g_main_context_iteration (NULL, TRUE);
      dex_clear (&running);
      text = test_ask (http, request, 200);
      g_assert_cmpstr (text, ==, "<a/>");
    }
}

/* Says what stands for an answer, and each time on another connection. */
static void
challenge_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  int *rounds = valija_test_server_get_data (server);
  g_autoptr(TestPeer) peer = test_peer_new (server, connection);

  if (peer == NULL || !test_peer_hear (peer))
    return;

  switch (g_atomic_int_add (rounds, 1))
    {
    case 0:
    case 2:
      test_peer_say (peer, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n"
                 "WWW-Authenticate: NTLM TlRMTVNTUAACAAAAAAAAAAAAAAABAAAAASNFZ4mrze8AAAAAAAAAAAAAAAAwAAAA\r\n\r\n");
      break;
    case 1:
      test_peer_say (peer, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: NTLM\r\n\r\n");
      break;
    default:
      test_peer_say (peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      break;
    }
}

/* A connection that went in the middle of signing in says nothing of the password. */
static void
test_forgotten_challenge (void)
{
  int rounds = 0;
  g_autoptr(ValijaTestServer) server = test_raw_server (challenge_handler, &rounds);
  g_autoptr(ValijaHttp) http = test_make_http (valija_test_server_get_port (server));
  g_autofree char *uri = test_raw_uri (server);
  g_autofree char *text = NULL;
  TestSecret secret = { NTLM_PASSWORD, 0 };

  valija_http_set_auth (http, VALIJA_HTTP_AUTH_NTLM, USER, test_secret_cb, &secret, NULL);
  text = test_post (http, uri, "<a/>", TRUE);
  g_assert_cmpstr (text, ==, "ok");
  g_assert_cmpint (rounds, ==, 4);
}

int
main (int argc, char *argv[])
{
  test_http_init (&argc, &argv);
  g_log_set_writer_func (listen_writer, NULL, NULL);

  g_test_add_func ("/net/http/basic", test_basic);
  g_test_add_func ("/net/http/ntlm", test_ntlm);
  g_test_add_func ("/net/http/ntlm-kept", test_ntlm_kept);
  g_test_add_func ("/net/http/ntlm-dropped", test_ntlm_dropped);
  g_test_add_func ("/net/http/ntlm-cut", test_ntlm_cut);
  g_test_add_func ("/net/http/several", test_several);
  g_test_add_func ("/net/http/forgotten-challenge", test_forgotten_challenge);
  g_test_add_func ("/net/http/cancel-ntlm", test_cancel_ntlm);
  g_test_add_func ("/net/http/refused", test_refused);
  g_test_add_func ("/net/http/quiet", test_quiet);
  g_test_add_func ("/net/http/changed", test_changed);
  g_test_add_func ("/net/http/not-offered", test_not_offered);
  g_test_add_func ("/net/http/no-ticket", test_no_ticket);
  g_test_add_func ("/net/http/approved", test_approved);
  g_test_add_func ("/net/http/no-secret", test_no_secret);
  g_test_add_func ("/net/http/bearer", test_bearer);

  return test_http_run ();
}
