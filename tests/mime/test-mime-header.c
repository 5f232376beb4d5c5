/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-header.h"
#include "mime/valija-mime-words.h"

#include <string.h>
#include <time.h>

/* Seconds that a flood may take: far more than it does, far less than what is quadratic. */
#define TIME_LIMIT 60.0

typedef struct
{
  const char *what;
  const char *input;
  const char *expected;
} Case;

/* RFC 2047 §8, and what is found in mailboxes. */
static const Case texts[] = {
  { "plain", "Hello", "Hello" },
  { "empty", "", "" },
  { "blanks kept inside", "a  b", "a  b" },
  { "folded", "Hello\r\n world", "Hello world" },
  { "folded with a tab", "Hello\r\n\tworld", "Hello world" },
  { "rfc2047 1", "=?ISO-8859-1?Q?a?=", "a" },
  { "rfc2047 2", "=?ISO-8859-1?Q?a?= b", "a b" },
  { "rfc2047 3", "=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab" },
  { "rfc2047 4", "=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab" },
  { "rfc2047 5", "=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab" },
  { "rfc2047 6", "=?ISO-8859-1?Q?a_b?=", "a b" },
  { "rfc2047 7", "=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b" },
  { "rfc2047 keld", "=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen" },
  { "rfc2047 subject",
    "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n "
    "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
    "If you can read this you understand the example." },
  { "rfc2047 hebrew", "=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=", "םולש ןב ילטפנ" },
  { "rfc2231 language", "=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore" },
  { "character split between words", "=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "€" },
  { "base64 split between words", "=?utf-8?B?4o?= =?utf-8?B?Ks?=", "€" },
  { "no padding", "=?utf-8?B?w6k?=", "é" },
  { "two encodings, one character", "=?utf-8?Q?=E2?= =?UTF-8?B?gqw=?=", "€" },
  { "spaces inside a word", "=?utf-8?Q?a b c?=", "a b c" },
  { "no space around", "x=?utf-8?Q?=C3=A9?=y", "xéy" },
  { "question mark inside",
    "=?utf-8?Q?what?"
    "?=",
    "what?" },
  { "empty word",
    "=?utf-8?Q?"
    "?=",
    "" },
  { "not a word", "=?utf-8?X?abc?=", "=?utf-8?X?abc?=" },
  { "cut word", "=?utf-8?Q?abc", "=?utf-8?Q?abc" },
  { "no charset", "=??Q?abc?=", "=??Q?abc?=" },
  { "unknown charset", "=?nobody-knows?Q?=C3=A9?=", "é" },
  { "lone equals", "1=2 =? =", "1=2 =? =" },
  { "bad hex", "=?utf-8?Q?100=ZZ=4?=", "100=ZZ=4" },
  { "raw UTF-8", "Größe", "Größe" },
  { "raw windows-1252",
    "Gr\xf6\xdf"
    "e \x80",
    "Größe €" },
  { "raw before a word",
    "Gr\xf6\xdf"
    "e =?utf-8?Q?=E2=82=AC?=",
    "Größe €" },
  { "declared latin1 is windows-1252", "=?iso-8859-1?Q?=80?=", "€" },
  { "koi8", "=?KOI8-R?B?8NLJ18XU?=", "Привет" },
  { "iso-2022-jp", "=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは" },
  { "shift_jis", "=?Shift_JIS?B?grGC8YLJgr+CzQ==?=", "こんにちは" },
  { "gb2312", "=?gb2312?B?xOO6ww==?=", "你好" },
  { "big5", "=?big5?B?p0Gmbg==?=", "你好" },
  { "euc-kr", "=?ks_c_5601-1987?B?vsiz5w==?=", "안녕" },
  { "utf-7", "=?utf-7?Q?Hi_+AOk-?=", "Hi é" },
  { "invalid utf-8 in a word", "=?utf-8?Q?a=FFb?=", "a\357\277\275b" },
  { "NUL in a word does not end it", "=?utf-8?Q?potus=00attacker?=", "potusattacker" },
  { "line break in a word", "=?utf-8?Q?a=0D=0AX-Evil:_b?=", "a X-Evil: b" },
  { "override in a word", "=?utf-8?Q?a=E2=80=AEcod.exe?=", "acod.exe" },
  { "isolates",
    "a\xe2\x81\xa6"
    "b\xe2\x81\xa9"
    "c",
    "abc" },
  { "controls",
    "a\x01\x1b[31mb\x7f"
    "c\xc2\x85"
    "d",
    "a[31mbcd" },
  { "line separator",
    "a\xe2\x80\xa8"
    "b",
    "a b" },
};

static void
test_text (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *text = valija_mime_words_decode (test->input, strlen (test->input), NULL);

  g_assert_cmpstr (text, ==, test->expected);
}

static const Case phrases[] = {
  { "quoted", "\"Doe, John\"", "Doe, John" },
  { "escaped", "\"a \\\"b\\\" c\"", "a \"b\" c" },
  { "comment", "John (the one (really)) Doe", "John Doe" },
  { "word in quotes", "\"=?utf-8?Q?J=C3=B6rg?=\"", "Jörg" },
  { "two words", "=?utf-8?Q?J=C3=B6rg?= =?utf-8?Q?_M?=", "Jörg M" },
};

static void
test_phrase (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *text = valija_mime_words_decode_phrase (test->input, strlen (test->input), NULL);

  g_assert_cmpstr (text, ==, test->expected);
}

/* name|address;name|address */
static const Case lists[] = {
  { "nothing", "", "" },
  { "bare", "a@b.c", "|a@b.c" },
  { "angle", "A B <a@b.c>", "A B|a@b.c" },
  { "quoted", "\"Doe, John\" <a@b.c>", "Doe, John|a@b.c" },
  { "two", "a@b.c, d@e.f", "|a@b.c;|d@e.f" },
  { "rfc5322 a.1.2", "Joe Q. Public <john.q.public@example.com>",
    "Joe Q. Public|john.q.public@example.com" },
  { "rfc5322 a.1.2 to", "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
    "Mary Smith|mary@x.test;|jdoe@example.org;Who?|one@y.test" },
  { "rfc5322 a.1.2 cc", "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
    "|boss@nil.test;Giant; \"Big\" Box|sysservices@example.net" },
  { "rfc5322 a.1.3 group", "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
    "Ed Jones|c@a.test;|joe@where.test;John|jdoe@one.test" },
  { "empty group", "Undisclosed recipients:;", "" },
  { "rfc5322 a.5 comments", "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
    "Pete|pete(hisaccount)@silly.test(hishost)" },
  { "rfc5322 a.5 bare", "Chris Jones <c@(Chris's host.)public.example>",
    "Chris Jones|c@(Chris'shost.)public.example" },
  { "rfc5322 a.6.1", "Joe Q. Public <john.q.public@example.com>",
    "Joe Q. Public|john.q.public@example.com" },
  { "rfc5322 a.6.1 route", "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
    "Mary Smith|mary@example.net;|jdoe@test.example" },
  { "long route", "<@a,@b:c@d>", "|c@d" },
  { "name in a comment", "a@b.c (John)", "John|a@b.c" },
  { "name before, no angle", "John Smith a@b.c", "John Smith|a@b.c" },
  { "blanks around the at", "a @ b.c", "|a@b.c" },
  { "encoded", "=?utf-8?Q?J=C3=B6rg?= <a@b.c>", "Jörg|a@b.c" },
  { "encoded comma", "=?utf-8?Q?Doe=2C_J?= <a@b.c>", "Doe, J|a@b.c" },
  { "encoded address stays visible", "=?utf-8?Q?boss=40x.org=00?=@evil.org",
    "|=?utf-8?Q?boss=40x.org=00?=@evil.org" },
  { "address in the name", "\"boss@x.org\" <evil@y.org>", "boss@x.org|evil@y.org" },
  { "two angles: both are seen", "Boss <boss@x.org> <evil@y.org>", "Boss|boss@x.org;|evil@y.org" },
  { "whole thing encoded", "=?utf-8?Q?Boss_=3Cboss=40x.org=3E?=", "Boss <boss@x.org>|" },
  { "forgotten quotes", "Smith, John <j@x.org>", "Smith, John|j@x.org" },
  { "local names", "root, postmaster", "|root;|postmaster" },
  { "semicolons", "a@b.c; d@e.f", "|a@b.c;|d@e.f" },
  { "open quote", "\"John <a@b.c>, d@e.f", "John|a@b.c;|d@e.f" },
  { "open angle", "John <a@b.c, d@e.f", "John|a@b.c;|d@e.f" },
  { "open comment", "John (x <a@b.c>", "John x|a@b.c" },
  { "quoted local part", "\"a b\"@c.d", "|\"a b\"@c.d" },
  { "domain literal", "a@[IPv6:::1]", "|a@[IPv6:::1]" },
  { "raw UTF-8", "Jürgen <jürgen@müller.de>", "Jürgen|jürgen@müller.de" },
  { "override in the address", "<a\xe2\x80\xae@b.c>", "|a@b.c" },
  { "line break", "A\r\n B\r\n <a@\r\n b.c>", "A B|a@b.c" },
  { "empty angle", "Nobody <>", "Nobody|" },
  { "commas", ",,, ,a@b.c,,", "|a@b.c" },
};

static char *
list_to_string (GPtrArray *list)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (list, i);

      g_string_append_printf (out, "%s%s|%s", i > 0 ? ";" : "", address->name, address->address);
    }

  return g_string_free (out, FALSE);
}

static void
test_list (gconstpointer data)
{
  const Case *test = data;
  g_autoptr(GPtrArray) list = valija_mime_parse_addresses (test->input);
  g_autofree char *text = list_to_string (list);

  g_assert_cmpstr (text, ==, test->expected);
}

static void
test_date (void)
{
  static const struct
  {
    const char *text;
    gint64 expected;
  } dates[] = {
    { "Fri, 21 Nov 1997 09:55:06 -0600", 880127706 },
    { "21 Nov 1997 09:55:06 -0600", 880127706 },
    { "Fri, 21 Nov 1997 09:55:06 -0600 (CST)", 880127706 },
    { "Fri, 21 Nov 97 09:55:06 -0600", 880127706 },
    { "Fri, 21 Nov 1997 15:55:06 GMT", 880127706 },
    { "Fri,21 Nov 1997 09:55:06 -0600", 880127706 },
    { "Fri, 21 Nov 1997 15:55 +0000", 880127700 },
    { "Thu, 1 Jan 2099 00:00:00 +0000", 4070908800 },
    { "Tue, 19 Jan 2038 03:14:08 +0000", G_GINT64_CONSTANT (2147483648) },
    { "", 0 },
    { "yesterday", 0 },
    { "Fri, 99 Nov 1997 99:99:99 +9999", 0 },
    { "Mon, 01 Jan 1900 00:00:00 +0000", 0 },
    { "Sat, 01 Jan 99999999999999 00:00:00 +0000", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++)
    g_assert_cmpint (valija_mime_parse_date (dates[i].text), ==, dates[i].expected);
}

static void
test_ids (void)
{
  static const Case ids[] = {
    { "one", "<a@b>", "a@b" },
    { "two", "<a@b> <c@d>", "a@b c@d" },
    { "no blank", "<a@b><c@d>", "a@b c@d" },
    { "folded", "<a@b>\r\n\t<c@d>", "a@b c@d" },
    { "words around", "Message of 1 May <a@b> from me", "a@b" },
    { "bare", "a@b, c@d", "a@b c@d" },
    { "blank inside", "<a b@c>", "ab@c" },
    { "open", "<a@b", "a@b" },
    { "empty", "<> <a@b> <>", "a@b" },
    { "nothing", "none", "" },
    { "control", "<a\x01@b>", "a@b" },
  };
  g_autoptr(GString) many = g_string_new (NULL);
  g_autofree char *bounded = NULL;
  g_auto(GStrv) parts = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *text = valija_mime_normalise_ids (ids[i].input);

      g_assert_cmpstr (text, ==, ids[i].expected);
    }

  for (int i = 0; i < 1000; i++)
    g_string_append_printf (many, "<%d@x> ", i);
  bounded = valija_mime_normalise_ids (many->str);
  parts = g_strsplit (bounded, " ", -1);
  g_assert_cmpuint (g_strv_length (parts), ==, 100);
  g_assert_cmpstr (parts[0], ==, "0@x");
  g_assert_cmpstr (parts[1], ==, "901@x");
  g_assert_cmpstr (parts[99], ==, "999@x");
}

static ValijaMessageInfo *
parse (const char *block)
{
  return valija_mime_parse_header_block ("1", block, strlen (block));
}

static void
test_block (void)
{
  g_autoptr(ValijaMessageInfo) info =
    parse ("Received: from a by b; Fri, 21 Nov 1997 10:00:00 -0600\r\n"
           "From: \"Joe Q. Public\" <john.q.public@example.com>\r\n"
           "To: Mary Smith <mary@x.test>, jdoe@example.org\r\n"
           "CC: <boss@nil.test>\r\n"
           "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n aus Wien\r\n"
           "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n"
           "Message-ID: <5678.21-Nov-1997@example.com>\r\n"
           "In-Reply-To: <1@x> <2@x>\r\n"
           "References: <0@x>\r\n <1@x>\r\n"
           "Reply-To: list@example.org\r\n"
           "Content-Type: multipart/mixed; boundary=x\r\n"
           "\r\n"
           "Subject: not a header\r\n");
  g_autofree char *from = list_to_string (info->from);
  g_autofree char *to = list_to_string (info->to);

  g_assert_cmpstr (info->remote_id, ==, "1");
  g_assert_cmpstr (from, ==, "Joe Q. Public|john.q.public@example.com");
  g_assert_cmpstr (to, ==, "Mary Smith|mary@x.test;|jdoe@example.org");
  g_assert_cmpuint (info->cc->len, ==, 1);
  g_assert_cmpuint (info->reply_to->len, ==, 1);
  g_assert_cmpuint (info->bcc->len, ==, 0);
  g_assert_cmpstr (info->subject, ==, "Grüße aus Wien");
  g_assert_cmpint (info->date, ==, 880127706);
  g_assert_cmpint (info->received, ==, 880128000);
  g_assert_cmpstr (info->message_id, ==, "5678.21-Nov-1997@example.com");
  g_assert_cmpstr (info->in_reply_to, ==, "1@x");
  g_assert_cmpstr (info->references, ==, "0@x 1@x");
  g_assert_true (info->has_attachments);
}

static void
test_odd_blocks (void)
{
  g_autoptr(ValijaMessageInfo) empty = parse ("");
  g_autoptr(ValijaMessageInfo) none = valija_mime_parse_header_block ("1", NULL, 0);
  g_autoptr(ValijaMessageInfo) blank = parse ("\r\n\r\nSubject: body\r\n");
  g_autoptr(ValijaMessageInfo) bare =
    parse ("From me Sat Jan\nsubject : s\nFrom: a@b\nthis is noise\nTo: c@d\n\nx");
  g_autoptr(ValijaMessageInfo) twice =
    parse ("From: a@b\r\nFrom: c@d\r\nSubject: one\r\nSubject: two\r\n");
  g_autoptr(ValijaMessageInfo) sender = parse ("Sender: s@t\r\nDate: nonsense\r\n");
  g_autoptr(ValijaMessageInfo) koi = parse (
      "Subject: \xf0\xd2\xc9\xd7\xc5\xd4\r\nContent-Type: text/plain; charset=koi8-r\r\n");
  g_autoptr(ValijaMessageInfo) nul =
    valija_mime_parse_header_block ("1", "Subject: a\0b\r\nFrom: x\0y@z\r\n", 28);
  g_autoptr(ValijaMessageInfo) pdf = parse ("Content-Type: application/pdf\r\n");
  g_autoptr(ValijaMessageInfo) plain = parse ("Content-Type: text/plain\r\n");
  g_autoptr(ValijaMessageInfo) words =
    parse ("Hello, this is a letter without a header.\nSubject: x\n");

  g_assert_cmpstr (empty->subject, ==, "");
  g_assert_cmpstr (none->subject, ==, "");
  g_assert_cmpuint (empty->from->len, ==, 0);
  g_assert_cmpint (empty->received, >, 1000000000);
  g_assert_cmpstr (blank->subject, ==, "");
  g_assert_cmpstr (bare->subject, ==, "s");
  g_assert_cmpuint (bare->to->len, ==, 1);
  g_assert_cmpuint (twice->from->len, ==, 2);
  g_assert_cmpstr (twice->subject, ==, "one");
  g_assert_cmpuint (sender->from->len, ==, 1);
  g_assert_cmpint (sender->date, ==, 0);
  g_assert_cmpstr (koi->subject, ==, "Привет");
  g_assert_cmpstr (nul->subject, ==, "ab");
  g_assert_cmpuint (nul->from->len, ==, 1);
  g_assert_true (pdf->has_attachments);
  g_assert_false (plain->has_attachments);
  g_assert_cmpstr (words->subject, ==, "");
}

/* Whatever comes, it is answered quickly and the strings are fit to be shown. */
static void
check_info (ValijaMessageInfo *info)
{
  GPtrArray *lists_of[] = { info->from, info->to, info->cc, info->bcc, info->reply_to };

  g_assert_true (g_utf8_validate (info->subject, -1, NULL));
  g_assert_null (strpbrk (info->subject, "\r\n\t"));
  g_assert_null (strpbrk (info->references, "\r\n\t<>"));
  for (gsize i = 0; i < G_N_ELEMENTS (lists_of); i++)
    for (guint j = 0; j < lists_of[i]->len; j++)
      {
        const ValijaAddress *address = g_ptr_array_index (lists_of[i], j);

        g_assert_true (g_utf8_validate (address->name, -1, NULL));
        g_assert_true (g_utf8_validate (address->address, -1, NULL));
        g_assert_null (strpbrk (address->name, "\r\n\t"));
        g_assert_null (strpbrk (address->address, "\r\n\t"));
      }
}

/* Processor time, for the machine may be busy with other things; in seconds. */
static double
get_seconds (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

static void
test_floods (void)
{
  static const char *const floods[] = {
    "To: a@b,", "To: <", "To: \"", "To: (", "To: :", "To: ;", "To: a:b;", "To: <a@b> ", "To: \\",
      "To: @", "To: a@ .", "Subject: =?a?B?",
    "Subject: =?utf-8?Q?=00?= ", "References: <a@b>", "References: <", "References: a@ ",
      "Content-Type: a/b;", "Content-Type: x; (",
    "Content-Type: a/b; a*0=", "From: (((", "From: \"a\" ", "From: <@a,", "Date: 1 ",
      "Received: ;", "A:b\n", "\n", " ", "no colon\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (floods); i++)
    {
      g_autoptr(GString) block = g_string_new (floods[i]);
      const char *unit = strchr (floods[i], ' ') != NULL &&
                                 floods[i][strlen (floods[i]) - 1] != '\n'
                             ? strchr (floods[i], ' ') + 1
                             : floods[i];
      double start = get_seconds ();

      if (*unit == '\0')
        unit = floods[i];
      while (block->len < 1200 * 1024)
        g_string_append (block, unit);
      {
        g_autoptr(ValijaMessageInfo) info =
          valija_mime_parse_header_block ("1", block->str, block->len);

        check_info (info);
        g_assert_cmpuint (info->to->len, <=, 10000);
      }
      g_test_message ("%s: %.2f s", floods[i], get_seconds () - start);
      g_assert_cmpfloat (get_seconds () - start, <, TIME_LIMIT);
    }
}

static void
test_mutations (void)
{
  static const char seed[] =
    "From: \"Joe \\\" Q\" <john@example.com> (c), =?utf-8?Q?J=C3=B6?= <a@b>\r\nTo: G: a@b, c@d;, <@r:x@y>\r\n"
    "Subject: =?utf-8?B?4oKs?= =?iso-2022-jp?B?GyRCJDMbKEI=?= x\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\n"
    "Content-Type: text/plain; charset*0*=koi8-r''a%20; charset*1=b; name=\"x\"\r\nReferences: <a@b> <c@d>\r\n\r\n";
  static const char spice[] = "\0\r\n\t \"<>()@,;:\\=?[]*'%\x1b\x80\xe2\xff";
  g_autoptr(GRand) rand = g_rand_new_with_seed (20261122);

  for (int round = 0; round < 20000; round++)
    {
      g_autofree char *block = g_memdup2 (seed, sizeof seed - 1);
      gsize length = sizeof seed - 1;
      int changes = g_rand_int_range (rand, 1, 8);
      g_autofree char *exact = NULL;

      for (int i = 0; i < changes; i++)
        block[g_rand_int_range (rand, 0, length)] =
            spice[g_rand_int_range (rand, 0, sizeof spice - 1)];
      length = g_rand_int_range (rand, 0, length + 1);

      /* A buffer of its own length, so that a byte too far is seen */
      exact = g_memdup2 (block, length);
      {
        g_autoptr(ValijaMessageInfo) info =
          valija_mime_parse_header_block ("1", exact != NULL ? exact : "", length);

        check_info (info);
      }
    }
}

/* The budget of a first synchronisation: 100,000 header blocks in a few seconds. */
static void
test_speed (void)
{
  static const char block[] =
    "Return-Path: <bounces+12345@mail.example.com>\r\nReceived: from mx.example.com (mx.example.com [192.0.2.1])\r\n"
    "\tby mail.example.org (Postfix) with ESMTPS id 4F1234\r\n\tfor <me@example.org>; Fri, 21 Nov "
      "2025 10:00:00 +0100 (CET)\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1;\r\n"
      "\th=from:to:subject; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAA=;\r\n"
    "\tb=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\r\n"
    "From: =?utf-8?Q?Mar=C3=ADa_N=C3=BA=C3=B1ez?= <maria@example.com>\r\nTo: Me <me@example.org>, "
      "\"Doe, J\" <j@example.net>\r\n"
    "Cc: list@example.net\r\nSubject: Re: =?utf-8?B?TGEgcmV1bmnDs24gZGUgbWHDsWFuYQ==?=\r\nDate: "
      "Fri, 21 Nov 2025 09:55:06 +0100\r\n"
    "Message-ID: <abc123@example.com>\r\nIn-Reply-To: <abc122@example.com>\r\nReferences: "
      "<abc120@example.com> <abc122@example.com>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"x\"\r\n\r\n";
  const int rounds = g_test_perf () ? 100000 : 2000;
  gint64 start = g_get_monotonic_time ();

  for (int i = 0; i < rounds; i++)
    {
      g_autoptr(ValijaMessageInfo) info =
        valija_mime_parse_header_block ("1", block, sizeof block - 1);

      g_assert_cmpstr (info->message_id, ==, "abc123@example.com");
    }
  g_test_minimized_result ((double)(g_get_monotonic_time () - start) / rounds,
                           "microseconds for a header block");
}

static void
add_cases (const char    *path,
           const Case    *cases,
           gsize          n,
           GTestDataFunc  func)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("/mime/header/%s/%s", path, cases[i].what);

      g_test_add_data_func (name, &cases[i], func);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_cases ("text", texts, G_N_ELEMENTS (texts), test_text);
  add_cases ("phrase", phrases, G_N_ELEMENTS (phrases), test_phrase);
  add_cases ("addresses", lists, G_N_ELEMENTS (lists), test_list);
  g_test_add_func ("/mime/header/date", test_date);
  g_test_add_func ("/mime/header/ids", test_ids);
  g_test_add_func ("/mime/header/block", test_block);
  g_test_add_func ("/mime/header/odd-blocks", test_odd_blocks);
  g_test_add_func ("/mime/header/floods", test_floods);
  g_test_add_func ("/mime/header/mutations", test_mutations);
  g_test_add_func ("/mime/header/speed", test_speed);

  return g_test_run ();
}
