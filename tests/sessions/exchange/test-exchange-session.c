/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The session against the contract server, which checks each request and keeps a real mailbox. */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "exchange-world.h"
#include "mime/valija-mime-message.h"

/* ---- Folders ---- */

static void
test_folders (void)
{
  const char *nicks[] = { "inbox", "drafts", "sent", "trash", "junk" };
  World world;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *moved = NULL;
  g_autofree char *gone = NULL;
  ValijaMailOrganizer *organizer;

  world_start (&world, NULL, NULL, NULL);
  organizer = VALIJA_MAIL_ORGANIZER (world.session);
  before = list_folders (&world);
  for (gsize i = 0; i < G_N_ELEMENTS (nicks); i++)
    folder (&world, nicks[i]);
  /* What holds no mail is not shown */
  g_assert_null (strstr (before, "Calendar"));

  await_true (valija_mail_organizer_create_folder (organizer, folder (&world, "inbox"), "Pläne & <Ideen>"));
  after = list_folders (&world);
  g_assert_nonnull (strstr (after, "Pläne & <Ideen>^"));
  await_error (valija_mail_organizer_create_folder (organizer, folder (&world, "inbox"), "Pläne & <Ideen>"),
               VALIJA_ERROR_REFUSED, VALIJA_STEP_CHANGE);

  await_true (valija_mail_organizer_rename_folder (organizer, folder (&world, "Pläne & <Ideen>"), NULL, "Ideen"));
  moved = list_folders (&world);
  g_assert_nonnull (strstr (moved, "Ideen "));
  g_assert_null (strstr (moved, "Pläne"));

  await_true (valija_mail_organizer_remove_folder (organizer, folder (&world, "Ideen")));
  await_error (valija_mail_organizer_remove_folder (organizer, folder (&world, "inbox")),
               VALIJA_ERROR_REFUSED, VALIJA_STEP_CHANGE);

  valija_contract_server_tell (world.server, "{'do': 'change', 'what': 'folder-create', 'value': 'Elsewhere'}");
  gone = list_folders (&world);
  g_assert_nonnull (strstr (gone, "Elsewhere "));
  world_stop (&world);
}

/* ---- Messages ---- */

static void
test_sync (void)
{
  World world;
  g_autofree char *folders = NULL;
  guint n_fresh;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'fill', 'count': 700}");
  folders = list_folders (&world);
  n_fresh = sync_inbox (&world, NULL);
  /* 50 for the screen, then by 512 */
  g_assert_cmpuint (n_fresh, ==, 3);
  g_assert_true (world.restarted);
  g_assert_cmpuint (g_hash_table_size (world.flags), ==, 700);

  /* Nothing new: one page that says so */
  g_assert_cmpuint (sync_inbox (&world, NULL), ==, 1);
  g_assert_false (world.restarted);

  deliver (&world, "News");
  g_assert_cmpuint (sync_inbox (&world, NULL), ==, 1);
  g_assert_cmpuint (g_hash_table_size (world.flags), ==, 701);
  g_assert_cmpstr (flags_of (&world, "News"), ==, "");

  valija_contract_server_tell (world.server, "{'do': 'change', 'what': 'flag', 'subject': 'News'}");
  sync_inbox (&world, NULL);
  g_assert_cmpstr (flags_of (&world, "News"), ==, "flagged");
  /* A read flag is told alone, and leaves the other flags as they are */
  valija_contract_server_tell (world.server, "{'do': 'change', 'what': 'read', 'subject': 'News'}");
  sync_inbox (&world, NULL);
  g_assert_cmpstr (flags_of (&world, "News"), ==, "seen flagged");

  valija_contract_server_tell (world.server, "{'do': 'change', 'what': 'delete', 'subject': 'News'}");
  sync_inbox (&world, NULL);
  g_assert_null (flags_of (&world, "News"));
  world_stop (&world);
}

static void
test_lost_state (void)
{
  World world;
  g_autofree char *folders = NULL;

  world_start (&world, NULL, NULL, NULL);
  deliver (&world, "One");
  folders = list_folders (&world);
  sync_inbox (&world, NULL);
  valija_contract_server_tell (world.server, "{'do': 'expire', 'what': 'sync-states'}");
  deliver (&world, "Two");
  g_assert_cmpuint (sync_inbox (&world, NULL), >=, 1);
  g_assert_true (world.restarted);
  g_assert_nonnull (flags_of (&world, "One"));
  g_assert_nonnull (flags_of (&world, "Two"));
  world_stop (&world);
}

static void
test_fetch_and_organize (void)
{
  World world;
  g_autofree char *folders = NULL;
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;
  g_autofree char **ids = g_new0 (char *, 3);
  g_autoptr(GPtrArray) copied = NULL;
  g_autoptr(GPtrArray) moved = NULL;
  ValijaMailOrganizer *organizer;
  const char *new_ids[] = { NULL, NULL };

  world_start (&world, NULL, NULL, NULL);
  organizer = VALIJA_MAIL_ORGANIZER (world.session);
  deliver (&world, "Plans");
  folders = list_folders (&world);
  sync_inbox (&world, NULL);
  id = dup_id_of (&world, "Plans");
  text = fetch_text (&world, id);
  g_assert_nonnull (strstr (text, "Subject: Plans"));
  g_assert_nonnull (strstr (text, "Text of Plans"));

  /* One that is gone does no harm */
  ids[0] = id;
  ids[1] = (char *) "bm90aGluZw==";
  await_true (valija_mail_organizer_set_flags (organizer, folder (&world, "inbox"), (const char * const *) ids,
                                               VALIJA_FLAG_SEEN | VALIJA_FLAG_FLAGGED | VALIJA_FLAG_ANSWERED, 0));
  sync_inbox (&world, NULL);
  g_assert_cmpstr (flags_of (&world, "Plans"), ==, "seen answered flagged");
  await_true (valija_mail_organizer_set_flags (organizer, folder (&world, "inbox"), (const char * const *) ids, 0,
                                               VALIJA_FLAG_SEEN));
  sync_inbox (&world, NULL);
  g_assert_cmpstr (flags_of (&world, "Plans"), ==, "answered flagged");

  ids[1] = NULL;
  copied = await_list (valija_mail_organizer_copy (organizer, folder (&world, "inbox"), (const char * const *) ids,
                                                   folder (&world, "junk")));
  moved = await_list (valija_mail_organizer_move (organizer, folder (&world, "inbox"), (const char * const *) ids,
                                                  folder (&world, "trash")));
  g_assert_cmpuint (moved->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (moved, 0), !=, "");
  g_assert_cmpstr (g_ptr_array_index (moved, 0), !=, g_ptr_array_index (copied, 0));
  sync_inbox (&world, NULL);
  g_assert_null (flags_of (&world, "Plans"));

  new_ids[0] = g_ptr_array_index (moved, 0);
  await_true (valija_mail_organizer_delete (organizer, folder (&world, "trash"), new_ids));
  await_error (valija_mail_reader_fetch_message (VALIJA_MAIL_READER (world.session), folder (&world, "trash"),
                                                 new_ids[0], NULL),
               VALIJA_ERROR_NOT_FOUND, VALIJA_STEP_FETCH);
  world_stop (&world);
}

/* The server cannot put it together (or gives nothing, without a word): its parts are asked for. */
static void
test_rebuild (gconstpointer data)
{
  const char *convertible = data;
  World world;
  g_autofree char *folders = NULL;
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GBytes) file = NULL;
  g_autoptr(ValijaMimeMessage) message = NULL;
  GPtrArray *attachments;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (
    world.server,
    "{'do': 'deliver', 'convertible': %s, 'item_class': 'IPM.Schedule.Meeting.Request', 'properties': "
    "{'0x0060 SystemTime': '2026-03-09T12:00:00Z', '0x0061 SystemTime': '2026-03-09T13:30:00Z', "
    "'Appointment/33288 String': 'Room <1>'}, 'mime': 'From: Luis <l@b>\\r\\n"
    "To: Ana <a@b>, Bo <bo@b>\\r\\nSubject: =?utf-8?q?Caf=C3=A9?=\\r\\nMessage-ID: <m@b>\\r\\nReferences: <o@b>\\r\\n"
    "Date: Thu, 01 Jan 2026 10:00:00 +0000\\r\\nMIME-Version: 1.0\\r\\nContent-Type: multipart/mixed; boundary=x\\r\\n"
    "\\r\\n--x\\r\\nContent-Type: text/html\\r\\n\\r\\n<html><body><p>At noon</p></body></html>\\r\\n"
    "--x\\r\\nContent-Type: application/pdf\\r\\nContent-Disposition: attachment; filename=plan.pdf\\r\\n"
    "Content-Transfer-Encoding: base64\\r\\n\\r\\nUERG\\r\\n"
    "--x\\r\\nContent-Type: message/rfc822\\r\\nContent-Disposition: attachment\\r\\n\\r\\n"
    "Subject: Inner\\r\\n\\r\\nInner text\\r\\n"
    "--x\\r\\nContent-Type: image/png\\r\\nContent-Disposition: attachment; filename=lost.png\\r\\n\\r\\nPNG\\r\\n"
    "--x--\\r\\n'}", convertible);
  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'entry', 'operation': 'GetAttachment', "
                                             "'code': 'ErrorCorruptData', 'after': 2}");
  folders = list_folders (&world);
  sync_inbox (&world, NULL);
  id = dup_id_of (&world, "Caf\303\251");
  text = fetch_text (&world, id);
  source = g_bytes_new (text, strlen (text));
  message = valija_mime_message_parse (source);

  g_assert_nonnull (strstr (text, "\r\nX-Valija-Rebuilt: "));
  g_assert_nonnull (strstr (text, "\r\nMessage-Id: <m@b>\r\n"));
  g_assert_nonnull (strstr (text, "\r\nReferences: <o@b>\r\n"));
  g_assert_nonnull (strstr (text, "Date: Thu, 01 Jan 2026 10:00:00 +0000\r\n"));
  g_assert_nonnull (strstr (text, "From: Luis <l@b>\r\n"));
  g_assert_nonnull (strstr (text, "To: Ana <a@b>, Bo <bo@b>\r\n"));
  g_assert_nonnull (strstr (valija_mime_message_get_html (message), "At noon"));
  g_assert_nonnull (strstr (valija_mime_message_get_html (message), "Where: Room &lt;1&gt;"));
  g_assert_nonnull (strstr (valija_mime_message_get_text (message), "12:00 – "));
  g_assert_nonnull (strstr (valija_mime_message_get_text (message), "13:30"));
  g_assert_nonnull (strstr (valija_mime_message_get_text (message), "At noon"));

  attachments = valija_mime_message_get_attachments (message);
  g_assert_cmpuint (attachments->len, ==, 3);
  file = valija_mime_message_load_part (message, g_ptr_array_index (attachments, 0), NULL);
  g_assert_cmpmem (g_bytes_get_data (file, NULL), g_bytes_get_size (file), "PDF", 3);
  g_assert_nonnull (strstr (text, "Inner text"));
  /* What is damaged is named */
  g_assert_nonnull (strstr (text, "lost.png.txt"));
  world_stop (&world);
}

/* Not even its properties: that one fails, and in words. */
static void
test_rebuild_nothing (void)
{
  World world;
  g_autofree char *folders = NULL;
  g_autofree char *id = NULL;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'deliver', 'convertible': false, 'subject': 'Bad'}");
  folders = list_folders (&world);
  sync_inbox (&world, NULL);
  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'entry', 'operation': 'GetItem', "
                                             "'code': 'ErrorItemCorrupt', 'times': 9}");
  id = dup_id_of (&world, "Bad");
  await_error (valija_mail_reader_fetch_message (VALIJA_MAIL_READER (world.session), folder (&world, "inbox"), id,
                                                 NULL),
               VALIJA_ERROR_REFUSED, VALIJA_STEP_FETCH);
  world_stop (&world);
}

static gint64
count_operation (World      *world,
                 const char *operation)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (world->server, "{'do': 'stats'}");
  JsonObject *operations = json_object_get_object_member (json_node_get_object (stats), "operations");

  return json_object_get_int_member_with_default (operations, operation, 0);
}

static char *
move_one (World      *world,
          const char *id,
          const char *from,
          const char *to)
{
  const char *ids[] = { id, NULL };
  g_autoptr(GPtrArray) moved = await_list (valija_mail_organizer_move (VALIJA_MAIL_ORGANIZER (world->session),
                                                                       folder (world, from), ids,
                                                                       folder (world, to)));

  g_assert_cmpuint (moved->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (moved, 0), !=, "");

  return g_strdup (g_ptr_array_index (moved, 0));
}

/* The server learns from it, where it is new enough; it is moved in any case. */
static void
test_junk (gconstpointer data)
{
  const char *old[] = { "--dialect", "2010", NULL };
  gboolean is_refused = g_strcmp0 (data, "refused") == 0;
  gboolean is_old = g_strcmp0 (data, "old") == 0;
  World world;
  g_autofree char *folders = NULL;
  g_autofree char *id = NULL;
  g_autofree char *junk_id = NULL;
  g_autofree char *inbox_id = NULL;

  world_start (&world, is_old ? old : NULL, NULL, NULL);
  deliver (&world, "Win");
  folders = list_folders (&world);
  sync_inbox (&world, NULL);
  id = dup_id_of (&world, "Win");
  if (is_refused)
    valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'fault', 'code': 'ErrorInvalidRequest', "
                                               "'operation': 'MarkAsJunk', 'times': 2}");
  junk_id = move_one (&world, id, "inbox", "junk");
  sync_inbox (&world, NULL);
  g_assert_null (flags_of (&world, "Win"));
  inbox_id = move_one (&world, junk_id, "junk", "inbox");
  sync_inbox (&world, NULL);
  g_assert_nonnull (flags_of (&world, "Win"));
  g_assert_cmpint (count_operation (&world, "MarkAsJunk"), ==, is_old ? 0 : 2);
  g_assert_cmpint (count_operation (&world, "MoveItem"), ==, is_old || is_refused ? 2 : 0);
  world_stop (&world);
}

static void
test_append (void)
{
  World world;
  g_autofree char *folders = NULL;
  g_autoptr(GBytes) source = g_bytes_new_static ("From: a@b\r\nSubject: Filed\r\nMessage-ID: <f@b>\r\n\r\nhi\r\n", 52);
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;

  world_start (&world, NULL, NULL, NULL);
  folders = list_folders (&world);
  future = valija_mail_organizer_append (VALIJA_MAIL_ORGANIZER (world.session), folder (&world, "inbox"), source,
                                         VALIJA_FLAG_SEEN, 1577934245);
  g_assert_nonnull (valija_test_await (future, &error));
  g_assert_no_error (error);
  sync_inbox (&world, NULL);
  /* Not a draft */
  g_assert_cmpstr (flags_of (&world, "Filed"), ==, "seen");
  world_stop (&world);
}

static char *
mark (World      *world,
      const char *name)
{
  g_autoptr(DexFuture) future = valija_mail_organizer_mark (VALIJA_MAIL_ORGANIZER (world->session),
                                                            folder (world, name));
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);

  g_assert_no_error (error);

  return g_value_dup_string (value);
}

/* The remote ids, with a space between them and "-" for none */
static char *
find (World              *world,
      const char         *name,
      const char         *since,
      const char * const *message_ids,
      const guint64      *sizes)
{
  g_autoptr(GPtrArray) found = await_list (valija_mail_organizer_find (VALIJA_MAIL_ORGANIZER (world->session),
                                                                       folder (world, name), since, message_ids,
                                                                       sizes));
  g_autoptr(GString) log = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    {
      const char *id = g_ptr_array_index (found, i);

      g_string_append_printf (log, "%s%s", i > 0 ? " " : "", *id != '\0' ? id : "-");
    }

  return g_string_free (g_steal_pointer (&log), FALSE);
}

static GBytes *
create_filed (const char *message_id,
              const char *text)
{
  g_autofree char *line = message_id != NULL ? g_strdup_printf ("Message-ID: <%s>\r\n", message_id) : g_strdup ("");
  char *source = g_strdup_printf ("From: a@b\r\nSubject: Filed\r\n%s\r\n%s\r\n", line, text);

  return g_bytes_new_take (source, strlen (source));
}

/* Files a message; @is_lost: the server does it, and cannot say so */
static char *
file (World      *world,
      GBytes     *source,
      gboolean    is_lost)
{
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;

  if (is_lost)
    valija_contract_server_tell (world->server, "{'do': 'inject', 'fault': 'drop-answer', 'operation': 'CreateItem'}");
  future = valija_mail_organizer_append (VALIJA_MAIL_ORGANIZER (world->session), folder (world, "junk"), source,
                                         VALIJA_FLAG_SEEN, 0);
  value = valija_test_await (future, &error);
  if (is_lost)
    {
      g_assert_true (valija_error_is_transient (error));
      return NULL;
    }
  g_assert_no_error (error);

  return g_value_dup_string (value);
}

/* What was filed before the mark is not taken for what came since; where the server numbers nothing it is. */
static void
test_find (gconstpointer data)
{
  gboolean is_numbered = data == NULL;
  const char *twice[] = { "x&y@b", "gone@b", "x&y@b", NULL }, *nameless[] = { "", NULL };
  World world;
  g_autofree char *folders = NULL;
  g_autofree char *before = NULL;
  g_autofree char *old_id = NULL;
  g_autofree char *none = NULL;
  g_autofree char *found = NULL;
  g_autofree char *newest = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *bare_id = NULL;
  g_autofree char *by_size = NULL;
  g_autoptr(GBytes) source = create_filed ("x&y@b", "hi");
  g_autoptr(GBytes) bare = create_filed (NULL, "a text that is longer");
  const guint64 sizes[] = { g_bytes_get_size (bare) };
  g_auto(GStrv) parts = NULL;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'numbers', 'value': %s}",
                               is_numbered ? "true" : "false");
  folders = list_folders (&world);

  old_id = file (&world, source, FALSE);
  before = mark (&world, "junk");
  g_assert_cmpstr (before, ==, is_numbered ? "2" : "0");
  none = find (&world, "junk", before, twice, NULL);
  if (is_numbered)
    g_assert_cmpstr (none, ==, "- - -");
  else
    g_assert_true (g_str_has_prefix (none, old_id));

  file (&world, source, TRUE);
  found = find (&world, "junk", before, twice, NULL);
  parts = g_strsplit (found, " ", -1);
  g_assert_cmpstr (parts[0], !=, "-");
  g_assert_cmpstr (parts[1], ==, "-");
  /* No message is found twice */
  g_assert_cmpstr (parts[2], !=, parts[0]);
  if (is_numbered)
    {
      g_assert_cmpstr (parts[0], !=, old_id);
      g_assert_cmpstr (parts[2], ==, "-");
      newest = find (&world, "junk", "", &twice[2], NULL);
      g_assert_cmpstr (newest, ==, parts[0]);
      /* A folder without a number at the time: all that is there counts, the newest first */
      whole = find (&world, "junk", "0", &twice[2], NULL);
      g_assert_cmpstr (whole, ==, parts[0]);
    }

  bare_id = file (&world, bare, FALSE);
  by_size = find (&world, "junk", before, nameless, sizes);
  g_assert_cmpstr (by_size, ==, is_numbered ? bare_id : "-");
  world_stop (&world);
}

static void
test_search (void)
{
  World world;
  g_autofree char *folders = NULL;
  g_autoptr(ValijaSearchHits) found = NULL;
  g_autoptr(ValijaSearchHits) newest = NULL;
  g_autoptr(GPtrArray) headers = NULL;
  const char *ids[] = { NULL, "gone", NULL };
  g_autofree char *id = NULL;

  world_start (&world, NULL, NULL, NULL);
  deliver (&world, "Invoice");
  deliver (&world, "Holiday");
  folders = list_folders (&world);
  sync_inbox (&world, NULL);
  found = await_hits (&world, "subject:invoice", 5);
  id = dup_id_of (&world, "Invoice");
  g_assert_cmpuint (found->remote_ids->len, ==, 1);
  g_assert_cmpuint (found->total, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (found->remote_ids, 0), ==, id);

  /* Of several the newest, and how many there are */
  newest = await_hits (&world, "body:text", 1);
  ids[0] = g_ptr_array_index (newest->remote_ids, 0);
  g_assert_cmpuint (newest->remote_ids->len, ==, 1);
  g_assert_cmpuint (newest->total, ==, 2);
  headers = await_list (valija_mail_reader_fetch_headers (VALIJA_MAIL_READER (world.session), folder (&world, "inbox"),
                                                          ids));
  g_assert_cmpuint (headers->len, ==, 1);
  g_assert_cmpstr (((ValijaMessageInfo *) g_ptr_array_index (headers, 0))->subject, ==, "Holiday");
  world_stop (&world);
}

/* Where the server has no index the words are looked for one message after the other; what they cannot say is not. */
static void
test_search_without_index (void)
{
  static const struct { const char *text, *subject; } cases[] = {
    { "subject:invoice", "Invoice" }, { "of invoice", "Invoice" }, { "body:\"text of holi\"", "Holiday" },
    { "invoice from:nobody", NULL }, { "subject:text", NULL }, { "invoice holiday", NULL },
  };
  World world;
  g_autofree char *folders = NULL;

  world_start (&world, NULL, NULL, NULL);
  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'query', 'value': 'off'}");
  deliver (&world, "Invoice");
  deliver (&world, "Holiday");
  folders = list_folders (&world);
  sync_inbox (&world, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaSearchHits) found = NULL;
      g_autofree char *id = cases[i].subject != NULL ? dup_id_of (&world, cases[i].subject) : NULL;

      g_test_message ("%s", cases[i].text);
      found = await_hits (&world, cases[i].text, 5);
      g_assert_cmpuint (found->remote_ids->len, ==, id != NULL ? 1 : 0);
      if (id != NULL)
        g_assert_cmpstr (g_ptr_array_index (found->remote_ids, 0), ==, id);
    }

  await_error (valija_mail_reader_search (VALIJA_MAIL_READER (world.session), folder (&world, "inbox"),
                                          "invoice -is:unread", 5), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);
  await_error (valija_mail_reader_search (VALIJA_MAIL_READER (world.session), folder (&world, "inbox"),
                                          "invoice OR holiday", 5), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);
  world_stop (&world);
}

/* ---- Sending ---- */

static ValijaEnvelope *
create_envelope (World *world)
{
  ValijaEnvelope *envelope = valija_envelope_new (valija_contract_server_get (world->server, "email"));

  g_ptr_array_add (envelope->recipients, g_strdup ("bob@example.test"));
  g_ptr_array_add (envelope->recipients, g_strdup ("hidden@example.test"));

  return envelope;
}

static GBytes *
create_letter (World *world)
{
  char *text = g_strdup_printf ("From: %s\r\nTo: Bob <bob@example.test>\r\nSubject: Letter\r\n"
                                "Message-ID: <letter@here>\r\n\r\nDear Bob\r\n",
                                valija_contract_server_get (world->server, "email"));

  return g_bytes_new_take (text, strlen (text));
}

static guint
count_sent (World *world)
{
  g_autoptr(JsonNode) sent = valija_contract_server_order (world->server, "{'do': 'sent'}");

  return json_array_get_length (json_node_get_array (sent));
}

static void
test_send (void)
{
  World world;
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GBytes) letter = NULL;
  g_autoptr(JsonNode) sent = NULL;
  g_autofree char *text = NULL;

  world_start (&world, NULL, NULL, NULL);
  envelope = create_envelope (&world);
  letter = create_letter (&world);
  await_true (valija_mail_sender_send (VALIJA_MAIL_SENDER (world.session), envelope, letter, NULL));
  sent = valija_contract_server_order (world.server, "{'do': 'sent'}");
  g_assert_cmpuint (json_array_get_length (json_node_get_array (sent)), ==, 1);
  text = json_to_string (sent, FALSE);
  g_assert_nonnull (strstr (text, "hidden@example.test"));
  world_stop (&world);
}

/* In another's name only who may. */
static void
test_send_as (void)
{
  World world;
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GBytes) letter = NULL;
  g_autoptr(DexFuture) refused = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) sent = NULL;
  g_autofree char *told = NULL;
  const char *text = "From: Boss <boss@example.org>\r\nTo: Bob <bob@example.test>\r\nSubject: Order\r\n"
                     "Message-ID: <order@here>\r\n\r\nDo\r\n";

  world_start (&world, NULL, NULL, NULL);
  envelope = create_envelope (&world);
  letter = g_bytes_new_static (text, strlen (text));
  refused = valija_mail_sender_send (VALIJA_MAIL_SENDER (world.session), envelope, letter, NULL);
  g_assert_null (valija_test_await (refused, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SEND);
  g_assert_nonnull (strstr (error->message, "ask your administrator for the right to send as"));
  g_assert_cmpuint (count_sent (&world), ==, 0);

  valija_contract_server_tell (world.server, "{'do': 'set', 'name': 'send_as', 'value': ['boss@example.org']}");
  await_true (valija_mail_sender_send (VALIJA_MAIL_SENDER (world.session), envelope, letter, NULL));
  g_assert_cmpuint (count_sent (&world), ==, 1);
  sent = valija_contract_server_order (world.server, "{'do': 'sent'}");
  told = json_to_string (sent, FALSE);
  g_assert_nonnull (strstr (told, "\"named\":\"boss@example.org\""));
  world_stop (&world);
}

/* The server takes it, and the connection breaks before it can say so. */
static void
test_send_uncertain (void)
{
  World world;
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GBytes) letter = NULL;

  world_start (&world, NULL, NULL, NULL);
  envelope = create_envelope (&world);
  letter = create_letter (&world);
  await_true (valija_session_open (world.session));
  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'drop-answer', 'where': 'before', "
                                             "'operation': 'CreateItem'}");
  /* Its copy is among the sent ones, so it was sent */
  await_true (valija_mail_sender_send (VALIJA_MAIL_SENDER (world.session), envelope, letter, NULL));
  g_assert_cmpuint (count_sent (&world), ==, 1);
  world_stop (&world);
}

/* The connection breaks in the middle of the message: it was not sent, and whoever tries again sends it once. */
static void
test_send_cut (void)
{
  World world;
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GBytes) letter = NULL;
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;

  world_start (&world, NULL, NULL, NULL);
  envelope = create_envelope (&world);
  letter = create_letter (&world);
  await_true (valija_session_open (world.session));
  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'drop-request', 'bytes': 200}");
  future = valija_mail_sender_send (VALIJA_MAIL_SENDER (world.session), envelope, letter, NULL);
  g_assert_null (valija_test_await (future, &error));
  g_assert_true (valija_error_is_transient (error) || g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNCERTAIN));
  g_assert_cmpuint (count_sent (&world), ==, 0);

  await_true (valija_mail_sender_send (VALIJA_MAIL_SENDER (world.session), envelope, letter, NULL));
  g_assert_cmpuint (count_sent (&world), ==, 1);
  world_stop (&world);
}

/* A gateway that gives up, or a server that breaks down, may have handed the message on: it must not go twice. */
static void
test_send_doubtful (void)
{
  static const char * const orders[] = {
    "{'do': 'inject', 'fault': 'status', 'status': 504, 'operation': 'CreateItem'}",
    "{'do': 'inject', 'fault': 'fault', 'code': 'ErrorInternalServerError', 'operation': 'CreateItem'}",
    "{'do': 'inject', 'fault': 'entry', 'code': 'ErrorTimeoutExpired', 'operation': 'CreateItem'}",
  };
  World world;
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GBytes) letter = NULL;

  world_start (&world, NULL, NULL, NULL);
  envelope = create_envelope (&world);
  letter = create_letter (&world);
  await_true (valija_session_open (world.session));

  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_test_message ("%s", orders[i]);
      valija_contract_server_tell (world.server, "%s", orders[i]);
      await_error (valija_mail_sender_send (VALIJA_MAIL_SENDER (world.session), envelope, letter, NULL),
                   VALIJA_ERROR_UNCERTAIN, VALIJA_STEP_SEND);
      valija_contract_server_tell (world.server, "{'do': 'clear'}");
    }
  world_stop (&world);
}

/* ---- A large message ---- */

#define LARGE (40 * 1024 * 1024)
#define MOST_GROWTH (8 * 1024 * 1024)

/* The memory of this process alone, in bytes; what is mapped from files does not count. */
static gsize
get_memory (void)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, "RssAnon:");
  g_assert_nonnull (line);

  return g_ascii_strtoull (line + strlen ("RssAnon:"), NULL, 10) * 1024;
}

/* The most that there was since it began to look */
typedef struct
{
  gsize before;
  gsize most;
  guint source;
} Meter;

static gboolean
meter_cb (gpointer data)
{
  Meter *meter = data;

  meter->most = MAX (meter->most, get_memory ());
  return G_SOURCE_CONTINUE;
}

static void
meter_start (Meter *meter)
{
  meter->before = meter->most = get_memory ();
  meter->source = g_timeout_add (2, meter_cb, meter);
}

static void
meter_check (Meter      *meter,
             const char *what)
{
  meter_cb (meter);
  g_source_remove (meter->source);
  g_test_message ("%s: %zu kB", what, (meter->most - meter->before) / 1024);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpuint (meter->most - meter->before, <=, MOST_GROWTH);
#endif
}

/* A letter in a file that is mapped, as the outbox has it */
static GBytes *
create_large (World *world)
{
  g_autofree char *path = NULL;
  g_autoptr(GMappedFile) file = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) letter = create_letter (world);
  int fd = g_file_open_tmp ("valija-large-XXXXXX", &path, &error);
  FILE *stream = fdopen (fd, "w");

  g_assert_no_error (error);
  fwrite (g_bytes_get_data (letter, NULL), 1, g_bytes_get_size (letter), stream);
  for (gsize size = 0; size < LARGE; size += 72)
    fputs ("A line of a letter that is so long that no memory should hold all of it\n", stream);
  g_assert_cmpint (fclose (stream), ==, 0);
  file = g_mapped_file_new (path, FALSE, &error);
  g_assert_no_error (error);
  g_unlink (path);

  return g_mapped_file_get_bytes (file);
}

static void
test_large (void)
{
  World world;
  Meter meter;
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GBytes) letter = NULL;
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(DexFuture) fetched = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *folders = NULL;
  g_autofree char *id = NULL;
  const GValue *value;

  world_start (&world, NULL, NULL, NULL);
  envelope = create_envelope (&world);
  letter = create_large (&world);
  folders = list_folders (&world);
  g_ptr_array_add (envelope->recipients, g_strdup (valija_contract_server_get (world.server, "email")));

  meter_start (&meter);
  await_true (valija_mail_sender_send (VALIJA_MAIL_SENDER (world.session), envelope, letter, NULL));
  meter_check (&meter, "to send it");
  g_assert_cmpuint (count_sent (&world), ==, 1);

  /* A server that was slow to answer may have sent it and not delivered it yet */
  for (guint i = 0; i < 1000 && flags_of (&world, "Letter") == NULL; i++)
    sync_inbox (&world, NULL);
  id = dup_id_of (&world, "Letter");
  meter_start (&meter);
  fetched = valija_mail_reader_fetch_message (VALIJA_MAIL_READER (world.session), folder (&world, "inbox"), id,
                                              progress);
  value = valija_test_await (fetched, &error);
  g_assert_no_error (error);
  meter_check (&meter, "to fetch it");
  g_assert_true (g_bytes_equal (((ValijaFetched *) g_value_get_boxed (value))->source, letter));
  g_assert_cmpuint (valija_progress_get_done (progress), ==, g_bytes_get_size (letter));
  world_stop (&world);
}

/* ---- Faults ---- */

static void
test_faults (void)
{
  static const struct { const char *order; gboolean is_fine; ValijaErrorCode code; } cases[] = {
    { "{'do': 'inject', 'fault': 'busy', 'milliseconds': 20, 'operation': 'SyncFolderItems'}", TRUE, 0 },
    { "{'do': 'inject', 'fault': 'busy', 'milliseconds': 20, 'operation': 'GetItem'}", TRUE, 0 },
    { "{'do': 'inject', 'fault': 'stop', 'done': 2, 'operation': 'GetItem'}", TRUE, 0 },
    { "{'do': 'inject', 'fault': 'short', 'kept': 3, 'operation': 'GetItem'}", TRUE, 0 },
    { "{'do': 'inject', 'fault': 'entry', 'index': 1, 'code': 'ErrorServerBusy', 'operation': 'GetItem', "
      "'values': {'BackOffMilliseconds': 20}}", TRUE, 0 },
    { "{'do': 'inject', 'fault': 'entry', 'index': 1, 'code': 'ErrorItemCorrupt', 'operation': 'GetItem'}", TRUE, 0 },
    { "{'do': 'inject', 'fault': 'drop-answer', 'where': 'middle', 'operation': 'GetItem'}", TRUE, 0 },
    { "{'do': 'inject', 'fault': 'drop-request', 'bytes': 50}", TRUE, 0 },
    { "{'do': 'inject', 'fault': 'drop-request', 'bytes': 50, 'after': 1}", TRUE, 0 },
    { "{'do': 'inject', 'fault': 'garbage', 'operation': 'GetItem'}", FALSE, VALIJA_ERROR_PROTOCOL },
    { "{'do': 'inject', 'fault': 'html', 'operation': 'SyncFolderItems'}", FALSE, VALIJA_ERROR_PROTOCOL },
    { "{'do': 'inject', 'fault': 'redirect', 'operation': 'SyncFolderItems'}", FALSE, VALIJA_ERROR_PROTOCOL },
  };
  World world;
  g_autofree char *folders = NULL;

  world_start (&world, NULL, NULL, NULL);
  for (guint i = 0; i < 5; i++)
    deliver (&world, "Mail");
  folders = list_folders (&world);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;

      g_test_message ("%s", cases[i].order);
      g_clear_pointer (&world.cursor, g_bytes_unref);
      g_hash_table_remove_all (world.flags);
      valija_contract_server_tell (world.server, "%s", cases[i].order);
      sync_inbox (&world, &error);
      if (cases[i].is_fine)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (g_hash_table_size (world.flags), ==, 5);
        }
      else
        g_assert_error (error, VALIJA_ERROR, (int) cases[i].code);

      valija_contract_server_tell (world.server, "{'do': 'clear'}");
      g_clear_error (&error);
      sync_inbox (&world, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_hash_table_size (world.flags), ==, 5);
    }
  world_stop (&world);
}

/* What no provider of this kind can is refused in its place, at the one server that there is. */
static void
test_one_server (void)
{
  World world;
  g_autoptr(DexFuture) future = NULL;
  g_autoptr(GError) error = NULL;

  world_start (&world, NULL, NULL, NULL);
  future = valija_mail_reader_measure (VALIJA_MAIL_READER (world.session), "any");
  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED);
  g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_BOTH);
  world_stop (&world);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/exchange/session/one-server", test_one_server);
  g_test_add_func ("/exchange/session/folders", test_folders);
  g_test_add_func ("/exchange/session/sync", test_sync);
  g_test_add_func ("/exchange/session/lost-state", test_lost_state);
  g_test_add_func ("/exchange/session/fetch-and-organize", test_fetch_and_organize);
  g_test_add_data_func ("/exchange/session/rebuild/unconvertible", "false", test_rebuild);
  g_test_add_data_func ("/exchange/session/rebuild/missing", "'missing'", test_rebuild);
  g_test_add_func ("/exchange/session/rebuild/nothing", test_rebuild_nothing);
  g_test_add_data_func ("/exchange/session/junk/learned", "learned", test_junk);
  g_test_add_data_func ("/exchange/session/junk/refused", "refused", test_junk);
  g_test_add_data_func ("/exchange/session/junk/old", "old", test_junk);
  g_test_add_func ("/exchange/session/send-as", test_send_as);
  g_test_add_func ("/exchange/session/append", test_append);
  g_test_add_data_func ("/exchange/session/find/numbered", NULL, test_find);
  g_test_add_data_func ("/exchange/session/find/unnumbered", "unnumbered", test_find);
  g_test_add_func ("/exchange/session/search", test_search);
  g_test_add_func ("/exchange/session/search/without-index", test_search_without_index);
  g_test_add_func ("/exchange/session/send", test_send);
  g_test_add_func ("/exchange/session/send-uncertain", test_send_uncertain);
  g_test_add_func ("/exchange/session/send-cut", test_send_cut);
  g_test_add_func ("/exchange/session/send-doubtful", test_send_doubtful);
  g_test_add_func ("/exchange/session/large", test_large);
  g_test_add_func ("/exchange/session/faults", test_faults);

  return g_test_run ();
}
