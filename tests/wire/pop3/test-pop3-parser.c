/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "wire/pop3/valija-pop3-command.h"
#include "wire/pop3/valija-pop3-listing.h"
#include "wire/pop3/valija-pop3-parser.h"

#include <string.h>

/* What the server says, what is expected behind each +OK (s, l, c in order), and the events: S+ S- for statuses, P
 * for a challenge, L for a line, C for content (joined), E for the end, F for a failure. */
typedef struct
{
  const char *name;
  const char *input;
  const char *shapes;
  const char *expected;
} ParserCase;

static const ParserCase parser_cases[] = {
  { "greeting", "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n",
    "s", "S+(POP3 server ready <1896.697170952@dbc.mtview.ca.us>)" },
  { "greeting-glued", "+OK<1896@x>\r\n", "s", "S+(<1896@x>)" },
  { "bare-words", "+OK\r\n-ERR\r\n", "s", "S+()S-()" },
  { "any-case", "+ok x\r\n-err y\r\n", "s", "S+(x)S-(y)" },
  { "error-code", "-ERR [IN-USE] Do you have another POP session running?\r\n",
    "", "S-([IN-USE] Do you have another POP session running?)" },
  { "challenge", "+ PDE4OTYuNjk3MTcwOTUyQA==\r\n+ \r\n+\r\n", "", "P(PDE4OTYuNjk3MTcwOTUyQA==)P()P()" },
  { "list", "+OK 2 messages (320 octets)\r\n1 120\r\n2 200\r\n.\r\n+OK\r\n",
    "ls", "S+(2 messages (320 octets))L(1 120)L(2 200)E()S+()" },
  { "list-empty", "+OK\r\n.\r\n", "l", "S+()E()" },
  { "list-dotted", "+OK\r\n..a\r\n.b\r\n.\r\n", "l", "S+()L(.a)L(b)E()" },
  { "message", "+OK 120 octets\r\nSubject: x\r\n\r\ntext\r\n.\r\n", "c", "S+(120 octets)C(Subject: x\r\n\r\n"
    "text\r\n)E()" },
  { "message-empty", "+OK\r\n.\r\n-ERR\r\n", "c", "S+()E()S-()" },
  { "message-dots", "+OK\r\n..\r\n...\r\n..a.\r\na..\r\n.b\r\n.\r\n", "c", "S+()C(.\r\n..\r\n.a.\r\na..\r\nb\r\n)E()" },
  { "message-dot-cr", "+OK\r\n.\rx\r\n.\r\n", "c", "S+()C(\rx\r\n)E()" },
  { "message-cr-runs", "+OK\r\na\r\r\n.\r\n", "c", "S+()C(a\r\r\n)E()" },
  /* A bare LF ends no line of a server that knows CR: what follows is the sender's text, not the server's word */
  { "message-smuggled", "+OK\r\na\n.\n+OK fake\n.\r\n\r\n.\r\n", "c", "S+()C(a\n.\n+OK fake\n.\r\n\r\n)E()" },
  { "bare-lf", "+OK\n+OK\n1 a\n.\n+OK\nx\n..y\n.\n", "slc", "S+()S+()L(1 a)E()S+()C(x\n.y\n)E()" },
  { "bare-lf-mixed-end", "+OK\nx\n.\r\n+OK\r\n", "cs", "S+()C(x\n)E()S+()" },
  { "pipelined", "+OK\r\na\r\n.\r\n-ERR gone\r\n+OK\r\nb\r\n.\r\n", "cc", "S+()C(a\r\n)E()S-(gone)S+()C(b\r\n)E()" },
  { "garbage", "HTTP/1.1 400 Bad Request\r\n", "", "F(protocol)" },
  { "garbage-word", "+OKAY\r\n", "", "F(protocol)" },
  { "imap", "* OK IMAP4rev1\r\n", "", "F(protocol)" },
};

static char *
play (const ParserCase *c,
      gsize             step)
{
  g_autoptr(ValijaPop3Parser) parser = valija_pop3_parser_new ();
  g_autoptr(GString) log = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  const char *shape = c->shapes;
  gsize length = strlen (c->input);
  ValijaPop3Event event;
  gboolean in_content = FALSE;

  for (gsize i = 0; i < length; i += step)
    {
      /* Exactly as long as it is, for the sanitizer */
      g_autofree char *piece = g_memdup2 (c->input + i, MIN (step, length - i));

      valija_pop3_parser_feed (parser, piece, MIN (step, length - i));

      while (valija_pop3_parser_next (parser, &event, &error) != VALIJA_POP3_NEED_MORE)
        {
          if (event.type == VALIJA_POP3_FAILED)
            {
              g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL);
              g_string_append (log, "F(protocol)");
              return g_string_free_and_steal (g_steal_pointer (&log));
            }

          if (in_content && event.type == VALIJA_POP3_CHUNK)
            g_string_truncate (log, log->len - 1);
          else if (event.type == VALIJA_POP3_STATUS)
            g_string_append (log, event.ok ? "S+(" : "S-(");
          else
            g_string_append_printf (log, "%c(", " SPLCEF"[event.type]);
          g_string_append_len (log, event.text, event.length);
          g_string_append_c (log, ')');
          in_content = event.type == VALIJA_POP3_CHUNK;

          if (event.type == VALIJA_POP3_STATUS && event.ok)
            {
              g_assert_cmpint (*shape, !=, '\0');
              valija_pop3_parser_expect (parser, *shape == 'l' ? VALIJA_POP3_LINES
                                                 : *shape == 'c' ? VALIJA_POP3_CONTENT : VALIJA_POP3_SINGLE);
              shape++;
            }
        }
    }

  g_assert_cmpuint (valija_pop3_parser_get_unread (parser), ==, 0);
  return g_string_free_and_steal (g_steal_pointer (&log));
}

static void
test_parser (gconstpointer data)
{
  const ParserCase *c = data;

  for (gsize step = 1; step <= strlen (c->input); step++)
    {
      g_autofree char *log = play (c, step);

      g_assert_cmpstr (log, ==, c->expected);
    }
}

static void
test_long_line (void)
{
  g_autoptr(ValijaPop3Parser) parser = valija_pop3_parser_new ();
  g_autofree char *line = g_strnfill (1024 * 1024, 'x');
  g_autoptr(GError) error = NULL;
  ValijaPop3Event event;

  valija_pop3_parser_feed (parser, "+OK ", 4);
  g_assert_cmpint (valija_pop3_parser_next (parser, &event, NULL), ==, VALIJA_POP3_NEED_MORE);
  valija_pop3_parser_feed (parser, line, strlen (line));
  g_assert_cmpint (valija_pop3_parser_next (parser, &event, &error), ==, VALIJA_POP3_FAILED);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
  g_clear_error (&error);

  /* It stays so, and takes no more */
  valija_pop3_parser_feed (parser, "\r\n+OK\r\n", 7);
  g_assert_cmpint (valija_pop3_parser_next (parser, &event, &error), ==, VALIJA_POP3_FAILED);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
}

/* A line of a message has no limit: it is content, and passes in runs */
static void
test_long_content_line (void)
{
  g_autoptr(ValijaPop3Parser) parser = valija_pop3_parser_new ();
  g_autofree char *line = g_strnfill (64 * 1024, 'x');
  ValijaPop3Event event;
  gsize total = 0;

  valija_pop3_parser_feed (parser, "+OK\r\n", 5);
  g_assert_cmpint (valija_pop3_parser_next (parser, &event, NULL), ==, VALIJA_POP3_STATUS);
  valija_pop3_parser_expect (parser, VALIJA_POP3_CONTENT);

  for (int i = 0; i < 64; i++)
    {
      valija_pop3_parser_feed (parser, line, 64 * 1024);
      while (valija_pop3_parser_next (parser, &event, NULL) == VALIJA_POP3_CHUNK)
        total += event.length;
    }

  g_assert_cmpuint (total, ==, 4 * 1024 * 1024);
}

/* What was told is no leftover, what was not is */
static void
test_unread (void)
{
  g_autoptr(ValijaPop3Parser) parser = valija_pop3_parser_new ();
  ValijaPop3Event event;

  valija_pop3_parser_feed (parser, "+OK begin TLS\r\n+OK inj", 22);
  g_assert_cmpint (valija_pop3_parser_next (parser, &event, NULL), ==, VALIJA_POP3_STATUS);
  g_assert_cmpuint (valija_pop3_parser_get_unread (parser), ==, 7);
}

typedef struct
{
  const char *name;
  const char *line;
  gboolean good;
  guint number;
  const char *uid;
} UidlCase;

static const UidlCase uidl_cases[] = {
  { "rfc1939", "1 whqtswO00WBw418f9t5JxYwZ", TRUE, 1, "whqtswO00WBw418f9t5JxYwZ" },
  { "two-spaces", "  12   QhdPYR:00WBw1Ph7x7 ", TRUE, 12, "QhdPYR:00WBw1Ph7x7" },
  { "spaces-inside", "3 a b", TRUE, 3, "a b" },
  { "forgotten", "3", TRUE, 3, "" },
  { "forgotten-space", "3 ", TRUE, 3, "" },
  { "zero", "0 a", FALSE, 0, NULL },
  { "huge", "4294967296 a", FALSE, 0, NULL },
  { "endless", "99999999999999999999999 a", FALSE, 0, NULL },
  { "no-number", "abc def", FALSE, 0, NULL },
  { "glued", "1abc", FALSE, 0, NULL },
  { "empty", "", FALSE, 0, NULL },
};

static void
test_uidl (gconstpointer data)
{
  const UidlCase *c = data;
  gsize length = strlen (c->line);
  g_autofree char *line = g_memdup2 (c->line, length);
  guint number;
  const char *uid;
  gsize uid_length;

  g_assert_cmpint (valija_pop3_parse_uidl (line, length, &number, &uid, &uid_length), ==, c->good);
  if (c->good)
    {
      g_assert_cmpuint (number, ==, c->number);
      g_assert_cmpmem (uid, uid_length, c->uid, strlen (c->uid));
    }
}

static void
test_list (void)
{
  guint number;
  guint64 size;

  g_assert_true (valija_pop3_parse_list ("2 200 octets", 12, &number, &size));
  g_assert_cmpuint (number, ==, 2);
  g_assert_cmpuint (size, ==, 200);
  g_assert_true (valija_pop3_parse_list ("1 18446744073709551615", 22, &number, &size));
  g_assert_cmpuint (size, ==, G_MAXUINT64);
  g_assert_false (valija_pop3_parse_list ("1 18446744073709551616", 22, &number, &size));
  g_assert_false (valija_pop3_parse_list ("1", 1, &number, &size));
  g_assert_false (valija_pop3_parse_list ("-1 5", 4, &number, &size));
}

static void
test_capabilities (void)
{
  static const char * const lines[] = {
    "TOP", "uidl", "RESP-CODES", "PIPELINING", "STLS", "SASL plain SCRAM-SHA-256", "UTF8 USER", "EXPIRE 60 "
                                                                                                "USER", "USER",
    "IMPLEMENTATION Shlemazle-Plotz\001-v302", "X-UNKNOWN x", "",
  };
  g_autoptr(ValijaPop3Capabilities) capabilities = valija_pop3_capabilities_new ();

  g_assert_false (capabilities->known);
  g_assert_null (valija_pop3_capabilities_get_sasl (capabilities)[0]);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    valija_pop3_capabilities_add_line (capabilities, lines[i], strlen (lines[i]));

  g_assert_true (capabilities->known);
  g_assert_true (capabilities->top);
  g_assert_true (capabilities->uidl);
  g_assert_true (capabilities->user);
  g_assert_true (capabilities->pipelining);
  g_assert_true (capabilities->stls);
  g_assert_true (capabilities->utf8);
  g_assert_true (capabilities->utf8_user);
  g_assert_cmpint (capabilities->expire_days, ==, 60);
  g_assert_cmpstr (capabilities->implementation, ==, "Shlemazle-Plotz?-v302");
  g_assert_cmpstr (valija_pop3_capabilities_get_sasl (capabilities)[0], ==, "PLAIN");
  g_assert_cmpstr (valija_pop3_capabilities_get_sasl (capabilities)[1], ==, "SCRAM-SHA-256");
  g_assert_null (valija_pop3_capabilities_get_sasl (capabilities)[2]);
}

static void
test_codes (void)
{
  static const struct { const char *text; ValijaPop3Code code; } cases[] = {
    { "[AUTH] bad", VALIJA_POP3_CODE_AUTH }, { "[in-use] x", VALIJA_POP3_CODE_IN_USE }, { "[SYS/TEMP]",
      VALIJA_POP3_CODE_SYS_TEMP },
    { "[SYS/PERM] x", VALIJA_POP3_CODE_SYS_PERM }, { "[LOGIN-DELAY] x", VALIJA_POP3_CODE_LOGIN_DELAY }, { "no",
      VALIJA_POP3_CODE_NONE },
    { "[AUTH", VALIJA_POP3_CODE_NONE }, { "", VALIJA_POP3_CODE_NONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (valija_pop3_parse_code (cases[i].text, strlen (cases[i].text)), ==, cases[i].code);
}

static void
assert_command (GBytes     *bytes,
                const char *expected)
{
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, strlen (expected));
  g_bytes_unref (bytes);
}

static void
test_commands (void)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new ("p w", -1);
  g_autoptr(ValijaSecret) tanstaaf = valija_secret_new ("tanstaaf", -1);

  assert_command (valija_pop3_command_new ("QUIT", NULL, NULL), "QUIT\r\n");
  assert_command (valija_pop3_command_new ("USER", "ana m", NULL), "USER ana m\r\n");
  assert_command (valija_pop3_command_new ("", "AbC=", NULL), "AbC=\r\n");
  assert_command (valija_pop3_command_new_secret ("PASS", secret, NULL), "PASS p w\r\n");
  assert_command (valija_pop3_command_new_number ("RETR", 5), "RETR 5\r\n");
  assert_command (valija_pop3_command_new_top (5, 0), "TOP 5 0\r\n");
  /* RFC 1939 §7 */
  assert_command (valija_pop3_command_new_apop ("POP3 ready <1896.697170952@dbc.mtview.ca.us>", "mrose", tanstaaf,
                                                NULL),
                  "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n");
}

static void
test_injection (void)
{
  static const struct { const char *text; gsize length; } cases[] = { { "a\r\nDELE 1", 9 }, { "a\n"
  "b", 3 }, { "a\rb", 3 }, { "a\0b", 3 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaSecret) secret = valija_secret_new (cases[i].text, cases[i].length);
      g_autoptr(GError) error = NULL;

      g_assert_null (valija_pop3_command_new_secret ("PASS", secret, &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
    }

  g_assert_null (valija_pop3_command_new ("USER", "a\r\nDELE 1", NULL));
}

#define ADD_CASES(prefix, cases, func) \
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) \
    { \
      g_autofree char *path = g_strconcat (prefix, cases[i].name, NULL); \
      g_test_add_data_func (path, &cases[i], func); \
    }

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_CASES ("/pop3/parser/", parser_cases, test_parser);
  g_test_add_func ("/pop3/parser/long-line", test_long_line);
  g_test_add_func ("/pop3/parser/long-content-line", test_long_content_line);
  g_test_add_func ("/pop3/parser/unread", test_unread);
  ADD_CASES ("/pop3/uidl/", uidl_cases, test_uidl);
  g_test_add_func ("/pop3/list/sizes", test_list);
  g_test_add_func ("/pop3/capa/all", test_capabilities);
  g_test_add_func ("/pop3/code/all", test_codes);
  g_test_add_func ("/pop3/command/all", test_commands);
  g_test_add_func ("/pop3/command/injection", test_injection);

  return g_test_run ();
}
