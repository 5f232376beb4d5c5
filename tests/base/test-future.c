/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "base/valija-future.h"

#include "support/valija-script-server.h"

static void
assert_rejects (DexFuture *future, GQuark domain, int code)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, domain, code);
}

static void
test_timeout_late (void)
{
  assert_rejects (valija_future_with_timeout (dex_future_new_infinite (), 20), VALIJA_ERROR, VALIJA_ERROR_TIMED_OUT);
}

static void
test_timeout_in_time (void)
{
  g_autoptr(DexFuture) soon = valija_future_with_timeout (dex_future_new_for_int (7), 60000);
  g_autoptr(DexFuture) never = valija_future_with_timeout (dex_future_new_for_int (8), 0);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_value_get_int (valija_test_await (soon, &error)), ==, 7);
  g_assert_cmpint (g_value_get_int (valija_test_await (never, &error)), ==, 8);
  assert_rejects (valija_future_with_timeout (dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_FAILED, "x"), 60000),
                  G_IO_ERROR, G_IO_ERROR_FAILED);
}

static gpointer
load (gpointer data, GError **error)
{
  const char *text = data;

  if (*text == '\0')
    {
      valija_error_set (error, VALIJA_ERROR_STORAGE, "Nothing there.");
      return NULL;
    }

  return g_bytes_new (text, strlen (text));
}

static gpointer
load_object (gpointer data, GError **error)
{
  return g_cancellable_new ();
}

static void
test_thread (void)
{
  g_autoptr(DexFuture) bytes = valija_future_run_in_thread (G_TYPE_BYTES, load, g_strdup ("abc"), g_free);
  g_autoptr(DexFuture) object = valija_future_run_in_thread (G_TYPE_CANCELLABLE, load_object, NULL, NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (bytes, &error);

  g_assert_cmpuint (g_bytes_get_size (g_value_get_boxed (value)), ==, 3);
  value = valija_test_await (object, &error);
  g_assert_true (G_IS_CANCELLABLE (g_value_get_object (value)));
  assert_rejects (valija_future_run_in_thread (G_TYPE_BYTES, load, g_strdup (""), g_free), VALIJA_ERROR,
                  VALIJA_ERROR_STORAGE);
}

static void
test_thread_dropped (void)
{
  dex_unref (valija_future_run_in_thread (G_TYPE_BYTES, load, g_strdup ("abc"), g_free));

  /* The pool's callback comes back to this context; another call is its fence. */
  for (int i = 0; i < 3; i++)
    {
      g_autoptr(DexFuture) fence = valija_future_run_in_thread (G_TYPE_BYTES, load, g_strdup ("x"), g_free);

      valija_test_await (fence, NULL);
    }
  valija_test_drain ();
}

static DexFuture *
wait_fiber (gpointer data)
{
  g_autoptr(GError) error = NULL;

  if (!dex_await (dex_timeout_new_msec (5), &error) && !g_error_matches (error, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_for_int (*(int *) data);
}

static void
test_fiber (void)
{
  g_autoptr(DexFuture) future = valija_fiber_spawn (wait_fiber, g_memdup2 (&(int) { 42 }, sizeof (int)), g_free);

  g_assert_cmpint (g_value_get_int (valija_test_await (future, NULL)), ==, 42);
}

static void
count_cb (DexFuture *future, gpointer owner)
{
  int count = GPOINTER_TO_INT (g_object_get_data (owner, "count"));

  g_assert_false (dex_future_is_pending (future));
  g_object_set_data (owner, "count", GINT_TO_POINTER (count + 1));
}

static void
test_then (void)
{
  g_autoptr(GCancellable) owner = g_cancellable_new ();
  DexPromise *promise = dex_promise_new ();

  valija_future_then (dex_ref (promise), owner, count_cb);
  valija_future_then (dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_FAILED, "x"), owner, count_cb);
  valija_test_drain ();
  g_assert_cmpint (GPOINTER_TO_INT (g_object_get_data (G_OBJECT (owner), "count")), ==, 1);

  dex_promise_resolve_boolean (promise, TRUE);
  valija_test_drain ();
  g_assert_cmpint (GPOINTER_TO_INT (g_object_get_data (G_OBJECT (owner), "count")), ==, 2);
  dex_unref (promise);
}

static void
never_cb (DexFuture *future, gpointer owner)
{
  g_assert_not_reached ();
}

static void
test_then_owner_gone (void)
{
  GCancellable *owner = g_cancellable_new ();
  DexPromise *promise = dex_promise_new ();

  valija_future_then (dex_ref (promise), owner, never_cb);
  g_object_unref (owner);
  dex_promise_resolve_boolean (promise, TRUE);
  valija_test_drain ();
  dex_unref (promise);
}

static void
test_forget (void)
{
  valija_future_forget (dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_FAILED, "x"), "test");
  valija_future_forget (dex_future_new_true (), "test");
  valija_test_drain ();
}

static void
test_array (void)
{
  GPtrArray *array = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(DexFuture) future = NULL;

  g_ptr_array_add (array, g_strdup ("a"));
  future = valija_future_new_take_ptr_array (array);
  g_assert_true (g_value_get_boxed (valija_test_await (future, NULL)) == array);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/future/timeout-late", test_timeout_late);
  g_test_add_func ("/base/future/timeout-in-time", test_timeout_in_time);
  g_test_add_func ("/base/future/thread", test_thread);
  g_test_add_func ("/base/future/thread-dropped", test_thread_dropped);
  g_test_add_func ("/base/future/fiber", test_fiber);
  g_test_add_func ("/base/future/then", test_then);
  g_test_add_func ("/base/future/then-owner-gone", test_then_owner_gone);
  g_test_add_func ("/base/future/forget", test_forget);
  g_test_add_func ("/base/future/array", test_array);

  return g_test_run ();
}
