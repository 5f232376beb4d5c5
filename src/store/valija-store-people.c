/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "model/valija-search-term.h"
#include "store/valija-store-tokenizer.h"

#include <string.h>

/* People, as the messages that are here name them: nobody keeps a list of them. The newest messages say enough, so no
 * more of them are looked at. */
#define MAX_ROWS 600

/* After so many messages another one counts half. */
#define HALF_ROWS 200.0

typedef struct
{
  char *text;
  guint limit;
} PeopleArgs;

typedef struct
{
  ValijaAddress *address;
  double weight;
} Person;

/* The table of the search has words of names and addresses; newest first. */
static const char senders_sql[] =
  "SELECT m.sender, m.sender_address FROM search s JOIN message m ON m.id = (s.rowid & 536870911)"
  " WHERE search MATCH ?1 ORDER BY s.rowid DESC LIMIT ?2";

static const char recipients_sql[] =
  "SELECT m.people FROM search s JOIN message m ON m.id = (s.rowid & 536870911)"
  " WHERE search MATCH ?1 ORDER BY s.rowid DESC LIMIT ?2";

static void
people_args_free (PeopleArgs *self)
{
  g_free (self->text);
  g_free (self);
}

static void
person_free (gpointer data)
{
  Person *self = data;

  valija_address_free (self->address);
  g_free (self);
}

static double
weigh (guint n_before)
{
  return 1 / (1 + n_before / HALF_ROWS);
}

/* The name is that of the newest message. */
static void
count_person (GHashTable *people,
              const char *name,
              const char *address,
              double      weight)
{
  g_autofree char *key = valija_search_fold (address);
  Person *person = g_hash_table_lookup (people, key);

  if (person == NULL)
    {
      person = g_new0 (Person, 1);
      person->address = valija_address_new (g_str_equal (name, address) ? "" : name, address);
      g_hash_table_insert (people, g_steal_pointer (&key), person);
    }

  person->weight += weight;
}

static void
count_if_meant (ValijaDatabase *database,
                GHashTable     *people,
                const char     *text,
                const char     *name,
                const char     *address,
                double          weight)
{
  g_autofree char *both = g_strdup_printf ("%s %s", name, address);

  if (strchr (address, '@') != NULL &&
      valija_store_tokenizer_contains (valija_database_get_handle (database), both, text, TRUE))
    count_person (people, name, address, weight);
}

/* A line is a name, perhaps, and an address. */
static void
count_lines (ValijaDatabase *database,
             GHashTable     *people,
             const char     *text,
             const char     *lines,
             double          weight)
{
  g_auto(GStrv) list = g_strsplit (lines, "\n", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      char *blank = strrchr (list[i], ' ');

      if (blank == NULL)
        continue;

      *blank = '\0';
      count_if_meant (database, people, text, list[i], blank + 1, weight);
    }
}

static gboolean
count_messages (ValijaDatabase    *database,
                GHashTable        *people,
                const PeopleArgs  *args,
                gboolean           senders,
                GError           **error)
{
  g_auto(GStrv) pieces = g_strsplit (args->text, "\"", -1);
  g_autofree char *quoted = g_strjoinv (" ", pieces);
  g_autofree char *match = g_strdup_printf ("{%s} : \"%s\"*", senders ? "sender" : "recipients", quoted);
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error, senders ? senders_sql : recipients_sql, "si", match,
                                     (gint64) MAX_ROWS);
  if (statement == NULL)
    return FALSE;

  for (guint n = 0; valija_database_step (database, statement, &local_error); n++)
    {
      const char *first = (const char *) sqlite3_column_text (statement, 0);
      const char *second = senders ? (const char *) sqlite3_column_text (statement, 1) : NULL;

      if (senders && first != NULL && second != NULL)
        count_if_meant (database, people, args->text, first, second, weigh (n));
      else if (!senders && first != NULL)
        count_lines (database, people, args->text, first, weigh (n));
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static int
compare_people (gconstpointer a,
                gconstpointer b)
{
  const Person *person_a = *(const Person * const *) a;
  const Person *person_b = *(const Person * const *) b;

  if (person_a->weight > person_b->weight)
    return -1;
  if (person_a->weight < person_b->weight)
    return 1;

  return strcmp (person_a->address->address, person_b->address->address);
}

static gboolean
find_people (ValijaStoreContext  *context,
             gpointer             data,
             GValue              *result,
             GError             **error)
{
  PeopleArgs *args = data;
  g_autoptr(GHashTable) people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, person_free);
  g_autoptr(GPtrArray) sorted = NULL;
  g_autoptr(GPtrArray) found = valija_address_list_new ();

  if (valija_store_tokenizer_has_words (args->text) &&
      (!count_messages (context->cache, people, args, TRUE, error) ||
       !count_messages (context->cache, people, args, FALSE, error) ||
       !count_messages (context->local, people, args, TRUE, error) ||
       !count_messages (context->local, people, args, FALSE, error)))
    return FALSE;

  sorted = g_hash_table_get_values_as_ptr_array (people);
  g_ptr_array_sort (sorted, compare_people);
  for (guint i = 0; i < sorted->len && (args->limit == 0 || i < args->limit); i++)
    g_ptr_array_add (found, valija_address_copy (((Person *) g_ptr_array_index (sorted, i))->address));

  valija_store_take_ptr_array (result, g_steal_pointer (&found));
  return TRUE;
}

/**
 * valija_store_find_people:
 * @text: the beginning of a word of a name or an address
 * @limit: how many, 0 for all
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of #ValijaAddress, those with
 *   most and newest mail first
 */
DexFuture *
valija_store_find_people (ValijaStore *self,
                          const char  *text,
                          guint        limit)
{
  PeopleArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (text != NULL);

  args = g_new0 (PeopleArgs, 1);
  args->text = g_utf8_make_valid (text, -1);
  args->limit = limit;

  return valija_store_read (self, find_people, args, (GDestroyNotify) people_args_free);
}
