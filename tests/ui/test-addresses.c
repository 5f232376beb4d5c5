/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-address-field.h"
#include "ui/reader/valija-sender-check.h"

static void
test_typing (void)
{
  static const struct
  {
    const char *text;
    const char *typing;         /* what is found bad while the last entry is being typed */
    const char *left;           /* and when the cursor has left */
  } cases[] = {
    { "", NULL, NULL },
    { "   ", NULL, NULL },
    { "bo@example.org", NULL, NULL },
    { "Bo Lindqvist <bo@example.org>, ana@example.org", NULL, NULL },
    { "\"Lindqvist, Bo\" <bo@example.org>", NULL, NULL },
    { "bo", NULL, "bo" },
    { "bo@", NULL, "bo@" },
    { "ana@example.org, b", NULL, "b" },
    { "nonsense, ana@example.org", "nonsense", "nonsense" },
    { "ana@example.org,", NULL, NULL },
    { "用户@例子.广告", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *typing = valija_address_field_find_bad (cases[i].text, TRUE);
      g_autofree char *left = valija_address_field_find_bad (cases[i].text, FALSE);

      g_test_message ("“%s”", cases[i].text);
      g_assert_cmpstr (typing, ==, cases[i].typing);
      g_assert_cmpstr (left, ==, cases[i].left);
    }
}

static void
test_sender (void)
{
  static const struct
  {
    const char *name;
    const char *address;
    const char *sender;         /* nullable */
    gboolean clear;
  } cases[] = {
    { "Bo", "bo@example.org", NULL, TRUE },
    { "", "bo@example.org", NULL, TRUE },
    { "bo@example.org", "bo@example.org", NULL, TRUE },
    { "Bo@Example.org", "bo@example.ORG", NULL, TRUE },
    { "Bo", "bo@example.org", "bo@example.org", TRUE },
    { "security@bank.example", "x@evil.example", NULL, FALSE },
    { "Bank (security@bank.example)", "x@evil.example", NULL, FALSE },
    { "Bo", "not an address", NULL, FALSE },
    { "Bo", "bo@example.org", "list@example.net", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GPtrArray) from = valija_address_list_new ();
      g_autofree char *unclear = NULL;

      g_ptr_array_add (from, valija_address_new (cases[i].name, cases[i].address));
      unclear = valija_sender_check_addresses (from, cases[i].sender);
      g_test_message ("%s <%s>: %s", cases[i].name, cases[i].address, unclear);
      g_assert_cmpint (unclear == NULL, ==, cases[i].clear);
    }
}

static void
test_sender_count (void)
{
  g_autoptr(GPtrArray) from = valija_address_list_new ();
  g_autofree char *none = valija_sender_check_addresses (from, NULL);
  g_autofree char *two = NULL;

  g_ptr_array_add (from, valija_address_new ("A", "a@example.org"));
  g_ptr_array_add (from, valija_address_new ("B", "b@example.org"));
  two = valija_sender_check_addresses (from, NULL);

  g_assert_nonnull (none);
  g_assert_nonnull (two);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ui/addresses/typing", test_typing);
  g_test_add_func ("/ui/addresses/sender", test_sender);
  g_test_add_func ("/ui/addresses/sender-count", test_sender_count);

  return g_test_run ();
}
