/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-upgrade.h"

#include "store/valija-store-link.h"

#include <string.h>

/* The references of a source stand in its first bytes; in longer headers they are not looked for. */
#define HEADER_BYTES "16384"

static const char next_sql[] =
  "SELECT m.id, f.account, m.message_id, m.subject, m.sender_address, m.people, m.received,"
  " substr (s.data, 1, " HEADER_BYTES ")"
  " FROM message m JOIN source s ON s.message = m.id JOIN folder f ON f.id = m.home"
  " WHERE m.id > ?1 ORDER BY m.id LIMIT 1";

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

static gboolean
link_row (ValijaStoreContext  *context,
          ValijaDatabase      *database,
          sqlite3_stmt        *row,
          GError             **error)
{
  const char *source = sqlite3_column_blob (row, 7);
  gsize length = sqlite3_column_bytes (row, 7);
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

gboolean
valija_store_upgrade_conversations (ValijaDatabase  *database,
                                    GError         **error)
{
  ValijaStoreContext context = { NULL };
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *row;
  gint64 id = 0;

  while (TRUE)
    {
      row = valija_database_query (database, error, next_sql, "i", id);
      if (row == NULL)
        return FALSE;

      if (!valija_database_step (database, row, &local_error))
        break;

      id = sqlite3_column_int64 (row, 0);
      if (!link_row (&context, database, row, error))
        return FALSE;
    }

  /* What was asked for the old tables is not asked again */
  valija_database_reset (database);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}
