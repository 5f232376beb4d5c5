/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-beginning.h"
#include "mime/valija-mime-message.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Seconds that a flood may take: far more than it does, far less than what is quadratic. */
#define TIME_LIMIT 60.0

/* "type" of a leaf, "type:name", + for an attachment, * for an inline picture; children in
 * brackets. */
static void
append_tree (GString              *out,
             const ValijaMimePart *part)
{
  g_string_append (out, part->type);
  if (part->name != NULL)
    g_string_append_printf (out, ":%s", part->name);
  if (part->attachment)
    g_string_append_c (out, '+');
  if (part->inline_image)
    g_string_append_c (out, '*');
  for (guint i = 0; i < part->children->len; i++)
    {
      g_string_append_c (out, i == 0 ? '(' : ' ');
      append_tree (out, g_ptr_array_index (part->children, i));
    }
  if (part->children->len > 0)
    g_string_append_c (out, ')');
}

static char *
dup_tree (ValijaMimeMessage *message)
{
  GString *out = g_string_new (NULL);

  append_tree (out, valija_mime_message_get_root (message));

  return g_string_free (out, FALSE);
}

static ValijaMimeMessage *
parse_data (const char *data,
            gsize       length)
{
  /* A copy of just this length, so that a byte too far is seen */
  g_autoptr(GBytes) bytes = g_bytes_new (data, length);

  return valija_mime_message_parse (bytes);
}

static ValijaMimeMessage *
parse (const char *source)
{
  return parse_data (source, strlen (source));
}

typedef struct
{
  const char *what;
  const char *source;
  const char *tree;
  const char *text;
  const char *html;
} Golden;

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"

static const Golden goldens[] = {
  { "empty", "", "text/plain", "", NULL },
  { "only a line break", "\n", "text/plain", "", NULL },
  { "no header", "Hello,\nthis is a letter.\n", "text/plain", "Hello,\nthis is a letter.\n", NULL },
  { "no body", "Subject: x\n", "text/plain", "", NULL },
  { "body at once", "\nHello\n", "text/plain", "Hello\n", NULL },
  { "plain", "Subject: x\nContent-Type: text/plain\n\nHello\n", "text/plain", "Hello\n", NULL },
  { "CR LF", "Subject: x\r\n\r\nHello\r\nworld\r\n", "text/plain", "Hello\nworld\n", NULL },
  { "CR", "Subject: x\r\n\r\nHello\rworld\r", "text/plain", "Hello\nworld\n", NULL },
  { "mbox", "From me Sat Jan 1 00:00:00 2022\nSubject: x\n\nHello\n", "text/plain", "Hello\n",
    NULL },
  { "text without a type", "Content-Type: text\n\nx", "text/plain", "x", NULL },
  { "nonsense as a type", "Content-Type: ;;;\n\nx", "text/plain", "x", NULL },
  { "one word as a type", "Content-Type: foo\n\nx", "application/octet-stream+", "", NULL },
  { "one file", "Content-Type: application/pdf; name=a.pdf\n\nx", "application/pdf:a.pdf+", "",
    NULL },
  { "base64", "Content-Transfer-Encoding: base64\n\nSGVsbG8=\n", "text/plain", "Hello", NULL },
  { "base64 broken", "Content-Transfer-Encoding: base64\n\nSGV*s\n\nbG8\n", "text/plain", "Hello",
    NULL },
  { "quoted-printable",
    "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; "
    "charset=utf-8\n\nGr=C3=BC=\n=C3=9Fe=ZZ =\n",
    "text/plain", "Grüße=ZZ ", NULL },
  { "unknown encoding", "Content-Transfer-Encoding: x-foo\n\nHello\n", "text/plain", "Hello\n",
    NULL },
  { "latin1", "Content-Type: text/plain; charset=iso-8859-1\n\n\xe9", "text/plain", "é", NULL },
  { "no charset, latin1", "Content-Type: text/plain\n\n\xe9", "text/plain", "é", NULL },
  { "a NUL that came by IMAP in utf-8", "Content-Type: text/plain\n\nte\x80xt \xc3\xa9", "text/plain",
    "te\357\277\275xt é", NULL },
  { "no charset, utf-8", "Content-Type: text/plain\n\n\xc3\xa9", "text/plain", "é", NULL },
  { "utf-16",
    "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n/v8AaADp",
    "text/plain", "hé", NULL },
  { "html", "Content-Type: text/html\n\n<p>Hi</p>", "text/html", "Hi", "<p>Hi</p>" },
  { "html with its own charset", "Content-Type: text/html\n\n<meta charset=koi8-r><p>\xf0</p>",
    "text/html", "П", "<meta charset=koi8-r><p>П</p>" },
  { "mixed", MIXED "pre\n--b\n\none\n--b\nContent-Type: image/png\n\nx\n--b--\nepilogue\n",
    "multipart/mixed(text/plain image/png+)", "one", NULL },
  { "no last boundary", MIXED "--b\n\none\n--b\n\ntwo\n", "multipart/mixed(text/plain text/plain)",
    "one\n\ntwo\n", NULL },
  { "cut in a header", MIXED "--b\nContent-Type: text/html", "multipart/mixed(text/html)", "", "" },
  { "empty part", MIXED "--b\n--b--\n", "multipart/mixed(text/plain)", "", NULL },
  { "empty parts", MIXED "--b\n\n--b\n--b\n\n\n--b--\n",
    "multipart/mixed(text/plain text/plain text/plain)", "", NULL },
  { "no part", MIXED "nothing here\n", "text/plain", "nothing here\n", NULL },
  { "no boundary", "Content-Type: multipart/mixed\n\n--b\n\nx\n", "text/plain", "--b\n\nx\n",
    NULL },
  { "empty boundary", "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n", "text/plain",
    "--\n\nx\n", NULL },
  { "quoted boundary",
    "Content-Type: multipart/mixed; boundary=\"a b'=:?\"\n\n--a b'=:?\n\nx\n--a b'=:?--\n",
    "multipart/mixed(text/plain)", "x", NULL },
  { "blanks behind boundaries", MIXED "--b \t\n\nx\n--b--  \n", "multipart/mixed(text/plain)", "x",
    NULL },
  { "a boundary's beginning is none", MIXED "--b\n\nx\n--bc\ny\n--b--\n",
    "multipart/mixed(text/plain)", "x\n--bc\ny", NULL },
  { "one boundary begins like another",
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; "
    "boundary=bb\n\n"
    "--bb\n\nx\n--bb--\n--b\n\ny\n--b--\n",
    "multipart/mixed(multipart/mixed(text/plain) text/plain)", "x\n\ny", NULL },
  { "the same boundary twice", MIXED "--b\n" MIXED "--b\n\nx\n--b--\n--b\n\ny\n--b--\n",
    "multipart/mixed(multipart/mixed(text/plain) text/plain)", "x\n\ny", NULL },
  { "outer boundary ends inner",
    MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--b\n\ny\n--b--\n",
    "multipart/mixed(multipart/mixed(text/plain) text/plain)", "x\n\ny", NULL },
  { "boundary in the header", MIXED "--b\nContent-Type: text/html\n--b\n\ny\n--b--\n",
    "multipart/mixed(text/html text/plain)", "y",
    "<div></div>\n<div><div "
    "style=\"white-space:pre-wrap;overflow-wrap:break-word;\">y</div></div>\n" },
  { "rfc2231 boundary",
    "Content-Type: multipart/mixed; boundary*0=\"a\"; boundary*1=\"b\"\n\n--ab\n\nx\n--ab--\n",
    "multipart/mixed(text/plain)", "x", NULL },
  { "header without an empty line",
    MIXED
    "--b\nContent-Type: multipart/mixed; boundary=c\nno field, no field\n--c\n\nx\n--c--\n--b--\n",
    "multipart/mixed(multipart/mixed(text/plain))", "x", NULL },
  { "alternative",
    "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: "
    "text/html\n\n<b>rich</b>\n--b--\n",
    "multipart/alternative(text/plain text/html)", "plain", "<b>rich</b>" },
  { "alternative of html only",
    "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: "
    "text/html\n\n<b>rich</b>\n--b--\n",
    "multipart/alternative(text/html)", "rich", "<b>rich</b>" },
  { "alternative with an invitation",
    "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: "
    "text/calendar; method=REQUEST\n\nBEGIN\n--b--\n",
    "multipart/alternative(text/plain text/calendar+)", "plain", NULL },
  { "alternative with a form nobody knows",
    "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: "
    "text/x-amp-html\n\n<b>\n--b--\n",
    "multipart/alternative(text/plain text/x-amp-html)", "plain", NULL },
  { "related",
    "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img "
    "src=\"cid:a%40b\">\n--b\nContent-Type: image/png\nContent-ID: <a@b>\n\nx\n"
    "--b\nContent-Type: image/gif\nContent-ID: <other>\n\nx\n--b--\n",
    "multipart/related(text/html image/png* image/gif+)", "", "<img src=\"cid:a%40b\">" },
  { "alternative of related",
    "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: "
    "multipart/related; boundary=c\n\n"
    "--c\nContent-Type: text/html\n\n<img src=cid:x>\n--c\nContent-Type: image/png\nContent-ID: "
    "<x>\n\nx\n--c--\n--b--\n",
    "multipart/alternative(text/plain multipart/related(text/html image/png*))", "plain",
    "<img src=cid:x>" },
  { "named text",
    MIXED "--b\n\nbody\n--b\nContent-Type: text/plain; "
          "name=log.txt\n\nlog\n--b\nContent-Disposition: attachment\n\nz\n--b--\n",
    "multipart/mixed(text/plain text/plain:log.txt+ text/plain+)", "body", NULL },
  { "footer of a list",
    MIXED
    "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nplain\n--c\nContent-Type: "
    "text/html\n\n<b>rich\n--c--\n--b\n\nfooter\n--b--\n",
    "multipart/mixed(multipart/alternative(text/plain text/html) text/plain)", "plain\n\nfooter",
    "<div><b>rich</b></div>\n<div><div "
    "style=\"white-space:pre-wrap;overflow-wrap:break-word;\">footer</div></div>\n" },
  { "an attribute left open does not take the next part",
    MIXED "--b\nContent-Type: text/html\n\n<a href=\"https://evil.example/?\n--b\nContent-Type: "
          "text/html\n\nsecret\">\n--b--\n",
    "multipart/mixed(text/html text/html)", "secret\">",
    "<div><a href=\"https://evil.example/?\" rel=\"noopener "
    "noreferrer\"></a></div>\n<div>secret&quot;&gt;</div>\n" },
  { "signed",
    "Content-Type: multipart/signed; boundary=b; "
    "protocol=\"application/pgp-signature\"\n\n--b\n\nbody\n--b\nContent-Type: "
    "application/pgp-signature; name=signature.asc\n\nx\n--b--\n",
    "multipart/signed(text/plain application/pgp-signature:signature.asc+)", "body", NULL },
  { "encrypted",
    "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: "
    "application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: "
    "application/octet-stream\n\nx\n--b--\n",
    "multipart/encrypted(application/pgp-encrypted+ application/octet-stream+)", "", NULL },
  { "attached message",
    MIXED "--b\n\nsee\n--b\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: "
          "multipart/mixed; boundary=c\n\n--c\n\ninner text\n--c\nContent-Type: "
          "image/png\n\nx\n--c--\n--b--\n",
    "multipart/mixed(text/plain message/rfc822+(multipart/mixed(text/plain image/png)))", "see",
    NULL },
  { "message that is only a message",
    "Content-Type: message/rfc822\n\nSubject: inner\n\ninner text\n", "message/rfc822+(text/plain)",
    "inner text\n", NULL },
  { "message with an encoding stays closed",
    "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoK\n",
    "message/rfc822+", "", NULL },
  { "digest",
    "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\n1\n--b\n\nSubject: "
    "two\n\n2\n--b--\n",
    "multipart/digest(message/rfc822+(text/plain) message/rfc822+(text/plain))", "1\n\n2", NULL },
  { "report",
    "Content-Type: multipart/report; boundary=b\n\n--b\n\nfailed\n--b\nContent-Type: "
    "message/delivery-status\n\nStatus: 5.0.0\n--b\nContent-Type: text/rfc822-headers\n\nSubject: "
    "x\n--b--\n",
    "multipart/report(text/plain message/delivery-status+ text/rfc822-headers+)", "failed", NULL },
  { "inline disposition of an unknown kind",
    MIXED "--b\n\nx\n--b\nContent-Disposition: foo\n\ny\n--b--\n",
    "multipart/mixed(text/plain text/plain+)", "x", NULL },
  { "flowed",
    "Content-Type: text/plain; format=flowed\n\nOne long \nparagraph.\n>> quoted \n>> more\n> "
    "less\n-- \nsig\n",
    "text/plain", "One long paragraph.\n> > quoted more\n> less\n-- \nsig\n", NULL },
  { "flowed, delsp",
    "Content-Type: text/plain; format=flowed; delsp=yes\n\n\xe4\xbd\xa0 \n\xe5\xa5\xbd\n",
    "text/plain", "你好\n", NULL },
  { "flowed, stuffed", "Content-Type: text/plain; format=flowed\n\n From here\n >no quote\n",
    "text/plain", "From here\n>no quote\n", NULL },
};

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  g_autoptr(ValijaMimeMessage) message = parse (golden->source);
  g_autofree char *tree = dup_tree (message);

  g_assert_cmpstr (tree, ==, golden->tree);
  g_assert_cmpstr (valija_mime_message_get_text (message), ==, golden->text);
  g_assert_cmpstr (valija_mime_message_get_html (message), ==, golden->html);
  g_assert_false (valija_mime_message_get_truncated (message));
}

static const struct
{
  const char *field;
  const char *name;
  const char *safe;
} names[] = {
  { "Content-Disposition: attachment; filename=a.txt", "a.txt", "a.txt" },
  { "Content-Disposition: attachment; filename=\"a b.txt\"", "a b.txt", "a b.txt" },
  { "Content-Disposition: attachment; filename=a b.txt", "a b.txt", "a b.txt" },
  { "Content-Disposition: attachment; filename=\"a\\\"b.txt\"", "a\"b.txt", "a_b.txt" },
  { "Content-Disposition: attachment; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt", "a.txt" },
  { "Content-Disposition: attachment;\n filename=\"=?utf-8?Q?Gr=C3=B6=C3=9Fe.txt?=\"", "Größe.txt",
    "Größe.txt" },
  { "Content-Disposition: attachment;\n filename==?utf-8?B?w6kudHh0?=", "é.txt", "é.txt" },
  { "Content-Disposition: attachment; filename*=utf-8'en'Gr%C3%B6%C3%9Fe.txt", "Größe.txt",
    "Größe.txt" },
  { "Content-Disposition: attachment; filename*=iso-8859-1''%A3.txt; filename=wrong.txt", "£.txt",
    "£.txt" },
  { "Content-Disposition: attachment; filename*0=\"long \"; filename*1=\"name.txt\"",
    "long name.txt", "long name.txt" },
  { "Content-Disposition: attachment; filename*1=\"name.txt\"; filename*0=\"long \"",
    "long name.txt", "long name.txt" },
  { "Content-Disposition: attachment; filename*0*=utf-8''%e2%82; filename*1*=%ac; filename*2=.txt",
    "€.txt", "€.txt" },
  { "Content-Disposition: attachment; filename*0=a; filename*2=c", "a", "a" },
  { "Content-Disposition: attachment; filename*5=x; filename=y", "y", "y" },
  { "Content-Disposition: attachment; filename=\"../../.bashrc\"", "../../.bashrc", "bashrc" },
  { "Content-Disposition: attachment; filename*=utf-8''a%00b%0a.exe", "ab .exe", "ab .exe" },
  { "Content-Disposition: attachment; filename=\"x\xe2\x80\xaegpj.exe\"", "xgpj.exe", "xgpj.exe" },
  { "Content-Disposition: attachment; filename=\"=?utf-8?Q?..=2Fx?=\"", "../x", "x" },
  { "Content-Disposition: attachment; filename=\"unclosed.txt", "unclosed.txt", "unclosed.txt" },
  { "Content-Disposition: attachment; filename=", NULL, "attachment.txt" },
  { "Content-Disposition: attachment; filename", NULL, "attachment.txt" },
  { "Content-Disposition: attachment; ;;;; filename=a", "a", "a" },
  { "Content-Disposition: attachment (comment; filename=no); filename=a", "a", "a" },
  { "Content-Disposition: attachment\nContent-Type: text/plain; name=b.txt", "b.txt", "b.txt" },
  { "Content-Disposition: attachment; filename=Gr\xf6\xdf"
    "e.txt",
    "Größe.txt", "Größe.txt" },
  { "Content-Disposition: attachment", NULL, "attachment.txt" },
  { "Content-Type: message/rfc822\n\nSubject: a/b =?utf-8?Q?=C3=A9?=", NULL, "a-b é.eml" },
};

static void
test_names (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *source = g_strdup_printf (MIXED "--b\n\nx\n--b\n%s\n\nx\n--b--\n",
                                                 names[i].field);
      g_autoptr(ValijaMimeMessage) message = parse (source);
      GPtrArray *attachments = valija_mime_message_get_attachments (message);
      const ValijaMimePart *part;

      g_assert_cmpuint (attachments->len, ==, 1);
      part = g_ptr_array_index (attachments, 0);
      g_assert_cmpstr (part->name, ==, names[i].name);
      g_assert_cmpstr (part->safe_name, ==, names[i].safe);
    }
}

static void
check_part (ValijaMimeMessage    *message,
            const ValijaMimePart *part,
            guint                *n_parts)
{
  g_autoptr(GError) error = NULL;

  (*n_parts)++;
  g_assert_nonnull (part->type);
  g_assert_true (g_utf8_validate (part->type, -1, NULL));
  g_assert_true (part->name == NULL || g_utf8_validate (part->name, -1, NULL));
  g_assert_cmpuint (part->depth, <=, 64);
  if (part->children->len == 0)
    {
      g_autoptr(GBytes) bytes = valija_mime_message_load_part (message, part, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, part->size);
      g_assert_nonnull (part->safe_name);
      g_assert_null (strchr (part->safe_name, '/'));
    }
  for (guint i = 0; i < part->children->len; i++)
    check_part (message, g_ptr_array_index (part->children, i), n_parts);
}

/* What holds for every message, however broken. Returns the number of parts. */
static guint
check_message (ValijaMimeMessage *message)
{
  const char *html = valija_mime_message_get_html (message);
  g_autofree char *search = valija_mime_message_dup_search_text (message);
  g_autofree char *preview = valija_mime_message_dup_preview (message);
  g_autofree char *headers = valija_mime_message_dup_raw_headers (message);
  g_autofree char *type = valija_mime_message_dup_header (message, "Content-Type");
  guint n_parts = 0;

  check_part (message, valija_mime_message_get_root (message), &n_parts);
  g_assert_true (g_utf8_validate (valija_mime_message_get_text (message), -1, NULL));
  g_assert_true (html == NULL || g_utf8_validate (html, -1, NULL));
  g_assert_true (g_utf8_validate (search, -1, NULL));
  g_assert_true (g_utf8_validate (preview, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (preview, -1), <=, 200);
  g_assert_null (strchr (preview, '\n'));
  g_assert_true (g_utf8_validate (headers, -1, NULL));

  return n_parts;
}

static void
test_goldens_hold (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++)
    for (gsize cut = 0; cut <= strlen (goldens[i].source); cut++)
      {
        g_autoptr(ValijaMimeMessage) message = parse_data (goldens[i].source, cut);

        check_message (message);
      }
}

static void
test_parts (void)
{
  static const char source[] =
    "From: a@b\nSubject: =?utf-8?Q?=C3=A9?=\nX-Thing: one\nX-Thing: two\n" MIXED
    "--b\n\n> quoted\nThe first   words.\n-- \nsignature\n"
    "--b\nContent-Type: image/png; name=p.png\nContent-ID: <p@x>\nContent-Transfer-Encoding: base64\n\nAAEC/w==\n"
    "--b\nContent-Type: application/octet-stream; name=q.bin\nContent-Transfer-Encoding: quoted-printable\n\na=00=\nb\n"
    "--b\nContent-Type: application/octet-stream; name=u.bin\nContent-Transfer-Encoding: "
      "x-uuencode\n\nbegin 644 x\n#0V%T\n`\nend\n"
    "--b\nContent-Type: application/octet-stream; name=raw.bin\n\nraw\r\nbytes\n--b--\n";
  static const struct
  {
    const char *name;
    const char *bytes;
    gsize length;
  } expected[] = {
    { "p.png", "\x00\x01\x02\xff", 4 },
    { "q.bin", "a\0b", 3 },
    { "u.bin", "Cat", 3 },
    { "raw.bin", "raw\r\nbytes", 10 },
  };
  g_autoptr(ValijaMimeMessage) message = parse (source);
  GPtrArray *attachments = valija_mime_message_get_attachments (message);
  g_autofree char *preview = valija_mime_message_dup_preview (message);
  g_autofree char *search = valija_mime_message_dup_search_text (message);
  g_autofree char *header = valija_mime_message_dup_header (message, "x-thing");
  g_autofree char *subject = valija_mime_message_dup_header (message, "SUBJECT");
  g_autofree char *none = valija_mime_message_dup_header (message, "X-None");
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (attachments->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < attachments->len; i++)
    {
      const ValijaMimePart *part = g_ptr_array_index (attachments, i);
      g_autoptr(GBytes) bytes = valija_mime_message_load_part (message, part, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (part->name, ==, expected[i].name);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected[i].bytes,
                       expected[i].length);
      g_assert_cmpuint (part->size, ==, expected[i].length);
      g_assert_cmpuint (part->index, ==, i + 3);
    }
  g_assert_true (valija_mime_message_find_content_id (message, "p@x") ==
                 g_ptr_array_index (attachments, 0));
  g_assert_null (valija_mime_message_find_content_id (message, "q@x"));
  g_assert_cmpstr (preview, ==, "The first words.");
  g_assert_nonnull (strstr (search, "signature"));
  g_assert_nonnull (strstr (search, "raw.bin"));
  g_assert_cmpstr (header, ==, "one");
  g_assert_cmpstr (subject, ==, "é");
  g_assert_null (none);
  g_assert_true (valija_mime_message_get_info (message)->has_attachments);
  g_assert_cmpstr (valija_mime_message_get_info (message)->subject, ==, "é");

  g_assert_null (
      valija_mime_message_load_part (message, valija_mime_message_get_root (message), &error));
  g_assert_nonnull (error);
}

static void
test_save (void)
{
  g_autofree char *path = g_dir_make_tmp ("valija-XXXXXX", NULL);
  g_autoptr(GFile) directory = g_file_new_for_path (path);
  g_autoptr(GFile) missing = g_file_get_child (directory, "missing");
  g_autoptr(ValijaMimeMessage) message =
    parse (MIXED "--b\n\nx\n--b\nContent-Disposition: attachment; "
                             "filename=\"../a.tar.gz\"\n\ncontent\n--b--\n");
  const ValijaMimePart *part = g_ptr_array_index (valija_mime_message_get_attachments (message), 0);
  g_autofree char *link = g_build_filename (path, "a.tar (2).gz", NULL);
  g_autofree char *first = g_build_filename (path, "a.tar.gz", NULL);
  g_autofree char *victim = g_build_filename (path, "victim", NULL);
  static const char *const expected[] = { "a.tar.gz", "a.tar (3).gz" };
  g_autoptr(GError) error = NULL;

  /* A link that waits under the name is neither followed nor replaced */
  g_assert_cmpint (symlink (victim, link), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr(GFile) file = valija_mime_message_save_part (message, part, directory, &error);
      g_autofree char *name = NULL;
      g_autofree char *content = NULL;
      GStatBuf info;

      g_assert_no_error (error);
      name = g_file_get_basename (file);
      g_assert_cmpstr (name, ==, expected[i]);
      g_assert_true (g_file_load_contents (file, NULL, &content, NULL, NULL, NULL));
      g_assert_cmpstr (content, ==, "content");
      g_assert_cmpint (g_stat (g_file_peek_path (file), &info), ==, 0);
      g_assert_cmpint (info.st_mode & 0777, ==, 0600);
      g_assert_true (g_file_delete (file, NULL, NULL));
      if (i == 0)
        g_assert_true (g_file_replace_contents (file, "x", 1, NULL, FALSE, 0, NULL, NULL, NULL));
    }
  g_assert_false (g_file_test (victim, G_FILE_TEST_EXISTS));

  g_assert_null (valija_mime_message_save_part (message, part, missing, &error));
  g_assert_nonnull (error);

  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_cmpint (g_unlink (first), ==, 0);
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

/* Processor time, for the machine may be busy with other things; in seconds. */
static double
get_seconds (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

/* What an attacker sends: answered within a limit of ours, in a time that nobody notices. */
static void
test_torture (gconstpointer data)
{
  const char *kind = data;
  g_autoptr(GString) source = g_string_new (NULL);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(ValijaMimeMessage) message = NULL;
  double start;
  guint n_parts;

  if (strcmp (kind, "depth") == 0)
    for (int i = 0; i < 10000; i++)
      g_string_append_printf (source, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i,
                              i);
  else if (strcmp (kind, "depth-same") == 0)
    for (int i = 0; i < 10000; i++)
      g_string_append (source, MIXED "--b\n");
  else if (strcmp (kind, "messages") == 0)
    for (int i = 0; i < 10000; i++)
      g_string_append (source, "Content-Type: message/rfc822\n\n");
  else if (strcmp (kind, "messages-no-line") == 0)
    for (int i = 0; i < 100000; i++)
      g_string_append (source, "Content-Type: message/rfc822\nno field\nno field\n");
  else if (strcmp (kind, "parts") == 0)
    {
      g_string_append (source, MIXED);
      for (int i = 0; i < 1000000; i++)
        g_string_append (source, "--b\n\nx\n");
    }
  else if (strcmp (kind, "headers") == 0)
    while (source->len < 100 * 1024 * 1024)
      g_string_append (source, "X-Filler: abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz "
                               "abcdefghijklmnopqrstuvwxyz\r\n");
  else if (strcmp (kind, "one-header") == 0)
    {
      g_string_append (source, "Subject: ");
      while (source->len < 100 * 1024 * 1024)
        g_string_append (source, "=?utf-8?Q?abcdefghijklmnopqrstuvwxyz=C3=A9?= "
                                 "=?utf-8?Q?abcdefghijklmnopqrstuvwxyz=C3=A9?=\r\n ");
    }
  else if (strcmp (kind, "addresses") == 0)
    {
      g_string_append (source, "To: ");
      for (int i = 0; i < 1000000; i++)
        g_string_append_printf (source, "Somebody <a%d@example.org>,\n ", i);
    }
  else if (strcmp (kind, "semicolons") == 0)
    {
      g_string_append (source, "Content-Type: text/plain");
      for (int i = 0; i < 10000000; i++)
        g_string_append_c (source, ';');
    }
  else if (strcmp (kind, "parameters") == 0)
    {
      g_string_append (source, "Content-Disposition: attachment");
      for (int i = 0; i < 1000000; i++)
        g_string_append_printf (source, "; filename*%d=a", i);
    }
  else if (strcmp (kind, "boundaries") == 0)
    {
      for (int i = 0; i < 63; i++)
        g_string_append_printf (
            source,
            "Content-Type: multipart/mixed; "
            "boundary=bbbbbbbbbbbbbbbbbbbbbbbbbb%d\n\n--bbbbbbbbbbbbbbbbbbbbbbbbbb%d\n",
            i, i);
      g_string_append_c (source, '\n');
      while (source->len < 40 * 1024 * 1024)
        g_string_append (source, "--bbbbbbbbbbbbbbbbbbbbbbbbbb\n");
    }
  else if (strcmp (kind, "nuls") == 0)
    {
      g_string_append (source, "Subject: a");
      g_string_append_len (source, "\0b\0\n\n\0text\0", 12);
    }
  else if (strcmp (kind, "lines") == 0)
    while (source->len < 20 * 1024 * 1024)
      g_string_append_c (source, '\n');
  else
    g_assert_not_reached ();

  bytes = g_string_free_to_bytes (g_steal_pointer (&source));
  start = get_seconds ();
  message = valija_mime_message_parse (bytes);
  g_test_message ("%s: %.3f s for %" G_GSIZE_FORMAT " bytes", kind, get_seconds () - start,
                  g_bytes_get_size (bytes));
  n_parts = check_message (message);
  g_assert_cmpuint (n_parts, <=, 10001);
  g_assert_cmpfloat (get_seconds () - start, <, TIME_LIMIT);
  if (g_str_has_prefix (kind, "depth") || g_str_equal (kind, "parts") ||
      g_str_equal (kind, "messages"))
    g_assert_true (valija_mime_message_get_truncated (message));
  if (strcmp (kind, "nuls") == 0)
    {
      g_assert_cmpstr (valija_mime_message_get_info (message)->subject, ==, "ab");
      g_assert_cmpstr (valija_mime_message_get_text (message), ==, "text");
    }
}

/* All 200 levels are in the source; the first 64 are parts, and the rest is still there to be
 * saved. */
static void
test_nested_200 (void)
{
  g_autoptr(GString) source = g_string_new (NULL);
  g_autoptr(ValijaMimeMessage) message = NULL;

  for (int i = 0; i < 200; i++)
    g_string_append_printf (source, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
  g_string_append (source, "\ninnermost\n");
  for (int i = 199; i >= 0; i--)
    g_string_append_printf (source, "--b%d--\n", i);

  message = parse (source->str);
  g_assert_cmpuint (check_message (message), ==, 65);
  g_assert_true (valija_mime_message_get_truncated (message));
  g_assert_cmpuint (valija_mime_message_get_attachments (message)->len, ==, 1);
  {
    const ValijaMimePart *part = g_ptr_array_index (valija_mime_message_get_attachments (message),
                                                    0);
    g_autoptr(GBytes) bytes = valija_mime_message_load_part (message, part, NULL);

    g_assert_nonnull (
        g_strstr_len (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "innermost"));
  }
}

/* A big message is looked at where it lies: its parts share its memory. */
static void
test_no_copy (void)
{
  g_autoptr(GString) source =
    g_string_new (MIXED "--b\n\nx\n--b\nContent-Type: application/octet-stream\n\n");
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GBytes) loaded = NULL;
  g_autoptr(ValijaMimeMessage) message = NULL;
  const char *data;
  gsize length;

  for (int i = 0; i < 40 * 1024; i++)
    g_string_append_printf (source, "%01023d\n", i);
  g_string_append (source, "--b--\n");
  bytes = g_string_free_to_bytes (g_steal_pointer (&source));
  message = valija_mime_message_parse (bytes);

  data = g_bytes_get_data (bytes, &length);
  loaded = valija_mime_message_load_part (
      message, g_ptr_array_index (valija_mime_message_get_attachments (message), 0), NULL);
  g_assert_true ((const char *) g_bytes_get_data (loaded, NULL) > data);
  g_assert_true ((const char *) g_bytes_get_data (loaded, NULL) < data + length);
}

static void
test_mutations (void)
{
  static const char spice[] = "\0\r\n- \t\":;=/bc()<>*'%\x80\xff";
  g_autoptr(GRand) rand = g_rand_new_with_seed (20261123);

  for (int round = 0; round < 200; round++)
    for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++)
      {
        gsize length = strlen (goldens[i].source);
        g_autofree char *source = g_strdup (goldens[i].source);
        int changes = g_rand_int_range (rand, 1, 6);

        for (int change = 0; length > 0 && change < changes; change++)
          source[g_rand_int_range (rand, 0, length)] =
              spice[g_rand_int_range (rand, 0, sizeof spice - 1)];
        {
          g_autoptr(ValijaMimeMessage) message = parse_data (source, length);

          check_message (message);
        }
      }
}

/* Of a long text there is the beginning, and all else is the same. */
static void
test_for_search (void)
{
  g_autoptr(GString) source = g_string_new ("Subject: Log\r\nMIME-Version: 1.0\r\n"
                                            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\n");
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(ValijaMimeMessage) whole = NULL;
  g_autoptr(ValijaMimeMessage) found = NULL;
  g_autofree char *text = NULL;
  g_autofree char *preview = NULL;

  while (source->len < 3 * 1024 * 1024)
    g_string_append (source, "a line of it\r\n");
  g_string_append (source, "last\r\n--b\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\nx\r\n--b--\r\n");
  bytes = g_bytes_new (source->str, source->len);

  whole = valija_mime_message_parse (bytes);
  g_assert_nonnull (strstr (valija_mime_message_get_text (whole), "last"));
  found = valija_mime_message_parse_for_search (bytes);
  text = valija_mime_message_dup_search_text (found);
  preview = valija_mime_message_dup_preview (found);
  g_assert_true (g_str_has_prefix (text, "first\n"));
  g_assert_cmpuint (strlen (text), >, 900 * 1000);
  g_assert_cmpuint (strlen (text), <, 1100 * 1000);
  g_assert_nonnull (strstr (text, "a.bin"));
  g_assert_true (g_str_has_prefix (preview, "first a line"));
  g_assert_cmpuint (valija_mime_message_get_attachments (found)->len, ==, 1);
  g_assert_cmpuint (valija_mime_message_get_info (found)->size, ==, valija_mime_message_get_info (whole)->size);
}

/* A part that has not come says its size; elsewhere nobody is believed who does. */
static void
test_outline (void)
{
  static const char source[] = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n"
                               "--b\r\nContent-Disposition: attachment; filename=a.bin; size=1234\r\n\r\n\r\n"
                               "--b\r\nContent-Type: message/rfc822\r\n"
                               "Content-Disposition: attachment; filename=b.eml; size=99\r\n\r\n\r\n"
                               "--b\r\nContent-Disposition: attachment; filename=c.bin; size=4\r\n\r\nhere!\r\n"
                               "--b\r\nContent-Disposition: attachment; filename=d.bin; size=-1\r\n\r\n\r\n--b--\r\n";
  static const guint64 sizes[] = { 1234, 99, 5, 0 };
  g_autoptr(GBytes) bytes = g_bytes_new_static (source, strlen (source));
  g_autoptr(ValijaMimeMessage) outline = valija_mime_message_parse_outline (bytes);
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse (bytes);
  GPtrArray *told = valija_mime_message_get_attachments (outline);
  GPtrArray *parts = valija_mime_message_get_attachments (message);

  g_assert_cmpuint (told->len, ==, G_N_ELEMENTS (sizes));
  g_assert_cmpuint (parts->len, ==, G_N_ELEMENTS (sizes));
  for (guint i = 0; i < told->len; i++)
    {
      const ValijaMimePart *part = g_ptr_array_index (told, i);

      g_assert_cmpuint (part->size, ==, sizes[i]);
      g_assert_cmpint (part->absent, ==, i < 2);
      g_assert_false (((ValijaMimePart *) g_ptr_array_index (parts, i))->absent);
    }
  g_assert_cmpuint (((ValijaMimePart *) g_ptr_array_index (parts, 0))->size, ==, 0);
  g_assert_true (valija_mime_message_reads_like (outline, message));
}

#define CUT_MIXED "Subject: x\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
#define CUT_FORMS "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\r\nplain\r\n"
#define CUT_RICH                                                                                                       \
  "--a\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n<b>rich"
#define CUT_FILE "--m\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nSlZCRVJ"

/* Of what has come of a message its text, once that is whole; NULL: nothing. */
static const struct
{
  const char *octets;
  const char *text;
  const char *html;
} beginnings[] = {
  { CUT_MIXED "--m\r\n\r\ntext\r\n" CUT_FILE, "text", NULL },
  { CUT_MIXED "--m\r\n\r\ntext\r\n--m\r\nContent-Ty", "text", NULL },
  { CUT_MIXED "--m\r\n\r\ntext\r\n--m\r\n", "text", NULL },
  { CUT_MIXED "--m\r\n\r\ntext\r\n--m--\r\n", "text", NULL },
  { CUT_MIXED "--m\r\n\r\ntext\r\n--m\r\n\r\nmore\r\n" CUT_FILE, "text\n\nmore", NULL },
  { CUT_MIXED "--m\r\n\r\ntext\r\n--m\r\n\r\nmo", "text", NULL },
  { CUT_MIXED CUT_FORMS CUT_RICH "\r\n--r\r\nContent-Type: image/png\r\n\r\n\1\2", "plain", "<b>rich" },
  { CUT_MIXED CUT_FORMS CUT_RICH "\r\n--r--\r\n\r\n--a--\r\n\r\n" CUT_FILE, "plain", "<b>rich" },
  { CUT_MIXED CUT_FORMS CUT_RICH "\r\n--r--\r\n\r\n--a--\r\n", "plain", "<b>rich" },
  /* One form is there, and the other cut */
  { CUT_MIXED CUT_FORMS CUT_RICH, "plain", NULL },
  /* Not yet: the text is cut, or is to come */
  { CUT_MIXED "--m\r\n\r\nte", NULL, NULL },
  { CUT_MIXED "--m\r\n", NULL, NULL },
  { CUT_MIXED, NULL, NULL },
  { CUT_MIXED CUT_FILE, NULL, NULL },
  { CUT_MIXED CUT_FILE "\r\n--m\r\n\r\nte", NULL, NULL },
  { CUT_MIXED "--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntext\r\n" CUT_FILE, NULL, NULL },
  { CUT_MIXED "--m\r\nContent-Disposition: attachment\r\n\r\nfile\r\n" CUT_FILE, NULL, NULL },
  { "Subject: x\r\n\r\ntext\r\n", NULL, NULL },
  { "Subject: x", NULL, NULL },
  { "", NULL, NULL },
};

static void
test_beginning (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      g_autoptr(GBytes) octets = g_bytes_new_static (beginnings[i].octets, strlen (beginnings[i].octets));
      g_autoptr(GBytes) source = valija_mime_beginning_to_outline (octets, NULL);
      g_autoptr(ValijaMimeMessage) outline = NULL;

      g_test_message ("%s", beginnings[i].octets);
      g_assert_cmpint (source != NULL, ==, beginnings[i].text != NULL);
      if (source == NULL)
        continue;

      outline = valija_mime_message_parse_outline (source);
      g_assert_cmpstr (valija_mime_message_get_text (outline), ==, beginnings[i].text);
      g_assert_cmpstr (valija_mime_message_get_html (outline), ==, beginnings[i].html);
      g_assert_cmpuint (valija_mime_message_get_attachments (outline)->len, ==, 0);
      g_assert_true (valija_mime_message_awaits (outline, NULL));
    }
}

int
main (int   argc,
      char *argv[])
{
  static const char *const tortures[] = {
    "depth", "depth-same", "messages", "messages-no-line", "parts", "headers", "one-header",
      "addresses", "semicolons", "parameters",
    "boundaries", "nuls", "lines",
  };

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *name = g_strdup_printf ("/mime/message/golden/%s", goldens[i].what);

      g_test_add_data_func (name, &goldens[i], test_golden);
    }
  g_test_add_func ("/mime/message/names", test_names);
  g_test_add_func ("/mime/message/for-search", test_for_search);
  g_test_add_func ("/mime/message/outline", test_outline);
  g_test_add_func ("/mime/message/beginning", test_beginning);
  g_test_add_func ("/mime/message/goldens-cut-anywhere", test_goldens_hold);
  g_test_add_func ("/mime/message/parts", test_parts);
  g_test_add_func ("/mime/message/save", test_save);
  for (gsize i = 0; i < G_N_ELEMENTS (tortures); i++)
    {
      g_autofree char *name = g_strdup_printf ("/mime/message/torture/%s", tortures[i]);

      g_test_add_data_func (name, tortures[i], test_torture);
    }
  g_test_add_func ("/mime/message/nested-200", test_nested_200);
  g_test_add_func ("/mime/message/no-copy", test_no_copy);
  g_test_add_func ("/mime/message/mutations", test_mutations);

  return g_test_run ();
}
