/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which way a connection takes: the addresses of a name, of which not all may be alive, and the system's proxy. Name
 * look-up and proxies are this program's own; all else is real. */

#include "config.h"

#include "base/valija-error.h"
#include "net/valija-stream.h"

#include <string.h>

#include "support/valija-script-server.h"
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
assert_refused (DexFuture *connect, const char *sentence)
{
  g_autoptr(DexFuture) owned = connect;
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (connect, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_CONNECT);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_CONNECT);
  g_assert_cmpstr (error->message, ==, sentence);
}

/* The server listens at 127.0.0.1 alone, and the name has ::1 before that. */
static void
test_dead_address (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (greeting_handler, NULL);

  assert_greeted (connect_to (NAME, valija_test_server_get_port (server)), "hello");
}

static void
test_proxied (void)
{
  g_autoptr(ValijaTestServer) server = valija_test_server_new (socks_handler, GUINT_TO_POINTER (143));

  proxy = g_strdup_printf ("socks5://127.0.0.1:%u", valija_test_server_get_port (server));
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

static void
test_proxy_forbids (void)
{
  g_autoptr(ValijaTestServer) socks = valija_test_server_new (socks_handler, NULL);
  g_autoptr(ValijaTestServer) http = valija_test_server_new (forbidding_handler, NULL);
  const char *sentence = NAME " cannot be reached at port 143: the proxy does not let it through.";

  proxy = g_strdup_printf ("socks5://127.0.0.1:%u", valija_test_server_get_port (socks));
  assert_refused (connect_to (NAME, 143), sentence);
  g_free (proxy);
  proxy = g_strdup_printf ("http://127.0.0.1:%u", valija_test_server_get_port (http));
  assert_refused (connect_to (NAME, 143), sentence);
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
  g_test_add_func ("/net/route/proxied", test_proxied);
  g_test_add_func ("/net/route/unproxied", test_unproxied);
  g_test_add_func ("/net/route/proxy-forbids", test_proxy_forbids);

  return g_test_run ();
}
