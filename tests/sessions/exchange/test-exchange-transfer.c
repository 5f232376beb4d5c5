/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Large messages on their way from the contract server and to it: what can be read before all is there, and Cancel. */

#include "config.h"

#include "exchange-world.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-mime-message.h"
#include "sessions/valija-mail-organizer.h"
#include "sessions/valija-mail-sender.h"
#include "support/valija-wait.h"

/* Of the answer: the beginning, in base64, and some more. */
#define HELD_OCTETS 500000
#define ATTACHMENT_LINES 100000

static GBytes *
create_large (const char *from,
              guint       n_text_lines)
{
  GString *source = g_string_new (NULL);

  g_string_printf (source, "From: %s\r\nTo: Bob <bob@example.test>\r\nSubject: Large\r\nMIME-Version: 1.0\r\n"
                           "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n\r\n", from);
  for (guint i = 0; i < n_text_lines; i++)
    g_string_append (source, "What is read first.\r\n");
  g_string_append (source, "--b\r\nContent-Type: application/octet-stream; name=pictures.zip\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\n");
  for (guint i = 0; i < ATTACHMENT_LINES; i++)
    g_string_append (source, "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\r\n");
  g_string_append (source, "--b--\r\n");

  return g_string_free_to_bytes (source);
}

/* @source is in the inbox. */
static char *
start (World  *world,
       GBytes *source)
{
  g_autofree char *folders = NULL;

  world_start (world, NULL, NULL, NULL);
  folders = list_folders (world);
  await_true (valija_mail_organizer_append (VALIJA_MAIL_ORGANIZER (world->session), folder (world, "inbox"), source, 0,
                                            0));
  sync_inbox (world, NULL);
  valija_contract_server_tell (world->server, "{'do': 'reset-stats'}");

  return dup_id_of (world, "Large");
}

static gint64
get_stat (World      *world,
          const char *name)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (world->server, "{'do': 'stats'}");

  return json_object_get_int_member (json_node_get_object (stats), name);
}

static gint64
count_requests (World *world)
{
  g_autoptr(JsonNode) stats = valija_contract_server_order (world->server, "{'do': 'stats'}");
  JsonObject *operations = json_object_get_object_member (json_node_get_object (stats), "operations");

  return json_object_get_int_member_with_default (operations, "GetItem", 0);
}

static DexFuture *
fetch_outline (World      *world,
               const char *id)
{
  /* As whoever waits for it, it ends when it is dropped */
  return valija_future_guard (valija_mail_reader_fetch_outline (VALIJA_MAIL_READER (world->session),
                                                                folder (world, "inbox"), id));
}

static DexFuture *
fetch (World          *world,
       const char     *id,
       ValijaProgress *progress)
{
  return valija_mail_reader_fetch_message (VALIJA_MAIL_READER (world->session), folder (world, "inbox"), id, progress);
}

static void
await_source (DexFuture *future,
              GBytes    *source)
{
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (((ValijaFetched *) g_value_get_boxed (value))->source, source));
}

/* The text is there while the rest is still on its way, and nothing is asked for twice. */
static void
test_beginning (void)
{
  World world;
  g_autoptr(GBytes) source = create_large ("luis@example.test", 3);
  g_autofree char *id = start (&world, source);
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(ValijaMimeMessage) message = NULL;
  g_autoptr(DexFuture) outline = NULL;
  g_autoptr(DexFuture) whole = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;

  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'hold', 'operation': 'GetItem', 'octets': %d}",
                               HELD_OCTETS);
  outline = fetch_outline (&world, id);
  value = valija_test_await (outline, &error);
  g_assert_no_error (error);
  message = valija_mime_message_parse_outline (g_value_get_boxed (value));
  g_assert_cmpstr (valija_mime_message_get_text (message), ==,
                   "What is read first.\nWhat is read first.\nWhat is read first.");

  whole = fetch (&world, id, progress);
  valija_wait_until (valija_progress_get_done (progress) > 0);
  g_assert_true (dex_future_is_pending (whole));
  valija_contract_server_tell (world.server, "{'do': 'release'}");
  await_source (whole, source);
  g_assert_cmpuint (valija_progress_get_done (progress), ==, g_bytes_get_size (source));
  g_assert_cmpint (count_requests (&world), ==, 1);
  world_stop (&world);
}

/* Where the text is as long as the message, all of it comes as it would without. */
static void
test_no_beginning (void)
{
  World world;
  g_autoptr(GBytes) source = create_large ("luis@example.test", 20000);
  g_autofree char *id = start (&world, source);
  g_autoptr(DexFuture) whole = NULL;

  await_error (fetch_outline (&world, id), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);
  whole = fetch (&world, id, NULL);
  await_source (whole, source);
  g_assert_cmpint (count_requests (&world), ==, 1);

  /* It was for one who fetched it */
  g_clear_pointer (&whole, dex_unref);
  whole = fetch (&world, id, NULL);
  await_source (whole, source);
  g_assert_cmpint (count_requests (&world), ==, 2);
  world_stop (&world);
}

/* Another message that is looked into takes its place: what came of the first is asked for anew. */
static void
test_other (void)
{
  World world;
  g_autoptr(GBytes) source = create_large ("luis@example.test", 3);
  g_autofree char *id = start (&world, source);
  g_autofree char *other = NULL;
  g_autoptr(DexFuture) first = NULL;
  g_autoptr(DexFuture) second = NULL;
  g_autoptr(DexFuture) whole = NULL;
  g_autoptr(GError) error = NULL;

  deliver (&world, "Other");
  sync_inbox (&world, NULL);
  other = dup_id_of (&world, "Other");
  first = fetch_outline (&world, id);
  g_assert_nonnull (valija_test_await (first, &error));
  g_assert_no_error (error);
  await_error (fetch_outline (&world, other), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);
  await_error (fetch_outline (&world, "bm90aGluZw=="), VALIJA_ERROR_UNSUPPORTED, VALIJA_STEP_FETCH);
  whole = fetch (&world, id, NULL);
  await_source (whole, source);
  world_stop (&world);
}

/* Cancel ends the transfer, and not only the waiting for it: before the beginning is there, and behind it. */
static void
test_cancel (gconstpointer behind)
{
  World world;
  g_autoptr(GBytes) source = create_large ("luis@example.test", 3);
  g_autofree char *id = start (&world, source);
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(DexFuture) outline = NULL;
  g_autoptr(DexFuture) whole = NULL;

  valija_contract_server_tell (world.server, "{'do': 'inject', 'fault': 'hold', 'operation': 'GetItem', 'octets': %d}",
                               behind ? HELD_OCTETS : 1000);
  outline = fetch_outline (&world, id);
  if (behind)
    {
      g_assert_nonnull (valija_test_await (outline, NULL));
      whole = fetch (&world, id, progress);
      valija_wait_until (valija_progress_get_done (progress) > 0);
      valija_progress_cancel (progress);
      /* At once, though nothing more has come */
      g_assert_null (valija_test_await (whole, NULL));
    }
  else
    {
      valija_wait_until (count_requests (&world) > 0);
      g_clear_pointer (&outline, dex_unref);
    }

  valija_contract_server_tell (world.server, "{'do': 'release'}");
  valija_wait_until (get_stat (&world, "open") == 0);
  g_assert_cmpint (get_stat (&world, "bytes_out"), <, (gint64) g_bytes_get_size (source));
  world_stop (&world);
}

/* ---- To the server ---- */

static DexFuture *
send (World          *world,
      GBytes         *source,
      ValijaProgress *progress)
{
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new (valija_contract_server_get (world->server, "email"));

  g_ptr_array_add (envelope->recipients, g_strdup ("bob@example.test"));

  return valija_mail_sender_send (VALIJA_MAIL_SENDER (world->session), envelope, source, progress);
}

static guint
count_sent (World *world)
{
  g_autoptr(JsonNode) sent = valija_contract_server_order (world->server, "{'do': 'sent'}");

  return json_array_get_length (json_node_get_array (sent));
}

static void
half_cb (ValijaProgress *progress,
         GParamSpec     *pspec,
         guint          *n_told)
{
  (*n_told)++;
  if (valija_progress_get_done (progress) > valija_progress_get_total (progress) / 2)
    valija_progress_cancel (progress);
}

/* As long as the server does not have all of it, it is not sent. */
static void
test_upload_cancel (void)
{
  World world;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(ValijaProgress) progress = valija_progress_new_octets ("");
  g_autoptr(ValijaProgress) again = valija_progress_new_octets ("");
  g_autoptr(DexFuture) sent = NULL;
  g_autoptr(GError) error = NULL;
  guint n_told = 0;

  world_start (&world, NULL, NULL, NULL);
  source = create_large (valija_contract_server_get (world.server, "email"), 3);
  await_true (valija_session_open (world.session));
  g_signal_connect (progress, "notify::done", G_CALLBACK (half_cb), &n_told);
  sent = send (&world, source, progress);
  g_assert_null (valija_test_await (sent, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (n_told, >, 10);
  g_assert_cmpuint (valija_progress_get_total (progress), ==, g_bytes_get_size (source));
  g_assert_cmpuint (count_sent (&world), ==, 0);

  await_true (send (&world, source, again));
  g_assert_cmpuint (count_sent (&world), ==, 1);
  g_assert_cmpuint (valija_progress_get_done (again), >, g_bytes_get_size (source) / 10 * 9);
  world_stop (&world);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  dex_init ();

  g_test_add_func ("/exchange/transfer/beginning", test_beginning);
  g_test_add_func ("/exchange/transfer/no-beginning", test_no_beginning);
  g_test_add_func ("/exchange/transfer/other", test_other);
  g_test_add_data_func ("/exchange/transfer/cancel-before", GINT_TO_POINTER (FALSE), test_cancel);
  g_test_add_data_func ("/exchange/transfer/cancel-behind", GINT_TO_POINTER (TRUE), test_cancel);
  g_test_add_func ("/exchange/transfer/upload-cancel", test_upload_cancel);

  return g_test_run ();
}
