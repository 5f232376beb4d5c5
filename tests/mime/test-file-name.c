/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-file-name.h"

#include <string.h>

static const struct
{
  const char *name;
  const char *type;
  const char *expected;
} names[] = {
  { "report.pdf", NULL, "report.pdf" },
  { "Größe €.txt", NULL, "Größe €.txt" },
  { "会议纪要.docx", NULL, "会议纪要.docx" },
  { "../../.bashrc", NULL, "bashrc" },
  { "/etc/passwd", NULL, "passwd" },
  { "C:\\Users\\me\\a b.doc", NULL, "a b.doc" },
  { "..\\..\\x", NULL, "x" },
  { "C:x", NULL, "C_x" },
  { "%2e%2e%2fx", NULL, "%2e%2e%2fx" },
  { "..", "image/png", "attachment.png" },
  { ".", NULL, "attachment" },
  { "", "application/pdf", "attachment.pdf" },
  { NULL, "message/rfc822", "attachment.eml" },
  { NULL, NULL, "attachment" },
  { "/", NULL, "_" },
  { "a/", NULL, "a_" },
  { "-rf", NULL, "rf" },
  { "--", NULL, "attachment" },
  { "~", NULL, "attachment" },
  { ".hidden", NULL, "hidden" },
  { "trailing. . ", NULL, "trailing" },
  { "a\nb.txt", NULL, "a b.txt" },
  { "a\r\nb.txt", NULL, "a b.txt" },
  { "a\x01" "b\x7f.txt", NULL, "ab.txt" },
  { "photo\xe2\x80\xaegpj.exe", NULL, "photogpj.exe" },
  { "a\xe2\x80\x8b" "b", NULL, "ab" },
  { "invoice.pdf                    .exe", NULL, "invoice.pdf .exe" },
  { "invoice.pdf\xc2\xa0\xe3\x80\x80 .exe", NULL, "invoice.pdf .exe" },
  { "con", NULL, "_con" },
  { "NUL.txt", NULL, "_NUL.txt" },
  { "com1", NULL, "_com1" },
  { "company", NULL, "company" },
  { "a<b>|c?.txt", NULL, "a_b__c_.txt" },
  { "photo.jpg.desktop", NULL, "photo.jpg.desktop" },
  { "bad\xff.txt", NULL, "bad\357\277\275.txt" },
};

static void
check (const char *safe)
{
  g_assert_true (g_utf8_validate (safe, -1, NULL));
  g_assert_cmpuint (strlen (safe), >, 0);
  g_assert_cmpuint (strlen (safe), <=, 201);
  g_assert_null (strpbrk (safe, "/\\\r\n\t"));
  g_assert_true (*safe != '.' && *safe != '-' && *safe != ' ');
  g_assert_true (safe[strlen (safe) - 1] != '.' && safe[strlen (safe) - 1] != ' ');
}

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *safe = valija_file_name_make_safe (names[i].name, names[i].type);

      g_assert_cmpstr (safe, ==, names[i].expected);
      check (safe);
    }
}

static void
test_long (void)
{
  g_autoptr(GString) name = g_string_new (NULL);
  g_autofree char *safe = NULL;
  g_autofree char *dots = NULL;
  g_autofree char *safe_dots = NULL;

  for (int i = 0; i < 300; i++)
    g_string_append (name, "é");
  g_string_append (name, ".tar.gz");
  safe = valija_file_name_make_safe (name->str, NULL);
  check (safe);
  g_assert_cmpuint (strlen (safe), >, 190);
  g_assert_true (g_str_has_suffix (safe, "é.gz"));

  dots = g_strnfill (100000, '.');
  safe_dots = valija_file_name_make_safe (dots, "text/plain");
  g_assert_cmpstr (safe_dots, ==, "attachment.txt");
}

static void
test_mutations (void)
{
  static const char spice[] = "/\\..-~ \n\r\x01\xe2\x80\xae\xff:a";
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);

  for (int round = 0; round < 20000; round++)
    {
      char name[400] = { 0 };
      int length = g_rand_int_range (rand, 0, sizeof name);
      g_autofree char *safe = NULL;
      g_autofree char *again = NULL;

      for (int i = 0; i < length; i++)
        name[i] = spice[g_rand_int_range (rand, 0, sizeof spice - 1)];
      safe = valija_file_name_make_safe (name, NULL);
      check (safe);
      again = valija_file_name_make_safe (safe, NULL);
      g_assert_cmpstr (again, ==, safe);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mime/file-name/table", test_table);
  g_test_add_func ("/mime/file-name/long", test_long);
  g_test_add_func ("/mime/file-name/mutations", test_mutations);

  return g_test_run ();
}
