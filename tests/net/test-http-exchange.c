/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Signing in and talking to a server that is not ours: the contract server for Exchange, whose NTLM is written in
 * another language. test-http-exchange SERVER.PY */

#include "config.h"

#include "base/valija-error.h"
#include "net/valija-http.h"

#include <string.h>

#include "support/valija-script-server.h"

#define GET_FOLDER \
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" " \
  "xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" " \
  "xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"><s:Header>" \
  "<t:RequestServerVersion Version=\"Exchange2013_SP1\"/></s:Header><s:Body><m:GetFolder><m:FolderShape>" \
  "<t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id=\"inbox\"/>" \
  "</m:FolderIds></m:GetFolder></s:Body></s:Envelope>"

typedef struct
{
  GSubprocess *process;
  GHashTable *where; /* what it says of itself */
} Server;

static const char *program;

/* The strings and numbers of a flat JSON object */
static GHashTable *
parse_line (const char *line)
{
  g_autoptr(GRegex) regex = g_regex_new ("\"(\\w+)\": (?:\"((?:[^\"\\\\]|\\\\.)*)\"|(\\d+))", G_REGEX_DEFAULT,
                                         G_REGEX_MATCH_DEFAULT, NULL);
  g_autoptr(GMatchInfo) match = NULL;
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (gboolean more = g_regex_match (regex, line, G_REGEX_MATCH_DEFAULT, &match); more;
       more = g_match_info_next (match, NULL))
    {
      g_autofree char *text = g_match_info_fetch (match, 2);
      char *value = *text != '\0' ? g_strcompress (text) : g_match_info_fetch (match, 3);

      g_hash_table_insert (found, g_match_info_fetch (match, 1), value);
    }

  return found;
}

static void
server_start (Server *server, const char *auth, const char *more)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDataInputStream) output = NULL;
  g_autofree char *line = NULL;

  server->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "python3",
                                      program, "--auth", auth, more, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server->process));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  server->where = parse_line (line);
}

static void
server_stop (Server *server)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (server->process), NULL, NULL);
  g_subprocess_wait (server->process, NULL, NULL);
  g_object_unref (server->process);
  g_hash_table_unref (server->where);
}

static const char *
where (Server *server, const char *name)
{
  return g_hash_table_lookup (server->where, name);
}

static DexFuture *
secret_cb (gpointer user_data)
{
  return dex_future_new_take_boxed (VALIJA_TYPE_SECRET, valija_secret_new (user_data, -1));
}

static ValijaHttp *
make_http (Server *server, ValijaHttpAuth auth, const char *password)
{
  g_autoptr(ValijaEndpoint) endpoint =
    valija_endpoint_new ("localhost", (guint16) g_ascii_strtoull (where (server, "port"), NULL, 10),
                         VALIJA_SECURITY_TLS, 20, where (server, "ca"));
  ValijaHttp *http = valija_http_new (endpoint, NULL, NULL, NULL);

  valija_http_set_auth (http, auth, where (server, "user"), secret_cb, g_strdup (password), g_free);

  return http;
}

/* The status, or 0 with @error */
static guint
get_folder (Server *server, ValijaHttp *http, GError **error)
{
  g_autoptr(ValijaHttpRequest) request = valija_http_request_new ("POST", where (server, "url"));
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(DexFuture) all = NULL;
  g_autofree char *text = NULL;
  const GValue *value;
  ValijaHttpResponse *response;
  GBytes *bytes;

  valija_http_request_set_content_type (request, "text/xml; charset=utf-8");
  valija_http_request_add_text (request, GET_FOLDER);
  valija_http_request_set_idempotent (request, TRUE);
  future = valija_http_send (http, request);
  value = valija_test_await (future, error);
  if (value == NULL)
    return 0;

  response = g_value_get_object (value);
  all = valija_http_response_read_all (response, 1 << 20);
  value = valija_test_await (all, error);
  if (value == NULL)
    return 0;

  bytes = g_value_get_boxed (value);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_nonnull (strstr (text, "<t:DisplayName>Inbox</t:DisplayName>"));

  return valija_http_response_get_status (response);
}

static void
check_sign_in (const char *offered, const char *more, ValijaHttpAuth auth)
{
  Server server;
  g_autoptr(ValijaHttp) http = NULL;
  g_autoptr(ValijaHttp) wrong = NULL;
  g_autoptr(GError) error = NULL;

  server_start (&server, offered, more);
  http = make_http (&server, auth, where (&server, "password"));
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpuint (get_folder (&server, http, &error), ==, 200);
      g_assert_no_error (error);
    }

  wrong = make_http (&server, auth, "wrong");
  g_assert_cmpuint (get_folder (&server, wrong, &error), ==, 0);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
  server_stop (&server);
}

static void
test_basic (void)
{
  check_sign_in ("negotiate,ntlm,basic", NULL, VALIJA_HTTP_AUTH_BASIC);
}

static void
test_ntlm (void)
{
  check_sign_in ("negotiate,ntlm,basic", NULL, VALIJA_HTTP_AUTH_NTLM);
}

static void
test_extended_protection (void)
{
  check_sign_in ("negotiate,ntlm", "--extended-protection", VALIJA_HTTP_AUTH_NTLM);
}

static void
test_probe (void)
{
  Server server;
  g_autoptr(ValijaHttp) http = NULL;
  g_autoptr(DexFuture) probe = NULL;

  server_start (&server, "negotiate,ntlm", NULL);
  http = make_http (&server, VALIJA_HTTP_AUTH_BASIC, "");
  probe = valija_http_probe (http, where (&server, "url"));
  g_assert_cmphex (g_value_get_uint (valija_test_await (probe, NULL)), ==,
                   VALIJA_HTTP_OFFER_NEGOTIATE | VALIJA_HTTP_OFFER_NTLM);
  server_stop (&server);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];

  g_test_add_func ("/net/http-exchange/basic", test_basic);
  g_test_add_func ("/net/http-exchange/ntlm", test_ntlm);
  g_test_add_func ("/net/http-exchange/extended-protection", test_extended_protection);
  g_test_add_func ("/net/http-exchange/probe", test_probe);

  return g_test_run ();
}
