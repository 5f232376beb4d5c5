/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-mail-organizer.h"
#include "sessions/valija-mail-reader.h"
#include "sessions/valija-mail-sender.h"
#include "sessions/valija-methods.h"

#include <string.h>

#define READS_AND_SENDS (VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_SEND)

/* What a person must be told about a method; words that its explanation has to hold, whatever the sentence around
 * them. */
typedef struct
{
  const char *method;
  const char *words;
} Fact;

static const Fact facts[] = {
  { "notes", "Domino server does all the work" },
  { "notes", "There is no current Notes for Linux" },
  { "notes", "web address" },
  { "notes", "internet password" },
  { "notes", "not the password that opens the Notes program" },
  { "notes", "Domino REST API" },
  { "notes", "Domino Access Services" },
  { "notes", "into its outbox" },
  { "notes", "encrypted for Notes cannot be opened here" },
  { "outlook", "does all the work, as it does for its own Outlook" },
  { "outlook", "The new Outlook can no longer be driven" },
  { "outlook", "Microsoft Graph" },
  { "outlook", "in your browser" },
  { "outlook", "Valija never sees your password" },
  { "outlook", "administrator’s approval" },
  { "outlook", "Mail.ReadWrite, Mail.Send, User.Read and offline_access" },
  { "outlook", "the other way round" },
  { "exchange", "does all the work" },
  { "exchange", "Exchange Web Services" },
  { "exchange", "Valija finds the server by itself" },
  { "exchange", "since October 2026" },
  { "exchange", "April 2027" },
  { "exchange", "Then choose Outlook" },
  { "exchange", "never removes it from the server" },
  { "smtp", "cannot read mail" },
  { "smtp", "No copy is kept" },
  { "smtp", "Valija can keep a copy on this computer" },
  { "smtp", "provider’s" },
  { "smtp", "Nearly always a user name and a password" },
  { "smtp", "465" },
  { "smtp", "587" },
  { "smtp", "only if you insist" },
  { "pop3", "Only the inbox" },
  { "pop3", "It cannot send" },
  { "pop3", "leaves your mail on the server" },
  { "pop3", "only if you switch that on" },
  { "pop3", "stays here" },
  { "mixed", "POP3 fetches" },
  { "mixed", "SMTP sends" },
  { "mixed", "one user name and one password for both" },
  { "mixed", "Each side may have its own" },
  { "mixed", "keeps no copy of what you send" },
  { "mixed", "Only the inbox" },
  { "imap", "all its folders" },
  { "imap", "stays on the server" },
  { "imap", "cannot send" },
  { "imap", "in the same step" },
  { "imap", "Sent" },
};

static char *
dup_everything (const ValijaMethod *method)
{
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n"
                                "%s\n"
                                "%s\n"
                                "%s\n"
                                "%s\n"
                                "%s\n"
                                "%s\n"
                                "", method->name, method->kind, method->tagline, method->summary,
                          method->who, method->what_happens, method->original != NULL ? method->original : "");
  for (guint i = 0; method->needs[i] != NULL; i++)
    g_string_append_printf (text, "%s\n", method->needs[i]);
  for (guint i = 0; method->caveats[i] != NULL; i++)
    g_string_append_printf (text, "%s\n", method->caveats[i]);
  for (guint i = 0; i < VALIJA_N_QUESTIONS; i++)
    g_string_append_printf (text, "%s\n", method->answers[i].note);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_order (void)
{
  static const char * const ids[] = { "notes", "outlook", "exchange", "smtp", "pop3", "mixed", "imap" };
  const ValijaMethod * const *methods = valija_methods_list ();

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_assert_cmpstr (methods[i]->id, ==, ids[i]);
      g_assert_true (valija_methods_find (ids[i]) == methods[i]);
    }
  g_assert_null (methods[G_N_ELEMENTS (ids)]);
  g_assert_null (valija_methods_find ("jmap"));
  g_assert_null (valija_methods_find (NULL));
}

static void
test_nothing_is_left_out (void)
{
  const ValijaMethod * const *methods = valija_methods_list ();

  for (guint i = 0; methods[i] != NULL; i++)
    {
      const ValijaMethod *method = methods[i];

      g_assert_nonnull (method->needs[0]);
      g_assert_nonnull (method->caveats[0]);
      g_assert_cmpuint (strlen (method->summary), >, 40);
      g_assert_cmpuint (strlen (method->who), >, 20);
      g_assert_nonnull (strstr (method->what_happens, "contacts"));
      g_assert_nonnull (strstr (method->what_happens, "this computer"));
      g_assert_nonnull (strstr (method->what_happens, "keyring"));
      g_assert_true (g_str_has_suffix (method->icon_name, "-symbolic"));

      for (guint question = 0; question < VALIJA_N_QUESTIONS; question++)
        {
          const char *note = method->answers[question].note;

          g_assert_nonnull (note);
          g_assert_true (g_str_has_suffix (note, "."));
        }

      /* What cannot be done yet says so first, and what to do meanwhile */
      if (!method->available)
        {
          g_assert_nonnull (strstr (method->caveats[0], "This version of Valija"));
          g_assert_nonnull (strstr (method->caveats[0], "Meanwhile"));
        }
    }
}

static void
test_every_fact_is_told (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autofree char *text = dup_everything (valija_methods_find (facts[i].method));

      if (strstr (text, facts[i].words) == NULL)
        g_error ("%s does not say “%s”", facts[i].method, facts[i].words);
    }
}

static void
test_answers_agree_with_capabilities (void)
{
  static const struct
  {
    ValijaQuestion question;
    ValijaCapabilities capability;
  } pairs[] = {
    { VALIJA_QUESTION_READS, VALIJA_CAPABILITY_READ },
    { VALIJA_QUESTION_SENDS, VALIJA_CAPABILITY_SEND },
    { VALIJA_QUESTION_KEEPS_SENT, VALIJA_CAPABILITY_KEEPS_SENT },
    { VALIJA_QUESTION_FOLDERS, VALIJA_CAPABILITY_FOLDERS },
    { VALIJA_QUESTION_OFFLINE, VALIJA_CAPABILITY_OFFLINE },
    { VALIJA_QUESTION_INSTANT, VALIJA_CAPABILITY_INSTANT },
  };
  const ValijaMethod * const *methods = valija_methods_list ();

  for (guint i = 0; methods[i] != NULL; i++)
    {
      const char *kind = methods[i]->kind;
      gboolean reads = (methods[i]->capabilities & VALIJA_CAPABILITY_READ) != 0;
      gboolean sends = (methods[i]->capabilities & VALIJA_CAPABILITY_SEND) != 0;

      g_assert_cmpstr (kind, ==, reads && sends ? "Reads and sends" : reads ? "Read only" : "Send only");

      for (guint j = 0; j < G_N_ELEMENTS (pairs); j++)
        g_assert_true ((methods[i]->answers[pairs[j].question].answer == VALIJA_ANSWER_YES) ==
                       ((methods[i]->capabilities & pairs[j].capability) != 0));
    }
}

static void
test_capabilities_are_interfaces (void)
{
  const ValijaMethod * const *methods = valija_methods_list ();

  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_autoptr(ValijaAccount) account = valija_account_new (methods[i]->id);
      g_autoptr(ValijaSessionContext) context = valija_session_context_new (account, NULL, NULL);
      g_autoptr(ValijaSession) session = NULL;
      g_autoptr(GError) error = NULL;

      session = valija_methods_create_session (context, &error);

      if (!methods[i]->available)
        {
          g_assert_null (session);
          g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED);
          continue;
        }

      g_assert_no_error (error);
      g_assert_true (VALIJA_IS_MAIL_READER (session) == ((methods[i]->capabilities & VALIJA_CAPABILITY_READ) != 0));
      g_assert_true (VALIJA_IS_MAIL_SENDER (session) == ((methods[i]->capabilities & VALIJA_CAPABILITY_SEND) != 0));
      g_assert_true (VALIJA_IS_MAIL_ORGANIZER (session) ==
                     ((methods[i]->capabilities & VALIJA_CAPABILITY_ORGANIZE) != 0));

      /* Before it was opened a session tells what its method can at best */
      g_assert_cmpint (valija_session_get_capabilities (session) & READS_AND_SENDS, ==,
                       methods[i]->capabilities & READS_AND_SENDS);
      g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_CLOSED);
    }
}

static void
test_paired_sender (void)
{
  static const struct
  {
    const char *method;
    gboolean pairs;
  } cases[] = {
    { "imap", TRUE },
    { "pop3", TRUE },
    { "smtp", FALSE },
    { "mixed", FALSE },
    { "notes", FALSE },
    { "nonsense", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaAccount) account = valija_account_new (cases[i].method);
      g_autoptr(ValijaSessionContext) context = valija_session_context_new (account, NULL, NULL);
      g_autoptr(ValijaSession) unpaired = valija_methods_create_paired_sender (context, NULL);
      g_autoptr(ValijaSession) paired = NULL;
      g_autoptr(GError) error = NULL;

      g_assert_null (unpaired);

      g_object_set (valija_account_get_outgoing (account), "host", "smtp.example.org", NULL);
      paired = valija_methods_create_paired_sender (context, &error);

      if (cases[i].pairs)
        {
          g_assert_no_error (error);
          g_assert_true (VALIJA_IS_MAIL_SENDER (paired));
          g_assert_false (VALIJA_IS_MAIL_READER (paired));
        }
      else
        g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED);
    }
}

/* "Read only" is said of the method, not of an account that has a server to send beside it. */
static void
test_described (void)
{
  const struct
  {
    const char *method;
    const char *outgoing;
    const char *words;
  } cases[] = {
    { "imap", "", "IMAP: Read only" },
    { "imap", "smtp.example.org", "Reads by IMAP, sends by SMTP" },
    { "pop3", "", "POP3: Read only" },
    { "pop3", "smtp.example.org", "Reads by POP3, sends by SMTP" },
    { "mixed", "smtp.example.org", "Mixed SMTP + POP3: Reads and sends" },
    { "smtp", "smtp.example.org", "SMTP: Send only" },
    { "exchange", "", "Exchange: Reads and sends" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaAccount) account = valija_account_new (cases[i].method);
      g_autofree char *words = NULL;

      g_object_set (valija_account_get_outgoing (account), "host", cases[i].outgoing, NULL);
      words = valija_method_describe (valija_methods_find (cases[i].method), account);
      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static void
test_unknown_method (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("pigeon");
  g_autoptr(ValijaSessionContext) context = valija_session_context_new (account, NULL, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaSession) session = valija_methods_create_session (context, &error);

  g_assert_null (session);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "pigeon"));
}

int
main (int    argc,
      char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sessions/methods/order", test_order);
  g_test_add_func ("/sessions/methods/nothing-is-left-out", test_nothing_is_left_out);
  g_test_add_func ("/sessions/methods/every-fact-is-told", test_every_fact_is_told);
  g_test_add_func ("/sessions/methods/answers-agree-with-capabilities", test_answers_agree_with_capabilities);
  g_test_add_func ("/sessions/methods/capabilities-are-interfaces", test_capabilities_are_interfaces);
  g_test_add_func ("/sessions/methods/paired-sender", test_paired_sender);
  g_test_add_func ("/sessions/methods/described", test_described);
  g_test_add_func ("/sessions/methods/unknown-method", test_unknown_method);

  return g_test_run ();
}
