/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "wire/imap/imap-dump.h"

#include <string.h>


typedef struct
{
  const char *name;
  const char *input;
  const char *expected;  /* with KIND names in braces */
} Case;

static const struct
{
  const char *name;
  int value;
} names[] = {
  { "{OTHER}", VALIJA_IMAP_RESPONSE_OTHER },
  { "{CONTINUE}", VALIJA_IMAP_RESPONSE_CONTINUE },
  { "{OK}", VALIJA_IMAP_RESPONSE_OK },
  { "{NO}", VALIJA_IMAP_RESPONSE_NO },
  { "{BAD}", VALIJA_IMAP_RESPONSE_BAD },
  { "{BYE}", VALIJA_IMAP_RESPONSE_BYE },
  { "{PREAUTH}", VALIJA_IMAP_RESPONSE_PREAUTH },
  { "{CAPABILITY}", VALIJA_IMAP_RESPONSE_CAPABILITY },
  { "{ENABLED}", VALIJA_IMAP_RESPONSE_ENABLED },
  { "{ESEARCH}", VALIJA_IMAP_RESPONSE_ESEARCH },
  { "{EXISTS}", VALIJA_IMAP_RESPONSE_EXISTS },
  { "{EXPUNGE}", VALIJA_IMAP_RESPONSE_EXPUNGE },
  { "{FETCH}", VALIJA_IMAP_RESPONSE_FETCH },
  { "{RECENT}", VALIJA_IMAP_RESPONSE_RECENT },
  { "{FLAGS}", VALIJA_IMAP_RESPONSE_FLAGS },
  { "{ID}", VALIJA_IMAP_RESPONSE_ID },
  { "{LIST}", VALIJA_IMAP_RESPONSE_LIST },
  { "{LSUB}", VALIJA_IMAP_RESPONSE_LSUB },
  { "{NAMESPACE}", VALIJA_IMAP_RESPONSE_NAMESPACE },
  { "{QUOTA}", VALIJA_IMAP_RESPONSE_QUOTA },
  { "{SEARCH}", VALIJA_IMAP_RESPONSE_SEARCH },
  { "{STATUS}", VALIJA_IMAP_RESPONSE_STATUS },
  { "{VANISHED}", VALIJA_IMAP_RESPONSE_VANISHED },
  { "{code OTHER}", VALIJA_IMAP_CODE_OTHER },
  { "{code ALERT}", VALIJA_IMAP_CODE_ALERT },
  { "{code APPENDUID}", VALIJA_IMAP_CODE_APPENDUID },
  { "{code BADCHARSET}", VALIJA_IMAP_CODE_BADCHARSET },
  { "{code CAPABILITY}", VALIJA_IMAP_CODE_CAPABILITY },
  { "{code COPYUID}", VALIJA_IMAP_CODE_COPYUID },
  { "{code OVERQUOTA}", VALIJA_IMAP_CODE_OVERQUOTA },
  { "{code PERMANENTFLAGS}", VALIJA_IMAP_CODE_PERMANENTFLAGS },
  { "{code READ-WRITE}", VALIJA_IMAP_CODE_READ_WRITE },
  { "{code UIDVALIDITY}", VALIJA_IMAP_CODE_UIDVALIDITY },
};

static const Case cases[] = {
  /* RFC 3501 §8, RFC 9051 §8 and §7 */
  { "greeting", "* OK [CAPABILITY STARTTLS AUTH=SCRAM-SHA-256 LOGINDISABLED IMAP4rev2] IMAP4rev2 Service Ready\r\n",
    "* {OK} [{code CAPABILITY} STARTTLS AUTH=SCRAM-SHA-256 LOGINDISABLED IMAP4rev2] | IMAP4rev2 Service Ready\n" },
  { "preauth", "* PREAUTH IMAP4rev1 server logged in as Smith\r\n",
    "* {PREAUTH} | IMAP4rev1 server logged in as Smith\n" },
  { "bye", "* BYE Autologout; idle for too long\r\n", "* {BYE} | Autologout; idle for too long\n" },
  { "capability", "* CAPABILITY STARTTLS AUTH=GSSAPI IMAP4rev2 LOGINDISABLED XPIG-LATIN\r\n",
    "* {CAPABILITY} STARTTLS AUTH=GSSAPI IMAP4rev2 LOGINDISABLED XPIG-LATIN\n" },
  { "select",
    "* 172 EXISTS\r\n* OK [UIDVALIDITY 3857529045] UIDs valid\r\n"
    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"
    "* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited\r\n* LIST () \"/\" INBOX\r\n"
    "A142 OK [READ-WRITE] SELECT completed\r\n",
    "* {EXISTS} #172\n* {OK} [{code UIDVALIDITY} 3857529045] | UIDs valid\n"
    "* {FLAGS} ( \\Answered \\Flagged \\Deleted \\Seen \\Draft )\n"
    "* {OK} [{code PERMANENTFLAGS} ( \\Deleted \\Seen \\* )] | Limited\n* {LIST} ( ) \"/ INBOX\n"
    "A142 {OK} [{code READ-WRITE}] | SELECT completed\n" },
  { "list",
    "* LIST (\\Noselect) \"/\" ~/Mail/foo\r\n* LIST (\\NonExistent) \"/\" \"Foo\" (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n"
    "* LIST (\\Marked) NIL {5}\r\nA b\\c\r\n",
    "* {LIST} ( \\Noselect ) \"/ ~/Mail/foo\n* {LIST} ( \\NonExistent ) \"/ \"Foo ( \"CHILDINFO ( \"SUBSCRIBED ) )\n"
    "* {LIST} ( \\Marked ) nil =A b\\c\n" },
  { "status", "* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)\r\n",
    "* {STATUS} blurdybloop ( MESSAGES 231 UIDNEXT 44292 )\n" },
  { "fetch",
    "* 12 FETCH (BODY[HEADER] {342}\r\n"
    "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\nFrom: Terry Gray <gray@cac.washington.edu>\r\n"
    "Subject: IMAP4rev2 WG mtg summary and minutes\r\nTo: imap@cac.washington.edu\r\n"
    "cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>\r\n"
    "Message-Id: <B27397-0100000@cac.washington.ed>\r\nMIME-Version: 1.0\r\nContent-Type: TEXT/PLAIN; "
    "CHARSET=US-ASCI\r\n\r\n"
    ")\r\n",
    NULL },
  { "literal then more", "* 1 FETCH (BODY[] {3}\r\na)b UID 7 FLAGS (\\Seen))\r\n",
    "* {FETCH} #1 ( BODY[] =a)b UID 7 FLAGS ( \\Seen ) )\n" },
  { "empty literal", "* 1 FETCH (BODY[TEXT] {0}\r\n UID 7)\r\n", "* {FETCH} #1 ( BODY[TEXT] = UID 7 )\n" },
  { "literal8 with NUL", "* 2 FETCH (BINARY[1] ~{4}\r\na", NULL },
  { "large literal", "* 1 FETCH (UID 4 BODY[] {20}\r\n0123456789\r\n01234567 FLAGS ())\r\n",
    "* {FETCH} #1 ( UID 4 BODY[] ~~0123456789<0d><0a>01234567 FLAGS ( ) )\n" },
  { "two large literals", "* 1 FETCH (BODY[1] {11}\r\n0123456789a BODY[2] {12}\r\n0123456789ab)\r\n",
    "* {FETCH} #1 ( BODY[1] ~~0123456789a BODY[2] ~~0123456789ab )\n" },
  { "sections", "* 1 FETCH (BODY[HEADER.FIELDS (From \"X-A]\" To)]<0> \"x\" BINARY.SIZE[1.2] 5)\r\n", "PROTOCOL\n" },
  { "section", "* 1 FETCH (BODY[1.HEADER.FIELDS (From To)]<0> \"x\" BINARY.SIZE[1.2] 5)\r\n",
    "* {FETCH} #1 ( BODY[1.HEADER.FIELDS (From To)]<0> \"x BINARY.SIZE[1.2] 5 )\n" },
  { "expunge", "* 44 EXPUNGE\r\n* 5 RECENT\r\n", "* {EXPUNGE} #44\n* {RECENT} #5\n" },
  { "vanished", "* VANISHED (EARLIER) 300:310,405,411\r\n* VANISHED 405\r\n",
    "* {VANISHED} ( EARLIER ) 300:310,405,411\n* {VANISHED} 405\n" },
  { "esearch", "* ESEARCH (TAG \"A282\") UID MIN 2 COUNT 3 ALL 2,10:11\r\n* SEARCH 2 84 882\r\n* SEARCH\r\n",
    "* {ESEARCH} ( TAG \"A282 ) UID MIN 2 COUNT 3 ALL 2,10:11\n* {SEARCH} 2 84 882\n* {SEARCH}\n" },
  { "continuation", "+ Ready for additional command text\r\n+\r\n+ \r\n+ YDMGCSqGSIb3EgEC\r\n",
    "* {CONTINUE} | Ready for additional command text\n* {CONTINUE}\n* {CONTINUE}\n* {CONTINUE} | YDMGCSqGSIb3EgEC\n" },
  { "codes",
    "A003 OK [APPENDUID 38505 3955] APPEND completed\r\nA004 OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n"
    "A5 NO [BADCHARSET (UTF-8 {3}\r\n) \"a]b\"] x\r\n",
    "A003 {OK} [{code APPENDUID} 38505 3955] | APPEND completed\nA004 {OK} [{code COPYUID} 38505 304,319:320 "
    "3956:3958] | Done\n"
    "A5 {NO} | [BADCHARSET (UTF-8 {3}\nPROTOCOL\n" },
  { "code with quotes", "A5 NO [BADCHARSET (\"a]b\" utf-8)] x\r\n",
    "A5 {NO} [{code BADCHARSET} ( \"a]b utf-8 )] | x\n" },
  { "unknown", "* XLIST (\\HasNoChildren) \"/\" \"INBOX\"\r\n* OK [X-NEW 1 (2)] x\r\n",
    "* {OTHER} ( \\HasNoChildren ) \"/ \"INBOX\n* {OK} [{code OTHER} 1 ( 2 )] | x\n" },
  { "quoting", "* LIST () \"\\\\\" \"a\\\"b\\\\c\"\r\n", "* {LIST} ( ) \"\\ \"a\"b\\c\n" },
  { "utf8 quoted", "* LIST () \"/\" \"Entw\303\274rfe\"\r\n", "* {LIST} ( ) \"/ \"Entw<c3><bc>rfe\n" },
  { "namespace", "* NAMESPACE ((\"\" \"/\")) NIL ((\"#shared/\" \"/\"))\r\n",
    "* {NAMESPACE} ( ( \" \"/ ) ) nil ( ( \"#shared/ \"/ ) )\n" },
  { "id", "* ID (\"name\" \"Cyrus\" \"version\" NIL)\r\n* ENABLED QRESYNC\r\n* QUOTA \"\" (STORAGE 10 512)\r\n",
    "* {ID} ( \"name \"Cyrus \"version nil )\n* {ENABLED} QRESYNC\n* {QUOTA} \" ( STORAGE 10 512 )\n" },

  /* valija-imap-quirks.h */
  { "Q1", "* OK ready\n* 5 EXISTS\n* 1 FETCH (BODY[] {2}\nab)\n",
    "* {OK} | ready\n* {EXISTS} #5\n* {FETCH} #1 ( BODY[] =ab )\n" },
  { "Q2",
    "*  5   EXISTS \r\n* FLAGS (\\Seen )  \r\n* 1 FETCH ( UID  5 )\r\n* SEARCH 1 2 \r\n* LIST(\\Marked) \"/\" a\r\n",
    "* {EXISTS} #5\n* {FLAGS} ( \\Seen )\n* {FETCH} #1 ( UID 5 )\n* {SEARCH} 1 2\n* {LIST} ( \\Marked ) \"/ a\n" },
  { "Q3", "\r\n\r\n* OK ready\r\n\r\n* 5 EXISTS\r\n", "* {OK} | ready\n* {EXISTS} #5\n" },
  { "Q4", "A1 OK\r\n* OK [UNSEEN 5 oops\r\n* NO [\r\n* OK []\r\n* BAD [ALERT]\r\n",
    "A1 {OK}\n* {OK} | [UNSEEN 5 oops\n* {NO} | [\n* {OK} | []\n* {BAD} [{code ALERT}]\n" },
  { "Q6",
    "* LIST () \"/\" [Gmail]/All\r\n* LIST () \"/\" a[b\r\n* 3 FETCH (FLAGS (lab[el \\Seen))\r\n"
    "* OK [PERMANENTFLAGS (a]b[c \\*)] Flags\r\n",
    "* {LIST} ( ) \"/ [Gmail]/All\n* {LIST} ( ) \"/ a[b\n* {FETCH} #3 ( FLAGS ( lab[el \\Seen ) )\n"
    "* {OK} [{code PERMANENTFLAGS} ( a]b[c \\* )] | Flags\n" },

  /* No IMAP */
  { "smtp", "220 mail.example.org ESMTP\r\n", "PROTOCOL\n" },
  { "pop3", "+OK ready\r\n", "PROTOCOL\n" },
  { "http", "HTTP/1.1 400 Bad Request\r\n", "PROTOCOL\n" },
  { "star", "*\r\n", "PROTOCOL\n" },
  { "unbalanced", "* LIST ())\r\n", "PROTOCOL\n" },
  { "open", "* LIST ((\r\n", "PROTOCOL\n" },
  { "quote", "* LIST () \"a\r\n", "PROTOCOL\n" },
  { "literal word", "* LIST () {a}\r\n", "PROTOCOL\n" },
  { "literal nothing", "* LIST () {}\r\n", "PROTOCOL\n" },
  { "literal line", "* LIST () {3}abc\r\n", "PROTOCOL\n" },
  { "control", "* LIST () a\001b\r\n", "PROTOCOL\n" },
  { "number", "* 4294967296 EXISTS\r\n", "PROTOCOL\n" },
  { "tagged data", "A1 FETCH (UID 5)\r\n", "PROTOCOL\n" },

  /* Limits */
  { "literal 4 GiB", "* 1 FETCH (BODY[] {4294967295}\r\n", "LIMIT\n" },
  { "literal 10^20", "* 1 FETCH (BODY[] {99999999999999999999}\r\n", "LIMIT\n" },
  { "literal 2^64+1", "* 1 FETCH (BODY[] {18446744073709551617}\r\na", "LIMIT\n" },
};

static char *
name_numbers (const char *text)
{
  GString *result = g_string_new (text);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *number = g_strdup_printf ("%d", names[i].value);

      g_string_replace (result, names[i].name, number, 0);
    }

  return g_string_free (result, FALSE);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *whole = imap_dump (test->input, strlen (test->input), 0, 10);

  if (test->expected != NULL)
    {
      g_autofree char *expected = name_numbers (test->expected);

      g_assert_cmpstr (whole, ==, expected);
    }

  for (gsize step = 1; step < 8; step++)
    {
      g_autofree char *pieces = imap_dump (test->input, strlen (test->input), step, 10);

      g_assert_cmpstr (pieces, ==, whole);
    }
}

static void
assert_limit (GString *input)
{
  g_autofree char *result = imap_dump (input->str, input->len, 0, 65536);

  g_assert_cmpstr (result, ==, "LIMIT\n");
  g_string_free (input, TRUE);
}

static void
append_times (GString    *string,
              const char *text,
              gsize       times)
{
  for (gsize i = 0; i < times; i++)
    g_string_append (string, text);
}

static void
test_limits (void)
{
  GString *input;
  g_autofree char *deep = NULL;

  input = g_string_new ("* OK ");
  append_times (input, "0123456789abcdef", 65536);
  assert_limit (input);

  input = g_string_new ("");
  append_times (input, "0123456789abcdef", 65536);
  assert_limit (input);

  input = g_string_new ("* 1 FETCH (ENVELOPE (\"");
  append_times (input, "0123456789abcdef", 1024 * 1024 + 1);
  assert_limit (input);

  input = g_string_new ("* LIST ");
  append_times (input, "(", 513);
  assert_limit (input);

  input = g_string_new ("* SEARCH");
  append_times (input, " 1", 2000001);
  assert_limit (input);

  input = g_string_new ("* 1 FETCH (");
  append_times (input, "BODY[] {10}\r\n0123456789 ", 10);
  deep = imap_dump (input->str, input->len, 3, 9);
  g_assert_cmpstr (deep, ==, "");
  g_string_free (input, TRUE);
}

/* A large literal is given to the caller as it comes; what is kept does not grow with it. */
static void
test_stream (void)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_autoptr(GBytes) head = g_bytes_new_static ("* 1 FETCH (UID 9 BODY[] {104857600}\r\n", 37);
  g_autoptr(GBytes) block = g_bytes_new_take (g_malloc0 (65536), 65536);
  g_autoptr(GBytes) tail = g_bytes_new_static (" FLAGS ())\r\n", 12);
  g_autoptr(GError) error = NULL;
  guint64 seen = 0;
  ValijaImapEvent event;

  valija_imap_parser_feed (parser, head);
  for (int i = 0; i < 1600; i++)
    {
      valija_imap_parser_feed (parser, block);
      while (valija_imap_parser_next (parser, &event, &error) == VALIJA_IMAP_PARSER_LITERAL)
        {
          g_assert_cmpuint (event.stream, ==, 0);
          g_assert_cmpuint (event.total, ==, 104857600);
          seen += event.length;
        }
      g_assert_no_error (error);
    }
  g_assert_cmpuint (seen, ==, 104857600);

  valija_imap_parser_feed (parser, tail);
  g_assert_cmpint (valija_imap_parser_next (parser, &event, &error), ==, VALIJA_IMAP_PARSER_RESPONSE);
  g_assert_cmpint (valija_imap_parser_next (parser, &event, &error), ==, VALIJA_IMAP_PARSER_NEED_MORE);
}

/* Each literal of a response may be large, but not all of them: what is fetched waits on the disk for its end. */
static void
test_streams_together (void)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_autoptr(GBytes) first = g_bytes_new_static ("* 1 FETCH (BODY[1] {1073741000}\r\n", 33);
  g_autoptr(GBytes) small = g_bytes_new_static (" BODY[2] {70000}\r\n", 18);
  g_autoptr(GBytes) mebibytes = g_bytes_new_take (g_malloc0 (1048576), 1048576);
  g_autoptr(GError) error = NULL;
  ValijaImapParserStatus status;
  ValijaImapEvent event;
  guint64 left = 1073741000;

  valija_imap_parser_feed (parser, first);
  while (left > 0)
    {
      g_autoptr(GBytes) part = g_bytes_new_from_bytes (mebibytes, 0, MIN (left, 1048576));

      left -= g_bytes_get_size (part);
      valija_imap_parser_feed (parser, part);
      while ((status = valija_imap_parser_next (parser, &event, &error)) == VALIJA_IMAP_PARSER_LITERAL)
        continue;
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, VALIJA_IMAP_PARSER_NEED_MORE);
    }

  valija_imap_parser_feed (parser, small);
  g_assert_cmpint (valija_imap_parser_next (parser, &event, &error), ==, VALIJA_IMAP_PARSER_FAILED);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
}

static void
test_pending (void)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_autoptr(GBytes) input = g_bytes_new_static ("a1 OK begin\r\n* OK injected\r\n", 28);
  g_autoptr(GBytes) more = g_bytes_new_static ("xyz", 3);
  g_autoptr(GBytes) left = NULL;
  g_autoptr(GError) error = NULL;
  ValijaImapEvent event;

  valija_imap_parser_feed (parser, input);
  g_assert_cmpint (valija_imap_parser_next (parser, &event, &error), ==, VALIJA_IMAP_PARSER_RESPONSE);
  g_assert_cmpuint (valija_imap_parser_get_pending (parser), ==, 15);

  valija_imap_parser_feed (parser, more);
  left = valija_imap_parser_steal_pending (parser);
  g_assert_cmpmem (g_bytes_get_data (left, NULL), g_bytes_get_size (left), "* OK injected\r\nxyz", 18);
  g_assert_cmpuint (valija_imap_parser_get_pending (parser), ==, 0);
  g_assert_cmpint (valija_imap_parser_next (parser, &event, &error), ==, VALIJA_IMAP_PARSER_NEED_MORE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/parser/%s", cases[i].name);

      g_strdelimit (path, " ", '-');
      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/imap/parser/limits", test_limits);
  g_test_add_func ("/imap/parser/stream", test_stream);
  g_test_add_func ("/imap/parser/streams-together", test_streams_together);
  g_test_add_func ("/imap/parser/pending", test_pending);

  return g_test_run ();
}
