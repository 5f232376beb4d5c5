/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-search-suggest.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#include <string.h>

typedef struct
{
  const char *typed;
  const char *terms;        /* one a line of dump() */
} Case;

/* A Wednesday */
static GDateTime *
make_now (void)
{
  return g_date_time_new_local (2026, 3, 18, 15, 30, 0);
}

static char *
dump_day (gint64 seconds)
{
  g_autoptr(GDateTime) day = g_date_time_new_from_unix_local (seconds);

  return g_date_time_format (day, "%Y-%m-%d");
}

/* "-| from "ana" .", with what was understood of the value. */
static void
dump_term (GString                *out,
           const ValijaSearchTerm *term)
{
  static const char * const names[] = {
    "word", "from", "to", "cc", "subject", "body", "filename", "id", "in", "label", "has", "is", "before", "after",
    "on", "larger", "smaller",
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == VALIJA_SEARCH_N_KEYS);

  g_string_append_printf (out, "%s%s%s %s%s%s%s", term->alternative ? "|" : "", term->negated ? "-" : "",
                          names[term->key], term->quoted ? "\"" : "", term->text, term->quoted ? "\"" : "",
                          term->last ? "." : "");
  if (term->to != 0)
    {
      g_autofree char *from = dump_day (term->from);
      g_autofree char *to = dump_day (term->to);

      g_string_append_printf (out, " %s %s", from, to);
    }
  if (term->mask != 0)
    g_string_append_printf (out, " %u/%u", term->flags, term->mask);
  if (term->size != 0)
    g_string_append_printf (out, " %" G_GUINT64_FORMAT, term->size);
  g_string_append_printf (out, "%s%s\n", term->problem != NULL ? " !" : "", term->hint != NULL ? " ?" : "");
}

static char *
dump (const char *typed)
{
  g_autoptr(GDateTime) now = make_now ();
  g_autoptr(GPtrArray) terms = valija_search_terms_parse_at (typed, now);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < terms->len; i++)
    dump_term (out, g_ptr_array_index (terms, i));

  return g_string_free (out, FALSE);
}

static const Case cases[] = {
  { "", "" },
  { "  \t ", "" },
  { "fox", "word fox.\n" },
  { "fox ", "word fox\n" },
  { "quick fox", "word quick\nword fox.\n" },
  { "\"quick fox\" ", "word \"quick fox\"\n" },
  { "\"not closed", "word \"not closed\".\n" },
  { "say\"hello", "word say\"hello.\n" },
  { "from:ana to:bo cc:mei subject:plan body:text filename:a.pdf id:<1@x> in:inbox ",
    "from ana\nto bo\ncc mei\nsubject plan\nbody text\nfilename a.pdf\nid <1@x>\nin inbox\n" },
  { "label:Work tag:\"To Do\" ", "label Work\nlabel \"To Do\"\n" },
  { "label:\"a \"\"b\"\" c\" d", "label \"a \"b\" c\"\n" "word d.\n" },
  { "label:\"\" \"a\"\"", "label \"\"\n" "word \"a\"\".\n" },
  { "\"C:\\\" d", "word \"C:\\\"\n" "word d.\n" },
  { "\"a\\", "word \"a\\\".\n" },
  { "label:重要　事項", "label 重要\n" "word 事項.\n" },
  { "FROM:Ana", "from Ana.\n" },
  { "from:\"Ana Núñez\" x", "from \"Ana Núñez\"\nword x.\n" },
  { "from:", "from .\n" },
  { "from: ana", "from \nword ana.\n" },
  { "file:a since:2026 ", "filename a\nafter 2026 2026-01-01 2027-01-01\n" },

  { "-fox", "-word fox.\n" },
  { "-\"quick fox\"", "-word \"quick fox\".\n" },
  { "-from:ana ", "-from ana\n" },
  { "-", "word -.\n" },
  { "--", "-word -.\n" },
  { "well-known", "word well-known.\n" },
  { "\"-fox\"", "word \"-fox\".\n" },

  { "fox OR hare", "word fox\n|word hare.\n" },
  { "fox | hare", "word fox\n|word hare.\n" },
  { "fox or hare", "word fox\nword or\nword hare.\n" },
  { "OR fox", "word OR\nword fox.\n" },
  { "fox OR", "word fox\n" },
  { "fox OR OR", "word fox\n|word OR.\n" },
  { "a OR -from:b OR c d", "word a\n|-from b\n|word c\nword d.\n" },

  { "is:unread is:Read is:starred is:flagged is:answered is:replied ",
    "is unread 0/1\nis Read 1/1\nis starred 4/4\nis flagged 4/4\nis answered 2/2\nis replied 2/2\n" },
  { "is:funny ", "is funny !\n" },
  { "has:attachment has:attachments has:wings ", "has attachment\nhas attachments\nhas wings !\n" },

  { "before:2026-03-04 ", "before 2026-03-04 2026-03-04 2026-03-05\n" },
  { "after:2026-03 ", "after 2026-03 2026-03-01 2026-04-01\n" },
  { "on:2025 ", "on 2025 2025-01-01 2026-01-01\n" },
  { "on:2026/3/4 on:4.3.2026 on:4-3-2026 ",
    "on 2026/3/4 2026-03-04 2026-03-05\non 4.3.2026 2026-03-04 2026-03-05\non 4-3-2026 2026-03-04 2026-03-05\n" },
  { "on:3/4/2026 ", "on 3/4/2026 2026-03-04 2026-03-05\n" },
  { "on:03/2026 ", "on 03/2026 2026-03-01 2026-04-01\n" },
  { "on:today on:yesterday on:Today ",
    "on today 2026-03-18 2026-03-19\non yesterday 2026-03-17 2026-03-18\non Today 2026-03-18 2026-03-19\n" },
  { "on:monday on:wednesday on:thu ",
    "on monday 2026-03-16 2026-03-17\non wednesday 2026-03-18 2026-03-19\non thu 2026-03-12 2026-03-13\n" },
  { "before:2w after:10d after:3m before:1y ",
    "before 2w 2026-03-04 2026-03-05\nafter 10d 2026-03-08 2026-03-09\nafter 3m 2025-12-18 2025-12-19\n"
    "before 1y 2025-03-18 2025-03-19\n" },
  { "before:\"2 weeks\" before:1-day ",
    "before \"2 weeks\" 2026-03-04 2026-03-05\nbefore 1-day 2026-03-17 2026-03-18\n" },
  { "on:march on:april on:dec ",
    "on march 2026-03-01 2026-04-01\non april 2025-04-01 2025-05-01\non dec 2025-12-01 2026-01-01\n" },
  { "on:march-2024 on:\"3 March 2026\" on:3march on:\"March 3, 2025\" on:\"3 of march\" ",
    "on march-2024 2024-03-01 2024-04-01\non \"3 March 2026\" 2026-03-03 2026-03-04\non 3march 2026-03-03 2026-03-04\n"
    "on \"March 3, 2025\" 2025-03-03 2025-03-04\non \"3 of march\" 2026-03-03 2026-03-04\n" },
  { "before:nonsense ", "before nonsense !\n" },
  { "on:2026-02-30 on:2026-13 on:0000 on:1-2-3-4-5-6-7 on:12345 on:2026-2025 on:32march ",
    "on 2026-02-30 !\non 2026-13 !\non 0000 !\non 1-2-3-4-5-6-7 !\non 12345 !\non 2026-2025 !\non 32march !\n" },
  { "before:2026-0", "before 2026-0. !\n" },
  { "before:9999y ", "before 9999y !\n" },

  { "larger:10M larger:10MB larger:500k smaller:1.5G smaller:2,5m larger:2000 smaller:\"3 MB\" ",
    "larger 10M 10000000\nlarger 10MB 10000000\nlarger 500k 500000\nsmaller 1.5G 1500000000\nsmaller 2,5m 2500000\n"
    "larger 2000 2000\nsmaller \"3 MB\" 3000000\n" },
  { "larger:big larger:10X larger:1.5 larger:-1 larger:9999999999999 ",
    "larger big !\nlarger 10X !\nlarger 1.5 !\nlarger -1 !\nlarger 9999999999999 !\n" },

  { "foo:bar ", "word foo:bar ?\n" },
  { "http://example.org 12:30 Re: c:\\x std::string \"foo:bar\" x:y ",
    "word http://example.org\nword 12:30\nword Re:\nword c:\\x\nword std::string\nword \"foo:bar\"\nword x:y\n" },
  { ":x", "word :x.\n" },
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = dump (cases[i].typed);

      if (!g_str_equal (found, cases[i].terms))
        g_test_message ("%s", cases[i].typed);
      g_assert_cmpstr (found, ==, cases[i].terms);
    }
}

/* What is quoted is one term and the same text again. */
static void
test_quote (void)
{
  static const char * const texts[] = {
    "", "a", "a b", "重要　事項", "a\302\240b", "\"", "\"\"", "\"a\"", "a\" b", "say \"hi\" now", "a \"", "\" a", "C:\\",
    "C:\\ ", "\\\"", "\\\" a", "a\\\\", "x OR y", "-a", "from:b",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *quoted = valija_search_quote (texts[i]);
      g_autofree char *typed = g_strdup_printf ("x label:%s -%s y", quoted, quoted);
      g_autofree char *found = dump (typed);
      g_autofree char *terms = g_strdup_printf ("word x\nlabel \"%s\"\n-word \"%s\"\nword y.\n", texts[i], texts[i]);

      g_assert_cmpstr (found, ==, terms);
    }
}

static void
check_spans (const char *typed)
{
  g_autoptr(GDateTime) now = make_now ();
  g_autofree char *valid = g_utf8_make_valid (typed, strnlen (typed, 4096));
  g_autoptr(GPtrArray) terms = valija_search_terms_parse_at (typed, now);
  gsize end = 0;

  g_assert_cmpuint (terms->len, <=, 64);
  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);
      g_autofree char *label = valija_search_term_dup_label (term);

      g_assert_cmpuint (term->start, >=, end);
      g_assert_cmpuint (term->end, >, term->start);
      g_assert_cmpuint (term->end, <=, strlen (valid));
      g_assert_true (g_utf8_validate (term->text, -1, NULL));
      g_assert_true (g_utf8_validate (label, -1, NULL));
      g_assert_cmpint (term->last, ==, valid[term->end] == '\0');
      end = term->end;
    }
}

/* As it is typed: one octet after the other, the middle of a character among them. */
static void
test_as_typed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize n = 0; n <= strlen (cases[i].typed); n++)
      {
        g_autofree char *typed = g_strndup (cases[i].typed, n);

        check_spans (typed);
      }
}

static void
test_bounds (void)
{
  g_autoptr(GString) many = g_string_new (NULL);
  g_autofree char *long_word = g_strnfill (100000, 'x');
  g_autofree char *long_date = g_strdup_printf ("on:%s ", long_word);
  g_autofree char *found = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append (many, "a OR from:\"b ");

  check_spans (many->str);
  check_spans (long_word);
  check_spans (long_date);
}

static void
test_labels (void)
{
  static const struct { const char *typed; const char *label; } labels[] = {
    { "from:Ana ", "From: Ana" },
    { "-from:\"Ana Núñez\" ", "Except “From: Ana Núñez”" },
    { "fox ", "“fox”" },
    { "before:2026-03-03 ", "Before 3 March 2026" },
    { "after:2026-03 ", "Since 1 March 2026" },
    { "on:2026-03 ", "Date: March 2026" },
    { "on:2026 ", "Date: 2026" },
    { "on:2026-03-03 ", "Date: 3 March 2026" },
    { "is:unread ", "Unread" },
    { "-is:starred ", "Except “Starred”" },
    { "has:attachment ", "With attachments" },
    { "larger:10M ", "Larger than 10.0 MB" },
    { "in:Archive ", "Folder: Archive" },
    { "label:Work ", "Label: Work" },
    { "-label:$label3 ", "Except “Label: Personal”" },
    { "before:nonsense ", "before:nonsense" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autoptr(GPtrArray) terms = valija_search_terms_parse (labels[i].typed);
      g_autofree char *label = valija_search_term_dup_label (g_ptr_array_index (terms, 0));

      g_autofree char *plain = g_strdelimit (g_strdup (label), "\n", ' ');

      g_assert_cmpuint (terms->len, ==, 1);
      /* g_format_size() writes a space that does not break */
      if (strstr (labels[i].label, "MB") == NULL)
        g_assert_cmpstr (plain, ==, labels[i].label);
      else
        g_assert_true (g_str_has_prefix (plain, "Larger than 10"));
    }
}

static void
test_problems (void)
{
  g_autofree char *nothing = valija_search_text_check ("fox before:yesterday larger:1M");
  g_autofree char *date = valija_search_text_check ("fox before:nonsense");
  g_autofree char *state = valija_search_text_check ("is:funny");

  g_assert_null (nothing);
  g_assert_nonnull (strstr (date, "nonsense"));
  g_assert_nonnull (strstr (state, "is:starred"));
}

static void
test_places (void)
{
  static const struct { const char *typed; ValijaSearchPlace place; const char *text; } texts[] = {
    { "plans hike", VALIJA_SEARCH_SUBJECT, "subject:plans subject:hike" },
    { "plans ", VALIJA_SEARCH_SUBJECT, "subject:plans " },
    { "-\"a b\" OR from:x ", VALIJA_SEARCH_BODY, "-body:\"a b\" OR from:x " },
    { "fox OR hare", VALIJA_SEARCH_BODY, "body:fox OR body:hare" },
    { "foo:bar", VALIJA_SEARCH_SUBJECT, "subject:foo:bar" },
    { "anything  goes", VALIJA_SEARCH_ANYWHERE, "anything  goes" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = valija_search_text_in (texts[i].typed, texts[i].place);

      g_assert_cmpstr (text, ==, texts[i].text);
    }
}

static void
test_folders (void)
{
  g_assert_true (valija_search_names_folder ("inbox", FALSE, VALIJA_FOLDER_ROLE_INBOX, "INBOX", NULL));
  g_assert_true (valija_search_names_folder ("sent", FALSE, VALIJA_FOLDER_ROLE_SENT, "Gesendet", NULL));
  g_assert_true (valija_search_names_folder ("gesendet", FALSE, VALIJA_FOLDER_ROLE_SENT, "Gesendet", NULL));
  g_assert_true (valija_search_names_folder ("nunez", FALSE, VALIJA_FOLDER_ROLE_NONE, "Núñez", NULL));
  g_assert_true (valija_search_names_folder ("lists/gtk", FALSE, VALIJA_FOLDER_ROLE_NONE, "gtk", "Lists/gtk"));
  g_assert_true (valija_search_names_folder ("gt", TRUE, VALIJA_FOLDER_ROLE_NONE, "gtk", NULL));
  g_assert_false (valija_search_names_folder ("gt", FALSE, VALIJA_FOLDER_ROLE_NONE, "gtk", NULL));
}

static char *
dump_suggestions (const char *typed)
{
  static const char * const recent[] = { "hike", "from:ana ", NULL };
  static const char * const folders[] = { "Inbox", "Invoices 2026", NULL };
  static const char * const labels[] = { "$label4", "Work", "重要　事項", "no\302\240break", "5\" nail", NULL };
  g_autoptr(GPtrArray) people = valija_address_list_new ();
  g_autofree char *whom = valija_search_suggest_whom (typed);
  g_autoptr(GPtrArray) found = NULL;
  GString *out = g_string_new (NULL);

  if (whom != NULL)
    {
      g_string_append_printf (out, "(%s)", whom);
      g_ptr_array_add (people, valija_address_new ("Ana Núñez", "ana@example.org"));
    }

  found = valija_search_suggest (typed, recent, people, folders, labels);
  for (guint i = 0; i < found->len; i++)
    {
      ValijaSearchSuggestion *suggestion = g_ptr_array_index (found, i);
      const char *detail = valija_search_suggestion_get_detail (suggestion);

      g_assert_true (detail == NULL || detail[0] != '\0');
      g_string_append_printf (out, "[%s|%s]", valija_search_suggestion_get_title (suggestion),
                              valija_search_suggestion_get_text (suggestion));
    }

  return g_string_free (out, FALSE);
}

static void
test_suggestions (void)
{
  static const Case suggestions[] = {
    { "h", "[hike|hike][has:|has:]" },
    { "fr", "(fr)[from:ana |from:ana ][from:|from:][Ana Núñez|from:ana@example.org ]" },
    { "x -su", "(su)[subject:|x -subject:][Ana Núñez|x -from:ana@example.org ]" },
    { "x OR su", "(su)[subject:|x OR subject:][Ana Núñez|x OR from:ana@example.org ]" },
    { "x from:an", "(an)[Ana Núñez|x from:ana@example.org ]" },
    { "cc:", "" },
    { "in:inv", "[Invoices 2026|in:\"Invoices 2026\" ]" },
    { "label:t", "[Label: To Do|label:\"To Do\" ]" },
    { "label:", "[Label: To Do|label:\"To Do\" ][Label: Work|label:Work ][Label: 重要　事項|label:\"重要　事項\" ]"
                "[Label: no break|label:\"no break\" ][Label: 5\" nail|label:\"5\"\" nail\" ]" },
    { "label:\"重要　", "[Label: 重要　事項|label:\"重要　事項\" ]" },
    { "is:", "[Unread|is:unread ][Read|is:read ][Starred|is:starred ][Answered|is:answered ]" },
    { "is:st", "[Starred|is:starred ]" },
    { "has:", "[With attachments|has:attachment ]" },
    { "larger:1",
      "[Larger than 100.0 kB|larger:100K ][Larger than 1.0 MB|larger:1M ][Larger than 10.0 MB|larger:10M ]" },
    { "\"a phrase", "(a phrase)" },
    { "fox ", "" },
    { "zzz", "(zzz)[Ana Núñez|from:ana@example.org ]" },
  };
  g_autofree char *nothing_typed = dump_suggestions ("");
  g_autofree char *dates = dump_suggestions ("after:");

  for (guint i = 0; i < G_N_ELEMENTS (suggestions); i++)
    {
      g_autofree char *found = dump_suggestions (suggestions[i].typed);
      g_auto(GStrv) pieces = g_strsplit (found, "\302\240", -1);
      g_autofree char *plain = g_strjoinv (" ", pieces);

      if (!g_str_equal (plain, suggestions[i].terms))
        g_test_message ("%s", suggestions[i].typed);
      g_assert_cmpstr (plain, ==, suggestions[i].terms);
    }

  /* Nothing typed yet: what was searched before, then all that there is, with its explanation */
  g_assert_true (g_str_has_prefix (nothing_typed, "[hike|hike][from:ana |from:ana ][from:|from:][to:|to:]"));
  g_assert_nonnull (strstr (nothing_typed, "[smaller:|smaller:]"));
  g_assert_nonnull (strstr (dates, "|after:yesterday ]"));
  g_assert_nonnull (strstr (dates, "|after:1w ]"));
}

/* In Spanish its words work and the English ones as well. */
static void
test_spanish (void)
{
  static const Case spanish[] = {
    { "de:ana para:bo asunto:plan texto:x archivo:a en:entrada ",
      "from ana\nto bo\nsubject plan\nbody x\nfilename a\nin entrada\n" },
    { "from:ana subject:x in:inbox before:yesterday ",
      "from ana\nsubject x\nin inbox\nbefore yesterday 2026-03-17 2026-03-18\n" },
    { "antes:ayer después:hoy despues:hoy ",
      "before ayer 2026-03-17 2026-03-18\nafter hoy 2026-03-18 2026-03-19\nafter hoy 2026-03-18 2026-03-19\n" },
    { "el:\"3 de marzo de 2026\" el:marzo antes:2s antes:1a antes:\"2 semanas\" ",
      "on \"3 de marzo de 2026\" 2026-03-03 2026-03-04\non marzo 2026-03-01 2026-04-01\n"
      "before 2s 2026-03-04 2026-03-05\nbefore 1a 2025-03-18 2025-03-19\n"
      "before \"2 semanas\" 2026-03-04 2026-03-05\n" },
    { "es:no-leído es:noleido es:leído es:destacado es:respondido tiene:adjunto ",
      "is no-leído 0/1\nis noleido 0/1\nis leído 1/1\nis destacado 4/4\nis respondido 2/2\nhas adjunto\n" },
    { "mayor:10M menor:2k ", "larger 10M 10000000\nsmaller 2k 2000\n" },
    { "zorro O liebre ", "word zorro\n|word liebre\n" },
  };

  if (setlocale (LC_ALL, "es_ES.UTF-8") == NULL)
    {
      g_test_skip ("There is no Spanish locale");
      return;
    }

  g_setenv ("LANGUAGE", "es", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (spanish); i++)
    {
      g_autofree char *found = dump (spanish[i].typed);

      g_assert_cmpstr (found, ==, spanish[i].terms);
    }

  g_unsetenv ("LANGUAGE");
  setlocale (LC_ALL, "C.UTF-8");
}

int
main (int   argc,
      char *argv[])
{
  g_setenv ("TZ", "Europe/Madrid", TRUE);
  setlocale (LC_ALL, "C.UTF-8");
  if (g_getenv ("VALIJA_LOCALEDIR") != NULL)
    bindtextdomain (GETTEXT_PACKAGE, g_getenv ("VALIJA_LOCALEDIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/search/cases", test_cases);
  g_test_add_func ("/search/quote", test_quote);
  g_test_add_func ("/search/as-typed", test_as_typed);
  g_test_add_func ("/search/bounds", test_bounds);
  g_test_add_func ("/search/labels", test_labels);
  g_test_add_func ("/search/problems", test_problems);
  g_test_add_func ("/search/places", test_places);
  g_test_add_func ("/search/folders", test_folders);
  g_test_add_func ("/search/suggestions", test_suggestions);
  g_test_add_func ("/search/spanish", test_spanish);

  return g_test_run ();
}
