/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The way into the mailbox, against the contract server: mechanisms, what is said before one has signed in, and
 * mailboxes that are elsewhere. */

#include "config.h"

#include <string.h>

#include "exchange-world.h"
#include "base/valija-future.h"
#include "sessions/exchange/valija-exchange-session-private.h"
#include "support/valija-test-network.h"
#include "wire/ews/valija-ews-request.h"

static void
test_sign_in (gconstpointer data)
{
  const char *mechanism = data;
  World world;
  g_auto(GStrv) facts = NULL;
  g_autofree char *joined = NULL;

  world_start (&world, NULL, mechanism, NULL);
  await_true (valija_session_open (world.session));
  g_assert_cmpint (valija_session_get_state (world.session), ==, VALIJA_SESSION_OPEN);
  facts = valija_session_dup_facts (world.session);
  joined = g_strjoinv ("\n", facts);
  /* Of what was offered the stronger was taken */
  g_assert_nonnull (strstr (joined, g_strcmp0 (mechanism, "basic") == 0 ? "Basic" : "NTLM"));
  g_assert_nonnull (strstr (joined, "2016"));
  world_stop (&world);
}

/* A real realm, and the ticket that one has who has signed in to it: no password is asked for. */
static void
test_kerberos (void)
{
  const char *arguments[] = { "--kerberos", "--auth", "negotiate,ntlm", NULL };
  World world;
  g_autoptr(JsonNode) stats = NULL;
  g_autofree char *folders = NULL;
  g_autofree char *text = NULL;
  JsonObject *sign_ins;

  world_start (&world, arguments, "negotiate", "not asked for");
  if (valija_contract_server_peek (world.server, "krb5_config") == NULL)
    {
      world_stop (&world);
      g_test_skip ("there is no KDC on this computer");
      return;
    }

  g_setenv ("KRB5_CONFIG", valija_contract_server_get (world.server, "krb5_config"), TRUE);
  g_setenv ("KRB5CCNAME", valija_contract_server_get (world.server, "krb5_cache"), TRUE);
  deliver (&world, "Hello");
  folders = list_folders (&world);
  sync_inbox (&world, NULL);
  g_assert_nonnull (flags_of (&world, "Hello"));

  stats = valija_contract_server_order (world.server, "{'do': 'stats'}");
  text = json_to_string (stats, FALSE);
  sign_ins = json_object_get_object_member (json_node_get_object (stats), "sign_ins");
  g_assert_cmpint (json_object_get_int_member (sign_ins, "negotiate"), >=, 1);
  g_assert_cmpint (json_object_get_int_member (sign_ins, "ntlm"), ==, 0);
  g_test_message ("%s", text);
  world_stop (&world);
}

/* A ticket is not bound to the connection; where the server wants that it is said what can be done. */
static void
test_kerberos_bound (void)
{
  const char *arguments[] = { "--kerberos", "--auth", "negotiate,ntlm", "--extended-protection", NULL };
  World world;
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;

  world_start (&world, arguments, "negotiate", "not asked for");
  if (valija_contract_server_peek (world.server, "krb5_config") == NULL)
    {
      world_stop (&world);
      g_test_skip ("there is no KDC on this computer");
      return;
    }

  g_setenv ("KRB5_CONFIG", valija_contract_server_get (world.server, "krb5_config"), TRUE);
  g_setenv ("KRB5CCNAME", valija_contract_server_get (world.server, "krb5_cache"), TRUE);
  future = valija_session_open (world.session);
  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
  g_assert_nonnull (strstr (error->message, "Extended Protection"));
  world_stop (&world);
}

static void
test_wrong_password (void)
{
  World world;
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;

  world_start (&world, NULL, NULL, "wrong");
  future = valija_session_open (world.session);
  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SIGN_IN);
  /* A challenge is no words */
  g_assert_null (valija_error_get_server_line (error));
  g_assert_cmpint (valija_session_get_state (world.session), ==, VALIJA_SESSION_CLOSED);
  world_stop (&world);
}

static void
test_unknown_mechanism (void)
{
  World world;

  world_start (&world, NULL, "cram-md5", NULL);
  await_error (valija_session_open (world.session), VALIJA_ERROR_INVALID, VALIJA_STEP_SIGN_IN);
  world_stop (&world);
}

static void
test_old_server (void)
{
  const char *arguments[] = { "--dialect", "2010", NULL };
  World world;
  g_autofree char *folders = NULL;

  world_start (&world, arguments, NULL, NULL);
  deliver (&world, "Old");
  folders = list_folders (&world);
  g_assert_cmpuint (sync_inbox (&world, NULL), >=, 1);
  g_assert_cmpstr (flags_of (&world, "Old"), ==, "");
  valija_contract_server_tell (world.server, "{'do': 'change', 'what': 'flag', 'subject': 'Old'}");
  g_assert_cmpuint (sync_inbox (&world, NULL), ==, 1);
  g_assert_cmpstr (flags_of (&world, "Old"), ==, "flagged");
  world_stop (&world);
}

/* What the server says first, before anybody has signed in: each has its own sentence, and none is taken for a wrong
 * password. */
static void
test_first_answers (void)
{
  static const struct { const char *fault, *sentence; ValijaErrorCode code; } cases[] = {
    { "'fault': 'html'", "A web page came instead of an answer", VALIJA_ERROR_PROTOCOL },
    { "'fault': 'redirect'", "sends to another page", VALIJA_ERROR_PROTOCOL },
    { "'fault': 'status', 'status': 403", "Ask your administrator to switch them on", VALIJA_ERROR_REFUSED },
    { "'fault': 'status', 'status': 404", "There are no Exchange Web Services at that address",
      VALIJA_ERROR_UNSUPPORTED },
    { "'fault': 'status', 'status': 456", "The password has expired", VALIJA_ERROR_AUTHENTICATION },
    { "'fault': 'status', 'status': 503", "The server cannot answer now", VALIJA_ERROR_TRY_LATER },
  };
  World world;

  world_start (&world, NULL, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(DexFuture) future = NULL;
      g_autoptr(GError) error = NULL;

      valija_contract_server_tell (world.server, "{'do': 'inject', 'operation': 'Probe', %s}", cases[i].fault);
      future = valija_session_open (world.session);
      g_assert_null (valija_test_await (future, &error));
      g_assert_error (error, VALIJA_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].sentence));
      g_assert_nonnull (valija_error_get_server_line (error));
      g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_BOTH);
      g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_CONNECT);
    }

  await_true (valija_session_open (world.session));
  world_stop (&world);
}

/* The mailbox is on another server than the account says. */
static void
test_moved (void)
{
  static const struct { const char *location, *sentence; ValijaErrorCode code; } cases[] = {
    { "https://mail.hoster.example/EWS/Exchange.asmx", "is at “mail.hoster.example”", VALIJA_ERROR_UNSUPPORTED },
    { "http://localhost/EWS/Exchange.asmx", "is at “localhost”", VALIJA_ERROR_UNSUPPORTED },
    { "https://outlook.office365.com/EWS/Exchange.asmx", "Use the method Outlook", VALIJA_ERROR_UNSUPPORTED },
    { "nonsense", "There are no Exchange Web Services at that address", VALIJA_ERROR_UNSUPPORTED },
    /* A server of our own domain, which is tried; there is none, or no network in which to look for it */
    { "https://mail.example.org:1/EWS/Exchange.asmx", "mail.example.org", VALIJA_ERROR_RESOLVE },
  };
  World world;
  g_autofree char *folders = NULL;

  world_start (&world, NULL, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(DexFuture) future = NULL;
      g_autoptr(GError) error = NULL;

      g_test_message ("%s", cases[i].location);
      valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'moved', 'value': '%s'}", cases[i].location);
      future = valija_session_open (world.session);
      g_assert_null (valija_test_await (future, &error));
      if (cases[i].code != VALIJA_ERROR_RESOLVE || !g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_OFFLINE))
        g_assert_error (error, VALIJA_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].sentence));
      await_true (valija_session_close (world.session));
    }

  /* While it is open, too */
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'moved', 'value': null}");
  deliver (&world, "Moved");
  folders = list_folders (&world);
  valija_contract_server_tell (world.server,
                               "{'do': 'set', 'name': 'moved',"
                               " 'value': 'https://localhost:%u/EWS/Moved/Exchange.asmx'}",
                               valija_contract_server_get_port (world.server));
  g_assert_cmpuint (sync_inbox (&world, NULL), >=, 1);
  g_assert_nonnull (flags_of (&world, "Moved"));
  await_true (valija_session_close (world.session));
  await_true (valija_session_open (world.session));
  world_stop (&world);
}

#define LOOKS 4

/* More at once than the connection takes; each fails with @code, or none (-1) */
static void
look (World *world,
      int    code)
{
  DexFuture *futures[LOOKS];

  for (gsize i = 0; i < LOOKS; i++)
    futures[i] = valija_mail_reader_search (VALIJA_MAIL_READER (world->session), folder (world, "inbox"), "all", 5);
  for (gsize i = 0; i < LOOKS; i++)
    {
      g_autoptr(GError) error = NULL;

      valija_test_await (futures[i], &error);
      if (code < 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, VALIJA_ERROR, code);
      dex_unref (futures[i]);
    }
}

/* Where the mailbox is said to be nobody answers: one goes on asking where it was until then. */
static void
test_moved_nowhere (void)
{
  World world;
  g_autofree char *folders = NULL;

  world_start (&world, NULL, NULL, NULL);
  folders = list_folders (&world);
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'moved', "
                                             "'value': 'https://localhost:1/EWS/Exchange.asmx'}");
  look (&world, VALIJA_ERROR_CONNECT);
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'moved', 'value': null}");
  look (&world, -1);

  valija_contract_server_tell (world.server,
                               "{'do': 'set', 'name': 'moved',"
                               " 'value': 'https://localhost:%u/EWS/Moved/Exchange.asmx'}",
                               valija_contract_server_get_port (world.server));
  look (&world, -1);
  world_stop (&world);
}

static DexFuture *
ask_about_team_fiber (gpointer data)
{
  ValijaExchangeClient *client = data;
  ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  GError *error = NULL;

  reply = valija_exchange_client_run_fiber (client, valija_ews_request_about (valija_ews_get_events (schema, "S", ""),
                                                                              "team@example.org"), &error);

  return reply != NULL ? dex_future_new_true () : dex_future_new_for_error (error);
}

/* A mailbox that others share is elsewhere; the user's own stays where it is. */
static void
test_moved_shared (void)
{
  World world;
  g_autofree char *folders = NULL;
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;

  world_start (&world, NULL, NULL, NULL);
  folders = list_folders (&world);
  valija_contract_server_tell (world.server,
                               "{'do': 'inject', 'operation': 'GetEvents', 'fault': 'status', 'status': 451,"
                               " 'headers': {'X-MS-Location': 'https://localhost:%u/EWS/Moved/Exchange.asmx'}}",
                               valija_contract_server_get_port (world.server));
  future = valija_fiber_spawn (ask_about_team_fiber, VALIJA_EXCHANGE_SESSION (world.session)->client, NULL);
  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "team@example.org is at “localhost”"));

  /* Only where it was is that said */
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'moved', 'value': 'nonsense'}");
  look (&world, VALIJA_ERROR_UNSUPPORTED);
  world_stop (&world);
}

/* Microsoft's own service has another method. */
static void
test_online (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("exchange");
  g_autoptr(ValijaSessionContext) context = NULL;
  g_autoptr(ValijaSession) session = NULL;
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;

  g_object_set (valija_account_get_incoming (account), "host", "outlook.office365.com", NULL);
  context = valija_session_context_new (account, NULL, NULL);
  session = valija_exchange_session_new (context);
  future = valija_session_open (session);
  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "Outlook"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  valija_test_network_init ();
  valija_test_network_set_proxy ("direct://");

  g_test_add_data_func ("/exchange/sign-in/offered", NULL, test_sign_in);
  g_test_add_data_func ("/exchange/sign-in/ntlm", "ntlm", test_sign_in);
  g_test_add_data_func ("/exchange/sign-in/basic", "basic", test_sign_in);
  g_test_add_func ("/exchange/sign-in/kerberos", test_kerberos);
  g_test_add_func ("/exchange/sign-in/kerberos-bound", test_kerberos_bound);
  g_test_add_func ("/exchange/sign-in/wrong-password", test_wrong_password);
  g_test_add_func ("/exchange/sign-in/unknown-mechanism", test_unknown_mechanism);
  g_test_add_func ("/exchange/sign-in/first-answers", test_first_answers);
  g_test_add_func ("/exchange/sign-in/moved", test_moved);
  g_test_add_func ("/exchange/sign-in/moved-nowhere", test_moved_nowhere);
  g_test_add_func ("/exchange/sign-in/moved-shared", test_moved_shared);
  g_test_add_func ("/exchange/sign-in/online", test_online);
  g_test_add_func ("/exchange/sign-in/old-server", test_old_server);

  return g_test_run ();
}
