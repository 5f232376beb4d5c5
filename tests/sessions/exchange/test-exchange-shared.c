/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Mailboxes that others share, beside the account's own. */

#include "config.h"

#include "exchange-world.h"

#include <string.h>

static void
notice_cb (GString       *notice,
           const char    *text,
           ValijaSession *session)
{
  g_string_assign (notice, text != NULL ? text : "");
}

/* "name" of each folder that is not the account's own, its parent's before it */
static char *
list_shared (World *world)
{
  g_autoptr(GPtrArray) list = await_list (valija_mail_reader_list_folders (VALIJA_MAIL_READER (world->session)));
  g_autoptr(GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  g_hash_table_remove_all (world->folders);
  for (guint i = 0; i < list->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (list, i);
      const char *above = info->parent_id != NULL ? g_hash_table_lookup (paths, info->parent_id) : NULL;
      char *path = above != NULL ? g_strdup_printf ("%s/%s", above, info->name) : g_strdup (info->name);

      g_assert_true (info->parent_id == NULL || above != NULL);
      g_hash_table_insert (paths, info->remote_id, path);
      g_hash_table_replace (world->folders, g_strdup (path), g_strdup (info->remote_id));
      if (info->owner == VALIJA_FOLDER_OWNER_USER)
        continue;

      g_assert_cmpint (info->role, !=, VALIJA_FOLDER_ROLE_DRAFTS);
      g_assert_true (info->selectable == (above != NULL));
      g_ptr_array_add (lines, g_strdup (path));
    }
  g_ptr_array_sort_values (lines, (GCompareFunc) strcmp);
  g_ptr_array_add (lines, NULL);

  return g_strjoinv (" ", (char **) lines->pdata);
}

static void
use_folder (World      *world,
            const char *path)
{
  g_hash_table_replace (world->folders, g_strdup ("inbox"), g_strdup (folder (world, path)));
  g_clear_pointer (&world->cursor, g_bytes_unref);
  g_hash_table_remove_all (world->flags);
}

/* Its folders stand beneath its address; in them mail is read, marked and moved as everywhere. */
static void
test_folders (void)
{
  World world;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GPtrArray) moved = NULL;
  g_autoptr(ValijaSearchHits) found = NULL;
  const char *ids[] = { NULL, NULL };
  ValijaMailOrganizer *organizer;
  GError *error = NULL;

  world_start (&world, NULL, NULL, NULL);
  organizer = VALIJA_MAIL_ORGANIZER (world.session);
  g_object_set (world.account, "shared", "team@example.org", NULL);
  valija_contract_server_tell (world.server, "{'do': 'deliver', 'user': 'team', 'subject': 'For all', 'text': 'Us'}");
  valija_contract_server_tell (world.server, "{'do': 'change', 'user': 'team', 'what': 'folder-create', "
                                             "'value': 'Done'}");
  valija_contract_server_tell (world.server, "{'do': 'change', 'user': 'team', 'what': 'folder-create', "
                                             "'value': 'Old', 'to': 'Done'}");

  first = list_shared (&world);
  g_assert_cmpstr (first, ==,
                   "team@example.org team@example.org/Deleted Items team@example.org/Done team@example.org/Done/Old "
                   "team@example.org/Drafts team@example.org/Inbox team@example.org/Junk Email "
                   "team@example.org/Outbox team@example.org/Sent Items");

  use_folder (&world, "team@example.org/Inbox");
  sync_inbox (&world, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (flags_of (&world, "For all"), ==, "");
  ids[0] = id = dup_id_of (&world, "For all");
  text = fetch_text (&world, id);
  g_assert_nonnull (strstr (text, "Us"));

  await_true (valija_mail_organizer_set_flags (organizer, folder (&world, "inbox"), ids, VALIJA_FLAG_SEEN, 0));
  sync_inbox (&world, &error);
  g_assert_cmpstr (flags_of (&world, "For all"), ==, "seen");
  found = await_hits (&world, "all", 5);
  g_assert_cmpuint (found->remote_ids->len, ==, 1);

  moved = await_list (valija_mail_organizer_move (organizer, folder (&world, "inbox"), ids,
                                                  folder (&world, "team@example.org/Done/Old")));
  g_assert_cmpuint (strlen (g_ptr_array_index (moved, 0)), >, 0);
  sync_inbox (&world, &error);
  g_assert_null (flags_of (&world, "For all"));
  use_folder (&world, "team@example.org/Done/Old");
  sync_inbox (&world, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (flags_of (&world, "For all"), ==, "seen");

  /* What changes there is learned at the next look */
  valija_contract_server_tell (world.server, "{'do': 'change', 'user': 'team', 'what': 'folder-rename', "
                                             "'folder': 'Done', 'value': 'X'}");
  second = list_shared (&world);
  g_assert_nonnull (strstr (second, "team@example.org/X/Old"));
  g_assert_null (strstr (second, "Done"));
  world_stop (&world);
}

/* What is made there is shared, and bears its mailbox's name above it. */
static void
test_new_folder (void)
{
  World world;
  g_autofree char *list = NULL;
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;
  ValijaFolderInfo *info;

  world_start (&world, NULL, NULL, NULL);
  g_object_set (world.account, "shared", "team@example.org", NULL);
  list = list_shared (&world);
  future = valija_mail_organizer_create_folder (VALIJA_MAIL_ORGANIZER (world.session),
                                                folder (&world, "team@example.org"), "Plans");
  value = valija_test_await (future, &error);
  g_assert_no_error (error);
  info = g_value_get_boxed (value);
  g_assert_cmpint (info->owner, ==, VALIJA_FOLDER_OWNER_ALL);
  g_assert_cmpstr (info->parent_id, ==, folder (&world, "team@example.org"));

  g_clear_pointer (&list, g_free);
  list = list_shared (&world);
  g_assert_nonnull (strstr (list, "team@example.org/Plans"));
  world_stop (&world);
}

/* One that is not there or not for this user becomes a sentence, as long as it lasts, and keeps nothing else from being
 * listed. */
static void
test_refused (void)
{
  World world;
  g_autoptr(GString) notice = g_string_new (NULL);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_auto(GStrv) lines = NULL;

  world_start (&world, NULL, NULL, NULL);
  g_signal_connect_swapped (world.session, "notice", G_CALLBACK (notice_cb), notice);
  g_object_set (world.account, "shared", "luis@example.org, nobody@example.org, team@example.org", NULL);
  first = list_shared (&world);
  g_assert_nonnull (strstr (first, "team@example.org/Inbox"));
  g_assert_null (strstr (first, "luis@example.org"));
  g_assert_null (strstr (first, "nobody@example.org"));
  g_assert_nonnull (g_hash_table_lookup (world.folders, "Inbox"));

  second = list_shared (&world);
  g_assert_cmpstr (second, ==, first);
  g_assert_cmpstr (notice->str, ==,
                   "You have no right to open the shared mailbox luis@example.org: ask its owner or your administrator "
                   "for it. The server knows no shared mailbox nobody@example.org that you may open: check the address "
                   "in the account’s settings.");

  /* What is mended is not said any more */
  g_object_set (world.account, "shared", "nobody@example.org, team@example.org", NULL);
  g_free (second);
  second = list_shared (&world);
  g_assert_cmpstr (notice->str, ==,
                   "The server knows no shared mailbox nobody@example.org that you may open: check the address in the "
                   "account’s settings.");
  g_object_set (world.account, "shared", "team@example.org", NULL);
  g_free (second);
  second = list_shared (&world);
  g_assert_cmpstr (notice->str, ==, "");
  world_stop (&world);
}

/* Its special folders are told of as such, so that they look and are ordered as one's own. Its drafts are none of ours:
 * to open one is not to write on it. */
static void
test_roles (void)
{
  World world;
  g_autoptr(GPtrArray) list = NULL;
  g_autoptr(GString) roles = g_string_new (NULL);

  world_start (&world, NULL, NULL, NULL);
  g_object_set (world.account, "shared", "team@example.org", NULL);
  list = await_list (valija_mail_reader_list_folders (VALIJA_MAIL_READER (world.session)));
  for (ValijaFolderRole role = VALIJA_FOLDER_ROLE_INBOX; role <= VALIJA_FOLDER_ROLE_TRASH; role++)
    for (guint i = 0; i < list->len; i++)
      {
        const ValijaFolderInfo *info = g_ptr_array_index (list, i);

        if (info->role == role && info->owner == VALIJA_FOLDER_OWNER_ALL)
          g_string_append_printf (roles, "%s %s,", valija_folder_role_to_nick (role), info->name);
      }
  g_assert_nonnull (strstr (roles->str, "inbox Inbox,"));
  g_assert_nonnull (strstr (roles->str, "sent Sent Items,"));
  g_assert_nonnull (strstr (roles->str, "trash Deleted Items,"));
  g_assert_null (strstr (roles->str, "drafts"));
  world_stop (&world);
}

/* Whether the list says that there may be more beneath @mailbox. */
static gboolean
is_incomplete (World      *world,
               const char *mailbox)
{
  g_autoptr(GPtrArray) list = await_list (valija_mail_reader_list_folders (VALIJA_MAIL_READER (world->session)));
  gboolean incomplete = FALSE;

  for (guint i = 0; i < list->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (list, i);

      incomplete |= info->incomplete;
      g_assert_true (!info->incomplete || g_str_equal (info->name, mailbox));
    }

  return incomplete;
}

/* A server that cannot have it now is not taken for one that has no such mailbox: the others are listed, nothing is
 * dropped, and it is said while it lasts. @fault: of the second mailbox asked for */
static void
check_absence (const char *fault,
               const char *reason)
{
  World world;
  g_autoptr(GString) notice = g_string_new (NULL);
  g_autofree char *expected = g_strdup_printf ("The shared mailbox team@example.org is out of reach for now, and stays "
                                               "as it was at the last look. The reason: %s", reason);
  g_autofree char *order = g_strdup_printf ("{'do': 'inject', 'operation': 'SyncFolderHierarchy', 'after': 1, %s}",
                                            fault);
  g_autofree char *list = NULL;
  g_autofree char *away = NULL;
  g_autofree char *again = NULL;

  world_start (&world, NULL, NULL, NULL);
  g_signal_connect_swapped (world.session, "notice", G_CALLBACK (notice_cb), notice);
  g_object_set (world.account, "shared", "team@example.org", NULL);
  list = list_shared (&world);
  valija_contract_server_tell (world.server, "%s", order);
  away = list_shared (&world);
  g_assert_cmpstr (away, ==, list);
  g_assert_nonnull (g_hash_table_lookup (world.folders, "Inbox"));
  valija_contract_server_tell (world.server, "%s", order);
  g_assert_true (is_incomplete (&world, "team@example.org"));
  g_assert_cmpstr (notice->str, ==, expected);

  g_assert_false (is_incomplete (&world, "team@example.org"));
  g_assert_cmpstr (notice->str, ==, "");
  again = list_shared (&world);
  g_assert_cmpstr (again, ==, list);
  valija_contract_server_tell (world.server, "%s", order);
  g_assert_true (is_incomplete (&world, "team@example.org"));
  g_assert_cmpstr (notice->str, ==, expected);
  world_stop (&world);
}

static void
test_busy (void)
{
  check_absence ("'fault': 'status', 'status': 503", "The server cannot answer now. Try again in a while.");
}

static void
test_moving (void)
{
  check_absence ("'fault': 'entry', 'code': 'ErrorMailboxMoveInProgress'",
                 "The mailbox is being moved to another server.");
}

/* A code that nobody knows does not say that there is no right to it. */
static void
test_unknown (void)
{
  check_absence ("'fault': 'entry', 'code': 'ErrorOfTomorrow'", "The server refused it.");
  check_absence ("'fault': 'fault', 'code': 'ErrorOfTomorrow'", "The server refused it.");
}

/* Nothing is known of it yet, and only its inbox is shared: what counts is that the inbox cannot be had. */
static void
test_away_at_first (void)
{
  World world;
  g_autofree char *away = NULL;
  g_autofree char *list = NULL;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'shared_inboxes', 'value': ['mei@example.org']}");
  g_object_set (world.account, "shared", "mei@example.org", NULL);
  await_true (valija_session_open (VALIJA_SESSION (world.session)));
  valija_contract_server_tell (world.server, "{'do': 'inject', 'operation': 'GetFolder', 'fault': 'entry', "
                                             "'index': 1, 'code': 'ErrorMailboxStoreUnavailable', 'times': 2}");
  away = list_shared (&world);
  g_assert_cmpstr (away, ==, "mei@example.org");
  g_assert_true (is_incomplete (&world, "mei@example.org"));
  list = list_shared (&world);
  g_assert_cmpstr (list, ==, "mei@example.org mei@example.org/Inbox");
  world_stop (&world);
}

/* Somebody let the user see the inbox, and nothing above it. */
static void
test_inbox_alone (void)
{
  World world;
  g_autofree char *list = NULL;
  GError *error = NULL;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'shared_inboxes', 'value': ['mei@example.org']}");
  valija_contract_server_tell (world.server, "{'do': 'deliver', 'user': 'mei', 'subject': 'While I am away'}");
  g_object_set (world.account, "shared", "mei@example.org", NULL);
  list = list_shared (&world);
  g_assert_cmpstr (list, ==, "mei@example.org mei@example.org/Inbox");
  use_folder (&world, "mei@example.org/Inbox");
  sync_inbox (&world, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (flags_of (&world, "While I am away"), ==, "");
  world_stop (&world);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/exchange/shared/away-at-first", test_away_at_first);
  g_test_add_func ("/exchange/shared/busy", test_busy);
  g_test_add_func ("/exchange/shared/folders", test_folders);
  g_test_add_func ("/exchange/shared/inbox-alone", test_inbox_alone);
  g_test_add_func ("/exchange/shared/moving", test_moving);
  g_test_add_func ("/exchange/shared/new-folder", test_new_folder);
  g_test_add_func ("/exchange/shared/refused", test_refused);
  g_test_add_func ("/exchange/shared/roles", test_roles);
  g_test_add_func ("/exchange/shared/unknown", test_unknown);

  return g_test_run ();
}
