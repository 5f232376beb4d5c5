/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-engine.h"

#include "mime/valija-composition.h"
#include "support/valija-wait.h"

/* Drafts while they are written: what the server gets of them, what it has from elsewhere, and what is left of them
 * when Valija is killed. */

static TestEngine *
new_with_drafts (void)
{
  TestEngine *test = test_engine_new ("imap+smtp");

  fake_server_add_folder (test->server, "Drafts", VALIJA_FOLDER_ROLE_DRAFTS);
  test->server->marks = TRUE;
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  return test;
}

static gint64
save (TestEngine *test, ValijaComposition *composition, const char *subject, gint64 replaces)
{
  g_object_set (composition, "subject", subject, NULL);
  return test_await_int64 (valija_engine_save_draft (test->engine, test->account, composition, replaces));
}

static void
upload (TestEngine *test)
{
  test_await (valija_engine_upload_drafts (test->engine));
  test_await (valija_engine_flush (test->engine, test->account));
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
}

static void
release (TestEngine *test, gint64 draft)
{
  test_await (valija_engine_release_draft (test->engine, test->account, draft));
  test_await (valija_engine_flush (test->engine, test->account));
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
}

static guint
count_here (TestEngine *test)
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
test_drafts (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3+smtp");
  g_autoptr(ValijaComposition) first = test_composition ("luis@example.org", "first");
  g_autoptr(ValijaComposition) second = test_composition ("luis@example.org", "second");
  gint64 id;

  id = test_await_int64 (valija_engine_save_draft (test->engine, test->account, first, 0));
  assert_list (test, "drafts", "first*+");
  id = test_await_int64 (valija_engine_save_draft (test->engine, test->account, second, id));
  assert_list (test, "drafts", "second*+");
  test_await (valija_engine_drop_draft (test->engine, id));
  assert_list (test, "drafts", "");
  test_await (valija_engine_drop_draft (test->engine, id));
}

/* Written here while somebody works on it, then where the server keeps drafts; without a network it waits here. */
static void
test_drafts_to_server (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
  g_autoptr(ValijaComposition) first = test_composition ("luis@example.org", "first");
  g_autoptr(ValijaComposition) second = test_composition ("luis@example.org", "second");
  g_autoptr(ValijaMessage) message = NULL;
  gint64 id;

  fake_server_add_folder (test->server, "Drafts", VALIJA_FOLDER_ROLE_DRAFTS);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);

  id = test_await_int64 (valija_engine_save_draft (test->engine, test->account, first, 0));
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_server (test, "Drafts", "");

  test->server->fail_at = test->server->questions + 1;
  test_await_error (valija_engine_release_draft (test->engine, test->account, id), VALIJA_ERROR_DISCONNECTED);
  assert_server (test, "Drafts", "");

  test_engine_close (test);
  test_engine_open (test);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_server (test, "Drafts", "1:first*");
  test_await (valija_engine_load_folders (test->engine, valija_engine_find_runtime (test->engine, test->account)));
  g_assert_null (valija_account_runtime_find_role (valija_engine_find_runtime (test->engine, test->account),
                                                   VALIJA_FOLDER_ROLE_DRAFTS, TRUE));
  assert_list (test, "Drafts", "first*");

  /* Taken up again, and sent: the server’s copy goes too. */
  message = test_engine_find (test, "Drafts", "first");
  valija_engine_hold_draft (test->engine, valija_message_get_id (message));
  id = test_await_int64 (valija_engine_save_draft (test->engine, test->account, second,
                                                   valija_message_get_id (message)));
  g_assert_cmpint (id, <, 0);
  test_await (valija_engine_drop_draft (test->engine, id));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_server (test, "Drafts", "");
  assert_list (test, "Drafts", "");
}

static guint
count_drafts_folders (TestEngine *test)
{
  GListModel *folders = valija_engine_get_folders (test->engine, test->account);
  guint n_folders = 0;

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      n_folders += valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_DRAFTS;
    }

  return n_folders;
}

/* One folder for drafts while somebody writes, and after; two only while something waits for a server. */
static void
test_one_drafts_folder (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("imap+smtp");
  g_autoptr(ValijaComposition) first = test_composition ("luis@example.org", "first");
  ValijaAccountRuntime *runtime;
  gint64 id;

  fake_server_add_folder (test->server, "Drafts", VALIJA_FOLDER_ROLE_DRAFTS);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  runtime = valija_engine_find_runtime (test->engine, test->account);
  id = test_await_int64 (valija_engine_save_draft (test->engine, test->account, first, 0));
  id = test_await_int64 (valija_engine_save_draft (test->engine, test->account, first, id));
  test_await (valija_engine_load_folders (test->engine, runtime));
  g_assert_cmpuint (count_drafts_folders (test), ==, 1);

  test->server->fail_at = test->server->questions + 1;
  test_await_error (valija_engine_release_draft (test->engine, test->account, id), VALIJA_ERROR_DISCONNECTED);
  g_assert_cmpuint (count_drafts_folders (test), ==, 2);

  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS);
  assert_server (test, "Drafts", "1:first*");
  g_assert_cmpuint (count_drafts_folders (test), ==, 1);
}

/* Two go up, and the server is lost at whichever question: it is told where ours is, whatever became of the other. */
static void
test_filed_beside_another (gconstpointer ours)
{
  guint n_lost = 0;

  for (guint fail_at = 1; fail_at < 8; fail_at++)
    {
      g_autoptr(TestEngine) test = new_with_drafts ();
      g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
      gint64 drafts[] = { save (test, composition, "first", 0), save (test, composition, "second", 0) };
      gint64 draft = drafts[GPOINTER_TO_INT (ours)];
      gboolean filed;

      test_await (valija_engine_leave_draft (test->engine, drafts[1 - GPOINTER_TO_INT (ours)]));
      test->server->fail_at = test->server->questions + fail_at;
      test->server->stays_down = TRUE;
      filed = test_try (valija_engine_file_draft (test->engine, test->account, draft), NULL);
      g_assert_true (filed != test_try (valija_store_load_draft (test->engine->store, draft), NULL));
      n_lost += !filed;
    }

  g_assert_cmpuint (n_lost, >, 0);
}

/* There is one on the server at each moment, and it is the last that was taken there. */
static void
test_uploads (void)
{
  g_autoptr(TestEngine) test = new_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
  gint64 draft = save (test, composition, "first", 0);

  upload (test);
  assert_server (test, "Drafts", "1:first*");

  /* Nothing new: nothing is done */
  fake_server_clear_log (test->server);
  test_await (valija_engine_upload_drafts (test->engine));
  g_assert_cmpstr (test->server->log->str, ==, "");

  draft = save (test, composition, "second", draft);
  draft = save (test, composition, "third", draft);
  assert_server (test, "Drafts", "1:first*");
  upload (test);
  assert_server (test, "Drafts", "2:third*");
  g_assert_nonnull (strstr (test->server->log->str, "append Drafts"));
  g_assert_true (strstr (test->server->log->str, "delete Drafts 1") > strstr (test->server->log->str, "append Drafts"));

  /* It is there already */
  release (test, draft);
  assert_server (test, "Drafts", "2:third*");
  g_assert_cmpuint (count_here (test), ==, 0);
  assert_list (test, "Drafts", "third*");
}

/* What was written after the last pause goes when it is released, and what was there with it; or when it is dropped. */
static void
test_released_and_dropped (gconstpointer dropped)
{
  g_autoptr(TestEngine) test = new_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
  gint64 draft = save (test, composition, "first", 0);

  upload (test);
  draft = save (test, composition, "second", draft);
  if (GPOINTER_TO_INT (dropped))
    {
      test_await (valija_engine_drop_draft (test->engine, draft));
      test_await (valija_engine_flush (test->engine, test->account));
      assert_server (test, "Drafts", "");
    }
  else
    {
      release (test, draft);
      assert_server (test, "Drafts", "2:second*");
    }
  g_assert_cmpuint (count_here (test), ==, 0);
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

/* Another program writes on it: its version is not touched until somebody has chosen. */
static void
test_edited_elsewhere (gconstpointer how)
{
  gboolean keep_both = (GPOINTER_TO_INT (how) & 1) != 0;
  g_autoptr(TestEngine) test = new_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "mine");
  gint64 draft = save (test, composition, "mine", 0);
  g_autoptr(ValijaMessage) message = NULL;
  g_autofree char *theirs = NULL;
  Edited edited = { 0, };

  test->server->nameless = (GPOINTER_TO_INT (how) & 2) != 0;
  g_signal_connect_swapped (test->engine, "draft-edited", G_CALLBACK (edited_cb), &edited);
  upload (test);
  message = test_engine_find (test, "Drafts", "mine");
  theirs = g_strdup_printf ("Subject: theirs\r\nMessage-ID: <%s>\r\n\r\nOther words.\r\n",
                            valija_message_get_message_id (message));
  fake_server_remove (test->server, "Drafts", "1");
  fake_server_add_source (test->server, "Drafts", theirs);

  draft = save (test, composition, "mine again", draft);
  test_await (valija_engine_upload_drafts (test->engine));
  g_assert_cmpint (edited.draft, ==, draft);
  assert_server (test, "Drafts", "2:theirs");

  if (keep_both)
    {
      test_await (valija_engine_settle_draft (test->engine, draft, 0));
      valija_composition_renew (composition);
      draft = save (test, composition, "mine again", draft);
    }
  else
    test_await (valija_engine_settle_draft (test->engine, draft, edited.theirs));

  edited.draft = 0;
  upload (test);
  g_assert_cmpint (edited.draft, ==, 0);
  assert_server (test, "Drafts", keep_both ? "2:theirs 3:mine again*" : "3:mine again*");
}

/* The server does not tell what it is called there, and cannot be asked: what is there already does not go again. */
static void
test_nameless (void)
{
  g_autoptr(TestEngine) test = new_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "mine");
  gint64 draft = save (test, composition, "mine", 0);

  test->server->marks = FALSE;
  test->server->nameless = TRUE;
  upload (test);
  assert_server (test, "Drafts", "1:mine*");
  release (test, draft);
  assert_server (test, "Drafts", "1:mine*");
  g_assert_cmpuint (count_here (test), ==, 0);
}

static gint64
recover (TestEngine *test, const char *subject)
{
  g_autoptr(GPtrArray) messages = test_await_boxed (valija_engine_list_unfinished (test->engine));

  g_assert_cmpuint (messages->len, ==, 1);
  g_assert_cmpstr (valija_message_get_subject (g_ptr_array_index (messages, 0)), ==, subject);
  return valija_message_get_id (g_ptr_array_index (messages, 0));
}

/* Valija ended while somebody wrote: it stays here until they have said what becomes of it. */
static void
test_unfinished (void)
{
  g_autoptr(TestEngine) test = new_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
  g_autoptr(GPtrArray) none = NULL;
  gint64 draft = save (test, composition, "first", 0);

  save (test, composition, "second", draft);
  test_engine_close (test);
  test_engine_open (test);
  test_engine_sync (test, VALIJA_SYNC_ALL_FOLDERS | VALIJA_SYNC_HEADERS);
  assert_server (test, "Drafts", "");
  recover (test, "second");

  /* Nobody has said anything: it is offered again */
  test_engine_close (test);
  test_engine_open (test);
  draft = recover (test, "second");
  release (test, draft);
  assert_server (test, "Drafts", "1:second*");

  test_engine_close (test);
  test_engine_open (test);
  none = test_await_boxed (valija_engine_list_unfinished (test->engine));
  g_assert_cmpuint (none->len, ==, 0);
}

/* Interrupted at whichever question while the second version goes to the server; and written on afterwards, or not. */
static void
test_interrupted (gconstpointer how)
{
  gboolean late = (GPOINTER_TO_INT (how) & 1) != 0;
  gboolean goes_on = (GPOINTER_TO_INT (how) & 2) != 0;

  for (guint fail_at = 1; fail_at < 8; fail_at++)
    {
      g_autoptr(TestEngine) test = new_with_drafts ();
      g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
      g_autofree char *list = NULL;
      gint64 draft = save (test, composition, "first", 0);

      upload (test);
      draft = save (test, composition, "second", draft);
      test->server->fail_at = test->server->questions + fail_at;
      test->server->fail_late = late;
      test->server->stays_down = TRUE;
      test_try (valija_engine_upload_drafts (test->engine), NULL);
      list = fake_server_list (test->server, "Drafts");
      g_assert_cmpstr (list, !=, "");
      test_engine_close (test);
      test->server->stays_down = FALSE;
      test->server->fail_at = 0;
      test_engine_open (test);
      draft = recover (test, "second");
      if (goes_on)
        {
          valija_engine_hold_draft (test->engine, draft);
          draft = save (test, composition, "third", draft);
        }
      release (test, draft);
      g_clear_pointer (&list, g_free);
      list = fake_server_list (test->server, "Drafts");
      g_assert_cmpstr (strchr (list, ':'), ==, goes_on ? ":third*" : ":second*");
      g_assert_cmpuint (count_here (test), ==, 0);
    }
}

/* ---- Something happens to it on its way ---- */

typedef struct
{
  TestEngine *test;
  const char *question;
  gint64 draft;
  DexFuture *done;           /* nullable: of what was done at @question */
} OnItsWay;

static gboolean
is_asked (OnItsWay *self)
{
  return self->done == NULL && g_str_has_suffix (self->test->server->log->str, self->question);
}

static void
take_turn_cb (FakeServer *server, gpointer user_data)
{
  OnItsWay *self = user_data;

  if (is_asked (self))
    self->done = valija_lane_enter (valija_engine_find_runtime (self->test->engine, self->test->account)->lane,
                                    VALIJA_HASTE_USER, NULL);
}

/* The version that waits for its turn is replaced: what the server has stays until it has the newer one. */
static void
test_replaced_in_the_queue (void)
{
  g_autoptr(TestEngine) test = new_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (test->engine, test->account);
  OnItsWay way = { .test = test, .question = "batch Drafts" };
  gint64 draft = save (test, composition, "first", 0);
  g_autoptr(DexFuture) uploading = NULL;
  ValijaTurn *turn;

  upload (test);
  draft = save (test, composition, "second", draft);
  test->server->on_question = take_turn_cb;
  test->server->user_data = &way;
  uploading = valija_engine_upload_drafts (test->engine);
  valija_wait_until (g_hash_table_size (runtime->awaited) != 0);
  test->server->on_question = NULL;
  turn = test_await_boxed (g_steal_pointer (&way.done));
  save (test, composition, "third", draft);
  valija_turn_unref (turn);
  test_await (g_steal_pointer (&uploading));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_server (test, "Drafts", "1:first*");

  upload (test);
  assert_server (test, "Drafts", "2:third*");
}

static void
drop_cb (FakeServer *server, gpointer user_data)
{
  OnItsWay *self = user_data;

  if (is_asked (self))
    self->done = valija_engine_drop_draft (self->test->engine, self->draft);
}

/* It is discarded, or sent, while the server takes it: nothing of it stays there. */
static void
test_dropped_on_its_way (void)
{
  g_autoptr(TestEngine) test = new_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
  OnItsWay way = { .test = test, .question = "append Drafts" };

  way.draft = save (test, composition, "first", 0);
  test->server->on_question = drop_cb;
  test->server->user_data = &way;
  test_await (valija_engine_upload_drafts (test->engine));
  test->server->on_question = NULL;
  test_await (g_steal_pointer (&way.done));
  test_await (valija_engine_flush (test->engine, test->account));
  assert_server (test, "Drafts", "");
  g_assert_cmpuint (count_here (test), ==, 0);
}

/* Each version has what the one before had, be that on the server or here. */
static void
test_labels (void)
{
  static const char * const work[] = { "Work", NULL };
  static const char * const none[] = { NULL };
  g_autoptr(TestEngine) test = new_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
  g_autoptr(GPtrArray) there = NULL;
  gint64 draft = save (test, composition, "first", 0);

  release (test, draft);
  there = test_engine_find_all (test, "Drafts", "first");
  g_object_unref (test_await_object (valija_engine_change_labels (test->engine, there, work, none)));
  draft = save (test, composition, "second", valija_message_get_id (g_ptr_array_index (there, 0)));
  upload (test);
  assert_server (test, "Drafts", "2:second*#Work");

  draft = save (test, composition, "third", draft);
  release (test, draft);
  assert_server (test, "Drafts", "3:third*#Work");
  assert_list (test, "Drafts", "third*#Work");
}

/* What its labels are could not be read: nothing is saved without them, and what is there stays. */
static void
test_labels_unreadable (void)
{
  g_autoptr(TestEngine) test = new_with_drafts ();
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
  g_autoptr(ValijaMessage) there = NULL;
  g_autofree char *lose = g_strdup_printf ("ATTACH '%s/cache/cache.db' AS cache; PRAGMA writable_schema = ON;"
                                           "UPDATE cache.sqlite_schema SET sql = replace (sql, 'preview', 'lost')"
                                           " WHERE name = 'message'; PRAGMA cache.schema_version = 1000",
                                           test->directory);

  release (test, save (test, composition, "first", 0));
  there = test_engine_find (test, "Drafts", "first");
  test_engine_write (test, lose);
  test_await_error (valija_engine_save_draft (test->engine, test->account, composition, valija_message_get_id (there)),
                    VALIJA_ERROR_STORAGE);
  g_assert_cmpuint (count_here (test), ==, 0);
}

static void
add_file (ValijaComposition *composition, const char *name)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("content", 7);
  g_autoptr(ValijaAttachment) attachment = valija_attachment_new_for_bytes (name, "text/plain", bytes);

  valija_composition_add_attachment (composition, attachment);
}

/* As somebody does who goes on writing. */
static void
change_all (ValijaComposition *composition)
{
  GListModel *attachments = valija_composition_get_attachments (composition);
  g_autoptr(ValijaAttachment) first = g_list_model_get_item (attachments, 0);

  g_object_set (composition, "to", "mei@example.org", "subject", "later", "text", "Something else.\n", NULL);
  valija_composition_remove_attachment (composition, first);
}

static char *
dup_message_id (TestEngine *test, const char *subject)
{
  g_autoptr(ValijaMessage) message = test_engine_find (test, "drafts", subject);
  g_autoptr(ValijaMimeMessage) mime = test_await_object (valija_engine_load_message (test->engine, message));

  return g_strdup (valija_mime_message_get_info (mime)->message_id);
}

/* What is kept or sent is what was there when it was asked for. */
static void
test_written_on (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3+smtp");
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "first");
  g_autoptr(ValijaMessage) message = NULL;
  g_autoptr(ValijaMimeMessage) mime = NULL;
  g_autofree char *first_id = NULL;
  g_autofree char *second_id = NULL;
  DexFuture *future;
  gint64 id;

  add_file (composition, "a.txt");
  add_file (composition, "b.txt");
  future = valija_engine_save_draft (test->engine, test->account, composition, 0);
  change_all (composition);
  id = test_await_int64 (future);
  assert_list (test, "drafts", "first*+");
  message = test_engine_find (test, "drafts", "first");
  mime = test_await_object (valija_engine_load_message (test->engine, message));
  g_assert_cmpstr (valija_mime_message_get_text (mime), ==, "Hello.\n");
  g_assert_cmpuint (valija_mime_message_get_attachments (mime)->len, ==, 2);

  /* It stays one message */
  first_id = dup_message_id (test, "first");
  g_assert_cmpstr (first_id, !=, "");
  save (test, composition, "second", id);
  second_id = dup_message_id (test, "second");
  g_assert_cmpstr (second_id, ==, first_id);

  g_object_set (composition, "to", "luis@example.org", "subject", "sent", NULL);
  future = valija_engine_send (test->engine, test->account, composition, 0);
  change_all (composition);
  test_await_int64 (future);
  g_assert_cmpuint (test_await_uint (valija_engine_flush_outbox (test->engine, test->account)), ==, 1);
  g_assert_cmpstr (g_ptr_array_index (test->server->sent, 0), ==, "ana@example.org>luis@example.org");
}

/* What is kept of a message that was sent has the same octets, with what is for nobody else before them. */
static void
test_kept_as_sent (void)
{
  g_autoptr(TestEngine) test = test_engine_new ("pop3+smtp");
  g_autoptr(ValijaComposition) composition = test_composition ("luis@example.org", "one");
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GBytes) sent = NULL;
  g_autoptr(GBytes) kept = NULL;
  g_autoptr(GBytes) stripped = NULL;
  gint64 id;

  add_file (composition, "a.txt");
  g_object_set (composition, "bcc", "secret@example.org", "delivery-receipt", TRUE, NULL);
  id = test_await_int64 (valija_engine_send (test->engine, test->account, composition, 0));
  sent = test_await_boxed (valija_store_load_outbox_source (test->engine->store, id));
  kept = test_await_boxed (valija_store_load_outbox_copy (test->engine->store, id));
  g_assert_null (g_strstr_len (g_bytes_get_data (sent, NULL), g_bytes_get_size (sent), "secret"));
  g_assert_null (g_strstr_len (g_bytes_get_data (sent, NULL), g_bytes_get_size (sent), "X-Valija"));
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (kept, NULL), g_bytes_get_size (kept), "secret"));
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (kept, NULL), g_bytes_get_size (kept), "X-Valija"));

  stripped = valija_source_strip (kept, NULL);
  g_assert_true (g_bytes_equal (stripped, sent));
  envelope = test_await_boxed (valija_store_load_outbox_envelope (test->engine->store, id));
  g_assert_cmpuint (envelope->recipients->len, ==, 2);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/drafts/here", test_drafts);
  g_test_add_func ("/engine/drafts/to-server", test_drafts_to_server);
  g_test_add_func ("/engine/drafts/one-folder", test_one_drafts_folder);
  g_test_add_data_func ("/engine/drafts/filed-first", GINT_TO_POINTER (0), test_filed_beside_another);
  g_test_add_data_func ("/engine/drafts/filed-second", GINT_TO_POINTER (1), test_filed_beside_another);
  g_test_add_func ("/engine/drafts/uploads", test_uploads);
  g_test_add_data_func ("/engine/drafts/released", GINT_TO_POINTER (FALSE), test_released_and_dropped);
  g_test_add_data_func ("/engine/drafts/dropped", GINT_TO_POINTER (TRUE), test_released_and_dropped);
  g_test_add_data_func ("/engine/drafts/edited-elsewhere", GINT_TO_POINTER (0), test_edited_elsewhere);
  g_test_add_data_func ("/engine/drafts/keep-both", GINT_TO_POINTER (1), test_edited_elsewhere);
  g_test_add_data_func ("/engine/drafts/edited-elsewhere-nameless", GINT_TO_POINTER (2), test_edited_elsewhere);
  g_test_add_func ("/engine/drafts/labels", test_labels);
  g_test_add_func ("/engine/drafts/labels-unreadable", test_labels_unreadable);
  g_test_add_func ("/engine/drafts/nameless", test_nameless);
  g_test_add_func ("/engine/drafts/unfinished", test_unfinished);
  g_test_add_data_func ("/engine/drafts/interrupted", GINT_TO_POINTER (0), test_interrupted);
  g_test_add_data_func ("/engine/drafts/interrupted-late", GINT_TO_POINTER (1), test_interrupted);
  g_test_add_data_func ("/engine/drafts/interrupted-goes-on", GINT_TO_POINTER (2), test_interrupted);
  g_test_add_data_func ("/engine/drafts/interrupted-late-goes-on", GINT_TO_POINTER (3), test_interrupted);
  g_test_add_func ("/engine/drafts/replaced-in-the-queue", test_replaced_in_the_queue);
  g_test_add_func ("/engine/drafts/dropped-on-its-way", test_dropped_on_its_way);
  g_test_add_func ("/engine/drafts/written-on", test_written_on);
  g_test_add_func ("/engine/drafts/kept-as-sent", test_kept_as_sent);

  return g_test_run ();
}
