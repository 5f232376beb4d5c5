/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Signing in and talking to a server that is not ours: the contract server for Exchange, whose NTLM is written in
 * another language. */

#include "config.h"

#include "base/valija-error.h"
#include "net/valija-http.h"

#include <string.h>

#include "support/valija-contract-server.h"
#include "support/valija-script-server.h"

#define GET_FOLDER \
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" " \
  "xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" " \
  "xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"><s:Header>" \
  "<t:RequestServerVersion Version=\"Exchange2013_SP1\"/></s:Header><s:Body><m:GetFolder><m:FolderShape>" \
  "<t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id=\"inbox\"/>" \
  "</m:FolderIds></m:GetFolder></s:Body></s:Envelope>"

static DexFuture *
secret_cb (gpointer user_data)
{
  return dex_future_new_take_boxed (VALIJA_TYPE_SECRET, valija_secret_new (user_data, -1));
}

static ValijaHttp *
make_http (ValijaContractServer *server, ValijaHttpAuth auth, const char *password)
{
  g_autoptr(ValijaEndpoint) endpoint =
    valija_endpoint_new ("localhost", valija_contract_server_get_port (server), VALIJA_SECURITY_TLS, 20,
                         valija_contract_server_get (server, "ca"));
  ValijaHttp *http = valija_http_new (endpoint, NULL, NULL, NULL);

  valija_http_set_auth (http, auth, valija_contract_server_get (server, "user"), secret_cb, g_strdup (password),
                        g_free);

  return http;
}

/* The status, or 0 with @error */
static guint
get_folder (ValijaContractServer *server, ValijaHttp *http, GError **error)
{
  g_autoptr(ValijaHttpRequest) request = valija_http_request_new ("POST", valija_contract_server_get (server, "url"));
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
  const char *arguments[] = { "--auth", offered, more, NULL };
  g_autoptr(ValijaContractServer) server = valija_contract_server_new ("exchange", arguments);
  g_autoptr(ValijaHttp) http = NULL;
  g_autoptr(ValijaHttp) wrong = NULL;
  g_autoptr(GError) error = NULL;

  http = make_http (server, auth, valija_contract_server_get (server, "password"));
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpuint (get_folder (server, http, &error), ==, 200);
      g_assert_no_error (error);
    }

  wrong = make_http (server, auth, "wrong");
  g_assert_cmpuint (get_folder (server, wrong, &error), ==, 0);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
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
test_offers (void)
{
  const char *arguments[] = { "--auth", "negotiate,ntlm", NULL };
  g_autoptr(ValijaContractServer) server = valija_contract_server_new ("exchange", arguments);
  g_autoptr(ValijaHttp) http = NULL;
  g_autoptr(ValijaHttpRequest) request = NULL;
  g_autoptr(DexFuture) sent = NULL;

  http = make_http (server, VALIJA_HTTP_AUTH_BASIC, "");
  request = valija_http_request_new ("GET", valija_contract_server_get (server, "url"));
  valija_http_request_set_anonymous (request, TRUE);
  sent = valija_http_send (http, request);
  g_assert_cmphex (valija_http_response_get_offers (g_value_get_object (valija_test_await (sent, NULL))), ==,
                   VALIJA_HTTP_OFFER_NEGOTIATE | VALIJA_HTTP_OFFER_NTLM);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/net/http-exchange/basic", test_basic);
  g_test_add_func ("/net/http-exchange/ntlm", test_ntlm);
  g_test_add_func ("/net/http-exchange/extended-protection", test_extended_protection);
  g_test_add_func ("/net/http-exchange/offers", test_offers);

  return g_test_run ();
}
