/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which messages belong together, in whichever order they come. */

#include "config.h"

#include "store/valija-store-database.h"
#include "store/valija-store-schema.h"
#include "valija-test-store.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAY (24 * 60 * 60)
#define START 1700000000

/* A message in one line: "name: the messages it refers to" ("name" is its id and its subject). A
 * reference in brackets is an In-Reply-To. */
static ValijaMessageInfo *
parse_message (const char *line,
               gint64      received)
{
  g_auto(GStrv) parts = g_strsplit (line, ":", 2);
  ValijaMessageInfo *info = test_info (parts[0], parts[0], received, 0);
  g_autoptr(GString) references = g_string_new (NULL);
  g_auto(GStrv) words = g_strsplit (parts[1] != NULL ? parts[1] : "", " ", -1);

  g_free (info->message_id);
  info->message_id = g_strdup_printf ("%s@example.org", parts[0]);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (words[i][0] == '(')
        {
          g_free (info->in_reply_to);
          info->in_reply_to = g_strdup_printf ("%.*s@example.org", (int) strcspn (words[i] + 1, ")"), words[i] + 1);
        }
      else if (words[i][0] != '\0')
        g_string_append_printf (references, "%s%s@example.org", references->len > 0 ? " " : "", words[i]);
    }
  g_free (info->references);
  info->references = g_string_free (g_steal_pointer (&references), FALSE);

  return info;
}

static void
add_info (TestStore         *self,
          gint64             folder,
          ValijaMessageInfo *info)
{
  ValijaChanges *changes = valija_changes_new ();

  g_ptr_array_add (changes->added, info);
  test_sync (self, folder, changes);
}

/* The conversations that @folder shows, newest first, each with the names of its messages, oldest
 * first: "d; a b c". */
static char *
list_conversations (TestStore        *self,
                    gint64            folder,
                    ValijaListFilter  filter)
{
  g_autoptr(GArray) keys = test_index (self, &folder, 1, filter, TRUE);
  g_autoptr(GPtrArray) rows =
    test_await_boxed (valija_store_load_conversation_rows (self->store, folder, (gint64 *) (gpointer) keys->data,
                                                           keys->len));
  GString *text = g_string_new (NULL);

  g_assert_cmpuint (rows->len, ==, keys->len);

  for (guint i = 0; i < rows->len; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (rows, i);
      g_autoptr(GPtrArray) members = test_await_boxed (valija_store_load_conversation (self->store, row->id));

      g_assert_cmpint (row->conversation, ==, g_array_index (keys, gint64, i));
      g_assert_cmpuint (row->n_messages, ==, members->len);
      if (i > 0)
        g_string_append (text, "; ");
      for (guint j = 0; j < members->len; j++)
        {
          const ValijaMessageRow *member = g_ptr_array_index (members, j);

          g_string_append_printf (text, "%s%s", j > 0 ? " " : "", member->subject);
        }
    }

  return g_string_free (text, FALSE);
}

static void
assert_conversations (TestStore  *self,
                      gint64      folder,
                      const char *expected)
{
  g_autofree char *shown = list_conversations (self, folder, VALIJA_LIST_ALL);

  g_assert_cmpstr (shown, ==, expected);
}

/* ---- Orders ---- */

typedef struct
{
  const char *name;
  const char *messages[6];  /* received in this order */
  const char *expected;
} Case;

static const Case cases[] = {
  { "reply", { "a", "b: a" }, "a b" },
  { "chain", { "a", "b: a", "c: a b", "d: a b c" }, "a b c d" },
  { "in-reply-to-only", { "a", "b: (a)", "c: (b)", "d: (c)" }, "a b c d" },
  { "without-the-parent", { "b: a", "c: a" }, "b c" },
  { "without-a-middle", { "a", "c: a b", "d: (c)" }, "a c d" },
  { "apart", { "a", "b", "c: a", "d: b" }, "b d; a c" },
  { "merged-by-one", { "a", "b: a", "x", "y: x", "c: b y" }, "a b x y c" },
  { "merged-by-in-reply-to", { "a", "b: a", "x", "c: b (x)" }, "a b x c" },
  { "loop", { "a: b", "b: a", "c: a" }, "a b c" },
  { "of-itself", { "a: a", "b: b a" }, "a b" },
  { "twice-named", { "a", "b: a a a (a)" }, "a b" },
  { "other-chains", { "a", "b: a", "c", "d: c", "e: z" }, "e; c d; a b" },
};

static void
swap (guint *order,
      guint  a,
      guint  b)
{
  guint kept = order[a];

  order[a] = order[b];
  order[b] = kept;
}

/* In an account of its own: nothing of the other orders is seen from there. */
static void
check_order (TestStore   *self,
             const Case  *example,
             const guint *order,
             guint        n)
{
  g_autofree char *account = g_strdup_printf ("%u%u%u%u%u%u", order[0], order[1], order[2], order[3], order[4],
                                              order[5]);
  gint64 inbox;

  test_write_folders (self, account, FALSE, "INBOX");
  inbox = test_folder (self, account, "INBOX");
  for (guint i = 0; i < n; i++)
    add_info (self, inbox, parse_message (example->messages[order[i]], START + order[i]));

  assert_conversations (self, inbox, example->expected);
}

/* Every order, by Heap's way. */
static void
test_orders (gconstpointer data)
{
  g_autoptr(TestStore) self = test_store_new ();
  const Case *example = data;
  guint order[6] = { 0, 1, 2, 3, 4, 5 };
  guint counts[6] = { 0, };
  guint n = 0;

  while (n < 6 && example->messages[n] != NULL)
    n++;

  check_order (self, example, order, n);
  for (guint i = 0; i < n;)
    {
      if (counts[i] >= i)
        {
          counts[i++] = 0;
          continue;
        }

      swap (order, i % 2 == 0 ? 0 : counts[i], i);
      check_order (self, example, order, n);
      counts[i]++;
      i = 0;
    }

  test_check (self);
}

/* ---- Subjects ---- */

typedef struct
{
  const char *name;
  const char *subject;      /* of what comes second, from Bo to Ana */
  const char *sender;
  const char *recipient;
  gint64 after;             /* seconds */
  const char *reference;    /* nullable */
  gboolean together;
} SubjectCase;

static const SubjectCase subject_cases[] = {
  { "answer", "Re: The garden", "bo", "ana", 3600, NULL, TRUE },
  { "answer-twice", "RE: Re[2]: the  garden", "bo", "ana", 3600, NULL, FALSE },
  { "answer-in-german", "AW: The Garden", "bo", "ana", 3600, NULL, TRUE },
  { "answer-to-answer", "Re: Aw: The garden ", "bo", "ana", DAY, NULL, TRUE },
  { "no-answer", "The garden", "bo", "ana", 3600, NULL, FALSE },
  { "forward", "Fwd: The garden", "bo", "ana", 3600, NULL, FALSE },
  { "other-subject", "Re: The gardens", "bo", "ana", 3600, NULL, FALSE },
  { "longer-subject", "Re: The garden party", "bo", "ana", 3600, NULL, FALSE },
  { "too-late", "Re: The garden", "bo", "ana", 15 * DAY, NULL, FALSE },
  { "strangers", "Re: The garden", "cleo", "dan", 3600, NULL, FALSE },
  { "named-another", "Re: The garden", "bo", "ana", 3600, "elsewhere@example.org", FALSE },
};

static ValijaMessageInfo *
make_mail (const char *remote_id,
           const char *subject,
           const char *from,
           const char *to,
           gint64      received)
{
  ValijaMessageInfo *info = parse_message (remote_id, received);
  g_autofree char *sender = g_strdup_printf ("%s@example.org", from);
  g_autofree char *recipient = g_strdup_printf ("%s@example.org", to);

  g_set_str (&info->subject, subject);
  g_ptr_array_set_size (info->from, 0);
  g_ptr_array_set_size (info->to, 0);
  g_ptr_array_add (info->from, valija_address_new (from, sender));
  g_ptr_array_add (info->to, valija_address_new ("", recipient));

  return info;
}

static void
test_subject (gconstpointer data)
{
  const SubjectCase *example = data;

  for (int reversed = 0; reversed < 2; reversed++)
    {
      g_autoptr(TestStore) self = test_store_new ();
      ValijaMessageInfo *first = make_mail ("1", "The garden", "ana", "bo", START);
      ValijaMessageInfo *second = make_mail ("2", example->subject, example->sender, example->recipient,
                                             START + example->after);
      g_autoptr(GArray) keys = NULL;
      gint64 inbox;

      if (example->reference != NULL)
        g_set_str (&second->references, example->reference);

      test_write_folders (self, "a", FALSE, "INBOX");
      inbox = test_folder (self, "a", "INBOX");
      add_info (self, inbox, reversed ? second : first);
      add_info (self, inbox, reversed ? first : second);

      keys = test_await_boxed (valija_store_load_index (self->store, &inbox, 1, TRUE, VALIJA_LIST_ALL, 0));
      g_assert_cmpuint (keys->len, ==, example->together ? 1 : 2);
    }
}

/* ---- Folders, accounts and both databases ---- */

static void
test_folders (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 inbox, sent, trash, other;

  test_write_folders (self, "a", FALSE, "INBOX Sent Trash");
  test_write_folders (self, "b", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  sent = test_folder (self, "a", "Sent");
  trash = test_folder (self, "a", "Trash");
  other = test_folder (self, "b", "INBOX");

  add_info (self, inbox, parse_message ("a", START));
  add_info (self, sent, parse_message ("b: a", START + 1));
  add_info (self, inbox, parse_message ("c: a b", START + 2));
  add_info (self, inbox, parse_message ("x", START + 3));
  add_info (self, sent, parse_message ("c: a b", START + 4)); /* lies twice */
  add_info (self, other, parse_message ("z: a", START + 5));  /* of another account */

  assert_conversations (self, inbox, "x; a b c");
  assert_conversations (self, sent, "a b c");
  assert_conversations (self, other, "z");
  assert_conversations (self, trash, "");
}

static void
add_local (TestStore  *self,
           gint64      folder,
           const char *line,
           gint64      received)
{
  g_autoptr(ValijaMessageInfo) info = parse_message (line, received);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "text", NULL, FALSE);

  test_await_int64 (valija_store_add_message (self->store, folder, info, source, 0));
}

static void
test_both_databases (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 inbox, sent;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  sent = test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_SENT, "Sent"));

  add_info (self, inbox, parse_message ("a", START));
  add_local (self, sent, "b: a", START + 1);
  assert_conversations (self, inbox, "a b");
  assert_conversations (self, sent, "a b");

  /* Answered by a program that names the parent alone, which is not on the server */
  add_local (self, sent, "m", START + 2);
  add_info (self, inbox, parse_message ("n: (m)", START + 3));
  assert_conversations (self, inbox, "m n; a b");
  assert_conversations (self, sent, "m n; a b");
}

static void
test_rows (void)
{
  static const char * const work[] = { "Trip", "Work", NULL };
  static const char * const later[] = { "work", "Later", "Trip", NULL };
  static const char * const all[] = { "Later", "Trip", "Work", NULL };
  static const char * const common[] = { "Trip", NULL };
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GArray) keys = NULL;
  g_autofree char *unread = NULL;
  g_autofree char *starred = NULL;
  const ValijaMessageRow *row;
  ValijaMessageInfo *info;
  gint64 inbox;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");

  info = make_mail ("1", "Plans", "ana", "bo", START);
  info->flags = VALIJA_FLAG_SEEN | VALIJA_FLAG_FLAGGED;
  info->has_attachments = TRUE;
  info->labels = valija_labels_new (work);
  add_info (self, inbox, info);
  info = make_mail ("2: 1", "Re: Plans", "bo", "ana", START + 1);
  info->labels = valija_labels_new (later);
  add_info (self, inbox, info);
  info = make_mail ("3: 1 2", "Re: Plans", "ana", "bo", START + 2);
  info->flags = VALIJA_FLAG_SEEN | VALIJA_FLAG_ANSWERED;
  info->labels = valija_labels_new (common);
  add_info (self, inbox, info);
  info = make_mail ("4", "Read", "ana", "bo", START + 3);
  info->flags = VALIJA_FLAG_SEEN;
  add_info (self, inbox, info);

  keys = test_await_boxed (valija_store_load_index (self->store, &inbox, 1, TRUE, VALIJA_LIST_ALL, 0));
  rows = test_await_boxed (valija_store_load_conversation_rows (self->store, inbox, (gint64 *) (gpointer) keys->data,
                                                                keys->len));
  g_assert_cmpuint (rows->len, ==, 2);
  row = g_ptr_array_index (rows, 1);
  g_assert_cmpint (row->id, ==, test_find (self, inbox, "3"));
  g_assert_cmpuint (row->n_messages, ==, 3);
  g_assert_cmpuint (row->n_unread, ==, 1);
  g_assert_cmpuint (row->members->len, ==, 3);
  g_assert_cmpint (g_array_index (row->members, gint64, 0), ==, test_find (self, inbox, "1"));
  g_assert_true (row->has_attachments);
  g_assert_cmpstrv (row->labels, all);
  g_assert_cmpstrv (row->common_labels, common);
  g_assert_cmpuint (row->flags, ==, VALIJA_FLAG_FLAGGED | VALIJA_FLAG_ANSWERED);
  g_assert_cmpuint (row->people->len, ==, 2);
  g_assert_cmpstr (((ValijaParticipant *) g_ptr_array_index (row->people, 0))->label, ==, "ana");
  g_assert_false (((ValijaParticipant *) g_ptr_array_index (row->people, 0))->unread);
  g_assert_true (((ValijaParticipant *) g_ptr_array_index (row->people, 1))->unread);

  unread = list_conversations (self, inbox, VALIJA_LIST_UNREAD);
  g_assert_cmpstr (unread, ==, "Plans Re: Plans Re: Plans");
  starred = list_conversations (self, inbox, VALIJA_LIST_FLAGGED);
  g_assert_cmpstr (starred, ==, unread);
}

/* Of what @text finds: "3 of 4: c", how many of how many, and the newest of them. */
static char *
describe_found (TestStore  *self,
                const char *text)
{
  g_autoptr(ValijaSearchQuery) query = valija_search_query_new (text);
  g_autoptr(GArray) found =
    test_await_boxed (valija_store_search_conversations (self->store, query, NULL, NULL, 0, NULL, 0, 0));
  g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr(GPtrArray) rows = NULL;
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    {
      const ValijaFoundMessage *message = &g_array_index (found, ValijaFoundMessage, i);
      GArray *group = NULL;

      for (guint j = 0; j < groups->len && group == NULL; j++)
        if (g_array_index ((GArray *) g_ptr_array_index (groups, j), gint64, 0) == message->conversation)
          group = g_ptr_array_index (groups, j);
      if (group == NULL)
        {
          group = g_array_new (FALSE, FALSE, sizeof (gint64));
          g_array_append_val (group, message->conversation);
          g_ptr_array_add (groups, group);
        }
      g_array_append_val (group, message->id);
    }

  rows = test_await_boxed (valija_store_load_found_rows (self->store, groups));
  for (guint i = 0; i < rows->len; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (rows, i);

      g_assert_cmpuint (row->places->len, ==, row->members->len);
      g_string_append_printf (all, "%s%u of %u: %s", i > 0 ? "; " : "", row->members->len, row->n_messages,
                              row->subject);
    }

  return g_string_free (all, FALSE);
}

static void
assert_found (TestStore  *self,
              const char *text,
              const char *expected)
{
  g_autofree char *found = describe_found (self, text);

  g_assert_cmpstr (found, ==, expected);
}

/* One conversation is one result, in whichever folders and of whichever database; what was thrown away is one where
 * there is nothing else; what lies twice is there once. */
static void
test_found (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  gint64 inbox, archive, trash, sent;

  test_write_folders (self, "a", FALSE, "INBOX Archive Trash");
  inbox = test_folder (self, "a", "INBOX");
  archive = test_folder (self, "a", "Archive");
  trash = test_folder (self, "a", "Trash");
  sent = test_await_int64 (valija_store_ensure_local_folder (self->store, "a", VALIJA_FOLDER_ROLE_SENT, "Sent"));

  add_info (self, inbox, parse_message ("alpha", START));
  add_local (self, sent, "beta: alpha", START + 1);
  add_info (self, inbox, parse_message ("gamma: alpha beta", START + 2));
  add_info (self, trash, parse_message ("delta: alpha", START + 3));
  add_info (self, inbox, parse_message ("single", START + 4));
  add_info (self, archive, parse_message ("gamma: alpha beta", START + 2));

  assert_found (self, "is:unread", "1 of 1: single; 3 of 3: gamma");
  assert_found (self, "subject:alpha", "1 of 3: alpha");
  assert_found (self, "subject:beta", "1 of 3: beta");
  assert_found (self, "subject:gamma", "1 of 3: gamma");
  assert_found (self, "subject:delta", "1 of 4: delta");
  assert_found (self, "subject:single", "1 of 1: single");
  assert_found (self, "subject:nothing", "");
}

/* ---- Bounds ---- */

static void
test_many_references (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GString) references = g_string_new ("a@example.org");
  ValijaMessageInfo *info = parse_message ("z", START + 9);
  gint64 inbox;

  for (guint i = 0; i < 1000000; i++)
    g_string_append_printf (references, " %u@example.net", i);

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  add_info (self, inbox, parse_message ("a", START));
  g_set_str (&info->references, references->str);
  add_info (self, inbox, info);

  assert_conversations (self, inbox, "a z");
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM link"), <=, 40);
}

/* What a machine sends for years under one id becomes many conversations, and writing one more
 * stays cheap. */
static void
test_many_messages (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  ValijaChanges *changes = valija_changes_new ();
  g_autoptr(GArray) keys = NULL;
  g_autoptr(GPtrArray) rows = NULL;
  guint n_messages = 0;
  gint64 inbox;

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u: alarm", i);

      g_ptr_array_add (changes->added, parse_message (line, START + i));
    }

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, changes);

  keys = test_await_boxed (valija_store_load_index (self->store, &inbox, 1, TRUE, VALIJA_LIST_ALL, 0));
  rows = test_await_boxed (valija_store_load_conversation_rows (self->store, inbox, (gint64 *) (gpointer) keys->data,
                                                                keys->len));
  g_assert_cmpuint (rows->len, ==, 10);
  for (guint i = 0; i < rows->len; i++)
    n_messages += ((ValijaMessageRow *) g_ptr_array_index (rows, i))->n_messages;
  g_assert_cmpuint (n_messages, ==, 5000);
}

/* What nobody leads to any more is forgotten. */
static void
test_forgotten (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  ValijaChanges *changes;
  gint64 inbox;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  add_info (self, inbox, parse_message ("a", START));
  add_info (self, inbox, parse_message ("b: a x", START + 1));
  add_info (self, inbox, parse_message ("c: a b", START + 2));

  changes = valija_changes_new ();
  g_ptr_array_add (changes->gone, g_strdup ("a"));
  test_sync (self, inbox, changes);
  assert_conversations (self, inbox, "b c");

  /* It still leads there */
  add_info (self, inbox, parse_message ("d: (a)", START + 3));
  assert_conversations (self, inbox, "b c d");

  changes = valija_changes_new ();
  g_ptr_array_add (changes->gone, g_strdup ("b"));
  g_ptr_array_add (changes->gone, g_strdup ("c"));
  g_ptr_array_add (changes->gone, g_strdup ("d"));
  test_sync (self, inbox, changes);
  g_assert_cmpint (test_sql (self, "cache/cache.db", "SELECT count(*) FROM link"), ==, 0);
}

/* ---- Older stores ---- */

#define N_OLD 3000

static void
make_old_store (TestStore *self,
                gboolean   with_sources)
{
  g_autofree char *cache = test_store_path (self, "cache/cache.db");
  g_autofree char *local = test_store_path (self, "data/local.db");

  g_unlink (cache);
  g_unlink (local);
  /* As they were before there were conversations */
  test_make_old (cache, VALIJA_DATABASE_CACHE, 2, N_OLD, with_sources);
  test_make_old (local, VALIJA_DATABASE_LOCAL, 3, N_OLD, TRUE);
}

static guint
count_conversations (TestStore *self,
                     gint64     folder)
{
  g_autoptr(GArray) keys =
    test_await_boxed (valija_store_load_index (self->store, &folder, 1, TRUE, VALIJA_LIST_ALL, 0));

  return keys->len;
}

/* Each step of the upgrade wakes the main context, and while messages are left there is a next one. */
static void
wait_for_upgrade (TestStore *self)
{
  static const char sql[] = "SELECT count(*) FROM message WHERE conversation IS NULL AND has_source = 1";

  while (test_sql (self, "cache/cache.db", sql) + test_sql (self, "data/local.db", sql) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_upgrade (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GBytes) cursor = NULL;
  g_autoptr(GArray) ids = NULL;
  gint64 inbox = 1;

  test_store_close (self);
  make_old_store (self, TRUE);
  test_store_open (self);
  g_assert_cmpuint (self->notices->len, ==, 0);

  /* The list is there at once, whatever is left to do */
  ids = test_await_boxed (valija_store_load_index (self->store, &inbox, 1, FALSE, VALIJA_LIST_ALL, 0));
  g_assert_cmpuint (ids->len, ==, N_OLD);
  wait_for_upgrade (self);

  /* "nobody" was named by every answer: they are together as far as that may go */
  g_assert_cmpuint (count_conversations (self, -1), <, N_OLD / 2);
  g_assert_cmpuint (count_conversations (self, 1), ==, count_conversations (self, -1));

  /* The server is asked for all of it again; local truth is not */
  cursor = test_await_boxed (valija_store_load_cursor (self->store, 1));
  g_assert_cmpuint (g_bytes_get_size (cursor), ==, 0);
  g_clear_pointer (&cursor, g_bytes_unref);
  cursor = test_await_boxed (valija_store_load_cursor (self->store, -1));
  g_assert_cmpuint (g_bytes_get_size (cursor), ==, 3);
  test_check (self);
}

/* What had only headers learns its references when it is listed again. */
static void
test_upgrade_headers (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  ValijaChanges *changes = valija_changes_new ();
  ValijaMessageInfo *info;

  test_store_close (self);
  make_old_store (self, FALSE);
  test_store_open (self);
  g_assert_cmpuint (count_conversations (self, 1), ==, N_OLD);

  for (guint i = 0; i < N_OLD; i++)
    {
      g_autofree char *line = i % 2 == 0 ? g_strdup_printf ("%u", i) : g_strdup_printf ("%u: %u", i, i - 1);

      info = parse_message (line, START + i);
      info->flags = VALIJA_FLAG_SEEN;
      g_ptr_array_add (changes->added, info);
    }
  changes->restart = TRUE;
  changes->final = TRUE;
  test_sync (self, 1, changes);

  g_assert_cmpuint (count_conversations (self, 1), ==, N_OLD / 2);
  test_check (self);
}

/* A source that came while its message still waited for the upgrade is packed. */
static void
test_upgrade_packed (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GString) text = g_string_new ("Message-ID: <2@example.org>\r\nIn-Reply-To: <1@example.org>\r\n\r\n");
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = NULL;
  ValijaStoredSource *source;
  gint64 inbox;

  for (int i = 0; i < 100; i++)
    g_string_append (text, "The same words again. ");
  bytes = g_bytes_new (text->str, text->len);

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  add_info (self, inbox, parse_message ("1", START));
  add_info (self, inbox, parse_message ("2", START + 1));
  source = valija_stored_source_new (test_find (self, inbox, "2"), bytes, "text", NULL, FALSE);
  valija_stored_source_pack (source);
  g_assert_nonnull (source->packed);
  g_ptr_array_add (sources, source);
  test_await (valija_store_write_sources (self->store, sources));
  g_assert_cmpuint (count_conversations (self, inbox), ==, 2);

  test_store_close (self);
  test_sql (self, "cache/cache.db", "UPDATE message SET conversation = NULL, answer = NULL");
  test_store_open (self);
  wait_for_upgrade (self);
  g_assert_cmpuint (count_conversations (self, inbox), ==, 1);
  test_check (self);
}

static int
child (char *directory)
{
  TestStore self = { .directory = directory };

  g_print ("opening\n"); /* eight bytes */
  test_store_open (&self);
  wait_for_upgrade (&self);
  test_store_close (&self);

  return 0;
}

/* Killed at whichever moment, the next opening does what is left of it, and nothing is lost. */
static void
test_upgrade_killed (void)
{
  guint n_killed = 0;

  for (int round = 0; round < 20; round++)
    {
      g_autoptr(TestStore) self = test_store_new ();
      const char *argv[] = { "/proc/self/exe", "--child", self->directory, NULL };
      g_autoptr(GError) error = NULL;
      GPid pid;
      GPollFD end = { 0, G_IO_HUP, 0 };
      int status, fd;
      char word[8];

      test_store_close (self);
      make_old_store (self, TRUE);

      g_assert_true (g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                                               NULL, &fd, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (read (fd, word, sizeof word), ==, sizeof word);
      /* Until it has closed its output at its end, or for as long as this round gives it */
      end.fd = fd;
      g_poll (&end, 1, g_test_rand_int_range (0, 120));
      kill (pid, SIGKILL);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      n_killed += WIFSIGNALED (status);
      close (fd);

      test_store_open (self);
      g_assert_cmpuint (self->notices->len, ==, 0);
      g_assert_cmpint (test_sql (self, "data/local.db", "SELECT count(*) FROM source"), ==, N_OLD);
      g_assert_cmpint (test_sql (self, "data/local.db", "PRAGMA user_version"), ==,
                       valija_store_n_local_scripts);
      g_assert_cmpint (test_sql (self, "cache/cache.db", "PRAGMA user_version"), ==, valija_store_n_cache_scripts);
      wait_for_upgrade (self);
      g_assert_cmpuint (count_conversations (self, 1), ==, count_conversations (self, -1));
      test_check (self);
    }

  g_test_message ("%u of 20 were killed before their end", n_killed);
  g_assert_cmpuint (n_killed, >, 0);
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && g_str_equal (argv[1], "--child"))
    {
      dex_init ();
      return child (argv[2]);
    }

  g_test_init (&argc, &argv, NULL);
  dex_init ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/store/conversations/orders/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_orders);
    }
  for (guint i = 0; i < G_N_ELEMENTS (subject_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/store/conversations/subject/", subject_cases[i].name, NULL);

      g_test_add_data_func (path, &subject_cases[i], test_subject);
    }

  g_test_add_func ("/store/conversations/folders", test_folders);
  g_test_add_func ("/store/conversations/both-databases", test_both_databases);
  g_test_add_func ("/store/conversations/rows", test_rows);
  g_test_add_func ("/store/conversations/found", test_found);
  g_test_add_func ("/store/conversations/many-references", test_many_references);
  g_test_add_func ("/store/conversations/many-messages", test_many_messages);
  g_test_add_func ("/store/conversations/forgotten", test_forgotten);
  g_test_add_func ("/store/conversations/upgrade", test_upgrade);
  g_test_add_func ("/store/conversations/upgrade-headers", test_upgrade_headers);
  g_test_add_func ("/store/conversations/upgrade-packed", test_upgrade_packed);
  g_test_add_func ("/store/conversations/upgrade-killed", test_upgrade_killed);

  return g_test_run ();
}
