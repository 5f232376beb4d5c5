/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-quote.h"

#include <string.h>

static const struct
{
  const char *text;
  const char *quotation;    /* what it ends with; "" for none */
} cases[] = {
  { "", "" },
  { "Yes.", "" },
  { "Yes.\n> Really?\n", "> Really?\n" },
  { "Yes.\n\nAna wrote:\n> Really?\n>\n> Really?\n\n", "Ana wrote:\n> Really?\n>\n> Really?\n\n" },
  { "Yes.\n\nOn Monday, 3 March 2026 at 10:00, Ana Núñez\n<ana@example.org> wrote:\n\n> Really?",
    "On Monday, 3 March 2026 at 10:00, Ana Núñez\n<ana@example.org> wrote:\n\n> Really?" },
  { "Yes:\n> Really?\nNo.\n", "" },
  { "> Really?\n> Yes.\n", "" },
  { "\n \n> Really?\n", "" },
  { "Ana wrote:\n> Really?\n", "" },
  { "Yes.\r\n\r\nAna wrote:\r\n> Really?\r\n", "Ana wrote:\r\n> Really?\r\n" },
  { "Yes.\n\n-----Original Message-----\nFrom: Ana\n\nReally?\n",
    "-----Original Message-----\nFrom: Ana\n\nReally?\n" },
  { "Yes.\n-- \nBo\n", "" },
  { "Yes.\n----------\nNo.\n", "" },
  { "One\nand two, as follows:\n> Really?\n", "> Really?\n" },
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (cases[i].text + valija_quote_find (cases[i].text), ==, cases[i].quotation);
}

static void
test_long (void)
{
  g_autoptr(GString) text = g_string_new ("Yes.\n");

  for (guint i = 0; i < 1000000; i++)
    g_string_append (text, "> \n");

  g_assert_cmpuint (valija_quote_find (text->str), ==, strlen ("Yes.\n"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mime/quote/cases", test_cases);
  g_test_add_func ("/mime/quote/long", test_long);

  return g_test_run ();
}
