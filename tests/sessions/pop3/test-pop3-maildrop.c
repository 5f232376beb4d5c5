/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-maildrop.h"

#include <string.h>

static void
take_lines (ValijaPop3Maildrop *maildrop,
            const char         *uidl,
            const char         *list)
{
  g_auto(GStrv) uidl_lines = g_strsplit (uidl, "|", -1);
  g_auto(GStrv) list_lines = g_strsplit (list, "|", -1);

  for (gsize i = 0; uidl_lines[i] != NULL; i++)
    valija_pop3_maildrop_take_uidl (maildrop, uidl_lines[i], strlen (uidl_lines[i]));
  for (gsize i = 0; list_lines[i] != NULL; i++)
    valija_pop3_maildrop_take_list (maildrop, list_lines[i], strlen (list_lines[i]));
  g_assert_true (valija_pop3_maildrop_finish (maildrop));
}

typedef struct
{
  const char *name;
  const char *uidl;
  const char *list;
  const char *expected;     /* number, id and size of each */
} ListCase;

static const ListCase list_cases[] = {
  { "plain", "1 aa|2 bb", "1 10|2 20", "1 aa 10|2 bb 20|" },
  { "any-order", "10 cc|2 bb|1 aa", "2 20|10 30|1 10", "1 aa 10|2 bb 20|10 cc 30|" },
  { "only-in-list", "1 aa", "1 10|2 20", "1 aa 10|2 (none) 20|" },
  { "only-in-uidl", "1 aa|2 bb", "1 10", "1 aa 10|2 bb 0|" },
  { "empty-id", "1|2 bb", "1 10|2 20", "1 (none) 10|2 bb 20|" },
  { "repeated", "1 aa|2 aa|3 aa", "", "1 aa 0|2 aa\t2 0|3 aa\t3 0|" },
  { "number-twice", "1 aa|1 bb", "1 10|1 20", "1 aa 20|" },
  { "not-printable", "1 a\001\303\261 b", "", "1 a\t01\tc3\tb1\t20b 0|" },
  { "nonsense", "x|0 aa|-1 bb", "y 10|1", "" },
  { "nothing", "", "", "" },
};

static void
test_list (gconstpointer data)
{
  const ListCase *c = data;
  g_autoptr(ValijaPop3Maildrop) maildrop = valija_pop3_maildrop_new ();
  g_autoptr(GString) log = g_string_new (NULL);

  take_lines (maildrop, c->uidl, c->list);
  for (guint i = 0; i < valija_pop3_maildrop_get_length (maildrop); i++)
    {
      ValijaPop3Entry *entry = valija_pop3_maildrop_get (maildrop, i);

      g_string_append_printf (log, "%u %s %" G_GUINT64_FORMAT "|", entry->number,
                              entry->remote_id != NULL ? entry->remote_id : "(none)", entry->size);
      if (entry->remote_id != NULL)
        g_assert_true (valija_pop3_maildrop_find (maildrop, entry->remote_id) == entry);
    }

  g_assert_cmpstr (log->str, ==, c->expected);
  g_assert_null (valija_pop3_maildrop_find (maildrop, "unknown"));
}

/* As many as there are, one id for all: counting from the beginning for each would take hours. */
static void
test_repeated_often (void)
{
  const guint n = 500 * 1000;
  g_autoptr(ValijaPop3Maildrop) maildrop = valija_pop3_maildrop_new ();
  g_autofree char *last = g_strdup_printf ("aa\t%u", n);

  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u aa", i);

      valija_pop3_maildrop_take_uidl (maildrop, line, strlen (line));
    }

  g_assert_true (valija_pop3_maildrop_finish (maildrop));
  g_assert_cmpstr (valija_pop3_maildrop_get (maildrop, 0)->remote_id, ==, "aa");
  g_assert_cmpstr (valija_pop3_maildrop_get (maildrop, n - 1)->remote_id, ==, last);
}

/* TOP and RETR name the same message alike; two messages of one header are told apart. */
static void
test_name (void)
{
  g_autoptr(ValijaPop3Maildrop) maildrop = valija_pop3_maildrop_new ();
  const char *top = "Subject: x\r\n\r\n";
  const char *retr = "Subject: x\r\n\r\nbody\r\n";
  g_autofree char *second = NULL;

  take_lines (maildrop, "", "1 10|2 20");
  valija_pop3_maildrop_name (maildrop, valija_pop3_maildrop_get (maildrop, 0), top, strlen (top));
  valija_pop3_maildrop_name (maildrop, valija_pop3_maildrop_get (maildrop, 1), retr, strlen (retr));
  second = g_strconcat (valija_pop3_maildrop_get (maildrop, 0)->remote_id, "\t2", NULL);
  g_assert_cmpstr (valija_pop3_maildrop_get (maildrop, 1)->remote_id, ==, second);
}

static void
test_cursor (void)
{
  g_autoptr(GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) decoded = NULL;
  g_autoptr(GBytes) cursor = NULL;
  GHashTableIter iter;
  gpointer id;

  g_hash_table_add (ids, g_strdup (""));
  g_hash_table_add (ids, g_strnfill (300, 'x'));
  g_hash_table_add (ids, g_strnfill (301, 'x'));
  for (guint i = 0; i < 10000; i++)
    g_hash_table_add (ids, g_strdup_printf ("%08x5f2a%04x", i, i * 7));

  cursor = valija_pop3_cursor_encode (ids);
  decoded = valija_pop3_cursor_decode (cursor);
  g_assert_nonnull (decoded);
  g_assert_cmpuint (g_hash_table_size (decoded), ==, g_hash_table_size (ids));
  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_assert_true (g_hash_table_contains (decoded, id));

  /* Smaller than the ids themselves with what ends them */
  g_assert_cmpuint (g_bytes_get_size (cursor), <, 10000 * 17);
}

static void
assert_knows (GBytes     *cursor,
              const char *remote_id,
              guint64     size,
              gboolean    expected)
{
  g_autoptr(GHashTable) table = valija_pop3_cursor_decode (cursor);
  const ValijaPop3Entry entry = { .remote_id = (char *) remote_id, .size = size };

  g_assert_nonnull (table);
  g_assert_cmpint (valija_pop3_cursor_knows (table, &entry), ==, expected);
}

/* A name is not enough, but where there is no more; and not where it is doubted. */
static void
test_cursor_sizes (void)
{
  static const guint64 sizes[] = { 0, 1, 127, 128, 16384, G_MAXUINT - 1, G_MAXUINT, G_MAXUINT64 };
  static const char * const ids[] = { "aa", "unknown", NULL };
  g_autoptr(GBytes) names = g_bytes_new_static ("\001\000aa\000\001b\000", 8);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(GHashTable) table = valija_pop3_cursor_new_table ();
      const ValijaPop3Entry entry = { .remote_id = (char *) "aa", .size = sizes[i] };
      g_autoptr(GBytes) cursor = NULL;
      g_autoptr(GBytes) doubting = NULL;

      valija_pop3_cursor_add (table, &entry);
      cursor = valija_pop3_cursor_encode (table);
      assert_knows (cursor, "aa", sizes[i], TRUE);
      assert_knows (cursor, "aa", 2, sizes[i] == 0);
      assert_knows (cursor, "aa", 0, sizes[i] == 0);
      assert_knows (cursor, "bb", sizes[i], FALSE);

      g_assert_null (valija_pop3_cursor_doubt (cursor, ids + 1));
      doubting = valija_pop3_cursor_doubt (cursor, ids);
      assert_knows (doubting, "aa", sizes[i], FALSE);
      assert_knows (doubting, "aa", 0, FALSE);
    }

  /* Of the first version */
  assert_knows (names, "aa", 30, TRUE);
  assert_knows (names, "ab", 30, TRUE);
}

static void
test_cursor_empty (void)
{
  g_autoptr(GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GBytes) cursor = valija_pop3_cursor_encode (ids);
  g_autoptr(GHashTable) decoded = valija_pop3_cursor_decode (cursor);

  g_assert_nonnull (decoded);
  g_assert_cmpuint (g_hash_table_size (decoded), ==, 0);
}

/* What is not ours, or was cut, is no cursor; and whatever it is, nothing beyond it is read. */
static void
test_cursor_damaged (void)
{
  static const struct { const char *bytes; gsize length; } cases[] = {
    { "", 0 }, { "\003", 1 }, { "\002\000ab\000", 5 }, { "\002\000ab\000\200", 6 },
    { "\002\000ab\000\200\200\200\200\200\001", 11 }, { "\001\000", 2 }, { "\001\000abc", 5 }, { "\001\005abc\000", 6 },
    { "\001\000ab\000\003c\000", 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GBytes) cursor = g_bytes_new (cases[i].bytes, cases[i].length);

      g_assert_null (valija_pop3_cursor_decode (cursor));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (list_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/maildrop/", list_cases[i].name, NULL);

      g_test_add_data_func (path, &list_cases[i], test_list);
    }
  g_test_add_func ("/pop3/maildrop/repeated-often", test_repeated_often);
  g_test_add_func ("/pop3/maildrop/name", test_name);
  g_test_add_func ("/pop3/cursor/round-trip", test_cursor);
  g_test_add_func ("/pop3/cursor/sizes", test_cursor_sizes);
  g_test_add_func ("/pop3/cursor/empty", test_cursor_empty);
  g_test_add_func ("/pop3/cursor/damaged", test_cursor_damaged);

  return g_test_run ();
}
