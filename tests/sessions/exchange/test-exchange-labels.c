/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Labels as categories of the contract server. */

#include "config.h"

#include "exchange-world.h"

#include "base/valija-error.h"
#include "sessions/valija-mail-organizer.h"

#include <string.h>

static DexFuture *
set_labels (World      *world,
            const char *subjects,
            const char *add,
            const char *remove)
{
  g_auto(GStrv) names = g_strsplit (subjects, ",", -1);
  g_auto(GStrv) added = g_strsplit (add, ",", -1);
  g_auto(GStrv) removed = g_strsplit (remove, ",", -1);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) ids = NULL;

  for (gsize i = 0; names[i] != NULL; i++)
    g_strv_builder_take (builder, dup_id_of (world, names[i]));
  /* One that is gone does no harm */
  g_strv_builder_add (builder, "bm90aGluZw==");
  ids = g_strv_builder_end (builder);

  return valija_mail_organizer_set_labels (VALIJA_MAIL_ORGANIZER (world->session), folder (world, "inbox"),
                                           (const char * const *) ids, (const char * const *) added,
                                           (const char * const *) removed);
}

static void
start (World              *world,
       const char * const *arguments)
{
  g_autofree char *folders = NULL;

  world_start (world, arguments, NULL, NULL);
  deliver (world, "One");
  deliver (world, "Two");
  folders = list_folders (world);
  sync_inbox (world, NULL);
}

static void
check (World      *world,
       const char *one,
       const char *two)
{
  sync_inbox (world, NULL);
  g_assert_cmpstr (labels_of (world, "One"), ==, one);
  g_assert_cmpstr (labels_of (world, "Two"), ==, two);
}

/* What others have given stays, in whichever case it is named. */
static void
test_change (gconstpointer data)
{
  const char *dialect = data;
  const char *arguments[] = { "--dialect", dialect, NULL };
  World world;

  start (&world, arguments);
  g_assert_true (valija_session_get_capabilities (world.session) & VALIJA_CAPABILITY_LABELS);
  check (&world, "", "");

  valija_contract_server_tell (world.server, "{'do': 'change', 'what': 'categories', 'subject': 'Two', "
                                             "'value': ['Red Category', 'Theirs']}");
  check (&world, "", "Red Category,Theirs");

  await_true (set_labels (&world, "One,Two", "Work & <play>,Ácido", "red category"));
  check (&world, "Work & <play>,Ácido", "Theirs,Work & <play>,Ácido");
  await_true (set_labels (&world, "One,Two", "", "Work & <play>,Ácido"));
  check (&world, "", "Theirs");

  /* Nothing to change is nothing to write */
  await_true (set_labels (&world, "One,Two", "theirs", "nobody's"));
  check (&world, "theirs", "Theirs");
  world_stop (&world);
}

/* A name that is shown otherwise than the server spells it is still the one that is meant. */
static void
test_unclean (void)
{
  World world;

  start (&world, NULL);
  valija_contract_server_tell (world.server, "{'do': 'change', 'what': 'categories', 'subject': 'One', "
                                             "'value': ['Foo  Bar', ' Theirs ']}");
  check (&world, "Foo Bar,Theirs", "");
  await_true (set_labels (&world, "One,Two", "Theirs", "Foo Bar"));
  check (&world, "Theirs", "Theirs");
  world_stop (&world);
}

/* What was listed before labels were read is listed again. */
static void
test_first_form (void)
{
  g_autofree char *state = NULL;
  World world;

  start (&world, NULL);
  valija_contract_server_tell (world.server, "{'do': 'change', 'what': 'categories', 'subject': 'One', "
                                             "'value': ['Work']}");
  check (&world, "Work", "");
  g_assert_false (world.restarted);
  g_hash_table_remove_all (world.labels);

  /* It was the state of the server alone */
  state = g_strndup (g_bytes_get_data (world.cursor, NULL), g_bytes_get_size (world.cursor));
  g_assert_nonnull (strchr (state, ':'));
  g_clear_pointer (&world.cursor, g_bytes_unref);
  world.cursor = g_bytes_new (strchr (state, ':') + 1, strlen (strchr (state, ':') + 1));
  check (&world, "Work", "");
  g_assert_true (world.restarted);
  check (&world, "Work", "");
  g_assert_false (world.restarted);
  world_stop (&world);
}

/* Somebody else writes @value so many times between what is read and what is written. */
static void
race (World      *world,
      const char *value,
      guint       times)
{
  valija_contract_server_tell (world->server, "{'do': 'inject', 'fault': 'race', 'operation': 'UpdateItem', "
                                              "'change': {'what': 'categories', 'subject': 'One', 'value': %s}, "
                                              "'times': %u}", value, times);
}

/* Somebody else was faster: all is read again, and nothing of theirs is lost. For ever is too often. */
static void
test_conflict (void)
{
  World world;

  start (&world, NULL);
  race (&world, "['First', 'Old']", 1);
  race (&world, "['First', 'Second', 'Old']", 1);
  await_true (set_labels (&world, "One,Two", "Work", "Old"));
  check (&world, "First,Second,Work", "Work");

  race (&world, "['Theirs']", 9);
  await_error (set_labels (&world, "One", "Later", ""), VALIJA_ERROR_TRY_LATER, VALIJA_STEP_CHANGE);
  check (&world, "Theirs", "Work");
  world_stop (&world);
}

static void
test_refused (void)
{
  World world;

  start (&world, NULL);
  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'entry', 'operation': 'UpdateItem', "
                                             "'code': 'ErrorAccessDenied', 'times': 1}");
  await_error (set_labels (&world, "One", "Work", ""), VALIJA_ERROR_REFUSED, VALIJA_STEP_CHANGE);
  check (&world, "", "");
  world_stop (&world);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/exchange/labels/change", "2016", test_change);
  g_test_add_data_func ("/exchange/labels/change-2010", "2010", test_change);
  g_test_add_func ("/exchange/labels/unclean", test_unclean);
  g_test_add_func ("/exchange/labels/first-form", test_first_form);
  g_test_add_func ("/exchange/labels/conflict", test_conflict);
  g_test_add_func ("/exchange/labels/refused", test_refused);

  return g_test_run ();
}
