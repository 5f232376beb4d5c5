/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-store.h"

#include "base/valija-error.h"

typedef struct
{
  const char *name;
  const char *typed;
  const char *found;        /* subjects, newest first */
} Case;

/* What is searched, oldest first: subject, body, file names; odd ones are unread, the last two
 * flagged, "hangul" answered. The sender is Ana Núñez <ana@example.org>, the recipient Bo <bo@example.net>; Mei
 * <mei@example.com> has a copy of "meeting" and "report". "kana" is labelled Work, "thai" Work and $label4 (To Do),
 * "quoting" Ácido limón. "report" has 10,000 octets, "fox" 20,000, the others 1,000.
 * All are in the inbox, but "arabic", in Lists, and "quoting", in gtk below it.
 * Received at 1,000,000 days after 1970 and a day more each. */
static const struct
{
  const char *subject;
  const char *body;
  const char *files;
} messages[] = {
  { "cafe", "Ünïcödé naïve façade. Straße, Łódź, smørrebrød", NULL },
  { "meeting", "今天的会议纪要已经发送", NULL },
  { "kana", "東京タワーへ行きました。がぎぐ", NULL },
  { "hangul", "회의록을 보냅니다", NULL },
  { "thai", "สวัสดีครับ ยินดีต้อนรับ", NULL },
  { "report", "the quick brown fox jumps over the lazy dog", "invoice-2026.pdf\nplan.odt" },
  { "fox", "brown quick", "quick.txt" },
  { "cyrillic", "Привет, ёлка. Ελληνικά", NULL },
  { "arabic", "مرحبا بالعالم שלום", NULL },
  { "quoting", "say \"hello\" to O'Neil at a+b@c.d; DROP TABLE message", NULL },
};

#define DAY (24 * 60 * 60)
#define FIRST (20000 * DAY)  /* 2024-10-04 */

static const Case cases[] = {
  { "diacritics-not-typed", "nunez", "quoting arabic cyrillic fox report thai hangul kana meeting cafe" },
  { "diacritics-typed", "Núñez", "quoting arabic cyrillic fox report thai hangul kana meeting cafe" },
  { "case", "UNICODE", "cafe" },
  { "diacritics-decomposed", "fac\xcc\xa7""ade", "cafe" },
  { "sharp-s", "strasse", "cafe" },
  { "stroke", "lodz", "cafe" },
  { "slashed-o", "smorrebrod", "cafe" },
  { "han-inside", "会议", "meeting" },
  { "han-inside-longer", "会议纪要", "meeting" },
  { "han-one", "纪", "meeting" },
  { "han-order-matters", "议会", "" },
  { "kana-inside", "タワー", "kana" },
  { "kana-and-han", "東京タワー", "kana" },
  { "kana-decomposed", "か\xe3\x82\x99き\xe3\x82\x99", "kana" },
  { "hangul-inside", "회의", "hangul" },
  { "hangul-jamo", "\xe1\x84\x92\xe1\x85\xac\xe1\x84\x8b\xe1\x85\xb4", "hangul" },
  { "thai-inside", "ยินดี", "thai" },
  { "cyrillic-io", "елка", "cyrillic" },
  { "greek-accent", "ελληνικα", "cyrillic" },
  { "arabic", "مرحبا", "arabic" },
  { "hebrew", "שלום", "arabic" },

  { "prefix-of-last-word", "qui", "fox report" },
  { "prefix-not-of-others", "qui fox", "" },
  { "whole-words-behind-a-space", "qui ", "" },
  { "one-letter-is-a-word", "q", "" },
  { "all-words", "fox quick", "fox report" },
  { "phrase", "\"quick brown\"", "report" },
  { "phrase-other-order", "\"brown quick\"", "fox" },
  { "phrase-not-closed", "\"quick bro", "" },
  { "phrase-no-prefix", "\"quick bro\"", "" },
  { "phrase-and-word", "\"quick brown\" lazy", "report" },

  { "from-name", "from:nunez subject:fox", "fox" },
  { "from-address", "from:ana@example.org subject:fox", "fox" },
  { "from-is-not-to", "from:bo", "" },
  { "to", "to:bo subject:kana", "kana" },
  { "to-is-not-from", "to:ana", "" },
  { "subject", "subject:fox", "fox" },
  { "subject-quoted", "subject:\"fox\"", "fox" },
  { "body", "body:fox", "report" },
  { "filename", "filename:quick", "fox" },
  { "filename-beginning", "filename:inv", "report" },
  { "file-names-anywhere", "odt", "report" },
  { "operator-case", "SUBJECT:fox", "fox" },
  { "id", "id:m6@example.org", "fox" },
  { "id-brackets", "id:<m6@example.org>", "fox" },
  { "id-and-word", "id:m6@example.org lazy", "" },
  { "id-unknown", "id:nobody", "" },
  { "unread", "is:unread", "quoting cyrillic report hangul meeting" },
  { "read", "is:read", "arabic fox thai kana cafe" },
  { "flagged", "is:flagged", "quoting arabic" },
  { "unread-word", "is:unread quick", "report" },
  { "attachment", "has:attachment", "fox report" },
  { "after", "after:2024-10-12", "quoting arabic" },
  { "before", "before:2024-10-06", "meeting cafe" },
  { "between-with-word", "after:2024-10-06 before:2024-10-12 quick", "fox report" },
  { "flagged-unread", "is:flagged is:unread", "quoting" },
  { "starred", "is:starred", "quoting arabic" },
  { "answered", "is:answered", "hangul" },
  { "not-answered", "-is:answered -is:unread -is:flagged", "fox thai kana cafe" },
  { "on-a-day", "on:2024-10-10", "fox" },
  { "on-a-month", "on:2024-09", "" },
  { "not-on-a-day", "-on:2024-10-10 quick", "report" },

  { "or", "fox OR meeting", "fox report meeting" },
  { "or-of-places", "subject:fox OR body:fox", "fox report" },
  { "or-binds-closer", "lazy fox OR meeting", "report" },
  { "or-of-word-and-flag", "is:flagged OR subject:kana", "quoting arabic kana" },
  { "or-with-word-outside", "quick is:flagged OR is:unread", "report" },
  { "or-with-not", "-is:read OR subject:fox", "quoting cyrillic fox report hangul meeting" },
  { "or-of-bad", "subject:fox OR before:nonsense", "fox" },
  { "not-word", "quick -lazy", "fox" },
  { "not-phrase", "quick -\"quick brown\"", "fox" },
  { "not-beginning", "quick -laz", "fox" },
  { "nots", "-quick -meeting -kana is:unread", "quoting cyrillic hangul" },
  { "not-attachment", "-has:attachment quick", "" },
  { "not-id", "-id:m6@example.org quick", "report" },

  { "cc", "cc:mei", "report meeting" },
  { "cc-address", "cc:mei@example.com", "report meeting" },
  { "cc-is-not-to", "cc:bo", "" },
  { "cc-beginning", "cc:me", "report meeting" },
  { "cc-no-beginning", "cc:me ", "" },
  { "to-has-copies", "to:mei", "report meeting" },
  { "not-cc", "quick -cc:mei", "fox" },
  { "cc-or", "cc:mei OR subject:fox", "fox report meeting" },

  { "label", "label:Work ", "thai kana" },
  { "label-case", "label:WORK ", "thai kana" },
  { "label-beginning", "label:wo", "thai kana" },
  { "label-no-beginning", "label:wo ", "" },
  { "label-shown-words", "label:\"to do\"", "thai" },
  { "label-name", "label:$label4", "thai" },
  { "label-accents", "label:\"acido limon\"", "quoting" },
  { "label-and-word", "label:Work ana", "thai kana" },
  { "label-and-flag", "label:Work is:unread", "" },
  { "label-in-folder", "label:aci in:inbox", "" },
  { "label-or", "label:work OR label:aci", "quoting thai kana" },
  { "label-or-word", "label:work OR subject:fox", "fox thai kana" },
  { "label-not", "-label:Work is:read", "arabic fox cafe" },
  { "label-none", "label:nobody", "" },

  { "larger", "larger:5k", "fox report" },
  { "larger-and-word", "larger:5k lazy", "report" },
  { "smaller", "smaller:2k subject:fox OR subject:kana", "kana" },
  { "larger-not-equal", "larger:10k", "fox" },

  { "in-role", "in:inbox subject:fox", "fox" },
  { "in-name", "in:Lists", "arabic" },
  { "in-path", "in:Lists/gtk", "quoting" },
  { "in-beginning", "in:gt", "quoting" },
  { "in-two", "in:gtk OR in:lists ", "quoting arabic" },
  { "not-in", "-in:inbox ", "quoting arabic" },
  { "in-nowhere", "in:nowhere fox", "" },

  { "unknown-operator-stands", "foo:bar", "" },
  { "bad-date-is-left-out", "before:nonsense lazy", "report" },
  { "bad-date-alone", "before:nonsense", "" },
  { "is-what-is-left-out", "is:funny lazy", "report" },
  { "colon-alone", ":", "" },
  { "operator-of-nothing", "from:", "" },
  { "empty", "", "" },
  { "spaces", "  \t\n ", "" },
  { "punctuation", "!!! ... ---", "" },
  { "punctuation-and-word", "!!! lazy ...", "report" },
  { "quotes-alone", "\"", "" },
  { "quotes-empty", "\"\"", "" },
  { "quotes-doubled", "\"\"\"\"", "" },
  { "quote-inside", "say\"hello", "quoting" },
  { "fts-operators", "fox AND meeting", "" },
  { "fts-not", "fox NOT quick", "" },
  { "fts-near", "NEAR(quick brown)", "" },
  { "fts-column", "{subject} : fox", "" },
  { "fts-minus-column", "-subject:fox", "quoting arabic cyrillic report thai hangul kana meeting cafe" },
  { "fts-caret", "^fox", "fox report" },
  { "fts-star", "f*x", "" },
  { "fts-parentheses", "(((fox", "fox report" },
  { "sql", "'; DROP TABLE message; --", "quoting" },
  { "address", "a+b@c.d", "quoting" },
  { "apostrophe", "o'neil", "quoting" },
};

static void
write_folders (TestStore *self)
{
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  ValijaFolderInfo *inbox = valija_folder_info_new ("INBOX", "INBOX");
  ValijaFolderInfo *gtk = valija_folder_info_new ("Lists/gtk", "gtk");

  inbox->role = VALIJA_FOLDER_ROLE_INBOX;
  gtk->parent_id = g_strdup ("Lists");
  g_ptr_array_add (infos, inbox);
  g_ptr_array_add (infos, valija_folder_info_new ("Lists", "Lists"));
  g_ptr_array_add (infos, gtk);
  test_await (valija_store_write_folders (self->store, "a", infos, FALSE));
}

static const char *
get_folder (guint i)
{
  return i == 8 ? "Lists" : i == 9 ? "Lists/gtk" : "INBOX";
}

static ValijaMessageInfo *
make_info (guint i)
{
  static const char * const labels[][3] = { { "Work" }, { "work", "$label4" }, { "Ácido limón" } };
  g_autofree char *remote_id = g_strdup_printf ("m%u", i);
  ValijaFlags flags = (i % 2 == 0 ? VALIJA_FLAG_SEEN : 0) | (i > 7 ? VALIJA_FLAG_FLAGGED : 0) |
                      (i == 3 ? VALIJA_FLAG_ANSWERED : 0);
  ValijaMessageInfo *info = test_info (remote_id, messages[i].subject, FIRST + (gint64) i * DAY + 3600, flags);

  info->size = i == 5 ? 10000 : i == 6 ? 20000 : 1000;
  if (i == 1 || i == 5)
    g_ptr_array_add (info->cc, valija_address_new ("Mei", "mei@example.com"));
  if (i == 2 || i == 4 || i == 9)
    info->labels = valija_labels_new (labels[i == 2 ? 0 : i == 4 ? 1 : 2]);

  return info;
}

static TestStore *
make_store (gint64 *folder)
{
  TestStore *self = test_store_new ();
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  ValijaChanges *changes = valija_changes_new ();

  write_folders (self);
  *folder = test_folder (self, "a", "INBOX");

  for (guint i = 0; i < 8; i++)
    g_ptr_array_add (changes->added, make_info (i));
  test_sync (self, *folder, changes);

  for (guint i = 8; i < G_N_ELEMENTS (messages); i++)
    {
      changes = valija_changes_new ();
      g_ptr_array_add (changes->added, make_info (i));
      test_sync (self, test_folder (self, "a", get_folder (i)), changes);
    }

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autofree char *remote_id = g_strdup_printf ("m%u", i);
      ValijaStoredSource *source = valija_stored_source_new (test_find (self, test_folder (self, "a", get_folder (i)),
                                                                        remote_id), bytes,
                                                             messages[i].body, NULL, messages[i].files != NULL);

      source->file_names = g_strdup (messages[i].files);
      g_ptr_array_add (sources, source);
    }
  test_await (valija_store_write_sources (self->store, sources));

  return self;
}

static void
test_cases (void)
{
  gint64 inbox;
  g_autoptr(TestStore) self = make_store (&inbox);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = test_search (self, cases[i].typed);

      if (g_strcmp0 (found, cases[i].found) != 0)
        g_test_message ("%s", cases[i].name);
      g_assert_cmpstr (found, ==, cases[i].found);
    }
}

/* By account, once each, whatever their case. */
static void
test_list_labels (void)
{
  static const char * const all[] = { "$label4", "Work", "ácido limón", NULL };
  static const char * const here[] = { "ácido limón", NULL };
  gint64 inbox;
  g_autoptr(TestStore) self = make_store (&inbox);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "", NULL, FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "here", FIRST, 0);
  g_auto(GStrv) found = NULL;
  gint64 sent;

  info->labels = valija_labels_new (here);
  sent = test_await_int64 (valija_store_ensure_local_folder (self->store, "b", VALIJA_FOLDER_ROLE_SENT, "Sent"));
  test_await_int64 (valija_store_add_message (self->store, sent, info, source, 0));

  found = test_await_boxed (valija_store_list_labels (self->store, NULL));
  g_assert_cmpuint (g_strv_length (found), ==, G_N_ELEMENTS (all) - 1);
  for (guint i = 0; all[i] != NULL; i++)
    g_assert_true (valija_label_equal (found[i], all[i]));
  g_clear_pointer (&found, g_strfreev);
  found = test_await_boxed (valija_store_list_labels (self->store, "b"));
  g_assert_cmpstrv (found, here);
}

/* Whatever is typed, it is no error of syntax, and nothing breaks. */
static void
test_hostile (void)
{
  static const char alphabet[] =
      "\"'*:(){}^-+,;%_\\ aAND OR NOT NEAR from: subject: id: before:2020-01-01 \xc3\xb1\xff\xe4\xbc\x9a";
  gint64 inbox;
  g_autoptr(TestStore) self = make_store (&inbox);
  g_autofree char *long_text = g_strnfill (100000, 'x');
  g_autofree char *many = NULL;
  g_autoptr(GString) words = g_string_new (NULL);

  for (int i = 0; i < 2000; i++)
    {
      char typed[40] = { 0, };
      int length = g_test_rand_int_range (0, sizeof typed - 1);

      for (int j = 0; j < length; j++)
        typed[j] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      g_free (test_search (self, typed));
    }

  g_free (test_search (self, long_text));
  for (int i = 0; i < 1000; i++)
    g_string_append (words, "a b\" ");
  many = test_search (self, words->str);
}

/* A word longer than any is found by all of it, and what is no text does not stop the rest. */
static void
test_odd_text (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autofree char *long_word = g_strnfill (5000, 'k');
  g_autofree char *body = g_strconcat ("\xff\xfe\xe4\xbc end ", long_word, " \xe4\xbc\x9a\xe4", NULL);
  g_autofree char *by_long = NULL;
  g_autofree char *by_end = NULL;
  gint64 inbox;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  test_sync (self, inbox, test_added ("1", 0));
  g_ptr_array_add (sources, valija_stored_source_new (test_find (self, inbox, "1"), bytes, body, NULL, FALSE));
  test_await (valija_store_write_sources (self->store, sources));

  by_long = test_search (self, long_word);
  g_assert_cmpstr (by_long, ==, "1");
  by_end = test_search (self, "会 end");
  g_assert_cmpstr (by_end, ==, "1");
  test_check (self);
}

static void
test_scope (void)
{
  gint64 inbox;
  g_autoptr(TestStore) self = make_store (&inbox);
  g_autoptr(ValijaSearchQuery) query = valija_search_query_new ("nunez");
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr(ValijaStoredSource) source = valija_stored_source_new (0, bytes, "", NULL, FALSE);
  g_autoptr(ValijaMessageInfo) info = test_info ("", "here", FIRST + 2 * DAY, 0);
  g_autofree char *merged = NULL;
  gint64 sent, id;

  sent = test_await_int64 (valija_store_ensure_local_folder (self->store, "b", VALIJA_FOLDER_ROLE_SENT, "Sent"));
  test_await_int64 (valija_store_add_message (self->store, sent, info, source, 0));

  /* Both databases in one order */
  merged = test_search (self, "nunez before:2024-10-08");
  g_assert_cmpstr (merged, ==, "hangul kana here meeting cafe");

  {
    g_autoptr(GArray) of_account =
        test_await_boxed (valija_store_search (self->store, query, "b", NULL, 0, NULL, 0, 0));
    g_autoptr(GArray) of_folder =
        test_await_boxed (valija_store_search (self->store, query, NULL, &inbox, 1, NULL, 0, 0));
    g_autoptr(GArray) of_local =
        test_await_boxed (valija_store_search (self->store, query, NULL, &sent, 1, NULL, 0, 0));
    g_autoptr(GArray) limited = test_await_boxed (valija_store_search (self->store, query, NULL, NULL, 0, NULL, 0, 3));
    gint64 both[] = { inbox, sent };
    gint64 found[] = { test_find (self, inbox, "m5"), test_find (self, inbox, "m6") };
    g_autoptr(GArray) of_both =
        test_await_boxed (valija_store_search (self->store, query, NULL, both, 2, NULL, 0, 0));
    g_autoptr(ValijaSearchQuery) lazy = valija_search_query_new ("lazy");
    g_autoptr(ValijaSearchQuery) unread = valija_search_query_new ("lazy is:unread");
    g_autoptr(GArray) with_more =
        test_await_boxed (valija_store_search (self->store, lazy, NULL, NULL, 0, found, 2, 0));
    g_autoptr(GArray) elsewhere =
        test_await_boxed (valija_store_search (self->store, lazy, NULL, &sent, 1, found, 2, 0));
    g_autoptr(GArray) checked =
        test_await_boxed (valija_store_search (self->store, unread, NULL, NULL, 0, found, 2, 0));
    g_autoptr(GArray) nobody = test_await_boxed (valija_store_search (self->store, query, "c", NULL, 0, NULL, 0, 0));

    g_assert_cmpuint (of_account->len, ==, 1);
    g_assert_cmpuint (of_folder->len, ==, 8);
    g_assert_cmpuint (of_local->len, ==, 1);
    g_assert_cmpint (g_array_index (of_local, gint64, 0), <, 0);
    g_assert_cmpuint (limited->len, ==, 3);
    g_assert_cmpuint (nobody->len, ==, 0);
    g_assert_cmpuint (of_both->len, ==, 9);

    /* What a server has found as well stands in its place, once, where it lies in the right folder and all but the
     * words is as it was asked for */
    g_assert_cmpuint (with_more->len, ==, 2);
    g_assert_cmpint (g_array_index (with_more, gint64, 0), ==, found[1]);
    g_assert_cmpint (g_array_index (with_more, gint64, 1), ==, found[0]);
    g_assert_cmpuint (elsewhere->len, ==, 0);
    g_assert_cmpuint (checked->len, ==, 1);
  }

  /* What the user deleted is not found before the server has heard of it, nor after */
  id = test_find (self, inbox, "m6");
  test_await_int64 (valija_store_delete_messages (self->store, &id, 1));
  {
    g_autofree char *found = test_search (self, "fox");

    g_assert_cmpstr (found, ==, "report");
  }
  test_await (valija_store_finish_operation (self->store, 1, NULL));
  {
    g_autofree char *found = test_search (self, "fox");

    g_assert_cmpstr (found, ==, "report");
  }
  test_check (self);
}

static char *
find_people (TestStore  *self,
             const char *text,
             guint       limit)
{
  g_autoptr(GPtrArray) people = test_await_boxed (valija_store_find_people (self->store, text, limit));

  return valija_address_list_to_text (people);
}

/* Who wrote most and last comes first; a word of the name or of the address is enough, from its beginning on. */
static void
test_people (void)
{
  static const struct { const char *text; guint limit; const char *found; } asked[] = {
    { "nun", 0, "Ana Núñez <ana@example.org>" },
    { "mei", 0, "Mei <mei@example.com>" },
    { "example", 0, "Ana Núñez <ana@example.org>, Bo <bo@example.net>, Mei <mei@example.com>" },
    { "example", 2, "Ana Núñez <ana@example.org>, Bo <bo@example.net>" },
    { "bo@example.n", 0, "Bo <bo@example.net>" },
    { "zample", 0, "" },
    { "\"", 0, "" },
    { "", 0, "" },
  };
  gint64 inbox;
  g_autoptr(TestStore) self = make_store (&inbox);

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autofree char *found = find_people (self, asked[i].text, asked[i].limit);

      g_assert_cmpstr (found, ==, asked[i].found);
    }
}

/* A question that nobody waits for any more is not answered, and the next one is. */
static void
test_abandoned (void)
{
  gint64 inbox;
  g_autoptr(TestStore) self = make_store (&inbox);
  g_autoptr(ValijaSearchQuery) query = valija_search_query_new ("nunez");
  g_autofree char *found = NULL;

  for (guint i = 0; i < 100; i++)
    dex_unref (valija_store_search (self->store, query, NULL, NULL, 0, NULL, 0, 0));

  found = test_search (self, "lazy");
  g_assert_cmpstr (found, ==, "report");
}

static void
test_query (void)
{
  static const char * const empty[] = { "", " ", "\"", "?!" };
  static const char * const full[] = { "a", "is:unread", "id:x", "has:attachment", "before:2020-01-01", "会" };

  for (guint i = 0; i < G_N_ELEMENTS (empty); i++)
    {
      g_autoptr(ValijaSearchQuery) query = valija_search_query_new (empty[i]);

      g_assert_true (valija_search_query_is_empty (query));
    }

  for (guint i = 0; i < G_N_ELEMENTS (full); i++)
    {
      g_autoptr(ValijaSearchQuery) query = valija_search_query_new (full[i]);
      g_autoptr(ValijaSearchQuery) same = valija_search_query_ref (query);

      g_assert_false (valija_search_query_is_empty (same));
    }

  valija_search_query_unref (valija_search_query_new (NULL));
}

static gint64
count_search_rows (TestStore *self)
{
  return test_sql (self, "cache/cache.db", "SELECT count(*) FROM search_docsize");
}

/* What waits for its source is written once, and is found all the same before that. */
static void
test_before_sources (void)
{
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(ValijaChanges) first = test_added ("1 2 3", 0);
  g_autoptr(ValijaChanges) second = test_added ("4 5 6", 0);
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  ValijaChanges *gone = valija_changes_new ();
  g_autofree char *headers = NULL;
  g_autofree char *text = NULL;
  g_autofree char *all = NULL;
  gint64 inbox;

  test_write_folders (self, "a", FALSE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");

  /* "1" was received too early for its source to come */
  valija_written_free (test_await_boxed (valija_store_write_changes_before_sources (self->store, inbox, first, 1002)));
  g_assert_cmpint (count_search_rows (self), ==, 1);
  headers = test_search (self, "nunez");
  g_assert_cmpstr (headers, ==, "3 2 1");
  g_assert_cmpint (count_search_rows (self), ==, 3);

  valija_written_free (test_await_boxed (valija_store_write_changes_before_sources (self->store, inbox, second, 0)));
  g_ptr_array_add (gone->gone, g_strdup ("6"));
  test_sync (self, inbox, gone);
  g_ptr_array_add (sources, valija_stored_source_new (test_find (self, inbox, "3"), bytes, "meadow", NULL, FALSE));
  g_ptr_array_add (sources, valija_stored_source_new (test_find (self, inbox, "4"), bytes, "meadow", NULL, FALSE));
  test_await (valija_store_write_sources (self->store, sources));
  g_assert_cmpint (count_search_rows (self), ==, 4);
  test_check (self);

  /* And it outlives the program */
  test_store_close (self);
  test_store_open (self);
  g_assert_cmpint (count_search_rows (self), ==, 4);
  text = test_search (self, "meadow");
  g_assert_cmpstr (text, ==, "4 3");
  all = test_search (self, "nunez");
  g_assert_cmpstr (all, ==, "5 4 3 2 1");
  test_check (self);
}

/* The beginning of few words, and of many; the last message is in local truth, where its words are listed apart. */
static void
test_beginnings (void)
{
  static const struct
  {
    const char *typed;
    const char *found;
  } looks[] = {
    { "lam", "25 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1" },
    { "Lam1", "19 18 17 16 15 14 13 12 11 10 1" },
    { "lám24", "24" },
    { "lam25", "25" },
    { "会", "25 24 23" },
    { "议", "25 24 23" },
    { "会议", "25 24 23" },
    { "议会", "" },
    { "lam2 会", "" },
    { "会 lam2", "25 24 23" },
    { "lamé", "" },
    { "subject:lam1", "" },
    { "body:lam2", "25 24 23 22 21 20 2" },
    { "filename:lam2", "" },
    { "-lam21 lam2", "25 24 23 22 20 2" },
    { "lam1 OR lam2", "25 24 23 22 21 20 2 1" },
    { "say lam2", "25 24 23 22 21 20 2" },
    { "say-lam2", "25 24 23 22 21 20 2" },
    { "\"lam2\"", "2" },
  };
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  gint64 inbox;
  gint64 local;

  test_write_folders (self, "a", FALSE, "INBOX");
  test_write_folders (self, "b", TRUE, "INBOX");
  inbox = test_folder (self, "a", "INBOX");
  local = test_folder (self, "b", "INBOX");
  g_assert_cmpint (local, <, 0);
  test_sync (self, inbox, test_added ("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24", 0));
  test_sync (self, local, test_added ("25", 0));

  for (guint i = 1; i <= 25; i++)
    {
      g_autofree char *remote_id = g_strdup_printf ("%u", i);
      g_autofree char *text = g_strdup_printf (i < 23 ? "say lam%u" : "say lam%u 会议", i);
      gint64 id = test_find (self, i < 25 ? inbox : local, remote_id);

      g_ptr_array_add (sources, valija_stored_source_new (id, bytes, text, NULL, FALSE));
    }
  test_await (valija_store_write_sources (self->store, sources));

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autofree char *found = test_search (self, looks[i].typed);

      g_test_message ("%s", looks[i].typed);
      g_assert_cmpstr (found, ==, looks[i].found);
    }
}

/* What is written together is one segment of the index, whatever else was written in between: a segment for each
 * message would be merged again and again. */
static void
check_segments (const char *name,
                gboolean    durable)
{
  static const char count_segments[] = "SELECT count(DISTINCT segid) FROM search_idx";
  g_autoptr(TestStore) self = test_store_new ();
  g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
  g_autoptr(ValijaChanges) first = test_added ("1 2 3 4", 0);
  g_autoptr(ValijaChanges) second = test_added ("5 6 7 8", 0);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("x", 1);
  gint64 inbox;

  test_write_folders (self, "a", durable, "INBOX");
  inbox = test_folder (self, "a", "INBOX");

  valija_written_free (test_await_boxed (valija_store_write_changes (self->store, inbox, first)));
  g_assert_cmpint (test_sql (self, name, count_segments), ==, 1);

  valija_written_free (test_await_boxed (valija_store_write_changes_before_sources (self->store, inbox, second, 0)));
  for (guint i = 8; i >= 5; i--)
    {
      g_autofree char *remote_id = g_strdup_printf ("%u", i);

      g_ptr_array_add (sources, valija_stored_source_new (test_find (self, inbox, remote_id), bytes, "meadow", NULL,
                                                          FALSE));
    }
  test_await (valija_store_write_sources (self->store, sources));
  g_assert_cmpint (test_sql (self, name, count_segments), ==, 2);
  test_check (self);
}

static void
test_segments (void)
{
  check_segments ("cache/cache.db", FALSE);
  check_segments ("data/local.db", TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/store/search/query", test_query);
  g_test_add_func ("/store/search/cases", test_cases);
  g_test_add_func ("/store/search/list-labels", test_list_labels);
  g_test_add_func ("/store/search/hostile", test_hostile);
  g_test_add_func ("/store/search/odd-text", test_odd_text);
  g_test_add_func ("/store/search/scope", test_scope);
  g_test_add_func ("/store/search/before-sources", test_before_sources);
  g_test_add_func ("/store/search/beginnings", test_beginnings);
  g_test_add_func ("/store/search/segments", test_segments);
  g_test_add_func ("/store/search/people", test_people);
  g_test_add_func ("/store/search/abandoned", test_abandoned);

  return g_test_run ();
}
