/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

/* NAME
 *   valijactl - Valija's engine from a terminal
 *
 * SYNOPSIS
 *   valijactl [--profile DIR] [--keyring-key FILE] [--json] [--stats] COMMAND [OPTION…] [ARGUMENT…]
 *
 * It does what the application does, by the same engine, one command at a time. While the application runs on the same
 * profile the store is in use, and valijactl says so.
 *
 * OPTIONS FOR ALL COMMANDS
 *   --profile DIR   settings, store and all else of this run in DIR (config/, data/, cache/) instead of the user's
 *                   directories
 *   --keyring-key FILE
 *                   passwords are in the file "keyring" of the profile (without one: of the user's data), and not in
 *                   the desktop's keyring. It is encrypted, with what is in FILE; a FILE that is not there is made,
 *                   with a new random key. VALIJA_KEYRING_KEY=FILE in the environment is the same
 *   --json          one JSON object on standard output ("watch": one a line, as they come)
 *   --stats         what it cost: turns, bytes, connections, seconds. On standard error, or as "stats" in the object
 *
 * PASSWORDS are never arguments. `account add`, `account password` and `account test` read them from standard input
 * with --password-stdin: one line, or two where both sides have their own (incoming, then outgoing). The first two put
 * them into the keyring.
 *
 * NUMBERS of messages stay the same as long as the message is there. Those of mail that is only on this computer are
 * negative.
 *
 * EXIT STATUS: ValijaCliExit.
 *
 * JSON. The names stay; there may be more of them. Times are ISO 8601 in UTC, null when unknown; sizes are octets.
 *   error (when it failed, in every object): code side step title message advice server_line certificate{host port
 *     subject names issuer not_before not_after sha256 reasons}
 *   stats: turns bytes_in bytes_out connections seconds
 *   methods: [id name available capabilities[] kind tagline summary who original needs[] caveats[] what_happens
 *     answers{reads sends keeps-sent folders offline instant: {answer note}} uses_incoming uses_outgoing pairs_outgoing
 *     finds_server incoming_ports{} outgoing_ports{}]
 *   account add, show, change: account{id name method email paused}; show, change: settings{KEY: value}; show:
 *     sent_copy last_checked size{messages whole bytes_here bytes_listed}; pause, resume: paused
 *   account add, test, where the server was looked for: server{host port source}
 *   account list: accounts[] removed[]; account remove: kept (messages that are only on this computer) unsent (removed
 *     from the outbox with --local-mail)
 *   account test: ok steps[{side step label state detail error}] facts[] transcript
 *   folders: folders[{id account path name role depth selectable local total unread policy last_checked}]
 *   folder show: folder{as of folders} size{messages whole bytes_here bytes_listed}; folder set: policy
 *   sync: accounts[{account name new alert notice error}]
 *   search: terms[{operator text negated alternative label hint}], operator null for words; messages[] as
 *     of list, also with --conversations, when ids[] are those that were found; with --server: server{folders
 *     older found[] problems[]}
 *   list: messages[{id account folder message_id subject sender sender_address recipients date size flags[] labels[]
 *     attachments here preview conversation}]; with --conversations of each also: messages people[{name address
 *     unread}] ids[]
 *   show, inspect: id labels[] (of show) subject from[{name address}] reply_to[] to[] cc[] bcc[] date message_id
 *     in_reply_to references priority confidentiality confirmation_to[{name address}] raw_headers text html truncated
 *     parts[{index depth type charset name safe_name content_id attachment inline_image
 *     size}] saved[]; with --raw: raw; with --conversation: messages[] as of list, with text
 *   confirm: confirmed
 *   flag, label, move, delete: changed label; folder create, rename, remove: label
 *   send --draft: draft; send --print: raw
 *   check: addresses[{address verdict server_line}], a verdict of valid invalid confirmed accepted refused unknown
 *   send, outbox retry, outbox confirm: item{id account subject recipients state words date attempts}; outbox: items[]
 *   outbox send: sent
 *   replies show, set: replies{state answers from until inside to allowed outside}
 *   watch: event folder new, one object a line
 *
 * WORDS that such a name has for a value, for scripts to compare; they stay, too, and there may be more of them.
 *   side: none incoming outgoing both ("both": the one server that has both)
 *   step: none discover connect secure greeting sign-in list-folders open-folder sync fetch change sender recipients
 *     send close store
 *   code, of an error: failed cancelled resolve connect timed-out disconnected offline certificate tls no-starttls
 *     authentication no-mechanism no-secret keyring protocol limit refused try-later over-quota recipient too-large
 *     not-found unsupported uncertain storage in-use disk-full newer-data renumbered invalid
 *   state, of a step of account test: waiting running passed failed skipped
 *   state, of an item of the outbox: pending sending sent error uncertain
 *   role: none inbox drafts sent archive junk trash all flagged
 *   policy: account headers whole never
 *   labels: names that people gave; "$label1" to "$label5" are shown as Important, Work, Personal, To Do and Later
 *   flags: seen answered flagged deleted draft forwarded junk not-junk mdn-sent
 *   replies, state: off on period; to, allowed: nobody contacts everybody
 *   priority: normal high low; confidentiality: none personal private confidential
 */

static void
print_commands (const ValijaCliCommand *table)
{
  for (guint i = 0; table[i].name != NULL; i++)
    {
      g_autofree char *usage = g_strjoin (" ", table[i].name, table[i].arguments, NULL);
      g_autofree char *padded = valija_cli_pad (usage, 28);

      printf ("  %s %s\n", padded, _(table[i].summary));
    }
}

void
valija_cli_print_help (const ValijaCliCommand * const *tables)
{
  g_autofree char *keys = valija_cli_describe_keys ();

  printf ("%s\n  valijactl [--profile DIR] [--keyring-key FILE] [--json] [--stats] %s\n\n%s\n", _("Usage:"),
          _("COMMAND [OPTION…] [ARGUMENT…]"), _("Commands:"));
  for (guint i = 0; tables[i] != NULL; i++)
    print_commands (tables[i]);

  printf ("\n%s\n", _("Options for all commands:"));
  printf ("  --profile=DIR                %s\n", _("Keep settings, store and all else in this directory"));
  printf ("  --keyring-key=FILE           %s\n", _("Keep passwords in an encrypted file, not in the desktop’s keyring; "
                                                    "FILE is its key, made if missing"));
  printf ("  --json                       %s\n", _("Answer for machines"));
  printf ("  --stats                      %s\n", _("Tell what it cost: turns, bytes, seconds"));
  printf ("  --help                       %s\n", _("This page; after a command, its options"));
  printf ("  --version                    %s\n", _("Which version it is"));

  printf ("\n%s\n", keys);
  printf ("\n%s\n", _("Exit status:"));
  printf ("  %3d  %s\n", VALIJA_CLI_DONE, _("done"));
  printf ("  %3d  %s\n", VALIJA_CLI_FAILED, _("failed for another reason"));
  printf ("  %3d  %s\n", VALIJA_CLI_USAGE, _("the command line or a setting makes no sense"));
  printf ("  %3d  %s\n", VALIJA_CLI_NOT_FOUND, _("no such account, folder or message"));
  printf ("  %3d  %s\n", VALIJA_CLI_NETWORK, _("the server was not reached, went silent, or says “not now”"));
  printf ("  %3d  %s\n", VALIJA_CLI_INSECURE, _("the connection is not safe: certificate, TLS, STARTTLS"));
  printf ("  %3d  %s\n", VALIJA_CLI_SIGN_IN, _("name or password refused, none stored, or no keyring"));
  printf ("  %3d  %s\n", VALIJA_CLI_REFUSED, _("the server said no"));
  printf ("  %3d  %s\n", VALIJA_CLI_UNSUPPORTED, _("this method or this server cannot do it"));
  printf ("  %3d  %s\n", VALIJA_CLI_STORAGE, _("the store or the disk of this computer failed"));
  printf ("  %3d  %s\n", VALIJA_CLI_UNCERTAIN, _("a message may or may not have been sent"));
  printf ("  %3d  %s\n", VALIJA_CLI_INTERRUPTED, _("interrupted"));
}
