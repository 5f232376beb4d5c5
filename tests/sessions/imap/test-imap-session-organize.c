/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

#include "base/valija-error.h"

#include <string.h>

/* Folder "a" selected with UIDVALIDITY 7, as V4 */
#define SELECT_A "C: V4 SELECT a\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 20] x\nS: V4 OK x\n"

static const char * const three[] = { "7.5", "7.3", "7.4", NULL };

typedef DexFuture *(*Act) (ValijaMailOrganizer *organizer);

typedef struct
{
  const char *name;
  const char *capabilities;
  Act act;
  const char *script;      /* from V4 on; with NAMESPACE or UTF8=ACCEPT from V5 on */
  const char *result;      /* NULL: TRUE; else the strings, with commas */
  int error;               /* 0: none */
  const char *space;       /* nullable: where the user's own folders are */
} Case;

static DexFuture *
flag (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_set_flags (organizer, "a", three, VALIJA_FLAG_SEEN | VALIJA_FLAG_FORWARDED,
                                          VALIJA_FLAG_FLAGGED);
}

static DexFuture *
flag_renumbered (ValijaMailOrganizer *organizer)
{
  const char * const others[] = { "7.5", "6.1", NULL };

  return valija_mail_organizer_set_flags (organizer, "a", others, VALIJA_FLAG_SEEN, VALIJA_FLAG_NONE);
}

static DexFuture *
label (ValijaMailOrganizer *organizer)
{
  static const char * const add[] = { "$label1", "To Do", "Work", NULL };
  static const char * const remove[] = { "R&D", "\303\201cido", NULL };

  return valija_mail_organizer_set_labels (organizer, "a", three, add, remove);
}

static DexFuture *
label_work (ValijaMailOrganizer *organizer)
{
  static const char * const add[] = { "work", NULL };

  return valija_mail_organizer_set_labels (organizer, "a", three, add, add + 1);
}

static DexFuture *
label_agreed (ValijaMailOrganizer *organizer)
{
  static const char * const add[] = { "Junk", NULL };

  return valija_mail_organizer_set_labels (organizer, "a", three, add, add + 1);
}

static DexFuture *
label_system (ValijaMailOrganizer *organizer)
{
  static const char * const add[] = { "\\Inbox", NULL };

  return valija_mail_organizer_set_labels (organizer, "a", three, add, add + 1);
}

static DexFuture *
search_labels (ValijaMailOrganizer *organizer)
{
  return valija_mail_reader_search (VALIJA_MAIL_READER (organizer), "a",
                                    "label:Work -label:\"to do\" label:caf\303\251 OR label:$label1 label:Junk ", 2);
}

static DexFuture *
move (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_move (organizer, "a", three, "b c");
}

static DexFuture *
copy (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_copy (organizer, "a", three, "b c");
}

static DexFuture *
delete_messages (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_delete (organizer, "a", three);
}

static DexFuture *
append (ValijaMailOrganizer *organizer)
{
  g_autoptr(GBytes) source = g_bytes_new_static ("Subject: x\n\nhello\r\nyou\n", 23);

  return valija_mail_organizer_append (organizer, "Sent", source, VALIJA_FLAG_SEEN, 760131136);
}

/* A header of RFC 6532, as it was sent by SMTPUTF8 */
static DexFuture *
append_utf8 (ValijaMailOrganizer *organizer)
{
  g_autoptr(GBytes) source = g_bytes_new_static ("To: \303\261@x\n\nhello\n", 16);

  return valija_mail_organizer_append (organizer, "Sent", source, VALIJA_FLAG_NONE, 0);
}

/* In the body they are 8BITMIME's */
static DexFuture *
append_utf8_body (ValijaMailOrganizer *organizer)
{
  g_autoptr(GBytes) source = g_bytes_new_static ("To: n@x\r\n\r\n\303\261\r\n", 15);

  return valija_mail_organizer_append (organizer, "Sent", source, VALIJA_FLAG_NONE, 0);
}

/* Worth a question; a folder may have a limit of its own (RFC 7889 §3.2) */
static DexFuture *
append_large (ValijaMailOrganizer *organizer)
{
  g_autofree char *octets = g_strnfill (1024 * 1024 + 1, 'x');
  g_autoptr(GBytes) source = g_bytes_new (octets, strlen (octets));

  return valija_mail_organizer_append (organizer, "Sent", source, VALIJA_FLAG_NONE, 0);
}

static DexFuture *
append_some (ValijaMailOrganizer *organizer,
             const char          *last,
             gsize                length)
{
  g_autoptr(GPtrArray) filings = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_filing_free);
  g_autoptr(GBytes) one = g_bytes_new_static ("Subject: 1\n\na\n", 14);
  g_autoptr(GBytes) other = g_bytes_new (last, length);

  g_ptr_array_add (filings, valija_filing_new (one, VALIJA_FLAG_SEEN, 760131136));
  g_ptr_array_add (filings, valija_filing_new (other, VALIJA_FLAG_NONE, 0));

  return valija_mail_organizer_append_many (organizer, "Sent", filings);
}

static DexFuture *
append_many (ValijaMailOrganizer *organizer)
{
  return append_some (organizer, "Subject: 2\r\n\r\nb\r\n", 17);
}

static DexFuture *
append_many_utf8 (ValijaMailOrganizer *organizer)
{
  return append_some (organizer, "S: \303\261\r\n\r\nb\r\n", 12);
}

static DexFuture *
append_many_zero (ValijaMailOrganizer *organizer)
{
  return append_some (organizer, "a\0b", 3);
}

static DexFuture *
append_zero (ValijaMailOrganizer *organizer)
{
  g_autoptr(GBytes) source = g_bytes_new_static ("a\0b", 3);

  return valija_mail_organizer_append (organizer, "Sent", source, VALIJA_FLAG_NONE, 0);
}

static DexFuture *
create (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_create_folder (organizer, NULL, "Entw\303\274rfe");
}

static DexFuture *
create_sent (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_create_folder (organizer, NULL, "sent");
}

static DexFuture *
create_below (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_create_folder (organizer, "a", "b");
}

static DexFuture *
create_bad (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_create_folder (organizer, NULL, "x.y");
}

static DexFuture *
rename_folder (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_rename_folder (organizer, "a", "b", "c");
}

static DexFuture *
remove_folder (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_remove_folder (organizer, "a");
}

static DexFuture *
search_places (ValijaMailOrganizer *organizer)
{
  return valija_mail_reader_search (VALIJA_MAIL_READER (organizer), "a",
                                    "subject:\"a b\" from:bo to:mei body:x id:<1@x> is:unread has:attachment "
                                    "after:2026-01-02 other:y z\"", 2);
}

static DexFuture *
search_operators (ValijaMailOrganizer *organizer)
{
  return valija_mail_reader_search (VALIJA_MAIL_READER (organizer), "a",
                                    "a OR from:bo OR -subject:x -cc:mei is:answered on:2026-03 before:2026-01-02 "
                                    "larger:10M smaller:2k in:inbox b OR has:attachment before:nonsense ", 2);
}

static DexFuture *
search_attachment (ValijaMailOrganizer *organizer)
{
  return valija_mail_reader_search (VALIJA_MAIL_READER (organizer), "a", "-has:attachment", 2);
}

static DexFuture *
search_gmail (ValijaMailOrganizer *organizer)
{
  return valija_mail_reader_search (VALIJA_MAIL_READER (organizer), "a",
                                    "\"a b\" -file:x\\y has:attachment OR from:bo", 2);
}

static DexFuture *
name_headers_cb (DexFuture *future,
                 gpointer   user_data)
{
  GPtrArray *infos = g_value_get_boxed (dex_future_get_value (future, NULL));
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < infos->len; i++)
    {
      const ValijaMessageInfo *info = g_ptr_array_index (infos, i);

      gboolean seen = (info->flags & VALIJA_FLAG_SEEN) != 0;

      g_ptr_array_add (names, g_strconcat (info->remote_id, seen ? "+seen" : NULL, NULL));
    }

  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, names);
}

static DexFuture *
fetch_headers (ValijaMailOrganizer *organizer)
{
  const char * const ids[] = { "7.9", "7.3", "7.4", "6.1", NULL };

  return dex_future_then (valija_mail_reader_fetch_headers (VALIJA_MAIL_READER (organizer), "a", ids),
                          name_headers_cb, NULL, NULL);
}

static DexFuture *
fetch_headers_renumbered (ValijaMailOrganizer *organizer)
{
  const char * const ids[] = { "6.1", NULL };

  return dex_future_then (valija_mail_reader_fetch_headers (VALIJA_MAIL_READER (organizer), "a", ids),
                          name_headers_cb, NULL, NULL);
}

static DexFuture *
search (ValijaMailOrganizer *organizer)
{
  return valija_mail_reader_search (VALIJA_MAIL_READER (organizer), "a", "caf\303\251 \"x\"", 2);
}

static DexFuture *
mark (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_mark (organizer, "b c");
}

/* Two that are alike, one without Message-ID, one of which nothing is known */
static const char * const lost[] = { "1@x", "1@x", "", "", NULL };
static const guint64 lost_sizes[] = { 0, 0, 70, 0 };

static DexFuture *
find_since (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_find (organizer, "a", "7.15", lost, lost_sizes);
}

static DexFuture *
find_renumbered (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_find (organizer, "a", "6.15", lost + 1, lost_sizes + 1);
}

/* A later version of a draft */
static DexFuture *
find_version (ValijaMailOrganizer *organizer)
{
  static const guint64 sizes[] = { 50 };

  return valija_mail_organizer_find (organizer, "a", "6.15", (const char *[]) { "1@x", NULL }, sizes);
}

static DexFuture *
find_unmarked (ValijaMailOrganizer *organizer)
{
  return valija_mail_organizer_find (organizer, "a", "", lost, lost_sizes);
}

static const Case cases[] = {
  { "mark", "MOVE UIDPLUS", mark,
    "C: V4 STATUS \"b c\" (UIDVALIDITY UIDNEXT)\nS: * STATUS \"b c\" (UIDVALIDITY 9 UIDNEXT 100)\n"
    "S: V4 OK x\n" GOODBYE ("V5"),
    "9.100", 0 },
  /* What the server tells of another folder meanwhile is no answer */
  { "mark-amid-others", "", mark,
    "C: V4 STATUS \"b c\" (UIDVALIDITY UIDNEXT)\nS: * STATUS \"b c\" (UIDVALIDITY 9 UIDNEXT 100)\n"
    "S: * STATUS other (UIDVALIDITY 3 UIDNEXT 7)\nS: * STATUS \"b c\" (MESSAGES 3 UNSEEN 0)\n"
    "S: V4 OK x\n" GOODBYE ("V5"),
    "9.100", 0 },
  { "mark-nowhere", "", mark,
    "C: V4 STATUS \"b c\" (UIDVALIDITY UIDNEXT)\nS: V4 NO x\n" GOODBYE ("V5"), NULL, VALIJA_ERROR_NOT_FOUND },
  /* Of several at once nobody knows which answer is whose */
  { "find", "", find_since,
    SELECT_A "C: V5 UID SEARCH UID 15:* HEADER Message-ID \"<1@x>\"\nS: * SEARCH 17 18\nS: V5 OK x\n"
             "C: V6 UID SEARCH UID 15:* HEADER Message-ID \"<1@x>\"\nS: * SEARCH 17 18\nS: V6 OK x\n"
             "C: V7 UID SEARCH UID 15:* LARGER 69 SMALLER 71 NOT HEADER Message-ID \"\"\nS: * SEARCH 12\n"
             "S: V7 OK x\n" GOODBYE ("V8"),
    "7.17,7.18,,", 0 },
  /* Unless it says so, and then they come in any order */
  { "find-in-any-order", "ESEARCH", find_since,
    SELECT_A "C: V5 UID SEARCH RETURN (ALL) UID 15:* HEADER Message-ID \"<1@x>\"\n"
             "C: V6 UID SEARCH RETURN (ALL) UID 15:* HEADER Message-ID \"<1@x>\"\n"
             "C: V7 UID SEARCH RETURN (ALL) UID 15:* LARGER 69 SMALLER 71 NOT HEADER Message-ID \"\"\n"
             "S: * ESEARCH (TAG \"V7\") UID ALL 19\nS: V7 OK x\nS: * ESEARCH (TAG \"V6\") UID ALL 17:18\n"
             "S: V6 OK x\nS: * ESEARCH (TAG \"V5\") UID ALL 17:18\nS: V5 OK x\n" GOODBYE ("V8"),
    "7.17,7.18,7.19,", 0 },
  /* In a whole folder a size says nothing */
  { "find-renumbered", "ESEARCH", find_renumbered,
    SELECT_A "C: V5 UID SEARCH RETURN (ALL) UID 1:* HEADER Message-ID \"<1@x>\"\n"
             "S: * ESEARCH (TAG \"V5\") UID ALL 4\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.4,,", 0 },
  { "find-version", "ESEARCH", find_version,
    SELECT_A "C: V5 UID SEARCH RETURN (ALL) UID 1:* HEADER Message-ID \"<1@x>\" LARGER 49 SMALLER 51\n"
             "S: * ESEARCH (TAG \"V5\") UID\nS: V5 OK x\n" GOODBYE ("V6"),
    "", 0 },
  /* What is there may be older */
  { "find-unmarked", "", find_unmarked, GOODBYE ("V4"), ",,,", 0 },
  { "flags", "", flag,
    SELECT_A "C: V5 UID STORE 3:5 +FLAGS.SILENT (\\Seen $Forwarded)\nC: V6 UID STORE 3:5 -FLAGS.SILENT (\\Flagged)\nS: "
             "V5 OK x\nS: V6 OK x\n" GOODBYE ("V7"),
    NULL, 0 },
  { "flags-renumbered", "", flag_renumbered, SELECT_A GOODBYE ("V5"), NULL, VALIJA_ERROR_RENUMBERED },
  { "flags-refused", "", flag,
    SELECT_A "C: V5 UID STORE 3:5 +FLAGS.SILENT (\\Seen $Forwarded)\nC: V6 UID STORE 3:5 -FLAGS.SILENT (\\Flagged)\n"
             "S: V5 NO [NOPERM] no\nS: V6 OK x\n" GOODBYE ("V7"),
    NULL, VALIJA_ERROR_REFUSED },
  /* Q24 */
  { "flags-throttled", "", flag,
    SELECT_A "C: V5 UID STORE 3:5 +FLAGS.SILENT (\\Seen $Forwarded)\nC: V6 UID STORE 3:5 -FLAGS.SILENT (\\Flagged)\n"
             "S: V5 BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds\nS: V6 OK x\n" GOODBYE ("V7"),
    NULL, VALIJA_ERROR_TRY_LATER },
  { "read-only", "", flag,
    "C: V4 SELECT a\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: V4 OK [READ-ONLY] x\n" GOODBYE ("V5"), NULL,
    VALIJA_ERROR_REFUSED },
  { "label", "", label,
    SELECT_A "C: V5 UID STORE 3:5 +FLAGS.SILENT ($label1 To&ACA-Do Work)\n"
             "C: V6 UID STORE 3:5 -FLAGS.SILENT (R&-D R&D &AME-cido)\nS: V5 OK x\nS: V6 OK x\n" GOODBYE ("V7"),
    NULL, 0 },
  { "label-anything", "", label_work,
    "C: V4 SELECT a\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [PERMANENTFLAGS (\\Seen \\*)] x\n"
    "S: V4 OK x\nC: V5 UID STORE 3:5 +FLAGS.SILENT (work)\nS: V5 OK x\n" GOODBYE ("V6"),
    NULL, 0 },
  { "label-listed", "", label_work,
    "C: V4 SELECT a\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [PERMANENTFLAGS (\\Seen Work)] x\n"
    "S: V4 OK x\nC: V5 UID STORE 3:5 +FLAGS.SILENT (work)\nS: V5 OK x\n" GOODBYE ("V6"),
    NULL, 0 },
  { "label-unlisted", "", label_work,
    "C: V4 SELECT a\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [PERMANENTFLAGS (\\Seen Later)] x\n"
    "S: V4 OK x\n" GOODBYE ("V5"),
    NULL, VALIJA_ERROR_REFUSED },
  { "label-agreed", "", label_agreed, SELECT_A GOODBYE ("V5"), NULL, VALIJA_ERROR_REFUSED },
  { "label-refused", "", label_work,
    SELECT_A "C: V5 UID STORE 3:5 +FLAGS.SILENT (work)\nS: V5 NO [LIMIT] too many keywords\n" GOODBYE ("V6"), NULL,
    VALIJA_ERROR_REFUSED },
  { "label-gmail", "X-GM-EXT-1", label,
    SELECT_A "C: V5 UID STORE 3:5 +X-GM-LABELS (\"$label1\" \"To Do\" Work)\n"
             "C: V6 UID STORE 3:5 -X-GM-LABELS (\"R&-D\" \"&AME-cido\")\n"
             "S: * 3 FETCH (X-GM-LABELS (\\Inbox Work))\nS: V5 OK x\nS: V6 OK x\n" GOODBYE ("V7"),
    NULL, 0 },
  { "label-gmail-system", "X-GM-EXT-1", label_system, SELECT_A GOODBYE ("V5"), NULL, VALIJA_ERROR_REFUSED },
  { "move", "MOVE UIDPLUS", move,
    SELECT_A "C: V5 UID MOVE 3:5 \"b c\"\nS: * OK [COPYUID 9 3,5 100:101] moved\nS: * 3 EXPUNGE\nS: * 4 EXPUNGE\nS: V5 "
             "OK x\n" GOODBYE ("V6"),
    "9.101,9.100,", 0 },
  /* COPYUID of what nobody asked for is not believed */
  { "move-overtold", "MOVE UIDPLUS", move,
    SELECT_A "C: V5 UID MOVE 3:5 \"b c\"\nS: * OK [COPYUID 9 2:3,5,8 99:102] moved\nS: V5 OK x\n" GOODBYE ("V6"),
    "9.101,9.100,", 0 },
  { "move-by-copy-overtold", "UIDPLUS", move,
    SELECT_A "C: V5 UID COPY 3:5 \"b c\"\nS: V5 OK [COPYUID 9 2:3,8 99:101] x\n"
             "C: V6 UID STORE 3 +FLAGS.SILENT (\\Deleted)\nC: V7 UID EXPUNGE 3\nS: V6 OK x\n"
             "S: V7 OK x\n" GOODBYE ("V8"),
    ",9.100,", 0 },
  { "move-untold", "MOVE", move, SELECT_A "C: V5 UID MOVE 3:5 \"b c\"\nS: V5 OK x\n" GOODBYE ("V6"), ",,", 0 },
  { "move-to-nowhere", "MOVE", move, SELECT_A "C: V5 UID MOVE 3:5 \"b c\"\nS: V5 NO [TRYCREATE] x\n" GOODBYE ("V6"),
    NULL, VALIJA_ERROR_NOT_FOUND },
  /* Without MOVE: only what COPYUID names is deleted, and by its UID */
  { "move-by-copy", "UIDPLUS", move,
    SELECT_A "C: V5 UID COPY 3:5 \"b c\"\nS: V5 OK [COPYUID 9 3,5 100:101] x\n"
             "C: V6 UID STORE 3,5 +FLAGS.SILENT (\\Deleted)\nC: V7 UID EXPUNGE 3,5\nS: V6 OK x\nS: * 3 EXPUNGE\nS: V7 "
             "OK x\n" GOODBYE ("V8"),
    "9.101,9.100,", 0 },
  { "move-by-copy-untold", "UIDPLUS", move,
    SELECT_A "C: V5 UID COPY 3:5 \"b c\"\nS: V5 OK x\n"
             "C: V6 UID STORE 3:5 +FLAGS.SILENT (\\Deleted)\nC: V7 UID EXPUNGE 3:5\nS: V6 OK x\nS: V7 OK x\n" GOODBYE (
                 "V8"),
    ",,", 0 },
  { "move-by-copy-refused", "UIDPLUS", move,
    SELECT_A "C: V5 UID COPY 3:5 \"b c\"\nS: V5 NO [OVERQUOTA] full\n" GOODBYE ("V6"), NULL, VALIJA_ERROR_OVER_QUOTA },
  { "move-on-old-server", "", move,
    SELECT_A
    "C: V5 UID COPY 3:5 \"b c\"\nS: V5 OK x\nC: V6 UID SEARCH DELETED NOT UID 3:5\n"
    "C: V7 UID STORE 3:5 +FLAGS.SILENT (\\Deleted)\nS: * SEARCH\nS: V6 OK x\nS: V7 OK x\n"
    "C: V8 EXPUNGE\nS: * 3 EXPUNGE\nS: V8 OK x\n" GOODBYE ("V9"),
    ",,", 0 },
  { "copy", "UIDPLUS MOVE", copy,
    SELECT_A "C: V5 UID COPY 3:5 \"b c\"\nS: V5 OK [COPYUID 9 3:5 200:202] x\n" GOODBYE ("V6"), "9.202,9.200,9.201",
    0 },
  { "delete", "UIDPLUS", delete_messages,
    SELECT_A
    "C: V5 UID STORE 3:5 +FLAGS.SILENT (\\Deleted)\nC: V6 UID EXPUNGE 3:5\nS: V5 OK x\nS: V6 OK x\n" GOODBYE ("V7"),
    NULL, 0 },
  { "delete-on-old-server", "", delete_messages,
    SELECT_A "C: V5 UID SEARCH DELETED NOT UID 3:5\nC: V6 UID STORE 3:5 +FLAGS.SILENT (\\Deleted)\nS: V5 OK x\n"
             "S: V6 OK x\nC: V7 EXPUNGE\nS: V7 OK x\n" GOODBYE ("V8"),
    NULL, 0 },
  /* EXPUNGE would take what somebody else has marked */
  { "delete-beside-others", "", delete_messages,
    SELECT_A "C: V5 UID SEARCH DELETED NOT UID 3:5\nC: V6 UID STORE 3:5 +FLAGS.SILENT (\\Deleted)\n"
             "S: * SEARCH 9\nS: V5 OK x\nS: V6 OK x\n" GOODBYE ("V7"),
    NULL, 0 },
  { "append", "LITERAL+ UIDPLUS", append,
    "C: V4 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {26+}\nC: Subject: x\nC:\nC: hello\nC: you\nC:\n"
    "S: V4 OK [APPENDUID 38505 3955] x\n" GOODBYE ("V5"),
    "38505.3955", 0 },
  { "append-waiting", "", append,
    "C: V4 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {26}\nS: + go on\nC: Subject: x\nC:\nC: hello\nC: "
    "you\nC:\n"
    "S: V4 OK x\n" GOODBYE ("V5"),
    "", 0 },
  { "append-refused", "", append,
    "C: V4 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {26}\nS: V4 NO [TOOBIG] no\n" GOODBYE ("V5"), NULL,
    VALIJA_ERROR_TOO_LARGE },
  { "append-nowhere", "", append,
    "C: V4 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {26}\nS: V4 NO no such folder\n" GOODBYE ("V5"), NULL,
    VALIJA_ERROR_NOT_FOUND },
  { "append-throttled", "", append,
    "C: V4 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {26}\n"
    "S: V4 NO Request is throttled. Suggested Backoff Time: 299609 milliseconds\n" GOODBYE ("V5"),
    NULL, VALIJA_ERROR_TRY_LATER },
  /* Not an octet of it is sent */
  { "append-above-limit", "APPENDLIMIT=25", append, GOODBYE ("V4"), NULL, VALIJA_ERROR_TOO_LARGE },
  { "append-folder-limit", "APPENDLIMIT", append_large,
    "C: V4 STATUS Sent (APPENDLIMIT)\nS: * STATUS Sent (APPENDLIMIT 1048576)\nS: V4 OK x\n" GOODBYE ("V5"), NULL,
    VALIJA_ERROR_TOO_LARGE },
  { "append-folder-without-limit", "APPENDLIMIT", append_large,
    "C: V4 STATUS Sent (APPENDLIMIT)\nS: * STATUS Sent (APPENDLIMIT NIL)\nS: V4 OK x\n"
    "C: V5 APPEND Sent () {1048577}\nS: V5 NO [OVERQUOTA] no\n" GOODBYE ("V6"), NULL, VALIJA_ERROR_OVER_QUOTA },
  /* Who cannot tell may still take it */
  { "append-folder-limit-untold", "APPENDLIMIT", append_large,
    "C: V4 STATUS Sent (APPENDLIMIT)\nS: V4 BAD x\n"
    "C: V5 APPEND Sent () {1048577}\nS: V5 NO [OVERQUOTA] no\n" GOODBYE ("V6"), NULL, VALIJA_ERROR_OVER_QUOTA },
  { "append-below-folder-limit", "APPENDLIMIT LITERAL+ UIDPLUS", append,
    "C: V4 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {26+}\nC: Subject: x\nC:\nC: hello\nC: you\nC:\n"
    "S: V4 OK [APPENDUID 38505 3955] x\n" GOODBYE ("V5"),
    "38505.3955", 0 },
  { "append-many", "MULTIAPPEND LITERAL+ UIDPLUS", append_many,
    "C: V4 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {17+}\nC: Subject: 1\nC:\nC: a\nC:  () {17+}\n"
    "C: Subject: 2\nC:\nC: b\nC:\nS: V4 OK [APPENDUID 7 5:6] x\n" GOODBYE ("V5"),
    NULL, 0 },
  { "append-many-waiting", "MULTIAPPEND", append_many,
    "C: V4 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {17}\nS: + go on\nC: Subject: 1\nC:\nC: a\n"
    "C:  () {17}\nS: + go on\nC: Subject: 2\nC:\nC: b\nC:\nS: V4 OK x\n" GOODBYE ("V5"),
    NULL, 0 },
  { "append-many-refused", "MULTIAPPEND", append_many,
    "C: V4 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {17}\nS: + go on\nC: Subject: 1\nC:\nC: a\n"
    "C:  () {17}\nS: V4 NO [TOOBIG] no\n" GOODBYE ("V5"),
    NULL, VALIJA_ERROR_TOO_LARGE },
  { "append-many-on-old-server", "LITERAL+", append_many, GOODBYE ("V4"), NULL, VALIJA_ERROR_UNSUPPORTED },
  { "append-many-zero", "MULTIAPPEND", append_many_zero, GOODBYE ("V4"), NULL, VALIJA_ERROR_UNSUPPORTED },
  { "append-zero", "", append_zero, GOODBYE ("V4"), NULL, VALIJA_ERROR_UNSUPPORTED },
  { "append-utf8", "LITERAL+ UTF8=ACCEPT UIDPLUS", append_utf8,
    "C: V5 APPEND Sent () UTF8 (~{19+}\nC: To: \303\261@x\nC:\nC: hello\nC: )\n"
    "S: V5 OK [APPENDUID 7 5] x\n" GOODBYE ("V6"),
    "7.5", 0 },
  { "append-utf8-waiting", "UTF8=ACCEPT", append_utf8,
    "C: V5 APPEND Sent () UTF8 (~{19}\nS: + go on\nC: To: \303\261@x\nC:\nC: hello\nC: )\n"
    "S: V5 OK x\n" GOODBYE ("V6"),
    "", 0 },
  /* RFC 9755 has no such item */
  { "append-utf8-bad", "UTF8=ACCEPT", append_utf8,
    "C: V5 APPEND Sent () UTF8 (~{19}\nS: V5 BAD what?\n"
    "C: V6 APPEND Sent () {19}\nS: + go on\nC: To: \303\261@x\nC:\nC: hello\nC:\nS: V6 OK x\n" GOODBYE ("V7"),
    "", 0 },
  { "append-utf8-refused", "UTF8=ACCEPT", append_utf8,
    "C: V5 APPEND Sent () UTF8 (~{19}\nS: V5 NO [OVERQUOTA] no\n" GOODBYE ("V6"), NULL, VALIJA_ERROR_OVER_QUOTA },
  { "append-utf8-body", "LITERAL+ UTF8=ACCEPT", append_utf8_body,
    "C: V5 APPEND Sent () {15+}\nC: To: n@x\nC:\nC: \303\261\nC:\nS: V5 OK x\n" GOODBYE ("V6"), "", 0 },
  /* It is filed all the same: most servers without it do not mind */
  { "append-utf8-on-old-server", "LITERAL+", append_utf8,
    "C: V4 APPEND Sent () {19+}\nC: To: \303\261@x\nC:\nC: hello\nC:\nS: V4 OK x\n" GOODBYE ("V5"), "", 0 },
  { "append-many-utf8", "MULTIAPPEND LITERAL+ UTF8=ACCEPT", append_many_utf8,
    "C: V5 APPEND Sent (\\Seen) \" 1-Feb-1994 19:32:16 +0000\" {17+}\nC: Subject: 1\nC:\nC: a\n"
    "C:  () UTF8 (~{12+}\nC: S: \303\261\nC:\nC: b\nC: )\nS: V5 OK x\n" GOODBYE ("V6"),
    NULL, 0 },
  { "create", "NAMESPACE", create,
    "C: V5 CREATE \"INBOX.Entw&APw-rfe\"\nS: V5 OK x\n"
    "C: V6 SUBSCRIBE \"INBOX.Entw&APw-rfe\"\nS: V6 OK x\n" GOODBYE ("V7"),
    "INBOX.Entw\303\274rfe", 0, "INBOX.\" \"." },
  /* The first of its kind is told to be it, unless the server does not want to hear that */
  { "create-for-use", "NAMESPACE LIST-EXTENDED CREATE-SPECIAL-USE", create_sent,
    "C: V5 LIST (SPECIAL-USE) \"\" \"*\"\nS: * LIST (\\Trash) \"/\" bin\nS: V5 OK x\n"
    "C: V6 CREATE sent (USE (\\Sent))\nS: V6 OK x\n"
    "C: V7 SUBSCRIBE sent\nS: V7 OK x\n" GOODBYE ("V8"),
    "sent", 0 },
  { "create-second-for-use", "NAMESPACE LIST-EXTENDED CREATE-SPECIAL-USE", create_sent,
    "C: V5 LIST (SPECIAL-USE) \"\" \"*\"\nS: * LIST (\\Sent) \"/\" gone\nS: V5 OK x\nC: V6 CREATE sent\nS: V6 OK x\n"
    "C: V7 SUBSCRIBE sent\nS: V7 OK x\n" GOODBYE ("V8"),
    "sent", 0 },
  { "create-use-refused", "NAMESPACE LIST-EXTENDED CREATE-SPECIAL-USE", create_sent,
    "C: V5 LIST (SPECIAL-USE) \"\" \"*\"\nS: V5 OK x\nC: V6 CREATE sent (USE (\\Sent))\nS: V6 NO [USEATTR] no\n"
    "C: V7 CREATE sent\nS: V7 OK x\nC: V8 SUBSCRIBE sent\nS: V8 OK x\n" GOODBYE ("V9"),
    "sent", 0 },
  { "create-below", "", create_below,
    "C: V4 LIST \"\" \"\"\nS: * LIST (\\Noselect) \"/\" \"\"\nS: V4 OK x\nC: V5 CREATE a/b\nS: V5 OK x\nC: V6 "
    "SUBSCRIBE a/b\nS: V6 NO x\n" GOODBYE ("V7"),
    "a/b", 0 },
  { "create-bad", "", create_bad, "C: V4 LIST \"\" \"\"\nS: * LIST () \".\" \"\"\nS: V4 OK x\n" GOODBYE ("V5"), NULL,
    VALIJA_ERROR_INVALID },
  { "create-twice", "NAMESPACE", create_below,
    "C: V5 CREATE a/b\nS: V5 NO [ALREADYEXISTS] x\n" GOODBYE ("V6"),
    NULL, VALIJA_ERROR_REFUSED },
  { "rename", "", rename_folder,
    "C: V4 LIST \"\" \"\"\nS: * LIST () \"/\" \"\"\nS: V4 OK x\nC: V5 RENAME a b/c\nS: V5 OK x\nC: V6 UNSUBSCRIBE "
    "a\nC: V7 SUBSCRIBE b/c\n"
    "S: V6 OK x\nS: V7 OK x\n" GOODBYE ("V8"),
    "b/c", 0 },
  { "remove-gone", "", remove_folder, "C: V4 DELETE a\nS: V4 NO [NONEXISTENT] x\n" GOODBYE ("V5"), NULL,
    VALIJA_ERROR_NOT_FOUND },
  { "remove-gone-by-words", "", remove_folder, "C: V4 DELETE a\nS: V4 NO Mailbox does not exist\n" GOODBYE ("V5"), NULL,
    VALIJA_ERROR_NOT_FOUND },
  { "remove", "", remove_folder, "C: V4 DELETE a\nS: V4 OK x\nC: V5 UNSUBSCRIBE a\nS: V5 OK x\n" GOODBYE ("V6"), NULL,
    0 },
  { "search", "ESEARCH LITERAL+", search,
    SELECT_A "C: V5 UID SEARCH RETURN (ALL) CHARSET UTF-8 TEXT {5+}\nC: caf\303\251 TEXT x\nS: * ESEARCH (TAG \"V5\") "
             "UID ALL 3:4,7\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.7,7.4 of 3", 0 },
  { "search-places", "LITERAL+", search_places,
    SELECT_A "C: V5 UID SEARCH SUBJECT \"a b\" FROM bo OR TO mei CC mei BODY x "
             "HEADER Message-ID \"<1@x>\" UNSEEN SINCE 2-Jan-2026 TEXT other:y TEXT \"z\\\"\"\n"
             "S: * SEARCH 3\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.3 of 1", 0 },
  { "search-operators", "LITERAL+", search_operators,
    SELECT_A "C: V5 UID SEARCH OR TEXT a OR FROM bo NOT SUBJECT x NOT CC mei ANSWERED (SINCE 1-Mar-2026 BEFORE "
             "1-Apr-2026) BEFORE 2-Jan-2026 LARGER 10000000 SMALLER 2000\n"
             "S: * SEARCH 3\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.3 of 1", 0 },
  { "search-labels", "LITERAL+", search_labels,
    SELECT_A "C: V5 UID SEARCH CHARSET UTF-8 OR KEYWORD $label2 OR KEYWORD $Labelwork KEYWORD Work "
             "NOT OR KEYWORD $label4 OR KEYWORD $Labeltodo KEYWORD to&ACA-do "
             "OR KEYWORD caf&AOk- KEYWORD $label1 NOT ALL\nS: * SEARCH 3\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.3 of 1", 0 },
  { "search-labels-gmail", "X-GM-EXT-1 LITERAL+", search_labels,
    SELECT_A "C: V5 UID SEARCH CHARSET UTF-8 X-GM-LABELS Work NOT X-GM-LABELS \"to do\" "
             "OR X-GM-LABELS \"caf&AOk-\" X-GM-LABELS \"$label1\" X-GM-LABELS Junk\n"
             "S: * SEARCH 3\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.3 of 1", 0 },
  { "search-attachment", "LITERAL+", search_attachment,
    SELECT_A "C: V5 UID SEARCH ALL\nS: * SEARCH 3\nS: V5 OK x\n" GOODBYE ("V6"), "7.3 of 1", 0 },
  { "search-nothing", "LITERAL+", search,
    SELECT_A
    "C: V5 UID SEARCH CHARSET UTF-8 TEXT {5+}\nC: caf\303\251 TEXT x\nS: * SEARCH\nS: V5 OK x\n" GOODBYE ("V6"),
    " of 0", 0 },
  { "search-endless", "ESEARCH LITERAL+", search_attachment,
    SELECT_A "C: V5 UID SEARCH RETURN (ALL) ALL\nS: * 4294967295 EXISTS\n"
             "S: * ESEARCH (TAG \"V5\") UID ALL 1:4294967295\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.4294967295,7.4294967294 of 4294967295", 0 },
  /* The folder is opened and searched in one turn */
  { "search-at-once", "ESEARCH LITERAL+", search_attachment,
    "C: V4 SELECT a\nC: V5 UID SEARCH RETURN (ALL) ALL\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: V4 OK x\n"
    "S: * ESEARCH (TAG \"V5\") UID ALL 3\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.3 of 1", 0 },
  { "search-refused", "ESEARCH LITERAL+", search_attachment,
    "C: V4 SELECT a\nC: V5 UID SEARCH RETURN (ALL) ALL\nS: V4 NO [NOPERM] x\nS: V5 BAD x\n" GOODBYE ("V6"),
    NULL, VALIJA_ERROR_REFUSED },
  { "search-gmail", "X-GM-EXT-1 LITERAL+", search_gmail,
    SELECT_A "C: V5 UID SEARCH X-GM-RAW \"\\\"a b\\\"\" NOT X-GM-RAW \"filename:\\\"x y\\\"\" "
             "OR X-GM-RAW has:attachment FROM bo\nS: * SEARCH 3\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.3 of 1", 0 },
  { "headers", "LITERAL+", fetch_headers,
    SELECT_A "C: V5 UID FETCH 3:4,9 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM SENDER "
             "REPLY-TO TO CC BCC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES CONTENT-TYPE CONTENT-DISPOSITION)])\n"
             "S: * 1 FETCH (UID 3 FLAGS (\\Seen) INTERNALDATE \" 2-Jan-2026 00:00:00 +0000\" RFC822.SIZE 9 "
             "BODY[HEADER.FIELDS (DATE)] \"\")\n"
             "S: * 2 FETCH (UID 9 FLAGS () INTERNALDATE \" 3-Jan-2026 00:00:00 +0000\" RFC822.SIZE 9 "
             "BODY[HEADER.FIELDS (DATE)] \"\")\nS: V5 OK x\n" GOODBYE ("V6"),
    "7.9,7.3+seen", 0 },
  { "headers-renumbered", "LITERAL+", fetch_headers_renumbered, SELECT_A GOODBYE ("V5"), "", 0 },
  { "search-charset", "LITERAL+", search,
    SELECT_A
    "C: V5 UID SEARCH CHARSET UTF-8 TEXT {5+}\nC: caf\303\251 TEXT x\nS: V5 NO [BADCHARSET (US-ASCII)] x\n" GOODBYE (
        "V6"),
    NULL, VALIJA_ERROR_UNSUPPORTED },
};

static char *
join (GPtrArray *strings)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < strings->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? "," : "", (char *) g_ptr_array_index (strings, i));

  return g_string_free (out, FALSE);
}

static char *
describe_result (const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return g_value_dup_string (value);
  if (G_VALUE_HOLDS (value, VALIJA_TYPE_FOLDER_INFO))
    return g_strdup (((ValijaFolderInfo *) g_value_get_boxed (value))->remote_id);
  if (G_VALUE_HOLDS (value, G_TYPE_PTR_ARRAY))
    return join (g_value_get_boxed (value));
  if (G_VALUE_HOLDS (value, VALIJA_TYPE_SEARCH_HITS))
    {
      ValijaSearchHits *hits = g_value_get_boxed (value);
      g_autofree char *ids = join (hits->remote_ids);

      return g_strdup_printf ("%s of %" G_GUINT64_FORMAT, ids, hits->total);
    }

  g_assert_true (g_value_get_boolean (value));
  return NULL;
}

static char *
whole_script (const Case *test)
{
  if (strstr (test->capabilities, "UTF8=ACCEPT") != NULL)
    return g_strconcat (GREETING SIGN_IN "S: V1 OK [CAPABILITY IMAP4rev1 ", test->capabilities,
                        "] in\nC: V2 ENABLE UTF8=ACCEPT\nC: V3 LIST \"\" \"*\"\n"
                        "S: * ENABLED UTF8=ACCEPT\nS: V2 OK x\n"
                        "S: * LIST (\\HasNoChildren) \"/\" INBOX\nS: V3 OK x\nC: V4 STATUS INBOX (" COUNTS ")\n"
                        "S: * STATUS INBOX (MESSAGES 3 UNSEEN 1)\nS: V4 OK x\n", test->script, NULL);

  if (strstr (test->capabilities, "NAMESPACE") == NULL)
    return g_strconcat (GREETING SIGN_IN "S: V1 OK [CAPABILITY IMAP4rev1 ", test->capabilities,
                        "] in\n" LISTING COUNTING, test->script, NULL);

  return g_strconcat (GREETING SIGN_IN "S: V1 OK [CAPABILITY IMAP4rev1 ", test->capabilities,
                      "] in\nC: V2 NAMESPACE\nC: V3 LIST \"\" \"*\"\nS: * NAMESPACE ((\"",
                      test->space != NULL ? test->space : "\" \"/",
                      "\")) NIL NIL\nS: V2 OK x\nS: * LIST (\\HasNoChildren) \"/\" INBOX\nS: V3 OK x\n"
                      "C: V4 STATUS INBOX (" COUNTS ")\nS: * STATUS INBOX (MESSAGES 3 UNSEEN 1)\nS: V4 OK x\n",
                      test->script, NULL);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *script = whole_script (test);
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *result = NULL;
  const GValue *value;

  valija_script_server_add (server, script);
  imap_assert_listed (session);
  future = test->act (VALIJA_MAIL_ORGANIZER (session));
  value = valija_test_await (future, &error);
  if (test->error == 0)
    {
      g_assert_no_error (error);
      result = describe_result (value);
      g_assert_cmpstr (result, ==, test->result);
    }
  else
    {
      g_assert_error (error, VALIJA_ERROR, test->error);
      g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_INCOMING);
    }
  imap_close (session);
}

typedef struct
{
  const Case *test;
  ValijaSession *session;
} Flow;

static void
flow_free (gpointer data)
{
  Flow *flow = data;

  g_object_unref (flow->session);
  g_free (flow);
}

static DexFuture *
act_cb (DexFuture *future,
        gpointer   user_data)
{
  Flow *flow = user_data;

  return flow->test->act (VALIJA_MAIL_ORGANIZER (flow->session));
}

static DexFuture *
act_flow (guint16  port,
          gpointer user_data)
{
  Flow *flow = g_new0 (Flow, 1);

  flow->test = user_data;
  flow->session = imap_session_new (port, "timeout=1");

  return dex_future_then (valija_mail_reader_list_folders (VALIJA_MAIL_READER (flow->session)), act_cb, flow,
                          flow_free);
}

static void
test_faults (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *script = whole_script (test);
  const char *scripts[] = { script, NULL };

  valija_test_faults (scripts, FALSE, act_flow, (gpointer) test);
}

void
imap_add_organize_tests (void)
{
  static const char * const faulted[] = {
    "flags", "label", "move-by-copy", "append-waiting", "append-many-waiting", "append-utf8-bad",
    "append-folder-limit", "create", "mark", "find", "delete",
    "delete-beside-others", "remove", NULL,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/imap/organize/do/", cases[i].name, NULL);
      g_autofree char *fault_path = g_strconcat ("/imap/organize/faults/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
      if (g_strv_contains (faulted, cases[i].name))
        g_test_add_data_func (fault_path, &cases[i], test_faults);
    }
}
