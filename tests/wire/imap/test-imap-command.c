/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "wire/imap/imap-dump.h"
#include "wire/imap/valija-imap-command.h"
#include "wire/imap/valija-imap-labels.h"
#include "wire/imap/valija-imap-name.h"
#include "wire/imap/valija-imap-set.h"

#include <string.h>
#include <unistd.h>

/* What is written, with "|" where the server's "+" must come first. */
static char *
write_out (ValijaImapCommand *command,
           ValijaImapMode     mode)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) segments = valija_imap_command_serialize (command, "A1", mode, &error);
  GString *out;

  if (segments == NULL)
    {
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
      return g_strdup ("INVALID");
    }

  out = g_string_new (NULL);
  for (guint i = 0; i < segments->len; i++)
    {
      ValijaImapSegment *segment = g_ptr_array_index (segments, i);

      g_string_append_len (out, g_bytes_get_data (segment->bytes, NULL), g_bytes_get_size (segment->bytes));
      if (segment->wait)
        g_string_append_c (out, '|');
    }

  return g_string_free (out, FALSE);
}

#define assert_written(command, mode, expected) \
  G_STMT_START \
  { \
    g_autofree char *written = write_out (command, mode); \
    g_assert_cmpstr (written, ==, expected); \
  } \
  G_STMT_END

static void
test_values (void)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID FETCH");
  g_autoptr(ValijaImapSet) set = valija_imap_set_parse ("1:3,5", 0);

  valija_imap_command_append_set (command, set);
  valija_imap_command_open_list (command);
  valija_imap_command_append_atom (command, "UID");
  valija_imap_command_append_flags (command, VALIJA_IMAP_FLAG_SEEN | VALIJA_IMAP_FLAG_JUNK);
  valija_imap_command_append_string (command, "a");
  valija_imap_command_close_list (command);
  valija_imap_command_append_range (command, 5, 0);
  valija_imap_command_append_range (command, 5, 5);
  valija_imap_command_append_number (command, G_GUINT64_CONSTANT (18446744073709551615));
  valija_imap_command_append_time (command, 760131136);
  valija_imap_command_append_date (command, 760131136);
  assert_written (command, 0,
                  "A1 UID FETCH 1:3,5 (UID (\\Seen $Junk) a) 5:* 5 18446744073709551615 \" 1-Feb-1994 19:32:16 +0000\" "
                  "1-Feb-1994\r\n");
}

static const struct
{
  const char *string;
  ValijaImapMode mode;
  const char *expected;
} strings[] = {
  { "abc", 0, "A1 X abc\r\n" },
  { "", 0, "A1 X \"\"\r\n" },
  { "nil", 0, "A1 X \"nil\"\r\n" },
  { "a b", 0, "A1 X \"a b\"\r\n" },
  { "*", 0, "A1 X \"*\"\r\n" },
  { "a\"b\\c", 0, "A1 X \"a\\\"b\\\\c\"\r\n" },
  { "{5}", 0, "A1 X \"{5}\"\r\n" },
  { "a)(b", 0, "A1 X \"a)(b\"\r\n" },
  { "a\r\nA2 LOGOUT", 0, "A1 X {12}\r\n|a\r\nA2 LOGOUT\r\n" },
  { "a\rb", VALIJA_IMAP_MODE_LITERAL_PLUS, "A1 X {3+}\r\na\rb\r\n" },
  { "a\nb", VALIJA_IMAP_MODE_LITERAL_MINUS, "A1 X {3+}\r\na\nb\r\n" },
  { "\303\274", 0, "A1 X {2}\r\n|\303\274\r\n" },
  { "\303\274", VALIJA_IMAP_MODE_UTF8, "A1 X \"\303\274\"\r\n" },
  { "\374", VALIJA_IMAP_MODE_UTF8, "A1 X {1}\r\n|\374\r\n" },
  { "a\tb", 0, "A1 X {3}\r\n|a\tb\r\n" },
};

static void
test_strings (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("X");

      valija_imap_command_append_string (command, strings[i].string);
      assert_written (command, strings[i].mode, strings[i].expected);
    }
}

static const struct
{
  const char *name;
  ValijaImapMode mode;
  const char *expected;
} mailboxes[] = {
  { "INBOX", 0, "A1 SELECT INBOX\r\n" },
  { "Sent Items", 0, "A1 SELECT \"Sent Items\"\r\n" },
  { "Entw\303\274rfe", 0, "A1 SELECT \"Entw&APw-rfe\"\r\n" },
  { "Entw\303\274rfe", VALIJA_IMAP_MODE_UTF8, "A1 SELECT \"Entw\303\274rfe\"\r\n" },
  { "a&b", 0, "A1 SELECT \"a&-b\"\r\n" },
  { "a\r\nA2 DELETE b", VALIJA_IMAP_MODE_UTF8, "INVALID" },
  { "a\nb", 0, "A1 SELECT \"a&AAo-b\"\r\n" },
  { "\x7f" "a\\x0d\\x0aA2 X", 0, "INVALID" },
  { "\x7f" "a&\\xfc", 0, "A1 SELECT {3}\r\n|a&\374\r\n" },
  { "", 0, "INVALID" },
};

static void
test_mailboxes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mailboxes); i++)
    {
      g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("SELECT");

      valija_imap_command_append_mailbox (command, mailboxes[i].name);
      assert_written (command, mailboxes[i].mode, mailboxes[i].expected);
    }
}

static void
test_literals (void)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("APPEND");
  g_autofree char *large = g_strnfill (5000, 'x');
  g_autoptr(GBytes) bytes = g_bytes_new (large, 5000);
  g_autofree char *synchronising = g_strdup_printf ("A1 APPEND a {5000}\r\n|%s b\r\n", large);
  g_autofree char *at_once = g_strdup_printf ("A1 APPEND a {5000+}\r\n%s b\r\n", large);
  g_autoptr(ValijaImapCommand) binary = valija_imap_command_new ("APPEND");
  g_autoptr(GBytes) small = g_bytes_new ("ab", 2);

  valija_imap_command_append_mailbox (command, "a");
  valija_imap_command_append_literal (command, bytes, FALSE);
  valija_imap_command_append_atom (command, "b");
  assert_written (command, 0, synchronising);
  assert_written (command, VALIJA_IMAP_MODE_LITERAL_MINUS, synchronising);
  assert_written (command, VALIJA_IMAP_MODE_LITERAL_PLUS, at_once);

  valija_imap_command_append_literal (binary, small, TRUE);
  assert_written (binary, VALIJA_IMAP_MODE_LITERAL_MINUS, "A1 APPEND ~{2+}\r\nab\r\n");
  assert_written (binary, 0, "A1 APPEND ~{2}\r\n|ab\r\n");
}

/* Every octet string stays one value: what the server's side reads back is what was put in, and nothing else is
 * on the line. */
static void
test_injection (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (1);

  for (int i = 0; i < 5000; i++)
    {
      g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("LIST");
      g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
      g_autofree char *written = NULL;
      g_autofree char *line = NULL;
      char string[16] = "";
      ValijaImapResponse *response;
      ValijaImapIter iter;
      ValijaImapValue value;
      int length = g_rand_int_range (random, 0, 15);

      for (int j = 0; j < length; j++)
        string[j] = g_rand_boolean (random) ? "\r\n\"\\{}()&+ *%5"[g_rand_int_range (random, 0, 14)]
                                            : (char) g_rand_int_range (random, 1, 256);

      valija_imap_command_append_string (command, string);
      written = write_out (command, VALIJA_IMAP_MODE_LITERAL_PLUS | (i % 2 ? VALIJA_IMAP_MODE_UTF8 : 0));
      g_assert_true (g_str_has_prefix (written, "A1 "));
      line = g_strconcat ("* ", written + 3, NULL);

      response = imap_first_response (parser, line);
      iter = valija_imap_response_iter (response);
      g_assert_true (valija_imap_iter_next (&iter, &value));
      g_assert_cmpstr (valija_imap_value_get_string (value, NULL), ==, string);
      g_assert_false (valija_imap_iter_next (&iter, &value));
      g_assert_cmpuint (valija_imap_parser_get_pending (parser), ==, 0);
    }
}

static const struct
{
  const char *wire;
  const char *decoded;
  gboolean utf8;
} decodings[] = {
  { "INBOX", "INBOX", FALSE },
  { "~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/\345\217\260\345\214\227/\346\227\245\346\234\254\350\252\236",
    FALSE },
  { "a&-b", "a&b", FALSE },
  { "&Jjo-!", "\342\230\272!", FALSE },
  { "&2D3eAA-", "\360\237\230\200", FALSE },
  { "Entw\303\274rfe", "Entw\303\274rfe", TRUE },
  { "a&-b", "a&-b", TRUE },
  { "", "", FALSE },
  /* Q8: kept as they are */
  { "a&b",
    "\x7f"
    "a&b",
    FALSE },
  { "&AGE-", "\x7f&AGE-", FALSE },
  { "&Jjo", "\x7f&Jjo", FALSE },
  { "&Jjo-&Jjo-", "\x7f&Jjo-&Jjo-", FALSE },
  { "&2D0-", "\x7f&2D0-", FALSE },
  { "&3gA-", "\x7f&3gA-", FALSE },
  { "&AAA-", "\x7f&AAA-", FALSE },
  { "&AAo-", "\x7f&AAo-", FALSE },
  { "Entw\374rfe",
    "\x7f"
    "Entw\\xfcrfe",
    FALSE },
  { "Entw\303\274rfe",
    "\x7f"
    "Entw\\xc3\\xbcrfe",
    FALSE },
  { "a\\x41\374",
    "\x7f"
    "a\\x5cx41\\xfc",
    TRUE },
  { "&!-", "\x7f&!-", FALSE },
  { "\x7f", "\x7f\\x7f", TRUE },
};

static const struct { const char *name, *keyword; } keywords[] = {
  { "Work", "Work" }, { "To Do", "To&ACA-Do" }, { "R&D", "R&-D" }, { "Ácido", "&AME-cido" }, { "a(b)", "a&ACg-b&ACk-" },
  { "$label1", "$label1" }, { "$Label2", "$Label2" }, { "x/y", "x/y" }, { "\360\237\230\200", "&2D3eAA-" },
  { "50%", "50&ACU-" }, { "$Forwarded", NULL }, { "$new", NULL }, { "$label", NULL },
  { "$Labelwork", "$Labelwork" }, { "junk", NULL },
  { "\\Seen", NULL }, { "", NULL },
};

static void
test_keywords (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keywords); i++)
    {
      g_autofree char *encoded = valija_imap_keyword_encode (keywords[i].name);
      g_autofree char *decoded = encoded != NULL ? valija_imap_keyword_decode (encoded) : NULL;

      g_assert_cmpstr (encoded, ==, keywords[i].keyword);
      g_assert_cmpstr (decoded, ==, encoded != NULL ? keywords[i].name : NULL);
    }
}

static void
test_names (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (2);
  g_autofree char *shown = valija_imap_name_to_display ("\x7f" "Entw\\xc3\\xbcrfe");

  g_assert_cmpstr (shown, ==, "Entw\303\274rfe");
  for (gsize i = 0; i < G_N_ELEMENTS (decodings); i++)
    {
      g_autofree char *decoded = valija_imap_name_decode (decodings[i].wire, decodings[i].utf8);
      g_autofree char *encoded = valija_imap_name_encode (decoded, decodings[i].utf8);

      g_assert_cmpstr (decoded, ==, decodings[i].decoded);
      g_assert_cmpstr (encoded, ==, decodings[i].wire);
    }

  for (int i = 0; i < 5000; i++)
    {
      g_autofree char *decoded = NULL;
      g_autofree char *encoded = NULL;
      char wire[12] = "";

      for (int j = 0; j < 11; j++)
        wire[j] = g_rand_boolean (random) ? "&-AJjo2D3e,+"[g_rand_int_range (random, 0, 12)]
                                          : (char) g_rand_int_range (random, 1, 256);
      decoded = valija_imap_name_decode (wire, i % 2);
      g_assert_true (g_utf8_validate (decoded, -1, NULL));
      encoded = valija_imap_name_encode (decoded, i % 2);
      g_assert_cmpstr (encoded, ==, wire);
    }
}

static const struct
{
  const char *text;
  const char *expected; /* NULL: no set */
} sets[] = {
  { "1", "1" },
  { "1:3,5", "1:3,5" },
  { "5,1:3", "1:3,5" },
  { "9:7", "7:9" },
  { "1,2,3,5,4", "1:5" },
  { "1:10,3:4,20,11", "1:11,20" },
  { "4294967295", "4294967295" },
  { "1:4294967295,7", "1:4294967295" },
  { "*", "100" },
  { "90:*", "90:100" },
  { "", NULL },
  { "0", NULL },
  { "1:0", NULL },
  { "1,", NULL },
  { ",1", NULL },
  { "1::2", NULL },
  { "1:2:3", NULL },
  { "-1", NULL },
  { "4294967296", NULL },
  { "1 2", NULL },
  { "a", NULL },
};

static void
test_sets (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autoptr(ValijaImapSet) set = valija_imap_set_parse (sets[i].text, 100);
      g_autofree char *text = set != NULL ? valija_imap_set_to_string (set) : NULL;

      g_assert_cmpstr (text, ==, sets[i].expected);
    }

  g_assert_null (valija_imap_set_parse ("*", 0));
}

/* Against the plainest set there is. */
static void
test_set_arithmetic (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (3);

  for (int i = 0; i < 3000; i++)
    {
      g_autoptr(ValijaImapSet) one = valija_imap_set_new ();
      g_autoptr(ValijaImapSet) other = valija_imap_set_new ();
      g_autoptr(ValijaImapSet) sum = NULL;
      guint64 in_one = 0;
      guint64 in_other = 0;
      guint64 count = 0;

      for (int j = g_rand_int_range (random, 0, 12); j > 0; j--)
        {
          ValijaImapSet *set = j % 2 ? one : other;
          int first = g_rand_int_range (random, 1, 41);
          int last = first + g_rand_int_range (random, 0, 6);

          valija_imap_set_add (set, first, last);
          for (int k = first; k <= last; k++)
            *(j % 2 ? &in_one : &in_other) |= G_GUINT64_CONSTANT (1) << k;
        }

      sum = valija_imap_set_copy (one);
      valija_imap_set_add_set (sum, other);
      valija_imap_set_remove_set (one, other);
      valija_imap_set_clip (other, 10, 20);
      for (int k = 1; k <= 46; k++)
        {
          gboolean mine = in_one >> k & 1;
          gboolean others = in_other >> k & 1;

          g_assert_cmpint (valija_imap_set_contains (sum, k), ==, mine || others);
          g_assert_cmpint (valija_imap_set_contains (one, k), ==, mine && !others);
          g_assert_cmpint (valija_imap_set_contains (other, k), ==, others && k >= 10 && k <= 20);
          count += mine && !others;
        }
      g_assert_cmpuint (valija_imap_set_count (one), ==, count);
    }
}

static void
test_set_list (void)
{
  static const guint32 expected[] = { 304, 319, 320, 9, 8, 7 };
  g_autoptr(GArray) list = valija_imap_set_parse_list ("304,319:320,9:7", 100);

  g_assert_cmpmem (list->data, list->len * sizeof (guint32), expected, sizeof expected);
  g_assert_null (valija_imap_set_parse_list ("1:4294967295", 1000000));
  g_assert_null (valija_imap_set_parse_list ("1:*", 100));
}

/* What holds a password is written from pages of its own, which are wiped when it is out. */
static void
test_secret (void)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("AUTHENTICATE");
  g_autoptr(GPtrArray) segments = NULL;
  g_autoptr(GError) error = NULL;
  ValijaImapSegment *segment;

  valija_imap_command_append_atom (command, "PLAIN");
  valija_imap_command_append_secret (command, "AGFuYQBzZWNyZXQ=");
  g_assert_true (valija_imap_command_is_secret (command));
  segments = valija_imap_command_serialize (command, "A1", VALIJA_IMAP_MODE_NONE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (segments->len, ==, 1);
  segment = g_ptr_array_index (segments, 0);
  g_assert_cmpmem (g_bytes_get_data (segment->bytes, NULL), g_bytes_get_size (segment->bytes),
                   "A1 AUTHENTICATE PLAIN AGFuYQBzZWNyZXQ=\r\n", 40);
  g_assert_cmpuint ((guintptr) g_bytes_get_data (segment->bytes, NULL) % sysconf (_SC_PAGESIZE), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/imap/command/values", test_values);
  g_test_add_func ("/imap/command/strings", test_strings);
  g_test_add_func ("/imap/command/mailboxes", test_mailboxes);
  g_test_add_func ("/imap/command/literals", test_literals);
  g_test_add_func ("/imap/command/injection", test_injection);
  g_test_add_func ("/imap/command/secret", test_secret);
  g_test_add_func ("/imap/name/table", test_names);
  g_test_add_func ("/imap/name/keywords", test_keywords);
  g_test_add_func ("/imap/set/parse", test_sets);
  g_test_add_func ("/imap/set/arithmetic", test_set_arithmetic);
  g_test_add_func ("/imap/set/list", test_set_list);

  return g_test_run ();
}
