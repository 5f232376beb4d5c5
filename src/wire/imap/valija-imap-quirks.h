/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-capability.h"

G_BEGIN_DECLS

/* Where real servers leave RFC 3501 and 9051, and where we go along: one list, in place of remarks all over the code.
 * "MailKit n" is an issue of jstedfast/MailKit, in whose release notes most of these are told; each has a case in
 * tests/wire/imap or tests/sessions/imap.
 *
 * Lines
 *   Q1  a bare LF ends a line (home-made servers)
 *   Q2  blanks before the line end, or several between values (Exchange 2003, Courier)
 *   Q3  empty lines between responses (some proxies)
 *   Q4  status responses without text, or with a code that is never closed: all of it is text
 *   Q5  8-bit characters in quoted strings and atoms without UTF8=ACCEPT: kept, made valid UTF-8 when they are shown
 * Names
 *   Q6  unescaped square brackets in an unquoted mailbox name or flag (MailKit 222, 193)
 *   Q7  "inbox" in any case (Yahoo!; MailKit 242)
 *   Q8  modified UTF-7 that is not canonical or not valid: the name is kept as the server spells it
 * Numbers
 *   Q9  UIDVALIDITY 0 (SmarterMail; MailKit 150, 240) and MODSEQ 0 (Gmail; MailKit 228)
 *   Q10 -1 as a number of lines or octets in BODYSTRUCTURE: 0
 * Responses
 *   Q11 ESEARCH answered by SEARCH (Cyrus 2.4.16), ESEARCH without UID (AOL; MailKit 191), pairs in parentheses
 *       (MailKit release 1.2.22), a MODSEQ group within SEARCH (MailKit 166)
 *   Q12 no PERMANENTFLAGS: all flags are permanent (MailKit 140)
 *   Q13 ID NIL (MailKit release 1.2.18)
 *   Q14 a BYE in place of a greeting (MailKit 262)
 * BODYSTRUCTURE
 *   Q16 NIL media type or subtype, NIL parameter values (MailKit 226, 124)
 *   Q17 NIL as a part, a multipart without parts (MailKit 244, 205)
 *   Q18 message/rfc822 without envelope and structure, as any other part (MailKit 205)
 *   Q19 FETCH that tells nothing but the sequence number, and FETCH items never asked for
 * Promises that are not kept: what a server says that it can, and is not taken at its word for
 *   Q20 UTF8=ACCEPT of Dovecot 2.4 (mail_utf8_extensions), told by its SNIPPET=FUZZY: it is enabled, and names still
 *       are modified UTF-7 ("Mailbox name is not valid mUTF-7"); where it has IMAP4rev2 as well, names are UTF-8
 *   Q21 NOTIFY of Dovecot 2.4: LIST of an inbox that nothing happened to
 *   Q22 Cyrus 3.10 refuses without a code (RFC 5530) where a folder is not there, or there already
 *   Q23 STATUS of Cyrus 3.10 with MAILBOXID and anything that it must open the folder for: the id is of freed memory,
 *       and may hold a parenthesis. Alone it is right: it is asked for apart, of all servers
 *   Q24 Exchange Online says in words alone, after NO or BAD, that it is too much at once ("Request is throttled.
 *       Suggested Backoff Time: …": imapsync 198, email-oauth2-proxy 191), or that it does not reach the mailbox that
 *       it has let us into ("User is authenticated but not connected": imap-simple 94): it is to be asked again later
 */

/* Of what @words, those of CAPABILITY, promise: what is not kept. */
ValijaImapCapabilities valija_imap_quirks_get_untrue (const char * const *words);

/* The code of @response, or the one that its words stand for. */
ValijaImapCode         valija_imap_quirks_get_code   (const ValijaImapResponse *response);

G_END_DECLS
