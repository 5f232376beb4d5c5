/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-transcript.h"

#include <string.h>

#define CANARY "kAnArIeNvOgEl"

static void
sent (ValijaTranscript *transcript, const char *text)
{
  valija_transcript_sent (transcript, text, strlen (text), FALSE);
}

static void
received (ValijaTranscript *transcript, const char *text)
{
  valija_transcript_received (transcript, text, strlen (text));
}

static void
assert_text (ValijaTranscript *transcript, const char *expected)
{
  g_autofree char *text = valija_transcript_to_text (transcript);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_lines (void)
{
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();

  assert_text (transcript, "");
  valija_transcript_note (transcript, "connected to %s", "mail.example.org");
  received (transcript, "* OK re");
  received (transcript, "ady\r\n* more\n");
  sent (transcript, "a1 NOOP\r\na2 ");
  sent (transcript, "NOOP\r\n");
  received (transcript, "a1 OK \x01\x1b[0m\xff\r\nunfinished");
  assert_text (transcript, "-- connected to mail.example.org\n"
                           "S: * OK ready\n"
                           "S: * more\n"
                           "C: a1 NOOP\n"
                           "C: a2 NOOP\n"
                           "S: a1 OK \\x01\\x1b[0m\xef\xbf\xbd\n"
                           "S: unfinished\n");
}

static void
test_bounds (void)
{
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();
  g_autofree char *flood = g_strnfill (100000, 'x');
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  received (transcript, flood);
  received (transcript, flood);
  received (transcript, "\r\n");
  for (int i = 0; i < 3000; i++)
    received (transcript, "* 1 EXISTS\r\n");
  received (transcript, flood);

  text = valija_transcript_to_text (transcript);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2000 + 2);
  g_assert_cmpuint (strlen (lines[2000]), <, 410);
  g_assert_true (g_str_has_suffix (lines[2000], "x…"));
}

static void
test_secret_and_content (void)
{
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();

  sent (transcript, "a1 X ");
  valija_transcript_sent (transcript, CANARY, strlen (CANARY), TRUE);
  valija_transcript_sent (transcript, CANARY, strlen (CANARY), TRUE);
  received (transcript, "* 1 FETCH (BODY[] {13}\r\n");
  valija_transcript_set_content (transcript, TRUE);
  received (transcript, CANARY);
  valija_transcript_set_content (transcript, TRUE);
  received (transcript, CANARY);
  valija_transcript_set_content (transcript, FALSE);
  received (transcript, ")\r\n");
  valija_transcript_set_content (transcript, TRUE);
  valija_transcript_set_content (transcript, FALSE);
  assert_text (transcript, "C: a1 X \n"
                           "C: [26 bytes hidden]\n"
                           "S: * 1 FETCH (BODY[] {13}\n"
                           "S: [26 bytes of content]\n"
                           "S: )\n");
}

/* A protocol that forgot to say what is secret: the second net. */
static void
test_second_net (void)
{
  static const char * const lines[] = {
    "a1 LOGIN ana " CANARY "\r\n",
    "a1 login \"ana\" \"" CANARY "\"\r\n",
    "LOGIN ana " CANARY "\r\n",
    "PASS " CANARY "\r\n",
    "pass " CANARY,
    "USER " CANARY "\r\n",
    "APOP ana " CANARY "\r\n",
    "AUTH PLAIN " CANARY "\r\n",
    "AUTH PLAIN\r\n" CANARY "\r\n" CANARY "\r\n",
    "a7 AUTHENTICATE XOAUTH2 " CANARY "\r\n",
    "a7 AUTHENTICATE XOAUTH2\r\n" CANARY,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr(ValijaTranscript) whole = valija_transcript_new ();
      g_autoptr(ValijaTranscript) bytewise = valija_transcript_new ();
      g_autofree char *text = NULL;
      g_autofree char *same = NULL;

      sent (whole, lines[i]);
      for (const char *p = lines[i]; *p != '\0'; p++)
        valija_transcript_sent (bytewise, p, 1, FALSE);

      text = valija_transcript_to_text (whole);
      same = valija_transcript_to_text (bytewise);
      g_assert_null (strstr (text, CANARY));
      g_assert_nonnull (strstr (text, "bytes hidden]"));
      g_assert_cmpstr (text, ==, same);
    }
}

static void
test_exchange (void)
{
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();

  sent (transcript, "AUTH LOGIN\r\n");
  received (transcript, "334 VXNlcm5hbWU6\r\n");
  sent (transcript, CANARY "\r\n");
  received (transcript, "334 UGFzc3dvcmQ6\r\n");
  sent (transcript, CANARY "\r\n");
  received (transcript, "235 welcome\r\n");
  sent (transcript, "MAIL FROM:<ana@example.org>\r\n");
  assert_text (transcript, "C: AUTH LOGIN\n"
                           "S: 334 VXNlcm5hbWU6\n"
                           "C: [13 bytes hidden]\n"
                           "S: 334 UGFzc3dvcmQ6\n"
                           "C: [13 bytes hidden]\n"
                           "S: 235 welcome\n"
                           "C: MAIL FROM:<ana@example.org>\n");
}

/* The signature with which a SCRAM server ends the exchange is made with the password. */
static void
test_scram (void)
{
  /* Those of RFC 5802, section 5 */
  static const char first[] = "cj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0wzcmZjTkhZSlkxWlZ2V1ZzN2os"
                              "cz1RU1hDUitRNnNlazhiZjkyLGk9NDA5Ng==";
  static const char signature[] = "dj1ybUY5cHFWOFM3c3VBb1pXamE0ZEpSa0ZzS1E9"; /* that of RFC 5802, section 5 */
  g_autoptr(ValijaTranscript) transcript = valija_transcript_new ();
  g_autofree char *imap = g_strdup_printf ("+ %s\r\n", signature);
  g_autofree char *smtp = g_strdup_printf ("334 %s\r\n", signature);
  g_autofree char *unfinished = g_strdup_printf ("334 %s", first);

  received (transcript, imap);
  received (transcript, smtp);
  received (transcript, "+ cj1meWtvLQ==\r\n");
  received (transcript, "+ PDE4OTYuNjk3MTcw\r\n");
  received (transcript, "+ dj\r\n");
  received (transcript, "+ idling\r\n");
  received (transcript, unfinished);
  assert_text (transcript, "S: + [40 bytes hidden]\n"
                           "S: 334 [40 bytes hidden]\n"
                           "S: + [12 bytes hidden]\n"
                           "S: + PDE4OTYuNjk3MTcw\n"
                           "S: + dj\n"
                           "S: + idling\n"
                           "S: 334 [96 bytes hidden]\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/transcript/lines", test_lines);
  g_test_add_func ("/net/transcript/bounds", test_bounds);
  g_test_add_func ("/net/transcript/scram", test_scram);
  g_test_add_func ("/net/transcript/secret-and-content", test_secret_and_content);
  g_test_add_func ("/net/transcript/second-net", test_second_net);
  g_test_add_func ("/net/transcript/exchange", test_exchange);

  return g_test_run ();
}
