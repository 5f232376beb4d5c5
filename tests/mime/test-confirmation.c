/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-confirmation.h"

#include "base/valija-error.h"

#include <string.h>

static ValijaMimeMessage *
parse (const char *header)
{
  g_autofree char *text = g_strconcat ("From: Bo <bo@example.org>\r\nTo: ana@example.org\r\nSubject: Café\r\n"
                                       "Message-ID: <1@example.org>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n",
                                       header, "\r\nHello.\r\n", NULL);
  g_autoptr(GBytes) source = g_bytes_new (text, strlen (text));

  return valija_mime_message_parse (source);
}

static void
test_wanted (void)
{
  static const struct
  {
    const char *header;
    const char *expected;    /* addresses, space separated */
    gboolean elsewhere;
  } cases[] = {
    { "", "", FALSE },
    { "Disposition-Notification-To: bo@example.org\r\n", "bo@example.org", FALSE },
    { "disposition-notification-to: =?utf-8?q?Bo=2C_spy=40example=2Eorg?= <BO@example.org>\r\n", "BO@example.org",
      FALSE },
    { "Disposition-Notification-To: Spy <spy@example.net>\r\n", "spy@example.net", TRUE },
    { "Disposition-Notification-To: a@example.org, b@example.org\r\n", "a@example.org b@example.org", TRUE },
    { "Disposition-Notification-To: nobody\r\n", "", FALSE },
    { "Disposition-Notification-To: a@x.org, b@x.org, c@x.org, d@x.org, e@x.org, f@x.org\r\n", "", FALSE },
    { "Disposition-Notification-To: bo@example.org\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaMimeMessage) message = parse (cases[i].header);
      g_autoptr(GPtrArray) list = valija_confirmation_list_wanted_by (message);
      g_autoptr(GString) found = g_string_new (NULL);

      for (guint j = 0; j < list->len; j++)
        g_string_append_printf (found, "%s%s", j > 0 ? " " : "",
                                ((ValijaAddress *) g_ptr_array_index (list, j))->address);
      g_assert_cmpstr (found->str, ==, cases[i].expected);
      g_assert_cmpint (valija_confirmation_goes_elsewhere (message), ==, cases[i].elsewhere);
    }
}

static char *
part_text (ValijaMimeMessage *message,
           guint              index)
{
  const ValijaMimePart *root = valija_mime_message_get_root (message);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = valija_mime_message_load_part (message, g_ptr_array_index (root->children, index), &error);

  g_assert_no_error (error);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_build (void)
{
  g_autoptr(ValijaMimeMessage) message = parse ("Original-Recipient: rfc822;ana+x@example.org\r\n"
                                                "Disposition-Notification-To: Bo <bo@example.org>\r\n");
  g_autoptr(ValijaAddress) reader = valija_address_new ("Ana Núñez", "ana@example.org");
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) source = valija_confirmation_build (message, reader, &envelope, &error);
  g_autoptr(ValijaMimeMessage) report = NULL;
  const ValijaMimePart *root;
  const ValijaMessageInfo *info;
  g_autofree char *text = NULL;
  g_autofree char *fields = NULL;
  g_autofree char *headers = NULL;
  g_autofree char *type = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (envelope->sender, ==, "");
  g_assert_cmpuint (envelope->recipients->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (envelope->recipients, 0), ==, "bo@example.org");
  g_assert_false (envelope->delivery_receipt);

  report = valija_mime_message_parse (source);
  info = valija_mime_message_get_info (report);
  root = valija_mime_message_get_root (report);
  type = valija_mime_message_dup_header (report, "Content-Type");
  g_assert_cmpstr (root->type, ==, "multipart/report");
  g_assert_nonnull (strstr (type, "report-type=\"disposition-notification\"") != NULL
                      ? type : strstr (type, "report-type=disposition-notification"));
  g_assert_cmpuint (root->children->len, ==, 3);
  g_assert_cmpstr (info->subject, ==, "Read: Café");
  g_assert_cmpstr (info->in_reply_to, ==, "1@example.org");
  g_assert_cmpstr (((ValijaAddress *) g_ptr_array_index (info->from, 0))->name, ==, "Ana Núñez");

  text = part_text (report, 0);
  fields = part_text (report, 1);
  headers = part_text (report, 2);
  g_assert_nonnull (strstr (text, "“Café” of 2026-03-02 10:00 UTC was displayed"));
  g_assert_cmpstr (fields, ==, "Original-Recipient: rfc822;ana+x@example.org\r\n"
                               "Final-Recipient: rfc822;ana@example.org\r\n"
                               "Original-Message-ID: <1@example.org>\r\n"
                               "Disposition: manual-action/MDN-sent-manually; displayed\r\n");
  g_assert_nonnull (strstr (headers, "Message-ID: <1@example.org>"));
  g_assert_null (strstr (headers, "Hello."));

  /* It asks for nothing itself. */
  {
    g_autoptr(GPtrArray) again = valija_confirmation_list_wanted_by (report);

    g_assert_cmpuint (again->len, ==, 0);
  }
}

static void
test_not_asked (void)
{
  g_autoptr(ValijaMimeMessage) message = parse ("");
  g_autoptr(ValijaAddress) reader = valija_address_new ("Ana", "ana@example.org");
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_confirmation_build (message, reader, &envelope, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mime/confirmation/wanted", test_wanted);
  g_test_add_func ("/mime/confirmation/build", test_build);
  g_test_add_func ("/mime/confirmation/not-asked", test_not_asked);

  return g_test_run ();
}
