/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-search-term.h"
#include "model/valija-address.h"
#include "model/valija-changes.h"
#include "model/valija-folder.h"
#include "model/valija-outbox-item.h"
#include "model/valija-progress.h"
#include "model/valija-types.h"

static void
test_address_syntax (void)
{
  static const char * const valid[] = {
    "ana@example.org",
    "a.b+c_d@mail.example.org",
    "!#$%&'*+-/=?^_`{|}~@example.org",
    "\"a b\"@example.org",
    "\"a\\\"b\"@example.org",
    "ana@localhost",
    "ana@[192.0.2.1]",
    "ana@[IPv6:2001:db8::1]",
    "josé@correo.example",
    "用户@例子.广告",
  };
  static const char * const invalid[] = {
    "",
    "ana",
    "@example.org",
    "ana@",
    "ana@@example.org",
    "ana@example..org",
    "ana@.example.org",
    "ana@example.org.",
    "ana@-example.org",
    "ana@example-.org",
    ".ana@example.org",
    "ana.@example.org",
    "a..b@example.org",
    "a b@example.org",
    "ana@exam ple.org",
    "ana@example.org\r\nRCPT TO:<x@y>",
    "\"a\"b\"@example.org",
    "ana@[192.0.2.1",
    "ana@[]",
    "a\xff@example.org",
    "\"\\\"@example.org",
    "ana\u202e@example.org",
  };

  for (guint i = 0; i < G_N_ELEMENTS (valid); i++)
    g_assert_true (valija_address_is_valid (valid[i]));
  for (guint i = 0; i < G_N_ELEMENTS (invalid); i++)
    g_assert_false (valija_address_is_valid (invalid[i]));
  g_assert_false (valija_address_is_valid (NULL));
}

static void
test_address_limits (void)
{
  g_autofree char *local = g_strnfill (64, 'a');
  g_autofree char *label = g_strnfill (63, 'b');
  g_autofree char *good = g_strconcat (local, "@", label, ".org", NULL);
  g_autofree char *long_local = g_strconcat (local, "a@example.org", NULL);
  g_autofree char *long_label = g_strconcat ("a@", label, "b.org", NULL);
  g_autofree char *long_domain = g_strconcat ("a@", label, ".", label, ".", label, ".", label, ".org", NULL);

  g_assert_true (valija_address_is_valid (good));
  g_assert_false (valija_address_is_valid (long_local));
  g_assert_false (valija_address_is_valid (long_label));
  g_assert_false (valija_address_is_valid (long_domain));
}

static void
test_address_text (void)
{
  g_autoptr(ValijaAddress) plain = valija_address_new (NULL, "ana@example.org");
  g_autoptr(ValijaAddress) named = valija_address_new ("Ana García", "ana@example.org");
  g_autoptr(ValijaAddress) quoted = valija_address_new ("García, \"Ana\"", "ana@example.org");
  g_autoptr(ValijaAddress) hostile = valija_address_new ("bank\u202e\n\x01 x\xff", "a\u2066b@example.org");
  g_autoptr(GPtrArray) list = valija_address_list_new ();
  g_autofree char *plain_text = valija_address_to_text (plain);
  g_autofree char *named_text = valija_address_to_text (named);
  g_autofree char *quoted_text = valija_address_to_text (quoted);
  g_autofree char *label = valija_address_to_label (plain);
  g_autofree char *text = NULL;

  g_assert_cmpstr (plain_text, ==, "ana@example.org");
  g_assert_cmpstr (label, ==, "ana@example.org");
  g_assert_cmpstr (named_text, ==, "Ana García <ana@example.org>");
  g_assert_cmpstr (quoted_text, ==, "\"García, \\\"Ana\\\"\" <ana@example.org>");
  g_assert_cmpstr (hostile->name, ==, "bank x\uFFFD");
  g_assert_cmpstr (hostile->address, ==, "ab@example.org");

  g_ptr_array_add (list, valija_address_copy (plain));
  g_ptr_array_add (list, valija_address_copy (named));
  text = valija_address_list_to_text (list);
  g_assert_cmpstr (text, ==, "ana@example.org, Ana García <ana@example.org>");
}

static void
test_nicks (void)
{
  ValijaFolderRole role;
  ValijaKeepSent keep;
  ValijaFlags flags;
  g_autofree char *none = valija_flags_to_string (VALIJA_FLAG_NONE);
  g_autofree const char **nicks = valija_capabilities_to_nicks (VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_OFFLINE);

  for (guint i = 0; i <= VALIJA_FOLDER_ROLE_FLAGGED; i++)
    {
      g_assert_true (valija_folder_role_from_nick (valija_folder_role_to_nick (i), &role));
      g_assert_cmpint (role, ==, i);
      g_assert_nonnull (valija_folder_role_get_icon (i));
    }
  g_assert_false (valija_folder_role_from_nick ("mailbox", &role));
  g_assert_null (valija_folder_role_get_label (VALIJA_FOLDER_ROLE_NONE));

  for (guint i = 0; i <= VALIJA_KEEP_SENT_NOT; i++)
    {
      g_assert_true (valija_keep_sent_from_nick (valija_keep_sent_to_nick (i), &keep));
      g_assert_cmpint (keep, ==, i);
    }
  g_assert_false (valija_keep_sent_from_nick (NULL, &keep));

  for (guint bits = 0; bits < VALIJA_FLAG_MDN_SENT << 1; bits++)
    {
      g_autofree char *words = valija_flags_to_string (bits);

      g_assert_true (valija_flags_from_string (words, &flags));
      g_assert_cmpint (flags, ==, bits);
    }
  g_assert_cmpstr (none, ==, "");
  g_assert_false (valija_flags_from_string ("seen blue", &flags));

  g_assert_cmpstrv (nicks, ((const char * const[]) { "read", "offline", NULL }));
}

static void
test_receipt (void)
{
  g_autoptr(ValijaReceipt) receipt = valija_receipt_new (NULL, FALSE);
  const ValijaRecipientResult *result;

  valija_receipt_add (receipt, "ana@example.org", TRUE, "250 2.1.5 Ok");
  valija_receipt_add (receipt, "nobody@example.org", FALSE, NULL);
  g_assert_cmpstr (receipt->server_line, ==, "");
  g_assert_cmpuint (receipt->recipients->len, ==, 2);
  result = g_ptr_array_index (receipt->recipients, 1);
  g_assert_false (result->accepted);
  g_assert_cmpstr (result->server_line, ==, "");
}

static void
test_changes_own_what_they_hold (void)
{
  g_autoptr(ValijaChanges) changes = valija_changes_new ();
  g_autoptr(ValijaMessageInfo) info = valija_message_info_new ("7");
  g_autoptr(ValijaEnvelope) envelope = valija_envelope_new ("");
  g_autoptr(GBytes) source = g_bytes_new_static ("x", 1);
  g_autoptr(ValijaFetched) fetched = valija_fetched_new ("7", source);

  g_ptr_array_add (changes->added, valija_message_info_ref (info));
  g_ptr_array_add (changes->flags, valija_flags_change_new ("8", VALIJA_FLAG_SEEN));
  g_ptr_array_add (changes->gone, g_strdup ("9"));
  changes->cursor = g_bytes_ref (source);
  g_ptr_array_add (envelope->recipients, g_strdup ("ana@example.org"));

  g_assert_cmpstr (info->subject, ==, "");
  g_assert_cmpuint (info->from->len, ==, 0);
  g_assert_true (fetched->source == source);
}

static void
test_folder (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("imap");
  g_autoptr(ValijaFolder) folder = valija_folder_new (account, 3);

  valija_folder_update (folder, "INBOX/Work", 1, "Work", VALIJA_FOLDER_ROLE_NONE, 1, TRUE, FALSE);
  g_assert_cmpstr (valija_folder_get_display_name (folder), ==, "Work");
  valija_folder_update (folder, "INBOX", 0, "INBOX", VALIJA_FOLDER_ROLE_INBOX, 0, TRUE, FALSE);
  g_assert_cmpstr (valija_folder_get_display_name (folder), ==, "Inbox");
  g_assert_cmpstr (valija_folder_get_name (folder), ==, "INBOX");

  valija_folder_set_counts (folder, -1, 4);
  g_assert_cmpint (valija_folder_get_total (folder), ==, 0);
  g_assert_cmpint (valija_folder_get_unread (folder), ==, 4);
}

static void
test_progress (void)
{
  g_autoptr(ValijaProgress) progress = valija_progress_new ("Fetching");

  g_assert_cmpfloat_with_epsilon (valija_progress_get_fraction (progress), -1, 0.001);
  valija_progress_update (progress, 3, 4);
  g_assert_cmpfloat_with_epsilon (valija_progress_get_fraction (progress), 0.75, 0.001);
  valija_progress_update (progress, 9, 4);
  g_assert_cmpfloat_with_epsilon (valija_progress_get_fraction (progress), 1, 0.001);

  g_assert_false (g_cancellable_is_cancelled (valija_progress_get_cancellable (progress)));
  valija_progress_cancel (progress);
  g_assert_true (g_cancellable_is_cancelled (valija_progress_get_cancellable (progress)));
  valija_progress_finish (progress);
  g_assert_true (valija_progress_get_finished (progress));
}

static void
test_outbox_item (void)
{
  g_autoptr(ValijaOutboxItem) item = valija_outbox_item_new (5, NULL);
  g_autoptr(GListStore) items = g_list_store_new (VALIJA_TYPE_OUTBOX_ITEM);
  g_autoptr(ValijaAccount) account = valija_account_new ("imap");

  g_assert_null (valija_outbox_item_get_account (item));
  g_list_store_append (items, item);
  valija_outbox_item_update (item, "Hello", "ana@example.org", VALIJA_OUTBOX_UNCERTAIN, "no answer", 1, 2, 3);
  g_assert_cmpint (valija_outbox_item_get_state (item), ==, VALIJA_OUTBOX_UNCERTAIN);
  g_assert_cmpuint (valija_outbox_items_count_unsent (G_LIST_MODEL (items), NULL), ==, 1);
  g_assert_cmpuint (valija_outbox_items_count_stuck (G_LIST_MODEL (items)), ==, 1);
  g_assert_cmpuint (valija_outbox_items_count_unsent (G_LIST_MODEL (items), account), ==, 0);
  g_assert_cmpstr (valija_outbox_item_get_words (item), ==, "no answer");
  g_assert_cmpuint (valija_outbox_item_get_attempts (item), ==, 2);
  g_assert_cmpint (valija_outbox_item_get_due (item), ==, 3);
  g_assert_false (valija_outbox_item_is_retry (item));

  /* For a time that the user chose, and then since it failed. */
  valija_outbox_item_update (item, "Hello", "ana@example.org", VALIJA_OUTBOX_PENDING, NULL, 1, 0, 3);
  g_assert_false (valija_outbox_item_is_retry (item));
  valija_outbox_item_update (item, "Hello", "ana@example.org", VALIJA_OUTBOX_PENDING, "no answer", 1, 0, 3);
  g_assert_true (valija_outbox_item_is_retry (item));
}

static void
test_outbox_stuck (void)
{
  static const struct
  {
    ValijaOutboxState state;
    gboolean stuck;
    gboolean stuck_without_account;
  } cases[] = {
    { VALIJA_OUTBOX_PENDING, FALSE, TRUE },
    { VALIJA_OUTBOX_SENDING, FALSE, TRUE },
    { VALIJA_OUTBOX_SENT, FALSE, FALSE },
    { VALIJA_OUTBOX_ERROR, TRUE, TRUE },
    { VALIJA_OUTBOX_UNCERTAIN, TRUE, TRUE },
  };
  g_autoptr(ValijaAccount) account = valija_account_new ("smtp");
  g_autoptr(ValijaOutboxItem) item = valija_outbox_item_new (1, account);
  g_autoptr(ValijaOutboxItem) held = valija_outbox_item_new (2, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      valija_outbox_item_update (item, "Hello", "ana@example.org", cases[i].state, NULL, 1, 0, 0);
      valija_outbox_item_update (held, "Hello", "ana@example.org", cases[i].state, NULL, 1, 0, 0);
      g_assert_cmpint (valija_outbox_item_is_stuck (item), ==, cases[i].stuck);
      g_assert_cmpint (valija_outbox_item_is_stuck (held), ==, cases[i].stuck_without_account);
    }
}

static void
test_search_text (void)
{
  static const struct
  {
    const char *text;
    ValijaSearchPlace place;
    const char *expected;
  } cases[] = {
    { "plans hike", VALIJA_SEARCH_ANYWHERE, "plans hike" },
    { "plans hike", VALIJA_SEARCH_SUBJECT, "subject:plans subject:hike" },
    { "plans ", VALIJA_SEARCH_SUBJECT, "subject:plans " },
    { "\"two words\" from:bo", VALIJA_SEARCH_BODY, "body:\"two words\" from:bo" },
    { "Re: from:\"b o\"", VALIJA_SEARCH_SENDER, "from:Re: from:\"b o\"" },
    { "<1@example.org>", VALIJA_SEARCH_MESSAGE_ID, "id:<1@example.org>" },
    { "is:unread x:y", VALIJA_SEARCH_RECIPIENTS, "is:unread to:x:y" },
    { "", VALIJA_SEARCH_BODY, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = valija_search_text_in (cases[i].text, cases[i].place);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_search_check (void)
{
  static const char * const right[] = {
    "", "hike", "before:2026-05-31", "is:unread is:READ is:flagged", "has:attachment from:nobody", "foo:bar",
    "\"before:nonsense\"", "before:", "subject:before",
  };
  static const char * const wrong[] = {
    "before:nonsense", "after:2026-02-30", "hike is:funny", "has:wings", "is:unread before:\"last week\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_autofree char *words = valija_search_text_check (right[i]);

      g_assert_cmpstr (words, ==, NULL);
    }

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *words = valija_search_text_check (wrong[i]);

      g_assert_nonnull (words);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/address/syntax", test_address_syntax);
  g_test_add_func ("/model/address/limits", test_address_limits);
  g_test_add_func ("/model/address/text", test_address_text);
  g_test_add_func ("/model/types/nicks", test_nicks);
  g_test_add_func ("/model/changes/receipt", test_receipt);
  g_test_add_func ("/model/changes/own-what-they-hold", test_changes_own_what_they_hold);
  g_test_add_func ("/model/folder", test_folder);
  g_test_add_func ("/model/progress", test_progress);
  g_test_add_func ("/model/outbox-item", test_outbox_item);
  g_test_add_func ("/model/outbox-item-stuck", test_outbox_stuck);

  g_test_add_func ("/model/values/search-text", test_search_text);
  g_test_add_func ("/model/values/search-check", test_search_check);

  return g_test_run ();
}
