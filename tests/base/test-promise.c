/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"

#include "support/valija-script-server.h"

/* A fiber that waits for a promise, and what became of it. */
typedef struct
{
  DexPromise *promise;
  gboolean began;
  gboolean ended;
  GError *error;
} Waiter;

static DexFuture *
waiter_fiber (gpointer data)
{
  Waiter *waiter = data;

  waiter->began = TRUE;
  dex_await (dex_ref (waiter->promise), &waiter->error);

  return dex_future_new_true ();
}

static void
waiter_ended (gpointer data)
{
  ((Waiter *) data)->ended = TRUE;
}

static DexFuture *
pass_on_cb (DexFuture *future, gpointer user_data)
{
  return NULL;
}

typedef void (*Settle) (Waiter *waiter);

static void
resolve_it (Waiter *waiter)
{
  valija_promise_resolve_boolean (waiter->promise, TRUE);
}

static void
reject_it (Waiter *waiter)
{
  valija_promise_reject (waiter->promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed"));
}

static void
fulfil_it (Waiter *waiter)
{
  DexPromise *promise = dex_ref (waiter->promise);

  valija_promise_fulfil (&promise);
  g_assert_null (promise);
  valija_promise_fulfil (&promise);
}

static const Settle settles[] = { resolve_it, reject_it, fulfil_it };

/* The waiter is cancelled, and before its turn comes what it waited for settles. libdex 0.10 itself
 * loses it there: it neither ends nor frees what it holds. */
static void
test_cancelled_then_settled (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (settles); i++)
    {
      Waiter waiter = { dex_promise_new (), FALSE, FALSE, NULL };
      DexFuture *fiber = valija_fiber_spawn (waiter_fiber, &waiter, waiter_ended);
      DexFuture *dependent = dex_future_finally (fiber, pass_on_cb, NULL, NULL);

      valija_test_drain ();
      g_assert_true (waiter.began);
      g_assert_false (waiter.ended);

      dex_unref (dependent);
      settles[i] (&waiter);
      valija_test_drain ();

      g_assert_true (waiter.ended);
      g_assert_true (valija_error_is_cancelled (waiter.error));
      g_assert_false (dex_future_is_pending (DEX_FUTURE (waiter.promise)));
      g_clear_error (&waiter.error);
      dex_clear (&waiter.promise);
    }
}

/* Woken twice before anybody ran: the first holds. */
static void
test_twice (void)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr(DexFuture) future = dex_ref (DEX_FUTURE (promise));

  valija_promise_resolve_uint (promise, 1);
  valija_promise_resolve_uint (promise, 2);
  valija_promise_fail (&promise, &(GError) { G_IO_ERROR, G_IO_ERROR_CLOSED, (char *) "closed" });
  valija_test_drain ();
  g_assert_cmpuint (g_value_get_uint (dex_future_get_value (future, NULL)), ==, 1);
}

/* The order of what is settled is kept, and the holder may go first. */
static void
test_order (void)
{
  g_autoptr(GString) order = g_string_new (NULL);
  DexFuture *futures[3];

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      DexPromise *promise = dex_promise_new ();

      futures[i] = dex_ref (DEX_FUTURE (promise));
      valija_promise_resolve_uint (promise, i);
      g_assert_true (dex_future_is_pending (futures[i]));
      dex_unref (promise);
    }

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      const GValue *value = valija_test_await (futures[i], NULL);

      g_string_append_printf (order, "%u", g_value_get_uint (value));
      if (i + 1 < G_N_ELEMENTS (futures))
        g_assert_true (dex_future_is_pending (futures[G_N_ELEMENTS (futures) - 1]) || i + 2 == G_N_ELEMENTS (futures));
      dex_unref (futures[i]);
    }

  g_assert_cmpstr (order->str, ==, "012");
}

static void
test_values (void)
{
  DexPromise *boxed = dex_promise_new ();
  DexPromise *value = dex_promise_new ();
  DexPromise *failed = dex_promise_new ();
  g_autoptr(DexFuture) boxed_future = dex_ref (DEX_FUTURE (boxed));
  g_autoptr(DexFuture) value_future = dex_ref (DEX_FUTURE (value));
  g_autoptr(DexFuture) failed_future = dex_ref (DEX_FUTURE (failed));
  g_auto(GValue) number = G_VALUE_INIT;
  g_autoptr(GError) cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed");
  g_autoptr(GError) error = NULL;

  valija_promise_resolve_boxed (boxed, G_TYPE_BYTES, g_bytes_new_static ("abc", 3));
  g_value_init (&number, G_TYPE_INT64);
  g_value_set_int64 (&number, -7);
  valija_promise_resolve (value, &number);
  valija_promise_fail (&failed, cause);
  g_assert_null (failed);

  g_assert_cmpuint (g_bytes_get_size (g_value_get_boxed (valija_test_await (boxed_future, NULL))), ==, 3);
  g_assert_cmpint (g_value_get_int64 (valija_test_await (value_future, NULL)), ==, -7);
  g_assert_null (valija_test_await (failed_future, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  dex_unref (boxed);
  dex_unref (value);
}

static void
test_wanted (void)
{
  DexPromise *promise = dex_promise_new_cancellable ();
  DexFuture *waiter = dex_future_finally (dex_ref (DEX_FUTURE (promise)), pass_on_cb, NULL, NULL);

  g_assert_true (valija_promise_is_wanted (promise));
  dex_unref (waiter);
  g_assert_false (valija_promise_is_wanted (promise));
  dex_unref (promise);
}

/* What work on another thread settles takes the same way. */
static gpointer
work (gpointer data, GError **error)
{
  return g_bytes_new_static ("x", 1);
}

static DexFuture *
thread_fiber (gpointer data)
{
  Waiter *waiter = data;

  waiter->began = TRUE;
  dex_await (valija_future_run_in_thread (G_TYPE_BYTES, work, NULL, NULL), &waiter->error);

  return dex_future_new_true ();
}

static void
test_cancelled_thread (void)
{
  for (int turns = 0; turns < 200; turns++)
    {
      Waiter waiter = { NULL, FALSE, FALSE, NULL };
      DexFuture *dependent = dex_future_finally (valija_fiber_spawn (thread_fiber, &waiter, waiter_ended), pass_on_cb,
                                                 NULL, NULL);

      for (int i = 0; i < turns % 20; i++)
        g_main_context_iteration (NULL, FALSE);
      dex_unref (dependent);
      while (!waiter.ended)
        g_main_context_iteration (NULL, TRUE);
      g_clear_error (&waiter.error);
    }
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/promise/cancelled-then-settled", test_cancelled_then_settled);
  g_test_add_func ("/base/promise/order", test_order);
  g_test_add_func ("/base/promise/twice", test_twice);
  g_test_add_func ("/base/promise/values", test_values);
  g_test_add_func ("/base/promise/wanted", test_wanted);
  g_test_add_func ("/base/promise/cancelled-thread", test_cancelled_thread);

  return g_test_run ();
}
