/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "auth/valija-credentials.h"

#include <glib/gstdio.h>
#include <time.h>

#include "support/valija-script-server.h"

/* Against libsecret's encrypted file, which needs no service. */

static void
assert_resolves (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  valija_test_await (future, &error);
  g_assert_no_error (error);
}

static void
store (ValijaCredentials *credentials, const char *account, ValijaSide side, const char *bytes, gssize length)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new (bytes, length);

  assert_resolves (valija_credentials_store (credentials, account, side, "Valija: test", secret));
}

static void
assert_secret (ValijaCredentials *credentials, const char *account, ValijaSide side, const char *expected)
{
  g_autoptr(DexFuture) lookup = valija_credentials_lookup (credentials, account, side);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (lookup, &error);

  if (expected == NULL)
    {
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_NO_SECRET);
      return;
    }

  g_assert_no_error (error);
  g_assert_cmpstr (valija_secret_peek (g_value_get_boxed (value), NULL), ==, expected);
}

/* In nanoseconds */
static gint64
get_cpu (clockid_t clock)
{
  struct timespec time;

  g_assert_cmpint (clock_gettime (clock, &time), ==, 0);

  return time.tv_sec * (gint64) 1000000000 + time.tv_nsec;
}

/* Its key takes more than a frame, which is not the main thread's. */
static void
test_thread (void)
{
  g_autoptr(ValijaCredentials) credentials = valija_credentials_new ();
  gint64 main_before = get_cpu (CLOCK_THREAD_CPUTIME_ID);
  gint64 all_before = get_cpu (CLOCK_PROCESS_CPUTIME_ID);

  assert_secret (credentials, "one", VALIJA_SIDE_INCOMING, NULL);
  g_assert_cmpint (get_cpu (CLOCK_THREAD_CPUTIME_ID) - main_before, <,
                   (get_cpu (CLOCK_PROCESS_CPUTIME_ID) - all_before) / 2);
}

static void
test_store (void)
{
  g_autoptr(ValijaCredentials) credentials = valija_credentials_new ();

  assert_secret (credentials, "one", VALIJA_SIDE_INCOMING, NULL);
  store (credentials, "one", VALIJA_SIDE_INCOMING, "first", -1);
  store (credentials, "one", VALIJA_SIDE_OUTGOING, "contraseña", -1);
  store (credentials, "two", VALIJA_SIDE_INCOMING, "third", -1);
  assert_secret (credentials, "one", VALIJA_SIDE_INCOMING, "first");
  assert_secret (credentials, "one", VALIJA_SIDE_OUTGOING, "contraseña");

  store (credentials, "one", VALIJA_SIDE_INCOMING, "newer", -1);
  assert_secret (credentials, "one", VALIJA_SIDE_INCOMING, "newer");
  assert_secret (credentials, "two", VALIJA_SIDE_INCOMING, "third");
  assert_secret (credentials, "two", VALIJA_SIDE_OUTGOING, NULL);
}

static void
test_clear (void)
{
  g_autoptr(ValijaCredentials) credentials = valija_credentials_new ();

  store (credentials, "three", VALIJA_SIDE_INCOMING, "in", -1);
  store (credentials, "three", VALIJA_SIDE_OUTGOING, "out", -1);
  store (credentials, "four", VALIJA_SIDE_OUTGOING, "stays", -1);
  assert_resolves (valija_credentials_clear (credentials, "three"));
  assert_secret (credentials, "three", VALIJA_SIDE_INCOMING, NULL);
  assert_secret (credentials, "three", VALIJA_SIDE_OUTGOING, NULL);
  assert_secret (credentials, "four", VALIJA_SIDE_OUTGOING, "stays");
  assert_resolves (valija_credentials_clear (credentials, "three"));
}

static DexFuture *
pass_on_cb (DexFuture *future, gpointer user_data)
{
  return dex_ref (future);
}

/* All at once, as when an account with two sides is saved */
static void
test_together (void)
{
  g_autoptr(ValijaCredentials) credentials = valija_credentials_new ();
  g_autoptr(ValijaSecret) secret = valija_secret_new ("together", -1);
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *account = g_strdup_printf ("together-%d", i);

      g_ptr_array_add (futures, valija_credentials_store (credentials, account, VALIJA_SIDE_INCOMING, "x", secret));
      g_ptr_array_add (futures, valija_credentials_store (credentials, account, VALIJA_SIDE_OUTGOING, "x", secret));
      g_ptr_array_add (futures, valija_credentials_lookup (credentials, account, VALIJA_SIDE_OUTGOING));
    }

  for (guint i = 0; i < futures->len; i++)
    assert_resolves (dex_ref (g_ptr_array_index (futures, i)));
}

/* Whoever waits may go at any moment; the next one is served. */
static void
test_cancel (void)
{
  g_autoptr(ValijaCredentials) credentials = valija_credentials_new ();

  for (int turns = 0; turns < 12; turns++)
    {
      g_autoptr(ValijaSecret) secret = valija_secret_new ("again", -1);
      DexFuture *store_waiter;
      DexFuture *lookup_waiter;

      store_waiter = valija_credentials_store (credentials, "five", VALIJA_SIDE_INCOMING, "x", secret);
      store_waiter = dex_future_finally (store_waiter, pass_on_cb, NULL, NULL);
      lookup_waiter = valija_credentials_lookup (credentials, "five", VALIJA_SIDE_INCOMING);
      lookup_waiter = dex_future_finally (lookup_waiter, pass_on_cb, NULL, NULL);

      for (int i = 0; i < turns; i++)
        g_main_context_iteration (NULL, FALSE);

      dex_unref (store_waiter);
      dex_unref (lookup_waiter);
      valija_test_drain ();
    }

  store (credentials, "five", VALIJA_SIDE_INCOMING, "last", -1);
  assert_secret (credentials, "five", VALIJA_SIDE_INCOMING, "last");
}

static void
assert_rejects (DexFuture *future, const char *words)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_KEYRING);
  g_assert_cmpstr (error->message, ==, words);
}

/* libsecret reads the file but once: each of these begins with a program of its own. @contents NULL: a folder is there
 * in its place. */
static void
check_unusable (const char *contents, const char *words)
{
  const char *path = g_getenv ("SECRET_FILE_TEST_PATH");
  g_autoptr(ValijaCredentials) credentials = NULL;
  g_autoptr(ValijaSecret) secret = valija_secret_new ("pencil", -1);

  if (contents != NULL)
    g_assert_true (g_file_set_contents (path, contents, -1, NULL));
  else
    g_assert_cmpint (g_mkdir (path, 0700), ==, 0);

  credentials = valija_credentials_new ();
  assert_rejects (valija_credentials_lookup (credentials, "one", VALIJA_SIDE_INCOMING), words);
  assert_rejects (valija_credentials_store (credentials, "one", VALIJA_SIDE_INCOMING, "x", secret), words);
  assert_rejects (valija_credentials_clear (credentials, "one"), words);

  if (contents == NULL)
    g_rmdir (path);
}

/* libsecret keeps what it has read of such a file: leaks are not looked for. */
static void
test_damaged (void)
{
  g_auto(GStrv) environment = g_environ_setenv (g_get_environ (), "LSAN_OPTIONS", "detect_leaks=0", TRUE);

  if (g_test_subprocess ())
    {
      check_unusable ("this is no keyring at all, and long enough to be one", "The file of the keyring is damaged.");
      return;
    }

  g_test_trap_subprocess_with_envp (NULL, (const char * const *) environment, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_unreadable (void)
{
  if (g_test_subprocess ())
    {
      check_unusable (NULL, "The keyring could not be used: it is a folder.");
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("valija-auth-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "keyring", NULL);
  int status;

  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", path, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);

  /* The first that needs the file */
  g_test_add_func ("/auth/file/thread", test_thread);
  g_test_add_func ("/auth/file/store", test_store);
  g_test_add_func ("/auth/file/clear", test_clear);
  g_test_add_func ("/auth/file/together", test_together);
  g_test_add_func ("/auth/file/cancel", test_cancel);
  g_test_add_func ("/auth/file/damaged", test_damaged);
  g_test_add_func ("/auth/file/unreadable", test_unreadable);

  status = g_test_run ();

  g_unlink (path);
  g_rmdir (folder);

  return status;
}
