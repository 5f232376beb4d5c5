/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "auth/valija-credentials.h"

#include <libsecret/secret.h>

#include "support/valija-script-server.h"

/* Against a real Secret Service; keyring.py starts this on a bus of its own. */

#define NOTHING "The keyring holds no password for this account."
#define LOCKED "The keyring is locked and was not unlocked."
#define MISSING "No keyring service is running that could keep the password. Install GNOME Keyring, KWallet or " \
                "KeePassXC and sign in to the desktop again."
#define ACCOUNT "7c1b6f1e-0000-4000-8000-000000000001"

static void
assert_resolves (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  valija_test_await (future, &error);
  g_assert_no_error (error);
}

static void
assert_rejects (DexFuture *future, ValijaErrorCode code, const char *words)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (future, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, VALIJA_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, words);
}

static void
store (ValijaCredentials *credentials, ValijaSide side, const char *text)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new (text, -1);

  assert_resolves (valija_credentials_store (credentials, ACCOUNT, side, "Valija: ana@example.org", secret));
}

static void
assert_secret (ValijaCredentials *credentials, ValijaSide side, const char *expected)
{
  g_autoptr(DexFuture) lookup = valija_credentials_lookup (credentials, ACCOUNT, side);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (lookup, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (valija_secret_peek (g_value_get_boxed (value), NULL), ==, expected);
}

static void
test_store (void)
{
  g_autoptr(ValijaCredentials) credentials = valija_credentials_new ();

  assert_rejects (valija_credentials_lookup (credentials, ACCOUNT, VALIJA_SIDE_INCOMING),
                  VALIJA_ERROR_NO_SECRET, NOTHING);
  store (credentials, VALIJA_SIDE_INCOMING, "contraseña");
  store (credentials, VALIJA_SIDE_OUTGOING, "out");
  store (credentials, VALIJA_SIDE_OUTGOING, "newer");
  assert_secret (credentials, VALIJA_SIDE_INCOMING, "contraseña");
  assert_secret (credentials, VALIJA_SIDE_OUTGOING, "newer");

  assert_resolves (valija_credentials_clear (credentials, ACCOUNT));
  assert_rejects (valija_credentials_lookup (credentials, ACCOUNT, VALIJA_SIDE_INCOMING),
                  VALIJA_ERROR_NO_SECRET, NOTHING);
  assert_rejects (valija_credentials_lookup (credentials, ACCOUNT, VALIJA_SIDE_OUTGOING),
                  VALIJA_ERROR_NO_SECRET, NOTHING);
  assert_resolves (valija_credentials_clear (credentials, ACCOUNT));
}

static void
lock_everything (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SecretService) service =
    secret_service_get_sync (SECRET_SERVICE_OPEN_SESSION | SECRET_SERVICE_LOAD_COLLECTIONS, NULL, &error);
  GList *collections;

  g_assert_no_error (error);
  collections = secret_service_get_collections (service);
  secret_service_lock_sync (service, collections, NULL, NULL, &error);
  g_assert_no_error (error);
  g_list_free_full (collections, g_object_unref);
}

/* There is nobody to answer the keyring's question: it counts as refused. */
static void
test_locked (void)
{
  g_autoptr(ValijaCredentials) credentials = valija_credentials_new ();
  g_autoptr(ValijaSecret) secret = valija_secret_new ("other", -1);

  store (credentials, VALIJA_SIDE_INCOMING, "locked in");
  lock_everything ();
  assert_rejects (valija_credentials_lookup (credentials, ACCOUNT, VALIJA_SIDE_INCOMING),
                  VALIJA_ERROR_KEYRING, LOCKED);
  assert_rejects (valija_credentials_lookup (credentials, ACCOUNT, VALIJA_SIDE_OUTGOING),
                  VALIJA_ERROR_NO_SECRET, NOTHING);
  assert_rejects (valija_credentials_store (credentials, ACCOUNT, VALIJA_SIDE_INCOMING, "x", secret),
                  VALIJA_ERROR_KEYRING, LOCKED);
  assert_rejects (valija_credentials_clear (credentials, ACCOUNT), VALIJA_ERROR_KEYRING, LOCKED);
}

static void
test_missing (void)
{
  g_autoptr(ValijaCredentials) credentials = valija_credentials_new ();
  g_autoptr(ValijaSecret) secret = valija_secret_new ("other", -1);

  assert_rejects (valija_credentials_lookup (credentials, ACCOUNT, VALIJA_SIDE_INCOMING),
                  VALIJA_ERROR_KEYRING, MISSING);
  assert_rejects (valija_credentials_store (credentials, ACCOUNT, VALIJA_SIDE_INCOMING, "x", secret),
                  VALIJA_ERROR_KEYRING, MISSING);
  assert_rejects (valija_credentials_clear (credentials, ACCOUNT), VALIJA_ERROR_KEYRING, MISSING);
}

int
main (int argc, char *argv[])
{
  int status;

  dex_init ();
  g_test_init (&argc, &argv, NULL);

  if (g_getenv ("VALIJA_TEST_KEYRING") != NULL)
    {
      g_test_add_func ("/auth/service/store", test_store);
      g_test_add_func ("/auth/service/locked", test_locked);
    }
  else
    g_test_add_func ("/auth/service/missing", test_missing);

  status = g_test_run ();
  secret_service_disconnect ();
  valija_test_drain ();

  return status;
}
