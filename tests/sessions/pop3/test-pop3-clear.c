/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-maildrop.h"
#include "valija-test-pop3.h"

/* The one thing that deletes. */

static const Setting leaves = { .security = VALIJA_SECURITY_NONE, .cleartext = TRUE, .delete_after_days = -1 };

/* "aa 30 bb 40": names and sizes. */
static GBytes *
make_cursor (const char *entries)
{
  g_autoptr(GHashTable) table = valija_pop3_cursor_new_table ();
  g_auto(GStrv) words = g_strsplit (entries, " ", -1);

  for (gsize i = 0; words[i] != NULL; i += 2)
    {
      const ValijaPop3Entry entry = { .remote_id = words[i], .size = g_ascii_strtoull (words[i + 1], NULL, 10) };

      valija_pop3_cursor_add (table, &entry);
    }

  return valija_pop3_cursor_encode (table);
}

/* The account does not say so: refused before there is a connection, which the server has no script for */
static void
test_never_deletes (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = new_session (valija_script_server_get_port (server), &leaves);
  const char * const ids[] = { "aa", NULL };

  g_autoptr(GBytes) cursor = make_cursor ("aa 30");

  await_error (valija_mail_drop_clear (VALIJA_MAIL_DROP (session), cursor, ids), VALIJA_ERROR_UNSUPPORTED,
               VALIJA_STEP_CHANGE);
}

static const Setting deletes = { .security = VALIJA_SECURITY_NONE, .cleartext = TRUE, .delete_after_days = 0 };
static const Setting deletes_removed = {
  .security = VALIJA_SECURITY_NONE, .cleartext = TRUE, .delete_after_days = -1, .delete_removed = TRUE,
};
static const Setting hasty_deletes = {
  .security = VALIJA_SECURITY_NONE, .cleartext = TRUE, .delete_after_days = 0, .hasty = TRUE,
};

#define CLEAR BEGIN "C: UIDL\nC: LIST\nS: +OK\nS: 1 aa\nS: 2 bb\nS: 3 cc\nS: .\n" \
  "S: +OK\nS: 1 30\nS: 2 40\nS: 3 50\nS: .\n" \
  "C: DELE 3\nC: DELE 1\nS: +OK\nS: +OK\n" QUIT

static DexFuture *
clear_flow (guint16  port,
            gpointer user_data)
{
  g_autoptr(ValijaSession) session = new_session (port, user_data);
  const char * const ids[] = { "cc", "unknown", "aa", NULL };
  g_autoptr(GBytes) cursor = make_cursor ("aa 30 bb 40 cc 50");

  return dex_future_finally (valija_mail_drop_clear (VALIJA_MAIL_DROP (session), cursor, ids), pass_on_cb, NULL, NULL);
}

static void
test_clear (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  const char * const scripts[] = { CLEAR, NULL };

  valija_script_server_add (server, CLEAR);
  await_true (clear_flow (valija_script_server_get_port (server), (gpointer) &deletes));
  valija_script_server_add (server, CLEAR);
  await_true (clear_flow (valija_script_server_get_port (server), (gpointer) &deletes_removed));
  valija_test_faults (scripts, FALSE, clear_flow, (gpointer) &hasty_deletes);
}

/* One stays where it is: that is told, and the other goes */
static void
test_clear_one_refused (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();

  valija_script_server_add (server, BEGIN "C: UIDL\nC: LIST\nS: +OK\nS: 1 aa\nS: 2 cc\nS: .\n"
                            "S: +OK\nS: 1 30\nS: 2 50\nS: .\n"
                            "C: DELE 2\nC: DELE 1\nS: -ERR locked\nS: +OK\n" QUIT);
  await_error (clear_flow (valija_script_server_get_port (server), (gpointer) &deletes), VALIJA_ERROR_REFUSED,
               VALIJA_STEP_CHANGE);
}

/* The server marks and then does not delete: that is no success */
static void
test_clear_refused (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();

  valija_script_server_add (server, BEGIN "C: UIDL\nC: LIST\nS: +OK\nS: 1 aa\nS: .\nS: +OK\nS: 1 30\nS: .\nC: DELE 1\n"
                            "S: +OK\nC: QUIT\nS: -ERR not removed\n");
  await_error (clear_flow (valija_script_server_get_port (server), (gpointer) &deletes), VALIJA_ERROR_REFUSED,
               VALIJA_STEP_CHANGE);
}

/* What has come since the last round, or stands under the name of what was there then, was never looked at. Sizes say
 * so, where there are any; the name alone does where there were none. */
static void
test_clear_others (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(GBytes) cursor = make_cursor ("aa 30 bb 40 dd 0 ee 60");
  g_autoptr(GBytes) doubting = NULL;
  const char * const ids[] = { "aa", "bb", "cc", "dd", "ee", NULL };
  const char * const doubted[] = { "ee", NULL };

  valija_script_server_add (server, BEGIN "C: UIDL\nC: LIST\n"
                            "S: +OK\nS: 1 aa\nS: 2 bb\nS: 3 cc\nS: 4 dd\nS: 5 ee\nS: .\n"
                            "S: +OK\nS: 1 31\nS: 2 40\nS: 3 50\nS: 4 70\nS: 5 60\nS: .\n"
                            "C: DELE 2\nC: DELE 4\nS: +OK\nS: +OK\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &deletes);
  doubting = valija_mail_drop_doubt (VALIJA_MAIL_DROP (session), cursor, doubted);
  g_assert_null (valija_mail_drop_doubt (VALIJA_MAIL_DROP (session), doubting, doubted));
  await_true (valija_mail_drop_clear (VALIJA_MAIL_DROP (session), doubting, ids));
}

/* What was doubted is described anew where it is listed, and gone where it is not; and so is what has another size. */
static void
test_doubted (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(GBytes) whole = make_cursor ("aa 30 bb 40 cc 50 dd 60");
  g_autoptr(GBytes) cursor = NULL;
  const char * const ids[] = { "aa", "cc", NULL };

  valija_script_server_add (server, BEGIN "C: UIDL\nC: LIST\nS: +OK\nS: 1 aa\nS: 2 bb\nS: 3 dd\nS: .\n"
                                    "S: +OK\nS: 1 30\nS: 2 40\nS: 3 61\nS: .\nC: TOP 3 0\nC: TOP 1 0\n"
                                    "S: +OK\nS: Subject: four\nS:\nS: .\nS: +OK\nS: Subject: one\nS:\nS: .\n" QUIT);
  valija_script_server_add (server, BEGIN "C: UIDL\nC: LIST\nS: +OK\nS: 1 aa\nS: 2 bb\nS: 3 dd\nS: .\n"
                                    "S: +OK\nS: 1 30\nS: 2 40\nS: 3 61\nS: .\n" QUIT);
  session = new_session (valija_script_server_get_port (server), &deletes);
  cursor = valija_mail_drop_doubt (VALIJA_MAIL_DROP (session), whole, ids);
  assert_round (session, &cursor, "+dd 61 four +aa 30 one -cc ");
  assert_round (session, &cursor, "");
  await_true (valija_session_close (session));
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/pop3/delete/never", test_never_deletes);
  g_test_add_func ("/pop3/delete/clear", test_clear);
  g_test_add_func ("/pop3/delete/refused", test_clear_refused);
  g_test_add_func ("/pop3/delete/one-refused", test_clear_one_refused);
  g_test_add_func ("/pop3/delete/others", test_clear_others);
  g_test_add_func ("/pop3/delete/doubted", test_doubted);

  /* What learnt last of all that its server is gone has still to end */
  status = g_test_run ();
  valija_test_drain ();

  return status;
}
