/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "support/valija-wait.h"

#define SELECT(tag) \
  "C: " tag " SELECT INBOX\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 6] x\nS: " tag " OK x\n"

/* 40,000 octets have come */
#define BEGINNING(size) "C: V5 UID FETCH 1 (UID BODY.PEEK[])\nS: * 1 FETCH (UID 1 BODY[] {" size "}\nS+ %s\n"
#define SMALL(tag) \
  "C: " tag " UID FETCH 5 (UID BODY.PEEK[])\nS: * 3 FETCH (UID 5 BODY[] {5}\nS+ hello\nS: )\nS: " tag " OK x\n"

/* A server whose first connection begins with @script, in which 40,000 octets are to be put. */
static void
add_script (ValijaScriptServer *server,
            const char         *script,
            const char         *rest)
{
  g_autofree char *part = g_strnfill (40000, 'x');
  g_auto(GStrv) pieces = g_strsplit (script, "%s", 2);
  g_autofree char *text = g_strconcat (OPENING ("") LISTING COUNTING SELECT ("V4"), pieces[0], part, pieces[1], rest,
                                       NULL);

  valija_script_server_add (server, text);
}

static DexFuture *
fetch (ValijaSession  *session,
       const char     *remote_id,
       ValijaProgress *progress)
{
  /* As whoever waits for it, it ends when it is dropped */
  return valija_future_guard (valija_mail_reader_fetch_message (VALIJA_MAIL_READER (session), "INBOX", remote_id,
                                                                progress));
}

static void
note_state_cb (ValijaSession *session,
               GString       *states)
{
  g_string_append_printf (states, "%d ", valija_session_get_state (session));
}

/* Begins to fetch a message of @size octets, and gives it up when some of it is there. */
static void
give_up (ValijaSession *session,
         guint64        size)
{
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(DexFuture) future = NULL;

  valija_progress_update (progress, 0, size);
  future = fetch (session, "7.1", progress);
  valija_wait_until (valija_progress_get_done (progress) > 0);
  valija_progress_cancel (progress);
}

static void
assert_small (ValijaSession *session)
{
  g_autoptr(ValijaFetched) fetched = imap_assert_boxed (fetch (session, "7.5", NULL));

  g_assert_cmpmem (g_bytes_get_data (fetched->source, NULL), g_bytes_get_size (fetched->source), "hello", 5);
}

/* Of 20 MB: the transfer ends, another connection takes the place of that one, and nobody sees the session closed. */
static void
test_much (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(GString) states = g_string_new (NULL);

  /* Nothing more is said, and it ends when the client closes */
  add_script (server, BEGINNING ("20000000"), "SILENCE\n");
  valija_script_server_add (server, OPENING ("") SELECT ("V2") SMALL ("V3") GOODBYE ("V4"));
  imap_assert_listed (session);
  g_signal_connect (session, "state-changed", G_CALLBACK (note_state_cb), states);
  give_up (session, 20000000);
  assert_small (session);
  g_assert_cmpstr (states->str, ==, "");
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_OPEN);
  imap_close (session);
}

/* What is asked for next, the rest of the first, and the answer. */
static char *
make_rest (gsize size)
{
  g_autofree char *rest = g_strnfill (size - 40000, 'x');

  return g_strconcat ("C: V6 UID FETCH 5 (UID BODY.PEEK[])\nS+ ", rest, "\nS: )\nS: V5 OK x\n"
                      "S: * 3 FETCH (UID 5 BODY[] {5}\nS+ hello\nS: )\nS: V6 OK x\n" GOODBYE ("V7"), NULL);
}

/* Of what is nearly there the rest comes, which costs less than another connection. */
static void
test_little (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *script = make_rest (200000);

  add_script (server, BEGINNING ("200000"), script);
  imap_assert_listed (session);
  give_up (session, 200000);
  assert_small (session);
  imap_close (session);
}

/* A server that tolerates no other connection goes on as it does. */
static void
test_only_one (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *script = make_rest (400000);

  add_script (server, BEGINNING ("400000"), script);
  valija_script_server_add (server, "S: * BYE one connection is enough\nCLOSE\n");
  imap_assert_listed (session);
  give_up (session, 400000);
  assert_small (session);
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_OPEN);
  imap_close (session);
}

/* Of several hundred messages: nobody receives them any more, and they do not keep the next one waiting. */
static void
test_many (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autoptr(GString) script = g_string_new (OPENING ("") LISTING COUNTING SELECT ("V4"));
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr(ValijaFetched) first = NULL;
  g_autoptr(DexChannel) channel = NULL;
  g_auto(GStrv) remote_ids = NULL;

  for (guint i = 1; i <= 250; i++)
    g_strv_builder_take (builder, g_strdup_printf ("7.%u", i));
  remote_ids = g_strv_builder_end (builder);

  g_string_append (script, "C: V5 UID FETCH 1:100 (UID BODY.PEEK[])\nC: V6 UID FETCH 101:200 (UID BODY.PEEK[])\n"
                           "C: V7 UID FETCH 201:250 (UID BODY.PEEK[])\n");
  /* More than anybody takes ahead */
  for (guint i = 1; i <= 80; i++)
    g_string_append_printf (script, "S: * 1 FETCH (UID %u BODY[] {5}\nS+ hello\nS: )\n", i);
  g_string_append (script, "SILENCE\n");
  valija_script_server_add (server, script->str);
  valija_script_server_add (server, OPENING ("") SELECT ("V2") SMALL ("V3") GOODBYE ("V4"));

  imap_assert_listed (session);
  channel = valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX",
                                               (const char * const *) remote_ids, NULL);
  first = imap_assert_boxed (dex_channel_receive (channel));
  g_assert_cmpstr (first->remote_id, ==, "7.1");
  dex_channel_close_receive (channel);
  assert_small (session);
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_OPEN);
  imap_close (session);
}

/* On another connection that is there anyway nothing needs to be waited for. */
static void
test_beside (void)
{
  const char * const ids[] = { "7.5", NULL };
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
  g_autofree char *small = NULL;
  g_autofree char *rest = g_strnfill (160000, 'x');
  g_autofree char *goodbye =
      g_strconcat ("C: V6 LOGOUT\nS+ ", rest, "\nS: )\nS: V5 OK x\nS: * BYE see you\nS: V6 OK bye\n", NULL);
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(DexFuture) future = NULL;

  add_script (server, BEGINNING ("200000"), goodbye);
  valija_script_server_add (server, OPENING ("") SELECT ("V2") SMALL ("V3") SMALL ("V4") GOODBYE ("V5"));
  imap_assert_listed (session);
  valija_progress_update (progress, 0, 200000);
  future = fetch (session, "7.1", progress);
  valija_wait_until (valija_progress_get_done (progress) > 0);
  /* To the end, so that this connection is free */
  small = imap_collect (valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), "INBOX", ids, NULL), NULL,
                        NULL);
  g_assert_cmpstr (small, ==, "7.5:hello\n");

  valija_progress_cancel (progress);
  dex_clear (&future);
  assert_small (session);
  imap_close (session);
}

void
imap_add_cancel_tests (void)
{
  g_test_add_func ("/imap/session/cancel/many", test_many);
  g_test_add_func ("/imap/session/cancel/much", test_much);
  g_test_add_func ("/imap/session/cancel/little", test_little);
  g_test_add_func ("/imap/session/cancel/only-one", test_only_one);
  g_test_add_func ("/imap/session/cancel/beside", test_beside);
}
