/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the server knows of people, against the contract server. */

#include "config.h"

#include <string.h>

#include "exchange-world.h"
#include "model/valija-address.h"

/* The people as "Name <address>", and what the server was asked. */
static char *
find (World      *world,
      const char *text,
      guint       limit)
{
  g_autoptr(GPtrArray) people = await_list (valija_mail_directory_find_people (VALIJA_MAIL_DIRECTORY (world->session),
                                                                               text, limit));

  return valija_address_list_to_text (people);
}

static gint64
count (World      *world,
       const char *operation)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (world->server, "{'do': 'stats'}");
  JsonObject *operations = json_object_get_object_member (json_node_get_object (stats), "operations");

  return json_object_has_member (operations, operation) ? json_object_get_int_member (operations, operation) : 0;
}

static void
check_ana (World *world)
{
  g_autofree char *by_name = find (world, " Ana", 10);
  g_autofree char *by_address = find (world, "ana@", 10);
  g_autofree char *nobody = find (world, "nobody is called so", 10);
  g_autofree char *unasked = find (world, "  ", 10);

  g_assert_nonnull (strstr (by_name, "<ana@example.org>"));
  g_assert_cmpstr (by_address, ==, by_name);
  g_assert_cmpstr (nobody, ==, "");
  g_assert_cmpstr (unasked, ==, "");
}

static void
test_find_people (void)
{
  World world;
  g_autoptr(GPtrArray) two = NULL;

  world_start (&world, NULL, NULL, NULL);
  check_ana (&world);
  g_assert_cmpint (count (&world, "FindPeople"), ==, 3);
  g_assert_cmpint (count (&world, "ResolveNames"), ==, 0);

  two = await_list (valija_mail_directory_find_people (VALIJA_MAIL_DIRECTORY (world.session), "example", 2));
  g_assert_cmpuint (two->len, ==, 2);
  world_stop (&world);
}

/* An older server has the other way alone, and names its own people as X.500 does. */
static void
test_resolve_names (void)
{
  const char *arguments[] = { "--dialect", "2010", NULL };
  World world;
  g_autoptr(GPtrArray) two = NULL;

  world_start (&world, arguments, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'ex_addresses', 'value': true}");
  check_ana (&world);
  g_assert_cmpint (count (&world, "FindPeople"), ==, 0);
  g_assert_cmpint (count (&world, "ResolveNames"), ==, 3);

  two = await_list (valija_mail_directory_find_people (VALIJA_MAIL_DIRECTORY (world.session), "example", 2));
  g_assert_cmpuint (two->len, ==, 2);
  world_stop (&world);
}

/* A server that refuses the newer way is asked in it once. */
static void
test_refused (gconstpointer data)
{
  World world;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'fault', 'operation': 'FindPeople', "
                               "'code': '%s', 'times': 5}", (const char *) data);
  check_ana (&world);
  g_assert_cmpint (count (&world, "FindPeople"), ==, 1);
  g_assert_cmpint (count (&world, "ResolveNames"), ==, 3);
  world_stop (&world);
}

static void
test_failure (void)
{
  World world;

  world_start (&world, NULL, NULL, NULL);
  await_true (valija_session_open (world.session));
  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'status', 'status': 403, 'times': 5}");
  await_error (valija_mail_directory_find_people (VALIJA_MAIL_DIRECTORY (world.session), "ana", 10),
               VALIJA_ERROR_REFUSED, VALIJA_STEP_NONE);
  world_stop (&world);
}

/* ---- Automatic replies ---- */

static ValijaAutoReplies *
load_replies (World *world)
{
  g_autoptr(DexFuture) future = valija_mail_responder_load_replies (VALIJA_MAIL_RESPONDER (world->session));
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);

  g_assert_no_error (error);

  return g_value_dup_boxed (value);
}

static void
test_replies (void)
{
  World world;
  ValijaMailResponder *responder;
  g_autoptr(ValijaAutoReplies) fresh = NULL;
  g_autoptr(ValijaAutoReplies) kept = NULL;
  g_autoptr(ValijaAutoReplies) off = NULL;

  world_start (&world, NULL, NULL, NULL);
  responder = VALIJA_MAIL_RESPONDER (world.session);
  fresh = load_replies (&world);
  g_assert_cmpint (fresh->state, ==, VALIJA_REPLIES_OFF);
  g_assert_cmpstr (fresh->inside, ==, "");

  fresh->state = VALIJA_REPLIES_PERIOD;
  fresh->audience = VALIJA_AUDIENCE_CONTACTS;
  fresh->start = 1796112000;
  fresh->end = 1796490000;
  g_set_str (&fresh->inside, "Fuera hasta el lunes.\n<Ana & Luis>");
  g_set_str (&fresh->outside, "Away");
  await_true (valija_mail_responder_save_replies (responder, fresh));

  kept = load_replies (&world);
  g_assert_cmpint (kept->state, ==, VALIJA_REPLIES_PERIOD);
  g_assert_cmpint (kept->audience, ==, VALIJA_AUDIENCE_CONTACTS);
  g_assert_cmpint (kept->start, ==, 1796112000);
  g_assert_cmpint (kept->end, ==, 1796490000);
  g_assert_cmpstr (kept->inside, ==, "Fuera hasta el lunes.\n<Ana & Luis>");
  g_assert_cmpstr (kept->outside, ==, "Away");
  g_assert_true (valija_auto_replies_answer (kept, 1796112000));
  g_assert_false (valija_auto_replies_answer (kept, 1796490000));

  g_assert_cmpint (kept->widest, ==, VALIJA_AUDIENCE_EVERYBODY);
  kept->state = VALIJA_REPLIES_OFF;
  await_true (valija_mail_responder_save_replies (responder, kept));
  off = load_replies (&world);
  g_assert_cmpint (off->state, ==, VALIJA_REPLIES_OFF);
  g_assert_cmpstr (off->outside, ==, "Away");
  world_stop (&world);
}

/* What somebody wrote elsewhere, in bold, is not made plain by who only switches it on. */
/* An organization may let none of them go outside, or only to contacts; the server keeps what was chosen before. */
static void
test_replies_limited (void)
{
  static const struct { const char *allowed; ValijaRepliesAudience widest; } cases[] = {
    { "None", VALIJA_AUDIENCE_NOBODY }, { "Known", VALIJA_AUDIENCE_CONTACTS },
  };
  World world;
  ValijaMailResponder *responder;

  world_start (&world, NULL, NULL, NULL);
  responder = VALIJA_MAIL_RESPONDER (world.session);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaAutoReplies) replies = NULL;
      g_autoptr(GError) error = NULL;

      valija_contract_server_tell (world.server, "{'do': 'replies', 'audience': 'All', 'allowed': '%s'}",
                                   cases[i].allowed);
      replies = load_replies (&world);
      g_assert_cmpint (replies->widest, ==, cases[i].widest);
      g_assert_cmpint (replies->audience, ==, cases[i].widest);
      g_assert_nonnull (valija_auto_replies_get_limit (replies));

      replies->state = VALIJA_REPLIES_ON;
      g_set_str (&replies->inside, "Away");
      g_set_str (&replies->outside, "Away");
      g_assert_true (valija_auto_replies_check (replies, 0, &error));
      await_true (valija_mail_responder_save_replies (responder, replies));

      replies->audience = VALIJA_AUDIENCE_EVERYBODY;
      g_assert_false (valija_auto_replies_check (replies, 0, &error));
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, valija_auto_replies_get_limit (replies));
      await_error (valija_mail_responder_save_replies (responder, replies), VALIJA_ERROR_INVALID, VALIJA_STEP_NONE);
      replies->state = VALIJA_REPLIES_OFF;
      await_true (valija_mail_responder_save_replies (responder, replies));
    }
  world_stop (&world);
}

static void
test_replies_keep_form (void)
{
  const char *html = "<p>Back on <b>Monday</b></p>";
  World world;
  g_autoptr(ValijaAutoReplies) replies = NULL;
  g_autoptr(JsonNode) state = NULL;
  JsonObject *oof;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'replies', 'internal': '%s'}", html);
  replies = load_replies (&world);
  g_assert_cmpstr (replies->inside, ==, "Back on Monday");

  replies->state = VALIJA_REPLIES_ON;
  g_set_str (&replies->outside, "Away");
  await_true (valija_mail_responder_save_replies (VALIJA_MAIL_RESPONDER (world.session), replies));
  state = valija_contract_server_order (world.server, "{'do': 'replies'}");
  oof = json_node_get_object (state);
  g_assert_cmpstr (json_object_get_string_member (oof, "state"), ==, "Enabled");
  g_assert_nonnull (strstr (json_object_get_string_member (oof, "internal"), html));
  g_assert_cmpstr (json_object_get_string_member (oof, "external"), ==, "<html><body>Away</body></html>");
  world_stop (&world);
}

static void
test_replies_failure (void)
{
  World world;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'fault', 'operation': "
                               "'GetUserOofSettingsRequest', 'code': 'ErrorAccessDenied'}");
  await_error (valija_mail_responder_load_replies (VALIJA_MAIL_RESPONDER (world.session)), VALIJA_ERROR_REFUSED,
               VALIJA_STEP_NONE);
  world_stop (&world);
}

/* ---- Room ---- */

static void
test_quota (void)
{
  World world;
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;
  const ValijaQuota *quota;

  world_start (&world, NULL, NULL, NULL);
  await_error (valija_mail_reader_get_quota (VALIJA_MAIL_READER (world.session)), VALIJA_ERROR_UNSUPPORTED,
               VALIJA_STEP_SYNC);

  deliver (&world, "Some");
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'quota', 'value': 2048}");
  future = valija_mail_reader_get_quota (VALIJA_MAIL_READER (world.session));
  quota = g_value_get_boxed (valija_test_await (future, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (quota->limit, ==, 2048 * 1024);
  g_assert_cmpuint (quota->used, >, 0);
  world_stop (&world);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/exchange/people/find", test_find_people);
  g_test_add_func ("/exchange/people/resolve", test_resolve_names);
  g_test_add_data_func ("/exchange/people/refused/operation", "ErrorInvalidOperation", test_refused);
  g_test_add_data_func ("/exchange/people/refused/right", "ErrorAccessDenied", test_refused);
  g_test_add_func ("/exchange/people/failure", test_failure);
  g_test_add_func ("/exchange/quota", test_quota);
  g_test_add_func ("/exchange/replies/kept", test_replies);
  g_test_add_func ("/exchange/replies/kept-limited", test_replies_limited);
  g_test_add_func ("/exchange/replies/form", test_replies_keep_form);
  g_test_add_func ("/exchange/replies/failure", test_replies_failure);

  return g_test_run ();
}
