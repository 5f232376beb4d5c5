/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "wire/smtp/valija-smtp-command.h"
#include "wire/smtp/valija-smtp-encoder.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *input;
  const char *data;         /* as DATA sends it */
  const char *bdat;
} EncoderCase;

static const EncoderCase encoder_cases[] = {
  { "plain", "a: b\r\n\r\ntext\r\n", "a: b\r\n\r\ntext\r\n.\r\n", "a: b\r\n\r\ntext\r\n" },
  { "no-end", "text", "text\r\n.\r\n", "text\r\n" },
  { "empty", "", ".\r\n", "" },
  { "dots", ".\r\n..\r\n.a\r\na.\r\n", "..\r\n...\r\n..a\r\na.\r\n.\r\n", ".\r\n..\r\n.a\r\na.\r\n" },
  { "dot-alone", ".", "..\r\n.\r\n", ".\r\n" },
  { "bare-lf", "a\n.\nb\n", "a\r\n..\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n" },
  { "bare-cr", "a\r.\rb\r", "a\r\n..\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n" },
  { "cr-cr-lf", "a\r\r\nb", "a\r\n\r\nb\r\n.\r\n", "a\r\n\r\nb\r\n" },
  { "lf-cr", "a\n\rb", "a\r\n\r\nb\r\n.\r\n", "a\r\n\r\nb\r\n" },
  /* The forms of SMTP smuggling: none may reach the wire as it is */
  { "smuggle-lf-dot-lf", "a\n.\nMAIL FROM:<x>\n", "a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n", "a\r\n.\r\nMAIL FROM:<x>\r\n" },
  { "smuggle-lf-dot-crlf", "a\n.\r\nMAIL FROM:<x>\r\n", "a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n", "a\r\n.\r\n"
    "MAIL FROM:<x>\r\n" },
  { "smuggle-cr-dot-crlf", "a\r.\r\nMAIL FROM:<x>\r\n", "a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n", "a\r\n.\r\n"
    "MAIL FROM:<x>\r\n" },
  { "smuggle-crlf-dot-cr", "a\r\n.\rMAIL FROM:<x>\r\n", "a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n", "a\r\n.\r\n"
    "MAIL FROM:<x>\r\n" },
};

static void
assert_encodes (ValijaSmtpFrame  frame,
                const char      *input,
                const char      *expected)
{
  gsize length = strlen (input);

  for (gsize step = 1; step <= MAX (length, 1); step++)
    {
      g_autoptr(ValijaSmtpEncoder) encoder = valija_smtp_encoder_new (frame);
      g_autoptr(GByteArray) output = g_byte_array_new ();

      for (gsize i = 0; i < length; i += step)
        valija_smtp_encoder_feed (encoder, input + i, MIN (step, length - i), output);
      valija_smtp_encoder_finish (encoder, output);

      g_assert_cmpmem (output->data, output->len, expected, strlen (expected));
    }
}

static void
test_encoder (gconstpointer data)
{
  const EncoderCase *c = data;
  ValijaSmtpMeasure measure;

  assert_encodes (VALIJA_SMTP_FRAME_DATA, c->input, c->data);
  assert_encodes (VALIJA_SMTP_FRAME_BDAT, c->input, c->bdat);

  valija_smtp_measure (c->input, strlen (c->input), &measure);
  g_assert_cmpuint (measure.size, ==, strlen (c->bdat));
  g_assert_false (measure.eightbit);
}

static void
test_measure (void)
{
  static const struct { const char *text; gboolean eightbit, header; } cases[] = {
    { "Subject: x\r\n\r\nbody\303\261\r\n", TRUE, FALSE },
    { "Subject: \303\261\r\n\r\nbody\r\n", TRUE, TRUE },
    { "Subject: \303\261\n\nbody\n", TRUE, TRUE },
    { "Subject: x\n\nbody", FALSE, FALSE },
    { "\r\nbody\303\261", TRUE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ValijaSmtpMeasure measure;

      valija_smtp_measure (cases[i].text, strlen (cases[i].text), &measure);
      g_assert_cmpint (measure.eightbit, ==, cases[i].eightbit);
      g_assert_cmpint (measure.eightbit_header, ==, cases[i].header);
    }
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
  g_autoptr(ValijaSecret) response = valija_secret_new ("AHRpbQ==", -1);
  g_autoptr(ValijaSecret) nothing = valija_secret_new ("", 0);
  ValijaSmtpMailOptions none = { 0 };
  ValijaSmtpMailOptions all = { .size = 500, .eightbit = TRUE, .smtputf8 = TRUE, .return_headers = TRUE,
    .envelope_id = "QQ 314+159" };

  assert_command (valija_smtp_command_new ("EHLO", "[127.0.0.1]", NULL), "EHLO [127.0.0.1]\r\n");
  assert_command (valija_smtp_command_new ("QUIT", NULL, NULL), "QUIT\r\n");
  assert_command (valija_smtp_command_new_auth ("PLAIN", response, NULL), "AUTH PLAIN AHRpbQ==\r\n");
  assert_command (valija_smtp_command_new_auth ("EXTERNAL", nothing, NULL), "AUTH EXTERNAL =\r\n");
  assert_command (valija_smtp_command_new_auth ("LOGIN", NULL, NULL), "AUTH LOGIN\r\n");
  assert_command (valija_smtp_command_new_auth (NULL, response, NULL), "AHRpbQ==\r\n");
  assert_command (valija_smtp_command_new_auth (NULL, nothing, NULL), "\r\n");
  assert_command (valija_smtp_command_new_mail ("", &none, NULL), "MAIL FROM:<>\r\n");
  assert_command (valija_smtp_command_new_mail ("\"a >b\"@x.org", &none, NULL), "MAIL FROM:<\"a >b\"@x.org>\r\n");
  assert_command (valija_smtp_command_new_mail ("a@x.org", &all, NULL),
                  "MAIL FROM:<a@x.org> SIZE=500 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+20314+2B159\r\n");
  assert_command (valija_smtp_command_new_rcpt ("a@x.org", FALSE, NULL), "RCPT TO:<a@x.org>\r\n");
  assert_command (valija_smtp_command_new_rcpt ("a+b=c@x.org", TRUE, NULL),
                  "RCPT TO:<a+b=c@x.org> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@x.org\r\n");
  assert_command (valija_smtp_command_new_bdat (86, TRUE), "BDAT 86 LAST\r\n");
  assert_command (valija_smtp_command_new_bdat (1000000, FALSE), "BDAT 1000000\r\n");
}

static void
test_injection (void)
{
  static const char * const hostile[] = {
    "a@x.org>\r\nRCPT TO:<evil@x.org", "a@x.org> SIZE=1", "a@x.org\n",
    "a\r@x.org", "<a@x.org>", "a b@x.org", "\"a@x.org", "a@x.org\177",
    "\"a\\", "\377@x.org",
  };
  ValijaSmtpMailOptions none = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (valija_smtp_command_new_mail (hostile[i], &none, &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
      g_assert_null (valija_smtp_command_new_rcpt (hostile[i], FALSE, NULL));
    }

  g_assert_null (valija_smtp_command_new_rcpt ("", FALSE, NULL));
  g_assert_null (valija_smtp_command_new ("EHLO", "a\r\nb", NULL));
}

static void
test_ascii (void)
{
  static const struct { const char *address, *expected; } cases[] = {
    { "a@x.org", "a@x.org" }, { "a@bücher.example", "a@xn--bcher-kva.example" }, { "é@x.org", "é@x.org" }, { "é", "é" },
    { "é@bücher.example", "é@xn--bcher-kva.example" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *ascii = valija_smtp_address_to_ascii (cases[i].address);

      g_assert_cmpstr (ascii, ==, cases[i].expected);
    }
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

  ADD_CASES ("/smtp/encoder/", encoder_cases, test_encoder);
  g_test_add_func ("/smtp/encoder/measure", test_measure);
  g_test_add_func ("/smtp/command/all", test_commands);
  g_test_add_func ("/smtp/command/injection", test_injection);
  g_test_add_func ("/smtp/command/ascii", test_ascii);

  return g_test_run ();
}
