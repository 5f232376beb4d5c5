/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-search-private.h"

#include "store/valija-store-tokenizer.h"

#include <string.h>

/* A word that may go on is asked for as the words that there are. For `"lam"*` FTS5 gathers every place of every word
 * that begins so before the first row comes; for ("lamp" OR "lamps") the newest rows come at once, and the others not
 * at all where nobody wants them. */

/* Of more words the answer would be slower than FTS5's own. */
#define MAX_WORDS 16

/* Behind the quotation mark that ends what begins at @p; those within are doubled. */
static const char *
find_end (const char *p)
{
  for (p++; *p != '\0'; p++)
    {
      if (*p != '"')
        continue;
      if (p[1] != '"')
        return p + 1;
      p++;
    }

  return p;
}

/* The first word of the index that is not before @from; @word is NULL where there is none. */
static gboolean
find_word (ValijaDatabase  *database,
           const char      *from,
           char           **word,
           GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error,
                                     "SELECT term FROM temp.word WHERE term >= ?1 ORDER BY term LIMIT 1", "s", from);
  if (statement == NULL)
    return FALSE;

  *word = NULL;
  if (valija_database_step (database, statement, &local_error))
    {
      *word = valija_store_dup_text (statement, 0);
      sqlite3_reset (statement);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* The words that begin like @beginning as an expression; @words is NULL where they are too many. */
static gboolean
list_words (ValijaDatabase  *database,
            const char      *beginning,
            char           **words,
            GError         **error)
{
  g_autoptr(GString) list = g_string_new (NULL);
  g_autofree char *from = g_strdup (beginning);

  *words = NULL;
  for (guint n_words = 0; n_words <= MAX_WORDS; n_words++)
    {
      g_autofree char *word = NULL;

      if (!find_word (database, from, &word, error))
        return FALSE;

      if (word == NULL || !g_str_has_prefix (word, beginning))
        {
          /* None: what is not there is not found */
          *words = n_words > 0 ? g_strdup_printf ("(%s)", list->str) : g_strdup_printf ("\"%s\"", beginning);
          return TRUE;
        }

      g_string_append_printf (list, "%s\"%s\"", n_words > 0 ? " OR " : "", word);
      g_free (from);
      from = g_strconcat (word, "\001", NULL); /* no word has it, so that it comes before whatever goes on */
    }

  return TRUE;
}

gboolean
valija_store_search_list_beginnings (ValijaDatabase  *database,
                                     const char      *match,
                                     char           **listed,
                                     GError         **error)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (const char *p = match; *p != '\0';)
    {
      const char *end = *p == '"' ? find_end (p) : p + strcspn (p, "\"");
      g_autofree char *word = NULL;
      g_autofree char *words = NULL;

      if (*p == '"' && *end == '*')
        {
          g_autofree char *text = g_strndup (p, end - p);

          word = valija_store_tokenizer_dup_only_word (valija_database_get_handle (database), text);
        }

      if (word != NULL && !list_words (database, word, &words, error))
        return FALSE;

      if (words != NULL)
        g_string_append (out, words);
      else
        g_string_append_len (out, p, end - p);

      p = words != NULL ? end + 1 : end;
    }

  *listed = g_string_free (g_steal_pointer (&out), FALSE);

  return TRUE;
}
