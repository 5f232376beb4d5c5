/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-composition.h"

#include "base/valija-error.h"
#include "mime/valija-mime-header.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
get (ValijaComposition *composition,
     const char        *property)
{
  char *value;

  g_object_get (composition, property, &value, NULL);

  return value;
}

#define assert_property(composition, property, expected) \
  G_STMT_START { \
    g_autofree char *_value = get (composition, property); \
    g_assert_cmpstr (_value, ==, expected); \
  } G_STMT_END

static ValijaComposition *
make (const char *to,
      const char *subject,
      const char *text)
{
  g_autoptr(ValijaAddress) from = valija_address_new ("María Núñez", "maria@example.org");
  ValijaComposition *composition = valija_composition_new ();

  g_object_set (composition, "from", from, "to", to, "subject", subject, "text", text, NULL);

  return composition;
}

/* What holds for all that goes out. */
static void
check_source (GBytes *source)
{
  gsize length;
  const char *data = g_bytes_get_data (source, &length);
  gsize line = 0;
  gboolean header = TRUE;

  g_assert_cmpuint (length, >, 2);
  for (gsize i = 0; i < length; i++)
    {
      if (data[i] == '\n')
        {
          g_assert_true (i > 0 && data[i - 1] == '\r');
          header &= line > 0;
          line = 0;
          continue;
        }
      if (data[i] == '\r')
        {
          g_assert_true (i + 1 < length && data[i + 1] == '\n');
          continue;
        }
      line++;
      g_assert_cmpuint (line, <=, 998);
      if (header)
        g_assert_cmpuint ((guchar) data[i], <, 128);
      g_assert_cmpint (data[i], !=, 0);
    }
  g_assert_cmpmem (data + length - 2, 2, "\r\n", 2);
  g_assert_nonnull (g_strstr_len (data, length, "MIME-Version: 1.0\r\n"));
}

static GBytes *
build (ValijaComposition *composition)
{
  g_autoptr(GError) error = NULL;
  GBytes *source = valija_composition_build (composition, FALSE, &error);

  g_assert_no_error (error);
  check_source (source);

  return source;
}

static ValijaMimeMessage *
round_trip (ValijaComposition *composition)
{
  g_autoptr(GBytes) source = build (composition);

  return valija_mime_message_parse (source);
}

static void
assert_header (ValijaMimeMessage *message,
               const char        *name,
               const char        *expected)
{
  g_autofree char *value = valija_mime_message_dup_header (message, name);

  g_assert_cmpstr (value, ==, expected);
}

static const char *const texts[] = {
  "Hello\n",
  "Hello, this has  two  blanks and a tab\there.\n\n\nAnd empty lines.\n",
  "From here on.\nFrom there too.\n>From quoted\n",
  ".\n..\n.dot\n",
  "-- \nsignature\n",
  "trailing blanks   \nand a tab\t\nend\n",
  "Größe €\n",
  "Привет, мир!\n",
  "שלום עולם\n",
  "مرحبا بالعالم\n",
  "こんにちは世界\n",
  "你好，世界。这是一个没有空格的很长的句子，"
  "用来检查编码后的行不会太长，也不会在一个字的中间断开。这是一个没有空格的很长的句子，用来检查编码后的行不会太长，也不会在一个字的中间断开。\n",
  "안녕하세요\n",
  "नमस्ते दुनिया\n",
  "สวัสดีชาวโลก\n",
  "Γειά σου Κόσμε\n",
  "🧳 📬 👩🏽‍💻\n",
  "=20 =?utf-8?Q?x?= =\n",
  "\n",
};

/* Short, and with one blank where there were several: that is how names are written. */
static char *
dup_name (const char *text)
{
  g_auto(GStrv) words = g_strsplit (text, " ", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL && i < 5; i++)
    if (*words[i] != '\0')
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", words[i]);

  return g_string_free (out, FALSE);
}

static void
test_round_trip_text (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *subject = g_strstrip (g_strdelimit (g_strdup (texts[i]), "\n\t", ' '));
      g_autoptr(ValijaAddress) from = NULL;
      g_autoptr(ValijaComposition) composition = make ("someone@example.net", subject, texts[i]);
      g_autoptr(ValijaMimeMessage) message = NULL;
      g_autofree char *clean_subject = valija_mime_clean_text (subject, -1);
      g_autofree char *name = dup_name (clean_subject);
      const ValijaMessageInfo *info;

      from = valija_address_new (name, "a@b.example");
      g_object_set (composition, "from", from, NULL);

      message = round_trip (composition);
      info = valija_mime_message_get_info (message);
      g_assert_cmpstr (valija_mime_message_get_text (message), ==, texts[i]);
      if (strstr (subject, "=?") == NULL)
        g_assert_cmpstr (info->subject, ==, clean_subject);
      g_assert_cmpuint (info->from->len, ==, 1);
      g_assert_cmpstr (((ValijaAddress *)g_ptr_array_index (info->from, 0))->address, ==,
                       "a@b.example");
      if (strstr (subject, "=?") == NULL)
        g_assert_cmpstr (((ValijaAddress *)g_ptr_array_index (info->from, 0))->name, ==,
                         from->name);
    }
}

static void
test_long_lines (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GString) subject = g_string_new (NULL);
  g_autoptr(GString) to = g_string_new (NULL);
  g_autoptr(GString) references = g_string_new (NULL);
  g_autoptr(ValijaComposition) composition = NULL;
  g_autoptr(ValijaMimeMessage) message = NULL;

  for (int i = 0; i < 5000; i++)
    g_string_append (text, i % 7 == 0 ? "x " : "longword");
  g_string_append_c (text, '\n');
  for (int i = 0; i < 300; i++)
    g_string_append (subject, "wörter");
  for (int i = 0; i < 500; i++)
    g_string_append_printf (to, "\"Person, Number %d\" <person%d@example.org>, ", i, i);
  for (int i = 0; i < 90; i++)
    g_string_append_printf (references, "averyveryverylongmessageidentifier%d@mail.example.org ",
                            i);

  composition = make (to->str, subject->str, text->str);
  g_object_set (composition, "references", references->str, "in-reply-to", "1@x", NULL);
  message = round_trip (composition);
  g_assert_cmpstr (valija_mime_message_get_text (message), ==, text->str);
  g_assert_cmpstr (valija_mime_message_get_info (message)->subject, ==, subject->str);
  g_assert_cmpuint (valija_mime_message_get_info (message)->to->len, ==, 500);
  g_assert_cmpstr (
      ((ValijaAddress *)g_ptr_array_index (valija_mime_message_get_info (message)->to, 7))->name,
      ==, "Person, Number 7");
  g_assert_cmpstr (valija_mime_message_get_info (message)->in_reply_to, ==, "1@x");
  g_assert_cmpstr (valija_mime_message_get_info (message)->references, ==,
                   g_strchomp (references->str));
}

static void
test_headers (void)
{
  g_autoptr(ValijaComposition) composition =
    make ("a@x.example, \"B, C\" <b@x.example>", "Hi\r\nX-Evil: yes", "x");
  g_autoptr(GBytes) sent = NULL;
  g_autoptr(GBytes) kept = NULL;
  g_autoptr(GBytes) again = NULL;
  g_autoptr(ValijaMimeMessage) message = NULL;
  g_autoptr(ValijaMimeMessage) copy = NULL;
  g_autoptr(ValijaMimeMessage) second = NULL;

  g_object_set (composition, "cc", "c@müller.example", "bcc", "secret@x.example", "priority",
                VALIJA_PRIORITY_HIGH, "confidentiality", VALIJA_CONFIDENTIALITY_CONFIDENTIAL,
                "read-confirmation", TRUE, "delivery-receipt", TRUE, NULL);
  sent = build (composition);
  kept = valija_composition_build (composition, TRUE, NULL);
  again = build (composition);
  message = valija_mime_message_parse (sent);
  copy = valija_mime_message_parse (kept);
  second = valija_mime_message_parse (again);

  assert_header (message, "Subject", "Hi X-Evil: yes");
  assert_header (message, "X-Evil", NULL);
  assert_header (message, "Bcc", NULL);
  assert_header (message, "X-Valija-Delivery-Receipt", NULL);
  assert_header (copy, "Bcc", "secret@x.example");
  assert_header (message, "X-Priority", "1 (Highest)");
  assert_header (message, "Importance", "high");
  assert_header (message, "Sensitivity", "Company-Confidential");
  assert_header (message, "Disposition-Notification-To", "maria@example.org");
  assert_header (message, "Cc", "c@xn--mller-kva.example");
  g_assert_null (g_strstr_len (g_bytes_get_data (sent, NULL), g_bytes_get_size (sent), "secret"));
  g_assert_true (
      g_str_has_suffix (valija_mime_message_get_info (message)->message_id, "@example.org"));
  g_assert_cmpstr (valija_mime_message_get_info (message)->message_id, ==,
                   valija_mime_message_get_info (second)->message_id);
  g_assert_cmpint (
      ABS (valija_mime_message_get_info (message)->date - g_get_real_time () / G_USEC_PER_SEC), <,
      100);
}

static void
test_structure (void)
{
  static const guint8 binary[] = { 0, 1, 2, '\r', '\n', '\n', '\r', 255, '.', '\r', '\n' };
  g_autoptr(GBytes) bytes = g_bytes_new_static (binary, sizeof binary);
  g_autoptr(GBytes) eml = g_bytes_new_static ("Subject: inner\r\n\r\ninner\r\n", 25);
  g_autoptr(ValijaAttachment) picture =
    valija_attachment_new_for_bytes ("p.png", "image/png", bytes);
  g_autoptr(ValijaAttachment) file = valija_attachment_new_for_bytes (
      "Größe «a; b» 你好.bin", "application/x-thing", bytes);
  g_autoptr(ValijaAttachment) odd =
    valija_attachment_new_for_bytes ("../x\r\nX-Evil: y", "text/plain\r\nX-Evil: y", bytes);
  g_autoptr(ValijaAttachment) inner =
    valija_attachment_new_for_bytes ("m.eml", "message/rfc822", eml);
  g_autoptr(ValijaComposition) composition = make ("a@x.example", "s", "plain\n");
  g_autoptr(ValijaMimeMessage) message = NULL;
  GPtrArray *attachments;
  const ValijaMimePart *root;
  const ValijaMimePart *part;

  valija_attachment_set_content_id (picture, "pic@local");
  g_object_set (composition, "html", "<p>rich <img src=\"cid:pic@local\"></p>", NULL);
  valija_composition_add_attachment (composition, picture);
  valija_composition_add_attachment (composition, file);
  valija_composition_add_attachment (composition, odd);
  valija_composition_add_attachment (composition, inner);

  message = round_trip (composition);
  root = valija_mime_message_get_root (message);
  g_assert_cmpstr (root->type, ==, "multipart/mixed");
  part = g_ptr_array_index (root->children, 0);
  g_assert_cmpstr (part->type, ==, "multipart/alternative");
  part = g_ptr_array_index (part->children, 1);
  g_assert_cmpstr (part->type, ==, "multipart/related");
  part = g_ptr_array_index (part->children, 1);
  g_assert_true (part->inline_image);
  g_assert_cmpstr (part->content_id, ==, "pic@local");
  g_assert_cmpstr (valija_mime_message_get_text (message), ==, "plain\n");
  g_assert_cmpstr (valija_mime_message_get_html (message), ==,
                   "<p>rich <img src=\"cid:pic@local\"></p>\n");

  attachments = valija_mime_message_get_attachments (message);
  g_assert_cmpuint (attachments->len, ==, 3);
  part = g_ptr_array_index (attachments, 0);
  g_assert_cmpstr (part->name, ==, "Größe «a; b» 你好.bin");
  g_assert_cmpstr (part->type, ==, "application/x-thing");
  {
    g_autoptr(GBytes) loaded = valija_mime_message_load_part (message, part, NULL);

    g_assert_true (g_bytes_equal (loaded, bytes));
  }
  part = g_ptr_array_index (attachments, 1);
  g_assert_cmpstr (part->name, ==, "../x X-Evil: y");
  g_assert_cmpstr (part->type, ==, "application/octet-stream");
  part = g_ptr_array_index (attachments, 2);
  g_assert_cmpstr (part->type, ==, "message/rfc822");
  g_assert_cmpuint (part->children->len, ==, 1);
  {
    g_autoptr(GBytes) loaded = valija_mime_message_load_part (message, part, NULL);

    g_assert_cmpmem (g_bytes_get_data (loaded, NULL), 23, g_bytes_get_data (eml, NULL), 23);
  }
}

/* A big file goes through in pieces. */
static void
test_big_file (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "valija-test-big.bin", NULL);
  g_autofree char *block = g_malloc (1024 * 1024);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(ValijaAttachment) attachment = NULL;
  g_autoptr(ValijaComposition) composition = make ("a@x.example", "s", "t");
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaMimeMessage) message = NULL;
  FILE *out = g_fopen (path, "w");
  const ValijaMimePart *part;

  for (int i = 0; i < 1024 * 1024; i++)
    block[i] = (char) (i * 7);
  for (int i = 0; i < 20; i++)
    g_assert_cmpuint (fwrite (block, 1, 1024 * 1024, out), ==, 1024 * 1024);
  g_assert_cmpint (fclose (out), ==, 0);

  attachment = valija_attachment_new_for_file (file, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (valija_attachment_get_size (attachment), ==, 20 * 1024 * 1024);
  g_assert_cmpstr (valija_attachment_get_name (attachment), ==, "valija-test-big.bin");
  valija_composition_add_attachment (composition, attachment);
  g_assert_true (valija_composition_check (composition, &error));

  source = build (composition);
  message = valija_mime_message_parse (source);
  part = g_ptr_array_index (valija_mime_message_get_attachments (message), 0);
  g_assert_cmpuint (part->size, ==, 20 * 1024 * 1024);
  {
    g_autoptr(GBytes) loaded = valija_mime_message_load_part (message, part, NULL);

    g_assert_cmpmem ((const char *)g_bytes_get_data (loaded, NULL) + 19 * 1024 * 1024, 1024 * 1024,
                     block, 1024 * 1024);
  }

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_false (valija_composition_check (composition, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (valija_composition_build (composition, FALSE, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (valija_attachment_new_for_file (file, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
}

static void
test_check (void)
{
  static const struct
  {
    const char *to;
    gboolean valid;
    guint recipients;
  } cases[] = {
    { "", FALSE, 0 },
    { "bob", FALSE, 0 },
    { "a@b.example", TRUE, 1 },
    { "a@b.example, A <a@B.example>", TRUE, 1 },
    { "a@b.example; c@d.example", TRUE, 2 },
    { "a@b.example, nonsense", FALSE, 0 },
    { "Team: a@b.example, c@d.example;", TRUE, 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaComposition) composition = make (cases[i].to, "s", "t");
      g_autoptr(GError) error = NULL;
      g_autoptr(ValijaEnvelope) envelope = NULL;

      g_assert_cmpint (valija_composition_check (composition, &error), ==, cases[i].valid);
      g_assert_true ((error == NULL) == cases[i].valid);
      g_clear_error (&error);
      envelope = valija_composition_dup_envelope (composition, &error);
      if (!cases[i].valid)
        {
          g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
          continue;
        }
      g_assert_cmpstr (envelope->sender, ==, "maria@example.org");
      g_assert_cmpuint (envelope->recipients->len, ==, cases[i].recipients);
    }
}

static const char original_source[] =
  "From: \"Doe, John\" <john@example.net>\r\nTo: María <maria@example.org>, Ann <ann@example.com>"
    "\r\nCc: bob@example.com, john@example.net\r\n"
  "Subject: Re: AW: Re[2]: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=\r\nDate: Fri, 21 Nov 2025 09:55:06 "
    "+0000\r\nMessage-ID: <3@x>\r\n"
  "References: <1@x> <2@x>\r\nIn-Reply-To: <2@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
  "--b\r\nContent-Type: text/plain; format=flowed\r\n\r\nA long \r\nparagraph.\r\n\r\n> quoted\r\n-- \r\nsignature\r\n"
  "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nPDF\r\n--b--\r\n";

static void
test_reply (void)
{
  g_autoptr(GBytes) source = g_bytes_new_static (original_source, strlen (original_source));
  g_autoptr(ValijaMimeMessage) original = valija_mime_message_parse (source);
  g_autoptr(ValijaAddress) me = valija_address_new ("María", "MARIA@example.org");
  g_autoptr(ValijaComposition) reply =
    valija_composition_new_reply (original, source, VALIJA_REPLY, me, NULL);
  g_autoptr(ValijaComposition) all =
    valija_composition_new_reply (original, source, VALIJA_REPLY_ALL, me, NULL);
  g_autoptr(ValijaAddress) john = valija_address_new ("", "john@example.net");
  g_autoptr(ValijaComposition) own =
    valija_composition_new_reply (original, source, VALIJA_REPLY, john, NULL);

  assert_property (reply, "to", "\"Doe, John\" <john@example.net>");
  assert_property (reply, "cc", "");
  assert_property (reply, "subject", "Re: Größe");
  assert_property (reply, "in-reply-to", "3@x");
  assert_property (reply, "references", "1@x 2@x 3@x");
  assert_property (
      reply, "text",
      "\n\nOn 21 November 2025 at 09:55, Doe, John wrote:\n> A long paragraph.\n>\n>> quoted\n");
  g_assert_cmpuint (g_list_model_get_n_items (valija_composition_get_attachments (reply)), ==, 0);

  assert_property (all, "to", "\"Doe, John\" <john@example.net>, Ann <ann@example.com>");
  assert_property (all, "cc", "bob@example.com");
  assert_property (own, "to", "María <maria@example.org>, Ann <ann@example.com>");
}

/* From the address that it was for, of those one has; from the usual one if it was for none of them. */
static void
test_choose_sender (void)
{
  static const struct { const char *senders[3]; const char *chosen; } cases[] = {
    { { "me@example.org", "ANN@example.com" }, "ANN@example.com" },
    { { "maria@example.org", "ann@example.com" }, "maria@example.org" },
    { { "me@example.org", "bob@example.com" }, "bob@example.com" },
    { { "me@example.org", "john@example.net" }, "john@example.net" },
    { { "me@example.org", "other@example.org" }, "me@example.org" },
  };
  g_autoptr(GBytes) source = g_bytes_new_static (original_source, strlen (original_source));
  g_autoptr(ValijaMimeMessage) original = valija_mime_message_parse (source);
  g_autoptr(GPtrArray) none = valija_address_list_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GPtrArray) senders = valija_address_list_new ();
      g_autoptr(ValijaAddress) chosen = NULL;

      for (gsize j = 0; cases[i].senders[j] != NULL; j++)
        g_ptr_array_add (senders, valija_address_new ("Me", cases[i].senders[j]));
      chosen = valija_composition_choose_sender (original, senders);
      g_assert_cmpstr (chosen->address, ==, cases[i].chosen);
    }
  g_assert_null (valija_composition_choose_sender (original, none));
}

/* One who has several addresses, and was written to at more than one of them, answers the others and not oneself. */
static void
test_reply_all_own (void)
{
  static const struct { const char *own[4]; const char *to; const char *cc; } cases[] = {
    { { "ANN@example.com", "maria@EXAMPLE.org", "unused@example.org" }, "\"Doe, John\" <john@example.net>",
      "bob@example.com" },
    { { "bob@example.com", "john@example.net" }, "María <maria@example.org>, Ann <ann@example.com>", "" },
    { { "maria@example.org", "ann@example.com", "bob@example.com", "john@example.net" },
      "\"Doe, John\" <john@example.net>", "" },
  };
  g_autoptr(GBytes) source = g_bytes_new_static (original_source, strlen (original_source));
  g_autoptr(ValijaMimeMessage) original = valija_mime_message_parse (source);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GPtrArray) own = valija_address_list_new ();
      g_autoptr(ValijaComposition) all = NULL;
      g_autoptr(ValijaComposition) reply = NULL;

      for (gsize j = 0; j < G_N_ELEMENTS (cases[i].own) && cases[i].own[j] != NULL; j++)
        g_ptr_array_add (own, valija_address_new ("Me", cases[i].own[j]));
      all = valija_composition_new_reply (original, source, VALIJA_REPLY_ALL, g_ptr_array_index (own, 0), own);
      assert_property (all, "to", cases[i].to);
      assert_property (all, "cc", cases[i].cc);

      /* Who is answered alone was chosen, whoever it is */
      reply = valija_composition_new_reply (original, source, VALIJA_REPLY, g_ptr_array_index (own, 0), own);
      assert_property (reply, "to", "\"Doe, John\" <john@example.net>");
    }
}

static void
test_reply_chain (void)
{
  g_autoptr(GString) text = g_string_new (
      "From: a@b\nMessage-ID: <last@x>\nReply-To: list@example.org\nReferences:");
  g_autoptr(GBytes) source = NULL;
  g_autoptr(ValijaMimeMessage) original = NULL;
  g_autoptr(ValijaComposition) reply = NULL;
  g_autofree char *references = NULL;

  for (int i = 0; i < 2000; i++)
    g_string_append_printf (text, " <%d@x>", i);
  g_string_append (text, "\n\n");
  source = g_string_free_to_bytes (g_steal_pointer (&text));
  original = valija_mime_message_parse (source);
  reply = valija_composition_new_reply (original, NULL, VALIJA_REPLY, NULL, NULL);

  references = get (reply, "references");
  g_assert_true (g_str_has_prefix (references, "0@x "));
  g_assert_true (g_str_has_suffix (references, " last@x"));
  g_assert_cmpuint (strlen (references), <, 1000);
  assert_property (reply, "to", "list@example.org");
}

static void
test_forward (void)
{
  g_autoptr(GBytes) source = g_bytes_new_static (original_source, strlen (original_source));
  g_autoptr(ValijaMimeMessage) original = valija_mime_message_parse (source);
  g_autoptr(ValijaComposition) forward =
    valija_composition_new_reply (original, source, VALIJA_FORWARD, NULL, NULL);
  g_autoptr(ValijaComposition) attached =
    valija_composition_new_reply (original, source, VALIJA_FORWARD_ATTACHED, NULL, NULL);
  g_autoptr(ValijaAttachment) pdf =
    g_list_model_get_item (valija_composition_get_attachments (forward), 0);
  g_autoptr(ValijaAttachment) eml =
    g_list_model_get_item (valija_composition_get_attachments (attached), 0);
  g_autofree char *text = get (forward, "text");

  assert_property (forward, "subject", "Fwd: Re: AW: Re[2]: Größe");
  assert_property (forward, "to", "");
  assert_property (forward, "in-reply-to", "");
  g_assert_nonnull (strstr (text, "From: \"Doe, John\" <john@example.net>\n"));
  g_assert_nonnull (strstr (text, "\n\nA long paragraph.\n"));
  g_assert_cmpstr (valija_attachment_get_name (pdf), ==, "a.pdf");
  g_assert_cmpuint (valija_attachment_get_size (pdf), ==, 3);

  assert_property (attached, "text", "");
  g_assert_cmpstr (valija_attachment_get_mime_type (eml), ==, "message/rfc822");
  g_assert_cmpstr (valija_attachment_get_name (eml), ==, "Re: AW: Re[2]: Größe.eml");
  g_assert_cmpuint (valija_attachment_get_size (eml), ==, strlen (original_source));
}

static void
test_is_forward (void)
{
  static const struct
  {
    const char *subject;
    gboolean forward;
  } subjects[] = {
    { "Fwd: Lunch", TRUE }, { "FW: Lunch", TRUE }, { "WG: AW: Lunch", TRUE }, { "rv : Lunch", TRUE },
    { "转发：Lunch", TRUE }, { "Re: Fwd: Lunch", FALSE }, { "Lunch", FALSE }, { "Forwards", FALSE }, { "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (subjects); i++)
    {
      g_autofree char *text = g_strdup_printf ("Subject: %s\n\nx\n", subjects[i].subject);
      g_autoptr(GBytes) source = g_bytes_new (text, strlen (text));
      g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse (source);

      g_assert_cmpint (valija_composition_is_forward (message), ==, subjects[i].forward);
    }
}

static void
test_draft (void)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("xyz", 3);
  g_autoptr(ValijaAttachment) attachment =
    valija_attachment_new_for_bytes ("a b.txt", "text/plain", bytes);
  g_autoptr(ValijaComposition) composition = make (
      "\"Doe, John\" <john@example.net>, half", "Subject", "text without a line break at its end");
  g_autoptr(ValijaComposition) draft = NULL;
  g_autoptr(ValijaMimeMessage) message = NULL;
  g_autoptr(ValijaMimeMessage) second = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autoptr(GBytes) again = NULL;
  int priority, confidentiality;
  gboolean confirmation, receipt;

  g_object_set (composition, "bcc", "hidden@example.com", "priority", VALIJA_PRIORITY_LOW,
                "confidentiality", VALIJA_CONFIDENTIALITY_PRIVATE, "read-confirmation", TRUE,
                "delivery-receipt", TRUE, "references", "1@x 2@x", "in-reply-to", "2@x", NULL);
  valija_composition_add_attachment (composition, attachment);
  source = valija_composition_build (composition, TRUE, NULL);
  check_source (source);
  message = valija_mime_message_parse (source);
  draft = valija_composition_new_draft (message);

  assert_property (draft, "to", "\"Doe, John\" <john@example.net>, half");
  assert_property (draft, "bcc", "hidden@example.com");
  assert_property (draft, "subject", "Subject");
  assert_property (draft, "text", "text without a line break at its end");
  assert_property (draft, "references", "1@x 2@x");
  assert_property (draft, "html", NULL);
  g_object_get (draft, "priority", &priority, "confidentiality", &confidentiality,
                "read-confirmation", &confirmation, "delivery-receipt", &receipt, NULL);
  g_assert_cmpint (priority, ==, VALIJA_PRIORITY_LOW);
  g_assert_cmpint (confidentiality, ==, VALIJA_CONFIDENTIALITY_PRIVATE);
  g_assert_true (confirmation);
  g_assert_true (receipt);
  g_assert_cmpuint (g_list_model_get_n_items (valija_composition_get_attachments (draft)), ==, 1);

  again = valija_composition_build (draft, TRUE, NULL);
  second = valija_mime_message_parse (again);
  g_assert_cmpstr (valija_mime_message_get_info (second)->message_id, ==,
                   valija_mime_message_get_info (message)->message_id);
  g_assert_cmpstr (valija_mime_message_get_text (second), ==,
                   valija_mime_message_get_text (message));
}

static const struct
{
  const char *uri;
  const char *to;           /* NULL: not valid */
  const char *cc;
  const char *bcc;
  const char *subject;
  const char *text;
} links[] = {
  /* RFC 6068 §6 */
  { "mailto:chris@example.com", "chris@example.com", "", "", "", "" },
  { "mailto:infobot@example.com?subject=current-issue", "infobot@example.com", "", "",
    "current-issue", "" },
  { "mailto:infobot@example.com?body=send%20current-issue", "infobot@example.com", "", "", "",
    "send current-issue" },
  { "mailto:infobot@example.com?body=send%20current-issue%0D%0Asend%20index", "infobot@example.com",
    "", "", "", "send current-issue\nsend index" },
  { "mailto:list@example.org?In-Reply-To=%3C3469A91.D10AF4C@example.com%3E", "list@example.org", "",
    "", "", "" },
  { "mailto:majordomo@example.com?body=subscribe%20bamboo-l", "majordomo@example.com", "", "", "",
    "subscribe bamboo-l" },
  { "mailto:joe@example.com?cc=bob@example.com&body=hello", "joe@example.com", "bob@example.com",
    "", "", "hello" },
  { "mailto:?to=joe@example.com&cc=bob@example.com&body=hello", "joe@example.com",
    "bob@example.com", "", "", "hello" },
  { "mailto:gorby%25kremvax@example.com", "gorby%kremvax@example.com", "", "", "", "" },
  { "mailto:unlikely%3Faddress@example.com?blat=foop", "unlikely?address@example.com", "", "", "",
    "" },
  { "mailto:Mike%26family@example.org", "Mike&family@example.org", "", "", "", "" },
  { "mailto:%22not%40me%22@example.org", "\"not@me\"@example.org", "", "", "", "" },
  { "mailto:user@example.org?subject=caf%C3%A9&body=caf%C3%A9", "user@example.org", "", "", "café",
    "café" },
  { "mailto:user@%E7%B4%8D%E8%B1%86.example.org?subject=Test&body=NATTO", "user@納豆.example.org",
    "", "", "Test", "NATTO" },
  { "mailto:addr1@an.example,addr2@an.example", "addr1@an.example,addr2@an.example", "", "", "",
    "" },
  { "mailto:?to=addr1@an.example,addr2@an.example", "addr1@an.example,addr2@an.example", "", "", "",
    "" },
  { "mailto:addr1@an.example?to=addr2@an.example", "addr1@an.example, addr2@an.example", "", "", "",
    "" },
  { "MAILTO:a@b.example?SUBJECT=X", "a@b.example", "", "", "X", "" },
  { "mailto:", "", "", "", "", "" },
  { "mailto:?bcc=hidden@x.example", "", "", "hidden@x.example", "", "" },
  { "mailto:a@b.example?subject=a+b", "a@b.example", "", "", "a+b", "" },
  /* What a link must not do */
  { "mailto:a@b.example?attach=/etc/passwd", "a@b.example", "", "", "", "" },
  { "mailto:a@b.example?attachment=file:///etc/passwd&insert=x", "a@b.example", "", "", "", "" },
  { "mailto:a@b.example?from=boss@x.example&sender=x&reply-to=y", "a@b.example", "", "", "", "" },
  { "mailto:a@b.example?subject=x%0D%0ABcc:%20evil@x.example", "a@b.example", "", "",
    "x Bcc: evil@x.example", "" },
  { "mailto:a@b.example%0D%0ABcc:%20evil@x.example", "a@b.example Bcc: evil@x.example", "", "", "",
    "" },
  { "mailto:a@b.example?cc=%0Aevil", "a@b.example", "evil", "", "", "" },
  { "mailto:a@b.example?subject=%00", NULL, NULL, NULL, NULL, NULL },
  { "mailto:%00a@b.example", NULL, NULL, NULL, NULL, NULL },
  { "mailto:a@b.example?body=%1B%5B31mred%07", "a@b.example", "", "", "", "[31mred" },
  { "mailto:a@b.example?subject=%FF%zz%4", "a@b.example", "", "", "\357\277\275%zz%4", "" },
  { "mailto:a@b.example?subject=%E2%80%AEevil", "a@b.example", "", "", "evil", "" },
  { "mailto:a@b.example#fragment?subject=x", "a@b.example", "", "", "", "" },
  { "mailto:a@b.example?&&&=x&subject&body=y", "a@b.example", "", "", "", "y" },
  { "mailto", NULL, NULL, NULL, NULL, NULL },
  { "http://example.org", NULL, NULL, NULL, NULL, NULL },
  { "", NULL, NULL, NULL, NULL, NULL },
};

static void
test_mailto (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(ValijaComposition) composition =
        valija_composition_new_mailto (links[i].uri, &error);

      if (links[i].to == NULL)
        {
          g_assert_null (composition);
          g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
          continue;
        }
      g_assert_no_error (error);
      assert_property (composition, "to", links[i].to);
      assert_property (composition, "cc", links[i].cc);
      assert_property (composition, "bcc", links[i].bcc);
      assert_property (composition, "subject", links[i].subject);
      assert_property (composition, "text", links[i].text);
      g_assert_cmpuint (g_list_model_get_n_items (valija_composition_get_attachments (composition)),
                        ==, 0);
    }
}

static void
test_forgot (void)
{
  static const struct
  {
    const char *text;
    gboolean forgot;
  } cases[] = {
    { "Please find the report attached.", TRUE },
    { "ATTACHMENT follows", TRUE },
    { "I enclose it", TRUE },
    { "Nothing here", FALSE },
    { "> I attached it\nThanks", FALSE },
    { "Bye\n-- \nattached", FALSE },
    { "unattached", FALSE },
    { "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaComposition) composition = make ("a@b.example", "s", cases[i].text);
      g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
      g_autoptr(ValijaAttachment) attachment = valija_attachment_new_for_bytes ("x", NULL, bytes);

      g_assert_cmpint (valija_composition_forgot_attachment (composition), ==, cases[i].forgot);
      valija_composition_add_attachment (composition, attachment);
      g_assert_false (valija_composition_forgot_attachment (composition));
      valija_composition_remove_attachment (composition, attachment);
      g_assert_cmpuint (g_list_model_get_n_items (valija_composition_get_attachments (composition)),
                        ==, 0);
    }
}

static void
test_source (void)
{
  static const struct
  {
    const char *source;
    const char *stripped;   /* NULL: the same */
    const char *sender;     /* NULL: not valid */
    const char *recipients;
  } cases[] = {
    { "From: a@b.example\r\nTo: c@d.example\r\n\r\nx\r\n", NULL, "a@b.example", "c@d.example" },
    { "From: a@b.example\nBcc: e@f.example,\n g@h.example\nTo: c@d.example\n\nBcc: body\n",
      "From: a@b.example\nTo: c@d.example\n\nBcc: body\n", "a@b.example",
      "e@f.example c@d.example g@h.example" },
    { "From: a@b.example\r\nbcc : e@f.example\r\nBCC:\r\n\r\n", "From: a@b.example\r\n\r\n",
      "a@b.example", "e@f.example" },
    { "From: a@b.example\r\nno field\r\nnor this\r\nBcc: e@f.example\r\n\r\n",
      "From: a@b.example\r\nno field\r\nnor this\r\n\r\n", "a@b.example", "e@f.example" },
    { "From: a@b.example, c@d.example\r\nSender: s@t.example\r\nTo: x@y.example\r\n\r\n", NULL,
      "s@t.example", "x@y.example" },
    { "From: a@b.example\r\nSender: s@t.example\r\nTo: x@y.example\r\n\r\n", NULL, "a@b.example",
      "x@y.example" },
    { "From: a@b.example\r\nTo: x@y.example\r\nCc: X <x@Y.example>\r\nBcc: "
      "z@y.example\r\n\r\n\xff\0",
      "From: a@b.example\r\nTo: x@y.example\r\nCc: X <x@Y.example>\r\n\r\n\xff", "a@b.example",
      "x@y.example z@y.example" },
    { "From: a@b.example\r\nX-Valija-Delivery-Receipt: yes\r\nTo: c@d.example\r\n\r\nx",
      "From: a@b.example\r\nTo: c@d.example\r\n\r\nx", "a@b.example", "c@d.example" },
    { "From: a@b.example\r\nBcc: c@d.example", "From: a@b.example\r\n", "a@b.example",
      "c@d.example" },
    { "From: a@b.example\r\n\r\nTo: c@d.example\r\n", NULL, NULL, NULL },
    { "To: c@d.example\r\n\r\n", NULL, NULL, NULL },
    { "From: a@b.example\r\nTo: nobody\r\n\r\n", NULL, NULL, NULL },
    { "", NULL, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GBytes) source = g_bytes_new_static (cases[i].source, strlen (cases[i].source));
      g_autoptr(GBytes) stripped = NULL;
      g_autoptr(GError) error = NULL;
      g_autoptr(ValijaEnvelope) alone = valija_source_dup_envelope (source, NULL, NULL);
      g_autoptr(ValijaEnvelope) envelope = valija_source_dup_envelope (source, &stripped, &error);
      const char *expected = cases[i].stripped != NULL ? cases[i].stripped : cases[i].source;
      g_auto(GStrv) recipients = NULL;

      if (cases[i].sender == NULL)
        {
          g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
          g_assert_null (alone);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (envelope->sender, ==, cases[i].sender);
      g_assert_cmpstr (alone->sender, ==, cases[i].sender);
      g_assert_cmpuint (alone->recipients->len, ==, envelope->recipients->len);
      g_assert_cmpmem (g_bytes_get_data (stripped, NULL), g_bytes_get_size (stripped), expected,
                       strlen (expected));
      recipients = g_strsplit (cases[i].recipients, " ", -1);
      g_assert_cmpuint (envelope->recipients->len, ==, g_strv_length (recipients));
      for (guint j = 0; j < envelope->recipients->len; j++)
        g_assert_true (g_strv_contains ((const char *const *)recipients,
                                        g_ptr_array_index (envelope->recipients, j)));
    }
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  (*(int *) user_data)++;
}

static void
test_notify (void)
{
  g_autoptr(ValijaComposition) composition = valija_composition_new ();
  int count = 0;

  g_signal_connect (composition, "notify", G_CALLBACK (count_cb), &count);
  g_object_set (composition, "subject", "a", NULL);
  g_object_set (composition, "subject", "a", "priority", VALIJA_PRIORITY_NORMAL, NULL);
  g_object_set (composition, "subject", NULL, "html", NULL, "read-confirmation", TRUE, NULL);
  g_assert_cmpint (count, ==, 3);
  assert_property (composition, "subject", "");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mime/composition/round-trip-text", test_round_trip_text);
  g_test_add_func ("/mime/composition/long-lines", test_long_lines);
  g_test_add_func ("/mime/composition/headers", test_headers);
  g_test_add_func ("/mime/composition/structure", test_structure);
  g_test_add_func ("/mime/composition/big-file", test_big_file);
  g_test_add_func ("/mime/composition/check", test_check);
  g_test_add_func ("/mime/composition/reply", test_reply);
  g_test_add_func ("/mime/composition/choose-sender", test_choose_sender);
  g_test_add_func ("/mime/composition/reply-all-own", test_reply_all_own);
  g_test_add_func ("/mime/composition/reply-chain", test_reply_chain);
  g_test_add_func ("/mime/composition/forward", test_forward);
  g_test_add_func ("/mime/composition/is-forward", test_is_forward);
  g_test_add_func ("/mime/composition/draft", test_draft);
  g_test_add_func ("/mime/composition/mailto", test_mailto);
  g_test_add_func ("/mime/composition/forgot-attachment", test_forgot);
  g_test_add_func ("/mime/composition/source", test_source);
  g_test_add_func ("/mime/composition/notify", test_notify);

  return g_test_run ();
}
