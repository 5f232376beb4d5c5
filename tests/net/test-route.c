/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which way a connection takes: the addresses of a name, of which not all may be alive, and the system's proxy. Name
 * look-up and proxies are this program's own; all else is real. */

#include "config.h"

#include "base/valija-error.h"
#include "net/valija-http.h"
#include "net/valija-stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "support/valija-script-server.h"
#include "valija-http-server.h"
#include "valija-test-server.h"

/* Of RFC 6761: no look-up of the system's would know it */
#define NAME "mail.test"

/* ---- Names ---- */

typedef GResolver TestResolver;
typedef GResolverClass TestResolverClass;

GType test_resolver_get_type (void);

G_DEFINE_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static GList *
make_addresses (GResolverNameLookupFlags flags)
{
  GList *list = NULL;

  if ((flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY) == 0)
    list = g_list_prepend (list, g_inet_address_new_from_string ("127.0.0.1"));
  if ((flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY) == 0)
    list = g_list_prepend (list, g_inet_address_new_from_string ("::1"));

  return list;
}

static void
free_addresses (gpointer list)
{
  g_resolver_free_addresses (list);
}

static void
lookup_flags_async (GResolver               *resolver,
                    const char              *name,
                    GResolverNameLookupFlags flags,
                    GCancellable            *cancellable,
                    GAsyncReadyCallback      callback,
                    gpointer                 user_data)
{
  g_autoptr(GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  g_assert_cmpstr (name, ==, NAME);
  g_task_return_pointer (task, make_addresses (flags), free_addresses);
}

static void
lookup_async (GResolver          *resolver,
              const char         *name,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  lookup_flags_async (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable, callback, user_data);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  klass->lookup_by_name_async = lookup_async;
  klass->lookup_by_name_finish = lookup_finish;
  klass->lookup_by_name_with_flags_async = lookup_flags_async;
  klass->lookup_by_name_with_flags_finish = lookup_finish;
}

static void
test_resolver_init (TestResolver *self)
{
}

/* ---- The system's proxy ---- */

typedef GObject TestProxies;
typedef GObjectClass TestProxiesClass;

static char *proxy; /* NULL: none */

GType test_proxies_get_type (void);
static void test_proxies_iface_init (GProxyResolverInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TestProxies, test_proxies, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, test_proxies_iface_init))

static gboolean
is_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static char **
list_proxies (GProxyResolver *resolver, const char *uri, GCancellable *cancellable, GError **error)
{
  const char *list[] = { proxy != NULL ? proxy : "direct://", NULL };

  return g_strdupv ((char **) list);
}

static void
list_proxies_async (GProxyResolver     *resolver,
                    const char         *uri,
                    GCancellable       *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer            user_data)
{
  g_autoptr(GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_return_pointer (task, list_proxies (resolver, uri, cancellable, NULL), (GDestroyNotify) g_strfreev);
}

static char **
list_proxies_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_proxies_iface_init (GProxyResolverInterface *iface)
{
  iface->is_supported = is_supported;
  iface->lookup = list_proxies;
  iface->lookup_async = list_proxies_async;
  iface->lookup_finish = list_proxies_finish;
}

static void
test_proxies_class_init (TestProxiesClass *klass)
{
}

static void
test_proxies_init (TestProxies *self)
{
}

/* ---- Servers ---- */

static void
greeting_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "hello", 5, NULL, NULL, NULL);
}

static void
secure_greeting_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  g_autoptr(GIOStream) tls = valija_test_server_start_tls (server, G_IO_STREAM (connection));

  g_assert_nonnull (tls);
  g_output_stream_write_all (g_io_stream_get_output_stream (tls), "hello", 5, NULL, NULL, NULL);
}

static void
read_exactly (GSocketConnection *connection, guint8 *buffer, gsize length)
{
  gsize done;

  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, length, &done, NULL, NULL);
  g_assert_cmpuint (done, ==, length);
}

/* SOCKS version 5 without signing in (RFC 1928), which speaks for the server itself; its data is the port that must be
 * asked for, or 0 for a proxy that forbids (the answer 2). */
static void
socks_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  guint16 port = (guint16) GPOINTER_TO_UINT (valija_test_server_get_data (server));
  guint8 answer[] = { 5, port != 0 ? 0 : 2, 0, 1, 127, 0, 0, 1, 0, 0 };
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  guint8 hello[2];
  guint8 methods[255];
  guint8 request[5 + strlen (NAME) + 2];

  read_exactly (connection, hello, sizeof hello);
  g_assert_cmpuint (hello[0], ==, 5);
  read_exactly (connection, methods, hello[1]);
  g_output_stream_write_all (out, "\5\0", 2, NULL, NULL, NULL);

  /* CONNECT to a name: it is the proxy that looks it up */
  read_exactly (connection, request, sizeof request);
  g_assert_cmpuint (request[1], ==, 1);
  g_assert_cmpuint (request[3], ==, 3);
  g_assert_cmpmem (request + 5, request[4], NAME, strlen (NAME));
  if (port != 0)
    g_assert_cmpuint (request[sizeof request - 2] << 8 | request[sizeof request - 1], ==, port);

  g_output_stream_write_all (out, answer, sizeof answer, NULL, NULL, NULL);
  if (port != 0)
    g_output_stream_write_all (out, "proxied", 7, NULL, NULL, NULL);
}

static void
forbidding_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  const char *answer = "HTTP/1.0 403 Forbidden\r\n\r\n";
  char buffer[4096];

  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, sizeof buffer,
                                        NULL, NULL), >, 0);
  g_assert_true (g_str_has_prefix (buffer, "CONNECT " NAME ":"));
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), answer, strlen (answer), NULL,
                             NULL, NULL);
}

/* What is sent up to the empty line, which is as much as is read. */
static char *
read_head (GSocketConnection *connection)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr(GString) head = g_string_new (NULL);
  char octet;

  while (!g_str_has_suffix (head->str, "\r\n\r\n") && g_input_stream_read (in, &octet, 1, NULL, NULL) == 1)
    g_string_append_c (head, octet);

  return g_string_free_and_steal (g_steal_pointer (&head));
}

/* Takes over what is there to be read; FALSE at the end. */
static gboolean
carry (GSocketConnection *from, GSocketConnection *to)
{
  char buffer[16384];
  gssize length = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (from)), buffer, sizeof buffer, NULL,
                                       NULL);

  return length > 0 && g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (to)), buffer,
                                                  (gsize) length, NULL, NULL, NULL);
}

static void
carry_all (GSocketConnection *client, GSocketConnection *server)
{
  GPollFD ends[] = {
    { g_socket_get_fd (g_socket_connection_get_socket (client)), G_IO_IN, 0 },
    { g_socket_get_fd (g_socket_connection_get_socket (server)), G_IO_IN, 0 },
  };

  while (g_poll (ends, G_N_ELEMENTS (ends), -1) > 0)
    if ((ends[0].revents != 0 && !carry (client, server)) || (ends[1].revents != 0 && !carry (server, client)))
      return;
}

/* What a HTTP proxy wants to know, and what it did. */
typedef struct
{
  const char *credentials;  /* nullable: user and password, as Basic has them */
  int n_tunnels;            /* atomic */
} Tunnels;

/* Whether the head of a request signs in as the proxy wants it. */
static gboolean
is_known (Tunnels *tunnels, const char *head)
{
  g_autofree char *base64 = NULL;
  g_autofree char *wanted = NULL;

  if (tunnels->credentials == NULL)
    return TRUE;

  base64 = g_base64_encode ((const guchar *) tunnels->credentials, strlen (tunnels->credentials));
  wanted = g_strdup_printf ("Proxy-Authorization: Basic %s\r\n", base64);

  return strstr (head, wanted) != NULL;
}

/* A HTTP proxy (RFC 9110 §9.3.6): whatever the name, the server is here. */
static void
tunnel_handler (ValijaTestServer *server, GSocketConnection *connection)
{
  Tunnels *tunnels = valija_test_server_get_data (server);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autofree char *head = read_head (connection);
  const char *refusal = "HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"way\"\r\nContent-Length: 0\r\n"
                        "Connection: close\r\n\r\n";
  const char *welcome = "HTTP/1.1 200 Go on\r\n\r\n";
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GSocketConnection) behind = NULL;
  g_autoptr(GError) error = NULL;
  guint16 port;

  /* Given up before it has said a word */
  if (head[0] == '\0')
    return;

  g_assert_true (g_str_has_prefix (head, "CONNECT " NAME ":"));
  if (!is_known (tunnels, head))
    {
      g_output_stream_write_all (out, refusal, strlen (refusal), NULL, NULL, NULL);
      return;
    }

  port = (guint16) g_ascii_strtoull (head + strlen ("CONNECT " NAME ":"), NULL, 10);
  g_socket_client_set_enable_proxy (client, FALSE);
  behind = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, &error);
  g_assert_no_error (error);

  g_atomic_int_inc (&tunnels->n_tunnels);
  g_output_stream_write_all (out, welcome, strlen (welcome), NULL, NULL, NULL);
  carry_all (connection, behind);
}

static DexFuture *
connect_to (const char *host, guint16 port)
{
  g_autoptr(ValijaEndpoint) endpoint = valija_endpoint_new (host, port, VALIJA_SECURITY_NONE, 20, NULL);

  return valija_stream_connect (endpoint, NULL, NULL, NULL);
}

static void
assert_greeted (DexFuture *connect, const char *greeting)
{
  g_autoptr(DexFuture) owned = connect;
  g_autoptr(DexFuture) read = NULL;
  g_autoptr(ValijaStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (connect, &error);
  GBytes *bytes;

  g_assert_no_error (error);
  stream = g_value_dup_object (value);
  read = valija_stream_read (stream);
  value = valija_test_await (read, &error);
  g_assert_no_error (error);
  bytes = g_value_get_boxed (value);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), greeting, strlen (greeting));
}

static void
assert_refused (DexFuture *connect, const char *format, guint16 proxy_port)
{
  g_autoptr(DexFuture) owned = connect;
  g_autofree char *name = g_strdup_printf ("127.0.0.1:%u", proxy_port);
  g_auto(GStrv) parts = g_strsplit (format, "PROXY", 2);
  g_autofree char *sentence = g_strjoinv (name, parts);
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (connect, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CONNECT);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_CONNECT);
  g_assert_cmpstr (error->message, ==, sentence);
}

static void
set_proxy (const char *scheme, const char *credentials, guint16 port)
{
  g_free (proxy);
  proxy = g_strdup_printf ("%s://%s%s127.0.0.1:%u", scheme, credentials != NULL ? credentials : "",
                           credentials != NULL ? "@" : "", port);
}

/* The server listens at 127.0.0.1 alone, and the name has ::1 before that. */
static void
test_dead_address (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (greeting_handler, NULL);

  assert_greeted (connect_to (NAME, valija_test_server_get_port (server)), "hello");
}

/* A socket that listens at ::1 and takes no more connections: whoever comes hears nothing. Those that fill it go into
 * @fillers. */
static GSocket *
make_silent (guint16 port, GSocket *fillers[], guint n_fillers)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string ("::1", port);
  g_autoptr(GSocket) silent = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  if (silent == NULL || !g_socket_bind (silent, address, FALSE, NULL))
    return NULL;

  g_socket_set_listen_backlog (silent, 0);
  g_assert_true (g_socket_listen (silent, NULL));

  for (guint i = 0; i < n_fillers; i++)
    {
      fillers[i] = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
      g_socket_set_blocking (fillers[i], FALSE);
      g_socket_connect (fillers[i], address, NULL, NULL);
    }

  return g_steal_pointer (&silent);
}

/* Not every machine has ::1. */
static gboolean
has_ipv6 (void)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string ("::1", 0);
  g_autoptr(GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  return socket != NULL && g_socket_bind (socket, address, FALSE, NULL);
}

static gboolean
is_connecting (GSocket *socket)
{
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;

  g_assert_cmpint (getsockopt (g_socket_get_fd (socket), IPPROTO_TCP, TCP_INFO, &info, &length), ==, 0);

  return info.tcpi_state == TCP_SYN_SENT;
}

/* At ::1, which the name has first, nobody says anything: no refusal tells that it is of no use. The other address is
 * tried meanwhile. */
static void
test_silent_address (void)
{
  g_autoptr(ValijaTestServer) server = NULL;
  g_autoptr(GSocket) silent = NULL;
  GSocket *fillers[4] = { NULL };

  if (!has_ipv6 ())
    {
      g_test_skip ("This machine has no ::1");
      return;
    }

  /* The port is to be free at both addresses */
  for (guint i = 0; silent == NULL && i < 50; i++)
    {
      g_clear_pointer (&server, valija_test_server_free);
      server = valija_test_server_new (greeting_handler, NULL);
      silent = make_silent (valija_test_server_get_port (server), fillers, G_N_ELEMENTS (fillers));
    }

  g_assert_nonnull (silent);
  assert_greeted (connect_to (NAME, valija_test_server_get_port (server)), "hello");
  g_assert_true (is_connecting (fillers[G_N_ELEMENTS (fillers) - 1]));

  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    g_clear_object (&fillers[i]);
}

static void
test_proxied (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (socks_handler, GUINT_TO_POINTER (143));

  set_proxy ("socks5", NULL, valija_test_server_get_port (server));
  assert_greeted (connect_to (NAME, 143), "proxied");
  g_clear_pointer (&proxy, g_free);
}

/* This computer itself is reached by no proxy. */
static void
test_unproxied (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (greeting_handler, NULL);

  proxy = g_strdup ("socks5://127.0.0.1:1");
  assert_greeted (connect_to ("127.0.0.1", valija_test_server_get_port (server)), "hello");
  g_clear_pointer (&proxy, g_free);
}

/* In clear and within TLS, whose certificate is of the server and not of the proxy; and what is asked of the proxy is
 * answered from its URI. */
static void
test_tunnelled (void)
{
  static const char * const credentials[] = { NULL, "ana:open%20sesame" };
  g_autoptr(ValijaTestAuthority) authority = valija_test_authority_new ("Authority");
  g_autoptr(GTlsCertificate) certificate = valija_test_authority_issue (authority, NAME, -1, 1);
  g_autoptr(ValijaTestServer) clear = valija_test_server_new (greeting_handler, NULL);
  g_autoptr(ValijaTestServer) secure = valija_test_server_new (secure_greeting_handler, NULL);

  valija_test_server_set_certificate (secure, certificate);

  for (guint i = 0; i < G_N_ELEMENTS (credentials); i++)
    {
      Tunnels tunnels = { credentials[i] != NULL ? "ana:open sesame" : NULL, 0 };
      g_autoptr(ValijaTestServer) way = valija_test_server_new (tunnel_handler, &tunnels);
      g_autoptr(ValijaEndpoint) endpoint = valija_endpoint_new (NAME, valija_test_server_get_port (secure),
                                                                VALIJA_SECURITY_TLS, 20,
                                                                valija_test_authority_get_file (authority));

      set_proxy ("http", credentials[i], valija_test_server_get_port (way));
      assert_greeted (connect_to (NAME, valija_test_server_get_port (clear)), "hello");
      assert_greeted (valija_stream_connect (endpoint, NULL, NULL, NULL), "hello");
      g_assert_cmpint (g_atomic_int_get (&tunnels.n_tunnels), ==, 2);
    }

  g_clear_pointer (&proxy, g_free);
}

static void
welcome_handler (ValijaHttpServer *server, SoupServerMessage *message, gpointer user_data)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, "welcome", strlen ("welcome"));
}

static DexFuture *
get (ValijaTestAuthority *authority, guint16 port)
{
  g_autofree char *uri = g_strdup_printf ("https://" NAME ":%u/", port);
  g_autoptr(ValijaEndpoint) endpoint = valija_endpoint_new (NAME, port, VALIJA_SECURITY_TLS, 20,
                                                            valija_test_authority_get_file (authority));
  g_autoptr(ValijaHttp) http = valija_http_new (endpoint, NULL, NULL, NULL);
  g_autoptr(ValijaHttpRequest) request = valija_http_request_new ("GET", uri);

  return valija_http_send (http, request);
}

static void
test_http_tunnelled (void)
{
  static const char * const credentials[] = { NULL, "ana:open%20sesame" };
  g_autoptr(ValijaTestAuthority) authority = valija_test_authority_new ("Authority");
  g_autoptr(GTlsCertificate) certificate = valija_test_authority_issue (authority, NAME, -1, 1);
  g_autoptr(ValijaHttpServer) server = valija_http_server_new (certificate, welcome_handler, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (credentials); i++)
    {
      Tunnels tunnels = { credentials[i] != NULL ? "ana:open sesame" : NULL, 0 };
      g_autoptr(ValijaTestServer) way = valija_test_server_new (tunnel_handler, &tunnels);
      g_autoptr(DexFuture) answer = NULL;
      g_autoptr(GError) error = NULL;
      const GValue *value;

      set_proxy ("http", credentials[i], valija_test_server_get_port (way));
      answer = get (authority, valija_http_server_get_port (server));
      value = valija_test_await (answer, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (valija_http_response_get_status (g_value_get_object (value)), ==, SOUP_STATUS_OK);
      g_assert_cmpint (g_atomic_int_get (&tunnels.n_tunnels), ==, 1);
    }

  g_clear_pointer (&proxy, g_free);
}

/* Each says which proxy it was, and never how one signs in to it. */
static void
test_proxy_forbids (void)
{
  g_autoptr(ValijaTestAuthority) authority = valija_test_authority_new ("Authority");
  Tunnels tunnels = { "ana:open sesame", 0 };
  g_autoptr(ValijaTestServer) socks = valija_test_server_new (socks_handler, NULL);
  g_autoptr(ValijaTestServer) http = valija_test_server_new (forbidding_handler, NULL);
  g_autoptr(ValijaTestServer) asking = valija_test_server_new (tunnel_handler, &tunnels);
  const char *forbidden = NAME " cannot be reached at port 143: the proxy PROXY does not let it through.";
  const char *unknown = "The proxy PROXY on the way to " NAME " wants a name and a password, and the system’s settings "
                        "have none that it accepts.";
  guint16 port;

  port = valija_test_server_get_port (socks);
  set_proxy ("socks5", NULL, port);
  assert_refused (connect_to (NAME, 143), forbidden, port);
  assert_refused (get (authority, 143), forbidden, port);

  port = valija_test_server_get_port (http);
  set_proxy ("http", NULL, port);
  assert_refused (connect_to (NAME, 143), forbidden, port);
  assert_refused (get (authority, 143), forbidden, port);

  port = valija_test_server_get_port (asking);
  set_proxy ("http", NULL, port);
  assert_refused (connect_to (NAME, 143), unknown, port);
  assert_refused (get (authority, 143), unknown, port);
  set_proxy ("http", "ana:wrong", port);
  assert_refused (connect_to (NAME, 143), unknown, port);
  assert_refused (get (authority, 143), unknown, port);
  g_assert_cmpint (tunnels.n_tunnels, ==, 0);
  g_clear_pointer (&proxy, g_free);
}

/* Not the server refuses: nobody has asked it. */
static void
test_proxy_lost (void)
{
  g_autoptr(ValijaTestAuthority) authority = valija_test_authority_new ("Authority");
  const char *sentence = "The proxy PROXY on the way to " NAME " cannot be reached: the connection was refused.";
  guint16 port;

  {
    g_autoptr(ValijaTestServer) gone = valija_test_server_new (greeting_handler, NULL);

    port = valija_test_server_get_port (gone);
  }

  set_proxy ("socks5", NULL, port);
  assert_refused (connect_to (NAME, 143), sentence, port);
  set_proxy ("http", "ana:secret", port);
  assert_refused (connect_to (NAME, 143), sentence, port);
  assert_refused (get (authority, 143), sentence, port);
  g_clear_pointer (&proxy, g_free);
}

int
main (int argc, char *argv[])
{
  g_autoptr(GResolver) resolver = NULL;

  /* Before GIO looks for the desktop's */
  g_setenv ("GIO_USE_PROXY_RESOLVER", "test", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_io_extension_point_register (G_PROXY_RESOLVER_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_PROXY_RESOLVER_EXTENSION_POINT_NAME, test_proxies_get_type (), "test", 100);
  resolver = g_object_new (test_resolver_get_type (), NULL);
  g_resolver_set_default (resolver);

  g_test_add_func ("/net/route/dead-address", test_dead_address);
  g_test_add_func ("/net/route/silent-address", test_silent_address);
  g_test_add_func ("/net/route/proxied", test_proxied);
  g_test_add_func ("/net/route/unproxied", test_unproxied);
  g_test_add_func ("/net/route/tunnelled", test_tunnelled);
  g_test_add_func ("/net/route/http-tunnelled", test_http_tunnelled);
  g_test_add_func ("/net/route/proxy-forbids", test_proxy_forbids);
  g_test_add_func ("/net/route/proxy-lost", test_proxy_lost);

  return g_test_run ();
}
