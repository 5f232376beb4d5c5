/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-upgrade.h"

#include "base/valija-future.h"
#include "store/valija-store-link.h"
#include "store/valija-store-pack.h"
#include "store/valija-store-schema.h"

#include <string.h>

/* How many messages are sorted at a time: in so long that somebody who waits does not notice. */
#define SLICE 200

/* The references of a source stand in its first bytes; in longer headers they are not looked for. */
#define HEADER_BYTES 16384

static const char next_sql[] =
  "SELECT m.id, f.account, m.message_id, m.subject, m.sender_address, m.people, m.received,"
  " CASE WHEN s.unpacked_length IS NULL THEN substr (s.data, 1, " G_STRINGIFY (HEADER_BYTES) ") ELSE s.data END,"
  " s.unpacked_length"
  " FROM message m JOIN source s ON s.message = m.id JOIN folder f ON f.id = m.home"
  " WHERE m.conversation IS NULL AND m.has_source = 1 ORDER BY m.id LIMIT 1";

/* The ids in angle brackets between @start and @end, space separated. */
static void
append_ids (GString    *ids,
            const char *start,
            const char *end)
{
  while ((start = memchr (start, '<', end - start)) != NULL)
    {
      const char *close = memchr (start, '>', end - start);

      if (close == NULL)
        return;

      start++;

      if (ids->len > 0)
        g_string_append_c (ids, ' ');
      for (; start < close; start++)
        {
          if (!g_ascii_isspace (*start))
            g_string_append_c (ids, *start);
        }
    }
}

/* The ids in the field @name ("References:") of the header that @source begins with. */
static char *
dup_ids (const char *source,
         gsize       length,
         const char *name)
{
  g_autoptr(GString) ids = g_string_new (NULL);
  const char *end = source + length;
  gboolean inside = FALSE;

  while (source < end && *source != '\n' && *source != '\r')
    {
      const char *newline = memchr (source, '\n', end - source);
      const char *line_end = newline != NULL ? newline + 1 : end;

      if (*source != ' ' && *source != '\t')
        inside = (gsize) (line_end - source) > strlen (name) && g_ascii_strncasecmp (source, name, strlen (name)) == 0;
      if (inside)
        append_ids (ids, source, line_end);
      source = line_end;
    }

  return g_utf8_make_valid (ids->str, ids->len);
}

/* The first bytes of the source of a @row of next_sql; none of a packed one that is damaged. */
static GBytes *
dup_header (sqlite3_stmt *row)
{
  g_autoptr(GBytes) bytes = g_bytes_new (sqlite3_column_blob (row, 7), sqlite3_column_bytes (row, 7));
  g_autoptr(GBytes) source = NULL;

  if (sqlite3_column_type (row, 8) == SQLITE_NULL)
    return g_steal_pointer (&bytes);

  if ((source = valija_store_unpack (bytes, sqlite3_column_int64 (row, 8))) == NULL)
    return g_bytes_new (NULL, 0);

  return g_bytes_new_from_bytes (source, 0, MIN (g_bytes_get_size (source), HEADER_BYTES));
}

static gboolean
link_row (ValijaStoreContext  *context,
          ValijaDatabase      *database,
          sqlite3_stmt        *row,
          GError             **error)
{
  g_autoptr(GBytes) bytes = dup_header (row);
  gsize length;
  const char *source = g_bytes_get_data (bytes, &length);
  g_autofree char *references = dup_ids (source, length, "References:");
  g_autofree char *in_reply_to = dup_ids (source, length, "In-Reply-To:");
  ValijaStoreLinkable message = {
    .account = (const char *) sqlite3_column_text (row, 1),
    .id = sqlite3_column_int64 (row, 0),
    .message_id = (const char *) sqlite3_column_text (row, 2),
    .in_reply_to = in_reply_to,
    .references = references,
    .subject = (const char *) sqlite3_column_text (row, 3),
    .sender_address = (const char *) sqlite3_column_text (row, 4),
    .people = (const char *) sqlite3_column_text (row, 5),
    .received = sqlite3_column_int64 (row, 6),
  };

  in_reply_to[strcspn (in_reply_to, " ")] = '\0';

  return valija_store_link_row (context, database, &message, error);
}

/* Adds how many it were to @n_linked. */
static gboolean
link_some (ValijaStoreContext  *context,
           ValijaDatabase      *database,
           gint64              *n_linked,
           GError             **error)
{
  g_autoptr(GError) local_error = NULL;

  for (guint i = 0; i < SLICE; i++)
    {
      sqlite3_stmt *row = valija_database_query (database, error, next_sql, "");

      if (row == NULL)
        return FALSE;
      if (!valija_database_step (database, row, &local_error))
        break;
      if (!link_row (context, database, row, error))
        return FALSE;
      (*n_linked)++;
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* Makes one index, so that who waits is let in between two. */
static gboolean
make_index (ValijaDatabase  *database,
            gint64          *n_made,
            GError         **error)
{
  for (guint i = 0; i < valija_store_n_later_indexes; i++)
    {
      const ValijaStoreIndex *index = &valija_store_later_indexes[i];
      gint64 there;

      if (!valija_database_get_int64 (database, 0, &there, error,
                                      "SELECT count(*) FROM sqlite_schema WHERE name = ?1", "s", index->name))
        return FALSE;
      if (there > 0)
        continue;

      valija_database_reset (database);
      (*n_made)++;
      return valija_database_run_script (database, index->sql, error);
    }

  return TRUE;
}

static gboolean
upgrade_a_little (ValijaStoreContext  *context,
                  gpointer             data,
                  GValue              *result,
                  GError             **error)
{
  gint64 n_done = 0;

  if (!link_some (context, context->cache, &n_done, error) || !link_some (context, context->local, &n_done, error) ||
      (n_done == 0 && !make_index (context->cache, &n_done, error)) ||
      (n_done == 0 && !make_index (context->local, &n_done, error)))
    return FALSE;

  valija_store_take_int64 (result, n_done);

  return TRUE;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static DexFuture *
upgraded_cb (DexFuture *future,
             gpointer   user_data)
{
  g_autoptr(ValijaStore) self = g_weak_ref_get (user_data);

  if (self != NULL && g_value_get_int64 (dex_future_get_value (future, NULL)) > 0)
    valija_store_upgrade (self);

  return dex_future_new_true ();
}

void
valija_store_upgrade (ValijaStore *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  valija_future_forget (dex_future_then (valija_store_write (self, upgrade_a_little, NULL, NULL), upgraded_cb, weak,
                                         weak_ref_free), "bringing older mail up to date");
}
