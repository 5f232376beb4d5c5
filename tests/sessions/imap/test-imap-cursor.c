/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "sessions/imap/valija-imap-news.h"
#include "wire/imap/valija-imap-parser.h"

#include <string.h>

static void
test_round_trip (void)
{
  g_autoptr(ValijaImapCursor) cursor = valija_imap_cursor_new (4294967295u);
  g_autoptr(ValijaImapCursor) again = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autofree char *todo = NULL;
  g_autofree char *known = NULL;

  cursor->uid_next = 100001;
  cursor->mod_seq = G_MAXINT64;
  valija_imap_set_add (cursor->todo, 1, 500);
  valija_imap_set_add (cursor->todo, 4000000000u, 4294967295u);
  cursor->known = valija_imap_set_parse ("501:90000,100000", 0);
  cursor->digests = valija_imap_digests_new ();
  for (guint32 uid = 501; uid < 2000; uid++)
    valija_imap_digests_add (cursor->digests, uid, uid % 3, 0);

  bytes = valija_imap_cursor_to_bytes (cursor);
  again = valija_imap_cursor_from_bytes (bytes);
  g_assert_nonnull (again);
  todo = valija_imap_set_to_string (again->todo);
  known = valija_imap_set_to_string (again->known);
  g_assert_cmpuint (again->uid_validity, ==, 4294967295u);
  g_assert_cmpuint (again->uid_next, ==, 100001);
  g_assert_cmpuint (again->mod_seq, ==, G_MAXINT64);
  g_assert_cmpstr (todo, ==, "1:500,4000000000:4294967295");
  g_assert_cmpstr (known, ==, "501:90000,100000");
  g_assert_cmpuint (g_hash_table_size (again->digests), ==, g_hash_table_size (cursor->digests));
  g_assert_true (valija_imap_digests_equal (again->digests, cursor->digests, 600));
  valija_imap_digests_add (again->digests, 600, 1, 0);
  g_assert_false (valija_imap_digests_equal (again->digests, cursor->digests, 600));

  /* A folder of a million messages without holes costs next to nothing */
  valija_imap_set_add (cursor->known, 1, 1000000);
  g_clear_pointer (&cursor->digests, g_hash_table_unref);
  g_clear_pointer (&bytes, g_bytes_unref);
  bytes = valija_imap_cursor_to_bytes (cursor);
  g_assert_cmpuint (g_bytes_get_size (bytes), <, 64);
}

/* What one message loses and another gets is a change of both. */
static void
test_exchanged (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (7);

  for (int i = 0; i < 2000; i++)
    {
      g_autoptr(GHashTable) before = valija_imap_digests_new ();
      g_autoptr(GHashTable) seen = valija_imap_digests_new ();
      g_autoptr(GHashTable) labelled = valija_imap_digests_new ();
      guint32 label = g_rand_int (random);
      guint32 one = 512 + g_rand_int_range (random, 0, 256);
      guint32 other = 512 + (one + g_rand_int_range (random, 1, 256)) % 256;

      valija_imap_digests_add (before, one, 1, label);
      valija_imap_digests_add (before, other, 0, 0);
      valija_imap_digests_add (seen, one, 0, label);
      valija_imap_digests_add (seen, other, 1, 0);
      valija_imap_digests_add (labelled, one, 1, 0);
      valija_imap_digests_add (labelled, other, 0, label);
      g_assert_false (valija_imap_digests_equal (before, seen, one));
      g_assert_false (valija_imap_digests_equal (before, labelled, one));
    }
}

/* From before there were labels: what is known stays known, and the flags of all are asked for once. */
static void
test_without_labels (void)
{
  g_autoptr(ValijaImapCursor) cursor = valija_imap_cursor_new (7);
  g_autoptr(ValijaImapCursor) read = NULL;
  g_autoptr(ValijaImapCursor) later = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autofree guint8 *copy = NULL;
  g_autofree char *known = NULL;
  gsize size;

  cursor->uid_next = 10;
  cursor->mod_seq = 90;
  cursor->known = valija_imap_set_parse ("1:3,5,7:9", 0);
  cursor->digests = valija_imap_digests_new ();
  valija_imap_digests_add (cursor->digests, 5, 1, 0);
  bytes = valija_imap_cursor_to_bytes (cursor);
  size = g_bytes_get_size (bytes);
  copy = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
  g_clear_pointer (&bytes, g_bytes_unref);

  copy[2] = 1;
  bytes = g_bytes_new_static (copy, size);
  read = valija_imap_cursor_from_bytes (bytes);
  g_assert_nonnull (read);
  known = valija_imap_set_to_string (read->known);
  g_assert_cmpstr (known, ==, "1:3,5,7:9");
  g_assert_cmpuint (read->uid_next, ==, 10);
  g_assert_cmpuint (read->mod_seq, ==, 0);
  g_assert_null (read->digests);

  copy[2] = 3;
  later = valija_imap_cursor_from_bytes (bytes);
  g_assert_null (later);
}

/* Whatever is read back is a cursor or none, and never a crash. */
static void
test_damaged (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (5);
  g_autoptr(ValijaImapCursor) cursor = valija_imap_cursor_new (7);
  g_autoptr(GBytes) bytes = NULL;
  gsize size;
  const guint8 *data;

  cursor->known = valija_imap_set_parse ("1:3,5,7:9", 0);
  cursor->digests = valija_imap_digests_new ();
  valija_imap_digests_add (cursor->digests, 5, 1, 0);
  bytes = valija_imap_cursor_to_bytes (cursor);
  data = g_bytes_get_data (bytes, &size);

  for (gsize length = 0; length < size; length++)
    {
      g_autoptr(GBytes) cut = g_bytes_new (data, length);

      g_assert_null (valija_imap_cursor_from_bytes (cut));
    }

  for (int i = 0; i < 20000; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr(GBytes) damaged = NULL;
      g_autoptr(ValijaImapCursor) read = NULL;

      for (int j = g_rand_int_range (random, 1, 5); j > 0; j--)
        copy[g_rand_int_range (random, 3, size)] = g_rand_int_range (random, 0, 256);
      damaged = g_bytes_new_take (g_steal_pointer (&copy), size);
      read = valija_imap_cursor_from_bytes (damaged);
    }
}

static void
test_remote_ids (void)
{
  g_autofree char *id = valija_imap_remote_id_format (38505, 3956);

  g_assert_cmpstr (id, ==, "38505.3956");
  g_assert_cmpuint (valija_imap_remote_id_parse (id, 38505), ==, 3956);
  g_assert_cmpuint (valija_imap_remote_id_parse (id, 38506), ==, 0);
  g_assert_cmpuint (valija_imap_remote_id_parse ("38505.", 38505), ==, 0);
  g_assert_cmpuint (valija_imap_remote_id_parse ("38505", 38505), ==, 0);
  g_assert_cmpuint (valija_imap_remote_id_parse ("38505.1:5", 38505), ==, 0);
  g_assert_cmpuint (valija_imap_remote_id_parse ("38505.4294967296", 38505), ==, 0);
  g_assert_cmpuint (valija_imap_remote_id_parse ("-1.5", 1), ==, 0);
  g_assert_cmpuint (valija_imap_remote_id_parse ("", 0), ==, 0);
}

/* A server that never ends to tell of flags, or of what vanished, fills no memory. */
static void
test_endless_news (void)
{
  static const char * const lines[] = { "* 1 FETCH (UID 1 FLAGS ())\r\n", "* VANISHED 1,3,5,7,9,11,13,15\r\n",
                                        "* SEARCH 1 3 5 7 9 11 13 15\r\n" };
  const guint limit = 4 * 1000 * 1000;

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
      g_autoptr(ValijaImapNews) news = valija_imap_news_new (VALIJA_IMAP_LABELS_KEYWORDS);
      g_autoptr(GBytes) line = g_bytes_new_static (lines[i], strlen (lines[i]));
      g_autoptr(GError) error = NULL;
      guint each = i == 0 ? 1 : 8;
      ValijaImapEvent event;

      valija_imap_parser_feed (parser, line);
      g_assert_cmpint (valija_imap_parser_next (parser, &event, &error), ==, VALIJA_IMAP_PARSER_RESPONSE);
      for (guint n = 0; n < limit / each; n++)
        g_assert_true (valija_imap_news_respond (event.response, news));
      g_assert_true (valija_imap_news_check (news, &error));
      g_assert_no_error (error);
      g_assert_true (valija_imap_news_respond (event.response, news));
      g_assert_false (valija_imap_news_check (news, &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/imap/cursor/round-trip", test_round_trip);
  g_test_add_func ("/imap/cursor/exchanged", test_exchanged);
  g_test_add_func ("/imap/cursor/without-labels", test_without_labels);
  g_test_add_func ("/imap/cursor/damaged", test_damaged);
  g_test_add_func ("/imap/cursor/remote-ids", test_remote_ids);

  g_test_add_func ("/imap/news/endless", test_endless_news);

  return g_test_run ();
}
