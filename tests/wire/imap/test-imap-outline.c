/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-dump.h"

#include "wire/imap/valija-imap-outline.h"

#define TEXT(subtype, size) "(\"text\" \"" subtype "\" NIL NIL NIL \"quoted-printable\" " size " 1)"
#define FILE_(name, size)                                                                                              \
  "(\"application\" \"pdf\" NIL NIL NIL \"base64\" " size " NIL (\"attachment\" (\"filename\" \"" name "\")))"
#define PICTURE(id, size) "(\"image\" \"png\" NIL \"<" id ">\" NIL \"base64\" " size ")"

static ValijaImapOutline *
read_structure (const char *structure)
{
  g_autoptr(ValijaImapParser) parser = valija_imap_parser_new ();
  g_autofree char *line = g_strdup_printf ("* 1 FETCH (BODYSTRUCTURE %s)\r\n", structure);

  return valija_imap_outline_new (imap_fetch_value (parser, line));
}

/* What is asked for first; NULL: nothing. */
static const struct
{
  const char *structure;
  const char *sections;
} choices[] = {
  /* One text and a file */
  { "(" TEXT ("plain", "900") FILE_ ("a.pdf", "400000") " \"mixed\")", "1" },
  /* Both forms of a text, and of its pictures the small one */
  { "((" TEXT ("plain", "900") "(" TEXT ("html", "9000") PICTURE ("a", "2000") PICTURE ("b", "300000") " \"related\")"
    " \"alternative\")" FILE_ ("a.pdf", "400000") " \"mixed\")",
    "1.1 1.2.1 1.2.2" },
  /* The longer form of the two would be too much twice */
  { "((" TEXT ("plain", "900") TEXT ("html", "300000") " \"alternative\")" FILE_ ("a.pdf", "400000") " \"mixed\")",
    "1.1" },
  /* What follows a beginning that is too long would pass for it, be it a text or a text file */
  { "(" TEXT ("html", "150000") TEXT ("plain", "300") FILE_ ("a.pdf", "250000") " \"mixed\")", NULL },
  { "(" TEXT ("html", "150000") "(\"text\" \"plain\" (\"name\" \"x\") NIL NIL \"7bit\" 9 1)" FILE_ ("a.pdf", "250000")
    " \"mixed\")",
    NULL },
  { "((" TEXT ("plain", "150000") TEXT ("html", "150000") " \"alternative\")" TEXT ("plain", "300")
    FILE_ ("a.pdf", "250000") " \"mixed\")",
    NULL },
  { "((" TEXT ("plain", "150000") TEXT ("html", "900") " \"alternative\")" TEXT ("plain", "300")
    FILE_ ("a.pdf", "250000") " \"mixed\")",
    "1.2 2" },
  /* A form of which a part is too long is none */
  { "(" TEXT ("plain", "150000") "(" TEXT ("html", "900") FILE_ ("a.pdf", "250000") TEXT ("html", "150000")
    " \"mixed\") \"alternative\")",
    NULL },
  /* A text file is none of what is read, unless the message begins with it */
  { "(" TEXT ("plain", "9") "(\"text\" \"plain\" (\"name*0*\" \"x\") NIL NIL \"7bit\" 9 1)" FILE_ ("a.pdf", "400000")
    " \"mixed\")",
    "1" },
  { "((\"text\" \"plain\" (\"name\" \"x\") NIL NIL \"7bit\" 9 1)" FILE_ ("a.pdf", "400000") " \"mixed\")", "1" },
  { "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 9 1 NIL (\"attachment\" NIL))" FILE_ ("a.pdf", "400000") " \"mixed\")",
    NULL },
  /* What is in a message within the message is not looked at */
  { "((\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 400000 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) "
    TEXT ("plain", "9") " 20) \"mixed\")",
    NULL },
  /* A long text; nothing but a file; no structure at all */
  { TEXT ("plain", "400000"), NULL },
  { FILE_ ("a.pdf", "400000"), NULL },
  { "NIL", NULL },
  { "()", NULL },
};

static void
test_choices (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      g_autoptr(ValijaImapOutline) outline = read_structure (choices[i].structure);
      g_autofree char *sections = NULL;

      if (outline != NULL)
        sections = g_strjoinv (" ", (char **) valija_imap_outline_get_sections (outline));
      g_assert_cmpstr (sections, ==, choices[i].sections);
    }
}

static char *
write_outline (ValijaImapOutline *outline,
               const char        *header)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (header, strlen (header));
  g_autoptr(GBytes) message = valija_imap_outline_write (outline, bytes, "B");

  return message != NULL ? g_strndup (g_bytes_get_data (message, NULL), g_bytes_get_size (message)) : NULL;
}

static void
take (ValijaImapOutline *outline,
      const char        *section,
      const char        *content,
      gboolean           decoded)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (content, strlen (content));

  valija_imap_outline_take (outline, section, bytes, decoded);
}

/* The texts are there, the files say how large they are, and what the header said of the content is said anew. */
static void
test_message (void)
{
  g_autoptr(ValijaImapOutline) outline = read_structure (
    "((" TEXT ("plain", "9") TEXT ("html", "9") " \"alternative\")" FILE_ ("a\\\"b.pdf", "7800") FILE_ ("empty", "0")
    " \"mixed\")");
  g_autofree char *nothing = write_outline (outline, "Subject: x\r\n\r\n");
  g_autofree char *message = NULL;

  g_assert_null (nothing);

  take (outline, "1.2", "<p>caf\xc3\xa9", TRUE);
  take (outline, "1.1", "caf=C3=A9", FALSE);
  take (outline, "1.1", "again", FALSE);
  take (outline, "9", "never asked for", FALSE);
  message = write_outline (outline, "Subject: one\r\n two\r\nContent-Type: multipart/mixed;\r\n boundary=x\nno field\n"
                                    "From: a@b\n\nrest");
  g_assert_cmpstr (message, ==,
                   "Subject: one\r\n two\r\nFrom: a@b\r\n"
                   "Content-Type: multipart/mixed; boundary=\"B.\"\r\n\r\n"
                   "--B.\r\nContent-Type: multipart/alternative; boundary=\"B.1\"\r\n\r\n"
                   "--B.1\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n"
                   "Content-Disposition: inline\r\n\r\ncaf=C3=A9\r\n"
                   "--B.1\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: binary\r\n"
                   "Content-Disposition: inline\r\n\r\n<p>caf\xc3\xa9\r\n"
                   "--B.1--\r\n\r\n"
                   "--B.\r\nContent-Type: application/pdf\r\n"
                   "Content-Disposition: attachment; filename=\"a\\\"b.pdf\"; size=5700\r\n\r\n\r\n"
                   "--B.\r\nContent-Type: application/pdf\r\n"
                   "Content-Disposition: attachment; filename=\"empty\"\r\n\r\n\r\n"
                   "--B.--\r\n");
}

/* What did not come is not offered as a form of the text, and is no file either: it will be read, and until then
 * nothing is told of it. A text file is a file. */
static void
test_missing (void)
{
  g_autoptr(ValijaImapOutline) outline = read_structure (
    "((" TEXT ("plain", "9") "(" TEXT ("html", "9") PICTURE ("a", "9") " \"related\") \"alternative\")"
    TEXT ("plain", "8") "(" TEXT ("plain", "8") " \"mixed\")"
    "((" TEXT ("html", "8") FILE_ ("b", "400") " \"mixed\") \"alternative\")"
    "(\"text\" \"plain\" (\"name\" \"x\") NIL NIL \"7bit\" 5 1)" FILE_ ("a", "400") " \"mixed\")");
  g_autofree char *message = NULL;

  take (outline, "1.1", "here", FALSE);
  message = write_outline (outline, "");
  g_assert_cmpstr (message, ==,
                   "Content-Type: multipart/mixed; boundary=\"B.\"\r\n\r\n"
                   "--B.\r\nContent-Type: multipart/alternative; boundary=\"B.1\"\r\n\r\n"
                   "--B.1\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n"
                   "Content-Disposition: inline\r\n\r\nhere\r\n"
                   "--B.1--\r\n\r\n"
                   "--B.\r\nContent-Type: text/plain; name=\"x\"\r\n"
                   "Content-Disposition: attachment; size=5\r\n\r\n\r\n"
                   "--B.\r\nContent-Type: application/pdf\r\n"
                   "Content-Disposition: attachment; filename=\"a\"; size=285\r\n\r\n\r\n"
                   "--B.--\r\n");
}

/* What follows a beginning that did not come would pass for it. */
static void
test_no_beginning (void)
{
  g_autoptr(ValijaImapOutline) outline = read_structure (
    "((" TEXT ("plain", "9") TEXT ("html", "9") " \"alternative\")" TEXT ("plain", "8") FILE_ ("a", "400")
    " \"mixed\")");
  g_autofree char *nothing = NULL;
  g_autofree char *message = NULL;

  take (outline, "2", "footer", FALSE);
  nothing = write_outline (outline, "");
  g_assert_null (nothing);

  take (outline, "1.2", "here", FALSE);
  message = write_outline (outline, "");
  g_assert_nonnull (strstr (message, "footer"));
}

/* No word of the server's ends a line or a string of ours. */
static void
test_hostile_words (void)
{
  g_autoptr(ValijaImapOutline) outline = read_structure (
    "(" TEXT ("plain", "9")
    "({7}\r\na\r\nB: c {3}\r\nx\r\n ({5}\r\na\r\nb: \"v\" \"name\" {9}\r\n\"\r\n\r\n--B.) {5}\r\n<\r\nd> NIL "
    "\"base64\\\"\" 4000 NIL ({4}\r\nq\r\nr (\"size\" \"1\" \"filename\" \"z\"))) \"mix ed\")");
  g_autofree char *message = NULL;

  take (outline, "1", "x", FALSE);
  message = write_outline (outline, "");
  g_assert_cmpstr (message, ==,
                   "Content-Type: multipart/mixed; boundary=\"B.\"\r\n\r\n"
                   "--B.\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n"
                   "Content-Disposition: inline\r\n\r\nx\r\n"
                   "--B.\r\nContent-Type: application/octet-stream; name=\"\\\"--B.\"\r\nContent-ID: <d>\r\n"
                   "Content-Disposition: attachment; filename=\"z\"; size=4000\r\n\r\n\r\n"
                   "--B.--\r\n");
}

/* Thousands of parts, and more than was asked for. */
static void
test_hostile_amounts (void)
{
  g_autoptr(ValijaImapOutline) outline = read_structure ("(" TEXT ("plain", "9") FILE_ ("a", "400000") " \"mixed\")");
  g_autoptr(ValijaImapOutline) many = NULL;
  g_autoptr(GString) structure = g_string_new ("(" FILE_ ("a", "400000"));
  gsize n = VALIJA_IMAP_OUTLINE_OCTETS + 1;
  g_autoptr(GBytes) much = g_bytes_new_take (g_malloc0 (n), n);
  g_autofree char *message = NULL;

  for (int i = 0; i < 3000; i++)
    g_string_append (structure, TEXT ("plain", "1"));
  g_string_append (structure, " \"mixed\")");
  many = read_structure (structure->str);
  g_assert_null (many);

  valija_imap_outline_take (outline, "1", much, FALSE);
  message = write_outline (outline, "");
  g_assert_null (message);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/imap/outline/choices", test_choices);
  g_test_add_func ("/imap/outline/message", test_message);
  g_test_add_func ("/imap/outline/missing", test_missing);
  g_test_add_func ("/imap/outline/no-beginning", test_no_beginning);
  g_test_add_func ("/imap/outline/hostile-words", test_hostile_words);
  g_test_add_func ("/imap/outline/hostile-amounts", test_hostile_amounts);

  return g_test_run ();
}
