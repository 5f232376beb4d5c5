/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

#include "base/valija-error.h"

#define HEADERS                                                                                                        \
  "BODY.PEEK[HEADER.FIELDS (DATE FROM SENDER REPLY-TO TO CC BCC SUBJECT "                                              \
  "MESSAGE-ID IN-REPLY-TO REFERENCES CONTENT-TYPE CONTENT-DISPOSITION)]"
#define ITEMS "(UID FLAGS INTERNALDATE RFC822.SIZE " HEADERS ")"

/* A message whose header is "Subject: x" with @letter. */
#define MESSAGE(number, uid, flags, letter)                                                                            \
  "S: * " number " FETCH (UID " uid " FLAGS (" flags                                                                   \
  ") INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 100 BODY[HEADER.FIELDS (DATE)] {14}\n"                    \
  "S: Subject: " letter "\nS: \nS: )\n"

#define QRESYNC_OPENING                                                                                                \
  OPENING ("ENABLE QRESYNC ESEARCH")                                                                                   \
  "C: V2 ENABLE QRESYNC\nC: V3 LIST \"\" \"*\"\nS: * ENABLED QRESYNC\nS: V2 OK x\nS: V3 OK x\n"

#define SELECTED(tag, exists, validity, next, mod_seq)                                                                 \
  "S: * " exists " EXISTS\nS: * OK [UIDVALIDITY " validity "] x\nS: * OK [UIDNEXT " next                               \
  "] x\nS: * OK [HIGHESTMODSEQ " mod_seq "] x\n"

typedef struct
{
  const char *name;
  const char *first;      /* round from nothing; it ends with LOGOUT … */
  const char *first_told;
  const char *second;     /* … and another session goes on from its cursor */
  const char *second_told;
} Rounds;

static const Rounds rounds[] = {
  { "qresync",
    QRESYNC_OPENING "C: V4 SELECT INBOX\n" SELECTED (
        "V4", "3", "7", "6", "10") "S: V4 OK [READ-WRITE] x\n"
                                   "C: V5 UID FETCH 1:5 " ITEMS "\n" MESSAGE ("1", "1", "\\Seen", "a")
                                       MESSAGE ("2", "3", "", "b")
                                           MESSAGE ("3", "5", "\\Flagged", "c") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.5:c:4 +7.3:b:0 +7.1:a:1 3/5 \n3/5 final\n",
    QRESYNC_OPENING "C: V4 SELECT INBOX (QRESYNC (7 10 1:5))\n" SELECTED (
        "V4",
        "3",
        "7",
        "7",
        "12") "S: * VANISHED (EARLIER) 2:3,100:4000000000\nS: * 1 FETCH (UID 1 FLAGS (\\Seen \\Answered) MODSEQ (11))\n"
              "S: V4 OK x\nC: V5 UID FETCH 6 " ITEMS "\n" MESSAGE ("3", "6", "", "d") "S: V5 OK x\n" GOODBYE ("V6"),
    "=7.1:3 -7.3 0/1 \n+7.6:d:0 1/1 \n1/1 final\n" },
  { "nothing-new",
    QRESYNC_OPENING
    "C: V4 SELECT INBOX\n" SELECTED ("V4", "1", "7", "2", "10") "S: V4 OK x\n"
                                                                "C: V5 UID FETCH 1 " ITEMS "\n" MESSAGE (
                                                                    "1", "1", "", "a") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.1:a:0 1/1 \n1/1 final\n",
    QRESYNC_OPENING
    "C: V4 SELECT INBOX (QRESYNC (7 10 1))\n" SELECTED ("V4", "1", "7", "2", "10") "S: V4 OK x\n" GOODBYE ("V5"),
    "final\n" },
  { "empty", QRESYNC_OPENING "C: V4 SELECT INBOX\n" SELECTED ("V4", "0", "7", "1", "1") "S: V4 OK x\n" GOODBYE ("V5"),
    "restart final\n",
    QRESYNC_OPENING
    "C: V4 SELECT INBOX\n" SELECTED ("V4", "1", "7", "2", "3") "S: V4 OK x\n"
                                                               "C: V5 UID FETCH 1 " ITEMS "\n" MESSAGE (
                                                                   "1", "1", "", "a") "S: V5 OK x\n" GOODBYE ("V6"),
    "+7.1:a:0 1/1 \n1/1 final\n" },
  /* What is in a message has a name of its own, by which it is known again elsewhere (RFC 8474, and Gmail's) */
  { "content-names",
    OPENING ("OBJECTID X-GM-EXT-1") "C: V2 LIST \"\" \"*\"\nS: V2 OK x\nC: V3 SELECT INBOX\n" SELECTED (
        "V3", "1", "7", "2", "0") "S: V3 OK x\n"
                                  "C: V4 UID FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE EMAILID X-GM-LABELS " HEADERS
                                  ")\nS: * 1 FETCH (UID 1 X-GM-LABELS () EMAILID (M6d99ac32) FLAGS () "
                                  "BODY[HEADER.FIELDS (DATE)] {14}\nS: Subject: a\nS: \n"
                                  "S: )\nS: V4 OK x\n" GOODBYE ("V5"),
    "restart +7.1:a:0:M6d99ac32 1/1 \n1/1 final\n",
    OPENING ("X-GM-EXT-1") "C: V2 LIST \"\" \"*\"\nS: V2 OK x\nC: V3 SELECT INBOX\n" SELECTED (
        "V3", "1", "8", "2", "0") "S: V3 OK x\n"
                                  "C: V4 UID FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE "
                                  "X-GM-MSGID X-GM-LABELS " HEADERS
                                  ")\nS: * 1 FETCH (UID 1 X-GM-LABELS () X-GM-MSGID 1278455344230334865 "
                                  "BODY[HEADER.FIELDS (DATE)] {14}\nS: Subject: a\nS: \n"
                                  "S: )\nS: V4 OK x\n" GOODBYE ("V5"),
    "restart +8.1:a:0:1278455344230334865 1/1 \n1/1 final\n" },
  /* Labels are keywords: with the list, and with what has changed since */
  { "keywords",
    QRESYNC_OPENING "C: V4 SELECT INBOX\n" SELECTED (
        "V4", "2", "7", "3", "10") "S: V4 OK x\n"
                                   "C: V5 UID FETCH 1:2 " ITEMS "\n" MESSAGE ("1", "1", "\\Seen Work NonJunk", "a")
                                       MESSAGE ("2", "2", "", "b") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.2:b:0 +7.1:a:129#Work 2/2 \n2/2 final\n",
    QRESYNC_OPENING "C: V4 SELECT INBOX (QRESYNC (7 10 1:2))\n" SELECTED (
        "V4", "2", "7", "3", "12") "S: * 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (11))\n"
                                   "S: * 2 FETCH (UID 2 FLAGS (To&ACA-Do a&ACAAIA-b $label1 $Forwarded) MODSEQ (12))\n"
                                   "S: V4 OK x\n" GOODBYE ("V5"),
    "=7.2:32#$label1#To Do =7.1:1 \nfinal\n" },
  /* Where the server numbers no changes a label alone makes another sum */
  { "keywords-plain",
    OPENING ("") LISTING COUNTING
    "C: V4 SELECT INBOX\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\nS: V4 OK x\n"
    "C: V5 UID FETCH 1:3 " ITEMS "\n" MESSAGE ("1", "3", "Work", "c") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.3:c:0#Work 1/3 \n1/3 final\n",
    OPENING ("") LISTING COUNTING
    "C: V4 SELECT INBOX\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\nS: V4 OK x\n"
    "C: V5 UID FETCH 3 (UID FLAGS)\nS: * 1 FETCH (UID 3 FLAGS (Later))\nS: V5 OK x\n" GOODBYE ("V6"),
    "=7.3:0#Later \nfinal\n" },
  /* Gmail has its own, asked for in the same command; keywords are none. What it does not tell stays as it is */
  { "gmail-labels",
    OPENING ("CONDSTORE X-GM-EXT-1") LISTING COUNTING "C: V4 SELECT INBOX (CONDSTORE)\n" SELECTED (
        "V4", "1", "7", "2", "10") "S: V4 OK x\n"
                                   "C: V5 UID FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE X-GM-MSGID X-GM-LABELS "
                                   HEADERS ")\nS: * 1 FETCH (X-GM-LABELS (\"\\\\Inbox\" \"a  b\" \"Muy &AME-cido\" "
                                   "a/b) UID 1 FLAGS (NotALabel) BODY[HEADER.FIELDS (DATE)] {14}\n"
                                   "S: Subject: a\nS: \nS: )\n"
                                   "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.1:a:0#a/b#Muy \303\201cido 1/1 \n1/1 final\n",
    OPENING ("CONDSTORE X-GM-EXT-1") LISTING COUNTING "C: V4 SELECT INBOX (CONDSTORE)\n" SELECTED (
        "V4", "1", "7", "2", "12") "S: V4 OK x\nC: V5 UID FETCH 1 (UID FLAGS X-GM-LABELS) (CHANGEDSINCE 10)\n"
                                   "S: * 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (12))\n"
                                   "S: * 1 FETCH (UID 1 FLAGS (\\Seen) X-GM-LABELS (\\Inbox) MODSEQ (12))\n"
                                   "S: V5 OK x\n" GOODBYE ("V6"),
    "=7.1:1 =7.1:1? \nfinal\n" },
  { "other-validity",
    QRESYNC_OPENING
    "C: V4 SELECT INBOX\n" SELECTED ("V4", "1", "7", "2", "10") "S: V4 OK x\n"
                                                                "C: V5 UID FETCH 1 " ITEMS "\n" MESSAGE (
                                                                    "1", "1", "", "a") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.1:a:0 1/1 \n1/1 final\n",
    QRESYNC_OPENING "C: V4 SELECT INBOX (QRESYNC (7 10 1))\n" SELECTED (
        "V4", "1", "8", "2", "10") "S: V4 OK x\n"
                                   "C: V5 UID FETCH 1 " ITEMS
                                   "\n" MESSAGE ("1", "1", "", "b") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +8.1:b:0 1/1 \n1/1 final\n" },
  /* QRESYNC that told less than happened: the count shows it, and a search finds what */
  { "miscounted",
    QRESYNC_OPENING "C: V4 SELECT INBOX\n" SELECTED (
        "V4", "2", "7", "3", "10") "S: V4 OK x\n"
                                   "C: V5 UID FETCH 1:2 " ITEMS "\n" MESSAGE ("1", "1", "", "a")
                                       MESSAGE ("2", "2", "", "b") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.2:b:0 +7.1:a:0 2/2 \n2/2 final\n",
    QRESYNC_OPENING "C: V4 SELECT INBOX (QRESYNC (7 10 1:2))\n" SELECTED (
        "V4",
        "1",
        "7",
        "3",
        "10") "S: V4 OK x\n"
              "C: V5 UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG \"V5\") UID ALL 2\nS: V5 OK x\n" GOODBYE ("V6"),
    "-7.1 \nfinal\n" },
  { "condstore",
    OPENING ("CONDSTORE") LISTING COUNTING "C: V4 SELECT INBOX (CONDSTORE)\n" SELECTED (
        "V4", "2", "7", "3", "10") "S: V4 OK x\n"
                                   "C: V5 UID FETCH 1:2 " ITEMS "\n" MESSAGE ("1", "1", "", "a")
                                       MESSAGE ("2", "2", "", "b") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.2:b:0 +7.1:a:0 2/2 \n2/2 final\n",
    OPENING ("CONDSTORE") LISTING COUNTING "C: V4 SELECT INBOX (CONDSTORE)\n" SELECTED (
        "V4",
        "2",
        "7",
        "4",
        "12") "S: V4 OK x\n"
              "C: V5 UID SEARCH ALL\nC: V6 UID FETCH 1:2 (UID FLAGS) (CHANGEDSINCE 10)\n"
              "S: * SEARCH 2 3\nS: V5 OK x\nS: * 1 FETCH (UID 2 FLAGS (\\Deleted) MODSEQ (12))\nS: V6 OK x\n"
              "C: V7 UID FETCH 3 " ITEMS "\n" MESSAGE ("2", "3", "", "c") "S: V7 OK x\n" GOODBYE ("V8"),
    "=7.2:8 -7.1 0/1 \n+7.3:c:0 1/1 \n1/1 final\n" },
  { "plain",
    OPENING ("") LISTING COUNTING
    "C: V4 SELECT INBOX\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\nS: V4 OK x\n"
    "C: V5 UID FETCH 1:3 " ITEMS "\n" MESSAGE ("1", "1", "", "a") MESSAGE ("2", "2", "", "b")
        MESSAGE ("3", "3", "", "c") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.3:c:0 +7.2:b:0 +7.1:a:0 3/3 \n3/3 final\n",
    OPENING ("") LISTING COUNTING
    "C: V4 SELECT INBOX\nS: * 2 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\nS: V4 OK x\n"
    "C: V5 UID FETCH 1:3 (UID FLAGS)\nS: * 1 FETCH (UID 1 FLAGS (\\Seen))\nS: * 2 FETCH (FLAGS () UID 3)\nS: V5 OK "
    "x\n" GOODBYE ("V6"),
    "=7.3:0 =7.1:1 -7.2 \nfinal\n" },
  { "plain-same",
    OPENING ("") LISTING COUNTING
    "C: V4 SELECT INBOX\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\nS: V4 OK x\n"
    "C: V5 UID FETCH 1:3 " ITEMS "\n" MESSAGE ("1", "3", "\\Seen", "c") "S: V5 OK x\n" GOODBYE ("V6"),
    "restart +7.3:c:1 1/3 \n1/3 final\n",
    OPENING ("") LISTING COUNTING
    "C: V4 SELECT INBOX\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\nS: V4 OK x\n"
    "C: V5 UID FETCH 3 (UID FLAGS)\nS: * 1 FETCH (UID 3 FLAGS (\\Seen))\nS: V5 OK x\n" GOODBYE ("V6"),
    "final\n" },
  /* No UIDNEXT and no UIDVALIDITY: what there is must be searched */
  { "no-uidnext",
    OPENING ("") LISTING COUNTING "C: V4 SELECT INBOX\nS: * 1 EXISTS\nS: V4 OK x\n"
                                  "C: V5 FETCH 1:* " ITEMS "\nC: V6 UID SEARCH UID 1:4294967295\n" MESSAGE (
                                      "1", "9", "", "a") "S: V5 OK x\n"
                                                         "S: * SEARCH 9\nS: V6 OK x\n" GOODBYE ("V7"),
    "restart +0.9:a:0 1/1 \n1/1 final\n",
    OPENING ("") LISTING COUNTING
    "C: V4 SELECT INBOX\nS: * 1 EXISTS\nS: V4 OK x\n"
    "C: V5 FETCH 1:* " ITEMS "\nC: V6 UID SEARCH UID 10:4294967295\nC: V7 UID FETCH 9 (UID FLAGS)\n" MESSAGE (
        "1", "9", "", "a") "S: V5 OK x\n"
                           "S: * SEARCH\nS: V6 OK x\nS: * 1 FETCH (UID 9 FLAGS ())\nS: V7 OK x\n" GOODBYE ("V8"),
    "+0.9:a:0 \nfinal\n" },
};

static void
play_round (const char *script,
            const char *told,
            GBytes    **cursor)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(GBytes) before = *cursor != NULL ? g_bytes_ref (*cursor) : NULL;
  g_autofree char *seen = NULL;

  valija_script_server_add (server, script);
  imap_assert_listed (session);
  seen = imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", before), cursor, NULL);
  g_assert_cmpstr (seen, ==, told);
  imap_close (session);
}

static void
test_rounds (gconstpointer data)
{
  const Rounds *test = data;
  g_autoptr(GBytes) cursor = NULL;

  play_round (test->first, test->first_told, &cursor);
  play_round (test->second, test->second_told, &cursor);
}

/* Says at once something that nobody asked for, and answers when it has heard. */
#define FAR "S: * OK busy\nDELAY 40\n"

/* Far away and much to come: compressed from the turn on in which it is known that it is much, and not before. */
static void
test_compress (void)
{
  g_autoptr(GBytes) cursor = NULL;

  play_round (GREETING SIGN_IN FAR "S: V1 OK [CAPABILITY IMAP4rev1 ESEARCH LIST-STATUS COMPRESS=DEFLATE] in\n"
              "C: V2 LIST \"\" \"*\" RETURN (STATUS (" COUNTS "))\n" FAR "S: V2 OK x\n"
              "C: V3 SELECT INBOX\n" FAR
              "S: * 600 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 1000] x\nS: V3 OK x\n"
              "C: V4 FETCH 551:* " ITEMS "\nC: V5 UID SEARCH RETURN (ALL) UID 1:999\nC: V6 COMPRESS DEFLATE\nDELAY 40\n"
              MESSAGE ("600", "990", "", "b") "S: V4 OK x\nS: * ESEARCH (TAG \"V5\") UID ALL 5,990\nS: V5 OK x\n"
              "S: V6 OK x\nDEFLATE\nC: V7 UID FETCH 5 " ITEMS "\n" MESSAGE ("1", "5", "", "a") "S: V7 OK x\n"
              GOODBYE ("V8"),
              "restart +7.990:b:0 1/2 \n+7.5:a:0 2/2 \n2/2 final\n", &cursor);
}

#define MANY(capabilities) \
  OPENING (capabilities) "C: V2 LIST \"\" \"*\" RETURN (STATUS (" COUNTS "))\n" \
  "S: * LIST () \"/\" INBOX\nS: * STATUS INBOX (MESSAGES 600 UNSEEN 1)\nS: V2 OK x\n" \
  "C: V3 SELECT INBOX\nC: V4 FETCH 551:* " ITEMS "\n"

/* The list has told how many there are: the newest are asked for together with SELECT. */
static void
test_guess (void)
{
  g_autoptr(GBytes) cursor = NULL;

  play_round (MANY ("ESEARCH LIST-STATUS")
              "S: * 601 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 1000] x\nS: V3 OK x\n"
              MESSAGE ("600", "990", "", "b") MESSAGE ("601", "995", "", "c") "S: V4 OK x\n"
              "C: V5 UID SEARCH RETURN (ALL) UID 1:999\nS: * ESEARCH (TAG \"V5\") UID ALL 5,990,995\nS: V5 OK x\n"
              "C: V6 UID FETCH 5 " ITEMS "\n" MESSAGE ("1", "5", "", "a") "S: V6 OK x\n" GOODBYE ("V7"),
              "restart +7.995:c:0 +7.990:b:0 2/3 \n+7.5:a:0 3/3 \n3/3 final\n", &cursor);
}

/* Told before it is known what else there is; gone on with from the cursor of these. */
static void
test_guess_first (void)
{
  g_autoptr(GBytes) cursor = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *seen = NULL;

  valija_script_server_add (server,
              OPENING ("CONDSTORE ESEARCH LIST-STATUS")
              "C: V2 LIST \"\" \"*\" RETURN (STATUS (" COUNTS " HIGHESTMODSEQ))\n"
              "S: * LIST () \"/\" INBOX\nS: * STATUS INBOX (MESSAGES 600 UNSEEN 1)\nS: V2 OK x\n"
              "C: V3 SELECT INBOX (CONDSTORE)\nC: V4 FETCH 551:* " ITEMS "\n" SELECTED ("V3", "600", "7", "1000", "9")
              "S: V3 OK x\n" MESSAGE ("600", "990", "", "b") "S: V4 OK x\n"
              "C: V5 UID SEARCH RETURN (ALL) UID 1:999\nCLOSE\n");
  imap_assert_listed (session);
  seen = imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL), &cursor, &error);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
  g_assert_cmpstr (seen, ==, "restart +7.990:b:0 1/600 \n");
  imap_close (session);

  play_round (OPENING ("CONDSTORE ESEARCH") LISTING COUNTING "C: V4 SELECT INBOX (CONDSTORE)\n"
              SELECTED ("V4", "2", "7", "1000", "9") "S: V4 OK x\n"
              "C: V5 UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG \"V5\") UID ALL 5,990\nS: V5 OK x\n"
              "C: V6 UID FETCH 5 " ITEMS "\n" MESSAGE ("1", "5", "", "a") "S: V6 OK x\n" GOODBYE ("V7"),
              "+7.5:a:0 1/1 \n1/1 final\n", &cursor);
}

/* And they are many no more: no message has the number that was asked for. */
static void
test_wrong_guess (void)
{
  g_autoptr(GBytes) cursor = NULL;

  play_round (MANY ("LIST-STATUS")
              "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 1000] x\nS: V3 OK x\n"
              "S: V4 BAD no such message\nC: V5 UID SEARCH UID 1:999\nS: * SEARCH 5\nS: V5 OK x\n"
              "C: V6 UID FETCH 5 " ITEMS "\n" MESSAGE ("1", "5", "", "a") "S: V6 OK x\n" GOODBYE ("V7"),
              "restart +7.5:a:0 1/1 \n1/1 final\n", &cursor);
}

/* A folder of 1200: the newest 50 first, then from above in batches; a cut in the midst is gone on with. */
static char *
large_script (void)
{
  GString *script = g_string_new (OPENING ("ESEARCH") LISTING COUNTING);

  g_string_append (
      script, "C: V4 SELECT INBOX\nS: * 1200 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 2401] x\nS: V4 OK x\n"
              "C: V5 FETCH 1151:* " ITEMS "\nC: V6 UID SEARCH RETURN (ALL) UID 1:2400\n");
  for (guint i = 1151; i <= 1200; i++)
    g_string_append_printf (script, "S: * %u FETCH (UID %u FLAGS () BODY[HEADER.FIELDS (DATE)] {3}\nS: a\nS: )\n", i,
                            2 * i);
  g_string_append (script, "S: V5 OK x\nS+ * ESEARCH (TAG \"V6\") UID ALL 2\n");
  for (guint i = 2; i <= 1200; i++)
    g_string_append_printf (script, "S+ ,%u\n", 2 * i);
  g_string_append (script,
                   "S: \nS: V6 OK x\nC? V7 UID FETCH 1502,1504,*,2300 (UID *\nC? V8 UID FETCH 702,704,*,1500 (UID *\n"
                   "C? V9 UID FETCH 2,4,*,700 (UID *\n");
  for (guint i = 751; i <= 1150; i++)
    g_string_append_printf (script, "S: * %u FETCH (UID %u BODY[HEADER.FIELDS (DATE)] NIL)\n", i, 2 * i);
  g_string_append (script, "S: V7 OK x\nS: * 1 FETCH (UID 2 FLAGS ())\nCLOSE\n");

  return g_string_free (script, FALSE);
}

static void
test_large (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *script = large_script ();
  g_autofree char *seen = NULL;
  g_autoptr(GBytes) cursor = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) lines = NULL;

  valija_script_server_add (server, script);
  imap_assert_listed (session);
  seen = imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL), &cursor, &error);
  g_clear_pointer (&server, valija_script_server_free);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SYNC);
  lines = g_strsplit (seen, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_true (g_str_has_prefix (lines[0], "restart +7.2400:"));
  g_assert_true (g_str_has_suffix (lines[0], " 50/1200 "));
  g_assert_true (g_str_has_prefix (lines[1], "+7.2300:"));
  g_assert_nonnull (cursor);
  imap_close (session);
}

static DexFuture *
collected_cb (DexFuture *future,
              gpointer   user_data)
{
  return dex_ref (future);
}

/* One receive: the first batch. */
static DexFuture *
sync_listed_cb (DexFuture *future,
                gpointer   user_data)
{
  DexChannel *channel = valija_mail_reader_sync_folder (user_data, "INBOX", NULL);
  DexFuture *first = dex_channel_receive (channel);

  dex_unref (channel);

  return first;
}

static DexFuture *
sync_flow (guint16  port,
           gpointer user_data)
{
  ValijaSession *session = imap_session_new (port, "timeout=1");

  return dex_future_then (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)), sync_listed_cb, session,
                          g_object_unref);
}

static void
test_sync_faults (gconstpointer data)
{
  const Rounds *test = data;
  const char *scripts[] = { test->first, NULL };

  valija_test_faults (scripts, FALSE, sync_flow, NULL);
}

/* A server that answers with more messages than it was asked for: no more is kept of them, in number and in size. */
static void
test_more_than_asked (gconstpointer data)
{
  const char *answer = data;
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *script =
      g_strconcat (OPENING ("") LISTING COUNTING
                   "C: V4 SELECT INBOX\nS: * 2 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 3] x\nS: V4 OK x\n"
                   "C: V5 UID FETCH 1:2 " ITEMS "\n", answer, "S: V5 OK x\n" GOODBYE ("V6"), NULL);
  g_autofree char *seen = NULL;
  g_autoptr(GError) error = NULL;

  valija_script_server_add (server, script);
  imap_assert_listed (session);
  seen = imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL), NULL, &error);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
  g_assert_cmpstr (seen, ==, "");
  imap_close (session);
}

static char *
large_header_answer (void)
{
  g_autofree char *header = g_strnfill (64 * 1024 * 1024, 'x');

  return g_strdup_printf ("S: * 1 FETCH (UID 1 BODY[HEADER.FIELDS (DATE)] {%d}\nS+ %s\nS: )\n"
                          MESSAGE ("2", "2", "", "b"),
                          64 * 1024 * 1024, header);
}

/* It is gone only where the server says so. */
static void
test_unopened_folder (void)
{
  static const struct
  {
    const char *answer;
    const char *line;
    ValijaErrorCode code;
  } cases[] = {
    { "[NONEXISTENT] gone", "gone", VALIJA_ERROR_NOT_FOUND },
    { "Mailbox does not exist", "Mailbox does not exist", VALIJA_ERROR_NOT_FOUND },
    { "mailbox is locked", "mailbox is locked", VALIJA_ERROR_REFUSED },
    { "[NOPERM] not yours", "not yours", VALIJA_ERROR_REFUSED },
    { "[INUSE] busy", "busy", VALIJA_ERROR_TRY_LATER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
      ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
      g_autofree char *script = g_strdup_printf (OPENING ("") LISTING COUNTING "C: V4 SELECT \"a b\"\nS: V4 NO %s\n"
                                                 GOODBYE ("V5"), cases[i].answer);
      g_autofree char *seen = NULL;
      g_autoptr(GError) error = NULL;

      valija_script_server_add (server, script);
      imap_assert_listed (session);
      seen = imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "a b", NULL), NULL, &error);
      g_assert_error (error, VALIJA_ERROR, (int) cases[i].code);
      g_assert_cmpstr (valija_error_get_server_line (error), ==, cases[i].line);
      g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_OPEN_FOLDER);
      imap_close (session);
    }
}

#define SELECT7 "C: V4 SELECT INBOX\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 6] x\nS: V4 OK x\n"

static void
test_fetch (void)
{
  const char * const ids[] = { "7.1", "7.5", "6.4", "nonsense", "7.9", NULL };
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *seen = NULL;

  valija_script_server_add (server, OPENING ("") LISTING COUNTING SELECT7
                            "C: V5 UID FETCH 1,5,9 (UID BODY.PEEK[])\n"
                            "S: * 2 FETCH (FLAGS (\\Seen))\n"
                            "S: * 1 FETCH (UID 1 BODY[] {5}\nS+ hello\nS: )\nS: * 3 FETCH (BODY[] {3}\nS+ abc\nS:  UID "
                            "5)\nS: V5 OK x\n" GOODBYE ("V6"));
  imap_assert_listed (session);
  seen = imap_collect (valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", ids, NULL), NULL,
                       NULL);
  g_assert_cmpstr (seen, ==, "7.1:hello\n7.5:abc\n");
  imap_close (session);
}

/* It never goes back, and never beyond the whole. */
static void
note_progress_cb (ValijaProgress *progress,
                  GParamSpec     *pspec,
                  GArray         *steps)
{
  guint64 done = valija_progress_get_done (progress);

  g_assert_cmpuint (valija_progress_get_total (progress), ==, 600000);
  g_assert_cmpuint (done, <=, 600000);
  if (steps->len > 0)
    g_assert_cmpuint (done, >, g_array_index (steps, guint64, steps->len - 1));
  g_array_append_val (steps, done);
}

static void
test_large_message (void)
{
  const char * const ids[] = { "7.1", NULL };
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *body = g_strnfill (600000, 'x');
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(GArray) steps = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autofree char *script = NULL;
  g_autofree char *seen = NULL;

  script = g_strconcat (OPENING ("") LISTING COUNTING SELECT7
                        "C: V5 UID FETCH 1 (UID BODY.PEEK[])\nS: * 1 FETCH (UID 1 BODY[] {600000}\nS+ ",
                        body, "\nS: )\nS: V5 OK x\n" GOODBYE ("V6"), NULL);
  valija_script_server_add (server, script);
  imap_assert_listed (session);
  g_signal_connect (progress, "notify::done", G_CALLBACK (note_progress_cb), steps);
  seen = imap_collect (valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", ids, progress), NULL,
                       NULL);
  g_assert_true (g_str_has_prefix (seen, "7.1:xxxx"));
  g_assert_cmpuint (steps->len, >, 1);
  g_assert_cmpuint (valija_progress_get_done (progress), ==, 600000);
  imap_close (session);
}

static void
test_huge_literal (void)
{
  const char * const ids[] = { "7.1", NULL };
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *seen = NULL;
  g_autoptr(GError) error = NULL;

  valija_script_server_add (server, OPENING ("") LISTING COUNTING SELECT7
                            "C: V5 UID FETCH 1 (UID BODY.PEEK[])\nS: * 1 FETCH (BODY[] {10000000000}\n");
  imap_assert_listed (session);
  seen = imap_collect (valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", ids, NULL), NULL,
                       &error);
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_LIMIT);
  imap_close (session);
}

static void
assert_changed (ValijaSession *session,
                const char    *expected)
{
  g_autoptr(GPtrArray) names = imap_assert_boxed (valija_mail_reader_watch_all (VALIJA_MAIL_READER (session)));
  g_autofree char *joined = NULL;

  g_assert_cmpint (names->len == 0, ==, expected == NULL);
  g_ptr_array_add (names, NULL);
  joined = g_strjoinv (",", (char **) names->pdata);
  g_assert_cmpstr (joined, ==, expected != NULL ? expected : "");
}

#define NOTIFY "(PERSONAL (MessageNew MessageExpunge FlagChange MailboxName))"

/* All folders on one connection: what changed since the last round, what changes while it waits, and what changes
 * while nobody does. */
static void
test_watch_all (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *told = NULL;

  valija_script_server_add (server,
                            OPENING ("IDLE NOTIFY") LISTING COUNTING "C: V4 SELECT INBOX\n" SELECTED (
                                "V4", "0", "7", "1", "0") "S: V4 OK x\n" GOODBYE ("V5"));
  valija_script_server_add (
      server, OPENING ("IDLE NOTIFY") "C: V2 NOTIFY SET STATUS " NOTIFY
                                      "\nS: * STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 UNSEEN 1)\n"
                                      "S: * STATUS other (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 8)\nS: V2 OK x\n"
                                      "C: V3 IDLE\nS: + idling\nS: * LIST () \"/\" INBOX\n"
                                      "C: DONE\nS: * STATUS other (MESSAGES 4 UIDNEXT 10)\nS: V3 OK x\n"
                                      "C: V4 IDLE\nS: + idling\nS: * LIST () \"/\" new (\"OLDNAME\" (old))\n"
                                      "C: DONE\nS: V4 OK x\n"
                                      "C: V5 IDLE\nS: + idling\nS: * STATUS INBOX (MESSAGES 0 UIDNEXT 1)\n"
                                      "C: DONE\nS: V5 OK x\n"
                                      "C: V6 IDLE\nS: + idling\nS: * OK [NOTIFICATIONOVERFLOW] too much\n"
                                      "S: * STATUS a (MESSAGES 0)\nC: DONE\nS: V6 OK x\n");
  imap_assert_listed (session);
  told = imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL), NULL, NULL);
  g_assert_cmpstr (told, ==, "restart final\n");

  assert_changed (session, "INBOX");
  assert_changed (session, "other");
  assert_changed (session, "");
  /* As it was when it was last looked at */
  assert_changed (session, NULL);
  assert_changed (session, ",a");
  imap_close (session);
}

/* Renamed twice before anybody lists the folders, one has the name that it had at first for its former one, and what is
 * made under the name between has none. */
static void
test_watch_renamed_twice (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *told = NULL;
  g_autoptr(GPtrArray) folders = NULL;

  valija_script_server_add (server,
                            OPENING ("IDLE NOTIFY") LISTING COUNTING "C: V4 SELECT INBOX\n" SELECTED (
                                "V4", "0", "7", "1", "0") "S: V4 OK x\nC: V5 LIST \"\" \"*\"\n"
                                "S: * LIST (\\Noselect) \"/\" new\nS: * LIST (\\Noselect) \"/\" mid\n"
                                "S: V5 OK listed\n" GOODBYE ("V6"));
  valija_script_server_add (
      server, OPENING ("IDLE NOTIFY") "C: V2 NOTIFY SET STATUS " NOTIFY
                                      "\nS: * STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7 UNSEEN 0)\nS: V2 OK x\n"
                                      "C: V3 IDLE\nS: + idling\nS: * LIST () \"/\" mid (\"OLDNAME\" (old))\n"
                                      "C: DONE\nS: V3 OK x\n"
                                      "C: V4 IDLE\nS: + idling\nS: * LIST () \"/\" new (\"OLDNAME\" (mid))\n"
                                      "C: DONE\nS: V4 OK x\n");
  imap_assert_listed (session);
  told = imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL), NULL, NULL);
  g_assert_cmpstr (told, ==, "restart final\n");

  assert_changed (session, "");
  assert_changed (session, "");
  folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  g_assert_cmpuint (folders->len, ==, 2);
  for (guint i = 0; i < folders->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (folders, i);

      g_assert_cmpstr (info->former_id, ==, g_str_equal (info->remote_id, "new") ? "old" : NULL);
    }
  imap_close (session);
}

/* A server that lets nobody in again is asked no more; one that does not want to tell is not asked to. */
static void
test_watch_refused (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");

  valija_script_server_add (server, OPENING ("IDLE NOTIFY") LISTING COUNTING GOODBYE ("V4"));
  valija_script_server_add (server, OPENING ("IDLE NOTIFY") "C: V2 NOTIFY SET STATUS " NOTIFY "\nS: V2 NO too many\n");
  valija_script_server_add (server, "S: * BYE [UNAVAILABLE] too many connections\nCLOSE\n");
  imap_assert_listed (session);
  for (int i = 0; i < 4; i++)
    g_error_free (imap_assert_error (i == 0 ? valija_mail_reader_watch_all (VALIJA_MAIL_READER (session))
                                            : valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX"),
                                     VALIJA_ERROR_UNSUPPORTED));
  imap_close (session);
}

static void
test_watch (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  DexFuture *dropped;

  valija_script_server_add (server, OPENING ("IDLE") LISTING COUNTING GOODBYE ("V4"));
  /* Woken, waited again, and given up; what comes between two waits is told at the beginning of the second */
  valija_script_server_add (server, OPENING ("IDLE")
                            "C: V2 SELECT INBOX\nS: * 3 EXISTS\nS: V2 OK x\n"
                            "C: V3 IDLE\nS: + idling\nS: * OK still here\nS: * 4 EXISTS\nC: DONE\nS: V3 OK x\n"
                            "C: V4 IDLE\nS: * 4 EXPUNGE\nS: + idling\nC: DONE\nS: V4 OK x\n"
                            "C: V5 IDLE\nS: + idling\nC: DONE\nS: V5 OK x\n");
  imap_assert_listed (session);
  imap_assert_true (valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX"));
  imap_assert_true (valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX"));

  dropped =
      dex_future_finally (valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX"), collected_cb, NULL, NULL);
  for (int i = 0; i < 20; i++)
    {
      g_autoptr(DexFuture) pause = dex_timeout_new_msec (5);
      g_autoptr(GError) error = NULL;

      valija_test_await (pause, &error);
    }
  dex_unref (dropped);
  valija_test_drain ();
  imap_close (session);
}

static DexFuture *
fetch_listed_cb (DexFuture *future,
                 gpointer   user_data)
{
  return valija_mail_reader_fetch_message (user_data, "INBOX", "7.1", NULL);
}

static DexFuture *
fetch_flow (guint16  port,
            gpointer user_data)
{
  ValijaSession *session = imap_session_new (port, "timeout=1");

  return dex_future_then (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)), fetch_listed_cb, session,
                          g_object_unref);
}

static void
test_fetch_faults (void)
{
  const char *scripts[] = { OPENING ("") LISTING COUNTING SELECT7
                            "C: V5 UID FETCH 1 (UID BODY.PEEK[])\nS: * 2 FETCH (FLAGS (\\Seen))\n"
                            "S: * 1 FETCH (UID 1 BODY[] {5}\nS+ hello\nS: )\nS: V5 OK x\n" GOODBYE ("V6"),
                            NULL };

  valija_test_faults (scripts, FALSE, fetch_flow, NULL);
}

static DexFuture *
succeed_cb (DexFuture *future,
            gpointer   user_data)
{
  return dex_future_new_true ();
}

/* Another folder is watched where the one before was, once that is watched no more; the inbox keeps its own place. */
static void
test_watch_moves (void)
{
  static const char * const folders[] = { "INBOX", "a", "b" };
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");

  valija_script_server_add (server, OPENING ("IDLE") LISTING COUNTING GOODBYE ("V4"));
  valija_script_server_add (server, OPENING ("IDLE") "C: V2 SELECT INBOX\nS: * 3 EXISTS\nS: V2 OK x\n"
                            "C: V3 IDLE\nS: + idling\nS: * 4 EXISTS\nC: DONE\nS: V3 OK x\n");
  valija_script_server_add (server, OPENING ("IDLE") "C: V2 SELECT a\nS: * 3 EXISTS\nS: V2 OK x\n"
                            "C: V3 IDLE\nS: + idling\nS: * 4 EXISTS\nC: DONE\nS: V3 OK x\n"
                            "C: V4 SELECT b\nS: * 3 EXISTS\nS: V4 OK x\n"
                            "C: V5 IDLE\nS: + idling\nS: * 4 EXISTS\nC: DONE\nS: V5 OK x\n");
  imap_assert_listed (session);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    imap_assert_true (valija_mail_reader_watch (VALIJA_MAIL_READER (session), folders[i]));
  imap_close (session);
}

/* Nothing is owed to who watches, who would wait there for ever: it is given up where the server stays silent. */
static DexFuture *
watch_listed_cb (DexFuture *future,
                 gpointer   user_data)
{
  return dex_future_first (valija_mail_reader_watch (user_data, "INBOX"),
                           dex_future_catch (dex_timeout_new_seconds (3), succeed_cb, NULL, NULL), NULL);
}

static DexFuture *
watch_flow (guint16  port,
            gpointer user_data)
{
  ValijaSession *session = imap_session_new (port, "timeout=1");

  return dex_future_then (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)), watch_listed_cb, session,
                          g_object_unref);
}

static void
test_watch_faults (void)
{
  const char *scripts[] = { OPENING ("IDLE") LISTING COUNTING GOODBYE ("V4"),
                            OPENING ("IDLE") "C: V2 SELECT INBOX\nS: * 3 EXISTS\nS: V2 OK x\n"
                            "C: V3 IDLE\nS: + idling\nS: * OK still here\nS: * 4 EXISTS\nC: DONE\nS: V3 OK x\n",
                            NULL };

  valija_test_faults (scripts, FALSE, watch_flow, NULL);
}

/* What changes between the last look and the watch is told at once: in what comes after SELECT of the look, and before
 * SELECT of the watch. */
static void
test_watch_misses_nothing (void)
{
  static const struct { const char *meanwhile; const char *seen; } cases[] = {
    { "", "S: * 2 EXISTS\nS: * OK [UIDNEXT 4] x\n" },
    { "", "S: * 3 EXISTS\nS: * OK [UIDNEXT 5] x\n" },
    { "S: * 1 EXPUNGE\n", "S: * 2 EXISTS\nS: * OK [UIDNEXT 4] x\n" },
    { "S: * 4 EXISTS\n", "S: * 4 EXISTS\nS: * OK [UIDNEXT 5] x\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
      ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
      g_autofree char *looks = NULL;
      g_autofree char *watches = NULL;
      g_autofree char *told = NULL;

      looks = g_strconcat (OPENING ("IDLE") LISTING COUNTING "C: V4 SELECT INBOX\nS: * 3 EXISTS\n"
                           "S: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 4] x\nS: V4 OK x\n"
                           "C: V5 UID FETCH 1:3 " ITEMS "\n" MESSAGE ("1", "1", "", "a") MESSAGE ("2", "2", "", "b")
                           MESSAGE ("3", "3", "", "c"), cases[i].meanwhile, "S: V5 OK x\n" GOODBYE ("V6"), NULL);
      watches = g_strconcat (OPENING ("IDLE") "C: V2 SELECT INBOX\nS: * OK [UIDVALIDITY 7] x\n", cases[i].seen,
                             "S: V2 OK x\n", NULL);
      valija_script_server_add (server, looks);
      valija_script_server_add (server, watches);
      imap_assert_listed (session);
      told = imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL), NULL, NULL);
      imap_assert_true (valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX"));
      imap_close (session);
    }
}

static void
test_watch_unsupported (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(GError) error = NULL;

  valija_script_server_add (server, OPENING ("") LISTING COUNTING GOODBYE ("V4"));
  imap_assert_listed (session);
  error =
      imap_assert_error (valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX"), VALIJA_ERROR_UNSUPPORTED);
  g_assert_cmpint (valija_session_get_capabilities (session) & VALIJA_CAPABILITY_INSTANT, ==, 0);
  imap_close (session);
}

/* While a folder is synchronised, a message is fetched on a second connection. */
static void
test_two_at_once (void)
{
  const char * const ids[] = { "7.1", NULL };
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "timeout=10");
  DexChannel *sync;
  g_autofree char *message = NULL;
  g_autofree char *changes = NULL;

  valija_script_server_add (
      server, OPENING ("") LISTING COUNTING
      "C: V4 SELECT INBOX\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 2] x\nDELAY 300\nS: V4 OK x\n"
      "C: V5 UID FETCH 1 " ITEMS "\n" MESSAGE ("1", "1", "", "a") "S: V5 OK x\n" GOODBYE ("V6"));
  valija_script_server_add (
      server,
      OPENING (
          "") "C: V2 SELECT INBOX\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: V2 OK x\n"
              "C: V3 UID FETCH 1 (UID BODY.PEEK[])\nS: * 1 FETCH (UID 1 BODY[] {2}\nS+ hi\nS: )\nS: V3 OK x\n" GOODBYE (
                  "V4"));
  imap_assert_listed (session);
  sync = valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL);
  message = imap_collect (valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", ids, NULL), NULL,
                          NULL);
  changes = imap_collect (sync, NULL, NULL);
  g_assert_cmpstr (message, ==, "7.1:hi\n");
  g_assert_cmpstr (changes, ==, "restart +7.1:a:0 1/1 \n1/1 final\n");
  imap_close (session);
}

/* When the first connection has ended the session is closed; closing it says goodbye on the others too. */
static void
test_close_others (void)
{
  const char * const ids[] = { "7.1", NULL };
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "timeout=10");
  DexChannel *sync;
  g_autofree char *message = NULL;
  g_autofree char *changes = NULL;
  g_autoptr(GError) error = NULL;

  valija_script_server_add (server, OPENING ("") LISTING COUNTING
                            "C: V4 SELECT INBOX\nS: * 1 EXISTS\nDELAY 300\nS: * BYE going down\nCLOSE\n");
  valija_script_server_add (server, OPENING ("")
                            "C: V2 SELECT INBOX\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: V2 OK x\n"
                            "C: V3 UID FETCH 1 (UID BODY.PEEK[])\nS: * 1 FETCH (UID 1 BODY[] {2}\nS+ hi\nS: )\n"
                            "S: V3 OK x\n" GOODBYE ("V4"));
  imap_assert_listed (session);
  sync = valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", NULL);
  message = imap_collect (valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", ids, NULL), NULL,
                          NULL);
  changes = imap_collect (sync, NULL, &error);
  g_assert_cmpstr (message, ==, "7.1:hi\n");
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_CLOSED);
  imap_close (session);
}

void
imap_add_sync_tests (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      g_autofree char *path = g_strconcat ("/imap/sync/rounds/", rounds[i].name, NULL);

      g_test_add_data_func (path, &rounds[i], test_rounds);
    }
  g_test_add_data_func ("/imap/sync/faults/qresync", &rounds[0], test_sync_faults);
  g_test_add_data_func ("/imap/sync/faults/no-uidnext", &rounds[G_N_ELEMENTS (rounds) - 1], test_sync_faults);
  g_test_add_func ("/imap/sync/compress", test_compress);
  g_test_add_func ("/imap/sync/guess", test_guess);
  g_test_add_func ("/imap/sync/guess-first", test_guess_first);
  g_test_add_func ("/imap/sync/wrong-guess", test_wrong_guess);
  g_test_add_func ("/imap/sync/large", test_large);
  g_test_add_func ("/imap/sync/unopened-folder", test_unopened_folder);
  g_test_add_data_func ("/imap/sync/more-than-asked/number",
                        MESSAGE ("1", "1", "", "a") MESSAGE ("2", "2", "", "b") MESSAGE ("1", "1", "", "a"),
                        test_more_than_asked);
  g_test_add_data_func_full ("/imap/sync/more-than-asked/size", large_header_answer (), test_more_than_asked, g_free);
  g_test_add_func ("/imap/sync/fetch", test_fetch);
  g_test_add_func ("/imap/sync/faults/fetch", test_fetch_faults);
  g_test_add_func ("/imap/sync/faults/watch", test_watch_faults);
  g_test_add_func ("/imap/sync/large-message", test_large_message);
  g_test_add_func ("/imap/sync/huge-literal", test_huge_literal);
  g_test_add_func ("/imap/sync/watch", test_watch);
  g_test_add_func ("/imap/sync/watch-moves", test_watch_moves);
  g_test_add_func ("/imap/session/watch-all", test_watch_all);
  g_test_add_func ("/imap/session/watch-renamed-twice", test_watch_renamed_twice);
  g_test_add_func ("/imap/session/watch-refused", test_watch_refused);
  g_test_add_func ("/imap/sync/watch-misses-nothing", test_watch_misses_nothing);
  g_test_add_func ("/imap/sync/watch-unsupported", test_watch_unsupported);
  g_test_add_func ("/imap/sync/two-at-once", test_two_at_once);
  g_test_add_func ("/imap/sync/close-others", test_close_others);
}
