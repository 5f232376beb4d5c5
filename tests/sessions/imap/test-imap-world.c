/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

#include "base/valija-error.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Against the real Dovecot of tests/world. The budgets of turns are those of design.md. */

#define MANY 3000

static JsonObject *world;

static gboolean
has_extensions (void)
{
  return !g_str_equal (json_object_get_string_member (world, "extensions"), "none");
}

/* Turns, where the server has all that saves them */
static void
assert_turns (ValijaSessionContext *context,
              guint                 limit)
{
  g_test_message ("%u turns", valija_session_context_get_traffic (context)->turns);
  if (has_extensions ())
    g_assert_cmpuint (valija_session_context_get_traffic (context)->turns, <=, limit);
}

static ValijaSession *
world_session_new (ValijaSecurity         security,
                   const char            *mechanism,
                   const char            *user,
                   ValijaSessionContext **context)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("imap");
  g_autoptr(ValijaSecret) secret = valija_secret_new (json_object_get_string_member (world, "password"), -1);
  g_autoptr(ValijaSessionContext) made = NULL;

  g_object_set (account, "timeout", 30, NULL);
  g_object_set (valija_account_get_incoming (account), "host", json_object_get_string_member (world, "host"), "port",
                (guint)json_object_get_int_member (world, security == VALIJA_SECURITY_TLS ? "imaps_port" : "imap_port"),
                "security", (int)security, "user", user, "mechanism", mechanism, "ca-file",
                json_object_get_string_member (world, "ca"), NULL);
  made = valija_session_context_new (account, NULL, NULL);
  valija_session_context_preset_secret (made, VALIJA_SIDE_INCOMING, secret);
  if (context != NULL)
    *context = g_object_ref (made);

  return valija_imap_session_new (made);
}

static const char * const mechanisms[] = {
  "", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS",
};

static void
test_mechanism (gconstpointer data)
{
  for (ValijaSecurity security = VALIJA_SECURITY_TLS; security <= VALIJA_SECURITY_STARTTLS; security++)
    {
      ValijaSession *session = world_session_new (security, data, "ana@example.org", NULL);
      g_auto(GStrv) facts = NULL;
      g_autofree char *text = NULL;

      imap_assert_true (valija_session_open (session));
      facts = valija_session_dup_facts (session);
      text = g_strjoinv ("; ", facts);
      g_test_message ("%s", text);
      imap_close (session);
    }
}

static void
test_wrong_user (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "", "nobody@example.org", NULL);
  g_autoptr(GError) error = imap_assert_error (valija_session_open (session), VALIJA_ERROR_AUTHENTICATION);

  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SIGN_IN);
  imap_close (session);
}

/* The remote-ids of all that a round told. */
static GPtrArray *
sync_ids (ValijaSession *session,
          const char    *folder,
          GBytes       **cursor,
          guint         *n_batches)
{
  g_autoptr(DexChannel) channel = valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), folder, *cursor);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  gboolean final = FALSE;

  *n_batches = 0;
  while (!final)
    {
      g_autoptr(ValijaChanges) changes = imap_assert_boxed (dex_channel_receive (channel));

      final = changes->final;
      *n_batches += 1;
      for (guint i = 0; i < changes->added->len; i++)
        g_ptr_array_add (ids, g_strdup (((ValijaMessageInfo *) g_ptr_array_index (changes->added, i))->remote_id));
      if (changes->cursor != NULL)
        {
          g_clear_pointer (cursor, g_bytes_unref);
          *cursor = g_bytes_ref (changes->cursor);
        }
    }
  dex_channel_close_receive (channel);

  return ids;
}

static void
finish_strv (GPtrArray *ids)
{
  g_ptr_array_add (ids, NULL);
}

static guint
fetch_all (ValijaSession *session,
           const char    *folder,
           GPtrArray     *ids,
           guint64       *octets)
{
  g_autoptr(DexChannel) channel = NULL;
  guint n = 0;

  finish_strv (ids);
  channel = valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), folder, (const char * const *) ids->pdata);
  for (;;)
    {
      g_autoptr(DexFuture) next = dex_channel_receive (channel);
      g_autoptr(GError) error = NULL;
      const GValue *value = valija_test_await (next, &error);

      if (value == NULL)
        {
          g_assert_error (error, DEX_ERROR, DEX_ERROR_CHANNEL_CLOSED);
          return n;
        }
      *octets += g_bytes_get_size (((ValijaFetched *) g_value_get_boxed (value))->source);
      n++;
    }
}

static void
test_inbox (void)
{
  ValijaSessionContext *context = NULL;
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "ana@example.org", &context);
  g_autoptr(GPtrArray) folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  g_autoptr(GPtrArray) ids = NULL;
  g_autoptr(GPtrArray) nothing = NULL;
  g_autoptr(GBytes) cursor = NULL;
  guint64 octets = 0;
  guint n_batches;

  g_assert_cmpuint (folders->len, >=, 6);
  g_assert_cmpint (((ValijaFolderInfo *) g_ptr_array_index (folders, 0))->role, ==, VALIJA_FOLDER_ROLE_INBOX);
  g_assert_cmpint (((ValijaFolderInfo *) g_ptr_array_index (folders, 0))->total, >, 0);

  ids = sync_ids (session, "INBOX", &cursor, &n_batches);
  g_assert_cmpuint (ids->len, ==, ((ValijaFolderInfo *) g_ptr_array_index (folders, 0))->total);
  assert_turns (context, 4);
  g_assert_cmpuint (fetch_all (session, "INBOX", ids, &octets), ==, ids->len - 1);
  imap_close (session);
  g_clear_object (&context);

  session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "ana@example.org", &context);
  nothing = sync_ids (session, "INBOX", &cursor, &n_batches);
  g_assert_cmpuint (nothing->len, ==, 0);
  g_assert_cmpuint (n_batches, ==, 1);
  assert_turns (context, 4);
  imap_close (session);
  g_clear_object (&context);
}

static char *
append_message (ValijaSession *session,
                const char    *folder,
                const char    *subject)
{
  g_autofree char *text = g_strdup_printf (
      "From: a@example.org\r\nSubject: %s\r\nMessage-ID: <%s@example.org>\r\n\r\nText of %s, caf\303\251\r\n", subject,
      subject, subject);
  g_autoptr(GBytes) source = g_bytes_new (text, strlen (text));

  return imap_assert_string (
      valija_mail_organizer_append (VALIJA_MAIL_ORGANIZER (session), folder, source, VALIJA_FLAG_SEEN, 1700000000));
}

/* All that changes something, and what another session is told of it. */
static void
test_organize (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "mei@example.org", NULL);
  ValijaSession *other = world_session_new (VALIJA_SECURITY_STARTTLS, "SCRAM-SHA-256", "mei@example.org", NULL);
  ValijaMailOrganizer *organizer = VALIJA_MAIL_ORGANIZER (session);
  g_autoptr (ValijaFolderInfo) box =
      imap_assert_boxed (valija_mail_organizer_create_folder (organizer, NULL, "Entw\303\274rfe & mehr"));
  g_autoptr (ValijaFolderInfo) inner =
      imap_assert_boxed (valija_mail_organizer_create_folder (organizer, box->remote_id, "\346\227\245\346\234\254"));
  g_autoptr(ValijaFolderInfo) renamed = NULL;
  g_autoptr(GBytes) cursor = NULL;
  g_autofree char *one = append_message (session, box->remote_id, "one");
  g_autofree char *two = append_message (session, box->remote_id, "two");
  g_autofree char *three = append_message (session, box->remote_id, "three");
  const char * const all[] = { three, one, NULL };
  const char * const first[] = { one, NULL };
  const char * const second[] = { two, NULL };
  g_autofree char *told = NULL;
  g_autofree char *expected = NULL;
  g_autoptr(GPtrArray) moved = NULL;
  g_autoptr(GPtrArray) copied = NULL;
  g_autoptr(GPtrArray) found = NULL;

  told =
      imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (other), box->remote_id, NULL), &cursor, NULL);
  expected = g_strdup_printf ("restart +%s:three:1 +%s:two:1 +%s:one:1 3/3 \n3/3 final\n", three, two, one);
  g_assert_cmpstr (told, ==, expected);

  found =
      imap_assert_boxed (valija_mail_reader_search (VALIJA_MAIL_READER (session), box->remote_id, "two, caf\303\251"));
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (found, 0), ==, two);

  imap_assert_true (valija_mail_organizer_set_flags (organizer, box->remote_id, second,
                                                     VALIJA_FLAG_FLAGGED | VALIJA_FLAG_FORWARDED, VALIJA_FLAG_SEEN));
  copied = imap_assert_boxed (valija_mail_organizer_copy (organizer, box->remote_id, first, inner->remote_id));
  g_assert_cmpuint (strlen (g_ptr_array_index (copied, 0)), >, 0);
  moved = imap_assert_boxed (valija_mail_organizer_move (organizer, box->remote_id, all, inner->remote_id));
  g_assert_cmpuint (moved->len, ==, 2);
  g_assert_cmpuint (strlen (g_ptr_array_index (moved, 1)), >, 0);

  g_clear_pointer (&told, g_free);
  g_clear_pointer (&expected, g_free);
  told =
      imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (other), box->remote_id, cursor), &cursor, NULL);
  expected = g_strdup_printf ("=%s:%d -%s -%s \nfinal\n", two, VALIJA_FLAG_FLAGGED | VALIJA_FLAG_FORWARDED, one, three);
  g_assert_cmpstr (told, ==, expected);

  imap_assert_true (valija_mail_organizer_delete (organizer, box->remote_id, second));
  renamed =
      imap_assert_boxed (valija_mail_organizer_rename_folder (organizer, inner->remote_id, NULL, "sp\303\244ter"));
  g_assert_cmpstr (renamed->remote_id, ==, "sp\303\244ter");
  imap_assert_true (valija_mail_organizer_remove_folder (organizer, renamed->remote_id));
  imap_assert_true (valija_mail_organizer_remove_folder (organizer, box->remote_id));
  g_error_free (
      imap_assert_error (valija_mail_organizer_remove_folder (organizer, box->remote_id), VALIJA_ERROR_NOT_FOUND));
  imap_close (session);
  imap_close (other);
}

/* Without IDLE there is nothing to wait for, and that is told. */
static void
test_no_watch (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "omar@example.org", NULL);

  g_error_free (
      imap_assert_error (valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX"), VALIJA_ERROR_UNSUPPORTED));
  imap_close (session);
}

static void
test_watch (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "omar@example.org", NULL);
  ValijaSession *other = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "omar@example.org", NULL);
  DexFuture *change = valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX");
  g_autofree char *two = NULL;

  /* What came before the watch had begun is no change: one more each time, until it has */
  while (dex_future_is_pending (change))
    {
      g_autofree char *one = append_message (other, "INBOX", "one");
      g_autoptr(DexFuture) pause = dex_timeout_new_msec (100);
      g_autoptr(GError) error = NULL;

      valija_test_await (pause, &error);
    }
  imap_assert_true (change);

  /* What happens between two waits is not missed */
  two = append_message (other, "INBOX", "two");
  imap_assert_true (valija_mail_reader_watch (VALIJA_MAIL_READER (session), "INBOX"));
  imap_close (session);
  imap_close (other);
}

/* Another program changes other folders: one connection tells of all of them. */
static void
test_watch_all (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "mei@example.org", NULL);
  ValijaSession *other = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "mei@example.org", NULL);
  DexFuture *change = valija_mail_reader_watch_all (VALIJA_MAIL_READER (session));
  g_autoptr(GPtrArray) names = NULL;

  while (dex_future_is_pending (change))
    {
      g_autofree char *one = append_message (other, "Archive", "one");
      g_autoptr(DexFuture) pause = dex_timeout_new_msec (100);
      g_autoptr(GError) error = NULL;

      valija_test_await (pause, &error);
    }
  names = imap_assert_boxed (change);
  g_assert_cmpuint (names->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, "Archive");

  /* What happens between two waits is not missed, whichever folder it is in */
  for (gboolean found = FALSE; !found;)
    {
      g_autofree char *two = append_message (other, "Sent", "two");
      g_autoptr(GPtrArray) more = imap_assert_boxed (valija_mail_reader_watch_all (VALIJA_MAIL_READER (session)));

      for (guint i = 0; i < more->len; i++)
        found |= g_str_equal (g_ptr_array_index (more, i), "Sent");
    }
  imap_close (session);
  imap_close (other);
}

/* Many messages: batches, turns and the way from above. */
static void
test_many (void)
{
  ValijaSessionContext *context = NULL;
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "luis@example.org", NULL);
  g_autoptr (ValijaFolderInfo) box =
      imap_assert_boxed (valija_mail_organizer_create_folder (VALIJA_MAIL_ORGANIZER (session), NULL, "Many"));
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr(GPtrArray) ids = NULL;
  g_autoptr(GBytes) cursor = NULL;
  guint64 octets = 0;
  guint n_batches;

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *text = g_strdup_printf ("From: a@example.org\r\nSubject: message %u\r\n\r\nText\r\n", i);
      g_autoptr(GBytes) source = g_bytes_new (text, strlen (text));

      g_ptr_array_add (
          futures, valija_mail_organizer_append (VALIJA_MAIL_ORGANIZER (session), "Many", source, VALIJA_FLAG_NONE, 0));
    }
  for (guint i = 0; i < MANY; i++)
    {
      g_autoptr(GError) error = NULL;

      valija_test_await (g_ptr_array_index (futures, i), &error);
      g_assert_no_error (error);
    }
  imap_close (session);

  session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "luis@example.org", &context);
  ids = sync_ids (session, "Many", &cursor, &n_batches);
  g_assert_cmpuint (ids->len, ==, MANY);
  g_assert_cmpuint (n_batches, ==, 1 + (MANY - 50 + 499) / 500 + 1);
  assert_turns (context, 6);
  g_assert_cmpuint (fetch_all (session, "Many", ids, &octets), ==, MANY);
  imap_assert_true (valija_mail_organizer_remove_folder (VALIJA_MAIL_ORGANIZER (session), "Many"));
  imap_close (session);
  g_clear_object (&context);
}

int
main (int   argc,
      char *argv[])
{
  const char *file = g_getenv ("VALIJA_WORLD");
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GError) error = NULL;

  dex_init ();
  g_test_init (&argc, &argv, NULL);
  json_parser_load_from_file (parser, file, &error);
  g_assert_no_error (error);
  world = json_node_get_object (json_parser_get_root (parser));

  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      g_autofree char *path =
          g_strconcat ("/imap/world/sign-in/", mechanisms[i][0] != '\0' ? mechanisms[i] : "strongest", NULL);

      g_test_add_data_func (path, mechanisms[i], test_mechanism);
    }
  g_test_add_func ("/imap/world/wrong-user", test_wrong_user);
  g_test_add_func ("/imap/world/inbox", test_inbox);
  g_test_add_func ("/imap/world/organize", test_organize);
  g_test_add_func ("/imap/world/watch", has_extensions () ? test_watch : test_no_watch);
  if (has_extensions ())
    g_test_add_func ("/imap/world/watch-all", test_watch_all);
  g_test_add_func ("/imap/world/many", test_many);

  return g_test_run ();
}
