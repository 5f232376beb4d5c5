/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

#include "base/valija-error.h"
#include "sessions/imap/valija-imap-link-private.h"
#include "sessions/imap/valija-imap-session-private.h"

/* What the connections of a session know, and how many there are. */

/* Mail may have come since the folders were listed ahead: so they are listed anew for who asks later. */
static void
test_list_ages (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(GPtrArray) early = NULL;
  g_autoptr(GPtrArray) folders = NULL;
  ValijaImapLink *link;

  valija_script_server_add (server, OPENING ("") LISTING COUNTING "C: V4 LIST \"\" \"*\"\n"
                            "S: * LIST (\\HasNoChildren) \"/\" INBOX\nS: V4 OK listed\n"
                            "C? V5 STATUS INBOX (" COUNTS "*)\n"
                            "S: * STATUS INBOX (MESSAGES 4 UNSEEN 2)\nS: V5 OK counted\n" GOODBYE ("V6"));
  imap_assert_true (valija_session_open (session));
  link = valija_imap_pool_get_primary (VALIJA_IMAP_SESSION (session)->pool);
  early = imap_assert_boxed (dex_ref (link->folders));
  link->listed_at -= 3 * G_USEC_PER_SEC;

  folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  g_assert_cmpint (((ValijaFolderInfo *) g_ptr_array_index (folders, 0))->total, ==, 4);
  imap_close (session);
}

#define WATCH(folder) \
  OPENING ("IDLE") "C: V2 SELECT " folder "\nS: * 3 EXISTS\nS: V2 OK x\n" \
  "C: V3 IDLE\nS: + idling\nS: * 4 EXISTS\nC: DONE\nS: V3 OK x\n"
#define SELECT(tag) \
  "C: " tag " SELECT INBOX\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 6] x\nS: " tag " OK x\n"
#define FETCH(tag, uid) \
  "C: " tag " UID FETCH " uid " (UID BODY.PEEK[])\nS: * 1 FETCH (UID " uid " BODY[] {5}\nS+ hello\nS: )\n" \
  "S: " tag " OK x\n"

static DexFuture *
fetch (ValijaSession *session,
       const char    *remote_id)
{
  return valija_mail_reader_fetch_message (VALIJA_MAIL_READER (session), "INBOX", remote_id, NULL);
}

/* Where the server refuses one more connection for work, the one goes that watches the folder in view, and no other
 * does that; the inbox stays watched. */
static void
test_watch_gives_way (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  ValijaMailReader *reader = VALIJA_MAIL_READER (session);
  DexFuture *first;
  DexFuture *second;

  valija_script_server_add (server, OPENING ("IDLE") LISTING COUNTING SELECT ("V4") FETCH ("V5", "1") GOODBYE ("V6"));
  valija_script_server_add (server, WATCH ("INBOX") "C: V4 IDLE\nS: + idling\nS: * 5 EXISTS\nC: DONE\nS: V4 OK x\n");
  valija_script_server_add (server, WATCH ("a"));
  valija_script_server_add (server, "S: * BYE [UNAVAILABLE] too many connections\nCLOSE\n");
  valija_script_server_add (server, OPENING ("IDLE") SELECT ("V2") FETCH ("V3", "5") GOODBYE ("V4"));
  imap_assert_listed (session);
  imap_assert_true (valija_mail_reader_watch (reader, "INBOX"));
  imap_assert_true (valija_mail_reader_watch (reader, "a"));

  first = fetch (session, "7.1");
  second = fetch (session, "7.5");
  valija_fetched_unref (imap_assert_boxed (second));
  valija_fetched_unref (imap_assert_boxed (first));
  g_error_free (imap_assert_error (valija_mail_reader_watch (reader, "a"), VALIJA_ERROR_UNSUPPORTED));
  imap_assert_true (valija_mail_reader_watch (reader, "INBOX"));
  imap_close (session);
}

/* Also while it is waited for; another one may be had later. */
static void
test_watch_stops (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  ValijaMailReader *reader = VALIJA_MAIL_READER (session);
  DexFuture *watch;

  valija_script_server_add (server, OPENING ("IDLE") LISTING COUNTING GOODBYE ("V4"));
  valija_script_server_add (server, WATCH ("a") "SILENCE\n");
  valija_script_server_add (server, WATCH ("b"));
  imap_assert_listed (session);
  imap_assert_true (valija_mail_reader_watch (reader, "a"));
  watch = valija_mail_reader_watch (reader, "a");
  valija_test_drain ();
  valija_mail_reader_stop_watching (reader);
  g_error_free (imap_assert_error (watch, VALIJA_ERROR_DISCONNECTED));
  imap_assert_true (valija_mail_reader_watch (reader, "b"));
  valija_mail_reader_stop_watching (reader);
  imap_close (session);
}

void
imap_add_links_tests (void)
{
  g_test_add_func ("/imap/session/list-ages", test_list_ages);
  g_test_add_func ("/imap/session/watch-gives-way", test_watch_gives_way);
  g_test_add_func ("/imap/session/watch-stops", test_watch_stops);
}
