/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "auth/valija-credentials.h"

#include "support/valija-script-server.h"

/* A machine without a session bus: an explanation, and nothing worse. */

static void
assert_explained (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_KEYRING);
  g_assert_cmpstr (error->message, ==,
                   "The keyring cannot be asked, because this is no desktop session with a message bus.");
}

static void
test_no_bus (void)
{
  g_autoptr(ValijaCredentials) credentials = valija_credentials_new ();
  g_autoptr(ValijaSecret) secret = valija_secret_new ("pencil", -1);

  assert_explained (valija_credentials_lookup (credentials, "one", VALIJA_SIDE_INCOMING));
  assert_explained (valija_credentials_store (credentials, "one", VALIJA_SIDE_INCOMING, "x", secret));
  assert_explained (valija_credentials_clear (credentials, "one"));
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("SECRET_BACKEND", "service", TRUE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  g_test_add_func ("/auth/no-bus/explained", test_no_bus);

  return g_test_run ();
}
