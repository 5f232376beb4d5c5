/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-method.h"

#include "model/valija-address.h"
#include "model/valija-mail-provider.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define TEXT_LIMIT 1000

typedef enum
{
  TOPIC_ONLINE,
  TOPIC_ON_PREMISES,
  TOPIC_NOTES,
  TOPIC_OUTLOOK,
  TOPIC_EXCHANGE,
  TOPIC_IMAP,
  TOPIC_POP,
  TOPIC_SMTP,
  TOPIC_ONLY_SEND,
  TOPIC_ONLY_READ,
  TOPIC_SEVERAL_DEVICES,
  N_TOPICS,
} Topic;

/* What people say. Each is looked for in English and in the user's language. Translators: words and short phrases
 * that somebody may type to say what kind of mail account they have, separated by "|". Put in whatever people say in
 * your language; English is understood as well. */
static const char * const topics[N_TOPICS] = {
  [TOPIC_ONLINE] = N_("exchange online|exchange in the cloud|hosted exchange|exchange by microsoft"),
  [TOPIC_ON_PREMISES] = N_("on-premises|on premises|on-premise|own exchange|our exchange|exchange server|ews|owa"),
  [TOPIC_NOTES] = N_("notes|hcl|domino|lotus|ibm notes|nsf"),
  [TOPIC_OUTLOOK] = N_("microsoft 365|microsoft365|m365|office 365|office365|o365|outlook|microsoft account|teams"),
  [TOPIC_EXCHANGE] = N_("exchange"),
  [TOPIC_IMAP] = N_("imap|imaps"),
  [TOPIC_POP] = N_("pop|pop3|pop server|pop3s"),
  [TOPIC_SMTP] = N_("smtp|outgoing server|sending server|relay|smart host"),
  [TOPIC_ONLY_SEND] = N_("only send|only want to send|just send|send only|only sending|only for sending|not "
                         "read|printer|scanner|scan to mail|copier|alerts|monitoring|newsletter"),
  [TOPIC_ONLY_READ] = N_("only read|just read|read only|only reading|only for reading|not send|archive"),
  [TOPIC_SEVERAL_DEVICES] = N_("phone|tablet|several devices|all my devices|two "
                               "computers|synchronize|synchronise|sync"),
};

typedef struct
{
  char *text;               /* lower case, one line */
  char *email;              /* nullable */
  char *domain;             /* nullable */
  const ValijaMailProvider *provider;
  gboolean by_domain;       /* the provider is certain: it is that of the address, not a word that fell */
} Clue;

static void
clue_clear (Clue *clue)
{
  g_free (clue->text);
  g_free (clue->email);
  g_free (clue->domain);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Clue, clue_clear)

static gboolean
says (const Clue *clue,
      Topic       topic)
{
  return valija_text_has_words (clue->text, topics[topic]) ||
         valija_text_has_words (clue->text, _(topics[topic]));
}

static gboolean
is_domain_name (const char *word)
{
  g_autofree char *probe = g_strconcat ("x@", word, NULL);

  return strchr (word, '.') != NULL && valija_address_is_valid (probe);
}

static void
clue_init (Clue       *clue,
           const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, strnlen (text, TEXT_LIMIT));
  g_autofree char *normal = g_utf8_normalize (valid, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  g_auto(GStrv) words = NULL;
  guint n_words;

  memset (clue, 0, sizeof *clue);
  clue->text = g_utf8_casefold (normal, -1);
  g_strdelimit (clue->text, "\t\r\n", ' ');
  g_strstrip (clue->text);

  words = g_strsplit_set (clue->text, " ,;:<>()\"'“”„«»", -1);
  n_words = g_strv_length (words);

  for (guint i = 0; i < n_words; i++)
    {
      gsize length = strlen (words[i]);

      while (length > 0 && strchr (".!?", words[i][length - 1]) != NULL)
        words[i][--length] = '\0';

      if (clue->email == NULL && valija_address_is_valid (words[i]))
        {
          clue->email = g_strdup (words[i]);
          clue->domain = g_strdup (strrchr (words[i], '@') + 1);
        }
      else if (n_words == 1 && is_domain_name (words[i]))
        clue->domain = g_strdup (words[i]);
    }

  if (clue->domain != NULL)
    clue->provider = valija_mail_provider_find_domain (clue->domain);
  clue->by_domain = clue->provider != NULL;
  if (clue->provider == NULL)
    clue->provider = valija_mail_provider_find_words (clue->text);
}

static ValijaSuggestion *
suggestion_new (const Clue *clue,
                const char *method,
                const char *reason)
{
  ValijaSuggestion *self = g_new0 (ValijaSuggestion, 1);

  self->method = g_strdup (method);
  self->reason = g_strdup (reason);
  self->email = g_strdup (clue->email);
  self->incoming_security = VALIJA_SECURITY_TLS;
  self->outgoing_security = VALIJA_SECURITY_TLS;

  return self;
}

static void
set_incoming (ValijaSuggestion           *self,
              const ValijaProviderServer *server)
{
  self->incoming_host = g_strdup (server->host);
  self->incoming_port = server->port;
  self->incoming_security = server->security;
}

static void
set_outgoing (ValijaSuggestion           *self,
              const ValijaProviderServer *server)
{
  self->outgoing_host = g_strdup (server->host);
  self->outgoing_port = server->port;
  self->outgoing_security = server->security;
}

/* The servers that go with the method: the provider's own, or the names that most providers give theirs. */
static void
set_servers (ValijaSuggestion *self,
             const Clue       *clue)
{
  gboolean pop = g_str_equal (self->method, "pop3") || g_str_equal (self->method, "mixed");
  gboolean reads = pop || g_str_equal (self->method, "imap");
  gboolean sends = pop || reads || g_str_equal (self->method, "smtp");

  if (clue->provider != NULL && clue->provider->smtp.host != NULL)
    {
      self->certain = TRUE;
      if (reads)
        set_incoming (self, pop ? &clue->provider->pop : &clue->provider->imap);
      if (sends)
        set_outgoing (self, &clue->provider->smtp);
      return;
    }

  if (clue->domain == NULL)
    return;

  /* A bare name is a machine of the local network, and has no host named "imap" below it */
  if (strchr (clue->domain, '.') == NULL || clue->domain[0] == '[')
    {
      self->incoming_host = reads ? g_strdup (clue->domain) : NULL;
      self->outgoing_host = sends ? g_strdup (clue->domain) : NULL;
    }
  else
    {
      self->incoming_host = reads ? g_strconcat (pop ? "pop." : "imap.", clue->domain, NULL) : NULL;
      self->outgoing_host = sends ? g_strconcat ("smtp.", clue->domain, NULL) : NULL;
    }

  self->incoming_port = reads ? (pop ? 995 : 993) : 0;
  self->outgoing_port = sends ? 465 : 0;
}

static ValijaSuggestion *
suggest_servers (const Clue *clue,
                 const char *method,
                 const char *reason)
{
  ValijaSuggestion *self = suggestion_new (clue, method, reason);

  set_servers (self, clue);

  return self;
}

/* The systems of an organization, which are chosen by what people call them. */
static ValijaSuggestion *
suggest_organization (const Clue *clue)
{
  if (says (clue, TOPIC_ONLINE))
    return suggestion_new (clue, "outlook",
                           _("Exchange hosted at Microsoft is reached as Outlook: Microsoft ends the old Exchange "
                             "interface there."));

  if (says (clue, TOPIC_ON_PREMISES))
    return suggestion_new (clue, "exchange",
                           _("For a mailbox on your organization’s own Exchange server."));

  if (says (clue, TOPIC_NOTES))
    return suggestion_new (clue, "notes",
                           _("For a mailbox on a Domino server, which you know from HCL Notes."));

  if (says (clue, TOPIC_OUTLOOK))
    return suggestion_new (clue, "outlook",
                           _("For mailboxes at Outlook.com and Microsoft 365: you sign in with Microsoft in your "
                             "browser."));

  if (says (clue, TOPIC_EXCHANGE))
    return suggestion_new (clue, "exchange",
                           _("For a mailbox on your organization’s own Exchange server. If Microsoft hosts it for "
                             "you (Microsoft 365), choose Outlook instead."));

  return NULL;
}

/* The protocols, which are chosen by name or by what is to be done. */
static ValijaSuggestion *
suggest_protocol (const Clue *clue)
{
  gboolean pop = says (clue, TOPIC_POP);
  gboolean smtp = says (clue, TOPIC_SMTP);
  gboolean no_pop_there = clue->provider != NULL && clue->provider->pop.host == NULL;

  if (says (clue, TOPIC_IMAP))
    return suggest_servers (clue, "imap",
                            _("You named IMAP: it shows all your folders, the same on every device. To send as well, "
                              "give the SMTP server in the same step."));

  if (pop && no_pop_there)
    return suggest_servers (clue, "imap", _("This provider has no POP3 server. IMAP reads the same mailbox, with all "
                                  "its folders."));

  if (pop && (smtp || (clue->email != NULL && !says (clue, TOPIC_ONLY_READ))))
    return suggest_servers (clue, "mixed",
                            _("A POP3 server to read and an SMTP server to send make one account of both: Mixed SMTP "
                              "+ POP3."));

  if (pop)
    return suggest_servers (clue, "pop3",
                            _("You named POP3: it fetches the inbox to this computer. If you were also given an SMTP "
                              "server, choose Mixed SMTP + POP3 and you can send as well."));

  if (says (clue, TOPIC_ONLY_SEND) || smtp)
    return suggest_servers (clue, "smtp",
                            _("To send and nothing else. You cannot read mail with it, and no copy of what you send "
                              "is kept unless you ask for one."));

  return NULL;
}

static ValijaSuggestion *
suggest_provider (const Clue *clue)
{
  const ValijaMailProvider *provider = clue->provider;
  g_autofree char *reason = NULL;

  if (provider->method == NULL)
    {
      reason = g_strdup_printf (_("%s lets no other mail program in: it can only be read with its own application "
                                  "and on its web site."),
                                provider->name);
      return suggestion_new (clue, NULL, reason);
    }

  if (g_str_equal (provider->method, "outlook"))
    {
      reason = g_strdup_printf (_("%s belongs to Microsoft: you sign in with Microsoft in your browser, and Valija "
                                  "never sees the password."),
                                provider->name);
      return suggestion_new (clue, "outlook", reason);
    }

  reason = g_strdup_printf (_("Valija knows the servers of %s. IMAP shows all your folders there, and SMTP sends "
                              "from the same address."),
                            provider->name);

  if (provider->note != NULL)
    {
      g_autofree char *sentence = g_steal_pointer (&reason);

      /* Translators: two whole sentences, one after the other */
      reason = g_strdup_printf (C_("two sentences", "%s %s"), sentence, _(provider->note));
    }

  return suggest_servers (clue, "imap", reason);
}

/**
 * valija_method_suggest:
 * @text: an address, the name of a provider, or a sentence, in English or the user's language
 *
 * Asks no server and decides nothing: it is for the user to follow the suggestion or not.
 *
 * Returns: (transfer full) (nullable): the method that fits best, with the reason; its method is NULL when nothing can
 *   reach that mailbox, and the whole is NULL where @text says nothing
 */
ValijaSuggestion *
valija_method_suggest (const char *text)
{
  g_auto(Clue) clue = { NULL, };
  ValijaSuggestion *suggestion;
  g_autofree char *reason = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  clue_init (&clue, text);

  /* What the domain of an address says is certain, unless the words ask for a protocol of that provider */
  if (clue.by_domain && clue.provider->imap.host == NULL)
    return suggest_provider (&clue);

  if (!clue.by_domain && (suggestion = suggest_organization (&clue)) != NULL)
    return suggestion;

  if (clue.provider != NULL && clue.provider->imap.host == NULL)
    return suggest_provider (&clue);

  if ((suggestion = suggest_protocol (&clue)) != NULL)
    return suggestion;

  if (clue.provider != NULL)
    return suggest_provider (&clue);

  if (clue.domain != NULL)
    {
      reason = g_strdup_printf (_("Valija does not know %s. Most providers offer IMAP; the server names are a guess "
                                  "that you can correct. If it is your organization’s address, ask whether it runs "
                                  "Microsoft 365, Exchange or Domino."),
                                clue.domain);
      return suggest_servers (&clue, "imap", reason);
    }

  if (says (&clue, TOPIC_SEVERAL_DEVICES))
    return suggest_servers (&clue, "imap",
                            _("IMAP keeps your mail on the server, so it looks the same on every device."));

  return NULL;
}

/**
 * valija_method_suggest_servers:
 * @method: the id of the method that the user has chosen
 * @email: the user's address
 *
 * Returns: (transfer full): where that method would connect for that address
 */
ValijaSuggestion *
valija_method_suggest_servers (const char *method,
                               const char *email)
{
  g_auto(Clue) clue = { NULL, };

  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (email != NULL, NULL);

  clue_init (&clue, email);

  return suggest_servers (&clue, method, "");
}
