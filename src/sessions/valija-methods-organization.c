/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-methods-table.h"

#include <glib/gi18n-lib.h>

/* What all three can do: the server does the whole work, and Valija keeps a copy for when there is no network. */
#define FULL_SERVICE \
  (VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_SEND | VALIJA_CAPABILITY_ORGANIZE | VALIJA_CAPABILITY_FOLDERS | \
   VALIJA_CAPABILITY_KEEPS_SENT | VALIJA_CAPABILITY_OFFLINE | VALIJA_CAPABILITY_SEARCH)

static const char * const notes_needs[] = {
  N_("The web address of your Domino server."),
  N_("Your user name there."),
  N_("Your internet password. It is often not the password that opens the Notes program."),
  N_("One of two services, switched on by your administrator: the “Domino REST API” with its PIM part, or the older "
     "“Domino Access Services” with the mail service."),
  NULL
};

static const char * const notes_caveats[] = {
  N_("This version of Valija explains Notes but cannot connect to it yet. Meanwhile, ask whether your Domino "
     "server also offers IMAP and SMTP: Valija reads and sends with those today."),
  N_("Messages that were encrypted for Notes cannot be opened here: the key is in your Notes ID file."),
  N_("“Sent” means that Domino has taken the message into its outbox; Domino delivers it from there."),
  NULL
};

const ValijaMethod valija_method_notes = {
  .id = "notes",
  .name = N_("Notes"),
  .kind = N_("Reads and sends"),
  .tagline = N_("For mail at work on a Domino server"),
  .summary = N_("Your organization’s Domino server does all the work: it checks who you are, keeps your mail in "
                "its folders, files it and sends it. What you do here, you see in Notes too, and the other way "
                "round."),
  .who = N_("The Domino server looks after security, history and sending, just as it does for Notes."),
  .original = N_("Programs used to open the Notes application on the same computer. There is no current Notes for "
                 "Linux, so Valija talks to the Domino server itself, through the mail services it offers on the "
                 "web."),
  .needs = notes_needs,
  .caveats = notes_caveats,
  .what_happens = N_("Valija contacts your Domino server over an encrypted web connection, and no other server.\n"
                     "A copy of your mail is kept on this computer, so that you can read and search it without a "
                     "network.\n"
                     "Your internet password is kept in the desktop’s keyring, nowhere else."),
  .icon_name = "valija-method-notes-symbolic",
  .capabilities = FULL_SERVICE,
  .answers = {
    [VALIJA_QUESTION_READS] = { VALIJA_ANSWER_YES, N_("Everything in your mailbox on the Domino server.") },
    [VALIJA_QUESTION_SENDS] = { VALIJA_ANSWER_YES, N_("Domino takes the message into its outbox and delivers it.") },
    [VALIJA_QUESTION_KEEPS_SENT] = { VALIJA_ANSWER_YES, N_("Domino keeps a copy in Sent by itself.") },
    [VALIJA_QUESTION_FOLDERS] = { VALIJA_ANSWER_YES, N_("All folders, the same as in Notes.") },
    [VALIJA_QUESTION_OFFLINE] = { VALIJA_ANSWER_YES,
                                  N_("What has been fetched can be read and searched without a network.") },
    [VALIJA_QUESTION_INSTANT] = { VALIJA_ANSWER_NO, N_("The server does not call: Valija looks every few minutes.") },
  },
  .available = FALSE,
};

static const char * const outlook_needs[] = {
  N_("Your mail address at Outlook.com, Hotmail, Live or Microsoft 365."),
  N_("A web browser, in which you sign in with Microsoft."),
  N_("At work, perhaps your administrator’s approval. Ask for this: “Please approve the application Valija for my "
     "account, with the delegated Microsoft Graph permissions Mail.ReadWrite, Mail.Send, User.Read and "
     "offline_access.”"),
  NULL
};

static const char * const outlook_caveats[] = {
  N_("This version of Valija explains Outlook but cannot connect to it yet. Meanwhile, your mail is on Microsoft’s "
     "web site; IMAP is no way around, because Microsoft refuses passwords there."),
  N_("Your organization decides which applications may reach its mailboxes, and can refuse Valija."),
  NULL
};

const ValijaMethod valija_method_outlook = {
  .id = "outlook",
  .name = N_("Outlook"),
  .kind = N_("Reads and sends"),
  .tagline = N_("For Outlook.com, Hotmail and Microsoft 365"),
  .summary = N_("Microsoft’s service does all the work, as it does for its own Outlook. What Outlook shows on your "
                "other devices, you see here, and the other way round. You sign in with Microsoft in your browser: "
                "Valija never sees your password."),
  .who = N_("Microsoft’s service looks after security, history and sending, just as it does for Outlook."),
  .original = N_("Programs used to drive the Outlook application on the same computer. The new Outlook can no "
                 "longer be driven, so Valija signs in to the same mailbox directly, through Microsoft Graph."),
  .needs = outlook_needs,
  .caveats = outlook_caveats,
  .what_happens = N_("Your browser opens Microsoft’s sign-in page; after that Valija contacts Microsoft’s mail "
                     "service, and no other server.\n"
                     "A copy of your mail is kept on this computer, so that you can read and search it without a "
                     "network.\n"
                     "No password is kept. The permission that Microsoft grants is kept in the desktop’s keyring, "
                     "and you can withdraw it in your Microsoft account at any time."),
  .icon_name = "valija-method-outlook-symbolic",
  .capabilities = FULL_SERVICE,
  .answers = {
    [VALIJA_QUESTION_READS] = { VALIJA_ANSWER_YES, N_("Everything in your mailbox at Microsoft.") },
    [VALIJA_QUESTION_SENDS] = { VALIJA_ANSWER_YES, N_("Microsoft’s service sends it, as from Outlook.") },
    [VALIJA_QUESTION_KEEPS_SENT] = { VALIJA_ANSWER_YES, N_("Microsoft keeps a copy in Sent Items by itself.") },
    [VALIJA_QUESTION_FOLDERS] = { VALIJA_ANSWER_YES, N_("All folders, the same as in Outlook.") },
    [VALIJA_QUESTION_OFFLINE] = { VALIJA_ANSWER_YES,
                                  N_("What has been fetched can be read and searched without a network.") },
    [VALIJA_QUESTION_INSTANT] = { VALIJA_ANSWER_NO,
                                  N_("The service does not call a desktop: Valija looks every few minutes.") },
  },
  .available = FALSE,
};

static const char * const exchange_needs[] = {
  N_("Your mail address and your password at work. Usually that is all: Valija finds the server by itself."),
  N_("If it does not, the name of the Exchange server; your administrator knows it."),
  N_("Exchange Web Services, which is on unless your administrator has switched it off."),
  NULL
};

static const char * const exchange_caveats[] = {
  N_("Is your Exchange hosted at Microsoft (Exchange Online, Microsoft 365)? Then choose Outlook. Microsoft has "
     "switched this way in off there by default since October 2026, and removes it in April 2027."),
  NULL
};

const ValijaMethod valija_method_exchange = {
  .id = "exchange",
  .name = N_("Exchange"),
  .kind = N_("Reads and sends"),
  .tagline = N_("For an Exchange server that your organization runs itself"),
  .summary = N_("The Exchange server in your organization does all the work: it checks who you are, keeps your "
                "mail in its folders, files it and sends it. Reading a message here never removes it from the "
                "server."),
  .who = N_("The Exchange server looks after security, history and sending."),
  .original = N_("Programs used to go through a mail profile on the same computer, and reading could take a "
                 "message off the server. Valija talks to the server through Exchange Web Services, and leaves "
                 "everything where it is."),
  .needs = exchange_needs,
  .caveats = exchange_caveats,
  .what_happens = N_("Valija asks your organization’s servers where your mailbox is, then contacts that Exchange "
                     "server over an encrypted web connection, and no other server.\n"
                     "A copy of your mail is kept on this computer, so that you can read and search it without a "
                     "network.\n"
                     "Your password is kept in the desktop’s keyring, nowhere else."),
  .icon_name = "valija-method-exchange-symbolic",
  .capabilities = FULL_SERVICE | VALIJA_CAPABILITY_LABELS | VALIJA_CAPABILITY_INSTANT,
  .answers = {
    [VALIJA_QUESTION_READS] = { VALIJA_ANSWER_YES, N_("Everything in your mailbox on the Exchange server.") },
    [VALIJA_QUESTION_SENDS] = { VALIJA_ANSWER_YES, N_("The Exchange server sends it.") },
    [VALIJA_QUESTION_KEEPS_SENT] = { VALIJA_ANSWER_YES, N_("The server keeps a copy in Sent Items by itself.") },
    [VALIJA_QUESTION_FOLDERS] = { VALIJA_ANSWER_YES, N_("All folders, the same on every device.") },
    [VALIJA_QUESTION_OFFLINE] = { VALIJA_ANSWER_YES,
                                  N_("What has been fetched can be read and searched without a network.") },
    [VALIJA_QUESTION_INSTANT] = { VALIJA_ANSWER_YES, N_("The server tells Valija as soon as mail arrives.") },
  },
  .available = TRUE,
  .uses_incoming = TRUE,
  .incoming_ports = { 443, 0, 0 },
  .finds_server = TRUE,
};
