/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-future.h"

#include "support/valija-script-server.h"

/* A leak in a fiber goes unseen by LeakSanitizer's fast unwinder. This test leaks on purpose in
 * a child of its own: only when the child is caught do the clean results of all the other tests
 * mean something. */

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifndef HAVE_ASAN
#define HAVE_ASAN 0
#endif

#define LEAKED_BYTES 4242

static volatile gpointer last;

static DexFuture *
leak_fiber (gpointer data)
{
  g_autoptr(GError) error = NULL;

  last = g_malloc (LEAKED_BYTES);
  last = NULL;
  dex_await (dex_timeout_new_msec (1), &error);

  return dex_future_new_true ();
}

static void
test_leak (void)
{
  g_autoptr(DexFuture) future = NULL;

  if (!HAVE_ASAN)
    {
      g_test_skip ("built without AddressSanitizer");
      return;
    }

  if (g_test_subprocess ())
    {
      future = valija_fiber_spawn (leak_fiber, NULL, NULL);
      valija_test_await (future, NULL);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*4242 byte*leak_fiber*");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/leak-canary/in-a-fiber", test_leak);

  return g_test_run ();
}
