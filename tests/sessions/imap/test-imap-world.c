/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

#include "base/valija-error.h"
#include "mime/valija-mime-message.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Against the real servers of tests/world. The budgets of turns are those of design.md. */

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

/* The least that is encrypted and that the server has. */
static ValijaSecurity
get_other_security (void)
{
  return json_object_get_boolean_member (world, "starttls") ? VALIJA_SECURITY_STARTTLS : VALIJA_SECURITY_TLS;
}

static void
test_mechanism (gconstpointer data)
{
  for (ValijaSecurity security = VALIJA_SECURITY_TLS; security <= get_other_security (); security++)
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
  channel = valija_mail_reader_fetch_messages (VALIJA_MAIL_READER (session), folder, (const char * const *) ids->pdata,
                                               NULL);
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

/* Two for SCRAM, the strongest, and one for all that is asked behind it. */
static void
test_turns_to_folders (void)
{
  ValijaSessionContext *context = NULL;
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "", "ana@example.org", &context);
  g_autoptr(GPtrArray) folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));

  g_assert_cmpuint (folders->len, >=, 6);
  assert_turns (context, 3);
  imap_close (session);
  g_clear_object (&context);
}

/* What the server calls the folder that is for @role. */
static char *
dup_folder (ValijaSession   *session,
            ValijaFolderRole role)
{
  g_autoptr(GPtrArray) folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));

  for (guint i = 0; i < folders->len; i++)
    {
      const ValijaFolderInfo *info = g_ptr_array_index (folders, i);

      if (info->role == role)
        return g_strdup (info->remote_id);
    }

  g_assert_not_reached ();
}

static char *
append_message (ValijaSession *session,
                const char    *folder,
                const char    *subject)
{
  g_autofree char *text = g_strdup_printf (
      "From: a@example.org\r\nSubject: %s\r\nMessage-ID: <%s@example.org>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
      "Text of %s, caf\303\251\r\n",
      subject, subject, subject);
  g_autoptr(GBytes) source = g_bytes_new (text, strlen (text));

  return imap_assert_string (
      valija_mail_organizer_append (VALIJA_MAIL_ORGANIZER (session), folder, source, VALIJA_FLAG_SEEN, 1700000000));
}

/* What was told without the names that a server has for contents. */
static char *
drop_content_names (char *told)
{
  g_autoptr(GRegex) names = g_regex_new (":[A-Za-z0-9_-]{8,}(?= )", 0, 0, NULL);
  g_autofree char *with_names = told;

  return g_regex_replace_literal (names, with_names, -1, 0, "", 0, NULL);
}

/* All that changes something, and what another session is told of it. */
static void
test_organize (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "mei@example.org", NULL);
  ValijaSession *other = world_session_new (get_other_security (), "", "mei@example.org", NULL);
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
  g_autoptr(ValijaSearchHits) found = NULL;
  g_autoptr(GPtrArray) headers = NULL;

  told =
      imap_collect (valija_mail_reader_sync_folder (VALIJA_MAIL_READER (other), box->remote_id, NULL), &cursor, NULL);
  told = drop_content_names (told);
  expected = g_strdup_printf ("restart +%s:three:1 +%s:two:1 +%s:one:1 3/3 \n3/3 final\n", three, two, one);
  g_assert_cmpstr (told, ==, expected);

  found =
      imap_assert_boxed (valija_mail_reader_search (VALIJA_MAIL_READER (session), box->remote_id, "two, caf\303\251",
                                                    5));
  g_assert_cmpuint (found->remote_ids->len, ==, 1);
  g_assert_cmpuint (found->total, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (found->remote_ids, 0), ==, two);
  headers = imap_assert_boxed (valija_mail_reader_fetch_headers (VALIJA_MAIL_READER (session), box->remote_id, second));
  g_assert_cmpuint (headers->len, ==, 1);
  g_assert_cmpstr (((ValijaMessageInfo *) g_ptr_array_index (headers, 0))->subject, ==, "two");

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
  g_assert_true (g_str_has_suffix (renamed->remote_id, "sp\303\244ter"));
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

/* The name of the content of the only message in @folder. */
static char *
dup_content_name (ValijaSession *session,
                  const char    *folder)
{
  DexChannel *round = valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), folder, NULL);
  g_autofree char *told = imap_collect (round, NULL, NULL);
  g_auto(GStrv) parts = g_strsplit_set (told, ": ", -1);

  g_assert_cmpuint (g_strv_length (parts), >, 5);
  return g_strdup (parts[4]);
}

/* A message that is elsewhere is known again (RFC 8474). */
static void
test_content_names (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "mei@example.org", NULL);
  ValijaMailOrganizer *organizer = VALIJA_MAIL_ORGANIZER (session);
  g_autoptr(ValijaFolderInfo) here = imap_assert_boxed (valija_mail_organizer_create_folder (organizer, NULL, "here"));
  g_autoptr(ValijaFolderInfo) there =
      imap_assert_boxed (valija_mail_organizer_create_folder (organizer, NULL, "there"));
  g_autofree char *one = append_message (session, here->remote_id, "one");
  const char * const all[] = { one, NULL };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GPtrArray) moved = NULL;

  before = dup_content_name (session, here->remote_id);
  moved = imap_assert_boxed (valija_mail_organizer_move (organizer, here->remote_id, all, there->remote_id));
  after = dup_content_name (session, there->remote_id);
  g_assert_cmpuint (strlen (before), >, 8);
  g_assert_cmpstr (before, ==, after);
  imap_assert_true (valija_mail_organizer_remove_folder (organizer, here->remote_id));
  imap_assert_true (valija_mail_organizer_remove_folder (organizer, there->remote_id));
  imap_close (session);
}

/* Another program changes other folders: one connection tells of all of them. */
static void
test_watch_all (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "mei@example.org", NULL);
  ValijaSession *other = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "mei@example.org", NULL);
  DexFuture *change = valija_mail_reader_watch_all (VALIJA_MAIL_READER (session));
  g_autofree char *archive = dup_folder (other, VALIJA_FOLDER_ROLE_ARCHIVE);
  g_autofree char *sent = dup_folder (other, VALIJA_FOLDER_ROLE_SENT);
  g_autoptr(GPtrArray) names = NULL;

  while (dex_future_is_pending (change))
    {
      g_autofree char *one = append_message (other, archive, "one");
      g_autoptr(DexFuture) pause = dex_timeout_new_msec (100);
      g_autoptr(GError) error = NULL;

      valija_test_await (pause, &error);
    }
  names = imap_assert_boxed (change);
  g_assert_cmpuint (names->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, archive);

  /* What happens between two waits is not missed, whichever folder it is in */
  for (gboolean found = FALSE; !found;)
    {
      g_autofree char *two = append_message (other, sent, "two");
      g_autoptr(GPtrArray) more = imap_assert_boxed (valija_mail_reader_watch_all (VALIJA_MAIL_READER (session)));

      for (guint i = 0; i < more->len; i++)
        found |= g_str_equal (g_ptr_array_index (more, i), sent);
    }
  imap_close (session);
  imap_close (other);
}

static const ValijaFolderInfo *
find_info (GPtrArray  *folders,
           const char *remote_id)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const ValijaFolderInfo *info = g_ptr_array_index (folders, i);

      if (g_str_equal (info->remote_id, remote_id))
        return info;
    }

  return NULL;
}

/* A folder that another program renames is told to be the one that was there (RFC 5465), or is known by its name for
 * good (RFC 8474). */
static void
test_renamed_elsewhere (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "omar@example.org", NULL);
  ValijaSession *other = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "omar@example.org", NULL);
  ValijaMailOrganizer *organizer = VALIJA_MAIL_ORGANIZER (other);
  g_autoptr(ValijaFolderInfo) made =
      imap_assert_boxed (valija_mail_organizer_create_folder (organizer, NULL, "before"));
  g_autoptr(ValijaFolderInfo) renamed = NULL;
  g_autoptr(GPtrArray) folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  g_autoptr(GPtrArray) later = NULL;
  DexFuture *change = valija_mail_reader_watch_all (VALIJA_MAIL_READER (session));
  const ValijaFolderInfo *old = find_info (folders, made->remote_id);
  const ValijaFolderInfo *fresh;

  g_assert_nonnull (old);
  while (dex_future_is_pending (change))
    {
      g_autofree char *one = append_message (other, made->remote_id, "one");
      g_autoptr(DexFuture) pause = dex_timeout_new_msec (100);
      g_autoptr(GError) error = NULL;

      valija_test_await (pause, &error);
    }
  g_ptr_array_unref (imap_assert_boxed (change));

  renamed = imap_assert_boxed (valija_mail_organizer_rename_folder (organizer, made->remote_id, NULL, "after"));
  for (gboolean told = FALSE; !told;)
    {
      g_autoptr(GPtrArray) names = imap_assert_boxed (valija_mail_reader_watch_all (VALIJA_MAIL_READER (session)));

      for (guint i = 0; i < names->len; i++)
        told |= g_str_equal (g_ptr_array_index (names, i), "");
    }

  later = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));
  fresh = find_info (later, renamed->remote_id);
  g_assert_nonnull (fresh);
  g_test_message ("%s was %s, %s", fresh->remote_id, fresh->former_id, fresh->object_id);
  if (old->object_id != NULL)
    g_assert_cmpstr (fresh->object_id, ==, old->object_id);
  else
    g_assert_cmpstr (fresh->former_id, ==, old->remote_id);
  imap_assert_true (valija_mail_organizer_remove_folder (organizer, renamed->remote_id));
  imap_close (session);
  imap_close (other);
}

/* How much room there is, and how much of it a folder takes: where the server has the words for it. */
static void
test_room (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "ana@example.org", NULL);
  const char *extensions = json_object_get_string_member (world, "extensions");
  DexFuture *told = valija_mail_reader_get_quota (VALIJA_MAIL_READER (session));
  g_autoptr(DexFuture) measured = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *octets;

  if (g_str_equal (extensions, "all") || g_str_equal (extensions, "cyrus"))
    {
      g_autoptr(ValijaQuota) quota = imap_assert_boxed (told);

      g_assert_cmpuint (quota->limit, >=, 100 * 1024 * 1024);
      g_assert_cmpuint (quota->used, >, 0);
    }
  else
    g_error_free (imap_assert_error (told, VALIJA_ERROR_UNSUPPORTED));

  measured = valija_mail_reader_measure (VALIJA_MAIL_READER (session), "INBOX");
  octets = valija_test_await (measured, &error);
  if (has_extensions ())
    {
      g_assert_no_error (error);
      g_assert_cmpint (g_value_get_int64 (octets), >, 0);
    }
  else
    g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED);
  imap_close (session);
}

static ValijaFolderInfo *
find_drafts (ValijaSession *session)
{
  g_autoptr(GPtrArray) infos = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));

  for (guint i = 0; i < infos->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (infos, i);

      if (info->role == VALIJA_FOLDER_ROLE_DRAFTS)
        return valija_folder_info_copy (info);
    }

  g_assert_not_reached ();
}

/* The list of folders is asked for when the session opens, and knows nothing of what is filed after that. */
static void
test_append_before_list (void)
{
  static const char text[] = "From: a@example.org\nSubject: filed\n\nHello\n";
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "omar@example.org", NULL);
  g_autoptr(GBytes) source = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr(ValijaFolderInfo) before = find_drafts (session);
  g_autoptr(ValijaFolderInfo) after = NULL;

  imap_close (session);
  session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "omar@example.org", NULL);
  g_free (imap_assert_string (valija_mail_organizer_append (VALIJA_MAIL_ORGANIZER (session),
                                                            before->remote_id, source, 0, 0)));
  after = find_drafts (session);
  g_assert_cmpint (after->total, ==, before->total + 1);
  imap_close (session);
}

/* Several messages filed in one go, where the server can. */
static void
test_append_many (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "omar@example.org", NULL);
  ValijaMailOrganizer *organizer = VALIJA_MAIL_ORGANIZER (session);
  g_autoptr(ValijaFolderInfo) box =
      imap_assert_boxed (valija_mail_organizer_create_folder (organizer, NULL, "Together"));
  g_autoptr(GPtrArray) filings = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_filing_free);
  g_autoptr(GPtrArray) ids = NULL;
  g_autoptr(GBytes) cursor = NULL;
  guint n_batches;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("From: a@example.org\nSubject: message %u\n\n%0*u\n", i, 5000 * i, i);
      g_autoptr(GBytes) source = g_bytes_new (text, strlen (text));

      g_ptr_array_add (filings, valija_filing_new (source, i % 2 ? VALIJA_FLAG_SEEN : 0, 1700000000 + i));
    }

  if (has_extensions ())
    imap_assert_true (valija_mail_organizer_append_many (organizer, box->remote_id, filings));
  else
    g_error_free (imap_assert_error (valija_mail_organizer_append_many (organizer, box->remote_id, filings),
                                     VALIJA_ERROR_UNSUPPORTED));

  ids = sync_ids (session, box->remote_id, &cursor, &n_batches);
  g_assert_cmpuint (ids->len, ==, has_extensions () ? filings->len : 0);
  imap_assert_true (valija_mail_organizer_remove_folder (organizer, box->remote_id));
  imap_close (session);
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

      g_ptr_array_add (futures, valija_mail_organizer_append (VALIJA_MAIL_ORGANIZER (session), box->remote_id, source,
                                                              VALIJA_FLAG_NONE, 0));
    }
  for (guint i = 0; i < MANY; i++)
    {
      g_autoptr(GError) error = NULL;

      valija_test_await (g_ptr_array_index (futures, i), &error);
      g_assert_no_error (error);
    }
  imap_close (session);

  session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "luis@example.org", &context);
  ids = sync_ids (session, box->remote_id, &cursor, &n_batches);
  g_assert_cmpuint (ids->len, ==, MANY);
  g_assert_cmpuint (n_batches, ==, 1 + (MANY - 50 + 499) / 500 + 1);
  assert_turns (context, 6);
  g_assert_cmpuint (fetch_all (session, box->remote_id, ids, &octets), ==, MANY);
  imap_assert_true (valija_mail_organizer_remove_folder (VALIJA_MAIL_ORGANIZER (session), box->remote_id));
  imap_close (session);
  g_clear_object (&context);
}

/* A text in two forms with a small and a large picture, a file with a name as of RFC 2231, a message, a text file. */
static GBytes *
create_large_message (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree guchar *octets = g_malloc0 (300000);
  g_autofree char *base64 = g_base64_encode (octets, 300000);
  gsize length = strlen (base64);

  g_string_append (text,
                   "From: a@example.org\r\nSubject: =?utf-8?q?Fotos_de_M=C3=A1laga?=\r\nMIME-Version: 1.0\r\n"
                   "Content-Type: multipart/mixed; boundary=a\r\n\r\n"
                   "--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
                   "--b\r\nContent-Type: text/plain; charset=iso-8859-1; format=flowed\r\n"
                   "Content-Transfer-Encoding: quoted-printable\r\n\r\nEl caf=E9=20\r\nde siempre\r\n"
                   "--b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n"
                   "--c\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                   "PHA+RWwgY2Fmw6k8aW1nIHNyYz0iY2lkOnNtYWxsQHgiPjxpbWcgc3JjPSJjaWQ6bGFyZ2VAeCI+\r\n"
                   "--c\r\nContent-Type: image/png\r\nContent-ID: <small@x>\r\n"
                   "Content-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n"
                   "--c\r\nContent-Type: image/png\r\nContent-ID: <large@x>\r\n"
                   "Content-Transfer-Encoding: base64\r\n\r\n");
  for (gsize i = 0; i < length; i += 76)
    g_string_append_printf (text, "%.76s\r\n", base64 + i);
  g_string_append (text,
                   "--c--\r\n--b--\r\n"
                   "--a\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
                   "Content-Disposition: attachment; filename*0*=utf-8''caf%C3%A9%20del%20;\r\n"
                   " filename*1*=%C3%A1rbol.pdf\r\n\r\n");
  for (gsize i = 0; i < length; i += 76)
    g_string_append_printf (text, "%.76s\r\n", base64 + i);
  g_string_append (text,
                   "--a\r\nContent-Type: message/rfc822\r\n"
                   "Content-Disposition: attachment; filename=carta.eml\r\n\r\n"
                   "From: b@example.org\r\nSubject: inner\r\n\r\nNot to be read\r\n"
                   "--a\r\nContent-Type: text/plain; name=\"=?utf-8?q?notas_=C3=A1.txt?=\"\r\n\r\nNotas\r\n"
                   "--a--\r\n");

  return g_string_free_to_bytes (g_steal_pointer (&text));
}

/* What is read first reads like all of it, and names the same files. */
static void
test_outline (void)
{
  ValijaSession *session = world_session_new (VALIJA_SECURITY_TLS, "PLAIN", "mei@example.org", NULL);
  ValijaMailReader *reader = VALIJA_MAIL_READER (session);
  g_autoptr(GBytes) source = create_large_message ();
  g_autofree char *id = imap_assert_string (
    valija_mail_organizer_append (VALIJA_MAIL_ORGANIZER (session), "INBOX", source, VALIJA_FLAG_SEEN, 1700000000));
  g_autoptr(ValijaMimeMessage) whole = valija_mime_message_parse (source);
  g_autoptr(GBytes) first = imap_assert_boxed (valija_mail_reader_fetch_outline (reader, "INBOX", id));
  g_autoptr(ValijaMimeMessage) outline = valija_mime_message_parse_outline (first);
  GPtrArray *all = valija_mime_message_get_attachments (whole);
  GPtrArray *told = valija_mime_message_get_attachments (outline);

  g_assert_cmpuint (g_bytes_get_size (first), <, 4096);
  g_assert_cmpstr (valija_mime_message_get_info (outline)->subject, ==, "Fotos de M\303\241laga");
  g_assert_true (valija_mime_message_reads_like (whole, outline));
  g_assert_false (valija_mime_message_find_content_id (outline, "small@x")->absent);
  g_assert_true (valija_mime_message_find_content_id (outline, "large@x")->absent);

  g_assert_cmpuint (told->len, ==, 3);
  g_assert_cmpuint (told->len, ==, all->len);
  for (guint i = 0; i < all->len; i++)
    {
      const ValijaMimePart *part = g_ptr_array_index (all, i);
      const ValijaMimePart *same = g_ptr_array_index (told, i);

      g_assert_cmpstr (same->safe_name, ==, part->safe_name);
      g_assert_cmpstr (same->type, ==, part->type);
      g_assert_cmpint (ABS ((gint64) same->size - (gint64) part->size), <=, 2 + part->size / 100);
      g_assert_true (same->absent);
    }
  imap_close (session);
}

int
main (int   argc,
      char *argv[])
{
  const char *file = g_getenv ("VALIJA_WORLD");
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GError) error = NULL;
  JsonArray *mechanisms;

  dex_init ();
  g_test_init (&argc, &argv, NULL);
  json_parser_load_from_file (parser, file, &error);
  g_assert_no_error (error);
  world = json_node_get_object (json_parser_get_root (parser));

  g_test_add_data_func ("/imap/world/sign-in/strongest", "", test_mechanism);
  mechanisms = json_object_get_array_member (world, "mechanisms");
  for (guint i = 0; i < json_array_get_length (mechanisms); i++)
    {
      const char *mechanism = json_array_get_string_element (mechanisms, i);
      g_autofree char *path = g_strconcat ("/imap/world/sign-in/", mechanism, NULL);

      g_test_add_data_func (path, mechanism, test_mechanism);
    }
  g_test_add_func ("/imap/world/wrong-user", test_wrong_user);
  g_test_add_func ("/imap/world/inbox", test_inbox);
  if (has_extensions ())
    g_test_add_func ("/imap/world/turns-to-folders", test_turns_to_folders);
  g_test_add_func ("/imap/world/organize", test_organize);
  g_test_add_func ("/imap/world/watch", has_extensions () ? test_watch : test_no_watch);
  if (g_str_equal (json_object_get_string_member (world, "extensions"), "cyrus"))
    g_test_add_func ("/imap/world/content-names", test_content_names);
  if (has_extensions ())
    {
      g_test_add_func ("/imap/world/watch-all", test_watch_all);
      g_test_add_func ("/imap/world/renamed-elsewhere", test_renamed_elsewhere);
    }
  g_test_add_func ("/imap/world/room", test_room);
  if (has_extensions ())
    g_test_add_func ("/imap/world/append-before-list", test_append_before_list);
  g_test_add_func ("/imap/world/append-many", test_append_many);
  g_test_add_func ("/imap/world/many", test_many);
  g_test_add_func ("/imap/world/outline", test_outline);

  return g_test_run ();
}
