/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Measures the store alone, on messages made up from a seed: rates of writing, size of the
 * index, time to a list, time of a search.
 *
 * bench-store [DIRECTORY] [N…] (1000 10000 100000 1000000 rows by default; searched at 100000)
 * bench-store DIRECTORY search (what an earlier call has left: two of them in turn tell two ways of writing apart) */

#include "config.h"

#include "store/valija-store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#define BATCH 500
#define N_WORDS 30000
#define N_SEARCHED 100000
#define N_SOURCES 10000
#define SOURCE_BYTES 8400
#define SOURCES_BATCH 500
#define N_QUERIES 400

/* Of ten messages these many answer one of the few before them, as in a mailbox of people and lists. */
#define ANSWERS_OF_TEN 4
#define MAX_CHAIN 12

static char *words[N_WORDS];
static GRand *dice;

static gpointer
await (DexFuture *future)
{
  g_autoptr(GError) error = NULL;
  const GValue *value;
  gpointer boxed;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);

  value = dex_future_get_value (future, &error);
  if (value == NULL)
    g_error ("%s", error->message);
  boxed = G_VALUE_HOLDS_BOXED (value) ? g_value_dup_boxed (value) : NULL;
  dex_unref (future);

  return boxed;
}

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double
megabytes_of (const char *directory,
              const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  GStatBuf status;
  double bytes = 0;

  if (g_stat (path, &status) == 0)
    bytes += status.st_size;
  if (g_stat (wal, &status) == 0)
    bytes += status.st_size;

  return bytes / 1e6;
}

/* Few words are in nearly every message and most in hardly any, as in a language. */
static const char *
pick_word (void)
{
  double x = g_rand_double (dice);

  return words[(int) (N_WORDS * x * x * x * x)];
}

static void
make_words (void)
{
  for (int i = 0; i < N_WORDS; i++)
    {
      int length = g_rand_int_range (dice, 2, 11);

      words[i] = g_malloc0 (length + 1);
      for (int j = 0; j < length; j++)
        words[i][j] =
            "eainorstlducmphgbvyfkwzxjq"[MIN (g_rand_int_range (dice, 0, 26), g_rand_int_range (dice, 0, 26))];
    }
}

static char *
make_text (guint n_bytes)
{
  GString *text = g_string_sized_new (n_bytes + 16);

  while (text->len < n_bytes)
    {
      g_string_append (text, pick_word ());
      g_string_append_c (text, g_rand_int_range (dice, 0, 12) == 0 ? '\n' : ' ');
    }

  return g_string_free (text, FALSE);
}

/* Which message number @n answers, the same each time; 0: none. */
static guint
answered_by (guint n)
{
  guint mixed = n * 2654435761u;

  return mixed % 10 < ANSWERS_OF_TEN && n > 20 ? n - 1 - (mixed >> 8) % 20 : 0;
}

static void
make_references (ValijaMessageInfo *info,
                 guint              n)
{
  g_autoptr(GString) references = g_string_new (NULL);
  guint parent = answered_by (n);

  if (parent == 0)
    return;

  g_free (info->in_reply_to);
  info->in_reply_to = g_strdup_printf ("%u.bench@example.org", parent);
  for (guint i = 0; parent != 0 && i < MAX_CHAIN; i++, parent = answered_by (parent))
    {
      g_autofree char *reference = g_strdup_printf ("%u.bench@example.org%s", parent, i > 0 ? " " : "");

      g_string_prepend (references, reference);
    }
  g_free (info->references);
  info->references = g_string_free (g_steal_pointer (&references), FALSE);
}

static ValijaMessageInfo *
make_info (guint n)
{
  g_autofree char *remote_id = g_strdup_printf ("1700000000.%u", n);
  g_autofree char *sender = g_strdup_printf ("%s@example.org", pick_word ());
  ValijaMessageInfo *info = valija_message_info_new (remote_id);

  g_free (info->subject);
  info->subject = make_text (40);
  g_free (info->message_id);
  info->message_id = g_strdup_printf ("%u.bench@example.org", n);
  make_references (info, n);
  g_ptr_array_add (info->from, valija_address_new (pick_word (), sender));
  g_ptr_array_add (info->to, valija_address_new ("", "me@example.org"));
  info->received = 1500000000 + (gint64) n * 300;
  info->date = info->received;
  /* Of ten messages one is answered and one has an attachment; of a thousand one is larger than a megabyte */
  info->has_attachments = n % 10 == 9;
  info->size = n % 1000 == 500 ? 2000000 : info->has_attachments ? 50000 + n % 500 * 1000 : SOURCE_BYTES;
  info->flags = n % 20 == 0 ? 0 : VALIJA_FLAG_SEEN | (n % 10 == 3 ? VALIJA_FLAG_ANSWERED : 0);

  return info;
}

static void
bench_insert (ValijaStore *store,
              const char  *directory,
              gint64       folder,
              guint        n_rows,
             gint64       sources_since)
{
  double seconds = 0, cpu = cpu_seconds (), made = 0;

  for (guint done = 0; done < n_rows; done += BATCH)
    {
      g_autoptr(ValijaChanges) changes = valija_changes_new ();
      g_autoptr(GTimer) timer = NULL;
      double before = cpu_seconds ();

      for (guint i = done; i < MIN (done + BATCH, n_rows); i++)
        g_ptr_array_add (changes->added, make_info (n_rows - i));
      changes->cursor = g_bytes_new_static ("cursor", 6);
      changes->final = done + BATCH >= n_rows;
      made += cpu_seconds () - before;

      timer = g_timer_new ();
      valija_written_free (await (valija_store_write_changes_before_sources (store, folder, changes, sources_since)));
      seconds += g_timer_elapsed (timer, NULL);
    }

  g_print ("%8u headers in batches of %u: %.2f s, %.0f/s, CPU %.2f s; cache %.1f MB\n", n_rows, BATCH, seconds,
           n_rows / seconds, cpu_seconds () - cpu - made, megabytes_of (directory, "cache/cache.db"));
}

static void
bench_index (ValijaStore *store,
             gint64       folder,
             guint        n_rows)
{
  static const guint limits[] = { 50, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      double best = G_MAXDOUBLE;

      for (int round = 0; round < 5; round++)
        {
          g_autoptr(GTimer) timer = g_timer_new ();
          g_autoptr(GArray) ids =
              await (valija_store_load_index (store, &folder, 1, FALSE, VALIJA_LIST_ALL, limits[i]));
          g_autoptr(GPtrArray) rows =
              await (valija_store_load_rows (store, (gint64 *) (gpointer) ids->data, MIN (ids->len, 50)));

          best = MIN (best, g_timer_elapsed (timer, NULL));
        }

      g_print ("%8u rows, index of %s and 50 rows: %.2f ms\n", n_rows, limits[i] == 0 ? "all" : "the first 50",
               best * 1e3);
    }
}

static void
bench_conversations (ValijaStore *store,
                     gint64       folder,
                     guint        n_rows)
{
  static const guint limits[] = { 50, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      double best = G_MAXDOUBLE;
      guint n_conversations = 0;

      for (int round = 0; round < 5; round++)
        {
          g_autoptr(GTimer) timer = g_timer_new ();
          g_autoptr(GArray) keys =
              await (valija_store_load_index (store, &folder, 1, TRUE, VALIJA_LIST_ALL, limits[i]));
          g_autoptr(GPtrArray) rows = await (valija_store_load_conversation_rows (
              store, folder, (gint64 *) (gpointer) keys->data, MIN (keys->len, 50)));

          best = MIN (best, g_timer_elapsed (timer, NULL));
          n_conversations = keys->len;
        }

      g_print ("%8u rows, %u conversations of %s and 50 rows: %.2f ms\n", n_rows, n_conversations,
               limits[i] == 0 ? "all" : "the newest", best * 1e3);
    }
}

static void
bench_open (const char *directory,
            gint64      folder)
{
  g_autoptr(GFile) cache = g_file_new_build_filename (directory, "cache", NULL);
  g_autoptr(GFile) data = g_file_new_build_filename (directory, "data", NULL);
  g_autoptr(GTimer) timer = g_timer_new ();
  g_autoptr(ValijaStore) store = valija_store_new (cache, data);

  g_ptr_array_unref (await (valija_store_open (store)));
  g_print ("         opening: %.2f ms", g_timer_elapsed (timer, NULL) * 1e3);
  g_array_unref (await (valija_store_load_index (store, &folder, 1, FALSE, VALIJA_LIST_ALL, 50)));
  g_print (", with the first 50: %.2f ms\n", g_timer_elapsed (timer, NULL) * 1e3);
  await (valija_store_close (store));
}

static void
bench_sources (ValijaStore *store,
               const char  *directory,
               gint64       folder,
               guint        n_sources,
               guint        source_bytes,
               guint        text_bytes)
{
  g_autoptr(GArray) ids = await (valija_store_load_index (store, &folder, 1, FALSE, VALIJA_LIST_ALL, n_sources));
  double before_size = megabytes_of (directory, "cache/cache.db");
  double seconds = 0, cpu = cpu_seconds (), made = 0;
  guint64 text_total = 0;

  for (guint done = 0; done < ids->len; done += SOURCES_BATCH)
    {
      g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_stored_source_free);
      g_autoptr(GTimer) timer = NULL;
      double before = cpu_seconds ();

      for (guint i = done; i < MIN (done + SOURCES_BATCH, ids->len); i++)
        {
          g_autofree char *text = make_text (text_bytes);
          g_autoptr(GBytes) bytes = g_bytes_new_take (make_text (source_bytes), source_bytes);
          ValijaStoredSource *source;

          text_total += strlen (text);
          source = valija_stored_source_new (g_array_index (ids, gint64, i), bytes, text, "preview", i % 10 == 9);
          valija_stored_source_pack (source);
          g_ptr_array_add (sources, source);
        }
      made += cpu_seconds () - before;

      timer = g_timer_new ();
      await (valija_store_write_sources (store, sources));
      seconds += g_timer_elapsed (timer, NULL);
    }

  g_print ("%8u sources of %u bytes, %.1f MB of text, in batches of %u: %.2f s, CPU %.2f s; cache grew %.1f MB beyond "
           "the sources\n",
           ids->len, source_bytes, text_total / 1e6, SOURCES_BATCH, seconds, cpu_seconds () - cpu - made,
           megabytes_of (directory, "cache/cache.db") - before_size - ids->len * (double) source_bytes / 1e6);
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

#define MANY_HITS 5000 /* as many as a list of what was found has at most */
#define ON_SCREEN 64

/* The first rows of what @found says, as a list of conversations asks for them. */
static GPtrArray *
load_first (ValijaStore *store,
            GArray      *found)
{
  g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr(GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < found->len; i++)
    {
      ValijaFoundMessage *message = &g_array_index (found, ValijaFoundMessage, i);
      GArray *group = g_hash_table_lookup (seen, &message->conversation);

      if (group == NULL && groups->len == ON_SCREEN)
        continue;
      if (group == NULL)
        {
          group = g_array_new (FALSE, FALSE, sizeof (gint64));
          g_array_append_val (group, message->conversation);
          g_hash_table_insert (seen, &message->conversation, group);
          g_ptr_array_add (groups, group);
        }
      g_array_append_val (group, message->id);
    }

  return await (valija_store_load_found_rows (store, groups));
}

/* What a list does as one types: up to 5,000 hits, as messages and as conversations, and the rows on the screen. */
static void
bench_found (ValijaStore *store)
{
  static const char * const steps[] = { "5,000 messages", "conversations", "their first rows" };
  GArray *times[G_N_ELEMENTS (steps)];

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    times[i] = g_array_new (FALSE, FALSE, sizeof (double));

  for (int i = 0; i < N_QUERIES / 4; i++)
    {
      g_autofree char *typed = g_strndup (pick_word (), 2);
      g_autoptr(ValijaSearchQuery) query = valija_search_query_new (typed);
      g_autoptr(GTimer) timer = g_timer_new ();
      g_autoptr(GArray) ids = await (valija_store_search (store, query, NULL, NULL, 0, NULL, 0, MANY_HITS));
      double as_messages = g_timer_elapsed (timer, NULL) * 1e3;
      g_autoptr(GArray) found = NULL;
      g_autoptr(GPtrArray) rows = NULL;
      double as_conversations, first;

      g_timer_start (timer);
      found = await (valija_store_search_conversations (store, query, NULL, NULL, 0, NULL, 0, MANY_HITS));
      as_conversations = g_timer_elapsed (timer, NULL) * 1e3;
      g_timer_start (timer);
      rows = load_first (store, found);
      first = g_timer_elapsed (timer, NULL) * 1e3;
      g_array_append_val (times[0], as_messages);
      g_array_append_val (times[1], as_conversations);
      g_array_append_val (times[2], first);
    }

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_array_sort (times[i], compare_doubles);
      g_print ("         beginning of 2, %-17s p50 %6.2f ms  p95 %6.2f ms  most %6.2f ms\n", steps[i],
               g_array_index (times[i], double, times[i]->len / 2),
               g_array_index (times[i], double, times[i]->len * 95 / 100),
               g_array_index (times[i], double, times[i]->len - 1));
      g_array_unref (times[i]);
    }
}

static void
bench_search (ValijaStore *store)
{
  static const char * const kinds[] = { "a word",           "a common word", "two words", "a beginning of 2",
                                       "a beginning of 3", "from:",         "a phrase",  "either of two",
                                       "one without one",  "is:answered",   "larger:",   "a day",
                                       "has:attachment",  "larger: of none" };

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      g_autoptr(GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
      guint64 n_found = 0;

      for (int i = 0; i < N_QUERIES / 4; i++)
        {
          const char *word = words[g_rand_int_range (dice, 0, N_WORDS)];
          g_autofree char *typed = NULL;
          g_autoptr(ValijaSearchQuery) query = NULL;
          g_autoptr(GTimer) timer = NULL;
          g_autoptr(GArray) ids = NULL;
          double elapsed;

          switch (kind)
            {
            case 0: typed = g_strdup_printf ("%s ", word); break;
            case 1: typed = g_strdup_printf ("%s ", words[i]); break;
            case 2: typed = g_strdup_printf ("%s %s ", pick_word (), pick_word ()); break;
            case 3: typed = g_strndup (pick_word (), 2); break;
            case 4: typed = g_strndup (word, 3); break;
            case 5: typed = g_strdup_printf ("from:%s", pick_word ()); break;
            case 6: typed = g_strdup_printf ("\"%s %s\"", words[i % 20], words[i / 20]); break;
            case 7: typed = g_strdup_printf ("%s OR %s ", pick_word (), pick_word ()); break;
            case 8: typed = g_strdup_printf ("%s -%s ", pick_word (), pick_word ()); break;
            case 9: typed = g_strdup ("is:answered "); break;
            case 10: typed = g_strdup ("larger:1M "); break;
            case 12: typed = g_strdup ("has:attachment "); break;
            case 13: typed = g_strdup ("larger:9M "); break;
            default: typed = g_strdup_printf ("on:201%d-%02d-11 ", 7 + i % 2, i % 12 + 1); break;
            }

          query = valija_search_query_new (typed);
          timer = g_timer_new ();
          ids = await (valija_store_search (store, query, NULL, NULL, 0, NULL, 0, 200));
          elapsed = g_timer_elapsed (timer, NULL) * 1e3;
          n_found += ids->len;
          g_array_append_val (times, elapsed);
        }

      g_array_sort (times, compare_doubles);
      g_print (
          "         search for %-17s p50 %6.2f ms  p95 %6.2f ms  most %6.2f ms  (%.0f found on average, at most 200)\n",
          kinds[kind], g_array_index (times, double, times->len / 2),
          g_array_index (times, double, times->len * 95 / 100), g_array_index (times, double, times->len - 1),
          (double) n_found / times->len);
    }
}

static gint64
make_folder (ValijaStore *store)
{
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  g_autoptr(GPtrArray) folders = NULL;

  g_ptr_array_add (infos, valija_folder_info_new ("INBOX", "INBOX"));
  await (valija_store_write_folders (store, "bench", infos, FALSE));
  folders = await (valija_store_list_folders (store, "bench"));

  return ((ValijaStoredFolder *) g_ptr_array_index (folders, 0))->id;
}

static void
bench_rows (const char *parent,
            guint       n_rows)
{
  g_autofree char *directory = g_strdup_printf ("%s/rows-%u", parent, n_rows);
  g_autoptr(GFile) cache = g_file_new_build_filename (directory, "cache", NULL);
  g_autoptr(GFile) data = g_file_new_build_filename (directory, "data", NULL);
  g_autoptr(ValijaStore) store = valija_store_new (cache, data);
  gint64 folder;

  g_ptr_array_unref (await (valija_store_open (store)));
  folder = make_folder (store);
  bench_insert (store, directory, folder, n_rows, n_rows == N_SOURCES || n_rows == N_SEARCHED ? 0 : G_MAXINT64);
  bench_index (store, folder, n_rows);
  bench_conversations (store, folder, n_rows);

  if (n_rows == N_SOURCES)
    bench_sources (store, directory, folder, N_SOURCES, SOURCE_BYTES, 4000);
  if (n_rows == N_SEARCHED)
    {
      bench_sources (store, directory, folder, N_SEARCHED, 16, 1500);
      bench_search (store);
      bench_found (store);
    }

  await (valija_store_close (store));
  bench_open (directory, folder);
}

static void
search_again (const char *parent)
{
  g_autofree char *directory = g_strdup_printf ("%s/rows-%u", parent, N_SEARCHED);
  g_autoptr(GFile) cache = g_file_new_build_filename (directory, "cache", NULL);
  g_autoptr(GFile) data = g_file_new_build_filename (directory, "data", NULL);
  g_autoptr(ValijaStore) store = valija_store_new (cache, data);

  g_ptr_array_unref (await (valija_store_open (store)));
  bench_search (store);
  bench_found (store);
  await (valija_store_close (store));
}

int
main (int   argc,
      char *argv[])
{
  static const guint sizes[] = { 1000, 10000, 100000, 1000000 };
  g_autofree char *directory = argc > 1 ? g_strdup (argv[1]) : g_dir_make_tmp ("valija-bench-XXXXXX", NULL);

  dex_init ();
  dice = g_rand_new_with_seed (20261122);
  make_words ();
  g_print ("In %s\n", directory);

  if (argc > 2 && g_str_equal (argv[2], "search"))
    search_again (directory);
  else if (argc > 2)
    {
      for (int i = 2; i < argc; i++)
        bench_rows (directory, g_ascii_strtoull (argv[i], NULL, 10));
    }
  else
    {
      for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
        bench_rows (directory, sizes[i]);
    }

  return 0;
}
