/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The engine with the session of Exchange under it, against the contract server. */

#include "config.h"

#include <string.h>

#include "mime/valija-mime-message.h"
#include "sessions/exchange/valija-exchange-session.h"
#include "support/valija-contract-server.h"
#include "support/valija-test-network.h"
#include "support/valija-wait.h"
#include "valija-test-engine.h"

static ValijaContractServer *server;

static ValijaSession *
create_session (ValijaSessionContext *context, ValijaSide side, gpointer user_data, GError **error)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new (valija_contract_server_get (server, "password"), -1);

  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);
  return valija_exchange_session_new (context);
}

static void
use_server (TestEngine *test, const char *host, guint port)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);

  runtime->factory = create_session;
  g_object_set (test->account, "timeout", 20, NULL);
  g_object_set (valija_account_get_incoming (test->account), "host", host, "port", port, "security",
                (int) VALIJA_SECURITY_TLS, "user", valija_contract_server_get (server, "user"), "ca-file",
                valija_contract_server_get (server, "ca"), NULL);
}

static TestEngine *
create_engine (const char *host, guint port)
{
  TestEngine *test = test_engine_new ("exchange");

  use_server (test, host, port);
  return test;
}

static gint64
get_total (TestEngine *test, const char *name)
{
  ValijaFolder *folder = valija_engine_find_folder (test->engine, test->account, name);

  return folder != NULL ? valija_folder_get_total (folder) : -1;
}

static gboolean
has_total (TestEngine *test, const char *name, gint64 total)
{
  return get_total (test, name) == total;
}

/* Whether they are here whole by now depends. */
static void
assert_subjects (TestEngine *test, const char *folder, const char *expected)
{
  g_autofree char *list = test_engine_list (test, folder);
  g_auto(GStrv) pieces = g_strsplit (list, "+", -1);
  g_autofree char *subjects = g_strjoinv ("", pieces);

  g_assert_cmpstr (subjects, ==, expected);
}

static gint64
count (const char *operation)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (server, "{'do': 'stats'}");
  JsonObject *operations = json_object_get_object_member (json_node_get_object (stats), "operations");

  return json_object_has_member (operations, operation) ? json_object_get_int_member (operations, operation) : 0;
}

/* What comes is shown without being asked for; so is what goes. */
static void
test_watch (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  gint64 streams = count ("GetStreamingEvents");

  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'one'}");
  valija_engine_start (test->engine);
  valija_wait_until (has_total (test, "inbox", 1) && count ("GetStreamingEvents") > streams);

  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'two'}");
  valija_wait_until (has_total (test, "inbox", 2));
  assert_subjects (test, "inbox", "two one");

  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'subject': 'one'}");
  valija_wait_until (has_total (test, "inbox", 1));
  assert_subjects (test, "inbox", "two");

  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'subject': 'two'}");
  valija_wait_until (has_total (test, "inbox", 0));
}

static void
test_away (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  ValijaAccountStatus *status = valija_engine_get_status (test->engine, test->account);
  g_autoptr(ValijaAutoReplies) replies = valija_auto_replies_new ();
  g_autoptr(ValijaAutoReplies) kept = NULL;

  g_assert_true (valija_engine_has_auto_replies (test->engine, test->account));
  replies->state = VALIJA_REPLIES_ON;
  test_await_error (valija_engine_save_auto_replies (test->engine, test->account, replies), VALIJA_ERROR_INVALID);
  g_set_str (&replies->inside, "Back on Monday.\nAna <3");
  test_await (valija_engine_save_auto_replies (test->engine, test->account, replies));
  g_assert_nonnull (valija_account_status_get_away (status));

  kept = test_await_boxed (valija_engine_load_auto_replies (test->engine, test->account));
  g_assert_cmpint (kept->state, ==, VALIJA_REPLIES_ON);
  g_assert_cmpint (kept->audience, ==, VALIJA_AUDIENCE_NOBODY);
  g_assert_cmpstr (kept->inside, ==, "Back on Monday.\nAna <3");

  /* A new start finds it out by itself */
  valija_account_status_set_away (status, NULL);
  valija_engine_start (test->engine);
  valija_wait_until (valija_account_status_get_away (status) != NULL);

  kept->state = VALIJA_REPLIES_OFF;
  test_await (valija_engine_save_auto_replies (test->engine, test->account, kept));
  g_assert_null (valija_account_status_get_away (status));
}

/* The junk that was seen goes for good, and nothing else. */
static void
test_empty (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(ValijaUndo) undo = NULL;

  valija_contract_server_tell (server, "{'do': 'fill', 'folder': 'junkemail', 'count': 130}");
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);
  g_assert_true (has_total (test, "junk", 130));
  test_await_error (valija_engine_list_to_empty (test->engine, test_engine_folder (test, "inbox")),
                    VALIJA_ERROR_UNSUPPORTED);
  messages = test_await_boxed (valija_engine_list_to_empty (test->engine, test_engine_folder (test, "junk")));
  valija_contract_server_tell (server, "{'do': 'deliver', 'folder': 'junkemail', 'subject': 'unseen'}");
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);

  test_await_error (valija_engine_empty_folder (test->engine, test_engine_folder (test, "inbox"), messages),
                    VALIJA_ERROR_UNSUPPORTED);
  undo = test_await_object (valija_engine_empty_folder (test->engine, test_engine_folder (test, "junk"), messages));
  g_assert_cmpstr (valija_undo_get_label (undo), ==, "130 messages deleted for good");
  test_await (valija_engine_flush (test->engine, test->account));
  test_engine_sync (test, VALIJA_SYNC_HEADERS | VALIJA_SYNC_ALL_FOLDERS);
  assert_subjects (test, "junk", "unseen");
  g_assert_true (has_total (test, "trash", 0));
}

/* A colleague's mailbox that is being moved keeps nothing else from coming, and what is here of it stays, also where
 * this Valija has never seen it. */
static void
test_shared_away (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));

  g_object_set (test->account, "shared", "team@example.org", NULL);
  valija_contract_server_tell (server, "{'do': 'deliver', 'user': 'team', 'subject': 'ours'}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_subjects (test, "team@example.org/Inbox", "ours");

  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'mine'}");
  valija_contract_server_tell (server, "{'do': 'inject', 'operation': 'SyncFolderHierarchy', 'fault': 'entry', "
                                       "'code': 'ErrorMailboxMoveInProgress', 'after': 1}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_subjects (test, "inbox", "mine");
  assert_subjects (test, "team@example.org/Inbox", "ours");
  g_assert_null (valija_account_status_get_alert (valija_engine_get_status (test->engine, test->account)));
  g_assert_nonnull (strstr (valija_account_status_get_notice (valija_engine_get_status (test->engine, test->account)),
                            "team@example.org"));

  test_engine_close (test);
  test_engine_open (test);
  use_server (test, "localhost", valija_contract_server_get_port (server));
  g_object_set (test->account, "shared", "team@example.org", NULL);
  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'more'}");
  valija_contract_server_tell (server, "{'do': 'inject', 'operation': 'GetFolder', 'fault': 'entry', "
                                       "'code': 'ErrorMailboxMoveInProgress', 'after': 6, 'times': 2}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_subjects (test, "inbox", "more mine");
  assert_subjects (test, "team@example.org/Inbox", "ours");

  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'subject': 'mine'}");
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'subject': 'more'}");

  /* It is there again, and nothing is left to be said */
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  g_assert_null (valija_account_status_get_notice (valija_engine_get_status (test->engine, test->account)));
}

/* The mailbox is said to be where the password is refused. Nobody tries that again unasked; and whoever asks begins
 * where the account's settings say. */
static void
test_moved_and_refused (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  g_autofree char *certificates = g_path_get_dirname (valija_contract_server_get (server, "ca"));
  const char *arguments[] = { "--certificates", certificates, NULL };
  g_autoptr(ValijaContractServer) other = valija_contract_server_new ("exchange", arguments);

  test_engine_sync (test, VALIJA_SYNC_HEADERS);
  valija_contract_server_tell (other, "{'do': 'password', 'value': 'another'}");
  valija_contract_server_tell (server, "{'do': 'set', 'name': 'moved',"
                                       " 'value': 'https://localhost:%u/EWS/Exchange.asmx'}",
                               valija_contract_server_get_port (other));
  test_await_error (valija_engine_sync_account (test->engine, test->account, VALIJA_SYNC_HEADERS, NULL),
                    VALIJA_ERROR_AUTHENTICATION);

  valija_contract_server_tell (server, "{'do': 'set', 'name': 'moved', 'value': null}");
  test_engine_sync (test, VALIJA_SYNC_HEADERS);
}

/* The names of the folders whose role is that of the trash */
static char *
dup_trashes (TestEngine *test)
{
  GListModel *folders = valija_engine_get_folders (test->engine, test->account);
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_TRASH)
        g_string_append (names, valija_folder_get_owner (folder) == VALIJA_FOLDER_OWNER_USER ? "own " : "shared ");
    }

  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
delete_ours (TestEngine *test, const char *folder)
{
  g_autoptr(GPtrArray) messages = test_engine_find_all (test, folder, "ours");
  g_autoptr(ValijaUndo) undo = test_await_object (valija_engine_delete_messages (test->engine, messages));

  test_await (valija_engine_flush (test->engine, test->account));
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
}

/* ---- Drafts ---- */

/* "subject subject", as the server has them, each a draft. */
static char *
dup_drafts_there (void)
{
  g_autoptr(JsonNode) state = valija_contract_server_order (server, "{'do': 'state'}");
  JsonArray *folders = json_object_get_array_member (json_node_get_object (state), "folders");
  g_autoptr(GPtrArray) subjects = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < json_array_get_length (folders); i++)
    {
      JsonObject *folder = json_array_get_object_element (folders, i);
      JsonArray *items = json_object_get_array_member (folder, "items");
      const char *special = json_object_get_string_member_with_default (folder, "special", "");

      for (guint j = 0; g_str_equal (special, "drafts") && j < json_array_get_length (items); j++)
        {
          JsonObject *item = json_array_get_object_element (items, j);

          g_assert_true (json_object_get_boolean_member (item, "draft"));
          g_ptr_array_add (subjects, g_strdup (json_object_get_string_member (item, "subject")));
        }
    }
  g_ptr_array_sort_values (subjects, (GCompareFunc) strcmp);
  g_ptr_array_add (subjects, NULL);

  return g_strjoinv (" ", (char **) subjects->pdata);
}

static void
assert_drafts_there (const char *expected)
{
  g_autofree char *subjects = dup_drafts_there ();

  g_assert_cmpstr (subjects, ==, expected);
}

static gint64
save_draft (TestEngine *test, ValijaComposition *composition, const char *subject, gint64 replaces)
{
  g_object_set (composition, "subject", subject, NULL);
  return test_await_int64 (valija_engine_save_draft (test->engine, test->account, composition, replaces));
}

/* As after a pause of who writes. */
static void
pause_writing (TestEngine *test)
{
  test_await (valija_engine_upload_drafts (test->engine));
  test_await (valija_engine_flush (test->engine, test->account));
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
}

static TestEngine *
create_with_drafts (void)
{
  TestEngine *test = create_engine ("localhost", valija_contract_server_get_port (server));

  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_drafts_there ("");
  return test;
}

/* What the server was asked to change, in order: "CreateItem DeleteItem". */
static char *
dup_changes (void)
{
  g_autoptr(JsonNode) log = valija_contract_server_order (server, "{'do': 'log'}");
  JsonArray *names = json_node_get_array (log);
  g_autoptr(GString) changes = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (names); i++)
    {
      const char *name = json_array_get_string_element (names, i);

      if (g_str_equal (name, "CreateItem") || g_str_equal (name, "DeleteItem") || g_str_equal (name, "UpdateItem") ||
          g_str_equal (name, "MoveItem"))
        g_string_append_printf (changes, "%s%s", changes->len > 0 ? " " : "", name);
    }

  return g_string_free (g_steal_pointer (&changes), FALSE);
}

static guint
count_drafts_here (TestEngine *test)
{
  ValijaFolder *here = valija_account_runtime_find_role (valija_engine_find_runtime (test->engine, test->account),
                                                         VALIJA_FOLDER_ROLE_DRAFTS, TRUE);
  g_autoptr(GPtrArray) messages = NULL;

  if (here == NULL)
    return 0;

  messages = test_await_boxed (valija_engine_load_messages (test->engine, here, VALIJA_SHOW_ALL, 0));
  return messages->len;
}

static void
assert_subject_of (TestEngine *test, gint64 draft, const char *subject)
{
  g_autoptr(GBytes) source = test_await_boxed (valija_store_load_source (test->engine->store, draft));
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse (source);

  g_assert_cmpstr (valija_mime_message_get_info (message)->subject, ==, subject);
}

/* Here as it is typed; on the server after a pause, where the one before goes when the new one is there; and taken up
 * again as it was typed. */
static void
test_drafts (void)
{
  g_autoptr(TestEngine) test = create_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
  g_autoptr(ValijaMessage) message = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autofree char *text = NULL;
  g_autofree char *first = NULL;
  g_autofree char *nothing = NULL;
  g_autofree char *second = NULL;
  g_autofree char *last = NULL;
  gint64 draft;

  g_free (dup_changes ());
  g_object_set (composition, "bcc", "mei@example.org", "text", "Dear Luis,\nñandú 会议\n", NULL);
  draft = save_draft (test, composition, "first", 0);
  assert_subject_of (test, draft, "first");
  assert_drafts_there ("");

  pause_writing (test);
  assert_drafts_there ("first");
  first = dup_changes ();
  g_assert_cmpstr (first, ==, "CreateItem");

  /* Nothing was written since */
  pause_writing (test);
  nothing = dup_changes ();
  g_assert_cmpstr (nothing, ==, "");

  draft = save_draft (test, composition, "second", draft);
  draft = save_draft (test, composition, "third", draft);
  assert_subject_of (test, draft, "third");
  assert_drafts_there ("first");
  pause_writing (test);
  assert_drafts_there ("third");
  second = dup_changes ();
  g_assert_cmpstr (second, ==, "CreateItem DeleteItem");

  test_await (valija_engine_release_draft (test->engine, test->account, draft));
  test_await (valija_engine_flush (test->engine, test->account));
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  assert_drafts_there ("third");
  g_assert_cmpuint (count_drafts_here (test), ==, 0);

  message = test_engine_find (test, "drafts", "third");
  source = test_await_boxed (valija_engine_load_source (test->engine, message, NULL, NULL));
  text = g_strndup (g_bytes_get_data (source, NULL), g_bytes_get_size (source));
  g_assert_nonnull (strstr (text, "Bcc: mei@example.org"));

  valija_engine_hold_draft (test->engine, valija_message_get_id (message));
  draft = save_draft (test, composition, "fourth", valija_message_get_id (message));
  pause_writing (test);
  assert_drafts_there ("fourth");
  last = dup_changes ();
  g_assert_cmpstr (last, ==, "CreateItem DeleteItem");
  test_await (valija_engine_drop_draft (test->engine, draft));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_drafts_there ("");
}

typedef struct
{
  gint64 draft;
  gint64 theirs;
} Edited;

static void
edited_cb (Edited *edited, gint64 draft, gint64 theirs)
{
  edited->draft = draft;
  edited->theirs = theirs;
}

/* Another program writes on it, on the same item (it keeps its id) or by putting another in its place: that version is
 * not touched until somebody has chosen. */
static void
test_draft_edited_elsewhere (gconstpointer how)
{
  gboolean keep_both = (GPOINTER_TO_INT (how) & 1) != 0;
  gboolean in_place = (GPOINTER_TO_INT (how) & 2) != 0;
  g_autoptr(TestEngine) test = create_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "mine");
  gint64 draft = save_draft (test, composition, "mine", 0);
  g_autoptr(ValijaMessage) message = NULL;
  Edited edited = { 0, };

  g_signal_connect_swapped (test->engine, "draft-edited", G_CALLBACK (edited_cb), &edited);
  pause_writing (test);
  assert_drafts_there ("mine");
  message = test_engine_find (test, "drafts", "mine");
  if (in_place)
    valija_contract_server_tell (server, "{'do': 'change', 'what': 'edit', 'folder': 'drafts', 'subject': 'mine', "
                                         "'value': 'theirs', 'text': 'Other words.'}");
  else
    {
      valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'folder': 'drafts', "
                                           "'subject': 'mine'}");
      valija_contract_server_tell (server, "{'do': 'deliver', 'folder': 'drafts', 'draft': true, 'mime': "
                                           "'Subject: theirs\\r\\nMessage-ID: <%s>\\r\\n\\r\\nOther words.'}",
                                   valija_message_get_message_id (message));
    }

  draft = save_draft (test, composition, "mine again", draft);
  pause_writing (test);
  g_assert_cmpint (edited.draft, ==, draft);
  assert_drafts_there ("theirs");

  if (keep_both)
    {
      test_await (valija_engine_settle_draft (test->engine, draft, 0));
      valija_composition_renew (composition);
      draft = save_draft (test, composition, "mine again", draft);
    }
  else
    test_await (valija_engine_settle_draft (test->engine, draft, edited.theirs));

  edited.draft = 0;
  pause_writing (test);
  g_assert_cmpint (edited.draft, ==, 0);
  assert_drafts_there (keep_both ? "mine again theirs" : "mine again");

  test_await (valija_engine_drop_draft (test->engine, draft));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_drafts_there (keep_both ? "theirs" : "");
  if (keep_both)
    valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'folder': 'drafts', "
                                         "'subject': 'theirs'}");
}

/* Nobody is told while the server has it edited, and the composer is closed: both are kept. */
static void
test_draft_released_over_theirs (void)
{
  g_autoptr(TestEngine) test = create_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "mine");
  gint64 draft = save_draft (test, composition, "mine", 0);

  pause_writing (test);
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'edit', 'folder': 'drafts', 'subject': 'mine', "
                                       "'value': 'theirs', 'text': 'Other words.'}");
  draft = save_draft (test, composition, "mine again", draft);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  test_await (valija_engine_release_draft (test->engine, test->account, draft));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_drafts_there ("mine again theirs");
  g_assert_cmpuint (count_drafts_here (test), ==, 0);
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'folder': 'drafts', 'subject': 'theirs'}");
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'folder': 'drafts', "
                                       "'subject': 'mine again'}");
}

/* What is set on a message makes the stored one larger, and no other message of it: what is here of it stays. */
static void
test_set_elsewhere (void)
{
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  g_autoptr(ValijaMessage) message = NULL;

  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'whole'}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  message = test_engine_find (test, "inbox", "whole");
  g_bytes_unref (test_await_boxed (valija_engine_load_source (test->engine, message, NULL, NULL)));

  valija_contract_server_tell (server, "{'do': 'change', 'what': 'categories', 'subject': 'whole', "
                                       "'value': ['Work']}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  assert_list (test, "inbox", "whole+#Work");
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'flag', 'subject': 'whole'}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  assert_list (test, "inbox", "whole!+#Work");
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'delete', 'subject': 'whole'}");
}

/* And no other draft. What is written on it is another one, though its headers say no such thing. */
static void
test_draft_set_elsewhere (void)
{
  g_autoptr(TestEngine) test = create_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "mine");
  gint64 draft = save_draft (test, composition, "mine", 0);
  Edited edited = { 0, };

  g_signal_connect_swapped (test->engine, "draft-edited", G_CALLBACK (edited_cb), &edited);
  pause_writing (test);
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'categories', 'folder': 'drafts', "
                                       "'subject': 'mine', 'value': ['Work']}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'flag', 'folder': 'drafts', 'subject': 'mine'}");
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  g_object_set (composition, "text", "More words.", NULL);
  draft = save_draft (test, composition, "mine", draft);
  pause_writing (test);
  g_assert_cmpint (edited.draft, ==, 0);
  assert_drafts_there ("mine");

  valija_contract_server_tell (server, "{'do': 'change', 'what': 'edit', 'folder': 'drafts', 'subject': 'mine', "
                                       "'value': 'mine', 'text': 'Other words, and more of them.'}");
  draft = save_draft (test, composition, "mine again", draft);
  pause_writing (test);
  g_assert_cmpint (edited.draft, ==, draft);
  assert_drafts_there ("mine");

  test_await (valija_engine_settle_draft (test->engine, draft, edited.theirs));
  test_await (valija_engine_drop_draft (test->engine, draft));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_drafts_there ("");
}

/* What is written there may be just as long as what was, and somebody may have put a flag on it too. */
static void
test_draft_edited_to_same_size (gconstpointer is_flagged)
{
  g_autoptr(TestEngine) test = create_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "mine");
  Edited edited = { 0, };
  gint64 draft;

  g_object_set (composition, "text", "More words.", NULL);
  draft = save_draft (test, composition, "mine", 0);
  g_signal_connect_swapped (test->engine, "draft-edited", G_CALLBACK (edited_cb), &edited);
  pause_writing (test);
  assert_drafts_there ("mine");

  if (GPOINTER_TO_INT (is_flagged))
    valija_contract_server_tell (server, "{'do': 'change', 'what': 'flag', 'folder': 'drafts', 'subject': 'mine'}");
  valija_contract_server_tell (server, "{'do': 'change', 'what': 'replace', 'folder': 'drafts', 'subject': 'mine', "
                                       "'value': 'More words.', 'text': 'Less words.'}");
  draft = save_draft (test, composition, "mine again", draft);
  pause_writing (test);
  g_assert_cmpint (edited.draft, ==, draft);
  assert_drafts_there ("mine");

  test_await (valija_engine_settle_draft (test->engine, draft, edited.theirs));
  test_await (valija_engine_drop_draft (test->engine, draft));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_drafts_there ("");
}

/* What is deleted in a shared mailbox goes to its own Deleted Items, or to the user's where that one is closed. */
static void
test_shared_trash (gconstpointer data)
{
  gboolean is_closed = GPOINTER_TO_INT (data);
  g_autoptr(TestEngine) test = create_engine ("localhost", valija_contract_server_get_port (server));
  g_autofree char *trashes = NULL;

  valija_contract_server_tell (server, "{'do': 'set', 'name': 'closed_trash', 'value': [%s]}",
                               is_closed ? "'team@example.org'" : "");
  g_object_set (test->account, "shared", "team@example.org", NULL);
  valija_contract_server_tell (server, "{'do': 'change', 'user': 'team', 'what': 'folder-create', 'value': 'T%d'}",
                               is_closed);
  valija_contract_server_tell (server, "{'do': 'deliver', 'user': 'team', 'folder': 'T%d', 'subject': 'ours'}",
                               is_closed);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  trashes = dup_trashes (test);
  g_assert_cmpstr (trashes, ==, is_closed ? "own " : "own shared ");

  delete_ours (test, is_closed ? "team@example.org/T1" : "team@example.org/T0");
  assert_subjects (test, is_closed ? "team@example.org/T1" : "team@example.org/T0", "");
  assert_subjects (test, "trash", is_closed ? "ours" : "");
  assert_subjects (test, "team@example.org/Deleted Items", is_closed ? "" : "ours");

  /* In there it goes for good */
  delete_ours (test, is_closed ? "trash" : "team@example.org/Deleted Items");
  assert_subjects (test, "trash", "");
  assert_subjects (test, "team@example.org/Deleted Items", "");
}

/* The server of before has no services any more; Autodiscover knows the new one. */
static void
test_moved (void)
{
  g_autoptr(TestEngine) test = create_engine ("old.example.org", 443);

  valija_contract_server_tell (server, "{'do': 'hosts', 'hosts': {'old.example.org': {'kind': 'missing'}, "
                               "'autodiscover.example.org': {'kind': 'exchange', 'autodiscover': ['json'], "
                               "'ews': false}, 'mail.example.org': {'kind': 'exchange', 'autodiscover': []}}}");
  valija_contract_server_tell (server, "{'do': 'set', 'name': 'ews_url', "
                               "'value': 'https://mail.example.org/EWS/Exchange.asmx'}");
  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'there'}");
  valija_engine_start (test->engine);
  valija_wait_until (has_total (test, "inbox", 1));
  g_assert_cmpstr (valija_server_get_host (valija_account_get_incoming (test->account)), ==, "mail.example.org");
  g_assert_cmpuint (test->notices->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (test->notices, 0), "mail.example.org"));
}

/* Where it was it is no more from one request to the next. */
static void
test_moved_later (gconstpointer kind)
{
  g_autoptr(TestEngine) test = create_engine ("old.example.org", 443);
  gint64 total;

  valija_contract_server_tell (server, "{'do': 'hosts', 'hosts': {'old.example.org': {'kind': 'exchange', "
                               "'autodiscover': []}}}");
  valija_contract_server_tell (server, "{'do': 'set', 'name': 'ews_url', "
                               "'value': 'https://mail.example.org/EWS/Exchange.asmx'}");
  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'here'}");
  valija_engine_start (test->engine);
  valija_wait_until (get_total (test, "inbox") > 0);
  total = get_total (test, "inbox");

  valija_contract_server_tell (server, "{'do': 'hosts', 'hosts': {'old.example.org': {'kind': '%s'}, "
                               "'autodiscover.example.org': {'kind': 'exchange', 'autodiscover': ['json'], "
                               "'ews': false}, 'mail.example.org': {'kind': 'exchange', 'autodiscover': []}}}",
                               (const char *) kind);
  valija_contract_server_tell (server, "{'do': 'deliver', 'subject': 'there'}");
  valija_wait_until (get_total (test, "inbox") == total + 1);
  g_assert_cmpstr (valija_server_get_host (valija_account_get_incoming (test->account)), ==, "mail.example.org");
  g_assert_cmpuint (test->notices->len, ==, 1);
}

/* One that is not of the address's domain is named, and told nothing. */
static void
test_moved_out (void)
{
  g_autoptr(TestEngine) test = create_engine ("old.example.org", 443);

  valija_contract_server_tell (server, "{'do': 'hosts', 'hosts': {'old.example.org': {'kind': 'missing'}, "
                               "'autodiscover.example.org': {'kind': 'exchange', 'autodiscover': ['json'], "
                               "'ews': false}}}");
  valija_contract_server_tell (server, "{'do': 'set', 'name': 'ews_url', "
                               "'value': 'https://mail.hoster.example/EWS/Exchange.asmx'}");
  valija_engine_start (test->engine);
  valija_wait_until (test->notices->len == 1);
  g_assert_nonnull (strstr (g_ptr_array_index (test->notices, 0), "mail.hoster.example"));
  g_assert_cmpstr (valija_server_get_host (valija_account_get_incoming (test->account)), ==, "old.example.org");
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  valija_test_network_init ();

  server = valija_contract_server_new ("exchange", NULL);
  valija_test_network_set_proxy (valija_contract_server_get (server, "proxy"));

  g_test_add_func ("/engine/exchange/watch", test_watch);
  g_test_add_func ("/engine/exchange/away", test_away);
  g_test_add_func ("/engine/exchange/empty", test_empty);
  g_test_add_func ("/engine/exchange/shared-away", test_shared_away);
  g_test_add_func ("/engine/exchange/moved-and-refused", test_moved_and_refused);
  g_test_add_func ("/engine/exchange/drafts", test_drafts);
  g_test_add_data_func ("/engine/exchange/drafts/replaced", GINT_TO_POINTER (0), test_draft_edited_elsewhere);
  g_test_add_data_func ("/engine/exchange/drafts/replaced/both", GINT_TO_POINTER (1), test_draft_edited_elsewhere);
  g_test_add_data_func ("/engine/exchange/drafts/edited", GINT_TO_POINTER (2), test_draft_edited_elsewhere);
  g_test_add_data_func ("/engine/exchange/drafts/edited/both", GINT_TO_POINTER (3), test_draft_edited_elsewhere);
  g_test_add_func ("/engine/exchange/drafts/released", test_draft_released_over_theirs);
  g_test_add_func ("/engine/exchange/drafts/set", test_draft_set_elsewhere);
  g_test_add_data_func ("/engine/exchange/drafts/same-size", GINT_TO_POINTER (FALSE), test_draft_edited_to_same_size);
  g_test_add_data_func ("/engine/exchange/drafts/same-size/flag", GINT_TO_POINTER (TRUE),
                        test_draft_edited_to_same_size);
  g_test_add_func ("/engine/exchange/set", test_set_elsewhere);
  g_test_add_data_func ("/engine/exchange/shared-trash", GINT_TO_POINTER (FALSE), test_shared_trash);
  g_test_add_data_func ("/engine/exchange/shared-trash/closed", GINT_TO_POINTER (TRUE), test_shared_trash);
  g_test_add_func ("/engine/exchange/moved-out", test_moved_out);
  g_test_add_func ("/engine/exchange/moved/at-start", test_moved);
  g_test_add_data_func ("/engine/exchange/moved/missing", "missing", test_moved_later);
  g_test_add_data_func ("/engine/exchange/moved/unnamed", "moved", test_moved_later);
  status = g_test_run ();

  valija_contract_server_free (server);
  return status;
}
