/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the server tells by itself. */

#include "config.h"

#include <string.h>

#include "exchange-world.h"
#include "sessions/exchange/valija-exchange-session-private.h"
#include "support/valija-wait.h"

static DexFuture *
watch (World *world)
{
  return valija_mail_reader_watch_all (VALIJA_MAIL_READER (world->session));
}

/* Each of @names (NULL-terminated, "" for the hierarchy) was told, and nothing else. */
static void
assert_told (World              *world,
             DexFuture          *watching,
             const char * const *names)
{
  g_autoptr(GPtrArray) told = await_list (watching);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      const char *id = *names[i] != '\0' ? folder (world, names[i]) : "";

      g_test_message ("%s", names[i]);
      g_assert_true (g_ptr_array_find_with_equal_func (told, id, g_str_equal, NULL));
    }
  g_assert_cmpuint (told->len, ==, g_strv_length ((char **) names));
}

static gint64
count (World      *world,
       const char *operation)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (world->server, "{'do': 'stats'}");
  JsonObject *operations = json_object_get_object_member (json_node_get_object (stats), "operations");

  return json_object_get_int_member_with_default (operations, operation, 0);
}

static gint64
get_stat (World      *world,
          const char *name)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (world->server, "{'do': 'stats'}");

  return json_object_get_int_member (json_node_get_object (stats), name);
}

/* The operations that wanted the same server again, with a space between them */
static char *
dup_affine (World *world)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (world->server, "{'do': 'stats'}");
  JsonArray *names = json_object_get_array_member (json_node_get_object (stats), "affine");
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (names); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", json_array_get_string_element (names, i));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const char *const inbox[] = { "inbox", NULL };

/* Until the stream stands. What was synchronised before it is named once: there was nobody to tell. */
static void
begin (World *world)
{
  g_autofree char *folders = list_folders (world);

  sync_inbox (world, NULL);
  assert_told (world, watch (world), inbox);
}

/* The same, and then waits in an answer that stays open. */
static DexFuture *
begin_stream (World *world)
{
  DexFuture *watching;

  begin (world);
  watching = watch (world);
  valija_wait_until (count (world, "GetStreamingEvents") > 0);

  return watching;
}

/* The server knows of no answers that stay open. */
static void
refuse_streams (World *world)
{
  valija_contract_server_tell (world->server, "{'do': 'inject', 'fault': 'fault', 'code': 'ErrorInvalidRequest', "
                                              "'operation': 'GetStreamingEvents', 'times': 99}");
}

static void
set_up (World        *world,
        gconstpointer data)
{
  world_start (world, NULL, NULL, NULL);
}

static void
tear_down (World        *world,
           gconstpointer data)
{
  world_stop (world);
}

static void
test_stream (World        *world,
             gconstpointer data)
{
  const char *both[] = { "inbox", "trash", NULL }, *hierarchy[] = { "", NULL };
  g_autofree char *affine = NULL;
  DexFuture *watching;

  valija_contract_server_tell (world->server, "{'do': 'set', 'name': 'stream_split', 'value': %d}",
                               GPOINTER_TO_INT (data));
  begin (world);

  watching = watch (world);
  deliver (world, "One");
  deliver (world, "Two");
  assert_told (world, watching, inbox);

  /* Nobody waits, and nothing is missed */
  deliver (world, "Three");
  assert_told (world, watch (world), inbox);

  watching = watch (world);
  valija_contract_server_tell (world->server, "{'do': 'change', 'what': 'move', 'subject': 'One', "
                                              "'to': 'deleteditems'}");
  assert_told (world, watching, both);

  watching = watch (world);
  valija_contract_server_tell (world->server, "{'do': 'change', 'what': 'folder-create', 'value': 'Plans'}");
  assert_told (world, watching, hierarchy);

  g_assert_cmpint (count (world, "Subscribe"), ==, 1);
  g_assert_cmpint (count (world, "GetEvents"), ==, 0);
  g_assert_cmpint (get_stat (world, "most_connections"), <=, 3);
  affine = dup_affine (world);
  g_assert_cmpstr (affine, ==, "Subscribe GetStreamingEvents");
}

static void
test_renamed (World        *world,
              gconstpointer data)
{
  const char *told[] = { "", "Plans", NULL };
  g_autofree char *folders = NULL;
  DexFuture *watching;

  valija_contract_server_tell (world->server, "{'do': 'change', 'what': 'folder-create', 'value': 'Plans'}");
  begin (world);

  watching = watch (world);
  valija_contract_server_tell (world->server, "{'do': 'change', 'what': 'folder-rename', 'folder': 'Plans', "
                                              "'value': 'Ideas'}");
  assert_told (world, watching, told);
}

/* The server ends its answers from time to time; the subscription stays. */
static void
test_closed (World        *world,
             gconstpointer data)
{
  DexFuture *watching = begin_stream (world);

  valija_contract_server_tell (world->server, "{'do': 'stream', 'what': 'close'}");
  deliver (world, "News");
  assert_told (world, watching, inbox);
  g_assert_cmpint (count (world, "Subscribe"), ==, 1);
  g_assert_cmpint (count (world, "GetStreamingEvents"), ==, 2);
}

static void
test_lost_subscription (World        *world,
                        gconstpointer data)
{
  DexFuture *watching = begin_stream (world);

  valija_contract_server_tell (world->server, "{'do': 'expire', 'what': 'subscriptions'}");
  assert_told (world, watching, inbox);
  g_assert_cmpint (count (world, "Subscribe"), ==, 2);

  watching = watch (world);
  deliver (world, "News");
  assert_told (world, watching, inbox);
}

static void
test_busy (World        *world,
           gconstpointer data)
{
  DexFuture *watching;

  valija_contract_server_tell (world->server, "{'do': 'inject', 'fault': 'busy', 'milliseconds': 50, "
                                              "'operation': 'GetStreamingEvents'}");
  begin (world);
  watching = watch (world);
  deliver (world, "News");
  assert_told (world, watching, inbox);
  g_assert_cmpint (count (world, "GetStreamingEvents"), ==, 2);
}

/* The way to the server is broken, not the watch: the failure is told, and the next one begins where this one ended. */
static void
test_broken (World        *world,
             gconstpointer data)
{
  valija_contract_server_tell (world->server, "{'do': 'inject', 'fault': 'status', 'status': 503, "
                                              "'operation': 'GetStreamingEvents'}");
  begin (world);
  await_error (watch (world), VALIJA_ERROR_TRY_LATER, VALIJA_STEP_SYNC);
  deliver (world, "News");
  assert_told (world, watch (world), inbox);
  g_assert_cmpint (count (world, "Subscribe"), ==, 1);
}

/* The news were written to a connection that was gone by then: the server takes them for told. */
static void
test_cut (World        *world,
          gconstpointer data)
{
  DexFuture *watching = begin_stream (world);

  valija_contract_server_tell (world->server, "{'do': 'set', 'name': 'stream_lost', 'value': true}");
  deliver (world, "News");
  assert_told (world, watching, inbox);
  g_assert_cmpint (count (world, "Subscribe"), ==, 1);
}

/* Where the answer cannot stay open the server is asked; where not even that, nobody is told. */
static void
test_pull (World        *world,
           gconstpointer data)
{
  refuse_streams (world);
  begin (world);
  /* The new subscription */
  assert_told (world, watch (world), inbox);
  deliver (world, "News");
  assert_told (world, watch (world), inbox);
  g_assert_cmpint (count (world, "GetStreamingEvents"), ==, 1);
  g_assert_cmpint (count (world, "Subscribe"), ==, 2);
  g_assert_cmpint (count (world, "GetEvents"), ==, 1);

  valija_contract_server_tell (world->server, "{'do': 'expire', 'what': 'subscriptions'}");
  assert_told (world, watch (world), inbox);
  g_assert_cmpint (count (world, "Subscribe"), ==, 3);
}

/* Something on the way keeps what comes to itself: then the server is asked. */
static void
test_silent (World        *world,
             gconstpointer data)
{
  VALIJA_EXCHANGE_SESSION (world->session)->silence = 1;
  valija_contract_server_tell (world->server, "{'do': 'inject', 'fault': 'silence', "
                                              "'operation': 'GetStreamingEvents'}");
  begin (world);
  /* The new subscription */
  assert_told (world, watch (world), inbox);
  deliver (world, "News");
  assert_told (world, watch (world), inbox);
  g_assert_cmpint (count (world, "Subscribe"), ==, 2);
  g_assert_cmpint (count (world, "GetEvents"), ==, 1);
}

/* Whether what was ordered to go wrong with @operation did. */
static gboolean
has_happened (World      *world,
              const char *operation)
{
  g_autoptr(JsonNode) list = valija_contract_server_order (world->server, "{'do': 'injected'}");
  JsonArray *array = json_node_get_array (list);

  for (guint i = 0; i < json_array_get_length (array); i++)
    if (g_str_equal (json_object_get_string_member (json_array_get_object_element (array, i), "operation"), operation))
      return TRUE;

  return FALSE;
}

/* Whether @operation was asked of the server of @mailbox. */
static gboolean
was_anchored (World      *world,
              const char *operation,
              const char *mailbox)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (world->server, "{'do': 'stats'}");
  JsonObject *anchors = json_object_get_object_member (json_node_get_object (stats), "anchors");
  JsonArray *list = json_object_has_member (anchors, operation) ? json_object_get_array_member (anchors, operation)
                                                                : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (g_strcmp0 (json_array_get_string_element (list, i), mailbox) == 0)
      return TRUE;

  return FALSE;
}

/* The folder of the team's mailbox that is called so */
static char *
dup_team_folder (World      *world,
                 const char *name)
{
  g_autoptr(GPtrArray) list = await_list (valija_mail_reader_list_folders (VALIJA_MAIL_READER (world->session)));
  char *found = NULL;

  for (guint i = 0; i < list->len; i++)
    {
      const ValijaFolderInfo *info = g_ptr_array_index (list, i);

      if (info->owner == VALIJA_FOLDER_OWNER_ALL && g_str_equal (info->name, name))
        g_set_str (&found, info->remote_id);
    }
  g_assert_nonnull (found);

  return found;
}

static void
deliver_to_team (World *world)
{
  valija_contract_server_tell (world->server, "{'do': 'deliver', 'user': 'team', 'subject': 'For all'}");
}

/* A shared mailbox whose inbox is synchronised, as @name, beside the own one. */
static void
begin_shared (World *world)
{
  g_autofree char *list = NULL;
  g_autofree char *id = NULL;

  g_object_set (world->account, "shared", "team@example.org", NULL);
  list = list_folders (world);
  id = dup_team_folder (world, "Inbox");
  g_hash_table_replace (world->folders, g_strdup ("inbox"), g_steal_pointer (&id));
  sync_inbox (world, NULL);
}

/* One answer tells of it as well. */
static void
test_shared (World        *world,
             gconstpointer data)
{
  g_autofree char *plans = NULL;
  g_autoptr(GPtrArray) told = NULL;

  begin_shared (world);
  assert_told (world, watch (world), inbox);
  valija_wait_until (count (world, "GetStreamingEvents") == 1);
  /* What was before its own subscription */
  assert_told (world, watch (world), inbox);

  deliver_to_team (world);
  assert_told (world, watch (world), inbox);

  /* A new folder of it is told of too, from the next sign of life on */
  valija_contract_server_tell (world->server, "{'do': 'change', 'user': 'team', 'what': 'folder-create', "
                                              "'value': 'Plans', 'to': 'inbox'}");
  plans = dup_team_folder (world, "Plans");
  g_hash_table_replace (world->folders, g_strdup ("inbox"), g_strdup (plans));
  g_clear_pointer (&world->cursor, g_bytes_unref);
  sync_inbox (world, NULL);
  valija_contract_server_tell (world->server, "{'do': 'stream', 'what': 'beat'}");
  valija_wait_until (count (world, "GetStreamingEvents") == 2);
  valija_contract_server_tell (world->server, "{'do': 'deliver', 'user': 'team', 'folder': 'Plans', 'subject': 'A'}");
  valija_wait_until (count (world, "Subscribe") == 3);
  told = await_list (watch (world));
  g_assert_true (g_ptr_array_find_with_equal_func (told, plans, g_str_equal, NULL));

  g_assert_cmpint (count (world, "GetEvents"), ==, 0);
  g_assert_cmpint (get_stat (world, "most_connections"), <=, 3);
}

/* Another server keeps it, which the answer of the first cannot tell of: it is asked by itself, and the user's own
 * mailbox goes on being told of. */
static void
test_shared_elsewhere (World        *world,
                       gconstpointer data)
{
  VALIJA_EXCHANGE_SESSION (world->session)->interval = 1;
  valija_contract_server_tell (world->server, "{'do': 'set', 'name': 'other_servers', 'value': ['team@example.org']}");
  begin_shared (world);
  assert_told (world, watch (world), inbox);
  valija_wait_until (count (world, "GetEvents") >= 1);
  g_assert_true (was_anchored (world, "GetEvents", "team@example.org"));
  g_assert_false (was_anchored (world, "GetStreamingEvents", "team@example.org"));
  g_assert_cmpint (count (world, "Subscribe"), ==, 4);
  assert_told (world, watch (world), inbox);

  deliver_to_team (world);
  assert_told (world, watch (world), inbox);
  g_assert_cmpint (count (world, "GetStreamingEvents"), ==, 3);
  g_assert_cmpint (get_stat (world, "most_connections"), <=, 3);
}

/* It is said to be elsewhere for once, as while it is being moved: it is asked for again all the same. */
static void
test_shared_comes_back (World        *world,
                        gconstpointer data)
{
  VALIJA_EXCHANGE_SESSION (world->session)->interval = 1;
  valija_contract_server_tell (world->server, "{'do': 'set', 'name': 'other_servers', 'value': ['team@example.org']}");
  begin_shared (world);
  assert_told (world, watch (world), inbox);
  valija_wait_until (count (world, "GetEvents") >= 1);
  assert_told (world, watch (world), inbox);
  valija_contract_server_tell (world->server,
                               "{'do': 'inject', 'operation': 'GetEvents', 'fault': 'status', 'status': 451,"
                               " 'headers': {'X-MS-Location': 'https://localhost:1/EWS/Exchange.asmx'}}");
  valija_wait_until (has_happened (world, "GetEvents"));
  deliver_to_team (world);
  assert_told (world, watch (world), inbox);
}

/* The server cannot subscribe to it now: once more after a while, and what tells of the own mailbox stays open until
 * then. */
static void
test_shared_away (World        *world,
                  gconstpointer data)
{
  g_autofree char *own = NULL;

  VALIJA_EXCHANGE_SESSION (world->session)->interval = 600;
  own = list_folders (world);
  g_clear_pointer (&own, g_free);
  own = g_strdup (folder (world, "inbox"));
  valija_contract_server_tell (world->server, "{'do': 'inject', 'fault': 'status', 'status': 503, 'after': 1, "
                                              "'operation': 'Subscribe', 'times': 99}");
  begin_shared (world);
  assert_told (world, watch (world), inbox);
  g_hash_table_replace (world->folders, g_strdup ("inbox"), g_steal_pointer (&own));
  g_clear_pointer (&world->cursor, g_bytes_unref);
  sync_inbox (world, NULL);
  for (guint i = 0; i < 2; i++)
    {
      deliver (world, "News");
      assert_told (world, watch (world), inbox);
    }
  g_assert_cmpint (count (world, "GetStreamingEvents"), ==, 1);
  g_assert_cmpint (count (world, "GetEvents"), ==, 0);
}

/* The stream says that it is there. */
static gint64
beat (World *world)
{
  valija_contract_server_tell (world->server, "{'do': 'stream', 'what': 'beat'}");

  return count (world, "Subscribe");
}

static void
test_shared_again (World        *world,
                   gconstpointer data)
{
  VALIJA_EXCHANGE_SESSION (world->session)->interval = 1;
  valija_contract_server_tell (world->server, "{'do': 'inject', 'fault': 'status', 'status': 503, 'after': 1, "
                                              "'operation': 'Subscribe'}");
  begin_shared (world);
  assert_told (world, watch (world), inbox);
  /* A request that was answered so does not count */
  valija_wait_until (beat (world) == 2);
  assert_told (world, watch (world), inbox);
  deliver_to_team (world);
  assert_told (world, watch (world), inbox);
  g_assert_cmpint (count (world, "GetEvents"), ==, 0);
}

/* Where no answer stays open both are asked. */
static void
test_shared_pull (World        *world,
                  gconstpointer data)
{
  VALIJA_EXCHANGE_SESSION (world->session)->interval = 1;
  refuse_streams (world);
  begin_shared (world);
  assert_told (world, watch (world), inbox);
  valija_wait_until (was_anchored (world, "GetEvents", "team@example.org"));
  assert_told (world, watch (world), inbox);
  deliver_to_team (world);
  assert_told (world, watch (world), inbox);
}

/* A server that forgets each subscription at once is not subscribed to in a circle. */
static void
test_forgetful (World        *world,
                gconstpointer data)
{
  valija_contract_server_tell (world->server, "{'do': 'set', 'name': 'subscriptions_last', 'value': false}");
  begin (world);
  valija_wait_until (count (world, "GetStreamingEvents") >= 3);
  /* Those of the stream count as one where nobody asked between them */
  assert_told (world, watch (world), inbox);
  for (guint i = 0; i < 3; i++)
    assert_told (world, watch (world), inbox);
  await_error (watch (world), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_SYNC);
  g_assert_cmpint (count (world, "GetStreamingEvents"), ==, 3);
  g_assert_cmpint (count (world, "GetEvents"), ==, 3);
}

static void
test_unsupported (World        *world,
                  gconstpointer data)
{
  g_autofree char *folders = NULL;

  valija_contract_server_tell (world->server, "{'do': 'inject', 'fault': 'fault', 'code': 'ErrorInvalidRequest', "
                                              "'operation': 'Subscribe', 'times': 99}");
  folders = list_folders (world);
  await_error (watch (world), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_SYNC);
}

/* One folder alone, whatever happens in others. */
static void
test_one_folder (World        *world,
                 gconstpointer data)
{
  DexFuture *watching;
  g_autofree char *id = NULL;

  deliver (world, "First");
  begin (world);
  id = dup_id_of (world, "First");
  watching = valija_mail_reader_watch (VALIJA_MAIL_READER (world->session), folder (world, "trash"));
  deliver (world, "Not there");
  valija_wait_until (count (world, "GetStreamingEvents") > 0);
  g_ptr_array_unref (await_list (valija_mail_organizer_move (VALIJA_MAIL_ORGANIZER (world->session),
                                                             folder (world, "inbox"), (const char *[]) { id, NULL },
                                                             folder (world, "trash"))));
  await_true (watching);
}

/* Nobody wants to hear of it any more, as when the account is woken: it ends, and does not go round and round. */
static void
test_dropped (World        *world,
              gconstpointer data)
{
  gboolean pull = GPOINTER_TO_INT (data);
  g_autoptr(DexPromise) woken = dex_promise_new ();
  g_autoptr(DexFuture) race = NULL;
  guint before;

  if (pull)
    refuse_streams (world);
  begin (world);
  if (pull)
    assert_told (world, watch (world), inbox);
  before = G_OBJECT (world->session)->ref_count;
  race = dex_future_first (watch (world), dex_ref (DEX_FUTURE (woken)), NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (G_OBJECT (world->session)->ref_count, >, before);
  dex_promise_resolve_boolean (woken, TRUE);
  valija_wait_until (G_OBJECT (world->session)->ref_count == before);

  deliver (world, "Later");
  assert_told (world, watch (world), inbox);
}

static void
close_session (World *world)
{
  g_autoptr(DexFuture) closed = valija_session_close (world->session);

  g_assert_nonnull (valija_test_await (closed, NULL));
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("A watch did not end");

  return G_SOURCE_REMOVE;
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* After @turns of the main loop, of which the first begins it, whatever is under way then: connecting, subscribing, an
 * answer. */
static void
close_after (World     *world,
             DexFuture *watching,
             guint      turns)
{
  guint late = g_timeout_add_seconds (VALIJA_WAIT_SECONDS, late_cb, NULL);
  guint tick = g_timeout_add (1, tick_cb, NULL);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < turns; i++)
    g_main_context_iteration (NULL, TRUE);
  close_session (world);
  if (valija_test_await (watching, &error) == NULL)
    g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED);
  g_assert_cmpint (valija_session_get_state (world->session), ==, VALIJA_SESSION_CLOSED);
  dex_unref (watching);
  g_source_remove (tick);
  g_source_remove (late);
}

/* Closing ends a watch at once: while its answer is open, … */
static void
test_close (World        *world,
            gconstpointer data)
{
  DexFuture *watching = begin_stream (world);

  close_session (world);
  await_error (watching, VALIJA_ERROR_DISCONNECTED, VALIJA_STEP_SYNC);
}

/* … while it has begun and said nothing, … */
static void
test_close_in_silence (World        *world,
                       gconstpointer data)
{
  DexFuture *watching;

  valija_contract_server_tell (world->server, "{'do': 'set', 'name': 'stream_mute', 'value': true}");
  watching = begin_stream (world);
  valija_test_drain ();
  close_session (world);
  await_error (watching, VALIJA_ERROR_DISCONNECTED, VALIJA_STEP_SYNC);
}

/* … while it is asked again and again, … */
static void
test_close_in_pull (World        *world,
                    gconstpointer data)
{
  DexFuture *watching;

  VALIJA_EXCHANGE_SESSION (world->session)->interval = 600;
  refuse_streams (world);
  begin (world);
  assert_told (world, watch (world), inbox);
  watching = watch (world);
  valija_wait_until (count (world, "GetEvents") > 0);
  valija_test_drain ();
  close_after (world, watching, 0);
}

/* … before it has begun, … */
static void
test_close_at_once (World        *world,
                    gconstpointer data)
{
  begin (world);
  close_after (world, watch (world), 0);
  close_after (world, watch (world), 0);
  close_after (world, valija_mail_reader_watch (VALIJA_MAIL_READER (world->session), folder (world, "inbox")), 0);
}

/* … and at each moment of connecting and of beginning anew after the server has ended an answer. */
static void
test_close_at_any_time (World        *world,
                        gconstpointer data)
{
  begin (world);
  close_session (world);
  for (guint turns = 1; turns < 40; turns++)
    close_after (world, watch (world), turns);

  for (guint turns = 1; turns < 20; turns++)
    {
      gint64 before = count (world, "GetStreamingEvents");
      DexFuture *watching;

      assert_told (world, watch (world), inbox);
      watching = watch (world);
      valija_wait_until (count (world, "GetStreamingEvents") > before);
      valija_contract_server_tell (world->server, "{'do': 'stream', 'what': 'close'}");
      close_after (world, watching, turns);
    }
}

/* Two wait at once: neither keeps the other from it, and neither goes round and round. */
static void
test_two (World        *world,
          gconstpointer data)
{
  g_autoptr(DexFuture) first = NULL;
  g_autoptr(DexFuture) second = NULL;

  begin (world);
  first = watch (world);
  second = watch (world);
  valija_wait_until (count (world, "GetStreamingEvents") > 0);
  valija_test_drain ();
  deliver (world, "News");
  valija_wait_until (!dex_future_is_pending (first) || !dex_future_is_pending (second));
  deliver (world, "More");
  valija_wait_until (!dex_future_is_pending (first) && !dex_future_is_pending (second));
}

#define ADD(path, data, test) g_test_add (path, World, data, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("/exchange/watch/stream", GINT_TO_POINTER (0), test_stream);
  ADD ("/exchange/watch/stream/byte-by-byte", GINT_TO_POINTER (1), test_stream);
  ADD ("/exchange/watch/renamed", NULL, test_renamed);
  ADD ("/exchange/watch/closed", NULL, test_closed);
  ADD ("/exchange/watch/lost-subscription", NULL, test_lost_subscription);
  ADD ("/exchange/watch/busy", NULL, test_busy);
  ADD ("/exchange/watch/broken", NULL, test_broken);
  ADD ("/exchange/watch/pull", NULL, test_pull);
  ADD ("/exchange/watch/shared", NULL, test_shared);
  ADD ("/exchange/watch/shared-elsewhere", NULL, test_shared_elsewhere);
  ADD ("/exchange/watch/shared-comes-back", NULL, test_shared_comes_back);
  ADD ("/exchange/watch/shared-away", NULL, test_shared_away);
  ADD ("/exchange/watch/shared-again", NULL, test_shared_again);
  ADD ("/exchange/watch/shared-pull", NULL, test_shared_pull);
  ADD ("/exchange/watch/silent", NULL, test_silent);
  ADD ("/exchange/watch/forgetful", NULL, test_forgetful);
  ADD ("/exchange/watch/unsupported", NULL, test_unsupported);
  ADD ("/exchange/watch/one-folder", NULL, test_one_folder);
  ADD ("/exchange/watch/dropped/stream", GINT_TO_POINTER (0), test_dropped);
  ADD ("/exchange/watch/dropped/pull", GINT_TO_POINTER (1), test_dropped);
  ADD ("/exchange/watch/cut", NULL, test_cut);
  ADD ("/exchange/watch/two", NULL, test_two);
  ADD ("/exchange/watch/close", NULL, test_close);
  ADD ("/exchange/watch/close/in-silence", NULL, test_close_in_silence);
  ADD ("/exchange/watch/close/in-pull", NULL, test_close_in_pull);
  ADD ("/exchange/watch/close/at-once", NULL, test_close_at_once);
  ADD ("/exchange/watch/close/at-any-time", NULL, test_close_at_any_time);

  return g_test_run ();
}
