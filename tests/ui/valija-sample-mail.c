/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-sample-mail.h"

#include "ui/valija-fake-engine.h"

#define HIKE                                                                                                           \
  "From: Bo Lindqvist <bo@example.org>\nTo: Ana <ana@example.org>, Chen <chen@example.cn>\nSubject: "                  \
  "Re: Plans for the hike\n"                                                                                           \
  "Date: Mon, 23 Nov 2026 00:40:00 +0000\nMessage-ID: <5@example.org>\nMIME-Version: 1.0\n"                            \
  "In-Reply-To: <hike-2@example.cn>\nReferences: <hike-1@example.org> <hike-2@example.cn>\n"                           \
  "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n"                      \
  "Hello Ana,\n\nthe map is attached. We start at eight; see https://example.org/hike for the weather.\n\n"            \
  "> When do we meet?\n>> At the station, I thought.\n> Or at the bridge.\n\nBo\n\n"
#define PICTURE "a very long name of a picture from the mountains in autumn.png"

static const struct
{
  const char *source;
  ValijaFlags flags;
  const char *labels;       /* nullable: none */
  const char *outline;      /* nullable: what comes first where all is slow */
} messages[] = {
  { "From: Wichtige Mitteilung der Donaudampfschifffahrtsgesellschaftskapitänskajüte <kapitaen@example.at>\n"
    "To: Ana =?UTF-8?Q?N=C3=BA=C3=B1ez?= <ana@example.org>\n"
    "Subject: A subject that is much longer than the list is wide, so that one can see where it is cut"
    " and how it wraps in the reader\n"
    "Date: Fri, 20 Nov 2026 09:12:00 +0000\nMessage-ID: <1@example.at>\n\nShort text.\n",
    VALIJA_FLAG_SEEN },
  { "From: \"security@yourbank.example\" <collector@evil.example>\nTo: ana@example.org\n"
    "Subject: Your account is locked\n"
    "Date: Sat, 21 Nov 2026 11:02:00 +0000\nMessage-ID: <2@evil.example>\nContent-Type: text/html; charset=utf-8\n\n"
    "<p>Please go to <a href='https://evil.example/login'>https://yourbank.example</a> at once.</p>"
    "<img src='https://evil.example/pixel.png' width='300' height='80'>",
    VALIJA_FLAG_NONE },
  { "From: مريم <maryam@example.ae>\nTo: ana@example.org\nCc: Bo <bo@example.org>, Chen "
    "<chen@example.cn>, Dmitri <d@example.ru>\n"
    "Subject: موعد الاجتماع\nDate: Sun, 22 Nov 2026 08:30:00 +0000\nMessage-ID: <3@example.ae>\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nمرحبا آنا،\n\nنلتقي غدا "
    "في العاشرة.\n\nمريم\n",
    VALIJA_FLAG_SEEN | VALIJA_FLAG_ANSWERED, "اجتماعات" },
  { "From: GNOME Newsletter <news@example.org>\nTo: ana@example.org\nSubject: This week in GNOME\n"
    "Date: Sun, 22 Nov 2026 18:00:00 +0000\nMessage-ID: <4@example.org>\nContent-Type: text/html; charset=utf-8\n\n"
    "<h2>This week in GNOME</h2><p>A new <b>mail application</b> saw the light, and there is <a "
    "href='https://example.org/more'>more "
    "to read</a>.</p><ul><li>GTK 4.18</li><li>libadwaita 1.7</li></ul><blockquote>It explains before it "
    "asks.</blockquote>",
    VALIJA_FLAG_NONE | VALIJA_FLAG_FLAGGED, "Newsletter" },
  { HIKE
    "--b\nContent-Type: application/pdf; name=map.pdf\nContent-Disposition: attachment; filename=map.pdf\n"
    "Content-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n"
    "--b\nContent-Type: image/png; name=\"" PICTURE "\"\n"
    "Content-Disposition: attachment; filename=\"" PICTURE "\"\n"
    "Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n",
    VALIJA_FLAG_NONE, "$label1,Mountains and hiking,Family,Weekend",
    HIKE "--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=map.pdf; size=1204000\n\n\n"
    "--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=\"" PICTURE "\"; size=36500000\n\n\n"
    "--b--\n" },
};

/* What the last one answers. */
static const char own_question[] =
  "From: Ana =?UTF-8?Q?N=C3=BA=C3=B1ez?= <ana@example.org>\nTo: Bo <bo@example.org>, Chen <chen@example.cn>\n"
  "Subject: Plans for the hike\nDate: Sun, 22 Nov 2026 19:05:00 +0000\nMessage-ID: <hike-1@example.org>\n\n"
  "Hello you two,\n\nwhen do we meet on Saturday, and who has a map?\n\nAna\n";
static const char first_answer[] =
  "From: Chen Wei <chen@example.cn>\nTo: Ana <ana@example.org>\nCc: Bo <bo@example.org>\n"
  "Subject: Re: Plans for the hike\nDate: Sun, 22 Nov 2026 21:30:00 +0000\nMessage-ID: <hike-2@example.cn>\n"
  "In-Reply-To: <hike-1@example.org>\nReferences: <hike-1@example.org>\n\n"
  "At the station, I thought. I bring tea.\n\n"
  "On Sunday Ana wrote:\n> when do we meet on Saturday, and who has a map?\n";

/* A conversation in HTML: as the desktop's paper, with pictures far away; on paper of its own, wider than a phone; and
 * one that quotes. */
static const char * const formatted[] = {
  "From: Dmitri <d@example.ru>\nTo: Ana <ana@example.org>, Chen <chen@example.cn>\nSubject: Programme of the autumn\n"
  "Date: Sat, 21 Nov 2026 09:00:00 +0000\nMessage-ID: <autumn-1@example.ru>\n"
  "Content-Type: text/html; charset=utf-8\n\n"
  "<h3>Programme of the autumn</h3><p>Dear all, this is what we <b>have so far</b>; the whole is "
  "<a href='https://example.org/autumn'>on our page</a>.</p><ul><li>Concert in the old mill</li>"
  "<li>Walk to the three lakes</li><li>Reading by candlelight</li></ul>"
  "<img src='https://example.org/mill.png' width='300' height='120'><p>Dmitri</p>",
  "From: Chen Wei <chen@example.cn>\nTo: Dmitri <d@example.ru>\nCc: Ana <ana@example.org>\n"
  "Subject: Re: Programme of the autumn\nDate: Sat, 21 Nov 2026 10:00:00 +0000\nMessage-ID: <autumn-2@example.cn>\n"
  "In-Reply-To: <autumn-1@example.ru>\nReferences: <autumn-1@example.ru>\n"
  "Content-Type: text/html; charset=utf-8\n\n"
  "<table width='560' bgcolor='#f4ecd8' cellpadding='12'><tr><td style='color: #5a3b1a'><h2>The three lakes</h2>"
  "<p>Twelve kilometres, two hours of rest, and <a href='https://example.cn/map'>a map</a>.</p></td>"
  "<td bgcolor='#5a3b1a' style='color: white'>Sunday<br>8:00</td></tr></table>",
  "From: Bo Lindqvist <bo@example.org>\nTo: Chen <chen@example.cn>\nCc: Ana <ana@example.org>, Dmitri <d@example.ru>\n"
  "Subject: Re: Programme of the autumn\nDate: Sat, 21 Nov 2026 11:00:00 +0000\nMessage-ID: <autumn-3@example.org>\n"
  "In-Reply-To: <autumn-2@example.cn>\nReferences: <autumn-1@example.ru> <autumn-2@example.cn>\n"
  "Content-Type: text/html; charset=utf-8\n\n"
  "<p>I come to the lakes, and bring the tea.</p><p>Bo</p>"
  "<div class='gmail_quote'><p>Chen wrote:</p>"
  "<blockquote type='cite'><p>Twelve kilometres, two hours of rest, and a map.</p></blockquote></div>",
};

void
valija_sample_mail_fill (ValijaEngine *engine)
{
  ValijaAccount *imap = valija_fake_engine_add_account (engine, "imap", "ana@example.org", TRUE);
  ValijaAccount *pop3 = valija_fake_engine_add_account (engine, "pop3", "ana.nunez@provider.example", FALSE);
  ValijaFolder *inbox = valija_engine_find_folder (engine, imap, "inbox");
  ValijaAccountStatus *status = valija_engine_get_status (engine, pop3);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr(GError) error = NULL;

  valija_fake_engine_add_account (engine, "smtp", "robot@example.org", TRUE);

  valija_fake_engine_add_message (engine, valija_engine_find_folder (engine, imap, "sent"), own_question,
                                  VALIJA_FLAG_SEEN);
  valija_fake_engine_add_message (engine, inbox, first_answer, VALIJA_FLAG_SEEN);
  for (guint i = 0; i < G_N_ELEMENTS (formatted); i++)
    valija_fake_engine_add_message (engine, inbox, formatted[i], VALIJA_FLAG_SEEN);
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      gint64 id = valija_fake_engine_add_message (engine, inbox, messages[i].source, messages[i].flags);

      if (messages[i].labels != NULL)
        valija_fake_engine_set_labels (engine, id, messages[i].labels);
      if (messages[i].outline != NULL)
        valija_fake_engine_set_outline (engine, id, messages[i].outline);
      valija_fake_engine_add_message (engine, valija_engine_find_folder (engine, pop3, "inbox"), messages[i].source,
                                      messages[i].flags);
    }
  valija_fake_engine_add_many (engine, inbox, 1000);
  valija_fake_engine_add_message (engine, valija_engine_find_folder (engine, imap, "drafts"),
                                  "From: ana@example.org\nTo: bo@example.org\nSubject: Not ready\n"
                                  "Date: Mon, 23 Nov 2026 00:10:00 +0000\n\nDear Bo,\n",
                                  VALIJA_FLAG_SEEN | VALIJA_FLAG_DRAFT);

  valija_error_set_server (&error, VALIJA_ERROR_AUTHENTICATION, "-ERR [AUTH] Authentication failed",
                           "The name or the password is not right.");
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_SIGN_IN);
  valija_account_status_set_error (status, error);

  valija_fake_engine_add_outbox (engine, imap, "Minutes", VALIJA_OUTBOX_PENDING, NULL, 0);
  valija_fake_engine_add_outbox (engine, imap, "Minutes of the meeting", VALIJA_OUTBOX_PENDING, NULL, now + 36 * 3600);
  valija_fake_engine_add_outbox (engine, imap, "Greetings", VALIJA_OUTBOX_PENDING,
                                 "The server does not accept the message now.\nValija tries again by itself.\n"
                                 "The server said: “451 4.3.2 Try again later”", now + 600);
  valija_fake_engine_add_outbox (engine, imap, "Photographs", VALIJA_OUTBOX_ERROR,
                                 "The message is larger than the server takes.\nSend fewer or smaller attachments.\n"
                                 "The server said: “552 5.3.4 Message size exceeds fixed limit”", 0);
  valija_fake_engine_add_outbox (engine, imap, "Invoice", VALIJA_OUTBOX_UNCERTAIN, NULL, 0);
  valija_fake_engine_add_outbox (engine, imap, "Hello", VALIJA_OUTBOX_SENT,
                                 "The server said: “250 2.0.0 Ok: queued as 4F1”", 0);
}
