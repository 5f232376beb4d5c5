/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

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

void
imap_add_links_tests (void)
{
  g_test_add_func ("/imap/session/list-ages", test_list_ages);
}
