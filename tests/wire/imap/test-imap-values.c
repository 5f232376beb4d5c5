/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/imap-dump.h"
#include "wire/imap/valija-imap-capability.h"
#include "wire/imap/valija-imap-date.h"
#include "wire/imap/valija-imap-fetch.h"
#include "wire/imap/valija-imap-labels.h"
#include "wire/imap/valija-imap-mailbox.h"
#include "wire/imap/valija-imap-quirks.h"
#include "wire/imap/valija-imap-structure.h"

#include <string.h>

static void
test_capabilities (void)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_auto(GStrv) mechanisms = NULL;
  g_auto(GStrv) words = NULL;
  ValijaImapResponse *response;
  ValijaImapCapabilities capabilities;

  response =
      imap_first_response (parser, "* CAPABILITY IMAP4rev1 auth=plain AUTH=SCRAM-SHA-256 qresync LITERAL+ X-FOO\r\n");
  capabilities = valija_imap_capabilities_parse (valija_imap_response_iter (response), &mechanisms, &words);
  g_assert_cmpint (capabilities, ==,
                   VALIJA_IMAP_CAPABILITY_IMAP4REV1 | VALIJA_IMAP_CAPABILITY_QRESYNC |
                       VALIJA_IMAP_CAPABILITY_CONDSTORE | VALIJA_IMAP_CAPABILITY_ENABLE |
                       VALIJA_IMAP_CAPABILITY_LITERAL_PLUS);
  g_assert_cmpuint (g_strv_length (mechanisms), ==, 2);
  g_assert_cmpstr (mechanisms[0], ==, "plain");
  g_assert_cmpuint (g_strv_length (words), ==, 6);

  response = imap_first_response (parser, "* OK [CAPABILITY IMAP4rev2] hi\r\n");
  capabilities = valija_imap_capabilities_parse (valija_imap_response_iter_code (response), NULL, NULL);
  g_assert_true (capabilities & VALIJA_IMAP_CAPABILITY_MOVE);
  g_assert_true (capabilities & VALIJA_IMAP_CAPABILITY_LITERAL_MINUS);
  g_assert_true (capabilities & VALIJA_IMAP_CAPABILITY_STATUS_SIZE);
  g_assert_false (capabilities & VALIJA_IMAP_CAPABILITY_BINARY);
  g_assert_false (capabilities & VALIJA_IMAP_CAPABILITY_CONDSTORE);

  /* Q20 */
  response = imap_first_response (parser, "* CAPABILITY IMAP4rev1 ENABLE SNIPPET=FUZZY UTF8=ACCEPT\r\n");
  capabilities = valija_imap_capabilities_parse (valija_imap_response_iter (response), NULL, NULL);
  g_assert_cmpint (capabilities, ==, VALIJA_IMAP_CAPABILITY_IMAP4REV1 | VALIJA_IMAP_CAPABILITY_ENABLE);
  response = imap_first_response (parser, "* CAPABILITY IMAP4rev1 SNIPPET=FUZZY IMAP4rev2 UTF8=ACCEPT\r\n");
  capabilities = valija_imap_capabilities_parse (valija_imap_response_iter (response), NULL, NULL);
  g_assert_true (capabilities & VALIJA_IMAP_CAPABILITY_UTF8_ACCEPT);
}

static const struct
{
  const char *line;
  ValijaImapCode code;
} answers[] = {
  { "V1 NO no", VALIJA_IMAP_CODE_NONE },
  { "V1 NO [INUSE] Mailbox does not exist", VALIJA_IMAP_CODE_INUSE },
  /* Q22 */
  { "V1 NO Mailbox does not exist", VALIJA_IMAP_CODE_NONEXISTENT },
  { "V1 BAD Mailbox does not exist", VALIJA_IMAP_CODE_NONE },
  /* Q24 */
  { "V1 NO Request is throttled. Suggested Backoff Time: 299609 milliseconds", VALIJA_IMAP_CODE_UNAVAILABLE },
  { "V1 BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds", VALIJA_IMAP_CODE_UNAVAILABLE },
  { "V1 BAD User is authenticated but not connected.", VALIJA_IMAP_CODE_UNAVAILABLE },
  { "V1 OK Request is throttled. Suggested Backoff Time: 89117 milliseconds", VALIJA_IMAP_CODE_NONE },
};

static void
test_words_for_codes (void)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *line = g_strconcat (answers[i].line, "\r\n", NULL);

      g_assert_cmpint (valija_imap_quirks_get_code (imap_first_response (parser, line)), ==, answers[i].code);
    }
}

static void
test_append_limit (void)
{
  static const struct { const char *word; guint64 limit; } limits[] = {
    { "APPENDLIMIT=35651584", 35651584 }, { "appendlimit=1", 1 }, { "APPENDLIMIT", 0 }, { "APPENDLIMIT=", 0 },
    { "APPENDLIMIT=-1", 0 }, { "APPENDLIMIT=99999999999999999999", 0 }, { "APPENDLIMIT=12x", 0 },
  };

  g_assert_cmpuint (valija_imap_capabilities_get_append_limit (NULL), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      const char * const words[] = { "IMAP4rev1", limits[i].word, NULL };

      g_assert_cmpuint (valija_imap_capabilities_get_append_limit (words), ==, limits[i].limit);
    }
}

static const struct
{
  const char *text;
  gint64 expected;
} dates[] = {
  { "17-Jul-1996 02:44:25 -0700", 837596665 },
  { " 1-Feb-1994 21:52:25 -0800", 760168345 },
  { "1-Feb-1994 21:52:25 -0800", 760168345 },
  { "01-feb-1994 21:52:25 -0800", 760168345 },
  { "29-Feb-2024 23:59:59 +0000", 1709251199 },
  { "19-Jan-2038 03:14:08 +0000", G_GINT64_CONSTANT (2147483648) },
  { "01-Jan-1970 00:00:00 +0000", 0 },
  { "01-Jan-1960 00:00:00 +0000", -315619200 },
  { "17-Jul-1996 02:44:25", 837571465 },
  { "17-Foo-1996 02:44:25 -0700", 0 },
  { "Wed, 17 Jul 1996", 0 },
  { "", 0 },
  { "32-Jan-2000 00:00:00 +0000", 0 },
};

static void
test_dates (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++)
    g_assert_cmpint (valija_imap_date_parse (dates[i].text), ==, dates[i].expected);

  for (gint64 time = -3000000000; time < 5000000000; time += 86413 * 37)
    {
      g_autofree char *text = valija_imap_date_format_time (time);

      g_assert_cmpint (valija_imap_date_parse (text), ==, time);
    }
}

static void
test_fetch (void)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  ValijaImapResponse *response;
  ValijaImapFetch fetch;
  gboolean decoded;

  response = imap_first_response (
      parser,
      "* 23 FETCH (FLAGS (\\Seen $Forwarded NonJunk other) UID 4827313 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
      "RFC822.SIZE 44827 MODSEQ (12121231000) EMAILID (M6d99ac3275bb4e) PREVIEW \"Hi there\" X-UNKNOWN (a (b)) "
      "BODY[HEADER.FIELDS (FROM TO)] {4}\r\nab\r\n BODY[1.2]<0> \"q\" BINARY[1] ~{1}\r\nb)\r\n");
  g_assert_true (valija_imap_fetch_parse (response, &fetch));
  g_assert_cmpuint (fetch.number, ==, 23);
  g_assert_cmpuint (fetch.uid, ==, 4827313);
  g_assert_cmpint (fetch.flags, ==, VALIJA_IMAP_FLAG_SEEN | VALIJA_IMAP_FLAG_FORWARDED | VALIJA_IMAP_FLAG_NOT_JUNK);
  g_assert_cmpint (fetch.received, ==, 837596665);
  g_assert_cmpuint (fetch.size, ==, 44827);
  g_assert_cmpuint (fetch.mod_seq, ==, G_GUINT64_CONSTANT (12121231000));
  g_assert_cmpstr (fetch.email_id, ==, "M6d99ac3275bb4e");
  g_assert_cmpstr (fetch.preview, ==, "Hi there");
  g_assert_cmpstr (valija_imap_value_get_string (fetch.header, NULL), ==, "ab\r\n");
  g_assert_cmpint (valija_imap_value_get_kind (fetch.body), ==, VALIJA_IMAP_VALUE_NONE);
  g_assert_cmpstr (valija_imap_value_get_string (valija_imap_fetch_find_section (response, "1.2", &decoded), NULL), ==,
                   "q");
  g_assert_false (decoded);
  g_assert_cmpstr (valija_imap_value_get_string (valija_imap_fetch_find_section (response, "1", &decoded), NULL), ==,
                   "b");
  g_assert_true (decoded);
  g_assert_null (valija_imap_value_get_string (valija_imap_fetch_find_section (response, "1.", &decoded), NULL));

  response = imap_first_response (parser, "* 5 FETCH (MODSEQ (0) BODY[]<0> NIL PREVIEW NIL)\r\n");
  g_assert_true (valija_imap_fetch_parse (response, &fetch));
  g_assert_false (fetch.has_flags);
  g_assert_cmpuint (fetch.mod_seq, ==, 0);
  g_assert_null (fetch.preview);
  g_assert_null (valija_imap_value_dup_bytes (fetch.body));

  response = imap_first_response (parser, "* 5 FETCH\r\n");
  g_assert_true (valija_imap_fetch_parse (response, &fetch));
  g_assert_cmpuint (fetch.uid, ==, 0);
  response = imap_first_response (parser, "* 5 FETCH (UID)\r\n");
  g_assert_true (valija_imap_fetch_parse (response, &fetch));
  response = imap_first_response (parser, "* 5 EXISTS\r\n");
  g_assert_false (valija_imap_fetch_parse (response, &fetch));
}

/* Fed octet by octet. */
static void
check_labels (const char *item,
              gboolean    utf8,
              const char *expected)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_autofree char *text = g_strdup_printf ("* 1 FETCH (UID 5 %s)\r\n", item);
  g_autoptr(GPtrArray) labels = NULL;
  g_autofree char *found = NULL;
  ValijaImapEvent event = { NULL };
  ValijaImapFetch fetch;
  g_autoptr(GError) error = NULL;

  for (const char *p = text; *p != '\0'; p++)
    {
      g_autoptr(GBytes) octet = g_bytes_new (p, 1);

      valija_imap_parser_feed (parser, octet);
      g_assert_cmpint (valija_imap_parser_next (parser, &event, &error), ==,
                       p[1] != '\0' ? VALIJA_IMAP_PARSER_NEED_MORE : VALIJA_IMAP_PARSER_RESPONSE);
      g_assert_no_error (error);
    }

  g_assert_true (valija_imap_fetch_parse (event.response, &fetch));
  labels = fetch.has_flags ? valija_imap_keywords_parse (fetch.flag_list)
                           : valija_imap_gmail_labels_parse (fetch.gmail_labels, utf8);
  if (labels == NULL)
    labels = g_ptr_array_new ();
  g_ptr_array_add (labels, NULL);
  found = g_strjoinv ("|", (char **) labels->pdata);
  g_assert_cmpstr (found, ==, expected);
}

static void
test_labels (void)
{
  check_labels ("FLAGS (\\Seen $Forwarded Work NonJunk $label1 $HasAttachment junk $MDNSent My&ACA-Tag)", FALSE,
                "Work|$label1|My Tag");
  check_labels ("FLAGS (\\Seen \\*)", FALSE, "");
  check_labels ("FLAGS ()", FALSE, "");
  check_labels ("FLAGS (Work \303\241cido)", FALSE, "Work");
  check_labels ("FLAGS (R&D R&-D2 &AME-cido &! a&)", FALSE, "R&D|R&D2|Ácido|&!|a&");
  check_labels ("X-GM-LABELS (\"\\\\Inbox\" \\Sent Important \"Muy Importante\" {5}\r\na\"b)( \"&AME-cido\" NIL x/y)",
                FALSE, "Important|Muy Importante|a\"b)(|Ácido|NIL|x/y");
  check_labels ("X-GM-LABELS (\"\\\\Inbox\" \"Ácido\" \"a&b\")", TRUE, "Ácido|a&b");
  check_labels ("X-GM-LABELS (\"&Jjo\")", FALSE, "");
  check_labels ("X-GM-LABELS ()", FALSE, "");
  check_labels ("X-GM-LABELS NIL", FALSE, "");
}

static const struct
{
  const char *line;
  gboolean ok;
  const char *name;
  char delimiter;
  ValijaImapMailboxAttributes attributes;
  const char *old_name;
} lists[] = {
  { "* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Items\"", TRUE, "Sent Items", '/',
    VALIJA_IMAP_MAILBOX_HAS_NO_CHILDREN | VALIJA_IMAP_MAILBOX_SENT },
  { "* LIST (\\NonExistent) \".\" a.b", TRUE, "a.b", '.',
    VALIJA_IMAP_MAILBOX_NONEXISTENT | VALIJA_IMAP_MAILBOX_NOSELECT },
  { "* LIST () NIL inBoX", TRUE, "INBOX", 0, 0 },
  { "* LIST () \"/\" nil", TRUE, "NIL", '/', 0 },
  { "* LIST () \"\\\\\" {8}\r\n&Jjo-!ab", TRUE, "\342\230\272!ab", '\\', 0 },
  { "* LSUB (\\spam) \"/\" \"&\"", TRUE, "\x7f&", '/', VALIJA_IMAP_MAILBOX_JUNK },
  { "* LIST () \"/\" \"x\" (\"CHILDINFO\" (\"SUBSCRIBED\"))", TRUE, "x", '/', 0 },
  { "* LIST () \"/\" new (\"OLDNAME\" (\"o&-ld\"))", TRUE, "new", '/', 0, "o&ld" },
  { "* LIST () \"/\" new (CHILDINFO (SUBSCRIBED) oldname ({3}\r\nold))", TRUE, "new", '/', 0, "old" },
  { "* LIST () \"/\" new (OLDNAME old)", TRUE, "new", '/', 0 },
  { "* LIST () \"/\" new (OLDNAME ())", TRUE, "new", '/', 0 },
  { "* LIST () \"/\" new OLDNAME", TRUE, "new", '/', 0 },
  { "* LIST () \"/\" \"\"", FALSE, NULL, 0, 0 },
  { "* LIST () \"/\"", FALSE, NULL, 0, 0 },
  { "* LIST x \"/\" x", FALSE, NULL, 0, 0 },
  { "* LIST () \"/\" (x)", FALSE, NULL, 0, 0 },
};

static void
test_lists (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
      g_autofree char *line = g_strconcat (lists[i].line, "\r\n", NULL);
      g_auto(ValijaImapList) list = { NULL };

      g_assert_cmpint (valija_imap_list_parse (imap_first_response (parser, line), FALSE, &list), ==, lists[i].ok);
      if (!lists[i].ok)
        continue;
      g_assert_cmpstr (list.name, ==, lists[i].name);
      g_assert_cmpint (list.delimiter, ==, lists[i].delimiter);
      g_assert_cmpint (list.attributes, ==, lists[i].attributes);
      g_assert_cmpstr (list.old_name, ==, lists[i].old_name);
    }
}

static void
test_status (void)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_auto(ValijaImapStatus) status = { NULL };

  g_assert_true (valija_imap_status_parse (
      imap_first_response (parser,
                           "* STATUS \"a b\" (MESSAGES 231 UIDVALIDITY 0 HIGHESTMODSEQ 7011231777 "
                           "MAILBOXID (F2212ea8-_7) X 5 SIZE 44421 UNSEEN -1)\r\n"),
      FALSE, &status));
  g_assert_cmpstr (status.name, ==, "a b");
  g_assert_cmpint (status.messages, ==, 231);
  g_assert_cmpint (status.uid_validity, ==, 0);
  g_assert_cmpint (status.highest_mod_seq, ==, G_GINT64_CONSTANT (7011231777));
  g_assert_cmpint (status.unseen, ==, -1);
  g_assert_cmpint (status.uid_next, ==, -1);
  g_assert_cmpint (status.size, ==, 44421);
  g_assert_cmpstr (status.mailbox_id, ==, "F2212ea8-_7");
}

static const struct
{
  const char *line;
  const char *found; /* NULL: not told */
  guint32 max;
  gint64 count;
} searches[] = {
  { "* SEARCH 2 84 882", "2,84,882", 882, 3 },
  { "* SEARCH 5 4 3", "3:5", 5, 3 },
  { "* SEARCH", "", 0, 0 },
  { "* SEARCH 2 3 (MODSEQ 917162488)", "2:3", 3, 2 },
  { "* ESEARCH (TAG \"A283\") UID MAX 9 COUNT 3 ALL 2,8:9", "2,8:9", 9, 3 },
  { "* ESEARCH (TAG \"A283\") COUNT 0", NULL, 0, 0 },
  { "* ESEARCH ALL 1:5", "1:5", 0, -1 },
  { "* ESEARCH (TAG \"a\") UID (MAX 7 ALL 5:7)", "5:7", 7, -1 },
  { "* ESEARCH (TAG \"a\") UID ALL x MODSEQ 5", NULL, 0, -1 },
};

static void
test_searches (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (searches); i++)
    {
      g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
      g_autofree char *line = g_strconcat (searches[i].line, "\r\n", NULL);
      g_auto(ValijaImapSearch) search = { NULL };
      g_autofree char *found = NULL;

      g_assert_true (valija_imap_search_parse (imap_first_response (parser, line), &search));
      found = search.found != NULL ? valija_imap_set_to_string (search.found) : NULL;
      g_assert_cmpstr (found, ==, searches[i].found);
      g_assert_cmpuint (search.max, ==, searches[i].max);
      g_assert_cmpint (search.count, ==, searches[i].count);
    }
}

static const struct
{
  const char *line;
  const char *expected; /* "kind prefix delimiter" each; NULL: another response */
} namespaces[] = {
  { "* NAMESPACE ((\"INBOX.\" \".\")(\"x\" \"/\")) NIL NIL", "0[INBOX.]. 0[x]/ " },
  { "* NAMESPACE ((\"\" \"/\")) ((\"~\" \"/\")) ((\"#shared/\" \"/\")(\"#news.\" NIL))",
    "0[]/ 1[~]/ 2[#shared/]/ 2[#news.]- " },
  { "* NAMESPACE NIL NIL ((\"Entw&APw-rfe/\" \"/\" \"X-PARAM\" (\"a\" \"b\")))", "2[Entw\303\274rfe/]/ " },
  { "* NAMESPACE ((NIL \"/\") x (\"\")) NIL", "0[]- " },
  { "* NAMESPACE", "" },
  { "* LIST () \"/\" x", NULL },
};

static void
test_namespaces (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (namespaces); i++)
    {
      g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
      g_autofree char *line = g_strconcat (namespaces[i].line, "\r\n", NULL);
      g_autoptr(GPtrArray) spaces = valija_imap_namespaces_parse (imap_first_response (parser, line), FALSE);
      g_autoptr(GString) out = g_string_new (NULL);

      g_assert_cmpint (spaces != NULL, ==, namespaces[i].expected != NULL);
      for (guint n = 0; spaces != NULL && n < spaces->len; n++)
        {
          const ValijaImapNamespace *space = g_ptr_array_index (spaces, n);

          g_string_append_printf (out, "%d[%s]%c ", space->kind, space->prefix,
                                  space->delimiter != '\0' ? space->delimiter : '-');
        }
      if (spaces != NULL)
        g_assert_cmpstr (out->str, ==, namespaces[i].expected);
    }
}

static void
test_others (void)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_autoptr(ValijaImapSet) vanished = NULL;
  g_autoptr(GArray) sources = NULL;
  g_autoptr(GArray) targets = NULL;
  g_autofree char *uids = NULL;
  g_autofree char *id = NULL;
  guint64 usage, limit;
  guint32 validity, uid;
  gboolean earlier;

  vanished = valija_imap_vanished_parse (imap_first_response (parser, "* VANISHED (EARLIER) 41,43:116\r\n"), &earlier);
  uids = valija_imap_set_to_string (vanished);
  g_assert_true (earlier);
  g_assert_cmpstr (uids, ==, "41,43:116");
  g_assert_null (valija_imap_vanished_parse (imap_first_response (parser, "* VANISHED x\r\n"), &earlier));

  g_assert_true (valija_imap_quota_parse (
      imap_first_response (parser, "* QUOTA \"#user\" (MESSAGE 1 2 STORAGE 10 512)\r\n"), "STORAGE", &usage, &limit));
  g_assert_cmpuint (usage, ==, 10);
  g_assert_cmpuint (limit, ==, 512);
  g_assert_false (
      valija_imap_quota_parse (imap_first_response (parser, "* QUOTA \"\" ()\r\n"), "STORAGE", &usage, &limit));

  id = valija_imap_id_parse (imap_first_response (parser, "* ID (\"version\" \"2.4\" \"name\" \"Dovecot\")\r\n"));
  g_assert_cmpstr (id, ==, "Dovecot 2.4");
  g_assert_null (valija_imap_id_parse (imap_first_response (parser, "* ID NIL\r\n")));

  g_assert_true (valija_imap_copyuid_parse (
      imap_first_response (parser, "a OK [COPYUID 38505 304,319:320 3958:3956] x\r\n"), &validity, &sources, &targets));
  g_assert_cmpuint (validity, ==, 38505);
  g_assert_cmpuint (g_array_index (sources, guint32, 2), ==, 320);
  g_assert_cmpuint (g_array_index (targets, guint32, 0), ==, 3958);
  g_assert_cmpuint (g_array_index (targets, guint32, 2), ==, 3956);
  g_clear_pointer (&sources, g_array_unref);
  g_clear_pointer (&targets, g_array_unref);
  g_assert_false (valija_imap_copyuid_parse (imap_first_response (parser, "a OK [COPYUID 38505 304,319 3956] x\r\n"),
                                             &validity, &sources, &targets));
  g_assert_false (valija_imap_copyuid_parse (
      imap_first_response (parser, "a OK [COPYUID 1 1:4294967295 1:4294967295] x\r\n"), &validity, &sources, &targets));
  g_assert_true (
      valija_imap_appenduid_parse (imap_first_response (parser, "a OK [APPENDUID 38505 3955] x\r\n"), &validity, &uid));
  g_assert_cmpuint (uid, ==, 3955);
  g_assert_false (
      valija_imap_appenduid_parse (imap_first_response (parser, "a OK [APPENDUID 38505] x\r\n"), &validity, &uid));
}

static void
describe (GString              *out,
          const ValijaImapPart *part)
{
  g_string_append_printf (out, "[%s %s/%s", part->section, part->type, part->subtype);
  for (guint i = 0; part->parameters[i] != NULL && part->parameters[i + 1] != NULL; i += 2)
    g_string_append_printf (out, " %s=%s", part->parameters[i], part->parameters[i + 1]);
  if (part->disposition != NULL)
    g_string_append_printf (out, " <%s>", part->disposition);
  if (part->size > 0)
    g_string_append_printf (out, " %u", (guint) part->size);
  for (guint i = 0; i < part->children->len; i++)
    describe (out, g_ptr_array_index (part->children, i));
  g_string_append_c (out, ']');
}

static const struct
{
  const char *structure;
  const char *expected;
} structures[] = {
  /* RFC 9051 §7.5.2 and §8 */
  { "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92)",
    "[1 text/plain charset=US-ASCII 3028]" },
  { "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1152 23)(\"TEXT\" \"PLAIN\" (\"CHARSET\" "
    "\"US-ASCII\" \"NAME\" "
    "\"cc.diff\") \"<960723163407.20117h@cac.washington.edu>\" \"Compiler diff\" \"BASE64\" 4554 73) \"MIXED\")",
    "[ multipart/mixed[1 text/plain charset=US-ASCII 1152][2 text/plain charset=US-ASCII name=cc.diff 4554]]" },
  { "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1 NIL NIL NIL NIL)(\"application\" \"pdf\" (\"name\" \"a.pdf\") NIL "
    "NIL \"base64\" 100 NIL "
    "(\"ATTACHMENT\" (\"filename\" \"a.pdf\")) NIL) \"mixed\" (\"boundary\" \"x\") NIL NIL)",
    "[ multipart/mixed boundary=x[1 text/plain 1][2 application/pdf name=a.pdf <attachment> 100]]" },
  { "((\"text\" \"html\" NIL NIL NIL \"7bit\" 1 1)(\"image\" \"png\" (\"name\" \"l.png\") \"<cid>\" NIL \"base64\" 9 "
    "NIL (\"inline\" NIL)) \"related\")",
    "[ multipart/related[1 text/html 1][2 image/png name=l.png <inline> 9]]" },
  { "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 342 (NIL \"inner\" NIL "
    "NIL NIL NIL NIL NIL NIL NIL) "
    "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 2 1)(\"text\" \"html\" NIL NIL NIL \"7bit\" 3 1) \"alternative\") 20) "
    "\"mixed\")",
    "[ multipart/mixed[1 text/plain 1][2 message/rfc822 342]]" },
  { "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 342 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) (\"text\" "
    "\"plain\" NIL NIL NIL \"7bit\" 2 1) 20)",
    "[1 message/rfc822 342]" },
  /* Q10 */
  { "(\"text\" \"plain\" NIL NIL NIL \"7bit\" -1 -1)", "[1 text/plain]" },
  /* Q16 */
  { "(NIL NIL (\"name\" NIL) NIL NIL \"base64\" 5)", "[1 application/octet-stream name= 5]" },
  { "(\"application\" \"octet-stream\" (\"name\" NIL) NIL NIL NIL 5 NIL (\"attachment\" (\"filename\" NIL)) NIL NIL)",
    "[1 application/octet-stream name= <attachment> 5]" },
  /* Q17 */
  { "(\"MIXED\" (\"boundary\" \"x\") NIL NIL)", "[ multipart/mixed boundary=x]" },
  { "(NIL (\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1) \"mixed\")", "[ multipart/mixed[2 text/plain 1]]" },
  { "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1) NIL \"mixed\")", "[ multipart/mixed[1 text/plain 1]]" },
  /* Q18 */
  { "(\"message\" \"rfc822\" NIL NIL NIL \"base64\" 342 NIL (\"attachment\" (\"filename\" \"m.eml\")))",
    "[1 message/rfc822 <attachment> 342]" },
  { "()", "[ multipart/mixed]" },
  { "NIL", NULL },
};

static void
test_structures (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (structures); i++)
    {
      g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
      g_autofree char *line = g_strdup_printf ("* 1 FETCH (BODYSTRUCTURE %s)\r\n", structures[i].structure);
      g_autoptr(ValijaImapPart) part = valija_imap_structure_parse (imap_fetch_value (parser, line));
      g_autoptr(GString) out = g_string_new (NULL);

      g_assert_cmpint (part != NULL, ==, structures[i].expected != NULL);
      if (part == NULL)
        continue;
      describe (out, part);
      g_assert_cmpstr (out->str, ==, structures[i].expected);
    }
}

static void
test_deep_structure (void)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_autoptr(GString) line = g_string_new ("* 1 FETCH (BODYSTRUCTURE ");
  g_autoptr(ValijaImapPart) part = NULL;
  guint depth = 0;

  for (int i = 0; i < 200; i++)
    g_string_append_c (line, '(');
  g_string_append (line, "\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)");
  for (int i = 0; i < 199; i++)
    g_string_append (line, " \"mixed\")");
  g_string_append (line, ")\r\n");

  part = valija_imap_structure_parse (imap_fetch_value (parser, line->str));
  for (ValijaImapPart *inner = part; inner->children->len > 0; inner = g_ptr_array_index (inner->children, 0))
    depth++;
  g_assert_cmpuint (depth, ==, 63);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/imap/values/capabilities", test_capabilities);
  g_test_add_func ("/imap/values/words-for-codes", test_words_for_codes);
  g_test_add_func ("/imap/values/append-limit", test_append_limit);
  g_test_add_func ("/imap/values/dates", test_dates);
  g_test_add_func ("/imap/values/fetch", test_fetch);
  g_test_add_func ("/imap/values/labels", test_labels);
  g_test_add_func ("/imap/values/list", test_lists);
  g_test_add_func ("/imap/values/status", test_status);
  g_test_add_func ("/imap/values/search", test_searches);
  g_test_add_func ("/imap/values/namespaces", test_namespaces);
  g_test_add_func ("/imap/values/others", test_others);
  g_test_add_func ("/imap/values/structure", test_structures);
  g_test_add_func ("/imap/values/deep-structure", test_deep_structure);

  return g_test_run ();
}
