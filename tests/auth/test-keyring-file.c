/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "auth/valija-credentials.h"
#include "auth/valija-keyring-file.h"

#include <glib/gstdio.h>

#include "support/valija-script-server.h"

static char *folder;

/* What opens the file is gone from the environment, where children would have it, and the file stays open. */
static void
test_open (void)
{
  g_autofree char *key = g_build_filename (folder, "key", NULL);
  g_autofree char *keyring = g_build_filename (folder, "keyring", NULL);
  g_autoptr(ValijaCredentials) credentials = NULL;
  g_autoptr(ValijaSecret) secret = valija_secret_new ("pencil", -1);
  g_autoptr(DexFuture) storing = NULL;
  g_autoptr(DexFuture) lookup = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;
  gboolean made;

  g_assert_true (valija_keyring_file_use (key, folder, &made, &error));
  g_assert_no_error (error);
  g_assert_true (made);
  g_assert_nonnull (g_getenv ("SECRET_FILE_TEST_PASSWORD"));

  g_assert_true (valija_keyring_file_open (&error));
  g_assert_no_error (error);
  g_assert_null (g_getenv ("SECRET_FILE_TEST_PASSWORD"));
  g_assert_null (g_getenv ("SECRET_FILE_TEST_PATH"));
  g_assert_null (g_getenv ("SECRET_BACKEND"));

  credentials = valija_credentials_new ();
  storing = valija_credentials_store (credentials, "one", VALIJA_SIDE_INCOMING, "Valija: test", secret);
  valija_test_await (storing, &error);
  g_assert_no_error (error);
  lookup = valija_credentials_lookup (credentials, "one", VALIJA_SIDE_INCOMING);
  value = valija_test_await (lookup, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (valija_secret_peek (g_value_get_boxed (value), NULL), ==, "pencil");
  g_assert_true (g_file_test (keyring, G_FILE_TEST_EXISTS));

  /* The key is there now */
  g_assert_true (valija_keyring_file_use (key, folder, &made, &error));
  g_assert_false (made);

  g_unlink (key);
  g_unlink (keyring);
}

int
main (int argc, char *argv[])
{
  int status;

  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  folder = g_dir_make_tmp ("valija-auth-XXXXXX", NULL);
  g_test_add_func ("/auth/keyring-file/open", test_open);

  status = g_test_run ();

  g_rmdir (folder);
  g_free (folder);

  return status;
}
