/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-methods-table.h"

#include <glib/gi18n-lib.h>

/* By ValijaSecurity: TLS at once (RFC 8314), TLS after the greeting, unprotected */
#define SMTP_PORTS { 465, 587, 25 }
#define POP3_PORTS { 995, 110, 110 }
#define IMAP_PORTS { 993, 143, 143 }

#define SENDING \
  (VALIJA_CAPABILITY_SEND | VALIJA_CAPABILITY_DELIVERY_RECEIPT | VALIJA_CAPABILITY_INTERNATIONAL)
#define FETCHING \
  (VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_OFFLINE | VALIJA_CAPABILITY_INTERNATIONAL)

static const char * const smtp_needs[] = {
  N_("The name of the sending server. It is usually your internet or mail provider’s, such as “smtp.example.org”."),
  N_("Nearly always a user name and a password."),
  NULL
};

static const char * const smtp_caveats[] = {
  N_("You cannot read mail with it, not even the answers to what you send."),
  N_("No copy is kept of what you send: SMTP hands the message over, and that is all. Valija can keep a copy on "
     "this computer if you say so."),
  N_("Servers expect an encrypted connection: port 465 (encrypted at once) or 587 (encrypted after a greeting). "
     "Port 25 without protection is used only if you insist, and then anybody on the way can read along."),
  NULL
};

const ValijaMethod valija_method_smtp = {
  .id = "smtp",
  .name = N_("SMTP"),
  .kind = N_("Send only"),
  .tagline = N_("To send, and nothing else"),
  .summary = N_("Valija hands your message to a sending server, which passes it on to the recipients. It is made "
                "for computers and people who only send: reports, invoices, notices."),
  .who = N_("Nobody keeps a history: Valija hands the message over, and the server delivers it."),
  .original = NULL,
  .needs = smtp_needs,
  .caveats = smtp_caveats,
  .what_happens = N_("Valija contacts the sending server when you test the account and when you send, and no other "
                     "server.\n"
                     "On this computer are kept the settings, the messages waiting in the outbox, and a copy of "
                     "what you send only if you ask for one.\n"
                     "Your password is kept in the desktop’s keyring, nowhere else."),
  .icon_name = "valija-method-smtp-symbolic",
  .capabilities = SENDING,
  .answers = {
    [VALIJA_QUESTION_READS] = { VALIJA_ANSWER_NO, N_("Nothing can be read with it.") },
    [VALIJA_QUESTION_SENDS] = { VALIJA_ANSWER_YES, N_("Through the server that you name.") },
    [VALIJA_QUESTION_KEEPS_SENT] = { VALIJA_ANSWER_NO,
                                     N_("No copy is kept. Valija can keep one on this computer if you say so.") },
    [VALIJA_QUESTION_FOLDERS] = { VALIJA_ANSWER_NO, N_("There are none: no mail is read.") },
    [VALIJA_QUESTION_OFFLINE] = { VALIJA_ANSWER_HERE,
                                  N_("What you write waits in the outbox until there is a network.") },
    [VALIJA_QUESTION_INSTANT] = { VALIJA_ANSWER_NO, N_("It receives nothing.") },
  },
  .available = TRUE,
  .uses_outgoing = TRUE,
  .outgoing_ports = SMTP_PORTS,
};

static const char * const pop3_needs[] = {
  N_("The name of your provider’s POP3 server, such as “pop.example.org”."),
  N_("The user name and the password of your mailbox."),
  NULL
};

static const char * const pop3_caveats[] = {
  N_("Only the inbox is fetched: folders on the server are not seen."),
  N_("It cannot send. To reply, add an SMTP server in the same step, or choose “Mixed SMTP + POP3”."),
  N_("What you read, flag or file here stays here: other devices do not learn of it."),
  N_("Valija leaves your mail on the server. It deletes there only if you switch that on, and then tells you when."),
  NULL
};

const ValijaMethod valija_method_pop3 = {
  .id = "pop3",
  .name = N_("POP3"),
  .kind = N_("Read only"),
  .tagline = N_("Fetches the inbox to this computer"),
  .summary = N_("Valija fetches the messages in your inbox and keeps them on this computer, where you read, search "
                "and file them. The server is no more than a letter box: the originals stay in it until you say "
                "otherwise."),
  .who = N_("Valija keeps your mail and its history, on this computer."),
  .original = NULL,
  .needs = pop3_needs,
  .caveats = pop3_caveats,
  .what_happens = N_("Valija contacts the POP3 server to look for new mail and fetch it, and no other server.\n"
                     "Your mail is kept on this computer, as the copy you work with: include it in your backups.\n"
                     "The server’s copy is left alone unless you switch deleting on.\n"
                     "Your password is kept in the desktop’s keyring, nowhere else."),
  .icon_name = "valija-method-pop3-symbolic",
  .capabilities = FETCHING,
  .answers = {
    [VALIJA_QUESTION_READS] = { VALIJA_ANSWER_YES, N_("The inbox, fetched to this computer.") },
    [VALIJA_QUESTION_SENDS] = { VALIJA_ANSWER_NO, N_("It cannot send. An SMTP server can be added in the same step.") },
    [VALIJA_QUESTION_KEEPS_SENT] = { VALIJA_ANSWER_NO,
                                     N_("Does not apply. With an added SMTP server, Valija keeps a copy on this "
                                        "computer.") },
    [VALIJA_QUESTION_FOLDERS] = { VALIJA_ANSWER_HERE,
                                  N_("Only the inbox of the server; folders that you make are on this computer.") },
    [VALIJA_QUESTION_OFFLINE] = { VALIJA_ANSWER_YES, N_("All fetched mail is on this computer.") },
    [VALIJA_QUESTION_INSTANT] = { VALIJA_ANSWER_NO, N_("The server does not call: Valija looks every few minutes.") },
  },
  .available = TRUE,
  .uses_incoming = TRUE,
  .pairs_outgoing = TRUE,
  .incoming_ports = POP3_PORTS,
  .outgoing_ports = SMTP_PORTS,
};

static const char * const mixed_needs[] = {
  N_("The names of two servers of your provider: one to read (POP3) and one to send (SMTP)."),
  N_("Usually one user name and one password for both. Each side may have its own."),
  NULL
};

static const char * const mixed_caveats[] = {
  N_("The server keeps no copy of what you send. Valija offers to keep one on this computer."),
  N_("Only the inbox is fetched: folders on the server are not seen."),
  N_("What you read, flag or file here stays here: other devices do not learn of it."),
  N_("Valija leaves your mail on the server. It deletes there only if you switch that on, and then tells you when."),
  NULL
};

const ValijaMethod valija_method_mixed = {
  .id = "mixed",
  .name = N_("Mixed SMTP + POP3"),
  .kind = N_("Reads and sends"),
  .tagline = N_("POP3 to read and SMTP to send, in one account"),
  .summary = N_("The classic mailbox of an internet provider: POP3 fetches the inbox to this computer, SMTP sends "
                "your messages. Valija makes one account of both."),
  .who = N_("Valija keeps your mail and its history, on this computer; the sending server only delivers."),
  .original = NULL,
  .needs = mixed_needs,
  .caveats = mixed_caveats,
  .what_happens = N_("Valija contacts the POP3 server to fetch mail and the SMTP server to send it, and no other "
                     "server.\n"
                     "Your mail, and a copy of what you send if you want one, is kept on this computer: include it "
                     "in your backups.\n"
                     "The server’s copy of your inbox is left alone unless you switch deleting on.\n"
                     "Your passwords are kept in the desktop’s keyring, nowhere else."),
  .icon_name = "valija-method-mixed-symbolic",
  .capabilities = SENDING | FETCHING,
  .answers = {
    [VALIJA_QUESTION_READS] = { VALIJA_ANSWER_YES, N_("The inbox, fetched to this computer by POP3.") },
    [VALIJA_QUESTION_SENDS] = { VALIJA_ANSWER_YES, N_("Through the SMTP server.") },
    [VALIJA_QUESTION_KEEPS_SENT] = { VALIJA_ANSWER_HERE,
                                     N_("Not on the server. Valija offers to keep a copy on this computer.") },
    [VALIJA_QUESTION_FOLDERS] = { VALIJA_ANSWER_HERE,
                                  N_("Only the inbox of the server; folders that you make are on this computer.") },
    [VALIJA_QUESTION_OFFLINE] = { VALIJA_ANSWER_YES,
                                  N_("All fetched mail is on this computer; what you write waits in the outbox.") },
    [VALIJA_QUESTION_INSTANT] = { VALIJA_ANSWER_NO, N_("The server does not call: Valija looks every few minutes.") },
  },
  .available = TRUE,
  .uses_incoming = TRUE,
  .uses_outgoing = TRUE,
  .incoming_ports = POP3_PORTS,
  .outgoing_ports = SMTP_PORTS,
};

static const char * const imap_needs[] = {
  N_("The name of your provider’s IMAP server, such as “imap.example.org”."),
  N_("The user name and the password of your mailbox. Some providers want an app password, made on their web site."),
  N_("To send as well: the name of the SMTP server. Valija asks for it in the same step."),
  NULL
};

static const char * const imap_caveats[] = {
  N_("IMAP cannot send. Pair it with an SMTP server to send from the same address; what you send is then filed in "
     "the server’s Sent folder."),
  N_("What you delete here is deleted for all your devices, because all of them look at the same mailbox."),
  NULL
};

const ValijaMethod valija_method_imap = {
  .id = "imap",
  .name = N_("IMAP"),
  .kind = N_("Read only"),
  .tagline = N_("All your folders, the same on every device"),
  .summary = N_("Your mail stays on the server, and Valija shows it with all its folders. What you read, flag, "
                "move or delete here is so on your phone and everywhere else, and a copy on this computer lets you "
                "go on without a network."),
  .who = N_("The server looks after what is read and filed; Valija looks after the rest."),
  .original = NULL,
  .needs = imap_needs,
  .caveats = imap_caveats,
  .what_happens = N_("Valija contacts the IMAP server, and the SMTP server if you pair one, and no other server.\n"
                     "Your mail stays on the server. A copy is kept on this computer, so that you can read and "
                     "search it without a network; it can be fetched again at any time.\n"
                     "Your password is kept in the desktop’s keyring, nowhere else."),
  .icon_name = "valija-method-imap-symbolic",
  .capabilities = FETCHING | VALIJA_CAPABILITY_ORGANIZE | VALIJA_CAPABILITY_LABELS | VALIJA_CAPABILITY_FOLDERS |
                  VALIJA_CAPABILITY_INSTANT | VALIJA_CAPABILITY_SEARCH,
  .answers = {
    [VALIJA_QUESTION_READS] = { VALIJA_ANSWER_YES, N_("Everything in your mailbox.") },
    [VALIJA_QUESTION_SENDS] = { VALIJA_ANSWER_NO,
                                N_("It cannot send. An SMTP server is paired with it in the same step.") },
    [VALIJA_QUESTION_KEEPS_SENT] = { VALIJA_ANSWER_SEE_NOTE,
                                     N_("With a paired SMTP server, Valija files what you send in the server’s "
                                        "Sent folder.") },
    [VALIJA_QUESTION_FOLDERS] = { VALIJA_ANSWER_YES, N_("All folders, the same on every device.") },
    [VALIJA_QUESTION_OFFLINE] = { VALIJA_ANSWER_YES,
                                  N_("What has been fetched can be read and searched without a network.") },
    [VALIJA_QUESTION_INSTANT] = { VALIJA_ANSWER_YES, N_("Most servers tell Valija as soon as mail arrives.") },
  },
  .available = TRUE,
  .uses_incoming = TRUE,
  .pairs_outgoing = TRUE,
  .incoming_ports = IMAP_PORTS,
  .outgoing_ports = SMTP_PORTS,
};
