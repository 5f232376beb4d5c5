/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-method.h"

#include <string.h>

typedef struct
{
  const char *text;
  const char *method;       /* NULL: nothing can be said */
  const char *incoming;
  const char *outgoing;
  gboolean certain;
} Case;

static const Case cases[] = {
  /* Addresses of known providers */
  { "ana@gmail.com", "imap", "imap.gmail.com", "smtp.gmail.com", TRUE },
  { "Ana.Garcia@GoogleMail.com", "imap", "imap.gmail.com", "smtp.gmail.com", TRUE },
  { "ana@gmx.de", "imap", "imap.gmx.net", "mail.gmx.net", TRUE },
  { "ana@gmx.com", "imap", "imap.gmx.com", "mail.gmx.com", TRUE },
  { "ana@yahoo.co.uk", "imap", "imap.mail.yahoo.com", "smtp.mail.yahoo.com", TRUE },
  { "ana@icloud.com", "imap", "imap.mail.me.com", "smtp.mail.me.com", TRUE },
  { "ana@posteo.de", "imap", "posteo.de", "posteo.de", TRUE },
  { "ana@proton.me", "imap", "127.0.0.1", "127.0.0.1", TRUE },
  { "my address is <ana@web.de>.", "imap", "imap.web.de", "smtp.web.de", TRUE },
  { "ana@hotmail.fr", "outlook", NULL, NULL, FALSE },
  { "ana@outlook.com", "outlook", NULL, NULL, FALSE },
  /* … with what somebody wants to do there */
  { "ana@gmx.de with POP3", "mixed", "pop.gmx.net", "mail.gmx.net", TRUE },
  { "ana@gmx.de POP, only read", "pop3", "pop.gmx.net", "mail.gmx.net", TRUE },
  { "ana@gmx.de only send", "smtp", NULL, "mail.gmx.net", TRUE },
  { "ana@icloud.com pop", "imap", "imap.mail.me.com", "smtp.mail.me.com", TRUE },
  /* Unknown ones: a guess, and said to be one */
  { "ana@example.org", "imap", "imap.example.org", "smtp.example.org", FALSE },
  { "example.org", "imap", "imap.example.org", "smtp.example.org", FALSE },
  { "ana@mailserver", "imap", "mailserver", "mailserver", FALSE },
  { "ana@example.org pop", "mixed", "pop.example.org", "smtp.example.org", FALSE },
  /* Words */
  { "my work uses Microsoft 365", "outlook", NULL, NULL, FALSE },
  { "Office365", "outlook", NULL, NULL, FALSE },
  { "We have Exchange Online", "outlook", NULL, NULL, FALSE },
  { "an Exchange server on-premises", "exchange", NULL, NULL, FALSE },
  { "exchange", "exchange", NULL, NULL, FALSE },
  { "Lotus Notes", "notes", NULL, NULL, FALSE },
  { "HCL Domino at work, ana@example.org", "notes", NULL, NULL, FALSE },
  { "my provider gave me a POP server", "pop3", NULL, NULL, FALSE },
  { "a POP3 and an SMTP server", "mixed", NULL, NULL, FALSE },
  { "IMAP", "imap", NULL, NULL, FALSE },
  { "the printer should scan to mail", "smtp", NULL, NULL, FALSE },
  { "I only want to send", "smtp", NULL, NULL, FALSE },
  { "I have Gmail", "imap", "imap.gmail.com", "smtp.gmail.com", TRUE },
  { "the same on my phone", "imap", NULL, NULL, FALSE },
  /* Nothing to go by; and no word inside another */
  { "", NULL, NULL, NULL, FALSE },
  { "hello", NULL, NULL, NULL, FALSE },
  { "popular", NULL, NULL, NULL, FALSE },
  { "@", NULL, NULL, NULL, FALSE },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaSuggestion) suggestion = valija_method_suggest (cases[i].text);

      g_test_message ("%s", cases[i].text);

      if (cases[i].method == NULL)
        {
          g_assert_null (suggestion);
          continue;
        }

      g_assert_nonnull (suggestion);
      g_assert_cmpstr (suggestion->method, ==, cases[i].method);
      g_assert_cmpstr (suggestion->incoming_host, ==, cases[i].incoming);
      g_assert_cmpstr (suggestion->outgoing_host, ==, cases[i].outgoing);
      g_assert_cmpint (suggestion->certain, ==, cases[i].certain);
      g_assert_cmpuint (strlen (suggestion->reason), >, 20);
      g_assert_true ((suggestion->incoming_port != 0) == (suggestion->incoming_host != NULL));
      g_assert_true ((suggestion->outgoing_port != 0) == (suggestion->outgoing_host != NULL));
    }
}

static void
test_email_found (void)
{
  g_autoptr(ValijaSuggestion) suggestion = valija_method_suggest ("my address: Ana@Example.ORG, at work");
  g_autoptr(ValijaSuggestion) copy = valija_suggestion_copy (suggestion);

  g_assert_cmpstr (copy->email, ==, "ana@example.org");
  g_assert_cmpstr (copy->reason, ==, suggestion->reason);
}

static void
test_no_way_in (void)
{
  g_autoptr(ValijaSuggestion) suggestion = valija_method_suggest ("ana@tuta.com");

  g_assert_null (suggestion->method);
  g_assert_nonnull (strstr (suggestion->reason, "Tuta"));
}

static void
test_hostile (void)
{
  g_autofree char *letters = g_strnfill (1 << 20, '@');
  g_autofree char *bytes = g_strnfill (1 << 20, '\xff');
  g_autoptr(ValijaSuggestion) one = valija_method_suggest (letters);
  g_autoptr(ValijaSuggestion) two = valija_method_suggest (bytes);

  g_assert_null (one);
  g_assert_null (two);
}

static void
test_servers (void)
{
  static const struct
  {
    const char *method;
    const char *email;
    const char *incoming;
    guint incoming_port;
    const char *outgoing;
  } servers[] = {
    { "imap", "ana@gmx.de", "imap.gmx.net", 993, "mail.gmx.net" },
    { "pop3", "ana@gmx.de", "pop.gmx.net", 995, "mail.gmx.net" },
    { "smtp", "ana@gmx.de", NULL, 0, "mail.gmx.net" },
    { "mixed", "ana@example.org", "pop.example.org", 995, "smtp.example.org" },
    { "imap", "ana@outlook.com", "imap.outlook.com", 993, "smtp.outlook.com" },
    { "exchange", "ana@example.org", NULL, 0, NULL },
    { "imap", "", NULL, 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      g_autoptr(ValijaSuggestion) suggestion = valija_method_suggest_servers (servers[i].method, servers[i].email);

      g_assert_cmpstr (suggestion->method, ==, servers[i].method);
      g_assert_cmpstr (suggestion->incoming_host, ==, servers[i].incoming);
      g_assert_cmpuint (suggestion->incoming_port, ==, servers[i].incoming_port);
      g_assert_cmpstr (suggestion->outgoing_host, ==, servers[i].outgoing);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/suggest/table", test_table);
  g_test_add_func ("/model/suggest/email-found", test_email_found);
  g_test_add_func ("/model/suggest/no-way-in", test_no_way_in);
  g_test_add_func ("/model/suggest/hostile", test_hostile);
  g_test_add_func ("/model/suggest/servers", test_servers);

  return g_test_run ();
}
