/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-secret.h"

#include <string.h>

static void
test_bytes (void)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new ("a\0b", 3);
  gsize length;
  const char *bytes = valija_secret_peek (secret, &length);

  g_assert_cmpmem (bytes, length, "a\0b", 3);
  g_assert_cmpint (bytes[length], ==, '\0');
  g_assert_cmpstr (valija_secret_peek (secret, NULL), ==, "a");
}

static void
test_string (void)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new ("pencil", -1);
  g_autoptr(ValijaSecret) empty = valija_secret_new ("", -1);
  g_autoptr(ValijaSecret) taken = valija_secret_new_take (g_strdup ("pencil"));
  gsize length;

  g_assert_cmpstr (valija_secret_peek (secret, &length), ==, "pencil");
  g_assert_cmpuint (length, ==, 6);
  g_assert_cmpstr (valija_secret_peek (empty, &length), ==, "");
  g_assert_cmpuint (length, ==, 0);
  g_assert_cmpstr (valija_secret_peek (taken, NULL), ==, "pencil");
}

static void
test_large (void)
{
  g_autofree char *token = g_strnfill (100000, 't');
  g_autoptr(ValijaSecret) secret = valija_secret_new (token, -1);

  g_assert_cmpstr (valija_secret_peek (secret, NULL), ==, token);
}

static void
test_boxed (void)
{
  g_auto(GValue) value = G_VALUE_INIT;
  g_auto(GValue) copy = G_VALUE_INIT;
  ValijaSecret *secret = valija_secret_new ("pencil", -1);

  g_value_init (&value, VALIJA_TYPE_SECRET);
  g_value_init (&copy, VALIJA_TYPE_SECRET);
  g_value_take_boxed (&value, secret);
  g_value_copy (&value, &copy);
  g_value_unset (&value);
  g_assert_true (g_value_get_boxed (&copy) == secret);
  g_assert_cmpstr (valija_secret_peek (g_value_get_boxed (&copy), NULL), ==, "pencil");
}

static void
test_wipe (void)
{
  char text[] = "pencil";

  valija_wipe (text, 3);
  g_assert_cmpmem (text, sizeof text, "\0\0\0cil", 7);
  valija_wipe (NULL, 0);
  valija_wipe_string (NULL);
  valija_wipe_string (g_strdup ("pencil"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/secret/bytes", test_bytes);
  g_test_add_func ("/base/secret/string", test_string);
  g_test_add_func ("/base/secret/large", test_large);
  g_test_add_func ("/base/secret/boxed", test_boxed);
  g_test_add_func ("/base/secret/wipe", test_wipe);

  return g_test_run ();
}
