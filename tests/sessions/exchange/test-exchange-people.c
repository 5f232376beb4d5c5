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

  return g_test_run ();
}
