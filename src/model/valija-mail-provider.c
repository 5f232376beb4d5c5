/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-mail-provider.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define TLS(host, port) { host, port, VALIJA_SECURITY_TLS }
#define STARTTLS(host, port) { host, port, VALIJA_SECURITY_STARTTLS }
#define NOTHING { NULL, 0, VALIJA_SECURITY_TLS }

#define APP_PASSWORD_NOTE \
  N_("It wants an app password, which you make in the security settings of your account on its web site; your usual " \
     "password is refused.")
#define SWITCH_ON_NOTE \
  N_("First allow other mail programs (IMAP and POP) in the settings of your account on its web site.")

static const ValijaMailProvider providers[] = {
  { "Gmail", "imap", "gmail.com googlemail.com", "gmail|googlemail|google mail|google workspace",
    TLS ("imap.gmail.com", 993), TLS ("pop.gmail.com", 995), TLS ("smtp.gmail.com", 465),
    N_("Google wants an app password, which you make in your Google account once two-step verification is on; your "
       "usual password is refused.") },
  { "Outlook.com", "outlook", "outlook.* hotmail.* live.* msn.com passport.com windowslive.com",
    "outlook.com|hotmail|windows live",
    NOTHING, NOTHING, NOTHING, NULL },
  { "iCloud Mail", "imap", "icloud.com me.com mac.com", "icloud|apple mail",
    TLS ("imap.mail.me.com", 993), NOTHING, STARTTLS ("smtp.mail.me.com", 587),
    N_("Apple wants an app-specific password, which you make in the sign-in settings of your Apple account; your "
       "usual password is refused.") },
  { "Yahoo Mail", "imap", "yahoo.* ymail.com rocketmail.com myyahoo.com", "yahoo",
    TLS ("imap.mail.yahoo.com", 993), TLS ("pop.mail.yahoo.com", 995), TLS ("smtp.mail.yahoo.com", 465),
    APP_PASSWORD_NOTE },
  { "AOL Mail", "imap", "aol.* aim.com", "aol",
    TLS ("imap.aol.com", 993), TLS ("pop.aol.com", 995), TLS ("smtp.aol.com", 465),
    APP_PASSWORD_NOTE },
  { "GMX", "imap", "gmx.de gmx.net gmx.at gmx.ch gmx.info gmx.eu", "gmx",
    TLS ("imap.gmx.net", 993), TLS ("pop.gmx.net", 995), TLS ("mail.gmx.net", 465),
    SWITCH_ON_NOTE },
  { "GMX", "imap", "gmx.com gmx.us gmx.co.uk gmx.fr gmx.es gmx.it", "gmx.com",
    TLS ("imap.gmx.com", 993), TLS ("pop.gmx.com", 995), TLS ("mail.gmx.com", 465),
    SWITCH_ON_NOTE },
  { "WEB.DE", "imap", "web.de email.de", "web.de",
    TLS ("imap.web.de", 993), TLS ("pop3.web.de", 995), TLS ("smtp.web.de", 465),
    SWITCH_ON_NOTE },
  { "Telekom Mail", "imap", "t-online.de magenta.de", "t-online|telekom",
    TLS ("secureimap.t-online.de", 993), TLS ("securepop.t-online.de", 995), TLS ("securesmtp.t-online.de", 465),
    N_("Telekom has a password of its own for mail programs, which you set in the customer centre.") },
  { "freenet Mail", "imap", "freenet.de", "freenet",
    TLS ("mx.freenet.de", 993), TLS ("mx.freenet.de", 995), TLS ("mx.freenet.de", 465), NULL },
  { "Posteo", "imap", "posteo.de posteo.net posteo.org posteo.eu posteo.at posteo.ch posteo.me", "posteo",
    TLS ("posteo.de", 993), TLS ("posteo.de", 995), TLS ("posteo.de", 465), NULL },
  { "mailbox.org", "imap", "mailbox.org", "mailbox.org",
    TLS ("imap.mailbox.org", 993), TLS ("pop3.mailbox.org", 995), TLS ("smtp.mailbox.org", 465), NULL },
  { "Fastmail", "imap", "fastmail.com fastmail.fm fastmail.net fastmail.org sent.com messagingengine.com", "fastmail",
    TLS ("imap.fastmail.com", 993), TLS ("pop.fastmail.com", 995), TLS ("smtp.fastmail.com", 465),
    APP_PASSWORD_NOTE },
  { "Zoho Mail", "imap", "zoho.com zohomail.com", "zoho",
    TLS ("imap.zoho.com", 993), TLS ("pop.zoho.com", 995), TLS ("smtp.zoho.com", 465), SWITCH_ON_NOTE },
  { "Zoho Mail", "imap", "zoho.eu zohomail.eu", "zoho.eu",
    TLS ("imap.zoho.eu", 993), TLS ("pop.zoho.eu", 995), TLS ("smtp.zoho.eu", 465), SWITCH_ON_NOTE },
  { "Proton Mail", "imap", "proton.me protonmail.com protonmail.ch pm.me", "proton|protonmail",
    STARTTLS ("127.0.0.1", 1143), NOTHING, STARTTLS ("127.0.0.1", 1025),
    N_("Proton encrypts your mail, so its own Bridge program must be installed and running on this computer: it "
       "shows the user name and password to use here. Bridge needs a paid plan.") },
  { "Tuta", NULL, "tuta.com tuta.io tutanota.com tutanota.de tutamail.com keemail.me", "tuta|tutanota",
    NOTHING, NOTHING, NOTHING, NULL },
  { "Yandex Mail", "imap", "yandex.* ya.ru", "yandex",
    TLS ("imap.yandex.com", 993), TLS ("pop.yandex.com", 995), TLS ("smtp.yandex.com", 465), APP_PASSWORD_NOTE },
  { "Mail.ru", "imap", "mail.ru inbox.ru list.ru bk.ru internet.ru", "mail.ru",
    TLS ("imap.mail.ru", 993), TLS ("pop.mail.ru", 995), TLS ("smtp.mail.ru", 465), APP_PASSWORD_NOTE },
  { "Orange", "imap", "orange.fr wanadoo.fr", "orange mail|wanadoo",
    TLS ("imap.orange.fr", 993), TLS ("pop.orange.fr", 995), TLS ("smtp.orange.fr", 465), SWITCH_ON_NOTE },
  { "Free", "imap", "free.fr", "free.fr",
    TLS ("imap.free.fr", 993), TLS ("pop.free.fr", 995), TLS ("smtp.free.fr", 465), NULL },
  { "La Poste", "imap", "laposte.net", "laposte|la poste",
    TLS ("imap.laposte.net", 993), TLS ("pop.laposte.net", 995), TLS ("smtp.laposte.net", 465), SWITCH_ON_NOTE },
  { "SFR Mail", "imap", "sfr.fr neuf.fr", "sfr",
    TLS ("imap.sfr.fr", 993), TLS ("pop.sfr.fr", 995), TLS ("smtp.sfr.fr", 465), NULL },
  { "Libero Mail", "imap", "libero.it", "libero",
    TLS ("imapmail.libero.it", 993), TLS ("popmail.libero.it", 995), TLS ("smtp.libero.it", 465), NULL },
  { "Seznam", "imap", "seznam.cz email.cz post.cz", "seznam",
    TLS ("imap.seznam.cz", 993), TLS ("pop3.seznam.cz", 995), TLS ("smtp.seznam.cz", 465), NULL },
  { "WP", "imap", "wp.pl", "wp.pl",
    TLS ("imap.wp.pl", 993), TLS ("pop3.wp.pl", 995), TLS ("smtp.wp.pl", 465), SWITCH_ON_NOTE },
  { "Riseup", "imap", "riseup.net", "riseup",
    TLS ("mail.riseup.net", 993), TLS ("mail.riseup.net", 995), TLS ("mail.riseup.net", 465), NULL },
  { "QQ Mail", "imap", "qq.com foxmail.com", "qq mail",
    TLS ("imap.qq.com", 993), TLS ("pop.qq.com", 995), TLS ("smtp.qq.com", 465), APP_PASSWORD_NOTE },
  { "NetEase", "imap", "163.com", "netease|163.com",
    TLS ("imap.163.com", 993), TLS ("pop.163.com", 995), TLS ("smtp.163.com", 465), APP_PASSWORD_NOTE },
};

static gboolean
domain_matches (const char *domain,
                const char *patterns)
{
  g_auto(GStrv) list = g_strsplit (patterns, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      if (g_pattern_match_simple (list[i], domain))
        return TRUE;
    }

  return FALSE;
}

const ValijaMailProvider *
valija_mail_provider_find_domain (const char *domain)
{
  g_return_val_if_fail (domain != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    {
      if (domain_matches (domain, providers[i].domains))
        return &providers[i];
    }

  return NULL;
}

const ValijaMailProvider *
valija_mail_provider_find_words (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    {
      if (valija_text_has_words (text, providers[i].words))
        return &providers[i];
    }

  return NULL;
}

/* Not every script puts spaces between words: only beside ASCII letters and digits does a border count. */
static gboolean
is_whole (const char *text,
          const char *found,
          gsize       length)
{
  return !(found > text && g_ascii_isalnum (found[-1]) && g_ascii_isalnum (found[0])) &&
         !(g_ascii_isalnum (found[length - 1]) && g_ascii_isalnum (found[length]));
}

gboolean
valija_text_has_words (const char *text,
                       const char *words)
{
  g_auto(GStrv) list = NULL;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (words != NULL, FALSE);

  list = g_strsplit (words, "|", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autofree char *word = g_utf8_casefold (g_strstrip (list[i]), -1);
      gsize length = strlen (word);

      if (length == 0)
        continue;

      for (const char *found = strstr (text, word); found != NULL; found = strstr (found + 1, word))
        {
          if (is_whole (text, found, length))
            return TRUE;
        }
    }

  return FALSE;
}
