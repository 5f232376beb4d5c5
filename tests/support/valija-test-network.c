/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "support/valija-test-network.h"

static char *proxy;
static char *record;

/* ---- The proxy ---- */

#define TEST_TYPE_PROXIES (test_proxies_get_type ())
G_DECLARE_FINAL_TYPE (TestProxies, test_proxies, TEST, PROXIES, GObject)

struct _TestProxies
{
  GObject parent_instance;
};

static void test_proxies_iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestProxies, test_proxies, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, test_proxies_iface_init))

static gboolean
test_proxies_is_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static char **
test_proxies_lookup (GProxyResolver *resolver, const char *uri, GCancellable *cancellable, GError **error)
{
  const char *proxies[] = { proxy, NULL };

  g_assert_nonnull (proxy);

  return g_strdupv ((char **) proxies);
}

static void
test_proxies_lookup_async (GProxyResolver     *resolver,
                           const char         *uri,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr(GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_set_source_tag (task, test_proxies_lookup_async);
  g_task_return_pointer (task, test_proxies_lookup (resolver, uri, NULL, NULL), (GDestroyNotify) g_strfreev);
}

static char **
test_proxies_lookup_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_proxies_iface_init (GProxyResolverInterface *iface)
{
  iface->is_supported = test_proxies_is_supported;
  iface->lookup = test_proxies_lookup;
  iface->lookup_async = test_proxies_lookup_async;
  iface->lookup_finish = test_proxies_lookup_finish;
}

static void
test_proxies_class_init (TestProxiesClass *klass)
{
}

static void
test_proxies_init (TestProxies *self)
{
}

/* ---- Names ---- */

#define TEST_TYPE_NAMES (test_names_get_type ())
G_DECLARE_FINAL_TYPE (TestNames, test_names, TEST, NAMES, GResolver)

struct _TestNames
{
  GResolver parent_instance;
};

G_DEFINE_FINAL_TYPE (TestNames, test_names, G_TYPE_RESOLVER)

static void
return_not_found (GTask *task, const char *name)
{
  g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "There is no %s.", name);
}

static void
test_names_lookup_by_name_async (GResolver               *resolver,
                                 const char              *name,
                                 GResolverNameLookupFlags flags,
                                 GCancellable            *cancellable,
                                 GAsyncReadyCallback      callback,
                                 gpointer                 user_data)
{
  g_autoptr(GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_set_source_tag (task, test_names_lookup_by_name_async);
  return_not_found (task, name);
}

static GList *
test_names_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
free_targets (gpointer data)
{
  g_resolver_free_targets (data);
}

static void
test_names_lookup_service_async (GResolver          *resolver,
                                 const char         *name,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_autoptr(GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  g_auto(GStrv) words = record != NULL ? g_strsplit (record, " ", 4) : NULL;

  g_task_set_source_tag (task, test_names_lookup_service_async);
  if (words == NULL)
    {
      return_not_found (task, name);
      return;
    }

  g_assert_cmpuint (g_strv_length (words), ==, 4);
  g_task_return_pointer (task,
                         g_list_append (NULL, g_srv_target_new (words[0],
                                                                (guint16) g_ascii_strtoull (words[1], NULL, 10),
                                                                (guint16) g_ascii_strtoull (words[2], NULL, 10),
                                                                (guint16) g_ascii_strtoull (words[3], NULL, 10))),
                         free_targets);
}

static void
test_names_class_init (TestNamesClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name_with_flags_async = test_names_lookup_by_name_async;
  resolver_class->lookup_by_name_with_flags_finish = test_names_finish;
  resolver_class->lookup_service_async = test_names_lookup_service_async;
  resolver_class->lookup_service_finish = test_names_finish;
}

static void
test_names_init (TestNames *self)
{
}

/* ---- Setting it up ---- */

void
valija_test_network_init (void)
{
  g_autoptr(GResolver) names = g_object_new (TEST_TYPE_NAMES, NULL);

  g_resolver_set_default (names);

  /* Before the first look at it, which goes on to the one with the highest priority */
  g_setenv ("GIO_USE_PROXY_RESOLVER", "valija-test", TRUE);
  g_io_extension_point_register (G_PROXY_RESOLVER_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_PROXY_RESOLVER_EXTENSION_POINT_NAME, TEST_TYPE_PROXIES, "valija-test", 1000);
  g_assert_true (TEST_IS_PROXIES (g_proxy_resolver_get_default ()));
}

void
valija_test_network_set_proxy (const char *uri)
{
  g_set_str (&proxy, uri);
}

void
valija_test_network_set_record (const char *new_record)
{
  g_set_str (&record, new_record);
}
