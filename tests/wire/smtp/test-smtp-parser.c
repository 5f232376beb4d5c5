/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/smtp/valija-smtp-capabilities.h"
#include "wire/smtp/valija-smtp-parser.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *input;
  const char *expected; /* each reply as one line, then "|"; "!" for a failure */
} ParserCase;

static const ParserCase parser_cases[] = {
  { "greeting", "220 foo.com Simple Mail Transfer Service Ready\r\n",
    "220 foo.com Simple Mail Transfer Service Ready|" },
  { "several", "250-foo.com greets bar.com\r\n250-8BITMIME\r\n250 HELP\r\n",
    "250 foo.com greets bar.com 8BITMIME HELP|" },
  { "pipelined", "250 2.1.0 ok\r\n550 5.1.1 no such user\r\n354 go\r\n",
    "250 2.1.0 ok|550 5.1.1 no such user|354 go|" },
  { "no-text", "250\r\n", "250|" },
  { "no-text-space", "250 \r\n", "250|" },
  { "bare-lf", "250-a\n250 b\n", "250 a b|" },
  { "enhanced-several", "550-5.7.1 blocked\r\n550-5.7.1 by policy\r\n550 5.7.1 see x\r\n",
    "550 5.7.1 blocked by policy see x|" },
  { "enhanced-other-class", "250 5.1.1 looks like one\r\n", "250 5.1.1 looks like one|" },
  { "enhanced-no-text", "250 2.0.0\r\n", "250 2.0.0|" },
  { "enhanced-not", "250 2.0 x\r\n250 1.2.3.4 x\r\n", "250 2.0 x|250 1.2.3.4 x|" },
  { "enhanced-digits", "550 5.1.1000 x\r\n", "550 5.1.1000 x|" },
  { "last-code-counts", "250-one\r\n550 two\r\n", "550 one two|" },
  { "not-utf8", "550 \377\r\n", "550 \357\277\275|" },
  { "garbage", "hello\r\n", "!" },
  { "garbage-code", "650 x\r\n", "!" },
  { "garbage-digits", "2x0 x\r\n", "!" },
  { "garbage-separator", "250+x\r\n", "!" },
  { "garbage-empty", "\r\n", "!" },
  { "garbage-after", "250 ok\r\n+OK POP3\r\n", "250 ok|!" },
};

static void
test_parser (gconstpointer data)
{
  const ParserCase *c = data;
  gsize length = strlen (c->input);

  for (gsize step = 1; step <= length; step++)
    {
      g_autoptr(ValijaSmtpParser) parser = valija_smtp_parser_new ();
      g_autoptr(GString) log = g_string_new (NULL);
      gboolean failed = FALSE;

      for (gsize i = 0; i < length && !failed; i += step)
        {
          g_autofree char *piece = g_memdup2 (c->input + i, MIN (step, length - i));
          ValijaSmtpParserStatus status;

          valija_smtp_parser_feed (parser, piece, MIN (step, length - i));
          do
            {
              g_autoptr(ValijaSmtpReply) reply = NULL;
              g_autofree char *line = NULL;

              status = valija_smtp_parser_next (parser, &reply, NULL);
              if (status == VALIJA_SMTP_REPLY)
                {
                  line = valija_smtp_reply_dup_line (reply);
                  g_string_append_printf (log, "%s|", line);
                }
            }
          while (status == VALIJA_SMTP_REPLY);

          failed = status == VALIJA_SMTP_FAILED;
        }

      if (failed)
        g_string_append (log, "!");
      else
        g_assert_cmpuint (valija_smtp_parser_get_unread (parser), ==, 0);

      g_assert_cmpstr (log->str, ==, c->expected);
    }
}

static void
test_limits (void)
{
  g_autoptr(ValijaSmtpParser) parser = valija_smtp_parser_new ();
  g_autoptr(ValijaSmtpParser) many = valija_smtp_parser_new ();
  g_autofree char *line = g_strnfill (1024 * 1024, 'x');
  g_autoptr(GError) error = NULL;
  ValijaSmtpReply *reply;

  valija_smtp_parser_feed (parser, "250 ", 4);
  valija_smtp_parser_feed (parser, line, strlen (line));
  g_assert_cmpint (valija_smtp_parser_next (parser, &reply, &error), ==, VALIJA_SMTP_FAILED);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
  g_clear_error (&error);

  for (int i = 0; i < 2000; i++)
    valija_smtp_parser_feed (many, "250-x\r\n", 7);
  g_assert_cmpint (valija_smtp_parser_next (many, &reply, &error), ==, VALIJA_SMTP_FAILED);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
  g_clear_error (&error);
  g_assert_cmpint (valija_smtp_parser_next (many, &reply, &error), ==, VALIJA_SMTP_FAILED);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
}

static ValijaSmtpReply *
parse_one (const char *text)
{
  g_autoptr(ValijaSmtpParser) parser = valija_smtp_parser_new ();
  ValijaSmtpReply *reply;

  valija_smtp_parser_feed (parser, text, strlen (text));
  g_assert_cmpint (valija_smtp_parser_next (parser, &reply, NULL), ==, VALIJA_SMTP_REPLY);

  return reply;
}

static void
test_unread (void)
{
  g_autoptr(ValijaSmtpParser) parser = valija_smtp_parser_new ();
  g_autoptr(ValijaSmtpReply) reply = NULL;
  ValijaSmtpReply *none;

  valija_smtp_parser_feed (parser, "220 go\r\n250-inj\r\n25", 19);
  g_assert_cmpint (valija_smtp_parser_next (parser, &reply, NULL), ==, VALIJA_SMTP_REPLY);
  g_assert_cmpuint (valija_smtp_parser_get_unread (parser), ==, 11);
  g_assert_cmpint (valija_smtp_parser_next (parser, &none, NULL), ==, VALIJA_SMTP_NEED_MORE);
  g_assert_cmpuint (valija_smtp_parser_get_unread (parser), ==, 11);
}

static void
test_capabilities (void)
{
  g_autoptr(ValijaSmtpReply) reply = parse_one ("250-smtp.example.com PIPELINING\r\n250-SIZE 10240000\r\n"
                                                "250-8bitmime\r\n250-STARTTLS\r\n"
                                                "250-AUTH plain login\r\n250-AUTH=LOGIN\r\n"
                                                "250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250-DSN\r\n"
                                                "250 SMTPUTF8\r\n");
  g_autoptr(ValijaSmtpReply) endless = parse_one ("250-x\r\n250 SIZE 99999999999999999999\r\n");
  g_autoptr(ValijaSmtpCapabilities) c = valija_smtp_capabilities_new (reply);
  g_autoptr(ValijaSmtpCapabilities) none = valija_smtp_capabilities_new (NULL);
  g_autoptr(ValijaSmtpCapabilities) odd = valija_smtp_capabilities_new (endless);

  /* The name of the server is no keyword */
  g_assert_false (c->pipelining);
  g_assert_true (c->size);
  g_assert_cmpuint (c->size_limit, ==, 10240000);
  g_assert_true (c->eightbitmime && c->starttls && c->auth && c->enhanced_codes && c->chunking && c->dsn &&
                 c->smtputf8);
  g_assert_cmpuint (c->mechanisms->len, ==, 3);
  g_assert_cmpstr (valija_smtp_capabilities_get_mechanisms (c)[0], ==, "PLAIN");
  g_assert_null (valija_smtp_capabilities_get_mechanisms (none)[0]);
  g_assert_true (odd->size);
  g_assert_cmpuint (odd->size_limit, ==, 0);
}

typedef struct
{
  const char *name;
  const char *reply;
  ValijaSmtpPlace place;
  ValijaErrorCode code;
} MeaningCase;

static const MeaningCase meaning_cases[] = {
  { "unknown-user", "550 5.1.1 no\r\n", VALIJA_SMTP_AT_RECIPIENT, VALIJA_ERROR_RECIPIENT },
  { "unknown-user-plain", "550 no\r\n", VALIJA_SMTP_AT_RECIPIENT, VALIJA_ERROR_RECIPIENT },
  { "mailbox-full", "552 5.2.2 full\r\n", VALIJA_SMTP_AT_RECIPIENT, VALIJA_ERROR_OVER_QUOTA },
  { "mailbox-full-plain", "552 full\r\n", VALIJA_SMTP_AT_RECIPIENT, VALIJA_ERROR_OVER_QUOTA },
  { "mailbox-full-now", "452 4.2.2 full\r\n", VALIJA_SMTP_AT_RECIPIENT, VALIJA_ERROR_TRY_LATER },
  { "too-large", "552 5.3.4 size\r\n", VALIJA_SMTP_AT_SENDER, VALIJA_ERROR_TOO_LARGE },
  { "too-large-plain", "552 size\r\n", VALIJA_SMTP_AT_MESSAGE, VALIJA_ERROR_TOO_LARGE },
  { "greylisted", "450 4.7.1 later\r\n", VALIJA_SMTP_AT_RECIPIENT, VALIJA_ERROR_TRY_LATER },
  { "closing", "421 4.3.0 bye\r\n", VALIJA_SMTP_AT_MESSAGE, VALIJA_ERROR_TRY_LATER },
  { "sign-in-first", "530 5.7.0 auth\r\n", VALIJA_SMTP_AT_SENDER, VALIJA_ERROR_AUTHENTICATION },
  { "wrong-password", "535 5.7.8 no\r\n", VALIJA_SMTP_AT_SIGN_IN, VALIJA_ERROR_AUTHENTICATION },
  { "wrong-password-odd", "550 no\r\n", VALIJA_SMTP_AT_SIGN_IN, VALIJA_ERROR_AUTHENTICATION },
  { "auth-down", "454 4.7.0 no\r\n", VALIJA_SMTP_AT_SIGN_IN, VALIJA_ERROR_TRY_LATER },
  { "policy", "554 5.7.1 spam\r\n", VALIJA_SMTP_AT_MESSAGE, VALIJA_ERROR_REFUSED },
  { "not-wanted", "554 no\r\n", VALIJA_SMTP_AT_GREETING, VALIJA_ERROR_REFUSED },
  { "out-of-place", "354 go\r\n", VALIJA_SMTP_AT_SENDER, VALIJA_ERROR_PROTOCOL },
};

static void
test_meaning (gconstpointer data)
{
  const MeaningCase *c = data;
  g_autoptr(ValijaSmtpReply) reply = parse_one (c->reply);
  g_autoptr(GError) error = NULL;
  g_autofree char *line = valija_smtp_reply_dup_line (reply);

  valija_smtp_reply_set_error (reply, c->place, &error);
  g_assert_error (error, VALIJA_ERROR, (int) c->code);
  g_assert_cmpstr (valija_error_get_server_line (error), ==, line);
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

  ADD_CASES ("/smtp/parser/", parser_cases, test_parser);
  g_test_add_func ("/smtp/parser/limits", test_limits);
  g_test_add_func ("/smtp/parser/unread", test_unread);
  g_test_add_func ("/smtp/ehlo/all", test_capabilities);
  ADD_CASES ("/smtp/meaning/", meaning_cases, test_meaning);

  return g_test_run ();
}
